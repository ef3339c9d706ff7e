"""JavaScript of a graph: one function whose arguments are the groups of inputs, and which answers lists of numbers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ..graph.nodes import LEAVES, Nodes

ATOM, PRODUCT, SUM, SIGNED, COMPARED, JOINED, CHOICE = 9, 7, 6, 5, 4, 3, 1
"""How tightly the parts of an expression hold together."""
LONGEST = 100
"""Characters of an expression beyond which it has a name, even where it is used once."""
EXACT = 2.0**53
"""Below it every whole number is one in JavaScript."""
CALLS = {
    "pow": "pow",
    "min": "min",
    "max": "max",
    "fabs": "abs",
    **{name: name for name in ("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "sinh", "cosh", "tanh", "asinh", "floor")},
}
OWN = ("bernoulli", "bernoulli_slope")
"""Functions that a module has of its own."""
MATH = "const {" + ", ".join(sorted(CALLS.values())) + "} = Math;"
"""What the functions use, once for all of them."""
CALLS |= {name: name for name in OWN}
JOINS = {
    "add": ("+", SUM),
    "sub": ("-", SUM),
    "mul": ("*", PRODUCT),
    "lt": ("<", COMPARED),
    "le": ("<=", COMPARED),
    "eq": ("===", COMPARED),
    "ne": ("!==", COMPARED),
    "and": ("&&", JOINED),
    "or": ("||", JOINED),
}
Part = tuple[str, int]
"""An expression and how tightly it holds together."""


def function(
    graph: Nodes,
    groups: Sequence[str],
    lists: Sequence[Sequence[int]],
    known: Mapping[int, str] = MappingProxyType({}),
    first: Sequence[str] = (),
) -> str:
    """An arrow function that answers a list of numbers for each list of nodes.

    Arguments:
        known: what nodes are called that it takes from elsewhere
        first: lines that name those
    """
    return _Text(graph, lists, known).function(groups, first)


def scalar(graph: Nodes, argument: tuple[str, int], answer: int) -> str:
    """An arrow function from a number, with its name and its node, to a number."""
    name, node = argument
    return _Text(graph, [[answer]], {node: name}).scalar(name)


class _Text:
    """The expressions of some nodes: those that are used more than once, or would be long, have a name of their own."""

    def __init__(self, graph: Nodes, lists: Sequence[Sequence[int]], known: Mapping[int, str]) -> None:
        self.graph, self.lists, self.known = graph, lists, known
        self.parts: dict[int, Part] = {a: (name, ATOM) for a, name in known.items()}
        self.order = [a for a in graph.needed([a for group in lists for a in group], known) if a not in known]
        self.uses = Counter(b for a in self.order for b in graph.of(a))
        self.uses.update(a for group in lists for a in group)
        self.lines: list[str] = []
        for a in self.order:
            self._say(a)

    def function(self, groups: Sequence[str], first: Sequence[str]) -> str:
        answers = ", ".join("[" + ", ".join(self.parts[a][0] for a in group) + "]" for group in self.lists)
        return self._arrow(groups, [*first, *self.lines], f"[{answers}]")

    def scalar(self, argument: str) -> str:
        return self._arrow([argument], self.lines, self.parts[self.lists[0][0]][0])

    @staticmethod
    def _arrow(arguments: Sequence[str], lines: Sequence[str], answer: str) -> str:
        named = "const\n" + ",\n".join(lines) + ";\n" if lines else ""
        return f"({', '.join(arguments)}) => {{\n{named}return {answer};\n}}"

    def _say(self, a: int) -> None:
        text, rank = self._expression(a)
        if self.graph.name(a) not in LEAVES and (self.uses[a] > 1 or len(text) > LONGEST):
            name = f"v{len(self.lines)}"
            self.lines.append(f"{name}={text}")
            text, rank = name, ATOM
        self.parts[a] = text, rank

    def _expression(self, a: int) -> Part:
        name, *of = self.graph.ops[a]
        if name == "in":
            return f"{of[0]}[{of[1]}]", ATOM
        if name == "const":
            return number(of[0]), SIGNED if of[0] < 0 else ATOM
        if name in CALLS:
            return f"{CALLS[name]}({', '.join(self.parts[b][0] for b in of)})", ATOM
        return _OTHERS.get(name, _Text._joined)(self, a)

    def _joined(self, a: int) -> Part:
        """Two parts with a sign between them; what is added or multiplied second is never pulled apart, since sums round."""
        name, first, second = self.graph.ops[a]
        sign, rank = JOINS[name]
        return f"{self._held(first, rank)}{sign}{self._held(second, rank + 1)}", rank

    def _product(self, a: int) -> Part:
        """A product, or a quotient where nothing else needs a reciprocal."""
        _, first, second = self.graph.ops[a]
        for over, under in ((first, second), (second, first)):
            if self.graph.name(under) == "inv" and self.uses[under] == 1 and under not in self.known:
                return f"{self._held(over, PRODUCT)}/{self._held(self.graph.of(under)[0], PRODUCT + 1)}", PRODUCT
        return self._joined(a)

    def _choice(self, a: int) -> Part:
        c, x, y = self.graph.of(a)
        return f"{self._held(c, CHOICE + 1)} ? {self._held(x, CHOICE + 1)} : {self._held(y, CHOICE)}", CHOICE

    def _reciprocal(self, a: int) -> Part:
        return f"1/{self._held(self.graph.of(a)[0], PRODUCT + 1)}", PRODUCT

    def _prefixed(self, a: int) -> Part:
        name, of = self.graph.ops[a]
        return ("!" if name == "not" else "-") + self._held(of, PRODUCT + 1), ATOM - 1 if name == "not" else SIGNED

    def _held(self, a: int, rank: int) -> str:
        """A part that holds together at least so tightly, in brackets where it does not by itself."""
        text, own = self.parts[a]
        return text if own >= rank else f"({text})"


_OTHERS: dict[str, Callable[[_Text, int], Part]] = {
    "mul": _Text._product,
    "sel": _Text._choice,
    "inv": _Text._reciprocal,
    "neg": _Text._prefixed,
    "not": _Text._prefixed,
}


def json_text(value: Any) -> str:
    """JSON that may stand in a script: nothing in it ends one, and whole numbers have no point."""
    text = json.dumps(_pointless(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _pointless(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _pointless(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_pointless(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < EXACT else value


def number(value: float) -> str:
    """A number in JavaScript, to the last digit."""
    text = repr(float(value))
    return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(text, text.removesuffix(".0"))
