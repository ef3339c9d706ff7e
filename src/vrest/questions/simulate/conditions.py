"""What ends a time course before its protocol does: an amount that is exhausted, a potential that crosses a value, rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from ...description.cell import Cell
from ...description.protocol import Protocol
from ...engines.integrator import TOO_MANY, Piece
from ...errors import InputError, NoAnswerError, NotFoundError, Problem, advice
from ...results.simulation import Happening
from ...system.cell import CellSystem
from ...system.clamps import Dynamics
from ...system.states import AMOUNT, CHARGE, GATE, OWN, VOLUME, Key
from ...units import to_unit
from ..rest.blocks import KEEPS, infinite
from ..steady.why_none import only_decays
from .leg import Leg

EXHAUSTED = 0.01
"""Part of its described amount below which what cannot be integrated further is exhausted."""
BESIDE, GROWN = 1e-4, 3.0
"""How far beside a potential [V] a current may be at least so many times smaller only where a formula has a pole."""
CROSSING = 1e-9
PROGRESS = 1e-6
"""Part of what is left of a stretch that so many steps as an integrator may make must bring; with less it makes no progress."""
MEANWHILE = {CHARGE: 1.0, GATE: 100.0, OWN: 100.0}
"""Seconds, at most, within which a potential, a gate or a state of one's own must stay as it is."""
STEADY_RATE = 1e-9
WITHIN = f"a protocol that stays within the table; {KEEPS}"


