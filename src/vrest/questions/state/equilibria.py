"""Reactions at equilibrium in an answer: what turns over in them, and what a description says that is not at equilibrium."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...description.cell import Cell
from ...description.equilibrium import Equilibrium, equilibria_of
from ...laws.proton import pH_from_concentration
from ...results.base import Aside
from ...units import to_unit
from .balance import sums, taken_by_states
from .snapshot import ExchangeSnapshot, MembraneSnapshot

ROUNDING, SHOWN = 1e-9, 0.01
"""Part of a concentration that rounding leaves, and from which on a change of it is told in every answer."""


def with_turnovers(
    cell: Cell, exchanged: Sequence[ExchangeSnapshot], snapshots: Mapping[str, MembraneSnapshot], numbers: Mapping[str, float]
) -> list[ExchangeSnapshot]:
    """Every exchange, of reactions at equilibrium with what they turn over to stay there beside all else that moves."""
    turnovers = {
        (one.space, name): float(turnover)
        for one in equilibria_of(cell.compartments.values())
        for name, turnover in _turnovers(cell, one, exchanged, snapshots, numbers).items()
    }
    return [_turning(each, turnovers.get((each.exchange.space, each.exchange.name))) for each in exchanged]


def _turning(each: ExchangeSnapshot, turnover: float | None) -> ExchangeSnapshot:
    if turnover is None:
        return each
    return replace(each, fluxes={ion: n * turnover for ion, n in each.exchange.mechanism.species.items()})


def _turnovers(
    cell: Cell,
    one: Equilibrium,
    exchanged: Sequence[ExchangeSnapshot],
    snapshots: Mapping[str, MembraneSnapshot],
    numbers: Mapping[str, float],
) -> dict[str, Any]:
    """Turnovers of the reactions of a compartment [mol/s]; no numbers where not all that enters it is known."""
    around = [s for s in snapshots.values() if one.space in (s.system.inner.name, s.system.outer.name)]
    if len(around) < len(cell.around(one.space)) or any(s.to_total is None for s in around):
        return dict.fromkeys(one.reactions, math.nan)
    net, _ = sums(one.space, around, exchanged)
    space = cell.compartments[one.space]
    taken = {ion: rate * numbers[f"{one.space}.volume"] for ion, rate in taken_by_states(cell, space, numbers).items()}
    for ion, counter in space.fixed.items():
        if counter is not None and ion not in one.species:
            net[counter] = net.get(counter, 0.0) + cell.valences[ion] / cell.valences[counter] * net.get(ion, 0.0)
    return one.turnovers(numbers, {ion: net.get(ion, 0.0) - taken.get(ion, 0.0) for ion in one.species})


def come_to_equilibrium(cell: Cell, numbers: Mapping[str, float]) -> Iterator[str]:
    """A sentence for each compartment that is not described at the equilibrium of its reactions, with the composition that is."""
    for one in equilibria_of(cell.compartments.values()):
        paths = one.paths
        described, now = ([float(numbers[f"{prefix}{path}"]) for path in paths] for prefix in ("written.", ""))
        moved = max(abs(c - before) / max(c, before, 1e-300) for before, c in zip(described, now, strict=True))
        if moved > ROUNDING:
            ways = zip((path.removeprefix(f"{one.space}.") for path in paths), described, now, strict=True)
            words = ", ".join(f"{ion} {_said(ion, before)} -> {_said(ion, c)}" for ion, before, c in ways)
            reactions = " and ".join(f"'{name}'" for name in one.reactions)
            what = (
                f"with all that it holds while {' and '.join(one.fixed)} {'is' if len(one.fixed) == 1 else 'are'} held"
                if one.fixed
                else "with all that it holds"
            )
            sentence = (
                f"'{one.space}' is not described at the equilibrium of {reactions}, to which it comes at once {what}: {words}."
            )
            yield sentence if moved > SHOWN else Aside(sentence)


def _said(ion: str, c: float) -> str:
    return f"pH {float(pH_from_concentration(c)):.6g}" if ion == "H" and c > 0 else f"{to_unit(c, 'mM'):.4g} mM"
