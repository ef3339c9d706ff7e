"""All roots of a smooth function of one variable over a range: a sign scan with derivative signs, then bracketed Newton."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

Pair = Callable[[float], tuple[float, float]]
Grid = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]

SPLIT = 32
DEPTH = 3
STEPS = 200
SAME = 1e-12
ASIDE = 1e-3
"""Part of a step by which a point at a pole is moved."""
PARTS, TIMES = 32, 10
"""Into how many parts a step is divided in which a function changes its sign, and how often: as good as fifty halves."""
BESIDE = 1e-9
"""How far from a pole the step that holds it ends."""


@dataclass(frozen=True)
class Root:
    """A root: where, the slope there, whether the function touches zero without crossing it, and over what width it is zero."""

    x: float
    slope: float
    double: bool = False
    plateau: float = 0.0


def all_roots(
    grid: Grid, point: Pair, low: float, high: float, resolution: float, scale: float, poles: Sequence[float] = ()
) -> list[Root]:
    """Roots of f between low and high, in ascending order.

    Arguments:
        grid:  f and f' at many points
        point: f and f' at one point
        resolution: step of the scan; roots closer than this are found through f' at the ends of their step, as long as a cubic through both
            ends is a fair picture of f there
        scale: the size of the terms that f is the sum of; a minimum of |f| below 1e-12 of it counts as a double root
        poles: where f may be infinite: steps end on both sides of them, so that none holds a root and a pole

    A jump through zero is found like a root; the caller tells the two apart by the residual. Where f is exactly zero at neighbouring
    points of the scan, one root in their middle stands for all of them, with their extent as `plateau`. A point of the scan at which f
    is not finite is moved a little; steps with an end that stays so are passed over.
    """
    xs = np.linspace(low, high, max(2, round((high - low) / resolution) + 1))
    if len(poles):
        beside = np.array([pole + side * BESIDE for pole in poles for side in (-1.0, 1.0)])
        xs = np.unique(np.concatenate([xs, beside[(beside > low) & (beside < high)]]))
    found = _scan(grid, point, xs, scale, DEPTH)
    return _distinct(sorted(found, key=lambda root: root.x))


def _scan(grid: Grid, point: Pair, xs: np.ndarray, scale: float, depth: int) -> list[Root]:
    xs, f, df = _evaluated(grid, xs)
    with np.errstate(invalid="ignore"):
        sign, way = (np.where(np.isfinite(f), np.sign(values), np.nan) for values in (f, df))
    # zero to rounding at both ends is one stretch, not a root at each
    level = (sign[:-1] == 0) & (sign[1:] == 0) & (way[:-1] * way[1:] >= 0)
    found = _zeros(xs, df, sign == 0, level)
    a, b = np.where(sign == 0, way, sign)[:-1], np.where(sign == 0, -way, sign)[1:]  # just inside each step
    turning = way[:-1] * way[1:] < 0
    crossing = (a * b < 0) & ~level
    wiggling = ~turning & ~level & _wiggling(xs, f, df)
    for k in np.flatnonzero(crossing & ~turning & ~wiggling):
        found.append(bracketed(point, float(xs[k]), float(xs[k + 1]), float(a[k])))
    approaching = turning & ~crossing & (a * way[:-1] < 0) & _near(xs, f, df)
    flat = (a * b == 0) & ((sign[:-1] == 0) != (sign[1:] == 0))
    for k in np.flatnonzero((turning & crossing) | approaching | wiggling | flat):
        found += _finer(grid, point, (float(xs[k]), float(xs[k + 1])), (float(a[k]), float(b[k])), scale, depth)
    return found


def _evaluated(grid: Grid, xs: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points with f and f' there; a single one at which f is not finite, a pole, gives way to one beside it."""
    f, df = grid(xs)
    bad = ~np.isfinite(f)
    if not np.any(bad) or np.all(bad):
        return xs, f, df
    xs, f, df = xs.copy(), f.copy(), df.copy()
    xs[bad] += ASIDE * (xs[1] - xs[0])
    f[bad], df[bad] = grid(xs[bad])
    return xs, f, df


def _wiggling(xs: np.ndarray, f: np.ndarray, df: np.ndarray) -> np.ndarray:
    """Steps near zero in which the ends' slopes do not fit the mean slope, so that f may turn there twice (Fritsch and Carlson)."""
    with np.errstate(all="ignore"):
        width = np.diff(xs)
        mean = np.abs(np.diff(f)) / width
        slope = np.abs(df)
        steep = (slope[:-1] > 3 * mean) | (slope[1:] > 3 * mean) | (np.diff(f) * df[:-1] < 0)
        near = (np.abs(f[:-1]) < slope[:-1] * width) | (np.abs(f[1:]) < slope[1:] * width)
    return steep & near & np.isfinite(mean)


