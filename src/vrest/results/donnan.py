"""The answer to `donnan`: the equilibrium of everything that can pass by itself, no pump working."""

from __future__ import annotations

from dataclasses import dataclass, field

from .base import LEFT_OUT, Maybe, Result, says
from .steady import SteadyPoint


@dataclass(frozen=True, repr=False)
class DonnanResult(Result):
    """Donnan equilibrium of a described cell.

    Attributes (SI):
        point:    potentials, concentrations, volumes
        ratio:    {membrane: {ion: inner over outer concentration}}
        pressure: {membrane: what its wall bears, inside minus outside [Pa]}; where the volume is fixed, what a rigid wall would
                  bear; nothing where water is free
        wall:     {membrane: whether a wall is described}
        kept:     ions of each compartment that have no passive path of their own and keep their amounts
        stays:    {membrane: ions without a path through it that keep their amounts on a side of it}
        away:     mechanisms that were taken away for the question
    """

    temperature: float = field(metadata=says("temperature_K"))
    point: SteadyPoint = field(metadata=says(key=""))
    ratio: dict[str, dict[str, Maybe]] = field(metadata=says("ratio"))
    pressure: dict[str, float] = field(metadata=says("pressure_kPa"))
    wall: dict[str, bool] = field(metadata=LEFT_OUT)
    kept: dict[str, tuple[str, ...]]
    away: tuple[str, ...] = field(metadata=says(key="taken_away"))
    stays: dict[str, tuple[str, ...]] = field(default_factory=dict)
