"""The figure of `rest`: the ladder of Nernst potentials with V among them, the ions on their way, currents, and V without each mechanism."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import Any

from ..results.base import Maybe, bench, known
from ..results.registry import pretty, variable
from ..results.rest import IonState, MechanismState, RestResult
from .common import temperature
from .figures import FAINT, INK, bare, inches_per_unit, ion_colours, label_width, new_figure, room_for_labels, spread
from .numbers import fixed, ion_symbol, minus, prefix_power, prefixed, significant
from .rest import SHOWN, current_way, passive_way, wants

SLOT, FIRST_SLOT = 0.95, 1.15  # widths for an ion, and for the labels of V [inches]
TOP, LADDER, STRIP, ROW = 0.7, 3.6, 1.0, 0.42  # heights [inches]
BLOCK = 0.62  # height of the label of a rung [inches]
BARS, DOTS = 2.5, 2.1  # widths [inches]
CLEAR = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}  # behind words that a thin line may cross
PATH, PUMP, CARRIER = "channel or leak", "pump (uses ATP)", "carrier (coupled ions)"
LOOKS: dict[str, dict[str, Any]] = {
    PATH: {"facecolor": "#C9C9C9", "hatch": ""},
    PUMP: {"facecolor": "#FFFFFF", "hatch": "//////"},
    CARRIER: {"facecolor": "#FFFFFF", "hatch": "...."},
}


def draw(result: RestResult, *, membranes: Sequence[str] | None = None) -> Any:
    """A figure with one column of panels for each membrane (all of them, or the named ones).

    Ladder: each ion's Nernst potential is a rung, V the heavy line; an arrow shows where opening a path for the ion would pull V.
    Below it, who moves which ion which way (width: part of the largest flux). Then the current of each mechanism, outward
    positive, and V if the mechanism were taken away.
    """
    columns = [_Column.of(result, name) for name in (membranes or result.V_m)]
    beside = len(columns) == 1
    widths = [column.width(beside) for column in columns]
    rows = max(len(column.mechanisms) for column in columns)
    below = 0.0 if beside else 2 * (rows * ROW + 0.85)
    height = TOP + LADDER + 0.25 + STRIP + 0.45 + below + (0.0 if beside else 0.35)
    figure = new_figure(0.15 + sum(widths), height)
    left = 0.15
    for column, width in zip(columns, widths, strict=True):
        _draw_column(figure, column, left, width, beside, len(columns) > 1)
        left += width
    _title(figure, result)
    _key(figure, columns, beside)
    return figure


@dataclass(frozen=True)
class _Column:
    """What the panels of one membrane show."""

    name: str
    V: float
    others: tuple[tuple[float, bool], ...]
    ions: dict[str, IonState]
    mechanisms: dict[str, MechanismState]
    without: dict[str, Maybe]
    colours: dict[str, str]

    @classmethod
    def of(cls, result: RestResult, name: str) -> _Column:
        V = result.V_m[name]
        others = tuple((r.V_m[name], r.stable) for r in result.roots if abs(r.V_m[name] - V) >= SHOWN)
        ions = result.ions[name]
        return cls(name, V, others, ions, result.mechanisms[name], result.without[name], ion_colours(list(ions)))

    @property
    def ladder_width(self) -> float:
        return FIRST_SLOT + SLOT * max(1, len(self.ions))

    def width(self, beside: bool) -> float:
        ladder = 0.75 + self.ladder_width
        return ladder + self.names + BARS + 0.25 + DOTS + 0.3 if beside else max(ladder, 0.2 + self.names + BARS) + 0.35

    @property
    def names(self) -> float:
        """Room for the longest name of a mechanism and its number [inches]."""
        return max(1.1, *(label_width(word) for word in self.mechanisms), 0.0) + 0.3


def _draw_column(figure: Any, column: _Column, left: float, width: float, beside: bool, named: bool) -> None:
    top = figure.get_size_inches()[1] - TOP
    ladder = _axes(figure, left + 0.75, top - LADDER, column.ladder_width, LADDER)
    _ladder(ladder, column)
    if named:
        ladder.set_title(column.name, fontsize=11, fontweight="bold", loc="left", parse_math=False)
    strip = _axes(figure, left + 0.75, top - LADDER - 0.25 - STRIP, column.ladder_width, STRIP)
    _strip(strip, column, ladder.get_xlim())
    if beside:
        x, tall = left + 0.75 + column.ladder_width + column.names, max(1.2, min(LADDER, ROW * 1.5 * len(column.mechanisms)))
        _bars(_axes(figure, x, top - tall, BARS, tall), column, True)
        _dots(_axes(figure, x + BARS + 0.25, top - tall, DOTS, tall), column, False)
        return
    x, wide, tall = left + 0.1 + column.names, width - 0.45 - column.names, ROW * len(column.mechanisms)
    bars_top = top - LADDER - 0.25 - STRIP - 0.55
    rows = (figure.get_size_inches()[1] - TOP - LADDER - 0.25 - STRIP - 0.45 - 0.35) / 2 - 0.85
    _bars(_axes(figure, x, bars_top - tall, wide, tall), column, True)
    dots_top = bars_top - rows - 0.85
    _dots(_axes(figure, x, dots_top - tall, wide, tall), column, True)


def _axes(figure: Any, x: float, y: float, width: float, height: float) -> Any:
    """Axes placed in inches."""
    wide, tall = figure.get_size_inches()
    return figure.add_axes((x / wide, y / tall, width / wide, height / tall))


def _title(figure: Any, result: RestResult) -> None:
    height = figure.get_size_inches()[1]
    named = result.title or result.cell
    words = f"{named}, {temperature(result.temperature).replace(' degC', ' °C')}"
    figure.text(0.15 / figure.get_size_inches()[0], 1 - 0.28 / height, words, fontsize=11, va="center", parse_math=False)


# -- the ladder ---------------------------------------------------------------------------------------------------


def _ladder(axes: Any, column: _Column) -> None:
    E = {ion: bench(state.E, "mV") for ion, state in column.ions.items()}
    V = bench(column.V, "mV")
    assert V is not None
    others = [(x, stable) for root, stable in column.others if (x := bench(root, "mV")) is not None]
    _limits(axes, [V, *(x for x in E.values() if x is not None), *(x for x, _ in others)], len(E))
    axes.axhline(0.0, color=FAINT, linewidth=0.6, linestyle=(0, (1, 2)), zorder=0)
    axes.axhline(V, color=INK, linewidth=2.8, zorder=2)
    for k, (ion, state) in enumerate(column.ions.items()):
        _rung(axes, k, ion, state, E[ion], V, column.colours[ion])
    _levels(axes, V, others)
    axes.set_xticks([])
    axes.set_ylabel(f"inside minus outside ({variable('V_mV').unit})", fontsize=9)
    bare(axes, "left")


def _limits(axes: Any, levels: Sequence[float], count: int) -> None:
    """Room for the labels above the highest and below the lowest level; at least 10 mV between them."""
    low, high = min(levels), max(levels)
    missing = max(0.0, 10.0 - (high - low)) / 2
    per_inch = (high - low + 2 * missing) / (LADDER - 2 * (BLOCK + 0.1))
    margin = missing + (BLOCK + 0.1) * per_inch
    axes.set_ylim(low - margin, high + margin)
    axes.set_xlim(-0.5 - FIRST_SLOT / SLOT, max(1, count) - 0.5)


def _rung(axes: Any, k: int, ion: str, state: IonState, E: float | None, V: float, colour: str) -> None:
    symbol = ion_symbol(ion, state.valence)
    if not known(E):
        _beside_level(axes, k, V, symbol, "not on\nboth sides", above=False)
        return
    axes.plot([k - 0.34, k + 0.34], [E, E], color=colour, linewidth=4, solid_capstyle="butt", zorder=3)
    length = abs(E - V) * inches_per_unit(axes)
    if length > 0.1:
        head = min(12.0, 40 * length)
        style = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.6, "shrinkA": 0, "shrinkB": 1, "mutation_scale": head}
        axes.annotate("", (k, E), (k, V), arrowprops=style, zorder=4)
    force = minus(fixed(bench(state.driving_force, "mV"), 1, signed=True))
    if length > 0.4:
        axes.annotate(force, (k, (E + V) / 2), (5, 0), textcoords="offset points", fontsize=8, va="center", bbox=CLEAR)
    _beside_level(axes, k, E, symbol, f"{minus(fixed(E, 1))} mV\n{wants(ion, state)}", above=E >= V)


def _beside_level(axes: Any, k: int, level: float, symbol: str, words: str, *, above: bool) -> None:
    """The ion's name and two lines about it on the side of the rung that is turned away from V."""
    near, far = (5, 27) if above else (-18, -5)
    how = {"textcoords": "offset points", "ha": "center", "va": "bottom" if above else "top", "parse_math": False, "bbox": CLEAR}
    axes.annotate(words, (k, level), (0, near), fontsize=8, linespacing=1.15, **how)
    axes.annotate(symbol, (k, level), (0, far), fontsize=10, fontweight="bold", **how)


