"""How a time course is asked for: integrator, tolerance, how many points, and at which times it is wanted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import InputError, Problem, advice
from ...units import UnitError, quantity_from
from ...units.table import exact_multiple

MOST_TIMES = 100_000
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
        if not 0 < self.rtol <= LOOSEST:
            raise _wrong("rtol", self.rtol, f"a relative tolerance in 0..{LOOSEST}, such as 1e-8")
        if self.max_steps < 1 or self.max_steps != int(self.max_steps):
            raise _wrong("max_steps", self.max_steps, "a number of steps, such as 20000")
        if self.points is not None and self.points < 2:
            raise _wrong("points", self.points, "at least 2")

    def times(self, until: float) -> np.ndarray | None:
        """The times that are wanted in a run of some length [s], in order; None: all that there are."""
        if self.at is None and self.every is None:
            return None
        wanted = [_time(one, "at") for one in _listed(self.at)]
        for time in (one for one in wanted if not 0 <= one <= until):
            raise _wrong("at", f"{time:g} s", f"a time from 0 to the end of the run, {until:g} s")
        return np.unique(wanted if self.every is None else [*wanted, *_multiples(_time(self.every, "every"), until)])


def _multiples(step: float, until: float) -> list[float]:
    """Every multiple of a time up to the end of a run [s]."""
    if not step > 0 or until / step > MOST_TIMES:
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
    if isinstance(value, int | float | np.number) and not isinstance(value, bool):
        return float(value)
    try:
        return quantity_from(value, "s").value
    except UnitError as error:
        raise InputError(error.problem.at(path=_named(name))) from None


def _named(argument: str) -> str:
    """An argument as it is written in Python or on the command line."""
    return advice(argument, f"--{argument.replace('_', '-')}")


def _wrong(argument: str, found: object, expected: str) -> InputError:
    return InputError(Problem(f"{_named(argument)} cannot be this", found=str(found), expected=expected))
