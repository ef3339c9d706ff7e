"""The answers of rows: each as the question of one cell answers it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...errors import InputError, NoAnswerError, NotFoundError, VrestError, shorten
from ...results.base import Certificate
from ...results.rows import BAD_INPUT, NO_STATE, NOT_FOUND, SETTLED_BY_ONE_CELL, UNSETTLED, Rows
from .asked import Asked, Columns
from .factors import Run

Answering = Callable[[Asked, Columns], Rows]


def answer_rows(asked: Asked, run: Run, one_by_one: Answering | None = None, into: Rows | None = None) -> Rows:
    """The answers of rows, each of which depends on its own numbers alone.

    Arguments:
        asked:      what is asked
        run:        the rows
        one_by_one: answers rows one by one; None: here and now
        into:       where answers shall stand; None: in arrays of their own
    """
    rows = into or Rows.empty(asked.layout, run.size)
    if asked.lanes:
        from .lanes import settle

        settle(asked, run, rows)
    left = np.flatnonzero(rows.status == UNSETTLED)
    if left.size:
        rows.put(left, (one_by_one or each)(asked, run.columns(left)))
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
        NotFoundError: its residuals are larger than rounding allows, or runs that check it say something else.
    """
    if not certificate.converged:
        apart = [name for name, run in certificate.search.get("certified_runs", {}).items() if not run["agrees"]]
        why = f"runs beside '{apart[0]}' do not agree" if apart else f"its largest residual is {largest(certificate):.2g}"
        raise NotFoundError(f"what was found could not be certified: {why}")


def largest(certificate: Certificate) -> float:
    """The largest residual that is a fraction; nan where none is."""
    parts = [abs(x) for name, places in certificate.residuals.items() if "fraction" in name for x in places.values()]
    return max(parts, default=math.nan)


def status_of(error: VrestError) -> int:
    if isinstance(error, InputError):
        return BAD_INPUT
    return NO_STATE if isinstance(error, NoAnswerError) and not isinstance(error, NotFoundError) else NOT_FOUND
