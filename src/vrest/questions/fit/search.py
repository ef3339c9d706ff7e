"""The least sum of squares between bounds, from several starts, and how far each number may go from there.

r = (model - data) / sd is sought in the free numbers' own measures u (`Free`), with exact derivatives. A number's interval holds the values
for which the sum, at its least over all others, rises by no more than the 95 % quantile: of chi-squared where the standard deviations are
known, and of F where they were estimated from what is left (profile likelihood; Venzon and Moolgavkar, Applied Statistics 37, 1988, 87-94).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .data import Data
from .free import Free
from .models import Model

LEVEL = 0.95
TOLERANCE, ON_THE_WAY = 1e-10, 1e-7
"""Of the sum of squares at a minimum, and beside a number that is held on the way to the end of its interval."""
INSIDE = 1e-9
"""Part of the room between bounds by which a start keeps away from them."""
AROUND = 3.4
"""How far starts are from the described numbers, in logarithms (a factor of thirty) or sizes."""
KEPT = 3
NEAR = 1e-3
"""Part of the quantile to which the end of an interval is found."""
CLOSE = 0.02
"""Part of the quantile by which the root of a rise may miss it where its tangent leads to the end: what is left is of second order."""
AT_ONCE, ENOUGH = 3, 1.0
"""How often others go as in a linear model, and by which part of what an end may miss the sum may still fall then."""
STEPS, FURTHER = 40, 2.0
LEAST = 1e-9
"""A standard deviation that is estimated is at least this part of the largest value."""


@dataclass(frozen=True)
class Fit:
    """A minimum: u, the residuals there over their standard deviations, and their derivatives with respect to u."""

    u: np.ndarray
    residual: np.ndarray
    jacobian: np.ndarray

    @property
    def sum(self) -> float:
        return float(self.residual @ self.residual)


class Squares:
    """Residuals as a function of u, of which some may be held."""

    def __init__(self, model: Model, data: Data, free: Sequence[Free], sd: np.ndarray) -> None:
        self.model, self.free, self.sd = model, tuple(free), sd
        self.measured = np.concatenate([one.values for one in data.series])
        self.low, self.high = (np.array([one.u(end) for one, end in zip(free, ends, strict=True)]) for ends in _ends(free))
        self._last: tuple[bytes, np.ndarray, np.ndarray] = b"", np.zeros(0), np.zeros(0)

    def at(self, u: np.ndarray) -> Fit:
        """Residuals and derivatives; nan where the cell has no answer."""
        if self._last[0] != u.tobytes():
            y, J = self.model(self.values(u))
            slopes = np.array([one.slope(x) for one, x in zip(self.free, u.tolist(), strict=True)])
            there = np.isfinite(J).all(axis=1)
            self._last = u.tobytes(), np.where(there, y - self.measured, np.nan) / self.sd, J * slopes / self.sd[:, None]
        return Fit(u, *self._last[1:])

    def values(self, u: np.ndarray) -> np.ndarray:
        """The free numbers [SI]."""
        return np.array([one.value(x) for one, x in zip(self.free, u.tolist(), strict=True)])

    def sums(self, points: np.ndarray) -> np.ndarray:
        """Sums of squares at many points; infinite where there is no answer."""
        y = self.model.several(np.array([self.values(u) for u in points]))
        sums = (((y - self.measured) / self.sd) ** 2).sum(axis=1)
        return np.where(np.isfinite(sums), sums, np.inf)

    def least(self, start: np.ndarray, held: Sequence[int] = (), near: float = TOLERANCE) -> Fit | None:
        """The minimum that is come to from a start, some numbers held; None where the cell has no answer at the start."""
        from scipy.optimize import least_squares

        moving = np.array([k for k in range(start.size) if k not in held], dtype=int)
        room = INSIDE * (self.high - self.low)
        begin = np.array(start, dtype=float)
        begin[moving] = np.clip(start, self.low + room, self.high - room)[moving]
        first = self.at(begin)
        if not np.isfinite(first.residual).all():
            return None
        if not moving.size:
            return first

        def full(part: np.ndarray) -> np.ndarray:
            u = begin.copy()
            u[moving] = part
            return u

        found = least_squares(
            lambda part: self.at(full(part)).residual,
            begin[moving],
            lambda part: self.at(full(part)).jacobian[:, moving],
            bounds=(self.low[moving], self.high[moving]),
            xtol=near,
            ftol=near,
            gtol=near,
            max_nfev=200,
        )
        return self.at(full(found.x))

    def minima(self, seed: int) -> list[Fit]:
        """Minima from the described numbers and from the best of scattered ones, the least first."""
        size = len(self.free)
        low, high = np.maximum(self.low, -AROUND), np.minimum(self.high, AROUND)
        points = low + (high - low) * scattered(self.model.starts, size, seed)
        sums = self.sums(points)
        best = [points[k] for k in np.argsort(sums)[: min(KEPT, self.model.starts // 4)] if np.isfinite(sums[k])]
        found = [fit for start in (np.zeros(size), *best) if (fit := self.least(start, near=ON_THE_WAY)) is not None]
        found.sort(key=lambda fit: fit.sum)
        return [self.least(fit.u) or fit for fit in found[:1]] + found[1:]

    def on_edge(self, u: np.ndarray) -> np.ndarray:
        """Which numbers stand at a bound."""
        room = 1e-6 * (self.high - self.low)
        return (u <= self.low + room) | (u >= self.high - room)


def scattered(points: int, size: int, seed: int) -> np.ndarray:
    """Points of the unit cube (points, size), one in each slice of every side: a Latin hypercube (McKay, Beckman and Conover, Technometrics
    21, 1979, 239-245)."""
    random = np.random.default_rng(seed)
    within = random.random((points, size))
    slices = np.stack([random.permutation(points) for _ in range(size)], axis=1)
    return (slices + within) / points


def _ends(free: Sequence[Free]) -> tuple[list[float], list[float]]:
    return [one.low for one in free], [one.high for one in free]


# -- standard deviations ----------------------------------------------------------------------------------------------


def first_deviations(data: Data) -> np.ndarray:
    """Standard deviations as given; where none are, those of the values, as a measure to begin with."""
    parts = []
    for one in data.series:
        spread = float(np.std(one.values)) or float(np.abs(one.values).max()) or 1.0
        parts.append(np.full(one.values.size, spread) if one.sd is None else one.sd)
    return np.concatenate(parts)


def estimated(data: Data, fit: Fit, sd: np.ndarray, free: int) -> np.ndarray:
    """Standard deviations, of series that give none from what a fit leaves of them."""
    found, begin, part = sd.copy(), 0, 1.0 - free / data.points
    for one in data.series:
        place = slice(begin, begin + one.values.size)
        if one.sd is None:
            left = float(np.sqrt(np.mean((fit.residual[place] * sd[place]) ** 2) / part))
            found[place] = max(left, LEAST * float(np.abs(one.values).max()))
        begin = place.stop
    return found


def quantile(freedom: int | None) -> float:
    """How much the root of the sum may rise: of Student's t where the standard deviations were estimated with so many degrees of freedom."""
    from scipy.special import ndtri, stdtrit

    part = 0.5 + 0.5 * LEVEL
    return float(ndtri(part) if freedom is None else stdtrit(freedom, part))


