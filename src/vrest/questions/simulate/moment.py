"""What of a protocol is in force at a time. Time only goes on, so that each event is looked at when it begins and when it ends."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ...description.protocol import Electrode, Protocol, Ramp, Setting

MOST_NEWS = 12
Event = TypeVar("Event")


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
        if not self.running:
            return []
        ended = [(rank, event) for rank, (end, event) in self.running.items() if end <= time]
        for rank, _ in ended:
            del self.running[rank]
        return [event for _, event in ended]

    def inside(self) -> list[Event]:
        """Running events by their rank."""
        return [self.running[rank][1] for rank in sorted(self.running)]


class Moment:
    """The events of a protocol at a time that `advance` sets."""

    def __init__(self, protocol: Protocol) -> None:
        settings = sorted(protocol.settings, key=lambda s: s.at)
        ramps = sorted(protocol.ramps, key=lambda r: r.begin)
        electrodes = sorted(enumerate(protocol.electrodes), key=lambda e: e[1].begin)
        self._settings = _Queue([(s.at, rank, s) for rank, s in enumerate(settings)])
        self._ramps = _Queue([(r.begin, rank, r) for rank, r in enumerate(ramps)])
        self._electrodes = _Queue([(e.begin, rank, e) for rank, e in electrodes])
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
        self._settings.drop(time)
        for rank, setting in self._settings.begun(time):
            self._set(rank, setting)
        self._electrodes.drop(time)
        for rank, electrode in self._electrodes.begun(time):
            if electrode.end > time:
                self._electrodes.running[rank] = (electrode.end, electrode)

    def _set(self, rank: int, setting: Setting) -> None:
        """A setting begins: it ends what a ramp before it left, and, if it lasts, what it overrides for good."""
        arrived = self._arrived.get(setting.path)
        if arrived is not None and arrived[1].end <= setting.at:
            del self._arrived[setting.path]
        if setting.until is not None and setting.until <= self.time:
            return
        running = self._settings.running
        if setting.until is None:
            for other, (_, earlier) in list(running.items()):
                if earlier.path == setting.path and (setting.text is not None or earlier.text is None):
                    del running[other]
        running[rank] = (math.inf if setting.until is None else setting.until, setting)

    def settings(self) -> tuple[dict[str, str], dict[str, float]]:
        """Settings and factors in force, later ones over earlier."""
        settings: dict[str, str] = {}
        factors: dict[str, float] = {}
        for one in self._settings.inside():
            if one.text is not None:
                settings[one.path] = one.text
                factors.pop(one.path, None)
            elif one.factor is not None:
                factors[one.path] = one.factor
        return settings, factors

    def ramps(self) -> list[Ramp]:
        """Ramps that run, and those whose end still holds, by their begin."""
        if not self._arrived and not self._ramps.running:
            return []
        both = {**dict(self._arrived.values()), **{rank: ramp for rank, (_, ramp) in self._ramps.running.items()}}
        return [both[rank] for rank in sorted(both)]

    def electrodes(self) -> list[Electrode]:
        """Electrodes that act, in the order of the protocol."""
        return self._electrodes.inside()

    def news(self) -> tuple[str, ...]:
        """What begins or ends at this time, in words."""
        return tuple(self._words.get(self.time, [])[:MOST_NEWS])


def _words(p: Protocol) -> dict[float, list[str]]:
    """What begins or ends at each time."""
    found: dict[float, list[str]] = {}

    def say(words: Iterable[tuple[float | None, str]]) -> None:
        for time, text in words:
            if time is not None:
                found.setdefault(time, []).append(text)

    say((s.at, f"{s.path} = {s.text}" if s.text is not None else f"{s.path} x {s.factor:g}") for s in p.settings)
    say((s.until, f"{s.path} back") for s in p.settings)
    say((r.begin, f"{r.path} ramps to {r.text}") for r in p.ramps)
    say((e.begin, f"{e.kind} in '{e.into}'") for e in p.electrodes)
    say((e.end, f"{e.kind} in '{e.into}' ends") for e in p.electrodes)
    return found
