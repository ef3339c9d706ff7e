"""What there is to say: headings, sentences and tables of ready words; as text for a terminal, whole or in short, and rows as CSV."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill, shorten, wrap
from typing import Any

TEXT, NUMBER = "text", "number"
WIDTH, NARROWEST = 80, 40
GAP, FOLDED = 3, 16  # between columns; what a column of words can be folded to
_RULES = "    \n    \n -- \n    \n    \n    \n    \n    \n"  # a rich box: nothing but a rule under the heads
_STYLES = {1: "bold cyan", 2: "bold", 3: "bold"}


@dataclass(frozen=True)
class Heading:
    """A line above what belongs together; level 1 is the answer itself."""

    words: str
    level: int = 2


@dataclass(frozen=True)
class Sentences:
    """Full sentences, each a paragraph of its own; `marked` puts a bullet before each; those that are `apart` belong to nothing above."""

    items: tuple[str, ...]
    marked: bool = False
    apart: bool = False


@dataclass(frozen=True)
class Column:
    """The head of a column and whether it holds words or numbers (which line up at the right)."""

    head: str
    kind: str = NUMBER


@dataclass(frozen=True)
class Table:
    """Rows of ready words under a title; without column heads it is a list of names and values."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def headed(self) -> bool:
        return any(column.head for column in self.columns)


@dataclass(frozen=True)
class Lines:
    """Lines that stand as they are: something to copy."""

    items: tuple[str, ...]


Block = Heading | Sentences | Table | Lines


def table(title: str, columns: Sequence[Column | str], rows: Iterable[Sequence[str]]) -> list[Block]:
    """A table, or nothing where it has no rows. A column named by a text alone holds numbers, the first one words."""
    filled = tuple(tuple(row) for row in rows)
    heads = [c if isinstance(c, Column) else Column(c, TEXT if k == 0 else NUMBER) for k, c in enumerate(columns)]
    return [Table(title, tuple(heads), filled)] if filled else []


def by_columns(title: str, columns: Mapping[Column | str, Iterable[str]]) -> list[Block]:
    """A table from its columns; the cells by the heads."""
    return table(title, list(columns), zip(*columns.values(), strict=True))


def pairs(title: str, rows: Iterable[tuple[str, str]]) -> list[Block]:
    """Names and values side by side, or nothing."""
    filled = tuple(rows)
    return [Table(title, (Column("", TEXT), Column("", TEXT)), filled)] if filled else []


def sentences(items: Iterable[str], *, marked: bool = False, apart: bool = False) -> list[Block]:
    """Sentences, or nothing."""
    filled = tuple(items)
    return [Sentences(filled, marked, apart)] if filled else []


# -- what belongs to a document -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A part of what there is to say of an answer: its blocks, and whether the short answer and the whole one hold them."""

    say: Callable[..., list[Block]]
    first: bool = False
    whole: bool = True

    def blocks(self, answer: Any, wanted: Wanted, *place: str) -> list[Block]:
        """What it says of an answer, or of a place in one."""
        return self.say(answer, *place) if wanted(self) else []


@dataclass(frozen=True)
class Each:
    """Parts that are said of one place after the other."""

    places: Callable[[Any], Iterable[str]]
    parts: tuple[Part, ...]

    def blocks(self, answer: Any, wanted: Wanted) -> list[Block]:
        """What the parts say, place by place."""
        return [block for name in self.places(answer) for part in self.parts for block in part.blocks(answer, wanted, name)]


Wanted = Callable[[Part], bool]
"""Which parts of a document are wanted."""


def in_short(part: Part) -> bool:
    """The parts of a short answer."""
    return part.first


def in_whole(part: Part) -> bool:
    """The parts of the whole answer."""
    return part.whole


def in_the_rest(part: Part) -> bool:
    """The parts of the whole answer that the short one does not hold."""
    return part.whole and not part.first


Document = tuple[Part | Each, ...]
"""What there is to say of a kind of answer, in reading order."""


# -- text ---------------------------------------------------------------------------------------------------------


