"""A graph run with NumPy, for numbers and arrays alike: what every emitter is held against."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .nodes import Nodes

OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "neg": np.negative,
    "inv": lambda a: 1.0 / np.asarray(a),
    "pow": np.power,
    "min": np.minimum,
    "max": np.maximum,
    "lt": np.less,
    "le": np.less_equal,
    "eq": np.equal,
    "ne": np.not_equal,
    "not": np.logical_not,
    "and": np.logical_and,
    "or": np.logical_or,
    "sel": np.where,
    "asinh": np.arcsinh,
}
OPERATIONS |= {
    name: getattr(np, name)
    for name in ("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "sinh", "cosh", "tanh", "fabs", "floor")
}


def evaluate(graph: Nodes, outputs: Sequence[int], given: Mapping[str, Sequence[Any]]) -> list[Any]:
    """The values of some nodes at the values of each group of inputs."""
    held: dict[int, Any] = {}
    with np.errstate(all="ignore"):
        for a in graph.needed(outputs):
            name, *of = graph.ops[a]
            if name == "in":
                held[a] = given[of[0]][of[1]]
            else:
                held[a] = np.float64(of[0]) if name == "const" else OPERATIONS[name](*(held[b] for b in of))
    return [held[a] for a in outputs]
