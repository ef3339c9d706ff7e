"""An exercise with numbers in it: drawn from SHA-256, the same everywhere, with the slips that can be told apart.

The recipe, which a page in another language follows: the quantity at place `j` of `n` drawn ones (those with one value are not counted),
in attempt `a` = 0, 1, 2 ..., is step number `x mod count` from its first value, where `x` is the whole number that the first twelve
hexadecimal digits of SHA-256 of the text `EXERCISE:VERSION:SEED:COUNTER` (UTF-8) spell, and COUNTER is `a n + j`. The first attempt
counts whose answer exists and which keeps every slip that the exercise `finds`.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import InputError, NoAnswerError, Problem, VrestError
from ..units import from_unit, to_unit
from . import display
from .formulas import value
from .model import PLACEHOLDER, Exercise, Outcome, Slip, Solve, Words, in_language
from .words import say

MOST_ATTEMPTS = 500
SEEDS = 2**53


def drawn_number(exercise: Exercise, seed: int, counter: int, count: int) -> int:
    """The number of the step that a draw takes, of `count` there are."""
    text = f"{exercise.name}:{exercise.version}:{seed}:{counter}"
    return int(hashlib.sha256(text.encode()).hexdigest()[:12], 16) % count


@dataclass(frozen=True)
class Kept:
    """A slip that can be recognised in a draw, and what it gives there."""

    slip: Slip
    outcome: Outcome


@dataclass(frozen=True)
class Drawn:
    """An exercise with its numbers.

    Attributes:
        exercise:   what was drawn from
        seed:       which draw
        written:    each quantity as it was drawn, in its unit
        numbers:    each name's value [SI], quantities first
        answer:     the right outcome
        slips:      those that can be told from the answer, and from each other or by asking
        suppressed: names of those that cannot
        attempt:    how many attempts were let go before
    """

    exercise: Exercise
    seed: int
    written: Mapping[str, str]
    numbers: Mapping[str, float]
    answer: Outcome
    slips: tuple[Kept, ...]
    suppressed: tuple[str, ...]
    attempt: int

    def text(self, language: str = "en") -> str:
        """The question with its numbers."""
        return self.fill(self.exercise.text, language)

    def fill(self, words: Words, language: str) -> str:
        """A text with the numbers in the place of names in braces."""
        return PLACEHOLDER.sub(lambda name: self.write(name[1], language), in_language(words, language))

    def write(self, name: str, language: str) -> str:
        """The value of a name as it is printed."""
        exercise = self.exercise
        if name in self.written:
            return display.quantity(self.written[name], exercise.quantities[name].unit, language)
        return display.amount(self.numbers[name], _unit_of(exercise, name), language)

    def outcome_words(self, outcome: Outcome, language: str = "en") -> str:
        """An outcome as a person says it."""
        exercise = self.exercise
        if isinstance(outcome, float):
            return display.rounded(outcome, exercise.unit, language, exercise.decimals(outcome))
        if outcome is None:
            return ""
        if exercise.kind == "predict":
            return say(outcome, language)
        return " < ".join(self.fill(exercise.options[name], language) for name in outcome.split())

    @functools.cached_property
    def value(self) -> float | str | None:
        """The answer in the exercise's unit, or its name."""
        return float(to_unit(self.answer, self.exercise.unit)) if isinstance(self.answer, float) else self.answer


def _unit_of(exercise: Exercise, name: str) -> str:
    taken = {key: unit for solve in exercise.solves for key, (_, unit) in solve.taken.items()}
    return taken[name] if name in taken else next(step.unit for step in exercise.steps if step.name == name)


def draw(exercise: Exercise, seed: int = 0) -> Drawn:
    """The exercise with the numbers of a seed.

    Arguments:
        seed: a whole number from 0; the same one gives the same numbers everywhere, as long as the exercise's `version` is the same
    Raises:
        InputError: the seed is no such number; a cell that the exercise names cannot be asked.
        NoAnswerError: no attempt has an answer with the slips that the exercise finds.

    >>> from vrest.practice import draw, exercise
    >>> draw(exercise("nernst-potassium"), seed=1).exercise.unit
    'mV'
    """
    _check_seed(seed)
    attempts = 1 if all(one.is_fixed for one in exercise.quantities.values()) else MOST_ATTEMPTS
    drawn = next(filter(_serves, (_attempt(exercise, seed, attempt) for attempt in range(attempts))), None)
    if drawn is not None:
        return drawn
    message = f"{exercise.name}: none of {attempts} draws has an answer and keeps the slips that it finds"
    raise NoAnswerError(
        Problem(message, found=", ".join(exercise.finds) or None, expected="wider ranges, or fewer slips in finds")
    )


