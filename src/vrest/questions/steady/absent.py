"""What stands still whatever the state is: amounts of which there is none and that nothing brings, mechanisms that move nothing, and what
states of one's own keep."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import casadi as ca
import numpy as np

from ...engines.symbolic import symbols, vanishes
from ...mechanisms.kind import Flows
from ...system.cell import CellSystem
from ...system.flows import Place, conserved_totals
from ...system.states import AMOUNT, OWN, VOLUME, Key

SAMPLES = 8
"""States for each state of one's own, and as many more, at which its rate is looked at."""
SPREAD, POTENTIALS, WARMER = 3.0, 0.1, 0.05
"""How far these are from the described one: logarithms of numbers, potentials [V], the part of the temperature."""
SAME = 1e-10
"""Part of the rates in a sum that rounding may leave of it."""


@dataclass(frozen=True)
class Absent:
    """What stands still at some numbers, whatever the state is.

    Attributes:
        rows:  of amounts of which there is none and that nothing brings: they stay at zero
        still: mechanisms, by (membrane, mechanism), that move nothing then
        kept:  sums of states of one's own that none of their rates changes, of one alone for example, and for each the row that follows
    """

    rows: tuple[int, ...]
    still: frozenset[Place]
    kept: tuple[np.ndarray, list[int]]


def absent(whole: CellSystem, numbers: Mapping[str, float], varied: Collection[str]) -> Absent:
    """What is absent or stands still at numbers, of which some vary, so that where they are zero says nothing."""
    names = [name for name in whole.names if numbers[name] != 0 or name in varied]
    rows, still = _none(whole, numbers), frozenset[Place]()
    if rows or any(way.rate is not None for way in whole.cell.ways.values()):
        rows, still = _still(whole, {**numbers, **symbols(names)}, rows)
    return Absent(tuple(rows), still, kept_by_own(whole, {**numbers, **{name: numbers[name] or 1.0 for name in varied}}))


def _still(whole: CellSystem, traced: Mapping[str, Any], none: list[int]) -> tuple[list[int], frozenset[Place]]:
    """Which rows of those with nothing in them stay so, and the mechanisms that move nothing without them."""
    while True:
        flows, rates = _moving(whole, traced, none)
        left = [k for k in none if vanishes(rates[whole.states.rows[k].key])]
        if left == none:
            return none, frozenset(place for place, one in flows.items() if moves_nothing(one))
        none = left


def kept_by_own(whole: CellSystem, numbers: Mapping[str, float]) -> tuple[np.ndarray, list[int]]:
    """Sums of states of one's own that no rate of theirs changes, a state whose rate is zero among them, and the row that follows from each.

    There a rate has no balance to find: the state stays as described, or shares what there was.
    """
    states, own = whole.states, whole.states.keys(OWN)
    if not own:
        return np.zeros((0, states.size)), []
    rates = _sampled(whole, numbers)
    each = np.maximum(np.abs(rates).max(axis=0, initial=0.0), 1e-300)
    most = np.abs(rates / each).max(axis=1, initial=0.0)
    size = np.where(most > 0, most, 1.0)[:, None]
    L, dependent = conserved_totals(rates / each / size, states.are(OWN))
    L = L / size.T
    L /= L[range(len(L)), dependent][:, None]
    kept = np.all(np.abs(L @ rates) <= SAME * (np.abs(L) @ np.abs(rates)), axis=1) & (rates.shape[1] > 0)
    return L[kept], [k for k, one in zip(dependent, kept, strict=True) if one]


def _sampled(whole: CellSystem, numbers: Mapping[str, float]) -> np.ndarray:
    """Rates of states of one's own, a row for each of all rows, at states around the described one (columns); parameters vary too, so that
    what depends on their being equal is no rule."""
    states, own, draw = whole.states, whole.states.keys(OWN), np.random.default_rng(0)
    count = SAMPLES * (len(own) + 1)
    constant = {"time", *(f"{name}.volume" for name in whole.cell.compartments if name not in changing(whole))}
    around = {
        name: value if name in constant else value * np.exp(draw.uniform(-SPREAD, SPREAD, count))
        for name, value in numbers.items()
    }
    around["temperature"] = numbers["temperature"] * (1.0 + draw.uniform(-WARMER, WARMER, count))
    rows = [states.rows[states.index[key]] for key in own]
    around |= {f"{row.key.place}.{row.key.name}": draw.uniform(0.0, 1.0, count) * row.size(numbers) for row in rows}
    V = {name: draw.uniform(-POTENTIALS, POTENTIALS, count) for name in whole.cell.membranes}
    with np.errstate(all="ignore"):
        found = whole.own_rates(V, around)
    rates = np.zeros((states.size, count))
    for key in own:
        rates[states.index[key]] = found[key]
    return rates[:, np.all(np.isfinite(rates), axis=0)]


def changing(whole: CellSystem) -> list[str]:
    """The compartments whose volume may change."""
    return [*whole.states.places(VOLUME), *whole.instantaneous, *whole.left]


def moves_nothing(flows: Flows) -> bool:
    """Whether traced flows are zero at every state."""
    return all(vanishes(flux) for flux in flows.fluxes.values())


def _none(whole: CellSystem, numbers: Mapping[str, float]) -> list[int]:
    """Rows of amounts of which there is none as described."""
    rows = enumerate(whole.states.rows)
    return [k for k, row in rows if row.key.kind == AMOUNT and row.positive and row.initial(numbers) == 0]


def _moving(whole: CellSystem, traced: Mapping[str, Any], none: Collection[int]) -> tuple[dict[Place, Flows], dict[Key, Any]]:
    """Flows of mechanisms and rates of rows at any state with nothing in some rows."""
    made = {(space, ion) for space, one in whole.equilibria.all.items() for ion in one.made} - whole.holds.all.keys()
    rows = enumerate(whole.states.rows)
    empty = {
        *none,
        *(k for k, row in rows if row.key.kind == AMOUNT and row.key[1:] in made),
    }  # what is made counts as taken apart
    x = [ca.SX(0) if k in empty else ca.SX.sym(row.key.name or row.key.place) for k, row in enumerate(whole.states.rows)]
    V = whole.membrane_potentials(symbols(whole.nodes), traced)
    moving = whole.flowing(V, whole.at(x, traced))
    return {(name, word): one for name, group in moving.flows.items() for word, one in group.items()}, whole.balances(moving)
