"""The grammar of units: names with prefixes, products, quotients, whole powers, parentheses. Nothing is evaluated."""

from __future__ import annotations

import re
from functools import lru_cache

from ..errors import shorten
from .dimensions import DIMENSIONLESS, Dimension, Malformed, Unit
from .table import ALONE, BENCH, CELSIUS, LARGE_PREFIXES, LARGE_WITH, PREFIXABLE, PREFIXES, SI_PREFIXES, Entry, power, times

MAX_LENGTH = 200
_MAX_POWER = 4
_MAX_DEPTH = 8
_NAME = r"[^\W\d_]+(?:[0-9_]+[^\W\d_]+)*"
_TOKEN = re.compile(
    rf" *(?:(?P<name>{_NAME})|(?:\^|\*\*|(?<=[^\W\d_])(?=[0-9]))(?P<power>[+-]?[0-9]{{1,3}})|(?P<sign>[*/()])|(?P<one>1)(?= */)) *"
)
_FIELDS_ALONE = ("kV", "MV")
_AFTER_NUMBER = re.compile(r" *[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(.*)", re.DOTALL)
_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺"
_WRITTEN = {
    **dict.fromkeys("\N{MICRO SIGN}\N{GREEK SMALL LETTER MU}", "u"),
    **dict.fromkeys("\N{GREEK CAPITAL LETTER OMEGA}\N{OHM SIGN}", "ohm"),
    **dict.fromkeys("\N{LATIN CAPITAL LETTER A WITH RING ABOVE}\N{ANGSTROM SIGN}", "angstrom"),
    **dict.fromkeys("\N{MIDDLE DOT}\N{DOT OPERATOR}\N{MULTIPLICATION SIGN}", "*"),
    **dict.fromkeys("\t\N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}", " "),
    "\N{MINUS SIGN}": "-",
    "\N{DEGREE SIGN}": "deg",
    "\N{DEGREE CELSIUS}": CELSIUS,
}
_TRANSLATION = str.maketrans(_WRITTEN)
_LOWERED = str.maketrans(_SUPERSCRIPTS, "0123456789-+")


def plain(text: str) -> str:
    """The text with the typographic signs of units (micro, ohm, degree, superscripts, middle dot) in ASCII words."""
    if text.isascii() and "\t" not in text:
        return text.strip()
    raised = re.sub(f"[{_SUPERSCRIPTS}]+", lambda found: "^" + found.group().translate(_LOWERED), text)
    return raised.translate(_TRANSLATION).strip()


def is_pH(text: object) -> bool:
    """Whether something is a text that says a pH, which `acidity` reads."""
    return isinstance(text, str) and text.lstrip().startswith("pH")


def unit_text(text: str) -> str:
    """The unit in the text of a quantity as it was written: what follows the number.

    A pH is counted in mM.

    >>> unit_text("5 mM"), unit_text("pH 7.2")
    ('mM', 'mM')
    """
    if is_pH(text):
        return "mM"
    found = _AFTER_NUMBER.match(text.replace("\N{MINUS SIGN}", "-"))
    return found[1].strip() if found else ""


@lru_cache(maxsize=1024)
def read_unit(text: str) -> Unit:
    """The unit that a text spells; an empty text or `1` is the plain number.

    Raises:
        Malformed: the text is no unit, or holds a name that neither the table nor pint knows.
    """
    clean = plain(text)
    if clean in ("", "1"):
        return Unit((1, 1), DIMENSIONLESS)
    if clean == CELSIUS:
        return Unit((1, 1), _named("K").dimension, celsius=True)
    if clean in _FIELDS_ALONE:
        raise Malformed(f"no membrane bears {clean}: only a field is written with it, as in {clean}/m", clean)
    return _Reader(_tokens(clean)).whole()


