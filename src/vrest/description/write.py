"""A description back to YAML. Text that was read keeps its comments, units and layout; settings are put where the old values stood."""

from __future__ import annotations

import io
from typing import Any

from .cell import Cell
from .nodes import Mapping, Source, to_python


def to_yaml(cell: Cell) -> str:
    """The description of a cell as YAML that loads to the same cell."""
    source = _source(cell.root)
    if source is None:
        return dump(to_python(cell.root))
    if not cell.overrides:
        return source.text
    return _spliced(cell, source) or dump(to_python(cell.root))


def _source(root: Mapping) -> Source | None:
    return root.source if root.source.text else None


def _spliced(cell: Cell, source: Source) -> str | None:
    """The source text with each setting in place of the value it replaced; None where a setting had no place in it."""
    from .build import build_cell
    from .read_yaml import parse_yaml

    original = build_cell(parse_yaml(source))
    edits: dict[tuple[int, int], str] = {}
    for path, text in cell.overrides:
        value = original.settable.get(path)
        node = value.node if value is not None else None
        if node is None or node.start is None or node.end is None:
            return None
        edits[node.start, node.end] = text
    out = source.text
    for (start, end), text in sorted(edits.items(), reverse=True):
        out = out[:start] + text + out[end:]
    return out


def dump(value: Any) -> str:
    """Plain YAML of nested dicts and lists of text."""
    from ruamel.yaml import YAML

    yaml = YAML(typ="rt", pure=True)
    yaml.width = 120
    stream = io.StringIO()
    yaml.dump(_plain(value), stream)
    return stream.getvalue()


def _plain(value: Any) -> Any:
    from ruamel.yaml.scalarstring import PlainScalarString, SingleQuotedScalarString

    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return (
        PlainScalarString(value)
        if value and value[0].isalnum() and ": " not in value and " #" not in value and "\n" not in value
        else SingleQuotedScalarString(value)
    )
