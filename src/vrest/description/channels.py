"""Channels as data: a file says all of a channel but how many of it there are, and a mechanism is `like` it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..domains import FINITE, NON_NEGATIVE, TEMPERATURE
from ..errors import InputError, advice, nearest
from ..mechanisms.parameter import Table, Type, needed, number, words
from ..results.base import Brief
from .cell import Value
from .kinds import LIKE, MECHANISM_TABLE, SOURCE, SPECIES_TABLES
from .measure import CERTAINTIES, brief
from .nodes import Mapping, Node, Scalar, Sequence, Source, mapping, present, ways_of, with_node
from .read import Reader, Section
from .source import NODE_LIMIT, parse_yaml, read_file

CHANNELS = Path(__file__).parents[1] / "library" / "channels"
BY_NAME = {"parameters": 1, "let": 1, "ratios": 1, "q10": 1, "scheme": 2, "gates": 3, "states": 3}
"""Keys of which a mechanism replaces only what it names, and so many levels down."""
ANEW = {"alpha", "beta", "steady", "time_constant", "transitions", "open", "rate"}
"""A gate, a state or a scheme that says one of these takes nothing from the channel."""
_SHOWN_AT = "concentrations at which its curves are shown; of other ions those of a plain cell"
CHANNEL_TABLE = Table(
    (
        needed(words("channel", "name of the channel", "na-hodgkin-huxley", Type.NAME)),
        words("title", "one line for headings", "Sodium channel of the squid axon"),
        words("about", "a few sentences", "Opens within a millisecond and closes again."),
        words("organism", "where it was measured", "Loligo forbesi"),
        number("temperature", "K", TEMPERATURE, "temperature at which its numbers hold", "6.3 degC"),
        words("range", "lowest and highest potential at which it was fitted", "[-100 mV, 50 mV]", Type.NAMES),
        words("certainty", "how its numbers are known", "measured", Type.WORD, choices=CERTAINTIES),
        words("note", "anything a reader should know", "read in a published model"),
        number("inside", "mM", NON_NEGATIVE, f"inner {_SHOWN_AT}", "{K: 400 mM}", type=Type.QUANTITIES),
        number("outside", "mM", NON_NEGATIVE, f"outer {_SHOWN_AT}", "{K: 20 mM}", type=Type.QUANTITIES),
        SOURCE,
    ),
    title="a channel",
    hints={LIKE.name: "a channel says by itself what it is"},
    settable=False,
)
ABOUT = tuple(row.name for row in CHANNEL_TABLE if row is not SOURCE)
"""Keys that belong to the channel alone, and not to a mechanism that is like it."""
END = number("range", "mV", FINITE, "a potential at which it was fitted", "-100 mV")


@dataclass(frozen=True, repr=False)
class Channel(Brief):
    """A channel as its file describes it.

    Attributes:
        name, title, about, organism, note: what it says of itself
        certainty:       how its numbers are known
        temperature:     at which its numbers hold
        range:           lowest and highest potential at which it was fitted [V]
        sources:         keys of the bibliography
        inside, outside: concentrations at which its curves are shown
        keys:            what a mechanism that is like it takes from it
        file:            the whole of its file
    """

    name: str
    title: str | None
    about: str | None
    organism: str | None
    note: str | None
    certainty: str | None
    temperature: Value | None
    range: tuple[float, float] | None
    sources: tuple[str, ...]
    inside: dict[str, Value]
    outside: dict[str, Value]
    keys: Mapping = field(compare=False)
    file: Mapping = field(compare=False)


@dataclass(frozen=True, eq=False)
class Likeness(Scalar):
    """The name of a channel, with the file that it stands for: a cell that is built again from its tree takes the same one."""

    file: Mapping = field(default_factory=Mapping)


def channel_names() -> list[str]:
    """Names of the channels that come with vrest."""
    return sorted(path.stem for path in CHANNELS.glob("*.yaml"))


# -- in a cell --------------------------------------------------------------------------------------------------------


def with_channels(root: Mapping, reader: Reader) -> tuple[Mapping, Mapping]:
    """The tree of a cell with the files that its mechanisms are like, and the tree in which these have all that stands there.

    A mechanism whose channel cannot be read stays as it is; why is reported.
    """
    taken, whole, found = root, root, _Found(reader)
    for keys, way in ways_of(root):
        if LIKE.name not in way.entries:
            continue
        likeness = found.likeness(way.entries[LIKE.name], f"{keys[1]}.{keys[3]}.{LIKE.name}")
        if likeness is not None:
            taken = with_node(taken, (*keys, LIKE.name), likeness)
            channel = found.channel(likeness)
            whole = whole if channel is None else with_node(whole, keys, joined(channel.keys, way))
    return taken, whole


class _Found:
    """The channels of one cell, each read once; what is wrong with them is reported."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.files: dict[tuple[str | None, str], Likeness | None] = {}
        self.channels: dict[int, Channel | None] = {}
        self.left = NODE_LIMIT

    def likeness(self, node: Node, path: str) -> Likeness | None:
        """The name of a channel with its file."""
        if isinstance(node, Likeness):
            return node
        if not isinstance(node, Scalar):
            self.reader.report(node, f"'{path}' names a channel", path=path, found=node.words, expected=LIKE.example)
            return None
        place = (node.source.folder, node.text)
        if place not in self.files:
            self.files[place] = self._read(node, path)
        found = self.files[place]
        return None if found is None else replace(found, line=node.line, column=node.column, start=node.start, end=node.end)

    def _read(self, node: Scalar, path: str) -> Likeness | None:
        try:
            file = parse_yaml(file_of(node, path))
            self.reader.must_be("channel", file)
        except InputError as error:
            self.reader.problems += error.problems
            return None
        return Likeness(node.text, source=node.source, file=file)

    def channel(self, likeness: Likeness) -> Channel | None:
        """What the file of a channel says. What all of them hold together is limited as one description is."""
        key = id(likeness.file)
        if key not in self.channels:
            self.channels[key] = channel_of(likeness.file, self.reader)
        self.left -= _size(likeness.file)
        if self.left < 0:
            message = f"the channels of one description hold more than {NODE_LIMIT} values"
            self.reader.report(likeness, message, found=likeness.text, expected="fewer or smaller channels")
            return None
        return self.channels[key]


