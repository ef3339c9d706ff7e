"""The whole cell as functions of its state: potentials from charges, concentrations from amounts, rates from laws.

`numbers` everywhere is a mapping of paths to floats, arrays or symbols (`description.derive`), and the state `x` a sequence of the
same kinds in the order of `states`, so that one text serves Newton, the integrators and the certificate.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..constants import F, R
from ..description.cell import CELL, Cell, Membrane
from ..description.derive import Derivation
from ..description.equilibrium import Equilibrium, Osmotic
from ..errors import InputError
from ..maths import absolute, eliminated, maximum
from ..mechanisms.kind import Flows
from ..mechanisms.parameter import Basis
from . import water
from .absolute import not_absolute
from .buffers import Buffers
from .circuit import Circuit, add_to_sides
from .equilibria import Equilibria
from .exchange import exchanges_of
from .flows import Fluxes, Incidence, Place
from .own_states import Holds, own_rates
from .rows import composition, left_by_others, rows_of
from .states import AMOUNT, CHARGE, GATE, OWN, VOLUME, Key, States
from .stats import Stats


@dataclass(frozen=True)
class Flowing:
    """What flows at one state, electrodes apart.

    Attributes:
        V:         potentials of the membranes [V]
        state:     numbers that hold the state
        flows:     of every mechanism; exchanged: of every exchange
        crossings: what enters each ion of each place by these [mol/s]
    """

    V: Mapping[str, Any]
    state: Mapping[str, Any]
    flows: dict[str, dict[str, Flows]]
    exchanged: list[Flows]
    crossings: dict[Place, Any]


class CellSystem:
    """A described cell in which everything may change that no bath keeps.

    Attributes:
        states:    the rows of its state
        incidence: which flux runs from where to where
        numbers:   as described
        nodes:     compartments with a charge of their own; `charged` are those whose contents carry it
        spaces:    compartments whose contents change
        partly_free: places of what is not all free: buffered, or made of others and made into them at once
        instantaneous: {compartment: the membrane whose water follows osmolarity at once}
        left: {compartment: those whose volumes change}, whose own is what these leave, as no water crosses its membranes

    Raises:
        InputError: ratios instead of absolute numbers, or an area, volume or capacitance that is missing; all at once.
    """

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self.circuit = Circuit(cell)
        self.exchanges = exchanges_of(cell)
        if problems := not_absolute(self.circuit):
            raise InputError(*problems)
        self.buffers, self.holds, self.equilibria = Buffers(cell), Holds(cell), Equilibria(cell)
        self.stats = Stats(cell, self.equilibria.places)
        self.partly_free = {*self.buffers.all, *self.equilibria.places}
        self.states = States(rows_of(cell, self.equilibria))
        self.incidence = Incidence(self.circuit, self.exchanges)
        self.derivation = Derivation(cell)
        self.numbers = self.derivation.numbers()
        self.names = tuple(self.numbers)
        self._composition = [path for space in cell.compartments.values() for path in composition(space)]
        self.nodes = self.states.places(CHARGE)
        self.charged = [node for node in self.nodes if cell.compartments[node].role == CELL]
        self.instantaneous = {m.inner: m for m in cell.membranes.values() if m.water.rule == "instantaneous"}
        self.left = left_by_others(cell, [*self.states.places(VOLUME), *self.instantaneous])
        self.spaces = tuple(name for name, space in cell.compartments.items() if space.role == CELL)

    def without_gates(self) -> CellSystem:
        """The same cell with gates that follow at once: where time does not count they stand at their steady values."""
        if not self.states.keys(GATE):
            return self
        settled = copy.copy(self)
        settled.states = States(row for row in self.states.rows if row.key.kind != GATE)
        return settled

    def with_description(self, numbers: Mapping[str, Any]) -> dict[str, Any]:
        """The numbers with the described composition beside them, as `described.<path>`, where it stays while a state moves on."""
        return {**numbers, **{f"described.{path}": numbers[path] for path in self._composition}}

    # -- state ----------------------------------------------------------------------------------------------------

    def amount(self, x: Sequence[Any] | np.ndarray, space: str, ion: str) -> Any:
        """What a compartment holds of an ion [mol]; where a stat holds it, or moves it as a counter-ion, what crossed into it."""
        return x[self.states.index[Key(AMOUNT, space, ion)]]

    def charge(self, x: Sequence[Any] | np.ndarray, node: str) -> Any:
        """The charge of a node [C]."""
        return x[self.states.index[Key(CHARGE, node)]]

    def volumes(self, x: Sequence[Any], numbers: Mapping[str, Any], counters: bool = True) -> dict[str, Any]:
        """Water of every compartment that has a volume [m^3]; without `counters`, rows of counter-ions say what there is of them.

        A number `<compartment>.kept_water` is the water that has not followed osmolarity yet, at the moment before it does.
        """
        return self._watered(x, numbers, counters)[0]

    def _watered(
        self, x: Sequence[Any], numbers: Mapping[str, Any], counters: bool = True
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The same, and what is free of solutes [mol/m^3] by path that come to equilibrium with the water."""
        found: dict[str, Any] = {}
        volumes = {name: numbers[f"{name}.volume"] for name, space in self.cell.compartments.items() if space.volume is not None}
        volumes |= {key.place: x[self.states.index[key]] for key in self.states.keys(VOLUME)}
        for name, membrane in self.instantaneous.items():
            if (kept := numbers.get(f"{name}.kept_water")) is not None:
                volumes[name] = kept
                continue
            outside = water.osmolarity(self.cell, membrane.outer, numbers) - self.stats.held_osmolarity(name, numbers, counters)
            osmoles = self.osmoles(name, x, numbers, counters)
            if (one := self.equilibria.all.get(name)) is None:
                volumes[name] = osmoles / outside
                continue
            amounts = self._reacting(one, lambda ion: self.amount(x, name, ion), counters)  # noqa: B023
            osmotic = self._osmotic(name, osmoles, outside, numbers, counters)
            volumes[name], c = one.in_water(amounts, osmotic, numbers)
            found |= {f"{name}.{ion}": value for ion, value in c.items()}
        for name, others in self.left.items():
            grown = sum(volumes[other] - numbers[f"{other}.described_volume"] for other in others)
            volumes[name] = numbers[f"{name}.described_volume"] - grown
        return volumes, found

    def _osmotic(self, name: str, osmoles: Any, outside: Any, numbers: Mapping[str, Any], counters: bool = True) -> Osmotic:
        with_water: dict[str, Any] = {}
        for one in self.stats.bringing(name, counters):
            ion = one.counter_ion or ""
            with_water[ion] = with_water.get(ion, 0.0) + one.share * numbers[one.path]
        shares = self.stats.shares(name, counters)
        return Osmotic(osmoles, outside, numbers[f"{name}.osmotic_coefficient"], shares, with_water)

    def _reacting(self, one: Equilibrium, of_row: Callable[[str], Any], counters: bool = True) -> dict[str, Any]:
        """What rows say of the solutes of an equilibrium, with what crossed of ions that are held and bring some of them."""
        found = {ion: of_row(ion) for ion in one.species}
        for stat in self.stats.bringing(one.space, counters):
            ion = stat.counter_ion or ""
            found[ion] = found[ion] + stat.share * of_row(stat.ion)
        return found

    def osmoles(self, name: str, x: Sequence[Any], numbers: Mapping[str, Any], counters: bool = True) -> Any:
        """Osmotically active solutes of a compartment that do not come and go with its water [mol]."""
        space = self.cell.compartments[name]
        ions = sum((self.amount(x, name, ion) * self.stats.osmotic_part(name, ion, counters) for ion in space.ions), 0.0)
        fixed = sum((numbers[f"{name}.{word}.amount"] for word in space.impermeants), 0.0)
        return numbers[f"{name}.osmotic_coefficient"] * (ions + fixed)

    def at(self, x: Sequence[Any], numbers: Mapping[str, Any], counters: bool = True) -> dict[str, Any]:
        """The numbers with the state's concentrations, volumes and areas in place of the described ones; `counters` as in `volumes`."""
        volumes, reacting = self._watered(x, numbers, counters)
        state: dict[str, Any] = {f"{name}.volume": w for name, w in volumes.items()} | self._concentrations(x, numbers, volumes)
        if self.partly_free:
            state |= self._unbound(state, numbers, volumes, reacting)
        state |= {f"{key.place}.{key.name}": x[self.states.index[key]] for kind in (OWN, GATE) for key in self.states.keys(kind)}
        state |= {f"{key.place}.{key.name}": x[self.states.index[key]] / volumes[key.place] for key in self.holds.states}
        for name, membrane in self.cell.membranes.items():
            if membrane.water.area_follows_shape:
                state[f"{name}.area"] = water.area(self.cell, membrane, state[f"{membrane.inner}.volume"], numbers)
        for name, space in self.cell.compartments.items():
            if space.volume is not None:
                for word in space.impermeants:
                    state[f"{name}.{word}.concentration"] = numbers[f"{name}.{word}.amount"] / state[f"{name}.volume"]
        return {**numbers, **state}

    def _concentrations(self, x: Sequence[Any], numbers: Mapping[str, Any], volumes: Mapping[str, Any]) -> dict[str, Any]:
        """Concentrations of the ions that no stat holds [mol/m^3] by path, in given volumes, less what states hold."""
        held = self.stats.there(numbers, volumes)
        there = self.holds.without(self.states, self.stats.contents(self.states, x, held))
        return {
            f"{key.place}.{key.name}": there[self.states.index[key]] / volumes[key.place]
            for key in self.states.keys(AMOUNT)
            if key not in self.stats.rows
        }

    def _unbound(
        self, state: Mapping[str, Any], numbers: Mapping[str, Any], volumes: Mapping[str, Any], reacting: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What is free [mol/m^3] of ions that are buffered or react at equilibrium, by path, and the concentrations of what binds them."""
        found = self.buffers.binding(numbers, volumes)
        known = {**numbers, **found}
        found |= self.equilibria.free(state, known, reacting)
        if self.equilibria.holding:
            found |= self.stats.countered(state, {**numbers, **found}, self.equilibria.all)
        return found | self.buffers.unbound({**state, **found}, known, self.equilibria.places)

    def contents(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """The state with what there is of every ion, also where a stat holds it, less what states hold of it."""
        there = self.stats.contents(self.states, x, self.held(x, numbers)) if self.stats.all else list(x)
        return self.holds.without(self.states, there) if self.holds.all else there

    def held(self, x: Sequence[Any], numbers: Mapping[str, Any], counters: bool = True) -> dict[Key, Any]:
        """What there is of every ion that a stat holds [mol], by row, with all that is made of it at equilibrium; without `counters`, rows of
        counter-ions say what there is of them."""
        rows = self.holds.without(self.states, x)
        apart = self.equilibria.apart(self.at(x, numbers, counters), self.states, rows) if self.equilibria.holding else None
        return self.stats.there(numbers, self.volumes(x, numbers, counters), apart)

    def there(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """The same of solutes that react at equilibrium: what is free and bound of each, apart from the others."""
        found = self.contents(x, numbers)
        state = self.at(x, numbers) if self.equilibria.all else {}
        for space, ion in self.equilibria.places:
            c, w = state[f"{space}.{ion}"], state[f"{space}.volume"]
            found[self.states.index[Key(AMOUNT, space, ion)]] = self.buffers.total(space, ion, c, w, numbers)
        return found

    def turned_over(self, x: Sequence[Any] | np.ndarray, numbers: Mapping[str, Any]) -> dict[Place, Any]:
        """What reactions at equilibrium have used of what the rows hold taken apart, made counted as negative [mol], by place."""
        if not self.equilibria.all:
            return {}
        there, taken, rows = self.there(list(x), numbers), self.holds.without(self.states, x), self.states.index
        apart = {place: there[k] - taken[k] for place in self.equilibria.places for k in [rows[Key(AMOUNT, *place)]]}
        return self.equilibria.turned_over(self.exchanges, apart)

    def given(self, x: Sequence[Any] | np.ndarray, numbers: Mapping[str, Any]) -> list[tuple[str, str, Any, Any]]:
        """What stats have given since the description: compartment, ion, moles of it, and the water there [m^3].

        With a counter-ion a steady state does not say how much it was: it goes on.
        """
        volumes = self.volumes(list(x), numbers)
        return [
            (one.space, one.ion, n, volumes[one.space])
            for one, n in self.stats.moved(self.states, list(x), self.held(list(x), numbers))
        ]

    def capacitance(self, name: str, state: Mapping[str, Any]) -> Any:
        """Capacitance of a membrane [F] at numbers that hold the state; none where no current crosses it and none is described."""
        if self._grows(self.cell.membranes[name]):
            return state[f"{name}.specific_capacitance"] * state[f"{name}.area"]
        return state.get(f"{name}.total_capacitance", 0.0)

    @staticmethod
    def _grows(membrane: Membrane) -> bool:
        """Whether a capacitance follows the shape of the inner compartment."""
        stated = membrane.capacitance
        return membrane.water.area_follows_shape and stated is not None and stated.basis is Basis.AREA

    def capacitance_around(self, node: str, state: Mapping[str, Any]) -> Any:
        """Capacitance of all membranes of a compartment [F]."""
        return sum(self.capacitance(membrane.name, state) for membrane in self.cell.around(node))

    def scales(self, x: Sequence[Any] | np.ndarray, numbers: Mapping[str, Any]) -> dict[Key, Any]:
        """Sizes that make every row of order one: the charge of RT/F on a node's capacitance; of what cannot be negative its own
        magnitude; all else is of order one."""
        unit = R * numbers["temperature"] / F
        own = {row.key: maximum(absolute(x[k]), 1e-30) if row.positive else 1.0 for k, row in enumerate(self.states.rows)}
        own |= {row.key: row.size(numbers) for row in self.states.rows if row.scale is not None}
        return own | {key: self.capacitance_around(key.place, numbers) * unit for key in self.states.keys(CHARGE)}

    # -- electricity ----------------------------------------------------------------------------------------------

    def net_charge(self, node: str, x: Sequence[Any], numbers: Mapping[str, Any]) -> Any:
        """Charge of what a compartment holds, ions and impermeants [C]."""
        ions = sum((self.cell.valences[ion] * self.amount(x, node, ion) for ion in self.cell.compartments[node].ions), 0.0)
        return F * (ions + self.impermeant_charge(node, numbers))

    def impermeant_charge(self, node: str, numbers: Mapping[str, Any]) -> Any:
        """Moles of charge on the impermeants of a compartment."""
        names = self.cell.compartments[node].impermeants
        return sum((numbers[f"{node}.{name}.valence"] * numbers[f"{node}.{name}.amount"] for name in names), 0.0)

    def membrane_potentials(self, potentials: Mapping[str, Any], numbers: Mapping[str, Any]) -> dict[str, Any]:
        """Membrane potentials [V] from the potentials of compartments."""
        known = self.circuit.fixed_potentials(numbers) | dict(potentials)
        return {name: known[m.inner] - known[m.outer] for name, m in self.cell.membranes.items()}

    def membrane_charge(self, node: str, V: Mapping[str, Any], state: Mapping[str, Any]) -> Any:
        """Charge that the membranes around a node hold on its side [C], at numbers that hold the state."""
        total: Any = 0.0
        for name, membrane in self.cell.membranes.items():
            if node in (membrane.inner, membrane.outer):
                held = self.capacitance(name, state) * V[name]
                total = total + held if node == membrane.inner else total - held
        return total

    def charges(self, x: Sequence[Any]) -> dict[str, Any]:
        """The charge of every node [C]."""
        return {key.place: x[self.states.index[key]] for key in self.states.keys(CHARGE)}

    def at_potentials(self, contents: Sequence[Any], V: Mapping[str, Any], numbers: Mapping[str, Any]) -> list[Any]:
        """The state of given contents at membrane potentials V [V]: what these decide, the charges, as it is there."""
        state = self.at(contents, numbers)
        decided = {key: self.membrane_charge(key.place, V, state) for key in self.states.keys(CHARGE)}
        return [decided.get(key, value) for key, value in zip(self.states.index, contents, strict=True)]

    def with_gates(self, x: Sequence[Any] | np.ndarray, numbers: Mapping[str, Any]) -> np.ndarray:
        """A state of the same cell `without_gates`, and after it the steady values of the gates there."""
        return np.array([float(v) for v in self.settled(list(x), numbers)])

    def settled(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """The same of floats, arrays or symbols."""
        if not (gates := self.states.keys(GATE)):
            return list(x)
        state = self.without_gates().at(x, numbers)
        V = self.membrane_potentials(self.potentials(x, state), state)
        settled = {
            Key(GATE, f"{name}.{word}", gate): value
            for name, system in self.circuit.membranes.items()
            for word, values in system.settled(V[name], state).items()
            for gate, value in values.items()
        }
        return [*x, *(settled[key] for key in gates)]

    def potentials(self, x: Sequence[Any], state: Mapping[str, Any]) -> dict[str, Any]:
        """Potentials of the nodes [V] from their charges, at numbers that hold the state: capacitances solved for them."""
        return self.potentials_of(self.charges(x), state)

    def potentials_of(self, charges: Mapping[str, Any], state: Mapping[str, Any]) -> dict[str, Any]:
        """Potentials of the nodes [V] at given charges [C]."""
        return self._capacitors(charges, self.circuit.fixed_potentials(state), state)

    def potential_rates(self, rates: Mapping[Key, Any], V: Mapping[str, Any], state: Mapping[str, Any]) -> dict[str, Any]:
        """Rates of the nodes' potentials [V/s] at rates of the state's rows: by charges, and by areas that change with volumes.

        Baths of given potential keep it, and so do all numbers that a protocol changes in time.
        """
        grown = self._capacitance_rates(rates, state)
        charges = {}
        for node in self.nodes:
            around = [(name, m) for name, m in self.cell.membranes.items() if name in grown and node in (m.inner, m.outer)]
            taken = sum((grown[name] * V[name] * (1.0 if node == m.inner else -1.0) for name, m in around), 0.0)
            charges[node] = rates[Key(CHARGE, node)] - taken
        return self._capacitors(charges, dict.fromkeys(self.circuit.grounded, 0.0), state)

    def _capacitance_rates(self, rates: Mapping[Key, Any], state: Mapping[str, Any]) -> dict[str, Any]:
        """Rates [F/s] of the capacitances that change with a volume, by membrane."""
        found = {}
        for name, membrane in self.cell.membranes.items():
            if self._grows(membrane):
                w = state[f"{membrane.inner}.volume"]
                slope = state[f"{name}.specific_capacitance"] * water.area_slope(self.cell, membrane, w, state)
                found[name] = slope * self.volume_rate(membrane.inner, rates, state)
        return found

    def volume_rate(self, space: str, rates: Mapping[Key, Any], state: Mapping[str, Any]) -> Any:
        """Rate of a compartment's water [m^3/s]: of its own, as others leave it, or as it follows the osmolarity outside at once."""
        if space in self.left:
            return -sum(self.volume_rate(other, rates, state) for other in self.left[space])
        membrane = self.instantaneous.get(space)
        if membrane is None:
            return rates.get(Key(VOLUME, space), 0.0)
        outer, osmolarity = membrane.outer, water.osmolarity(self.cell, membrane.outer, state)
        gained = self._osmole_rate(space, rates, state)
        follows = self.stats.held_osmolarity(space, state)
        if self.cell.compartments[outer].role == CELL:
            w, w_out = state[f"{space}.volume"], state[f"{outer}.volume"]
            thinned = self.volume_rate(outer, rates, state) * (osmolarity - self.stats.held_osmolarity(outer, state))
            gained = gained - w / w_out * (self._osmole_rate(outer, rates, state) - thinned)
        if (one := self.equilibria.all.get(space)) is None:
            return gained / (osmolarity - follows)
        entering = self._reacting(one, lambda ion: rates.get(Key(AMOUNT, space, ion), 0.0))
        return one.water_rate(entering, gained, self._osmotic(space, 0.0, osmolarity - follows, state), state)

    def water_rates(self, rates: Mapping[Key, Any], state: Mapping[str, Any]) -> dict[str, Any]:
        """Rate of every volume that changes [m^3/s], those that follow at once too."""
        found = {key.place: rate for key, rate in rates.items() if key.kind == VOLUME}
        return found | {name: self.volume_rate(name, rates, state) for name in (*self.instantaneous, *self.left)}

    def turning(self, rates: Mapping[Key, Any], V: Mapping[str, Any], state: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Turnovers [mol/s] by compartment with which reactions at equilibrium answer to rates of the rows and of volumes, beside those that
        take apart what comes."""
        waters, more = self.water_rates(rates, state), dict[Place, Any]()
        if self.holds.all:
            more |= {place: -rate for place, rate in self.holds.taken(self.own_rates(V, state)).items()}
        for place, rate in self.stats.given(rates, waters, state).items():
            more[place] = more.get(place, 0.0) + rate
        return self.equilibria.kept_by(rates, more, waters, state)

    def _osmole_rate(self, space: str, rates: Mapping[Key, Any], state: Mapping[str, Any]) -> Any:
        """Rate of the osmotically active solutes of a compartment that do not come and go with its water [mol/s]."""
        parts = {ion: self.stats.osmotic_part(space, ion, True) for ion in self.cell.compartments[space].ions}
        gained = sum((rates.get(Key(AMOUNT, space, ion), 0.0) * part for ion, part in parts.items()), 0.0)
        return state[f"{space}.osmotic_coefficient"] * gained

    def _capacitors(self, charges: Mapping[str, Any], fixed: Mapping[str, Any], state: Mapping[str, Any]) -> dict[str, Any]:
        """What the capacitances between the nodes answer to charges, beside what is fixed."""
        matrix = [[0.0 for _ in self.nodes] for _ in self.nodes]
        right = [charges[node] for node in self.nodes]
        place = {node: k for k, node in enumerate(self.nodes)}
        for name, membrane in self.cell.membranes.items():
            C = self.capacitance(name, state)
            for here, there in (membrane.ends, membrane.ends[::-1]):
                if here not in place:
                    continue
                matrix[place[here]][place[here]] += C
                if there in place:
                    matrix[place[here]][place[there]] -= C
                else:
                    right[place[here]] = right[place[here]] + C * fixed[there]
        return dict(zip(self.nodes, eliminated(matrix, right), strict=True))

    def charge_constraints(self) -> list[np.ndarray]:
        """For each compartment with a charge the row that every rate annihilates: its charge less that of its ions."""
        rows = []
        for node in self.charged:
            row = np.zeros(self.states.size)
            row[self.states.index[Key(CHARGE, node)]] = 1.0
            for ion in self.cell.compartments[node].ions:
                row[self.states.index[Key(AMOUNT, node, ion)]] = -F * self.cell.valences[ion]
            rows.append(row)
        return rows

    # -- rates ----------------------------------------------------------------------------------------------------

    def flows(self, V: Mapping[str, Any], state: Mapping[str, Any]) -> dict[str, dict[str, Flows]]:
        """Flows of every mechanism of every membrane, whole-membrane [mol/s, A], at numbers that hold the state (`at`)."""
        return {name: system.flows(V[name], state) for name, system in self.circuit.membranes.items()}

    def exchanged(self, flows: Fluxes, state: Mapping[str, Any]) -> list[Flows]:
        """Flows of every exchange out of its compartment [mol/s], beside flows of membranes, at numbers that hold the state (`at`)."""
        found = [exchange.flows(state) for exchange in self.exchanges]
        if not self.equilibria.all:
            return found
        return self.equilibria.exchanged(self.exchanges, found, self.incidence.net(flows, found))

    def flowing(self, V: Mapping[str, Any], state: Mapping[str, Any]) -> Flowing:
        """All that flows at membrane potentials [V] and numbers that hold the state (`at`)."""
        flows = self.flows(V, state)
        exchanged = self.exchanged(flows, state)
        return Flowing(V, state, flows, exchanged, self.incidence.net(flows, exchanged))

    def rates(self, m: Flowing) -> dict[Key, Any]:
        """Rate of every row: of charges [A], amounts [mol/s], volumes [m^3/s] and gates [1/s]."""
        return self.moved(m) | self.own_rates(m.V, m.state)

    def moved(self, m: Flowing) -> dict[Key, Any]:
        """The same of what flows make of charges, amounts and volumes alone."""
        return self._moved(m, m.crossings)

    def own_rates(self, V: Mapping[str, Any], state: Mapping[str, Any]) -> dict[Key, Any]:
        """The same of gates and of states of one's own, at membrane potentials [V] and numbers that hold the state."""
        return own_rates(self.circuit, self.states, V, state)

    def balances(self, m: Flowing) -> dict[Key, Any]:
        """Row by row what vanishes in a steady state: `rates`, but of an ion that is held by a counter-ion what both make."""
        return self._moved(m, self.stats.balanced(m.crossings)) | self.own_rates(m.V, m.state)

    def _moved(self, m: Flowing, crossings: Mapping[Place, Any]) -> dict[Key, Any]:
        currents = self.incidence.currents(m.flows, self.nodes)
        waters = self.net_waters(m.state)
        rates = {key: currents[key.place] for key in self.states.keys(CHARGE)}
        rates |= {key: crossings.get((key.place, key.name), 0.0) for key in self.states.keys(AMOUNT)}
        return rates | {key: waters[key.place] for key in self.states.keys(VOLUME)}

    def derivative(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """Time derivative of the state, row by row, as deviations from a steady state decay (`balances`)."""
        state = self.at(x, numbers)
        V = self.membrane_potentials(self.potentials(x, state), state)
        return self.states.ordered(self.balances(self.flowing(V, state)))

    def net_waters(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """Rate of change of each volume that is a row of the state [m^3/s]."""
        net: dict[str, Any] = dict.fromkeys(self.states.places(VOLUME), 0.0)
        for name, membrane in self.cell.membranes.items():
            if not membrane.water.moves:
                continue
            add_to_sides(net, membrane, water.flow(self.cell, name, membrane, state))
        return net
