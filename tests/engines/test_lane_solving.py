"""Lanes: linear systems with pivots of each lane's own, and cells that take the place of those that are done."""

import numpy as np
import pytest

from lanes import needs_lanes
from vrest.engines.graph import Graph
from vrest.engines.lanes.points import UNKNOWN
from vrest.engines.lanes.solving import SolvingPoint, solving, sparse_order
from vrest.engines.lanes.target import native

pytestmark = needs_lanes


def solver(n):
    """A kernel that solves systems whose entries and right sides are columns."""
    target = native()
    t = target.text()
    room = t.room(n * n + n)

    def turn(column, answer):
        for k in range(n * n + n):
            t.store(column(k), room, str(k * t.width))
        t.call("solved", (room,))
        for k in range(n):
            answer(k, t.load(room, str((n * n + k) * t.width)))

    target.each(t, turn)
    return target.kernel(t, n * n + n, n, solving(target.text(), n))


@pytest.mark.parametrize("n", [1, 2, 5, 13])
def test_a_system_is_solved_whatever_its_pivots_and_units(n):
    rng, size = np.random.default_rng(n), 203
    A = rng.normal(size=(size, n, n)) * 10.0 ** rng.uniform(-60, 60, (size, n, 1))
    A[::3] *= rng.random((len(A[::3]), n, n)) < 0.5
    A[::3] += (np.eye(n)[rng.permutation(n)] * 10.0 ** rng.uniform(-60, 60, (n, 1)))[None]
    x = rng.normal(size=(size, n))
    b = np.einsum("kij,kj->ki", A, x)
    found = solver(n)([*A.reshape(size, -1).T, *b.T], size).T
    rows = A / np.abs(A).max(axis=2, keepdims=True)
    good = np.linalg.cond(rows) < 1e6
    assert good.mean() > 0.8
    assert np.allclose(found[good], x[good], atol=1e-8)


def test_a_singular_system_has_no_finite_solution():
    systems = np.array([[0.0, 0.0, 1.0, 2.0, 1.0, 1.0], [1.0, 2.0, 1.0, 2.0, 1.0, 3.0], [0.0, 2.0, 4.0, 0.0, 2.0, 4.0]])
    found = solver(2)(list(systems.T), 3).T
    assert not np.isfinite(found[:2]).all(axis=1).any()
    assert found[2].tolist() == [1.0, 1.0]


def point_solver(n):
    """A kernel that solves such systems at a point, whose unknowns they are."""
    graph, target = Graph(), native()
    inputs = graph.inputs(UNKNOWN, n * n + n)
    matrix = {(i, j): inputs[i * n + j] for i in range(n) for j in range(n)}
    point = SolvingPoint(target.text(), graph, matrix, inputs[n * n :], [False] * n, [], n * n + n)
    t = target.text()
    ready, found = t.room(1), t.room(n)

    def turn(column, answer):
        point.call(t, [column(k) for k in range(n * n + n)], ready, found)
        for k in range(n):
            answer(k, t.load(found, str(k * t.width)))

    target.each(t, turn)
    return target.kernel(t, n * n + n, n, solving(target.text(), n), point.text)


def test_what_the_common_order_does_not_solve_is_solved_with_pivots():
    n, size = 4, 400
    rng = np.random.default_rng(3)
    A, b = rng.normal(size=(size, n, n)), rng.normal(size=(size, n))
    A[::2, 0, 0] = 0.0
    A[1::4, 1, :2] = A[1::4, 0, :2]  # the second pivot is zero
    found = point_solver(n)([*A.reshape(size, -1).T, *b.T], size).T
    left = np.abs(np.einsum("kij,kj->ki", A, found) - b)
    assert np.all(left <= 1e-9 * (np.einsum("kij,kj->ki", np.abs(A), np.abs(found)) + np.abs(b)))
    order = rng.permutation(size)
    assert np.array_equal(point_solver(n)([*A[order].reshape(size, -1).T, *b[order].T], size).T, found[order])


def test_elimination_begins_where_least_is_filled_in():
    arrow = {(i, j): 1 for i in range(5) for j in range(5) if i == j or i == 0 or j == 0}
    assert 0 in sparse_order(arrow, [False] * 5)[-2:]
    assert sparse_order(arrow, [False, True, False, False, False])[-1] == 1


def collatz():
    """A kernel that counts the steps that a whole number takes to one."""
    target = native()
    t = target.text()
    x, count = t.variable(t.number(1.0)), t.variable(t.number(0.0))

    def begin(columns, where):
        t.update(x, where, columns[0])
        t.update(count, where, t.number(0.0))

    def turn():
        here = t.get(x)
        half = t.mul(t.number(0.5), here)
        even = t.compare("oeq", t.function("floor", half), half)
        more = t.compare("ogt", here, t.number(1.0))
        t.update(x, more, t.select(even, half, t.fma(t.number(3.0), here, t.number(1.0))))
        t.update(count, more, t.add(t.get(count), t.number(1.0)))
        return t.opposite(more)

    target.queue(t, 1, 2).run(begin, turn, lambda: [t.get(count), t.get(x)])
    return target.kernel(t, 1, 2)


def test_each_cell_is_answered_once_however_long_others_take():
    def steps(n):
        return 0 if n == 1 else 1 + steps(3 * n + 1 if n % 2 else n // 2)

    kernel = collatz()
    for size in (1, native().of.width, 1001):
        numbers = np.arange(1.0, size + 1)
        count, last = kernel([numbers], size)
        assert count.tolist() == [steps(int(n)) for n in numbers]
        assert np.all(last == 1.0)
