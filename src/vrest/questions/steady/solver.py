"""Steady states of a whole cell: Newton in logarithmic amounts, and steps of implicit Euler that follow the cell there.

Unknowns y, one for each row of the state: for a charge the potential of its node over RT/F, for what cannot be negative its logarithm,
for all else itself over its scale. Equations: no net rate (or a conserved total in its place), the charge of each compartment on its
membranes.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ... import maths
from ...constants import F, R
from ...engines.continuation import ToPlane
from ...engines.newton import FEW, newton, solved
from ...engines.planes import Planes
from ...engines.symbolic import Buffered, symbols
from ...system.cell import CellSystem
from ...system.flows import Place, conserved_totals, water_stoichiometry
from ...system.states import AMOUNT, CHARGE, OWN, Key
from .absent import Absent, absent, moves_nothing
from .stability import Linearised

NEWTON_STEPS, LONGEST_STEP = 60, 1.0
SETTLED, SMALL = 1e-13, 1e-10
"""Newton's last step, and what a further one may be where its steps are used up."""
EULER_STEPS, EULER_NEWTON, EULER_SETTLED = 1500, 12, 1e-8
FIRST_STEP = 1e-4
LAST_STEP = 1e14
SHORTEST_STEP, LEAP = 1e-12, 1e-9
"""Seconds: a step so short means that an amount falls, or rises, to where it is balanced faster than it can be followed. It is put there,
in a leap in which nothing else moves; where it is balanced nowhere, the way ends."""
CHANGE = (0.5, 0.25)
"""Largest change of a potential (in RT/F, or a part of itself where it is large) and of a logarithm in one step of the way. What may be
negative changes as a potential does."""
PART = 0.1
"""Part of itself by which a large potential may change."""
LONGER, SHORTER = (4.0, 1.6), 0.3
"""How a step grows after one that changes little and after any other, and how it shrinks where it is taken again."""
LITTLE = 0.1
"""Part of the largest change that is little."""
TRACE = 1e-9
"""Part of the largest amount as which an amount of zero starts, since it has no logarithm."""
NONE = -800.0
"""The logarithm of what is absent and stays so; its exponential is zero."""


@dataclass(frozen=True)
class Trajectory:
    """Where following the cell led: the last point, the time it took [s], and whether it came to rest."""

    y: np.ndarray
    time: float
    arrived: bool
    history: tuple[tuple[float, np.ndarray], ...] = ()


