"""The figure of `simulate`: potentials, concentrations, volumes, currents and ATP over time, one panel below the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import Any

import numpy as np

from ..results.simulation import EVENT, STEP, SimulationResult
from ..results.words import duration, time_unit
from ..units import to_unit
from .common import temperature
from .energy import POWER_NAMES, shown_powers
from .figures import COLOURS, DASHES, FAINT, INK, bare, inches_per_unit, ion_colours, label_width, line_marks, new_figure, spread
from .numbers import prefix_power, prefixed
from .simulation import TICKS, changes, step_times, stretches

WIDE, CLOSE, LEFT, BETWEEN = 4.6, 2.1, 0.6, 0.3  # widths: of a panel, of its enlarged beginning, of their surroundings [inches]
LEAST, LINE, GAP, TOP, BOTTOM = 1.15, 0.165, 0.36, 1.0, 0.2  # heights: of a panel, for a name in it, around [inches]
ONE_COLUMN = 6  # panels that stand below each other
APART = 25.0  # concentrations that differ by more than this factor get panels of their own
EARLY, WORTH, DECADES = 5e-3, 0.3, 4  # a change of this part of a potential's range, so early in a long run, is drawn enlarged
TITLE: dict[str, Any] = {"textcoords": "offset points", "fontsize": 8.5, "va": "bottom", "ha": "left", "parse_math": False}
TITLE |= {"bbox": {"facecolor": "white", "edgecolor": "none", "pad": 0.8}, "zorder": 6}
NUMBERED, EVENTS = 14, 4  # steps that get a number, events that are told


def draw(result: SimulationResult, *, membranes: Sequence[str] | None = None) -> Any:
    """A figure of the whole run; `membranes` leaves out the potentials and currents of others.

    Each curve is named at its right end. Thin vertical lines are the steps of the protocol, numbered as below the figure. Where a
    potential changes much in a part of the run too short to see, that part is drawn beside it on a logarithmic axis of time.
    """
    state, flows, energy = _state_panels(result, membranes), _flow_panels(result, membranes), _energy_panels(result)
    columns = (
        [[*state, *flows, *energy]] if len(state) + len(flows) + len(energy) <= ONE_COLUMN else _shared(state, flows, energy)
    )
    close = _fast_part(result)
    sheet = _Sheet(result, close, columns)
    figure = new_figure(sheet.width, sheet.height)
    left = 0.0
    for column, width in zip(columns, sheet.widths, strict=True):
        _draw_column(figure, sheet, column, left)
        left += width
    words = f"{result.cell}, {temperature(result.temperature).replace(' degC', ' °C')}"
    figure.text(0.15 / sheet.width, 1 - 0.25 / sheet.height, words, fontsize=11, va="center", parse_math=False)
    how = {"fontsize": 8, "va": "bottom", "linespacing": 1.35, "parse_math": False}
    figure.text(0.15 / sheet.width, 0.12 / sheet.height, "\n".join(sheet.key), **how)
    return figure


@dataclass(frozen=True)
class _Curve:
    """One line: its name at the end, its values in the unit of the panel, how it looks."""

    name: str
    values: np.ndarray
    look: Mapping[str, Any]


@dataclass(frozen=True)
class _Panel:
    """What shares one vertical axis: its title, its curves, the least span that it shows, whether zero belongs to it."""

    title: str
    curves: tuple[_Curve, ...]
    span: float
    zero: bool = False

    @property
    def height(self) -> float:
        return max(LEAST, LINE * (len(self.curves) + 1))

    @property
    def limits(self) -> tuple[float, float]:
        """Limits with some air, around all finite values."""
        values = np.concatenate([curve.values[np.isfinite(curve.values)] for curve in self.curves] + [np.zeros(int(self.zero))])
        low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
        missing = max(0.0, self.span - (high - low)) / 2
        air = 0.06 * (high - low + 2 * missing)
        return low - missing - air, high + missing + air


class _Sheet:
    """The layout [inches]: where columns and panels lie, and the key to the steps."""

    def __init__(self, result: SimulationResult, close: tuple[float, slice] | None, columns: Sequence[Sequence[_Panel]]) -> None:
        self.time, self.close = result.time, close
        self.steps = step_times(result)
        self.lead = LEFT + (0.0 if close is None else CLOSE + BETWEEN)
        names = [max(label_width(c.name) for panel in column for c in panel.curves) + 0.35 for column in columns]
        self.widths = [self.lead + WIDE + name for name in names]
        self.width = sum(self.widths)
        self.key = _key(result, self.steps, self.width - 0.3)
        self.bottom = BOTTOM + 0.17 * len(self.key) + (0.15 if self.key else 0.0)
        self.height = TOP + max(sum(p.height + GAP for p in column) for column in columns) + self.bottom
        self.unit = time_unit(float(result.time[-1]))


# -- what is drawn ------------------------------------------------------------------------------------------------


def _state_panels(result: SimulationResult, membranes: Sequence[str] | None) -> list[_Panel]:
    """Potentials of each membrane with the Nernst potentials, concentrations of each compartment, volumes that change."""
    ions = list(dict.fromkeys(ion for group in (*result.E.values(), *result.c.values()) for ion in group))
    panels = [_potentials(result, name, ions) for name in membranes or result.V]
    for space, inside in result.c.items():
        panels += _concentrations(space, inside, ions)
    moving = {name: w for name, w in result.volume.items() if changes(w, "pL")}
    if moving:
        marks = line_marks(list(moving))
        curves = [_Curve(name, to_unit(w, "pL"), marks[name]) for name, w in moving.items()]
        panels.append(_Panel("volume (pL)", tuple(curves), 0.01 * max(float(c.values.max()) for c in curves)))
    return panels


def _potentials(result: SimulationResult, name: str, ions: Sequence[str]) -> _Panel:
    looks = _ion_looks(ions)
    curves = [_Curve(f"E({ion})", to_unit(E, "mV"), looks[ion]) for ion, E in result.E.get(name, {}).items()]
    heavy = {"color": INK, "linestyle": "-", "linewidth": 2.6, "zorder": 2}
    title = f"V{_of(name, result.V)} and Nernst potentials (mV)"
    return _Panel(title, (_Curve("V", to_unit(result.V[name], "mV"), heavy), *curves), 10.0)


def _concentrations(space: str, inside: Mapping[str, np.ndarray], ions: Sequence[str]) -> Iterator[_Panel]:
    """One panel for the ions of a compartment, or several where their concentrations lie far apart."""
    looks = _ion_looks(ions)
    for group in _alike({ion: to_unit(c, "mM") for ion, c in inside.items()}):
        largest = max(float(c.max()) for c in group.values())
        unit, factor = next((u, f) for u, f, least in _MOLAR if largest >= least)
        curves = tuple(_Curve(ion, c * factor, looks[ion]) for ion, c in group.items())
        yield _Panel(f"concentrations in '{space}' ({unit})", curves, 0.02 * largest * factor)


_MOLAR = (("mM", 1.0, 0.1), ("µM", 1e3, 1e-4), ("nM", 1e6, 0.0))


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


def _flow_panels(result: SimulationResult, membranes: Sequence[str] | None) -> list[_Panel]:
    """Currents of each membrane by mechanism, fluxes of those that carry no charge, and ATP."""
    panels = []
    for name in membranes or result.V:
        here, marks = _of(name, result.V), _mechanism_looks(result, name)
        charged = {word: i for word, i in result.current.get(name, {}).items() if np.any(i != 0)}
        panels += _scaled(f"current{here}, outward positive", "A", charged, marks)
        panels += _scaled(f"flux{here} without current, outward positive", "mol/s", _uncharged(result, name, charged), marks)
    if np.any(result.atp != 0):
        panels += _scaled("ATP split", "mol/s", {"ATP": result.atp}, {"ATP": {"color": INK, "linestyle": "-"}})
    return panels


def _energy_panels(result: SimulationResult) -> list[_Panel]:
    """Powers that are worth it, and the free energy that is stored."""
    powers = {POWER_NAMES[key]: power for key, power in shown_powers(result).items()}
    stored = result.energy.stored_J
    found = _scaled("power", "W", powers, _power_looks())
    if np.isfinite(stored).any():
        found += _scaled("stored free energy", "J", {"stored": stored}, {"stored": {"color": INK, "linestyle": DASHES[1]}})
    return found


def _power_looks() -> dict[str, dict[str, Any]]:
    """What comes from ATP is the heavy line, what goes into storage black as the stored energy is."""
    looks: dict[str, dict[str, Any]] = line_marks([name for key, name in POWER_NAMES.items() if key not in ("atp_W", "stored_W")])
    looks[POWER_NAMES["atp_W"]] = {"color": FAINT, "linestyle": "-", "linewidth": 3.0, "zorder": 2}
    looks[POWER_NAMES["stored_W"]] = {"color": INK, "linestyle": DASHES[1]}
    return looks


def _shared(state: list[_Panel], flows: list[_Panel], energy: list[_Panel]) -> list[list[_Panel]]:
    """Two columns: state and flows; energy stands below the shorter one."""
    return [state + energy, flows] if len(state) <= len(flows) else [state, flows + energy]


def _of(name: str, among: Mapping[str, Any]) -> str:
    return f" ({name})" if len(among) > 1 else ""


def _mechanism_looks(result: SimulationResult, name: str) -> dict[str, dict[str, Any]]:
    """What moves one ion has that ion's colour; the others have those that are left."""
    ions = list(dict.fromkeys(ion for group in (*result.E.values(), *result.c.values()) for ion in group))
    colours = ion_colours(ions)
    spare = [colour for colour in (*COLOURS[::-1], FAINT) if colour not in colours.values()]
    looks: dict[str, dict[str, Any]] = {}
    for k, (word, fluxes) in enumerate(result.flux.get(name, {}).items()):
        carried = [ion for ion in fluxes if ion in colours]
        colour = colours[carried[0]] if len(fluxes) == len(carried) == 1 else spare[k % len(spare)]
        looks[word] = {"color": colour, "linestyle": DASHES[k % len(DASHES)]}
    return looks


