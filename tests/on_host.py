"""A GPU's kernels on the processor at hand: what CUDA adds to C++ is defined, g++ compiles them, and one thread after the other runs.

`cupy()` stands in for the module of that name, so that all that is done with it is done in tests, too.
"""

import ctypes
import functools
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

CUDA = """
#include <cmath>
#include <cstring>
#define __global__
#define __device__
#define __forceinline__ inline
#define __noinline__ __attribute__((noinline))
static struct { unsigned x; } threadIdx, blockIdx, blockDim, gridDim;
static double __dadd_rn(double a, double b) { return a + b; }
static double __dsub_rn(double a, double b) { return a - b; }
static double __dmul_rn(double a, double b) { return a * b; }
static double __ddiv_rn(double a, double b) { return a / b; }
static long long __double_as_longlong(double a) { long long b; std::memcpy(&b, &a, 8); return b; }
static double __longlong_as_double(long long a) { double b; std::memcpy(&b, &a, 8); return b; }
"""
LAUNCH = """
extern "C" void launch(unsigned blocks, unsigned threads, const double* in, long long stride, long long begin, long long end, double* out) {
  gridDim.x = blocks; blockDim.x = threads;
  for (blockIdx.x = 0; blockIdx.x < blocks; blockIdx.x++)
    for (threadIdx.x = 0; threadIdx.x < threads; threadIdx.x++) cells(in, stride, begin, end, out);
}
"""
NAME = "the host's compiler"
needs_compiler = pytest.mark.skipif(shutil.which("g++") is None, reason="there is no g++ to compile a GPU's kernels for the host")


class RawModule:
    """A text, compiled for the host."""

    def __init__(self, code):
        self.code = code

    def get_function(self, name):
        assert name == "cells"
        launch = _launch(self.code)

        def run(grid, block, arguments):
            given, stride, begin, end, found = arguments
            launch(*grid, *block, given.ctypes.data, int(stride), int(begin), int(end), found.ctypes.data)

        return run


@functools.cache
def _launch(code):
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder) / "cells.cpp", Path(folder) / "cells.so"
        source.write_text(CUDA + code + LAUNCH)
        flags = ["-O1", "-ffp-contract=off", "-march=native", "-w", "-shared", "-fPIC"]
        subprocess.run(["g++", *flags, "-o", str(library), str(source)], check=True)
        function = ctypes.CDLL(str(library)).launch
    pointer, whole, count = ctypes.c_void_p, ctypes.c_longlong, ctypes.c_uint
    function.argtypes = [count, count, pointer, whole, whole, whole, pointer]
    return function


class Array(np.ndarray):
    """An array that stands for one on a device."""

    def get(self):
        return np.asarray(self)


def cupy():
    """What of CuPy is used."""
    runtime = SimpleNamespace(
        getDeviceCount=lambda: 1, getDevice=lambda: 0, getDeviceProperties=lambda number: {"name": NAME.encode()}
    )
    return SimpleNamespace(
        __version__="0",
        RawModule=RawModule,
        cuda=SimpleNamespace(runtime=runtime),
        asarray=lambda a: a.view(Array),
        empty=lambda shape: np.full(shape, np.nan).view(Array),
    )


@pytest.fixture
def gpu(monkeypatch):
    """The host in place of a GPU."""
    from vrest.engines.cuda import device

    monkeypatch.setitem(sys.modules, "cupy", cupy())
    device.cache_clear()
    yield device()
    device.cache_clear()
