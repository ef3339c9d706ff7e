"""What several answers say in the same words: ions, mechanisms, fluxes, costs, states; and how every answer ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from ...constants import AVOGADRO
from ...errors import advice
from ...results.base import NO_WAY, NOTHING_MOVED, Aside, Certificate, Maybe, bench, known, leaves
from ...results.registry import variable
from ...results.rest import (
    AT_REVERSAL,
    NO_BUDGET,
    NO_REVERSAL,
    NO_SPLIT,
    EnergyBalance,
    ExchangeState,
    IonState,
    MechanismState,
)
from ...units import to_unit
from ..document import TEXT, WIDTH, Block, Column, Document, Heading, Part, by_columns, pairs, sentences, table
from ..numbers import (
    ABSENT,
    aligned,
    concentration,
    content,
    engineering,
    fixed,
    ion_words,
    largest_of,
    mV,
    percent,
    pL,
    prefix_power,
    prefixed,
    significant,
    where,
)

Grid = tuple[Sequence[str], Iterable[Mapping[str, Any]]]
"""Columns of a CSV, and rows that each fill some of them."""

BALANCED = 1e-9  # of the largest: what is left where things cancel
LEVEL = 1e-6
"""Part by which concentrations that count as equal may differ."""
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


def potentials(V: Mapping[str, Maybe]) -> str:
    """The potential of each membrane, named where there are several."""
    return ", ".join(f"{mV(x)} mV{where(f' ({name})', V)}" for name, x in V.items())


# -- volumes and osmolarities -------------------------------------------------------------------------------------


def osmotic(state: Any) -> dict[Column | str, list[str]]:
    """Columns of volume, water where it is not the whole volume, and osmolarity, a row for each compartment."""
    volume, water = (
        [pL(group.get(name)).removesuffix(ABSENT) for name in state.osmolarity] for group in (state.volume, state.water)
    )
    found: dict[Column | str, list[str]] = {"volume pL": volume} if any(volume) else {}
    if water != volume:
        found["water pL"] = water
    return found | {"osmolarity mM": [concentration(c) for c in state.osmolarity.values()]}


def acidity(state: Any) -> dict[Column | str, list[str]]:
    """A column of pH, a row for each compartment; nothing where none lists H."""
    return {"pH": [fixed(state.pH.get(name), 3) for name in state.osmolarity]} if state.pH else {}


def motive_forces(state: Any) -> list[str]:
    """What drives protons through each membrane that has H on both sides."""
    return [
        f"Proton-motive force{where(f' of {name}', state.V_m)}: {mV(one.voltage)} mV ({fixed(bench(one.energy, 'kJ/mol'))} kJ/mol)."
        for name, one in state.pmf.items()
        if known(one.voltage)
    ]


def walls(pressure: Mapping[str, Maybe], names: Iterable[str]) -> list[str]:
    """What each wall bears."""
    return [
        f"The wall at '{name}' bears {significant(to_unit(p, 'kPa'), 4)} kPa." for name in names if known(p := pressure[name])
    ]


def moved(change: float | None) -> str:
    """What it does to V that something is taken away."""
    if change is None:
        return "nothing holds a potential"
    if abs(change) < SHOWN:
        return "no change"
    return "less negative" if change > 0 else "more negative"


# -- one membrane -------------------------------------------------------------------------------------------------


def ions(states: Mapping[str, IonState], title: str = "Ions") -> list[Block]:
    """Concentrations, Nernst potentials and driving forces."""
    rows = [
        (
            ion_words(ion, state.valence),
            content(ion, state.c_in),
            content(ion, state.c_out),
            mV(state.E),
            mV(state.driving_force, signed=True),
            wants(state),
        )
        for ion, state in states.items()
    ]
    return table(title, ["", "inside mM", "outside mM", "E mV", "V - E mV", Column("", TEXT)], rows)


def ions_alone(states: Mapping[str, Mapping[str, IonState]]) -> list[Block]:
    """The same of the one membrane of a short answer, without a title."""
    return [block for at in states.values() for block in ions(at, "")]


def wants(state: IonState) -> str:
    """What the driving force does to the ion, in words."""
    return {1: "net outward force", -1: "net inward force", 0: "in equilibrium", None: "not on both sides"}[passive_way(state)]


def passive_way(state: IonState) -> int | None:
    """Which way an ion would move through an open path: 1 out, -1 in, 0 in equilibrium, None where it is not on both sides."""
    if not state.valence and state.c_in is not None and state.c_out is not None:
        return _down_the_gradient(state.c_in, state.c_out)
    if not known(state.driving_force) or not state.valence:
        return None
    return 0 if abs(state.driving_force) < SHOWN else sign(state.driving_force * state.valence)


def _down_the_gradient(c_in: Maybe, c_out: Maybe) -> int | None:
    """Which way what carries no charge diffuses."""
    if not known(c_in) or not known(c_out):
        return None
    return 0 if abs(c_in - c_out) <= LEVEL * max(c_in, c_out) else sign(c_in - c_out)


def current_way(state: MechanismState, ions: Mapping[str, IonState]) -> int | None:
    """Direction of a mechanism's current: 1 outward, -1 inward, 0 none; None where it cannot be said.

    Where only ratios of permeabilities are known, the driving force of a single passive ion still tells it.
    """
    current = state.current_density if known(state.current_density) else state.current
    if known(current):
        return sign(current)
    alone = ions.get(lone_ion(state))
    way = passive_way(alone) if alone else None
    return way * sign(alone.valence) if alone and way is not None else None


def lone_ion(state: MechanismState) -> str:
    """The ion of a path that lets no other through; nothing where there is no such ion."""
    ion, *others = state.fluxes or ("",)
    return ion if state.passive and not others else ""


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
        "share": [share(s, current_way(s, at)) for s in group],
        f"heat {watt}": loss,
    }
    title = "Mechanisms (current outward positive)"
    return by_columns(title, {head: cells for head, cells in columns.items() if set(cells) != {ABSENT}})


def share(state: MechanismState, way: int | None) -> str:
    if not known(state.share):
        return ABSENT
    if way == 0 or state.share == 0:
        return "none"
    return percent(state.share) + {1: " of out", -1: " of in", None: ""}[way]


def scaled(values: Sequence[Maybe], unit: str) -> tuple[list[str], str]:
    """A column of SI values with one prefix, and the unit with that prefix."""
    power = prefix_power(values)
    return over_power(values, power), prefixed(unit, power)


def over_power(values: Sequence[Maybe], power: int) -> list[str]:
    """A column of SI values over a power of ten."""
    return aligned([value / 10.0**power if known(value) else None for value in values])


def fluxes(states: Mapping[str, MechanismState], at: Mapping[str, IonState]) -> list[Block]:
    """Who moves what: mechanisms down, ions across, and what remains of it."""
    moved = {name: state.fluxes for name, state in states.items()}
    largest = largest_flux(states)
    if not largest:
        return []
    columns = {ion: known_of(group.get(ion) for group in moved.values()) for ion in at}
    net: dict[str, Maybe] = {ion: _net(column) for ion, column in columns.items() if column}
    heads = {ion: ion_words(ion, at[ion].valence) for ion in net}
    return flux_table("Fluxes in {} (outward positive)", moved | {"net": net}, heads, largest)


def largest_flux(states: Mapping[str, MechanismState | ExchangeState]) -> float:
    """The largest of all that some mechanisms or exchanges move."""
    return largest_of(flux for state in states.values() for flux in state.fluxes.values())


def _net(moved: Sequence[float]) -> float:
    """The sum; zero where only rounding is left of it."""
    net = sum(moved)
    return 0.0 if abs(net) < BALANCED * sum(map(abs, moved)) else net


def flux_table(
    title: str, rows: Mapping[str, Mapping[str, Maybe]], heads: Mapping[str, str], largest: float, partners: Sequence[str] = ()
) -> list[Block]:
    """What each row moves of each ion, in the unit with the prefix of the largest, and with what it exchanges."""
    power = prefix_power([largest])
    columns: dict[Column | str, Sequence[str]] = {"": list(rows)}
    if partners:
        columns[Column("with", TEXT)] = partners
    columns |= {head: filled([moved.get(ion) for moved in rows.values()], power) for ion, head in heads.items()}
    return by_columns(title.format(prefixed("mol/s", power)), columns)


def filled(column: Sequence[Maybe], power: int) -> list[str]:
    """The same with nothing where there is no number."""
    return [cell.removesuffix(ABSENT) for cell in over_power(column, power)]


# -- exchanges, costs ---------------------------------------------------------------------------------------------

EXCHANGED = "Exchanges in {} (positive out of the compartment)"


def exchanges(
    states: Mapping[str, Mapping[str, ExchangeState]], moving: Mapping[str, Mapping[str, MechanismState]]
) -> list[Block]:
    """What each exchange moves out of its compartment, and where to; zero where it is rounding beside what mechanisms move."""
    named = by_path(states)
    largest = max(largest_flux(named), largest_flux(by_path(moving)))
    moved = {name: {ion: settled(flux, largest) for ion, flux in one.fluxes.items()} for name, one in named.items()}
    ions = {ion: ion for group in moved.values() for ion in group}
    partners = [one.partner or ("its products" if one.is_reaction else "a reservoir") for one in named.values()]
    return flux_table(EXCHANGED, moved, ions, largest, partners)


def by_path(groups: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What stands in places, by place and name in one."""
    return {f"{place}.{name}": value for place, group in groups.items() for name, value in group.items()}


