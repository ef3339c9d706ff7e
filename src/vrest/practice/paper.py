"""Sheets and their key as a PDF on A4; each student's begin on a page of their own."""

from __future__ import annotations

import functools
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from ..errors import InputError, Problem
from .classes import Assigned
from .sheets import CHOICES, POINTS, QUESTION, STUDENT, TITLE, WORDS, Block, blocks

WIDE, TALL = 8.27, 11.69  # A4 [inches]
LEFT, TOP, BOTTOM = 0.9, 0.9, 0.9
INDENT = 0.28  # of what is listed
SPACED = 1.35  # from line to line, in heights of letters
POINT = 1 / 72  # [inches]


class Style(NamedTuple):
    """Height of letters [points], weight, and room above [inches]."""

    size: float
    weight: str
    above: float


STYLES = {
    TITLE: Style(17, "bold", 0.0),
    STUDENT: Style(13, "bold", 0.1),
    QUESTION: Style(11, "bold", 0.3),
    WORDS: Style(10, "normal", 0.1),
    CHOICES: Style(10, "normal", 0.06),
    POINTS: Style(10, "normal", 0.06),
}


class Line(NamedTuple):
    """A line on the paper: where it begins [inches] from the left margin, its words, its style, and the room above it [inches]."""

    x: float
    words: str
    style: Style
    above: float

    @property
    def tall(self) -> float:
        """The room that it takes [inches]."""
        return self.above + SPACED * self.style.size * POINT


def pdf(assigned: Sequence[Assigned], language: str = "en", key: bool = False) -> bytes:
    """The sheets, or with `key` the answers, as a PDF.

    Raises:
        MissingExtraError: matplotlib is not installed.
        InputError: a text has signs that the font lacks.
    """
    from ..views.figures.sheet import Sheet, own_settings

    with own_settings():
        every = list(blocks(assigned, language, key))
        Sheet(WIDE, TALL)  # says where matplotlib is missing
        _must_be_known(line for block in every for line in block.lines)
        from matplotlib.backends.backend_pdf import PdfPages

        file = io.BytesIO()
        with PdfPages(file, metadata={"CreationDate": None, "Title": every[0].lines[0]}) as document:
            for number, page in enumerate(pages(every), 1):
                document.savefig(_printed(Sheet(WIDE, TALL), page, number).figure)
    return file.getvalue()


def _printed(paper: Any, page: Iterable[Line], number: int) -> Any:
    y = TOP
    for line in page:
        y += line.tall
        paper.words(LEFT + line.x, y, line.words, fontsize=line.style.size, weight=line.style.weight, va="baseline")
    paper.words(WIDE - LEFT, TALL - BOTTOM / 2, str(number), fontsize=9, ha="right")
    return paper


# -- pages -------------------------------------------------------------------------------------------------------------


def pages(every: Iterable[Block]) -> Iterator[list[Line]]:
    """Lines page by page. A question that fits on a page is not parted."""
    page: list[Line] = []
    begun = False
    for group in _groups(every):
        lines = [line for block in group for line in _lines(block)]
        own = group[0].kind == STUDENT and begun
        begun = begun or group[0].kind == STUDENT
        if page and (own or _room(page) < _tall(lines) <= _room([])):
            yield page
            page = []
        for line in lines:
            if _room(page) < line.tall:
                yield page
                page = []
            page.append(line)
    yield page


def _groups(every: Iterable[Block]) -> Iterator[list[Block]]:
    """Blocks that stay together where they can: a question, with the student's name above the first."""
    group: list[Block] = []
    for block in every:
        first = block.kind == STUDENT or (block.kind == QUESTION and not (group and group[-1].kind in (TITLE, STUDENT)))
        if first and group:
            yield group
            group = []
        group.append(block)
    yield group


def _tall(lines: Iterable[Line]) -> float:
    return sum(line.tall for line in lines)


def _room(page: Iterable[Line]) -> float:
    """What is left of a page [inches]."""
    return TALL - TOP - BOTTOM - _tall(page)


# -- lines -------------------------------------------------------------------------------------------------------------


def _lines(block: Block) -> Iterator[Line]:
    """A block in lines that are no wider than the page."""
    style, listed = STYLES[block.kind], block.kind in (CHOICES, POINTS)
    x = INDENT if listed else 0.0
    for k, text in enumerate(block.lines, 1):
        above = style.above
        if listed:
            yield Line(0.0, f"{k}." if block.kind == CHOICES else "•", style, above)
            above = -SPACED * style.size * POINT  # beside its sign
        for words in _wrapped(text, WIDE - 2 * LEFT - x, style):
            yield Line(x, words, style, above)
            above = 0.0


def _wrapped(text: str, wide: float, style: Style) -> Iterator[str]:
    """A text in lines; a word that is wider than a line is cut."""
    line = ""
    for word in text.split():
        longer = f"{line} {word}".lstrip()
        if width_of(longer, style) <= wide:
            line = longer
            continue
        if line:
            yield line
        while width_of(word, style) > wide:
            cut = next(k for k in range(len(word) - 1, 0, -1) if k == 1 or width_of(word[:k], style) <= wide)
            yield word[:cut]
            word = word[cut:]
        line = word
    yield line


@functools.lru_cache(maxsize=4096)
def width_of(text: str, style: Style) -> float:
    """How wide a text is [inches]."""
    from matplotlib.textpath import text_to_path

    return text_to_path.get_text_width_height_descent(text, _font(style.weight, style.size), ismath=False)[0] * POINT


def _font(weight: str, size: float = 10) -> Any:
    from matplotlib.font_manager import FontProperties

    return FontProperties(weight=weight, size=size)


def _must_be_known(texts: Iterable[str]) -> None:
    """The font must have all signs.

    Raises:
        InputError: it lacks some.
    """
    from matplotlib.font_manager import findfont, get_font

    font = get_font(findfont(_font("normal")))
    missing = {sign: None for text in texts for sign in text if not sign.isspace() and not font.get_char_index(ord(sign))}
    if missing:
        found = " ".join(list(missing)[:8])
        raise InputError(
            Problem("the paper's font lacks signs of these exercises", found=found, expected="sheets as .md, which take all")
        )
