"""The figure of `rest`: the ladder of Nernst potentials with V among them, the ions on their way, currents, and V without each mechanism."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import Any

from ...results.base import Maybe, bench, known
from ...results.registry import pretty
from ...results.rest import CARRIER, OTHER, PATH, PUMP, IonState, MechanismState, RestResult, RootState
from ...results.steady import SteadyPoint
from ...units import to_unit
from ..numbers import fixed, ion_symbol, minus, mV, prefix_power, prefixed, significant
from ..tables.parts import SHOWN, current_way, known_of, largest_flux, lone_ion, passive_way, sign
from . import sheet
from .sheet import FAINT, IN_OUT, INK, MARGIN, OFFSET, Sheet

SLOT, FIRST_SLOT = 0.95, 1.15  # widths for an ion, and for the labels of V [inches]
TOP, LADDER, STRIP, ROW, GAP = 0.7, 3.6, 1.0, 0.42, 0.25  # heights [inches]
BLOCK = 0.62  # height of the label of a rung [inches]
BARS, DOTS, AXIS = 2.5, 2.1, 0.75  # widths [inches]
CLEAR = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}  # behind words that a thin line may cross
LOOKS: dict[str, dict[str, Any]] = {
    PATH: {"facecolor": "#C9C9C9", "hatch": ""},
    PUMP: {"facecolor": "#FFFFFF", "hatch": "//////"},
    CARRIER: {"facecolor": "#FFFFFF", "hatch": "...."},
}
LOOKS[OTHER] = LOOKS[PATH]
WORDS = {PATH: "channel or leak", PUMP: "pump (uses ATP)", CARRIER: "carrier (coupled ions)"}
CHARACTERS_PER_INCH = 17  # of the notes
LADDER_NOTE = "Arrow on the ladder: where an open path for the ion alone would pull V, with V \N{MINUS SIGN} E in mV."
STRIP_NOTE = "Arrow through the membrane: net way of the ion, numbered by mechanism; the wider, the more."
UNKNOWN_NOTE = "What pumps, carriers and shared channels move is not known here and not drawn."


def draw(result: RestResult, *, membranes: Sequence[str] | None = None) -> Any:
    """A figure with one column of panels for each membrane (all of them, or the named ones).

    Ladder: each ion's Nernst potential is a rung, V the heavy line; an arrow shows where opening a path for the ion would pull V.
    Below it, who moves which ion which way (width: part of the largest flux). Then the current of each mechanism, outward
    positive, and V if the mechanism were taken away: beside the ladder of a single membrane, below those of several.
    """
    shown = {name: _without(result, name) for name in membranes or result.V_m}
    columns = {
        name: Column.of(name, result.V_m[name], result.roots, result.ions[name], result.mechanisms[name]) for name in shown
    }
    if len(columns) == 1:
        (name,) = columns
        return _beside(result, columns[name], shown[name])
    return _below(result, columns, shown)


@dataclass(frozen=True)
class Column:
    """What the ladder and the strip of one membrane show; potentials in mV."""

    V: float
    others: tuple[tuple[float, bool], ...]
    ions: dict[str, IonState]
    mechanisms: dict[str, MechanismState]
    colours: dict[str, str]

    @classmethod
    def of(
        cls,
        name: str,
        V: float,
        states: Iterable[RootState | SteadyPoint],
        ions: dict[str, IonState],
        mechanisms: dict[str, MechanismState],
    ) -> Column:
        """Of a membrane with a potential [V] among other states of the cell."""
        others = tuple((to_unit(one.V_m[name], "mV"), bool(one.stable)) for one in states if abs(one.V_m[name] - V) >= SHOWN)
        moved = (ion for state in mechanisms.values() for ion in state.fluxes)
        return cls(to_unit(V, "mV"), others, ions, mechanisms, sheet.ion_colours([*ions, *moved]))

    @property
    def width(self) -> float:
        return FIRST_SLOT + SLOT * max(1, len(self.ions))

    @property
    def names(self) -> float:
        """Room for the longest name of a mechanism and its number [inches]."""
        return sheet.widest(self.mechanisms, 1.1) + 0.3


def _without(result: RestResult, name: str) -> list[float | None]:
    """V without each mechanism [mV]."""
    return [bench(V, "mV") for V in result.without[name].values()]


# -- layouts ------------------------------------------------------------------------------------------------------


def _beside(result: RestResult, column: Column, without: Sequence[float | None]) -> Any:
    """One membrane: currents and V without each mechanism beside the ladder."""
    x = MARGIN + AXIS + column.width + column.names
    paper = Sheet(x + BARS + GAP + DOTS + 0.3, TOP + LADDER + GAP + STRIP + 0.45)
    ladder_and_strip(paper, column, MARGIN + AXIS, TOP)
    tall = max(1.2, min(LADDER, ROW * 1.5 * len(column.mechanisms)))
    _bars(paper.panel(x, TOP, BARS, tall), column)
    _dots(paper.panel(x + BARS + GAP, TOP, DOTS, tall), column, without, named=False)
    paper.title(result.title or result.cell, result.temperature)
    key = 0.9 + column.width + 0.35
    paper.patterns(patterns(column.mechanisms.values()), key, 0.75)
    notes = "\n".join(fill(line, 92) for line in _notes([column]))
    paper.words(key, paper.tall - 0.64, notes, fontsize=7.5, color="#444444", va="top", linespacing=1.35)
    return paper.figure


def _below(result: RestResult, columns: dict[str, Column], without: dict[str, list[float | None]]) -> Any:
    """Several membranes: a column for each, its panels below each other."""
    deep = ROW * max(len(column.mechanisms) for column in columns.values()) + 0.85
    first = TOP + LADDER + GAP + STRIP + 0.55
    widths = {name: max(AXIS + c.width, 0.2 + c.names + BARS) + 0.35 for name, c in columns.items()}
    paper = Sheet(MARGIN + sum(widths.values()), first - 0.1 + 2 * deep + 0.35)
    left = MARGIN
    for name, column in columns.items():
        ladder = ladder_and_strip(paper, column, left + AXIS, TOP)
        ladder.set_title(name, fontsize=11, fontweight="bold", loc="left", parse_math=False)
        x, wide, tall = left + 0.1 + column.names, widths[name] - 0.45 - column.names, ROW * len(column.mechanisms)
        _bars(paper.panel(x, first, wide, tall), column)
        _dots(paper.panel(x, first + deep, wide, tall), column, without[name], named=True)
        left += widths[name]
    paper.title(result.title or result.cell, result.temperature)
    paper.patterns(patterns(state for column in columns.values() for state in column.mechanisms.values()), MARGIN, 0.08)
    notes = fill("  ".join(_notes(list(columns.values()))), int((paper.wide - 5.5) * CHARACTERS_PER_INCH))
    paper.words(MARGIN + 5.2, paper.tall - 0.22, notes, fontsize=7.5, color="#444444", linespacing=1.35)
    return paper.figure


def patterns(states: Any) -> dict[str, dict[str, Any]]:
    """The looks of what is there, by words."""
    present = {PATH if state.role == OTHER else state.role for state in states}
    return {words: LOOKS[role] for role, words in WORDS.items() if role in present}


def _notes(columns: Sequence[Column]) -> list[str]:
    """How to read the arrows that are there, and which are missing."""
    said = [LADDER_NOTE, STRIP_NOTE] if any(column.ions for column in columns) else []
    states = [state for column in columns for state in column.mechanisms.values()]
    coupled = any(len(state.fluxes) > 1 and not all(map(known, state.fluxes.values())) for state in states)
    return [*said, UNKNOWN_NOTE] if coupled else said


# -- the ladder ---------------------------------------------------------------------------------------------------


def ladder_and_strip(paper: Sheet, column: Column, x: float, y: float) -> Any:
    """The potentials, and below them who moves what; answers the ladder's axes."""
    ladder = paper.panel(x, y, column.width, LADDER)
    _ladder(ladder, column)
    _strip(paper.panel(x, y + LADDER + GAP, column.width, STRIP), column, ladder.get_xlim())
    return ladder


