"""Huebel and Dahlem (2014) with the gate of their K+ channel in time: the rest, and the minute and a half after a block of the pump."""

from functools import lru_cache

import numpy as np
import pytest

import vrest

CELL = "hubel-dahlem2014"


@lru_cache
def course():
    """Ten seconds without the pump, from 20 s on."""
    block = {"from": "20 s", "to": "29.5 s", "multiply": {"pumps": 0}}
    return vrest.simulate(CELL, {"start": "-67.193253 mV", "until": "500 s", "events": [block]})


def test_the_rest_after_2000_s():
    run = vrest.simulate(CELL, until="2000 s")
    assert 1e3 * run.V["plasma"][-1] == pytest.approx(-67.196, abs=0.1)
    found = [run.c["neuron"][ion][-1] for ion in ("K", "Na", "Cl")] + [run.c["space"]["K"][-1]]
    assert found == pytest.approx([129.254, 25.231, 9.896, 4.003], rel=2e-3)


@pytest.mark.slow
def test_how_long_it_is_depolarised():
    run = course()
    above = run.time[run.V["plasma"] > -0.040]
    assert above[0] == pytest.approx(25.15, rel=0.05)
    assert above[-1] == pytest.approx(108.7, rel=0.05)


@pytest.mark.slow
def test_the_potassium_outside():
    K, time = course().c["space"]["K"], course().time
    assert K.max() == pytest.approx(69.572235, rel=0.02)
    assert time[int(np.argmax(K))] == pytest.approx(35.25, rel=0.05)


@pytest.mark.slow
def test_what_it_comes_back_to():
    run = course()
    assert 1e3 * run.V["plasma"][-1] == pytest.approx(-75.568, abs=2)
    found = [run.c["neuron"][ion][-1] for ion in ("K", "Na")] + [run.c["space"]["K"][-1]]
    assert found == pytest.approx([104.199, 49.485, 2.961], rel=0.02)


@pytest.mark.slow
def test_a_store_keeps_its_charge_as_a_species_is_kept():
    """After five hundred spikes the glia, which no membrane holds a charge of, are neutral to 1e-12 of their ions."""
    run = course()
    assert run.certificate.charge_error < 1e-9
    charge = run.c["glia"]["K"] + run.c["glia"]["X"]
    assert charge[-1] == pytest.approx(charge[0], rel=1e-12)
