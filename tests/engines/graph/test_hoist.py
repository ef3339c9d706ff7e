"""What stays comes out of what moves: the same numbers, fewer operations on what moves."""

import numpy as np
import pytest

from vrest.engines.graph import Graph, evaluate, hoisted

X, W = "x", "w"


def moving(graph, outputs):
    """The operations that hang on what moves, leaves apart, by name."""
    hangs, names = set(), []
    for a in graph.needed(outputs):
        if graph.ops[a][:1] == ("in",):
            hangs |= {a} if graph.ops[a][1] == X else set()
        elif any(b in hangs for b in graph.of(a)):
            hangs.add(a)
            names.append(graph.name(a))
    return names


def same(graph, before, after, x, w):
    given = {X: [np.array(one) for one in x], W: [np.array(one) for one in w]}
    for a, b in zip(evaluate(graph, before, given), evaluate(graph, after, given), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13)


@pytest.fixture
def graph():
    return Graph()


def test_factors_that_stay_are_multiplied_once_for_a_cell(graph):
    g, x, (v, w) = graph, graph.inputs(X, 2), graph.inputs(W, 2)
    flux = g.mul(g.const(3e-9), g.mul(v, g.mul(x[0], g.mul(w, g.add(x[1], v)))))
    (found,) = hoisted(g, [flux], X)
    assert sorted(moving(g, [found])) == ["add", "mul", "mul"]
    same(g, [flux], [found], [[1.0, 2.0], [0.3, 4.0]], [[5.0, 7.0], [0.1, 2.0]])


def test_a_factor_of_both_sides_of_a_sum_comes_out_whatever_its_sign(graph):
    g, x, w = graph, graph.inputs(X, 3), graph.input(W, 0)
    one, two, three = (g.mul(w, a) for a in x)
    total = g.sub(g.add(g.neg(one), two), three)
    (found,) = hoisted(g, [total], X)
    assert moving(g, [found]).count("mul") == 1
    same(g, [total], [found], [[1.0], [0.3], [7.0]], [[5.0]])


def test_reciprocals_choices_and_logarithms_let_factors_through(graph):
    g, (x, y), w = graph, graph.inputs(X, 2), graph.input(W, 0)
    where = g.compare("lt", x, y)
    outputs = [g.inv(g.mul(w, x)), g.select(where, g.mul(w, x), g.mul(w, y)), g.select(where, g.mul(w, x), g.const(0.0))]
    found = hoisted(g, outputs, X)
    for a in found[:2]:
        assert moving(g, [a])[-1] == "mul", "the factor is outside"
    logs = [g.function("log", g.mul(factor, x)) for factor in (w, g.const(3.0), g.mul(w, g.const(7.0)))]
    also = hoisted(g, logs, X)
    assert moving(g, also).count("log") == 1
    same(g, [*outputs, *logs], [*found, *also], [[1.0, 3.0], [2.0, 0.5]], [[5.0, 0.1]])


def test_the_logarithm_of_two_negative_numbers_that_are_known_to_be_is_kept(graph):
    g, x = graph, graph.input(X, 0)
    outputs = [g.function("log", g.mul(g.const(-2.0), x)), g.function("log", g.neg(g.mul(g.input(W, 0), x)))]
    same(g, outputs, hoisted(g, outputs, X), [[-3.0]], [[2.0]])


def test_exponentials_are_powers_of_the_smallest_wherever_that_one_stands(graph):
    g, x = graph, graph.input(X, 0)
    large = g.function("exp", g.neg(x))
    small = g.function("exp", g.mul(g.const(-0.1), x))
    other = g.function("exp", x)
    found = hoisted(g, [large, small, other], X)
    assert moving(g, found).count("exp") == 2
    same(g, [large, small, other], found, [[-3.0, 0.0, 50.0]], [])


def test_high_powers_of_small_amounts_stay_above_zero(graph):
    g, (x, w) = graph, (graph.input(X, 0), graph.input(W, 0))
    concentration = g.mul(w, x)
    high = g.inv(g.add(g.const(1.0), g.whole_power(concentration, 32)))
    same(g, [high], hoisted(g, [high], X), [[2e-14]], [[5e13]])


def test_a_polynomial_keeps_its_constants(graph):
    """A constant that is drawn out of the variable would come back in every term."""
    g, x = graph, graph.mul(graph.const(37.0), graph.input(X, 0))
    y = g.mul(x, x)
    value = g.add(g.const(1.0), g.mul(y, g.add(g.const(2.0), g.mul(y, g.add(g.const(3.0), g.mul(y, g.const(4.0)))))))
    found = hoisted(g, [value], X)
    assert len(moving(g, found)) <= len(moving(g, [value]))
    same(g, [value], found, [[0.01, -0.3]], [])


def test_what_turns_out_not_to_move_and_what_never_did_stay_as_they_are(graph):
    g, x, w = graph, graph.input(X, 0), graph.input(W, 0)
    outputs = [g.sub(g.mul(w, x), g.mul(x, w)), g.mul(w, w), g.const(2.0), x]
    found = hoisted(g, outputs, X)
    assert found[1:] == outputs[1:]
    assert g.value(found[0]) == 0
