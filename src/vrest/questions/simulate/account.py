"""What a time course must keep: every species over compartments and ledger, and the charge of every compartment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...constants import AVOGADRO
from ...description.binding import power
from ...description.cell import CELL
from ...errors import NotFoundError, Problem, advice
from ...system.cell import CellSystem
from ...system.clamps import held
from ..steady.certificate import carried_charge, charge_scale
from .points import Points, full, joined, rates_of, together

SPECIES_LIMIT = 1e-12
FEW = 1e3 / AVOGADRO
"""A thousand ions [mol]: the limit is of what there is of a species or was received, or of these where there are fewer. A trace of free
H+ turns over many times in every step, so that rounding is more than a part in 1e12 of it; a billionth of one ion is nothing."""
CHARGE_LIMIT = 1e-9
"""Of the charge at 70 mV, or 100 ulp of the ions' charge where that is more."""


class Account:
    """The largest errors of a run so far, by species and by compartment, as the certificate holds them."""

    def __init__(self, whole: CellSystem) -> None:
        self.whole = whole
        self.worst: dict[str, dict[str, float]] = {"species_fraction": {}, "charge_fraction_of_70_mV": {}}
        self.ledger: dict[tuple[str, str], float] = {}
        self.passed: dict[str, float] = {}
        self.first: dict[str, float] = {}
        self.given: list[tuple[str, str, float, float]] = []
        self.turned: Mapping[tuple[str, str], Any] = {}
        self.stores: dict[str, float] = {}
        self.begun: list[Points] = []
        self.ended: list[Points] = []

    # -- over the whole run -----------------------------------------------------------------------------------------

    def open(self, x: np.ndarray, numbers: Mapping[str, float]) -> None:
        """What the compartments hold at the begin, and the charge of stores, which stays."""
        self.first, self.given, self.turned = self._held(x), self.whole.given(x, numbers), self.whole.turned_over(x, numbers)
        self.stores = {name: float(charge) for name, charge in store_charges(self.whole, x, numbers).items()}

    def enter(self, received: Mapping[tuple[str, str], Any]) -> None:
        """What places outside the state received [mol], at once or in several stretches."""
        for key, amounts in received.items():
            self.ledger[key] = self.ledger.get(key, 0.0) + float(np.sum(amounts))
            self.passed[key[1]] = self.passed.get(key[1], 0.0) + float(np.sum(np.abs(amounts)))

    def total(self, x: np.ndarray, numbers: Mapping[str, float]) -> None:
        """Check what the compartments hold at the end, and all that the ledger received, against the begin; then enter what stats gave.

        Raises:
            NotFoundError: a species was not kept.
        """
        for ion, amount in self._held(x).items():
            received = sum(given for (_, one), given in self.ledger.items() if one == ion)
            size = max(self.first[ion], amount, self.passed.get(ion, 0.0), bound_by_buffers(self.whole, ion, numbers))
            self._kept(ion, amount + received - self.first[ion], size)

        turned = self.whole.turned_over(x, numbers)
        self.enter({place: amount - self.turned[place] for place, amount in turned.items()})
        before = {(space, ion): n for space, ion, n, _ in self.given}
        self.given = [(s, ion, n - before[s, ion], w) for s, ion, n, w in self.whole.given(x, numbers)]
        for space, ion, amount, _ in self.given:
            self.enter({(f"stat.{space}", one): -n for one, n in self.whole.stats.pair(space, ion, amount)})

    def received(self) -> dict[str, dict[str, float]]:
        """What each place outside the state received by the end [mol]."""
        found: dict[str, dict[str, float]] = {}
        for (place, ion), amount in self.ledger.items():
            found.setdefault(place, {})[ion] = amount
        return found

    def _held(self, x: np.ndarray) -> dict[str, float]:
        return {ion: float(amount) for ion, amount in held(self.whole.states, x).items()}

    def largest(self, name: str) -> float:
        return max(self.worst[name].values(), default=0.0)

    def note(self, name: str, place: str, error: float) -> None:
        group = self.worst.setdefault(name, {})
        group[place] = max(group.get(place, 0.0), error)

    # -- over each stretch ------------------------------------------------------------------------------------------

    def stretch(self, begin: Points, end: Points) -> None:
        """A stretch that is over, by its first and last point; `close` checks it."""
        self.begun.append(begin)
        self.ended.append(end)

    def close(self) -> None:
        """Check every stretch since the last time, those under the same rates at once.

        Raises:
            NotFoundError: a species or a charge was not kept.
        """
        if not self.ended:
            return
        (begun, _), (ended, order) = together(self.begun, rates_of), together(self.ended, rates_of)
        self.begun, self.ended = [], []
        for begin, end in zip(begun, ended, strict=True):
            self._species(begin, end)
            self.enter(end.dynamics.counted(end.z))
        stores = joined([self._charges(end) for end in ended], order)
        for store, charges in stores.items():
            self._store(store, *charges.T)

    def _species(self, begin: Points, end: Points) -> None:
        dynamics = end.dynamics
        before = dynamics.totals(begin.z, begin.numbers)
        for ion, total in dynamics.totals(end.z, end.numbers).items():
            moved = sum(np.abs(given) for (_, one), given in dynamics.counted(end.z).items() if one == ion)
            self._kept(
                ion,
                total - before[ion],
                np.maximum(np.maximum(np.abs(before[ion]), moved), bound_by_buffers(self.whole, ion, end.numbers)),
            )

    def _kept(self, ion: str, appeared: Any, size: Any) -> None:
        error = float(np.max(np.abs(appeared) / np.maximum(size, FEW)))
        self.note("species_fraction", ion, error)
        if error > SPECIES_LIMIT:
            raise NotFoundError(
                Problem(
                    f"{ion} was not conserved: {error:.2g} of it appeared or was lost",
                    expected="a smaller rtol, or " + advice('engine="scipy"', "--engine scipy"),
                )
            )

    def _charges(self, end: Points) -> dict[str, np.ndarray]:
        """Check the charges of nodes at ends of stretches; of stores the charge [C], its scale and whether a pipette held it."""
        whole, dialysed = self.whole, end.dynamics.clamps.dialysed
        x = end.dynamics.full(end.z, end.numbers)
        state = whole.at(x, end.numbers)
        for node in whole.charged:
            if node not in dialysed:
                error = np.abs(whole.net_charge(node, x, end.numbers) - whole.charge(x, node))
                self._charge(node, error / charge_scale(whole, node, x, state))
        return {
            store: np.array([full(v, end.time.shape) for v in (q, store_scale(self.whole, store, x), store in dialysed)]).T
            for store, q in store_charges(self.whole, x, end.numbers).items()
        }

    def _store(self, store: str, charges: np.ndarray, scales: np.ndarray, dialysed: np.ndarray) -> None:
        """A store keeps the charge that it began with, or that a pipette left in it."""
        for charge, scale, free in zip(charges.tolist(), scales.tolist(), dialysed == 0, strict=True):
            if free:
                self._charge(store, abs(charge - self.stores[store]) / scale)
            else:
                self.stores[store] = charge

    def _charge(self, node: str, fractions: Any) -> None:
        fraction = float(np.max(fractions))
        if fraction > CHARGE_LIMIT:
            raise NotFoundError(
                Problem(
                    f"the charge of '{node}' was not kept: {fraction:.2g} of that at 70 mV",
                    expected=advice('engine="scipy"', "--engine scipy"),
                )
            )
        self.note("charge_fraction_of_70_mV", node, fraction)


def bound_by_buffers(whole: CellSystem, ion: str, numbers: Mapping[str, Any]) -> Any:
    """What buffers of an ion bind per unit of pH, or at most [mol]: of what is free and bound, a pH counts from an arbitrary zero."""
    spaces = [whole.cell.compartments[space] for space, one in whole.buffers.all if one == ion]
    return sum((power(numbers, space, ion) for space in spaces), 0.0)


def store_charges(whole: CellSystem, x: Sequence[Any] | np.ndarray, numbers: Mapping[str, Any]) -> dict[str, Any]:
    """The charge of what stores hold [C]."""
    stores = [name for name, space in whole.cell.compartments.items() if space.store and space.role == CELL]
    return {name: whole.net_charge(name, list(x), numbers) for name in stores}


def store_scale(whole: CellSystem, store: str, x: Sequence[Any]) -> Any:
    """The charge [C] against which that of a store is kept: its ions are kept as exactly as a species, and it has no membrane."""
    return SPECIES_LIMIT / CHARGE_LIMIT * carried_charge(whole, store, x)
