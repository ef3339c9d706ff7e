"""Quotients that are 0/0: their limits, in every spelling, for floats, arrays and symbols, with their slopes; poles stay poles."""

import math

import casadi as ca
import numpy as np
import pytest

from vrest.mechanisms.formula_language import parse
from vrest.units import DIMENSIONLESS, dimension_of

VOLT = dimension_of("V")
NAMES = {
    "V": VOLT,
    "E_K": VOLT,
    "V_half": VOLT,
    "slope": VOLT,
    "K_in": dimension_of("mM"),
    "K_out": dimension_of("mM"),
    "T": dimension_of("K"),
    "t": dimension_of("s"),
    "x": DIMENSIONLESS,
}
VALUES = {"E_K": -0.09, "V_half": -0.04, "slope": 0.01, "K_in": 140.0, "K_out": 5.0, "T": 310.0, "t": 1.0, "x": 0.3, "V": -0.03}

# text, name, where it is 0/0, limit, slope there, size of the name over which it varies
LIMITS = [
    ("0.01*(V + 55 mV)/(1 mV)/(1 - exp(-(V + 55 mV)/(10 mV)))/(1 ms)", "V", -0.055, 100.0, 5e3, 0.01),
    ("-0.01*(V + 55 mV)/(1 mV)/(exp(-0.1*(V + 55 mV)/(1 mV)) - 1)", "V", -0.055, 0.1, 5.0, 0.01),
    ("0.1*(-25 mV - V)/(1 mV)/(exp((-25 mV - V)/(10 mV)) - 1)", "V", -0.025, 1.0, 50.0, 0.01),
    ("(V + 55 mV)/(10 mV)*(1/(1 - exp(-(V/(10 mV) + 5.5))))", "V", -0.055, 1.0, 50.0, 0.01),
    ("(V - V_half)/(exp((V - V_half)/slope) - 1)", "V", -0.04, 0.01, -0.5, 0.01),
    ("(V - E_K)/(1 - exp((E_K - V)/(25 mV)))", "V", -0.09, 0.025, 0.5, 0.025),
    ("(V + 55 mV)^2/(1 - exp(-(V + 55 mV)/(10 mV)))/(10 mV)^2", "V", -0.055, 0.0, 100.0, 0.01),
    ("1/((1 - exp(-(V + 55 mV)/(10 mV)))/(V + 55 mV))", "V", -0.055, 0.01, 0.5, 0.01),
    ("(V + 40 mV)/(V + 40 mV + (10 mV)*(1 - exp(-(V + 40 mV)/(10 mV))))", "V", -0.04, 0.5, 12.5, 0.01),
    ("where(V > -60 mV, (V + 55 mV)/(10 mV)/(1 - exp(-(V + 55 mV)/(10 mV))), 5)", "V", -0.055, 1.0, 50.0, 0.01),
    ("V*F/(R*T)*(K_in - K_out*exp(-V*F/(R*T)))/(1 - exp(-V*F/(R*T)))", "V", 0.0, 135.0, 72.5 / 0.026713738, 0.027),
    ("(K_in - K_out)/(1 - exp(-(K_in - K_out)/(10 mM)))", "K_in", 5.0, 10.0, 0.5, 10.0),
    ("(K_in - K_out)/log(K_in/K_out)", "K_in", 5.0, 5.0, 0.5, 5.0),
    ("(t - 3 s)/(1 - exp(-(t - 3 s)/(1 ms)))", "t", 3.0, 1e-3, 0.5, 1e-3),
    ("x/(exp(x) - 1)", "x", 0.0, 1.0, -0.5, 1.0),
    ("x/(1 - exp(-x)) + 2*x/(exp(x) - 1)", "x", 0.0, 3.0, -0.5, 1.0),
    ("(exp(x) - 1)/x", "x", 0.0, 1.0, 0.5, 1.0),
    ("x/(exp(x) - exp(-x))", "x", 0.0, 0.5, 0.0, 1.0),
    ("x^3/(1 - exp(-x))^3", "x", 0.0, 1.0, 1.5, 1.0),
    ("(x/(1 - exp(-x)))^-2", "x", 0.0, 1.0, -1.0, 1.0),
    ("tanh(x)/x", "x", 0.0, 1.0, 0.0, 1.0),
    ("x/tanh(x)", "x", 0.0, 1.0, 0.0, 1.0),
    ("log(1 + x)/x", "x", 0.0, 1.0, -0.5, 1.0),
    ("log10(1 + x)/x", "x", 0.0, 1 / math.log(10), -0.5 / math.log(10), 1.0),
    ("(sqrt(1 + x) - 1)/x", "x", 0.0, 0.5, -0.125, 1.0),
    ("(pow(1 + x, 2.5) - 1)/x", "x", 0.0, 2.5, 1.875, 1.0),
    ("(x^2 - 1)/(x - 1)", "x", 1.0, 2.0, 1.0, 1.0),
    ("(x^3 - 1)/(x^2 - 1)", "x", 1.0, 1.5, 0.75, 1.0),
    ("(x - 1)/(x^2 - 3*x + 2)", "x", 1.0, -1.0, -1.0, 1.0),
    ("x^2/(exp(x) + exp(-x) - 2)", "x", 0.0, 1.0, 0.0, 1.0),
    ("(1 - exp(-x*x))/(x*x)", "x", 0.0, 1.0, 0.0, 1.0),
    ("(bernoulli(x) - 1)/x", "x", 0.0, -0.5, 1 / 12, 1.0),
    ("1/tanh(x) - 1/x", "x", 0.0, 0.0, 1 / 3, 1.0),
    ("1/(1 - exp(-x)) - 1/x", "x", 0.0, 0.5, 1 / 12, 1.0),
    ("x/x", "x", 0.0, 1.0, 0.0, 1.0),
]
IDS = [row[0] for row in LIMITS]


