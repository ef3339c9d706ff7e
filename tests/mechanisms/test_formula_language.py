"""The formula language: values of every kind, dimensions, and any text at all."""

import math
import pickle

import casadi as ca
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formula_names import NAMES
from vrest import constants
from vrest.mechanisms.formula_bounds import Bounds
from vrest.mechanisms.formula_language import FUNCTIONS, Formula, FormulaError, parse
from vrest.units import DIMENSIONLESS, dimension_of

VALUES = {"V": -0.06, "E_K": -0.09, "c_in_K": 140.0, "c_out_K": 5.0, "T": 310.0, "t": 2.0, "n": 3.0, "m": 2.0}


def value_of(text, **values):
    return parse(text, names=NAMES).evaluate(VALUES | values)


CASES = {
    "1 + 2 * 3": 7.0,
    "(1 + 2) * 3": 9.0,
    "8 / 4 / 2": 1.0,
    "8 - 4 - 2": 2.0,
    "-n**2": -9.0,
    "(-n)**2": 9.0,
    "2 * -n": -6.0,
    "+n": 3.0,
    "n^-1": 1 / 3,
    "n**(-1)": 1 / 3,
    "n ^ 0.5": math.sqrt(3.0),
    "n**0": 1.0,
    "15 mV": 0.015,
    "0.04 V": 0.04,
    "2.5 mM": 2.5,
    "10 ms": 0.01,
    "1 cm^2": 1e-4,
    "1 cm**2": 1e-4,
    "1 cm2": 1e-4,
    "1 cm²": 1e-4,
    "1 s^-1": 1.0,
    "2 mM/ms": 2e3,
    "5e-9 mol/cm^2/s": 5e-5,
    "5e-9 mol/(cm^2 s)": 5e-5,
    "2 * 3 mM / ms / 4": 1.5e3,
    "6 cm/m": 0.03,
    "1 mM/exp(0)": 1.0,
    "2 µM": 2e-3,
    "3 m + m": 5.0,
    "c_in[K]": 140.0,
    "E[K]": -0.09,
    "c_in[ K ] / c_out_K": 28.0,
    "R * T / F": constants.R * 310.0 / constants.F,
    "exp(0)": 1.0,
    "log(c_in[K] / c_out[K])": math.log(28.0),
    "sqrt(m**2)": 2.0,
    "tanh(n - 3)": 0.0,
    "abs(V)": 0.06,
    "min(V, E_K)": -0.09,
    "max(0, V)": 0.0,
    "max(n, 1)": 3.0,
    "bernoulli(0)": 1.0,
    "where(V < 0 mV, 1, 2)": 1.0,
    "where(n >= 3, 1, 2)": 1.0,
    "where(n <= 2, 1, 2)": 2.0,
    "where((n > 2), 1, where(t < 1 s, 5, 6))": 1.0,
    "log10(100)": 2.0,
    "pow(n, 2)": 9.0,
    "pow(2, n - 1)": 4.0,
    "pow(4, -0.5)": 0.5,
    "where(n > 2 and t < 3 s, 1, 2)": 1.0,
    "where(n > 2 and t < 1 s, 1, 2)": 2.0,
    "where(n > 5 or t < 3 s, 1, 2)": 1.0,
    "where(not n > 5, 1, 2)": 1.0,
    "where(not (n > 2 or t < 1 s), 1, 2)": 2.0,
    "where(n > 5 and t < 1 s or n > 2, 1, 2)": 1.0,
    "where(n > 2 or n > 5 and t < 1 s, 1, 2)": 1.0,
    "where(n > 2 and not t < 1 s, 1, 2)": 1.0,
    "0": 0.0,
    "2 × n − 1": 5.0,
    "1 / (1 + exp((V + 60 mV) / 10 mV))": 0.5,
    "\n1 +\n\t2": 3.0,
}


