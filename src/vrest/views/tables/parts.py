"""What several answers say in the same words: ions, mechanisms, fluxes, costs, states; and how every answer ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ...constants import AVOGADRO
from ...results.base import Maybe, bench, known
from ...results.certificate import NO_WAY, NOTHING_MOVED, Certificate
from ...results.registry import variable
from ...results.rest import NO_BUDGET, NO_SPLIT, EnergyBalance, ExchangeState, IonState, MechanismState
from ...units import to_unit
from ..document import TEXT, Block, Column, Heading, by_columns, pairs, sentences, table
from ..numbers import (
    ABSENT,
    aligned,
    concentration,
    engineering,
    ion_words,
    mV,
    percent,
    prefix_power,
    prefixed,
    significant,
    where,
)

Grid = tuple[Sequence[str], Iterable[Mapping[str, Any]]]
"""Columns of a CSV, and rows that each fill some of them."""

BALANCED = 1e-9  # of the largest: what is left where things cancel
SHOWN = 5e-6  # a potential [V] that two decimals of a millivolt show as zero
ROWS = {
    ("membrane",): {"row": "membrane"},
    ("membrane", "ion"): {"row": "ion"},
    ("membrane", "mechanism"): {"row": "mechanism"},
    ("membrane", "mechanism", "ion"): {"row": "flux"},
    ("compartment", "exchange", "ion"): {"row": "exchange", "kind": "exchange"},
}
"""Kinds of rows by what they run over."""


def with_exchanges(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Rows in which an exchange stands among the mechanisms."""
    return (row | {"mechanism": row["exchange"]} if "exchange" in row else row for row in rows)


# -- headlines ----------------------------------------------------------------------------------------------------


def temperature(kelvin: float) -> str:
    """A temperature in both scales.

    >>> temperature(310.0)
    '310 K (36.85 degC)'
    """
    return f"{kelvin:g} K ({to_unit(kelvin, 'degC'):.4g} degC)"


def potentials(V: Mapping[str, float]) -> str:
    """The potential of each membrane, named where there are several."""
    return ", ".join(f"{mV(x)} mV{where(f' ({name})', V)}" for name, x in V.items())


# -- one membrane -------------------------------------------------------------------------------------------------


def ions(states: Mapping[str, IonState]) -> list[Block]:
    """Concentrations, Nernst potentials and driving forces."""
    rows = [
        (
            ion_words(ion, state.valence),
            concentration(state.c_in),
            concentration(state.c_out),
            mV(state.E),
            mV(state.driving_force, signed=True),
            wants(state),
        )
        for ion, state in states.items()
    ]
    return table("Ions", ["", "inside mM", "outside mM", "E mV", "V - E mV", Column("", TEXT)], rows)


def wants(state: IonState) -> str:
    """What the driving force does to the ion, in words."""
    return {1: "wants out", -1: "wants in", 0: "in equilibrium", None: "not on both sides"}[passive_way(state)]


def passive_way(state: IonState) -> int | None:
    """Which way an ion would move through an open path: 1 out, -1 in, 0 in equilibrium, None where E is not defined."""
    if not known(state.driving_force) or not state.valence:
        return None
    return 0 if abs(state.driving_force) < SHOWN else sign(state.driving_force * state.valence)


def current_way(state: MechanismState, ions: Mapping[str, IonState]) -> int | None:
    """Direction of a mechanism's current: 1 outward, -1 inward, 0 none; None where it cannot be said.

    Where only ratios of permeabilities are known, the driving force of a single passive ion still tells it.
    """
    current = state.current_density if known(state.current_density) else state.current
    if known(current):
        return sign(current)
    carried = [ions[ion] for ion in state.fluxes if ion in ions]
    if len(state.fluxes) != 1 or not carried or not state.passive:
        return None
    drive = carried[0].driving_force
    return (0 if abs(drive) < BALANCED else sign(drive)) if known(drive) else None


def sign(value: float) -> int:
    return (value > 0) - (value < 0)


