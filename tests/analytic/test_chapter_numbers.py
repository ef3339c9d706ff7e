"""The numbers of the chapter: what one membrane's laws give for the textbook neuron and its kin."""

import math
from pathlib import Path

import pytest

import vrest
from vrest.constants import AVOGADRO, F
from vrest.laws.capacitor import (
    capacitor_charge,
    concentration_of_charge,
    membrane_field,
    moles_of_charge,
    surface_charge_density,
    time_constant,
)
from vrest.laws.donnan import donnan_concentrations, donnan_potential
from vrest.laws.double_layer import debye_length, diffuse_layer_drop, water_permittivity
from vrest.laws.ghk import ghk_current_density, ghk_voltage
from vrest.laws.nernst import nernst_potential, thermal_voltage
from vrest.laws.ohmic import chord_voltage, conductance_from_permeability, ghk_slope_conductance
from vrest.laws.pumps import electrogenic_bound, mullins_noda_potential

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "pump-leak-cell.yaml"
T = 310.0
Z = [1, 1, -1]
P = [1.0, 0.04, 0.45]
INSIDE = [140.0, 12.0, 10.0]
OUTSIDE = [5.0, 145.0, 110.0]
NERNST = [nernst_potential(z, a, b, T) for z, a, b in zip(Z, INSIDE, OUTSIDE, strict=True)]
RADIUS = 10e-6
AREA = 4 * math.pi * RADIUS**2
VOLUME = AREA * RADIUS / 3
SALT = ([1, -1], [150.0, 150.0])


def mV(volt):
    return 1000 * volt


def test_thermal_voltage_at_310_K_is_26_7137_mV():
    assert mV(thermal_voltage(T)) == pytest.approx(26.7137, abs=5e-5)


def test_nernst_potential_of_potassium_is_minus_89_016_mV():
    assert mV(NERNST[0]) == pytest.approx(-89.016, abs=5e-4)


def test_nernst_potential_of_sodium_is_66_566_mV():
    assert mV(NERNST[1]) == pytest.approx(66.566, abs=5e-4)


def test_nernst_potential_of_chloride_is_minus_64_057_mV():
    assert mV(NERNST[2]) == pytest.approx(-64.057, abs=5e-4)


def test_ghk_voltage_of_the_textbook_neuron_is_minus_67_294_mV():
    assert mV(ghk_voltage(P, Z, INSIDE, OUTSIDE, T)) == pytest.approx(-67.294, abs=5e-4)


def test_ghk_voltage_of_the_textbook_neuron_at_37_degC_is_minus_67_326_mV():
    assert mV(ghk_voltage(P, Z, INSIDE, OUTSIDE, 310.15)) == pytest.approx(-67.326, abs=5e-4)


def test_ghk_voltage_without_chloride_is_minus_68_535_mV_and_20_48_above_potassium():
    V = ghk_voltage(P[:2], Z[:2], INSIDE[:2], OUTSIDE[:2], T)
    assert mV(V) == pytest.approx(-68.535, abs=5e-4)
    assert mV(V - NERNST[0]) == pytest.approx(20.48, abs=5e-3)


def test_ghk_voltage_with_calcium_is_minus_67_216_mV():
    V = ghk_voltage([*P, 0.01], [*Z, 2], [*INSIDE, 1e-4], [*OUTSIDE, 1.2], T)
    assert mV(V) == pytest.approx(-67.216, abs=5e-4)


def test_ghk_voltage_without_the_potassium_path_is_minus_42_194_mV():
    assert mV(ghk_voltage(P[1:], Z[1:], INSIDE[1:], OUTSIDE[1:], T)) == pytest.approx(-42.194, abs=5e-4)


def test_taking_permeabilities_for_weights_of_nernst_potentials_gives_minus_77_301_mV_and_is_wrong():
    assert mV(chord_voltage(P, NERNST)) == pytest.approx(-77.301, abs=5e-4)