@pytest.mark.parametrize(("text", "value"), CASES.items())
def test_value(text, value):
    got = value_of(text)
    assert got == pytest.approx(value, rel=1e-15, abs=0)
    assert type(got) is float


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("V", "V"),
        ("V + 0", "V"),
        ("0 + V", "V"),
        ("min(0, V)", "V"),
        ("R * T / F", "V"),
        ("V / E_K", "1"),
        ("sqrt(m)**2", "m"),
        ("m**0.5 * m**1.5", "m^2"),
        ("where(n > 0, V, 0)", "V"),
        ("1 mM / 10 ms", "mol/m^3/s"),
        ("n * 1e-7 mol / 1 m^2 / 1 s", "mol/m^2/s"),
        ("0", "1"),
    ],
)
def test_dimension(text, unit):
    assert parse(text, names=NAMES).dimension == dimension_of(unit)


def test_literal_zero_has_the_dimension_that_is_expected():
    rate = dimension_of("mol/m^2/s")
    assert parse("0", names={}, expected=rate).dimension == rate
    assert parse("0 * V", names=NAMES, expected=rate).dimension == rate


def test_formula_tells_its_text_and_the_names_it_uses_in_order():
    formula = parse("E[K] - V + E_K", names=NAMES)
    assert formula.text == "E[K] - V + E_K"
    assert formula.names == ("E_K", "V")


def test_a_name_of_the_caller_hides_a_constant():
    assert parse("F", names={"F": DIMENSIONLESS}).evaluate({"F": 2}) == 2.0


def test_formula_is_a_value():
    one, other = parse("V + 1 mV", names=NAMES), parse("V+1 mV", names=NAMES)
    assert one == other
    assert hash(one) == hash(other)
    assert pickle.loads(pickle.dumps(one)) == one
    assert repr(one) == "Formula('V + 1 mV')"
    with pytest.raises(AttributeError, match="cannot be changed"):
        one.text = "2"


def test_missing_value_is_a_key_error():
    with pytest.raises(KeyError, match="E_K"):
        parse("V + E_K", names=NAMES).evaluate({"V": 1.0})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 / x", math.inf),
        ("-1 / x", -math.inf),
        ("x / abs(x)", math.nan),
        ("1 / -x", -math.inf),
        ("x ** -1", math.inf),
        ("x ** -0.5", math.inf),
        ("(x - 8) ** 0.5", math.nan),
        ("log(x)", -math.inf),
        ("log(x - 1)", math.nan),
        ("sqrt(x - 1)", math.nan),
        ("exp(1e4 + x)", math.inf),
        ("(1e200 + x) ** 2", math.inf),
        ("(-1e200 + x) ** 3", -math.inf),
        ("(1e200 + x) * 1e200", math.inf),
    ],
)
def test_floats_answer_as_arrays_do_and_raise_nothing(text, value):
    formula = parse(text, names={"x": DIMENSIONLESS})
    for zero in (0.0, 0, np.float64(0), np.zeros(2), [0.0, 0.0]):
        assert np.array_equal(formula.evaluate({"x": zero}), np.full(np.shape(zero), value), equal_nan=True)


def test_whole_numbers_in_arrays_are_taken_as_floats():
    assert list(parse("n**-2", names=NAMES).evaluate({"n": np.array([1, 2])})) == [1.0, 0.25]


# Any expression, any text ------------------------------------------------------------------------------------------

_leaves = st.sampled_from(["x", "y", "0.5", "2", "3.25", "(1 mV / 1 mV)"])


def _larger(inner):
    pairs = st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})")
    calls = st.tuples(st.sampled_from(["tanh", "exp", "abs", "bernoulli", "log10"]), inner).map(lambda p: f"{p[0]}({p[1]})")
    powers = st.tuples(inner, st.sampled_from(["2", "-1", "3", "0.5"])).map(lambda p: f"({p[0]})**{p[1]}")
    twos = st.tuples(st.sampled_from(["min", "max", "pow"]), inner, inner).map(lambda p: f"{p[0]}({p[1]}, {p[2]})")
    choices = st.tuples(inner, st.sampled_from(["<", ">="]), inner, inner).map(
        lambda p: f"where({p[0]} {p[1]} {p[2]} and not {p[3]} > {p[2]}, {p[3]}, {p[0]})"
    )
    return pairs | calls | powers | twos | choices | inner.map(lambda p: f"-{p}")


