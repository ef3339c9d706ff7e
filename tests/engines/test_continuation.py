"""Curves of roots: circles, folds, ends, what lies on a curve, and where a pair of eigenvalues crosses."""

import numpy as np
import pytest

from vrest.engines.continuation import Equations, Steps, follow, located, on_curve
from vrest.engines.planes import Planes
from vrest.engines.symbolic import Buffered


def one(f, dy, ds, low=0.0, high=1.0):
    """One equation in y and s from plain functions; s runs from low to high."""
    return Equations(lambda x: (np.array([f(*x)]), np.array([[dy(*x), ds(*x)]])), 1, low, high)


def values(curve):
    """The unknown beside s, and s, along a curve."""
    return np.array(curve.x)[:, 0], curve.s


def folds(curve):
    return [float(x[1]) for x in curve.folds]


CIRCLE = one(lambda y, s: y**2 + (s - 0.5) ** 2 - 0.09, lambda y, s: 2 * y, lambda y, s: 2 * (s - 0.5))
CUBIC = one(lambda y, s: s - 0.5 + y**3 - 0.3 * y, lambda y, s: 3 * y**2 - 0.3, lambda y, s: 1.0, -2.0, 2.0)
LOWEST = np.array([-0.9, 0.5 + 0.9**3 - 0.27])
LINE = one(lambda y, s: y - s, lambda y, s: 1.0, lambda y, s: -1.0)


def test_a_closed_curve_is_followed_once_around():
    curve = follow(CIRCLE, np.array([0.3, 0.5]), 1.0)
    assert curve.closed
    y, s = values(curve)
    assert (s[0], y[0]) == (s[-1], y[-1])
    assert np.abs(y**2 + (s - 0.5) ** 2 - 0.09).max() < 1e-10
    turned = np.unwrap(np.arctan2(y, s - 0.5))
    assert abs(turned[-1] - turned[0]) == pytest.approx(2 * np.pi)
    assert sorted(folds(curve)) == pytest.approx([0.2, 0.8], abs=5e-10)


def test_folds_are_found_to_rounding_and_are_points_of_the_curve():
    curve = follow(CUBIC, LOWEST, -1.0)
    y = np.sqrt(0.1)
    wanted = [0.5 + 0.3 * v - v**3 for v in (-y, y)]
    assert folds(curve) == pytest.approx(wanted, abs=1e-12)
    assert all(s in curve.s for s in folds(curve))
    assert np.abs(np.diff(values(curve)[0])).max() < 0.3


@pytest.mark.parametrize("direction", [1.0, -1.0])
def test_a_curve_ends_at_the_end_of_the_range_and_has_no_point_twice(direction):
    curve = follow(LINE, np.array([0.4, 0.4]), direction)
    assert curve.s[-1] == (1.0 if direction > 0 else 0.0)
    assert curve.x[-1][0] == pytest.approx(curve.s[-1], abs=1e-12)
    assert np.all(np.diff(curve.s) * direction > 0)
    at_edge = follow(LINE, np.array([1.0, 1.0]), 1.0)
    assert at_edge.s.tolist() == [1.0]


def test_a_fold_beyond_the_range_is_not_told_and_the_curve_is_cut_there():
    parabola = one(lambda y, s: s - 1.001 + y**2, lambda y, s: 2 * y, lambda y, s: 1.0)
    curve = follow(parabola, np.array([0.5, 0.751]), 1.0)
    assert curve.folds == []
    assert curve.s[-1] == 1.0
    assert curve.x[-1][0] == pytest.approx(np.sqrt(0.001), rel=1e-9)


def test_joined_curves_are_one_way():
    forth, back = (follow(LINE, np.array([0.4, 0.4]), way) for way in (1.0, -1.0))
    whole = back.joined(forth)
    assert np.all(np.diff(whole.s) > 0)
    assert (whole.s[0], whole.s[-1]) == (0.0, 1.0)


