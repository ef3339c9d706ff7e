"""A pH stands for a concentration of free protons; what cells say of pH and of the force that drives protons."""

import math

import pytest

import cells
import vrest
from vrest.constants import F, R

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