def _levels(axes: Any, V: float, others: Sequence[tuple[float, bool]]) -> None:
    """V, and every other potential without net current, named in the first slot."""
    for x, stable in others:
        axes.axhline(x, color=INK, linewidth=1.2, linestyle="--" if stable else ":", zorder=1)
    named = [(V, f"V  {minus(fixed(V, 1))} mV", "bold")]
    named += [(x, f"{minus(fixed(x, 1))} mV\n{'stable too' if stable else 'unstable'}", "normal") for x, stable in others]
    unit = inches_per_unit(axes)
    low, high = axes.get_ylim()
    places = spread([x for x, _, _ in named], 0.36 / unit, low, high - 0.4 / unit)
    for (_, words, weight), y in zip(named, places, strict=True):
        size = 10 if weight == "bold" else 8
        where = (axes.get_xlim()[0] + 0.05, y)
        how = {"fontsize": size, "fontweight": weight, "va": "bottom", "linespacing": 1.05, "bbox": CLEAR}
        axes.annotate(words, where, (0, 3), textcoords="offset points", **how)


# -- who moves what -----------------------------------------------------------------------------------------------


def _strip(axes: Any, column: _Column, limits: tuple[float, float]) -> None:
    axes.set_xlim(limits)
    axes.set_ylim(-0.3, 1.3)
    axes.axis("off")
    if not column.ions:
        return
    axes.axhspan(0.36, 0.64, color="#E4E4E4", zorder=0, linewidth=0)
    for y, words in ((0.92, "outside"), (0.5, "membrane"), (0.08, "inside")):
        axes.text(limits[0] + 0.05, y, words, fontsize=8, va="center", style="italic" if y == 0.5 else "normal")
    arrows = _arrows(column)
    for k, ion in enumerate(column.ions):
        here = [arrow for arrow in arrows if arrow[0] == ion]
        step = 0.86 / max(3, len(here))
        for j, arrow in enumerate(here):
            _arrow(axes, k + (j - (len(here) - 1) / 2) * step, step, arrow, column.colours[ion])


