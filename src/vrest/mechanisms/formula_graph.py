"""A formula as a graph: every part once, in an order in which each stands after what it is made of, evaluated in any algebra.

An algebra says what numbers are: plain ones or power series (`formula_limits`), or bounds (`formula_bounds`).
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from .. import maths
from .formula_parser import ARITY, NOT, Instruction

if TYPE_CHECKING:
    from .formula_tables import Table

LARGEST = 700.0
"""The largest exponent of a symbol."""


class Node(NamedTuple):
    """A part of a formula: `kind` is number, name, negate, power, join, call, table or limit; `of` are the places of what it is made of."""

    kind: str
    what: Any
    of: tuple[int, ...] = ()


class Limit(NamedTuple):
    """What is known of a quotient whose parts vanish together: along which name, to which order, and a usual size of that name [SI]."""

    name: str
    order: int
    size: float


class Algebra(Protocol):
    """What a graph is evaluated in."""

    def number(self, value: float) -> Any: ...
    def negate(self, a: Any) -> Any: ...
    def power(self, a: Any, exponent: float) -> Any: ...
    def join(self, sign: str, a: Any, b: Any) -> Any: ...
    def call(self, name: str, values: Sequence[Any]) -> Any: ...
    def table(self, table: Table, values: Sequence[Any]) -> Any: ...
    def limit(self, graph: Graph, node: Node, values: Sequence[Any], given: Mapping[str, Any]) -> Any: ...


class Graph:
    """Parts of a formula; the same part is never there twice."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._places: dict[Node, int] = {}
        self._needed: dict[int, list[int]] = {}

    def add(self, kind: str, what: Any, *of: int) -> int:
        """The place of a part, which is put down where it is new."""
        node = Node(kind, what, of)
        if node not in self._places:
            self._places[node] = len(self.nodes)
            self.nodes.append(node)
        return self._places[node]

    def needed(self, root: int) -> list[int]:
        """Places of all that a part is made of, itself the last, in order."""
        if root not in self._needed:
            found, waiting = {root}, [root]
            while waiting:
                new = set(self.nodes[waiting.pop()].of) - found
                found |= new
                waiting += new
            self._needed[root] = sorted(found)
        return self._needed[root]

    def names(self, root: int) -> set[str]:
        """The names in a part."""
        return {self.nodes[k].what for k in self.needed(root) if self.nodes[k].kind == "name"}

    def run(self, root: int, given: Mapping[str, Any], algebra: Algebra) -> Any:
        """The value of a part, from that of each name."""
        values: dict[int, Any] = {}
        for place in self.needed(root):
            node = self.nodes[place]
            of = [values[k] for k in node.of]
            if node.kind == "name":
                values[place] = given[node.what]
            elif node.kind == "number":
                values[place] = algebra.number(node.what)
            elif node.kind == "negate":
                values[place] = algebra.negate(of[0])
            elif node.kind == "power":
                values[place] = algebra.power(of[0], node.what)
            elif node.kind == "join":
                values[place] = algebra.join(node.what, of[0], of[1])
            elif node.kind == "call":
                values[place] = algebra.call(node.what, of)
            elif node.kind == "table":
                values[place] = algebra.table(node.what, of)
            else:
                values[place] = algebra.limit(self, node, of, given)
        return values[root]


def graph_of(code: Iterable[Instruction]) -> tuple[Graph, int]:
    """The graph of a program for a stack, and the place of its value."""
    graph, stack = Graph(), list[int]()
    for kind, what in code:
        count = {"number": 0, "name": 0, "negate": 1, "power": 1, "join": 2}.get(kind)
        count = len(what.axes) if kind == "table" else {**ARITY, NOT: 1}[what] if count is None else count
        of = tuple(stack[len(stack) - count :])
        del stack[len(stack) - count :]
        stack.append(graph.add(kind, what, *of))
    return graph, stack[-1]


# -- plain numbers ----------------------------------------------------------------------------------------------------


class Arithmetic:
    """Floats, arrays and symbols, without limits; floats answer division by zero, overflow and roots of negative numbers as arrays do."""

    def number(self, value: float) -> Any:
        return value

    def negate(self, a: Any) -> Any:
        return -a

    def power(self, a: Any, exponent: float) -> Any:
        """A whole exponent is handed on as such, which keeps symbols simple."""
        n = int(exponent) if exponent.is_integer() else exponent
        return maths.power(a, exponent) if type(a) is float else a**n

    def join(self, sign: str, a: Any, b: Any) -> Any:
        return _JOIN[sign](a, b)

    def call(self, name: str, values: Sequence[Any]) -> Any:
        """An exponential of symbols stays finite: beyond it the derivative of 1/(1 + e^x) would be inf/inf."""
        if name == "exp" and maths.is_symbol(values[0]):
            return maths.exp(maths.minimum(values[0], LARGEST))
        return function(name)(*values)

    def table(self, table: Table, values: Sequence[Any]) -> Any:
        return table.value(values, values, self)

    def limit(self, graph: Graph, node: Node, values: Sequence[Any], given: Mapping[str, Any]) -> Any:
        return self.join("/", values[0], values[1])


def _divide(a: Any, b: Any) -> Any:
    """a / b, where floats answer 0/0 and 1/0 as arrays do."""
    if type(b) is float and b == 0 and type(a) is float:
        return math.nan if a == 0 or a != a else math.copysign(math.inf, a) * math.copysign(1.0, b)
    return a / b


_MATHS = {"abs": "absolute", "min": "minimum", "max": "maximum", "pow": "power", NOT: "negation"}
_JOIN: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "and": maths.both,
    "or": maths.either,
}
PLAIN = Arithmetic()


@functools.cache
def function(name: str) -> Callable[..., Any]:
    """The function of `maths` that a word of formulas means."""
    return getattr(maths, _MATHS.get(name, name))


# -- how a formula follows a name -------------------------------------------------------------------------------------


class Degrees:
    """Arithmetic of degrees: 0 where a part does not hold some names, 1 where it is linear in them, 2 where it is not."""

    def number(self, value: float) -> int:
        return 0

    def negate(self, a: int) -> int:
        return a

    def power(self, a: int, exponent: float) -> int:
        return a if exponent == 1 else 2 * (a > 0)

    def join(self, sign: str, a: int, b: int) -> int:
        if sign in ("+", "-"):
            return max(a, b)
        if sign == "*":
            return min(a + b, 2)
        return a if sign == "/" and not b else 2 * (a > 0 or b > 0)

    def call(self, name: str, values: Sequence[int]) -> int:
        if name == "where":
            return max(2 * (values[0] > 0), values[1], values[2])
        return 2 * any(values)

    def table(self, table: Table, values: Sequence[int]) -> int:
        return 2 * any(values)

    def limit(self, graph: Graph, node: Node, values: Sequence[int], given: Mapping[str, int]) -> int:
        return self.join("/", values[0], values[1])


def degree(graph: Graph, root: int, names: Collection[str]) -> int:
    """The degree of a formula in some names: 0, 1, or 2 for anything beyond."""
    given = {name: int(name in names) for name in graph.names(root)}
    return int(graph.run(root, given, Degrees()))
