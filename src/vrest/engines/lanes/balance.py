"""Where a sum of terms of one unknown is zero, in lanes: by a scan over the unknown, or, where it is known to rise, by Newton at once.

The scan takes equal steps and looks at each as `engines.roots` does: where the sum changes its sign, where by the slopes at the ends of a
step it may do so twice, where it is zero to rounding or no number. What it is not sure of it does not answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..graph import Graph, collected, hoisted, slopes
from .columns import Kernel
from .emit import emit
from .points import GIVEN, UNKNOWN, Point
from .target import Target, native
from .text import Text

ZERO = 1e-12
"""The part of its terms below which a sum is zero to rounding."""
STEEP = 1 / 3
MOST_STEPS, PART = 80, 0.5
LARGE = 1e300
SHORT = 4000
"""Lines up to which two native vectors scan side by side: without slopes by many unknowns all of a point's numbers have room."""
SIZE, GUARDS = 3, 4
"""Places in what is seen at a point: what zero is measured by, and the first guard."""
SECANTS, BESIDE, SMOOTH = 4, 1e-9, 1e-6
"""How a place at which a term may have a pole is found; how far on both sides of it the sum is looked at, and by what part of its terms it
may differ there."""
ROOT, RESIDUAL, ROOTS = range(3)
"""What is answered for a cell: the lowest root at which the sum rises, what is left there as a part of its terms, and how many roots there
are; -1 where there is none, or where it is not sure."""

At = Callable[[Sequence[str]], list[str]]


@dataclass(frozen=True)
class Balance:
    """Nodes of a graph, whose inputs are one unknown and what is given.

    Attributes:
        terms:     what is to add up to zero
        unit:      the change of the unknown by which slopes are measured beside terms
        low, high: the range of the scan
        fits:      whether a cell is one that may be answered, as truth values
        guards:    what changes its sign where a term has a pole
        given:     how many numbers are given for a cell
    """

    graph: Graph
    terms: Sequence[int]
    unit: int
    low: int
    high: int
    fits: Sequence[int]
    guards: Sequence[int]
    given: int

    def seen(self) -> list[int]:
        """The sum, its slope, what a residual is measured by, what zero is measured by, and the guards."""
        g = self.graph
        found = slopes(g, self.terms, [g.input(UNKNOWN, 0)])
        own = list(found.values())
        size = g.sum([g.function("fabs", a) for a in self.terms])
        gross = g.add(size, g.mul(self.unit, g.sum([g.function("fabs", a) for a in own])))
        return hoisted(g, [g.sum(list(self.terms)), g.sum(own), gross, size, *self.guards], UNKNOWN)

    def net(self) -> list[int]:
        """The sum and its slope, for Newton: what does not move is gathered first."""
        return collected(self.graph, self.seen()[:2], UNKNOWN)

    def left(self) -> int:
        """What is left of the sum as a part of what flows, no number where it does not rise."""
        g, (net, slope, gross, *_) = self.graph, self.seen()
        left = g.div(g.function("fabs", net), gross)
        return g.select(g.compare("lt", g.const(0.0), slope), left, g.const(float("nan")))


@dataclass(frozen=True)
class Scanned:
    """How a range is scanned: the step, how far out it is widened while the sum has one sign, and by how much at a time; and below what
    step Newton has come to its end."""

    step: float
    widest: float
    widening: float
    settled: float


def scanning(balance: Balance, scan: Scanned, target: Target | None = None) -> Kernel:
    """The kernel that scans."""
    target, beside = target or native(), 1
    point = Point(target.text(), balance.graph, balance.seen(), 1, inline=False)
    if point.size < SHORT:
        beside = 2
        point = Point(target.text(beside), balance.graph, balance.seen(), 1, inline=False)
    t = target.text(beside)

    def turn(column: Callable[[int], str], answer: Callable[[int, str], None]) -> None:
        given = [column(k) for k in range(balance.given)]
        at, held = point.prepare(t, given)
        low, high, *fits = emit(t, balance.graph, [balance.low, balance.high, *balance.fits], {GIVEN: given}, held)
        found = _Scan(t, at, scan, low, high)
        sure = t.both(found.sure, *fits, t.compare("ogt", t.get(found.rising), t.number(0.0)))
        _polished(t, (at, at), scan, (t.get(found.left), t.get(found.right)), None, sure, t.get(found.roots), answer)

    target.each(t, turn)
    return target.kernel(t, balance.given, 3, point.text)


