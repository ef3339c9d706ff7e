"""The balances of a described composition: fluxes and currents, linear in the numbers that scale a mechanism; charge; water."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...constants import R
from ...description.cell import Cell, Membrane
from ...errors import InputError, NoAnswerError
from ...mechanisms.kind import Flows
from ...system import water
from ...system.cell import CellSystem
from ...system.states import AMOUNT, CHARGE, VOLUME
from ..steady.certificate import charge_scale, one_way, water_scale
from ..steady.solver import SteadyProblem
from ..steady.steady_state import SteadySolver
from . import words
from .unknowns import Unknowns

WATER = 1e-3
"""Part by which osmolarities may differ before water makes the described volume no steady one."""
MOVED = 1e-9
"""Part of a balance below which a number does not move it."""


class Balances:
    """What must vanish for the described composition to stay.

    Attributes:
        rows: (kind, place) of each balance: net fluxes into amounts, net currents into nodes that are no cells, then the charge of
            compartments and the water of volumes, where a free number moves them
        rates: how many of them are fluxes or currents
    """

    def __init__(self, cell: Cell, unknowns: Unknowns) -> None:
        self.cell, self.unknowns = cell, unknowns
        self.solver = SteadySolver(cell)
        self.whole, self.finder = self.solver.whole, self.solver.at()
        every = CellSystem(_with_all_paths(cell, unknowns))
        dependent = set(SteadyProblem(every).at(every.numbers).dependent)
        self.amounts = [key for key in self.whole.states.keys(AMOUNT) if self.whole.states.index[key] not in dependent]
        self.currents = [key for key in self.whole.states.keys(CHARGE) if key.place not in self.whole.charged]
        self.charges = [name for name in self.whole.spaces if unknowns.moves_charge(name)]
        self.waters = self._moved_waters()

    @property
    def rows(self) -> list[tuple[str, str]]:
        fluxes = [("net_flux_fraction", f"{key.place}.{key.name}") for key in self.amounts]
        currents = [("net_current_fraction", key.place) for key in self.currents]
        charges = [("charge_fraction_of_70_mV", name) for name in self.charges]
        return [*fluxes, *currents, *charges, *(("net_water_fraction", name) for name in self.waters)]

    @property
    def rates(self) -> int:
        return len(self.amounts) + len(self.currents)

    # -- fluxes and currents --------------------------------------------------------------------------------------

    def _flows(self, V_m: Mapping[str, Any], numbers: Mapping[str, Any], values: Mapping[str, float]) -> tuple[Any, list[Flows]]:
        """Flows of the membranes, and those of the exchanges."""
        state = {**numbers, **dict.fromkeys(self.unknowns.scaling, 0.0), **values}
        return self.whole.flows(V_m, state), self.whole.exchanged(state)

    def net(self, V_m: Mapping[str, Any], numbers: Mapping[str, Any], values: Mapping[str, float]) -> np.ndarray:
        """Net flux into each amount [mol/s], then net current into each node that is no cell [A]; scaling numbers are 0 unless given."""
        flows, exchanged = self._flows(V_m, numbers, values)
        fluxes = self.whole.incidence.net(flows, exchanged)
        currents = self.whole.incidence.currents(flows, self.whole.nodes)
        shape = np.broadcast_shapes(*(np.shape(V) for V in V_m.values()))
        found = [
            *(fluxes.get((key.place, key.name), 0.0) for key in self.amounts),
            *(currents[key.place] for key in self.currents),
        ]
        return np.array([np.broadcast_to(f, shape) for f in found])

    def linear(self, V_m: Mapping[str, Any], numbers: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
        """(G, f) with net = f + G values; a further axis where potentials are arrays."""
        f = self.net(V_m, numbers, {})
        columns = []
        for path in self.unknowns.scaling:
            size = self.unknowns.described(path) or 1.0
            columns.append((self.net(V_m, numbers, {path: size}) - f) / size)
        return (np.stack(columns, axis=1) if columns else np.zeros((f.shape[0], 0, *f.shape[1:]))), f

    def gross(self, V_m: Mapping[str, Any], numbers: Mapping[str, Any]) -> np.ndarray:
        """Sizes of the fluxes and currents of each balance that do not scale with a free number, added up."""
        flows, exchanged = self._flows(V_m, numbers, {})
        still = np.zeros(np.broadcast_shapes(*(np.shape(V) for V in V_m.values())))
        passed = self.whole.incidence.gross(flows, exchanged)
        fluxes = [still + passed.get((key.place, key.name), 0.0) for key in self.amounts]
        return np.array([*fluxes, *(still + self._carried(key.place, flows) for key in self.currents)])

    def _around(self, space: str, flows: Any) -> list[Flows]:
        """Flows through the membranes of a compartment."""
        ends = {name: (m.inner, m.outer) for name, m in self.cell.membranes.items()}
        return [one for name, group in flows.items() if space in ends[name] for one in group.values()]

    def _carried(self, node: str, flows: Any) -> Any:
        return sum((np.abs(one.current(self.cell.valences)) for one in self._around(node, flows)), 0.0)

    def one_way(self, numbers: Mapping[str, float], values: Mapping[str, float]) -> np.ndarray:
        """One-way fluxes [mol/s], the scale where every flux of an ion vanishes by itself; scaling numbers are 0 unless given."""
        there = {**numbers, **dict.fromkeys(self.unknowns.scaling, 0.0), **values}
        fluxes = [one_way(self.whole, there, key.place, key.name) for key in self.amounts]
        return np.abs([*fluxes, *(0.0 for _ in self.currents)])

    # -- charge and water -----------------------------------------------------------------------------------------

    def closures(self, V_m: Mapping[str, float], numbers: Mapping[str, float]) -> np.ndarray:
        """Charge of each compartment over that at 70 mV, and net water of each volume over what its osmolarity would draw."""
        return np.array([*(self._charge(name, V_m, numbers) for name in self.charges), *self._waters(numbers, self.waters)])

    def _charge(self, name: str, V_m: Mapping[str, float], numbers: Mapping[str, float]) -> float:
        x = list(self.whole.states.initial(numbers))
        missing = self.whole.net_charge(name, x, numbers) - self.whole.membrane_charge(name, V_m, numbers)
        return float(missing) / charge_scale(self.whole, name, x, numbers)

    def _waters(self, numbers: Mapping[str, float], names: Sequence[str]) -> list[float]:
        flowing = self.whole.net_waters(numbers)
        found = []
        for name in names:
            if name in flowing:
                found.append(float(flowing[name]) / water_scale(self.whole, name, numbers))
            else:
                outer = self.whole.instantaneous[name].outer
                inside, outside = (float(water.osmolarity(self.cell, end, numbers)) for end in (name, outer))
                found.append((outside - inside) / max(inside, outside))
        return found

    def _moved_waters(self) -> list[str]:
        """Volumes that may change and whose water a free number moves."""
        names = [*self.whole.states.places(VOLUME), *self.whole.instantaneous]
        start = self.unknowns.start()
        moved = np.zeros(len(names))
        for k in range(len(start) if names else 0):
            away = np.zeros(len(start))
            away[k] = 1e-3 * (abs(start[k]) or 1.0)
            sides = [self._waters_at(start + away, names), self._waters_at(start - away, names)]
            described = self._waters_at(start, names)
            changes = [np.abs(side - described) for side in sides if side is not None and described is not None]
            moved = np.max([moved, *changes], axis=0)
        return [name for name, change in zip(names, moved, strict=True) if change > MOVED]

    def _waters_at(self, others: np.ndarray, names: Sequence[str]) -> np.ndarray | None:
        """Water of volumes at values of the other free numbers; None where a description does not take them."""
        try:
            return np.array(self._waters(self.unknowns.numbers(others), names))
        except InputError:
            return None

    def check_water(self) -> None:
        """A volume that no free number keeps stays only if osmolarities (and a wall's pressure) balance as described.

        Raises:
            NoAnswerError: water flows, whatever the free numbers are.
        """
        numbers = self.whole.numbers
        for name, membrane in self.cell.membranes.items():
            if membrane.water.rule == "none" or {membrane.inner, membrane.outer} & set(self.waters):
                continue
            if membrane.water.target is not None:
                self._check_relaxed(name, membrane)
                continue
            inner, outer = (float(water.osmolarity(self.cell, end, numbers)) for end in (membrane.inner, membrane.outer))
            wall = float(water.pressure(name, membrane, numbers)) / (R * numbers["temperature"])
            if abs(inner - outer - wall) > WATER * max(inner, outer):
                raise NoAnswerError(words.water_flows(name, (membrane.inner, membrane.outer), (inner, outer), wall))

    def _check_relaxed(self, name: str, membrane: Membrane) -> None:
        numbers, inner = self.whole.numbers, membrane.inner
        asked, described = float(water.target(self.cell, name, membrane, numbers)), numbers[f"{inner}.described_volume"]
        if abs(asked - described) > WATER * described:
            raise NoAnswerError(words.volume_relaxes(name, inner, asked, described))


def _with_all_paths(cell: Cell, unknowns: Unknowns) -> Cell:
    """The cell with every free mechanism on: one that is described as off, but free, moves its ions."""
    off = {path: unknowns.text(path, 1e-9) for path in unknowns.scaling if unknowns.described(path) == 0}
    return cell.replace(off) if off else cell
