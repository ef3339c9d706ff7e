"""One row of a parameter table: what checks it, explains it and generates the reference of the file format."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ..domains import FINITE, Domain
from ..units import DIMENSIONLESS, Dimension, dimension_of

ACTIVE = "active"
"""Name of the number that multiplies every flow of a mechanism: 1, or 0 where it is taken away."""


class Basis(Enum):
    """What a mechanism's amounts are counted per; decided by the dimension of what was written."""

    AREA = "per area"
    CELL = "per whole cell"
    VOLUME = "per inner volume"
    RELATIVE = "relative"


class Type(Enum):
    """What stands behind a key."""

    QUANTITY = "quantity"
    QUANTITIES = "quantities"  # a mapping of names (ions) to quantities
    COUNTS = "counts"  # a mapping of ions to signed whole or decimal numbers
    ION = "ion"
    WORD = "word"
    TEXT = "text"
    FORMULA = "formula"
    NAMES = "names"
    FLAG = "flag"
    SECTION = "section"  # a mapping with a table of its own


@dataclass(frozen=True)
class Parameter:
    """A key of a description: its name, unit (and so dimension), domain, default and meaning.

    An `extensive` parameter is given per area (`unit`), per whole cell or per inner volume; its dimension says which. One `of_volume`
    has no area: it is given per volume (`unit`) or in all.
    A `relative` one may also be a bare ratio. One `per_product` is divided by the product of concentrations it multiplies.
    `alternatives` are further units of other dimensions that are understood; `choices` the words (for a quantity: in its place).
    """

    name: str
    unit: str = ""
    domain: Domain = FINITE
    default: float | str | None = None
    meaning: str = ""
    required: bool = True
    type: Type = Type.QUANTITY
    choices: tuple[str, ...] = ()
    extensive: bool = False
    relative: bool = False
    per_product: bool = False
    of_volume: bool = False
    alternatives: tuple[str, ...] = ()
    example: str = ""

    @property
    def dimension(self) -> Dimension:
        return dimension_of(self.unit) if self.unit else DIMENSIONLESS

    def bases(self) -> dict[Dimension, Basis]:
        """The dimensions that an extensive parameter may have, and what each is counted per."""
        if self.of_volume:
            return {self.dimension: Basis.VOLUME, self.dimension * dimension_of("m^3"): Basis.CELL}
        per_area = self.dimension
        found = {per_area: Basis.AREA, per_area * dimension_of("m^2"): Basis.CELL, per_area / dimension_of("m"): Basis.VOLUME}
        if self.relative:
            found[DIMENSIONLESS] = Basis.RELATIVE
        return found


def optional(
    name: str, unit: str = "", domain: Domain = FINITE, default: float | str | None = None, meaning: str = "", **more: object
) -> Parameter:
    """A parameter that may be left out."""
    return Parameter(name, unit, domain, default, meaning, required=False, **more)  # type: ignore[arg-type]
