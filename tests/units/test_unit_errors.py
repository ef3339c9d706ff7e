"""The words of every error of the units."""

import subprocess
import sys

import pytest

from vrest.units import UnitError, dimension_of, parse_quantity, quantity_from

ONE = "a value is one number with one unit; a range belongs in range:, and nothing is calculated"
CASE = "; capital and small letters differ"

WORDS = [
    # text, expected unit, message, suggestion
    ("1,5 mM", "mM", "a decimal number has a point, not a comma: write 1.5 mM", "1.5 mM"),
    ("1,5", "mM", "a decimal number has a point, not a comma: write 1.5 mM", "1.5 mM"),
    (",5 mM", "mM", "a decimal number has a point, not a comma: write 0.5 mM", "0.5 mM"),
    ("1,500 mM", "mM", "a number has no comma: write 1.500 mM or 1500 mM", None),
    ("1,500,000 mM", "mM", "a number has a decimal point and no commas", None),
    ("5", "mM", "the unit is missing", "5 mM"),
    ("-65", "mV", "the unit is missing", "-65 mV"),
    ("37", "K", "the unit is missing", "37 degC"),
    ("310", "degC", "the unit is missing", "310 K"),
    ("-160", "V", "the unit is missing", "-160 mV"),
    ("-0.065", "V", "the unit is missing", "-0.065 V"),
    ("20", "m", "the unit is missing", "20 um"),
    ("4.2", "m^3", "the unit is missing", "4.2 pL"),
    ("5 mV", "mM", "5 mV is a potential, not a concentration", None),
    ("5 mm", "mM", "5 mm is a length, not a concentration", "5 mM"),
    ("5 ma", "mA", "5 ma is a time, not a current", "5 mA"),
    ("5 mM", "1", "5 mM is a concentration, not a plain number", None),
    ("5 m^2 kg", "mM", "5 m^2 kg is a quantity in m^2 kg, not a concentration", None),
    ("80 %", "1", "percent is not a unit: write 0.8", "0.8"),
    ("80%", "1", "percent is not a unit: write 0.8", "0.8"),
    ("12.5 percent", "1", "percent is not a unit: write 0.125", "0.125"),
    ("1/2", "1", "a ratio is not a number: write 0.5", "0.5"),
    ("1/0", "1", "a ratio is not a number", None),
    ("1/2 mM", "mM", ONE, None),
    ("5 mM + 3 mM", "mM", ONE, None),
    ("5 mM - 3 mM", "mM", ONE, None),
    ("5 6 mM", "mM", ONE, None),
    ("5 mM 6 mM", "mM", ONE, None),
    ("5-10 mM", "mM", ONE, None),
    ("5 - 10 mM", "mM", ONE, None),
    ("5\N{EN DASH}10 mM", "mM", ONE, None),
    ("5 to 10 mM", "mM", ONE, None),
    ("5 mM, 6 mM", "mM", ONE, None),
    ("5 ± 1 mM", "mM", ONE, None),
    ("3 * 5 mM", "mM", ONE, None),
    ("nan mM", "mM", "the value must be a finite number", None),
    ("inf", "mM", "the value must be a finite number", None),
    ("-.inf", "mM", "the value must be a finite number", None),
    ("0x10 mM", "mM", "a number is written with decimal digits only", None),
    ("1_000 mM", "mM", "a number is written with decimal digits only", None),
    ("1.2.3 mM", "mM", "this is not one decimal number", None),
    ("", "mM", "there is no value", None),
    ("mM", "mM", "the value does not begin with a number", None),
    ("--5 mM", "mM", "this is not one decimal number", None),
    ("5 mMol", "mM", "the unit mMol is not known", "5 mM"),
    ("5 mMol", None, "the unit mMol is not known" + CASE, "5 mmol"),
    ("5 uf/cm2", "uF/cm^2", "the unit uf is not known" + CASE, "5 uF/cm2"),
    ("5 mv", "mV", "the unit mv is not known" + CASE, "5 mV"),
    ("5 qqq", "mM", "the unit qqq is not known", None),
    ("5 mEq/L", "mM", "an equivalent is an amount times a valence: write mol or mM of the ion", None),
    ("5 m^5", None, "the power of a unit is a whole number from -4 to 4, not 0", None),
    ("5 m^0", None, "the power of a unit is a whole number from -4 to 4, not 0", None),
    ("5 m^2.5", None, "m^2.5 is no unit", None),
    ("5 mol/m^2 s", None, "a product after / can be read in two ways; write parentheses, as in mol/(m^2 s)", None),
    ("5 mol/", None, "a name of a unit is missing", None),
    ("5 mol//s", None, "a unit cannot hold / there", None),
    ("5 mol/(s", None, "a parenthesis of the unit is not closed", None),
    ("5 mol)", None, "the unit does not end where it should", None),
    ("5 " + "(" * 9 + "m" + ")" * 9, None, "a unit cannot hold ( there", None),
    ("37 degC/s", None, "degC stands alone, as in 37 degC; in a compound unit write K", None),
    ("98 degF", "K", "degrees Fahrenheit are not read: write 36.6667 degC", "36.6667 degC"),
    ("140 MM", "mM", "the unit MM is not one of the bench" + CASE, "140 mM"),
    ("5 PL", "L", "the unit PL is not one of the bench" + CASE, "5 pL"),
    ("3 MS", "S", "the unit MS is not one of the bench" + CASE, "3 mS"),
    ("5 kM", "mM", "the unit kM is not one of the bench", None),
    ("5 hL", "L", "the unit hL is not one of the bench", None),
    ("3 kmol", "mol", "the unit kmol is not one of the bench", None),
    ("-65 MV", "mV", "no membrane bears MV: only a field is written with it, as in MV/m" + CASE, "-65 mV"),
    ("5 radian", None, "the unit radian is not one that vrest reads", None),
    ("1e999 mM", "mM", "the number is too large or too small", None),
    ("1e-999 mM", "mM", "the number is too large or too small", None),
    ("1e300 Gohm", None, "the number is too large or too small", None),
    ("1" * 201, None, "the value is too long", None),
    ("9**9**9**9", None, ONE, None),
    ("5 ** 2 mM", "mM", ONE, None),
]


