"""What answers say of energy: keys, efficiency, shares of a budget, stalls and reversals, tables; and the words of a wrong budget."""

import csv
import io
import json
import re

import numpy as np
import pytest

import cells
import vrest
from vrest.description.derive import Derivation
from vrest.errors import InputError
from vrest.results.energy import ENERGIES, POWERS, TOTALS
from vrest.results.registry import VARIABLES
from vrest.views import show

NEURON = "mammalian-neuron"
MUCH_ADP = {"inside.atp.ADP": "2 mM"}
REVERSIBLE = cells.pump(law="reversible")


def described(metabolism=None, pump=None, **more):
    found = cells.pump_leak(valence=-1, inside=more)
    found["membranes"]["plasma"]["mechanisms"]["pump"] = pump or REVERSIBLE
    return found | ({"metabolism": metabolism} if metabolism is not None else {})


@pytest.fixture(scope="module")
def block():
    cell = vrest.load(NEURON)
    return vrest.simulate(cell, vrest.load_protocol("pump-block", cell))


def pointed_at(answer, path):
    """What stands at a path of the answer: names with points in them are none here."""
    for key in path.split("."):
        if not isinstance(answer, dict) or key not in answer:
            return None
        answer = answer[key]
    return answer


# -- the contract of the JSON -----------------------------------------------------------------------------------------


def test_a_time_course_has_every_power_and_energy(block):
    answer = json.loads(json.dumps(block.to_dict(), allow_nan=False))
    assert set(answer["energy"]) == {*POWERS, *ENERGIES, "efficiency", "budget_share", "total"}
    assert set(answer["energy"]["total"]) == {*TOTALS, "efficiency"}
    assert all(len(answer["energy"][key]) == len(answer["time_s"]) for key in (*POWERS, *ENERGIES, "efficiency"))
    assert set(answer["certificate"]["residuals"]["first_law_fraction"]) == {"pumps", "cell"}
    for key in ("turnover_mol_per_s", "affinity_kJ_per_mol", "efficiency"):
        assert set(answer[key]["plasma"]) == {"pump"}


def test_what_is_not_known_is_null_with_a_sentence(block):
    answer = block.to_dict()
    assert answer["energy"]["budget_share"] is None
    assert "metabolism" in answer["refused"]["energy.budget_share"]
    for path in answer["refused"]:
        found = pointed_at(answer, path)
        assert found is None or None in found, path


def test_without_the_free_energy_of_atp_the_work_on_ions_is_known_all_the_same():
    answer = vrest.simulate(vrest.load("kay2017"), {"until": "10 min"}).to_dict()
    assert answer["energy"]["atp_W"] is answer["energy"]["dissipated_in_pumps_W"] is answer["energy"]["efficiency"] is None
    assert answer["energy"]["work_on_ions_W"][0] > 0
    assert "give `atp: {delta_G: ...}`" in answer["refused"]["energy.atp_W"]
    assert set(answer["certificate"]["residuals"]["first_law_fraction"]) == {"cell"}


def test_the_powers_of_a_time_course_begin_and_end_as_rest_and_steady_state_have_them(block):
    cell = vrest.load(NEURON)
    rest, steady = vrest.rest(cell).energy, vrest.steady_state(cell).energy
    for k, energy in ((0, rest), (-1, steady)):
        assert block.energy.atp[k] == pytest.approx(energy.atp_power, rel=1e-3, abs=0)
        assert block.energy.efficiency[k] == pytest.approx(energy.efficiency, rel=1e-3)
        assert block.energy.paths[k] == pytest.approx(energy.dissipated_in_paths, rel=1e-3, abs=0)
    assert steady.efficiency == pytest.approx(steady.work_on_ions / steady.atp_power)


@pytest.mark.parametrize("question", [vrest.rest, vrest.steady_state])
def test_rest_and_steady_state_say_efficiency_of_the_cell_and_of_each_pump(question):
    answer = question(vrest.load(NEURON)).to_dict()
    energy, pump = answer["energy"], answer["mechanisms"]["plasma"]["pump"]
    assert energy["efficiency"] == pytest.approx(energy["work_on_ions_W"] / energy["atp_W"])
    assert pump["efficiency"] == pytest.approx(energy["efficiency"])
    assert 1 - pump["efficiency"] == pytest.approx(pump["dissipation_W"] / energy["atp_W"])
    assert energy["budget_share"] is None
    assert "metabolism" in answer["refused"]["energy.budget_share"]


