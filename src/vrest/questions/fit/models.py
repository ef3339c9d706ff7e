"""What a cell answers at values of its free numbers in place of each measurement, with exact derivatives.

A resting potential x solves F(x, w) = 0, so that it moves with a number w by

    dx/dw = - (dF/dx)^-1 dF/dw

(implicit function theorem); F and its derivatives are traced once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from ...description.settings import numbers_with
from ...engines.lanes import available
from ...engines.symbolic import Buffered
from ...errors import InputError, Problem, VrestError
from ...system.circuit import Extent
from ...units import dimension_of, to_unit
from ..rest.blocks import Block, LoopBlock
from ..rest.rows import RestRows
from ..rest.zero_current import RESIDUAL_LIMIT, RestSolver, choose
from .data import DENSITY, Data

Answer = tuple[np.ndarray, np.ndarray]
"""Values [SI], and their derivatives with respect to the free numbers (values, numbers); values that are nan where there is no answer."""
NONE = np.zeros(0)
SAME = 1e-9
"""Potentials [V] that are one."""


class Model(Protocol):
    """What answers data.

    Attributes:
        rounding: part of a column of derivatives that is no more than rounding
        starts:   how many scattered starts are looked at
        method:   how it is answered
    """

    rounding: float
    starts: int
    method: str

    def __call__(self, values: np.ndarray) -> Answer:
        """At values of the free numbers [SI]."""

    def several(self, points: np.ndarray) -> np.ndarray:
        """The same without derivatives at many points (points, numbers): (points, values)."""

    def along(self, x: np.ndarray) -> Model:
        """The same cell along other values of what the data are drawn over [SI]."""

    def checked(self, values: np.ndarray) -> tuple[dict[str, dict[str, float]], bool]:
        """Residuals of the answers there by other means, and whether they are what rounding allows."""


class Rest:
    """Resting potentials of rows that differ in some numbers."""

    rounding, starts = 1e-9, 32
    method = "potentials by `rest`"

    def __init__(self, solver: RestSolver, data: Data, free: Sequence[str]) -> None:
        self.solver, self.data, self.free = solver, data, list(free)
        self.paths = [*self.free, *data.settings]
        self.rows = data.series[0].values.size
        self.block = _block_of(solver, data.membrane)
        self._lanes = None if isinstance(self.block, LoopBlock) else lanes_of(solver, tuple(self.paths))
        self._traced = Buffered(self._outputs, self.block.unknowns + len(self.paths), ())

    def _outputs(self, z: Sequence[Any], _: Mapping[str, Any]) -> list[Any]:
        """What vanishes, then the potential, of unknowns and the numbers of a row."""
        n, derivation = self.block.unknowns, self.solver.derivation
        x, w = list(z[:n]), dict(zip(self.paths, z[n:], strict=True))
        numbers = derivation.numbers({**derivation.written, **w})
        return [*self.block.net(x, numbers), self.block.voltages(x, numbers)[self.data.membrane]]

    def __call__(self, values: np.ndarray) -> Answer:
        w, x, n = self._columns(values[None]), self._unknowns(values[None]), self.block.unknowns
        y, J = self._traced.at_each(np.hstack([x, w]), NONE)
        F_x, F_w = J[:, :n, :n], J[:, :n, n : n + len(self.free)]
        V, slopes = np.full(self.rows, np.nan), np.full((self.rows, len(self.free)), np.nan)
        sound = np.abs(np.linalg.det(F_x)) > 0  # at a fold there is no derivative, and of nan no answer
        if sound.any():
            moved = -np.linalg.solve(F_x[sound], F_w[sound])
            V[sound] = y[sound, n]
            slopes[sound] = J[sound, n, n : n + len(self.free)] + np.einsum("rk,rkw->rw", J[sound, n, :n], moved)
        return V, slopes

    def several(self, points: np.ndarray) -> np.ndarray:
        w, x = self._columns(points), self._unknowns(points)
        y, _ = self._traced.at_each(np.hstack([x, w]), NONE)
        return y[:, self.block.unknowns].reshape(len(points), self.rows)

    def along(self, x: np.ndarray) -> Rest:
        path, _ = self.data.x or ("", x)
        series = replace(self.data.series[0], values=np.zeros(x.size), sd=None)
        settings = {one: x if one == path else np.full(x.size, values[0]) for one, values in self.data.settings.items()}
        return Rest(self.solver, replace(self.data, settings=settings, series=(series,)), self.free)

    def checked(self, values: np.ndarray) -> tuple[dict[str, dict[str, float]], bool]:
        """Every row answered by the question of one cell."""
        worst, apart, V = 0.0, 0.0, self(values)[0]
        for row, w in enumerate(self._columns(values[None])):
            found = self._answered(self._numbers(w))
            if found is None:
                return {}, False
            worst, apart = max(worst, *found.relative_residuals.values()), max(apart, abs(found.V[self.data.membrane] - V[row]))
        name = self.data.membrane
        said = {"net_current_fraction": {name: worst}, "apart_mV": {name: float(to_unit(apart, "mV"))}}
        return said, bool(worst <= RESIDUAL_LIMIT and apart <= SAME)

    def _columns(self, points: np.ndarray) -> np.ndarray:
        """The numbers of every row at each point (points x rows, paths)."""
        settings = np.stack([*self.data.settings.values(), np.zeros(self.rows)], axis=1)[:, :-1]
        return np.hstack([np.repeat(points, self.rows, axis=0), np.tile(settings, (len(points), 1))])

    def _unknowns(self, points: np.ndarray) -> np.ndarray:
        """The unknown potentials [V] of every row; nan where there is no answer."""
        w = self._columns(points)
        x = np.full((len(w), self.block.unknowns), np.nan)
        left = np.arange(len(w))
        if self._lanes is not None:
            found = self._lanes(dict(zip(self.paths, w.T, strict=True)))
            x[found.settled, 0] = found.V[self.data.membrane][found.settled]
            left = np.flatnonzero(~found.settled)
        for row in left:
            numbers = self._numbers(w[row])
            if numbers is not None and (state := self._answered(numbers)) is not None:
                x[row] = self.block.unknown(state.V, numbers)
        return x

    def _answered(self, numbers: dict[str, float] | None) -> Any:
        """The state that `rest` chooses at the numbers of a row; None where there is none."""
        try:
            return None if numbers is None else choose(self.solver.solve(numbers)[0])
        except VrestError:
            return None

    def _numbers(self, w: np.ndarray) -> dict[str, float] | None:
        return numbers_with(self.solver.derivation, dict(zip(self.paths, w.tolist(), strict=True)))


def _block_of(solver: RestSolver, membrane: str) -> Block:
    for block in solver.blocks:
        if membrane in block.members and block.unknowns:
            return block
    raise InputError(
        Problem(
            f"no current crosses '{membrane}', so it has no potential of its own",
            path=membrane,
            expected="a membrane that conducts",
        )
    )


def lanes_of(solver: RestSolver, paths: tuple[str, ...]) -> RestRows | None:
    """What answers rows in lanes; None where nothing does."""
    if not available():
        return None
    try:
        return RestRows(solver, paths)
    except ValueError:
        return None


class Curve:
    """The current of a membrane at potentials, concentrations held and gates settled."""

    rounding, starts = 1e-9, 32
    method = "currents from the compiled laws"

    def __init__(self, solver: RestSolver, data: Data, free: Sequence[str]) -> None:
        assert data.along is not None
        self.solver, self.data, self.free = solver, data, list(free)
        self.paths, self.V, self.system = [*self.free, *data.settings], data.along, solver.circuit.membranes[data.membrane]
        self._per = _per(self.system.extent, data, solver.numbers)
        self._traced = Buffered(lambda z, _: [self._current(z[0], z[1:])], 1 + len(self.paths), ())

    def _current(self, V: Any, w: Sequence[Any]) -> Any:
        """The current, or current density, that is measured."""
        derivation = self.solver.derivation
        numbers = derivation.numbers({**derivation.written, **dict(zip(self.paths, w, strict=True))})
        total = sum(self.system.currents(V, numbers).values(), 0.0)
        return total if self._per is None else total / numbers[self._per]

    def _given(self, values: np.ndarray) -> np.ndarray:
        settings = [np.tile(values, (self.V.size, 1)), *(one[:, None] for one in self.data.settings.values())]
        return np.hstack([self.V[:, None], *settings])

    def __call__(self, values: np.ndarray) -> Answer:
        y, J = self._traced.at_each(self._given(values), NONE)
        return y[:, 0], J[:, 0, 1 : 1 + len(self.free)]

    def several(self, points: np.ndarray) -> np.ndarray:
        return np.array([self(point)[0] for point in points])

    def along(self, x: np.ndarray) -> Curve:
        settings = {path: np.full(x.size, values[0]) for path, values in self.data.settings.items()}
        return Curve(self.solver, replace(self.data, along=x, settings=settings), self.free)

    def checked(self, values: np.ndarray) -> tuple[dict[str, dict[str, float]], bool]:
        """Every current by plain floats."""
        found = self(values)[0]
        plain = np.array([float(self._current(one[0], one[1:].tolist())) for one in self._given(values)])
        apart = float(np.abs(plain - found).max() / (np.abs(found).max() or 1.0))
        return {"current_fraction": {self.data.membrane: apart}}, apart <= SAME


def _per(extent: Extent, data: Data, numbers: Mapping[str, Any]) -> str | None:
    """The area by which a whole current is divided where a density was measured; None where currents are as they were measured.

    Raises:
        InputError: the description does not say what would be needed.
    """
    name = data.membrane
    density = dimension_of(data.series[0].unit) == dimension_of(DENSITY)
    if extent is Extent.AREA and density:
        return None
    if extent is not Extent.WHOLE or (density and f"{name}.area" not in numbers):
        what = "ratios of permeabilities" if extent is Extent.RELATIVE else f"no area of '{name}'"
        expected = "absolute permeabilities" if extent is Extent.RELATIVE else f"I [{DENSITY}], or an area"
        raise InputError(Problem(f"the description has {what}, so a current cannot be compared", path=name, expected=expected))
    return f"{name}.area" if density else None
