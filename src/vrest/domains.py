"""Where a number must lie: one object serves laws, parameter tables, messages and the reference of the file format."""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import InputError, Problem


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
            inside = self.low < value <= self.high or (value == self.low and not self.low_open)
            return inside and -math.inf < value < math.inf and not (self.without_zero and value == 0)
        if value.size == 0:
            return True
        return self._admits_extremes(value.min(), value.max()) and not (self.without_zero and bool((value == 0).any()))

    def _admits_extremes(self, least: Any, most: Any) -> bool:
        above = least > self.low if self.low_open else least >= self.low
        return bool(above and most <= self.high and least > -math.inf and most < math.inf)


FINITE = Domain("a finite number")
NON_ZERO = Domain("a finite number other than zero", without_zero=True)
NON_NEGATIVE = Domain("zero or a positive number", low=0.0)
POSITIVE = Domain("a positive number", low=0.0, low_open=True)
FRACTION = Domain("a fraction from 0 to 1", low=0.0, high=1.0)
PART = Domain("a fraction above 0, at most 1", low=0.0, high=1.0, low_open=True)
TEMPERATURE = Domain("an absolute temperature from 250 to 400 K", low=250.0, high=400.0)


def law(**domains: Domain) -> Callable[[Callable], Callable]:
    """Check the named arguments of a law where they are numbers or arrays; symbols pass: their values are checked on entry.

    The domains stand in the law's attribute `domains`.

    Raises:
        InputError: naming the law, the argument, what was found and what the law needs.
    """

    def decorate(function: Callable) -> Callable:
        names = list(inspect.signature(function).parameters)
        checked = [(position, name, domains[name]) for position, name in enumerate(names) if name in domains]

        @functools.wraps(function)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            for position, name, domain in checked:
                value = args[position] if position < len(args) else kwargs.get(name)
                if type(value) is float and domain.admits(value):  # by far the most frequent case
                    continue
                for number in _numbers(value):
                    if not domain.admits(number):
                        raise InputError(_outside(function.__name__, name, number, domain))
            return function(*args, **kwargs)

        guarded.domains = domains  # type: ignore[attr-defined]
        return guarded

    return decorate


def _numbers(value: Any) -> list[Any]:
    """The numbers and arrays in an argument; a list holds one value per ion, each a number, an array or a symbol."""
    if isinstance(value, list | tuple):
        return [number for row in value for number in _numbers(row)]
    if type(value).__module__.partition(".")[0] == "numpy":
        return [value] if value.dtype.kind in "fiub" else []
    return [value] if isinstance(value, float | int) else []


def _outside(function: str, name: str, value: Any, domain: Domain) -> Problem:
    found = value if getattr(value, "ndim", 0) == 0 else next(x for x in value.ravel() if not domain.admits(float(x)))
    return Problem(f"{function}: {name} is outside the law's domain", path=name, found=f"{found:g}", expected=domain.words)
