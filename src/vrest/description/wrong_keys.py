"""What is said of keys that a table does not have, that lack, that do not go together, and of names that mean something else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import nearest
from ..mechanisms.parameter import Parameter, Table
from . import measure
from .measure import brief
from .nodes import Keys, Mapping

if TYPE_CHECKING:
    from .read import Reader, Section

SYMBOLS = {
    "in": "inside",
    "out": "outside",
    "i": "inside",
    "o": "outside",
    "c_in": "inside",
    "c_out": "outside",
    "P": "permeability",
    "g": "conductance",
    "G": "conductance",
    "z": "valence",
    "charge": "valence",
    "E": "reversal",
    "T": "temperature",
    "C": "capacitance",
    "Cm": "capacitance",
    "cm": "capacitance",
    "A": "area",
    "vol": "volume",
    "d": "diameter",
    "conc": "ions",
    "clamp": "voltage",
    "hold": "voltage",
    "inject": "current",
    "block": "multiply",
    "factor": "multiply",
    "change": "set",
    "time": "at",
    "duration": "for",
}
"""Symbols and short words that people write for keys."""


def meant(key: str, names: Sequence[str]) -> str | None:
    """The key that was most likely meant: by its symbol (`P`, `P_K`, `g_Na`), or the nearest in spelling.

    >>> meant("P_K", ["inside", "permeability"]), meant("outsid", ["inside", "outside"])
    ('permeability', 'outside')
    """
    symbols = (SYMBOLS.get(key), SYMBOLS.get(key.partition("_")[0]))
    return next((name for name in symbols if name in names), None) or nearest(key, names)


def tell(reader: Reader, node: Mapping, table: Table, what: str) -> None:
    """Report all that is wrong with the keys of a section; a key that an unknown one means is not missing besides."""
    names = [row.name for row in table]
    there = {*node.entries, *(_unknown(reader, node, key, table, what) for key in node.entries if key not in names)}
    for row in table:
        if row.required and row.name not in there:
            message = f"{what} lacks '{row.name}' ({row.meaning})"
            reader.report(node, message, path=row.name, expected=f"{row.name}: {row.example or '...'}")
    for group in table.one_of:
        _number_of(reader, node, group, 1, f"{what} needs exactly one of", table.example)
    for group in table.apart:
        _number_of(reader, node, group, 0, f"{what} takes at most one of", "")


def _unknown(reader: Reader, node: Mapping, key: str, table: Table, what: str) -> str | None:
    """Report a key that the table does not know; the one that was meant."""
    message, names = f"{what} has no key '{brief(key)}'", [row.name for row in table]
    expected = measure.listing(names)
    if key in table.hints:
        reader.report(node.key(key), f"{message}: {table.hints[key]}", found=key, expected=expected)
        return None
    right = meant(key, [name for name in names if name not in node.entries])
    reader.report(node.key(key), message, found=key, expected=expected, suggestion=right)
    return right


def _number_of(reader: Reader, node: Mapping, group: Keys, least: int, message: str, expected: str) -> None:
    """Of keys that say the same in several ways one stands, or none where that is allowed."""
    given, names = [name for name in group if name in node.entries], " or ".join(group)
    if not least <= len(given) <= 1:
        place, found = node.key(given[-1]) if given else node, " and ".join(given) or "none"
        reader.report(place, f"{message} {names}", path=group[0], found=found, expected=expected or names)


def refuse_name(section: Section, row: Parameter, word: str, why: str = "") -> None:
    """A number of the user's own has a name that no formula can hold, or that means something already."""
    section.report(
        section.at(row.name).key(word),
        f"'{brief(word)}' cannot name a parameter of {section.owner}{why}",
        path=section.path_of(row.name),
        found=word or "nothing",
        expected=f"an unused name of letters, digits and _, such as {measure.first_of(row)[0]}",
    )
