"""The answer to `simulate`: the time course of a cell. SI inside; bench units in `to_dict` and the tables."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from .base import LEFT_OUT, Brief, Result, derived, reasons, says
from .energy import EVENT, STEP, EnergyCourse, Happening
from .protons import ProtonCourse

COLUMNS: tuple[str, ...] = (
    *("time_s", "V_mV", "inside_mM", "volume_pL", "water_pL", "osmolarity_mM", "pressure_MPa"),
    *("bound_mM", "pH", "pmf.*", "E_mV", "current_pA"),
    *("gates", "states", "electrode_pA", "electrode_uA_per_cm2"),
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
class Spikes(Brief):
    """How often a membrane with gates rose above 0 mV, by 10 mV or more, and came back: count, first and last time [s], highest
    potential [V], rate at the end [1/s]."""

    count: int
    first: float = field(metadata=says(key="first_s"))
    last: float = field(metadata=says(key="last_s"))
    highest: float = field(metadata=says("highest_mV"))
    rate: float | None = field(metadata=says("rate_per_s"))


@dataclass(frozen=True, repr=False)
class Rhythm(Brief):
    """The cycle in which a potential ends: its period [s], and between which potentials it swings [V]."""

    period: float = field(metadata=says(key="period_s"))
    lowest: float = field(metadata=says("lowest_mV"))
    highest: float = field(metadata=says("highest_mV"))

    @property
    @derived("rate_per_s")
    def rate(self) -> float:
        """Cycles per time [1/s]."""
        return 1.0 / self.period


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
        bound:      {compartment: {ion: mol/m^3}} that buffers hold
        pH:         {compartment: pH} of those that list H; motive: {membrane: proton-motive force, V} of those with H on both sides
        E:          {membrane: {ion: Nernst potential, V}}
        current:    {membrane: {mechanism: A}}, outward positive
        flux:       {membrane: {mechanism: {ion: mol/s}}}
        exchanges:  {compartment: {exchange: {ion: mol/s}}}, positive out of the compartment
        atp:        mol/s
        gates:      {membrane: {mechanism: {gate or state of a scheme: part}}}; states: {path [unit]: values of states of one's own}
        electrode:  {compartment: A} that an electrode gives it, positive inward; a clamp's is what holds the potential
        electrode_density: {compartment: A/m^2} the same per area, where the compartment has one membrane
        dissipated: W, by each mechanism {membrane: {mechanism: W}}; nan where the free energy of ATP is not described
        energy:     powers and stored free energy; see EnergyCourse
        happenings: the protocol's steps, what was met, and what pumps did
        ledger:     {place: {ion: mol}} what baths, held compartments, electrodes and stats received by the end
        shifts:     {compartment: (ion, mol)} what was added so that the run starts at rest
        spikes:     {membrane: Spikes} of those with gates that fire above 0 mV; rhythm: {membrane: Rhythm} of those that end in a cycle
        ended:      "end", "steady", "crossed", "exhausted", "interrupted"
        course:     the whole course, where arrays hold the wanted times only; text, figure and `at` show it
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
    bound: dict[str, Arrays] = field(metadata=says("bound_mM"))
    pH: Arrays = field(metadata=says("pH"))
    motive: Arrays = field(metadata=LEFT_OUT)
    E: dict[str, Arrays] = field(metadata=says("E_mV"))
    current: dict[str, Arrays] = field(metadata=says("current_pA"))
    flux: dict[str, dict[str, Arrays]] = field(metadata=says("flux_mol_per_s"))
    exchanges: dict[str, dict[str, Arrays]] = field(metadata=LEFT_OUT)
    atp: np.ndarray = field(metadata=says("atp_mol_per_s"))
    gates: dict[str, dict[str, Arrays]] = field(metadata=says("gate", key="gates"))
    states: Arrays = field(metadata=says("state", key="states"))
    electrode: Arrays = field(metadata=says("electrode_pA"))
    electrode_density: Arrays = field(metadata=says("electrode_uA_per_cm2"))
    dissipated: dict[str, Arrays] = field(metadata=says("dissipation_W"))
    energy: EnergyCourse
    happenings: tuple[Happening, ...]
    ended: str
    shifts: dict[str, tuple[str, float]] = field(default_factory=dict, metadata=LEFT_OUT)
    spikes: dict[str, Spikes] = field(default_factory=dict, metadata=says(over=("membrane",)))
    rhythm: dict[str, Rhythm] = field(default_factory=dict, metadata=says(over=("membrane",)))
    story: tuple[str, ...] = ()
    ledger: dict[str, dict[str, float]] = field(default_factory=dict, metadata=says("received_mol"))

    course: SimulationResult | None = field(default=None, metadata=LEFT_OUT)
    wanted: tuple[float, ...] = field(default=(), metadata=LEFT_OUT)

    axis = axes = ("time",)

    def __post_init__(self) -> None:
        """What is not known is said by the energies and the certificate; nothing is looked for among thousands of happenings."""
        unknown = {f"certificate.{path}": sentence for path, sentence in reasons(self.certificate).items()}
        object.__setattr__(self, "refused", self.refused | unknown)

    @property
    def whole(self) -> SimulationResult:
        """The whole course."""
        return self.course or self

    def at_times(self, times: np.ndarray) -> SimulationResult:
        """The same with arrays at some of its times [s], each as it is just after a step there; times without a point are left out."""
        reached = times[np.isin(times, self.time)]
        places = np.searchsorted(self.time, reached, side="right") - 1
        missing = times.size - reached.size
        late = (f"The run ended before {missing} of the wanted times were reached.",) if missing else ()
        course = replace(self, wanted=tuple(reached.tolist()))
        return replace(self._at_points(places), notes=(*self.notes, *late), course=course)

    def after(self, rows: int) -> SimulationResult:
        """The same with arrays at the points after so many."""
        return self._at_points(np.arange(rows, self.time.size))

    def _at_points(self, places: np.ndarray) -> SimulationResult:
        return replace(self, **{one.name: _picked(getattr(self, one.name), places, self.time.size) for one in fields(self)})

    @property
    @derived(key="exchanges", over=("compartment", "exchange"))
    def exchanged(self) -> dict[str, dict[str, ExchangeCourse]]:
        """The exchanges as parts of the answer."""
        return {name: {word: ExchangeCourse(ions) for word, ions in group.items()} for name, group in self.exchanges.items()}

    @property
    @derived(over=("membrane",))
    def pmf(self) -> dict[str, ProtonCourse]:
        """Proton-motive forces as parts of the answer."""
        return {name: ProtonCourse(V) for name, V in self.motive.items()}

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
        end = float(self.whole.time[-1])
        return Moment(end, **self.at(end))

    @property
    @derived(over=("compartment",))
    def shifted(self) -> dict[str, Shift]:
        """What was added at the start."""
        return {node: Shift(ion, amount) for node, (ion, amount) in self.shifts.items()}

    def at(self, time: float) -> dict[str, Any]:
        """The state at a time [s], between the points linearly, and just after a step: {`V`, `c`, `volume`, `water`}."""
        course = self.whole
        pick = lambda values: float(np.interp(time, course.time, values))  # noqa: E731
        return {
            "V": {name: pick(v) for name, v in course.V.items()},
            "c": {name: {ion: pick(v) for ion, v in ions.items()} for name, ions in course.c.items()},
            "volume": {name: pick(v) for name, v in course.volume.items()},
            "water": {name: pick(v) for name, v in course.water.items()},
        }

    def arranged(self, data: Any) -> Any:
        """The dataset with times that increase strictly, so that `sel`, `interp` and `reindex` work, and V of each membrane by name.

        A step has two points: what holds just before it stands at the next smaller floating-point number, and its own time has what
        holds just after. `side` is -1 just before a step, 1 just after, and 0 elsewhere.
        """
        side = np.zeros(self.time.size, dtype=np.int8)
        steps = np.flatnonzero(np.diff(self.time) == 0)
        side[steps], side[steps + 1] = -1, 1
        words = {"long_name": "side of a step", "flag_values": [-1, 0, 1], "flag_meanings": "before elsewhere after"}
        own = {f"V_{name}": data["V_mV"].sel(membrane=name, drop=True) for name in self.V}
        apart = ("time", _apart(self.time), data["time"].attrs)
        return data.assign(**own).assign_coords(time=apart, side=("time", side, words))

    def columns(self) -> Arrays:
        """The time course as columns whose names carry compartment, quantity and unit."""
        from .forms import columns

        return columns(self, COLUMNS)


def _picked(value: Any, places: np.ndarray, size: int) -> Any:
    """A value of a course with its arrays over time at some places."""
    if isinstance(value, np.ndarray) and value.shape == (size,):
        return value[places]
    if isinstance(value, dict):
        return {name: _picked(inner, places, size) for name, inner in value.items()}
    if isinstance(value, EnergyCourse):
        return replace(value, **{one.name: _picked(getattr(value, one.name), places, size) for one in fields(value)})
    return value


def _apart(time: np.ndarray) -> np.ndarray:
    """Times that increase strictly: the first of two equal ones just before the other, at the very begin by what the end can tell."""
    apart = time.copy()
    for k in np.flatnonzero(np.diff(time) == 0)[::-1]:
        apart[k] = np.nextafter(apart[k + 1], -np.inf) if apart[k + 1] > 0 else apart[k + 1] - np.spacing(time[-1])
    return apart


def sides(time: np.ndarray, at: float) -> tuple[int, int]:
    """The points just before and just after a time: two at a step, otherwise one and the same."""
    after = int(np.searchsorted(time, at, side="right")) - 1
    return min(int(np.searchsorted(time, at, side="left")), after), after


__all__ = ["EVENT", "STEP", "Happening", "Rhythm", "SimulationResult", "Spikes", "sides"]
