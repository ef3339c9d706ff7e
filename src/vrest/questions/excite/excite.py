"""`excite`: thresholds, strength and duration, repetitive firing, the spike and what follows it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from ...description.cell import Cell
from ...description.edit import replaced
from ...description.library import Name, cell_of
from ...description.settings import numbers_with, si_unit, written_with
from ...errors import InputError, NoAnswerError, Problem
from ...results.base import Certificate
from ...results.excite import Excitability, ExcitePoint, ExciteResult
from ...results.over import Varied
from ...units import to_unit
from ...units.span import Span, span_of
from ..rest.zero_current import choose
from ..simulate.simulate import TimeCourses
from ..steady.steady_state import SteadySolver
from .measured import Measured, measured
from .notes import notes_on
from .said import Saying, without_answer
from .setup import STANDARD, Asked, on_a_square_metre, placed, prepared, seen_well
from .stimulated import RTOL, Stimulated
from .threshold import WIDTH
from .verify import Check, checked

Progress = Callable[[str, float], None]
METHOD = (
    "thresholds by bisection of runs (CVODES, exact Jacobian), brackets run again by `simulate`; Hopf points by eigenvalues of potential "
    "and gates, concentrations held"
)
ASSUMPTIONS = ("concentrations stand for activities", "each compartment is well stirred", "the membrane has one potential")


def untold(words: str, part: float) -> None:
    """Nobody is told how far it is."""


def excite(
    cell: Cell | Name,
    over: Mapping[str, Any] | None = None,
    *,
    electrode: str | None = None,
    spike_above: Any = "0 mV",
    durations: Sequence[Any] | None = None,
    progress: Progress | None = None,
) -> ExciteResult:
    """What it takes to make a cell fire, and how it fires: `excite("squid-axon-excitable")`.

    Arguments:
        cell:        a description with capacitance and absolute conductances, or its name or path
        over:        a number of the description along which all is asked for: {"outside.K": "2:30 mM:log:10"}
        electrode:   the compartment into which currents go; by default the inner one of the first membrane with gates
        spike_above: potential that a spike passes
        durations:   of the currents whose thresholds are asked for, such as ["0.1 ms", "1 ms"]; by default a row that suits the membrane
        progress:    called with (what is sought, part that is done)
    Returns:
        ExciteResult: threshold displacement and currents, rheobase, chronaxie, repetitive firing, the spike, refractory periods, anode
        break, accommodation; what does not exist is unknown with its sentence.
    Raises:
        InputError: a number that the question needs is missing, or an argument does not fit.
        NoAnswerError: the cell has no resting potential.
    """
    cell, told = cell_of(cell), progress or untold
    solver = ExciteSolver(cell, Asked.of(electrode=electrode, spike_above=spike_above, durations=durations))
    if over is None:
        return solver.answer(None, told)
    path, values = one_of(over)
    span = span_of(values, si_unit(cell, path) or "1")
    if path not in cell.settable:
        replaced(cell, {path: span.texts[0]}, "over")  # which says what is meant, or takes it as the short form has it
    return solver.along(path, span, told)


def one_of(over: Mapping[str, Any]) -> tuple[str, Any]:
    """The one path that is varied, and its values.

    Raises:
        InputError: there is not one.
    """
    if not isinstance(over, Mapping) or len(over) != 1:
        found = f"{len(over)} paths" if isinstance(over, Mapping) else repr(over)
        raise InputError(
            Problem("`over` is one path with its values", path="over", found=found, expected='{"outside.K": "2:30 mM:log:10"}')
        )
    return next(iter(over.items()))


class ExciteSolver:
    """The excitability of one structure: compiled once, its numbers may change from call to call.

    Raises:
        InputError: a number that the question needs is missing, or there is no such compartment for the electrode.
    """

    def __init__(self, cell: Cell, asked: Asked = STANDARD) -> None:
        self.described, self.cell, self.asked = cell, on_a_square_metre(cell), asked
        self.steady = SteadySolver(self.cell)
        self.electrode, self.membrane = placed(self.cell, asked.electrode)
        self.stimulated = Stimulated(self.steady.problem.moving, self.electrode, self.membrane)

    @functools.cached_property
    def _courses(self) -> TimeCourses:
        return TimeCourses(self.steady)

    def measured(self, written: Mapping[str, float] | None, told: Progress, thresholds_alone: bool = False) -> Measured:
        """What is measured at some written values of the cell by path [SI], those of the description where none are given."""
        derivation = self.steady.whole.derivation
        numbers = derivation.numbers(written)
        rest = choose(self.steady.rest.solve(numbers)[0])
        prep = seen_well(prepared(self.steady, self.stimulated, numbers, rest), self.asked.above)
        return measured(prep, rest, self.asked.above, self.asked.durations, self.steady.rest, told, thresholds_alone)

    def said(self, found: Measured) -> Excitability:
        """What was measured as a part of an answer."""
        return Saying(found, self.cell is not self.described).answer()

    def answer(
        self, written: Mapping[str, float] | None = None, told: Progress = untold, thresholds_alone: bool = False
    ) -> ExciteResult:
        """The answer at some written values; with thresholds alone what comes after these is unknown, and takes no time."""
        found = self.measured(written, told, thresholds_alone)
        checks = checked(lambda: self._courses, written, found)
        told("done", 1.0)
        return ExciteResult(
            **_fields(self.said(found)),
            cell=self.cell.name,
            title=self.cell.title,
            temperature=found.prep.numbers["temperature"],
            certificate=certificate(found, checks),
            notes=tuple(notes_on(found, self.asked.above)),
        )

    # -- along a number -----------------------------------------------------------------------------------------------

    def along(self, path: str, span: Span, told: Progress) -> ExciteResult:
        """The answer of the described cell, and all that is measured at each value of one of its numbers.

        Raises:
            InputError: the path does not exist, or no value fits it.
        """
        first = self.answer(None, lambda words, part: told(words, part / (1 + len(span.texts))))
        points = []
        for k, text in enumerate(span.texts):
            begun = k + 1

            def here(words: str, part: float, begun: int = begun, text: str = text) -> None:
                told(f"{path} = {text}: {words}", (begun + part) / (1 + len(span.texts)))

            points.append(ExcitePoint(value=float(span.values[k]), **_fields(self._at(path, text, here))))
        told("done", 1.0)
        return replace(first, varied=Varied(path, span.unit, span.logarithmic), over=tuple(points), refused={})

    def _at(self, path: str, text: str, told: Progress) -> Excitability:
        """What is measured at one value; where there is no rest, why."""
        written = written_with(self.steady.whole.derivation, {path: text})
        solver = self
        if written is None or numbers_with(self.steady.whole.derivation, {path: text}) is None:
            cell = replaced(self.described, {path: text}, "over")
            solver, written = ExciteSolver(cell, self.asked), None
        try:
            return solver.said(solver.measured(written, told))
        except NoAnswerError as error:
            return without_answer(self.membrane, self.electrode, error.problems[0].message, self.asked.durations or ())


def _fields(part: Excitability) -> dict[str, Any]:
    return {one.name: getattr(part, one.name) for one in fields(part)}


def certificate(found: Measured, checks: Mapping[str, Check]) -> Certificate:
    """The evidence: residual of the rest, widths of brackets, and which of them were run again."""
    widths = {"shock": found.firing.shock.width} if found.firing is not None else {}
    if found.strength is not None:
        rows = zip(found.strength.durations, found.strength.brackets, strict=True)
        widths |= {f"{to_unit(d, 'ms'):g} ms": one.width for d, one in rows if one is not None}
        widths |= {} if found.strength.rheobase is None else {"rheobase": found.strength.rheobase.width}
    residuals = {"net_current_fraction": dict(found.rest.relative_residuals), "bracket_relative_width": widths}
    search: dict[str, Any] = {"relative_width": WIDTH, "relative_tolerance": RTOL}
    if checks:
        search["certified_runs"] = {name: one.to_dict() for name, one in checks.items()}
    agree = all(one.agrees for one in checks.values())
    return Certificate(agree, residuals, METHOD, search, assumptions=ASSUMPTIONS)
