"""What mechanisms and compartments have of their own, as rows of the state: gates, occupied states of schemes, states of the user's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..description.cell import Cell
from ..description.derive import site_in
from .circuit import Circuit
from .flows import Place
from .states import AMOUNT, GATE, OWN, Key, State, States


class Holds:
    """What states of compartments hold of ions.

    The row of an ion that is held is of all there is, free and held, as with a buffer; that of a state that holds is an amount [mol],
    since what is bound stays in the compartment and is diluted by its water. `all` are the places (compartment, ion), with the states
    that hold some there and how much of it each.
    """

    def __init__(self, cell: Cell) -> None:
        self.all: dict[Place, list[tuple[Key, float]]] = {}
        for space in cell.compartments.values():
            for word, one in space.states.items():
                for ion, n in one.holds.items():
                    self.all.setdefault((space.name, ion), []).append((Key(OWN, space.name, word), n))
        self.states = {key for holding in self.all.values() for key, _ in holding}

    def amount(self, states: States, x: Sequence[Any] | np.ndarray, place: Place) -> Any:
        """What is held of an ion in a compartment [mol]."""
        return sum((n * x[states.index[key]] for key, n in self.all.get(place, ())), 0.0)

    def without(self, states: States, x: Sequence[Any] | np.ndarray, sign: float = -1.0) -> list[Any]:
        """A state with what is free of every ion; with the other sign a state again, from what is free."""
        found = list(x)
        for place in self.all:
            k = states.index[Key(AMOUNT, *place)]
            found[k] = found[k] + sign * self.amount(states, x, place)
        return found

    def taken(self, rates: Mapping[Key, Any]) -> dict[Place, Any]:
        """What is taken from the free ions [mol/s] at rates of the states."""
        return {place: sum((n * rates[key] for key, n in holding), 0.0) for place, holding in self.all.items()}


def own_rows(cell: Cell) -> list[State]:
    """States of one's own, then what settles where time does not count; like charges, the latter are decided by a start."""
    places = {f"{name}.{word}": one for name, m in cell.membranes.items() for word, one in m.mechanisms.items()}
    gated = {place: one.gating for place, one in places.items() if one.gating is not None}
    own = [Key(OWN, place, name) for place, gating in gated.items() for name in gating.standing]
    own += [Key(OWN, name, word) for name, space in cell.compartments.items() for word in space.states]
    settling = [Key(GATE, place, name) for place, gating in gated.items() for name in gating.moving]
    return [
        *(State(key, _start(cell, key), positive=False, conserved=False, scale=_scale(cell, key)) for key in own),
        *(State(key, lambda n: 0.0, positive=False, conserved=False) for key in settling),
    ]


def _start(cell: Cell, key: Key):
    size = _water(cell, key)
    return lambda numbers: numbers[f"{key.place}.{key.name}.start"] * size(numbers)


def _scale(cell: Cell, key: Key):
    """The size of a state: that of its described start, or one of its unit; one that holds ions is as large as what is free of these."""
    paths, size = [f"{key.place}.{key.name}.start"], _water(cell, key)
    if key.place in cell.compartments:
        paths += [f"{key.place}.{ion}" for ion in cell.compartments[key.place].states[key.name].holds]
    most = max(abs(cell.settable[path].si) for path in paths) or 1.0
    return lambda numbers: most * size(numbers)


def _water(cell: Cell, key: Key):
    """What a state is counted per: water as described where it holds ions, so that its row is an amount."""
    space = cell.compartments.get(key.place)
    if space is not None and space.states[key.name].holds:
        return lambda numbers: numbers[f"{key.place}.volume"]
    return lambda numbers: 1.0


def own_rates(circuit: Circuit, states: States, V: Mapping[str, Any], state: Mapping[str, Any]) -> dict[Key, Any]:
    """Rates of the rows that are of one's own [1/s, or the unit of the row per second; mol/s of a state that holds ions]."""
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
        water = {word: state[f"{space.name}.volume"] if one.holds else 1.0 for word, one in space.states.items()}
        rates |= {(space.name, word): one.rate_at(site) * water[word] for word, one in space.states.items()}
    return {key: rates[key.place, key.name] for kind in (OWN, GATE) for key in states.keys(kind)}
