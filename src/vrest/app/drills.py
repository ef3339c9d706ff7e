"""What a worker does with a question of a class: an exercise drawn from a seed, and an answer to it judged."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from ..description.source import Source
from ..practice.answering import Verdict, answer, follow_up
from ..practice.display import unit_words
from ..practice.drawing import Drawn, draw
from ..practice.library import exercise
from ..practice.model import DIRECTIONS, Exercise, in_language
from ..practice.reading import exercise_of
from ..practice.telling import asked, judged
from ..practice.words import say

KEPT = 4096
"""Draws that a worker does not make again."""


def drilled(given: Mapping[str, Any]) -> dict[str, Any]:
    """The question, and the verdict where an answer came with it; `slip` is the one that was meant of several.

    Raises:
        InputError: the answer is none, or the exercise has mistakes.
    """
    drawn, language = _drawn(given["exercise"], given["source"] and Source(*given["source"]), given["seed"]), given["language"]
    found = {"question": _question(drawn, language)}
    if (text := given.get("answer")) is None:
        return found
    verdict = answer(drawn, text, language)
    if given.get("slip") is not None:
        verdict = verdict.chosen(given["slip"])
    return {**found, "verdict": {**judged(drawn, verdict, language), "choose": _choose(drawn, verdict, language)}}


def _choose(drawn: Drawn, verdict: Verdict, language: str) -> list[list[str]]:
    """What is to choose from where several slips give one answer."""
    return [list(pair) for pair in follow_up(drawn, verdict, language)] if verdict.name == "ask" else []


def _question(drawn: Drawn, language: str) -> dict[str, Any]:
    one, said = drawn.exercise, asked(drawn, language)
    options = {name: say(name, language) for name in DIRECTIONS} if one.kind == "predict" else said["options"]
    return {**said, "title": in_language(one.title, language) or one.name, "options": options, "unit": unit_words(one.unit)}


@functools.lru_cache(KEPT)
def _drawn(name: str, source: Source | None, seed: int) -> Drawn:
    return draw(_exercise(name, source), seed)


@functools.lru_cache
def _exercise(name: str, source: Source | None) -> Exercise:
    return exercise(name) if source is None else exercise_of(source)
