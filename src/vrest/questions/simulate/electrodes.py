"""What electrodes and pipettes do at once: a potential put on, a solution brought in, the charge that a pipette leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ...constants import WATER_MOLAR_VOLUME, F
from ...description.protocol import Addition
from ...errors import NoAnswerError, Problem
from ...maths import eliminated, is_symbol
from ...results.words import PROTON
from ...system.cell import CellSystem
from ...system.clamps import Dynamics
from ...system.states import AMOUNT, CHARGE, VOLUME, Key
from ...system.water import whole_volume
from ...units import to_unit
from .intervals import Interval

Signs = Mapping[str, float]
"""Nodes that are displaced: one up, another one down where charge goes between the two."""
Given = dict[tuple[str, str], Any]
"""What an electrode gave at once [mol], by (`electrode.<compartment>`, ion)."""
State = Sequence[Any] | np.ndarray
"""Floats, or arrays with a value for each of many cells."""
Refuse = Callable[[Addition, str, Any, Any], None]
TURNS = 3
WATER = "water"
"""What the ledger calls water that is added [mol]."""


def filled(
    whole: CellSystem,
    solutions: Mapping[str, Mapping[str, float]],
    x: State,
    numbers: Mapping[str, Any],
    refuse: Callable[[str, Any], None] | None = None,
) -> tuple[State, Given, dict[str, Any]]:
    """Pipettes that bring their solutions: the state, what they gave, and the impermeants' amounts [mol] by path.

    The compartment's charge stays: its impermeants, all in one proportion, carry what the new ions lack.

    Arguments:
        refuse: told of a compartment, and whether its impermeants cannot carry that
    Raises:
        NoAnswerError: they cannot, where nothing is told of that.
    """
    after, given, changed = list(x), Given(), dict[str, Any]()
    for space, solution in solutions.items():
        there, volume = whole.there(after, numbers), whole.volumes(after, numbers)[space]
        charge = _charge(whole, space, after, numbers)
        for ion, c in solution.items():
            k = whole.states.index[Key(AMOUNT, space, ion)]
            amount, held = (
                whole.buffers.total(space, ion, c, volume, numbers),
                whole.holds.amount(whole.states, after, (space, ion)),
            )
            brought = amount - there[k] if (space, ion) in whole.equilibria.places else amount + held - after[k]
            given[f"electrode.{space}", ion] = brought
            after[k] = after[k] + brought
        changed |= _impermeants(whole, space, charge, after, numbers, given, refuse or _cannot_be)
    return after, given, changed


def added(
    whole: CellSystem, additions: Iterable[Addition], x: State, numbers: Mapping[str, Any], refuse: Refuse | None = None
) -> tuple[State, Given]:
    """What is added so that ions come to concentrations, with counter-ions: the state, and what was given; no charge moves.

    Arguments:
        refuse: told of an addition, an ion, the charge that is added [mol/m^3] and whether there is less of the ion than would be taken; of
                water the volume of the solids [m^3], and whether they take all that is wanted
    Raises:
        NoAnswerError: more of a counter-ion, or of water, would be taken than there is, where nothing is told of that.
    """
    after, given, index, valences = list(x), Given(), whole.states.index, whole.cell.valences
    for one in additions:
        if one.volume is not None:
            _pour(whole, one, one.volume, after, given, numbers, refuse or _refused)
        volume, there = whole.at(after, numbers)[f"{one.space}.volume"], whole.there(after, numbers)
        wanted = {ion: whole.buffers.total(one.space, ion, c, volume, numbers) for ion, c in one.contents.items()}
        amounts = {ion: amount - there[index[Key(AMOUNT, one.space, ion)]] for ion, amount in wanted.items()}
        charge = sum(valences[ion] * amount for ion, amount in amounts.items())
        if one.counter_ion is not None:
            amounts[one.counter_ion] = -charge / valences[one.counter_ion]
        for ion, amount in amounts.items():
            k = index[Key(AMOUNT, one.space, ion)]
            after[k] = after[k] + amount
            given[f"added.{one.space}", ion] = given.get((f"added.{one.space}", ion), 0.0) + amount
            if whole.states.rows[k].positive:
                (refuse or _refused)(one, ion, charge / volume, there[k] + amount < 0)
    return after, given


def _pour(
    whole: CellSystem, one: Addition, volume: float, x: list[Any], given: Given, numbers: Mapping[str, Any], refuse: Refuse
) -> None:
    """Water that brings a compartment to a volume [m^3]; all that it holds stays, and so does its charge."""
    k, place = whole.states.index[Key(VOLUME, one.space)], (f"added.{one.space}", WATER)
    solids = whole_volume(one.space, 0.0, numbers)
    refuse(one, WATER, solids, volume <= solids)
    given[place] = given.get(place, 0.0) + (volume - solids - x[k]) / WATER_MOLAR_VOLUME
    x[k] = volume - solids


def _refused(one: Addition, what: str, much: float, lacks: bool) -> None:
    if lacks:
        raise NoAnswerError(_too_dry(one, float(much)) if what == WATER else _too_little(one, what, much))


def _too_dry(one: Addition, solids: float) -> Problem:
    return Problem(
        f"'{one.space}' cannot come to this volume: its solids take more",
        path=f"{one.space}.volume",
        found=f"{to_unit(one.volume or 0.0, 'pL'):.4g} pL",
        expected=f"more than {to_unit(solids, 'pL'):.4g} pL",
    )


def _too_little(one: Addition, ion: str, charge: float) -> Problem:
    return Problem(
        f"what is set in '{one.space}' adds {to_unit(charge, 'mM'):+.4g} mM of charge, and there is less {ion} than would balance it",
        path=one.space,
        found=one.text,
        expected="a counter-ion of which there is more, or one that is added",
    )


def _charge(whole: CellSystem, space: str, x: State, numbers: Mapping[str, Any]) -> Any:
    """The charge of a compartment [C]: its state where it has a potential, else what it holds (the reference, a store)."""
    return whole.charge(x, space) if space in whole.nodes else whole.net_charge(space, list(x), numbers)


def _impermeants(
    whole: CellSystem,
    space: str,
    charge: Any,
    x: list[Any],
    numbers: Mapping[str, Any],
    given: Given,
    refuse: Callable[[str, Any], None],
) -> dict[str, Any]:
    """The amounts of a compartment's impermeants [mol] that keep its charge [C], by path; protons that are bound to them come along."""
    bound = whole.buffers.on_impermeants(space, whole.at(x, numbers))
    fixed = whole.impermeant_charge(space, numbers) + bound
    if _vanishes(fixed):
        return {}
    ions = whole.net_charge(space, x, numbers) / F - fixed
    part = (charge / F - ions) / fixed
    refuse(space, part < 0)
    if not _vanishes(bound):
        k, place, more = whole.states.index[Key(AMOUNT, space, PROTON)], (f"electrode.{space}", PROTON), (part - 1.0) * bound
        x[k] = x[k] + more
        given[place] = given.get(place, 0.0) + more
    words = whole.cell.compartments[space].impermeants
    return {f"{space}.{word}.amount": part * numbers[f"{space}.{word}.amount"] for word in words}


