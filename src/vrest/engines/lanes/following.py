"""Where a system comes to rest, in lanes: implicit Euler with steps that grow as it settles, then Newton, each lane at its own pace.

    (content(x) - content(x_0)) / h = rate(x),    then    balance(x) = 0

Each step is solved by Newton's method; one that changes an unknown too much, or is not solved, is taken again with a shorter h. Where h has
become as short as `shortest`, one of `leap` is taken in full. A lane that has come to rest, or to no end, takes the next cell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..graph import Graph, hoisted, slopes
from .columns import Kernel
from .points import SHORT, UNKNOWN
from .solving import SolvingPoint, solving
from .target import Target, native
from .text import Text, Variable


@dataclass(frozen=True)
class Course:
    """Nodes of a graph, whose inputs are unknowns and what is given, one of each for each unknown.

    Attributes:
        balances: what is zero at rest
        contents, rates: what changes, and how fast
        linear:   which unknowns are no logarithms
        given:    how many numbers are given for a cell
    """

    graph: Graph
    balances: Sequence[int]
    contents: Sequence[int]
    rates: Sequence[int]
    linear: Sequence[bool]
    given: int

    def hoisted(self) -> Course:
        """The same, with what stays outside of products."""
        n = len(self.balances)
        found = hoisted(self.graph, [*self.balances, *self.contents, *self.rates], UNKNOWN)
        return replace(self, balances=found[:n], contents=found[n : 2 * n], rates=found[2 * n :])

    def point(self, inside: Text, resting: bool) -> SolvingPoint:
        """What answers Newton's step, where nothing but rest is sought."""
        g, n = self.graph, len(self.balances)
        late = [g.value(a) is not None for a in self.contents]
        if not resting:
            return self._moving_point(inside, late)
        J = slopes(g, self.balances, g.inputs(UNKNOWN, n))
        return SolvingPoint(inside, g, J, [g.neg(a) for a in self.balances], late, [], n)

    def _moving_point(self, inside: Text, late: Sequence[bool]) -> SolvingPoint:
        """What answers Newton's step, and the contents.

        Beside the unknowns there are 1/h, whether it is rest that is sought, whether the contents have been left, and what these were.
        """
        g, n = self.graph, len(self.balances)
        x, (rate_of_step, resting, moved, *begun) = g.inputs(UNKNOWN, n), g.inputs(UNKNOWN, 2 * n + 3)[n:]
        rests = g.compare("lt", g.const(0.5), resting)
        left = [g.mul(rate_of_step, g.sub(a, b)) for a, b in zip(self.contents, begun, strict=True)]
        moving = [g.sub(a, rate) for a, rate in zip(left, self.rates, strict=True)]
        J = slopes(g, [g.select(rests, a, b) for a, b in zip(self.balances, moving, strict=True)], x)
        now = [g.sub(g.mul(moved, a), rate) for a, rate in zip(left, self.rates, strict=True)]
        right = [g.neg(g.select(rests, a, b)) for a, b in zip(self.balances, now, strict=True)]
        return SolvingPoint(inside, g, J, right, late, self.contents, 2 * n + 3)


@dataclass(frozen=True)
class Pace:
    """How a system is followed.

    Attributes:
        first, last: the first step, and one at which it has come to rest; a first one as long as that is rest itself
        shortest, leap: see above
        change:   largest change in one step of an unknown that is no logarithm, and of one that is
        part:     part of itself by which an unknown that is no logarithm may change, where that is more than the limit
        longer:   by what a step grows after a change below `little` of the largest one, and after any other
        shorter:  by what one shrinks that is taken again
        longest:  largest change in one step of Newton
        settled:  Newton's last step within a step of Euler, and at rest, where what is larger than one counts by its size
        small:    what a further step may be at rest where Newton's are used up
        newton:   how many of these there are within a step of Euler, and at rest
        most:     how many steps of Euler are tried
    """

    first: float
    last: float
    shortest: float
    leap: float
    change: tuple[float, float]
    part: float
    longer: tuple[float, float]
    shorter: float
    little: float
    longest: float
    settled: tuple[float, float]
    small: float
    newton: tuple[int, int]
    most: int

    @property
    def at_once(self) -> bool:
        """Whether rest is sought from the start."""
        return self.first >= self.last


