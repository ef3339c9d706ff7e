"""Thresholds: the smallest stimulus that makes a cell fire, between one that does not and one that does."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .response import RISE
from .stimulated import Phase, Preparation, Stimulus

WIDTH = 1e-4
"""Relative width of a bracket at which a threshold is known well enough."""
JUMP, JUMP_WIDTH = RISE, 1e-3
"""Where no spike passes the level, what the peak of a response jumps by [V] between stimuli so little apart is a threshold too."""
FRACTIONS = (0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 0.99)
"""Parts of the largest displacement at which firing is looked for."""
SCANNED = 40
"""Displacements at which a jump of the peak is looked for."""
FAR = 0.3
"""Displacement [V] by a current alone beyond which it is not made any stronger."""
NEIGHBOURS = 4
"""Places at which a bracket that less accurate runs found is looked for."""
LEAST = 1e-9
"""Part of a guess below which a threshold is none."""

Fires = Callable[[float], bool]


@dataclass(frozen=True)
class Bracket:
    """A stimulus that does not fire the cell, and one that does; of a current, each may be negative."""

    low: float
    high: float

    @property
    def value(self) -> float:
        """The threshold."""
        return 0.5 * (self.low + self.high)

    @property
    def width(self) -> float:
        """Relative width."""
        return abs(self.high - self.low) / abs(self.high) if self.high else 0.0


def narrowed(fires: Fires, low: float, high: float, width: float = WIDTH) -> Bracket:
    """A bracket halved until it is narrow."""
    while abs(high - low) > width * abs(high):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if fires(middle) else (middle, high)
    return Bracket(low, high)


def confirmed(fires: Fires, found: Bracket) -> Bracket | None:
    """A bracket that less accurate runs found, moved by its own width until accurate ones agree; None where it is far off."""
    low, high = found.low, found.high
    for _ in range(NEIGHBOURS):
        if fires(low):
            low, high = low - (high - low), low
        elif not fires(high):
            low, high = high, high + (high - low)
        else:
            return Bracket(low, high)
    return None


def bracketed(fires: Fires, guess: float, most: float, width: float = WIDTH, step: float = 1.3) -> Bracket | None:
    """The threshold from a guess, in either direction from there; None where even `most` does not fire.

    A threshold from which the guess is far off is approached in steps that grow.
    """
    low, high = (0.0, guess) if fires(guess) else (guess, None)
    while high is None and abs(low) < abs(most):
        tried = low * step if abs(low * step) < abs(most) else most
        low, high = (low, tried) if fires(tried) else (tried, None)
        step *= step
    if high is None:
        return None
    while low == 0.0 and abs(high) > LEAST * abs(guess):
        tried = high / step
        low, high = (0.0, tried) if fires(tried) else (tried, high)
        step *= step
    return narrowed(fires, low, high, width) if low else Bracket(low, high)


def pulse(current: float, duration: float) -> Stimulus:
    """A current [A] for a time [s]."""
    return Stimulus(phases=(Phase(duration, current),))


def step(current: float, lasting: float) -> Stimulus:
    """A current [A] that goes on; it is watched for a time [s]."""
    return Stimulus(phases=(Phase(lasting, current),), lasts=True)


@dataclass(frozen=True)
class Firing:
    """Which responses are spikes: those that pass `level` [V]; and the displacement [V] from which on they are."""

    level: float
    shock: Bracket


def firing(prep: Preparation, above: float) -> Firing | None:
    """From which displacement on a cell fires, and what passes for a spike; None where the response is graded.

    A spike passes `above` [V]; where none does, the level is in the middle of the largest jump of the peak.
    """
    if (most := above - prep.V) <= 0:
        return None

    def fires(displacement: float) -> bool:
        return bool(prep.respond(Stimulus(shock=displacement), above).spikes(above).size)

    quiet = 0.0
    for part in FRACTIONS:
        if fires(part * most):
            return Firing(above, narrowed(fires, quiet, part * most))
        quiet = part * most
    return _jump(prep, most)


def _jump(prep: Preparation, most: float) -> Firing | None:
    """The largest jump of the peak over the displacement, where it is one."""

    def peak(displacement: float, closely: bool = False) -> float:
        return prep.respond(Stimulus(shock=displacement), closely=closely).peak

    shocks = np.linspace(0.0, most, SCANNED + 1)
    peaks = [prep.V, *(peak(shock) for shock in shocks[1:])]
    k = int(np.argmax(np.diff(peaks)))
    low, high = (float(shocks[k]), peaks[k]), (float(shocks[k + 1]), peaks[k + 1])
    while high[0] - low[0] > JUMP_WIDTH * high[0] and high[1] - low[1] > JUMP:
        middle = 0.5 * (low[0] + high[0])
        there = (middle, peak(middle))
        low, high = (there, high) if high[1] - there[1] > there[1] - low[1] else (low, there)
    if high[1] - low[1] <= JUMP:
        return None
    level = 0.5 * (peak(low[0], closely=True) + peak(high[0], closely=True))
    return Firing(level, narrowed(lambda shock: peak(shock) > level, low[0], high[0]))


def current_threshold(
    prep: Preparation, firing: Firing, duration: float | None, guess: float, width: float = WIDTH
) -> Bracket | None:
    """The threshold of a current [A] that lasts so long [s]; None: without an end.

    There is none where a current that does not fire the cell passes the level by itself: then nothing tells a spike from it.
    """
    peaks: dict[float, float] = {}

    def fires(current: float) -> bool:
        response = prep.respond(lasting(prep, current, duration), firing.level)
        peaks[current] = float(response.V.max())
        return bool(response.spikes(firing.level).size)

    most = strongest(prep, math.inf if duration is None else duration)
    found = bracketed(fires, guess, prep.stimulated.way * max(abs(guess), most), width)
    return None if found is None or peaks.get(found.low, firing.level) > firing.level else found


def lasting(prep: Preparation, current: float, duration: float | None) -> Stimulus:
    """A current for some time, or without an end."""
    return step(current, prep.longest) if duration is None else pulse(current, duration)


def strongest(prep: Preparation, duration: float) -> float:
    """The largest current that is tried for so long [A]: about what brings the membrane to `FAR` by itself."""
    return FAR * (prep.capacitance / duration + prep.conductance)


def extrapolated(durations: Sequence[float], currents: Sequence[float], duration: float) -> float:
    """A guess for a further duration from the thresholds of the last two, along a power of the duration."""
    (a, b), (i, j) = np.log(durations[-2:]), np.log(currents[-2:])
    return float(np.exp(j + (j - i) / (b - a) * (np.log(duration) - b)))
