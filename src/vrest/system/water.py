"""Water across one membrane: osmolarities, the pressure of a wall, the area of a shape that swells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..description.cell import Cell, Membrane
from ..description.derive import area_at_volume, area_slope_at_volume, asked_volume, osmolarity
from ..laws.osmosis import osmotic_permeability_to_L_p, water_flux_density
from ..mechanisms.parameter import Basis


def is_left(cell: Cell, space: str) -> bool:
    """Whether the volume of a compartment is what others leave, where water moves at all."""
    described = f"{space}.volume.remainder_of" in cell.settable
    return described and any(membrane.water.rule != "none" for membrane in cell.membranes.values())


def whole_volume(space: str, w: Any, numbers: Mapping[str, Any]) -> Any:
    """The volume of a compartment [m^3] whose water is w: its solids keep theirs."""
    fraction = numbers.get(f"{space}.water_fraction", 1.0)
    return w + numbers[f"{space}.described_volume"] * (1 - fraction) / fraction


def flow(cell: Cell, name: str, membrane: Membrane, state: Mapping[str, Any]) -> Any:
    """Water into the inner compartment [m^3/s] at numbers that hold the state."""
    if membrane.water.target is not None:
        return (asked_volume(cell, membrane, state) - state[f"{membrane.inner}.volume"]) / state[f"{name}.water.time_constant"]
    inner, outer = osmolarity(cell, membrane.inner, state), osmolarity(cell, membrane.outer, state)
    return _drawn(name, membrane, state, inner, outer, pressure(name, membrane, state))


def flow_at(cell: Cell, name: str, membrane: Membrane, state: Mapping[str, Any], space: str) -> Any:
    """Water that the osmolarity of one side alone would draw through a membrane [m^3/s]: a scale for residuals.

    Where a volume relaxes to a formula: the volume over its time constant.
    """
    if not membrane.water.moves:
        return 0.0
    if membrane.water.target is not None:
        return state[f"{membrane.inner}.volume"] / state[f"{name}.water.time_constant"]
    return _drawn(name, membrane, state, osmolarity(cell, space, state), 0.0, 0.0)


def _drawn(name: str, membrane: Membrane, state: Mapping[str, Any], inner: Any, outer: Any, pressure: Any) -> Any:
    """Water [m^3/s] that osmolarities [mol/m^3] and a pressure [Pa] drive inwards through a membrane."""
    given, T = membrane.water.L_p or membrane.water.P_f, state["temperature"]
    assert given is not None
    L_p = state[f"{name}.L_p"] if membrane.water.L_p is not None else osmotic_permeability_to_L_p(state[f"{name}.P_f"], T)
    density = water_flux_density(L_p, inner, outer, pressure, T)
    return density if given.basis is Basis.CELL else density * state[f"{name}.area"]


def pressure(name: str, membrane: Membrane, state: Mapping[str, Any]) -> Any:
    """Pressure that the wall bears, inside minus outside [Pa]: turgor plus the modulus times the relative change of volume."""
    if membrane.water.elastic_modulus is None:
        return 0.0
    w, described = state[f"{membrane.inner}.volume"], state[f"{membrane.inner}.described_volume"]
    return state[f"{name}.turgor"] + state[f"{name}.elastic_modulus"] * (w - described) / described


def wall_energy(name: str, membrane: Membrane, state: Mapping[str, Any]) -> Any:
    """Elastic energy of a wall [J] against the described volume; its slope in the volume is `pressure`."""
    if membrane.water.elastic_modulus is None:
        return 0.0
    described = state[f"{membrane.inner}.described_volume"]
    grown = state[f"{membrane.inner}.volume"] - described
    return grown * (state[f"{name}.turgor"] + state[f"{name}.elastic_modulus"] * grown / (2 * described))


def area(cell: Cell, membrane: Membrane, w: Any, numbers: Mapping[str, Any]) -> Any:
    """Area [m^2] of a membrane that follows the shape of its inner compartment, whose water is w [m^3]; solids keep their volume.

    A membrane whose area is given (folded, or one of several) stays the same multiple of the shape's surface.
    """
    return _of_shape(area_at_volume, cell, membrane, w, numbers)


def area_slope(cell: Cell, membrane: Membrane, w: Any, numbers: Mapping[str, Any]) -> Any:
    """How `area` changes with the water [1/m]."""
    return _of_shape(area_slope_at_volume, cell, membrane, w, numbers)


def _of_shape(function: Callable[..., Any], cell: Cell, membrane: Membrane, w: Any, numbers: Mapping[str, Any]) -> Any:
    space = membrane.inner
    shape = cell.compartments[space].shape
    assert shape is not None
    sizes = {size: numbers[f"{space}.shape.{shape.form}.{size}"] for size in shape.sizes}
    return numbers[f"{membrane.name}.folding"] * function(shape.form, sizes, shape.words, whole_volume(space, w, numbers))
