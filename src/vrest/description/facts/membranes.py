"""A membrane: what it lies between, its area, what its mechanisms are counted per, how water crosses, and loops of membranes."""

from __future__ import annotations

import math
from collections.abc import Mapping as MappingType
from dataclasses import replace

from ...mechanisms.formula_language import FUNCTIONS, MAX_LENGTH, Formula, parse
from ...mechanisms.parameter import Basis
from ...units import DIMENSIONLESS, Dimension, dimension_of, to_unit
from ..cell import BATH, CELL, NO_WATER, Cell, Compartment, Membrane, Water
from ..graph import GROUND, bridges, node_of, reachable
from ..measure import brief
from ..nodes import Mapping
from ..read import Section
from ..tables import CELL_TABLE, RELAXING_TABLE, WATER_EXAMPLE, WATER_TABLE
from .formulas import CONCENTRATION, number_names, read_expression, side_names, side_values, unused

RELAXING, AT_ONCE = "relaxing", "instantaneous"
VOLUME = dimension_of("m^3")
RESERVED = ("R", "F", "V", *FUNCTIONS, *(row.name for row in (*RELAXING_TABLE, *WATER_TABLE)))
RELAX_EXAMPLE = "relax_to: w0*(1.1 - 0.1*exp((osm_out - osm_in)/(20 mM)))"
Spaces = MappingType[str, Compartment]


def sides_of(section: Section, spaces: Spaces) -> tuple[Compartment, Compartment] | None:
    """The inner and the outer compartment; None with a problem where they are not two that exist."""
    words = section["between"]
    if words is None:
        return None
    for word in words:
        if word.text not in spaces:
            message = f"membrane '{section.name}' lies between compartments that exist; '{brief(word.text)}' does not"
            section.report(word, message, found=word.text, among=spaces or ["a compartment"])
    inner, outer = (word.text for word in words)
    if inner == outer:
        message = f"membrane '{section.name}' lies between a compartment and itself"
        section.report(words[1], message, found=inner, expected="two different compartments")
        return None
    return (spaces[inner], spaces[outer]) if inner in spaces and outer in spaces else None


def check_some(top: Section) -> None:
    """A cell has a membrane."""
    node = top.at("membranes")
    if "membranes" in top and isinstance(node, Mapping) and not node.entries:
        example = CELL_TABLE["membranes"].example[1:-1]
        top.report(node, "a cell has at least one membrane", found="none", expected=example)


def check_name(section: Section, spaces: Spaces) -> None:
    """A path through the name leads to a membrane, not to a compartment."""
    if section.name in spaces and section.parent is not None:
        section.report(
            section.parent.at("membranes").key(section.name),
            f"'{brief(section.name)}' names a compartment already; a path could not tell them apart",
            found=section.name,
            expected="another name for the membrane",
        )


def check_conducts(section: Section) -> None:
    """A membrane has a mechanism."""
    node = section.at("mechanisms")
    if "mechanisms" in section and isinstance(node, Mapping) and not node.entries:
        message = f"nothing conducts: membrane '{section.name}' has no mechanism, so its potential is not defined"
        section.wrong("mechanisms", message, found="no mechanism", expected="at least one path for an ion")


def owns_surface(section: Section, inner: Compartment, inner_sides: list[str]) -> bool:
    """Whether the surface of the inner compartment's shape is the area of this membrane alone."""
    if inner_sides.count(inner.name) <= 1:
        return True
    section.wrong(
        "area",
        f"membrane '{section.name}' needs its area: '{inner.name}' has several membranes, and its shape cannot say how they share "
        "its surface",
        expected="area: 1000 um^2",
    )
    return False


def check_bases(section: Section, membrane: Membrane, inner: Compartment) -> None:
    """Ratios do not mix with absolute numbers; per area, per cell and per volume mix only where area and volume are known."""
    bases = {mechanism.basis for mechanism in membrane.mechanisms.values() if mechanism.basis is not None}
    if Basis.RELATIVE in bases and len(bases) > 1:
        _no_ratios(section, membrane)
        return
    if Basis.VOLUME in bases and inner.volume is None:
        section.report(
            section.at("mechanisms"),
            f"a mechanism of '{membrane.name}' is given per volume, but the volume of '{inner.name}' is not described",
            path=f"{inner.name}.volume",
            found="no volume",
            expected="shape or volume",
        )
    if Basis.AREA in bases and len(bases) > 1 and membrane.area is None and "area" not in section:
        words = " and ".join(sorted(basis.value for basis in bases))
        section.report(
            section.at("mechanisms"),
            f"the mechanisms of '{membrane.name}' are given {words}; to add them its area is needed",
            path=f"{membrane.name}.area",
            found="no area",
            expected="area: 1000 um^2, or a shape",
        )


def _no_ratios(section: Section, membrane: Membrane) -> None:
    for word, mechanism in membrane.mechanisms.items():
        for value in mechanism.parameters.values():
            if value.basis is Basis.RELATIVE and value.node is not None:
                section.report(
                    value.node,
                    f"mechanism '{word}' is given as a ratio, but others of membrane '{membrane.name}' are absolute: "
                    "an absolute permeability is needed",
                    path=f"{membrane.name}.{word}.permeability",
                    found=value.node.words,
                    expected="a permeability such as 1e-8 m/s",
                )


# -- water ------------------------------------------------------------------------------------------------------------


