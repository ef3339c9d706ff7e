"""A time course in plain words, made from its own numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ...results.simulation import EVENT, STEP, Happening, SimulationResult, sides
from ...results.trains import trains
from ...results.words import PROTON, duration, pH
from ...units import to_unit

NOTICED = 0.01
WATER = 5e-4
"""Part by which the changes of a volume and of its water differ before both are told."""
MOST = 40
"""Stretches that are told; of more, the first and the last."""
VOLUME = ("grows", "shrinks")
ACID = 0.01
"""A change of a pH that is told."""
SEEN = 5e-5
"""A change of a potential [V] that is told."""
QUICK, QUICKEST = 0.01, 1.0
"""What happens soon after a step: within this part of its stretch, and within so many seconds."""
SETTLED = 0.05
"""Part of a quick change that is left when its time is told."""
STEEP, STEEPEST, LARGE, LASTS = 0.1, 1e-3, 0.2, 0.3
"""A change of its own within a stretch: where the slope exceeds this part of the largest; of so many volts, of this part of all that
the potential passes through, within this part of the stretch."""


Times = tuple[float, float]
"""Begin and end of a stretch [s]."""


@dataclass(frozen=True)
class Told:
    """What of a time course is told; see `SimulationResult`."""

    cell: str
    time: np.ndarray
    V: Mapping[str, np.ndarray]
    c: Mapping[str, Mapping[str, np.ndarray]]
    volume: Mapping[str, np.ndarray]
    water: Mapping[str, np.ndarray]
    electrode: Mapping[str, np.ndarray]
    happenings: tuple[Happening, ...]


@dataclass(frozen=True)
class _Stretch:
    """The points of a stretch, from just after its begin [s] to just before its end, and the one before a step at its begin."""

    begin: float
    end: float
    before: int
    first: int
    last: int

    def of(self, values: np.ndarray) -> np.ndarray:
        return values[self.first : self.last + 1]

    def jump(self, values: np.ndarray) -> float:
        """What a step at the begin changes at once."""
        return float(values[self.first] - values[self.before])


def story(result: SimulationResult | Told) -> tuple[str, ...]:
    """A paragraph for the start, and one for each stretch between the protocol's steps."""
    steps: dict[float, list[str]] = {}
    for h in result.happenings:
        if h.kind == STEP:
            steps.setdefault(h.time, []).append(h.what)
    stretches = [(a, b) for a, b in pairwise(sorted({0.0, *steps, float(result.time[-1])})) if b > a]
    told = [
        one if isinstance(one, str) else _stretch(result, _between(result, *one), steps.get(one[0], []))
        for one in _fewer(list(_folded(stretches, steps)))
    ]
    return tuple(paragraph for paragraph in (_start(result), *told) if paragraph)


def _folded(stretches: Sequence[Times], steps: Mapping[float, list[str]]) -> Iterator[Times | str]:
    """Stretches, and in place of those of a train that are like the first ones, how many there are."""
    begins = [begin for begin, _ in stretches]
    folded = {one.folded[0]: one for one in trains(begins, [tuple(steps.get(begin, ())) for begin in begins])}
    left_out = {place for one in folded.values() for place in one.folded}
    for place, stretch in enumerate(stretches):
        if place in folded:
            yield f"Then {folded[place].words}; the last time:"
        if place not in left_out:
            yield stretch


