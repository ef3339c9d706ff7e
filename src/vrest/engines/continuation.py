"""Curves of roots along a parameter by pseudo-arclength, through folds; where they turn, and where pairs of eigenvalues cross."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

Residual = Callable[[np.ndarray, float], tuple[np.ndarray, np.ndarray, np.ndarray]]
"""f(y, s) -> residual (n,), df/dy (n, n), df/ds (n,)."""

FIRST, SHORTEST, LONGEST = 0.02, 1e-7, 0.05
STRAIGHT = 0.9
"""Least cosine between the directions of two points that follow each other."""
NARROW = 1e-5
"""Step at which a change of side is a crossing of two curves, not a jump from one side of a loop to the other."""
NEWTON = 12
REACH = 0.5
"""How far Newton may go from where it starts, in steps: further aside the curve has turned unseen, or is another one."""
SETTLED = 1e-11


@dataclass
class Curve:
    """Points of one curve in order: unknowns (points, n) and the parameter."""

    y: list[np.ndarray] = field(default_factory=list)
    s: list[float] = field(default_factory=list)
    folds: list[tuple[np.ndarray, float]] = field(default_factory=list)
    closed: bool = False

    def add(self, x: np.ndarray) -> None:
        """A further point (y, s)."""
        self.y.append(x[:-1])
        self.s.append(float(x[-1]))

    def passing(self, s: float) -> list[np.ndarray]:
        """Where the straight lines between neighbouring points pass a value of the parameter: unknowns there, near those of the curve."""
        places = np.array(self.s)
        a, b = places[:-1], places[1:]
        found = []
        for k in np.flatnonzero((np.minimum(a, b) <= s) & (s <= np.maximum(a, b))):
            part = 0.5 if a[k] == b[k] else (s - a[k]) / (b[k] - a[k])
            found.append(self.y[k] + part * (self.y[k + 1] - self.y[k]))
        return found

    def thinned(self, longest: float, off: float) -> Curve:
        """Without points that lie within `off` of the straight line between neighbours no further apart than `longest`; with its folds."""
        x = np.column_stack([np.array(self.y), self.s])
        turns = {turn for _, turn in self.folds}
        kept = [0]
        for k in range(1, len(x) - 1):
            a, b = x[kept[-1]], x[k + 1]
            between = x[kept[-1] + 1 : k + 1] - a
            length = float(np.linalg.norm(b - a))
            way = (b - a) / max(length, 1e-300)
            aside = between - np.outer(between @ way, way)
            if length > longest or float(np.abs(aside).max()) > off or self.s[k] in turns:
                kept.append(k)
        kept.append(len(x) - 1)
        kept = sorted(set(kept))
        return Curve([self.y[k] for k in kept], [self.s[k] for k in kept], self.folds, self.closed)

    def joined(self, other: Curve) -> Curve:
        """This curve reversed, then the other: both started at the same point."""
        return Curve(
            [*self.y[::-1], *other.y[1:]],
            [*self.s[::-1], *other.s[1:]],
            [*self.folds[::-1], *other.folds],
            self.closed or other.closed,
        )


def follow(
    function: Residual,
    y: np.ndarray,
    s: float,
    low: float,
    high: float,
    direction: float,
    most: int = 4000,
    longest: float = LONGEST,
    settled: float = SETTLED,
    along: float = LONGEST,
) -> Curve:
    """The curve from a root (y, s) in one direction until the parameter leaves [low, high], the curve closes, or points run out.

    The parameter should be scaled so that the range is about one; no step is longer than `longest` of the range, or takes the
    parameter further than `along` of it, and Newton's last one to a point is at most `settled`. Folds are points of the curve.
    A curve that cannot be continued ends where it stopped.
    """
    curve = Curve([np.array(y)], [s])
    way = _way(function, np.append(y, s), None)
    if way is None:
        return curve
    way = way.turned() if way.tangent[-1] * direction < 0 else way
    tangent = way.tangent
    x, step = np.append(y, s), min(FIRST, longest) * (high - low)
    start, heading = x, tangent
    for _ in range(most):
        step = min(step, along * (high - low) / max(abs(float(tangent[-1])), 1e-300))
        found = _corrected(function, x + step * tangent, tangent, REACH * step, settled)
        new = None if found is None else _way(function, found, tangent)
        crossed = new is not None and new.side != way.side and step > NARROW * (high - low)
        if found is None or new is None or crossed or float(new.tangent @ tangent) < STRAIGHT:
            step *= 0.5
            if step < SHORTEST * (high - low):
                return curve
            continue
        if _passes(x, found, start, heading):
            curve.add(start)
            curve.closed = True
            return curve
        ahead = float(new.tangent[-1])
        turn = _fold(function, x, tangent, step, ahead) if tangent[-1] * ahead < 0 else None
        for point in (turn, found):
            if point is None:
                continue
            if not low <= point[-1] <= high:
                _end(function, curve, x, point, low, high)
                return curve
            if np.abs(point - x).max() > 0:
                x = point
                curve.add(x)
            if point is turn:
                curve.folds.append((x[:-1], float(x[-1])))
        way, tangent = new, new.tangent
        step = min(step * 1.4, longest * (high - low))
    return curve


def _passes(a: np.ndarray, b: np.ndarray, start: np.ndarray, heading: np.ndarray) -> bool:
    """Whether a step goes by the point at which the curve was begun, in the direction in which it was begun."""
    way = b - a
    part = float((start - a) @ way) / float(way @ way)
    return (
        0 < part <= 1 and float(way @ heading) > 0 and float(np.linalg.norm(start - a - part * way) / np.linalg.norm(way)) < REACH
    )


def _end(function: Residual, curve: Curve, x: np.ndarray, beyond: np.ndarray, low: float, high: float) -> None:
    """The point at which the parameter reaches the end of its range, between the curve's last point and one beyond."""
    edge = low if beyond[-1] < low else high
    part = (edge - x[-1]) / (beyond[-1] - x[-1])
    last = at(function, (x + (beyond - x) * part)[:-1], edge)
    if part > 1e-9 and last is not None and np.abs(last - x[:-1]).max() <= 3 * np.abs(beyond - x).max():
        curve.add(np.append(last, edge))


