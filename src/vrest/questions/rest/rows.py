"""`rest` for many rows of numbers at once, in lanes: the potentials that `rest` chooses, each with its residual.

What the lanes are not sure of, and what takes a choice that only the whole answer can make, is left to the one-cell engine: such rows
are not `settled`.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...engines.lanes import SideBySide, Target, in_blocks, native
from .row_blocks import STABLE, UNKNOWN_STABILITY, UNSTABLE, Found, OneUnknown, SeveralUnknown
from .row_told import OUTPUTS, Told
from .zero_current import RESIDUAL_LIMIT, RestSolver


@dataclass(frozen=True)
class RowsFound:
    """What was found for rows; of those not `settled` nothing is said.

    Attributes:
        V:        potentials of the membranes [V]
        residual: the largest net current that is left, as a part of what flows
        roots:    how many states carry no net current
        stable:   whether the state is stable: `STABLE`, `UNSTABLE` or `UNKNOWN_STABILITY`
        E:        Nernst potentials [V] by membrane and ion, atp: what all mechanisms spend [mol/s]; where they are told (`telling`)
    """

    V: dict[str, np.ndarray]
    settled: np.ndarray
    residual: np.ndarray
    roots: np.ndarray
    stable: np.ndarray
    E: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)
    atp: np.ndarray | float = np.nan


class RestRows:
    """Resting potentials of rows that differ in some numbers of one description.

    Arguments:
        solver: the structure, kept
        paths:  the numbers that a row gives
        target: what finds the roots; None: lanes of the processor at hand. What is left of currents is told by these in any case

    Raises:
        ValueError: lanes cannot answer such a cell at all; the sentence says why.
    """

    def __init__(self, solver: RestSolver, paths: Sequence[str], target: Target | None = None) -> None:
        self.solver, self.cell, self.paths, self.target = solver, solver.cell, list(paths), target or native()
        kinds = [OneUnknown if block.unknowns == 1 else SeveralUnknown for block in solver.blocks]
        self.blocks = [kind(solver, block, self.paths, self.target) for kind, block in zip(kinds, solver.blocks, strict=True)]
        if not any(block.block.unknowns for block in self.blocks):
            raise ValueError("no current crosses any membrane")
        self._telling: dict[frozenset[str], Told] = {}

    @property
    def block(self) -> int | None:
        """How many rows are answered together, at most; None: all of them."""
        return self.target.block

    def telling(self, outputs: Collection[str]) -> Told:
        """What tells more of rows that were found, of some outputs; compiled once."""
        wanted = frozenset(outputs) & OUTPUTS
        if wanted not in self._telling:
            self._telling[wanted] = Told(self, wanted)
        return self._telling[wanted]

    @property
    def potentials(self) -> list[str]:
        """The membranes whose potentials are told."""
        told = {name for block in self.blocks for name in block.block.members}
        V = dict.fromkeys(told, 0.0)
        return [*V, *self.solver.circuit.without_current(V, self.solver.numbers)]

    def __call__(self, columns: Mapping[str, np.ndarray], threads: int = 1) -> RowsFound:
        """The answers of rows, for a column of each path [SI]."""
        for one in self.blocks:
            one.kernel  # noqa: B018 - what all threads use is there before them
        given: Sequence[np.ndarray] = [np.asarray(columns[path], dtype=float) for path in self.paths]
        if isinstance(columns, SideBySide) and list(columns) == self.paths:
            given = columns.whole  # type: ignore[assignment]  # rows of an array are a sequence of arrays
        size = given[0].size

        def block(rows: slice, threads: int) -> RowsFound:
            whole = rows == slice(0, size)
            return self._block(given if whole else [column[rows] for column in given], threads)

        return in_blocks(block, size, threads, self.block)

    def _block(self, given: Sequence[np.ndarray], threads: int) -> RowsFound:
        """The answers of a block of rows."""
        found = [block(given, threads) for block in self.blocks]
        stable = functools.reduce(_of_both, [one.stable for one in found])
        residual = functools.reduce(np.maximum, [one.residual for one in found])
        roots = functools.reduce(np.multiply, [one.roots for one in found])
        each = functools.reduce(np.logical_and, [one.roots > 0 for one in found])
        settled = (residual <= RESIDUAL_LIMIT) & each & ((stable == STABLE) | (roots == 1))
        return RowsFound(self._potentials(found, given), settled, residual, roots, stable)

    def _potentials(self, found: Sequence[Found], given: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        numbers: dict[str, Any] = {**self.solver.numbers, **dict(zip(self.paths, given, strict=True))}
        V: dict[str, Any] = {}
        for block, one in zip(self.blocks, found, strict=True):
            V |= block.block.voltages(list(one.x), numbers)
        V |= self.solver.circuit.without_current(V, numbers)
        return {name: V[name] for name in self.cell.membranes if name in V}


def _of_both(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The stability of a whole from those of two parts."""
    both = np.where((a == STABLE) & (b == STABLE), STABLE, UNKNOWN_STABILITY)
    return np.where((a == UNSTABLE) | (b == UNSTABLE), UNSTABLE, both)
