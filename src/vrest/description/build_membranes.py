"""Membranes from nodes: what they separate, capacitance, area, and their mechanisms."""

from __future__ import annotations

from collections.abc import Mapping as MappingType

from ..errors import nearest
from ..mechanisms.parameter import Basis
from .build_mechanisms import build_mechanism
from .build_water import read_water
from .cell import HELD, Compartment, Mechanism, Membrane, Value
from .check import Checker, brief
from .nodes import Mapping, Node, Scalar
from .tables import MEMBRANE_TABLE

ROW = {parameter.name: parameter for parameter in MEMBRANE_TABLE}


def build_membranes(
    check: Checker,
    root: Mapping,
    compartments: MappingType[str, Compartment],
    valences: MappingType[str, int],
) -> dict[str, Membrane]:
    """Membranes by name; problems go to the checker."""
    section = check.section(root.get("membranes"), "'membranes'", "plasma: {between: [inside, outside], mechanisms: {...}}")
    if section is not None and not section.entries:
        check.report(
            section,
            "a cell has at least one membrane",
            found="none",
            expected="plasma: {between: [inside, outside], mechanisms: {...}}",
        )
    inner_of = _inner_counts(section)
    membranes = {}
    for name, node in section or ():
        assert section is not None
        before = len(check.problems)
        membrane = _membrane(check, name, node, section.key(name), compartments, valences, inner_of)
        if len(check.problems) > before:
            check.broken.add(name)
        if membrane is not None:
            membranes[name] = membrane
    return membranes


def _inner_counts(section: Mapping | None) -> dict[str, int]:
    """How often each compartment is the inner side of a membrane."""
    counts: dict[str, int] = {}
    for _, node in section or ():
        between = node.get("between") if isinstance(node, Mapping) else None
        first = next(iter(getattr(between, "items", ())), None)
        if isinstance(first, Scalar):
            counts[first.text] = counts.get(first.text, 0) + 1
    return counts


def _membrane(
    check: Checker,
    name: str,
    node: Node,
    place: Node,
    compartments: MappingType[str, Compartment],
    valences: MappingType[str, int],
    inner_of: MappingType[str, int],
) -> Membrane | None:
    entry = check.section(node, f"membrane '{brief(name)}'", "{between: [inside, outside], mechanisms: {...}}")
    if entry is None:
        return None
    check.name(place, name, "a membrane")
    if name in compartments:
        check.report(
            place,
            f"'{brief(name)}' names a compartment already; a path could not tell them apart",
            found=name,
            expected="another name for the membrane",
        )
    hints = dict.fromkeys(("permeability", "conductance", "kind", "ion"), "it stands in a mechanism")
    check.keys(entry, [MEMBRANE_TABLE], f"membrane '{name}'", hints)
    sides = _sides(check, name, entry, compartments)
    if sides is None:
        stand_in = _stand_in(valences)
        _mechanisms(check, name, entry, stand_in, stand_in, valences)
        return None
    inner, outer = sides
    keys = ("membranes", name)
    capacitance = check.optional_quantity(entry, ROW["capacitance"], (*keys, "capacitance"), f"{name}.capacitance")
    thickness = check.optional_quantity(entry, ROW["thickness"], (*keys, "thickness"), f"{name}.thickness")
    area = _area(check, name, entry, inner, inner_of)
    mechanisms = _mechanisms(check, name, entry, inner, outer, valences)
    water = read_water(check, name, entry, inner, outer)
    membrane = Membrane(name, inner.name, outer.name, mechanisms, capacitance, area, thickness, water)
    _check_bases(check, entry, membrane, inner)
    return membrane


def _stand_in(valences: MappingType[str, int]) -> Compartment:
    """A compartment in place of one that does not exist, so that what lies in its membrane is checked all the same."""
    return Compartment("", HELD, dict.fromkeys(valences, Value(1.0)), {}, delta_G=Value(-5e4))


