"""The limits that the laws' docstrings name, one by one."""

import math

import numpy as np
import pytest

from vrest.constants import F, R
from vrest.laws.activity import davies_activity_coefficient, debye_huckel_coefficient, ionic_strength
from vrest.laws.atp import atp_free_energy, atp_standard_free_energy, resting_atp_rate
from vrest.laws.capacitor import (
    capacitor_charge,
    capacitor_energy,
    concentration_of_charge,
    electric_pressure,
    membrane_field,
    surface_charge_density,
)
from vrest.laws.cotransport import affinity_flux, mass_action_flux, mass_action_flux_signed
from vrest.laws.donnan import donnan_concentrations, donnan_potential, donnan_pressure, donnan_residual
from vrest.laws.double_layer import (
    debye_length,
    diffuse_layer_drop,
    diffuse_layer_potential,
    gouy_chapman_potential,
    grahame_charge,
    grahame_potential,
    grahame_residual,
    water_permittivity,
)
from vrest.laws.energy import dissipation
from vrest.laws.ghk import ghk_current_density, ghk_flux_density, ghk_voltage, ghk_voltage_residual
from vrest.laws.junction import henderson_potential
from vrest.laws.mitochondrial import adp_atp_exchange, uniporter_flux_density
from vrest.laws.nernst import concentration_ratio, driving_force, electrochemical_difference, nernst_potential, thermal_voltage
from vrest.laws.ohmic import chord_voltage, conductance_from_permeability, ghk_slope_conductance, ohmic_current_density
from vrest.laws.osmosis import (
    L_p_to_osmotic_permeability,
    osmotic_permeability_to_L_p,
    osmotic_pressure,
    water_flux_density,
)
from vrest.laws.proton import concentration_from_pH, pH_from_concentration, proton_motive_force
from vrest.laws.pump_cycles import (
    affinity_turnover,
    bounded_affinity_factor,
    pump_competition,
    pump_hill,
    pump_voltage_factor,
    two_state_closing_constant,
    two_state_turnover,
)
from vrest.laws.pumps import (
    affinity_factor,
    cycle_affinity,
    electrogenic_bound,
    ion_work,
    mullins_noda_potential,
    pump_cubic,
    pump_linear,
    pump_power,
    pump_saturating,
    pump_sigmoid,
    pump_stall_potential,
    saturation,
    two_state_pump_current,
    two_state_reversal_potential,
)
from vrest.laws.temperature import q10_factor

T = 310.0
RT = R * T
IONS = ([1, 1, -1], [140.0, 12.0, 10.0], [5.0, 145.0, 110.0])
SALT = ([1, -1], [150.0, 150.0])


def near(expected, rel=1e-12):
    return pytest.approx(expected, rel=rel, abs=0)


def test_nernst_potential_is_zero_at_equal_concentrations():
    assert nernst_potential(1, 7.0, 7.0, T) == 0


def test_nernst_potential_is_61_5_mV_per_decade_at_310_K():
    assert nernst_potential(1, 1.0, 10.0, T) == pytest.approx(0.0615, abs=5e-5)


def test_nernst_potential_of_a_divalent_ion_is_half():
    assert nernst_potential(2, 1.0, 10.0, T) == near(nernst_potential(1, 1.0, 10.0, T) / 2)


def test_concentration_ratio_is_the_inverse_of_the_nernst_potential():
    assert nernst_potential(2, concentration_ratio(-0.05, 2, T), 1.0, T) == near(-0.05)


def test_electrochemical_difference_is_zF_times_the_driving_force():
    E = nernst_potential(-1, 10.0, 110.0, T)
    assert electrochemical_difference(-0.07, -1, 10.0, 110.0, T) == near(-F * driving_force(-0.07, E))


def test_electrochemical_difference_of_an_uncharged_solute_is_chemical():
    assert electrochemical_difference(-0.07, 0, 2.0, 1.0, T) == near(RT * math.log(2))


def test_ghk_flux_is_diffusion_at_zero_potential_and_for_uncharged_solutes():
    assert ghk_flux_density(0.0, 1e-8, 2, 140.0, 5.0, T) == near(135e-8)
    assert ghk_flux_density(-0.07, 1e-8, 0, 140.0, 5.0, T) == near(135e-8)


def test_ghk_current_is_P_z_F_times_the_difference_at_zero_potential():
    assert ghk_current_density(0.0, 1e-8, -1, 140.0, 5.0, T) == near(-1e-8 * F * 135.0)


