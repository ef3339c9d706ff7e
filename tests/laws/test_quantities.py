"""Laws with pint quantities: what goes in is taken in the units that the docstring states, what comes out is in one, too."""

import importlib
import inspect
import subprocess
import sys
import typing

import numpy as np
import pytest

import vrest.laws
from foreign_units import units
from law_values import CASES, T
from vrest.errors import InputError
from vrest.laws import _quantities
from vrest.laws._quantities import ANY, PLAIN, stated_units
from vrest.units import dimension_of

LAWS = [getattr(vrest.laws, name) for name in dir(vrest.laws)]
ALL = [
    *CASES,
    (vrest.laws.donnan_potential, ([1, -1], [150.0, 150.0], -1, 100.0, T), ()),
    (vrest.laws.donnan_concentrations, ([1, -1], [150.0, 150.0], -1, 100.0, T), ()),
    (vrest.laws.donnan_pressure, ([1, -1], [150.0, 150.0], -1, 100.0, T, 1.0), ()),
    (vrest.laws.grahame_potential, (-0.01, [1, 2, -1], [100.0, 2.0, 104.0], T), ()),
    (vrest.laws.binding_surface_potential, (-0.01, [0, 0.01, 0], [1, 2, -1], [100.0, 2.0, 104.0], T), ()),
    (vrest.laws.diffuse_layer_drop, (-0.01, [1, 2, -1], [100.0, 2.0, 104.0], T), ()),
]

POWERS = {None: lambda n: n, "|": abs, "used ": lambda n: -n if n < 0 else 0}


def law_name(value):
    return value.__name__ if callable(value) else ""


def named(law, args):
    return dict(zip(inspect.signature(law).parameters, args, strict=False))


def quantity_unit(law, unit, args):
    """A stated unit as pint reads it."""
    powered = _quantities._PER_POWER.match(unit)
    if powered is None:
        return {PLAIN: "", ANY: "S"}.get(unit, unit)
    power = sum(POWERS[powered[3]](n) for n in named(law, args)["n"])
    return f"{powered[1]} * ({powered[2]})^{-power}"


def with_unit(law, name, value, args):
    unit = quantity_unit(law, stated_units(law).arguments[name][0], args)
    return units.Quantity(np.array(value, dtype=float) if isinstance(value, list) else value, unit)


def test_every_law_has_its_values_here():
    assert {law for law, _, _ in ALL} == set(LAWS)


@pytest.mark.parametrize("law", LAWS, ids=law_name)
def test_a_law_states_its_units_and_types_for_all_arguments_and_the_answer(law):
    stated = stated_units(law)
    assert stated.answer
    for name in inspect.signature(law).parameters:
        assert stated.arguments[name], name
        assert name in law.domains
    hints = typing.get_type_hints(law)
    assert set(hints) == {*inspect.signature(law).parameters, "return"}


@pytest.mark.parametrize(("law", "args", "_"), ALL, ids=law_name)
def test_quantities_give_the_quantity_of_what_numbers_give(law, args, _):
    expected = law(*args)
    given = {name: with_unit(law, name, value, args) for name, value in named(law, args).items() if value is not None}
    found = law(**given)
    assert found.units == units.Quantity(1.0, quantity_unit(law, stated_units(law).answer[0], args)).units
    np.testing.assert_allclose(found.magnitude, expected, rtol=1e-12)


@pytest.mark.parametrize(("law", "args", "_"), ALL, ids=law_name)
def test_one_quantity_among_plain_numbers_is_enough_or_the_missing_unit_is_asked_for(law, args, _):
    stated, values = stated_units(law), named(law, args)
    for name, value in values.items():
        given = values | {name: with_unit(law, name, value, args)}
        if len(stated.answer) > 1 and len(stated.arguments[name]) == 1:
            with pytest.raises(InputError, match="needs its unit here"):
                law(**given)
        else:
            np.testing.assert_allclose(law(**given).magnitude, law(*args), rtol=1e-12)


