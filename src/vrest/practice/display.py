"""Numbers, units and formulas as a language prints them: the minus sign, a decimal comma where it has one, powers raised."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..mechanisms.formula_language import Formula
from ..mechanisms.formula_words import tokens
from ..units import to_unit
from .words import sentences

MINUS = "\N{MINUS SIGN}"
DIGITS = 4
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_POWER = re.compile(r"\^(-?\d)")
_SIGNS = {"*": "\N{MIDDLE DOT}", "**": "^", "-": MINUS, "log": "ln", "pi": "\N{GREEK SMALL LETTER PI}"}
_SPACED = ("+", "-", "<", ">", "<=", ">=", "and", "or")


def unit_words(unit: str) -> str:
    """A unit as it is printed: `um^2` as µm².

    >>> unit_words("uF/cm^2"), unit_words("1")
    ('µF/cm²', '')
    """
    if unit == "1":
        return ""
    raised = _POWER.sub(lambda found: found[1].translate(_RAISED), unit)
    return (
        re.sub(r"\bu(?=[A-Za-z])", "\N{MICRO SIGN}", raised)
        .replace("degC", "\N{DEGREE SIGN}C")
        .replace("ohm", "\N{GREEK CAPITAL LETTER OMEGA}")
        .replace("*", "\N{MIDDLE DOT}")
    )


def decimal(text: str, language: str) -> str:
    """A decimal number as a language writes it.

    >>> decimal("-1.5e-17", "de")
    '−1,5·10⁻¹⁷'
    """
    number, _, exponent = text.lower().partition("e")
    written = number.replace("-", MINUS).replace(".", sentences(language)["decimal_point"])
    return f"{written}\N{MIDDLE DOT}10{str(int(exponent)).translate(_RAISED)}" if exponent else written


def quantity(text: str, unit: str, language: str) -> str:
    """A number that is written already, with its unit."""
    return f"{decimal(text, language)} {unit_words(unit)}".strip()


def amount(value: float, unit: str, language: str, digits: int = DIGITS) -> str:
    """A value in SI, to so many digits."""
    return quantity(_shortest(float(to_unit(value, unit)), digits), unit, language)


def _shortest(number: float, digits: int) -> str:
    text = f"{number:.{digits}g}"
    return f"{number:.0f}" if "e+" in text and abs(number) < 1e6 else text


def rounded(value: float, unit: str, language: str, decimals: int) -> str:
    """A value in SI, to so many places behind the point."""
    number = float(to_unit(value, unit))
    text = f"{number:.{decimals}f}" if decimals <= 6 and abs(number) < 1e6 else f"{number:.3g}"
    return quantity("0" if float(text) == 0 else text, unit, language)


def with_names(formula: Formula, language: str) -> str:
    """A formula as it is read, with its names."""
    return _joined(formula, {}, language)


def with_numbers(formula: Formula, written: Mapping[str, str], language: str) -> str:
    """A formula with the numbers put in the place of its names."""
    return _joined(formula, written, language)


def _joined(formula: Formula, written: Mapping[str, str], language: str) -> str:
    parts: list[str] = []
    before = ""
    for token in tokens(formula.text):
        if token.kind == "name" and before == "number":
            parts.append(" " + unit_words(token.text))
        elif token.kind == "name" and token.text in written:
            parts.append(_put_in(written[token.text], "".join(parts), formula.text[token.end :].lstrip()))
        elif token.kind == "number":
            parts.append(decimal(token.text, language))
        else:
            parts.append(_sign(token.text, "".join(parts)))
        before = token.kind
    return "".join(parts)


def _put_in(number: str, before: str, after: str) -> str:
    """A number in the place of its name; in parentheses where it would be misread: a negative one, one with a quotient in its unit, one raised."""
    stands_alone = before.endswith("(") and after.startswith(")")
    misread = number.startswith(MINUS) or "/" in number or after.startswith(("^", "**"))
    return f"({number})" if misread and not stands_alone else number


def _sign(text: str, before: str) -> str:
    """A sign, a function or a name as it is printed, with its spaces."""
    printed = _SIGNS.get(text, text)
    is_first = not before or before.endswith(("(", " "))
    if text == ",":
        return ", "
    return f" {printed} " if text in _SPACED and not is_first else printed
