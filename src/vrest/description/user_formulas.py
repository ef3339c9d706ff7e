"""What a user writes of his own: formulas, and the numbers that they name."""

from __future__ import annotations

from collections.abc import Callable, Container
from collections.abc import Mapping as MappingType
from dataclasses import replace

from ..mechanisms.formula_language import Formula, FormulaError, parse
from ..mechanisms.parameter import Parameter
from ..units import Dimension, UnitError, dimension_of
from .cell import Value
from .check import Checker, brief, unit_of
from .nodes import Keys, Mapping, Node, Scalar


def read_named_numbers(
    check: Checker, node: Node | None, owner: str, keys: Keys, path: str, taken: Container[str], example: tuple[str, str]
) -> dict[str, Value]:
    """The `parameters` of a formula, each in the unit it was written in; problems go to the checker.

    Arguments:
        owner: whose they are, in words; keys, path: where they stand in the file, and in paths
        taken: names that have a meaning already
        example: a name and a value that could stand there
    """
    word_like, value_like = example
    section = check.section(node, f"'parameters' of {owner}", f"{{{word_like}: {value_like}}}")
    found = {}
    for word, entry in section or ():
        assert section is not None
        if word in taken or not (word.isidentifier() and word.isascii() and len(word) <= 64):
            why = ": it has a meaning already" if word in taken else ""
            check.report(
                section.key(word),
                f"'{brief(word)}' cannot name a parameter of {owner}{why}",
                path=f"{path}.parameters",
                found=word or "nothing",
                expected=f"an unused name of letters, digits and _, such as {word_like}",
            )
            continue
        unit = _unit(entry.get("value") if isinstance(entry, Mapping) else entry)
        row = Parameter(word, unit, example=f"a number in {unit}" if unit else value_like)
        value = check.quantity(entry, row, (*keys, word), f"{path}.{word}")
        if value is not None:
            found[word] = replace(value, unit=unit)
    return found


def _unit(node: Node | None) -> str:
    """The unit of a user's number as it was written; its dimension is the number's."""
    unit = unit_of(node.text) if isinstance(node, Scalar) else ""
    try:
        dimension_of(unit)
    except UnitError:
        return ""
    return unit


def read_expression(
    check: Checker,
    node: Node,
    what: str,
    path: str,
    names: MappingType[str, Dimension],
    example: str,
    why_not: Callable[[str], str | None] = lambda name: None,
) -> Formula | None:
    """A formula of these names, or None with problems reported; `why_not` says why a name has no meaning there."""
    if not isinstance(node, Scalar):
        check.report(node, f"{what} is a formula", path=path, found=node.words, expected=example)
        return None
    try:
        return parse(node.text, names=names)
    except FormulaError as error:
        for problem in error.problems:
            check.report(
                node,
                f"{what}: {why_not(problem.found or '') or problem.message}",
                found=problem.found,
                expected=problem.expected,
                suggestion=problem.suggestion,
                path=path,
                offset=error.offset or 0,
            )
    return None