@pytest.mark.parametrize(("law", "args", "_"), ALL, ids=law_name)
def test_a_wrong_dimension_names_law_argument_found_and_expected(law, args, _):
    values = named(law, args)
    for name, value in values.items():
        if ANY in stated_units(law).arguments[name]:
            continue
        wrong = np.array(value, dtype=float) if isinstance(value, list) else value
        with pytest.raises(InputError) as caught:
            law(**values | {name: units.Quantity(wrong, "kg^3")})
        (problem,) = caught.value.problems
        assert problem.message == f"{law.__name__}: {name} has the wrong dimension"
        assert problem.path == name
        assert "kilogram" in problem.found
        assert problem.expected


# A system of other units (m, kg, s, A, mol): a law that states its units rightly gives the same answer in them.
SCALES = (3.0, 7.0, 0.5, 11.0, 1.0, 13.0)
CONSTANTS = {
    "R": "J/(mol K)",
    "F": "C/mol",
    "MOLAR": "mol/m^3",
    "EPSILON_0": "F/m",
    "BOLTZMANN": "J/K",
    "ELEMENTARY_CHARGE": "C",
    "AVOGADRO": "1/mol",
    "WATER_MOLAR_VOLUME": "m^3/mol",
    "K_2": "1/s",
    "K_3": "1/s",
    "K_ADP": "mol/m^3",
    "K_ATP": "mol/m^3",
}
WITH_TABLES = {"atp_standard_free_energy", "concentration_from_pH", "pH_from_concentration", "debye_huckel_coefficient"}
"""Laws with a table or a definition in certain units in their text."""


def scale(dimension):
    return float(np.prod([base**power for base, power in zip(SCALES, dimension, strict=True)]))


def scale_of(law, unit, args):
    if unit in (PLAIN, ANY):
        return 1.0
    powered = _quantities._PER_POWER.match(unit)
    if powered is None:
        return scale(dimension_of(unit))
    power = sum(POWERS[powered[3]](n) for n in named(law, args)["n"])
    return scale(dimension_of(powered[1]) / dimension_of(powered[2]) ** power)


def scaled(value, factor):
    return [x * factor for x in value] if isinstance(value, list) else value if value is None else value * factor


@pytest.mark.parametrize(("law", "args", "_"), [case for case in ALL if case[0].__name__ not in WITH_TABLES], ids=law_name)
def test_the_stated_units_are_those_of_the_equation(law, args, _, monkeypatch):
    expected, stated = law(*args), stated_units(law)
    for module in vrest.laws.HOMES:
        home = importlib.import_module(f"vrest.laws.{module}")
        for name in CONSTANTS.keys() & vars(home).keys():
            monkeypatch.setattr(home, name, getattr(home, name) * scale(dimension_of(CONSTANTS[name])))
    other = [scaled(value, scale_of(law, stated.arguments[name][0], args)) for name, value in named(law, args).items()]
    np.testing.assert_allclose(law(*other), np.multiply(expected, scale_of(law, stated.answer[0], args)), rtol=1e-9)


def test_a_list_of_values_is_an_array_where_there_is_no_ion_axis():
    listed = vrest.nernst_potential(1, [140.0, 12.0], (5.0, 145.0), 310.0)
    np.testing.assert_array_equal(listed, vrest.nernst_potential(1, np.array([140.0, 12.0]), np.array([5.0, 145.0]), 310.0))
    mixed = vrest.nernst_potential(1, [units.Quantity(140, "mM"), 12.0], [5, 145], 310.0)
    np.testing.assert_array_equal(mixed.magnitude, listed)
    with pytest.raises(InputError, match="nernst_potential: c_in is outside the law's domain"):
        vrest.nernst_potential(1, [140.0, -12.0], 5.0, 310.0)


