"""The answer to `explain`: a cell held, left to itself, and with its pumps off, side by side."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .base import Result
from .certificate import Certificate, finite
from .rest import bench
from .steady import SteadyPoint


@dataclass(frozen=True)
class PumpEffect:
    """What the pumps do to one membrane [V]: their current at once, the gradients they keep, both."""

    at_once: float | None
    over_hours: float | None

    @property
    def total(self) -> float | None:
        return None if self.at_once is None or self.over_hours is None else self.at_once + self.over_hours

    def to_dict(self) -> dict[str, Any]:
        return {
            "at_once_mV": bench(self.at_once, "mV"),
            "over_hours_mV": bench(self.over_hours, "mV"),
            "total_mV": bench(self.total, "mV"),
        }


@dataclass(frozen=True)
class Column:
    """One of the three: the state, and the time constant of the way there [s]."""

    point: SteadyPoint
    time_constant: float | None

    def to_dict(self) -> dict[str, Any]:
        return {**self.point.to_dict(), "time_constant_s": finite(self.time_constant)}


@dataclass(frozen=True)
class ExplainResult(Result):
    """Held (seconds), steady (hours), pumps off; None with a sentence in `refused` where there is no such state."""

    view = "explained"

    cell: str
    temperature: float
    held: Column
    steady: Column | None
    pumps_off: Column | None
    effect: dict[str, PumpEffect]
    certificate: Certificate
    notes: tuple[str, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {
            "cell": self.cell,
            "temperature_K": self.temperature,
            "held": self.held.to_dict(),
            "steady": None if self.steady is None else self.steady.to_dict(),
            "pumps_off": None if self.pumps_off is None else self.pumps_off.to_dict(),
            "pump_effect": {name: effect.to_dict() for name, effect in self.effect.items()},
            "notes": list(self.notes),
            "refused": dict(self.refused),
            "certificate": self.certificate.to_dict(),
        }