def _vanishes(value: Any) -> bool:
    return bool(value.is_zero()) if is_symbol(value) else not np.any(value)


def _cannot_be(space: str, lacks: bool) -> None:
    if lacks:
        raise NoAnswerError(
            Problem(
                f"the solution brought into '{space}' cannot be: what its ions lack in charge, its impermeants would have to "
                "carry with the other sign",
                path=space,
                expected="a solution whose charge the impermeants can balance",
            )
        )


def clamped(whole: CellSystem, stretch: Interval, x: State, numbers: Mapping[str, Any]) -> tuple[State, Given]:
    """A voltage clamp puts its charge on at once, carried by the electrode's ion: the state, and what the electrodes gave.

    The charges of all other nodes stay; their potentials follow. Where the ion that is brought in draws water at once, the area of the
    membrane and its charge follow too, which a second and third turn meet.
    """
    given = Given()
    carriers = {node: ion for node, ion in stretch.clamps.voltages.items() if node not in stretch.clamps.dialysed}
    for _ in range(TURNS if stretch.voltages else 0):
        x = put_on(whole, [({node: 1.0}, V) for node, V in stretch.voltages.items()], carriers, x, numbers, given)
    return x, given


def shocked(whole: CellSystem, stretch: Interval, x: State, numbers: Mapping[str, Any]) -> tuple[State, Given]:
    """Shocks displace potentials at once, by a charge that an ion carries, and leave gates as they are: the state, and what was given."""
    given = Given()
    for one in stretch.shocks:
        signs = between(whole, one.into, one.against)
        carriers = {} if one.carrier is None else {node: one.carrier for node in signs if node not in stretch.clamps.dialysed}
        wanted = difference(whole, signs, x, numbers) + one.value
        for _ in range(TURNS):
            x = put_on(whole, [(signs, wanted)], carriers, x, numbers, given)
    return x, given