def test_a_pump_whose_atp_is_not_described_has_no_efficiency():
    answer = vrest.rest(vrest.load("kay2017")).to_dict()
    assert answer["mechanisms"]["plasma"]["pump"]["efficiency"] is None
    assert "free energy of ATP" in answer["refused"]["mechanisms.plasma.pump.efficiency"]


# -- pumps ------------------------------------------------------------------------------------------------------------


def test_a_pump_that_turns_backwards_is_named_with_the_moment_at_which_it_stalls():
    ramp = {"until": "10 min", "events": [{"from": "1 min", "to": "5 min", "ramp": {"inside.atp.delta_G": "-20 kJ/mol"}}]}
    coarse, fine = (vrest.simulate(vrest.from_dict(described()), ramp, points=points) for points in (60, 3000))
    events = [[one for one in run.happenings if one.kind == "event"] for run in (coarse, fine)]
    assert events[0][0].what == "plasma.pump stalls and turns backwards: it makes ATP"
    assert events[0][0].time == pytest.approx(events[1][0].time, abs=0.5)
    run = fine
    k = int(np.searchsorted(run.time, events[1][0].time))
    assert run.energy.turnover["plasma"]["pump"][k - 1] > 0 > run.energy.turnover["plasma"]["pump"][k + 1]
    assert abs(run.energy.left_over["plasma"]["pump"][k]) < 1e-2 * np.abs(run.energy.left_over["plasma"]["pump"]).max()
    backwards = run.energy.turnover["plasma"]["pump"] < 0
    assert np.isnan(run.energy.efficiency[backwards]).all()
    assert not run.certificate.dissipation_violations


def test_a_pump_beyond_its_atp_is_named_counted_and_timed():
    """With much ADP the gradient after raised potassium is steeper than ATP pays for; the law of this pump does not know."""
    cell = vrest.load(NEURON).replace(MUCH_ADP)
    run = vrest.simulate(cell, vrest.load_protocol("raised-potassium", cell))
    words = [one.what for one in run.happenings if one.kind == "event"]
    assert words == ["plasma.pump runs beyond its ATP: a cycle takes more than ATP gives", "plasma.pump is within its ATP again"]
    (violation,) = run.certificate.dissipation_violations
    begin, end = (float(number) for number in re.match(r"plasma\.pump from ([\d.]+) s to ([\d.]+) s$", violation).groups())
    events = [one.time for one in run.happenings if one.kind == "event"]
    assert (begin, end) == (pytest.approx(events[0], rel=1e-3), pytest.approx(events[1], rel=1e-3))
    assert "Gains free energy from nothing" in str(run).replace("\n", " ")


def test_a_pump_that_the_protocol_stops_neither_stalls_nor_turns(block):
    assert [one for one in block.happenings if one.kind == "event"] == []


def test_an_event_of_a_pump_is_told_and_cuts_no_paragraph():
    from vrest.questions.simulate.story import story

    cell = vrest.load(NEURON).replace(MUCH_ADP)
    paragraphs = story(vrest.simulate(cell, vrest.load_protocol("raised-potassium", cell)))
    assert len(paragraphs) == 4
    assert "plasma.pump runs beyond its ATP" in paragraphs[-1]


def test_water_that_a_formula_moves_uphill_is_named():
    """A volume that grows whatever the osmolarities say."""
    swells = described()
    swells["membranes"]["plasma"]["water"] = {"relax_to": "1.2*w0", "time_constant": "60 s"}
    run = vrest.simulate(vrest.from_dict(swells), {"until": "5 min"})
    named = [text.split(" from ")[0] for text in run.certificate.dissipation_violations]
    assert "plasma.water" in named
    assert run.energy.water.min() < 0


# -- budget -----------------------------------------------------------------------------------------------------------

W = np.pi / 6 * (20e-6) ** 3


@pytest.mark.parametrize(
    ("metabolism", "budget"),
    [
        ({"atp": "2e-15 mol/s"}, 2e-15),
        ({"atp": "60 mM/min"}, W),
        ({"oxygen": "4e-16 mol/s", "atp_per_oxygen": "5"}, 2e-15),
        ({"oxygen": "6 mM/min", "atp_per_oxygen": "5"}, 0.5 * W),
    ],
)
def test_shares_of_a_budget_per_cell_or_per_volume_in_atp_or_oxygen(metabolism, budget):
    cell = vrest.from_dict(described(metabolism))
    assert Derivation(cell).numbers()["metabolism.budget"] == pytest.approx(budget, rel=1e-12, abs=0)
    for result in (vrest.rest(cell), vrest.steady_state(cell)):
        assert result.energy.budget_share == pytest.approx(result.atp / budget)
    run = vrest.simulate(cell, {"until": "1 min"})
    np.testing.assert_allclose(run.to_dict()["energy"]["budget_share"], run.atp / budget)


