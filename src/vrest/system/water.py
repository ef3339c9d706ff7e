"""Water across one membrane: osmolarities, the pressure of a wall, the area of a shape that swells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..description.cell import Cell, Membrane, Shape
from ..description.geometry import area_at_volume, area_slope_at_volume
from ..laws.osmosis import osmotic_permeability_to_L_p, water_flux_density
from ..mechanisms.parameter import Basis


def water_numbers(name: str, membrane: Membrane) -> dict[str, float]:
    """The numbers of a membrane's water by path."""
    values = {
        "L_p": membrane.water.L_p,
        "P_f": membrane.water.P_f,
        "elastic_modulus": membrane.water.elastic_modulus,
        "turgor": membrane.water.turgor,
    }
    return {f"{name}.{key}": value.si for key, value in values.items() if value is not None}


def osmolarity(cell: Cell, space: str, state: Mapping[str, Any]) -> Any:
    """Osmolarity of a compartment [mol/m^3]: its ions and impermeants times its osmotic coefficient."""
    compartment = cell.compartments[space]
    ions = sum((state[f"{space}.{ion}"] for ion in compartment.ions), 0.0)
    fixed = sum((state[f"{space}.{word}.concentration"] for word in compartment.impermeants), 0.0)
    return state[f"{space}.osmotic_coefficient"] * (ions + fixed)


def flow(cell: Cell, name: str, membrane: Membrane, state: Mapping[str, Any]) -> Any:
    """Water into the inner compartment [m^3/s] at numbers that hold the state."""
    T = state["temperature"]
    given = membrane.water.L_p or membrane.water.P_f
    assert given is not None
    L_p = state[f"{name}.L_p"] if membrane.water.L_p is not None else osmotic_permeability_to_L_p(state[f"{name}.P_f"], T)
    inner, outer = osmolarity(cell, membrane.inner, state), osmolarity(cell, membrane.outer, state)
    density = water_flux_density(L_p, inner, outer, pressure(name, membrane, state), T)
    return density if given.basis is Basis.CELL else density * state[f"{name}.area"]


def flow_at(cell: Cell, name: str, membrane: Membrane, state: Mapping[str, Any], space: str) -> Any:
    """Water that the osmolarity of one side alone would draw through a membrane [m^3/s]: a scale for residuals."""
    if membrane.water.rule != "flow":
        return 0.0
    T = state["temperature"]
    given = membrane.water.L_p or membrane.water.P_f
    assert given is not None
    L_p = state[f"{name}.L_p"] if membrane.water.L_p is not None else osmotic_permeability_to_L_p(state[f"{name}.P_f"], T)
    density = water_flux_density(L_p, osmolarity(cell, space, state), 0.0, 0.0, T)
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
    """Area [m^2] of a membrane that follows the shape of its inner compartment, whose water is w [m^3]; solids keep their volume."""
    shape = _shape(cell, membrane)
    return area_at_volume(shape.form, shape.sizes, shape.words, w + _solids(shape, membrane, numbers))


def area_slope(cell: Cell, membrane: Membrane, w: Any, numbers: Mapping[str, Any]) -> Any:
    """How `area` changes with the water [1/m]."""
    shape = _shape(cell, membrane)
    return area_slope_at_volume(shape.form, shape.sizes, shape.words, w + _solids(shape, membrane, numbers))


def _shape(cell: Cell, membrane: Membrane) -> Shape:
    shape = cell.compartments[membrane.inner].shape
    assert shape is not None
    return shape


def _solids(shape: Shape, membrane: Membrane, numbers: Mapping[str, Any]) -> Any:
    return numbers[f"{membrane.inner}.described_volume"] * (1 - shape.water_fraction) / shape.water_fraction