def _ladder(axes: Any, column: Column) -> None:
    E = {ion: bench(state.E, "mV") for ion, state in column.ions.items()}
    _limits(axes, [column.V, *(x for x in E.values() if x is not None), *(x for x, _ in column.others)], len(E))
    axes.axhline(0.0, color=FAINT, linewidth=0.6, linestyle=(0, (1, 2)), zorder=0)
    axes.axhline(column.V, color=INK, linewidth=2.8, zorder=2)
    for k, (ion, state) in enumerate(column.ions.items()):
        _rung(axes, k, ion, state, E[ion], column)
    _levels(axes, column)
    axes.set_xticks([])
    sheet.bare(axes, "left", y="inside minus outside (mV)")


def _limits(axes: Any, levels: Sequence[float], count: int) -> None:
    """Room for the labels above the highest and below the lowest level; at least 10 mV between them."""
    low, high = min(levels), max(levels)
    missing = max(0.0, 10.0 - (high - low)) / 2
    per_inch = (high - low + 2 * missing) / (LADDER - 2 * (BLOCK + 0.1))
    margin = missing + (BLOCK + 0.1) * per_inch
    axes.set_ylim(low - margin, high + margin)
    axes.set_xlim(-0.5 - FIRST_SLOT / SLOT, max(1, count) - 0.5)


