"""Membranes that water alone crosses: their potential is that of the others, or of the charge inside, or not defined."""

import copy

import numpy as np
import pytest

import cells
import vrest

PORES = {"between": ["inside", "outside"], "area": "100 um^2", "water": {"permeability": "3e-5 m/s"}, "mechanisms": {}}


def with_pores(pores: dict | None = PORES, water: object = None) -> dict:
    described = cells.pump_leak(water={"permeability": "1e-5 m/s"} if water is None else water)
    if pores is not None:
        described["membranes"]["pores"] = copy.deepcopy(pores)
        described["membranes"]["plasma"]["area"] = "1000 um^2"
    return described


def bag(membrane: dict, impermeant: str | dict = "neutral") -> dict:
    """A cell and, beside it, a bag that only water leaves."""
    described = cells.pump_leak(water="none")
    described["compartments"]["bag"] = {
        "volume": "1 pL",
        "ions": {"K": "100 mM", "Cl": "90 mM"},
        "impermeant": {"valence": "-1", "amount": impermeant},
    }
    skin = {"between": ["bag", "outside"], "water": {"permeability": "1e-5 m/s"}, "area": "500 um^2", "mechanisms": {}}
    described["membranes"]["skin"] = skin | membrane
    return described


SKIN = {"capacitance": "1 uF/cm^2"}


def test_beside_another_membrane_it_has_the_same_potential_and_changes_none():
    found, alone = (vrest.rest(vrest.from_dict(with_pores(pores))) for pores in (PORES, None))
    assert found.V_m["pores"] == found.V_m["plasma"]
    assert found.V_m["plasma"] == pytest.approx(alone.V_m["plasma"], abs=1e-12)
    answer = found.to_dict()
    assert answer["mechanisms"]["pores"] == {}
    assert answer["time_constant_ms"]["pores"] is None
    assert "no current crosses it" in answer["refused"]["time_constant_ms.pores"]
    assert "loop" not in " ".join(found.notes)


def test_its_water_is_added_to_that_of_the_other_membrane():
    cell = with_pores()
    both = copy.deepcopy(cell)
    del both["membranes"]["pores"]
    both["membranes"]["plasma"]["water"] = {"permeability": "1.3e-5 m/s"}  # 1e-5 of 1000 um^2, 3e-5 of 100 um^2
    protocol = {"until": "2 min", "events": [{"at": "10 s", "set": {"outside.Na": "200 mM", "outside.Cl": "165 mM"}}]}
    runs = [vrest.simulate(vrest.from_dict(one), protocol, rtol=1e-10) for one in (cell, both)]
    times = np.linspace(0, 120, 50)
    one, other = (np.interp(times, run.time, run.volume["inside"]) for run in runs)
    assert runs[0].volume["inside"][-1] == pytest.approx(runs[1].volume["inside"][-1], rel=1e-8)
    assert one == pytest.approx(other, rel=1e-4)
    assert one[-1] < 0.99 * one[0]
    steady = [vrest.steady_state(vrest.from_dict(one)) for one in (cell, both)]
    assert steady[0].point.V_m["pores"] == pytest.approx(steady[1].point.V_m["plasma"], abs=1e-12)


def test_between_two_cells_it_has_the_difference_of_their_potentials():
    described = cells.pump_leak(water="none")
    described["membranes"]["plasma"]["area"] = "1000 um^2"
    described["compartments"]["twin"] = copy.deepcopy(described["compartments"]["inside"])
    described["membranes"]["other"] = copy.deepcopy(described["membranes"]["plasma"]) | {"between": ["twin", "outside"]}
    described["membranes"]["other"]["mechanisms"]["K_leak"]["permeability"] = "3e-9 m/s"
    described["membranes"]["bridge"] = {
        "between": ["inside", "twin"],
        "area": "10 um^2",
        "water": {"permeability": "1e-5 m/s"},
        "mechanisms": {},
    }
    found = vrest.rest(vrest.from_dict(described))
    assert found.V_m["bridge"] == pytest.approx(found.V_m["plasma"] - found.V_m["other"], abs=1e-15)
    assert abs(found.V_m["bridge"]) > 1e-3
    run = vrest.simulate(vrest.from_dict(described), {"until": "1 min"})
    assert run.V["bridge"] == pytest.approx(run.V["plasma"] - run.V["other"], abs=1e-12)


def test_where_no_current_leads_its_potential_is_null_and_said():
    found = vrest.rest(vrest.from_dict(bag({})))
    answer = found.to_dict()
    assert (answer["V_mV"]["skin"], answer["potential_mV"]["bag"]) == (None, None)
    assert answer["V_mV"]["plasma"] == pytest.approx(1e3 * vrest.rest(vrest.from_dict(cells.pump_leak())).V_m["plasma"], abs=1e-9)
    why = "no current crosses 'skin', and no other membranes decide its potential"
    assert answer["refused"]["V_mV.skin"] == why
    assert answer["refused"]["potential_mV.bag"] == why
    assert any(note.startswith("No current crosses 'skin'") for note in found.notes)
    assert answer["drift_mM_per_min"]["bag"] == {"K": 0.0, "Cl": 0.0}


