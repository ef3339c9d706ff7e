"""The answer to `rest`: potentials, where they come from, what they cost. SI inside; bench units in `to_dict`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .base import LEFT_OUT, Brief, Maybe, Result, Unknown, derived, says

if TYPE_CHECKING:
    from .protons import ProtonMotiveForce

NO_BUDGET = "no metabolic budget is stated; give `metabolism: {atp: ...}`"
NO_SPLIT = "no ATP is split there"
NO_CARRIER = "the carrier of this current is not named, so the work on it cannot be said"
NO_ION = "an ion that it moves is missing on one side, where its electrochemical potential has no value"
NO_DELTA_G = "the free energy of ATP is not described; give `atp: {delta_G: ...}`"
NO_CAPACITANCE = (
    "gates come late, and how late against the charging of the membrane its capacitance would say, which is not described"
)
UNDECIDED = "rounding leaves open whether a small deviation of the potential and the gates decays"
NO_REVERSAL = "it has no reversal potential of its own, so no chord conductance"
AT_REVERSAL = "V is its reversal potential, where current and driving force vanish together"
NO_CURRENT = "no current crosses it, so its potential follows from the other membranes"
JUNCTION = (
    "this path lies between two baths and has no cell side: its potential is the diffusion (junction) potential of what passes it, with what "
    "the membranes beside it drive through it"
)
PATH, PUMP, CARRIER, OTHER = "path", "pump", "carrier", "other"  # what a mechanism is to the ions


@dataclass(frozen=True, repr=False)
class IonState(Brief):
    """One ion at one membrane: Nernst potential and driving force [V], concentrations [mol/m^3]; None where it is not listed."""

    valence: float = field(metadata=says("valence"))
    E: Maybe = field(metadata=says("E_mV"))
    driving_force: Maybe = field(metadata=says("driving_force_mV"))
    c_in: Maybe = field(metadata=says("inside_mM", over=()))
    c_out: Maybe = field(metadata=says("outside_mM"))


@dataclass(frozen=True, repr=False)
class MechanismState(Brief):
    """One mechanism at rest, outward positive: current density [A/m^2], current [A], fluxes [mol/s], dissipation [W].

    `share` is its part of all inward, or of all outward, current of the membrane. None but for pumps: ATP [mol/s], cycles [mol/s],
    `affinity` [J/mol] of one cycle, work on ions over the power from ATP. `role`: a path that ions pass
    by themselves, a pump, a carrier that couples ions, or something else. `chord` is i/(V - E) of a path with a reversal potential [S/m^2].
    """

    kind: str
    current_density: Maybe = field(metadata=says("current_uA_per_cm2"))
    current: Maybe = field(metadata=says("current_pA"))
    share: Maybe = field(metadata=says("share"))
    fluxes: dict[str, Maybe] = field(metadata=says("flux_mol_per_s"))
    dissipation: Maybe = field(metadata=says("dissipation_W"))
    atp: Maybe = field(default=None, metadata=says("atp_mol_per_s", optional=True))
    turnover: Maybe = field(default=None, metadata=says("turnover_mol_per_s", optional=True))
    affinity: Maybe = field(default=None, metadata=says("affinity_kJ_per_mol", optional=True))
    efficiency: Maybe = field(default=None, metadata=says("efficiency", optional=True))
    chord: Maybe = field(default=Unknown(NO_REVERSAL), metadata=LEFT_OUT)
    role: str = field(default=OTHER, metadata=LEFT_OUT)

    @property
    def passive(self) -> bool:
        """Whether ions pass it by themselves."""
        return self.role == PATH


@dataclass(frozen=True, repr=False)
class ExchangeState(Brief):
    """What one exchange moves [mol/s], positive out of its compartment into `partner` (None: a reservoir outside of the description).

    Of a reaction, which takes out what it uses and puts in what it makes, `dissipation` is the free energy that it turns to heat [W].
    """

    partner: str | None = field(metadata=says(key="with"))
    fluxes: dict[str, Maybe] = field(metadata=says("flux_mol_per_s", over=("ion",)))
    dissipation: Maybe = field(default=None, metadata=says("dissipation_W", over=(), optional=True))

    @property
    def is_reaction(self) -> bool:
        return self.dissipation is not None


@dataclass(frozen=True, repr=False)
class Explanation(Brief):
    """The same potential by other formulas [V], as far as they apply, with a sentence on each gap."""

    ghk: Maybe = field(metadata=says("ghk_mV"))
    chord: Maybe = field(metadata=says("chord_mV"))
    mullins_noda: Maybe = field(metadata=says("mullins_noda_mV"))
    with_pump: Maybe = field(metadata=says("with_pump_mV"))
    electrogenic: Maybe = field(metadata=says("electrogenic_mV"))
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class MovedCharge(Brief):
    """The charge on the membrane [C] as magnitude, in moles and in number of monovalent ions, as part of each inner ion and per area [C/m^2];
    the field [V/m] and the pressure [Pa] that it makes, and the potential across the diffuse layer of each side [V]."""

    charge: Maybe = field(metadata=says("moved_C"))
    moles: Maybe = field(metadata=says("moved_mol"))
    ions: Maybe = field(metadata=says("moved_ions"))
    fraction_of: dict[str, Maybe] = field(metadata=says("fraction_of"))
    density: Maybe = field(metadata=says("surface_C_per_m2"))
    pressure: Maybe = field(metadata=says("electric_pressure_Pa"))
    layer_drop: dict[str, Maybe] = field(metadata=says("diffuse_drop_mV"))
    field: Maybe = field(metadata=says("field_V_per_m"))


@dataclass(frozen=True, repr=False)
class SurfaceState(Brief):
    """The charged outer face of a membrane: its potential against the solution outside, and what gates see less of V by it [V]."""

    potential: float = field(metadata=says("surface_potential_mV"))
    shift: float = field(metadata=says("gate_shift_mV"))


@dataclass(frozen=True, repr=False)
class RootState(Brief):
    """One set of membrane potentials [V] at which no net current flows, and whether the cell stays there."""

    V_m: dict[str, float] = field(metadata=says("V_mV"))
    stable: bool | Unknown = field(metadata=says("stable"))


@dataclass(frozen=True, repr=False)
class EnergyBalance(Brief):
    """Power [W]: from ATP, from other drives, done on ions, dissipated in pumps and in passive paths, stored in gradients; work over the
    power of both drives, and ATP over the stated budget."""

    atp_power: Maybe = field(metadata=says("atp_W"))
    drive_power: Maybe = field(metadata=says("drive_W"))
    work_on_ions: Maybe = field(metadata=says("work_on_ions_W"))
    dissipated_in_pumps: Maybe = field(metadata=says("dissipated_in_pumps_W"))
    dissipated_in_paths: Maybe = field(metadata=says("dissipated_in_paths_W"))
    stored: Maybe = field(metadata=says("stored_W"))
    efficiency: Maybe = field(default=None, metadata=says("efficiency"))
    budget_share: Maybe = field(default=None, metadata=says("budget_share"))


def chords(mechanisms: dict[str, dict[str, MechanismState]]) -> dict[str, dict[str, Maybe]]:
    """Chord conductances by membrane and mechanism [S/m^2]."""
    return {name: {word: one.chord for word, one in group.items()} for name, group in mechanisms.items()}


@dataclass(frozen=True, repr=False)
class RestResult(Result):
    """Resting potential with concentrations held.

    Attributes (SI):
        title, temperature: what the cell is called in words, K
        V_m:        {membrane: V} of all that have an answer; silent: why others have none; potential: {compartment: V} against the reference bath
        roots:      every root found; the first stable one that was chosen is `V_m`
        ions, mechanisms, explain, without, charge: by membrane; exchanges: by compartment
        slope_conductance: {membrane: S/m^2}, gates at their steady values; instantaneous_conductance: gates as they are at rest
        time_constant: {membrane: s}; gates: {membrane: {mechanism: {gate or state of a scheme: part}}}
        states:     {path, with its unit in brackets: value in it} of states of one's own
        drift:      {compartment: {ion: mol m^-3 s^-1}}; neutrality: {compartment: mol/m^3 of charge}
        energy:     EnergyBalance; atp: mol/s
        debye_length: {compartment: m}
        volume, water: {compartment: m^3}; osmolarity: {compartment: mol/m^3}; pressure: {membrane: Pa}
        bound:      {compartment: {ion: mol/m^3}} that buffers hold
        pH:         {compartment: pH} of those that list H; pmf: {membrane: ProtonMotiveForce} of those with H on both sides
        surface:    {membrane: SurfaceState} of those whose outer face has a described charge
    """

    title: str | None = field(metadata=LEFT_OUT)
    temperature: float = field(metadata=says("temperature_K"))
    V_m: dict[str, float] = field(metadata=LEFT_OUT)
    potential: dict[str, Maybe] = field(metadata=says("potential_mV"))
    roots: tuple[RootState, ...] = field(metadata=says(over=("root",)))
    ions: dict[str, dict[str, IonState]] = field(metadata=says(over=("membrane", "ion")))
    mechanisms: dict[str, dict[str, MechanismState]] = field(metadata=says(over=("membrane", "mechanism")))
    exchanges: dict[str, dict[str, ExchangeState]] = field(metadata=says(over=("compartment", "exchange")))
    explain: dict[str, Explanation] = field(metadata=says(over=("membrane",)))
    without: dict[str, dict[str, Maybe]] = field(metadata=says("without_mV", key="without"))
    slope_conductance: dict[str, Maybe] = field(metadata=says("slope_conductance_S_per_m2"))
    instantaneous_conductance: dict[str, Maybe] = field(metadata=says("instantaneous_conductance_S_per_m2"))
    time_constant: dict[str, Maybe] = field(metadata=says("time_constant_ms"))
    gates: dict[str, dict[str, dict[str, float]]] = field(metadata=says("gate", key="gates"))
    states: dict[str, float] = field(metadata=says("state", key="states"))
    drift: dict[str, dict[str, Maybe]] = field(metadata=says("drift_mM_per_min"))
    neutrality: dict[str, float] = field(metadata=says("neutrality_mM"))
    atp: Maybe = field(metadata=says("atp_mol_per_s"))
    energy: EnergyBalance
    charge: dict[str, MovedCharge] = field(metadata=says(over=("membrane",)))
    debye_length: dict[str, Maybe] = field(metadata=says("debye_length_nm"))
    volume: dict[str, Maybe] = field(metadata=says("volume_pL"))
    water: dict[str, Maybe] = field(metadata=says("water_pL"))
    osmolarity: dict[str, Maybe] = field(metadata=says("osmolarity_mM"))
    pressure: dict[str, Maybe] = field(metadata=says("pressure_MPa"))
    bound: dict[str, dict[str, float]] = field(metadata=says("bound_mM"))
    pH: dict[str, Maybe] = field(metadata=says("pH"))
    pmf: dict[str, ProtonMotiveForce] = field(metadata=says(over=("membrane",)))
    surface: dict[str, SurfaceState] = field(metadata=says(over=("membrane",)))
    walls: tuple[str, ...] = field(metadata=LEFT_OUT)
    silent: dict[str, Unknown] = field(metadata=LEFT_OUT)

    @property
    def state_count(self) -> int:
        """How many resting states the membranes have, stable or not."""
        return len(self.roots)

    @property
    @derived("V_mV")
    def potentials(self) -> dict[str, Maybe]:
        """Potential of every membrane, or why it has none [V]."""
        return {**self.V_m, **self.silent}

    @property
    @derived("chord_conductance_S_per_m2")
    def chord_conductance(self) -> dict[str, dict[str, Maybe]]:
        """Current density over V minus the reversal potential, of each mechanism [S/m^2]."""
        return chords(self.mechanisms)

    @property
    @derived("stored_W")
    def stored(self) -> Maybe:
        """Power by which the gradients grow [W]."""
        return self.energy.stored
