"""Steady states along lines: one balance of a compartment is left open, and its potential led through a range."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...constants import F, R
from ...engines.continuation import Curve, Equations, Steps, at, follow
from ...engines.newton import largest
from ...system.states import AMOUNT, CHARGE
from ...units import to_unit
from .solver import Posed

CLAMPS = (-0.3, 0.15)
"""Potentials [V] between which a compartment is led while one of its balances is left open."""
STEPS = Steps(longest=0.075, along=0.05, settled=1e-2, most=400, folds=False)
"""How a line is followed each way. Its points need not be exact, as Newton starts from them; contents may change by more than the
potential from point to point."""
BETWEEN = 3
"""Parts into which a step is cut to see the sign of the open balance: a gate may be steeper than the line is bent."""
FAR, LEAST = 1e6, 1e-12
"""Times its contents or volume at the beginning of a line beyond which, either way, a compartment is led no further, as it fills or
empties for good; and the part of its amount at the beginning below which an ion is gone."""
SAME, BESIDE, NEAR = 1e-6, 1e-2, 1.0
"""In the unknowns (RT/F, logarithms): below these two points are one; a point is on a line; Newton is asked whether it is."""


def how(opened: str, begun: str) -> str:
    """What the search does: which balances it leaves open, and at which points lines are begun."""
    low, high = (to_unit(V, "mV") for V in CLAMPS)
    return (
        f"{opened} left open in turn and its potential led from {low:.0f} to {high:.0f} mV from {begun}, "
        "to where that balance is met again"
    )


class ClampedLines:
    """The lines of one cell at given numbers.

    The balance left open is that of a compartment's charge (or, held or open, its current) and, with `ions`, each of its ions too.
    No line is begun once all of them have `most` points.
    """

    def __init__(self, posed: Posed, ions: bool, most: float = np.inf) -> None:
        self.posed, self.ions, self.most = posed, ions, most
        unit = R * posed.numbers["temperature"] / F
        self.low, self.high = (V / unit for V in CLAMPS)
        self.lines: dict[tuple[int, int], list[Curve]] = {one: [] for one in self._opened()}
        self.points, self.unfinished = 0, 0
        self.contents = np.flatnonzero(posed.states.positive)
        held = [(key.kind, key.place) for key in posed.states.index if posed.states.positive[posed.states.index[key]]]
        self.firsts = [k for k, place in enumerate(held) if k == 0 or place != held[k - 1]]

    def _opened(self) -> list[tuple[int, int]]:
        """Each potential that is led with the row of the balance that is left open meanwhile."""
        states, free = self.posed.states, set(self.posed.independent) if self.ions else set()
        nodes = {key.place: states.index[key] for key in states.keys(CHARGE)}
        amounts = [(key.place, states.index[key]) for key in states.keys(AMOUNT)]
        own = [(node, node) for node in nodes.values()]
        return own + [(nodes[space], row) for space, row in amounts if row in free and space in nodes]

    @property
    def count(self) -> int:
        """How many lines were followed."""
        return sum(len(lines) for lines in self.lines.values())

    @property
    def search(self) -> dict[str, Any]:
        """What was searched, for the certificate: how, range and resolution, and the lines that were cut short or not begun."""
        if not self.most:
            return {"how": "no lines: other states only where Newton's method leads from the starts"}
        low, high = (to_unit(V, "mV") for V in CLAMPS)
        return {
            "how": how(
                "each compartment's balance of charge and of each ion is", "the documented starts and every state that is known"
            ),
            "range_mV": [low, high],
            "longest_step_mV": STEPS.along * (high - low),
            "contents_within": [1 / FAR, FAR],
            "lines": self.count,
            "points": self.points,
            "unfinished": self.unfinished,
        }

    def states(self, near: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Steady states, uncertified, on the lines through given points that no line passes yet."""
        return distinct([y for node, row in self.lines for y in self._met_again(node, row, near)])

    def _met_again(self, node: int, row: int, near: Sequence[np.ndarray]) -> list[np.ndarray]:
        begun = [line for y in near if (line := self._line(node, row, y)) is not None]
        return [y for line in begun for y in self._roots_on(line, row)]

    # -- a line -------------------------------------------------------------------------------------------------------

    def _line(self, node: int, row: int, y: np.ndarray) -> Curve | None:
        """The line through a point; None where there is none, a known one passes, or points run out."""
        equations, lines = self._open(node, row, y), self.lines[node, row]
        start = at(equations, y, float(y[node])) if self.low < y[node] < self.high else None
        if start is None or any(_leads(equations, near, start) for line in lines for near in line.passing(start[node])):
            return None
        if self.points >= self.most:
            self.unfinished += 1
            return None
        back, forth = (follow(equations, start, sense, STEPS) for sense in (-1.0, 1.0))
        lines.append(forth if forth.closed else back.joined(forth))
        self.points += len(back.x) + len(forth.x)
        self.unfinished += max(len(back.x), len(forth.x)) > STEPS.most
        return lines[-1]

    def _open(self, node: int, row: int, begun: np.ndarray) -> Equations:
        """All balances but one, in all unknowns, of which a potential is led; not too far from where a line begins."""

        def others(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            f, J = self.posed.balances(y)
            f[row], J[row] = f[-1], J[-1]
            return f[:-1], J[:-1]

        return Equations(others, node, self.low, self.high, self._gone(begun), self.posed.without(row))

    def _gone(self, begun: np.ndarray) -> Callable[[np.ndarray], bool]:
        """Whether, at a point, a compartment has filled or emptied for good, or an ion has gone."""
        if not self.firsts:
            return lambda y: False
        contents, firsts = self.contents, self.firsts
        first, far = begun[contents], np.log(FAR)
        level = np.maximum.reduceat(first, firsts)

        def gone(y: np.ndarray) -> bool:
            change = y[contents] - first
            if largest(change) < far:
                return False
            most = np.maximum.reduceat(y[contents], firsts) - level
            return bool(change.min() <= np.log(LEAST)) or largest(most) >= far

        return gone

    # -- states on it -------------------------------------------------------------------------------------------------

    def _roots_on(self, line: Curve, row: int) -> list[np.ndarray]:
        """Steady states from every place on a line at which the open balance changes sign or turns towards zero."""
        points = _finer(np.array(line.x))
        f, J = self.posed.compiled.at_each(points, self.posed.p, [row])
        found = [self.posed.newton(start) for start in _meetings(points, f[:, 0], J[:, 0])]
        return [y for y, settled in found if settled]


def _finer(x: np.ndarray) -> np.ndarray:
    """Points of a line and, on the straight pieces between them, further ones."""
    parts = np.arange(BETWEEN)[:, None] / BETWEEN
    return np.concatenate([(x[:-1, None] + parts * np.diff(x, axis=0)[:, None]).reshape(-1, x.shape[1]), x[-1:]])


def _leads(equations: Equations, near: np.ndarray, point: np.ndarray) -> bool:
    """Whether a line that passes by, at the same potential, leads to a point."""
    away = largest(near - point)
    if BESIDE <= away < NEAR and (found := at(equations, near, float(point[equations.led]))) is not None:
        away = largest(found - point)
    return away < BESIDE


def distinct(points: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The points without repetitions."""
    kept: list[np.ndarray] = []
    for y in points:
        if not any(np.abs(y - other).max() < SAME for other in kept):
            kept.append(y)
    return kept


def _meetings(points: np.ndarray, f: np.ndarray, gradient: np.ndarray) -> list[np.ndarray]:
    """Points between neighbours at which a quantity with known gradients is zero or, by a cubic, turns close to it."""
    ways = np.diff(points, axis=0)
    d_a, d_b = (gradient[:-1] * ways).sum(axis=1), (gradient[1:] * ways).sum(axis=1)
    side, other = np.sign(f[:-1]), np.sign(f[1:])  # products of balances far out would not be finite
    crossing, turning = side * other <= 0, (side * d_a < 0) & (other * d_b > 0)
    return [
        points[k] + t * ways[k]
        for k in np.flatnonzero(crossing | turning)
        for t in _places(_hermite(f[k], f[k + 1], d_a[k], d_b[k]), f[k], f[k + 1])
    ]


def _hermite(f_a: float, f_b: float, d_a: float, d_b: float) -> np.ndarray:
    """Coefficients, highest first, of the cubic over 0..1 with given values and slopes at its ends."""
    return np.array([2 * f_a - 2 * f_b + d_a + d_b, -3 * f_a + 3 * f_b - 2 * d_a - d_b, d_a, f_a])


def _places(cubic: np.ndarray, f_a: float, f_b: float) -> list[float]:
    """Where a cubic is zero within 0..1; or both sides of where it comes nearest, if that is a tenth of its ends or less."""
    if not np.all(np.isfinite(cubic)):
        return []
    zeros = _roots_within(cubic)
    if zeros or (f_a > 0) != (f_b > 0):
        return zeros or [0.5]
    turns = [t for t in _roots_within(np.polyder(cubic)) if abs(np.polyval(cubic, t)) < 0.1 * min(abs(f_a), abs(f_b))]
    return [t + side for t in turns for side in (-0.1, 0.1)]


def _roots_within(polynomial: np.ndarray) -> list[float]:
    """Real roots from 0 to 1."""
    return [float(t.real) for t in np.roots(polynomial) if abs(t.imag) < 1e-9 and 0.0 <= t.real <= 1.0]
