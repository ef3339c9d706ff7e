"""The answer to `steady_state` for people: what the cell holds, at what cost, how fast it comes back; as text, HTML, figure, CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..results.base import Maybe, bench, known, to_json
from ..results.registry import variable
from ..results.rest import EnergyBalance, IonState, MechanismState
from ..results.steady import SteadyPoint, SteadyResult
from . import as_text, common, exchanges, rest
from .document import TEXT, Block, Column, Heading, Sentences, pairs, sentences, table
from .numbers import concentration, engineering, significant
from .rest import mV
from .simulation import duration

BALANCED = 1e-9  # of the largest: what is left where fluxes cancel
KEPT = {
    "net_flux_fraction": "net fluxes are at most {} of the gross ones",
    "net_water_fraction": "net water is at most {} of what one side alone would draw",
    "charge_fraction_of_70_mV": "charge agrees to {} of that at 70 mV",
    "conserved_total_fraction": "what is conserved is kept to {}",
}


def text(result: SteadyResult, *, width: int | None = None, colour: bool = False) -> str:
    """The answer as tables for a terminal of `width` characters (80 where none is given), plain unless `colour`."""
    return as_text.render(document(result), width, colour)


def html(result: SteadyResult) -> str:
    """The answer as HTML tables with nothing from outside."""
    from . import as_html

    return as_html.render(document(result))


def plot(result: SteadyResult, path: str | None = None, **options: Any) -> Any:
    """Potentials, held concentrations, what moves each ion, and the time constants; see `vrest.views.draw_steady`."""
    from .draw_steady import draw
    from .figures import save

    figure = draw(result, **options)
    return save(figure, path)


def document(result: SteadyResult) -> list[Block]:
    """What there is to say, in reading order."""
    blocks = [*_headline(result), *(_ions(result) or _contents(result.point)), *_compartments(result.point)]
    ions, settled = ion_states(result), mechanisms(result)
    for name, group in settled.items():
        if len(settled) > 1:
            blocks.append(Heading(f"Membrane {name}: V = {mV(result.point.V_m[name])} mV"))
        blocks += rest._mechanisms(group, ions[name])
        blocks += rest._fluxes(group, ions[name])
    return [
        *blocks,
        *exchanges.exchanges(result.exchanges, result.mechanisms),
        *_cost(result),
        *_return(result),
        *_others(result),
        *common.notes(result.notes),
        *common.refused(result.refused),
        *_certificate(result),
    ]


def _headline(result: SteadyResult) -> list[Block]:
    V = {name: f"{mV(x)} mV" for name, x in result.point.V_m.items()}
    words = f"V = {next(iter(V.values()))}" if len(V) == 1 else "V = " + ", ".join(f"{V[name]} ({name})" for name in V)
    unstable = "" if result.point.stable else ", not stable"
    return [
        Heading(f"{words}; {what_it_is(result)}{unstable}", 1),
        *sentences([f"{result.cell} at {common.temperature(result.temperature)}. {stability(result)}"]),
    ]


def what_it_is(result: SteadyResult) -> str:
    """The name of the state: a Donnan equilibrium, or a steady state with or without pumps."""
    if result.donnan:
        return "Donnan equilibrium"
    return "steady state, pumps running" if result.atp else "steady state, no pump running"


def stability(result: SteadyResult) -> str:
    """Whether a deviation dies away, and how fast."""
    if not result.point.stable:
        return "A small deviation grows: the cell leaves this state."
    slow, fast = result.slowest_time_constant, result.fastest_time_constant
    if not known(slow):
        return "Nothing that could deviate is left."
    if not known(fast) or len(result.eigenvalues) == 1:
        return f"Stable: a deviation falls to 1/e in {duration(slow, 3)}."
    return f"Stable: the slowest deviation falls to 1/e in {duration(slow, 3)}, the fastest in {duration(fast, 3)}."


# -- what is held -------------------------------------------------------------------------------------------------


def _contents(point: SteadyPoint) -> list[Block]:
    """Concentrations that the cell holds, a row for each ion and a column for each compartment."""
    spaces = list(point.inside)
    ions = list(dict.fromkeys(ion for inside in point.inside.values() for ion in inside))
    rows = [(ion, *(_held(point, space, ion) for space in spaces)) for ion in ions]
    return table("Concentrations held", ["", *(f"{space} mM" for space in spaces)], rows)


def _compartments(point: SteadyPoint) -> list[Block]:
    rows = [(name, mV(V), _volume(point.volume.get(name))) for name, V in point.potential.items()]
    return table("Compartments", ["", "potential mV", "volume pL"], rows)


def _held(point: SteadyPoint, space: str, ion: str) -> str:
    c = point.inside[space].get(ion)
    return "" if c is None else concentration(c)


def _volume(volume: Maybe) -> str:
    return significant(bench(volume, "pL"), 4) if known(volume) else ""


def _ions(result: SteadyResult) -> list[Block]:
    """Concentrations, Nernst potentials and driving forces at each membrane, where the answer carries them."""
    blocks: list[Block] = []
    known = known_ions(result)
    for name, ions in known.items():
        blocks += [Heading(f"At {name}", 3)] if len(known) > 1 else []
        blocks += rest._ions(ions)
    return blocks


def known_ions(result: SteadyResult) -> dict[str, dict[str, IonState]]:
    """Ions at each membrane with their Nernst potentials; empty where the answer does not carry them."""
    return getattr(result, "ions", None) or {}


def ion_states(result: SteadyResult) -> dict[str, dict[str, IonState]]:
    """`known_ions`, or else the names alone of the ions that a membrane's mechanisms move."""
    unknown = IonState(0, None, None, None, None)
    known = known_ions(result)
    return {
        name: known.get(name) or {ion: unknown for state in group.values() for ion in state.fluxes}
        for name, group in result.mechanisms.items()
    }


