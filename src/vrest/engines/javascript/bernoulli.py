"""The Bernoulli function of the constant field, x / (e^x - 1): where CasADi has it as some thirty operations, a module calls one function."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import casadi as ca

from ...maths import bernoulli_pair
from ..graph import Graph, slopes
from ..graph.substitute import substituted
from ..graph.walk import walked
from .printer import OWN, scalar


class Bernoulli:
    """A graph in which it is one operation, and so is its slope."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._known: dict[int, int] = {}
        self._seen: set[int] = set()

    def folded(self, outputs: Sequence[int]) -> list[int]:
        """Outputs with one operation in place of what CasADi makes of the function."""
        for a in self.graph.needed(outputs):
            if a not in self._seen:
                self._seen.add(a)
                self._learn(a)
        return substituted(self.graph, outputs, self._known)

    def _learn(self, a: int) -> None:
        """Where a node is a choice by the size of something: what the function of this is, and of its negative, in all their operations."""
        graph = self.graph
        if graph.name(a) != "lt" or graph.value(graph.of(a)[1]) != 1.0:
            return
        factor, size = graph.factor(graph.of(a)[0])
        if graph.name(size) != "fabs":
            return
        (inner,) = graph.of(size)
        for sign in (factor, -factor):
            x = graph.mul(graph.const(sign), inner)
            plus, minus = _pair(graph, x)
            self._known |= {plus: graph.function(OWN[0], x), minus: graph.function(OWN[0], graph.neg(x))}


def _pair(graph: Graph, x: int) -> list[int]:
    """B(x) and B(-x) in all their operations."""
    return walked(graph, _of_symbol(), [[x]])[0]


@functools.cache
def _of_symbol() -> Any:
    x = ca.SX.sym("x")
    return ca.Function("pair", [x], [ca.vertcat(*bernoulli_pair(x))])


@functools.cache
def functions() -> str:
    """The function and its slope in JavaScript, from its operations in a graph of its own."""
    graph = Graph()
    x = graph.input("x", 0)
    value = _pair(graph, x)[0]
    slope = slopes(graph, [value], [x])[0, 0]
    return "".join(f"const {name} = {scalar(graph, ('x', x), node)};\n" for name, node in zip(OWN, (value, slope), strict=True))
