"""`rest_over`: the resting potential along one number of the description, every root at every value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from ...description.cell import Cell
from ...description.derive import written_values
from ...description.edit import keys_of, replaced
from ...description.library import Name, cell_of
from ...description.settings import numbers_with, span_over
from ...errors import InputError, NoAnswerError, Problem
from ...results.base import Certificate
from ...results.over import OverResult
from ...results.rest import RootState
from ...units.span import Span
from .zero_current import RESIDUAL_LIMIT, RestSolver, RestState, choose

Progress = Callable[[int, int], None]


def rest_over(cell: Cell | Name, path: str, span: Any, progress: Progress | None = None) -> OverResult:
    """Resting potential of a cell over a span of one of its numbers: `rest_over(cell, "outside.K", "1:100 mM:log")`.

    Arguments:
        cell: a description, or its name or path
        path: a path of the description, one of `cell.settable`
        span: START:STOP UNIT[:log|lin][:POINTS], or the values one by one: `["2 mM", "4 mM"]`, an array of pint quantities, plain
              numbers in SI. A list is gone through in its order
        progress: called with (done, all) after each point
    Returns:
        OverResult: the followed root and every other one at each value, Nernst potentials; values without an answer say why.
    Raises:
        InputError: the path does not exist, or the span does not fit it.
        NoAnswerError: no value of the span has an answer.

    The root that is followed starts as `rest` chooses it and then stays with the nearest stable one, so that a jump shows where a
    branch ends.
    """
    cell = cell_of(cell)
    span = span_over(cell, path, span)
    solver = RestSolver(cell)
    points = _points(solver, path, span, progress)
    _must_answer(points, path)
    found, status = [point.found for point in points], [point.status for point in points]
    followed = _followed(found)
    return OverResult(
        cell.name,
        path,
        span.unit,
        span.values,
        span.logarithmic,
        {name: _potentials(followed, name) for name in cell.membranes},
        [tuple(RootState(e.V, e.stability) for e in states) for states in found],
        {name: _nernst(solver, name, [point.numbers for point in points]) for name in cell.membranes},
        status,
        certificate=_certificate(found),
        notes=tuple(_notes(found, status, span, path)),
    )


@dataclass(frozen=True)
class _Point:
    """One value: roots and the numbers that hold there, or in a sentence why there are none."""

    found: list[RestState]
    numbers: Mapping[str, float] | None
    status: str | None = None
    misfit: InputError | None = None


def _points(solver: RestSolver, path: str, span: Span, progress: Progress | None) -> list[_Point]:
    """Every value of the span."""
    points: list[_Point] = []
    for text in span.texts:
        points.append(_point(solver, path, text))
        if progress is not None:
            progress(len(points), len(span.texts))
    return points


def _must_answer(points: list[_Point], path: str) -> None:
    """Some value must have an answer.

    Raises:
        InputError: no value fits the path.
        NoAnswerError: those that fit have no resting potential.
    """
    misfits = [point.misfit for point in points if point.misfit is not None]
    if len(misfits) == len(points):
        raise misfits[0]
    if not any(point.found for point in points):
        raise NoAnswerError(Problem(f"no value of {path} in this span has a resting potential: {points[0].status}", path=path))


def _point(solver: RestSolver, path: str, text: str) -> _Point:
    """The roots at one value of the span; a path that does not exist is raised."""
    numbers: Mapping[str, float] | None = numbers_with(solver.derivation, {path: text})
    if numbers is None:
        try:
            numbers = solver.derivation.numbers(written_values(replaced(solver.cell, {path: text}, "over")))
        except InputError as error:
            if keys_of(solver.cell, path) is None:
                raise
            return _Point([], None, error.problems[0].message, error)
    try:
        return _Point(solver.solve(numbers)[0], numbers)
    except (NoAnswerError, InputError) as error:
        return _Point([], numbers, error.problems[0].message)


def _followed(found: list[list[RestState]]) -> list[RestState | None]:
    """One root at each value: as `rest` chooses it at first, then the nearest stable one."""
    followed: list[RestState | None] = []
    last: RestState | None = None
    for point in found:
        here = choose(point, last.V if last is not None else None) if point else None
        last = here or last
        followed.append(here)
    return followed


def _potentials(followed: list[RestState | None], name: str) -> np.ndarray:
    """The potential of a membrane at each value [V]."""
    return np.array([np.nan if state is None else state.V[name] for state in followed])


def _nernst(solver: RestSolver, name: str, numbers: list[Mapping[str, float] | None]) -> dict[str, np.ndarray]:
    ions = solver.cell.ions_of(solver.cell.membranes[name])
    found = {}
    for ion in ions:
        values = [None if point is None else solver.nernst(name, ion, point) for point in numbers]
        found[ion] = np.array([np.nan if value is None else value for value in values])
    return found


def _certificate(found: list[list[RestState]]) -> Certificate:
    worst: dict[str, float] = {}
    for place, residual in (one for point in found for state in point for one in state.relative_residuals.items()):
        worst[place] = max(worst.get(place, 0.0), residual)
    method = "at each value a sign scan with derivative signs, then bracketed Newton; each root certified with plain floats"
    return Certificate(max(worst.values()) <= RESIDUAL_LIMIT, {"net_current_fraction": worst}, method, {"values": len(found)})


def _notes(found: list[list[RestState]], status: list[str | None], span: Span, path: str) -> list[str]:
    counts = [len(point) for point in found]
    return [*_unanswered(status), *_several(counts, span, path), *_changes(counts, span)]


def _unanswered(status: list[str | None]) -> list[str]:
    sentences = [sentence for sentence in status if sentence is not None]
    return [f"{len(sentences)} of {len(status)} values have no answer; the first says: {sentences[0]}"] if sentences else []


def _several(counts: list[int], span: Span, path: str) -> list[str]:
    several = [float(value) for value, count in zip(span.values, counts, strict=True) if count > 1]
    if not several:
        return []
    low, high = min(several), max(several)
    return [f"Several states carry no net current for {path} from {low:.4g} to {high:.4g} {span.unit}.".replace(" .", ".")]


def _changes(counts: list[int], span: Span) -> list[str]:
    changes = [(k, b - a) for k, (a, b) in enumerate(pairwise(counts)) if a != b]
    return [
        f"The number of states changes by {step:+d} between {span.values[k]:.5g} and {span.values[k + 1]:.5g} {span.unit}."
        for k, step in changes[:6]
    ]
