"""Figures of excitability: a spike with its gates, strength and duration, firing over the current; rest and threshold along a number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import InputError, Problem
from ...results.base import Maybe, bench, known
from ...results.excite import Course, ExciteResult
from ...results.registry import pretty
from ...units import to_unit
from ..tables.curves import plain_unit
from . import sheet
from .sheet import COLOURS, DASHES, FAINT, INK, Curve, Sheet

WIDE, TALL, LEFT, TOP, BOTTOM = 3.4, 2.4, 0.85, 0.85, 0.6
GATES, GAP, KEY = 1.5, 0.25, 0.3
DENSITY = "uA/cm^2"
MARGIN = 1.6
"""How much of the time of a spike is drawn, in times to its lowest potential."""
OVER, UPPER, LOWER, ABOVE = 4.6, 3.2, 1.4, 0.6  # of the panels along a number, and above them [inches]
THRESHOLD_LOOK = {"color": COLOURS[1], "linestyle": DASHES[1], "linewidth": 1.8}
V_LOOK = {"color": INK, "linewidth": 2.2, "zorder": 4}


def draw(result: ExciteResult) -> Any:
    """The spike, strength and duration, firing over the current; or, where a number was varied, rest and threshold over it."""
    if result.varied is not None:
        return _along(result)
    if result.course is None:
        message = "without a threshold there is no spike and no curve to draw"
        raise InputError(
            Problem(message, found="no threshold", expected="a cell that fires, or values of a number along which some do")
        )
    first = LEFT + WIDE + sheet.room_for_ends(["V", *_names(result.course)])
    second = first + LEFT + WIDE + 0.35
    rated = bool(result.rates)
    paper = Sheet(second + (LEFT + WIDE + 0.2) * rated, TOP + TALL + GAP + GATES + BOTTOM)
    tall = TALL + GAP + GATES
    _spike(paper, result, result.course)
    _strength(paper.panel(first + LEFT, TOP, WIDE, tall), result)
    if rated:
        _rates(paper.panel(second + LEFT, TOP, WIDE, tall), result)
    paper.title(result.cell, result.temperature, "excitability")
    return paper.figure


def _heading(axes: Any, words: str) -> None:
    axes.set_title(words, fontsize=9, fontweight="bold", loc="left", parse_math=False)


# -- a spike ----------------------------------------------------------------------------------------------------------


def _names(course: Course) -> list[str]:
    """The gates with their mechanism where their own names do not tell them apart."""
    names = [gate for gates in course.gates.values() for gate in gates]
    alone = len(set(names)) == len(names)
    return [gate if alone else f"{word}.{gate}" for word, gates in course.gates.items() for gate in gates]


def _spike(paper: Sheet, result: ExciteResult, course: Course) -> None:
    upper, lower = paper.panel(LEFT, TOP, WIDE, TALL), paper.panel(LEFT, TOP + TALL + GAP, WIDE, GATES)
    end = _end(course)
    shown = course.t <= end
    t = to_unit(course.t[shown], "ms")
    V = Curve("V", to_unit(course.V[shown], "mV"), V_LOOK)
    V.draw(upper, t)
    _level(upper, result.threshold, "threshold", to_unit(end, "ms"))
    _level(upper, result.V, "rest", to_unit(end, "ms"))
    upper.axvspan(0.0, bench(result.spike.duration, "ms"), color=FAINT, alpha=0.25, linewidth=0)
    sheet.name_curves(upper, [V])
    sheet.bare(upper, "left", y="V (mV)")
    upper.set_xlim(0.0, to_unit(end, "ms"))
    upper.tick_params(axis="x", length=0, labelbottom=False)
    _heading(upper, f"A spike, {bench(result.spike.duration, 'ms'):g} ms of {_density(result.spike.density)}")
    values = [values for gates in course.gates.values() for values in gates.values()]
    looks = sheet.line_marks(_names(course))
    gates = [Curve(name, x[shown], looks[name]) for name, x in zip(_names(course), values, strict=True)]
    for gate in gates:
        gate.draw(lower, t)
    lower.set_ylim(0.0, 1.0)
    lower.set_xlim(0.0, to_unit(end, "ms"))
    sheet.bare(lower, "left", "bottom", x="time (ms)", y="gates, open part")
    sheet.name_curves(lower, gates)


def _density(value: Maybe) -> str:
    return f"{bench(value, DENSITY):.3g} {pretty(DENSITY)}" if known(value) else "1.5 times the threshold"


def _end(course: Course) -> float:
    """Until when a spike is drawn [s]: well beyond its lowest potential."""
    peak = int(np.argmax(course.V))
    lowest = peak + int(np.argmin(course.V[peak:]))
    return min(float(course.t[-1]), MARGIN * float(course.t[lowest]))


def _level(axes: Any, V: Maybe, words: str, right: float) -> None:
    """A potential as a thin line with its name."""
    if known(V):
        level = to_unit(V, "mV")
        axes.axhline(level, color=FAINT, linewidth=0.8, linestyle=DASHES[2], zorder=1)
        below = words == "rest"
        axes.annotate(
            words,
            (right, level),
            (-2, -3 if below else 2),
            ha="right",
            va="top" if below else "bottom",
            color=FAINT,
            **sheet.OFFSET,
        )


# -- strength and duration ------------------------------------------------------------------------------------------------


def _strength(axes: Any, result: ExciteResult) -> None:
    found = [(bench(one.duration, "ms"), bench(one.density, DENSITY)) for one in result.strength_duration]
    d, i = (np.array(column, dtype=float) for column in zip(*[pair for pair in found if pair[1] is not None], strict=True))
    sheet.plain_numbers(axes, float(d.min()), float(d.max()))
    axes.set_yscale("log")
    rheobase, chronaxie = bench(result.rheobase, DENSITY), bench(result.chronaxie, "ms")
    _thresholds(axes, d, i, rheobase, chronaxie)
    fine = np.geomspace(d.min(), d.max(), 200)
    for k, (name, law) in enumerate(_laws(result, fine).items()):
        axes.plot(fine, law, color=COLOURS[k], linestyle=DASHES[1 + k], linewidth=1.4, label=name, zorder=3)
    if rheobase is not None:
        axes.axhline(rheobase, color=FAINT, linewidth=0.8, linestyle=DASHES[2], zorder=1)
        axes.annotate(f"rheobase {rheobase:.3g}", (d.min(), rheobase), (2, -2), va="top", color=FAINT, **sheet.OFFSET)
    if rheobase is not None and chronaxie is not None:
        axes.plot([chronaxie, chronaxie], [rheobase, 2 * rheobase], color=FAINT, linewidth=0.8, zorder=1)
        axes.annotate(
            f"chronaxie {chronaxie:.3g} ms", (chronaxie, 2 * rheobase), (6, 4), va="bottom", color=FAINT, **sheet.OFFSET
        )
    _log_numbers(axes)
    axes.set_ylim(0.6 * float(i.min()), 1.5 * float(i.max()))
    sheet.bare(axes, "left", "bottom", x="duration (ms)", y=f"threshold ({pretty(DENSITY)})")
    axes.set_xlim(float(d.min()), float(d.max()))
    axes.legend(fontsize=8, frameon=False, loc="upper right")
    _heading(axes, "Strength and duration")


def _thresholds(axes: Any, d: np.ndarray, i: np.ndarray, rheobase: float | None, chronaxie: float | None) -> None:
    """The thresholds as points on a line that passes the chronaxie too."""
    x, y = d, i
    if rheobase is not None and chronaxie is not None:
        place = int(np.searchsorted(d, chronaxie))
        x, y = np.insert(d, place, chronaxie), np.insert(i, place, 2 * rheobase)
    axes.plot(x, y, color=INK, linewidth=1.6, zorder=5)
    axes.plot(d, i, color=INK, linestyle="", marker="o", markersize=4.5, zorder=5, label="thresholds", clip_on=False)


def _log_numbers(axes: Any) -> None:
    """Plain numbers on a logarithmic y axis: 1, 2, 5, 10."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=20))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def _laws(result: ExciteResult, d: np.ndarray) -> dict[str, np.ndarray]:
    """The fitted laws at durations [ms]."""
    found = {}
    for name, fit in result.laws.items():
        rheobase, chronaxie = bench(fit.rheobase, DENSITY), bench(fit.chronaxie, "ms")
        if rheobase is not None and chronaxie is not None:
            shape = 1 + chronaxie / d if name == "weiss" else -1 / np.expm1(-d * np.log(2) / chronaxie)
            found[name.capitalize()] = rheobase * shape
    return found


