"""What there is to say of `rest`: potentials, where they come from, what they cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...results.base import Maybe, bench, known
from ...results.registry import variable
from ...results.rest import IonState, MovedCharge, RestResult
from ..document import TEXT, Block, Column, Document, Each, Heading, Part, pairs, sentences, table
from ..numbers import engineering, fixed, ion_words, mV, one_in, significant
from . import parts, short

COLUMNS = (
    *("cell", "temperature_K", "membrane", "row", "mechanism", "kind", "ion", "valence", "V_mV"),
    *("E_mV", "driving_force_mV", "inside_mM", "outside_mM"),
    *("current_uA_per_cm2", "current_pA", "share", "flux_mol_per_s", "dissipation_W", "atp_mol_per_s", "without_mV"),
    *("slope_conductance_S_per_m2", "time_constant_ms", "moved_C", "field_V_per_m", "compartment"),
)


def grid(result: RestResult) -> parts.Grid:
    """`row` says what a line is about: a membrane, an ion at it, a mechanism in it, a flux (an ion in a mechanism), an exchange."""
    from ...results.forms import rows

    return COLUMNS, parts.with_exchanges(rows(result, parts.ROWS, ("cell", "temperature_K", "V_mV", "kind")))


def _headline(result: RestResult) -> list[Block]:
    stable = all(root.stable for root in result.roots if root.V_m == result.V_m)
    where_from = f"Resting potential of {result.cell} at {parts.temperature(result.temperature)}, concentrations held."
    return [
        Heading(f"V = {parts.potentials(result.V_m)}" + ("" if stable else ", not stable"), 1),
        *sentences([where_from]),
    ]


def _title(result: RestResult) -> list[Block]:
    return sentences([f"{result.title}."] if result.title else [])


# -- one membrane -------------------------------------------------------------------------------------------------


def _named(result: RestResult, name: str) -> list[Block]:
    return [Heading(f"Membrane {name}: V = {mV(result.V_m[name])} mV")] if len(result.V_m) > 1 else []


def _explanation(result: RestResult, name: str) -> list[Block]:
    V, explain = result.V_m[name], result.explain[name]
    formulas = {
        variable("ghk_mV").words: explain.ghk,
        variable("chord_mV").words: explain.chord,
        variable("mullins_noda_mV").words: explain.mullins_noda,
        "without the pumps' current": V - explain.electrogenic if known(explain.electrogenic) else None,
    }
    rows = [(words, mV(x), mV(V - x, signed=True)) for words, x in formulas.items() if known(x)]
    if not rows:
        return []
    together = ("all mechanisms together", mV(V), "")
    found = table("Where V comes from", ["", "mV", "V minus it"], [together, *rows])
    return [*found, *sentences(explain.sentences, marked=True)]


def _without(result: RestResult, name: str) -> list[Block]:
    V, found = result.V_m[name], result.without[name]
    changes = {word: x - V if known(x) else None for word, x in found.items()}
    rows = [(word, mV(found[word]), mV(change, signed=True), parts.moved(change)) for word, change in changes.items()]
    return table("If a mechanism were taken away", ["", "V mV", "change mV", Column("", TEXT)], rows)


def _properties(result: RestResult, name: str) -> list[Block]:
    moved = result.charge[name]
    charge = _si(moved.charge, "C")
    said = {
        "slope_conductance_S_per_m2": _conductance(result.slope_conductance[name]),
        "time_constant_ms": _si(result.time_constant[name], "s"),
        "moved_C": charge and f"{charge}, {engineering(moved.moles, 'mol')} of ions",
    }
    found = [*_words(said), *_fractions(moved, result.ions[name]), *_words({"field_V_per_m": _si(moved.field, "V/m")})]
    return pairs("This membrane", found)


def _words(said: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is said of variables, behind their words; nothing where there is nothing."""
    return [(variable(key).words, words) for key, words in said.items() if words]


def _si(value: Maybe, unit: str) -> str:
    return engineering(value, unit) if known(value) else ""


def _conductance(slope: Maybe) -> str:
    if not known(slope):
        return ""
    resistance = f"{significant(1e4 / slope)} ohm cm^2" if slope > 0 else "negative: V runs away"
    return f"{engineering(slope, 'S/m^2')} ({resistance})"


def _fractions(moved: MovedCharge, ions: Mapping[str, IonState]) -> Iterator[tuple[str, str]]:
    """What the moved charge is of the ions inside."""
    for ion, part in moved.fraction_of.items():
        if known(moved.charge) and known(part):
            named = ion_words(ion, ions[ion].valence) if ion in ions else ion
            yield "", f"{one_in(part)} of the {named} inside"


def _compartments(result: RestResult) -> list[Block]:
    rows = [
        (name, mV(V), fixed(bench(result.debye_length[name], "nm")), fixed(bench(result.neutrality[name], "mM"), 3, signed=True))
        for name, V in result.potential.items()
    ]
    unlisted = ("Ions and proteins that are not listed must carry the opposite of these sums.",)
    return [
        *table("Compartments", ["", "potential mV", "Debye length nm", "sum of listed charges mM"], rows),
        *sentences(unlisted if any(abs(bench(x, "mM") or 0.0) >= 5e-4 for x in result.neutrality.values()) else ()),
    ]


def closing(result: RestResult) -> tuple[str, str]:
    """How a short answer ends."""
    return short.closing(result, parts.first_residual(result.certificate, parts.RESIDUALS))


_OF_A_MEMBRANE = (
    Part(_named),
    Part(lambda result, name: parts.ions(result.ions[name])),
    Part(lambda result, name: parts.mechanisms(result.mechanisms[name], result.ions[name])),
    Part(lambda result, name: parts.fluxes(result.mechanisms[name], result.ions[name])),
    *map(Part, (_explanation, _without, _properties)),
)
DOCUMENT: Document = (
    Part(_headline, first=True),
    Part(short.gradients, first=True, whole=False),
    Part(short.makers, first=True, whole=False),
    short.WARNINGS,
    Part(_title),
    Each(lambda result: result.V_m, _OF_A_MEMBRANE),
    Part(lambda result: parts.exchanges(result.exchanges, result.mechanisms)),
    Part(lambda result: parts.cost(result.atp, result.energy)),
    Part(_compartments),
    *parts.ending(),
)
