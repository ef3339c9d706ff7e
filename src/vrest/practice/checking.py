"""An exercise drawn many times: what its answers are, which slips can be told apart, and what is wrong with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from ..errors import VrestError
from ..units import to_unit
from .answering import judge, solution
from .drawing import Drawn, draw
from .formulas import value
from .model import Exercise, Outcome
from .words import languages

DRAWS, DRAWS_OF_CELLS = 1000, 50
AGREES = 1e-6
MOST_FAULTS = 5


@dataclass(frozen=True)
class Checked:
    """What many draws of an exercise showed.

    Attributes:
        exercise:   what was drawn
        draws:      how often
        kept:       how often each slip could be told apart
        answers:    how often each answer came; of numbers the lowest and the highest, in the exercise's unit
        faults:     sentences on what is wrong, the first few
    """

    exercise: Exercise
    draws: int
    kept: dict[str, int]
    answers: dict[str, Any]
    faults: tuple[str, ...]

    @property
    def suppressed(self) -> dict[str, int]:
        """How often each slip could not be told from the answer or from another slip."""
        return {name: self.draws - count for name, count in self.kept.items()}

    def to_dict(self) -> dict[str, Any]:
        return {
            "exercise": self.exercise.name,
            "version": self.exercise.version,
            "draws": self.draws,
            "answers": self.answers,
            "kept": self.kept,
            "suppressed": self.suppressed,
            "faults": list(self.faults),
        }


def check(exercise: Exercise, draws: int | None = None) -> Checked:
    """Draw an exercise again and again, and look at every draw.

    Arguments:
        draws: how often; 1000 where it is made of laws, 50 where it solves a cell
    """
    count = draws or (DRAWS_OF_CELLS if exercise.solves else DRAWS)
    kept = Counter({slip.name: 0 for slip in exercise.slips})
    answers: list[Outcome] = []
    faults: list[str] = []
    for seed in range(count):
        try:
            drawn = draw(exercise, seed)
        except VrestError as error:
            faults.append(f"seed {seed}: {error.problems[0].message}")
            break
        kept.update(one.slip.name for one in drawn.slips)
        answers.append(drawn.answer)
        faults += [f"seed {seed}: {fault}" for fault in faults_of(drawn)]
    never = [name for name, times in kept.items() if not times and len(answers) == count]
    faults += [f"the slip {name} is told apart in no draw" for name in never]
    return Checked(exercise, count, dict(kept), _spread(exercise, answers), tuple(faults[:MOST_FAULTS]))


def _spread(exercise: Exercise, answers: list[Outcome]) -> dict[str, Any]:
    numbers = [float(to_unit(one, exercise.unit)) for one in answers if isinstance(one, float)]
    return {"lowest": min(numbers), "highest": max(numbers)} if numbers else dict(Counter(map(str, answers)))


def faults_of(drawn: Drawn) -> list[str]:
    """What is wrong with one draw: out of range, another number at the end of the solution, a slip that is not recognised."""
    exercise, found = drawn.exercise, []
    if isinstance(drawn.answer, float):
        low, high = exercise.limits
        if not low <= drawn.answer <= high:
            found.append(f"the answer {drawn.outcome_words(drawn.answer)} is out of range")
        last = value(exercise.steps[-1].formula, drawn.numbers)
        if not abs(last - drawn.answer) <= AGREES * abs(drawn.answer):
            found.append(
                f"the last step gives {drawn.outcome_words(last)}, and the answer is {drawn.outcome_words(drawn.answer)}"
            )
    for one in drawn.slips:
        rounded = exercise.rounded(one.outcome) if isinstance(one.outcome, float) else one.outcome
        if one not in judge(drawn, rounded).slips:
            found.append(f"the slip {one.slip.name} is not recognised from {drawn.outcome_words(one.outcome)}")
    for language in (name for name in languages() if name in exercise.languages):
        if not all(solution(drawn, language)):
            found.append(f"the solution has an empty line in {language}")
    return found
