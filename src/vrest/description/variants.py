"""Variants of a cell that a question needs: with some of its mechanisms taken away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .build import build_cell
from .cell import Cell, Mechanism
from .nodes import Mapping


def without(cell: Cell, away: Callable[[Mechanism], bool]) -> tuple[Cell | None, list[str]]:
    """The cell without the mechanisms for which `away` holds, and their names (`membrane.mechanism`, `compartment.exchange`).

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
    spaces, stopped = _without_exchanges(cell, away)
    stores = [name for name, space in cell.compartments.items() if space.store]
    root = replace(root, entries={**root.entries, "membranes": changed, "compartments": spaces})
    return build_cell(root, cell.overrides, stores=stores), [*gone, *stopped]


def _without_exchanges(cell: Cell, away: Callable[[Mechanism], bool]) -> tuple[Mapping, list[str]]:
    """The node of the compartments without the exchanges for which `away` holds, and their names."""
    spaces = cell.root.entries["compartments"]
    gone: list[str] = []
    for name, exchanges in cell.exchanges.items():
        node = spaces.entries[name]
        own = node.entries["mechanisms"]
        left = {word: entry for word, entry in own if not away(exchanges[word])}
        gone += [f"{name}.{word}" for word in own.entries if word not in left]
        entries = {key: entry for key, entry in node if key != "mechanisms"}
        entries |= {"mechanisms": replace(own, entries=left)} if left else {}
        spaces = replace(spaces, entries={**spaces.entries, name: replace(node, entries=entries)})
    return spaces, gone


def is_own_path(mechanism: Mechanism) -> bool:
    """Whether an ion passes by itself: a constant-field path, or a conductance around its own Nernst potential."""
    return mechanism.law.paths is not None and "reversal" not in mechanism.parameters


def is_pump(mechanism: Mechanism) -> bool:
    return mechanism.pump
