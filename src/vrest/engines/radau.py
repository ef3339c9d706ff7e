"""The same pieces by SciPy's Radau, with the Jacobian from the graph: a check of the integrator by another one."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence

import numpy as np

from .integrator import NEGATIVE, Piece
from .ramps import STILL, Change
from .settings import Settings
from .symbolic import Buffered, Traced


class Radau:
    """As `Cvodes`, slower."""

    def __init__(
        self,
        rates: Traced,
        size: int,
        names: Sequence[str],
        ramped: Sequence[str] = (),
        settings: Settings | None = None,
    ) -> None:
        asked = settings or Settings()
        self.longest = asked.longest or np.inf
        self.ramped, self.rtol, self.atol, self.grid = tuple(ramped), asked.rtol, asked.atol, asked.grid
        known = tuple(dict.fromkeys([*names, "time"]))
        self.compiled = Buffered(rates, size, known)
        self.sums = asked.sums
        self.positive = Buffered(asked.positive, size, known) if asked.positive is not None else None

    def at(self, grid: np.ndarray) -> Radau:
        """The same, by which a piece is seen at other parts of it."""
        other = copy.copy(self)
        other.grid = grid
        return other

    def run(
        self,
        x: np.ndarray,
        scale: np.ndarray,
        numbers: Mapping[str, float],
        begin: float,
        length: float,
        changes: Mapping[str, Change] | None = None,
        unit: float = 1.0,
    ) -> Piece:
        """Integrate for `length` [s] from the state x at time `begin` [s]; sums are counted in `unit`, so that they are of order one."""
        from scipy.integrate import solve_ivp

        ramps, size, added = changes or {}, x.size, self.sums.count if self.sums is not None else 0

        def at(s: float) -> dict[str, float]:
            return {**numbers, "time": begin + s * length} | {
                name: ramp.later(numbers[name], s * length) for name, ramp in ramps.items()
            }

        def rate(s: float, y: np.ndarray) -> np.ndarray:
            here, named = y[:size] * scale, at(s)
            now = self.compiled.values(named)
            if self.positive is not None and self.positive(here, now)[0].min(initial=0.0) < NEGATIVE:
                return np.full(y.size, np.nan)
            rates = self.compiled(here, now)[0] * length / scale
            if self.sums is None:
                return rates
            changing = [ramps.get(name, STILL).rate(named[name]) for name in self.ramped]
            return np.concatenate([rates, self.sums.at(here, named, changing) * length / unit])

        def jacobian(s: float, y: np.ndarray) -> np.ndarray:
            inner = self.compiled(y[:size] * scale, self.compiled.values(at(s)))[1] * length * scale[None, :] / scale[:, None]
            return np.pad(inner, (0, added))

        stricter = (size / (size + added)) ** 0.5  # a mean over more states would loosen the tolerance of the others
        answer = solve_ivp(
            rate,
            (0.0, 1.0),
            np.concatenate([x / scale, np.zeros(added)]),
            "Radau",
            t_eval=self.grid,
            jac=jacobian,
            max_step=self.longest,
            rtol=max(self.rtol * stricter, 1e-12),
            atol=self.atol * stricter,
        )
        if answer.status != 0 or answer.y.shape[1] != self.grid.size:
            return Piece(np.zeros(0), np.zeros((x.size, 0)), "no step was small enough for the tolerance")
        y = answer.y[:size]
        failure = None if np.all(np.isfinite(y)) else "a state is not finite"
        return Piece(self.grid * length, y * scale[:, None], failure, sums=answer.y[size:] * unit if added else None)
