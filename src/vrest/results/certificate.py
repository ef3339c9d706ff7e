"""What every solved answer carries: whether it converged, and the residuals that show it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

NOTHING_MOVED = "concentrations are held, so nothing moved that could be lost"


@dataclass(frozen=True)
class Certificate:
    """Evidence for an answer.

    Attributes:
        converged:  every residual is within what rounding allows
        residuals:  {name_unit: {place: x}}, recomputed by other means than the solver's
        method:     how the answer was found
        search:     what was searched: range and resolution
        charge_error, mass_error: relative; None where nothing moved
        dissipation_violations: mechanisms that dissipate negatively (membrane.mechanism)
        assumptions: what the answer takes for granted
    """

    converged: bool
    residuals: dict[str, dict[str, float]]
    method: str
    search: dict[str, Any] = field(default_factory=dict)
    charge_error: float | None = None
    mass_error: float | None = None
    dissipation_violations: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        from .. import __version__

        return {
            "converged": self.converged,
            "residuals": self.residuals,
            "charge_error": self.charge_error,
            "mass_error": self.mass_error,
            "dissipation_violations": list(self.dissipation_violations),
            "search": self.search,
            "method": self.method,
            "assumptions": list(self.assumptions),
            "vrest_version": __version__,
        }

    def refused(self) -> dict[str, str]:
        """A sentence for each None of the certificate, by its path in the answer."""
        unmoved = {"charge_error": self.charge_error, "mass_error": self.mass_error}
        return {f"certificate.{key}": NOTHING_MOVED for key, value in unmoved.items() if value is None}


def finite(value: Any) -> Any:
    """A float for JSON, None for what is absent, infinite or not a number."""
    if value is None:
        return None
    number = float(value)
    return number if math.isfinite(number) else None
