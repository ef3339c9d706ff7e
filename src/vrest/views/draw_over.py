"""The figure of `rest --over`: V against the varied number, with the Nernst potentials it moves (Hodgkin and Horowicz's picture)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..results.over import OverResult
from ..results.registry import pretty
from ..units import to_unit
from .figures import DASHES, FAINT, INK, bare, inches_per_unit, ion_colours, new_figure, spread
from .over import other_roots, plain_unit, varying

WIDE, TALL = 4.6, 3.6  # of the curves [inches]
LEFT, RIGHT, BOTTOM, TOP, KEY = 0.85, 0.95, 0.65, 0.6, 0.3


def draw(result: OverResult, *, membranes: Sequence[str] | None = None) -> Any:
    """A figure with one panel for each membrane (all of them, or the named ones)."""
    names = list(membranes or result.V)
    keyed = any(result.status) or any(other_roots(result, k) for k in range(len(result.values)))
    bottom = BOTTOM + (KEY if keyed else 0.0)
    wide, tall = len(names) * (LEFT + WIDE + RIGHT), bottom + TALL + TOP
    figure = new_figure(wide, tall)
    for k, name in enumerate(names):
        left = k * (LEFT + WIDE + RIGHT) + LEFT
        axes = figure.add_axes((left / wide, bottom / tall, WIDE / wide, TALL / tall))
        _panel(axes, result, name)
        if len(names) > 1:
            axes.set_title(name, fontsize=10, fontweight="bold", loc="left", parse_math=False)
    figure.text(0.15 / wide, 1 - 0.24 / tall, f"{result.cell}, concentrations held", fontsize=11, va="center", parse_math=False)
    return figure


def _panel(axes: Any, result: OverResult, name: str) -> None:
    x, V = result.values, to_unit(result.V[name], "mV")
    if result.logarithmic:
        axes.set_xscale("log")
    named = [(_last(V), "V", {"color": INK})]
    axes.plot(x, V, color=INK, linewidth=2.2, marker="o", markersize=_dot_size(x), zorder=4, clip_on=False, label="V followed")
    _other_states(axes, result, name)
    moving = varying(result, name)
    colours = ion_colours(list(result.E[name]))
    for k, ion in enumerate(moving or result.E[name]):
        E = to_unit(result.E[name][ion], "mV")
        dash = DASHES[1 + k % (len(DASHES) - 1)] if moving else DASHES[2]
        axes.plot(x, E, color=colours[ion], linewidth=1.6 if moving else 0.9, linestyle=dash, zorder=5 if moving else 2)
        named.append((_last(E), f"E({ion})", {"color": colours[ion]}))
    _without_answer(axes, result)
    axes.set_xlim(*_limits(result))
    _names(axes, [entry for entry in named if np.isfinite(entry[0])])
    unit = plain_unit(result)
    axes.set_xlabel(f"{result.path} ({pretty(unit)})" if unit else result.path, fontsize=9, parse_math=False)
    axes.set_ylabel("inside minus outside (mV)", fontsize=9)
    bare(axes, "left", "bottom")
    plain_ticks(axes, result.logarithmic, float(result.values.min()), float(result.values.max()))


def _limits(result: OverResult) -> tuple[float, float]:
    """From the first to the last value, so that the curves end where they are named."""
    low, high = float(result.values.min()), float(result.values.max())
    return (low, high) if high > low else (low - 1.0, high + 1.0)


def _dot_size(x: np.ndarray) -> float:
    return 4.0 if len(x) <= 40 else 2.5


def _last(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known[-1]) if known.size else float("nan")


def _other_states(axes: Any, result: OverResult, name: str) -> None:
    """Stable states that were not followed as grey diamonds, unstable ones as open circles; explained below where there are any."""
    looks = {
        True: {"marker": "D", "markerfacecolor": "#9A9A9A", "markeredgecolor": INK, "label": "also stable"},
        False: {"marker": "o", "markerfacecolor": "white", "markeredgecolor": INK, "label": "unstable"},
    }
    for stable, look in looks.items():
        found = [
            (result.values[k], to_unit(root.V_m[name], "mV"))
            for k in range(len(result.values))
            for root in other_roots(result, k)
            if root.stable == stable
        ]
        if found:
            axes.plot(
                *zip(*found, strict=True), linestyle="none", markersize=4.5, markeredgewidth=0.8, zorder=3, clip_on=False, **look
            )


def _without_answer(axes: Any, result: OverResult) -> None:
    failed = [result.values[k] for k, sentence in enumerate(result.status) if sentence]
    if failed:
        edge = axes.get_xaxis_transform()
        axes.plot(failed, [0.02] * len(failed), "x", transform=edge, color=INK, markersize=5, label="no answer")
    handles, labels = axes.get_legend_handles_labels()
    if len(labels) > 1:
        below = (0.0, -0.58 / TALL)
        axes.legend(handles, labels, loc="upper left", bbox_to_anchor=below, fontsize=8, frameon=False, ncols=4, borderaxespad=0)


def _names(axes: Any, named: list[tuple[float, str, dict[str, Any]]]) -> None:
    """Each curve named at its right end."""
    low, high = axes.get_ylim()
    places = spread([end for end, _, _ in named], 0.18 / inches_per_unit(axes), low, high)
    edge = axes.get_yaxis_transform()
    for (end, words, look), y in zip(named, places, strict=True):
        axes.plot([1.0, 1.03], [end, y], transform=edge, linewidth=0.8, clip_on=False, **look)
        weight = "bold" if words == "V" else "normal"
        axes.text(1.04, y, words, transform=edge, fontsize=9, va="center", fontweight=weight, parse_math=False)
    axes.set_ylim(low, high)


def plain_ticks(axes: Any, logarithmic: bool, low: float, high: float) -> None:
    """Whole numbers on a logarithmic axis, as a physiologist writes them: 1, 2, 5, 10."""
    if not logarithmic:
        return
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    wide = high / low > 2e3
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0,) if wide else (1.0, 2.0, 5.0), numticks=20))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(axis="x", which="minor", color=FAINT)