def _arrows(column: _Column) -> list[tuple[str, int, str, int, float]]:
    """(ion, number of the mechanism, what it is, 1 out or -1 in, part of the largest flux) of everything that moves."""
    fluxes = [
        (ion, number, what_is(state), flux)
        for number, state in enumerate(column.mechanisms.values(), 1)
        for ion, flux in state.fluxes.items()
        if ion in column.ions
    ]
    moved = [abs(flux) for *_, flux in fluxes if known(flux)]
    if any(moved):
        largest = max(moved)
        return [(ion, n, kind, 1 if flux > 0 else -1, abs(flux) / largest) for ion, n, kind, flux in fluxes if flux]
    return _arrows_by_share(column)


def _arrows_by_share(column: _Column) -> list[tuple[str, int, str, int, float]]:
    """Where only ratios are known: single passive ions go down their gradient; the width is the share of the current."""
    found = []
    for number, state in enumerate(column.mechanisms.values(), 1):
        carried = [column.ions[ion] for ion in state.fluxes if ion in column.ions]
        way = passive_way(carried[0]) if len(state.fluxes) == len(carried) == 1 and what_is(state) == PATH else None
        if way and state.share:
            found.append((next(iter(state.fluxes)), number, PATH, way, state.share))
    return found


def _arrow(axes: Any, x: float, step: float, arrow: tuple[str, int, str, int, float], colour: str) -> None:
    _, number, kind, way, part = arrow
    look = LOOKS[kind] | ({"facecolor": colour} if kind == PATH else {})
    width = step * (0.08 + 0.42 * part)
    tail, tip = (0.02, 0.98) if way > 0 else (0.98, 0.02)
    axes.arrow(
        *(x, tail, 0.0, tip - tail),
        width=width,
        head_width=min(step * 0.95, width + 0.4 * step),
        head_length=0.26,
        length_includes_head=True,
        edgecolor=INK,
        linewidth=0.8,
        zorder=3,
        **look,
    )
    axes.text(x, tail - 0.07 * way, str(number), fontsize=8, ha="center", va="top" if way > 0 else "bottom")