def _uncharged(result: SimulationResult, name: str, charged: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """What moves through mechanisms without a current, by one of their ions."""
    found = {}
    for word, fluxes in result.flux.get(name, {}).items():
        if word not in charged:
            moved = next(((ion, flux) for ion, flux in fluxes.items() if np.any(flux != 0)), None)
            if moved is not None:
                found[f"{word}: {moved[0]}"] = moved[1]
    return found


def _scaled(label: str, unit: str, values: Mapping[str, np.ndarray], marks: Mapping[str, Mapping[str, Any]]) -> list[_Panel]:
    """A panel in the unit with the prefix that suits, or none where there is nothing."""
    if not values:
        return []
    largest = max(float(np.nanmax(np.abs(v))) for v in values.values())
    power = prefix_power([largest])
    looks = {name: marks.get(name) or marks.get(name.split(":")[0]) or {} for name in values}
    curves = tuple(_Curve(name, v / 10.0**power, looks[name]) for name, v in values.items())
    return [_Panel(f"{label} ({prefixed(unit, power).replace('u', 'µ')})", curves, 0.02 * largest / 10.0**power, True)]


def _ion_looks(ions: Sequence[str]) -> dict[str, dict[str, Any]]:
    """An ion keeps its colour and dashes in every panel; V alone is a heavy unbroken line."""
    colours = ion_colours(list(ions))
    return {ion: {"color": colours[ion], "linestyle": DASHES[k % len(DASHES)]} for k, ion in enumerate(ions)}


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
        for V in result.V.values():
            span = max(float(np.ptp(V)), 1e-3)
            part = float(np.ptp(V[points][early])) / span
            if part > best[0]:
                best = (part, (begin, points))
    return best[1]


def _key(result: SimulationResult, steps: Sequence[float], width: float) -> list[str]:
    """What happened at each numbered line; numbers beyond `NUMBERED` are left out."""
    lines = []
    for k, at in enumerate(steps[:NUMBERED], 1):
        what = "; ".join(one.what for one in result.happenings if one.time == at and one.kind == STEP)
        lines += _key_line(f"{k}  at {duration(at)}: {what}", width)
    events = [one for one in result.happenings if one.kind == EVENT]
    lines += [line for one in events[:EVENTS] for line in _key_line(f"at {duration(one.time)}: {one.what}", width)]
    if len(steps) > NUMBERED:
        lines.append(f"and {len(steps) - NUMBERED} more steps")
    return lines


def _key_line(words: str, width: float) -> list[str]:
    return fill(words, int(width / 0.068), subsequent_indent="    ").split("\n")


# -- drawing ------------------------------------------------------------------------------------------------------


def _draw_column(figure: Any, sheet: _Sheet, panels: Sequence[_Panel], left: float) -> None:
    y = sheet.height - TOP
    for k, panel in enumerate(panels):
        y -= panel.height
        last = k == len(panels) - 1
        main = _axes(figure, sheet, left + sheet.lead, y, WIDE, panel.height)
        _lines(main, sheet.time, panel)
        _names(main, panel)
        _steps(main, sheet, numbered=k == 0)
        _linear_time(main, sheet, last)
        first = main
        if sheet.close is not None:
            first = _axes(figure, sheet, left + LEFT, y, CLOSE, panel.height)
            _enlarged(first, sheet, panel, k == 0, last)
            main.tick_params(axis="y", labelleft=False)
        first.annotate(panel.title, (0, 1), (-18, 4), xycoords="axes fraction", **TITLE)
        y -= GAP


def _axes(figure: Any, sheet: _Sheet, x: float, y: float, width: float, height: float) -> Any:
    return figure.add_axes((x / sheet.width, y / sheet.height, width / sheet.width, height / sheet.height))


def _lines(axes: Any, time: np.ndarray, panel: _Panel) -> None:
    if panel.limits[0] < 0 < panel.limits[1]:
        axes.axhline(0.0, color=FAINT, linewidth=0.6, zorder=0)
    for curve in panel.curves:
        axes.plot(time, curve.values, **({"linewidth": 1.5, "zorder": 3} | dict(curve.look)))
    axes.set_ylim(*panel.limits)
    axes.ticklabel_format(axis="y", style="plain", useOffset=False)
    axes.locator_params(axis="y", nbins=5)
    bare(axes, "left", "bottom")


def _names(axes: Any, panel: _Panel) -> None:
    """Each curve named at its right end, with a short piece of its line."""
    low, high = panel.limits
    named = [
        (curve, float(curve.values[np.isfinite(curve.values)][-1])) for curve in panel.curves if np.isfinite(curve.values).any()
    ]
    places = spread([end for _, end in named], LINE / inches_per_unit(axes), low, high)
    edge = axes.get_yaxis_transform()  # x along the axes, y in data
    for (curve, end), y in zip(named, places, strict=True):
        look = {"linewidth": 1.5} | dict(curve.look)
        axes.plot([1.0, 1.02], [end, y], transform=edge, color=FAINT, linewidth=0.6, clip_on=False)
        axes.plot([1.02, 1.08], [y, y], transform=edge, clip_on=False, **look)
        axes.text(1.09, y, curve.name, transform=edge, fontsize=8, va="center", parse_math=False)


def _steps(axes: Any, sheet: _Sheet, *, numbered: bool) -> None:
    """A thin line at each step, with its number above the uppermost panel."""
    for at in sheet.steps:
        axes.axvline(at, color=INK, linewidth=0.7, linestyle=(0, (1, 2)), zorder=1)
    if not numbered:
        return
    few = sheet.steps[:NUMBERED]
    end = float(sheet.time[-1])
    edge = axes.get_xaxis_transform()  # x in data, y along the axes
    tall = inches_per_unit(axes) * (axes.get_ylim()[1] - axes.get_ylim()[0])
    for k, (at, x) in enumerate(zip(few, spread(few, 0.2 * end / WIDE, 0.0, end), strict=True), 1):
        axes.plot(
            [at, at, x], [1.0, 1.0 + 0.24 / tall, 1.0 + 0.3 / tall], transform=edge, color=FAINT, linewidth=0.6, clip_on=False
        )
        axes.text(x, 1.0 + 0.31 / tall, str(k), transform=edge, fontsize=8, fontweight="bold", ha="center", va="bottom")


def _linear_time(axes: Any, sheet: _Sheet, last: bool) -> None:
    from matplotlib.ticker import MaxNLocator

    end = float(sheet.time[-1])
    one = 1.0 / float(to_unit(1.0, sheet.unit))
    ticks = [value for value in MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]).tick_values(0.0, end / one) if 0 <= value <= end / one]
    axes.set_xticks([value * one for value in ticks], [f"{value:g}" for value in ticks])
    axes.set_xlim(0.0, end)
    axes.tick_params(axis="x", labelbottom=last)
    if last:
        axes.set_xlabel(f"time ({sheet.unit.replace('u', 'µ')})", fontsize=9)


