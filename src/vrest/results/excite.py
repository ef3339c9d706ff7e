"""The answer to `excite`: what it takes to make a cell fire, and how it fires. SI inside; bench units in `to_dict`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .base import LEFT_OUT, Brief, Maybe, Result, says
from .over import Varied

CURRENT = {"key": "current_uA_per_cm2", "over": ()}


@dataclass(frozen=True, repr=False)
class StrengthAt(Brief):
    """The threshold of a current that lasts so long [s]: per area [A/m^2], and in all [A]; positive into the cell."""

    duration: float = field(metadata=says("duration_ms"))
    density: Maybe = field(metadata=says("electrode_uA_per_cm2", **CURRENT))
    current: Maybe = field(metadata=says("electrode_pA", key="current_pA", over=()))


@dataclass(frozen=True, repr=False)
class LawFit(Brief):
    """A law of strength and duration fitted to the thresholds: rheobase [A/m^2], chronaxie [s], largest relative difference."""

    rheobase: Maybe = field(metadata=says("rheobase_uA_per_cm2"))
    chronaxie: Maybe = field(metadata=says("chronaxie_ms"))
    off: Maybe = field(metadata=says("off"))


@dataclass(frozen=True, repr=False)
class HopfPoint(Brief):
    """A steady current [A/m^2] at which swinging deviations of the steady potential [V] neither grow nor decay, and their rate [1/s]."""

    density: Maybe = field(metadata=says("electrode_uA_per_cm2", **CURRENT))
    V: float = field(metadata=says("V_mV", over=()))
    frequency: float = field(metadata=says("frequency_Hz"))


@dataclass(frozen=True, repr=False)
class Repetition(Brief):
    """Steady currents [A/m^2] from which firing goes on, up to which spikes pass their level, and beyond which the potential is stable."""

    onset: Maybe = field(metadata=says("onset_uA_per_cm2"))
    block: Maybe = field(metadata=says("block_uA_per_cm2"))
    last_spikes: Maybe = field(metadata=says("last_spikes_uA_per_cm2"))
    hopf: tuple[HopfPoint, ...] = field(metadata=says(over=("hopf",)))


@dataclass(frozen=True, repr=False)
class FiringRate(Brief):
    """Firing under a steady current [A/m^2]: rate [1/s], peak [V]."""

    density: Maybe = field(metadata=says("electrode_uA_per_cm2", **CURRENT))
    frequency: float = field(metadata=says("frequency_Hz"))
    peak: float = field(metadata=says("peak_mV"))


@dataclass(frozen=True, repr=False)
class SpikeShape(Brief):
    """A spike [V, s] and the stimulus that it follows [s, A/m^2]."""

    peak: Maybe = field(metadata=says("peak_mV"))
    time_to_peak: Maybe = field(metadata=says("time_to_peak_ms"))
    width: Maybe = field(metadata=says("width_ms"))
    lowest: Maybe = field(metadata=says("lowest_mV"))
    duration: Maybe = field(metadata=says("duration_ms"))
    density: Maybe = field(metadata=says("electrode_uA_per_cm2", **CURRENT))


@dataclass(frozen=True, repr=False)
class Rise(Brief):
    """A level [A/m^2] to which a current rises, and the slowest rise that still fires: its time [s] and slope [A/(m^2 s)]."""

    level: Maybe = field(metadata=says("electrode_uA_per_cm2", **CURRENT))
    rise: Maybe = field(metadata=says("rise_ms"))
    slope: Maybe = field(metadata=says("slope_uA_per_cm2_per_ms"))


@dataclass(frozen=True, repr=False)
class Refractoriness(Brief):
    """Delays after the begin of a stimulus [s]."""

    absolute: Maybe = field(metadata=says("absolute_ms"))
    relative: Maybe = field(metadata=says("relative_ms"))


@dataclass(frozen=True, repr=False)
class Break(Brief):
    """The weakest outward current [A/m^2, negative] at whose end the cell fires, and how long it lasts [s]."""

    density: Maybe = field(metadata=says("electrode_uA_per_cm2", **CURRENT))
    duration: float = field(metadata=says("duration_ms"))


@dataclass(frozen=True, repr=False)
class Course:
    """The spike that is described, over time [s]: potential [V], gates that move by mechanism."""

    t: np.ndarray
    V: np.ndarray
    gates: dict[str, dict[str, np.ndarray]]


@dataclass(frozen=True, repr=False)
class Excitability(Brief):
    """What it takes to make a cell fire, and how it fires.

    Attributes:
        membrane:   across which the potential is seen; electrode: the compartment into which currents go
        V:          resting potential [V]; stable: whether the cell stays there
        threshold_shock: smallest displacement [V] of the potential at once, gates as they are, that fires the cell
        threshold:  the potential to which that brings it [V]
        level:      potential that a spike passes [V]
        safety_factor: height of a spike over the distance from rest to threshold
        strength_duration: thresholds of currents that last so long
        rheobase, rheobase_current: threshold of a current without an end [A/m^2, A]
        chronaxie:  duration at which twice the rheobase just fires [s]
        laws:       of Lapicque and of Weiss, fitted to these thresholds
        repetitive: steady currents under which firing goes on; rates: how often
        spike:      after one and a half times the threshold
        accommodation: slow rises that do not fire
        refractory: delays at which a second stimulus does not fire, or only a stronger one does
        anode_break: an outward current at whose end the cell fires
        spontaneous: rate of firing without a stimulus [1/s]
        availability: {mechanism: {gate: its value at rest}}
        graded:     whether there is no threshold
        course:     the spike over time
    """

    membrane: str
    electrode: str
    V: Maybe = field(metadata=says("rest_mV"))
    stable: Any = field(metadata=says("stable"))
    threshold_shock: Maybe = field(metadata=says("threshold_shock_mV"))
    threshold: Maybe = field(metadata=says("threshold_mV"))
    level: Maybe = field(metadata=says("spike_above_mV"))
    safety_factor: Maybe = field(metadata=says("safety_factor"))
    strength_duration: tuple[StrengthAt, ...] = field(metadata=says(over=("duration",)))
    rheobase: Maybe = field(metadata=says("rheobase_uA_per_cm2"))
    rheobase_current: Maybe = field(metadata=says("rheobase_pA"))
    chronaxie: Maybe = field(metadata=says("chronaxie_ms"))
    laws: dict[str, LawFit] = field(metadata=says(over=("law",)))
    repetitive: Repetition
    rates: Any = field(metadata=says(key="frequency_current", over=("current",)))
    spike: SpikeShape
    accommodation: Rise
    refractory: Refractoriness
    anode_break: Break
    spontaneous: Maybe = field(metadata=says("spontaneous_Hz"))
    availability: dict[str, dict[str, float]] = field(metadata=says("availability"))
    graded: Any
    course: Course | None = field(metadata=LEFT_OUT)


@dataclass(frozen=True, repr=False)
class _At(Brief):
    value: float = field(metadata=says("value"))


@dataclass(frozen=True, repr=False)
class ExcitePoint(Excitability, _At):
    """The answer at one value of the number that is varied, in its own unit."""


@dataclass(frozen=True, repr=False)
class _Answer(Result):
    """What is said before the quantities themselves."""

    title: str | None = field(metadata=LEFT_OUT)
    temperature: float = field(metadata=says("temperature_K"))


@dataclass(frozen=True, repr=False)
class ExciteResult(Excitability, _Answer):
    """Excitability of a cell, and along a number where one was varied.

    Attributes:
        varied: the number that was varied; over: the same quantities at each of its values
    """

    varied: Varied | None = field(default=None, metadata=says(optional=True))
    over: tuple[ExcitePoint, ...] = field(default=(), metadata=says(over=("value",)))

    axes = ("value",)
    __repr__ = Result.__repr__

    @property
    def unit(self) -> str:
        """Of the number that was varied."""
        return "1" if self.varied is None else self.varied.unit

    @property
    def path(self) -> str:
        """Of the number that was varied."""
        return "" if self.varied is None else self.varied.path
