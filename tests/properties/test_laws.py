"""What the laws of one membrane owe whatever the numbers: signs, symmetries, bounds, finiteness."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from vrest.constants import F, R
from vrest.laws.cotransport import affinity_flux, mass_action_flux, mass_action_flux_signed
from vrest.laws.donnan import donnan_concentrations, donnan_potential, donnan_pressure, donnan_residual
from vrest.laws.double_layer import gouy_chapman_potential, grahame_charge, grahame_potential
from vrest.laws.energy import dissipation
from vrest.laws.ghk import ghk_current_density, ghk_flux_density, ghk_voltage, ghk_voltage_residual
from vrest.laws.junction import henderson_potential
from vrest.laws.nernst import concentration_ratio, electrochemical_difference, nernst_potential
from vrest.laws.ohmic import chord_voltage, conductance_from_permeability, ghk_slope_conductance, permeability_from_conductance
from vrest.laws.pumps import (
    affinity_factor,
    cycle_affinity,
    electrogenic_bound,
    ion_work,
    mullins_noda_potential,
    pump_stall_potential,
    two_state_pump_current,
)

often = settings(max_examples=60, deadline=None, derandomize=True, database=None)


def log_uniform(low, high):
    return st.floats(math.log(low), math.log(high)).map(math.exp)


concentrations = log_uniform(1e-9, 1e4)
common = log_uniform(1e-3, 1e3)
permeabilities = log_uniform(1e-14, 1e-4)
potentials = st.floats(-1.0, 1.0)
temperatures = st.floats(250.0, 400.0)
valences = st.sampled_from([-3, -2, -1, 1, 2, 3])


@st.composite
def membranes(draw, valence=valences, amounts=common):
    ions = draw(st.lists(st.tuples(permeabilities, valence, amounts, amounts), min_size=1, max_size=5))
    return tuple(list(column) for column in zip(*ions, strict=True))


def reversal_potentials(ions, T):
    return [nernst_potential(z, c_in, c_out, T) for _, z, c_in, c_out in zip(*ions, strict=True)]


def near(a, b, scale=1.0):
    return abs(a - b) <= 1e-10 * (scale + abs(a) + abs(b))


@often
@given(potentials, permeabilities, valences, concentrations, concentrations, temperatures)
def test_flux_current_and_slope_are_finite(V_m, P, z, c_in, c_out, T):
    for law in (ghk_flux_density, ghk_current_density, ghk_slope_conductance):
        assert math.isfinite(law(V_m, P, z, c_in, c_out, T))


@often
@given(potentials, permeabilities, valences, concentrations, concentrations, temperatures)
def test_exchange_of_sides_flips_the_current(V_m, P, z, c_in, c_out, T):
    i = ghk_current_density(V_m, P, z, c_in, c_out, T)
    assert i == -ghk_current_density(-V_m, P, z, c_out, c_in, T)


@often
@given(potentials, permeabilities, valences, concentrations, concentrations, temperatures)
def test_reversal_of_all_charges_keeps_the_flux(V_m, P, z, c_in, c_out, T):
    assert ghk_flux_density(V_m, P, z, c_in, c_out, T) == ghk_flux_density(-V_m, P, -z, c_in, c_out, T)


@often
@given(permeabilities, valences, concentrations, concentrations, temperatures)
def test_ghk_flux_vanishes_at_the_nernst_potential(P, z, c_in, c_out, T):
    E = nernst_potential(z, c_in, c_out, T)
    one_way = P * (c_in + c_out) * (1 + abs(z * F * E / (R * T)))
    assert abs(ghk_flux_density(E, P, z, c_in, c_out, T)) <= 1e-13 * one_way


@often
@given(potentials, permeabilities, valences, common, common, temperatures)
def test_passive_flux_never_dissipates_negatively(V_m, P, z, c_in, c_out, T):
    delta_mu = electrochemical_difference(V_m, z, c_in, c_out, T)
    assume(abs(delta_mu) > 1e-9 * R * T)
    assert dissipation(ghk_flux_density(V_m, P, z, c_in, c_out, T), delta_mu) >= 0


@often
@given(potentials, permeabilities, valences, common, common, temperatures)
def test_slope_conductance_is_positive(V_m, P, z, c_in, c_out, T):
    assert ghk_slope_conductance(V_m, P, z, c_in, c_out, T) > 0


@often
@given(permeabilities, valences, common, common, temperatures)
def test_permeability_and_conductance_are_inverse(P, z, c_in, c_out, T):
    g = conductance_from_permeability(P, z, c_in, c_out, T)
    assert permeability_from_conductance(g, z, c_in, c_out, T) == pytest.approx(P, rel=1e-14)
    E = nernst_potential(z, c_in, c_out, T)
    assert ghk_slope_conductance(E, P, z, c_in, c_out, T) == pytest.approx(g, rel=1e-9)


@often
@given(membranes(amounts=concentrations), temperatures)
def test_ghk_voltage_is_finite_and_between_the_extreme_reversal_potentials(ions, T):
    V, E = ghk_voltage(*ions, T), reversal_potentials(ions, T)
    assert min(E) - 1e-9 <= V <= max(E) + 1e-9


@often
@given(membranes(), temperatures)
def test_ghk_voltage_is_the_root_of_the_net_current(ions, T):
    V = ghk_voltage(*ions, T)
    below, above = (ghk_voltage_residual(V + step, *ions, T) for step in (-1e-9, 1e-9))
    assert below < 0 < above


@often
@given(membranes(), temperatures, st.randoms(use_true_random=False))
def test_order_of_ions_does_not_matter(ions, T, random):
    columns = list(zip(*ions, strict=True))
    random.shuffle(columns)
    assert near(ghk_voltage(*ions, T), ghk_voltage(*(list(c) for c in zip(*columns, strict=True)), T))


@often
@given(membranes(), temperatures)
def test_exchange_of_sides_flips_the_ghk_voltage(ions, T):
    P, z, c_in, c_out = ions
    assert near(ghk_voltage(P, z, c_in, c_out, T), -ghk_voltage(P, z, c_out, c_in, T))


@often
@given(membranes(), temperatures)
def test_reversal_of_all_charges_flips_the_ghk_voltage(ions, T):
    P, z, c_in, c_out = ions
    assert near(ghk_voltage(P, z, c_in, c_out, T), -ghk_voltage(P, [-k for k in z], c_in, c_out, T))


@often
@given(membranes(), temperatures, log_uniform(1e-3, 1e3))
def test_only_ratios_of_permeabilities_matter(ions, T, scale):
    P, *rest = ions
    assert near(ghk_voltage(P, *rest, T), ghk_voltage([scale * p for p in P], *rest, T))


@often
@given(membranes(), temperatures, permeabilities, valences, common)
def test_an_ion_at_its_own_equilibrium_leaves_the_ghk_voltage(ions, T, P, z, c_out):
    V = ghk_voltage(*ions, T)
    c_in = c_out * concentration_ratio(V, z, T)
    assume(1e-9 < c_in < 1e6)
    more = ghk_voltage(*(column + [value] for column, value in zip(ions, (P, z, c_in, c_out), strict=True)), T)
    assert abs(more - V) < 1e-9


@often
@given(membranes(), temperatures, log_uniform(1.1, 1e3))
def test_raising_a_permeability_pulls_the_ghk_voltage_towards_its_ion(ions, T, factor):
    P, *rest = ions
    V = ghk_voltage(*ions, T)
    raised = ghk_voltage([factor * P[0], *P[1:]], *rest, T)
    E = reversal_potentials(ions, T)[0]
    assert abs(raised - E) <= abs(V - E) + 1e-11


@often
@given(membranes(valence=st.sampled_from([-1, 1])), temperatures)
def test_closed_form_and_root_agree_for_monovalent_ions(ions, T):
    P, z, c_in, c_out = ions
    a_trace_of_nothing = ghk_voltage([*P, 0.0], [*z, 2], [*c_in, 1.0], [*c_out, 1.0], T)
    assert abs(a_trace_of_nothing - ghk_voltage(*ions, T)) < 1e-11


@often
@given(membranes(), temperatures)
def test_chord_voltage_lies_between_the_extreme_reversal_potentials(ions, T):
    E = reversal_potentials(ions, T)
    V = chord_voltage(ions[0], E)
    assert min(E) - 1e-12 <= V <= max(E) + 1e-12


@often
@given(permeabilities, permeabilities, common, common, common, common, temperatures, st.floats(1.0, 4.0))
def test_electrogenic_part_is_between_zero_and_its_bound(P_K, P_Na, K_in, K_out, Na_in, Na_out, T, ratio):
    assume(K_in * Na_out > K_out * Na_in)
    neutral = ghk_voltage([P_K, P_Na], [1, 1], [K_in, Na_in], [K_out, Na_out], T)
    V = mullins_noda_potential(P_K, P_Na, K_in, K_out, Na_in, Na_out, T, ratio)
    assert -1e-12 <= neutral - V <= electrogenic_bound(T, ratio) + 1e-12


@st.composite
def baths(draw):
    """A neutral bath of three ions, the last of them as much as neutrality needs."""
    z = draw(st.sampled_from([(1, 2, -1), (1, -2, -1), (2, 3, -1), (1, 1, -2), (-1, -1, 1), (-2, -3, 1), (-1, -2, 3)]))
    c = [draw(common), draw(common)]
    c.append(-(z[0] * c[0] + z[1] * c[1]) / z[2])
    assume(c[2] > 1e-6)
    return list(z), c


@often
@given(baths(), st.floats(-10, 10), common, temperatures)
def test_donnan_potential_is_unique_neutral_and_has_the_sign_of_the_impermeants(bath, z_X, c_X, T):
    V = donnan_potential(*bath, z_X, c_X, T)
    assert donnan_residual(V - 1e-9, *bath, z_X, c_X, T) > 0 > donnan_residual(V + 1e-9, *bath, z_X, c_X, T)
    assert abs(z_X) * c_X < 1e-6 or math.copysign(1.0, V) == math.copysign(1.0, z_X)


@often
@given(baths(), st.floats(-10, 10), common, temperatures)
def test_every_permeant_ion_is_at_its_nernst_potential_in_donnan_equilibrium(bath, z_X, c_X, T):
    V = donnan_potential(*bath, z_X, c_X, T)
    for z, c_in, c_out in zip(bath[0], donnan_concentrations(*bath, z_X, c_X, T), bath[1], strict=True):
        assert near(nernst_potential(z, float(c_in), c_out, T), V)


@often
@given(baths(), st.floats(-10, 10), common, temperatures)
def test_donnan_pressure_is_never_below_that_of_the_uncharged_solute(bath, z_X, c_X, T):
    pressure = donnan_pressure(*bath, z_X, c_X, T)
    assert pressure >= R * T * (c_X - 1e-9 * (c_X + sum(bath[1])))


@often
@given(common, st.floats(-10, 10), common, temperatures)
def test_donnan_potential_of_one_salt_is_an_asinh(c, z_X, c_X, T):
    closed = R * T / F * math.asinh(z_X * c_X / (2 * c))
    assert near(donnan_potential([1, -1], [c, c], z_X, c_X, T), closed)


@often
@given(st.floats(-0.3, 0.3), baths(), st.floats(274, 373))
def test_grahame_potential_and_charge_are_inverse(phi, bath, T):
    sigma = grahame_charge(phi, *bath, T)
    assert grahame_potential(sigma, *bath, T) == pytest.approx(phi, abs=1e-12)
    assert sigma * phi >= 0


@often
@given(st.floats(-0.5, 0.5), common, st.sampled_from([1, 2, 3]), st.floats(274, 373))
def test_grahame_is_gouy_chapman_for_a_symmetric_salt(sigma, c, z, T):
    closed = gouy_chapman_potential(sigma, c, T, z)
    assert grahame_potential(sigma, [z, -z], [c, c], T) == pytest.approx(closed, abs=1e-12)


@often
@given(potentials, permeabilities, st.integers(-3, 3), st.integers(1, 3), *[common] * 4, temperatures)
def test_cotransport_runs_down_its_gradient(V_m, k, n, m, a_in, a_out, b_in, b_out, T):
    assume(n)
    args = ([n, m], [1, -1], [a_in, b_in], [a_out, b_out], T)
    force = n * electrochemical_difference(V_m, 1, a_in, a_out, T) + m * electrochemical_difference(V_m, -1, b_in, b_out, T)
    assume(abs(force) > 1e-6 * R * T)
    for law in (mass_action_flux, mass_action_flux_signed, affinity_flux):
        assert law(V_m, k, *args) * force > 0


@often
@given(st.integers(-3, 3), st.integers(1, 3), *[common] * 3, st.floats(-0.2, 0.2), temperatures)
def test_cotransport_vanishes_at_equilibrium(n, m, a_in, a_out, b_in, V_m, T):
    assume(n)
    b_out = b_in * math.exp((n * math.log(a_in / a_out) + (n - m) * F * V_m / (R * T)) / m)
    assume(1e-9 < b_out < 1e6)
    forward = (a_in if n > 0 else a_out) ** abs(n) * b_in**m * math.exp((n - m) * F * V_m / (2 * R * T))
    args = ([n, m], [1, -1], [a_in, b_in], [a_out, b_out], T)
    assert abs(mass_action_flux(V_m, 1.0, *args)) <= 1e-12 * forward
    assert abs(affinity_flux(V_m, 1.0, *args)) <= 1e-12


@often
@given(st.floats(-0.2, 0.2), *[common] * 4, temperatures, st.floats(-70e3, -30e3))
def test_pump_turns_round_at_its_stall_potential(V_m, Na_in, Na_out, K_in, K_out, T, delta_G):
    cycle = ([1, 1], [3, -2], [Na_in, K_in], [Na_out, K_out], T)
    stall = pump_stall_potential(delta_G, *cycle)
    A = cycle_affinity(delta_G, ion_work(V_m, *cycle))
    assert pytest.approx(F * (V_m - stall), abs=1e-6) == A
    assert affinity_factor(A, T) * A >= 0


@often
@given(potentials, st.sampled_from([-2, -1, 1, 2]), *[log_uniform(1e-2, 1e6)] * 4, temperatures)
def test_two_state_pump_current_increases_with_the_potential_between_its_saturations(V_m, z, a, b, c, d, T):
    N = 1e-9
    i, further = (two_state_pump_current(V, z, a, b, c, d, N, T) for V in (V_m, V_m + 0.01))
    low, high = sorted((z * F * N * c, -z * F * N * d))
    assert low * (1 + 1e-12) <= i <= further + 1e-12 * (high - low)
    assert further <= high * (1 + 1e-12)


@often
@given(common, common, common, common, temperatures)
def test_junction_of_mirrored_solutions_flips(a, b, c, d, T):
    ions = ([1, 2, -1], [50.0, 60.0, 76.0])
    first, second = [a, b, a + 2 * b], [c, d, c + 2 * d]
    assert near(henderson_potential(*ions, first, second, T), -henderson_potential(*ions, second, first, T))


@often
@given(membranes(), temperatures)
def test_floats_and_arrays_agree(ions, T):
    columns = [np.array([column, column]).T for column in ions]
    columns[1] = ions[1]
    np.testing.assert_allclose(ghk_voltage(*columns, T), ghk_voltage(*ions, T), rtol=0, atol=1e-13)
