"""What all figures share: paper measured in inches, marks that survive grey and colour blindness, labels that stay apart."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import InputError, Problem, needed
from ..files import whole
from ..tables.parts import temperature

FORMATS = ("png", "svg", "pdf")
DPI = 150
SETTINGS: Any = {"svg.hashsalt": "vrest", "svg.fonttype": "none", "pdf.fonttype": 42, "hatch.linewidth": 0.7}

# Okabe and Ito's colours that all can tell apart, most used ions first; black is kept for the whole membrane.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F")
ION_COLOURS = {"K": COLOURS[0], "Na": COLOURS[1], "Cl": COLOURS[2], "Ca": COLOURS[3], "HCO3": COLOURS[4], "H": COLOURS[5]}
DASHES: tuple[Any, ...] = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (6, 2, 1.5, 2)), (0, (9, 2, 2, 2, 2, 2)), (0, (1, 3)))
INK, FAINT = "#000000", "#767676"
MARGIN = 0.15  # of words beside the edge of the paper [inches]
LINE = 0.165  # height of a line of 8 points with some air [inches]
IN_OUT = "in \N{LEFTWARDS ARROW}  {}  \N{RIGHTWARDS ARROW} out"
TICKS = {1e-6: "1 µs", 1e-5: "10 µs", 1e-4: "100 µs", 1e-3: "1 ms", 1e-2: "10 ms", 0.1: "100 ms", 1.0: "1 s", 10.0: "10 s"}
TICKS |= {60.0: "1 min", 600.0: "10 min", 3600.0: "1 h", 36000.0: "10 h", 864000.0: "10 d"}
"""Times [s] that an axis names."""
OFFSET = {"textcoords": "offset points", "fontsize": 8}

Look = Mapping[str, Any]


class Sheet:
    """Paper of a size [inches]; panels and words are placed from its upper left corner."""

    def __init__(self, wide: float, tall: float) -> None:
        self.wide, self.tall = wide, tall
        self.figure = _new_figure(wide, tall)

    def panel(self, x: float, y: float, wide: float, tall: float) -> Any:
        """Axes whose upper left corner lies there."""
        return self.figure.add_axes((x / self.wide, 1 - (y + tall) / self.tall, wide / self.wide, tall / self.tall))

    def words(self, x: float, y: float, words: str, **how: Any) -> None:
        """Words at a place; dollar signs in them are no formula, and signs that command a reader's direction are none."""
        words = "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in words)
        self.figure.text(x / self.wide, 1 - y / self.tall, words, **({"va": "center", "parse_math": False} | how))

    def title(self, words: str, kelvin: float | None = None, what: str = "") -> None:
        """What the figure is of, at which temperature, and what it shows."""
        at = "" if kelvin is None else f", {temperature(kelvin).replace(' degC', ' °C')}"
        self.words(MARGIN, 0.25, words + at + (f": {what}" if what else ""), fontsize=11)

    def patterns(self, looks: Mapping[str, Look], x: float, below: float) -> None:
        """What hatches mean, in a line that ends so far above the lower edge of the paper."""
        from matplotlib.patches import Patch

        handles = [Patch(edgecolor=INK, linewidth=0.9, label=words, **look) for words, look in looks.items()]
        how = {"fontsize": 8, "frameon": False, "handlelength": 2.2, "handleheight": 1.2, "borderaxespad": 0.0, "ncols": 3}
        self.figure.legend(handles=handles, loc="lower left", bbox_to_anchor=(x / self.wide, below / self.tall), **how)


def _new_figure(wide: float, tall: float) -> Any:
    """An empty figure that belongs to no window; a notebook shows it as a picture.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    _matplotlib()
    from matplotlib.figure import Figure

    figure: Any = Figure(figsize=(wide, tall), dpi=DPI, facecolor="white")
    figure._repr_png_ = partial(_as_png, figure)
    return figure


def _matplotlib() -> Any:
    """matplotlib, also where the environment names a drawing program that is not there: a file needs none.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    with needed("plot", "drawing plots"):
        try:
            import matplotlib
        except ValueError:
            wanted = os.environ.pop("MPLBACKEND", None)
            for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:  # halves of the failed import
                del sys.modules[name]
            try:
                import matplotlib
            finally:
                if wanted is not None:
                    os.environ["MPLBACKEND"] = wanted
    return matplotlib


