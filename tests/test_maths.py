"""The functions of maths: right to the last digits, alike for every kind of argument, with derivatives at the singular points."""

import math
from decimal import Decimal, localcontext

import casadi as ca
import numpy as np
import pytest

from vrest import maths
from vrest.engines.graph import Graph, evaluate, slopes, traced

SPECIAL = [0.0, 1e-100, 1e-12, 1e-8, 1e-5, 0.1, 0.3, 0.7999999, 0.8, 0.9, 0.9999999, 1.0, 1.0000001, 1.1, 1.5, 5.0, 37.2, 100.0]
POINTS = sorted({*SPECIAL, 300.0, 690.0, *np.random.default_rng(1).uniform(0, 4, 100).tolist()})
POINTS = [-x for x in reversed(POINTS)] + POINTS
EDGES = [0.0, 1e-12, -1e-12, 1e-5, -1e-5, 0.9999999, -0.9999999, 1.0, -1.0, 30.0, -30.0, 800.0, -800.0]


def exactly(function, points=POINTS):
    """The function on decimals of 400 digits, as floats."""
    with localcontext() as context:
        context.prec = 350
        return np.array([float(function(Decimal(x))) for x in points])


def bernoulli_of_decimal(x):
    return x / (x.exp() - 1) if x else Decimal(1)


def bernoulli_derivative_of_decimal(x):
    return (x.exp() - 1 - x * x.exp()) / (x.exp() - 1) ** 2 if x else Decimal(-1) / 2


def bernoulli_second_derivative_of_decimal(x):
    if not x:
        return Decimal(1) / 6
    e = x.exp()
    return e * (x * (e + 1) - 2 * (e - 1)) / (e - 1) ** 3


def expm1_ratio_of_decimal(x):
    return (x.exp() - 1) / x if x else Decimal(1)


def expm1_square_ratio_of_decimal(x):
    return 2 * (x.exp() - 1 - x) / x**2 if x else Decimal(1)


def in_each_kind(function, points):
    x = ca.SX.sym("x")
    m = ca.MX.sym("m")
    return {
        "float": np.array([function(point) for point in points]),
        "array": function(np.array(points)),
        "SX": np.array(ca.Function("f", [x], [function(x)])(np.array([points]))).ravel(),
        "MX": np.array(ca.Function("f", [m], [function(m)])(np.array([points]))).ravel(),
    }


def units_in_the_last_place(value, exact):
    return np.max(np.abs(value - exact) / np.spacing(np.abs(exact)))


@pytest.mark.parametrize(
    ("function", "decimal", "ulp"),
    [
        (maths.bernoulli, bernoulli_of_decimal, 2),
        (lambda x: maths.bernoulli_pair(x)[0], bernoulli_of_decimal, 2),
        (lambda x: maths.bernoulli_pair(-x)[1], bernoulli_of_decimal, 2),
        (maths.bernoulli_derivative, bernoulli_derivative_of_decimal, 6),
        (maths.expm1_ratio, expm1_ratio_of_decimal, 3),
        (maths.expm1_square_ratio, expm1_square_ratio_of_decimal, 4),
    ],
)
def test_removable_singularities_are_exact_in_every_kind(function, decimal, ulp):
    exact = exactly(decimal)
    for kind, value in in_each_kind(function, POINTS).items():
        assert units_in_the_last_place(value, exact) <= ulp, kind


@pytest.mark.parametrize(
    ("order", "decimal"),
    [(1, bernoulli_derivative_of_decimal), (2, bernoulli_second_derivative_of_decimal)],
    ids=["first", "second"],
)
@pytest.mark.parametrize("symbol", [ca.SX, ca.MX])
def test_derivatives_of_bernoulli_are_right(order, decimal, symbol):
    x = symbol.sym("x")
    y = maths.bernoulli(x)
    for _ in range(order):
        y = ca.jacobian(y, x)
    derivative = ca.Function("d", [x], [y])
    value = np.array([float(derivative(point)) for point in POINTS])
    np.testing.assert_allclose(value, exactly(decimal), rtol=1e-13, atol=1e-300)


def test_the_lean_pair_is_right_enough_for_a_step_of_newton():
    """Values to some roundings, slopes to 1e-12 of theirs, at zero and on both sides of where the series ends too."""
    x = ca.SX.sym("x")
    with maths.lean():
        pair = maths.bernoulli_pair(x)
    graph = Graph()
    outputs = traced(graph, lambda _: [ca.Function("f", [x], [one])(_[0]) for one in pair], {"x": 1})
    both = slopes(graph, outputs, [graph.input("x", 0)])
    points = [*POINTS, -0.0, 0.0299, -0.0299, 0.0301, -0.0301, 0.5e-4]
    value, other, slope, slope_of_other = evaluate(graph, [*outputs, both[0, 0], both[1, 0]], {"x": [np.array(points)]})
    np.testing.assert_allclose(value, exactly(bernoulli_of_decimal, points), rtol=6e-15, atol=1e-300)
    np.testing.assert_allclose(other, exactly(lambda x: bernoulli_of_decimal(-x), points), rtol=6e-15, atol=1e-300)
    np.testing.assert_allclose(slope, exactly(bernoulli_derivative_of_decimal, points), rtol=1e-12, atol=1e-17)
    np.testing.assert_allclose(
        slope_of_other, -exactly(lambda x: bernoulli_derivative_of_decimal(-x), points), rtol=1e-12, atol=1e-17
    )
    lines = [ca.Function("f", [x], [one]).n_instructions() for one in (pair[0], maths.bernoulli_pair(x)[0])]
    assert lines[0] < lines[1] / 2, "outside of it the pair is the precise one"


