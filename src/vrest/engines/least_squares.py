"""Least squares: Gauss-Newton with an exact Jacobian, and what the equations leave open.

    J(x) d = -r(x) by linear least squares,    x <- x + t d,    0 < t <= 1

The factor t keeps each unknown's change below a limit (Deuflhard, Newton Methods for Nonlinear Problems, 2004, chapter 4). Columns of J are
scaled to one, since unknowns have different units; equations are scaled by the caller. A function that finds some unknowns by itself,
because it is linear in them (variable projection; Kaufman, BIT 15, 1975, 49-57), gives their columns after those of x: they take part in
each step, and the function finds them anew.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .newton import largest

STEPS = 60
SETTLED, STUCK = 3, 20
"""Steps without half the error after which a search ends: where the equations are met, and where they are not."""
HALVINGS = 6
TOGETHER = 1e-9
"""Singular value, as a part of the largest, below which columns depend on each other."""
PART = 1e-6
"""Least part that a column has in a combination that moves nothing."""

Function = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""f(x) -> residual (m,), Jacobian (m, n or more); raises ValueError outside of what it takes."""


@dataclass(frozen=True)
class Point:
    """A point of the search: unknowns, what is left of each equation, and the Jacobian."""

    x: np.ndarray
    residual: np.ndarray
    jacobian: np.ndarray

    @property
    def error(self) -> float:
        """The largest residual."""
        return largest(self.residual)


def least_squares(
    function: Function, start: np.ndarray, longest: Callable[[np.ndarray], np.ndarray], enough: float, steps: int = STEPS
) -> Point:
    """Of the points that Gauss-Newton passes the last one at which the equations are met, or else the one with the smallest residual.

    Points are compared by their largest residual: where equations are met it is rounding, and says nothing of the unknowns.

    Arguments:
        longest: the largest change of each unknown in one step, at x
        enough:  residual at which the equations are met; from there the search goes on to rounding
    """
    now: Point | None
    now = best = _at(function, start)
    idle = 0
    for _ in range(steps if start.size else 0):
        now = _moved(function, now, longest(now.x))
        if now is None:
            break
        idle = 0 if now.error < 0.5 * best.error else idle + 1
        best = now if now.error <= enough or now.error < best.error else best
        if idle >= (SETTLED if best.error <= enough else STUCK):
            break
    return best


def _at(function: Function, x: np.ndarray) -> Point:
    point = Point(x, *function(x))
    if not (np.isfinite(point.residual).all() and np.isfinite(point.jacobian).all()):
        raise ValueError("not finite")
    return point


def _moved(function: Function, now: Point, longest: np.ndarray) -> Point | None:
    """The point after a step, or after the largest part of it that the function takes; None where it takes none."""
    step = solved(now.jacobian, -now.residual)[: now.x.size]
    step /= max(1.0, largest(step / longest))
    for halving in range(HALVINGS):
        with contextlib.suppress(ValueError):
            return _at(function, now.x + step / 2**halving)
    return None


def solved(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Linear least squares; the shortest solution, in scaled unknowns, where there are several."""
    sizes = _sizes(matrix)
    return np.linalg.lstsq(matrix / sizes, right, rcond=1e-13)[0] / sizes


def rank(matrix: np.ndarray) -> int:
    """How many unknowns the equations fix."""
    return int(np.linalg.matrix_rank(matrix / _sizes(matrix), tol=TOGETHER))


def undetermined(matrix: np.ndarray) -> list[int]:
    """Unknowns (columns) that can be moved against each other without moving any equation (row)."""
    null = _moving_nothing(matrix, TOGETHER)
    return [k for k, part in enumerate(np.abs(null).max(axis=0, initial=0.0)) if part > PART]


def directions(matrix: np.ndarray, together: float = TOGETHER) -> dict[int, np.ndarray]:
    """Every independent combination of unknowns that moves no equation, by the unknown that it has once and no other combination has.

    Arguments:
        together: singular value, as a part of the largest, and size of a column as one, that are no more than rounding
    """
    sizes = np.abs(matrix).max(axis=0, initial=0.0)
    clean = np.where(sizes > together * sizes.max(initial=0.0), matrix, 0.0)
    null = _moving_nothing(clean, together) / np.where(clean.any(axis=0), _sizes(clean), 1.0)
    return {k: np.where(np.abs(way) > PART, way, 0.0) for k, way in reduced(null).items()}


def reduced(ways: np.ndarray) -> dict[int, np.ndarray]:
    """Combinations (rows) in place of others that span the same, by an unknown that each has once and no other has."""
    ways, found = np.array(ways, dtype=float), {}
    for row in range(len(ways)):
        column = int(np.argmax(np.abs(ways[row]).round(6)))
        ways[row] /= ways[row, column]
        others = np.arange(len(ways)) != row
        ways[others] -= np.outer(ways[others, column], ways[row])
        found[column] = row
    return {column: ways[row] for column, row in found.items()}


def _moving_nothing(matrix: np.ndarray, together: float) -> np.ndarray:
    """Combinations of the columns, scaled to one, that vanish."""
    if not matrix.size:
        return np.eye(matrix.shape[1])
    _, singular, right = np.linalg.svd(matrix / _sizes(matrix))
    return right[int(np.sum(singular > together * singular[0])) :]


def _sizes(matrix: np.ndarray) -> np.ndarray:
    return np.maximum(np.abs(matrix).max(axis=0, initial=0.0), 1e-300)
