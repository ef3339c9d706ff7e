"""The answer to `steady_state`: the composition, volume and potential that a cell's own mechanisms hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .base import Result
from .certificate import Certificate, finite
from .rest import EnergyBalance, ExchangeState, IonState, MechanismState, bench_map, nested


@dataclass(frozen=True)
class SteadyPoint:
    """One steady state [SI]: potentials of membranes and compartments, concentrations and volumes of all that are no bath.

    A compartment that no membrane touches has no potential (None).
    """

    V_m: dict[str, float]
    potential: dict[str, float | None]
    inside: dict[str, dict[str, float]]
    volume: dict[str, float | None]
    stable: bool

    def to_dict(self) -> dict[str, Any]:
        return {
            "V_mV": bench_map(self.V_m, "mV"),
            "potential_mV": bench_map(self.potential, "mV"),
            "inside_mM": {name: bench_map(ions, "mM") for name, ions in self.inside.items()},
            "volume_pL": bench_map(self.volume, "pL"),
            "stable": self.stable,
        }


@dataclass(frozen=True)
class SteadyResult(Result):
    """Homeostatic steady state of a cell.

    Attributes (SI):
        point:        the state that the cell reaches from its description
        other_states: every other one that was found
        eigenvalues:  of the dynamics on the manifold of conserved totals [1/s]
        removed:      how many conserved totals, and so zero eigenvalues, were taken out
        mechanisms, ions, exchanges, energy, atp: as in `rest`, at the steady state
        donnan:       whether every flux is zero by itself and no pump works
    """

    view = "steady"

    cell: str
    temperature: float
    point: SteadyPoint
    other_states: tuple[SteadyPoint, ...]
    eigenvalues: tuple[complex, ...]
    removed: int
    mechanisms: dict[str, dict[str, MechanismState]]
    ions: dict[str, dict[str, IonState]]
    exchanges: dict[str, dict[str, ExchangeState]]
    energy: EnergyBalance
    atp: float | None
    donnan: bool
    certificate: Certificate
    notes: tuple[str, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)

    @property
    def slowest_time_constant(self) -> float | None:
        """Time in which the slowest deviation falls to 1/e [s]; None where the state is not stable."""
        slowest = max((e.real for e in self.eigenvalues), default=0.0)
        return -1.0 / slowest if self.point.stable and slowest < 0 else None

    @property
    def fastest_time_constant(self) -> float | None:
        """The same of the fastest [s]."""
        fastest = min((e.real for e in self.eigenvalues), default=0.0)
        return -1.0 / fastest if fastest < 0 else None

    def to_dict(self) -> dict[str, Any]:
        return {
            "cell": self.cell,
            "temperature_K": self.temperature,
            **self.point.to_dict(),
            "eigenvalues_per_s": [finite(e.real) for e in self.eigenvalues],
            "eigenvalues_imaginary_per_s": [finite(e.imag) for e in self.eigenvalues],
            "conserved_totals": self.removed,
            "slowest_time_constant_s": self.slowest_time_constant,
            "fastest_time_constant_s": self.fastest_time_constant,
            "atp_mol_per_s": finite(self.atp),
            "energy": self.energy.to_dict(),
            "donnan": self.donnan,
            "other_states": [state.to_dict() for state in self.other_states],
            "mechanisms": nested(self.mechanisms),
            "ions": nested(self.ions),
            "exchanges": nested(self.exchanges),
            "notes": list(self.notes),
            "refused": dict(self.refused),
            "certificate": self.certificate.to_dict(),
        }
