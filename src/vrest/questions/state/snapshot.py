"""The cell at given membrane potentials: flows of every mechanism with plain floats, per area and in all, and forces on the ions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...laws.nernst import electrochemical_difference, nernst_potential
from ...mechanisms.kind import Flows, across
from ...results.base import Aside, Maybe, Unknown, known
from ...results.rest import ExchangeState, SurfaceState
from ...system.circuit import Circuit, Extent, MembraneSystem
from ...units import to_unit

if TYPE_CHECKING:
    from ...description.cell import Cell
    from ...mechanisms.gating import OwnState
    from ...system.exchange import Exchange

NO_ABSOLUTE = "only permeability ratios are given; currents, ATP and times need an absolute permeability (such as 1e-8 m/s)"
NO_AREA = "the membrane's area is not described; give an area, or the inner compartment's shape"
NO_POTENTIAL = "no membrane touches '{}', so it stays neutral and has no potential"
NO_RATE = "its formula has no finite value at these concentrations"
NO_TURNOVER = "what crosses the membranes around it is not known as a whole, to which a reaction at equilibrium answers"
NO_AFFINITY = "something that it uses or makes is missing, so that what a turnover sets free has no bound"
AT_REST = 1e-9
SAME_AS_REFERENCE = 0.005
"""A shift [mV] that two decimals show as none."""


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
        """Nernst potential [V]; None where a side lacks the ion, or it carries no charge."""
        (c_in, c_out), z = self.concentrations(ion), self.system.cell.valences[ion]
        if not (c_in and c_out and z):
            return None
        return float(nernst_potential(z, c_in, c_out, self.numbers["temperature"]))

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
    """Every membrane that has a potential at it."""
    return {
        name: MembraneSnapshot(name, V[name], system, system.flows(V[name], numbers), numbers)
        for name, system in circuit.membranes.items()
        if name in V
    }


# -- exchanges --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ExchangeSnapshot:
    """One exchange with plain floats: its fluxes [mol/s], positive out of the compartment, the numbers that hold, and of a reaction the
    free energy that it turns to heat [W]."""

    exchange: Exchange
    fluxes: dict[str, float]
    numbers: Mapping[str, float]
    heat: float | None = None

    @property
    def at_rest(self) -> bool:
        """Whether nothing moves but rounding; what is at equilibrium answers to all else that moves."""
        return self.exchange.mechanism.held or all(
            abs(flux) <= AT_REST * self.exchange.one_way(self.numbers) for flux in self.fluxes.values()
        )

    @property
    def power_into_ions(self) -> float | None:
        """Power that the exchange puts into ions, -sum(J dmu) [W]; no potential counts, as no charge moves.

        None where the composition on the other side has no value: a reservoir, or one that lacks an ion.
        """
        if self.heat is not None:
            return -self.heat if math.isfinite(self.heat) else None
        power, exchange = 0.0, self.exchange
        for ion, flux in self.fluxes.items():
            c_in, c_out = self.numbers[f"{exchange.space}.{ion}"], self.numbers.get(f"{exchange.place}.{ion}")
            if flux == 0:
                continue
            if not c_in or not c_out:
                return None
            z = exchange.cell.valences[ion]
            power -= flux * float(electrochemical_difference(0.0, z, c_in, c_out, self.numbers["temperature"]))
        return power


def exchange_snapshots(exchanges: Sequence[Exchange], numbers: Mapping[str, float]) -> list[ExchangeSnapshot]:
    """Every exchange at numbers that hold the state."""
    return [_exchange_snapshot(exchange, numbers) for exchange in exchanges]


def _exchange_snapshot(exchange: Exchange, numbers: Mapping[str, float]) -> ExchangeSnapshot:
    flows = exchange.flows(numbers)
    heat = float(exchange.heat(flows, numbers)) if exchange.reacts else None
    return ExchangeSnapshot(exchange, {ion: float(flux) for ion, flux in flows.fluxes.items()}, numbers, heat)


def exchange_states(snapshots: Sequence[ExchangeSnapshot]) -> dict[str, dict[str, ExchangeState]]:
    """States by compartment and name."""
    found: dict[str, dict[str, ExchangeState]] = {}
    for one in snapshots:
        fluxes: dict[str, Maybe] = dict(one.fluxes)
        if not all(math.isfinite(flux) for flux in one.fluxes.values()):
            fluxes = Unknown(NO_TURNOVER if one.exchange.mechanism.held else NO_RATE).each(one.fluxes)
        found.setdefault(one.exchange.space, {})[one.exchange.name] = ExchangeState(
            one.exchange.partner, fluxes, _known_heat(one)
        )
    return found


def _known_heat(one: ExchangeSnapshot) -> Maybe:
    return one.heat if one.heat is None or math.isfinite(one.heat) else Unknown(NO_AFFINITY)


def with_stores(cell: Cell, potential: Mapping[str, Maybe]) -> dict[str, Maybe]:
    """The potential of every compartment [V]; that of one without a membrane is unknown."""
    return {name: V if known(V := potential.get(name)) else Unknown(NO_POTENTIAL.format(name)) for name in cell.compartments}


# -- gates and states of one's own ---------------------------------------------------------------------------------------


Gates = dict[str, dict[str, dict[str, Any]]]


def gates_at(circuit: Circuit, V: Mapping[str, Any], numbers: Mapping[str, Any]) -> Gates:
    """Gates and states of schemes by membrane and mechanism, at membrane potentials [V]; membranes without one are left out."""
    found = {name: circuit.membranes[name].gates(v, numbers) for name, v in V.items()}
    return {name: group for name, group in found.items() if group}


def states_at(circuit: Circuit, V: Mapping[str, Any], numbers: Mapping[str, Any]) -> dict[str, Any]:
    """States of one's own by their paths, with the unit in which their values are: `plasma.Na.x [mM]`."""
    return {_titled(path, one): to_unit(value, one.unit or "1") for path, one, value in _values(circuit, V, numbers)}


