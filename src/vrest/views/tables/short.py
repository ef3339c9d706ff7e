"""What short answers say: the ions, what makes the potential or holds the contents, what warns, and where the rest is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import inf
from typing import Any

from ...results.base import Aside, Maybe, known
from ...results.rest import IonState, RestResult
from ...results.steady import SteadyResult
from ..document import TEXT, WIDTH, Block, Column, Part, sentences, table
from ..numbers import ABSENT, concentration, engineering, ion_words, largest_of, mV, pL, prefix_power, prefixed, where
from . import parts

ONE_LINE = WIDTH - 2  # behind a bullet

# -- what stands on both sides ------------------------------------------------------------------------------------


def gradients(result: RestResult) -> list[Block]:
    """The ions of a membrane; of several membranes their Nernst potentials."""
    return _at(result.V_m, result.ions) if len(result.V_m) > 1 else _ions(result.ions)


def held(result: SteadyResult) -> list[Block]:
    """The ions of a membrane and the volume; of several compartments what each holds."""
    point = result.point
    if len(point.inside) == len(point.V_m) == len(result.ions) == 1:
        volumes = [f"The volume is {pL(w)} pL." for w in point.volume.values() if known(w)]
        return [*_ions(result.ions), *sentences(volumes)]
    return _contents(point.inside, point.volume)


def _ions(ions: Mapping[str, Mapping[str, IonState]]) -> list[Block]:
    return [block for states in ions.values() for block in parts.ions(states, "")]


def _at(V: Mapping[str, float], ions: Mapping[str, Mapping[str, IonState]]) -> list[Block]:
    """A line for each membrane: its potential and the Nernst potential of each ion."""
    named = {ion: ion_words(ion, state.valence) for states in ions.values() for ion, state in states.items()}
    rows = [(name, mV(x), *(_E(ions.get(name, {}).get(ion)) for ion in named)) for name, x in V.items()]
    return table("", ["", "V mV", *(f"E({words})" for words in named.values())], rows)


def _E(state: IonState | None) -> str:
    return mV(state.E) if state else ABSENT


def _contents(inside: Mapping[str, Mapping[str, float]], volume: Mapping[str, Maybe]) -> list[Block]:
    """A line for each compartment: what it holds."""
    ions = list(dict.fromkeys(ion for held in inside.values() for ion in held))
    rows = [(name, pL(volume.get(name)), *(concentration(c.get(ion)) for ion in ions)) for name, c in inside.items()]
    return table("", ["", "volume pL", *(f"{ion} mM" for ion in ions)], rows)


# -- what makes V, what holds the contents ------------------------------------------------------------------------


def makers(result: RestResult) -> list[Block]:
    """What each mechanism carries, and the potential without it, the weightiest first; the pumps' part, and what it costs."""
    rows = sorted(_weighed(result), key=lambda row: -row[0])
    heads: list[Column | str] = ["", "share of current", "V without it mV", "change mV"]
    if len(result.V_m) == 1:
        heads.append(Column("", TEXT))
    return [*table("What makes V", heads, (row[: len(heads)] for _, row in rows)), *sentences(_said_of(result))]


def _weighed(result: RestResult) -> Iterator[tuple[float, tuple[str, ...]]]:
    """The row of each mechanism behind what its absence would change [V]; without some nothing is left that holds a potential."""
    for name, group in result.mechanisms.items():
        for word, state in group.items():
            without = result.without[name].get(word)
            change = without - result.V_m[name] if known(without) else None
            share = parts.share(state, parts.current_way(state, result.ions[name]))
            cells = (share, mV(without), mV(change, signed=True), parts.moved(change))
            yield inf if change is None else abs(change), (f"{where(f'{name}.', result.V_m)}{word}", *cells)


def _said_of(result: RestResult) -> list[str]:
    own = {name: one.electrogenic for name, one in result.explain.items() if known(one.electrogenic)}
    pumps = [f"{mV(x, signed=True)} mV{where(f' ({name})', result.V_m)}" for name, x in own.items()]
    return [f"The pumps' own current adds {', '.join(pumps)}.{_cost(result.atp)}"] if pumps else []


def _cost(atp: Maybe) -> str:
    return f" They split {engineering(atp, 'mol/s')} of ATP." if known(atp) and atp else ""


def movers(result: SteadyResult) -> list[Block]:
    """What each mechanism moves, the most first: what one lets in another takes out."""
    groups = result.mechanisms
    named = {f"{where(f'{name}.', groups)}{word}": state for name, group in groups.items() for word, state in group.items()}
    size = {name: largest_of(state.fluxes.values()) for name, state in named.items()}
    largest = largest_of(size.values())
    if not largest:
        return []
    power = prefix_power([largest])
    ions = list(dict.fromkeys(ion for state in named.values() for ion in state.fluxes))
    rows = [
        (name, *_row(named[name].fluxes, ions, largest, power))
        for name in sorted(named, key=lambda name: -size[name])
        if size[name] > parts.BALANCED * largest
    ]
    title = f"What moves, in {prefixed('mol/s', power)} (outward positive); each ion adds up to nothing"
    cost = _cost(result.atp).strip().replace("They split", "The pumps split")
    valences = {ion: state.valence for states in result.ions.values() for ion, state in states.items()}
    heads = [ion_words(ion, valences.get(ion, 0)) for ion in ions]
    return [*table(title, ["", *heads], rows), *sentences([cost] if cost else [])]


def _row(fluxes: Mapping[str, Maybe], ions: Iterable[str], largest: float, power: int) -> list[str]:
    return parts.filled([parts.settled(fluxes[ion], largest) if ion in fluxes else None for ion in ions], power)


# -- what warns, and how it ends ----------------------------------------------------------------------------------


def warnings(answer: Any) -> list[Block]:
    """The notes that warn, and what gains free energy from nothing."""
    found = [note for note in answer.notes if not isinstance(note, Aside)]
    gained = answer.certificate.dissipation_violations
    return sentences(_in_paragraphs([*found, *([parts.gains(gained)] if gained else [])]), marked=True, apart=True)


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
    verdict, joint = parts.verdict_on(answer.certificate)
    notes, reasons = len(answer.notes), len(parts.reasons(answer))
    counted = (f"{notes} note{'s' if notes > 1 else ''}" if notes else "", f"{reasons} not said" if reasons else "")
    more = ", ".join(filter(None, counted))
    rest = f"More{f' ({more})' if more else ''}: --long, .text(long=True). Figure: --plot FILE."
    return joint.join(filter(None, (verdict, evidence))) + ".", rest
