"""Hopf points of cells whose ions move: runs with concentrations held, as the points are found, confirm them."""

import numpy as np
import pytest

import vrest
from excited import bench, points
from vrest.questions.excite.repetitive import AS_IT_IS, CONCENTRATIONS_HELD, Steadily, _swings_end
from vrest.questions.excite.threshold import Bracket, Firing, step


def steadily(name: str) -> tuple[Steadily, tuple]:
    cell = vrest.load(name)
    hopf = tuple(one for one in points(cell) if one.frequency)
    return Steadily(bench(cell), Firing(0.0, Bracket(0.0, 0.0))), hopf


@pytest.mark.slow
def test_a_neuron_in_a_narrow_space_swings_below_its_upper_hopf_point_where_its_ions_are_held():
    """Below it swings of millivolts, above it none; with ions that move the potential drifts past both."""
    runs, hopf = steadily("wei2014")
    assert _swings_end(runs, hopf) == CONCENTRATIONS_HELD
    held = runs.held()
    below, above = (held.prep.respond(step(part * hopf[-1].current, held.length)) for part in (0.97, 1.03))
    assert np.ptp(below.V[below.t > held.late]) > 5e-3
    assert np.ptp(above.V[above.t > held.late]) < 1e-6
    x = held.prep.stimulated.dynamics.full(list(above.parts[-1].z), held.prep.numbers)
    state = held.prep.stimulated.whole.at(x, held.prep.numbers)
    assert state["space.K"] == pytest.approx(held.prep.numbers["space.K"], rel=1e-12)


def test_an_axon_whose_ions_are_held_already_needs_no_other_runs():
    runs, hopf = steadily("squid-axon-excitable")
    assert _swings_end(runs, hopf) == AS_IT_IS
