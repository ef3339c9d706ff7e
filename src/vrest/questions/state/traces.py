"""Ions of which there is but a trace, such as H and Ca: where they are free and unbuffered they move far, as they would in no cell."""

from __future__ import annotations

from collections.abc import Iterable

from ...description.cell import Cell
from ...results.words import pH

TRACE = 1e-3
"""Concentration [mol/m^3] below which an ion is a trace: what binds it in a cell holds many times more."""
FAR = 10.0
"""Times its described concentration by which a trace moves far, either way."""
LIVABLE = (4.0, 10.0)
"""Range of pH that compartments of cells keep to."""

Course = tuple[str, str, float, float]
"""A compartment, an ion, its described concentration and the farthest one it comes to [mol/m^3]."""


def notes_on_traces(cell: Cell, courses: Iterable[Course]) -> list[str]:
    """A sentence for each trace that moves far although nothing buffers it."""
    return [_sentence(*one) for one in courses if one[1] not in cell.compartments[one[0]].binding and _moves_far(*one)]


def _moves_far(space: str, ion: str, described: float, c: float) -> bool:
    if not 0.0 < described < TRACE:
        return False
    far = not 1 / FAR <= c / described <= FAR
    return far or (ion == "H" and not LIVABLE[0] <= pH(c) <= LIVABLE[1])


def _sentence(space: str, ion: str, described: float, c: float) -> str:
    course = f"pH {pH(described):.2f} to {pH(c):.2f}" if ion == "H" else f"{1e3 * described:.3g} to {1e3 * c:.3g} uM"
    return (
        f"Free {ion} of '{space}' moves far ({course}): nothing here buffers it, while most of what a cell holds of it is bound. "
        "What binds it is said by `buffer:`, such as {H: {capacity: 40 mM}}."
    )