# -- firing over the current ----------------------------------------------------------------------------------------------


def _rates(axes: Any, result: ExciteResult) -> None:
    currents = np.array([bench(one.density, DENSITY) or np.nan for one in result.rates])
    rates = np.array([one.frequency for one in result.rates])
    axes.plot(currents, rates, color=INK, linewidth=1.8, marker="o", markersize=4.5, zorder=4)
    most = max([float(np.nanmax(currents)), *(bench(one.density, DENSITY) or 0.0 for one in result.repetitive.hopf)])
    top = 1.25 * float(rates.max())
    axes.set_ylim(0.0, top)
    axes.set_xlim(0.0, 1.08 * most)
    for one in result.repetitive.hopf:
        current = bench(one.density, DENSITY)
        if current is not None:
            axes.axvline(current, color=COLOURS[1], linewidth=1.0, linestyle=DASHES[1], zorder=2)
            _mark(axes, current, top, f"Hopf {current:.4g}", current > 0.7 * most)
    onset, last = bench(result.repetitive.onset, DENSITY), bench(result.repetitive.last_spikes, DENSITY)
    if onset is not None:
        axes.annotate(f"onset {onset:.3g}", (onset, rates[0]), (14, -6), va="center", ha="left", **sheet.OFFSET)
    if last is not None:
        axes.annotate(f"last spikes {last:.3g}", (last, rates[-1]), (6, 0), va="center", ha="left", **sheet.OFFSET)
    sheet.bare(axes, "left", "bottom", x=f"steady current ({pretty(DENSITY)})", y="rate (Hz)")
    _heading(axes, "Repetitive firing")


