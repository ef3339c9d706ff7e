"""What there is to say of `rest`: potentials, where they come from, what they cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf

from ...results.base import Maybe, Unknown, bench, known
from ...results.registry import variable
from ...results.rest import JUNCTION, IonState, MovedCharge, RestResult
from ...units import to_unit
from ..document import TEXT, Block, Column, Document, Each, Heading, Part, by_columns, pairs, sentences, table
from ..numbers import ABSENT, engineering, fixed, ion_words, mV, one_in, significant, where
from . import parts

COLUMNS = (
    *("cell", "temperature_K", "membrane", "row", "mechanism", "kind", "ion", "valence", "V_mV"),
    *("E_mV", "driving_force_mV", "inside_mM", "outside_mM"),
    *("current_uA_per_cm2", "current_pA", "share", "flux_mol_per_s", "dissipation_W", "atp_mol_per_s", "without_mV"),
    *("slope_conductance_S_per_m2", "time_constant_ms", "moved_C", "field_V_per_m", "compartment"),
    *("volume_pL", "water_pL", "osmolarity_mM", "pressure_MPa", "pH", "pmf_mV"),
)


def grid(result: RestResult) -> parts.Grid:
    """`row` says what a line is about: a membrane, an ion at it, a mechanism in it, a flux (an ion in a mechanism), an exchange."""
    from ...results.forms import rows

    return COLUMNS, parts.with_exchanges(
        rows(result, parts.ROWS | {("compartment",): {"row": "compartment"}}, ("cell", "temperature_K", "V_mV", "kind"))
    )


def _headline(result: RestResult) -> list[Block]:
    stable = all(root.stable for root in result.roots if root.V_m == result.V_m)
    where_from = f"Resting potential of {result.cell} at {parts.temperature(result.temperature)}, concentrations held."
    return [
        Heading(f"V = {parts.potentials(result.potentials)}" + ("" if stable else ", not stable"), 1),
        *sentences([where_from]),
    ]


def _title(result: RestResult) -> list[Block]:
    return sentences([f"{result.title}."] if result.title else [])


# -- in short -----------------------------------------------------------------------------------------------------


def gradients(result: RestResult) -> list[Block]:
    """The ions of a membrane; of several membranes their Nernst potentials."""
    return _at(result.V_m, result.ions) if len(result.V_m) > 1 else parts.ions_alone(result.ions)


def _at(V: Mapping[str, float], ions: Mapping[str, Mapping[str, IonState]]) -> list[Block]:
    """A line for each membrane: its potential and the Nernst potential of each ion."""
    named = {ion: ion_words(ion, state.valence) for states in ions.values() for ion, state in states.items()}
    rows = [(name, mV(x), *(_E(ions.get(name, {}).get(ion)) for ion in named)) for name, x in V.items()]
    return table("", ["", "V mV", *(f"E({words})" for words in named.values())], rows)


def _E(state: IonState | None) -> str:
    return mV(state.E) if state else ABSENT


def makers(result: RestResult) -> list[Block]:
    """What each mechanism carries, and the potential without it, the weightiest first; the pumps' part, and what it costs."""
    rows = sorted(_weighed(result), key=lambda row: -row[0])
    heads: list[Column | str] = ["", "share of current", "V without it mV", "change mV"]
    if len(result.V_m) == 1:
        heads.append(Column("", TEXT))
    return [*table("What makes V", heads, (row[: len(heads)] for _, row in rows)), *sentences(_said_of(result))]


def _weighed(result: RestResult) -> Iterator[tuple[float, tuple[str, ...]]]:
    """The row of each mechanism behind what its absence would change [V]; without some nothing is left that holds a potential.

    A path between two baths makes no potential of a cell.
    """
    for name, group in result.mechanisms.items():
        for word, state in () if _between_baths(result, name) else group.items():
            without = result.without[name].get(word)
            change = without - result.V_m[name] if known(without) else None
            share = parts.share(state, parts.current_way(state, result.ions[name]))
            cells = (share, mV(without), mV(change, signed=True), parts.moved(change))
            yield inf if change is None else abs(change), (f"{where(f'{name}.', result.V_m)}{word}", *cells)


def _between_baths(result: RestResult, name: str) -> bool:
    return all(one == Unknown(JUNCTION) for one in result.without[name].values())