def _values(circuit: Circuit, V: Mapping[str, Any], numbers: Mapping[str, Any]) -> Iterator[tuple[str, OwnState, Any]]:
    for name, v in V.items():
        system = circuit.membranes[name]
        for word, values in system.own_states(v, numbers).items():
            gating = system.mechanisms[word].gating
            assert gating is not None
            yield from ((f"{name}.{word}.{one.name}", one, values[one.name]) for one in gating.states)
    for space in circuit.cell.compartments.values():
        yield from ((f"{space.name}.{word}", one, numbers[f"{space.name}.{word}"]) for word, one in space.states.items())


def _titled(path: str, state: OwnState) -> str:
    return f"{path} [{state.unit}]" if state.unit not in ("", "1") else path


# -- charged faces of membranes -------------------------------------------------------------------------------------------


def surfaces_at(circuit: Circuit, numbers: Mapping[str, float]) -> dict[str, SurfaceState]:
    """The potential of every charged outer face, and how far it moves gates, by membrane."""
    faces = {name: system.surface for name, system in circuit.membranes.items() if system.surface is not None}
    return {name: SurfaceState(float(one.potential(numbers)), float(one.shift(numbers))) for name, one in faces.items()}


def of_surfaces(circuit: Circuit, numbers: Mapping[str, float]) -> list[str]:
    """A sentence on every charged face, aside where it moves no gate."""
    return [_of_surface(name, one, circuit) for name, one in surfaces_at(circuit, numbers).items()]


def _of_surface(name: str, one: SurfaceState, circuit: Circuit) -> str:
    face = f"The outer face of '{name}' stands at {to_unit(one.potential, 'mV'):.2f} mV against the solution outside"
    if not circuit.cell.membranes[name].gated:
        return f"{face}; no gate or scheme is there that would feel it."
    size = abs(to_unit(one.shift, "mV"))
    if size < SAME_AS_REFERENCE:
        return Aside(f"{face}, as in its reference solution, so gates see V.")
    face_is, seen = ("more", "less") if one.shift < 0 else ("less", "more")
    return (
        f"{face}, {size:.2f} mV {face_is} negative than in its reference solution: gates see V as if it were {size:.2f} mV {seen} "
        "negative, while ions are driven by V itself."
    )
