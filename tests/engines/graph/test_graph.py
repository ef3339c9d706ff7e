"""The graph: its constructors simplify and change no value, its derivatives are CasADi's, and it is what every cell of the library is."""

import casadi as ca
import numpy as np
import pytest

import vrest
from vrest.constants import F, R
from vrest.description.derive import Derivation
from vrest.engines.graph import Factors, Graph, collected, evaluate, signs, slopes, substituted, traced
from vrest.system.circuit import Circuit

ROUNDING = 4e-14
"""Of a number that some hundred operations lead to, each of which may round twice."""


def graph_of(function, size=2):
    graph = Graph()
    return graph, traced(graph, function, {"x": size})


def values(function, x):
    graph, outputs = graph_of(function, len(x))
    return evaluate(graph, outputs, {"x": x})


# -- what the constructors answer --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x: [x[0] - x[0]], [("const", 0.0)]),
        (lambda x: [0 * x[0] + x[1]], [("in", "x", 1)]),
        (lambda x: [0 - (0 - x[0])], [("in", "x", 0)]),
        (lambda x: [1 / (1 / x[0])], [("in", "x", 0)]),
        (lambda x: [ca.if_else(ca.SX(1) > 0, x[0], x[1])], [("in", "x", 0)]),
    ],
    ids=["x - x", "0 x + y", "0 - (0 - x)", "1/(1/x)", "a choice that is made"],
)
def test_what_is_known_needs_no_operation(function, expected):
    graph, outputs = graph_of(function)
    assert [graph.ops[a] for a in outputs] == expected


def test_an_operation_stands_once():
    graph, (a, b) = graph_of(lambda x: [ca.exp(x[0]) / x[1], ca.exp(x[0]) / x[1] + 0])
    assert a == b
    assert [graph.name(k) for k in graph.needed([a])].count("exp") == 1


def test_both_halves_of_a_choice_are_one():
    graph, (a,) = graph_of(lambda x: [ca.if_else(x[0] < 1, ca.sin(x[1]), ca.cos(x[1]))])
    assert [graph.name(k) for k in graph.needed([a])].count("sel") == 1


def test_divisions_by_one_number_share_a_reciprocal():
    graph, outputs = graph_of(lambda x: [3 / x[1], x[0] / x[1], ca.exp(x[0]) / x[1]])
    assert [graph.name(k) for k in graph.needed(outputs)].count("inv") == 1


def test_exponentials_of_multiples_are_powers_of_one():
    graph, outputs = graph_of(lambda x: [ca.exp(x[0]), ca.exp(2 * x[0]), ca.exp(3 * x[0])])
    assert [graph.name(k) for k in graph.needed(outputs)].count("exp") == 1
    assert np.allclose(evaluate(graph, outputs, {"x": [0.7, 0.0]}), np.exp([0.7, 1.4, 2.1]), rtol=1e-15)


def test_multiples_of_one_thing_are_one_multiple():
    """Three ions out and two in: one current."""
    graph, (a,) = graph_of(lambda x: [3 * (x[1] * ca.exp(x[0])) - x[1] * (2 * ca.exp(x[0]))])
    assert [graph.name(k) for k in graph.needed([a])] == ["in", "in", "exp", "mul"]
    graph, (a,) = graph_of(lambda x: [3 * (x[1] * x[0]) + 2 * (x[0] * x[0])])
    assert evaluate(graph, [a], {"x": [5.0, 7.0]}) == [155.0]


def test_what_is_known_of_a_condition_decides_it():
    graph = Graph()
    c = graph.compare("lt", graph.input("x", 0), graph.const(1))
    true, false = graph.const(1), graph.const(0)
    assert [graph.joined("and", c, true), graph.joined("or", false, c)] == [c, c]
    assert [graph.value(a) for a in (graph.joined("and", false, c), graph.joined("or", c, true))] == [0, 1]


# -- signs and other values --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "sign"),
    [
        (lambda x: x[0] * x[0], 1),
        (lambda x: x[1] / (1 + ca.exp(-x[0])), 1),
        (lambda x: -(x[1] ** 1.5) - 2, -1),
        (lambda x: x[1] - 1, None),
        (lambda x: x[0] * x[1], None),
        (lambda x: ca.if_else(x[0] < 0, x[1], ca.sqrt(x[1])), 1),
        (lambda x: ca.if_else(x[0] < 0, x[1], -x[1]), None),
        (lambda x: ca.fmax(x[0], 0.0), 1),
        (lambda x: ca.tanh(-x[1]), -1),
        (lambda x: ca.sin(x[1]), None),
    ],
)
def test_signs_that_operations_tell(function, sign):
    """Of x nothing is known, y is not negative."""
    graph, outputs = graph_of(lambda x: [function(x)])
    assert signs(graph, outputs, {graph.input("x", 1)}) == [sign]


