"""Formulas of a description: what they may name, and the numbers of the user's own that they name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from ...mechanisms.formula_language import Formula, FormulaError, parse
from ...units import DIMENSIONLESS, Dimension, dimension_of
from ..cell import Compartment, Value
from ..nodes import Scalar
from ..read import Section, refuse_name

CONCENTRATION = dimension_of("mol/m^3")


def unused(section: Section, key: str, taken: Collection[str]) -> dict[str, Value]:
    """Numbers of the user's own; a problem for each whose name is taken."""
    for word in section[key]:
        if word in taken:
            refuse_name(section, section.table[key], word, ": it has a meaning already")
    return {word: value for word, value in section[key].items() if word not in taken}


def read_expression(
    section: Section,
    key: str,
    name: str,
    names: Mapping[str, Dimension],
    example: str,
    why_not: Callable[[str], str | None] = lambda name: None,
) -> Formula | None:
    """A formula of the mechanism or membrane `name`, or None with problems reported.

    Arguments:
        names:   what it may name
        example: what could stand there
        why_not: says why a name has no meaning there
    """
    node, what, path = section.at(key), f"'{key}' of '{name}'", section.path_of(key)
    if not isinstance(node, Scalar):
        section.report(node, f"{what} is a formula", path=path, found=node.words, expected=example)
        return None
    try:
        return parse(node.text, names=names)
    except FormulaError as error:
        for problem in error.problems:
            section.report(
                node,
                f"{what}: {why_not(problem.found or '') or problem.message}",
                found=problem.found,
                expected=problem.expected,
                suggestion=problem.suggestion,
                path=path,
                offset=error.offset or 0,
            )
    return None


def side_names(space: Compartment, side: str) -> dict[str, Dimension]:
    """The concentrations of a side, as formulas name them: `K_in`, `c_in_K`."""
    return {name: CONCENTRATION for ion in space.ions for name in (f"{ion}_{side}", f"c_{side}_{ion}")}


def side_values(space: Compartment, side: str) -> dict[str, float]:
    """The described concentrations of a side, by the names of formulas."""
    return {name: value.si for ion, value in space.ions.items() for name in (f"{ion}_{side}", f"c_{side}_{ion}")}


def number_names(numbers: Mapping[str, Value]) -> dict[str, Dimension]:
    """Numbers of a mechanism or a volume that formulas may name."""
    return {
        key: dimension_of(value.unit) if value.unit else DIMENSIONLESS for key, value in numbers.items() if key.isidentifier()
    }
