"""A GPU's kernels, compiled for the host: they say what lanes say."""

import shutil
import subprocess

import casadi as ca
import numpy as np
import pytest

import vrest
from lanes import needs_lanes, spread
from on_host import needs_compiler
from vrest.description.library import protocol_of
from vrest.engines.cuda import Threads
from vrest.engines.graph import Graph, evaluate, traced
from vrest.engines.lanes import mapped
from vrest.engines.lanes.solving import solving
from vrest.questions.rest.rows import RestRows
from vrest.questions.rest.zero_current import RestSolver
from vrest.questions.simulate.rows import CourseRows
from vrest.questions.steady.rows import SteadyRows
from vrest.questions.steady.steady_state import SteadySolver

pytestmark = [needs_lanes, needs_compiler]


@pytest.fixture
def threads(gpu):
    return Threads(gpu)


def test_every_operation_is_what_the_graph_says(threads):
    def function(w):
        x, y = w
        return [
            ca.if_else(ca.logic_or(x < 1, ca.logic_not(y == 2)), ca.if_else(x > y, 1e-300, x), -y) * 2 - x / (y / x),
            ca.if_else(ca.logic_and(x <= y, x != 3), 5, 7) - ca.fmin(x, 2.5) ** 1.3 + ca.fmax(x, y) ** y * ca.sign(x - y),
            ca.tanh(x) / ca.asinh(y) + ca.cosh(x) * ca.sinh(y) + ca.floor(3 * x) + 1 / ca.sqrt(y) + ca.sin(x) * ca.cos(y),
            ca.exp(x) + ca.expm1(y) * ca.log(x) - ca.log1p(y) + ca.fabs(x - y),
            x < y,
        ]

    graph = Graph()
    outputs = traced(graph, function, {"w": 2})
    x = [np.array([0.3, 2.9, 3.0]), np.array([0.7, 2.0, 4.1])]
    found = mapped(graph, outputs, 2, 0, threads)(x, 3)
    assert np.allclose(found, evaluate(graph, outputs, {"w": x}), rtol=1e-14, atol=1e-15)


def test_a_system_is_solved_with_the_pivots_that_it_asks_for(threads):
    n, size, rng = 5, 300, np.random.default_rng(5)
    A, x = rng.normal(size=(size, n, n)) * 10.0 ** rng.uniform(-60, 60, (size, n, 1)), rng.normal(size=(size, n))
    A[::3, np.arange(n), np.arange(n)] = 0.0
    t = threads.text()
    room = t.room(n * n + n)

    def turn(column, answer):
        for k in range(n * n + n):
            t.store(column(k), room, str(k))
        t.call("solved", (room,))
        for k in range(n):
            answer(k, t.load(room, str(n * n + k)))

    threads.each(t, turn)
    kernel = threads.kernel(t, n * n + n, n, solving(threads.text(), n))
    found = kernel([*A.reshape(size, -1).T, *np.einsum("kij,kj->ki", A, x).T], size).T
    good = np.linalg.cond(A / np.abs(A).max(axis=2, keepdims=True)) < 1e6
    assert good.mean() > 0.8
    assert np.allclose(found[good], x[good], atol=1e-8)


@pytest.mark.parametrize(
    "name",
    [
        "squid-axon",
        *(pytest.param(one, marks=pytest.mark.slow) for one in ("red-cell", "dijkstra2016", "proximal-tubule", "lysosome")),
    ],
)
def test_rest_is_that_of_lanes(name, threads, monkeypatch):
    """One root, several, a loop with two unknowns, two membranes in a row; there is room for a part of the rows at a time."""
    monkeypatch.setattr("vrest.engines.cuda.hardware.PIECE", 150)
    solver = RestSolver(vrest.load(name))
    columns = spread(solver.cell, 200, of_membranes=True)
    columns[next(iter(columns))][:2] = -1.0, np.nan
    lanes, there = (RestRows(solver, list(columns), target)(columns) for target in (None, threads))
    assert there.settled.sum() > 185
    assert np.array_equal(there.settled, lanes.settled)
    for one in ("roots", "stable"):
        assert np.array_equal(getattr(there, one)[there.settled], getattr(lanes, one)[there.settled])
    assert there.residual[there.settled].max() < 1e-9
    for membrane, V in there.V.items():
        assert np.abs(V - lanes.V[membrane])[there.settled].max() < 1e-9


def test_what_is_left_is_told_by_the_processor(threads, monkeypatch):
    """A GPU that answers other potentials is found out."""
    solver = RestSolver(vrest.load("squid-axon"))
    columns = spread(solver.cell, 64, of_membranes=True)
    honest = threads.device.compiled

    def compiled(text):
        fill = honest(text)

        def wrong(given, found, *others):
            fill(given, found, *others)
            found[0, ::2] += 1e-5

        return wrong

    monkeypatch.setattr(threads.device, "compiled", compiled)
    assert RestRows(solver, list(columns), threads)(columns).settled.tolist() == [False, True] * 32


@pytest.mark.slow
def test_steady_states_and_courses_are_those_of_lanes(threads):
    """Each way as long as in lanes, each course at the same times."""
    rest = RestSolver(vrest.load("red-cell"))
    solver, columns = SteadySolver(rest.cell, rest), spread(rest.cell, 60, of_membranes=True)
    both = [RestRows(rest, list(columns), target) for target in (None, threads)]
    lanes, there = (SteadyRows(solver, rows)(columns) for rows in both)
    assert there.settled.mean() > 0.8
    assert np.array_equal(there.settled, lanes.settled)
    assert np.array_equal(there.looks, lanes.looks)
    course = protocol_of({"until": "10 min", "events": [{"at": "1 min", "set": {"plasma.pump.max_rate": 0}}]}, rest.cell, None)
    lanes_t, there_t = (CourseRows(solver, rows, course, np.array([0.0, 30.0, 60.0, 600.0]), 1e-8)(columns) for rows in both)
    assert np.array_equal(there_t.settled, lanes_t.settled)
    assert there_t.settled.mean() > 0.8
    for a, b in ((lanes, there), (lanes_t, there_t)):
        k = b.settled
        assert np.abs(a.V["plasma"] - b.V["plasma"])[k].max() < 1e-9
        assert all(np.allclose(a.inside[one][k], b.inside[one][k], rtol=1e-9) for one in a.inside)


@pytest.mark.skipif(shutil.which("nvcc") is None, reason="there is no nvcc to compile kernels for a GPU")
def test_cudas_own_compiler_takes_a_kernel(threads, tmp_path):
    solver = RestSolver(vrest.load("squid-axon"))
    (block,) = RestRows(solver, ["outside.K"], threads).blocks
    (tmp_path / "cells.cu").write_text(block.kernel.text)
    made = ["nvcc", "-std=c++14", "-ptx", "-o", str(tmp_path / "cells.ptx"), str(tmp_path / "cells.cu")]
    done = subprocess.run(made, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert ".entry cells(" in (tmp_path / "cells.ptx").read_text()
