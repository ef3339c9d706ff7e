"""The figure of `steady_state`: the ladder of potentials, what moves each ion, the concentrations held, and the time constants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..results.base import bench, known
from ..results.steady import SteadyPoint, SteadyResult
from ..results.words import duration
from ..units import to_unit
from .common import temperature
from .draw_rest import LADDER, LOOKS, PATH, STRIP, _Column, _ladder, _strip, what_is
from .figures import FAINT, INK, bare, ion_colours, label_width, new_figure, room_for_labels, spread
from .numbers import engineering, fixed, minus, prefix_power, prefixed, significant
from .rest import SHOWN
from .simulation import TICKS
from .steady import known_ions, mechanisms, slowest_first, what_it_is

TOP, BOTTOM, BETWEEN = 0.75, 0.85, 0.65  # heights [inches]
LEFT, AIR, BARS, DOTS = 0.2, 0.4, 2.6, 2.2  # widths [inches]
ROW, SCALE = 0.24, 0.5  # heights of a row and of the scale of time constants [inches]
MARKERS = "osD^vP"


def draw(result: SteadyResult, *, membranes: Sequence[str] | None = None) -> Any:
    """A figure with a column for each membrane (all of them, or the named ones) and one for contents and times.

    Of a membrane: the ladder of Nernst potentials as in `rest`, where the answer carries them, and below it the flux of each ion
    through each mechanism, which sum to zero where no other membrane takes part.
    """
    columns = [_Shown(result, name) for name in membranes or result.point.V_m]
    contents = _Contents(result.point)
    wide = LEFT + sum(column.width + AIR for column in columns) + contents.width + AIR
    height = TOP + max([*(column.height for column in columns), contents.height + BETWEEN + 0.3 + SCALE]) + BOTTOM
    figure = new_figure(wide, height)
    left = LEFT
    for column in columns:
        _draw_column(figure, column, left)
        left += column.width + AIR
    _draw_contents(figure, contents, left + contents.names)
    _times(_axes(figure, left + 0.25, TOP + contents.height + BETWEEN + 0.3, contents.width - 0.35, SCALE), result)
    words = f"{result.cell}, {temperature(result.temperature).replace(' degC', ' °C')}: {what_it_is(result)}"
    figure.text(LEFT / wide, 1 - 0.25 / height, words, fontsize=11, va="center", parse_math=False)
    _key(figure, columns)
    return figure


def _axes(figure: Any, x: float, below: float, width: float, height: float) -> Any:
    """Axes placed in inches, `below` the upper edge."""
    wide, tall = figure.get_size_inches()
    return figure.add_axes((x / wide, (tall - below - height) / tall, width / wide, height / tall))


class _Shown:
    """What the panels of one membrane show, and their sizes [inches]."""

    def __init__(self, result: SteadyResult, name: str) -> None:
        self.name, self.V = name, result.point.V_m[name]
        self.mechanisms = mechanisms(result)[name]
        self.ions = known_ions(result).get(name, {})
        moved = dict.fromkeys([*self.ions, *(ion for state in self.mechanisms.values() for ion in state.fluxes)])
        self.colours = ion_colours(list(moved))
        self.rows = [
            (ion, word, flux) for ion in moved for word, state in self.mechanisms.items() if known(flux := state.fluxes.get(ion))
        ]
        self.others = [(state.V_m[name], state.stable) for state in result.other_states if abs(state.V_m[name] - self.V) >= SHOWN]
        self.names = max([0.8, *(label_width(word) for _, word, _ in self.rows)]) + 0.35

    @property
    def column(self) -> _Column:
        """The same as the ladder of `rest` takes it."""
        return _Column(self.name, self.V, tuple(self.others), self.ions, self.mechanisms, {}, self.colours)

    @property
    def ladder(self) -> float:
        return LADDER + 0.25 + STRIP + BETWEEN if self.ions else 0.15

    @property
    def width(self) -> float:
        return max(self.names + BARS, 0.75 + self.column.ladder_width if self.ions else 0.0)

    @property
    def bars(self) -> float:
        return self.width - self.names

    def label(self, word: str) -> str:
        """The mechanism, with its number where the arrows above carry it."""
        return f"{word}  {list(self.mechanisms).index(word) + 1}" if self.ions else word

    @property
    def height(self) -> float:
        return self.ladder + ROW * max(3, len(self.rows))


# -- one membrane -------------------------------------------------------------------------------------------------


def _draw_column(figure: Any, shown: _Shown, left: float) -> None:
    wide, tall = figure.get_size_inches()
    title = f"{shown.name}: V = {minus(fixed(bench(shown.V, 'mV'), 1))} mV"
    figure.text(left / wide, 1 - (TOP - 0.12) / tall, title, fontsize=10, fontweight="bold", va="bottom", parse_math=False)
    if shown.ions:
        column = shown.column
        ladder = _axes(figure, left + 0.75, TOP, column.ladder_width, LADDER)
        _ladder(ladder, column)
        _strip(_axes(figure, left + 0.75, TOP + LADDER + 0.25, column.ladder_width, STRIP), column, ladder.get_xlim())
    _fluxes(_axes(figure, left + shown.names, TOP + shown.ladder, shown.bars, ROW * max(3, len(shown.rows))), shown)


def _fluxes(axes: Any, shown: _Shown) -> None:
    """A bar for each mechanism that moves an ion, ions below each other."""
    power = prefix_power([flux for *_, flux in shown.rows])
    values = [flux / 10.0**power for *_, flux in shown.rows]
    for k, ((ion, word, _), value) in enumerate(zip(shown.rows, values, strict=True)):
        kind = what_is(shown.mechanisms[word])
        look = LOOKS[kind] | ({"facecolor": shown.colours[ion]} if kind == PATH else {})
        axes.barh(k, value, height=0.66, edgecolor=INK, linewidth=0.8, zorder=2, **look)
    words = [minus(significant(value)) for value in values]
    room_for_labels(axes, list(zip(values, words, strict=True)) or [(1.0, "")], 0.0)
    for k, (value, said) in enumerate(zip(values, words, strict=True)):
        way, side = (-1, "right") if value < 0 else (1, "left")
        axes.annotate(said, (value, k), (4 * way, 0), textcoords="offset points", fontsize=8, va="center", ha=side)
    axes.axvline(0.0, color=INK, linewidth=0.9, zorder=3)
    axes.set_ylim(max(3, len(shown.rows)) - 0.5, -0.5)
    axes.set_yticks(range(len(shown.rows)), [shown.label(word) for _, word, _ in shown.rows])
    _groups(axes, shown)
    bare(axes, "bottom")
    axes.tick_params(axis="y", length=0)
    axes.locator_params(axis="x", nbins=4)
    axes.set_xlabel(f"in \N{LEFTWARDS ARROW}  flux ({prefixed('mol/s', power)})  \N{RIGHTWARDS ARROW} out", fontsize=9)
    for label in axes.get_yticklabels():
        label.set_parse_math(False)


def _groups(axes: Any, shown: _Shown) -> None:
    """The ion's name before its first bar, and a line above all but the first group."""
    edge = axes.get_yaxis_transform()  # x along the axes, y in data
    ions = [ion for ion, _, _ in shown.rows]
    for k, ion in enumerate(ions):
        if k and ions[k - 1] == ion:
            continue
        how = {"fontsize": 9, "fontweight": "bold", "va": "center", "ha": "left", "parse_math": False}
        axes.text(-shown.names / shown.bars, k, ion, transform=edge, **how)
        if k:
            axes.plot([-shown.names / shown.bars, 1.0], [k - 0.5] * 2, transform=edge, color=FAINT, linewidth=0.5, clip_on=False)


