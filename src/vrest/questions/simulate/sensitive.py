"""Time courses with how they move with the written numbers: the sensitivities of a course, exact from stretch to stretch.

Along a stretch dS/dt = f_z S + f_N dN/dw beside dz/dt = f(z, N), where N are the numbers of the stretch as they follow from the written
ones w. What happens at once at its begin is a function z = h(z, N) of the state before, so that S = h_z S + h_N dN/dw after it: protocols
say times as numbers, and no event moves. How the first state moves is exact too (`FirstState`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import casadi as ca
import numpy as np

from ...description.protocol import Protocol
from ...engines.forward import Forward
from ...engines.integrator import Cvodes
from ...engines.ramps import Change
from ...engines.settings import APART, Settings
from ...engines.symbolic import Buffered, Traced
from ...errors import NotFoundError, Problem
from ...system.clamps import Dynamics, dependent_ions
from ..steady.start import Resting
from ..steady.steady_state import SteadySolver
from .electrodes import added, clamped, filled, left_alone, shocked
from .engines import ATOL, PART, SHORT
from .first_state import FirstState
from .intervals import Interval, Intervals
from .timed import TimedFormulas

MOST_STEPS = 500_000
"""Steps from one wanted time to the next."""
NONE, WHOLE = np.zeros(0), np.ones(1)
Told = Callable[[Sequence[Any], Mapping[str, Any]], Sequence[Any]]
"""What is told of a full state and all numbers [SI]."""


@dataclass(frozen=True)
class Moved:
    """Numbers of a stretch with how they move: what they are at its begin, how ramps change them, and both in each direction."""

    numbers: dict[str, float]
    changes: dict[str, Change]
    slopes: dict[str, np.ndarray]
    turns: dict[str, Change]

    def later(self, elapsed: np.ndarray) -> tuple[dict[str, Any], dict[str, Any]]:
        """Numbers at many times [s] after the begin, and how they move (times, directions)."""
        numbers = {**self.numbers, **{name: one.later(self.numbers[name], elapsed) for name, one in self.changes.items()}}
        ways = dict[str, Any](self.slopes)
        for name, turn in self.turns.items():
            one, first = self.changes[name], self.numbers[name]
            way = Change(turn.slope + first * turn.growth, one.growth)
            ways[name] = way.later(self.slopes.get(name, 0.0), elapsed[:, None])
        return numbers, ways

    def beside(self, other: Moved) -> Moved:
        """These, and what some others are in their place."""
        return replace(self, numbers={**self.numbers, **other.numbers}, slopes={**self.slopes, **other.slopes})

    def at(self, elapsed: float) -> tuple[dict[str, float], dict[str, np.ndarray]]:
        """The same at one time [s]."""
        numbers, ways = self.later(np.array([elapsed]))
        return {name: float(np.ravel(one)[0]) for name, one in numbers.items()}, {
            name: np.ravel(one) for name, one in ways.items()
        }


class SensitiveCourses:
    """Time courses of one structure under one protocol at given times, with how what is told of them moves with written numbers.

    Arguments:
        solver:   the structure
        protocol: what is done to it
        paths:    the written numbers; none of them is zero
        times:    when the course is looked at [s], in order
        told:     what is told of a state
        rtol:     relative tolerance, of sensitivities too
    """

    def __init__(
        self, solver: SteadySolver, protocol: Protocol, paths: Sequence[str], times: np.ndarray, told: Told, rtol: float
    ) -> None:
        self.solver, self.whole, self.protocol = solver, solver.problem.moving, protocol
        self.paths, self.times, self.told, self.rtol = list(paths), times, told, rtol
        self.derivation = self.whole.derivation
        self.course = Intervals(self.derivation, protocol)
        self.stretches = self.course.intervals()
        self.timed = TimedFormulas(self.whole, protocol.until)
        self.dependent = dependent_ions(self.whole, self.whole.numbers)
        self._numbers = _Numbers(self)
        self.turning = list(dict.fromkeys([*self._numbers.turning, *self._brought()]))
        self._known: dict[object, Any] = {}
        self._first = FirstState(solver, protocol, self.paths, self._dynamics(self.stretches[0]))

    def __call__(self, values: np.ndarray, rest: Resting | None = None) -> tuple[np.ndarray, np.ndarray]:
        """What is told at the times (times, quantities), and how it moves with the logarithm of each number (times, quantities, numbers).

        Arguments:
            values: of the written numbers [SI]
            rest:   potentials at rest, where they are known
        Raises:
            VrestError: there is no such course, or it could not be followed.
        """
        moved = self._numbers(values)
        z, S = self._first(values, rest)
        S = S * values
        before, last, seen = self._dynamics(self.stretches[0]), moved[0], []
        initial = self.whole.states.initial(moved[0].numbers)
        left = Moved({}, {}, {}, {})
        for stretch, described in zip(self.stretches, moved, strict=True):
            dynamics, now = self._dynamics(stretch), described.beside(left)
            z, S, brought = self._jumped(stretch, (before, dynamics), z, S, last, now)
            left = left.beside(brought)
            now = now.beside(left)
            if stretch.begin in self.times:
                seen.append(self._seen(dynamics, z[None], S[None], now, np.zeros(1)))
            scale = np.array(dynamics.scales(initial, now.numbers)[0], dtype=float)
            for wanted, Z, T in self._along(stretch, now, z, S, scale):
                z, S = Z[-1], T[-1]
                if wanted.size:
                    seen.append(self._seen(dynamics, Z[: wanted.size], T[: wanted.size], now, wanted - stretch.begin))
            before, last = dynamics, self._ended(stretch, now)
        y, slopes = (np.concatenate(parts) for parts in zip(*seen, strict=True))
        return y, slopes

    # -- along a stretch ----------------------------------------------------------------------------------------------

    def _along(
        self, stretch: Interval, now: Moved, z: np.ndarray, S: np.ndarray, scale: np.ndarray
    ) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """The pieces of a stretch: wanted times in each, and states and sensitivities at these and, last, at its end."""
        for begin, cut in self.timed.pieces(stretch.begin, stretch.end, now.numbers):
            ends = cut.end < stretch.end or cut.end >= self.protocol.until
            inside = (self.times > begin) & ((self.times <= cut.end) if ends else (self.times < cut.end))
            wanted, length = self.times[inside], cut.end - begin
            parts = np.append((wanted - begin) / length, 1.0)
            parts[1.0 - parts < APART] = 1.0
            grid, places = np.unique(parts, return_inverse=True)
            integrator, forward = self._engine(stretch, cut.changing, grid)
            numbers, ways = now.at(begin - stretch.begin)
            piece = integrator.run(z, scale, numbers, begin, length, now.changes)
            moved = None if piece.failure else forward.run(S, scale, ways, now.turns)
            if moved is None:
                raise _not_followed(piece.failure, begin)
            z, S = piece.states[:, -1], moved[-1]
            yield wanted, piece.states.T[places], moved[places]

    def _dynamics(self, stretch: Interval) -> Dynamics:
        key = "dynamics", stretch.clamps.key
        if key not in self._known:
            self._known[key] = Dynamics(self.whole, stretch.clamps, self.dependent, counting=False)
        return self._known[key]

    def _engine(self, stretch: Interval, short: bool, grid: np.ndarray) -> tuple[Cvodes, Forward]:
        """The integrator of a stretch that is seen at parts of a piece, in any steps or short ones, and its sensitivities."""
        key, dynamics = (stretch.clamps.key, short), self._dynamics(stretch)
        if key not in self._known:
            self._known[key] = Cvodes(
                dynamics.rates,
                dynamics.size,
                dynamics.names,
                self.course.ramped,
                Settings(
                    positive=dynamics.parts,
                    rtol=self.rtol,
                    atol=min(ATOL, PART * self.rtol),
                    longest=SHORT if short else 0.0,
                    seen=WHOLE,
                    max_steps=MOST_STEPS,
                ),
            )
        if (key, grid.tobytes()) not in self._known:
            integrator = self._known[key].seeing(grid)
            self._known[key, grid.tobytes()] = integrator, Forward(integrator, len(self.paths))
        return self._known[key, grid.tobytes()]

    # -- at once ------------------------------------------------------------------------------------------------------

    def _jumped(
        self, stretch: Interval, dynamics: tuple[Dynamics, Dynamics], z: np.ndarray, S: np.ndarray, last: Moved, now: Moved
    ) -> tuple[np.ndarray, np.ndarray, Moved]:
        """State and sensitivities after what happens at once at the begin of a stretch, and the impermeants that pipettes bring."""
        before, after = dynamics
        still = before.clamps.dialysed == after.clamps.dialysed
        if still and not (stretch.additions or stretch.shocks or stretch.voltages or stretch.solutions):
            return z, S, Moved({}, {}, {}, {})
        names, key = [name for name in self.turning if name in before.names], ("jump", stretch.begin)
        if key not in self._known:
            both = [f"{k}.{name}" for k in range(2) for name in after.names]
            self._known[key] = Buffered(self._happening(stretch, before, after, names), before.size + 2 * len(names), both)
        ways = [one.slopes.get(name, np.zeros(len(self.paths))) for one in (last, now) for name in names]
        values = [one.numbers[name] for one in (last, now) for name in names]
        given = [one.numbers.get(name, 0.0) for one in (last, now) for name in after.names]
        y, J = self._known[key](np.concatenate([z, values]), np.array(given))
        turned, size = J @ np.vstack([S, *ways]), after.size
        brought = list(self._amounts(stretch))
        found = dict(zip(brought, y[size:].tolist(), strict=True)), dict(zip(brought, turned[size:], strict=True))
        return y[:size], turned[:size], Moved(found[0], {}, found[1], {})

    def _happening(self, stretch: Interval, before: Dynamics, after: Dynamics, names: Sequence[str]) -> Traced:
        """What happens at once, of the reduced state before and the numbers before and after, those of some names as unknowns."""

        def happening(x: Sequence[Any], p: Mapping[str, Any]) -> list[Any]:
            parts = [dict(zip(names, x[before.size + k * len(names) :], strict=False)) for k in range(2)]
            old, new = ({name: p[f"{k}.{name}"] for name in after.names} | parts[k] | {"time": stretch.begin} for k in range(2))
            full: Any = before.full(list(x[: before.size]), old)
            full, _ = left_alone(after, before.clamps.dialysed - after.clamps.dialysed, full, new)
            full, _ = added(self.whole, stretch.additions, full, new, _as_it_is)
            full, _ = shocked(self.whole, stretch, full, new)
            full, _, changed = filled(self.whole, stretch.solutions, full, new, _as_it_is)
            full, _ = clamped(self.whole, stretch, full, new | changed)
            return [*after.reduced(full), *((new | changed)[path] for path in self._amounts(stretch))]

        return happening

    def _brought(self) -> Iterator[str]:
        """The amounts of impermeants that pipettes change."""
        for stretch in self.stretches:
            yield from self._amounts(stretch)

    def _amounts(self, stretch: Interval) -> Iterator[str]:
        for space in stretch.solutions:
            yield from (f"{space}.{word}.amount" for word in self.whole.cell.compartments[space].impermeants)

    def _ended(self, stretch: Interval, now: Moved) -> Moved:
        """The numbers at the end of a stretch."""
        numbers, ways = now.at(stretch.end - stretch.begin)
        return Moved(numbers, {}, ways, {})

    # -- what is told -------------------------------------------------------------------------------------------------

    def _seen(
        self, dynamics: Dynamics, z: np.ndarray, S: np.ndarray, now: Moved, elapsed: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """What is told of points of a stretch, and how that moves."""
        names, size = [*self.turning, *self.course.ramped], dynamics.size
        key = "told", dynamics.clamps.key

        def told(x: Sequence[Any], p: Mapping[str, Any]) -> list[Any]:
            numbers = {**p, **dict(zip(names, x[size:], strict=True))}
            return list(self.told(dynamics.full(list(x[:size]), numbers), numbers))

        others = [name for name in dynamics.names if name not in names]
        if key not in self._known:
            self._known[key] = Buffered(told, size + len(names), others)
        numbers, ways = now.later(elapsed)
        columns = [np.broadcast_to(numbers[name], elapsed.shape) for name in names]
        still = np.zeros(len(self.paths))
        turned = [np.broadcast_to(ways.get(name, still), (elapsed.size, len(self.paths))) for name in names]
        y, J = self._known[key].at_each(np.column_stack([z, *columns]), np.array([now.numbers[name] for name in others]))
        return y, np.einsum("pqz,pzw->pqw", J, np.concatenate([S, np.stack(turned, axis=1)], axis=1))


class _Numbers:
    """The numbers of every stretch as functions of the written ones, compiled once.

    Attributes:
        turning: the numbers that some written one moves
    """

    def __init__(self, courses: SensitiveCourses) -> None:
        derivation, whole = courses.derivation, courses.whole
        w = ca.SX.sym("w", len(courses.paths))
        written = {**derivation.written, **{path: w[k] for k, path in enumerate(courses.paths)}}
        described = whole.with_description(derivation.numbers(written))
        places: dict[int, int] = {}
        unique: list[Any] = []

        def kept(value: Any) -> Any:
            """A number, or the place of an expression."""
            if not isinstance(value, ca.SX):
                return float(value)
            if value.is_constant():
                return float(value)
            if (key := value.element_hash()) not in places:
                places[key] = len(unique)
                unique.append(value)
            return _Place(places[key])

        self._stretches = [
            (
                {name: kept(value) for name, value in {**described, **one.numbers, "time": one.begin}.items()},
                {name: Change(*map(kept, change)) for name, change in one.changes.items()},
            )
            for one in courses.course.at(written).intervals()
        ]
        self.turning = list(
            dict.fromkeys(name for one, _ in self._stretches for name, value in one.items() if isinstance(value, _Place))
        )
        f = ca.vertcat(*unique)
        self._function = Buffered(lambda x, _: ca.substitute(f, w, ca.vertcat(*x)).elements(), w.numel(), ())

    def __call__(self, values: np.ndarray) -> list[Moved]:
        """At values of the written numbers; slopes are with respect to their logarithms."""
        y, J = self._function(values, NONE)
        J = J * values
        still = np.zeros(values.size)

        def value(one: Any) -> float:
            return float(y[one.at]) if isinstance(one, _Place) else one

        def slope(one: Any) -> np.ndarray:
            return J[one.at] if isinstance(one, _Place) else still

        return [
            Moved(
                {name: value(one) for name, one in numbers.items()},
                {name: Change(*map(value, change)) for name, change in changes.items()},
                {name: slope(one) for name, one in numbers.items() if isinstance(one, _Place)},
                {name: Change(*map(slope, change)) for name, change in changes.items()},
            )
            for numbers, changes in self._stretches
        ]


@dataclass(frozen=True)
class _Place:
    at: int


def _as_it_is(*told: Any) -> None:
    """What cannot be is found by the course itself."""


def _not_followed(why: str | None, time: float) -> NotFoundError:
    what = "course" if why else "sensitivities of the course"
    message = f"the {what} could not be followed beyond {time:.6g} s: {why or 'they have no value there'}"
    return NotFoundError(Problem(message, expected="a looser tolerance, or a shorter course"))
