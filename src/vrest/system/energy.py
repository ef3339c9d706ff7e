"""Where free energy comes from and goes to, membrane by membrane: ATP, work on ions, heat in pumps, paths and water, electrodes."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..constants import F, R
from ..description.cell import Mechanism
from ..laws.atp import atp_power
from ..maths import absolute, maximum
from ..mechanisms.kind import Flows
from ..results.rest import NO_CARRIER, NO_DELTA_G, NO_ION
from . import water
from .cell import CellSystem
from .circuit import add_to_sides, sides
from .clamps import Dynamics, Motion
from .exchange import Exchange
from .free_energy import FreeEnergy, against, is_reservoir
from .states import AMOUNT


@dataclass(frozen=True)
class Powers:
    """Powers at one state [W]; None where one is not known.

    Attributes:
        atp:          from ATP
        drive:        from what drives pumps in its place
        work:         put into ions by what is driven by either
        pumps:        turned to heat by these, from their turnover and the free energy of a cycle
        paths:        turned to heat by all else that ions cross by
        water:        turned to heat by water, and by charged membranes that grow
        electrodes:   from electrodes and pipettes, over what leaves by them
        into_baths:   given to other baths than the reference, and to spaces that are held
        exchanged:    taken from compartments by their exchanges: heat on the way to another one, given away to a reservoir; or to stats, or to
                      states that hold ions
        stored:       rate of the stored free energy, compartment by compartment
        gross:        what residuals of these are measured by: the sum of all magnitudes, those of flows that cancel too
    """

    atp: Any
    drive: Any
    work: Any
    pumps: Any
    paths: Any
    water: Any
    electrodes: Any
    into_baths: Any
    exchanged: Any
    stored: Any
    gross: Any

    @property
    def balance(self) -> Any:
        """What should be stored by the other powers [W]; None where one of them is not known."""
        if self.work is None or self.paths is None:
            return None
        return self.work + self.electrodes - self.paths - self.water - self.into_baths - self.exchanged


class EnergyFlow:
    """The powers of a whole cell, and why some of them cannot be said.

    Attributes:
        unknown: {(membrane, mechanism): sentence} of what no free energy can be counted for
        why:     sentences by power: `atp`, `work`, `paths`, `balance`
    """

    def __init__(self, whole: CellSystem) -> None:
        self.whole, self.free_energy = whole, FreeEnergy(whole)
        members = [
            (name, word, mechanism) for name, s in whole.circuit.membranes.items() for word, mechanism in s.mechanisms.items()
        ]
        self.driven = {(name, word) for name, word, mechanism in members if mechanism.driven}
        self.splitting = {(name, word) for name, word, mechanism in members if mechanism.splits_atp}
        self.unknown = {(name, word): why for name, word, mechanism in members if (why := self._why_unknown(name, mechanism))}
        self.counted = [(name, word) for name, word, _ in members if (name, word) not in self.unknown]
        self.why = self._sentences()

    def _why_unknown(self, name: str, mechanism: Mechanism) -> str | None:
        if not mechanism.species:
            return NO_CARRIER if mechanism.kind.species == "ion or carries" else None
        whole, places = self.whole, itertools.product(self.whole.cell.membranes[name].ends, mechanism.species)
        listed = all(f"{end}.{ion}" in whole.numbers and self._counts(end, ion) for end, ion in places)
        return None if listed else NO_ION

    def _sentences(self) -> dict[str, str]:
        undescribed = any(self._delta_G(name, self.whole.numbers) is None for name, _ in self.splitting)
        why = {
            "atp": NO_DELTA_G if undescribed else "",
            "work": self._named(self.driven & self.unknown.keys()),
            "paths": self._named(self.unknown.keys() - self.driven),
        }
        why["balance"] = "; ".join(filter(None, (why["work"], why["paths"])))
        return {key: sentence for key, sentence in why.items() if sentence}

    def _named(self, group: Iterable[tuple[str, str]]) -> str:
        return "; ".join(sorted(f"{name}.{word}: {self.unknown[name, word]}" for name, word in group))

    def _delta_G(self, name: str, state: Mapping[str, Any]) -> Any:
        paths = [f"{end}.delta_G" for end in self.whole.cell.membranes[name].ends]
        return next((state[path] for path in paths if path in state), None)

    # -- one mechanism --------------------------------------------------------------------------------------------

    def forces(self, name: str, word: str, m: Motion) -> dict[str, Any]:
        """Electrochemical difference of each ion that a mechanism moves [J/mol]."""
        if (name, word) not in m.forces:
            m.forces[name, word] = self._forces(name, word, m)
        return m.forces[name, word]

    def _forces(self, name: str, word: str, m: Motion) -> dict[str, Any]:
        membrane, z = self.whole.cell.membranes[name], self.whole.cell.valences
        inside, outside, T = f"{membrane.inner}.", f"{membrane.outer}.", m.state["temperature"]
        return {
            ion: against(m.state[inside + ion], m.state[outside + ion], T) + z[ion] * F * m.V[name]
            for ion in m.flows[name][word].fluxes
        }

    def heat_of_flow(self, name: str, word: str, m: Motion) -> Any:
        """Free energy that the ions of a mechanism lose [W] (`laws.energy.dissipation`, but infinite where one is absent on a side);
        negative where they are pumped."""
        forces = self.forces(name, word, m)
        return sum((flux * forces[ion] for ion, flux in m.flows[name][word].fluxes.items()), 0.0)

    def power_given(self, name: str, word: str, m: Motion) -> Any:
        """Power that a mechanism takes from ATP, or from what drives it in its place [W]; None where its free energy is not described."""
        flows, delta_G = m.flows[name][word], self._delta_G(name, m.state)
        if flows.drive is not None:
            return -flows.drive * flows.cycles
        return None if delta_G is None else atp_power(flows.atp, delta_G)

    def left_over(self, name: str, word: str, m: Motion) -> Any:
        """Free energy left over in one cycle of a driven mechanism [J/mol]; negative where it runs beyond what drives it, None if not known."""
        given, counts = self._given_to_a_cycle(name, word, m), m.flows[name][word].counts
        if given is None or (name, word) in self.unknown:
            return None
        forces, species = self.forces(name, word, m), self.whole.cell.membranes[name].mechanisms[word].species
        return given + sum((n * forces[ion] for ion, n in (species if counts is None else counts).items()), 0.0)

    def _given_to_a_cycle(self, name: str, word: str, m: Motion) -> Any:
        """Free energy that drives one cycle [J/mol]; None where it is not described."""
        drive, delta_G = m.flows[name][word].drive, self._delta_G(name, m.state)
        if drive is not None:
            return -drive
        return None if delta_G is None else atp_power(m.state.get(f"{name}.{word}.atp", 1.0), delta_G)

    def heat(self, name: str, word: str, m: Motion) -> Any:
        """Free energy that a mechanism turns to heat [W]: what drives it gives and its ions lose; None where not known."""
        reversal = f"{name}.{word}.reversal"
        if self.unknown.get((name, word)) == NO_CARRIER and reversal in m.state:
            return m.flows[name][word].unattributed * (m.V[name] - m.state[reversal])
        if (name, word) in self.unknown:
            return None
        if (name, word) not in self.driven:
            return self.heat_of_flow(name, word, m)
        given = self.power_given(name, word, m)
        return None if given is None else given + self.heat_of_flow(name, word, m)

    # -- the whole cell -------------------------------------------------------------------------------------------

    def powers(self, dynamics: Dynamics, x: Sequence[Any], numbers: Mapping[str, Any]) -> Powers:
        """All powers at a full state."""
        return self.of(dynamics.motion(x, numbers))

    def of(self, m: Motion) -> Powers:
        """All powers of what moves."""
        why = self.why
        gone = {key: self.heat_of_flow(*key, m) for key in self.counted}
        driven = sum((gone[key] for key in self.counted if key in self.driven), 0.0)
        passive = sum((gone[key] for key in self.counted if key not in self.driven), 0.0)
        atp, drive, pumps = self._by_pumps(m)
        rates = self.free_energy.water_rates(m)
        waters = self._waters(m, rates)
        electrodes = self._electrodes(m)
        into_baths = self._into_baths(m, rates, waters)
        exchanged = self._exchanged(m) - self.free_energy.by_stats(m, rates) + self.free_energy.by_holding(m)
        heat = self._heat_of_water(m, rates, waters)
        return Powers(
            atp=_unless(why, atp, "atp"),
            drive=drive,
            work=_unless(why, 0.0 - driven, "work"),
            pumps=_unless(why, pumps, "atp", "work"),
            paths=_unless(why, passive, "paths"),
            water=heat,
            electrodes=electrodes,
            into_baths=into_baths,
            exchanged=exchanged,
            stored=self.free_energy.rate(m),
            gross=self._gross(m, [atp, drive, heat, electrodes, into_baths, exchanged, *gone.values()]),
        )

    def _by_pumps(self, m: Motion) -> tuple[Any, Any, Any]:
        """Power from ATP, from other drives, and what is left of both as heat in pumps [W]; without that of ATP whose free energy is
        not described."""
        found = {True: 0.0, False: 0.0}
        heat: Any = 0.0
        for name, word in self.driven if "atp" not in self.why else self.driven - self.splitting:
            splits = (name, word) in self.splitting
            found[splits] = found[splits] + self.power_given(name, word, m)
            left = self.left_over(name, word, m)
            heat = heat + (0.0 if left is None else m.flows[name][word].cycles * left)
        return found[True], found[False], heat

    def _gross(self, m: Motion, powers: Sequence[Any]) -> Any:
        """The sum of the magnitudes of powers, and of what every flow brings and takes at the potential of its ion: flows that cancel round
        as what they are each."""
        total: Any = sum((absolute(power) for power in powers), 0.0)
        passing = self.whole.incidence.gross(m.flows, m.exchanged)
        for key, rate in m.rates.items():
            if key.kind == AMOUNT:
                most = maximum(absolute(rate), passing.get((key.place, key.name), 0.0))
                total = total + absolute(self.free_energy.potential(key, m)) * most
        return total

    def _waters(self, m: Motion, rates: Mapping[str, Any]) -> dict[str, Any]:
        """Water into the inner compartment of each membrane that it crosses [m^3/s]."""
        cell = self.whole.cell
        found = {
            name: water.flow(cell, name, membrane, m.state) for name, membrane in cell.membranes.items() if membrane.water.moves
        }
        for space, membrane in self.whole.instantaneous.items():
            others: dict[str, Any] = {space: 0.0}
            for name, inward in found.items():
                add_to_sides(others, cell.membranes[name], inward)
            found[membrane.name] = rates[space] - others[space]
        return found

    def _heat_of_water(self, m: Motion, rates: Mapping[str, Any], waters: Mapping[str, Any]) -> Any:
        return self.free_energy.growing_membranes(m, rates) + sum(self._heats(m, waters).values(), 0.0)

    def _heats(self, m: Motion, waters: Mapping[str, Any]) -> dict[str, Any]:
        """What water turns to heat by crossing each membrane [W]."""
        potential, membranes = self.free_energy.water_potential, self.whole.cell.membranes
        return {
            name: inward * (potential(membranes[name].outer, m.state) - potential(membranes[name].inner, m.state))
            for name, inward in waters.items()
        }

    def relaxing(self, m: Motion) -> dict[str, tuple[Any, Any]]:
        """For each membrane whose water follows a formula: its heat [W], and RT times the solutes that the water would hold [W]."""
        waters = self._waters(m, self.free_energy.water_rates(m))
        heats, cell, T = self._heats(m, waters), self.whole.cell, m.state["temperature"]
        return {
            name: (heats[name], absolute(waters[name]) * R * T * water.osmolarity(cell, membrane.inner, m.state))
            for name, membrane in cell.membranes.items()
            if membrane.water.target is not None
        }

    def _electrodes(self, m: Motion) -> Any:
        total: Any = 0.0
        for (electrode, ion), given in m.given.items():
            total = total + given * self.free_energy.mu(electrode.removeprefix("electrode."), ion, m.state)
        for node, current in m.injected.items():
            total = total + current * m.potentials[node]
        for space, inward in m.taken.items():
            total = total - inward * self.free_energy.water_potential(space, m.state)
        return total

    def _exchanged(self, m: Motion) -> Any:
        """Free energy that exchanges take from compartments, less what they bring to other compartments and to baths [W]."""
        pairs = zip(self.whole.exchanges, m.exchanged, strict=True)
        return sum((self._exchange(exchange, one, m) for exchange, one in pairs), 0.0)

    def _exchange(self, exchange: Exchange, flows: Flows, m: Motion) -> Any:
        total: Any = 0.0
        for ion, flux in flows.fluxes.items():
            total = total + flux * self.free_energy.mu(exchange.space, ion, m.state)
            if exchange.partner is not None and self._counts(exchange.partner, ion):
                total = total - flux * self.free_energy.mu(exchange.partner, ion, m.state)
        return total

    def exchanging(self, m: Motion) -> dict[tuple[str, str], tuple[Any, Any]]:
        """For each exchange between described concentrations, and each reaction: its heat [W], and RT times all that it moves [W]."""
        found, T = {}, m.state["temperature"]
        for exchange, one in zip(self.whole.exchanges, m.exchanged, strict=True):
            if exchange.reacts:
                moved = sum((absolute(flux) for flux in one.fluxes.values()), 0.0)
                found[exchange.space, exchange.name] = (exchange.heat(one, m.state), R * T * moved)
            if exchange.partner is not None and all(self._counts(exchange.partner, ion) for ion in one.fluxes):
                moved = sum((absolute(flux) for flux in one.fluxes.values()), 0.0)
                found[exchange.space, exchange.name] = (self._exchange(exchange, one, m), R * T * moved)
        return found

    def _into_baths(self, m: Motion, rates: Mapping[str, Any], waters: Mapping[str, Any]) -> Any:
        """Free energy that everything of a kept composition gains against the reference [W]."""
        whole, total = self.whole, 0.0
        fixed, plates = whole.circuit.fixed_potentials(m.state), self.free_energy.plates(m, rates)
        entering: dict[str, Any] = {}
        for (space, ion), rate in m.crossings.items():
            if space in whole.cell.compartments and is_reservoir(whole, space) and self._counts(space, ion):
                total = total + self.free_energy.mu(space, ion, m.state) * rate
            if space in plates:
                entering[space] = entering.get(space, 0.0) + whole.cell.valences[ion] * rate
        for space, plate in plates.items():
            total = total + fixed[space] * (F * entering.get(space, 0.0) - plate)
        for name, inward in waters.items():
            membrane = whole.cell.membranes[name]
            for end, sign in sides(membrane):
                if is_reservoir(whole, end):
                    total = total + sign * inward * self.free_energy.water_potential(end, m.state)
        return total

    def _counts(self, space: str, ion: str) -> bool:
        """Whether an ion has a potential in a compartment: where composition is kept, only if there is some."""
        return not is_reservoir(self.whole, space) or self.whole.numbers.get(f"{space}.{ion}", 0.0) > 0


def _unless(why: Mapping[str, str], power: Any, *keys: str) -> Any:
    """A power; None where there is a sentence on why it, or what it is made of, is not known."""
    return None if why.keys() & set(keys) else power