def what_is(state: MechanismState) -> str:
    """Pump, carrier, or a passive path."""
    kind = state.kind.split(" ")[0]
    if state.atp is not None or kind.endswith(("atpase", "pump")):
        return PUMP
    return CARRIER if state.turnover is not None else PATH


# -- currents, and V without each mechanism -----------------------------------------------------------------------


def _bars(axes: Any, column: _Column, named: bool) -> None:
    values, unit = _currents(column)
    for k, (state, value) in enumerate(zip(column.mechanisms.values(), values, strict=True)):
        if value is not None:
            axes.barh(k, value, height=0.62, edgecolor=INK, linewidth=0.9, zorder=2, **LOOKS[what_is(state)])
    ends = [(value or 0.0, "not known" if value is None else minus(significant(value))) for value in values]
    room_for_labels(axes, ends, 0.0)
    for k, (end, words) in enumerate(ends):
        way, side = (-1, "right") if end < 0 else (1, "left")
        axes.annotate(words, (end, k), (4 * way, 0), textcoords="offset points", fontsize=8, va="center", ha=side)
    axes.axvline(0.0, color=INK, linewidth=0.9, zorder=3)
    _rows(axes, column, named)
    axes.set_xlabel(f"in \N{LEFTWARDS ARROW}  current ({unit})  \N{RIGHTWARDS ARROW} out", fontsize=9)


def _currents(column: _Column) -> tuple[list[float | None], str]:
    """Per area, else for the whole membrane, else as a part of all outward or inward current."""
    states = list(column.mechanisms.values())
    if all(known(state.current_density) for state in states):
        return [bench(state.current_density, "uA/cm^2") for state in states], pretty("uA/cm^2")
    if all(known(state.current) for state in states):
        power = prefix_power([state.current or 0.0 for state in states])
        return [(state.current or 0.0) / 10.0**power for state in states], prefixed("A", power)
    ways = [current_way(state, column.ions) for state in states]
    parts = [None if way is None or not known(s.share) else 100 * way * s.share for s, way in zip(states, ways, strict=True)]
    return parts, "% of each direction"


