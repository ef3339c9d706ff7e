"""`branches`: roots of rest, or steady states, along one number of the description, through folds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from ...description.cell import Cell
from ...description.library import Name, cell_of
from ...description.settings import span_over
from ...engines.continuation import LONGEST, Curve, Steps, at, follow, located, on_curve
from ...errors import InputError, NoAnswerError, Problem
from ...results.base import NO_WAY, Certificate, Maybe, Unknown, known
from ...results.branches import Branch, BranchesResult, Special
from ...results.steady import OPEN
from ...units.span import Span
from .along import SEEDS, Family, RestFamily, SteadyFamily
from .certificate import BOUND
from .plausible import BOUNDS, is_plausible

SAME = 1e-6
BEYOND = f"more than {BOUNDS}"
LIMIT = 1e-8
MOST = 20_000
OFF = 1e-4
"""How far a point that is left out may lie from the line between its neighbours."""


def branches(cell: Cell | Name, over: str, span: Any, of: str = "steady") -> BranchesResult:
    """Curves of states over a number: `branches(cell, "outside.K", "0.5:20 mM:log", of="rest")`.

    Arguments:
        cell: a description, or its name or path
        over: a path that is one number of the cell (a concentration, permeability, conductance, pump rate ...)
        span: START:STOP UNIT[:log|lin], or the two ends: `("0.5 mM", "20 mM")`, quantities, plain numbers in SI
        of:   `steady` (everything free) or `rest` (concentrations held)
    Returns:
        BranchesResult: every curve through a state that was found at one of many values of the span (the certificate's `search` says
        how many and how), with stability at each point, folds and Hopf points.
    Raises:
        InputError: the path is not one number, or the question needs more than the cell describes.
        NoAnswerError: no state was found anywhere in the span.
    """
    cell = cell_of(cell)
    span = _between(cell, over, span)
    family = _family(cell, over, span, of)
    curves = _curves(family, over)
    pieces = [piece for curve in curves for piece in _plausible(family, curve)]
    if not pieces:
        raise NoAnswerError(Problem(f"no plausible state in this span: {BEYOND}", path=over))
    found = tuple(_branch(family, curve, points) for curve, points in pieces)
    special = [_special(family, "fold", x) for curve in curves for x in curve.folds]
    special += [_special(family, HOPF, x) for curve in curves for x in _hopf(family, curve)]
    return BranchesResult(
        cell.name,
        over,
        span.unit,
        of,
        span.logarithmic,
        found,
        tuple(special),
        certificate=_certificate(family, of, curves, span.logarithmic),
        notes=(*_notes(found, special, span, over), *_ends(curves, found), *_unbounded(family, curves, span, over)),
        refused={f"branches.{k}.stable": OPEN for k, branch in enumerate(found) if None in branch.stable.tolist()},
    )


def _family(cell: Cell, over: str, span: Span, of: str) -> Family:
    """States of one sort over the number."""
    if of not in ("steady", "rest"):
        raise InputError(Problem("branches are of steady states or of rest", found=of, expected="steady | rest"))
    return SteadyFamily(cell, over, span) if of == "steady" else RestFamily(cell, over, span)


def _between(cell: Cell, over: str, given: Any) -> Span:
    """The two ends between which curves are followed; of a span as text all values between them are its."""
    span = span_over(cell, over, given)
    if not isinstance(given, str | Span) and (len(span.values) != 2 or span.values[0] == span.values[1]):
        expected = 'two ends such as ("0.5 mM", "20 mM"), or START:STOP UNIT[:log|lin]'
        raise InputError(Problem("a curve is followed from one value to another", found=str(given), expected=expected))
    return span


def _certificate(family: Family, of: str, curves: list[Curve], logarithmic: bool) -> Certificate:
    worst = max(family.error(x) for curve in curves for x in curve.x[:: max(1, len(curve.x) // 20)])
    return Certificate(
        worst <= LIMIT,
        {"step_to_root_fraction": {of: worst}},
        "pseudo-arclength continuation from states found at many values; folds by regula falsi on the tangent; "
        f"{family.steps + 1} values were searched: what lies wholly within 1/{family.steps} of the span"
        f"{' in logarithms' * logarithmic} can be missed",
        {
            "seeds": SEEDS,
            "values": family.steps + 1,
            "resolution": 1 / family.steps,
            "logarithmic": logarithmic,
            "by": family.searched,
            "curves": len(curves),
            "points": sum(len(curve.x) for curve in curves),
        },
        Unknown(NO_WAY),
        Unknown(NO_WAY),
    )


def _curves(family: Family, over: str) -> list[Curve]:
    """Curves through the states found at a few values, each once.

    Raises:
        InputError, NoAnswerError: no state at any value, with the reason at the last of them.
    """
    curves: list[Curve] = []
    why: InputError | NoAnswerError | None = None
    for s in _values(family.steps):
        try:
            seeds = family.seeds(s, curves)
        except (InputError, NoAnswerError) as error:
            why = error
        else:
            curves = _through_all(family, curves, s, seeds) if seeds else curves
    if not curves:
        reason = f": {why.problems[0].message}" if why is not None else ""
        raise NoAnswerError(Problem(f"no state was found at any of {family.steps + 1} values of the span{reason}", path=over))
    return curves


def _through_all(family: Family, curves: list[Curve], s: float, seeds: list[np.ndarray]) -> list[Curve]:
    """Curves that pass all states found at a value: those known, followed again where they stepped over something, and new ones."""
    fine = 0.5 / family.steps
    for astray in [curve for curve in curves if _astray(family, curve, s)]:
        curves = _with(family, curves, _through(family, astray.x[0], fine))
    along = LONGEST if (SEEDS - 1) * s % 1 == 0 else fine
    for seed in (np.append(y, s) for y in seeds):
        if not any(on_curve(family.equations, curve, seed, SAME) for curve in curves):
            curves = _with(family, curves, _through(family, seed, along))
    return curves


def _astray(family: Family, curve: Curve, s: float) -> bool:
    """Whether a curve stepped over something at a value: its straight line there is not beside a state."""
    roots = [(near, at(family.equations, near, s)) for near in curve.passing(s)]
    return any(root is None or float(np.abs(root - near).max()) > LONGEST for near, root in roots)


def _with(family: Family, curves: list[Curve], new: Curve) -> list[Curve]:
    """Curves and a further one, without those that it goes along; without it where it goes along one that remains."""
    others = [curve for curve in curves if not _along(family, new, curve)]
    return others if any(_along(family, curve, new) for curve in others) else [*others, new]


def _values(steps: int) -> Iterator[float]:
    """Every multiple of 1/steps in 0..1, coarse before fine."""
    parts = SEEDS - 1
    yield from (k / parts for k in range(SEEDS))
    while parts < steps:
        parts *= 2
        yield from (k / parts for k in range(1, parts, 2))


def _through(family: Family, x: np.ndarray, along: float) -> Curve:
    """The whole curve through a state, the number changing by `along` of the span at most from step to step."""
    forth, back = (follow(family.equations, x, sense, Steps(along=along, most=MOST)) for sense in (1.0, -1.0))
    whole = forth if forth.closed else back.joined(forth)
    return whole if along == LONGEST else whole.thinned(LONGEST, OFF)


def _along(family: Family, curve: Curve, other: Curve) -> bool:
    """Whether a curve passes most of five points of another; next to a fold one of them alone says little."""
    picks = np.unique(np.linspace(0, len(other.x) - 1, 5).round().astype(int))
    shared = [on_curve(family.equations, curve, other.x[k], SAME) for k in picks]
    return 2 * sum(shared) > len(shared)


def _plausible(family: Family, curve: Curve) -> list[tuple[Curve, slice]]:
    """The stretches of a curve whose states a cell can have."""
    good = [is_plausible(inside, osmotic.pressure) for inside, osmotic in map(family.contents, curve.x)]
    cuts = [0, *(k for k in range(1, len(good)) if good[k] != good[k - 1]), len(good)]
    return [(curve, slice(a, b)) for a, b in pairwise(cuts) if good[a]]


def _branch(family: Family, curve: Curve, points: slice) -> Branch:
    states = list(curve.x)[points]
    inside, osmotic = zip(*(family.contents(x) for x in states), strict=True)
    turns = {id(fold) for fold in curve.folds}  # where a deviation neither grows nor decays
    stable = np.array([False if id(x) in turns else family.spectrum(x).stable for x in states])
    return Branch(
        _each([family.value(float(x[-1])) for x in states]),
        _each([family.potentials(x) for x in states]),
        _each(inside),
        _each([_known(one.volume) for one in osmotic]),
        _each([_known(one.water) for one in osmotic]),
        stable,
        curve.closed and len(states) == len(curve.x),
    )


def _known(values: Mapping[str, Maybe]) -> dict[str, float]:
    return {name: value for name, value in values.items() if known(value)}


def _ends(curves: list[Curve], found: tuple[Branch, ...]) -> list[str]:
    """A sentence where curves were cut."""
    left_out = sum(len(curve.x) for curve in curves) - sum(branch.values.size for branch in found)
    return [f"Curves end where the states are no cell's any more: {BEYOND}."] if left_out else []


def _unbounded(family: Family, curves: list[Curve], span: Span, over: str) -> Iterator[str]:
    """Where a curve ends because a volume has no bounds beyond."""
    for x in (x for curve in curves for x in (curve.x[0], curve.x[-1])):
        for space in family.out_of_bounds(x):
            value = f"{over} = {family.value(float(x[-1])):.3g} {span.unit}".rstrip()
            told = f"beyond it the volume of '{space}' would be over {BOUND:.0e} times, or under {1 / BOUND:.0e}, of the described one"
            yield f"A branch ends near {value}: {told}."


HOPF = "Hopf"


def _each(points: Sequence[Any]) -> Any:
    """The values of many points by their names, each as an array over the points."""
    if isinstance(points[0], Mapping):
        return {name: _each([point[name] for point in points]) for name in points[0]}
    return np.array(points)


def _special(family: Family, kind: str, x: np.ndarray) -> Special:
    way = family.criticality(x) if kind == HOPF else None
    return Special(kind, family.value(float(x[-1])), family.potentials(x), way)


def _hopf(family: Family, curve: Curve) -> list[np.ndarray]:
    """Where a complex pair crosses the imaginary axis: two more, or two fewer, eigenvalues grow."""
    found = []
    growing = [_growing(family, x) for x in curve.x]
    for a, b, before, after in zip(curve.x, curve.x[1:], growing, growing[1:], strict=False):
        if abs(after - before) != 2:
            continue
        x = located(family.equations, a, b, lambda x, before=before: _growing(family, x) != before)  # type: ignore[misc]
        nearest = min(family.spectrum(x).values, key=lambda v: abs(v.real))
        if abs(nearest.imag) > 1e-6 * abs(nearest):
            found.append(x)
    return found


def _growing(family: Family, x: np.ndarray) -> int:
    """How many eigenvalues have a positive real part."""
    return int(np.sum(family.spectrum(x).values.real > 0))


_TURNS = {
    "supercritical": "At {} = {} {}: stable swings grow from nothing there (supercritical Hopf).",
    "subcritical": "At {} = {} {}: the swings that begin there are unstable, so the cell leaps from rest to large ones (subcritical Hopf).",
}


def _notes(found: tuple[Branch, ...], special: list[Special], span: Span, over: str) -> list[str]:
    notes = []
    folds = [point for point in special if point.kind == "fold"]
    if folds:
        notes.append(
            f"States appear or vanish (folds) at {over} = {', '.join(f'{point.value:.6g}' for point in folds)} {span.unit}.".replace(
                " .", "."
            )
        )
    notes += [
        _TURNS[way]
        .format(over, ", ".join(f"{one.value:.6g}" for one in special if one.criticality == way), span.unit)
        .replace(" :", ":")
        for way in _TURNS
        if any(one.criticality == way for one in special)
    ]
    if not any(branch.stable.any() for branch in found):
        notes.append("No state on these curves is stable.")
    return notes
