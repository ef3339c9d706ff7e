"""Steady states of many rows in lanes: the state that one cell comes to, whatever stands beside a row."""

from dataclasses import replace

import numpy as np
import pytest

import vrest
from lanes import needs_lanes, spread
from vrest.description.settings import numbers_with
from vrest.laws.nernst import thermal_voltage
from vrest.questions.rest.rows import RestRows
from vrest.questions.rest.zero_current import RestSolver
from vrest.questions.steady.certificate import certified
from vrest.questions.steady.rows import PACE, SteadyRows
from vrest.questions.steady.steady_state import SteadySolver

pytestmark = needs_lanes
CELLS = {"squid-axon": 1.0, "red-cell": 0.85, "proximal-tubule": 1.0}
MANY = {
    "kalia2021": 0.98,
    "mitochondrion": 0.98,
    "hubel-dahlem2014": 0.9,
    "lysosome": 0.98,
    "saetra2020": 0.98,
    "squid-axon-ph": 0.98,
    "wei2014": 0.95,
}
"""At least so many rows settle."""


def rows_of(name, paths):
    rest = RestSolver(vrest.load(name))
    solver = SteadySolver(rest.cell, rest)
    return solver, SteadyRows(solver, RestRows(rest, list(paths)))


def agree(name, least, size, some):
    """Rows are what one cell says, and as certain."""
    columns = spread(vrest.load(name), size, of_membranes=True)
    solver, rows = rows_of(name, columns)
    found = rows(columns)
    assert found.settled.mean() >= least
    assert found.residual[found.settled].max() < 1e-9
    for k in np.flatnonzero(found.settled)[:some]:
        finder = solver.at(numbers_with(solver.rest.derivation, {path: float(v[k]) for path, v in columns.items()}))
        point = finder.point(finder.chosen)
        assert certified(finder.posed, finder.chosen.y) is not None
        for membrane, V in point.V_m.items():
            assert 1e3 * found.V[membrane][k] == pytest.approx(1e3 * V, abs=1e-6)
        for (space, ion), c in found.inside.items():
            assert c[k] == pytest.approx(point.inside[space][ion], rel=1e-8)
        for space, w in found.volume.items():
            assert w[k] == pytest.approx(point.volume[space], rel=1e-9)


@pytest.mark.parametrize(("name", "least"), CELLS.items())
def test_rows_come_to_the_state_that_one_cell_comes_to(name, least):
    agree(name, least, 64, 3)


def test_newton_alone_comes_to_the_same_state_whatever_stands_beside_a_row():
    columns = spread(vrest.load("squid-axon"), 19, of_membranes=True)
    solver, rows = rows_of("squid-axon", columns)
    alone = rows.following(replace(PACE, first=np.inf))
    given = np.array([*columns.values(), *np.repeat(solver.at().chosen.y[:, None], 19, axis=1)])
    found, V = alone(given, 19), rows(columns)
    assert V.settled.all()
    np.testing.assert_allclose(
        found[0] * thermal_voltage(solver.rest.numbers["temperature"]), next(iter(V.V.values())), rtol=1e-11
    )
    order = np.random.default_rng(3).permutation(19)
    assert np.array_equal(alone(given[:, order], 19), found[:, order])
    assert alone(given, 19)[-1].max() < 12 < V.looks.min()


@pytest.mark.slow
@pytest.mark.parametrize(("name", "least"), MANY.items())
def test_so_they_do_with_many_unknowns_and_compartments(name, least):
    agree(name, least, 200, 8)


def test_an_answer_depends_on_its_row_alone():
    columns = spread(vrest.load("squid-axon"), 700, of_membranes=True)
    _, rows = rows_of("squid-axon", columns)
    once, order = rows(columns), np.random.default_rng(0).permutation(700)[:301]
    other = rows({path: values[order] for path, values in columns.items()}, threads=2)
    assert np.array_equal(other.V["plasma"], once.V["plasma"][order])
    assert np.array_equal(other.inside["inside", "K"], once.inside["inside", "K"][order])
    assert np.array_equal(other.residual, once.residual[order])
    assert np.array_equal(other.looks, once.looks[order])


def test_of_two_states_it_is_the_one_that_the_way_leads_to():
    """Which of its two steady states a row comes to hangs on the contents that it is described with."""
    columns = {"outside.K": np.full(4, 6.0), "inside.Na": np.array([5.0, 15.0, 60.0, 120.0])}
    solver, rows = rows_of("dijkstra2016", columns)
    found = rows(columns)
    assert found.settled.all()
    assert (1e3 * found.V["plasma"]).round().tolist() == [-30, -59, -59, -59]
    for k in range(4):
        finder = solver.at(numbers_with(solver.rest.derivation, {path: float(v[k]) for path, v in columns.items()}))
        assert 1e3 * found.V["plasma"][k] == pytest.approx(1e3 * finder.point(finder.chosen).V_m["plasma"], abs=1e-5)


def test_a_row_that_swells_without_bound_is_left_to_the_one_cell_engine():
    leak = "plasma.Na_leak.permeability"
    columns = {leak: vrest.load("red-cell").settable[leak].si * np.array([1.0, 30.0])}
    _, rows = rows_of("red-cell", columns)
    assert rows(columns).settled.tolist() == [True, False]


def test_a_state_that_the_cell_would_leave_is_none_that_it_comes_to():
    """Beside the border between two states a long step of the way may end at the saddle that lies on it."""
    cell = vrest.load("hubel-dahlem2014")
    columns = {path: values[1758:1760] for path, values in spread(cell, 10_000).items()}
    solver = SteadySolver(cell)
    rows = SteadyRows(solver, RestRows(RestSolver(cell), list(columns)))
    rows._way = rows.following(replace(PACE, settled=(1e-3, 1e-9)))  # steps solved so roughly lead to the saddle
    found = rows(columns)
    assert found.settled.tolist() == [True, False]
    assert -0.058 < found.V["plasma"][1] < -0.056
    finder = solver.at(numbers_with(solver.rest.derivation, {path: float(values[1]) for path, values in columns.items()}))
    assert finder.point(finder.chosen).V_m["plasma"] == pytest.approx(-0.03024, abs=1e-4)
