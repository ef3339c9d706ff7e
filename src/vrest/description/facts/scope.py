"""What formulas of a compartment may name: what it holds, what is elsewhere, and formulas behind names of the user's own (`let`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ...mechanisms.formula_language import Formula, FormulaError, parse
from ...units import DIMENSIONLESS, Dimension, dimension_of
from ..cell import Compartment
from ..nodes import Node, Scalar
from ..read import Section
from .formulas import CONCENTRATION, LET, RESERVED, claim, named_in, of_side, read_formula, side_names
from .order import in_turn, lets_of
from .own_states import SECOND, dimension_of_state

EXAMPLE = 'such as "B - CaB"'
IN_PH = dict.fromkeys(("pH", "pH_in"), DIMENSIONLESS)
"""What the valence of an impermeant may name."""


@dataclass
class Scope:
    """Names of a compartment's formulas, and formulas that are put in place of further ones; `unread` are those that have a problem."""

    names: Mapping[str, Dimension]
    let: dict[str, Formula] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)

    def read(self, section: Section, node: Node, what: str, example: str, path: str = "") -> Formula | None:
        """The formula of a node, or None with problems reported; as `read_formula`."""
        if named_in(node, self.unread):
            return None
        return read_formula(section, node, what, self.names, example, path=path, let=self.let)


def scope_of(section: Section, space: Compartment, elsewhere: Mapping[str, Dimension]) -> Scope:
    """What formulas of a compartment may name; a problem for each name of its own that has a meaning already."""
    named = ((name, LET, section.at("let").key(name)) for name in section["let"])
    free = [name for name, _ in claim(section, named, _taken(section, space))]
    scope = Scope(_names_in(section, space, elsewhere), unread=set(section["let"]))
    for name, node in lets_of(section):
        formula = scope.read(section, node, f"'let.{name}' of '{space.name}'", EXAMPLE) if name in free else None
        if formula is not None:
            scope.let[name] = formula
            scope.unread.remove(name)
    return scope


def _names_in(section: Section, space: Compartment, elsewhere: Mapping[str, Dimension]) -> dict[str, Dimension]:
    """Its ions, water and pH, its impermeants and states by name, all else by path."""
    names = {"T": dimension_of("K"), "t": SECOND} | side_names(space, "in") | of_side(space, "in") | dict(elsewhere)
    names |= dict.fromkeys(_impermeants(section), CONCENTRATION)
    return names | {name: dimension_of_state(one) for name, one in section["states"].items()}


def _impermeants(section: Section) -> Iterable[str]:
    return ("X",) if section["impermeant"] else section["impermeants"]


def _taken(section: Section, space: Compartment) -> dict[str, str]:
    """Names that mean something in a compartment already, and what."""
    sides = [name for side in ("in", "out") for name in (*side_names(space, side), *of_side(space, side))]
    meaning = dict.fromkeys((*RESERVED, *(IN_PH if "H" in space.ions else ())), "a word of formulas")
    meaning |= dict.fromkeys(sides, "what a side of a membrane holds") | dict.fromkeys(space.ions, "an ion")
    return meaning | dict.fromkeys(_impermeants(section), "an impermeant") | dict.fromkeys(section["states"], "a state")


def let_in_pH(section: Section) -> dict[str, Formula]:
    """The formulas behind names of a compartment that are in pH alone; what is wrong with another one is told by its scope."""
    found: dict[str, Formula] = {}
    for name, node in in_turn(dict(section["let"])):
        try:
            found |= {name: parse(node.text, names=IN_PH, let=found)} if isinstance(node, Scalar) else {}
        except FormulaError:
            continue
    return found
