"""Forward sensitivities: how a state that moves by dz/dt = f(z, w, t) moves with the numbers w.

    dS/dt = df/dz S + df/dw,    S = dz/dw

is integrated beside the state (Hindmarsh et al., ACM Transactions on Mathematical Software 31, 2005, 363-396), with exact f_z and f_w.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import casadi as ca
import numpy as np

from .symbolic import Traced


class Forward:
    """Rates of a state and of its sensitivities, one column for each number, as an integrator takes them.

    Arguments:
        rates: time derivative of the state, of the state and of named numbers and `time`
        size:  number of states
        names: the numbers w
    """

    def __init__(self, rates: Traced, size: int, names: Sequence[str]) -> None:
        self.size, self.names = size, tuple(names)
        z, w, t = ca.SX.sym("z", size), ca.SX.sym("w", len(self.names)), ca.SX.sym("t")
        numbers = {**{name: w[k] for k, name in enumerate(self.names)}, "time": t}
        f = ca.cse(ca.vertcat(*[ca.SX(rate) for rate in rates([z[k] for k in range(size)], numbers)]))
        self._traced = ca.Function("f", [z, w, t], [f, ca.jacobian(f, z), ca.jacobian(f, w)])

    @property
    def count(self) -> int:
        """Number of rates: of the state, then of the sensitivities by columns."""
        return self.size * (1 + len(self.names))

    def rates(self, y: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """All rates."""
        z, S = ca.vertcat(*y[: self.size]), ca.reshape(ca.vertcat(*y[self.size :]), self.size, len(self.names))
        w = ca.vertcat(*(numbers[name] for name in self.names))
        f, A, B = self._traced(z, w, numbers["time"])
        found = ca.vertcat(f, ca.vec(A @ S + B))
        return [found[k] for k in range(self.count)]

    def together(self, z: np.ndarray, S: np.ndarray) -> np.ndarray:
        """A state and its sensitivities (states, numbers) as what is integrated."""
        return np.concatenate([z, S.T.ravel()])

    def apart(self, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """States (points, states) and sensitivities (points, states, numbers) of what was integrated (rates, points)."""
        return y[: self.size].T, y[self.size :].T.reshape(-1, len(self.names), self.size).transpose(0, 2, 1)
