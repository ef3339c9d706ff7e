"""The answer to `tune`: the missing numbers for which the described concentrations are the steady state."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .base import Result
from .certificate import Certificate
from .rest import bench_map
from .steady import SteadyPoint

if TYPE_CHECKING:
    from ..description.cell import Cell


@dataclass(frozen=True)
class TuneResult(Result):
    """Numbers that make a described composition keep itself.

    Attributes:
        values: {path: text with unit}; before: the same as described
        V_m:    {membrane: potential of the tuned cell [V]}
        steady: the steady state of the tuned cell, found anew
        tuned:  the cell with these numbers
        held:   what was held, as it was asked
    """

    view = "tuned"

    cell: str
    values: dict[str, str]
    si: dict[str, float]
    before: dict[str, str]
    V_m: dict[str, float]
    steady: SteadyPoint
    tuned: Cell
    certificate: Certificate
    notes: tuple[str, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {
            "cell": self.cell,
            "values": dict(self.values),
            "values_si": dict(self.si),
            "before": dict(self.before),
            "held": dict(self.held),
            "V_mV": bench_map(self.V_m, "mV"),
            "steady": self.steady.to_dict(),
            "notes": list(self.notes),
            "refused": dict(self.refused),
            "certificate": self.certificate.to_dict(),
        }
