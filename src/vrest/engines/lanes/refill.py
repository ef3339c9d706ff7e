"""Cells that go through the lanes of a vector one after the other: a lane that is done takes the next cell, whatever others still need.

What lines keep of a cell from step to step stands in variables; they are filled anew in those lanes alone that took a cell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .llvm import VectorText
from .text import COUNT

NONE, ONE = "0.0", "1.0"


class Lanes:
    """Which cell each lane has, and what it was given, of the cells `%begin` to `%end` of columns `%in` and `%out` (`llvm.HEAD`).

    Attributes:
        busy:  whether a lane has a cell; ended: whether it wants another one
        cells: memory that holds the place of each lane's cell
    """

    def __init__(self, t: VectorText, inputs: int, outputs: int) -> None:
        self.t, self.inputs, self.outputs = t, inputs, outputs
        self.given, self.found = t.room(max(1, inputs)), t.room(outputs)
        self.cells, self.wanting, self.having = (t.room(1) for _ in range(3))
        self.next = t.variable("%begin", COUNT)
        self.busy, self.ended = t.variable(t.says(False), t.truth), t.variable(t.says(True), t.truth)

    def run(
        self, begin: Callable[[Sequence[str], str], None], turn: Callable[[], str], answers: Callable[[], Sequence[str]]
    ) -> None:
        """Lines for all cells.

        Arguments:
            begin:   puts the numbers of cells, its columns, into variables, in those lanes alone where a truth value holds; others keep
                     the numbers that they had
            turn:    one step of all lanes; which of them are done
            answers: what these answer, its columns
        """
        t = self.t

        def step() -> str:
            t.when(t.any(t.get(self.ended)), lambda: begin(*self.changed()))
            done = t.both(t.get(self.busy), turn())
            t.set(self.ended, done)
            t.when(t.any(done), lambda: self.keep(answers()))
            return t.any(t.get(self.busy))

        t.loop(step)

    def keep(self, values: Sequence[str]) -> None:
        """Answers of lanes, before they are given out."""
        for k, value in enumerate(values):
            self.t.store(value, self.found, str(k * self.t.width))

    def changed(self) -> tuple[list[str], str]:
        """Give out what lanes that ended found, and take the next cells in: the columns, and which lanes took one."""
        t = self.t
        for mask, place in ((self.ended, self.wanting), (self.busy, self.having)):
            t.store(t.select(t.get(mask), t.number(1.0), t.number(0.0)), place, "0")
        t.every("0", str(t.width), lambda lane: t.when(self._holds(self.wanting, lane), lambda: self._change(lane)))
        t.set(self.busy, self._flags(self.having))
        return [t.load(self.given, str(k * t.width)) for k in range(self.inputs)], self._flags(self.wanting)

    def _flags(self, place: str) -> str:
        return self.t.compare("une", self.t.load(place, "0"), self.t.number(0.0))

    def _change(self, lane: str) -> None:
        """One lane that wants a cell."""
        t = self.t
        t.when(self._holds(self.having, lane), lambda: self._give(lane))
        cell = t.get(self.next)
        some = t.below(cell, "%end")
        flag = t.let(f"select i1 {some}, double {ONE}, double {NONE}")
        for place in (self.wanting, self.having):
            t.put_one(flag, place, lane)
        t.when(some, lambda: self._take(lane, cell))

    def _take(self, lane: str, cell: str) -> None:
        t = self.t
        t.put_count(cell, self.cells, lane)
        t.counted(self.next, 1)
        t.every("0", str(self.inputs), lambda k: t.put_one(t.one("%in", t.column(k, cell)), self.given, t.lane(k, lane)))

    def _give(self, lane: str) -> None:
        t = self.t
        cell = t.one_count(self.cells, lane)
        t.every("0", str(self.outputs), lambda k: t.put_one(t.one(self.found, t.lane(k, lane)), "%out", t.column(k, cell)))

    # -- single numbers in memory ---------------------------------------------------------------------------------------

    def _holds(self, place: str, lane: str) -> str:
        return self.t.holds("une", self.t.one(place, lane), NONE)
