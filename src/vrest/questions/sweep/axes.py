"""What a sweep goes through: values of numbers of the description, distributions that they are drawn from, or the rows of a table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...description.cell import Cell
from ...description.edit import no_path
from ...description.measure import measure
from ...errors import InputError, Problem, nearest
from ...units import parse_quantity, to_unit
from ...units.grammar import is_pH, unit_text
from ...units.quantities import is_pair
from ...units.span import Span, parse_span, span_of

CALL = re.compile(r"\s*([A-Za-z_]+)\s*\((.*)\)\s*\Z")
RANGE = "range"
FORMS = "1:100 mM:log, 1,2,5 mM, normal(5 mM, 0.5 mM), lognormal(5 mM, 1.3), uniform(2 mM, 8 mM) or range"


@dataclass(frozen=True)
class Axis:
    """Values that a number takes in turn, in a unit; `ends`: whether they were written as a span."""

    path: str
    unit: str
    values: np.ndarray
    logarithmic: bool = False
    ends: bool = False


@dataclass(frozen=True)
class Prior:
    """What a number is drawn from: `normal` (mean, standard deviation), `lognormal` (median, geometric standard deviation), `uniform` and
    `loguniform` (lowest, highest); numbers in a unit."""

    path: str
    unit: str
    kind: str
    first: float
    second: float

    def at(self, part: np.ndarray) -> np.ndarray:
        """The values below which such parts of all draws lie, 0 < part < 1."""
        if self.kind == "uniform":
            return self.first + (self.second - self.first) * part
        if self.kind == "loguniform":
            return np.exp(np.log(self.first) + np.log(self.second / self.first) * part)
        from scipy.special import ndtri

        deviates = ndtri(part)
        return self.first + self.second * deviates if self.kind == "normal" else self.first * self.second**deviates


def axes_of(cell: Cell, over: Mapping[str, Any]) -> list[Axis | Prior]:
    """The axes of a mapping {path: values}.

    Raises:
        InputError: with all that is wrong: paths that do not exist, values that are none.
    """
    found, problems = [], []
    for path, given in over.items():
        try:
            found.append(_axis(cell, path, given))
        except InputError as error:
            problems += [named(problem, str(path)).at(path=str(path)) for problem in error.problems]
    if problems:
        raise InputError(*problems)
    if not found:
        raise InputError(Problem("nothing is varied", path="over", expected='such as {"outside.K": "1:100 mM:log"}'))
    return found


def named(problem: Problem, name: str) -> Problem:
    """A problem whose message says which axis or column it is of."""
    return problem if f"'{name}'" in problem.message else replace(problem, message=f"'{name}': {problem.message}")


def ranges_of(cell: Cell) -> dict[str, str]:
    """Every number of a description that has a range, to be drawn from it."""
    found = {path: RANGE for path, value in cell.settable.items() if value.range is not None}
    if not found:
        raise InputError(
            Problem(f"no number of {cell.name} has a range", expected="{value: 5 mM, range: [4 mM, 6 mM]} in the description")
        )
    return found


def _axis(cell: Cell, path: str, given: Any) -> Axis | Prior:
    unit = unit_of(cell, path)
    if isinstance(given, str):
        return _of_text(cell, path, given.strip(), unit)
    if isinstance(given, Prior | Axis):
        return given
    if isinstance(given, tuple) and len(given) == 2 and isinstance(given[1], str) and not is_pair(given):
        return _fitting(cell, path, Span(given[1], np.asarray(span_of(given[0], given[1]).values), False), False)
    return _fitting(cell, path, span_of([given] if is_pair(given) else given, unit), False)


def unit_of(cell: Cell, path: str) -> str:
    """The unit in which a description holds a number; `1` for a plain one.

    Raises:
        InputError: the cell has no such path.
    """
    value = cell.settable.get(path) if isinstance(path, str) else None
    if value is None:
        raise InputError(no_path(cell, path))
    return value.unit or "1"


def _of_text(cell: Cell, path: str, text: str, unit: str) -> Axis | Prior:
    call = CALL.match(text)
    if call is not None:
        return _prior(cell, path, call[1], call[2], text)
    if text == RANGE:
        return _described(cell, path, unit)
    if "," not in text and ":" in text:
        return _fitting(cell, path, _span(cell, path, text, unit), True)
    parts = [part.strip() for part in text.split(",")]
    last = unit_text(parts[-1]) or ""
    return _fitting(cell, path, span_of([part if _has_unit(part) else f"{part} {last}".strip() for part in parts], unit), False)


def _span(cell: Cell, path: str, text: str, unit: str) -> Span:
    """A span; one in the pH is one of protons.

    Raises:
        UnitError: it is of something else.
    """
    row = cell.settable[path].row
    if not is_pH(text) or row is None:
        return span_of(text, unit)
    measure(text.partition(":")[0], row)
    return parse_span(text)


def _has_unit(part: str) -> bool:
    return is_pH(part) or bool(unit_text(part))


def _fitting(cell: Cell, path: str, span: Span, ends: bool) -> Axis:
    """An axis whose unit is one of its number.

    Raises:
        UnitError: it is not.
    """
    check_unit(cell, path, span.unit, float(span.values[0]))
    return Axis(path, span.unit or "1", np.asarray(span.values, dtype=float), span.logarithmic, ends)


def check_unit(cell: Cell, path: str, unit: str, sample: float = 1.0) -> None:
    """Whether a unit is one that a number of the description may have.

    Raises:
        UnitError: it is not.
    """
    row = cell.settable[path].row
    if row is not None:
        measure(_written(sample or 1.0, unit), row)


def _written(number: float | str, unit: str) -> str:
    """A number with its unit, as a description writes it."""
    return str(number) if unit == "1" else f"{number} {unit}".strip()


def is_per_same(cell: Cell, path: str, unit: str) -> bool:
    """Whether a number in a unit is counted per the same, an area or the whole cell, as the description counts it."""
    value = cell.settable[path]
    return value.row is None or measure(_written(1.0, unit), value.row)[1] is value.basis


def _described(cell: Cell, path: str, unit: str) -> Prior:
    """Drawn evenly from the range that the description gives a number."""
    ends = cell.settable[path].range
    if ends is None:
        ranged = [one for one, value in cell.settable.items() if value.range is not None]
        message = f"'{path}' has no range in the description"
        raise InputError(
            Problem(message, found=RANGE, expected="a distribution such as uniform(2 mM, 8 mM)", suggestion=nearest(path, ranged))
        )
    return Prior(path, unit, "uniform", *(float(to_unit(end, unit)) for end in ends))


# -- distributions ----------------------------------------------------------------------------------------------------


def _prior(cell: Cell, path: str, kind: str, inside: str, text: str) -> Prior:
    kinds = {"normal": _normal, "lognormal": _lognormal, "uniform": _uniform, "loguniform": _uniform}
    parts = [part.strip() for part in inside.split(",")]
    if kind not in kinds:
        raise InputError(
            Problem(f"'{kind}' is no distribution", found=text, expected=", ".join(kinds), suggestion=nearest(kind, kinds))
        )
    if len(parts) != 2 or not all(parts):
        raise InputError(Problem(f"{kind} takes two numbers", found=text, expected=FORMS))
    unit = unit_text(parts[0]) or ("" if kind == "lognormal" else unit_text(parts[1])) or unit_of(cell, path)
    check_unit(cell, path, unit)
    unit = "K" if unit == "degC" else unit  # a spread of 2 degC is one of 2 K
    return Prior(path, unit, kind, *kinds[kind](parts, unit, text))


def _number(part: str, unit: str) -> float:
    return float(to_unit(parse_quantity(part if unit_text(part) else _written(part, unit), unit).value, unit))


def _normal(parts: list[str], unit: str, text: str) -> tuple[float, float]:
    mean, spread = _number(parts[0], unit), _number(parts[1].replace("degC", "K"), unit)
    return mean, _must(spread, spread > 0, "a standard deviation is above zero", text)


def _lognormal(parts: list[str], unit: str, text: str) -> tuple[float, float]:
    median, ratio = _number(parts[0], unit), parse_quantity(parts[1], "1").value
    _must(median, median > 0, "the median of a lognormal distribution is above zero", text)
    return median, _must(ratio, ratio > 1, "a geometric standard deviation is a ratio above 1", text)


def _uniform(parts: list[str], unit: str, text: str) -> tuple[float, float]:
    low, high = (_number(part, unit) for part in parts)
    _must(low, low > 0 or not text.lstrip().startswith("log"), "a loguniform distribution lies above zero", text)
    return low, _must(high, high > low, "the lower end comes first", text)


def _must(value: float, right: bool, message: str, text: str) -> float:
    if not right:
        raise InputError(Problem(message, found=text, expected=FORMS))
    return value


def spread_over(axis: Axis) -> Prior:
    """A span as what is drawn from: evenly between its ends, or evenly in the logarithm.

    Raises:
        InputError: the values were listed one by one.
    """
    if not axis.ends:
        message, found = f"values of '{axis.path}' one by one are not drawn from", f"{axis.values.size} values"
        raise InputError(Problem(message, path=axis.path, found=found, expected="a span or a distribution: " + FORMS))
    kind = "loguniform" if axis.logarithmic else "uniform"
    return Prior(axis.path, axis.unit, kind, float(axis.values.min()), float(axis.values.max()))


__all__ = ["Axis", "Prior", "axes_of", "check_unit", "is_per_same", "named", "ranges_of", "spread_over", "unit_of"]
