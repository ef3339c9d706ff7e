"""Tables that the formulas of a mechanism read off: what they are over, axes that rise, as many values as there are points."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...errors import nearest
from ...mechanisms.formula_tables import Table
from ...units import DIMENSIONLESS, Dimension, UnitError, dimension_of, quantity_from
from ..measure import brief
from ..nodes import Node, Scalar, Sequence
from ..read import Section
from .formulas import names_of

if TYPE_CHECKING:
    from .mechanisms import Way

HOLD = "hold"
MOST_AXES = 2
EXAMPLE = "{of: [pH_in, V], at: [[4, 5, 6], [-60 mV, 0 mV]], values: [[2, 2], [3, 3], [4, 4]], beyond: hold}"


def table_of(way: Way, name: str, section: Section) -> Table | None:
    """A table of a mechanism; None with a problem reported, here or of a formula that it is over."""
    of, known = section["of"], names_of(way)
    if not all(key in section for key in ("of", "at", "values")) or any(
        word in way.section["let"].keys() - known.keys() for word in of
    ):
        return None
    if not _names_are_known(name, section, known):
        return None
    dimensions = tuple(known[word] for word in of)
    axes, dimension = _axes(name, section, of, dimensions), _dimension(section)
    if axes is None or dimension is None:
        return None
    rows = _rows(name, section, axes, dimension)
    if rows is None or not section.sound:
        return None
    return Table(name, axes, rows, of, dimensions, dimension, section["beyond"] == HOLD)


def _names_are_known(name: str, section: Section, known: Mapping[str, Dimension]) -> bool:
    """Whether what a table is over has names that formulas know."""
    if not 1 <= len(section["of"]) <= MOST_AXES:
        section.wrong("of", f"the table '{name}' is over one or two names", expected="of: V, or of: [pH_in, V]")
    for word in [word for word in section["of"] if word not in known]:
        message = f"the table '{name}' is over {brief(word)}, which is not known here"
        meant = nearest(word, known) or next((other for other in known if other.startswith(f"{word}_")), None)
        expected = "names that formulas know, such as V and K_out"
        section.report(section.at("of"), message, path=section.path_of("of"), found=word, expected=expected, suggestion=meant)
    return section.sound


def _dimension(section: Section) -> Dimension | None:
    """The dimension of the values: that of `unit`; plain numbers without one."""
    if section["unit"] is None:
        return DIMENSIONLESS
    try:
        return dimension_of(section["unit"])
    except UnitError as error:
        section.wrong("unit", error.problem.message, expected="a unit, such as 1/s", suggestion=error.problem.suggestion)
        return None


# -- axes -------------------------------------------------------------------------------------------------------------


def _axes(
    name: str, section: Section, of: tuple[str, ...], dimensions: tuple[Dimension, ...]
) -> tuple[tuple[float, ...], ...] | None:
    """The points along each axis [SI]; a list of them is enough where there is one axis."""
    node = section.at("at")
    parts = node.items if isinstance(node, Sequence) else ()
    if len(of) == 1 and parts and all(isinstance(part, Scalar) for part in parts):
        parts = (node,)
    if len(parts) != len(of) or not all(isinstance(part, Sequence) for part in parts):
        expected = f"at: [{', '.join('[...]' for _ in of)}], a list for each of {', '.join(of)}"
        section.wrong("at", f"'at' of the table '{name}' lists the points of each axis", found=node.words, expected=expected)
        return None
    axes = [_axis(name, section, *one) for one in zip(parts, of, dimensions, strict=True)]
    return tuple(axis for axis in axes if axis is not None) if None not in axes else None


def _axis(name: str, section: Section, node: Node, word: str, dimension: Dimension) -> tuple[float, ...] | None:
    assert isinstance(node, Sequence)
    points = [_number(section, "at", one, dimension, f"a point of {word} in the table '{name}'") for one in node.items]
    numbers = [one for one in points if one is not None]
    if len(numbers) < len(points):
        return None
    if len(numbers) < 2:
        message = f"the table '{name}' has fewer than two points along {word}"
        section.report(node, message, path=section.path_of("at"), found=node.words, expected="two points or more")
        return None
    for k, (a, b) in enumerate(itertools.pairwise(numbers), 1):
        if b <= a:
            message = f"the points along {word} of the table '{name}' do not rise"
            found, before = node.items[k].words, node.items[k - 1].words
            section.report(node.items[k], message, path=section.path_of("at"), found=found, expected=f"more than {before}")
            return None
    return tuple(numbers)


# -- values -----------------------------------------------------------------------------------------------------------


def _rows(
    name: str, section: Section, axes: tuple[tuple[float, ...], ...], dimension: Dimension
) -> tuple[tuple[float, ...], ...] | None:
    """The values [SI], a row for each point of the first axis."""
    node = section.at("values")
    rows = node.items if isinstance(node, Sequence) else ()
    wide = len(axes[1]) if len(axes) > 1 else 1
    if len(rows) != len(axes[0]):
        _of_another_size(
            name, section, node, f"{len(axes[0])} {'rows' if len(axes) > 1 else 'values'}, one for each point of the first axis"
        )
        return None
    found = []
    for row in rows:
        items = row.items if isinstance(row, Sequence) else (row,)
        if len(items) != wide:
            _of_another_size(
                name, section, row, f"{wide} value{'s' * (wide > 1)} in each row, as many as the second axis has points"
            )
            return None
        found.append(
            [_number(section, "values", one, dimension, f"a value of the table '{name}'", section["unit"]) for one in items]
        )
    numbers = tuple(tuple(one for one in row if one is not None) for row in found)
    return numbers if all(len(row) == wide for row in numbers) else None


def _of_another_size(name: str, section: Section, node: Node, expected: str) -> None:
    message = f"the values of the table '{name}' do not fit its axes"
    section.report(node, message, path=section.path_of("values"), found=node.words, expected=expected)


def _number(section: Section, key: str, node: Node, dimension: Dimension, what: str, unit: str | None = None) -> float | None:
    """A number of a dimension [SI]; a bare one is in `unit`."""
    if not isinstance(node, Scalar):
        section.report(node, f"{what} is one number", path=section.path_of(key), found=node.words, expected="a number")
        return None
    given, wanted = node.text if node.given is None else node.given, unit or dimension.symbol or "1"
    try:
        if unit is not None and quantity_from(given).dimension == DIMENSIONLESS:
            given = f"{node.text} {unit}"
        return quantity_from(given, wanted).value
    except UnitError as error:
        problem, path = error.problem, section.path_of(key)
        section.report(node, f"{what}: {problem.message}", path=path, found=problem.found or "nothing", expected=problem.expected)
        return None
