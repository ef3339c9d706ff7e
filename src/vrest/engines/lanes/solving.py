"""Linear systems in lanes: each lane eliminates its own, along an order that is the same for all, and where that is not good enough with the
pivots that its own numbers ask for.

A matrix of n rows stands in memory row by row, the right side after it, a vector for each entry. Rows are scaled to one first, as they may
be equations in different units. A pivot stays where it is unless another row has far more in its column: where the order of rows suits
most cells, few lines are gone through.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..graph import Factors, Graph, hoisted
from .points import UNKNOWN, Point
from .text import Text, Variable

ENOUGH = 0.1
"""The part of a column's largest entry that a pivot must have to stay."""
TRUSTED = 1e-6
"""What a solution may be wrong by, as a part of its size: what it leaves of each equation over that one's pivot."""
Matrix = Mapping[tuple[int, int], int]
"""Nodes by row and column, where not zero."""


def solving(t: Text, n: int) -> str:
    """The text of `@solved(matrix and right side, n^2 + n vectors)`, which leaves the solution in place of the right side; what is no number,
    or without bounds, where there is none; of an empty text."""
    _Elimination(t, n).solve()
    return t.defined("solved", ("system",))


class _Elimination:
    """Lines that eliminate a system in memory."""

    def __init__(self, t: Text, n: int) -> None:
        self.t, self.n = t, n

    def solve(self) -> None:
        self._each("0", self._scale)
        self._each("0", self._eliminate)
        self.t.every("0", str(self.n), lambda k: self._substitute(self.t.counts("sub", str(self.n - 1), k)))

    # -- places -------------------------------------------------------------------------------------------------------

    def _each(self, begin: str, turn: Callable[[str], None]) -> None:
        """Every row, or column, from one on."""
        self.t.every(begin, str(self.n), turn)

    def _place(self, i: str, j: str | None = None) -> str:
        """Where an entry of a row stands; its right side where no column is said."""
        t, n = self.t, self.n
        entry = t.counts("add", i, str(n * n)) if j is None else t.counts("add", t.counts("mul", i, str(n)), j)
        return t.counts("mul", entry, str(t.width))

    def _load(self, i: str, j: str | None = None) -> str:
        return self.t.load("%system", self._place(i, j))

    def _store(self, value: str, i: str, j: str | None = None) -> None:
        self.t.store(value, "%system", self._place(i, j))

    def _next(self, k: str) -> str:
        return self.t.counts("add", k, "1")

    # -- steps --------------------------------------------------------------------------------------------------------

    def _scale(self, i: str) -> None:
        """A row over its largest entry."""
        t = self.t
        most = t.variable(t.number(0.0))
        self._each("0", lambda j: t.set(most, t.max(t.get(most), t.fabs(self._load(i, j)))))
        part = t.inv(t.get(most))
        self._each("0", lambda j: self._store(t.mul(part, self._load(i, j)), i, j))
        self._store(t.mul(part, self._load(i)), i)

    def _eliminate(self, k: str) -> None:
        """Choose the row of a pivot, and take it from all later ones; the pivot's reciprocal stays in its place."""
        t = self.t
        self._choose(k)
        pivot, right = t.inv(self._load(k, k)), self._load(k)
        self._store(pivot, k, k)
        after = self._next(k)

        def take(i: str) -> None:
            factor = t.neg(t.mul(self._load(i, k), pivot))
            self._each(after, lambda j: self._store(t.fma(factor, self._load(k, j), self._load(i, j)), i, j))
            self._store(t.fma(factor, right, self._load(i)), i)

        self._each(after, take)

    def _choose(self, k: str) -> None:
        """In lanes in which a later row has far more in a column, the first one that has most comes up."""
        t, after = self.t, self._next(k)
        most = t.variable(t.fabs(self._load(k, k)))
        self._each(after, lambda i: t.set(most, t.max(t.get(most), t.fabs(self._load(i, k)))))
        little = t.compare("olt", t.fabs(self._load(k, k)), t.mul(t.number(ENOUGH), t.get(most)))
        moves = t.variable(little, t.truth)
        t.when(t.any(little), lambda: self._each(after, lambda i: self._swap(k, i, moves, t.get(most))))

    def _swap(self, k: str, i: str, moves: Variable, most: str) -> None:
        """Exchange two rows in those lanes that have not done so and in which the second one has most."""
        t = self.t
        here = t.both(t.get(moves), t.compare("oeq", t.fabs(self._load(i, k)), most))
        t.set(moves, t.both(t.get(moves), t.opposite(here)))

        def exchange(j: str | None = None) -> None:
            a, b = self._load(k, j), self._load(i, j)
            self._store(t.select(here, b, a), k, j)
            self._store(t.select(here, a, b), i, j)

        self._each(k, exchange)
        exchange()

    def _substitute(self, k: str) -> None:
        """The solution of one row, from those after it."""
        t = self.t
        left = t.variable(self._load(k))
        self._each(self._next(k), lambda j: t.set(left, t.fma(t.neg(self._load(k, j)), self._load(j), t.get(left))))
        self._store(t.mul(t.get(left), self._load(k, k)), k)