def _near(xs: np.ndarray, f: np.ndarray, df: np.ndarray) -> np.ndarray:
    """Steps within which f may come to zero: a cubic dips below its lower end by at most 8/27 of what the steeper end's slope spans."""
    with np.errstate(all="ignore"):
        least, steepest = (pick(np.abs(ends[:-1]), np.abs(ends[1:])) for pick, ends in ((np.minimum, f), (np.maximum, df)))
        return ~(least > steepest * np.diff(xs))


def _zeros(xs: np.ndarray, df: np.ndarray, zero: np.ndarray, level: np.ndarray) -> list[Root]:
    """Points of the scan at which f is exactly zero; those without slope, and neighbours on one level, as one."""
    flat = zero & (df == 0)
    flat[:-1] |= level
    flat[1:] |= level
    simple = [Root(float(xs[k]), float(df[k])) for k in np.flatnonzero(zero & ~flat)]
    places = np.flatnonzero(flat)
    runs = np.split(places, np.flatnonzero(np.diff(places) > 1) + 1) if places.size else []
    return simple + [_joined(float(xs[run[0]]), float(xs[run[-1]])) for run in runs]


def _joined(low: float, high: float) -> Root:
    """A stretch in which f is zero."""
    return Root(0.5 * (low + high), 0.0, double=True, plateau=high - low)


def _finer(
    grid: Grid, point: Pair, ends: tuple[float, float], signs: tuple[float, float], scale: float, depth: int
) -> list[Root]:
    """Roots in a step where f may turn: finer steps, and at the last the extremum itself."""
    low, high = ends
    if depth > 0:
        return _scan(grid, point, np.linspace(low, high, SPLIT + 1), scale, depth - 1)
    if 0.0 in signs:
        return []
    slope_low, slope_high = (float(np.sign(point(end)[1])) for end in ends)
    if slope_low == slope_high:
        return [bracketed(point, low, high, signs[0])] if signs[0] != signs[1] else []
    flat = bracketed(lambda x: (point(x)[1], math.nan), low, high, slope_low).x
    f_flat = point(flat)[0]
    if abs(f_flat) <= 1e-12 * scale and signs[0] == signs[1]:
        return [Root(flat, 0.0, double=True)]
    between = float(np.sign(f_flat))
    halves = ((low, flat, signs[0], between), (flat, high, between, signs[1]))
    return [bracketed(point, a, b, s) for a, b, s, t in halves if s * t < 0]


def bracketed(point: Pair, low: float, high: float, sign_low: float) -> Root:
    """The root between two points of opposite sign, to rounding.

    Newton's method, kept inside a bracket; where a step does not halve the one before, the bracket is halved instead.
    `sign_low` is the sign of f just above `low`.
    """
    x, last = 0.5 * (low + high), high - low
    finest = 1e-16 * last
    best, best_slope, least = x, math.nan, math.inf
    for _ in range(STEPS):
        f, slope = point(x)
        if abs(f) < least:
            best, best_slope, least = x, slope, abs(f)
        low, high = (x, high) if f * sign_low > 0 else (low, x)
        step = -f / slope if slope else math.nan
        if f == 0 or abs(step) <= max(0.5 * math.ulp(x), finest):
            break
        if not (low < x + step < high and abs(step) <= 0.5 * abs(last)):
            step = 0.5 * (low + high) - x
        if x + step in (low, high):
            break
        x, last = x + step, step
    return Root(best, best_slope) if low <= best <= high else Root(x, slope)


def _distinct(roots: list[Root]) -> list[Root]:
    """Without those found twice at the edge of two steps; stretches of zero that meet are one."""
    kept: list[Root] = []
    for root in roots:
        if not kept or root.x - 0.5 * root.plateau > kept[-1].x + 0.5 * kept[-1].plateau + SAME:
            kept.append(root)
        elif root.plateau or kept[-1].plateau:
            ends = [end for r in (kept.pop(), root) for end in (r.x - 0.5 * r.plateau, r.x + 0.5 * r.plateau)]
            kept.append(_joined(min(ends), max(ends)))
    return kept


def sign_changes(f: Callable[[np.ndarray], np.ndarray], xs: np.ndarray) -> list[float]:
    """Where a function changes its sign between points of a grid, each closed in to rounding by parts that are looked at together."""
    seen = f(xs)
    with np.errstate(invalid="ignore"):
        places = np.flatnonzero((seen[:-1] * seen[1:] < 0) | (seen[:-1] == 0))
    low, high, sign = xs[places], xs[places + 1], np.sign(seen[places])
    each = np.arange(places.size)
    for _ in range(TIMES if places.size else 0):
        ends = low[:, None] + (high - low)[:, None] * (np.arange(PARTS + 1) / PARTS)
        ends[:, -1] = high
        inner = ends[:, 1:-1]
        before = np.sign(f(inner.ravel())).reshape(inner.shape) == sign[:, None]
        first = np.argmin(np.column_stack([before, np.zeros(places.size, dtype=bool)]), axis=1)
        low, high = ends[each, first], ends[each, first + 1]
    return (0.5 * (low + high)).tolist()
