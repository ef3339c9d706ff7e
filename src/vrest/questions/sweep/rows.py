"""The answers of rows: each as the question of one cell answers it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...description.protocol import Protocol
from ...errors import InputError, NoAnswerError, NotFoundError, VrestError, shorten
from ...results.base import Certificate, Result
from ...results.layout import Layout
from ...results.rows import BAD_INPUT, NO_STATE, NOT_FOUND, SETTLED_BY_ONE_CELL, UNSETTLED, Rows
from ..prepared import Prepared

Columns = Mapping[str, np.ndarray]
Answering = Callable[["Asked", Columns], Rows]
ASKS = ("rest", "steady", "simulate", "excite")


@dataclass(frozen=True)
class Asked:
    """What is asked of every row.

    Attributes:
        prepared: the cell
        ask:      the question: one of `ASKS`
        layout:   which numbers of an answer are wanted, and where they stand
        units:    the units of columns that are not in SI: numbers counted per something else than in the description
        protocol, times, options: of a time course: what is done, when it is wanted [s], and how it is integrated
        threads:  how many cores may work
        lanes:    whether rows may be answered many at a time, where they can
    """

    prepared: Prepared
    ask: str
    layout: Layout = field(repr=False)
    units: Mapping[str, str] = field(default_factory=dict)
    protocol: Protocol | None = None
    times: np.ndarray | None = field(default=None, repr=False)
    options: Mapping[str, Any] = field(default_factory=dict)
    threads: int = 1
    lanes: bool = False

    def answer(self, settings: Mapping[str, Any]) -> Result:
        """The answer of one row."""
        if self.ask == "simulate":
            return self.prepared.simulate(self.protocol, settings, at=self.times, **self.options)
        return getattr(self.prepared, self.ask)(settings)

    def settings(self, columns: Columns, row: int) -> dict[str, Any]:
        """The numbers of a row: in SI, or as text with their unit."""
        return {path: self._setting(path, float(values[row])) for path, values in columns.items()}

    def _setting(self, path: str, value: float) -> float | str:
        return f"{value!r} {self.units[path]}" if path in self.units else value


def answer_rows(asked: Asked, columns: Columns, one_by_one: Answering | None = None) -> Rows:
    """The answers of rows, each of which depends on its own numbers alone.

    Arguments:
        asked:      what is asked
        columns:    {path: a number for each row, in SI where `asked.units` says nothing else}
        one_by_one: answers rows one by one; None: here and now
    """
    size = len(next(iter(columns.values())))
    rows = Rows.empty(asked.layout, size)
    if asked.lanes:
        from .lanes import settle

        settle(asked, columns, rows)
    left = np.flatnonzero(rows.status == UNSETTLED)
    if left.size:
        rows.put(left, (one_by_one or each)(asked, {path: values[left] for path, values in columns.items()}))
    return rows


def each(asked: Asked, columns: Columns) -> Rows:
    """The answers of rows by the questions of one cell."""
    rows = Rows.empty(asked.layout, len(next(iter(columns.values()))))
    for row in range(rows.status.size):
        _answer(asked, asked.settings(columns, row), rows, row)
    return rows


def _answer(asked: Asked, settings: Mapping[str, Any], rows: Rows, row: int) -> None:
    """One row: its numbers where they are certified, otherwise why there are none."""
    try:
        answer = asked.answer(settings)
        certified(answer.certificate)
    except VrestError as error:
        rows.status[row], rows.why[row] = status_of(error), error.problems[0].message
        return
    except SystemError:  # what compiled code makes of a Ctrl-C
        raise
    except Exception as error:  # one row must not cost all others their answers
        rows.status[row], rows.why[row] = NOT_FOUND, f"a defect of vrest: {type(error).__name__}: {shorten(error, 200)}"
        return
    for name, values in asked.layout.numbers(answer).items():
        rows.values[name][row] = values
    rows.status[row], rows.residual[row] = SETTLED_BY_ONE_CELL, largest(answer.certificate)


def certified(certificate: Certificate) -> None:
    """An answer that is not certified is none.

    Raises:
        NotFoundError: its residuals are larger than rounding allows.
    """
    if not certificate.converged:
        raise NotFoundError(f"what was found could not be certified: its largest residual is {largest(certificate):.2g}")


def largest(certificate: Certificate) -> float:
    """The largest residual that is a fraction; nan where none is."""
    parts = [abs(x) for name, places in certificate.residuals.items() if "fraction" in name for x in places.values()]
    return max(parts, default=math.nan)


def status_of(error: VrestError) -> int:
    if isinstance(error, InputError):
        return BAD_INPUT
    return NO_STATE if isinstance(error, NoAnswerError) and not isinstance(error, NotFoundError) else NOT_FOUND
