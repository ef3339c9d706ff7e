"""What is asked of every row of a sweep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...description.protocol import Protocol
from ...results.base import Result
from ...results.layout import Layout
from ..prepared import CPU, Prepared

Columns = Mapping[str, np.ndarray]
ASKS = ("rest", "steady", "simulate", "excite")
THRESHOLDS = frozenset(
    (
        "rest_mV",
        "stable",
        "threshold_shock_mV",
        "threshold_mV",
        "spike_above_mV",
        "rheobase_uA_per_cm2",
        "rheobase_pA",
        "chronaxie_ms",
        "spontaneous_Hz",
    )
)
"""Outputs of `excite` for which its thresholds are enough."""


@dataclass(frozen=True)
class Asked:
    """What is asked of every row.

    Attributes:
        prepared: the cell
        ask:      the question: one of `ASKS`
        layout:   which numbers of an answer are wanted, and where they stand
        units:    the units of columns that are not in SI: numbers counted per something else than in the description
        protocol, times, options: of a time course: what is done, when it is wanted [s], and how it is integrated; of `excite`: whether its
                  thresholds are enough
        threads:  how many cores may work
        lanes:    whether rows may be answered many at a time, where they can
        device:   what does so: one of `prepared.DEVICES`
    """

    prepared: Prepared
    ask: str
    layout: Layout = field(repr=False)
    units: Mapping[str, str] = field(default_factory=dict)
    protocol: Protocol | None = None
    times: np.ndarray | None = field(default=None, repr=False)
    options: Mapping[str, Any] = field(default_factory=dict)
    threads: int = 1
    lanes: bool = False
    device: str = CPU

    def answer(self, settings: Mapping[str, Any]) -> Result:
        """The answer of one row."""
        if self.ask == "simulate":
            return self.prepared.simulate(self.protocol, settings, at=self.times, **self.options)
        if not settings:
            return self.prepared.described(self.ask, **self.options)
        return getattr(self.prepared, self.ask)(settings, **self.options)

    def settings(self, columns: Columns, row: int) -> dict[str, Any]:
        """The numbers of a row: in SI, or as text with their unit."""
        return {path: self._setting(path, float(values[row])) for path, values in columns.items()}

    def _setting(self, path: str, value: float) -> float | str:
        return f"{value!r} {self.units[path]}" if path in self.units else value