def test_a_root_beside_a_curve_is_not_on_it():
    curve = follow(CUBIC, LOWEST, -1.0)
    assert len(_roots(0.51)) == 3
    assert all(on_curve(CUBIC, curve, np.array([y, 0.51]), 1e-6) for y in _roots(0.51))
    assert not on_curve(CUBIC, curve, np.array([_roots(0.51)[0] + 1e-4, 0.51]), 1e-6)


def _roots(s):
    return [r.real for r in np.roots([1, 0, -0.3, s - 0.5]) if abs(r.imag) < 1e-12]


def test_a_hopf_point_of_fitzhugh_and_nagumo_is_found_where_the_trace_is_zero():
    a, b, tau = 0.7, 0.8, 12.5

    def residual(x):
        v, w, s = x
        return np.array([v - v**3 / 3 - w + s, (v + a - b * w) / tau]), np.column_stack([jacobian(x), [1.0, 0.0]])

    def jacobian(x):
        return np.array([[1 - x[0] ** 2, -1.0], [1 / tau, -b / tau]])

    def grows(x):
        return bool(np.linalg.eigvals(jacobian(x)).real.max() > 0)

    v = np.sqrt(1 - b / tau)  # the trace is zero at +-v
    wanted = [((u + a) / b) - u + u**3 / 3 for u in (-v, v)]
    start = min(np.roots([-1 / 3, 0, 1 - 1 / b, -a / b]), key=lambda r: abs(r.imag)).real
    equations = Equations(residual, 2, 0.0, 2.0)
    curve = follow(equations, np.array([start, (start + a) / b, 0.0]), 1.0)
    found = []
    for p, q in zip(curve.x, curve.x[1:], strict=False):
        before, after = grows(p), grows(q)
        if before != after:
            found.append(located(equations, p, q, lambda x, after=after: grows(x) == after))
    assert [x[2] for x in found] == pytest.approx(wanted, abs=1e-9)
    assert all(abs(np.linalg.eigvals(jacobian(x)).imag).min() > 0.1 for x in found)


def test_a_curve_that_ends_in_nothing_ends_there():
    broken = one(lambda y, s: y - s if s < 0.7 else np.nan, lambda y, s: 1.0, lambda y, s: -1.0)
    curve = follow(broken, np.array([0.1, 0.1]), 1.0)
    assert 0.69 < curve.s[-1] < 0.7
    assert not curve.closed


@pytest.mark.parametrize("width", [1e-1, 1e-2, 1e-3])
@pytest.mark.parametrize("where", [0.0, 0.7, 2.0, np.pi])
def test_a_narrow_loop_is_followed_once_around_and_its_sides_are_not_mixed(width, where):
    loop = one(lambda y, s: y**2 + ((s - 0.5) / width) ** 2 - 1, lambda y, s: 2 * y, lambda y, s: 2 * (s - 0.5) / width**2)
    curve = follow(loop, np.array([np.cos(where), 0.5 + width * np.sin(where)]), 1.0)
    assert curve.closed
    y, s = values(curve)
    turned = np.unwrap(np.arctan2((s - 0.5) / width, y))
    assert abs(turned[-1] - turned[0]) == pytest.approx(2 * np.pi)
    assert sorted(folds(curve)) == pytest.approx([0.5 - width, 0.5 + width], abs=1e-9)


def test_a_curve_goes_straight_on_where_another_crosses_it():
    cross = one(lambda y, s: y * (y - (s - 0.4)), lambda y, s: 2 * y - (s - 0.4), lambda y, s: -y)
    curve = follow(cross, np.array([0.0, 0.0]), 1.0)
    assert curve.s[-1] == 1.0
    assert np.abs(values(curve)[0]).max() < 1e-9


def test_a_curve_is_not_left_for_one_beside_it_that_runs_the_other_way():
    # two lines 4e-3 apart that are joined at s = 0.8: an open hairpin
    hairpin = one(lambda y, s: y**2 - (2e-3) ** 2 * (0.8 - s), lambda y, s: 2 * y, lambda y, s: (2e-3) ** 2)
    curve = follow(hairpin, np.array([2e-3 * np.sqrt(0.8), 0.0]), 1.0)
    assert folds(curve) == pytest.approx([0.8], abs=1e-9)
    assert (curve.s[-1], curve.x[-1][0]) == (0.0, pytest.approx(-2e-3 * np.sqrt(0.8), rel=1e-9))


