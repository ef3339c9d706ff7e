"""The answer to `explain`: a cell held, left to itself, and with its pumps off, side by side."""

from __future__ import annotations

from dataclasses import dataclass, field

from .base import Brief, Maybe, Result, Unknown, derived, known, says
from .steady import SteadyPoint


@dataclass(frozen=True, repr=False)
class PumpEffect(Brief):
    """What the pumps do to one membrane [V]: their current at once, the gradients they keep, both."""

    at_once: Maybe = field(metadata=says("at_once_mV"))
    over_hours: Maybe = field(metadata=says("over_hours_mV"))

    @property
    @derived("total_mV")
    def total(self) -> Maybe:
        if known(self.at_once) and known(self.over_hours):
            return self.at_once + self.over_hours
        return Unknown(self.over_hours.sentence) if isinstance(self.over_hours, Unknown) else None


@dataclass(frozen=True, repr=False)
class Column(Brief):
    """One of the three: the state, and the time constant of the way there [s]."""

    point: SteadyPoint = field(metadata=says(key=""))
    time_constant: Maybe = field(metadata=says("time_constant_s"))


@dataclass(frozen=True, repr=False)
class ExplainResult(Result):
    """As described with concentrations held, left to itself, pumps off; unknown where there is no such state.

    Attributes:
        held:      concentrations as described; steady: left to itself, pumps running; pumps_off: left to itself without pumps
        effect:    {membrane: what the pumps do to its potential}, at the concentrations of the steady state
    """

    temperature: float = field(metadata=says("temperature_K"))
    held: Column
    steady: Column | Unknown
    pumps_off: Column | Unknown
    effect: dict[str, PumpEffect] = field(metadata=says(key="pump_effect", over=("membrane",)))
