"""Where a number must lie: one object serves laws, parameter tables, messages and the reference of the file format."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any


def bounded(number: Any) -> Any:
    """A number of any sort as a plain one, infinite where it is more than a float holds; anything else that is no number as it is.

    >>> bounded(20), bounded(-(10**400)), bounded("20 mM")
    (20, -inf, '20 mM')
    """
    if getattr(getattr(number, "dtype", None), "kind", None) in ("f", "i", "u") and number.ndim == 0:
        number = number.item()
    if not (isinstance(number, Real) or type(number).__module__ == "decimal"):
        return number
    try:
        value = float(number)
    except ValueError:  # a signalling NaN
        return math.nan
    except OverflowError:
        return math.inf if number > 0 else -math.inf
    return number if math.isfinite(value) and isinstance(number, Integral | float) else value


@dataclass(frozen=True)
class Domain:
    """An interval of finite real numbers, with words for messages."""

    words: str
    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    without_zero: bool = False

    def admits(self, value: Any) -> bool:
        """Whether every element of a number or array is finite and inside."""
        if isinstance(value, float | int):
            return self._admits_extremes(value, value) and not (self.without_zero and value == 0)
        if value.size == 0:
            return True
        return self._admits_extremes(value.min(), value.max()) and not (self.without_zero and bool((value == 0).any()))

    def _admits_extremes(self, least: Any, most: Any) -> bool:
        above = least > self.low if self.low_open else least >= self.low
        return bool(above and most <= self.high and least > -math.inf and most < math.inf)


FINITE = Domain("a finite number")
NON_ZERO = Domain("a finite number other than zero", without_zero=True)
NON_NEGATIVE = Domain("zero or a positive number", low=0.0)
NON_POSITIVE = Domain("zero or a negative number", high=0)
POSITIVE = Domain("a positive number", low=0.0, low_open=True)
FRACTION = Domain("a fraction from 0 to 1", low=0.0, high=1.0)
PART = Domain("a fraction above 0, at most 1", low=1e-9, high=1.0)
TEMPERATURE = Domain("an absolute temperature from 250 to 400 K", low=250.0, high=400.0)
