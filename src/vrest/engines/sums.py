"""What is summed up along a run, as functions of state and numbers that are compiled once."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import casadi as ca
import numpy as np

from .symbolic import Buffers, Numbers, Traced, named


class Sums:
    """Rates of what is summed up along a run, traced once: `rates(x, numbers)`, and last the rate at which the changing numbers alone
    change the sum of `levels(x, numbers)`, exactly.

    Arguments:
        rates:  takes a list of states and a mapping of numbers, answers a list
        levels: the same
        size:   number of states
        names:  the numbers, `time` among them
        ramped: those of them that a ramp changes
    """

    def __init__(self, rates: Traced, levels: Traced, size: int, names: Sequence[str], ramped: Sequence[str]) -> None:
        self.names, self.ramped = tuple(dict.fromkeys([*names, "time"])), tuple(ramped)
        x, (p, numbers), s = ca.SX.sym("x", size), named(self.names), ca.SX.sym("s", len(ramped))
        states = [x[k] for k in range(size)]
        outputs = [ca.SX(rate) for rate in rates(states, numbers)]
        parts = ca.vertcat(0.0, *levels(states, numbers))
        changing = ca.vertcat(*[numbers[name] for name in ramped])
        driven = ca.mtimes(ca.jacobian(ca.sum1(parts), changing), s) if ramped else ca.SX(0)
        self.count = len(outputs) + 1
        self._rates = ca.Function("sums", [x, p, s], [ca.densify(ca.cse(ca.vertcat(*outputs, driven)))])
        self._size = Buffers(ca.Function("size", [x, p], [ca.sum1(ca.fabs(parts))]))

    def __call__(self, x: Any, numbers: Mapping[str, Any], changing: Sequence[Any]) -> Any:
        """The rates at a state (a column), numbers and rates [1/s] of the ramped ones, numbers or symbols."""
        p = [numbers[name] for name in self.names]
        return self._rates(x, _column(p), _column(changing))

    @functools.cached_property
    def _buffers(self) -> Buffers:
        return Buffers(self._rates)

    def at(self, x: np.ndarray, numbers: Numbers, changing: Sequence[float]) -> np.ndarray:
        """The same at numbers, as an array."""
        for held, given in zip(self._buffers.arguments, (x, [numbers[name] for name in self.names], changing), strict=True):
            held[:] = given
        self._buffers.evaluate()
        return self._buffers.results[0].copy()

    def size(self, x: np.ndarray, numbers: Numbers) -> float:
        """The sum of the magnitudes of all levels."""
        state, p = self._size.arguments
        state[:], p[:] = x, [numbers[name] for name in self.names]
        self._size.evaluate()
        return float(self._size.results[0][0])


def _column(values: Sequence[Any]) -> Any:
    return ca.vertcat(*values) if len(values) else ca.DM.zeros(0, 1)
