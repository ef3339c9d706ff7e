"""The free energy stored in a whole cell, as a function of its state, and the rate at which its state changes it.

Stored is what ions, impermeants, charged membranes and stretched walls could do on the way to the composition of the reference bath.
An ion that this bath lacks counts from another bath's concentration, or from the largest described one; an impermeant from its own
described concentration: such constants shift the stored energy and no change of it.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from ..constants import R
from ..description.cell import BATH, CELL
from ..laws.capacitor import capacitor_energy
from ..laws.energy import chemical_potential, stored_in_gradient
from ..maths import is_symbol, maximum
from ..mechanisms.parameter import Basis
from . import water
from .cell import CellSystem
from .circuit import add_to_sides
from .clamps import Motion
from .states import AMOUNT, CHARGE, VOLUME, Key

LEAST = 1e-30
"""Concentration [mol/m^3] that stands for none in a graph."""
NOT_IDEAL = (
    "an osmotic coefficient other than 1 beside concentrations that stand for activities: where the volume changes, no free energy "
    "has both as its slopes"
)

NOT_CARRIED = "so water goes from there that no membrane carries, whose free energy is not counted"

STEEP = "changes so steeply with pH that its energy is not summed up well"


class FreeEnergy:
    """Stored free energy of a cell."""

    def __init__(self, whole: CellSystem) -> None:
        self.whole, self.cell = whole, whole.cell
        self.baths = sorted(
            (name for name, space in self.cell.compartments.items() if space.role == BATH),
            key=lambda name: not self._is_ground(name),
        )
        self.moving = (*whole.states.places(VOLUME), *whole.instantaneous)

    def why_none(self, numbers: Mapping[str, float]) -> str | None:
        """A sentence where none can be defined at these numbers."""
        whole = self.whole
        reasons = [f"'{space}' has {NOT_IDEAL}" for space in self.cell.compartments if not self._is_ideal(space, numbers)]
        reasons += [f"the volume of '{space}' is what others leave, {NOT_CARRIED}" for space in whole.left]
        reasons += [f"the charge of '{path}' {STEEP}" for path in whole.buffers.too_steep(numbers)]
        return next(iter(reasons), whole.equilibria.disagreement(numbers))

    def _is_ideal(self, space: str, numbers: Mapping[str, float]) -> bool:
        """Whether nothing stands between osmolarity and concentrations of a compartment, where water moves."""
        number = numbers.get(f"{space}.osmotic_coefficient")
        return not self.moving or number == 1.0 or (number is not None and space not in self.moving)

    def _is_ground(self, name: str) -> bool:
        space = self.cell.compartments[name]
        return space.clamped is None and not space.open

    # -- what stored energy is counted from -----------------------------------------------------------------------

    def reference(self, ion: str, numbers: Mapping[str, Any]) -> Any:
        """The concentration of an ion from which stored energy counts [mol/m^3], one for all compartments; of what reactions at equilibrium
        make that beside those of what it is made of, so that these reactions store and lose nothing."""
        if (held := self.whole.equilibria.makes.get(ion)) is not None:
            return held.beside(ion, {one: self.reference(one, numbers) for one in held.made[ion]}, numbers)
        listing = [name for name in self.cell.compartments if self.whole.numbers.get(f"{name}.{ion}", 0.0) > 0]
        bath = next((name for name in self.baths if name in listing), None)
        return numbers[f"{bath}.{ion}"] if bath is not None else self._most_described(ion, listing, numbers)

    def _most_described(self, ion: str, listing: list[str], numbers: Mapping[str, Any]) -> Any:
        """The largest described concentration of an ion, in the outermost spaces where these list it [mol/m^3]."""
        outermost = [name for name in listing if self.cell.compartments[name].reference]
        described = [numbers[f"described.{name}.{ion}"] for name in outermost or listing]
        return functools.reduce(maximum, described) if described else 1.0

    def kept(self, begin: Mapping[str, Any], end: Mapping[str, Any]) -> float:
        """What is left at the end of the ion that falls to the smallest part of itself, of all that a space whose composition is kept lists."""
        spaces = [name for name in self.cell.compartments if is_reservoir(self.whole, name)]
        paths = [f"{name}.{ion}" for name in spaces for ion in self.cell.compartments[name].ions]
        listed = [path for path in paths if self.whole.numbers[path] > 0]
        return min((end[path] / begin[path] if begin[path] > 0 else 0.0 for path in listed), default=1.0)

    def _reference_osmolarity(self, numbers: Mapping[str, Any]) -> Any:
        """The osmolarity from which water counts [mol/m^3]: that of the reference bath, or of the outermost space as described."""
        if self.baths:
            return water.osmolarity(self.cell, self.baths[0], numbers)
        name = next(name for name, space in self.cell.compartments.items() if space.reference)
        prefix = "described."
        described = {path.removeprefix(prefix): value for path, value in numbers.items() if path.startswith(f"{prefix}{name}.")}
        return water.osmolarity(self.cell, name, {**numbers, **described})

    def mu(self, space: str, ion: str, state: Mapping[str, Any]) -> Any:
        """Chemical potential of an ion in a compartment against its reference [J/mol]."""
        return against(state[f"{space}.{ion}"], self.reference(ion, state), state["temperature"])

    def water_potential(self, space: str, state: Mapping[str, Any]) -> Any:
        """Free energy of water in a compartment per volume against its reference [Pa]: pressure less osmotic pressure."""
        excess = water.osmolarity(self.cell, space, state) - self._reference_osmolarity(state)
        walls = (m for m in self.cell.membranes.values() if m.inner == space)
        return sum((water.pressure(m.name, m, state) for m in walls), 0.0) - R * state["temperature"] * excess

    # -- the state function ---------------------------------------------------------------------------------------

    def stored(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> Any:
        """Free energy stored in gradients, membranes and walls [J], from a full state."""
        return sum(self.parts(x, numbers), 0.0)

    def parts(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """What stored energy is the sum of: each solute of each compartment, water, charged membranes, walls [J]."""
        state = self.whole.at(x, numbers)
        V = self.whole.membrane_potentials(self.whole.potentials(x, state), state)
        parts = [part for space in self.whole.spaces for part in self._solutes(space, x, state)]
        parts += [capacitor_energy(self.whole.capacitance(name, state), V[name]) for name in self.cell.membranes]
        parts += [water.wall_energy(name, m, state) for name, m in self.cell.membranes.items() if m.water.elastic_modulus]
        return parts

    def _solutes(self, space: str, x: Sequence[Any], state: Mapping[str, Any]) -> list[Any]:
        w, T = state[f"{space}.volume"], state["temperature"]
        compartment = self.cell.compartments[space]
        held = [(state[f"{space}.{ion}"] * w, self.reference(ion, state)) for ion in compartment.ions]
        held += [
            (state[f"{space}.{word}.amount"], state[f"described.{space}.{word}.concentration"])
            for word in compartment.impermeants
            if self.whole.numbers[f"{space}.{word}.concentration"] > 0
        ]
        buffers = self.whole.buffers
        parts = [
            buffers.stored(space, ion, state[f"{space}.{ion}"], self.reference(ion, state), state) for ion in buffers.of(space)
        ]
        parts += [stored_in_gradient(n, w, maximum(c_ref, LEAST) if is_symbol(c_ref) else c_ref, T) for n, c_ref in held]
        if space in self.moving:
            left = self._reference_osmolarity(state) - sum(c_ref for _, c_ref in held)
            parts.append(R * T * left * (w - state[f"{space}.described_volume"]))
        return parts

    # -- its rate, compartment by compartment ---------------------------------------------------------------------

    def rate(self, m: Motion) -> Any:
        """Rate at which the state changes the stored energy while all that a protocol sets stays [W].

        Each compartment's rates of amounts, charge and volume times its own chemical, electric and water potential.
        """
        total: Any = 0.0
        rates = self.water_rates(m)
        for key, rate in m.rates.items():
            if key.kind in (AMOUNT, CHARGE):
                total = total + self.potential(key, m) * rate
        for space, rate in rates.items():
            total = total + self.water_potential(space, m.state) * rate
        total = total + self.by_stats(m, rates) - self.by_holding(m)
        return total + self._clamped_plates(m, rates) - self.growing_membranes(m, rates)

    def potential(self, key: Key, m: Motion) -> Any:
        """Free energy that an amount or a charge gains with its own magnitude [J/mol, V]."""
        return self.mu(key.place, key.name, m.state) if key.kind == AMOUNT else m.potentials[key.place]

    def by_stats(self, m: Motion, rates: Mapping[str, Any]) -> Any:
        """Power that stats give with what they bring, at rates of volumes [W]; booked charge has no chemical potential."""
        whole = self.whole
        made = whole.equilibria.making(whole.turning(m.rates, m.V, m.state)) if whole.equilibria.holding else {}
        given = whole.stats.given(m.rates, rates, m.state, made) if whole.stats.all else {}
        return sum((flux * self.mu(*place, m.state) for place, flux in given.items()), 0.0)

    def by_holding(self, m: Motion) -> Any:
        """Power that free ions lose to states that hold them [W]; what these store of it is not described."""
        taken = self.whole.holds.taken(self.whole.own_rates(m.V, m.state)) if self.whole.holds.all else {}
        return sum((rate * self.mu(*place, m.state) for place, rate in taken.items()), 0.0)

    def water_rates(self, m: Motion) -> dict[str, Any]:
        """Rate of every volume that changes [m^3/s], those that follow at once too."""
        return self.whole.water_rates(m.rates, m.state)

    def growth(self, m: Motion, rates: Mapping[str, Any]) -> dict[str, Any]:
        """Rate of the capacitance of each membrane whose area follows a changing volume [F/s]."""
        found = {}
        for name, membrane in self.cell.membranes.items():
            capacitance = membrane.capacitance
            per_area = membrane.water.area_follows_shape and capacitance is not None and capacitance.basis is Basis.AREA
            if per_area and membrane.inner in rates:
                slope = water.area_slope(self.cell, membrane, m.state[f"{membrane.inner}.volume"], m.state)
                found[name] = m.state[f"{name}.specific_capacitance"] * slope * rates[membrane.inner]
        return found

    def growing_membranes(self, m: Motion, rates: Mapping[str, Any]) -> Any:
        """Free energy that charged membranes lose by spreading the same charge on more area [W]."""
        return sum((capacitor_energy(1.0, m.V[name]) * rate for name, rate in self.growth(m, rates).items()), 0.0)

    def _clamped_plates(self, m: Motion, rates: Mapping[str, Any]) -> Any:
        """Power at which baths of a given potential charge their side of the membranes [W]."""
        fixed = self.whole.circuit.fixed_potentials(m.state)
        total: Any = 0.0
        for name, current in self.plates(m, rates).items():
            total = total + fixed[name] * current
        return total

    def plates(self, m: Motion, rates: Mapping[str, Any]) -> dict[str, Any]:
        """Rate of the charge on the side of each clamped bath [A]."""
        clamped = [name for name in self.whole.circuit.fixed_potentials(m.state) if f"{name}.clamped" in m.state]
        if not clamped:
            return {}
        growth = self.growth(m, rates)
        dV = self._potential_rates(m, growth, clamped)
        found: dict[str, Any] = dict.fromkeys(clamped, 0.0)
        for name, membrane in self.cell.membranes.items():
            change = self.whole.capacitance(name, m.state) * dV[name] + growth.get(name, 0.0) * m.V[name]
            add_to_sides(found, membrane, change)
        return found

    def _potential_rates(self, m: Motion, growth: Mapping[str, Any], clamped: Sequence[str]) -> dict[str, Any]:
        """Rate of change of each membrane potential [V/s]: by the currents, and by the same charge on a capacitance that grows."""
        charges = {key.place: current for key, current in m.rates.items() if key.kind == CHARGE}
        for name, rate in growth.items():
            add_to_sides(charges, self.cell.membranes[name], -rate * m.V[name])
        slopes = self.whole.potentials_of(charges, m.state)
        still = self.whole.potentials_of(dict.fromkeys(charges, 0.0), m.state)
        changes = {node: slopes[node] - still[node] for node in slopes} | dict.fromkeys(clamped, 0.0)
        return self.whole.membrane_potentials(changes, m.state)


def against(c: Any, c_ref: Any, T: Any) -> Any:
    """Chemical potential against a reference [J/mol]. An integrator's trials may find nothing of an ion: in symbols it stays finite."""
    if is_symbol(c) or is_symbol(c_ref):
        c, c_ref = maximum(c, LEAST), maximum(c_ref, LEAST)
    return chemical_potential(c, c_ref, T)


def is_reservoir(whole: CellSystem, space: str) -> bool:
    """Whether a compartment keeps its composition whatever enters it."""
    return whole.cell.compartments[space].role != CELL
