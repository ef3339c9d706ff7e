"""What must vanish for a described composition to stay: one function of free potentials and free numbers, with its exact Jacobian."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...constants import R
from ...description.cell import Cell, Mechanism
from ...description.derive import Derivation, impermeant_path
from ...engines.symbolic import Buffered
from ...errors import InputError, NoAnswerError, Problem
from ...maths import absolute, maximum
from ...system import water
from ...system.cell import CellSystem
from ...system.states import AMOUNT
from ..steady.certificate import charge_scale, one_way, water_scale
from ..steady.steady_state import SteadySolver
from . import words

WATER = 1e-3
"""Part by which osmolarities may differ before water makes the described volume no steady one."""
MOVED = 1e-6
"""Part of its scale by which a balance answers to a number, taken as a whole, that moves it."""
ON = 1e-9
"""What a free number that is described as zero stands at where it is asked what it could move."""
TINY = 1e-300

Row = tuple[str, str]
"""A balance: its kind, and the ion or compartment that it belongs to."""
FLUX, CURRENT, CHARGES, WATERS = "net_flux_fraction", "net_current_fraction", "charge_fraction_of_70_mV", "net_water_fraction"
RATES = (FLUX, CURRENT)


class FreeNumbers:
    """The numbers of a cell that may change.

    Attributes:
        named:   all of them, in the order in which they were named
        others:  those that scale nothing: amounts and valences of impermeants, concentrations, whatever else the description holds
        scaling: those that scale a mechanism; every flux is linear in them
        paths:   `others`, then `scaling`; described: their values [SI]
    """

    def __init__(self, cell: Cell, free: Sequence[str]) -> None:
        self.cell, self.named, self.derivation = cell, tuple(free), Derivation(cell)
        self._impermeants = _impermeants(cell)
        amounts, scaling = {f"{place}.amount": key for place, key in self._impermeants.items()}, _scaling_paths(cell)
        if problems := words.wrong_paths(free, [*cell.settable, *amounts], sorted(scaling)):
            raise InputError(*problems)
        self.paths = sorted(free, key=lambda path: path in scaling)
        first = sum(path not in scaling for path in free)
        self.others, self.scaling = self.paths[:first], self.paths[first:]
        self._ruled = {path: f"{amounts[path]}.concentration" for path in self.others if path not in cell.settable}
        known = self.derivation.written | {path: self.derivation.described()[name] for path, name in self._ruled.items()}
        self.described = np.array([known[path] for path in self.paths])

    def at(self, values: Sequence[Any] | np.ndarray) -> dict[str, Any]:
        """Every number of the cell at values of the free ones, which may be symbols."""
        free = dict(zip(self.paths, values, strict=True))
        written, given = {**self.derivation.written, **free}, {name: free[path] for path, name in self._ruled.items()}
        return self.derivation.numbers(written, self.derivation.described(written, given))

    def of_impermeant(self, path: str) -> bool:
        """Whether a path is the amount or the valence of an impermeant."""
        return any(path.startswith(f"{place}.") for place in self._impermeants)

    def of_solute(self, space: str, path: str) -> bool:
        """Whether a path belongs to what a compartment holds: an ion or an impermeant."""
        own = tuple(f"{place}." for place, key in self._impermeants.items() if key.startswith(f"{space}."))
        return path.startswith(own) or path in [f"{space}.{ion}" for ion in self.cell.compartments[space].ions]

    def that_move(self, kind: str, place: str) -> list[str]:
        """Further numbers that move a balance: the scales of what moves an ion or carries a current, or what impermeants hold."""
        space, _, ion = place.partition(".")
        found = self._scales_at(space, ion) if kind in RATES else self._impermeants_of(space)
        return [path for path in found if path not in self.named]

    def _scales_at(self, space: str, ion: str) -> list[str]:
        """The numbers that scale what moves an ion, or any charge, into or out of a compartment."""
        scales = [f"{path}.{scale}" for path, one in self._ways_at(space, ion).items() for scale in one.scales]
        return [path for path in scales if path in self.cell.settable]

    def _impermeants_of(self, space: str) -> list[str]:
        """The amounts and valences of what a compartment keeps."""
        solutes = [f"{at}.{word}" for at in self._impermeants for word in ("amount", "valence")]
        return [path for path in solutes if path in self.cell.settable and self.of_solute(space, path)]

    def _ways_at(self, space: str, ion: str) -> dict[str, Mechanism]:
        """Mechanisms that move an ion, or any charge, into or out of a compartment."""
        ends = {name: membrane.ends for name, membrane in self.cell.membranes.items()}
        at = {
            path: one
            for path, one in self.cell.ways.items()
            if space in ends.get(path.split(".")[0], (path.split(".")[0], one.partner))
        }
        return {path: one for path, one in at.items() if not ion or ion in one.species}

    def takes(self, path: str, value: float) -> bool:
        """Whether a number lies where a description takes it; those of impermeants may be anything on the way."""
        row = None if self.of_impermeant(path) else self.cell.settable[path].row
        return row is None or row.domain.admits(float(value))

    def negative(self, values: Mapping[str, float]) -> list[str]:
        """Paths whose value lies below what their mechanism takes, and amounts below zero."""
        numbers = self.at([values[path] for path in self.paths])
        below = [place for place, key in self._impermeants.items() if numbers[f"{key}.concentration"] < 0]
        return [*(path for path in self.scaling if not self.takes(path, values[path])), *map(self._free_of, below)]

    def _free_of(self, place: str) -> str:
        """The free number of an impermeant, the amount first; the amount where none is free."""
        amount, valence = f"{place}.amount", f"{place}.valence"
        return valence if valence in self.others and amount not in self.others else amount


def _impermeants(cell: Cell) -> dict[str, str]:
    """The place where each impermeant's numbers are written, and what it is called among the derived ones: `<compartment>.<impermeant>`."""
    spaces = cell.compartments.values()
    return {impermeant_path(one): f"{space.name}.{one.name}" for space in spaces for one in space.impermeants.values()}


