"""Scenarios that belong to one cell: what their text tells, from the numbers of the run."""

from functools import lru_cache

import numpy as np
import pytest

import vrest


@lru_cache
def course(cell: str, scenario: str):
    return vrest.simulate(cell, scenario)


def spikes_between(run, begin: float, end: float, level: float = 0.0) -> int:
    """How often V rises through a level [V] in a span of time [s]."""
    V, time = run.V["plasma"], run.time
    rises = time[1:][(V[:-1] < level) & (V[1:] >= level)]
    return int(np.count_nonzero((rises >= begin) & (rises < end)))


@pytest.mark.parametrize(
    ("begin", "end", "spikes"),
    [(0.0, 0.1, 0), (0.1, 0.16, 0), (0.16, 0.2, 1), (0.2, 0.3, 6), (0.32, 0.42, 0)],
    ids=["10 mM", "up to 20 mM", "20 mM, pushed", "30 mM", "60 mM, pushed twice"],
)
def test_potassium_excites_and_then_paralyses_the_axon(begin, end, spikes):
    """A push of 6 mV: too little at 10 mM, enough at 20, needless at 30, and neither it nor one of 30 mV fires at 60."""
    assert spikes_between(course("squid-axon-excitable", "hyperkalaemia"), begin, end) == spikes


def test_what_paralyses_is_the_gate_h():
    """Steady h of Hodgkin and Huxley at -37.85 mV."""
    run = course("squid-axon-excitable", "hyperkalaemia")
    mV = 1e3 * run.V["plasma"][-1]
    opening, closing = 0.07 * np.exp(-(mV + 65) / 20), 1 / (1 + np.exp(-(mV + 35) / 10))
    assert mV == pytest.approx(-37.85, abs=0.01)
    assert run.gates["plasma"]["Na"]["h"][-1] == pytest.approx(opening / (opening + closing), abs=1e-4)
    assert opening / (opening + closing) == pytest.approx(0.04, abs=1e-3)


def test_an_axon_fires_while_calcium_is_low():
    """Its gates shift by 11 mV, and it does not depolarise: between its spikes and as they begin V lies below the rest in sea water."""
    run = course("squid-axon-calcium", "hypocalcaemia")
    assert [spikes_between(run, *span) for span in ((0.0, 0.05), (0.05, 0.25), (0.25, 0.35))] == [0, 13, 0]
    rests = {Ca: vrest.rest(vrest.load("squid-axon-calcium").replace({"outside.Ca": f"{Ca} mM"})) for Ca in (44, 20, 16, 8.8)}
    assert [rest.roots[0].stable for rest in rests.values()] == [True, True, False, False]
    assert 1e3 * rests[8.8].surface["plasma"].shift == pytest.approx(-10.9, abs=0.1)
    assert 1e3 * (rests[16].V_m["plasma"] - rests[44].V_m["plasma"]) == pytest.approx(-2.2, abs=0.1)
    screened = vrest.load("squid-axon-calcium").replace({"outside.Ca": "8.8 mM", "plasma.surface_charge.K_Ca": 0})
    assert 1e3 * vrest.rest(screened).surface["plasma"].shift == pytest.approx(-4, abs=0.1)


def test_the_action_potential_of_a_plant_overshoots_on_its_way_back():
    run = course("plant-cell", "plant-action-potential")
    V, time = 1e3 * run.V["plasma"], run.time
    assert V.max() == pytest.approx(5.2, abs=0.1)
    assert V.min() == pytest.approx(-200, abs=2)
    assert time[int(V.argmax())] < 3.1 < 4.8 < time[int(V.argmin())] < 5.1
    assert V[-1] == pytest.approx(V[0], abs=0.01)


def test_the_plants_pump_comes_back_before_its_symport():
    run = course("plant-cell", "plant-action-potential")
    lowest = int(run.V["plasma"].argmin())
    assert run.gates["plasma"]["pump"]["h"][lowest] > 0.95
    assert run.gates["plasma"]["symport"]["h"][lowest] < 0.5 * run.gates["plasma"]["symport"]["h"][0]


@pytest.mark.slow
def test_a_neuron_without_oxygen():
    """Silent for twenty seconds, then three of spikes; depolarised for two minutes after the oxygen is back.

    When it comes back is not for the equations to say: the depolarised state loses its stability some time before, and what
    leaves it grows from rounding (166 to 183 s at tolerances from 1e-6 to 1e-10).
    """
    run = course("wei2014", "anoxia")
    assert 1e3 * run.V["plasma"][0] == pytest.approx(-77.89, abs=0.01)
    assert spikes_between(run, 0, 29) == 0
    assert spikes_between(run, 29, 32) == 222
    assert spikes_between(run, 32, 300) == 0
    mV = np.interp([49.9, 160.0, 300.0], run.time, 1e3 * run.V["plasma"])
    assert mV == pytest.approx([-24.2, -46.3, -83.4], abs=1)
    assert 1e3 * np.interp(220.0, run.time, run.V["plasma"]) < -80
    assert run.volume["neuron"].max() / run.volume["neuron"][0] == pytest.approx(1.107, abs=2e-3)
    assert run.certificate.mass_error < 1e-12
