"""A protocol as intervals of time: which numbers hold in each, which change, what is clamped."""

from __future__ import annotations

import copy
import heapq
import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate, chain, pairwise
from types import MappingProxyType
from typing import Any, Generic, TypeVar

import numpy as np

from ... import maths
from ...description.cell import BATH
from ...description.derive import Derivation
from ...description.protocol import Addition, Electrode, Protocol, Ramp, Setting, Shock
from ...engines.ramps import Change
from ...errors import InputError, Problem
from ...system.clamps import Clamps
from ...units import to_unit

MOST_NEWS = 12
Event = TypeVar("Event")


@dataclass(frozen=True)
class Interval:
    """Time without a discontinuity: numbers at its begin, how ramps change some of them, clamps.

    `voltages` [V] are put on at its begin, `solutions` [mol/m^3] and `additions` brought in, `shocks` given; `news` says what begins or ends there.
    """

    begin: float
    end: float
    numbers: dict[str, float]
    changes: dict[str, Change]
    clamps: Clamps
    voltages: dict[str, float]
    news: tuple[str, ...] = ()
    solutions: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    additions: tuple[Addition, ...] = ()
    shocks: tuple[Shock, ...] = ()

    @property
    def ends(self) -> dict[str, float]:
        """Its numbers at its end."""
        return self.numbers | {
            name: change.later(self.numbers[name], self.end - self.begin) for name, change in self.changes.items()
        }