def test_ghk_current_is_a_straight_line_at_equal_concentrations():
    V = np.linspace(-0.2, 0.2, 9)
    np.testing.assert_allclose(ghk_current_density(V, 1e-8, 1, 100.0, 100.0, T), 1e-8 * F * F * 100.0 * V / RT, atol=1e-15)


def test_ghk_current_far_outward_follows_the_inside_and_far_inward_the_outside():
    assert ghk_current_density(1.0, 1e-8, 1, 140.0, 5.0, T) == near(1e-8 * F * F * 140.0 / RT)
    assert ghk_current_density(-1.0, 1e-8, 1, 140.0, 5.0, T) == near(-1e-8 * F * F * 5.0 / RT)


def test_ghk_flux_admits_a_missing_ion():
    assert ghk_flux_density(-0.07, 1e-8, 1, 0.0, 5.0, T) < 0 == ghk_flux_density(-0.07, 1e-8, 1, 0.0, 0.0, T)


def test_ghk_voltage_reduces_to_nernst_for_one_ion():
    assert ghk_voltage([3e-8], [1], [140.0], [5.0], T) == near(nernst_potential(1, 140.0, 5.0, T))
    assert ghk_voltage([3e-8], [2], [1e-4], [1.2], T) == near(nernst_potential(2, 1e-4, 1.2, T))


def test_ghk_voltage_is_zero_at_equal_concentrations():
    assert ghk_voltage([1.0, 2.0], [1, -1], [3.0, 4.0], [3.0, 4.0], T) == 0
    assert ghk_voltage([1.0, 2.0], [1, -2], [3.0, 4.0], [3.0, 4.0], T) == 0


def test_ghk_voltage_of_a_monovalent_mixture_is_that_of_one_ion_with_the_summed_products():
    V = ghk_voltage([2.0, 3.0], [1, 1], [10.0, 4.0], [1.0, 6.0], T)
    assert near(nernst_potential(1, 32.0, 20.0, T)) == V


def test_ghk_voltage_with_an_ion_missing_on_one_side_is_finite():
    V = ghk_voltage([1.0, 0.5], [1, 2], [140.0, 0.0], [5.0, 1.0], T)
    assert abs(ghk_voltage_residual(V, [1.0, 0.5], [1, 2], [140.0, 0.0], [5.0, 1.0], T)) < 1e-8


def test_ghk_voltage_residual_of_one_ion_is_its_current():
    assert ghk_voltage_residual(-0.05, [1e-8], [1], [140.0], [5.0], T) == ghk_current_density(-0.05, 1e-8, 1, 140.0, 5.0, T)


def test_ghk_voltage_of_extreme_ratios_agrees_with_the_closed_form():
    mixed = ghk_voltage([1.0, 1e-9, 0.0], [1, 1, 2], [1e4, 1e-9, 1.0], [1e-9, 1e4, 1.0], T)
    assert mixed == pytest.approx(ghk_voltage([1.0, 1e-9], [1, 1], [1e4, 1e-9], [1e-9, 1e4], T), abs=1e-10)


def test_ohmic_current_is_zero_at_the_reversal_potential():
    assert ohmic_current_density(-0.09, 2.0, -0.09) == 0


def test_conductance_is_continuous_at_equal_concentrations():
    g = [conductance_from_permeability(1e-8, 1, 100.0 * (1 + d), 100.0, T) for d in (-1e-9, 0.0, 1e-9)]
    assert g == pytest.approx([1e-8 * F * F * 100 / RT] * 3, rel=1e-8)
    assert g[0] < g[1] < g[2]


def test_slope_conductance_at_zero_potential_is_that_of_the_mean_concentration():
    assert ghk_slope_conductance(0.0, 1e-8, 1, 140.0, 5.0, T) == near(1e-8 * F * F * 72.5 / RT)


def test_slope_conductance_far_outward_follows_the_inside():
    assert ghk_slope_conductance(1.0, 1e-8, 1, 140.0, 5.0, T) == near(1e-8 * F * F * 140.0 / RT)


def test_chord_voltage_of_one_ion_is_its_reversal_potential():
    assert chord_voltage([3.0], [-0.09]) == near(-0.09)


def test_chord_voltage_without_conductance_is_not_defined():
    assert math.isnan(chord_voltage([0.0, 0.0], [-0.09, 0.06]))


