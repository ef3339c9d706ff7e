"""A function of unknowns and named numbers, traced once into a CasADi graph with its exact Jacobian; and called through buffers where
a loop needs it thousands of times."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import casadi as ca
import numpy as np

Numbers = Mapping[str, float]
BLOCK = 64
"""Points that are evaluated in one call where there are many."""


class Compiled:
    """`function(x, numbers)` -> list of outputs, compiled with its Jacobian in x; `numbers` may change from call to call.

    Arguments:
        function: takes a list of unknowns and a mapping of numbers, answers a list; called once, with symbols
        unknowns: how many unknowns
        names:    the numbers it may use
    """

    def __init__(
        self, function: Callable[[Sequence[Any], Mapping[str, Any]], Sequence[Any]], unknowns: int, names: Sequence[str]
    ) -> None:
        self.names = tuple(names)
        x, (p, numbers) = ca.SX.sym("x", unknowns), _numbers(self.names)
        y = ca.vertcat(*[ca.SX(output) for output in function([x[k] for k in range(unknowns)], numbers)])
        self.outputs = y.numel()
        self._function = ca.Function("f", [x, p], [y, ca.jacobian(y, x)])
        self._maps: dict[int, Any] = {}

    def values(self, numbers: Numbers) -> np.ndarray:
        """The numbers as the vector that the compiled function takes."""
        return np.array([numbers[name] for name in self.names])

    def __call__(self, x: Any, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Outputs (m,) and Jacobian (m, n) at one point."""
        y, jacobian = self._function(x, p)
        return np.asarray(y).ravel(), np.asarray(jacobian)

    def mapped(self, count: int) -> Any:
        """The function of many points at once, which are columns."""
        if count not in self._maps:
            self._maps[count] = self._function.map("g", "serial", count, [1], [])
        return self._maps[count]

    def on_grid(self, x: np.ndarray, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Outputs and derivatives (m, N) of a function of one unknown at N points."""
        count = x.size
        y, slope = self.mapped(count)(x.reshape(1, -1), p)
        return np.asarray(y).reshape(self.outputs, count), np.asarray(slope).reshape(self.outputs, count)


class _Buffers:
    """Arguments and results of a function in arrays that CasADi keeps a hold of: for each point a row of x, of y and of the derivatives
    that are not zero for all x."""

    def __init__(self, function: Any, points: int, unknowns: int, names: int, outputs: int, derivatives: int) -> None:
        self.x, self.p = np.zeros((points, unknowns)), np.zeros(names)
        self.y, self.slopes = np.zeros((points, outputs)), np.zeros((points, derivatives))
        self._buffer, self.evaluate = function.buffer()
        buffer: Any = self._buffer
        for k, (given, found) in enumerate(((self.x, self.y), (self.p, self.slopes))):
            buffer.set_arg(k, given.ravel().data)
            buffer.set_res(k, found.ravel().data)


class Buffered(Compiled):
    """As `Compiled`, ten times faster per call."""

    def __init__(
        self, function: Callable[[Sequence[Any], Mapping[str, Any]], Sequence[Any]], unknowns: int, names: Sequence[str]
    ) -> None:
        super().__init__(function, unknowns, names)
        self._rows, self._columns = (np.array(k, dtype=int) for k in self._function.sparsity_out(1).get_triplet())
        self._places, self._shape = self._rows * unknowns + self._columns, (self.outputs, unknowns)
        self._sizes = unknowns, len(self.names), self.outputs, self._rows.size
        self._one = _Buffers(self._function, 1, *self._sizes)

    @functools.cached_property
    def _many(self) -> _Buffers:
        return _Buffers(self.mapped(BLOCK), BLOCK, *self._sizes)

    def __call__(self, x: Any, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Outputs (m,) and Jacobian (m, n) at one point."""
        one = self._one
        one.x[0], one.p[:] = x, p
        one.evaluate()
        J = np.zeros(self._shape)
        J.ravel()[self._places] = one.slopes[0]
        return one.y[0].copy(), J

    def at_each(self, points: np.ndarray, p: np.ndarray, rows: Sequence[int] | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Outputs (N, m) and Jacobians (N, m, n) at many points (N, n), of all outputs or of some."""
        chosen = np.arange(self.outputs) if rows is None else np.array(rows)
        row, place = np.nonzero(chosen[:, None] == self._rows)
        many, count = self._many, len(points)
        many.p[:] = p
        y, J = np.empty((count, chosen.size)), np.zeros((count, chosen.size, points.shape[1]))
        for k in range(0, count, BLOCK):
            part, size = slice(k, k + BLOCK), min(BLOCK, count - k)
            many.x[:size] = points[part]
            many.evaluate()
            y[part] = many.y[:size, chosen]
            J[part, row, self._columns[place]] = many.slopes[:size, place]
        return y, J

    def on_grid(self, x: np.ndarray, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Outputs and derivatives (m, N) of a function of one unknown at N points."""
        y, J = self.at_each(x[:, None], p)
        return y.T, J[:, :, 0].T


@functools.lru_cache(maxsize=8)
def _numbers(names: tuple[str, ...]) -> tuple[Any, Mapping[str, Any]]:
    """A vector of symbols and its elements by name, the same for all functions of these numbers."""
    p = ca.SX.sym("p", len(names))
    return p, MappingProxyType({name: p[k] for k, name in enumerate(names)})


def symbols(names: Iterable[str]) -> dict[str, Any]:
    """A symbol for each name."""
    return {name: ca.SX.sym(name) for name in names}


def vanishes(value: Any) -> bool:
    """Whether an expression is zero for all values of its symbols, as far as that is seen without trying any."""
    return bool(value.is_zero()) if hasattr(value, "is_zero") else value == 0


class Sums:
    """Rates of what is summed up along a run, traced once: `rates(x, numbers)`, and last the rate at which the changing numbers alone
    change `level(x, numbers)`, exactly.

    Arguments:
        rates:  takes a list of states and a mapping of numbers, answers a list
        level:  answers one number
        size:   number of states
        names:  the numbers, `time` among them
        ramped: those of them that change linearly
    """

    def __init__(
        self,
        rates: Callable[[Sequence[Any], Mapping[str, Any]], Sequence[Any]],
        level: Callable[[Sequence[Any], Mapping[str, Any]], Any],
        size: int,
        names: Sequence[str],
        ramped: Sequence[str],
    ) -> None:
        self.names, self.ramped = tuple(dict.fromkeys([*names, "time"])), tuple(ramped)
        x, (p, numbers), s = ca.SX.sym("x", size), _numbers(self.names), ca.SX.sym("s", len(ramped))
        states = [x[k] for k in range(size)]
        outputs = [ca.SX(rate) for rate in rates(states, numbers)]
        driven = ca.SX(0)
        if ramped:
            changing = ca.vertcat(*[numbers[name] for name in ramped])
            driven = ca.mtimes(ca.jacobian(ca.SX(level(states, numbers)), changing), s)
        self.count = len(outputs) + 1
        self._function = ca.Function("sums", [x, p, s], [ca.vertcat(*outputs, driven)])

    def __call__(self, x: Any, numbers: Mapping[str, Any], slopes: Sequence[Any]) -> Any:
        """The rates at a state (a column), numbers and slopes of the ramped ones, numbers or symbols."""
        p = [numbers[name] for name in self.names]
        return self._function(x, _column(p), _column(slopes))


def _column(values: Sequence[Any]) -> Any:
    return ca.vertcat(*values) if len(values) else ca.DM.zeros(0, 1)
