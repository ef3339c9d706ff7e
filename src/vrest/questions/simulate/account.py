"""What a time course must keep: every species over compartments and ledger, and the charge of every compartment."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...description.cell import CELL
from ...errors import NoAnswerError, Problem
from ...system.cell import CellSystem
from ...system.clamps import Dynamics, held
from ..steady.certificate import charge_scale

SPECIES_LIMIT = 1e-12
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
        self.stores: dict[str, float] = {}

    # -- over the whole run -----------------------------------------------------------------------------------------

    def open(self, x: np.ndarray, numbers: Mapping[str, float]) -> None:
        """What the compartments hold at the begin, and the charge of stores, which stays."""
        self.first = self._held(x)
        self.stores = self._store_charges(x, numbers)

    def enter(self, received: Mapping[tuple[str, str], float]) -> None:
        """What places outside the state received [mol]."""
        for key, amount in received.items():
            self.ledger[key] = self.ledger.get(key, 0.0) + amount
            self.passed[key[1]] = self.passed.get(key[1], 0.0) + abs(amount)

    def total(self, x: np.ndarray) -> None:
        """Check what the compartments hold at the end, and all that the ledger received, against the begin.

        Raises:
            NoAnswerError: a species was not kept.
        """
        for ion, amount in self._held(x).items():
            received = sum(given for (_, one), given in self.ledger.items() if one == ion)
            self._kept(ion, amount + received - self.first[ion], max(self.first[ion], amount, self.passed.get(ion, 0.0)))

    def received(self) -> dict[str, dict[str, float]]:
        """What each place outside the state received by the end [mol]."""
        found: dict[str, dict[str, float]] = {}
        for (place, ion), amount in self.ledger.items():
            found.setdefault(place, {})[ion] = amount
        return found

    def _held(self, x: np.ndarray) -> dict[str, float]:
        return {ion: float(amount) for ion, amount in held(self.whole.states, x).items()}

    # -- over one stretch -------------------------------------------------------------------------------------------

    def largest(self, name: str) -> float:
        return max(self.worst[name].values(), default=0.0)

    def note(self, name: str, place: str, error: float) -> None:
        group = self.worst.setdefault(name, {})
        group[place] = max(group.get(place, 0.0), error)

    def close(self, dynamics: Dynamics, before: Mapping[str, float], z: np.ndarray, numbers: Mapping[str, float]) -> None:
        """Check a stretch from the totals before it and the reduced state at its end.

        Raises:
            NoAnswerError: a species or a charge was not kept.
        """
        self._species(dynamics, before, z, numbers)
        self.enter({place: float(amount) for place, amount in dynamics.counted(z).items()})
        self._charges(dynamics, z, numbers)

    def _species(self, dynamics: Dynamics, before: Mapping[str, float], z: np.ndarray, numbers: Mapping[str, float]) -> None:
        for ion, total in dynamics.totals(list(z), numbers).items():
            moved = sum(abs(float(given)) for (_, one), given in dynamics.counted(z).items() if one == ion)
            self._kept(ion, float(total - before[ion]), max(abs(float(before[ion])), moved))

    def _kept(self, ion: str, appeared: float, size: float) -> None:
        error = abs(appeared) / max(size, 1e-300)
        self.note("species_fraction", ion, error)
        if error > SPECIES_LIMIT:
            raise NoAnswerError(
                Problem(
                    f"{ion} was not conserved: {error:.2g} of it appeared or was lost",
                    expected="a smaller rtol, or --engine scipy",
                )
            )

    def _charges(self, dynamics: Dynamics, z: np.ndarray, numbers: Mapping[str, float]) -> None:
        whole = self.whole
        x = [float(v) for v in dynamics.full(list(z), numbers)]
        state = whole.at(x, numbers)
        for node in whole.charged:
            if node not in dynamics.clamps.dialysed:
                error = abs(float(whole.net_charge(node, x, numbers)) - whole.charge(x, node))
                self._charge(node, error / charge_scale(whole, node, x, state))
        for store, charge in self._store_charges(np.array(x), numbers).items():
            if store in dynamics.clamps.dialysed:
                self.stores[store] = charge
            else:
                error = abs(charge - self.stores.get(store, charge))
                self._charge(store, error / charge_scale(whole, store, x, state))

    def _charge(self, node: str, fraction: float) -> None:
        if fraction > CHARGE_LIMIT:
            raise NoAnswerError(
                Problem(f"the charge of '{node}' was not kept: {fraction:.2g} of that at 70 mV", expected="--engine scipy")
            )
        self.note("charge_fraction_of_70_mV", node, fraction)

    def _store_charges(self, x: np.ndarray, numbers: Mapping[str, float]) -> dict[str, float]:
        whole = self.whole
        stores = [name for name, space in whole.cell.compartments.items() if space.store and space.role == CELL]
        return {name: float(whole.net_charge(name, [float(v) for v in x], numbers)) for name in stores}
