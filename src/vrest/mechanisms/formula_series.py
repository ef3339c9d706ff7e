"""Formulas of power series: the Taylor coefficients of a formula along one of its names (automatic differentiation of any order).

A series is a list of coefficients c0, c1, ... of s^0, s^1, ...; those that are left out are zero. Coefficients are floats, arrays or
symbols. The recurrences are those of Griewank and Walther, Evaluating Derivatives, chapter 13.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .. import maths
from .formula_graph import PLAIN

if TYPE_CHECKING:
    from .formula_tables import Table

Coefficients = list[Any]
NEAR = 1.0
"""Below this size of its argument B(x) = x/(e^x - 1) comes from its own series, beyond it from the quotient."""


class Series:
    """Arithmetic of series that are kept up to `order`."""

    def __init__(self, order: int) -> None:
        self.order = order

    def number(self, value: float) -> Coefficients:
        return [value]

    def negate(self, a: Coefficients) -> Coefficients:
        return [-c for c in a]

    def join(self, sign: str, a: Coefficients, b: Coefficients) -> Coefficients:
        if sign in ("+", "-"):
            return self._sum(a, b if sign == "+" else self.negate(b))
        if sign == "*":
            return self.product(a, b)
        if sign == "/":
            return self.quotient(a, b)
        return [PLAIN.join(sign, a[0], b[0])]  # conditions look at the values

    def _sum(self, a: Coefficients, b: Coefficients) -> Coefficients:
        shorter, longer = sorted((a, b), key=len)
        both = [PLAIN.join("+", x, y) for x, y in zip(shorter, longer, strict=False)]
        return both + longer[len(shorter) :]

    def product(self, a: Coefficients, b: Coefficients) -> Coefficients:
        """The product, cut off beyond `order`."""
        size = min(len(a) + len(b) - 1, self.order + 1)
        return [_dot((a[j], b[k - j]) for j in range(len(a)) if 0 <= k - j < len(b)) for k in range(size)]

    def quotient(self, a: Coefficients, b: Coefficients) -> Coefficients:
        """The quotient of series of which the lower one does not begin with zero."""
        if len(b) == 1:
            return [PLAIN.join("/", c, b[0]) for c in a]
        found: Coefficients = []
        for k in range(self.order + 1):
            lower = _dot((b[j], found[k - j]) for j in range(1, min(k, len(b) - 1) + 1))
            found.append(PLAIN.join("/", (a[k] if k < len(a) else 0.0) - lower, b[0]))
        return found

    def power(self, a: Coefficients, exponent: float) -> Coefficients:
        if len(a) == 1:
            return [PLAIN.power(a[0], exponent)]
        if not exponent.is_integer():
            return self._recurrence(
                a,
                PLAIN.power(a[0], exponent),
                lambda k, r: PLAIN.join("/", _dot(((exponent * j - (k - j)) * a[j], r[k - j]) for j in _upto(k, a)), k * a[0]),
            )
        whole: Coefficients = [1.0]
        for _ in range(abs(int(exponent))):
            whole = self.product(whole, a)
        return whole if exponent >= 0 else self.quotient([1.0], whole)

    def call(self, name: str, values: Sequence[Coefficients]) -> Coefficients:
        if name in ("where", "min", "max", "abs"):
            return self._chosen(name, values)
        if name == "pow":
            return self.exp(self.product(values[1], self.log(values[0])))
        u = values[0]
        if len(u) == 1:
            return [PLAIN.call(name, [u[0]])]
        return getattr(self, name)(u)

    def table(self, table: Table, values: Sequence[Coefficients]) -> Coefficients:
        return table.value(values, [one[0] for one in values], self)

    def _chosen(self, name: str, values: Sequence[Coefficients]) -> Coefficients:
        """One of two series, by their values."""
        if name == "abs":
            (a,) = values
            b, first = self.negate(a), a[0] >= 0
        elif name == "where":
            (first,), a, b = values
        else:
            a, b = values
            first = a[0] <= b[0] if name == "min" else a[0] >= b[0]
        size = max(len(a), len(b))
        return [maths.where(first, x, y) for x, y in zip(filled(a, size), filled(b, size), strict=True)]

    def _recurrence(self, u: Coefficients, first: Any, rule: Callable[[int, Coefficients], Any]) -> Coefficients:
        found = [first]
        for k in range(1, self.order + 1):
            found.append(rule(k, found))
        return found

    def exp(self, u: Coefficients) -> Coefficients:
        """e' = u' e"""
        return self._recurrence(u, PLAIN.call("exp", u[:1]), lambda k, e: _dot((j / k * u[j], e[k - j]) for j in _upto(k, u)))

    def log(self, u: Coefficients) -> Coefficients:
        """l' u = u'"""

        def rule(k: int, found: Coefficients) -> Any:
            known = _dot((j / k * found[j], u[k - j]) for j in range(1, k) if k - j < len(u))
            return PLAIN.join("/", (u[k] if k < len(u) else 0.0) - known, u[0])

        return self._recurrence(u, maths.log(u[0]), rule)

    def log10(self, u: Coefficients) -> Coefficients:
        return [c / maths.log(10.0) for c in self.log(u)]

    def sqrt(self, u: Coefficients) -> Coefficients:
        return self.power(u, 0.5)

    def tanh(self, u: Coefficients) -> Coefficients:
        """y' = (1 - y^2) u'"""

        def rule(k: int, y: Coefficients) -> Any:
            s = [1 - y[0] * y[0], *(-_dot((y[i], y[n - i]) for i in range(n + 1)) for n in range(1, k))]
            return _dot((j / k * u[j], s[k - j]) for j in _upto(k, u))

        return self._recurrence(u, maths.tanh(u[0]), rule)

    def bernoulli(self, u: Coefficients) -> Coefficients:
        """x/(e^x - 1), next to zero by its own series: each form is fed with a harmless argument where the other one is used."""
        near = maths.absolute(u[0]) < NEAR
        inner, outer = [maths.where(near, u[0], 0.0), *u[1:]], [maths.where(near, 2.0, u[0]), *u[1:]]
        square, even = self.product(inner, inner), [0.0]
        for c in maths.BERNOULLI[::-1]:
            even = self._sum([c], self.product(even, square))
        small = self._sum(self._sum([1.0], self.product(even, square)), self.product([-0.5], inner))
        large = self.quotient(outer, self._sum(self.exp(outer), [-1.0]))
        return self._chosen("where", [[near], small, large])


def at(coefficients: Sequence[Any], s: Any) -> Any:
    """c0 + c1 s + c2 s^2 + ... by Horner's rule."""
    total = coefficients[-1]
    for c in coefficients[-2::-1]:
        total = total * s + c
    return total


def _upto(k: int, u: Coefficients) -> range:
    return range(1, min(k, len(u) - 1) + 1)


def _dot(pairs: Any) -> Any:
    """The sum of products, without those of a zero that is one for all values."""
    total: Any = 0.0
    for a, b in pairs:
        if not (_is_zero(a) or _is_zero(b)):
            total = a * b if _is_zero(total) else total + a * b
    return total


def _is_zero(c: Any) -> bool:
    return type(c) is float and c == 0.0


def filled(a: Coefficients, size: int) -> Coefficients:
    """The first coefficients, with the zeros that were left out."""
    return [*a[:size], *[0.0] * (size - len(a))]