def following(course: Course, pace: Pace, target: Target | None = None) -> Kernel:
    """The kernel that takes the given numbers and a start, and answers the unknowns at rest, how far from these the way had ended (no number
    where it did not, or Newton did not settle), and how many times the system was looked at."""
    n, target = len(course.balances), target or native()
    course, beside = course.hoisted(), 2
    point = course.point(target.text(beside), pace.at_once)
    if point.size >= SHORT:
        beside = 1
        point = course.point(target.text(beside), pace.at_once)
    t = target.text(beside)
    lane = _Lane(t, course, pace, point)
    if pace.at_once:
        target.each(t, lane.together)
    else:
        target.queue(t, course.given + n, n + 2).run(lane.begin, lane.turn, lane.answers)
    return target.kernel(t, course.given + n, n + 2, solving(target.text(beside), n), point.text)


class _Lane:
    """What is kept of a cell in a lane.

    Attributes:
        old, x, begun: where a step began, where Newton is, and what there was where it began
        h:     the step; seen, tried: how often Newton has looked at the system within it, and how many steps were tried
        resting, leaping, moved: whether it is rest that is sought, whether the step is a leap, whether Newton has left its beginning
        step, size: Newton's last step, and how large its largest part is
    """

    def __init__(self, t: Text, course: Course, pace: Pace, point: SolvingPoint) -> None:
        self.t, self.course, self.pace, self.point, self.n = t, course, pace, point, len(course.balances)
        self.old, self.x, self.begun, self.step = (self._several() for _ in range(4))
        self.h, self.seen, self.tried, self.looks, self.size = (t.variable(t.number(0.0)) for _ in range(5))
        self.resting, self.moved = t.variable(t.number(0.0)), t.variable(t.number(0.0))
        self.leaping, self.settled = t.variable(t.says(False), t.truth), t.variable(t.says(False), t.truth)
        self.ready, self.found = t.room(max(1, len(point.ready))), t.room(2 * self.n)

    def _several(self) -> list[Variable]:
        return [self.t.variable(self.t.number(0.0)) for _ in range(self.n)]

    def _update(self, variables: Sequence[Variable], where: str, values: Sequence[str]) -> None:
        for variable, value in zip(variables, values, strict=True):
            self.t.update(variable, where, value)

    def _get(self, variables: Sequence[Variable]) -> list[str]:
        return [self.t.get(one) for one in variables]

    def begin(self, columns: Sequence[str], where: str) -> None:
        """A new cell."""
        t, given = self.t, self.course.given
        self.point.fill(t, columns[:given], self.ready)
        for group in (self.old, self.x):
            self._update(group, where, columns[given:])
        t.update(self.h, where, t.number(self.pace.first))
        t.update(self.resting, where, t.number(float(self.pace.at_once)))
        for one in (self.seen, self.tried, self.looks, self.moved):
            t.update(one, where, t.number(0.0))
        t.set(self.leaping, t.both(t.get(self.leaping), t.opposite(where)))

    def together(self, column: Callable[[int], str], answer: Callable[[int, str], None]) -> None:
        """Lines for cells that begin and end together: Newton takes few steps, so that new cells would cost more than waiting does. A lane that
        is done stays where it is."""
        t = self.t
        self.begin([column(k) for k in range(self.course.given + self.n)], t.says(True))
        t.loop(lambda: t.any(t.opposite(self.turn())))
        for k, one in enumerate(self.answers()):
            answer(k, one)

    def answers(self) -> list[str]:
        t = self.t
        x = [t.add(a, b) for a, b in zip(self._get(self.x), self._get(self.step), strict=True)]
        away = self._largest([t.sub(a, b) for a, b in zip(x, self._get(self.old), strict=True)])
        looks = t.add(t.get(self.seen), t.number(1.0)) if self.pace.at_once else t.get(self.looks)
        return [*x, t.select(t.get(self.settled), away, t.number(float("nan"))), looks]

    def _largest(self, of: Sequence[str]) -> str:
        found = self.t.number(0.0)
        for one in of:
            found = self.t.max(self.t.fabs(one), found)
        return found

    # -- Newton -------------------------------------------------------------------------------------------------------

    def turn(self) -> str:
        """One look at the system; which lanes have come to an end."""
        t, pace = self.t, self.pace
        x, step = self._look()
        size = self._largest(step)
        rests = t.says(True) if pace.at_once else t.compare("une", t.get(self.resting), t.number(0.0))
        last = t.compare("oge", t.get(self.seen), self._most(rests))
        settled = t.select(rests, t.number(pace.settled[1]), t.number(pace.settled[0]))
        enough = t.mul(settled, t.max(self._largest(x), t.number(1.0)))
        enough = t.select(last, t.select(rests, t.number(pace.small), t.number(0.0)), enough)
        total = t.number(0.0)
        for one in step:
            total = t.add(total, one)
        finite = t.compare("olt", t.fabs(total), t.number(float("inf")))
        solved = t.both(finite, t.compare("ole", size, enough))
        failed = t.opposite(t.either(solved, t.both(finite, t.opposite(last))))
        self._advance(t.opposite(t.either(solved, failed)), x, step, size)
        t.set(self.settled, t.both(rests, solved))
        done = t.both(rests, t.either(solved, failed))
        if pace.at_once:
            return done
        return t.either(done, self._stepped(rests, solved, failed, [t.add(a, b) for a, b in zip(x, step, strict=True)]))

    def _most(self, rests: str) -> str:
        """How many steps Newton may take."""
        t, (few, many) = self.t, self.pace.newton
        return t.select(t.either(rests, t.get(self.leaping)), t.number(many), t.number(few))

    def _look(self) -> tuple[list[str], list[str]]:
        """The unknowns, and Newton's step there."""
        t, n = self.t, self.n
        x, others = self._get(self.x), list[str]()
        if not self.pace.at_once:
            others = [t.inv(t.get(self.h)), t.get(self.resting), t.get(self.moved), *self._get(self.begun)]
        self.point.call(t, [*x, *others], self.ready, self.found)
        step, contents = ([t.load(self.found, str(k * t.width)) for k in range(begin, begin + n)] for begin in (0, n))
        if not self.pace.at_once:
            self._update(self.begun, t.compare("oeq", t.get(self.moved), t.number(0.0)), contents)
        t.set(self.looks, t.add(t.get(self.looks), t.number(1.0)))
        for variable, value in zip(self.step, step, strict=True):
            t.set(variable, value)
        return x, step

    def _advance(self, where: str, x: Sequence[str], step: Sequence[str], size: str) -> None:
        """Newton goes on, no further than it may; `size` of its step tells whether that is to be asked at all."""
        t, pace, linear = self.t, self.pace, self.course.linear
        part = t.variable(t.number(1.0))

        def shortened() -> None:
            far = [self._over(d, a, pace.longest, pace.longest, one) for d, a, one in zip(step, x, linear, strict=True)]
            t.set(part, t.inv(t.max(self._largest(far), t.number(1.0))))

        t.when(t.any(t.compare("ogt", size, t.number(pace.longest))), shortened)
        self._update(self.x, where, [t.fma(t.get(part), d, a) for a, d in zip(x, step, strict=True)])
        t.update(self.seen, where, t.add(t.get(self.seen), t.number(1.0)))
        t.update(self.moved, where, t.number(1.0))

    def _over(self, change: str, x: str, of_linear: float, of_logarithm: float, linear: bool) -> str:
        """A change over its limit."""
        t = self.t
        if not linear:
            return t.mul(t.number(1 / of_logarithm), change)
        return t.div(change, t.max(t.number(of_linear), t.mul(t.number(self.pace.part), t.fabs(x))))

    # -- Euler --------------------------------------------------------------------------------------------------------

    def _stepped(self, rests: str, solved: str, failed: str, new: Sequence[str]) -> str:
        """The end of a step of Euler, well or not; in which lanes there is no other."""
        t, pace = self.t, self.pace
        ends = t.both(t.opposite(rests), t.either(solved, failed))
        old, h, leaping = self._get(self.old), t.get(self.h), t.get(self.leaping)
        changes = [
            self._over(t.sub(b, a), a, *pace.change, linear) for a, b, linear in zip(old, new, self.course.linear, strict=True)
        ]
        change = t.select(leaping, t.number(1.0), self._largest(changes))
        taken = t.both(ends, solved, t.compare("ole", change, t.number(1.0)))
        again = t.both(ends, t.opposite(taken))
        arrived = t.both(taken, t.compare("oge", h, t.number(pace.last)))
        t.update(self.resting, arrived, t.number(1.0))
        self._update(self.old, taken, new)
        self._update(self.x, ends, [t.select(taken, b, a) for a, b in zip(old, new, strict=True)])
        little = t.compare("olt", change, t.number(pace.little))
        longer = t.mul(h, t.select(little, *(t.number(times) for times in pace.longer)))
        shorter = t.mul(h, t.number(pace.shorter))
        leaps = t.both(again, t.compare("olt", shorter, t.number(pace.shortest)))
        t.update(self.h, ends, t.select(taken, longer, t.select(leaps, t.number(pace.leap), shorter)))
        stuck = t.both(again, leaping)
        t.set(self.leaping, t.either(t.both(leaping, t.opposite(ends)), leaps))
        for one in (self.seen, self.moved):
            t.update(one, ends, t.number(0.0))
        t.update(self.tried, ends, t.add(t.get(self.tried), t.number(1.0)))
        return t.either(stuck, t.both(ends, t.compare("oge", t.get(self.tried), t.number(float(pace.most)))))