def test_steps_can_be_kept_short_along_the_parameter():
    curve = follow(LINE, np.array([0.0, 0.0]), 1.0, Steps(along=1e-3))
    assert np.diff(curve.s).max() < 1.0000001e-3
    assert len(curve.s) > 1000


def test_a_curve_is_thinned_where_it_is_straight_and_keeps_its_folds():
    curve = follow(CUBIC, LOWEST, -1.0, Steps(along=1e-3))
    thin = curve.thinned(0.1, 1e-4)
    assert len(thin.s) < len(curve.s) / 6
    assert thin.folds == curve.folds
    assert set(folds(thin)) <= set(thin.s)
    assert (thin.s[0], thin.s[-1]) == (curve.s[0], curve.s[-1])
    y, s = values(thin)
    between = 0.5 * (y[:-1] + y[1:])
    chords = 0.5 * (s[:-1] + s[1:])
    assert np.abs(chords - (0.5 + 0.3 * between - between**3)).max() < 1e-3


def test_a_bump_narrower_than_a_step_is_seen_where_steps_are_short():
    bump = one(
        lambda y, s: y - np.exp(-(((s - 0.503) / 2e-3) ** 2)),
        lambda y, s: 1.0,
        lambda y, s: 2 * (s - 0.503) / 4e-6 * np.exp(-(((s - 0.503) / 2e-3) ** 2)),
    )
    curve = follow(bump, np.array([0.0, 0.0]), 1.0, Steps(along=1e-3))
    assert values(curve)[0].max() == pytest.approx(1.0, abs=1e-3)
    assert curve.s[-1] == 1.0


# -- compiled steps ---------------------------------------------------------------------------------------------------


def three(x, p):
    """Three equations in units far apart, and an output that is none of them."""
    return [1e-12 * (x[0] ** 2 + x[1] - p["a"]), x[1] * x[2] - 1.0, 1e9 * (x[0] - x[2] ** 3), x[0]]


@pytest.mark.parametrize("row", [0, 1, 2])
def test_a_compiled_step_to_a_plane_is_that_of_the_equations(row):
    compiled = Buffered(three, 3, ("a",))
    p = compiled.values({"a": 2.0})

    def residual(x):
        f, J = compiled(x, p)
        kept = [k for k in range(3) if k != row]
        return f[kept], J[kept]

    plain, whole = Equations(residual, 0, -1.0, 1.0), Planes(compiled, 3).without(row, p)
    x, foot, across = np.array([0.7, 1.2, 0.9]), np.array([0.8, 1.0, 1.1]), np.array([0.5, -0.3, 0.8])
    one, other = plain.to_plane(x, foot, across), whole(x, foot, across)
    for a, b in zip(one[:4], other[:4], strict=True):
        assert a == pytest.approx(b, rel=1e-12)
    assert other.way.dot(across) > 0


def test_steps_that_take_turns_keep_their_open_row_and_numbers():
    compiled = Buffered(three, 3, ("a",))
    planes, x, across = Planes(compiled, 3), np.array([0.7, 1.2, 0.9]), np.array([0.5, -0.3, 0.8])
    steps = [planes.without(row, compiled.values({"a": a})) for row, a in ((0, 2.0), (1, 2.0), (1, 3.0))]
    first = [step(x, x, across).x for step in steps]
    assert [np.array_equal(step(x, x, across).x, x1) for step, x1 in zip(steps, first, strict=True)] == [True] * 3
    assert len({tuple(x1) for x1 in first}) == 3


def test_a_compiled_step_is_none_where_nothing_finite_comes_of_it():
    compiled = Buffered(lambda x, p: [x[0] * 0.0, 1 / x[1], x[2]], 3, ())
    step = Planes(compiled, 3).without(2, np.zeros(0))
    assert step(np.ones(3), np.ones(3), np.array([0.0, 0.0, 1.0])) is None
    assert step(np.zeros(3), np.zeros(3), np.ones(3)) is None
