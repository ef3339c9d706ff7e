"""Linear systems: against NumPy's elimination, with rows in different units, full, sparse and singular."""

import numpy as np
import pytest

from vrest.engines.newton import FEW, solved

RNG = np.random.default_rng(3)


def full(size):
    return RNG.normal(size=(size, size))


def chained(size):
    """Each equation knows its neighbours, and the last one all unknowns."""
    far = np.abs(np.subtract.outer(np.arange(size), np.arange(size))) > 2
    matrix = np.where(far, 0.0, full(size))
    matrix[-1] = RNG.normal(size=size)
    return matrix


@pytest.mark.parametrize("matrix", [full(1), full(5), full(FEW), full(FEW + 1), chained(FEW + 1), chained(150)])
@pytest.mark.parametrize("columns", [None, 1, 2])
def test_a_system_is_solved_whatever_units_its_rows_are_in(matrix, columns):
    units = 10.0 ** RNG.uniform(-25, 5, len(matrix))
    right = RNG.normal(size=len(matrix) if columns is None else (len(matrix), columns))
    found = solved((units * matrix.T).T, (units * right.T).T)
    expected = np.linalg.solve(matrix, right)
    assert found.shape == expected.shape
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9 * np.abs(expected).max())


def test_an_answer_stays_as_it_is_when_another_system_of_its_kind_is_solved():
    matrix, right = full(4), RNG.normal(size=4)
    first = solved(matrix, right)
    kept = first.copy()
    solved(full(4), RNG.normal(size=4))
    assert np.array_equal(first, kept)


@pytest.mark.parametrize("size", [3, FEW + 1])
def test_there_is_no_solution_where_an_equation_is_missing_or_a_number_is_not_finite(size):
    without, infinite, undefined = (full(size) for _ in range(3))
    without[1], infinite[0, 0], undefined[0, 0] = 0.0, np.inf, np.nan
    for matrix in (without, infinite, undefined):
        assert solved(matrix, np.ones(size)) is None
    assert solved(np.eye(size), np.full(size, np.nan)) is None


@pytest.mark.parametrize("tiny", [1e-300, 1e-158, 1e-154, 1e-120, 1e-80])
def test_entries_whose_squares_leave_the_range_of_numbers_do_no_harm(tiny):
    assert solved(np.array([[1.0, tiny], [tiny, 1.0]]), np.array([2.0, 3.0])) == pytest.approx([2.0, 3.0])


def test_no_equation_has_an_empty_solution():
    assert solved(np.zeros((0, 0)), np.zeros(0)).shape == (0,)
