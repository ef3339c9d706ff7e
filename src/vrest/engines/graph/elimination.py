"""A sparse linear system solved inside a graph: elimination unrolled along a fixed order of pivots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .algebra import Graph

Place = tuple[int, int]


class Factors:
    """LU of a sparse matrix.

    Arguments:
        matrix: nodes by (row, column), where not zero
        order:  pivots (row, column), each row and each column once
    """

    def __init__(self, graph: Graph, matrix: Mapping[Place, int], order: Sequence[Place]) -> None:
        self.graph, self.order, self.LU = graph, list(order), dict(matrix)
        for step in range(len(self.order)):
            self._eliminate(step)

    @classmethod
    def known(cls, graph: Graph, LU: Mapping[Place, int], order: Sequence[Place]) -> Factors:
        """Factors that are there already, as nodes of a graph."""
        found = cls(graph, {}, ())
        found.LU, found.order = dict(LU), list(order)
        return found

    def _eliminate(self, step: int) -> None:
        """Take the row of a pivot from all later ones; the pivot's reciprocal stays in its place, factors below it."""
        g, LU, (r, c) = self.graph, self.LU, self.order[step]
        LU[r, c] = g.inv(LU[r, c])
        later = self.order[step + 1 :]
        right = [j for _, j in later if (r, j) in LU]
        for i in [i for i, _ in later if (i, c) in LU]:
            LU[i, c] = g.mul(LU[i, c], LU[r, c])
            for j in right:
                LU[i, j] = g.sub(LU.get((i, j), g.const(0)), g.mul(LU[i, c], LU[r, j]))

    def solve(self, right: Sequence[int]) -> list[int]:
        """The solution by column, for a right-hand side by row."""
        g, left, found = self.graph, list(right), dict[int, int]()
        for step, (r, c) in enumerate(self.order):
            for i, _ in self.order[step + 1 :]:
                if (i, c) in self.LU:
                    left[i] = g.sub(left[i], g.mul(self.LU[i, c], left[r]))
        for step in reversed(range(len(self.order))):
            r, c = self.order[step]
            for _, j in self.order[step + 1 :]:
                if (r, j) in self.LU:
                    left[r] = g.sub(left[r], g.mul(self.LU[r, j], found[j]))
            found[c] = g.mul(left[r], self.LU[r, c])
        return [found[j] for j in range(len(self.order))]
