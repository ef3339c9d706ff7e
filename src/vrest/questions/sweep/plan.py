"""The rows of a sweep: a grid of axes, rows of a table or of a sample, or the grid with a sample at each of its points."""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...description.cell import Cell
from ...engines.lanes import blocks, in_threads
from ...errors import InputError, Problem, advice, nearest
from .axes import Axis, Prior, axes_of, is_per_same, ranges_of, spread_over
from .factors import CELL, Drawn, Listed, Run
from .sampling import SAMPLES, Draws
from .tables import is_table, table_of

GRID = "grid"
DRAWN = 1000
"""Rows that are drawn where nobody says how many."""


@dataclass(frozen=True)
class Plan:
    """The rows: all combinations of the factors, the last one fastest; `own`: whether nobody else can change what is listed beside them."""

    cell: Cell
    factors: tuple[Listed | Drawn, ...]
    sample: str
    seed: int
    own: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(factor.size for factor in self.factors)

    @property
    def dims(self) -> tuple[str, ...]:
        return tuple(factor.dim for factor in self.factors)

    @property
    def rows(self) -> int:
        return math.prod(self.shape)

    @property
    def axes(self) -> list[Axis | Prior]:
        """Every number that is varied."""
        return [axis for factor in self.factors for axis in factor.axes]

    @property
    def along(self) -> list[Axis]:
        """Numbers with a dimension of their own."""
        return [factor.axes[0] for factor in self.factors if isinstance(factor, Listed) and factor.dim != CELL]

    @property
    def beside(self) -> list[Axis | Prior]:
        """Numbers that stand beside the rows of a table or sample."""
        return [axis for factor in self.factors if factor.dim == CELL for axis in factor.axes]

    def values(self, begin: int, end: int) -> dict[str, np.ndarray]:
        """{path: values in the unit of its axis} of the rows from `begin` to before `end`."""
        return self.run(begin, end).values()

    def columns(self, begin: int, end: int) -> dict[str, np.ndarray]:
        """The same in SI; where a number is counted per something else than in the description, in its unit (`units`)."""
        return self.run(begin, end).columns()

    def run(self, begin: int, end: int) -> Run:
        """The rows from `begin` to before `end`, whose numbers are made when they are asked for."""
        return Run(self.factors, self.units, begin, end)

    def listed(self, threads: int = 1) -> Plan:
        """The same rows, with what is drawn there as it is: so much room as all of them take."""
        if not self.factors or not isinstance(last := self.factors[-1], Drawn):
            return self
        run, values = Run((last,), {}, 0, last.size), {prior.path: np.empty(last.size) for prior in last.axes}

        def draw(rows: slice) -> None:
            for path, drawn in run.values(rows).items():
                values[path][rows] = drawn

        in_threads(draw, blocks(last.size, threads=threads), threads)
        return replace(self, factors=(*self.factors[:-1], last.listed(values)), own=True)

    @functools.cached_property
    def units(self) -> dict[str, str]:
        """The units of numbers that are counted per something else than in the description: per area, of the whole cell."""
        return {one.path: one.unit for one in self.axes if not is_per_same(self.cell, one.path, one.unit)}

    @property
    def identity(self) -> str:
        """A few letters that differ where rows do."""
        said = hashlib.sha256(repr((self.shape, self.sample, self.seed)).encode())
        for axis in self.axes:
            said.update(repr((axis.path, axis.unit)).encode())
            said.update(axis.values.tobytes() if isinstance(axis, Axis) else repr(axis).encode())
        return said.hexdigest()[:16]


