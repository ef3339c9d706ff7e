"""A few of the random cells with gates that `random_gated.py` judges by the hundred."""

import pytest

pytest.importorskip("mpmath", reason="eigenvalues in 50 digits need mpmath")

import mpmath

import random_gated


@pytest.mark.parametrize("seed", range(12))
def test_rests_and_their_stability(seed):
    with mpmath.workdps(50):
        verdicts = random_gated.judged(seed)
    assert verdicts["roots"] == verdicts["stable"] + verdicts["unstable"] > 0