class SolvingPoint(Point):
    """A point at which a linear system is solved: it answers the solution, then the other outputs.

    Arguments:
        right: the right side, one node for each row
        late:  rows that come last, as their diagonal is small
    """

    def __init__(
        self,
        inside: Text,
        graph: Graph,
        matrix: Matrix,
        right: Sequence[int],
        late: Sequence[bool],
        others: Sequence[int],
        unknowns: int,
    ) -> None:
        self.n = n = len(right)
        found = hoisted(graph, [*right, *others, *matrix.values()], UNKNOWN)
        right, others, matrix = found[:n], found[n : n + len(others)], dict(zip(matrix, found[n + len(others) :], strict=True))
        self.order = order = sparse_order(matrix, late)
        factors = Factors(graph, {(k, k): graph.const(0.0) for k in order} | dict(matrix), [(k, k) for k in order])
        step = factors.solve(right)
        entries = [matrix.get((i, j), graph.const(0.0)) for i in order for j in order]
        doubt = _doubtful(graph, matrix, right, step, [factors.LU[k, k] for k in range(n)])
        outputs = [doubt, *step, *others, *entries, *(right[k] for k in order)]
        super().__init__(inside, graph, outputs, unknowns, inline=False)

    def _told(self, t: Text, names: list[str]) -> list[str]:
        doubt, n = names[0], self.n
        step, system = [t.variable(one) for one in names[1 : n + 1]], names[-n * n - n :]
        room = t.room(n * n + n)

        def again() -> None:
            for k, one in enumerate(system):
                t.store(one, room, str(k * t.width))
            t.call("solved", (room,))
            for place, k in enumerate(self.order):
                t.update(step[k], doubt, t.load(room, str((n * n + place) * t.width)))

        t.when(t.any(doubt), again)
        return [*(t.get(one) for one in step), *names[n + 1 : -n * n - n]]


def _doubtful(graph: Graph, matrix: Matrix, right: Sequence[int], step: Sequence[int], pivots: Sequence[int]) -> int:
    """Whether a solution leaves more of some equation than rounding; `pivots`: their reciprocals."""
    g, left = graph, [graph.neg(b) for b in right]
    for (i, j), a in matrix.items():
        left[i] = g.add(left[i], g.mul(a, step[j]))
    wrong, size = (g.sum([g.function("fabs", one) for one in some]) for some in (map(g.mul, left, pivots), step))
    return g.opposite(g.compare("le", wrong, g.mul(g.const(TRUSTED), size)))


def sparse_order(matrix: Matrix, late: Sequence[bool]) -> list[int]:
    """An order of the diagonal in which elimination fills in little: each time the place whose row and column have fewest entries."""
    left, places = list(range(len(late))), {(i, j) for i, j in matrix}
    found = []

    def cost(k: int) -> tuple[bool, bool, int]:
        return (k, k) not in places, late[k], sum((k, j) in places for j in left) * sum((i, k) in places for i in left)

    while left:
        best = min(left, key=cost)
        left.remove(best)
        found.append(best)
        places |= {(i, j) for i in left if (i, best) in places for j in left if (best, j) in places}
    return found
