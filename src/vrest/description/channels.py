"""Channels as data: a file says all of a channel but how many of it there are, and a mechanism is `like` it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..domains import FINITE, NON_NEGATIVE, TEMPERATURE
from ..errors import InputError, Problem, advice, nearest
from ..mechanisms.parameter import Table, Type, needed, number, words
from ..results.base import Brief
from .cell import Cell, Mechanism, Value
from .kinds import LIKE, MECHANISM_TABLE, SOURCE, SPECIES_TABLES
from .measure import CERTAINTIES, brief
from .nodes import Mapping, Node, Scalar, Sequence, Source, mapping, present, ways_of, with_node
from .read import Reader, Section
from .source import NODE_LIMIT, parse_yaml, read_file

CHANNELS = Path(__file__).parents[1] / "library" / "channels"
BY_NAME = {"parameters": 1, "let": 1, "ratios": 1, "q10": 1, "scheme": 2, "gates": 3, "states": 3, "tables": 1}
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
FAR = 3.0
"""Difference of temperatures [K] from which that at which a channel was measured is said."""
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


@dataclass(frozen=True, eq=False, kw_only=True)
class Likeness(Scalar):
    """The name of a channel, with the channel: a cell that is built again from its tree takes the same one."""

    channel: Channel


def channel_names() -> list[str]:
    """Names of the channels that come with vrest."""
    return sorted(path.stem for path in CHANNELS.glob("*.yaml"))


# -- in a cell --------------------------------------------------------------------------------------------------------


def with_channels(root: Mapping, reader: Reader) -> tuple[Mapping, Mapping]:
    """The tree of a cell with the channels that its mechanisms are like, and the tree in which these have all that stands there.

    A mechanism whose channel cannot be read stays as it is; why is reported.
    """
    taken, whole, found = root, root, _Found(reader)
    for keys, way in [(keys, way) for keys, way in ways_of(root) if LIKE.name in way.entries]:
        likeness = found.likeness(way.entries[LIKE.name], f"{keys[1]}.{keys[3]}.{LIKE.name}")
        if likeness is not None:
            taken = with_node(taken, (*keys, LIKE.name), likeness)
            whole = with_node(whole, keys, joined(likeness.channel.keys, way))
    return taken, whole


class _Found:
    """The channels of one cell, each read once; what is wrong with them is reported."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.left = reader, NODE_LIMIT
        self.channels: dict[tuple[str | None, str], Channel | None] = {}

    def likeness(self, node: Node, path: str) -> Likeness | None:
        """The name of a channel with the channel. What all of them hold together is limited as one description is."""
        if isinstance(node, Likeness):
            return node
        if not isinstance(node, Scalar):
            self.reader.report(node, f"'{path}' names a channel", path=path, found=node.words, expected=LIKE.example)
            return None
        channel = self._channel(node, path)
        self.left -= 0 if channel is None else _size(channel.file)
        if channel is None or self.left < 0:
            self._count(node)
            return None
        place = {name: getattr(node, name) for name in ("source", "line", "column", "start", "end")}
        return Likeness(text=node.text, channel=channel, **place)

    def _channel(self, node: Scalar, path: str) -> Channel | None:
        place = (node.source.folder, node.text)
        if place not in self.channels:
            try:
                self.channels[place] = channel_of(parse_yaml(file_of(node, path)), self.reader)
            except InputError as error:
                self.reader.problems += error.problems
                self.channels[place] = None
        return self.channels[place]

    def _count(self, node: Scalar) -> None:
        if self.left < 0:
            message = f"the channels of one description hold more than {NODE_LIMIT} values"
            self.reader.report(node, message, found=node.text, expected="fewer or smaller channels")


