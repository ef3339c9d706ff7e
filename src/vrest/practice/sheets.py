"""Sets as sheets, one for each student, and their key: what stands on them, and how Markdown writes it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .answering import solution
from .classes import Assigned
from .display import unit_words
from .drawing import Drawn
from .model import DIRECTIONS, in_language
from .words import say

TITLE, STUDENT, QUESTION, WORDS, CHOICES, POINTS = "title", "student", "question", "words", "choices", "points"
BLANK = "________"
_MARKS = re.compile(r"([\\`*_\[\]<>#|])")
_BEFORE = {TITLE: "# ", STUDENT: "## ", QUESTION: "### ", WORDS: "", POINTS: "- "}


class Block(NamedTuple):
    """What stands by itself on a sheet: its kind, and its lines, several for a list."""

    kind: str
    lines: tuple[str, ...]


def blocks(assigned: Sequence[Assigned], language: str = "en", key: bool = False) -> Iterator[Block]:
    """The questions, student by student; with `key` the answers, solutions and what each slip gives in their place."""
    yield Block(TITLE, (say("key" if key else "sheet", language),))
    for student, group in itertools.groupby(assigned, key=lambda one: one.student):
        if student:
            yield Block(STUDENT, (say("student", language, student=student),))
        for number, one in enumerate(group, 1):
            yield from _heading(number, one.drawn, language)
            every = _key(one.drawn, language) if key else _question(one.drawn, language)
            yield from (block for block in every if block.lines)


def markdown(assigned: Sequence[Assigned], language: str = "en", key: bool = False) -> str:
    """The sheets as Markdown."""
    return "\n\n".join(map(_marked, blocks(assigned, language, key))) + "\n"


def _heading(number: int, drawn: Drawn, language: str) -> Iterator[Block]:
    one = drawn.exercise
    yield Block(QUESTION, (f"{number}. {in_language(one.title, language) or one.name}",))
    yield Block(WORDS, (f"{one.name}, {say('draw_of', language, seed=drawn.seed, version=one.version)}",))


def _question(drawn: Drawn, language: str) -> Iterator[Block]:
    one = drawn.exercise
    yield Block(WORDS, (drawn.text(language),))
    yield Block(CHOICES, tuple(drawn.fill(words, language) for words in one.options.values()))
    if one.kind == "predict":
        yield Block(POINTS, tuple(say(name, language) for name in DIRECTIONS))
    if one.kind == "numeric":
        yield Block(WORDS, (f"{BLANK} {unit_words(one.unit)}".strip(),))


def _key(drawn: Drawn, language: str) -> Iterator[Block]:
    yield Block(POINTS, tuple(solution(drawn, language)))
    slips = [
        f"{drawn.outcome_words(one.outcome, language)}: {one.slip.name}. {drawn.fill(one.slip.text, language)}"
        for one in drawn.slips
    ]
    yield Block(POINTS, tuple(slips))


def _marked(block: Block) -> str:
    lines = (_MARKS.sub(r"\\\1", line) for line in block.lines)  # whose signs mean nothing to Markdown
    if block.kind == CHOICES:
        return "\n".join(f"{k}. {line}" for k, line in enumerate(lines, 1))
    return "\n".join(_BEFORE[block.kind] + line for line in lines)
