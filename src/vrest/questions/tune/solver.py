"""Solving the balances of `tune`: numbers that scale by linear least squares, potentials and all others by Gauss-Newton around it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...engines.least_squares import least_squares, rank, undetermined
from ...errors import Problem
from . import words
from .balances import Balances, Terms

RANGE = (-0.2, 0.15)
SCAN = 1401
BALANCED = 1e-9
NOTHING = 1e-13
"""Part of a flux below which a number's share is rounding."""
MINIMA = 12
"""How many lowest points of the scan are refined."""
LONGEST, FARTHEST = 0.005, 0.5
"""Largest change of a potential [V] in one step, and the largest potential."""
PART = 0.5
"""Largest part by which another number changes in one step."""
OFFSETS = (-0.03, 0.03)
"""Where else than at rest the search begins, if several potentials are free [V]."""


@dataclass(frozen=True)
class Solution:
    """A point of the search.

    Attributes:
        x:        free potentials, then the free numbers in the order of `paths`
        V_m:      {membrane: potential [V]}; values: {path: value [SI]}
        left:     what is left of each balance, over its scale; with its jacobian in x
    """

    x: np.ndarray
    V_m: dict[str, float]
    values: dict[str, float]
    left: np.ndarray
    jacobian: np.ndarray

    @property
    def error(self) -> float:
        """What is left of the balance that is met worst."""
        return float(np.abs(self.left).max(initial=0.0))


