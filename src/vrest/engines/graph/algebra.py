"""The graph with constructors that simplify while they build.

Signs move outward, divisions become products with a reciprocal that is shared, the two halves of CasADi's `if_else` become one choice,
products with a truth value become choices, constant powers become products and roots. Each costs at most one rounding more than
CasADi's own evaluation. What a choice hides is never multiplied by zero, so that no infinity of it becomes NaN.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from .functions import OTHER, Functions

_COMPARED: dict[str, Callable[[float, float], bool]] = {
    "lt": lambda x, y: x < y,
    "le": lambda x, y: x <= y,
    "eq": lambda x, y: x == y,
    "ne": lambda x, y: x != y,
}


class Graph(Functions):
    """Sums, products, choices and functions of nodes."""

    # -- sums -------------------------------------------------------------------------------------------------------

    def neg(self, a: int) -> int:
        """-a"""
        name, *of = self.ops[a]
        if name == "neg":
            return of[0]
        if name == "const":
            return self.const(-of[0])
        return self.node("sub", of[1], of[0]) if name == "sub" else self.node("neg", a)

    def add(self, a: int, b: int) -> int:
        """a + b"""
        a, b = self.number(a), self.number(b)
        x, y = self.value(a), self.value(b)
        if x is not None and y is not None:
            return self.const(x + y)
        if x == 0 or y == 0:
            return b if x == 0 else a
        choice = self._one_choice(a, b)
        return self._signed_sum(a, b) if choice is None else choice

    def _signed_sum(self, a: int, b: int) -> int:
        """a + b with signs moved outward, multiples of one thing as one."""
        if (one := self._one_multiple(a, b, 1.0)) is not None:
            return one
        minus_a, minus_b = self._negated(a), self._negated(b)
        if minus_a is not None and minus_b is not None:
            return self.neg(self.add(minus_a, minus_b))
        if minus_b is not None:
            return self.sub(a, minus_b)
        return self.node("add", *sorted((a, b))) if minus_a is None else self.sub(b, minus_a)

    def _negated(self, a: int) -> int | None:
        """What a node is the negative of; None where it is no sign."""
        return self.ops[a][1] if self.name(a) == "neg" else None

    def _one_choice(self, a: int, b: int) -> int | None:
        """The sum of two halves of one choice, as CasADi writes `if_else`: (c ? x : 0) + (c ? 0 : y)."""
        p, q = self.ops[a], self.ops[b]
        if p[0] != "sel" or q[0] != "sel" or p[1] != q[1]:
            return None
        for first, second in ((p, q), (q, p)):
            if self.value(first[3]) == 0 and self.value(second[2]) == 0:
                return self.select(p[1], first[2], second[3])
        return None

    def sub(self, a: int, b: int) -> int:
        """a - b"""
        a, b = self.number(a), self.number(b)
        x, y = self.value(a), self.value(b)
        if x is not None and y is not None:
            return self.const(x - y)
        if y == 0:
            return a
        if x == 0:
            return self.neg(b)
        return self.const(0) if a == b else self._signed_difference(a, b)

    def _signed_difference(self, a: int, b: int) -> int:
        """a - b with signs moved outward, multiples of one thing as one."""
        if (one := self._one_multiple(a, b, -1.0)) is not None:
            return one
        minus_a, minus_b = self._negated(a), self._negated(b)
        if minus_b is not None:
            return self.add(a, minus_b)
        return self.node("sub", a, b) if minus_a is None else self.neg(self.add(minus_a, b))

    def _one_multiple(self, a: int, b: int, sign: float) -> int | None:
        """c x + sign d x = (c + sign d) x of constants c and d that are part of two products; None where these are not of one thing."""
        if self.name(a) != "mul" or self.name(b) != "mul":
            return None
        (c, x), (d, y) = self._without_constants(a), self._without_constants(b)
        return self.mul(self.const(c + sign * d), x) if x == y else None

    def _without_constants(self, a: int) -> tuple[float, int]:
        """The constant factor of a product, and the product of all others."""
        name, *of = self.ops[a]
        if name != "mul":
            return 1.0, a
        value = self.value(of[0])
        if value is not None:
            c, x = self._without_constants(of[1])
            return value * c, x
        parts = [self._without_constants(b) for b in of]
        if all(c == 1.0 for c, _ in parts):
            return 1.0, a
        return parts[0][0] * parts[1][0], self.mul(parts[0][1], parts[1][1])

    def sum(self, terms: list[int]) -> int:
        """The sum of some."""
        total = self.const(0)
        for term in terms:
            total = self.add(total, term)
        return total

    # -- products ---------------------------------------------------------------------------------------------------

    def mul(self, a: int, b: int) -> int:
        """a b"""
        if self.is_truth(a) or self.is_truth(b):
            return self.select(a, self.number(b), self.const(0)) if self.is_truth(a) else self.select(b, a, self.const(0))
        if self.value(a) is None:
            a, b = b, a
        x, y = self.value(a), self.value(b)
        if x is None:
            return self._product(a, b)
        return self.const(x * y) if y is not None else self._multiple(x, b)

    def _multiple(self, x: float, b: int) -> int:
        """A number times a node."""
        if x in (0, 1):
            return b if x else self.const(0)
        if x < 0:
            return self.neg(self._multiple(-x, b))
        name, *of = self.ops[b]
        if name == "neg":
            return self.neg(self._multiple(x, of[0]))
        inner = self.value(of[0]) if name == "mul" else None
        if inner is not None:
            return self.mul(self.const(x * inner), of[1])
        return self._product(self.const(x), b)

    def _product(self, a: int, b: int) -> int:
        """A product of what is not both constant, signs and choices moved outward."""
        for one, other in ((a, b), (b, a)):
            name, *of = self.ops[one]
            if name == "neg":
                return self.neg(self.mul(of[0], other))
            if name == "sel" and (half := self._through(of, other)) is not None:
                return half
        return self.node("mul", a, b) if a <= b or self.value(a) is not None else self.node("mul", b, a)

    def _through(self, of: list[int], other: int) -> int | None:
        """A choice between something and zero, times a node: a zero meets no infinity of what it hides."""
        c, a, b = of
        if self.value(b) == 0:
            return self.select(c, self.mul(a, other), b)
        return self.select(c, a, self.mul(b, other)) if self.value(a) == 0 else None

    def inv(self, b: int) -> int:
        """1 / b"""
        name, *of = self.ops[b]
        if name == "const":
            return self.const(1.0 / of[0] if of[0] else math.inf)
        if name == "neg":
            return self.neg(self.inv(of[0]))
        return of[0] if name == "inv" else self.node("inv", b)

    def div(self, a: int, b: int) -> int:
        """a / b"""
        return self.mul(self.number(a), self.inv(self.number(b)))

    # -- choices ----------------------------------------------------------------------------------------------------

    def select(self, c: int, a: int, b: int) -> int:
        """a where the truth value c holds, else b."""
        if a == b:
            return a
        name, *of = self.ops[c]
        if name == "const":
            return a if of[0] else b
        return self.select(of[0], b, a) if name == "not" else self.node("sel", c, a, b)

    def opposite(self, c: int) -> int:
        """Whether a truth value does not hold."""
        name, *of = self.ops[c]
        if name == "const":
            return self.const(not of[0])
        return of[0] if name == "not" else self.node("not", c)

    def joined(self, name: str, a: int, b: int) -> int:
        """Two truth values joined by `and` or `or`."""
        a, b = self.truth(a), self.truth(b)
        x, y = self.value(a), self.value(b)
        if x is None and y is None:
            return self.node(name, a, b)
        known, other = (x, b) if x is not None else (y, a)
        return other if bool(known) == (name == "and") else self.const(name == "or")

    def compare(self, name: str, a: int, b: int) -> int:
        """Whether a `lt`, `le`, `eq` or `ne` b."""
        a, b = self.number(a), self.number(b)
        x, y = self.value(a), self.value(b)
        return self.node(name, a, b) if x is None or y is None else self.const(_COMPARED[name](x, y))

    def bound(self, name: str, a: int, b: int) -> int:
        """The `min` or `max` of two, a constant last; of what is bounded on both sides the `min` outside."""
        a, b = self.number(a), self.number(b)
        if self.value(a) is not None:
            a, b = b, a
        x, y = self.value(a), self.value(b)
        if y is None:
            return self.node(name, *sorted((a, b)))
        if x is not None:
            return self.const(min(x, y) if name == "min" else max(x, y))
        return self._bound_by(name, a, y)

    def _bound_by(self, name: str, a: int, y: float) -> int:
        op = self.ops[a]
        if op[0] == "neg":
            return self.neg(self.bound(OTHER[name], op[1], self.const(-y)))
        top = self.value(op[2]) if op[0] == "min" else None
        if name == "max" and top is not None and y < top:
            return self.bound("min", self.bound("max", op[1], self.const(y)), op[2])
        return self.node(name, a, self.const(y))

    def sign(self, a: int) -> int:
        """1, 0 or -1."""
        minus = self._negated(a)
        if minus is not None:
            return self.neg(self.sign(minus))
        zero = self.const(0)
        below = self.select(self.compare("lt", a, zero), self.const(-1), zero)
        return self.select(self.compare("lt", zero, a), self.const(1), below)
