"""Rows that lanes settle, in their places; all others stay as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np

from ...results.layout import COUNT, Layout
from ...results.rows import SETTLED, Rows
from ...units import to_unit
from .asked import Asked, Columns

if TYPE_CHECKING:
    from ..rest.rows import RestRows
    from ..simulate.rows import CourseRows
    from ..steady.rows import SteadyRows

Said = Callable[[Any, Layout], np.ndarray]
"""Numbers of rows, in the form of an output, of what was found for them."""


def _of_membranes(found: Any, layout: Layout) -> np.ndarray:
    return _placed(found, "V_mV", "mV", {(name,): V for name, V in found.V.items()}, layout)


def _of_spaces(found: Any, layout: Layout) -> np.ndarray:
    return _placed(found, "volume_pL", "pL", {(name,): w for name, w in found.volume.items()}, layout)


def _placed(found: Any, name: str, unit: str, values: Mapping[tuple[str, ...], np.ndarray], layout: Layout) -> np.ndarray:
    """Columns in the places of their labels, courses (row, time) too; nan in all others: a cell may have no volume at all."""
    one = layout.outputs[name]
    placed = np.full((found.settled.size, *one.shape), np.nan)
    for labels, column in values.items():
        if all(label in layout.labels[dim] for dim, label in zip(one.dims, labels, strict=False)):
            places: list[slice | int] = [layout.labels[dim].index(label) for dim, label in zip(one.dims, labels, strict=False)]
            placed[(slice(None), *places)] = to_unit(column, unit)
    return placed


_CONTENTS: dict[str, Said] = {
    "V_mV": _of_membranes,
    "inside_mM": lambda found, layout: _placed(found, "inside_mM", "mM", found.inside, layout),
    "volume_pL": _of_spaces,
}
SAID: dict[str, dict[str, Said]] = {
    "rest": {"V_mV": _of_membranes, COUNT: lambda found, layout: found.roots},
    "steady": {
        **_CONTENTS,
        "atp_mol_per_s": lambda found, layout: found.atp,
    },
    "simulate": _CONTENTS,
}
"""What lanes can say of a row, by question and output."""


def says(asked: Asked) -> bool:
    """Whether lanes can say what is wanted."""
    return not asked.units and set(asked.layout.outputs) <= set(SAID.get(asked.ask, ()))


def settle(asked: Asked, columns: Columns, rows: Rows) -> None:
    """Answer in lanes what they are sure of. Whether they are asked at all depends on the question, never on the rows."""
    lanes = _lanes(asked, tuple(columns))
    if lanes is None:
        return
    found = lanes({path: np.asarray(values, dtype=float) for path, values in columns.items()}, asked.threads)
    places = np.flatnonzero(found.settled)
    with np.errstate(all="ignore"):  # rows that are not settled may hold any number
        for name in rows.values:
            rows.values[name][places] = SAID[asked.ask][name](found, asked.layout)[places]
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


def _lanes(asked: Asked, paths: tuple[str, ...]) -> RestRows | SteadyRows | CourseRows | None:
    """What answers rows of a question in lanes, compiled once; None where nothing does."""
    if not says(asked):
        return None
    from ...engines.lanes import available

    if not available():
        return None
    if asked.ask != "simulate":
        return asked.prepared.rows(asked.ask, paths, asked.device)
    assert asked.protocol is not None
    assert asked.times is not None
    return asked.prepared.course_rows(paths, asked.protocol, asked.times, asked.options["rtol"], asked.device)
