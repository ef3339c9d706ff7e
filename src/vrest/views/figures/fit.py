"""The figure of a fit: data with their standard deviations, the fitted curve, and below what is left over."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...results.fitted import FitResult, Residuals
from ...results.registry import pretty
from ..tables.fit import WHAT
from . import sheet
from .sheet import COLOURS, FAINT, INK, Sheet

WIDE, TALL, LOW, LEFT, TOP, BETWEEN, BELOW, RIGHT = 4.2, 2.6, 0.9, 0.85, 0.55, 0.15, 0.6, 0.25
MOST = 3
"""Quantities that are drawn side by side."""
DOTS = {"fmt": "o", "color": INK, "markersize": 4.5, "linewidth": 1.0, "capsize": 2.0, "zorder": 4}


def draw(result: FitResult) -> Any:
    """A column for each quantity: measured and fitted above, residuals below."""
    shown = result.residuals[:MOST]
    step = LEFT + WIDE + RIGHT
    paper = Sheet(len(shown) * step, TOP + TALL + BETWEEN + LOW + BELOW)
    for k, one in enumerate(shown):
        upper = paper.panel(k * step + LEFT, TOP, WIDE, TALL)
        lower = paper.panel(k * step + LEFT, TOP + TALL + BETWEEN, WIDE, LOW)
        _measured(upper, one)
        _left_over(lower, one)
        upper.set_xlim(lower.get_xlim())
    paper.title(f"{result.cell} fitted to {result.points} {WHAT[result.question]}")
    return paper.figure


def _with_unit(words: str, unit: str) -> str:
    return words if unit in ("", "1") else f"{words} ({pretty(unit)})"


def _measured(axes: Any, one: Residuals) -> None:
    axes.errorbar(one.x, one.measured, one.sd, label="measured, 1 sd", **DOTS)
    if one.curve is not None:
        axes.plot(*one.curve, color=COLOURS[0], linewidth=1.8, zorder=3, label="fitted")
    else:
        axes.plot(one.x, one.fitted, "_", color=COLOURS[0], markersize=11, markeredgewidth=2.0, zorder=3, label="fitted")
    _along(axes, one)
    axes.tick_params(axis="x", which="both", labelbottom=False)
    sheet.bare(axes, "left", "bottom", y=_with_unit(one.quantity, one.unit))
    axes.legend(fontsize=8, frameon=False)


def _left_over(axes: Any, one: Residuals) -> None:
    axes.axhline(0.0, color=COLOURS[0], linewidth=1.2, zorder=1)
    axes.errorbar(one.x, one.residual, one.sd, **DOTS)
    most = 1.15 * float((np.abs(one.residual) + one.sd).max())
    axes.set_ylim(-most, most)
    axes.grid(axis="y", color=FAINT, linewidth=0.3)
    axes.locator_params(axis="y", nbins=4)
    _along(axes, one)
    sheet.bare(axes, "left", "bottom", x=_with_unit(one.along, one.x_unit), y=_with_unit("left over", one.unit))


def _along(axes: Any, one: Residuals) -> None:
    """The axis of what the data are drawn over: logarithmic where it is drawn in equal ratios."""
    low, high = float(one.x.min()), float(one.x.max())
    if low > 0 and high > 5 * low and one.along != "time":
        sheet.plain_numbers(axes, low, high)
        axes.set_xlim(low / 1.1, high * 1.1)
    else:
        room = 0.04 * (high - low) or 1.0
        axes.set_xlim(low - room, high + room)
