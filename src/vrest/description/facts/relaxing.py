"""A volume that relaxes to a formula: what the formula may name, that it is a volume, and that no other rule holds it."""

from __future__ import annotations

import math
from collections.abc import Mapping as MappingType

from ...mechanisms.formula_language import FUNCTIONS, MAX_LENGTH, Formula, parse
from ...units import DIMENSIONLESS, Dimension, dimension_of, to_unit
from ..cell import AT_ONCE, CELL, RELAXING, Cell, Compartment, Membrane, Water
from ..derive import Derivation, asked_volume
from ..read import Section
from ..tables import RELAXING_TABLE, WATER_TABLE
from .formulas import CONCENTRATION, number_names, read_expression, side_names, unused

VOLUME = dimension_of("m^3")
RESERVED = ("R", "F", "V", "and", "or", "not", *FUNCTIONS, *(row.name for row in (*RELAXING_TABLE, *WATER_TABLE)))
RELAX_EXAMPLE = "relax_to: w0*(1.1 - 0.1*exp((osm_out - osm_in)/(20 mM)))"


def relaxing(water: Section, name: str, inner: Compartment, outer: Compartment) -> Water:
    """An inner volume that goes to what a formula says."""
    if inner.role != CELL:
        water.report(
            water.node,
            f"through '{name}' the volume of its inner compartment relaxes; only that of a cell can",
            found=f"'{inner.name}' is a {inner.role}",
            expected="between: [cell, outer]",
        )
    names = {"osm_in": CONCENTRATION, "osm_out": CONCENTRATION, "T": dimension_of("K"), "t": dimension_of("s")}
    names |= {word: VOLUME for word, space in (("w0", inner), ("w0_out", outer)) if space.volume is not None}
    names |= side_names(inner, "in") | side_names(outer, "out")
    parameters = unused(water, "parameters", {*names, *RESERVED})
    target = _target(water, name, names | number_names(parameters)) if "relax_to" in water else None
    return Water(RELAXING, target=target, time_constant=water["time_constant"], parameters=parameters)


def _target(water: Section, name: str, names: MappingType[str, Dimension]) -> Formula | None:
    """The formula as a volume; a multiple is one of the described volume."""
    formula = read_expression(water, "relax_to", name, names, RELAX_EXAMPLE)
    if formula is None:
        return None
    if formula.dimension not in (VOLUME, DIMENSIONLESS):
        message = f"'relax_to' of '{name}' has the wrong dimension: its value is {formula.dimension}"
        water.wrong("relax_to", message, expected="a volume, or a multiple of the described one")
        return None
    if formula.dimension == VOLUME or "w0" not in names:
        return formula
    return parse(f"w0*({formula.text})", names=names, max_length=MAX_LENGTH + 8)


def check_relaxing(sections: MappingType[str, Section], cell: Cell) -> None:
    """Each volume follows one rule of its own, and every formula gives a volume at the described composition."""
    for name, membrane in cell.membranes.items():
        if membrane.water.target is None:
            continue
        water = sections[name]["water"]
        _check_alone(water, membrane, cell)
        asked = float(asked_volume(cell, membrane, Derivation(cell).numbers()))
        if not (math.isfinite(asked) and asked > 0):
            given = f"{to_unit(asked, 'pL'):.4g} pL"
            message = f"'relax_to' of '{name}' gives no volume at the described composition: {given}"
            water.wrong("relax_to", message, expected="a volume above zero")


def _check_alone(water: Section, membrane: Membrane, cell: Cell) -> None:
    """A volume has one formula, and none where it follows osmolarity at once."""
    for other in cell.membranes.values():
        if other is not membrane and other.inner == membrane.inner and other.water.rule in (RELAXING, AT_ONCE):
            rule = AT_ONCE if other.water.target is None else "relax_to"
            water.wrong(
                "relax_to",
                f"the volume of '{membrane.inner}' follows one rule, but '{membrane.name}' and '{other.name}' each give it one",
                found=f"{rule} at '{other.name}'",
                expected="water: none in one of the two",
            )
