"""Where a resting potential comes from: the same cell by the textbook's formulas, and a sentence on each gap."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ...description.cell import BATH
from ...laws.ghk import ghk_voltage
from ...laws.ohmic import chord_voltage
from ...laws.pumps import mullins_noda_potential
from ...mechanisms.kind import PassivePath
from ...results.base import Maybe, Unknown, known
from ...results.rest import JUNCTION, NO_CURRENT, Explanation
from ...units import to_unit
from ..state.snapshot import MembraneSnapshot

NEGLIGIBLE = 1e-9
SAME = 1e-9
"""Potentials that differ by less [V] are one."""
NO_GHK = "no constant-field permeability conducts here, so the GHK voltage equation does not apply"
NO_CHORD = "a mean of reversal potentials needs passive paths that conduct, each with a reversal potential"
NO_NODA = "the Mullins-Noda equation needs constant-field permeabilities of K and of Na, and their concentrations"
NO_PUMP = "no pump is described for this membrane"
NOTHING_CONDUCTS = "without the pumps' current nothing conducts"


def explain(snapshot: MembraneSnapshot, without_pumps: float | None) -> Explanation:
    """GHK and Mullins-Noda potentials and that of parallel conductances beside the resting potential, and the pumps' part in it."""
    if between_baths(snapshot):
        return _not_asked(JUNCTION)
    if not snapshot.system.mechanisms:
        return _not_asked(NO_CURRENT)
    paths = snapshot.system.passive_paths(snapshot.V, snapshot.numbers)
    ghk, noda = _constant_field(snapshot, paths)
    chord = _mean_reversal(snapshot, paths)
    with_pump, electrogenic = _pumps(snapshot, without_pumps)
    sentences = _sentences(snapshot.V, ghk, chord, noda, electrogenic)
    return Explanation(ghk, chord, noda, with_pump, electrogenic, tuple(sentences))


def _not_asked(why: str) -> Explanation:
    """The explanation of a membrane that these formulas say nothing of."""
    none = Unknown(why)
    return Explanation(none, none, none, none, none, (f"{why[0].upper()}{why[1:]}.",))


def between_baths(snapshot: MembraneSnapshot) -> bool:
    """Whether a membrane has a bath on either side, as a path between cells has."""
    return all(side.role == BATH for side in (snapshot.system.inner, snapshot.system.outer))


def _constant_field(snapshot: MembraneSnapshot, paths: Sequence[PassivePath]) -> tuple[Maybe, Maybe]:
    """The potentials of the GHK and of the Mullins-Noda equation, where all that carries current but pumps is a constant-field path."""
    straight, other = _other_carriers(snapshot)
    if straight or other:
        why = f"{_conducting(straight + other)} and {'are' if len(straight + other) > 1 else 'is'} no constant-field path"
        ghk, noda = (Unknown(f"the {name} equation does not apply: {why}") for name in ("GHK", "Mullins-Noda"))
        return ghk, noda
    return _or(_ghk(snapshot, paths), NO_GHK), _or(_mullins_noda(snapshot, paths), NO_NODA)


def _mean_reversal(snapshot: MembraneSnapshot, paths: Sequence[PassivePath]) -> Maybe:
    """The mean of the reversal potentials, where all that carries current but pumps has a conductance of its own."""
    _, other = _other_carriers(snapshot)
    if other:
        return Unknown(f"{_conducting(other)} without a conductance of {'their' if len(other) > 1 else 'its'} own")
    return _or(_chord(snapshot, paths), NO_CHORD)


def _pumps(snapshot: MembraneSnapshot, without_pumps: float | None) -> tuple[Maybe, Maybe]:
    """The potential with the pumps, and their own part in it."""
    if not any(m.pump for m in snapshot.system.mechanisms.values()):
        return Unknown(NO_PUMP), Unknown(NO_PUMP)
    return snapshot.V, _or(None if without_pumps is None else snapshot.V - without_pumps, NOTHING_CONDUCTS)


def _or(value: float | None, why: str) -> Maybe:
    return Unknown(why) if value is None else value