@pytest.mark.parametrize("x_of", [lambda V: -V, lambda V: -2 * V, lambda V: (-3 * V) / 2])
def test_lean_pairs_of_cations_and_anions_have_one_exponential(x_of):
    V = ca.SX.sym("V")
    with maths.lean():
        pair, reverse = maths.bernoulli_pair(x_of(V)), maths.bernoulli_pair(-x_of(V))
    graph = Graph()
    nodes = traced(graph, lambda _: [ca.Function("f", [V], [one])(_[0]) for one in (*pair, *reverse)], {"V": 1})
    assert nodes[0] == nodes[3]
    assert nodes[1] == nodes[2]
    assert sum(graph.name(a) == "exp" for a in graph.needed(nodes)) == 1


@pytest.mark.parametrize(
    "function",
    [
        maths.bernoulli,
        maths.bernoulli_derivative,
        lambda x: maths.bernoulli_pair(x)[1],
        lambda x: maths.logarithmic_mean(1 + x * x, 1),
    ],
)
def test_first_and_second_derivatives_are_finite_at_the_edges(function):
    x = ca.SX.sym("x")
    first = ca.jacobian(function(x), x)
    both = ca.Function("d", [x], [first, ca.jacobian(first, x)])
    for point in EDGES:
        assert all(math.isfinite(float(value)) for value in both(point)), point


@pytest.mark.parametrize("function", [maths.expm1_ratio, maths.expm1_square_ratio])
def test_derivatives_of_the_ratios_are_finite_where_they_do_not_overflow(function):
    x = ca.SX.sym("x")
    first = ca.jacobian(function(x), x)
    both = ca.Function("d", [x], [first, ca.jacobian(first, x)])
    for point in [*EDGES[:10], 200.0, -200.0]:
        assert all(math.isfinite(float(value)) for value in both(point)), point


def test_derivatives_far_out_are_those_of_the_asymptotes():
    x = ca.SX.sym("x")
    slope = ca.Function("s", [x], [ca.jacobian(maths.bernoulli(x), x)])
    assert float(slope(800.0)) == 0.0
    assert float(slope(-800.0)) == -1.0
    assert maths.bernoulli(-800.0) == 800.0


def test_derivatives_at_zero_are_minus_a_half_and_a_sixth():
    x = ca.SX.sym("x")
    first = ca.jacobian(maths.bernoulli(x), x)
    both = ca.Function("d", [x], [first, ca.jacobian(first, x)])
    for point in (0.0, 1e-12, -1e-12):
        slope, bend = (float(value) for value in both(point))
        assert slope == pytest.approx(-0.5, rel=1e-11)
        assert bend == pytest.approx(1 / 6, rel=1e-11)


def test_bernoulli_is_finite_for_every_finite_argument():
    for x in (-1e308, -1e6, 709.9, 745.2, 1e6, 1e308):
        assert math.isfinite(maths.bernoulli(x))
        assert np.isfinite(maths.bernoulli(np.array([x]))).all()


def test_reflection_of_bernoulli():
    x = np.linspace(-50, 50, 1001)
    np.testing.assert_allclose(maths.bernoulli(-x), maths.bernoulli(x) * np.exp(x), rtol=1e-14)


@pytest.mark.parametrize("name", ["exp", "expm1", "log", "log1p", "sqrt", "sinh", "cosh", "tanh", "asinh", "absolute"])
def test_elementary_functions_agree_between_kinds(name):
    function = getattr(maths, name)
    points = np.random.default_rng(2).uniform(1e-9, 30, 300).tolist()
    kinds = in_each_kind(function, points)
    for kind, value in kinds.items():
        assert np.max(np.abs(value - kinds["float"]) / np.spacing(np.abs(kinds["float"]))) <= 2, kind


@pytest.mark.parametrize(
    ("name", "x", "expected"),
    [
        ("exp", 1000.0, math.inf),
        ("expm1", 1000.0, math.inf),
        ("sinh", -1000.0, -math.inf),
        ("cosh", 1000.0, math.inf),
        ("log", 0.0, -math.inf),
        ("log", -1.0, math.nan),
        ("log1p", -1.0, -math.inf),
        ("log1p", -2.0, math.nan),
        ("sqrt", -1.0, math.nan),
    ],
)
def test_all_kinds_agree_at_the_edges_without_an_error_or_a_warning(name, x, expected):
    for value in in_each_kind(getattr(maths, name), [x]).values():
        np.testing.assert_array_equal(value, [expected])
    np.testing.assert_array_equal(getattr(maths, name)(np.float64(x)), expected)


