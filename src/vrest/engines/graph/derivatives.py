"""Exact derivatives of nodes by inputs, built in the same graph: forward, and only through what hangs on the input."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence

from .algebra import Graph
from .nodes import TRUTH


def slopes(graph: Graph, outputs: Sequence[int], inputs: Sequence[int]) -> dict[tuple[int, int], int]:
    """The derivatives that are not zero whatever the values are: the node of each by the positions of an output and an input."""
    order = graph.needed(outputs)
    found: dict[tuple[int, int], int] = {}
    for j, input_ in enumerate(inputs):
        slope = _along(graph, order, input_)
        found |= {(i, j): slope[a] for i, a in enumerate(outputs) if a in slope and graph.value(slope[a]) != 0}
    return found


def _along(graph: Graph, order: Sequence[int], input_: int) -> dict[int, int]:
    """The derivative of every node in `order` that hangs on an input."""
    slope = {input_: graph.const(1)}
    rules = _rules(graph, slope)
    for a in order:
        name = graph.name(a)
        if name in TRUTH or a in slope or not any(b in slope for b in graph.of(a)):
            continue
        slope[a] = rules[name](a, [slope.get(b, graph.const(0)) for b in graph.of(a)])
    return slope


Rule = Callable[[int, list[int]], int]


def _rules(graph: Graph, slope: Mapping[int, int]) -> dict[str, Rule]:
    """The derivative of a node from those of its arguments, by its operation; beside it the derivatives that are there."""
    g, one, minus = graph, graph.const(1), graph.const(-1)

    def chain(outer: Callable[[int, int], int]) -> Rule:
        """Of a function of one argument: its derivative, from the node and its argument, times the inner one."""
        return lambda a, d: g.mul(outer(a, g.of(a)[0]), d[0])

    def choice(name: str) -> Rule:
        """Of the smaller or the larger of two: that of whichever it is."""
        order = (lambda x, y: (x, y)) if name == "min" else (lambda x, y: (y, x))
        return lambda a, d: g.select(g.compare("le", *order(*g.of(a))), d[0], d[1])

    def power(a: int, d: list[int]) -> int:
        base, exponent = g.of(a)
        of_base = g.mul(g.mul(exponent, g.power(base, g.sub(exponent, one))), d[0])
        return of_base if g.value(d[1]) == 0 else g.add(of_base, g.mul(g.mul(a, g.function("log", base)), d[1]))

    def product(a: int, d: list[int]) -> int:
        for (x, dx), (y, _) in itertools.permutations(zip(g.of(a), d, strict=True)):
            if g.name(y) == "inv" and (below := slope.get(g.of(y)[0])) is not None:  # of a quotient: (x' - a y') / y
                return g.mul(y, g.sub(dx, g.mul(a, below)))
            if g.ops[y] == ("mul", x, x):
                return g.mul(g.mul(g.const(3), y), dx)
        x, y = g.of(a)
        return g.add(g.mul(y, d[0]), g.mul(x, d[1]))

    def logarithm(a: int, d: list[int]) -> int:
        """Of a quotient whose divisor alone moves, from that; else by the inverse."""
        (x,) = g.of(a)
        for y, c in itertools.permutations(g.of(x)) if g.name(x) == "mul" else ():
            if g.name(y) == "inv" and c not in slope and (below := slope.get(g.of(y)[0])) is not None:
                return g.neg(g.mul(y, below))
        return g.mul(g.inv(x), d[0])

    return {
        "add": lambda a, d: g.add(d[0], d[1]),
        "sub": lambda a, d: g.sub(d[0], d[1]),
        "mul": product,
        "neg": lambda a, d: g.neg(d[0]),
        "inv": chain(lambda a, x: g.neg(g.mul(a, a))),
        "sel": lambda a, d: g.select(g.of(a)[0], d[1], d[2]),
        "min": choice("min"),
        "max": choice("max"),
        "pow": power,
        "exp": chain(lambda a, x: a),
        "expm1": chain(lambda a, x: g.add(a, one)),
        "log": logarithm,
        "log1p": chain(lambda a, x: g.inv(g.add(x, one))),
        "sqrt": chain(lambda a, x: g.mul(g.const(0.5), g.inv(a))),
        "sin": chain(lambda a, x: g.function("cos", x)),
        "cos": chain(lambda a, x: g.neg(g.function("sin", x))),
        "sinh": chain(lambda a, x: g.function("cosh", x)),
        "cosh": chain(lambda a, x: g.function("sinh", x)),
        "tanh": chain(lambda a, x: g.sub(one, g.mul(a, a))),
        "asinh": chain(lambda a, x: g.inv(g.function("sqrt", g.add(one, g.mul(x, x))))),
        "fabs": chain(lambda a, x: g.select(g.compare("lt", x, g.const(0)), minus, one)),
        "floor": lambda a, d: g.const(0),
        "bernoulli": chain(lambda a, x: g.function("bernoulli_slope", x)),
    }
