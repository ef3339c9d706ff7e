"""Who gives what to whom: every flux of an ion says from where and to where, and all balances follow from that."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..description.cell import Mechanism
from ..maths import absolute
from ..mechanisms.kind import Flows, across
from ..mechanisms.parameter import ACTIVE
from .circuit import Circuit, add_to_sides, sides
from .exchange import Exchange
from .states import AMOUNT, VOLUME, Key, States

Place = tuple[str, str]
"""(place, ion): a compartment, a reservoir outside of the description, an electrode."""
Fluxes = Mapping[str, Mapping[str, Flows]]
"""Flows by membrane and mechanism."""


@dataclass(frozen=True)
class Carrier:
    """One mechanism or exchange: where its ions come from and where they go to, outward."""

    name: str
    source: str
    target: str
    mechanism: Mechanism

    def signed(self) -> tuple[tuple[str, float], tuple[str, float]]:
        """Its two places, with the sign in which an outward flux enters each."""
        return (self.source, -1.0), (self.target, 1.0)


class Incidence:
    """The fluxes of a cell and the places between which they run.

    Attributes:
        carriers: mechanisms by (membrane, mechanism), then exchanges by (compartment, exchange)
    """

    def __init__(self, circuit: Circuit, exchanges: Collection[Exchange]) -> None:
        self.valences, self.exchanges = circuit.cell.valences, tuple(exchanges)
        self.membranes = circuit.cell.membranes
        self.sides = {name: membrane.ends for name, membrane in self.membranes.items()}
        self.carriers = {
            (name, word): Carrier(f"{name}.{word}", *self.sides[name], mechanism)
            for name, system in circuit.membranes.items()
            for word, mechanism in system.mechanisms.items()
        }
        self.carriers |= {
            (e.space, e.name): Carrier(f"{e.space}.{e.name}", e.space, e.place, e.mechanism) for e in self.exchanges
        }

    def places(self) -> list[Place]:
        """Every place that some carrier touches, with the ion."""
        return list(
            dict.fromkeys(
                (end, ion)
                for carrier in self.carriers.values()
                for ion in carrier.mechanism.species
                for end in (carrier.source, carrier.target)
            )
        )

    def around(self, place: str, ion: str | None = None) -> list[Carrier]:
        """Carriers at a place: of an ion, or all."""
        return [
            carrier
            for carrier in self.carriers.values()
            if place in (carrier.source, carrier.target) and (ion is None or ion in carrier.mechanism.species)
        ]

    def unslowed(self, place: str, ion: str) -> list[str]:
        """Names of the pumps that move an ion at a place and do not slow as it runs out."""
        found = [carrier.mechanism for carrier in self.around(place, ion)]
        return list(dict.fromkeys(one.name for one in found if one.pump and not one.law.slows))

    # -- sums of fluxes -------------------------------------------------------------------------------------------------

    def net(self, flows: Fluxes, exchanged: Iterable[Flows]) -> dict[Place, Any]:
        """Net flux into each ion of each place [mol/s]: compartments, baths and reservoirs too.

        What crosses one membrane is summed first, so that both sides see the same number, rounding included; an exchange is one
        number for both sides.
        """
        net: dict[Place, Any] = {}
        for name, group in flows.items():
            self._pass(net, self.sides[name], across(group))
        for exchange, one in zip(self.exchanges, exchanged, strict=True):
            self._pass(net, (exchange.space, exchange.place), one.fluxes)
        return net

    def gross(self, flows: Fluxes, exchanged: Iterable[Flows]) -> dict[Place, Any]:
        """What fluxes come to at each ion of each place, all counted as positive [mol/s]."""
        gross: dict[Place, Any] = {}
        groups = [(self.sides[name], one) for name, group in flows.items() for one in group.values()]
        groups += [((e.space, e.place), one) for e, one in zip(self.exchanges, exchanged, strict=True)]
        for ends, one in groups:
            for ion, flux in one.fluxes.items():
                for end in ends:
                    gross[end, ion] = gross.get((end, ion), 0.0) + absolute(flux)
        return gross

    def _pass(self, net: dict[Place, Any], ends: tuple[str, str], fluxes: Mapping[str, Any]) -> None:
        for ion, flux in fluxes.items():
            for end, sign in zip(ends, (-1.0, 1.0), strict=True):
                net[end, ion] = net.get((end, ion), 0.0) + sign * flux

    def currents(self, flows: Fluxes, nodes: Collection[str]) -> dict[str, Any]:
        """Net current into each node [A]; exchanges move no charge."""
        net: dict[str, Any] = dict.fromkeys(nodes, 0.0)
        for name, group in flows.items():
            inward = -sum((one.current(self.valences) for one in group.values()), 0.0)
            add_to_sides(net, self.membranes[name], inward)
        return net

    # -- what no flux changes -------------------------------------------------------------------------------------------

    def stoichiometry(self, states: States, numbers: Mapping[str, float], still: Collection[Place] = ()) -> np.ndarray:
        """Change of each row of the state by each independent flux of ions (columns).

        A carrier that is off, or stands `still`, has none; ions that a mechanism moves independently have one each.
        """
        columns = []
        for owner, carrier in self.carriers.items():
            if owner in still or is_off(carrier, numbers):
                continue
            p = {key: numbers[f"{carrier.name}.{key}"] for key in carrier.mechanism.parameters}
            for group in carrier.mechanism.law.moves(carrier.mechanism.species, self.valences, p):
                columns.append(column_of(states, carrier, group))
        return np.array(columns).reshape(len(columns), states.size).T


def is_off(carrier: Carrier, numbers: Mapping[str, float]) -> bool:
    """Whether a carrier moves nothing at any state: what scales it is zero, or it is taken away."""
    scales = [numbers[f"{carrier.name}.{name}"] for name in carrier.mechanism.scales]
    return (bool(scales) and not any(scales)) or numbers.get(f"{carrier.name}.{ACTIVE}", 1.0) == 0


def column_of(states: States, carrier: Carrier, group: Mapping[str, float]) -> np.ndarray:
    """Change of each row of the state by one flux of a carrier, which moves so much of each ion."""
    column = np.zeros(states.size)
    for ion, n in group.items():
        for place, sign in carrier.signed():
            if (key := Key(AMOUNT, place, ion)) in states.index:
                column[states.index[key]] += sign * n
    return column


def water_stoichiometry(circuit: Circuit, states: States) -> np.ndarray:
    """Change of each row of the state by the water through each membrane (columns)."""
    columns = []
    for membrane in circuit.cell.membranes.values():
        if membrane.water.moves:
            column = np.zeros(states.size)
            for place, sign in sides(membrane):
                if (key := Key(VOLUME, place)) in states.index:
                    column[states.index[key]] = sign
            columns.append(column)
    return np.array(columns).reshape(len(columns), states.size).T


def conserved_totals(N: np.ndarray, conserved: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Totals that no flux changes, and which rows follow from the others through them.

    Arguments:
        N:         change of each row (first axis) by each flux (second axis)
        conserved: mask of the rows that take part
    Returns:
        L: (totals, rows) with L @ N = 0, in echelon form: each total holds one row that no other total holds
        dependent: for each total the position of that row
    """
    places = np.flatnonzero(conserved)
    L, dependent = _echelon(_null_rows(N[places]))
    whole = np.zeros((L.shape[0], N.shape[0]))
    whole[:, places] = L
    return whole, [int(places[k]) for k in dependent]


