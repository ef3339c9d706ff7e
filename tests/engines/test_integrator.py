"""Where a piece is seen: its end always is."""

import numpy as np
import pytest

import vrest
from vrest.engines.integrator import Cvodes
from vrest.engines.settings import Settings, grid


@pytest.mark.parametrize("points", [1, 2, 3, 4, 60, 400])
def test_a_piece_is_seen_to_its_end_however_few_points_are_asked_for(points):
    seen = grid(points)
    assert seen[-1] == 1.0
    assert np.all(np.diff(seen) > 0)
    assert len(seen) <= points + 1


@pytest.mark.parametrize("points", [1000, 4000])
def test_however_many_points_a_piece_is_seen_at_it_moves_from_each_to_the_next(points):
    decay = Cvodes(lambda x, p: [-x[0] / p["tau"]], 1, ["tau"], settings=Settings(points=points, parts=8))
    piece = decay.run(np.array([1.0]), np.array([1.0]), {"tau": 2.0}, 0.0, 6.0)
    assert piece.failure is None
    assert piece.times.size > 7 * points
    np.testing.assert_allclose(piece.states[0], np.exp(-piece.times / 2), rtol=1e-6)


@pytest.mark.parametrize("points", [2, 3, 60])
def test_a_piece_ends_where_it_was_asked_to(points):
    decay = Cvodes(lambda x, p: [-x[0] / p["tau"]], 1, ["tau"], settings=Settings(points=points, rtol=1e-10, atol=1e-12))
    piece = decay.run(np.array([1.0]), np.array([1.0]), {"tau": 2.0}, 0.0, 6.0)
    assert piece.failure is None
    assert piece.times[-1] == pytest.approx(6.0, rel=1e-12)
    assert piece.states[0, -1] == pytest.approx(np.exp(-3), rel=1e-8)


@pytest.mark.parametrize("points", [2, 60, 4000])
def test_what_is_seen_finely_and_left_out_again_is_what_was_seen_from_the_first(points):
    options = {"points": points, "watched": lambda x, p: [x[1]]}
    swing = Cvodes(lambda x, p: [x[1], -x[0]], 2, ["time"], settings=Settings(**options))
    pieces = [one.run(np.array([0.0, 1.0]), np.ones(2), {"time": 0.0}, 0.0, 20.0) for one in (swing, swing.finer())]
    assert pieces[1].times.size == 8 * pieces[0].times.size - 7
    for name in ("times", "states", "hidden"):
        seen, left = getattr(pieces[0], name), getattr(pieces[1].coarser(), name)
        np.testing.assert_allclose(left, seen, rtol=1e-12, atol=1e-7 if name == "hidden" else 0)


def test_a_simulation_of_two_points_ends_where_one_of_many_does():
    cell = vrest.load("kay2017")
    few, many = (vrest.simulate(cell, {"until": "1000 s"}, points=points) for points in (2, 200))
    assert few.time[-1] == many.time[-1] == 1000
    assert few.V["plasma"][-1] == pytest.approx(many.V["plasma"][-1], abs=1e-8)