def rising(balance: Balance, scan: Scanned, start: Callable[[Text, Sequence[str]], str], target: Target | None = None) -> Kernel:
    """The kernel for a sum that rises everywhere: it has one root at most, which Newton finds from a start of the caller's."""
    target = target or native()
    points = [
        Point(target.text(2), balance.graph, outputs, 1, inline=True, name=name)
        for name, outputs in (("point", balance.net()), ("told", balance.seen()))
    ]
    t = target.text(2)

    def turn(column: Callable[[int], str], answer: Callable[[int, str], None]) -> None:
        given = [column(k) for k in range(balance.given)]
        (net, _), (told, held) = (point.prepare(t, given) for point in points)
        fits = emit(t, balance.graph, list(balance.fits), {GIVEN: given}, held)
        sure = t.both(t.says(True), *fits)
        ends = t.number(-scan.widest), t.number(scan.widest)
        _polished(t, (net, told), scan, ends, start(t, given), sure, t.number(1.0), answer)

    target.each(t, turn)
    return target.kernel(t, balance.given, 3, *(point.text for point in points))


class _Scan:
    """Lines that scan, and the variables in which they leave what they met.

    Attributes:
        sure: whether nothing was met that leaves a doubt
        rising, roots: how many changes of sign upward, and in all
        left, right: the step of the first one upward
    """

    def __init__(self, t: Text, at: At, scan: Scanned, low: str, high: str) -> None:
        self.t, self.at, self.scan = t, at, scan
        self.x, self.high = t.variable(self._widened(low, -1.0)), self._widened(high, 1.0)
        first = at([t.get(self.x)])
        self.before = [t.variable(one) for one in first]
        self.doubt = t.variable(t.either(self._doubtful(first), t.compare("uno", self.high, self.high)), t.truth)
        self.rising, self.roots = t.variable(t.number(0.0)), t.variable(t.number(0.0))
        self.left, self.right = t.variable(low), t.variable(low)
        t.loop(self._step)
        self.sure = t.opposite(t.get(self.doubt))

    def _widened(self, end: str, way: float) -> str:
        """An end of the range, further out in those lanes in which the sum has not the sign that belongs there."""
        t, moved = self.t, self.t.variable(end)
        wrong, within = ("ogt", "ogt") if way < 0 else ("olt", "olt")

        def further() -> str:
            x = t.get(moved)
            more = t.both(
                t.compare(wrong, self.at([x])[0], t.number(0.0)), t.compare(within, x, t.number(way * self.scan.widest))
            )
            t.update(moved, more, t.add(x, t.number(way * self.scan.widening)))
            return t.any(more)

        t.loop(further)
        return t.get(moved)

    def _doubtful(self, seen: Sequence[str]) -> str:
        """Whether the sum is no number at a point, or zero to rounding."""
        t, size = self.t, self.t.fabs(seen[0])
        return t.either(t.compare("ule", size, t.mul(t.number(ZERO), seen[SIZE])), t.compare("ueq", size, t.number(float("inf"))))

    def _step(self) -> str:
        """One step in the lanes that have not come to the end; whether some lane has more."""
        t = self.t
        a = t.get(self.x)
        b = t.min(t.add(a, t.number(self.scan.step)), self.high)
        here, was = self.at([b]), [t.get(one) for one in self.before]
        active = t.compare("olt", a, self.high)
        zero = t.number(0.0)
        up = t.both(active, t.compare("olt", was[0], zero), t.compare("ogt", here[0], zero))
        down = t.both(active, t.compare("ogt", was[0], zero), t.compare("olt", here[0], zero))
        crossing = t.either(up, down)
        self._doubt(t.both(active, t.either(self._doubtful(here), self._suspicious(was, here, t.sub(b, a), crossing))))
        for guard in range(GUARDS, len(here)):
            self._pole(guard, (a, was), (b, here), active)
        first = t.both(up, t.compare("oeq", t.get(self.rising), zero))
        t.update(self.left, first, a)
        t.update(self.right, first, b)
        self._count(self.rising, up)
        self._count(self.roots, crossing)
        for variable, value in ((self.x, b), *zip(self.before, here, strict=True)):
            t.update(variable, active, value)
        return t.any(t.compare("olt", t.get(self.x), self.high))

    def _count(self, counter, where: str) -> None:
        t = self.t
        t.update(counter, where, t.add(t.get(counter), t.number(1.0)))

    def _doubt(self, where: str) -> None:
        self.t.set(self.doubt, self.t.either(self.t.get(self.doubt), where))

    def _pole(self, guard: int, start: tuple[str, list[str]], end: tuple[str, list[str]], active: str) -> None:
        """Where a guard changes its sign in a step, the sum must be the same on both sides of that place, but for what its slope, as it is at
        the flatter end of the step, twice over, makes of the way between them."""
        t, ((a, was), (b, here)) = self.t, (start, end)
        passes = t.both(active, t.compare("ule", t.mul(was[guard], here[guard]), t.number(0.0)))

        def look() -> None:
            x = self._zero(guard, (a, was[guard]), (b, here[guard]))
            sides = [self.at([t.add(x, t.number(way * BESIDE))])[0] for way in (-1.0, 1.0)]
            slope = t.min(t.fabs(was[1]), t.fabs(here[1]))
            most = t.fma(t.number(4 * BESIDE), slope, t.mul(t.number(SMOOTH), t.min(was[SIZE], here[SIZE])))
            smooth = t.compare("ole", t.fabs(t.sub(*sides)), most)
            self._doubt(t.both(passes, t.opposite(smooth)))

        t.when(t.any(passes), look)

    def _zero(self, guard: int, start: tuple[str, str], end: tuple[str, str]) -> str:
        """Where a guard is zero, by secants."""
        t, ((a, at_a), (b, at_b)) = self.t, (start, end)
        for last in reversed(range(SECANTS)):
            width = t.div(t.sub(b, a), t.sub(at_b, at_a))
            x = t.fma(t.neg(at_b), t.select(t.compare("une", at_a, at_b), width, t.number(0.0)), b)
            a, at_a, b = b, at_b, t.max(t.min(x, end[0]), start[0])
            at_b = self.at([b])[guard] if last else at_b
        return b

    def _suspicious(self, was: Sequence[str], here: Sequence[str], width: str, crossing: str) -> str:
        """Whether the sum may come to zero twice in a step, by the slopes at its ends; see `engines.roots`."""
        t, zero = self.t, self.t.number(0.0)
        (f, df), (g, dg) = was[:2], here[:2]
        size_f, size_g = t.fabs(f), t.fabs(g)
        span_f, span_g = t.mul(t.fabs(df), width), t.mul(t.fabs(dg), width)
        turning = t.compare("olt", t.mul(df, dg), zero)
        far = t.compare("ogt", t.min(size_f, size_g), t.max(span_f, span_g))
        approaching = t.both(turning, t.compare("olt", t.mul(f, df), zero), t.opposite(far))
        rise = t.sub(g, f)
        third = t.mul(t.number(STEEP), t.max(span_f, span_g))
        steep = t.either(t.compare("ogt", third, t.fabs(rise)), t.compare("olt", t.mul(rise, df), zero))
        near = t.either(t.compare("olt", size_f, span_f), t.compare("olt", size_g, span_g))
        wiggling = t.both(t.opposite(turning), steep, near)
        return t.either(t.both(turning, crossing), approaching, wiggling)


