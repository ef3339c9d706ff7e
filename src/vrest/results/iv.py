"""The answer to `iv`: the current of each mechanism over the membrane potential. SI inside; bench units in `to_dict`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .base import LEFT_OUT, Brief, Result, Unknown, derived, says

TOTAL, DENSITY, RELATIVE = "total", "density", "relative"
ABSOLUTE = "currents as multiples of each other are given only where pA and uA/cm^2 cannot be"


@dataclass(frozen=True, repr=False)
class IvCurve(Brief):
    """One membrane's currents over V [V], outward positive.

    Attributes:
        currents: {mechanism: current at each V}; total: their sum
        basis:    what these are: `total` [A], `density` [A/m^2] where the area is not known, or `relative` (an unknown multiple, where
                  only ratios of permeabilities are known)
        why:      why they cannot be said otherwise
        area:     of the membrane [m^2], where it is known
        roots:    (V, stable) where this membrane carries no net current
    """

    V: np.ndarray = field(metadata=says("V_mV"))
    currents: dict[str, np.ndarray] = field(metadata=LEFT_OUT)
    total: np.ndarray = field(metadata=LEFT_OUT)
    basis: str = field(metadata=LEFT_OUT)
    area: float | None = field(metadata=LEFT_OUT)
    roots: tuple[tuple[float, bool | Unknown], ...] = field(metadata=LEFT_OUT)
    E: dict[str, float] = field(metadata=says("E_mV"))
    why: str = field(default="", metadata=LEFT_OUT)

    axis = ("potential",)

    @property
    def factors(self) -> dict[str, float | None]:
        """What makes the currents those of a form: per area, in all, as an unknown multiple; None where they cannot be said so."""
        whole, area = self.basis == TOTAL, self.area or None
        per_area = 1.0 if self.basis == DENSITY else 1.0 / area if whole and area else None
        return {"uA_per_cm2": per_area, "pA": 1.0 if whole else None, "relative": 1.0 if self.basis == RELATIVE else None}

    def density(self, current: np.ndarray) -> np.ndarray | None:
        """A current of this curve per area [A/m^2]; None where it cannot be said."""
        factor = self.factors["uA_per_cm2"]
        return None if factor is None else current * factor

    @property
    @derived(key="")
    def forms(self) -> dict[str, Any]:
        """The currents of the mechanisms, and their sum, in every form."""
        found: dict[str, Any] = {}
        for form, factor in self.factors.items():
            current, total = f"current_{form}", f"total_{form}"
            if factor is not None:
                found |= {current: {word: i * factor for word, i in self.currents.items()}, total: self.total * factor}
            elif form == "relative":
                found |= {current: Unknown(ABSOLUTE), total: Unknown(ABSOLUTE)}
            else:
                found |= {current: Unknown(self.why).each(self.currents), total: Unknown(self.why)}
        return found

    @property
    @derived(key="roots", over=("root",))
    def zeros(self) -> tuple[Zero, ...]:
        """The roots as parts of the answer."""
        return tuple(Zero(V, stable) for V, stable in self.roots)


@dataclass(frozen=True, repr=False)
class Zero(Brief):
    """A potential [V] without net current, and whether the membrane stays there."""

    V: float = field(metadata=says("V_mV"))
    stable: bool | Unknown = field(metadata=says("stable"))


@dataclass(frozen=True, repr=False)
class IvResult(Result):
    """Current-voltage curves of every membrane, with the potentials at which each carries no net current.

    Attributes:
        membranes: {membrane: its curve}
    """

    temperature: float = field(metadata=says("temperature_K"))
    membranes: dict[str, IvCurve] = field(metadata=says(over=("membrane",)))

    axes = ("potential",)
