"""The cell at given membrane potentials: flows of every mechanism with plain floats, per area and in all, and forces on the ions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...laws.nernst import electrochemical_difference, nernst_potential
from ...mechanisms.kind import Flows, across
from ...system.circuit import Circuit
from ...system.membrane import Extent, MembraneSystem

NO_ABSOLUTE = "only permeability ratios are given; currents, ATP and times need an absolute permeability (such as 1e-8 m/s)"
NO_AREA = "the membrane's area is not described; give an area, or the inner compartment's shape"


@dataclass(frozen=True)
class MembraneSnapshot:
    """One membrane at one potential. `to_density` and `to_total` turn its flows into per-area and whole-membrane values."""

    name: str
    V: float
    system: MembraneSystem
    flows: Mapping[str, Flows]
    numbers: Mapping[str, float]

    @property
    def area(self) -> float | None:
        return self.numbers.get(f"{self.name}.area")

    @property
    def to_density(self) -> float | None:
        """Factor from the membrane's basis to values per area; None where it cannot be said."""
        if self.system.extent is Extent.AREA:
            return 1.0
        return 1.0 / self.area if self.system.extent is Extent.WHOLE and self.area else None

    @property
    def to_total(self) -> float | None:
        """Factor from the membrane's basis to values of the whole membrane; None where it cannot be said."""
        return 1.0 if self.system.extent is Extent.WHOLE else None

    @property
    def why_no_density(self) -> str:
        return NO_ABSOLUTE if self.system.extent is Extent.RELATIVE else NO_AREA

    why_no_total = why_no_density

    def current(self, word: str) -> float:
        return float(self.flows[word].current(self.system.cell.valences))

    def net_fluxes(self) -> dict[str, float]:
        """Flux of each ion by all mechanisms together, in the membrane's basis, outward positive."""
        return {ion: float(flux) for ion, flux in across(self.flows).items()}

    def concentrations(self, ion: str) -> tuple[float | None, float | None]:
        c_in, c_out = self.system.concentrations(self.numbers)
        return c_in.get(ion), c_out.get(ion)

    def E(self, ion: str) -> float | None:
        """Nernst potential [V]; None where a side lacks the ion."""
        c_in, c_out = self.concentrations(ion)
        if not c_in or not c_out:
            return None
        return float(nernst_potential(self.system.cell.valences[ion], c_in, c_out, self.numbers["temperature"]))

    def dmu(self, ion: str) -> float | None:
        """Electrochemical difference [J/mol]; None where a side lacks the ion."""
        c_in, c_out = self.concentrations(ion)
        if not c_in or not c_out:
            return None
        return float(electrochemical_difference(self.V, self.system.cell.valences[ion], c_in, c_out, self.numbers["temperature"]))

    def delta_G(self) -> float | None:
        """Free energy of ATP hydrolysis on the side that describes it [J/mol]."""
        for side in (self.system.inner, self.system.outer):
            if side.delta_G is not None:
                return self.numbers[f"{side.name}.delta_G"]
        return None


def snapshots(circuit: Circuit, V: Mapping[str, float], numbers: Mapping[str, float]) -> dict[str, MembraneSnapshot]:
    """Every membrane at its potential."""
    return {
        name: MembraneSnapshot(name, V[name], system, system.flows(V[name], numbers), numbers)
        for name, system in circuit.membranes.items()
    }
