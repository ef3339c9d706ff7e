"""The answer to `iv`: the current of each mechanism over the membrane potential. SI inside; bench units in `to_dict`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .base import LEFT_OUT, Result, Unknown, derived, says
from .certificate import Certificate

TOTAL, DENSITY, RELATIVE = "total", "density", "relative"
ABSOLUTE = "the currents are known absolutely, not only as multiples of each other"


@dataclass(frozen=True)
class IvCurve:
    """One membrane's currents over V [V], outward positive.

    `basis` says what the currents are: `total` [A], `density` [A/m^2] where the area is not known, or `relative` (an unknown
    multiple, where only ratios of permeabilities are known); `why` says why in no other way. `roots` are (V, stable) where this membrane
    carries no net current.
    """

    V: np.ndarray = field(metadata=says("V_mV"))
    currents: dict[str, np.ndarray] = field(metadata=LEFT_OUT)
    total: np.ndarray = field(metadata=LEFT_OUT)
    basis: str = field(metadata=LEFT_OUT)
    area: float | None = field(metadata=LEFT_OUT)
    roots: tuple[tuple[float, bool], ...] = field(metadata=LEFT_OUT)
    E: dict[str, float] = field(metadata=says("E_mV"))
    why: str = field(default="", metadata=LEFT_OUT)

    axis = ("potential",)

    def density(self, current: np.ndarray) -> np.ndarray | None:
        """A current of this curve per area [A/m^2]; None where it cannot be said."""
        if self.basis == DENSITY:
            return current
        return current / self.area if self.basis == TOTAL and self.area else None

    @property
    @derived("current_uA_per_cm2")
    def densities(self) -> dict[str, Any]:
        """Current of each mechanism per area [A/m^2]."""
        if self.density(self.total) is None:
            return Unknown(self.why).each(self.currents)
        return {word: self.density(current) for word, current in self.currents.items()}

    @property
    @derived("total_uA_per_cm2")
    def total_density(self) -> np.ndarray | Unknown:
        """Net current per area [A/m^2]."""
        density = self.density(self.total)
        return Unknown(self.why) if density is None else density

    @property
    @derived("current_pA")
    def whole(self) -> dict[str, Any]:
        """Current of each mechanism through the whole membrane [A]."""
        return self.currents if self.basis == TOTAL else Unknown(self.why).each(self.currents)

    @property
    @derived("total_pA")
    def whole_total(self) -> np.ndarray | Unknown:
        """Net current through the whole membrane [A]."""
        return self.total if self.basis == TOTAL else Unknown(self.why)

    @property
    @derived("current_relative")
    def relative(self) -> dict[str, Any] | Unknown:
        """Current of each mechanism as an unknown multiple."""
        return self.currents if self.basis == RELATIVE else Unknown(ABSOLUTE)

    @property
    @derived("total_relative")
    def relative_total(self) -> np.ndarray | Unknown:
        """Net current as an unknown multiple."""
        return self.total if self.basis == RELATIVE else Unknown(ABSOLUTE)

    @property
    @derived(key="roots", over=("root",))
    def zeros(self) -> tuple[Zero, ...]:
        """The roots as parts of the answer."""
        return tuple(Zero(V, stable) for V, stable in self.roots)


@dataclass(frozen=True)
class Zero:
    """A potential [V] without net current, and whether the membrane stays there."""

    V: float = field(metadata=says("V_mV"))
    stable: bool = field(metadata=says("stable"))


@dataclass(frozen=True, repr=False)
class IvResult(Result):
    """Current-voltage curves of every membrane, with the potentials at which each carries no net current."""

    cell: str
    temperature: float = field(metadata=says("temperature_K"))
    membranes: dict[str, IvCurve] = field(metadata=says(over=("membrane",)))
    certificate: Certificate
    notes: tuple[str, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)

    axes = ("potential",)