def test_bench_units_are_understood():
    Q = units.Quantity
    E = vrest.nernst_potential(1, Q(140, "mM"), Q(0.005, "mol/L"), Q(37, "degC"))
    assert E.to("mV").magnitude == pytest.approx(-89.0587, abs=1e-4)
    V = vrest.ghk_voltage([1, 0.04, 0.45], [1, 1, -1], [140, 12, 10] * units.mM, [5, 145, 110] * units.mM, 310.0)
    assert V.to("mV").magnitude == pytest.approx(-67.2937, abs=1e-4)
    listed = vrest.ghk_voltage([1, 0.04, 0.45], [1, 1, -1], [Q(140, "mM"), Q(12, "mM"), 10.0], [5.0, 145.0, 110.0], 310.0)
    assert listed == V
    each = np.array([Q(140, "mM"), Q(100, "uM")], dtype=object)
    assert vrest.nernst_potential(1, each, 5.0, 310.0).magnitude.shape == (2,)


def test_a_number_and_the_quantity_that_it_stands_for_give_the_same_to_the_digit():
    assert vrest.nernst_potential(1, units.Quantity(140, "mM"), 5.0, 310.0).magnitude == vrest.nernst_potential(
        1, 140.0, 5.0, 310.0
    )


def test_per_area_or_of_the_whole_cell_follows_from_what_is_given():
    Q = units.Quantity
    assert vrest.capacitor_charge(Q(1, "uF/cm^2"), Q(-70, "mV")).units == units.Unit("C/m^2")
    assert vrest.capacitor_charge(Q(20, "pF"), Q(-70, "mV")).units == units.Unit("C")
    with pytest.raises(InputError, match="C, G have units that do not belong together"):
        vrest.time_constant(Q(20, "pF"), Q(5, "S/m^2"))


@pytest.mark.parametrize("text", ["140 mM", "140"])
def test_a_text_is_no_number(text):
    with pytest.raises(InputError, match="nernst_potential: c_in is a text") as caught:
        vrest.nernst_potential(1, text, 5.0, 310.0)
    assert caught.value.problems[0].expected == "a number in mol/m^3, or a pint quantity"


def test_a_quantity_outside_the_domain_is_refused_as_a_number_is():
    with pytest.raises(InputError, match="T is outside the law's domain"):
        vrest.thermal_voltage(units.Quantity(37, "K"))


def test_permeabilities_of_which_only_the_ratios_matter_may_be_relative_quantities():
    Q = units.Quantity
    ions = ([1, 1, -1], [140.0, 12.0, 10.0], [5.0, 145.0, 110.0], 310.0)
    relative = vrest.ghk_voltage(Q([1, 0.04, 0.45], ""), *ions)
    assert relative.magnitude == vrest.ghk_voltage([1, 0.04, 0.45], *ions)
    with pytest.raises(InputError, match="P_K, P_Na have units that do not belong together"):
        vrest.mullins_noda_potential(Q(1, "m/s"), Q(0.04, ""), 140.0, 5.0, 12.0, 145.0, 310.0)


def test_mobilities_are_of_one_dimension_whichever():
    Q = units.Quantity
    with pytest.raises(InputError) as caught:
        vrest.henderson_potential([1, -1], [Q(50, "S"), Q(76, "m")], [50.0, 50.0], [5.0, 5.0], 298.15)
    assert caught.value.problems[0].expected == "quantities of one dimension"


UNDOCUMENTED = """
import pint
import vrest
assert vrest.nernst_potential.__doc__ is None
units = pint.UnitRegistry()
print(vrest.nernst_potential(1, 140 * units.mM, 5 * units.mM, 310 * units.K).to("mV").magnitude)
"""


def test_units_of_laws_are_known_where_python_leaves_docstrings_out():
    process = subprocess.run([sys.executable, "-OO", "-c", UNDOCUMENTED], capture_output=True, text=True, check=True)
    assert float(process.stdout) == pytest.approx(-89.0156, abs=1e-3)


def test_a_law_without_docstring_and_source_says_so_in_a_sentence():
    named = {}
    exec("def law(c):\n    return c", named)
    with pytest.raises(InputError, match="law: its units stand in its docstring, which this Python leaves out"):
        stated_units(named["law"])
