"""How strong a current must be that lasts so long: strength and duration, rheobase, chronaxie, and the two classic laws beside them.

Lapicque (1907): I = I_rh / (1 - exp(-d/tau)); Weiss (1901): I = I_rh (1 + c/d).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .stimulated import Preparation
from .threshold import WIDTH, Bracket, Firing, current_threshold, extrapolated

ROW = (1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2)
"""Durations [s] for a membrane whose time constant is less than `SLOW`; ten times as long for each power of ten beyond."""
SLOW = 5e-3
SETTLED, MOST_STEPS = 2e-4, 8
GOLDEN = 0.5 * (math.sqrt(5.0) - 1.0)


@dataclass(frozen=True)
class Strength:
    """Thresholds [A] for durations [s], and of a step without an end; None where even a hundredfold guess does not fire the cell.

    `chronaxie` [s] is the duration at which twice the rheobase just fires it.
    """

    durations: tuple[float, ...]
    brackets: tuple[Bracket | None, ...]
    rheobase: Bracket | None
    chronaxie: float | None

    @property
    def known(self) -> tuple[list[float], list[float]]:
        """Durations and thresholds where there are some."""
        found = [(d, one.value) for d, one in zip(self.durations, self.brackets, strict=True) if one is not None]
        return [d for d, _ in found], [i for _, i in found]


def row_of(time_constant: float) -> tuple[float, ...]:
    """The durations that are asked for of a membrane with a time constant [s].

    >>> row_of(1.5e-3)[:2], row_of(0.2)[0]
    ((0.0001, 0.0002), 0.001)
    """
    power = max(0, math.floor(math.log10(time_constant / SLOW)))
    return tuple(float(f"{d * 10**power:.12g}") for d in ROW)


def strengths(prep: Preparation, firing: Firing, durations: Sequence[float], fold: float | None = None) -> Strength:
    """The thresholds of currents.

    Arguments:
        fold: the current [A] at which the rest disappears: whatever is stronger and has no end fires the cell, be it late
    """
    found: dict[float, Bracket | None] = {}
    ordered = sorted(durations)
    for duration in ordered:
        found[duration] = current_threshold(prep, firing, duration, _guess(prep, firing, found, duration))
    longest = _guess(prep, firing, found, ordered[-1])
    rheobase = current_threshold(prep, firing, None, longest)
    if rheobase is not None and fold is not None and abs(fold) < abs(rheobase.high):
        rheobase = Bracket((1 - WIDTH) * fold, fold)
    strength = Strength(tuple(durations), tuple(found[d] for d in durations), rheobase, None)
    return Strength(strength.durations, strength.brackets, rheobase, _chronaxie(prep, firing, strength))


def _guess(prep: Preparation, firing: Firing, found: dict[float, Bracket | None], duration: float) -> float:
    """The charge of the displacement that fires the cell, given in that time; or as the thresholds of shorter times go on."""
    known = [(d, one.value) for d, one in found.items() if one is not None]
    if len(known) < 2:
        charge = prep.capacitance * firing.shock.value
        return prep.stimulated.way * max(charge / duration, firing.shock.value * prep.conductance)
    return prep.stimulated.way * extrapolated([d for d, _ in known], [abs(i) for _, i in known], duration)


def _chronaxie(prep: Preparation, firing: Firing, strength: Strength) -> float | None:
    """The duration at which the threshold is twice the rheobase [s]: from the row, then by thresholds at durations ever nearer."""
    durations, currents = strength.known
    if strength.rheobase is None or len(durations) < 2:
        return None
    wanted = 2 * abs(strength.rheobase.value)
    log_d, log_i = np.log(durations), np.log(np.abs(currents))
    k = min(max(int(np.searchsorted(-log_i, -math.log(wanted))), 1), len(durations) - 1)
    slope = (log_i[k] - log_i[k - 1]) / (log_d[k] - log_d[k - 1])
    d = math.exp(log_d[k - 1] + (math.log(wanted) - log_i[k - 1]) / slope)
    last: tuple[float, float] | None = None
    for _ in range(MOST_STEPS):
        bracket = current_threshold(prep, firing, d, prep.stimulated.way * wanted)
        if bracket is None:
            return None
        off = math.log(abs(bracket.value) / wanted)
        if last is not None and math.log(d) != last[0]:
            slope = (off - last[1]) / (math.log(d) - last[0])
        last = (math.log(d), off)
        if abs(off) < SETTLED or not slope < 0:
            return d if abs(off) < SETTLED else None
        d *= math.exp(-off / slope)
    return d


# -- the two laws -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fit:
    """A law fitted to thresholds: rheobase [A], its time [s], chronaxie [s], and by how large a part it is off at most."""

    rheobase: float
    time: float
    chronaxie: float
    off: float


def lapicque(durations: Sequence[float], currents: Sequence[float]) -> Fit:
    """Lapicque's law, I = I_rh / (1 - exp(-d/tau)), by least squares of the logarithms.

    >>> fit = lapicque([1e-4, 1e-3, 1e-2], [2 / (1 - math.exp(-d / 2e-3)) for d in (1e-4, 1e-3, 1e-2)])
    >>> round(fit.rheobase, 6), round(fit.time, 6), round(fit.chronaxie, 6)
    (2.0, 0.002, 0.001386)
    """
    return _fitted(durations, currents, lambda d, tau: -1.0 / np.expm1(-d / tau), math.log(2.0))


def weiss(durations: Sequence[float], currents: Sequence[float]) -> Fit:
    """Weiss's law, I = I_rh (1 + c/d), by least squares of the logarithms.

    >>> fit = weiss([1e-4, 1e-3, 1e-2], [2 * (1 + 1e-3 / d) for d in (1e-4, 1e-3, 1e-2)])
    >>> round(fit.rheobase, 6), round(fit.chronaxie, 6)
    (2.0, 0.001)
    """
    return _fitted(durations, currents, lambda d, c: 1.0 + c / d, 1.0)


def _fitted(
    durations: Sequence[float], currents: Sequence[float], shape: Callable[[np.ndarray, float], np.ndarray], chronaxie: float
) -> Fit:
    """The time of a law by golden sections of its logarithm; the rheobase then is a mean."""
    d, log_i = np.array(durations), np.log(np.abs(currents))

    def residuals(log_time: float) -> tuple[float, np.ndarray]:
        off = log_i - np.log(shape(d, math.exp(log_time)))
        return float(off.mean()), off - off.mean()

    def misfit(log_time: float) -> float:
        return float((residuals(log_time)[1] ** 2).sum())

    low, high = math.log(d.min()) - 5.0, math.log(d.max()) + 5.0
    a, b = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    while high - low > 1e-9:
        if misfit(a) < misfit(b):
            high, b, a = b, a, b - GOLDEN * (b - low)
        else:
            low, a, b = a, b, a + GOLDEN * (high - a)
    mean, off = residuals(0.5 * (low + high))
    time = math.exp(0.5 * (low + high))
    return Fit(math.exp(mean), time, chronaxie * time, float(np.expm1(np.abs(off).max())))
