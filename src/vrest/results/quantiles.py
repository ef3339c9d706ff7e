"""Quantiles of numbers that are read part by part, as all of them may be larger than memory; they are those of all numbers, to the digit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

Parts = Callable[[], Iterable[np.ndarray]]
"""What goes through all numbers once more, part by part."""
AT_ONCE = 1_000_000
"""Numbers that are sorted at once."""
BINS = 4096
"""Into how many pieces what is left of the numbers is cut each time they are gone through."""


@dataclass(frozen=True)
class _Sought:
    """The numbers at two places, the same or neighbours, of all numbers in order: they are not below `low` and are below `high`, as `inside`
    numbers are, and `below` ones are less than these."""

    first: int
    last: int
    low: float
    high: float
    below: int
    inside: int

    def is_left(self, at_once: int) -> bool:
        """Whether there are too many such numbers, and not one and the same."""
        return self.inside > at_once and self.high > np.nextafter(self.low, np.inf)

    def edges(self) -> np.ndarray:
        """What cuts the numbers between both ends into pieces: into as many floats each, so that ties and outliers need few turns."""
        low, high = _ordinal(self.low), _ordinal(self.high)
        return np.array([_float(low + (high - low) * k // BINS) for k in range(BINS + 1)])

    def between(self, edges: np.ndarray, below: np.ndarray) -> _Sought:
        """The same between two nearer edges, of which it is known how many numbers are below each."""
        i, j = int(np.searchsorted(below, self.first, side="right")) - 1, int(np.searchsorted(below, self.last, side="right"))
        return replace(self, low=edges[i], high=edges[j], below=int(below[i]), inside=int(below[j] - below[i]))

    def of(self, numbers: np.ndarray) -> tuple[float, float]:
        """Both numbers, of those that are left in order."""
        return float(numbers[self.first - self.below]), float(numbers[self.last - self.below])


def quantiles(parts: Parts, places: Sequence[float], at_once: int = AT_ONCE) -> np.ndarray:
    """The quantiles of all finite numbers as `np.quantile` has them; nan where there is none.

    Arguments:
        parts:   goes through the numbers; it is asked again for as long as more than `at_once` may be the ones that are sought
        places:  of the quantiles, from 0 to 1
    """
    count, low, high = 0, np.inf, -np.inf
    for part in _in_order(parts):
        count, low, high = count + part.size, min(low, part[0]), max(high, part[-1])
    if not count:
        return np.full(len(places), np.nan)
    at = [place * (count - 1) for place in places]
    sought = [_begun(x, count, low, high) for x in at]
    while any(one.is_left(at_once) for one in sought):
        edges = np.unique(np.concatenate([[low, np.nextafter(high, np.inf)], *(x.edges() for x in sought if x.is_left(at_once))]))
        below = np.zeros(edges.size, dtype=int)
        for part in _in_order(parts):
            below += np.searchsorted(part, edges)
        sought = [one.between(edges, below) if one.is_left(at_once) else one for one in sought]
    return np.array([_mixed(*pair, x % 1.0) for pair, x in zip(_found(parts, sought), at, strict=True)])


def _ordinal(x: float) -> int:
    """The place of a float among all of them."""
    bits = int(np.float64(x).view(np.int64))
    return bits if bits >= 0 else -(bits + 2**63)


def _float(place: int) -> float:
    """The float at a place."""
    return float(np.int64(place if place >= 0 else -place - 2**63).view(np.float64))


def _begun(x: float, count: int, low: float, high: float) -> _Sought:
    """What is sought at a place, which may lie between two numbers; the least and the most number are known."""
    first, last = int(x), int(np.ceil(x))
    if last == 0 or first == count - 1:
        return _Sought(0, 0, low if last == 0 else high, -np.inf, 0, 0)
    return _Sought(first, last, low, float(np.nextafter(high, np.inf)), 0, count)


def _in_order(parts: Parts) -> Iterator[np.ndarray]:
    """The finite numbers of each part in order."""
    for part in parts():
        finite = np.sort(part[np.isfinite(part)], axis=None)
        if finite.size:
            yield finite


def _found(parts: Parts, sought: Sequence[_Sought]) -> list[tuple[float, float]]:
    """The sought numbers, of those that are left."""
    left: list[list[np.ndarray]] = [[] for _ in sought]
    for part in _in_order(parts):
        for one, kept in zip(sought, left, strict=True):
            if one.high > np.nextafter(one.low, np.inf):
                begin, end = np.searchsorted(part, [one.low, one.high])
                kept.append(part[begin:end].copy())  # the part itself is let go
    return [one.of(np.sort(np.concatenate(kept))) if kept else (one.low, one.low) for one, kept in zip(sought, left, strict=True)]


def _mixed(a: float, b: float, part: float) -> float:
    """A part of the way from one number to the next, rounded as `np.quantile` rounds it."""
    return a + (b - a) * part if part < 0.5 else b - (b - a) * (1.0 - part)
