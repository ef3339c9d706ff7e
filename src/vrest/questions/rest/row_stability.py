"""Whether gates leave the roots of many rows stable: the eigenvalues of small deviations, row by row, from slopes found in lanes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...engines.graph import Graph, slopes, substituted, traced
from ...engines.lanes import GIVEN, UNKNOWN, Kernel, mapped
from ..state.spectrum import stability_of
from .blocks import Block
from .zero_current import RestSolver

STABLE, UNSTABLE, UNKNOWN_STABILITY = 1, 0, -1


class RowStability:
    """The deviations of one block's potentials and gates; see `gated`."""

    def __init__(self, solver: RestSolver, block: Block, paths: Sequence[str]) -> None:
        from .gated import GatedBlock

        self.solver, self.block, self.paths = solver, block, paths
        self.gated = GatedBlock(solver.circuit, block, tuple(solver.numbers))
        self.unknowns, self.size = block.unknowns, block.unknowns + len(self.gated.gates)
        self.kernel = self._kernel()

    @classmethod
    def of(cls, solver: RestSolver, block: Block, paths: Sequence[str]) -> RowStability | None:
        """That of a block with gates; None where gates have no say."""
        if not any(solver.circuit.cell.membranes[name].gated for name in block.members):
            return None
        return cls(solver, block, paths)

    def _kernel(self) -> Kernel | None:
        """Slopes of net currents and of rates of gates, settled, then capacitances; None where these are not described."""
        graph, n = Graph(), self.unknowns
        capacitances: list[Any] = []

        def function(x: list[Any], y: list[Any], w: list[Any]) -> list[Any]:
            numbers = self.solver.derivation.numbers({**self.solver.derivation.written, **dict(zip(self.paths, w, strict=True))})
            capacitances.extend(self.gated.capacitances(numbers))
            known = [0.0 if C is None else C for C in capacitances]
            return [*self.gated.rates([*x, *y], numbers)[: self.size], *self.gated.settled(x, numbers), *known]

        sizes = {UNKNOWN: n, "y": self.size - n, GIVEN: len(self.paths)}
        nodes = traced(graph, function, sizes)
        if None in capacitances:
            return None
        inputs = [*graph.inputs(UNKNOWN, n), *graph.inputs("y", self.size - n)]
        found = slopes(graph, nodes[: self.size], inputs)
        J = [found.get((i, j), graph.const(0)) for i in range(self.size) for j in range(self.size)]
        settled = dict(zip(inputs[n:], nodes[self.size : 2 * self.size - n], strict=True))
        return mapped(graph, substituted(graph, [*J, *nodes[2 * self.size - n :]], settled), len(self.paths), n)

    def __call__(self, x: np.ndarray, given: Sequence[np.ndarray], threads: int) -> np.ndarray:
        """Whether deviations from roots x (unknown, row) decay: `STABLE`, `UNSTABLE`, or `UNKNOWN_STABILITY`."""
        if self.kernel is None:
            return np.full(x.shape[1], UNKNOWN_STABILITY)
        n, m = self.unknowns, self.size
        found = self.kernel([*given, *x], x.shape[1], threads).T
        J, C = found[:, : m * m].reshape(-1, m, m), found[:, m * m :]
        finite = np.all(np.isfinite(found), axis=1)
        answer = np.full(len(found), UNKNOWN_STABILITY)
        answer[finite] = stability_of(*self.gated.matrices(J[finite, :n], J[finite, n:], C[finite]))
        return answer