@pytest.mark.parametrize(("impermeant", "V"), [("neutral", 0.0), ({"carries": "-20 mV"}, -0.020)])
def test_what_is_alone_has_the_potential_of_its_charge(impermeant, V):
    described = bag(SKIN)
    one = {name: described["compartments"][name] for name in ("outside", "bag")}
    one["bag"]["impermeant"]["amount"] = impermeant
    cell = vrest.from_dict(described | {"compartments": one, "membranes": {"skin": described["membranes"]["skin"]}})
    steady, outside = vrest.steady_state(cell), vrest.rest(vrest.from_dict(bag({}))).osmolarity["outside"]
    assert steady.point.V_m["skin"] == pytest.approx(V, abs=1e-9)
    solutes = 100 + 90 + 10 - (0 if V == 0 else V * 1e-2 * 500e-12 / (96485.33212 * 1e-15))
    assert steady.to_dict()["volume_pL"]["bag"] == pytest.approx(solutes / outside, rel=1e-9)
    assert vrest.donnan(cell).point.V_m["skin"] == pytest.approx(V, abs=1e-9)
    run = vrest.simulate(cell, {"until": "10 min"})
    assert run.V["skin"] == pytest.approx(np.full(run.time.size, V), abs=1e-9)
    with pytest.raises(vrest.NoAnswerError, match="no current crosses any membrane of"):
        vrest.rest(cell)
    with pytest.raises(vrest.NoAnswerError, match="no current crosses any membrane of"):
        vrest.iv(cell)


def test_a_cell_beside_it_is_answered_by_every_question():
    cell = vrest.from_dict(bag(SKIN))
    assert vrest.simulate(cell, {"until": "1 min"}).V["skin"] == pytest.approx(0.0, abs=1e-12)
    assert vrest.excite(cell).to_dict()["graded"] is True
    assert set(vrest.iv(cell).membranes) == {"plasma"}
    assert set(vrest.explain_cell(cell).to_dict()["held"]["V_mV"]) == {"plasma"}
    assert "V plasma mV" in str(vrest.explain_cell(cell))
    assert vrest.explain_cell(cell).plot() is not None
    (branch,) = vrest.branches(cell, "plasma.K_leak.permeability", "5e-9:2e-8 m/s").branches
    assert branch.V["skin"] == pytest.approx(np.zeros(branch.values.size), abs=1e-9)
    rests = vrest.branches(cell, "plasma.K_leak.permeability", "5e-9:2e-8 m/s", of="rest").branches
    assert len(rests) == 1


def test_a_capacitance_is_needed_only_where_nothing_else_decides():
    with pytest.raises(vrest.InputError, match="no current decides the potential of 'bag': its charge does"):
        vrest.steady_state(vrest.from_dict(bag({})))
    cell = with_pores(PORES | {"area": "100 um^2"})
    assert "capacitance" not in cell["membranes"]["pores"]
    assert vrest.steady_state(vrest.from_dict(cell)).point.stable
    without = with_pores(PORES | {"area": "100 um^2"})
    del without["membranes"]["pores"]["area"]
    with pytest.raises(vrest.InputError, match="the area of membrane 'pores' is not described|needs its area"):
        vrest.steady_state(vrest.from_dict(without))
    whole = with_pores()
    del whole["membranes"]["pores"]["area"]
    whole["membranes"]["pores"] |= {"between": ["inside", "outside"], "water": {"permeability": "3e-15 m^3/s"}, "area": "1 um^2"}
    assert vrest.steady_state(vrest.from_dict(whole)).point.stable


def test_an_open_bath_behind_it_has_no_potential():
    described = cells.pump_leak(water={"permeability": "1e-5 m/s"})
    described["compartments"]["duct"] = {"role": "bath", "open": "true", "ions": {"Na": "150 mM", "Cl": "150 mM"}}
    described["membranes"]["skin"] = {
        "between": ["inside", "duct"],
        "area": "100 um^2",
        "water": {"permeability": "1e-5 m/s"},
        "mechanisms": {},
    }
    described["membranes"]["plasma"]["area"] = "1000 um^2"
    cell = vrest.from_dict(described)
    assert vrest.rest(cell).to_dict()["V_mV"]["skin"] is None
    with pytest.raises(vrest.InputError, match="no current reaches 'duct', so its potential is not defined"):
        vrest.steady_state(cell)


def test_a_membrane_without_water_or_mechanisms_is_an_error():
    with pytest.raises(vrest.InputError) as caught:
        vrest.from_dict(bag({"water": "none"}))
    (problem,) = caught.value.problems
    assert problem.message == "nothing conducts: membrane 'skin' has no mechanism, so its potential is not defined"
