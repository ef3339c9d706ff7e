"""A cell with an electrode in one of its compartments: how its membrane answers stimuli, compiled once."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...description.cell import Cell
from ...engines.integrator import Cvodes
from ...engines.ramps import Change
from ...engines.settings import Settings
from ...engines.symbolic import Outputs
from ...errors import NotFoundError, Problem
from ...system.cell import CellSystem
from ...system.clamps import Clamps, Dynamics
from ...system.states import AMOUNT, VOLUME
from ..simulate.electrodes import between, difference, put_on
from .response import RISE, Part, Response

POINTS = 400
"""Points at which a piece of a response is seen, evenly."""
RTOL = 1e-8
"""Relative tolerance of responses."""
ROUGH = 1e-5
"""The same of responses that only say where it is worth looking."""
ATOL = 1e-2
"""Absolute tolerance of states of order one, as a part of the relative one."""
NEAR, LEAVING = 0.005, 8
"""How near to rest [V] it is back there; and for how many pieces a potential elsewhere must be still, as it may be about to leave an unstable
state."""
STILL = 1e-4
"""A potential that moves by less [V] in a whole piece has come to its end."""
CLOSE, TOGETHER = 8, 64
"""How many pieces are taken at once at most, so few that no spike falls between the points; and how many seen at so many more points as the
former says."""
SMOOTH, TINY = 5e-5, 1e-12
"""They are where the potential goes less than this [V] from point to point. What moves less than the last [V] is at rest."""
ELSEWHERE, ROUNDED = 1e-7, 0.1
"""The same elsewhere than at rest, where it may linger beside an unstable state; and what rounding makes of it [V], over the relative tolerance."""

Numbers = Mapping[str, float]


@dataclass(frozen=True)
class Phase:
    """A current [A] into the electrode's compartment for a time [s]; `slope` is what it gains [A/s]."""

    length: float
    current: float = 0.0
    slope: float = 0.0


@dataclass(frozen=True)
class Stimulus:
    """A displacement [V] at once that leaves gates as they are, then currents one after the other; `lasts` where the last one is watched
    as if it went on: a step without an end."""

    shock: float = 0.0
    phases: tuple[Phase, ...] = ()
    lasts: bool = False


