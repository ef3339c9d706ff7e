"""An exercise drawn many times: what its answers are, which slips can be told apart, and what is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import VrestError
from ..units import to_unit
from .answering import judge, solution
from .drawing import Drawn, draw
from .formulas import value
from .model import Exercise, Outcome

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
    drawn, faults = _drawn(exercise, count)
    kept = Counter({slip.name: 0 for slip in exercise.slips})
    kept.update(one.slip.name for each in drawn for one in each.slips)
    faults += [f"seed {each.seed}: {fault}" for each in drawn for fault in faults_of(each)]
    if len(drawn) == count:
        faults += [f"the slip {name} is told apart in no draw" for name, times in kept.items() if not times]
    return Checked(exercise, count, dict(kept), _spread(exercise, [each.answer for each in drawn]), tuple(faults[:MOST_FAULTS]))


def _drawn(exercise: Exercise, count: int) -> tuple[list[Drawn], list[str]]:
    """So many draws, or those before one that fails, and why."""
    found: list[Drawn] = []
    try:
        for seed in range(count):
            found.append(draw(exercise, seed))
    except VrestError as error:
        return found, [f"seed {len(found)}: {error.problems[0].message}"]
    return found, []


def _spread(exercise: Exercise, answers: list[Outcome]) -> dict[str, Any]:
    numbers = [float(to_unit(one, exercise.unit)) for one in answers if isinstance(one, float)]
    return {"lowest": min(numbers), "highest": max(numbers)} if numbers else dict(Counter(map(str, answers)))


def faults_of(drawn: Drawn) -> list[str]:
    """What is wrong with one draw: out of range, another number at the end of the solution, a slip that is not recognised."""
    empty = [name for name in drawn.exercise.languages if not all(solution(drawn, name))]
    return [*_of_answer(drawn), *_of_slips(drawn), *(f"the solution has an empty line in {name}" for name in empty)]


def _of_answer(drawn: Drawn) -> Iterator[str]:
    exercise, found = drawn.exercise, drawn.answer
    if not isinstance(found, float):
        return
    low, high = exercise.limits
    if not low <= found <= high:
        yield f"the answer {drawn.outcome_words(found)} is out of range"
    last = value(exercise.steps[-1].formula, drawn.numbers)
    if not abs(last - found) <= AGREES * abs(found):
        yield f"the last step gives {drawn.outcome_words(last)}, and the answer is {drawn.outcome_words(found)}"


def _of_slips(drawn: Drawn) -> Iterator[str]:
    for one in drawn.slips:
        if one not in judge(drawn, drawn.exercise.rounded(one.outcome)).slips:
            yield f"the slip {one.slip.name} is not recognised from {drawn.outcome_words(one.outcome)}"
