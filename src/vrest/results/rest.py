"""The answer to `rest`: potentials, where they come from, what they cost. SI inside; bench units in `to_dict`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..units import to_unit
from .base import Result
from .certificate import Certificate, finite

NO_BUDGET = "no metabolic budget is stated; give `metabolism: {atp: ...}`"
NO_SPLIT = "no ATP is split there"


@dataclass(frozen=True)
class IonState:
    """One ion at one membrane: Nernst potential and driving force [V], concentrations [mol/m^3]; None where not defined."""

    valence: int
    E: float | None
    driving_force: float | None
    c_in: float | None
    c_out: float | None

    def to_dict(self) -> dict[str, Any]:
        return {
            "E_mV": bench(self.E, "mV"),
            "driving_force_mV": bench(self.driving_force, "mV"),
            "inside_mM": bench(self.c_in, "mM"),
            "outside_mM": bench(self.c_out, "mM"),
        }


@dataclass(frozen=True)
class MechanismState:
    """One mechanism at rest, outward positive: current density [A/m^2], current [A], fluxes [mol/s], dissipation [W].

    `share` is its part of all inward, or of all outward, current of the membrane; `turnover` in cycles [mol/s], `affinity` [J/mol]
    of one cycle of a pump.
    """

    kind: str
    current_density: float | None
    current: float | None
    share: float | None
    fluxes: dict[str, float | None]
    dissipation: float | None
    atp: float | None = None
    turnover: float | None = None
    affinity: float | None = None
    efficiency: float | None = None
    splits_atp: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The contract's keys for every mechanism; those of a pump only where they are known."""
        common = {
            "current_uA_per_cm2": bench(self.current_density, "uA/cm^2"),
            "current_pA": bench(self.current, "pA"),
            "flux_mol_per_s": {ion: finite(flux) for ion, flux in self.fluxes.items()},
            "dissipation_W": finite(self.dissipation),
            "share": finite(self.share),
            "kind": self.kind,
        }
        of_pumps = {
            "atp_mol_per_s": finite(self.atp),
            "turnover_mol_per_s": finite(self.turnover),
            "affinity_kJ_per_mol": bench(self.affinity, "kJ/mol"),
        }
        if self.splits_atp:
            common["efficiency"] = finite(self.efficiency)
        return common | {key: value for key, value in of_pumps.items() if value is not None}


@dataclass(frozen=True)
class ExchangeState:
    """What one exchange moves [mol/s], positive out of its compartment into `partner` (None: a reservoir outside of the description)."""

    partner: str | None
    fluxes: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        return {"with": self.partner, "flux_mol_per_s": {ion: finite(flux) for ion, flux in self.fluxes.items()}}


@dataclass(frozen=True)
class Explanation:
    """The same potential by other formulas [V], each None where it does not apply, with a sentence on each gap."""

    ghk: float | None
    chord: float | None
    mullins_noda: float | None
    with_pump: float | None
    electrogenic: float | None
    sentences: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        names = ("ghk", "chord", "mullins_noda", "with_pump", "electrogenic")
        return {f"{name}_mV": bench(getattr(self, name), "mV") for name in names} | {"sentences": list(self.sentences)}


@dataclass(frozen=True)
class MovedCharge:
    """The charge on the membrane [C] as magnitude, in moles of monovalent ions, as part of each inner ion, and the field [V/m]."""

    charge: float | None
    moles: float | None
    fraction_of: dict[str, float | None]
    field: float | None

    def to_dict(self) -> dict[str, Any]:
        return {
            "moved_C": finite(self.charge),
            "moved_mol": finite(self.moles),
            "fraction_of": {ion: finite(part) for ion, part in self.fraction_of.items()},
            "field_V_per_m": finite(self.field),
        }


@dataclass(frozen=True)
class RootState:
    """One set of membrane potentials [V] at which no net current flows, and whether the cell stays there."""

    V_m: dict[str, float]
    stable: bool

    def to_dict(self) -> dict[str, Any]:
        return {"V_mV": bench_map(self.V_m, "mV"), "stable": self.stable}


