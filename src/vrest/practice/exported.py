"""What every form of a set holds of a drawn exercise: a name, slips under their numbers, options with what is said to each, paragraphs."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from .classes import Assigned
from .drawing import Drawn, Kept
from .model import DIRECTIONS
from .words import say

MOST_ORDERS = 6


def identity(drawn: Drawn) -> str:
    """The ID number of a question: what its numbers can be drawn from again."""
    return f"vrest-{drawn.exercise.name}-{drawn.exercise.version}-{drawn.seed}"


def by_exercise(assigned: Sequence[Assigned]) -> Iterator[tuple[str, list[Assigned]]]:
    """The draws of each exercise, by its name."""
    ordered = sorted(assigned, key=lambda one: one.drawn.exercise.name)
    for name, group in itertools.groupby(ordered, key=lambda one: one.drawn.exercise.name):
        yield name, list(group)


def by_number(drawn: Drawn) -> list[tuple[float, list[Kept]]]:
    """Slips under their numbers: those that a follow-up question would tell apart are one answer here."""
    found: list[tuple[float, list[Kept]]] = []
    for one in drawn.slips:
        assert isinstance(one.outcome, float)
        same = next((slips for number, slips in found if drawn.exercise.alike(number, one.outcome)), None)
        if same is None:
            found.append((one.outcome, [one]))
        else:
            same.append(one)
    return found


def said(drawn: Drawn, outcome: str, language: str) -> str:
    """What is said to an option."""
    if outcome == drawn.answer:
        return say("right", language)
    return texts(drawn, [one for one in drawn.slips if one.outcome == outcome], language) or say("unknown", language)


def texts(drawn: Drawn, slips: Iterable[Kept], language: str) -> str:
    """What is said to an answer that slips give."""
    return " / ".join(say("slip", language, name=one.slip.name, text=drawn.fill(one.slip.text, language)) for one in slips)


def outcomes(drawn: Drawn) -> list[str]:
    """What there is to choose from, the right one first: of orders those that a slip gives, and some more."""
    exercise, right = drawn.exercise, str(drawn.answer)
    if exercise.kind == "order":
        slips = [str(one.outcome) for one in drawn.slips]
        every = (" ".join(names) for names in itertools.permutations(exercise.options))
        return list(dict.fromkeys([right, *slips, *itertools.islice(every, MOST_ORDERS)]))[: max(MOST_ORDERS, len(slips) + 1)]
    names = DIRECTIONS if exercise.kind == "predict" else tuple(exercise.options)
    return [right, *(name for name in names if name != right)]


def paragraph(text: str) -> str:
    """A paragraph in which nothing is markup."""
    return f"<p>{escape(text, quote=False)}</p>"


def listed(lines: Iterable[str]) -> str:
    """A paragraph a line."""
    return "".join(map(paragraph, lines))