def test_mullins_noda_of_a_neutral_pump_is_ghk_of_potassium_and_sodium():
    V = mullins_noda_potential(1.0, 0.04, 140.0, 5.0, 12.0, 145.0, T, 1.0)
    assert near(ghk_voltage([1.0, 0.04], [1, 1], [140.0, 12.0], [5.0, 145.0], T)) == V


def test_electrogenic_part_reaches_its_bound_where_sodium_makes_the_numerator():
    V = [mullins_noda_potential(1.0, 0.04, 1e9, 1e-9, 1e-9, 1e3, T, ratio) for ratio in (1.0, 1.5)]
    assert V[0] - V[1] == near(electrogenic_bound(T), rel=1e-9)
    assert electrogenic_bound(T, 1.0) == 0


def test_donnan_potential_is_zero_without_impermeant_charge():
    assert donnan_potential(*SALT, 0, 100.0, T) == 0
    assert donnan_concentrations(*SALT, -1, 0.0, T).tolist() == [150.0, 150.0]


def test_donnan_potential_of_much_charge_is_the_nernst_potential_of_the_counterion():
    assert donnan_potential([1, -1], [1e-6, 1e-6], -1, 1e3, T) == near(nernst_potential(1, 1e3, 1e-6, T))


def test_donnan_potential_is_odd_in_all_charges():
    V = donnan_potential([1, 2, -1], [100.0, 10.0, 120.0], -1.3, 80.0, T)
    assert donnan_potential([-1, -2, 1], [100.0, 10.0, 120.0], 1.3, 80.0, T) == near(-V)


def test_donnan_potential_exists_with_one_permeant_ion_where_impermeants_balance_it():
    assert donnan_potential([1], [150.0], -1, 100.0, T) == near(nernst_potential(1, 100.0, 150.0, T))


def test_donnan_potential_takes_arrays():
    V = donnan_potential(*SALT, -1, np.array([0.0, 100.0]), T)
    assert pytest.approx([0.0, donnan_potential(*SALT, -1, 100.0, T)]) == V


def test_donnan_residual_at_zero_potential_is_the_charge():
    assert donnan_residual(0.0, *SALT, -2, 100.0, T) == -200


def test_donnan_pressure_of_uncharged_solutes_is_van_t_hoffs_and_an_equal_one_outside_balances_it():
    assert donnan_pressure(*SALT, 0, 100.0, T) == near(100 * RT)
    assert donnan_pressure(*SALT, 0, 100.0, T, 100.0) == pytest.approx(0, abs=1e-6)


def test_atp_free_energy_at_one_molar_is_the_standard_one():
    assert atp_free_energy(1e3, 1e3, 1e3, T) == near(-30.5e3)


@pytest.mark.parametrize(("pH", "published"), [(5, -32.56), (6, -33.22), (7, -36.04), (8, -41.07), (9, -46.70)])
def test_standard_free_energy_of_atp_without_magnesium_is_albertys(pH, published):
    assert atp_standard_free_energy(298.15, pH, 0.0) / 1000 == pytest.approx(published, abs=0.02)


def test_standard_free_energy_of_atp_with_magnesium_is_about_32_5_and_approaches_that_without():
    assert atp_standard_free_energy(298.15, 7.0, 1.0) / 1000 == pytest.approx(-32.5, abs=0.2)
    assert atp_standard_free_energy(298.15, 7.0, 1e-6) == pytest.approx(atp_standard_free_energy(298.15, 7.0, 0.0), abs=1.0)


def test_standard_free_energy_of_atp_falls_by_RT_ln_10_per_unit_of_alkaline_pH():
    fall = atp_standard_free_energy(298.15, 9.0, 0.0) - atp_standard_free_energy(298.15, 10.0, 0.0)
    assert fall == pytest.approx(R * 298.15 * math.log(10), rel=0.01)


def test_ion_work_is_zero_at_equilibrium_and_changes_sign_with_the_cycle():
    V = nernst_potential(1, 140.0, 5.0, T)
    assert abs(ion_work(V, [1], [1], [140.0], [5.0], T)) < 1e-10
    forward, backward = (ion_work(-0.07, [1, 1], n, [12.0, 140.0], [145.0, 5.0], T) for n in ([3, -2], [-3, 2]))
    assert forward == -backward > 0


