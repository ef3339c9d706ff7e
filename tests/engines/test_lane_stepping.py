"""Rates in lanes: what is known in closed form, at the end and between steps, each lane at its own pace."""

import numpy as np
import pytest

from lanes import needs_lanes
from vrest.engines.graph import Graph, traced
from vrest.engines.lanes import GIVEN, UNKNOWN, rosenbrock
from vrest.engines.lanes.stepping import ARRIVED, STEPS, Rates, stepping

pytestmark = needs_lanes
WANTED = np.array([0.5, 1.0, 7.3, 10.0])


@pytest.fixture(scope="module")
def relaxing():
    """y' = -k (y - t), a stiff pursuit of the time, and its sum, which is held to no tolerance."""
    graph = Graph()
    rates = traced(graph, lambda x, w: [-w[0] * (x[0] - x[2]), x[0]], {UNKNOWN: 3, GIVEN: 1})
    return stepping(Rates(graph, rates, graph.const(0.0), -1.0, 1, 1))


def pursuit(k, t):
    return t - 1 / k + (1 + 1 / k) * np.exp(-k * t)


@pytest.mark.parametrize("rtol", [1e-5, 1e-9])
def test_a_stiff_pursuit_of_the_time_is_followed_to_its_tolerance(relaxing, rtol):
    k = np.geomspace(0.1, 1e5, 37)
    end, shown = relaxing.at([k, 1.0, 0.0, 1.0, 0.0, 10.0, rtol, rtol, np.inf, 1e4], k.size, WANTED)
    assert np.all(end[2 + ARRIVED] == 1)
    assert np.abs(shown[:, 0] - pursuit(k, WANTED[:, None])).max() < 20 * rtol
    assert np.array_equal(shown[-1, 0], end[0])
    assert np.ptp(end[2 + STEPS]) > 3


def test_bits_depend_on_a_cell_alone(relaxing):
    k = np.geomspace(0.1, 1e5, 1100)
    order = np.random.default_rng(0).permutation(k.size)
    one, two = (
        relaxing.at([given, 1.0, 0.0, 1.0, 0.0, 10.0, 1e-6, 1e-6, np.inf, 1e4], k.size, WANTED, threads)
        for given, threads in ((k, 1), (k[order], 2))
    )
    assert all(np.array_equal(a[..., order], b) for a, b in zip(one, two, strict=True))


def test_what_falls_below_its_least_or_has_no_rate_does_not_arrive():
    graph = Graph()
    rates = traced(graph, lambda x, w: [-w[0], 1 / (x[0] + 2)], {UNKNOWN: 3, GIVEN: 1})
    kernel = stepping(Rates(graph, rates, graph.input(UNKNOWN, 0), 0.0, 1, 2))
    end, _ = kernel.at([np.array([0.05, 0.2, np.nan]), 1.0, 0.0, 1.0, 1.0, 0.0, 10.0, 1e-6, 1e-6, np.inf, 1e4], 3, np.empty(0))
    assert end[2 + ARRIVED].tolist() == [1, 0, 0]


def test_the_method_fulfils_the_conditions_of_order_four_between_steps():
    A, C = rosenbrock.square(rosenbrock.A), rosenbrock.square(rosenbrock.C)
    gammas = np.linalg.inv(np.eye(rosenbrock.STAGES) / rosenbrock.GAMMA - C)
    alphas = A @ gammas
    betas, (c, d) = alphas + gammas, map(np.array, rosenbrock.times())
    b = betas.sum(axis=1)
    assert np.allclose(c + d, b, atol=1e-12)
    last, H = np.append(A[-1, :-1], 1.0), np.array(rosenbrock.H)
    for s in (0.3, 0.7, 1.0):
        weights = s * (last + (1 - s) * (H[0] + s * (H[1] + s * H[2]))) @ gammas
        got = [weights @ one for one in (np.ones(8), b, c**2, betas @ b, c**3, c * (alphas @ b), betas @ c**2, betas @ betas @ b)]
        assert np.allclose(got, [s, s**2 / 2, s**3 / 3, s**3 / 6, s**4 / 4, s**4 / 8, s**4 / 12, s**4 / 24], atol=1e-10)