def known_of(values: Iterable[Maybe]) -> list[float]:
    """What is known among some values."""
    return [value for value in values if known(value)]


def settled(value: Maybe, largest: float) -> Maybe:
    """Zero for what only rounding has left beside the largest."""
    return 0.0 if known(value) and abs(value) < BALANCED * largest else value


def cost(atp: Maybe, energy: EnergyBalance, least: float = 0.0) -> list[Block]:
    """ATP [mol/s] and powers; those below `least` of the largest are rounding."""
    split = [(variable("atp_mol_per_s").words, f"{engineering(atp, 'mol/s')}, {_molecules(atp)} a second")] if atp else []
    powers = {leaf.name: leaf.value for leaf in leaves(energy) if leaf.says.unit == "W" and leaf.value}
    largest = least * largest_of(powers.values())
    shown = [(variable(name).words, engineering(power, "W")) for name, power in powers.items() if abs(power) >= largest]
    return pairs("What it costs", [*split, *shown])


MANY = ((1e15, "million billion "), (1e9, "billion "), (1e6, "million "))


def _molecules(moles: float) -> str:
    count = moles * AVOGADRO
    size, word = next(((size, word) for size, word in MANY if count >= size), (1.0, ""))
    return f"{significant(count / size)} {word}molecules"


# -- how every answer ends ----------------------------------------------------------------------------------------