# -- intervals --------------------------------------------------------------------------------------------------------


class Profile:
    """The least sum of squares as a function of one number, others held as they are or sought anew."""

    def __init__(self, squares: Squares, best: Fit, held: Sequence[int], limit: float, scale: float) -> None:
        self.squares, self.best, self.held, self.limit, self.scale = squares, best, list(held), limit, scale
        self.better: Fit | None = None

    def ends(self, k: int) -> tuple[float | None, float | None]:
        """The interval of number k in u; None where the bounds come first, so that the data do not end it."""
        moving = [i for i in range(self.best.u.size) if i not in self.held]
        J = self.best.jacobian[:, moving]
        wide = np.linalg.pinv(J.T @ J)[moving.index(k), moving.index(k)]
        step = self.limit * float(np.sqrt(max(wide, 0.0) * self.scale)) or 1e-6
        low, high = (self._end(k, way, step) for way in (-1.0, 1.0))
        return low, high

    def _end(self, k: int, way: float, step: float) -> float | None:
        """Where the root of the rise comes to its limit on one side, from how far it would be if the model were linear."""
        most = abs((self.squares.high if way > 0 else self.squares.low)[k] - self.best.u[k])
        inside, beyond = _Point(0.0, 0.0, np.nan, self.best), _Point(most, np.inf, np.nan, self.best)
        at = min(step, most)
        for _ in range(STEPS):
            found = self._rise(k, way, at, inside.fit)
            if abs(found.root - self.limit) <= NEAR * self.limit:
                return float(self.best.u[k] + way * at)
            if found.root < self.limit:
                if at >= most:
                    return None
                inside = found
            else:
                beyond = found
            on = found.at + (self.limit - found.root) / found.slope
            if abs(found.root - self.limit) <= CLOSE * self.limit and inside.at < on < beyond.at:
                return float(self.best.u[k] + way * on)
            at = _next(inside, beyond, on, self.limit)
        return float(self.best.u[k] + way * at)

    def _rise(self, k: int, way: float, at: float, near: Fit) -> _Point:
        """The root of the rise with number k held so far on one side, others sought from a fit nearby."""
        found, left = self._beside(k, self.best.u[k] + way * at, near)
        if found is None:
            return _Point(at, np.inf, np.nan, near)
        if found.sum < self.best.sum * (1.0 - 1e-6) and (self.better is None or found.sum < self.better.sum):
            self.better = found
        root = float(np.sqrt(max(found.sum - left - self.best.sum, 0.0) / self.scale))
        slope = way * float(found.jacobian[:, k] @ found.residual) / (root * self.scale) if root else np.nan
        return _Point(at, root, slope if slope > 0 else np.nan, found)

    def _beside(self, k: int, value: float, near: Fit) -> tuple[Fit | None, float]:
        """A fit with number k held at a value, and by what the least sum there is less than its own; None where the cell has no answer.

        Others go as they would if the model were linear; where that does not bring them to the least sum at once, it is sought.
        """
        others = [i for i in range(near.u.size) if i != k and i not in self.held]
        fit, enough = near, ENOUGH * NEAR * self.limit**2 * self.scale
        for _ in range(AT_ONCE):
            u = fit.u.copy()
            u[k] = value
            u[others] += _least(fit.jacobian[:, others], fit.residual + fit.jacobian[:, k] * (value - fit.u[k]))
            if not np.all((self.squares.low < u)[others] & (u < self.squares.high)[others]):
                break
            fit = self.squares.at(u)
            if not np.isfinite(fit.residual).all():
                break
            left = fit.jacobian[:, others] @ _least(fit.jacobian[:, others], fit.residual)
            if (fall := float(left @ left)) <= enough:
                return fit, fall
        begin = near.u.copy()
        begin[k] = value
        return self.squares.least(begin, [*self.held, k], ON_THE_WAY), 0.0


