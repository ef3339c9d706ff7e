"""What an exercise is: quantities with ranges, an answer, steps and slips as formulas; nothing of it is a stored number."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from ..description.nodes import Node
from ..mechanisms.formula_language import Formula
from ..units import from_unit, parse_quantity, to_unit
from .formulas import value

KINDS = ("numeric", "choice", "order", "predict")
LEVELS = (1, 2, 3)
DIRECTIONS = ("rises", "falls", "stays")
PLACEHOLDER = re.compile(r"\{(\w*)\}")
"""A name in a text."""
ROUNDED = 1 + 1e-9
"""What lies at the very end of a tolerance lies within it, whichever way its last digit was rounded here or in another language."""
Words = Mapping[str, str]
"""A text in each language."""
Numbers = Mapping[str, float]
Outcome = float | str | None
"""What an answer comes to: a number [SI], the name of an option, names in order, a direction; None where it is none of them."""


@dataclass(frozen=True)
class Amount:
    """A quantity that is drawn: so many steps from the first value to the last, all of them decimal numbers in a unit."""

    first: Decimal
    step: Decimal
    count: int
    unit: str

    def text(self, index: int) -> str:
        """The decimal number of a step, as it is written."""
        return f"{(self.first + index * self.step).normalize():f}"

    def value(self, text: str) -> float:
        """A number in the unit, in SI."""
        return parse_quantity(f"{text} {self.unit}", zero_needs_no_unit=False).value

    @property
    def is_fixed(self) -> bool:
        return self.count == 1


@dataclass(frozen=True)
class Solve:
    """A cell whose question vrest solves: its numbers as formulas, and what is taken of the answer, by keys of its JSON with their unit."""

    like: str
    settings: Mapping[str, Formula]
    ask: str
    taken: Mapping[str, tuple[tuple[str, ...], str]]
    place: Node


class Rule(Protocol):
    """How an answer, or what a slip gives in its place, follows from the numbers of a draw."""

    def __call__(self, numbers: Numbers) -> Outcome: ...


@dataclass(frozen=True)
class Number:
    """A formula's value."""

    formula: Formula

    def __call__(self, numbers: Numbers) -> Outcome:
        found = value(self.formula, numbers)
        return found if math.isfinite(found) else None


@dataclass(frozen=True)
class Option:
    """The one option whose condition holds."""

    conditions: Mapping[str, Formula]

    def __call__(self, numbers: Numbers) -> Outcome:
        holds = [name for name, condition in self.conditions.items() if value(condition, numbers) is True]
        return holds[0] if len(holds) == 1 else None


@dataclass(frozen=True)
class Always:
    """One option, whatever the numbers are."""

    option: str

    def __call__(self, numbers: Numbers) -> Outcome:
        return self.option


@dataclass(frozen=True)
class Order:
    """Names by their formulas' values, the smallest first; none where two lie nearer to each other than `apart` [SI]."""

    formulas: Mapping[str, Formula]
    apart: float

    def __call__(self, numbers: Numbers) -> Outcome:
        ranked = sorted((value(formula, numbers), name) for name, formula in self.formulas.items())
        gaps = [b - a for (a, _), (b, _) in zip(ranked, ranked[1:], strict=False)]
        return " ".join(name for _, name in ranked) if all(gap > self.apart * ROUNDED for gap in gaps) else None


@dataclass(frozen=True)
class Direction:
    """Where something goes that changes by a formula's value; a change of less than `least` [SI] is none."""

    formula: Formula
    least: float

    def __call__(self, numbers: Numbers) -> Outcome:
        change = value(self.formula, numbers)
        if not math.isfinite(change):
            return None
        return "stays" if abs(change) < self.least * ROUNDED else "rises" if change > 0 else "falls"


@dataclass(frozen=True)
class Step:
    """A step of the worked solution: what is done, the formula that does it, its unit, and the name by which later ones know it."""

    show: Words
    formula: Formula
    unit: str
    name: str = ""


@dataclass(frozen=True)
class Slip:
    """A wrong way: what it gives, the step where it happens (1 is the first), what is said, and what tells it from one with its number."""

    name: str
    rule: Rule
    step: int
    text: Words
    ask: Words = field(default_factory=dict)


@dataclass(frozen=True)
class Exercise:
    """One exercise, as it was written. `absolute` [SI] and `relative` say how far a number may lie from what it counts as."""

    name: str
    version: int
    level: int
    kind: str
    topic: str
    title: Words
    text: Words
    quantities: Mapping[str, Amount]
    solves: tuple[Solve, ...]
    options: Mapping[str, Words]
    answer: Rule
    unit: str
    absolute: float
    relative: float
    limits: tuple[float, float]
    steps: tuple[Step, ...]
    slips: tuple[Slip, ...]
    finds: tuple[str, ...]

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.text)

    def slip(self, name: str) -> Slip:
        return next(slip for slip in self.slips if slip.name == name)

    def band(self, x: float) -> float:
        """How far from a value a number still counts as it [SI]."""
        return max(self.absolute, self.relative * abs(x))

    def alike(self, a: Outcome, b: Outcome) -> bool:
        """Whether two outcomes cannot be told apart by what is answered."""
        if isinstance(a, float) and isinstance(b, float):
            return abs(a - b) <= (self.band(a) + self.band(b)) * ROUNDED
        return a == b

    def decimals(self, x: float) -> int:
        """Places behind the point to which a number is rounded, so that it keeps well within its band; in the exercise's unit."""
        return max(0, math.ceil(-math.log10(self.width(x))))

    def width(self, x: float) -> float:
        """The band around a value, in the exercise's unit."""
        return abs(float(to_unit(x + self.band(x), self.unit)) - float(to_unit(x, self.unit)))

    def rounded(self, outcome: Outcome) -> Outcome:
        """A number as a careful student writes it [SI]; what is no number stays."""
        if not isinstance(outcome, float):
            return outcome
        return float(from_unit(round(float(to_unit(outcome, self.unit)), self.decimals(outcome)), self.unit))


def in_language(words: Words, language: str) -> str:
    """A text in a language, or in the first that it is written in."""
    return words.get(language) or next(iter(words.values()), "")
