"""The answer to `tune`: the missing numbers for which the described concentrations are the steady state."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .base import LEFT_OUT, Result, says
from .steady import SteadyPoint

if TYPE_CHECKING:
    from ..description.cell import Cell


@dataclass(frozen=True, repr=False)
class TuneResult(Result):
    """Numbers that make a described composition keep itself.

    Attributes:
        values: {path: text with unit}; si: the same as numbers in SI; before: the same as described
        V_m:    {membrane: potential of the tuned cell [V]}
        steady: the steady state of the tuned cell, found anew
        tuned:  the cell with these numbers
        held:   what was held, as it was asked
    """

    values: dict[str, str]
    si: dict[str, float] = field(metadata=says(key="values_si"))
    before: dict[str, str]
    V_m: dict[str, float] = field(metadata=says("V_mV"))
    steady: SteadyPoint
    tuned: Cell = field(metadata=LEFT_OUT)
    held: dict[str, str] = field(default_factory=dict)
