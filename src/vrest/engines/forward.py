"""Forward sensitivities: how a state that moves by dx/dt = f(x, p, t) moves with the numbers p.

    dS/dt = df/dx S + df/dp dp/dw,    S = dx/dw

is integrated beside the state by the same formulas of CVODES, each column with Newton's matrix of the state alone (Hindmarsh et al., ACM
Transactions on Mathematical Software 31, 2005, 363-396), with exact derivatives; errors of S have their part in the choice of steps.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .integrator import Cvodes, evaluated
from .ramps import STILL, Change
from .symbolic import Buffers


class Forward:
    """The sensitivities of what an integrator follows, in so many directions.

    Arguments:
        integrator: without sums
        count:      number of directions
    """

    def __init__(self, integrator: Cvodes, count: int) -> None:
        self.integrator, self.count = integrator, count
        course, held = integrator.compiled.forward(count), integrator.constants.forward(count)
        self._call, self._constants = Buffers(course), Buffers(held)
        self._begin, self._turned = (self._call.arguments[course.index_in(f"fwd_{name}")] for name in ("x0", "p"))
        self._start, self._held = (self._call.arguments[course.index_in(name)] for name in ("x0", "p"))
        self._found = self._call.results[course.index_out("fwd_xf")]

    def run(
        self,
        moved: np.ndarray,
        scale: np.ndarray,
        numbers: Mapping[str, np.ndarray],
        changes: Mapping[str, Change] | None = None,
    ) -> np.ndarray | None:
        """How the states of the piece that was integrated last move (points, states, directions); None where that cannot be followed.

        Arguments:
            moved:   how its first state moves (states, directions); scale: of the states
            numbers: how numbers move with each direction, those that do; changes: how what ramps make of them does
        """
        integrator, still = self.integrator, np.zeros(self.count)
        columns = [numbers.get(name, still) for name in integrator.names]
        columns += [part + still for name in integrator.ramped for part in (changes or {}).get(name, (0.0,) * len(STILL))]
        rest = self._constants.arguments[-1].size // self.count - len(columns)
        p, out, seeds = self._constants.arguments
        p[:], out[:] = integrator.given, integrator.held[: out.size]
        seeds[:] = np.concatenate([np.array(columns), np.zeros((rest, self.count))]).T.ravel()
        self._constants.evaluate()
        self._start[:], self._held[:], self._turned[:] = integrator.start, integrator.held, self._constants.results[0]
        self._begin[:] = np.vstack([moved / scale[:, None], still]).T.ravel()
        if evaluated(self._call) is not None:
            return None
        size, points = integrator.size, integrator.grid.size
        found = self._found.reshape(self.count, points, size + 1).transpose(1, 2, 0)[:, :size] * scale[:, None]
        return found if np.isfinite(found).all() else None
