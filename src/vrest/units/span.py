"""Values that a number takes in turn: a span as text (`1:100 mM:log`, `-100:50 mV:lin:301`), or one by one."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from ..domains import bounded
from ..errors import Problem
from .acidity import UNIT, of_pH
from .dimensions import Dimension, UnitError
from .grammar import is_pH, unit_text
from .grammar import plain as plain_text
from .quantities import dimension_of, from_unit, is_pair, parse_quantity, quantity_from, to_unit

POINTS = 61
MOST_POINTS = 10_000
FORM = "START:STOP UNIT[:log|lin][:POINTS], such as 1:100 mM:log"
LISTED = f'values such as ["2 mM", "4 mM"], plain numbers in SI, an array with or without units, or {FORM}'


@dataclass(frozen=True)
class Span:
    """Values in a unit, from the start to the stop that were written, or as they were listed."""

    unit: str
    values: np.ndarray
    logarithmic: bool

    @property
    def texts(self) -> list[str]:
        """Each value as NUMBER UNIT, with all its digits."""
        return [f"{float(value)!r} {self.unit}".strip() for value in self.values]


def parse_span(text: str, unit: str | None = None) -> Span:
    """Read `START:STOP UNIT[:log|lin][:POINTS]`; the unit may stand with either end. `pH 6:8` is a span of concentrations of H, even
    in the pH.

    Raises:
        UnitError: with what was found and the form that is expected.

    >>> parse_span("1:100 mM:log:3").values.tolist()
    [1.0, 10.0, 100.0]
    """
    parts = [part.strip() for part in text.split(":")]
    if len(parts) not in (2, 3, 4) or not all(parts):
        raise _malformed(text, "a span has a start and a stop")
    start, stop, spelled = _acid_ends(parts[0], parts[1]) if is_pH(text) else _ends(text, parts[0], parts[1], unit)
    logarithmic, points = _options(text, parts[2:])
    logarithmic = logarithmic or (is_pH(text) and "lin" not in parts)
    if start == stop:
        raise _malformed(text, "the span is empty: its ends are equal")
    if logarithmic and min(start, stop) <= 0:
        raise _malformed(text, "a logarithmic span needs ends above zero")
    values = _spread(start, stop, points, logarithmic)
    if not np.all(np.isfinite(values)) or np.unique(values).size < points:
        raise _malformed(text, "the ends of the span lie too far apart, or too close together, for that many points")
    return Span(spelled, values, logarithmic)


def _spread(start: float, stop: float, points: int, logarithmic: bool) -> np.ndarray:
    with np.errstate(over="ignore", invalid="ignore"):
        return np.geomspace(start, stop, points) if logarithmic else np.linspace(start, stop, points)


def _ends(text: str, first: str, second: str, unit: str | None) -> tuple[float, float, str]:
    """Both ends in one unit: the second's, else the first's, else the one that is expected."""
    spelled = unit_text(second) or unit_text(first) or ""
    quantities = [parse_quantity(end if unit_text(end) else f"{end} {spelled}".strip(), unit) for end in (first, second)]
    if quantities[0].dimension != quantities[1].dimension:
        raise _malformed(text, "the ends of the span have different dimensions")
    start, stop = (float(to_unit(quantity.value, spelled or "1")) for quantity in quantities)
    return start, stop, spelled


def _acid_ends(first: str, second: str) -> tuple[float, float, str]:
    """Both ends of a span of pH as concentrations."""
    start, stop = (of_pH(end if is_pH(end) else f"pH {end}").value for end in (first, second))
    return start, stop, UNIT


def _options(text: str, parts: list[str]) -> tuple[bool, int]:
    scales = [part for part in parts if part in ("log", "lin")]
    counts = [part for part in parts if part not in scales]
    odd = next((part for part in counts if not (part.isascii() and part.isdigit())), None)
    if odd is not None:
        raise _malformed(text, f"'{odd[:20]}' is neither log, lin nor a number of points")
    if max(len(scales), len(counts)) > 1:
        raise _malformed(text, "a span has one scale and one number of points")
    return scales == ["log"], _count(text, counts[0]) if counts else POINTS


def _count(text: str, digits: str) -> int:
    points = int(digits[:9])
    if not 2 <= points <= MOST_POINTS:
        raise _malformed(text, f"a span has from 2 to {MOST_POINTS} points")
    return points


def _malformed(text: str, why: str) -> UnitError:
    return UnitError(Problem(why, found=text, expected=FORM))


# -- one by one -------------------------------------------------------------------------------------------------------


def span_of(given: Any, plain: str) -> Span:
    """A span as text, or values one by one in any order: texts, pint quantities, plain numbers in the SI unit `plain`.

    Raises:
        UnitError: with what was found and the forms that are understood.

    >>> span_of(["2 mM", "40 uM", 4], "mol/m^3").values.tolist()
    [2.0, 0.04, 4.0]
    """
    if isinstance(given, Span):
        return given
    if isinstance(given, str):
        span = parse_span(given)
        return span if span.unit or plain == "1" else parse_span(given, plain)
    return _one_by_one(given, plain)


def _one_by_one(given: Any, plain: str) -> Span:
    """Values as they are listed, in the first unit that one of them names."""
    found = [_with_unit(one, plain) for one in _listed(given)]
    _, dimension, unit = next((one for one in found if one[2] is not None), found[0])
    if any(own != dimension for _, own, _ in found):
        raise UnitError(Problem("the values have different dimensions", found=str(given), expected=LISTED))
    return Span(unit or plain, np.array([to_unit(value, unit or plain) for value, _, _ in found], dtype=float), False)


def _listed(given: Any) -> list[Any]:
    """The values of a list, a tuple, a range or an array of one axis."""
    if hasattr(given, "__array__") and not hasattr(given, "to_base_units"):
        given = np.asarray(given).tolist()
    array = hasattr(given, "to_base_units") and getattr(given, "ndim", 0) == 1
    values = list(given) if array or isinstance(given, list | tuple | range) else []
    if not values:
        raise UnitError(Problem("these are no values one by one", found=repr(bounded(given)), expected=LISTED))
    return values


def _with_unit(value: Any, plain: str) -> tuple[float, Dimension, str | None]:
    """A value in SI, its dimension, and its unit where it names one."""
    if isinstance(value, str) or hasattr(value, "to_base_units") or is_pair(value):
        quantity = of_pH(value) if is_pH(value) else quantity_from(value)
        unit = plain_text(unit_text(quantity.text))
        if unit:
            return quantity.value, quantity.dimension, unit if _reads(unit, quantity.dimension) else quantity.dimension.symbol
        value = quantity.value
    value = bounded(value)
    if isinstance(value, Real) and not isinstance(value, bool) and np.isfinite(float(value)):
        return from_unit(float(value), plain), dimension_of(plain), None
    raise UnitError(Problem("this is no finite number", found=repr(value), expected=LISTED))


def _reads(unit: str, dimension: Dimension) -> bool:
    try:
        return dimension_of(unit) == dimension
    except UnitError:
        return False