class Intervals:
    """Cuts a protocol into intervals for one cell at given written numbers. `ramped` are the numbers that some ramp changes.

    What the description fixes once (amounts of impermeants, described volumes) stays, whatever a protocol sets. Written numbers may be
    arrays, with a value for each of many cells.
    """

    def __init__(self, derivation: Derivation, protocol: Protocol, written: Mapping[str, Any] | None = None) -> None:
        self.derivation, self.protocol, self.cell = derivation, protocol, derivation.cell
        self.written = dict(derivation.written if written is None else written)
        self.described = derivation.described(self.written)
        self._baths = [name for name, space in self.cell.compartments.items() if space.role == BATH]
        self._known: dict[object, dict[str, Any]] = {}
        self._number = {ramp: self._ramped_number(ramp) for ramp in protocol.ramps}
        self.ramped = tuple(sorted(set(self._number.values())))

    def at(self, written: Mapping[str, Any]) -> Intervals:
        """The same protocol at other written numbers, which may be symbols."""
        other = copy.copy(self)
        other.written, other.described, other._known = dict(written), self.derivation.described(written), {}
        return other

    def intervals(self) -> list[Interval]:
        """The intervals in order, from 0 to the end."""
        moment, found = _Moment(self.protocol), []
        for begin, end in pairwise(self._cuts()):
            moment.advance(begin)
            found.append(self._interval(moment, begin, end))
        return found

    def _cuts(self) -> list[float]:
        """Every time at which something begins or ends."""
        p = self.protocol
        lasting = [(0.0, p.until), *((one.at, one.until) for one in p.settings)]
        lasting += [(one.begin, one.end) for one in p.ramps] + [(one.begin, one.end) for one in p.electrodes]
        times = {*chain.from_iterable(lasting), *(one.at for one in p.additions), *(one.at for one in p.shocks)}
        return sorted(t for t in times if t is not None and 0 <= t <= p.until)

    def _interval(self, moment: _Moment, begin: float, end: float) -> Interval:
        settings, factors = moment.settings()
        electrodes = moment.electrodes()
        ramped, changes = self._ramping([ramp for ramp in moment.ramps() if ramp.path not in factors], settings, begin)
        numbers = self.numbers(settings, factors) | ramped | _held(electrodes)
        return Interval(
            begin,
            end,
            numbers,
            changes,
            _clamps(electrodes),
            {e.into: e.value for e in electrodes if e.kind == "voltage"},
            moment.news(),
            {e.into: e.solution for e in electrodes if e.solution and e.begin == begin},
            tuple(one for one in self.protocol.additions if one.at == begin),
            tuple(one for one in self.protocol.shocks if one.at == begin),
        )

    # -- numbers ------------------------------------------------------------------------------------------------------

    def numbers(self, settings: Mapping[str, float], factors: Mapping[str, float] = MappingProxyType({})) -> dict[str, Any]:
        """The numbers of the cell with settings in place, and written values times factors."""
        key = tuple(sorted(settings.items())), tuple(sorted(factors.items()))
        if key not in self._known:
            values = {**settings, **{path: self.written[path] * factor for path, factor in factors.items()}}
            written = {**self.written, **values}
            self._known[key] = self.derivation.numbers(written, self._fixed(values, written))
        return self._known[key]

    def _fixed(self, values: Mapping[str, float], written: Mapping[str, float]) -> dict[str, float]:
        """What the description fixes once; only the impermeants of a bath may be set anew."""
        baths = tuple(f"{bath}." for bath in self._baths if any(path.startswith(f"{bath}.impermeant") for path in values))
        if not baths:
            return self.described
        again = self.derivation.described(written)
        return self.described | {
            name: again[name] for name in again if name.startswith(baths) and name.endswith(".concentration")
        }

    def _ramped_number(self, ramp: Ramp) -> str:
        """The one number that a ramped path is, as seen at another value than the described one.

        Raises:
            InputError: several numbers follow from the path.
        """
        described, target = self.written[ramp.path], ramp.si
        other = target if np.any(target != described) else 2 * described or 1.0
        before, after = self.numbers({}), self.numbers({ramp.path: other})
        changed = [name for name in before if np.any(before[name] != after[name])]
        if len(changed) != 1:
            raise InputError(
                Problem(
                    f"'{ramp.path}' cannot be ramped: {len(changed)} numbers of the cell follow from it",
                    path=ramp.path,
                    found=", ".join(changed[:4]),
                    expected="a path that is one number",
                )
            )
        return changed[0]

    def _ramping(
        self, ramps: Iterable[Ramp], settings: Mapping[str, float], begin: float
    ) -> tuple[dict[str, float], dict[str, Change]]:
        """Numbers that ramps change, at a time, and how those change that do just then."""
        values, changes = dict[str, float](), dict[str, Change]()
        for ramp in ramps:
            name = self._number[ramp]
            target = self.numbers({**settings, ramp.path: ramp.si})[name]
            if begin < ramp.end:
                start = values.get(name, self.numbers(settings)[name])
                changes[name] = _change(ramp, start, target)
                values[name] = changes[name].later(start, begin - ramp.begin)
            else:
                values[name] = target
        return values, changes


def _change(ramp: Ramp, start: Any, target: Any) -> Change:
    """How a number goes from one value to another during a ramp.

    Raises:
        InputError: it goes in decades from or to what is not positive.
    """
    length, least, most = ramp.end - ramp.begin, maths.minimum(start, target), maths.maximum(start, target)
    if not ramp.in_decades:
        return Change((target - start) / length, 0.0, least, most)
    if not maths.is_symbol(least) and np.any(least <= 0):
        raise InputError(
            Problem(
                f"'{ramp.path}' goes in decades (scale: log), so both ends of its ramp are positive numbers",
                path=ramp.path,
                found=f"from {np.min(start):g} to {np.min(target):g} when the ramp begins",
                expected="a ramp between positive values, or scale: linear",
            )
        )
    return Change(0.0, maths.log(target / start) / length, least, most)


def _clamps(electrodes: Iterable[Electrode]) -> Clamps:
    currents = {e.into: e.carrier or "" for e in electrodes if e.kind == "current"}
    voltages = {e.into: e.carrier or "" for e in electrodes if e.kind == "voltage"}
    return Clamps(currents, voltages, frozenset(e.into for e in electrodes if e.kind == "dialyse"))


# -- what is in force at a time ---------------------------------------------------------------------------------------


