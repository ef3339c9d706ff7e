"""The words of answers, each explained in one sentence: found in what is shown, and linked to it."""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parents[1] / "data" / "glossary.toml"


@dataclass(frozen=True)
class Word:
    """A word of answers.

    Attributes:
        word:  as it stands in the glossary
        also:  other words that it explains
        means: one sentence
        read:  the page of the documentation, and the place in it, that says more
    """

    word: str
    means: str
    read: str
    also: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """What a link to it names."""
        return "word-" + re.sub(r"[^a-z0-9]+", "-", self.word.lower()).strip("-")


@functools.cache
def glossary() -> tuple[Word, ...]:
    """Every word, in alphabetical order."""
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["word"]
    found = (Word(row["word"], row["means"], row["read"], tuple(row.get("also", ()))) for row in rows)
    return tuple(sorted(found, key=lambda one: one.word.lower()))


@functools.cache
def by_spelling() -> dict[str, Word]:
    """Words by every spelling, in small letters."""
    return {spelt.lower(): one for one in glossary() for spelt in (one.word, *one.also)}


@functools.cache
def spellings() -> re.Pattern[str]:
    """Any of the words where it stands by itself; the longest that fits."""
    longest = sorted(by_spelling(), key=len, reverse=True)
    return re.compile(rf"(?<![\w.-])(?:{'|'.join(map(re.escape, longest))})(?![\w-])", re.IGNORECASE)


def markdown() -> str:
    """The glossary as a page's part."""
    return "\n\n".join(_entry(one) for one in glossary()) + "\n"


def _entry(one: Word) -> str:
    also = f" Also: {', '.join(one.also)}." if one.also else ""
    page, _, place = one.read.partition("#")
    where = place.replace("-", " ") or page.removesuffix(".md").replace("-", " ")
    return f"## {one.word}\n\n{one.means}{also} Read on: [{where}]({one.read})."