def remarks(root: Mapping, cell: Cell) -> tuple[str, ...]:
    """What should be known of channels whose numbers hold at another temperature than the cell's, and that say nothing of others."""
    found = {(keys[1], keys[3]): way.get(LIKE.name) for keys, way in ways_of(root)}
    channels = {place: one.channel for place, one in found.items() if isinstance(one, Likeness)}
    return tuple(
        f"{membrane}.{word} is like {channel.name}, whose times were taken at {channel.temperature.in_bench_units}; as it has no Q10 they are the "
        f"same here, at {cell.temperature.in_bench_units}."
        for (membrane, word), channel in channels.items()
        if channel.temperature is not None
        and abs(channel.temperature.si - cell.temperature.si) > FAR
        and _has_times_of_its_own(cell.membranes[membrane].mechanisms[word])
    )


def _has_times_of_its_own(way: Mechanism) -> bool:
    """Whether a mechanism has gates that take time, and the same at every temperature."""
    moves = way.gating is not None and bool(way.gating.moving)
    return moves and not any(name.endswith("q10.ratio") for name in way.parameters)


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
    if not (levels and isinstance(below, Mapping) and isinstance(node, Mapping)) or (levels == 2 and ANEW & set(node.entries)):
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
    if not is_path(node.text):
        return _of_library(node, path)
    here = node.source.folder
    file = os.path.normpath(os.path.join(here or "", node.text.replace("\0", "\N{REPLACEMENT CHARACTER}")))
    if here is None and not Path(os.path.realpath(file)).is_relative_to(os.path.realpath(".")):
        message = "a description that is no file takes channels from the working folder and what lies in it"
        raise InputError(node.problem(message, path=path, found=node.text, expected="a path such as channels/my-na.yaml"))
    if not os.path.lexists(file):
        raise InputError(_no_file(node, path, file))
    return read_file(file)


def _no_file(node: Scalar, path: str | None, file: str) -> Problem:
    """There is no such file; the one that was meant lies beside it, or is a channel of the library."""
    folder, name = os.path.split(file)
    close = nearest(name, _beside(folder))
    meant = os.path.join(os.path.dirname(node.text), close) if close else nearest(Path(name).stem, channel_names())
    message, expected = "there is no such file of a channel", f"a file in {folder or '.'}, or a name of the library"
    return node.problem(message, path=path, found=node.text, expected=expected, suggestion=meant)


def is_path(text: str) -> bool:
    """Whether a word names a file, and not a channel of the library."""
    return "/" in text or os.sep in text or text.endswith((".yaml", ".yml"))


def _of_library(node: Scalar, path: str | None) -> Source:
    names = channel_names()
    if node.text in names:
        return Source(f"{node.text}.yaml", read_file(CHANNELS / f"{node.text}.yaml").text)
    message = f"'{brief(node.text)}' is no channel of the library"
    if node.text in {file.stem for file in CHANNELS.parent.glob("*.yaml")}:
        message = f"'{node.text}' is a cell of the library, not a channel"
    known = advice("a name of vrest.channel_names()", "a name that `vrest library channels` lists")
    expected = f"{known}, or a file such as ./my-na.yaml"
    close = nearest(node.text, names)
    raise InputError(node.problem(message, path=path, found=node.text or "nothing", expected=expected, suggestion=close))


def _beside(folder: str) -> Iterator[str]:
    """YAML files in a folder."""
    try:
        yield from (name for name in os.listdir(folder or ".") if name.endswith((".yaml", ".yml")))
    except OSError:
        return


def channel_of(root: Mapping, reader: Reader) -> Channel | None:
    """What the file of a channel says; None with problems reported. What it says as a mechanism is checked in a cell.

    Raises:
        InputError: it is the file of a cell or of a protocol.
    """
    reader.must_be("channel", root)
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
    found = [said.reader.number(end, END) for end in said["range"] or ()]
    ends = [end[0].value for end in found if end is not None]
    if len(ends) < 2:
        return None
    low, high = ends
    if low >= high:
        said.wrong("range", "'range' begins with the lower potential", expected=END.example)
    return low, high
