"""What compartments exchange, for people: at one state, and over a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..results.base import Maybe, known
from ..results.rest import ExchangeState, MechanismState
from .document import TEXT, Block, Column, table
from .numbers import aligned, prefix_power, prefixed

if TYPE_CHECKING:
    from ..results.simulation import SimulationResult

ROUNDING = 1e-9  # of the largest: what is left of something that vanishes


def exchanges(
    states: Mapping[str, Mapping[str, ExchangeState]], mechanisms: Mapping[str, Mapping[str, MechanismState]]
) -> list[Block]:
    """What each exchange moves out of its compartment, and where to; zero where it is rounding beside what mechanisms move."""
    named = [(space, word, one) for space, group in states.items() for word, one in group.items()]
    moved: list[Any] = [*(state for *_, state in named), *(state for group in mechanisms.values() for state in group.values())]
    largest = max((abs(flux) for state in moved for flux in state.fluxes.values() if known(flux)), default=0.0)
    power = prefix_power([largest])
    ions = list(dict.fromkeys(ion for *_, one in named for ion in one.fluxes))
    cells = {ion: _cells([one.fluxes.get(ion) for *_, one in named], power, largest) for ion in ions}
    rows = [
        (f"{space}.{word}", one.partner or "a reservoir", *(cells[ion][k] for ion in ions))
        for k, (space, word, one) in enumerate(named)
    ]
    heads: list[Column | str] = ["", Column("with", TEXT), *ions]
    return table(f"Exchanges in {prefixed('mol/s', power)} (positive out of the compartment)", heads, rows)


def over_time(result: SimulationResult) -> list[Block]:
    """What each exchange moves at the start and at the end, and its extremes."""
    named = {
        (f"{space}.{word}", ion): flux
        for space, group in result.exchanges.items()
        for word, ions in group.items()
        for ion, flux in ions.items()
    }
    moved = [*named.values(), *(J for group in result.flux.values() for ions in group.values() for J in ions.values())]
    largest = max((float(np.nanmax(np.abs(flux), initial=0.0)) for flux in moved), default=0.0)
    power = prefix_power([largest])
    picks = (lambda J: J[0], lambda J: J[-1], np.nanmin, np.nanmax)
    columns = [_cells([float(pick(flux)) for flux in named.values()], power, largest) for pick in picks]
    rows = [(name, ion, *(column[k] for column in columns)) for k, (name, ion) in enumerate(named)]
    heads: list[Column | str] = ["", Column("", TEXT), "start", "end", "lowest", "highest"]
    return table(f"Exchanges in {prefixed('mol/s', power)} (positive out of the compartment)", heads, rows)


def _cells(fluxes: list[Maybe], power: int, largest: float) -> list[str]:
    """Fluxes with one prefix; zero for what only rounding has left, nothing where an ion is not moved."""
    kept = [None if not known(flux) else 0.0 if abs(flux) < ROUNDING * largest else flux / 10.0**power for flux in fluxes]
    return ["" if flux is None else cell for flux, cell in zip(kept, aligned(kept), strict=True)]


def rows(states: Mapping[str, Mapping[str, ExchangeState]]) -> Iterator[dict[str, Any]]:
    """A row of a CSV for each ion of each exchange."""
    for space, group in states.items():
        for word, one in group.items():
            for ion, flux in one.fluxes.items():
                same = {"compartment": space, "mechanism": word, "kind": "exchange", "ion": ion}
                yield {"row": "exchange", **same, "flux_mol_per_s": flux}
