"""Any text, any value, and pint as an independent judge."""

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreign_units import units as REGISTRY
from vrest.units import UnitError, dimension_of, format_quantity, known_units, parse_quantity, quantity_from

UNITS = ("mV", "mM", "um", "uF/cm^2", "m/s", "1", "degC", "kcal/mol", "mmHg", "mM/min", "e/nm^2", "pL", "uA/cm^2", "angstrom")
FINITE = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e200, max_value=1e200).filter(
    lambda x: x == 0 or abs(x) > 1e-200
)
_PIECES = "5 1.5 -3 1e5 1e999 0 m M V s um mM cm2 ^2 ^-1 ** * / ( ) , % degC é µ ² ⁻¹ · qq nan _ . + - 0x h"
PIECES = st.sampled_from([*_PIECES.split(), " "])


@given(FINITE, st.sampled_from([unit for unit in UNITS if unit != "degC"]))
def test_formatted_quantity_reads_back_exactly(value, unit):
    assert parse_quantity(format_quantity(value, unit), unit).value == value


@given(st.floats(min_value=1e-9, max_value=1e9))
def test_formatted_temperature_reads_back_exactly(value):
    assert parse_quantity(format_quantity(value, "degC"), "K").value == value


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=9))
def test_value_is_correctly_rounded(number):
    assert parse_quantity(f"{number:f} um").value == float(Fraction(number) / 10**6)


@given(st.text(max_size=30) | st.lists(PIECES, max_size=12).map("".join), st.sampled_from([None, *UNITS]))
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_quantity_or_a_unit_error(text, unit):
    problem = None
    try:
        assert math.isfinite(parse_quantity(text, unit).value)
    except UnitError as error:
        (problem,) = error.problems
    assert problem is None or problem.message


@given(st.lists(PIECES, max_size=12).map("".join))
@settings(max_examples=200, deadline=None)
def test_any_unit_is_a_dimension_or_a_unit_error(text):
    problem = None
    try:
        assert len(dimension_of(text)) == 6
    except UnitError as error:
        (problem,) = error.problems
    assert problem is None or problem.message


@pytest.mark.parametrize("name", sorted(set(known_units()) - {"Osm", "mOsm", "uOsm", "degC"}))
def test_scale_is_that_of_pint(name):
    theirs = REGISTRY.Quantity(1.0, name).to_base_units().magnitude
    assert parse_quantity(f"1 {name}").value == pytest.approx(theirs, rel=1e-8)


@pytest.mark.parametrize("text", ["uA/cm^2", "kJ/mol", "mol/m^2/s", "mS/cm^2", "m/s/Pa", "J/(mol K)", "1/mM", "mV/ms", "uF/cm^2"])
def test_compound_scale_is_that_of_pint(text):
    theirs = REGISTRY.Quantity(1.0, text).to_base_units().magnitude
    assert parse_quantity(f"1 {text}").value == pytest.approx(theirs, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "value"), [("1 inch", 0.0254), ("1 dalton", 1.6605390666e-27), ("2 inch^2", 2 * 0.0254**2), ("1 week", 604800.0)]
)
def test_units_outside_the_table_come_from_pint(text, value):
    assert parse_quantity(text).value == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize(
    ("value", "unit", "si"),
    [
        (20, "um", 2e-5),
        (37, "degC", 310.15),
        (5, "millimolar", 5.0),
        (1, "uF/cm**2", 1e-2),
        (3, "inch", 0.0762),
        (2, "dimensionless", 2.0),
    ],
)
def test_pint_quantity_is_understood_exactly(value, unit, si):
    assert quantity_from(REGISTRY.Quantity(value, unit)).value == pytest.approx(si, rel=1e-15)


def test_pint_quantity_of_um_is_exact():
    assert quantity_from(REGISTRY.Quantity(20, "um"), "m").value == 2e-5


@pytest.mark.parametrize(
    ("obj", "words"),
    [
        (REGISTRY.Quantity([1.0, 2.0], "mM"), "not one number"),
        (REGISTRY.Quantity(math.nan, "mM"), "not finite"),
        (REGISTRY.Quantity(3, "candela"), "not of a kind"),
        (REGISTRY.Quantity(5, "mV"), "is a potential, not a concentration"),
    ],
)
def test_pint_quantity_that_will_not_do_is_refused(obj, words):
    with pytest.raises(UnitError, match=words):
        quantity_from(obj, "mM")
