"""From the words of a formula to a checked program for a stack: precedence climbing, dimensions as it goes, nothing evaluated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import constants
from ..units import DIMENSIONLESS, Dimension, UnitError, dimension_of, parse_quantity
from .formula_words import (
    WORDS,
    FormulaError,
    Token,
    bad_quantity,
    different,
    no_operand,
    no_parts,
    tokens,
    unexpected,
    unknown_function,
    unknown_name,
)

if TYPE_CHECKING:
    from .formula_tables import Table

MAX_EXPONENT = 10.0
ARITY = {
    **dict.fromkeys(("exp", "log", "log10", "sqrt", "tanh", "abs", "bernoulli"), 1),
    **dict.fromkeys(("pow", "min", "max"), 2),
    "where": 3,
}
NOT = "not"
_PURE = ("exp", "log", "log10", "tanh", "bernoulli", "pow")
_JOINING = ("and", "or")
_COMPARISONS = ("<", "<=", ">", ">=")
_BINDING = {"or": 1, "and": 2, **dict.fromkeys(_COMPARISONS, 4), "+": 5, "-": 5, "*": 6, "/": 6, "**": 8, "^": 8}
_NOT_BINDING, _SIGN_BINDING = 3, 7
_VERBS = {"+": "added", "-": "subtracted"}
_UNIT = r"[^\W\d]\w*(?:(?:\^|\*\*)-?[0-9])?"
_DIVISOR = re.compile(rf"/ *(?:{_UNIT}|\( *{_UNIT}(?: +{_UNIT})* *\))(?![\w.]| *(?:[(\[^]|\*\*))")
_UNIT_NAME = re.compile(r"[^\W\d]\w*")
_CONSTANTS = {"R": (constants.R, "J/(mol K)"), "F": (constants.F, "C/mol")}

Instruction = tuple[str, Any]


class Part(NamedTuple):
    """A parsed part: its dimension (None: a literal zero, which fits any), its place, and whether it is a condition."""

    dimension: Dimension | None
    start: int
    end: int
    condition: bool = False


class Parser:
    """Reads one formula. `code` holds the program in postfix order, `used` the names in order of appearance."""

    def __init__(
        self, text: str, names: Mapping[str, Dimension], max_depth: int, tables: Mapping[str, Table] | None = None
    ) -> None:
        self.text = text
        self.names = names
        self.tables = tables or {}
        self.max_depth = max_depth
        self.tokens = tokens(text)
        self.position = 0
        self.depth = 0
        self.code: list[Instruction] = []
        self.used: dict[str, None] = {}

    def whole(self, condition: bool = False) -> Part:
        """The whole formula, which ends where its text ends; a value, or a `condition`."""
        part = self.expression(0)
        if self.ahead.kind != "end":
            raise self._unexpected()
        return self._condition(part, "a condition is needed here") if condition else self._value(part)

    @property
    def ahead(self) -> Token:
        return self.tokens[self.position]

    def next(self) -> Token:
        token = self.tokens[self.position]
        self.position += token.kind != "end"
        return token

    def expression(self, binding: int) -> Part:
        """An operand and every operator after it that binds more tightly."""
        self.depth += 1
        if self.depth > self.max_depth:
            raise FormulaError(
                f"the formula is nested deeper than {self.max_depth}", self.ahead.start, found=self.ahead.text or None
            )
        left = self._operand()
        while _BINDING.get(self.ahead.text, 0) > binding:
            sign = self.next()
            left = self._both(left, sign) if sign.text in _JOINING else self._joined(left, sign)
        self.depth -= 1
        return left

    def _operand(self) -> Part:
        token = self.next()
        if token.kind == "number":
            return self._number(token)
        if token.text == NOT:
            part = self._condition(self.expression(_NOT_BINDING), "not stands before a condition")
            self.code.append(("call", NOT))
            return part._replace(start=token.start)
        if token.kind == "name" and token.text not in _JOINING:
            return self._function(token) if self.ahead.text == "(" else self._name(token)
        if token.text in ("+", "-"):
            part = self._value(self.expression(_SIGN_BINDING))
            if token.text == "-":
                self.code.append(("negate", None))
            return part._replace(start=token.start)
        if token.text == "(":
            part = self.expression(0)
            return Part(part.dimension, token.start, self._close(token), part.condition)
        raise no_operand(token, empty=len(self.tokens) == 1)

    def _close(self, opening: Token) -> int:
        if self.ahead.text == ")":
            return self.next().end
        if self.ahead.kind == "end":
            raise FormulaError("this parenthesis is not closed", opening.start, found=opening.text)
        raise self._unexpected()

    def _unexpected(self) -> FormulaError:
        before, token, *rest = self.tokens[self.position - 1 : self.position + 2]
        return unexpected(before, token, rest[0] if rest else token)

    def _number(self, token: Token) -> Part:
        name = self.ahead if self.ahead.kind == "name" and self.ahead.text not in WORDS else None
        unit, end = self._units(token) if name else self._inverse(token)
        try:
            quantity = parse_quantity(f"{token.text} {unit}" if unit else token.text)
        except UnitError as error:
            raise bad_quantity(token, unit, name, error, self.names) from None
        self.code.append(("number", quantity.value))
        zero = quantity.value == 0 and not unit
        return Part(None if zero else quantity.dimension, token.start, end)

    def _units(self, number: Token) -> tuple[str, int]:
        """The unit of a number, with the units that divide it unless the number itself stands below a fraction bar, and its end."""
        divided = self.position > 1 and self.tokens[self.position - 2].text == "/"
        unit, end = self._unit(number)
        while not divided and (divisor := self._divisor()):
            unit, end = unit + divisor, self.tokens[self.position - 1].end
        return unit, end

    def _inverse(self, number: Token) -> tuple[str, int]:
        """`1/ms` after a number, the unit of a rate; no unit where something else stands there."""
        if self.ahead.text != "1" or self.tokens[self.position + 1].text != "/":
            return "", number.end
        self.next()
        divisor = self._divisor()
        self.position -= not divisor
        return ("1" + divisor, self.tokens[self.position - 1].end) if divisor else ("", number.end)

    def _unit(self, number: Token) -> tuple[str, int]:
        """The name after a number, with a whole power where one follows."""
        name = self.next()
        if self.ahead.text == "(":
            raise FormulaError(f"an operator is missing between {number.text} and {name.text}", name.start, found=name.text)
        if name.text in ("degC", "celsius"):
            raise FormulaError("a temperature in a formula is in kelvin, as in 310 K", name.start, found=name.text)
        if self.ahead.text not in ("^", "**"):
            return name.text, name.end
        self.next()
        exponent, end = self._exponent()
        if exponent != int(exponent):
            raise FormulaError("the power of a unit is a whole number", name.start, found=self.text[name.start : end])
        return f"{name.text}^{int(exponent)}", end

    def _divisor(self) -> str:
        """What stands after a unit and divides it, as in `mol/m^2/s` or `mol/(m^2 s)`; nothing where a name is no unit, or a name here."""
        match = _DIVISOR.match(self.text, self.ahead.start)
        if match is None or not all(self._is_unit(name) for name in _UNIT_NAME.findall(match.group())):
            return ""
        while self.ahead.start < match.end() and self.ahead.kind != "end":
            self.next()
        return match.group()

    def _is_unit(self, name: str) -> bool:
        if name in self.names or name in _CONSTANTS or name in WORDS:
            return False
        try:
            dimension_of(name)
        except UnitError:
            return False
        return True

    def _name(self, token: Token) -> Part:
        name, end = token.text, token.end
        if self.ahead.text == "[":
            name, end = self._subscripted(token)
        if name in self.names:
            self.used[name] = None
            self.code.append(("name", name))
            return Part(self.names[name], token.start, end)
        if name in _CONSTANTS:
            value, unit = _CONSTANTS[name]
            self.code.append(("number", value))
            return Part(dimension_of(unit), token.start, end)
        if "." in name:
            raise no_parts(name, token.start, self.names)
        raise unknown_name(name, token.start, self.names, (*ARITY, *self.tables))

    def _subscripted(self, token: Token) -> tuple[str, int]:
        opening, index, closing = self.next(), self.next(), self.next()
        if index.kind != "name" or closing.text != "]":
            raise FormulaError("a name in [ ] is missing, as in c_in[K]", opening.start, found=opening.text)
        return f"{token.text}_{index.text}", closing.end

    def _function(self, token: Token) -> Part:
        if token.text not in ARITY and token.text not in self.tables:
            raise unknown_function(token, (*ARITY, *self.tables))
        opening = self.next()
        parts = [self.expression(0)] if self.ahead.text != ")" else []
        while self.ahead.text == "," and parts:
            self.next()
            parts.append(self.expression(0))
        end = self._close(opening)
        table = self.tables.get(token.text)
        table = table and table.taking([part.dimension for part in parts])
        count = ARITY[token.text] if table is None else len(table.axes)
        if len(parts) != count:
            message = f"{token.text} takes {count} argument{'s' * (count > 1)}, not {len(parts)}"
            expected = "" if table is None else f"{token.text}({', '.join(table.of)})"
            raise FormulaError(message, token.start, found=self.text[token.start : end], expected=expected or None)
        if table is not None:
            return Part(self._read_off(table, parts), token.start, end)
        self.code.append(("call", token.text))
        return Part(self._dimension_of_call(token, parts), token.start, end)

    def _read_off(self, table: Table, parts: list[Part]) -> Dimension:
        """The dimension of a table's value; each argument has that of its axis."""
        for part, dimension, name in zip(parts, table.dimensions, table.of, strict=True):
            if self._value(part).dimension not in (None, dimension):
                message = f"the table {table.name} is over {name}, which is {dimension}, and this is {part.dimension}"
                raise FormulaError(message, part.start, found=self._source(part), expected=str(dimension))
        self.code.append(("table", table))
        return table.dimension

    def _dimension_of_call(self, token: Token, parts: list[Part]) -> Dimension | None:
        if token.text == "where":
            condition, *parts = parts
            self._condition(condition, "where needs a condition first")
        values = [self._value(part) for part in parts]
        if token.text in _PURE:
            for value in values:
                self._plain(value, token.text)
            return DIMENSIONLESS
        if token.text == "sqrt":
            return values[0].dimension and values[0].dimension ** 0.5
        return values[0].dimension if len(values) == 1 else self._same(values[0], values[1], f"be the two values of {token.text}")

    def _plain(self, part: Part, function: str) -> None:
        """An argument that has no unit."""
        if part.dimension not in (None, DIMENSIONLESS):
            message = f"{function} needs a plain number, and this is {part.dimension}"
            expected = "a quotient of two of a kind, such as (V + 55 mV)/(10 mV)"
            raise FormulaError(message, part.start, found=self._source(part), expected=expected)

    def _condition(self, part: Part, message: str) -> Part:
        if not part.condition:
            raise FormulaError(message, part.start, found=self._source(part), expected="a condition such as V > 0 mV")
        return part

    def _both(self, left: Part, word: Token) -> Part:
        """Two conditions as one."""
        message = f"{word.text} stands between two conditions"
        self._condition(left, message)
        right = self._condition(self.expression(_BINDING[word.text]), message)
        self.code.append(("join", word.text))
        return Part(DIMENSIONLESS, left.start, right.end, condition=True)

    def _joined(self, left: Part, sign: Token) -> Part:
        left = self._value(left)
        if sign.text in ("**", "^"):
            exponent, end = self._exponent()
            self.code.append(("power", exponent))
            raised = left.dimension and left.dimension**exponent
            return Part(raised if exponent else DIMENSIONLESS, left.start, end)
        right = self._value(self.expression(_BINDING[sign.text]))
        self.code.append(("join", sign.text))
        if sign.text in _COMPARISONS:
            self._same(left, right, "be compared")
            return Part(DIMENSIONLESS, left.start, right.end, condition=True)
        if sign.text in _VERBS:
            return Part(self._same(left, right, f"be {_VERBS[sign.text]}"), left.start, right.end)
        return Part(_product(left.dimension, right.dimension, sign.text), left.start, right.end)

    def _same(self, left: Part, right: Part, what: str) -> Dimension | None:
        if left.dimension is None or right.dimension is None or left.dimension == right.dimension:
            return right.dimension if left.dimension is None else left.dimension
        message = f"{left.dimension} and {right.dimension} cannot {what}"
        raise different(message, left.dimension, right.dimension, right.start, self._source(right))

    def _exponent(self) -> tuple[float, int]:
        """A signed number, perhaps in parentheses, after ** or ^."""
        opening = self.next() if self.ahead.text == "(" else None
        sign = self.next() if self.ahead.text in ("+", "-") else None
        token = self.next()
        if token.kind != "number" or (opening and self.ahead.text != ")"):
            raise FormulaError(
                "an exponent is one number, such as 2, -1 or 0.5",
                token.start,
                found=token.text or None,
                expected="a number; for an exponent that is computed pow(a, b)",
            )
        end = self.next().end if opening else token.end
        size = _size_of_exponent(token)
        if self.ahead.text in ("**", "^"):
            raise FormulaError("powers do not follow each other; write parentheses", self.ahead.start, found=self.ahead.text)
        return -size if sign and sign.text == "-" else size, end

    def _value(self, part: Part) -> Part:
        if part.condition:
            message = "a condition stands only in where(condition, a, b)"
            raise FormulaError(message, part.start, found=self._source(part))
        return part

    def _source(self, part: Part) -> str:
        return self.text[part.start : part.end]


def _product(left: Dimension | None, right: Dimension | None, sign: str) -> Dimension | None:
    """A literal zero makes a product zero, of any dimension; below the fraction bar it counts as a plain number."""
    if left is None or (right is None and sign == "*"):
        return None
    return left * right if sign == "*" and right is not None else left / (right or DIMENSIONLESS)


def _size_of_exponent(token: Token) -> float:
    size = float(token.text)
    if size > MAX_EXPONENT:
        raise FormulaError(f"an exponent is from -{MAX_EXPONENT:g} to {MAX_EXPONENT:g}", token.start, found=token.text)
    return size
