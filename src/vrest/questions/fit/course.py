"""The time course of a cell left to itself, at the times of measurements, with its sensitivities to the free numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...description.library import protocol_of
from ...description.settings import numbers_with, written_with
from ...engines.forward import Forward
from ...engines.integrator import Cvodes
from ...engines.settings import Settings
from ...engines.symbolic import Buffered
from ...errors import InputError, Problem, VrestError
from ...system.clamps import Dynamics, dependent_ions
from ...system.states import AMOUNT
from ..rest.zero_current import RestSolver
from ..simulate.beginning import beginning
from ..simulate.simulate import TimeCourses
from ..steady.start import Resting, potentials_at
from ..steady.steady_state import SteadySolver
from .data import POTENTIAL, Data, Series
from .models import NONE, Answer, lanes_of

STEP = 1e-5
"""Part of a number by which it is moved to each side to see how the first state moves."""
SAME = 1e-5
"""How far a course may be from that of `simulate`, as a part of its largest value."""


class Course:
    """Measured quantities along a course from the described concentrations at rest."""

    rounding, starts = 1e-6, 8
    method = "courses by CVODES with forward sensitivities"

    def __init__(self, solver: RestSolver, data: Data, free: Sequence[str], steady: SteadySolver | None = None) -> None:
        assert data.along is not None
        self.steady, self.data, self.free = steady or SteadySolver(solver.cell, solver), data, list(free)
        self.times, self.whole = data.along, self.steady.problem.moving
        if not self.times[-1] > 0:
            raise InputError(Problem("a time course needs a time above zero", file=data.name, path="time", found="0"))
        numbers = self.whole.numbers
        self.protocol = protocol_of(None, solver.cell, float(self.times[-1]))
        self.dynamics = Dynamics(self.whole, None, dependent_ions(self.whole, numbers), counting=False)
        self.forward = Forward(lambda z, w: self.dynamics.rates(z, self._numbers(w)), self.dynamics.size, self.free)
        self._late = self.times > 0
        self._integrator = Cvodes(
            self.forward.rates,
            self.forward.count,
            self.free,
            settings=Settings(
                positive=lambda y, w: self.dynamics.parts(y[: self.forward.size], self._numbers(w)),
                seen=self.times[self._late] / self.times[-1],
            ),
        )
        self._lanes = lanes_of(solver, tuple(self.free))
        self._seen = Buffered(self._quantities, self.dynamics.size + len(self.free), ())

    def _numbers(self, w: Mapping[str, Any]) -> dict[str, Any]:
        """All numbers at those that are free, which may be symbols; `time` as well."""
        derivation = self.whole.derivation
        found = derivation.numbers({**derivation.written, **{path: w[path] for path in self.free}})
        return {**self.whole.with_description(found), "time": w.get("time", 0.0)}

    def _quantities(self, y: Sequence[Any], _: Mapping[str, Any]) -> list[Any]:
        """What is measured, of a reduced state and the free numbers."""
        size = self.dynamics.size
        numbers = self._numbers(dict(zip(self.free, y[size:], strict=True)))
        x = self.dynamics.full(list(y[:size]), numbers)
        state = self.whole.at(x, numbers)
        V = self.whole.membrane_potentials(self.whole.potentials(x, state), state)
        return [V[self.data.membrane] if one.quantity == POTENTIAL else state[one.quantity] for one in self.data.series]

    def __call__(self, values: np.ndarray) -> Answer:
        points, width = self.times.size, len(self.data.series)
        nothing = np.full(points * width, np.nan), np.full((points * width, len(self.free)), np.nan)
        begun = self._begun(values)
        if begun is None:
            return nothing
        start, first = begun
        numbers = dict(zip(self.free, values.tolist(), strict=True))
        scale = self._scale(values)
        sizes = np.concatenate([scale, *(scale / abs(value) for value in values.tolist())])
        piece = self._integrator.run(self.forward.together(start, first), sizes, numbers, 0.0, float(self.times[-1]))
        if piece.failure is not None:
            return nothing
        z, S = self.forward.apart(piece.states)
        if not self._late[0]:
            z, S = np.vstack([start[None], z]), np.concatenate([first[None], S])
        y, J = self._seen.at_each(np.hstack([z, np.tile(values, (points, 1))]), NONE)
        size = self.dynamics.size
        slopes = np.einsum("pqz,pzw->pqw", J[:, :, :size], S) + J[:, :, size:]
        return y.T.ravel(), slopes.transpose(1, 0, 2).reshape(points * width, -1)

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

    def _begun(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
        """The reduced state in which the course begins, and how it moves with each number, by central differences: it is a root that is
        known to rounding. None where there is none."""
        steps = np.diag(STEP * np.abs(values))
        points = np.vstack([values, values + steps, values - steps])
        known = None if self._lanes is None else self._lanes(dict(zip(self.free, points.T, strict=True)))
        found = []
        for k, point in enumerate(points):
            V = {name: float(V[k]) for name, V in known.V.items()} if known is not None and known.settled[k] else None
            if (state := self._start(point, V)) is None:
                return None
            found.append(state)
        start, after, before = found[0], *np.split(np.array(found[1:]), 2)
        return start, ((after - before) / (2.0 * np.diag(steps))[:, None]).T

    def _start(self, values: np.ndarray, V: Mapping[str, float] | None) -> np.ndarray | None:
        """The reduced first state, at potentials of rest [V] where they are known; None where there is none."""
        numbers = numbers_with(self.whole.derivation, dict(zip(self.free, values.tolist(), strict=True)))
        if numbers is None:
            return None
        rest = None if V is None else Resting([potentials_at(self.steady.rest, V, numbers)])
        try:
            begun = beginning(self.steady.at(numbers, rest), self.protocol)
        except VrestError:
            return None
        return np.array(self.dynamics.reduced(self.whole.with_gates(begun.x, {**numbers, **begun.kept}).tolist()), dtype=float)

    def _scale(self, values: np.ndarray) -> np.ndarray:
        """Sizes of the reduced state, as a run of `simulate` takes them."""
        numbers = self._numbers(dict(zip(self.free, values.tolist(), strict=True)))
        initial = self.whole.states.initial(numbers)
        sizes = self.whole.scales(np.maximum(initial, 1e-24), numbers)
        largest = float(initial[self.whole.states.are(AMOUNT)].max(initial=0.0)) or 1.0
        sizes |= {key: max(sizes[key], 1e-6 * largest) for key in self.whole.states.keys(AMOUNT)}
        return np.array([sizes[key] for key in self.dynamics.kept])
