"""Newton's steps to planes across curves, compiled whole: residual, derivatives, linear system and tangent in one call through buffers.

Of n balances in n unknowns one is left open, which makes a curve; the plane stands in its row:

    | J, with across in the open row | (d, v) = | -f, with across (foot - x) there    1 in the open row |
"""

from __future__ import annotations

import math
from typing import Any

import casadi as ca
import numpy as np

from .continuation import Step, ToPlane
from .newton import NOTHING
from .symbolic import Buffered, Buffers


class Planes:
    """The steps for the first `size` outputs of a compiled function of as many unknowns; which of them is open may change."""

    def __init__(self, compiled: Buffered, size: int) -> None:
        self._buffers = Buffers(_steps(compiled, size))
        self._now: ToPlane | None = None

    def without(self, row: int, p: np.ndarray) -> ToPlane:
        """The steps with one output left open, at given numbers."""
        (x, foot, across, opened, numbers), evaluate = self._buffers.arguments, self._buffers.evaluate
        new, way, lengths, matrix = self._buffers.results
        here = np.eye(1, x.size, row)[0]

        def to_plane(start: np.ndarray, at: np.ndarray, direction: np.ndarray) -> Step | None:
            if self._now is not to_plane:  # others have used the buffers meanwhile
                opened[:], numbers[:] = here, p
                self._now = to_plane
            x[:], foot[:], across[:] = start, at, direction
            evaluate()
            moved, away, finite = lengths.tolist()
            if not math.isfinite(finite):
                return None
            return Step(new.copy(), way.copy(), moved, away, matrix.reshape(x.size, x.size))

        return to_plane


def _steps(compiled: Buffered, size: int) -> Any:
    """(x, foot, across, open row as a unit vector, numbers) -> where the step leads, unit tangent, lengths, matrix.

    Rows are scaled to one, as they may be equations in different units; the matrix is transposed for the factors, as in `newton`.
    """
    x, foot, across, opened = (ca.SX.sym(name, size) for name in ("x", "foot", "across", "open"))
    p = ca.SX.sym("p", len(compiled.names))
    f, J = compiled.traced(x, p)
    rows = (1 - opened) * ca.densify(J[:size, :]) + opened @ across.T
    scale = ca.vertcat(*[ca.mmax(ca.fabs(rows[k, :])) for k in range(size)])
    rows = rows / scale
    rows = ca.if_else(ca.fabs(rows) < NOTHING, 0.0, rows).T
    right = ca.horzcat((opened * ca.dot(across, foot - x) - (1 - opened) * f[:size]) / scale, opened / scale)
    system = ca.Function("system", [x, foot, across, opened, p], [rows, right])
    given = [ca.MX.sym(name, size) for name in ("x", "foot", "across", "open")] + [ca.MX.sym("p", p.numel())]
    A, b = system(*given)
    factors: Any = ca.Linsol("factors", "qr", A.sparsity(), {"eps": 0.0})
    found = factors.solve(A, b, True)
    new, way = given[0] + found[:, 0], found[:, 1]
    lengths = ca.vertcat(ca.norm_2(found[:, 0]), ca.norm_2(new - given[1]), ca.sum1(ca.sum2(found)))
    return ca.Function("step", given, [new, way / ca.norm_2(way), lengths, A])
