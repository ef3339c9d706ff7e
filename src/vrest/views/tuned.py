"""The answer to `tune` for people: the numbers, and the state that they hold."""

from __future__ import annotations

from typing import Any

from ..errors import InputError, Problem
from ..results.tuned import TuneResult
from . import as_csv, as_text, common
from .document import Block, Column, Heading, table
from .states import side_by_side


def text(result: TuneResult, *, width: int | None = None, colour: bool = False) -> str:
    """The answer as tables for a terminal, plain unless `colour`."""
    return as_text.render(document(result), width, colour)


def html(result: TuneResult) -> str:
    """The answer as HTML tables with nothing from outside."""
    from . import as_html

    return as_html.render(document(result))


def plot(result: TuneResult, path: str | None = None) -> Any:
    """Numbers have no picture; the tuned cell has: `vrest.rest(result.tuned).plot()`."""
    raise InputError(Problem("tuned numbers have no picture; plot the tuned cell", expected="vrest.rest(result.tuned).plot()"))


def csv(result: TuneResult) -> str:
    """One row for each number."""
    rows = [
        {"path": path, "value": value, "value_SI": result.si[path], "before": result.before[path]}
        for path, value in result.values.items()
    ]
    return as_csv.render(["path", "value", "value_SI", "before"], rows)


def document(result: TuneResult) -> list[Block]:
    """What there is to say, in reading order."""
    rows = [(path, _short(result.before[path]), _short(value)) for path, value in result.values.items()]
    blocks: list[Block] = [
        Heading(f"{result.cell} keeps itself with these numbers", 1),
        *table("Numbers", ["path", Column("described"), Column("tuned")], rows),
        *side_by_side("The steady state of the tuned cell", {"held": result.steady}),
    ]
    return [*blocks, *common.notes(result.notes), *common.refused(result.refused), *common.certificate(result.certificate)]


def _short(value: str) -> str:
    """Number and unit with six digits at most; a word as it is."""
    number, space, unit = value.partition(" ")
    try:
        return f"{float(number):.6g}{space}{unit}"
    except ValueError:
        return value