def test_affinity_is_zero_at_the_stall_potential():
    cycle = ([1, 1], [3, -2], [12.0, 140.0], [145.0, 5.0], T)
    V = pump_stall_potential(-50e3, *cycle)
    assert abs(cycle_affinity(-50e3, ion_work(V, *cycle))) < 1e-9


def test_stall_potential_of_nothing_driving_one_ion_is_its_nernst_potential():
    assert pump_stall_potential(0.0, [1], [1], [140.0], [5.0], T) == near(nernst_potential(1, 140.0, 5.0, T))


def test_proton_pump_of_one_proton_per_atp_could_reach_minus_500_mV():
    assert pump_stall_potential(-50e3, [1], [1], [1e-4], [1e-4], T) == near(-50e3 / F)


def test_affinity_factor_is_one_far_from_equilibrium_and_linear_next_to_it():
    assert affinity_factor(1e6, T) == 1
    assert affinity_factor(1e-9 * RT, T) == near(1e-9, rel=1e-8)
    assert affinity_factor(-1e-9 * RT, T) == near(-1e-9, rel=1e-8)


def test_saturation_at_zero_at_K_and_far_above():
    assert saturation(0.0, 10.0, 3) == 0
    assert saturation(10.0, 10.0, 3) == 1 / 8
    assert saturation(1e9, 10.0, 3) == near(1.0, rel=1e-7)


def test_pump_power_is_linear_for_1_and_cubic_for_3():
    assert pump_power(1e-7, 12.0, 10.0, 1) == near(pump_linear(1e-7, 12.0, 10.0))
    assert pump_power(1e-7, 12.0, 10.0, 3) == near(pump_cubic(1e-7, 12.0, 10.0))


def test_pump_saturating_is_zero_without_a_substrate_and_cubic_far_below_K():
    assert pump_saturating(1e-7, [12.0, 0.0], [10.0, 1.5], [3, 2]) == 0
    assert pump_saturating(1e-7, [1e-6], [10.0], [3]) == near(pump_cubic(1e-7, 1e-6, 10.0), rel=1e-6)


def test_pump_sigmoid_is_half_at_a_half_concentration_and_saturates():
    assert pump_sigmoid(1.0, [25.0], [25.0], [3.0]) == 0.5
    assert pump_sigmoid(1.0, [1e4, 1e4], [25.0, 5.5], [3.0, 1.0]) == 1


def test_two_state_pump_saturates_on_both_sides():
    rates = (1, 100.0, 50.0, 30.0, 10.0, 1e-9, T)
    assert two_state_pump_current(1.0, *rates) == near(F * 1e-9 * 30.0, rel=1e-6)
    assert two_state_pump_current(-1.0, *rates) == near(-F * 1e-9 * 10.0, rel=1e-6)


def test_two_state_pump_is_zero_at_its_reversal_potential():
    V = two_state_reversal_potential(1, 100.0, 50.0, 30.0, 10.0, T)
    assert abs(two_state_pump_current(V, 1, 100.0, 50.0, 30.0, 10.0, 1e-9, T)) < 1e-18
    assert two_state_reversal_potential(2, 100.0, 50.0, 30.0, 10.0, T) == near(V / 2)


def test_two_state_pump_that_moves_charge_inward_is_the_mirror():
    inward = two_state_pump_current(-0.05, -1, 50.0, 100.0, 10.0, 30.0, 1e-9, T)
    assert inward == near(two_state_pump_current(-0.05, 1, 100.0, 50.0, 30.0, 10.0, 1e-9, T))


def test_electroneutral_cotransport_ignores_the_potential():
    args = (1e-12, [1, 1], [1, -1], [140.0, 10.0], [5.0, 110.0], T)
    assert mass_action_flux(-0.1, *args) == mass_action_flux(0.1, *args)


def test_symporter_has_one_mass_action_form():
    args = (-0.07, 1e-12, [1, 2], [1, -1], [140.0, 10.0], [5.0, 110.0], T)
    assert mass_action_flux(*args) == near(mass_action_flux_signed(*args))


def test_antiporter_differs_by_the_product_of_the_countertransported_concentrations():
    args = (-0.07, 1e-12, [3, -1], [1, 2], [12.0, 1e-4], [145.0, 1.2], T)
    assert mass_action_flux(*args) == near(1e-4 * 1.2 * mass_action_flux_signed(*args))


