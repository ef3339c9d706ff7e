"""Figures of curves: currents over V, V along a number (Hodgkin and Horowicz's picture), states through folds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np

from ...results.branches import BranchesResult
from ...results.iv import IvCurve, IvResult
from ...results.over import OverResult
from ...results.registry import pretty
from ...units import to_unit
from ..numbers import minus, mV
from ..tables.curves import others_at, plain_unit, shown_currents, varying
from . import sheet
from .sheet import COLOURS, DASHES, FAINT, IN_OUT, INK, MARGIN, Sheet

WIDE, LEFT = 4.6, 0.85  # of a panel, and beside it [inches]
TALL, CLOSE, TOP, BOTTOM, BETWEEN = 2.7, 2.7, 0.95, 0.6, 0.3  # of the currents, whole and enlarged, and around them [inches]
ENLARGED = 3.0  # largest current of a mechanism at a root, times this, is the range of the enlarged panel
WORTH = 2.0  # enlarge only by more than this
HEADING = 0.2  # the name of a membrane above its row of potentials, where there are several [inches]
OVER, KEY = 3.6, 0.3  # heights of V along a number, and of the key below it [inches]
TOTAL = {"color": INK, "linestyle": "-", "linewidth": 2.8, "zorder": 3}
MARKERS = {"fold": "o", "Hopf": "s"}


# -- iv -----------------------------------------------------------------------------------------------------------


def iv(result: IvResult, *, membranes: Sequence[str] | None = None) -> Any:
    """A figure with a column for each membrane (all of them, or the named ones).

    The upper panel holds the whole curves; where they dwarf what happens around zero current, a lower one enlarges that.
    """
    curves = {name: result.membranes[name] for name in membranes or result.membranes}
    close = {name: _close_range(curve) for name, curve in curves.items()}
    step = LEFT + WIDE + sheet.room_for_ends(word for curve in curves.values() for word in ("total", *curve.currents)) + 0.05
    top = TOP + (HEADING if len(curves) > 1 else 0.0)
    paper = Sheet(len(curves) * step, top + TALL + BOTTOM + (BETWEEN + CLOSE) * any(close.values()))
    for k, (name, curve) in enumerate(curves.items()):
        _currents(paper, curve, k * step + LEFT, top, close[name])
        if len(curves) > 1:
            paper.words(k * step + MARGIN, 0.5, name, fontsize=10, fontweight="bold")
    paper.title(result.cell, result.temperature)
    return paper.figure


def _close_range(curve: IvCurve) -> float | None:
    """Half the range of currents that shows what balances at the roots; None where the whole curve shows it well enough."""
    lines, _ = shown_currents(curve)
    at_roots = [abs(float(np.interp(V, curve.V, i))) for V, _ in curve.roots for i in lines.values()]
    largest = max(float(np.abs(i).max()) for i in lines.values())
    close = ENLARGED * max(at_roots, default=0.0)
    return close if 1e-9 * largest < close < largest / WORTH else None


def _currents(paper: Sheet, curve: IvCurve, left: float, top: float, close: float | None) -> None:
    lines, unit = shown_currents(curve)
    looks = {"total": TOTAL} | sheet.line_marks(list(curve.currents))
    curves = [sheet.Curve(word, current, {"linewidth": 1.6, "zorder": 2} | looks[word]) for word, current in lines.items()]
    upper = lowest = paper.panel(left, top, WIDE, TALL)
    _lines(upper, curve, curves, IN_OUT.format(f"current ({pretty(unit)})"))
    _reversals(upper, curve)
    if close is not None:
        lowest = paper.panel(left, top + TALL + BETWEEN, WIDE, CLOSE)
        _lines(lowest, curve, curves, f"enlarged ({pretty(unit)})")
        lowest.set_ylim(-close, close)
        upper.tick_params(axis="x", labelbottom=False)
    sheet.name_curves(lowest, curves)
    lowest.set_xlabel("V (mV)", fontsize=9)


def _lines(axes: Any, curve: IvCurve, lines: Sequence[sheet.Curve], along: str) -> None:
    V = to_unit(curve.V, "mV")
    axes.axhline(0.0, color=FAINT, linewidth=0.8, zorder=0)
    axes.axvline(0.0, color=FAINT, linewidth=0.8, zorder=0)
    for line in lines:
        line.draw(axes, V)
    for E in curve.E.values():
        axes.axvline(to_unit(E, "mV"), color=FAINT, linewidth=0.8, linestyle=(0, (1, 2)), zorder=1)
    for root, stable in curve.roots:
        axes.plot([to_unit(root, "mV")], [0.0], markersize=7, zorder=5, **sheet.state_mark(stable))
    axes.set_xlim(float(V.min()), float(V.max()))
    sheet.bare(axes, "left", "bottom", y=along)


def _reversals(axes: Any, curve: IvCurve) -> None:
    """One row above the axes: where the ions reverse, and where no net current flows, each joined with its place by a thin line."""
    named = [(E, f"E({ion})", "normal") for ion, E in curve.E.items()]
    named += [(V, "zero at" if stable else "unstable", "bold") for V, stable in curve.roots]
    low, high = axes.get_xlim()
    inch = (high - low) / WIDE
    seen = [(x, f"{words}\n{minus(mV(V, 1))}", weight) for V, words, weight in named if low <= (x := to_unit(V, "mV")) <= high]
    places = sheet.spread([x for x, _, _ in seen], 0.64 * inch, low - 0.1 * inch, high + 1.0 * inch)
    edge = axes.get_xaxis_transform()  # x in data, y along the axes
    y = 1.0 + 0.22 / TALL
    for (x, words, weight), at in zip(seen, places, strict=True):
        axes.plot([x, at], [1.0, y - 0.01], transform=edge, color=FAINT, linewidth=0.6, clip_on=False)
        how = {"fontsize": 8, "fontweight": weight, "linespacing": 1.0, "parse_math": False}
        axes.text(at, y, words, transform=edge, ha="center", va="bottom", **how)
    axes.set_xlim(low, high)


# -- rest along a number ------------------------------------------------------------------------------------------


def over(result: OverResult, *, membranes: Sequence[str] | None = None) -> Any:
    """A figure with one panel for each membrane (all of them, or the named ones)."""
    names = list(membranes or result.V)
    keyed = any(result.status) or any(map(others_at, result.points))
    step = LEFT + WIDE + sheet.room_for_ends(["V", *(f"E({ion})" for name in names for ion in result.E[name])])
    paper = Sheet(len(names) * step, 0.6 + OVER + 0.65 + KEY * keyed)
    for k, name in enumerate(names):
        axes = paper.panel(k * step + LEFT, 0.6, WIDE, OVER)
        _along(axes, result, name)
        if len(names) > 1:
            axes.set_title(name, fontsize=10, fontweight="bold", loc="left", parse_math=False)
    paper.title(f"{result.cell}, concentrations held")
    return paper.figure


def _along(axes: Any, result: OverResult, name: str) -> None:
    x = result.values
    _varied_axis(axes, result, x, "inside minus outside (mV)")
    followed = sheet.Curve("V", to_unit(result.V[name], "mV"), {"color": INK, "linewidth": 2.2, "zorder": 4})
    followed.draw(axes, x, marker="o", markersize=4.0 if len(x) <= 40 else 2.5, clip_on=False, label="V followed")
    _other_states(axes, result, name)
    looks = _nernst_looks(result, name).items()
    nernst = [sheet.Curve(f"E({ion})", to_unit(result.E[name][ion], "mV"), look) for ion, look in looks]
    for curve in nernst:
        curve.draw(axes, x)
    _without_answer(axes, result)
    sheet.name_curves(axes, [followed, *nernst])


def _varied_axis(axes: Any, result: OverResult | BranchesResult, values: np.ndarray, y: str) -> None:
    """The number that is varied from its least to its largest value, so that curves end where they are named."""
    low, high = float(values.min()), float(values.max())
    if result.logarithmic:
        sheet.plain_numbers(axes, low, high)
    alone = float(low == high)
    axes.set_xlim(low - alone, high + alone)
    unit = f" ({pretty(result.unit)})" if plain_unit(result.unit) else ""
    sheet.bare(axes, "left", "bottom", x=result.path + unit, y=y)


def _nernst_looks(result: OverResult, name: str) -> dict[str, dict[str, Any]]:
    """How the Nernst potentials look that the varied number moves; all of them, thin, where it moves none."""
    moving, colours = varying(result, name), sheet.ion_colours(result.E[name])
    still = {ion: {"color": c, "linewidth": 0.9, "linestyle": DASHES[2], "zorder": 2} for ion, c in colours.items()}
    moved = {
        ion: {"color": colours[ion], "linewidth": 1.6, "linestyle": DASHES[1 + k % (len(DASHES) - 1)], "zorder": 5}
        for k, ion in enumerate(moving)
    }
    return moved or still


def _other_states(axes: Any, result: OverResult, name: str) -> None:
    """Stable states that were not followed as grey diamonds, unstable ones as open circles; explained below where there are any."""
    looks = {
        True: {"marker": "D", "markerfacecolor": "#9A9A9A", "label": "also stable"},
        False: {"marker": "o", "markerfacecolor": "white", "label": "unstable"},
    }
    how = {"linestyle": "none", "markeredgecolor": INK, "markersize": 4.5, "markeredgewidth": 0.8, "zorder": 3, "clip_on": False}
    others = [(point.value, root) for point in result.points for root in others_at(point)]
    for stable, look in looks.items():
        found = [(value, to_unit(root.V_m[name], "mV")) for value, root in others if root.stable == stable]
        if found:
            axes.plot(*zip(*found, strict=True), **how, **look)


def _without_answer(axes: Any, result: OverResult) -> None:
    failed = [value for value, sentence in zip(result.values, result.status, strict=True) if sentence]
    if failed:
        edge = axes.get_xaxis_transform()
        axes.plot(failed, [0.02] * len(failed), "x", transform=edge, color=INK, markersize=5, label="no answer")
    handles, labels = axes.get_legend_handles_labels()
    if len(labels) > 1:
        below = (0.0, -0.58 / OVER)
        axes.legend(handles, labels, loc="upper left", bbox_to_anchor=below, fontsize=8, frameon=False, ncols=4, borderaxespad=0)


# -- branches -----------------------------------------------------------------------------------------------------


def branches(result: BranchesResult) -> Any:
    """V along the number: stable states as heavy lines, unstable ones dashed, folds and Hopf points marked."""
    first = result.branches[0]
    colours = dict.fromkeys(first.V, INK) if len(first.V) == 1 else dict(zip(first.V, cycle(COLOURS), strict=False))
    paper = Sheet(0.8 + 5.25 + (sheet.room_for_ends(colours) if len(colours) > 1 else 0.35), 4.4)
    axes = paper.panel(0.8, 0.7, 5.25, 3.1)
    _varied_axis(axes, result, np.concatenate([branch.values for branch in result.branches]), "V (mV)")
    _draw_states(axes, result, colours)
    if len(colours) > 1:
        k = int(np.argmax(first.values))
        sheet.name_ends(axes, [(to_unit(first.V[n][k], "mV"), n, {"color": c, "linewidth": 2.0}) for n, c in colours.items()])
    what = "steady states" if result.of == "steady" else "rest, concentrations held"
    paper.title(f"{result.cell}: {what}; solid stable, dashed unstable")
    paper.words(MARGIN, 0.5, _key(result), fontsize=8.5)
    return paper.figure


def _draw_states(axes: Any, result: BranchesResult, colours: Mapping[str, str]) -> None:
    for branch in result.branches:
        for name, V in branch.V.items():
            for stable, begin, end in _runs(branch.stable):
                axes.plot(branch.values[begin:end], to_unit(V[begin:end], "mV"), color=colours[name], **_run_look(stable))
    marker = {"markerfacecolor": "white", "markeredgecolor": INK, "markersize": 7, "zorder": 5}
    for point in result.special:
        for level in point.V.values():
            axes.plot([point.value], [to_unit(level, "mV")], MARKERS[point.kind], **marker)


def _run_look(stable: bool) -> dict[str, Any]:
    """An unstable run has a white edge and a place on top, so that it is seen where it lies along a stable one."""
    from matplotlib.patheffects import Normal, Stroke

    if stable:
        return {"linewidth": 2.2, "linestyle": "-"}
    edge = [Stroke(linewidth=2.4, foreground="white"), Normal()]
    return {"linewidth": 1.3, "linestyle": DASHES[1], "path_effects": edge, "zorder": 3}


def _key(result: BranchesResult) -> str:
    """What the marks are, in a line."""
    parts = []
    for kind, shape in (("fold", "circle"), ("Hopf", "square")):
        found = [f"{point.value:.4g}" for point in result.special if point.kind == kind]
        if found:
            listed = ", ".join(found[:6]) + (" ..." if len(found) > 6 else "")
            parts.append(f"{shape}: {kind} at {listed} {plain_unit(result.unit)}".rstrip())
    return "; ".join(parts)


def _runs(stable: np.ndarray) -> list[tuple[bool, int, int]]:
    """Stretches of equal stability, each joined to the next by one point."""
    cuts = [0, *(int(k) + 1 for k in np.flatnonzero(np.diff(stable.astype(bool).astype(int)))), len(stable)]
    return [(bool(stable[a]), a, min(b + 1, len(stable))) for a, b in zip(cuts, cuts[1:], strict=False)]