# -- contents and times -------------------------------------------------------------------------------------------


class _Contents:
    """The concentrations held, a row for each ion in each compartment."""

    def __init__(self, point: SteadyPoint) -> None:
        self.several = len(point.inside) > 1
        self.rows = [(space, ion, float(to_unit(c, "mM"))) for space, ions in point.inside.items() for ion, c in ions.items()]
        self.colours = ion_colours(list(dict.fromkeys(ion for _, ion, _ in self.rows)))
        self.names = max([0.5, *(label_width(self.label(space, ion)) for space, ion, _ in self.rows)])
        self.width = self.names + DOTS
        self.height = ROW * max(3, len(self.rows))

    def label(self, space: str, ion: str) -> str:
        return f"{ion}  {space}" if self.several else ion


def _draw_contents(figure: Any, contents: _Contents, left: float) -> None:
    from math import log10

    axes = _axes(figure, left, TOP, DOTS, contents.height)
    spaces = list(dict.fromkeys(space for space, _, _ in contents.rows))
    levels = [log10(c) for *_, c in contents.rows if c > 0]
    low, high = min(levels, default=0.0), max(levels, default=1.0)
    per_inch = max(1.0, high - low) / (DOTS - 0.95)
    axes.set_xlim(low - 0.15 * per_inch, low - 0.15 * per_inch + DOTS * per_inch)
    for k, (space, ion, c) in enumerate(contents.rows):
        at = log10(c) if c > 0 else low
        look = {"marker": MARKERS[spaces.index(space) % len(MARKERS)], "color": contents.colours[ion], "markeredgecolor": INK}
        axes.plot([axes.get_xlim()[0], at], [k, k], color=FAINT, linewidth=0.7, zorder=1)
        axes.plot([at], [k], markersize=6, zorder=3, **look)
        axes.annotate(
            engineering(c / 1e3, "M", 4).replace("u", "µ"), (at, k), (7, 0), textcoords="offset points", fontsize=8, va="center"
        )
    axes.set_ylim(max(3, len(contents.rows)) - 0.5, -0.5)
    axes.set_yticks(range(len(contents.rows)), [contents.label(space, ion) for space, ion, _ in contents.rows])
    axes.set_xticks([])
    axes.set_title("concentrations held (logarithmic)", fontsize=9, loc="left")
    bare(axes, "left")
    axes.tick_params(axis="y", length=0)
    for label in axes.get_yticklabels():
        label.set_parse_math(False)


