"""The rates that an integrator follows: charges, amounts and volumes, clamps and electrodes, and a ledger of what left the cell.

In each compartment one ion's amount is not a state of its own: it follows from the charge, so that charge is kept exactly and
the ledger shows whether that ion is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..constants import F
from ..description.cell import CELL
from ..mechanisms.kind import Flows
from .cell import CellSystem


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
        flows:      of each mechanism
        currents, fluxes, waters: rates of charges [A], amounts [mol/s] and volumes [m^3/s] of the layout
        given, injected: what electrodes give [mol/s] by (electrode, ion), and their currents [A] by node
        taken:      water that pipettes take up [m^3/s] by compartment
        crossings:  what enters each compartment and reservoir [mol/s] by membranes and exchanges
    """

    state: dict[str, Any]
    potentials: dict[str, Any]
    V: dict[str, Any]
    flows: dict[str, dict[str, Flows]]
    currents: dict[str, Any]
    fluxes: dict[tuple[str, str], Any]
    waters: dict[str, Any]
    given: dict[tuple[str, str], Any]
    injected: dict[str, Any]
    taken: dict[str, Any]
    crossings: dict[tuple[str, str], Any]


class Dynamics:
    """Reduced state z of a whole cell under given clamps: charges, amounts less the dependent ones, volumes, ledger.

    `numbers` hold, beside those of the cell, `electrode.<node>.current` [A] for injected currents.
    """

    def __init__(self, whole: CellSystem, clamps: Clamps | None = None) -> None:
        self.whole, self.layout, self.clamps = whole, whole.layout, clamps or Clamps()
        self.dependent = self._dependent_ions()
        dropped = {(node, ion) for node, ion in self.dependent.items()}
        self.kept = [key for key in self.layout.index if key not in dropped]
        self.ledger = self._ledger_keys()
        self.size = len(self.kept) + len(self.ledger)
        self.names = (*whole.names, "time", *(f"electrode.{node}.current" for node in self.clamps.currents))

    def _dependent_ions(self) -> dict[str, str]:
        """For each compartment with a charge the ion that follows from it: the most abundant one."""
        found = {}
        for node in self.layout.nodes:
            space = self.whole.cell.compartments[node]
            if space.role == CELL and space.ions and node not in self.clamps.dialysed:
                found[node] = max(space.ions, key=lambda ion: self.whole.numbers[f"{node}.{ion}"])
        return found

    def _ledger_keys(self) -> list[tuple[str, str]]:
        """(place, ion) of what is counted outside the state: baths, held compartments, reservoirs, electrodes."""
        keys: dict[tuple[str, str], None] = {}
        for name, system in self.whole.circuit.membranes.items():
            membrane = self.whole.cell.membranes[name]
            for mechanism in system.mechanisms.values():
                for ion in mechanism.species:
                    for end in (membrane.inner, membrane.outer):
                        if (end, ion) not in self.layout.index:
                            keys[end, ion] = None
        for exchange in self.whole.exchanges:
            keys |= {
                (exchange.place, ion): None
                for ion in exchange.mechanism.species
                if (exchange.place, ion) not in self.layout.index
            }
        keys |= {(f"electrode.{node}", ion): None for node, ion in {**self.clamps.currents, **self.clamps.voltages}.items()}
        for space in sorted(self.clamps.dialysed):
            keys |= {(f"electrode.{space}", ion): None for ion in self.whole.cell.compartments[space].ions}
        return list(keys)

    # -- between the full and the reduced state ---------------------------------------------------------------------

    def full(self, z: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """The full state (charges, amounts, volumes) from a reduced one."""
        known: dict[tuple[str, str], Any] = {key: z[k] for k, key in enumerate(self.kept)}
        for node, dependent in self.dependent.items():
            valences = self.whole.cell.valences
            others = sum(
                (valences[ion] * known[node, ion] for ion in self.whole.cell.compartments[node].ions if ion != dependent), 0.0
            )
            fixed = self.whole.impermeant_charge(node, numbers)
            known[node, dependent] = (known["Q", node] / F - others - fixed) / valences[dependent]
        return [known[key] for key in self.layout.index]

    def reduced(self, x: Sequence[Any], ledger: Sequence[Any] | None = None) -> list[Any]:
        """The reduced state of a full one; the ledger starts at zero."""
        return [*(x[self.layout.index[key]] for key in self.kept), *(ledger if ledger is not None else [0.0] * len(self.ledger))]

    # -- rates --------------------------------------------------------------------------------------------------------

    def motion(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> Motion:
        """Everything that moves at a full state."""
        whole = self.whole
        state = whole.at(x, numbers)
        potentials = whole.potentials(x, state)
        V = whole.membrane_potentials(potentials)
        flows = whole.flows(V, state)
        currents = dict(zip(self.layout.nodes, whole.net_currents(flows), strict=True))
        crossings = whole.crossings(flows, whole.exchanged(state))
        fluxes = {key: crossings.get(key, 0.0) for key in self.layout.amounts}
        waters = dict(zip(self.layout.volumes, whole.net_waters(state), strict=True))
        taken = {space: waters[space] for space in self.clamps.dialysed if space in waters}
        waters |= {space: 0.0 for space in self.clamps.dialysed if space in waters}  # the pipette takes up what water crosses
        given, injected = self._electrodes(currents, fluxes, numbers)
        for node in self.dependent:  # the current of the very fluxes that are counted: charge, ions and ledger round alike
            if node not in self.clamps.voltages:
                valence = whole.cell.valences
                currents[node] = F * sum((valence[ion] * fluxes[node, ion] for ion in whole.cell.compartments[node].ions), 0.0)
        return Motion(state, potentials, V, flows, currents, fluxes, waters, given, injected, taken, crossings)

    def rates(self, z: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """Time derivative of the reduced state."""
        m = self.motion(self.full(z, numbers), numbers)
        rates = {**{("Q", node): i for node, i in m.currents.items()}, **m.fluxes, **{("w", s): w for s, w in m.waters.items()}}
        spent = m.crossings | {key: -flux for key, flux in m.given.items()}
        return [*(rates[key] for key in self.kept), *(spent.get(key, 0.0) for key in self.ledger)]

    def parts(self, z: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """What cannot be negative, as parts of order one: amounts and volumes over the described ones."""
        x, described = self.full(z, numbers), self.whole.described()
        nodes, count = len(self.layout.nodes), len(self.layout.amounts)
        least = 1e-6 * max(described[:count], default=1.0)
        return [x[nodes + k] / max(size, least if k < count else 0.0) for k, size in enumerate(described)]

    def _electrodes(
        self, currents: dict[str, Any], fluxes: dict[tuple[str, str], Any], numbers: Mapping[str, Any]
    ) -> tuple[dict[tuple[str, str], Any], dict[str, Any]]:
        """What electrodes and pipettes give [mol/s, A], added to the rates: currents with their carrier, whatever holds a potential
        or a concentration."""
        given: dict[tuple[str, str], Any] = {}
        valences = self.whole.cell.valences
        for space in self.clamps.dialysed:
            for ion in self.whole.cell.compartments[space].ions:
                given[f"electrode.{space}", ion] = -fluxes[space, ion]
                fluxes[space, ion] = 0.0
        injected = {node: numbers[f"electrode.{node}.current"] for node in self.clamps.currents}
        injected |= {node: -currents[node] for node in self.clamps.voltages}
        for node, carrier in {**self.clamps.currents, **self.clamps.voltages}.items():
            flux = injected[node] / (valences[carrier] * F)
            currents[node] = currents[node] + injected[node]
            if (node, carrier) in fluxes and node not in self.clamps.dialysed:
                fluxes[node, carrier] = fluxes[node, carrier] + flux
                given[f"electrode.{node}", carrier] = given.get((f"electrode.{node}", carrier), 0.0) + flux
        return given, injected

    def totals(self, z: Sequence[Any], numbers: Mapping[str, Any]) -> dict[str, Any]:
        """Each species in the whole world of the cell [mol]: what compartments hold and what the ledger counts."""
        x = self.full(z, numbers)
        totals: dict[str, Any] = {}
        for key in self.layout.amounts:
            totals[key[1]] = totals.get(key[1], 0.0) + x[self.layout.index[key]]
        for k, (_, ion) in enumerate(self.ledger):
            totals[ion] = totals.get(ion, 0.0) + z[len(self.kept) + k]
        return totals
