"""Text, numbers and pint quantities to SI, and back to text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from numbers import Real
from typing import Any

from ..domains import bounded
from ..errors import Problem
from .dimensions import Dimension, Malformed, Quantity, Unit, UnitError
from .grammar import MAX_LENGTH, plain, read_unit
from .table import CELSIUS_OFFSET, Ratio, exact, nearest_float, plus, times

_NUMBER = re.compile(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)(?![0-9.,_]) *")
Expected = str | tuple[str, ...] | None


def _slips() -> Any:
    from . import slips  # the words are needed only where something is wrong

    return slips


def spelled_unit(text: str) -> Unit:
    """The unit that a text spells.

    Raises:
        UnitError: it spells none.
    """
    try:
        return read_unit(text)
    except Malformed as fault:
        raise UnitError(_slips().of_unit(text, fault, ())) from None


def dimension_of(text: str) -> Dimension:
    """The dimension of a unit such as `mV`, `mol/m^2/s` or `1`.

    Raises:
        UnitError: the text spells no unit.

    >>> str(dimension_of("mM"))
    'concentration (mol/m^3)'
    """
    return spelled_unit(text).dimension


def parse_quantity(text: str, unit: Expected = None, *, zero_needs_no_unit: bool = True) -> Quantity:
    """Read NUMBER UNIT strictly.

    NUMBER is decimal: sign, digits, point, exponent. UNIT is made of the names of `known_units()` with SI prefixes, `*` or
    a space between factors, `/`, parentheses, and whole powers up to 4 (`cm^2`, `cm2`, `cm**2`, `s^-1`); typographic signs
    are understood. Quotients chain from left to right (`mol/m^2/s`); a product after a quotient
    needs parentheses. `degC` stands alone.

    Arguments:
        text:  what a person wrote, at most 200 characters
        unit:  any unit of the dimension that is expected, `1` for a plain number, several where each will do; None: any
        zero_needs_no_unit: whether `0` is understood where a unit is expected (as a value of the first of them)
    Returns:   the value in SI, correctly rounded from the decimal number; its dimension; the text as written.
    Raises:
        UnitError: with one problem that names the likely slip (comma, percent, missing unit, two numbers, wrong case ...).

    >>> parse_quantity("20 um", "m").value
    2e-05
    """
    wanted = wanted_units(unit)
    clean = plain(_as_text(text, wanted))
    found = _NUMBER.match(clean)
    if found is None:
        raise UnitError(_slips().of_number(text, clean, wanted))
    rest = clean[found.end() :]
    try:
        spelled = read_unit(rest)
        value = _value(exact(found[1]), spelled)
    except Malformed as fault:
        raise UnitError(_slips().of_rest(text, found[1], rest, fault, wanted)) from None
    except OverflowError:
        raise UnitError(Problem("the number is too large or too small", found=text, expected=_slips().words(wanted))) from None
    if not wanted or spelled.dimension in (w.dimension for _, w in wanted):
        return Quantity(value, spelled.dimension, text)
    if zero_needs_no_unit and value == 0 and not rest:
        return Quantity(value, wanted[0][1].dimension, text)
    raise UnitError(_slips().of_dimension(text, found[1], rest, spelled, wanted))


def _as_text(text: Any, wanted: tuple[tuple[str, Unit], ...]) -> str:
    if not isinstance(text, str):
        raise UnitError(Problem("a number with its unit is written as text", found=repr(text), expected=_slips().words(wanted)))
    if len(text) > MAX_LENGTH:
        raise UnitError(Problem("the value is too long", found=text, expected=_slips().words(wanted)))
    return text


def wanted_units(expected: Expected) -> tuple[tuple[str, Unit], ...]:
    """The expected units with their text, in order."""
    if expected is None:
        return ()
    return tuple((text, spelled_unit(text)) for text in ((expected,) if isinstance(expected, str) else expected))


def _value(number: Ratio, spelled: Unit) -> float:
    nearest_float(number)
    if spelled.celsius:
        return nearest_float(plus(number, CELSIUS_OFFSET))
    return nearest_float(times(number, spelled.scale))


def from_unit(value: Any, text: str) -> Any:
    """A number or array in a unit, as SI. For text use `parse_quantity`, which rounds once for every unit.

    >>> from_unit(20.0, "um")
    2e-05
    """
    spelled = spelled_unit(text)
    if spelled.celsius:
        return value + CELSIUS_OFFSET[0] / CELSIUS_OFFSET[1]
    return _scaled(value, *spelled.scale)


def put_in_si(values: Any, text: str, out: Any) -> None:
    """What `from_unit` makes of an array, put into another one: the same digits, without room of its own."""
    import numpy as np

    spelled = spelled_unit(text)
    if spelled.celsius:
        np.add(values, CELSIUS_OFFSET[0] / CELSIUS_OFFSET[1], out=out)
        return
    up, down = spelled.scale
    if up != 1:
        values = np.multiply(values, float(up), out=out)
    if down != 1 or up == 1:
        np.divide(values, float(down), out=out)


def to_unit(value: Any, text: str) -> Any:
    """An SI number or array in a unit.

    >>> to_unit(-0.065, "mV")
    -65.0
    """
    spelled = spelled_unit(text)
    if spelled.celsius:
        return value - CELSIUS_OFFSET[0] / CELSIUS_OFFSET[1]
    return _scaled(value, *reversed(spelled.scale))


def _scaled(value: Any, up: int, down: int) -> Any:
    """Multiply and divide by whole numbers, leaving out the ones: powers of ten up to 22 are exact, their inverses are not."""
    if up != 1:
        value = value * float(up)
    return value / float(down) if down != 1 or up == 1 else value


def quantity_from(obj: Any, unit: Expected = None) -> Quantity:
    """A quantity from what a caller of the Python interface handed in.

    Arguments:
        obj:   text; a Quantity; a pint quantity (pint is not imported for it); a number and its unit, as in (20, "mM"); an int or
               float where a plain number is expected, or where it is zero
        unit:  as in `parse_quantity`
    Raises:
        UnitError: as `parse_quantity`; or the object is none of these, a truth value, an array, not finite, or lacks its unit.
    """
    if isinstance(obj, str):
        return parse_quantity(obj, unit)
    if isinstance(obj, Quantity):
        return _checked(obj, unit)
    if is_pair(obj):
        return parse_quantity(in_one_text(obj), unit)
    if hasattr(obj, "magnitude") and hasattr(obj, "to_base_units"):
        return _checked(_of_pint(obj), unit)
    obj = bounded(obj)
    if isinstance(obj, bool) or not isinstance(obj, Real):
        expected = _slips().words(wanted_units(unit))
        raise UnitError(Problem(f"{type(obj).__name__} is not a quantity", found=repr(obj), expected=expected))
    return parse_quantity(repr(float(obj)), unit)


def is_pair(obj: Any) -> bool:
    """Whether something is a number and its unit, as in (20, "mM")."""
    return (
        isinstance(obj, tuple)
        and len(obj) == 2
        and isinstance(obj[1], str)
        and isinstance(bounded(obj[0]), Real)
        and not isinstance(obj[0], bool)
    )


def in_one_text(pair: tuple[Any, str]) -> str:
    """A number and its unit as one text.

    >>> in_one_text((20, "mM"))
    '20 mM'
    """
    number, unit = bounded(pair[0]), pair[1]
    return f"{number if isinstance(number, int) else float(number)!r} {unit}".strip()


def _of_pint(obj: Any) -> Quantity:
    """A pint quantity, read through its short text where that means the same, so that 20 um is exactly 2e-05."""
    import math

    from .pint_bridge import quantity_of_pint

    given = quantity_of_pint(obj)
    try:
        read = parse_quantity(given.text, zero_needs_no_unit=False)
    except UnitError:
        return given
    same = read.dimension == given.dimension and math.isclose(read.value, given.value, rel_tol=1e-9)
    return read if same else given


def in_si(obj: Any) -> tuple[Any, Dimension]:
    """A pint quantity of one number or of an array, in SI, with its dimension; 20 um is exactly 2e-05, as in a text.

    Raises:
        UnitError: it has a dimension that vrest does not know, or no value in SI.
    """
    import numpy as np

    from .pint_bridge import dimension_of_pint

    dimension, text = dimension_of_pint(obj), f"{obj.units:~C}"
    try:
        value = np.asarray(obj.to_base_units().magnitude, dtype=float)
    except Exception:
        raise UnitError(Problem("this pint quantity has no value in SI", found=str(obj))) from None
    if dimension is None:
        raise UnitError(Problem("this pint quantity is of no kind that vrest reads", found=str(obj)))
    with suppress(UnitError):
        written = from_unit(np.asarray(obj.magnitude, dtype=float), text)
        if dimension_of(text) == dimension and np.allclose(written, value, 1e-9, 0, equal_nan=True):
            value = written
    return (value if value.ndim else float(value)), dimension


def _checked(quantity: Quantity, expected: Expected) -> Quantity:
    wanted = wanted_units(expected)
    if not wanted or quantity.dimension in (w.dimension for _, w in wanted):
        return quantity
    raise UnitError(_slips().of_dimension(quantity.text, "", "", Unit((1, 1), quantity.dimension), wanted))


def format_quantity(value: float, text: str, digits: int | None = None) -> str:
    """An SI value as NUMBER UNIT.

    Arguments:
        value:  finite, SI
        text:   the unit, as it shall be printed
        digits: significant digits; None: as few as make `parse_quantity` return exactly this value
    Raises:
        UnitError: the text is no unit.
        ValueError: the value is not finite, or so near to absolute zero that 39 digits of degC do not hold it.

    >>> format_quantity(2e-05, "um")
    '20 um'
    """
    spelled = spelled_unit(text)
    numbers = (f"{to_unit(value, text):.{digits}g}",) if digits is not None else _candidates(float(value), spelled)
    suffix = f" {text}" if text not in ("", "1") else ""
    for number in numbers:
        if digits is not None or _reads_back(number, spelled, value):
            return number + suffix
    raise ValueError(f"{value!r} cannot be written in {text}")


def _candidates(value: float, spelled: Unit) -> Iterable[str]:
    """Ever longer decimals of the value in the unit; 17 digits do not always suffice, since the unit's scale is rounded too."""
    number = value.as_integer_ratio()
    if spelled.celsius:
        shifted = plus(number, (-CELSIUS_OFFSET[0], CELSIUS_OFFSET[1]))
    else:
        shifted = times(number, (spelled.scale[1], spelled.scale[0]))
    if not spelled.celsius:
        yield repr(shifted[0] / shifted[1]).removesuffix(".0")
    from decimal import Context, Decimal

    for digits in range(3, 40):
        yield f"{Context(prec=digits).divide(Decimal(shifted[0]), Decimal(shifted[1])).normalize():g}"


def _reads_back(number: str, spelled: Unit, value: float) -> bool:
    try:
        return _value(exact(number), spelled) == value
    except OverflowError:
        return False


def expected_words(expected: Expected) -> str:
    """What is expected, for a message.

    >>> expected_words("mM")
    'a concentration such as 5 mM'
    """
    return _slips().words(wanted_units(expected)) or "a number with its unit"


def celsius_hint(value: float) -> str | None:
    """What an absolute temperature below 100 K was probably meant to be, or None.

    >>> celsius_hint(37.0)
    '37 degC'
    """
    return f"{value:g} degC" if 0 <= value < 100 else None
