"""Where steady states are sought from: the described cell at rest, its membranes charged, and a few other contents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...constants import F
from ...description.cell import BATH, CELL
from ...errors import NoAnswerError, Problem, VrestError
from ...mechanisms.kind import Flows
from ...system.flows import Place
from ...system.states import AMOUNT, Key
from ..rest.zero_current import RestSolver, choose
from .solver import Posed

STEP = 1e-5
"""Volts by which a potential is moved to see which ion answers most."""
BEARABLE = 0.01
"""Part of an amount that must be left of the ion that carries the charge of the membranes."""
EXCHANGED = {"K": "Na", "Na": "K"}

Shifts = dict[str, tuple[str, float]]
"""For each compartment the ion that carries the charge of its membranes, and how much was added [mol]."""


@dataclass(frozen=True)
class Resting:
    """Potentials of the compartments at rest [V], the chosen root first; zero where no rest exists, and `why_none` then."""

    potentials: list[dict[str, float]]
    why_none: str | None = None


def resting(solver: RestSolver, numbers: Mapping[str, float]) -> Resting:
    """The roots of rest at given numbers."""
    try:
        found, _ = solver.solve(numbers)
    except VrestError as error:
        return Resting([dict.fromkeys(solver.cell.compartments, 0.0)], str(error).splitlines()[0])
    chosen = choose(found)
    return Resting([solver.circuit.potentials(e.V, numbers) for e in (chosen, *(e for e in found if e is not chosen))])


def must_have_rates(posed: Posed, potentials: Mapping[str, float]) -> None:
    """Every mechanism and exchange must have a rate where the cell is described.

    Raises:
        NoAnswerError: which has none.
    """
    with np.errstate(all="ignore"):
        flows, exchanged = _flows(posed, posed.initial, potentials)
        groups = [(f"{name}.{word}", one) for name, group in flows.items() for word, one in group.items()]
        groups += [(e.path[:-1], one) for e, one in zip(posed.whole.exchanges, exchanged, strict=True)]
    without = [place for place, one in groups if not np.all(np.isfinite([float(flux) for flux in one.fluxes.values()]))]
    if without:
        raise NoAnswerError(*(_no_rate(place) for place in without))


def _no_rate(place: str) -> Problem:
    return Problem(
        f"'{place}' has no finite rate at the described concentrations: a formula divides by zero or overflows",
        path=place,
        expected="a rate that has a value there",
    )


def _flows(
    posed: Posed, x: Sequence[float] | np.ndarray, potentials: Mapping[str, float]
) -> tuple[dict[str, dict[str, Flows]], list[Flows]]:
    """What flows at a state and given potentials of the compartments [V]."""
    state = posed.whole.at(list(x), posed.numbers)
    V = posed.whole.membrane_potentials(potentials, posed.numbers)
    return posed.whole.flows(V, state), posed.whole.exchanged(state)


# -- the charge of the membranes --------------------------------------------------------------------------------------


def charged(posed: Posed, potentials: Mapping[str, float]) -> tuple[np.ndarray, Shifts]:
    """The described contents with the charge of given potentials [V] on the membranes, and what was added for it.

    The missing charge is put on the permeant monovalent ion of largest conductance.
    """
    whole, x = posed.whole, np.array(posed.initial)
    about = posed.problem.contents(posed.point(potentials, x))
    state, V = whole.at(about, posed.numbers), whole.membrane_potentials(potentials, posed.numbers)
    fluxes = whole.incidence.net(*_flows(posed, about, potentials))
    shifts: Shifts = {}
    for node in _carrying(posed):
        missing = float(whole.membrane_charge(node, V, state) - whole.net_charge(node, list(x), posed.numbers)) / F
        moved = whole.incidence.net(*_flows(posed, about, {**potentials, node: potentials[node] + STEP}))
        ion = _carrier(posed, node, {place: moved[place] - fluxes[place] for place in moved}, x, missing)
        if ion is not None:
            z = whole.cell.valences[ion]
            x[posed.states.index[Key(AMOUNT, node, ion)]] += missing / z
            shifts[node] = (ion, missing / z)
    return x, shifts


def _carrying(posed: Posed) -> list[str]:
    """Compartments whose contents carry the charge of membranes: nodes, and a closed space that is the reference."""
    spaces = posed.whole.cell.compartments
    return [name for name, one in spaces.items() if name in posed.whole.charged or (one.role == CELL and one.reference)]


def _carrier(posed: Posed, node: str, answers: Mapping[Place, float], x: np.ndarray, missing: float) -> str | None:
    """The monovalent ion of a compartment whose flux answers most to its potential, of those that can bear the charge."""
    found: list[tuple[bool, float, str]] = []
    for ion in posed.whole.cell.compartments[node].ions:
        z, amount = posed.whole.cell.valences[ion], float(posed.whole.amount(x, node, ion))
        conductance = abs(float(answers.get((node, ion), 0.0)))
        if abs(z) == 1 and amount > 0 and conductance > 0:
            found.append((amount + missing / z > BEARABLE * amount, conductance, ion))
    return max(found)[2] if found else None


# -- other starts -----------------------------------------------------------------------------------------------------


def other_starts(posed: Posed, rest: Resting) -> list[np.ndarray]:
    """Every root of rest with the described contents, with those of equal concentrations on both sides, with K and Na exchanged."""
    contents = [posed.initial, _with(posed, _as_outside), _with(posed, _exchanged)]
    return [posed.point(V, x) for V in rest.potentials for x in contents]


def _with(posed: Posed, amount) -> np.ndarray:
    x = np.array(posed.initial)
    for key in posed.states.keys(AMOUNT):
        x[posed.states.index[key]] = amount(posed, key)
    return x


def _as_outside(posed: Posed, key: Key) -> float:
    """The amount at the concentration of the first bath that holds some."""
    for name, space in posed.whole.cell.compartments.items():
        if space.role == BATH and posed.numbers.get(f"{name}.{key.name}", 0.0) > 0:
            return posed.numbers[f"{name}.{key.name}"] * posed.numbers[f"{key.place}.volume"]
    return float(posed.whole.amount(posed.initial, key.place, key.name))


def _exchanged(posed: Posed, key: Key) -> float:
    """The amount of the other one of K and Na."""
    other = EXCHANGED.get(key.name, key.name)
    listed = other in posed.whole.cell.compartments[key.place].ions
    return float(posed.whole.amount(posed.initial, key.place, other if listed else key.name))


def start_state(posed: Posed, potentials: Mapping[str, float], contents: np.ndarray) -> np.ndarray:
    """The state at given potentials of the compartments [V] and contents: these to the digit, and what potentials decide."""
    return np.where(posed.states.positive, contents, posed.state(posed.point(potentials, contents)))
