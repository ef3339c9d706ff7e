"""The figure of `steady_state`: the ladder of potentials, what moves each ion, the concentrations held, and the time constants."""

from __future__ import annotations

from collections.abc import Sequence
from math import log10
from typing import Any

from ...results.base import known
from ...results.rest import MechanismState
from ...results.steady import SteadyPoint, SteadyResult
from ...results.words import PROTON, duration
from ...units import to_unit
from ..numbers import content, engineering, minus, mV, prefix_power, prefixed, significant, where
from ..tables.steady import mechanisms, slowest_first, what_it_is
from . import sheet
from .rest import AXIS, GAP, LADDER, STRIP, Column, ladder_and_strip, look_of, patterns
from .sheet import FAINT, IN_OUT, INK, Sheet

TOP, BOTTOM, BETWEEN = 0.75, 0.85, 0.65  # heights [inches]
LEFT, AIR, BARS, DOTS = 0.2, 0.4, 2.6, 2.2  # widths [inches]
ROW, SCALE, LEAST = 0.24, 0.5, 3  # heights of a row and of the scale of time constants [inches]; the fewest rows
MARKERS = "osD^vP"


def draw(result: SteadyResult, *, membranes: Sequence[str] | None = None) -> Any:
    """A figure with a column for each membrane (all of them, or the named ones) and one for contents and times.

    Of a membrane: the ladder of Nernst potentials as in `rest`, where the answer carries them, and below it the flux of each ion
    through each mechanism, which sum to zero where no other membrane takes part.
    """
    columns = [_Shown(result, name) for name in membranes or result.point.V_m]
    contents = _Contents(result.point)
    tall = max([*(column.height for column in columns), contents.height + BETWEEN + 0.3 + SCALE])
    paper = Sheet(LEFT + sum(column.width + AIR for column in columns) + contents.width + AIR, TOP + tall + BOTTOM)
    left = LEFT
    for column in columns:
        _draw_column(paper, column, left)
        left += column.width + AIR
    _draw_contents(paper.panel(left + contents.names, TOP, DOTS, contents.height), contents)
    _times(paper.panel(left + 0.25, TOP + contents.height + BETWEEN + 0.3, contents.width - 0.35, SCALE), result)
    paper.title(result.cell, result.temperature, what_it_is(result))
    paper.patterns(patterns(state for column in columns for state in column.ladder.mechanisms.values()), LEFT, 0.1)
    return paper.figure


class _Shown:
    """What the panels of one membrane show, and their sizes [inches]."""

    def __init__(self, result: SteadyResult, name: str) -> None:
        V, states, ions = result.point.V_m[name], mechanisms(result)[name], result.ions.get(name, {})
        self.ladder = Column.of(name, V, result.other_states, ions, states)
        self.rows: list[tuple[str, str, MechanismState, float]] = [
            (ion, word, state, flux)
            for ion in self.ladder.colours
            for word, state in states.items()
            if known(flux := state.fluxes.get(ion))
        ]
        self.title = f"{name}: V = {minus(mV(V, 1))} mV"
        self.names = sheet.widest((word for _, word, *_ in self.rows), 0.8) + 0.35
        self.above, wide = (LADDER + GAP + STRIP + BETWEEN, AXIS + self.ladder.width) if ions else (0.15, 0.0)
        self.width = max(self.names + BARS, wide)
        self.bars = self.width - self.names
        self.height = self.above + ROW * max(LEAST, len(self.rows))

    def label(self, word: str) -> str:
        """The mechanism, with its number where the arrows above carry it."""
        return f"{word}  {list(self.ladder.mechanisms).index(word) + 1}" if self.ladder.ions else word


# -- one membrane -------------------------------------------------------------------------------------------------


def _draw_column(paper: Sheet, shown: _Shown, left: float) -> None:
    paper.words(left, TOP - 0.12, shown.title, fontsize=10, fontweight="bold", va="bottom")
    if shown.ladder.ions:
        ladder_and_strip(paper, shown.ladder, left + AXIS, TOP)
    _fluxes(paper.panel(left + shown.names, TOP + shown.above, shown.bars, ROW * max(LEAST, len(shown.rows))), shown)


