"""The whole cell as functions of its state: potentials from charges, concentrations from amounts, rates from laws.

`numbers` everywhere is a mapping of paths to floats, arrays or symbols, and the state `x` a sequence of the same kinds, so that
one text serves Newton, the integrators and the certificate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..constants import F
from ..description.cell import CELL, Cell
from ..errors import InputError, Problem
from ..mechanisms.kind import Flows
from ..mechanisms.parameter import Basis
from . import water
from .circuit import Circuit
from .exchange import exchanges_of
from .layout import layout_of
from .membrane import Extent
from .numbers import numbers_of


class CellSystem:
    """A described cell in which everything may change that no bath keeps.

    Raises:
        InputError: ratios instead of absolute numbers, or an area, volume or capacitance that is missing; all at once.
    """

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self.circuit = Circuit(cell)
        self.exchanges = exchanges_of(cell)
        self._must_be_absolute()
        self.layout = layout_of(cell)
        self.numbers = whole_numbers(cell)
        self.names = tuple(self.numbers)
        self.instantaneous = {m.inner: m for m in cell.membranes.values() if m.water.rule == "instantaneous"}
        self.spaces = tuple(name for name, space in cell.compartments.items() if space.role == CELL)

    def _must_be_absolute(self) -> None:
        problems = []
        for name, system in self.circuit.membranes.items():
            if system.extent is Extent.RELATIVE:
                problems.append(
                    Problem(
                        f"membrane '{name}' has only ratios of permeabilities; amounts that change need absolute ones",
                        path=name,
                        expected="such as 1e-8 m/s",
                    )
                )
            elif system.extent is Extent.AREA:
                problems.append(
                    Problem(
                        f"the area of membrane '{name}' is not described",
                        path=f"{name}.area",
                        expected="an area, or a shape of its inner compartment",
                    )
                )
            if system.membrane.total_capacitance is None and system.extent is not Extent.RELATIVE:
                problems.append(
                    Problem(
                        f"the capacitance of membrane '{name}' is not described",
                        path=f"{name}.capacitance",
                        expected="such as 1 uF/cm^2",
                    )
                )
            for word, mechanism in system.mechanisms.items():
                if mechanism.law.rest_only:
                    problems.append(
                        Problem(
                            f"mechanism '{word}' ({mechanism.law.name}) follows the other fluxes at one moment; it is no law for amounts that change",
                            path=f"{name}.{word}",
                            expected="another law, such as saturating",
                        )
                    )
        for name, space in self.cell.compartments.items():
            if space.role == CELL and space.volume is None:
                problems.append(
                    Problem(f"the volume of '{name}' is not described", path=f"{name}.volume", expected="a shape or a volume")
                )
        for name, membrane in self.cell.membranes.items():
            outer = self.cell.compartments[membrane.outer]
            solutes = [*outer.ions.values(), *(x.concentration for x in outer.impermeants.values())]
            if membrane.water.rule == "instantaneous" and not any(value.si > 0 for value in solutes):
                problems.append(
                    Problem(
                        f"'{membrane.outer}' holds no solutes: no volume of '{membrane.inner}' meets its osmolarity",
                        path=f"{name}.water",
                        found="instantaneous",
                        expected="water: none, or solutes outside",
                    )
                )
        if problems:
            raise InputError(*problems)

    # -- state ----------------------------------------------------------------------------------------------------

    def described(self) -> list[float]:
        """Amounts [mol] and volumes [m^3] as described, in the order of the layout."""
        amounts = [self.numbers[f"{space}.{ion}"] * self.numbers[f"{space}.volume"] for space, ion in self.layout.amounts]
        return [*amounts, *(self.numbers[f"{space}.volume"] for space in self.layout.volumes)]

    def volumes(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> dict[str, Any]:
        """Water of every compartment that has a volume [m^3]."""
        volumes = {name: numbers[f"{name}.volume"] for name, space in self.cell.compartments.items() if space.volume is not None}
        volumes |= {name: x[self.layout.index["w", name]] for name in self.layout.volumes}
        for name, membrane in self.instantaneous.items():
            volumes[name] = self.osmoles(name, x, numbers) / water.osmolarity(self.cell, membrane.outer, numbers)
        return volumes

    def osmoles(self, name: str, x: Sequence[Any], numbers: Mapping[str, Any]) -> Any:
        """Osmotically active solutes of a compartment [mol]."""
        space = self.cell.compartments[name]
        ions = sum((x[self.layout.index[name, ion]] for ion in space.ions), 0.0)
        fixed = sum((numbers[f"{name}.{word}.amount"] for word in space.impermeants), 0.0)
        return numbers[f"{name}.osmotic_coefficient"] * (ions + fixed)

    def at(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> dict[str, Any]:
        """The numbers with the state's concentrations, volumes and areas in place of the described ones."""
        volumes = self.volumes(x, numbers)
        state: dict[str, Any] = {f"{name}.volume": w for name, w in volumes.items()}
        state |= {f"{space}.{ion}": x[self.layout.index[space, ion]] / volumes[space] for space, ion in self.layout.amounts}
        for name, membrane in self.cell.membranes.items():
            if membrane.water.area_follows_shape:
                state[f"{name}.area"] = water.area(self.cell, membrane, state[f"{membrane.inner}.volume"], numbers)
        for name, space in self.cell.compartments.items():
            if space.volume is not None:
                for word in space.impermeants:
                    state[f"{name}.{word}.concentration"] = numbers[f"{name}.{word}.amount"] / state[f"{name}.volume"]
        return {**numbers, **state}

    def capacitance(self, name: str, state: Mapping[str, Any]) -> Any:
        """Capacitance of a membrane [F] at numbers that hold the state."""
        membrane = self.cell.membranes[name]
        if membrane.water.area_follows_shape and membrane.capacitance is not None and membrane.capacitance.basis is Basis.AREA:
            return state[f"{name}.specific_capacitance"] * state[f"{name}.area"]
        return state[f"{name}.total_capacitance"]

    # -- electricity ----------------------------------------------------------------------------------------------

    def net_charge(self, node: str, x: Sequence[Any], numbers: Mapping[str, Any]) -> Any:
        """Charge of what a compartment holds, ions and impermeants [C]."""
        space = self.cell.compartments[node]
        ions = sum((self.cell.valences[ion] * x[self.layout.index[node, ion]] for ion in space.ions), 0.0)
        return F * (ions + self.impermeant_charge(node, numbers))

    def impermeant_charge(self, node: str, numbers: Mapping[str, Any]) -> Any:
        """Moles of charge on the impermeants of a compartment."""
        names = self.cell.compartments[node].impermeants
        return sum((numbers[f"{node}.{name}.valence"] * numbers[f"{node}.{name}.amount"] for name in names), 0.0)

    def membrane_potentials(self, potentials: Mapping[str, Any]) -> dict[str, Any]:
        """Membrane potentials [V] from the potentials of compartments."""
        known = {**self.circuit.fixed_potentials(), **potentials}
        return {name: known[m.inner] - known[m.outer] for name, m in self.cell.membranes.items()}

    def membrane_charge(self, node: str, V: Mapping[str, Any], state: Mapping[str, Any]) -> Any:
        """Charge that the membranes around a node hold on its side [C], at numbers that hold the state."""
        total: Any = 0.0
        for name, membrane in self.cell.membranes.items():
            if node in (membrane.inner, membrane.outer):
                held = self.capacitance(name, state) * V[name]
                total = total + held if node == membrane.inner else total - held
        return total

    def potentials(self, x: Sequence[Any], state: Mapping[str, Any]) -> dict[str, Any]:
        """Potentials of the nodes [V] from their charges, at numbers that hold the state: capacitances solved for them."""
        nodes = self.layout.nodes
        fixed = self.circuit.fixed_potentials()
        matrix = [[0.0 for _ in nodes] for _ in nodes]
        right = [x[self.layout.index["Q", node]] for node in nodes]
        place = {node: k for k, node in enumerate(nodes)}
        for name, membrane in self.cell.membranes.items():
            C = self.capacitance(name, state)
            ends = (membrane.inner, membrane.outer)
            for here, there in (ends, ends[::-1]):
                if here not in place:
                    continue
                matrix[place[here]][place[here]] += C
                if there in place:
                    matrix[place[here]][place[there]] -= C
                else:
                    right[place[here]] = right[place[here]] + C * fixed[there]
        return dict(zip(nodes, _solved(matrix, right), strict=True))

    # -- rates ----------------------------------------------------------------------------------------------------

    def flows(self, V: Mapping[str, Any], numbers: Mapping[str, Any]) -> dict[str, dict[str, Flows]]:
        """Flows of every mechanism of every membrane, whole-membrane [mol/s, A], at numbers that hold the state (`at`)."""
        return {name: system.flows(V[name], numbers) for name, system in self.circuit.membranes.items()}

    def exchanged(self, numbers: Mapping[str, Any]) -> list[Flows]:
        """Flows of every exchange out of its compartment [mol/s], at numbers that hold the state (`at`)."""
        return [exchange.flows(numbers) for exchange in self.exchanges]

    def crossings(self, flows: Mapping[str, Mapping[str, Flows]], exchanged: Sequence[Flows]) -> dict[tuple[str, str], Any]:
        """Net flux into each ion of each place [mol/s]: compartments, baths and reservoirs too.

        Each membrane's mechanisms are summed first, so that both sides see the same number, rounding included; an exchange is one
        number for both sides.
        """
        net: dict[tuple[str, str], Any] = {}
        for name, group in flows.items():
            membrane, across = self.cell.membranes[name], dict[str, Any]()
            for one in group.values():
                for ion, flux in one.fluxes.items():
                    across[ion] = across.get(ion, 0.0) + flux
            for ion, flux in across.items():
                for key, sign in (((membrane.inner, ion), -1.0), ((membrane.outer, ion), 1.0)):
                    net[key] = net.get(key, 0.0) + sign * flux
        for exchange, one in zip(self.exchanges, exchanged, strict=True):
            for ion, flux in one.fluxes.items():
                for key, sign in (((exchange.space, ion), -1.0), ((exchange.place, ion), 1.0)):
                    net[key] = net.get(key, 0.0) + sign * flux
        return net

    def net_fluxes(self, flows: Mapping[str, Mapping[str, Flows]], exchanged: Sequence[Flows]) -> list[Any]:
        """Net flux into each amount of the layout [mol/s]."""
        net = self.crossings(flows, exchanged)
        return [net.get(key, 0.0) for key in self.layout.amounts]

    def net_currents(self, flows: Mapping[str, Mapping[str, Flows]]) -> list[Any]:
        """Net current into each node [A]; exchanges move no charge."""
        net: dict[str, Any] = dict.fromkeys(self.layout.nodes, 0.0)
        for name, group in flows.items():
            membrane = self.cell.membranes[name]
            current = sum((one.current(self.cell.valences) for one in group.values()), 0.0)
            for node, sign in ((membrane.inner, -1.0), (membrane.outer, 1.0)):
                if node in net:
                    net[node] = net[node] + sign * current
        return [net[node] for node in self.layout.nodes]

    def rates(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """Time derivative of the state: dQ/dt [A], dn/dt [mol/s], dw/dt [m^3/s]."""
        state = self.at(x, numbers)
        flows = self.flows(self.membrane_potentials(self.potentials(x, state)), state)
        return [*self.net_currents(flows), *self.net_fluxes(flows, self.exchanged(state)), *self.net_waters(state)]

    def net_waters(self, state: Mapping[str, Any]) -> list[Any]:
        """Rate of change of each volume of the layout [m^3/s]."""
        net: dict[str, Any] = dict.fromkeys(self.layout.volumes, 0.0)
        for name, membrane in self.cell.membranes.items():
            if not membrane.water.moves:
                continue
            inward = water.flow(self.cell, name, membrane, state)
            for space, sign in ((membrane.inner, 1.0), (membrane.outer, -1.0)):
                if space in net:
                    net[space] = net[space] + sign * inward
        return [net[name] for name in self.layout.volumes]


def whole_numbers(cell: Cell) -> dict[str, float]:
    """The numbers of a cell with amounts of impermeants [mol], which stay, total capacitances [F], and areas over their shape's surface."""
    numbers = numbers_of(cell)
    if cell.metabolism is not None:
        numbers["metabolism.budget"] = cell.metabolism.budget
    for name, space in cell.compartments.items():
        numbers[f"{name}.osmotic_coefficient"] = space.osmotic_coefficient
        if space.volume is not None:
            numbers[f"{name}.described_volume"] = space.volume.si
        for word, impermeant in space.impermeants.items():
            numbers[f"{name}.{word}.valence"] = impermeant.valence.si
            numbers[f"{name}.{word}.concentration"] = impermeant.concentration.si
            if space.volume is not None:
                numbers[f"{name}.{word}.amount"] = impermeant.concentration.si * space.volume.si
    for name, membrane in cell.membranes.items():
        capacitance = membrane.total_capacitance
        if capacitance is not None:
            numbers[f"{name}.total_capacitance"] = capacitance
        if membrane.specific_capacitance is not None:
            numbers[f"{name}.specific_capacitance"] = membrane.specific_capacitance
        surface = cell.compartments[membrane.inner].surface
        if membrane.area is not None and surface is not None:
            numbers[f"{name}.folding"] = membrane.area.si / surface
        numbers |= water.water_numbers(name, membrane)
    return numbers


def _solved(matrix: list[list[Any]], right: list[Any]) -> list[Any]:
    """Gaussian elimination of a small, diagonally dominant system of any kind of number."""
    size = len(right)
    rows = [list(row) + [right[k]] for k, row in enumerate(matrix)]
    for k in range(size):
        for j in range(k + 1, size):
            if _is_zero(rows[j][k]):
                continue
            factor = rows[j][k] / rows[k][k]
            rows[j] = [b - factor * a for a, b in zip(rows[k], rows[j], strict=True)]
    found: list[Any] = [0.0] * size
    for k in reversed(range(size)):
        known = sum((rows[k][j] * found[j] for j in range(k + 1, size) if not _is_zero(rows[k][j])), 0.0)
        found[k] = (rows[k][size] - known) / rows[k][k]
    return found


def _is_zero(value: Any) -> bool:
    return isinstance(value, float) and value == 0.0
