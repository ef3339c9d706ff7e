"""Kernels over columns: rows of many cells in chunks, by as many threads as are wanted.

A kernel is a function of (inputs, stride, begin, end, outputs): each input and output is a column, the next one `stride` numbers further
on, and cells begin..end are a multiple of its width. Columns are padded with their last cell, so that no cell is treated another way.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .machine import Code
from .text import COUNT, Text, declared, function

HEAD = f"void @cells(ptr noalias %in, {COUNT} %stride, {COUNT} %begin, {COUNT} %end, ptr noalias %out)"
CHUNK = 8192
"""Cells that a thread takes at once."""


@dataclass
class Kernel:
    """The text of a function of columns, compiled when it is first called.

    Attributes:
        width: cells that are treated together
        inputs, outputs: how many columns go in and come out
        text: its module, with `@cells` in it
    """

    width: int
    inputs: int
    outputs: int
    text: str
    _code: Code | None = field(default=None, repr=False)
    _function: Any = field(default=None, repr=False)

    def ready(self) -> Code:
        """Compile it, where that was not done yet."""
        if self._code is None:
            self._code = Code(self.text)
            self._function = self._code.function("cells", *(ctypes.c_void_p, *(ctypes.c_int64,) * 3, ctypes.c_void_p))
        return self._code

    def __call__(self, columns: Sequence[np.ndarray | float], size: int, threads: int = 1) -> np.ndarray:
        """The outputs (column, cell) of so many cells."""
        return self.run(self.packed(columns, size), size, threads) if size else np.empty((self.outputs, 0))

    def packed(self, columns: Sequence[np.ndarray | float], size: int) -> np.ndarray:
        """Columns side by side, as far as whole vectors go."""
        given = np.empty((self.inputs, -(-size // self.width) * self.width))
        for row, column in zip(given, columns, strict=True):
            row[:size] = column
            row[size:] = row[size - 1]
        return given

    def run(self, given: np.ndarray, size: int, threads: int = 1) -> np.ndarray:
        """The outputs of columns that are packed."""
        found = np.empty((self.outputs, given.shape[1]))
        self.fill(given, found, threads)
        return found[:, :size]

    def fill(self, given: np.ndarray, found: np.ndarray, threads: int = 1, chunk: int = CHUNK) -> None:
        """Answer all cells of packed columns, in chunks."""
        self.ready()
        stride = found.shape[1]

        def work(begin: int) -> None:
            self._function(given.ctypes.data, stride, begin, min(begin + chunk, stride), found.ctypes.data)

        _each(work, range(0, stride, chunk), threads)


def _each(work: Callable[[int], None], places: Sequence[int], threads: int) -> None:
    if threads <= 1 or len(places) <= 1:
        for place in places:
            work(place)
        return
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(work, places):
            pass


def module(t: Text, turn: Callable[[Callable[[int], str], Callable[[int, str], None]], None], *others: str) -> str:
    """The module of a kernel and of other functions: `turn(column, answer)` writes what is done with one vector of cells, for which it
    gets numbers of columns and answers some."""
    at = t.variable("%begin", COUNT)

    def place(column: int, here: str) -> str:
        start = t.let(f"mul {COUNT} {column}, %stride")
        return t.let(f"add {COUNT} {start}, {here}")

    def vector() -> str:
        here = t.get(at)
        turn(lambda k: t.load("%in", place(k, here)), lambda k, value: t.store(value, "%out", place(k, here)))
        return t.fewer(at, t.width, "%end")

    t.loop(vector)
    return "\n".join([declared(t.width), *others, function(HEAD, t)])
