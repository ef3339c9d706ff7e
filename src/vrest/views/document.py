"""What a view says, before it is known whether as text or as HTML: headings, sentences and tables of ready words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

TEXT, NUMBER = "text", "number"


@dataclass(frozen=True)
class Heading:
    """A line above what belongs together; level 1 is the answer itself."""

    words: str
    level: int = 2


@dataclass(frozen=True)
class Sentences:
    """Full sentences, each a paragraph of its own; `marked` puts a bullet before each."""

    items: tuple[str, ...]
    marked: bool = False


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


Block = Heading | Sentences | Table


def table(title: str, columns: Sequence[Column | str], rows: Iterable[Sequence[str]]) -> list[Block]:
    """A table, or nothing where it has no rows. A column named by a text alone holds numbers, the first one words."""
    filled = tuple(tuple(row) for row in rows)
    heads = [c if isinstance(c, Column) else Column(c, TEXT if k == 0 else NUMBER) for k, c in enumerate(columns)]
    return [Table(title, tuple(heads), filled)] if filled else []


def pairs(title: str, rows: Iterable[tuple[str, str]]) -> list[Block]:
    """Names and values side by side, or nothing."""
    filled = tuple(rows)
    return [Table(title, (Column("", TEXT), Column("", TEXT)), filled)] if filled else []


def sentences(items: Iterable[str], *, marked: bool = False) -> list[Block]:
    """Sentences, or nothing."""
    filled = tuple(items)
    return [Sentences(filled, marked)] if filled else []


def printable(words: str) -> str:
    """Words that came from outside, without control characters and reversals of the writing direction."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in words)
