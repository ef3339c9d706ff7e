"""What should be known besides, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from ...results.base import Aside
from ...units import to_unit
from .measured import Measured
from .repetitive import CONCENTRATIONS_HELD


def notes_on(found: Measured, above: float) -> Iterator[str]:
    """Sentences on an answer; `above` is the level that a spike was asked to pass [V]."""
    if found.firing is not None and found.firing.level != above:
        level, asked = (f"{to_unit(V, 'mV'):.3g} mV" for V in (found.firing.level, above))
        yield f"No response passes {asked}, but the peak jumps: what passes {level} counts as a spike."
    if found.fires_by_itself:
        yield "The rest is unstable and the cell fires without a stimulus: every threshold is zero."
    if above <= found.prep.V:
        yield f"The cell rests at {to_unit(found.prep.V, 'mV'):.4g} mV, above the potential that a spike passes."
    if found.fold is not None:
        yield Aside(
            "The rheobase is the current at which the rest disappears (a fold): little above it the first spike comes late, and firing begins slowly."
        )
    if found.strength is not None and found.strength.rheobase is not None and found.fold is None and not found.hopf:
        watched = to_unit(found.prep.longest, "ms")
        yield Aside(f"The rheobase is the current whose first spike comes within {watched:.3g} ms: a weaker one may fire later.")
    yield from _repetitive(found)


def _repetitive(found: Measured) -> Iterator[str]:
    repetitive = found.repetitive
    if repetitive is None or repetitive.onset is None:
        return
    first = repetitive.hopf[0] if repetitive.hopf and not repetitive.hopf[0].stable else None
    if first is not None and abs(repetitive.onset.high) < 0.999 * abs(first.current):
        yield Aside(
            "Firing goes on from currents at which the steady potential is still stable: between onset and the first Hopf point rest and firing "
            "exist side by side, so that point is subcritical."
        )
    if repetitive.goes_on:
        yield Aside(
            "Firing goes on beyond the last Hopf point, beside a depolarised potential that is stable: the block is where runs from rest fire no "
            "more."
        )
    elif repetitive.block is not None and repetitive.confirmed == CONCENTRATIONS_HELD:
        yield Aside(
            "The upper Hopf point is that of concentrations as they are at rest: with these held runs swing just below it and not just above. In "
            "the cell ions move under so strong a current, the potential drifts, and firing ends before."
        )
    elif repetitive.block is not None and not repetitive.confirmed:
        yield "Runs beside the upper Hopf point do not confirm that swings end there."
