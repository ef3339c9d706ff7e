"""Exponentials, logarithms, powers and the like: what of them is there already serves again.

exp(k b) is a power of an exp(b), and the logarithm of a product with an exponential in it has that one's argument as a term.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable

from ... import maths
from .nodes import CONST, TRUTH, Nodes

UNARY: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "expm1": math.expm1,
    "log": math.log,
    "log1p": math.log1p,
    "sqrt": math.sqrt,
    "sin": math.sin,
    "cos": math.cos,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "tanh": math.tanh,
    "asinh": math.asinh,
    "fabs": math.fabs,
    "floor": math.floor,
    "bernoulli": maths.bernoulli,
    "bernoulli_slope": maths.bernoulli_derivative,
}
OTHER = {"min": "max", "max": "min"}
"""What a bound is of a negative."""
ODD = frozenset(("sin", "sinh", "tanh", "asinh"))
EVEN = frozenset(("cos", "cosh", "fabs"))
LARGEST_POWER, LARGEST_MULTIPLE = 16, 12
"""Constant powers up to which products serve, and powers of an exponential that is there up to which it serves again."""
WHOLE = 1e-14
"""Part by which two factors of an argument may differ from a whole multiple."""


class Functions(Nodes):
    """Functions of one node, and powers."""

    def __init__(self) -> None:
        super().__init__()
        self._exponentials: dict[tuple[str, int], list[tuple[float, int]]] = {}

    @abstractmethod
    def neg(self, a: int) -> int: ...

    @abstractmethod
    def add(self, a: int, b: int) -> int: ...

    @abstractmethod
    def sub(self, a: int, b: int) -> int: ...

    @abstractmethod
    def mul(self, a: int, b: int) -> int: ...

    @abstractmethod
    def inv(self, b: int) -> int: ...

    @abstractmethod
    def bound(self, name: str, a: int, b: int) -> int: ...

    # -- numbers and truth values -----------------------------------------------------------------------------------

    def is_truth(self, a: int) -> bool:
        """Whether a node answers a truth value."""
        return self.name(a) in TRUTH

    def number(self, a: int) -> int:
        """A truth value as 0 or 1; all else as it is."""
        return self.node("sel", a, self.const(1), self.const(0)) if self.is_truth(a) else a

    def truth(self, a: int) -> int:
        """A number as the truth value whether it is not zero."""
        if self.is_truth(a) or self.name(a) == CONST:
            return a
        return self.node("ne", a, self.const(0))

    # -- functions --------------------------------------------------------------------------------------------------

    def function(self, name: str, a: int) -> int:
        """A function of `UNARY`."""
        a = self.number(a)
        known = self._of_constant(name, a)
        if known is not None:
            return known
        inner, *of = self.ops[a]
        if inner == "neg" and (name in ODD or name in EVEN):
            found = self.function(name, of[0])
            return self.neg(found) if name in ODD else found
        if name == "fabs" and inner == "mul" and (c := self.value(of[0])) is not None:
            return self.mul(self.const(abs(c)), self.function(name, of[1]))
        special = {"exp": self._exponential, "expm1": self._exponential, "log": self._logarithm}.get(name)
        return self.node(name, a) if special is None else special(name, a)

    def _of_constant(self, name: str, a: int) -> int | None:
        x = self.value(a)
        try:
            return None if x is None else self.const(UNARY[name](x))
        except (ValueError, OverflowError):
            return None

    def _exponential(self, name: str, a: int) -> int:
        """exp(a), or expm1(a), from what is there of the same argument or of a part of it; a bound of the argument is one of the result."""
        factor, base = self.factor(a)
        if name == "exp" and (bounded := self._bounded(factor, base)) is not None:
            return bounded
        known = self._exponentials.setdefault((name, base), [])
        for other, node in known:
            k = whole_ratio(factor / other, LARGEST_MULTIPLE if name == "exp" else 2)
            if k is not None:
                return self.whole_power(node, k) if name == "exp" else self.mul(node, self.add(node, self.const(2)))
        known.append((factor, self.node(name, a)))
        return known[-1][1]

    def _bounded(self, factor: float, base: int) -> int | None:
        """exp(k max(y, c)) as max(exp(k y), exp(k c)), or as their min where k is negative; None of what has no such bound."""
        name, *of = self.ops[base]
        bound = self.value(of[1]) if name in OTHER else None
        end = None if bound is None else self._of_constant("exp", self.const(factor * bound))
        if end is None:
            return None
        inner = self.function("exp", self.mul(self.const(factor), of[0]))
        return self.bound(name if factor > 0 else OTHER[name], inner, end)

    def factor(self, a: int) -> tuple[float, int]:
        """The constant factor of a node, and what it multiplies."""
        name, *of = self.ops[a]
        if name == "neg":
            factor, base = self.factor(of[0])
            return -factor, base
        multiple = self.value(of[0]) if name == "mul" else None
        return (1.0, a) if multiple is None else (multiple, of[1])

    def _logarithm(self, name: str, a: int) -> int:
        """log(a), where a is a product with exponentials in it the sum of their arguments and the logarithm of all else."""
        arguments, others = self._factors(a)
        if not arguments:
            return self.node("log", a)
        rest = self.const(1)
        for node, power in others:
            rest = self.mul(rest, node if power > 0 else self.inv(node))
        total = self.function("log", rest)
        for node, power in arguments:
            total = self.add(total, node) if power > 0 else self.sub(total, node)
        return total

    def _factors(self, a: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """The factors of a product with their powers, 1 or -1: arguments of exponentials, and all others."""
        arguments, others, stack = [], [], [(a, 1)]
        while stack:
            node, power = stack.pop()
            name, *of = self.ops[node]
            if name == "mul":
                stack += [(of[0], power), (of[1], power)]
            elif name == "inv":
                stack.append((of[0], -power))
            elif name == "exp":
                arguments.append((of[0], power))
            else:
                others.append((node, power))
        return arguments, others

    # -- powers -----------------------------------------------------------------------------------------------------

    def power(self, a: int, b: int) -> int:
        """a to the power of b: of small whole numbers and halves by products and a root."""
        a, b = self.number(a), self.number(b)
        x, n = self.value(a), self.value(b)
        if n is None or abs(n) > LARGEST_POWER or 2 * n != int(2 * n):
            return self.const(x**n) if x is not None and n is not None and x > 0 else self.node("pow", a, b)
        if n < 0:
            return self.inv(self.power(a, self.const(-n)))
        whole = self.whole_power(a, int(n))
        return whole if n == int(n) else self.mul(whole, self.function("sqrt", a))

    def whole_power(self, a: int, n: int) -> int:
        """a to a whole power that is not negative, by squares."""
        found, square = self.const(1), a
        while n:
            if n & 1:
                found = self.mul(found, square)
            n >>= 1
            square = self.mul(square, square) if n else square
        return found


def whole_ratio(ratio: float, most: int) -> int | None:
    """The whole number from 2 on that a ratio is."""
    k = round(ratio)
    return k if 2 <= k <= most and abs(ratio - k) < WHOLE * k else None
