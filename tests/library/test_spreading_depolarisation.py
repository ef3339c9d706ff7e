"""Neuron, astrocyte and the space between them through ten minutes without pumps, against the table of their reference sheet."""

import csv
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

import vrest

CURVE = Path(__file__).with_name("spreading-depolarisation.csv")
CELL, SCENARIO = "kalia2021-excitable", "spreading-depolarisation"


@lru_cache
def table() -> list[dict[str, float]]:
    with CURVE.open(encoding="utf-8", newline="") as lines:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(lines)]


@lru_cache
def course():
    return vrest.simulate(CELL, SCENARIO, at=[f"{row['t_min']!r} min" for row in table()])


def columns(run) -> dict[str, np.ndarray]:
    found = {"V_neuron_mV": 1e3 * run.V["neuronal"], "V_astrocyte_mV": 1e3 * run.V["glial"], "K_space_mM": run.c["space"]["K"]}
    found |= {f"{ion}_neuron_mM": run.c["neuron"][ion] for ion in ("Na", "K", "Cl")}
    water = {"neuron": "neuron", "astro": "astrocyte", "space": "space"}
    return found | {f"vol_{name}_pct": 100 * run.volume[place] / run.volume[place][0] for name, place in water.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", [*table()[0]][1:])
def test_the_curve(name):
    expected = np.array([row[name] for row in table()])
    bound = {"atol": 0.1} if name.endswith("mV") else {"rtol": 2e-3}
    np.testing.assert_allclose(columns(course())[name], expected, **bound)


@pytest.mark.slow
def test_the_volley():
    """Spikes above -20 mV in the seconds after the stop."""
    whole = course().whole
    V, time = 1e3 * whole.V["neuronal"], whole.time - 300
    early = (time > 0) & (time < 10)
    rises = np.flatnonzero((V[:-1] < -20) & (V[1:] >= -20) & early[1:])
    assert len(rises) == 210
    assert time[rises[0]] == pytest.approx(0.025, abs=1e-3)
    assert time[rises[-1]] == pytest.approx(3.27, abs=0.02)
    assert V[early].max() == pytest.approx(11.6, abs=0.1)


def test_with_gates_at_their_steady_values_it_goes_to_the_same_state():
    """The volley's trace is 0.3 mV half a minute after it, and none later."""
    run = vrest.simulate("kalia2021", SCENARIO, at=["5.5 min", "15 min", "60 min"])
    assert 1e3 * run.V["neuronal"][0] == pytest.approx(-24.03, abs=0.01)
    assert 1e3 * run.V["neuronal"][1:] == pytest.approx([-2.35, -33.78], abs=0.1)
    assert 1e3 * run.V["glial"][1:] == pytest.approx([8.46, -47.80], abs=0.1)


def test_the_second_state_with_full_pumps_is_known_to_the_steady_state():
    steady = vrest.steady_state(CELL)
    others = [1e3 * other.V_m["neuronal"] for other in steady.other_states if other.stable]
    assert others == pytest.approx([-33.78], abs=0.02)


def test_a_weaker_pump_still_holds_the_rest():
    weak = {"multiply": {"neuronal.pump.active": 0.7, "glial.pump.active": 0.7}, "at": "0 s"}
    run = vrest.simulate(CELL, {"start": "steady", "until": "28 min", "events": [weak]})
    assert 1e3 * run.V["neuronal"][-1] == pytest.approx(-61.49, abs=0.02)
    assert run.c["space"]["K"][-1] == pytest.approx(4.484, abs=5e-3)
    assert run.c["neuron"]["Na"][-1] == pytest.approx(18.4, abs=0.05)