class Held(Dynamics):
    """The same with concentrations and volumes as they are: charges, gates and states of one's own move."""

    def rates(self, z: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        kinds = [key.kind for key in self.kept]
        return [0.0 if kind in (AMOUNT, VOLUME) else rate for kind, rate in zip(kinds, super().rates(z, numbers), strict=True)]


class Stimulated:
    """The dynamics of a cell with an electrode, and what is seen of it.

    Attributes:
        electrode: compartment into which currents go; membrane: across which the potential is seen
        way:       1 where a positive current depolarises that membrane, else -1; other_side: the compartment that it parts from the electrode's
    """

    def __init__(self, whole: CellSystem, electrode: str, membrane: str, kind: type[Dynamics] = Dynamics) -> None:
        self.whole, self.cell, self.electrode, self.membrane = whole, whole.cell, electrode, membrane
        inner, outer = whole.cell.membranes[membrane].ends
        self.way, self.other_side = (1, outer) if inner == electrode else (-1, inner)
        self.dynamics = kind(whole, Clamps(currents={electrode: carrier(whole.cell, electrode)}), counting=False)
        self.current = f"electrode.{electrode}.current"
        self._integrator = functools.cache(self._compiled)
        self._potential, self._moving = (
            Outputs(seen, self.dynamics.size, self.dynamics.names, POINTS + 1) for seen in (self._across, self._around)
        )

    def held(self) -> Stimulated:
        """The same with its concentrations held."""
        return Stimulated(self.whole, self.electrode, self.membrane, Held)

    def _compiled(self, rtol: float, points: int) -> Cvodes:
        return Cvodes(
            self.dynamics.rates,
            self.dynamics.size,
            self.dynamics.names,
            (self.current,),
            Settings(positive=self.dynamics.parts, rtol=rtol, atol=ATOL * rtol, seen=np.linspace(0.0, 1.0, points + 1)[1:]),
        )

    def _across(self, z: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """The potential across the membrane at a state."""
        x = self.dynamics.full(z, numbers)
        state = self.whole.at(x, numbers)
        return [self.whole.membrane_potentials(self.whole.potentials(x, state), state)[self.membrane]]

    def _around(self, z: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """The potential's rate and the cell's own current at a state."""
        m = self.dynamics.motion(self.dynamics.full(z, numbers), numbers)
        moving = self.whole.potential_rates(m.rates, m.V, m.state)
        ends = self.cell.membranes[self.membrane]
        own = self.whole.incidence.currents(m.flows, self.whole.nodes)[self.electrode]
        return [moving.get(ends.inner, 0.0) - moving.get(ends.outer, 0.0), self.way * own]

    def piece(
        self, z: np.ndarray, scale: np.ndarray, numbers: Numbers, begin: float, phase: Phase, rtol: float = RTOL, parts: int = 1
    ) -> Part:
        """The response over one phase, its begin included, seen at so many times as many points.

        Raises:
            NotFoundError: the integration failed.
        """
        changes = {self.current: Change(phase.slope)} if phase.slope else None
        held = {**numbers, self.current: phase.current}
        piece = self._integrator(rtol, parts * POINTS).run(z, scale, held, begin, phase.length, changes)
        if piece.failure is not None:
            raise NotFoundError(
                Problem(f"the response to a stimulus could not be followed: {piece.failure}", path=self.electrode)
            )
        states, times = np.column_stack([z, piece.states]), np.append(0.0, piece.times)
        held["time"] = begin
        (V,) = self._potential(states, held)
        return Part(begin + times, V, states, lambda some: self._moving(some, held))


def carrier(cell: Cell, electrode: str) -> str:
    """The ion that the electrode's current is carried by: K where it is listed, as in most pipettes, else the first."""
    ions = cell.compartments[electrode].ions
    return "K" if "K" in ions else next(iter(ions), "")


@dataclass(frozen=True)
class Preparation:
    """A cell at rest, or in some other state, with given numbers.

    Attributes:
        z:       reduced state; V: potential of the membrane there [V]
        piece:   length of the pieces of a response [s]
        least, most, longest: how long it is watched [s]: at least; as a rule; as long as it still moves
        capacitance: of the membrane [F]; conductance: its slope at rest, gates as they are [S]
        rtol: relative tolerance of responses
    """

    stimulated: Stimulated
    numbers: Numbers
    z: np.ndarray
    scale: np.ndarray
    V: float
    piece: float
    least: float
    most: float
    longest: float
    capacitance: float
    conductance: float
    rtol: float = RTOL

    def shocked(self, z: np.ndarray, displacement: float) -> np.ndarray:
        """A state after a displacement of the membrane's potential [V] at once: charge that comes from its other side; gates stay."""
        if not displacement:
            return z
        dynamics, whole = self.stimulated.dynamics, self.stimulated.whole
        x = np.array([float(value) for value in dynamics.full(list(z), self.numbers)])
        signs = between(whole, self.stimulated.electrode, self.stimulated.other_side)
        wanted = difference(whole, signs, x, self.numbers) + self.stimulated.way * displacement
        return np.array(dynamics.reduced(put_on(whole, [(signs, wanted)], {}, x, self.numbers, {})), dtype=float)

    def respond(
        self, stimulus: Stimulus, level: float = np.inf, *, spikes: int = 1, since: float = -np.inf, closely: bool = False
    ) -> Response:
        """The response to a stimulus until it fires so often after a time [s], or comes to its end; `closely` where the values of all that
        is seen are asked for, not only whether it fires."""
        found: list[Part] = []
        for one in self._pieces(self.shocked(self.z, stimulus.shock), stimulus, closely):
            found.append(one)
            if one.t[-1] <= since:
                continue
            top, bottom = one.V.max(), min(last.V.min() for last in found[-2:])
            if top > level - RISE and top - bottom > RISE and Response(tuple(found)).spikes(level, since).size >= spikes:
                break
        return Response(tuple(found))

    def _pieces(self, z: np.ndarray, stimulus: Stimulus, closely: bool) -> Iterator[Part]:
        begin, still = 0.0, 0
        after = () if stimulus.lasts else (Phase(self.longest),)
        for phase in (*stimulus.phases, *after):
            last = phase is stimulus.phases[-1] if stimulus.lasts else phase in after
            near = 0.0 if stimulus.lasts else NEAR
            for one, quiet in self._through(phase, z, begin, still, closely, near):
                yield one
                still = quiet
                at_rest = abs(one.V[-1] - self.V) < near
                if last and not phase.slope and one.t[-1] >= self.least and still >= (1 if at_rest else LEAVING):
                    return
            z, begin = one.z, float(one.t[-1])

    def _through(
        self, phase: Phase, z: np.ndarray, begin: float, still: int, closely: bool, near: float
    ) -> Iterator[tuple[Part, int]]:
        """A phase in pieces that are short enough to be seen well, of which several are taken at once where little moves, unless it is seen
        closely; each with the number of pieces for which the potential has been still, `near` [V] rest or elsewhere."""
        count = max(1, int(np.ceil(phase.length / self.piece - 1e-9)))
        length, k, room = phase.length / count, 0, 1
        while k < count:
            taken = 1 if closely else _even(min(room, count - k))
            one = self._piece(phase, z, begin, k * length, taken * length, CLOSE if taken > CLOSE else 1)
            smooth = _smooth(one.V, taken)
            whole = smooth == taken
            if not smooth:
                taken, one = 1, self._piece(phase, z, begin, k * length, length)
            elif not whole:
                one, taken = one.until(smooth * (one.t.size - 1) // taken), smooth
            at_rest = abs(one.V[-1] - self.V) < near
            still = _still(one.V, taken, still, STILL if at_rest else max(ELSEWHERE, self.rtol * ROUNDED))
            room = _room(one.V, taken) if whole else 1
            k, z, begin = k + taken, one.z, float(one.t[-1])
            yield one, still

    def _piece(self, phase: Phase, z: np.ndarray, begin: float, since: float, length: float, parts: int = 1) -> Part:
        """What follows for some time [s] from a time since the begin of a phase, seen at so many times as many points."""
        part = Phase(length, phase.current + phase.slope * since, phase.slope)
        return self.stimulated.piece(z, self.scale, self.numbers, begin, part, self.rtol, parts)


def _still(V: np.ndarray, taken: int, before: int, least: float) -> int:
    """For how many pieces a potential has moved by less than a little [V] in up to `CLOSE` of them, so many taken at once, after others."""
    ways, count, together = V.size - 1, 0, min(CLOSE, taken)
    while (
        count < taken
        and np.ptp(V[max(0, taken - count - together) * ways // taken : (taken - count) * ways // taken + 1]) < least
    ):
        count += together
    if count >= taken:
        return before + taken
    return count or int(np.ptp(V[-(ways // taken) - 1 :]) < least)


def _smooth(V: np.ndarray, taken: int) -> int:
    """How many pieces, of so many taken at once, it takes until a potential goes too far from one point to the next."""
    far = np.abs(np.diff(V)) >= SMOOTH
    return int(np.argmax(far)) * taken // far.size if taken > 1 and far.any() else taken


def _even(most: int) -> int:
    """The largest power of two up to a number: points lie at the ends of so many pieces."""
    return int(2 ** (most.bit_length() - 1))


def _room(V: np.ndarray, taken: int) -> int:
    """How many pieces may be taken at once after so many in which a potential moved: as its steps allow up to `CLOSE`, then twice as many."""
    step = float(np.abs(np.diff(V)).max()) * (V.size - 1) / (taken * POINTS)
    room = max(1, min(CLOSE, int(0.5 * SMOOTH / max(step, TINY))))
    return room if min(room, taken) < CLOSE else min(2 * taken, TOGETHER)
