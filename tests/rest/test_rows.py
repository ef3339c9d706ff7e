"""Rows in lanes: the potentials that `rest` chooses, or none."""

import numpy as np
import pytest

import vrest
from lanes import needs_lanes, one_by_one, spread
from vrest.description.library import library_names
from vrest.questions.rest.rows import RestRows
from vrest.questions.rest.zero_current import RestSolver

pytestmark = needs_lanes
BAR = 1e-9
"""Difference of two potentials [V]: 1e-6 mV."""
STABILITY = {True: 1, False: 0, None: -1}


def agree(name, size, compared, **more):
    """Whether rows of a cell are what `rest` answers; the part of them that settled in lanes, and how many have several roots."""
    cell = vrest.load(name)
    solver, columns = RestSolver(cell), spread(cell, size, **more)
    found = RestRows(solver, list(columns))(columns)
    settled = np.flatnonzero(found.settled)
    chosen = settled[np.argsort(-found.roots[settled], kind="stable")][:compared]
    for row in chosen:
        state, count = one_by_one(solver, columns, row)
        assert {name: V[row] for name, V in found.V.items()} == pytest.approx(state.V, abs=BAR)
        assert (found.roots[row], found.stable[row]) == (count, STABILITY[state.stable])
        assert found.residual[row] <= 1e-9
    return settled.size / size, int(np.sum(found.roots[settled] > 1))


@pytest.mark.parametrize(
    ("name", "least", "several"),
    [
        ("squid-axon", 1.0, False),
        ("dijkstra2016", 0.95, True),
        ("squid-axon-excitable", 0.95, False),
    ],
)
def test_rows_are_what_rest_answers(name, least, several):
    """A net current that rises, one that is scanned and has several roots, one with gates."""
    part, count = agree(name, 256, 6, of_membranes=True)
    assert part >= least
    assert (count > 0) == several


@pytest.mark.slow
@pytest.mark.parametrize("name", library_names())
def test_rows_of_every_cell_of_the_library(name):
    part, _ = agree(name, 200, 20, of_membranes=True)
    assert part >= 0.95


def test_an_amount_that_no_cell_has_is_said():
    with pytest.raises(ValueError, match="read anew for inside.no_such_amount"):
        RestRows(RestSolver(vrest.load("squid-axon")), ["inside.no_such_amount"])


def rows_of(cell, **columns):
    """The answer of rows of a few columns, paths with `__` for their points."""
    columns = {path.replace("__", "."): np.array(values, dtype=float) for path, values in columns.items()}
    return RestRows(RestSolver(cell), list(columns))(columns)


def test_what_a_description_refuses_is_not_answered():
    """A number out of its domain, none at all, zero where there was something."""
    found = rows_of(vrest.load("squid-axon"), outside__K=[5.0, -1.0, np.nan, np.inf, 0.0, 7.0], inside__K=[140.0] * 5 + [-2.0])
    assert found.settled.tolist() == [True, False, False, False, False, False]


def test_bits_of_a_row_depend_on_that_row_alone():
    cell = vrest.load("dijkstra2016-excitable")
    columns = spread(cell, 300, of_membranes=True)
    rows, order = RestRows(RestSolver(cell), list(columns)), np.random.default_rng(0).permutation(300)
    found, other = rows(columns), rows({path: values[order] for path, values in columns.items()}, threads=2)
    alone = rows({path: values[7:9] for path, values in columns.items()})
    for name, V in found.V.items():
        assert np.array_equal(V[order], other.V[name])
        assert np.array_equal(V[7:9], alone.V[name])
    assert np.array_equal(found.settled[order], other.settled)
    assert np.array_equal(found.stable[order], other.stable)