class SteadyProblem:
    """The equations of one structure, compiled once; `at` gives them numbers.

    Attributes:
        moving:     the cell with all its states; `whole` is the same without gates, which stand at their steady values
        potentials: which unknowns are potentials
        logarithms: which are logarithms; linear: which are none, potentials and what may be negative
        varied:     numbers that go through values along which states are followed
    """

    def __init__(self, moving: CellSystem, varied: Collection[str] = ()) -> None:
        self.moving, self.whole, self.varied = moving, moving.without_gates(), tuple(varied)
        self.states = self.whole.states
        self.potentials, self.logarithms = self.states.are(CHARGE), self.states.positive
        self.linear = ~self.logarithms
        self._compiled: tuple[bytes, Buffered] | None = None
        self._planes: tuple[Buffered, Planes] | None = None
        self._absent: tuple[object, Absent] | None = None

    @functools.cached_property
    def linearised(self) -> Linearised:
        return Linearised(self.moving)

    def at(self, numbers: Mapping[str, float]) -> Posed:
        """The problem at given numbers, those of the description for example."""
        return Posed(self, numbers)

    def absent(self, numbers: Mapping[str, float]) -> Absent:
        """What is absent at numbers; the same wherever the same ones are zero, and what states of one's own keep at volumes."""
        volumes = [numbers.get(f"{place}.volume") for place in self.states.places(OWN)]
        key = frozenset(name for name in self.whole.names if numbers[name] == 0), *volumes
        if self._absent is None or self._absent[0] != key:
            self._absent = key, absent(self.whole, numbers, self.varied)
        return self._absent[1]

    def compiled(self, L: np.ndarray, dependent: Sequence[int], absent: Sequence[int]) -> Buffered:
        """`outputs` with conserved totals; compiled again where these or what is absent are others than the last time."""
        key = L.tobytes() + np.array(absent).tobytes()
        if self._compiled is None or self._compiled[0] != key:
            outputs = functools.partial(self.outputs, L=L, dependent=dependent, absent=absent)
            self._compiled = key, Buffered(outputs, self.states.size, self.whole.names)
        return self._compiled[1]

    def planes(self, compiled: Buffered) -> Planes:
        """Newton's steps to planes with one of the balances left open; compiled again where these are others than the last time."""
        if self._planes is None or self._planes[0] is not compiled:
            self._planes = compiled, Planes(compiled, self.states.size)
        return self._planes[1]

    def outputs(
        self, y: Any, numbers: Mapping[str, Any], L: np.ndarray, dependent: Sequence[int], absent: Sequence[int]
    ) -> list[Any]:
        """Row by row what vanishes in a steady state: net rates [mol/s, m^3/s], and for a node the charge balance [C] or, where its
        contents are held or it is open, its net current [A]; conserved totals, which are those of the description, in the places of
        rates that follow from others. Then row by row the contents, and their rates: less these over a time is a step of implicit Euler.
        A charge is balanced at once: zero stands for its content, and its balance, negative, for its rate. What is absent stands still:
        its unknown is its content."""
        x = self.contents(y, numbers)
        V, state = self.voltages(y, numbers), self.whole.at(x, numbers)
        rates = self.whole.balances(self.whole.flowing(V, state))
        for node in self.whole.charged:
            rates[Key(CHARGE, node)] = self.whole.net_charge(node, x, state) - self.whole.membrane_charge(node, V, state)
        balances = self.states.ordered(rates)
        rates_of = [-balance if charge else balance for balance, charge in zip(balances, self.states.balanced, strict=True)]
        for k, total in zip(dependent, L.tolist(), strict=True):
            balances[k] = sum(part * (x[i] - self.states.rows[i].initial(numbers)) for i, part in enumerate(total) if part)
        for k in absent:
            balances[k], x[k], rates_of[k] = y[k] - NONE, y[k], 0.0
        return [*balances, *x, *rates_of]

    def contents(self, y: Any, numbers: Mapping[str, Any]) -> list[Any]:
        """The state of a point of unknowns with zeros in place of its charges."""
        x = [
            0.0 if charge else maths.exp(y[k]) if row.positive else y[k] * row.size(numbers)
            for k, (charge, row) in enumerate(zip(self.potentials, self.states.rows, strict=True))
        ]
        whole = self.whole
        if whole.holds.all:
            x = whole.holds.without(self.states, x, sign=1.0)
        if not whole.stats.all:
            return x
        return whole.stats.crossed(self.states, x, whole.held(x, numbers, counters=False))

    def state(self, y: Any, numbers: Mapping[str, Any]) -> list[Any]:
        """The state of a point of unknowns."""
        return self.whole.at_potentials(self.contents(y, numbers), self.voltages(y, numbers), numbers)

    def voltages(self, y: Any, numbers: Mapping[str, Any]) -> dict[str, Any]:
        """Membrane potentials [V] of a point of unknowns."""
        unit = R * numbers["temperature"] / F
        places = zip(np.flatnonzero(self.potentials), self.whole.nodes, strict=True)
        return self.whole.membrane_potentials({node: y[int(k)] * unit for k, node in places}, numbers)