def test_signs_are_true():
    """What is told is so at every number drawn."""
    graph, outputs = graph_of(lambda x: [one(x) for one in EXPRESSIONS])
    points = np.random.default_rng(0).lognormal(size=(2, 200))
    for sign, found in zip(
        signs(graph, outputs, set(graph.inputs("x", 2))), evaluate(graph, outputs, {"x": points}), strict=True
    ):
        assert sign is None or np.all(found * sign >= 0)


def test_a_number_in_place_of_an_input():
    graph, outputs = graph_of(lambda x: [one(x) for one in EXPRESSIONS])
    fixed = substituted(graph, outputs, {graph.input("x", 1): graph.const(0.7)})
    assert graph.input("x", 1) not in graph.needed(fixed)
    assert np.allclose(evaluate(graph, fixed, {"x": [0.3]}), evaluate(graph, outputs, {"x": [0.3, 0.7]}), rtol=1e-14)


EXPRESSIONS = [
    lambda x: ca.if_else(ca.logic_or(x[0] < 1, ca.logic_not(x[1] == 2)), ca.exp(x[0]), -x[1]) / x[1],
    lambda x: ca.if_else(ca.logic_and(x[0] <= x[1], x[0] != 3), 5, 7) * ca.log1p(x[0]) - ca.sinh(-x[1]),
    lambda x: ca.fmin(x[0], 2.5) ** 1.3 + ca.fmax(x[0], x[1]) ** x[1] - ca.fabs(x[0] - x[1]) * ca.sign(x[0] - x[1]),
    lambda x: -ca.cosh(x[0]) / ca.sqrt(x[1]) - ca.tanh(x[0]) * ca.expm1(x[1]) + ca.floor(x[0]),
    lambda x: -ca.fabs(x[0]) - ca.exp(ca.fmin(x[1], -1)),
]


def test_an_exponential_far_below_zero_keeps_its_digits_beside_an_expm1():
    a, b = values(lambda x: [ca.expm1(x[0]), ca.exp(x[0])], [-40.0, 0.0])
    assert a == -1.0
    assert b == pytest.approx(np.exp(-40.0), rel=1e-15)


def test_what_a_choice_hides_does_not_become_nan():
    """The other branch divides zero by zero, and stands in a product."""
    (a,) = values(lambda x: [x[1] * ca.if_else(x[0] == 0, 1, x[0] / ca.expm1(x[0]))], [0.0, 5.0])
    assert a == 5.0


def test_logarithms_of_exponentials_are_their_arguments():
    (a,) = values(lambda x: [ca.log(x[1] * ca.exp(x[0]) / 3)], [800.0, 2.0])
    assert a == pytest.approx(800.0 + np.log(2 / 3), rel=1e-15)


def test_what_does_not_move_is_gathered_before_what_moves():
    g = Graph()
    x, (p, q, r) = g.input("x", 0), g.inputs("w", 3)
    e = g.function("exp", x)
    flux = g.mul(p, g.sub(g.mul(q, e), g.mul(r, g.inv(e))))
    total = g.sub(g.add(flux, g.mul(g.const(2), g.mul(r, e))), g.mul(g.neg(q), g.mul(x, e)))
    (found,) = collected(g, [total], "x")
    moving = [a for a in g.needed([found]) if g.name(a) == "mul" and any(b in g.needed([a]) for b in (x,))]
    given = {"x": [0.7], "w": [1.3, -0.4, 2.1]}
    assert evaluate(g, [found], given)[0] == pytest.approx(evaluate(g, [total], given)[0], rel=1e-15)
    assert len(moving) == 4  # e, 1/e and x e with a factor each, and x e itself


def test_an_operation_that_no_graph_has_is_named():
    with pytest.raises(ValueError, match="no operation for number"):
        graph_of(lambda x: [ca.erf(x[0])])


# -- derivatives and elimination --------------------------------------------------------------------------------------

