"""Rows of tables and single numbers: which row fits, SI value and basis of a number, the words for what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ..domains import FINITE, TEMPERATURE, Domain
from ..errors import InputError, Problem, shorten
from ..mechanisms.parameter import Basis, Parameter, Table, Type, needed, optional, words
from ..results.words import PROTON
from ..units import (
    DIMENSIONLESS,
    Dimension,
    Quantity,
    UnitError,
    dimension_of,
    from_unit,
    is_pH,
    quantity_from,
    to_unit,
    unit_text,
)
from .nodes import Mapping, Node, Scalar

QUOTIENT = re.compile(r" *([+-]?[0-9]{1,4}) */ *([1-9][0-9]{0,3}) *\Z")
Measured = tuple[Quantity, Basis | None]
"""A number and what it is counted per."""
CERTAINTIES = ("measured", "derived", "recalled", "teaching", "set")
ANNOTATION = Table(
    (
        needed(words("value", "the number with its unit", "140 mM", Type.QUANTITY)),
        words("range", "lowest and highest plausible value", "[120 mM, 150 mM]", Type.NAMES),
        words("source", "key of the bibliography", "hodgkin1949"),
        words("certainty", "how the number is known", "measured", Type.WORD, choices=CERTAINTIES),
        words("note", "anything a reader should know", "mean of 12 cells"),
        optional("valence", "", FINITE, meaning="charge number, for an ion that the table of ions does not hold", example="-2"),
    )
)
"""What may stand in place of any number: the number with its origin."""
MEASURED = {row.name: row for row in ANNOTATION}


def measure(given: Any, row: Parameter) -> tuple[Quantity, Basis | None]:
    """A quantity and what it is counted per; None where that is not asked, or a bare zero does not say it.

    Raises:
        UnitError: it is no quantity, or has a dimension that the row does not know.
    """
    if is_pH(given):
        return _of_protons(given, row), None
    if not (row.extensive or row.alternatives):
        return quantity_from(given, row.unit or "1"), None
    units = (row.unit, *row.alternatives, *_per_cell(row))
    try:
        quantity = quantity_from(given)
    except UnitError:
        quantity = quantity_from(given, None if row.relative else units)  # fails alike, but says what is expected
    if quantity.value == 0 and quantity.dimension == DIMENSIONLESS:
        return quantity, None
    bases = _bases(row)
    if quantity.dimension not in bases:
        quantity_from(given, units)  # raises, with the words of a wrong dimension or a missing unit
    return quantity, bases[quantity.dimension]


def _of_protons(text: str, row: Parameter) -> Quantity:
    """The concentration that a pH stands for, where one of H is written."""
    from ..units.acidity import of_pH

    if row.unit != "mM" or not (row.of_protons or row.name == PROTON):
        message = "a pH stands for a concentration of H, and nothing else"
        raise UnitError(Problem(message, found=text, expected=example_of(row)))
    return of_pH(text)


def _bases(row: Parameter) -> dict[Dimension, Basis]:
    if row.extensive:
        return row.bases()
    return {row.dimension: Basis.AREA, **{dimension_of(unit): Basis.CELL for unit in row.alternatives}}


def _per_cell(row: Parameter) -> tuple[str, ...]:
    """The unit of an extensive parameter per whole cell, where it has a word of its own."""
    dimension = row.dimension * dimension_of("m^2")
    return (dimension.symbol,) if row.extensive and dimension.name else ()


def number(node: Scalar, row: Parameter, path: str) -> tuple[Quantity, Basis | None]:
    """The number of a scalar, and what it is counted per.

    Raises:
        InputError: it does not fit the row; at its place, with its path in front so that it speaks for itself.
    """
    try:
        quantity, basis = measure(node.text if node.given is None else node.given, row)
    except UnitError as error:
        raise InputError(_placed(error.problem, node, row, path)) from None
    if row.domain.admits(quantity.value):
        return quantity, basis
    raise InputError(
        node.problem(
            f"'{path}' is out of range",
            path=path,
            found=quantity.text or f"{quantity.value:g}",
            expected=row.domain.words,
            suggestion=_meant(quantity, row.domain),
        )
    )


def _placed(problem: Problem, node: Scalar, row: Parameter, path: str) -> Problem:
    """A problem of the units, at its place."""
    message, expected, suggestion = f"'{path}': {problem.message}", problem.expected, problem.suggestion
    if row.name == "conductance" and problem.message == "the unit is missing":
        message = f"'{path}' needs a unit; ratios are given as permeabilities (`kind: ghk`), which is another law"
        suggestion = None
    if row.name == PROTON and row.unit == "mM" and problem.message == "the unit is missing":
        expected, suggestion = "a concentration such as 6e-5 mM, or a pH", f"pH {(problem.found or '').strip()}"
    if row.per_product:
        expected, suggestion = row.example, None
    return node.problem(message, path=path, found=problem.found or "nothing", expected=expected, suggestion=suggestion)


def meant_for(node: Scalar, row: Parameter, table: Table | None, problem: Problem) -> Problem:
    """A problem of a number, with the key beside it that would take it, where one of them is chosen."""
    if table is None:
        return problem
    groups = [group for group in (*table.one_of, *table.apart) if row.name in group]
    for name in [name for group in groups for name in group if name != row.name]:
        try:
            number(node, table[name], name)
        except InputError:
            continue
        return replace(problem, suggestion=f"{name}: {node.words}")
    return problem


def _meant(quantity: Quantity, domain: Domain) -> str | None:
    """What a number outside its domain was probably meant to be."""
    if domain is TEMPERATURE:
        return _meant_temperature(quantity.value)
    value, written = quantity.value, quantity.text.strip()
    if domain.high == 1.0 and 1 < value <= 100:
        return f"{value / 100:g}"
    if domain.high == 0 and value > 0:
        return f"-{written.lstrip('+')}"
    return written.lstrip("+-") if value < 0 and domain.low == 0 and domain.high > 1 else None


def _meant_temperature(kelvin: float) -> str | None:
    """37 K is 37 degC, 310 degC is 310 K."""
    celsius = to_unit(kelvin, "degC")
    if 0 <= kelvin <= 100 and TEMPERATURE.admits(from_unit(kelvin, "degC")):
        return f"{kelvin:g} degC"
    return f"{celsius:g} K" if TEMPERATURE.admits(celsius) else None


def is_choice(row: Parameter, node: Node) -> bool:
    """Whether a node is one of a row's words."""
    return isinstance(node, Scalar) and node.text in row.choices


