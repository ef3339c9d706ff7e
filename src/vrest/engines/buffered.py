"""A compiled function called through buffers: for loops that call it thousands of times on a few numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .symbolic import Compiled


class Buffered(Compiled):
    """As `Compiled`, ten times faster per call: arguments and results go through arrays that CasADi keeps a hold of."""

    def __init__(
        self, function: Callable[[Sequence[Any], Mapping[str, Any]], Sequence[Any]], unknowns: int, names: Sequence[str]
    ) -> None:
        super().__init__(function, unknowns, names)
        self._x, self._p = np.zeros(unknowns), np.zeros(len(self.names))
        self._y, self._jacobian = np.zeros(self.outputs), np.zeros((self.outputs, unknowns), order="F")
        self._buffer, self._trigger = self._function.buffer()
        buffer: Any = self._buffer
        for k, given in enumerate((self._x, self._p)):
            buffer.set_arg(k, given.data)
        for k, found in enumerate((self._y, self._jacobian)):
            buffer.set_res(k, found.ravel(order="K").data)

    def __call__(self, x: Any, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Outputs (m,) and Jacobian (m, n) at one point."""
        self._x[:] = x
        self._p[:] = p
        self._trigger()
        return self._y.copy(), self._jacobian.copy()