def _other_carriers(snapshot: MembraneSnapshot) -> tuple[list[str], list[str]]:
    """Mechanisms that carry current and are neither pumps nor constant-field paths: the ohmic ones, and all others."""
    mechanisms = snapshot.system.mechanisms
    ohmic = [word for word, m in mechanisms.items() if m.law.has_reversal]
    straight = [word for word in ohmic if mechanisms[word].is_on(f"{snapshot.name}.{word}", snapshot.numbers)]
    others = [word for word in _carrying(snapshot) if not mechanisms[word].pump and mechanisms[word].law.paths is None]
    return straight, others


def _carrying(snapshot: MembraneSnapshot) -> list[str]:
    """Mechanisms that carry more than a negligible part of the current."""
    scale = sum(abs(snapshot.current(word)) for word in snapshot.flows)
    return [word for word in snapshot.flows if abs(snapshot.current(word)) > NEGLIGIBLE * scale]


def _conducting(words: Sequence[str]) -> str:
    return f"{' and '.join(words)} {'carry' if len(words) > 1 else 'carries'} current here"


def _ghk(snapshot: MembraneSnapshot, paths: Sequence[PassivePath]) -> float | None:
    """Zero-current potential of the constant-field paths alone, with their permeabilities as they are at rest."""
    valences = snapshot.system.cell.valences
    open_paths = [(p.permeability, p.ion) for p in paths if p.ion and valences[p.ion] and (p.permeability or 0.0) > 0]
    if not open_paths:
        return None
    P, ions = map(list, zip(*open_paths, strict=True))
    z = [valences[ion] for ion in ions]
    c_in, c_out = map(list, zip(*map(snapshot.concentrations, ions), strict=True))
    return _zero_current(snapshot, P, z, c_in, c_out) if _bathed(c_in) and _bathed(c_out) else None


def _bathed(concentrations: Sequence[float | None]) -> bool:
    """Whether a side lists every ion, and holds some of one."""
    return None not in concentrations and any(concentrations)


def _zero_current(snapshot: MembraneSnapshot, P: Any, z: Any, c_in: Any, c_out: Any) -> float | None:
    """The Goldman-Hodgkin-Katz potential, where it has a finite value."""
    try:
        voltage = float(ghk_voltage(P, z, c_in, c_out, snapshot.numbers["temperature"]))
    except ValueError:
        return None
    return voltage if math.isfinite(voltage) else None


def _chord(snapshot: MembraneSnapshot, paths: Sequence[PassivePath]) -> float | None:
    """Average of the reversal potentials, weighted with each path's slope conductance at its own reversal potential."""
    weights, reversals = [], []
    for path in paths:
        uncharged = path.ion is not None and not snapshot.system.cell.valences[path.ion]
        if uncharged or not (path.permeability or path.conductance):
            continue
        if (path.conductance is None or path.reversal is None) and not _on_both_sides(snapshot, path.ion):
            return None
        g, E = snapshot.system.straight(path, snapshot.numbers)
        weights.append(float(g))
        reversals.append(float(E))
    return float(chord_voltage(weights, reversals)) if sum(weights) > 0 else None


def _on_both_sides(snapshot: MembraneSnapshot, ion: str | None) -> bool:
    """Whether there is some of an ion inside and outside."""
    return ion is not None and all(snapshot.concentrations(ion))


def _reversal(snapshot: MembraneSnapshot, path: PassivePath) -> float | None:
    if path.reversal is not None:
        return path.reversal
    return snapshot.E(path.ion) if path.ion else None


def _mullins_noda(snapshot: MembraneSnapshot, paths: Sequence[PassivePath]) -> float | None:
    P = {ion: sum(p.permeability for p in paths if p.ion == ion and p.permeability is not None) for ion in ("K", "Na")}
    sides = {ion: snapshot.concentrations(ion) for ion in P}
    if not all(P.values()) or not all(c for pair in sides.values() for c in pair):
        return None
    (K_in, K_out), (Na_in, Na_out) = sides["K"], sides["Na"]
    return float(mullins_noda_potential(P["K"], P["Na"], K_in, K_out, Na_in, Na_out, snapshot.numbers["temperature"]))


