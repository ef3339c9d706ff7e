"""The exercises that come with vrest, a file each in `exercises/`."""

from __future__ import annotations

import functools
from pathlib import Path

from ..errors import InputError, Problem, advice, nearest
from .model import Exercise
from .reading import read_exercise

FOLDER = Path(__file__).parent / "exercises"


@functools.cache
def exercise_names() -> tuple[str, ...]:
    """The names of all exercises that come with vrest, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def exercise(name: str | Path) -> Exercise:
    """An exercise that comes with vrest, by its name, or that of a file.

    Raises:
        InputError: there is no such exercise; or the file is wrong, with every problem at its line and column.
    """
    if name in exercise_names():
        return _own(str(name))
    if str(name).endswith((".yaml", ".yml")) or name == "-" or Path(name).is_file():
        return read_exercise(name)
    expected = advice(
        "a name of vrest.practice.exercise_names(), or a file", "a name that `vrest practice --list` lists, or a file"
    )
    found = nearest(str(name), exercise_names())
    raise InputError(Problem(f"there is no exercise {str(name)[:60]}", found=str(name), expected=expected, suggestion=found))


@functools.cache
def _own(name: str) -> Exercise:
    return read_exercise(FOLDER / f"{name}.yaml")


def exercises(level: int | None = None, topic: str | None = None) -> list[Exercise]:
    """Exercises that come with vrest, the easy ones first; of one level, of one topic where they are given.

    Raises:
        InputError: there is no such topic, or none of its exercises has that level.
    """
    every = [_own(name) for name in exercise_names()]
    _check_topic(topic, sorted({one.topic for one in every}))
    about = [one for one in every if topic in (None, one.topic)]
    found = [one for one in about if level in (None, one.level)]
    if not found:
        levels = ", ".join(sorted({str(one.level) for one in about}))
        raise InputError(Problem(f"no exercise of level {level} is about {topic}", expected=f"levels {levels}"))
    return sorted(found, key=lambda one: (one.level, one.topic, one.name))


def _check_topic(topic: str | None, known: list[str]) -> None:
    if topic is not None and topic not in known:
        problem = Problem(
            f"there is no topic {topic[:40]}", found=topic, expected=", ".join(known), suggestion=nearest(topic, known)
        )
        raise InputError(problem)
