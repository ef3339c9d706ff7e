"""The pieces that a protocol cuts time into: which numbers hold in each, which change, what is clamped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from ...description.cell import BATH, Cell
from ...description.protocol import Electrode, Protocol, Ramp
from ...errors import InputError, Problem
from ...system.cell import CellSystem, whole_numbers
from ...system.clamps import Clamps
from .moment import Moment


@dataclass(frozen=True)
class Interval:
    """A stretch of time without a discontinuity: numbers at its begin, slopes [1/s] of those that a ramp changes, clamps."""

    begin: float
    end: float
    numbers: dict[str, float]
    slopes: dict[str, float]
    clamps: Clamps
    voltages: dict[str, float]
    news: tuple[str, ...] = ()
    solutions: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


class Intervals:
    """Cuts a protocol into stretches for one cell. `ramped` are the numbers that some ramp changes."""

    def __init__(self, cell: Cell, whole: CellSystem, protocol: Protocol) -> None:
        self.cell, self.whole, self.protocol = cell, whole, protocol
        self._baths = [name for name, space in cell.compartments.items() if space.role == BATH]
        self._fixed = fixed_numbers(cell)
        self._known: dict[tuple[tuple[str, str], ...], dict[str, float]] = {}
        self._held: dict[tuple[tuple[tuple[str, Any], ...], ...], dict[str, float]] = {}
        self._ramped: dict[Ramp, str] = {}
        self.ramped = tuple(sorted({self._number_of(ramp) for ramp in protocol.ramps}))

    def _number_of(self, ramp: Ramp) -> str:
        if ramp not in self._ramped:
            self._ramped[ramp] = self._found(ramp)
        return self._ramped[ramp]

    def _found(self, ramp: Ramp) -> str:
        """The one number that a ramped path is; a path that several numbers follow from cannot be ramped."""
        before, after = self._numbers({}), self._numbers({ramp.path: ramp.text})
        changed = [name for name in before if before[name] != after[name]]
        if len(changed) > 1:
            raise InputError(
                Problem(
                    f"'{ramp.path}' cannot be ramped: {len(changed)} numbers of the cell follow from it",
                    path=ramp.path,
                    found=", ".join(changed[:4]),
                    expected="a path that is one number",
                )
            )
        return changed[0] if changed else ramp.path

    def _numbers(self, settings: Mapping[str, str]) -> dict[str, float]:
        """The numbers of the cell with settings; what belongs to the state or was fixed by the description stays as described."""
        key = tuple(sorted(settings.items()))
        if key not in self._known:
            numbers = dict(self.whole.numbers)
            if settings:
                changed = whole_numbers(self.cell.replace(dict(settings)))
                baths = tuple(f"{s}." for s in self._baths if any(path.startswith(f"{s}.impermeant") for path in settings))
                numbers |= {
                    name: value
                    for name, value in changed.items()
                    if name not in self._fixed or (name.endswith(".concentration") and name.startswith(baths or "\0"))
                }
            self._known[key] = numbers
        return self._known[key]

    def stretches(self) -> list[Interval]:
        """The stretches in order, from 0 to the end."""
        p, moment = self.protocol, Moment(self.protocol)
        cuts = {0.0, p.until}
        cuts |= {t for s in p.settings for t in (s.at, s.until) if t is not None}
        cuts |= {t for r in p.ramps for t in (r.begin, r.end)} | {t for e in p.electrodes for t in (e.begin, e.end)}
        found = []
        for begin, end in pairwise(sorted(t for t in cuts if 0 <= t <= p.until)):
            moment.advance(begin)
            found.append(self._stretch(moment, begin, end))
        return found

    def _stretch(self, moment: Moment, begin: float, end: float) -> Interval:
        (settings, factors), ramps, electrodes = moment.settings(), moment.ramps(), moment.electrodes()
        currents = {f"electrode.{e.into}.current": e.value for e in electrodes if e.kind == "current"}
        key = (tuple(settings.items()), tuple(factors.items()), tuple(currents.items()))
        numbers, slopes = self._held.get(key), dict[str, float]()
        if numbers is None or ramps:
            numbers, slopes = self._ramping(ramps, settings, begin)
            for path, factor in factors.items():
                numbers = {**numbers, **self._scaled(settings, path, factor)}
            numbers = {**numbers, **currents}
        if not ramps:
            self._held[key] = numbers
        return Interval(
            begin,
            end,
            numbers,
            slopes,
            _clamps(electrodes),
            {e.into: e.value for e in electrodes if e.kind == "voltage"},
            moment.news(),
            {e.into: e.solution for e in electrodes if e.solution and e.begin == begin},
        )

    def _ramping(self, ramps: list[Ramp], settings: Mapping[str, str], begin: float) -> tuple[dict[str, float], dict[str, float]]:
        """Numbers at a time, and slopes [1/s] of those that ramps change just then."""
        numbers, slopes = self._numbers(settings), dict[str, float]()
        numbers = dict(numbers) if ramps else numbers
        for ramp in ramps:
            name = self._number_of(ramp)
            target = self._numbers({**settings, ramp.path: ramp.text})[name]
            if begin < ramp.end:
                slopes[name] = (target - numbers[name]) / (ramp.end - ramp.begin)
                numbers[name] += slopes[name] * (begin - ramp.begin)
            else:
                numbers[name] = target
        return numbers, slopes

    def _scaled(self, settings: Mapping[str, str], path: str, factor: float) -> dict[str, float]:
        """The numbers that a factor on a path changes, as it changes them."""
        unit, before = _si_unit(self.cell, path), self._numbers(settings)
        scaled = self._numbers({**settings, path: f"{self.cell.settable[path].si * factor!r} {unit}"})
        return {name: value for name, value in scaled.items() if value != before[name]}


def fixed_numbers(cell: Cell) -> frozenset[str]:
    """Numbers that the description fixes once and that no protocol changes: described volumes, and what there is of impermeants."""
    found = {f"{name}.described_volume" for name in cell.compartments}
    for name, space in cell.compartments.items():
        found |= {f"{name}.{word}.{key}" for word in space.impermeants for key in ("amount", "concentration")}
    return frozenset(found)


def _clamps(electrodes: list[Electrode]) -> Clamps:
    currents = {e.into: e.carrier or "" for e in electrodes if e.kind == "current"}
    voltages = {e.into: e.carrier or "" for e in electrodes if e.kind == "voltage"}
    return Clamps(currents, voltages, frozenset(e.into for e in electrodes if e.kind == "dialyse"))


def _si_unit(cell: Cell, path: str) -> str:
    """A unit text of SI for the dimension of a path's value."""
    from ...units import quantity_from

    value = cell.settable[path]
    dimension = quantity_from(value.text).dimension if value.text else None
    return "" if dimension is None else dimension.symbol
