"""`explain`: what holds a cell's potential as described, what when left to itself, and what is left without pumps."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

from ...description.cell import CELL, Cell
from ...description.edit import is_pump, without
from ...description.library import Name, cell_of
from ...errors import InputError, NoAnswerError, advice
from ...mechanisms.parameter import ACTIVE
from ...results.base import NOTHING_MOVED, Aside, Certificate, Maybe, Unknown, known
from ...results.explained import Column, ExplainResult, PumpEffect
from ...results.rest import RestResult
from ...results.steady import SteadyResult, at_held_volumes
from ...results.words import time_word
from ..rest.rest import answer
from ..rest.textbook import NOTHING_CONDUCTS, mv
from ..rest.zero_current import RestSolver, RestState, choose
from ..state.balance import unlikely
from ..state.osmosis import gaps
from ..state.snapshot import of_surfaces
from .steady_state import SteadySolver, point_at

IN_ONE = {"concentrations are held": "concentrations are held in the first column"}
"""Assumptions of one column in the words of all three."""
NO_STEADY = "there is no steady state to take the pumps from"
NO_UNPUMPED = "there is no steady state without pumps"


def explain_cell(cell: Cell | Name) -> ExplainResult:
    """Three columns: concentrations held, the steady state that the cell's mechanisms hold, pumps off.

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
        notes=(
            *gaps(cell, solver.numbers),
            *unlikely(cell, solver.numbers),
            *of_surfaces(solver.circuit, solver.numbers),
            *_notes(cell, steady, effect, gone),
            *_uncounted(cell, gone),
            *_unpumped_notes(unpumped, off),
        ),
    )


def _no_pump(cell: Cell) -> str:
    """Why there is nothing to switch off; a formula may work without saying what it spends."""
    formulas = _formulas(cell)
    if formulas:
        return f"no mechanism is described as a pump: {' and '.join(formulas)} would be with the `atp` that a cycle spends"
    return "no pump is described, so the steady state is the one without pumps"


def _steady(cell: Cell, solver: RestSolver | None = None) -> SteadyResult | Unknown:
    try:
        return SteadySolver(cell, solver).answer(every=False)
    except (NoAnswerError, InputError) as error:
        return Unknown("; ".join(problem.message for problem in error.problems[:2]))


def _held(solver: RestSolver, held: RestResult) -> Column:
    stable = any(root.stable and root.V_m == held.V_m for root in held.roots)
    return Column(point_at(solver.circuit, held.V_m, held.potential, solver.numbers, stable), _slowest(held))


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
        water = steady.point.water[space]
        if known(water):
            numbers[f"{space}.volume"] = water
    for membrane, system in solver.circuit.membranes.items():
        numbers |= {f"{membrane}.{word}.{ACTIVE}": 0.0 for word, m in system.mechanisms.items() if m.pump}
    try:
        found, _ = solver.solve(numbers, partial=True)
    except (InputError, NoAnswerError):
        return None
    return choose(found, steady.point.V_m)


def _certificate(held: RestResult, *others: SteadyResult | Unknown) -> Certificate:
    answers = zip(("held", "steady", "pumps_off"), (held, *others), strict=True)
    parts = {key: answer.certificate for key, answer in answers if not isinstance(answer, Unknown)}
    every = list(parts.values())
    residuals = {f"{key}.{name}": group for key, part in parts.items() for name, group in part.residuals.items()}
    return Certificate(
        all(part.converged for part in every),
        residuals,
        "; ".join(f"{key}: {part.method}" for key, part in parts.items()),
        {key: part.search for key, part in parts.items()},
        _largest(part.charge_error for part in every),
        _largest(part.mass_error for part in every),
        _each_once(part.dissipation_violations for part in every),
        _each_once([IN_ONE.get(words, words) for words in part.assumptions] for part in every),
    )


def _each_once(groups: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(itertools.chain.from_iterable(groups)))