def values_and_slopes(text, name, points):
    """By floats, by an array and by symbols, and the slope by the symbols."""
    formula = parse(text, names=NAMES)
    one_by_one = [formula.evaluate(VALUES | {name: x}) for x in points]
    array = formula.evaluate(VALUES | {name: np.array(points)})
    w = ca.SX.sym("w")
    y = ca.SX(formula.evaluate(VALUES | {name: w}))
    traced = ca.Function("f", [w], [y, ca.jacobian(y, w)])
    symbolic = np.array([[float(part) for part in traced(x)] for x in points])
    return np.array([one_by_one, np.broadcast_to(array, len(points)), symbolic[:, 0]]), symbolic[:, 1]


@pytest.mark.parametrize(("text", "name", "zero", "limit", "slope", "size"), LIMITS, ids=IDS)
def test_the_limit_and_its_slope(text, name, zero, limit, slope, size):
    near = [zero, *(zero + side * size * part for part in (1e-15, 1e-12, 1e-9, 1e-7, 1e-6) for side in (-1, 1))]
    values, slopes = values_and_slopes(text, name, near)
    scale = abs(limit) + abs(slope) * size
    np.testing.assert_allclose(
        values, np.broadcast_to(limit + slope * (np.array(near) - zero), values.shape), atol=1e-11 * scale, rtol=0
    )
    np.testing.assert_allclose(slopes, slope, atol=1e-5 * scale / size + 1e-7 * abs(slope), rtol=0)


@pytest.mark.parametrize(("text", "name", "zero", "limit", "slope", "size"), LIMITS, ids=IDS)
def test_far_from_the_limit_it_is_what_is_written(text, name, zero, limit, slope, size):
    far = [zero + part * size for part in (-0.9, -0.3, 0.2, 0.7, 1.3)]
    values, _ = values_and_slopes(text, name, far)
    written = [python(text, VALUES | {name: x}) for x in far]
    np.testing.assert_allclose(values, np.broadcast_to(written, values.shape), rtol=1e-12)


