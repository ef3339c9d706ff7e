"""Which way a Hopf point turns: whether the swings that begin there are stable and grow from nothing, or unstable and come from afar.

The sign of the first Lyapunov coefficient says so: Yu. A. Kuznetsov, Elements of Applied Bifurcation Theory, section 5.4. Second and third
derivatives along the eigenvectors are differences of the rates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from .stability import Linearised

SUPERCRITICAL, SUBCRITICAL = "supercritical", "subcritical"
STEPS = (2e-2, 1e-2)
"""Steps of the differences, in units in which every state is of order one; both must say the same sign."""
Rates = Callable[[np.ndarray], np.ndarray]


def criticality(linearised: Linearised, x: np.ndarray, numbers: Mapping[str, float], L: np.ndarray) -> str | None:
    """`supercritical` or `subcritical`, at a state where a pair of eigenvalues is imaginary; None where differences leave it open."""
    A, rates = linearised.local(x, numbers, L)
    signs = {np.sign(_first_lyapunov(A, rates, step)) for step in STEPS}
    return {-1.0: SUPERCRITICAL, 1.0: SUBCRITICAL}.get(signs.pop()) if len(signs) == 1 else None


def _first_lyapunov(A: np.ndarray, rates: Rates, step: float) -> float:
    """The coefficient, but for a positive factor."""
    q, p, omega = _critical(A)
    size = np.abs(q).max()
    q, p = q / size, p * size
    identity = np.eye(len(A))
    B = _Derivatives(rates, len(A), step)
    bent = B.third(q, q, np.conj(q))
    level = np.linalg.solve(A, B.second(q, np.conj(q)))
    doubled = np.linalg.solve(2j * omega * identity - A, B.second(q, q))
    inner = bent - 2 * B.second(q, level) + B.second(np.conj(q), doubled)
    return float(np.real(np.vdot(p, inner)) / (2 * omega))


def _critical(A: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Right and left vectors of the pair that is nearest to the imaginary axis, with <p, q> = 1, and its frequency [1/s]."""
    values, vectors = np.linalg.eig(A)
    k = min(np.flatnonzero(values.imag > 0), key=lambda k: abs(values[k].real))
    lefts, adjoint = np.linalg.eig(A.T)
    j = int(np.argmin(np.abs(lefts - np.conj(values[k]))))
    q, p = vectors[:, k], adjoint[:, j]
    return q, p / np.conj(np.vdot(p, q)), float(values[k].imag)


class _Derivatives:
    """Second and third derivatives of the rates along directions, which may be complex: linear in each, so made of real ones."""

    def __init__(self, rates: Rates, size: int, step: float) -> None:
        self.rates, self.step, self.here = rates, step, rates(np.zeros(size))

    def second(self, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        """d2f(u, v)."""
        return _multilinear(self._mixed, u, v)

    def third(self, u: np.ndarray, v: np.ndarray, w: np.ndarray) -> np.ndarray:
        """d3f(u, v, w)."""
        return _multilinear(self._triple, u, v, w)

    def _mixed(self, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        return 0.25 * (self._curved(u + v) - self._curved(u - v))

    def _curved(self, u: np.ndarray) -> np.ndarray:
        """Second derivative along one direction, to fourth order."""
        h = self.step
        near, far = (self.rates(k * h * u) + self.rates(-k * h * u) - 2 * self.here for k in (1, 2))
        return (16 * near - far) / (12 * h**2)

    def _triple(self, u: np.ndarray, v: np.ndarray, w: np.ndarray) -> np.ndarray:
        signs = ((1, 1, 1.0), (1, -1, -1.0), (-1, 1, -1.0), (-1, -1, 1.0))
        return sum((s * self._twisted(u + a * v + b * w) for a, b, s in signs), np.zeros(len(u))) / 24

    def _twisted(self, u: np.ndarray) -> np.ndarray:
        """Third derivative along one direction, to fourth order."""
        h = self.step
        one, two, three = (self.rates(k * h * u) - self.rates(-k * h * u) for k in (1, 2, 3))
        return (-13 * one + 8 * two - three) / (8 * h**3)


def _multilinear(real: Callable[..., np.ndarray], *directions: np.ndarray) -> np.ndarray:
    """A real multilinear function of complex directions."""
    if not any(np.iscomplexobj(one) for one in directions):
        return real(*directions)
    k = next(k for k, one in enumerate(directions) if np.iscomplexobj(one))
    parts = [_multilinear(real, *directions[:k], part, *directions[k + 1 :]) for part in (directions[k].real, directions[k].imag)]
    return parts[0] + 1j * parts[1]
