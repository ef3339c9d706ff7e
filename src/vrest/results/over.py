"""The answer to `rest --over`: the resting potential along one number of the description."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .base import LEFT_OUT, Brief, Maybe, Result, Unknown, derived, says
from .rest import RootState

ANSWERED = "answered"


@dataclass(frozen=True, repr=False)
class Varied(Brief):
    """The number that was varied, and its values."""

    path: str
    unit: str
    logarithmic: bool
    values: tuple[float, ...] | None = field(default=None, metadata=says(optional=True))


@dataclass(frozen=True, repr=False)
class OverPoint(Brief):
    """What there is at one value: the followed potentials and the Nernst potentials [V], every root, why there is none."""

    value: float = field(metadata=says("value"))
    V: dict[str, Maybe] = field(metadata=says("V_mV"))
    E: dict[str, dict[str, Maybe]] = field(metadata=says("E_mV"))
    roots: tuple[RootState, ...] = field(metadata=says(over=("root",)))
    status: str


@dataclass(frozen=True, repr=False)
class OverResult(Result):
    """Resting potentials along a path.

    Attributes:
        path, unit, values: what was varied; `values` in `unit`
        logarithmic: whether the values lie in equal ratios
        V:      {membrane: V at each value [V], nan where none exists}
        roots:  every root at each value
        E:      {membrane: {ion: Nernst potential [V], nan where not defined}}
        status: None, or the sentence that says why a value has no answer
    """

    path: str = field(metadata=LEFT_OUT)
    unit: str = field(metadata=LEFT_OUT)
    values: np.ndarray = field(metadata=LEFT_OUT)
    logarithmic: bool = field(metadata=LEFT_OUT)
    V: dict[str, np.ndarray] = field(metadata=LEFT_OUT)
    roots: Sequence[tuple[RootState, ...]] = field(metadata=LEFT_OUT)
    E: dict[str, dict[str, np.ndarray]] = field(metadata=LEFT_OUT)
    status: Sequence[str | None] = field(metadata=LEFT_OUT)

    axes = ("value",)

    @property
    @derived()
    def over(self) -> Varied:
        return Varied(self.path, self.unit, self.logarithmic, tuple(self.values.tolist()))

    @property
    @derived(over=("value",))
    def points(self) -> tuple[OverPoint, ...]:
        """The answer value by value."""
        return tuple(self._point(k) for k in range(len(self.values)))

    def _point(self, k: int) -> OverPoint:
        status = self.status[k]
        V: dict[str, Any] = {name: float(V[k]) for name, V in self.V.items()}
        E = {name: {ion: self._nernst(name, ion, k) for ion in ions} for name, ions in self.E.items()}
        return OverPoint(
            float(self.values[k]), V if status is None else Unknown(status).each(V), E, self.roots[k], status or ANSWERED
        )

    def _nernst(self, name: str, ion: str, k: int) -> Maybe:
        E = float(self.E[name][ion][k])
        return E if math.isfinite(E) else Unknown(self.status[k] or f"one side of '{name}' holds no {ion}")
