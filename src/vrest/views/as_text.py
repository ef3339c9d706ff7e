"""A document as plain text for a terminal, a pipe or a docstring."""

from __future__ import annotations

import io
from collections.abc import Sequence
from textwrap import fill
from typing import Any

from .document import NUMBER, Block, Heading, Sentences, Table, printable

WIDTH, NARROWEST = 80, 40
GAP, FOLDED = 3, 16  # between columns; what a column of words can be folded to
_RULES = "    \n    \n -- \n    \n    \n    \n    \n    \n"  # a rich box: nothing but a rule under the heads
_STYLES = {1: "bold cyan", 2: "bold", 3: "bold"}


def render(blocks: Sequence[Block], width: int | None = None, colour: bool = False) -> str:
    """The document as lines of at most `width` characters (80 where none is given), without escape codes unless `colour`."""
    from rich.console import Console

    out = io.StringIO()
    width = max(NARROWEST, width or WIDTH)
    console = Console(
        file=out,
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
        if k and not (isinstance(block, Sentences) and isinstance(blocks[k - 1], Heading | Table)):
            console.print()
        _show(console, block, width)
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip().split("\n"))


def _show(console: Any, block: Block, width: int) -> None:
    from rich.text import Text

    if isinstance(block, Heading):
        console.print(Text(_wrapped(block.words, width), style=_STYLES[block.level]))
    elif isinstance(block, Sentences):
        for item in block.items:
            console.print(Text(_wrapped(item, width, "- " if block.marked else "")))
    else:
        if block.title:
            console.print(Text(_wrapped(block.title, width), style="bold"))
        for k, part in enumerate(_parts(block, width)):
            if k:
                console.print()
            console.print(_grid(part))


def _parts(block: Table, width: int) -> list[Table]:
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
