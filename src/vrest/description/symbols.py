"""The symbols and short words that people write for the keys of a description."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import nearest

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
}


def meant(key: str, names: Sequence[str]) -> str | None:
    """The key that was most likely meant: by its symbol (`P`, `P_K`, `g_Na`), or the nearest in spelling.

    >>> meant("P_K", ["inside", "permeability"]), meant("outsid", ["inside", "outside"])
    ('permeability', 'outside')
    """
    symbols = (SYMBOLS.get(key), SYMBOLS.get(key.partition("_")[0]))
    return next((name for name in symbols if name in names), None) or nearest(key, names)