class Posed:
    """A steady problem at given numbers.

    Attributes:
        numbers:  by path [SI]; p: the same as the compiled functions take them
        initial:  the state as described, without charges; its conserved totals hold
        L, dependent: conserved totals (totals, rows), and the row that each takes the place of
        absent:   rows of what stays at zero
    """

    def __init__(self, problem: SteadyProblem, numbers: Mapping[str, float]) -> None:
        self.problem, self.whole, self.states, self.numbers = problem, problem.whole, problem.states, dict(numbers)
        self.initial = self.states.initial(self.numbers)
        whole = self.whole
        gone = problem.absent(self.numbers)
        self.absent = gone.rows
        still = gone.still | standing_still(whole, self.numbers, [self.states.rows[k].key for k in gone.rows], problem.varied)
        ions = whole.incidence.stoichiometry(self.states, self.numbers, still)
        ions = whole.stats.columns(self.states, whole.equilibria.columns(self.states, ions))
        fluxes = np.hstack([ions, water_stoichiometry(whole.circuit, self.states)])
        L, dependent = conserved_totals(fluxes, self.states.conserved)
        kept, follow = gone.kept
        self.L, self.dependent = np.vstack([L, kept]), [*dependent, *follow]
        follows = {*self.dependent, *self.absent}
        self.independent = [k for k in np.flatnonzero(self.states.conserved) if k not in follows]

    @functools.cached_property
    def compiled(self) -> Buffered:
        return self.problem.compiled(self.L, self.dependent, self.absent)

    @functools.cached_property
    def p(self) -> np.ndarray:
        return self.compiled.values(self.numbers)

    def point(self, potentials: Mapping[str, float], x: np.ndarray) -> np.ndarray:
        """Unknowns at given potentials [V] and the contents of a state; an amount of zero starts as a trace."""
        unit, y = R * self.numbers["temperature"] / F, np.array(self.whole.contents(list(x), self.numbers), dtype=float)
        amounts = self.states.are(AMOUNT) & self.states.positive
        y[amounts] = np.maximum(y[amounts], TRACE * max(float(y[amounts].max(initial=0.0)), 1e-30))
        crossed = self.whole.holds.without(self.states, x)
        for k, row in enumerate(self.states.rows):
            if row.scale is not None:
                y[k] = crossed[k] / row.size(self.numbers)
        y[self.problem.logarithms] = np.log(y[self.problem.logarithms])
        y[[*self.absent]] = NONE
        y[self.problem.potentials] = [potentials[node] / unit for node in self.whole.nodes]
        return y

    def state(self, y: np.ndarray) -> np.ndarray:
        """The state of a point of unknowns."""
        return np.array([float(v) for v in self.problem.state(y, self.numbers)])

    def voltages(self, y: np.ndarray) -> dict[str, float]:
        """Membrane potentials [V] of a point of unknowns."""
        return {name: float(V) for name, V in self.problem.voltages(y, self.numbers).items()}

    def numbers_at(self, y: np.ndarray) -> dict[str, float]:
        """The numbers with what the state of a point puts in their places (`CellSystem.at`)."""
        return {key: float(value) for key, value in self.whole.at(list(self.state(y)), self.numbers).items()}

    def balances(self, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What is zero in a steady state, with its Jacobian."""
        f, J = self.compiled(y, self.p)
        return f[: self.states.size], J[: self.states.size]

    def without(self, row: int) -> ToPlane | None:
        """Newton's steps to planes with one balance left open; None where there are so many that most of them know few unknowns."""
        return self.problem.planes(self.compiled).without(row, self.p) if self.states.size <= FEW else None

    # -- Newton ---------------------------------------------------------------------------------------------------

    def newton(self, start: np.ndarray) -> tuple[np.ndarray, bool]:
        """Solve from a start: where Newton ended, and whether it settled. The caller certifies the answer."""
        found = newton(self.balances, start, longest=self._longest, settled=SETTLED, small=SMALL, steps=NEWTON_STEPS)
        return found.x, found.settled

    def step(self, y: np.ndarray) -> np.ndarray | None:
        """Newton's step from a point; None where there is none."""
        f, J = self.balances(y)
        return solved(J, -f)

    def _longest(self, y: np.ndarray) -> np.ndarray:
        """How far an unknown moves in one Newton step: a logarithm and a potential by one, a large potential by a tenth of itself."""
        return LONGEST_STEP * np.where(self.problem.linear, np.maximum(1.0, PART * np.abs(y)), 1.0)

    # -- the way the cell takes -----------------------------------------------------------------------------------

    def follow(self, start: np.ndarray, first: float = FIRST_STEP) -> Trajectory:
        """Implicit Euler with steps that grow as the cell settles: where it goes from the start, at low accuracy."""
        y, dt, time = np.array(start), first, 0.0
        history = [(0.0, y)]
        for _ in range(EULER_STEPS):
            new = self._euler(y, dt)
            change = None if new is None else self._change(y, new)
            if new is None or change is None or change > 1.0:
                dt *= SHORTER
                if dt >= SHORTEST_STEP:
                    continue
                dt, new = LEAP, self._euler(y, LEAP, NEWTON_STEPS)
                if new is None:
                    return Trajectory(y, time, False, tuple(history))
                change = 1.0
            y, time = new, time + dt
            history.append((time, y))
            if dt >= LAST_STEP:
                return Trajectory(y, time, True, tuple(history))
            dt *= LONGER[0] if change < LITTLE else LONGER[1]
        return Trajectory(y, time, False, tuple(history))

    def _change(self, old: np.ndarray, new: np.ndarray) -> float:
        """The change of a step against the largest that is allowed."""
        moved = np.abs(new - old)
        allowed = np.where(self.problem.linear, np.maximum(CHANGE[0], PART * np.abs(old)), CHANGE[1])
        return float((moved / allowed).max(initial=0.0))

    def _euler(self, old: np.ndarray, dt: float, most: int = EULER_NEWTON) -> np.ndarray | None:
        """One step of implicit Euler; None where Newton does not settle."""
        size = self.states.size
        contents, rates = slice(size, 2 * size), slice(2 * size, None)
        begun = self.compiled(old, self.p)[0][contents]

        def equations(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            f, J = self.compiled(y, self.p)
            return (f[contents] - begun) / dt - f[rates], J[contents] / dt - J[rates]

        found = newton(equations, old, longest=self._longest, settled=EULER_SETTLED, small=0.0, steps=most)
        return found.x if found.settled else None


def standing_still(
    whole: CellSystem, numbers: Mapping[str, float], absent: Collection[Key], varied: Collection[str]
) -> set[Place]:
    """Exchanges whose rate is zero whatever the state is, such as with a coefficient of zero, or without what is absent."""
    if not whole.exchanges:
        return set()
    state = [name for name in numbers if name.endswith(".volume") or name in ("temperature", "time")]
    places = [(name, ion) for name, space in whole.cell.compartments.items() for ion in space.ions]
    state += [f"{name}.{ion}" for name, ion in places if Key(AMOUNT, name, ion) not in absent]
    traced = {**numbers, **symbols([*state, *varied])}
    moving = [exchange for exchange in whole.exchanges if not exchange.mechanism.held]
    return {(exchange.space, exchange.name) for exchange in moving if moves_nothing(exchange.flows(traced))}