@dataclass
class _Queue(Generic[Event]):
    """Events in order of their begin, and which of them have begun and not ended; each has its rank."""

    waiting: list[tuple[float, int, Event]]
    running: dict[int, tuple[float, Event]] = field(default_factory=dict)
    next: int = 0

    def begun(self, time: float) -> Iterator[tuple[int, Event]]:
        """Events that begin by a time and were not told before."""
        while self.next < len(self.waiting) and self.waiting[self.next][0] <= time:
            _, rank, event = self.waiting[self.next]
            self.next += 1
            yield rank, event

    def drop(self, time: float) -> list[Event]:
        """Events that end by a time, taken out."""
        ended = [(rank, event) for rank, (end, event) in self.running.items() if end <= time]
        for rank, _ in ended:
            del self.running[rank]
        return [event for _, event in ended]

    def inside(self) -> list[Event]:
        """Running events by their rank."""
        return [self.running[rank][1] for rank in sorted(self.running)]


_Held = tuple[int, float, float]
"""The rank of a setting with its sign turned, so that a heap has the last one on top; its end [s], its value or factor."""
_NONE = (-1, 0.0)


class _Moment:
    """The events of a protocol at a time that `advance` sets. Time only goes on, so each event is looked at when it begins and ends."""

    def __init__(self, protocol: Protocol) -> None:
        settings = sorted(protocol.settings, key=lambda s: s.at)
        ramps = sorted(protocol.ramps, key=lambda r: r.begin)
        electrodes = sorted(enumerate(protocol.electrodes), key=lambda e: e[1].begin)
        self._settings = _Queue([(s.at, rank, s) for rank, s in enumerate(settings)])
        self._ramps = _Queue([(r.begin, rank, r) for rank, r in enumerate(ramps)])
        self._electrodes = _Queue([(e.begin, rank, e) for rank, e in electrodes])
        self._begins = [setting.at for setting in settings]
        self._values: dict[str, list[_Held]] = {}
        self._factors: dict[str, list[_Held]] = {}
        self._arrived: dict[str, tuple[int, Ramp]] = {}
        self._ranks = {id(ramp): rank for rank, ramp in enumerate(ramps)}
        self._words = _words(protocol)
        self.time = -math.inf

    def advance(self, time: float) -> None:
        """Go on to a time [s]."""
        self.time = time
        for ramp in self._ramps.drop(time):
            self._arrived[ramp.path] = (self._ranks[id(ramp)], ramp)
        for rank, ramp in self._ramps.begun(time):
            self._ramps.running[rank] = (ramp.end, ramp)
        for rank, setting in self._settings.begun(time):
            self._set(rank, setting)
        self._electrodes.drop(time)
        for rank, electrode in self._electrodes.begun(time):
            if electrode.end > time:
                self._electrodes.running[rank] = (electrode.end, electrode)

    def _set(self, rank: int, setting: Setting) -> None:
        """A setting begins and overrides what began earlier; one for good ends what a ramp before it left."""
        arrived = self._arrived.get(setting.path)
        if setting.until is None and arrived is not None and arrived[1].end <= setting.at:
            del self._arrived[setting.path]
        number = setting.si if setting.si is not None else setting.factor
        if number is not None:
            held = self._factors if setting.si is None else self._values
            end = math.inf if setting.until is None else setting.until
            heapq.heappush(held.setdefault(setting.path, []), (-rank, end, number))

    def settings(self) -> tuple[dict[str, float], dict[str, float]]:
        """Values [SI] and factors in force, later ones over earlier."""
        values, factors = ({path: self._last(held[path]) for path in held} for held in (self._values, self._factors))
        later = {path: factor for path, (rank, factor) in factors.items() if rank > values.get(path, _NONE)[0]}
        return {path: value for path, (rank, value) in values.items() if rank > _NONE[0]}, later

    def _last(self, held: list[_Held]) -> tuple[int, float]:
        """Rank and number of the setting that began last of those that have not ended."""
        while held and held[0][1] <= self.time:
            heapq.heappop(held)
        return (-held[0][0], held[0][2]) if held else _NONE

    def ramps(self) -> list[Ramp]:
        """Ramps that run, and those whose end still holds, by their begin."""
        both = {rank: ramp for rank, ramp in self._arrived.values() if not self._hidden(ramp)}
        both |= {rank: ramp for rank, (_, ramp) in self._ramps.running.items()}
        return [both[rank] for rank in sorted(both)]

    def _hidden(self, ramp: Ramp) -> bool:
        """Whether a setting that began after a ramp holds over what it left."""
        last = [self._last(held[ramp.path])[0] for held in (self._values, self._factors) if ramp.path in held]
        return any(rank > _NONE[0] and self._begins[rank] >= ramp.end for rank in last)

    def electrodes(self) -> list[Electrode]:
        """Electrodes that act, in the order of the protocol."""
        return self._electrodes.inside()

    def news(self) -> tuple[str, ...]:
        """What begins or ends at this time, in words."""
        return tuple(self._words.get(self.time, [])[:MOST_NEWS])


