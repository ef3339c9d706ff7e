"""Nodes built anew with others in place of some."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from .algebra import Graph
from .functions import UNARY
from .nodes import LEAVES


def substituted(graph: Graph, outputs: Sequence[int], other: Mapping[int, int]) -> list[int]:
    """Outputs with other nodes in place of some, in the same graph: where these are constants, what follows from them is, too."""
    makers, found = makers_of(graph), dict(other)
    for a in graph.needed(outputs):
        if a not in found:
            found[a] = a if graph.name(a) in LEAVES else makers[graph.name(a)](*(found[b] for b in graph.of(a)))
    return [found[a] for a in outputs]


def makers_of(graph: Graph) -> dict[str, Callable[..., int]]:
    """What makes a node of each operation anew, by its name."""
    made: dict[str, Callable[..., int]] = {"sel": graph.select, "not": graph.opposite, "pow": graph.power}
    made |= {name: getattr(graph, name) for name in ("add", "sub", "mul", "neg", "inv")}
    for maker, names in (
        (graph.function, UNARY),
        (graph.compare, ("lt", "le", "eq", "ne")),
        (graph.joined, ("and", "or")),
        (graph.bound, ("min", "max")),
    ):
        made |= {name: _named(maker, name) for name in names}
    return made


def _named(maker: Callable[..., int], name: str) -> Callable[..., int]:
    return lambda *of: maker(name, *of)