def _sentences(V: float, ghk: Maybe, chord: Maybe, noda: Maybe, electrogenic: Maybe) -> list[str]:
    """A sentence on each that is known."""
    each = ((_of_ghk, ghk), (_of_chord, chord), (_of_noda, noda), (_of_pumps, electrogenic))
    return [said(found, V) for said, found in each if known(found)]


def _of_ghk(ghk: float, V: float) -> str:
    if abs(V - ghk) < SAME:
        return f"The GHK equation gives this potential: {mv(ghk)}."
    return f"The GHK equation gives {_beside(ghk, V)}: it knows only the constant-field leaks, not the pumps."


def _of_chord(chord: float, V: float) -> str:
    if abs(V - chord) < SAME:
        return f"Parallel conductances, each with its reversal potential, give this potential: {mv(chord)}."
    return (
        f"Parallel conductances, each the slope of its path at its reversal potential, give {_beside(chord, V)}: "
        "that treats every path as a straight line through its reversal potential, and leaves out pumps."
    )


def _of_noda(noda: float, V: float) -> str:
    return (
        "If a 3:2 pump returned exactly the Na+ and K+ that leak, and nothing else carried current, V would be "
        f"{mv(noda)} (Mullins-Noda), {mv(abs(V - noda))} {_side(noda, V)}."
    )


def _of_pumps(electrogenic: float, V: float) -> str:
    if abs(electrogenic) < SAME:
        return "The pumps' own current does not move V here."
    way = "more negative" if electrogenic < 0 else "less negative"
    return f"The pumps' own current makes V {mv(abs(electrogenic))} {way} than the leaks alone would at the described concentrations."


def beyond_leaks(states: Mapping[str, MembraneSnapshot]) -> list[str]:
    """A sentence for each membrane whose potential no leak could hold, as it lies beyond the reversal potentials of all ions."""
    return [said for state in states.values() if (said := _beyond(state))]


def _beyond(state: MembraneSnapshot) -> str:
    reversals = [] if between_baths(state) else _reversals(state)
    if not reversals or min(reversals) <= state.V <= max(reversals):
        return ""
    below = min(reversals) > state.V
    strong = _drivers(state, outward=below)
    if not strong:
        return ""
    side, nearest = ("below", min(reversals)) if below else ("above", max(reversals))
    they = f"{' and '.join(strong)} {'take' if len(strong) > 1 else 'takes'} it there, being strong for these leaks"
    return f"V of '{state.name}' lies {side} the reversal potentials of all its ions ({mv(nearest)} is the nearest): {they}."


def _reversals(state: MembraneSnapshot) -> list[float]:
    """Reversal potentials at a membrane [V]: of its conducting paths, and of all ions there."""
    cell, paths = state.system.cell, state.system.passive_paths(state.V, state.numbers)
    own = [_reversal(state, path) for path in paths if path.permeability or path.conductance]
    return [E for E in (*own, *map(state.E, cell.ions_of(state.system.membrane))) if E is not None]


def _drivers(state: MembraneSnapshot, outward: bool) -> list[str]:
    """Mechanisms that carry current one way and are no path of an ion."""
    sign, gross = 1 if outward else -1, sum(abs(state.current(word)) for word in state.flows)
    active = [word for word, one in state.system.mechanisms.items() if one.law.paths is None]
    return [word for word in active if sign * state.current(word) > NEGLIGIBLE * gross]


def _beside(other: float, V: float) -> str:
    """A potential, and how far it is from V on which side."""
    return f"{mv(other)}, {mv(abs(V - other))} {_side(other, V)}"


def mv(value: float) -> str:
    """A potential [V] for a sentence."""
    return f"{to_unit(value, 'mV'):z.3f} mV"


def _side(other: float, V: float) -> str:
    return "less negative" if other > V else "more negative"
