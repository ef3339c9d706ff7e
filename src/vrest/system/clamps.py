"""The rates that an integrator follows: charges, amounts and volumes, clamps and electrodes, and a ledger of what left the cell.

In each compartment one ion's amount is not a state of its own: it follows from the charge, so that charge is kept exactly and
the ledger shows whether that ion is.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..constants import F, R
from ..maths import eliminated, maximum
from ..mechanisms.kind import Flows
from .cell import CellSystem
from .flows import Place
from .states import AMOUNT, CHARGE, VOLUME, Key, States

GRIP = 1e6
"""Rate [1/s] at which a voltage clamp brings a potential back: what a ramp of a volt per second beside it moves, is a microvolt."""


@dataclass(frozen=True)
class Clamps:
    """What is held or injected while it lasts; the numbers (`current`, `voltage`) are parameters.

    Attributes:
        currents: {node: carrier} of electrodes that inject a current
        voltages: {node: carrier} of electrodes that hold a potential
        dialysed: compartments whose concentrations a pipette holds
    """

    currents: Mapping[str, str] = field(default_factory=dict)
    voltages: Mapping[str, str] = field(default_factory=dict)
    dialysed: frozenset[str] = frozenset()

    @property
    def key(self) -> tuple[Any, ...]:
        return tuple(sorted(self.currents.items())), tuple(sorted(self.voltages.items())), tuple(sorted(self.dialysed))


@dataclass(frozen=True)
class Motion:
    """What moves at one state, electrodes included.

    Attributes:
        state:      the numbers with the state's concentrations, volumes and areas
        potentials: of the nodes [V]; V: of the membranes [V]
        flows:      of each mechanism; exchanged: of each exchange
        rates:      of charges [A], amounts [mol/s], volumes [m^3/s]
        given, injected: what electrodes give [mol/s] by (electrode, ion), and their currents [A] by node
        taken:      water that pipettes take up [m^3/s] by compartment
        crossings:  what enters each compartment and reservoir [mol/s] by membranes and exchanges
        forces:     what was asked for of the differences that drive ions, by membrane, mechanism and ion (`EnergyFlow.forces`)
    """

    state: dict[str, Any]
    potentials: dict[str, Any]
    V: dict[str, Any]
    flows: dict[str, dict[str, Flows]]
    exchanged: list[Flows]
    rates: dict[Key, Any]
    given: dict[Place, Any]
    injected: dict[str, Any]
    taken: dict[str, Any]
    crossings: dict[Place, Any]
    forces: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)


class Dynamics:
    """The reduced state z of a whole cell under given clamps: its rows less the dependent ones, then a ledger.

    In each compartment one ion's amount follows from the charge. The ledger holds what left for places outside of the state. The
    numbers hold, beside those of the cell and its described composition (`CellSystem.with_description`), `electrode.<node>.current` [A]
    for injected currents. Where nothing is to be counted the ledger is left out.

    Attributes:
        dependent: {compartment: the ion that follows from its charge}
        kept:      rows of the state that are states of z
        ledger:    (place, ion) of what is counted outside the state: baths, held compartments, reservoirs, electrodes
    """

    def __init__(
        self,
        whole: CellSystem,
        clamps: Clamps | None = None,
        dependent: Mapping[str, str] | None = None,
        *,
        counting: bool = True,
    ) -> None:
        self.whole, self.states, self.clamps = whole, whole.states, clamps or Clamps()
        chosen = dependent_ions(whole, whole.numbers) if dependent is None else dependent
        self.dependent = {node: ion for node, ion in chosen.items() if node not in self.clamps.dialysed}
        dropped = {Key(AMOUNT, node, ion) for node, ion in self.dependent.items()}
        self.kept = [key for key in self.states.index if key not in dropped]
        self.ledger = self._ledger() if counting else []
        self.size = len(self.kept) + len(self.ledger)
        electrodes = [f"electrode.{node}.current" for node in self.clamps.currents]
        electrodes += [f"electrode.{node}.voltage" for node in self.clamps.voltages]
        self.names = (*whole.with_description(whole.numbers), *electrodes)

    def _ledger(self) -> list[Place]:
        outside = [place for place in self.whole.incidence.places() if Key(AMOUNT, *place) not in self.states.index]
        outside += [(f"electrode.{node}", ion) for node, ion in {**self.clamps.currents, **self.clamps.voltages}.items()]
        for space in sorted(self.clamps.dialysed):
            outside += [(f"electrode.{space}", ion) for ion in self.whole.cell.compartments[space].ions]
        return list(dict.fromkeys(outside))

    # -- between the full and the reduced state ---------------------------------------------------------------------

    def full(self, z: Sequence[Any] | np.ndarray, numbers: Mapping[str, Any]) -> list[Any]:
        """The full state from a reduced one."""
        known: dict[Key, Any] = {key: z[k] for k, key in enumerate(self.kept)}
        valences = self.whole.cell.valences
        for node, dependent in self.dependent.items():
            ions = self.whole.cell.compartments[node].ions
            others = sum((valences[ion] * known[Key(AMOUNT, node, ion)] for ion in ions if ion != dependent), 0.0)
            fixed = self.whole.impermeant_charge(node, numbers)
            known[Key(AMOUNT, node, dependent)] = (known[Key(CHARGE, node)] / F - others - fixed) / valences[dependent]
        return self.states.ordered(known)

    def reduced(self, x: Sequence[Any] | np.ndarray, ledger: Sequence[Any] | None = None) -> list[Any]:
        """The reduced state of a full one; the ledger starts at zero."""
        counted = ledger if ledger is not None else [0.0] * len(self.ledger)
        return [*(x[self.states.index[key]] for key in self.kept), *counted]

    def counted(self, z: Sequence[Any] | np.ndarray) -> dict[Place, Any]:
        """What the ledger of a reduced state holds [mol]."""
        return {place: z[len(self.kept) + k] for k, place in enumerate(self.ledger)}

    # -- rates --------------------------------------------------------------------------------------------------------

    def motion(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> Motion:
        """Everything that moves at a full state."""
        whole = self.whole
        state = whole.at(x, numbers)
        potentials = whole.potentials(x, state)
        V = whole.membrane_potentials(potentials, state)
        m = whole.flowing(V, state)
        rates = whole.moved(m)
        taken = self._taken_up(rates)
        given, injected = self._electrodes(rates, potentials, V, state)
        self._carry_charges(rates)
        return Motion(state, potentials, V, m.flows, m.exchanged, rates, given, injected, taken, m.crossings)

    def rates(self, z: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """Time derivative of the reduced state."""
        m = self.motion(self.full(z, numbers), numbers)
        spent = m.crossings | {key: -flux for key, flux in m.given.items()}
        rates = m.rates | self.whole.own_rates(m.V, m.state)
        return [*(rates[key] for key in self.kept), *(spent.get(key, 0.0) for key in self.ledger)]

    def potential_rates(self, z: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """Rates of the nodes' potentials, in RT/F [1/s]."""
        m = self.motion(self.full(z, numbers), numbers)
        unit = R * numbers["temperature"] / F
        return [rate / unit for rate in self.whole.potential_rates(m.rates, m.V, m.state).values()]

    def parts(self, z: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """What cannot be negative, as parts of order one: amounts and volumes over the described ones; of what is buffered some is always free."""
        x = self.whole.contents(self.full(z, numbers), numbers)
        always = {key for key in self.states.keys(AMOUNT) if (key.place, key.name) in self.whole.partly_free}
        amounts = {key: self._described_amount(key, numbers) for key in self.states.keys(AMOUNT) if key not in always}
        least = 1e-6 * functools.reduce(maximum, amounts.values(), 0.0)
        sizes = {key: maximum(amount, least) for key, amount in amounts.items()}
        sizes |= {key: numbers[f"{key.place}.described_volume"] for key in self.states.keys(VOLUME)}
        left = {name: numbers[f"{name}.described_volume"] for name in self.whole.left}
        volumes = self.whole.volumes(x, numbers) if left else {}
        return [*(x[self.states.index[key]] / size for key, size in sizes.items()), *(volumes[s] / w for s, w in left.items())]

    def scales(self, initial: Sequence[Any] | np.ndarray, numbers: Mapping[str, Any]) -> tuple[list[Any], Any]:
        """Sizes of the states that are kept, from the described state: RT/F on each capacitance, described amounts, volumes; and that of the
        largest amount, zero where there is none."""
        amounts = self.states.keys(AMOUNT)
        largest = functools.reduce(maximum, (initial[self.states.index[key]] for key in amounts), 0.0)
        sizes = self.whole.scales([maximum(one, 1e-24) for one in initial], numbers)
        sizes |= {key: maximum(sizes[key], 1e-6 * largest) for key in amounts}
        return [sizes[key] for key in self.kept], largest

    def _described_amount(self, key: Key, numbers: Mapping[str, Any]) -> Any:
        return numbers[f"described.{key.place}.{key.name}"] * numbers[f"{key.place}.described_volume"]

    def _taken_up(self, rates: dict[Key, Any]) -> dict[str, Any]:
        """Water that pipettes take up as it crosses, so that the volume of a dialysed compartment stays [m^3/s]."""
        taken = {}
        for space in self.clamps.dialysed:
            if (key := Key(VOLUME, space)) in rates:
                taken[space], rates[key] = rates[key], 0.0
        return taken

    def _electrodes(
        self, rates: dict[Key, Any], potentials: Mapping[str, Any], V: Mapping[str, Any], state: Mapping[str, Any]
    ) -> tuple[dict[Place, Any], dict[str, Any]]:
        """What electrodes and pipettes give [mol/s, A], added to the rates: currents with their carrier, whatever holds a potential
        or a concentration."""
        given: dict[Place, Any] = {}
        taken = self.whole.holds.taken(self.whole.own_rates(V, state)) if self.clamps.dialysed else {}
        for space in self.clamps.dialysed:
            for ion in self.whole.cell.compartments[space].ions:
                key, held = Key(AMOUNT, space, ion), taken.get((space, ion), 0.0)
                given[f"electrode.{space}", ion], rates[key] = held - rates[key], held
        injected = {node: state[f"electrode.{node}.current"] for node in self.clamps.currents}
        for node, current in injected.items():
            self._inject(rates, given, node, current)
        for node, current in self._holding(rates, potentials, V, state).items():
            injected[node] = current
            self._inject(rates, given, node, current)
        return given, injected

    def _inject(self, rates: dict[Key, Any], given: dict[Place, Any], node: str, current: Any) -> None:
        """Add the current of an electrode [A] to the rates, and its ion [mol/s] to what electrodes give."""
        carrier = self.clamps.currents[node] if node in self.clamps.currents else self.clamps.voltages[node]
        charge, amount, place = Key(CHARGE, node), Key(AMOUNT, node, carrier), (f"electrode.{node}", carrier)
        rates[charge] = rates[charge] + current
        if amount in rates and node not in self.clamps.dialysed:
            flux = current / (self.whole.cell.valences[carrier] * F)
            rates[amount] = rates[amount] + flux
            given[place] = given.get(place, 0.0) + flux

    def _holding(
        self, rates: Mapping[Key, Any], potentials: Mapping[str, Any], V: Mapping[str, Any], state: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The currents [A] of voltage clamps: those at which the potentials of their compartments stand still where they are held.

        What steps of an integrator or a ramp beside them have moved them by comes back at the rate `GRIP`.

        Membranes share charge between nodes, and areas may grow: potentials move with all rates at once. They do so linearly in
        the currents, so the answers to a unit of each current tell what is needed.
        """
        nodes = list(self.clamps.voltages)
        if not nodes:
            return {}
        alone = self.whole.potential_rates(rates, V, state)
        answers = []
        for node in nodes:
            moved: dict[Key, Any] = dict.fromkeys(rates, 0.0)
            self._inject(moved, {}, node, 1.0)
            found = self.whole.potential_rates(moved, V, state)
            answers.append([found[other] for other in nodes])
        matrix = [[answer[k] for answer in answers] for k in range(len(nodes))]
        back = [GRIP * (state[f"electrode.{node}.voltage"] - potentials[node]) for node in nodes]
        return dict(zip(nodes, eliminated(matrix, [b - alone[node] for node, b in zip(nodes, back, strict=True)]), strict=True))

    def _carry_charges(self, rates: dict[Key, Any]) -> None:
        """A charge changes by the current of the very fluxes that are counted, so that charge, ions and ledger round alike."""
        valences = self.whole.cell.valences
        for node in self.dependent:
            if node not in self.clamps.voltages:
                ions = self.whole.cell.compartments[node].ions
                rates[Key(CHARGE, node)] = F * sum((valences[ion] * rates[Key(AMOUNT, node, ion)] for ion in ions), 0.0)

    def totals(self, z: Sequence[Any] | np.ndarray, numbers: Mapping[str, Any]) -> dict[str, Any]:
        """Each species in the whole world of the cell [mol]: what compartments hold and what the ledger counts."""
        totals = held(self.states, self.full(z, numbers))
        for (_, ion), amount in self.counted(z).items():
            totals[ion] = totals.get(ion, 0.0) + amount
        return totals


def held(states: States, x: Sequence[Any] | np.ndarray) -> dict[str, Any]:
    """What all compartments together hold of each ion [mol]."""
    totals: dict[str, Any] = {}
    for key in states.keys(AMOUNT):
        totals[key.name] = totals.get(key.name, 0.0) + x[states.index[key]]
    return totals


def dependent_ions(whole: CellSystem, numbers: Mapping[str, float]) -> dict[str, str]:
    """For each compartment with a charge the ion that follows from it: the most abundant one of those that carry charge and are not held."""
    valences = whole.cell.valences
    spaces = {node: [ion for ion in whole.stats.free_ions(node) if valences[ion]] for node in whole.charged}
    return {node: max(ions, key=lambda ion: numbers[f"{node}.{ion}"]) for node, ions in spaces.items() if ions}
