"""What there is to say of uncertain answers: between which ends each quantity lies, and whose range that is."""

from __future__ import annotations

from ...results.uncertain import Spread, UncertainResult
from ..document import TEXT, Block, Column, Document, Heading, Part, sentences, table
from ..numbers import aligned, percent
from . import parts
from .sweep import counted

MOST = 3
LITTLE = 0.01
"""Shares below which a number is not named."""


def grid(result: UncertainResult) -> parts.Grid:
    """A line for each quantity and each number that is varied."""
    head = ["quantity", "unit", "low", "median", "high", "path", "share"]
    rows = [
        {
            "quantity": one.column,
            "unit": one.unit,
            "low": one.low,
            "median": one.median,
            "high": one.high,
            "path": path,
            "share": share,
        }
        for one in result.spreads
        for path, share in one.ordered or [("", float("nan"))]
    ]
    return head, rows


def _about(result: UncertainResult) -> list[Block]:
    one = result.first
    low, median, high = aligned([one.low, one.median, one.high])
    unit = "" if one.unit == "1" else f" {one.unit}"
    named = "V" if one.output == "V_mV" else one.column
    return [
        Heading(f"{named} = {median}{unit}, from {low} to {high}{unit} in nine tenths of {result.rows:,} cells", 1),
        *sentences([f"{result.cell}, numbers drawn from their ranges: {counted(result.counts)}."]),
    ]


def _quantities(result: UncertainResult) -> list[Block]:
    rows = [(one.column, *aligned([one.low, one.median, one.high]), _from(one)) for one in result.spreads]
    return table("", ["", "5 %", "median", "95 %", Column("mostly from", TEXT)], rows)


def _from(one: Spread) -> str:
    """The numbers that make most of a spread."""
    if not one.by:
        return "does not move"
    return ", ".join(f"{path} {percent(share)}" for path, share in one.ordered[:MOST] if share > LITTLE)


def _shares(result: UncertainResult) -> list[Block]:
    one = result.first
    rows = [(path, percent(share)) for path, share in one.ordered if share > LITTLE]
    together = one.together or 0.0
    said = [f"Several numbers together make {percent(together)}."] if together > LITTLE else []
    return [*table(f"Whose range it is: shares of the variance of {one.column}", ["", "share"], rows), *sentences(said)]


DOCUMENT: Document = (Part(_about), Part(_quantities), Part(_shares), *parts.ending())
