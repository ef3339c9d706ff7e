"""Values: what a text means in SI, exactly."""

import numpy as np
import pytest

from vrest.units import (
    DIMENSIONLESS,
    Dimension,
    Quantity,
    celsius_hint,
    dimension_of,
    expected_words,
    format_quantity,
    from_unit,
    known_units,
    parse_quantity,
    put_in_si,
    quantity_from,
    to_unit,
)
from vrest.units.dimensions import _NAMED

EXACT = {
    "20 um": 2e-5,
    "1 uF/cm^2": 1e-2,
    "0.1 mV": 1e-4,
    "-65 mV": -0.065,
    "1e-8 m/s": 1e-8,
    "1.0e-8 m/s": 1e-8,
    "1e-6 cm/s": 1e-8,
    "37 degC": 310.15,
    "37 °C": 310.15,
    "37\N{DEGREE CELSIUS}": 310.15,
    "-273.15 degC": 0.0,
    "310 K": 310.0,
    "140 mM": 140.0,
    "100 nM": 1e-4,
    "7 uM": 7e-3,
    "1 M": 1000.0,
    "3 mmol/L": 3.0,
    "3 mmol/l": 3.0,
    "290 mOsm/L": 290.0,
    "290 mosmol/L": 290.0,
    "0.05 A/m^2": 0.05,
    "1 uA/cm^2": 1e-2,
    "1 uA/cm2": 1e-2,
    "1 uA/cm**2": 1e-2,
    "1 µA/cm²": 1e-2,
    "1 μA·cm⁻²": 1e-2,
    "0.3 mS/cm^2": 3.0,
    "20 pF": 2e-11,
    "5 nS": 5e-9,
    "50 pA": 5e-11,
    "-50 kJ/mol": -50000.0,
    "1 kcal/mol": 4184.0,
    "1 mol m^-2 s^-1": 1.0,
    "1 mol/m^2/s": 1.0,
    "1 mol/(m^2 s)": 1.0,
    "1 mol/(m^2*s)": 1.0,
    "3 /s": 3.0,
    "3 1/s": 3.0,
    "2 min": 120.0,
    "1 mM/min": 1 / 60,
    "1 h": 3600.0,
    "1 d": 86400.0,
    "4 pL": 4e-15,
    "1000 um^3": 1e-15,
    "4 nm": 4e-9,
    "7 Å": 7e-10,
    "100 ohm cm": 1.0,
    "100 Ω cm": 1.0,
    "10 Mohm": 1e7,
    "0.5 MPa": 5e5,
    "1 atm": 101325.0,
    "760 mmHg": 101325.01444,  # the conventional millimetre of mercury
    "1 eV": 1.602176634e-19,
    "\N{MINUS SIGN}65 mV": -0.065,
    "5mM": 5.0,
    "+5 mM": 5.0,
    ".5 mM": 0.5,
    "5. mM": 5.0,
    "  5   mM  ": 5.0,
    "5\N{NO-BREAK SPACE}mM": 5.0,
    "0.3": 0.3,
}


@pytest.mark.parametrize(("text", "value"), EXACT.items())
def test_value_is_the_float_nearest_to_the_decimal(text, value):
    quantity = parse_quantity(text)
    assert quantity.value == pytest.approx(value, rel=1e-10) if "mmHg" in text else quantity.value == value
    assert quantity.text == text


@pytest.mark.parametrize("exponents", _NAMED)
def test_word_symbol_and_example_of_a_dimension_agree(exponents):
    dimension = Dimension(exponents)
    assert dimension_of(dimension.symbol) == dimension
    for example in dimension.example.split(" or "):
        assert parse_quantity(example).dimension == dimension


def test_dimension_speaks_words():
    assert str(dimension_of("mM")) == "concentration (mol/m^3)"
    assert str(DIMENSIONLESS) == "plain number"
    assert str(dimension_of("m^2 kg")) == "m^2 kg"
    assert str(dimension_of("m^3") ** 0.5) == "m^(3/2)"
    assert dimension_of("") == dimension_of("1") == DIMENSIONLESS
    assert hash(dimension_of("mV")) == hash(dimension_of("V"))


