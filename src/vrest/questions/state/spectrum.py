"""Eigenvalues of rates, each with its own error, and what they say of stability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

ROUNDING = 10.0 * float(np.finfo(float).eps)
"""Relative error of an element of the Jacobian, for each row of the state."""


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


def spectrum_of(A: np.ndarray, error: np.ndarray, removed: int = 0) -> Spectrum:
    """Eigenvalues of a matrix each of whose elements may be off by so much, and how far each of them may be off.

    A slow eigenvalue beside a fast one is told by its own condition: to first order it moves by y' dA x / y' x, with its right and left
    vectors x and y. Rayleigh's quotient of the two takes the rounding of the largest eigenvalue out of it.
    """
    values, errors = _eigenvalues(A, error)
    order = np.argsort(-values.real)
    return Spectrum(values[order], errors[order], removed)


def stability_of(A: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Of many matrices at once, as `Spectrum.stable` has it: 1 stable, 0 unstable, -1 open."""
    values, errors = _eigenvalues(A, error)
    grows, decays = np.any(values.real > errors, axis=-1), np.all(values.real < -errors, axis=-1)
    return np.where(grows, 0, np.where(decays, 1, -1))


def _eigenvalues(A: np.ndarray, error: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues of a matrix, or of each of many, and how far each may be off: any distance where the matrix is not finite."""
    if not A.size:
        return np.zeros(A.shape[:-1]), np.zeros(A.shape[:-1])
    finite = np.isfinite(A).all(axis=(-2, -1), keepdims=True)
    if not finite.all():
        values, errors = _eigenvalues(np.where(finite, A, 0.0), np.where(finite, error, 0.0))
        return values, np.where(finite[..., 0], errors, np.inf)
    found, X = np.linalg.eig(A)
    try:
        Y = np.linalg.inv(X)
    except np.linalg.LinAlgError:
        return found, np.full(found.shape, np.inf)
    along = np.einsum("...ki,...ik->...k", Y, X)
    values = np.einsum("...ki,...ij,...jk->...k", Y, A, X) / along
    moved = np.einsum("...ki,...ij,...jk->...k", np.abs(Y), error, np.abs(X)) / np.abs(along)
    return values, moved + np.abs(values - found)
