"""What there is to say of a fit: each number with its ends, what the data leave open, and how near the fitted cell comes to the data."""

from __future__ import annotations

import numpy as np

from ...results.base import Maybe, known
from ...results.fitted import FitResult, Residuals
from ..document import TEXT, Block, Column, Document, Heading, Part, sentences, table
from ..numbers import significant
from . import parts

WHAT = {"rest": "resting potentials", "iv": "currents", "simulate": "values along a time course"}


def grid(result: FitResult) -> parts.Grid:
    """A line for each number."""
    head = ["path", "value", "low", "high", "unit", "described"]
    rows = [
        {
            "path": path,
            "value": one.value,
            "low": _plain(one.low),
            "high": _plain(one.high),
            "unit": one.unit,
            "described": one.described,
        }
        for path, one in result.parameters.items()
    ]
    return head, rows


def _plain(end: Maybe) -> float | None:
    return end if known(end) else None


def _about(result: FitResult) -> list[Block]:
    numbers = f"{len(result.parameters)} number{'s' * (len(result.parameters) > 1)}"
    return [Heading(f"{result.cell}: {numbers} from {result.points} {WHAT[result.question]}", 1)]


def _numbers(result: FitResult) -> list[Block]:
    rows = [
        (path, significant(one.value, 4), *map(significant, (one.low, one.high, one.described)), _unit(one.unit))
        for path, one in result.parameters.items()
    ]
    head: list[Column | str] = ["", "value", "from", "to (95 %)", "described", Column("", TEXT)]
    return table("Numbers, between the ends that the data set", head, rows)


def _unit(unit: str) -> str:
    return "" if unit == "1" else unit


def _open(result: FitResult) -> list[Block]:
    if not result.not_determined:
        return []
    rows = [
        (one.of, significant(one.value, 4), *map(significant, (one.low, one.high)), _unit(one.unit))
        for left in result.not_determined
        for one in left.determined
    ]
    said = sentences((left.sentence for left in result.not_determined), marked=True)
    found = table("Determined in their place", ["", "value", "from", "to (95 %)", Column("", TEXT)], rows)
    return [Heading("Not determined by these data"), *said, *found]


def rms(one: Residuals) -> float:
    """Root of the mean square of residuals."""
    return float(np.sqrt(np.mean(one.residual**2)))


def _residuals(result: FitResult) -> list[Block]:
    rows = [
        (one.quantity, significant(rms(one), 3), significant(float(np.abs(one.residual).max()), 3), _spread(one), _unit(one.unit))
        for one in result.residuals
    ]
    head: list[Column | str] = ["", "root mean square", "largest", "standard deviation", Column("", TEXT)]
    return [*table("Residuals", head, rows), *sentences([_judged(result)])]


def _spread(one: Residuals) -> str:
    low, high = (significant(float(end), 3) for end in (one.sd.min(), one.sd.max()))
    return low if low == high else f"{low} to {high}"


def _percent(part: float) -> str:
    return "less than 0.01" if part < 1e-4 else f"{100 * part:.2g}"


def _judged(result: FitResult) -> str:
    if result.sd_estimated:
        return f"The standard deviation is estimated from {result.degrees_of_freedom} degrees of freedom."
    chance = f", as large by chance in {_percent(result.p_value)} % of such data" if known(result.p_value) else ""
    freedom = f"{result.degrees_of_freedom} degree{'s' * (result.degrees_of_freedom != 1)} of freedom"
    return f"Chi-squared is {significant(result.chi_squared)} with {freedom}{chance}."


DOCUMENT: Document = (Part(_about), Part(_numbers), Part(_open), Part(_residuals), *parts.ending())