def test_dimensions_multiply_divide_and_rise_like_their_quantities():
    assert dimension_of("A") / dimension_of("m^2") == dimension_of("uA/cm^2")
    assert dimension_of("S") * dimension_of("V") == dimension_of("A")
    assert dimension_of("m^4") ** 0.5 == dimension_of("m^2")
    assert dimension_of("m") ** -2 == dimension_of("1/m^2")


def test_zero_needs_no_unit_and_takes_the_expected_dimension():
    assert parse_quantity("0", "mM") == Quantity(0.0, dimension_of("mM"), "0")


def test_one_of_several_units_will_do():
    units = ("uF/cm^2", "pF")
    assert parse_quantity("20 pF", units).dimension == dimension_of("F")
    assert parse_quantity("1 uF/cm^2", units).dimension == dimension_of("F/m^2")


@pytest.mark.parametrize(("value", "unit", "si"), [(20.0, "um", 2e-5), (5, "mM", 5.0), (0.1, "mV", 1e-4), (37.0, "degC", 310.15)])
def test_from_unit_and_to_unit_are_inverse(value, unit, si):
    assert from_unit(value, unit) == si
    assert to_unit(si, unit) == value


def test_conversion_takes_arrays_and_agrees_with_floats():
    values = np.array([20.0, 0.1, 3.3])
    assert list(from_unit(values, "um")) == [from_unit(float(v), "um") for v in values]
    assert list(to_unit(values, "kcal/mol")) == [to_unit(float(v), "kcal/mol") for v in values]


@pytest.mark.parametrize("unit", ["um", "mM", "1", "degC", "kJ/mol", "uF/cm^2", "h", "K"])
def test_numbers_put_in_si_have_the_digits_of_those_made_so(unit):
    values = np.random.default_rng(0).lognormal(0.0, 5.0, 1001)
    out = np.empty(values.size)
    put_in_si(values, unit, out)
    np.testing.assert_array_equal(out, from_unit(values, unit))


@pytest.mark.parametrize(
    ("value", "unit", "digits", "text"),
    [
        (2e-5, "um", None, "20 um"),
        (310.15, "degC", None, "37 degC"),
        (5.0, "mM", None, "5 mM"),
        (0.8, "1", None, "0.8"),
        (0.0, "mV", None, "0 mV"),
        (0.0, "degC", None, "-273.15 degC"),
        (-0.0672943, "mV", 4, "-67.29 mV"),
        (1e-8, "m/s", None, "1e-08 m/s"),
    ],
)
def test_format_uses_no_more_digits_than_needed(value, unit, digits, text):
    assert format_quantity(value, unit, digits) == text


def test_format_refuses_what_is_not_finite():
    with pytest.raises(ValueError, match="cannot|infinity|NaN|integer ratio"):
        format_quantity(float("nan"), "mM")


def test_quantity_from_takes_text_quantities_and_plain_numbers():
    five = parse_quantity("5 mM")
    assert quantity_from("5 mM", "mM") == five
    assert quantity_from(five, "mol/L") is five
    assert quantity_from(0, "mM").dimension == dimension_of("mM")
    assert quantity_from(0.25, "1").value == 0.25
    assert quantity_from(np.float64(3), "1").value == 3.0
    assert quantity_from(np.int64(3)).value == 3.0


def test_words_of_what_is_expected():
    assert expected_words("mM") == "a concentration such as 5 mM"
    assert expected_words("degC") == "a temperature such as 310 K or 37 degC"
    assert expected_words("1") == "a plain number such as 0.8"
    assert expected_words(("uF/cm^2", "pF")) == "a capacitance per area such as 1 uF/cm^2 or a capacitance such as 20 pF"
    assert expected_words("m^2 kg") == "a quantity in m^2 kg such as 5 m^2 kg"
    assert expected_words(None) == "a number with its unit"


def test_celsius_hint_only_below_100_kelvin():
    assert celsius_hint(37.0) == "37 degC"
    assert celsius_hint(310.0) is None


def test_every_known_unit_is_read():
    assert len(known_units()) > 90
    for name in known_units():
        assert dimension_of(name) != DIMENSIONLESS