def _dots(axes: Any, column: _Column, named: bool) -> None:
    V = bench(column.V, "mV")
    assert V is not None
    values = [bench(column.without[word], "mV") for word in column.mechanisms]
    room_for_labels(axes, [(V, "no potential") if x is None else (x, f" {fixed(x, 1)}") for x in values], V)
    axes.axvline(V, color=INK, linewidth=2.8, zorder=2)
    for k, value in enumerate(values):
        _dot(axes, k, V, value)
    _rows(axes, column, named)
    axes.set_xlabel("V without it (mV)", fontsize=9)


def _dot(axes: Any, k: int, V: float, value: float | None) -> None:
    how: dict[str, Any] = {"textcoords": "offset points", "fontsize": 8, "va": "center"}
    if value is None:
        axes.annotate("no potential", (V, k), (6, 0), ha="left", **how)
        return
    way = -1 if value < V else 1
    axes.plot([V, value], [k, k], color=INK, linewidth=1.2, zorder=2)
    axes.plot([value], [k], marker="o", markersize=6, markerfacecolor="white", markeredgecolor=INK, zorder=3)
    axes.annotate(minus(fixed(value, 1)), (value, k), (6 * way, 0), ha="left" if way > 0 else "right", **how)


def _rows(axes: Any, column: _Column, named: bool) -> None:
    """One row for each mechanism, the first on top, numbered as in the strip."""
    axes.set_ylim(len(column.mechanisms) - 0.5, -0.5)
    if named:
        axes.set_yticks(range(len(column.mechanisms)), [f"{word}  {k}" for k, word in enumerate(column.mechanisms, 1)])
    else:
        axes.set_yticks([])
    bare(axes, "bottom")
    axes.tick_params(axis="y", length=0)
    axes.locator_params(axis="x", nbins=4)
    for label in axes.get_yticklabels():
        label.set_parse_math(False)


CHARACTERS_PER_INCH = 17  # of the notes
LADDER_NOTE = "Arrow on the ladder: where an open path for the ion alone would pull V, with V \N{MINUS SIGN} E in mV."
STRIP_NOTE = "Arrow through the membrane: net way of the ion, numbered by mechanism; the wider, the more."
UNKNOWN_NOTE = "What pumps, carriers and shared channels move is not known here and not drawn."


def _notes(columns: Sequence[_Column]) -> list[str]:
    """How to read the arrows that are there, and which are missing."""
    said = [LADDER_NOTE, STRIP_NOTE] if any(column.ions for column in columns) else []
    states = [state for column in columns for state in column.mechanisms.values()]
    coupled = any(len(state.fluxes) > 1 and any(not known(flux) for flux in state.fluxes.values()) for state in states)
    return [*said, UNKNOWN_NOTE] if coupled else said


def _key(figure: Any, columns: Sequence[_Column], beside: bool) -> None:
    """What the hatches and arrows mean."""
    from matplotlib.patches import Patch

    present = {what_is(state) for column in columns for state in column.mechanisms.values()}
    handles = [Patch(edgecolor=INK, linewidth=0.9, label=kind, **LOOKS[kind]) for kind in LOOKS if kind in present]
    wide, tall = figure.get_size_inches()
    x = 0.9 + columns[0].ladder_width + 0.35 if beside else 0.15
    how = {"loc": "lower left", "fontsize": 8, "frameon": False, "handlelength": 2.2, "handleheight": 1.2, "borderaxespad": 0.0}
    figure.legend(handles=handles, bbox_to_anchor=(x / wide, (0.75 if beside else 0.08) / tall), ncols=3, **how)
    room = 92 if beside else int((wide - 5.5) * CHARACTERS_PER_INCH)
    said = _notes(columns) if beside else ["  ".join(_notes(columns))]
    notes = "\n".join(fill(line, room) for line in said)
    place = (x / wide, 0.64 / tall) if beside else ((0.15 + 5.2) / wide, 0.22 / tall)
    figure.text(*place, notes, fontsize=7.5, color="#444444", va="top" if beside else "center", linespacing=1.35)