def _null_rows(N: np.ndarray) -> np.ndarray:
    """Rows that annihilate N, by Gauss-Jordan elimination of [N | 1]."""
    amounts, fluxes = N.shape
    rows = np.hstack([N, np.eye(amounts)])
    pivot_row = 0
    for column in range(fluxes):
        if pivot_row == amounts:
            break
        best = pivot_row + int(np.argmax(np.abs(rows[pivot_row:, column])))
        if abs(rows[best, column]) < 1e-12:
            continue
        rows[[pivot_row, best]] = rows[[best, pivot_row]]
        rows[pivot_row] /= rows[pivot_row, column]
        others = [k for k in range(amounts) if k != pivot_row]
        rows[others] -= np.outer(rows[others, column], rows[pivot_row])
        pivot_row += 1
    return rows[pivot_row:, fluxes:]


def _echelon(L: np.ndarray) -> tuple[np.ndarray, list[int]]:
    L = L.copy()
    dependent: list[int] = []
    for k in range(L.shape[0]):
        column = int(np.argmax(np.abs(L[k])))
        L[k] /= L[k, column]
        for j in range(L.shape[0]):
            if j != k:
                L[j] -= L[j, column] * L[k]
        dependent.append(column)
    L[np.abs(L) < 1e-12] = 0.0
    return L, dependent
