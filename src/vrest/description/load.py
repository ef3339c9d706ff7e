"""Cells by name or file, from text, from a dict: the ways in."""

from __future__ import annotations

import os
from collections.abc import Mapping as MappingType
from pathlib import Path
from typing import Any

from ..errors import InputError, Problem, nearest
from .build import build_cell
from .cell import Cell
from .nodes import Mapping, Source, from_python
from .read_yaml import parse_yaml, read_file

LIBRARY = Path(__file__).parents[1] / "library"


def library_names() -> list[str]:
    """Names of the cells that come with vrest."""
    return sorted(path.stem for path in LIBRARY.glob("*.yaml"))


def load(name_or_path: str | os.PathLike[str]) -> Cell:
    """A cell of the library by name, or a description file by path (`-` for standard input).

    Raises:
        InputError: no such cell or file, or a description with faults; all of them, each with file, line and column.
    """
    return build_cell(parse_yaml(source_of(name_or_path)))


def source_of(name_or_path: str | os.PathLike[str]) -> Source:
    """The text of a cell of the library, or of a file."""
    text = os.fspath(name_or_path)
    named = LIBRARY / f"{text}.yaml"
    if (
        "/" not in text
        and os.sep not in text
        and "\0" not in text
        and len(text) < 100
        and named.is_file()
        and not os.path.isfile(text)
    ):
        return Source(f"{text}.yaml", read_file(named).text)
    if text != "-" and "\0" not in text and not os.path.lexists(text):
        raise InputError(_not_found(text))
    return read_file(text)


def _not_found(text: str) -> Problem:
    names = library_names()
    close = nearest(Path(text[:100]).stem, names)
    if os.sep in text or text.endswith((".yaml", ".yml")):
        return Problem(
            "there is no such file",
            file=text[:200],
            expected="a description file, or the name of a cell of the library",
            suggestion=close,
        )
    return Problem(
        f"'{text[:60]}' is neither a cell of the library nor a file",
        found=text,
        expected="a name that `vrest library` lists, or a file",
        suggestion=close,
    )


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
        raise InputError(
            Problem(
                "a description is a mapping of keys to values",
                found=type(description).__name__,
                expected="cell, temperature, ions or compartments",
            )
        )
    return build_cell(node)


def describe(cell: str, temperature: Any, **sections: Any) -> Cell:
    """A cell from keyword arguments: `describe("mine", "310 K", ions={...})` or `compartments=`, `membranes=`."""
    return from_dict({"cell": cell, "temperature": temperature, **sections})
