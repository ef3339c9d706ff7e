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
Traced = Callable[[Sequence[Any], Mapping[str, Any]], Sequence[Any]]
"""A function of unknowns and named numbers."""


class Compiled:
    """`function(x, numbers)` -> list of outputs, compiled with its Jacobian in x; `numbers` may change from call to call.

    Arguments:
        function: takes a list of unknowns and a mapping of numbers, answers a list; called once, with symbols
        unknowns: how many unknowns
        names:    the numbers it may use
    """

    def __init__(self, function: Traced, unknowns: int, names: Sequence[str]) -> None:
        self.names = tuple(names)
        x, (p, numbers) = ca.SX.sym("x", unknowns), named(self.names)
        y = ca.cse(ca.vertcat(*[ca.SX(output) for output in function([x[k] for k in range(unknowns)], numbers)]))
        self.outputs = y.numel()
        self._function = ca.Function("f", [x, p], [y, ca.jacobian(y, x)])

    def traced(self, x: Any, p: Any) -> tuple[Any, Any]:
        """Outputs and Jacobian at symbols, to be part of another function."""
        return self._function(x, p)

    def values(self, numbers: Numbers) -> np.ndarray:
        """The numbers as the vector that the compiled function takes."""
        return np.array([numbers[name] for name in self.names])

    def __call__(self, x: Any, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Outputs (m,) and Jacobian (m, n) at one point."""
        y, jacobian = self._function(x, p)
        return np.asarray(y).ravel(), np.asarray(jacobian)


class Buffers:
    """Arguments and results of a function, one column after the other, in arrays that CasADi keeps a hold of; `evaluate` calls it."""

    def __init__(self, function: Any) -> None:
        self._buffer, self.evaluate = function.buffer()
        self.arguments = [np.zeros(function.nnz_in(k)) for k in range(function.n_in())]
        self.results = [np.zeros(function.nnz_out(k)) for k in range(function.n_out())]
        for arrays, hand_over in ((self.arguments, self._buffer.set_arg), (self.results, self._buffer.set_res)):
            for k, values in enumerate(arrays):
                if values.size:
                    hand_over(k, values.data)


class Buffered(Compiled):
    """As `Compiled`, ten times faster per call, and for many points at once."""

    def __init__(self, function: Traced, unknowns: int, names: Sequence[str]) -> None:
        super().__init__(function, unknowns, names)
        self._rows, self._columns = (np.array(k, dtype=int) for k in self._function.sparsity_out(1).get_triplet())
        self._places, self._shape = self._rows * unknowns + self._columns, (self.outputs, unknowns)
        self._one = Buffers(self._function)

    @functools.cached_property
    def _block(self) -> Buffers:
        return Buffers(self._function.map("block", "serial", BLOCK, [1], []))

    def __call__(self, x: Any, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Outputs (m,) and Jacobian (m, n) at one point."""
        (now, numbers), (y, slopes) = self._one.arguments, self._one.results
        now[:], numbers[:] = x, p
        self._one.evaluate()
        J = np.zeros(self._shape)
        J.ravel()[self._places] = slopes
        return y.copy(), J

    def at_each(self, points: np.ndarray, p: np.ndarray, rows: Sequence[int] | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Outputs (N, m) and Jacobians (N, m, n) at many points (N, n), of all outputs or of some."""
        chosen = np.arange(self.outputs) if rows is None else np.array(rows)
        row, place = np.nonzero(chosen[:, None] == self._rows)
        (x, numbers), (values, slopes) = self._block.arguments, self._block.results
        x, values, slopes = (every.reshape(BLOCK, -1) for every in (x, values, slopes))
        numbers[:] = p
        y, J = np.empty((len(points), chosen.size)), np.zeros((len(points), chosen.size, points.shape[1]))
        for k in range(0, len(points), BLOCK):
            part, size = slice(k, k + BLOCK), min(BLOCK, len(points) - k)
            x[:size] = points[part]
            self._block.evaluate()
            y[part] = values[:size, chosen]
            J[part, row, self._columns[place]] = slopes[:size, place]
        return y, J

    def on_grid(self, x: np.ndarray, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Outputs and derivatives (m, N) of a function of one unknown at N points."""
        y, J = self.at_each(x[:, None], p)
        return y.T, J[:, :, 0].T


class Outputs:
    """`function(x, numbers)` -> list of outputs at many points, so many in one call, without derivatives."""

    def __init__(self, function: Traced, unknowns: int, names: Sequence[str], points: int) -> None:
        self._names = tuple(names)
        x, (p, numbers) = ca.SX.sym("x", unknowns), named(self._names)
        y = ca.vertcat(*[ca.SX(output) for output in function([x[k] for k in range(unknowns)], numbers)])
        y, held, constants = constant(y, p)
        self._constants = Buffers(constants)
        self._many = Buffers(ca.Function("f", [x, held], [y]).map("many", "serial", points, [1], []))
        self._shape = points, y.numel()

    def __call__(self, x: np.ndarray, numbers: Numbers) -> np.ndarray:
        """Outputs (m, points) at states (size, points)."""
        (states, held), (found,) = self._many.arguments, self._many.results
        self._constants.arguments[0][:] = [numbers[name] for name in self._names]
        self._constants.evaluate()
        held[:] = self._constants.results[0]
        size, points, outputs = len(x), *self._shape
        y = np.empty((outputs, x.shape[1]))
        for k in range(0, x.shape[1], points):
            part = x[:, k : k + points]
            states[: part.size] = part.T.ravel()
            self._many.evaluate()
            y[:, k : k + points] = found.reshape(self._shape)[: part.size // size].T
        return y


def constant(expression: Any, p: Any) -> tuple[Any, Any, Any]:
    """An expression whose parts that depend on p alone are symbols, a vector of these, and their values as a function of p: what is
    evaluated a thousand times with the same p need not find them anew."""
    left, symbols, values = ca.extract_parametric(expression, p, {"extract_trivial": True})
    return ca.densify(ca.cse(left)), ca.vertcat(*symbols), ca.Function("constant", [p], [ca.densify(ca.vertcat(*values))])


@functools.lru_cache(maxsize=8)
def named(names: tuple[str, ...]) -> tuple[Any, Mapping[str, Any]]:
    """A vector of symbols and its elements by name, the same for all functions of these numbers."""
    p = ca.SX.sym("p", len(names))
    return p, MappingProxyType({name: p[k] for k, name in enumerate(names)})


def symbols(names: Iterable[str]) -> dict[str, Any]:
    """A symbol for each name."""
    return {name: ca.SX.sym(name) for name in names}


def vanishes(value: Any) -> bool:
    """Whether an expression is zero for all values of its symbols, as far as that is seen without trying any."""
    return bool(value.is_zero()) if hasattr(value, "is_zero") else value == 0
