"""What is seen along a time course: potentials, concentrations, fluxes, ATP, evaluated from the laws with whole arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...laws.nernst import nernst_potential
from ...system.cell import CellSystem
from .merged import merged


@dataclass
class Seen:
    """Arrays over time; see `SimulationResult`."""

    time: np.ndarray
    V: dict[str, np.ndarray]
    potential: dict[str, np.ndarray]
    c: dict[str, dict[str, np.ndarray]]
    volume: dict[str, np.ndarray]
    E: dict[str, dict[str, np.ndarray]]
    current: dict[str, dict[str, np.ndarray]]
    flux: dict[str, dict[str, dict[str, np.ndarray]]]
    exchanges: dict[str, dict[str, dict[str, np.ndarray]]]
    atp: np.ndarray


def observe(
    whole: CellSystem, times: Sequence[np.ndarray], states: Sequence[np.ndarray], numbers: Sequence[Mapping[str, Any]]
) -> Seen:
    """Everything that a result shows, from full states (size, points) and the numbers that held."""
    parts, order = merged(times, states, numbers)
    pieces = [_piece(whole, part.time, part.x, part.numbers) for part in parts]
    return Seen(**{key: _joined([piece[key] for piece in pieces], order) for key in pieces[0]})


def _piece(whole: CellSystem, time: np.ndarray, x: np.ndarray, numbers: Mapping[str, Any]) -> dict[str, Any]:
    state = whole.at(list(x), numbers)
    potentials = whole.potentials(list(x), state)
    V = whole.membrane_potentials(potentials)
    flows = whole.flows(V, state)
    full = lambda value: np.broadcast_to(np.asarray(value, dtype=float), time.shape).copy()  # noqa: E731
    spaces = [name for name, space in whole.cell.compartments.items() if space.role != "bath"]
    atp = sum((one.atp for group in flows.values() for one in group.values() if one.atp is not None), np.zeros(time.shape))
    return {
        "time": time,
        "V": {name: full(v) for name, v in V.items()},
        "potential": {name: full(v) for name, v in {**whole.circuit.fixed_potentials(), **potentials}.items()},
        "c": {name: {ion: full(state[f"{name}.{ion}"]) for ion in whole.cell.compartments[name].ions} for name in spaces},
        "volume": {name: full(state[f"{name}.volume"]) for name in spaces if f"{name}.volume" in state},
        "E": {name: _nernst(whole, name, state, full) for name in whole.cell.membranes},
        "current": {name: {w: full(f.current(whole.cell.valences)) for w, f in group.items()} for name, group in flows.items()},
        "flux": {
            name: {w: {ion: full(j) for ion, j in f.fluxes.items()} for w, f in group.items()} for name, group in flows.items()
        },
        "exchanges": _exchanges(whole, state, full),
        "atp": full(atp),
    }


def _exchanges(whole: CellSystem, state: Mapping[str, Any], full) -> dict[str, dict[str, dict[str, np.ndarray]]]:
    found: dict[str, dict[str, dict[str, np.ndarray]]] = {}
    for exchange, one in zip(whole.exchanges, whole.exchanged(state), strict=True):
        found.setdefault(exchange.space, {})[exchange.name] = {ion: full(j) for ion, j in one.fluxes.items()}
    return found


def _nernst(whole: CellSystem, name: str, state: Mapping[str, Any], full) -> dict[str, np.ndarray]:
    membrane = whole.cell.membranes[name]
    inner, outer = whole.cell.compartments[membrane.inner], whole.cell.compartments[membrane.outer]
    found = {}
    for ion in inner.ions:
        if ion in outer.ions:
            a, b = state[f"{inner.name}.{ion}"], state[f"{outer.name}.{ion}"]
            if np.all(np.asarray(a) > 0) and np.all(np.asarray(b) > 0):
                found[ion] = full(nernst_potential(whole.cell.valences[ion], a, b, state["temperature"]))
    return found


def _joined(parts: list[Any], order: np.ndarray) -> Any:
    if isinstance(parts[0], dict):
        keys = [key for key in parts[0] if all(key in part for part in parts)]
        return {key: _joined([part[key] for part in parts], order) for key in keys}
    return parts[0] if len(parts) == 1 else np.concatenate(parts)[order]