class Solver:
    """Finds values of the free numbers, and of the potentials that are not held, for which all balances hold.

    The search is for y, the unknowns without the numbers that scale a mechanism: at each y these follow by linear least squares.
    """

    def __init__(self, balances: Balances) -> None:
        self.balances, self.free, self.potentials = balances, balances.free, balances.potentials
        self.count = self.potentials.count
        self.size = self.count + len(self.free.others)

    def solved(self, y: np.ndarray) -> Solution:
        """The numbers that scale by least squares, each balance over its fluxes.

        Raises:
            ValueError: nothing finite comes of these values.
        """
        at, rates = self.balances.at, self.balances.rates
        still = self._still(y)
        G = still.slope[:, self.size :]
        scaling, _ = _least(still.net[:rates], G[:rates], still.scale[:rates])
        scale = at(np.append(y, scaling)).scale
        nothing = (np.abs(G * scaling) <= NOTHING * scale[:, None]).all(axis=0)
        x = np.append(y, np.where(nothing, 0.0, scaling))
        found = dict(zip(self.free.paths, x[self.count :].tolist(), strict=True))
        values = {path: found[path] for path in self.free.named}
        V_m = {name: float(V) for name, V in self.potentials.membranes(y[: self.count]).items()}
        return Solution(x, V_m, values, *at(x).fractions())

    def _still(self, y: np.ndarray) -> Terms:
        """The balances where nothing passes that scales with a free number."""
        return self.balances.at(np.append(y, np.zeros(len(self.free.scaling))))

    def described_at(self, t: np.ndarray) -> Solution:
        """At free potentials, with all numbers but those that scale as described."""
        return self.solved(self._from(t))

    def at_rest(self) -> Solution:
        """As `described_at`, at the potentials of rest."""
        return self.described_at(self.potentials.nearest(self.balances.rest[0]))

    def _from(self, t: np.ndarray) -> np.ndarray:
        return np.append(t, self.free.described)[: self.size]

    # -- search -------------------------------------------------------------------------------------------------------

    def solutions(self) -> list[Solution]:
        """Solutions from every start at which all balances are met; the nearest miss where there is none."""
        starts = [self._from(t) for t in self._starts()]
        tried = [self._searched(y) for y in starts if self._still(y).finite]
        met = [one for one in tried if one.error <= BALANCED]
        return [one for k, one in enumerate(met) if not self._among(one, met[:k])] or [min(tried, key=lambda one: one.error)]

    def _among(self, one: Solution, others: list[Solution]) -> bool:
        """Whether a solution is at the potentials of another one."""
        return any(np.abs(one.x - other.x)[: self.count].max(initial=0.0) < 1e-9 for other in others)

    def _starts(self) -> list[np.ndarray]:
        """Free potentials: at rest, and where a scan finds the balances nearly met or, of several potentials, to each side."""
        rests = [self.potentials.nearest(V) for V in self.balances.rest]
        if self.count == 0:
            return rests[:1]
        if self.count == 1:
            return [*self._minima(), *rests]
        sides = [offset * unit for unit in np.eye(self.count) for offset in OFFSETS]
        return [*rests, *(rest + side for rest in rests for side in sides)]

    def _minima(self) -> list[np.ndarray]:
        """The one free potential where least squares leave least of the fluxes; other numbers as described."""
        grid, rates = np.linspace(*RANGE, SCAN), self.balances.rates
        others = np.append(self.free.described[: self.size - 1], np.zeros(len(self.free.scaling)))
        points = self.balances.at(np.column_stack([grid, np.tile(others, (SCAN, 1))]))
        net, scale, slope = (part[points.finite, :rates] for part in (points.net, points.scale, points.slope))
        left = np.full(SCAN, np.inf)
        _, left[points.finite] = _least(net, slope[..., self.size :], scale)
        lowest = 1 + np.flatnonzero((left[1:-1] < left[:-2]) & (left[1:-1] <= left[2:]))
        lowest = np.sort(lowest[np.argsort(left[lowest], kind="stable")][:MINIMA])
        return [grid[[k]] for k in (lowest if lowest.size else [np.argmin(left)])]

    def _searched(self, y: np.ndarray) -> Solution:
        """The best point of a search from a start."""
        return self.solved(least_squares(self._left, y, self._longest, BALANCED).x)

    def _left(self, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        others = zip(self.free.others, y[self.count :], strict=True)
        if np.abs(y[: self.count]).max(initial=0.0) > FARTHEST or not all(self.free.takes(*one) for one in others):
            raise ValueError("outside of what a description takes")
        found = self.solved(y)
        return found.left, found.jacobian

    def _longest(self, y: np.ndarray) -> np.ndarray:
        """Potentials, and numbers in curved balances, move a little at a time."""
        others = zip(self.free.others, y[self.count :], strict=True)
        parts = [math.inf if self.free.of_impermeant(path) else PART * (abs(value) or 1.0) for path, value in others]
        return np.array([LONGEST] * self.count + parts)

    # -- whether anything is left open ----------------------------------------------------------------------------------

    def left_open(self, solution: Solution) -> Problem | None:
        """What the balances do not fix there: a number that moves nothing, or several that do the same; None where all is fixed."""
        paths, count = self.free.paths, self.count
        if idle := self.idle(solution):
            return words.moves_nothing(idle[0], solution.V_m, self.free.of_impermeant(idle[0]), idle[0] in self.free.scaling)
        if loose := undetermined(solution.jacobian[:, count:]):
            return words.alike([paths[k] for k in loose])
        loose = [k - count for k in undetermined(solution.jacobian) if k >= count] if count else []
        return words.against_potential([paths[k] for k in loose]) if loose else None

    def idle(self, solution: Solution) -> list[str]:
        """Free numbers that move no balance; those that scale are asked at the size that they are described with."""
        count, split = self.count, self.size
        sizes = np.append(solution.x[count:split], self.free.described[split - count :])
        sizes = np.where(sizes == 0, 1.0, np.abs(sizes))
        _, J = self.balances.at(np.append(solution.x[:split], sizes[split - count :])).fractions()
        J = np.hstack([solution.jacobian[:, count:split], J[:, split:]])
        moved = np.abs(J * sizes).max(axis=0, initial=0.0)
        return [path for path, part in zip(self.free.paths, moved, strict=True) if part < BALANCED]

    def rank(self, solution: Solution) -> int:
        """How many of the free numbers the balances fix at one potential."""
        return rank(solution.jacobian[:, self.count :])


def _least(net: np.ndarray, G: np.ndarray, fluxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values s for which net + G s is the smallest, and what is left; at one point, or at many along the first axis.

    Each balance counts over its fluxes that are not free, or where there are none over those that are.
    """
    sizes = np.maximum(np.abs(G).max(axis=-2, initial=0.0), 1e-300)
    G = G / sizes[..., None, :]
    free = np.abs(G).max(axis=-1, initial=0.0) * fluxes.max(axis=-1, keepdims=True)
    scale = np.where(fluxes > 0, fluxes, np.where(free > 0, free, 1.0))
    A, b = G / scale[..., None], (net / scale)[..., None]
    s = -np.linalg.pinv(A, rcond=1e-12) @ b
    return s[..., 0] / sizes, np.linalg.norm(b + A @ s, axis=(-2, -1))
