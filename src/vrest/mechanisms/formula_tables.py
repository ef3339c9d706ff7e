"""Tables that formulas name: one or two axes, between whose points a cubic runs that rises and falls where the table does.

Along an axis the slopes are those of Fritsch and Butland (1984), within the bounds of Fritsch and Carlson (1980), so that nothing rises or
falls between two points of the table more than these do. With two axes it is the tensor product: the slopes across are interpolated along
the first axis as the values are. First derivatives are continuous, and exact for every kind of number.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from .. import maths
from ..units import DIMENSIONLESS, Dimension, format_quantity, unit_text

Row = tuple[float, ...]
CLOSE = 1e-3
"""Part of a table's range within which an end counts as reached."""


class Algebra(Protocol):
    """What numbers are where a table is read off: plain ones, or power series."""

    def number(self, value: float) -> Any: ...
    def join(self, sign: str, a: Any, b: Any) -> Any: ...
    def call(self, name: str, values: Sequence[Any]) -> Any: ...


@dataclass(frozen=True)
class Table:
    """A table over one or two axes [SI]. `values` has a row for each point of the first axis; with one axis a row is a single value.

    Beyond its range it `holds` the value at its edge, or has none.
    """

    name: str
    axes: tuple[Row, ...]
    values: tuple[Row, ...]
    of: tuple[str, ...]
    dimensions: tuple[Dimension, ...]
    dimension: Dimension
    holds: bool

    def taking(self, dimensions: Sequence[Dimension | None]) -> Table:
        """What is read off at arguments of these dimensions: itself, whatever they are. What is like a table may depend on them."""
        return self

    def value(self, args: Sequence[Any], leads: Sequence[Any], algebra: Algebra) -> Any:
        """The value at arguments of an algebra, of which `leads` are the plain numbers."""
        inside = [self._held(lead, axis) for lead, axis in zip(leads, self.axes, strict=True)]
        if not self.holds and (seen := _READINGS.get()) is not None:
            seen.append(Reading(self, tuple(map(float, leads))))
        if self.holds:
            return self._at([self._kept(arg, axis, algebra) for arg, axis in zip(args, self.axes, strict=True)], inside, algebra)
        found = self._at(args, inside, algebra)
        within = functools.reduce(maths.both, (_is_within(lead, axis) for lead, axis in zip(leads, self.axes, strict=True)))
        return algebra.call("where", [algebra.number(within), found, algebra.number(math.nan)])

    def _held(self, lead: Any, axis: Row) -> Any:
        return maths.maximum(maths.minimum(lead, axis[-1]), axis[0])

    def _kept(self, arg: Any, axis: Row, algebra: Algebra) -> Any:
        return algebra.call("max", [algebra.call("min", [arg, algebra.number(axis[-1])]), algebra.number(axis[0])])

    def _at(self, args: Sequence[Any], leads: Sequence[Any], algebra: Algebra) -> Any:
        columns = list(zip(*self.values, strict=True))
        pieces = [
            maths.cubic(leads[0], self.axes[0], column, slopes) for column, slopes in zip(columns, self._along, strict=True)
        ]
        if len(self.axes) == 1:
            ((left, c),) = pieces
            return _polynomial([algebra.number(one) for one in c], _less(args[0], left, algebra), algebra)
        across = [maths.cubic(leads[0], self.axes[0], column, s) for column, s in zip(*self._across, strict=True)]
        left = pieces[0][0]
        rows = [
            maths.cubic(leads[1], self.axes[1], [c[k] for _, c in pieces], [c[k] for _, c in across])
            for k in range(len(pieces[0][1]))
        ]
        u = _less(args[1], rows[0][0], algebra)
        inner = [_polynomial([algebra.number(one) for one in c], u, algebra) for _, c in rows]
        return _polynomial(inner, _less(args[0], left, algebra), algebra)

    @functools.cached_property
    def _along(self) -> list[Row]:
        """Slopes along the first axis, column by column."""
        return [maths.monotone_slopes(self.axes[0], column) for column in zip(*self.values, strict=True)]

    @functools.cached_property
    def _across(self) -> tuple[list[Row], list[Row]]:
        """Slopes along the second axis, column by column, and how these change along the first one."""
        columns = list(zip(*(maths.monotone_slopes(self.axes[1], row) for row in self.values), strict=True))
        return columns, [maths.monotone_slopes(self.axes[0], column) for column in columns]

    def said(self, axis: int, x: float) -> str:
        """A value along an axis with the unit that its kind of quantity is written in."""
        dimension = self.dimensions[axis]
        if dimension == DIMENSIONLESS or dimension.example is None:
            return f"{x:.6g} {'' if dimension == DIMENSIONLESS else dimension.symbol}".rstrip()
        return format_quantity(x, unit_text(dimension.example), 6)

    # -- bounds -------------------------------------------------------------------------------------------------------

    def bounds(self, args: Sequence[tuple[Any, Any]], algebra: Algebra) -> tuple[Any, Any]:
        """Between which numbers the value lies while the arguments lie between theirs: that of their middle, and the steepest slopes."""
        middle = [0.5 * (low + high) for low, high in args]
        wide = sum(steep * 0.5 * (high - low) for steep, (low, high) in zip(self._steepest, args, strict=True))
        value = self.value(middle, middle, algebra)
        return value - wide, value + wide

    @functools.cached_property
    def _steepest(self) -> list[float]:
        """The largest slope along each axis: at most that of the control points of a cell's cubics."""
        net = self._control_points()
        found = []
        for k, axis in enumerate(self.axes):
            widths = np.repeat(np.diff(axis), 3) / 3
            shape = [1] * net.ndim
            shape[k] = widths.size
            found.append(float(np.max(np.abs(np.diff(net, axis=k)) / widths.reshape(shape))))
        return found

    def _control_points(self) -> np.ndarray:
        """Points of Bezier of all cells, three to each step of an axis, so that the surface lies within their hull."""
        net = np.array(
            [self._line(0, column, slopes) for column, slopes in zip(zip(*self.values, strict=True), self._along, strict=True)]
        ).T
        if len(self.axes) == 1:
            return net[:, 0]
        slopes = np.array([self._line(0, column, s) for column, s in zip(*self._across, strict=True)]).T
        return np.array([self._line(1, row, slope) for row, slope in zip(net, slopes, strict=True)])

    def _line(self, k: int, values: Sequence[float], slopes: Sequence[float]) -> list[float]:
        points = [float(values[0])]
        for (x, a, p), (y, b, q) in itertools.pairwise(zip(self.axes[k], values, slopes, strict=True)):
            points += [a + p * (y - x) / 3, b - q * (y - x) / 3, b]
        return points


