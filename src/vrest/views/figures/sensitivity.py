"""The figure of sensitivities: bars of what 1 % more of each number, and of each mechanism, changes in the first quantity."""

from __future__ import annotations

from typing import Any

from ...results.sensitivity import SensitivityResult, Slope
from ..numbers import minus
from ..tables.sensitivity import STATES, called, signed
from . import sheet
from .sheet import COLOURS, Sheet

BARS, LEFT, TOP, BELOW, ROW, BETWEEN = 2.8, 0.4, 0.55, 0.7, 0.26, 0.5
MOST, LEAST = 14, 4


def draw(result: SensitivityResult) -> Any:
    """Numbers on the left, mechanisms on the right, the largest on top."""
    one = result.first
    shown = one.moving[:MOST]
    ways = [(path, slope) for path, slope in one.control.items() if slope.per_percent][:MOST]
    wide = [sheet.widest([path for path, _ in group], 0.5) for group in (shown, ways)]
    rows = max(LEAST, len(shown), len(ways))
    paper = Sheet(LEFT + sum(wide) + 2 * BARS + BETWEEN + 0.4, TOP + ROW * rows + BELOW)
    paper.title(f"{result.cell}: what 1 % more changes in {called(result, one)} {STATES[result.ask]}")
    x = LEFT
    for group, room, what, colour in zip(
        (shown, ways), wide, ("of a number", "of all that a mechanism moves"), (0, 2), strict=True
    ):
        axes = paper.panel(x + room, TOP, BARS, ROW * max(LEAST, len(group)))
        _bars(axes, group, f"{what} ({one.unit})", COLOURS[colour])
        x += room + BARS + BETWEEN
    return paper.figure


def _bars(axes: Any, group: list[tuple[str, Slope]], words: str, colour: str) -> None:
    sheet.rows(axes, [path for path, _ in group], LEAST)
    changes = [slope.per_percent for _, slope in group]
    sheet.bars(axes, changes, [minus(signed(change, "").strip()) for change in changes], [{"color": colour}] * len(group))
    sheet.bare(axes, "bottom", x=f"1 % more {words}")
