"""Volume and water, osmolarities and what walls bear: in every answer, and what is said of them."""

import math

import pytest

import cells
import vrest
from vrest.constants import R
from vrest.results.base import Unknown


@pytest.fixture(scope="module")
def red_cell():
    return vrest.from_dict(cells.red_cell())


def test_the_volume_of_an_osmometer_is_that_of_boyle_and_vant_hoff_and_its_water_apart():
    run = vrest.simulate(
        vrest.from_dict(cells.osmometer()),
        {"until": "30 min", "events": [{"at": "10 s", "set": {"outside.Na": "600 mM", "outside.Cl": "600 mM"}}]},
    )
    sphere = math.pi / 6 * 1e-15
    assert run.volume["inside"][[0, -1]] == pytest.approx([sphere, (0.25 + 0.75 / 4) * sphere], rel=1e-6)
    assert run.water["inside"][[0, -1]] == pytest.approx([0.75 * sphere, 0.75 / 4 * sphere], rel=1e-6)
    assert any("the volume shrinks by 56.3% (its water by 75.0%)" in told for told in run.story)
    columns = run.columns()
    assert columns["volume_inside_pL"][-1] == pytest.approx(0.229074, rel=1e-5)
    assert columns["water_inside_pL"][-1] == pytest.approx(0.098175, rel=1e-5)
    assert columns["osmolarity_outside_mM"][[0, -1]] == pytest.approx([300, 1200])


def test_a_red_cell_of_90_fl_has_that_volume_and_less_water():
    answer = vrest.steady_state(vrest.load("red-cell")).to_dict()
    water = vrest.load("red-cell").compartments["inside"].volume.si
    assert answer["volume_pL"]["inside"] == pytest.approx(0.09)
    assert answer["water_pL"]["inside"] == pytest.approx(1e15 * water)
    assert water < 0.9e-16
    assert {"osmolarity_mM", "pressure_MPa"} <= set(answer)


def test_osmolarities_are_in_rest_steady_and_explain(red_cell):
    for answer in (vrest.rest(red_cell).to_dict(), vrest.explain_cell(red_cell).to_dict()["held"]):
        assert answer["osmolarity_mM"] == pytest.approx({"plasma": 299.0, "cell": 251.0})
        assert (answer["volume_pL"]["cell"], answer["water_pL"]["cell"]) == pytest.approx((0.09, 0.063))
    assert vrest.steady_state(red_cell).to_dict()["osmolarity_mM"]["cell"] == pytest.approx(299.0)


def test_described_osmolarities_that_differ_are_a_note(red_cell):
    notes = vrest.rest(red_cell).notes
    (note,) = [one for one in notes if one.startswith("The described osmolarities differ")]
    assert "251 mM in 'cell', 299 mM in 'plasma'" in note
    assert "from 0.09 pL to 0.07989 pL" in note  # 0.027 pL of solids and 0.063 * 251/299 pL of water
    assert note in vrest.simulate(red_cell, {"until": "1 s"}).notes
    assert note in vrest.explain_cell(red_cell).notes


def test_a_volume_that_goes_elsewhere_is_said_with_the_concentrations(red_cell):
    notes = vrest.steady_state(red_cell).notes
    assert any("the volume 0.09 to 0.04852 pL" in one for one in notes)


def test_osmolarities_of_what_is_not_neutral_are_no_note():
    assert not any("osmolarities" in note for note in vrest.rest(vrest.load("textbook-neuron")).notes)


def test_a_second_state_of_a_held_volume_is_one_in_a_rigid_wall():
    found = vrest.steady_state(vrest.load("t-lymphocyte"))
    other, T = found.other_states[1], found.temperature
    gap = other.gap["plasma"]
    assert gap == pytest.approx(other.osmolarity["inside"] - other.osmolarity["outside"])
    assert gap > 100
    assert other.pressure["plasma"] == pytest.approx(R * T * gap)
    assert other.stability == "stable in a rigid wall"
    bears = f"(stable in a rigid wall that bears {1e-3 * R * T * gap:.4g} kPa ({gap:.3g} mOsm more inside))"
    assert any(bears in one for one in found.notes)
    assert found.to_dict()["other_states"][1]["osmotic_gap_mM"]["plasma"] == gap


def test_a_state_of_equal_osmolarities_is_stable_without_a_word_of_walls():
    found = vrest.steady_state(vrest.load("mammalian-neuron"))
    assert (found.point.gap, found.point.stability) == ({}, "stable")


@pytest.mark.parametrize(("name", "lacks"), [("t-lymphocyte", "41"), ("squid-axon", "139")])
def test_a_held_volume_that_lacks_solutes_is_no_cell_in_a_wall(name, lacks):
    found = vrest.steady_state(vrest.load(name))
    assert found.point.stability == "stable at its held volume"
    (note,) = [one for one in found.notes if one.startswith("The volume within 'plasma' is held")]
    assert f"as if {lacks} mOsm of solutes that are not listed, such as uncharged ones, were inside" in note
    assert "Stable at its held volume: " in str(found)
    described = [one for one in vrest.rest(vrest.load(name)).notes if "osmolarities differ" in one]
    assert described
    assert not any("wall" in one for one in described)


def test_a_cell_whose_pumps_stop_is_said_to_need_a_wall():
    found = vrest.explain_cell(vrest.load("squid-axon"))
    (note,) = [one for one in found.notes if one.startswith("Pumps off")]
    assert "a rigid wall: that at 'plasma' bears 1141 kPa (471 mOsm more inside); without one the cell would swell" in note


def test_a_described_wall_bears_its_turgor():
    plant = cells.osmometer(wall={"elastic_modulus": "5 MPa", "turgor": "0.4 MPa"})
    leaky = vrest.from_dict(plant).replace({"m.K.permeability": "1e-9 m/s", "outside.K": "1 mM"})
    assert vrest.rest(leaky).to_dict()["pressure_MPa"]["m"] == pytest.approx(0.4)
    assert "The wall at 'm' bears 400.0 kPa." in vrest.rest(leaky).text(long=True)


@pytest.mark.parametrize(
    ("name", "word"), [("photoreceptor", "seconds"), ("mammalian-neuron", "minutes"), ("squid-axon", "hours")]
)
def test_the_time_of_a_steady_state_is_said_by_its_own_time_constant(name, word):
    text = vrest.explain_cell(vrest.load(name)).text(long=True)
    assert f"steady ({word})" in text
    assert f"within {word} by the gradients they keep" in " ".join(text.split())


def test_what_explain_leaves_without_pumps_is_no_donnan_equilibrium_where_carriers_work(red_cell):
    (note,) = [one for one in vrest.explain_cell(red_cell).notes if one.startswith("Without pumps")]
    assert note.startswith("Without pumps the cell comes to -3.4")
    assert "not the Donnan equilibrium of `donnan`" in note
    assert "m.AE1 works on" in note


def test_what_explain_calls_donnan_is_what_donnan_says():
    cell = vrest.load("mammalian-neuron")
    explained = vrest.explain_cell(cell)
    assert "Without pumps the cell comes to its Donnan equilibrium." in explained.notes
    assert not isinstance(explained.pumps_off, Unknown)
    assert explained.pumps_off.point.V_m["plasma"] == pytest.approx(vrest.donnan(cell).point.V_m["plasma"], abs=1e-9)