def mechanisms(states: Mapping[str, MechanismState], at: Mapping[str, IonState]) -> list[Block]:
    """Current, share and heat of each; columns of which nothing is known are left out."""
    group = list(states.values())
    current, ampere = scaled([s.current for s in group], "A")
    loss, watt = scaled([s.dissipation for s in group], "W")
    columns: dict[Column | str, Sequence[str]] = {
        "": list(states),
        Column("", TEXT): [s.kind for s in group],
        "uA/cm^2": aligned([bench(s.current_density, "uA/cm^2") for s in group]),
        ampere: current,
        "share": [_share(s, current_way(s, at)) for s in group],
        f"heat {watt}": loss,
    }
    title = "Mechanisms (current outward positive)"
    return by_columns(title, {head: cells for head, cells in columns.items() if set(cells) != {ABSENT}})


def _share(state: MechanismState, way: int | None) -> str:
    if not known(state.share):
        return ABSENT
    if way == 0 or state.share == 0:
        return "none"
    return percent(state.share) + {1: " of out", -1: " of in", None: ""}[way]


def scaled(values: Sequence[Maybe], unit: str) -> tuple[list[str], str]:
    """A column of SI values with one prefix, and the unit with that prefix."""
    power = prefix_power(known_of(values))
    return aligned([value / 10.0**power if known(value) else None for value in values]), prefixed(unit, power)


def fluxes(states: Mapping[str, MechanismState], at: Mapping[str, IonState]) -> list[Block]:
    """Who moves what: mechanisms down, ions across, and what remains of it."""
    moved = {name: state.fluxes for name, state in states.items()}
    largest = largest_of(flux for group in moved.values() for flux in group.values())
    if not largest:
        return []
    columns = {ion: known_of(group.get(ion) for group in moved.values()) for ion in at}
    net: dict[str, Maybe] = {ion: _net(column) for ion, column in columns.items() if column}
    heads = {ion: ion_words(ion, at[ion].valence) for ion in net}
    return _flux_table("Fluxes in {} (outward positive)", moved | {"net": net}, heads, prefix_power([largest]))


def _net(moved: Sequence[float]) -> float:
    """The sum; zero where only rounding is left of it."""
    net = sum(moved)
    return 0.0 if abs(net) < BALANCED * sum(map(abs, moved)) else net


def _flux_table(
    title: str, rows: Mapping[str, Mapping[str, Maybe]], heads: Mapping[str, str], power: int, partners: Sequence[str] = ()
) -> list[Block]:
    """What each row moves of each ion, in the unit with one prefix, and with what it exchanges."""
    columns: dict[Column | str, Sequence[str]] = {"": list(rows)}
    if partners:
        columns[Column("with", TEXT)] = partners
    columns |= {head: filled([moved.get(ion) for moved in rows.values()], power) for ion, head in heads.items()}
    return by_columns(title.format(prefixed("mol/s", power)), columns)


def filled(column: Sequence[Maybe], power: int) -> list[str]:
    """A column of SI values over a power of ten; nothing where there is none."""
    cells = aligned([value / 10.0**power if known(value) else None for value in column])
    return ["" if cell == ABSENT else cell for cell in cells]


# -- exchanges, costs ---------------------------------------------------------------------------------------------

EXCHANGED = "Exchanges in {} (positive out of the compartment)"


def exchanges(
    states: Mapping[str, Mapping[str, ExchangeState]], moving: Mapping[str, Mapping[str, MechanismState]]
) -> list[Block]:
    """What each exchange moves out of its compartment, and where to; zero where it is rounding beside what mechanisms move."""
    named = by_path(states)
    largest = largest_of(flux for one in (*named.values(), *by_path(moving).values()) for flux in one.fluxes.values())
    moved = {name: {ion: settled(flux, largest) for ion, flux in one.fluxes.items()} for name, one in named.items()}
    ions = {ion: ion for group in moved.values() for ion in group}
    partners = [one.partner or "a reservoir" for one in named.values()]
    return _flux_table(EXCHANGED, moved, ions, prefix_power([largest]), partners)


