"""Sets as Markdown: a sheet for each student, and the key."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from .answering import solution
from .classes import Assigned
from .display import unit_words
from .drawing import Drawn
from .model import in_language
from .words import say

_MARKS = re.compile(r"([\\`*_\[\]<>#|])")


def markdown(assigned: Sequence[Assigned], language: str = "en", key: bool = False) -> str:
    """The questions, a section for each student; with `key` the answers, solutions and what each slip gives in their place."""
    parts = [f"# {say('key' if key else 'sheet', language)}"]
    for student, group in itertools.groupby(assigned, key=lambda one: one.student):
        if student:
            parts.append(f"## {say('student', language, student=_text(student))}")
        for number, one in enumerate(group, 1):
            parts += _key(number, one.drawn, language) if key else _question(number, one.drawn, language)
    return "\n\n".join(parts) + "\n"


def _heading(number: int, drawn: Drawn, language: str) -> str:
    one = drawn.exercise
    draw_of = say("draw_of", language, seed=drawn.seed, version=one.version)
    return f"### {number}. {_text(in_language(one.title, language) or one.name)}\n\n{_text(one.name)}, {draw_of}"


def _question(number: int, drawn: Drawn, language: str) -> list[str]:
    one = drawn.exercise
    options = "\n".join(f"{k}. {_text(drawn.fill(words, language))}" for k, words in enumerate(one.options.values(), 1))
    directions = (
        "\n".join(f"- {_text(say(name, language))}" for name in ("rises", "falls", "stays")) if one.kind == "predict" else ""
    )
    blank = f"\\_\\_\\_\\_\\_\\_\\_\\_ {_text(unit_words(one.unit))}".strip() if one.kind == "numeric" else ""
    return [part for part in (_heading(number, drawn, language), _text(drawn.text(language)), options, directions, blank) if part]


def _key(number: int, drawn: Drawn, language: str) -> list[str]:
    steps = "\n".join(f"- {_text(line)}" for line in solution(drawn, language))
    slips = "\n".join(
        f"- {_text(drawn.outcome_words(one.outcome, language))}: {_text(one.slip.name)}. {_text(drawn.fill(one.slip.text, language))}"
        for one in drawn.slips
    )
    return [part for part in (_heading(number, drawn, language), steps, slips) if part]


def _text(text: str) -> str:
    """A text whose signs mean nothing to Markdown."""
    return _MARKS.sub(r"\\\1", text)
