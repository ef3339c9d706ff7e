"""The answer to `iv`: the current of each mechanism over the membrane potential. SI inside; bench units in `to_dict`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..units import to_unit
from .base import Result
from .certificate import Certificate, finite
from .rest import bench


@dataclass(frozen=True)
class IvCurve:
    """One membrane's currents over V [V], outward positive.

    `basis` says what the currents are: `total` [A], `density` [A/m^2] where the area is not known, or `relative` (an unknown
    multiple, where only ratios of permeabilities are known). `roots` are (V, stable) where this membrane carries no net current.
    """

    V: np.ndarray
    currents: dict[str, np.ndarray]
    total: np.ndarray
    basis: str
    area: float | None
    roots: tuple[tuple[float, bool], ...]
    E: dict[str, float]

    def density(self, current: np.ndarray) -> np.ndarray | None:
        """A current of this curve per area [A/m^2]; None where it cannot be said."""
        if self.basis == "density":
            return current
        return current / self.area if self.basis == "total" and self.area else None

    def to_dict(self) -> dict[str, Any]:
        densities = {word: _listed(self.density(i), "uA/cm^2") for word, i in self.currents.items()}
        return {
            "V_mV": _listed(self.V, "mV"),
            "current_uA_per_cm2": densities,
            "total_uA_per_cm2": _listed(self.density(self.total), "uA/cm^2"),
            "current_pA": {word: _listed(i if self.basis == "total" else None, "pA") for word, i in self.currents.items()},
            "total_pA": _listed(self.total if self.basis == "total" else None, "pA"),
            "current_relative": {word: _listed(i, "1") for word, i in self.currents.items()}
            if self.basis == "relative"
            else None,
            "total_relative": _listed(self.total if self.basis == "relative" else None, "1"),
            "roots": [{"V_mV": bench(V, "mV"), "stable": stable} for V, stable in self.roots],
            "E_mV": {ion: bench(E, "mV") for ion, E in self.E.items()},
        }


@dataclass(frozen=True)
class IvResult(Result):
    """Current-voltage curves of every membrane, with the potentials at which each carries no net current."""

    view = "iv"

    cell: str
    temperature: float
    membranes: dict[str, IvCurve]
    certificate: Certificate
    notes: tuple[str, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {
            "cell": self.cell,
            "temperature_K": self.temperature,
            "membranes": {name: curve.to_dict() for name, curve in self.membranes.items()},
            "notes": list(self.notes),
            "refused": self.refused | self.certificate.refused(),
            "certificate": self.certificate.to_dict(),
        }

    def to_xarray(self) -> Any:
        """Currents [pA, uA/cm^2 or relative] by membrane: a dict of xarray.Dataset over V in mV (needs the extra `population`)."""
        from ..errors import MissingExtraError

        try:
            import xarray
        except ImportError:
            raise MissingExtraError("population", "to_xarray") from None
        units = {"total": "pA", "density": "uA/cm^2", "relative": "1"}
        sets = {}
        for name, curve in self.membranes.items():
            unit = units[curve.basis]
            V = ("V", to_unit(curve.V, "mV"), {"units": "mV", "long_name": "membrane potential"})
            data = {
                word: ("V", to_unit(i, unit), {"units": unit}) for word, i in {**curve.currents, "total": curve.total}.items()
            }
            sets[name] = xarray.Dataset(data, coords={"V": V}, attrs={"cell": self.cell, "membrane": name})
        return sets


def _listed(values: np.ndarray | None, unit: str) -> list[float | None] | None:
    return None if values is None else [finite(value) for value in to_unit(np.asarray(values, dtype=float), unit)]