def by_path(groups: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What stands in places, by place and name in one."""
    return {f"{place}.{name}": value for place, group in groups.items() for name, value in group.items()}


def known_of(values: Iterable[Maybe]) -> list[float]:
    """What is known among some values."""
    return [value for value in values if known(value)]


def largest_of(values: Iterable[Maybe]) -> float:
    """The largest size among what is known."""
    return max(map(abs, known_of(values)), default=0.0)


def settled(value: Maybe, largest: float) -> Maybe:
    """Zero for what only rounding has left beside the largest."""
    return 0.0 if known(value) and abs(value) < BALANCED * largest else value


POWERS = {
    "atp_W": "atp_power",
    "work_on_ions_W": "work_on_ions",
    "dissipated_in_pumps_W": "dissipated_in_pumps",
    "dissipated_in_paths_W": "dissipated_in_paths",
    "stored_W": "stored",
}


def cost(atp: Maybe, energy: EnergyBalance, least: float = 0.0) -> list[Block]:
    """ATP [mol/s] and powers; those below `least` of the largest are rounding."""
    rows = []
    if known(atp) and atp:
        rows.append((variable("atp_mol_per_s").words, f"{engineering(atp, 'mol/s')}, {_molecules(atp)} a second"))
    powers = {key: power for key, name in POWERS.items() if known(power := getattr(energy, name))}
    largest = largest_of(powers.values())
    shown = {key: power for key, power in powers.items() if power and abs(power) >= least * largest}
    return pairs("What it costs", [*rows, *((variable(key).words, engineering(power, "W")) for key, power in shown.items())])


def _molecules(moles: float) -> str:
    count = moles * AVOGADRO
    for size, word in ((1e15, "million billion"), (1e9, "billion"), (1e6, "million")):
        if count >= size:
            return f"{significant(count / size)} {word} molecules"
    return f"{significant(count)} molecules"


# -- how every answer ends ----------------------------------------------------------------------------------------

UNASKED = (NO_BUDGET, NO_SPLIT, NOTHING_MOVED, NO_WAY)
"""What nobody asked for where it is not described: said in the JSON, not in tables."""
RESIDUALS = {
    "net_current_fraction": "the net current is at most {} of the gross current",
    "energy_balance_fraction": "the energy balance closes to {}",
    "first_law_fraction": "powers add up to {} of all of them at every moment",
    "first_law_integral_fraction": "their sums over the run and the stored energy agree to {}",
    "current_fraction": "currents computed twice agree to {} of the largest",
}


def ending(answer: Any, evidence: Sequence[str] = ()) -> list[Block]:
    """Notes, what cannot be said and why, and the certificate with what a kind of answer says of its evidence besides."""
    notes = [Heading("Notes"), *sentences(answer.notes, marked=True)] if answer.notes else []
    said = [certified(answer.certificate), *evidence]
    return [*notes, *refused(answer.refused), Heading("Certificate"), *sentences(said)]


def refused(reasons: Mapping[str, str]) -> list[Block]:
    """Each reason once, with what it concerns."""
    groups: dict[str, list[str]] = {}
    for path, sentence in reasons.items():
        if sentence not in UNASKED:
            groups.setdefault(sentence, []).append(path)
    concerned = {s: paths[0] if len(paths) == 1 else f"{len(paths)} quantities" for s, paths in groups.items()}
    items = sentences((f"{what}: {sentence}." for sentence, what in concerned.items()), marked=True)
    return [Heading("Not said"), *items] if items else []


def certified(evidence: Certificate) -> str:
    """Whether the answer can be trusted, by which residuals, and how it was found."""
    residuals = residual_words(evidence, RESIDUALS, "{:.1e}")
    if evidence.converged:
        parts = ["Certified" + (f": {residuals}" if residuals else "") + "."]
    else:
        parts = ["NOT CERTIFIED: a residual is larger than rounding allows" + (f"; {residuals}" if residuals else "") + "."]
    parts.append(f"Method: {evidence.method}.")
    if evidence.assumptions:
        parts.append(f"Assumed: {'; '.join(evidence.assumptions)}.")
    if evidence.dissipation_violations:
        named = ", ".join(evidence.dissipation_violations)
        parts.append(f"Gains free energy from nothing, as formulas and pumps that do not know their ATP can: {named}.")
    return " ".join(parts)


def residual_words(evidence: Certificate, words: Mapping[str, str], form: str, zero: str = "") -> str:
    """The largest residual of each of some names, in words; `zero` instead of a number where it is zero."""
    said = []
    for name, sentence in words.items():
        if group := evidence.residuals.get(name):
            largest = largest_of(group.values())
            said.append(sentence.format(form.format(largest) if largest or not zero else zero))
    return ", ".join(said)
