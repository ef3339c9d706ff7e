"""How a whole cell answers to small deviations: eigenvalues of its rates where nothing that is conserved changes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...engines.symbolic import Compiled
from ...system.cell import CellSystem


class Linearised:
    """The rates of the state and their Jacobian, compiled once for a structure."""

    def __init__(self, whole: CellSystem) -> None:
        self.whole, self.states = whole, whole.states
        self.compiled = Compiled(whole.derivative, whole.states.size, whole.names)

    def eigenvalues(self, x: np.ndarray, numbers: Mapping[str, float], L: np.ndarray) -> tuple[np.ndarray, int]:
        """Eigenvalues [1/s] on the manifold of the conserved totals L, slowest first, and the number of totals that were removed."""
        scale = np.array(self.states.ordered(self.whole.scales(x, numbers)))
        jacobian = self.compiled(x, self.compiled.values(numbers))[1] * scale[None, :] / scale[:, None]
        constraints = [*L, *self.whole.charge_constraints()]
        rows = np.array(constraints).reshape(len(constraints), self.states.size) * scale[None, :]
        tangent = _null_space(rows)
        values = np.linalg.eigvals(tangent.T @ jacobian @ tangent) if tangent.shape[1] else np.zeros(0)
        return values[np.argsort(-values.real)], rows.shape[0]


def is_stable(eigenvalues: np.ndarray) -> bool:
    """Whether every deviation decays; a zero within rounding of the fastest rate counts as not decaying."""
    if eigenvalues.size == 0:
        return True
    return bool(eigenvalues.real.max() < -1e-15 * np.abs(eigenvalues).max())


def _null_space(rows: np.ndarray) -> np.ndarray:
    """Orthonormal columns that every row annihilates."""
    size = rows.shape[1]
    if rows.shape[0] == 0:
        return np.eye(size)
    scaled = rows / np.abs(rows).max(axis=1)[:, None]
    _, singular, right = np.linalg.svd(scaled)
    rank = int(np.sum(singular > 1e-12 * singular[0]))
    return right[rank:].T