class Conditions:
    """Watches the pieces of one run; what it finds joins `happenings`."""

    def __init__(
        self, cell: Cell, whole: CellSystem, protocol: Protocol, initial: np.ndarray, happenings: list[Happening]
    ) -> None:
        self.cell, self.whole, self.protocol, self.initial, self.happenings = cell, whole, protocol, initial, happenings

    def watched(self) -> str:
        """The membrane whose crossing is waited for."""
        return self.protocol.membrane or next(iter(self.cell.membranes))

    def voltage(self, dynamics: Dynamics, z: np.ndarray, numbers: Mapping[str, Any], name: str) -> float:
        """Potential of a membrane at a reduced state [V]."""
        return float(self._voltage_of(dynamics.full(list(z), numbers), numbers, name))

    def _voltage_of(self, x: Sequence[Any], numbers: Mapping[str, Any], name: str) -> Any:
        """Potential of a membrane at a full state [V], or at many."""
        state = self.whole.at(x, numbers)
        return self.whole.membrane_potentials(self.whole.potentials(x, state), state)[name]

    # -- exhaustion -----------------------------------------------------------------------------------------------

    def piece(self, leg: Leg, length: float) -> tuple[Piece, str | None]:
        """One piece, checked; or the part of it up to the time at which something is exhausted, and that it is."""
        piece = leg.to(length)
        if piece.failure is None:
            return piece, None
        shorter = leg.longest(piece.stopped, length)
        state = leg.z if shorter is None else shorter.states[:, -1]
        reached = 0.0 if shorter is None else float(shorter.times[-1])
        lowest, left = self._lowest(leg.dynamics, state, leg.numbers)
        at = f"{leg.begin + reached:.6g} s"
        if shorter is not None and piece.failure == TOO_MANY and reached > PROGRESS * length:
            return shorter, None
        if lowest is not None and left < EXHAUSTED and shorter is not None:
            x, numbers = leg.dynamics.full(list(state), leg.numbers), leg.later(reached)
            self.happenings.append(Happening(leg.begin + reached, f"{self._exhausted(lowest, left, x, numbers)} at {at}"))
            return shorter, "exhausted"
        if leg.plain is not None:  # summing up energies must not cost an answer
            return self.piece(replace(leg, integrator=leg.plain(), plain=None), length)
        limit = (
            "" if lowest is None else f"the state nearest to its limit is {_named(lowest)} ({left:.3g} of its described amount)"
        )
        if (end := self._table(leg, state, reached)) is not None:
            raise NoAnswerError(Problem(f"the integration cannot go beyond {at}: {end}", expected=WITHIN))
        raise NotFoundError(_stuck(at, [piece.failure, self._infinite(leg, state, reached) or limit]))

    def _table(self, leg: Leg, z: np.ndarray, elapsed: float) -> str | None:
        """What is said of a table that ends where a reduced state has come to."""
        owners = {table: path for path, way in self.cell.ways.items() for table in way.ending}
        if not owners:
            return None
        from ...mechanisms.formula_tables import ended, readings

        with readings() as seen, suppress(InputError):  # a law may refuse what is not finite
            leg.dynamics.rates([float(v) for v in z], leg.later(elapsed))
        end = ended(seen)
        return None if end is None else f"the table '{end.table.name}' of '{owners[end.table]}' {end.words}"

    def _infinite(self, leg: Leg, z: np.ndarray, elapsed: float) -> str | None:
        """What is said of a mechanism that has no finite current at a reduced state, or a pole next to it."""
        m = leg.dynamics.motion([float(v) for v in leg.dynamics.full(list(z), leg.later(elapsed))], leg.later(elapsed))
        for name, V in m.V.items():
            system = self.whole.circuit.membranes[name]
            here, *beside = (system.currents(float(V) + side, m.state) for side in (0.0, -BESIDE, BESIDE))
            for word, current in here.items():
                if not abs(current) <= GROWN * max(abs(one[word]) for one in beside):
                    return infinite(system, word, float(V), m.state)
        return None

    def _lowest(self, dynamics: Dynamics, z: np.ndarray, numbers: Mapping[str, float]) -> tuple[Key | None, float]:
        """Which amount or volume is the smallest part of its described one, and how large a part; None where none may change."""
        x, states = self.whole.contents(dynamics.full(list(z), numbers), numbers), self.whole.states
        parts = {row.key: float(x[k]) / max(float(self.initial[k]), 1e-30) for k, row in enumerate(states.rows) if row.positive}
        return min(parts.items(), key=lambda item: item[1], default=(None, 1.0))

    def _exhausted(self, key: Key, left: float, x: Sequence[float], numbers: Mapping[str, float]) -> str:
        """What became of an amount or a volume of which so small a part is left at a full state."""
        if key.kind == AMOUNT and only_decays(self.whole, key, x, numbers):
            return f"{_named(key)} is all but gone, {left:.2g} of what there was, and falls ever more slowly"
        pumps = self.whole.incidence.unslowed(key.place, key.name) if key.kind == AMOUNT else []
        why = f": {' and '.join(pumps)} cannot slow as it runs out" if pumps else ""
        return f"{_named(key)} is exhausted{why}"

    # -- the protocol's condition ---------------------------------------------------------------------------------

    def met(self, leg: Leg, piece: Piece) -> tuple[Piece, str | None]:
        """The piece up to the moment at which the protocol's condition is met, and which it was."""
        if self.protocol.crosses is not None:
            return self._crossing(leg, piece)
        last = leg.stretch.end >= self.protocol.until and not leg.stretch.changes and not leg.ahead
        if self.protocol.steady and last and self._is_steady(leg, piece):
            return piece, "steady"
        return piece, None

    def _is_steady(self, leg: Leg, piece: Piece) -> bool:
        """Whether no amount or volume would change by a part of 1e-9 in the time that has passed in this piece, no gate or other state in
        100 s of it, and no potential in one second: so much of what rounding leaves of a rate adds up to nothing."""
        z, kept = piece.states[:, -1], leg.dynamics.kept
        crossing = dict(zip(kept, leg.dynamics.rates(list(z), {**leg.numbers}), strict=False))
        amounts = {(key.place, key.name): rate for key, rate in crossing.items() if key.kind == AMOUNT}
        balanced = self.whole.stats.balanced(amounts)
        held = [k for k, key in enumerate(kept) if key.kind in (AMOUNT, VOLUME)]
        rates = np.array([float(balanced.get((kept[k].place, kept[k].name), crossing[kept[k]])) for k in held])
        elapsed = float(piece.times[-1])
        still = np.all(np.abs(rates) * elapsed <= STEADY_RATE * np.abs(z[held]))
        quick = {k: MEANWHILE[key.kind] for k, key in enumerate(kept) if key.kind in MEANWHILE}
        moves = [abs(float(crossing[kept[k]])) * min(elapsed, most) / float(leg.scale[k]) for k, most in quick.items()]
        return bool(still) and max(moves, default=0.0) <= STEADY_RATE

    def _crossing(self, leg: Leg, piece: Piece) -> tuple[Piece, str | None]:
        wanted = self.protocol.crosses
        assert wanted is not None
        name = self.watched()

        def distance(state: np.ndarray, elapsed: float) -> float:
            return self.voltage(leg.dynamics, state, leg.later(elapsed), name) - wanted

        seen = leg.dynamics.full(piece.states, leg.later(piece.times))
        values = np.append(distance(leg.z, 0.0), self._voltage_of(seen, leg.later(piece.times), name) - wanted)
        times = np.append(0.0, piece.times)
        passed = np.flatnonzero((values[:-1] * values[1:] < 0) | (values[1:] == 0))
        if not passed.size:
            return piece, None
        low, high, f_low = float(times[passed[0]]), float(times[passed[0] + 1]), float(values[passed[0]])
        shorter = piece
        for _ in range(80):
            middle = 0.5 * (low + high)
            shorter = leg.to(middle)
            if shorter.failure is not None:
                return piece, None
            f = distance(shorter.states[:, -1], middle)
            if abs(f) <= CROSSING:
                break
            low, high, f_low = (middle, high, f) if f * f_low > 0 else (low, middle, f_low)
        self.happenings.append(
            Happening(leg.begin + float(shorter.times[-1]), f"V of '{name}' crosses {to_unit(wanted, 'mV'):g} mV")
        )
        return shorter, "crossed"

    def stepped_across(self, leg: Leg, before: np.ndarray, numbers: Mapping[str, float]) -> bool:
        """Whether the step at the begin of a stretch takes the potential across the value that is waited for.

        Arguments:
            before:  the full state at the end of the stretch before
            numbers: those that held then
        """
        wanted = self.protocol.crosses
        if wanted is None:
            return False
        name = self.watched()
        was = float(self._voltage_of([float(v) for v in before], numbers, name))
        if (was - wanted) * (self.voltage(leg.dynamics, leg.z, leg.numbers, name) - wanted) > 0:
            return False
        self.happenings.append(Happening(leg.begin, f"V of '{name}' is stepped across {to_unit(wanted, 'mV'):g} mV"))
        return True


def _named(key: Key) -> str:
    """A row of the state in words."""
    return f"the water of '{key.place}'" if key.kind == VOLUME else f"{key.name} of '{key.place}'"


def _stuck(at: str, why: list[str]) -> Problem:
    """What is said where an integration cannot go on."""
    return Problem(
        f"the integration cannot go beyond {at}: {'; '.join(filter(None, why))}",
        expected=advice(
            'a larger rtol or max_steps, a protocol without jumps there, or engine="scipy"',
            "a larger --rtol or --max-steps, a protocol without jumps there, or --engine scipy",
        ),
    )