def _returns(settings: Iterable[Setting]) -> Iterator[tuple[str, float]]:
    """(path, time) where a path goes back: a setting of it ends, and no other one holds from then on."""
    by_path: dict[str, list[Setting]] = {}
    for setting in settings:
        by_path.setdefault(setting.path, []).append(setting)
    for path, same in by_path.items():
        same.sort(key=lambda setting: setting.at)
        begins = [setting.at for setting in same]
        last = list(accumulate((math.inf if setting.until is None else setting.until for setting in same), max))
        for time in dict.fromkeys(setting.until for setting in same if setting.until is not None):
            if last[bisect_right(begins, time) - 1] <= time:
                yield path, time


_NAMES = {"current": "current into '{}'", "voltage": "voltage clamp of '{}'", "dialyse": "pipette in '{}'"}


def begun(e: Electrode) -> str:
    """What an electrode begins to do, in words: which current, potential or solution."""
    name = _NAMES[e.kind].format(e.into)
    if e.kind == "dialyse":
        solution = ", ".join(f"{to_unit(c, 'mM'):.4g} mM {ion}" for ion, c in e.solution.items())
        return f"{name} with {solution}" if solution else f"{name} that holds what is there"
    return f"{name}: {to_unit(e.value, 'pA'):.4g} pA" if e.kind == "current" else f"{name} at {to_unit(e.value, 'mV'):.4g} mV"


def _words(p: Protocol) -> dict[float, list[str]]:
    """What begins or ends at each time."""
    found: dict[float, list[str]] = {}

    def say(words: Iterable[tuple[float | None, str]]) -> None:
        for time, text in words:
            if time is not None:
                found.setdefault(time, []).append(text)

    say((one.at, _said(one)) for one in p.settings)
    say((time, f"{path} back") for path, time in _returns(p.settings))
    say((r.begin, f"{r.path} ramps to {r.text}{' in decades' if r.in_decades else ''}") for r in p.ramps)
    say((one.at, one.text) for one in p.additions)
    say((one.at, _shock(one)) for one in p.shocks)
    begins = {(e.begin, e.kind, e.into) for e in p.electrodes}
    say((e.end, f"{_NAMES[e.kind].format(e.into)} ends") for e in p.electrodes if (e.end, e.kind, e.into) not in begins)
    say((e.begin, begun(e)) for e in p.electrodes)
    return found


def _shock(one: Shock) -> str:
    where = f"'{one.into}'" if one.against is None else f"'{one.into}' against '{one.against}'"
    return f"shock to {where}: {to_unit(one.value, 'mV'):+.4g} mV"


def _held(electrodes: Iterable[Electrode]) -> dict[str, float]:
    """The currents and potentials of electrodes as numbers."""
    return {f"electrode.{e.into}.{e.kind}": e.value for e in electrodes if e.kind in ("current", "voltage")}


def _said(one: Setting) -> str:
    return f"{one.path} = {one.text}" if one.text is not None else f"{one.path} x {one.factor:g}"
