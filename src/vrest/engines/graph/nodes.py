"""Nodes of a graph: integers, each for one operation on others, and none for an operation that is there already."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

INPUT, CONST = "in", "const"
LEAVES = frozenset((INPUT, CONST))
TRUTH = frozenset(("lt", "le", "eq", "ne", "not", "and", "or"))
"""Operations that answer a truth value."""


class Nodes:
    """Operations by node: tuples of a name and its arguments; those of `in` are a group and a place in it, that of `const` is its value.

    Attributes:
        ops: the operations, each after those that it needs
    """

    def __init__(self) -> None:
        self.ops: list[tuple[Any, ...]] = []
        self._known: dict[tuple[Any, ...], int] = {}

    def node(self, *op: Any) -> int:
        """The node of an operation, the one that is there where there is one."""
        found = self._known.get(op)
        if found is None:
            found = self._known[op] = len(self.ops)
            self.ops.append(op)
        return found

    def const(self, value: float) -> int:
        """A number; zero has no sign."""
        return self.node(CONST, float(value) + 0.0)

    def input(self, group: str, place: int) -> int:
        """One of the values that are given when the graph is run."""
        return self.node(INPUT, group, place)

    def inputs(self, group: str, size: int) -> list[int]:
        """The first inputs of a group."""
        return [self.input(group, k) for k in range(size)]

    def name(self, a: int) -> str:
        """What a node does."""
        return self.ops[a][0]

    def of(self, a: int) -> tuple[int, ...]:
        """The nodes that a node needs."""
        op = self.ops[a]
        return () if op[0] in LEAVES else op[1:]

    def value(self, a: int) -> float | None:
        """The value of a constant; None of what is none."""
        op = self.ops[a]
        return op[1] if op[0] == CONST else None

    def needed(self, outputs: Iterable[int], known: Container[int] = ()) -> list[int]:
        """The nodes that outputs need, themselves included, each after those that it needs itself; what is known needs nothing."""
        found = set(outputs)
        stack = list(found)
        while stack:
            a = stack.pop()
            for b in () if a in known else self.of(a):
                if b not in found:
                    found.add(b)
                    stack.append(b)
        return sorted(found)
