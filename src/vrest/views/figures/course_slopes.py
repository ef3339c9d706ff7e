"""The figure of a course's sensitivities: the first quantity over time, and below it what 1 % more of the numbers changes at each time."""

from __future__ import annotations

from typing import Any

from ...results.sensitivity import CourseSensitivityResult
from ...results.words import time_unit
from ...units import to_unit
from ..tables.sensitivity import called
from . import sheet
from .sheet import FAINT, Curve, Sheet

LEFT, TOP, WIDE, TALL, LOWER, GAP, BELOW = 0.75, 0.55, 4.6, 1.6, 2.4, 0.4, 0.6
MOST = 7


def draw(result: CourseSensitivityResult) -> Any:
    """The course above, the numbers that move it most below, each named where it ends."""
    one = result.first
    shown = one.moving[:MOST]
    names = [path for path, _ in shown]
    paper = Sheet(LEFT + WIDE + sheet.room_for_ends(names or [""]) + 0.2, TOP + TALL + GAP + LOWER + BELOW)
    paper.title(f"{result.cell}, {result.protocol}: what moves {called(result, one)}")
    unit = time_unit(float(result.time[-1]))
    time = to_unit(result.time, unit)
    above, below = paper.panel(LEFT, TOP, WIDE, TALL), paper.panel(LEFT, TOP + TALL + GAP, WIDE, LOWER)
    Curve("", one.values, {"color": sheet.INK}).draw(above, time)
    marks = sheet.line_marks(names)
    curves = [Curve(path, changes, marks[path]) for path, changes in shown]
    below.axhline(0.0, color=FAINT, linewidth=0.8)
    for curve in curves:
        curve.draw(below, time)
    for axes in (above, below):
        axes.set_xlim(float(time[0]), max(float(time[-1]), float(time[0]) + 1e-12))
        axes.margins(y=0.08)
    above.tick_params(labelbottom=False)
    sheet.bare(above, "left", "bottom", y=f"{called(result, one)} ({one.unit})")
    sheet.bare(below, "left", "bottom", x=f"time ({unit})", y=f"1 % more changes ({one.unit})")
    if curves:
        sheet.name_curves(below, curves)
    return paper.figure
