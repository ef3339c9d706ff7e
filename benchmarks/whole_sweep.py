"""`vrest.sweep` of a DataFrame, from the call to the certified Dataset, beside the kernels that answer its question; `population.py` prints it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas
import population_cells as cells

import vrest
from vrest.units import to_unit

Calls = list[tuple[Callable[..., None], tuple[Any, ...]]]
RTOL = 1e-6
PART = 16
"""By how many fewer rows the kernel alone is timed with."""


def table_of(cell: vrest.Cell, columns: Mapping[str, np.ndarray]) -> pandas.DataFrame:
    """Rows [SI] as a table in the units of the description."""
    units = {path: cell.settable[path].unit or "1" for path in columns}
    return pandas.DataFrame({f"{path} [{units[path]}]": to_unit(values, units[path]) for path, values in columns.items()})


def kernel_calls(kernels: Callable[[], Sequence[Any]], run: Callable[[], Any]) -> Calls:
    """What kernels are called with in a second run."""
    run()
    calls: Calls = []
    for kernel in kernels():

        def noted(*arguments: Any, fill: Callable[..., None] = kernel.fill) -> None:
            calls.append((fill, arguments))
            fill(*arguments)

        kernel.fill = noted
    run()
    for kernel in kernels():
        del kernel.fill
    return calls


def questions(protocol: Mapping[str, Any], times: np.ndarray) -> dict[str, tuple[cells.Workload, str, dict[str, Any]]]:
    """Cells, what is asked of them, and how."""
    course = {"protocol": protocol, "at": [f"{time:g} s" for time in times], "rtol": RTOL}
    return {
        "rest": (cells.REST, "rest", {}),
        "steady states, the way from rest": (cells.STEADY, "steady", {}),
        f"courses, rtol {RTOL:g}": (cells.COURSE, "simulate", course),
    }


def kernels_of(workload: cells.Workload, ask: str, asked: Mapping[str, Any], times: np.ndarray, count: int) -> Calls:
    """What the kernels that answer a question of so many rows are called with."""
    prepared, columns = vrest.prepare(vrest.from_yaml(workload.cell)), workload.columns(count)
    if ask == "simulate":
        from vrest.description.library import protocol_of

        lanes = prepared.course_rows(tuple(columns), protocol_of(dict(asked["protocol"]), prepared.cell, None), times, RTOL)
        return kernel_calls(lambda: [one.kernel for one in lanes._kernels.values()], lambda: lanes(columns))
    lanes = prepared.rows(ask, tuple(columns))
    found = [lanes._way] if ask == "steady" else [block.kernel for block in lanes.blocks]
    return kernel_calls(lambda: found, lambda: lanes(columns))


def whole(workload: cells.Workload, ask: str, asked: Mapping[str, Any], count: int) -> Callable[[], Any]:
    """A sweep of so many rows of a table by one thread."""
    cell = vrest.from_yaml(workload.cell)
    table = table_of(cell, workload.columns(count))
    return lambda: vrest.sweep(cell, table, ask=ask, threads=1, **asked)
