"""What kernels are written for: how values stand in a text, how cells come to them, and what makes the text run."""

from __future__ import annotations

import ctypes
import functools
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from .blocks import MOST, in_threads
from .columns import Fill, Kernel
from .llvm import HEAD, VectorText, declared
from .machine import WIDE, Code, Processor, processor
from .refill import Lanes
from .text import COUNT, Text, Variable

Turn = Callable[[Callable[[int], str], Callable[[int, str], None]], None]
"""Lines for cells: of a function that gets their number in a column, and of one that answers in a column."""


class Queue(Protocol):
    """How cells that take their time come to the lines which treat them; as `refill.Lanes`.

    Attributes:
        busy:  whether there is a cell
        cells: memory that holds its place
    """

    busy: Variable
    cells: str

    def run(
        self, begin: Callable[[Sequence[str], str], None], turn: Callable[[], str], answers: Callable[[], Sequence[str]]
    ) -> None: ...


class Target(ABC):
    """What a kernel is written for.

    Attributes:
        block: how many cells go through all kernels of an answer together, at most; None: all of them
    """

    block: int | None = None

    @abstractmethod
    def text(self, beside: int = 1) -> Text:
        """An empty text; `beside`: how many native vectors go side by side."""

    @abstractmethod
    def each(self, t: Text, turn: Turn) -> None:
        """Lines of a kernel in which each cell has one turn."""

    @abstractmethod
    def queue(self, t: Text, inputs: int, outputs: int) -> Queue:
        """How cells come in that take turns of their own."""

    @abstractmethod
    def module(self, t: Text, *others: str) -> str:
        """The text of all: of a kernel with these lines, and of functions that it calls."""

    @abstractmethod
    def compiled(self, text: str) -> Fill:
        """What runs a text."""

    def kernel(self, t: Text, inputs: int, outputs: int, *others: str) -> Kernel:
        """The kernel with these lines, and functions that they call."""
        return Kernel(t.width, inputs, outputs, self.module(t, *others), self.compiled)


@dataclass(frozen=True)
class Vectors(Target):
    """Vectors of a processor, a cell in each lane."""

    of: Processor
    block = MOST

    def text(self, beside: int = 1) -> VectorText:
        return VectorText(beside * self.of.width)

    def each(self, t: Text, turn: Turn) -> None:
        at = t.variable("%begin", COUNT)

        def vector() -> str:
            here = t.get(at)
            turn(lambda k: t.load("%in", t.column(k, here)), lambda k, value: t.store(value, "%out", t.column(k, here)))
            return t.fewer(at, t.width, "%end")

        t.loop(vector)

    def queue(self, t: Text, inputs: int, outputs: int) -> Lanes:
        assert isinstance(t, VectorText)
        return Lanes(t, inputs, outputs)

    def module(self, t: Text, *others: str) -> str:
        assert isinstance(t, VectorText)
        return "\n".join([declared(t.width), *others, t.headed(HEAD)])

    def compiled(self, text: str) -> Fill:
        """A function of (inputs, stride, begin, end, outputs): each input and output is a column, the next one `stride` numbers further
        on, and cells begin..end are a multiple of its width."""
        return _Compiled(Code(text, self.of))


class _Compiled:
    """The function of a module, and its machine code, which must last as long."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.function = code.function("cells", *(ctypes.c_void_p, *(ctypes.c_int64,) * 3, ctypes.c_void_p))

    def __call__(self, given: np.ndarray, found: np.ndarray, threads: int, chunk: int) -> None:
        stride = found.shape[1]

        def work(begin: int) -> None:
            self.function(given.ctypes.data, stride, begin, min(begin + chunk, stride), found.ctypes.data)

        in_threads(work, range(0, stride, chunk), threads)


@functools.cache
def native(most: int = WIDE) -> Vectors:
    """The processor at hand; see `machine.processor`."""
    return Vectors(processor(most))