def _rung(axes: Any, k: int, ion: str, state: IonState, E: float | None, column: Column) -> None:
    symbol, V, colour = ion_symbol(ion, state.valence), column.V, column.colours[ion]
    if E is None:
        _beside_level(axes, k, V, symbol, "not on\nboth sides", above=False)
        return
    axes.plot([k - 0.34, k + 0.34], [E, E], color=colour, linewidth=4, solid_capstyle="butt", zorder=3)
    length = abs(E - V) * sheet.inches_per_unit(axes)
    if length > 0.1:
        head = min(12.0, 40 * length)
        style = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.6, "shrinkA": 0, "shrinkB": 1, "mutation_scale": head}
        axes.annotate("", (k, E), (k, V), arrowprops=style, zorder=4)
    if length > 0.4:
        force = minus(mV(state.driving_force, 1, signed=True))
        axes.annotate(force, (k, (E + V) / 2), (5, 0), va="center", bbox=CLEAR, **OFFSET)
    _beside_level(axes, k, E, symbol, f"{minus(fixed(E, 1))} mV\n{_force(state)}", above=E >= V)


def _force(state: IonState) -> str:
    """What drives an ion, in a word or two."""
    return {1: "force out", -1: "force in", None: "not on both sides"}.get(passive_way(state), "in equilibrium")


def _beside_level(axes: Any, k: int, level: float, symbol: str, words: str, *, above: bool) -> None:
    """The ion's name and two lines about it on the side of the rung that is turned away from V."""
    near, far = (5, 27) if above else (-18, -5)
    how = {"textcoords": "offset points", "ha": "center", "va": "bottom" if above else "top", "parse_math": False, "bbox": CLEAR}
    axes.annotate(words, (k, level), (0, near), fontsize=8, linespacing=1.15, **how)
    axes.annotate(symbol, (k, level), (0, far), fontsize=10, fontweight="bold", **how)


def _levels(axes: Any, column: Column) -> None:
    """V, and every other potential without net current, named in the first slot."""
    named = [(column.V, f"V  {minus(fixed(column.V, 1))} mV", {"fontsize": 10, "fontweight": "bold"})]
    for x, stable in column.others:
        axes.axhline(x, color=INK, linewidth=1.2, linestyle="--" if stable else ":", zorder=1)
        named.append((x, f"{minus(fixed(x, 1))} mV\n{'stable too' if stable else 'unstable'}", {}))
    unit = sheet.inches_per_unit(axes)
    low, high = axes.get_ylim()
    places = sheet.spread([x for x, _, _ in named], 0.36 / unit, low, high - 0.4 / unit)
    for (_, words, how), y in zip(named, places, strict=True):
        look = OFFSET | {"va": "bottom", "linespacing": 1.05, "bbox": CLEAR} | how
        axes.annotate(words, (axes.get_xlim()[0] + 0.05, y), (0, 3), **look)


# -- who moves what -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Arrow:
    """An ion on its way: the mechanism's number and role, 1 out or -1 in, part of the largest flux."""

    ion: str
    number: int
    role: str
    way: int
    part: float


def _strip(axes: Any, column: Column, limits: tuple[float, float]) -> None:
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
        here = [arrow for arrow in arrows if arrow.ion == ion]
        step = 0.86 / max(3, len(here))
        for j, arrow in enumerate(here):
            _draw_arrow(axes, k + (j - (len(here) - 1) / 2) * step, step, arrow, column.colours[ion])


