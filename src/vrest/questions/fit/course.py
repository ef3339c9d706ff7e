"""The time course of a cell, left to itself or under a protocol, at the times of measurements, with how it moves with the free numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...description.library import protocol_of
from ...description.settings import numbers_with, written_with
from ...errors import InputError, Problem, VrestError
from ..rest.zero_current import RestSolver
from ..simulate.sensitive import SensitiveCourses
from ..simulate.simulate import TimeCourses
from ..steady.start import Resting, potentials_at
from ..steady.steady_state import SteadySolver
from .data import POTENTIAL, Data, Series
from .models import Answer, lanes_of

RTOL = 1e-8
"""Of courses and of their sensitivities."""
SAME = 1e-5
"""How far a course may be from that of `simulate`, as a part of its largest value."""


class Course:
    """Measured quantities along a course."""

    rounding, starts = 1e-6, 8
    method = "courses by CVODES with forward sensitivities"

    def __init__(self, solver: RestSolver, data: Data, free: Sequence[str], steady: SteadySolver | None = None) -> None:
        assert data.along is not None
        self.steady, self.data, self.free = steady or SteadySolver(solver.cell, solver), data, list(free)
        self.times, self.whole = data.along, self.steady.problem.moving
        if not self.times[-1] > 0:
            raise InputError(Problem("a time course needs a time above zero", file=data.name, path="time", found="0"))
        self.protocol = data.protocol or protocol_of(None, solver.cell, float(self.times[-1]))
        self._courses = SensitiveCourses(self.steady, self.protocol, self.free, self.times, self._told, RTOL)
        self._lanes = lanes_of(solver, tuple(self.free))

    def _told(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """What is measured, of a full state."""
        state = self.whole.at(x, numbers)
        V = self.whole.membrane_potentials(self.whole.potentials(x, state), state)
        return [V[self.data.membrane] if one.quantity == POTENTIAL else state[one.quantity] for one in self.data.series]

    def __call__(self, values: np.ndarray) -> Answer:
        count = self.times.size * len(self.data.series)
        nothing = np.full(count, np.nan), np.full((count, values.size), np.nan)
        if (numbers := self._numbers(values)) is None:
            return nothing
        try:
            y, slopes = self._courses(values, self._rest(values, numbers))
        except VrestError:
            return nothing
        return y.T.ravel(), (slopes / values).transpose(1, 0, 2).reshape(count, -1)

    def several(self, points: np.ndarray) -> np.ndarray:
        return np.array([self(point)[0] for point in points])

    def along(self, x: np.ndarray) -> Course:
        blank = tuple(Series(one.quantity, one.unit, np.zeros(x.size)) for one in self.data.series)
        return Course(self.steady.rest, replace(self.data, along=x, series=blank), self.free, self.steady)

    def checked(self, values: np.ndarray) -> tuple[dict[str, dict[str, float]], bool]:
        """The same course by the question `simulate`, certified by itself."""
        written = written_with(self.whole.derivation, dict(zip(self.free, values.tolist(), strict=True)))
        try:
            course = TimeCourses(self.steady).run(self.protocol, written, at=self.times.tolist())
        except VrestError:
            return {}, False
        found, apart = self(values)[0].reshape(len(self.data.series), -1), {}
        for one, y in zip(self.data.series, found, strict=True):
            space, _, ion = one.quantity.rpartition(".")
            other = course.V[self.data.membrane] if one.quantity == POTENTIAL else course.c[space][ion]
            apart[one.quantity] = float(np.abs(other - y).max() / np.abs(other).max())
        return {"course_fraction": apart}, course.certificate.converged and max(apart.values()) <= SAME

    def _rest(self, values: np.ndarray, numbers: Mapping[str, float]) -> Resting | None:
        """Potentials at rest where the course begins, by lanes."""
        if self._lanes is None:
            return None
        known = self._lanes(dict(zip(self.free, values[:, None], strict=True)))
        if not known.settled[0]:
            return None
        return Resting([potentials_at(self.steady.rest, {name: float(V[0]) for name, V in known.V.items()}, numbers)])

    def _numbers(self, values: np.ndarray) -> dict[str, float] | None:
        return numbers_with(self.whole.derivation, dict(zip(self.free, values.tolist(), strict=True)))
