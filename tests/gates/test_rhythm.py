"""Spikes that are counted, none of them missed; cycles that are recognised; shocks."""

import numpy as np
import pytest

import gated
import vrest
from vrest.questions.simulate.rhythm import spikes


def injected(current: str, until: str) -> dict:
    return {"protocol": "p", "until": until, "events": [{"from": "0 s", "to": until, "into": "inside", "current": current}]}


def test_every_spike_of_a_second_is_there():
    """68.3 spikes a second: as many as there are cycles, although one integration passes many of them."""
    found = vrest.simulate(gated.axon(), injected("10 uA", "1 s"))
    assert found.spikes["m"].count == 69
    assert found.spikes["m"].rate == pytest.approx(68.3, abs=0.5)
    cycle = found.rhythm["m"]
    assert cycle.period == pytest.approx(14.636e-3, rel=2e-3)
    assert 1e3 * cycle.lowest == pytest.approx(-74.89, abs=0.02)
    assert 1e3 * cycle.highest == pytest.approx(30.42, abs=0.05)
    assert any("69 spikes pass 0 mV" in said for said in found.story)
    json = found.to_dict()
    assert json["spikes"]["m"]["count"] == 69
    assert json["rhythm"]["m"]["period_s"] == cycle.period


def test_what_a_clamp_takes_across_is_no_spike():
    events = [{"from": f"{k} ms", "to": f"{k + 1} ms", "into": "inside", "voltage": "50 mV"} for k in (1, 5)]
    found = vrest.simulate(gated.axon(), {"protocol": "p", "until": "20 ms", "events": events})
    assert found.V["m"].max() == pytest.approx(0.05, abs=1e-6)
    assert found.spikes == {}


def beside_another() -> vrest.Cell:
    """An axon and a cell without gates beside it, joined by a membrane that only conducts."""
    whole = gated.axon().to_dict()
    whole["compartments"]["beside"] = whole["compartments"]["inside"]
    for name, between, conductance, reversal in (
        ("passive", ["beside", "outside"], "0.3 mS/cm^2", "-64 mV"),
        ("joint", ["inside", "beside"], "0.1 mS/cm^2", "0 mV"),
    ):
        ohmic = {"kind": "ohmic", "conductance": conductance, "reversal": reversal}
        membrane = {"between": between, "area": gated.AREA, "capacitance": "1 uF/cm^2"}
        whole["membranes"][name] = membrane | {"mechanisms": {"ohm": ohmic}}
    return vrest.from_dict(whole)


def test_what_lies_at_0_mV_between_two_cells_does_not_fire():
    """Its V crosses 0 mV and comes back, by more than 10 mV, as its neighbour fires."""
    found = vrest.simulate(
        beside_another(),
        {"protocol": "p", "until": "30 ms", "events": [{"from": "1 ms", "to": "1.5 ms", "into": "inside", "current": "40 uA"}]},
    )
    joint = found.V["joint"]
    assert -2e-3 < joint[0] < 0
    assert joint.max() > 0.01
    assert spikes(found.time, {"joint": joint})["joint"].count == 1
    assert {name: one.count for name, one in found.spikes.items()} == {"m": 1}
    assert not any("'joint'" in said for said in found.story if "passes 0 mV" in said)


@pytest.mark.parametrize(("lowest", "highest", "count"), [(-60, 30, 3), (-5, 4, 0), (-5, 6, 3), (1, 30, 0)])
def test_a_spike_rises_by_ten_millivolts_above_zero(lowest, highest, count):
    """Three swings of a cosine: from well below 0 mV, about it, and above it all the time."""
    time = np.linspace(0.0, 0.3, 3001)
    V = 1e-3 * (lowest + (highest - lowest) * 0.5 * (1 - np.cos(2 * np.pi * time / 0.1)))
    found = spikes(time, {"m": V})
    assert [one.count for one in found.values()] == ([count] if count else [])
    if count:
        assert found["m"].highest == pytest.approx(1e-3 * highest, abs=1e-6)
        assert found["m"].rate == pytest.approx(10, rel=1e-3)


def test_one_spike_is_no_rhythm():
    found = vrest.simulate(
        gated.axon(),
        {"protocol": "p", "until": "30 ms", "events": [{"from": "0 s", "to": "0.5 ms", "into": "inside", "current": "20 uA"}]},
    )
    assert (found.spikes["m"].count, found.spikes["m"].rate, found.rhythm) == (1, None, {})
    assert 1e3 * found.spikes["m"].highest == pytest.approx(39.315, abs=0.01)


def test_a_cycle_is_no_steady_state():
    """Where the only rest is unstable a run that waits for it ends in a cycle, and says so."""
    cell = gated.axon().replace({"m.K.reversal": "-65 mV"})
    found = vrest.simulate(cell, {"protocol": "p", "until": {"steady": "0.5 s"}, "start": "-70 mV"})
    assert found.ended == "end"
    assert found.rhythm["m"].period == pytest.approx(19.46e-3, rel=2e-3)
    assert any("it swings" in note for note in found.notes)
    settled = vrest.simulate(gated.axon(), {"protocol": "p", "until": {"steady": "60 s"}, "start": "-70 mV"})
    assert settled.ended == "steady"
    assert 1e3 * settled.V["m"][-1] == pytest.approx(-64.9964, abs=1e-4)


@pytest.mark.parametrize(("shock", "spikes"), [("6.49 mV", 0), ("6.52 mV", 1)])
def test_threshold_of_a_shock(shock, spikes):
    """A displacement of 6.505 mV at once is the threshold; gates stay where they were."""
    found = vrest.simulate(gated.axon(), {"protocol": "p", "until": "30 ms", "events": [{"at": "1 ms", "shock": shock}]})
    assert sum(one.count for one in found.spikes.values()) == spikes
    step = int(np.flatnonzero(np.diff(found.time) == 0)[0])
    assert 1e3 * np.diff(found.V["m"])[step] == pytest.approx(float(shock.split()[0]), abs=1e-9)
    assert np.diff(found.gates["m"]["Na"]["m"])[step] == 0


def test_a_shock_is_in_the_ledger():
    found = vrest.simulate(
        "mammalian-neuron", {"protocol": "p", "until": "1 s", "events": [{"at": "0.1 s", "shock": "20 mV", "carrier": "K"}]}
    )
    assert found.ledger["electrode.inside"]["K"] < 0
    assert found.certificate.mass_error < 1e-12
    with pytest.raises(vrest.InputError, match="over at once"):
        vrest.simulate(
            "mammalian-neuron",
            {"protocol": "p", "until": "1 s", "events": [{"from": "0 s", "to": "1 ms", "shock": "20 mV", "carrier": "K"}]},
        )
