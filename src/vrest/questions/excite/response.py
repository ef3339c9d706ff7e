"""How a membrane answered a stimulus: its potential over time, its spikes and extremes; what else is seen of it only where that is asked for."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

RISE = 0.01
"""By how much a spike rises [V] by the cell's own current at least."""


@dataclass(frozen=True)
class Part:
    """A piece of a response: potential [V] over time [s] since the begin of the stimulus, and the reduced states (size, points); `moving`
    finds the rate of the potential [V/s] and the cell's own current into the electrode's compartment [A] at some."""

    t: np.ndarray
    V: np.ndarray
    states: np.ndarray = field(repr=False)
    moving: Callable[[np.ndarray], np.ndarray] = field(repr=False)

    def until(self, k: int) -> Part:
        """The first of it, up to a point."""
        return Part(self.t[: k + 1], self.V[: k + 1], self.states[:, : k + 1], self.moving)

    @property
    def z(self) -> np.ndarray:
        """The state at its end."""
        return self.states[:, -1]

    @functools.cached_property
    def moved(self) -> np.ndarray:
        """The rate of the potential and the own current, found once."""
        return self.moving(self.states)

    @property
    def inward(self) -> np.ndarray:
        """Whether the own current flows inward at each point."""
        return np.asarray(self.moved[1] > 0)

    @property
    def closes(self) -> bool:
        """Whether every rise that began earlier is over, and has come to its summit: the current is outward, then the potential falls."""
        outward = np.flatnonzero(~self.inward)
        return bool(outward.size and np.any(np.diff(self.V[outward[0] :]) < 0))


@dataclass(frozen=True)
class Response:
    """Pieces one after the other."""

    parts: tuple[Part, ...]

    @functools.cached_property
    def t(self) -> np.ndarray:
        """Times [s] since the begin of the stimulus."""
        return np.concatenate([one.t for one in self.parts])

    @functools.cached_property
    def V(self) -> np.ndarray:
        """The potential [V]."""
        return np.concatenate([one.V for one in self.parts])

    @functools.cached_property
    def states(self) -> np.ndarray:
        """The reduced states (size, points)."""
        return np.hstack([one.states for one in self.parts])

    @functools.cached_property
    def _begins(self) -> np.ndarray:
        """The first point of each piece."""
        return np.cumsum([0, *(one.t.size for one in self.parts[:-1])])

    def _rate(self, i: int) -> float:
        """The rate of the potential at a point [V/s]."""
        k = int(np.searchsorted(self._begins, i, "right")) - 1
        return float(self.parts[k].moved[0, i - self._begins[k]])

    def _inward(self, first: int) -> np.ndarray:
        """Whether the cell's own current flows inward at each point, as far as that matters to spikes from a piece on.

        Before the last piece there that ends all rises, and from the first outward current on in the end over which the potential moves by no
        more than `RISE`, it is not looked at and counts as outward.
        """
        while first > 0 and not self.parts[first - 1].closes:
            first -= 1
        tops, bottoms = np.array([(one.V.max(), one.V.min()) for one in reversed(self.parts)]).T
        quiet = np.maximum.accumulate(tops) - np.minimum.accumulate(bottoms) <= RISE
        begin, found, ended = len(self.parts) - int(quiet.sum()), list[np.ndarray](), False
        for k, one in enumerate(self.parts):
            unseen = ended or k < first - 1
            found.append(np.zeros(one.t.size, dtype=bool) if unseen else one.inward)
            ended = ended or (k >= max(begin, first - 1) and not found[-1].all())
        return np.concatenate(found)

    def spikes(self, level: float, since: float = -math.inf) -> np.ndarray:
        """Times [s] after a time at which the potential passes a level on its way to a peak, a part `RISE` of which at least it goes by the
        cell's own current: not by the stimulus alone."""
        high = (k for k, one in enumerate(self.parts) if one.t[-1] > since and one.V.max() > level - RISE)
        if (first := next(high, None)) is None:
            return np.zeros(0)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], self._inward(first).astype(int), [0]])))
        begins, ends = edges.reshape(-1, 2).T
        risen = self.V[ends - 1] - self.V[begins] > RISE
        rises: dict[int, int] = {}
        for i, j in zip(begins[risen], ends[risen], strict=True):
            rises.setdefault(self._summit(int(j) - 1), int(i))  # the stimulus may lift the potential from one rise on to the next
        times = np.array([self._passed(i, k, level) for k, i in rises.items() if self._top(k) > level])
        return times[times > since]

    def _summit(self, k: int) -> int:
        """The point up to which the potential goes on rising."""
        falls = np.flatnonzero(np.diff(self.V[k:]) < 0)
        return k + int(falls[0]) if falls.size else self.V.size - 1

    def _top(self, k: int) -> float:
        """The potential at a summit or, where it is higher, beside it."""
        beside = [self._between(i) for i in (k - 1, k) if 0 <= i < self.t.size - 1 and self.t[i] < self.t[i + 1]]
        return max([float(self.V[k]), *(V for found in beside for V, _ in found)])

    def _passed(self, i: int, k: int, level: float) -> float:
        """When the potential passes a level between two points; at the last one where it does so only beside that."""
        above = self.V[i : k + 1] > level
        at = i + int(np.argmax(above)) if above.any() else k
        if at == 0 or self.V[at - 1] > level or self.V[at] <= level:
            return float(self.t[at])
        low, high = self.V[at - 1] - level, self.V[at] - level
        return float(self.t[at - 1] - low * (self.t[at] - self.t[at - 1]) / (high - low))

    def extreme(self, way: int = 1, since: float = 0.0) -> tuple[float, float]:
        """The highest (1) or lowest (-1) potential and its time, between points too: cubics with the potential and its rate at both ends."""
        begun = self.t >= since
        k = int(np.argmax(np.where(begun, way * self.V, -np.inf)))
        found = [(float(self.V[k]), float(self.t[k]))]
        for i in (k - 1, k):
            if 0 <= i < self.t.size - 1 and self.t[i] < self.t[i + 1] and begun[i]:
                found += self._between(i)
        return max(found, key=lambda one: way * one[0])

    def _between(self, i: int) -> list[tuple[float, float]]:
        """Extremes of the cubic between two points."""
        h = float(self.t[i + 1] - self.t[i])
        a, b, u, v = float(self.V[i]), float(self.V[i + 1]), h * self._rate(i), h * self._rate(i + 1)
        c2, c3 = 3 * (b - a) - 2 * u - v, 2 * (a - b) + u + v
        places = [s for s in _roots(3 * c3, 2 * c2, u) if 0 < s < 1]
        return [(a + s * (u + s * (c2 + s * c3)), float(self.t[i]) + h * s) for s in places]

    @property
    def peak(self) -> float:
        """The highest potential [V]."""
        return self.extreme()[0]


def _roots(a: float, b: float, c: float) -> list[float]:
    """The real roots of a x^2 + b x + c, without a difference of numbers that are nearly equal."""
    q = b * b - 4 * a * c
    if q < 0:
        return []
    half = -0.5 * (b + math.copysign(math.sqrt(q), b))
    return [over / under for over, under in ((half, a), (c, half)) if under]
