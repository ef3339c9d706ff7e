"""The words of every error of the formula language."""

import pytest

from formula_names import NAMES
from vrest.mechanisms.formula_language import FormulaError, parse
from vrest.units import DIMENSIONLESS, dimension_of

WORDS = [
    # text, offset, message, found, suggestion
    ("", 0, "the formula is empty", None, None),
    ("   ", 3, "the formula is empty", None, None),
    ("1 +", 3, "the formula ends where a value is missing", None, None),
    ("* 2", 0, "a value is missing before *", "*", None),
    ("max(1,)", 6, "a value is missing before )", ")", None),
    ("max(,1)", 4, "a value is missing before ,", ",", None),
    ("V_m + 1 mV", 0, "the name V_m is not known here", "V_m", "V"),
    ("c_inn_K", 0, "the name c_inn_K is not known here", "c_inn_K", "c_in_K"),
    ("c_in[Na]", 0, "the name c_in_Na is not known here", "c_in_Na", "c_in_K"),
    ("qqqqq", 0, "the name qqqqq is not known here", "qqqqq", None),
    ("V / ms", 4, "the name ms is not known here; a unit needs a number before it, as in 1 ms", "ms", "m"),
    ("V/1 mV/ms", 7, "the name ms is not known here; a unit needs a number before it, as in 1 ms", "ms", "m"),
    ("1 mM/ms^1.5", 5, "the name ms is not known here; a unit needs a number before it, as in 1 ms", "ms", "m"),
    ("1 mM/c_inn_K", 5, "the name c_inn_K is not known here", "c_inn_K", "c_in_K"),
    ("expp(n)", 0, "there is no function expp", "expp", "exp"),
    ("n(2)", 0, "there is no function n", "n", None),
    ("__import__(n)", 0, "there is no function __import__", "__import__", None),
    ("__import__('os')", 11, "text in quotes has no place in a formula", "'", None),
    ('"V"', 0, "text in quotes has no place in a formula", '"', None),
    ("V.real", 1, "a name has no parts; a point stands only within a number", ".", None),
    ("max(a=1, 2)", 5, "a formula has no =; a condition is written with < <= > or >=, and arguments have no names", "=", None),
    (
        "where(n == 2, 1, 2)",
        8,
        "a formula has no =; a condition is written with < <= > or >=, and arguments have no names",
        "=",
        None,
    ),
    (
        "where(n != 2, 1, 2)",
        8,
        "a formula has no !; a condition is written with < <= > or >=, and its opposite with not",
        "!",
        None,
    ),
    ("where(n > 2 & n < 3, 1, 2)", 12, "conditions are joined by the words and, or", "&", None),
    ("n > 2 and n < 3", 0, "a condition stands only in where(condition, a, b)", "n > 2 and n < 3", None),
    ("where(n > 2 and n, 1, 2)", 16, "and stands between two conditions", "n", None),
    ("where(n or n > 2, 1, 2)", 6, "or stands between two conditions", "n", None),
    ("where(not n, 1, 2)", 10, "not stands before a condition", "n", None),
    ("where(and n > 2, 1, 2)", 6, "a value is missing before and", "and", None),
    ("pow(n)", 0, "pow takes 2 arguments, not 1", "pow(n)", None),
    ("pow(V, n)", 4, "pow needs a plain number, and this is potential (V)", "V", None),
    ("log10(V)", 6, "log10 needs a plain number, and this is potential (V)", "V", None),
    ("0.01*(V + 55)/(1 - exp(-(V + 55)/10))", 10, "potential (V) and plain number cannot be added", "55", "55 mV"),
    ("1 if n else 2", 2, "if is no word of formulas", "if", None),
    ("n ; n", 2, "this character is not part of a formula", ";", None),
    ("[n]", 0, "a [ ] stands only after a name, as in c_in[K]", "[", None),
    ("c_in[0]", 4, "a name in [ ] is missing, as in c_in[K]", "[", None),
    ("c_in[K", 4, "a name in [ ] is missing, as in c_in[K]", "[", None),
    ("n ]", 2, "a ] cannot stand here", "]", None),
    ("n n", 2, "an operator is missing before n", "n", None),
    ("n 2", 2, "an operator is missing before 2", "2", None),
    ("(n)(n)", 3, "an operator is missing before (", "(", None),
    ("1..2", 2, "an operator is missing before .2", ".2", None),
    ("3 exp(n)", 2, "an operator is missing between 3 and exp", "exp", None),
    ("2 n", 2, "a name right after a number is a unit, and n is none; for a product write 2 * n", "n", "2 * n"),
    ("1 mv", 2, "the unit mv is not known; capital and small letters differ", "mv", "1 mV"),
    ("1 mV^5", 2, "the power of a unit is a whole number from -4 to 4, not 0", "mV^5", None),
    ("1 mV^0.5", 2, "the power of a unit is a whole number", "mV^0.5", None),
    ("T - 37 degC", 7, "a temperature in a formula is in kelvin, as in 310 K", "degC", None),
    ("(n", 0, "this parenthesis is not closed", "(", None),
    ("exp(n", 3, "this parenthesis is not closed", "(", None),
    ("n)", 1, "there is a ) without its (", ")", None),
    ("1,5 * n", 1, "a decimal number has a point, not a comma", ",", "1.5"),
    ("n, n", 1, "a , cannot stand here", ",", None),
    ("80 %", 3, "percent is not part of a formula; write a fraction such as 0.8", "%", None),
    ("inf", 0, "inf is not a number of a formula", "inf", None),
    ("n + NaN", 4, "NaN is not a number of a formula", "NaN", None),
    ("1e999", 0, "the number is too large or too small", "1e999", None),
    ("1e-999", 0, "the number is too large or too small", "1e-999", None),
    ("log", 0, "log is a function and needs its arguments in parentheses", "log", None),
    ("exp()", 0, "exp takes 1 argument, not 0", "exp()", None),
    ("max(n)", 0, "max takes 2 arguments, not 1", "max(n)", None),
    ("exp(1,5)", 0, "exp takes 1 argument, not 2", "exp(1,5)", None),
    ("n**11", 3, "an exponent is from -10 to 10", "11", None),
    ("n**-10.5", 4, "an exponent is from -10 to 10", "10.5", None),
    ("9**9**9**9", 4, "powers do not follow each other; write parentheses", "**", None),
    ("2**n", 3, "an exponent is one number, such as 2, -1 or 0.5", "n", None),
    ("2**(n + 1)", 4, "an exponent is one number, such as 2, -1 or 0.5", "n", None),
    ("2**(1/2)", 4, "an exponent is one number, such as 2, -1 or 0.5", "1", None),
    ("2**", 3, "an exponent is one number, such as 2, -1 or 0.5", None, None),
    ("n < 1 < 2", 0, "a condition stands only in where(condition, a, b)", "n < 1", None),
    ("V < 0", 0, "a condition stands only in where(condition, a, b)", "V < 0", None),
    ("-(n < 1)", 1, "a condition stands only in where(condition, a, b)", "(n < 1)", None),
    ("where(n, 1, 2)", 6, "where needs a condition first", "n", None),
    ("where(n > 1, n > 2, 3)", 13, "a condition stands only in where(condition, a, b)", "n > 2", None),
    # dimensions
    ("15 mV + 2 mM", 8, "potential (V) and concentration (mol/m^3) cannot be added", "2 mM", None),
    ("V - n", 4, "potential (V) and plain number cannot be subtracted", "n", None),
    ("where(V > 1, 1, 2)", 10, "potential (V) and plain number cannot be compared", "1", "1 mV"),
    ("max(V, c_in[K])", 7, "potential (V) and concentration (mol/m^3) cannot be the two values of max", "c_in[K]", None),
    ("where(n > 1, V, 2)", 16, "potential (V) and plain number cannot be the two values of where", "2", "2 mV"),
    ("exp(V)", 4, "exp needs a plain number, and this is potential (V)", "V", None),
    ("log(c_in[K])", 4, "log needs a plain number, and this is concentration (mol/m^3)", "c_in[K]", None),
    ("tanh(2 * t)", 5, "tanh needs a plain number, and this is time (s)", "2 * t", None),
]