def _fewer(told: list[Times | str]) -> list[Times | str]:
    """Of many stretches the first and the last, and how many lie between."""
    if len(told) <= MOST:
        return told
    between = len(told) - MOST + 1
    said = f"{between} stretches between are not told." if between > 1 else "1 stretch between is not told."
    return [*told[: MOST // 2], said, *told[MOST // 2 + between :]]


def _between(result: SimulationResult | Told, begin: float, end: float) -> _Stretch:
    """The stretch between two times, with what holds after a step at its begin and before one at its end."""
    before, first = sides(result.time, begin)
    return _Stretch(begin, end, before, first, sides(result.time, end)[0])


def _start(result: SimulationResult | Told) -> str:
    several = len(result.V) > 1
    named = (f"V{' of ' + name if several else ''} = {to_unit(float(V[0]), 'mV'):z.2f} mV" for name, V in result.V.items())
    return f"{result.cell} starts with {', '.join(named)}."


def _stretch(result: SimulationResult | Told, stretch: _Stretch, happened: list[str]) -> str:
    """What changed: at once, soon, and by the end."""
    begin, end = stretch.begin, stretch.end
    parts = [_when(stretch, happened)]
    several = len(result.V) > 1
    told = [_voltage(f"V of {name}" if several else "V", result.time, V, stretch) for name, V in result.V.items()]
    parts.append("; ".join(told) + ".")
    parts.append(_given(result, stretch, any("voltage clamp" in what for what in happened)))
    parts.append(_contents(result, stretch))
    parts += [f"At {duration(h.time)} {h.what}." for h in result.happenings if h.kind == EVENT and begin <= h.time < end]
    return " ".join(part for part in parts if part)


def _when(stretch: _Stretch, happened: list[str]) -> str:
    """What was done at the begin of a stretch, or from when to when nothing was."""
    begin = duration(stretch.begin) if stretch.begin > 0 else "the start"
    steps = dict.fromkeys(_short(what) for what in happened if not what.startswith("the end"))
    return f"At {begin}: {', '.join(steps)}." if steps else f"From {begin} to {duration(stretch.end)}:"


def _short(step: str) -> str:
    """A step in at most a line."""
    return step if len(step) <= 100 else step[:97] + "..."


# -- potentials -------------------------------------------------------------------------------------------------------


def _voltage(who: str, time: np.ndarray, V: np.ndarray, stretch: _Stretch) -> str:
    """How a potential goes through a stretch."""
    words = list(_moves(stretch.of(time) - stretch.begin, stretch.of(V), stretch))
    if (jump := stretch.jump(V)) and abs(jump) > SEEN:
        words.insert(0, f"jumps by {_mV(jump)} mV at once")
    there = f"{to_unit(float(V[stretch.last]), 'mV'):z.2f} mV"
    if not words:
        return f"{who} stays at {there}"
    *others, last = words
    said = f"{', '.join(others)} and {last}" if others else last
    return f"{who} {said}, to {there}{_steepest(stretch.of(time), stretch.of(V))}"


def _moves(since: np.ndarray, V: np.ndarray, stretch: _Stretch) -> Iterator[str]:
    """What a potential does soon after the begin of a stretch, and by its end."""
    fast = int(np.searchsorted(since, min(QUICKEST, QUICK * (stretch.end - stretch.begin)), side="right")) - 1
    soon, later = float(V[fast] - V[0]), float(V[-1] - V[fast])
    if abs(soon) > SEEN:
        left = np.flatnonzero(np.abs(V[: fast + 1] - V[fast]) > SETTLED * abs(soon))
        yield f"moves by {_mV(soon)} mV within {duration(float(f'{since[left[-1] + 1]:.2g}'))}"
    if abs(later) > SEEN:
        by = f"by {duration(stretch.end)}"
        yield f"by {_mV(later)} mV more {by}" if abs(soon) > SEEN else f"moves by {_mV(later)} mV {by}"


def _mV(change: float) -> str:
    return f"{to_unit(change, 'mV'):+z.2f}"


def _steepest(time: np.ndarray, V: np.ndarray) -> str:
    """When a potential changes most steeply, where no step begins that: a collapse, a crossing of a threshold."""
    apart = np.append(True, np.diff(time) > 0)  # the end of a ramp, of which nothing is told, has two points
    time, V = time[apart], V[apart]
    if time.size < 3:
        return ""
    slopes = np.diff(V) / np.diff(time)
    k = int(np.argmax(np.abs(slopes)))
    steep = slopes * np.sign(slopes[k]) > STEEP * abs(slopes[k])
    begin = int(np.max(np.flatnonzero(~steep[:k]), initial=-1)) + 1
    end = k + int(np.argmin(np.append(steep[k:], False)))
    change, lasted = float(V[end] - V[begin]), float(time[end] - time[begin])
    own = begin > 0 and abs(change) > max(STEEPEST, LARGE * float(np.ptp(V))) and lasted < LASTS * float(time[-1] - time[0])
    return f" (most steeply at {duration(float(time[k]))}: by {_mV(change)} mV within {duration(lasted, 2)})" if own else ""


def _given(result: SimulationResult | Told, stretch: _Stretch, clamps: bool) -> str:
    """What the electrode of a clamp gives, where one is put on."""
    given = {space: stretch.of(current) for space, current in result.electrode.items() if clamps}
    told = [
        f"{_pA(I[0])} pA at first and {_pA(I[-1])} pA at the end{' into ' + space if len(result.c) > 1 else ''}"
        for space, I in given.items()
        if np.any(I != 0)
    ]
    return f"Its electrode gives {'; '.join(told)}." if told else ""


def _pA(current: float) -> str:
    return f"{to_unit(float(current), 'pA'):+.4g}"


# -- contents ---------------------------------------------------------------------------------------------------------


def _contents(result: SimulationResult | Told, stretch: _Stretch) -> str:
    """What concentrations and volumes do at once, and by the end of a stretch."""
    at_once = list(_changed(result, stretch.before, stretch.first))
    later = list(_changed(result, stretch.first, stretch.last))
    words = [
        f"At once {'; '.join(at_once)}." if at_once else "",
        f"By {duration(stretch.end)} {'; '.join(later)}." if later else "",
    ]
    return " ".join(filter(None, words))


def _changed(result: SimulationResult | Told, one: int, other: int) -> Iterator[str]:
    """Concentrations and volumes that differ between two points."""
    several = len(result.c) > 1
    for space, ions in result.c.items():
        there, acid = f" in {space}" if several else "", _acid(ions)
        yield from _acidity(result.time, pH(acid), there, one, other) if acid is not None else ()
        yield from _risen({ion: c for ion, c in ions.items() if c is not acid}, there, one, other)
    for space, w in result.volume.items():
        a, b = float(w[one]), float(w[other])
        if abs(b - a) > NOTICED * a:
            water = _of_water(a, b, *(float(result.water[space][k]) for k in (one, other)))
            yield f"the volume{' of ' + space if several else ''} {_way(a, b, VOLUME)} by {_percent(b / a)}{water}"


def _risen(ions: Mapping[str, np.ndarray], where: str, one: int, other: int) -> Iterator[str]:
    """Concentrations of a compartment that differ between two points."""
    for ion, c in ions.items():
        a, b = float(c[one]), float(c[other])
        if abs(b - a) > NOTICED * max(abs(a), abs(b), 1e-9):
            yield f"{ion}{where} {_way(a, b)} from {a:.4g} to {b:.4g} mM"


def _acid(ions: Mapping[str, np.ndarray]) -> np.ndarray | None:
    """The free protons of a compartment, of which there are always some; else none."""
    c = ions.get(PROTON)
    return c if c is not None and np.all(c > 0) else None


def _acidity(time: np.ndarray, pH: np.ndarray, where: str, one: int, other: int) -> Iterator[str]:
    """How the pH of a compartment goes from one point to another: by way of where it turns round, if it goes beyond both."""
    course = pH[one : other + 1]
    begin, end = float(course[0]), float(course[-1])
    beyond = np.maximum(course - max(begin, end), min(begin, end) - course)
    far = int(np.argmax(beyond))
    there = float(course[far])
    if beyond[far] > ACID:
        first, then = f"{_way(begin, there)} from {begin:.2f} to {there:.2f}", f"{_way(there, end)} to {end:.2f}"
        yield f"pH{where} {first} at {duration(float(time[one + far]))} and {then}"
    elif abs(end - begin) > ACID:
        yield f"pH{where} {_way(begin, end)} from {begin:.2f} to {end:.2f}"


def _way(a: float, b: float, words: tuple[str, str] = ("rises", "falls")) -> str:
    return words[0] if b > a else words[1]


def _of_water(a: float, b: float, water_a: float, water_b: float) -> str:
    """How much the water of a volume changes, where not all of it is water."""
    alike = abs(abs(water_b / water_a - 1) - abs(b / a - 1)) < WATER
    return "" if alike else f" (its water by {_percent(water_b / water_a)})"


def _percent(ratio: float) -> str:
    """By how much a ratio differs from one; a half is rounded up."""
    return f"{abs(ratio - 1) + 1e-9:.1%}"
