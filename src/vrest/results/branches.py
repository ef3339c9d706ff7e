"""The answer to `branches`: states along a number of the description, through folds, stable or not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..units import to_unit
from .base import Result
from .certificate import Certificate
from .rest import bench
from .simulation import clean


@dataclass(frozen=True)
class Branch:
    """One curve: values of the number (in its unit), V [V] of each membrane, concentrations [mol/m^3] where they change, stability."""

    values: np.ndarray
    V: dict[str, np.ndarray]
    c: dict[str, dict[str, np.ndarray]]
    volume: dict[str, np.ndarray]
    stable: np.ndarray
    closed: bool = False

    def to_dict(self) -> dict[str, Any]:
        return {
            "values": clean(self.values),
            "V_mV": {name: clean(to_unit(V, "mV")) for name, V in self.V.items()},
            "inside_mM": {name: {ion: clean(c) for ion, c in ions.items()} for name, ions in self.c.items()},
            "volume_pL": {name: clean(to_unit(w, "pL")) for name, w in self.volume.items()},
            "stable": [bool(s) for s in self.stable],
            "closed": self.closed,
        }


@dataclass(frozen=True)
class Special:
    """A fold or a Hopf point: the number's value there, and V [V]."""

    kind: str
    value: float
    V: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "value": self.value, "V_mV": {name: bench(V, "mV") for name, V in self.V.items()}}


@dataclass(frozen=True)
class BranchesResult(Result):
    """Curves of rest or of steady states over one number."""

    view = "branches"

    cell: str
    path: str
    unit: str
    of: str
    logarithmic: bool
    branches: tuple[Branch, ...]
    special: tuple[Special, ...]
    certificate: Certificate
    notes: tuple[str, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {
            "cell": self.cell,
            "over": {"path": self.path, "unit": self.unit, "logarithmic": self.logarithmic},
            "of": self.of,
            "branches": [branch.to_dict() for branch in self.branches],
            "special": [point.to_dict() for point in self.special],
            "notes": list(self.notes),
            "refused": dict(self.refused),
            "certificate": self.certificate.to_dict(),
        }