EXPRESSIONS = st.recursive(_leaves, _larger, max_leaves=8)
PLAIN = {"x": DIMENSIONLESS, "y": DIMENSIONLESS}


@given(EXPRESSIONS, st.floats(-3, 3), st.floats(0.1, 3))
@settings(max_examples=200, deadline=None)
def test_floats_arrays_and_symbols_agree(text, x, y):
    formula = parse(text, names=PLAIN)
    real = formula.evaluate({"x": x, "y": y})
    array = formula.evaluate({"x": np.array([x, x]), "y": y})
    a, b = ca.SX.sym("x"), ca.SX.sym("y")
    symbolic = float(ca.Function("f", [a, b], [formula.evaluate({"x": a, "y": b})])(x, y))
    ordered = any(word in text for word in ("min(", "max(", "where("))
    every = [real, *np.ravel(array), symbolic] if ordered else [real]
    if not all(map(math.isfinite, every)) or abs(real) > 1e100:
        return  # a nan met by min, max or a comparison is ordered differently by each kind
    np.testing.assert_allclose(array, real, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(symbolic, real, rtol=1e-9, atol=1e-12)


@given(EXPRESSIONS)
@settings(max_examples=100, deadline=None)
def test_python_agrees_on_arithmetic(text):
    if any(name in text for name in (*FUNCTIONS, "mV")):
        return
    try:
        theirs = eval(text, {"__builtins__": {}}, {"x": 1.25, "y": 0.75})
    except (ZeroDivisionError, OverflowError):
        return
    if isinstance(theirs, complex):
        return
    assert parse(text, names=PLAIN).evaluate({"x": 1.25, "y": 0.75}) == pytest.approx(theirs, rel=1e-12)


_WORDS = "or not pow log10 V n c_in [ ] K ( ) + - * / ** ^ , < <= > >= 1 2.5 1e5 mV mM exp log where min . = ' inf 1e999 and degC 0 % é ² \\"
WORDS_OF_ANY_KIND = _WORDS.split()


@given(st.text(max_size=40) | st.lists(st.sampled_from([*WORDS_OF_ANY_KIND, " "]), max_size=15).map("".join))
@settings(max_examples=500, deadline=None)
def test_any_text_is_a_formula_or_a_formula_error(text):
    offset = 0
    try:
        formula = parse(text, names=NAMES)
        assert isinstance(formula, Formula)
        assert isinstance(formula.evaluate(VALUES), float)
    except FormulaError as error:
        (_,) = error.problems
        offset = error.offset
    assert 0 <= offset <= len(text)


@given(EXPRESSIONS, st.floats(-3, 3), st.floats(0, 2), st.floats(0.1, 3), st.lists(st.floats(0, 1), min_size=1, max_size=5))
@settings(max_examples=200, deadline=None)
def test_bounds_hold_every_value(text, low, width, y, parts):
    graph, root = parse(text, names=PLAIN).graph
    given = {"x": (np.array([low]), np.array([low + width])), "y": (np.array(y), np.array(y))}
    with np.errstate(all="ignore"):
        least, most = graph.run(root, given, Bounds())
    for part in parts:
        value = parse(text, names=PLAIN).evaluate({"x": min(low + part * width, low + width), "y": y})
        assert not math.isfinite(value) or np.all(least - 1e-9 * (1 + abs(value)) <= value) & np.all(
            value <= most + 1e-9 * (1 + abs(value))
        )


def test_a_rate_has_its_unit_as_quantities_have_it():
    rate = {"expected": dimension_of("1/s"), "names": {"V": dimension_of("V")}}
    assert parse("2 1/ms", **rate).evaluate({}) == 2e3
    assert parse("2 1/ms*exp(V/(25 mV))", **rate).evaluate({"V": 0.0}) == 2e3
    assert parse("3 1/(mM s)*2 mM", **rate).evaluate({}) == 6.0
    for text in ("2 1", "2 1/V", "2 1/3"):
        with pytest.raises(FormulaError, match="an operator is missing"):
            parse(text, names={"V": dimension_of("V")})
