"""Tables of keys: what reads a description, explains it and generates the reference of the file format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from ..domains import FINITE, Domain
from ..units import DIMENSIONLESS, Dimension, dimension_of

ACTIVE = "active"
"""Name of the number that multiplies every flow of a mechanism: 1, or 0 where it is taken away."""
DRIVE = "drive.delta_G"
"""Name of the free energy of what drives a cycle in place of ATP."""


class Basis(Enum):
    """What a mechanism's amounts are counted per; decided by the dimension of what was written."""

    AREA = "per area"
    CELL = "per whole cell"
    VOLUME = "per inner volume"
    RELATIVE = "relative"


class Type(Enum):
    """What stands behind a key, in words."""

    QUANTITY = "a quantity"
    QUANTITIES = "quantities by ion"
    NUMBERS = "numbers by name"  # names of one's own; each number in the unit it is written in
    OWN_UNIT = "a number in a unit of its own"
    COUNTS = "numbers by ion"  # plain ones that no path leads to
    ION = "an ion"
    WORD = "a word"
    TEXT = "text"
    NAME = "text on one line"
    FORMULA = "a formula"  # read when it is known what it may name
    FORMULAS = "formulas by name"  # likewise
    EXPRESSION = "a quantity, or a formula"
    NAMES = "a list of two"
    KEYS = "a word, or a list of words"
    FLAG = "`true` or `false`"
    SECTION = "a section"  # a mapping with a table of its own; a word or a number may stand in its place
    ONE_OF = "a section with one key"
    NAMED = "sections by name"
    LISTED = "a list of names, or sections by name"
    LIST = "a list"  # of sections
    GRID = "a list, or a list of lists"  # of numbers; they are read when it is known what they are
    PATHS = "values by path"  # paths of a cell; the values are read as these paths are


@dataclass(frozen=True)
class Parameter:
    """A key of a description: its name, unit (and so dimension), domain, default and meaning.

    An `extensive` parameter is given per area (`unit`), per whole cell or per inner volume; its dimension says which. One `of_volume`
    has no area: it is given per volume (`unit`) or in all.
    A `relative` one may also be a bare ratio. One `per_product` is divided by the product of concentrations it multiplies.
    `alternatives` are further units of other dimensions that are understood; `choices` the words (for a quantity: in its place).
    `typical` says which values are found in cells.
    A section has the tables `of`, the first that knows one of its keys (one of several: by their titles); `otherwise` says what it is
    where none of these, or nothing by name, stands there. A section that is not `in_path` has no part in the paths of what it holds.
    A concentration `of_protons` may be a pH, whatever it is called.
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
    typical: str = ""
    of: tuple[Table, ...] = ()
    otherwise: str = ""
    in_path: bool = True
    of_protons: bool = False

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


@dataclass(frozen=True)
class Table:
    """The keys of one sort of section.

    Attributes:
        noun:     what a section with a name is (`membrane`)
        title:    how messages about its keys call it, where that is not its key or name
        example:  one as it may be written
        hints:    what is to be said of a key that belongs elsewhere
        settable: whether its numbers have paths by which they can be set
        one_of:   groups of keys of which exactly one stands
        apart:    groups of keys of which at most one stands
        choose:   finds the table of one section by what stands in it, and reports where none fits
    """

    rows: tuple[Parameter, ...]
    noun: str = ""
    title: str = ""
    example: str = ""
    hints: Mapping[str, str] = field(default_factory=dict)
    settable: bool = True
    one_of: tuple[tuple[str, ...], ...] = ()
    apart: tuple[tuple[str, ...], ...] = ()
    choose: Callable[[Any, Any, str], Table | None] | None = None

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self.rows)

    def __getitem__(self, name: str) -> Parameter:
        return next(row for row in self.rows if row.name == name)


def optional(
    name: str, unit: str = "", domain: Domain = FINITE, default: float | str | None = None, meaning: str = "", **more: Any
) -> Parameter:
    """A parameter that may be left out."""
    return Parameter(name, unit, domain, default, meaning, required=False, **more)


# -- rows of the file formats; each may be left out unless it is `needed` -----------------------------------------------


def number(name: str, unit: str, domain: Domain, meaning: str, example: str, **more: Any) -> Parameter:
    return optional(name, unit, domain, meaning=meaning, example=example, **more)


def words(name: str, meaning: str, example: str, type: Type = Type.TEXT, **more: Any) -> Parameter:  # noqa: A002
    """Anything that is no number and no section."""
    return optional(name, meaning=meaning, example=example, type=type, **more)


def section(name: str, meaning: str, *of: Table, **more: Any) -> Parameter:
    """A section by one of the tables `of`; its example is that of the last."""
    return optional(name, meaning=meaning, type=Type.SECTION, of=of, **{"example": of[-1].example, **more})


def named(name: str, meaning: str, table: Table, called: str, **more: Any) -> Parameter:
    """Sections by their names, such as `called`."""
    example = f"{{{called}: {table.example}}}"
    return optional(name, meaning=meaning, type=Type.NAMED, of=(table,), **{"example": example, **more})


def needed(row: Parameter) -> Parameter:
    """The row of a key that must stand."""
    return replace(row, required=True)
