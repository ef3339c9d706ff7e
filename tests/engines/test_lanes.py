"""Lanes: what is compiled is what the graph says, in every lane by itself, and is kept on disk as it was."""

import casadi as ca
import numpy as np
import pytest

from lanes import needs_lanes
from vrest.engines.graph import Graph, evaluate, traced
from vrest.engines.lanes import Balance, Balances, Scanned, mapped, newton, rising, scanning
from vrest.engines.lanes.columns import CHUNK
from vrest.engines.lanes.machine import Code, digest, processor, store

pytestmark = needs_lanes
SCAN = Scanned(step=0.01, widest=4.0, widening=0.5, settled=1e-6)
FUNCTIONS = {
    "exp": (np.exp, 1.5, [(-700, 709), (-3, 3)]),
    "expm1": (np.expm1, 2.5, [(-50, 700), (-1, 1), (-1e-9, 1e-9)]),
    "log": (np.log, 1.0, [(1e-300, 1e300), (0.9, 1.1), (1e-5, 10)]),
    "log1p": (np.log1p, 1.5, [(-0.99, 1), (1, 1e10), (-1e-9, 1e-9)]),
    "tanh": (np.tanh, 3.0, [(-30, 30), (-0.1, 0.1)]),
    "sinh": (np.sinh, 4.0, [(-700, 700), (-1, 1)]),
    "cosh": (np.cosh, 3.0, [(-700, 700), (-1, 1)]),
    "asinh": (np.arcsinh, 3.0, [(-1e10, 1e10), (-1, 1)]),
    "sqrt": (np.sqrt, 0.501, [(0, 1e300), (0, 2)]),
}
EDGES = [0.0, -0.0, np.inf, -np.inf, np.nan, -1.0, 1e-310, 800.0]


def kernel_of(function, given):
    """A function of given numbers as a kernel."""
    graph = Graph()
    return mapped(graph, traced(graph, function, {"w": given}), given, 0)


