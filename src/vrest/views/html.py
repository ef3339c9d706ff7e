"""What there is to say, as HTML that fetches nothing."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from .document import NUMBER, Block, Heading, Lines, Sentences, Table, printable

_STYLE = (
    ".vrest{max-width:60em;line-height:1.4}"
    ".vrest table{border-collapse:collapse;margin:.3em 0 1em}"
    ".vrest caption{text-align:left;font-weight:600;padding:.2em 0}"
    ".vrest th,.vrest td{padding:.1em .8em .1em 0;text-align:left;vertical-align:top;font-weight:normal}"
    ".vrest thead th{border-bottom:1px solid currentColor;opacity:.75}"
    ".vrest .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
)


def as_html(blocks: Sequence[Block]) -> str:
    """The document as one `div` with its own style; every word is escaped."""
    inner = "\n".join(_block(block) for block in blocks)
    return f'<div class="vrest">\n<style>{_STYLE}</style>\n{inner}\n</div>'


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        tag = f"h{block.level + 1}"
        return f"<{tag}>{_safe(block.words)}</{tag}>"
    if isinstance(block, Sentences):
        if block.marked:
            return "<ul>" + "".join(f"<li>{_safe(item)}</li>" for item in block.items) + "</ul>"
        return "\n".join(f"<p>{_safe(item)}</p>" for item in block.items)
    if isinstance(block, Lines):
        return "<pre>" + "\n".join(map(_safe, block.items)) + "</pre>"
    return _html_table(block)


def _html_table(block: Table) -> str:
    caption = f"<caption>{_safe(block.title)}</caption>" if block.title else ""
    classes = [' class="n"' if column.kind == NUMBER else "" for column in block.columns]
    heads = [f'<th scope="col"{c}>{_safe(column.head)}</th>' for column, c in zip(block.columns, classes, strict=True)]
    head = f"<thead><tr>{''.join(heads)}</tr></thead>" if block.headed else ""
    body = "\n".join(_row(row, classes) for row in block.rows)
    return f"<table>{caption}{head}<tbody>\n{body}\n</tbody></table>"


def _row(cells: Sequence[str], classes: Sequence[str]) -> str:
    first = f'<th scope="row"{classes[0]}>{_safe(cells[0])}</th>'
    others = (f"<td{c}>{_safe(cell)}</td>" for cell, c in zip(cells[1:], classes[1:], strict=True))
    return f"<tr>{first}{''.join(others)}</tr>"


def _safe(words: str) -> str:
    return escape(printable(words))