@dataclass(frozen=True)
class Reading:
    """Where a table that has no value beyond its ends was read off."""

    table: Table
    at: Row

    @property
    def room(self) -> list[float]:
        """How far it is to the nearest end along each axis, as a part of the axis; negative beyond it."""
        return [min(x - axis[0], axis[-1] - x) / (axis[-1] - axis[0]) for x, axis in zip(self.at, self.table.axes, strict=True)]

    @property
    def words(self) -> str:
        """Where the table ends, and what comes there."""
        k, table = int(np.argmin(self.room)), self.table
        low, high, x = (table.said(k, value) for value in (table.axes[k][0], table.axes[k][-1], self.at[k]))
        return f"has values for {table.of[k]} from {low} to {high}, and {table.of[k]} comes to {x}"


_READINGS: ContextVar[list[Reading] | None] = ContextVar("readings", default=None)


@contextmanager
def readings() -> Iterator[list[Reading]]:
    """Where tables that have no value beyond their ends are read off while this lasts; of plain numbers alone."""
    found: list[Reading] = []
    token = _READINGS.set(found)
    try:
        yield found
    finally:
        _READINGS.reset(token)


def ended(seen: Sequence[Reading]) -> Reading | None:
    """The reading that is farthest beyond an end of its table, or next to one; None where none is."""
    nearest = min(seen, key=lambda one: min(one.room), default=None)
    return nearest if nearest is not None and not min(nearest.room) > CLOSE else None


def _is_within(lead: Any, axis: Row) -> Any:
    return maths.both(lead >= axis[0], lead <= axis[-1])


def _less(arg: Any, left: Any, algebra: Algebra) -> Any:
    return algebra.join("-", arg, algebra.number(left))


def _polynomial(coefficients: Sequence[Any], x: Any, algebra: Algebra) -> Any:
    """By Horner's rule, in an algebra."""
    total = coefficients[-1]
    for c in coefficients[-2::-1]:
        total = algebra.join("+", algebra.join("*", total, x), c)
    return total
