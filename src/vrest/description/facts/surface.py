"""The charge of a membrane's outer face: ions that it binds and a reference solution that the outer side lists, and something to screen it."""

from __future__ import annotations

from collections.abc import Mapping

from ...laws.double_layer import LIQUID
from ..cell import Cell, Compartment, SurfaceCharge, Value
from ..measure import brief
from ..nodes import present
from ..read import Section
from ..tables import BINDING


def surface_of(section: Section, outer: Compartment, cell: Cell) -> SurfaceCharge | None:
    """The surface charge of a membrane; None with a problem reported."""
    binding: dict[str, Value] = present({ion: section[f"K_{ion}"] for ion in BINDING})
    reference: Mapping[str, Value | None] = section["reference"]
    for ion in binding:
        if ion not in outer.ions:
            message = f"'{outer.name}' does not list {ion}, which {section.owner} would bind"
            section.report(section.key(f"K_{ion}"), message, found=f"K_{ion}", expected=f"{ion} among the ions of '{outer.name}'")
    _check_reference(section, outer, cell, reference)
    if not LIQUID.admits(cell.temperature.si):
        message = f"{section.owner} is screened by a solution in water"
        section.report(section.node, message, found=f"{cell.temperature.si:g} K", expected=LIQUID.words)
    if not section.sound:
        return None
    return SurfaceCharge(section["density"], binding, present(reference))


def _check_reference(section: Section, outer: Compartment, cell: Cell, reference: Mapping[str, Value | None]) -> None:
    """It names some ion, and charged ones of the outer side alone; in both solutions there are cations."""
    place = section.at("reference")
    if section.is_empty("reference"):
        section.wrong("reference", f"the reference of {section.owner} names no ion", expected="{Ca: 1.2 mM}")
    for ion in reference:
        charged = [one for one in outer.ions if cell.valences[one]]
        if ion not in charged:
            message = f"the reference of {section.owner} names {brief(ion)}, which is no charged ion that '{outer.name}' lists"
            section.report(place.key(ion), message, path=section.path_of("reference"), found=ion, among=charged)
    solutions = {"": outer.ions, "reference ": {**outer.ions, **present(reference)}}
    for which, ions in solutions.items():
        if not any(value.si > 0 for ion, value in ions.items() if cell.valences.get(ion, 0) > 0):
            message = f"nothing screens {section.owner}: its {which}solution outside holds no cation"
            section.report(section.node, message, found="no cation", expected=f"a cation in '{outer.name}'")
            return
