"""The answer to `rest` for people: tables as text or HTML, the figure, the CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..constants import AVOGADRO
from ..results.base import Maybe, bench, known, to_json
from ..results.registry import variable
from ..results.rest import Explanation, IonState, MechanismState, RestResult
from . import as_text, common
from .document import TEXT, Block, Column, Heading, pairs, sentences, table
from .numbers import (
    ABSENT,
    aligned,
    concentration,
    engineering,
    fixed,
    ion_words,
    one_in,
    percent,
    prefix_power,
    prefixed,
    significant,
)

BALANCED = 1e-9
SHOWN = 5e-6  # a potential [V] that two decimals of a millivolt show as zero
PASSIVE = ("ghk", "ohmic")


def text(result: RestResult, *, width: int | None = None, colour: bool = False) -> str:
    """The answer as tables for a terminal of `width` characters (80 where none is given), plain unless `colour`."""
    return as_text.render(document(result), width, colour)


def html(result: RestResult) -> str:
    """The answer as HTML tables with nothing from outside."""
    from . import as_html

    return as_html.render(document(result))


def plot(result: RestResult, path: str | None = None, **options: Any) -> Any:
    """The ladder of Nernst potentials with V among them, currents, and V without each mechanism; see `vrest.views.draw_rest`."""
    from .draw_rest import draw
    from .figures import save

    figure = draw(result, **options)
    return save(figure, path)


def document(result: RestResult) -> list[Block]:
    """What there is to say, in reading order."""
    blocks = _headline(result)
    for name in result.V_m:
        blocks += _membrane(result, name)
    if result.exchanges:
        from . import exchanges

        blocks += exchanges.exchanges(result.exchanges, result.mechanisms)
    blocks += _cost(result)
    blocks += _compartments(result)
    blocks += common.notes(result.notes)
    blocks += common.refused(result.refused)
    blocks += common.certificate(result.certificate)
    return blocks


def _headline(result: RestResult) -> list[Block]:
    stable = all(root.stable for root in result.roots if root.V_m == result.V_m)
    V = {name: f"{mV(V)} mV" for name, V in result.V_m.items()}
    one = len(V) == 1
    words = f"V = {next(iter(V.values()))}" if one else "V = " + ", ".join(f"{V[name]} ({name})" for name in V)
    named = f"{result.title} ({result.cell})" if result.title else result.cell
    return [
        Heading(words + ("" if stable else ", not stable"), 1),
        *sentences([f"Resting potential of {named} at {common.temperature(result.temperature)}, concentrations held."]),
    ]


# -- one membrane -------------------------------------------------------------------------------------------------


def _membrane(result: RestResult, name: str) -> list[Block]:
    blocks: list[Block] = []
    if len(result.V_m) > 1:
        blocks.append(Heading(f"Membrane {name}: V = {mV(result.V_m[name])} mV"))
    ions, mechanisms = result.ions[name], result.mechanisms[name]
    blocks += _ions(ions)
    blocks += _mechanisms(mechanisms, ions)
    blocks += _fluxes(mechanisms, ions)
    blocks += _explanation(result.V_m[name], result.explain[name])
    blocks += _without(result, name)
    blocks += _properties(result, name)
    return blocks


def _ions(ions: dict[str, IonState]) -> list[Block]:
    rows = [
        (
            ion_words(ion, state.valence),
            concentration(state.c_in),
            concentration(state.c_out),
            mV(state.E),
            mV(state.driving_force, signed=True),
            wants(ion, state),
        )
        for ion, state in ions.items()
    ]
    return table("Ions", ["", "inside mM", "outside mM", "E mV", "V - E mV", Column("", TEXT)], rows)


def wants(ion: str, state: IonState) -> str:
    """What the driving force does to the ion, in words; a positive one drives positive charge out."""
    way = passive_way(state)
    if way is None:
        return "not on both sides"
    return {1: "wants out", -1: "wants in", 0: "in equilibrium"}[way]


def passive_way(state: IonState) -> int | None:
    """Which way an ion would move through an open path: 1 out, -1 in, 0 in equilibrium, None where E is not defined."""
    if not known(state.driving_force) or not state.valence:
        return None
    drive = state.driving_force * state.valence
    return 0 if abs(state.driving_force) < SHOWN else 1 if drive > 0 else -1


def current_way(state: MechanismState, ions: dict[str, IonState]) -> int | None:
    """Direction of a mechanism's current: 1 outward, -1 inward, 0 none; None where it cannot be said.

    Where only ratios of permeabilities are known, the driving force of a single passive ion still tells it.
    """
    current = state.current_density if known(state.current_density) else state.current
    if known(current):
        return 0 if current == 0 else 1 if current > 0 else -1
    carried = [ions[ion] for ion in state.fluxes if ion in ions]
    if len(state.fluxes) != 1 or not carried or not state.kind.startswith(PASSIVE):
        return None
    drive = carried[0].driving_force
    return None if not known(drive) else 0 if abs(drive) < BALANCED else 1 if drive > 0 else -1


def _mechanisms(mechanisms: dict[str, MechanismState], ions: dict[str, IonState]) -> list[Block]:
    states = list(mechanisms.values())
    density = aligned([bench(s.current_density, "uA/cm^2") for s in states])
    current, ampere = _scaled([s.current for s in states], "A")
    loss, watt = _scaled([s.dissipation for s in states], "W")
    shares = [_share(s, current_way(s, ions)) for s in states]
    columns = [("uA/cm^2", density), (ampere, current), ("share", shares), (f"heat {watt}", loss)]
    kept = [(head, cells) for head, cells in columns if any(cell != ABSENT for cell in cells)]
    rows = [(name, s.kind, *(cells[k] for _, cells in kept)) for k, (name, s) in enumerate(mechanisms.items())]
    heads: list[Column | str] = ["", Column("", TEXT), *(head for head, _ in kept)]
    return table("Mechanisms (current outward positive)", heads, rows)


def _share(state: MechanismState, way: int | None) -> str:
    if not known(state.share):
        return ABSENT
    if way == 0 or state.share == 0:
        return "none"
    return percent(state.share) + {1: " of out", -1: " of in", None: ""}[way]


def _scaled(values: Sequence[Maybe], unit: str) -> tuple[list[str], str]:
    """A column of SI values with one prefix, and the unit with that prefix."""
    power = prefix_power([value for value in values if known(value)])
    return aligned([value / 10.0**power if known(value) else None for value in values]), prefixed(unit, power)


def _fluxes(mechanisms: dict[str, MechanismState], ions: dict[str, IonState]) -> list[Block]:
    """Who moves what: mechanisms down, ions across, and what remains of it."""
    moved = [flux for state in mechanisms.values() for flux in state.fluxes.values() if known(flux)]
    carried = [ion for ion in ions if any(known(state.fluxes.get(ion)) for state in mechanisms.values())]
    if not any(moved):
        return []
    power = prefix_power(moved)
    columns = {ion: [state.fluxes.get(ion) for state in mechanisms.values()] for ion in carried}
    cells = {ion: _flux_cells(column, power) for ion, column in columns.items()}
    rows = [(name, *(cells[ion][k] for ion in carried)) for k, name in enumerate([*mechanisms, "net"])]
    heads = ["", *(ion_words(ion, ions[ion].valence) for ion in carried)]
    return table(f"Fluxes in {prefixed('mol/s', power)} (outward positive)", heads, rows)


def _flux_cells(column: Sequence[Maybe], power: int) -> list[str]:
    moved = [flux for flux in column if known(flux)]
    net = sum(moved)
    balanced = abs(net) < BALANCED * sum(abs(flux) for flux in moved)
    scaled = [flux / 10.0**power if known(flux) else None for flux in [*column, 0.0 if balanced else net]]
    return ["" if cell == ABSENT else cell for cell in aligned(scaled)]


def _explanation(V: float, explain: Explanation) -> list[Block]:
    alone = V - explain.electrogenic if known(explain.electrogenic) else None
    formulas = [
        ("all mechanisms together", V),
        (variable("ghk_mV").words, explain.ghk),
        (variable("chord_mV").words, explain.chord),
        (variable("mullins_noda_mV").words, explain.mullins_noda),
        ("without the pumps' current", alone),
    ]
    rows = [(words, mV(x), mV(V - x, signed=True) if k else "") for k, (words, x) in enumerate(formulas) if known(x)]
    if len(rows) == 1:
        return []
    return [*table("Where V comes from", ["", "mV", "V minus it"], rows), *sentences(explain.sentences, marked=True)]


def _without(result: RestResult, name: str) -> list[Block]:
    V, found = result.V_m[name], result.without[name]
    rows = [(word, mV(x), mV(x - V if known(x) else None, signed=True), _moved(V, x)) for word, x in found.items()]
    return table("If a mechanism were taken away", ["", "V mV", "change mV", Column("", TEXT)], rows)


def _moved(V: float, other: Maybe) -> str:
    if not known(other):
        return "nothing holds a potential"
    if abs(other - V) < SHOWN:
        return "no change"
    return "less negative" if other > V else "more negative"


def _properties(result: RestResult, name: str) -> list[Block]:
    rows = []
    slope, tau, moved = result.slope_conductance[name], result.time_constant[name], result.charge[name]
    if known(slope):
        resistance = f" ({significant(1e4 / slope)} ohm cm^2)" if slope > 0 else " (negative: V runs away)"
        rows.append((variable("slope_conductance_S_per_m2").words, engineering(slope, "S/m^2") + resistance))
    if known(tau):
        rows.append((variable("time_constant_ms").words, engineering(tau, "s")))
    if known(moved.charge):
        rows.append((variable("moved_C").words, f"{engineering(moved.charge, 'C')}, {engineering(moved.moles, 'mol')} of ions"))
        parts = {ion: part for ion, part in moved.fraction_of.items() if known(part)}
        rows += [("", _part(ion, part, result.ions[name])) for ion, part in parts.items()]
    if known(moved.field):
        rows.append((variable("field_V_per_m").words, engineering(moved.field, "V/m")))
    return pairs("This membrane", rows)


def _part(ion: str, part: float, ions: dict[str, IonState]) -> str:
    named = ion_words(ion, ions[ion].valence) if ion in ions else ion
    return f"{one_in(part)} of the {named} inside"


# -- the whole cell -----------------------------------------------------------------------------------------------


def _cost(result: RestResult) -> list[Block]:
    energy = result.energy
    rows = []
    if result.atp:
        rows.append((variable("atp_mol_per_s").words, f"{engineering(result.atp, 'mol/s')}, {_molecules(result.atp)} a second"))
    powers = (
        ("atp_W", energy.atp_power),
        ("work_on_ions_W", energy.work_on_ions),
        ("dissipated_in_pumps_W", energy.dissipated_in_pumps),
        ("dissipated_in_paths_W", energy.dissipated_in_paths),
        ("stored_W", energy.stored),
    )
    rows += [(variable(key).words, engineering(power, "W")) for key, power in powers if power]
    return pairs("What it costs", rows)


def _molecules(moles: float) -> str:
    count = moles * AVOGADRO
    for size, word in ((1e15, "million billion"), (1e9, "billion"), (1e6, "million")):
        if count >= size:
            return f"{significant(count / size)} {word} molecules"
    return f"{significant(count)} molecules"


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


def mV(value: Maybe, *, signed: bool = False) -> str:
    """A potential in mV with two decimals."""
    return fixed(bench(value, "mV"), signed=signed)


# -- CSV ----------------------------------------------------------------------------------------------------------

CSV_COLUMNS = (
    *("cell", "temperature_K", "membrane", "row", "mechanism", "kind", "ion", "valence", "V_mV"),
    *("E_mV", "driving_force_mV", "inside_mM", "outside_mM"),
    *("current_uA_per_cm2", "current_pA", "share", "flux_mol_per_s", "dissipation_W", "atp_mol_per_s", "without_mV"),
    *("slope_conductance_S_per_m2", "time_constant_ms", "moved_C", "field_V_per_m", "compartment"),
)


def csv(result: RestResult) -> str:
    """One table; `row` says what a line is about: a membrane, an ion at it, a mechanism in it, a flux (an ion in a mechanism), an exchange."""
    from . import as_csv

    return as_csv.render(CSV_COLUMNS, _csv_rows(result))


def _csv_rows(result: RestResult) -> Iterator[dict[str, Any]]:
    for name, V in result.V_m.items():
        common_cells = {"cell": result.cell, "temperature_K": result.temperature, "membrane": name, "V_mV": bench(V, "mV")}
        for row in _membrane_rows(result, name):
            yield common_cells | {key: value for key, value in row.items() if key in CSV_COLUMNS}
    from . import exchanges

    for row in exchanges.rows(result.exchanges):
        yield {"cell": result.cell, "temperature_K": result.temperature, **row}


def _membrane_rows(result: RestResult, name: str) -> Iterator[dict[str, Any]]:
    yield {
        "row": "membrane",
        "slope_conductance_S_per_m2": bench(result.slope_conductance[name], "S/m^2"),
        "time_constant_ms": bench(result.time_constant[name], "ms"),
        "moved_C": result.charge[name].charge,
        "field_V_per_m": result.charge[name].field,
    }
    for ion, state in result.ions[name].items():
        yield {"row": "ion", "ion": ion, "valence": state.valence} | to_json(state)
    for word, mechanism in result.mechanisms[name].items():
        same = {"mechanism": word, "kind": mechanism.kind}
        fluxes = {"flux_mol_per_s": None, "without_mV": bench(result.without[name].get(word), "mV")}
        yield {"row": "mechanism"} | same | to_json(mechanism) | fluxes
        for ion, flux in mechanism.fluxes.items():
            yield {"row": "flux", "ion": ion, "flux_mol_per_s": flux} | same
