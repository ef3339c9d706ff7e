"""`fit`: numbers of a cell from measured potentials, currents and concentrations, with what the data say of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...description.cell import Cell
from ...description.library import Name, cell_of
from ...errors import InputError, NoAnswerError, Problem, needed
from ...results.base import Certificate, Maybe, Unknown
from ...results.fitted import FitResult, FittedNumber, Residuals
from ...units import format_quantity, to_unit
from ..rest.zero_current import RestSolver
from .data import CURVE, REST, Data, data_of
from .free import Free, free_numbers
from .models import Curve, Model, Rest
from .open import Open, hardly_told, left_open, not_determined
from .search import Fit, Profile, Squares, deviating, estimated, first_deviations, held_at, quantile
from .table import table_of

DRAWN = 121
"""Points of a fitted curve."""
MINIMUM = 1e-4
"""Cosine between residuals and what a number makes of them below which a sum of squares is least."""
ROUNDS = 3
"""How often standard deviations of several quantities are estimated anew."""
ALIKE = 0.01
UNLIKELY, LEAST = 0.01, 1e-12
SEARCH = "bounded least squares (trust region, exact derivatives) from several starts; intervals by profile likelihood at 95 %"
OPEN = "the data do not determine it by itself"
NO_END = "the data set no end to this side before the bound of {} is reached"


def fit(
    cell: Cell | Name,
    data: Any,
    free: str | Sequence[str] | Mapping[str, Any],
    *,
    about: Mapping[str, Any] | None = None,
    ignore: Sequence[str] = (),
    seed: int = 0,
) -> FitResult:
    """The numbers for which a cell answers what was measured.

    Arguments:
        cell:   a description, or its name or path
        data:   a CSV file, a DataFrame, or columns by their headings: `outside.K [mM]`, `V [mV]`, `sd [mV]` (resting potentials),
                `V [mV]`, `I [pA]` or `I [uA/cm2]` (a current-voltage curve), `time [s]`, `inside.Na [mM]` (a course from the described
                state, or under a protocol). `sd` belongs to the column before it; without it is estimated
        free:   a path, several, or {path: "LOW:HIGH UNIT"} with bounds
        about:  what lines such as `# corrected: no` of a file say: membrane, electrode, pipette, junction, corrected, and protocol, a
                scenario or a file, of what was done to the cell during a course
        ignore: columns that are left out
        seed:   of the scattered starts
    Returns:
        FitResult: values with the ends between which they lie at 95 %, what is not determined and what is in its place, residuals.
    Raises:
        InputError: what is wrong with the data or with what is free, at its place.
        NoAnswerError: the cell answers none of the data, anywhere.

    >>> import vrest
    >>> rows = {"outside.K [mM]": [2.5, 5, 10, 20], "V [mV]": [-77.2, -67.4, -55.0, -40.6], "sd [mV]": [1, 1, 1, 1]}
    >>> P = vrest.fit("textbook-neuron", rows, "membrane.Na_leak.permeability").parameters["membrane.Na_leak.permeability"]
    >>> P.low < P.value < P.high
    True
    """
    with needed("fit", "fitting data"):
        import scipy.optimize  # noqa: F401
    cell = cell_of(cell)
    numbers = free_numbers(cell, free)
    measured = data_of(cell, table_of(data, about), ignore)
    _must_fit(measured, numbers)
    return Fitting(model_of(RestSolver(cell), measured, [one.path for one in numbers]), measured, numbers).answer(cell, seed)


def _must_fit(data: Data, free: Sequence[Free]) -> None:
    """Enough data, and none of what is free among them.

    Raises:
        InputError: there are too few, or which it is.
    """
    given = [one.path for one in free if one.path in data.settings]
    if given:
        message = f"'{given[0]}' is free, and the data say it"
        raise InputError(Problem(message, file=data.name, path=given[0], expected="a number that the data do not hold"))
    least = len(free) + any(one.sd is None for one in data.series)
    if data.points < least:
        message = "the numbers that are free need more measured values"
        raise InputError(Problem(message, file=data.name, found=str(data.points), expected=f"at least {least}"))


def model_of(solver: RestSolver, data: Data, free: Sequence[str]) -> Model:
    """What answers the data."""
    if data.question in (REST, CURVE):
        return Rest(solver, data, free) if data.question == REST else Curve(solver, data, free)
    from .course import Course

    return Course(solver, data, free)


@dataclass(frozen=True)
class Found:
    """A fit with what the data leave open.

    Attributes:
        left:   what the data leave open; numbers that it names are held at their described values
        minima: the first is the best, or was before numbers were held
    """

    best: Fit
    squares: Squares
    left: Open
    minima: list[Fit]


class Fitting:
    """A search for the numbers of one structure from one set of data."""

    def __init__(self, model: Model, data: Data, free: Sequence[Free]) -> None:
        self.model, self.data, self.free = model, data, tuple(free)
        self.estimated = any(one.sd is None for one in data.series)

    def found(self, seed: int = 0) -> Found:
        """The least sum of squares.

        Raises:
            NoAnswerError: the cell has no answer at any start.
        """
        squares = Squares(self.model, self.data, self.free, first_deviations(self.data))
        minima = squares.minima(seed)
        if not minima:
            paths = ", ".join(one.path for one in self.free)
            raise NoAnswerError(
                Problem("the cell answers none of the data at any start", expected=f"other values or bounds of {paths}")
            )
        left = left_open(minima[0].jacobian, self.model.rounding)
        return self._told(self._weighted(Found(self._held(minima[0], squares, left), squares, left, minima)))

    def _held(self, fit: Fit, squares: Squares, left: Open) -> Fit:
        """The minimum with the numbers that are named at their described values."""
        return (squares.least(held_at(fit, left.ways).u, list(left.ways)) if left.ways else None) or fit

    def _weighted(self, found: Found) -> Found:
        """The same with standard deviations from the residuals, where the data give none."""
        best, squares, rounds = found.best, found.squares, min(ROUNDS, len(self.data.series))
        for _ in range(rounds if self.estimated else 0):
            sd = estimated(self.data, best, squares.sd, len(self.free) - len(found.left.ways))
            squares = Squares(self.model, self.data, self.free, sd)
            best = (squares.least(best.u, list(found.left.ways)) if rounds > 1 else None) or squares.at(best.u)
        return replace(found, best=best, squares=squares)

    def _told(self, found: Found) -> Found:
        """The same with numbers held too of which these data tell nothing, though they are not free of them."""
        limit, scale = self.limits(found)
        left = hardly_told(found.best.jacobian / np.sqrt(scale), limit)
        held = self._held(found.best, found.squares, left)
        if len(left.ways) == len(found.left.ways) or held.sum - found.best.sum > limit**2 * scale:
            return found
        return self._weighted(replace(found, best=held, left=left))

    def freedom(self, left: Open) -> int:
        """Values more than numbers that they determine."""
        return self.data.points - len(self.free) + len(left.ways)

    def limits(self, found: Found) -> tuple[float, float]:
        """By how much the root of a sum of squares may rise at 95 %, in what unit the sum is counted."""
        freedom = self.freedom(found.left)
        return quantile(freedom if self.estimated else None), (found.best.sum / freedom or 1.0) if self.estimated else 1.0

    def intervals(self, found: Found) -> tuple[dict[int, tuple[float | None, float | None]], Fit | None]:
        """Ends in u of every number that is not held, and a better minimum where one was met on the way."""
        profile = Profile(found.squares, found.best, list(found.left.ways), *self.limits(found))
        return {k: profile.ends(k) for k in range(len(self.free)) if k not in found.left.ways}, profile.better

    def answer(self, cell: Cell, seed: int = 0) -> FitResult:
        """The whole answer."""
        found = self.found(seed)
        ends, better = self.intervals(found)
        if better is not None and (again := found.squares.least(better.u, list(found.left.ways))) is not None:
            found = replace(found, best=again)
            ends, _ = self.intervals(found)
        values = found.squares.values(found.best.u)
        alone = {one.path: self._number(k, one, found, ends.get(k)) for k, one in enumerate(self.free)}
        named = {k for way in found.left.ways.values() for k in np.flatnonzero(way).tolist()}
        numbers = {one.path: _open(alone[one.path]) if k in named else alone[one.path] for k, one in enumerate(self.free)}
        freedom = self.freedom(found.left)
        return FitResult(
            cell.name,
            self.data.name,
            self.data.question,
            self.data.membrane,
            numbers,
            tuple(not_determined(found.left, self.free, alone)),
            tuple(self._residuals(found, values)),
            self.data.points,
            freedom,
            self.estimated,
            found.best.sum,
            self._p_value(found.best, freedom),
            float(to_unit(self.data.correction.value, "mV")),
            cell.replace({one.path: format_quantity(float(v), one.unit) for one, v in zip(self.free, values, strict=True)}),
            certificate=self._certificate(found, values),
            notes=tuple(self._notes(found, freedom)),
        )

    def _number(self, k: int, one: Free, found: Found, ends: tuple[float | None, float | None] | None) -> FittedNumber:
        value = one.shown(float(one.value(found.best.u[k])))
        why = Unknown(NO_END.format(one.path))
        low, high = (why if end is None else one.shown(float(one.value(end))) for end in ends or (None, None))
        return FittedNumber(value, low, high, one.unit, one.shown(one.described))

    def _p_value(self, best: Fit, freedom: int) -> Maybe:
        from scipy.special import chdtrc

        if self.estimated:
            return Unknown("standard deviations that are estimated from the residuals cannot judge them")
        return float(chdtrc(freedom, best.sum)) if freedom else Unknown("as many numbers as values leave nothing to judge")

    def _residuals(self, found: Found, values: np.ndarray) -> list[Residuals]:
        """Measured and fitted values of every quantity."""
        fitted = found.best.residual * found.squares.sd + found.squares.measured
        along, x = self.data.x or ("row", np.arange(1.0, self.data.series[0].values.size + 1))
        x_unit = self.data.units.get(along, "1")
        curves = self._curves(values)
        parts, begin = [], 0
        for k, one in enumerate(self.data.series):
            place = slice(begin, begin + one.values.size)
            y, there = (to_unit(v, one.unit) for v in (one.values, fitted[place]))
            sd = to_unit(found.squares.sd[place], one.unit)
            curve = None if curves is None else (to_unit(curves[0], x_unit), to_unit(curves[1][k], one.unit))
            parts.append(Residuals(one.quantity, one.unit, along, x_unit, to_unit(x, x_unit), y, there, sd, y - there, curve))
            begin = place.stop
        return parts

    def _curves(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
        """The fitted answer between the data: x, and (quantity, point); None where more than one number differs from row to row."""
        varying = [path for path, one in self.data.settings.items() if np.ptp(one) > 0]
        if self.data.x is None or len(varying) > (self.data.question != CURVE):
            return None
        _, x = self.data.x
        low, high = float(x.min()), float(x.max())
        even = np.geomspace(low, high, DRAWN) if low > 0 and high / low > 5 else np.linspace(low, high, DRAWN)
        y = self.model.along(even).several(values[None])[0]
        return even, y.reshape(len(self.data.series), DRAWN)

    def _certificate(self, found: Found, values: np.ndarray) -> Certificate:
        edge = found.squares.on_edge(found.best.u)
        edge[list(found.left.ways)] = True
        gradient = deviating(found.best, edge, self.free)
        checked, exact = self.model.checked(values)
        converged = bool(exact) and max(gradient.values(), default=0.0) <= MINIMUM
        sums = [fit.sum for fit in found.minima]
        search = {
            "starts": len(sums),
            "sums_of_squares": sums,
            "bounds": {one.path: [one.shown(one.low), one.shown(one.high)] for one in self.free},
        }
        assumptions = ("deviations are independent and normal", "what the description says of all else holds")
        residuals = {**checked, "gradient_fraction": gradient}
        return Certificate(converged, residuals, f"{self.model.method}; {SEARCH}", search, assumptions=assumptions)

    def _notes(self, found: Found, freedom: int) -> list[str]:
        notes = list(self.data.correction.notes)
        if self.estimated:
            said = (f"{_sd(found, one, self.data)} of {one.quantity}" for one in self.data.series if one.sd is None)
            notes.append(f"Standard deviations were estimated from the residuals: {', '.join(said)}.")
        p = self._p_value(found.best, freedom)
        if isinstance(p, float) and p < UNLIKELY:
            chance = f"p = {p:.1g}" if p > LEAST else "p next to nothing"
            judged = f"chi-squared {found.best.sum:.4g}, {freedom} degrees of freedom, {chance}"
            notes.append(
                f"The residuals are larger than their standard deviations let expect ({judged}): the cell, or the standard deviations, "
                "are others. The intervals do not count that in."
            )
        edge = found.squares.on_edge(found.best.u)
        notes += [f"{one.path} stands at its bound." for k, one in enumerate(self.free) if edge[k]]
        return notes + self._others(found)

    def _others(self, found: Found) -> list[str]:
        """Other minima that the data do not tell from the best."""
        if found.left.ways:
            return []
        best, (limit, scale) = found.minima[0], self.limits(found)
        near = [fit for fit in found.minima[1:] if fit.sum - best.sum < limit**2 * scale and np.abs(fit.u - best.u).max() > ALIKE]
        return [
            "Another fit is nearly as good: "
            + ", ".join(
                f"{one.path} = {format_quantity(float(one.value(u)), one.unit, 4)}"
                for one, u in zip(self.free, fit.u, strict=True)
            )
            + "."
            for fit in near[:1]
        ]


def _open(number: FittedNumber) -> FittedNumber:
    why = Unknown(OPEN)
    return FittedNumber(number.value, why, why, number.unit, number.described)


def _sd(found: Found, one: Any, data: Data) -> str:
    """The standard deviation of a quantity, in words."""
    begin = sum(other.values.size for other in data.series[: data.series.index(one)])
    return format_quantity(float(found.squares.sd[begin]), one.unit, 3)