def test_antiporter_by_mass_action_is_finite_without_its_countertransported_solute():
    assert mass_action_flux(-0.07, 1e-12, [3, -1], [1, 2], [12.0, 0.0], [145.0, 0.0], T) == 0


def test_mass_action_next_to_equilibrium_is_the_affinity_times_the_one_way_flux():
    inside, outside = [140.0, 10.0], [140.0 * (1 + 1e-6), 10.0]
    one_way = 1e-12 * 1400
    args = ([1, 1], [1, -1], inside, outside, T)
    assert mass_action_flux(0.0, 1e-12, *args) == near(affinity_flux(0.0, one_way, *args), rel=1e-5)


def test_affinity_flux_of_kcc2_is_the_difference_of_two_nernst_potentials():
    E_K, E_Cl = nernst_potential(1, 140.0, 5.0, T), nernst_potential(-1, 10.0, 110.0, T)
    J = affinity_flux(-0.07, 1e-9, [1, 1], [1, -1], [140.0, 10.0], [5.0, 110.0], T)
    assert near(1e-9 * (E_Cl - E_K) * F / RT) == J


def test_proton_motive_force_is_the_potential_at_equal_pH_and_zero_at_equilibrium():
    assert proton_motive_force(-0.15, 7.0, 7.0, T) == -0.15
    E = nernst_potential(1, concentration_from_pH(7.8), concentration_from_pH(7.0), T)
    assert abs(proton_motive_force(E, 7.8, 7.0, T)) < 1e-15


def test_pH_and_concentration_are_inverse():
    assert pH_from_concentration(concentration_from_pH(7.4)) == near(7.4)
    assert concentration_from_pH(0.0) == 1000


def test_charge_of_a_sphere_as_a_concentration_is_6_C_V_over_F_d():
    d = 20e-6
    area, volume = math.pi * d**2, math.pi * d**3 / 6
    assert concentration_of_charge(capacitor_charge(0.01 * area, -0.07), volume) == near(-6 * 0.01 * 0.07 / (F * d))
    assert surface_charge_density(0.01, 0.0) == 0
    assert capacitor_energy(0.01, -0.07) == capacitor_energy(0.01, 0.07)


def test_electric_pressure_is_half_the_charge_times_the_field_and_the_slope_of_the_stored_energy():
    """At a given charge per area the energy q^2 d / (2 eps) grows with the thickness by the pressure."""
    C, V, d = 0.01, -0.07, 4e-9
    assert electric_pressure(C, V, d) == near(surface_charge_density(C, V) * membrane_field(V, d) / 2)
    assert electric_pressure(C, -V, d) == electric_pressure(C, V, d)
    assert electric_pressure(C, 0.0, d) == 0
    stored = lambda thickness: capacitor_energy(C * d / thickness, V * thickness / d)  # noqa: E731
    assert electric_pressure(C, V, d) == pytest.approx((stored(d * 1.001) - stored(d * 0.999)) / (0.002 * d), rel=1e-6)


def test_the_potential_of_a_diffuse_layer_decays_from_its_face_and_obeys_poisson_and_boltzmann():
    phi, depth, T = -0.05, 0.8e-9, 298.15
    assert diffuse_layer_potential(0.0, phi, depth, T) == near(phi)
    assert diffuse_layer_potential(depth, 1e-6, depth, T) == pytest.approx(1e-6 / math.e, rel=1e-6)
    assert diffuse_layer_potential(40 * depth, phi, depth, T) == pytest.approx(0, abs=1e-18)
    assert diffuse_layer_potential(depth, 0.0, depth, T) == 0
    assert diffuse_layer_potential(depth, 0.05, depth, T) == near(-diffuse_layer_potential(depth, -0.05, depth, T))
    x, h, unit = 0.5 * depth, 1e-3 * depth, R * T / F
    before, here, after = (diffuse_layer_potential(x + k * h, phi, depth, T) / unit for k in (-1, 0, 1))
    assert (before - 2 * here + after) / (h / depth) ** 2 == pytest.approx(math.sinh(here), rel=1e-5)


def test_water_permittivity_at_20_25_and_37_degC():
    assert water_permittivity(np.array([293.15, 298.15, 310.15])) == pytest.approx([80.10, 78.30, 74.15], abs=5e-3)


def test_debye_length_by_the_rule_of_0_304_nm():
    c = np.array([1.0, 10.0, 100.0])
    np.testing.assert_allclose(1e9 * debye_length([1, -1], [c, c], 298.15), 0.304 / np.sqrt(c / 1000), rtol=2e-3)


