"""What is seen along a time course: potentials, concentrations, fluxes, ATP, evaluated from the laws with whole arrays."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...description.cell import BATH
from ...laws.nernst import nernst_potential
from ...system.cell import CellSystem
from ...system.clamps import Motion
from ...system.states import AMOUNT, GATE, OWN, VOLUME, Key
from ...system.water import osmolarity, whole_volume
from ..state.osmosis import pressures
from ..state.protons import bound_of, motive_force, pH_of
from ..state.snapshot import gates_at, states_at
from .points import Moving, Points, full, rates_of, together

VOLTAGE_LEFT_OUT, PART_LEFT_OUT = 1e-4, 1e-3
"""What a straight line between two rows may leave out: of a potential [V], and of the largest value of a concentration, volume or gate."""


@dataclass
class Seen:
    """Arrays over time; see `SimulationResult`."""

    time: np.ndarray
    V: dict[str, np.ndarray]
    potential: dict[str, np.ndarray]
    c: dict[str, dict[str, np.ndarray]]
    volume: dict[str, np.ndarray]
    water: dict[str, np.ndarray]
    osmolarity: dict[str, np.ndarray]
    pressure: dict[str, np.ndarray]
    bound: dict[str, dict[str, np.ndarray]]
    pH: dict[str, np.ndarray]
    motive: dict[str, np.ndarray]
    E: dict[str, dict[str, np.ndarray]]
    current: dict[str, dict[str, np.ndarray]]
    flux: dict[str, dict[str, dict[str, np.ndarray]]]
    exchanges: dict[str, dict[str, dict[str, np.ndarray]]]
    atp: np.ndarray
    gates: dict[str, dict[str, dict[str, np.ndarray]]]
    states: dict[str, np.ndarray]
    electrode: dict[str, np.ndarray]
    electrode_density: dict[str, np.ndarray]


def kind(whole: CellSystem) -> Callable[[Points], Hashable]:
    """Points that can be observed at once: the same rates, and the same ions absent from baths, where some quantities do not exist."""
    listed = [f"{name}.{ion}" for name, space in whole.cell.compartments.items() for ion in space.ions]

    def of(points: Points) -> Hashable:
        return rates_of(points), tuple(path for path in listed if _is_zero(points.numbers[path]))

    return of


def _is_zero(value: Any) -> bool:
    """Whether a number is zero somewhere; most are one float."""
    return value == 0 if isinstance(value, float) else bool(np.any(value == 0))


def observe(whole: CellSystem, points: Moving, electrodes: Iterable[str] = ()) -> dict[str, Any]:
    """Everything that a result shows of points, in arrays by the names of `Seen`; `electrodes` are the compartments that have one."""
    m, shape = points.motion, points.time.shape
    atp = sum((one.atp for group in m.flows.values() for one in group.values() if one.atp is not None), np.zeros(shape))
    seen = {
        "V": m.V,
        "potential": {**whole.circuit.fixed_potentials(points.numbers), **m.potentials},
        **_of_spaces(whole, m.state),
        "bound": bound_of(whole.cell, m.state),
        "pH": pH_of(whole.cell, m.state),
        "motive": motive_force(whole.cell, m.V, m.state),
        "E": {name: _nernst(whole, name, m.state) for name in whole.cell.membranes},
        "current": {name: {word: one.current(whole.cell.valences) for word, one in g.items()} for name, g in m.flows.items()},
        "flux": {name: {word: one.fluxes for word, one in group.items()} for name, group in m.flows.items()},
        "exchanges": _exchanges(whole, m),
        "atp": atp,
        "gates": gates_at(whole.circuit, m.V, m.state),
        "states": states_at(whole.circuit, m.V, m.state),
        **_of_electrodes(whole, m, electrodes),
    }
    return {name: _at_every(values, shape) for name, values in seen.items()}


def contents(whole: CellSystem, x: Sequence[Any], numbers: Mapping[str, Any]) -> tuple[dict[Any, Any], ...]:
    """Potentials of membranes, concentrations by compartment and ion, and volumes, at a full state of floats, arrays or symbols."""
    state = whole.at(x, numbers)
    spaces = [space for space in whole.cell.compartments.values() if space.role != BATH]
    waters = {space.name: state[f"{space.name}.volume"] for space in spaces if f"{space.name}.volume" in state}
    return (
        whole.membrane_potentials(whole.potentials(x, state), state),
        {(space.name, ion): state[f"{space.name}.{ion}"] for space in spaces for ion in space.ions},
        {name: whole_volume(name, w, state) for name, w in waters.items()},
    )


def _of_spaces(whole: CellSystem, state: Mapping[str, Any]) -> dict[str, Any]:
    """What compartments hold: concentrations, volumes, water, osmolarities, and what walls bear."""
    spaces = [name for name, space in whole.cell.compartments.items() if space.role != "bath"]
    waters = {name: state[f"{name}.volume"] for name in spaces if f"{name}.volume" in state}
    return {
        "c": {name: {ion: state[f"{name}.{ion}"] for ion in whole.cell.compartments[name].ions} for name in spaces},
        "volume": {name: whole_volume(name, w, state) for name, w in waters.items()},
        "water": waters,
        "osmolarity": {name: osmolarity(whole.cell, name, state) for name in whole.cell.compartments},
        "pressure": pressures(whole.cell, state),
    }


def _of_electrodes(whole: CellSystem, m: Motion, electrodes: Iterable[str]) -> dict[str, Any]:
    """Currents of electrodes, and per area where one membrane surrounds their compartment."""
    currents = {name: m.injected.get(name, 0.0) for name in electrodes}
    areas = {name: _area(whole, name, m.state) for name in currents}
    densities = {name: current / areas[name] for name, current in currents.items() if areas[name] is not None}
    return {"electrode": currents, "electrode_density": densities}


def _area(whole: CellSystem, space: str, state: Mapping[str, Any]) -> Any:
    """The area of the one membrane around a compartment; None where there are several, or none is known."""
    around = whole.cell.around(space)
    return state.get(f"{around[0].name}.area") if len(around) == 1 else None


class Drawn:
    """What a straight line from row to row may leave out of potentials, concentrations, volumes and gates: points in these sizes."""

    def __init__(self, whole: CellSystem) -> None:
        self.whole, self.largest = whole, np.zeros(1)

    def meet(self, pieces: Sequence[Points]) -> None:
        """Points that follow those met before: the largest values so far are those of which a part may be left out."""
        groups, _ = together(list(pieces), rates_of)
        largest = np.max([np.abs(self._contents(*self._state(group))).max(axis=0, initial=0.0) for group in groups], axis=0)
        self.largest = np.maximum(self.largest, largest)

    @property
    def sizes(self) -> np.ndarray:
        """What may be left out of each content."""
        return np.where(self.largest > 0, PART_LEFT_OUT * self.largest, 1.0)

    def __call__(self, points: Points) -> np.ndarray:
        x, state = self._state(points)
        V = self.whole.membrane_potentials(self.whole.potentials(x, state), state)
        potentials = np.array([full(v, points.time.shape) for v in V.values()]).T / VOLTAGE_LEFT_OUT
        return np.nan_to_num(np.hstack([potentials, self._contents(x, state) / self.sizes]))

    def _state(self, points: Points) -> tuple[list[Any], dict[str, Any]]:
        x = points.dynamics.full(points.z, points.numbers)
        return x, self.whole.at(x, points.numbers)

    def _contents(self, x: Sequence[Any], state: Mapping[str, Any]) -> np.ndarray:
        """Concentrations, volumes and gates that are states (points, quantities)."""
        keys = self.whole.states.rows
        values = [_quantity(one.key, state) for one in keys if one.key.kind in (AMOUNT, VOLUME, OWN, GATE)]
        shape = np.shape(x[0])
        return np.array([full(value, shape) for value in values]).reshape(len(values), *shape).T


def _quantity(key: Key, state: Mapping[str, Any]) -> Any:
    return state[f"{key.place}.volume" if key.kind == VOLUME else f"{key.place}.{key.name}"]


def _at_every(values: Any, shape: tuple[int, ...]) -> Any:
    """A value, or every value by its names, as an array over the points."""
    if isinstance(values, Mapping):
        return {name: _at_every(value, shape) for name, value in values.items()}
    return np.broadcast_to(np.asarray(values, dtype=float), shape).copy()


def _exchanges(whole: CellSystem, m: Motion) -> dict[str, dict[str, dict[str, Any]]]:
    found: dict[str, dict[str, dict[str, Any]]] = {}
    exchanged = m.exchanged
    if whole.equilibria.all:
        exchanged = whole.equilibria.true(whole.exchanges, m, whole.turning(m.rates, m.V, m.state))
    for exchange, one in zip(whole.exchanges, exchanged, strict=True):
        found.setdefault(exchange.space, {})[exchange.name] = one.fluxes
    return found


def _nernst(whole: CellSystem, name: str, state: Mapping[str, Any]) -> dict[str, Any]:
    """Nernst potentials of the charged ions that both sides hold at every point [V]."""
    c_in, c_out = whole.circuit.membranes[name].concentrations(state)
    valences = whole.cell.valences
    both = [ion for ion in c_in if valences[ion] and np.all(np.minimum(c_in[ion], c_out.get(ion, 0.0)) > 0)]
    return {ion: nernst_potential(valences[ion], c_in[ion], c_out[ion], state["temperature"]) for ion in both}
