"""Quotients that are 0/0 where both parts vanish together: x/(e^x - 1), (a - b)/log(a/b), (x^2 - 1)/(x - 1).

With w the name along which the parts vanish and z the zero of the lower one next to it, both are expanded at z,

    N = n_m s^m + n_(m+1) s^(m+1) + ...,    D = d_m s^m + ...,    s = w - z,

and next to z the quotient is (n_m + n_(m+1) s + ...)/(d_m + d_(m+1) s + ...), in which no difference of nearly equal numbers is left.
Far from z it is the quotient as written. A zero of D at which N does not vanish is a pole, and stays one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .. import maths
from .formula_graph import PLAIN, Arithmetic, Graph, Limit, Node
from .formula_series import Coefficients, Series, at, filled

ORDER = 9
"""Of the expansions. Their last terms are below `TAIL` of all where they are used, for e^x to |x| = 0.08."""
TAIL = 1e-14
STRAIGHT = 0.08
"""Newton's method has the zero in four steps where |D D''| is below this part of D'^2."""
STEPS = 4
VANISHED = 1e-6
"""Part of its next terms, a thousandth of the name's usual size away, below which a coefficient is zero to rounding."""
APART = 1e-3


class Plain(Arithmetic):
    """Floats, arrays and symbols."""

    def limit(self, graph: Graph, node: Node, values: Sequence[Any], given: Mapping[str, Any]) -> Any:
        top, bottom = values
        found = _Expansion(graph, node, given, ORDER) if _may_be_near(graph, node, given) else None
        if found is None:
            return PLAIN.join("/", top, bottom)
        s = given[node.what.name] - found.z
        near = maths.both(found.valid, maths.both(_ends(found.n, s), _ends(found.d, s)))
        far = PLAIN.join("/", top, maths.where(near, 1.0, bottom))
        return maths.where(near, at(found.n, s) / maths.where(near, at(found.d, s), 1.0), far)


VALUES = Plain()


class Taylor(Series):
    """Series of a formula along one of its names."""

    def limit(self, graph: Graph, node: Node, values: Sequence[Coefficients], given: Mapping[str, Coefficients]) -> Coefficients:
        """The quotient as a series: next to z that of the expansions, as a polynomial of w - z."""
        top, bottom = values
        plain = {name: coefficients[0] for name, coefficients in given.items()}
        if len(top) == len(bottom) == 1:
            return [VALUES.limit(graph, node, (top[0], bottom[0]), plain)]
        if not _may_be_near(graph, node, plain):
            return self.quotient(top, bottom)
        found = _Expansion(graph, node, plain, max(ORDER, self.order + node.what.order))
        s = [plain[node.what.name] - found.z, *given[node.what.name][1:]]
        near = maths.both(found.valid, maths.both(_ends(found.n, s[0]), _ends(found.d, s[0])))
        terms = Series(len(found.n) - 1).quotient(found.n, [maths.where(near, found.d[0], 1.0), *found.d[1:]])
        inner: Coefficients = [terms[-1]]
        for c in terms[-2::-1]:
            inner = self.join("+", self.product(inner, s), [c])
        outer = self.quotient(top, [maths.where(near, 1.0, bottom[0]), *bottom[1:]])
        return self.call("where", [[near], inner, outer])


def along(graph: Graph, root: int, given: Mapping[str, Any], name: str, at: Any, order: int) -> Coefficients:
    """Taylor coefficients 0 to `order` of a part of a formula, along one name at one value of it."""
    known = {key: [value] for key, value in given.items()} | {name: [at, 1.0]}
    return filled(graph.run(root, known, Taylor(order)), order + 1)


def _newton(graph: Graph, node: Node, given: Mapping[str, Any], w: Any) -> tuple[Any, Any, Any]:
    """The derivative of D that has a simple zero, and its first and second derivative."""
    m = node.what.order
    d = along(graph, node.of[1], given, node.what.name, w, m + 1)
    return d[m - 1], m * d[m], (m + 1) * m * d[m + 1]


def _is_straight(g: Any, slope: Any, curvature: Any) -> Any:
    return maths.absolute(g * curvature) < STRAIGHT * slope * slope


def _may_be_near(graph: Graph, node: Node, given: Mapping[str, Any]) -> bool:
    """Whether the expansion is needed: for symbols always, for numbers where one of them is next to a zero."""
    straight = _is_straight(*_newton(graph, node, given, given[node.what.name]))
    return maths.is_symbol(straight) or bool(np.any(straight))


class _Expansion:
    """Both parts of a quotient at the zero next to a value: `z`, coefficients `n` and `d` from the order on to which both vanish, and
    where they are `valid`."""

    def __init__(self, graph: Graph, node: Node, given: Mapping[str, Any], order: int) -> None:
        limit: Limit = node.what
        straight = _is_straight(*_newton(graph, node, given, given[limit.name]))
        self.z = given[limit.name]
        for _ in range(STEPS):
            g, slope, _ = _newton(graph, node, given, self.z)
            self.z = self.z - maths.where(straight, g, 0.0) / maths.where(straight, slope, 1.0)
        n, d = (along(graph, part, given, limit.name, self.z, order) for part in node.of)
        apart = APART * (maths.absolute(self.z) + limit.size)
        vanish = maths.both(_vanishes(n, limit.order, apart), _vanishes(d, limit.order, apart))
        self.valid = maths.both(straight, vanish)
        self.n, self.d = n[limit.order :], d[limit.order :]


def _vanishes(c: Coefficients, order: int, apart: Any) -> Any:
    """Whether the coefficients below an order are zero to rounding."""
    below = sum((maths.absolute(c[k]) * apart**k for k in range(order)), 0.0)
    above = sum((maths.absolute(c[k]) * apart**k for k in (order, order + 1)), 0.0)
    return below <= VANISHED * above


def _ends(c: Coefficients, s: Any) -> Any:
    """Whether the last terms of a series count for nothing."""
    sizes = [maths.absolute(one * s**k) for k, one in enumerate(c)]
    return sizes[-1] + sizes[-2] <= TAIL * sum(sizes)