def _scaling_paths(cell: Cell) -> set[str]:
    """Paths of the numbers that scale a mechanism or an exchange."""
    groups = [*((name, membrane.mechanisms) for name, membrane in cell.membranes.items()), *cell.exchanges.items()]
    return {f"{name}.{word}.{number}" for name, group in groups for word, one in group.items() for number in one.scales}


class Potentials:
    """Potentials of the nodes, affine in those that are left free: `fixed + basis @ t`.

    Attributes:
        count: how many are left free
    """

    def __init__(self, whole: CellSystem, held: Mapping[str, float]) -> None:
        self.nodes, self.names = whole.nodes, list(whole.cell.membranes)

        def across(potentials: np.ndarray) -> np.ndarray:
            at = dict(zip(self.nodes, potentials, strict=True))
            return np.array(list(whole.membrane_potentials(at, whole.numbers).values()))

        none = across(np.zeros(len(self.nodes)))
        slope = np.array([across(unit) - none for unit in np.eye(len(self.nodes))]).reshape(-1, len(self.names)).T
        places = [self.names.index(name) for name in held]
        rows, wanted = slope[places], np.array(list(held.values())) - none[places]
        self.fixed = np.linalg.pinv(rows) @ wanted
        if np.abs(rows @ self.fixed - wanted).max(initial=0.0) > 1e-9:
            raise InputError(words.potentials_contradict(held))
        _, sizes, directions = np.linalg.svd(rows, full_matrices=True)
        self.basis = directions[int(np.sum(sizes > 1e-9)) :].T
        self.count = self.basis.shape[1]
        self._fixed, self._slope = none + slope @ self.fixed, slope @ self.basis

    def membranes(self, t: Sequence[Any] | np.ndarray) -> dict[str, Any]:
        """Membrane potentials [V] at the free ones, which may be symbols."""
        rows = zip(self.names, self._fixed.tolist(), self._slope.tolist(), strict=True)
        return {name: sum((way * one for way, one in zip(row, t, strict=True)), fixed) for name, fixed, row in rows}

    def nearest(self, potentials: Mapping[str, float]) -> np.ndarray:
        """The free potentials nearest to given ones of the compartments."""
        return self.basis.T @ (np.array([potentials[node] for node in self.nodes]) - self.fixed)