@dataclass(frozen=True)
class _Point:
    """How far from the best a number is held, the root of the rise of the least sum there, its slope, and the fit."""

    at: float
    root: float
    slope: float
    fit: Fit


def _least(jacobian: np.ndarray, residual: np.ndarray) -> np.ndarray:
    """The step to the least sum of squares of a linear model."""
    return -np.linalg.pinv(jacobian) @ residual


def _next(inside: _Point, beyond: _Point, on: float, limit: float) -> float:
    """The next distance to look at: where the tangent leads, else on the straight line through two points, not too near to either; further
    out where none is beyond."""
    low, high = inside.at, beyond.at
    if np.isfinite(beyond.root):
        part = (limit - inside.root) / (beyond.root - inside.root)
        straight = low + (high - low) * float(np.clip(part, 0.02, 0.98))
        return on if low < on < high else straight
    further = low * limit / inside.root if inside.root > 0 else np.inf
    reach = min(FURTHER * low, max(on if on > low else further, 1.05 * low)) if low else 0.5 * high
    return min(high, reach)


def deviating(best: Fit, edge: np.ndarray, free: Sequence[Free]) -> dict[str, float]:
    """How far a minimum is from one: the cosines between the residuals and what each number makes of them, but for those at bounds."""
    size = float(np.linalg.norm(best.residual))
    smallest = LEAST * float(np.linalg.norm(best.jacobian))
    found = {}
    for k, one in enumerate(free):
        column = best.jacobian[:, k]
        length = float(np.linalg.norm(column))
        if length and not edge[k]:
            found[one.path] = abs(float(column @ best.residual)) / (length * max(size, smallest))
    return found


def held_at(fit: Fit, ways: Mapping[int, np.ndarray]) -> Fit:
    """The same with each number that has a combination of its own back at its described value, along that combination."""
    u = fit.u.copy()
    for k, way in ways.items():
        u -= fit.u[k] * way
    return replace(fit, u=u)
