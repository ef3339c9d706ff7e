"""The words for what is wrong with a value: the likely slip is named, and what was probably meant is suggested."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..errors import Problem, nearest
from .dimensions import Malformed, Unit
from .grammar import read_unit, unit_text
from .table import BENCH, exact

Wanted = Sequence[tuple[str, Unit]]
_RANGE = r"^ *(?:-|\N{EN DASH}|\N{EM DASH}|\.\.+|to|bis)? *[+-]?[0-9.]"
_CALCULATION = r"(?<![\^*\w.])[+-]?[0-9]|\N{PLUS-MINUS SIGN}|[<>=]"
COMMA = r"^([+-]?[0-9]*),([0-9]+(?:[eE][+-]?[0-9]+)?)(?![0-9,.]) *(.*)$"
_FAHRENHEIT = r"(?i:deg *f|fahrenheit)$"
_CELSIUS_BELOW = 100.0
_VOLTS_BELOW = 1.0


def words(wanted: Wanted) -> str | None:
    """`a concentration such as 5 mM`; several dimensions are joined by `or`."""
    phrases: list[str] = []
    for text, unit in wanted:
        example = unit.dimension.example or f"5 {text}"
        phrases.append(f"{unit.dimension.noun} such as {example}")
    return " or ".join(dict.fromkeys(phrases)) or None


def of_number(text: str, clean: str, wanted: Wanted) -> Problem:
    """The text does not begin with a decimal number."""
    message, suggestion = _of_number(clean, wanted)
    return Problem(message, found=text, expected=words(wanted) or "a number with its unit, such as 5 mM", suggestion=suggestion)


def _of_number(clean: str, wanted: Wanted) -> tuple[str, str | None]:
    low = clean.lower().lstrip("+-")
    if not clean:
        return "there is no value", None
    if comma := re.match(COMMA, clean):
        return _comma(comma[1], comma[2], comma[3], wanted)
    if low.startswith(("nan", "inf", ".inf", ".nan")):
        return "the value must be a finite number", None
    if low.startswith(("0x", "0b", "0o")) or re.match(r"[0-9]+_", low):
        return "a number is written with decimal digits only", None
    if re.match(r"[0-9.]*,", low):
        return "a number has a decimal point and no commas", None
    if low[:1].isdigit():
        return "this is not one decimal number", None
    return "the value does not begin with a number", None


def _comma(whole: str, part: str, rest: str, wanted: Wanted) -> tuple[str, str | None]:
    tail = f" {rest}" if rest else ""
    if len(part) == 3:
        return f"a number has no comma: write {whole}.{part}{tail} or {whole}{part}{tail}", None
    suggestion = f"{whole or '0'}.{part}{tail}"
    if not rest and wanted and wanted[0][0] not in ("", "1"):
        suggestion += f" {wanted[0][0]}"
    return f"a decimal number has a point, not a comma: write {suggestion}", suggestion


def of_rest(text: str, number: str, rest: str, fault: Malformed, wanted: Wanted) -> Problem:
    """A number stands there, but what follows is no unit."""
    message, suggestion = _of_rest(number, rest, fault, wanted)
    return Problem(message, found=text, expected=words(wanted), suggestion=suggestion)


def _of_rest(number: str, rest: str, fault: Malformed, wanted: Wanted) -> tuple[str, str | None]:
    if re.match(r"(%|percent|per cent|pct)\b|%", rest):
        fraction = _fraction(number, 100)
        return f"percent is not a unit: write {fraction}", fraction
    if ratio := re.match(r"^/ *([0-9]+)$", rest):
        fraction = _fraction(number, int(ratio[1]))
        return "a ratio is not a number" + (f": write {fraction}" if fraction else ""), fraction
    if number.strip("+-") == "0" and re.match(r"[xbo][0-9a-f]", rest, re.IGNORECASE):
        return "a number is written with decimal digits only", None
    if re.match(_FAHRENHEIT, rest):
        celsius = f"{(float(number) - 32) / 1.8:.6g} degC"
        return f"degrees Fahrenheit are not read: write {celsius}", celsius
    if rest[:1] in "*^+" or re.match(_RANGE, rest) or re.search(_CALCULATION, rest.replace("1/", "")):
        return "a value is one number with one unit; a range belongs in range:, and nothing is calculated", None
    return fault.reason + _by_case(number, rest, fault, wanted), _suggest(number, rest, fault.name, wanted)


def _by_case(number: str, rest: str, fault: Malformed, wanted: Wanted) -> str:
    meant = _suggest(number, rest, fault.name, wanted)
    return "; capital and small letters differ" if meant and meant.lower() == f"{number} {rest}".lower() else ""


def _fraction(number: str, parts: int) -> str | None:
    numerator, denominator = exact(number)
    try:
        return repr(numerator / (denominator * parts))
    except (OverflowError, ZeroDivisionError):
        return None


def _suggest(number: str, rest: str, name: str | None, wanted: Wanted) -> str | None:
    """The text with the unknown name replaced by the nearest one that gives an expected dimension."""
    if not name:
        return None
    known = [candidate for candidate in BENCH if not wanted or _fits(rest.replace(name, candidate, 1), wanted)]
    meant = nearest(name, known)
    return f"{number} {rest.replace(name, meant, 1)}".strip() if meant else None


def _fits(rest: str, wanted: Wanted) -> bool:
    try:
        return read_unit(rest).dimension in (unit.dimension for _, unit in wanted)
    except Malformed:
        return False


def of_unit(text: str, fault: Malformed, wanted: Wanted) -> Problem:
    """A unit alone is wrong."""
    meant = _suggest("", text, fault.name, wanted)
    return Problem(fault.reason, found=text, expected="a unit such as mV or uA/cm^2", suggestion=meant)


def of_dimension(text: str, number: str, rest: str, unit: Unit, wanted: Wanted) -> Problem:
    """A quantity, but not of the expected dimension."""
    expected = words(wanted)
    plain_wanted = wanted[0][1].dimension.name == "plain number"
    if not rest and number:
        meant = f"{number} {_unit_for(number, wanted[0])}"
        return Problem("the unit is missing", found=text, expected=expected, suggestion=meant)
    message = f"{text} is {unit.dimension.noun}, not {wanted[0][1].dimension.noun}"
    if plain_wanted:
        return Problem(message, found=text, expected="a number without a unit")
    meant_unit = next((name for name in BENCH if name.lower() == rest.lower() and _fits(name, wanted)), None)
    return Problem(message, found=text, expected=expected, suggestion=f"{number} {meant_unit}" if meant_unit else None)


def _unit_for(number: str, wanted: tuple[str, Unit]) -> str:
    """The unit in which the bench writes such a number: -160 is meant in mV and 20 in um, whatever the unit in SI."""
    text, unit = wanted
    value, name = abs(float(number)), unit.dimension.name
    if name == "temperature":
        return "degC" if value < _CELSIUS_BELOW else "K"
    if name == "potential":
        return "V" if 0 < value < _VOLTS_BELOW else "mV"
    example = unit.dimension.example
    return unit_text(example) if example and text == unit.dimension.symbol else text