def test_chord_voltage_of_slope_conductances_is_minus_72_625_mV():
    g = [conductance_from_permeability(p, z, a, b, T) for p, z, a, b in zip(P, Z, INSIDE, OUTSIDE, strict=True)]
    assert mV(chord_voltage(g, NERNST)) == pytest.approx(-72.625, abs=5e-4)


def test_donnan_potential_of_100_mM_in_150_mM_KCl_is_minus_8_7474_mV():
    assert mV(donnan_potential(*SALT, -1, 100.0, T)) == pytest.approx(-8.7474, abs=5e-5)
    assert donnan_concentrations(*SALT, -1, 100.0, T) == pytest.approx([208.114, 108.114], abs=5e-4)


def test_pump_that_balances_the_sodium_leak_holds_minus_70_880_mV_with_0_5293_uA_per_cm2():
    two_thirds = [P[0], P[1] * 2 / 3, P[2]]
    V = ghk_voltage(two_thirds, Z, INSIDE, OUTSIDE, T)
    assert mV(V) == pytest.approx(-70.880, abs=5e-4)
    pump = -ghk_current_density(V, 1e-8 * P[1], 1, INSIDE[1], OUTSIDE[1], T) / 3
    assert 100 * pump == pytest.approx(0.5293, abs=5e-5)
    leaks = sum(ghk_current_density(V, 1e-8 * p, z, a, b, T) for p, z, a, b in zip(P, Z, INSIDE, OUTSIDE, strict=True))
    assert abs(leaks + pump) < 1e-15


def test_mullins_noda_potential_is_minus_73_773_mV():
    V = mullins_noda_potential(P[0], P[1], INSIDE[0], OUTSIDE[0], INSIDE[1], OUTSIDE[1], T)
    assert mV(V) == pytest.approx(-73.773, abs=5e-4)
    assert mV(ghk_voltage(P[:2], Z[:2], INSIDE[:2], OUTSIDE[:2], T) - V) == pytest.approx(5.24, abs=5e-3)
    assert mV(ghk_voltage(P, Z, INSIDE, OUTSIDE, T) - V) == pytest.approx(6.48, abs=5e-3)


def test_electrogenic_bound_is_10_83_mV():
    assert mV(electrogenic_bound(T)) == pytest.approx(10.83, abs=5e-3)


def test_charge_of_a_20_um_sphere_at_minus_70_mV():
    Q = capacitor_charge(0.01 * AREA, 0.070)
    assert pytest.approx(8.796e-13, abs=5e-17) == Q
    assert moles_of_charge(Q) == pytest.approx(9.117e-18, abs=5e-22)


def test_charge_is_one_in_70_000_of_the_potassium():
    moved = concentration_of_charge(capacitor_charge(0.01 * AREA, 0.070), VOLUME)
    assert moved / 150.0 == pytest.approx(1.451e-5, abs=5e-9)
    assert moved / 140.0 == pytest.approx(1.555e-5, abs=5e-9)


def test_surface_charge_is_7e_minus_4_and_the_field_1_75e7():
    assert surface_charge_density(0.01, -0.070) == pytest.approx(-7.0e-4)
    assert membrane_field(-0.070, 4e-9) == pytest.approx(-1.75e7)


def test_drop_in_one_diffuse_layer_is_0_81_mV():
    assert mV(diffuse_layer_drop(7.0e-4, *SALT, T, 78.5)) == pytest.approx(0.81, abs=5e-3)


def test_debye_length_is_0_801_nm_at_permittivity_78_5_and_0_779_in_water():
    assert 1e9 * debye_length(*SALT, T, 78.5) == pytest.approx(0.801, abs=5e-4)
    assert 1e9 * debye_length(*SALT, T) == pytest.approx(0.779, abs=5e-4)
    assert water_permittivity(T) == pytest.approx(74.2, abs=0.05)


def test_neuron_with_a_sodium_leak_of_1_10_uA_per_cm2_needs_4_78e_minus_17_mol_ATP_per_s():
    assert pytest.approx(4.78e-17, abs=5e-20) == 1.10e-2 * AREA / (3 * F)