def _sides(
    check: Checker, name: str, entry: Mapping, compartments: MappingType[str, Compartment]
) -> tuple[Compartment, Compartment] | None:
    names = check.names(entry.get("between"), 2, "between", "[inner, outer], such as [inside, outside]")
    if names is None:
        return None
    known = True
    for word in names:
        if word.text not in compartments:
            known = False
            check.report(
                word,
                f"membrane '{name}' lies between compartments that exist; '{brief(word.text)}' does not",
                found=word.text,
                expected=", ".join(compartments) or "a compartment",
                suggestion=nearest(word.text, compartments),
            )
    if names[0].text == names[1].text:
        check.report(
            names[1],
            f"membrane '{name}' lies between a compartment and itself",
            found=names[1].text,
            expected="two different compartments",
        )
        return None
    return (compartments[names[0].text], compartments[names[1].text]) if known else None


def _area(check: Checker, name: str, entry: Mapping, inner: Compartment, inner_of: MappingType[str, int]) -> Value | None:
    if "area" in entry.entries:
        return check.optional_quantity(entry, ROW["area"], ("membranes", name, "area"), f"{name}.area")
    if inner.surface is None:
        return None
    if inner_of.get(inner.name, 0) > 1:
        check.report(
            entry,
            f"membrane '{name}' needs its area: '{inner.name}' has several membranes, and its shape cannot say how they share its surface",
            path=f"{name}.area",
            found="no area",
            expected="area: 1000 um^2",
        )
        return None
    return Value(inner.surface, "m^2", note="surface of the inner compartment's shape")


def _mechanisms(
    check: Checker, name: str, entry: Mapping, inner: Compartment, outer: Compartment, valences: MappingType[str, int]
) -> dict[str, Mechanism]:
    section = check.section(
        entry.get("mechanisms"), f"'mechanisms' of '{name}'", "K_leak: {kind: ghk, ion: K, permeability: 1e-8 m/s}"
    )
    found = {}
    for word, node in section or ():
        assert section is not None
        mechanism = build_mechanism(check, name, word, node, section.key(word), inner, outer, valences)
        if mechanism is not None:
            found[word] = mechanism
    if section is not None and not section.entries:
        check.report(
            section,
            f"nothing conducts: membrane '{name}' has no mechanism, so its potential is not defined",
            found="no mechanism",
            expected="at least one path for an ion",
        )
    return found


def _check_bases(check: Checker, entry: Mapping, membrane: Membrane, inner: Compartment) -> None:
    """Ratios do not mix with absolute numbers; per area, per cell and per volume mix only where area and volume are known."""
    bases = {mechanism.basis for mechanism in membrane.mechanisms.values() if mechanism.basis is not None}
    section = entry.get("mechanisms")
    if Basis.RELATIVE in bases and len(bases) > 1:
        for word, mechanism in membrane.mechanisms.items():
            if mechanism.basis is Basis.RELATIVE:
                place = next(
                    (v.node for v in mechanism.parameters.values() if v.basis is Basis.RELATIVE and v.node is not None), entry
                )
                check.report(
                    place,
                    f"mechanism '{word}' is given as a ratio, but others of membrane '{membrane.name}' are absolute: "
                    "an absolute permeability is needed",
                    path=f"{membrane.name}.{word}.permeability",
                    found=place.words,
                    expected="a permeability such as 1e-8 m/s",
                )
        return
    if Basis.VOLUME in bases and inner.volume is None:
        check.report(
            section or entry,
            f"a mechanism of '{membrane.name}' is given per volume, but the volume of '{inner.name}' is not described",
            path=f"{inner.name}.volume",
            found="no volume",
            expected="shape or volume",
        )
    if membrane.area is None and Basis.AREA in bases and len(bases) > 1 and "area" not in entry.entries:
        words = " and ".join(sorted(basis.value for basis in bases))
        check.report(
            section or entry,
            f"the mechanisms of '{membrane.name}' are given {words}; to add them its area is needed",
            path=f"{membrane.name}.area",
            found="no area",
            expected="area: 1000 um^2, or a shape",
        )
