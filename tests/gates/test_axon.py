"""The squid axon with its gates against the numbers of its reference sheet."""

from pathlib import Path

import numpy as np
import pytest

import gated
import vrest

CURVE = Path(__file__).with_name("squid-action-potential.csv")


def stimulus(current: str, until: str = "30 ms", length: str = "0.5 ms") -> dict:
    return {"protocol": "p", "until": until, "events": [{"from": "0 s", "to": length, "into": "inside", "current": current}]}


def test_rest():
    found = vrest.rest(gated.axon())
    assert 1e3 * found.V_m["m"] == pytest.approx(-64.9964, abs=1e-4)
    assert found.gates["m"]["Na"] == pytest.approx({"m": 0.05296, "h": 0.59599}, abs=6e-6)
    assert found.gates["m"]["K"] == pytest.approx({"n": 0.31773}, abs=6e-6)
    assert 0.1 * found.slope_conductance["m"] == pytest.approx(1.1669, abs=1e-4)
    assert found.roots[0].stable is True
    assert "swing at 61 Hz" in " ".join(found.notes)


def test_chord_conductances():
    found = vrest.rest(gated.axon()).chord_conductance["m"]
    assert {word: 0.1 * g for word, g in found.items()} == pytest.approx({"Na": 0.01062, "K": 0.36690, "leak": 0.3}, rel=5e-4)


def test_an_action_potential():
    rows = np.loadtxt(CURVE, delimiter=",", skiprows=1)
    found = vrest.simulate(gated.axon(), stimulus("20 uA"), at=rows[:, 0] * 1e-3)
    assert 1e3 * found.V["m"] == pytest.approx(rows[:, 1], abs=0.05)
    for column, (mechanism, gate) in enumerate([("Na", "m"), ("Na", "h"), ("K", "n")], start=2):
        assert found.gates["m"][mechanism][gate] == pytest.approx(rows[:, column], abs=5e-4)
    whole = found.whole
    peak = int(np.argmax(whole.V["m"]))
    assert 1e3 * whole.V["m"][peak] == pytest.approx(39.315, abs=0.05)
    assert 1e3 * whole.time[peak] == pytest.approx(2.115, abs=0.01)
    assert 1e3 * whole.V["m"].min() == pytest.approx(-76.17, abs=0.01)


@pytest.mark.slow
@pytest.mark.parametrize(("temperature", "width", "peak"), [("6.3 degC", 1.482, 41.02), ("18.5 degC", 0.419, 32.90)])
def test_temperature_narrows_the_action_potential(temperature, width, peak):
    axon = gated.axon(temperature=temperature)
    found = vrest.simulate(axon, stimulus("50 uA", "10 ms"), every="1 us").whole
    V, half = 1e3 * found.V["m"], 0.5 * (peak - 64.9964)
    assert V.max() == pytest.approx(peak, abs=0.05)
    above = found.time[half < V]
    assert 1e3 * (above[-1] - above[0]) == pytest.approx(width, abs=0.01)


def test_a_rest_that_the_gates_leave():
    """At E_K = -65 mV the steady-state slope is positive, but the gates come late: no root is stable, and the answer stands."""
    found = vrest.rest(gated.axon().replace({"m.K.reversal": "-65 mV"}))
    assert 1e3 * found.V_m["m"] == pytest.approx(-58.2034, abs=1e-3)
    assert found.roots[0].stable is False
    assert found.slope_conductance["m"] > 0
    assert any("gates come late" in note for note in found.notes)
    assert vrest.steady_state(gated.axon().replace({"m.K.reversal": "-65 mV"})).point.stable is False


def test_stability_needs_the_capacitance():
    found = vrest.rest(_without_capacitance())
    assert found.to_dict()["roots"][0]["stable"] is None
    assert "capacitance" in found.to_dict()["refused"]["roots.0.stable"]


def _without_capacitance() -> vrest.Cell:
    described = gated.axon().to_dict()
    del described["membranes"]["m"]["capacitance"]
    return vrest.from_dict(described)


def test_both_slopes():
    """With the gates as they are at rest the sum of the chords; with the gates at their steady values more, as K opens."""
    found = vrest.rest(gated.axon())
    assert 0.1 * found.instantaneous_conductance["m"] == pytest.approx(0.01062 + 0.36690 + 0.3, rel=1e-4)
