"""A volume that relaxes to a formula: `water: {relax_to: ..., time_constant: ..., parameters: {...}}`."""

from __future__ import annotations

import math
from collections.abc import Mapping as MappingType

from ..mechanisms.formula_language import FUNCTIONS, MAX_LENGTH, Formula, parse
from ..units import DIMENSIONLESS, Dimension, dimension_of, to_unit
from .cell import CELL, Compartment, Membrane, Water
from .check import Checker
from .nodes import Mapping, Node, find
from .tables import RELAXING_TABLE, WATER_TABLE
from .user_formulas import read_expression, read_named_numbers

RELAXING = "relaxing"
EXAMPLE = "relax_to: w0*(1.1 - 0.1*exp((osm_out - osm_in)/(20 mM)))"
RESERVED = ("R", "F", "V", *FUNCTIONS, *(row.name for row in RELAXING_TABLE), *(row.name for row in WATER_TABLE))
VOLUME, CONCENTRATION = dimension_of("m^3"), dimension_of("mol/m^3")


def read_relaxing(check: Checker, name: str, node: Mapping, inner: Compartment, outer: Compartment) -> Water:
    """The water of a membrane whose inner volume relaxes; problems go to the checker."""
    keys = ("membranes", name, "water")
    both = [row.name for row in WATER_TABLE if row.name in node.entries]
    if both:
        check.report(
            node.key(both[0]),
            f"the water of '{name}' follows a permeability or a formula, not both",
            found=", ".join(node.entries),
            expected="relax_to and time_constant, or a permeability",
        )
    check.keys(node, [RELAXING_TABLE, WATER_TABLE if both else ()], f"'water' of '{name}'")
    _check_inner(check, name, node, inner)
    constant = check.optional_quantity(node, RELAXING_TABLE[1], (*keys, "time_constant"), f"{name}.water.time_constant")
    names = _names(inner, outer)
    owner, taken = f"the water of '{name}'", {*names, *RESERVED}
    parameters = read_named_numbers(
        check, node.get("parameters"), owner, (*keys, "parameters"), f"{name}.water", taken, ("steep", "20 mM")
    )
    names |= {word: dimension_of(value.unit) if value.unit else DIMENSIONLESS for word, value in parameters.items()}
    return Water(RELAXING, target=_target(check, name, node, names), time_constant=constant, parameters=parameters)


def _check_inner(check: Checker, name: str, node: Mapping, inner: Compartment) -> None:
    if inner.role != CELL:
        check.report(
            node,
            f"through '{name}' the volume of its inner compartment relaxes; only that of a cell can",
            found=f"'{inner.name}' is a {inner.role}",
            expected="between: [cell, outer]",
        )


def _names(inner: Compartment, outer: Compartment) -> dict[str, Dimension]:
    """What the formula may name: osmolarities, described volumes, concentrations, T and t."""
    names = {"osm_in": CONCENTRATION, "osm_out": CONCENTRATION, "T": dimension_of("K"), "t": dimension_of("s")}
    names |= {word: VOLUME for word, space in (("w0", inner), ("w0_out", outer)) if space.volume is not None}
    for side, space in (("in", inner), ("out", outer)):
        for ion in space.ions:
            names[f"{ion}_{side}"] = names[f"c_{side}_{ion}"] = CONCENTRATION
    return names


def _target(check: Checker, name: str, node: Mapping, names: MappingType[str, Dimension]) -> Formula | None:
    """The formula as a volume; a multiple is one of the described volume."""
    entry, path = node.get("relax_to"), f"{name}.water.relax_to"
    if entry is None:
        return None
    what = f"'relax_to' of '{name}'"
    formula = read_expression(check, entry, what, path, names, EXAMPLE)
    if formula is None:
        return None
    if formula.dimension not in (VOLUME, DIMENSIONLESS):
        message = f"{what} has the wrong dimension: its value is {formula.dimension}"
        check.report(entry, message, path=path, found=entry.words, expected="a volume, or a multiple of the described one")
        return None
    if formula.dimension == VOLUME or "w0" not in names:
        return formula
    return parse(f"w0*({formula.text})", names=names, max_length=MAX_LENGTH + 8)


# -- of the whole cell ------------------------------------------------------------------------------------------------


def check_relaxing(
    check: Checker, root: Mapping, spaces: MappingType[str, Compartment], membranes: MappingType[str, Membrane]
) -> None:
    """Each volume follows one rule of its own, and every formula gives a volume at the described composition."""
    for name, membrane in membranes.items():
        if membrane.water.target is None:
            continue
        node = find(root, ("membranes", name, "water", "relax_to")) or find(root, ("water", "relax_to")) or root
        _check_alone(check, node, name, membranes)
        asked = _at_described(membrane, spaces, check.settable["temperature"].si)
        if not (math.isfinite(asked) and asked > 0):
            check.report(
                node,
                f"'relax_to' of '{name}' gives no volume at the described composition: {to_unit(asked, 'pL'):.4g} pL",
                path=f"{name}.water.relax_to",
                found=node.words,
                expected="a volume above zero",
            )


def _check_alone(check: Checker, node: Node, name: str, membranes: MappingType[str, Membrane]) -> None:
    """A volume has one formula, and none where it follows osmolarity at once."""
    space = membranes[name].inner
    for other, membrane in membranes.items():
        if other != name and membrane.inner == space and membrane.water.rule in (RELAXING, "instantaneous"):
            rule = "instantaneous" if membrane.water.target is None else "relax_to"
            check.report(
                node,
                f"the volume of '{space}' follows one rule, but '{name}' and '{other}' each give it one",
                path=f"{name}.water.relax_to",
                found=f"{rule} at '{other}'",
                expected="water: none in one of the two",
            )


def _at_described(membrane: Membrane, spaces: MappingType[str, Compartment], T: float) -> float:
    """The formula's value at the described composition [m^3]."""
    inner, outer = spaces[membrane.inner], spaces[membrane.outer]
    values: dict[str, float] = {"T": T, "t": 0.0} | {key: value.si for key, value in membrane.water.parameters.items()}
    for side, space in (("in", inner), ("out", outer)):
        solutes = [*space.ions.values(), *(x.concentration for x in space.impermeants.values())]
        values[f"osm_{side}"] = space.osmotic_coefficient * sum(value.si for value in solutes)
        for ion, value in space.ions.items():
            values[f"{ion}_{side}"] = values[f"c_{side}_{ion}"] = value.si
    values |= {word: space.volume.si for word, space in (("w0", inner), ("w0_out", outer)) if space.volume is not None}
    return float(membrane.water.target.evaluate(values))