def _largest(errors: Iterable[Maybe]) -> Maybe:
    """The largest known error; unknown where nothing moved in any of the states."""
    return max((error for error in errors if known(error)), default=Unknown(NOTHING_MOVED))


def _notes(cell: Cell, steady: SteadyResult | Unknown, effect: Mapping[str, PumpEffect], gone: list[str]) -> list[str]:
    notes: list[str] = [
        _of_pumps(cell, name, mv(one.at_once), f"{mv(one.over_hours)} {_within(steady)}", gone)
        for name, one in effect.items()
        if known(one.at_once) and known(one.over_hours)
    ]
    if not isinstance(steady, Unknown):
        notes += [Aside(note) for note in steady.notes if _of_description(note)]
        notes += map(Aside, at_held_volumes(steady.point))
    return notes


def _of_pumps(cell: Cell, name: str, at_once: str, later: str, gone: list[str]) -> Aside:
    """What pumps add to the potential of a membrane, at once and by the gradients that they keep."""
    own = [word.partition(".")[2] for word in gone if word.startswith(f"{name}.")]
    kept = f"{later} by the gradients they keep"
    if all(space.role != CELL for space in cell.compartments.values()):
        kept = "nothing by gradients, which are held without them"
    return Aside(
        f"{name}: at the concentrations of the steady state the pumps ({', '.join(own) or 'of other membranes'}) add "
        f"{at_once} at once, by their own current, and {kept}."
    )


def _of_description(note: str) -> bool:
    """Whether a sentence on a steady state says how it differs from the description, or what keeps that."""
    return note.startswith(("From the described", "The described")) or note.endswith("not kept by mechanisms.")


def _uncounted(cell: Cell, gone: list[str]) -> list[str]:
    """Formulas that move charge and work on where pumps are off, as they do not say that they spend ATP."""
    if not gone:
        return []
    formulas = _formulas(cell)
    if not formulas:
        return []
    verb, they = ("is", "it works") if len(formulas) == 1 else ("are", "they work")
    switches = advice(f'cell.replace({{"{formulas[0]}.active": 0}})', f"--set {formulas[0]}.active=0")
    return [
        f"{' and '.join(formulas)} {verb} counted as no pump, for want of the `atp` that a cycle spends: {they} on with the pumps off. "
        f"{switches} switches {formulas[0].rpartition('.')[2]} off."
    ]


def _formulas(cell: Cell) -> list[str]:
    """Rates of membranes that are formulas and spend no ATP."""
    return [
        f"{name}.{word}"
        for name, m in cell.membranes.items()
        for word, way in m.mechanisms.items()
        if way.rate is not None and not is_pump(way)
    ]


def _within(steady: SteadyResult | Unknown) -> str:
    """In which time a steady state is come to."""
    slow = None if isinstance(steady, Unknown) else steady.slowest_time_constant
    return f"within {time_word(slow)}" if known(slow) else "later"


def _unpumped_notes(unpumped: Cell | None, off: SteadyResult | Unknown) -> list[str]:
    """What the cell without pumps comes to, and in which wall."""
    if unpumped is None or isinstance(off, Unknown):
        return []
    walls = [f"Pumps off: {words[0].lower()}{words[1:]}" for words in at_held_volumes(off.point)]
    return [_come_to(unpumped, off), *walls]


def _come_to(unpumped: Cell, off: SteadyResult) -> str:
    """The state that a cell without pumps comes to, and what works on there."""
    if off.donnan:
        return Aside("Without pumps the cell comes to its Donnan equilibrium.")
    left = [path for path, way in unpumped.ways.items() if not way.own_path]
    V = ", ".join(map(mv, off.point.V_m.values()))
    if not left:
        return f"Without pumps the cell comes to {V}, which is no Donnan equilibrium: ions go on flowing."
    return (
        f"Without pumps the cell comes to {V}. That is not the Donnan equilibrium of `donnan`, which leaves passive paths of single ions "
        f"alone: here {' and '.join(left)} {'works' if len(left) == 1 else 'work'} on."
    )