def _polished(
    t: Text,
    at: tuple[At, At],
    scan: Scanned,
    ends: tuple[str, str],
    start: str | None,
    sure: str,
    roots: str,
    answer: Callable[[int, str], None],
) -> None:
    """Newton's method inside a bracket, below whose root the sum is negative; and what is answered. It looks at the sum and its slope, and once
    at what is told of a root."""
    net, told = at
    low, high = (t.variable(end) for end in ends)
    x = t.variable(t.mul(t.number(PART), t.add(*ends)) if start is None else start)
    before, done = t.variable(t.number(LARGE)), t.variable(t.opposite(sure), t.truth)
    count = t.variable("0", "i64")

    def turn() -> str:
        here = t.get(x)
        f, slope, *_ = net([here])
        below = t.compare("olt", f, t.number(0.0))
        t.update(low, below, here)
        t.update(high, t.opposite(below), here)
        step = t.div(f, slope)
        new, length = t.exactly("fsub", here, step), t.fabs(step)
        there = t.both(t.compare("ole", length, t.number(scan.settled)), t.compare("ogt", slope, t.number(0.0)))
        inside = t.both(
            t.compare("oge", new, t.get(low)),
            t.compare("ole", new, t.get(high)),
            t.compare("ole", length, t.mul(t.number(PART), t.get(before))),
        )
        middle = t.mul(t.number(PART), t.exactly("fadd", t.get(low), t.get(high)))
        new = t.select(t.either(inside, there), new, middle)
        moves = t.opposite(t.get(done))
        t.update(x, moves, new)
        t.update(before, moves, t.fabs(t.exactly("fsub", new, here)))
        t.set(done, t.either(t.get(done), there))
        return t.too(t.any(t.opposite(t.get(done))), t.fewer(count, 1, str(MOST_STEPS)))

    t.loop(turn)
    here = t.get(x)
    f, slope, gross, *_ = told([here])
    answer(ROOT, t.exactly("fsub", here, t.div(f, slope)))
    answer(RESIDUAL, t.div(t.fabs(f), gross))
    settled = t.both(sure, t.compare("ole", t.fabs(t.div(f, slope)), t.number(scan.settled)))
    answer(ROOTS, t.select(settled, roots, t.number(-1.0)))