def _size(node: Node) -> int:
    """How many values a tree holds."""
    parts = node.entries.values() if isinstance(node, Mapping) else node.items if isinstance(node, Sequence) else ()
    return 1 + sum(map(_size, parts))


def joined(channel: Mapping, way: Mapping) -> Mapping:
    """A mechanism with all that a channel says and it does not say itself."""
    found = {key: node for key, node in channel if key not in _excluded(way)}
    found |= {key: _laid(found.get(key), node, BY_NAME.get(key, 0)) for key, node in way}
    return mapping(found, way, {**channel.keys, **way.keys})


def _laid(below: Node | None, node: Node, levels: int) -> Node:
    """What a mechanism says over what a channel says, by name down to some levels."""
    if not (levels and isinstance(below, Mapping) and isinstance(node, Mapping)):
        return node
    if levels == 2 and ANEW & set(node.entries):
        return node
    over = {name: _laid(below.entries.get(name), entry, levels - 1) for name, entry in node}
    return mapping({**below.entries, **over}, below if node.line is None else node, {**below.keys, **node.keys})


def _excluded(way: Mapping) -> set[str]:
    """What a channel says and a mechanism says in another way."""
    groups = (group for table in SPECIES_TABLES.values() for group in table.apart)
    return {key for group in groups if set(group) & set(way.entries) for key in group}


# -- the file of a channel --------------------------------------------------------------------------------------------


