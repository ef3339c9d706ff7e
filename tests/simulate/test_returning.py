"""Steady states of random cells against long time courses. The whole bar: `tests/simulate/returning.py`."""

from collections import Counter

import pytest

from returning import outcomes


@pytest.mark.parametrize(("first", "count"), [(0, 4), pytest.param(1000, 40, marks=pytest.mark.slow)])
def test_a_deviation_dies_away_from_a_stable_state_and_grows_from_an_unstable_one(first, count):
    seen = Counter()
    for seed in range(first, first + count):
        for sort, what in outcomes(seed):
            assert not what.startswith("WRONG"), f"seed {seed}: {what}"
            seen[sort + what] += 1
    assert seen["chosen, stable, returns at the slowest rate"] > 0.4 * count
    assert seen["other, unstable, leaves"] > 0.1 * count
