"""States whose derivatives are wanted: their unknowns, what vanishes there and what is told of them, at floats or symbols."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from ...description.cell import Cell
from ...description.derive import Derivation
from ...mechanisms.parameter import ACTIVE
from ...system import water
from ...system.circuit import Circuit, Extent
from ..rest.zero_current import RestSolver, choose
from ..steady.steady_state import SteadySolver, concentrations

Told = dict[tuple[str, tuple[str, ...]], Any]
"""Quantities [SI] by their output and the names that lead to them."""
WATER = ("L_p", "P_f")
"""Numbers that scale the water through a membrane."""


class State(Protocol):
    """A state of a cell.

    Attributes:
        x:         its unknowns
        numbers:   all numbers of the cell [SI]; derivation: how they follow from the written ones
        ways:      {mechanism: the number that scales all that it moves}
        stable:    whether it is stable; None where that cannot be told
        residuals: what is left of what vanishes; method: how the state was found
    """

    x: np.ndarray
    numbers: dict[str, Any]
    derivation: Derivation
    ways: dict[str, str]
    stable: bool | None
    residuals: dict[str, dict[str, float]]
    method: str

    def equations(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """What vanishes, one for each unknown."""

    def told(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> Told:
        """What can be told of the state."""


class Resting:
    """The resting potential that `rest` chooses, concentrations held."""

    method = "potentials as by `rest`"

    def __init__(self, cell: Cell) -> None:
        solver = RestSolver(cell)
        found, _ = solver.solve(partial=True)
        chosen = choose(found)
        self.circuit, self.derivation, self.numbers = solver.circuit, solver.derivation, solver.numbers
        self.blocks = [block for block in solver.blocks if {*block.members} <= chosen.V.keys()]
        self.x = np.array([x for block in self.blocks for x in block.unknown(chosen.V, self.numbers)])
        members = [name for block in self.blocks for name in block.members]
        self.ways = {path: f"{path}.{ACTIVE}" for path in cell.ways if path.split(".")[0] in members}
        self.stable, self.residuals = chosen.stable, {"net_current_fraction": dict(chosen.relative_residuals)}

    def equations(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        return [net for block, own in self._parts(x) for net in block.net(own, numbers)]

    def told(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> Told:
        V: dict[str, Any] = {}
        for block, own in self._parts(x):
            V |= block.voltages(own, numbers)
        V |= self.circuit.without_current(V, numbers)
        return _potentials(self.circuit, V) | _atp(self.circuit, V, numbers)

    def _parts(self, x: Sequence[Any]) -> Iterator[tuple[Any, Sequence[Any]]]:
        """Every block with its own unknowns."""
        first = 0
        for block in self.blocks:
            yield block, x[first : first + block.unknowns]
            first += block.unknowns


class Steady:
    """The steady state that `steady` chooses; unknowns are those of `SteadyProblem`."""

    method = "state as by `steady`"

    def __init__(self, cell: Cell) -> None:
        solver = SteadySolver(cell)
        finder = solver.at()
        root = finder.chosen
        self.cell, self.problem, self.posed, self.whole = cell, solver.problem, finder.posed, solver.whole
        self.x, self.stable, self.residuals = root.y, root.stable, root.residuals
        self.derivation = solver.rest.derivation
        self.numbers: dict[str, Any] = finder.numbers
        moving = [name for name, membrane in cell.membranes.items() if membrane.water.moves]
        self.ways = {path: f"{path}.{ACTIVE}" for path in cell.ways}
        self.ways |= {f"{name}.water": f"{name}.{key}" for name in moving for key in WATER if f"{name}.{key}" in self.numbers}

    def equations(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        posed = self.posed
        found = self.problem.outputs(x, numbers, L=posed.L, dependent=posed.dependent, absent=posed.absent)
        return found[: self.x.size]

    def told(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> Told:
        V = self.problem.voltages(x, numbers)
        state = self.whole.at(self.problem.state(x, numbers), numbers)
        inside = concentrations(self.cell, state)
        found = _potentials(self.whole.circuit, V)
        found |= {("inside_mM", (space, ion)): c for space, ions in inside.items() for ion, c in ions.items()}
        volumes = {space: state[f"{space}.volume"] for space in inside if f"{space}.volume" in state}
        found |= {("volume_pL", (space,)): water.whole_volume(space, w, state) for space, w in volumes.items()}
        return found | _atp(self.whole.circuit, V, state)


STATES: dict[str, type[Resting] | type[Steady]] = {"rest": Resting, "steady": Steady}


def _potentials(circuit: Circuit, V: Mapping[str, Any]) -> Told:
    return {("V_mV", (name,)): V[name] for name in circuit.membranes if name in V}


def _atp(circuit: Circuit, V: Mapping[str, Any], numbers: Mapping[str, Any]) -> Told:
    """What all pumps spend [mol/s]; nothing where there are none, or only ratios or currents per area are known."""
    systems = {name: system for name, system in circuit.membranes.items() if name in V}
    if any(system.extent is not Extent.WHOLE for system in systems.values()):
        return {}
    flows = [one.atp for name, system in systems.items() for one in system.flows(V[name], numbers).values()]
    spent = [atp for atp in flows if atp is not None]
    return {("atp_mol_per_s", ()): sum(spent, 0.0)} if spent else {}
