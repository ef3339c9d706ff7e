"""What buffers bind, as a function of the state.

The row of an ion that is buffered holds all of it, free and bound: that is what crosses membranes, what is conserved and what carries
charge. Formulas and laws see what is free, which follows from the row in closed form (`laws.buffers`), or as a root where impermeants are
titrated. What binds stays in the compartment, and is diluted by its water.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from ..constants import R
from ..description.binding import bound_at, diluted, free_of, gained
from ..description.cell import Cell
from ..laws.proton import LN_10
from ..maths import exp, is_symbol, log, log1p, maximum
from ..results.words import PROTON

if TYPE_CHECKING:
    from ..mechanisms.formula_language import Formula

LEAST = 1e-30
"""Concentration [mol/m^3] that stands for none in a graph."""
NODES = 20
"""Of the integral over a titration: for curves of single sites over three units of pH to rounding."""
PANELS, FAR, ROUGH = 8, 3.0 * LN_10, 1e-9
"""Parts by which the integral is checked, how far on either side of the described pH, and what they may differ by."""


class Buffers:
    """Every buffer of a cell. `all` are the places (compartment, ion) that have one."""

    def __init__(self, cell: Cell) -> None:
        self.spaces = cell.compartments
        self.all = tuple((name, ion) for name, space in self.spaces.items() for ion in space.buffers)

    def of(self, space: str) -> list[str]:
        """The ions of a compartment that are buffered."""
        return [ion for name, ion in self.all if name == space]

    def binding(self, numbers: Mapping[str, Any], volumes: Mapping[str, Any]) -> dict[str, Any]:
        """The concentrations [mol/m^3] of what binds ions, by path, in given volumes [m^3]."""
        found: dict[str, Any] = {}
        for space, ion in self.all:
            found |= diluted(numbers, self.spaces[space], ion, volumes[space])
        return found

    def unbound(
        self, c: Mapping[str, Any], numbers: Mapping[str, Any], react: Collection[tuple[str, str]] = ()
    ) -> dict[str, Any]:
        """What is free [mol/m^3] of the ions that are buffered, by path, of concentrations of all of them, at numbers that hold what binds
        them; not of those that `react` at equilibrium."""
        alone = [place for place in self.all if place not in react]
        return {f"{s}.{ion}": free_of(numbers, self.spaces[s], ion, c[f"{s}.{ion}"]) for s, ion in alone}

    def total(self, space: str, ion: str, c: Any, w: Any, numbers: Mapping[str, Any]) -> Any:
        """All of an ion [mol] at a free concentration c [mol/m^3] in so much water [m^3]."""
        if (space, ion) not in self.all:
            return c * w
        there = {**numbers, **diluted(numbers, self.spaces[space], ion, w)}
        return (c + bound_at(there, self.spaces[space], ion, c)) * w

    def on_impermeants(self, space: str, state: Mapping[str, Any]) -> Any:
        """The protons that impermeants of a compartment have bound since the description [mol], at numbers that hold the state."""
        places = {f"{space}.{word}": valence for word, valence in self.spaces[space].titrated.items()}
        return sum((state[f"{at}.amount"] * gained(state, at, z, state[f"{space}.{PROTON}"]) for at, z in places.items()), 0.0)

    def stored(self, space: str, ion: str, c: Any, c_ref: Any, numbers: Mapping[str, Any]) -> Any:
        """Free energy stored in what is bound [J]: its slope is the chemical potential of the free ion times that of what is bound."""
        if is_symbol(c) or is_symbol(c_ref):
            c, c_ref = maximum(c, LEAST), maximum(c_ref, LEAST)
        one = self.spaces[space].buffers[ion]
        by_buffer = 0.0 if one.bare else self._of_buffer(f"{space}.{ion}.buffer", c, c_ref, numbers)
        return by_buffer + sum((self._of_titrated(f"{space}.{x}", z, c, c_ref, numbers) for x, z in one.titrated.items()), 0.0)

    @staticmethod
    def _of_buffer(path: str, c: Any, c_ref: Any, numbers: Mapping[str, Any]) -> Any:
        RT, amount = R * numbers["temperature"], numbers[f"{path}.amount"]
        if f"{path}.K_d" not in numbers:
            at, now = log(numbers[f"{path}.at"] / c_ref), log(c / c_ref)
            return RT * amount / LN_10 * (now * now - at * at) / 2
        K_d = numbers[f"{path}.K_d"]
        bound = 0.0 if isinstance(c, float) and c <= 0 else c / (c + K_d) * log(c / c_ref)
        return RT * amount * (bound - log1p(c / K_d))

    @staticmethod
    def _of_titrated(path: str, valence: Formula, c: Any, c_ref: Any, numbers: Mapping[str, Any]) -> Any:
        """The same of an impermeant: by parts, with the integral of its charge over ln c."""
        at = numbers[f"{path}.at"]
        way, charge = log(c / at), gained(numbers, path, valence, c)
        over = way * _mean_gained(numbers, path, valence, at, way)
        return R * numbers["temperature"] * numbers[f"{path}.amount"] * (log(c / c_ref) * charge - over)

    def too_steep(self, numbers: Mapping[str, float]) -> list[str]:
        """Impermeants whose charge changes so steeply with pH that its integral is not known well, by path."""
        found = [(f"{name}.{word}", valence) for name, space in self.spaces.items() for word, valence in space.titrated.items()]
        return [path for path, valence in found if any(_rough(numbers, path, valence, way) for way in (-FAR, FAR))]


def _mean_gained(numbers: Mapping[str, Any], path: str, valence: Formula, c: Any, way: Any) -> Any:
    """The mean of the charge that an impermeant has gained between free H of c and of c exp(way), over its logarithm, by Gauss and Legendre."""
    from numpy.polynomial.legendre import leggauss

    nodes = zip(*(one.tolist() for one in leggauss(NODES)), strict=True)
    return sum(0.5 * weight * gained(numbers, path, valence, c * exp(0.5 * (1.0 + place) * way)) for place, weight in nodes)


def _rough(numbers: Mapping[str, float], path: str, valence: Formula, way: float) -> bool:
    """Whether the mean over a way is another one than that over its parts."""
    at, part = numbers[f"{path}.at"], way / PANELS
    whole = _mean_gained(numbers, path, valence, at, way)
    fine = sum(_mean_gained(numbers, path, valence, at * exp(k * part), part) for k in range(PANELS)) / PANELS
    return bool(abs(whole - fine) > ROUGH * max(abs(whole), abs(fine)))
