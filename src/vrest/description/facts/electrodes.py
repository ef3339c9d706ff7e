"""Electrodes and pipettes of a protocol: where they can be, what they bring, which ion carries their current."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...units import to_unit
from ..cell import CELL, Cell, Compartment, si_of
from ..protocol import Electrode
from ..read import Section
from .additions import check_water, refuse_held

NEUTRAL = 1e-6
"""Part of its ions that a solution's charge may be."""


def electrode(event: Section, action: str, space: Compartment, cell: Cell) -> Electrode | None:
    """An electrode that injects a current or holds a potential, whenever that is."""
    if "solution" in event:
        event.report(
            event.key("solution"),
            "a solution belongs to a pipette that dialyses a compartment whose contents may change",
            found=action,
            expected="{from: 1 min, dialyse: inside, solution: {K: 140 mM}}",
        )
    value, carrier = event.si(action), _carrier(event, space, cell.valences)
    if carrier is not None and carrier in space.fixed:
        refuse_held(event, "carrier", space, carrier)
    return None if value is None else Electrode(0.0, 0.0, action, space.name, value, carrier)


def pipette(event: Section, space: Compartment, cell: Cell) -> Electrode:
    """A pipette that dialyses a compartment, whenever that is."""
    if space.fixed:
        refuse_held(event, "dialyse", space, next(iter(space.fixed)))
    check_water(event, "dialyse", f"no pipette holds the concentrations of '{space.name}'", space.name, cell)
    return Electrode(
        0.0, 0.0, "dialyse", space.name, carrier=next(iter(space.ions), None), solution=_solution(event, space, cell)
    )


def place_of(event: Section, key: str, cell: Cell) -> Compartment | None:
    """The compartment that a key names, or the only one that there can be where it is left out."""
    fits, message = PLACES[key]
    spaces = [name for name, space in cell.compartments.items() if fits(space)]
    into = spaces[0] if event[key] is None and len(spaces) == 1 else event[key]
    if into in spaces:
        return cell.compartments[into]
    event.wrong(key, message, found=into or "nothing", among=spaces or ["a compartment with role: cell"])
    return None


PLACES: dict[str, tuple[Callable[[Compartment], bool], str]] = {
    "into": (
        lambda space: not (space.is_bath or space.store or space.reference),
        "the electrode is in no compartment that has a potential of its own",
    ),
    "dialyse": (lambda space: space.role == CELL, "the pipette is in no compartment whose contents may change"),
}
"""Which compartments electrodes and pipettes can be in, and what is said of others."""


def shocked_sides(event: Section, cell: Cell) -> tuple[Compartment | None, Compartment | None]:
    """The compartment that a shock displaces, and the one against which it does so where it goes across a membrane."""
    if "across" not in event:
        return place_of(event, "into", cell), None
    if not event.refers("across", cell.membranes, "there is no such membrane"):
        return None, None
    ends = cell.membranes[event["across"]].ends
    usual = [name for name in ends if PLACES["into"][0](cell.compartments[name])]
    into = event["into"] or next(iter(usual), ends[0])
    if into not in usual:
        message = f"the electrode is on no side of '{event['across']}' that has a potential of its own"
        event.wrong("into", message, found=into, among=usual)
        return None, None
    return cell.compartments[into], cell.compartments[ends[into == ends[0]]]


def check_other_side(event: Section, one: Electrode, other: Compartment) -> None:
    """The other side gives up the ion that carries the charge, where its contents may change."""
    if other.role != CELL or one.carrier is None:
        return
    if one.carrier not in other.ions:
        message = f"'{other.name}', from which the charge comes, does not list the carrier"
        event.wrong("carrier", message, found=one.carrier, among=list(other.ions))
    elif one.carrier in other.fixed:
        refuse_held(event, "carrier", other, one.carrier)


def _solution(event: Section, space: Compartment, cell: Cell) -> dict[str, float]:
    """What a pipette brings [mol/m^3]: ions that the compartment lists, whose charge its impermeants can balance."""
    brought = event["solution"]
    for ion in [ion for ion in brought if ion not in space.ions]:
        event.report(event.at("solution").key(ion), f"'{space.name}' does not list {ion[:40]}", found=ion, among=space.ions)
    found = {ion: c for ion, c in si_of(brought).items() if ion in space.ions}
    if found and len(found) == len(brought):
        _check_balance(event, space, cell, found)
    return found


def _check_balance(event: Section, space: Compartment, cell: Cell, solution: dict[str, float]) -> None:
    """The impermeants of a compartment must be able to carry the charge that the ions of a solution lack."""
    brought = si_of(space.ions) | solution
    charge = sum(cell.valences[ion] * c for ion, c in brought.items())
    fixed = sum(x.valence.si * x.concentration.si for x in space.impermeants.values())
    if charge * fixed < 0 or abs(charge) <= NEUTRAL * sum(brought.values()):
        return
    why = "would have to change the sign of their charge" if fixed else "carry none"
    event.wrong(
        "solution",
        f"the ions of '{space.name}' with this solution have {to_unit(charge, 'mM'):+.4g} mM of charge, and its impermeants {why}",
        expected="a solution whose charge impermeants of the described kind can balance, such as more Cl or less K",
    )


def _carrier(event: Section, space: Compartment, valences: Mapping[str, float]) -> str | None:
    """The ion that carries an electrode's current, where that changes what a compartment holds."""
    charged = [ion for ion in space.ions if valences[ion]]
    if space.role != CELL:
        return next(iter(charged), None)
    if event["carrier"] is None:
        message = f"an electrode's current changes what '{space.name}' holds; say which ion carries it"
        event.wrong("carrier", message, expected=f"carrier: {next(iter(charged), 'K')}")
    if event["carrier"] in space.ions and event["carrier"] not in charged:
        event.wrong("carrier", f"{event['carrier']} carries no charge, so no current", among=charged)
        return None
    event.refers("carrier", space.ions, f"'{space.name}' does not list the carrier")
    return event["carrier"]