# -- mechanisms ---------------------------------------------------------------------------------------------------


def mechanisms(result: SteadyResult) -> dict[str, dict[str, MechanismState]]:
    """The mechanisms with zero for what only rounding has left of things that cancel."""
    return {name: _settled(group) for name, group in result.mechanisms.items()}


def _settled(group: Mapping[str, MechanismState]) -> dict[str, MechanismState]:
    states = list(group.values())
    largest = {key: _largest(getattr(s, key) for s in states) for key in ("current_density", "current", "share", "dissipation")}
    flux = _largest(flux for s in states for flux in s.fluxes.values())
    found = {}
    for word, state in group.items():
        kept: dict[str, Any] = {key: _without_rest(getattr(state, key), most) for key, most in largest.items()}
        kept["fluxes"] = {ion: _without_rest(x, flux) for ion, x in state.fluxes.items()}
        found[word] = replace(state, **kept)
    return found


def _largest(values: Any) -> float:
    return max((abs(value) for value in values if known(value)), default=0.0)


def _without_rest(value: Maybe, largest: float) -> Maybe:
    return 0.0 if known(value) and abs(value) < BALANCED * largest else value


# -- cost and return ----------------------------------------------------------------------------------------------

POWERS = {
    "atp_W": "atp_power",
    "work_on_ions_W": "work_on_ions",
    "dissipated_in_pumps_W": "dissipated_in_pumps",
    "dissipated_in_paths_W": "dissipated_in_paths",
    "stored_W": "stored",
}


def _cost(result: SteadyResult) -> list[Block]:
    rows = []
    if result.atp:
        said = f"{engineering(result.atp, 'mol/s')}, {rest._molecules(result.atp)} a second"
        rows.append((variable("atp_mol_per_s").words, said))
    rows += [(variable(key).words, engineering(power, "W")) for key, power in _powers(result.energy).items()]
    return pairs("What it costs", rows)


def _powers(energy: EnergyBalance) -> dict[str, float]:
    """What is known and not zero but for rounding."""
    found = {key: power for key, name in POWERS.items() if known(power := getattr(energy, name))}
    largest = _largest(found.values())
    return {key: power for key, power in found.items() if power and abs(power) >= BALANCED * largest}


def _return(result: SteadyResult) -> list[Block]:
    rows = [(duration(abs(1 / e.real), 3) if e.real else "never", _way(e)) for e in slowest_first(result)]
    return pairs("Deviations and the time to 1/e of each, or to e-fold growth", rows)


