"""Nodes of a graph as straight lines of a text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from ..graph.functions import UNARY
from ..graph.nodes import CONST, INPUT, Nodes
from .text import Text

Made = Callable[..., str]
Held = dict[int, str]
"""The names of nodes that are there already."""


def emit(
    text: Text, graph: Nodes, outputs: Sequence[int], given: Mapping[str, Sequence[str]], held: Held | None = None
) -> list[str]:
    """The names of some nodes, at those of each group of inputs; what is `held` already is not computed again.

    Raises:
        ValueError: there is an operation that the text has not.
    """
    there: Held = {} if held is None else held
    makers = _makers(text)
    for a in _missing(graph, outputs, there):
        name, *of = graph.ops[a]
        if name == CONST:
            there[a] = text.number(of[0])
        elif name == INPUT:
            there[a] = given[of[0]][of[1]]
        else:
            there[a] = makers[name](*(there[b] for b in of))
    return [there[a] for a in outputs]


def _missing(graph: Nodes, outputs: Iterable[int], held: Held) -> list[int]:
    """The nodes that outputs need and that are not there, each after those that it needs itself."""
    found = {a for a in outputs if a not in held}
    stack = list(found)
    while stack:
        for b in graph.of(stack.pop()):
            if b not in found and b not in held:
                found.add(b)
                stack.append(b)
    return sorted(found)


def staying(graph: Nodes, outputs: Sequence[int], moving: str) -> list[int]:
    """The nodes that do not hang on a group of inputs but are used where something does, constants apart: they are computed once."""
    needed = graph.needed(outputs)
    hangs: set[int] = set()
    for a in needed:
        if graph.ops[a][:2] == (INPUT, moving) or any(b in hangs for b in graph.of(a)):
            hangs.add(a)
    used = {b for a in needed if a in hangs for b in graph.of(a)} | set(outputs)
    return sorted(a for a in used if a not in hangs and graph.name(a) != CONST)


def _makers(t: Text) -> dict[str, Made]:
    """What makes the lines of each operation."""
    made: dict[str, Made] = {name: _function(t, name) for name in (*UNARY, "pow")}
    made |= {name: getattr(t, name) for name in ("add", "sub", "mul", "neg", "inv", "min", "max")}
    made |= {name: _compared(t, kind) for name, kind in (("lt", "olt"), ("le", "ole"), ("eq", "oeq"), ("ne", "une"))}
    return made | {"sel": t.select, "not": t.opposite, "and": t.both, "or": t.either}


def _function(t: Text, name: str) -> Made:
    return lambda *of: t.function(name, *of)


def _compared(t: Text, kind: str) -> Made:
    return lambda a, b: t.compare(kind, a, b)
