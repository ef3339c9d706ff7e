"""The answer to `branches`: states along a number of the description, through folds, stable or not."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .base import LEFT_OUT, Brief, Result, derived, says
from .over import Varied
from .words import PROTON, pH


@dataclass(frozen=True, repr=False)
class Branch(Brief):
    """One curve: values of the number (in its unit), V [V] of each membrane, concentrations [mol/m^3] where they change, volumes and
    their water [m^3], stability."""

    values: np.ndarray = field(metadata=says("value", key="values"))
    V: dict[str, np.ndarray] = field(metadata=says("V_mV"))
    c: dict[str, dict[str, np.ndarray]] = field(metadata=says("inside_mM"))
    volume: dict[str, np.ndarray] = field(metadata=says("volume_pL"))
    water: dict[str, np.ndarray] = field(metadata=says("water_pL"))
    stable: np.ndarray = field(metadata=says("stable"))
    closed: bool = False

    @property
    @derived("pH")
    def pH(self) -> dict[str, np.ndarray]:
        """Of compartments whose free protons change."""
        return {name: pH(ions[PROTON]) for name, ions in self.c.items() if PROTON in ions}

    axis = ("point",)


@dataclass(frozen=True, repr=False)
class Special(Brief):
    """A fold or a Hopf point: the number's value there, and V [V].

    `criticality` of a Hopf point: supercritical, where small stable swings begin there, or subcritical, where swings that begin there are
    not stable and the cell leaps to large ones; None where it is not known.
    """

    kind: str
    value: float = field(metadata=says("value"))
    V: dict[str, float] = field(metadata=says("V_mV"))
    criticality: str | None = None


@dataclass(frozen=True, repr=False)
class BranchesResult(Result):
    """Curves of rest or of steady states over one number.

    Attributes:
        path, unit, logarithmic: what was varied, in which unit, and whether in equal ratios
        of:       `steady` or `rest`
        branches: the curves, each with its stability; special: folds and Hopf points on them
    """

    path: str = field(metadata=LEFT_OUT)
    unit: str = field(metadata=LEFT_OUT)
    of: str
    logarithmic: bool = field(metadata=LEFT_OUT)
    branches: tuple[Branch, ...] = field(metadata=says(over=("branch",)))
    special: tuple[Special, ...] = field(metadata=says(over=("special",)))

    axes = ("branch", "point")

    @property
    @derived()
    def over(self) -> Varied:
        return Varied(self.path, self.unit, self.logarithmic)
