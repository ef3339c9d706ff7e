"""Curves of roots along a parameter by pseudo-arclength, through folds; where they turn, and where pairs of eigenvalues cross."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

Residual = Callable[[np.ndarray, float], tuple[np.ndarray, np.ndarray, np.ndarray]]
"""f(y, s) -> residual (n,), df/dy (n, n), df/ds (n,)."""

FIRST, SHORTEST, LONGEST = 0.02, 1e-7, 0.1
NEWTON = 12


@dataclass
class Curve:
    """Points of one curve in order: unknowns (points, n) and the parameter."""

    y: list[np.ndarray] = field(default_factory=list)
    s: list[float] = field(default_factory=list)
    folds: list[tuple[np.ndarray, float]] = field(default_factory=list)
    closed: bool = False

    def joined(self, other: Curve) -> Curve:
        """This curve reversed, then the other: both started at the same point."""
        return Curve(
            [*self.y[::-1], *other.y[1:]],
            [*self.s[::-1], *other.s[1:]],
            [*self.folds[::-1], *other.folds],
            self.closed or other.closed,
        )


def follow(function: Residual, y: np.ndarray, s: float, low: float, high: float, direction: float, most: int = 4000) -> Curve:
    """The curve from a root (y, s) in one direction until the parameter leaves [low, high], the curve closes, or points run out.

    The parameter should be scaled so that the range is about one. A curve that cannot be continued ends where it stopped.
    """
    curve = Curve([np.array(y)], [s])
    tangent = _tangent(function, np.append(y, s), None)
    if tangent is None:
        return curve
    if tangent[-1] * direction < 0:
        tangent = -tangent
    x, step = np.append(y, s), FIRST * (high - low)
    start = x
    for count in range(most):
        found = _corrected(function, x + step * tangent, tangent)
        new = None if found is None else _tangent(function, found, tangent)
        if found is None or new is None or float(new @ tangent) < 0.9 or np.linalg.norm(found - x) > 3 * step:
            step *= 0.5
            if step < SHORTEST * (high - low):
                return curve
            continue
        if tangent[-1] * new[-1] < 0:
            curve.folds.append(_fold(function, x, tangent, step))
        if not low <= found[-1] <= high:
            edge = low if found[-1] < low else high
            last = _at(function, x + (found - x) * (edge - x[-1]) / (found[-1] - x[-1]), edge)
            if last is not None:
                curve.y.append(last)
                curve.s.append(edge)
            return curve
        x, tangent = found, new
        curve.y.append(x[:-1])
        curve.s.append(float(x[-1]))
        if count > 10 and np.linalg.norm(x - start) < step:
            curve.closed = True
            return curve
        step = min(step * 1.4, LONGEST * (high - low))
    return curve


def _tangent(function: Residual, x: np.ndarray, previous: np.ndarray | None) -> np.ndarray | None:
    """Unit direction of the curve, continuing the previous one."""
    _, J, ds = function(x[:-1], float(x[-1]))
    rows = np.hstack([J, ds[:, None]])
    if not np.all(np.isfinite(rows)):
        return None
    _, _, right = np.linalg.svd(rows / np.maximum(np.abs(rows).max(axis=1), 1e-300)[:, None])
    tangent = right[-1]
    return -tangent if previous is not None and float(tangent @ previous) < 0 else tangent


def _corrected(function: Residual, guess: np.ndarray, tangent: np.ndarray) -> np.ndarray | None:
    """Newton back to the curve in the plane across the tangent."""
    x = np.array(guess)
    for _ in range(NEWTON):
        f, J, ds = function(x[:-1], float(x[-1]))
        matrix = np.vstack([np.hstack([J, ds[:, None]]), tangent])
        right = -np.append(f, float(tangent @ (x - guess)))
        step = _linear(matrix, right)
        if step is None:
            return None
        x = x + step
        if np.abs(step).max() <= 1e-11 * max(1.0, np.abs(x).max()):
            return x
    return None


def _at(function: Residual, guess: np.ndarray, s: float) -> np.ndarray | None:
    """The root at a given parameter."""
    y = np.array(guess[:-1])
    for _ in range(NEWTON):
        f, J, _ = function(y, s)
        step = _linear(J, -f)
        if step is None:
            return None
        y = y + step
        if np.abs(step).max() <= 1e-11 * max(1.0, np.abs(y).max()):
            return y
    return None


def _fold(function: Residual, x: np.ndarray, tangent: np.ndarray, step: float) -> tuple[np.ndarray, float]:
    """Where the parameter turns within a step, by bisection on its part of the tangent."""
    low, high, point = 0.0, step, x
    for _ in range(60):
        middle = 0.5 * (low + high)
        found = _corrected(function, x + middle * tangent, tangent)
        new = None if found is None else _tangent(function, found, tangent)
        if found is None or new is None:
            break
        point = found
        low, high = (middle, high) if new[-1] * tangent[-1] > 0 else (low, middle)
        if high - low <= 1e-12 * step:
            break
    return point[:-1], float(point[-1])


def _linear(matrix: np.ndarray, right: np.ndarray) -> np.ndarray | None:
    scale = np.abs(matrix).max(axis=1)
    if not (np.all(np.isfinite(matrix)) and np.all(np.isfinite(right)) and np.all(scale > 0)):
        return None
    try:
        step = np.linalg.solve(matrix / scale[:, None], right / scale)
    except np.linalg.LinAlgError:
        return None
    return step if np.all(np.isfinite(step)) else None
