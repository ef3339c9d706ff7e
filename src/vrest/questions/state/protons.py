"""What buffers hold, pH of compartments and proton-motive force of membranes, at numbers that hold a state: floats, or arrays over time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...description.binding import bound_at
from ...description.cell import Cell, Compartment
from ...laws.proton import pH_from_concentration, proton_motive_force
from ...results.base import Unknown, known
from ...results.protons import ProtonMotiveForce
from ...results.words import PROTON

NONE = "'{}' holds no free H, so it has no pH"


def pH_of(cell: Cell, numbers: Mapping[str, Any]) -> dict[str, Any]:
    """The pH of every compartment that lists H; infinite where there is none at a point of an array."""
    listing = [name for name, space in cell.compartments.items() if PROTON in space.ions]
    return {name: _pH(name, numbers[f"{name}.{PROTON}"]) for name in listing}


def bound_of(cell: Cell, numbers: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What the buffers and the states of each compartment hold [mol/m^3]."""
    found = {
        name: {ion: bound_in(space, ion, numbers) for ion in space.ions if ion in space.binding}
        for name, space in cell.compartments.items()
    }
    return {name: ions for name, ions in found.items() if ions}


def bound_in(space: Compartment, ion: str, numbers: Mapping[str, Any]) -> Any:
    """What buffers and states of a compartment hold of an ion [mol/m^3]."""
    by_buffers = bound_at(numbers, space, ion, numbers[f"{space.name}.{ion}"]) if ion in space.buffers else 0.0
    return by_buffers + space.bound_in_states(numbers, ion)


def _pH(name: str, c: Any) -> Any:
    if isinstance(c, float) and c <= 0:
        return Unknown(NONE.format(name))
    return pH_from_concentration(c)


def motive_force(cell: Cell, V: Mapping[str, Any], numbers: Mapping[str, Any]) -> dict[str, Any]:
    """V - (RT ln10/F)(pH_inner - pH_outer) [V] of every membrane that has a potential and H on both sides."""
    pH = pH_of(cell, numbers)
    both = {name: cell.membranes[name].ends for name in V if set(cell.membranes[name].ends) <= pH.keys()}
    return {name: _across(V[name], pH[inner], pH[outer], numbers["temperature"]) for name, (inner, outer) in both.items()}


def _across(V: Any, inner: Any, outer: Any, T: Any) -> Any:
    unknown = next((pH for pH in (inner, outer) if not known(pH)), None)
    return proton_motive_force(V, inner, outer, T) if unknown is None else unknown


def forces_at(cell: Cell, V: Mapping[str, float], numbers: Mapping[str, float]) -> dict[str, ProtonMotiveForce]:
    """The same as parts of an answer at one state."""
    return {name: ProtonMotiveForce(voltage) for name, voltage in motive_force(cell, V, numbers).items()}
