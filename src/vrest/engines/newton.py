"""Newton's method for a few equations, and the linear systems in it.

    J(x) d = -f(x),    x <- x + t d,    0 < t <= 1

The factor t keeps each unknown's change below a limit and, with a line search, the residual falling (Deuflhard, Newton Methods for
Nonlinear Problems, 2004, sections 2.1 and 3.1). What settled is a step, never a flag: the caller recomputes the residual by its own means.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

PROGRESS, PATIENCE = 1e-4, 5
"""The part by which a line search lowers the residual, and how many steps in a row it may not."""
SHORTEST = 1e-3
"""Part of a step at which a line search ends."""

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


def solved(matrix: np.ndarray, right: np.ndarray) -> np.ndarray | None:
    """The solution of a linear system, for one right side or several columns of them; None where there is none.

    Rows are scaled to one first, as they may be equations in different units.
    """
    scale = np.maximum.reduce(np.abs(matrix), axis=1, keepdims=True, initial=0.0)
    sizes = scale.ravel().tolist()
    if not (all(sizes) and math.isfinite(sum(sizes))):
        return None
    try:
        x = np.linalg.solve(matrix / scale, right / (scale if right.ndim > 1 else scale[:, 0]))
    except np.linalg.LinAlgError:
        return None
    return x if math.isfinite(np.add.reduce(x, axis=None)) else None


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
