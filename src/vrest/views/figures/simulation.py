"""The figure of `simulate`: potentials, concentrations, volumes, currents and ATP over time, one panel below the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap
from typing import Any

import numpy as np

from ...results.simulation import EVENT, STEP, SimulationResult
from ...results.words import PROTON, duration, time_unit
from ...units import to_unit
from ..numbers import prefix_power, prefixed, significant, where
from ..tables.simulation import POWER_NAMES, changes, in_repeats, repeated, shown_powers, step_times, stretches
from . import sheet
from .sheet import COLOURS, DASHES, FAINT, INK, LINE, MARGIN, Curve, Look, Sheet

WIDE, CLOSE, LEFT, BETWEEN = 4.6, 2.1, 0.6, 0.3  # widths: of a panel, of what is enlarged, of their surroundings [inches]
LEAST, TALL, GAP, TOP, BOTTOM = 1.15, 2.6, 0.36, 1.0, 0.2  # heights: of a panel, of that of V, around them [inches]
CONSTANT = 1e-3  # part of the largest curve of a panel by which one that does not count as constant moves
ONE_COLUMN = 6  # panels that stand below each other
SQUEEZED = 4.0  # by how much a curve may squeeze all others before it is left out
APART = 25.0  # concentrations that differ by more than this factor get panels of their own
EARLY, WORTH, DECADES = 5e-3, 0.3, 4  # a change of this part of a potential's range, so early in a long run, is drawn enlarged
TITLE: dict[str, Any] = {"textcoords": "offset points", "fontsize": 8.5, "va": "bottom", "ha": "left", "parse_math": False}
TITLE |= {"bbox": {"facecolor": "white", "edgecolor": "none", "pad": 0.8}, "zorder": 6, "xycoords": "axes fraction"}
NUMBERED, EVENTS = 14, 4  # steps that get a number, events that are told
MOLAR = (("mM", 0.1), ("µM", 1e-4), ("nM", 0.0))
STORED: Look = {"color": INK, "linestyle": (0, (10, 3))}


def draw(result: SimulationResult, *, membranes: Sequence[str] | None = None) -> Any:
    """A figure of the whole run; `membranes` leaves out the potentials and currents of others.

    Each curve is named at its right end. Thin vertical lines are the steps of the protocol, numbered as below the figure. Where a
    potential changes much in a part of the run too short to see, that part is drawn to the right of it on a logarithmic axis of time.
    """
    names = list(membranes or result.V)
    state, flows, energy = list(_states(result, names)), list(_flows(result, names)), list(_energies(result))
    one = len(state) + len(flows) + len(energy) <= ONE_COLUMN
    columns = _level([[*state, *flows, *energy]] if one else _shared(state, flows, energy))
    page = _Page(result, columns)
    left = 0.0
    for column, width, names_wide in zip(columns, page.widths, page.ends, strict=True):
        _draw_column(page, column, left, names_wide)
        left += width
    page.paper.title(result.cell, result.temperature)
    page.paper.words(MARGIN, page.paper.tall - 0.12, "\n".join(page.key), fontsize=8, va="bottom", linespacing=1.35)
    return page.paper.figure


def _shared(state: list[_Panel], flows: list[_Panel], energy: list[_Panel]) -> list[list[_Panel]]:
    """Two columns: state and flows; each panel of the energy below the shorter one."""
    columns = [list(state), list(flows)]
    for panel in energy:
        min(columns, key=_height).append(panel)
    return columns


def _level(columns: list[list[_Panel]]) -> list[list[_Panel]]:
    """Columns of one height: the panels of a shorter one are taller."""
    tallest = max(map(_height, columns))
    return [[replace(one, taller=_taller(column, tallest)) for one in column] for column in columns]


def _taller(column: Sequence[_Panel], tallest: float) -> float:
    """By which factor the panels of a column are taller where it is as tall as the tallest."""
    gaps = GAP * len(column)
    return (tallest - gaps) / (_height(column) - gaps)


MOVES = 0.01
"""By how much a gate must move to be drawn."""


@dataclass(frozen=True)
class _Panel:
    """What shares one vertical axis: its title, its curves, the least span that it shows, whether zero belongs to it."""

    title: str
    curves: tuple[Curve, ...]
    span: float
    zero: bool = False
    least: float = LEAST
    taller: float = 1.0

    @property
    def height(self) -> float:
        return self.taller * max(self.least, LINE * (len(self.curves) + 1))

    @property
    def limits(self) -> tuple[float, float]:
        """Limits with some air, around all finite values."""
        values = np.concatenate([curve.finite for curve in self.curves] + [np.zeros(int(self.zero))])
        low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
        missing = max(0.0, self.span - (high - low)) / 2
        air = 0.06 * (high - low + 2 * missing)
        return low - missing - air, high + missing + air

    def part(self, points: slice, kept: np.ndarray) -> _Panel:
        """The same with some of the points."""
        return replace(self, curves=tuple(replace(c, values=c.values[points][kept]) for c in self.curves))


class _Page:
    """The layout [inches]: where columns and panels lie, and the key to the steps."""

    def __init__(self, result: SimulationResult, columns: Sequence[Sequence[_Panel]]) -> None:
        self.time, self.close, self.steps = result.time, _fast_part(result), step_times(result)
        self.ends = [sheet.room_for_ends(curve.name for panel in column for curve in panel.curves) for column in columns]
        beside = (CLOSE + 2 * BETWEEN) * (self.close is not None)
        self.widths = [LEFT + WIDE + end + beside for end in self.ends]
        inside = in_repeats(result)
        self.told = [at for at in self.steps if not inside(at)]
        self.key = _key(result, self.told, sum(self.widths) - 2 * MARGIN)
        below = BOTTOM + 0.17 * len(self.key) + 0.15 * bool(self.key)
        self.paper = Sheet(sum(self.widths), TOP + max(map(_height, columns)) + below)
        self.unit = time_unit(float(result.time[-1]))


def _height(column: Sequence[_Panel]) -> float:
    return sum(panel.height + GAP for panel in column)


# -- what is drawn ------------------------------------------------------------------------------------------------


def _states(result: SimulationResult, names: Sequence[str]) -> Iterator[_Panel]:
    """V of each membrane, large; then what changes of gates, Nernst potentials, concentrations and volumes."""
    looks = sheet.ion_marks(_ions(result))
    for name in names:
        V = Curve("V", to_unit(result.V[name], "mV"), {"color": INK, "linestyle": "-", "linewidth": 2.6, "zorder": 2})
        yield _Panel(f"membrane potential V{where(f' ({name})', result.V)} (mV)", (V,), 2.0, least=TALL)
    for name in names:
        yield from _gates(result, name)
        yield from _nernst(result, name, looks)
    for space, inside in result.c.items():
        yield from _concentrations(space, {ion: c for ion, c in inside.items() if ion != PROTON and changes(c, "mM")}, looks)
    yield from _protons(result)
    yield from _volumes({name: to_unit(w, "pL") for name, w in result.volume.items() if changes(w, "pL")})


def _gates(result: SimulationResult, name: str) -> Iterator[_Panel]:
    """The open parts of a membrane's gates that move, and the parts of channels in each state of a scheme; so many to a panel as can
    be told apart."""
    parts = {f"{word} {gate}": x for word, group in result.gates.get(name, {}).items() for gate, x in group.items()}
    moving = [(words, x) for words, x in parts.items() if np.ptp(x) > MOVES]
    for k in range(0, len(moving), len(DASHES)):
        some = dict(moving[k : k + len(DASHES)])
        looks = sheet.line_marks(list(some))
        curves = tuple(Curve(words, x, looks[words]) for words, x in some.items())
        yield _Panel(f"gates{where(f' ({name})', result.V)}, part that is open", curves, 1.0, zero=True)


def _without_squeezing(panel: _Panel) -> _Panel:
    """A panel without curves that go so far that the others would be flat; its title says so."""
    left_out: list[str] = []
    while len(panel.curves) > 1:
        far = max(panel.curves, key=lambda curve: float(np.max(np.abs(curve.finite), initial=0.0)))
        fewer = replace(panel, curves=tuple(curve for curve in panel.curves if curve is not far))
        if not np.ptp(panel.limits) > SQUEEZED * np.ptp(fewer.limits):
            break
        farthest = float(far.finite[np.argmax(np.abs(far.finite))])
        left_out.append(f"{far.name}, which goes to {significant(farthest)} mV")
        panel = fewer
    return replace(panel, title=f"{panel.title}, without {' and '.join(left_out)}") if left_out else panel


def _nernst(result: SimulationResult, name: str, looks: Mapping[str, Any]) -> Iterator[_Panel]:
    """The Nernst potentials of a membrane that change."""
    moving = {ion: E for ion, E in result.E.get(name, {}).items() if changes(E, "mV")}
    if moving:
        curves = tuple(Curve(f"E({ion})", to_unit(E, "mV"), looks[ion]) for ion, E in moving.items())
        yield _without_squeezing(_Panel(f"Nernst potentials{where(f' ({name})', result.V)} (mV)", curves, 2.0))


def _protons(result: SimulationResult) -> Iterator[_Panel]:
    """The pH of each compartment where it changes, and what drives protons through each membrane."""
    acid = {name: pH for name, pH in result.pH.items() if changes(pH, "1")}
    force = {
        f"pmf{where(f' ({name})', result.pmf)}": to_unit(one.voltage, "mV")
        for name, one in result.pmf.items()
        if changes(one.voltage, "mV")
    }
    for title, moving, span in (("pH", acid, 0.1), ("proton-motive force (mV)", force, 2.0)):
        looks = sheet.line_marks(list(moving))
        if moving:
            yield _Panel(title, tuple(Curve(name, values, looks[name]) for name, values in moving.items()), span)


def _volumes(moving: Mapping[str, np.ndarray]) -> Iterator[_Panel]:
    if moving:
        curves = tuple(Curve(name, moving[name], look) for name, look in sheet.line_marks(list(moving)).items())
        yield _Panel("volume (pL)", curves, 0.01 * max(float(w.max()) for w in moving.values()))


def _ions(result: SimulationResult) -> Iterable[str]:
    return dict.fromkeys(ion for group in (*result.E.values(), *result.c.values()) for ion in group)


def _concentrations(space: str, inside: Mapping[str, np.ndarray], looks: Mapping[str, Look]) -> Iterator[_Panel]:
    """One panel for the ions of a compartment, or several where their concentrations lie far apart."""
    for group in _alike(inside):
        largest = max(float(c.max()) for c in group.values())
        unit = next(unit for unit, least in MOLAR if largest >= least)
        curves = tuple(Curve(ion, to_unit(c, unit), looks[ion]) for ion, c in group.items())
        yield _Panel(f"concentrations in '{space}' ({unit})", curves, 0.02 * float(to_unit(largest, unit)))


def _alike(values: Mapping[str, np.ndarray]) -> list[dict[str, np.ndarray]]:
    """Groups of ions whose largest concentrations lie within a factor of each other, largest first."""
    groups: list[dict[str, np.ndarray]] = []
    top = 0.0
    for ion in sorted(values, key=lambda name: -float(values[name].max())):
        largest = float(values[ion].max())
        if not groups or largest * APART < top:
            groups.append({})
            top = largest
        groups[-1][ion] = values[ion]
    return groups


def _flows(result: SimulationResult, names: Sequence[str]) -> Iterator[_Panel]:
    """Currents of electrodes, and what changes of the currents of each membrane by mechanism, fluxes without charge, and ATP."""
    yield from _scaled("current of electrodes, positive inward", "A", result.electrode, sheet.line_marks(list(result.electrode)))
    for name in names:
        here, marks = where(f" ({name})", result.V), _mechanism_looks(result, name)
        charged = {word: i for word, i in result.current.get(name, {}).items() if np.any(i != 0)}
        yield from _scaled(f"current{here}, outward positive", "A", charged, marks)
        yield from _scaled(f"flux{here} without current, outward positive", "mol/s", _uncharged(result, name, charged), marks)
    if np.any(result.atp != 0):
        yield from _scaled("ATP split", "mol/s", {"ATP": result.atp}, {"ATP": {"color": INK, "linestyle": "-"}})


def _energies(result: SimulationResult) -> Iterator[_Panel]:
    """Powers that are worth it, and the free energy that is stored."""
    powers = {POWER_NAMES[key]: power for key, power in shown_powers(result).items()}
    yield from _scaled("power", "W", powers, _power_looks())
    if np.isfinite(result.energy.stored_J).any():
        yield from _scaled("stored free energy", "J", {"stored": result.energy.stored_J}, {"stored": STORED})


def _power_looks() -> dict[str, Look]:
    """What comes from ATP is the heavy line, what goes into storage black as the stored energy is."""
    others = [name for key, name in POWER_NAMES.items() if key not in ("atp_W", "stored_W")]
    heavy = {"color": FAINT, "linestyle": "-", "linewidth": 3.0, "zorder": 2}
    return {**sheet.line_marks(others), POWER_NAMES["atp_W"]: heavy, POWER_NAMES["stored_W"]: STORED}


def _mechanism_looks(result: SimulationResult, name: str) -> dict[str, Look]:
    """What moves one ion has that ion's colour; the others have those that are left."""
    colours = sheet.ion_colours(_ions(result))
    spare = [colour for colour in (*COLOURS[::-1], FAINT) if colour not in colours.values()]
    looks: dict[str, Look] = {}
    for k, (word, fluxes) in enumerate(result.flux.get(name, {}).items()):
        carried = [ion for ion in fluxes if ion in colours]
        colour = colours[carried[0]] if len(fluxes) == len(carried) == 1 else spare[k % len(spare)]
        looks[word] = {"color": colour, "linestyle": DASHES[k % len(DASHES)]}
    return looks


