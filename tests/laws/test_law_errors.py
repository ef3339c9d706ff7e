"""What the laws say to numbers outside their domains."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from vrest.errors import InputError
from vrest.laws.atp import atp_standard_free_energy
from vrest.laws.donnan import donnan_potential
from vrest.laws.double_layer import debye_length, grahame_potential
from vrest.laws.ghk import ghk_flux_density, ghk_voltage
from vrest.laws.nernst import nernst_potential, thermal_voltage
from vrest.laws.pumps import pump_stall_potential

T = 310.0


def problem_of(call):
    with pytest.raises(InputError) as caught:
        call()
    (problem,) = caught.value.problems
    return problem


def test_nernst_potential_of_a_missing_ion():
    problem = problem_of(lambda: nernst_potential(1, 0.0, 5.0, T))
    assert problem.message == "nernst_potential: c_in is outside the law's domain"
    assert (problem.path, problem.found, problem.expected) == ("c_in", "0", "a positive number")


def test_nernst_potential_without_a_valence():
    assert problem_of(lambda: nernst_potential(0, 140.0, 5.0, T)).expected == "a finite number other than zero"


@pytest.mark.parametrize("bad", [37.0, 0.0, -310.0, math.nan, math.inf, 1e4])
def test_temperature_that_is_no_absolute_one(bad):
    assert problem_of(lambda: thermal_voltage(bad)).expected == "an absolute temperature from 250 to 400 K"


def test_one_bad_element_of_an_array_is_named():
    problem = problem_of(lambda: ghk_flux_density(0.0, 1e-8, 1, np.array([140.0, -3.0]), 5.0, T))
    assert (problem.path, problem.found) == ("c_in", "-3")


def test_one_bad_ion_of_a_list_is_named():
    problem = problem_of(lambda: ghk_voltage([1.0, math.nan], [1, 1], [140.0, 12.0], [5.0, 145.0], T))
    assert (problem.path, problem.found) == ("P", "nan")


def test_numbers_of_ions_that_disagree():
    problem = problem_of(lambda: ghk_voltage([1.0, 2.0, 3.0], [1, 1], [140.0, 12.0], [5.0, 145.0], T))
    assert problem.message == "the arguments of several ions disagree"
    assert problem.found == "2 and 3 ions"


def test_no_ion_axis():
    assert problem_of(lambda: ghk_voltage(1.0, 1, 140.0, 5.0, T)).found == "no ion axis"


@pytest.mark.parametrize("z", [[1, 1], [1, 2]])
@pytest.mark.parametrize(("P", "c_in"), [([0.0, 0.0], [140.0, 12.0]), ([1.0, 1.0], [140.0, 12.0])])
def test_no_finite_ghk_voltage(z, P, c_in):
    problem = problem_of(lambda: ghk_voltage(P, z, c_in, [0.0, 0.0], T))
    assert problem.message == "ghk_voltage: no finite potential"
    assert problem.expected == "a permeant ion that is present on each side"


def test_no_donnan_potential_for_charge_of_one_sign():
    assert problem_of(lambda: donnan_potential([1], [150.0], 1, 100.0, T)).message == "donnan_potential: charge of one sign only"
    assert problem_of(lambda: donnan_potential([1], [150.0], 0, 0.0, T)).message == "donnan_potential: charge of one sign only"


def test_no_stall_potential_of_an_electroneutral_cycle():
    problem = problem_of(lambda: pump_stall_potential(-5e4, [1, -1], [1, 1], [1.0, 1.0], [1.0, 1.0], T))
    assert problem.message == "pump_stall_potential: the cycle moves no charge"


def test_no_surface_potential_without_counterions():
    assert "no counterion" in problem_of(lambda: grahame_potential(-0.01, [-1], [150.0], T)).message


def test_no_permittivity_of_ice():
    assert "liquid water" in problem_of(lambda: debye_length([1, -1], [150.0, 150.0], 260.0)).expected
    assert debye_length([1, -1], [150.0, 150.0], 260.0, 80.0) > 0


def test_standard_free_energy_of_atp_states_its_range():
    assert problem_of(lambda: atp_standard_free_energy(T, 7.0, 1.0, 1000.0)).path == "ionic_strength"
    assert problem_of(lambda: atp_standard_free_energy(T, 1.0, 1.0)).path == "pH"
    assert problem_of(lambda: atp_standard_free_energy(350.0, 7.0, 1.0)).path == "T"


FIVE = [Decimal("5"), Fraction(5), np.float32(5), np.float16(5), np.array(5.0), np.int64(5), 5]


@pytest.mark.parametrize("five", FIVE, ids=lambda five: type(five).__name__)
def test_a_number_of_any_sort_is_that_number(five):
    for given in (five, [five], np.array([five])):
        assert np.ravel(nernst_potential(1, 140.0, given, T)) == pytest.approx([nernst_potential(1, 140.0, 5.0, T)], rel=1e-15)
    assert ghk_voltage([1.0, 0.1], [1, 1], [140.0, 12.0], [five, 145.0], T) == pytest.approx(
        ghk_voltage([1.0, 0.1], [1, 1], [140.0, 12.0], [5.0, 145.0], T), rel=1e-15
    )
    assert ghk_flux_density(five, 1e-8, 1, 140.0, 5.0, T) == ghk_flux_density(5.0, 1e-8, 1, 140.0, 5.0, T)


NONE_OF_THEM = [True, np.True_, None, 5 + 0j, b"5", {"K": 5.0}, {5.0}, np.array(["5"]), np.datetime64("2020"), object()]


@pytest.mark.parametrize(
    "bad", [*NONE_OF_THEM, np.ma.masked_array([5.0, 4.0], [False, True])], ids=lambda bad: type(bad).__name__
)
def test_what_is_no_number_is_told_by_its_argument(bad):
    for call in (lambda: nernst_potential(1, 140.0, bad, T), lambda: debye_length([1, -1], [bad, 150.0], T)):
        assert problem_of(call).message.endswith(" is no number")
    assert problem_of(lambda: thermal_voltage(bad)).path == "T"
    assert debye_length([1, -1], [150.0, 150.0], T, None) == debye_length([1, -1], [150.0, 150.0], T)
