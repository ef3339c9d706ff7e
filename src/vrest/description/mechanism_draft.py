"""What is known of a mechanism while it is read: where it stands, its kind and law, and the numbers found so far."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field

from ..mechanisms.kind import Kind, Law
from ..mechanisms.parameter import Basis
from .cell import Compartment, Value
from .check import Checker
from .nodes import Keys, Mapping


@dataclass
class Draft:
    """One mechanism whose kind and law are known.

    Attributes:
        keys, path:   where it stands in the tree, and the path of its numbers
        inner, outer: the sides of its membrane; for an exchange the compartment and its partner
        species:      the ions it moves with their signed counts, once they are read
        before:       how many problems there were when reading began
    """

    check: Checker
    keys: Keys
    name: str
    entry: Mapping
    kind: Kind
    law: Law
    inner: Compartment
    outer: Compartment
    valences: MappingType[str, int]
    numbers: dict[str, Value] = field(default_factory=dict)
    basis: Basis | None = None
    form: str = ""
    species: MappingType[str, float] = field(default_factory=dict)
    before: int = 0

    @property
    def path(self) -> str:
        return f"{self.keys[1]}.{self.name}"

    @property
    def sound(self) -> bool:
        """Whether no problem was found in it so far."""
        return len(self.check.problems) == self.before
