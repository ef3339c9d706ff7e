"""Steady states of a whole cell: Newton in logarithmic amounts, and steps of implicit Euler that follow the cell there.

Unknowns y: potentials of nodes over RT/F, logarithms of amounts, logarithms of volumes. Equations: no net flux into any amount
(or a conserved total in its place), the charge of each compartment on its membranes, no net water.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ... import maths
from ...constants import F, R
from ...description.cell import CELL
from ...engines.buffered import Buffered
from ...engines.symbolic import symbols, vanishes
from ...system.cell import CellSystem
from ...system.conservation import combined, conserved, stoichiometry, water_stoichiometry
from ...system.exchange import Exchange

NEWTON_STEPS = 60
LONGEST_STEP = 1.0
SETTLED = 1e-13
EULER_STEPS = 1500
STEP = 1e-5
"""Volts by which a potential is moved to see which ion answers most."""
FIRST_STEP = 1e-4
LAST_STEP = 1e14
CHANGE = (0.5, 0.25)
"""Largest change of a potential (in RT/F, or a part of itself where it is large) and of a logarithm in one step of the path."""


@dataclass(frozen=True)
class Path:
    """Where following the cell led: the last point, the time it took [s], and whether it came to rest."""

    y: np.ndarray
    time: float
    arrived: bool
    history: tuple[tuple[float, np.ndarray], ...] = ()


class SteadyProblem:
    """The equations of one cell, compiled; numbers may change from call to call (structure may not)."""

    def __init__(self, whole: CellSystem) -> None:
        self.whole, self.layout = whole, whole.layout
        self.nodes, self.count = len(self.layout.nodes), self.layout.size - len(self.layout.nodes)
        self.L, self.dependent = conserved(combined(stoichiometry(whole, standing_still(whole)), water_stoichiometry(whole)))
        self.independent = [k for k in range(self.count) if k not in self.dependent]

    @functools.cached_property
    def compiled(self) -> Buffered:
        return Buffered(self.outputs, self.layout.size, self.whole.names)

    # -- equations ------------------------------------------------------------------------------------------------

    def outputs(self, y: Any, numbers: Mapping[str, Any]) -> list[Any]:
        """Net fluxes into amounts [mol/s] and volumes [m^3/s], then for each node its charge balance [C] or, held or open, its net
        current [A]."""
        x = self._contents(y)
        V, state = self.voltages(y, numbers), self.whole.at(x, numbers)
        flows = self.whole.flows(V, state)
        currents = self.whole.net_currents(flows)
        balances = [self._balance(k, node, x, V, currents, state) for k, node in enumerate(self.layout.nodes)]
        return [*self.whole.net_fluxes(flows, self.whole.exchanged(state)), *self.whole.net_waters(state), *balances]

    def _balance(self, k: int, node: str, x: Any, V: Mapping[str, Any], currents: list[Any], state: Mapping[str, Any]) -> Any:
        if self.whole.cell.compartments[node].role == CELL:
            return self.whole.net_charge(node, x, state) - self.whole.membrane_charge(node, V, state)
        return currents[k]

    def _contents(self, y: Any) -> list[Any]:
        """The state without its charges (zeros in their place): amounts and volumes of a point of unknowns."""
        return [*(0.0 for _ in self.layout.nodes), *(maths.exp(y[self.nodes + k]) for k in range(self.count))]

    def state(self, y: Any, numbers: Mapping[str, Any]) -> list[Any]:
        """The state (charges, amounts, volumes) of a point of unknowns."""
        x = self._contents(y)
        V, state = self.voltages(y, numbers), self.whole.at(x, numbers)
        return [*(self.whole.membrane_charge(node, V, state) for node in self.layout.nodes), *x[self.nodes :]]

    def voltages(self, y: Any, numbers: Mapping[str, Any]) -> dict[str, Any]:
        """Membrane potentials [V] of a point of unknowns."""
        unit = R * numbers["temperature"] / F
        return self.whole.membrane_potentials({node: y[k] * unit for k, node in enumerate(self.layout.nodes)})

    def point(self, potentials: Mapping[str, float], contents: np.ndarray, numbers: Mapping[str, float]) -> np.ndarray:
        """Unknowns at given potentials [V], amounts [mol] and volumes [m^3]; an amount of zero starts as a trace."""
        unit = R * numbers["temperature"] / F
        amounts = contents[: len(self.layout.amounts)]
        trace = 1e-9 * max(float(amounts.max(initial=0.0)), 1e-30)
        held = [*np.maximum(amounts, trace), *contents[len(self.layout.amounts) :]]
        return np.array([*(potentials[node] / unit for node in self.layout.nodes), *np.log(held)])

    def charged(
        self, potentials: Mapping[str, float], numbers: Mapping[str, float]
    ) -> tuple[np.ndarray, dict[str, tuple[str, float]]]:
        """Amounts [mol] that carry the charge of given potentials [V], and for each node the ion that was shifted and by how much.

        The described amounts, with the missing charge put on the permeant monovalent ion of largest conductance.
        """
        amounts = np.array(self.whole.described())
        state = self.whole.at(self._contents(self.point(potentials, amounts, numbers)), numbers)
        V = self.whole.membrane_potentials(potentials)
        exchanged = self.whole.exchanged(state)
        fluxes = self.whole.net_fluxes(self.whole.flows(V, state), exchanged)
        shifts = {}
        for node in self._charged_spaces():
            x = [*np.zeros(self.nodes), *amounts]
            missing = (self.whole.membrane_charge(node, V, state) - self.whole.net_charge(node, x, numbers)) / F
            shifted = self.whole.membrane_potentials({**potentials, node: potentials[node] + STEP})
            slopes = np.subtract(self.whole.net_fluxes(self.whole.flows(shifted, state), exchanged), fluxes) / STEP
            ion = self._carrier(node, slopes, amounts, missing)
            if ion is not None:
                z = self.whole.cell.valences[ion]
                amounts[self.layout.index[node, ion] - self.nodes] += missing / z
                shifts[node] = (ion, missing / z)
        return amounts, shifts

    def _charged_spaces(self) -> list[str]:
        """Compartments whose contents carry the charge of membranes: nodes, and a closed space that is the reference."""
        spaces = self.whole.cell.compartments
        return [name for name, one in spaces.items() if one.role == CELL and (name in self.layout.nodes or one.reference)]

    def _carrier(self, node: str, slopes: np.ndarray, amounts: np.ndarray, missing: float) -> str | None:
        """The monovalent ion of a compartment whose flux answers most to its potential, of those that can bear the charge."""
        found: list[tuple[bool, float, str]] = []
        for row, (space, ion) in enumerate(self.layout.amounts):
            z = self.whole.cell.valences[ion]
            if space == node and abs(z) == 1 and amounts[row] > 0:
                conductance = abs(float(slopes[row]))
                if conductance > 0:
                    found.append((amounts[row] + missing / z > 0.01 * amounts[row], conductance, ion))
        return max(found)[2] if found else None

    def balances(self, y: np.ndarray, kept: np.ndarray, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What is zero in a steady state, with its Jacobian: `outputs`, conserved totals in the places of the fluxes that follow
        from others."""
        f, J = self.compiled(y, p)
        n = np.exp(y[self.nodes :])
        for k, total in zip(self.dependent, self.L, strict=True):
            f[k], J[k] = total @ (n - kept), 0.0
            J[k, self.nodes :] = total * n
        return f, J

    # -- Newton ---------------------------------------------------------------------------------------------------

    def newton(self, start: np.ndarray, kept: np.ndarray, numbers: Mapping[str, float]) -> tuple[np.ndarray, bool]:
        """Solve from a start; `kept` are amounts [mol] whose conserved totals hold. The caller certifies the answer."""
        p, y = self.compiled.values(numbers), np.array(start)
        for _ in range(NEWTON_STEPS):
            step = self._step(y, kept, p)
            if step is None:
                return y, False
            y = y + step * self._part(step, y)
            if np.abs(step).max() <= SETTLED * max(1.0, float(np.abs(y).max())):
                return y, True
        step = self._step(y, kept, p)
        return y, step is not None and bool(np.abs(step).max() <= 1e-10)

    def _part(self, step: np.ndarray, y: np.ndarray) -> float:
        """The part of a Newton step that is taken: no logarithm and no potential moves by more than one (or a tenth of itself)."""
        sizes = np.abs(step)
        sizes[: self.nodes] /= np.maximum(1.0, 0.1 * np.abs(y[: self.nodes]))
        return min(1.0, LONGEST_STEP / max(float(sizes.max(initial=0.0)), 1e-300))

    def _step(self, y: np.ndarray, kept: np.ndarray, p: np.ndarray) -> np.ndarray | None:
        f, J = self.balances(y, kept, p)
        return _linear(J, -f)

    # -- the path the cell takes ----------------------------------------------------------------------------------

    def follow(self, start: np.ndarray, numbers: Mapping[str, float], first: float = FIRST_STEP) -> Path:
        """Implicit Euler with steps that grow as the cell settles: where it goes from the start, at low accuracy."""
        p, y, dt, time = self.compiled.values(numbers), np.array(start), first, 0.0
        history = [(0.0, y)]
        for _ in range(EULER_STEPS):
            new = self._euler(y, dt, p)
            change = None if new is None else self._change(y, new)
            if new is None or change is None or change > 1.0:
                dt *= 0.3
                if dt < 1e-12:
                    return Path(y, time, False, tuple(history))
                continue
            y, time = new, time + dt
            history.append((time, y))
            if dt >= LAST_STEP:
                return Path(y, time, True, tuple(history))
            dt *= 4.0 if change < 0.1 else 1.6
        return Path(y, time, False, tuple(history))

    def _change(self, old: np.ndarray, new: np.ndarray) -> float:
        """The change of a step against the largest that is allowed."""
        moved = np.abs(new - old)
        potentials = moved[: self.nodes] / np.maximum(CHANGE[0], 0.1 * np.abs(old[: self.nodes]))
        return float(max(potentials.max(initial=0.0), moved[self.nodes :].max(initial=0.0) / CHANGE[1]))

    def _euler(self, old: np.ndarray, dt: float, p: np.ndarray) -> np.ndarray | None:
        y, n_old = np.array(old), np.exp(old[self.nodes :])
        for _ in range(12):
            f, J = self.compiled(y, p)
            n = np.exp(y[self.nodes :])
            f[: self.count] = (n - n_old) / dt - f[: self.count]
            J[: self.count] *= -1.0
            J[np.arange(self.count), self.nodes + np.arange(self.count)] += n / dt
            step = _linear(J, -f)
            if step is None:
                return None
            y = y + step * self._part(step, y)
            if np.abs(step).max() <= 1e-9:
                return y
        return None


def standing_still(whole: CellSystem) -> list[Exchange]:
    """Exchanges whose rate is zero whatever the state is, such as with a coefficient of zero."""
    if not whole.exchanges:
        return []
    state = [name for name in whole.numbers if name.endswith(".volume") or name in ("temperature", "time")]
    state += [f"{name}.{ion}" for name, space in whole.cell.compartments.items() for ion in space.ions]
    numbers = {**whole.numbers, **symbols(state)}
    return [exchange for exchange in whole.exchanges if all(vanishes(flux) for flux in exchange.flows(numbers).fluxes.values())]


def _linear(J: np.ndarray, right: np.ndarray) -> np.ndarray | None:
    """The solution of a small system with its rows scaled to one; None where there is none."""
    scale = np.abs(J).max(axis=1)
    if not (np.isfinite(scale.sum() + right.sum()) and scale.min(initial=1.0) > 0):
        return None
    try:
        step = np.linalg.solve(J / scale[:, None], right / scale)
    except np.linalg.LinAlgError:
        return None
    return step if np.all(np.isfinite(step)) else None