@pytest.mark.parametrize(("text", "name", "zero", "limit", "slope", "size"), LIMITS, ids=IDS)
def test_slopes_are_smooth_next_to_the_limit(text, name, zero, limit, slope, size):
    """Beside the border between series and quotient too: the slope is that of the values."""
    points = zero + size * np.linspace(0.001, 0.2, 60)
    step = 1e-4 * size
    values, slopes = values_and_slopes(text, name, [*(points - step), *(points + step), *points])
    differences = (values[0, 60:120] - values[0, :60]) / (2 * step)
    np.testing.assert_allclose(slopes[120:], differences, atol=1e-6 * (abs(limit) + abs(slope) * size) / size)


def python(text, values):
    """What Python makes of a formula, in SI."""
    from vrest import constants

    for unit, scale in (("mV", 1e-3), ("mM", 1.0), ("ms", 1e-3), ("s", 1.0)):
        text = text.replace(f" {unit}", f"*{scale}")
    words = {word: getattr(math, word) for word in ("exp", "log", "log10", "tanh", "sqrt", "pow")}
    words |= {"bernoulli": lambda x: x / math.expm1(x), "where": lambda condition, a, b: a if condition else b}
    return eval(text.replace("^", "**"), {"__builtins__": {}}, words | values | {"R": constants.R, "F": constants.F})


@pytest.mark.parametrize(
    ("text", "name", "pole"),
    [
        ("(1 mV)/(V + 55 mV)", "V", -0.055),
        ("V/(V + 55 mV)", "V", -0.055),
        ("(V + 54 mV)/(V + 55 mV)", "V", -0.055),
        ("(V + 54 mV)/(1 mV)/(1 - exp(-(V + 55 mV)/(10 mV)))", "V", -0.055),
        ("K_out/(K_out - 4 mM)", "K_out", 4.0),
        ("(x - 1)/(x^2 - 3*x + 2)", "x", 2.0),
        ("(1 - exp(-x))/x^2", "x", 0.0),
        ("x/(x - 1)^2", "x", 1.0),
        ("x/(1 - exp(-x)) - 1/x", "x", 0.0),
        ("sqrt(abs(x))/x", "x", 0.0),
    ],
)
def test_a_pole_stays_one(text, name, pole):
    formula = parse(text, names=NAMES)
    for by in (1e-6, 1e-9):
        beside = [abs(formula.evaluate(VALUES | {name: pole + side * by})) for side in (-1, 1)]
        assert min(beside) > 1e-2 / by**0.5
    assert not math.isfinite(formula.evaluate(VALUES | {name: pole}))


@pytest.mark.parametrize(
    ("text", "left", "there", "right", "slope"),
    [
        ("max(0, x)/(1 - exp(-x))", 0.0, 1.0, 1.0, 0.5),
        ("max(x, 0)/(1 - exp(-x))", 0.0, 1.0, 1.0, 0.5),
        ("min(0, x)/(1 - exp(-x))", 1.0, 1.0, 0.0, 0.5),
        ("abs(x)/x", -1.0, 1.0, 1.0, 0.0),
        ("2*abs(x)/(1 - exp(-x))", -2.0, 2.0, 2.0, 1.0),
        ("where(x > 0, x, 0)/(1 - exp(-x))", 0.0, 0.0, 1.0, 0.0),
        ("where(x >= 0, x, 0)/(1 - exp(-x))", 0.0, 1.0, 1.0, 0.5),
        ("x*max(0, x)/(1 - exp(-x))^2", 0.0, 1.0, 1.0, 1.0),
        ("max(0, x - 0.5)/(1 - exp(-x))", 0.0, 0.0, 0.0, 0.0),
        ("max(0, min(x, 5))/(1 - exp(-x))", 0.0, 1.0, 1.0, 0.5),
    ],
)
def test_at_a_kink_the_branch_that_holds_has_its_limit(text, left, there, right, slope):
    """A quotient of a choice is a choice of quotients: what holds at the zero is what the condition says there, and finite."""
    values, slopes = values_and_slopes(text, "x", [-1e-9, 0.0, 1e-9])
    np.testing.assert_allclose(values, np.broadcast_to([left, there, right], values.shape), atol=2e-9)
    assert slopes[1] == pytest.approx(slope, abs=1e-6)


PAIRS = NAMES | {"V_b": VOLT, "a": dimension_of("s"), "b": dimension_of("s")}


