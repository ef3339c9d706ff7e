"""Figures of states beside each other and along a number."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..results.branches import BranchesResult
from ..results.donnan import DonnanResult
from ..results.explained import ExplainResult
from ..units import to_unit
from .figures import DASHES, FAINT, INK, bare, ion_colours, new_figure

HATCHES = ("", "////", "....", "xxxx", "\\\\\\\\", "++++")


def three(result: ExplainResult) -> Any:
    """V on the left, concentrations on the right; one group of bars for each state."""
    from .explained import columns

    shown = {name: column for name, column in columns(result).items() if column is not None}
    first = next(iter(shown.values())).point
    figure = new_figure(8.4, 3.9)
    left, right = figure.add_axes((0.09, 0.16, 0.26, 0.66)), figure.add_axes((0.45, 0.16, 0.52, 0.66))
    _bars(
        left,
        [f"V {n}" if len(first.V_m) > 1 else "V" for n in first.V_m],
        {s: [float(to_unit(v, "mV")) for v in c.point.V_m.values()] for s, c in shown.items()},
        "mV",
    )
    ions = [(space, ion) for space, group in first.inside.items() for ion in group]
    labels = [f"{ion} {space}" if len(first.inside) > 1 else ion for space, ion in ions]
    _bars(right, labels, {s: [c.point.inside[space][ion] for space, ion in ions] for s, c in shown.items()}, "mM")
    handles, names = right.get_legend_handles_labels()
    figure.legend(handles, names, loc="upper right", ncols=3, frameon=False, fontsize=8.5, bbox_to_anchor=(0.98, 0.93))
    figure.text(0.02, 0.955, f"{result.cell}: what holds the potential", fontsize=11, va="center", parse_math=False)
    return figure


def _bars(axes: Any, labels: list[str], groups: dict[str, list[float]], unit: str) -> None:
    width = 0.8 / len(groups)
    shades = ("0.25", "0.6", "0.9")
    for k, (name, values) in enumerate(groups.items()):
        x = np.arange(len(labels)) + (k - 0.5 * (len(groups) - 1)) * width
        axes.bar(x, values, width * 0.92, color=shades[k % 3], edgecolor=INK, hatch=HATCHES[k % 3], label=name, linewidth=0.8)
        for at, value in zip(x, values, strict=True):
            above = value >= 0
            axes.annotate(
                f"{value:.3g}",
                (at, value),
                (0, 2 if above else -2),
                textcoords="offset points",
                ha="center",
                va="bottom" if above else "top",
                fontsize=6.5,
            )
    axes.set_xticks(range(len(labels)), labels, fontsize=9)
    axes.set_ylabel(unit)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.margins(y=0.12)
    bare(axes, "left", "bottom")


def ratios(result: DonnanResult) -> Any:
    """Ratios inside over outside on a logarithmic axis: cations above one where the inside is negative, anions below."""
    rows = [(name, ion, r) for name, ions in result.ratio.items() for ion, r in ions.items() if r]
    figure = new_figure(5.6, 0.36 * len(rows) + 1.5)
    axes = figure.add_axes((0.24, 0.8 / figure.get_figheight(), 0.68, 1 - 1.4 / figure.get_figheight()))
    colours = ion_colours([ion for _, ion, _ in rows])
    for k, (_, ion, r) in enumerate(rows):
        axes.barh(k, np.log10(r), color=colours[ion], edgecolor=INK, hatch=HATCHES[k % len(HATCHES)], linewidth=0.8)
        axes.annotate(f" {r:.4g} ", (np.log10(r), k), va="center", ha="left" if r >= 1 else "right", fontsize=8)
    several = len(result.ratio) > 1
    axes.set_yticks(range(len(rows)), [f"{ion} {name}" if several else ion for name, ion, _ in rows])
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set_xlabel("log10 of inside over outside concentration")
    axes.margins(x=0.25)
    bare(axes, "left", "bottom")
    V = ", ".join(f"{float(to_unit(x, 'mV')):.2f} mV" for x in result.point.V_m.values())
    figure.text(
        0.02,
        1 - 0.28 / figure.get_figheight(),
        f"{result.cell}: Donnan equilibrium, V = {V}",
        fontsize=11,
        va="center",
        parse_math=False,
    )
    return figure


def curves(result: BranchesResult) -> Any:
    """V along the number: stable states as heavy lines, unstable ones dashed, folds and Hopf points marked."""
    figure = new_figure(6.4, 4.4)
    axes = figure.add_axes((0.13, 0.14, 0.82, 0.72))
    if result.logarithmic:
        axes.set_xscale("log")
    for branch in result.branches:
        for k, (name, V) in enumerate(branch.V.items()):
            colour = INK if k == 0 else FAINT
            for stable, begin, end in _runs(branch.stable):
                style = {"linewidth": 2.2, "linestyle": "-"} if stable else {"linewidth": 1.3, "linestyle": DASHES[1]}
                axes.plot(branch.values[begin:end], to_unit(V[begin:end], "mV"), color=colour, **style)
            if len(branch.V) > 1:
                axes.annotate(f" {name}", (branch.values[-1], float(to_unit(V[-1], "mV"))), fontsize=8, va="center")
    for point in result.special:
        marker = "o" if point.kind == "fold" else "s"
        for V in point.V.values():
            axes.plot(
                [point.value],
                [float(to_unit(V, "mV"))],
                marker,
                markerfacecolor="white",
                markeredgecolor=INK,
                markersize=7,
                zorder=5,
            )
            axes.annotate(
                f"{point.kind} {point.value:.4g}",
                (point.value, float(to_unit(V, "mV"))),
                (7, -9),
                textcoords="offset points",
                fontsize=8,
            )
    axes.set_xlabel(f"{result.path} ({result.unit})" if result.unit not in ("", "1") else result.path, parse_math=False)
    axes.set_ylabel("V (mV)")
    bare(axes, "left", "bottom")
    what = "steady states" if result.of == "steady" else "rest, concentrations held"
    figure.text(
        0.02, 0.955, f"{result.cell}: {what}; solid stable, dashed unstable", fontsize=10.5, va="center", parse_math=False
    )
    return figure


def _runs(stable: np.ndarray) -> list[tuple[bool, int, int]]:
    """Stretches of equal stability, each joined to the next by one point."""
    cuts = [0, *(int(k) + 1 for k in np.flatnonzero(np.diff(stable.astype(int)))), len(stable)]
    return [(bool(stable[a]), a, min(b + 1, len(stable))) for a, b in zip(cuts, cuts[1:], strict=False)]
