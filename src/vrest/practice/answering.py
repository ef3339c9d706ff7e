"""An answer read and judged: right, a slip that gives exactly it, or neither; and the worked solution."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ..errors import InputError, Problem, nearest
from ..units import UnitError, parse_quantity, unit_text
from . import display
from .drawing import Drawn, Kept
from .formulas import value
from .model import DIRECTIONS, ROUNDED, Outcome
from .words import say, sentences

_COMMA = re.compile(r"^([^.,]*\d),(\d+)([^.,]*)$")
_WORD = re.compile(r"[^\s,;<]+")
_WRITTEN = {
    "\N{MINUS SIGN}": "-",
    "\N{EN DASH}": "-",
    "\N{MIDDLE DOT}10^": "e",
    "*10^": "e",
    "\N{MULTIPLICATION SIGN}10^": "e",
}


@dataclass(frozen=True)
class Verdict:
    """What an answer was found to be.

    Attributes:
        right:    whether it is the answer
        outcome:  what the answer was read as
        slips:    the slip that gives exactly it; several where a follow-up question has to tell them apart; none where it is not known
    """

    right: bool
    outcome: Outcome
    slips: tuple[Kept, ...] = ()

    @property
    def name(self) -> str:
        """`right`, the slip's name, `ask`, or `unknown`."""
        if self.right:
            return "right"
        return "unknown" if not self.slips else "ask" if len(self.slips) > 1 else self.slips[0].slip.name

    @property
    def slip(self) -> str | None:
        return self.slips[0].slip.name if len(self.slips) == 1 else None

    def chosen(self, name: str) -> Verdict:
        """After the follow-up question: the slip that was meant.

        Raises:
            InputError: it is none of them.
        """
        known = [one.slip.name for one in self.slips]
        if name not in known:
            raise InputError(
                Problem("there is no such slip here", found=name, expected=", ".join(known), suggestion=nearest(name, known))
            )
        return Verdict(self.right, self.outcome, tuple(one for one in self.slips if one.slip.name == name))


def read_answer(drawn: Drawn, text: str, language: str = "en") -> Outcome:
    """What a person answered: a number with or without its unit [SI], an option, an order, a direction.

    A decimal comma, the minus sign U+2212 and every unit of the right dimension are understood; without one, that of the exercise is meant.

    Raises:
        InputError: it is no answer to this exercise; the sentence says what one looks like.
    """
    read = {"numeric": _number, "choice": _choice, "order": _order, "predict": _direction}[drawn.exercise.kind]
    return read(drawn, text.strip(), language)


def _number(drawn: Drawn, text: str, language: str) -> Outcome:
    unit, clean = drawn.exercise.unit, _with_point(_in_ascii(text), language)
    has_unit = bool(unit_text(clean)) or unit == "1"
    try:
        return parse_quantity(clean if has_unit else f"{clean} {unit}", unit, zero_needs_no_unit=True).value
    except UnitError as error:
        problem = error.problem.at(path="answer")
        raise InputError(problem if has_unit else replace(problem, found=text)) from None  # what was written, without our unit


def _in_ascii(text: str) -> str:
    """A number as the grammar reads it: with its minus sign, and a power of ten as an exponent."""
    for sign, plain in _WRITTEN.items():
        text = text.replace(sign, plain)
    return text


def _with_point(text: str, language: str) -> str:
    """A decimal comma as a point; one with three digits behind it may mean a thousand where the language has no decimal comma."""
    comma = _COMMA.match(text)
    if comma is None or (len(comma[2]) == 3 and sentences(language)["decimal_point"] != ","):
        return text
    return f"{comma[1]}.{comma[2]}{comma[3]}"


def _choice(drawn: Drawn, text: str, language: str) -> Outcome:
    options = drawn.exercise.options
    letters = {chr(ord("a") + k): name for k, name in enumerate(options)}
    words = {name: drawn.fill(said, language) for name, said in options.items()}
    return _named(text, words, language, letters | _numbered(options))


def _numbered(names: Iterable[str]) -> dict[str, str]:
    return {str(k): name for k, name in enumerate(names, 1)}


def _order(drawn: Drawn, text: str, language: str) -> Outcome:
    names = list(drawn.exercise.options)
    numbered = _numbered(names)
    found = [numbered.get(word, word) for word in _WORD.findall(text)]
    if sorted(found) != sorted(names):
        raise InputError(Problem(say("order_expected", language), path="answer", found=text, expected=" < ".join(names)))
    return " ".join(found)


def _direction(drawn: Drawn, text: str, language: str) -> Outcome:
    signs = {"+": "rises", "-": "falls", "\N{MINUS SIGN}": "falls", "0": "stays"} | _numbered(DIRECTIONS)
    return _named(text, {name: say(name, language) for name in DIRECTIONS}, language, signs)