def test_a_budget_is_set_like_any_number_and_followed_in_a_protocol():
    cell = vrest.from_dict(described({"atp": "2e-15 mol/s"}))
    assert vrest.rest(cell.replace({"metabolism.atp": "1e-15 mol/s"})).energy.budget_share == pytest.approx(
        2 * vrest.rest(cell).energy.budget_share
    )
    run = vrest.simulate(cell, {"until": "2 min", "events": [{"at": "1 min", "multiply": {"metabolism.atp": 0.5}}]})
    share = run.energy.budget_share
    k = int(np.searchsorted(run.time, 60.0))
    assert share[k + 1] == pytest.approx(2 * share[k], rel=1e-9)


@pytest.mark.parametrize(
    ("metabolism", "words"),
    [
        ({"oxygen": "4e-16 mol/s"}, "states the ATP that the cell makes, or its oxygen and the ATP made from each O2"),
        ({"atp": "1 fmol/s", "oxygen": "1 fmol/s", "atp_per_oxygen": "5"}, "states the ATP that the cell makes"),
        ({"atp": "-1 fmol/s"}, "'metabolism.atp' is out of range"),
        ({"atp": "0 fmol/s"}, "'metabolism.atp' is out of range"),
        ({"atp": "3 mM"}, "3 mM is a concentration, not a concentration per time"),
        ({"atp": "3"}, "the unit is missing"),
        ({"budget": "3 fmol/s"}, "'metabolism' has no key 'budget'"),
        ("3 fmol/s", "'metabolism' is a mapping of keys to values"),
    ],
)
def test_a_wrong_budget_is_named(metabolism, words):
    with pytest.raises(InputError, match=re.escape(words)):
        vrest.from_dict(described(metabolism))


def test_a_budget_per_volume_needs_volumes():
    text = (
        "cell: c\ntemperature: 310 K\nions: {K: {inside: 140 mM, outside: 5 mM, permeability: 1}}\nmetabolism: {atp: 20 mM/min}\n"
    )
    with pytest.raises(InputError, match="a budget per volume needs volumes; that of 'inside' is not described"):
        vrest.from_yaml(text)


# -- words and files --------------------------------------------------------------------------------------------------


def test_the_table_of_energy_has_start_extremes_end_and_sum(block):
    text = block.text(long=True)
    table = text[text.index("\nEnergy") :].split("\n\n")[0].strip().split("\n")
    assert table[1].split() == ["start", "lowest", "highest", "end", "in", "all"]
    rows = {re.split(r" {2,}", line)[0]: re.split(r" {2,}", line)[1:] for line in table[3:]}
    assert list(rows) == [
        "ATP",
        "from ATP",
        "into ions",
        "heat in pumps",
        "heat in paths",
        "into storage",
        "stored energy",
        "efficiency",
    ]
    assert rows["from ATP"][0] == "16.2 pW"
    assert rows["from ATP"][1] == "0 W"


def test_nobody_is_told_that_no_budget_is_stated_unless_the_json_is_read(block):
    assert "budget" not in str(block)
    assert "budget" not in str(vrest.rest(vrest.load(NEURON)))


def test_the_columns_of_energy_are_registered_and_in_the_csv(block):
    rows = list(csv.DictReader(io.StringIO(show(block).csv())))
    for key in (*POWERS, *ENERGIES, "efficiency", "budget_share"):
        assert key in VARIABLES
        assert key in rows[0]
    assert float(rows[-1]["stored_J"]) == block.energy.stored_J[-1]
    assert rows[0]["budget_share"] == ""
    assert float(rows[0]["heat_K_leak_plasma_W"]) == block.dissipated["plasma"]["K_leak"][0]


def test_the_dataset_has_units_and_long_names(block):
    pytest.importorskip("xarray")
    data = block.to_xarray()
    assert data["atp_W"].attrs == {"units": "W", "long_name": "power from ATP"}
    assert data["stored_J"].attrs == {"units": "J", "long_name": "stored free energy"}
    assert data["stored_W"].attrs["units"] == "W"
    assert data["V_mV"].attrs["units"] == "mV"
    assert data["time"].attrs["units"] == "s"


def test_the_figure_has_power_and_stored_energy(block):
    pytest.importorskip("matplotlib")
    titles = [text.get_text() for axes in block.plot().axes for text in axes.texts]
    assert {"power (pW)", "stored free energy (nJ)"} <= set(titles)
