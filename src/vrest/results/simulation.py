"""The answer to `simulate`: the time course of a cell. SI inside; bench units in `to_dict` and the tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .base import LEFT_OUT, Brief, Result, derived, says
from .energy import EVENT, STEP, EnergyCourse, Happening

COLUMNS: tuple[str, ...] = (
    *("time_s", "V_mV", "inside_mM", "volume_pL", "water_pL", "osmolarity_mM", "pressure_MPa", "E_mV", "current_pA"),
    *("exchanges.flux_mol_per_s", "atp_mol_per_s", "energy.*", "dissipation_W"),
)
"""Keys whose arrays are columns of the CSV."""

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True, repr=False)
class ExchangeCourse(Brief):
    """What one exchange moves over time [mol/s], positive out of its compartment."""

    fluxes: Arrays = field(metadata=says("flux_mol_per_s", over=("ion",)))

    axis = ("time",)


@dataclass(frozen=True, repr=False)
class Shift(Brief):
    """What was added to a compartment so that the run starts at rest [mol]."""

    ion: str
    mol: float


@dataclass(frozen=True, repr=False)
class Moment(Brief):
    """The state at a time [s]: V [V], concentrations [mol/m^3], volumes and their water [m^3]."""

    time: float = field(metadata=says(key="time_s"))
    V: dict[str, float] = field(metadata=says("V_mV"))
    c: dict[str, dict[str, float]] = field(metadata=says("inside_mM"))
    volume: dict[str, float] = field(metadata=says("volume_pL"))
    water: dict[str, float] = field(metadata=says("water_pL"))


@dataclass(frozen=True, repr=False)
class SimulationResult(Result):
    """Time course of a cell under a protocol.

    Attributes (SI; arrays over time):
        protocol:   its name; story: what happened, in sentences
        time:       s; strictly increasing except at steps of the protocol, which have a point on each side
        V:          {membrane: V}
        potential:  {compartment: V}
        c:          {compartment: {ion: mol/m^3}} of all that are no bath
        volume:     {compartment: m^3}, water and solids; water: of the water alone
        osmolarity: {compartment: mol/m^3}; pressure: {membrane: what its wall bears, or a rigid one would where a volume is held, Pa}
        E:          {membrane: {ion: Nernst potential, V}}
        current:    {membrane: {mechanism: A}}, outward positive
        flux:       {membrane: {mechanism: {ion: mol/s}}}
        exchanges:  {compartment: {exchange: {ion: mol/s}}}, positive out of the compartment
        atp:        mol/s
        dissipated: W, by each mechanism {membrane: {mechanism: W}}; nan where the free energy of ATP is not described
        energy:     powers and stored free energy; see EnergyCourse
        happenings: the protocol's steps, what was met, and what pumps did
        ledger:     {place: {ion: mol}} what baths, held compartments and electrodes received by the end
        shifts:     {compartment: (ion, mol)} what was added so that the run starts at rest
        ended:      "end", "steady", "crossed", "exhausted", "interrupted"
    """

    protocol: str
    temperature: float = field(metadata=says("temperature_K"))
    time: np.ndarray = field(metadata=says("time_s", over=()))
    V: Arrays = field(metadata=says("V_mV"))
    potential: Arrays = field(metadata=says("potential_mV"))
    c: dict[str, Arrays] = field(metadata=says("inside_mM"))
    volume: Arrays = field(metadata=says("volume_pL"))
    water: Arrays = field(metadata=says("water_pL"))
    osmolarity: Arrays = field(metadata=says("osmolarity_mM"))
    pressure: Arrays = field(metadata=says("pressure_MPa"))
    E: dict[str, Arrays] = field(metadata=says("E_mV"))
    current: dict[str, Arrays] = field(metadata=says("current_pA"))
    flux: dict[str, dict[str, Arrays]] = field(metadata=says("flux_mol_per_s"))
    exchanges: dict[str, dict[str, Arrays]] = field(metadata=LEFT_OUT)
    atp: np.ndarray = field(metadata=says("atp_mol_per_s"))
    dissipated: dict[str, Arrays] = field(metadata=says("dissipation_W"))
    energy: EnergyCourse
    happenings: tuple[Happening, ...]
    ended: str
    shifts: dict[str, tuple[str, float]] = field(default_factory=dict, metadata=LEFT_OUT)
    story: tuple[str, ...] = ()
    ledger: dict[str, dict[str, float]] = field(default_factory=dict, metadata=says("received_mol"))

    axis = axes = ("time",)

    @property
    @derived(key="exchanges", over=("compartment", "exchange"))
    def exchanged(self) -> dict[str, dict[str, ExchangeCourse]]:
        """The exchanges as parts of the answer."""
        return {name: {word: ExchangeCourse(ions) for word, ions in group.items()} for name, group in self.exchanges.items()}

    @property
    @derived("turnover_mol_per_s")
    def turnover(self) -> dict[str, Arrays]:
        """Cycles of each mechanism that splits ATP [mol/s]."""
        return self.energy.turnover

    @property
    @derived("affinity_kJ_per_mol")
    def affinity(self) -> dict[str, Arrays]:
        """What a cycle of it leaves of its ATP [J/mol]."""
        return self.energy.left_over

    @property
    @derived("efficiency", over=("membrane", "mechanism"))
    def efficiency(self) -> dict[str, Arrays]:
        """Its work on ions over the power from ATP."""
        return self.energy.pump_efficiency

    @property
    @derived()
    def final(self) -> Moment:
        """The state at the end."""
        return Moment(float(self.time[-1]), **self.at(float(self.time[-1])))

    @property
    @derived(over=("compartment",))
    def shifted(self) -> dict[str, Shift]:
        """What was added at the start."""
        return {node: Shift(ion, amount) for node, (ion, amount) in self.shifts.items()}

    def at(self, time: float) -> dict[str, Any]:
        """The state at a time [s], between the points linearly: {`V`, `c`, `volume`, `water`}."""
        pick = lambda values: float(np.interp(time, self.time, values))  # noqa: E731
        return {
            "V": {name: pick(v) for name, v in self.V.items()},
            "c": {name: {ion: pick(v) for ion, v in ions.items()} for name, ions in self.c.items()},
            "volume": {name: pick(v) for name, v in self.volume.items()},
            "water": {name: pick(v) for name, v in self.water.items()},
        }

    def columns(self) -> Arrays:
        """The time course as columns whose names carry compartment, quantity and unit."""
        from .forms import columns

        return columns(self, COLUMNS)


def sides(time: np.ndarray, at: float) -> tuple[int, int]:
    """The points just before and just after a time: two at a step, otherwise one and the same."""
    after = int(np.searchsorted(time, at, side="right")) - 1
    return min(int(np.searchsorted(time, at, side="left")), after), after


__all__ = ["EVENT", "STEP", "Happening", "SimulationResult", "sides"]
