"""`sensitivity`: how potentials, concentrations, volumes and ATP move with every number of a description, exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...description.cell import Cell
from ...description.library import Name, WrittenProtocol, cell_of
from ...description.protocol import Protocol
from ...errors import InputError, NoAnswerError, Problem, nearest
from ...results.base import Certificate, Unknown
from ...results.registry import VARIABLES
from ...results.sensitivity import Quantity, SensitivityResult, Slope
from ...results.sweep import Series
from ...units import to_unit
from ..simulate.asked import course_of
from .asked import PERCENT, REST, SIMULATE, chosen, listed, numbers_of
from .derivatives import Derivatives
from .states import STATES

ASKS = (*STATES, SIMULATE)
DOUBT_LIMIT, TANGENT_LIMIT, SUM_LIMIT = 1e-4, 1e-5, 1e-9
"""Of derivatives: the part by which rounding of the state may change them; of what vanishes, the part that may be left on their way; and
the part by which control coefficients may miss their sum."""
ROUNDED = 1e-13
"""Part of the largest change of a quantity, or of its size, below which a change is rounding."""
ZERO = "the quantity is zero, so no part of it changes"
METHOD = "implicit function theorem on exact Jacobians, through all that follows from the written numbers"


def sensitivity(
    cell: Cell | Name,
    ask: str | None = None,
    outputs: Sequence[str] | None = None,
    *,
    to: str | Sequence[str] | None = None,
    protocol: Protocol | WrittenProtocol | Mapping[str, Any] | Name | None = None,
    until: Any = None,
    at: Any = None,
    every: Any = None,
    rtol: float = 1e-8,
) -> Any:
    """How a state, or a time course, moves with every number of a description: exact derivatives, and control coefficients of a state.

    Arguments:
        cell:    a description, or its name or path
        ask:     "rest": potentials and ATP, concentrations held; "steady": concentrations and volumes too, as pumps and leaks settle them;
                 "simulate": potentials, concentrations and volumes over time, the default where a protocol or an end is given
        outputs: keys of the JSON: "V_mV", "atp_mol_per_s", "inside_mM", "volume_pL"; all that there are by default
        to:      paths of the numbers; all by default
        protocol, until, at, every, rtol: of a time course, as of `simulate`; a hundredth of the course is the default of `every`
    Returns:
        SensitivityResult: for each quantity what 1 % more of each number changes in it (`per_percent`) and the elasticity
        d ln y / d ln w, sorted by size; the same for each mechanism, whose elasticities are control coefficients; and the certificate,
        which holds that these add up to 0 for a state and to 1 for a rate, and that what vanishes in the state does so beside it.
        CourseSensitivityResult: of a time course, what 1 % more of each number changes at each time, from the very begin on.
    Raises:
        InputError: no such question, output or number, or times without a course.
        NoAnswerError: there is no such state, it stands at a fold, where nothing has a derivative, or the course cannot be followed.

    >>> import vrest
    >>> found = vrest.sensitivity("textbook-neuron").first.by
    >>> path, one = next(iter(found.items()))
    >>> path, round(one.per_percent, 3)
    ('temperature', -0.673)
    """
    cell, timing = cell_of(cell), {"until": until, "at": at, "every": every, "rtol": rtol}
    ask = ask or (REST if protocol is None and until is None else SIMULATE)
    if ask not in ASKS:
        expected, suggestion = " or ".join(ASKS), nearest(str(ask), ASKS)
        raise InputError(Problem("no such question", path="ask", found=str(ask), expected=expected, suggestion=suggestion))
    asked = course_of(cell, ask, protocol, timing)
    paths = numbers_of(cell, to)
    if ask == SIMULATE:
        from .course import Question

        return Question(cell, paths, listed(outputs), spread=at is None and every is None, **asked).answer()
    return _of_state(cell, ask, outputs, paths)


def _of_state(cell: Cell, ask: str, outputs: Sequence[str] | None, paths: Sequence[str]) -> SensitivityResult:
    """How a state moves."""
    state = STATES[ask](cell)
    found = Derivatives(state)
    chosen = _chosen(found, outputs)
    doubt, sums = found.doubt(), found.sums()
    if not doubt <= DOUBT_LIMIT:
        raise NoAnswerError(_at_a_fold(cell, ask))
    residuals = {
        **state.residuals,
        "tangent_fraction": {"state": found.tangents()},
        "doubt_fraction": {"derivatives": doubt},
        "summation_fraction": {_column(found, k): float(sums[k]) for k in chosen},
    }
    converged = residuals["tangent_fraction"]["state"] <= TANGENT_LIMIT and bool(np.all(sums <= SUM_LIMIT))
    search = {"numbers": len(found.paths), "mechanisms": len(state.ways)}
    return SensitivityResult(
        cell.name,
        ask,
        tuple(_quantity(found, k, paths) for k in chosen),
        certificate=Certificate(converged, residuals, f"{state.method}; {METHOD}", search),
        notes=() if state.stable else (_unstable(state.stable),),
    )


def _chosen(found: Derivatives, outputs: Sequence[str] | None) -> list[int]:
    """The places of the quantities that are wanted."""
    known = list(dict.fromkeys(output for output, _ in found.told))
    wanted = chosen(known, listed(outputs))
    return [k for name in wanted for k, (output, _) in enumerate(found.told) if output == name]


def _column(found: Derivatives, k: int) -> str:
    return Series(*found.told[k], np.zeros(0)).column


def _quantity(found: Derivatives, k: int, paths: Sequence[str]) -> Quantity:
    """One quantity with its slopes, in the unit of its key."""
    output, labels = found.told[k]
    unit, w = VARIABLES[output].unit, len(found.paths)
    least = ROUNDED * max(float(np.abs(found.slopes[k]).max(initial=0.0)), float(found.sizes[k]))
    changes = np.where(np.abs(found.slopes[k]) <= least, 0.0, found.slopes[k])
    value = float(found.values[k])
    slopes = [_slope(float(change), value, unit) for change in changes]
    every = dict(zip(found.paths, slopes[:w], strict=True))
    return Quantity(
        Series(output, labels, np.zeros(0)).column,
        output,
        labels,
        float(to_unit(value, unit)),
        _sorted({path: every[path] for path in paths}),
        _sorted(dict(zip(found.state.ways, slopes[w:], strict=True))),
        float(changes[w:].sum()) / value if value else Unknown(ZERO),
    )


def _slope(change: float, value: float, unit: str) -> Slope:
    """What a change by d ln w is, of a quantity of a value [SI]."""
    one = float(to_unit(1.0, unit))
    return Slope(PERCENT * change * one, change / value if value else Unknown(ZERO))


def _sorted(slopes: dict[str, Slope]) -> dict[str, Slope]:
    return dict(sorted(slopes.items(), key=lambda one: -abs(one[1].per_percent)))


def _at_a_fold(cell: Cell, ask: str) -> Problem:
    what = {"rest": "the potential without net current", "steady": "the steady state"}[ask]
    return Problem(
        f"{what} stands at a fold: the smallest change of a number makes it jump or vanish, so nothing has a derivative there",
        path=cell.name,
        expected="a state away from a fold; branches follow states through one",
    )


def _unstable(stable: bool | None) -> str:
    if stable is False:
        return "The state is not stable: its derivatives say how it moves, but the cell does not stay there."
    return "Whether the state is stable cannot be told; its derivatives say how it moves."
