"""The cell as a circuit: what flows through each membrane, the potentials of compartments, and which of them are found together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any

from ..constants import AVOGADRO
from ..description.cell import GROUND, Cell, Compartment, Mechanism, Membrane, bridges, node_of, reachable
from ..laws.capacitor import capacitor_charge, electric_pressure, membrane_field, moles_of_charge, surface_charge_density
from ..laws.double_layer import debye_length, gouy_chapman_potential
from ..laws.nernst import nernst_potential
from ..laws.ohmic import conductance_from_permeability
from ..maths import absolute, where
from ..mechanisms.kind import Flows, PassivePath, Site, across
from ..mechanisms.parameter import ACTIVE, Basis

if TYPE_CHECKING:
    from ..mechanisms.gating import Gating
    from .surface import Surface


class Extent(Enum):
    """What the flows of a membrane are counted per: all of it [mol/s, A], one square metre, or an unknown multiple."""

    WHOLE = "whole"
    AREA = "per area"
    RELATIVE = "relative"


class MembraneSystem:
    """Functions of one membrane. `numbers` everywhere is a mapping of paths to floats, arrays or symbols (`system.numbers`)."""

    def __init__(self, cell: Cell, membrane: Membrane) -> None:
        self.cell, self.membrane = cell, membrane
        self.inner, self.outer = cell.compartments[membrane.inner], cell.compartments[membrane.outer]
        self.mechanisms: dict[str, Mechanism] = dict(sorted(membrane.mechanisms.items(), key=lambda item: item[1].law.basis_free))
        self.extent = self._extent()
        self._path = {word: f"{membrane.name}.{word}." for word in membrane.mechanisms}
        self.surface = _surface(cell, membrane)
        self._atp = next((f"{c.name}.delta_G" for c in (self.inner, self.outer) if c.delta_G is not None), None)

    def _extent(self) -> Extent:
        bases = {m.basis for m in self.mechanisms.values()}
        if Basis.RELATIVE in bases:
            return Extent.RELATIVE
        if self.membrane.area is None and (Basis.AREA in bases or not bases - {None}):
            return Extent.AREA
        return Extent.WHOLE

    def flows(self, V: Any, numbers: Mapping[str, Any]) -> dict[str, Flows]:
        """What each mechanism does at membrane potential V [V], in the order of the description.

        Outward positive; per `extent`: mol/s and A, or mol m^-2 s^-1 and A/m^2, or an unknown multiple of these.
        """
        found: dict[str, Flows] = {}
        for word, mechanism in self.mechanisms.items():
            others = across(found) if mechanism.law.basis_free else {}
            site = self._site(word, mechanism, V, numbers, others)
            flows = mechanism.law.flows(site)
            found[word] = flows.scaled(self._scale(word, mechanism, site, numbers))
        return {word: found[word] for word in self.membrane.mechanisms}

    def currents(self, V: Any, numbers: Mapping[str, Any]) -> dict[str, Any]:
        """Current of each mechanism at V, outward positive."""
        return {word: flows.current(self.cell.valences) for word, flows in self.flows(V, numbers).items()}

    def divisors(self, V: Any, numbers: Mapping[str, Any]) -> list[Any]:
        """What the rates and factors of mechanisms divide by at potentials V [V]."""
        found: list[Any] = []
        for word, one in self.mechanisms.items():
            formulas = [formula for formula in (one.rate, one.factor, *one.computed.values()) if formula is not None]
            site = self._site(word, one, V, numbers, {}) if formulas else None
            found += [part for formula in formulas if site is not None for part in site.divisors(formula)]
        return found

    def passive_paths(self, V: Any, numbers: Mapping[str, Any]) -> list[PassivePath]:
        """Every single-ion passive path with its permeability or conductance as it is at V, factors included."""
        paths = []
        for word, mechanism in self.mechanisms.items():
            if mechanism.law.paths is not None:
                site = self._site(word, mechanism, V, numbers, {})
                scale = self._scale(word, mechanism, site, numbers)
                paths += [path.scaled(scale) for path in mechanism.law.paths(site)]
        return paths

    def straight(self, path: PassivePath, numbers: Mapping[str, Any]) -> tuple[Any, Any]:
        """A passive path as a straight line: its conductance, of a constant-field one at its reversal potential, and that potential [V]."""
        if path.conductance is not None and path.reversal is not None:
            return path.conductance, path.reversal
        assert path.ion is not None
        c_in, c_out = (numbers[f"{end}.{path.ion}"] for end in self.membrane.ends)
        z, T = self.cell.valences[path.ion], numbers["temperature"]
        E = nernst_potential(z, c_in, c_out, T) if path.reversal is None else path.reversal
        if path.conductance is not None:
            return path.conductance, E
        return conductance_from_permeability(path.permeability, z, c_in, c_out, T), E

    def _site(self, word: str, mechanism: Mechanism, V: Any, numbers: Mapping[str, Any], others: Mapping[str, Any]) -> Site:
        prefix = self._path[word]
        p = {key: numbers[prefix + key] for key in mechanism.parameters}
        c_in, c_out = self.concentrations(numbers)
        delta_G = numbers[self._atp] if self._atp is not None and mechanism.pump else None
        site = Site(
            V,
            numbers["temperature"],
            numbers["time"],
            self.cell.valences,
            c_in,
            c_out,
            p,
            mechanism.species,
            delta_G,
            others,
            mechanism.form,
            mechanism.let,
            numbers,
            self.membrane.ends,
            shift=None if self.surface is None or mechanism.gating is None else self.surface.shift(numbers),
        )
        if mechanism.gating is not None:
            mechanism.gating.fill(site, self._held(word, mechanism.gating, numbers))
        if mechanism.rate is not None:
            p["rate"] = site.value_of(mechanism.rate)
        for key, formula in mechanism.computed.items():
            p[key] = site.value_of(formula)
        return site

    def _held(self, word: str, gating: Gating, numbers: Mapping[str, Any]) -> dict[str, Any]:
        """Values of gates that a state holds."""
        prefix = self._path[word]
        return {name: numbers[prefix + name] for name in (*gating.moving, *gating.standing) if prefix + name in numbers}

    # -- gates --------------------------------------------------------------------------------------------------------

    def gates(self, V: Any, numbers: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Values of every gate and state of a scheme by mechanism, at membrane potential V [V]: held, or settled."""
        return self._of_its_own(V, numbers, lambda gating: gating.names)

    def own_states(self, V: Any, numbers: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """The same of states of one's own."""
        return self._of_its_own(V, numbers, lambda gating: [one.name for one in gating.states])

    def settled(self, V: Any, numbers: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """The same of all that settles at V: gates, schemes and states."""
        return self._of_its_own(V, numbers, lambda gating: gating.moving)

    def _of_its_own(
        self, V: Any, numbers: Mapping[str, Any], names: Callable[[Gating], Sequence[str]]
    ) -> dict[str, dict[str, Any]]:
        found = {}
        for word, gating in self._gated():
            if wanted := names(gating):
                p = self._site(word, self.mechanisms[word], V, numbers, {}).p
                found[word] = {name: p[name] for name in wanted}
        return found

    def gate_rates(self, V: Any, numbers: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Rates of those that move [1/s], by mechanism, at numbers that hold them."""
        return {word: gating.rates(self._site(word, self.mechanisms[word], V, numbers, {})) for word, gating in self._gated()}

    def time_constants(self, V: Any, numbers: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Time constants of the gates that move [s], by mechanism, at membrane potential V [V]."""
        return {
            word: gating.time_constants(self._site(word, self.mechanisms[word], V, numbers, {})) for word, gating in self._gated()
        }

    def conducting(self, V: Any, numbers: Mapping[str, Any]) -> dict[str, Any]:
        """What each mechanism's flows are multiplied by at membrane potential V [V]: gates, scheme, factor and Q10."""
        found = {}
        for word, mechanism in self.mechanisms.items():
            site = self._site(word, mechanism, V, numbers, {})
            part = 1.0 if mechanism.gating is None else mechanism.gating.opened(site.p)
            found[word] = part * site.factor(mechanism.factor)
        return found

    def _gated(self) -> list[tuple[str, Gating]]:
        return [(word, one.gating) for word, one in self.mechanisms.items() if one.gating is not None]

    def concentrations(self, numbers: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Inner and outer concentrations by ion [mol/m^3]."""
        sides = (self.inner, self.outer)
        inner, outer = ({ion: numbers[f"{side.name}.{ion}"] for ion in side.ions} for side in sides)
        return inner, outer

    def _scale(self, word: str, mechanism: Mechanism, site: Site, numbers: Mapping[str, Any]) -> Any:
        scale = numbers[self._path[word] + ACTIVE]
        if self.extent is Extent.WHOLE:
            if mechanism.basis is Basis.AREA:
                scale = scale * numbers[f"{self.membrane.name}.area"]
            elif mechanism.basis is Basis.VOLUME:
                scale = scale * numbers[f"{self.inner.name}.volume"]
        if mechanism.gating is not None:
            scale = scale * mechanism.gating.opened(site.p)
        return scale * site.factor(mechanism.factor)


def _surface(cell: Cell, membrane: Membrane) -> Surface | None:
    """The charge of a membrane's outer face; what knows of it is loaded where there is one."""
    if membrane.surface is None:
        return None
    from .surface import Surface

    return Surface(cell, membrane)


class Circuit:
    """Membranes in trees are independent: each carries no net current by itself. Those in loops are solved together. Where water alone
    crosses, the potential follows from theirs.

    Attributes:
        membranes: MembraneSystem by name; `silent` are the names of those that no current crosses
        grounded:  compartments whose potential is given
        tree:      names of the membranes outside loops
        loops:     groups of membranes that share loops
    """

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self.grounded = [name for name, space in cell.compartments.items() if node_of(space) == GROUND and not space.store]
        self.membranes = {name: MembraneSystem(cell, membrane) for name, membrane in cell.membranes.items()}
        self.conducting = {name: membrane for name, membrane in cell.membranes.items() if membrane.mechanisms}
        self.silent = [name for name in cell.membranes if name not in self.conducting]
        in_trees = bridges(cell.compartments, self.conducting)
        self.tree = [name for name in self.conducting if name in in_trees]
        self.loops = [Loop(self, group) for group in self._groups([name for name in self.conducting if name not in in_trees])]

    def _groups(self, names: list[str]) -> list[list[str]]:
        groups = []
        left = list(names)
        while left:
            membranes = [self.cell.membranes[name] for name in left]
            joined = reachable(node_of(self.cell.compartments[membranes[0].inner]), self.cell.compartments, membranes)
            group = [name for name in left if node_of(self.cell.compartments[self.cell.membranes[name].inner]) in joined]
            groups.append(group)
            left = [name for name in left if name not in group]
        return groups

    def joined(self, space: str) -> set[str]:
        """The electrical nodes that currents join a compartment to, itself included."""
        return reachable(node_of(self.cell.compartments[space]), self.cell.compartments, list(self.conducting.values()))

    def alone(self, space: str) -> bool:
        """Whether no current reaches a compartment from the ground, so that none decides its potential."""
        return bool(self.silent) and GROUND not in self.joined(space)

    def fixed_potentials(self, numbers: Mapping[str, Any]) -> dict[str, Any]:
        """Potentials of the baths that are given [V]: the reference at 0 V and the clamped ones. A store has none."""
        return {name: numbers.get(f"{name}.clamped", 0.0) for name in self.grounded}

    def potentials(self, V: Mapping[str, Any], numbers: Mapping[str, Any]) -> dict[str, Any]:
        """Potentials of all compartments [V] but stores from the membrane potentials, outward from the fixed ones as far as these reach."""
        known = self.fixed_potentials(numbers)
        left = {name: membrane for name, membrane in self.cell.membranes.items() if name in V}
        while name := next((n for n, m in left.items() if m.inner in known or m.outer in known), None):
            membrane = left.pop(name)
            if membrane.outer in known:
                known.setdefault(membrane.inner, known[membrane.outer] + V[name])
            else:
                known[membrane.outer] = known[membrane.inner] - V[name]
        return {name: known[name] for name in self.cell.compartments if name in known}

    def without_current(self, V: Mapping[str, Any], numbers: Mapping[str, Any]) -> dict[str, Any]:
        """Potentials [V] of the membranes that no current crosses, where those of the others lead to both sides."""
        if not self.silent:
            return {}
        known, ends = self.potentials(V, numbers), {name: self.cell.membranes[name].ends for name in self.silent}
        return {name: known[inner] - known[outer] for name, (inner, outer) in ends.items() if {inner, outer} <= known.keys()}


class Loop:
    """Membranes that share loops: unknown compartment potentials, one current balance for each."""

    def __init__(self, circuit: Circuit, names: list[str]) -> None:
        self.names, self.circuit = names, circuit
        cell = circuit.cell
        ends = dict.fromkeys(end for name in names for end in cell.membranes[name].ends)
        grounded = [end for end in ends if node_of(cell.compartments[end]) == GROUND]
        free = [end for end in ends if end not in grounded]
        self.anchor = None if grounded else self._anchor(free)
        self.unknown = [end for end in free if end != self.anchor]

    def _anchor(self, free: list[str]) -> str:
        """The compartment nearest to the ground, against which the others of a floating loop are found."""
        cell = self.circuit.cell
        outside = [m for name, m in cell.membranes.items() if name not in self.names]
        joined = reachable(GROUND, cell.compartments, outside)
        return next(end for end in free if end in joined)

    def voltages(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> dict[str, Any]:
        """Membrane potentials of the loop from its unknown compartment potentials."""
        potential = self.circuit.fixed_potentials(numbers) | dict(zip(self.unknown, x, strict=True))
        if self.anchor is not None:
            potential[self.anchor] = 0.0
        members = {name: self.circuit.cell.membranes[name] for name in self.names}
        return {name: potential[m.inner] - potential[m.outer] for name, m in members.items()}

    def start(self, potentials: Mapping[str, float]) -> list[float]:
        """The unknowns of this loop at given compartment potentials [V]."""
        base = potentials[self.anchor] if self.anchor is not None else 0.0
        return [potentials[end] - base for end in self.unknown]

    def residuals(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """Net current out of each unknown compartment [A]."""
        net: dict[str, Any] = dict.fromkeys(self.unknown, 0.0)
        for name, V in self.voltages(x, numbers).items():
            add_to_sides(
                net, self.circuit.cell.membranes[name], sum(self.circuit.membranes[name].currents(V, numbers).values(), 0.0)
            )
        return list(net.values())

    def terms(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """Currents of every mechanism out of the only unknown compartment [A]."""
        return [
            sign * current
            for name, V in self.voltages(x, numbers).items()
            for end, sign in sides(self.circuit.cell.membranes[name])
            if end == self.unknown[0]
            for current in self.circuit.membranes[name].currents(V, numbers).values()
        ]


def sides(membrane: Membrane) -> tuple[tuple[str, float], tuple[str, float]]:
    """The compartments of a membrane, with the sign in which what leaves the inner one leaves each."""
    return (membrane.inner, 1.0), (membrane.outer, -1.0)


def add_to_sides(sums: dict[str, Any], membrane: Membrane, amount: Any) -> None:
    """Add an amount to what is summed up for the inner side, and take it from the outer one, where these are among the sums."""
    for space, sign in sides(membrane):
        if space in sums:
            sums[space] = sums[space] + sign * amount


# -- the charge of membranes, and what screens it ---------------------------------------------------------------------

POINT_LIKE = 2.0
"""Charges up to which a solute counts as a point ion in a Debye length."""


def listed(cell: Cell, space: Compartment, numbers: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """Valence and concentration [mol/m^3] of the ions and impermeants that a compartment lists."""
    ions = [(float(z), numbers[f"{space.name}.{ion}"]) for ion in space.ions if (z := cell.valences[ion])]
    fixed = [f"{space.name}.{word}." for word in space.impermeants]
    return ions + [(numbers[path + "valence"], numbers[path + "concentration"]) for path in fixed]


def screening(cell: Cell, space: Compartment, numbers: Mapping[str, Any]) -> tuple[list[Any], list[Any]]:
    """The same of what screens a charge, valences first; impermeants of more charges are no point ions and count as none."""
    every = listed(cell, space, numbers)
    return [where(absolute(z) <= POINT_LIKE, z, 0.0) for z, _ in every], [c for _, c in every]


def debye_length_of(cell: Cell, space: Compartment, numbers: Mapping[str, Any]) -> Any:
    """Debye length of a compartment [m], infinite where it has no ions."""
    return debye_length(*screening(cell, space, numbers), numbers["temperature"])


def layer_drop(cell: Cell, space: Compartment, numbers: Mapping[str, Any], charge: Any) -> Any:
    """Potential across the diffuse layer of a compartment that holds a charge per area [V], the sign of the charge.

    As in a monovalent salt that screens as well: exact for small charges in every mixture.
    """
    strength = sum(z * z * c for z, c in zip(*screening(cell, space, numbers), strict=True)) / 2
    return gouy_chapman_potential(charge, strength, numbers["temperature"])


def held_apart(membrane: Membrane, V: Any, numbers: Mapping[str, Any]) -> dict[str, Any]:
    """What a potential V [V] holds apart, as magnitudes in SI by their keys in JSON; without what takes a capacitance that is not described."""
    thickness = numbers[f"{membrane.name}.thickness"]
    found = {"field_V_per_m": absolute(membrane_field(V, thickness))}
    if (C := numbers.get(f"{membrane.name}.total_capacitance")) is not None:
        charge = absolute(capacitor_charge(C, V))
        moles = moles_of_charge(charge)
        found |= {"moved_C": charge, "moved_mol": moles, "moved_ions": moles * AVOGADRO}
    if (C_m := numbers.get(f"{membrane.name}.specific_capacitance")) is not None:
        density = absolute(surface_charge_density(C_m, V))
        found |= {"surface_C_per_m2": density, "electric_pressure_Pa": electric_pressure(C_m, V, thickness)}
    return found


def contents_of(cell: Cell, space: Compartment, numbers: Mapping[str, Any]) -> dict[str, Any]:
    """Charge of each ion in a compartment [mol], as magnitude; of none where its volume is not described."""
    if space.volume is None:
        return {}
    volume = numbers[f"{space.name}.volume"]
    return {ion: abs(cell.valences[ion]) * numbers[f"{space.name}.{ion}"] * volume for ion in space.ions}
