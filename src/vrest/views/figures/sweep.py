"""The figure of a sweep: curves along one number, maps over two, and how what is drawn and what comes of it are spread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...results.layout import COUNT
from ...results.registry import VARIABLES, pretty
from ...results.sweep import Series, SweepResult
from . import sheet
from .sheet import COLOURS, FAINT, INK, Sheet

WIDE, TALL, LEFT, TOP, BELOW = 4.6, 3.1, 0.9, 0.6, 0.65
SQUARE, GAP = 1.55, 0.18
MOST_LINES, MOST_PANELS, MOST_PAIRS = 8, 3, 5
MAP = "viridis"
NO_ANSWER = "#D9D9D9"
DOTS = 4000
"""Rows that are drawn as points, evenly taken from all."""


def draw(result: SweepResult, *, output: str | None = None) -> Any:
    """A figure of one output (the first, by default): of a time course its end, and over time the middle of all rows."""
    name = output or result.outputs[0]
    shown = list(result.series(name))
    if result.times.size > 1:
        return _courses(result, shown[:MOST_PANELS])
    grid = result.dims == tuple(result.axes_along)
    if grid and len(result.dims) == 1:
        return _curves(result, shown[:MOST_LINES])
    if grid and len(result.dims) == 2:
        return _maps(result, shown[:MOST_PANELS])
    return _pairs(result, shown[0])


def _paper(result: SweepResult, wide: float, tall: float) -> Sheet:
    paper = Sheet(wide, tall)
    answered = sum(count for word, count in result.counts.items() if word.startswith("settled"))
    paper.title(f"{result.cell}: {answered:,} of {result.rows:,} rows answered")
    return paper


def heading(one: Series) -> str:
    place = f" {', '.join(one.labels)}" if one.labels else ""
    variable = VARIABLES.get(one.output)
    unit = "" if variable is None or variable.unit == "1" else f" ({pretty(variable.unit)})"
    return f"{variable.words if variable else one.output}{place}{unit}"


def _short(one: Series) -> str:
    """Its symbol in place of its words."""
    variable = VARIABLES.get(one.output)
    words = heading(one)
    return words.replace(variable.words, variable.symbol, 1) if variable is not None and variable.symbol else words


def _axis_words(result: SweepResult, path: str) -> str:
    return f"{path} ({pretty(result.unit(path))})" if result.unit(path) else path


def _is_even_in_logarithm(values: np.ndarray) -> bool:
    """Whether values lie in equal ratios, over more than a factor of three."""
    if values.size < 3 or values.min() <= 0 or values.max() / values.min() < 3:
        return False
    steps = np.diff(np.log(np.sort(values)))
    return bool(np.ptp(steps) < 1e-6 * steps.mean())


# -- one number -------------------------------------------------------------------------------------------------------


def _curves(result: SweepResult, shown: Sequence[Series]) -> Any:
    """What is told over the one number; values without an answer are marked below."""
    x, path = result.values(result.dims[0]), result.dims[0]
    names = [" ".join(one.labels) or one.output for one in shown]
    paper = _paper(result, LEFT + WIDE + sheet.room_for_ends(names), TOP + TALL + BELOW)
    axes = paper.panel(LEFT, TOP, WIDE, TALL)
    order = np.argsort(x)
    marks = sheet.line_marks(names)
    curves = [sheet.Curve(n, one.values[order, 0], marks[n]) for n, one in zip(names, shown, strict=True)]
    for curve in curves:
        curve.draw(axes, x[order], marker="o", markersize=3.0 if x.size <= 60 else 0.0, clip_on=False)
    _scaled(axes, x)
    _without_answer(axes, x[~np.isfinite(shown[0].values[:, 0])])
    sheet.bare(axes, "left", "bottom", x=_axis_words(result, path), y=heading(Series(shown[0].output, (), shown[0].values)))
    if len(curves) > 1:
        sheet.name_curves(axes, curves)
    return paper.figure


def _scaled(axes: Any, x: np.ndarray) -> None:
    low, high = float(x.min()), float(x.max())
    if _is_even_in_logarithm(x):
        sheet.plain_numbers(axes, low, high)
    alone = float(low == high)
    axes.set_xlim(low - alone, high + alone)


def _without_answer(axes: Any, x: np.ndarray) -> None:
    if x.size:
        axes.plot(x, [0.02] * x.size, "x", transform=axes.get_xaxis_transform(), color=INK, markersize=5, label="no answer")
        axes.legend(fontsize=8, frameon=False)


# -- two numbers ------------------------------------------------------------------------------------------------------


def _maps(result: SweepResult, shown: Sequence[Series]) -> Any:
    """A map for each place: lines of equal value, grey where there is no answer, and black lines where the number of states changes."""
    step = LEFT + WIDE + 1.1
    paper = _paper(result, len(shown) * step, TOP + TALL + BELOW + 0.3)
    for k, one in enumerate(shown):
        _map(paper, k * step + LEFT, result, one)
    if _folds(result) is not None:
        paper.words(LEFT, TOP + TALL + BELOW + 0.15, "thick line: the number of states changes (folds)", fontsize=8)
    return paper.figure


def _map(paper: Sheet, left: float, result: SweepResult, one: Series) -> None:
    first, second = result.dims
    y, x = result.data[first].to_numpy(), result.data[second].to_numpy()
    down, along = np.argsort(y), np.argsort(x)  # values may have been given in any order
    y, x = y[down], x[along]
    axes = paper.panel(left, TOP, WIDE, TALL)
    axes.set_facecolor(NO_ANSWER)
    values = one.values[:, 0].reshape(y.size, x.size)[np.ix_(down, along)]
    drawn = axes.pcolormesh(_edges(x), _edges(y), np.ma.masked_invalid(values), cmap=MAP, rasterized=True)
    if min(values.shape) > 1 and np.isfinite(values).sum() > 3 and np.nanmax(values) > np.nanmin(values):
        lines = axes.contour(x, y, np.ma.masked_invalid(values), levels=8, colors="white", linewidths=0.7, linestyles="solid")
        axes.clabel(lines, fontsize=7, fmt=lambda value: f"{value:.4g}")
    folds = _folds(result)
    if folds is not None:
        axes.contour(x, y, folds[np.ix_(down, along)], levels=np.arange(0.5, folds.max()), colors=INK, linewidths=2.0)
    _scaled(axes, x)
    if _is_even_in_logarithm(y):
        sheet.plain_numbers(axes, float(y.min()), float(y.max()), along="y")
    sheet.bare(axes, "left", "bottom", x=_axis_words(result, second), y=_axis_words(result, first))
    bar = paper.figure.colorbar(drawn, cax=paper.panel(left + WIDE + 0.1, TOP, 0.15, TALL))
    bar.ax.tick_params(labelsize=7)
    axes.set_title(heading(one), fontsize=9, loc="left", parse_math=False)


def _edges(values: np.ndarray) -> np.ndarray:
    """Where the cells of a map end: midway between values, in the logarithm where these lie even in it."""
    if values.size < 2:
        return np.array([values[0] - 0.5, values[0] + 0.5])
    even = _is_even_in_logarithm(values)
    at = np.log(values) if even else values
    edges = np.concatenate([[at[0]], (at[1:] + at[:-1]) / 2, [at[-1]]])
    return np.exp(edges) if even else edges


def _folds(result: SweepResult) -> np.ndarray | None:
    """The number of states in each row, where it changes."""
    if COUNT not in result.outputs:
        return None
    counts = np.nan_to_num(result.data[COUNT].to_numpy())
    return counts if counts.ndim == 2 and min(counts.shape) > 1 and np.ptp(counts) > 0 else None


# -- samples ----------------------------------------------------------------------------------------------------------


def _pairs(result: SweepResult, one: Series) -> Any:
    """A matrix of what is varied and what comes of it: how each is spread, and each over each other."""
    names = [_axis_words(result, path) for path in result.varied[: MOST_PAIRS - 1]] + [_short(one)]
    columns = [result.values(path) for path in result.varied[: MOST_PAIRS - 1]] + [one.values[:, 0]]
    step, size = SQUARE + GAP, len(columns)
    paper = _paper(result, LEFT + size * step + 0.2, TOP + size * step + BELOW)
    picks = np.unique(np.linspace(0, result.rows - 1, min(DOTS, result.rows)).round().astype(int))
    for row in range(size):
        for column in range(row + 1):
            axes = paper.panel(LEFT + column * step, TOP + row * step, SQUARE, SQUARE)
            if row == column:
                _histogram(axes, columns[row], COLOURS[0] if row < size - 1 else INK)
            else:
                axes.plot(
                    columns[column][picks], columns[row][picks], ".", color=COLOURS[0], markersize=2.0, alpha=0.5, rasterized=True
                )
            _outer(axes, names, row, column)
    return paper.figure


def _histogram(axes: Any, values: np.ndarray, colour: str) -> None:
    finite = values[np.isfinite(values)]
    if finite.size:
        axes.hist(finite, bins=min(50, max(5, int(np.sqrt(finite.size)))), color=colour, edgecolor="white", linewidth=0.3)
    axes.set_yticks([])


def _outer(axes: Any, names: Sequence[str], row: int, column: int) -> None:
    """Words at the outer panels alone."""
    last, first = row == len(names) - 1, column == 0 and row > 0
    sheet.bare(axes, "left", "bottom", x=names[column] if last else "", y=names[row] if first else "")
    axes.tick_params(labelsize=6, labelbottom=last, labelleft=first)
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set_fontsize(7)
    axes.locator_params(nbins=4)


# -- time courses -----------------------------------------------------------------------------------------------------


def _courses(result: SweepResult, shown: Sequence[Series]) -> Any:
    """The courses of a few rows as lines; of many the middle one and between which half and nine tenths of them lie."""
    names = _row_names(result) if result.rows <= MOST_LINES else ["median"]
    paper = _paper(result, LEFT + WIDE + max(1.6, sheet.room_for_ends(names)), TOP + len(shown) * (TALL + BELOW))
    for k, one in enumerate(shown):
        axes = paper.panel(LEFT, TOP + k * (TALL + BELOW), WIDE, TALL)
        lines = _lines(axes, names, result.times, one) if result.rows <= MOST_LINES else _bands(axes, result.times, one.values)
        axes.set_xlim(float(result.times[0]), float(result.times[-1]))
        sheet.bare(axes, "left", "bottom", x="time (s)", y=heading(one))
        sheet.name_curves(axes, lines)
    return paper.figure


def _row_names(result: SweepResult) -> list[str]:
    """What tells each row from the others: the numbers that differ; of several with the last word of their paths where these differ."""
    columns = {path: result.values(path) for path in result.varied}
    differ = [path for path, values in columns.items() if np.ptp(values) > 0] or result.varied[:1]
    words = [path.rpartition(".")[2] for path in differ]
    names = dict(zip(differ, words if len(set(words)) == len(words) else differ, strict=True)) if len(differ) > 1 else {}

    def said(path: str, value: float) -> str:
        return f"{names.get(path, '')} {value:.4g} {pretty(result.unit(path))}".strip()

    return [", ".join(said(path, columns[path][row]) for path in differ) for row in range(result.rows)]


def _lines(axes: Any, names: Sequence[str], times: np.ndarray, one: Series) -> list[sheet.Curve]:
    marks = sheet.line_marks(names)
    curves = [sheet.Curve(name, values, marks[name]) for name, values in zip(names, one.values, strict=True)]
    for curve in curves:
        curve.draw(axes, times)
    return curves


def _bands(axes: Any, times: np.ndarray, values: np.ndarray) -> list[sheet.Curve]:
    whole = values[np.isfinite(values).all(axis=1)]
    low, below, middle, above, high = np.quantile(whole if len(whole) else values, [0.05, 0.25, 0.5, 0.75, 0.95], axis=0)
    axes.fill_between(times, low, high, color=FAINT, alpha=0.25, linewidth=0)
    axes.fill_between(times, below, above, color=FAINT, alpha=0.45, linewidth=0)
    curve = sheet.Curve("median", middle, {"color": INK})
    curve.draw(axes, times)
    return [curve]