@contextlib.contextmanager
def own_settings() -> Iterator[None]:
    """matplotlib as vrest's figures expect it, whatever the user's settings say (LaTeX, fonts, colours); they return after.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    matplotlib = _matplotlib()
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")  # a sign that the font lacks is drawn as a box
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        yield


def _as_png(figure: Any) -> bytes:
    picture = io.BytesIO()
    with own_settings():
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
        message, found = "a figure is written as PNG, SVG or PDF", target.suffix or "no ending"
        raise InputError(Problem(message, file=str(target), found=found, expected=".png, .svg or .pdf"))
    with whole(target, "the figure cannot be written") as part:
        _write(figure, part, ending)
    return figure


def _write(figure: Any, part: Path, ending: str) -> None:
    """Without dates, so that the same figure gives the same file."""
    undated = {"png": None, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[ending]
    with own_settings():
        figure.savefig(part, format=ending, metadata=undated)


# -- marks --------------------------------------------------------------------------------------------------------


def ion_colours(ions: Iterable[str]) -> dict[str, str]:
    """A colour for each ion; the usual ones always have their own."""
    names = dict.fromkeys(ions)
    usual = {ION_COLOURS.get(ion) for ion in names}
    spare = cycle([colour for colour in COLOURS if colour not in usual] or COLOURS)
    return {ion: ION_COLOURS.get(ion) or next(spare) for ion in names}


def line_marks(names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """A colour and a dash pattern for each line; the pattern alone tells up to six apart."""
    return {name: {"color": COLOURS[k % len(COLOURS)], "linestyle": DASHES[k % len(DASHES)]} for k, name in enumerate(names)}


def ion_marks(ions: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The same for ions, which keep their colours."""
    return {ion: {"color": c, "linestyle": DASHES[k % len(DASHES)]} for k, (ion, c) in enumerate(ion_colours(ions).items())}


def state_mark(stable: object) -> dict[str, Any]:
    """A filled circle for what is stable, an open one for what is not."""
    return {"marker": "o", "markerfacecolor": INK if stable else "white", "markeredgecolor": INK}


# -- axes ---------------------------------------------------------------------------------------------------------


def bare(axes: Any, *sides: str, x: str = "", y: str = "") -> None:
    """Leave only the named sides of an axes' frame, with words along them."""
    for side, spine in axes.spines.items():
        spine.set_visible(side in sides)
    axes.tick_params(labelsize=8)
    axes.set_xlabel(x, fontsize=9, parse_math=False)
    axes.set_ylabel(y, fontsize=9, parse_math=False)


def inches_per_unit(axes: Any) -> float:
    """Length on paper of one unit of the y axis, once the layout is fixed."""
    low, high = axes.get_ylim()
    return axes.get_position().height * axes.get_figure().get_size_inches()[1] / (high - low)


def inches_wide(axes: Any) -> float:
    """Width on paper, once the layout is fixed."""
    return axes.get_position().width * axes.get_figure().get_size_inches()[0]