def between(whole: CellSystem, into: str, against: str | None) -> Signs:
    """The nodes between which charge moves where a compartment is displaced against another one, or against all else."""
    return {node: sign for node, sign in ((into, 1.0), (against, -1.0)) if node in whole.nodes}


def difference(whole: CellSystem, signs: Signs, x: Sequence[Any] | np.ndarray, numbers: Mapping[str, Any]) -> Any:
    """The potential of a node [V], or that between two."""
    found = whole.potentials(list(x), whole.at(list(x), numbers))
    return sum(sign * found[node] for node, sign in signs.items())


def put_on(
    whole: CellSystem,
    wanted: Sequence[tuple[Signs, Any]],
    carriers: Mapping[str, str],
    x: Sequence[Any] | np.ndarray,
    numbers: Mapping[str, Any],
    given: Given,
) -> list[Any]:
    """The state with charges that give nodes, or pairs of them, the potentials wanted [V] with capacitances as they are; what ions carried
    them is `given`. Between two nodes charge moves from the one to the other. A state may hold arrays, a value for each of many cells."""
    index = whole.states.index

    def displaced(way: int, charge: Any) -> list[Any]:
        after = list(x)
        for node, sign in wanted[way][0].items():
            after[index[Key(CHARGE, node)]] = after[index[Key(CHARGE, node)]] + sign * charge
        return after

    def potentials(trial: Sequence[Any]) -> list[Any]:
        return [difference(whole, signs, trial, numbers) for signs, _ in wanted]

    now, unit, ways = potentials(list(x)), 1e-12, range(len(wanted))
    slopes = [[(there - here) / unit for there, here in zip(potentials(displaced(way, unit)), now, strict=True)] for way in ways]
    charges = eliminated([[slopes[way][k] for way in ways] for k in ways], [V - now[k] for k, (_, V) in enumerate(wanted)])
    after, moved = list(x), dict[str, Any]()
    for (signs, _), charge in zip(wanted, charges, strict=True):
        moved |= {node: moved.get(node, 0.0) + sign * charge for node, sign in signs.items()}
    for node, charge in moved.items():
        place, amount = index[Key(CHARGE, node)], Key(AMOUNT, node, carriers.get(node, ""))
        after[place] = after[place] + charge
        if amount in index:
            flux = charge / (F * whole.cell.valences[amount.name])
            after[index[amount]] = after[index[amount]] + flux
            given[f"electrode.{node}", amount.name] = given.get((f"electrode.{node}", amount.name), 0.0) + flux
    return after


def left_alone(dynamics: Dynamics, spaces: Iterable[str], x: State, numbers: Mapping[str, Any]) -> tuple[State, Given]:
    """Compartments that a pipette held until now: the charge that their membranes took up meanwhile is borne by their largest ion."""
    full, after, given = dynamics.full(dynamics.reduced(list(x)), numbers), list(x), Given()
    for space in spaces:
        if (ion := dynamics.dependent.get(space)) is not None:
            k = dynamics.states.index[Key(AMOUNT, space, ion)]
            given[f"electrode.{space}", ion] = full[k] - x[k]
            after[k] = full[k]
    return after, given
