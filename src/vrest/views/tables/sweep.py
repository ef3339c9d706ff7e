"""What there is to say of a sweep: how many rows were answered, what they tell, along one number or in quantiles."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ...results.layout import COUNT
from ...results.quantiles import Parts, quantiles
from ...results.rows import MEANT, STATUS, failed_head, failed_lines
from ...results.sweep import SweepResult
from ...results.words import duration
from ..document import TEXT, Block, Column, Document, Heading, Part, sentences, table
from ..numbers import aligned, significant
from . import parts
from .curves import VALUES, picked

QUANTILES = {"least": 0.0, "5 %": 0.05, "median": 0.5, "95 %": 0.95, "most": 1.0}
MOST = 12
"""Quantities that are shown; the CSV holds all."""
IN_MEMORY = 8_000_000
"""Numbers of an output that are there at once."""


def grid(result: SweepResult) -> parts.Grid:
    """A line for each row, and for each time of a time course: what was varied, what is told, status and residual."""
    columns = list(_columns(result))
    timed = ["time_s"] if result.times.size > 1 else []
    head = [*map(result.heading, result.varied), *timed, *(one.column for one in result.series()), "status", "residual"]
    return head, (dict(zip(head, line, strict=True)) for line in zip(*columns, strict=True))


def failed_grid(result: SweepResult) -> parts.Grid:
    """A line for each row without an answer."""
    head = failed_head({path: result.unit(path) for path in result.varied})
    numbers = [result.values(path) for path in result.varied]
    lines = failed_lines(0, numbers, result.data["status"].to_numpy().ravel(), result.failed)
    return head, (dict(zip(head, line, strict=True)) for line in lines)


def _columns(result: SweepResult) -> Iterator[list[Any]]:
    """The cells of every column, row by row and time by time."""
    times, rows = result.times, result.rows
    for path in result.varied:
        yield np.repeat(result.values(path), times.size).tolist()
    if times.size > 1:
        yield np.tile(times, rows).tolist()
    for one in result.series():
        yield np.broadcast_to(one.values, (rows, times.size)).ravel().tolist()
    status = [STATUS[k] for k in result.data["status"].to_numpy().ravel()]
    yield np.repeat(np.array(status, dtype=object), times.size).tolist()
    yield np.repeat(result.data["residual"].to_numpy().ravel(), times.size).tolist()


def _about(result: SweepResult) -> list[Block]:
    varied = ", ".join(result.varied)
    named = {"rest": "Resting potentials", "steady": "Steady states", "simulate": "Time courses", "excite": "Excitability"}
    return [
        Heading(f"{named[result.data.attrs['ask']]} of {result.cell} over {varied}", 1),
        *sentences([f"{result.rows:,} rows: {counted(result.counts)}."]),
    ]


def counted(counts: Mapping[str, int]) -> str:
    """How many rows have each status, in words."""
    return ", ".join(f"{count:,} {MEANT[word]}" for word, count in counts.items() if count)


def _told(result: SweepResult) -> list[Block]:
    """Value by value where one number has its own dimension and nothing else is varied, otherwise in quantiles."""
    along = result.dims == tuple(result.axes_along[:1])
    picks = picked(result.rows, VALUES)
    told = [name for name in result.outputs if name != COUNT or any(np.any(part > 1) for part in result.at_end(name))]
    quantities = [(name, k, one.column) for name in told for k, one in enumerate(result.quantities(name))]
    shown: list[tuple[str, np.ndarray]] = []
    for name, group in itertools.groupby(quantities[:MOST], lambda one: one[0]):
        columns = {k: column for _, k, column in group}
        shown += zip(columns.values(), _values(result, name, list(columns), picks if along else None), strict=True)
    hidden = len(quantities) - len(shown)
    more = [f"{hidden} more quantities are in the CSV."] if hidden > 0 else []
    at_end = [f"At the end, {duration(float(result.times[-1]))}."] if result.times.size > 1 else []
    cells = [(name, aligned(values.tolist())) for name, values in shown]
    said = _by_value(result, picks, dict(cells)) if along else table("", ["", *QUANTILES], [(name, *row) for name, row in cells])
    return [*sentences(at_end), *said, *sentences(more)]


def _by_value(result: SweepResult, picks: Any, shown: Mapping[str, list[str]]) -> list[Block]:
    path = result.axes_along[0]
    columns = [[significant(x, 4) for x in result.values(path)[picks].tolist()], *shown.values()]
    failed = [MEANT[STATUS[k]] if k > 1 else "" for k in result.data["status"].to_numpy()[picks]]
    heads: list[Column | str] = [Column(result.heading(path)), *shown]
    if any(failed):
        heads, columns = [*heads, Column("", TEXT)], [*columns, failed]
    return table("", heads, zip(*columns, strict=True))


def _values(result: SweepResult, name: str, which: Sequence[int], picks: Any) -> list[np.ndarray]:
    """Some quantities of an output at the picked rows, or their quantiles where none are picked. Of a store that may be larger than memory
    they are gathered chunk by chunk."""

    def parts(k: int) -> Iterator[np.ndarray]:
        return (part[:, k] for part in result.at_end(name))

    def spread(numbers: Parts) -> np.ndarray:
        return quantiles(numbers, list(QUANTILES.values()))

    if picks is None and result.rows * len(which) > IN_MEMORY:
        return [spread(functools.partial(parts, k)) for k in which]
    whole = np.concatenate([part[:, which] for part in result.at_end(name)]).T
    return [spread(lambda one=one: [one]) if picks is None else one[picks] for one in whole]  # type: ignore[misc]


DOCUMENT: Document = (Part(_about), Part(_told), *parts.ending())
