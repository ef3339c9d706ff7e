"""`tune`: pump rates, permeabilities, impermeants and the like for which the described concentrations are the steady state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...description.cell import Cell
from ...errors import InputError, NoAnswerError, Problem
from ...results.base import known
from ...results.certificate import Certificate
from ...results.steady import SteadyPoint, SteadyResult
from ...results.tuned import TuneResult
from ...system.states import VOLUME
from ...units import to_unit
from ..steady.steady_state import first_steady_state
from . import words
from .balances import Balances
from .solver import BALANCED, RANGE, Solution, Solver
from .unknowns import Potentials, Unknowns, read_hold

METHOD = (
    "fluxes are linear in the numbers that scale a mechanism: least squares; potentials and other numbers by Gauss-Newton around it, "
    "from a scan; the tuned steady state found anew"
)
STARTS = "every root of rest; where several potentials are free, also 30 mV to each side"
NEAR = 1e-2
KEPT = 1e-9
"""Relative distance of the tuned steady state below which it is the described composition."""


def tune(cell: Cell, free: Sequence[str], hold: Mapping[str, str] | None = None) -> TuneResult:
    """The values of some numbers for which the described concentrations stay as they are.

    Arguments:
        cell: a description; its concentrations (and volume) are what is held
        free: paths of numbers. Those that scale a mechanism (permeability, conductance, max_current, max_rate, rate, value); the
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
    potentials, settings = read_hold(cell, hold)
    for path in settings:
        if path in free:
            raise InputError(words.held_and_free(path))
    cell = cell.replace(settings) if settings else cell
    unknowns = Unknowns(cell, free)
    balances = Balances(cell, unknowns)
    solver = Solver(balances, unknowns, Potentials(balances.whole, potentials))
    _check_count(solver)
    balances.check_water()
    solutions = solver.solutions()
    good = [s for s in solutions if s.error <= BALANCED and not unknowns.negative(s.values)]
    fixed = _fixed(solver, good or [solver.solved(s.t, unknowns.start()) for s in solutions])
    if not good:
        raise NoAnswerError(_none(solver, solutions))
    return _result(cell, solver, fixed, dict(hold or {}))


def _check_count(solver: Solver) -> None:
    """As many unknowns as there are balances, or fewer.

    Raises:
        InputError: how many can be chosen freely.
    """
    unknowns, potentials = solver.unknowns, solver.potentials.free
    if len(unknowns.free) + potentials > len(solver.rows):
        at_rest = solver.at_rest()
        idle = next((path for path in solver.idle(at_rest) if unknowns.of_impermeant(path)), None)
        if idle is not None:
            raise InputError(words.moves_nothing(idle, at_rest.V_m, True, False))
        raise InputError(words.too_many(unknowns.cell, unknowns.free, potentials, solver.rows, solver.rank(at_rest)))


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


def _none(solver: Solver, solutions: Sequence[Solution]) -> Problem:
    """Why no solution will do."""
    best = min(solutions, key=lambda s: s.error)
    negative = solver.unknowns.negative(best.values)
    if best.error <= BALANCED and negative:
        return words.negative(negative, best.V_m)
    worst = max(best.left, key=lambda row: abs(best.left[row]))
    return words.contradiction(solver.unknowns.free, worst, abs(best.left[worst]), best.V_m, solver.potentials.free == 0)


def _result(cell: Cell, solver: Solver, good: Sequence[Solution], held: dict[str, str]) -> TuneResult:
    solution = _nearest_to_rest(solver, good)
    unknowns = solver.unknowns
    texts = {path: unknowns.text(path, value) for path, value in solution.values.items()}
    tuned = _replaced(cell, texts)
    steady = _steady(tuned, texts)
    point = min((steady.point, *steady.other_states), key=lambda p: distance(tuned, p))
    certificate = _certificate(solver, solution, steady, distance(tuned, point))
    notes = _notes(solver, solution, good, steady, point, tuned)
    before = {path: unknowns.before(path) for path in unknowns.free}
    return TuneResult(cell.name, texts, solution.values, before, point.V_m, point, tuned, certificate, tuple(notes), held=held)