def test_division_by_zero_is_what_ieee_has():
    assert maths.divide(1.0, 0.0) == math.inf
    assert maths.divide(-1.0, 0.0) == -math.inf
    assert math.isnan(maths.divide(0.0, 0.0))
    np.testing.assert_array_equal(maths.divide(np.array([1.0, 0.0, 6.0]), np.array([0.0, 0.0, 2.0])), [math.inf, math.nan, 3.0])


def test_extremes_and_choice_in_every_kind():
    x = ca.SX.sym("x")
    assert (maths.minimum(1.0, 2.0), maths.maximum(1.0, 2.0), maths.where(True, 1.0, 2.0)) == (1.0, 2.0, 1.0)
    np.testing.assert_array_equal(maths.minimum(np.array([1.0, 3.0]), 2.0), [1.0, 2.0])
    np.testing.assert_array_equal(maths.maximum(np.array([1.0, 3.0]), 2.0), [2.0, 3.0])
    np.testing.assert_array_equal(maths.where(np.array([True, False]), 1.0, 2.0), [1.0, 2.0])
    f = ca.Function("f", [x], [maths.minimum(x, 2.0), maths.maximum(x, 2.0), maths.where(x > 0, 1.0, 2.0)])
    assert [float(y) for y in f(3.0)] == [2.0, 3.0, 1.0]


def test_logarithmic_mean_is_exact_next_to_equal_numbers_and_far_from_them():
    for ratio in (1 + 1e-15, 1 + 1e-12, 1 + 1e-6, 0.999, 0.7, 1.5, 3.0, 1e-9, 1e12):
        a, b = 3.0 * ratio, 3.0
        with localcontext() as context:
            context.prec = 60
            exact = float((Decimal(a) - Decimal(b)) / (Decimal(a) / Decimal(b)).ln())
        x = ca.SX.sym("x")
        symbolic = float(ca.Function("f", [x], [maths.logarithmic_mean(x, b)])(a))
        numbers = [maths.logarithmic_mean(a, b), maths.logarithmic_mean(b, a), *maths.logarithmic_mean(np.array([a]), b)]
        for value in (*numbers, symbolic):
            assert abs(value - exact) <= 3 * np.spacing(exact)


def test_logarithmic_mean_of_equal_numbers_is_the_number_and_its_slope_one_half():
    assert maths.logarithmic_mean(3.0, 3.0) == 3.0
    np.testing.assert_array_equal(maths.logarithmic_mean(np.array([3.0, 0.0, 2.0]), np.array([3.0, 0.0, 0.0])), [3.0, 0.0, 0.0])
    x = ca.SX.sym("x")
    slope = ca.Function("f", [x], [ca.jacobian(maths.logarithmic_mean(x, 3.0), x)])
    assert float(slope(3.0)) == pytest.approx(0.5, rel=1e-14)


def test_series_coefficients_are_the_bernoulli_numbers():
    from fractions import Fraction

    numbers = [Fraction(1)]
    for m in range(1, 2 * len(maths.BERNOULLI) + 1):
        numbers.append(-sum(math.comb(m + 1, k) * numbers[k] for k in range(m)) / (m + 1))
    assert list(maths.BERNOULLI) == [float(numbers[2 * k] / math.factorial(2 * k)) for k in range(1, len(maths.BERNOULLI) + 1)]


def test_kinds_answer_in_kind():
    assert isinstance(maths.bernoulli(1), float)
    assert isinstance(maths.bernoulli(np.ones((2, 3))), np.ndarray)
    assert maths.bernoulli(np.ones((2, 3))).shape == (2, 3)
    assert maths.bernoulli(np.array([])).shape == (0,)
    assert isinstance(maths.bernoulli(ca.SX.sym("x")), ca.SX)
    assert isinstance(maths.exp(ca.DM(1.0)), ca.DM)
    assert float(maths.bernoulli(ca.DM(0.0))) == 1.0


def test_a_step_that_is_repeated_in_a_graph_is_that_of_a_loop():
    """To the digit, whatever the step takes besides; and its derivative is that of the whole way."""
    a, b = ca.SX.sym("a"), ca.SX.sym("b")

    def step(u, other):
        return [u[0] + other * u[1], u[1] * maths.exp(-u[0])]

    found = ca.Function("f", [a, b], maths.repeated(lambda u: step(u, b), [a, 0.7], 5))
    there, slope = 0.3, ca.Function("g", [a, b], [ca.jacobian(found(a, b)[0], a)])
    u = [there, 0.7]
    for _ in range(5):
        u = step(u, 0.2)
    assert [float(value) for value in found(there, 0.2)] == u
    beside = [float(found(there + move, 0.2)[0]) for move in (-1e-6, 1e-6)]
    assert float(slope(there, 0.2)) == pytest.approx((beside[1] - beside[0]) / 2e-6, rel=1e-8)
