"""The state of a cell as rows: what each is, where it is, and how solvers may treat it.

Rows are found by their key or by what they are (a mask), never by counting positions. A further kind of state is a further
kind of row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

CHARGE, AMOUNT, VOLUME, OWN, GATE = "charge", "amount", "volume", "own", "gate"

Numbers = Mapping[str, Any]


class Key(NamedTuple):
    """What a row is (`charge`, `amount`, `volume`, `own`, `gate`), the place it belongs to, and its name there: an amount's ion, a gate.

    The place of a gate is the path of its mechanism; a state of one's `own` is that of a mechanism or of a compartment. A gate settles
    where time does not count, and so do some states of a mechanism, which are rows of the kind `gate` then.
    """

    kind: str
    place: str
    name: str = ""


@dataclass(frozen=True)
class State:
    """One row of the state.

    Attributes:
        key:       what it is, where, and which
        initial:   its value as described, from the numbers of the cell
        positive:  it cannot be negative, so solvers follow its logarithm
        scale:     a size of what may be negative and has none of its own, which solvers count it in
        conserved: what leaves it arrives in another row or in a place that is kept; it takes part in conserved totals
        balanced:  in a steady state it follows from a balance at one moment, not from its rate
    """

    key: Key
    initial: Callable[[Numbers], Any]
    positive: bool = True
    conserved: bool = True
    balanced: bool = False
    scale: Callable[[Numbers], Any] | None = None

    def size(self, numbers: Numbers) -> Any:
        """The scale at given numbers, 1 where there is none."""
        return 1.0 if self.scale is None else self.scale(numbers)


class States:
    """The rows of one cell, in the order in which they stand in a state vector."""

    def __init__(self, rows: Iterable[State]) -> None:
        self.rows = tuple(rows)
        self.index = {row.key: k for k, row in enumerate(self.rows)}
        self.positive = self.where(lambda row: row.positive)
        self.conserved = self.where(lambda row: row.conserved)
        self.balanced = self.where(lambda row: row.balanced)
        self._keys: dict[str, list[Key]] = {}
        for row in self.rows:
            self._keys.setdefault(row.key.kind, []).append(row.key)

    @property
    def size(self) -> int:
        return len(self.rows)

    def where(self, holds: Callable[[State], bool]) -> np.ndarray:
        """Which rows something holds of, as a mask."""
        return np.array([holds(row) for row in self.rows], dtype=bool)

    def are(self, kind: str) -> np.ndarray:
        """Which rows are of a kind, as a mask."""
        return self.where(lambda row: row.key.kind == kind)

    def keys(self, kind: str) -> list[Key]:
        """Keys of the rows of a kind, in order."""
        return self._keys.get(kind, [])

    def places(self, kind: str) -> list[str]:
        """Places of the rows of a kind, in order."""
        return [key.place for key in self.keys(kind)]

    def initial(self, numbers: Numbers) -> np.ndarray:
        """Every row as described; charges and gates, which a start decides, are zero."""
        return np.array([row.initial(numbers) for row in self.rows], dtype=float)

    def ordered(self, values: Mapping[Key, Any]) -> list[Any]:
        """Values by key, in the order of the rows."""
        return [values[key] for key in self.index]
