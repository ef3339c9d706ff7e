"""Spikes and rhythms of a time course: how often a membrane with gates fires, and whether a potential ends in a cycle that repeats itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ...results.simulation import Rhythm, Spikes
from ...results.words import duration
from ...units import to_unit

ABOVE = 0.0
LONGEST = 1.0
"""Potential [V] that a spike passes upward, and downward again within so many seconds: what stays above it longer is none."""
RISE = 0.01
"""By how much a spike rises [V] at least, from the lowest potential since the one before."""
CYCLES, ALIKE, LEAST = 3, 5e-3, 1e-3
"""Cycles at the end of a run that must be alike, in which part of their period and of their height, and the least height [V]."""


def spikes(time: np.ndarray, V: Mapping[str, np.ndarray]) -> dict[str, Spikes]:
    """The spikes of every membrane that has some: a way up by `RISE` at least, above 0 mV and back, that the cell takes by itself.

    A membrane without gates does not fire: between two cells, or two spaces, V lies at 0 mV and crosses it as the neighbours fire.

    Arguments:
        time: of the points [s]; a step of the protocol has two
        V:    by membrane with gates [V]
    """
    found = {name: _spikes(time, v) for name, v in V.items()}
    return {name: one for name, one in found.items() if one is not None}


def _spikes(time: np.ndarray, V: np.ndarray) -> Spikes | None:
    ways = [(a, b) for a, b, rise in _rises(time, V, _ways_above(*_crossings(time, V, ABOVE))) if rise >= RISE]
    if not ways:
        return None
    peaks = [_highest(time, V, a, b) for a, b in ways]
    begins = [a for a, _ in ways]
    last = None if len(ways) < 2 else 1.0 / (begins[-1] - begins[-2])
    return Spikes(len(ways), begins[0], begins[-1], max(peaks), last)


def _rises(time: np.ndarray, V: np.ndarray, ways: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float, float]]:
    """Ways above a level with how far the potential rose to the peak of each since it came back from the one before."""
    since = 0.0
    for a, b in ways:
        lowest = float(_between(time, V, since, a).min(initial=ABOVE))
        yield a, b, _highest(time, V, a, b) - lowest
        since = b


def _highest(time: np.ndarray, V: np.ndarray, begin: float, end: float) -> float:
    return float(_between(time, V, begin, end).max(initial=ABOVE))


def _between(time: np.ndarray, V: np.ndarray, begin: float, end: float) -> np.ndarray:
    return V[np.searchsorted(time, begin) : np.searchsorted(time, end, "right")]


def _ways_above(up: np.ndarray, down: np.ndarray) -> list[tuple[float, float]]:
    """Times between which a potential was above a level, where it came and went by itself: each upward crossing with the downward one
    that follows before the next upward one."""
    after = np.searchsorted(down, up)
    ends = [float(down[k]) if k < down.size else np.inf for k in after]
    nexts = np.append(up, np.inf)[1:]
    return [(float(a), b) for a, b, c in zip(up, ends, nexts, strict=True) if b <= min(c, a + LONGEST)]


def _crossings(time: np.ndarray, V: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Times at which a potential passes a level upward and downward; steps of the protocol do not count."""
    before, after, moving = V[:-1] < level, V[1:] < level, np.diff(time) > 0
    found = []
    for passed in (before & ~after & moving, ~before & after & moving):
        k = np.flatnonzero(passed)
        found.append(time[k] + (level - V[k]) / (V[k + 1] - V[k]) * (time[k + 1] - time[k]))
    return found[0], found[1]


def rhythms(time: np.ndarray, V: Mapping[str, np.ndarray], disturbed: Sequence[float]) -> dict[str, Rhythm]:
    """The cycle in which each potential that repeats itself ends.

    Arguments:
        disturbed: times [s] of what the protocol does
    """
    since = max([t for t in disturbed if t < time[-1]], default=0.0)
    late = time >= since
    found = {name: _rhythm(time[late], v[late]) for name, v in V.items()}
    return {name: one for name, one in found.items() if one is not None}


def _rhythm(time: np.ndarray, V: np.ndarray) -> Rhythm | None:
    half = V[time >= 0.5 * (time[0] + time[-1])]
    up, _ = _crossings(time, V, 0.5 * float(half.max() + half.min()))
    if up.size < CYCLES + 1 or half.max() - half.min() < LEAST:
        return None
    begins = up[-CYCLES - 1 :]
    cycles = [V[(time >= a) & (time <= b)] for a, b in zip(begins, begins[1:], strict=False)]
    lows, highs, periods = np.array([one.min() for one in cycles]), np.array([one.max() for one in cycles]), np.diff(begins)
    height = float((highs - lows).mean())
    alike = max(np.ptp(lows) / height, np.ptp(highs) / height, np.ptp(periods) / periods.mean()) < ALIKE
    quiet = time[-1] - begins[-1] < 2 * periods.mean()
    return Rhythm(float(periods.mean()), float(lows.min()), float(highs.max())) if alike and quiet else None


def in_words(spikes: Mapping[str, Spikes], rhythm: Mapping[str, Rhythm]) -> list[str]:
    """A sentence for the spikes and the cycle of every membrane."""
    several = len({*spikes, *rhythm}) > 1
    said = [f"{_count(one)}{_of(name, several)}{_when(one)}, to {_mV(one.highest)} at most." for name, one in spikes.items()]
    return said + [
        f"V{_of(name, several)} ends in a cycle of {duration(one.period)} ({one.rate:.4g} per second) between {_mV(one.lowest)} and "
        f"{_mV(one.highest)}."
        for name, one in rhythm.items()
    ]


def _of(name: str, several: bool) -> str:
    return f" of '{name}'" if several else ""


def _count(one: Spikes) -> str:
    return "One spike passes 0 mV" if one.count == 1 else f"{one.count} spikes pass 0 mV"


def _when(one: Spikes) -> str:
    return f" at {duration(one.first)}" if one.count == 1 else f" between {duration(one.first)} and {duration(one.last)}"


def _mV(V: float) -> str:
    return f"{to_unit(V, 'mV'):+.2f} mV"
