"""Several unknowns in lanes: Newton's method as `engines.newton` has it, with a limit to a step and a search along it.

The linear system is eliminated inside the graph, along the diagonal. Starts are columns, so that one kernel serves all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..graph import Factors, Graph, hoisted, slopes
from .columns import Kernel
from .emit import emit
from .points import GIVEN, UNKNOWN, Point
from .target import Target, native
from .text import Text

SHORTEST, MOST_TRIALS = 1e-3, 400
SAME = 1e-300
"""Added to a residual before it is compared, so that one of zero counts as lower than itself."""
LEFT = 2
"""The place in what is seen at a point of what is left as a part of what flows, with the sign that says whether all small deviations decay;
before it: how large the residual is, and how large the step, whose parts come last."""


@dataclass(frozen=True)
class Balances:
    """Nodes of a graph, whose inputs are unknowns and what is given.

    Attributes:
        sums:  what is to be zero, one for each unknown
        terms: what these are made of
        unit:  the change of an unknown by which slopes are measured beside terms
        fits:  whether a cell is one that may be answered, as truth values
        given: how many numbers are given for a cell
    """

    graph: Graph
    sums: Sequence[int]
    terms: Sequence[int]
    unit: int
    fits: Sequence[int]
    given: int

    def seen(self) -> list[int]:
        """The size of the residual, that of Newton's step, what is left as a part of what flows, negative where a small deviation may
        grow, and the step."""
        g, n = self.graph, len(self.sums)
        unknowns, order = g.inputs(UNKNOWN, n), [(k, k) for k in range(n)]
        found = hoisted(g, [*self.sums, *self.terms], UNKNOWN)
        sums, terms = found[:n], found[n:]
        J = slopes(g, sums, unknowns)
        step = Factors(g, J, order).solve([g.neg(f) for f in sums])
        size = g.function("sqrt", g.sum([g.whole_power(f, 2) for f in sums]))
        left = g.div(self._largest(sums), self._gross(terms, unknowns))
        stable = g.const(1.0)
        for pivot in self._pivots(J, order):
            stable = g.select(g.compare("lt", g.const(0.0), pivot), stable, g.const(-1.0))
        return [size, self._largest(step), g.mul(stable, g.add(left, g.const(SAME))), *step]

    def _largest(self, of: Sequence[int]) -> int:
        g, found = self.graph, self.graph.const(0.0)
        for a in of:
            found = g.bound("max", g.function("fabs", a), found)
        return found

    def _gross(self, terms: Sequence[int], unknowns: Sequence[int]) -> int:
        """The sum of the sizes of all terms and of what the thermal voltage changes of them."""
        g, own = self.graph, slopes(self.graph, terms, unknowns)
        first = {i: a for (i, _), a in sorted(own.items(), reverse=True)}
        sizes = [g.function("fabs", a) for a in terms]
        return g.add(g.sum(sizes), g.mul(self.unit, g.sum([g.function("fabs", a) for a in first.values()])))

    def _pivots(self, J: dict[tuple[int, int], int], order: Sequence[tuple[int, int]]) -> list[int]:
        """Those of the symmetric part of the slopes: all are positive where it is positive definite."""
        g, zero, half = self.graph, self.graph.const(0.0), self.graph.const(0.5)
        places = {place for i, j in J for place in ((i, j), (j, i))}
        symmetric = {(i, j): g.mul(half, g.add(J.get((i, j), zero), J.get((j, i), zero))) for i, j in places}
        factors = Factors(g, symmetric, order)
        return [factors.LU[place] for place in order]


def newton(balances: Balances, longest: float, settled: float, target: Target | None = None) -> Kernel:
    """The kernel that takes the given numbers and a start, and answers the unknowns; then what is left as a part of what flows, negative where
    a small deviation may grow, and no number where Newton did not settle."""
    n, target = len(balances.sums), target or native()
    point = Point(target.text(), balances.graph, balances.seen(), n, inline=False)
    t = target.text()

    def turn(column: Callable[[int], str], answer: Callable[[int, str], None]) -> None:
        given = [column(k) for k in range(balances.given)]
        at, held = point.prepare(t, given)
        search = _Search(t, at, [column(balances.given + k) for k in range(n)], longest, settled)
        t.loop(search.trial)
        x = [t.add(t.get(one), t.get(d)) for one, d in zip(search.x, search.step, strict=True)]
        left = at(x)[2]
        fits = emit(t, balances.graph, balances.fits, {GIVEN: given}, held)
        sure = t.both(t.compare("ole", t.get(search.largest), t.number(settled)), *fits)
        for k, one in enumerate(x):
            answer(k, one)
        answer(n, t.select(sure, left, t.number(float("nan"))))

    target.each(t, turn)
    return target.kernel(t, balances.given + n, n + 1, point.text)


class _Search:
    """Newton's method from one start, in each lane by itself: every trial is one evaluation, whether a new step or a part of the last one."""

    def __init__(
        self, t: Text, at: Callable[[Sequence[str]], list[str]], start: Sequence[str], longest: float, settled: float
    ) -> None:
        self.t, self.at, self.longest, self.settled = t, at, longest, settled
        size, largest, _, *step = at(start)
        self.x, self.step = [t.variable(one) for one in start], [t.variable(one) for one in step]
        self.size, self.largest = t.variable(size), t.variable(largest)
        self.part, self.count = t.variable(self._most(largest)), t.variable("0", "i64")

    def _most(self, largest: str) -> str:
        """The part of a step that keeps it within its limit."""
        t = self.t
        return t.min(t.number(1.0), t.div(t.number(self.longest), largest))

    def trial(self) -> str:
        """One trial; whether some lane needs more."""
        t = self.t
        part = t.get(self.part)
        moves = t.compare("ogt", t.get(self.largest), t.number(self.settled))
        x = [t.fma(part, t.get(d), t.get(one)) for one, d in zip(self.x, self.step, strict=True)]
        size, largest, _, *step = self.at(x)
        lower = t.compare("olt", size, t.get(self.size))
        whole = self._most(t.get(self.largest))
        taken = t.both(moves, t.either(lower, t.compare("olt", part, t.mul(t.number(SHORTEST), whole))))
        t.update(self.part, moves, t.mul(t.number(0.5), part))
        t.update(self.part, taken, self._most(largest))
        for variable, value in (
            (self.size, size),
            (self.largest, largest),
            *zip(self.x, x, strict=True),
            *zip(self.step, step, strict=True),
        ):
            t.update(variable, taken, value)
        more = t.any(t.compare("ogt", t.get(self.largest), t.number(self.settled)))
        return t.too(more, t.fewer(self.count, 1, str(MOST_TRIALS)))
