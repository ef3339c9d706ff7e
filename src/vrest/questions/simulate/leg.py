"""One integration of a time course: where it begins, what it follows, and whether what came back can be used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...engines.integrator import Piece
from ...engines.ramps import Change
from ...system.clamps import Dynamics
from .intervals import Interval
from .points import Points, full

ARRIVED = 1e-12
"""Part of a time within which it is the same."""


@dataclass(frozen=True)
class Leg:
    """An integration about to begin: the integrator, what it follows, the reduced state, its scale and the numbers at `begin` [s].

    `unit` is the size [J] of the energies that are summed up along the way; `plain` makes the integrator that does not sum them
    up. `ahead`: some formula of the time changes later on.
    """

    integrator: Any
    dynamics: Dynamics
    stretch: Interval
    z: np.ndarray
    scale: np.ndarray
    numbers: Mapping[str, float]
    begin: float
    unit: float = 1.0
    plain: Callable[[], Any] | None = None
    ahead: bool = False

    def to(self, length: float) -> Piece:
        """The piece of this length [s]; it says so where it cannot be used."""
        piece = self.integrator.run(self.z, self.scale, self.numbers, self.begin, length, self.stretch.changes, self.unit)
        return piece if piece.failure is not None else _positive(self.dynamics, piece, self.numbers, self.stretch.changes)

    def times(self, piece: Piece) -> np.ndarray:
        """The times of a piece's points; one that reaches the end of the stretch ends there to the digit."""
        time = self.begin + piece.times
        end = self.stretch.end
        return np.where(np.abs(time - end) <= ARRIVED * end, end, time)

    def nothing(self) -> Piece:
        """A piece without points."""
        sums = None if self.integrator.sums is None else np.zeros((self.integrator.sums.count, 0))
        return Piece(np.zeros(0), np.zeros((self.z.size, 0)), sums=sums)

    def later(self, elapsed: Any) -> dict[str, Any]:
        """The numbers that hold some time [s] after the begin, or at many times."""
        changed = {name: ramp.later(self.numbers[name], elapsed) for name, ramp in self.stretch.changes.items()}
        return {**self.numbers, **changed, "time": self.numbers["time"] + elapsed}

    def at(self, points: Points, k: int) -> Leg:
        """The integration that would begin at one of its points."""
        elapsed = float(points.time[k]) - self.begin
        return replace(self, z=points.z[:, k], numbers=self.later(elapsed), begin=float(points.time[k]))

    def longest(self, stopped: float | None, length: float) -> Piece | None:
        """The longest piece that can be integrated: from where the integrator gave up, to the six digits it tells; or by bisection."""
        for less in (1e-6, 1e-5, 1e-4):
            if stopped is not None and stopped > 0:
                piece = self.to(stopped * (1 - less))
                if piece.failure is None:
                    return piece
        low, high, found = 0.0, length, None
        for _ in range(60):
            middle = 0.5 * (low + high)
            piece = self.to(middle)
            if piece.failure is None:
                low, found = middle, piece
            else:
                high = middle
            if high - low <= 1e-6 * high:
                break
        return found


def with_start(piece: Piece, z: np.ndarray) -> Piece:
    """The piece with the state at its begin as its first point."""
    sums = None if piece.sums is None else np.column_stack([np.zeros(len(piece.sums)), piece.sums])
    hidden = None if piece.hidden is None else np.concatenate([[0.0], piece.hidden])
    return Piece(np.concatenate([[0.0], piece.times]), np.column_stack([z, piece.states]), sums=sums, hidden=hidden)


def _positive(dynamics: Dynamics, piece: Piece, numbers: Mapping[str, float], changes: Mapping[str, Change]) -> Piece:
    """The piece, failed where an amount or volume is not positive or a number not finite."""
    varying = {name: ramp.later(numbers[name], piece.times) for name, ramp in changes.items()}
    now = {**numbers, **varying}
    held = dynamics.whole.contents(dynamics.full(piece.states, now), now)
    x = np.array([full(one, piece.times.shape) for one in held])
    if not np.all(np.isfinite(x)):
        return Piece(piece.times, piece.states, "a state is not finite")
    least = np.where(x[:, 0] > 0, 0.0, -1e-9 * np.abs(x).max(axis=1))
    if np.any(dynamics.states.positive & (x.min(axis=1) < least)):
        return Piece(piece.times, piece.states, "an amount or volume became negative")
    return piece
