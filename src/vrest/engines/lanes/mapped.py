"""Nodes of a graph at columns: each once for every cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..graph import Graph
from .columns import Kernel, module
from .emit import emit
from .machine import native_width
from .points import GIVEN, UNKNOWN
from .text import Text


def mapped(graph: Graph, outputs: Sequence[int], given: int, unknowns: int) -> Kernel:
    """The kernel that takes the given numbers and then the unknowns, and answers outputs; truth values as 0 and 1."""
    t, numbers = Text(native_width()), [graph.number(a) for a in outputs]

    def turn(column: Callable[[int], str], answer: Callable[[int, str], None]) -> None:
        columns = {GIVEN: [column(k) for k in range(given)], UNKNOWN: [column(given + k) for k in range(unknowns)]}
        for k, name in enumerate(emit(t, graph, numbers, columns)):
            answer(k, name)

    return Kernel(t.width, given + unknowns, len(numbers), module(t, turn))
