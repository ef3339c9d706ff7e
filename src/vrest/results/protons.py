"""What drives protons across the membranes of a cell, at one state or over time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..constants import F
from .base import Brief, derived, known, says


@dataclass(frozen=True, repr=False)
class ProtonMotiveForce(Brief):
    """Electrochemical difference of H+ across a membrane per charge, inner minus outer [V]; a float, or why there is none."""

    voltage: Any = field(metadata=says("pmf_mV", key="mV"))

    @property
    @derived("pmf_kJ_per_mol", key="kJ_per_mol")
    def energy(self) -> Any:
        """The same per mole [J/mol]."""
        return F * self.voltage if known(self.voltage) else self.voltage


@dataclass(frozen=True, repr=False)
class ProtonCourse(ProtonMotiveForce):
    """The same over time, as an array."""

    axis = ("time",)
