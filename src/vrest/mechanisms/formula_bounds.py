"""Formulas of intervals: between which bounds a formula's value lies while its names stay between theirs.

Intervals are pairs of arrays, so that many are looked at in one go. Bounds are never too narrow; where a name stands in several places
they may be too wide, and become right as the intervals become small (R. E. Moore, Interval Analysis, 1966). A condition is an interval
too: (1, 1) where it holds, (0, 0) where it does not, (0, 1) where both may be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import maths
from .formula_graph import PLAIN, Graph, Node
from .formula_limits import VALUES

if TYPE_CHECKING:
    from .formula_tables import Table

Interval = tuple[np.ndarray, np.ndarray]


class Bounds:
    """Arithmetic of intervals."""

    def number(self, value: float) -> Interval:
        return np.array(value), np.array(value)

    def negate(self, a: Interval) -> Interval:
        return -a[1], -a[0]

    def power(self, a: Interval, exponent: float) -> Interval:
        if exponent == 0:
            return self.number(1.0)
        if exponent < 0:
            return self._quotient(self.number(1.0), self.power(a, -exponent))
        low, high = (PLAIN.power(end, exponent) for end in a)
        if exponent % 2 or not exponent.is_integer():
            return _known(low, high)
        least = np.where((a[0] < 0) & (a[1] > 0), 0.0, np.minimum(low, high))
        return _known(least, np.maximum(low, high))

    def join(self, sign: str, a: Interval, b: Interval) -> Interval:
        if sign == "+":
            return _known(a[0] + b[0], a[1] + b[1])
        if sign == "-":
            return _known(a[0] - b[1], a[1] - b[0])
        if sign == "*":
            return _hull([_times(x, y) for x in a for y in b])
        if sign == "/":
            return self._quotient(a, b)
        if sign in ("and", "or"):
            both = np.minimum if sign == "and" else np.maximum
            return both(a[0], b[0]), both(a[1], b[1])
        return _compared(sign, a, b)

    def _quotient(self, a: Interval, b: Interval) -> Interval:
        low, high = _hull([_over(x, y) for x in a for y in b])
        across = (b[0] <= 0) & (b[1] >= 0)
        return np.where(across, -np.inf, low), np.where(across, np.inf, high)

    def call(self, name: str, values: Sequence[Interval]) -> Interval:
        if name in _RISING:
            (a,) = values
            return _known(*(PLAIN.call(name, [end]) for end in a))
        if name in ("min", "max"):
            a, b = values
            return tuple(PLAIN.call(name, [x, y]) for x, y in zip(a, b, strict=True))
        return _CALLS[name](*values)

    def table(self, table: Table, values: Sequence[Interval]) -> Interval:
        return _known(*table.bounds(values, PLAIN))

    def limit(self, graph: Graph, node: Node, values: Sequence[Interval], given: Mapping[str, Interval]) -> Interval:
        """A quotient whose parts may both be zero: by its values at the ends and in the middle, where bounds of the parts say nothing."""
        low, high = self._quotient(*values)
        ends = [graph.run(graph.add(*node[:2], *node.of), at, VALUES) for at in _corners(given)]
        near = np.min(ends, axis=0), np.max(ends, axis=0)
        unknown = ~(np.isfinite(low) & np.isfinite(high))
        return np.where(unknown, near[0], low), np.where(unknown, near[1], high)


_RISING = ("exp", "log", "log10", "sqrt", "tanh")


def _corners(given: Mapping[str, Interval]) -> list[dict[str, Any]]:
    middle = {name: 0.5 * (a + b) for name, (a, b) in given.items()}
    return [{name: one[0] for name, one in given.items()}, middle, {name: one[1] for name, one in given.items()}]


def _falling(a: Interval) -> Interval:
    return _known(maths.bernoulli(a[1]), maths.bernoulli(a[0]))


def _absolute(a: Interval) -> Interval:
    low, high = np.minimum(abs(a[0]), abs(a[1])), np.maximum(abs(a[0]), abs(a[1]))
    return np.where((a[0] <= 0) & (a[1] >= 0), 0.0, low), high


def _negation(a: Interval) -> Interval:
    return 1 - a[1], 1 - a[0]


def _power(a: Interval, b: Interval) -> Interval:
    return _hull([maths.power(x, y) for x in a for y in b])


def _where(condition: Interval, a: Interval, b: Interval) -> Interval:
    always, never = condition[0] > 0, condition[1] < 1
    low = np.where(always, a[0], np.where(never, b[0], np.minimum(a[0], b[0])))
    return low, np.where(always, a[1], np.where(never, b[1], np.maximum(a[1], b[1])))


_CALLS: dict[str, Callable[..., Interval]] = {
    "bernoulli": _falling,
    "abs": _absolute,
    "not": _negation,
    "pow": _power,
    "where": _where,
}


def _compared(sign: str, a: Interval, b: Interval) -> Interval:
    """A comparison: it holds for all where it holds for the worst ends, and for some where it does for the best."""
    worst, best = ((a[1], b[0]), (a[0], b[1])) if sign in ("<", "<=") else ((a[0], b[1]), (a[1], b[0]))
    always, sometimes = (np.asarray(PLAIN.join(sign, *ends), dtype=float) for ends in (worst, best))
    return always, sometimes


def _times(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A product of ends, in which zero takes away infinity."""
    return np.where((x == 0) | (y == 0), 0.0, x * y)


def _over(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.where(x == 0, 0.0, np.asarray(x) / np.asarray(y))


def _hull(ends: Sequence[np.ndarray]) -> Interval:
    every = np.broadcast_arrays(*ends)
    return _known(np.min(every, axis=0), np.max(every, axis=0))


def _known(low: np.ndarray, high: np.ndarray) -> Interval:
    """Bounds; where none is a number, all numbers."""
    return np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high)
