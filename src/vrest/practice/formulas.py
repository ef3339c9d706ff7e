"""Formulas of exercises: those of descriptions, over an exercise's own names, with the laws as functions by their names.

A law of several ions takes its arguments ion by ion, each ion's in the order of the law, and what concerns all of them where it stands in
the law: `ghk_voltage(P_K, 1, K_in, K_out, P_Na, 1, Na_in, Na_out, T)`. Arguments with a default may be left out at the end.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .. import constants, laws, maths
from ..errors import VrestError
from ..laws._quantities import stated_units
from ..mechanisms.formula_language import Formula, parse
from ..units import DIMENSIONLESS, Dimension, UnitError, dimension_of

CONSTANTS = {"N_A": (constants.AVOGADRO, "1/mol"), "e": (constants.ELEMENTARY_CHARGE, "C"), "pi": (math.pi, "1")}
"""Offered beside R and F, with their units."""
Names = Mapping[str, Dimension]


@dataclass(frozen=True)
class Called:
    """A law as formulas call it, with so many arguments of such dimensions; the parser takes it for a table that it reads off."""

    name: str
    of: tuple[str, ...]
    dimensions: tuple[Dimension, ...]
    dimension: Dimension
    rows: int = 0

    @property
    def axes(self) -> tuple[str, ...]:
        return self.of

    def value(self, args: Sequence[Any], leads: Sequence[Any], algebra: Any) -> Any:
        """The law's answer; for numbers none where an argument lies outside its domain."""
        given = LawFunction(self.name).arguments(args, self.rows)
        law = getattr(laws, self.name)
        if any(map(maths.is_symbol, args)):
            return law(**given)
        try:
            return float(law(**given))
        except (VrestError, ZeroDivisionError, OverflowError):
            return math.nan


@dataclass(frozen=True)
class LawFunction:
    """A law as a function of formulas."""

    name: str

    @functools.cached_property
    def _parameters(self) -> list[inspect.Parameter]:
        return list(inspect.signature(getattr(laws, self.name)).parameters.values())

    @functools.cached_property
    def _split(self) -> tuple[list[str], list[str], list[str]]:
        """Names before the ions', of each ion, and after them."""
        ions = [k for k, one in enumerate(self._parameters) if one.annotation == "Ions"]
        names = [one.name for one in self._parameters]
        if not ions:
            return names, [], []
        return names[: ions[0]], names[ions[0] : ions[-1] + 1], names[ions[-1] + 1 :]

    def _named(self, count: int) -> tuple[list[str], int]:
        """The name of each of so many arguments, and the number of ions; as many names as the law has where they do not fit."""
        before, of_ion, after = self._split
        optional = sum(one.default is not inspect.Parameter.empty for one in self._parameters)
        tail = before if not of_ion else after
        for left_out in range(optional, -1, -1):
            kept = len(tail) - left_out
            rest = count - kept - (len(before) if of_ion else 0)
            if not of_ion and rest == 0:
                return before[:kept], 0
            if of_ion and rest >= len(of_ion) and rest % len(of_ion) == 0:
                rows = rest // len(of_ion)
                return [*before, *of_ion * rows, *after[:kept]], rows
        return [*before, *of_ion * bool(of_ion), *after], 1

    def taking(self, dimensions: Sequence[Dimension | None]) -> Called:
        """The law for arguments of these dimensions; where its docstring states several units, those that fit."""
        names, rows = self._named(len(dimensions))
        stated = stated_units(getattr(laws, self.name))
        several = max(len(stated.arguments[name]) for name in names)
        known = [tuple(_dimension(_of(stated.arguments[name], k)) for name in names) for k in range(several)]
        fits = (k for k, one in enumerate(known) if all(a in (None, b) for a, b in zip(dimensions, one, strict=False)))
        place = next(fits, 0)
        return Called(self.name, tuple(names), known[place], _dimension(_of(stated.answer, place)), rows)

    def arguments(self, args: Sequence[Any], rows: int) -> dict[str, Any]:
        """The law's arguments from those of the formula, those of ions as lists."""
        names, _ = self._named(len(args))
        _, of_ion, _ = self._split
        found: dict[str, Any] = {name: [] for name in names if name in of_ion}
        for name, arg in zip(names, args, strict=True):
            if name in of_ion:
                found[name].append(arg)
            else:
                found[name] = arg
        return found


def _of(units: tuple[str, ...], k: int) -> str:
    return units[min(k, len(units) - 1)]


def _dimension(unit: str) -> Dimension:
    return DIMENSIONLESS if unit == "-" else dimension_of(unit)


@functools.cache
def law_functions() -> dict[str, Any]:
    """Every law that answers one number in a unit of its own."""
    return {name: LawFunction(name) for name in dir(laws) if _is_callable(name)}


def _is_callable(name: str) -> bool:
    if name in (
        "donnan_concentrations",
        "ghk_voltage_residual",
        "donnan_residual",
        "grahame_residual",
        "binding_surface_residual",
    ):
        return False
    stated = stated_units(getattr(laws, name))
    try:
        return all(bool(units) for units in (*stated.arguments.values(), stated.answer)) and all(
            _dimension(unit) for units in (*stated.arguments.values(), stated.answer) for unit in units
        )
    except UnitError:
        return False


def read(text: str, names: Names, expected: Dimension | None = None, condition: bool = False) -> Formula:
    """A formula of an exercise.

    Raises:
        FormulaError: at the first fault, with its offset.
    """
    offered = {name: dimension_of(unit) for name, (_, unit) in CONSTANTS.items()} | dict(names)
    return parse(text, names=offered, expected=expected, tables=law_functions(), condition=condition)


def as_written(formula: Formula, numbers: Mapping[str, Any]) -> Any:
    """The value at numbers or symbols in SI.

    Raises:
        InputError: a law has no closed form for symbols.
    """
    return formula.as_written({name: number for name, (number, _) in CONSTANTS.items()} | dict(numbers))


def value(formula: Formula, numbers: Mapping[str, float]) -> Any:
    """The value at plain numbers in SI; nan where there is none."""
    try:
        found = as_written(formula, numbers)
    except (ZeroDivisionError, OverflowError, ValueError):
        return math.nan
    return found if isinstance(found, bool) else float(found)