def _arrows(column: Column) -> list[_Arrow]:
    """Everything that moves; where only ratios are known, single passive ions by the share of the current."""
    largest = largest_flux(column.mechanisms)
    if not largest:
        return _arrows_by_share(column)
    return [
        _Arrow(ion, number, state.role, sign(flux), abs(flux) / largest)
        for number, state in enumerate(column.mechanisms.values(), 1)
        for ion, flux in state.fluxes.items()
        if flux and ion in column.ions
    ]


def _arrows_by_share(column: Column) -> list[_Arrow]:
    alone = [(number, state, lone_ion(state)) for number, state in enumerate(column.mechanisms.values(), 1)]
    return [
        _Arrow(ion, number, PATH, way, state.share)
        for number, state, ion in alone
        if state.share and ion in column.ions and (way := passive_way(column.ions[ion]))
    ]


def _draw_arrow(axes: Any, x: float, step: float, arrow: _Arrow, colour: str) -> None:
    width = step * (0.08 + 0.42 * arrow.part)
    tail, tip = (0.02, 0.98) if arrow.way > 0 else (0.98, 0.02)
    shape = {"width": width, "head_width": min(step * 0.95, width + 0.4 * step), "head_length": 0.26}
    look = look_of(arrow.role, colour) | {"edgecolor": INK, "linewidth": 0.8, "zorder": 3}
    axes.arrow(x, tail, 0.0, tip - tail, length_includes_head=True, **shape, **look)
    below = "top" if arrow.way > 0 else "bottom"
    axes.text(x, tail - 0.07 * arrow.way, str(arrow.number), fontsize=8, ha="center", va=below)


def look_of(role: str, colour: str) -> dict[str, Any]:
    """A path has the colour of its ion, all else its pattern."""
    return LOOKS[role] | ({"facecolor": colour} if role in (PATH, OTHER) else {})


# -- currents, and V without each mechanism -----------------------------------------------------------------------


def _bars(axes: Any, column: Column) -> None:
    values, unit = _currents(column)
    words = ["not known" if value is None else minus(significant(value)) for value in values]
    sheet.bars(axes, values, words, [LOOKS[state.role] for state in column.mechanisms.values()])
    sheet.rows(axes, [f"{word}  {k}" for k, word in enumerate(column.mechanisms, 1)])
    sheet.bare(axes, "bottom", x=IN_OUT.format(f"current ({unit})"))


def _currents(column: Column) -> tuple[list[float | None], str]:
    """Per area, else for the whole membrane, else as a part of all outward or inward current."""
    states = list(column.mechanisms.values())
    if all(known(state.current_density) for state in states):
        return [bench(state.current_density, "uA/cm^2") for state in states], pretty("uA/cm^2")
    whole = known_of(state.current for state in states)
    if len(whole) == len(states):
        power = prefix_power(whole)
        return [current / 10.0**power for current in whole], prefixed("A", power)
    return [_part(current_way(state, column.ions), state.share) for state in states], "% of each direction"


def _part(way: int | None, share: Maybe) -> float | None:
    return 100 * way * share if way is not None and known(share) else None


def _dot(axes: Any, k: int, V: float, value: float | None) -> None:
    """A potential in a row, joined with V."""
    if value is None:
        sheet.beside(axes, "no potential", V, k, 1, 6)
        return
    axes.plot([V, value], [k, k], color=INK, linewidth=1.2, zorder=2)
    axes.plot([value], [k], marker="o", markersize=6, markerfacecolor="white", markeredgecolor=INK, zorder=3)
    sheet.beside(axes, minus(fixed(value, 1)), value, k, -1 if value < V else 1, 6)


def _dots(axes: Any, column: Column, without: Sequence[float | None], *, named: bool) -> None:
    V = column.V
    sheet.room_for_labels(axes, [(V, "no potential") if x is None else (x, f" {fixed(x, 1)}") for x in without], V)
    axes.axvline(V, color=INK, linewidth=2.8, zorder=2)
    for k, value in enumerate(without):
        _dot(axes, k, V, value)
    sheet.rows(axes, [f"{word}  {k}" for k, word in enumerate(column.mechanisms, 1)])
    if not named:
        axes.set_yticks([])
    sheet.bare(axes, "bottom", x="V without it (mV)")
    axes.locator_params(axis="x", nbins=4)
