"""The numbers that a fit may change: where they start, between which bounds, and in which measure they are sought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...description.cell import Cell, Value
from ...description.derive import Derivation
from ...description.edit import no_path
from ...description.settings import numbers_with, span_over
from ...domains import FINITE
from ...errors import InputError, Problem, advice
from ...units import dimension_of, format_quantity, from_unit, to_unit

WIDE = 1e4
"""Factor to each side of the described value beyond which a number that cannot be negative is not sought."""
FAR = 10.0
"""The same of other numbers, in their sizes."""
POTENTIAL = 0.05
"""The size of a potential [V]."""
TRIED = 1.0 + 1e-6


@dataclass(frozen=True)
class Free:
    """One number [SI]; u is what is sought in its place: the logarithm of its ratio to the described value, or where it may be negative
    its distance from there in its size.

    Attributes:
        unit:      that of the description
        described: where it starts
        low, high: bounds
        size:      None for a logarithm
    """

    path: str
    unit: str
    described: float
    low: float
    high: float
    size: float | None

    def u(self, value: float) -> float:
        if self.size is not None:
            return (value - self.described) / self.size
        return float(np.log(value / self.described))

    def value(self, u: Any) -> Any:
        return self.described + u * self.size if self.size is not None else self.described * np.exp(u)

    def slope(self, u: Any) -> Any:
        """d value / du."""
        return self.size if self.size is not None else self.value(u)

    def shown(self, value: float) -> float:
        """In the unit of the description."""
        return float(to_unit(value, self.unit))


def free_numbers(cell: Cell, free: str | Sequence[str] | Mapping[str, Any]) -> list[Free]:
    """The numbers that may change: a path, several, or {path: "LOW:HIGH UNIT"}.

    Raises:
        InputError: with all that is wrong: no path, a formula, bounds that leave nothing, a number without a size.
    """
    given = _by_path(free)
    derivation = Derivation(cell)
    found, problems = [], []
    for path, bounds in given.items():
        try:
            found.append(_free(cell, derivation, path, bounds))
        except InputError as error:
            problems += [problem.at(path=str(path)) for problem in error.problems]
    if problems:
        raise InputError(*problems)
    return found


def _by_path(free: Any) -> dict[str, Any]:
    """Bounds by path, None where they are not given.

    Raises:
        InputError: no path is named, or one twice.
    """
    if isinstance(free, Mapping):
        paths, given = list(free), dict(free)
    else:
        paths = [free] if isinstance(free, str) else list(free)
        given = dict.fromkeys(paths)
    if not paths or len(given) < len(paths):
        raise InputError(Problem("what is free is named once each", path="free", found=", ".join(map(str, paths)) or "no path"))
    return given


def _free(cell: Cell, derivation: Derivation, path: str, bounds: Any) -> Free:
    value = cell.settable.get(path) if isinstance(path, str) else None
    if value is None or value.row is None:
        raise InputError(_formula(cell, path) or no_path(cell, path))
    _must_stand_for_itself(derivation, path, value)
    domain, unit = value.row.domain, value.unit or "1"
    size = None if domain.low >= 0 and value.si > 0 else POTENTIAL if dimension_of(unit) == dimension_of("V") else abs(value.si)
    if bounds is not None:
        return Free(path, unit, value.si, *_bounds(cell, path, bounds, unit), size)
    low, high = (value.si / WIDE, value.si * WIDE) if size is None else (value.si - FAR * size, value.si + FAR * size)
    return Free(path, unit, value.si, max(low, domain.low), min(high, domain.high), size)


def _must_stand_for_itself(derivation: Derivation, path: str, value: Value) -> None:
    if value.si == 0:
        expected = advice('a value above zero: cell.replace({"' + path + '": ...})', f"a value above zero: --set {path}=...")
        raise InputError(Problem(f"'{path}' is zero as described, so it has no size to start from", path=path, expected=expected))
    if numbers_with(derivation, {path: value.si * TRIED}) is None:
        message = f"'{path}' cannot be fitted: the description is read anew for each of its values"
        raise InputError(Problem(message, path=path, found=value.text, expected="a number that stands for itself"))


def _bounds(cell: Cell, path: str, bounds: Any, unit: str) -> tuple[float, float]:
    """Bounds as they were given.

    Raises:
        InputError: they are none, lie outside of what the number may be, or exclude the described value.
    """
    value, span = cell.settable[path], span_over(cell, path, bounds)
    low, high = (float(from_unit(end, span.unit)) for end in (span.values.min(), span.values.max()))
    domain = value.row.domain if value.row is not None else FINITE
    if not all(map(domain.admits, (low, high))):
        raise InputError(Problem(f"the bounds of '{path}' go beyond what it may be", found=str(bounds), expected=domain.words))
    if not low < value.si < high or low == domain.low == 0:
        expected = f"bounds around the described {format_quantity(value.si, unit)}, from above zero"
        raise InputError(Problem(f"the bounds of '{path}' exclude where it starts", found=str(bounds), expected=expected))
    return low, high


def _formula(cell: Cell, path: Any) -> Problem | None:
    """What is said of a path where a formula stands; None where there is none."""
    place, _, key = str(path).rpartition(".")
    way = cell.ways.get(place)
    formulas = {} if way is None else {**way.computed, "rate": way.rate, "factor": way.factor}
    if way is None or formulas.get(key) is None:
        return None
    numbers = [one for one in cell.settable if one.startswith(f"{place}.")]
    return Problem(
        f"'{path}' is a formula, so it has no value to fit; the numbers in it have",
        path=str(path),
        found=f"the formula of {key}",
        expected=", ".join(numbers[:6]) or "a number of the description",
    )