def _enlarged(axes: Any, sheet: _Sheet, panel: _Panel, first: bool, last: bool) -> None:
    """The beginning of one stretch against the logarithm of the time since then, with the same vertical axis."""
    from matplotlib.ticker import NullFormatter, NullLocator

    assert sheet.close is not None
    begin, points = sheet.close
    since = sheet.time[points] - begin
    kept = since > 0
    part = _Panel(panel.title, tuple(_Curve(c.name, c.values[points][kept], c.look) for c in panel.curves), panel.span)
    axes.set_xscale("log")
    _lines(axes, since[kept], part)
    axes.set_ylim(*panel.limits)
    axes.set_facecolor("#F4F4F4")
    low, high = float(since[kept].min()), float(since[kept].max())
    ticks = [at for at in TICKS if low <= at <= high]
    ticks = ticks[:: 1 + len(ticks) // 6]
    axes.set_xticks(ticks, [TICKS[at] for at in ticks])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlim(low, high)
    axes.tick_params(axis="x", labelbottom=last, labelsize=7)
    if first:
        where = f"after step {sheet.steps.index(begin) + 1}" if begin in sheet.steps else "the beginning"
        axes.annotate(f"{where}, enlarged", (0, 1), (-18, 22), xycoords="axes fraction", **(TITLE | {"fontweight": "bold"}))
    if last:
        axes.set_xlabel("time since then (logarithmic)" if begin else "time (logarithmic)", fontsize=9)