def _tokens(text: str) -> list[tuple[str, str]]:
    """Pairs of kind and text; a space between two factors becomes the operator of a product."""
    if len(text) > MAX_LENGTH:
        raise Malformed("the unit is too long")
    tokens: list[tuple[str, str]] = []
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise Malformed(f"{shorten(text)} is no unit")
        kind = str(found.lastgroup)
        begins, ends = (
            kind == "name" or found[kind] == "(",
            tokens and (tokens[-1][0] in ("name", "power") or tokens[-1][1] == ")"),
        )
        if begins and ends:
            tokens.append(("sign", "*"))
        tokens.append((kind, found[kind]))
        position = found.end()
    return tokens


class _Reader:
    """Left to right over the tokens of one unit."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = [*tokens, ("end", "")]
        self.position = 0

    def whole(self) -> Unit:
        unit = self.product(0)
        if self.tokens[self.position][0] != "end":
            raise Malformed("the unit does not end where it should")
        return unit

    def next(self) -> tuple[str, str]:
        token = self.tokens[self.position]
        self.position += 1
        return token

    def product(self, depth: int) -> Unit:
        kind, _ = self.tokens[self.position]
        bare = kind == "one" or self.tokens[self.position] == ("sign", "/")
        self.position += kind == "one"
        unit = Unit((1, 1), DIMENSIONLESS) if bare else self.factor(depth)
        divided = False
        while self.tokens[self.position] in (("sign", "*"), ("sign", "/")):
            _, sign = self.next()
            if sign == "*" and divided:
                raise Malformed("a product after / can be read in two ways; write parentheses, as in mol/(m^2 s)")
            divided = divided or sign == "/"
            factor = self.factor(depth)
            unit = _joined(unit, factor if sign == "*" else _raised(factor, -1))
        return unit

    def factor(self, depth: int) -> Unit:
        kind, text = self.next()
        if kind == "name":
            unit = _named(text)
        elif text == "(" and depth < _MAX_DEPTH:
            unit = self.product(depth + 1)
            if self.next() != ("sign", ")"):
                raise Malformed("a parenthesis of the unit is not closed")
        else:
            raise Malformed("a name of a unit is missing" if kind == "end" else f"a unit cannot hold {text} there")
        if self.tokens[self.position][0] == "power":
            unit = _raised(unit, _exponent(self.next()[1]))
        return unit


def _exponent(text: str) -> int:
    n = int(text)
    if n == 0 or abs(n) > _MAX_POWER:
        raise Malformed(f"the power of a unit is a whole number from -{_MAX_POWER} to {_MAX_POWER}, not 0")
    return n


def _joined(a: Unit, b: Unit) -> Unit:
    return Unit(times(a.scale, b.scale), a.dimension * b.dimension)


def _raised(unit: Unit, n: int) -> Unit:
    return Unit(power(unit.scale, n), unit.dimension**n)


@lru_cache(maxsize=1024)
def _named(name: str) -> Unit:
    if name == CELSIUS:
        raise Malformed("degC stands alone, as in 37 degC; in a compound unit write K")
    entry = ALONE.get(name) or PREFIXABLE.get(name) or _prefixed(name)
    if entry is not None:
        return Unit(entry[0], Dimension(entry[1]))
    if any(name.startswith(prefix) and _in_table(name.removeprefix(prefix)) for prefix in SI_PREFIXES):
        spelled = name.lower() in (unit.lower() for unit in BENCH)  # else the nearest name would be another by a thousand
        raise Malformed(f"the unit {name} is not one of the bench", name if spelled else None)
    from .pint_bridge import unit_of_pint

    return unit_of_pint(name)


def _prefixed(name: str) -> Entry | None:
    """The table's entry with a prefix that is written before it; None: there is none."""
    prefix, unit = name[0], name[1:]
    if unit not in PREFIXABLE:
        return None
    scale = LARGE_PREFIXES.get(prefix) if prefix in LARGE_WITH.get(unit, "") else PREFIXES.get(prefix)
    return (times(scale, PREFIXABLE[unit][0]), PREFIXABLE[unit][1]) if scale else None


def _in_table(unit: str) -> bool:
    return unit in PREFIXABLE or unit in ALONE
