"""What time courses of many rows must keep, row by row; as `account` has it for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...system.cell import CellSystem
from ...system.clamps import Dynamics, held
from ...system.flows import Place
from ..steady.certificate import charge_scale
from .account import CHARGE_LIMIT, FEW, SPECIES_LIMIT, bound_by_buffers, store_charges, store_scale


class RowAccount:
    """The largest errors of rows so far.

    Attributes:
        species, charge: parts of what there is, as the certificate of one row has them
    """

    def __init__(self, whole: CellSystem, x: Sequence[Any], numbers: Mapping[str, Any], size: int) -> None:
        self.whole, self.first = whole, held(whole.states, x)
        self.stores = store_charges(whole, x, numbers)
        self.species, self.charge = np.zeros(size), np.zeros(size)
        self.received: dict[str, Any] = {}
        self.passed: dict[str, Any] = {}

    def stretch(
        self, dynamics: Dynamics, begin: tuple[Sequence[Any], Mapping[str, Any]], end: tuple[Sequence[Any], Mapping[str, Any]]
    ) -> None:
        """Reduced states and numbers at both ends of a stretch."""
        z, numbers = end
        before, counted = dynamics.totals(*begin), dynamics.counted(z)
        for ion, total in dynamics.totals(z, numbers).items():
            moved = sum(abs(given) for (_, one), given in counted.items() if one == ion)
            self._kept(ion, total - before[ion], np.maximum(abs(before[ion]), moved), numbers)
        self.enter(counted)
        x = dynamics.full(z, numbers)
        state = self.whole.at(x, numbers)
        for node in self.whole.charged:
            if node not in dynamics.clamps.dialysed:
                error = np.abs(self.whole.net_charge(node, x, numbers) - self.whole.charge(x, node))
                self.charge = np.maximum(self.charge, error / charge_scale(self.whole, node, x, state))
        for store, charge in store_charges(self.whole, x, numbers).items():
            if store in dynamics.clamps.dialysed:
                self.stores[store] = charge
                continue
            error = np.abs(charge - self.stores[store]) / store_scale(self.whole, store, x)
            self.charge = np.maximum(self.charge, error)

    def enter(self, given: Mapping[Place, Any]) -> None:
        """What places outside the state received [mol]."""
        for (_, ion), amount in given.items():
            self.received[ion] = self.received.get(ion, 0.0) + amount
            self.passed[ion] = self.passed.get(ion, 0.0) + abs(amount)

    def total(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> None:
        """What compartments hold at the end and all that others received, against the begin."""
        for ion, amount in held(self.whole.states, x).items():
            size = np.maximum(np.maximum(self.first[ion], amount), self.passed.get(ion, 0.0))
            self._kept(ion, amount + self.received.get(ion, 0.0) - self.first[ion], size, numbers)

    def _kept(self, ion: str, appeared: Any, size: Any, numbers: Mapping[str, Any]) -> None:
        size = np.maximum(np.maximum(size, bound_by_buffers(self.whole, ion, numbers)), FEW)
        self.species = np.maximum(self.species, np.abs(appeared) / size)

    @property
    def kept(self) -> np.ndarray:
        """Whether a row kept everything."""
        return (self.species <= SPECIES_LIMIT) & (self.charge <= CHARGE_LIMIT)

    @property
    def largest(self) -> np.ndarray:
        """The largest part of each row that was not kept."""
        return np.maximum(self.species, self.charge)