@dataclass(frozen=True)
class EnergyBalance:
    """Power [W]: from ATP, done on ions, dissipated in passive paths, stored in gradients; work over power from ATP, and ATP over the
    stated budget. None where not known."""

    atp_power: float | None
    work_on_ions: float | None
    dissipated_in_pumps: float | None
    dissipated_in_paths: float | None
    stored: float | None
    efficiency: float | None = None
    budget_share: float | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "atp_W": finite(self.atp_power),
            "work_on_ions_W": finite(self.work_on_ions),
            "dissipated_in_pumps_W": finite(self.dissipated_in_pumps),
            "dissipated_in_paths_W": finite(self.dissipated_in_paths),
            "stored_W": finite(self.stored),
            "efficiency": finite(self.efficiency),
            "budget_share": finite(self.budget_share),
        }


@dataclass(frozen=True)
class RestResult(Result):
    """Resting potential with concentrations held.

    Attributes (SI):
        cell, temperature: name, K
        V_m:        {membrane: V}; potential: {compartment: V} against the reference bath
        roots:      every root found; the first stable one that was chosen is `V_m`
        ions, mechanisms, explain, without, charge: by membrane; exchanges: by compartment
        slope_conductance: {membrane: S/m^2}; time_constant: {membrane: s}
        drift:      {compartment: {ion: mol m^-3 s^-1}}; neutrality: {compartment: mol/m^3 of charge}
        energy:     EnergyBalance; atp: mol/s
        debye_length: {compartment: m}
        refused:    {path: sentence} for every None
    """

    view = "rest"

    cell: str
    title: str | None
    temperature: float
    V_m: dict[str, float]
    potential: dict[str, float | None]
    roots: tuple[RootState, ...]
    ions: dict[str, dict[str, IonState]]
    mechanisms: dict[str, dict[str, MechanismState]]
    exchanges: dict[str, dict[str, ExchangeState]]
    explain: dict[str, Explanation]
    without: dict[str, dict[str, float | None]]
    slope_conductance: dict[str, float | None]
    time_constant: dict[str, float | None]
    drift: dict[str, dict[str, float | None]]
    neutrality: dict[str, float]
    atp: float | None
    energy: EnergyBalance
    charge: dict[str, MovedCharge]
    debye_length: dict[str, float | None]
    certificate: Certificate
    notes: tuple[str, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {
            "cell": self.cell,
            "temperature_K": self.temperature,
            "V_mV": bench_map(self.V_m, "mV"),
            "potential_mV": bench_map(self.potential, "mV"),
            "roots": [root.to_dict() for root in self.roots],
            "ions": nested(self.ions),
            "mechanisms": nested(self.mechanisms),
            "exchanges": nested(self.exchanges),
            "explain": {name: entry.to_dict() for name, entry in self.explain.items()},
            "without": {name: bench_map(entry, "mV") for name, entry in self.without.items()},
            "slope_conductance_S_per_m2": bench_map(self.slope_conductance, "S/m^2"),
            "time_constant_ms": bench_map(self.time_constant, "ms"),
            "drift_mM_per_min": {name: bench_map(entry, "mM/min") for name, entry in self.drift.items()},
            "neutrality_mM": bench_map(self.neutrality, "mM"),
            "atp_mol_per_s": finite(self.atp),
            "stored_W": finite(self.energy.stored),
            "energy": self.energy.to_dict(),
            "charge": {name: entry.to_dict() for name, entry in self.charge.items()},
            "debye_length_nm": bench_map(self.debye_length, "nm"),
            "notes": list(self.notes),
            "refused": self.refused | self.certificate.refused(),
            "certificate": self.certificate.to_dict(),
        }


def bench(value: float | None, unit: str) -> float | None:
    """An SI value in a bench unit; None where it is absent or not finite."""
    return None if value is None else finite(to_unit(float(value), unit))


def bench_map(values: dict[str, Any], unit: str) -> dict[str, float | None]:
    return {name: bench(value, unit) for name, value in values.items()}


def nested(groups: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {name: {inner: entry.to_dict() for inner, entry in group.items()} for name, group in groups.items()}
