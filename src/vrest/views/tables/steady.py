"""What there is to say of a steady state: what the cell holds, at what cost, how fast it comes back."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from math import pi
from typing import Any

from ...results.base import Maybe, Unknown, known
from ...results.forms import rows
from ...results.rest import IonState, MechanismState
from ...results.steady import SteadyPoint, SteadyResult
from ...results.words import PROTON, duration
from ..document import TEXT, Block, Column, Document, Heading, Part, by_columns, pairs, sentences, table
from ..numbers import ABSENT, content, ion_words, largest_of, mV, named, pL, prefix_power, prefixed, where
from . import parts
from .parts import BALANCED, settled

KEPT = {
    "net_flux_fraction": "net fluxes are at most {} of the gross ones",
    "net_water_fraction": "net water is at most {} of what one side alone would draw",
    "charge_fraction_of_70_mV": "charge agrees to {} of that at 70 mV",
    "conserved_total_fraction": "what is conserved is kept to {}",
}
SETTLED = ("current_density", "current", "share", "dissipation")
COLUMNS = (
    *("cell", "temperature_K", "state", "stable", "row", "membrane", "compartment", "mechanism", "kind", "ion"),
    *("V_mV", "potential_mV", "inside_mM", "volume_pL", "water_pL", "osmolarity_mM", "pressure_MPa", "pH", "pmf_mV"),
    *("current_uA_per_cm2", "current_pA", "share", "flux_mol_per_s", "dissipation_W", "atp_mol_per_s"),
    *("eigenvalues_per_s", "eigenvalues_imaginary_per_s"),
)
CONTENTS = {("membrane",): {"row": "membrane"}, ("compartment",): {"row": "compartment"}, ("compartment", "ion"): {"row": "ion"}}
FLOWS = {over: row for over, row in parts.ROWS.items() if row["row"] in ("mechanism", "flux", "exchange")}
FLOWS[("eigenvalue",)] = {"row": "eigenvalue"}


def grid(result: SteadyResult) -> parts.Grid:
    """`row` says what a line is about: a membrane, a compartment, an ion in one, a mechanism, a flux, an exchange, an eigenvalue.

    `state` 0 is the answer, others are further steady states, of which only membranes, compartments and ions are listed.
    """
    return COLUMNS, _rows(result)


def _rows(result: SteadyResult) -> Iterator[dict[str, Any]]:
    for number, point in enumerate((result.point, *result.other_states)):
        same = {"cell": result.cell, "temperature_K": result.temperature, "state": number, "stable": point.stable}
        yield from (same | row for row in rows(point, CONTENTS))
        if number == 0:
            yield from (same | row for row in parts.with_exchanges(rows(result, FLOWS, ("kind",))))


def _headline(result: SteadyResult) -> list[Block]:
    unstable = ", not stable" if result.point.stable is False else ""
    return [
        Heading(f"V = {parts.potentials(result.point.V_m)}; {what_it_is(result)}{unstable}", 1),
        *sentences([f"{result.cell} at {parts.temperature(result.temperature)}. {stability(result)}"]),
    ]


def what_it_is(result: SteadyResult) -> str:
    """The name of the state: a Donnan equilibrium, or a steady state with or without pumps."""
    if result.donnan:
        return "Donnan equilibrium"
    return "steady state, pumps running" if result.atp else "steady state, no ATP used"


def stability(result: SteadyResult) -> str:
    """Whether a deviation dies away, and how fast."""
    if isinstance(result.point.stable, Unknown):
        return f"Whether it is stable cannot be told: {result.point.stable.sentence}."
    if not result.point.stable:
        return "A small deviation grows: the cell leaves this state."
    where_stable = result.point.stability.replace("in a", "only in a").capitalize()
    slow, fast = result.slowest_time_constant, result.fastest_time_constant
    if not known(slow):
        return "Nothing that could deviate is left."
    if not known(fast) or len(result.eigenvalues) == 1:
        return f"{where_stable}: a deviation falls to 1/e in {duration(slow, 3)}."
    return f"{where_stable}: the slowest deviation falls to 1/e in {duration(slow, 3)}, the fastest in {duration(fast, 3)}."


# -- in short -----------------------------------------------------------------------------------------------------


def held(result: SteadyResult) -> list[Block]:
    """The ions of a membrane and the volume; of several compartments what each holds."""
    point = result.point
    if len(point.inside) == len(point.V_m) == len(result.ions) == 1:
        volumes = [f"The volume is {pL(w)} pL." for w in point.volume.values() if known(w)]
        return [*parts.ions_alone(result.ions), *sentences(volumes)]
    return _held_in(point.inside, point.volume)


def _held_in(inside: Mapping[str, Mapping[str, float]], volume: Mapping[str, Maybe]) -> list[Block]:
    """A line for each compartment: what it holds."""
    ions = list(dict.fromkeys(ion for held in inside.values() for ion in held))
    rows = [(name, pL(volume.get(name)), *(content(ion, c.get(ion)) for ion in ions)) for name, c in inside.items()]
    return table("", ["", "volume pL", *(ion if ion == PROTON else f"{ion} mM" for ion in ions)], rows)


def movers(result: SteadyResult) -> list[Block]:
    """What each mechanism moves, the most first: what one lets in another takes out."""
    groups = result.mechanisms
    moved = {
        f"{where(f'{name}.', groups)}{word}": state.fluxes for name, group in groups.items() for word, state in group.items()
    }
    size = {name: largest_of(fluxes.values()) for name, fluxes in moved.items()}
    largest = largest_of(size.values())
    if not largest:
        return []
    power = prefix_power([largest])
    ions = list(dict.fromkeys(itertools.chain.from_iterable(moved.values())))
    moving = sorted((name for name in moved if size[name] > parts.BALANCED * largest), key=lambda name: -size[name])
    rows = [(name, *_moved(moved[name], ions, largest, power)) for name in moving]
    title = f"What moves, in {prefixed('mol/s', power)} (outward positive); each ion adds up to nothing"
    cost = parts.cost_in_short(result.atp).strip().replace("They split", "The pumps split")
    return [*table(title, ["", *_heads(result, ions)], rows), *sentences([cost] if cost else [])]


def _heads(result: SteadyResult, ions: Iterable[str]) -> list[str]:
    """Ions with the signs of their charges."""
    valences = {ion: state.valence for states in result.ions.values() for ion, state in states.items()}
    return [ion_words(ion, valences.get(ion, 0)) for ion in ions]


def _moved(fluxes: Mapping[str, Maybe], ions: Iterable[str], largest: float, power: int) -> list[str]:
    return parts.filled([parts.settled(fluxes[ion], largest) if ion in fluxes else None for ion in ions], power)


# -- what is held -------------------------------------------------------------------------------------------------


def _ions(result: SteadyResult) -> list[Block]:
    """Concentrations, Nernst potentials and driving forces at each membrane; concentrations alone where the answer carries no more."""
    blocks: list[Block] = []
    for name, ions in result.ions.items():
        blocks += [Heading(f"At {name}", 3)] if len(result.ions) > 1 else []
        blocks += parts.ions(ions)
    return blocks or _contents(result.point)


def _contents(point: SteadyPoint) -> list[Block]:
    """Concentrations that the cell holds, a row for each ion and a column for each compartment."""
    spaces = list(point.inside.values())
    ions = dict.fromkeys(ion for inside in spaces for ion in inside)
    rows = [(ion, *(content(ion, c.get(ion)).removesuffix(ABSENT) for c in spaces)) for ion in ions]
    return table("Concentrations held", ["", *(f"{space} mM" for space in point.inside)], rows)


def _compartments(result: SteadyResult) -> list[Block]:
    point = result.point
    columns: dict[Column | str, list[str]] = {
        "": list(point.potential),
        "potential mV": [mV(V) for V in point.potential.values()],
    }
    return [
        *by_columns("Compartments", columns | parts.osmotic(point) | parts.acidity(point)),
        *sentences(parts.walls(point.pressure, point.walls)),
        *sentences(parts.motive_forces(point)),
    ]


# -- mechanisms ---------------------------------------------------------------------------------------------------


def _membranes(result: SteadyResult) -> list[Block]:
    blocks: list[Block] = []
    for name, group in mechanisms(result).items():
        at = result.ions.get(name) or _named(group)
        if len(result.mechanisms) > 1:
            blocks.append(Heading(f"Membrane {name}: V = {mV(result.point.V_m[name])} mV"))
        blocks += [*parts.mechanisms(group, at), *parts.fluxes(group, at)]
    return blocks


def _named(group: Mapping[str, MechanismState]) -> dict[str, IonState]:
    """The names alone of the ions that mechanisms move."""
    return {ion: IonState(0, None, None, None, None) for state in group.values() for ion in state.fluxes}


def mechanisms(result: SteadyResult) -> dict[str, dict[str, MechanismState]]:
    """The mechanisms with zero for what only rounding has left of things that cancel."""
    return {name: _settled(group) for name, group in result.mechanisms.items()}


def _settled(group: Mapping[str, MechanismState]) -> dict[str, MechanismState]:
    largest = {name: largest_of(getattr(state, name) for state in group.values()) for name in SETTLED}
    flux = parts.largest_flux(group)
    return {word: _settled_one(state, largest, flux) for word, state in group.items()}


def _settled_one(state: MechanismState, largest: Mapping[str, float], flux: float) -> MechanismState:
    kept: dict[str, Any] = {name: settled(getattr(state, name), most) for name, most in largest.items()}
    return replace(state, fluxes={ion: settled(x, flux) for ion, x in state.fluxes.items()}, **kept)


# -- return, other states -----------------------------------------------------------------------------------------


def _return(result: SteadyResult) -> list[Block]:
    rows = [(duration(abs(1 / e.real), 3) if e.real else "never", _way(e)) for e in slowest_first(result)]
    return pairs("Deviations and the time to 1/e of each, or to e-fold growth", rows)


def slowest_first(result: SteadyResult) -> list[complex]:
    """One of each pair of eigenvalues, those that grow first."""
    return sorted((e for e in result.eigenvalues if e.imag >= 0), key=lambda e: -e.real)


def _way(e: complex) -> str:
    words = {-1: "falls", 0: "stays", 1: "grows"}[parts.sign(e.real)]
    return words + (f", swinging with a period of {duration(2 * pi / e.imag, 3)}" if e.imag else "")


def _others(result: SteadyResult) -> list[Block]:
    rows = [(", ".join(map(mV, state.V_m.values())), state.stability, _composition(state)) for state in result.other_states]
    return table("Other steady states", [Column("V mV", TEXT), Column("", TEXT), Column("inside mM", TEXT)], rows)


def _composition(state: SteadyPoint) -> str:
    spaces = state.inside.items()
    return "; ".join(where(f"{space}: ", spaces) + ", ".join(named(ion, c) for ion, c in ions.items()) for space, ions in spaces)


# -- the whole ----------------------------------------------------------------------------------------------------


def closing(result: SteadyResult) -> tuple[str, str]:
    """How a short answer ends."""
    return parts.closing(result, parts.first_residual(result.certificate, KEPT, "the last digit"))


def _recomputed(result: SteadyResult) -> str:
    said = parts.residual_words(result.certificate, KEPT, "the last digit")
    return said and f"Recomputed with other means: {said}."


DOCUMENT: Document = (
    Part(_headline, first=True),
    Part(held, first=True, whole=False),
    Part(movers, first=True, whole=False),
    parts.WARNINGS,
    Part(_ions),
    Part(_compartments),
    Part(_membranes),
    Part(lambda result: parts.exchanges(result.exchanges, result.mechanisms)),
    Part(lambda result: parts.cost(result.atp, result.energy, BALANCED)),
    Part(_return),
    Part(_others),
    *parts.ending(_recomputed),
)
