"""Every law is one text: floats, arrays and CasADi symbols agree, and derivatives are those of finite differences."""

import math
import tracemalloc

import casadi as ca
import numpy as np
import pytest

from law_values import CASES, IONS, T
from vrest.errors import InputError
from vrest.laws import cotransport, donnan, double_layer, ghk, ohmic, pumps


def law_name(value):
    return value.__name__ if callable(value) else ""


def symbols_for(args, plain):
    """The arguments as symbols, columns for lists; those named by position in `plain` stay numbers."""
    symbols, numbers, inputs = [], [], []
    for position, value in enumerate(args):
        if position in plain or value is None:
            inputs.append(value)
            continue
        symbol = ca.SX.sym(f"x{position}", len(value) if isinstance(value, list) else 1)
        symbols.append(symbol)
        numbers.append(value)
        inputs.append(symbol)
    return inputs, symbols, numbers


@pytest.mark.parametrize(("function", "args", "plain"), CASES, ids=law_name)
def test_symbols_give_what_floats_give(function, args, plain):
    inputs, symbols, numbers = symbols_for(args, plain)
    symbolic = float(ca.Function("f", symbols, [function(*inputs)])(*numbers))
    assert symbolic == pytest.approx(function(*args), rel=1e-12, abs=0)


@pytest.mark.parametrize(("function", "args", "plain"), CASES, ids=law_name)
def test_arrays_give_what_floats_give(function, args, plain):
    expected = function(*args)
    stretched = []
    for position, value in enumerate(args):
        if position in plain:
            stretched.append(value)
        elif isinstance(value, list):
            stretched.append(np.repeat(np.array(value, dtype=float)[:, None], 3, axis=1))
        else:
            stretched.append(np.full(3, float(value)))
    result = function(*stretched)
    assert result.shape == (3,)
    np.testing.assert_allclose(result, expected, rtol=1e-12)


@pytest.mark.parametrize(("function", "args", "plain"), CASES, ids=law_name)
def test_floats_give_floats(function, args, plain):
    assert isinstance(function(*args), float)


@pytest.mark.parametrize(("function", "args", "plain"), CASES, ids=law_name)
def test_derivatives_are_those_of_finite_differences(function, args, plain):
    inputs, symbols, numbers = symbols_for(args, plain)
    jacobian = ca.Function("J", symbols, [ca.jacobian(function(*inputs), ca.vertcat(*symbols))])
    exact = np.array(jacobian(*numbers)).ravel()
    flat = np.concatenate([np.ravel(value) for value in numbers]).astype(float)
    value = ca.Function("f", symbols, [function(*inputs)])

    def at(vector):
        parts, start = [], 0
        for number in numbers:
            size = np.size(number)
            parts.append(vector[start : start + size])
            start += size
        return float(value(*parts))

    assert np.isfinite(exact).all()
    scale = np.abs(exact * flat).max() + abs(at(flat))
    for k, x in enumerate(flat):
        h = 1e-4 * (abs(x) or 1.0)
        up, down, up2, down2 = (flat + factor * h * (np.arange(flat.size) == k) for factor in (1, -1, 2, -2))
        difference = (8 * (at(up) - at(down)) - (at(up2) - at(down2))) / (12 * h)
        assert abs(difference - exact[k]) * abs(x) <= 1e-8 * scale


@pytest.mark.parametrize("V_m", [0.0, 1e-12, -1e-12, 20.0, -20.0])
def test_ghk_current_and_its_derivatives_are_finite_and_right_at_zero_and_far_out(V_m):
    V = ca.SX.sym("V")
    current = ghk.ghk_current_density(V, 1e-8, 1, 140.0, 5.0, T)
    slope = ca.jacobian(current, V)
    value = [float(y) for y in ca.Function("f", [V], [current, slope, ca.jacobian(slope, V)])(V_m)]
    assert all(math.isfinite(y) for y in value)
    assert value[0] == pytest.approx(ghk.ghk_current_density(V_m, 1e-8, 1, 140.0, 5.0, T), rel=1e-14)
    assert value[1] == pytest.approx(ohmic.ghk_slope_conductance(V_m, 1e-8, 1, 140.0, 5.0, T), rel=1e-13)


def test_ghk_voltage_takes_a_symbolic_column_or_a_list_of_symbols():
    column = ca.SX.sym("P", 3)
    listed = [ca.SX.sym(f"P{k}") for k in range(3)]
    a = ca.Function("a", [column], [ghk.ghk_voltage(column, *IONS, T)])
    b = ca.Function("b", listed, [ghk.ghk_voltage(listed, *IONS, T)])
    expected = ghk.ghk_voltage([1.0, 0.04, 0.45], *IONS, T)
    assert float(a([1.0, 0.04, 0.45])) == pytest.approx(expected, rel=1e-14)
    assert float(b(1.0, 0.04, 0.45)) == pytest.approx(expected, rel=1e-14)


def test_ghk_voltage_of_symbols_with_mixed_valences_points_to_the_residual():
    with pytest.raises(InputError, match="ghk_voltage_residual"):
        ghk.ghk_voltage([ca.SX.sym("P"), 1.0], [1, 2], [1.0, 1.0], [2.0, 2.0], T)


