"""What a compartment exchanges with another one, or with a reservoir outside of the description; and what reacts in it.

A reaction is counted as an exchange with a place of its own, which receives what is used and gives what is made: so every solute is
conserved in the ledger, and free energy in the account.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..description.cell import Cell, Compartment, Mechanism
from ..maths import absolute
from ..mechanisms.kind import Flows, Site
from ..mechanisms.parameter import ACTIVE, Basis

PROBE = 1e-4
"""Part by which concentrations are varied to see the one-way flux of an exchange."""


class Exchange:
    """Functions of one exchange. `numbers` everywhere is a mapping of paths to floats, arrays or symbols (`system.numbers`).

    Attributes:
        space: the compartment that it leaves; name: of the exchange in it
        place: where it goes, as the ledger calls it: the partner, `reservoir.<compartment>.<name>`, or of a reaction `reaction...`
    """

    def __init__(self, cell: Cell, space: Compartment, mechanism: Mechanism) -> None:
        self.cell, self.space, self.mechanism = cell, space.name, mechanism
        self.name, self.partner = mechanism.name, mechanism.partner
        self.path = f"{space.name}.{mechanism.name}."
        outside = "reservoir" if mechanism.law.affinity is None else "reaction"
        self.place = mechanism.partner or f"{outside}.{space.name}.{mechanism.name}"
        self._inner = tuple(space.ions)
        self._outer = tuple(cell.compartments[mechanism.partner].ions) if mechanism.partner else ()

    def flows(self, numbers: Mapping[str, Any]) -> Flows:
        """What leaves the compartment [mol/s]; of a reaction at equilibrium nothing by itself, as it answers to all else that flows."""
        if self.mechanism.held:
            return Flows(dict.fromkeys(self.mechanism.species, 0.0), cycles=0.0, neutral=True)
        mechanism, site = self.mechanism, self._site(numbers)
        scale = numbers[self.path + ACTIVE]
        if mechanism.basis is Basis.VOLUME:
            scale = scale * numbers[f"{self.space}.volume"]
        return mechanism.law.flows(site).scaled(scale * site.factor(mechanism.factor))

    @property
    def reacts(self) -> bool:
        """Whether it is a reaction between what the compartment holds, whose free energy is known."""
        return self.mechanism.law.affinity is not None

    def heat(self, flows: Flows, numbers: Mapping[str, Any]) -> Any:
        """Free energy that a reaction turns to heat [W], from its flows [mol/s], at floats or arrays; none where it stands still."""
        if self.mechanism.held:
            return 0.0
        affinity = self.mechanism.law.affinity
        assert affinity is not None
        with np.errstate(invalid="ignore"):
            of_a_turnover = np.where(np.asarray(flows.cycles) == 0, 0.0, affinity(self._site(numbers)))
        return flows.cycles * of_a_turnover

    def one_way(self, numbers: Mapping[str, Any]) -> Any:
        """How much the flux of the first ion answers to the concentrations [mol/s]: its scale where it vanishes by itself.

        The sum of c dJ/dc over the concentrations on both sides.
        """
        total: Any = 0.0
        for path in self._paths():
            up, down = (self._first({**numbers, path: numbers[path] * (1 + part)}) for part in (PROBE, -PROBE))
            total = total + absolute(up - down) / (2 * PROBE)
        return total

    def _first(self, numbers: Mapping[str, Any]) -> Any:
        return next(iter(self.flows(numbers).fluxes.values()))

    def _paths(self) -> list[str]:
        return [*(f"{self.space}.{ion}" for ion in self._inner), *(f"{self.partner}.{ion}" for ion in self._outer)]

    def _site(self, numbers: Mapping[str, Any]) -> Site:
        p = {key: numbers[self.path + key] for key in self.mechanism.parameters}
        c_in = {ion: numbers[f"{self.space}.{ion}"] for ion in self._inner}
        c_out = {ion: numbers[f"{self.partner}.{ion}"] for ion in self._outer}
        mechanism, sides = self.mechanism, (self.space, self.partner or "")
        site = Site(
            None,
            numbers["temperature"],
            numbers["time"],
            self.cell.valences,
            c_in,
            c_out,
            p,
            mechanism.species,
            form=mechanism.form,
            let=mechanism.let,
            numbers=numbers,
            sides=sides,
        )
        if mechanism.rate is not None:
            p["rate"] = site.value_of(mechanism.rate)
        return site


def exchanges_of(cell: Cell) -> list[Exchange]:
    """Every exchange of a cell, in the order of the description."""
    return [Exchange(cell, cell.compartments[name], one) for name, group in cell.exchanges.items() for one in group.values()]
