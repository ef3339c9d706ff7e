"""Every exchange of a cell at one state: what it moves, and what that does to free energy."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...laws.nernst import electrochemical_difference
from ...results.base import Maybe, Unknown, known
from ...results.rest import ExchangeState

if TYPE_CHECKING:
    from ...description.cell import Cell
    from ...system.exchange import Exchange

NO_POTENTIAL = "no membrane touches '{}', so it stays neutral and has no potential"
NO_RATE = "its formula has no finite value at these concentrations"
AT_REST = 1e-9


@dataclass(frozen=True)
class ExchangeSnapshot:
    """One exchange with plain floats: its fluxes [mol/s], positive out of the compartment, and the numbers that hold."""

    exchange: Exchange
    fluxes: dict[str, float]
    numbers: Mapping[str, float]

    @property
    def at_rest(self) -> bool:
        """Whether nothing moves but rounding."""
        return all(abs(flux) <= AT_REST * self.exchange.one_way(self.numbers) for flux in self.fluxes.values())

    @property
    def power_into_ions(self) -> float | None:
        """Power that the exchange puts into ions, -sum(J dmu) [W]; no potential counts, as no charge moves.

        None where the composition on the other side has no value: a reservoir, or one that lacks an ion.
        """
        power, exchange = 0.0, self.exchange
        for ion, flux in self.fluxes.items():
            c_in, c_out = self.numbers[f"{exchange.space}.{ion}"], self.numbers.get(f"{exchange.place}.{ion}")
            if flux == 0:
                continue
            if not c_in or not c_out:
                return None
            z = exchange.cell.valences[ion]
            power -= flux * float(electrochemical_difference(0.0, z, c_in, c_out, self.numbers["temperature"]))
        return power


def exchange_snapshots(exchanges: Sequence[Exchange], numbers: Mapping[str, float]) -> list[ExchangeSnapshot]:
    """Every exchange at numbers that hold the state."""
    flows = [exchange.flows(numbers) for exchange in exchanges]
    return [
        ExchangeSnapshot(exchange, {ion: float(flux) for ion, flux in one.fluxes.items()}, numbers)
        for exchange, one in zip(exchanges, flows, strict=True)
    ]


def exchange_states(snapshots: Sequence[ExchangeSnapshot]) -> dict[str, dict[str, ExchangeState]]:
    """States by compartment and name."""
    found: dict[str, dict[str, ExchangeState]] = {}
    for one in snapshots:
        fluxes: dict[str, Maybe] = dict(one.fluxes)
        if not all(math.isfinite(flux) for flux in one.fluxes.values()):
            fluxes = Unknown(NO_RATE).each(one.fluxes)
        found.setdefault(one.exchange.space, {})[one.exchange.name] = ExchangeState(one.exchange.partner, fluxes)
    return found


def with_stores(cell: Cell, potential: Mapping[str, Maybe]) -> dict[str, Maybe]:
    """The potential of every compartment [V]; that of one without a membrane is unknown."""
    return {name: V if known(V := potential.get(name)) else Unknown(NO_POTENTIAL.format(name)) for name in cell.compartments}