def on_curve(function: Residual, curve: Curve, y: np.ndarray, s: float, same: float) -> bool:
    """Whether a root (y, s) lies on a curve: where the curve passes s, Newton leads to it."""
    for near in curve.passing(s):
        root = at(function, near, s)
        if root is not None and np.abs(root - y).max() <= same:
            return True
    return any(abs(a - s) <= same and np.abs(p - y).max() <= same for a, p in zip(curve.s, curve.y, strict=True))


def located(
    function: Residual, a: np.ndarray, b: np.ndarray, beyond: Callable[[np.ndarray, float], bool]
) -> tuple[np.ndarray, float]:
    """The point (y, s) between two points of a curve at which `beyond` becomes true, by bisection along the curve."""
    length = float(np.linalg.norm(b - a))
    across = (b - a) / length
    low, high, point = 0.0, 1.0, b
    for _ in range(50):
        middle = 0.5 * (low + high)
        found = _corrected(function, a + middle * (b - a), across, REACH * length)
        if found is None:
            break
        if beyond(found[:-1], float(found[-1])):
            high, point = middle, found
        else:
            low = middle
        if high - low <= 1e-12:
            break
    return point[:-1], float(point[-1])


@dataclass(frozen=True)
class _Way:
    """Unit direction of a curve at a point, and the sign of the determinant that a direction along a curve keeps: it tells the two
    sides of a narrow loop apart."""

    tangent: np.ndarray
    side: float

    def turned(self) -> _Way:
        return _Way(-self.tangent, -self.side)


def _way(function: Residual, x: np.ndarray, previous: np.ndarray | None) -> _Way | None:
    """The direction of the curve at a point, continuing the previous one."""
    _, J, ds = function(x[:-1], float(x[-1]))
    rows = np.column_stack([J, ds])
    if not np.all(np.isfinite(rows)):
        return None
    rows = rows / np.maximum(np.abs(rows).max(axis=1), 1e-300)[:, None]
    tangent = None
    if previous is not None:  # the direction in which nothing changes but the part along the previous one
        tangent = _linear(np.vstack([rows, previous]), np.append(np.zeros(len(rows)), 1.0))
    if tangent is None:
        tangent = np.linalg.svd(rows)[2][-1]
        tangent = -tangent if previous is not None and float(tangent @ previous) < 0 else tangent
    tangent = tangent / np.linalg.norm(tangent)
    return _Way(tangent, float(np.linalg.slogdet(np.vstack([rows, tangent]))[0]))


def _corrected(
    function: Residual, guess: np.ndarray, tangent: np.ndarray, reach: float, settled: float = SETTLED
) -> np.ndarray | None:
    """Newton back to the curve in the plane across the tangent."""
    x, size = np.array(guess), len(guess) - 1
    matrix, right = np.empty((size + 1, size + 1)), np.empty(size + 1)
    matrix[size] = tangent
    for _ in range(NEWTON):
        f, J, ds = function(x[:-1], float(x[-1]))
        matrix[:size, :size], matrix[:size, size] = J, ds
        right[:size], right[size] = -f, -(tangent @ (x - guess))
        step = _linear(matrix, right)
        if step is None:
            return None
        x = x + step
        if np.linalg.norm(x - guess) > reach:
            return None
        if np.abs(step).max() <= settled * max(1.0, np.abs(x).max()):
            return x
    return None


def at(function: Residual, guess: np.ndarray, s: float) -> np.ndarray | None:
    """The root at a given parameter, from unknowns near it."""
    y = np.array(guess)
    for _ in range(NEWTON):
        f, J, _ = function(y, s)
        step = _linear(J, -f)
        if step is None:
            return None
        y = y + step
        if np.abs(step).max() <= SETTLED * max(1.0, np.abs(y).max()):
            return y
    return None


def _fold(function: Residual, x: np.ndarray, tangent: np.ndarray, step: float, beyond: float) -> np.ndarray:
    """Where the parameter turns within a step, by regula falsi (Illinois) on its part of the tangent, `beyond` at the step's end."""
    low, high, f_low, f_high, point, side = 0.0, step, float(tangent[-1]), beyond, x, 0
    for _ in range(60):
        middle = (low * f_high - high * f_low) / (f_high - f_low)
        found = _corrected(function, x + middle * tangent, tangent, REACH * step)
        new = None if found is None else _way(function, found, tangent)
        if found is None or new is None:
            break
        point, f = found, float(new.tangent[-1])
        if f * f_low > 0:
            f_high *= 0.5 if side > 0 else 1.0
            low, f_low, side = middle, f, 1
        else:
            f_low *= 0.5 if side < 0 else 1.0
            high, f_high, side = middle, f, -1
        if high - low <= 1e-12 * step or abs(f) <= 1e-14:
            break
    return point


def _linear(matrix: np.ndarray, right: np.ndarray) -> np.ndarray | None:
    """The solution of a small system with its rows scaled to one; None where there is none."""
    scale = np.abs(matrix).max(axis=1)
    if not (np.isfinite(scale.sum() + right.sum()) and scale.min(initial=1.0) > 0):
        return None
    try:
        step = np.linalg.solve(matrix / scale[:, None], right / scale)
    except np.linalg.LinAlgError:
        return None
    return step if np.isfinite(step.sum()) else None
