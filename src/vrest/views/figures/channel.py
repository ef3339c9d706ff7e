"""The figure of a channel: steady values of its gates and what conducts, and beside these the time constants."""

from __future__ import annotations

from textwrap import shorten
from typing import Any

import numpy as np

from ...results.channel import ChannelResult
from ...units import to_unit
from . import sheet
from .sheet import INK, MARGIN, TICKS, Curve, Sheet

WIDE, TALL, LEFT, TOP, BOTTOM = 2.6, 1.9, 0.75, 0.75, 0.55  # of a panel, and around it [inches]
SIGNS = 15  # of the line below the title, in an inch
AIR = 0.05  # decades beside the shortest and the longest time
SMALL = 0.1  # what never conducts more than this is drawn enlarged


def draw(result: ChannelResult) -> Any:
    """Left, what gates come to and what of the channel conducts; right, in which time, where a gate takes time."""
    looks, conducting = sheet.line_marks(list(result.steady)), _conducting(result)
    step = LEFT + WIDE + sheet.room_for_ends([conducting.name, *looks])
    paper = Sheet(step * (1 + bool(result.tau)), TOP + TALL + BOTTOM)
    V = to_unit(result.V, "mV")
    shown = [Curve(name, values, looks[name]) for name, values in result.steady.items()]
    _panel(paper.panel(LEFT, TOP, WIDE, TALL), V, [*shown, conducting], "after a long time at V", (-0.03, 1.03))
    if result.tau:
        times = [Curve(name, np.log10(tau), looks[name]) for name, tau in result.tau.items()]
        axes = paper.panel(step + LEFT, TOP, WIDE, TALL)
        _panel(axes, V, times, "time constant", _decades(times))
        _name_times(axes)
    paper.title(result.cell, result.temperature)
    paper.words(MARGIN, 0.5, shorten(result.title or "", int(SIGNS * paper.wide), placeholder=" ..."), fontsize=8)
    return paper.figure


def _conducting(result: ChannelResult) -> Curve:
    """The part that conducts; where that is always small, so many times of it."""
    largest = float(np.max(result.conducting, initial=0.0))
    times = 1.0 if largest == 0.0 or largest > SMALL else 10.0 ** -np.ceil(np.log10(largest))
    name = "open" if times == 1.0 else f"open x {times:,.0f}"
    return Curve(name, times * result.conducting, {"color": INK, "linewidth": 2.2, "zorder": 2})


def _panel(axes: Any, V: np.ndarray, curves: list[Curve], along: str, limits: tuple[float, float]) -> None:
    for curve in curves:
        curve.draw(axes, V)
    axes.set_xlim(float(V.min()), float(V.max()) + float(V.min() == V.max()))
    axes.set_ylim(*limits)
    sheet.bare(axes, "left", "bottom", x="V (mV)", y=along)
    sheet.name_curves(axes, curves)


def _decades(times: list[Curve]) -> tuple[float, float]:
    """Whole decades around time constants, which are drawn by their logarithm, with some air."""
    found = np.concatenate([curve.finite for curve in times])
    return float(np.floor(found.min() - AIR)), float(np.ceil(found.max() + AIR))


def _name_times(axes: Any) -> None:
    low, high = axes.get_ylim()
    named = {np.log10(at): words for at, words in TICKS.items() if low - 1e-9 <= np.log10(at) <= high + 1e-9}
    axes.set_yticks(list(named), list(named.values()))
