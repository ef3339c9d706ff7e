"""The words of a formula, each with its place; what can never be part of a formula is refused here."""

from __future__ import annotations

import re

from ..errors import InputError, Problem

_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)|(?P<name>[^\W\d]\w*)|(?P<sign>\*\*|<=|>=|[-+*/^()<>,\[\]])"
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
    "!": "a formula has no !; a condition is written with < <= > or >=",
    "%": "percent is not part of a formula; write a fraction such as 0.8",
    "&": "conditions cannot be joined; nest one where(...) in another",
    "|": "conditions cannot be joined; nest one where(...) in another",
}


class FormulaError(InputError):
    """A formula cannot be understood or mixes dimensions. It holds one `problem`, and the 0-based `offset` of its place."""

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
