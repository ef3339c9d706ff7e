"""The root finder behind the laws that have no closed form: right or refused, never a guess."""

import math

import numpy as np
import pytest

from vrest.errors import NoAnswerError
from vrest.laws._shared import increasing_root


def line(x):
    return x - 0.25, 1.0


def steep(x):
    return np.expm1(40 * (x - 0.3)), 40 * np.exp(40 * (x - 0.3))


def flat(x):
    return np.cbrt(x - 0.1), np.divide(1.0, 3 * np.cbrt(x - 0.1) ** 2)


def lying_slope(x):
    return x - 0.4, -1.0


@pytest.mark.parametrize(("function", "root"), [(line, 0.25), (steep, 0.3), (flat, 0.1), (lying_slope, 0.4)])
@pytest.mark.parametrize("bounds", [(-1.0, 1.0), (-1.0, 20.0), (np.full(3, -5.0), np.array([0.5, 1.0, 2.0]))])
def test_root_is_found_from_wide_bounds(function, root, bounds):
    found = increasing_root(function, *bounds, "x")
    assert np.shape(found) == np.shape(bounds[0])
    np.testing.assert_allclose(found, root, rtol=1e-14)


def test_root_at_a_bound_is_found():
    assert increasing_root(line, 0.25, 1.0, "x") == pytest.approx(0.25, rel=1e-14)
    assert increasing_root(line, 0.25, 0.25, "x") == 0.25


def test_elements_do_not_disturb_each_other():
    target = np.array([-3.0, 0.0, 1e-9, 0.7, 5.0])
    found = increasing_root(lambda x: (np.sinh(x) - target, np.cosh(x)), np.full(5, -10.0), np.full(5, 10.0), "x")
    np.testing.assert_allclose(found, np.arcsinh(target), rtol=1e-14, atol=1e-15)


def test_no_elements_give_no_shared():
    assert increasing_root(line, np.array([]), np.array([]), "x").shape == (0,)


@pytest.mark.parametrize("bounds", [(0.0, 1.0), (np.zeros(2), np.ones(2))])
def test_what_never_settles_is_refused(bounds):
    with pytest.raises(NoAnswerError, match="a puzzle: . of . did not settle in 200 steps"):
        increasing_root(lambda x: (x * math.nan, x * math.nan), *bounds, "a puzzle")
