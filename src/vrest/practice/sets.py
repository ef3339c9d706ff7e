"""The set of a class as a file: which exercises, for which students, from which seed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..description import nodes
from ..description.nodes import Node
from ..description.source import Source, parse_yaml, read_file
from ..errors import InputError, Problem, advice, nearest
from .classes import MOST_STUDENTS, fault_of, read_students
from .library import exercise, exercise_names
from .model import Exercise
from .parts import Parts
from .reading import exercise_of
from .words import FIRST, languages

NEEDED = ("class", "exercises")
KEYS = (*NEEDED, "seed", "students", "language")
MOST_EXERCISES = 60


@dataclass(frozen=True)
class ClassSet:
    """What a class is asked.

    Attributes:
        title:     what the class is called
        exercises: by their names, in their order
        sources:   the texts of those that are files
        seed:      what the seeds of students follow from
        students:  their codes; none: any code may join
        language:  that of questions and answers
    """

    title: str
    exercises: Mapping[str, Exercise]
    sources: Mapping[str, Source]
    seed: int = 1
    students: tuple[str, ...] = ()
    language: str = FIRST


def read_set(path: str | Path) -> ClassSet:
    """The set of a file. Files that it names are looked for beside it.

    Raises:
        InputError: with every problem, each at its line and column.
    """
    source = read_file(path)
    if not source.text.strip():
        raise InputError(Problem("the set is empty", file=source.name, expected=", ".join(NEEDED)))
    reader = _Reader(parse_yaml(source), source.folder or "")
    found = reader.set()
    if reader.problems or found is None:
        raise InputError(*reader.problems)
    return found


class _Reader(Parts):
    """One set, and the folder in which its files lie."""

    def __init__(self, root: nodes.Mapping, folder: str) -> None:
        super().__init__(root)
        self.folder = folder
        self.sources: dict[str, Source] = {}

    def set(self) -> ClassSet | None:
        title, seed, language = "", 1, FIRST
        students: tuple[str, ...] = ()
        exercises: dict[str, Exercise] = {}
        with self.part():
            self.mapping(self.root, "a set", KEYS, NEEDED)
            with self.part():
                title = self.text(self.root.get("class"), "class")
            with self.part():
                seed = self.whole("seed", 0) if "seed" in self.root.entries else seed
            with self.part():
                language = self.one_of("language", languages()) if "language" in self.root.entries else language
            students = self._students(self.root.get("students"))
            exercises = self._exercises(self.root.get("exercises"))
        return None if self.problems else ClassSet(title, exercises, self.sources, seed, students, language)

    def _items(self, node: Node | None, what: str, most: int) -> Iterator[Node]:
        """The items of a list, as long as there is one and it is not too long."""
        if not isinstance(node, nodes.Sequence) or not 0 < len(node.items) <= most:
            self.refuse(node or self.root, f"{what} are a list of at most {most}", found=node.words if node else None)
        else:
            yield from node.items

    def _students(self, node: Node | None) -> tuple[str, ...]:
        """Codes, or the file that holds them."""
        if isinstance(node, nodes.Scalar):
            try:
                return tuple(read_students(os.path.join(self.folder, node.text)))
            except InputError as error:
                self.problems.extend(error.problems)
                return ()
        found: dict[str, int] = {}
        for item in self._items(node, "students", MOST_STUDENTS) if node is not None else ():
            if fault := fault_of(item.words, found):
                self.refuse(item, fault, found=item.words, expected="such as s017")
            found.setdefault(item.words, item.line or 0)
        return tuple(found)

    def _exercises(self, node: Node | None) -> dict[str, Exercise]:
        found: dict[str, Exercise] = {}
        for item in self._items(node, "exercises", MOST_EXERCISES):
            with self.part():
                one = self._exercise(item, self.text(item, "an exercise"))
                if one.name in found:
                    self.refuse(item, f"{one.name} stands twice", found=item.words)
                found[one.name] = one
        return found

    def _exercise(self, item: Node, text: str) -> Exercise:
        """An exercise by its name, or that of a file."""
        if not text.endswith((".yaml", ".yml")):
            if text not in exercise_names():
                expected = advice("a name of vrest.practice.exercise_names()", "a name that `vrest practice --list` lists")
                close = nearest(text, exercise_names())
                raise self.refuse(
                    item,
                    f"there is no exercise {text[:60]}",
                    found=text,
                    expected=f"{expected}, or a file that ends in .yaml",
                    suggestion=close,
                )
            return exercise(text)
        try:
            source = read_file(os.path.join(self.folder, text))
            one = exercise_of(source)
        except InputError as error:
            self.problems.extend(error.problems)
            raise self.refuse(item, "this exercise has mistakes", found=text) from None
        self.sources[one.name] = source
        return one
