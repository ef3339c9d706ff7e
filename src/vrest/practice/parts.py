"""A YAML file read part by part: what is wrong with one part is told with its place, and the others are read on."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ..description import nodes
from ..description.nodes import Node, Scalar
from ..errors import Problem, nearest


class Refused(Exception):
    """A part could not be read; its problem stands in the list."""


class Parts:
    """One file: its root, and what is wrong with it so far."""

    def __init__(self, root: nodes.Mapping) -> None:
        self.root = root
        self.problems: list[Problem] = list(root.faults)

    @contextmanager
    def part(self) -> Iterator[None]:
        """What is wrong within ends this part alone."""
        with suppress(Refused):
            yield

    def refuse_as(self, node: Node, problem: Problem, offset: int = 0) -> Refused:
        """What a unit or a formula has wrong, at its place."""
        fields = {key: getattr(problem, key) for key in ("found", "expected", "suggestion")}
        return self.refuse(node, problem.message, offset=offset, **fields)

    def refuse(self, node: Node, message: str, **fields: Any) -> Refused:
        self.problems.append(node.problem(message, **fields))
        return Refused()

    def unknown(self, node: Node, message: str, found: str, known: Collection[str]) -> Refused:
        """A name that is none of those there are."""
        return self.refuse(node, message, found=found, expected=", ".join(known), suggestion=nearest(found, known))

    def mapping(self, node: Node | None, what: str, keys: Collection[str] = (), needed: Collection[str] = ()) -> nodes.Mapping:
        """A mapping with known keys alone."""
        if not isinstance(node, nodes.Mapping):
            raise self.refuse(node or self.root, f"{what} is a mapping", expected=", ".join(keys))
        for key in (key for key, _ in node if keys and key not in keys):
            self.unknown(node.key(key), f"{what} has no {key}", key, keys)
        missing = [key for key in needed if key not in node.entries]
        if missing:
            raise self.refuse(node, f"{what} lacks {' and '.join(missing)}", expected=", ".join(needed))
        return node

    def text(self, node: Node | None, what: str) -> str:
        if not isinstance(node, Scalar) or not node.text.strip():
            raise self.refuse(node or self.root, f"{what} is a text", found=node.words if node else None)
        if not node.text.replace("\n", " ").isprintable():
            raise self.refuse(node, f"{what} holds a sign that cannot be printed", found=node.text)
        return node.text.strip()

    def one_of(self, key: str, known: Collection[str]) -> str:
        node = self.root.get(key)
        found = self.text(node, key)
        if found not in known:
            raise self.unknown(node or self.root, f"there is no {key} {found}", found, known)
        return found

    def whole(self, key: str, least: int) -> int:
        node = self.root.get(key)
        text = self.text(node, key)
        if not text.isdecimal() or not least <= int(text) < 10**6:
            assert node is not None
            raise self.refuse(node, f"{key} is a whole number from {least}", found=text)
        return int(text)
