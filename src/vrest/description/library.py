"""Cells and protocols by name or file, from text, from a dict: the ways in."""

from __future__ import annotations

import os
from collections.abc import Mapping as MappingType
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError, Problem, nearest
from .build import build_cell
from .cell import Cell
from .nodes import Mapping, Source, from_python
from .source import parse_yaml, read_file

if TYPE_CHECKING:
    from .protocol import Protocol

CELLS = Path(__file__).parents[1] / "library"
PROTOCOLS = CELLS / "protocols"


def _names(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.yaml"))


def library_names() -> list[str]:
    """Names of the cells that come with vrest."""
    return _names(CELLS)


def protocol_names() -> list[str]:
    """The named protocols that come with vrest."""
    return _names(PROTOCOLS)


def load(name_or_path: str | os.PathLike[str]) -> Cell:
    """A cell of the library by name, or a description file by path (`-` for standard input).

    Raises:
        InputError: no such cell or file, or a description with faults; all of them, each with file, line and column.
    """
    return build_cell(parse_yaml(source_of(name_or_path)))


def source_of(name_or_path: str | os.PathLike[str]) -> Source:
    """The text of a cell of the library, or of a file."""
    text = os.fspath(name_or_path)
    named = None if os.path.isfile(text[:4000].replace("\0", "")) else _named(text, CELLS)
    if named is not None:
        return named
    if text != "-" and "\0" not in text and not os.path.lexists(text):
        raise InputError(_not_found(text))
    return read_file(text)


def _named(text: str, folder: Path) -> Source | None:
    """The text of a file that comes with vrest, by its name."""
    path = folder / f"{text}.yaml"
    plain = "/" not in text and os.sep not in text and "\0" not in text and len(text) < 100
    return Source(f"{text}.yaml", read_file(path).text) if plain and path.is_file() else None


def _not_found(text: str) -> Problem:
    close = nearest(Path(text[:100]).stem, library_names())
    if os.sep in text or text.endswith((".yaml", ".yml")):
        expected = "a description file, or the name of a cell of the library"
        return Problem("there is no such file", file=text[:200], expected=expected, suggestion=close)
    message, expected = (
        f"'{text[:60]}' is neither a cell of the library nor a file",
        "a name that `vrest library` lists, or a file",
    )
    return Problem(message, found=text, expected=expected, suggestion=close)


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


def load_protocol(name_or_path: str, cell: Cell) -> Protocol:
    """A named protocol, or one from a file, checked against a cell."""
    from .facts.protocol import build_protocol

    named = _named(name_or_path, PROTOCOLS)
    if named is None and name_or_path != "-" and not Path(name_or_path[:4000].replace("\0", "")).exists():
        names, message = protocol_names(), "this is neither a named protocol nor a file"
        meant = nearest(name_or_path[:80], names)
        raise InputError(Problem(message, found=name_or_path, expected=", ".join(names), suggestion=meant))
    return build_protocol(parse_yaml(named or read_file(name_or_path)), cell)


def protocol_from(description: MappingType[str, Any], cell: Cell) -> Protocol:
    """A protocol from nested dicts in the shape of the file.

    Raises:
        InputError: with every problem found.
    """
    from .facts.protocol import build_protocol

    node = from_python({"protocol": "protocol", **description})
    assert isinstance(node, Mapping)
    return build_protocol(node, cell)
