"""The same pieces by SciPy's Radau, with the Jacobian from the graph: a check of the integrator by another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .integrator import NEGATIVE, Piece, Rates, grid
from .symbolic import Compiled


class Radau:
    """As `Cvodes`, slower."""

    def __init__(
        self,
        rates: Rates,
        size: int,
        names: Sequence[str],
        ramped: Sequence[str] = (),
        *,
        positive: Rates | None = None,
        rtol: float = 1e-8,
        atol: float = 1e-10,
        points: int = 60,
    ) -> None:
        self.ramped, self.rtol, self.atol, self.grid = tuple(ramped), rtol, atol, grid(points)
        known = tuple(dict.fromkeys([*names, "time"]))
        self.compiled = Compiled(rates, size, known)
        self.positive = Compiled(positive, size, known) if positive is not None else None

    def run(
        self,
        x: np.ndarray,
        scale: np.ndarray,
        numbers: Mapping[str, float],
        begin: float,
        length: float,
        slopes: Mapping[str, float] | None = None,
    ) -> Piece:
        """Integrate for `length` [s] from the state x at time `begin` [s]."""
        from scipy.integrate import solve_ivp

        slopes = slopes or {}

        def at(s: float) -> np.ndarray:
            now = {**numbers, "time": begin + s * length} | {
                name: numbers[name] + slope * s * length for name, slope in slopes.items()
            }
            return self.compiled.values(now)

        def rate(s: float, y: np.ndarray) -> np.ndarray:
            now = at(s)
            if self.positive is not None and self.positive(y * scale, now)[0].min(initial=0.0) < NEGATIVE:
                return np.full(y.size, np.nan)
            return self.compiled(y * scale, now)[0] * length / scale

        def jacobian(s: float, y: np.ndarray) -> np.ndarray:
            return self.compiled(y * scale, at(s))[1] * length * scale[None, :] / scale[:, None]

        answer = solve_ivp(
            rate, (0.0, 1.0), x / scale, "Radau", t_eval=self.grid, jac=jacobian, rtol=max(self.rtol, 1e-12), atol=self.atol
        )
        if answer.status != 0 or answer.y.shape[1] != self.grid.size:
            return Piece(np.zeros(0), np.zeros((x.size, 0)), "no step was small enough for the tolerance")
        return Piece(
            self.grid * length, answer.y * scale[:, None], None if np.all(np.isfinite(answer.y)) else "a state is not finite"
        )
