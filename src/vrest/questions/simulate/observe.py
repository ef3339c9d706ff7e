"""What is seen along a time course: potentials, concentrations, fluxes, ATP, evaluated from the laws with whole arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...laws.nernst import nernst_potential
from ...system.cell import CellSystem


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
    V = whole.membrane_potentials(potentials, state)
    flows = whole.flows(V, state)
    full = lambda value: np.broadcast_to(np.asarray(value, dtype=float), time.shape).copy()  # noqa: E731
    spaces = [name for name, space in whole.cell.compartments.items() if space.role != "bath"]
    atp = sum((one.atp for group in flows.values() for one in group.values() if one.atp is not None), np.zeros(time.shape))
    return {
        "time": time,
        "V": {name: full(v) for name, v in V.items()},
        "potential": {name: full(v) for name, v in {**whole.circuit.fixed_potentials(numbers), **potentials}.items()},
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


# -- pieces put together, so that laws are evaluated once over thousands of them -----------------------------------------


@dataclass(frozen=True)
class Merged:
    """Pieces as one: places of its points in the whole course, times [s], states (size, points), numbers (arrays where they differ)."""

    places: np.ndarray
    time: np.ndarray
    x: np.ndarray
    numbers: dict[str, Any]


def merged(
    times: Sequence[np.ndarray], states: Sequence[np.ndarray], numbers: Sequence[Mapping[str, Any]]
) -> tuple[list[Merged], np.ndarray]:
    """Pieces in which the same numbers are zero as one each, and the order that brings their points, one after the other, into that of
    the course.

    What is zero decides whether some quantities exist at all (a Nernst potential): such pieces are not put together with others.
    """
    groups: dict[tuple[str, ...], list[int]] = {}
    for k, piece in enumerate(numbers):
        groups.setdefault(tuple(name for name, value in piece.items() if _has_zero(value)), []).append(k)
    begins = np.concatenate([[0], np.cumsum([time.size for time in times])])
    found = [
        _one([np.arange(begins[k], begins[k + 1]) for k in one], *_picked(one, times, states, numbers)) for one in groups.values()
    ]
    return found, np.argsort(np.concatenate([part.places for part in found]), kind="stable")


def _has_zero(value: Any) -> bool:
    return bool(np.any(value == 0)) if isinstance(value, np.ndarray) else bool(value == 0)


def _picked(places: list[int], *lists: Sequence[Any]) -> list[list[Any]]:
    return [[one[k] for k in places] for one in lists]


def _one(places: list[np.ndarray], times: list[np.ndarray], states: list[np.ndarray], numbers: list[Mapping[str, Any]]) -> Merged:
    sizes = [time.size for time in times]
    together = {name: _value([piece[name] for piece in numbers], sizes) for name in numbers[0] if all(name in p for p in numbers)}
    return Merged(np.concatenate(places), np.concatenate(times), np.concatenate(states, axis=1), together)


def _value(values: list[Any], sizes: list[int]) -> Any:
    """A number of several pieces: itself where it is one and the same, otherwise its value at every point."""
    first = values[0]
    if not isinstance(first, np.ndarray) and all(
        value is first or (not isinstance(value, np.ndarray) and value == first) for value in values
    ):
        return first
    return np.concatenate([np.broadcast_to(value, size) for value, size in zip(values, sizes, strict=True)])
