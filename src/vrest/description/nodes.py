"""A description as it was written: mappings, sequences and scalars that know their place in the source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ..errors import Problem

Keys = tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """Where text came from: the name for messages and the text itself."""

    name: str | None
    text: str = ""

    def line(self, number: int | None) -> str | None:
        if number is None or not self.text:
            return None
        lines = self.text.splitlines()
        return lines[number - 1] if 0 < number <= len(lines) else None


UNKNOWN = Source(None)


@dataclass(frozen=True, eq=False)
class Node:
    """A place in a source: 1-based line and column, and the span of characters it covers (None where it was not read from text)."""

    source: Source = field(default=UNKNOWN, kw_only=True)
    line: int | None = field(default=None, kw_only=True)
    column: int | None = field(default=None, kw_only=True)
    start: int | None = field(default=None, kw_only=True)
    end: int | None = field(default=None, kw_only=True)

    def problem(self, message: str, **fields: Any) -> Problem:
        """A problem at this place."""
        shift = fields.pop("offset", 0)
        column = None if self.column is None else self.column + shift
        return Problem(
            message, file=self.source.name, line=self.line, column=column, excerpt=self.source.line(self.line), **fields
        )

    @property
    def words(self) -> str:
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class Scalar(Node):
    """One value: its text, or the Python object that was given in its place (`given`)."""

    text: str = ""
    given: Any = None

    @property
    def words(self) -> str:
        return self.text if self.text else "nothing"


@dataclass(frozen=True, eq=False)
class Sequence(Node):
    items: tuple[Node, ...] = ()

    @property
    def words(self) -> str:
        return f"a list of {len(self.items)}"


@dataclass(frozen=True, eq=False)
class Mapping(Node):
    entries: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Scalar] = field(default_factory=dict)

    @property
    def words(self) -> str:
        return f"a mapping with {', '.join(list(self.entries)[:3]) or 'no keys'}"

    def get(self, key: str) -> Node | None:
        return self.entries.get(key)

    def key(self, name: str) -> Node:
        """The place of a key, or of the mapping where the key has none."""
        return self.keys.get(name, self)

    def __iter__(self) -> Iterator[tuple[str, Node]]:
        return iter(self.entries.items())


def mapping(entries: dict[str, Node], like: Node | None = None) -> Mapping:
    """A mapping made by vrest, standing at the place of the node it was made from."""
    if like is None:
        return Mapping(entries)
    return Mapping(entries, source=like.source, line=like.line, column=like.column)


def find(root: Node, keys: Keys) -> Node | None:
    """The node at a chain of keys."""
    node: Node | None = root
    for key in keys:
        node = node.get(key) if isinstance(node, Mapping) else None
    return node


def with_node(root: Mapping, keys: Keys, node: Node) -> Mapping:
    """The same tree with one node put in place (copied along the way, never changed); missing mappings on the way are made."""
    head, *rest = keys
    inner = root.entries.get(head)
    if rest:
        node = with_node(inner if isinstance(inner, Mapping) else Mapping(), tuple(rest), node)
    return replace(root, entries={**root.entries, head: node})


def from_python(value: Any) -> Node:
    """Nodes of nested dicts, lists, strings and numbers; other objects (quantities) are kept as given."""
    if isinstance(value, Node):
        return value
    if isinstance(value, dict) or hasattr(value, "items"):
        return Mapping({str(key): from_python(entry) for key, entry in value.items()})
    if isinstance(value, list | tuple):
        return Sequence(tuple(from_python(entry) for entry in value))
    if isinstance(value, str):
        return Scalar(value)
    if isinstance(value, bool):
        return Scalar("true" if value else "false")
    if value is None:
        return Scalar("")
    if isinstance(value, int | float) or type(value).__module__ == "numpy":
        return Scalar(repr(value.item() if hasattr(value, "item") else value))
    return Scalar(str(value), given=value)


def to_python(node: Node) -> Any:
    """Plain dicts, lists and strings of a tree."""
    if isinstance(node, Mapping):
        return {key: to_python(entry) for key, entry in node}
    if isinstance(node, Sequence):
        return [to_python(item) for item in node.items]
    assert isinstance(node, Scalar)
    return node.text
