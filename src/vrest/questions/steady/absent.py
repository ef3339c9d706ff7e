"""What stands still whatever the state is: amounts of which there is none and that nothing brings, and what then moves nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import casadi as ca

from ...engines.symbolic import symbols, vanishes
from ...mechanisms.kind import Flows
from ...system.cell import CellSystem
from ...system.flows import Place
from ...system.states import AMOUNT, Key


@dataclass(frozen=True)
class Absent:
    """Rows of amounts of which there is none and that nothing brings, whatever else there is: they stay at zero. `still` are the
    mechanisms, by (membrane, mechanism), that move nothing without them."""

    rows: tuple[int, ...] = ()
    still: frozenset[Place] = frozenset()


def absent(whole: CellSystem, numbers: Mapping[str, float], varied: Collection[str]) -> Absent:
    """What is absent at numbers, of which some vary, so that where they are zero says nothing."""
    names = [name for name in whole.names if numbers[name] != 0 or name in varied]
    traced, rows = {**numbers, **symbols(names)}, _none(whole, numbers)
    while rows:
        flows, rates = _moving(whole, traced, rows)
        still = [k for k in rows if vanishes(rates[whole.states.rows[k].key])]
        if still == rows:
            return Absent(tuple(rows), frozenset(place for place, one in flows.items() if moves_nothing(one)))
        rows = still
    return Absent()


def moves_nothing(flows: Flows) -> bool:
    """Whether traced flows are zero at every state."""
    return all(vanishes(flux) for flux in flows.fluxes.values())


def _none(whole: CellSystem, numbers: Mapping[str, float]) -> list[int]:
    """Rows of amounts of which there is none as described."""
    rows = enumerate(whole.states.rows)
    return [k for k, row in rows if row.key.kind == AMOUNT and row.positive and row.initial(numbers) == 0]


def _moving(whole: CellSystem, traced: Mapping[str, Any], none: Collection[int]) -> tuple[dict[Place, Flows], dict[Key, Any]]:
    """Flows of mechanisms and rates of rows at any state with nothing in some rows."""
    x = [ca.SX(0) if k in none else ca.SX.sym(row.key.name or row.key.place) for k, row in enumerate(whole.states.rows)]
    V = whole.membrane_potentials(symbols(whole.nodes), traced)
    moving = whole.flowing(V, whole.at(x, traced))
    return {(name, word): one for name, group in moving.flows.items() for word, one in group.items()}, whole.balances(moving)
