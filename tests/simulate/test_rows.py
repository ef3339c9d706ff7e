"""Courses of many rows in lanes: what one cell says, row by row; and what lanes leave to it."""

import numpy as np
import pytest

import cells
import vrest
from in_rows import judged
from lanes import needs_lanes, spread
from vrest.description.library import protocol_of
from vrest.questions.prepared import Prepared

pytestmark = needs_lanes
PULSE = {"from": "1 min", "to": "3 min", "set": {"outside.K": "20 mM"}}
RAMP = {"from": "4 min", "to": "8 min", "ramp": {"outside.Na": "70 mM"}}
CLAMP = {"from": "1 min", "to": "3 min", "voltage": "-20 mV", "into": "inside", "carrier": "K"}
SHOCK = {"at": "4 min", "shock": "20 mV", "into": "inside", "carrier": "K"}
SALT = {"at": "5 min", "set": {"inside.Na": "20 mM"}, "counter_ion": "Cl"}
PIPETTE = {"from": "210 s", "to": "270 s", "dialyse": "inside", "solution": {"K": "120 mM", "Na": "10 mM"}}
CURRENT = {"from": "8 ms", "to": "10 ms", "current": "20 nA", "into": "inside"}
SPIKE = {"at": "2 ms", "shock": "20 mV", "into": "inside"}


CO2 = {"kind": "reaction", "stoichiometry": {"CO2": -1, "H": 1, "HCO3": 1}, "pK": "6.1", "rate": "fast"}
ACID = {"CO2": "1.2 mM", "HCO3": "12 mM", "H": "pH 7.1"}
ALKALINE = {"CO2": "1.2 mM", "HCO3": "24 mM", "H": "pH 7.4"}
CARBONATED = cells.pump_leak(
    inside={
        "ions": cells.INSIDE | ACID,
        "mechanisms": {"co2": CO2},
        "fixed": {"HCO3": {"counter_ion": "Cl"}},
        "buffer": {"H": {"capacity": "20 mM"}},
        "states": {"b": {"rate": "(K_in/20 - b)/(20 s)", "start": "8 mM", "holds": {"K": 1}}},
    },
    outside={"ions": cells.OUTSIDE | ALKALINE},
    mechanisms=cells.leaks()
    | {"CO2": cells.ghk("CO2", "1e-4 m/s"), "HCO3": cells.ghk("HCO3", "1e-10 m/s"), "pump": cells.pump()},
    water={"permeability": "1e-5 m/s"},
)
WATER = {"at": "20 s", "set": {"inside.volume": "5 pL"}}


def asked(cell, given, size, sd):
    """A cell, its protocol, times to look at, rows of its numbers and their courses."""
    prepared = Prepared(vrest.load(cell) if isinstance(cell, str) else vrest.from_dict(cell))
    protocol = protocol_of(given, prepared.cell, None)
    times = np.linspace(0.0, protocol.until, 7)
    columns = spread(prepared.cell, size, sd, of_membranes=True)
    lanes = prepared.course_rows(tuple(columns), protocol, times, 1e-8)
    return prepared, protocol, times, columns, lanes


@pytest.mark.parametrize(
    ("cell", "given", "sd"),
    [
        (
            "mammalian-neuron",
            {"until": "10 min", "events": [PULSE, RAMP, {"at": "9 min", "multiply": {"plasma.pump.max_current": 0.5}}]},
            0.3,
        ),
        ("dijkstra2016", {"until": "1 h", "start": "-60 mV", "events": [PULSE]}, 0.1),
        ("mammalian-neuron", {"until": "6 min", "events": [CLAMP, PIPETTE, SHOCK, SALT]}, 0.3),
        ("mammalian-neuron", {"until": "10 min", "start": "steady", "events": [PULSE]}, 0.3),
        ("squid-axon-excitable", {"until": "20 ms", "events": [SPIKE, CURRENT]}, 0.1),
        pytest.param(
            CARBONATED,
            {"until": "1 min", "events": [WATER, {"at": "30 s", "set": {"outside.CO2": "5 mM"}}]},
            0.3,
            marks=pytest.mark.slow,
        ),
    ],
)
def test_rows_take_the_course_of_one_cell(cell, given, sd):
    prepared, protocol, times, columns, lanes = asked(cell, given, 24, sd)
    found = lanes(columns)
    assert found.settled.mean() > 0.9
    assert found.residual[found.settled].max() < 1e-9
    for row in np.flatnonzero(found.settled)[:3]:
        one = prepared.simulate(protocol, {path: float(v[row]) for path, v in columns.items()}, at=times)
        assert all(np.abs(found.V[m][row] - V).max() < 1e-8 for m, V in one.V.items())
        assert all(np.allclose(found.inside[s, ion][row], c, rtol=1e-6) for s, ions in one.c.items() for ion, c in ions.items())
        assert all(np.allclose(found.volume[s][row], w, rtol=1e-6) for s, w in one.volume.items())


@pytest.mark.parametrize(
    "given",
    [
        {"until": {"steady": "1 h"}},
        {"until": {"crosses": "-40 mV", "within": "1 h"}},
    ],
)
def test_what_lanes_do_not_know_is_left_to_one_cell(given):
    *_, lanes = asked("mammalian-neuron", given, 2, 0.1)
    assert lanes is None


