"""`simulate` for many rows of numbers at once, in lanes: the course that one cell takes, each row held to the tolerance by itself.

Between two events of the protocol all rows go through one kernel; what happens at an event is arithmetic on arrays. Rows that do not come
to the end, or do not keep what must be kept, are left to the one-cell engine, and so are cells and protocols that lanes do not know.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ... import maths
from ...description.protocol import Protocol
from ...engines.graph import Graph, traced
from ...engines.integrator import NEGATIVE
from ...engines.lanes import GIVEN, UNKNOWN, Target, in_blocks
from ...engines.lanes.stepping import ARRIVED, MOST_STEPS, Rates, Stepping, stepping
from ...engines.ramps import STILL, Change, named
from ...system.cell import CellSystem
from ...system.clamps import Dynamics, dependent_ions
from ..rest.rows import RestRows
from ..steady.rows import SteadyRows
from ..steady.steady_state import SteadySolver
from .electrodes import added, clamped, filled, left_alone, shocked
from .engines import ATOL, PART, SHORT
from .intervals import Interval, Intervals
from .observe import contents
from .row_account import RowAccount
from .row_start import begun
from .timed import TimedFormulas

ROOM = 4_000_000
"""Numbers of states at wanted times that are there at once, of a block of rows."""
TOGETHER = 8192
"""Rows of a block, at most: few of them take far more steps than others, and lanes are filled as long as there are some."""


@dataclass(frozen=True)
class CoursesFound:
    """What was found for rows at the wanted times (row, time); of rows that are not `settled` nothing is said.

    Attributes:
        V:        potentials of the membranes [V]
        inside:   concentrations [mol/m^3] by compartment and ion; volume: of compartments [m^3]
        residual: the largest part of a species or charge that was not kept
    """

    V: dict[str, np.ndarray]
    inside: dict[tuple[str, str], np.ndarray]
    volume: dict[str, np.ndarray]
    settled: np.ndarray
    residual: np.ndarray


@dataclass
class _Rows:
    """Rows on their way: the state, row of the state by row, which are followed, and the account of what they keep; which compartments a
    pipette holds, and the amounts of impermeants that pipettes left."""

    size: int
    x: Sequence[Any]
    followed: np.ndarray
    account: RowAccount
    numbers: Mapping[str, Any]
    seen: list[tuple[np.ndarray, Dynamics, Sequence[Any], Mapping[str, Any]]] = field(default_factory=list)
    dialysed: frozenset[str] = frozenset()
    impermeants: dict[str, Any] = field(default_factory=dict)


class CourseRows:
    """Time courses of rows that differ in some numbers of one description.

    Arguments:
        solver:   the structure, kept
        start:    what answers the rest, or the steady state, in which courses of such rows begin; its target integrates too
        protocol: what is done to all of them
        times:    when they are looked at [s], in order
        rtol:     relative tolerance

    Raises:
        ValueError: lanes cannot follow such a cell, or such a protocol, at all; the sentence says why.
    """

    def __init__(
        self, solver: SteadySolver, start: RestRows | SteadyRows, protocol: Protocol, times: np.ndarray, rtol: float
    ) -> None:
        self.whole, self.start, self.protocol, self.times, self.rtol = solver.problem.moving, start, protocol, times, rtol
        if (why := next(_unknown(self.whole, protocol), None)) is not None:
            raise ValueError(why)
        self.derivation, self.posed = solver.whole.derivation, solver.problem.at(solver.whole.numbers)
        self.timed = TimedFormulas(self.whole, protocol.until)
        given = {path: np.full(1, self.derivation.written[path]) for path in start.paths}
        if self.timed.answer_to(self.derivation.numbers({**self.derivation.written, **given})):
            raise ValueError("formulas of the time that differ from row to row")
        self.dependent = dependent_ions(self.whole, self.whole.numbers)
        self._kernels: dict[object, _Stretches] = {}
        self._lock = threading.Lock()

    def __call__(self, columns: Mapping[str, np.ndarray], threads: int = 1) -> CoursesFound:
        """The courses of rows, for a column of each path [SI]."""
        given = {path: np.asarray(values, dtype=float) for path, values in columns.items()}
        return in_blocks(
            lambda rows, threads: self._block({path: column[rows] for path, column in given.items()}, threads),
            next(iter(given.values())).size,
            threads,
            self.block,
        )

    @property
    def block(self) -> int | None:
        """How many rows are followed together, at most."""
        room = max(1, ROOM // (self.times.size * self.whole.states.size))
        return room if self.start.block is None else min(room, TOGETHER)

    def _block(self, columns: Mapping[str, np.ndarray], threads: int) -> CoursesFound:
        with np.errstate(all="ignore"):
            rested = self.start(columns, threads)
            size, written = rested.settled.size, {**self.derivation.written, **columns}
            course = Intervals(self.derivation, self.protocol, written)
            stretches = course.intervals()
            described = self.whole.with_description(course.numbers({}))
            x, fits = begun(self.posed, self.protocol, rested, described, size)
            rows = _Rows(size, x, rested.settled & fits, RowAccount(self.whole, x, described, size), described)
            varying = _varying([described, *(stretch.numbers for stretch in stretches)])
            varying += [path for path in self._brought(stretches) if path not in varying]
            for stretch in stretches:
                self._through(stretch, rows, varying, threads)
            rows.account.total(rows.x, rows.numbers)
            return self._seen(rows)

    def _through(self, stretch: Interval, rows: _Rows, varying: Sequence[str], threads: int) -> None:
        """All rows to the end of a stretch."""
        key = stretch.clamps.key, tuple(stretch.changes), tuple(varying)
        with self._lock:
            if key not in self._kernels:
                self._kernels[key] = _Stretches(self.whole, stretch, self.dependent, varying, rows.numbers, self.start.target)
        kernel = self._kernels[key]
        dynamics, numbers = kernel.dynamics, {**rows.numbers, **stretch.numbers, **rows.impermeants, "time": stretch.begin}
        before, z = self._begun(stretch, dynamics, rows, numbers)
        old, numbers = numbers, numbers | rows.impermeants
        if np.any(self.times == stretch.begin):
            rows.seen.append((np.array([stretch.begin]), dynamics, [np.reshape(one, (1, -1)) for one in z], numbers))
        for begin, end, longest in self._pieces(stretch, numbers):
            last = end < stretch.end or end >= self.protocol.until
            wanted = self.times[(self.times > begin) & ((self.times <= end) if last else (self.times < end))]
            times = stretch.begin, begin, end, longest
            z, arrived, shown = kernel(z, numbers, stretch.changes, times, wanted, self.rtol, rows.size, threads)
            rows.followed &= arrived
            if wanted.size:
                rows.seen.append((wanted, dynamics, list(shown.transpose(1, 0, 2)), _later(numbers, stretch, wanted[:, None])))
        later = _later(numbers, stretch, stretch.end)
        rows.account.stretch(dynamics, (before, old), (z, later))
        rows.followed &= np.all(np.isfinite(z), axis=0) & _positive(dynamics, z, later)
        rows.x, rows.numbers = dynamics.full(z, later), later

    def _pieces(self, stretch: Interval, numbers: Mapping[str, Any]) -> Iterator[tuple[float, float, float]]:
        """Begin, end and longest step of each piece of a stretch: formulas of the time cut it as they cut a run."""
        for begin, cut in self.timed.pieces(stretch.begin, stretch.end, numbers):
            yield begin, cut.end, SHORT * (cut.end - begin) if cut.changing else np.inf

    def _begun(
        self, stretch: Interval, dynamics: Dynamics, rows: _Rows, numbers: Mapping[str, Any]
    ) -> tuple[Sequence[Any], Sequence[Any]]:
        """What is done at once at the begin of a stretch: reduced states before electrodes hold potentials or contents, and after."""

        def refuse(*told: Any) -> None:
            rows.followed &= ~np.asarray(told[-1])

        x, left = left_alone(dynamics, rows.dialysed - stretch.clamps.dialysed, rows.x, numbers)
        x, brought = added(self.whole, stretch.additions, x, numbers, refuse)
        x, displaced = shocked(self.whole, stretch, x, numbers)
        for given in (left, brought, displaced):
            rows.account.enter({key: -amount for key, amount in given.items()})
        rows.dialysed, before = stretch.clamps.dialysed, dynamics.reduced(x)
        x, brought, changed = filled(self.whole, stretch.solutions, x, numbers, refuse)
        rows.impermeants |= changed
        x, given = clamped(self.whole, stretch, x, {**numbers, **changed})
        for key, amount in brought.items():
            given[key] = given.get(key, 0.0) + amount
        return before, dynamics.reduced(x, [-given.get(key, 0.0) for key in dynamics.ledger])

    def _brought(self, stretches: Sequence[Interval]) -> Iterator[str]:
        """The amounts of impermeants that pipettes change."""
        for space in dict.fromkeys(space for stretch in stretches for space in stretch.solutions):
            yield from (f"{space}.{word}.amount" for word in self.whole.cell.compartments[space].impermeants)

    def _seen(self, rows: _Rows) -> CoursesFound:
        """What is seen of rows at the wanted times."""
        groups = [self._looked(*one, rows.size) for one in rows.seen]
        V, inside, volume = (
            {key: np.concatenate([one[key] for one in parts]).T for key in parts[0]} for parts in zip(*groups, strict=True)
        )
        settled = rows.followed & rows.account.kept
        for values in (*V.values(), *inside.values(), *volume.values()):
            settled = settled & np.all(np.isfinite(values), axis=1)
        return CoursesFound(V, inside, volume, settled, rows.account.largest)

    def _looked(
        self, times: np.ndarray, dynamics: Dynamics, z: Sequence[Any], numbers: Mapping[str, Any], size: int
    ) -> list[dict[Any, np.ndarray]]:
        """Potentials, concentrations and volumes of rows at times (time, row)."""
        found = contents(self.whole, dynamics.full(z, numbers), numbers)
        return [{key: np.broadcast_to(one, (times.size, size)) for key, one in values.items()} for values in found]


class _Stretches:
    """The kernel of stretches under the same clamps in which the same numbers change."""

    def __init__(
        self,
        whole: CellSystem,
        like: Interval,
        dependent: Mapping[str, str],
        varying: Sequence[str],
        numbers: Mapping[str, Any],
        target: Target,
    ) -> None:
        self.dynamics = Dynamics(whole, like.clamps, dependent)
        fixed = {**numbers, **like.numbers}
        self.names, self.ramped = [name for name in varying if name in fixed], list(like.changes)
        self.kernel = self._kernel(fixed, target)

    def _kernel(self, fixed: Mapping[str, Any], target: Target) -> Stepping:
        graph, n, held = Graph(), self.dynamics.size, len(self.dynamics.kept)
        given = len(self.names) + len(STILL) * len(self.ramped) + 1

        def function(x: list[Any], w: list[Any]) -> list[Any]:
            *z, time = x
            numbers = {**fixed, **named(self.names, self.ramped, w, time - w[-1])[0], "time": time}
            return [*self.dynamics.rates(z, numbers), *self.dynamics.parts(z, numbers)]

        with maths.lean():
            nodes = traced(graph, function, {UNKNOWN: n + 1, GIVEN: given})
        lowest = graph.const(0.0)
        for part in nodes[n:]:
            lowest = graph.bound("min", part, lowest)
        return stepping(Rates(graph, nodes[:n], lowest, NEGATIVE, given, held), target)

    def __call__(
        self,
        z: Sequence[Any],
        numbers: Mapping[str, Any],
        changes: Mapping[str, Change],
        times: tuple[float, float, float, float],
        wanted: np.ndarray,
        rtol: float,
        size: int,
        threads: int,
    ) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
        """Reduced states at the end, which of them arrived there, and the kept ones at wanted times (time, row of the state, row).

        Arguments:
            times: begin of the stretch, begin and end of what is integrated, longest step [s]
        """
        first, begin, end, longest = times
        given = [*(numbers[name] for name in self.names), *(part for name in self.ramped for part in changes[name]), first]
        scales, _ = self.dynamics.scales([row.initial(numbers) for row in self.dynamics.states.rows], numbers)
        columns = [*given, *z, *scales, begin, end, rtol, min(ATOL, PART * rtol), longest, MOST_STEPS]
        found, shown = self.kernel.at(columns, size, wanted, threads)
        n = self.dynamics.size
        return list(found[:n]), found[n + ARRIVED] > 0, shown


def _unknown(whole: CellSystem, protocol: Protocol) -> Iterator[str]:
    """What lanes do not know of a cell or a protocol."""
    told = {
        "a course that ends when something is met": protocol.steady or protocol.crosses is not None,
        "membranes that no current crosses": bool(whole.circuit.silent),
    }
    yield from (words for words, holds in told.items() if holds)


def _varying(every: Sequence[Mapping[str, Any]]) -> list[str]:
    """The numbers that are not one and the same in all rows and stretches."""
    first: dict[str, Any] = {}
    found: dict[str, None] = {}
    for numbers in every:
        for name, value in numbers.items():
            if np.ndim(value) or first.setdefault(name, value) != value:
                found[name] = None
    return list(found)


def _later(numbers: Mapping[str, Any], stretch: Interval, time: Any) -> dict[str, Any]:
    """The numbers that hold at times of a stretch."""
    changed = {name: change.later(numbers[name], time - stretch.begin) for name, change in stretch.changes.items()}
    return {**numbers, **changed, "time": time}


def _positive(dynamics: Dynamics, z: Sequence[Any], numbers: Mapping[str, Any]) -> np.ndarray:
    """Whether no amount and no volume is negative."""
    return np.asarray(functools.reduce(maths.minimum, dynamics.parts(z, numbers), 0.0) >= NEGATIVE)
