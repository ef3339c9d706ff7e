"""Practice: exercises whose numbers are drawn and whose wrong answers are told apart.

>>> from vrest import practice
>>> drawn = practice.draw(practice.exercise("nernst-potassium"), seed=1)
>>> practice.answer(drawn, f"{drawn.value:.1f} mV").right
True
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "model": ("Exercise",),
    "reading": ("exercise_of", "read_exercise"),
    "library": ("exercise", "exercise_names", "exercises"),
    "drawing": ("Drawn", "draw"),
    "answering": ("Verdict", "answer", "feedback", "follow_up", "judge", "read_answer", "solution"),
    "checking": ("Checked", "check"),
    "classes": ("Assigned", "Class", "Row", "assign", "judged", "read_class", "read_students"),
    "sets": ("ClassSet", "read_set"),
    "moodle": ("moodle_xml",),
    "numbas": ("numbas_exam",),
    "prairielearn": ("prairielearn_files", "prairielearn_zip"),
    "sheets": ("markdown",),
    "paper": ("pdf",),
    "picture": ("draw_class",),
    "words": ("languages",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}
__all__ = list(_HOME)  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    """A name is imported when it is first used."""
    if name not in _HOME:
        raise AttributeError(f"module 'vrest.practice' has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(_HOME)
