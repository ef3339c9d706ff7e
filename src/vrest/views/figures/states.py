"""Figures of states beside each other: `explain`, `donnan`."""

from __future__ import annotations

from math import isnan, log10, nan
from typing import Any, NoReturn

from ...errors import InputError, Problem
from ...results.donnan import DonnanResult
from ...results.explained import Column, ExplainResult
from ...results.tuned import TuneResult
from ..numbers import mV, where
from ..tables.contents import contents
from ..tables.states import columns
from . import sheet
from .sheet import INK, Look, Sheet

GROUP = 0.4  # width of a bar [inches]
SHADES, HATCHES = ("0.25", "0.6", "0.9"), ("", "////", "....", "xxxx", "\\\\\\\\", "++++")


def no_picture(result: TuneResult) -> NoReturn:
    """Numbers have no picture; the tuned cell has: `vrest.rest(result.tuned).plot()`."""
    raise InputError(Problem("tuned numbers have no picture; plot the tuned cell", expected="vrest.rest(result.tuned).plot()"))


def three(result: ExplainResult) -> Any:
    """V on the left, concentrations and pH on the right; one group of bars for each state."""
    found = {unit: _groups_of(result, name) for name, unit in (("V_mV", "mV"), ("inside_mM", "mM"), ("pH", "pH"))}
    shown = {unit: groups for unit, groups in found.items() if any(groups.values())}
    widths = [max(1.3, GROUP * sum(map(len, groups.values()))) for groups in shown.values()]
    paper = Sheet(sum(widths) + 0.85 * len(shown) + 0.05, 3.9)
    left = 0.75
    for (unit, groups), width in zip(shown.items(), widths, strict=True):
        axes = paper.panel(left, 0.78, width, 2.5)
        _groups(axes, groups, unit)
        left += width + 0.85
    paper.title(f"{result.cell}: what holds the potential")
    handles, names = axes.get_legend_handles_labels()
    how = {"loc": "upper left", "ncols": 3, "frameon": False, "fontsize": 8.5}
    paper.figure.legend(handles, names, bbox_to_anchor=(0.1 / paper.wide, 0.935), **how)
    return paper.figure


Groups = dict[str, dict[str, float]]
"""Values by state and label."""


def _groups_of(result: ExplainResult, variable: str) -> Groups:
    """The values of a variable of the registry in its unit; places are named where there are several."""
    states = {name: state for name, state in columns(result).items() if state is not None}
    found = {name: _group(state, variable, len(result.effect) > 1) for name, state in states.items()}
    labels = dict.fromkeys(label for group in found.values() for label in group)
    return {name: {label: group.get(label, nan) for label in labels} for name, group in found.items()}


def _group(state: Column, variable: str, apart: bool) -> dict[str, float]:
    found = [one for one in contents(state, apart) if one.leaf.name == variable]
    return {f"{one.name}\n{one.place}".rstrip(): one.leaf.shown for one in found}


def _groups(axes: Any, groups: Groups, unit: str) -> None:
    """A group of bars for each label, one of each state."""
    width, labels = 0.84 / len(groups), list(next(iter(groups.values())))
    for k, (name, group) in enumerate(groups.items()):
        values = list(group.values())
        x = [place + (k - 0.5 * (len(groups) - 1)) * width for place in range(len(labels))]
        axes.bar(x, values, width * 0.92, color=SHADES[k % 3], edgecolor=INK, hatch=HATCHES[k % 3], label=name, linewidth=0.8)
        for at, value in zip(x, values, strict=True):
            gap, side = (-2, "top") if value < 0 else (2, "bottom")
            if isnan(value):
                continue
            axes.annotate(_short(value), (at, value), (0, gap), textcoords="offset points", ha="center", va=side, fontsize=6.5)
    axes.set_xticks(range(len(labels)), labels, fontsize=9)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.margins(y=0.12)
    sheet.bare(axes, "left", "bottom", y=unit)


def _short(value: float) -> str:
    """Three digits; small values with a short exponent; what is zero but for rounding as zero."""
    value = 0.0 if abs(value) < 1e-12 else value
    return f"{value:.3g}" if value == 0 or abs(value) >= 1e-3 else f"{value:.1e}".replace("e-0", "e-")


def ratios(result: DonnanResult) -> Any:
    """Ratios inside over outside on a logarithmic axis: cations above one where the inside is negative, anions below."""
    found = [_Ratio(result, name, ion, r) for name, ions in result.ratio.items() for ion, r in ions.items() if r]
    colours, words = sheet.ion_colours(one.ion for one in found), [one.words for one in found]
    left, tall = sheet.widest(words, 0.6) * 1.15, 0.36 * len(found)
    paper = Sheet(6.4, tall + 1.5)
    axes = paper.panel(left, 0.5, 6.1 - left, tall + 0.35)
    looks = [one.look(colours, k) for k, one in enumerate(found)]
    sheet.bars(axes, [log10(one.value) for one in found], [f"{one.value:.4g}" for one in found], looks)
    sheet.rows(axes, words)
    sheet.bare(axes, "bottom", x="log10 of inside over outside concentration")
    V = dict.fromkeys(f"{mV(x)} mV" for x in result.point.V_m.values())
    paper.title(f"{result.cell}: Donnan equilibrium, V = {', '.join(V)}")
    return paper.figure


class _Ratio:
    """The ratio of an ion at a membrane, and whether the ion stays where it is."""

    def __init__(self, result: DonnanResult, membrane: str, ion: str, value: float) -> None:
        self.ion, self.value, self.stays = ion, value, ion in result.stays.get(membrane, ())
        self.words = ion + where(f" {membrane}", result.ratio) + " (stays)" * self.stays

    def look(self, colours: Look, k: int) -> Look:
        return {"facecolor": "white" if self.stays else colours[self.ion], "hatch": HATCHES[k % len(HATCHES)]}
