"""An NVIDIA GPU, through CuPy: kernels are compiled by NVRTC when they are first needed, and kept by CuPy on disk."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from typing import Any

import numpy as np

from ...errors import InputError, Problem, VrestError, advice, needed, shorten
from ..lanes.columns import Fill

BLOCK = 128
"""Threads that start together."""
PIECE = 1 << 20
"""Cells whose columns are on the device at once."""
PROBE = 'extern "C" __global__ void cells(const double* in, long long stride, long long begin, long long end, double* out) { out[0] = exp(in[0]); }'


@functools.cache
def device() -> Device:
    """The GPU at hand.

    Raises:
        InputError: CuPy, a GPU, its driver or its compiler is missing; the sentence says which.
    """
    with needed("gpu", "answering rows on a GPU"):
        import cupy
    with _in_words():
        found = Device(cupy)
        found.compiled(PROBE)(np.zeros((1, 1)), np.empty((1, 1)), 1, 1)
    return found


class Device:
    """What runs kernels.

    Attributes:
        name: of the GPU and of CuPy's version, in words
    """

    def __init__(self, cupy: Any) -> None:
        self.cupy = cupy
        cupy.cuda.runtime.getDeviceCount()
        name = cupy.cuda.runtime.getDeviceProperties(cupy.cuda.runtime.getDevice())["name"].decode()
        self.name = f"{name} (CuPy {cupy.__version__})"

    def compiled(self, text: str) -> Fill:
        """A kernel; threads and chunks are its own affair, so that what is said of them is not heard."""
        with _in_words():
            kernel = self.cupy.RawModule(code=text).get_function("cells")

        def fill(given: np.ndarray, found: np.ndarray, threads: int, chunk: int) -> None:
            size = found.shape[1]
            piece = PIECE if given.ndim == 2 else size
            with _in_words():
                for begin in range(0, size, piece):
                    place = (slice(None), slice(begin, begin + piece))
                    self._launch(kernel, given[place] if given.ndim == 2 else given, found[place])

        return fill

    def _launch(self, kernel: Any, given: np.ndarray, found: np.ndarray) -> None:
        """Columns there, all cells, answers back."""
        size = found.shape[1]
        there = self.cupy.asarray(np.ascontiguousarray(given))
        answers = self.cupy.empty(found.shape)
        kernel((-(-size // BLOCK),), (BLOCK,), (there, *(np.int64(k) for k in (size, 0, size)), answers))
        found[...] = answers.get()


@contextlib.contextmanager
def _in_words() -> Iterator[None]:
    """What CuPy says of a device that is missing, or cannot do its work, as an error of the input."""
    try:
        yield
    except VrestError:
        raise
    except Exception as error:  # of many kinds
        expected = "an NVIDIA GPU with its driver and CUDA's compiler, NVRTC; or " + advice('device="cpu"', "--device cpu")
        message = f"a GPU was asked for, and none can be used: {shorten(error, 200)}"
        raise InputError(Problem(message, path="device", found=type(error).__name__, expected=expected)) from None
