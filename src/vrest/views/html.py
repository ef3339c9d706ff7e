"""What there is to say, as HTML that fetches nothing: each word of the glossary leads to its sentence at the end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from .document import NUMBER, Block, Heading, Lines, Sentences, Table, printable
from .glossary import by_spelling, spellings

_STYLE = (
    ".vrest{max-width:60em;line-height:1.4}"
    ".vrest table{border-collapse:collapse;margin:.3em 0 1em}"
    ".vrest caption{text-align:left;font-weight:600;padding:.2em 0}"
    ".vrest th,.vrest td{padding:.1em .8em .1em 0;text-align:left;vertical-align:top;font-weight:normal}"
    ".vrest a{color:inherit;text-decoration:underline dotted}"
    ".vrest dt{font-weight:600}"
    ".vrest thead th{border-bottom:1px solid currentColor;opacity:.75}"
    ".vrest .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
)


def as_html(blocks: Sequence[Block]) -> str:
    """The document as one `div` with its own style; every word is escaped."""
    inner = "\n".join(_block(block) for block in blocks)
    return f'<div class="vrest">\n<style>{_STYLE}</style>\n{inner}\n{_words_in(inner)}</div>'


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
    return spellings().sub(_linked, escape(printable(words), quote=False))


def _linked(found: re.Match[str]) -> str:
    one = by_spelling()[found[0].lower()]
    return f'<a href="#{one.anchor}" title="{escape(one.means)}">{found[0]}</a>'


def _words_in(html: str) -> str:
    """The sentences of the words that occur."""
    met = sorted({one.anchor: one for one in by_spelling().values() if f'href="#{one.anchor}"' in html}.items())
    rows = "\n".join(f'<dt id="{anchor}">{escape(one.word)}</dt><dd>{escape(one.means)}</dd>' for anchor, one in met)
    return f"<details><summary>Words</summary><dl>\n{rows}\n</dl></details>\n" if met else ""