def slowest_first(result: SteadyResult) -> list[complex]:
    """One of each pair of eigenvalues, those that grow first."""
    return sorted((e for e in result.eigenvalues if e.imag >= 0), key=lambda e: -e.real)


def _way(e: complex) -> str:
    words = "falls" if e.real < 0 else "grows" if e.real > 0 else "stays"
    return words + (f", swinging with a period of {duration(6.283185307179586 / e.imag, 3)}" if e.imag else "")


def _others(result: SteadyResult) -> list[Block]:
    rows = [
        (", ".join(mV(V) for V in state.V_m.values()), "stable" if state.stable else "not stable", _composition(state))
        for state in result.other_states
    ]
    return table("Other steady states", [Column("V mV", TEXT), Column("", TEXT), Column("inside mM", TEXT)], rows)


def _composition(state: SteadyPoint) -> str:
    several = len(state.inside) > 1
    return "; ".join(
        (f"{space}: " if several else "") + ", ".join(f"{ion} {concentration(c)}" for ion, c in ions.items())
        for space, ions in state.inside.items()
    )


def _certificate(result: SteadyResult) -> list[Block]:
    evidence = result.certificate
    heading, said = common.certificate(evidence)
    parts = [
        words.format(_fraction(_largest(found.values()))) for key, words in KEPT.items() if (found := evidence.residuals.get(key))
    ]
    items = said.items if isinstance(said, Sentences) else ()
    recomputed = f"Recomputed with other means: {', '.join(parts)}."
    return [heading, *sentences([*items, *([recomputed] if parts else [])])]


def _fraction(value: float) -> str:
    return f"{value:.1e}" if value else "the last digit"


# -- CSV ----------------------------------------------------------------------------------------------------------

CSV_COLUMNS = (
    *("cell", "temperature_K", "state", "stable", "row", "membrane", "compartment", "mechanism", "kind", "ion"),
    *("V_mV", "potential_mV", "inside_mM", "volume_pL"),
    *("current_uA_per_cm2", "current_pA", "share", "flux_mol_per_s", "dissipation_W", "atp_mol_per_s"),
    *("eigenvalues_per_s", "eigenvalues_imaginary_per_s"),
)


def csv(result: SteadyResult) -> str:
    """One table; `row` says what a line is about: a membrane, a compartment, an ion in one, a mechanism, a flux, an exchange, an
    eigenvalue.

    `state` 0 is the answer, others are further steady states, of which only membranes, compartments and ions are listed.
    """
    from . import as_csv

    return as_csv.render(CSV_COLUMNS, _csv_rows(result))


def _csv_rows(result: SteadyResult) -> Iterator[dict[str, Any]]:
    for number, point in enumerate((result.point, *result.other_states)):
        same = {"cell": result.cell, "temperature_K": result.temperature, "state": number, "stable": point.stable}
        rows = [*_point_rows(point), *(_mechanism_rows(result) if number == 0 else ())]
        for row in rows:
            yield same | {key: value for key, value in row.items() if key in CSV_COLUMNS}


def _point_rows(point: SteadyPoint) -> Iterator[dict[str, Any]]:
    for name, V in point.V_m.items():
        yield {"row": "membrane", "membrane": name, "V_mV": bench(V, "mV")}
    for name, potential in point.potential.items():
        volume = bench(point.volume.get(name), "pL")
        yield {"row": "compartment", "compartment": name, "potential_mV": bench(potential, "mV"), "volume_pL": volume}
    for name, ions in point.inside.items():
        for ion, c in ions.items():
            yield {"row": "ion", "compartment": name, "ion": ion, "inside_mM": bench(c, "mM")}


def _mechanism_rows(result: SteadyResult) -> Iterator[dict[str, Any]]:
    for name, group in result.mechanisms.items():
        for word, state in group.items():
            same = {"membrane": name, "mechanism": word, "kind": state.kind}
            yield {"row": "mechanism"} | to_json(state) | same | {"flux_mol_per_s": None}
            for ion, flux in state.fluxes.items():
                yield {"row": "flux", "ion": ion, "flux_mol_per_s": flux} | same
    yield from exchanges.rows(result.exchanges)
    for e in result.eigenvalues:
        yield {"row": "eigenvalue", "eigenvalues_per_s": e.real, "eigenvalues_imaginary_per_s": e.imag}
