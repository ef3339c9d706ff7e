"""Cells and protocols by name or file, from text, from a dict: the ways in."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping as MappingType
from dataclasses import replace
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from ..domains import bounded
from ..errors import InputError, Problem, advice, nearest, shorten
from ..results.base import Displayed
from .build import build_cell
from .cell import Cell
from .nodes import Mapping, Scalar, Source, from_python
from .read import Reader
from .source import parse_yaml, read_file

if TYPE_CHECKING:
    from .channels import Channel
    from .protocol import Protocol

Name = str | os.PathLike[str]
CELLS = Path(__file__).parents[1] / "library"
PROTOCOLS = CELLS / "protocols"
NAMED = "a name of vrest.library_names()"


def _names(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.yaml"))


def library_names() -> list[str]:
    """Names of the cells that come with vrest."""
    return _names(CELLS)


def protocol_names() -> list[str]:
    """The named protocols that come with vrest."""
    return _names(PROTOCOLS)


# -- cells ------------------------------------------------------------------------------------------------------------


def cell_of(given: Cell | Name) -> Cell:
    """What a question is asked of: a cell, or the one of a name of the library or a path.

    Raises:
        InputError: it is neither, or what it names cannot be loaded.
    """
    return given if isinstance(given, Cell) else load(given)


def load(name_or_path: Name) -> Cell:
    """A cell of the library by name, or a description file by path (`-` for standard input).

    Raises:
        InputError: no such cell or file, or a description with faults; all of them, each with file, line and column.
    """
    text = _cell_named(name_or_path)
    named = _with_vrest(text)
    return _of_library(named) if named is not None else build_cell(parse_yaml(_file(text)))


@functools.lru_cache(maxsize=64)
def _of_library(source: Source) -> Cell:
    """What comes with vrest changes with its text alone, and a cell never does: it is read once."""
    return build_cell(parse_yaml(source))


def source_of(name_or_path: Name) -> Source:
    """The text of a cell of the library, or of a file."""
    text = _cell_named(name_or_path)
    return _with_vrest(text) or _file(text)


def _cell_named(given: Any) -> str:
    return _place(given, "a cell", f"a Cell, {NAMED}, or a file; vrest.from_dict and vrest.from_yaml make a Cell")


def _with_vrest(text: str) -> Source | None:
    return None if os.path.isfile(text[:4000].replace("\0", "")) else _named(text, CELLS)


def _file(text: str) -> Source:
    if text != "-" and "\0" not in text and not os.path.lexists(text):
        raise InputError(_not_found(text))
    return read_file(text)


def _place(given: Any, what: str, expected: str) -> str:
    """A name or path as text."""
    if not isinstance(given, str | os.PathLike):
        found = f"{type(given).__name__} {given!r}"
        raise InputError(Problem(f"this is neither {what} nor the name of one", found=found, expected=expected))
    return os.fsdecode(given)


def _named(text: str, folder: Path) -> Source | None:
    """The text of a file that comes with vrest, by its name."""
    path = folder / f"{text}.yaml"
    plain = "/" not in text and os.sep not in text and "\0" not in text and len(text) < 100
    return Source(f"{text}.yaml", read_file(path).text) if plain and path.is_file() else None


def _not_found(text: str) -> Problem:
    from .channels import channel_names

    close = _file_beside(text) or nearest(Path(text[:100]).stem, library_names())
    if os.sep in text or text.endswith((".yaml", ".yml")):
        expected = "a description file, or the name of a cell of the library"
        return Problem("there is no such file", file=text[:200], expected=expected, suggestion=close)
    message = f"'{shorten(text, 60)}' is neither a cell of the library nor a file"
    if text in channel_names():
        message = f"'{text}' is a channel of the library, not a cell: a mechanism takes it by `like: {text}`"
    names = advice(NAMED, "a name that `vrest library` lists")
    return Problem(message, found=text, expected=f"{names}, or a file", suggestion=close)


def _file_beside(text: str) -> str | None:
    """The YAML file whose name is nearest to one that does not exist, in the same folder."""
    path = Path(text[:4000].replace("\0", ""))
    try:
        names = [one.name for one in path.parent.iterdir() if one.suffix in (".yaml", ".yml")]
    except OSError:
        return None
    close = nearest(path.name, names)
    return str(path.parent / close) if close else None


def from_yaml(text: str, name: str | None = None) -> Cell:
    """A cell from YAML text."""
    return build_cell(parse_yaml(Source(name or "<text>", text)))


def from_dict(description: MappingType[str, Any]) -> Cell:
    """A cell from nested dicts in the shape of the file format; numbers are text with units, or pint quantities.

    >>> neuron = from_dict({"cell": "n", "temperature": "310 K", "ions": {"K": {"inside": "140 mM", "outside": "5 mM", "permeability": 1}}})
    >>> sorted(neuron.compartments)
    ['inside', 'outside']
    """
    node = from_python(description)
    if not isinstance(node, Mapping) or not node.entries:
        found, expected = type(description).__name__, "cell, temperature, ions or compartments"
        raise InputError(Problem("a description is a mapping of keys to values", found=found, expected=expected))
    return build_cell(node)


def describe(cell: str, temperature: Any, **sections: Any) -> Cell:
    """A cell from keyword arguments: `describe("mine", "310 K", ions={...})` or `compartments=`, `membranes=`."""
    return from_dict({"cell": cell, "temperature": temperature, **sections})


# -- channels ---------------------------------------------------------------------------------------------------------

PLAIN = {"K": (140, 5), "Na": (10, 145), "Cl": (10, 110), "Ca": (1e-4, 2), "Mg": (0.8, 1), "HCO3": (15, 24), "H": (6e-5, 4e-5)}
"""Inner and outer concentrations [mM] of a plain mammalian cell, at which curves of channels are shown."""
PLAIN_TEMPERATURE = "37 degC"


def channels() -> dict[str, Channel]:
    """The channels that come with vrest, by name."""
    from .channels import channel_names

    return {name: load_channel(name) for name in channel_names()}


def load_channel(name_or_path: Channel | Name) -> Channel:
    """A channel of the library by name, or the file of one by path; a channel is itself.

    Raises:
        InputError: no such channel or file, or one with faults; all of them, each with file, line and column.

    >>> load_channel("na-hodgkin-huxley").organism
    'Loligo forbesi'
    """
    from .channels import Channel, channel_of, file_of

    if isinstance(name_or_path, Channel):
        return name_or_path
    text = _place(name_or_path, "a channel", "a name of vrest.channel_names(), or a file")
    reader = Reader()
    channel = channel_of(parse_yaml(file_of(Scalar(text, source=Source(None, folder=os.getcwd())))), reader)
    reader.close()
    assert channel is not None
    in_plain_cell(channel)
    return channel


def in_plain_cell(channel: Channel) -> Cell:
    """A cell with a channel alone, at the concentrations and the temperature at which its curves are shown.

    Raises:
        InputError: the channel has faults.
    """
    from .channels import Likeness

    written = {
        side: {ion: value.in_bench_units for ion, value in getattr(channel, side).items()} for side in ("inside", "outside")
    }
    plain = {side: {ion: f"{both[k]!r} mM" for ion, both in PLAIN.items()} for k, side in enumerate(("inside", "outside"))}
    way = {"like": Likeness(text=channel.name, channel=channel), **_amount(channel)}
    spaces = {
        side: {"role": role, "ions": plain[side] | written[side]} for side, role in (("outside", "bath"), ("inside", "held"))
    }
    temperature = PLAIN_TEMPERATURE if channel.temperature is None else channel.temperature.in_bench_units
    membrane = {"between": ["inside", "outside"], "mechanisms": {CHANNEL: way}}
    return describe(channel.name, temperature, compartments=spaces, membranes={"membrane": membrane})


CHANNEL = "channel"
"""The mechanism of a plain cell that is the channel."""


def _amount(channel: Channel) -> dict[str, str]:
    """An example of how much of a channel there is, which its file leaves open."""
    from .kinds import MECHANISM_TABLE, KindTable, example_for

    assert MECHANISM_TABLE.choose is not None
    table = MECHANISM_TABLE.choose(Reader(), channel.keys, channel.name)
    assert isinstance(table, KindTable)
    rows = (row for row in table.law.parameters if row.extensive and row.required and row.name not in channel.keys.entries)
    return {row.name: example_for(table.kind, row) for row in rows}


# -- protocols --------------------------------------------------------------------------------------------------------


class WrittenProtocol(Displayed):
    """A protocol as it is written: what it does is known with the cell that it is done to. `vrest.simulate` takes it as it is.

    Attributes:
        name, title, about: what it says of itself
    """

    def __init__(self, root: Mapping) -> None:
        self.root = root
        self.name, self.title, self.about = (self._words(key) for key in ("protocol", "title", "about"))

    def _words(self, key: str) -> str | None:
        node = self.root.get(key)
        return node.text if isinstance(node, Scalar) else None

    def on(self, cell: Cell | Name) -> Protocol:
        """The protocol for a cell.

        Raises:
            InputError: with every problem found.
        """
        from .facts.protocol import build_protocol

        return build_protocol(self.root, cell_of(cell))


@overload
def load_protocol(name_or_path: Name) -> WrittenProtocol: ...
@overload
def load_protocol(name_or_path: Name, cell: Cell | Name) -> Protocol: ...
def load_protocol(name_or_path: Name, cell: Cell | Name | None = None) -> Protocol | WrittenProtocol:
    """A named protocol, or one from a file; with a cell it is checked against it, else where it is used.

    >>> load_protocol("pump-block").title
    'The pumps stop and come back'
    """
    text = _place(name_or_path, "a protocol", "a name of vrest.protocol_names(), or a file; vrest.protocol_from takes a dict")
    named = _named(text, PROTOCOLS)
    if named is None and text != "-" and not Path(text[:4000].replace("\0", "")).exists():
        names, message = protocol_names(), "this is neither a named protocol nor a file"
        close = nearest(text[:80], names) or _file_beside(text)
        raise InputError(Problem(message, found=text, expected=", ".join(names), suggestion=close))
    written = WrittenProtocol(parse_yaml(named or read_file(text)))
    return written if cell is None else written.on(cell)


def protocol_from(description: MappingType[str, Any], cell: Cell | Name) -> Protocol:
    """A protocol from nested dicts in the shape of the file.

    Raises:
        InputError: with every problem found.
    """
    node = from_python({"protocol": "protocol", **description})
    assert isinstance(node, Mapping)
    return WrittenProtocol(node).on(cell)


def protocol_of(given: Any, cell: Cell, until: Any = None, start: str | None = None) -> Protocol:
    """What is done to a cell, as a protocol; `until` and `start` stand in place of its own. A plain number is a time in seconds.

    Raises:
        InputError: it is none, or does not fit the cell.
    """
    until = bounded(until)
    until = f"{float(until)!r} s" if isinstance(until, Real) and not isinstance(until, bool) else until
    own = {key: value for key, value in (("until", until), ("start", start)) if value is not None}
    if given is None or isinstance(given, MappingType):
        return protocol_from({**(given or {}), **own}, cell)
    return _with_own(_checked(given, cell), own, cell)


def _checked(given: Any, cell: Cell) -> Protocol:
    """What was given as a protocol, checked against a cell."""
    from .protocol import Protocol

    if isinstance(given, str | os.PathLike):
        return load_protocol(given, cell)
    if isinstance(given, WrittenProtocol):
        return given.on(cell)
    if isinstance(given, Protocol):
        return given
    expected = "a name of vrest.protocol_names(), a file, a dict in the shape of a protocol file, or a Protocol"
    raise InputError(Problem("this is no protocol", found=f"{type(given).__name__} {given!r}", expected=expected))


def _with_own(protocol: Protocol, own: MappingType[str, Any], cell: Cell) -> Protocol:
    """A protocol with another start or end."""
    other = protocol_from({"until": "1 s", **own}, cell)
    taken = {"start": ("start", "start_potential"), "until": ("until", "steady", "crosses", "membrane")}
    return replace(protocol, **{name: getattr(other, name) for key in own for name in taken[key]})