def printable(words: str) -> str:
    """Words that came from outside, without control characters and reversals of the writing direction."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in words)


def as_text(blocks: Sequence[Block], width: int | None = None, colour: bool = False) -> str:
    """The document as lines of at most `width` characters (80 where none is given), without escape codes unless `colour`."""
    from rich.console import Console

    out = io.StringIO()
    width = max(NARROWEST, width or WIDTH)
    console = Console(
        file=out,
        force_jupyter=False,
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
    )
    for k, block in enumerate(blocks):
        if k and not attached(block, blocks[k - 1]):
            console.print()
        _show(console, block, width)
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip().split("\n"))


def attached(block: Block, above: Block) -> bool:
    """Whether no empty line stands between: sentences belong to the heading or table above them."""
    return isinstance(block, Sentences) and not block.apart and isinstance(above, Heading | Table)


def _show(console: Any, block: Block, width: int) -> None:
    from rich.text import Text

    if isinstance(block, Heading):
        console.print(Text(_wrapped(block.words, width), style=_STYLES[block.level]))
    elif isinstance(block, Sentences):
        for item in block.items:
            console.print(Text(_wrapped(item, width, "- " if block.marked else "")))
    elif isinstance(block, Lines):
        for line in block.items:
            console.print(Text(printable(line)), soft_wrap=True)
    else:
        if block.title:
            console.print(Text(_wrapped(block.title, width), style="bold"))
        for k, part in enumerate(within(block, width)):
            if k:
                console.print()
            console.print(_grid(part))


def within(block: Table, width: int) -> list[Table]:
    """The table, or where its numbers do not fit side by side, several with the same first column: a number is never cut."""
    needed = [_needed(block, k) + GAP for k in range(len(block.columns))]
    groups: list[list[int]] = [[]]
    for k in range(1, len(needed)):
        if groups[-1] and needed[0] + sum(needed[j] for j in groups[-1]) + needed[k] > width + GAP:
            groups.append([])
        groups[-1].append(k)
    return [_picked(block, [0, *group]) for group in groups]


def _needed(block: Table, k: int) -> int:
    """Width that a column cannot do without: words fold, numbers do not."""
    natural = max(len(block.columns[k].head), *(len(row[k]) for row in block.rows))
    return natural if block.columns[k].kind == NUMBER else min(natural, FOLDED)


def _picked(block: Table, picks: Sequence[int]) -> Table:
    rows = tuple(tuple(row[k] for k in picks) for row in block.rows)
    return Table(block.title, tuple(block.columns[k] for k in picks), rows)


def _grid(block: Table) -> Any:
    from rich.box import Box
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid(box=Box(_RULES) if block.headed else None, show_header=block.headed, show_edge=False, pad_edge=False)
    grid.padding = (0, 0, 0, GAP - block.headed)  # before each column; a box adds one space
    for k, column in enumerate(block.columns):
        numeric = column.kind == NUMBER
        grid.add_column(
            Text(printable(column.head), style="dim"),
            justify="right" if numeric else "left",
            no_wrap=numeric,
            min_width=_needed(block, k),
            overflow="fold",
        )
    for row in block.rows:
        grid.add_row(*(Text(printable(cell)) for cell in row))
    return grid


def _wrapped(words: str, width: int, mark: str = "") -> str:
    return fill(printable(words), width, initial_indent=mark, subsequent_indent=" " * len(mark), break_on_hyphens=False)


# -- a short text -------------------------------------------------------------------------------------------------

LINES = 25
FEW = 2  # lines that are left of a sentence before whole sentences are left out
CUT = " ..."


def fitted(blocks: Sequence[Block], closing: Sequence[str], width: int | None = None) -> list[Block]:
    """The blocks, cut where they are too long together, and the sentences that close them."""
    width = max(WIDTH, width or WIDTH)
    smaller = [_versions(block, width) for block in (*blocks, Sentences(tuple(closing), apart=True))]
    found = [next(versions) for versions in smaller]
    heights = [_height(block, width) for block in found]
    gaps = sum(not attached(block, above) for above, block in zip(found, found[1:], strict=False))
    while sum(heights) + gaps > LINES:
        for k in sorted(range(len(blocks)), key=lambda k: (-heights[k], -k)):
            if (cut := next(smaller[k], None)) is not None:
                found[k], heights[k] = cut, _height(cut, width)
                break
        else:
            break
    return found


def _height(block: Block, width: int) -> int:
    return as_text([block], width).count("\n") + 1


def _versions(block: Block, width: int) -> Iterator[Block]:
    """A block as it is, and ever smaller."""
    if isinstance(block, Table):
        return _of_table(within(block, width)[0])
    return _of_sentences(block, width) if isinstance(block, Sentences) else iter((block,))


def _of_table(block: Table) -> Iterator[Block]:
    """With fewer and fewer rows, and how many there are besides."""
    yield block
    blank = ("",) * (len(block.columns) - 1)
    for kept in range(len(block.rows) - 2, 0, -1):
        more = (f"and {len(block.rows) - kept} more", *blank)
        yield Table(block.title, block.columns, (*block.rows[:kept], more))


def _of_sentences(block: Sentences, width: int) -> Iterator[Block]:
    """Each sentence cut shorter and shorter, then fewer of them: the first ones and the last."""
    yield block
    for lines in range(max(len(wrap(item, width)) for item in block.items) - 1, FEW - 1, -1):
        yield _with(block, (_begun(item, lines, width) for item in block.items))
    items = [_begun(item, FEW, width) for item in block.items]
    for left_out in range(2, len(items)):
        yield _with(block, (*items[: -left_out - 1], f"({left_out} more)", items[-1]))


def _with(block: Sentences, items: Iterator[str] | Sequence[str]) -> Sentences:
    return Sentences(tuple(items), block.marked, block.apart)


def _begun(item: str, lines: int, width: int) -> str:
    """The beginning of a sentence, up to the end of a part of it."""
    if len(wrap(item, width)) <= lines:
        return item
    begun = shorten(item, lines * width - width // 8, placeholder="")
    whole, stop, _ = begun.rpartition("; ")
    return (whole if stop else begun) + stop.rstrip() + CUT


# -- CSV ----------------------------------------------------------------------------------------------------------


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """One table; a row names only the columns that it fills.

    >>> as_csv(["ion", "E_mV"], [{"ion": "K", "E_mV": -89.5}, {"ion": "X"}])
    'ion,E_mV\\r\\nK,-89.5\\r\\nX,\\r\\n'
    """
    from csv import DictWriter

    out = io.StringIO()
    writer = DictWriter(out, list(columns), restval="", extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _cell(value) for key, value in row.items()})
    return out.getvalue()


def _cell(value: Any) -> Any:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    return repr(float(value)) if isinstance(value, float) else value