def _mark(axes: Any, x: float, y: float, words: str, left: bool) -> None:
    """Words beside the upper end of a line."""
    axes.annotate(
        words, (x, y), (-3 if left else 3, -2), va="top", ha="right" if left else "left", color=COLOURS[1], **sheet.OFFSET
    )


# -- along a number -------------------------------------------------------------------------------------------------------


def _along(result: ExciteResult) -> Any:
    """Rest and threshold on one axis, the rheobase below, over the number that was varied."""
    x = np.array([point.value for point in result.over])
    curves = _potentials(result)
    paper = Sheet(LEFT + OVER + sheet.room_for_ends(curve.name for curve in curves), ABOVE + UPPER + GAP + LOWER + BOTTOM + KEY)
    above, below = paper.panel(LEFT, ABOVE, OVER, UPPER), paper.panel(LEFT, ABOVE + UPPER + GAP, OVER, LOWER)
    for axes in (above, below):
        _varied_axis(axes, result, x)
    for curve in curves:
        curve.draw(above, x, marker="o", markersize=3.5, clip_on=False)
    if shaded := _shade(above, result, x) | _shade(below, result, x):
        paper.patterns(shaded, LEFT, 0.1)
    sheet.bare(above, "left", y="V (mV)")
    above.tick_params(axis="x", which="both", length=0, labelbottom=False)
    sheet.name_curves(above, curves)
    rheobase = _column([point.rheobase for point in result.over], DENSITY)
    below.plot(x, rheobase, color=INK, linewidth=1.6, marker="o", markersize=3.5, clip_on=False)
    below.set_ylim(bottom=0.0)
    sheet.bare(below, "left", "bottom", x=_varied_words(result), y=f"rheobase\n({pretty(DENSITY)})")
    paper.title(result.cell, result.temperature, f"excitability over {result.path}")
    return paper.figure


def _potentials(result: ExciteResult) -> list[Curve]:
    """The potentials that are drawn over the number that was varied."""
    spike = [point.spike.peak for point in result.over]
    return [
        Curve("spike's peak", _column(spike, "mV"), {"color": COLOURS[2], "linestyle": DASHES[2]}),
        Curve("threshold", _column([point.threshold for point in result.over], "mV"), THRESHOLD_LOOK),
        Curve("rest", _column([point.V for point in result.over], "mV"), V_LOOK),
    ]


def _varied_words(result: ExciteResult) -> str:
    """The number that was varied, with its unit."""
    return result.path + (f" ({pretty(result.unit)})" if plain_unit(result.unit) else "")


def _varied_axis(axes: Any, result: ExciteResult, x: np.ndarray) -> None:
    assert result.varied is not None
    low, high = float(x.min()), float(x.max())
    if result.varied.logarithmic:
        sheet.plain_numbers(axes, low, high)
    alone = float(low == high)
    axes.set_xlim(low - alone, high + alone)


def _column(values: Sequence[Maybe], unit: str) -> np.ndarray:
    """Values in a unit; nan where there is none."""
    found = [bench(value, unit) for value in values]
    return np.array([np.nan if value is None else value for value in found])


BANDS = {"fires by itself": {"facecolor": "#F8E3BC"}, "no threshold": {"facecolor": "#DDDDDD"}}


def _shade(axes: Any, result: ExciteResult, x: np.ndarray) -> dict[str, Any]:
    """Where the cell fires by itself, and where it does not fire at all; how these look."""
    edges = np.concatenate([x[:1], 0.5 * (x[1:] + x[:-1]), x[-1:]])
    found: dict[str, Any] = {}
    for k, point in enumerate(result.over):
        words = "fires by itself" if known(point.spontaneous) else "no threshold" if not known(point.threshold_shock) else ""
        if words:
            axes.axvspan(*sorted((edges[k], edges[k + 1])), linewidth=0, zorder=0, **BANDS[words])
            found[words] = BANDS[words]
    return found
