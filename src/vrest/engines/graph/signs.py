"""What the operations of a graph say of signs, whatever its inputs are: enough to see that a sum of products rises."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from .nodes import CONST, INPUT, Nodes

Sign = int | None
"""1: not negative, -1: not positive, 0: zero, None: not told."""


def signs(graph: Nodes, outputs: Sequence[int], positive: Collection[int]) -> list[Sign]:
    """The signs of outputs, where some inputs are not negative."""
    found: dict[int, Sign] = {}
    for a in graph.needed(outputs):
        name, *of = graph.ops[a]
        if name == CONST:
            found[a] = (of[0] > 0) - (of[0] < 0)
        elif name == INPUT:
            found[a] = 1 if a in positive else None
        else:
            found[a] = _RULES.get(name, _unknown)(*(found[b] for b in of))
        if name == "mul" and of[0] == of[1]:
            found[a] = 1
    return [found[a] for a in outputs]


def _unknown(*_: Sign) -> Sign:
    return None


def _negative(a: Sign) -> Sign:
    return None if a is None else -a


def _sum(a: Sign, b: Sign) -> Sign:
    if a is None or b is None:
        return None
    return a or b if a * b >= 0 else None


def _product(a: Sign, b: Sign) -> Sign:
    return 0 if 0 in (a, b) else None if a is None or b is None else a * b


_RULES: dict[str, Callable[..., Sign]] = {
    "add": _sum,
    "sub": lambda a, b: _sum(a, _negative(b)),
    "mul": _product,
    "neg": _negative,
    "inv": lambda a: a,
    "sel": lambda c, a, b: _sum(a, b),
    "max": lambda a, b: 1 if {0, 1} & {a, b} else _sum(a, b),
    "min": lambda a, b: -1 if {0, -1} & {a, b} else _sum(a, b),
    "pow": lambda a, b: 1 if a == 1 else None,
    "expm1": lambda a: a,
    "log1p": lambda a: a,
    "tanh": lambda a: a,
    "sinh": lambda a: a,
    "asinh": lambda a: a,
    "exp": lambda a: 1,
    "cosh": lambda a: 1,
    "sqrt": lambda a: 1,
    "fabs": lambda a: 1,
}