def is_quantity(node: Node) -> bool:
    """Whether a node is a number with or without a unit, whatever its dimension."""
    if not isinstance(node, Scalar):
        return False
    try:
        quantity_from(node.text if node.given is None else node.given)
    except UnitError:
        from ..units.slips import COMMA

        return re.match(COMMA, node.text) is not None  # a slip in a number, no formula
    return True


def in_decimals(node: Scalar) -> Scalar:
    """A count that is written as a quotient of whole numbers, such as `10/3`, as a number."""
    found = QUOTIENT.match(node.text)
    return replace(node, text=repr(int(found[1]) / int(found[2])), given=None) if found else node


def fitting(row: Parameter, node: Node) -> Table:
    """The first table of a row that knows a key of the node; the last where none does."""
    written = node.entries if isinstance(node, Mapping) else {}
    return next((table for table in row.of if any(one.name in written for one in table)), row.of[-1])


def first_of(row: Parameter) -> tuple[str, str]:
    """Name and value of the first entry of a row's example."""
    name, _, value = row.example.strip("{}").partition(", ")[0].partition(": ")
    return name, value


def entry_row(row: Parameter, name: str) -> Parameter:
    """The row of one of several named numbers."""
    return replace(row, name=name, example=first_of(row)[1], type=Type.QUANTITY)


def bare(node: Node) -> Node | None:
    """A number without what is said of it."""
    return node.get("value") if isinstance(node, Mapping) else node


def written_unit(node: Node) -> str:
    """The unit of a user's number as it was written; its dimension is the number's."""
    scalar = bare(node)
    unit = unit_text(scalar.text) if isinstance(scalar, Scalar) else ""
    try:
        dimension_of(unit)
    except UnitError:
        return ""
    return unit


def example_of(row: Parameter) -> str:
    return row.example or (f"a number in {row.unit}" if row.unit else "a number")


def brief(text: str) -> str:
    """A name that came from outside, short enough for a message."""
    return shorten(text)


def listing(known: Iterable[str]) -> str:
    """Names in order of the alphabet; of many, the first."""
    names = sorted(known)
    return ", ".join(names) if len(names) <= 14 else ", ".join(names[:14]) + ", ..."
