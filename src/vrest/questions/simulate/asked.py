"""Which time course is asked for by a question about many of them, or about how one moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...description.cell import Cell
from ...description.library import protocol_of
from ...errors import InputError, Problem, advice
from .options import Options

TIMES = 100
"""Into how many parts a course is divided where nobody says when it is wanted."""


def course_of(cell: Cell, ask: str, protocol: Any, timing: Mapping[str, Any]) -> dict[str, Any]:
    """Protocol, times and options of a time course; nothing for other questions.

    Raises:
        InputError: a time course without a protocol, or another question with one.
    """
    if ask != "simulate":
        _no_course(ask, {**timing, "protocol": protocol})
        return {}
    if protocol is None and timing["until"] is None:
        expected = advice('a protocol, or until="1 h"', "--protocol, or --until 1h")
        raise InputError(Problem("a time course needs a protocol or an end", found="neither", expected=expected))
    posed = protocol_of(protocol, cell, timing["until"])
    every = posed.until / TIMES if timing["at"] is None and timing["every"] is None else timing["every"]
    times = Options(at=timing["at"], every=every).times(posed.until)
    return {"protocol": posed, "times": times, "options": {"rtol": timing["rtol"]}}


def spread_over(until: float) -> list[float]:
    """Hundredths of a course, its begin and its end."""
    return [until * k / TIMES for k in range(TIMES + 1)]


def _no_course(ask: str, timing: Mapping[str, Any]) -> None:
    """What only time courses have must not be given.

    Raises:
        InputError: it is.
    """
    for name in (name for name, value in timing.items() if value is not None and name != "rtol"):
        expected = advice('ask="simulate"', "--ask simulate")
        raise InputError(Problem(f"only a time course has '{name}'", path=name, found=ask, expected=expected))
