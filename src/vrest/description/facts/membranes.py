"""A membrane: what it lies between, its area, what its mechanisms are counted per, how water crosses, and loops of membranes."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as MappingType
from dataclasses import replace

from ...mechanisms.parameter import Basis
from ..cell import AT_ONCE, GROUND, NO_WATER, RELAXING, Compartment, Membrane, Water, bridges, node_of, reachable
from ..measure import brief
from ..nodes import Mapping
from ..read import Section
from ..tables import BEHIND_A_WALL, RELAXING_TABLE

Spaces = MappingType[str, Compartment]


def written_sides(top: Section) -> list[tuple[str, str]]:
    """The names of the inner and the outer compartment of every membrane that has both."""
    return [(inner.text, outer.text) for inner, outer in (one["between"] for one in top["membranes"].values() if one["between"])]


def sides_of(section: Section, spaces: Spaces) -> tuple[Compartment, Compartment] | None:
    """The inner and the outer compartment; None with a problem where they are not two that exist."""
    words = section["between"]
    if words is None:
        return None
    inner, outer = (word.text for word in words)
    for word in words:
        if word.text not in spaces:
            message = f"membrane '{section.name}' lies between compartments that exist; '{brief(word.text)}' does not"
            section.report(word, message, found=word.text, among=spaces or ["a compartment"])
    if inner == outer:
        message = f"membrane '{section.name}' lies between a compartment and itself"
        section.report(words[1], message, found=inner, expected="two different compartments")
        return None
    return (spaces[inner], spaces[outer]) if {inner, outer} <= set(spaces) else None


def check_name(section: Section, spaces: Spaces) -> None:
    """A path through the name leads to a membrane, not to a compartment."""
    if section.name in spaces and section.parent is not None:
        section.report(
            section.parent.at("membranes").key(section.name),
            f"'{brief(section.name)}' names a compartment already; a path could not tell them apart",
            found=section.name,
            expected="another name for the membrane",
        )


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
    bases = membrane.bases
    if Basis.RELATIVE in bases:
        if len(bases) > 1:
            _no_ratios(section, membrane)
        return
    if Basis.VOLUME in bases and inner.volume is None:
        message = f"a mechanism of '{membrane.name}' is given per volume, but the volume of '{inner.name}' is not described"
        expected, path = "shape or volume", f"{inner.name}.volume"
        section.wrong("mechanisms", message, path=path, found="no volume", expected=expected)
    if bases > {Basis.AREA} and membrane.area is None and "area" not in section:
        given, expected = " and ".join(sorted(basis.value for basis in bases)), "area: 1000 um^2, or a shape"
        message = f"the mechanisms of '{section.name}' are given {given}; to add them its area is needed"
        section.wrong("mechanisms", message, path=section.path_of("area"), found="no area", expected=expected)


def _no_ratios(section: Section, membrane: Membrane) -> None:
    values = [(word, value) for word, one in membrane.mechanisms.items() for value in one.parameters.values()]
    for word, value in values:
        if value.basis is Basis.RELATIVE and value.node is not None:
            section.report(
                value.node,
                f"mechanism '{word}' is given as a ratio, but others of membrane '{membrane.name}' are absolute: "
                "an absolute permeability is needed",
                path=section.path_of(word, "permeability"),
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
        by_formula = given.table is RELAXING_TABLE
        water = (
            _by_formula(given, section.name, inner, outer) if by_formula else Water("flow", given["L_p"], given["permeability"])
        )
    else:
        water = Water(given or NO_WATER)
    _check_water(section, water.rule, inner, outer)
    _check_ways(section, water.rule)
    return replace(water, elastic_modulus=elastic, turgor=turgor, area_follows_shape=follows)


def _check_water(section: Section, rule: str, inner: Compartment, outer: Compartment) -> None:
    """Water crosses between described volumes, at once only from a bath."""
    _check_wall(section, rule)
    for side in (inner, outer) if rule != NO_WATER else ():
        if not side.is_bath and side.volume is None:
            message = f"water can cross '{section.name}' only between described volumes"
            section.wrong("water", message, found=f"'{side.name}' has none", expected="a shape or volume")
    if rule == AT_ONCE:
        _check_at_once(section, inner, outer)


def _check_at_once(section: Section, inner: Compartment, outer: Compartment) -> None:
    """Water that follows at once needs osmolarities that are known with the amounts."""
    for message in dict.fromkeys((*_not_known_at_once(inner), *_not_known_at_once(outer))):
        section.wrong("water", f"water that follows at once needs {message}", expected="{permeability: 1.5e-4 m/s}")
    if not outer.is_bath:
        section.wrong(
            "water",
            f"water that follows at once needs a bath on the outer side of '{section.name}', whose osmolarity is given",
            found=f"'{outer.name}' is a {outer.role}",
            expected="{permeability: 1.5e-4 m/s}",
        )


def _not_known_at_once(side: Compartment) -> Iterator[str]:
    if side.binding:
        has = "a buffer" if side.buffers else "a state that holds ions"
        yield f"solutes that are all free, and '{side.name}' has {has}"
    if side.osmotic_formula is not None:
        yield f"osmotic coefficients that are numbers, and that of '{side.name}' is a formula"


def _check_ways(section: Section, rule: str) -> None:
    """A membrane without mechanisms lets water through; one without either is nothing."""
    if rule == NO_WATER and section.is_empty("mechanisms"):
        message = f"nothing conducts: membrane '{section.name}' has no mechanism, so its potential is not defined"
        section.wrong("mechanisms", message, found="nothing", expected=section.table["mechanisms"].example[1:-1])


def _check_wall(section: Section, rule: str) -> None:
    """A wall bears pressure where water crosses by a permeability."""
    if rule == "flow" or not isinstance(section["wall"], Section):
        return
    if rule == NO_WATER:
        message = f"a wall on '{section.name}' bears a pressure only where water crosses"
        section.wrong("wall", message, found="water: none", expected=BEHIND_A_WALL)
        return
    found = "water: {relax_to: ...}" if rule == RELAXING else f"water: {rule}"
    section.wrong("wall", "behind a wall water needs a permeability", found=found, expected=BEHIND_A_WALL)


def _by_formula(water: Section, name: str, inner: Compartment, outer: Compartment) -> Water:
    """What reads formulas is loaded where there is one."""
    from .relaxing import relaxing

    return relaxing(water, name, inner, outer)


# -- the graph --------------------------------------------------------------------------------------------------------


def check_graph(top: Section, spaces: Spaces, membranes: MappingType[str, Membrane]) -> None:
    """Every compartment that is no bath is connected to the reference; membranes in loops have areas or whole-cell numbers."""
    written = top.at("membranes")
    if isinstance(written, Mapping) and len(membranes) == len(written.entries):
        _check_connected(top, spaces, membranes)
    conducting = {name: membrane for name, membrane in membranes.items() if membrane.mechanisms}
    in_trees = bridges(spaces, conducting)
    loops = [name for name in conducting if name not in in_trees]
    for name in loops:
        ends = {node_of(spaces[end]) for end in (membranes[name].inner, membranes[name].outer)}
        if ends != {GROUND} and top["membranes"][name].sound:  # between two given potentials no currents are added
            _check_in_loop(top, membranes[name], ", ".join(loops))


def _check_connected(top: Section, spaces: Spaces, membranes: MappingType[str, Membrane]) -> None:
    connected = reachable(GROUND, spaces, list(membranes.values()))
    loose = [name for name, space in spaces.items() if node_of(space) not in connected]
    for name in loose if len(loose) < len(spaces) else ():  # that there is no reference at all is said already
        other = next((one.name for one in spaces.values() if one.name != name and one.is_bath), "outside")
        top.report(
            top.at("compartments").key(name),
            f"no chain of membranes joins compartment '{name}' to the reference bath, so its potential is not defined",
            path=name,
            found=name,
            expected=f"a membrane such as `between: [{name}, {other}]`",
        )


def _check_in_loop(top: Section, membrane: Membrane, loops: str) -> None:
    place = top.at("membranes").key(membrane.name)
    if membrane.relative:
        top.report(
            place,
            f"membrane '{membrane.name}' lies in a loop ({loops}), where currents of membranes are added: "
            "ratios of permeabilities do not say how large they are",
            path=membrane.name,
            found="ratios of permeabilities",
            expected="permeabilities such as 1e-8 m/s",
        )
    elif membrane.area is None and Basis.AREA in membrane.bases:
        top.report(
            place,
            f"membrane '{membrane.name}' lies in a loop ({loops}): its currents per area add up with the others only when its area "
            "is known",
            path=f"{membrane.name}.area",
            found="no area",
            expected="area: 1000 um^2",
        )
