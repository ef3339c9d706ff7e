"""Rows that lanes settle, in their places; all others stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np

from ...results.layout import COUNT, Layout
from ...results.rows import SETTLED, Rows
from ...units import to_unit
from .asked import Asked, Columns

if TYPE_CHECKING:
    from ..rest.rows import RestRows, RowsFound

SAID: dict[str, Callable[[RowsFound, Layout], np.ndarray]] = {
    "V_mV": lambda found, layout: np.stack([to_unit(found.V[name], "mV") for name in layout.labels["membrane"]], axis=1),
    COUNT: lambda found, layout: found.roots,
}
"""What lanes can say of a row, by output."""


def settle(asked: Asked, columns: Columns, rows: Rows) -> None:
    """Answer in lanes what they are sure of. Whether they are asked at all depends on the question, never on the rows."""
    lanes = _lanes(asked, tuple(columns))
    if lanes is None:
        return
    found = lanes({path: np.asarray(values, dtype=float) for path, values in columns.items()}, asked.threads)
    places = np.flatnonzero(found.settled)
    for name in rows.values:
        rows.values[name][places] = SAID[name](found, asked.layout)[places]
    rows.status[places], rows.residual[places] = SETTLED, found.residual[places]


def seconds_a_row(asked: Asked, columns: Columns, alone: float) -> float:
    """How long a row takes [s], in lanes and, where they do not settle it, by itself, which takes `alone` [s]; measured in some rows."""
    rows = Rows.empty(asked.layout, len(next(iter(columns.values()))))
    settle(asked, columns, rows)
    settled = float(np.mean(rows.status == SETTLED))
    if not settled:
        return alone
    begin = monotonic()
    settle(asked, columns, rows)
    return (monotonic() - begin) / rows.status.size + alone * (1.0 - settled)


def _lanes(asked: Asked, paths: tuple[str, ...]) -> RestRows | None:
    """What answers rows of a question in lanes, compiled once; None where nothing does."""
    if asked.ask != "rest" or asked.units or not set(asked.layout.outputs) <= set(SAID):
        return None
    from ...engines.lanes import available

    return asked.prepared.rest_rows(paths) if available() else None
