"""Formulas that name the time: a pulse is seen in a run of any length."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import cells
import vrest
from vrest.questions.simulate import timed

STOP = "where(t < 10000 s, 1, where(t < 10480 s, 0, 1))"


def cell(factor, **parameters):
    more = {"factor": factor} | ({"parameters": parameters} if parameters else {})
    return cells.cell_of(cells.leaks() | {"pump": cells.pump(**more)}, cells.sphere(impermeant=cells.neutral()), name="plasma")


def extremes(run, after=8000.0):
    V = 1e3 * run.V["plasma"][run.time > after]
    return V.min(), V.max()


@pytest.mark.parametrize("engine", ["cvodes", pytest.param("scipy", marks=pytest.mark.slow)])
@pytest.mark.parametrize("until", ["6 h", "60 h"])
def test_a_pump_that_stands_still_for_a_while_is_seen(until, engine):
    alone = vrest.simulate(cell(STOP), until="10480 s").V["plasma"][-1]
    assert extremes(vrest.simulate(cell(STOP), until=until, engine=engine))[1] == pytest.approx(1e3 * alone, abs=1e-3)


@pytest.mark.parametrize(
    "factor",
    [
        "1 - where(t > 10000 s and t < 10480 s, 1, 0)",
        "1 - where(abs(t - 10240 s) < 240 s, 1, 0)",
        "where(t < begin, 1, where(t < begin + lasts, 0, 1))",
        "1 - 0.25*(1 + tanh((t - 10000 s)/(10 ms)))*(1 + tanh((10480 s - t)/(10 ms)))",
        "1/(1 + exp((t - 10000 s)/(20 ms))) + 1/(1 + exp(-(t - 10480 s)/(20 ms)))",
        "where(V < 0 mV and t > 10000 s and t < 10480 s, 0, 1)",
    ],
)
def test_edges_are_seen_however_they_are_written(factor):
    numbers = {"begin": "10000 s", "lasts": "480 s"} if "lasts" in factor else {}
    stopped = extremes(vrest.simulate(cell(STOP), until="6 h"))
    assert extremes(vrest.simulate(cell(factor, **numbers), until="6 h")) == pytest.approx(stopped, abs=5e-3)


@pytest.mark.parametrize("width", [100.0, 1.0, 1e-3])
def test_a_pulse_of_any_width_brings_the_same_charge(width):
    """Cycles of the pump over a Gauss pulse: their number is the area under it, whatever its width and the length of the run."""
    given = {"kind": "current", "value": "1 pA", "carries": {"Na": 1}, "factor": f"exp(-((t - 7001.3 s)/({width} s))^2)"}
    one = cells.cell_of(cells.leaks() | {"pulse": given}, cells.sphere(impermeant=cells.neutral()), name="plasma")
    run = vrest.simulate(one, until="24 h")
    height = 1e12 * run.current["plasma"]["pulse"]
    assert height.max() == pytest.approx(1.0, abs=0.02)
    seen = np.minimum(height[1:], height[:-1]) > 1e-3
    area = np.sum((0.5 * (height[1:] + height[:-1]) * np.diff(run.time))[seen])
    assert area == pytest.approx(math.sqrt(math.pi) * width, rel=0.02)


@pytest.mark.parametrize(
    ("rate", "reached"),
    [
        ("where(t > 20000 s and t < 20010 s, 0.1, 0)*(1/(1 s))", 1.0),
        ("pulse", math.sqrt(math.pi) / 2),
    ],
)
def test_a_compartment_s_state_takes_what_a_pulse_brings(rate, reached):
    """A state that only rises: by the area under a pulse of seconds within hours, also where a name stands for it."""
    space = cells.sphere(impermeant=cells.neutral(), let={"pulse": "0.1/(1 s)*exp(-((t - 20000 s)/(5 s))^2)"})
    space["states"] = {"x": {"rate": rate, "start": 0}}
    run = vrest.simulate(cells.cell_of(cells.leaks() | {"pump": cells.pump()}, space, name="plasma"), until="12 h")
    assert run.states["inside.x"][-1] == pytest.approx(reached, rel=1e-6)
    assert run.certificate.search["formulas_of_time"] == ["inside.x.rate"]


def test_a_pulse_behind_names_is_that_of_the_formula_written_out():
    """What stands behind `let` is straight in time, and the formula that names it is not."""
    given = {
        "kind": "current",
        "value": "1 pA",
        "carries": {"Na": 1},
        "factor": "exp(-x^2)",
        "let": {"x": "u - 4000", "u": "t/(5 s)"},
    }
    one = cells.cell_of(cells.leaks() | {"pulse": given}, cells.sphere(impermeant=cells.neutral()), name="plasma")
    run = vrest.simulate(one, until="24 h")
    assert 1e12 * run.current["plasma"]["pulse"].max() == pytest.approx(1.0, abs=0.02)
    assert "plasma.pulse.factor" in run.certificate.search["formulas_of_time"]


def test_an_osmotic_coefficient_that_rises_for_a_while_draws_water():
    """By a twentieth for two seconds, in which solutes stay: P_f A V_w times the difference of osmolarities flows in."""
    P_f, radius, molar = 1e-4, 10e-6, 18.0e-6  # m/s, m, m^3/mol
    pulse = "where(t > 20000 s and t < 20002 s, 1.05, 1)"
    space = cells.sphere(impermeant=cells.neutral(), osmotic_coefficient=pulse)
    membrane = {"name": "plasma", "water": {"permeability": f"{P_f} m/s"}}
    run = vrest.simulate(cells.cell_of(cells.leaks() | {"pump": cells.pump()}, space, **membrane), until="12 h")
    before = run.volume["inside"][run.time <= 20000][-1]
    bath = sum(float(text.split()[0]) for text in cells.OUTSIDE.values())
    factor = P_f * 4 * math.pi * radius**2 * molar * bath
    course = solve_ivp(lambda t, w: factor * (1.05 * before / w - 1), (0, 2), [before], rtol=1e-10, atol=0)
    gained = run.volume["inside"][run.time > 19000].max() - before
    assert gained / before == pytest.approx(course.y[0, -1] / before - 1, rel=0.01)


def test_the_certificate_says_which_formulas_were_followed():
    assert vrest.simulate(cell(STOP), until="1 h").certificate.search["formulas_of_time"] == ["plasma.pump.factor"]
    assert "formulas_of_time" not in vrest.simulate(cell("1"), until="1 h").certificate.search


def test_a_straight_formula_of_the_time_costs_no_pieces():
    run = vrest.simulate(cell("1 + t/(10 h)"), until="1 h")
    assert run.certificate.search["pieces"] == 1


def test_a_formula_that_changes_too_often_is_told(monkeypatch):
    often = "t - 512 s"
    for half in (256, 128, 64, 32, 16):
        often = f"abs({often}) - {half} s"
    one = cell(f"abs({often})/(16 s)")
    assert not [note for note in vrest.simulate(one, until="1024 s").notes if "too often" in note]
    monkeypatch.setattr(timed, "MOST", 200)
    run = vrest.simulate(one, until="1024 s")
    assert any("'plasma.pump.factor' changes too often" in note for note in run.notes)


def test_a_run_until_it_is_steady_waits_for_what_is_to_come():
    run = vrest.simulate(cell("1 - exp(-((t - 200 h)/(1 h))^2)"), {"until": {"steady": "500 h"}})
    assert run.time[-1] > 200 * 3600
