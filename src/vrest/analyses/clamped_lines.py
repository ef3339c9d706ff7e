"""Steady states along lines: a compartment's balance of charge is left open, and its potential led through a range."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..constants import F, R
from ..engines.continuation import Curve, at, follow
from ..units import to_unit
from .steady_solver import SteadyProblem

CLAMPS = (-0.3, 0.15)
"""Potentials [V] between which a compartment is led while its own balance is left open."""
STEP, POINTS, SETTLED = 0.03, 400, 1e-5
"""Longest step, as a part of that range, how many at most each way, and how exact: Newton starts from them."""
FAR = 1e6
"""Times its contents or volume at the beginning of a line beyond which a compartment is led no further: it fills or empties for good."""
SAME, BESIDE = 1e-6, 1e-2
"""In the unknowns (RT/F, logarithms): below that two points are one, or a point lies on the straight pieces of a line."""


def how(begun: str) -> str:
    """What the search does, from the points at which lines are begun."""
    low, high = (to_unit(V, "mV") for V in CLAMPS)
    return (
        f"each compartment's balance is left open in turn and its potential led from {low:.0f} to {high:.0f} mV from {begun}, "
        "to where its balance is met again"
    )


class ClampedLines:
    """The lines of one cell at given numbers; `kept` are amounts [mol] whose conserved totals hold.

    No line is begun once all of them have `most` points.
    """

    def __init__(self, problem: SteadyProblem, kept: np.ndarray, numbers: Mapping[str, float], most: float = np.inf) -> None:
        self.problem, self.kept, self.numbers, self.most = problem, kept, numbers, most
        self.p = problem.compiled.values(numbers)
        unit = R * numbers["temperature"] / F
        self.low, self.high = (V / unit for V in CLAMPS)
        self.lines: list[list[Curve]] = [[] for _ in range(problem.nodes)]
        self.points, self.unfinished = 0, 0
        spaces = [space for space, _ in problem.layout.amounts]
        self.firsts = [k for k, space in enumerate(spaces) if k == 0 or space != spaces[k - 1]]
        self.firsts += range(len(spaces), problem.count)

    @property
    def search(self) -> dict[str, Any]:
        """What was searched, for the certificate: how, range and resolution, and the lines that were cut short or not begun."""
        if not self.most:
            return {"how": "no lines: other states only where Newton's method leads from the starts"}
        low, high = (to_unit(V, "mV") for V in CLAMPS)
        return {
            "how": how("the documented starts and every state that is known"),
            "range_mV": [low, high],
            "longest_step_mV": STEP * (high - low),
            "contents_within": [1 / FAR, FAR],
            "lines": sum(len(lines) for lines in self.lines),
            "points": self.points,
            "unfinished": self.unfinished,
        }

    def states(self, near: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Steady states, uncertified, on the lines through given points that no line passes yet."""
        return distinct([y for node in range(self.problem.nodes) for y in self._met_again(node, near)])

    def _met_again(self, node: int, near: Sequence[np.ndarray]) -> list[np.ndarray]:
        begun = [line for y in near if (line := self._line(node, y)) is not None]
        return [y for line in begun for y in self._roots_on(line, node)]

    def _line(self, node: int, y: np.ndarray) -> Curve | None:
        """The line along a compartment's potential through a point; None where there is none, a known one passes, or it is too much."""
        function, u, lines = self._open(node, y), float(y[node]), self.lines[node]
        start = at(function, np.delete(y, node), u) if self.low < u < self.high else None
        if start is None or any(np.abs(other - start).max() < BESIDE for line in lines for other in line.passing(u)):
            return None
        if self.points >= self.most:
            self.unfinished += 1
            return None
        back, forth = (follow(function, start, u, self.low, self.high, way, POINTS, STEP, SETTLED) for way in (-1.0, 1.0))
        lines.append(forth if forth.closed else back.joined(forth))
        self.points += len(back.s) + len(forth.s)
        self.unfinished += max(len(back.s), len(forth.s)) > POINTS
        return lines[-1]

    def _open(self, node: int, begun: np.ndarray) -> Callable[[np.ndarray, float], tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """The balances but a node's own, in all unknowns but its potential, which is the parameter; not a number too far from `begun`."""
        size = self.problem.layout.size
        columns = np.delete(np.arange(size), node)
        rows = np.delete(np.arange(size), self.problem.count + node)
        y, square, level = np.zeros(size), (rows[:, None], columns), self._contents(begun)

        def function(others: np.ndarray, u: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
            y[columns], y[node] = others, u
            f, J = self.problem.balances(y, self.kept, self.p)
            if level.size and np.abs(self._contents(y) - level).max() > np.log(FAR):
                f[:] = np.nan
            return f[rows], J[square], J[rows, node]

        return function

    def _contents(self, y: np.ndarray) -> np.ndarray:
        """The logarithms of the largest amount of each compartment, and of each volume."""
        return np.maximum.reduceat(y[self.problem.nodes :], self.firsts) if self.firsts else y[:0]

    def _roots_on(self, line: Curve, node: int) -> list[np.ndarray]:
        """Steady states from every place on a line at which the open balance changes sign or turns towards zero."""
        points = [np.insert(y, node, u) for y, u in zip(line.y, line.s, strict=True)]
        found = []
        for start in _meetings(points, [self._own(y, node) for y in points]):
            y, settled = self.problem.newton(start, self.kept, self.numbers)
            if settled:
                found.append(y)
        return found

    def _own(self, y: np.ndarray, node: int) -> tuple[float, np.ndarray]:
        """The balance of a node, and its gradient."""
        f, J = self.problem.balances(y, self.kept, self.p)
        return float(f[self.problem.count + node]), J[self.problem.count + node]


def distinct(points: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The points without repetitions."""
    kept: list[np.ndarray] = []
    for y in points:
        if not any(np.abs(y - other).max() < SAME for other in kept):
            kept.append(y)
    return kept


def _meetings(points: list[np.ndarray], own: list[tuple[float, np.ndarray]]) -> list[np.ndarray]:
    """Points between neighbours at which a quantity with known gradients is zero or, by a cubic, turns close to it."""
    found = []
    for a, b, (f_a, slope_a), (f_b, slope_b) in zip(points, points[1:], own, own[1:], strict=False):
        d_a, d_b = float(slope_a @ (b - a)), float(slope_b @ (b - a))
        if f_a * f_b <= 0 or (f_a * d_a < 0 and f_b * d_b > 0):
            found += [a + t * (b - a) for t in _places(_hermite(f_a, f_b, d_a, d_b), f_a, f_b)]
    return found


def _hermite(f_a: float, f_b: float, d_a: float, d_b: float) -> np.ndarray:
    """Coefficients, highest first, of the cubic over 0..1 with given values and slopes at its ends."""
    return np.array([2 * f_a - 2 * f_b + d_a + d_b, -3 * f_a + 3 * f_b - 2 * d_a - d_b, d_a, f_a])


def _places(cubic: np.ndarray, f_a: float, f_b: float) -> list[float]:
    """Where a cubic is zero within 0..1; or both sides of where it comes nearest, if that is a tenth of its ends or less."""
    if not np.all(np.isfinite(cubic)):
        return []
    inside = lambda roots: [float(t.real) for t in roots if abs(t.imag) < 1e-9 and 0.0 <= t.real <= 1.0]  # noqa: E731
    zeros = inside(np.roots(cubic))
    if zeros or (f_a > 0) != (f_b > 0):
        return zeros or [0.5]
    turns = [t for t in inside(np.roots(np.polyder(cubic))) if abs(np.polyval(cubic, t)) < 0.1 * min(abs(f_a), abs(f_b))]
    return [t + side for t in turns for side in (-0.1, 0.1)]