def test_potassium_membrane_has_a_time_constant_of_16_0_ms_at_its_nernst_potential():
    G = ghk_slope_conductance(NERNST[0], 1e-8, 1, 140.0, 5.0, T)
    assert 1000 * time_constant(0.01, G) == pytest.approx(16.0, abs=0.05)


def test_charging_to_the_potassium_potential_moves_6_98e6_ions():
    Q = capacitor_charge(0.01 * AREA, -NERNST[0])
    assert moles_of_charge(Q) * AVOGADRO == pytest.approx(6.98e6, abs=5e3)
    assert concentration_of_charge(Q, VOLUME) / 140.0 == pytest.approx(1.98e-5, abs=5e-8)


def test_charging_a_potassium_membrane_to_within_1_mV_takes_61_ms():
    V, t, dt, previous = 0.0, 0.0, 1e-5, 0.0
    while V - NERNST[0] > 1e-3:
        previous, V, t = V, V - dt / 0.01 * ghk_current_density(V, 1e-8, 1, 140.0, 5.0, T), t + dt
    assert previous > V
    assert 1000 * t == pytest.approx(61.0, abs=0.5)


# -- what the chapter says in words ---------------------------------------------------------------------------------


def test_driving_forces_at_minus_70_mV():
    assert [round(-70 - mV(E), 1) for E in NERNST] == [19.0, -136.6, -5.9]


def test_currents_at_rest_add_up_to_nothing_though_every_ion_moves():
    V = ghk_voltage(P, Z, INSIDE, OUTSIDE, T)
    K, Na, Cl = (float(ghk_current_density(V, 1e-8 * p, z, a, b, T)) for p, z, a, b in zip(P, Z, INSIDE, OUTSIDE, strict=True))
    assert abs(K + Na + Cl) < 1e-12 * max(abs(K), abs(Na))
    assert K > 0 > Na
    assert Cl < 0


def test_the_described_neuron_rests_where_the_equation_says():
    cell = vrest.load("textbook-neuron")
    V = mV(ghk_voltage(P, Z, INSIDE, OUTSIDE, T))
    assert vrest.rest(cell).to_dict()["V_mV"]["membrane"] == pytest.approx(V, abs=1e-6)
    closed = vrest.rest(cell.replace({"membrane.K_leak.permeability": "0"})).to_dict()
    assert closed["V_mV"]["membrane"] == pytest.approx(-42.194, abs=5e-4)


def test_sodium_is_six_times_as_far_as_potassium():
    V = ghk_voltage(P, Z, INSIDE, OUTSIDE, T)
    assert abs(V - NERNST[1]) / abs(V - NERNST[0]) == pytest.approx(6.16, abs=5e-3)
    assert abs(-65 - 61) / abs(-65 - -89) == 5.25  # with the potentials that other textbooks print


def test_a_displacement_of_14_mV_belongs_to_a_fortieth_of_the_permeability():
    def displacement(ratio):
        return mV(ghk_voltage([1.0, ratio], [1, 1], INSIDE[:2], OUTSIDE[:2], T) - NERNST[0])

    assert displacement(0.02) < 14 < displacement(0.03)
    assert 14 < displacement(1 / 40) < 15


def test_the_closed_form_of_donnan_for_one_salt_and_its_concentrations():
    trapped = (*SALT, -1, 100.0, T)
    assert donnan_potential(*trapped) == pytest.approx(-thermal_voltage(T) * math.asinh(100.0 / (2 * 150.0)))
    K, Cl = donnan_concentrations(*trapped)
    assert (float(K), float(Cl)) == pytest.approx((208.114, 108.114), abs=5e-4)
    assert pytest.approx(Cl + 100.0) == K


def test_the_pump_of_the_example_adds_3_245_mV():
    explain = vrest.rest(vrest.load(str(EXAMPLE))).to_dict()["explain"]["plasma"]
    assert explain["ghk_mV"] == pytest.approx(-67.294, abs=5e-4)
    assert explain["with_pump_mV"] == pytest.approx(-70.539, abs=5e-4)
    assert explain["electrogenic_mV"] == pytest.approx(-3.245, abs=5e-4)
