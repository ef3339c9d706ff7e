"""The words for what is wrong with a formula, apart from its dimensions."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..errors import nearest
from ..units import UnitError, known_units
from .formula_tokens import FormulaError, Token

_COMPARISONS = ("<", "<=", ">", ">=")
WORDS = ("and", "or", "not", "if", "else", "for", "in", "is", "lambda")
_NO_NUMBERS = ("inf", "nan", "infinity")


def no_operand(token: Token, empty: bool) -> FormulaError:
    """A value should begin at this token."""
    if token.kind == "end":
        what = "the formula is empty" if empty else "the formula ends where a value is missing"
        return FormulaError(what, token.start, expected="a number, a name, a function or a parenthesis")
    if token.text == "[":
        return FormulaError("a [ ] stands only after a name, as in c_in[K]", token.start, found=token.text)
    return FormulaError(f"a value is missing before {token.text}", token.start, found=token.text)


def unexpected(before: Token, token: Token, after: Token) -> FormulaError:
    """This token stands after a complete value, and cannot."""
    if token.text == "," and before.kind == after.kind == "number":
        meant = f"{before.text}.{after.text}"
        return FormulaError("a decimal number has a point, not a comma", token.start, found=",", suggestion=meant)
    if token.text in WORDS:
        return FormulaError(f"{token.text} is no word of formulas", token.start, found=token.text)
    if token.text == "(" or token.kind in ("name", "number"):
        return FormulaError(f"an operator is missing before {token.text}", token.start, found=token.text)
    if token.text == ")":
        return FormulaError("there is a ) without its (", token.start, found=token.text)
    if token.text in _COMPARISONS:
        return FormulaError("a condition compares two values only", token.start, found=token.text)
    return FormulaError(f"a {token.text} cannot stand here", token.start, found=token.text)


def unknown_name(name: str, offset: int, names: Collection[str], functions: Collection[str]) -> FormulaError:
    """A name that nobody offers."""
    if name.lower() in _NO_NUMBERS:
        return FormulaError(f"{name} is not a number of a formula", offset, found=name, expected="a finite number")
    if name in functions:
        return FormulaError(f"{name} is a function and needs its arguments in parentheses", offset, found=name)
    stem = name.partition("_")[0]
    meant = nearest(name, names) or (stem if stem in names else None)
    if name in known_units():
        message = f"the name {name} is not known here; a unit needs a number before it, as in 1 {name}"
    else:
        message = f"the name {name} is not known here"
    known = ", ".join(sorted(names)[:12])
    return FormulaError(message, offset, found=name, expected=known or "numbers only", suggestion=meant)


def unknown_function(token: Token, functions: Sequence[str]) -> FormulaError:
    """A call of something that is no function."""
    meant = nearest(token.text, functions)
    expected = ", ".join(functions)
    return FormulaError(f"there is no function {token.text}", token.start, found=token.text, expected=expected, suggestion=meant)


def bad_quantity(number: Token, unit: str, name: Token | None, error: UnitError, names: Collection[str]) -> FormulaError:
    """A number that is too large, or a name after it that is no unit."""
    if name is None:
        return FormulaError(error.problem.message, number.start, found=number.text)
    if name.text in names:
        product = f"{number.text} * {name.text}"
        message = f"a name right after a number is a unit, and {name.text} is none; for a product write {product}"
        return FormulaError(message, name.start, found=name.text, suggestion=product)
    return FormulaError(error.problem.message, name.start, found=unit, suggestion=error.problem.suggestion)
