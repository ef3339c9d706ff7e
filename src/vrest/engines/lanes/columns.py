"""Kernels over columns: rows of many cells in chunks, by as many threads as are wanted.

A kernel is a function of (inputs, stride, begin, end, outputs): each input and output is a column, the next one `stride` numbers further
on, and cells begin..end are a multiple of its width. Columns are padded with their last cell, so that no cell is treated another way.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

Fill = Callable[[np.ndarray, np.ndarray, int, int], None]
"""Answers packed columns: (inputs, outputs, threads, cells that a thread takes at once)."""
CHUNK = 8192
"""Cells that a thread takes at once."""


class SideBySide(dict[str, np.ndarray]):
    """Columns by name that are rows of one array, as kernels take them.

    Attributes:
        whole: the array (column, cell)
    """

    def __init__(self, names: Iterable[str], whole: np.ndarray) -> None:
        super().__init__(zip(names, whole, strict=True))
        self.whole = whole


@dataclass
class Kernel:
    """The text of a function of columns, compiled when it is first called.

    Attributes:
        width: cells that are treated together
        inputs, outputs: how many columns go in and come out
        text: its module, with a function `cells` in it
        compiler: what makes it run
    """

    width: int
    inputs: int
    outputs: int
    text: str
    compiler: Callable[[str], Fill] = field(repr=False)
    _fill: Fill | None = field(default=None, repr=False, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, init=False)

    def ready(self) -> Fill:
        """Compile it, where that was not done yet; one thread does, and others wait."""
        with self._lock:
            if self._fill is None:
                self._fill = self.compiler(self.text)
        return self._fill

    def __call__(self, columns: Sequence[np.ndarray | float], size: int, threads: int = 1) -> np.ndarray:
        """The outputs (column, cell) of so many cells."""
        return self.run(self.packed(columns, size), size, threads) if size else np.empty((self.outputs, 0))

    def packed(self, columns: Sequence[np.ndarray | float], size: int) -> np.ndarray:
        """Columns side by side, as far as whole vectors go; not to be written to, as those that stand so are what was given."""
        whole = (self.inputs, size) if size % self.width == 0 else None
        if isinstance(columns, np.ndarray) and columns.shape == whole and columns.flags.c_contiguous:
            return columns
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
        self.ready()(given, found, threads, chunk)
