"""A graph filled from a CasADi function of scalars (`SX`): its instructions, one after the other, through constructors that simplify."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import casadi as ca

from .algebra import Graph

Made = Callable[..., int]
Traced = Callable[..., Sequence[Any]]
"""A function of lists of symbols."""


def walked(graph: Graph, function: Any, arguments: Sequence[Sequence[int]]) -> list[list[int]]:
    """The nodes of every output's nonzeros, for the nodes of every input's.

    Raises:
        ValueError: the function has an operation that no graph has.
    """
    makers = _makers(graph)
    held: dict[int, int] = {}
    found = [[graph.const(0)] * function.nnz_out(k) for k in range(function.n_out())]
    for k in range(function.n_instructions()):
        op, to, of = function.instruction_id(k), function.instruction_output(k), function.instruction_input(k)
        if op == ca.OP_CONST:
            held[to[0]] = graph.const(function.instruction_constant(k))
        elif op == ca.OP_INPUT:
            held[to[0]] = arguments[of[0]][of[1]]
        elif op == ca.OP_OUTPUT:
            found[to[0]][to[1]] = graph.number(held[of[0]])
        elif op in makers:
            held[to[0]] = makers[op](*(held[a] for a in of))
        else:
            raise ValueError(f"a graph has no operation for number {op} of CasADi")
    return found


def traced(graph: Graph, function: Traced, sizes: Mapping[str, int]) -> list[int]:
    """The nodes of what a function of lists of symbols answers: one list for each group of inputs, of its size."""
    groups = {name: ca.SX.sym(name, size) for name, size in sizes.items()}
    answers = function(*([x[k] for k in range(x.numel())] for x in groups.values()))
    y = ca.densify(ca.vertcat(*[ca.SX(answer) for answer in answers]))
    (found,) = walked(graph, ca.Function("f", list(groups.values()), [y]), [graph.inputs(*one) for one in sizes.items()])
    return found


def _makers(graph: Graph) -> dict[int, Made]:
    """What makes the node of each operation of CasADi out of those of its arguments."""
    number, truth = graph.number, graph.truth
    made: dict[int, Made] = {
        ca.OP_ASSIGN: lambda a: a,
        ca.OP_ADD: graph.add,
        ca.OP_SUB: graph.sub,
        ca.OP_MUL: graph.mul,
        ca.OP_DIV: graph.div,
        ca.OP_NEG: lambda a: graph.neg(number(a)),
        ca.OP_INV: lambda a: graph.inv(number(a)),
        ca.OP_SQ: lambda a: graph.whole_power(number(a), 2),
        ca.OP_TWICE: lambda a: graph.mul(graph.const(2), number(a)),
        ca.OP_POW: graph.power,
        ca.OP_CONSTPOW: graph.power,
        ca.OP_SIGN: lambda a: graph.sign(number(a)),
        ca.OP_NOT: lambda a: graph.opposite(truth(a)),
        ca.OP_IF_ELSE_ZERO: lambda a, b: graph.select(truth(a), number(b), graph.const(0)),
    }
    made |= {op: _named(graph.function, name) for op, name in _FUNCTIONS.items()}
    made |= {op: _named(graph.compare, name) for op, name in _COMPARED.items()}
    made |= {op: _named(graph.bound, name) for op, name in ((ca.OP_FMIN, "min"), (ca.OP_FMAX, "max"))}
    return made | {op: _named(graph.joined, name) for op, name in ((ca.OP_AND, "and"), (ca.OP_OR, "or"))}


def _named(maker: Made, name: str) -> Made:
    return lambda *arguments: maker(name, *arguments)


_FUNCTIONS = {
    ca.OP_EXP: "exp",
    ca.OP_EXPM1: "expm1",
    ca.OP_LOG: "log",
    ca.OP_LOG1P: "log1p",
    ca.OP_SQRT: "sqrt",
    ca.OP_SIN: "sin",
    ca.OP_COS: "cos",
    ca.OP_SINH: "sinh",
    ca.OP_COSH: "cosh",
    ca.OP_TANH: "tanh",
    ca.OP_ASINH: "asinh",
    ca.OP_FABS: "fabs",
    ca.OP_FLOOR: "floor",
}
_COMPARED = {ca.OP_LT: "lt", ca.OP_LE: "le", ca.OP_EQ: "eq", ca.OP_NE: "ne"}
