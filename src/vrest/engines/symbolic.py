"""A function of unknowns and named numbers, traced once into a CasADi graph with its exact Jacobian."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import casadi as ca
import numpy as np

Numbers = Mapping[str, float]


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
        x, p = ca.SX.sym("x", unknowns), ca.SX.sym("p", len(names))
        outputs = function([x[k] for k in range(unknowns)], {name: p[k] for k, name in enumerate(names)})
        y = ca.vertcat(*[ca.SX(output) for output in outputs])
        self.names, self.outputs = tuple(names), y.numel()
        self._function = ca.Function("f", [x, p], [y, ca.densify(ca.jacobian(y, x))])
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
        x, p, s = ca.SX.sym("x", size), ca.SX.sym("p", len(self.names)), ca.SX.sym("s", len(ramped))
        states, numbers = [x[k] for k in range(size)], {name: p[k] for k, name in enumerate(self.names)}
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