def test_debye_length_without_ions_is_infinite():
    assert debye_length([1, -1], [0.0, 0.0], T) == math.inf


def test_grahame_charge_is_linear_for_small_potentials():
    sigma = grahame_charge(1e-9, *SALT, T)
    assert diffuse_layer_drop(sigma, *SALT, T) == near(1e-9, rel=1e-7)
    assert grahame_charge(0.0, *SALT, T) == 0


def test_grahame_charge_of_a_symmetric_salt_is_a_sinh():
    phi = gouy_chapman_potential(-0.05, 150.0, T)
    assert grahame_charge(phi, *SALT, T) == near(-0.05)


def test_grahame_potential_of_a_mixture_is_the_root_of_its_residual():
    ions = ([1, 2, -1], [100.0, 2.0, 104.0])
    phi = grahame_potential(np.array([-0.2, 0.0, 1e-6, 0.1]), *ions, T)
    np.testing.assert_allclose(grahame_residual(phi, np.array([-0.2, 0.0, 1e-6, 0.1]), *ions, T), 0, atol=1e-15)
    assert phi[1] == 0


def test_divalent_counterions_screen_a_negative_surface_more():
    plain, with_calcium = grahame_potential(-0.05, *SALT, T), grahame_potential(-0.05, [1, 2, -1], [144.0, 3.0, 150.0], T)
    assert plain < with_calcium < 0


def test_osmotic_pressure_of_300_mM_is_0_77_MPa():
    assert osmotic_pressure(300.0, T) / 1e6 == pytest.approx(0.77, abs=5e-3)


def test_water_does_not_move_at_equal_osmolarity_or_where_turgor_balances_it():
    assert water_flux_density(1e-13, 300.0, 300.0, 0.0, T) == 0
    assert abs(water_flux_density(1e-13, 400.0, 300.0, 100 * RT, T)) < 1e-22
    assert water_flux_density(1e-13, 310.0, 300.0, 0.0, T) > 0


def test_water_permeabilities_are_inverse():
    assert L_p_to_osmotic_permeability(osmotic_permeability_to_L_p(1e-4, T), T) == near(1e-4)


def test_junction_between_equal_solutions_is_zero():
    assert henderson_potential([1, -1], [50.0, 76.0], [100.0, 100.0], [100.0, 100.0], T) == 0


def test_junction_of_one_salt_at_two_concentrations():
    E = henderson_potential([1, -1], [50.11, 76.31], [100.0, 100.0], [10.0, 10.0], 298.15)
    assert near((76.31 - 50.11) / (76.31 + 50.11) * thermal_voltage(298.15) * math.log(10 / 100)) == E


def test_junction_is_continuous_where_conductivities_are_equal():
    first, second = [100.0, 0.0, 100.0], [0.0, 100.0, 100.0]
    E = [henderson_potential([1, 1, -1], [60.0, 60.0 + d, 76.0], first, second, T) for d in (-1e-9, 0.0, 1e-9)]
    assert pytest.approx([0.0, 0.0, 0.0], abs=1e-12) == E


def test_ionic_strength_of_calcium_chloride_is_three_times_its_concentration():
    assert ionic_strength([2, -1], [1.0, 2.0]) == 3
    assert ionic_strength(*SALT) == 150


def test_debye_huckel_coefficient_is_0_51_at_25_degC():
    assert debye_huckel_coefficient(298.15) == pytest.approx(0.51, abs=5e-3)


def test_davies_coefficient_is_one_at_infinite_dilution_and_follows_the_limiting_law():
    assert davies_activity_coefficient(2, 0.0, 298.15) == 1
    limiting = -debye_huckel_coefficient(298.15) * math.sqrt(1e-6)
    assert math.log10(davies_activity_coefficient(1, 1e-3, 298.15)) == near(limiting, rel=2e-3)
    assert davies_activity_coefficient(1, 100.0, 298.15) == pytest.approx(0.78, abs=5e-3)


def test_q10_factor_at_the_reference_and_ten_kelvin_above():
    assert q10_factor(T, T, 3.0) == 1
    assert q10_factor(T + 10, T, 3.0) == near(3.0)


