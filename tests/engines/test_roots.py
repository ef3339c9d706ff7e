"""All roots over a range: also those that a sign scan alone does not see, and none that is not there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vrest.engines.roots import all_roots, bracketed

LOW, HIGH, STEP = -0.25, 0.2, 0.00025


def found(f, df, low=LOW, high=HIGH, step=STEP, scale=1.0):
    return all_roots(lambda x: (f(x), df(x)), lambda x: (float(f(x)), float(df(x))), low, high, step, scale)


def product(*roots):
    """A polynomial with these roots, and its derivative, computed from the factors so that it stays exact near a root."""
    roots = np.array(roots, dtype=float)

    def f(x):
        return np.prod(np.asarray(x)[..., None] - roots, axis=-1)

    def df(x):
        factors = np.asarray(x)[..., None] - roots
        return sum(np.prod(np.delete(factors, k, axis=-1), axis=-1) for k in range(roots.size))

    return f, df


def places(roots):
    return [root.x for root in roots]


# -- roots that a sign change shows -----------------------------------------------------------------------------------


def test_one_root_is_found_to_rounding():
    (root,) = found(np.sinh, np.cosh, -0.2001, 0.25)
    assert abs(root.x) < 1e-17
    assert root.slope == pytest.approx(1.0)
    assert not root.double


def test_three_roots_come_in_ascending_order_with_their_slopes():
    f, df = product(-0.09, -0.07, -0.0611)
    roots = found(f, df)
    assert places(roots) == pytest.approx([-0.09, -0.07, -0.0611], abs=1e-16)
    assert [root.slope > 0 for root in roots] == [True, False, True]


def test_a_function_without_a_root_has_none():
    assert found(lambda x: x**2 + 1e-9, lambda x: 2 * x, -0.2001, 0.25, scale=1e-2) == []


def test_a_root_at_a_point_of_the_scan_is_found_once():
    x = float(np.linspace(LOW, HIGH, 1801)[700])
    (root,) = found(lambda v: v - x, np.ones_like)
    assert (root.x, root.plateau) == (x, 0.0)


@pytest.mark.parametrize("end", [LOW, HIGH])
def test_a_root_at_an_end_of_the_range_is_found(end):
    (root,) = found(lambda x: x - end, np.ones_like)
    assert root.x == end


def test_roots_outside_the_range_are_not_found():
    f, df = product(-0.3, 0.3)
    assert found(f, df) == []


@given(st.lists(st.integers(-950, 750), min_size=1, max_size=5, unique=True))
@settings(max_examples=60, deadline=None)
def test_the_roots_of_polynomials_are_those_that_numpy_finds(numbers):
    roots = sorted(0.00025 * number + 0.00011 for number in numbers)
    f, df = product(*roots)
    expected = sorted(np.roots(np.poly(roots)).real)
    assert places(found(f, df)) == pytest.approx(roots, abs=1e-15)
    assert places(found(f, df)) == pytest.approx(expected, abs=1e-4)


# -- roots that it does not show --------------------------------------------------------------------------------------


@pytest.mark.parametrize("gap", [1e-4, 1e-5, 1e-6, 1e-7, 2e-9])
def test_a_pair_of_roots_closer_than_the_resolution_is_found(gap):
    a = -0.07011
    roots = found(*product(a, a + gap), scale=1e-8)
    assert places(roots) == pytest.approx([a, a + gap], abs=1e-14)
    assert [root.slope > 0 for root in roots] == [False, True]


@given(st.floats(-0.2, 0.1), st.floats(1e-8, 2.4e-4))
@settings(max_examples=60, deadline=None)
def test_a_close_pair_is_found_wherever_it_lies(a, gap):
    assert places(found(*product(a, a + gap), scale=1e-6)) == pytest.approx([a, a + gap], abs=1e-14)


def test_a_pair_in_a_step_that_also_crosses_is_found_as_three():
    a = -0.0701
    roots = [a, a + 5e-5, a + 9e-5]
    assert places(found(*product(*roots), scale=1e-8)) == pytest.approx(roots, abs=1e-14)


@pytest.mark.parametrize("other", [1e-4, -1e-4])
def test_a_root_beside_one_at_a_point_of_the_scan_is_found(other):
    x = float(np.linspace(LOW, HIGH, 1801)[700])
    assert places(found(*product(x, x + other))) == pytest.approx(sorted([x, x + other]), abs=1e-15)


def test_two_roots_at_neighbouring_points_of_the_scan_are_two():
    a, b = (float(x) for x in np.linspace(LOW, HIGH, 1801)[700:702])
    assert places(found(*product(a, b))) == [a, b]


def test_a_double_root_is_found_and_marked():
    (root,) = found(*product(-0.07011, -0.07011))
    assert root.x == pytest.approx(-0.07011, abs=1e-10)
    assert root.double


def test_a_double_root_at_a_point_of_the_scan_is_marked():
    x = float(np.linspace(LOW, HIGH, 1801)[700])
    (root,) = found(*product(x, x))
    assert root.double


def test_a_minimum_just_above_zero_is_no_root():
    assert found(lambda x: (x + 0.07011) ** 2 + 1e-11, lambda x: 2 * (x + 0.07011)) == []


def test_a_triple_root_is_one_root():
    (root,) = found(*product(-0.07011, -0.07011, -0.07011))
    assert root.x == pytest.approx(-0.07011, abs=1e-7)


# -- what is no root --------------------------------------------------------------------------------------------------


def test_a_jump_through_zero_leaves_a_residual_that_tells_it_from_a_root():
    def f(x):
        return np.where(np.asarray(x) < -0.05003, -1.0, 2.0)

    (root,) = found(f, lambda x: np.zeros(np.shape(x)))
    assert root.x == pytest.approx(-0.05003, abs=1e-12)
    assert abs(float(f(root.x))) >= 1


def test_a_stretch_of_zero_is_one_root_with_its_extent():
    (root,) = found(lambda x: np.maximum(np.asarray(x) + 0.05, 0.0), lambda x: np.where(np.asarray(x) > -0.05, 1.0, 0.0))
    assert root.plateau == pytest.approx(0.2, abs=1e-3)


def test_steps_with_an_end_that_is_not_a_number_are_passed_over():
    def f(x):
        with np.errstate(invalid="ignore"):
            return np.sqrt(np.asarray(x)) * (np.asarray(x) - 0.1)

    def df(x):
        with np.errstate(invalid="ignore", divide="ignore"):
            return 1.5 * np.sqrt(np.asarray(x)) - 0.05 / np.sqrt(np.asarray(x))

    assert [x for x in places(found(f, df)) if x > 1e-6] == pytest.approx([0.1])


def test_a_pole_is_told_by_its_residual():
    def f(x):
        with np.errstate(divide="ignore"):
            return 1.0 / (np.asarray(x) + 0.05003)

    roots = found(f, lambda x: -(f(x) ** 2))
    assert all(abs(float(f(root.x))) > 1e6 for root in roots)


def test_nothing_but_nan_has_no_roots():
    assert found(lambda x: np.full(np.shape(x), np.nan), lambda x: np.full(np.shape(x), np.nan)) == []


def test_values_too_small_to_be_multiplied_still_have_their_root():
    (root,) = found(lambda x: 1e-300 * (x + 0.07011), lambda x: np.full(np.shape(x), 1e-300), scale=1e-300)
    assert root.x == pytest.approx(-0.07011, abs=1e-16)


# -- the bracketed search ---------------------------------------------------------------------------------------------


def test_newton_that_would_leave_the_bracket_is_replaced_by_halving():
    root = bracketed(lambda x: (np.arctan(50 * x), 50 / (1 + 2500 * x * x)), -1.0, 3.0, -1.0)
    assert abs(root.x) < 1e-15


def test_newton_that_would_cycle_is_replaced_by_halving():
    def point(x):
        return np.sign(x) * abs(x) ** 0.5001, 0.5001 * abs(x) ** -0.4999 if x else np.inf

    assert abs(bracketed(point, -1.0, 0.9, -1.0).x) < 1e-12


@given(st.floats(-0.2, 0.19), st.floats(0.1, 400))
@settings(max_examples=100, deadline=None)
def test_a_steep_root_is_found_in_few_evaluations(x, steepness):
    calls = []

    def point(v):
        calls.append(v)
        return np.tanh(steepness * (v - x)), steepness / np.cosh(steepness * (v - x)) ** 2

    root = bracketed(point, -0.25, 0.2, -1.0)
    assert root.x == pytest.approx(x, abs=1e-15)
    assert len(calls) < 80