def _fluxes(axes: Any, shown: _Shown) -> None:
    """A bar for each mechanism that moves an ion, ions below each other."""
    power = prefix_power([flux for *_, flux in shown.rows])
    values = [flux / 10.0**power for *_, flux in shown.rows]
    looks = [look_of(state.role, shown.ladder.colours[ion]) for ion, _, state, _ in shown.rows]
    sheet.bars(axes, values, [minus(significant(value)) for value in values], looks)
    sheet.rows(axes, [shown.label(word) for _, word, *_ in shown.rows], LEAST)
    _groups(axes, shown)
    sheet.bare(axes, "bottom", x=IN_OUT.format(f"flux ({prefixed('mol/s', power)})"))


def _groups(axes: Any, shown: _Shown) -> None:
    """The ion's name before its first bar, and a line above all but the first group."""
    edge, left = axes.get_yaxis_transform(), -shown.names / shown.bars  # x along the axes, y in data
    ions = [ion for ion, *_ in shown.rows]
    for k, ion in enumerate(ions):
        if k and ions[k - 1] == ion:
            continue
        axes.text(left, k, ion, transform=edge, fontsize=9, fontweight="bold", va="center", ha="left", parse_math=False)
        if k:
            axes.plot([left, 1.0], [k - 0.5] * 2, transform=edge, color=FAINT, linewidth=0.5, clip_on=False)


# -- contents and times -------------------------------------------------------------------------------------------


class _Contents:
    """The concentrations held [mM], a row for each ion in each compartment."""

    def __init__(self, point: SteadyPoint) -> None:
        self.spaces = list(point.inside)
        self.rows = [(space, ion, c) for space, ions in point.inside.items() for ion, c in ions.items()]
        self.labels = [ion + where(f"  {space}", self.spaces) for space, ion, _ in self.rows]
        self.colours = sheet.ion_colours(ion for _, ion, _ in self.rows)
        self.names = sheet.widest(self.labels, 0.5)
        self.width = self.names + DOTS
        self.height = ROW * max(LEAST, len(self.rows))


def _draw_contents(axes: Any, contents: _Contents) -> None:
    levels = [log10(c) for *_, c in contents.rows if c > 0]
    low, high = min(levels, default=0.0), max(levels, default=1.0)
    per_inch = max(1.0, high - low) / (DOTS - 0.95)
    axes.set_xlim(low - 0.15 * per_inch, low - 0.15 * per_inch + DOTS * per_inch)
    for k, (space, ion, c) in enumerate(contents.rows):
        at = log10(c) if c > 0 else low
        marker = MARKERS[contents.spaces.index(space) % len(MARKERS)]
        axes.plot([axes.get_xlim()[0], at], [k, k], color=FAINT, linewidth=0.7, zorder=1)
        axes.plot([at], [k], marker=marker, markersize=6, color=contents.colours[ion], markeredgecolor=INK, zorder=3)
        said = content(ion, c) if ion == PROTON else engineering(to_unit(c, "M"), "M", 4).replace("u", "µ")
        sheet.beside(axes, said, at, k, 1, 7)
    sheet.rows(axes, contents.labels, LEAST)
    axes.set_xticks([])
    axes.set_title("concentrations held (logarithmic)", fontsize=9, loc="left")
    sheet.bare(axes, "left")


def _times(axes: Any, result: SteadyResult) -> None:
    """The time constants of the deviations on a logarithmic axis: filled ones fall, open ones grow."""
    found = [(1 / abs(e.real), e) for e in slowest_first(result) if e.real]
    times = [t for t, _ in found] or [1.0, 10.0]
    axes.set_title("deviations: time to 1/e", fontsize=9, loc="left", pad=18)
    axes.set_ylim(-1, 1)
    axes.set_yticks([])
    sheet.bare(axes, "bottom")
    sheet.log_times(axes, min(times) / 4, max(times) * 4, 5)
    for at, e in found:
        axes.plot([at], [0.0], marker="o", markersize=6, color=INK if e.real < 0 else "white", markeredgecolor=INK, clip_on=False)
    _named_times(axes, [found[0], found[-1]] if len(found) > 1 else found)


def _named_times(axes: Any, ends: Sequence[tuple[float, complex]]) -> None:
    """The slowest and the fastest are named above their marks, one that grows as such."""
    low, high = (log10(x) for x in axes.get_xlim())
    words = [duration(at, 3).replace("us", "µs") + (", grows" if e.real > 0 else "") for at, e in ends]
    gap = sheet.widest(words) * (high - low) / sheet.inches_wide(axes)
    places = sheet.spread([log10(at) for at, _ in ends], gap, low + gap / 2, high - gap / 2)
    for said, x in zip(words, places, strict=True):
        axes.annotate(said, (10.0**x, 0.35), (0, 4), textcoords="offset points", fontsize=8, ha="center", va="bottom")
