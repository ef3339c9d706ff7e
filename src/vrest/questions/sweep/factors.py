"""What the rows of a sweep are made of: factors whose combinations they are, and runs of rows whose numbers are made as they are asked for."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...engines.lanes import SideBySide
from ...units import put_in_si
from .axes import Axis, Prior
from .sampling import Draws

CELL = "cell"
Numbers = dict[str, np.ndarray]


@dataclass(frozen=True)
class Listed:
    """Values of one or several numbers that change together, along one dimension."""

    dim: str
    axes: tuple[Axis, ...]

    @property
    def size(self) -> int:
        return len(self.axes[0].values)

    def taken(self, places: np.ndarray) -> Numbers:
        """Values at some places, by path."""
        return {axis.path: axis.values[places] for axis in self.axes}

    def following(self, begin: int, end: int, stride: int) -> Numbers:
        """Values of the rows from `begin` to before `end`, where each stands for `stride` rows and the first follows on the last."""
        return {axis.path: _following(axis.values, begin, end, stride) for axis in self.axes}

    def within(self, begin: int, end: int) -> tuple[Listed, int]:
        """What knows the values of a run of rows, and from what row on."""
        return self, 0


@dataclass(frozen=True)
class Drawn:
    """Numbers drawn for each row of a sample."""

    axes: tuple[Prior, ...]
    draws: Draws
    dim: str = CELL

    @property
    def size(self) -> int:
        return self.draws.size

    def taken(self, places: np.ndarray) -> Numbers:
        """Values at some places, by path."""
        if not places.size:
            return {prior.path: np.empty(0) for prior in self.axes}
        begin = int(places.min())
        return {path: values[places - begin] for path, values in self._drawn(begin, int(places.max()) + 1).items()}

    def _drawn(self, begin: int, end: int) -> Numbers:
        parts = self.draws.parts(begin, end)
        return {prior.path: prior.at(parts[prior.path]) for prior in self.axes}

    def following(self, begin: int, end: int, stride: int) -> Numbers:
        """Values of the rows from `begin` to before `end`: a sample is the last factor, gone through again and again."""
        first, size = begin % self.size, end - begin
        if first + size <= self.size:
            return self._drawn(first, first + size)
        if size < self.size:
            parts = self._drawn(first, self.size), self._drawn(0, first + size - self.size)
            return {path: np.concatenate([values, parts[1][path]]) for path, values in parts[0].items()}
        return {path: _following(values, begin, end, stride) for path, values in self._drawn(0, self.size).items()}

    def within(self, begin: int, end: int) -> tuple[Listed | Drawn, int]:
        """What knows the values of a run of rows, and from what row on: what can be drawn anywhere is drawn where it is asked for."""
        if self.draws.anywhere:
            return self, 0
        if begin % self.size + end - begin > self.size:
            begin, end = 0, self.size
        return self.listed(self.following(begin, end, 1)), begin

    def listed(self, values: Mapping[str, np.ndarray]) -> Listed:
        """Values that were drawn, as they are."""
        return Listed(self.dim, tuple(Axis(prior.path, prior.unit, values[prior.path]) for prior in self.axes))


def _following(values: np.ndarray, begin: int, end: int, stride: int) -> np.ndarray:
    """Values of a run of rows, each for `stride` rows, the first after the last; not to be written to, as they may be the very same memory."""
    if end <= begin:
        return values[:0]
    if stride > 1:
        first, last = begin // stride, -(-end // stride)
        ends = np.clip(np.arange(first, last + 1) * stride, begin, end)
        return np.repeat(_following(values, first, last, 1), ends[1:] - ends[:-1])
    first, size = begin % values.size, end - begin
    if first + size <= values.size:
        return values[first : first + size]
    if size < values.size:
        return np.concatenate([values[first:], values[: first + size - values.size]])
    return np.tile(values, (first + size) // values.size + 1)[first : first + size]


class Run:
    """The rows from `begin` to before `end`. Their numbers are made where they are asked for, so that those of a few rows at a time need no
    more room than these.

    Arguments:
        factors: their combinations are all rows, the last one fastest
        per:     paths whose numbers are not made SI, as they are counted per something else than in the description
    """

    def __init__(self, factors: Sequence[Listed | Drawn], per: Mapping[str, str], begin: int, end: int) -> None:
        self.begin, self.end, self.size = begin, end, end - begin
        self.factors = [factor.within(begin, end) for factor in factors]
        self.shape, self.per = tuple(factor.size for factor in factors), per
        self.strides = [int(np.prod(self.shape[k + 1 :], dtype=int)) for k in range(len(factors))]

    @functools.cached_property
    def axes(self) -> dict[str, Axis | Prior]:
        return {axis.path: axis for factor, _ in self.factors for axis in factor.axes}

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(self.axes)

    def values(self, rows: slice | np.ndarray | None = None) -> Numbers:
        """{path: values in the unit of its axis} of some rows, counted from the run's first, or of all; not to be written to."""
        if isinstance(rows, np.ndarray):
            return self._scattered(rows)
        begin, end = (0, self.size) if rows is None else (rows.start, rows.stop)
        found: Numbers = {}
        for (factor, first), stride in zip(self.factors, self.strides, strict=True):
            found |= factor.following(self.begin + begin - first, self.begin + end - first, stride)
        return found

    def _scattered(self, rows: np.ndarray) -> Numbers:
        """The same of rows anywhere."""
        places = np.unravel_index(self.begin + rows, self.shape)
        found: Numbers = {}
        for (factor, first), at, size in zip(self.factors, places, self.shape, strict=True):
            found |= factor.taken(at - first % size)
        return found

    def columns(self, rows: slice | np.ndarray | None = None) -> Numbers:
        """The same in SI, side by side as kernels take them; where a number is counted per something else than in the description, in its
        unit."""
        values = self.values(rows)
        room = np.empty((len(values), next(iter(values.values())).size))
        for one, (path, axis) in zip(room, self.axes.items(), strict=True):
            if path in self.per:
                one[:] = values[path]
            else:
                put_in_si(values[path], axis.unit, one)
        return SideBySide(self.axes, room)


__all__ = ["CELL", "Drawn", "Listed", "Run"]
