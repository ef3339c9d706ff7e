"""Quantiles that are gathered part by part are those of all numbers."""

import tracemalloc

import numpy as np
import pytest

from vrest.results.quantiles import quantiles

PLACES = [0.0, 0.05, 0.5, 0.95, 1.0]
RNG = np.random.default_rng(0)
NUMBERS = {
    "normal": RNG.normal(-65.0, 5.0, 10_001),
    "ties": np.round(RNG.normal(size=20_000), 1),
    "all the same": np.full(9_999, 3.25),
    "zeros and others": np.append(np.zeros(9_000), RNG.normal(size=1_000)),
    "far outliers": np.append(RNG.normal(size=9_999) * 1e-9 - 65.0, [1e300, -1e300]),
    "gaps": np.where(RNG.random(5_000) < 0.3, np.nan, RNG.lognormal(0.0, 9.0, 5_000)),
    "one": np.array([2.0]),
    "two": np.array([2.0, 3.0]),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_they_are_those_of_all_numbers_at_once(name):
    numbers, turns = NUMBERS[name], []

    def parts():
        turns.append(name)
        return np.array_split(numbers, 7)

    expected = np.quantile(numbers[np.isfinite(numbers)], PLACES)
    np.testing.assert_array_equal(quantiles(parts, PLACES, at_once=100), expected)
    assert len(turns) <= 8


def test_no_numbers_have_none():
    assert np.all(np.isnan(quantiles(lambda: [np.array([np.nan, np.inf])], PLACES)))


def test_no_more_than_a_part_and_what_is_sought_is_in_memory():
    def parts():
        return (np.random.default_rng(k).normal(size=50_000) for k in range(40))

    tracemalloc.start()
    try:
        quantiles(parts, PLACES, at_once=1000)
        assert tracemalloc.get_traced_memory()[1] < 12 * 8 * 50_000
    finally:
        tracemalloc.stop()
