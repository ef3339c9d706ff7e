"""A question and the verdict on an answer as objects, for JSON and for pages."""

from __future__ import annotations

from typing import Any

from .answering import Verdict, feedback, follow_up, solution
from .drawing import Drawn


def asked(drawn: Drawn, language: str) -> dict[str, Any]:
    """The question as JSON holds it, without its answer."""
    one = drawn.exercise
    keys = {
        "exercise": one.name,
        "version": one.version,
        "seed": drawn.seed,
        "level": one.level,
        "kind": one.kind,
        "topic": one.topic,
    }
    options = {name: drawn.fill(words, language) for name, words in one.options.items()}
    return {**keys, "language": language, "text": drawn.text(language), "unit": one.unit, "options": options}


def judged(drawn: Drawn, verdict: Verdict, language: str) -> dict[str, Any]:
    """The verdict as JSON holds it."""
    slip = verdict.slips[0].slip if verdict.slip else None
    return {
        "right": verdict.right,
        "verdict": verdict.name,
        "slip": verdict.slip,
        "step": slip.step if slip else None,
        "said": feedback(drawn, verdict, language),
        "choose_from": [name for name, _ in follow_up(drawn, verdict, language)] if verdict.name == "ask" else [],
        "answer": drawn.value,
        "solution": solution(drawn, language),
    }
