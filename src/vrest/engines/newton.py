"""Newton's method, and the linear systems in it.

    J(x) d = -f(x),    x <- x + t d,    0 < t <= 1

The factor t keeps each unknown's change below a limit and, with a line search, the residual falling (Deuflhard, Newton Methods for
Nonlinear Problems, 2004, sections 2.1 and 3.1). What settled is a step, never a flag: the caller recomputes the residual by its own means.

A linear system, of a few equations or of many that each know few of the unknowns, goes through CasADi's sparse QR:

    A x = b,    A^T = Q R,    x = Q R^-T b

The columns are ordered so that few entries are filled in. The matrix is transposed, as an equation that knows all unknowns, such as a
plane across a curve, then fills in but one row.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import casadi as ca
import numpy as np

PROGRESS, PATIENCE = 1e-4, 5
"""The part by which a line search lowers the residual, and how many steps in a row it may not."""
SHORTEST = 1e-3
"""Part of a step at which a line search ends."""
FEW = 12
"""Equations up to which every entry is taken as one that may differ from zero, so that one factorisation serves all of a size."""
NOTHING = 1e-100
"""The part of a row's largest entry below which an entry is zero: its square, which QR forms, would leave the range of numbers."""

Function = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""f(x) -> residual (n,), Jacobian (n, n)."""
Limit = float | np.ndarray | Callable[[np.ndarray], float | np.ndarray]


@dataclass(frozen=True)
class Point:
    """Where Newton ended, whether it settled there, and after how many steps."""

    x: np.ndarray
    settled: bool
    steps: int


def newton(
    function: Function,
    start: np.ndarray,
    *,
    longest: Limit = math.inf,
    unit: float = 1.0,
    settled: float = 1e-15,
    small: float = 1e-12,
    steps: int = 100,
    search: bool = False,
) -> Point:
    """Iterate from a start until a step is nothing but rounding.

    Arguments:
        longest: largest change of an unknown in one step: one number, one for each unknown, or a function of x
        unit:    size below which an unknown counts as small
        settled: a step is the last one if it is at most this part of the largest unknown, or of `unit` where that is more
        small:   what a further step may be at most where `steps` are used up, or where the line search gains nothing any more
        search:  halve a step until the residual falls
    """
    x = np.array(start, dtype=float)
    f, jacobian = function(x)
    stuck = 0
    for count in range(steps):
        step = solved(jacobian, -f)
        if step is None:
            return Point(x, not f.any(), count)
        if largest(step) <= settled * max(unit, largest(x)):
            return Point(x + step, True, count + 1)
        step = step * _part(step, longest(x) if callable(longest) else longest)
        before = f
        x, f, jacobian = _searched(function, x, f, step) if search else _taken(function, x + step)
        stuck = stuck + 1 if search and length(f) >= (1 - PROGRESS) * length(before) else 0
        if stuck == PATIENCE:
            break
    step = solved(jacobian, -f)
    return Point(x, step is not None and largest(step) <= small, steps)


def largest(x: np.ndarray) -> float:
    """The size of the largest component."""
    return float(np.maximum.reduce(np.abs(x), axis=None, initial=0.0))


def length(x: np.ndarray) -> float:
    """The Euclidean length, which does not overflow."""
    return math.hypot(*x.tolist())


def _part(step: np.ndarray, longest: float | np.ndarray) -> float:
    """The part of a step that keeps every component within its limit."""
    return 1.0 / max(1.0, largest(step / longest))


def _taken(function: Function, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return (x, *function(x))


def _searched(function: Function, x: np.ndarray, f: np.ndarray, step: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The longest of a few halvings of the step that lowers the residual; the shortest where none does."""
    part, size = 1.0, length(f)
    while True:
        trial, f, jacobian = _taken(function, x + part * step)
        if length(f) < size or part < SHORTEST:
            return trial, f, jacobian
        part *= 0.5


# -- linear systems -----------------------------------------------------------------------------------------------------


def solved(matrix: np.ndarray, right: np.ndarray) -> np.ndarray | None:
    """The solution of a linear system, for one right side or several columns of them; None where a row is zero or nothing finite comes of it.

    Rows are scaled to one first, as they may be equations in different units. Of equations that depend on each other rounding makes a
    solution, as of those that nearly do: whoever asks must look at what comes of it.
    """
    size, columns = len(matrix), 1 if right.ndim == 1 else right.shape[1]
    if not size:
        return np.zeros(right.shape)
    x = _system(size, columns, b"" if size <= FEW else np.packbits(matrix != 0).tobytes()).solve(matrix, right.T)
    return None if x is None else x.reshape(right.shape[::-1]).T


def refined(matrix: np.ndarray, right: np.ndarray) -> np.ndarray | None:
    """As `solved`, with what rounding left of the equations solved for once more: small parts of a solution, too, are then as right as the
    rows they follow from (Skeel, Mathematics of Computation 35, 1980, 817-832)."""
    first = solved(matrix, right)
    rest = None if first is None else solved(matrix, right - matrix @ first)
    return first if first is None or rest is None else first + rest


class _System:
    """Systems of one size whose entries differ from zero at given places, with buffers for the entries, right sides and solutions."""

    def __init__(self, size: int, columns: int, places: np.ndarray) -> None:
        self._places, self._rows = places, places // size
        counts = np.bincount(self._rows, minlength=size)
        self._empty, self._starts = not counts.all(), np.cumsum(counts) - counts
        self._entries, self._right, self._x = np.empty(places.size), np.empty((columns, size)), np.empty((columns, size))
        # a matrix that is kept by rows is its transpose kept by columns
        transposed = ca.Sparsity(size, size, [0, *np.cumsum(counts).tolist()], (places % size).tolist())
        A, b = ca.MX.sym("A", transposed), ca.MX.sym("b", size, columns)
        factors: Any = ca.Linsol("factors", "qr", transposed, {"eps": 0.0})
        self._buffer, self._evaluate = ca.Function("solved", [A, b], [factors.solve(A, b, True)]).buffer()
        buffer: Any = self._buffer
        buffer.set_arg(0, self._entries.data)
        buffer.set_arg(1, self._right.ravel().data)
        buffer.set_res(0, self._x.ravel().data)

    def solve(self, matrix: np.ndarray, right: np.ndarray) -> np.ndarray | None:
        """Solutions, each a row, for right sides that are rows; None where a row of the matrix is zero, or nothing finite comes of it."""
        if self._empty:
            return None
        entries = matrix.ravel().take(self._places)
        scale = np.maximum.reduceat(np.abs(entries), self._starts)
        sizes = scale.tolist()
        if not (all(sizes) and math.isfinite(sum(sizes))):
            return None
        np.divide(entries, scale.take(self._rows), out=self._entries)
        self._entries[np.abs(self._entries) < NOTHING] = 0.0
        np.divide(right, scale, out=self._right)
        self._evaluate()
        return self._x.copy() if math.isfinite(np.add.reduce(self._x, axis=None)) else None


@functools.lru_cache(maxsize=512)
def _system(size: int, columns: int, pattern: bytes) -> _System:
    """The systems of a size and, where that is not empty, of a pattern of entries that differ from zero."""
    bits = np.unpackbits(np.frombuffer(pattern, dtype=np.uint8), count=size * size) if pattern else np.ones(size * size)
    return _System(size, columns, np.flatnonzero(bits))
