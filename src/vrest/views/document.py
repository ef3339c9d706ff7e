"""What there is to say: headings, sentences and tables of ready words; as text for a terminal, whole or in short, and rows as CSV."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from textwrap import shorten, wrap
from typing import Any

TEXT, NUMBER = "text", "number"
WIDTH, NARROWEST = 80, 40
GAP, FOLDED = 3, 16  # between columns; what a column of words can be folded to
BOLD, DIM = "1", "2"  # escape codes of a terminal
_STYLES = {1: "1;36", 2: BOLD, 3: BOLD}


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
    lines: list[str] = []
    for k, block in enumerate(blocks):
        if k and not attached(block, blocks[k - 1]):
            lines.append("")
        lines += _lines(block, max(NARROWEST, width or WIDTH), colour)
    return "\n".join(lines)


def attached(block: Block, above: Block) -> bool:
    """Whether no empty line stands between: sentences belong to the heading or table above them."""
    return isinstance(block, Sentences) and not block.apart and isinstance(above, Heading | Table)


def _lines(block: Block, width: int, colour: bool = False) -> list[str]:
    """A block as lines."""
    if isinstance(block, Heading):
        return _styled(_wrapped(block.words, width), _STYLES[block.level], colour)
    if isinstance(block, Sentences):
        return [line for item in block.items for line in _wrapped(item, width, "- " if block.marked else "")]
    if isinstance(block, Lines):
        return [printable(line).rstrip() for line in block.items]
    return _table_lines(block, width, colour)


def _table_lines(block: Table, width: int, colour: bool) -> list[str]:
    """A table under its title, in parts one below the other where it is too wide."""
    lines = _styled(_wrapped(block.title, width), BOLD, colour) if block.title else []
    for k, part in enumerate(within(block, width)):
        lines += [""] * (k > 0) + _grid(part, width, colour)
    return lines


def _wrapped(words: str, width: int, mark: str = "") -> list[str]:
    """Words on lines of a width, the first of which begins with a mark."""
    indent = " " * len(mark)
    return wrap(printable(words), width, initial_indent=mark, subsequent_indent=indent, break_on_hyphens=False) or [mark.rstrip()]


def _styled(lines: Iterable[str], style: str, colour: bool) -> list[str]:
    """Lines between the escape codes of a style, if there are to be any."""
    return [f"\x1b[{style}m{line}\x1b[0m" for line in lines] if colour else list(lines)


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


def _grid(block: Table, width: int, colour: bool) -> list[str]:
    """The columns side by side, with a rule under the heads."""
    widths = _widths(block, width)
    rows = [line for row in block.rows for line in _row(row, block, widths)]
    if not block.headed:
        return rows
    heads = _row([column.head for column in block.columns], block, widths)
    return [*_styled(heads, DIM, colour), "-" * (sum(widths) + GAP * (len(widths) - 1)), *rows]


def _widths(block: Table, width: int) -> list[int]:
    """Widths of the columns; where they are too wide together, the widest ones of words are folded."""
    widths = [max(len(printable(cell)) for cell in column) for column in _columns(block)]
    least = [_needed(block, k) for k in range(len(widths))]
    for _ in range(sum(widths) + GAP * (len(widths) - 1) - width):
        _, widest = max((now, k) for k, now in enumerate(widths) if now > least[k])
        widths[widest] -= 1
    return widths


def _columns(block: Table) -> Iterator[tuple[str, ...]]:
    """Heads and cells, column by column."""
    return zip([column.head for column in block.columns], *block.rows, strict=True)


def _row(cells: Sequence[str], block: Table, widths: Sequence[int]) -> Iterator[str]:
    """The lines of one row: as many as its most folded cell takes."""
    folded = [_folded(printable(cell), width) for cell, width in zip(cells, widths, strict=True)]
    for parts in zip_longest(*folded, fillvalue=""):
        placed = zip(parts, block.columns, widths, strict=True)
        line = (" " * GAP).join(part.rjust(w) if column.kind == NUMBER else part.ljust(w) for part, column, w in placed)
        yield line.rstrip()


def _folded(words: str, width: int) -> list[str]:
    """Words on lines of a width; a word that is longer than that goes on below."""
    if len(words) <= width:
        return [words]
    lines = wrap(words, width, break_long_words=False, break_on_hyphens=False)
    return [line[k : k + width] for line in lines for k in range(0, len(line), width)]


# -- a short text -------------------------------------------------------------------------------------------------

LINES = 25
FEW = 2  # lines that are left of a sentence before whole sentences are left out
CUT = " ..."


def fitted(blocks: Sequence[Block], closing: Sequence[str], width: int | None = None) -> list[Block]:
    """The blocks, cut where they are too long together, and the sentences that close them."""
    width = max(WIDTH, width or WIDTH)
    smaller = [_versions(block, width) for block in (*blocks, Sentences(tuple(closing), apart=True))]
    found = [next(versions) for versions in smaller]
    heights = [len(_lines(block, width)) for block in found]
    gaps = sum(not attached(block, above) for above, block in zip(found, found[1:], strict=False))
    while sum(heights) + gaps > LINES and (cut := _cut(smaller[: len(blocks)], heights)) is not None:
        k, found[k] = cut
        heights[k] = len(_lines(found[k], width))
    return found


def _cut(smaller: Sequence[Iterator[Block]], heights: Sequence[int]) -> tuple[int, Block] | None:
    """The tallest block that can be smaller, and what it is then; None where none can."""
    for k in sorted(range(len(smaller)), key=lambda k: (-heights[k], -k)):
        if (cut := next(smaller[k], None)) is not None:
            return k, cut
    return None


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


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], headed: bool = True) -> str:
    """One table; a row names only the columns that it fills. One that goes on with another has no head.

    >>> as_csv(["ion", "E_mV"], [{"ion": "K", "E_mV": -89.5}, {"ion": "X"}])
    'ion,E_mV\\r\\nK,-89.5\\r\\nX,\\r\\n'
    """
    from csv import DictWriter

    out = io.StringIO()
    writer = DictWriter(out, list(columns), restval="", extrasaction="ignore", lineterminator="\r\n")
    if headed:
        writer.writeheader()
    for row in rows:
        writer.writerow({key: _cell(value) for key, value in row.items()})
    return out.getvalue()


def _cell(value: Any) -> Any:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    return repr(float(value)) if isinstance(value, float) else value
