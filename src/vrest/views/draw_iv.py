"""The figure of `iv`: each mechanism's current and the heavy total over V, where it crosses zero, and where the ions reverse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..results.base import bench
from ..results.iv import IvCurve, IvResult
from ..results.registry import pretty
from ..units import to_unit
from .common import temperature
from .figures import FAINT, INK, bare, inches_per_unit, label_width, line_marks, new_figure, spread
from .iv import shown_currents
from .numbers import fixed, minus

WIDE, TALL, CLOSE = 4.6, 2.7, 2.7  # of the curves, whole and enlarged [inches]
LEFT, BOTTOM, TOP, BETWEEN = 0.85, 0.6, 0.95, 0.3
ENLARGED = 3.0  # largest current of a mechanism at a root, times this, is the range of the enlarged panel
WORTH = 2.0  # enlarge only by more than this


def draw(result: IvResult, *, membranes: Sequence[str] | None = None) -> Any:
    """A figure with a column for each membrane (all of them, or the named ones).

    The upper panel holds the whole curves; where they dwarf what happens around zero current, a lower one enlarges that.
    """
    names = list(membranes or result.membranes)
    ranges = {name: _close_range(result.membranes[name]) for name in names}
    tall = BOTTOM + TALL + TOP + (BETWEEN + CLOSE if any(ranges.values()) else 0.0)
    right = 0.65 + max(label_width(word) for name in names for word in ("total", *result.membranes[name].currents))
    wide = len(names) * (LEFT + WIDE + right)
    figure = new_figure(wide, tall)
    for k, name in enumerate(names):
        left = k * (LEFT + WIDE + right) + LEFT
        _column(figure, result.membranes[name], left, ranges[name])
        if len(names) > 1:
            figure.text(
                (left - LEFT + 0.15) / wide, 1 - 0.5 / tall, name, fontsize=10, fontweight="bold", parse_math=False, va="center"
            )
    words = f"{result.cell}, {temperature(result.temperature).replace(' degC', ' °C')}"
    figure.text(0.15 / wide, 1 - 0.22 / tall, words, fontsize=11, va="center", parse_math=False)
    return figure


def _column(figure: Any, curve: IvCurve, left: float, close: float | None) -> None:
    wide, tall = figure.get_size_inches()
    top = tall - TOP
    upper = figure.add_axes((left / wide, (top - TALL) / tall, WIDE / wide, TALL / tall))
    lines, unit = shown_currents(curve)
    marks = line_marks(list(curve.currents))
    _curves(upper, curve, lines, marks)
    _above(upper, curve)
    lowest = upper
    if close is not None:
        lowest = figure.add_axes((left / wide, (top - TALL - BETWEEN - CLOSE) / tall, WIDE / wide, CLOSE / tall))
        _curves(lowest, curve, lines, marks)
        lowest.set_ylim(-close, close)
        lowest.set_ylabel(f"enlarged ({pretty(unit)})", fontsize=9)
        upper.tick_params(axis="x", labelbottom=False)
    upper.set_ylabel(f"in \N{LEFTWARDS ARROW}  current ({pretty(unit)})  \N{RIGHTWARDS ARROW} out", fontsize=9)
    _names(lowest, lines, marks)
    lowest.set_xlabel("V (mV)", fontsize=9)


def _close_range(curve: IvCurve) -> float | None:
    """Half the range of currents that shows what balances at the roots; None where the whole curve shows it well enough."""
    lines, _ = shown_currents(curve)
    at_roots = [abs(float(np.interp(V, curve.V, i))) for V, _ in curve.roots for i in lines.values()]
    largest = max(float(np.abs(i).max()) for i in lines.values())
    close = ENLARGED * max(at_roots, default=0.0)
    return close if 1e-9 * largest < close < largest / WORTH else None


def _curves(axes: Any, curve: IvCurve, lines: dict[str, Any], marks: dict[str, dict[str, Any]]) -> None:
    V = to_unit(curve.V, "mV")
    axes.axhline(0.0, color=FAINT, linewidth=0.8, zorder=0)
    axes.axvline(0.0, color=FAINT, linewidth=0.8, zorder=0)
    for word, current in lines.items():
        look = marks.get(word) or {"color": INK, "linestyle": "-"}
        axes.plot(V, current, linewidth=2.8 if word == "total" else 1.6, zorder=3 if word == "total" else 2, **look)
    for E in curve.E.values():
        axes.axvline(bench(E, "mV") or 0.0, color=FAINT, linewidth=0.8, linestyle=(0, (1, 2)), zorder=1)
    for root, stable in curve.roots:
        face = INK if stable else "white"
        axes.plot(
            [bench(root, "mV") or 0.0], [0.0], marker="o", markersize=7, markerfacecolor=face, markeredgecolor=INK, zorder=5
        )
    axes.set_xlim(float(V.min()), float(V.max()))
    bare(axes, "left", "bottom")


def _names(axes: Any, lines: dict[str, Any], marks: dict[str, dict[str, Any]]) -> None:
    """Each curve named at its right end, with a short piece of its line."""
    low, high = axes.get_ylim()
    ends = [min(max(float(current[-1]), low), high) for current in lines.values()]
    gap = 0.17 / inches_per_unit(axes)
    edge = axes.get_yaxis_transform()  # x along the axes, y in data
    for (word, end), y in zip(zip(lines, ends, strict=True), spread(ends, gap, low, high), strict=True):
        look = marks.get(word) or {"color": INK, "linestyle": "-"}
        if low < end < high:  # a curve that has left the panel ends nowhere
            axes.plot([1.0, 1.02], [end, y], transform=edge, color=FAINT, linewidth=0.6, clip_on=False)
        width = 2.8 if word == "total" else 1.6
        axes.plot([1.02, 1.1], [y, y], transform=edge, linewidth=width, clip_on=False, **look)
        weight = "bold" if word == "total" else "normal"
        axes.text(1.115, y, word, transform=edge, fontsize=8, va="center", fontweight=weight, parse_math=False)
    axes.set_ylim(low, high)


def _above(axes: Any, curve: IvCurve) -> None:
    """One row above the axes: where the ions reverse, and where no net current flows, each joined with its place by a thin line."""
    named = [(bench(E, "mV") or 0.0, f"E({ion})", "normal") for ion, E in curve.E.items()]
    named += [(bench(V, "mV") or 0.0, "zero at" if stable else "unstable", "bold") for V, stable in curve.roots]
    low, high = axes.get_xlim()
    inch = (high - low) / WIDE
    seen = [entry for entry in named if low <= entry[0] <= high]
    places = spread([x for x, _, _ in seen], 0.64 * inch, low - 0.1 * inch, high + 1.0 * inch)
    edge = axes.get_xaxis_transform()  # x in data, y along the axes
    y = 1.0 + 0.22 / TALL
    for (x, words, weight), at in zip(seen, places, strict=True):
        axes.plot([x, at], [1.0, y - 0.01], transform=edge, color=FAINT, linewidth=0.6, clip_on=False)
        label = f"{words}\n{minus(fixed(x, 1))}"
        how = {"fontsize": 8, "fontweight": weight, "linespacing": 1.0, "parse_math": False}
        axes.text(at, y, label, transform=edge, ha="center", va="bottom", **how)
    axes.set_xlim(low, high)
