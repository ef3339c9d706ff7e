"""The functions of one cell that its module holds, traced into one graph, in which every value stands once.

Their arguments, all lists of numbers in SI: `w` the written values, `d` what the description fixes once, `p` all numbers (`names`), `V` the
potentials of the membranes, `U` another potential of one, `c` concentrations beside one, `u` potentials of the nodes, `y` the gates of a
membrane, `x` the state, `e` what electrodes do (`Electrodes`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...constants import F
from ...description.cell import CELL, Cell
from ...description.derive import Derivation
from ...errors import InputError
from ...laws.nernst import nernst_potential
from ...mechanisms.kind import Flows
from ...system.cell import CellSystem, eliminated
from ...system.circuit import Circuit
from ...system.clamps import GRIP
from ...system.double_layer import profiles, seen_at
from ...system.states import AMOUNT, CHARGE, GATE, Key
from ..graph import Graph, slopes, traced
from .bernoulli import Bernoulli
from .powers import power_given, work_on_ions
from .theories import Theories

V_TRIED = -0.06
"""A potential [V] at which it is seen what a function answers."""
Numbers = Mapping[str, Any]
Place = tuple[int, int]


@dataclass(frozen=True)
class Trace:
    """One function: the graph of all, the groups of its arguments, its lists of outputs, where the derivatives among these belong."""

    graph: Graph
    groups: Sequence[str]
    lists: list[list[int]]
    places: list[Place] | None = None

    def uses(self, group: str, place: int) -> bool:
        """Whether it hangs on an input."""
        return self.graph.input(group, place) in self.needed

    @property
    def columns(self) -> list[list[int]]:
        """Where derivatives belong: row by row the columns."""
        return [[column for row, column in self.places or () if row == k] for k in range(len(self.lists[0]))]

    @property
    def outputs(self) -> list[int]:
        """Those of all lists."""
        return [a for group in self.lists for a in group]

    @property
    def needed(self) -> list[int]:
        """The operations that it takes."""
        return self.graph.needed(self.outputs)


class Traces:
    """All functions of a cell.

    Attributes:
        whole: the cell with its states; None where the description has not the absolute numbers that this takes (`missing` says which)
        names, fixed, written: the paths of `p`, `d` and `w`
    """

    def __init__(self, cell: Cell) -> None:
        self.cell, self.circuit, self.derivation = cell, Circuit(cell), Derivation(cell)
        self.written = list(self.derivation.written)
        self.fixed = list(self.derivation.described())
        self.names = list(self.derivation.numbers())
        self.missing: list[str] = []
        self.graph = Graph()
        self.bernoulli = Bernoulli(self.graph)
        self.whole: CellSystem | None = None
        try:
            self.whole = CellSystem(cell)
        except InputError as error:
            self.missing = [problem.message for problem in error.problems]

    # -- numbers ----------------------------------------------------------------------------------------------------

    def described(self) -> Trace:
        """What the description fixes once, from the written values."""
        return self._plain(lambda w: self.derivation.described(_by(self.written, w)).values(), {"w": len(self.written)})

    def numbers(self) -> Trace:
        """All numbers, from the written values and what is fixed."""

        def function(w: list[Any], d: list[Any]) -> list[Any]:
            found = self.derivation.numbers(_by(self.written, w), _by(self.fixed, d))
            return [found[name] for name in self.names]

        return self._plain(function, {"w": len(self.written), "d": len(self.fixed)})

    # -- one membrane -----------------------------------------------------------------------------------------------

    def currents(self, name: str) -> Trace:
        """Currents of a membrane's mechanisms and their slopes, gates settled."""
        system = self.circuit.membranes[name]
        return self._sloped(
            lambda V, p: system.currents(V[0], self._numbers(p)).values(), {"V": 1, "p": len(self.names)}, dense=True
        )

    def gates(self, name: str) -> list[tuple[str, str]]:
        """The gates of a membrane that have a rate, by mechanism."""
        ways = self.circuit.membranes[name].mechanisms
        return [(word, gate) for word, one in ways.items() if one.gating is not None for gate in one.gating.moving]

    def gated(self, name: str) -> Trace:
        """The net current of a membrane and the rates of its gates while these are held, and their slopes in potential and gates."""
        system, gates = self.circuit.membranes[name], self.gates(name)

        def function(y: list[Any], p: list[Any]) -> list[Any]:
            held = self._numbers(p) | {f"{name}.{word}.{gate}": value for (word, gate), value in zip(gates, y[1:], strict=True)}
            rates = system.gate_rates(y[0], held)
            return [sum(system.currents(y[0], held).values(), 0.0), *(rates[word][gate] for word, gate in gates)]

        return self._sloped(function, {"y": 1 + len(gates), "p": len(self.names)}, dense=True)

    def settled(self, name: str) -> Trace:
        """The values of a membrane's gates where they have settled."""
        system, gates = self.circuit.membranes[name], self.gates(name)

        def function(V: list[Any], p: list[Any]) -> list[Any]:
            found = system.settled(V[0], self._numbers(p))
            return [found[word][gate] for word, gate in gates]

        return self._plain(function, {"V": 1, "p": len(self.names)})

    def charged(self, name: str) -> Trace:
        """What there is to see of a membrane's charge (`charge_keys`), and the profiles of the potential outside and inside."""
        system = self.circuit.membranes[name]

        def function(V: list[Any], p: list[Any]) -> list[list[Any]]:
            numbers = self._numbers(p)
            return [list(seen_at(system, V[0], numbers).values()), *profiles(system, V[0], numbers)]

        return self._plain_lists(function, {"V": 1, "p": len(self.names)})

    def charge_keys(self, name: str) -> list[str]:
        """What the numbers of `charged` are called."""
        return list(seen_at(self.circuit.membranes[name], V_TRIED, self.derivation.numbers()))

    def ions(self, name: str) -> list[str]:
        """The ions on either side of a membrane that have an equilibrium potential."""
        return [ion for ion in self.cell.ions_of(self.cell.membranes[name]) if self.cell.valences[ion]]

    def equilibria(self, name: str) -> Trace:
        """The equilibrium potentials of these ions, from their concentrations inside, then outside."""
        ions = self.ions(name)

        def function(c: list[Any], p: list[Any]) -> list[Any]:
            T, sides = self._numbers(p)["temperature"], zip(ions, c[: len(ions)], c[len(ions) :], strict=True)
            return [nernst_potential(self.cell.valences[ion], inside, outside, T) for ion, inside, outside in sides]

        return self._plain(function, {"c": 2 * len(ions), "p": len(self.names)})

    def theories(self, name: str) -> dict[str, Trace]:
        """What the textbook's formulas make of a membrane at V: GHK, parallel conductances, Mullins-Noda; and the stated reversal potentials.
        Where the GHK voltage has no closed form, `field` is the current that it makes vanish, and its slope."""
        of = lambda V, p: Theories(self.circuit.membranes[name], V[0], self._numbers(p))  # noqa: E731
        sizes = {"V": 1, "p": len(self.names)}

        def function(V: list[Any], p: list[Any]) -> list[list[Any]]:
            found = of(V, p)
            return [[found.ghk(), found.chord(), found.noda()], found.reversals()]

        every = {"theories": self._plain_lists(function, sizes)}
        if Theories(self.circuit.membranes[name], V_TRIED, self.derivation.numbers()).monovalent:
            return every
        return every | {"field": self._sloped(lambda U, V, p: [of(V, p).residual(U[0])], {"U": 1} | sizes, dense=True)}

    def flows(self) -> Trace:
        """Currents, fluxes and ATP of all mechanisms at rest, gates settled; their work on ions and the power that drives them."""

        def function(V: list[Any], p: list[Any]) -> list[list[Any]]:
            numbers = self._numbers(p)
            flows = self._flows(V, numbers)
            each = [
                (self.circuit.membranes[name], v, one)
                for (name, ways), v in zip(flows.items(), V, strict=True)
                for one in ways.values()
            ]
            work = [work_on_ions(system, v, numbers, one) for system, v, one in each]
            return [*self._flow_lists(flows), work, [power_given(system, numbers, one) for system, _, one in each]]

        return self._plain_lists(function, self._sizes("V", "p"))

    def _flows(self, V: Sequence[Any], numbers: Numbers) -> dict[str, dict[str, Flows]]:
        return {name: system.flows(v, numbers) for (name, system), v in zip(self.circuit.membranes.items(), V, strict=True)}

    def _flow_lists(self, flows: Mapping[str, Mapping[str, Flows]]) -> list[list[Any]]:
        each = [one for group in flows.values() for one in group.values()]
        currents = [one.current(self.cell.valences) for one in each]
        fluxes = [flux for one in each for flux in one.fluxes.values()]
        return [currents, fluxes, [0.0 if one.atp is None else one.atp for one in each]]

    def flow_keys(self) -> tuple[list[tuple[str, str]], list[tuple[str, str, str]]]:
        """(membrane, mechanism) of each current, and with the ion of each flux."""
        numbers = self.derivation.numbers()
        found = self._flows([V_TRIED] * len(self.circuit.membranes), numbers)
        ways = [(name, word, one) for name, group in found.items() for word, one in group.items()]
        return [(name, word) for name, word, _ in ways], [(name, word, ion) for name, word, one in ways for ion in one.fluxes]

    # -- the whole cell -----------------------------------------------------------------------------------------------

    def contents(self, whole: CellSystem) -> Trace:
        """The state as described, charges and gates, which a start decides, zero; and sizes of rows that have none of their own."""

        def function(p: list[Any]) -> list[list[Any]]:
            numbers, rows = self._numbers(p), whole.states.rows
            return [[row.initial(numbers) for row in rows], [0.0 if row.scale is None else row.scale(numbers) for row in rows]]

        return self._plain_lists(function, self._sizes("p"))

    def missing_charge(self, whole: CellSystem, kept: bool = False) -> Trace:
        """By `carrying` compartment the charge [mol] that its contents lack of what its membranes hold at given potentials, and what
        charge the contents have [C]. With `kept`, water that follows osmolarity at once is as described."""

        def function(u: list[Any], x: list[Any], p: list[Any]) -> list[list[Any]]:
            numbers = self._numbers(p, kept)
            state, V = whole.at(x, numbers), whole.membrane_potentials(_by(whole.nodes, u), numbers)
            net = {node: whole.net_charge(node, x, numbers) for node in carrying(whole)}
            return [[(whole.membrane_charge(node, V, state) - own) / F for node, own in net.items()], list(net.values())]

        return self._plain_lists(function, self._sizes("u", "x", "p"))

    def begun(self, whole: CellSystem, kept: bool = False) -> Trace:
        """The state of given contents at potentials of the nodes: charges and gates as they are there."""

        def function(u: list[Any], x: list[Any], p: list[Any]) -> list[Any]:
            numbers, still = self._numbers(p, kept), whole.without_gates()
            V = whole.membrane_potentials(_by(whole.nodes, u), numbers)
            begun = still.at_potentials(x[: still.states.size], V, numbers)
            settled = self._settled(V, still.at(begun, numbers))
            return [*begun, *(settled[key] for key in whole.states.keys(GATE))]

        return self._plain(function, self._sizes("u", "x", "p"))

    def _settled(self, V: Numbers, state: Numbers) -> dict[Key, Any]:
        return {
            Key(GATE, f"{name}.{word}", gate): value
            for name, system in self.circuit.membranes.items()
            for word, values in system.settled(V[name], state).items()
            for gate, value in values.items()
        }

    def observed(self, whole: CellSystem) -> Trace:
        """At a state: potentials of the nodes, free concentrations and water (`seen`), currents, fluxes and ATP."""

        def function(x: list[Any], p: list[Any]) -> list[list[Any]]:
            state = whole.at(x, self._numbers(p))
            u = whole.potentials(x, state)
            V = whole.membrane_potentials(u, state)
            return [list(u.values()), [state[path] for path in seen(whole)], *self._flow_lists(whole.flows(V, state))]

        return self._plain_lists(function, self._sizes("x", "p"))

    def potentials(self, whole: CellSystem) -> Trace:
        """Potentials of the nodes at a state."""
        return self._plain(lambda x, p: self._potentials(whole, x, p), self._sizes("x", "p"))

    def _potentials(self, whole: CellSystem, x: list[Any], p: list[Any]) -> list[Any]:
        return list(whole.potentials(x, whole.at(x, self._numbers(p))).values())

    def rates(self, whole: CellSystem, clamped: bool, sloped: bool) -> Trace:
        """Rates of the state under currents of electrodes, and potentials that they hold (`clamped`)."""
        function = lambda x, p, e: Electrodes(whole, e).rates(x, self._numbers(p), clamped)  # noqa: E731
        return (self._sloped if sloped else self._plain)(function, self._sizes("x", "p", "e"))

    def balances(self, whole: CellSystem) -> Trace:
        """What vanishes in a steady state, row by row, gates settled, and its slopes."""
        still = whole.without_gates()
        return self._sloped(lambda x, p: still.derivative(x, self._numbers(p)), self._sizes("x", "p") | {"x": still.states.size})

    # -- tracing ------------------------------------------------------------------------------------------------------

    def _numbers(self, p: Sequence[Any], kept: bool = False) -> dict[str, Any]:
        found = _by(self.names, p)
        if self.whole is None:
            return found
        waters = {f"{space}.kept_water": found[f"{space}.volume"] for space in self.whole.instantaneous} if kept else {}
        return self.whole.with_description(found) | waters

    def _sizes(self, *groups: str) -> dict[str, int]:
        sizes = {"V": len(self.circuit.membranes), "p": len(self.names)}
        if self.whole is not None:
            sizes |= {"u": len(self.whole.nodes), "x": self.whole.states.size, "e": Electrodes.size(self.whole)}
        return {group: sizes[group] for group in groups}

    def _plain(self, function: Callable[..., Any], sizes: Mapping[str, int]) -> Trace:
        return Trace(self.graph, list(sizes), [self._traced(lambda *groups: list(function(*groups)), sizes)])

    def _traced(self, function: Callable[..., list[Any]], sizes: Mapping[str, int]) -> list[int]:
        return self.bernoulli.folded(traced(self.graph, function, sizes))

    def _plain_lists(self, function: Callable[..., list[list[Any]]], sizes: Mapping[str, int]) -> Trace:
        lengths = list[int]()

        def flat(*groups: list[Any]) -> list[Any]:
            lists = function(*groups)
            lengths.extend(map(len, lists))
            return [one for group in lists for one in group]

        nodes = iter(self._traced(flat, sizes))
        return Trace(self.graph, list(sizes), [[next(nodes) for _ in range(length)] for length in lengths])

    def _sloped(self, function: Callable[..., Any], sizes: Mapping[str, int], dense: bool = False) -> Trace:
        """A function with its slopes in the first of its groups: where not zero, or all of them, row by row."""
        plain, first = self._plain(function, sizes), next(iter(sizes))
        graph, outputs = plain.graph, plain.lists[0]
        found = slopes(graph, outputs, graph.inputs(first, sizes[first]))
        if dense:
            found = {(i, j): found.get((i, j), graph.const(0)) for i in range(len(outputs)) for j in range(sizes[first])}
        places = sorted(found)
        return Trace(graph, plain.groups, [outputs, [found[place] for place in places]], places)


