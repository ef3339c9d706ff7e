"""Rows that lanes settle, in their places; all others stay as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np

from ...engines.lanes import available, blocks, in_threads
from ...results.layout import COUNT
from ...results.rows import SETTLED, Rows
from ...units import to_unit
from .asked import Asked
from .factors import Run

if TYPE_CHECKING:
    from ..rest.rows import RestRows
    from ..simulate.rows import CourseRows
    from ..steady.rows import SteadyRows

Told = Mapping[tuple[str, ...], np.ndarray]
"""Columns of rows, courses (row, time) too, by the labels that lead to them, in the unit of the JSON."""
Said = Callable[[Any], Told]
"""What is told of an output of rows, of what was found for them."""


def _of_membranes(found: Any) -> Told:
    return {(name,): to_unit(V, "mV") for name, V in found.V.items()}


def _of_cells(found: Any) -> Told:
    return {(): found.atp}


_CONTENTS: dict[str, Said] = {
    "V_mV": _of_membranes,
    "inside_mM": lambda found: {place: to_unit(c, "mM") for place, c in found.inside.items()},
    "volume_pL": lambda found: {(name,): to_unit(w, "pL") for name, w in found.volume.items()},
}
SAID: dict[str, dict[str, Said]] = {
    "rest": {
        "V_mV": _of_membranes,
        "E_mV": lambda found: {place: to_unit(E, "mV") for place, E in found.E.items()},
        "atp_mol_per_s": _of_cells,
        COUNT: lambda found: {(): found.roots},
    },
    "steady": {**_CONTENTS, "atp_mol_per_s": _of_cells},
    "simulate": _CONTENTS,
}
"""What lanes can say of a row, by question and output."""


def says(asked: Asked) -> bool:
    """Whether lanes can say what is wanted."""
    return not asked.units and set(asked.layout.outputs) <= set(SAID.get(asked.ask, ()))


def settle(asked: Asked, run: Run, rows: Rows) -> None:
    """Answer in lanes what they are sure of. Whether they are asked at all depends on the question, never on the rows.

    From its numbers to its answers a block of rows stays with one thread, and in its cache.
    """
    lanes: Any = _lanes(asked, run.paths)
    if lanes is None:
        return
    places = blocks(run.size, lanes.block, asked.threads)
    threads = asked.threads if len(places) == 1 else 1
    more = lanes.telling(rows.values) if asked.ask == "rest" else None

    def block(at: slice) -> None:
        with np.errstate(all="ignore"):  # rows that are not settled may hold any number
            columns = run.columns(at)
            found = lanes(columns, threads)
            _told(asked, found if more is None else more(found, columns, threads), rows, at)

    in_threads(block, places, asked.threads)


def _told(asked: Asked, found: Any, rows: Rows, at: slice) -> None:
    """What was found for a block of rows in its places, where it is settled; numbers of no label have none."""
    layout, every = asked.layout, bool(np.all(found.settled))
    for name, values in rows.values.items():
        dims = layout.outputs[name].dims
        for labels, column in SAID[asked.ask][name](found).items():
            named = list(zip(dims, labels, strict=False))
            if all(label in layout.labels[dim] for dim, label in named):
                place: tuple[Any, ...] = (at, *(layout.labels[dim].index(label) for dim, label in named))
                there = values[place]
                np.copyto(there, column, where=every or found.settled.reshape(-1, *(1,) * (there.ndim - 1)))
    np.copyto(rows.status[at], SETTLED, where=every or found.settled)
    np.copyto(rows.residual[at], found.residual, where=every or found.settled)


def seconds_a_row(asked: Asked, run: Run, alone: Callable[[], float]) -> float:
    """How long a row takes [s], in lanes and, where they do not settle it, by itself, which takes `alone` [s]; measured in some rows."""
    rows = Rows.empty(asked.layout, run.size)
    settle(asked, run, rows)
    settled = float(np.mean(rows.status == SETTLED))
    if not settled:
        return alone()
    begin = monotonic()
    settle(asked, run, rows)
    return (monotonic() - begin) / run.size + (alone() * (1.0 - settled) if settled < 1 else 0.0)


def _lanes(asked: Asked, paths: tuple[str, ...]) -> RestRows | SteadyRows | CourseRows | None:
    """What answers rows of a question in lanes, compiled once; None where nothing does."""
    if not says(asked):
        return None
    if not available():
        return None
    if asked.ask != "simulate":
        return asked.prepared.rows(asked.ask, paths, asked.device)
    assert asked.protocol is not None
    assert asked.times is not None
    return asked.prepared.course_rows(paths, asked.protocol, asked.times, asked.options["rtol"], asked.device)
