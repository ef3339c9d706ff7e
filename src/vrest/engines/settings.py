"""What any integrator of a piece is asked beside its rates."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .sums import Sums
from .symbolic import Traced

FIRST, APART = 1e-6, 2e-9
"""The first point of a piece, and how far from one another they lie at least, as parts of it: CasADi takes times within 1e-9 for one."""
FINER = 8
"""Into how many parts a way between two points may be divided once more."""
KEPT = 16
"""How many integrators are kept that see a piece at parts of their own."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What of a piece is watched, how exactly it is solved and where it is seen.

    Arguments:
        positive: quantities of order one that cannot be negative, from state and numbers
        watched: rates of quantities of order one, of which no excursion between two points may pass unseen
        sums: what is integrated along with the states
        rtol, atol: relative and absolute tolerance of the scaled states
        points, parts: at how many points a piece is seen, and into how many each way between them is divided
        seen: in place of these, the parts of a piece at which it is seen, up to 1
        longest: part of a piece that a step takes at most; 0: any
        max_steps: from one of the points at which a piece is seen to the next
    """

    positive: Traced | None = None
    watched: Traced | None = None
    sums: Sums | None = None
    rtol: float = 1e-8
    atol: float = 1e-10
    points: int = 60
    parts: int = 1
    seen: np.ndarray | None = None
    longest: float = 0.0
    max_steps: int = 20_000

    @property
    def grid(self) -> np.ndarray:
        """Parts of a piece at which it is seen."""
        return grid(self.points, self.parts) if self.seen is None else self.seen


def grid(points: int, parts: int = 1) -> np.ndarray:
    """Parts of a piece at which it is seen: dense at its start, where everything is fast, and even to its end, which is always seen.

    Arguments:
        parts: into how many each way from point to point is divided
    """
    most = int(math.log(0.1 / FIRST) / math.log1p(APART * FINER * parts / FIRST))
    early = np.geomspace(FIRST, 0.1, min(points // 2, most))
    coarse = np.unique(np.concatenate([early, np.linspace(0.1, 1.0, max(points - early.size, 2))]))
    return finely(coarse, parts)


def finely(coarse: np.ndarray, parts: int = FINER) -> np.ndarray:
    """Times with each way from one to the next divided into parts."""
    between = coarse[:-1, None] + np.diff(coarse)[:, None] * (np.arange(parts) / parts)
    return np.append(between.ravel(), coarse[-1])


@dataclass
class Kept:
    """Integrators by the parts of a piece at which they see it: those that were asked for last."""

    found: dict[bytes, Any] = field(default_factory=dict)

    def of(self, grid: np.ndarray, made: Callable[[np.ndarray], Any]) -> Any:
        """The one that sees such parts; `made` where there is none yet."""
        key = grid.tobytes()
        one = self.found.pop(key) if key in self.found else made(grid)
        self.found[key] = one
        while len(self.found) > KEPT:
            del self.found[next(iter(self.found))]
        return one