def _check_seed(seed: object) -> None:
    if type(seed) is not int or not 0 <= seed < SEEDS:
        raise InputError(Problem("a seed is a whole number from 0", path="seed", found=str(seed), expected="such as 1"))


def _serves(drawn: Drawn) -> bool:
    """Whether a draw has an answer and keeps the slips that its exercise finds."""
    return drawn.answer is not None and not set(drawn.exercise.finds) & set(drawn.suppressed)


def _attempt(exercise: Exercise, seed: int, attempt: int) -> Drawn:
    written = dict(_written(exercise, seed, attempt))
    numbers = {name: exercise.quantities[name].value(text) for name, text in written.items()}
    for solve in exercise.solves:
        numbers |= solved(solve, numbers)
    answer = exercise.answer(numbers)
    for step in filter(lambda one: one.name, exercise.steps):
        numbers[step.name] = value(step.formula, numbers)
    kept = _told_apart(exercise, answer, numbers)
    names = {one.slip.name for one in kept}
    suppressed = tuple(slip.name for slip in exercise.slips if slip.name not in names)
    return Drawn(exercise, seed, written, numbers, answer, tuple(kept), suppressed, attempt)


def _written(exercise: Exercise, seed: int, attempt: int) -> Iterator[tuple[str, str]]:
    free = [name for name, one in exercise.quantities.items() if not one.is_fixed]
    for name, amount in exercise.quantities.items():
        if amount.is_fixed:
            yield name, amount.text(0)
        else:
            counter = attempt * len(free) + free.index(name)
            yield name, amount.text(drawn_number(exercise, seed, counter, amount.count))


def _told_apart(exercise: Exercise, answer: Outcome, numbers: Mapping[str, float]) -> list[Kept]:
    """Slips whose outcome is neither the answer's nor that of an earlier one, unless both can be asked about."""
    kept: list[Kept] = []
    for slip in exercise.slips:
        one = Kept(slip, slip.rule(numbers))
        if _tells(exercise, answer, one) and all(
            _can_be_asked(one, other) for other in kept if exercise.alike(one.outcome, other.outcome)
        ):
            kept.append(one)
    return kept


def _tells(exercise: Exercise, answer: Outcome, one: Kept) -> bool:
    """Whether a slip comes to something that is not the answer."""
    return one.outcome is not None and answer is not None and not exercise.alike(one.outcome, answer)


def _can_be_asked(one: Kept, other: Kept) -> bool:
    return bool(one.slip.ask and other.slip.ask)


# -- cells -------------------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=16)
def _prepared(name: str):  # a cell's structure is compiled once for all draws
    from ..questions.prepared import prepare

    return prepare(name)


def solved(solve: Solve, numbers: Mapping[str, float]) -> dict[str, float]:
    """What vrest answers about a cell at given numbers [SI], by the exercise's names.

    Raises:
        InputError: the cell, one of its paths or a key of its answer is not there; it names the place in the exercise.
    """
    settings = {path: value(formula, numbers) for path, formula in solve.settings.items()}
    try:
        answer = _answer(solve.like, solve.ask, tuple(settings.items()))
    except VrestError as error:
        raise InputError(*(solve.place.problem(problem.message, found=problem.found) for problem in error.problems)) from None
    return {name: _taken(solve, answer, path, unit) for name, (path, unit) in solve.taken.items()}


@functools.lru_cache(maxsize=256)
def _answer(like: str, ask: str, settings: tuple[tuple[str, float], ...]) -> dict[str, Any]:
    """What is asked about a cell; many draws of an exercise ask the same."""
    prepared = _prepared(like)
    asked = {"rest": prepared.rest, "steady": prepared.steady_state, "donnan": lambda given: _donnan(prepared, given)}[ask]
    return asked(dict(settings)).to_dict()


def _donnan(prepared, settings: Mapping[str, float]):
    from ..questions.steady.donnan import donnan

    return donnan(prepared.cell.replace({path: (number, "") for path, number in settings.items()}) if settings else prepared.cell)


def _taken(solve: Solve, answer: object, path: tuple[str, ...], unit: str) -> float:
    """A number of an answer's JSON [SI]."""
    found = answer
    for key in path:
        parts = _parts(found)
        if key not in parts:
            message = f"the answer has no {'.'.join(path)}"
            raise InputError(solve.place.problem(message, found=key, expected=", ".join(parts) or "nothing below"))
        found = parts[key]
    if type(found) not in (float, int):
        raise InputError(solve.place.problem(f"{'.'.join(path)} of the answer is no number", found=str(found)))
    return float(from_unit(float(found), unit))  # type: ignore[arg-type]


def _parts(found: object) -> dict[str, object]:
    """What an object or a list of JSON holds, by key or number."""
    if isinstance(found, list):
        return {str(k): one for k, one in enumerate(found)}
    return dict(found) if isinstance(found, Mapping) else {}
