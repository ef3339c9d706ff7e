"""What mechanisms and compartments have of their own, as rows of the state: gates, occupied states of schemes, states of the user's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..description.cell import Cell
from ..description.derive import site_in
from .circuit import Circuit
from .states import GATE, OWN, Key, State, States


def own_rows(cell: Cell) -> list[State]:
    """States of one's own, then what settles where time does not count; like charges, the latter are decided by a start."""
    places = {f"{name}.{word}": one for name, m in cell.membranes.items() for word, one in m.mechanisms.items()}
    gated = {place: one.gating for place, one in places.items() if one.gating is not None}
    own = [Key(OWN, place, name) for place, gating in gated.items() for name in gating.standing]
    own += [Key(OWN, name, word) for name, space in cell.compartments.items() for word in space.states]
    settling = [Key(GATE, place, name) for place, gating in gated.items() for name in gating.moving]
    return [
        *(State(key, _start(key), positive=False, conserved=False, scale=_scale(cell, key)) for key in own),
        *(State(key, lambda n: 0.0, positive=False, conserved=False) for key in settling),
    ]


def _start(key: Key):
    return lambda numbers: numbers[f"{key.place}.{key.name}.start"]


def _scale(cell: Cell, key: Key):
    """The size of a state: that of its described start, or one of its unit."""
    size = abs(cell.settable[f"{key.place}.{key.name}.start"].si) or 1.0
    return lambda numbers: size


def own_rates(circuit: Circuit, states: States, V: Mapping[str, Any], state: Mapping[str, Any]) -> dict[Key, Any]:
    """Rates of the rows that are of one's own [1/s, or the unit of the row per second]."""
    if not (states.keys(GATE) or states.keys(OWN)):
        return {}
    rates = {
        (f"{name}.{word}", part): rate
        for name, system in circuit.membranes.items()
        for word, group in system.gate_rates(V[name], state).items()
        for part, rate in group.items()
    }
    spaces = {
        key.place: circuit.cell.compartments[key.place] for key in states.keys(OWN) if key.place in circuit.cell.compartments
    }
    for space in spaces.values():
        site = site_in(circuit.cell, space, state)
        rates |= {(space.name, word): one.rate_at(site) for word, one in space.states.items()}
    return {key: rates[key.place, key.name] for kind in (OWN, GATE) for key in states.keys(kind)}
