"""The squid axon with its gates against every number of its sheet, at the tolerances that the sheet states."""

import numpy as np
import pytest

import vrest
from reference_rows import rows, sheet

CASE, CELL = "hodgkin-huxley1952", "squid-axon-excitable"
EXPECTED = sheet(CASE)["expected"]


def run(event: dict, until: str, **options):
    return vrest.simulate(CELL, {"start": "rest", "until": until, "events": [event | {"into": "inside"}]}, **options)


def shocked(mV: float, **options):
    return run({"at": "0 s", "shock": f"{mV!r} mV"}, "20 ms", **options)


def stepped(current: float):
    """A step of current that does not end [uA/cm^2]."""
    area = vrest.load(CELL).membranes["plasma"].area.si * 1e4
    return run({"from": "0 s", "to": "300 ms", "current": f"{current * area!r} uA"}, "300 ms")


def test_rest():
    rest = vrest.rest(CELL)
    assert 1e3 * rest.V_m["plasma"] == pytest.approx(EXPECTED["rest_mV"], abs=0.01)
    gates = {**rest.gates["plasma"]["Na"], **rest.gates["plasma"]["K"]}
    assert gates == pytest.approx({name: EXPECTED[name] for name in "mhn"}, abs=1e-5)


def test_a_shock_of_15_mV():
    table = rows(CASE, "expected_shock15mV.csv")
    found = shocked(15.0, at=[f"{row['t_ms']!r} ms" for row in table])
    assert 1e3 * found.V["plasma"] == pytest.approx([row["V_mV"] for row in table], abs=0.05)
    for name, mechanism in (("m", "Na"), ("h", "Na"), ("n", "K")):
        assert found.gates["plasma"][mechanism][name] == pytest.approx([row[name] for row in table], abs=5e-4)
    V, time = 1e3 * found.whole.V["plasma"], 1e3 * found.whole.time
    peak = int(np.argmax(V))
    expected = EXPECTED["shock15"]
    assert (V[peak], time[peak]) == (pytest.approx(expected["peak_mV"], abs=0.5), pytest.approx(expected["t_peak_ms"], abs=0.02))
    assert V.min() == pytest.approx(expected["AHP_min_mV"], abs=0.5)


@pytest.mark.parametrize(("beyond", "fires"), [(-0.1, False), (0.1, True)])
def test_the_threshold_of_a_shock(beyond, fires):
    found = shocked(EXPECTED["shock_threshold_mV"] + beyond)
    assert bool(found.spikes) is fires


@pytest.mark.parametrize(("part", "spikes"), [(0.98, 0), (1.02, 1)])
def test_the_step_that_brings_one_spike(part, spikes):
    found = stepped(part * EXPECTED["single_spike_step_rheobase_uA_cm2"]).spikes
    assert (found["plasma"].count if found else 0) == spikes


@pytest.mark.parametrize(("current", "spikes"), [(6.2, 3), (6.3, 16), (7.0, 18), (10.0, 21)])
def test_repetitive_firing(current, spikes):
    assert stepped(current).spikes["plasma"].count == pytest.approx(spikes, abs=1)
