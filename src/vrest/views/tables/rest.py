"""What there is to say of `rest`: potentials, where they come from, what they cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...results.base import Maybe, Unknown, bench, known
from ...results.registry import variable
from ...results.rest import JUNCTION, IonState, MovedCharge, RestResult
from ..document import TEXT, Block, Column, Document, Each, Heading, Part, by_columns, pairs, sentences, table
from ..numbers import engineering, fixed, ion_words, mV, one_in, significant
from . import parts

COLUMNS = (
    *("cell", "temperature_K", "membrane", "row", "mechanism", "kind", "ion", "valence", "V_mV"),
    *("E_mV", "driving_force_mV", "inside_mM", "outside_mM"),
    *("current_uA_per_cm2", "current_pA", "share", "flux_mol_per_s", "dissipation_W", "atp_mol_per_s", "without_mV"),
    *("slope_conductance_S_per_m2", "time_constant_ms", "moved_C", "field_V_per_m", "compartment"),
    *("volume_pL", "water_pL", "osmolarity_mM", "pressure_MPa"),
)


def grid(result: RestResult) -> parts.Grid:
    """`row` says what a line is about: a membrane, an ion at it, a mechanism in it, a flux (an ion in a mechanism), an exchange."""
    from ...results.forms import rows

    return COLUMNS, parts.with_exchanges(
        rows(result, parts.ROWS | {("compartment",): {"row": "compartment"}}, ("cell", "temperature_K", "V_mV", "kind"))
    )


def _headline(result: RestResult) -> list[Block]:
    stable = all(root.stable for root in result.roots if root.V_m == result.V_m)
    named = f"{result.title} ({result.cell})" if result.title else result.cell
    return [
        Heading(f"V = {parts.potentials(result.potentials)}" + ("" if stable else ", not stable"), 1),
        *sentences([f"Resting potential of {named} at {parts.temperature(result.temperature)}, concentrations held."]),
    ]


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
        return sentences(explain.sentences, marked=True)
    together = ("all mechanisms together", mV(V), "")
    found = table("Where V comes from", ["", "mV", "V minus it"], [together, *rows])
    return [*found, *sentences(explain.sentences, marked=True)]


def _chords(result: RestResult, name: str) -> list[Block]:
    """Conductances of the paths that have a reversal potential."""
    found = {word: g for word, g in result.chord_conductance[name].items() if known(g)}
    rows = [(word, engineering(g, "S/m^2")) for word, g in found.items()]
    return table("Chord conductances, g = i/(V - E)", ["", "g"], rows)


def _without(result: RestResult, name: str) -> list[Block]:
    V, found = result.V_m[name], result.without[name]
    if all(one == Unknown(JUNCTION) for one in found.values()):
        return []
    changes = {word: x - V if known(x) else None for word, x in found.items()}
    rows = [(word, mV(found[word]), mV(change, signed=True), _moved(change)) for word, change in changes.items()]
    return table("If a mechanism were taken away", ["", "V mV", "change mV", Column("", TEXT)], rows)


def _moved(change: float | None) -> str:
    if change is None:
        return "nothing holds a potential"
    if abs(change) < parts.SHOWN:
        return "no change"
    return "less negative" if change > 0 else "more negative"


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
    columns = {
        "": list(result.potential),
        "potential mV": [mV(V) for V in result.potential.values()],
        **parts.osmotic(result),
        "Debye length nm": [fixed(bench(result.debye_length[name], "nm")) for name in result.potential],
        "sum of listed charges mM": [fixed(bench(result.neutrality[name], "mM"), 3, signed=True) for name in result.potential],
    }
    unlisted = (
        "Ions and proteins that are not listed must carry the opposite of these sums; Debye lengths and osmolarities are of what is listed.",
    )
    return [
        *by_columns("Compartments", columns),
        *sentences(parts.walls(result.pressure, result.walls)),
        *sentences(unlisted if any(abs(bench(x, "mM") or 0.0) >= 5e-4 for x in result.neutrality.values()) else ()),
    ]


_OF_A_MEMBRANE = (
    Part(_named, first=True),
    Part(lambda result, name: parts.ions(result.ions[name]), first=True),
    Part(lambda result, name: parts.mechanisms(result.mechanisms[name], result.ions[name])),
    Part(lambda result, name: parts.fluxes(result.mechanisms[name], result.ions[name])),
    *map(Part, (_explanation, _chords, _without, _properties)),
)
DOCUMENT: Document = (
    Part(_headline, first=True),
    Each(lambda result: result.V_m, _OF_A_MEMBRANE),
    Part(lambda result: parts.exchanges(result.exchanges, result.mechanisms)),
    Part(lambda result: parts.cost(result.atp, result.energy)),
    Part(_compartments),
    *parts.ending(),
)
