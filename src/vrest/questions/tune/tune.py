"""`tune`: pump rates, permeabilities, impermeants and the like for which the described concentrations are the steady state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...description.cell import Cell
from ...description.edit import checked
from ...description.library import Name, cell_of
from ...description.settings import numbers_with
from ...domains import bounded
from ...errors import InputError, NoAnswerError, Problem
from ...results.base import Certificate, known
from ...results.steady import SteadyPoint, SteadyResult
from ...results.tuned import TuneResult
from ...system.states import VOLUME
from ...units import UnitError, format_quantity, quantity_from, to_unit
from ..steady.steady_state import SteadySolver, first_steady_state
from . import words
from .balances import CHARGES, WATERS, Balances, FreeNumbers
from .solver import BALANCED, RANGE, Solution, Solver

METHOD = (
    "fluxes are linear in the numbers that scale a mechanism: least squares; potentials and other numbers by Gauss-Newton around it "
    "with exact derivatives, from a scan; the tuned steady state found anew"
)
STARTS = "every root of rest; where several potentials are free, also 30 mV to each side"
NEAR = 1e-2
KEPT = 1e-9
"""Relative distance of the tuned steady state below which it is the described composition."""


def tune(cell: Cell | Name, free: str | Sequence[str], hold: Mapping[str, Any] | None = None) -> TuneResult:
    """The values of some numbers for which the described concentrations stay as they are.

    Arguments:
        cell: a description, or its name or path; its concentrations (and volume) are what is held
        free: a path of a number, or several. Those that scale a mechanism (permeability, conductance, max_current, max_rate, rate, value); the
            amount and the valence of impermeants; and any other number, such as an outer concentration or a half saturation
        hold: {"V": "-70 mV"} holds the potential too ({"plasma": "-70 mV"} where there are several membranes); without it the
            potential is found as well. {"inside.K": "140 mM"} replaces what is described
    Returns:
        TuneResult: the values, the tuned cell, and its steady state found anew and certified.
    Raises:
        InputError: a path that is none, more unknowns than balances, or a number that no balance fixes: which is free.
        NoAnswerError: the balances contradict each other, or would need a negative value: which.

    n balances fix n unknowns. There is one for each ion that something moves; the charge of a compartment is one where a free
    number changes it, and so is the water of a volume that may change. Each potential that is not held is an unknown.
    """
    cell, free = cell_of(cell), _paths(free)
    potentials, settings = _read_hold(cell, checked(hold or {}))
    if both := [path for path in settings if path in free]:
        raise InputError(words.held_and_free(both[0]))
    cell = cell.replace(settings) if settings else cell
    solver = Solver(Balances(FreeNumbers(cell, free), potentials))
    _check_count(solver)
    solver.balances.check_water()
    return _result(cell, solver, _balanced(solver), dict(hold or {}))


def _paths(free: Any) -> list[str]:
    """One path or several.

    Raises:
        InputError: it is something else.
    """
    paths = list(free) if hasattr(free, "__iter__") and not isinstance(free, str) else [free]
    if all(isinstance(path, str) for path in paths):
        return paths
    raise InputError(
        Problem("what is free is given by its path", path="free", found=repr(free), expected="one of `cell.settable`, or several")
    )


def _check_count(solver: Solver) -> None:
    """As many unknowns as there are balances, or fewer.

    Raises:
        InputError: how many can be chosen freely.
    """
    free, rows = solver.free, solver.balances.rows
    if len(free.named) + solver.count > len(rows):
        at_rest = solver.at_rest()
        if idle := [path for path in solver.idle(at_rest) if free.of_impermeant(path)]:
            raise InputError(words.moves_nothing(idle[0], at_rest.V_m, True, False))
        raise InputError(words.too_many(free.cell, free.named, solver.count, rows, solver.rank(at_rest)))


def _balanced(solver: Solver) -> list[Solution]:
    """The solutions: all balances are met, no value is negative, and every free number is fixed by the balances.

    Raises:
        InputError: a number is free; which, where the first solution is, or where the balances are nearly met.
        NoAnswerError: no values meet the balances.
    """
    found = solver.solutions()
    good = [one for one in found if one.error <= BALANCED and not solver.free.negative(one.values)]
    if not good:
        _fixed(solver, [solver.described_at(one.x[: solver.count]) for one in found])
        raise NoAnswerError(_why_none(solver, found))
    return _fixed(solver, good)


def _fixed(solver: Solver, solutions: Sequence[Solution]) -> list[Solution]:
    """The solutions at which every free number is fixed by the balances.

    Raises:
        InputError: there is none; what the first one leaves open.
    """
    found, problems = [], []
    for solution in solutions:
        problem = solver.left_open(solution)
        if problem is None:
            found.append(solution)
        else:
            problems.append(problem)
    if not found:
        raise InputError(problems[0])
    return found


def _why_none(solver: Solver, solutions: Sequence[Solution]) -> Problem:
    """Why no solution will do."""
    best = min(solutions, key=lambda solution: solution.error)
    if best.error <= BALANCED:
        return words.negative(solver.free.negative(best.values), best.V_m)
    worst = int(np.argmax(np.abs(best.left)))
    row = solver.balances.rows[worst]
    others = solver.free.that_move(*row)
    return words.contradiction(solver.free.named, row, best.error, best.V_m, solver.count == 0, others)


def _result(cell: Cell, solver: Solver, good: Sequence[Solution], held: dict[str, str]) -> TuneResult:
    balances = solver.balances
    rest = balances.whole.membrane_potentials(balances.rest[0], balances.whole.numbers)
    solution = min(good, key=lambda s: max(abs(V - rest[name]) for name, V in s.V_m.items()))
    texts = {path: _text(cell, path, value) for path, value in solution.values.items()}
    tuned, steady = _tuned(cell, balances.steady, texts)
    point = min((steady.point, *steady.other_states), key=lambda p: distance(tuned, p))
    far = distance(tuned, point)
    notes = [f"{path} is 0: the balances hold only without it." for path in solver.free.scaling if solution.values[path] == 0]
    notes += [_kept(balances, far), *_other_states(steady, point), *_other_potentials(good)]
    certificate = _certificate(solver, solution, steady, far)
    before = {path: _before(cell, path) for path in texts}
    return TuneResult(
        cell.name, texts, solution.values, before, point.V_m, point, tuned, held, certificate=certificate, notes=tuple(notes)
    )


def _tuned(cell: Cell, solver: SteadySolver, texts: Mapping[str, str]) -> tuple[Cell, SteadyResult]:
    """The cell with numbers that balance it, and its steady state.

    Raises:
        NoAnswerError: the cell does not take them, or does not stay there.
    """
    try:
        tuned = cell.replace(texts)
    except InputError as error:
        raise NoAnswerError(words.balanced_but(texts, "the cell does not take that", error)) from None
    try:
        numbers = numbers_with(solver.whole.derivation, texts)
        return tuned, first_steady_state(tuned) if numbers is None else solver.answer(numbers, every=False)
    except NoAnswerError as error:
        raise NoAnswerError(words.balanced_but(texts, "the cell does not stay there", error)) from None


# -- what is said of the answer ---------------------------------------------------------------------------------------


def _kept(balances: Balances, far: float) -> str:
    """How near the steady state is to the description, and what no free number took up."""
    if far <= KEPT:
        return f"The steady state of the tuned cell is the described composition, within {far:.0e} of each concentration."
    whole, met = balances.whole, set(balances.rows)
    flowing = [*whole.states.places(VOLUME), *whole.instantaneous]
    unmet = ["the charge on the membrane"] if {(CHARGES, name) for name in whole.spaces} - met else []
    unmet += ["the difference of osmolarities"] if {(WATERS, name) for name in flowing} - met else []
    rest = " and ".join(unmet) or "rounding"
    return f"The steady state of the tuned cell is within {far:.1g} of the described concentrations (the rest is {rest})."


def _other_states(steady: SteadyResult, point: SteadyPoint) -> list[str]:
    notes = ["The tuned steady state is not stable: a small deviation grows."] if point.stable is False else []
    if point is not steady.point:
        elsewhere = ", ".join(f"{to_unit(V, 'mV'):.4g} mV" for V in steady.point.V_m.values())
        notes.append(f"The tuned cell has another steady state, and from its description it goes there: V = {elsewhere}.")
    return notes


def _other_potentials(good: Sequence[Solution]) -> list[str]:
    if len(good) == 1:
        return []
    listed = ", ".join(" and ".join(f"{to_unit(V, 'mV'):.4g}" for V in s.V_m.values()) + " mV" for s in good)
    return [f"{len(good)} potentials allow a balance: {listed}; the one nearest to rest was taken."]


def _certificate(solver: Solver, solution: Solution, steady: SteadyResult, far: float) -> Certificate:
    residuals: dict[str, dict[str, float]] = {}
    for (kind, place), left in zip(solver.balances.rows, np.abs(solution.left).tolist(), strict=True):
        residuals.setdefault(kind, {})[place] = left
    residuals |= {f"steady.{k}": v for k, v in steady.certificate.residuals.items()}
    search = {"range_mV": [to_unit(v, "mV") for v in RANGE]} if solver.count == 1 else {"from": STARTS}
    certified = steady.certificate.converged and solution.error <= BALANCED and far <= NEAR
    return Certificate(certified, residuals, METHOD, search, steady.certificate.charge_error, steady.certificate.mass_error)


def distance(cell: Cell, point: SteadyPoint) -> float:
    """The largest part by which a concentration (or a volume) of a state differs from what is described."""
    concentrations = [
        abs(c - cell.compartments[space].ions[ion].si) / max(c, 1e-300)
        for space, ions in point.inside.items()
        for ion, c in ions.items()
    ]
    volumes = [
        abs(w - described.si) / w
        for space, w in point.water.items()
        if known(w) and (described := cell.compartments[space].volume) is not None
    ]
    return max([*concentrations, *volumes], default=0.0)


def _text(cell: Cell, path: str, value: float) -> str:
    """An SI value in the unit that the description used for it."""
    written = cell.settable.get(path)
    return format_quantity(value, "mM" if written is None else written.unit or "1")


def _before(cell: Cell, path: str) -> str:
    """What the description says of a path: its text, or the rule in place of a number."""
    if (written := cell.settable.get(path)) is not None:
        return written.text or _text(cell, path, written.si)
    carries = f"{path}.carries"
    return f"carries {_before(cell, carries)}" if carries in cell.settable else "neutral"


def _read_hold(cell: Cell, hold: Mapping[str, str]) -> tuple[dict[str, float], dict[str, str]]:
    """Potentials of membranes that are held [V], and the settings among what is held.

    Raises:
        InputError: a name that is neither a membrane nor a path, or `V` where there are several membranes.
    """
    potentials, settings = {}, {}
    for key, text in hold.items():
        name = next(iter(cell.membranes)) if key == "V" and len(cell.membranes) == 1 else key
        if name in cell.membranes:
            potentials[name] = _volt(key, text)
        elif key != "V" and (key in cell.settable or "." in key):
            settings[key] = text
        else:
            raise InputError(words.not_held(cell, key))
    return potentials, settings


def _volt(key: str, text: str) -> float:
    try:
        return quantity_from(text, "mV").value
    except UnitError as error:
        if isinstance(text, int | float):
            raise UnitError(words.plain_potential(key, bounded(text))) from None
        raise UnitError(*(p.at(path=key) for p in error.problems)) from None
