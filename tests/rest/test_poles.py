"""Resting potentials beside a pole of a formula: found however near they are, and told from the pole."""

import numpy as np
import pytest

import vrest
from cells import in_a_bath, leaks, neutral, sphere
from effort import slow_unless
from vrest.engines.roots import sign_changes

POLE = -0.0551


def with_pole(strength, rate="a*(10 mV)/(V - V_p)"):
    odd = {"kind": "formula", "stoichiometry": {"Na": -1}, "rate": rate, "parameters": {"a": strength, "V_p": "-55.1 mV"}}
    return vrest.from_dict(in_a_bath(leaks("K", "Na") | {"odd": odd}, sphere(impermeant=neutral(-1.1))))


@pytest.mark.parametrize("a", [1e-9, 1e-11, 1e-13, -1e-10, -1e-12])
def test_a_root_beside_a_pole_is_found(a):
    """Beside the pole the current of the leaks is nearly constant, so the root lies where a (10 mV)/(V - V_p) balances it."""
    rest = vrest.rest(with_pole(f"{a:g} mol/(m^2 s)"))
    leak = vrest.iv(with_pole("0 mol/(m^2 s)"), [POLE + 1e-7]).membranes["m"]
    net = float(sum(leak.density(leak.currents[word])[0] for word in ("K_leak", "Na_leak")))
    near = POLE + 96485.33212 * a * 0.01 / net
    roots = [root.V_m["m"] for root in rest.roots]
    assert min(abs(root - near) for root in roots) < 0.02 * abs(near - POLE) + 1e-8
    assert any("divides by zero" in note and "-55.1 mV" in note for note in rest.notes)


def test_a_root_beside_a_pole_behind_a_name_is_found():
    near = [
        root.V_m["m"] for root in vrest.rest(with_pole("1e-12 mol/(m^2 s)", "where(V > V_p, 1, 1)*a*(10 mV)/(V - V_p)")).roots
    ]
    assert any(0 < abs(V - POLE) < 1e-6 for V in near)


def test_sign_changes_are_closed_in():
    found = sign_changes(lambda x: (x - 0.3) * (x + 0.7), np.linspace(-1, 1, 41))
    assert found == pytest.approx([-0.7, 0.3], abs=1e-14)


@pytest.mark.parametrize("a", slow_unless(lambda a: a > 0, [1e-10, -1e-8, -3e-10]))
def test_branches_of_rest_do_not_cross_a_pole_and_miss_nothing_beside_it(a):
    cell = with_pole(f"{a:g} mol/(m^2 s)")
    found = vrest.branches(cell, "outside.K", "3:60 mM", of="rest")
    for branch in found.branches:
        side = np.sign(np.array(branch.V["m"]) - POLE)
        assert np.all(side == side[0])
    for K in (3.5, 5.0, 7.0, 12.0, 20.0, 40.0):
        try:
            roots = sorted(root.V_m["m"] for root in vrest.rest(cell.replace({"outside.K": f"{K} mM"})).roots)
        except vrest.NoAnswerError:
            roots = []
        met = sorted(V for branch in found.branches for V in _at(branch, K))
        assert met == pytest.approx(roots, abs=1e-4)  # what a straight line between points may leave out


def _at(branch, K):
    """Potentials of a branch at a value, between its points [V]."""
    over, V = np.array(branch.values), np.array(branch.V["m"])
    places = np.flatnonzero((over[:-1] - K) * (over[1:] - K) <= 0)
    return [float(np.interp(K, *zip(*sorted([(over[k], V[k]), (over[k + 1], V[k + 1])]), strict=True))) for k in places]
