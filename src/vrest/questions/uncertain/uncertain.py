"""`uncertain`: the ranges of a description carried through to what it answers, and which of them matters most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...description.cell import Cell
from ...description.library import Name
from ...errors import InputError, Problem, advice
from ...results.sweep import Series
from ...results.uncertain import Share, Spread, UncertainResult
from ..sweep.plan import Drawn, Plan
from ..sweep.sweep import Posed, Progress, Work
from .shapley import Walks, still

OUTPUTS = {"rest": ("V_mV", "E_mV", "atp_mol_per_s"), "steady": ("V_mV", "inside_mM", "volume_pL", "atp_mol_per_s")}
ROWS = 512
QUANTILES = (0.05, 0.5, 0.95)
DEGREE = 3
"""Of the polynomials by which an answer follows one number."""
ROWS_EACH = 10
"""Rows for each coefficient of the polynomials, at least."""
NO_COURSE: Mapping[str, Any] = {"until": None, "at": None, "every": None}


def uncertain(
    cell: Cell | Name,
    over: Mapping[str, Any] | None = None,
    ask: str = "rest",
    outputs: Sequence[str] | None = None,
    *,
    n: int = ROWS,
    seed: int = 0,
    shapley: bool = False,
    threads: int | None = None,
    progress: Progress | None = None,
) -> UncertainResult:
    """What is known of an answer where numbers of the description are known in ranges only.

    Arguments:
        cell:    a description, or its name or path
        over:    {path: distribution} as of `sweep`, a span being drawn from evenly; None: every number that has a range
        ask:     "rest" or "steady"
        outputs: keys of the JSON, as of `sweep`
        n, seed: how many rows are drawn (Sobol), and which
        shapley: whether shares are wanted too that add up, for which n cells more are answered for each number, and n besides
        threads, progress: as of `sweep`
    Returns:
        UncertainResult: of each quantity the median and the ends between which nine tenths of all rows lie, and the share of its variance
        that each number makes by itself. Numbers are drawn independently; what they make together is a share of its own.
    Raises:
        InputError: no number has a range, something is no distribution, or there are too few rows for so many numbers.
        NoAnswerError: no row has an answer.
    """
    if ask not in OUTPUTS:
        raise InputError(Problem("no such question", path="ask", found=str(ask), expected=" or ".join(OUTPUTS)))
    rows = {"sample": "sobol", "n": n, "seed": seed}
    posed = Posed.of(cell, over, ask, outputs, None, NO_COURSE, rows, usual=OUTPUTS[ask])
    drawn = _drawn(posed.plan)
    walks = _walks(drawn, seed) if shapley else None
    work = Work(threads=threads, progress=progress)
    result = posed.run(work)
    parts = drawn.draws.parts(0, drawn.size)
    spreads = tuple(_spread(one, parts) for one in result.series())
    if walks is not None:
        divided = _divided(walks, posed, list(dict.fromkeys(one.output for one in spreads)), work)
        spreads = tuple(replace(one, shapley=divided.get(one.column)) for one in spreads)
    return UncertainResult(
        result.cell,
        ask,
        result.rows,
        result.counts,
        spreads,
        result,
        certificate=result.certificate,
        notes=result.notes,
    )


def _drawn(plan: Plan) -> Drawn:
    """The sample, where everything is drawn and of enough rows.

    Raises:
        InputError: it is not.
    """
    if len(plan.factors) != 1 or not isinstance(plan.factors[0], Drawn):
        given = next((axis.path for axis in plan.along), "a table")
        raise InputError(
            Problem("values one by one are no uncertainty", path=given, found=given, expected="a distribution or a span")
        )
    least = ROWS_EACH * (1 + DEGREE * len(plan.axes))
    if plan.rows < least:
        message = f"{len(plan.axes)} numbers cannot be told apart in so few rows"
        raise InputError(Problem(message, path=advice("n", "--n"), found=str(plan.rows), expected=f"at least {least}"))
    return plan.factors[0]


def _walks(drawn: Drawn, seed: int) -> Walks:
    """Walks between draws of the numbers.

    Raises:
        InputError: there is one number alone.
    """
    if len(drawn.axes) == 1:
        raise InputError(
            Problem("one number makes all of it by itself", path=advice("shapley", "--shapley"), expected="two numbers at least")
        )
    return Walks(drawn.axes, drawn.size, seed)


def _divided(walks: Walks, posed: Posed, outputs: Sequence[str], work: Work) -> dict[str, dict[str, Share]]:
    """Shares that add up, of every quantity by its column."""
    rows = Posed.of(posed.plan.cell, walks.over(), posed.asked.ask, outputs, None, NO_COURSE, {"paired": True})
    return {one.column: walks.shares(one.values[:, -1]) for one in rows.run(work).series()}


def _spread(one: Series, parts: Mapping[str, np.ndarray]) -> Spread:
    """One quantity."""
    values = one.values[:, -1]
    there = np.isfinite(values)
    known = values[there]
    low, median, high = np.quantile(known, QUANTILES).tolist() if known.size else (np.nan,) * len(QUANTILES)
    by = shares({path: part[there] for path, part in parts.items()}, known)
    return Spread(one.column, one.output, one.labels, low, median, high, by)


def shares(parts: Mapping[str, np.ndarray], values: np.ndarray) -> dict[str, float]:
    """The part of the variance of an answer that each number makes by itself (the first-order indices of Sobol).

    Arguments:
        parts:  {path: the part of all draws below the one of each row}, even between 0 and 1 and independent
        values: the answer of each row
    Returns:   {path: share}, whose sum is 1 less what several numbers make together; nothing where the answer does not move.

    The answer is fitted by a sum of polynomials in the parts, which are orthogonal there: a share is a sum of squares.
    """
    if values.size <= 1 + DEGREE * len(parts) or still(values):
        return {}
    columns = [
        np.polynomial.legendre.legval(2 * part - 1, np.eye(DEGREE + 1)[k])
        for part in parts.values()
        for k in range(1, DEGREE + 1)
    ]
    found = np.linalg.lstsq(np.column_stack([np.ones(values.size), *columns]), values, rcond=None)[0][1:].reshape(-1, DEGREE)
    sizes = 1.0 / (2.0 * np.arange(1, DEGREE + 1) + 1.0)  # mean squares of the polynomials
    return dict(zip(parts, (found**2 @ sizes / np.var(values)).tolist(), strict=True))
