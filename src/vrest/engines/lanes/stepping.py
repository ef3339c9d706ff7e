"""Rates integrated in lanes: each lane with its own step, held to a tolerance, and what is there at wanted times between steps.

A step takes the slopes and their elimination along the diagonal once, then the stages of `rosenbrock`. A step whose error is too large, or
no number, is taken again, shorter. A lane that has come to the end takes the next cell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..graph import Factors, Graph, hoisted, slopes
from ..graph.elimination import Place
from . import rosenbrock as method
from .columns import Kernel
from .emit import emit
from .points import SHORT, UNKNOWN, Point
from .solving import sparse_order
from .target import Target, native
from .text import Text

FIRST = 1e-6
"""The first step [s], at most."""
SAFETY, LEAST, MOST = 0.9, 0.2, 6.0
"""How the next step follows from the error of one: somewhat shorter than it says, and within these factors."""
LARGEST, SMALLEST = 1e8, 1e-10
"""Bounds of the square of an error."""
MOST_STEPS = 200_000
"""Steps after which one of many cells is left to another engine."""
CHUNK, MOST_CHUNK, CHUNKS = 512, 8192, 4
"""Least and most cells that a thread takes at once, and how many times between these each takes some: where few cells take far more steps than
others, they keep each other company in the lanes of a large chunk."""
FACTORS, RIGHT = "l", "r"
BEGIN, END, RTOL, ATOL, LONGEST, MANY = OWN = range(6)
"""Columns that say from when to when [s], how exactly, in steps how long at most [s], and in how many; they follow those of numbers."""
ARRIVED, STEPS, REACHED = ANSWERED = range(3)
"""What is answered beside the state: whether the end was reached, in how many steps, and up to when [s]."""


@dataclass(frozen=True)
class Rates:
    """Nodes of a graph whose unknowns are a state and, after it, the time [s].

    Attributes:
        rates:  of the state, row by row
        lowest: what must not fall below `least`: beyond it the cell is left to another engine
        given:  how many numbers are given for a cell
        held:   how many rows, the first ones, are held to a tolerance and answered at wanted times; others only count
    """

    graph: Graph
    rates: Sequence[int]
    lowest: int
    least: float
    given: int
    held: int


@dataclass
class Stepping(Kernel):
    """Takes columns of given numbers, the state, the scales of those rows that are held to a tolerance, and those of `OWN`; answers the state
    at the end, `ANSWERED`, and then the held rows at wanted times."""

    shown: int = field(default=0)

    def at(
        self, columns: Sequence[np.ndarray | float], size: int, wanted: np.ndarray, threads: int = 1
    ) -> tuple[np.ndarray, np.ndarray]:
        """What is answered (column, cell), and the rows that are shown (time, row, cell) at wanted times, in order, after the begin and not
        after the end."""
        stride = -(-size // self.width) * self.width
        given = np.empty(self.inputs * stride + wanted.size + 1)
        given[: self.inputs * stride] = self.packed(columns, size).ravel()
        given[self.inputs * stride :] = [*wanted, np.inf]
        found = np.empty((self.outputs + wanted.size * self.shown, stride))
        chunk = MOST_CHUNK if threads <= 1 else min(max(CHUNK, stride // (CHUNKS * threads)), MOST_CHUNK)
        self.fill(given, found, threads, -(-chunk // self.width) * self.width)
        return found[: self.outputs, :size], found[self.outputs :].reshape(wanted.size, self.shown, stride)[:, :, :size]


def stepping(rates: Rates, target: Target | None = None, beside: int = 2) -> Stepping:
    """The kernel that integrates; `beside`: how many native vectors go side by side, unless there are too many lines for that."""
    n, target = len(rates.rates), target or native()
    inputs, outputs = rates.given + n + rates.held + len(OWN), n + len(ANSWERED)
    step = _Step(target, rates, inputs, outputs, beside)
    if beside > 1 and step.slopes.size >= SHORT:
        return stepping(rates, target, 1)
    step.lanes.run(step.begin, step.turn, step.answers)
    text = target.module(step.t, step.slopes.text, step.rates.text, step.solving)
    return Stepping(step.t.width, inputs, outputs, text, target.compiled, shown=rates.held)


class _Step:
    """Lines of one step of all lanes."""

    def __init__(self, target: Target, of: Rates, inputs: int, outputs: int, beside: int) -> None:
        self.t, self.of, self.n, self.outputs = target.text(beside), of, len(of.rates), outputs
        self.inputs, t = inputs, self.t
        self._build(lambda: target.text(beside))
        self.lanes = target.queue(t, inputs, outputs)
        zero = t.number(0.0)
        self.y = [t.variable(zero) for _ in range(self.n)]
        self.scale = [t.variable(zero) for _ in range(of.held)]
        self.own = [t.variable(zero) for _ in OWN]
        self.time, self.end, self.rtol, self.atol, self.longest, self.many = self.own
        self.h, self.count, self.arrived = (t.variable(zero) for _ in range(3))
        self.wanted, self.place = t.variable(zero), t.variable(t.whole(0), t.bits)
        points = self.slopes, self.rates
        self.memory = {one.name: (t.room(max(1, len(one.ready))), t.room(len(one.outputs))) for one in points}
        self.right, self.K = (t.room(size * len(self.solved)) for size in (1, method.STAGES))

    # -- functions --------------------------------------------------------------------------------------------------------

    def _build(self, text: Callable[[], Text]) -> None:
        """The functions that a step calls: slopes with their elimination, rates alone, and the solution of a system.

        Rows that only count, as no rate hangs on them, take no part in the system: their ends follow from the stages of all others.
        """
        g, n = self.of.graph, self.n
        unknowns = g.inputs(UNKNOWN, n)
        *rates, lowest = hoisted(g, [*self.of.rates, self.of.lowest], UNKNOWN)
        found = slopes(g, rates, [*unknowns, g.input(UNKNOWN, n)])
        found = dict(zip(found, hoisted(g, list(found.values()), UNKNOWN), strict=True))
        acting = set(g.needed(rates))
        self.solved = [i for i, x in enumerate(unknowns) if i < self.of.held or x in acting]
        at = {i: k for k, i in enumerate(self.solved)}
        J = {(at[i], at[j]): a for (i, j), a in found.items() if j < n and i in at}
        self.counting = {(i, j): a for (i, j), a in found.items() if j < n and i not in at}
        self.moved = {i: found[i, n] for i in range(n) if (i, n) in found}
        order, shift = [(k, k) for k in sparse_order(J, [False] * len(at))], g.input(UNKNOWN, n + 1)
        E = {place: g.neg(a) for place, a in J.items()}
        E |= {place: g.sub(shift, J.get(place, g.const(0.0))) for place in order}
        LU = Factors(g, E, order).LU
        self.parts = list(LU.values()), rates, list(self.moved.values()), list(self.counting.values()), [lowest]
        self.slopes = Point(text(), g, [a for part in self.parts for a in part], n + 2, inline=False, name="slopes")
        self.rates = Point(text(), g, rates, n + 1, inline=False, name="rates")
        self.solving = _solving(text(), list(LU), order)

    def _called(self, point: Point, x: Sequence[str]) -> list[str]:
        ready, found = self.memory[point.name]
        point.call(self.t, x, ready, found)
        return [self.t.load(found, str(k * self.t.width)) for k in range(len(point.outputs))]

    # -- a cell -----------------------------------------------------------------------------------------------------------

    def begin(self, columns: Sequence[str], where: str) -> None:
        """Take cells into lanes."""
        t, of = self.t, self.of
        for point in (self.slopes, self.rates):
            point.fill(t, columns[: of.given], self.memory[point.name][0])
        own = of.given + self.n + of.held
        taken = dict(zip([*self.y, *self.scale], columns[of.given : own], strict=True))
        taken |= dict(zip(self.own, columns[own:], strict=True))
        taken |= {self.count: t.number(0.0), self.arrived: t.number(0.0)}
        taken[self.h] = t.min(t.number(FIRST), t.exactly("fsub", columns[own + END], columns[own + BEGIN]))
        taken[self.wanted] = t.spread(t.one("%in", t.column(self.inputs, "0")))
        for variable, value in taken.items():
            t.update(variable, where, value)
        t.update(self.place, where, t.whole(0))

    def answers(self) -> list[str]:
        t = self.t
        return [t.get(one) for one in (*self.y, self.arrived, self.count, self.time)]

    def turn(self) -> str:
        """One step; which lanes are done."""
        t, now, end = self.t, self.t.get(self.time), self.t.get(self.end)
        y, left = [t.get(one) for one in self.y], t.exactly("fsub", end, now)
        h = self._length(left)
        inverse = t.inv(h)
        seen = self._called(self.slopes, [*y, now, t.mul(t.number(1 / method.GAMMA), inverse)])
        parts = iter(seen)
        _, f, moved, counting, (lowest,) = ([next(parts) for _ in part] for part in self.parts)
        slopes = dict(zip(self.moved, moved, strict=True)), dict(zip(self.counting, counting, strict=True))
        new, error = self._stages(y, now, h, inverse, f, *slopes)
        size = self._size(y, new, error)
        factor = t.mul(t.number(SAFETY), t.function("exp", t.mul(t.number(method.POWER), t.function("log", size))))
        factor = t.max(t.min(factor, t.number(MOST)), t.number(LEAST))
        good = t.compare("ole", size, t.number(1.0))
        through = t.both(good, t.compare("oge", h, left))
        later = t.select(through, end, t.exactly("fadd", now, h))
        self._show(good, now, h, later, y, new)
        for variable, value in (*zip(self.y, new, strict=True), (self.time, later)):
            t.update(variable, good, value)
        t.set(self.h, t.mul(h, factor))
        t.set(self.count, t.exactly("fadd", t.get(self.count), t.number(1.0)))
        lost = t.either(
            t.compare("ult", lowest, t.number(self.of.least)),
            t.compare("oge", t.get(self.count), t.get(self.many)),
            t.compare("oeq", t.exactly("fadd", now, h), now),
        )
        t.set(self.arrived, t.select(t.both(through, t.opposite(lost)), t.number(1.0), t.number(0.0)))
        return t.either(through, lost)

    def _length(self, left: str) -> str:
        """How long a step is: as the last one's error says, and so that no sliver is left."""
        t = self.t
        wish = t.min(t.get(self.h), t.get(self.longest))
        nearly = t.both(t.compare("oge", wish, t.mul(t.number(0.5), left)), t.compare("olt", wish, left))
        return t.select(nearly, t.mul(t.number(0.5), left), t.min(wish, left))

    # -- stages -----------------------------------------------------------------------------------------------------------

    def _stage(self, s: int, i: int) -> str:
        """Row i of K of a stage."""
        return self.t.load(self.K, str((s * len(self.solved) + self.solved.index(i)) * self.t.width))

    def _sum(self, first: str | None, parts: Sequence[float], i: int) -> str | None:
        """Multiples of the first stages' K in a row, added to something."""
        t = self.t
        for s, part in enumerate(parts):
            if part:
                K = self._stage(s, i)
                first = t.mul(t.number(part), K) if first is None else t.fma(t.number(part), K, first)
        return first

    def _stages(
        self, y: list[str], now: str, h: str, inverse: str, f: list[str], moved: Mapping[int, str], counting: Mapping[Place, str]
    ) -> tuple[list[str], list[str]]:
        """The state at the end of a step, and the error of the rows that are held to a tolerance."""
        t, (c, d), weights = self.t, method.times(), method.weights()
        size, point = len(self.solved), list(y)
        counted = {i: t.number(0.0) for i in range(self.n) if i not in self.solved}
        for s in range(method.STAGES):
            if s:
                for i in self.solved:
                    point[i] = self._sum(y[i], method.A[s], i) or y[i]
                at = t.fma(t.number(c[s]), h, now) if moved else now
                f = self._called(self.rates, [*point, at])
            for k, i in enumerate(self.solved):
                total = self._sum(None, method.C[s], i)
                right = f[i] if total is None else t.fma(total, inverse, f[i])
                if i in moved and d[s]:
                    right = t.fma(t.mul(t.number(d[s]), h), moved[i], right)
                t.store(right, self.right, str(k * t.width))
            for i, before in counted.items():
                counted[i] = t.fma(t.number(weights[s]), f[i], before)
            t.call("solve", (self.memory["slopes"][1], self.right, t.at(self.K, str(s * size * t.width))))
        error = {i: self._stage(method.STAGES - 1, i) for i in self.solved}
        for i, last in error.items():
            point[i] = t.add(point[i], last)
        for i, total in self._counted(counted, h, moved, counting).items():
            point[i] = t.fma(h, total, y[i])
        return point, [error[i] for i in range(self.of.held)]

    def _counted(self, of: Mapping[int, str], h: str, moved: Mapping[int, str], counting: Mapping[Place, str]) -> dict[int, str]:
        """The mean rates within a step of rows that only count, from the mean of their rates at the stages."""
        t, weights, found = self.t, method.weights(), dict(of)
        mean = {j: self._sum(None, weights, j) or t.number(0.0) for j in sorted({j for _, j in counting})}
        for (i, j), slope in counting.items():
            found[i] = t.fma(slope, mean[j], found[i])
        part = float(np.dot(weights, method.times()[1]))
        for i in found.keys() & moved.keys():
            found[i] = t.fma(t.mul(t.number(part), h), moved[i], found[i])
        return found

    def _size(self, y: list[str], new: list[str], error: list[str]) -> str:
        """The mean square of errors over what they may be."""
        t, total = self.t, self.t.number(0.0)
        rtol, atol = t.get(self.rtol), t.get(self.atol)
        for i, scale in enumerate(self.scale):
            most = t.max(t.fabs(y[i]), t.fabs(new[i]))
            part = t.div(error[i], t.fma(rtol, most, t.mul(atol, t.get(scale))))
            total = t.fma(part, part, total)
        size = t.min(t.mul(t.number(1 / len(self.scale)), total), t.number(LARGEST))
        return t.max(size, t.number(SMALLEST))

    # -- between steps ----------------------------------------------------------------------------------------------------

    def _show(self, good: str, now: str, h: str, later: str, y: list[str], new: list[str]) -> None:
        """Answer what is wanted within a step that counts."""
        t = self.t
        passes = t.both(good, t.get(self.lanes.busy), t.compare("ole", t.get(self.wanted), later))
        t.when(t.any(passes), lambda: self._between(passes, now, h, later, y, new))

    def _between(self, passes: str, now: str, h: str, later: str, y: list[str], new: list[str]) -> None:
        t, held = self.t, self.of.held
        names = ("passes", "now", "h", "later", "wanted", "place")
        rooms = {name: t.room(1) for name in names} | {name: t.room(held) for name in ("y", "new", *"012")}
        mask = t.select(passes, t.number(1.0), t.number(0.0))
        for name, value in zip(names[:-1], (mask, now, h, later, t.get(self.wanted)), strict=True):
            t.store(value, rooms[name], "0")
        t.store_whole(t.get(self.place), rooms["place"])
        for i in range(held):
            k = [self._sum(None, row, i) or "" for row in method.H]
            for name, value in zip(("y", "new", *"012"), (y[i], new[i], *k), strict=True):
                t.store(value, rooms[name], str(i * t.width))

        def lane(k: str) -> None:
            t.when(t.holds("une", t.one(rooms["passes"], k), "0.0"), lambda: t.loop(lambda: self._one(rooms, k)))

        t.every("0", str(t.width), lane)
        t.set(self.wanted, t.load(rooms["wanted"], "0"))
        t.set(self.place, t.load_whole(rooms["place"]))

    def _one(self, rooms: dict[str, str], lane: str) -> str:
        """What one lane answers at one time; whether it has another one within the step."""
        t = self.t
        cell, place = t.one_count(self.lanes.cells, lane), t.one_count(rooms["place"], lane)
        elapsed = t.single("fsub", t.one(rooms["wanted"], lane), t.one(rooms["now"], lane))
        part = t.single("fdiv", elapsed, t.one(rooms["h"], lane))
        rest = t.single("fsub", "1.0", part)
        begin = t.counts("add", t.counts("mul", place, str(self.of.held)), str(self.outputs))

        def row(i: str) -> None:
            here = t.lane(i, lane)
            y, new, *k = (t.one(rooms[name], here) for name in ("y", "new", *"012"))
            value = k[2]
            for factor, more in ((part, k[1]), (part, k[0]), (rest, new)):
                value = t.single("fadd", t.single("fmul", factor, value), more)
            value = t.single("fadd", t.single("fmul", part, value), t.single("fmul", rest, y))
            t.put_one(value, "%out", t.column(t.counts("add", begin, i), cell))

        t.every("0", str(self.of.held), row)
        on = t.counts("add", place, "1")
        t.put_count(on, rooms["place"], lane)
        wanted = t.one("%in", t.column(self.inputs, on))
        t.put_one(wanted, rooms["wanted"], lane)
        return t.holds("ole", wanted, t.one(rooms["later"], lane))


def _solving(t: Text, places: list[tuple[int, int]], order: list[tuple[int, int]]) -> str:
    """The text of `@solve(factors, right side, solution)`, of an empty one."""
    g = Graph()
    factors = Factors.known(g, {place: g.input(FACTORS, k) for k, place in enumerate(places)}, order)
    found = factors.solve(g.inputs(RIGHT, len(order)))
    given = {
        FACTORS: [t.load("%factors", str(k * t.width)) for k in range(len(places))],
        RIGHT: [t.load("%right", str(k * t.width)) for k in range(len(order))],
    }
    for k, name in enumerate(emit(t, g, found, given)):
        t.store(name, "%found", str(k * t.width))
    return t.defined("solve", ("factors", "right", "found"))
