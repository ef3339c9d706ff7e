"""Reactions that are held at equilibrium, as a function of the state.

Of what such reactions make there is nothing in the rows of the state: these say what there would be if all of it were taken apart, so what
is conserved, and what is free follows exactly (`description.equilibrium`). Where more of it is put into a row, it counts as taken apart.
In the ledger a reaction takes apart at once whatever comes of what it makes.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..description.binding import power
from ..description.cell import Cell, Compartment
from ..description.equilibrium import Equilibrium, equilibria_of
from ..mechanisms.kind import Flows
from .exchange import Exchange
from .flows import Place

if TYPE_CHECKING:
    from .clamps import Motion
from .states import AMOUNT, Key, State, States

TRACE = 1e-9
"""Part of all that a compartment holds which sums of solutes are counted in at least."""


class Equilibria:
    """The equilibria of a cell.

    Attributes:
        all:    by compartment; places: the solutes in them, each with its compartment
        makes:  {solute that follows from others wherever it is at equilibrium: one of its equilibria}
        holding: whether the concentration of one of them is held
    """

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self.all = {one.space: one for one in equilibria_of(cell.compartments.values())}
        self.makes = {ion: one for one in self.all.values() for ion in one.made if not self._is_kept(ion)}
        self.places = {place for one in self.all.values() for place in _places(one)}
        self.holding = any(one.fixed for one in self.all.values())

    def _is_kept(self, ion: str) -> bool:
        return any(ion in one.kept for one in self.all.values())

    # -- what there is --------------------------------------------------------------------------------------------

    def free(self, state: Mapping[str, Any], numbers: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
        """What is free [mol/m^3] by path where a state says what there is in each row, sought from the numbers' concentrations, where it is not
        known already."""
        found = dict(known)
        for space, one in self.all.items():
            if one.paths[0] in known:
                continue
            rows, near = ({ion: c[f"{space}.{ion}"] for ion in one.species} for c in ({**numbers, **state}, numbers))
            found |= {f"{space}.{ion}": c for ion, c in one.free(one.gathered(rows), near, numbers).items()}
        return found

    def apart(self, state: Mapping[str, Any], states: States, x: Sequence[Any]) -> dict[Place, Any]:
        """What there is [mol] of solutes that are held, with all that is made of them taken apart, but for what rows have of that, at numbers
        that hold a state. Where states hold more of what is made than at the begin, its row has less than nothing."""
        rows = {f"{key.place}.{key.name}": n for key, n in zip(states.index, x, strict=True)}
        return {
            (space, ion): one.apart(ion, state) * state[f"{space}.volume"] - one.made_of(ion, rows)
            for space, one in self.all.items()
            for ion in one.fixed
        }

    def parts(self, space: str, ion: str) -> list[tuple[Place, float]]:
        """What is counted in the row of a solute, with how much of it is in each."""
        made = self.all[space].made if (space, ion) in self.places else {}
        return [((space, ion), 1.0), *(((space, k), abs(n[ion])) for k, n in made.items() if n.get(ion))]

    def disagreement(self, numbers: Mapping[str, float]) -> str | None:
        """A sentence where reactions between the same solutes have other constants in another compartment: no free energy is common to them."""
        for first, one in itertools.permutations(self.all.values(), 2):
            for ion in [ion for ion in first.made if ion in one.species]:
                if not first.agrees(one, ion, numbers):
                    return f"{ion} is at equilibrium in '{first.space}' and in '{one.space}' with other constants or by other reactions"
        return None

    # -- what turns over ------------------------------------------------------------------------------------------

    def exchanged(self, exchanges: Sequence[Exchange], found: list[Flows], net: Mapping[Place, Any]) -> list[Flows]:
        """Flows of every exchange, with those of the reactions at equilibrium that belong to what enters each place [mol/s] otherwise."""
        turnovers = {
            space: one.undone({ion: net.get((space, ion), 0.0) for ion in one.species}) for space, one in self.all.items()
        }
        return [
            turned_over(exchange, turnovers[exchange.space][exchange.name]) if exchange.mechanism.held else flows
            for exchange, flows in zip(exchanges, found, strict=True)
        ]

    def turned_over(self, exchanges: Sequence[Exchange], more: Mapping[Place, Any]) -> dict[Place, Any]:
        """What each reaction takes to make so much more of what is made [mol] by place, by its place in the ledger."""
        found: dict[Place, Any] = {}
        for exchange in exchanges:
            if exchange.mechanism.held:
                one = self.all[exchange.space]
                turnover = one.undone({ion: -more[exchange.space, ion] for ion in one.made})[exchange.name]
                found |= {(exchange.place, ion): n * turnover for ion, n in exchange.mechanism.species.items()}
        return found

    def kept_by(
        self, rates: Mapping[Key, Any], more: Mapping[Place, Any], waters: Mapping[str, Any], state: Mapping[str, Any]
    ) -> dict[str, dict[str, Any]]:
        """Turnovers [mol/s] by compartment that keep reactions at equilibrium at rates of the rows, of what comes besides, and of volumes
        [m^3/s]: beside those that take apart what comes."""
        found = {}
        for space, one in self.all.items():
            into = waters.get(space, 0.0)
            entering = {
                ion: rates.get(Key(AMOUNT, space, ion), 0.0) + more.get((space, ion), 0.0) - state[f"{space}.{ion}"] * into
                for ion in one.species
            }
            found[space] = one.turnovers(state, entering)
        return found

    def making(self, more: Mapping[str, Mapping[str, Any]]) -> dict[Place, Any]:
        """What turnovers make of solutes that are held [as they are]."""
        return {
            (space, ion): sum((-each.species.get(ion, 0.0) * more[space][word] for word, each in one.reactions.items()), 0.0)
            for space, one in self.all.items()
            for ion in one.fixed
        }

    def true(self, exchanges: Sequence[Exchange], m: Motion, more: Mapping[str, Mapping[str, Any]]) -> list[Flows]:
        """Flows of every exchange, of reactions at equilibrium with the turnovers that keep them there while the rest moves."""
        return [
            turned_over(exchange, flows.cycles + more[exchange.space][exchange.name]) if exchange.mechanism.held else flows
            for exchange, flows in zip(exchanges, m.exchanged, strict=True)
        ]

    def columns(self, states: States, N: np.ndarray) -> np.ndarray:
        """Changes of rows (first axis) where what is made is taken apart at once."""
        N = np.array(N)
        for space, one in self.all.items():
            for made, parts in one.made.items():
                k = states.index[Key(AMOUNT, space, made)]
                for ion, n in parts.items():
                    N[states.index[Key(AMOUNT, space, ion)]] += n * N[k]
                N[k] = 0.0
        return N


def _places(one: Equilibrium) -> list[Place]:
    return [(one.space, ion) for ion in one.species]


def turned_over(exchange: Exchange, turnover: Any) -> Flows:
    """The flows of a reaction out of its compartment at a turnover [mol/s]."""
    fluxes = {ion: n * turnover for ion, n in exchange.mechanism.species.items()}
    return Flows(fluxes, cycles=turnover, neutral=True)


def row_in(one: Equilibrium, space: Compartment, row: State) -> State:
    """The row of a solute of an equilibrium: what is kept of it, with what the made ones hold of it; of these nothing but what states hold.
    Where it is held, and of its counter-ion, it is what was there before the equilibrium."""
    ion, path = row.key.name, f"{space.name}."
    if ion not in one.species:
        return replace(row, initial=lambda n: row.initial({**n, path + ion: n[f"written.{path}{ion}"]}))

    def size(n: Mapping[str, Any]) -> Any:
        there = sum(n[path + other] for other in one.species) + TRACE * sum(n[path + other] for other in space.ions)
        return there * n[f"{path}volume"] + sum(power(n, space, other) for other in one.bound)

    if ion in one.made:
        return replace(row, initial=lambda n: space.bound_in_states(n, ion) * n[f"{path}volume"], positive=False, scale=size)
    before = "written." if ion in one.fixed else ""
    parts = [(n[ion], before + path + made) for made, n in one.made.items() if n.get(ion)]
    in_states = {other for state in space.states.values() for other in state.holds}

    def whole(n: Mapping[str, Any]) -> Any:
        return row.initial(n) + sum(part * n[made] for part, made in parts) * n[f"{path}volume"]

    if row.positive and not one.signed(ion) and not any(n.get(ion) for made, n in one.made.items() if made in in_states):
        return replace(row, initial=whole)
    return replace(row, initial=whole, positive=False, scale=size)
