"""How a whole cell answers to small deviations: eigenvalues of its rates where nothing that is conserved changes, and how far each
may be off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...engines.symbolic import Compiled
from ...system.cell import CellSystem

ROUNDING = 10.0 * float(np.finfo(float).eps)
"""Relative error of an element of the Jacobian, for each row of the state."""
LEAST_PIVOT = 1e-12
"""Part of the largest element of a conserved total below which what is left of it is rounding."""


@dataclass(frozen=True)
class Spectrum:
    """Eigenvalues [1/s], slowest first, how far each may be off [1/s], and how many conserved totals they leave out."""

    values: np.ndarray
    errors: np.ndarray
    removed: int = 0

    @property
    def stable(self) -> bool | None:
        """Whether every deviation decays; None where rounding leaves the sign of an eigenvalue open and none surely grows."""
        if np.any(self.values.real > self.errors):
            return False
        return True if np.all(self.values.real < -self.errors) else None


class Linearised:
    """The rates of the state and their Jacobian, compiled once for a structure."""

    def __init__(self, whole: CellSystem) -> None:
        self.whole, self.states = whole, whole.states
        self.compiled = Compiled(whole.derivative, whole.states.size, whole.names)

    def spectrum(self, x: np.ndarray, numbers: Mapping[str, float], L: np.ndarray) -> Spectrum:
        """Eigenvalues on the manifold of the conserved totals L."""
        scale = np.array(self.states.ordered(self.whole.scales(x, numbers)))
        jacobian = self.compiled(x, self.compiled.values(numbers))[1] * scale[None, :] / scale[:, None]
        constraints = [*L, *self.whole.charge_constraints()]
        rows = np.array(constraints).reshape(len(constraints), self.states.size) * scale[None, :]
        tangent, free = _tangent(rows)
        error = ROUNDING * scale.size * (np.abs(jacobian) @ np.abs(tangent))[free]
        values, errors = _eigenvalues((jacobian @ tangent)[free], error)
        order = np.argsort(-values.real)
        return Spectrum(values[order], errors[order], rows.shape[0])


def _eigenvalues(A: np.ndarray, error: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues of a matrix each of whose elements may be off by so much, and how far each of them may be off.

    A slow eigenvalue beside a fast one is told by its own condition: to first order it moves by y' dA x / y' x, with its right and left
    vectors x and y. Rayleigh's quotient of the two takes the rounding of the largest eigenvalue out of it.
    """
    if not A.size:
        return np.zeros(0), np.zeros(0)
    found, X = np.linalg.eig(A)
    try:
        Y = np.linalg.inv(X)
    except np.linalg.LinAlgError:
        return found, np.full(found.shape, np.inf)
    along = np.einsum("ki,ik->k", Y, X)
    values = np.einsum("ki,ij,jk->k", Y, A, X) / along
    moved = np.einsum("ki,ij,jk->k", np.abs(Y), error, np.abs(X)) / np.abs(along)
    return values, moved + np.abs(values - found)


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