def file_of(node: Scalar, path: str | None = None) -> Source:
    """The text of a channel: one of the library by its name, or a file by a path from the folder of the file that names it.

    Raises:
        InputError: there is none, or it cannot be read; a text that is no file names one outside of the working folder.
    """
    text = node.text
    if not is_path(text):
        return _of_library(node, path)
    here = node.source.folder
    file = os.path.normpath(os.path.join(here or "", text.replace("\0", "\N{REPLACEMENT CHARACTER}")))
    if here is None and not _within(file):
        message = "a description that is no file takes channels from the working folder and what lies in it"
        raise InputError(node.problem(message, path=path, found=text, expected="a path such as channels/my-na.yaml"))
    if not os.path.lexists(file):
        close = nearest(os.path.basename(file), _beside(file))
        close = close and os.path.join(os.path.dirname(text), close)
        message = "there is no such file of a channel"
        raise InputError(
            node.problem(message, path=path, found=text, expected=f"a file in {os.path.dirname(file) or '.'}", suggestion=close)
        )
    return read_file(file)


def is_path(text: str) -> bool:
    """Whether a word names a file, and not a channel of the library."""
    return "/" in text or os.sep in text or text.endswith((".yaml", ".yml"))


def _of_library(node: Scalar, path: str | None) -> Source:
    names = channel_names()
    if node.text in names:
        return Source(f"{node.text}.yaml", read_file(CHANNELS / f"{node.text}.yaml").text)
    message = f"'{brief(node.text)}' is no channel of the library"
    known = advice("a name of vrest.channel_names()", "a name that `vrest library channels` lists")
    expected = f"{known}, or a file such as ./my-na.yaml"
    close = nearest(node.text, names)
    raise InputError(node.problem(message, path=path, found=node.text or "nothing", expected=expected, suggestion=close))


def _within(file: str) -> bool:
    """Whether a file lies in the working folder, links followed."""
    return Path(os.path.realpath(file)).is_relative_to(os.path.realpath("."))


def _beside(file: str) -> Iterator[str]:
    """YAML files in the folder of one that does not exist."""
    try:
        yield from (name for name in os.listdir(os.path.dirname(file) or ".") if name.endswith((".yaml", ".yml")))
    except OSError:
        return


def channel_of(root: Mapping, reader: Reader) -> Channel | None:
    """What the file of a channel says; None with problems reported. What it says as a mechanism is checked in a cell."""
    before = len(reader.problems)
    reader.problems += root.faults
    _check_keys(root, reader)
    said = reader.top(_part(root, [row.name for row in CHANNEL_TABLE]), CHANNEL_TABLE)
    span = _range(said)
    if len(reader.problems) > before:
        return None
    return Channel(
        **{key: said[key] for key in ("title", "about", "organism", "note", "certainty", "temperature")},
        name=said["channel"],
        range=span,
        sources=said["source"],
        inside=present(said["inside"]),
        outside=present(said["outside"]),
        keys=_part(root, [key for key in root.entries if key not in ABOUT]),
        file=root,
    )


def _check_keys(root: Mapping, reader: Reader) -> None:
    """Keys that neither a channel nor a mechanism of its kind has."""
    assert MECHANISM_TABLE.choose is not None
    table = MECHANISM_TABLE.choose(reader, root, getattr(root.get("channel"), "words", ""))
    if table is not None:
        rows = {row.name: replace(row, required=False) for row in (*table, *CHANNEL_TABLE) if row is not LIKE}
        reader.keys(root, replace(CHANNEL_TABLE, rows=tuple(rows.values())), CHANNEL_TABLE.title)


def _part(root: Mapping, keys: Iterable[str]) -> Mapping:
    """Some entries of a mapping, at its place."""
    return mapping({key: root.entries[key] for key in keys if key in root.entries}, root, root.keys)


def _range(said: Section) -> tuple[float, float] | None:
    """The lowest and the highest potential at which it was fitted [V]."""
    ends = [said.reader.number(end, END) for end in said["range"] or ()]
    low, high = [end[0].value for end in ends if end is not None] if len(ends) == 2 and None not in ends else (0.0, 1.0)
    if low >= high:
        said.wrong("range", "'range' begins with the lower potential", expected=END.example)
    return (low, high) if said["range"] else None
