"""States of the user's own, of a mechanism or a compartment: a rate with its dimension, a start, and whether its steady value is plain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...mechanisms.formula_graph import degree
from ...mechanisms.formula_language import Formula
from ...mechanisms.gating import OwnState
from ...units import DIMENSIONLESS, Dimension, UnitError, dimension_of
from ..cell import CELL, Compartment, Value
from ..measure import brief
from ..nodes import present
from ..read import Section
from .formulas import CONCENTRATION, answers_to, formula_at, is_zero

if TYPE_CHECKING:
    from .mechanisms import Way
    from .scope import Scope

SECOND = dimension_of("s")
EXAMPLE = '"(K_out - x)/(10 s)"'
STEADY = "steady"


def unit_of(section: Section) -> str:
    """The unit of a state: its `unit`, or that of its start."""
    return section["unit"] or (start.unit if isinstance(start := section["start"], Value) else "")


def dimension_of_state(section: Section) -> Dimension:
    """The dimension of a state: that of its start, or of its `unit`; a plain number where it has a problem."""
    unit = unit_of(section)
    try:
        return dimension_of(unit) if unit else DIMENSIONLESS
    except UnitError as error:
        section.wrong("unit", error.problem.message, expected="a unit, such as mM", suggestion=error.problem.suggestion)
        return DIMENSIONLESS


def check_start(section: Section, of_compartment: bool) -> None:
    """A start and a unit fit each other; a state that starts where it is steady says its unit. One of a mechanism holds no ions."""
    start = section["start"]
    if "holds" in section and not of_compartment:
        message = f"'{section.name}' is a state of a mechanism, and ions are held in compartments"
        section.report(section.key("holds"), message, found="holds", expected="the state under `states` of a compartment")
    if start == STEADY and of_compartment:
        section.wrong("start", f"'{section.name}' is a state of a compartment and starts at a value", expected="start: 0.1 mM")
    elif start == STEADY and section["unit"] is None:
        message = f"the unit of '{section.name}' is not known: it starts where it is steady"
        section.wrong("unit", message, expected='unit: mM, or unit: "1" for a plain number')
    elif (
        isinstance(start, Value)
        and section["unit"] is not None
        and dimension_of_state(section) != dimension_of(start.unit or "1")
    ):
        section.wrong(
            "start",
            f"the start of '{section.name}' is no quantity in {section['unit']}",
            expected=f"a number in {section['unit']}",
        )


def read_states(way: Way, sections: Mapping[str, Section]) -> dict[str, Formula]:
    """The rates of a mechanism's states; their starts become numbers of the mechanism."""
    found: dict[str, Formula] = {}
    for name, section in sections.items():
        check_start(section, of_compartment=False)
        wanted = (way.own[name] / SECOND,) if name in way.own else None
        rate = (
            formula_at(way, "rate", wanted, section=section, called=f"{name}.rate", example=EXAMPLE)
            if "rate" in section
            else None
        )
        if rate is not None:
            found[name] = rate
        if isinstance(section["start"], Value):
            way.numbers[f"{name}.start"] = section["start"]
    return found


def is_linear(way: Way, name: str, rate: Formula, temperature: float) -> bool:
    """Whether a rate is linear in its state, so that where it vanishes is known at once; through `let` this is not looked at. One that as
    described is no more than a constant vanishes nowhere, or everywhere."""
    if any(name in way.let[other].names for other in rate.names if other in way.let):
        return False
    graph, root = rate.graph
    return degree(graph, root, {name}) == 1 and answers_to(way, rate, name, temperature)


def must_settle(way: Way, name: str) -> None:
    """A state that starts where it is steady has a value there that is known at once."""
    section = way.section["states"][name]
    if section["start"] == STEADY:
        section.wrong(
            "start",
            f"where '{name}' of '{way.name}' is steady is not known at once: its rate is not linear in it, does not answer to it, "
            "or names what follows from it",
            expected="start: a value near to where it is steady",
        )


# -- of a compartment -------------------------------------------------------------------------------------------------


def states_of(section: Section, space: Compartment, scope: Scope) -> dict[str, OwnState]:
    """The states of a compartment's own."""
    sections: Mapping[str, Section] = section["states"]
    return present({name: _state_of(one, section, space, scope) for name, one in sections.items()})


def _state_of(one: Section, section: Section, space: Compartment, scope: Scope) -> OwnState | None:
    check_start(one, of_compartment=True)
    if one.name in space.ions:
        message = f"'{one.name}' is an ion of '{space.name}' as well"
        one.report(section.at("states").key(one.name), message, found=one.name, expected="another name")
    what = f"the rate of '{one.name}'"
    rate = scope.read(one, one.at("rate"), what, EXAMPLE) if "rate" in one else None
    if rate is None:
        return None
    wanted = scope.names[one.name] / SECOND
    if rate.dimension != wanted and not is_zero(rate):
        one.wrong("rate", f"{what} has the wrong dimension: its value is {rate.dimension}", expected=str(wanted))
    return OwnState(one.name, rate, settles=False, unit=unit_of(one), holds=_holds(one, section, space))


def _holds(one: Section, section: Section, space: Compartment) -> dict[str, float]:
    """The ions that a state holds: free ones of a compartment whose contents change."""
    if "holds" not in one:
        return {}
    start, path = one["start"], one.path_of("holds")
    if not one["holds"] and one.sound:
        one.wrong("holds", f"'{one.name}' of '{space.name}' holds no ion", expected="{Ca: 1}")
    if space.role != CELL:
        message = f"'{space.name}' is a {space.role}: what it holds is kept, so '{one.name}' takes nothing from it"
        one.report(one.key("holds"), message, path=path, found="holds", expected="role: cell, or no `holds`")
    if dimension_of_state(one) != CONCENTRATION:
        message = f"'{one.name}' of '{space.name}' holds ions, so it is a concentration"
        one.report(one.at("start"), message, path=path, found=one.at("start").words, expected="start: 0.1 mM")
    elif isinstance(start, Value) and start.si < 0:
        one.wrong(
            "start", f"'{one.name}' of '{space.name}' holds ions, of which there are not less than none", expected="start: 0 mM"
        )
    for ion in one["holds"]:
        place = one.at("holds").key(ion)
        if ion not in space.ions:
            message = f"'{space.name}' does not list {brief(ion)}, which '{one.name}' would hold"
            one.report(place, message, path=path, found=ion, among=list(space.ions))
        elif ion in space.fixed:
            message = f"{brief(ion)} of '{space.name}' is held by `fixed`, so '{one.name}' would take nothing from it"
            one.report(place, message, path=path, found=ion, expected="one of the two")
    return dict(one["holds"]) if one.sound else {}