@pytest.mark.parametrize(("text", "unit", "message", "suggestion"), WORDS, ids=[repr(row[0])[:30] + str(row[1]) for row in WORDS])
def test_error_names_the_slip(text, unit, message, suggestion):
    with pytest.raises(UnitError) as caught:
        parse_quantity(text, unit)
    assert len(caught.value.problems) == 1
    problem = caught.value.problem
    assert problem.message == message
    assert problem.suggestion == suggestion
    assert (problem.found or "").startswith(text[:20])


def test_error_says_what_is_expected():
    with pytest.raises(UnitError) as caught:
        parse_quantity("5 mV", "mM")
    assert caught.value.problem.expected == "a concentration such as 5 mM"
    assert caught.value.exit_code == 2


def test_zero_needs_its_unit_where_the_caller_says_so():
    with pytest.raises(UnitError, match="the unit is missing"):
        parse_quantity("0", "mM", zero_needs_no_unit=False)


@pytest.mark.parametrize("obj", [True, None, [5], {"a": 1}, 3j, object()])
def test_objects_that_are_no_quantities_are_refused(obj):
    with pytest.raises(UnitError, match="is not a quantity"):
        quantity_from(obj, "1")


@pytest.mark.parametrize(("number", "words"), [(5, "the unit is missing"), (float("nan"), "finite"), (float("inf"), "finite")])
def test_plain_numbers_need_a_unit_and_must_be_finite(number, words):
    with pytest.raises(UnitError, match=words):
        quantity_from(number, "mM")


def test_quantity_of_another_dimension_is_refused():
    with pytest.raises(UnitError, match="5 mV is a potential, not a concentration"):
        quantity_from(parse_quantity("5 mV"), "mM")


def test_text_that_is_no_text_is_refused():
    with pytest.raises(UnitError, match="is written as text"):
        parse_quantity(5, "mM")


def test_wrong_unit_alone_has_its_own_words():
    with pytest.raises(UnitError) as caught:
        dimension_of("uf/cm2")
    assert caught.value.problem.message == "the unit uf is not known"
    assert caught.value.problem.suggestion == "uF/cm2"


def test_without_pint_the_message_says_how_to_get_it():
    code = """
import sys
sys.modules["pint"] = None
from vrest.units import UnitError, parse_quantity
try:
    parse_quantity("3 inch", "m")
except UnitError as error:
    print(error.problem.message)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "the unit inch is not known here; pip install '.[units]' in the folder of vrest adds more"


def test_reading_and_failing_on_bench_units_imports_neither_pint_nor_numpy():
    code = """
import sys
from vrest.units import UnitError, format_quantity, parse_quantity
parse_quantity("20 um"); format_quantity(0.3, "mV")
for text in ("5 mV", "80 %", "1,5 mM"):
    try:
        parse_quantity(text, "mM")
    except UnitError:
        pass
print(sorted({"pint", "numpy", "fractions"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
