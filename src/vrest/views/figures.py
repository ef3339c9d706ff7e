"""What all figures share: matplotlib when it is there, marks that survive grey and colour blindness, labels apart, files written whole."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ..errors import InputError, MissingExtraError, Problem

FORMATS = ("png", "svg", "pdf")
DPI = 150
SETTINGS: Any = {"svg.hashsalt": "vrest", "svg.fonttype": "none", "pdf.fonttype": 42, "hatch.linewidth": 0.7}

# Okabe and Ito's colours that all can tell apart, most used ions first; black is kept for the whole membrane.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F")
ION_COLOURS = {"K": COLOURS[0], "Na": COLOURS[1], "Cl": COLOURS[2], "Ca": COLOURS[3], "HCO3": COLOURS[4], "H": COLOURS[5]}
DASHES: tuple[Any, ...] = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (6, 2, 1.5, 2)), (0, (9, 2, 2, 2, 2, 2)), (0, (1, 3)))
INK, FAINT = "#000000", "#767676"


def new_figure(width: float, height: float) -> Any:
    """An empty figure [inches] that belongs to no window; a notebook shows it as a picture.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtraError("plot", "drawing plots") from None
    figure: Any = Figure(figsize=(width, height), dpi=DPI, facecolor="white")
    figure._repr_png_ = partial(_as_png, figure)
    return figure


def _as_png(figure: Any) -> bytes:
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()


def save(figure: Any, path: str | os.PathLike[str] | None) -> Any:
    """Write a figure to `path`, in the format of its ending, whole or not at all; without a path nothing is written.

    Returns:   the figure.
    Raises:
        InputError: the ending names no format, or the place cannot be written.
    """
    if path is None:
        return figure
    target = Path(path)
    ending = target.suffix.lower().removeprefix(".")
    if ending not in FORMATS:
        raise InputError(
            Problem(
                "a figure is written as PNG, SVG or PDF",
                file=str(target),
                found=target.suffix or "no ending",
                expected=".png, .svg or .pdf",
            )
        )
    if target.is_dir():
        raise InputError(Problem("this is a folder, not a file for a figure", file=str(target)))
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        _write(figure, part, ending)
        os.replace(part, target)
    except OSError as error:
        raise InputError(Problem(f"the figure cannot be written: {error.strerror or error}", file=str(target))) from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
    return figure


def _write(figure: Any, part: Path, ending: str) -> None:
    """Without dates, so that the same figure gives the same file."""
    from matplotlib import rc_context

    undated = {"png": None, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[ending]
    with rc_context(SETTINGS):
        figure.savefig(part, format=ending, metadata=undated)


# -- marks --------------------------------------------------------------------------------------------------------


def ion_colours(ions: Sequence[str]) -> dict[str, str]:
    """A colour for each ion; the usual ones always have their own."""
    spare = [colour for colour in COLOURS if colour not in {ION_COLOURS.get(ion) for ion in ions}] or list(COLOURS)
    others = [ion for ion in ions if ion not in ION_COLOURS]
    given = {ion: spare[k % len(spare)] for k, ion in enumerate(others)}
    return {ion: ION_COLOURS.get(ion) or given[ion] for ion in ions}


def line_marks(names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """A colour and a dash pattern for each line; the pattern alone tells up to six apart."""
    return {name: {"color": COLOURS[k % len(COLOURS)], "linestyle": DASHES[k % len(DASHES)]} for k, name in enumerate(names)}


def bare(axes: Any, *sides: str) -> None:
    """Leave only the named sides of an axes' frame."""
    for side, spine in axes.spines.items():
        spine.set_visible(side in sides)
    axes.tick_params(labelsize=8)


# -- labels -------------------------------------------------------------------------------------------------------


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places near the wanted ones, in their order, at least `gap` apart and within [low, high] where there is room.

    >>> spread([0.0, 0.1, 5.0], 1.0, -10.0, 10.0)
    [-0.45, 0.55, 5.0]
    """
    order = sorted(range(len(wanted)), key=lambda k: wanted[k])
    blocks: list[list[float]] = []  # [sum of (wanted - own offset), count]
    for k in order:
        blocks.append([wanted[k], 1])
        while len(blocks) > 1 and _start(blocks[-2], gap, low, high) + blocks[-2][1] * gap > _start(blocks[-1], gap, low, high):
            total, count = blocks.pop()
            blocks[-1] = [blocks[-1][0] + total - count * blocks[-1][1] * gap, blocks[-1][1] + count]
    places = [_start(block, gap, low, high) + step * gap for block in blocks for step in range(int(block[1]))]
    found = dict(zip(order, places, strict=True))
    return [round(found[k], 12) for k in range(len(wanted))]


def _start(block: list[float], gap: float, low: float, high: float) -> float:
    """Where a block of labels `gap` apart begins, so that it lies nearest to what was wanted and within the limits."""
    total, count = block
    return max(low, min(total / count, high - (count - 1) * gap))


def inches_per_unit(axes: Any) -> float:
    """Length on paper of one unit of the y axis, once the layout is fixed."""
    low, high = axes.get_ylim()
    figure = axes.get_figure()
    return axes.get_position().height * figure.get_size_inches()[1] / (high - low)


def room_for_labels(axes: Any, ends: Sequence[tuple[float, str]], fixed: float) -> None:
    """Set the x limits so that a label of 8 points fits beyond each end, on the side that is turned away from `fixed`."""
    wide = axes.get_position().width * axes.get_figure().get_size_inches()[0]
    low, high = min([fixed, *(x for x, _ in ends)]), max([fixed, *(x for x, _ in ends)])
    left = max([0.1, *(label_width(words) for x, words in ends if x < fixed)])
    right = max([0.1, *(label_width(words) for x, words in ends if x >= fixed)])
    per_inch = ((high - low) or abs(fixed) or 1.0) / (wide - left - right)
    axes.set_xlim(low - left * per_inch, high + right * per_inch)


def label_width(words: str) -> float:
    """Room for a label of 8 points with some air [inches], wide enough for any letters."""
    return 0.15 + 0.072 * len(words)


def text_boxes(figure: Any) -> list[tuple[str, Any]]:
    """Every visible text of a figure with its bounding box in pixels."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer, hidden = canvas.get_renderer(), _hidden_labels(figure)
    found = figure.findobj(lambda artist: isinstance(artist, Text) and artist.get_visible() and artist.get_text().strip())
    return [(text.get_text(), text.get_window_extent(renderer)) for text in found if id(text) not in hidden]


def _hidden_labels(figure: Any) -> set[int]:
    """Labels of ticks that lie beyond the limits: matplotlib keeps them but does not draw them."""
    hidden = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            unseen = not axes.axison
            ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
            hidden |= {id(tick.label1) for tick in ticks if unseen or not low <= tick.get_loc() <= high}
    return hidden
