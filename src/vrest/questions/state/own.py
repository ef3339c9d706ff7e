"""What mechanisms and compartments have of their own at a state: open parts of gates, and states with a rate of the user's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...mechanisms.gating import OwnState
from ...system.circuit import Circuit
from ...units import to_unit

Gates = dict[str, dict[str, dict[str, Any]]]


def gates_at(circuit: Circuit, V: Mapping[str, Any], numbers: Mapping[str, Any]) -> Gates:
    """Gates and states of schemes by membrane and mechanism, at membrane potentials [V]; membranes without one are left out."""
    found = {name: circuit.membranes[name].gates(v, numbers) for name, v in V.items()}
    return {name: group for name, group in found.items() if group}


def states_at(circuit: Circuit, V: Mapping[str, Any], numbers: Mapping[str, Any]) -> dict[str, Any]:
    """States of one's own by their paths, with the unit in which their values are: `plasma.Na.x [mM]`."""
    return {_titled(path, one): to_unit(value, one.unit or "1") for path, one, value in _values(circuit, V, numbers)}


def _values(circuit: Circuit, V: Mapping[str, Any], numbers: Mapping[str, Any]) -> Iterator[tuple[str, OwnState, Any]]:
    for name, v in V.items():
        system = circuit.membranes[name]
        for word, values in system.own_states(v, numbers).items():
            gating = system.mechanisms[word].gating
            assert gating is not None
            yield from ((f"{name}.{word}.{one.name}", one, values[one.name]) for one in gating.states)
    for space in circuit.cell.compartments.values():
        yield from ((f"{space.name}.{word}", one, numbers[f"{space.name}.{word}"]) for word, one in space.states.items())


def _titled(path: str, state: OwnState) -> str:
    return f"{path} [{state.unit}]" if state.unit not in ("", "1") else path
