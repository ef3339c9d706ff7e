"""Finds the quotients of a formula whose parts vanish together, whatever the other names are, and puts their limits in their place.

A rate as textbooks write it, k x/(1 - e^(-x)), is 0/0 at x = 0 and means k there. Each denominator that can be zero is tried: zeros of
it are sought along one of its names, for several random values of the others, and a factor of the numerator that vanishes at each of
them is divided by it as one `limit`. Where the denominator is e^u - 1 and both u and the factor are linear, the quotient is a
multiple of B(u) = u/(e^u - 1).
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Any, NamedTuple

import numpy as np

from ..units import Dimension, dimension_of
from .formula_graph import PLAIN, Graph, Limit, Node, graph_of
from .formula_limits import APART, ORDER, VALUES, VANISHED, along
from .formula_parser import Instruction
from .formula_series import at

ZERO = Node("number", 0.0)
TRIALS = 4
MOST_ORDERS = 2
"""The highest order to which the parts of a quotient may vanish."""
AGREES = 1e-6
"""Part of a factor to which its expansion must give its value on both sides of the zero: it has no kink there."""
SAME = 1e-12
"""Part of their distance from the origin to which two zeros are one."""
VOLT, CONCENTRATION, KELVIN = dimension_of("V"), dimension_of("mol/m^3"), dimension_of("K")

Names = tuple[tuple[str, Dimension], ...]


@functools.lru_cache(maxsize=512)
def prepared(code: tuple[Instruction, ...], names: Names) -> tuple[Graph, int]:
    """The graph of a program with the limits of its quotients, and the place of its value."""
    graph, root = graph_of(code)
    return _Rewriter(graph, dict(names)).graph_at(root) if _has_quotient(graph) else (graph, root)


def _has_quotient(graph: Graph) -> bool:
    """Whether something is divided by more than a number."""
    numbers = {k for k, node in enumerate(graph.nodes) if node.kind == "number"}
    return any(divides(node) and node.of[-1] not in numbers for node in graph.nodes)


def divides(node: Node) -> bool:
    """Whether a part is divided by its last one."""
    return (node.kind == "join" and node.what == "/") or (node.kind == "power" and node.what < 0)


class _Zero(NamedTuple):
    """A zero of a denominator: along which name, its order and place, with the values of all names there."""

    name: str
    order: int
    at: float
    values: dict[str, Any]


class _Rewriter:
    def __init__(self, old: Graph, dimensions: Mapping[str, Dimension]) -> None:
        self.old, self.dimensions = old, dimensions
        self.new = Graph()
        self.signs: dict[int, int] = {}

    def graph_at(self, root: int) -> tuple[Graph, int]:
        """Every part anew, quotients with their limits."""
        within = self._within(_is_product) | self._within(_is_sum)
        moved: dict[int, int] = {}
        for place in self.old.needed(root):
            node = self.old.nodes[place]
            plain = self.new.add(node.kind, node.what, *(moved[k] for k in node.of))
            if place in within:
                moved[place] = plain
            elif _is_sum(node):
                moved[place] = self._sum_with_limit(plain)
            else:
                moved[place] = self._with_limits(plain) if _is_product(node) else plain
        return self.new, moved[root]

    def _within(self, is_one: Callable[[Node], bool]) -> set[int]:
        """Products (or sums) that stand only in others, which look through them."""
        ones = {k for k, node in enumerate(self.old.nodes) if is_one(node)}
        used = [(k, place) for place, node in enumerate(self.old.nodes) for k in node.of]
        return {k for k, place in used if k in ones and place in ones} - {k for k, place in used if place not in ones}

    # -- one product ----------------------------------------------------------------------------------------------

    def _with_limits(self, place: int) -> int:
        above, below = self._factors(place)
        found = False
        for bottom in dict.fromkeys(below):
            while bottom in below and (one := self._limit(above, bottom)) is not None:
                used, quotient = one
                for factor in used:
                    above.remove(factor)
                below.remove(bottom)
                above.append(quotient)
                found = True
        chosen = self._chosen(above, below)
        if chosen is not None:
            return chosen
        return self._product(above, below) if found else place

    def _chosen(self, above: list[int], below: list[int]) -> int | None:
        """A product with a choice above (max, min, abs, where) as a choice of products, where one of these has a limit that it lacks."""
        if all(self._sign(k) for k in below):
            return None
        choices = {factor: choice for factor in above if (choice := self._choice(factor)) and above.count(factor) == 1}
        for factor, (condition, *branches) in choices.items():
            others = [k for k in above if k != factor]
            plain = [self._product([branch, *others], below) for branch in branches]
            parts = [self._branch(place, branch) for place, branch in zip(plain, branches, strict=True)]
            if parts != plain:
                return self.new.add("call", "where", condition, *parts)
        return None

    def _branch(self, place: int, branch: int) -> int:
        """The product of one branch, with its limits; nothing divided by anything is nothing."""
        return branch if self.new.nodes[branch] == ZERO else self._with_limits(place)

    def _choice(self, place: int) -> tuple[int, int, int] | None:
        """A condition and what a choice is with it and without it; where both sides of `max` or `min` are alike, that which is no
        number."""
        node = self.new.nodes[place]
        if node.kind != "call" or node.what not in ("max", "min", "abs", "where"):
            return None
        if node.what == "where":
            return node.of[0], node.of[1], node.of[2]
        if node.what == "abs":
            (a,) = node.of
            return self.new.add("join", "<", a, self.new.add("number", 0.0)), self.new.add("negate", None, a), a
        first, second = sorted(node.of, key=lambda k: self.new.nodes[k].kind != "number")
        return self.new.add("join", ">" if node.what == "max" else "<", first, second), first, second

    def _factors(self, place: int) -> tuple[list[int], list[int]]:
        """What a product multiplies and what it divides by."""
        sides: tuple[list[int], list[int]] = ([], [])
        waiting = [(place, 0)]
        while waiting:
            k, side = waiting.pop()
            node = self.new.nodes[k]
            if node.kind == "join" and node.what in ("*", "/"):
                waiting += [(node.of[1], side ^ (node.what == "/")), (node.of[0], side)]
            elif node.kind == "power" and node.what.is_integer() and node.what:
                waiting += [(node.of[0], side ^ (node.what < 0))] * abs(int(node.what))
            elif node.kind == "negate":
                sides[0].append(self.new.add("number", -1.0))
                waiting.append((node.of[0], side))
            else:
                sides[side].append(k)
        return sides

    def _product(self, above: list[int], below: list[int]) -> int:
        first, *rest = above
        for factor in rest:
            first = self.new.add("join", "*", first, factor)
        for factor in below:
            first = self.new.add("join", "/", first, factor)
        return first

    def _sum_with_limit(self, place: int) -> int:
        """A sum as one quotient, where poles of its terms take each other away: 1/(1 - e^(-x)) - 1/x."""
        terms = [(sign, *self._factors(k)) for sign, k in self._terms(place)]
        own = [[k for k in below if not self._sign(k)] for _, _, below in terms]
        if sum(map(bool, own)) < 2:
            return place
        poles = [k for k in dict.fromkeys(itertools.chain.from_iterable(own)) for _ in range(max(one.count(k) for one in own))]
        bottom = self._product(poles, [])
        parts = [self._above(poles, *term) for term in terms]
        top = functools.reduce(lambda a, b: self.new.add("join", "+", a, b), parts)
        one = self._limit([top], bottom)
        return place if one is None else one[1]

    def _above(self, poles: list[int], sign: int, above: list[int], below: list[int]) -> int:
        """What stands for a term above the poles of every term: itself times those that it does not have, each as often as it lacks it."""
        others, left = [], list(below)
        for k in poles:
            if k in left:
                left.remove(k)
            else:
                others.append(k)
        part = self._product([*above, *others] or [self.new.add("number", 1.0)], left)
        return part if sign > 0 else self.new.add("negate", None, part)

    def _terms(self, place: int) -> list[tuple[int, int]]:
        """The terms of a sum with their signs."""
        found, waiting = [], [(1, place)]
        while waiting:
            sign, k = waiting.pop()
            node = self.new.nodes[k]
            if _is_sum(node):
                waiting += [(sign if node.what == "+" else -sign, node.of[1]), (sign, node.of[0])]
            else:
                found.append((sign, k))
        return found

    def _limit(self, above: list[int], bottom: int) -> tuple[list[int], int] | None:
        """The factors above that vanish with a denominator, and their quotient; None where it is a pole or never zero."""
        if self._sign(bottom):
            return None
        for name in self._directions(bottom):
            candidates = [k for k in above if name in self.new.names(k)]
            simple = self._simple(candidates, bottom, name)
            if simple is not None:
                return simple
            for alike in (False, True):
                zeros = self._zeros(bottom, name, alike) if candidates else []
                used = self._vanishing(candidates, zeros)
                if used:
                    return used, self._quotient(used, bottom, zeros[0])
        return None

    def _quotient(self, used: list[int], bottom: int, zero: _Zero) -> int:
        limit = Limit(zero.name, zero.order, _size(self.dimensions[zero.name]))
        return self.new.add("limit", limit, self._product(used, []), bottom)

    def _directions(self, place: int) -> list[str]:
        """The names in a part, a potential before others."""
        names = self.new.names(place)
        return sorted(names, key=lambda name: (name != "V", self.dimensions[name] != VOLT, name))

    # -- zeros ----------------------------------------------------------------------------------------------------

    def _zeros(self, bottom: int, name: str, alike: bool = False) -> list[_Zero]:
        """Zeros of a denominator along a name, for several values of the other names; `alike`: those of one dimension are the same.

        A limit looks whether its parts vanish where it is: where they do only while two parameters are equal, it is there only then.
        """
        random = Random(len(self.new.nodes))
        found = []
        for _ in range(TRIALS):
            values = {other: _drawn(random, other, self.dimensions[other]) for other in self.dimensions}
            if alike:
                first = {self.dimensions[other]: value for other, value in values.items()}
                values = {other: first[self.dimensions[other]] for other in values}
            found += self._zeros_at(bottom, name, values)
        return found

    def _zeros_at(self, bottom: int, name: str, values: dict[str, Any]) -> list[_Zero]:
        """Zeros at given values of the other names: changes of sign of the denominator, or of its slope where it touches zero."""
        grid = _grid(name, self.dimensions[name])
        with np.errstate(all="ignore"):
            d = along(self.new, bottom, values, name, grid, 1)
            for order in range(1, MOST_ORDERS + 1):
                g = np.broadcast_to(d[order - 1], grid.shape)
                turns = np.flatnonzero((g[:-1] * g[1:] < 0) | (g[:-1] == 0))[:8]
                ends = [self._closed_in(bottom, name, values, order, grid[k], grid[k + 1]) for k in turns]
                zeros = [_Zero(name, order, x, values) for x in ends if self._order(bottom, name, x, values) == order]
                if zeros:
                    return zeros
        return []

    def _closed_in(self, bottom: int, name: str, values: dict[str, Any], order: int, low: float, high: float) -> float:
        """A zero of the denominator, or of its slope, between two values of different sign."""
        for _ in range(3):
            xs = np.linspace(low, high, 65)
            g = np.broadcast_to(along(self.new, bottom, values, name, xs, 1)[order - 1], xs.shape)
            k = int(np.flatnonzero(np.append((g[:-1] * g[1:] <= 0), True))[0])
            low, high = xs[min(k, 63)], xs[min(k, 63) + 1]
        x = 0.5 * (low + high)
        for _ in range(3):
            d = along(self.new, bottom, values, name, float(x), 2)
            step = PLAIN.join("/", d[order - 1], order * d[order])
            x = x - step if abs(step) <= 2 * (high - low) else x
        return float(x)

    def _order(self, place: int, name: str, x: float, values: dict[str, Any]) -> int:
        """To which order a part vanishes at a value of a name; 0: it does not, or has a kink there."""
        c = [float(one) for one in along(self.new, place, values, name, x, ORDER)]
        apart = APART * (abs(x) + _size(self.dimensions[name]))
        while abs(c[-1]) * apart**ORDER > VANISHED * max(abs(one) * apart**k for k, one in enumerate(c)):
            apart /= 2
        sizes = [abs(one) * apart**k for k, one in enumerate(c)]
        order = next((k for k, size in enumerate(sizes) if size > VANISHED * max(sizes)), 0)
        off = (at(c, s) - self.new.run(place, values | {name: x + s}, VALUES) for s in (-apart, apart))
        return order if all(abs(one) <= AGREES * max(sizes) for one in off) else 0

    def _vanishing(self, above: Iterable[int], zeros: list[_Zero]) -> list[int]:
        """Factors that vanish together with a denominator to its order at least, at each of its zeros or at one of each kind."""
        by_trial = {id(zero.values): [other for other in zeros if other.values is zero.values] for zero in zeros}
        if len(by_trial) < 2:
            return []
        used: list[int] = []
        missing = zeros[0].order
        for factor in above:
            order = min(self._highest(factor, group) for group in by_trial.values())
            if order > 0 and missing > 0:
                used.append(factor)
                missing -= order
        return used if missing <= 0 else []

    def _highest(self, factor: int, zeros: list[_Zero]) -> int:
        """The highest order to which a factor vanishes at one of some zeros."""
        return max(self._order(factor, zero.name, zero.at, zero.values) for zero in zeros)

    # -- e^u - 1 --------------------------------------------------------------------------------------------------

    def _simple(self, above: list[int], bottom: int, name: str) -> tuple[list[int], int] | None:
        """The factor that vanishes with e^u - 1, and top/(e^u - 1) as top'/u' B(u), where top and u are linear along a name."""
        found = self._exponent(bottom)
        bend = None if found is None else self._slope(found[0], name)
        if found is None or bend is None:
            return None
        u, sign = found
        for top in above:
            slope = self._slope(top, name)
            if slope is not None and self._vanish_together(top, u, name):
                ratio = self.new.add("join", "/", slope, bend)
                ratio = ratio if sign > 0 else self.new.add("negate", None, ratio)
                return [top], self.new.add("join", "*", ratio, self.new.add("call", "bernoulli", u))
        return None

    def _vanish_together(self, top: int, u: int, name: str) -> bool:
        """Whether two parts that are linear along a name have the same zero, whatever the other names are."""
        random = Random(len(self.new.nodes))
        for _ in range(TRIALS):
            values = {other: _drawn(random, other, self.dimensions[other]) for other in self.dimensions}
            (a, b), (c, d) = (along(self.new, part, values, name, 0.0, 1) for part in (top, u))
            if not abs(a * d - b * c) <= SAME * (abs(a * d) + abs(b * c)):
                return False
        return True

    def _exponent(self, place: int) -> tuple[int, int] | None:
        """u and 1 of a part that is e^u - 1, u and -1 of one that is 1 - e^u."""
        node = self.new.nodes[place]
        if node.kind != "join" or node.what not in "+-":
            return None
        a, b = (self.new.nodes[k] for k in node.of)
        for one, other, sign in ((a, b, -1 if node.what == "-" else 0), (b, a, 1 if node.what == "-" else 0)):
            if one == Node("number", 1.0) and (other.kind, other.what) == ("call", "exp") and sign:
                return other.of[0], sign
        return None

    def _slope(self, place: int, name: str) -> int | None:
        """The slope of a part that is linear along a name; None for one that is not seen to be."""
        slopes: dict[int, int | None] = {}
        for k in self.new.needed(place):
            slopes[k] = self._slope_of(self.new.nodes[k], k, name, slopes)
        return slopes[place]

    def _slope_of(self, node: Node, place: int, name: str, slopes: Mapping[int, int | None]) -> int | None:
        if name not in self.new.names(place):
            return self.new.add("number", 0.0)
        parts = [part for k in node.of if (part := slopes[k]) is not None]
        if node.kind == "name":
            return self.new.add("number", 1.0)
        if len(parts) < len(node.of):
            return None
        if node.kind == "negate":
            return self.new.add("negate", None, *parts)
        return self._slope_of_join(node, parts, [name in self.new.names(k) for k in node.of]) if node.kind == "join" else None

    def _slope_of_join(self, node: Node, parts: list[int], moving: list[bool]) -> int | None:
        """Of a sum, or of a product or quotient of which one part changes, the one above."""
        if _is_sum(node):
            return self._slope_of_sum(node.what, parts, moving)
        if node.what in ("*", "/") and moving == [True, False]:
            return self.new.add("join", node.what, parts[0], node.of[1])
        if node.what == "*" and moving == [False, True]:
            return self.new.add("join", "*", node.of[0], parts[1])
        return None

    def _slope_of_sum(self, sign: str, parts: list[int], moving: list[bool]) -> int:
        if moving == [True, False]:
            return parts[0]
        if moving == [True, True]:
            return self.new.add("join", sign, *parts)
        return parts[1] if sign == "+" else self.new.add("negate", None, parts[1])

    # -- signs ----------------------------------------------------------------------------------------------------

    def _sign(self, place: int) -> int:
        """1 of a part that is positive and -1 of one that is negative for all values of its names; 0 where that is not seen."""
        for k in self.new.needed(place):
            if k not in self.signs:
                self.signs[k] = self._sign_of(self.new.nodes[k])
        return self.signs[place]

    def _sign_of(self, node: Node) -> int:
        of = [self.signs[k] for k in node.of]
        if node.kind == "number":
            return int(np.sign(node.what))
        if node.kind == "name":
            return int(_is_positive(node.what, self.dimensions[node.what]))
        if node.kind == "negate":
            return -of[0]
        if node.kind == "power":
            return of[0] if of[0] >= 0 or node.what % 2 else 1
        if node.kind == "call":
            return _sign_of_call(node.what, of)
        return _sign_of_join(node.what, *of) if node.kind == "join" else 0


def _sign_of_join(sign: str, first: int, second: int) -> int:
    """Of a product or quotient; of a sum whose terms have the same sign."""
    if sign in ("*", "/"):
        return first * second
    second = {"+": second, "-": -second}.get(sign, 0)
    return first if first == second else 0


def _sign_of_call(name: str, of: list[int]) -> int:
    if name in ("exp", "bernoulli"):
        return 1
    if name in ("sqrt", "pow", "abs"):
        return int(of[0] != 0)
    return of[-1] if name in ("min", "max", "where") and of[-1] == of[-2] else 0


def _is_sum(node: Node) -> bool:
    return node.kind == "join" and node.what in ("+", "-")


def _is_product(node: Node) -> bool:
    return node.kind == "negate" or (node.kind == "join" and node.what in ("*", "/")) or (node.kind == "power" and node.what != 0)


# -- values to try ------------------------------------------------------------------------------------------------------


def _is_positive(name: str, dimension: Dimension) -> bool:
    """Temperatures and concentrations."""
    return dimension in (KELVIN, CONCENTRATION)


def _size(dimension: Dimension) -> float:
    """A usual size of a quantity [SI]."""
    return 0.1 if dimension == VOLT else 1.0


def _drawn(random: Random, name: str, dimension: Dimension) -> float:
    if dimension == KELVIN:
        return random.uniform(280, 320)
    if dimension == VOLT:
        return random.uniform(-0.1, 0.1)
    return 10 ** random.uniform(-1, 2)


def _grid(name: str, dimension: Dimension) -> np.ndarray:
    """Values of a name between which zeros are sought."""
    if dimension == VOLT:
        return np.linspace(-2.013, 2.027, 4001)
    if dimension == KELVIN:
        return np.linspace(240.3, 420.7, 401)
    up = np.geomspace(1.03e-7, 1.07e5, 1201)
    return up if _is_positive(name, dimension) else np.concatenate([-up[::-1], up])