def test_dissipation_of_an_ion_is_its_current_times_its_driving_force():
    J = ghk_flux_density(-0.07, 1e-8, 1, 140.0, 5.0, T)
    E = nernst_potential(1, 140.0, 5.0, T)
    assert dissipation(J, electrochemical_difference(-0.07, 1, 140.0, 5.0, T)) == near(F * J * driving_force(-0.07, E))


def test_resting_atp_rate_is_zero_at_the_potassium_potential():
    assert resting_atp_rate(-0.1, 200e6, 0.05, -0.1) == 0


def test_an_affinity_turnover_is_that_of_a_reversible_cycle_next_to_its_stall():
    assert affinity_turnover(1e-8, 1e-4, T) == near(1e-8 * affinity_factor(1e-4, T), rel=1e-7)
    assert affinity_turnover(1e-8, 0.0, T) == 0


def test_a_bounded_cycle_turns_between_its_two_largest_rates():
    assert bounded_affinity_factor(1e6, T, 0.1) == 1
    assert bounded_affinity_factor(-1e6, T, 0.1) == near(-0.1)
    assert bounded_affinity_factor(0.0, T, 0.1) == 0
    assert bounded_affinity_factor(-5e3, T, 1e12) == near(affinity_factor(-5e3, T), rel=1e-9)


def test_the_closed_two_state_pump_stands_at_its_stall_potential():
    sides = ([1], [1], [1e-4], [1e-2])
    A_0 = cycle_affinity(-50e3, ion_work(0.0, *sides, T))
    kappa_io = two_state_closing_constant(1e4, 0.05, 2.0, A_0, T)
    stall = pump_stall_potential(-50e3, *sides, T)
    assert two_state_reversal_potential(1, 1e4, 0.05, 2.0, kappa_io, T) == near(stall)
    assert abs(two_state_turnover(stall, 1, 1e4, 0.05, 2.0, kappa_io, 1e-9, T)) < 1e-12 * two_state_turnover(
        stall + 0.02, 1, 1e4, 0.05, 2.0, kappa_io, 1e-9, T
    )


def test_a_two_state_turnover_is_that_of_its_current():
    rates = (100.0, 50.0, 30.0, 10.0, 1e-9, T)
    assert F * two_state_turnover(-0.1, 1, *rates) == near(two_state_pump_current(-0.1, 1, *rates))
    assert two_state_turnover(-0.1, 0, *rates) == two_state_turnover(0.1, 0, *rates)


def test_pump_hill_is_a_quarter_where_both_are_at_half_and_zero_without_one():
    assert pump_hill(1.0, 10.0, 1.5, 10.0, 1.5, 3, 2) == near(0.25)
    assert pump_hill(1.0, 0.0, 1.5, 10.0, 1.5) == 0


def test_pump_competition_is_pump_saturating_where_nothing_competes():
    far = pump_competition(1.0, 12.0, 140.0, 145.0, 5.0, 10.0, 1.5, 1e12, 1e12)
    assert far == near(pump_saturating(1.0, [12.0, 5.0], [10.0, 1.5], [3, 2]), rel=1e-9)


def test_pump_voltage_factor_is_1_far_above_zero_and_0_far_below():
    assert pump_voltage_factor(20.0, 140.0, T) == near(1.0)
    assert pump_voltage_factor(-2.0, 140.0, T) < 1e-12


def test_nucleotides_are_exchanged_to_their_equilibrium():
    f = F * 0.17 / (R * T)
    assert abs(adp_atp_exchange(-0.17, 1.0, 1.0, 4.0, 4.0 * math.exp(f), 16.0, T)) < 1e-12
    assert adp_atp_exchange(-0.17, 1.0, 1.0, 4.0, 4.0, 16.0, T) > 0 > adp_atp_exchange(0.17, 1.0, 1.0, 4.0, 4.0, 16.0, T)


def test_a_uniporter_is_constant_field_for_a_large_K_and_half_of_it_at_K():
    assert uniporter_flux_density(-0.1, 1e-8, 2, 1.0, 3.0, 1e15, T) == near(ghk_flux_density(-0.1, 1e-8, 2, 1.0, 3.0, T))
    assert uniporter_flux_density(-0.1, 1e-8, 2, 0.0, 3.0, 3.0, T) == near(ghk_flux_density(-0.1, 1e-8, 2, 0.0, 3.0, T) / 2)
    assert abs(uniporter_flux_density(nernst_potential(2, 1.0, 3.0, T), 1e-8, 2, 1.0, 3.0, 9.0, T)) < 1e-22
