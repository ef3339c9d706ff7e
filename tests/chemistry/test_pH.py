"""A pH stands for a concentration of free protons; what cells say of pH and of the force that drives protons."""

import math
from dataclasses import replace

import numpy as np
import pytest

import cells
import vrest
from vrest.constants import F, R
from vrest.questions.simulate.story import _changed

ACID = {"K": "140 mM", "Na": "12 mM", "Cl": "10 mM", "H": "pH 7.2"}
BATH = {"K": "5 mM", "Na": "145 mM", "Cl": "150 mM", "H": "pH 7.4"}
STEP = {"protocol": "acid bath", "until": "2 min", "events": [{"at": "1 min", "set": {"outside.H": "pH 6.5"}}]}


def protonated() -> dict:
    return cells.pump_leak(
        inside={"ions": dict(ACID)},
        outside={"ions": dict(BATH)},
        mechanisms=cells.leaks() | {"H_leak": cells.ghk("H", "1e-6 m/s"), "pump": cells.pump()},
    )


def test_a_pH_is_a_concentration_in_mol_per_litre():
    cell = vrest.from_dict(protonated())
    assert cell.compartments["inside"].ions["H"].si == pytest.approx(10**-4.2, rel=1e-14)
    assert cell.replace({"outside.H": "pH 6"}).compartments["outside"].ions["H"].si == pytest.approx(1e-3, rel=1e-14)
    again = vrest.from_yaml(cell.to_yaml())
    assert again.compartments["inside"].ions["H"].si == cell.compartments["inside"].ions["H"].si


def test_a_pH_goes_where_concentrations_go():
    cell = vrest.from_dict(protonated())
    asked = vrest.prepare(cell).rest({"inside.H": "pH 6.8"})
    assert asked.pH["inside"] == pytest.approx(6.8, abs=1e-12)
    short = {"K": {"inside": "140 mM", "outside": "5 mM", "permeability": "1"}}
    short["H"] = {"inside": "pH 7.2", "outside": "pH 7.4", "permeability": "100"}
    assert vrest.rest(vrest.from_dict({"cell": "a", "temperature": "310 K", "ions": short})).pH == {
        "outside": pytest.approx(7.4),
        "inside": pytest.approx(7.2),
    }
    course = vrest.simulate(cell, STEP)
    assert course.pH["outside"][[0, -1]] == pytest.approx([7.4, 6.5], abs=1e-12)


def test_a_span_of_pH_is_even_in_the_pH():
    found = vrest.rest_over(vrest.from_dict(protonated()), "inside.H", "pH 6:8:5")
    assert [3 - math.log10(c) for c in found.values] == pytest.approx([6.0, 6.5, 7.0, 7.5, 8.0])


@pytest.mark.parametrize("ask", [vrest.rest, vrest.steady_state])
def test_the_proton_motive_force_is_V_less_the_difference_of_pH(ask):
    found = ask(vrest.from_dict(protonated()))
    point = getattr(found, "point", found)
    V, T = point.V_m["plasma"], 310.0
    expected = V - R * T * math.log(10) / F * (point.pH["inside"] - point.pH["outside"])
    assert point.pmf["plasma"].voltage == pytest.approx(expected, abs=1e-15)
    said = found.to_dict()
    assert said["pmf"]["plasma"]["mV"] == pytest.approx(1e3 * expected, abs=1e-12)
    assert said["pmf"]["plasma"]["kJ_per_mol"] == pytest.approx(1e-3 * F * expected, abs=1e-12)
    assert said["pH"]["outside"] == pytest.approx(7.4)


def test_a_course_tells_pH_and_the_force_at_every_time():
    found = vrest.simulate(vrest.from_dict(protonated()), STEP)
    said = found.to_dict()
    assert len(said["pH"]["inside"]) == len(said["pmf"]["plasma"]["mV"]) == found.time.size
    E_H = found.E["plasma"]["H"]
    assert found.motive["plasma"] == pytest.approx(found.V["plasma"] - E_H, abs=1e-14)
    assert {"pH_inside", "pmf_plasma_mV"} <= found.columns().keys()


