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
    divided = any(one.shapley for one in result.spreads)
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
        | ({"shapley": one.shapley[path].share if one.shapley else None} if divided else {})
        for one in result.spreads
        for path, share in one.ordered or [("", float("nan"))]
    ]
    return [*head, *(["shapley"] if divided else [])], rows


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
    title = f"Whose range it is: shares of the variance of {one.column}"
    if one.shapley:
        return _divided(title, one)
    rows = [(path, percent(share)) for path, share in one.ordered if share > LITTLE]
    together = one.together or 0.0
    said = [f"Several numbers together make {percent(together)}."] if together > LITTLE else []
    return [*table(title, ["", "share"], rows), *sentences(said)]


def _divided(title: str, one: Spread) -> list[Block]:
    """Shares that add up, the largest first, beside what each number makes by itself."""
    shares = sorted((one.shapley or {}).items(), key=lambda found: -found[1].share)
    rows = [
        (path, percent(max(0.0, found.share)), percent(found.error), percent(max(0.0, one.by.get(path, 0.0))))
        for path, found in shares
        if found.share > LITTLE
    ]
    said = "What several numbers make together is divided evenly among them (Shapley), so that these shares add up."
    return [*table(title, ["", "share", "+-", "by itself"], rows), *sentences([said])]


DOCUMENT: Document = (Part(_about), Part(_quantities), Part(_shares), *parts.ending())
