"""The answer to `donnan`: the equilibrium of everything that can pass by itself, no pump working."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .base import Result
from .certificate import Certificate, finite
from .rest import bench_map
from .steady import SteadyPoint


@dataclass(frozen=True)
class DonnanResult(Result):
    """Donnan equilibrium of a described cell.

    Attributes (SI):
        point:    potentials, concentrations, volumes
        ratio:    {membrane: {ion: inner over outer concentration}}
        pressure: {membrane: what its wall bears, inside minus outside [Pa]}; where the volume is fixed, what a rigid wall would
                  bear; nothing where water is free
        wall:     {membrane: whether a wall is described}
        kept:     ions of each compartment that have no passive path of their own and keep their amounts
        stays:    {membrane: ions without a path through it that keep their amounts on a side of it}
        away:     mechanisms that were taken away for the question
    """

    view = "donnan"

    cell: str
    temperature: float
    point: SteadyPoint
    ratio: dict[str, dict[str, float | None]]
    pressure: dict[str, float]
    wall: dict[str, bool]
    kept: dict[str, tuple[str, ...]]
    away: tuple[str, ...]
    certificate: Certificate
    notes: tuple[str, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)
    stays: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        point = self.point.to_dict()
        del point["stable"]
        return {
            "cell": self.cell,
            "temperature_K": self.temperature,
            **point,
            "ratio": {name: {ion: finite(r) for ion, r in ions.items()} for name, ions in self.ratio.items()},
            "pressure_kPa": bench_map(self.pressure, "kPa"),
            "kept": {name: list(ions) for name, ions in self.kept.items()},
            "stays": {name: list(ions) for name, ions in self.stays.items()},
            "taken_away": list(self.away),
            "notes": list(self.notes),
            "refused": dict(self.refused),
            "certificate": self.certificate.to_dict(),
        }
