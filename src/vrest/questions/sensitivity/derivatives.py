"""Exact derivatives of a state with respect to the numbers that it hangs on.

A state x solves F(x, w) = 0, and what is told of it is y = g(x, w), so that

    dx/dw = - (dF/dx)^-1 dF/dw,    dy/dw = dg/dx dx/dw + dg/dw

(implicit function theorem). F and g are traced once, through all that follows from the written numbers.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...engines.newton import largest, refined, solved
from ...engines.symbolic import Buffered
from ...laws.nernst import thermal_voltage
from .states import State, Told

RATES = ("atp_mol_per_s",)
"""Quantities that grow with all that is moved; all others are states, which do not move with it."""
LITTLE = 1e-6
"""Part of its size by which a quantity may move unnoticed."""
NO_NUMBERS = np.zeros(0)
ROUNDING = float(np.finfo(float).eps)
STEP = 1e-5
"""Part of a number, and change of an unknown at most, by which both are moved to see whether F still vanishes."""


class Derivatives:
    """A state with how it moves: with each written number w, and with the factor of all that each mechanism moves.

    Attributes:
        told:   names of the quantities; values: of them [SI]
        slopes: (quantities, numbers): dy/d ln w; the ways stand behind the written numbers
    """

    def __init__(self, state: State) -> None:
        self.state, self.paths, self.size = state, list(state.derivation.written), state.x.size
        self.told = list(state.told(list(state.x), state.numbers))
        self.factors = np.array([*state.derivation.written.values(), *np.ones(len(state.ways))])
        self._traced = Buffered(self._outputs, self.size + self.factors.size, ())
        self.values, self.slopes, self.moved = self._at(state.x)

    def _outputs(self, z: Sequence[Any], _: Mapping[str, Any]) -> list[Any]:
        """What vanishes, then what is told, of unknowns, written numbers and factors of mechanisms."""
        n, w = self.size, len(self.paths)
        x, written, factors = list(z[:n]), dict(zip(self.paths, z[n : n + w], strict=True)), z[n + w :]
        numbers = self.state.derivation.numbers(written)
        for key, factor in zip(self.state.ways.values(), factors, strict=True):
            numbers[key] = numbers[key] * factor
        told: Told = self.state.told(x, numbers)
        return [*self.state.equations(x, numbers), *told.values()]

    def _evaluated(self, x: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self._traced(np.concatenate([x, w]), NO_NUMBERS)

    def _at(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Quantities, their derivatives and those of the unknowns; nan where these are not to be had."""
        n, w = self.size, self.factors
        y, J = self._evaluated(x, w)
        right = J[:n, n:] * w
        moved = refined(J[:n, :n], -right)
        if moved is None:
            moved = np.full(right.shape, np.nan)
        return y[n:], J[n:, :n] @ moved + J[n:, n:] * w, moved

    # -- what they can be trusted for -----------------------------------------------------------------------------

    @functools.cached_property
    def sizes(self) -> np.ndarray:
        """What is much for each quantity: of a potential RT/F, of all else itself."""
        unit = thermal_voltage(self.state.numbers["temperature"])
        return np.array(
            [unit if output == "V_mV" else abs(value) for (output, _), value in zip(self.told, self.values, strict=True)]
        )

    def doubt(self) -> float:
        """By which part derivatives change within what rounding leaves open of the state itself: at a fold by all of it."""
        n, x, w = self.size, self.state.x, self.factors
        _, J = self._evaluated(x, w)
        inverse = solved(J[:n, :n], np.eye(n))
        if inverse is None or not np.isfinite(self.slopes).all():
            return np.inf
        size = np.abs(J[:n, :n]) @ np.abs(x) + np.abs(J[:n, n:]) @ np.abs(w)
        _, beside, _ = self._at(x + np.abs(inverse) @ (ROUNDING * size))
        much = np.maximum(np.abs(self.slopes).max(axis=1, initial=0.0), LITTLE * self.sizes)
        return float(
            np.nan_to_num(_over(np.abs(beside - self.slopes).max(axis=1, initial=0.0), much), nan=np.inf).max(initial=0.0)
        )

    def tangents(self) -> float:
        """How far from zero what vanishes is where the state and each number are moved as the derivatives say: the largest part of what either
        makes of it by itself."""
        n, x, w = self.size, self.state.x, self.factors
        _, J = self._evaluated(x, w)
        left = np.zeros(self.moved.shape)
        for k, along in enumerate(self.moved.T):
            h = STEP / max(1.0, largest(along))
            change = np.zeros(w.size)
            change[k] = h * w[k]
            ahead, behind = (self._evaluated(x + side * h * along, w + side * change)[0][:n] for side in (1.0, -1.0))
            left[:, k] = np.abs(ahead - behind) / (2 * h)
        much = np.abs(J[:n, :n]) @ np.abs(self.moved) + np.abs(J[:n, n:] * w)
        much += ROUNDING * np.abs(J[:n, :n]).sum(axis=1, keepdims=True)  # slopes of what nothing moves are rounding alone
        return float(_over(left.max(axis=1, initial=0.0), much.max(axis=1, initial=0.0)).max(initial=0.0))

    def sums(self) -> np.ndarray:
        """Sums of the control coefficients times each quantity, less what they come to: nothing for a state, the quantity for a rate."""
        rates = np.array([output in RATES for output, _ in self.told])
        control = self.slopes[:, len(self.paths) :]
        return _over(np.abs(control.sum(axis=1) - rates * self.values), np.abs(control).sum(axis=1) + self.sizes)


def _over(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Parts of wholes; nothing of nothing."""
    return np.divide(part, whole, out=np.zeros(part.shape), where=whole != 0)