EVERY = [
    lambda x: x[0] ** 3 + ca.log(x[1] / (1 + x[0] ** 2)),
    lambda x: x[0] * x[1] / (x[0] + x[1]) + ca.log(x[0] / (1 + x[0])),
    lambda x: ca.exp(x[0] * x[1]) / (1 + x[1] ** 2),
    lambda x: ca.expm1(-x[0]) * ca.log1p(x[1]),
    lambda x: ca.log(x[0]) - ca.sqrt(x[1]),
    lambda x: ca.sin(x[0]) * ca.cos(x[1]) + ca.tanh(x[0] - x[1]),
    lambda x: ca.sinh(x[0]) / ca.cosh(x[1]) + ca.asinh(x[0]),
    lambda x: ca.fmin(x[0], x[1]) * ca.fmax(x[0], 2 * x[1]) + ca.fabs(x[0] - x[1]),
    lambda x: x[0] ** x[1] + x[1] ** 1.7 + x[0] ** -2 + x[1] ** 2.5,
    lambda x: ca.if_else(ca.logic_and(x[0] < x[1], ca.logic_not(x[0] == 3)), x[0] ** 3, ca.exp(x[1])) * ca.sign(x[0]),
]


@pytest.mark.parametrize("k", range(len(EVERY)))
def test_values_and_derivatives_are_those_of_casadi(k):
    x = ca.SX.sym("x", 2)
    y = EVERY[k]([x[0], x[1]])
    casadi = ca.Function("f", [x], [y, ca.jacobian(y, x)])
    graph, outputs = graph_of(lambda v: [EVERY[k](v)])
    found = slopes(graph, outputs, graph.inputs("x", 2))
    for at in ([0.3, 0.7], [1.9, 0.4], [2.0, 3.0]):
        f, J = (np.array(one).ravel() for one in casadi(at))
        assert np.allclose(evaluate(graph, outputs, {"x": at}), f, rtol=1e-14)
        assert np.allclose(
            [evaluate(graph, [found[0, j]], {"x": at})[0] if (0, j) in found else 0.0 for j in (0, 1)], J, rtol=1e-13
        )


def test_elimination_solves_a_sparse_system():
    rng = np.random.default_rng(1)
    A, b = rng.normal(size=(5, 5)), rng.normal(size=5)
    A[0, 3] = A[2, 1] = A[4, 0] = 0.0
    places = [(int(i), int(j)) for i, j in zip(*np.nonzero(A), strict=True)]
    graph = Graph()
    entries = dict(zip(places, graph.inputs("A", len(places)), strict=True))
    factors = Factors(graph, entries, [(1, 0), (0, 1), (2, 2), (4, 3), (3, 4)])
    found = evaluate(graph, factors.solve(graph.inputs("b", 5)), {"A": [A[place] for place in places], "b": b})
    assert np.allclose(found, np.linalg.solve(A, b), rtol=1e-12)


# -- every cell of the library ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", vrest.library_names())
def test_currents_and_slopes_of_a_library_cell_are_those_of_casadi(name):
    cell = vrest.load(name)
    numbers = Derivation(cell).numbers()
    for system in Circuit(cell).membranes.values():
        _compare(system, numbers)


def _compare(system, numbers):
    given, unit = list(numbers.values()), R * numbers["temperature"] / F

    def currents(V, p):
        return list(system.currents(V[0], dict(zip(numbers, p, strict=True))).values())

    V, p = ca.SX.sym("V"), ca.SX.sym("p", len(numbers))
    every = ca.vertcat(*[ca.SX(i) for i in currents([V], [p[k] for k in range(len(numbers))])])
    casadi = ca.Function("f", [V, p], [every, ca.densify(ca.jacobian(every, V))])
    graph = Graph()
    outputs = traced(graph, currents, {"V": 1, "p": len(numbers)})
    found = slopes(graph, outputs, [graph.input("V", 0)])
    along = [found.get((k, 0), graph.const(0)) for k in range(len(outputs))]
    for x in (-0.0913, -0.0271, 0.0412):
        f, G = (np.array(one).ravel() for one in casadi(x, given))
        mine, slope = (np.array(evaluate(graph, nodes, {"V": [x], "p": given})) for nodes in (outputs, along))
        scale = np.abs(f).max() + unit * np.abs(G).max()
        assert np.abs(mine - f).max() <= ROUNDING * scale, system.membrane.name
        assert unit * np.abs(slope - G).max() <= ROUNDING * scale, system.membrane.name
