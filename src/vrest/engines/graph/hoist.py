"""Nodes written anew so that little is computed again where some inputs move and others stay: what stays comes out of products, and of
exponentials of multiples of one thing all are powers of the smallest.

A node that moves is a factor that stays times a core that moves. Factors go outward through products, reciprocals, choices and logarithms, and
through a sum that has the same one on both sides; where they meet anything else they are multiplied in. They are computed once for a cell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from .algebra import Graph
from .functions import LARGEST_MULTIPLE, whole_ratio
from .nodes import INPUT
from .substitute import makers_of

DEGREE = 6
"""Factors that move in a product up to which what stays comes out of each: small amounts to high powers would fall below all numbers."""


class Part(NamedTuple):
    """A node as `factor`, which stays, times `core`, which moves and is a product of so many; none where all of it stays."""

    factor: int
    core: int | None
    degree: int = 1


def hoisted(graph: Graph, outputs: Sequence[int], moving: str) -> list[int]:
    """Outputs with all that hangs on no input of a group outside of products: the same numbers but for rounding.

    The logarithm of a product becomes one of each part, which is no number where both are negative.
    """
    return _Hoisting(graph, outputs, moving).outputs


class _Hoisting:
    """The parts of nodes, each after those that it needs."""

    def __init__(self, graph: Graph, outputs: Sequence[int], moving: str) -> None:
        self.graph, self.one = graph, graph.const(1.0)
        self.parts: dict[int, Part] = {}
        self.makers = makers_of(graph)
        rules: dict[str, Callable[..., Part | None]] = {
            "mul": self._product,
            "add": lambda a, b: self._sum(a, b, graph.add, graph.sub),
            "sub": lambda a, b: self._sum(a, b, graph.sub, graph.add),
            "neg": lambda a: Part(graph.neg(a.factor), a.core, a.degree),
            "inv": lambda a: Part(graph.inv(a.factor), graph.inv(a.core), a.degree),
            "log": self._logarithm,
        }
        needed = graph.needed(outputs)
        powers = _powers(graph, needed)
        for a in needed:
            name, of = graph.name(a), [self.parts.get(b) for b in graph.of(a)]
            if graph.ops[a][:2] == (INPUT, moving):
                self.parts[a] = Part(self.one, a)
            elif all(one is None or one.core is None for one in of):
                self.parts[a] = Part(a, None)
            elif a in powers:
                self.parts[a] = Part(self.one, self._power(*powers[a]))
            else:
                found = rules[name](*of) if name in rules else self._choice(a) if name == "sel" else None
                self.parts[a] = self._signed(found or Part(self.one, self.makers[name](*map(self.node, graph.of(a)))))
        self.outputs = [self.node(a) for a in outputs]

    def node(self, a: int) -> int:
        """The node of both parts."""
        return self._together(self.parts[a])

    def _together(self, part: Part) -> int:
        if part.core is None:
            return part.factor
        return part.core if part.factor == self.one else self.graph.mul(part.factor, part.core)

    def _power(self, factor: float, base: int, k: int) -> int:
        """exp(k factor base)"""
        g = self.graph
        return g.whole_power(g.function("exp", g.mul(g.const(factor), self.node(base))), k)

    def _signed(self, part: Part) -> Part:
        """A core without a sign; where the core has come to stay, none."""
        if part.core is None:
            return part
        name, *of = self.graph.ops[part.core]
        if name == "neg":
            return Part(self.graph.neg(part.factor), of[0], part.degree)
        return part if self.graph.value(part.core) is None else Part(self._together(part), None)

    def _product(self, a: Part, b: Part) -> Part:
        g = self.graph
        if a.core is None or b.core is None:
            core, degree = (b.core, b.degree) if a.core is None else (a.core, a.degree)
            return Part(g.mul(a.factor, b.factor), core, degree)
        if a.degree + b.degree > DEGREE:
            return Part(self.one, g.mul(self._together(a), self._together(b)))
        a, b = (self._with_constant(one) for one in (a, b))
        assert a.core is not None
        assert b.core is not None
        return Part(g.mul(a.factor, b.factor), g.mul(a.core, b.core), a.degree + b.degree)

    def _with_constant(self, part: Part) -> Part:
        """A factor that is the same number for all cells but for its sign goes back to what moves: nothing is gained by it, and a polynomial
        would have it in each of its terms."""
        value = self.graph.value(part.factor)
        return part if value is None or abs(value) == 1 else Part(self.one, self._together(part), part.degree)

    def _sum(self, a: Part, b: Part, same: Callable[[int, int], int], other: Callable[[int, int], int]) -> Part | None:
        """A sum, or a difference, of what has the same factor but for a sign; none of others."""
        if a.core is None or b.core is None:
            return None
        if a.factor == b.factor:
            return Part(a.factor, same(a.core, b.core))
        return Part(a.factor, other(a.core, b.core)) if a.factor == self.graph.neg(b.factor) else None

    def _choice(self, a: int) -> Part | None:
        """A choice between two with one factor, or between something and zero."""
        g, (where, *of) = self.graph, self.graph.of(a)
        one, two = (self.parts[b] for b in of)
        zero = [g.value(b) == 0 for b in of]
        if not any(zero) and (one.core is None or two.core is None or one.factor != two.factor):
            return None
        factor = two.factor if zero[0] else one.factor
        cores = [of[k] if zero[k] else part.core for k, part in enumerate((one, two))]
        if cores[0] is None or cores[1] is None:
            return None
        return Part(factor, g.select(self.node(where), cores[0], cores[1]))

    def _logarithm(self, a: Part) -> Part | None:
        """The sum of the logarithms of both parts, unless it is known that there is none."""
        g = self.graph
        value = g.value(a.factor)
        if a.core is None or a.factor == self.one or (value is not None and value <= 0) or g.name(a.factor) == "neg":
            return None
        return Part(self.one, g.add(g.function("log", a.factor), g.function("log", a.core)))


def _powers(graph: Graph, needed: Sequence[int]) -> dict[int, tuple[float, int, int]]:
    """Which exponentials are whole powers of another one, by node: that one's factor, its base, and the power."""
    known: dict[int, dict[float, int]] = {}
    for a in needed:
        if graph.name(a) == "exp":
            factor, base = graph.factor(graph.of(a)[0])
            known.setdefault(base, {})[factor] = a
    found = {}
    for base, same in known.items():
        for factor, a in same.items():
            ratios = ((other, whole_ratio(factor / other, LARGEST_MULTIPLE)) for other in sorted(same, key=abs))
            if (smallest := next(((other, base, k) for other, k in ratios if k is not None), None)) is not None:
                found[a] = smallest
    return found
