"""All roots of a smooth function of one variable over a range: a sign scan with derivative signs, then bracketed Newton."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Pair = Callable[[float], tuple[float, float]]
Grid = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]

SPLIT = 32
DEPTH = 3
STEPS = 200


@dataclass(frozen=True)
class Root:
    """A root: where, the slope there, the width of the last bracket, and whether the function touches zero without crossing it."""

    x: float
    slope: float
    width: float
    double: bool = False


def all_roots(grid: Grid, point: Pair, low: float, high: float, resolution: float, scale: float) -> list[Root]:
    """Roots of f between low and high, in ascending order.

    Arguments:
        grid:  f and f' at many points
        point: f and f' at one point
        resolution: step of the scan; a pair of roots closer than this is found through the signs of f' at the ends of its step
        scale: the size of the terms that f is the sum of; a minimum of |f| below 1e-12 of it counts as a double root
    """
    xs = np.linspace(low, high, max(2, round((high - low) / resolution) + 1))
    found = _scan(grid, point, xs, scale, DEPTH)
    return _distinct(sorted(found, key=lambda root: root.x))


def _scan(grid: Grid, point: Pair, xs: np.ndarray, scale: float, depth: int) -> list[Root]:
    f, df = grid(xs)
    found = [Root(float(xs[k]), float(df[k]), 0.0) for k in np.flatnonzero(f == 0)]
    a, b, da, db = f[:-1], f[1:], df[:-1], df[1:]
    crossing = (a * b < 0) & np.isfinite(a * b)
    turning = da * db < 0
    for k in np.flatnonzero(crossing & ~turning):
        found.append(bracketed(point, float(xs[k]), float(xs[k + 1])))
    approaching = turning & ~crossing & (a * da < 0)
    for k in np.flatnonzero((turning & crossing) | approaching):
        found += _finer(grid, point, float(xs[k]), float(xs[k + 1]), scale, depth)
    return found


def _finer(grid: Grid, point: Pair, low: float, high: float, scale: float, depth: int) -> list[Root]:
    """Roots in a step where f turns: finer steps, and at the last the extremum itself."""
    if depth > 0:
        return _scan(grid, point, np.linspace(low, high, SPLIT + 1), scale, depth - 1)
    flat = bracketed(lambda x: (point(x)[1], np.nan), low, high).x
    (f_low, _), (f_flat, _), (f_high, _) = point(low), point(flat), point(high)
    if abs(f_flat) <= 1e-12 * scale:
        return [Root(flat, 0.0, 0.0, double=True)]
    ends = [(low, f_low, flat, f_flat), (flat, f_flat, high, f_high)]
    return [bracketed(point, a, b) for a, fa, b, fb in ends if fa * fb < 0]


def bracketed(point: Pair, low: float, high: float) -> Root:
    """The root between two points of opposite sign: Newton, kept inside a bracket that bisection shrinks; to rounding."""
    f_low = point(low)[0]
    x, slope = 0.5 * (low + high), np.nan
    for _ in range(STEPS):
        f, slope = point(x)
        if f == 0:
            return Root(x, slope, 0.0)
        low, high, f_low = (x, high, f) if f * f_low > 0 else (low, x, f_low)
        newton = x - f / slope if slope else np.nan
        middle = 0.5 * (low + high)
        step = newton if low < newton < high else middle
        if step in (low, high, x) or abs(step - x) <= 1e-16 * max(1.0, abs(x)) * 0.5:
            break
        x = step
    return Root(x, slope, high - low)


def _distinct(roots: list[Root]) -> list[Root]:
    """Without those found twice at the edge of two steps."""
    kept: list[Root] = []
    for root in roots:
        if not kept or root.x - kept[-1].x > 1e-12:
            kept.append(root)
    return kept
