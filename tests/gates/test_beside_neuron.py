"""The squid axon beside NEURON in one process: the same gates, one patch of membrane, 50 ms with a spike."""

import numpy as np
import pytest

pytest.importorskip("neuron", reason="NEURON is another program; .ci/run installs it (pip install neuron)")

import gated
import vrest

UNTIL, CURRENT, LENGTH = 50.0, 20.0, 0.5
"""Length of the run [ms]; current [uA/cm^2] for so long [ms] from its begin."""


def in_neuron(times: np.ndarray) -> np.ndarray:
    """V [mV] at times [ms] of one square centimetre, from rest, with rates that are no tables."""
    from neuron import h

    h.load_file("stdrun.hoc")
    patch = h.Section(name="patch")
    patch.L = patch.diam = 1e4 / np.sqrt(np.pi)  # um: the side of a cylinder of 1 cm^2
    patch.cm = 1.0
    patch.insert("hh")
    for segment in patch:
        segment.hh.el, segment.ek, segment.ena = -54.387, -77.0, 50.0
    h.usetable_hh = 0
    h.celsius = 6.3
    clamp = h.IClamp(patch(0.5))
    clamp.delay, clamp.dur, clamp.amp = 0.0, LENGTH, CURRENT * 1e3  # nA on 1 cm^2
    solver = h.CVode()
    solver.active(True)
    solver.atol(1e-9)
    wanted = h.Vector(times)
    V = h.Vector().record(patch(0.5)._ref_v, wanted)
    rest = 1e3 * vrest.rest(gated.axon()).V_m["m"]
    h.finitialize(rest)
    h.continuerun(UNTIL)
    return np.array(V)


def test_potentials_agree_to_a_hundredth_of_a_millivolt():
    times = np.arange(0.05, UNTIL, 0.05)
    event = {"from": "0 s", "to": f"{LENGTH} ms", "into": "inside", "current": f"{CURRENT} uA"}
    found = vrest.simulate(gated.axon(), {"protocol": "p", "until": f"{UNTIL} ms", "events": [event]}, at=times * 1e-3)
    assert 1e3 * found.V["m"] == pytest.approx(in_neuron(times), abs=0.01)
