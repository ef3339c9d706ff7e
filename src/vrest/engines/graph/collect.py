"""Sums written anew as sums of what moves, each with one factor that does not: such factors are computed once for a cell."""

from __future__ import annotations

from collections.abc import Sequence

from .algebra import Graph
from .nodes import INPUT

Parts = dict[int | None, int]
"""Factors that hang on no unknown, by what they multiply; by None what stands alone."""


def collected(graph: Graph, outputs: Sequence[int], moving: str) -> list[int]:
    """Outputs as sums over what hangs on a group of inputs; the same numbers but for rounding."""
    needed, hangs = graph.needed(outputs), set[int]()
    parts: dict[int, Parts] = {}
    for a in needed:
        if graph.ops[a][:2] == (INPUT, moving) or any(b in hangs for b in graph.of(a)):
            hangs.add(a)
        parts[a] = _parts(graph, a, parts) if a in hangs else {None: a}
    return [graph.sum([c if b is None else graph.mul(c, b) for b, c in parts[a].items()]) for a in outputs]


def _parts(graph: Graph, a: int, known: dict[int, Parts]) -> Parts:
    """The parts of a node that moves, from those of its arguments."""
    name, *of = graph.ops[a]
    if name == "neg":
        return _times(graph, known[of[0]], graph.const(-1.0))
    if name in ("add", "sub"):
        found = dict(known[of[0]])
        for b, c in _times(graph, known[of[1]], graph.const(1.0 if name == "add" else -1.0)).items():
            found[b] = graph.add(found[b], c) if b in found else c
        return found
    if name == "mul":
        return _product(graph, a, [known[b] for b in of])
    return {a: graph.const(1.0)}


def _product(graph: Graph, a: int, of: Sequence[Parts]) -> Parts:
    """Factors that do not move come out; a product of sums that move stays as it is."""
    for one, other in (of, reversed(of)):
        if set(one) == {None}:
            return _times(graph, other, one[None])
    if any(len(one) > 1 for one in of):
        return {a: graph.const(1.0)}
    ((x, c),), ((y, d),) = (one.items() for one in of)
    assert x is not None
    assert y is not None
    return {graph.mul(x, y): graph.mul(c, d)}


def _times(graph: Graph, parts: Parts, factor: int) -> Parts:
    return {b: graph.mul(factor, c) for b, c in parts.items()}
