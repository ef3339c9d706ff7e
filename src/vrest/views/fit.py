"""A short answer is cut so far that it takes no more than the lines of a terminal: its tallest part first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import shorten, wrap

from .document import WIDTH, Block, Sentences, Table, as_text, attached, within

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