def water_of(section: Section, inner: Compartment, outer: Compartment) -> Water:
    """How water crosses a membrane, and what its wall bears."""
    follows, given, wall = section["area_policy"] == "shape", section["water"], section["wall"]
    if follows and inner.shape is None:
        section.wrong(
            "area_policy",
            f"the area of '{section.name}' can follow the shape of '{inner.name}' only if it has one",
            found="no shape",
            expected="shape: {sphere: {diameter: 20 um}}",
        )
    elastic, turgor = (wall["elastic_modulus"], wall["turgor"]) if isinstance(wall, Section) else (None, None)
    if isinstance(given, Section):
        water = _relaxing(given, section.name, inner, outer) if given.table is RELAXING_TABLE else _flowing(given, section.name)
    else:
        water = Water(given or NO_WATER)
    _check_water(section, water.rule, inner, outer)
    return replace(water, elastic_modulus=elastic, turgor=turgor, area_follows_shape=follows)


def _check_water(section: Section, rule: str, inner: Compartment, outer: Compartment) -> None:
    """Water crosses between described volumes; at once only from a bath; a wall bears pressure where water has a permeability."""
    wall = isinstance(section["wall"], Section)
    if rule == NO_WATER:
        if wall:
            message = f"a wall on '{section.name}' bears a pressure only where water crosses"
            section.wrong("wall", message, found="water: none", expected=WATER_EXAMPLE)
        return
    for side in (inner, outer):
        if side.role != BATH and side.volume is None:
            message = f"water can cross '{section.name}' only between described volumes"
            section.wrong("water", message, found=f"'{side.name}' has none", expected="a shape or volume")
    if rule == AT_ONCE and outer.role != BATH:
        section.wrong(
            "water",
            f"water that follows at once needs a bath on the outer side of '{section.name}', whose osmolarity is given",
            found=f"'{outer.name}' is a {outer.role}",
            expected="{permeability: 1.5e-4 m/s}",
        )
    if wall and rule in (AT_ONCE, RELAXING):
        found = f"water: {AT_ONCE}" if rule == AT_ONCE else "water: {relax_to: ...}"
        section.wrong("wall", "behind a wall water needs a permeability", found=found, expected="{L_p: 1e-13 m/(s Pa)}")


def _flowing(water: Section, name: str) -> Water:
    if len({"permeability", "L_p"} & set(water.node.entries)) != 1:
        message = f"'water' of '{name}' has one permeability"
        water.report(water.node, message, found=water.written or "none", expected=WATER_EXAMPLE)
    return Water("flow", water["L_p"], water["permeability"])


def _relaxing(water: Section, name: str, inner: Compartment, outer: Compartment) -> Water:
    """An inner volume that goes to what a formula says."""
    both = [row.name for row in WATER_TABLE if row.name in water]
    if both:
        water.report(
            water.key(both[0]),
            f"the water of '{name}' follows a permeability or a formula, not both",
            found=water.written,
            expected="relax_to and time_constant, or a permeability",
        )
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
        asked = _at_described(membrane, cell)
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


def _at_described(membrane: Membrane, cell: Cell) -> float:
    """The formula's value at the described composition [m^3]."""
    values = {"T": cell.temperature.si, "t": 0.0} | {key: value.si for key, value in membrane.water.parameters.items()}
    for side, word, name in (("in", "w0", membrane.inner), ("out", "w0_out", membrane.outer)):
        space = cell.compartments[name]
        solutes = [*space.ions.values(), *(x.concentration for x in space.impermeants.values())]
        values[f"osm_{side}"] = space.osmotic_coefficient * sum(value.si for value in solutes)
        values |= side_values(space, side) | ({word: space.volume.si} if space.volume is not None else {})
    assert membrane.water.target is not None
    return float(membrane.water.target.evaluate(values))


# -- the graph --------------------------------------------------------------------------------------------------------


def check_graph(top: Section, spaces: Spaces, membranes: MappingType[str, Membrane]) -> None:
    """Every compartment that is no bath is connected to the reference; membranes in loops have areas or whole-cell numbers."""
    _check_connected(top, spaces, membranes)
    in_trees = bridges(spaces, membranes)
    loops = [name for name in membranes if name not in in_trees]
    for name in loops:
        membrane = membranes[name]
        ends = {node_of(spaces[end]) for end in (membrane.inner, membrane.outer)}
        if top["membranes"][name].sound and ends != {GROUND}:  # between two given potentials no currents are added
            _check_in_loop(top, membrane, ", ".join(loops))


def _check_connected(top: Section, spaces: Spaces, membranes: MappingType[str, Membrane]) -> None:
    node = top.at("membranes")
    grounded = any(node_of(space) == GROUND for space in spaces.values())
    if not grounded or "membranes" not in top or not isinstance(node, Mapping) or len(membranes) < len(node.entries):
        return
    connected = reachable(GROUND, spaces, list(membranes.values()))
    for name, space in spaces.items():
        if node_of(space) not in connected:
            other = next((one.name for one in spaces.values() if one is not space and one.role == BATH), "outside")
            top.report(
                top.at("compartments").key(name),
                f"no chain of membranes joins compartment '{name}' to the reference bath, so its potential is not defined",
                path=name,
                found=name,
                expected=f"a membrane such as `between: [{name}, {other}]`",
            )


def _check_in_loop(top: Section, membrane: Membrane, loops: str) -> None:
    bases, place = {m.basis for m in membrane.mechanisms.values()}, top.at("membranes").key(membrane.name)
    if Basis.RELATIVE in bases:
        top.report(
            place,
            f"membrane '{membrane.name}' lies in a loop ({loops}), where currents of membranes are added: "
            "ratios of permeabilities do not say how large they are",
            path=membrane.name,
            found="ratios of permeabilities",
            expected="permeabilities such as 1e-8 m/s",
        )
    elif membrane.area is None and Basis.AREA in bases:
        top.report(
            place,
            f"membrane '{membrane.name}' lies in a loop ({loops}): its currents per area add up with the others only when its area "
            "is known",
            path=f"{membrane.name}.area",
            found="no area",
            expected="area: 1000 um^2",
        )
