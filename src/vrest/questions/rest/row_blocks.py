"""The blocks of a cell for rows of numbers: graphs of unknown potentials and of what a row gives, and the kernels that solve them.

A block with one unknown potential is scanned over the range that `rest` scans; where every current rises with the potential, so that
there is one root at most, Newton finds it at once. One with several is solved from the starts that `rest` takes.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ... import maths
from ...engines.graph import Graph, signs, slopes, substituted
from ...engines.lanes import GIVEN, UNKNOWN, Balance, Balances, Kernel, Scanned, Target, mapped, native, newton, rising, scanning
from ...engines.lanes.emit import emit
from ...engines.lanes.several import LEFT
from ...engines.lanes.text import Text
from ...errors import VrestError
from ...laws.nernst import thermal_voltage
from ...mechanisms.parameter import ACTIVE
from .blocks import WIDENING, WIDEST, Block, LoopBlock, grid_of_starts
from .row_numbers import traced_rows
from .row_stability import STABLE, UNKNOWN_STABILITY, UNSTABLE, RowStability
from .zero_current import LONGEST_STEP, MARGIN, RestSolver, reversal_potentials

STEP, SETTLED = 0.0005, 3e-7
"""The step of a scan, and that of Newton after which the next one is its last [V]."""
CLOSER = 16
"""How many times as short the steps of the scan are of rows that the first one is not sure of: a turn of the net current so near to zero that
it may be crossed is seen to miss it, or to cross it twice."""
USUAL, ALMOST_ZERO = -0.06, 1e-3
"""A potential [V] to start from where the described cell has none, and one over RT/F next to which a start needs no step."""
NEAREST, FURTHEST = 0.02, 50.0
"""Bounds of the factor by which the first step may change e^(-FV/RT)."""
SAME = 1e-9
"""Potentials [V] that are one."""


@dataclass(frozen=True)
class Found:
    """What a block answers for rows: its unknown potentials (unknown, row), the residual as a part of what flows, how many roots there
    are, and whether the chosen one is stable."""

    x: np.ndarray
    residual: np.ndarray
    roots: np.ndarray
    stable: np.ndarray


class _RowBlock:
    """A block whose currents hang on its unknown potentials and on the numbers of a row."""

    def __init__(self, solver: RestSolver, block: Block, paths: Sequence[str], target: Target) -> None:
        self.solver, self.block, self.paths, self.graph, self.target = solver, block, list(paths), Graph(), target
        self.stability = RowStability.of(solver, block, self.paths)

    def _traced(self, *functions: Any) -> list[list[int]]:
        return traced_rows(self.graph, self.solver.derivation, self.paths, self.block.unknowns, *functions)

    def _unit(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        return [thermal_voltage(numbers["temperature"])]

    def _again(self, left: int, unknowns: int) -> Kernel | None:
        """What tells anew, on the processor at hand, what is left of a balance at roots that were found elsewhere."""
        if self.target == native():
            return None
        return mapped(self.graph, [left], len(self.paths), unknowns)

    def _found(self, x: np.ndarray, residual: np.ndarray, roots: np.ndarray, given: Sequence[np.ndarray], threads: int) -> Found:
        """What was found, with its stability, of roots at which the net current rises."""
        if self.stability is None:
            return Found(x, residual, roots, np.broadcast_to(STABLE, roots.shape))
        return Found(x, residual, roots, self.stability(x, given, threads))


class OneUnknown(_RowBlock):
    """A block with one unknown potential.

    Attributes:
        rises: whether its net current rises with the potential, whatever the numbers of a row
    """

    def __init__(self, solver: RestSolver, block: Block, paths: Sequence[str], target: Target) -> None:
        super().__init__(solver, block, paths, target)
        terms, (unit,), (low, high), guards, strengths, fits = self._traced(
            self._terms, self._unit, self._range, self._guards, self._strengths
        )
        self.rises = self._rises(terms, strengths)
        told = signs(self.graph, guards, self._positive)
        unsure = dict.fromkeys(a for a, sign in zip(guards, told, strict=True) if sign is None and not self.rises)
        self.balance = Balance(self.graph, terms, unit, low, high, fits, list(unsure), len(self.paths))
        self.again = self._again(self.balance.left(), 1)

    def __call__(self, given: Sequence[np.ndarray], threads: int) -> Found:
        found = self.kernel(given, len(given[0]), threads)
        if not self.rises:
            self._closer(found, given, threads)
        root, residual, roots = found
        if self.again is not None:
            (residual,) = self.again([*given, root], root.size, threads)
        return self._found(root[None], residual, roots.astype(int), given, threads)

    def _terms(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """Currents of the mechanisms out of the compartment whose potential x is."""
        if isinstance(self.block, LoopBlock):
            return self.block.loop.terms(x, numbers)
        return list(self.block.system.currents(x[0], numbers).values())

    def _range(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """The ends of the scan [V], as `RestSolver.scanned` takes them before it widens them."""
        zero, one = (self.block.voltages([at], numbers) for at in (0.0, 1.0))
        ends = []
        for name in self.block.members:
            way = float(one[name] - zero[name])
            found = self._reversals(name, numbers)
            margins = functools.reduce(maths.minimum, found) - MARGIN, functools.reduce(maths.maximum, found) + MARGIN
            ends += [(V - zero[name]) * way for V in margins if way]
        return [functools.reduce(maths.minimum, ends), functools.reduce(maths.maximum, ends)]

    def _reversals(self, name: str, numbers: Mapping[str, Any]) -> list[Any]:
        system, shown = self.solver.circuit.membranes[name], self.solver.numbers
        active = {word: m for word, m in system.mechanisms.items() if shown[f"{name}.{word}.{ACTIVE}"]}
        return [E for word, m in active.items() for E in reversal_potentials(system, word, m, numbers, shown)] or [0.0]

    def _guards(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """What formulas of a membrane divide by."""
        return [] if isinstance(self.block, LoopBlock) else self.block.system.divisors(x[0], numbers)

    # -- whether the currents rise ------------------------------------------------------------------------------------

    def _strengths(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """Permeabilities and conductances of the passive paths."""
        membranes = self.solver.circuit.membranes
        paths = [
            path for name, V in self.block.voltages(x, numbers).items() for path in membranes[name].passive_paths(V, numbers)
        ]
        return [path.conductance if path.permeability is None else path.permeability for path in paths]

    def _rises(self, terms: Sequence[int], strengths: Sequence[int]) -> bool:
        """Currents of passive paths rise whose permeabilities and conductances are not negative and answer to no potential; others where the
        signs of what their slopes are made of say so."""
        graph, x = self.graph, self.graph.input(UNKNOWN, 0)
        fixed = not any(x in graph.needed([a]) for a in strengths)
        mechanisms = [system.mechanisms[word] for system in self._systems() for word in system.membrane.mechanisms]
        others = [a for a, one in zip(terms, mechanisms, strict=True) if one.law.paths is None]
        told = signs(graph, [*strengths, *slopes(graph, others, [x]).values()], self._positive)
        return fixed and all(sign in (0, 1) for sign in told)

    def _systems(self) -> list[Any]:
        return [self.solver.circuit.membranes[name] for name in self.block.members]

    @functools.cached_property
    def _positive(self) -> set[int]:
        """The numbers of a row that are never negative."""
        rows = [self.solver.cell.settable[path].row for path in self.paths]
        return {self.graph.input(GIVEN, k) for k, row in enumerate(rows) if row is not None and row.domain.low >= 0}

    # -- kernels --------------------------------------------------------------------------------------------------------

    @functools.cached_property
    def kernel(self) -> Kernel:
        """What solves it."""
        scan = Scanned(STEP, WIDEST, WIDENING, SETTLED)
        return rising(self.balance, scan, self._start, self.target) if self.rises else scanning(self.balance, scan, self.target)

    @functools.cached_property
    def closer(self) -> Kernel:
        """The same in shorter steps."""
        return scanning(self.balance, Scanned(STEP / CLOSER, WIDEST, WIDENING, SETTLED), self.target)

    @functools.cached_property
    def fits(self) -> Kernel | None:
        """What tells whether rows may be answered at all; None where any may."""
        return mapped(self.graph, self.balance.fits, len(self.paths), 0) if self.balance.fits else None

    def _closer(self, found: np.ndarray, given: Sequence[np.ndarray], threads: int) -> None:
        """Scan those rows once more in shorter steps that may be answered and are not."""
        doubtful = np.flatnonzero(found[2] < 0)
        if doubtful.size and self.fits is not None:
            told = self.fits([one[doubtful] for one in given], doubtful.size, threads)
            doubtful = doubtful[np.all(told > 0, axis=0)]
        if doubtful.size:
            found[:, doubtful] = self.closer([one[doubtful] for one in given], doubtful.size, threads)

    @functools.cached_property
    def _nominal(self) -> float:
        """The root of the described cell, or a usual one [V]."""
        try:
            (state, *_) = self.solver.roots(self.block, self.solver.numbers).roots
        except VrestError:
            return USUAL
        first = self.block.members[0]
        zero, one = (self.block.voltages([x], self.solver.numbers)[first] for x in (0.0, 1.0))
        return float((state.V[first] - zero) / (one - zero))

    def _start(self, t: Text, given: Sequence[str]) -> str:
        """One step from the described cell's root, at which exponentials are numbers, in e^(-FV/RT): of fields alone the root itself."""
        graph, unit = self.graph, thermal_voltage(self.solver.numbers["temperature"])
        u = self._nominal / unit
        if abs(u) < ALMOST_ZERO:
            return t.number(self._nominal)
        nominal = graph.const(self._nominal)
        net, slope = substituted(graph, self.balance.net(), {graph.input(UNKNOWN, 0): nominal})
        part = (1 / u - 1 / np.expm1(u)) / unit
        f, df = emit(t, graph, [net, graph.sub(slope, graph.mul(graph.const(part), net))], {GIVEN: given})
        factor = t.fma(t.number(1 / unit), t.div(f, df), t.number(1.0))
        factor = t.min(t.max(factor, t.number(NEAREST)), t.number(FURTHEST))
        return t.fma(t.number(-unit), t.function("log", factor), t.number(self._nominal))


