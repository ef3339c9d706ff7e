"""The answer to `steady_state`: the composition, volume and potential that a cell's own mechanisms hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .base import LEFT_OUT, Brief, Maybe, Result, Unknown, derived, says
from .rest import EnergyBalance, ExchangeState, IonState, MechanismState, chords
from .words import lacking, osmotic

if TYPE_CHECKING:
    from .protons import ProtonMotiveForce

NOT_STABLE = "a state that is not stable is not come back to"
OPEN = "the slowest eigenvalue is zero within its own error, so it cannot be told whether a deviation grows or dies away"
NOTHING_DEVIATES = "nothing that could deviate is left"


@dataclass(frozen=True, repr=False)
class SteadyPoint(Brief):
    """One steady state [SI]: potentials of membranes and compartments, concentrations, volumes and water of all that are no bath.

    `bound` is what buffers hold [mol/m^3], `pH` that of compartments that list H, `pmf` the proton-motive force of membranes with H on both sides.
    A compartment that no membrane touches has no potential. `osmolarity` is that of every compartment [mol/m^3], `pressure` what the wall
    at a membrane bears, or a rigid one would have to where a volume is held [Pa]. `walls` names membranes with a
    wall of their own, `gap` those whose volume is held though the
    osmolarities differ by more than a few mM [mol/m^3]: with more inside the state is one of a cell in a rigid wall, with less inside
    it lacks solutes that are not listed.
    """

    V_m: dict[str, float] = field(metadata=says("V_mV"))
    potential: dict[str, Maybe] = field(metadata=says("potential_mV"))
    inside: dict[str, dict[str, float]] = field(metadata=says("inside_mM"))
    volume: dict[str, Maybe] = field(metadata=says("volume_pL"))
    water: dict[str, Maybe] = field(metadata=says("water_pL"))
    osmolarity: dict[str, Maybe] = field(metadata=says("osmolarity_mM"))
    pressure: dict[str, Maybe] = field(metadata=says("pressure_MPa"))
    bound: dict[str, dict[str, float]] = field(metadata=says("bound_mM"))
    pH: dict[str, Maybe] = field(metadata=says("pH"))
    pmf: dict[str, ProtonMotiveForce] = field(metadata=says(over=("membrane",)))
    walls: tuple[str, ...] = field(metadata=LEFT_OUT)
    gap: dict[str, float] = field(metadata=says("osmotic_gap_mM"))
    gates: dict[str, dict[str, dict[str, float]]] = field(metadata=says("gate", key="gates"))
    states: dict[str, float] = field(metadata=says("state", key="states"))
    stable: bool | Unknown = field(metadata=says("stable"))

    @property
    def stability(self) -> str:
        """In words, whether a small deviation dies away; where the volume is held though osmolarities differ, in what that holds."""
        word = "stability not known" if isinstance(self.stable, Unknown) else "stable" if self.stable else "not stable"
        held = " in a rigid wall" if any(gap > 0 for gap in self.gap.values()) else " at its held volume"
        return word + (held if self.gap else "")


def at_held_volumes(point: SteadyPoint) -> list[str]:
    """A sentence for each membrane at which the volume is held though osmolarities differ: by a rigid wall, or by what is not listed."""
    return [_at_held_volume(name, gap, point.pressure[name]) for name, gap in point.gap.items()]


def _at_held_volume(name: str, gap: float, pressure: Maybe) -> str:
    if gap > 0:
        wall = f"that at '{name}' bears {osmotic(gap, pressure)}"
        return f"This is a state in a rigid wall: {wall}; without one the cell would swell."
    return (
        f"The volume within '{name}' is held (water: none), as if {lacking(gap)} were inside; without them the cell would shrink."
    )


@dataclass(frozen=True, repr=False)
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

    temperature: float = field(metadata=says("temperature_K"))
    point: SteadyPoint = field(metadata=says(key=""))
    other_states: tuple[SteadyPoint, ...] = field(metadata=says(over=("state",)))
    eigenvalues: tuple[complex, ...] = field(metadata=LEFT_OUT)
    removed: int = field(metadata=says("conserved_totals"))
    mechanisms: dict[str, dict[str, MechanismState]] = field(metadata=says(over=("membrane", "mechanism")))
    ions: dict[str, dict[str, IonState]] = field(metadata=says(over=("membrane", "ion")))
    exchanges: dict[str, dict[str, ExchangeState]] = field(metadata=says(over=("compartment", "exchange")))
    energy: EnergyBalance
    atp: Maybe = field(metadata=says("atp_mol_per_s"))
    donnan: bool

    @property
    def state_count(self) -> int:
        """How many steady states were found."""
        return 1 + len(self.other_states)

    @property
    @derived("chord_conductance_S_per_m2")
    def chord_conductance(self) -> dict[str, dict[str, Maybe]]:
        """Current density over V minus the reversal potential, of each mechanism [S/m^2]."""
        return chords(self.mechanisms)

    @property
    @derived("eigenvalues_per_s")
    def decay_rates(self) -> tuple[float, ...]:
        """Real parts of the eigenvalues [1/s]; a negative one dies away."""
        return tuple(e.real for e in self.eigenvalues)

    @property
    @derived("eigenvalues_imaginary_per_s")
    def angular_frequencies(self) -> tuple[float, ...]:
        """Imaginary parts of the eigenvalues [1/s]."""
        return tuple(e.imag for e in self.eigenvalues)

    @property
    @derived("slowest_time_constant_s")
    def slowest_time_constant(self) -> Maybe:
        """Time in which the slowest deviation falls to 1/e [s], where the state is stable."""
        if not self.point.stable:
            return Unknown(OPEN if isinstance(self.point.stable, Unknown) else NOT_STABLE)
        slowest = max(self.decay_rates, default=0.0)
        return -1.0 / slowest if slowest < 0 else Unknown(NOTHING_DEVIATES)

    @property
    @derived("fastest_time_constant_s")
    def fastest_time_constant(self) -> Maybe:
        """The same of the fastest [s]."""
        fastest = min(self.decay_rates, default=0.0)
        return -1.0 / fastest if fastest < 0 else Unknown(NOTHING_DEVIATES)
