"""The answer to `uncertain`: between which ends quantities lie, and which number's range matters. In the units of the JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .base import LEFT_OUT, Brief, Result, derived, says
from .registry import VARIABLES
from .sweep import SweepResult


@dataclass(frozen=True, repr=False)
class Ends(Brief):
    """The median, and the ends between which nine tenths of all rows lie."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, repr=False)
class Share(Brief):
    """A part of a variance, with its standard error."""

    share: float
    error: float


@dataclass(frozen=True, repr=False)
class Spread(Brief):
    """One quantity: how its column is called, its output and the names that lead to it, its quantiles, and the share of its variance that each
    number makes by itself; none where it does not move. With `shapley`, shares that add up, where they were asked for."""

    column: str
    output: str
    labels: tuple[str, ...]
    low: float
    median: float
    high: float
    by: dict[str, float]
    shapley: dict[str, Share] | None = field(default=None, metadata=says(optional=True))

    @property
    @derived()
    def unit(self) -> str:
        return VARIABLES[self.output].unit if self.output in VARIABLES else "1"

    @property
    @derived()
    def together(self) -> float | None:
        """The share that several numbers make together."""
        return 1.0 - sum(self.by.values()) if self.by else None

    @property
    def ordered(self) -> list[tuple[str, float]]:
        """Numbers by their shares, the largest first."""
        return sorted(self.by.items(), key=lambda one: -one[1])


@dataclass(frozen=True, repr=False)
class UncertainResult(Result):
    """What is known of an answer where numbers are known in ranges only.

    Attributes:
        ask, rows: the question, and how many cells it was asked of; counts: how many of them have each status
        spreads:   every quantity
        sweep:     the rows
    """

    ask: str
    rows: int
    counts: dict[str, int]
    spreads: tuple[Spread, ...] = field(metadata=says(key="quantities"))
    sweep: SweepResult = field(metadata=LEFT_OUT)

    @property
    def first(self) -> Spread:
        """The first quantity: V of the first membrane, where V is asked for."""
        return self.spreads[0]

    @property
    @derived(key="V_mV", optional=True)
    def potential(self) -> Ends | None:
        """V of the first membrane."""
        one = self.first
        return Ends(one.median, one.low, one.high) if one.output == "V_mV" else None

    @property
    @derived()
    def by(self) -> dict[str, float]:
        """Shares of the first quantity, the largest first."""
        return dict(self.first.ordered)

    def to_xarray(self) -> Any:
        """The rows as an xarray.Dataset."""
        return self.sweep.data
