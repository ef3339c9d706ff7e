"""How a whole cell answers to small deviations: eigenvalues of its rates where nothing that is conserved changes, and how far each
may be off."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from ...engines.symbolic import Compiled
from ...system.cell import CellSystem
from ..state.spectrum import ROUNDING, Spectrum, spectrum_of

LEAST_PIVOT = 1e-12
"""Part of the largest element of a conserved total below which what is left of it is rounding."""


class Linearised:
    """The rates of the state and their Jacobian, compiled once for a structure."""

    def __init__(self, whole: CellSystem) -> None:
        self.whole, self.states = whole, whole.states
        self.compiled = Compiled(whole.derivative, whole.states.size, whole.names)

    def spectrum(self, x: np.ndarray, numbers: Mapping[str, float], L: np.ndarray) -> Spectrum:
        """Eigenvalues on the manifold of the conserved totals L, at a state of the cell `without_gates`: these stand at their steady
        values and move with all else."""
        x = self.whole.with_gates(x, numbers)
        scale, tangent, free, removed = self._manifold(x, numbers, L)
        jacobian = self._jacobian(x, numbers, scale)
        error = ROUNDING * scale.size * (np.abs(jacobian) @ np.abs(tangent))[free]
        return spectrum_of((jacobian @ tangent)[free], error, removed)

    def local(
        self, x: np.ndarray, numbers: Mapping[str, float], L: np.ndarray
    ) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]:
        """The Jacobian on that manifold, and the rates of its coordinates by how far they are from the state, all of order one."""
        x = self.whole.with_gates(x, numbers)
        scale, tangent, free, _ = self._manifold(x, numbers, L)
        p = self.compiled.values(numbers)

        def rates(u: np.ndarray) -> np.ndarray:
            return (self.compiled(x + scale * (tangent @ u), p)[0] / scale)[free]

        return (self._jacobian(x, numbers, scale) @ tangent)[free], rates

    def _manifold(
        self, x: np.ndarray, numbers: Mapping[str, float], L: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, list[int], int]:
        """Sizes of the rows, directions in which nothing that is conserved changes, the rows that number them, how many totals there are."""
        L = np.hstack([L, np.zeros((len(L), x.size - L.shape[1]))])
        scale = np.array(self.states.ordered(self.whole.scales(x, numbers)))
        constraints = [*L, *self.whole.charge_constraints()]
        rows = np.array(constraints).reshape(len(constraints), self.states.size) * scale[None, :]
        return scale, *_tangent(rows), rows.shape[0]

    def _jacobian(self, x: np.ndarray, numbers: Mapping[str, float], scale: np.ndarray) -> np.ndarray:
        return self.compiled(x, self.compiled.values(numbers))[1] * scale[None, :] / scale[:, None]


def _tangent(rows: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Columns that every row annihilates, and the unknowns that are free: each column is one of them, with the others that follow.

    What follows is picked by the largest element, so that slow and fast unknowns are not mixed as orthogonal columns would mix them.
    """
    left = rows / np.maximum(np.abs(rows).max(axis=1, initial=0.0), 1e-300)[:, None]
    free, open_rows, follows = list(range(rows.shape[1])), list(range(rows.shape[0])), {}
    while open_rows and free:
        among = np.abs(left[np.ix_(open_rows, free)])
        if among.max() < LEAST_PIVOT:
            break
        a, b = np.unravel_index(among.argmax(), among.shape)
        row, column = open_rows.pop(int(a)), free.pop(int(b))
        left[row] /= left[row, column]
        others = np.arange(left.shape[0]) != row
        left[others] -= left[others, column][:, None] * left[row]
        follows[column] = row
    tangent = np.zeros((rows.shape[1], len(free)))
    tangent[free, range(len(free))] = 1.0
    for column, row in follows.items():
        tangent[column] = -left[row, free]
    return tangent, free