def plan_of(
    cell: Cell,
    over: Any,
    *,
    paired: bool = False,
    sample: str | None = None,
    n: int | None = None,
    seed: int = 0,
    ignore: Sequence[str] = (),
    own: bool = False,
) -> Plan:
    """The rows that are asked for; `own`: a table is copied.

    Raises:
        InputError: what is asked for does not go together, or says nothing of the cell.
    """
    _known(sample, n, seed)
    if over is not None and is_table(over):
        _alone(paired, sample, n)
        return Plan(cell, (Listed(CELL, table_of(cell, over, ignore, own)),), "table", seed, own)
    if ignore:
        raise InputError(Problem("only columns of a table can be left out", found=", ".join(ignore), expected="a table"))
    listed, priors = _told_apart(axes_of(cell, ranges_of(cell) if over is None else _mapping(over)), sample)
    factors: list[Listed | Drawn] = [_paired(listed)] if paired else [Listed(axis.path, (axis,)) for axis in listed]
    if priors:
        return Plan(cell, (*factors, _drawn(priors, sample, n, seed, paired)), sample or SAMPLES[0], seed)
    if n is not None:
        expected = "a distribution, or " + advice('sample="random"', "--sample random")
        raise InputError(Problem("nothing is drawn", path=advice("n", "--n"), found=str(n), expected=expected))
    return Plan(cell, tuple(factors), GRID, seed)


def _told_apart(axes: Sequence[Axis | Prior], sample: str | None) -> tuple[list[Axis], list[Prior]]:
    """What is gone through, and what is drawn from: spans too where a sample is asked for and nothing else is drawn from."""
    listed = [axis for axis in axes if isinstance(axis, Axis)]
    priors = [axis for axis in axes if isinstance(axis, Prior)]
    return (listed, priors) if priors or sample not in SAMPLES else ([], [spread_over(axis) for axis in listed])


def _drawn(priors: list[Prior], sample: str | None, n: int | None, seed: int, paired: bool) -> Drawn:
    if sample == GRID:
        message = "a distribution is drawn from, a grid goes through values"
        raise InputError(Problem(message, path=priors[0].path, found=f"{priors[0].kind} in a grid", expected=", ".join(SAMPLES)))
    if paired:
        message = "values go together in pairs, what is drawn does not"
        raise InputError(Problem(message, path=priors[0].path, found=priors[0].kind, expected="values alone"))
    paths = [prior.path for prior in priors]
    return Drawn(tuple(priors), Draws(sample or SAMPLES[0], paths, DRAWN if n is None else n, seed))


def _paired(axes: list[Axis]) -> Listed:
    """Axes whose values go together, the first of each with the first of the others."""
    sizes = {axis.path: axis.values.size for axis in axes}
    if len(axes) < 2:
        raise InputError(Problem("a pair is of two numbers at least", found=", ".join(sizes) or "none", expected="two axes"))
    if len(set(sizes.values())) > 1:
        found = ", ".join(f"{path}: {size}" for path, size in sizes.items())
        raise InputError(Problem("axes that go together have as many values", found=found, expected="one number of values"))
    return Listed(CELL, tuple(axes))


def _known(sample: str | None, n: int | None, seed: int) -> None:
    if sample is not None and sample not in (GRID, *SAMPLES):
        known = (GRID, *SAMPLES)
        where = advice("sample", "--sample")
        raise InputError(
            Problem("no such sample", path=where, found=sample, expected=", ".join(known), suggestion=nearest(sample, known))
        )
    for name, value, least in (("n", n, 1), ("seed", seed, 0)):
        if value is not None and not (isinstance(value, int) and value >= least):
            expected = f"a whole number from {least}"
            raise InputError(
                Problem(f"'{name}' cannot be this", path=advice(name, f"--{name}"), found=repr(value), expected=expected)
            )


def _alone(paired: bool, sample: str | None, n: int | None) -> None:
    given = {"paired": paired or None, "sample": sample, "n": n}
    wrong = [advice(name, f"--{name}") for name, value in given.items() if value is not None]
    if wrong:
        raise InputError(Problem("a table says its rows itself", found=", ".join(wrong), expected="the table alone"))


def _mapping(over: Any) -> Mapping[str, Any]:
    if not isinstance(over, Mapping):
        expected = 'such as {"outside.K": "1:100 mM:log"}, a DataFrame, or a .csv or .parquet file'
        raise InputError(Problem("a sweep goes over values by path, or over a table", found=repr(over), expected=expected))
    return over
