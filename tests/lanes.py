"""What tests of lanes share: the reason to leave them out, and rows of a cell answered in lanes and one by one."""

import numpy as np
import pytest

import vrest
from vrest.description.cell import CELL
from vrest.description.settings import numbers_with
from vrest.engines.lanes import available
from vrest.questions.rest.zero_current import RestState, choose

needs_lanes = pytest.mark.skipif(not available(), reason="llvmlite is not installed: pip install '.[population]'")


MANY = 1e3
"""How many times as large a number of some size may be."""


def spread(cell: vrest.Cell, size: int, sd: float = 0.3, seed: int = 1, of_membranes: bool = False) -> dict[str, np.ndarray]:
    """Columns that spread every number which has a size around the described one; those of membranes alone, or of compartments too."""
    rng, columns = np.random.default_rng(seed), {}
    for path, value in cell.settable.items():
        place = path.split(".")[0]
        told = value.row is not None and value.si and value.row.domain.low >= 0 and value.row.domain.admits(MANY * value.si)
        if told and (place in cell.membranes or not (of_membranes or _fits_others(cell, path))):
            columns[path] = value.si * np.exp(rng.normal(0.0, sd, size))
    return columns


def _fits_others(cell: vrest.Cell, path: str) -> bool:
    """Whether a number is of no compartment, or of one and must fit others: contents that only together are neutral, or volumes that fill
    another one."""
    space = cell.compartments.get(path.split(".")[0])
    if space is None:
        return True
    filled = any(one.endswith(".volume.remainder_of") for one in cell.settable)
    neutral = space.role == CELL and {one.rule for one in space.impermeants.values()} == {"given"}
    word = path.removeprefix(f"{space.name}.").split(".")[0]
    return (filled and word in ("volume", "shape")) or (neutral and (word in space.ions or word.startswith("impermeant")))


def same_rows(one, other, order: np.ndarray, dim: str = "outside.K") -> bool:
    """Whether a sweep holds, for all that it tells, the bits of another one whose rows are in an order."""
    moved = one.isel({dim: order})
    return set(one.data_vars) == set(other.data_vars) and all(
        np.array_equal(moved[name].values, other[name].values, equal_nan=True) for name in one.data_vars
    )


def one_by_one(solver, columns: dict[str, np.ndarray], row: int) -> tuple[RestState, int]:
    """What `rest` chooses for a row, and how many roots it has."""
    numbers = numbers_with(solver.derivation, {path: float(values[row]) for path, values in columns.items()})
    found, _ = solver.solve(numbers, partial=True)
    return choose(found), len(found)
