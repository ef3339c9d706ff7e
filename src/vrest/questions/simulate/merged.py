"""Pieces of a time course put together, so that laws are evaluated once over thousands of pieces and not once for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Merged:
    """Pieces as one: places of its points in the whole course, times [s], states (size, points), numbers (arrays where they differ)."""

    places: np.ndarray
    time: np.ndarray
    x: np.ndarray
    numbers: dict[str, Any]


def merged(
    times: Sequence[np.ndarray], states: Sequence[np.ndarray], numbers: Sequence[Mapping[str, Any]]
) -> tuple[list[Merged], np.ndarray]:
    """Pieces in which the same numbers are zero as one each, and the order that brings their points, one after the other, into that of
    the course.

    What is zero decides whether some quantities exist at all (a Nernst potential): such pieces are not put together with others.
    """
    groups: dict[tuple[str, ...], list[int]] = {}
    for k, piece in enumerate(numbers):
        groups.setdefault(tuple(name for name, value in piece.items() if _has_zero(value)), []).append(k)
    begins = np.concatenate([[0], np.cumsum([time.size for time in times])])
    found = [
        _one([np.arange(begins[k], begins[k + 1]) for k in one], *_picked(one, times, states, numbers)) for one in groups.values()
    ]
    return found, np.argsort(np.concatenate([part.places for part in found]), kind="stable")


def _has_zero(value: Any) -> bool:
    return bool(np.any(value == 0)) if isinstance(value, np.ndarray) else bool(value == 0)


def _picked(places: list[int], *lists: Sequence[Any]) -> list[list[Any]]:
    return [[one[k] for k in places] for one in lists]


def _one(places: list[np.ndarray], times: list[np.ndarray], states: list[np.ndarray], numbers: list[Mapping[str, Any]]) -> Merged:
    sizes = [time.size for time in times]
    together = {name: _value([piece[name] for piece in numbers], sizes) for name in numbers[0] if all(name in p for p in numbers)}
    return Merged(np.concatenate(places), np.concatenate(times), np.concatenate(states, axis=1), together)


def _value(values: list[Any], sizes: list[int]) -> Any:
    """A number of several pieces: itself where it is one and the same, otherwise its value at every point."""
    first = values[0]
    if not isinstance(first, np.ndarray) and all(
        value is first or (not isinstance(value, np.ndarray) and value == first) for value in values
    ):
        return first
    return np.concatenate([np.broadcast_to(value, size) for value, size in zip(values, sizes, strict=True)])