def _times(axes: Any, result: SteadyResult) -> None:
    """The time constants of the deviations on a logarithmic axis: filled ones fall, open ones grow."""
    from matplotlib.ticker import NullFormatter, NullLocator

    known = [(1 / abs(e.real), e) for e in slowest_first(result) if e.real]
    axes.set_title("deviations: time to 1/e", fontsize=9, loc="left", pad=18)
    axes.set_xscale("log")
    axes.set_ylim(-1, 1)
    low, high = (min(t for t, _ in known), max(t for t, _ in known)) if known else (1.0, 10.0)
    low, high = low / 4, high * 4
    axes.set_xlim(low, high)
    for at, e in known:
        axes.plot([at], [0.0], marker="o", markersize=6, color=INK if e.real < 0 else "white", markeredgecolor=INK, clip_on=False)
    _named_times(axes, known)
    ticks = [at for at in TICKS if low <= at <= high]
    ticks = ticks[:: 1 + len(ticks) // 5]
    axes.set_xticks(ticks, [TICKS[at] for at in ticks])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_yticks([])
    bare(axes, "bottom")
    axes.tick_params(axis="x", labelsize=7)


def _named_times(axes: Any, known: Sequence[tuple[float, complex]]) -> None:
    """The slowest and the fastest are named above their marks, one that grows as such."""
    from math import log10

    ends = [known[0], known[-1]] if len(known) > 1 else list(known)
    low, high = (log10(x) for x in axes.get_xlim())
    wide = axes.get_position().width * axes.get_figure().get_size_inches()[0]
    words = [duration(at, 3).replace("us", "µs") + (", grows" if e.real > 0 else "") for at, e in ends]
    gap = max([0.0, *(label_width(said) for said in words)]) * (high - low) / wide
    places = spread([log10(at) for at, _ in ends], gap, low + gap / 2, high - gap / 2)
    for said, x in zip(words, places, strict=True):
        axes.annotate(said, (10.0**x, 0.35), (0, 4), textcoords="offset points", fontsize=8, ha="center", va="bottom")


def _key(figure: Any, columns: Sequence[_Shown]) -> None:
    """What the hatches mean."""
    from matplotlib.patches import Patch

    present = {what_is(state) for column in columns for state in column.mechanisms.values()}
    handles = [Patch(edgecolor=INK, linewidth=0.9, label=kind, **LOOKS[kind]) for kind in LOOKS if kind in present]
    wide, tall = figure.get_size_inches()
    how = {"fontsize": 8, "frameon": False, "handlelength": 2.2, "handleheight": 1.2, "borderaxespad": 0.0}
    figure.legend(handles=handles, loc="lower left", bbox_to_anchor=(LEFT / wide, 0.1 / tall), ncols=3, **how)