def test_one_cell_goes_through_the_kernel_of_lanes_on_request():
    given = {"until": "10 min", "events": [PULSE, RAMP]}
    one, other = (vrest.simulate("mammalian-neuron", given, engine=engine, every="1 min") for engine in ("cvodes", "lanes"))
    assert "Rodas5P" in other.certificate.method
    assert other.certificate.converged
    assert np.abs(one.V["plasma"] - other.V["plasma"]).max() < 1e-8
    assert one.certificate.residuals.keys() == other.certificate.residuals.keys()


def test_spikes_come_at_the_same_time_whichever_engine():
    given = {"until": "20 ms", "events": [SPIKE]}
    one, other = (vrest.simulate("squid-axon-excitable", given, engine=engine) for engine in ("cvodes", "lanes"))
    (seen,), (again,) = one.spikes.values(), other.spikes.values()
    assert seen.count == again.count == 1
    assert again.first == pytest.approx(seen.first, abs=1e-7)
    assert again.highest == pytest.approx(seen.highest, abs=1e-6)


def test_water_that_follows_at_once_does_so_from_the_described_volume():
    given = {"until": "10 s", "start": "-60 mV"}
    prepared, times = Prepared(vrest.load("kay2017")), np.array([0.0, 10.0])
    protocol, levels = protocol_of(given, prepared.cell, None), np.array([125.0, 145.0, 160.0])
    found = prepared.course_rows(("outside.Na",), protocol, times, 1e-8)({"outside.Na": levels})
    assert found.settled.all()
    for row, Na in enumerate(levels):
        one = prepared.simulate(protocol, {"outside.Na": Na}, at=times)
        assert np.abs(found.V["plasma"][row] - one.V["plasma"]).max() < 1e-8
        assert np.allclose(found.volume["inside"][row], one.volume["inside"], rtol=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["lysosome", "mitochondrion", "proximal-tubule", "hubel-dahlem2014", "saetra2020", "wei2014", "kay2017"]
)
def test_rows_of_library_cells_take_the_course_of_one_cell(name):
    found = judged(vrest.load(name), "simulate", 64, 2)
    assert found.again == 2
    assert not found.differ
    assert found.counts["settled"] > 0.9 * (64 - found.counts["bad_input"]) > 20


@pytest.mark.slow
def test_spikes_of_rows_come_within_a_thousandth_of_a_millisecond():
    prepared = Prepared(vrest.load("kalia2021-excitable"))
    protocol, times = protocol_of({"until": "50 ms", "start": "-50 mV"}, prepared.cell, None), np.linspace(0.0, 0.05, 401)
    columns = spread(prepared.cell, 16, 0.1, of_membranes=True)
    found = prepared.course_rows(tuple(columns), protocol, times, 1e-8)(columns)
    for row in np.flatnonzero(found.settled)[:3]:
        one = prepared.simulate(protocol, {path: float(v[row]) for path, v in columns.items()}, at=times)
        rises = [_rises(times, V) for V in (found.V["neuronal"][row], one.V["neuronal"])]
        assert rises[0].size == rises[1].size > 0
        assert np.abs(rises[0] - rises[1]).max() < 1e-6


def _rises(times, V):
    """When a potential rises through -20 mV [s]."""
    (k,) = np.nonzero((V[:-1] < -0.02) & (V[1:] >= -0.02))
    return times[k] + (times[k + 1] - times[k]) * (-0.02 - V[k]) / (V[k + 1] - V[k])


PULSED = {
    "cell": "pulsed",
    "temperature": "310 K",
    "shape": {"sphere": {"diameter": "20 um"}},
    "capacitance": "1 uF/cm^2",
    "impermeant": {"valence": -1, "amount": "neutral"},
    "ions": {"K": {"inside": "140 mM", "outside": "5 mM"}, "Na": {"inside": "10 mM", "outside": "145 mM"}},
    "mechanisms": {
        "K_leak": {"kind": "ghk", "ion": "K", "permeability": "1e-8 m/s"},
        "Na_leak": {"kind": "ghk", "ion": "Na", "permeability": "1e-9 m/s", "factor": "1 + 20*exp(-((t - 3 s)/(5 ms))**2)"},
    },
}


def test_no_row_steps_over_a_pulse_that_a_formula_of_the_time_has():
    prepared, times = Prepared(vrest.from_dict(PULSED)), np.array([2.9, 2.995, 3.0, 3.01, 5.0])
    protocol = protocol_of(None, prepared.cell, "10 s")
    lanes = prepared.course_rows(("outside.K",), protocol, times, 1e-8)
    found = lanes({"outside.K": np.array([3.0, 10.0])})
    one = prepared.simulate(protocol, {"outside.K": 10.0}, at=times)
    assert np.ptp(one.V["membrane"]) > 0.05
    assert np.abs(found.V["membrane"][1] - one.V["membrane"]).max() < 1e-7
    assert prepared.course_rows(("temperature",), protocol, times, 1e-8) is None
