"""What a description must say before amounts, volumes and charges can change: absolute numbers, areas, volumes, capacitances."""

from __future__ import annotations

from collections.abc import Iterator

from ..description.cell import CELL, Cell, Compartment, Membrane
from ..errors import Problem
from .circuit import Circuit, Extent, MembraneSystem
from .stats import Stats


def not_absolute(circuit: Circuit) -> list[Problem]:
    """A problem for everything that is missing."""
    conducting = [problem for name in circuit.conducting for problem in _of_membrane(name, circuit.membranes[name])]
    silent = [problem for name in circuit.silent for problem in _of_water(name, circuit)]
    return list(dict.fromkeys([*conducting, *silent, *_volumes(circuit.cell), *_solutes(circuit.cell)]))


def _of_membrane(name: str, system: MembraneSystem) -> Iterator[Problem]:
    if system.extent is Extent.RELATIVE:
        yield Problem(
            f"membrane '{name}' has only ratios of permeabilities; amounts that change need absolute ones",
            path=name,
            expected="such as 1e-8 m/s",
        )
    elif system.extent is Extent.AREA or _lacks_an_area(system.membrane):
        yield _no_area(name)
    if system.membrane.capacitance is None and system.extent is not Extent.RELATIVE:
        yield _no_capacitance(name)
    for word, mechanism in system.mechanisms.items():
        if mechanism.law.rest_only:
            yield Problem(
                f"mechanism '{word}' ({mechanism.law.name}) follows the other fluxes at one moment; it is no law for amounts that change",
                path=f"{name}.{word}",
                expected="another law, such as saturating",
            )


def _lacks_an_area(membrane: Membrane) -> bool:
    """Whether a capacitance is described, but per an area that is not."""
    return membrane.capacitance is not None and not membrane.stores_charge


def _no_area(name: str) -> Problem:
    expected = "an area, or a shape of its inner compartment"
    return Problem(f"the area of membrane '{name}' is not described", path=f"{name}.area", expected=expected)


def _no_capacitance(name: str, why: str = "") -> Problem:
    message = f"the capacitance of membrane '{name}' is not described{why}"
    return Problem(message, path=f"{name}.capacitance", expected="such as 1 uF/cm^2")


def _of_water(name: str, circuit: Circuit) -> Iterator[Problem]:
    """A membrane for water alone needs an area where its permeability is per area, and a capacitance where nothing else decides a potential."""
    membrane = circuit.cell.membranes[name]
    if membrane.water.per_area and membrane.area is None:
        yield _no_area(name)
    for end in filter(circuit.alone, membrane.ends):
        yield from _alone(membrane, circuit.cell.compartments[end])


def _alone(membrane: Membrane, space: Compartment) -> Iterator[Problem]:
    """What is missing where no current reaches a compartment."""
    if space.role != CELL:
        message = f"no current reaches '{space.name}', so its potential is not defined"
        yield Problem(message, path=membrane.name, expected="a mechanism that conducts")
    elif _lacks_an_area(membrane):
        yield _no_area(membrane.name)
    elif not membrane.stores_charge:
        yield _no_capacitance(membrane.name, f", and no current decides the potential of '{space.name}': its charge does")


def _volumes(cell: Cell) -> Iterator[Problem]:
    for name, space in cell.compartments.items():
        if space.role == CELL and space.volume is None:
            yield Problem(
                f"the volume of '{name}' is not described",
                path=f"{name}.volume",
                expected="a shape or a volume, or `role: bath` where it stays as it is",
            )


def _solutes(cell: Cell) -> Iterator[Problem]:
    """A volume that follows osmolarity at once needs some outside."""
    for name, membrane in cell.membranes.items():
        inner, outer = cell.compartments[membrane.inner], cell.compartments[membrane.outer]
        solutes = [*outer.ions.values(), *(x.concentration for x in outer.impermeants.values())]
        if membrane.water.rule == "instantaneous" and (problem := _too_much_held(cell, name, inner, outer)) is not None:
            yield problem
        elif membrane.water.rule == "instantaneous" and not any(value.si > 0 for value in solutes):
            yield Problem(
                f"'{membrane.outer}' holds no solutes: no volume of '{membrane.inner}' meets its osmolarity",
                path=f"{name}.water",
                found="instantaneous",
                expected="water: none, or solutes outside",
            )


def _too_much_held(cell: Cell, name: str, inner: Compartment, outer: Compartment) -> Problem | None:
    """What is held with the water comes and goes with it: with as much of it as there is outside, water would enter for ever."""
    described = {f"{inner.name}.{ion}": value.si for ion, value in inner.ions.items()}
    held = Stats(cell).held_osmolarity(inner.name, {**described, f"{inner.name}.osmotic_coefficient": inner.osmotic_coefficient})
    solutes = [*outer.ions.values(), *(x.concentration for x in outer.impermeants.values())]
    if not held or held < outer.osmotic_coefficient * sum(value.si for value in solutes):
        return None
    return Problem(
        f"what is held in '{inner.name}' makes up the osmolarity of '{outer.name}' alone: no volume meets it",
        path=f"{name}.water",
        found=f"fixed: {', '.join(inner.fixed)}",
        expected="fewer ions that are held, a counter-ion, or water: none",
    )
