"""A description as it was written: mappings, sequences and scalars that know their place in the source."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from ..domains import bounded
from ..errors import InputError, Problem, shorten
from ..units import Quantity, UnitError, in_one_text, is_pair, quantity_from

Keys = tuple[str, ...]
MESSAGE_LIMIT = 500
DEPTH_LIMIT = 32
T = TypeVar("T")


def present(values: MappingType[str, T | None]) -> dict[str, T]:
    """Without the entries that could not be read, of which the problem is reported."""
    return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True)
class Source:
    """Where text came from: the name for messages, the text itself, and the folder of its file; None where it is no file."""

    name: str | None
    text: str = ""
    folder: str | None = None

    def line(self, number: int | None) -> str | None:
        if number is None or not self.text:
            return None
        lines = self.text.splitlines()
        return lines[number - 1] if 0 < number <= len(lines) else None


UNKNOWN = Source(None)


@dataclass(frozen=True, eq=False)
class Node(ABC):
    """A place in a source: 1-based line and column, and the span of characters it covers (None where it was not read from text)."""

    source: Source = field(default=UNKNOWN, kw_only=True)
    line: int | None = field(default=None, kw_only=True)
    column: int | None = field(default=None, kw_only=True)
    start: int | None = field(default=None, kw_only=True)
    end: int | None = field(default=None, kw_only=True)

    def problem(self, message: str, **fields: Any) -> Problem:
        """A problem at this place."""
        offset = fields.pop("offset", 0)
        column = None if self.column is None else self.column + self._shift(offset)
        clean = {key: shorten(text, MESSAGE_LIMIT) for key, text in present(fields).items()}
        return Problem(
            shorten(message, MESSAGE_LIMIT),
            file=self.source.name,
            line=self.line,
            column=column,
            excerpt=self.source.line(self.line),
            **clean,
        )

    def _shift(self, offset: int) -> int:
        """Columns from the node's begin to a character of its value; 0 where the value is not written on one line as it is."""
        if self.start is None or not offset:
            return 0
        written = self.source.text[self.start : self.end]
        quoted = written[:1] in "'\""
        return 0 if "\n" in written or (quoted and written[1:-1] != self.words) else offset + quoted

    @property
    def last(self) -> int | None:
        """Where the text of the node ends; that of a block mapping or list ends with its last entry."""
        return self.end

    @property
    @abstractmethod
    def words(self) -> str:
        """What stands there, as a message shows it."""

    def key(self, name: str) -> Node:
        """The place of a key; the node itself where it has none."""
        return self


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
    def last(self) -> int | None:
        return _last(self, self.items)

    @property
    def words(self) -> str:
        return f"a list of {len(self.items)}"


@dataclass(frozen=True, eq=False)
class Mapping(Node):
    entries: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Scalar] = field(default_factory=dict)
    faults: tuple[Problem, ...] = ()

    @property
    def last(self) -> int | None:
        return _last(self, tuple(self.entries.values()))

    @property
    def words(self) -> str:
        return f"a mapping with {', '.join(list(self.entries)[:3]) or 'no keys'}"

    def get(self, key: str) -> Node | None:
        return self.entries.get(key)

    def key(self, name: str) -> Node:
        return self.keys.get(name, self)

    def __iter__(self) -> Iterator[tuple[str, Node]]:
        return iter(self.entries.items())


def _last(node: Node, parts: tuple[Node, ...]) -> int | None:
    if node.start is None or node.source.text[node.start : node.start + 1] in ("{", "[") or not parts:
        return node.end
    return parts[-1].last


def mapping(entries: dict[str, Node], like: Node, keys: dict[str, Scalar] | None = None) -> Mapping:
    """A mapping made by vrest, standing at the place of the node it was made from."""
    return Mapping(entries, keys or {}, source=like.source, line=like.line, column=like.column)


def ways_of(root: Mapping) -> Iterator[tuple[Keys, Mapping]]:
    """Every mechanism of a membrane, with the chain of keys that leads to it."""
    for name, membrane in _mappings_in(root.get("membranes")):
        for word, way in _mappings_in(membrane.get("mechanisms")):
            yield ("membranes", name, "mechanisms", word), way


def _mappings_in(node: Node | None) -> Iterator[tuple[str, Mapping]]:
    for name, entry in node if isinstance(node, Mapping) else ():
        if isinstance(entry, Mapping):
            yield name, entry


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


def without_node(root: Mapping, keys: Keys) -> Mapping:
    """The same tree without one node, and without the mapping that held this one alone."""
    *place, last = keys
    held = find(root, tuple(place))
    assert isinstance(held, Mapping)
    left = replace(held, entries={key: entry for key, entry in held if key != last})
    if not place:
        return left
    return with_node(root, tuple(place), left) if left.entries else without_node(root, tuple(place))


def from_python(value: Any, depth: int = 0) -> Node:
    """Nodes of nested dicts, lists, strings, numbers and quantities; what is none of these is kept as given, for a message.

    Raises:
        InputError: nested too deep.
    """
    if depth > DEPTH_LIMIT:
        raise InputError(Problem(f"the description is nested more than {DEPTH_LIMIT} deep", expected="a flat description"))
    if isinstance(value, Node):
        return value
    if callable(getattr(value, "items", None)):
        return Mapping({str(key): from_python(entry, depth + 1) for key, entry in value.items()})
    if is_pair(value):
        return Scalar(in_one_text(value))
    if isinstance(value, list | tuple):
        return Sequence(tuple(from_python(entry, depth + 1) for entry in value))
    if isinstance(value, str):
        return Scalar(value)
    return _scalar_of(value)


def _scalar_of(value: Any) -> Scalar:
    """The text of a number, a truth value, nothing, or a quantity with its unit."""
    if value is None or isinstance(value, bool):
        return Scalar("" if value is None else str(value).lower())
    if type(value).__module__ == "numpy" and getattr(value, "ndim", None) == 0:
        return _scalar_of(value.item())
    value = bounded(value)
    if isinstance(value, int | float):
        return Scalar(repr(value))
    try:
        return Scalar(_text_of(quantity_from(value)))
    except UnitError:
        return Scalar(shorten(str(value), 80), given=value)


def _text_of(quantity: Quantity) -> str:
    """A quantity as text that a file can hold."""
    try:
        if quantity_from(quantity.text).value == quantity.value:
            return quantity.text
    except UnitError:
        pass
    symbol = quantity.dimension.symbol
    return f"{quantity.value!r}" + ("" if symbol == "1" else f" {symbol}")


def to_python(node: Node) -> Any:
    """Plain dicts, lists and strings of a tree."""
    if isinstance(node, Mapping):
        return {key: to_python(entry) for key, entry in node}
    if isinstance(node, Sequence):
        return [to_python(item) for item in node.items]
    assert isinstance(node, Scalar)
    return node.text
