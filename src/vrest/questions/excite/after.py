"""What comes after: the spike and its shape, refractoriness, the break of an anode, slow rises to which the membrane accommodates."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .response import Response
from .stimulated import Phase, Preparation, Stimulus
from .threshold import Bracket, Firing, bracketed, narrowed, pulse

ABOVE = 1.5
"""The stimulus of the spike that is described, in thresholds."""
CLOSELY = 4
"""How much more closely the spike that is described is seen."""
ANODE = 300.0
"""Length of the current after which an anode break is sought, in shortest durations: 30 ms where these are 0.1 ms."""
STRONGEST, LATER = 10.0, 1.05
"""Test stimuli in thresholds: what does not fire then is absolutely refractory, and what more than the last does not, relatively."""
WIDTH = 1e-3
GROW = 1.25
SUDDEN, SLOWEST = 1e-3, 1e4
"""Shortest and longest rise of a current that is tried, in chronaxies."""


@dataclass(frozen=True)
class Spike:
    """A spike: peak, time to it from the begin of the stimulus [s], width at half its height above rest [s], lowest potential after it;
    the stimulus, and the whole response."""

    peak: float
    time_to_peak: float
    width: float | None
    lowest: float
    current: float
    duration: float
    response: Response


def spike(prep: Preparation, threshold: float, duration: float) -> Spike:
    """The spike after one and a half times the threshold [A] of a duration [s]."""
    current, closely = ABOVE * threshold, replace(prep, piece=prep.piece / CLOSELY)
    response = closely.respond(pulse(current, duration), closely=True)
    peak, time = response.extreme()
    lowest, _ = response.extreme(-1, since=time)
    return Spike(peak, float(time), _width(response, 0.5 * (prep.V + peak), time), lowest, current, duration, response)


def _width(response: Response, level: float, peak: float) -> float | None:
    """For how long the potential is above a level around its peak; None where it does not come back."""
    above = level < response.V
    k = int(np.searchsorted(response.t, peak))
    k = min(k, response.t.size - 1)
    down = np.flatnonzero(~above[k:])
    if not down.size:
        return None
    up = np.flatnonzero(~above[:k])
    begin = _crossing(response, int(up[-1]), level) if up.size else float(response.t[0])
    return _crossing(response, k + int(down[0]) - 1, level) - begin


def _crossing(response: Response, k: int, level: float) -> float:
    """When the potential passes a level between two points that follow each other."""
    t, V = response.t[k : k + 2], response.V[k : k + 2]
    return float(t[0] + (level - V[0]) / (V[1] - V[0]) * (t[1] - t[0]))


def anode_break(prep: Preparation, firing: Firing, length: float, rheobase: float, most: float) -> Bracket | None:
    """The weakest current against the rheobase [A] for a time [s] at whose end the cell fires; None up to `most`."""

    def fires(strength: float) -> bool:
        return bool(prep.respond(pulse(-strength, length), firing.level).spikes(firing.level).size)

    found = bracketed(fires, rheobase, most, WIDTH)
    return None if found is None else Bracket(-found.low, -found.high)


@dataclass(frozen=True)
class Refractory:
    """Delays [s] after the begin of a stimulus that fired the cell: until when ten times the threshold fires it no second time, and until when
    little more than the threshold does not."""

    absolute: float | None
    relative: float | None


def refractory(prep: Preparation, firing: Firing, threshold: float, duration: float, spike: Spike) -> Refractory:
    """Refractory periods, for two stimuli of one duration [s]; none where the potential does not come back from the first."""
    if spike.width is None:
        return Refractory(None, None)

    def until(strength: float) -> float | None:
        def fires(delay: float) -> bool:
            phases = (Phase(duration, ABOVE * threshold), Phase(delay - duration), Phase(duration, strength * threshold))
            found = prep.respond(Stimulus(phases=phases), firing.level, spikes=2)
            return found.spikes(firing.level).size >= 2

        low = max(spike.time_to_peak, 1.01 * duration)
        high = GROW * low
        while not fires(high):
            if high > min(prep.most, prep.longest):
                return None
            low, high = high, GROW * high
        return narrowed(fires, low, high, WIDTH).value

    return Refractory(until(STRONGEST), until(LATER))


@dataclass(frozen=True)
class Accommodation:
    """The level that a current rises to [A], and how slow a rise to it no longer fires the cell [s]: none where every rise does, zero where
    no rise does."""

    level: float
    slowest: float | None


def accommodation(prep: Preparation, firing: Firing, rheobase: float, chronaxie: float) -> Accommodation:
    """Rises to twice the rheobase."""
    level = 2 * rheobase

    def holds(rise: float) -> bool:
        stimulus = Stimulus(phases=(Phase(rise, 0.0, level / rise), Phase(prep.most, level)), lasts=True)
        return not prep.respond(stimulus, firing.level).spikes(firing.level).size

    low, high = SUDDEN * chronaxie, chronaxie
    if holds(low):
        return Accommodation(level, 0.0)
    while not holds(high):
        if high > min(SLOWEST * chronaxie, prep.longest):
            return Accommodation(level, None)
        low, high = high, 2 * high
    return Accommodation(level, narrowed(holds, low, high, WIDTH).value)
