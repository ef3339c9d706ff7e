"""The words of a formula, each with its place; what can never be part of a formula, and how it is said."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from ..errors import InputError, Problem, nearest
from ..units import DIMENSIONLESS, Dimension, UnitError, dimension_of, known_units

_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)|(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)?)|(?P<sign>\*\*|<=|>=|[-+*/^()<>,\[\]])"
)
_SPACE = " \t\r\n\N{NO-BREAK SPACE}"
_TYPOGRAPHY = str.maketrans(
    {"\N{MINUS SIGN}": "-", "\N{MULTIPLICATION SIGN}": "*", "\N{MIDDLE DOT}": "*", "\N{DOT OPERATOR}": "*"}
)
_REFUSED = {
    "'": "text in quotes has no place in a formula",
    '"': "text in quotes has no place in a formula",
    ".": "a name has no parts; a point stands only within a number",
    "=": "a formula has no =; a condition is written with < <= > or >=, and arguments have no names",
    "!": "a formula has no !; a condition is written with < <= > or >=, and its opposite with not",
    "%": "percent is not part of a formula; write a fraction such as 0.8",
    "&": "conditions are joined by the words and, or",
    "|": "conditions are joined by the words and, or",
}


class FormulaError(InputError):
    """A formula cannot be understood or mixes dimensions. It holds one `problem`, the 0-based `offset` of its place, and the name where
    that is all that is `unknown`."""

    unknown: str | None = None

    def __init__(
        self, message: str, offset: int, *, found: str | None = None, expected: str | None = None, suggestion: str | None = None
    ) -> None:
        super().__init__(Problem(message, found=found, expected=expected, suggestion=suggestion))
        self.offset = offset

    @property
    def problem(self) -> Problem:
        """The problem, for a caller that knows where the formula stands: its column is that of the formula plus `offset`."""
        return self.problems[0]


class Token:
    """One word of a formula: `kind` is number, name, sign or end."""

    __slots__ = ("end", "kind", "start", "text")

    def __init__(self, kind: str, text: str, start: int) -> None:
        self.kind = kind
        self.text = text
        self.start = start
        self.end = start + len(text)


def tokens(text: str) -> list[Token]:
    """All words of a formula, then one of the kind `end`.

    Raises:
        FormulaError: at the first character that belongs to no word.
    """
    clean = text.translate(_TYPOGRAPHY)
    found: list[Token] = []
    position = 0
    while position < len(clean):
        if clean[position] in _SPACE:
            position += 1
            continue
        match = _TOKEN.match(clean, position)
        if match is None:
            character = clean[position]
            raise FormulaError(_REFUSED.get(character, "this character is not part of a formula"), position, found=character)
        found.append(Token(match.lastgroup or "", match.group(), position))
        position = match.end()
    found.append(Token("end", "", len(clean)))
    return found


# -- what is wrong ----------------------------------------------------------------------------------------------------

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
    return _unknown(name, FormulaError(message, offset, found=name, expected=known or "numbers only", suggestion=meant))


def _unknown(name: str, error: FormulaError) -> FormulaError:
    error.unknown = name
    return error


def no_parts(name: str, offset: int, names: Collection[str]) -> FormulaError:
    """A name with a point that nobody offers: of a compartment that has others, or of nothing that has parts."""
    place = name.partition(".")[0]
    known = [other for other in names if other.startswith(f"{place}.")]
    if not known:
        return FormulaError(_REFUSED["."], offset + len(place), found=".")
    message = f"{place} has no {name.partition('.')[2]}"
    return _unknown(
        name, FormulaError(message, offset, found=name, expected=", ".join(sorted(known)), suggestion=nearest(name, known))
    )


def unknown_function(token: Token, functions: Sequence[str]) -> FormulaError:
    """A call of something that is no function."""
    meant = nearest(token.text, functions)
    expected = ", ".join(functions)
    return FormulaError(f"there is no function {token.text}", token.start, found=token.text, expected=expected, suggestion=meant)


_USUAL = {"V": "mV", "mol/m^3": "mM", "s": "ms", "K": "K"}
RATE = "0.01*(V + 55 mV)/(1 mV)/(1 - exp(-(V + 55 mV)/(10 mV)))/(1 ms)"
"""A rate of a gate with all its units."""


def different(message: str, left: Dimension, right: Dimension, offset: int, found: str) -> FormulaError:
    """Two quantities of different dimensions meet; a number that stands alone beside a quantity lacks its unit."""
    expected, suggestion = str(left), None
    unit = next((unit for si, unit in _USUAL.items() if dimension_of(si) == left), None)
    if right == DIMENSIONLESS and unit is not None and found.strip("()").replace(".", "").isdigit():
        suggestion = f"{found.strip('()')} {unit}"
        expected = f"{left} with its unit, as in {RATE}" if unit == "mV" else expected
    return FormulaError(message, offset, found=found, expected=expected, suggestion=suggestion)


def bad_quantity(number: Token, unit: str, name: Token | None, error: UnitError, names: Collection[str]) -> FormulaError:
    """A number that is too large, or a name after it that is no unit."""
    if name is None:
        return FormulaError(error.problem.message, number.start, found=number.text)
    if name.text in names:
        product = f"{number.text} * {name.text}"
        message = f"a name right after a number is a unit, and {name.text} is none; for a product write {product}"
        return FormulaError(message, name.start, found=name.text, suggestion=product)
    return FormulaError(error.problem.message, name.start, found=unit, suggestion=error.problem.suggestion)
