"""`explain`: what holds a cell's potential in seconds, what in hours, and what is left without pumps."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

from ...description.cell import Cell
from ...description.edit import is_pump, without
from ...description.library import Name, cell_of
from ...errors import InputError, NoAnswerError
from ...mechanisms.parameter import ACTIVE
from ...results.base import NOTHING_MOVED, Aside, Certificate, Maybe, Unknown, known
from ...results.explained import Column, ExplainResult, PumpEffect
from ...results.rest import RestResult
from ...results.steady import SteadyPoint, SteadyResult
from ..rest.rest import answer
from ..rest.textbook import NOTHING_CONDUCTS, mv
from ..rest.zero_current import RestSolver, RestState, choose
from .steady_state import SteadySolver, contents, no_volume

IN_ONE = {"concentrations are held": "concentrations are held in the first column"}
"""Assumptions of one column in the words of all three."""
NO_STEADY = "there is no steady state to take the pumps from"
NO_UNPUMPED = "there is no steady state without pumps"


def explain_cell(cell: Cell | Name) -> ExplainResult:
    """Three columns: concentrations held (seconds), the steady state that the cell's mechanisms hold (hours), pumps off.

    Arguments:
        cell: a description, or its name or path
    Raises:
        InputError: nothing conducts.
        NoAnswerError: not even the held cell has a potential.
    """
    cell = cell_of(cell)
    solver = RestSolver(cell)
    held = answer(solver)
    steady = _steady(cell, solver)
    unpumped, gone = without(cell, is_pump)
    off: SteadyResult | Unknown
    if not gone:
        off = Unknown(_no_pump(cell))
    elif unpumped is None:
        off = Unknown("without pumps nothing is left in some membrane")
    else:
        off = _steady(unpumped)
    effect = _effects(solver, steady, off) if gone else {}
    return ExplainResult(
        cell.name,
        held.temperature,
        _held(solver, held),
        _column(steady),
        _column(off),
        effect,
        certificate=_certificate(held, steady, off),
        notes=tuple(_notes(steady, off, effect, gone)),
    )


def _no_pump(cell: Cell) -> str:
    """Why there is nothing to switch off; a formula may work without saying what it spends."""
    formulas = [word for m in cell.membranes.values() for word, one in m.mechanisms.items() if one.rate is not None]
    if formulas:
        return f"no mechanism is described as a pump: {' and '.join(formulas)} would be with the `atp` that a cycle spends"
    return "no pump is described, so the steady state is the one without pumps"


def _steady(cell: Cell, solver: RestSolver | None = None) -> SteadyResult | Unknown:
    try:
        return SteadySolver(cell, solver).answer(every=False)
    except (NoAnswerError, InputError) as error:
        return Unknown("; ".join(problem.message for problem in error.problems[:2]))


def _held(solver: RestSolver, held: RestResult) -> Column:
    inside, volumes = contents(solver.cell, solver.numbers)
    said: dict[str, Maybe] = {name: no_volume(name) if volume is None else volume for name, volume in volumes.items()}
    stable = any(root.stable and root.V_m == held.V_m for root in held.roots)
    return Column(SteadyPoint(held.V_m, held.potential, inside, said, stable), _slowest(held))


def _slowest(held: RestResult) -> Maybe:
    """The largest of the membranes' time constants [s]."""
    found = held.time_constant.values()
    known_ones = [tau for tau in found if known(tau)]
    return max(known_ones) if known_ones else next((Unknown(tau.sentence) for tau in found if isinstance(tau, Unknown)), None)


def _column(steady: SteadyResult | Unknown) -> Column | Unknown:
    return steady if isinstance(steady, Unknown) else Column(steady.point, steady.slowest_time_constant)


def _effects(solver: RestSolver, steady: SteadyResult | Unknown, off: SteadyResult | Unknown) -> dict[str, PumpEffect]:
    """At the steady state: what V loses at once without the pumps' current, and then as the gradients run down."""
    if isinstance(steady, Unknown):
        return {name: PumpEffect(Unknown(NO_STEADY), Unknown(NO_STEADY)) for name in solver.cell.membranes}
    unpumped = _without_current(solver, steady)
    if unpumped is None:
        return {name: PumpEffect(Unknown(NOTHING_CONDUCTS), Unknown(NO_UNPUMPED)) for name in solver.cell.membranes}
    found = {}
    for name, V in unpumped.V.items():
        over_hours: Maybe = Unknown(NO_UNPUMPED) if isinstance(off, Unknown) else V - off.point.V_m[name]
        found[name] = PumpEffect(steady.point.V_m[name] - V, over_hours)
    return found


def _without_current(solver: RestSolver, steady: SteadyResult) -> RestState | None:
    """The potentials with the pumps' current off at the steady concentrations."""
    numbers: dict[str, float] = dict(solver.numbers)
    for space, ions in steady.point.inside.items():
        numbers |= {f"{space}.{ion}": c for ion, c in ions.items()}
        volume = steady.point.volume[space]
        if known(volume):
            numbers[f"{space}.volume"] = volume
    for membrane, system in solver.circuit.membranes.items():
        numbers |= {f"{membrane}.{word}.{ACTIVE}": 0.0 for word, m in system.mechanisms.items() if m.pump}
    try:
        found, _ = solver.solve(numbers)
    except (InputError, NoAnswerError):
        return None
    return choose(found, steady.point.V_m)


def _certificate(held: RestResult, *others: SteadyResult | Unknown) -> Certificate:
    answers = zip(("held", "steady", "pumps_off"), (held, *others), strict=True)
    parts = {key: answer.certificate for key, answer in answers if not isinstance(answer, Unknown)}
    every = list(parts.values())
    assumptions = [IN_ONE.get(words, words) for part in every for words in part.assumptions]
    residuals = {f"{key}.{name}": group for key, part in parts.items() for name, group in part.residuals.items()}
    return Certificate(
        all(part.converged for part in every),
        residuals,
        "; ".join(f"{key}: {part.method}" for key, part in parts.items()),
        {key: part.search for key, part in parts.items()},
        _largest(part.charge_error for part in every),
        _largest(part.mass_error for part in every),
        tuple(itertools.chain.from_iterable(part.dissipation_violations for part in every)),
        tuple(dict.fromkeys(assumptions)),
    )


def _largest(errors: Iterable[Maybe]) -> Maybe:
    """The largest known error; unknown where nothing moved in any of the states."""
    return max((error for error in errors if known(error)), default=Unknown(NOTHING_MOVED))


def _notes(
    steady: SteadyResult | Unknown, off: SteadyResult | Unknown, effect: Mapping[str, PumpEffect], gone: list[str]
) -> list[str]:
    notes: list[str] = []
    for name, one in effect.items():
        if known(one.at_once) and known(one.over_hours):
            own = [word.partition(".")[2] for word in gone if word.startswith(f"{name}.")]
            notes.append(
                Aside(
                    f"{name}: the pumps ({', '.join(own) or 'of other membranes'}) add {mv(one.at_once)} by their own current at "
                    f"once, and {mv(one.over_hours)} by the gradients they keep over hours."
                )
            )
    if not isinstance(steady, Unknown):
        notes += [Aside(note) for note in steady.notes if note.startswith(("From the described", "The described"))]
    if not isinstance(off, Unknown) and off.donnan:
        notes.append(Aside("Without pumps the cell comes to its Donnan equilibrium."))
    return notes