class SeveralUnknown(_RowBlock):
    """A loop with several unknown potentials, or with none."""

    def __init__(self, solver: RestSolver, block: Block, paths: Sequence[str], target: Target) -> None:
        super().__init__(solver, block, paths, target)
        assert isinstance(block, LoopBlock)
        self.loop = block.loop
        sums, terms, (unit,), fits = self._traced(self.loop.residuals, self._terms, self._unit)
        self.balances = Balances(self.graph, sums, terms, unit, fits, len(self.paths))
        self.again = self._again(self.balances.seen()[LEFT], block.unknowns) if block.unknowns else None

    def _terms(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """Currents of all mechanisms."""
        membranes = self.solver.circuit.membranes
        V = self.loop.voltages(x, numbers)
        return [current for name, at in V.items() for current in membranes[name].currents(at, numbers).values()]

    @functools.cached_property
    def kernel(self) -> Kernel:
        """What solves it from one start."""
        return newton(self.balances, LONGEST_STEP, SETTLED, self.target)

    def __call__(self, given: Sequence[np.ndarray], threads: int) -> Found:
        n, size = self.block.unknowns, len(given[0])
        if not n:
            nothing = np.zeros(size)
            return Found(np.zeros((0, size)), nothing, np.ones(size, dtype=int), np.full(size, STABLE))
        starts = grid_of_starts(n)
        every = np.array([self.kernel([*given, *start], size, threads) for start in starts])
        x, left = every[:, :n], every[:, n]
        which = self._chosen(x, left, dict(zip(self.paths, given, strict=True)))
        rows = np.arange(size)
        chosen, own = x[which, :, rows].T, left[which, rows]
        if self.again is not None:
            (own,) = self.again([*given, *chosen], size, threads)
        found = self._found(chosen, np.abs(own), _distinct(x, left), given, threads)
        return Found(chosen, found.residual, found.roots, np.where(own > 0, found.stable, UNSTABLE))

    def _chosen(self, x: np.ndarray, left: np.ndarray, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        """The place of the most negative state at which small deviations of the potentials decay; of another one where there is none."""
        V = [self.loop.voltages(list(one), {**self.solver.numbers, **columns}).values() for one in x]
        total = np.array([sum(one) for one in V])
        total = np.where(np.isnan(left), np.inf, total)
        decaying = np.where(left > 0, total, np.inf)
        return np.where(np.isfinite(decaying.min(axis=0)), decaying.argmin(axis=0), total.argmin(axis=0))


def _distinct(x: np.ndarray, left: np.ndarray) -> np.ndarray:
    """How many different roots (start, unknown, row) there are in each row; -1 where there is none."""
    found = ~np.isnan(left)
    count = np.zeros(left.shape[1], dtype=int)
    open_ = found.copy()
    while np.any(open_):
        first = open_.argmax(axis=0)
        here = x[first, :, np.arange(x.shape[2])].T
        count += open_.any(axis=0)
        open_ &= ~(np.abs(x - here).max(axis=1) < SAME) & (np.arange(len(x))[:, None] != first)
    return np.where(found.any(axis=0), count, -1)


__all__ = ["STABLE", "UNKNOWN_STABILITY", "UNSTABLE", "Found", "OneUnknown", "SeveralUnknown"]
