"""What formulas say of the contents of a compartment: its osmotic coefficient, and how impermeants bind protons."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ...mechanisms.formula_language import Formula
from ...results.words import PROTON
from ...units import DIMENSIONLESS
from ..cell import CELL, Buffer, Cell, Compartment
from ..derive import Derivation, osmotic_coefficient
from ..read import Section
from .formulas import read_formula
from .scope import IN_PH, Scope, let_in_pH

EXAMPLE = 'such as "1 + 0.02*X/(1 mM)"'


def coefficient_of(section: Section, space: Compartment, scope: Scope) -> Formula | None:
    """The osmotic coefficient of a compartment as a formula."""
    key = "osmotic_coefficient"
    formula = scope.read(section, section.at(key), f"'{key}' of '{space.name}'", EXAMPLE, section.path_of(key))
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


# -- impermeants that are titrated ------------------------------------------------------------------------------------

BETWEEN = np.linspace(0.0, 14.0, 281)
"""pH at which a valence is looked at."""
VALENCE = 'such as "-10*(pH - 6.8)"'
ALONE = "the valence of an impermeant may be a formula in pH alone; what else changes it is another impermeant, or a state"


def titrated_of(space: Section, sections: Mapping[str, Section], buffer: Buffer) -> dict[str, Buffer]:
    """What binds protons of a compartment: a buffer, and impermeants whose valences are formulas in pH."""
    if not all(_has_pH(space, one) for one in sections.values()):
        return {}
    found = {word: formula for word, one in sections.items() if (formula := _valence_of(space, one)) is not None}
    return {PROTON: replace(buffer, titrated=found)} if found else {}


def _has_pH(space: Section, one: Section) -> bool:
    """Whether a compartment has a pH that changes."""
    free, why = space["ions"].get(PROTON), ""
    if space["role"] != CELL:
        why = f"'{space.name}' is a {space['role']}: what it holds is kept, and so is the valence of its impermeant"
    elif PROTON not in space["ions"] or (free is not None and free.si == 0):
        why = f"'{space.name}' holds no free H, so it has no pH that a valence could follow"
    elif PROTON in space["fixed"]:
        why = f"H of '{space.name}' is held by `fixed`, so the valence of its impermeant stays"
    if why:
        one.wrong("valence", why, expected="a number, such as -1" if space["ions"].get(PROTON) else "H: pH 7.2 among its ions")
    return not why


def _valence_of(space: Section, one: Section) -> Formula | None:
    """A valence as a formula in pH, which falls as the pH rises."""
    what = f"'valence' of the impermeant of '{space.name}'"
    node, path = one.at("valence"), one.path_of("valence")
    formula = read_formula(one, node, what, IN_PH, VALENCE, lambda name: ALONE, path, let=let_in_pH(space))
    if formula is None:
        return None
    if formula.dimension != DIMENSIONLESS:
        one.wrong("valence", f"{what} has the wrong dimension: its value is {formula.dimension}", expected="a plain number")
        return None
    values = np.broadcast_to(formula.evaluate(dict.fromkeys(IN_PH, BETWEEN)), BETWEEN.shape)
    bad = ~np.isfinite(values[1:]) | (np.diff(values) > 1e-12 * np.abs(values[1:]))
    if np.any(bad):
        message = (
            f"{what} is no valence that protons change: as pH rises it must fall, and does not near pH {BETWEEN[1:][bad][0]:.3g}"
        )
        one.wrong("valence", message, expected=VALENCE)
        return None
    return formula
