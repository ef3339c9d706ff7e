"""HTML made of nodes: every text in it is escaped, and its page allows one style sheet and no script."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from html import escape
from pathlib import Path

from ..page.join import STATIC

OWN = Path(__file__).with_name("class.css")
EMPTY = ("input", "meta")
_DARK = re.compile(r'\.vr-root\[data-theme="dark"\] (\{.*?\n\})', re.DOTALL)


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


def node(tag: str, *inner: str, **attributes: object) -> Html:
    """An element; attributes that are None are left out, and one that is a word of Python ends in `_`."""
    given = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items() if value is not None}
    said = "".join(f' {key}="{escape(str(value))}"' for key, value in given.items())
    within = "".join(one if isinstance(one, Html) else escape(one) for one in inner)
    return Html(f"<{tag}{said}>" if tag in EMPTY else f"<{tag}{said}>{within}</{tag}>")


def joined(*nodes: Html) -> Html:
    return Html("".join(nodes))


@functools.cache
def style() -> str:
    """The style of the page, in the colours that the reader's system prefers."""
    tokens, *page = ((STATIC / name).read_text(encoding="utf-8") for name in ("tokens.css", "page.css", "practice.css"))
    dark = _DARK.search(tokens)
    assert dark is not None
    preferred = f"@media (prefers-color-scheme: dark) {{ .vr-root {dark[1]} }}\n"
    return "".join([tokens, preferred, *page, OWN.read_text(encoding="utf-8")])


@functools.cache
def policy() -> str:
    """What a browser is told to allow."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"


def document(title: str, language: str, *body: Html) -> str:
    """A whole page."""
    head = joined(
        node("meta", charset="utf-8"),
        node("meta", name="viewport", content="width=device-width, initial-scale=1"),
        node("title", f"{title} · vrest"),
        Html(f"<style>{style()}</style>"),
    )
    return f"<!doctype html>\n{node('html', node('head', head), node('body', *body), lang=language, class_='vr-root')}\n"
