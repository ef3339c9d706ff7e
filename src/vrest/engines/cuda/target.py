"""The threads of a GPU as what kernels are written for: each takes a cell, and when it is done the next one that is left to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from ..lanes.columns import Fill
from ..lanes.target import Target, Turn
from ..lanes.text import COUNT, Text
from .text import HEAD, PRELUDE, ThreadText

FIRST = f"begin + {COUNT}(blockIdx.x) * blockDim.x + threadIdx.x"
THREADS = f"{COUNT}(gridDim.x) * blockDim.x"


class Runs(Protocol):
    """What compiles and runs texts.

    Attributes:
        name: what it is, in words
    """

    name: str

    def compiled(self, text: str) -> Fill: ...


class Threads(Target):
    """The threads of a device."""

    def __init__(self, device: Runs) -> None:
        self.device = device

    def text(self, beside: int = 1) -> ThreadText:
        return ThreadText()

    def each(self, t: Text, turn: Turn) -> None:
        _cells(
            t, lambda at: turn(lambda k: t.load("%in", t.column(k, at)), lambda k, value: t.store(value, "%out", t.column(k, at)))
        )

    def queue(self, t: Text, inputs: int, outputs: int) -> _Alone:
        return _Alone(t, inputs)

    def module(self, t: Text, *others: str) -> str:
        assert isinstance(t, ThreadText)
        return "\n".join([PRELUDE, *others, t.headed(f'extern "C" __global__ void {HEAD}')])

    def compiled(self, text: str) -> Fill:
        return self.device.compiled(text)


class _Alone:
    """A cell that has a thread for itself; as `lanes.refill.Lanes`."""

    def __init__(self, t: Text, inputs: int) -> None:
        self.t, self.inputs = t, inputs
        self.cells, self.busy = t.room(1), t.variable(t.says(True), t.truth)

    def run(
        self, begin: Callable[[Sequence[str], str], None], turn: Callable[[], str], answers: Callable[[], Sequence[str]]
    ) -> None:
        t = self.t

        def cell(at: str) -> None:
            t.put_count(at, self.cells, "0")
            begin([t.one("%in", t.column(k, at)) for k in range(self.inputs)], t.says(True))
            t.loop(lambda: t.opposite(turn()))
            for k, value in enumerate(answers()):
                t.put_one(value, "%out", t.column(k, at))

        _cells(t, cell)


def _cells(t: Text, one: Callable[[str], None]) -> None:
    """Lines for every cell of a thread."""
    at = t.variable(FIRST, COUNT)

    def step() -> str:
        one(t.get(at))
        moved = t.counts("add", t.get(at), THREADS)
        t.set(at, moved)
        return t.below(moved, "%end")

    t.when(t.below(t.get(at), "%end"), lambda: t.loop(step))
