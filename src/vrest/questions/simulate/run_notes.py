"""What is said of how a run began and ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from ...description.protocol import Protocol
from ...results.base import Aside
from ...system.cell import CellSystem
from ...units import to_unit
from ..state.traces import Course

SHIFTED = 1e-12
"""Part of an amount below which what was added at the start is rounding, and not told."""


def notes_on_start(
    whole: CellSystem, protocol: Protocol, initial: np.ndarray, shifts: Mapping[str, tuple[str, float]], why_none: str | None
) -> Iterator[str]:
    """What was added to compartments for the charge on their membranes, or taken from them; and why there is no rest to start at.

    Arguments:
        initial: the described state
        shifts:  {compartment: (ion, mol)}
    """
    put = protocol.start_potential
    where = "rest" if put is None else f"{to_unit(put, 'mV'):.4g} mV"
    for node, (ion, amount) in shifts.items():
        if abs(amount) > SHIFTED * whole.amount(initial, node, ion):
            done = "added to" if amount > 0 else "taken from"
            yield Aside(f"To start at {where} {abs(amount):.3g} mol of {ion} were {done} '{node}': the charge on its membrane.")
    if protocol.start == "rest" and why_none is not None:
        yield f"No rest exists for the described concentrations ({why_none}): the cell started at 0 mV."


def notes_on_end(protocol: Protocol, ended: str, gap: float, swinging: bool) -> Iterator[str]:
    """What was waited for and did not come, and what ended the run instead.

    Arguments:
        gap:      the longest time between two points [s]
        swinging: whether a potential ends in a cycle
    """
    if protocol.crosses is not None and ended != "crossed":
        yield (
            "The potential did not cross the value within the given time; a crossing and return between two points, "
            f"which are at most {gap:.3g} s apart, would have been missed."
        )
    if ended == "exhausted":
        yield "The run ends where an amount is exhausted, or less than is computed reliably: concentrations are never clipped."
    if protocol.steady and ended != "steady":
        why = ": it swings, in a cycle that repeats itself" if swinging else ""
        yield f"The cell was not steady by the end of the given time{why}."


def farthest(c: Mapping[str, Mapping[str, np.ndarray]]) -> Iterator[Course]:
    """The first and the farthest concentration of every ion, by its logarithm."""
    for space, ions in c.items():
        for ion, values in ions.items():
            if values[0] > 0:
                away = np.abs(np.log(np.maximum(values, 1e-300) / values[0]))
                yield space, ion, float(values[0]), float(values[int(np.argmax(away))])
