"""Compartments that hold fewer than one free ion, and how much the number of these fluctuates."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ...constants import AVOGADRO
from ...description.binding import bound_at
from ...description.cell import BATH, Cell

SMALL = 1e-4
"""Part by which a free concentration is varied to see how much of it a buffer binds."""


def fewer_than_one(cell: Cell, numbers: Mapping[str, float]) -> list[str]:
    """A sentence for each ion of which a compartment holds fewer than one that is free, at numbers that hold a state."""
    volumes = {name: numbers.get(f"{name}.volume") for name, space in cell.compartments.items() if space.role != BATH}
    places = [(name, ion, w) for name, w in volumes.items() if w is not None for ion in cell.compartments[name].ions]
    return [
        sentence(cell, name, ion, numbers, float(w))
        for name, ion, w in places
        if is_few(float(numbers[f"{name}.{ion}"]), float(w))
    ]


def is_few(c: float, w: float) -> bool:
    """Whether so much water [m^3] at a concentration [mol/m^3] holds some, but fewer than one."""
    return 0.0 < c * w * AVOGADRO < 1.0


def sentence(cell: Cell, space: str, ion: str, numbers: Mapping[str, float], w: float, since: str = "") -> str:
    """What is said of it: the mean number and its fluctuation, and what that is of the logarithm of the concentration."""
    c = float(numbers[f"{space}.{ion}"])
    there = c * w * AVOGADRO
    held = " and what its buffer holds" if ion in cell.compartments[space].buffers else ""
    return (
        f"{since}'{space}' holds less than one free ion of {ion}: {there:.2g} on average, give or take {math.sqrt(there):.2g} at any moment. "
        f"Its concentration is a mean over time or over many such spaces; in exchange with its surroundings, free{held}, "
        f"it fluctuates by {_fluctuation(cell, space, ion, numbers, w):.2g} units of {'pH' if ion == 'H' else f'p{ion}'}."
    )


def _fluctuation(cell: Cell, space: str, ion: str, numbers: Mapping[str, float], w: float) -> float:
    """The standard deviation of the decimal logarithm of a free concentration at equilibrium: that of the number of all that can be free,
    which is the square root of what there is per e-fold of it."""
    c, slope = float(numbers[f"{space}.{ion}"]), 1.0
    if ion in cell.compartments[space].buffers:
        there = cell.compartments[space]
        more, less = (float(bound_at(numbers, there, ion, c * (1 + part))) for part in (SMALL, -SMALL))
        slope += (more - less) / (2 * SMALL * c)
    return 1.0 / (math.log(10.0) * math.sqrt(c * slope * w * AVOGADRO))