def rows(axes: Any, names: Sequence[str], least: int = 1) -> None:
    """A row for each name, the first on top, with room for some at least."""
    axes.set_ylim(max(least, len(names)) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    for label in axes.get_yticklabels():
        label.set_parse_math(False)


def bars(axes: Any, values: Sequence[float | None], words: Sequence[str], looks: Sequence[Look]) -> None:
    """A bar in each row, with words at its end; None: words alone."""
    ends = [value or 0.0 for value in values]
    for k, (value, look) in enumerate(zip(values, looks, strict=True)):
        if value is not None:
            axes.barh(k, value, **({"height": 0.64, "edgecolor": INK, "linewidth": 0.9, "zorder": 2} | dict(look)))
    room_for_labels(axes, list(zip(ends, words, strict=True)) or [(1.0, "")], 0.0)
    for k, (end, said) in enumerate(zip(ends, words, strict=True)):
        beside(axes, said, end, k, -1 if end < 0 else 1)
    axes.axvline(0.0, color=INK, linewidth=0.9, zorder=3)
    axes.locator_params(axis="x", nbins=4)


def beside(axes: Any, words: str, x: float, y: float, way: int, gap: float = 4) -> None:
    """Words to the right (1) or to the left (-1) of a point."""
    axes.annotate(words, (x, y), (gap * way, 0), va="center", ha="left" if way > 0 else "right", **OFFSET)


def log_times(axes: Any, low: float, high: float, most: int) -> None:
    """A logarithmic axis of time [s], with at most so many round times named, or one more."""
    from matplotlib.ticker import NullFormatter, NullLocator

    axes.set_xscale("log")
    ticks = [at for at in TICKS if low <= at <= high]
    ticks = ticks[:: 1 + len(ticks) // most]
    axes.set_xticks(ticks, [TICKS[at] for at in ticks])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlim(low, high)
    axes.tick_params(axis="x", labelsize=7)


def plain_numbers(axes: Any, low: float, high: float, along: str = "x") -> None:
    """Whole numbers on a logarithmic axis, as a physiologist writes them: 1, 2, 5, 10."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axes.set(**{f"{along}scale": "log"})
    axis, wide = getattr(axes, f"{along}axis"), high / low > 2e3
    axis.set_major_locator(LogLocator(subs=(1.0,) if wide else (1.0, 2.0, 5.0), numticks=20))
    axis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    axis.set_minor_formatter(NullFormatter())
    axes.tick_params(axis=along, which="minor", color=FAINT)


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


def label_width(words: str) -> float:
    """Room for a label of 8 points with some air [inches], wide enough for any letters."""
    return 0.15 + 0.072 * len(words)


def widest(names: Iterable[str], least: float = 0.0) -> float:
    """Room for the longest of some labels [inches]."""
    return max([least, *map(label_width, names)])


def room_for_labels(axes: Any, ends: Sequence[tuple[float, str]], fixed: float) -> None:
    """Set the x limits so that a label of 8 points fits beyond each end, on the side that is turned away from `fixed`."""
    places = [fixed, *(x for x, _ in ends)]
    low, high = min(places), max(places)
    left = widest((words for x, words in ends if x < fixed), 0.1)
    right = widest((words for x, words in ends if x >= fixed), 0.1)
    per_inch = ((high - low) or abs(fixed) or 1.0) / (inches_wide(axes) - left - right)
    axes.set_xlim(low - left * per_inch, high + right * per_inch)


@dataclass(frozen=True)
class Curve:
    """One line: its name at the end, its values in the unit of the panel, how it looks."""

    name: str
    values: Any
    look: Look

    def draw(self, axes: Any, x: Any, **how: Any) -> None:
        """Draw it over `x`."""
        axes.plot(x, self.values, **(how | self.line))

    @property
    def line(self) -> dict[str, Any]:
        """How the line is drawn."""
        return {"linewidth": 1.5, "zorder": 3} | dict(self.look)

    @property
    def finite(self) -> Any:
        """Its values without gaps."""
        return self.values[np.isfinite(self.values)]


def name_curves(axes: Any, curves: Iterable[Curve]) -> None:
    """Curves named where they end."""
    name_ends(axes, [(float(curve.finite[-1]), curve.name, curve.line) for curve in curves if curve.finite.size])


def name_ends(axes: Any, named: Sequence[tuple[float, str, Look]]) -> None:
    """Curves named at their right ends, each with a short piece of its line.

    Arguments:
        named: where a curve ends, its name, how it looks; one that ends beyond the limits is named at the edge
    """
    low, high = axes.get_ylim()
    ends = [min(max(end, low), high) for end, _, _ in named]
    edge = axes.get_yaxis_transform()  # x along the axes, y in data
    places = spread(ends, LINE / inches_per_unit(axes), low, high)
    inch = 1.0 / inches_wide(axes)
    for (_, words, look), end, y in zip(named, ends, places, strict=True):
        if low < end < high:
            axes.plot([1.0, 1.0 + 0.1 * inch], [end, y], transform=edge, color=FAINT, linewidth=0.6, clip_on=False)
        axes.plot([1.0 + 0.1 * inch, 1.0 + 0.4 * inch], [y, y], transform=edge, clip_on=False, **look)
        weight = "bold" if look.get("linewidth", 0) > 2 else "normal"
        axes.text(1.0 + 0.45 * inch, y, words, transform=edge, fontsize=8, va="center", fontweight=weight, parse_math=False)
    axes.set_ylim(low, high)


def room_for_ends(names: Iterable[str]) -> float:
    """Room that `name_ends` needs to the right of a panel [inches]."""
    return 0.45 + widest(names)
