"""Solving the balances of `tune`: numbers that scale by least squares, potentials and all others by Gauss-Newton around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import InputError, Problem
from . import words
from .balances import Balances
from .unknowns import Potentials, Unknowns

RANGE = (-0.2, 0.15)
SCAN = 1401
BALANCED = 1e-9
NOTHING = 1e-13
"""Part of a flux below which a number's share is rounding."""
MINIMA = 12
"""How many lowest points of the scan are refined."""
STEPS = 60
SETTLED, STUCK = 3, 20
"""Steps without half the error after which a search ends: where the balances are met, and where they are not."""
LONGEST = 0.005
"""Largest change of a potential [V] in one step."""
PART = 0.5
"""Largest part by which another number changes in one step."""
H = 1e-6
"""Step of differences: of potentials [V], and relative of numbers."""
OFFSETS = (-0.03, 0.03)
"""Where else than at rest the search begins, if several potentials are free [V]."""


@dataclass(frozen=True)
class Solution:
    """Values of the free numbers [SI] at potentials, and what is left of each balance over its scale."""

    t: np.ndarray
    others: np.ndarray
    scaling: np.ndarray
    V_m: dict[str, float]
    values: dict[str, float]
    left: dict[tuple[str, str], float]

    @property
    def error(self) -> float:
        return max((abs(v) for v in self.left.values()), default=0.0)


