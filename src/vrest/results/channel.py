"""The answer to `channel_curves`: what the gates of a channel come to at each potential, and how fast. SI inside."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..units import to_unit
from .base import LEFT_OUT, Result, Unknown, derived, says

AT_ONCE = "it is at its steady value at once"
OF_A_SCHEME = "a scheme has as many time constants as it has states less one, and none of them belongs to one state"


@dataclass(frozen=True, repr=False)
class ChannelResult(Result):
    """The curves of a channel over the membrane potential.

    Attributes:
        cell:           the name of the channel
        temperature:    at which they hold [K]
        V:              membrane potentials [V]
        steady:         {gate, or state of a scheme: its value after a long time at V}
        tau:            {gate: time in which it comes by 1/e closer to that [s]}, without those that are there at once
        conducting:     the part of its conductance or permeability that is open after a long time at V
        states:         states of its scheme, where it has one
        concentrations: {side: {ion: concentration [mol/m^3]}} at which they hold, of what its formulas name
        title, about, organism, note, certainty, sources: what its file says of it
        range:          lowest and highest potential at which it was fitted [V], where that is known
    """

    temperature: float = field(metadata=says("temperature_K"))
    V: np.ndarray = field(metadata=says("V_mV", over=()))
    steady: dict[str, np.ndarray] = field(metadata=says("steady"))
    tau: dict[str, np.ndarray] = field(metadata=LEFT_OUT)
    conducting: np.ndarray = field(metadata=says("conducting"))
    states: tuple[str, ...] = field(default=(), metadata=LEFT_OUT)
    concentrations: dict[str, dict[str, float]] = field(default_factory=dict, metadata=LEFT_OUT)
    title: str | None = None
    about: str | None = None
    organism: str | None = None
    note: str | None = None
    certainty: str | None = None
    sources: tuple[str, ...] = ()
    range: tuple[float, float] | None = field(default=None, metadata=LEFT_OUT)

    axis = axes = ("potential",)

    @property
    @derived("gate_time_constant_ms")
    def time_constants(self) -> dict[str, np.ndarray | Unknown]:
        """Of every gate; why there is none of one that is there at once, and of a state of a scheme."""
        why = {name: Unknown(OF_A_SCHEME if name in self.states else AT_ONCE) for name in self.steady}
        return {name: self.tau.get(name, why[name]) for name in self.steady}

    @property
    @derived()
    def range_mV(self) -> tuple[float, float] | None:
        """The potentials between which it was fitted [mV]."""
        return None if self.range is None else (to_unit(self.range[0], "mV"), to_unit(self.range[1], "mV"))
