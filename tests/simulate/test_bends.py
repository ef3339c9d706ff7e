"""Where a course bends it has more rows: straight lines between them leave out no more than is stated, whatever is looked at."""

import numpy as np
import pytest

import vrest
from vrest.questions.simulate.observe import PART_LEFT_OUT, VOLTAGE_LEFT_OUT
from vrest.questions.simulate.trace import _turning, fewest, straightened

RUNS = [
    ("mammalian-neuron", "pump-block"),
    ("squid-axon", "raised-potassium"),
    ("ventricular-myocyte", "raised-potassium"),
    ("kalia2021", "pump-block"),
]


def both(name, protocol):
    cell = vrest.load(name)
    protocol = vrest.load_protocol(protocol, cell)
    return vrest.simulate(cell, protocol), vrest.simulate(cell, protocol, points=3000)


def apart(run, fine, of):
    """The largest difference of a quantity by straight lines from one by many points, away from steps."""
    steps = np.flatnonzero(np.diff(fine.time) <= 0)
    looked = np.ones(fine.time.size, dtype=bool)
    looked[steps], looked[steps + 1] = False, False
    return float(np.max(np.abs(np.interp(fine.time, run.time, of(run)) - of(fine))[looked]))


@pytest.mark.parametrize(("name", "protocol"), RUNS)
def test_straight_lines_between_rows_leave_out_no_more_than_is_said(name, protocol):
    run, fine = both(name, protocol)
    for membrane in run.V:
        assert apart(run, fine, lambda one: one.V[membrane]) < 1.2 * VOLTAGE_LEFT_OUT  # noqa: B023
    for space, ions in run.c.items():
        for ion, c in ions.items():
            assert apart(run, fine, lambda one: one.c[space][ion]) < 1.2 * PART_LEFT_OUT * c.max()  # noqa: B023
    assert run.time.size < 1000


def test_the_extremes_are_those_of_a_run_with_many_points():
    run, fine = both("kalia2021", "pump-block")
    for space, ions in fine.c.items():
        for ion, c in ions.items():
            assert run.c[space][ion].min() == pytest.approx(c.min(), rel=2e-3)
            assert run.c[space][ion].max() == pytest.approx(c.max(), rel=2e-3)
    for membrane, V in fine.V.items():
        assert run.V[membrane].min() == pytest.approx(V.min(), abs=1e-4)
        assert run.V[membrane].max() == pytest.approx(V.max(), abs=1e-4)


def test_a_straight_course_keeps_the_coarse_grid_alone():
    time = np.linspace(0, 1, 17)
    kept, bent = straightened(time, 100 * time[:, None], 8)
    assert np.flatnonzero(kept).tolist() == [0, 8, 16]
    assert not bent.any()


def test_a_bend_keeps_points_around_it_and_a_sharp_one_is_looked_at_again():
    time = np.linspace(0, 1, 17)
    kept, bent = straightened(time, np.maximum(time - 0.4, 0)[:, None] * 1000, 8)
    assert {6, 7} <= set(np.flatnonzero(kept))
    assert 6 in np.flatnonzero(bent)
    assert not kept[[9, 10, 11, 13, 14, 15]].any()


def test_times_increase_but_at_steps():
    cell = vrest.load("mammalian-neuron")
    run = vrest.simulate(cell, vrest.load_protocol("pump-block", cell), rtol=1e-3)
    assert run.time[np.flatnonzero(np.diff(run.time) <= 0)].tolist() == [600.0, 2400.0]


def by_one_way_after_the_other(time: np.ndarray, x: np.ndarray, begin: int, end: int) -> set[int]:
    """The points that Ramer, Douglas and Peucker need between two of a course."""
    inner = range(begin + 1, end)
    off = [
        np.abs(x[k] - x[begin] - (x[end] - x[begin]) * (time[k] - time[begin]) / (time[end] - time[begin])).max() for k in inner
    ]
    if not off or max(off) <= 1:
        return set()
    middle = begin + 1 + int(np.argmax(off))
    halves = (by_one_way_after_the_other(time, x, *way) for way in ((begin, middle), (middle, end)))
    return {middle}.union(*halves)


@pytest.mark.parametrize("seed", range(20))
def test_the_fewest_points_are_those_of_the_halving_way(seed):
    rng = np.random.default_rng(seed)
    time = np.unique(rng.random(int(rng.integers(2, 200))))
    x = np.cumsum(rng.normal(size=(time.size, 2)), axis=0) * 10 ** rng.uniform(-1.0, 1.0)
    needed = by_one_way_after_the_other(time, x, 0, time.size - 1) | set(np.flatnonzero(_turning(x)).tolist())
    assert set(np.flatnonzero(fewest(time, x)).tolist()) == needed