def _nearest_to_rest(solver: Solver, good: Sequence[Solution]) -> Solution:
    rest = solver.balances.whole.membrane_potentials(solver.balances.finder.rest.potentials[0], solver.balances.whole.numbers)
    return min(good, key=lambda s: max(abs(s.V_m[name] - rest[name]) for name in s.V_m))


def _notes(
    solver: Solver, solution: Solution, good: Sequence[Solution], steady: SteadyResult, point: SteadyPoint, tuned: Cell
) -> list[str]:
    scaling = solver.unknowns.scaling
    notes = [f"{path} is 0: the balances hold only without it." for path in scaling if solution.values[path] == 0]
    far = distance(tuned, point)
    if far <= KEPT:
        notes.append(f"The steady state of the tuned cell is the described composition, within {far:.0e} of each concentration.")
    else:
        notes.append(
            f"The steady state of the tuned cell is within {far:.1g} of the described concentrations "
            f"(the rest is {_rest(solver)})."
        )
    if not point.stable:
        notes.append("The tuned steady state is not stable: a small deviation grows.")
    if point is not steady.point:
        elsewhere = ", ".join(f"{to_unit(V, 'mV'):.4g} mV" for V in steady.point.V_m.values())
        notes.append(f"The tuned cell has another steady state, and from its description it goes there: V = {elsewhere}.")
    if len(good) > 1:
        listed = ", ".join(" and ".join(f"{to_unit(V, 'mV'):.4g}" for V in s.V_m.values()) + " mV" for s in good)
        notes.append(f"{len(good)} potentials allow a balance: {listed}; the one nearest to rest was taken.")
    return notes


def _rest(solver: Solver) -> str:
    """What no free number took up."""
    flowing = {*solver.balances.whole.states.places(VOLUME), *solver.balances.whole.instantaneous}
    unmet = ["the charge on the membrane"] if set(solver.balances.whole.spaces) - set(solver.balances.charges) else []
    unmet += ["the difference of osmolarities"] if flowing - set(solver.balances.waters) else []
    return " and ".join(unmet) or "rounding"


def _certificate(solver: Solver, solution: Solution, steady: SteadyResult, far: float) -> Certificate:
    residuals: dict[str, dict[str, float]] = {}
    for (kind, place), left in solution.left.items():
        residuals.setdefault(kind, {})[place] = abs(left)
    residuals |= {f"steady.{k}": v for k, v in steady.certificate.residuals.items()}
    search = {"range_mV": [to_unit(v, "mV") for v in RANGE]} if solver.potentials.free == 1 else {"from": STARTS}
    certified = steady.certificate.converged and solution.error <= BALANCED and far <= NEAR
    return Certificate(certified, residuals, METHOD, search, steady.certificate.charge_error, steady.certificate.mass_error)


def _replaced(cell: Cell, texts: Mapping[str, str]) -> Cell:
    try:
        return cell.replace(texts)
    except InputError as error:
        raise NoAnswerError(words.not_described(texts, error.problems[0].message)) from None


def _steady(tuned: Cell, texts: Mapping[str, str]) -> SteadyResult:
    try:
        return first_steady_state(tuned)
    except NoAnswerError as error:
        raise NoAnswerError(words.does_not_stay(texts, error.problems[0].message)) from None


def distance(cell: Cell, point: SteadyPoint) -> float:
    """The largest part by which a concentration (or a volume) of a state differs from what is described."""
    concentrations = [
        abs(c - cell.compartments[space].ions[ion].si) / max(c, 1e-300)
        for space, ions in point.inside.items()
        for ion, c in ions.items()
    ]
    volumes = [
        abs(w - described.si) / w
        for space, w in point.volume.items()
        if known(w) and (described := cell.compartments[space].volume) is not None
    ]
    return max([*concentrations, *volumes], default=0.0)
