"""A description back to YAML. Text that was read keeps its comments, units and layout; settings are put where the old values stood."""

from __future__ import annotations

import io
from typing import Any

from .cell import Cell
from .nodes import Keys, Mapping, Node, Source, find, to_python


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
    """The source text with each setting in place of the value it replaced; None where a setting has no place in it."""
    from .build import build_cell, keys_of
    from .read_yaml import parse_yaml

    tree = parse_yaml(source)
    original = build_cell(tree)
    edits: dict[tuple[int, int], str] = {}
    for keys in dict.fromkeys(keys_of(original, path) for path, _ in cell.overrides):
        edit = None if keys is None else _edit(tree, original.root, keys, find(cell.root, keys))
        if edit is None:
            return None
        start, end, text = edit
        edits[start, end] = edits.get((start, end), "") + text if start == end else text
    out = source.text
    for (start, end), text in sorted(edits.items(), reverse=True):
        out = out[:start] + text + out[end:]
    return out


def _edit(tree: Mapping, root: Mapping, keys: Keys, new: Node | None) -> tuple[int, int, str] | None:
    """Where the text changes, and to what: in place of the old value, or as a new entry of the section that it belongs to."""
    old = find(root, keys)
    if new is None:
        return None
    if old is not None:
        return None if old.start is None or old.last is None else (old.start, old.last, _flow(new))
    parent = find(root, keys[:-1])
    if parent is not None and parent.start is None and not tree.get("compartments"):
        parent = tree  # the short form holds what belongs to its compartment and membrane at the top
    return _entry(parent, keys[-1], _flow(new)) if isinstance(parent, Mapping) else None


def _entry(parent: Mapping, key: str, text: str) -> tuple[int, int, str] | None:
    """A new last entry of a mapping that was read from text."""
    last = next(reversed(parent.entries.values()), None)
    first = next(iter(parent.keys.values()), None)
    if parent.start is None or last is None or first is None or last.last is None or first.column is None:
        return None
    if parent.source.text[parent.start : parent.start + 1] == "{":
        return last.last, last.last, f", {key}: {text}"
    end = parent.source.text.find("\n", last.last)
    end = len(parent.source.text) if end < 0 else end
    return end, end, f"\n{' ' * (first.column - 1)}{key}: {text}"


def _flow(node: Node) -> str:
    """A value on one line."""
    if isinstance(node, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(value)}" for key, value in node) + "}"
    return to_python(node)


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
