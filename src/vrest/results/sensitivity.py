"""The answer to `sensitivity`: how quantities of a state move with every number of a description. In the units of the JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .base import Brief, Maybe, Result, derived, known, says
from .registry import VARIABLES


@dataclass(frozen=True, repr=False)
class Slope(Brief):
    """What 1 % more of a number changes in a quantity, and by how many percent it changes that: d ln y / d ln w."""

    per_percent: float
    elasticity: Maybe


@dataclass(frozen=True, repr=False)
class Quantity(Brief):
    """One quantity of a state.

    Attributes:
        column, output, labels: how its column is called, its output and the names that lead to it
        value:   in the state
        by:      {path: what the number of the description changes in it}, the largest change first
        control: {mechanism: what it changes where all that it moves grows by 1 %}; elasticities are control coefficients
        total:   their sum: 0 of a state, 1 of a rate (summation theorem)
    """

    column: str
    output: str
    labels: tuple[str, ...]
    value: float
    by: dict[str, Slope]
    control: dict[str, Slope]
    total: Maybe

    @property
    @derived()
    def unit(self) -> str:
        return VARIABLES[self.output].unit

    @property
    def moving(self) -> list[tuple[str, Slope]]:
        """Numbers that move it, the largest change first."""
        return [(path, one) for path, one in self.by.items() if one.per_percent]


@dataclass(frozen=True, repr=False)
class SensitivityResult(Result):
    """How a state moves with the numbers of a description.

    Attributes:
        ask:        of which state: rest, or steady
        quantities: every quantity that was asked for
    """

    ask: str
    quantities: tuple[Quantity, ...]

    @property
    def first(self) -> Quantity:
        """The first quantity: V of the first membrane, where V is asked for."""
        return self.quantities[0]

    @property
    @derived(key="V_mV", optional=True)
    def potential(self) -> dict[str, dict[str, float | None]] | None:
        """V of the first membrane, with every number."""
        if self.first.output != "V_mV":
            return None
        return {path: _in_mV(one) for path, one in self.first.by.items()}

    def to_xarray(self) -> Any:
        """`per_percent` and `elasticity` over quantities and paths, those of numbers and of mechanisms."""
        rows = self.to_dataframe().set_index(["quantity", "path"])
        return rows[["per_percent", "elasticity"]].to_xarray().assign_attrs(cell=self.cell, ask=self.ask)


@dataclass(frozen=True, repr=False)
class CourseQuantity(Brief):
    """One quantity along a time course.

    Attributes:
        column, output, labels: how its column is called, its output and the names that lead to it
        values: at the times
        by:     {path: what 1 % more of a number changes in it at each time}, the largest change first
    """

    column: str
    output: str
    labels: tuple[str, ...]
    values: np.ndarray
    by: dict[str, np.ndarray]

    @property
    @derived()
    def unit(self) -> str:
        return VARIABLES[self.output].unit

    @property
    def moving(self) -> list[tuple[str, np.ndarray]]:
        """Numbers that move it, the largest change first."""
        return [(path, changes) for path, changes in self.by.items() if changes.any()]


@dataclass(frozen=True, repr=False)
class CourseSensitivityResult(Result):
    """How a time course moves with the numbers of a description.

    Attributes:
        ask:        simulate
        protocol:   its name
        time:       s
        quantities: every quantity that was asked for
    """

    ask: str
    protocol: str
    time: np.ndarray = field(metadata=says("time_s", over=()))
    quantities: tuple[CourseQuantity, ...]

    @property
    def first(self) -> CourseQuantity:
        """The first quantity: V of the first membrane, where V is asked for."""
        return self.quantities[0]

    @property
    @derived(key="V_mV", optional=True)
    def potential(self) -> dict[str, dict[str, np.ndarray]] | None:
        """V of the first membrane, with every number."""
        if self.first.output != "V_mV":
            return None
        return {path: {"per_percent_mV": changes} for path, changes in self.first.by.items()}

    def to_xarray(self) -> Any:
        """`value` over quantities and times, `per_percent` over paths too."""
        import xarray

        paths = list(self.first.by)
        changes = np.array([[one.by[path] for path in paths] for one in self.quantities])
        return xarray.Dataset(
            {
                "value": (("quantity", "time"), np.array([one.values for one in self.quantities])),
                "per_percent": (("quantity", "path", "time"), changes),
            },
            {
                "quantity": [one.column for one in self.quantities],
                "path": paths,
                "time": ("time", self.time, {"units": "s"}),
                "unit": ("quantity", [one.unit for one in self.quantities]),
            },
            {"cell": self.cell, "ask": self.ask, "protocol": self.protocol},
        )


def _in_mV(one: Slope) -> dict[str, float | None]:
    return {"per_percent_mV": one.per_percent, "elasticity": one.elasticity if known(one.elasticity) else None}
