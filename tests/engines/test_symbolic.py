"""A traced function: values, exact Jacobian, many points at once, and numbers that change from call to call."""

from __future__ import annotations

import numpy as np
import pytest

from vrest import maths
from vrest.engines.symbolic import Buffered, Compiled


@pytest.fixture(scope="module", params=[Compiled])
def compiled(request):
    return request.param(lambda x, p: [p["a"] * maths.exp(x[0]), x[0] ** 2 + p["b"], p["b"]], 1, ["a", "b"])


def test_values_and_derivatives_are_those_of_the_function(compiled):
    y, jacobian = compiled(0.5, compiled.values({"a": 2.0, "b": 3.0}))
    assert y == pytest.approx([2 * np.exp(0.5), 3.25, 3.0], rel=1e-15)
    assert jacobian.ravel() == pytest.approx([2 * np.exp(0.5), 1.0, 0.0], rel=1e-15)


def test_the_numbers_may_change_without_tracing_anew(compiled):
    assert [compiled(1.0, compiled.values({"a": 0.0, "b": b}))[0][1] for b in (1.0, 2.0)] == [2.0, 3.0]


@pytest.mark.parametrize("count", [1, 2, 401])
@pytest.mark.parametrize("compiled", [Buffered], indirect=True)
def test_many_points_give_what_each_gives_alone(compiled, count):
    x, p = np.linspace(-1, 1, count), compiled.values({"a": 2.0, "b": 3.0})
    y, slope = compiled.on_grid(x, p)
    assert y.shape == slope.shape == (3, count)
    for k in range(0, count, 50):
        alone, derivative = compiled(x[k], p)
        assert y[:, k] == pytest.approx(alone, rel=1e-15)
        assert slope[:, k] == pytest.approx(derivative.ravel(), rel=1e-15)


def test_two_unknowns_have_a_dense_jacobian():
    compiled = Compiled(lambda x, p: [x[0] * p["k"], x[1]], 2, ["k"])
    _, jacobian = compiled(np.array([1.0, 2.0]), np.array([5.0]))
    assert jacobian.tolist() == [[5.0, 0.0], [0.0, 1.0]]


def test_a_missing_number_is_named(compiled):
    with pytest.raises(KeyError, match="b"):
        compiled.values({"a": 1.0})