UNASKED = (NO_BUDGET, NO_SPLIT, NO_REVERSAL, AT_REVERSAL, NOTHING_MOVED, NO_WAY)
"""What nobody asked for where it is not described: said in the JSON, not in tables."""
NOT_CERTIFIED = "NOT CERTIFIED: a residual is larger than rounding allows", "; "
RESIDUALS = {
    "net_current_fraction": "the net current is at most {} of the gross current",
    "energy_balance_fraction": "the energy balance closes to {}",
    "first_law_fraction": "powers add up to {} of all of them at every moment",
    "first_law_integral_fraction": "their sums over the run and the stored energy agree to {}",
    "current_fraction": "currents computed twice agree to {} of the largest",
}


def ending(*evidence: Callable[[Any], str]) -> Document:
    """Notes, what cannot be said and why, and the certificate with what a kind of answer says of its evidence besides."""
    return Part(notes), Part(refused), Part(partial(certificate, evidence))


def notes(answer: Any) -> list[Block]:
    """What should be known besides."""
    return [Heading("Notes"), *sentences(answer.notes, marked=True)] if answer.notes else []


def refused(answer: Any) -> list[Block]:
    """Each reason once, with what it concerns."""
    concerned = {s: paths[0] if len(paths) == 1 else f"{len(paths)} quantities" for s, paths in reasons(answer).items()}
    items = sentences((f"{what}: {s}." for s, what in concerned.items()), marked=True)
    return [Heading("Not said"), *items] if items else []


