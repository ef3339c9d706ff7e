"""The points of a time course: kept piece by piece, put together so that laws are evaluated once over thousands of pieces."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...system.clamps import Dynamics, Motion


@dataclass(frozen=True)
class Points:
    """Points of a run that follow the same rates.

    Attributes:
        time:    s
        z:       reduced states (size, points)
        numbers: that held; arrays where they differ from point to point
    """

    dynamics: Dynamics
    time: np.ndarray
    z: np.ndarray
    numbers: Mapping[str, Any]


@dataclass(frozen=True)
class Moving:
    """What moves at points: times [s], the full state, row by row, and the numbers that held."""

    time: np.ndarray
    x: list[Any]
    numbers: Mapping[str, Any]
    motion: Motion


def moving(points: Points) -> Moving:
    """Everything that moves at points of one kind."""
    x = points.dynamics.full(list(points.z), points.numbers)
    with np.errstate(all="ignore"):
        return Moving(points.time, x, points.numbers, points.dynamics.motion(x, points.numbers))


def together(pieces: Sequence[Points], kind: Callable[[Points], Hashable]) -> tuple[list[Points], np.ndarray]:
    """Pieces of one kind as one each, and the order that brings their points, one after the other, into that of the course."""
    groups: dict[Hashable, list[int]] = {}
    for k, piece in enumerate(pieces):
        groups.setdefault(kind(piece), []).append(k)
    ends = np.cumsum([piece.time.size for piece in pieces])
    places = [np.arange(ends[k] - pieces[k].time.size, ends[k]) for group in groups.values() for k in group]
    return [_one([pieces[k] for k in group]) for group in groups.values()], np.argsort(np.concatenate(places), kind="stable")


def rates_of(piece: Points) -> Hashable:
    """What a piece follows."""
    return id(piece.dynamics)


def _one(pieces: list[Points]) -> Points:
    first, sizes = pieces[0], [piece.time.size for piece in pieces]
    if len(pieces) == 1:
        return first
    shared = set(first.numbers).intersection(*(piece.numbers for piece in pieces))
    numbers = {name: _value([piece.numbers[name] for piece in pieces], sizes) for name in first.numbers if name in shared}
    z = np.concatenate([piece.z for piece in pieces], axis=1)
    return Points(first.dynamics, np.concatenate([piece.time for piece in pieces]), z, numbers)


def _value(values: list[Any], sizes: list[int]) -> Any:
    """A number of several pieces: itself where it is one and the same, otherwise its value at every point."""
    if np.ndarray in set(map(type, values)):
        return np.concatenate([np.broadcast_to(value, size) for value, size in zip(values, sizes, strict=True)])
    return values[0] if values.count(values[0]) == len(values) else np.repeat(values, sizes)


def joined(parts: Sequence[Any], order: np.ndarray | slice) -> Any:
    """Arrays over the points of each kind, in mappings alike, in the order of the course; what one kind lacks, the course lacks."""
    if isinstance(parts[0], dict):
        keys = [key for key in parts[0] if all(key in part for part in parts)]
        return {key: joined([part[key] for part in parts], order) for key in keys}
    return parts[0] if len(parts) == 1 else np.concatenate(parts)[order]


def full(value: Any, shape: tuple[int, ...]) -> np.ndarray:
    """A value at every point; nan where it is not known or infinite."""
    if value is None:
        return np.full(shape, np.nan)
    found = np.broadcast_to(np.asarray(value, dtype=float), shape)
    return np.where(np.isfinite(found), found, np.nan)