def test_elementary_functions_are_right_to_a_few_units_of_the_last_place():
    kernel = kernel_of(lambda w: [getattr(ca, name)(w[k]) for k, name in enumerate(FUNCTIONS)], len(FUNCTIONS))
    rng, size = np.random.default_rng(0), 6000
    points = [np.concatenate([rng.uniform(*ends, size // len(of)) for ends in of]) for _, _, of in FUNCTIONS.values()]
    columns = [np.resize(one, size) for one in points]
    for (name, (function, most, _)), x, found in zip(FUNCTIONS.items(), columns, kernel(columns, size), strict=True):
        exact = function(x.astype(np.longdouble))
        units = np.abs(found - exact) / np.spacing(np.abs(exact.astype(float)))
        assert units.max() <= most, (name, x[units.argmax()])


def test_elementary_functions_at_their_edges():
    names = ["exp", "expm1", "log", "log1p", "tanh", "sinh", "cosh", "asinh"]
    found = kernel_of(lambda w: [getattr(ca, name)(w[0]) for name in names], 1)([np.array(EDGES)], len(EDGES))
    with np.errstate(all="ignore"):
        expected = [FUNCTIONS[name][0](np.array(EDGES)) for name in names]
    assert np.allclose(np.delete(found, 6, axis=1), np.delete(expected, 6, axis=1), rtol=1e-15, equal_nan=True)
    assert found[names.index("log"), 6] == -np.inf  # what is smaller than a normal number counts as zero


def test_every_operation_is_what_the_graph_says():
    def function(w):
        x, y = w
        return [
            x - (y - x) - -3 * x,
            x / (y / x) / y,
            ca.if_else(ca.logic_or(x < 1, ca.logic_not(y == 2)), ca.if_else(x > y, 1e-300, x), -y) * 2,
            ca.if_else(ca.logic_and(x <= y, x != 3), 5, 7) - x,
            ca.fmin(x, 2.5) ** 1.3 + ca.fmax(x, y) ** y - ca.fabs(x - y) * ca.sign(x - y),
            ca.tanh(x) / ca.asinh(y) + ca.cosh(x) * ca.sinh(y) + ca.floor(3 * x) + x**3 + 1 / ca.sqrt(y),
            x < y,
        ]

    graph = Graph()
    outputs = traced(graph, function, {"w": 2})
    x = [np.array([0.3, 2.9, 3.0]), np.array([0.7, 2.0, 4.1])]
    assert np.allclose(mapped(graph, outputs, 2, 0)(x, 3), evaluate(graph, outputs, {"w": x}), rtol=1e-14, atol=0)


def test_an_operation_that_lanes_have_not_is_named():
    with pytest.raises(ValueError, match="lanes have no sin"):
        kernel_of(lambda w: [ca.sin(w[0])], 1)


def test_answers_depend_on_their_row_alone():
    """Permuted, in other chunks, in two threads, alone: the same bits."""
    kernel = kernel_of(lambda w: [ca.exp(w[0]) * ca.log(w[1]) / (1 + w[0] ** 2)], 2)
    rng, size = np.random.default_rng(0), 2 * CHUNK + 5
    columns, order = [rng.uniform(0.1, 2, size), rng.uniform(0.1, 2, size)], rng.permutation(size)
    found = kernel(columns, size)
    assert np.array_equal(found, kernel(columns, size, threads=2))
    assert np.array_equal(found[:, order], kernel([one[order] for one in columns], size))
    assert np.array_equal(found[:, :3], kernel([one[:3] for one in columns], 3))
    assert kernel([one[:0] for one in columns], 0).shape == (1, 0)


# -- one unknown -------------------------------------------------------------------------------------------------------


def balance_of(terms, given=1, guards=lambda x, w: []):
    """The balance of terms between -1 and 1."""
    graph, sizes = Graph(), []

    def function(x, w):
        lists = [terms(x[0], w), guards(x[0], w)]
        sizes.extend(map(len, lists))
        return [one for group in lists for one in group]

    nodes = traced(graph, function, {"x": 1, "w": given})
    return Balance(graph, nodes[: sizes[0]], graph.const(1.0), graph.const(-1.0), graph.const(1.0), [], nodes[sizes[0] :], given)


def scanned(terms, values, **more):
    """Roots, residuals and counts by a scan, for values of one given number."""
    return scanning(balance_of(terms, **more), SCAN)([np.array(values, dtype=float)], len(values))


def test_a_scan_finds_the_lowest_root_at_which_the_sum_rises():
    """x^3 - x/4 + w has three roots where |w| is small, and else one."""
    values = [1e-12, 0.1875, -0.01]
    root, residual, roots = scanned(lambda x, w: [x**3, -x / 4, w[0]], values)
    lowest = [min(x.real for x in np.roots([1, 0, -0.25, w]) if abs(x.imag) < 1e-9) for w in values]
    assert root == pytest.approx(lowest, abs=1e-14)
    assert roots.tolist() == [3, 1, 3]
    assert np.all(residual < 1e-12)


def test_a_scan_widens_its_range():
    root, _, roots = scanned(lambda x, w: [x, -w[0]], [0.203, 2.703, -3.403, 5.0])
    assert root[:3] == pytest.approx([0.203, 2.703, -3.403], abs=1e-14)
    assert roots.tolist() == [1, 1, 1, -1]


@pytest.mark.parametrize(
    ("terms", "guards"),
    [
        (lambda x, w: [x**2, w[0]], lambda x, w: []),
        (lambda x, w: [(x - 0.1003) ** 2, w[0] * 1e-9], lambda x, w: []),
        (lambda x, w: [ca.log(x), w[0]], lambda x, w: []),
        (lambda x, w: [ca.fmax(x - 0.5, 0) + ca.fmin(x + 0.5, 0), 0 * w[0]], lambda x, w: []),
        (lambda x, w: [w[0] * (x + 0.5), 1e-7 / (x - 0.2003)], lambda x, w: [x - 0.2003]),
    ],
    ids=["no root", "two that nearly meet", "not finite", "zero over a stretch", "a pole"],
)
def test_what_a_scan_is_not_sure_of_it_does_not_answer(terms, guards):
    assert scanned(terms, [1.0], guards=guards)[2].tolist() == [-1]


@pytest.mark.parametrize("slope", [2, 1e4])
def test_a_removable_pole_is_none(slope):
    """x / (e^x - 1) beside a guard that changes its sign at zero, in a sum that is steep there or is not."""

    def terms(x, w):
        near = ca.fabs(x) < 1e-3
        return [ca.if_else(near, 1 - x / 2 + x * x / 12, x / ca.expm1(ca.if_else(near, 1, x))), slope * x, -w[0]]

    root, _, roots = scanned(terms, [1.3], guards=lambda x, w: [ca.expm1(x)])
    assert roots.tolist() == [1]
    assert root[0] / np.expm1(root[0]) + slope * root[0] == pytest.approx(1.3, abs=1e-13)


@pytest.mark.parametrize("slope", [0.0, 1e4])
def test_a_pole_in_a_steep_sum_is_not_taken_for_none(slope):
    found = scanned(lambda x, w: [w[0] * (x + 0.5), slope * x, 1e-7 / (x - 0.2003)], [1.0], guards=lambda x, w: [x - 0.2003])
    assert found[2].tolist() == [-1]


def test_a_sum_that_rises_needs_no_scan():
    kernel = rising(balance_of(lambda x, w: [ca.exp(x), -w[0]]), SCAN, lambda t, given: t.number(0.0))
    root, residual, roots = kernel([np.array([1e-1, 1.0, 20.0, -1.0, 1e9, np.nan])], 6)
    assert root[:3] == pytest.approx(np.log([1e-1, 1.0, 20.0]), abs=1e-14)
    assert roots.tolist() == [1, 1, 1, -1, -1, -1]
    assert np.all(residual[:3] < 1e-14)


def test_several_unknowns():
    """Two balances whose slopes are positive definite."""
    graph = Graph()
    nodes = traced(graph, lambda x, w: [x[0] + 0.1 * x[1] - w[0], 0.1 * x[0] + x[1] ** 3 - 1], {"x": 2, "w": 1})
    kernel = newton(Balances(graph, nodes, nodes, graph.const(1.0), [], 1), longest=0.5, settled=1e-7)
    w = np.array([0.0, 2.0, np.nan])
    x, y, left = kernel([w, np.full(3, 3.0), np.full(3, 3.0)], 3)
    assert np.allclose((x + 0.1 * y - w)[:2], 0, atol=1e-14)
    assert np.allclose((0.1 * x + y**3 - 1)[:2], 0, atol=1e-14)
    assert np.isnan(left[2])
    assert np.all((left[:2] > 0) & (left[:2] < 1e-12))


# -- what is kept ----------------------------------------------------------------------------------------------------------


def test_machine_code_is_kept_by_its_content(tmp_path, monkeypatch):
    monkeypatch.setenv("VREST_CACHE", str(tmp_path / "deep" / "store"))
    kernel = kernel_of(lambda w: [w[0] + 1], 1)
    assert Code(kernel.text).compiled
    assert not Code(kernel.text).compiled
    (kept,) = (tmp_path / "deep" / "store").iterdir()
    assert kept.stem == digest(kernel.text, processor())
    kept.write_bytes(kept.read_bytes()[:-7])
    assert Code(kernel.text).compiled, "what was cut short is compiled anew"


def test_without_a_store_that_can_be_written_nothing_is_kept(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("VREST_CACHE", str(tmp_path / "file" / "store"))
    kernel = kernel_of(lambda w: [w[0] + 2], 1)
    assert kernel([np.array([1.0])], 1).tolist() == [[3.0]]
    assert Code(kernel.text).compiled
    monkeypatch.setenv("VREST_CACHE", "")
    assert store() is None
