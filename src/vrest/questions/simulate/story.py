"""A time course in plain words, made from its own numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ...description.cell import BATH, Cell
from ...description.protocol import Protocol
from ...results.simulation import EVENT, STEP, Happening, SimulationResult
from ...results.words import duration
from ...units import to_unit

NOTICED = 0.01
MOST = 40
"""Stretches that are told; of more, the first and the last."""
OSMOTIC = 0.05
"""Part by which a protocol changes a bath's osmolarity before it is said that a fixed volume does not answer to it."""
AT_ONCE = 60.0
"""Seconds that a stretch lasts before its first hundredth counts as at once."""


@dataclass(frozen=True)
class Told:
    """What of a time course is told; see `SimulationResult`."""

    cell: str
    time: np.ndarray
    V: Mapping[str, np.ndarray]
    c: Mapping[str, Mapping[str, np.ndarray]]
    volume: Mapping[str, np.ndarray]
    happenings: tuple[Happening, ...]


def story(result: SimulationResult | Told) -> tuple[str, ...]:
    """A paragraph for the start, and one for each stretch between the protocol's steps."""
    steps: dict[float, list[str]] = {}
    for h in result.happenings:
        if h.kind == STEP:
            steps.setdefault(h.time, []).append(h.what)
    stretches = [(a, b) for a, b in pairwise(sorted({0.0, *steps, float(result.time[-1])})) if b > a]
    if len(stretches) > MOST:
        first, last = stretches[: MOST // 2], stretches[-MOST // 2 :]
        between = f"{len(stretches) - len(first) - len(last)} stretches between are not told."
        told = [*_told(result, first, steps), between, *_told(result, last, steps)]
    else:
        told = _told(result, stretches, steps)
    return tuple(paragraph for paragraph in (_start(result), *told) if paragraph)


def _told(result: SimulationResult | Told, stretches: list[tuple[float, float]], steps: Mapping[float, list[str]]) -> list[str]:
    return [_stretch(result, begin, end, steps.get(begin, [])) for begin, end in stretches]


def notes_on_times(protocol: Protocol) -> tuple[str, ...]:
    """A sentence on what would begin at the end of the protocol or later: it is not carried out."""
    begins = [(s.at, s.path) for s in protocol.settings]
    begins += [(r.begin, r.path) for r in protocol.ramps] + [(e.begin, f"{e.kind} in '{e.into}'") for e in protocol.electrodes]
    late = sorted((begin, what) for begin, what in begins if begin >= protocol.until)
    if not late:
        return ()
    told = ", ".join(f"{what} at {duration(begin)}" for begin, what in late[:MOST])
    more = f" and {len(late) - MOST} more" if len(late) > MOST else ""
    return (f"The run ends at {duration(protocol.until)}, so this is not carried out: {told}{more}.",)


def water_notes(cell: Cell, protocol: Protocol) -> tuple[str, ...]:
    """A sentence for each compartment whose volume is fixed although the protocol changes the osmolarity around it."""
    changed = _osmolarities(cell, protocol)
    notes = []
    for space in cell.compartments.values():
        around = cell.around(space.name)
        beside = {end for membrane in around for end in membrane.ends} & changed
        if space.role != BATH and beside and all(m.water.rule == "none" for m in around):
            notes.append(
                f"The osmolarity of {' and '.join(map(repr, sorted(beside)))} changes, but the volume of '{space.name}' is fixed "
                "(water: none), so no water moves; describe the membrane's water to see it swell or shrink."
            )
    return tuple(notes)


def _osmolarities(cell: Cell, protocol: Protocol, least: float = OSMOTIC) -> set[str]:
    """The baths whose osmolarity a protocol changes at some time by more than a part of it."""
    found = set()
    for space in (s for s in cell.compartments.values() if s.role == BATH):
        paths = {f"{space.name}.{ion}": value.si for ion, value in space.ions.items()}
        total = sum(paths.values()) + sum(x.concentration.si for x in space.impermeants.values())
        changes = sorted(_changes(protocol, paths))
        sums = np.cumsum([change for _, change in changes])
        settled = [k for k, (time, _) in enumerate(changes) if k + 1 == len(changes) or changes[k + 1][0] > time]
        if np.any(np.abs(sums[settled]) > least * total):
            found.add(space.name)
    return found


def _changes(protocol: Protocol, paths: Mapping[str, float]) -> Iterator[tuple[float, float]]:
    """(time, change of a concentration) wherever one begins or ends."""
    for one in protocol.settings:
        if one.path in paths:
            value = paths[one.path] * one.factor if one.factor is not None else one.si
            change = (0.0 if value is None else value) - paths[one.path]
            yield one.at, change
            if one.until is not None:
                yield one.until, -change
    for ramp in protocol.ramps:
        if ramp.path in paths:
            yield ramp.end, ramp.si - paths[ramp.path]


def _start(result: SimulationResult | Told) -> str:
    return f"{result.cell} starts with {_potentials(result, 0)}."


def _potentials(result: SimulationResult | Told, k: int) -> str:
    several = len(result.V) > 1
    return ", ".join(f"V{' of ' + name if several else ''} = {to_unit(float(V[k]), 'mV'):.2f} mV" for name, V in result.V.items())


def _stretch(result: SimulationResult | Told, begin: float, end: float, happened: list[str]) -> str:
    """What changed: at once, and by the end."""
    first = int(np.searchsorted(result.time, begin, side="left"))
    last = int(np.searchsorted(result.time, end, side="right")) - 1
    if begin > 0:
        first = max(int(np.searchsorted(result.time, begin, side="right")) - 1, 0)
    steps = [what for what in happened if not what.startswith("the end")]
    parts = [
        f"{f'At {duration(begin)}' if begin > 0 else 'At the start'}: {', '.join(dict.fromkeys(_short(step) for step in steps))}."
        if steps
        else f"From {duration(begin) if begin > 0 else 'the start'} to {duration(end)}:"
    ]
    parts.append(_voltage(result, first, last, begin, end))
    parts.append(_contents(result, first, last, end))
    parts += [f"At {duration(h.time)} {h.what}." for h in result.happenings if h.kind == EVENT and begin <= h.time < end]
    return " ".join(part for part in parts if part)


def _short(step: str) -> str:
    """Steps of many paths alike are told once."""
    return step if len(step) <= 60 else step[:57] + "..."


def _voltage(result: SimulationResult | Told, first: int, last: int, begin: float, end: float) -> str:
    told = []
    several = len(result.V) > 1
    for name, V in result.V.items():
        window = result.time[first : last + 1]
        quick = min(1.0, 0.01 * (end - begin))
        fast = first + int(np.searchsorted(window, begin + quick, side="right")) - 1
        fast = max(first, min(fast, last))
        at_once, later = float(V[fast] - V[first]), float(V[last] - V[fast])
        soon = "at once" if end - begin >= AT_ONCE else f"within {duration(float(f'{result.time[fast] - begin:.2g}'))}"
        who = f"V of {name}" if several else "V"
        words = []
        if abs(at_once) > 5e-5:
            words.append(f"moves by {to_unit(at_once, 'mV'):+.2f} mV {soon}")
        if abs(later) > 5e-5:
            words.append(
                f"by {to_unit(later, 'mV'):+.2f} mV more by {duration(end)}"
                if words
                else f"moves by {to_unit(later, 'mV'):+.2f} mV by {duration(end)}"
            )
        told.append(
            f"{who} {' and '.join(words)}, to {to_unit(float(V[last]), 'mV'):.2f} mV"
            if words
            else f"{who} stays at {to_unit(float(V[last]), 'mV'):.2f} mV"
        )
    return "; ".join(told) + "."


def _contents(result: SimulationResult | Told, first: int, last: int, end: float) -> str:
    told = []
    several = len(result.c) > 1
    for space, ions in result.c.items():
        for ion, c in ions.items():
            a, b = float(c[first]), float(c[last])
            if abs(b - a) > NOTICED * max(abs(a), abs(b), 1e-9):
                told.append(
                    f"{ion}{' in ' + space if several else ''} {'rises' if b > a else 'falls'} from {a:.4g} to {b:.4g} mM"
                )
    for space, w in result.volume.items():
        a, b = float(w[first]), float(w[last])
        if abs(b - a) > NOTICED * a:
            told.append(
                f"the volume{' of ' + space if several else ''} {'grows' if b > a else 'shrinks'} by {abs(b / a - 1):.1%}"
            )
    if not told:
        return ""
    text = "; ".join(told)
    return f"By {duration(end)} {text}."
