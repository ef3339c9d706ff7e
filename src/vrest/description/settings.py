"""Other values for the numbers of a described cell, without its text: checked as the description checks them, but not read anew."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from numbers import Real
from typing import TYPE_CHECKING, Any

from .. import maths
from ..errors import InputError
from ..mechanisms.parameter import Parameter
from ..units import UnitError, dimension_of, from_unit, is_pH
from .cell import Cell, Compartment, Value
from .derive import LARGEST_IMPLIED, Derivation, asked_volume, implied_potential
from .measure import measure

if TYPE_CHECKING:
    from ..units.span import Span


def value_of_setting(cell: Cell, path: str, wanted: Any) -> float | None:
    """A setting in SI: a plain number is in SI already, everything else has a unit.

    None where only the description itself can say what the setting means, or what is wrong with it: an unknown path, a value that does
    not fit, another basis (per area, of the whole cell), zero where there was something or something where there was zero.
    """
    value = cell.settable.get(path)
    if value is None or value.row is None:
        return None
    si = _measured(wanted, value, value.row)
    if si is None or not math.isfinite(si) or not value.row.domain.admits(si) or bool(si) != bool(value.si):
        return None
    return si


def in_words(cell: Cell, path: str, wanted: Any) -> Any:
    """A setting as the description takes it: a plain number, which is in SI, with the unit of its path."""
    unit = si_unit(cell, path)
    return wanted if unit is None or isinstance(wanted, bool) or not isinstance(wanted, Real) else f"{float(wanted)!r} {unit}"


def si_unit(cell: Cell, path: str) -> str | None:
    """The unit of plain numbers for a path: that of SI, called as in the description where that is as large (mM); None: no path."""
    value = cell.settable.get(path) if isinstance(path, str) else None
    if value is None:
        return None
    unit = value.unit or "1"
    return unit if from_unit(1.0, unit) == 1.0 else dimension_of(unit).symbol


def span_over(cell: Cell, path: str, given: Any) -> Span:
    """The values that a number takes in turn; one of H may be given as pH.

    Raises:
        UnitError: they are not understood, or are pH of something else.
    """
    from ..units.span import span_of

    texts = [given] if isinstance(given, str) else given if isinstance(given, list | tuple) else ()
    value = cell.settable.get(path)
    for text in texts:
        if is_pH(text) and value is not None and value.row is not None:
            measure(text.partition(":")[0], value.row)
    return span_of(given, si_unit(cell, path) or "1")


def _measured(wanted: Any, value: Value, row: Parameter) -> float | None:
    if isinstance(wanted, Real) and not isinstance(wanted, bool):
        return float(wanted)
    try:
        quantity, basis = measure(wanted, row)
    except UnitError:
        return None
    return quantity.value if basis is value.basis else None


def written_with(derivation: Derivation, settings: Mapping[str, Any]) -> dict[str, float] | None:
    """The written values with settings in their places; None where the description has to be read anew for one of them."""
    written = dict(derivation.written)
    for path, wanted in settings.items():
        si = value_of_setting(derivation.cell, path, wanted)
        if si is None:
            return None
        written[path] = si
    return written


def numbers_with(derivation: Derivation, settings: Mapping[str, Any]) -> dict[str, float] | None:
    """All numbers of the cell with settings in place; None where the description has to be read anew, as it never has without any."""
    if not settings:
        return derivation.numbers()
    written = written_with(derivation, settings)
    if written is None:
        return None
    try:
        numbers = derivation.numbers(written)
    except InputError:
        return None
    return numbers if _is_described(derivation.cell, written, numbers) else None


def _is_described(cell: Cell, written: Mapping[str, float], numbers: Mapping[str, float]) -> bool:
    """Whether numbers that follow from others are what a description takes: volumes, impermeants, and the potential these imply."""
    return all(conditions(cell, written, numbers))


def conditions(cell: Cell, written: Mapping[str, Any], numbers: Mapping[str, Any]) -> Iterator[Any]:
    """What must hold of such numbers; of symbols as expressions."""
    for membrane in cell.membranes.values():
        if membrane.water.target is not None:
            asked = asked_volume(cell, membrane, numbers)
            yield from (asked > 0, asked < math.inf)
    for space in cell.compartments.values():
        yield from _of_space(cell, space, written, numbers)


def _of_space(cell: Cell, space: Compartment, written: Mapping[str, Any], numbers: Mapping[str, Any]) -> Iterator[Any]:
    name = space.name
    if space.volume is not None:
        yield numbers[f"{name}.volume"] > 0
    for word in space.impermeants:
        yield numbers[f"{name}.{word}.concentration"] >= 0
    implied = implied_potential(cell, space)
    if implied is not None:
        yield maths.absolute(implied(written, numbers)) <= LARGEST_IMPLIED