@pytest.mark.parametrize(
    ("text", "name", "limit"),
    [
        ("(V - V_half)/(1 - exp(-(V - V_b)/slope))", "V", 0.01),
        ("(V - V_half)/(V - V_b)", "V", 1.0),
        ("(V + 1 mV - V_half)*(V - V_b)/(1 - exp(-(V - V_half)/slope))", "V", 1e-5),
        ("(exp(-t/a) - exp(-t/b))/(a - b)", "a", 0.25 * math.exp(-0.5)),
    ],
)
def test_parts_that_vanish_together_while_two_parameters_are_equal_have_a_limit_then(text, name, limit):
    formula = parse(text, names=PAIRS)
    equal = VALUES | {"V_b": VALUES["V_half"], "V": VALUES["V_half"], "a": 2.0, "b": 2.0}
    assert formula.evaluate(equal) == pytest.approx(limit, rel=1e-9)
    assert formula.evaluate(equal | {name: equal[name] + 1e-12}) == pytest.approx(limit, rel=1e-6)


def test_while_they_differ_the_pole_is_there():
    formula = parse("(V - V_half)/(1 - exp(-(V - V_b)/slope))", names=PAIRS)
    apart = VALUES | {"V_b": VALUES["V_half"] - 0.005}
    assert math.isinf(formula.evaluate(apart | {"V": apart["V_b"]}))
    for V in (-0.0450001, -0.044, -0.03):
        written = (V - apart["V_half"]) / (1 - math.exp(-(V - apart["V_b"]) / apart["slope"]))
        assert formula.evaluate(apart | {"V": V}) == pytest.approx(written, rel=1e-9)


QUOTIENTS = ["a*x/y*p/y*q - r/x*(s - q)", "p/y^2*q*x - r*(s - q)/x", "x/(y*y*y)*(s - q) - y/x^2*(p - q)", "1/(y*x*y) - p*(s - q)/(x*x)",
             "(x - y)/y/y*q/x - (s - q)/x/x*x/y", "y^-2*(p - q) + x^-3*(s - r)", "1/(1 - exp(-x))^2 - y/x^2"]  # fmt: skip


@pytest.mark.parametrize("text", QUOTIENTS)
def test_a_sum_of_quotients_keeps_its_value_however_often_it_is_divided_by_one_thing(text):
    """Where none of its parts vanish, arithmetic by hand; names of one dimension, which are tried as if they were the same."""
    names = dict.fromkeys("axypqrs", DIMENSIONLESS)
    formula = parse(text, names=names)
    for k in range(20):
        values = {name: 0.3 + math.fmod(7.1 * (j + 1) * (k + 1) * math.pi, 5.0) for j, name in enumerate(names)}
        by_hand = eval(text.replace("^", "**"), {"exp": math.exp}, values)
        assert formula.evaluate(values) == pytest.approx(by_hand, rel=1e-9, abs=1e-12), values


def test_a_denominator_that_is_never_zero_is_left_as_it_is():
    graph, _ = parse("1/(1 + exp(-(V - V_half)/slope)) + K_in/(K_in + K_out)", names=NAMES).graph
    assert not [node for node in graph.nodes if node.kind == "limit"]


def test_a_rate_costs_one_exponential():
    graph, _ = parse("0.01*(V + 55 mV)/(1 mV)/(1 - exp(-(V + 55 mV)/(10 mV)))", names=NAMES).graph
    assert not [node for node in graph.nodes if node.kind == "limit"]
    assert [node.what for node in graph.nodes if node.kind == "call"].count("bernoulli") == 1


def test_far_out_rates_have_slopes():
    for V in (-20.0, 20.0):
        _, slopes = values_and_slopes("0.01*(V + 55 mV)/(1 mV)/(1 - exp(-(V + 55 mV)/(10 mV)))", "V", [V])
        assert np.all(np.isfinite(slopes))
    _, slopes = values_and_slopes("1/(1 + exp((V + 55 mV)/(10 mV)))", "V", [20.0])
    assert slopes == pytest.approx(0.0, abs=1e-300)