@pytest.mark.parametrize(("text", "offset", "message", "found", "suggestion"), WORDS, ids=[repr(row[0]) for row in WORDS])
def test_error(text, offset, message, found, suggestion):
    with pytest.raises(FormulaError) as caught:
        parse(text, names=NAMES)
    assert len(caught.value.problems) == 1
    problem = caught.value.problem
    assert (problem.message, caught.value.offset, problem.found, problem.suggestion) == (message, offset, found, suggestion)


def test_a_rate_without_units_is_shown_with_its_units():
    with pytest.raises(FormulaError) as caught:
        parse("0.01*(V + 55)/(1 - exp(-(V + 55)/10))", names=NAMES)
    expected = caught.value.problem.expected
    _, shown = expected.split(" as in ")
    assert shown == "0.01*(V + 55 mV)/(1 mV)/(1 - exp(-(V + 55 mV)/(10 mV)))/(1 ms)"
    assert parse(shown, names=NAMES).evaluate({"V": -0.055}) == pytest.approx(100, rel=1e-15)


def test_unknown_name_lists_what_is_known():
    with pytest.raises(FormulaError) as caught:
        parse("q", names={"V": dimension_of("V"), "T": dimension_of("K")})
    assert caught.value.problem.expected == "T, V"


def test_value_of_another_dimension_than_expected_is_refused():
    with pytest.raises(FormulaError, match=r"the formula's value is potential \(V\), not plain number"):
        parse("V", names=NAMES, expected=DIMENSIONLESS)


def test_formula_that_is_no_text_is_refused():
    with pytest.raises(FormulaError, match="a formula is written as text"):
        parse(1.0, names={})


def test_too_long():
    with pytest.raises(FormulaError, match="the formula has 2001 characters; at most 2000 are read"):
        parse("1" + "+1" * 1000, names={})
    assert parse("1" + "+1" * 999, names={}).evaluate({}) == 1000.0


@pytest.mark.parametrize("text", ["(" * 60 + "1" + ")" * 60, "-" * 60 + "1", "exp(" * 60 + "0" + ")" * 60, "(" * 1900])
def test_too_deep(text):
    with pytest.raises(FormulaError, match="the formula is nested deeper than 50"):
        parse(text, names={})


def test_depth_within_the_limit_is_read():
    assert parse("(" * 49 + "1" + ")" * 49, names={}).evaluate({}) == 1.0
    with pytest.raises(FormulaError, match="deeper than 5"):
        parse("(((((1)))))", names={}, max_depth=5)
