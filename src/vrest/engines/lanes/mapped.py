"""Nodes of a graph at columns: each once for every cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..graph import Graph
from .columns import Kernel
from .emit import emit
from .points import GIVEN, UNKNOWN
from .target import Target, native


def mapped(graph: Graph, outputs: Sequence[int], given: int, unknowns: int, target: Target | None = None) -> Kernel:
    """The kernel that takes the given numbers and then the unknowns, and answers outputs; truth values as 0 and 1."""
    target, numbers = target or native(), [graph.number(a) for a in outputs]

    t = target.text()

    def turn(column: Callable[[int], str], answer: Callable[[int, str], None]) -> None:
        columns = {GIVEN: [column(k) for k in range(given)], UNKNOWN: [column(given + k) for k in range(unknowns)]}
        for k, name in enumerate(emit(t, graph, numbers, columns)):
            answer(k, name)

    target.each(t, turn)
    return target.kernel(t, given + unknowns, len(numbers))
