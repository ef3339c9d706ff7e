"""The answer to `rest --over`: the resting potential along one number of the description."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..units import to_unit
from .base import Result
from .certificate import Certificate
from .rest import RootState, bench

ANSWERED = "answered"


@dataclass(frozen=True)
class OverResult(Result):
    """Resting potentials along a path.

    Attributes:
        path, unit, values: what was varied; `values` in `unit`
        V:      {membrane: V at each value [V], nan where none exists}
        roots:  every root at each value
        E:      {membrane: {ion: Nernst potential [V], nan where not defined}}
        status: None, or the sentence that says why a value has no answer
    """

    view = "over"

    cell: str
    path: str
    unit: str
    values: np.ndarray
    logarithmic: bool
    V: dict[str, np.ndarray]
    roots: list[tuple[RootState, ...]]
    E: dict[str, dict[str, np.ndarray]]
    status: list[str | None]
    certificate: Certificate
    notes: tuple[str, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {
            "cell": self.cell,
            "over": {
                "path": self.path,
                "unit": self.unit,
                "logarithmic": self.logarithmic,
                "values": [float(v) for v in self.values],
            },
            "points": [self._point(k) for k in range(len(self.values))],
            "notes": list(self.notes),
            "refused": self.refused | self.certificate.refused(),
            "certificate": self.certificate.to_dict(),
        }

    def _point(self, k: int) -> dict[str, Any]:
        return {
            "value": float(self.values[k]),
            "V_mV": {name: bench(V[k], "mV") for name, V in self.V.items()},
            "E_mV": {name: {ion: bench(E[k], "mV") for ion, E in ions.items()} for name, ions in self.E.items()},
            "roots": [root.to_dict() for root in self.roots[k]],
            "status": self.status[k] or ANSWERED,
        }

    def to_xarray(self) -> Any:
        """V and the Nernst potentials as an xarray.Dataset over the varied number, in mV (needs the extra `population`)."""
        from ..errors import MissingExtraError

        try:
            import xarray
        except ImportError:
            raise MissingExtraError("population", "to_xarray") from None
        membranes = list(self.V)
        V = xarray.DataArray(
            [to_unit(self.V[name], "mV") for name in membranes],
            dims=("membrane", "value"),
            coords={"membrane": membranes, "value": ("value", self.values, {"units": self.unit, "long_name": self.path})},
            attrs={"units": "mV", "long_name": "resting membrane potential"},
        )
        return xarray.Dataset({"V": V}, attrs={"cell": self.cell, "over": self.path})
