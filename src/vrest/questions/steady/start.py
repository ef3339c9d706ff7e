"""Where steady states are sought from: the described cell at rest, its membranes charged, and a few other contents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...constants import F
from ...description.cell import BATH, CELL, Membrane
from ...description.derive import LARGEST_IMPLIED
from ...errors import NoAnswerError, Problem, VrestError
from ...mechanisms.kind import Flows
from ...system.circuit import Circuit
from ...system.states import AMOUNT, CHARGE, Key
from ..rest.blocks import DIVIDES, because
from ..rest.zero_current import RestSolver, choose
from ..state.balance import neutrality
from .solver import Posed

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
    return Resting([potentials_at(solver, e.V, numbers) for e in (chosen, *(e for e in found if e is not chosen))])


def potentials_at(solver: RestSolver, V: Mapping[str, float], numbers: Mapping[str, float]) -> dict[str, float]:
    """Potentials of the compartments at those of membranes [V]; what no current reaches is where its described charge puts it."""
    circuit, V = solver.circuit, dict(V)
    while True:
        known = circuit.potentials(V, numbers)
        edge = next((name for name in circuit.silent if _is_edge(solver.cell.membranes[name], known)), None)
        if edge is None:
            return known
        V[edge] = _by_charge(circuit, edge, known, numbers)


def _is_edge(membrane: Membrane, known: Mapping[str, float]) -> bool:
    """Whether the potential of one side of a membrane is known, and that of the other is not."""
    return len(known.keys() & {*membrane.ends}) == 1


def _by_charge(circuit: Circuit, name: str, known: Mapping[str, float], numbers: Mapping[str, float]) -> float:
    """The potential [V] that the described charge beyond a membrane puts on it and on the others that no current crosses there."""
    cell, edge = circuit.cell, circuit.cell.membranes[name]
    beyond = circuit.joined(edge.inner if edge.outer in known else edge.outer)
    charge = F * sum(c * numbers[f"{space}.volume"] for space, c in neutrality(cell, numbers).items() if space in beyond)
    edges = [one for one in circuit.silent if _is_edge(cell.membranes[one], known) and beyond & {*cell.membranes[one].ends}]
    held = sum(numbers.get(f"{one}.total_capacitance", 0.0) for one in edges)
    return charge / held if edge.outer in known else -charge / held


def must_have_rates(posed: Posed, potentials: Mapping[str, float]) -> None:
    """Every mechanism and exchange must have a rate where the cell is described.

    Raises:
        NoAnswerError: which has none.
    """
    with np.errstate(all="ignore"):
        flows, exchanged = _flows(posed, posed.initial, potentials)
        groups = [(f"{name}.{word}", one) for name, group in flows.items() for word, one in group.items()]
        groups += [(e.path[:-1], one) for e, one in zip(posed.whole.exchanges, exchanged, strict=True)]
        without = [_no_rate(place, _why(posed, potentials, place)) for place, one in groups if not _has_rate(one)]
    if without:
        raise NoAnswerError(*without)


def _why(posed: Posed, potentials: Mapping[str, float], place: str) -> str:
    """Why a mechanism, or an exchange, has no rate where the cell is described."""
    name, word = place.split(".")
    system = posed.whole.circuit.membranes.get(name)
    V, state = posed.whole.membrane_potentials(potentials, posed.numbers), posed.whole.at(list(posed.initial), posed.numbers)
    return DIVIDES if system is None else because(system, word, float(V[name]), state)


def _has_rate(flows: Flows) -> bool:
    return bool(np.all(np.isfinite([float(flux) for flux in flows.fluxes.values()])))


def _no_rate(place: str, why: str) -> Problem:
    return Problem(
        f"'{place}' has no finite rate at the described concentrations: {why}",
        path=place,
        expected="a rate that has a value there",
    )


def _flows(
    posed: Posed, x: Sequence[float] | np.ndarray, potentials: Mapping[str, float]
) -> tuple[dict[str, dict[str, Flows]], list[Flows]]:
    """What flows at a state and given potentials of the compartments [V]."""
    state = posed.whole.at(list(x), posed.numbers)
    V = posed.whole.membrane_potentials(potentials, posed.numbers)
    flows = posed.whole.flows(V, state)
    return flows, posed.whole.exchanged(flows, state)


# -- the charge of the membranes --------------------------------------------------------------------------------------


def charged(posed: Posed, potentials: Mapping[str, float]) -> tuple[np.ndarray, Shifts]:
    """The described contents with the charge of given potentials [V] on the membranes, and what was added for it.

    The missing charge is put on the ion of largest amount, the same one on both sides of a membrane where both list it: charge that
    crosses a membrane between two closed spaces then makes no salt.
    """
    whole, x = posed.whole, np.array(posed.initial)
    about = posed.problem.contents(posed.point(potentials, x), posed.numbers)
    state, V = whole.at(about, posed.numbers), whole.membrane_potentials(potentials, posed.numbers)
    missing = {
        node: (float(whole.membrane_charge(node, V, state)) - float(whole.net_charge(node, list(x), posed.numbers))) / F
        for node in carrying(posed)
    }
    shifts: Shifts = {}
    for node, ion in _carriers(posed, x, missing).items():
        shifts[node] = (ion, missing[node] / whole.cell.valences[ion])
        x[posed.states.index[Key(AMOUNT, node, ion)]] += shifts[node][1]
    return x, shifts


def not_neutral(posed: Posed) -> list[Problem]:
    """What compartments list that carry more charge than membranes hold at potentials that a cell bears."""
    state = posed.whole.at(list(posed.initial), posed.numbers)
    problems = []
    for node in carrying(posed):
        charge = float(posed.whole.net_charge(node, list(posed.initial), posed.numbers))
        capacitance = float(posed.whole.capacitance_around(node, state))
        if abs(charge) > LARGEST_IMPLIED * capacitance:
            concentration = charge / F / float(state[f"{node}.volume"])
            problems.append(_far_from_neutral(posed, node, concentration, charge / capacitance))
    return problems


def _far_from_neutral(posed: Posed, node: str, concentration: float, implied: float) -> Problem:
    has = "its impermeants do not balance it" if posed.whole.cell.compartments[node].impermeants else "it lists no impermeant"
    sign = "-1" if concentration > 0 else "+1"
    return Problem(
        f"the ions of '{node}' have a charge of {concentration:+.6g} mM and {has}; on the membrane it would be {implied:.3g} V",
        path=node,
        found=f"a charge of {concentration:+.6g} mM",
        expected=f"what balances it, such as impermeant: {{valence: {sign}, amount: neutral}}",
    )


def carrying(posed: Posed) -> list[str]:
    """Compartments whose contents carry the charge of membranes: nodes, and a closed space that is the reference."""
    spaces = posed.whole.cell.compartments
    return [name for name, one in spaces.items() if name in posed.whole.charged or (one.role == CELL and one.reference)]


def _carriers(posed: Posed, x: np.ndarray, missing: Mapping[str, float]) -> dict[str, str]:
    """The ion of each compartment that takes its missing charge [mol]: of largest amount, one for all where all hold it."""
    borne = {node: _borne(posed, node, x, charge) for node, charge in missing.items()}
    common = set.intersection(*(set(ions) for ions in borne.values())) if borne else set()
    if common:
        one = max(sorted(common), key=lambda ion: min(ions[ion] for ions in borne.values()))
        return dict.fromkeys(borne, one)
    return {node: max(sorted(ions), key=lambda ion: ions[ion]) for node, ions in borne.items() if ions}


def _borne(posed: Posed, node: str, x: np.ndarray, missing: float) -> dict[str, float]:
    """The ions of a compartment that can bear a missing charge [mol], with the charge that they hold [mol]."""
    found: dict[str, float] = {}
    for ion in posed.whole.stats.free_ions(node):
        z, amount = posed.whole.cell.valences[ion], float(posed.whole.amount(x, node, ion))
        if z and amount > 0 and amount + missing / z > BEARABLE * amount:
            found[ion] = abs(z) * amount
    return found


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
    return np.where(~posed.states.are(CHARGE), contents, posed.state(posed.point(potentials, contents)))