def test_donnan_and_grahame_of_symbols_point_to_their_residuals():
    with pytest.raises(InputError, match="donnan_residual"):
        donnan.donnan_potential([1, -1], [150.0, 150.0], -1, ca.SX.sym("X"), T)
    with pytest.raises(InputError, match="grahame_residual"):
        double_layer.grahame_potential(ca.SX.sym("s"), [1, -1], [150.0, 150.0], T)


def test_symbols_of_any_casadi_kind_pass():
    V = ca.MX.sym("V")
    f = ca.Function("f", [V], [ghk.ghk_current_density(V, 1e-8, 1, 140.0, 5.0, T)])
    assert float(f(-0.07)) == pytest.approx(ghk.ghk_current_density(-0.07, 1e-8, 1, 140.0, 5.0, T), rel=1e-13)
    assert isinstance(ghk.ghk_current_density(ca.DM(-0.07), 1e-8, 1, 140.0, 5.0, T), ca.DM)


def test_ion_axis_comes_first_and_the_rest_broadcasts():
    c_in = np.array(IONS[1])[:, None, None] * np.linspace(0.5, 1.5, 4)
    T_column = np.array([[290.0], [310.0]])
    V = ghk.ghk_voltage([1.0, 0.04, 0.45], IONS[0], c_in, IONS[2], T_column)
    assert V.shape == (2, 4)
    assert V[1, 2] == pytest.approx(ghk.ghk_voltage([1.0, 0.04, 0.45], IONS[0], c_in[:, 0, 2], IONS[2], 310.0), rel=1e-14)


def test_mixed_valences_broadcast_and_answer_with_floats_and_arrays():
    args = ([1.0, 0.04, 0.45, 0.01], [1, 1, -1, 2], [140.0, 12.0, 10.0, 1e-4])
    c_out = np.array([5.0, 145.0, 110.0, 1.2])
    single = ghk.ghk_voltage(*args, c_out, T)
    assert isinstance(single, float)
    many = ghk.ghk_voltage(*args, c_out[:, None, None] * np.ones((1, 2, 3)), T)
    np.testing.assert_allclose(many, np.full((2, 3), single), rtol=1e-14)


def test_integer_valence_arrays_are_the_closed_form():
    V = ghk.ghk_voltage(np.array([1.0, 0.04, 0.45]), np.array(IONS[0]), np.array(IONS[1]), np.array(IONS[2]), T)
    assert ghk.ghk_voltage([1.0, 0.04, 0.45], *IONS, T) == V


def test_monovalent_ghk_voltage_needs_at_most_four_times_the_memory_of_its_result():
    n = 1_000_000
    rng = np.random.default_rng(3)
    c_in, c_out = rng.uniform(1, 150, (2, 3, n))
    ghk.ghk_voltage([1.0, 0.04, 0.45], IONS[0], c_in[:, :10], c_out[:, :10], T)
    tracemalloc.start()
    try:
        V = ghk.ghk_voltage([1.0, 0.04, 0.45], IONS[0], c_in, c_out, T)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= 4 * V.nbytes


@pytest.mark.parametrize(
    "law_of",
    [
        lambda c: ghk.ghk_current_density(-0.07, 1e-8, 2, c, 1.2, T),
        lambda c: cotransport.mass_action_flux(-0.07, 1e-12, [3, -1], [1, 2], [c, 1e-4], [145.0, 1.2], T),
        lambda c: cotransport.mass_action_flux(-0.07, 1e-12, [3.0, -1.0], [1, 2], [12.0, c], [145.0, 1.2], T),
        lambda c: pumps.pump_saturating(1e-7, [c, 5.0], [10.0, 1.5], [3, 2]),
        lambda c: pumps.pump_cubic(1e-7, c, 10.0),
        lambda c: pumps.pump_power(1e-7, c, 10.0, 3.0),
        lambda c: donnan.donnan_residual(-0.01, [1, -1], [c, 150.0], -1, 100.0, T),
        lambda c: double_layer.grahame_charge(-0.05, [1, 2, -1], [100.0, c, 100.0], T),
        lambda c: ghk.ghk_voltage([1.0, 0.04], [1, 1], [140.0, c], [5.0, 145.0], T),
    ],
)
def test_a_missing_ion_leaves_first_and_second_derivatives_finite(law_of):
    c = ca.SX.sym("c")
    first = ca.jacobian(law_of(c), c)
    values = ca.Function("d", [c], [law_of(c), first, ca.jacobian(first, c)])(0.0)
    assert all(math.isfinite(float(value)) for value in values)


def test_a_ghk_current_costs_one_exponential():
    V, c_in, c_out = (ca.SX.sym(name) for name in ("V", "c_in", "c_out"))
    f = ca.Function("f", [V, c_in, c_out], [ghk.ghk_current_density(V, 1e-8, 1, c_in, c_out, T)])
    operations = [f.instruction_id(k) for k in range(f.n_instructions())]
    assert operations.count(ca.OP_EXP) == 1
    assert operations.count(ca.OP_EXPM1) == 0
    assert len([op for op in operations if op not in (ca.OP_CONST, ca.OP_INPUT, ca.OP_OUTPUT)]) <= 60
