"""`sensitivity`: how potentials, concentrations, volumes and ATP move with every number of a description, exactly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...description.cell import Cell
from ...description.library import Name, cell_of
from ...errors import InputError, NoAnswerError, Problem, nearest
from ...results.base import Certificate, Unknown
from ...results.registry import VARIABLES
from ...results.sensitivity import Quantity, SensitivityResult, Slope
from ...results.sweep import Series
from ...units import to_unit
from .derivatives import Derivatives
from .states import STATES

DOUBT_LIMIT, TANGENT_LIMIT, SUM_LIMIT = 1e-4, 1e-5, 1e-9
"""Of derivatives: the part by which rounding of the state may change them; of what vanishes, the part that may be left on their way; and
the part by which control coefficients may miss their sum."""
PERCENT = 0.01
ROUNDED = 1e-13
"""Part of the largest change of a quantity, or of its size, below which a change is rounding."""
ZERO = "the quantity is zero, so no part of it changes"
METHOD = "implicit function theorem on exact Jacobians, through all that follows from the written numbers"


def sensitivity(cell: Cell | Name, ask: str = "rest", outputs: Sequence[str] | None = None) -> SensitivityResult:
    """How a state moves with every number of a description: exact derivatives, and control coefficients of its mechanisms.

    Arguments:
        cell:    a description, or its name or path
        ask:     "rest": potentials and ATP, concentrations held; "steady": concentrations and volumes too, as pumps and leaks settle them
        outputs: keys of the JSON: "V_mV", "atp_mol_per_s", "inside_mM", "volume_pL"; all that there are by default
    Returns:
        SensitivityResult: for each quantity what 1 % more of each number changes in it (`per_percent`) and the elasticity
        d ln y / d ln w, sorted by size; the same for each mechanism, whose elasticities are control coefficients; and the certificate,
        which holds that these add up to 0 for a state and to 1 for a rate, and that what vanishes in the state does so beside it.
    Raises:
        InputError: no such question or output.
        NoAnswerError: there is no such state, or it stands at a fold, where nothing has a derivative.

    >>> import vrest
    >>> found = vrest.sensitivity("textbook-neuron").first.by
    >>> path, one = next(iter(found.items()))
    >>> path, round(one.per_percent, 3)
    ('temperature', -0.673)
    """
    cell = cell_of(cell)
    if ask not in STATES:
        expected, suggestion = " or ".join(STATES), nearest(str(ask), STATES)
        raise InputError(Problem("no such question", path="ask", found=str(ask), expected=expected, suggestion=suggestion))
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
        tuple(_quantity(found, k) for k in chosen),
        certificate=Certificate(converged, residuals, f"{state.method}; {METHOD}", search),
        notes=() if state.stable else (_unstable(state.stable),),
    )


def _chosen(found: Derivatives, outputs: Sequence[str] | None) -> list[int]:
    """The places of the quantities that are wanted.

    Raises:
        InputError: there is no such output.
    """
    known = list(dict.fromkeys(output for output, _ in found.told))
    wanted = known if outputs is None else [outputs] if isinstance(outputs, str) else list(outputs)
    for name in wanted:
        if name not in known:
            raise InputError(
                Problem(
                    "there is no such output",
                    path="outputs",
                    found=str(name),
                    expected=", ".join(known),
                    suggestion=nearest(str(name), known),
                )
            )
    if not wanted:
        raise InputError(Problem("no output is wanted", path="outputs", found="none", expected="such as V_mV"))
    return [k for name in dict.fromkeys(wanted) for k, (output, _) in enumerate(found.told) if output == name]


def _column(found: Derivatives, k: int) -> str:
    return Series(*found.told[k], np.zeros(0)).column


def _quantity(found: Derivatives, k: int) -> Quantity:
    """One quantity with its slopes, in the unit of its key."""
    output, labels = found.told[k]
    unit, w = VARIABLES[output].unit, len(found.paths)
    least = ROUNDED * max(float(np.abs(found.slopes[k]).max(initial=0.0)), float(found.sizes[k]))
    changes = np.where(np.abs(found.slopes[k]) <= least, 0.0, found.slopes[k])
    value = float(found.values[k])
    slopes = [_slope(float(change), value, unit) for change in changes]
    by = dict(zip(found.paths, slopes[:w], strict=True))
    return Quantity(
        Series(output, labels, np.zeros(0)).column,
        output,
        labels,
        float(to_unit(value, unit)),
        _sorted(by),
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