def reasons(answer: Any) -> dict[str, list[str]]:
    """Why something cannot be said, and what, but for what nobody asked for."""
    groups: dict[str, list[str]] = {}
    for path, sentence in answer.refused.items():
        if sentence not in UNASKED:
            groups.setdefault(sentence, []).append(path)
    return groups


def certificate(evidence: Sequence[Callable[[Any], str]], answer: Any) -> list[Block]:
    """Whether the answer can be trusted, and why."""
    said = (certified(answer.certificate), *(say(answer) for say in evidence))
    return [Heading("Certificate"), *sentences(filter(None, said))]


def certified(evidence: Certificate) -> str:
    """Whether the answer can be trusted, by which residuals, and how it was found."""
    residuals = residual_words(evidence, RESIDUALS)
    verdict, joint = verdict_on(evidence)
    parts = [joint.join(filter(None, (verdict, residuals))) + ".", f"Method: {evidence.method}."]
    if evidence.assumptions:
        parts.append(f"Assumed: {'; '.join(evidence.assumptions)}.")
    if evidence.dissipation_violations:
        parts.append(gains(evidence.dissipation_violations))
    return " ".join(parts)


def verdict_on(evidence: Certificate) -> tuple[str, str]:
    """Whether it is certified, and what joins that to its evidence."""
    return ("Certified", ": ") if evidence.converged else NOT_CERTIFIED


def gains(names: Iterable[str]) -> str:
    return f"Gains free energy from nothing, as formulas and pumps that do not know their ATP can: {', '.join(names)}."


def residual_words(evidence: Certificate, words: Mapping[str, str], zero: str = "0.0e+00") -> str:
    """The largest residual of each of some names, in words; `zero` instead of a number where it is zero."""
    largest = {name: largest_of(group.values()) for name in words if (group := evidence.residuals.get(name))}
    return ", ".join(words[name].format(f"{size:.1e}" if size else zero) for name, size in largest.items())


def first_residual(evidence: Certificate, words: Mapping[str, str], zero: str = "0.0e+00") -> str:
    """The first of some names that has residuals, in words."""
    return next((residual_words(evidence, {name: words[name]}, zero) for name in words if evidence.residuals.get(name)), "")


def cost_in_short(atp: Maybe) -> str:
    return f" They split {engineering(atp, 'mol/s')} of ATP." if known(atp) and atp else ""


# -- how short answers end --------------------------------------------------------------------------------------

ONE_LINE = WIDTH - 2  # behind a bullet


def warnings(answer: Any) -> list[Block]:
    """The notes that warn, and what gains free energy from nothing."""
    found = [note for note in answer.notes if not isinstance(note, Aside)]
    gained = answer.certificate.dissipation_violations
    return sentences(_in_paragraphs([*found, *([gains(gained)] if gained else [])]), marked=True, apart=True)


def _in_paragraphs(notes: Iterable[str]) -> list[str]:
    """Notes that fit on one line together stand on one."""
    lines: list[str] = []
    for note in notes:
        if lines and len(lines[-1]) + len(note) + 1 < ONE_LINE:
            lines[-1] += f" {note}"
        else:
            lines.append(note)
    return lines


WARNINGS = Part(warnings, first=True, whole=False)


def closing(answer: Any, evidence: str) -> tuple[str, str]:
    """How a short answer ends: whether it is certified and by what, and where the rest is."""
    verdict, joint = verdict_on(answer.certificate)
    notes, gaps = len(answer.notes), len(reasons(answer))
    counted = (f"{notes} note{'s' if notes > 1 else ''}" if notes else "", f"{gaps} not said" if gaps else "")
    more = ", ".join(filter(None, counted))
    where = advice(".text(long=True). Figure: .plot(FILE).", "--long. Figure: --plot FILE.")
    rest = f"More{f' ({more})' if more else ''}: {where}"
    return joint.join(filter(None, (verdict, evidence))) + ".", rest
