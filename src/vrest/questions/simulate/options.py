"""How a time course is asked for: integrator, tolerance, how many points, and at which times it is wanted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from ...domains import bounded
from ...errors import InputError, Problem, advice
from ...units import UnitError, quantity_from
from ...units.table import exact_multiple

MOST_TIMES, MOST_STEPS = 100_000, 2_000_000_000
LOOSEST = 0.1
"""Relative tolerance above which nothing is said of a course."""


@dataclass(frozen=True)
class Options:
    """Arguments as of `simulate`.

    Raises:
        InputError: a tolerance or number of steps or points that none can be.
    """

    engine: str = "cvodes"
    rtol: float = 1e-8
    max_steps: int = 20_000
    points: int | None = None
    at: Any = None
    every: Any = None

    def __post_init__(self) -> None:
        if not (isinstance(self.rtol, Real) and 0 < self.rtol <= LOOSEST):
            raise _wrong("rtol", self.rtol, f"a relative tolerance in 0..{LOOSEST}, such as 1e-8")
        if not _is_count(self.max_steps, 1, MOST_STEPS):
            raise _wrong("max_steps", self.max_steps, f"a whole number of steps up to {MOST_STEPS:,}, such as 20000")
        if self.points is not None and not _is_count(self.points, 2, MOST_TIMES):
            raise _wrong("points", self.points, f"a whole number, at least 2 and at most {MOST_TIMES:,}")

    def times(self, until: float) -> np.ndarray | None:
        """The times that are wanted in a run of some length [s], in order; None: all that there are."""
        if self.at is None and self.every is None:
            return None
        wanted = [_time(one, "at") for one in _listed(self.at)]
        for time in (one for one in wanted if not 0 <= one <= until):
            raise _wrong("at", f"{time:g} s", f"a time from 0 to the end of the run, {until:g} s")
        return np.unique(wanted if self.every is None else [*wanted, *_multiples(_time(self.every, "every"), until)])


def _is_count(given: Any, least: int, most: int) -> bool:
    """Whether something is a whole number within bounds."""
    return isinstance(given, Real) and least <= (number := float(bounded(given))) <= most and number.is_integer()


def _multiples(step: float, until: float) -> list[float]:
    """Every multiple of a time up to the end of a run [s]."""
    if not 0 < step < np.inf or until / step > MOST_TIMES:
        raise _wrong("every", f"{step:g} s", f"a time of at least {until / MOST_TIMES:.3g} s")
    multiples = (exact_multiple(k, step) for k in range(int(until / step * (1 + 1e-12)) + 1))
    return [time for time in multiples if time <= until]


def _listed(at: Any) -> list[Any]:
    """Several times, or one."""
    if at is None:
        return []
    single = isinstance(at, str) or not isinstance(at, Iterable) or getattr(at, "ndim", 1) == 0
    return [at] if single else list(at)


def _time(value: Any, name: str) -> float:
    """A time [s] from text, a quantity, or a number of seconds."""
    if isinstance(value, Real) and not isinstance(value, bool):
        return float(bounded(value))
    try:
        return quantity_from(value, "s").value
    except UnitError as error:
        raise InputError(error.problem.at(path=_named(name))) from None


def _named(argument: str) -> str:
    """An argument as it is written in Python or on the command line."""
    return advice(argument, f"--{argument.replace('_', '-')}")


def _wrong(argument: str, found: object, expected: str) -> InputError:
    return InputError(Problem(f"{_named(argument)} cannot be this", found=str(bounded(found)), expected=expected))