@dataclass(frozen=True)
class Terms:
    """Balances at one point, or at many along the first axis: what is left of each (m,), what it is measured by, its slopes (m, n)."""

    net: np.ndarray
    scale: np.ndarray
    slope: np.ndarray

    @property
    def finite(self) -> np.ndarray:
        """Whether all of it is finite, point by point."""
        return np.isfinite(self.net).all(axis=-1) & np.isfinite(self.slope).all(axis=(-2, -1))

    def fractions(self) -> tuple[np.ndarray, np.ndarray]:
        """What is left of each balance over its scale, which stands still in the Jacobian; a balance of which nothing ever moves is met."""
        scale = np.where(self.scale > 0, self.scale, 1.0)
        return self.net / scale, self.slope / scale[..., None]


class Balances:
    """The balances of a described composition as a function of x: free potentials, then `free.others`, then `free.scaling`.

    Attributes:
        rows:  net fluxes into amounts, net currents into nodes that are no cells; then the charge of compartments and the water of
               volumes, where a free number moves them
        rates: how many of them are fluxes or currents
        rest:  potentials of compartments at every resting state [V]
        steady: finds the steady states of the cell at other numbers
    """

    def __init__(self, free: FreeNumbers, held: Mapping[str, float]) -> None:
        self.free, self.cell = free, free.cell
        self.steady = SteadySolver(self.cell)
        self.whole, self.rest = self.steady.whole, self.steady.at().rest.potentials
        self.potentials = Potentials(self.whole, held)
        on = [described or ON for described in free.described]
        dependent = self.steady.problem.at(free.at(on)).dependent
        self._amounts = [key for key in self.whole.states.keys(AMOUNT) if self.whole.states.index[key] not in dependent]
        start = np.append(self.potentials.nearest(self.rest[0]), free.described)
        self._rows: list[Row] = []
        self._compiled = Buffered(self._traced, start.size, ())
        self._choose(start)

    def at(self, x: np.ndarray) -> Terms:
        """The balances at one point x (n,), or at many (N, n)."""
        y, J = (self._compiled if x.ndim == 1 else self._compiled.at_each)(x, np.zeros(0))
        (net, scale), (slope, _) = np.split(y, 2, axis=-1), np.split(J, 2, axis=-2)
        return Terms(net[..., self._kept], scale[..., self._kept], slope[..., self._kept, :])

    def _traced(self, x: Sequence[Any], _: Any) -> list[Any]:
        count = self.potentials.count
        balances = self._balances(self.potentials.membranes(x[:count]), self.free.at(x[count:]))
        self._rows = list(balances)
        return [*(net for net, _ in balances.values()), *(scale for _, scale in balances.values())]

    def _balances(self, V: Mapping[str, Any], numbers: Mapping[str, Any]) -> dict[Row, tuple[Any, Any]]:
        """Every balance, with what it is measured by."""
        return {**self._fluxes(V, numbers), **self._charges(V, numbers), **self._waters(numbers)}

    def _fluxes(self, V: Mapping[str, Any], numbers: Mapping[str, Any]) -> dict[Row, tuple[Any, Any]]:
        """Fluxes [mol/s] by all of them added up, or by one-way fluxes where these are more; currents [A] by all of them added up."""
        whole, flows = self.whole, self.whole.flows(V, numbers)
        exchanged = whole.exchanged(flows, numbers)
        net = whole.stats.balanced(whole.incidence.net(flows, exchanged))
        gross = whole.stats.gross(whole.incidence.gross(flows, exchanged))
        found: dict[Row, tuple[Any, Any]] = {}
        for _, space, ion in self._amounts:
            scale: Any = 0.0
            for place, n in whole.equilibria.parts(space, ion):
                scale = scale + n * maximum(gross.get(place, 0.0), absolute(one_way(whole, numbers, *place)))
            found[FLUX, f"{space}.{ion}"] = net.get((space, ion), 0.0), scale
        uncharged = [node for node in whole.nodes if node not in whole.charged]
        for node, current in whole.incidence.currents(flows, uncharged).items():
            found[CURRENT, node] = current, self._carried(node, flows)
        return found

    def _carried(self, node: str, flows: Mapping[str, Any]) -> Any:
        """Currents of all mechanisms around a node, regardless of sign [A]."""
        around = [flows[membrane.name] for membrane in self.cell.around(node)]
        return sum((absolute(one.current(self.cell.valences)) for group in around for one in group.values()), 0.0)

    def _charges(self, V: Mapping[str, Any], numbers: Mapping[str, Any]) -> dict[Row, tuple[Any, Any]]:
        """Charge that a compartment holds beyond what its membranes do [C], by that at 70 mV."""
        whole, x = self.whole, [row.initial(numbers) for row in self.whole.states.rows]
        missing = {name: whole.net_charge(name, x, numbers) - whole.membrane_charge(name, V, numbers) for name in whole.spaces}
        return {(CHARGES, name): (charge, charge_scale(whole, name, x, numbers)) for name, charge in missing.items()}

    def _waters(self, numbers: Mapping[str, Any]) -> dict[Row, tuple[Any, Any]]:
        """Water into a volume, as a part of what its osmolarity would draw; the difference of osmolarities where it follows at once."""
        found: dict[Row, tuple[Any, Any]] = {}
        for name, inward in self.whole.net_waters(numbers).items():
            found[WATERS, name] = inward / maximum(water_scale(self.whole, name, numbers), TINY), 1.0
        for name, membrane in self.whole.instantaneous.items():
            inside, outside = (water.osmolarity(self.cell, end, numbers) for end in (name, membrane.outer))
            found[WATERS, name] = (outside - inside) / maximum(maximum(inside, outside), TINY), 1.0
        return found

    def _choose(self, start: np.ndarray) -> None:
        """Keep balances of rates, and those of charge and water that a free number moves where it is described.

        Raises:
            NoAnswerError: a held potential, or a free number, is where a law or a formula gives nothing finite.
        """
        self._kept = np.arange(len(self._rows))
        described = self.at(start)
        if not described.finite:
            raise NoAnswerError(words.not_finite(self.potentials.membranes(start[: self.potentials.count])))
        self._left, J = described.fractions()
        sizes = np.where(self.free.described == 0, 1.0, self.free.described)
        answers = np.abs(J[:, self.potentials.count :] * sizes) > MOVED
        self._kept = np.flatnonzero([self._moved(row, moved) for row, moved in zip(self._rows, answers, strict=True)])
        self.rows = [self._rows[k] for k in self._kept]
        self.rates = sum(kind in RATES for kind, _ in self.rows)

    def _moved(self, row: Row, answers: np.ndarray) -> bool:
        """Whether a free number moves the water of a volume; of a charge, whether one of the compartment's own solutes does."""
        kind, name = row
        paths = [path for path, answer in zip(self.free.paths, answers, strict=True) if answer]
        return kind in RATES or any(kind == WATERS or self.free.of_solute(name, path) for path in paths)

    def check_water(self) -> None:
        """A volume that no free number moves stays only if its water is balanced as described.

        Raises:
            NoAnswerError: water flows, whatever the free numbers are.
        """
        for row, left in zip(self._rows, self._left, strict=True):
            if row[0] == WATERS and row not in self.rows and abs(left) > WATER:
                raise NoAnswerError(self._moving(row[1]))

    def _moving(self, space: str) -> Problem:
        """What moves the water of a volume as described."""
        membrane = next(m for m in self.cell.around(space) if m.water.rule != "none")
        numbers, ends = self.whole.numbers, membrane.ends
        if membrane.water.target is not None:
            asked = float(water.asked_volume(self.cell, membrane, numbers))
            return words.volume_relaxes(membrane.name, membrane.inner, asked, numbers[f"{membrane.inner}.described_volume"])
        inner, outer = (float(water.osmolarity(self.cell, end, numbers)) for end in ends)
        wall = float(water.pressure(membrane.name, membrane, numbers)) / (R * numbers["temperature"])
        return words.water_flows(membrane.name, ends, (inner, outer), wall, self.free.that_move(WATERS, membrane.inner))
