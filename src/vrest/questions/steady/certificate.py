"""What a steady state is certified by: residuals from the laws with plain floats, each over a scale that its own terms set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ... import maths
from ...constants import F, R
from ...description.cell import Membrane
from ...laws.nernst import thermal_voltage
from ...mechanisms.kind import Flows, PassivePath
from ...system import water
from ...system.cell import CellSystem, Flowing
from ...system.flows import Fluxes, Place
from ...system.states import AMOUNT, CHARGE, OWN, Key
from .absent import changing
from .solver import Posed
from .stability import Spectrum

FLUX_LIMIT = 1e-9
CHARGE_LIMIT = 1e-9
TOTALS_LIMIT = 1e-10
LIMITS = {
    "net_flux_fraction": FLUX_LIMIT,
    "net_water_fraction": FLUX_LIMIT,
    "charge_fraction_of_70_mV": CHARGE_LIMIT,
    "conserved_total_fraction": TOTALS_LIMIT,
    "net_current_fraction": FLUX_LIMIT,
    "own_state_fraction": FLUX_LIMIT,
}
BOUND = 1e6
"""Times its described volume beyond which a state is no answer: what holds it is less than any concentration is known to."""

STEP = 1e-6
"""Part of its size by which a state is moved to see how its rate answers."""
Residuals = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Root:
    """A certified steady state: unknowns, state, eigenvalues, residuals."""

    y: np.ndarray
    x: np.ndarray
    spectrum: Spectrum
    residuals: Residuals

    @property
    def stable(self) -> bool | None:
        return self.spectrum.stable


def certified(posed: Posed, y: np.ndarray) -> Root | None:
    """The root with its residuals recomputed from the laws with plain floats; None where one of them is too large."""
    if not np.all(np.isfinite(y)) or out_of_bounds(posed, y):
        return None
    found = residuals(posed, y)
    if not all(value <= LIMITS[name] for name, group in found.items() for value in group.values()):
        return None
    x = posed.state(y)
    return Root(y, x, posed.problem.linearised.spectrum(x, posed.numbers, posed.L), found)


def volume_ratios(posed: Posed, y: np.ndarray) -> dict[str, float]:
    """Every volume that may change, over its described one."""
    volumes = posed.whole.volumes(list(posed.state(y)), posed.numbers)
    return {name: float(volumes[name]) / posed.numbers[f"{name}.described_volume"] for name in changing(posed.whole)}


def out_of_bounds(posed: Posed, y: np.ndarray) -> list[str]:
    """The compartments whose volume is so far from the described one that the state is no answer."""
    return [name for name, ratio in volume_ratios(posed, y).items() if not 1 / BOUND < ratio < BOUND]


def residuals(posed: Posed, y: np.ndarray) -> Residuals:
    """Net fluxes over gross ones, charge errors over the charge at 70 mV (or the rounding of the ions' charge), conserved totals."""
    whole, x, V = posed.whole, list(posed.state(y)), posed.voltages(y)
    state = whole.at(x, posed.numbers)
    m = whole.flowing(V, state)
    rates = whole.balances(m)
    unheld = [node for node in whole.nodes if node not in whole.charged]
    groups = {
        "net_flux_fraction": _flux_fractions(posed, V, m, rates),
        "net_water_fraction": _water_fractions(whole, state),
        "charge_fraction_of_70_mV": {node: _charge_error(whole, node, x, V, state) for node in whole.charged},
        "conserved_total_fraction": _total_errors(posed, np.array(x)),
        "net_current_fraction": {
            node: abs(float(rates[Key(CHARGE, node)])) / _current_scale(posed, node, V, m) for node in unheld
        },
        "own_state_fraction": {f"{key.place}.{key.name}": _way_left(posed, key, x, V, rates) for key in whole.states.keys(OWN)},
    }
    return {name: group for name, group in groups.items() if group}


def _way_left(posed: Posed, key: Key, x: list[float], V: Mapping[str, float], rates: Mapping[Key, Any]) -> float:
    """How far a state of one's own is from where its rate vanishes, over its size: its rate over what a small step of it changes."""
    whole, k = posed.whole, posed.states.index[key]
    size = max(abs(x[k]), float(posed.states.rows[k].size(posed.numbers)))
    moved = [value + STEP * size * (j == k) for j, value in enumerate(x)]
    beside = whole.rates(whole.flowing(V, whole.at(moved, posed.numbers)))[key]
    change, rate = abs(float(beside) - float(rates[key])), abs(float(rates[key]))
    return STEP * rate / change if change else float(rate > 0)


def _flux_fractions(posed: Posed, V: Mapping[str, float], m: Flowing, rates: Mapping[Key, Any]) -> dict[str, float]:
    """Net flux of each amount that follows from no conserved total, over its scale."""
    whole = posed.whole
    gross = whole.stats.gross(whole.incidence.gross(m.flows, m.exchanged))
    answers = whole.stats.gross(_answers(whole, V, m.state, m.flows))
    dependent = [whole.states.rows[k].key for k in posed.dependent]
    free = [key for key in whole.states.keys(AMOUNT) if key not in dependent]
    scales = {
        key: sum(n * _flux_scale(whole, place, m, gross, answers) for place, n in whole.equilibria.parts(key.place, key.name))
        for key in free
    }
    return {f"{key.place}.{key.name}": abs(float(rates[key])) / float(scale) for key, scale in scales.items() if scale > 0}


def _total_errors(posed: Posed, x: np.ndarray) -> dict[str, float]:
    sizes = np.maximum(np.abs(x), [0.0 if row.scale is None else row.size(posed.numbers) for row in posed.states.rows])
    return {
        str(k): abs(float(row @ (x - posed.initial))) / max(float(np.abs(row) @ sizes), 1e-300) for k, row in enumerate(posed.L)
    }


def _charge_error(whole: CellSystem, node: str, x: list[float], V: Mapping[str, float], state: Mapping[str, float]) -> float:
    error = abs(float(whole.net_charge(node, x, state) - whole.membrane_charge(node, V, state)))
    return error / float(charge_scale(whole, node, x, state))


def charge_scale(whole: CellSystem, node: str, x: Sequence[Any], state: Mapping[str, Any]) -> Any:
    """Charge of the node's membranes at 70 mV, or what 100 units of rounding of its ions' charge are worth, if that is more [C]."""
    rounding = 100 * float(np.finfo(float).eps) * carried_charge(whole, node, x)
    return maths.maximum(0.07 * whole.capacitance_around(node, state), rounding / CHARGE_LIMIT)


def carried_charge(whole: CellSystem, node: str, x: Sequence[Any]) -> Any:
    """Charge of all ions of a compartment without their signs [C]."""
    valences, ions = whole.cell.valences, whole.cell.compartments[node].ions
    return F * sum(abs(valences[ion]) * whole.amount(x, node, ion) for ion in ions)


def _water_fractions(whole: CellSystem, state: Mapping[str, float]) -> dict[str, float]:
    """Net water into each volume over the water that its osmolarity alone would draw."""
    return {name: abs(float(net)) / (water_scale(whole, name, state) or 1.0) for name, net in whole.net_waters(state).items()}


def water_scale(whole: CellSystem, space: str, state: Mapping[str, Any]) -> Any:
    """Water that the osmolarity of a volume alone would draw through its membranes [m^3/s]."""
    around = whole.cell.around(space)
    return sum((maths.absolute(water.flow_at(whole.cell, m.name, m, state, space)) for m in around), 0.0)


# -- scales of fluxes and currents ------------------------------------------------------------------------------------


def _flux_scale(
    whole: CellSystem, place: Place, m: Flowing, gross: Mapping[Place, float], answers: Mapping[Place, float]
) -> float:
    """What the net flux of an amount is measured by [mol/s]: all fluxes added up; where they vanish by themselves (equilibrium), one-way
    fluxes, and how far they would move."""
    return max(float(gross.get(place, 0.0)), one_way(whole, m.state, *place), answers[place])


def _answers(whole: CellSystem, V: Mapping[str, float], state: Mapping[str, float], flows: Fluxes) -> dict[Place, float]:
    """How far the flux of each amount by other ways than ATP's would move if its concentration doubled, or V moved by RT/F [mol/s].

    The scale where only carriers, formulas or fixed reversal potentials move an ion: all its fluxes vanish at equilibrium. A rate that
    knows neither the ion nor V is measured by the concentration that it knows best.
    A membrane is asked once, for a potential that moved and for each ion beside it that doubled.
    """
    answers = {(key.place, key.name): 0.0 for key in whole.states.keys(AMOUNT)}
    for name, membrane in whole.cell.membranes.items():
        places = [place for place in answers if place[0] in membrane.ends]
        moved = _moved(whole, name, V[name], state, places)
        ways = [word for word, m in membrane.mechanisms.items() if m.thermodynamic or not m.pump]
        for k, (space, ion) in enumerate(places):
            changes = [_change(moved[word], flows[name][word], ion, len(places) + 1) for word in ways]
            answers[space, ion] += sum(float(max(change[k], change[-1]) or change.max()) for change in changes)
    return answers


def _moved(whole: CellSystem, name: str, V: float, state: Mapping[str, float], places: Sequence[Place]) -> dict[str, Flows]:
    """Flows through a membrane where each of some concentrations in turn is doubled, and last where V is moved by RT/F."""
    cases = np.eye(len(places) + 1)
    paths = [f"{space}.{ion}" for space, ion in places]
    doubled = {path: state[path] * (1.0 + case) for path, case in zip(paths, cases, strict=False)}
    return whole.circuit.membranes[name].flows(V + R * state["temperature"] / F * cases[-1], {**state, **doubled})


def _change(moved: Flows, flows: Flows, ion: str, cases: int) -> np.ndarray:
    """How far the flux of an ion moved in each case; not at all where none flows."""
    return np.abs(moved.fluxes.get(ion, 0.0) - flows.fluxes.get(ion, 0.0)) * np.ones(cases)


def _current_scale(posed: Posed, node: str, V: Mapping[str, float], m: Flowing) -> float:
    """What the ions through the membranes of a node carry, regardless of sign; one-way currents where they are more, or where a formula's
    parts cancel within it, what RT/F would drive through each way [A]."""
    whole, carried, moved = posed.whole, 0.0, 0.0
    for membrane in whole.cell.around(node):
        beside = _moved(whole, membrane.name, V[membrane.name], m.state, ())
        for word, one in m.flows[membrane.name].items():
            carried += _carried(whole, one)
            moved += _carried(whole, beside[word], one)
    return max(carried, moved, _one_way_current(whole, m.state, node)) or 1.0


def _carried(whole: CellSystem, flows: Flows, less: Flows | None = None) -> float:
    """What the ions of one way carry, regardless of sign, or how far that is from another flow through it [A]."""
    other, valences = less or Flows({}), whole.cell.valences
    ions = sum(
        abs(valences[ion]) * float(np.sum(np.abs(flux - other.fluxes.get(ion, 0.0)))) for ion, flux in flows.fluxes.items()
    )
    return F * ions + float(np.sum(np.abs(flows.unattributed - other.unattributed)))


def one_way(whole: CellSystem, numbers: Mapping[str, Any], space: str, ion: str) -> Any:
    """A one-way flux of an ion through paths and by exchanges of a compartment at given numbers [mol/s]."""
    exchanged = sum(
        abs(exchange.mechanism.species[ion]) * exchange.one_way(numbers)
        for exchange in whole.exchanges
        if space in (exchange.space, exchange.place) and ion in exchange.mechanism.species
    )
    paths = ((path, membrane) for path, membrane in _paths_around(whole, numbers, space) if path.ion == ion)
    return sum((_one_way_flux(path, membrane, whole.cell.valences, numbers) for path, membrane in paths), exchanged)


def _one_way_current(whole: CellSystem, numbers: Mapping[str, Any], space: str) -> Any:
    """One-way current through the constant-field and ohmic paths around a compartment at given numbers [A]; through an ohmic path what
    RT/F would drive."""
    total: Any = 0.0
    for path, membrane in _paths_around(whole, numbers, space):
        if path.conductance is not None:
            total = total + path.conductance * thermal_voltage(numbers["temperature"])
        elif path.ion is not None:
            z = abs(whole.cell.valences[path.ion])
            total = total + F * z * _one_way_flux(path, membrane, whole.cell.valences, numbers)
    return total


def _paths_around(whole: CellSystem, numbers: Mapping[str, Any], space: str) -> Iterator[tuple[PassivePath, Membrane]]:
    for membrane in whole.cell.around(space):
        for path in whole.circuit.membranes[membrane.name].passive_paths(0.0, numbers):
            yield path, membrane


def _one_way_flux(path: PassivePath, membrane: Membrane, valences: Mapping[str, float], numbers: Mapping[str, Any]) -> Any:
    """A one-way flux through the path of one ion [mol/s]."""
    if path.ion is None:
        return 0.0
    if path.permeability is not None:
        return path.permeability * maths.maximum(*(numbers.get(f"{end}.{path.ion}", 0.0) for end in membrane.ends))
    if path.conductance is None:
        return 0.0
    return path.conductance * thermal_voltage(numbers["temperature"]) / (F * abs(valences[path.ion]))
