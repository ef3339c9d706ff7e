"""Figures of states beside each other: `explain`, `donnan`."""

from __future__ import annotations

from math import log10
from typing import Any, NoReturn

from ...errors import InputError, Problem
from ...results.base import known
from ...results.donnan import DonnanResult
from ...results.explained import ExplainResult
from ...results.tuned import TuneResult
from ...units import to_unit
from ..numbers import mV, where
from ..tables.states import columns
from .sheet import INK, Sheet, bare, bars, ion_colours, rows, widest

GROUP = 0.4  # width of a bar [inches]
SHADES, HATCHES = ("0.25", "0.6", "0.9"), ("", "////", "....", "xxxx", "\\\\\\\\", "++++")


def no_picture(result: TuneResult) -> NoReturn:
    """Numbers have no picture; the tuned cell has: `vrest.rest(result.tuned).plot()`."""
    raise InputError(Problem("tuned numbers have no picture; plot the tuned cell", expected="vrest.rest(result.tuned).plot()"))


def three(result: ExplainResult) -> Any:
    """V on the left, concentrations on the right; one group of bars for each state."""
    V, ions = _groups_of(result)
    left, right = (max(1.3, GROUP * sum(map(len, groups.values()))) for groups in (V, ions))
    sheet = Sheet(left + right + 1.75, 3.9)
    _groups(sheet.panel(0.75, 0.78, left, 2.5), V, "mV")
    axes = sheet.panel(left + 1.6, 0.78, right, 2.5)
    _groups(axes, ions, "mM")
    sheet.title(f"{result.cell}: what holds the potential")
    handles, names = axes.get_legend_handles_labels()
    how = {"loc": "upper left", "ncols": 3, "frameon": False, "fontsize": 8.5}
    sheet.figure.legend(handles, names, bbox_to_anchor=(0.1 / sheet.wide, 0.935), **how)
    return sheet.figure


Groups = dict[str, dict[str, float]]
"""Values by state and label."""


def _groups_of(result: ExplainResult) -> tuple[Groups, Groups]:
    """Potentials [mV] and concentrations [mM]; places are named where there are several."""
    V: Groups = {}
    ions: Groups = {}
    for name, state in columns(result).items():
        if state is not None:
            point = state.point
            V[name] = {"V" + where(f"\n{at}", point.V_m): to_unit(x, "mV") for at, x in point.V_m.items()}
            spaces = point.inside.items()
            ions[name] = {ion + where(f"\n{at}", spaces): c for at, group in spaces for ion, c in group.items()}
    return V, ions


def _groups(axes: Any, groups: Groups, unit: str) -> None:
    """A group of bars for each label, one of each state."""
    width, labels = 0.84 / len(groups), list(next(iter(groups.values())))
    for k, (name, group) in enumerate(groups.items()):
        values = list(group.values())
        x = [place + (k - 0.5 * (len(groups) - 1)) * width for place in range(len(labels))]
        axes.bar(x, values, width * 0.92, color=SHADES[k % 3], edgecolor=INK, hatch=HATCHES[k % 3], label=name, linewidth=0.8)
        for at, value in zip(x, values, strict=True):
            gap, side = (-2, "top") if value < 0 else (2, "bottom")
            axes.annotate(_short(value), (at, value), (0, gap), textcoords="offset points", ha="center", va=side, fontsize=6.5)
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
    found = [(name, ion, r) for name, ions in result.ratio.items() for ion, r in ions.items() if known(r) and r]
    colours = ion_colours(ion for _, ion, _ in found)
    names, looks = [], []
    for k, (name, ion, _) in enumerate(found):
        stays = ion in result.stays.get(name, ())
        names.append(ion + where(f" {name}", result.ratio) + " (stays)" * stays)
        looks.append({"facecolor": "white" if stays else colours[ion], "hatch": HATCHES[k % len(HATCHES)]})
    left = widest(names, 0.6) * 1.15
    sheet = Sheet(6.4, 0.36 * len(found) + 1.5)
    axes = sheet.panel(left, 0.5, 6.1 - left, 0.36 * len(found) + 0.35)
    bars(axes, [log10(r) for *_, r in found], [f"{r:.4g}" for *_, r in found], looks)
    axes.set_xlabel("log10 of inside over outside concentration", fontsize=9)
    rows(axes, names)
    bare(axes, "bottom")
    V = ", ".join(f"{mV(x)} mV" for x in dict.fromkeys(result.point.V_m.values()))
    sheet.title(f"{result.cell}: Donnan equilibrium, V = {V}")
    return sheet.figure