class Solver:
    """Finds values of the free numbers, and of the potentials that are not held, for which all balances hold."""

    def __init__(self, balances: Balances, unknowns: Unknowns, potentials: Potentials) -> None:
        self.balances, self.unknowns, self.potentials = balances, unknowns, potentials
        self.rows = balances.rows

    # -- at given potentials and other numbers --------------------------------------------------------------------

    def solved(self, t: np.ndarray, others: np.ndarray) -> Solution:
        """Least squares for the scaling numbers, each balance over its fluxes."""
        V_m, numbers = self._at(t), self.unknowns.numbers(others)
        G, f = self.balances.linear(V_m, numbers)
        sizes = np.maximum(np.abs(G).max(axis=0, initial=0.0), 1e-300)
        scale = self._fixed_scale(V_m, numbers, G / sizes)
        unscaled, *_ = np.linalg.lstsq(G / sizes / scale[:, None], -f / scale, rcond=1e-12)
        scaling = unscaled / sizes
        gross = self._gross(V_m, numbers, G, scaling)
        scaling = np.where((np.abs(G * scaling) <= NOTHING * gross[:, None]).all(axis=0), 0.0, scaling)
        rates = np.divide(f + G @ scaling, gross, out=np.zeros_like(f), where=gross > 0)
        left = dict(zip(self.rows, (float(v) for v in (*rates, *self.balances.closures(V_m, numbers))), strict=True))
        found = dict(zip(self.unknowns.scaling, scaling, strict=True)) | dict(zip(self.unknowns.others, others, strict=True))
        values = {path: float(found[path]) for path in self.unknowns.free}
        return Solution(t, others, scaling, V_m, values, left)

    def _at(self, t: np.ndarray) -> dict[str, float]:
        return {name: float(V) for name, V in self.potentials.membranes(t).items()}

    def _gross(self, V_m: Mapping[str, float], numbers: Mapping[str, float], G: np.ndarray, scaling: np.ndarray) -> np.ndarray:
        named = dict(zip(self.unknowns.scaling, (float(v) for v in scaling), strict=True))
        return np.maximum(
            self.balances.gross(V_m, numbers) + np.abs(G * scaling).sum(axis=1), self.balances.one_way(numbers, named)
        )

    def _fixed_scale(self, V_m: Mapping[str, Any], numbers: Mapping[str, float], columns: np.ndarray) -> np.ndarray:
        """What each balance is measured by: the fluxes that are not free; where there are none, those that are."""
        one_way = self.balances.one_way(numbers, {})
        gross = self.balances.gross(V_m, numbers)
        fluxes = np.maximum(gross, one_way.reshape(-1, *(1,) * (gross.ndim - 1)))
        free = np.abs(columns).max(axis=1, initial=0.0) * fluxes.max(axis=0)
        return np.where(fluxes > 0, fluxes, np.where(free > 0, free, 1.0))

    # -- where to begin -------------------------------------------------------------------------------------------

    def solutions(self) -> list[Solution]:
        """Solutions from every start at which all balances are met; the nearest miss where there is none."""
        tried = [self._polished(t, self.unknowns.start()) for t in self._starts()]
        found: list[Solution] = []
        for one in tried:
            if one.error <= BALANCED and not any(_same(one, other) for other in found):
                found.append(one)
        return found or [min(tried, key=lambda s: s.error)]

    def _starts(self) -> list[np.ndarray]:
        """Free potentials: at rest, and where a scan finds the balances nearly met or, of several potentials, to each side."""
        rests = [self.potentials.nearest(V) for V in self.balances.finder.rest.potentials]
        if self.potentials.free == 0:
            return [np.zeros(0)]
        if self.potentials.free == 1:
            return [*self._minima(), *rests]
        sides = [np.eye(self.potentials.free)[k] * offset for k in range(self.potentials.free) for offset in OFFSETS]
        return [*rests, *(rest + side for rest in rests for side in sides)]

    def _minima(self) -> list[np.ndarray]:
        grid = np.linspace(*RANGE, SCAN)
        misfit = self._misfit(grid)
        lowest = [k for k in range(1, SCAN - 1) if misfit[k] < misfit[k - 1] and misfit[k] <= misfit[k + 1]]
        lowest = sorted(sorted(lowest, key=lambda k: misfit[k])[:MINIMA]) or [int(np.argmin(misfit))]
        return [np.array([grid[k]]) for k in lowest]

    def _misfit(self, grid: np.ndarray) -> np.ndarray:
        """What least squares leave of the fluxes, each over its scale, along the one free potential; other numbers as described."""
        V_m, numbers = self.potentials.membranes([grid]), self.unknowns.numbers(self.unknowns.start())
        V_m = {name: np.broadcast_to(V, grid.shape) for name, V in V_m.items()}
        G, f = self.balances.linear(V_m, numbers)
        columns = G / np.maximum(np.abs(G).max(axis=0, initial=0.0), 1e-300)
        scale = self._fixed_scale(V_m, numbers, columns)
        A, b = np.moveaxis(columns / scale[:, None], -1, 0), (f / scale).T[..., None]
        return np.linalg.norm(b - A @ (np.linalg.pinv(A, rcond=1e-12) @ b), axis=(1, 2))

    # -- Gauss-Newton ---------------------------------------------------------------------------------------------

    def _polished(self, t: np.ndarray, others: np.ndarray) -> Solution:
        """Gauss-Newton on potentials and other numbers, those that scale following by least squares; the best of the points passed."""
        best = now = self.solved(t, others)
        if not self.potentials.free and not len(others):
            return best
        idle = 0
        for _ in range(STEPS):
            moved = self._moved(now, self._step(now))
            if moved is None:
                break
            now, idle = moved, 0 if moved.error < 0.5 * best.error else idle + 1
            best = min(best, now, key=lambda s: s.error)
            if idle >= (SETTLED if best.error <= BALANCED else STUCK):
                break
        return best

    def _step(self, now: Solution) -> np.ndarray:
        """Change of the potentials and the other numbers; those that scale are solved for beside them."""
        J, r = self.jacobian(now)
        sizes = np.maximum(np.abs(J).max(axis=0, initial=0.0), 1e-300)
        step, *_ = np.linalg.lstsq(J / sizes, -r, rcond=1e-13)
        change = (step / sizes)[: len(now.t) + len(now.others)]
        return change * self._part(now, change)

    def _part(self, now: Solution, change: np.ndarray) -> float:
        """The part of a step that is taken: potentials and numbers in curved balances move a little at a time."""
        count = len(now.t)
        parts = [LONGEST / max(abs(c), 1e-300) for c in change[:count]]
        for path, value, c in zip(self.unknowns.others, now.others, change[count:], strict=True):
            if not self.unknowns.of_impermeant(path):
                parts.append(PART * (abs(value) or 1.0) / max(abs(c), 1e-300))
        return min([1.0, *parts])

    def _moved(self, now: Solution, step: np.ndarray) -> Solution | None:
        """The solution after a step, or after the largest part of it that a description takes."""
        count = len(now.t)
        for _ in range(6):
            try:
                return self.solved(np.clip(now.t + step[:count], -0.5, 0.5), now.others + step[count:])
            except (InputError, np.linalg.LinAlgError):
                step = 0.5 * step
        return None

    def jacobian(self, now: Solution) -> tuple[np.ndarray, np.ndarray]:
        """(J, r): what is left of each balance over its scale, by free potentials, other numbers and scaling numbers."""
        V_m, numbers = now.V_m, self.unknowns.numbers(now.others)
        G, f = self.balances.linear(V_m, numbers)
        gross = self._gross(V_m, numbers, G, now.scaling)
        gross = np.where(gross > 0, gross, 1.0)
        columns = [self._slope(now, *moves, gross) for moves in self._differences(now)]
        extended = np.vstack([G / gross[:, None], np.zeros((len(self.rows) - len(f), G.shape[1]))])
        r = np.array([*((f + G @ now.scaling) / gross), *self.balances.closures(V_m, numbers)])
        return np.column_stack([*columns, extended]) if columns else extended, r

    def _differences(self, now: Solution) -> list[tuple[np.ndarray, np.ndarray, float]]:
        """(change of potentials, change of other numbers, its size) for each of them."""
        none_t, none_q = np.zeros(len(now.t)), np.zeros(len(now.others))
        moves = []
        for k in range(len(now.t)):
            moves.append((H * np.eye(len(now.t))[k], none_q, H))
        for k, value in enumerate(now.others):
            h = H * (abs(value) or 1.0)
            moves.append((none_t, h * np.eye(len(now.others))[k], h))
        return moves

    def _slope(self, now: Solution, dt: np.ndarray, dq: np.ndarray, h: float, gross: np.ndarray) -> np.ndarray:
        """Central difference; to one side where the other lies outside of what the description or a law takes."""
        sides = []
        for sign in (1.0, -1.0):
            try:
                sides.append((sign, self._left(now.t + sign * dt, now.others + sign * dq, now.scaling, gross)))
            except InputError:
                sides.append((0.0, self._left(now.t, now.others, now.scaling, gross)))
        (up, above), (down, below) = sides
        return (above - below) / ((up - down) * h) if up != down else np.zeros(len(self.rows))

    def _left(self, t: np.ndarray, others: np.ndarray, scaling: np.ndarray, gross: np.ndarray) -> np.ndarray:
        V_m, numbers = self._at(t), self.unknowns.numbers(others)
        G, f = self.balances.linear(V_m, numbers)
        return np.array([*((f + G @ scaling) / gross), *self.balances.closures(V_m, numbers)])

    # -- whether anything is left open ----------------------------------------------------------------------------

    def left_open(self, solution: Solution) -> Problem | None:
        """What the balances do not fix there: a number that moves nothing, or several that do the same; None where all is fixed."""
        J, _ = self.jacobian(solution)
        potentials = len(solution.t)
        paths = (*self.unknowns.others, *self.unknowns.scaling)
        for path in self.idle(solution):
            scales = path in self.unknowns.scaling
            return words.moves_nothing(path, solution.V_m, self.unknowns.of_impermeant(path), scales)
        loose = _dependent(J[:, potentials:])
        if loose:
            return words.alike([paths[k] for k in loose])
        loose = [k for k in _dependent(J) if k >= potentials] if potentials else []
        return words.against_potential([paths[k - potentials] for k in loose]) if loose else None

    def idle(self, solution: Solution) -> list[str]:
        """Free numbers that move no balance."""
        J, _ = self.jacobian(solution)
        count = len(solution.t), len(solution.t) + len(solution.others)
        sizes = np.array([abs(v) or 1.0 for v in solution.others])
        others = np.abs(J[:, count[0] : count[1]] * sizes).max(axis=0, initial=0.0)
        moved = [*others, *self._shares(solution)]
        paths = (*self.unknowns.others, *self.unknowns.scaling)
        return [path for path, share in zip(paths, moved, strict=True) if share < BALANCED]

    def at_rest(self) -> Solution:
        """The numbers at the potentials of rest."""
        return self.solved(self.potentials.nearest(self.balances.finder.rest.potentials[0]), self.unknowns.start())

    def rank(self, solution: Solution) -> int:
        """How many of the free numbers the balances fix at one potential."""
        columns = self.jacobian(solution)[0][:, len(solution.t) :]
        return int(np.linalg.matrix_rank(columns / np.maximum(np.abs(columns).max(axis=0), 1e-300), tol=1e-9))

    def _shares(self, solution: Solution) -> np.ndarray:
        """The largest share that each scaling number has of a balance, at the size it is described with."""
        numbers = self.unknowns.numbers(solution.others)
        G, _ = self.balances.linear(solution.V_m, numbers)
        sizes = np.array([self.unknowns.described(path) or 1.0 for path in self.unknowns.scaling])
        gross = self._gross(solution.V_m, numbers, G, sizes)
        return (np.abs(G * sizes) / np.maximum(gross, 1e-300)[:, None]).max(axis=0, initial=0.0)


def _dependent(J: np.ndarray) -> list[int]:
    """Columns that can be moved against each other without moving any row."""
    if not J.size:
        return list(range(J.shape[1]))
    unit = J / np.maximum(np.abs(J).max(axis=0), 1e-300)
    _, singular, right = np.linalg.svd(unit)
    null = right[int(np.sum(singular > 1e-9 * singular[0])) :]
    return [k for k, part in enumerate(np.abs(null).max(axis=0, initial=0.0)) if part > 1e-6]


def _same(one: Solution, other: Solution) -> bool:
    near = all(abs(one.V_m[name] - other.V_m[name]) < 1e-9 for name in one.V_m)
    return near and bool(np.all(np.abs(one.others - other.others) <= 1e-6 * np.maximum(np.abs(one.others), 1e-300)))