def _uncharged(result: SimulationResult, name: str, charged: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """What moves through mechanisms without a current, by one of their ions."""
    found = {}
    for word, fluxes in result.flux.get(name, {}).items():
        moved = next(((ion, flux) for ion, flux in fluxes.items() if np.any(flux != 0)), None)
        if word not in charged and moved is not None:
            found[f"{word}: {moved[0]}"] = moved[1]
    return found


def _scaled(label: str, unit: str, values: Mapping[str, np.ndarray], marks: Mapping[str, Look]) -> Iterator[_Panel]:
    """A panel of what changes, in the unit with the prefix that suits, or none where nothing does."""
    largest = max((float(np.nanmax(np.abs(v))) for v in values.values()), default=0.0)
    values = {name: v for name, v in values.items() if float(np.nanmax(v) - np.nanmin(v)) > CONSTANT * largest}
    if not values:
        return
    power = prefix_power([largest])
    looks = {name: marks.get(name) or marks.get(name.split(":")[0]) or {} for name in values}
    curves = tuple(Curve(name, v / 10.0**power, looks[name]) for name, v in values.items())
    yield _Panel(f"{label} ({prefixed(unit, power).replace('u', 'µ')})", curves, 0.02 * largest / 10.0**power, True)


# -- time ---------------------------------------------------------------------------------------------------------


def _fast_part(result: SimulationResult) -> tuple[float, slice] | None:
    """The stretch between steps whose beginning changes a potential most, if the whole run hides that; else None."""
    whole = float(result.time[-1])
    best: tuple[float, tuple[float, slice] | None] = (WORTH, None)
    for begin, points in stretches(result):
        since = result.time[points] - begin
        early = (since > 0) & (since <= EARLY * whole)
        if early.sum() < 4 or float(since[early].min()) * 10.0**DECADES > whole:
            continue
        part = max(float(np.ptp(V[points][early])) / max(float(np.ptp(V)), 1e-3) for V in result.V.values())
        best = max(best, (part, (begin, points)), key=lambda one: one[0])
    return best[1]


def _key(result: SimulationResult, steps: Sequence[float], width: float) -> list[str]:
    """What happened at each numbered line, and how often it was repeated; numbers beyond `NUMBERED` are left out."""
    few, after = steps[:NUMBERED], {times[one.size - 1]: one.words for one, times in repeated(result)}
    told = []
    for k, at in enumerate(few, 1):
        told.append(f"{k}  {_told(result, at, STEP)}" + (f"; then {after[at]}, and at last:" if at in after else ""))
    events = dict.fromkeys(one.time for one in result.happenings if one.kind == EVENT)
    told += [_told(result, at, EVENT) for at in list(events)[:EVENTS]]
    lines = [line for words in told for line in wrap(words, int(width / 0.068), subsequent_indent="    ")]
    return [*lines, *([f"and {len(steps) - NUMBERED} more steps"] if len(steps) > NUMBERED else [])]


def _told(result: SimulationResult, at: float, kind: str) -> str:
    """What happened at a time."""
    done = (one.what for one in result.happenings if one.kind == kind and one.time == at)
    return f"at {duration(at)}: {'; '.join(done)}"


# -- drawing ------------------------------------------------------------------------------------------------------


def _draw_column(page: _Page, panels: Sequence[_Panel], left: float, names_wide: float) -> None:
    y = TOP
    for k, panel in enumerate(panels):
        last = k == len(panels) - 1
        main = page.paper.panel(left + LEFT, y, WIDE, panel.height)
        _lines(main, page.time, panel)
        sheet.name_curves(main, panel.curves)
        _steps(main, page, numbered=k == 0)
        _linear_time(main, page, last)
        main.annotate(panel.title, (0, 1), (-18, 4), **TITLE)
        if page.close is not None:
            close = page.paper.panel(left + LEFT + WIDE + names_wide + BETWEEN, y, CLOSE, panel.height)
            _enlarged(close, page, panel, page.close, k == 0, last)
        y += panel.height + GAP


def _lines(axes: Any, time: np.ndarray, panel: _Panel) -> None:
    if panel.limits[0] < 0 < panel.limits[1]:
        axes.axhline(0.0, color=FAINT, linewidth=0.6, zorder=0)
    for curve in panel.curves:
        curve.draw(axes, time)
    axes.set_ylim(*panel.limits)
    axes.ticklabel_format(axis="y", style="plain", useOffset=False)
    axes.locator_params(axis="y", nbins=5)
    sheet.bare(axes, "left", "bottom")


def _steps(axes: Any, page: _Page, *, numbered: bool) -> None:
    """A thin line at each step, with its number above the uppermost panel."""
    edge = axes.get_xaxis_transform()  # x in data, y along the axes
    axes.vlines(page.steps, 0, 1, transform=edge, color=INK, linewidth=0.7, linestyle=(0, (1, 2)), zorder=1)
    if not numbered:
        return
    few, end = page.told[:NUMBERED], float(page.time[-1])
    tall = sheet.inches_per_unit(axes) * (axes.get_ylim()[1] - axes.get_ylim()[0])
    for k, (at, x) in enumerate(zip(few, sheet.spread(few, 0.2 * end / WIDE, 0.0, end), strict=True), 1):
        bend = [1.0, 1.0 + 0.24 / tall, 1.0 + 0.3 / tall]
        axes.plot([at, at, x], bend, transform=edge, color=FAINT, linewidth=0.6, clip_on=False)
        axes.text(x, 1.0 + 0.31 / tall, str(k), transform=edge, fontsize=8, fontweight="bold", ha="center", va="bottom")


def _linear_time(axes: Any, page: _Page, last: bool) -> None:
    from matplotlib.ticker import MaxNLocator

    end = float(page.time[-1])
    one = 1.0 / float(to_unit(1.0, page.unit))
    ticks = [value for value in MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]).tick_values(0.0, end / one) if 0 <= value <= end / one]
    axes.set_xticks([value * one for value in ticks], [f"{value:g}" for value in ticks])
    axes.set_xlim(0.0, end)
    axes.tick_params(axis="x", labelbottom=last)
    if last:
        axes.set_xlabel(f"time ({page.unit.replace('u', 'µ')})", fontsize=9)


def _enlarged(axes: Any, page: _Page, panel: _Panel, close: tuple[float, slice], first: bool, last: bool) -> None:
    """The beginning of one stretch against the logarithm of the time since then, with the same vertical axis."""
    begin, points = close
    since = page.time[points] - begin
    kept = since > 0
    _lines(axes, since[kept], panel.part(points, kept))
    axes.set_ylim(*panel.limits)
    axes.set_facecolor("#F4F4F4")
    sheet.log_times(axes, float(since[kept].min()), float(since[kept].max()), 6)
    axes.tick_params(axis="x", labelbottom=last)
    axes.tick_params(axis="y", labelleft=False)
    if first:
        axes.annotate(f"{_since(page, begin)}, enlarged", (0, 1), (0, 4), **(TITLE | {"fontweight": "bold"}))
    if last:
        axes.set_xlabel("time since then (logarithmic)" if begin else "time (logarithmic)", fontsize=9)


def _since(page: _Page, begin: float) -> str:
    """From when on a stretch is enlarged."""
    if begin in page.told[:NUMBERED]:
        return f"after step {page.told.index(begin) + 1}"
    return f"after {duration(begin)}" if begin else "the beginning"