def test_the_pH_is_refused_where_there_are_no_protons():
    found = vrest.rest(vrest.from_dict(protonated()).replace({"outside.H": "0 mM"})).to_dict()
    assert found["pH"]["outside"] is None
    assert found["pmf"]["plasma"] == {"mV": None, "kJ_per_mol": None}
    assert "'outside' holds no free H" in found["refused"]["pH.outside"]


def test_a_cell_without_protons_has_no_pH():
    found = vrest.rest("textbook-neuron").to_dict()
    assert found["pH"] == found["pmf"] == {}


WRONG = {
    "of another ion": ("inside.K", "pH 7.2", "a pH stands for a concentration of H, and nothing else"),
    "beyond the scale": ("inside.H", "pH 72", "a pH from 0 to 14"),
    "no number": ("inside.H", "pH high", "this is no pH"),
    "without its word": ("inside.H", "7.2", "did you mean pH 7.2?"),
    "of a permeability": ("plasma.H_leak.permeability", "pH 7", "a pH stands for a concentration of H"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_pH_is_told(name):
    path, value, words = WRONG[name]
    with pytest.raises(vrest.InputError) as caught:
        vrest.from_dict(protonated()).replace({path: value})
    assert words in str(caught.value)
    assert path in str(caught.value)


def test_a_span_of_pH_belongs_to_H():
    with pytest.raises(vrest.InputError) as caught:
        vrest.rest_over(vrest.from_dict(protonated()), "inside.K", "pH 6:8")
    assert "a pH stands for a concentration of H" in str(caught.value)


def test_a_story_tells_pH_by_way_of_where_it_turns_round():
    course = vrest.simulate("squid-axon-ph", "ammonium-prepulse")
    acid = 3 - np.log10(course.c["inside"]["H"])
    top = int(np.argmax(acid))
    loaded = course.time[top:].searchsorted(1800.0) + top
    told = " ".join(course.story)
    assert (
        f"pH rises from {acid[0]:.2f} to {acid[top]:.2f} at {course.time[top] / 60:.4g} min and falls to {acid[loaded]:.2f};"
        in told
    )
    assert f"pH falls from {acid[loaded]:.2f} to {acid[-1]:.2f};" in told
    assert "H rises from 4" not in told
    assert "H mM" not in str(course)


def test_where_no_proton_is_left_there_is_no_pH_to_tell():
    course = vrest.simulate("squid-axon-ph", "co2-step", until="2 s")
    protons = np.linspace(0.0, 1e-4, course.time.size)
    told = _changed(replace(course, c={"inside": {"H": protons}}), 0, course.time.size - 1)
    assert list(told) == ["H rises from 0 to 0.0001 mM"]


def test_tables_say_pH_for_protons():
    cell = vrest.load("lysosome")
    steady = vrest.steady_state(cell)
    acid = 3 - math.log10(steady.point.inside["lumen"]["H"])
    assert f"pH {acid:.2f}" in str(steady)
    assert f"pH 7.40 to {acid:.2f}" in " ".join(steady.notes)
    explained = vrest.explain(cell)
    assert f"{acid:.2f}" in next(line for line in str(explained).splitlines() if line.startswith("pH"))
    assert "H mM" not in str(steady) + str(explained)


@pytest.mark.slow
def test_curves_of_steady_states_hold_pH():
    found = vrest.branches("lysosome", "membrane.pump.pumps", "200:400")
    curve = found.branches[0]
    protons = np.array(found.to_dict()["branches"][0]["inside_mM"]["lumen"]["H"])
    assert curve.pH["lumen"] == pytest.approx(3 - np.log10(protons), abs=1e-12)
    assert found.to_xarray()["pH"].sel(compartment="lumen").values[0] == pytest.approx(3 - np.log10(protons), abs=1e-12)
    assert found.to_dataframe()["pH_lumen"].to_numpy() == pytest.approx(3 - np.log10(protons), abs=1e-12)
    assert f"{curve.pH['lumen'][0]:.2f}   stable" in str(found)


def test_a_figure_draws_pH_on_an_axis_of_its_own():
    pytest.importorskip("matplotlib")
    course = vrest.simulate(vrest.from_dict(protonated()), STEP)
    words = {text.get_text(): axes for axes in course.plot().axes for text in axes.texts}
    assert {"pH", "proton-motive force (mV)"} <= words.keys()
    assert not any("µM" in one or "nM" in one for one in words)
