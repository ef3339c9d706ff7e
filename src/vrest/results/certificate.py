"""What every solved answer carries: whether it converged, and the residuals that show it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .base import Maybe, Unknown, derived

NOTHING_MOVED = "concentrations are held, so nothing moved that could be lost"
NO_WAY = "each state on a curve is certified by itself: there is no way there on which something could be lost"


@dataclass(frozen=True)
class Certificate:
    """Evidence for an answer.

    Attributes:
        converged:  every residual is within what rounding allows
        residuals:  {name_unit: {place: x}}, recomputed by other means than the solver's
        method:     how the answer was found
        search:     what was searched: range and resolution
        charge_error, mass_error: relative; unknown where nothing moved
        dissipation_violations: mechanisms that dissipate negatively (membrane.mechanism)
        assumptions: what the answer takes for granted
    """

    converged: bool
    residuals: dict[str, dict[str, float]]
    method: str
    search: dict[str, Any] = field(default_factory=dict)
    charge_error: Maybe = Unknown(NOTHING_MOVED)
    mass_error: Maybe = Unknown(NOTHING_MOVED)
    dissipation_violations: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()

    @property
    @derived()
    def vrest_version(self) -> str:
        from .. import __version__

        return __version__
