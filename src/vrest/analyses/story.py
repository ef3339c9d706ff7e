"""A time course in plain words, made from its own numbers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ..results.simulation import SimulationResult
from ..units import to_unit

NOTICED = 0.01
SCALES = ((172_800.0, "d", "d"), (7200.0, "h", "h"), (120.0, "min", "min"), (1.0, "s", "s"), (0.0, "ms", "ms"))


def story(result: SimulationResult) -> tuple[str, ...]:
    """A paragraph for the start, and one for each stretch between the protocol's steps."""
    cuts = sorted({0.0, *(h.time for h in result.happenings), float(result.time[-1])})
    paragraphs = [_start(result)]
    for begin, end in pairwise(cuts):
        if end > begin:
            paragraphs.append(_stretch(result, begin, end))
    return tuple(paragraph for paragraph in paragraphs if paragraph)


def duration(seconds: float) -> str:
    """A time for people: 12 min, 3.5 h."""
    for least, unit, word in SCALES:
        if seconds >= least:
            return f"{to_unit(seconds, unit):.4g} {word}"
    return "0 s"


def _start(result: SimulationResult) -> str:
    return f"{result.cell} starts with {_potentials(result, 0)}."


def _potentials(result: SimulationResult, k: int) -> str:
    several = len(result.V) > 1
    return ", ".join(f"V{' of ' + name if several else ''} = {to_unit(float(V[k]), 'mV'):.2f} mV" for name, V in result.V.items())


def _stretch(result: SimulationResult, begin: float, end: float) -> str:
    """What changed: at once, and by the end."""
    inside = np.flatnonzero((result.time >= begin) & (result.time <= end))
    first, last = int(inside[0]), int(inside[-1])
    if begin > 0:
        before = np.flatnonzero(result.time <= begin)
        first = int(before[-1]) if before.size else first
    steps = [h.what for h in result.happenings if h.time == begin and not h.what.startswith("the end")]
    parts = [
        f"At {duration(begin)}: {', '.join(dict.fromkeys(_short(step) for step in steps))}."
        if steps
        else f"From {duration(begin)} to {duration(end)}:"
    ]
    parts.append(_voltage(result, first, last, begin, end))
    parts.append(_contents(result, first, last, end))
    return " ".join(part for part in parts if part)


def _short(step: str) -> str:
    """Steps of many paths alike are told once."""
    return step if len(step) <= 60 else step[:57] + "..."


def _voltage(result: SimulationResult, first: int, last: int, begin: float, end: float) -> str:
    told = []
    several = len(result.V) > 1
    for name, V in result.V.items():
        window = result.time[first : last + 1]
        fast = first + int(np.searchsorted(window, begin + min(1.0, 0.01 * (end - begin)), side="right")) - 1
        fast = max(first, min(fast, last))
        at_once, later = float(V[fast] - V[first]), float(V[last] - V[fast])
        who = f"V of {name}" if several else "V"
        words = []
        if abs(at_once) > 5e-5:
            words.append(f"moves by {to_unit(at_once, 'mV'):+.2f} mV at once")
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


def _contents(result: SimulationResult, first: int, last: int, end: float) -> str:
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
