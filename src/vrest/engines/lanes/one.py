"""The same pieces as `engines.integrator` by the kernel of lanes, for one cell: a linearly implicit method, compiled for the processor at hand."""

from __future__ import annotations

import copy
import functools
from collections.abc import Mapping, Sequence
from typing import Any

import casadi as ca
import numpy as np

from ...maths import lean
from ..graph import Graph, traced
from ..integrator import NEGATIVE, NOT_FINITE, TOO_COARSE, TOO_MANY, Piece, strayed
from ..ramps import STILL, Change, named
from ..settings import Settings, finely
from ..symbolic import Traced
from ..symbolic import named as symbols
from .points import GIVEN, UNKNOWN
from .stepping import ARRIVED, REACHED, STEPS, Rates, stepping


class One:
    """As `Cvodes`; what is summed up, and what is watched, are states of their own."""

    def __init__(
        self,
        rates: Traced,
        size: int,
        names: Sequence[str],
        ramped: Sequence[str] = (),
        settings: Settings | None = None,
    ) -> None:
        asked = settings or Settings()
        self.size, self.names, self.ramped = size, tuple(names), tuple(ramped)
        self.sums, self.grid, self.rtol, self.atol = asked.sums, asked.grid, asked.rtol, asked.atol
        self.longest, self.most = asked.longest or np.inf, float(asked.max_steps * self.grid.size)
        sums, watched, positive = asked.sums, asked.watched, asked.positive
        summed = 0 if sums is None else sums.count
        moving = 0 if watched is None else _outputs(watched, size, self.names)
        self.ends = (size, size + summed, size + summed + moving, size + summed + 2 * moving)

        def function(x: list[Any], w: list[Any]) -> list[Any]:
            numbers, changing = named(self.names, self.ramped, w, x[-1])
            numbers["time"], z = w[-1] + x[-1], x[:size]
            added = [] if sums is None else sums(ca.vertcat(*z), numbers, list(changing.values())).elements()
            ways = [] if watched is None else list(watched(z, numbers))
            limits = [] if positive is None else list(positive(z, numbers))
            return [*rates(z, numbers), *added, *ways, *(rate**2 for rate in ways), *limits]

        graph, states = Graph(), self.ends[-1]
        given = len(self.names) + len(STILL) * len(self.ramped) + 1
        with lean():
            nodes = traced(graph, function, {UNKNOWN: states + 1, GIVEN: given})
        least = functools.reduce(functools.partial(graph.bound, "min"), nodes[states:], graph.const(0.0))
        self.kernel = stepping(Rates(graph, nodes[:states], least, NEGATIVE, given, states), beside=1)

    def finer(self) -> One:
        """The same, by which a piece is seen at `FINER` times as many points."""
        return self.at(finely(self.grid))

    def at(self, grid: np.ndarray) -> One:
        """The same, by which a piece is seen at other parts of it."""
        other = copy.copy(self)
        other.grid = grid
        return other

    def run(
        self,
        x: np.ndarray,
        scale: np.ndarray,
        numbers: Mapping[str, float],
        begin: float,
        length: float,
        changes: Mapping[str, Change] | None = None,
        unit: float = 1.0,
    ) -> Piece:
        """Integrate for `length` [s] from the state x at time `begin` [s]; sums are counted in `unit`, so that they are of order one."""
        size, summed, watched, states = self.ends
        change = [part for name in self.ramped for part in (changes or {}).get(name, STILL)]
        scales = [*scale, *[unit] * (summed - size), *[np.inf] * (states - summed)]
        own = [0.0, length, self.rtol, self.atol, self.longest * length, self.most]
        start = [*x, *[0.0] * (states - size)]
        columns = [*(numbers[name] for name in self.names), *change, begin, *start, *scales, *own]
        (found, shown), times = self.kernel.at(columns, 1, self.grid * length), self.grid * length
        answered = found[states:, 0]
        if not answered[ARRIVED]:
            why = TOO_MANY if answered[STEPS] >= self.most else TOO_COARSE
            return Piece(np.zeros(0), np.zeros((size, 0)), why, float(answered[REACHED]) or None)
        y = shown[:, :, 0].T
        failure = None if np.all(np.isfinite(y)) else NOT_FINITE
        moved = y[summed:] * np.repeat([1.0, length], watched - summed)[:, None]
        hidden = strayed(self.grid, moved) if moved.size else None
        sums = None if self.sums is None else y[size:summed]
        return Piece(times, y[:size], failure, None, sums, hidden, moved if moved.size else None)


def _outputs(function: Traced, size: int, names: Sequence[str]) -> int:
    """How many outputs a function has."""
    x, (_, numbers) = ca.SX.sym("x", size), symbols(names)
    return len(function([x[k] for k in range(size)], numbers))
