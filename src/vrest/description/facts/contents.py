"""What formulas say of the contents of a compartment: its osmotic coefficient."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ...mechanisms.formula_language import Formula
from ...units import DIMENSIONLESS, Dimension
from ..cell import Cell, Compartment
from ..derive import Derivation, osmotic_coefficient
from ..read import Section
from .formulas import read_expression
from .own_states import names_in

EXAMPLE = 'such as "1 + 0.02*X/(1 mM)"'


def coefficient_of(section: Section, space: Compartment, elsewhere: Mapping[str, Dimension]) -> Formula | None:
    """The osmotic coefficient of a compartment as a formula."""
    key, names = "osmotic_coefficient", names_in(section, space, elsewhere)
    formula = read_expression(section, key, space.name, names, EXAMPLE)
    if formula is not None and formula.dimension != DIMENSIONLESS:
        message = f"'{key}' of '{space.name}' has the wrong dimension: its value is {formula.dimension}"
        section.wrong(key, message, expected="a plain number")
    return formula


def check_coefficients(sections: Mapping[str, Section], cell: Cell) -> None:
    """Osmotic coefficients that are formulas are more than zero as described."""
    numbers = Derivation(cell).numbers()
    for name, space in cell.compartments.items():
        if space.osmotic_formula is not None and not 0 < (value := float(osmotic_coefficient(cell, name, numbers))) < math.inf:
            message = f"'osmotic_coefficient' of '{name}' is {value:.4g} as described"
            sections[name].wrong("osmotic_coefficient", message, expected="more than zero")
