"""Rows in lanes: the potentials that `rest` chooses, or none."""

import numpy as np
import pytest

import vrest
from lanes import needs_lanes, one_by_one, spread
from vrest.description.library import library_names
from vrest.engines.lanes import available, native
from vrest.engines.lanes.machine import assembled, processor
from vrest.questions.rest.rows import RestRows
from vrest.questions.rest.zero_current import RestSolver
from vrest.questions.steady.rows import SteadyRows
from vrest.questions.steady.steady_state import SteadySolver

pytestmark = needs_lanes
WIDTH = processor().width if available() else 0
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


def test_rows_beside_a_fold_are_looked_at_more_closely():
    cell = vrest.load("dijkstra2016")
    solver, columns = RestSolver(cell), spread(cell, 1000)
    rows = RestRows(solver, list(columns))
    first = rows.blocks[0].kernel([columns[path] for path in rows.paths], 1000)
    (doubtful,) = np.nonzero(first[2] < 0)
    found = rows(columns)
    assert doubtful.size
    assert found.settled.all()
    for row in doubtful:
        state, count = one_by_one(solver, columns, row)
        assert found.V["plasma"][row] == pytest.approx(state.V["plasma"], abs=BAR)
        assert found.roots[row] == count


@pytest.mark.slow
@pytest.mark.parametrize("name", library_names())
def test_rows_of_every_cell_of_the_library(name):
    part, _ = agree(name, 200, 20, of_membranes=True)
    assert part >= 0.95


NARROWER = [pytest.param(width, marks=pytest.mark.skipif(width >= WIDTH, reason="no narrower vectors")) for width in (4, 2)]


def agree_to_rounding(wide, narrow):
    """Whether answers of rows are as certain, and the same to rounding."""
    assert np.array_equal(wide.settled, narrow.settled)
    assert wide.settled.mean() > 0.8
    assert narrow.residual[narrow.settled].max() < 1e-9
    assert narrow.V["plasma"][narrow.settled] == pytest.approx(wide.V["plasma"][wide.settled], rel=1e-12)


@pytest.mark.parametrize("width", NARROWER)
def test_processors_with_narrower_vectors_answer_the_same(width):
    """With AVX2 and with what every one has; the code is such a processor's."""
    solver = RestSolver(vrest.load("squid-axon"))
    columns = spread(solver.cell, 100, of_membranes=True)
    wide, narrow = (RestRows(solver, list(columns), native(most)) for most in (WIDTH, width))
    registers = {4: ("ymm", "zmm"), 2: ("xmm", "ymm")}[width]
    assembly = assembled(narrow.blocks[0].kernel.text, processor(width))
    assert [one in assembly for one in registers] == [True, False]
    agree_to_rounding(wide(columns), narrow(columns))


@pytest.mark.slow
@pytest.mark.parametrize("width", NARROWER)
def test_so_they_do_of_steady_states(width):
    rest = RestSolver(vrest.load("red-cell"))
    solver, columns = SteadySolver(rest.cell, rest), spread(rest.cell, 100, of_membranes=True)
    targets = native(WIDTH), native(width)
    agree_to_rounding(*(SteadyRows(solver, RestRows(rest, list(columns), one))(columns) for one in targets))


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
