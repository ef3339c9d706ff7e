"""Figures of states beside each other and along a number."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..results.branches import BranchesResult
from ..results.donnan import DonnanResult
from ..results.explained import ExplainResult
from ..units import to_unit
from .draw_over import plain_ticks
from .figures import COLOURS, DASHES, INK, bare, inches_per_unit, ion_colours, label_width, new_figure, spread

GROUP = 0.4  # width of a bar [inches]
SHADES = ("0.25", "0.6", "0.9")
MARKERS = {"fold": "o", "Hopf": "s"}
HATCHES = ("", "////", "....", "xxxx", "\\\\\\\\", "++++")


def three(result: ExplainResult) -> Any:
    """V on the left, concentrations on the right; one group of bars for each state."""
    from .explained import columns

    shown = {name: column for name, column in columns(result).items() if column}
    first = next(iter(shown.values())).point
    ions = [(space, ion) for space, group in first.inside.items() for ion in group]
    several = len(first.inside) > 1
    widths = [max(1.3, GROUP * len(shown) * count) for count in (len(first.V_m), len(ions))]
    wide, tall = sum(widths) + 1.75, 3.9
    figure = new_figure(wide, tall)
    left = figure.add_axes((0.75 / wide, 0.16, widths[0] / wide, 0.64))
    right = figure.add_axes((1 - (widths[1] + 0.15) / wide, 0.16, widths[1] / wide, 0.64))
    _bars(
        left,
        [f"V\n{name}" if len(first.V_m) > 1 else "V" for name in first.V_m],
        {s: [float(to_unit(v, "mV")) for v in c.point.V_m.values()] for s, c in shown.items()},
        "mV",
    )
    labels = [f"{ion}\n{space}" if several else ion for space, ion in ions]
    _bars(right, labels, {s: [c.point.inside[space][ion] for space, ion in ions] for s, c in shown.items()}, "mM")
    figure.text(0.15 / wide, 0.955, f"{result.cell}: what holds the potential", fontsize=11, va="center", parse_math=False)
    handles, names = right.get_legend_handles_labels()
    figure.legend(handles, names, loc="upper left", ncols=3, frameon=False, fontsize=8.5, bbox_to_anchor=(0.1 / wide, 0.935))
    return figure


def _bars(axes: Any, labels: list[str], groups: dict[str, list[float]], unit: str) -> None:
    width = 0.84 / len(groups)
    for k, (name, values) in enumerate(groups.items()):
        x = np.arange(len(labels)) + (k - 0.5 * (len(groups) - 1)) * width
        axes.bar(x, values, width * 0.92, color=SHADES[k % 3], edgecolor=INK, hatch=HATCHES[k % 3], label=name, linewidth=0.8)
        for at, value in zip(x, values, strict=True):
            below = value < 0
            axes.annotate(
                _short(value),
                (at, value),
                (0, -2 if below else 2),
                textcoords="offset points",
                ha="center",
                va="top" if below else "bottom",
                fontsize=6.5,
            )
    axes.set_xticks(range(len(labels)), labels, fontsize=9)
    axes.set_ylabel(unit)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.margins(y=0.12)
    bare(axes, "left", "bottom")


def _short(value: float) -> str:
    """Three digits; small values with a short exponent; what is zero but for rounding as zero."""
    value = 0.0 if abs(value) < 1e-12 else value
    return f"{value:.3g}" if value == 0 or abs(value) >= 1e-3 else f"{value:.1e}".replace("e-0", "e-")


def ratios(result: DonnanResult) -> Any:
    """Ratios inside over outside on a logarithmic axis: cations above one where the inside is negative, anions below."""
    rows = [(name, ion, r) for name, ions in result.ratio.items() for ion, r in ions.items() if r]
    wide, tall = 6.4, 0.36 * len(rows) + 1.5
    figure = new_figure(wide, tall)
    several = len(result.ratio) > 1
    stays = [ion in result.stays.get(name, ()) for name, ion, _ in rows]
    names = [
        f"{ion} {name}" * several + ion * (not several) + " (stays)" * staying
        for (name, ion, _), staying in zip(rows, stays, strict=True)
    ]
    left = max([0.6, *(label_width(words) for words in names)]) * 1.15
    axes = figure.add_axes((left / wide, 0.65 / tall, 1 - (left + 0.3) / wide, 1 - 1.15 / tall))
    colours = ion_colours([ion for _, ion, _ in rows])
    for k, (_, ion, r) in enumerate(rows):
        colour = "white" if stays[k] else colours[ion]
        axes.barh(k, np.log10(r), color=colour, edgecolor=INK, hatch=HATCHES[k % len(HATCHES)], linewidth=0.8)
        axes.annotate(f" {r:.4g} ", (np.log10(r), k), va="center", ha="left" if r >= 1 else "right", fontsize=8)
    axes.set_yticks(range(len(rows)), names)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set_xlabel("log10 of inside over outside concentration")
    axes.margins(x=0.25)
    bare(axes, "left", "bottom")
    V = ", ".join(f"{float(to_unit(x, 'mV')):.2f} mV" for x in dict.fromkeys(result.point.V_m.values()))
    words = f"{result.cell}: Donnan equilibrium, V = {V}"
    figure.text(0.02, 1 - 0.28 / tall, words, fontsize=11, va="center", parse_math=False)
    return figure


def curves(result: BranchesResult) -> Any:
    """V along the number: stable states as heavy lines, unstable ones dashed, folds and Hopf points marked."""
    names = list(result.branches[0].V)
    several = len(names) > 1
    right = max(label_width(name) for name in names) + 0.35 if several else 0.35
    wide, tall = 6.4 + (right - 0.35), 4.4
    figure = new_figure(wide, tall)
    axes = figure.add_axes((0.8 / wide, 0.14, 1 - (0.8 + right) / wide, 0.7))
    if result.logarithmic:
        axes.set_xscale("log")
    for branch in result.branches:
        for k, V in enumerate(branch.V.values()):
            for stable, begin, end in _runs(branch.stable):
                style = {"linewidth": 2.2, "linestyle": "-"} if stable else {"linewidth": 1.3, "linestyle": DASHES[1], **_seen()}
                axes.plot(
                    branch.values[begin:end], to_unit(V[begin:end], "mV"), color=COLOURS[k % 7] if several else INK, **style
                )
    for point in result.special:
        for level in point.V.values():
            marker = {"markerfacecolor": "white", "markeredgecolor": INK, "markersize": 7, "zorder": 5}
            axes.plot([point.value], [float(to_unit(level, "mV"))], MARKERS[point.kind], **marker)
    unit = f" {result.unit}" if result.unit not in ("", "1") else ""
    axes.set_xlabel(f"{result.path} ({unit.strip()})" if unit else result.path, parse_math=False)
    axes.set_ylabel("V (mV)")
    bare(axes, "left", "bottom")
    values = np.concatenate([branch.values for branch in result.branches])
    plain_ticks(axes, result.logarithmic, float(values.min()), float(values.max()))
    if several:
        _named(axes, result, names)
    what = "steady states" if result.of == "steady" else "rest, concentrations held"
    words = f"{result.cell}: {what}; solid stable, dashed unstable"
    figure.text(0.02, 0.955, words, fontsize=10.5, va="center", parse_math=False)
    figure.text(0.02, 0.895, _key(result, unit), fontsize=8.5, va="center", parse_math=False)
    return figure


def _seen() -> dict[str, Any]:
    """A white edge and a place on top, so that an unstable state is seen where it lies along a stable one."""
    from matplotlib.patheffects import Normal, Stroke

    return {"path_effects": [Stroke(linewidth=2.4, foreground="white"), Normal()], "zorder": 3}


def _named(axes: Any, result: BranchesResult, names: list[str]) -> None:
    """The membranes of the first branch, named at its right end."""
    branch = result.branches[0]
    k = int(np.argmax(branch.values))
    low, high = axes.get_ylim()
    places = spread([float(to_unit(branch.V[name][k], "mV")) for name in names], 0.18 / inches_per_unit(axes), low, high)
    for number, (name, y) in enumerate(zip(names, places, strict=True)):
        colour = COLOURS[number % 7]
        axes.text(1.02, y, name, transform=axes.get_yaxis_transform(), fontsize=9, va="center", color=colour, parse_math=False)
    axes.set_ylim(low, high)


def _key(result: BranchesResult, unit: str) -> str:
    """What the marks are, in a line."""
    parts = []
    for kind, shape in (("fold", "circle"), ("Hopf", "square")):
        found = [f"{point.value:.4g}" for point in result.special if point.kind == kind]
        if found:
            listed = ", ".join(found[:6]) + (" ..." if len(found) > 6 else "")
            parts.append(f"{shape}: {kind} at {listed}{unit}")
    return "; ".join(parts)


def _runs(stable: np.ndarray) -> list[tuple[bool, int, int]]:
    """Stretches of equal stability, each joined to the next by one point."""
    cuts = [0, *(int(k) + 1 for k in np.flatnonzero(np.diff(stable.astype(int)))), len(stable)]
    return [(bool(stable[a]), a, min(b + 1, len(stable))) for a, b in zip(cuts, cuts[1:], strict=False)]
