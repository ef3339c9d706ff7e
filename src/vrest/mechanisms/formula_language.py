"""The language of `factor:` and of `kind: formula`: arithmetic over named quantities, checked when read, run on any number.

A formula is numbers, quantities such as `15 mV`, names that the caller offers (`c_in[K]` is `c_in_K`; `space.K`), the constants R and F,
`+ - * /`, powers with a constant exponent from -10 to 10 (`**` or `^`), parentheses, and the functions exp, log, log10, sqrt, tanh,
abs, bernoulli, pow(a, b), min(a, b), max(a, b) and where(condition, a, b), whose condition is made of `< <= > >=`, and, or, not.
A name right after a number is always its unit. A literal zero fits any dimension. Nothing else exists in it, and no text is ever
handed to Python.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..units import DIMENSIONLESS, Dimension
from .formula_parser import ARITY, Instruction, Parser
from .formula_words import FormulaError

if TYPE_CHECKING:
    from .formula_graph import Graph
    from .formula_tables import Table

MAX_LENGTH = 2000
MAX_DEPTH = 50
MAX_PARTS = 5000
"""The most parts of a formula, those of the formulas behind its names with it."""
FUNCTIONS = tuple(ARITY)


class Formula:
    """A formula that was read and checked. It is immutable; make one with `parse`.

    Attributes:
        text:       as written
        dimension:  of its value
        names:      the names that it uses, in order of appearance
        code:       its program for a stack
    """

    __slots__ = ("_dimensions", "code", "dimension", "names", "text")

    text: str
    dimension: Dimension
    names: tuple[str, ...]
    code: tuple[Instruction, ...]
    _dimensions: tuple[tuple[str, Dimension], ...]

    def __init__(
        self,
        text: str,
        dimension: Dimension,
        code: tuple[Instruction, ...],
        dimensions: tuple[tuple[str, Dimension], ...],
    ) -> None:
        given = {"text": text, "dimension": dimension, "code": code, "_dimensions": dimensions}
        for name, value in (given | {"names": tuple(name for name, _ in dimensions)}).items():
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("a Formula cannot be changed")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Formula) and (self.code, self.dimension) == (other.code, other.dimension)

    def __hash__(self) -> int:
        return hash((self.code, self.dimension))

    def __repr__(self) -> str:
        return f"Formula({self.text!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Formula, (self.text, self.dimension, self.code, self._dimensions)

    def evaluate(self, values: Mapping[str, Any]) -> Any:
        """The value of the formula; its limit where a quotient is 0/0 because both parts vanish together.

        Arguments:
            values: for each of `names` a number, an array or a CasADi expression in SI; others are ignored
        Returns:    SI, in kind. Division by zero, overflow, roots and logarithms of negative numbers give inf or nan in
                    silence, for floats as for arrays.
        Raises:
            KeyError: a value is missing.
        """
        graph, root = self.graph
        return self._values(values, [root])[0]

    def as_written(self, values: Mapping[str, Any]) -> Any:
        """The value at plain numbers as the formula says, without the limits of quotients; a condition is true or false."""
        from .formula_graph import PLAIN, graph_of

        graph, root = graph_of(self.code)
        return graph.run(root, values, PLAIN)

    def divisors(self, values: Mapping[str, Any]) -> list[Any]:
        """What it divides by, part by part, where that is no number; at a zero of one it has a pole, or a limit."""
        from .formula_quotients import divides

        graph, root = self.graph
        nodes = [graph.nodes[k] for k in graph.needed(root)]
        places = dict.fromkeys(node.of[-1] for node in nodes if divides(node) or node.kind == "limit")
        return self._values(values, [place for place in places if graph.names(place)])

    def _values(self, values: Mapping[str, Any], places: Sequence[int]) -> list[Any]:
        """Parts at given values of the names."""
        import numpy as np

        from .formula_limits import VALUES

        given = {name: _plain(values[name], np) for name in self.names}
        with np.errstate(all="ignore"):
            return [self.graph[0].run(place, given, VALUES) for place in places]

    def written_out(self, let: Mapping[str, Formula]) -> Formula | None:
        """The same with formulas in place of the names that stand for them; None where that has too many parts."""
        if not let.keys() & set(self.names):
            return self
        own = {("name", name): formula for name, formula in let.items()}
        code = [step for one in self.code for step in (own[one].code if one in own else (one,))]
        dimensions: dict[str, Dimension] = {}
        for name, dimension in self._dimensions:
            dimensions |= dict(let[name]._dimensions) if name in let else {name: dimension}
        return Formula(self.text, self.dimension, tuple(code), tuple(dimensions.items())) if len(code) <= MAX_PARTS else None

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables that it reads off."""
        return tuple(what for kind, what in self.code if kind == "table")

    @property
    def graph(self) -> tuple[Graph, int]:
        """Its parts, quotients with their limits, and the place of its value among them."""
        from .formula_quotients import prepared

        return prepared(self.code, self._dimensions)


def parse(
    text: str,
    *,
    names: Mapping[str, Dimension],
    expected: Dimension | None = None,
    tables: Mapping[str, Table] | None = None,
    let: Mapping[str, Formula] | None = None,
    condition: bool = False,
    max_length: int = MAX_LENGTH,
    max_depth: int = MAX_DEPTH,
) -> Formula:
    """Read a formula and check its names and dimensions.

    Arguments:
        text:      the formula
        names:     the names that it may use, with the dimension of each; they take precedence over the constants R and F
        expected:  the dimension that its value must have; None: any. A formula that is a literal zero fits each
        tables:    what it may read off, as `n(pH_in, V)`
        let:       formulas behind further names, made of `names`, which are put in place of these
        condition: whether it is a condition, such as `V > 0 mV`, and no value
        max_length, max_depth:  characters, and levels of parentheses, calls and signs
    Raises:
        FormulaError: at the first fault, with its `offset` in the text.

    >>> from vrest.units import dimension_of
    >>> gate = parse("1 / (1 + exp((V + 60 mV) / 10 mV))", names={"V": dimension_of("V")})
    >>> gate.evaluate({"V": -0.060})
    0.5
    """
    if not isinstance(text, str):
        raise FormulaError("a formula is written as text", 0, found=repr(text))
    if len(text) > max_length:
        raise FormulaError(f"the formula has {len(text)} characters; at most {max_length} are read", max_length, found=text)
    let = let or {}
    names = {**names, **{name: formula.dimension for name, formula in let.items()}}
    parser = Parser(text, names, max_depth, tables)
    part = parser.whole(condition)
    dimension = part.dimension if part.dimension is not None else expected or DIMENSIONLESS
    if expected is not None and dimension != expected:
        raise FormulaError(f"the formula's value is {dimension}, not {expected}", 0, found=text, expected=str(expected))
    formula = Formula(text, dimension, tuple(parser.code), tuple((name, names[name]) for name in parser.used))
    if (written := formula.written_out(let)) is None:
        message = f"the formula has more than {MAX_PARTS} parts with those behind its names"
        raise FormulaError(message, 0, found=text, expected="fewer names that name one another")
    return written


def _plain(value: Any, np: Any) -> Any:
    """Whole numbers and NumPy scalars as float, arrays as arrays of float; symbols as they are."""
    if isinstance(value, float | int | np.generic):
        return float(value)
    return np.asarray(value, dtype=float) if isinstance(value, np.ndarray | list | tuple) else value


__all__ = ["FUNCTIONS", "MAX_DEPTH", "MAX_LENGTH", "Formula", "FormulaError", "parse"]