class Electrodes:
    """What electrodes and pipettes do, as a list of numbers: for each row of the state 1, or 0 where a pipette holds it; then for each
    node its current [A], the potential at which it is held [V] and whether it is, and how much of each ion of the compartment one coulomb
    brings [mol/C]."""

    def __init__(self, whole: CellSystem, e: Sequence[Any]) -> None:
        self.whole, values = whole, iter(e)
        self.moves = {key: next(values) for key in whole.states.index}
        self.of = {node: [next(values) for _ in range(3)] for node in whole.nodes}
        self.brings = {key: next(values) for key in carried(whole)}

    @staticmethod
    def size(whole: CellSystem) -> int:
        return whole.states.size + 3 * len(whole.nodes) + len(carried(whole))

    def rates(self, x: list[Any], numbers: Numbers, clamped: bool) -> list[Any]:
        """Rates of the state, row by row."""
        whole = self.whole
        state = whole.at(x, numbers)
        u = whole.potentials(x, state)
        V = whole.membrane_potentials(u, state)
        rates = {key: rate * self.moves[key] for key, rate in whole.rates(whole.flowing(V, state)).items()}
        for node, (current, _, _) in self.of.items():
            self._inject(rates, node, current)
        if clamped:
            for node, current in self._holding(rates, u, V, state).items():
                self._inject(rates, node, current)
        return whole.states.ordered(rates)

    def _inject(self, rates: dict[Key, Any], node: str, current: Any) -> None:
        rates[Key(CHARGE, node)] += current
        for key, part in self.brings.items():
            if key.place == node:
                rates[key] += current * part

    def _holding(self, rates: Mapping[Key, Any], u: Numbers, V: Numbers, state: Numbers) -> dict[str, Any]:
        """The currents at which the potentials of nodes that are held stand still, or come back (`Dynamics`); none into the others."""
        nodes, alone = list(self.of), self.whole.potential_rates(rates, V, state)
        answers = []
        for node in nodes:
            moved: dict[Key, Any] = dict.fromkeys(rates, 0.0)
            self._inject(moved, node, 1.0)
            answers.append(self.whole.potential_rates(moved, V, state))
        matrix, right = [], []
        for k, node in enumerate(nodes):
            _, wanted, held = self.of[node]
            matrix.append([held * answer[node] + (1.0 - held) * (j == k) for j, answer in enumerate(answers)])
            right.append(held * (GRIP * (wanted - u[node]) - alone[node]))
        return dict(zip(nodes, eliminated(matrix, right), strict=True))


def _by(names: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(names, values, strict=True))


def carried(whole: CellSystem) -> list[Key]:
    """Rows of the ions that an electrode may bring into a node."""
    return [key for key in whole.states.keys(AMOUNT) if key.place in whole.nodes and whole.cell.valences[key.name]]


def carrying(whole: CellSystem) -> list[str]:
    """Compartments whose contents carry the charge of membranes: nodes, and a closed space that is the reference."""
    spaces = whole.cell.compartments
    return [name for name, one in spaces.items() if name in whole.charged or (one.role == CELL and one.reference)]


def seen(whole: CellSystem) -> list[str]:
    """Paths of what a state decides: concentrations and volumes of the compartments that are no bath."""
    spaces = [space for space in whole.cell.compartments.values() if space.name in whole.spaces]
    return [path for space in spaces for path in (*(f"{space.name}.{ion}" for ion in space.ions), f"{space.name}.volume")]
