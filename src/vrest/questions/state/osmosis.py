"""Volumes, osmolarities and pressures of a cell at one state, and what there is to say of osmolarities that differ."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...description.cell import BATH, HELD, Cell, Membrane
from ...laws.osmosis import osmotic_pressure
from ...results.base import Aside, Maybe, Unknown, known
from ...system import water
from ...units import to_unit
from .balance import neutrality

NOTICED = 10.0
"""A difference of osmolarities [mol/m^3] that is worth a sentence."""
BY_FORMULA = "a formula holds the volume of '{}', whatever the osmolarities"
NO_VOLUME = "the volume of '{}' is not described"
DIALYSED = "what '{}' contains is held, and its volume with it, so no pressure follows from osmolarities"


@dataclass(frozen=True)
class Osmotic:
    """Volume and water of compartments that are no bath [m^3], osmolarity of all [mol/m^3], pressure at membranes [Pa], inside minus
    outside; membranes with a wall of their own; and of those whose volume is held though osmolarities differ, the difference
    [mol/m^3]."""

    volume: dict[str, Maybe] = field(default_factory=dict)
    water: dict[str, Maybe] = field(default_factory=dict)
    osmolarity: dict[str, Maybe] = field(default_factory=dict)
    pressure: dict[str, Maybe] = field(default_factory=dict)
    walls: tuple[str, ...] = ()
    gap: dict[str, float] = field(default_factory=dict)


def osmotic_state(cell: Cell, numbers: Mapping[str, float]) -> Osmotic:
    """All of them at numbers that hold a state (`CellSystem.at`) or the description."""
    waters = _waters(cell, numbers)
    gaps = {name: _unexplained(cell, name, numbers) for name, m in cell.membranes.items() if bears(cell, m)}
    return Osmotic(
        {name: float(water.whole_volume(name, w, numbers)) if known(w) else w for name, w in waters.items()},
        waters,
        {name: float(water.osmolarity(cell, name, numbers)) for name in cell.compartments},
        {name: _pressure(cell, m, numbers) for name, m in cell.membranes.items() if not _between_baths(cell, m)},
        tuple(name for name, m in cell.membranes.items() if m.water.elastic_modulus is not None),
        {name: gap for name, gap in gaps.items() if gap},
    )


def chemistry(cell: Cell, V: Mapping[str, float], numbers: Mapping[str, float]) -> dict[str, Any]:
    """What buffers hold, pH of compartments and proton-motive forces of membranes, by the names of an answer's fields; read where there is
    some."""
    if "H" not in cell.valences and not any(space.binding for space in cell.compartments.values()):
        return {"bound": {}, "pH": {}, "pmf": {}}
    from .protons import bound_of, forces_at, pH_of

    return {"bound": bound_of(cell, numbers), "pH": pH_of(cell, numbers), "pmf": forces_at(cell, V, numbers)}


def _waters(cell: Cell, numbers: Mapping[str, float]) -> dict[str, Maybe]:
    """Water of the compartments that are no bath [m^3]."""
    found = {name: numbers.get(f"{name}.volume") for name, space in cell.compartments.items() if space.role != BATH}
    return {name: Unknown(NO_VOLUME.format(name)) if w is None else float(w) for name, w in found.items()}


def bears(cell: Cell, membrane: Membrane) -> bool:
    """Whether a membrane stands for a rigid wall: the volume in it is held, whatever the osmolarities of its changing contents are."""
    return membrane.water.rule == "none" and not _between_baths(cell, membrane) and not _dialysed(cell, membrane)


def _dialysed(cell: Cell, membrane: Membrane) -> bool:
    """Whether what a membrane surrounds is held from outside, as by a pipette, its volume with it."""
    return cell.compartments[membrane.inner].role == HELD


def _between_baths(cell: Cell, membrane: Membrane) -> bool:
    return all(cell.compartments[end].role == BATH for end in (membrane.inner, membrane.outer))


def _pressure(cell: Cell, membrane: Membrane, numbers: Mapping[str, float]) -> Maybe:
    """What a wall bears, or what a rigid one would have to bear where the volume is held [Pa]; zero where water is free."""
    if membrane.water.target is not None:
        return Unknown(BY_FORMULA.format(membrane.inner))
    if membrane.water.rule == "none" and _dialysed(cell, membrane):
        return Unknown(DIALYSED.format(membrane.inner))
    return float(pressures(cell, numbers).get(membrane.name, 0.0))


def pressures(cell: Cell, numbers: Mapping[str, Any]) -> dict[str, Any]:
    """What walls bear [Pa], those included that a held volume stands for; at floats or arrays."""
    found = {name: water.pressure(name, m, numbers) for name, m in cell.membranes.items() if m.water.elastic_modulus is not None}
    return found | {name: _rigid(cell, m, numbers) for name, m in cell.membranes.items() if bears(cell, m)}


def _rigid(cell: Cell, membrane: Membrane, numbers: Mapping[str, Any]) -> Any:
    """The difference of osmotic pressures, inside minus outside [Pa], as far as solutes are listed."""
    sides = (water.osmolarity(cell, end, numbers) for end in (membrane.inner, membrane.outer))
    inside, outside = (osmotic_pressure(osmolarity, numbers["temperature"]) for osmolarity in sides)
    return inside - outside


def _unexplained(cell: Cell, name: str, numbers: Mapping[str, float]) -> float:
    """The difference of osmolarities that no wall balances and no unlisted ion could make up [mol/m^3]; zero where it is small.

    Where what is listed is not neutral, ions of the missing charge would come on top.
    """
    membrane = cell.membranes[name]
    balanced = 0.0
    if membrane.water.elastic_modulus is not None:
        balanced = float(water.pressure(name, membrane, numbers)) / float(osmotic_pressure(1.0, numbers["temperature"]))
    inner, outer = (float(water.osmolarity(cell, end, numbers)) for end in (membrane.inner, membrane.outer))
    gap = inner - outer - balanced
    missing = neutrality(cell, numbers)
    unlisted = sum(abs(missing[end]) for end in (membrane.inner, membrane.outer))
    return gap if abs(gap) > NOTICED + unlisted else 0.0


def gaps(cell: Cell, numbers: Mapping[str, float]) -> list[str]:
    """A sentence for each membrane across which the described osmolarities differ; where water moves, a warning."""
    found: list[str] = []
    for name, membrane in cell.membranes.items():
        if _between_baths(cell, membrane) or membrane.water.target is not None:
            continue
        if gap := _unexplained(cell, name, numbers):
            said = _sentence(cell, membrane, gap, numbers)
            found.append(Aside(said) if membrane.water.rule == "none" else said)
    return list(dict.fromkeys(found))  # of two membranes between the same spaces the same is said


def _sentence(cell: Cell, membrane: Membrane, gap: float, numbers: Mapping[str, float]) -> str:
    ends = (membrane.inner, membrane.outer)
    inner, outer = (f"{to_unit(float(water.osmolarity(cell, end, numbers)), 'mM'):.4g} mM in '{end}'" for end in ends)
    return f"The described osmolarities differ: {inner}, {outer}{_what_follows(cell, membrane, gap, numbers)}."


def _what_follows(cell: Cell, membrane: Membrane, gap: float, numbers: Mapping[str, float]) -> str:
    inner = membrane.inner
    if membrane.water.rule == "none":
        return _held(cell, membrane, gap, numbers["temperature"])
    way = "into" if gap > 0 else "out of"
    if membrane.water.rule != "instantaneous":
        return f"; water flows {way} '{inner}' from the start"
    ratio = 1.0 + gap / float(water.osmolarity(cell, membrane.outer, numbers))
    whole, grown = (
        to_unit(float(water.whole_volume(inner, w, numbers)), "pL")
        for w in (numbers[f"{inner}.volume"], ratio * numbers[f"{inner}.volume"])
    )
    return (
        f"; water follows at once, so a run goes at its very begin from {whole:.4g} pL to {grown:.4g} pL, and all that is dissolved in "
        f"'{inner}' becomes {1 / ratio:.4g} times as concentrated"
    )


def _held(cell: Cell, membrane: Membrane, gap: float, T: float) -> str:
    """What a volume that is held stands for: a pipette, solutes that are not listed, or a rigid wall."""
    from ...results.words import lacking, osmotic

    inner = membrane.inner
    if _dialysed(cell, membrane):
        return f"; what '{inner}' contains is held, and its volume with it"
    if water.is_left(cell, inner):
        return f"; the volume of '{inner}' is what others leave"
    held = f"; the volume of '{inner}' is held (water: none)"
    if gap < 0:
        return f"{held}, as if {lacking(gap)} were there"
    pressure = math.copysign(float(osmotic_pressure(abs(gap), T)), gap)
    return f"{held}, as in a rigid wall that bears {osmotic(gap, pressure)}"
