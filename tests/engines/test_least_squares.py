"""Least squares end where the gradient vanishes, in any units, and say what the equations leave open."""

from __future__ import annotations

import numpy as np
import pytest

from vrest.engines.least_squares import least_squares, rank, solved, undetermined

FREELY = lambda x: np.full(x.size, np.inf)  # noqa: E731
t = np.linspace(0.0, 4.0, 9)
DECAY = 3.0 * np.exp(-0.7 * t)


def decay(x, data=DECAY):
    amplitude, rate = x
    e = np.exp(-rate * t)
    return amplitude * e - data, np.stack([e, -amplitude * t * e], axis=1)


def test_what_made_the_data_is_found_to_rounding():
    found = least_squares(decay, np.array([1.0, 0.2]), FREELY, 1e-9)
    assert found.x == pytest.approx([3.0, 0.7], rel=1e-14)
    assert found.error < 1e-14


def test_data_that_cannot_be_met_are_met_as_nearly_as_any_point_passed_does():
    passed = []

    def disturbed(x):
        passed.append(decay(x, DECAY + 0.01 * np.cos(5 * t)))
        return passed[-1]

    found = least_squares(disturbed, np.array([1.0, 0.2]), FREELY, 1e-9)
    assert found.error == min(float(np.abs(residual).max()) for residual, _ in passed)
    residual, jacobian = passed[-1]  # the least sum of squares, where the gradient vanishes
    assert jacobian.T @ residual == pytest.approx([0.0, 0.0], abs=1e-14)


@pytest.mark.parametrize("unit", [1e-18, 1.0, 1e18])
def test_units_of_the_unknowns_do_not_matter(unit):
    def scaled(x):
        residual, jacobian = decay([x[0] / unit, x[1]])
        return residual, jacobian / [unit, 1.0]

    found = least_squares(scaled, np.array([unit, 0.2]), FREELY, 1e-9)
    assert found.x == pytest.approx([3.0 * unit, 0.7], rel=1e-13)


def test_an_unknown_that_the_function_finds_itself_takes_part_in_the_steps():
    steps = []

    def eliminated(x):
        e = np.exp(-x[0] * t)
        amplitude = float(e @ DECAY / (e @ e))
        residual, jacobian = decay([amplitude, x[0]])
        steps.append(x[0])
        return residual, jacobian[:, [1, 0]]

    found = least_squares(eliminated, np.array([0.2]), FREELY, 1e-9)
    assert found.x == pytest.approx([0.7], rel=1e-14)
    assert len(steps) < 12  # 38 where steps leave it out


def test_no_step_is_longer_than_is_allowed():
    points = []

    def f(x):
        points.append(x)
        return x - [10.0, 1.0], np.eye(2)

    found = least_squares(f, np.zeros(2), lambda x: np.array([1.0, 0.05]), 1e-9)
    steps = np.abs(np.diff(points, axis=0))
    assert (steps <= np.array([1.0, 0.05]) * (1 + 1e-12)).all()
    assert found.x == pytest.approx([10.0, 1.0], rel=1e-15)


def test_a_step_that_leaves_what_the_function_takes_is_shortened():
    def logarithm(x):
        if x[0] <= 0:
            raise ValueError("not positive")
        return np.log(x) + 5.0, np.array([[1 / x[0]]])

    assert least_squares(logarithm, np.array([2.0]), FREELY, 1e-9).x == pytest.approx([np.exp(-5.0)], rel=1e-13)


def test_where_no_step_can_be_taken_the_start_remains():
    def only_there(x):
        return x - 1.0, np.array([[1.0]]) if x[0] == 3.0 else np.array([[np.nan]])

    assert least_squares(only_there, np.array([3.0]), FREELY, 1e-9).x == [3.0]
    with pytest.raises(ValueError, match="not finite"):
        least_squares(only_there, np.array([2.0]), FREELY, 1e-9)


def test_the_shortest_of_many_linear_solutions_is_taken_in_scaled_unknowns():
    assert solved(np.array([[1.0, 1e6]]), np.array([2.0])) == pytest.approx([1.0, 1e-6], rel=1e-14)


def test_what_is_undetermined_is_named():
    independent = np.array([[1.0, 0.0, 2.0], [0.0, 1e-15, 1e-15], [1.0, 1e-15, 0.0]])
    assert (undetermined(independent), rank(independent)) == ([], 3)
    alike = np.array([[1.0, 3e-8, 0.0], [2.0, 6e-8, 1.0], [0.5, 1.5e-8, 1.0]])
    assert (undetermined(alike), rank(alike)) == ([0, 1], 2)
    assert (undetermined(np.array([[1.0, 0.0], [1.0, 0.0]])), rank(np.array([[1.0, 0.0], [1.0, 0.0]]))) == ([1], 1)
    assert undetermined(np.zeros((0, 2))) == [0, 1]
    assert len(undetermined(np.array([[1.0, 1.0, 0.0]]))) == 3  # one equation fixes one of them, but not which
