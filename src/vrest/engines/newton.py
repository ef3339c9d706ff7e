"""Newton's method for a few equations, damped by a line search on the scaled residual."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

PROGRESS, PATIENCE = 1e-4, 5  # a part by which the residual falls, and how many steps in a row it may not

Function = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Point:
    """Where Newton ended, the residual there and whether it settled; the caller checks the residual by its own means."""

    x: np.ndarray
    residual: np.ndarray
    settled: bool
    steps: int


def newton(function: Function, start: np.ndarray, limit: float, steps: int = 100) -> Point:
    """Iterate to rounding from a start, or until nothing lowers the residual any more; `limit` bounds each component of a step."""
    x = np.array(start, dtype=float)
    f, jacobian = function(x)
    stuck = 0
    for count in range(steps):
        step = _step(f, jacobian, limit)
        if step is None:
            return Point(x, f, False, count)
        trial, f_trial, jacobian_trial = _search(function, x, f, step)
        if np.all(np.abs(trial - x) <= 1e-15 * np.maximum(np.abs(x), 1e-3)) or not np.any(f_trial):
            return Point(trial, f_trial, bool(np.all(np.isfinite(f_trial))), count + 1)
        stuck = 0 if np.linalg.norm(f_trial) < (1 - PROGRESS) * np.linalg.norm(f) else stuck + 1
        x, f, jacobian = trial, f_trial, jacobian_trial
        if stuck == PATIENCE:
            return Point(x, f, _small(f, jacobian, x), count + 1)
    return Point(x, f, _small(f, jacobian, x), steps)


def _step(f: np.ndarray, jacobian: np.ndarray, limit: float) -> np.ndarray | None:
    if not (np.all(np.isfinite(f)) and np.all(np.isfinite(jacobian))):
        return None
    try:
        step = -np.linalg.solve(jacobian, f)
    except np.linalg.LinAlgError:
        return None
    return step * min(1.0, limit / max(float(np.max(np.abs(step))), 1e-300))


def _search(function: Function, x: np.ndarray, f: np.ndarray, step: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The longest of a few halvings of the step that lowers the residual; the shortest where none does."""
    length = 1.0
    while True:
        trial = x + length * step
        f_trial, jacobian = function(trial)
        if np.linalg.norm(f_trial) < np.linalg.norm(f) or length < 1e-3:
            return trial, f_trial, jacobian
        length *= 0.5


def _small(f: np.ndarray, jacobian: np.ndarray, x: np.ndarray) -> bool:
    step = _step(f, jacobian, np.inf)
    return step is not None and bool(np.all(np.abs(step) <= 1e-12))
