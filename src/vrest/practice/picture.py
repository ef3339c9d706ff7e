"""The picture of a class: for each exercise how many were right, which slips how often, and what no known slip gives."""

from __future__ import annotations

from typing import Any

from ..errors import InputError, Problem
from .classes import RIGHT, UNKNOWN, Class, Tally

_COLOURS = ("#0064a3", "#b34500", "#9a3d78", "#7d6000", "#2a6f8f", "#c04f4f")
_RIGHT, _UNKNOWN = "#006f52", "#c9c9c9"
_SAID = {UNKNOWN: "no known slip"}
_NAMED = 0.08
LEFT, WIDE, TOP, LINE = 2.4, 6.5, 0.6, 0.45  # of the bars on the paper [inches]


def parts(tally: Tally) -> list[tuple[str, int, str]]:
    """What the answers to an exercise were, how many of each, and the colour of each: `right`, the slips, `unknown`."""
    slips = [(name, n, _COLOURS[k % len(_COLOURS)]) for k, (name, n) in enumerate(tally.slips.items())]
    return [(RIGHT, tally.right, _RIGHT), *slips, (UNKNOWN, tally.unknown, _UNKNOWN)]


def draw_class(found: Class, path: str) -> Any:
    """Bars of parts, an exercise a line; written to a file (PNG, SVG, PDF).

    Raises:
        MissingExtraError: matplotlib is not installed.
        InputError: there is no answer to draw.
    """
    if not found.tallies:
        raise InputError(Problem("no answer could be judged, so there is nothing to draw", file=path))
    from ..views.figures.sheet import Sheet, own_settings, save

    with own_settings():
        paper = Sheet(LEFT + WIDE + 0.2, TOP + LINE * len(found.tallies) + 0.6)
        axes = paper.panel(LEFT, TOP, WIDE, LINE * len(found.tallies))
        for line, tally in enumerate(found.tallies):
            _bar(axes, line, parts(tally), tally.answers)
        axes.set_yticks(range(len(found.tallies)), [f"{one.exercise} ({one.answers})" for one in found.tallies], fontsize=8)
        axes.set(xlim=(0, 1), ylim=(len(found.tallies) - 0.5, -0.5), xlabel="part of the answers")
        students = len({row.student for row in found.rows})
        paper.title(f"{len(found.rows)} answers of {students} students", what="right, and the slips behind the others")
        return save(paper.figure, path)


def _bar(axes: Any, line: int, bars: list[tuple[str, int, str]], total: int) -> None:
    left = 0.0
    for name, count, colour in bars:
        share = count / total
        axes.barh(line, share, left=left, color=colour, edgecolor="white")
        if share > _NAMED:
            axes.text(
                left + share / 2,
                line,
                f"{_SAID.get(name, name)} {count}",
                ha="center",
                va="center",
                color="black" if colour == _UNKNOWN else "white",
                fontsize=7,
            )
        left += share
