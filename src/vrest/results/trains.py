"""Steps of a protocol that repeat: told once, with how often and how far apart, and the last time."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from .words import duration

LONGEST, FEWEST = 6, 4
"""Steps of one repeat at most, and repeats from which on they are told together."""
ALIKE = 1e-6
"""Part of a period by which times may differ."""


@dataclass(frozen=True)
class Train:
    """Steps that repeat.

    Attributes:
        first:  place of its first step
        size:   how many steps each repeat has
        count:  how often they are done
        period: s
    """

    first: int
    size: int
    count: int
    period: float

    @property
    def folded(self) -> range:
        """Places of the steps of all repeats but the first and the last."""
        return range(self.first + self.size, self.first + (self.count - 1) * self.size)

    @property
    def words(self) -> str:
        """What is said in place of those repeats."""
        return f"the same {self.count - 2} times more, every {duration(self.period)}"


def trains(times: Sequence[float], what: Sequence[Hashable]) -> list[Train]:
    """The trains among steps, by their times [s] and what is done, one after the other.

    >>> [one.words for one in trains([0.0, 0.5, 2.0, 2.5, 4.0, 4.5, 6.0, 6.5, 9.0], ["on", "off"] * 4 + ["on"])]
    ['the same 2 times more, every 2 s']
    """
    return list(_trains(times, what))


def _trains(times: Sequence[float], what: Sequence[Hashable]) -> Iterator[Train]:
    place = 0
    while place < len(times):
        found = [
            Train(place, size, _count(times, what, place, size), _period(times, place, size)) for size in range(1, LONGEST + 1)
        ]
        best = max(found, key=lambda one: one.size * one.count if one.count >= FEWEST else 0)
        if best.count >= FEWEST:
            yield best
            place += best.size * best.count
        else:
            place += 1


def _period(times: Sequence[float], first: int, size: int) -> float:
    return times[first + size] - times[first] if first + size < len(times) else 0.0


def _count(times: Sequence[float], what: Sequence[Hashable], first: int, size: int) -> int:
    """How often the steps from a place on follow each other at one distance in time."""
    period, place = _period(times, first, size), first + size
    while place < len(times) and _follows(times, what, place, size, period):
        place += 1
    return (place - first) // size


def _follows(times: Sequence[float], what: Sequence[Hashable], place: int, size: int, period: float) -> bool:
    """Whether a step is the one that stands so many steps before it, a period later."""
    return what[place] == what[place - size] and abs(times[place] - times[place - size] - period) <= ALIKE * period
