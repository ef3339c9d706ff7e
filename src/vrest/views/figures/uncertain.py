"""The figure of an uncertain answer: how the first quantity is spread, and whose range that is."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...results.uncertain import UncertainResult
from ..numbers import minus, percent
from . import sheet
from .sheet import COLOURS, INK, Sheet
from .sweep import heading

WIDE, TALL, LEFT, TOP, BELOW, BARS = 3.6, 2.6, 0.4, 0.75, 0.7, 2.6
ROW = 0.26
MOST = 12


def draw(result: UncertainResult) -> Any:
    """A histogram with median and ends, and bars for the numbers that make it."""
    one, series = result.first, next(result.sweep.series())
    shown = one.ordered[:MOST]
    names = sheet.widest([path for path, _ in shown], 0.5)
    paper = Sheet(LEFT + WIDE + 0.3 + names + BARS + 0.3, TOP + max(TALL, ROW * len(shown)) + BELOW)
    paper.title(f"{result.cell}: {result.rows:,} cells from the ranges of {len(one.by)} numbers")
    _histogram(paper.panel(LEFT, TOP, WIDE, TALL), result, series)
    if shown:
        axes = paper.panel(LEFT + WIDE + 0.3 + names, TOP, BARS, max(1.0, ROW * len(shown)))
        sheet.rows(axes, [path for path, _ in shown], 4)
        sheet.bars(
            axes, [share for _, share in shown], [percent(share) for _, share in shown], [{"color": COLOURS[0]}] * len(shown)
        )
        sheet.bare(axes, "bottom", x="share of the variance")
    return paper.figure


def _histogram(axes: Any, result: UncertainResult, series: Any) -> None:
    one, values = result.first, series.values[:, -1]
    known = values[np.isfinite(values)]
    axes.hist(known, bins=min(40, max(5, int(np.sqrt(known.size)))), color=COLOURS[5], edgecolor="white", linewidth=0.3)
    edge = axes.get_xaxis_transform()
    for value, dashes in ((one.low, (0, (2, 2))), (one.median, "-"), (one.high, (0, (2, 2)))):
        axes.axvline(value, color=INK, linewidth=1.0, linestyle=dashes)
        axes.text(value, 1.02, minus(f"{value:.4g}"), transform=edge, ha="center", fontsize=8)
    axes.set_yticks([])
    sheet.bare(axes, "bottom", x=heading(series))