def _said_of(result: RestResult) -> list[str]:
    own = {name: one.electrogenic for name, one in result.explain.items() if known(one.electrogenic)}
    pumps = [f"{mV(x, signed=True)} mV{where(f' ({name})', result.V_m)}" for name, x in own.items()]
    return [f"As described the pumps' current adds {', '.join(pumps)}.{parts.cost_in_short(result.atp)}"] if pumps else []


def gates(result: RestResult) -> list[Block]:
    """The open parts of gates, and of schemes the part of channels in each state."""
    found = [
        f"{where(f'{name}.', result.V_m)}{word} " + ", ".join(f"{gate} {x:.3g}" for gate, x in values.items())
        for name, group in result.gates.items()
        for word, values in group.items()
    ]
    return sentences([f"Gates at rest: {'; '.join(found)}."] if found else [])


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
    return table("Conductance of each path (chord)", ["", "g = i/(V - E)"], rows)


def _without(result: RestResult, name: str) -> list[Block]:
    V, found = result.V_m[name], result.without[name]
    if _between_baths(result, name):
        return []
    changes = {word: x - V if known(x) else None for word, x in found.items()}
    rows = [(word, mV(found[word]), mV(change, signed=True), parts.moved(change)) for word, change in changes.items()]
    return table("If a mechanism were taken away", ["", "V mV", "change mV", Column("", TEXT)], rows)


def _properties(result: RestResult, name: str) -> list[Block]:
    moved = result.charge[name]
    charge = _si(moved.charge, "C")
    said = {
        "slope_conductance_S_per_m2": _conductance(result.slope_conductance[name]),
        "instantaneous_conductance_S_per_m2": _conductance(result.instantaneous_conductance[name])
        if result.gates.get(name)
        else "",
        "time_constant_ms": _si(result.time_constant[name], "s"),
        "moved_C": charge and f"{charge}, {engineering(moved.moles, 'mol')} of ions",
    }
    of_field = {"field_V_per_m": _si(moved.field, "V/m"), "electric_pressure_Pa": _si(moved.pressure, "Pa")}
    found = [*_words(said), *_fractions(moved, result.ions[name]), *_words(of_field)]
    return pairs("This membrane", found)


def _words(said: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is said of variables, behind their words; nothing where there is nothing."""
    return [(variable(key).words, words) for key, words in said.items() if words]


def _si(value: Maybe, unit: str) -> str:
    return engineering(value, unit) if known(value) else ""


def _conductance(slope: Maybe) -> str:
    if not known(slope):
        return ""
    resistance = f"{significant(to_unit(1 / slope, 'ohm cm^2'))} ohm cm^2" if slope > 0 else "negative: V runs away"
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
        **parts.acidity(result),
        "Debye length nm": [fixed(bench(result.debye_length[name], "nm")) for name in result.potential],
        "sum of listed charges mM": [fixed(bench(result.neutrality[name], "mM"), 3, signed=True) for name in result.potential],
    }
    unlisted = (
        "Ions and proteins that are not listed must carry the opposite of these sums; Debye lengths and osmolarities are of what is listed.",
    )
    return [
        *by_columns("Compartments", columns),
        *sentences(parts.walls(result.pressure, result.walls)),
        *sentences(parts.motive_forces(result)),
        *sentences(unlisted if any(abs(bench(x, "mM") or 0.0) >= 5e-4 for x in result.neutrality.values()) else ()),
    ]


def closing(result: RestResult) -> tuple[str, str]:
    """How a short answer ends."""
    return parts.closing(result, parts.first_residual(result.certificate, parts.RESIDUALS))


_OF_A_MEMBRANE = (
    Part(_named),
    Part(lambda result, name: parts.ions(result.ions[name])),
    Part(lambda result, name: parts.mechanisms(result.mechanisms[name], result.ions[name])),
    Part(lambda result, name: parts.fluxes(result.mechanisms[name], result.ions[name])),
    *map(Part, (_explanation, _chords, _without, _properties)),
)
DOCUMENT: Document = (
    Part(_headline, first=True),
    Part(gradients, first=True, whole=False),
    Part(makers, first=True, whole=False),
    Part(lambda result: gates(result) if len(result.V_m) == 1 else [], first=True, whole=False),
    parts.WARNINGS,
    Part(gates),
    Part(_title),
    Each(lambda result: result.V_m, _OF_A_MEMBRANE),
    Part(lambda result: parts.exchanges(result.exchanges, result.mechanisms)),
    Part(lambda result: parts.cost(result.atp, result.energy)),
    Part(_compartments),
    *parts.ending(),
)
