"""States side by side: a table of potentials, concentrations and volumes with a column for each state."""

from __future__ import annotations

from collections.abc import Mapping

from ..results.base import Maybe, bench, known
from ..results.steady import SteadyPoint
from ..results.words import duration
from .document import Block, Column, table
from .numbers import ABSENT, concentration, significant
from .rest import mV


def side_by_side(
    title: str, states: Mapping[str, SteadyPoint | None], constants: Mapping[str, Maybe] | None = None
) -> list[Block]:
    """One column for each named state; a dash where there is none."""
    shown = [point for point in states.values() if point]
    if not shown:
        return []
    first = shown[0]
    rows: list[list[str]] = []
    for name in first.V_m:
        rows.append(
            [
                f"V {name} mV" if len(first.V_m) > 1 else "V mV",
                *(_cell(p, lambda p, n=name: mV(p.V_m[n])) for p in states.values()),
            ]
        )
    several = len(first.inside) > 1
    for space, ions in first.inside.items():
        where = f" {space}" if several else ""
        rows += [
            [f"{ion}{where} mM", *(_cell(p, lambda p, s=space, i=ion: concentration(p.inside[s][i])) for p in states.values())]
            for ion in ions
        ]
        rows.append([f"volume{where} pL", *(_cell(p, lambda p, s=space: volume(p.volume[s])) for p in states.values())])
    if constants is not None:
        rows.append(["time constant", *(duration(tau) if known(tau := constants[name]) else ABSENT for name in states)])
    return table(title, ["", *(Column(name) for name in states)], rows)


def volume(value: Maybe) -> str:
    """A volume in pL."""
    return significant(bench(value, "pL"), 4)


def _cell(point: SteadyPoint | None, words) -> str:
    return ABSENT if point is None else words(point)
