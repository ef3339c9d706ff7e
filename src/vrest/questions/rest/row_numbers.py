"""The numbers of a cell in a graph, where a row gives some of them and the description the others."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from ... import maths
from ...description.cell import Cell
from ...description.derive import Derivation
from ...description.settings import conditions
from ...engines.graph import Graph, traced
from ...engines.lanes import GIVEN, UNKNOWN


def traced_rows(graph: Graph, derivation: Derivation, paths: Sequence[str], unknowns: int, *functions: Any) -> list[list[int]]:
    """The nodes of what functions of (unknowns, numbers) answer; last, of what has to hold of the numbers, the truth values.

    Raises:
        ValueError: it holds of no numbers.
    """
    lengths: list[int] = []

    def function(x: list[Any], w: list[Any]) -> list[Any]:
        written = {**derivation.written, **dict(zip(paths, w, strict=True))}
        numbers = derivation.numbers(written)
        fits = [*_in_place(derivation.cell, paths, w), *conditions(derivation.cell, written, numbers)]
        lists = [*(one(x, numbers) for one in functions), fits]
        lengths.extend(map(len, lists))
        return [one for group in lists for one in group]

    with maths.lean():
        nodes = iter(traced(graph, function, {UNKNOWN: unknowns, GIVEN: len(paths)}))
    *found, fits = ([next(nodes) for _ in range(length)] for length in lengths)
    if any(graph.value(a) == 0 for a in fits):
        raise ValueError("such a description is read anew for every number")
    return [*found, [graph.truth(a) for a in fits if graph.value(a) is None]]


def _in_place(cell: Cell, paths: Sequence[str], w: Sequence[Any]) -> Iterator[Any]:
    """What must hold of the numbers of a row, so that they may stand in place of the described ones: their domains, and zero where zero
    was."""
    unbounded: list[Any] = []
    for path, value in zip(paths, w, strict=True):
        described = cell.settable.get(path)
        if described is None or described.row is None:
            raise ValueError(f"a description is read anew for {path}")
        domain, some = described.row.domain, bool(described.si)
        positive = some and domain.low == 0  # not negative and not zero: one comparison for both
        yield value > domain.low if positive or domain.low_open or math.isinf(domain.low) else value >= domain.low
        if not math.isinf(domain.high):
            yield value <= domain.high
        elif domain.low >= 0:
            unbounded.append(value)
        else:
            yield value < domain.high
        if not positive:
            yield value != 0 if some else value == 0
    if unbounded:
        yield sum(unbounded) < math.inf  # none of them is infinite, as none is negative
