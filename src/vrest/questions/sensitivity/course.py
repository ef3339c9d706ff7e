"""How a time course moves with the numbers of a description."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...description.cell import Cell
from ...description.protocol import Protocol
from ...errors import InputError, NotFoundError, Problem, VrestError
from ...laws.nernst import thermal_voltage
from ...results.base import Certificate
from ...results.registry import VARIABLES
from ...results.sensitivity import CourseQuantity, CourseSensitivityResult
from ...results.simulation import SimulationResult
from ...results.sweep import Series
from ...units import to_unit
from ..simulate.asked import spread_over
from ..simulate.observe import contents
from ..simulate.sensitive import SensitiveCourses
from ..simulate.simulate import TimeCourses
from ..steady.steady_state import SteadySolver
from .asked import PERCENT, SIMULATE, chosen

OUTPUTS = ("V_mV", "inside_mM", "volume_pL")
STEP, FINER = 1e-4, 1e-3
"""Part by which all numbers are moved at once to see whether the course moves as was told, and of the tolerance to which that is looked at."""
FINEST = 1e-13
LITTLE = 1e-2
"""Slope, as a part of the size of a quantity, below which differences of courses do not show it so exactly."""
TANGENT_LIMIT, WRONG, COURSE_LIMIT = 1e-3, 0.1, 1e-5
"""Parts of the largest slope by which other courses may differ, and by which they must not; and of the largest value."""
METHOD = "forward sensitivities by CVODES, exact derivatives of the first state, along stretches and at events"


class Question:
    """How a time course of a cell moves with numbers at some times.

    Arguments:
        paths:   of the numbers
        outputs: that are wanted, all by default
        options: `rtol`
        spread:  whether the times are spread over the course, wherever it ends
    Raises:
        InputError: there is no such output, or sensitivities cannot be followed through such a protocol.
    """

    def __init__(
        self,
        cell: Cell,
        paths: Sequence[str],
        outputs: Sequence[str] | None,
        protocol: Protocol,
        times: np.ndarray,
        options: Mapping[str, Any],
        spread: bool,
    ) -> None:
        self.cell, self.rtol, self.name = cell, options["rtol"], protocol.name
        self.outputs, self.paths = chosen(OUTPUTS, outputs), list(paths)
        self.solver = SteadySolver(cell)
        self.whole = self.solver.problem.moving
        self.written = self.whole.derivation.written
        self.moving = [path for path in paths if self.written[path]]
        if not self.moving:
            message, expected = "what is zero has no part that could be more", "a number that is not zero"
            raise InputError(Problem(message, path="to", found=", ".join(paths), expected=expected))
        self.courses = TimeCourses(self.solver)
        self.base = self.courses.run(protocol, at=times.tolist(), rtol=self.rtol)
        self.protocol = self._to_the_end(protocol)
        if spread and self.protocol.until < protocol.until:
            self.base = self.courses.run(self.protocol, at=spread_over(self.protocol.until), rtol=self.rtol)
        self.times = self.base.time
        self.places = [(output, labels) for output, group in zip(OUTPUTS, _groups(self.base), strict=True) for labels in group]
        self.places = [place for output in self.outputs for place in self.places if place[0] == output]
        self.base_values = self._values(self.base)

    def _to_the_end(self, protocol: Protocol) -> Protocol:
        """The protocol up to where the course ended, without what ended it."""
        course = self.base.course or self.base
        end = protocol.until if self.base.ended == "end" else float(course.time[-1])
        return replace(protocol, until=end, steady=False, crosses=None)

    def _told(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        found = dict(zip(OUTPUTS, contents(self.whole, x, numbers), strict=True))
        return [_of(found[output], labels) for output, labels in self.places]

    def _values(self, course: SimulationResult) -> np.ndarray:
        """What is told of a course (times, quantities)."""
        found = dict(zip(OUTPUTS, _groups(course), strict=True))
        return np.column_stack([found[output][labels] for output, labels in self.places])

    def answer(self) -> CourseSensitivityResult:
        """The whole answer."""
        values = np.array([self.written[path] for path in self.moving])
        sensitive = SensitiveCourses(self.solver, self.protocol, self.moving, self.times, self._told, self.rtol)
        y, slopes = sensitive(values)
        residuals = {
            "course_fraction": self._named(_part(np.abs(y - self.base_values).max(axis=0), np.abs(self.base_values).max(axis=0)))
        }
        converged = self.base.certificate.converged and max(residuals["course_fraction"].values()) <= COURSE_LIMIT
        apart = self._apart(slopes)
        if apart is not None:
            _must_be_slopes(apart, self.places)
            residuals["tangent_fraction"] = self._named(apart)
        converged = converged and apart is not None and bool(apart.max() <= TANGENT_LIMIT)
        return CourseSensitivityResult(
            self.cell.name,
            SIMULATE,
            self.name,
            self.times,
            tuple(self._quantity(k, y[:, k], slopes[:, k]) for k in range(len(self.places))),
            certificate=Certificate(
                converged,
                residuals,
                f"{METHOD}, rtol {self.rtol:g}; the course by itself and beside it by `simulate`",
                {"numbers": len(self.moving), "times": self.times.size, "stretches": len(sensitive.stretches)},
                self.base.certificate.charge_error,
                self.base.certificate.mass_error,
            ),
            notes=(*self.base.notes, *(() if converged else (BESIDE if apart is None else UNSEEN,))),
        )

    def _apart(self, slopes: np.ndarray) -> np.ndarray | None:
        """How far courses of which all numbers are moved at once, each other one down, are from where the slopes say: parts of the largest
        slope of each quantity, of a little one at least. None where there are no such courses."""
        signs = (-1.0) ** np.arange(len(self.moving))
        try:
            ahead, behind = (
                self._values(
                    self.courses.run(
                        self.protocol,
                        self.written
                        | {
                            path: self.written[path] * (1 + side * STEP * sign)
                            for path, sign in zip(self.moving, signs, strict=True)
                        },
                        at=self.times.tolist(),
                        rtol=max(FINER * self.rtol, FINEST),
                    )
                )
                for side in (1, -1)
            )
        except VrestError:
            return None
        left = np.abs((ahead - behind) / (2 * STEP) - slopes @ signs).max(axis=0)
        return _part(left, np.maximum(np.abs(slopes).max(axis=(0, 2), initial=0.0), LITTLE * self._sizes))

    @property
    def _sizes(self) -> np.ndarray:
        """What is much for each quantity: of a potential RT/F, of all else itself."""
        unit = thermal_voltage(self.written["temperature"])
        return np.array(
            [
                unit if output == "V_mV" else size
                for (output, _), size in zip(self.places, np.abs(self.base_values).max(axis=0), strict=True)
            ]
        )

    def _named(self, values: np.ndarray) -> dict[str, float]:
        return {Series(*place, np.zeros(0)).column: float(value) for place, value in zip(self.places, values, strict=True)}

    def _quantity(self, k: int, y: np.ndarray, slopes: np.ndarray) -> CourseQuantity:
        """One quantity, in the unit of its key; a slope that is nowhere more than the tolerance is none."""
        output, labels = self.places[k]
        unit = VARIABLES[output].unit
        largest = np.abs(slopes).max(axis=0, initial=0.0)
        least = self.rtol * max(float(largest.max(initial=0.0)), float(self._sizes[k]))
        changes = np.where(largest > least, PERCENT * slopes * float(to_unit(1.0, unit)), 0.0)
        by = dict.fromkeys(self.paths, np.zeros(y.size)) | dict(zip(self.moving, changes.T, strict=True))
        ordered = dict(sorted(by.items(), key=lambda one: -float(np.abs(one[1]).max(initial=0.0))))
        return CourseQuantity(Series(output, labels, np.zeros(0)).column, output, labels, np.asarray(to_unit(y, unit)), ordered)


BESIDE = "Beside these numbers there is no course that could be followed: how it moves was not seen by other means."

UNSEEN = "Courses beside these numbers are not where the slopes say, to a thousandth of the largest; a finer tolerance may help."


def _must_be_slopes(apart: np.ndarray, places: Sequence[tuple[str, tuple[str, ...]]]) -> None:
    """Courses beside these numbers must be about where the slopes say.

    Raises:
        NotFoundError: they are not: there are no slopes, or only for numbers that are hardly moved.
    """
    worst = int(apart.argmax())
    if apart[worst] > WRONG:
        message = "courses beside these numbers are not where the slopes say: where spikes go their own ways, or a formula jumps at a time that "
        message += "a number decides, a course has no slope that lasts"
        found = f"{apart[worst]:.2g} of the largest slope of {Series(*places[worst], np.zeros(0)).column}"
        raise NotFoundError(
            Problem(message, found=found, expected="a shorter course, or a formula that goes smoothly from value to value")
        )


def _groups(course: SimulationResult) -> tuple[dict[tuple[str, ...], np.ndarray], ...]:
    """Potentials, concentrations and volumes by the names that lead to them."""
    return (
        {(name,): V for name, V in course.V.items()},
        {(space, ion): c for space, ions in course.c.items() for ion, c in ions.items()},
        {(space,): w for space, w in course.volume.items()},
    )


def _of(group: Mapping[Any, Any], labels: tuple[str, ...]) -> Any:
    return group[labels if labels in group else labels[0]]


def _part(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Parts of wholes; nothing of nothing."""
    return np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0)
