"""What buffers bind, as a function of the state.

The row of an ion that is buffered holds all of it, free and bound: that is what crosses membranes, what is conserved and what carries
charge. Formulas and laws see what is free, which follows from the row in closed form (`laws.buffers`). What binds stays in the
compartment, and is diluted by its water.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..constants import R
from ..description.cell import Cell
from ..description.derive import bound_at
from ..laws.proton import LN_10
from ..maths import is_symbol, log, log1p, maximum

LEAST = 1e-30
"""Concentration [mol/m^3] that stands for none in a graph."""


class Buffers:
    """Every buffer of a cell. `all` are the places (compartment, ion) that have one."""

    def __init__(self, cell: Cell) -> None:
        self.all = tuple((name, ion) for name, space in cell.compartments.items() for ion in space.buffers)

    def of(self, space: str) -> list[str]:
        """The ions of a compartment that are buffered."""
        return [ion for name, ion in self.all if name == space]

    def diluted(self, numbers: Mapping[str, Any], volumes: Mapping[str, Any]) -> dict[str, Any]:
        """The concentrations of what binds [mol/m^3] by path, in given volumes [m^3]."""
        paths = [(space, f"{space}.{ion}.buffer") for space, ion in self.all]
        return {path: numbers[f"{path}.amount"] / volumes[space] for space, path in paths}

    def total(self, space: str, ion: str, c: Any, w: Any, numbers: Mapping[str, Any]) -> Any:
        """All of an ion [mol] at a free concentration c [mol/m^3] in so much water [m^3]."""
        if (space, ion) not in self.all:
            return c * w
        diluted = {**numbers, **self.diluted(numbers, dict.fromkeys([space for space, _ in self.all], w))}
        return (c + bound_at(diluted, space, ion, c)) * w

    def stored(self, space: str, ion: str, c: Any, c_ref: Any, numbers: Mapping[str, Any]) -> Any:
        """Free energy stored in what is bound [J]: its slope is the chemical potential of the free ion times that of what is bound."""
        path, T = f"{space}.{ion}.buffer", numbers["temperature"]
        amount = numbers[f"{path}.amount"]
        if is_symbol(c) or is_symbol(c_ref):
            c, c_ref = maximum(c, LEAST), maximum(c_ref, LEAST)
        if f"{path}.K_d" not in numbers:
            at, now = log(numbers[f"{path}.at"] / c_ref), log(c / c_ref)
            return R * T * amount / LN_10 * (now * now - at * at) / 2
        K_d = numbers[f"{path}.K_d"]
        bound = 0.0 if isinstance(c, float) and c <= 0 else c / (c + K_d) * log(c / c_ref)
        return R * T * amount * (bound - log1p(c / K_d))


def free(space: str, ion: str, c_total: Any, numbers: Mapping[str, Any]) -> Any:
    """The free concentration of an ion [mol/m^3] of which so much is there in all, at numbers that hold what binds it."""
    from ..laws.buffers import free_beside_sites, free_protons

    path = f"{space}.{ion}.buffer"
    if f"{path}.K_d" in numbers:
        return free_beside_sites(numbers[path], numbers[f"{path}.K_d"], c_total)
    return free_protons(numbers[path], numbers[f"{path}.at"], c_total)