def _named(text: str, words: Mapping[str, str], language: str, more: Mapping[str, str]) -> str:
    """The name that a text is, or whose words or sign it is."""
    folded = {name.casefold(): name for name in words} | {said.casefold(): name for name, said in words.items()}
    meant = {**more, **folded}
    if text.casefold() in meant:
        return meant[text.casefold()]
    expected = ", ".join(f"{k} ({name})" for k, name in _numbered(words).items())
    raise InputError(
        Problem(say("no_option", language), path="answer", found=text, expected=expected, suggestion=nearest(text, words))
    )


def judge(drawn: Drawn, outcome: Outcome) -> Verdict:
    """Whether an outcome is the answer, or what a slip gives: of several within whose band a number lies, the nearest."""
    if isinstance(outcome, float):
        return _of_number(drawn, outcome)
    return Verdict(outcome == drawn.answer, outcome, tuple(one for one in drawn.slips if one.outcome == outcome))


def _of_number(drawn: Drawn, x: float) -> Verdict:
    if math.isfinite(_distance(drawn, x, drawn.answer)):
        return Verdict(True, x)
    near = sorted((_distance(drawn, x, one.outcome), k) for k, one in enumerate(drawn.slips))
    if not near or not math.isfinite(near[0][0]):
        return Verdict(False, x)
    best = drawn.slips[near[0][1]].outcome
    return Verdict(False, x, tuple(one for one in drawn.slips if drawn.exercise.alike(one.outcome, best)))


def _distance(drawn: Drawn, x: float, outcome: Outcome) -> float:
    """How far a number lies from an outcome; without end where it is beyond its band."""
    assert isinstance(outcome, float)
    distance = abs(x - outcome)
    return distance if distance <= drawn.exercise.band(outcome) * ROUNDED else math.inf


def answer(drawn: Drawn, text: str, language: str = "en") -> Verdict:
    """Read and judge an answer.

    >>> from vrest.practice import answer, draw, exercise
    >>> drawn = draw(exercise("nernst-potassium"), seed=1)
    >>> answer(drawn, f"{drawn.value:.1f} mV").right, answer(drawn, f"{-drawn.value:.1f} mV").name
    (True, 'ask')
    """
    return judge(drawn, read_answer(drawn, text, language))


def feedback(drawn: Drawn, verdict: Verdict, language: str = "en") -> list[str]:
    """What is said to an answer: whether it is right; the slip, its text and the step where it happened, or what to choose from."""
    if verdict.right:
        return [say("right", language)]
    if not verdict.slips:
        return [say("unknown", language)]
    if len(verdict.slips) > 1:
        return [say("which", language), *(f"  {k}  {text}" for k, (_, text) in enumerate(follow_up(drawn, verdict, language), 1))]
    slip = verdict.slips[0].slip
    return [
        say("slip", language, name=slip.name, text=drawn.fill(slip.text, language)),
        say("step", language, number=slip.step, show=drawn.fill(drawn.exercise.steps[slip.step - 1].show, language)),
    ]


def follow_up(drawn: Drawn, verdict: Verdict, language: str = "en") -> list[tuple[str, str]]:
    """Slips that one answer may come from, each with what was done, in the first person."""
    return [(one.slip.name, drawn.fill(one.slip.ask or one.slip.text, language)) for one in verdict.slips]


def solution(drawn: Drawn, language: str = "en") -> list[str]:
    """The worked solution, a line a step with the numbers put in; the last line is the answer."""
    lines = [f"{k}. {line}" for k, line in enumerate(_lines(drawn, language), 1)]
    return [*lines, say("answer_is", language, answer=drawn.outcome_words(drawn.answer, language))]


def _lines(drawn: Drawn, language: str) -> Iterator[str]:
    exercise = drawn.exercise
    written = {name: _in_formula(drawn, name, language) for name in (*drawn.numbers, *exercise.quantities)}
    for step in exercise.steps:
        found = display.amount(value(step.formula, drawn.numbers), step.unit, language)
        names, numbers = display.with_names(step.formula, language), display.with_numbers(step.formula, written, language)
        head = f"{step.name} = " if step.name and step.name != names else ""
        parts = (names, found) if names in written else (names, numbers, found)
        yield f"{drawn.fill(step.show, language)}: {head}{' = '.join(dict.fromkeys(parts))}"


def _in_formula(drawn: Drawn, name: str, language: str) -> str:
    """A number as it stands in a formula: temperatures in kelvin."""
    amounts = drawn.exercise.quantities
    if name in amounts and amounts[name].unit == "degC":
        return display.amount(drawn.numbers[name], "K", language, 6)
    return drawn.write(name, language)


__all__ = ["Verdict", "answer", "feedback", "follow_up", "judge", "read_answer", "solution"]
