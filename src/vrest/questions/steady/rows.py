"""`steady_state` for many rows of numbers at once, in lanes: the state that each described cell comes to, by the way that it takes there.

Each row starts at its own rest, is followed as `SteadySolver` follows one cell, and is answered where its way ends. A row whose way does not
end, whose rest lanes do not settle, or whose state is not what a cell could have, is left to the one-cell engine: it is not `settled`.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ... import maths
from ...description.cell import BATH
from ...engines.graph import Graph, slopes
from ...engines.lanes import UNKNOWN, Kernel, in_blocks, mapped
from ...engines.lanes.following import Course, Pace, following
from ...system.states import CHARGE, VOLUME, Key
from ...system.water import whole_volume
from ..rest.row_numbers import traced_rows
from ..rest.rows import RestRows
from ..state.balance import MOST_SOLUBLE
from ..state.osmosis import pressures
from . import solver as by_one
from .booking import MOST_BOOKED
from .certificate import BOUND, FLUX_LIMIT, TOTALS_LIMIT, changing, charge_scale, water_scale
from .notes import REACHED
from .plausible import MOST_BORNE
from .row_start import start_of
from .start import potentials_at
from .steady_state import SteadySolver, concentrations

EULER_SETTLED, SETTLED = 1e-6, 1e-9
"""Newton's last step within a step of the way and at rest. It is taken, so that what is left is of the order of its square; a step of the way
may change an unknown by `CHANGE`."""
PACE = Pace(
    first=by_one.FIRST_STEP,
    last=by_one.LAST_STEP,
    shortest=by_one.SHORTEST_STEP,
    leap=by_one.LEAP,
    change=by_one.CHANGE,
    part=by_one.PART,
    longer=by_one.LONGER,
    shorter=by_one.SHORTER,
    little=by_one.LITTLE,
    longest=by_one.LONGEST_STEP,
    settled=(EULER_SETTLED, SETTLED),
    small=by_one.SMALL,
    newton=(by_one.EULER_NEWTON, by_one.NEWTON_STEPS),
    most=by_one.EULER_STEPS,
)
"""A row goes the way of one cell, in the same steps."""
MOVED = 0.01
"""By how much numbers are moved to see whether totals that are conserved hang on them."""
SAME_TOTALS = 1e-9
SHORT, LONG = 1e-9, 1e9
"""Steps of implicit Euler [s] between which its matrix turns its sign where a deviation grows at a rate between their inverses."""


@dataclass(frozen=True)
class SteadyRowsFound:
    """What was found for rows; of those not `settled` nothing is said.

    Attributes:
        V:        potentials of the membranes [V]
        inside:   concentrations [mol/m^3] by compartment and ion; volume: of compartments [m^3]
        atp:      what all mechanisms spend [mol/s]
        residual: the largest imbalance that is left, as a part of what a change of all unknowns by one would make of it
        looks:    how often the equations were looked at
        unknowns: of the equations, row by row (`SteadyProblem`)
    """

    V: dict[str, np.ndarray]
    inside: dict[tuple[str, str], np.ndarray]
    volume: dict[str, np.ndarray]
    atp: np.ndarray
    settled: np.ndarray
    residual: np.ndarray
    looks: np.ndarray
    unknowns: list[np.ndarray]


class SteadyRows:
    """Steady states of rows that differ in some numbers of one description.

    Arguments:
        solver: the structure, kept
        rest:   what answers the rest of the same rows; its target goes the way to steady states too
    Raises:
        ValueError: lanes cannot answer such a cell at all; the sentence says why.
    """

    def __init__(self, solver: SteadySolver, rest: RestRows) -> None:
        self.solver, self.rest, self.paths, self.target, self.whole = solver, rest, rest.paths, rest.target, solver.whole
        self.posed = solver.problem.at(solver.rest.numbers)
        self._must_keep_totals()
        self.size = self.posed.states.size
        cell, numbers = self.whole.cell, self.posed.numbers
        self.membranes = [name for name in cell.membranes if name in rest.potentials]
        self.places = [(space, ion) for space, ions in concentrations(cell, numbers).items() for ion in ions]
        self.spaces = [name for name, one in cell.compartments.items() if one.role != BATH and f"{name}.volume" in numbers]
        self._start, self._way, self._told = self._starting(), self.following(PACE), self._telling()

    def _must_keep_totals(self) -> None:
        """What is conserved, and what is absent, must be the same whatever a row gives."""
        derivation, count = self.solver.rest.derivation, len(self.paths)
        factors = {path: 1 + MOVED * (k + 1) / count for k, path in enumerate(self.paths)}
        written = {path: value * factors.get(path, 1.0) for path, value in derivation.written.items()}
        moved = self.solver.problem.at(derivation.numbers(written))
        same = moved.absent == self.posed.absent and moved.L.shape == self.posed.L.shape
        if not same or not np.allclose(moved.L, self.posed.L, rtol=0, atol=SAME_TOTALS):
            raise ValueError("what is conserved hangs on the numbers of a row")

    @property
    def block(self) -> int | None:
        """How many rows are answered together, at most; None: all of them."""
        return self.target.block

    # -- kernels --------------------------------------------------------------------------------------------------------

    def _traced(self, graph: Graph, unknowns: int, *functions: Any) -> list[list[int]]:
        return traced_rows(graph, self.solver.rest.derivation, self.paths, unknowns, *functions)

    def _starting(self) -> Kernel:
        """Unknowns to begin with, from the given numbers and potentials at rest; then whether such numbers fit, as one or zero."""
        graph = Graph()

        def function(V: list[Any], numbers: Mapping[str, Any]) -> list[Any]:
            potentials = potentials_at(self.solver.rest, dict(zip(self.membranes, V, strict=True)), numbers)
            return start_of(self.posed, potentials, numbers)

        start, fits = self._traced(graph, len(self.membranes), function)
        all_fit = graph.const(1.0)
        for one in fits:
            all_fit = graph.select(one, all_fit, graph.const(0.0))
        return mapped(graph, [*start, all_fit], len(self.paths), len(self.membranes))

    def _outputs(self, y: list[Any], numbers: Mapping[str, Any]) -> list[Any]:
        posed = self.posed
        return posed.problem.outputs(y, numbers, posed.L, posed.dependent, posed.absent)

    def following(self, pace: Pace) -> Kernel:
        """What solves for states, at a pace: where the ways end."""
        graph, n = Graph(), self.size
        outputs, _ = self._traced(graph, n, self._outputs)
        parts = outputs[:n], outputs[n : 2 * n], outputs[2 * n :]
        return following(Course(graph, *parts, self.solver.problem.linear.tolist(), len(self.paths)), pace, self.target)

    def _telling(self) -> Kernel:
        """What is told of states, how much is left of each balance over its limit and over its scale, how far beyond what a cell can have."""
        graph, n = Graph(), self.size
        outputs, told, scales, beyond, _ = self._traced(graph, n, self._outputs, self._said, self._scales, self._beyond)
        scale = self._answers(graph, outputs[:n]) | dict(zip(self._scaled(), scales, strict=True))
        fractions = [graph.div(graph.function("fabs", balance), scale[k]) for k, balance in enumerate(outputs[:n])]
        limits = [TOTALS_LIMIT if k in self.posed.dependent else FLUX_LIMIT for k in range(n)]
        over = [graph.mul(graph.const(1 / limit), a) for limit, a in zip(limits, fractions, strict=True)]
        found = [*told, *(_most(graph, group) for group in (fractions, over, beyond))]
        return mapped(graph, found, len(self.paths), n)

    @staticmethod
    def _answers(graph: Graph, balances: Sequence[int]) -> dict[int, int]:
        """What a change of each unknown by one would make of a balance, all counted as positive."""
        found: dict[int, int] = {}
        for (k, _), slope in slopes(graph, balances, graph.inputs(UNKNOWN, len(balances))).items():
            found[k] = graph.add(found.get(k, graph.const(0.0)), graph.function("fabs", slope))
        return found

    @property
    def _may_repel(self) -> bool:
        """Whether some net current may fall with its potential, so that a cell may have states that it leaves."""
        return not all(getattr(block, "rises", False) for block in self.rest.blocks)

    @functools.cached_property
    def _slopes(self) -> Kernel:
        """Slopes of contents, then of rates."""
        graph, n = Graph(), self.size
        outputs, _ = self._traced(graph, n, self._outputs)
        found = slopes(graph, outputs[n:], graph.inputs(UNKNOWN, n))
        return mapped(graph, [found.get((i, j), graph.const(0.0)) for i in range(2 * n) for j in range(n)], len(self.paths), n)

    def _attracts(self, columns: Sequence[np.ndarray], size: int, threads: int) -> np.ndarray:
        """Whether no single deviation from states grows, in which long steps of a way may end that leads past them."""
        found = self._slopes(columns, size, threads).T.reshape(size, 2, self.size, self.size)
        contents, rates = found[:, 0], found[:, 1]
        signs = []
        for h in (SHORT, LONG):
            A = contents / h - rates
            largest = np.abs(A).max(axis=2, keepdims=True)
            signs.append(np.linalg.slogdet(A / np.where(largest > 0, largest, 1.0))[0])
        return np.asarray(signs[0] * signs[1] > 0)

    # -- what is told -----------------------------------------------------------------------------------------------------

    def _at(self, y: list[Any], numbers: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any], dict[str, Any]]:
        """The state, potentials of the membranes and numbers that hold the state."""
        problem = self.solver.problem
        x = problem.state(y, numbers)
        return x, problem.voltages(y, numbers), self.whole.at(x, numbers)

    def _said(self, y: list[Any], numbers: Mapping[str, Any]) -> list[Any]:
        _, V, state = self._at(y, numbers)
        inside = concentrations(self.whole.cell, state)
        flows = self.whole.flows(V, state)
        spent = [one.atp for group in flows.values() for one in group.values() if one.atp is not None]
        volumes = [whole_volume(name, state[f"{name}.volume"], state) for name in self.spaces]
        return [*V.values(), *(inside[space][ion] for space, ion in self.places), *volumes, sum(spent, 0.0)]

    def _scaled(self) -> list[int]:
        """Rows whose balances have a scale of their own: charges and waters."""
        keys = [*(Key(CHARGE, node) for node in self.whole.charged), *self.posed.states.keys(VOLUME)]
        return sorted(k for key in keys if (k := self.posed.states.index[key]) not in self.posed.dependent)

    def _scales(self, y: list[Any], numbers: Mapping[str, Any]) -> list[Any]:
        x, _, state = self._at(y, numbers)
        keys = [self.posed.states.rows[k].key for k in self._scaled()]
        return [
            charge_scale(self.whole, key.place, x, state) if key.kind == CHARGE else water_scale(self.whole, key.place, state)
            for key in keys
        ]

    def _beyond(self, y: list[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """Concentrations, pressures, volumes and booked charges over what a cell can have."""
        x, _, state = self._at(y, numbers)
        cell = self.whole.cell
        found = [c / MOST_SOLUBLE for ions in concentrations(cell, state).values() for c in ions.values()]
        found += [maths.absolute(p) / MOST_BORNE for p in pressures(cell, state).values()]
        volumes = self.whole.volumes(x, numbers)
        for name in changing(self.whole):
            ratio = volumes[name] / numbers[f"{name}.described_volume"]
            found += [ratio / BOUND, 1 / (ratio * BOUND)]
        z, stats = cell.valences, self.whole.stats
        booked = {(one.space, one.ion) for one in stats.all if stats.books(one)}
        given = self.whole.given(x, numbers) if booked else []
        return found + [maths.absolute(z[ion] * n / w) / MOST_BOOKED for space, ion, n, w in given if (space, ion) in booked]

    # -- answers ------------------------------------------------------------------------------------------------------

    def __call__(self, columns: Mapping[str, np.ndarray], threads: int = 1) -> SteadyRowsFound:
        """The answers of rows, for a column of each path [SI]."""
        given = {path: np.asarray(columns[path], dtype=float) for path in self.paths}
        size = given[self.paths[0]].size
        return in_blocks(
            lambda rows, threads: self._block({path: column[rows] for path, column in given.items()}, threads),
            size,
            threads,
            self.block,
        )

    def _block(self, columns: Mapping[str, np.ndarray], threads: int) -> SteadyRowsFound:
        """The answers of a block of rows."""
        given, rest = list(columns.values()), self.rest(columns, threads)
        size = given[0].size
        *start, fits = self._start([*given, *(rest.V[name] for name in self.membranes)], size, threads)
        *y, away, looks = self._way([*given, *start], size, threads)
        *told, residual, over, beyond = self._told([*given, *y], size, threads)
        settled = rest.settled & (fits > 0) & (away < REACHED) & (over <= 1) & (beyond <= 1)
        found = np.flatnonzero(settled)
        if self._may_repel and found.size:
            settled[found] = self._attracts([one[found] for one in (*given, *y)], found.size, threads)
        said = iter(told)
        V = {name: next(said) for name in self.whole.cell.membranes}
        inside = {place: next(said) for place in self.places}
        volume = {name: next(said) for name in self.spaces}
        return SteadyRowsFound(V, inside, volume, next(said), settled, residual, looks, y)


def _most(graph: Graph, of: Sequence[int]) -> int:
    """The largest of numbers that are not negative; no number where one is none."""
    found = graph.const(0.0)
    for a in of:
        found = graph.select(graph.compare("le", a, found), found, a)
    return found
