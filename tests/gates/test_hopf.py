"""Hopf points of the squid axon along an injected current (a classical result), and of the normal form by itself."""

import numpy as np
import pytest

import gated
import vrest
from vrest.questions.steady.hopf import _first_lyapunov


def test_the_axon_between_two_hopf_points():
    """Onset at 9.77 uA/cm^2 by a subcritical Hopf point, block at 154.5 by a supercritical one."""
    current = {"kind": "current", "value": "-1 uA/cm^2"}
    found = vrest.branches(gated.axon(gated.channels(I=current)), "m.I.value", "-200:0 uA/cm^2")
    assert [(one.kind, one.criticality) for one in found.special] == [("Hopf", "supercritical"), ("Hopf", "subcritical")]
    assert [one.value for one in found.special] == pytest.approx([-154.52, -9.7754], rel=1e-4)
    held = vrest.branches(gated.axon(gated.channels(I=current)), "m.I.value", "-200:0 uA/cm^2", of="rest")
    assert [one.value for one in held.special] == pytest.approx([one.value for one in found.special], rel=1e-5)


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_the_normal_form(sign):
    """z' = i z + sign z |z|^2 with a quadratic term that moves no sign, in tilted coordinates with a third, quick one."""
    tilt = np.array([[1.0, 0.4, 0.0], [-0.2, 2.0, 0.1], [0.3, 0.0, 1.0]])

    def plain(u):
        x, y, w = u
        r = sign * (x * x + y * y)
        return np.array([-y + r * x + 0.1 * x * w, x + r * y + 0.1 * y * w, -50 * w])

    A = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, -50]])
    inverse = np.linalg.inv(tilt)
    for step in (2e-2, 1e-2):
        assert np.sign(_first_lyapunov(tilt @ A @ inverse, lambda u: tilt @ plain(inverse @ u), step)) == sign
