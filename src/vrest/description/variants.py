"""Variants of a cell that a question needs: with some of its mechanisms taken away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .build import build_cell
from .cell import Cell, Mechanism
from .nodes import Mapping


def without(cell: Cell, away: Callable[[Mechanism], bool]) -> tuple[Cell | None, list[str]]:
    """The cell without the mechanisms for which `away` holds, and their names (`membrane.mechanism`).

    None in place of the cell where nothing would be left in some membrane.
    """
    root: Mapping = cell.root
    membranes = root.entries["membranes"]
    assert isinstance(membranes, Mapping)
    gone: list[str] = []
    entries = {}
    for name, membrane in cell.membranes.items():
        node = membranes.entries[name]
        assert isinstance(node, Mapping)
        ways = node.entries["mechanisms"]
        assert isinstance(ways, Mapping)
        left = {word: entry for word, entry in ways if not away(membrane.mechanisms[word])}
        gone += [f"{name}.{word}" for word in ways.entries if word not in left]
        if not left:
            return None, gone
        entries[name] = replace(node, entries={**node.entries, "mechanisms": replace(ways, entries=left)})
    changed = replace(membranes, entries={**membranes.entries, **entries})
    return build_cell(replace(root, entries={**root.entries, "membranes": changed}), cell.overrides), gone


def is_own_path(mechanism: Mechanism) -> bool:
    """Whether an ion passes by itself: a constant-field path, or a conductance around its own Nernst potential."""
    if mechanism.kind.name in ("ghk", "ghk_shared"):
        return True
    return mechanism.kind.name == "ohmic" and "reversal" not in mechanism.parameters


def is_pump(mechanism: Mechanism) -> bool:
    return mechanism.pump
