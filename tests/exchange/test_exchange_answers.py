"""What answers, files, paths and protocols say of exchanges."""

import json
from pathlib import Path

import numpy as np
import pytest

import exchanging
import vrest
from vrest.views import show

D, VOLUME, START, BATH_K = 0.25, 1e-15, 20.0, 4.0


def expected(t):
    return BATH_K + (START - BATH_K) * np.exp(-D * t)


def test_the_json_holds_every_exchange():
    cell = vrest.from_dict(exchanging.in_a_bath())
    rest, steady = vrest.rest(cell).to_dict(), vrest.steady_state(cell).to_dict()
    run = vrest.simulate(cell, until="10 s").to_dict()
    for answer in (rest, steady, run):
        json.dumps(answer, allow_nan=False)
        assert set(answer["exchanges"]) == {"ecs"}
        assert set(answer["exchanges"]["ecs"]) == {"potassium", "sodium", "glia"}
        assert set(answer["exchanges"]["ecs"]["sodium"]["flux_mol_per_s"]) == {"Na", "Cl"}
    assert rest["exchanges"]["ecs"]["glia"]["with"] == "store"
    assert len(run["exchanges"]["ecs"]["glia"]["flux_mol_per_s"]["K"]) == len(run["time_s"])


@pytest.mark.parametrize("question", [vrest.rest, vrest.steady_state], ids=["rest", "steady"])
def test_a_compartment_that_no_membrane_touches_has_no_potential(question):
    answer = question(vrest.from_dict(exchanging.in_a_bath())).to_dict()
    assert {name for name, V in answer["potential_mV"].items() if V is None} == {"bath", "store"}
    assert answer["refused"]["potential_mV.store"] == "no membrane touches 'store', so it stays neutral and has no potential"
    assert answer["potential_mV"]["ecs"] == 0.0


@pytest.mark.parametrize("name", ["textbook-neuron", "pump-leak-cell"])
def test_a_cell_without_exchanges_says_so(name):

    cell = vrest.load(Path(__file__).resolve().parents[2] / "examples" / f"{name}.yaml")
    assert vrest.rest(cell).to_dict()["exchanges"] == {}


def test_tables_and_columns_name_the_exchanges():
    cell = vrest.from_dict(exchanging.in_a_bath())
    run = vrest.simulate(cell, until="10 s")
    for answer in (vrest.rest(cell), vrest.steady_state(cell), run):
        words = answer.text(long=True)
        assert "(positive out of the compartment)" in words
        assert "ecs.glia" in words
    np.testing.assert_array_equal(run.columns()["J_K_glia_ecs_mol_per_s"], run.exchanges["ecs"]["glia"]["K"])


@pytest.mark.parametrize("question", [vrest.rest, vrest.steady_state], ids=["rest", "steady"])
def test_the_csv_has_a_row_for_each_ion_of_an_exchange(question):
    cell = vrest.from_dict(exchanging.in_a_bath())
    answer = question(cell)
    rows = [row for row in show(answer).csv().splitlines() if ",exchange,glia," in row or ",glia,exchange," in row]
    assert len(rows) == 2


def test_its_numbers_are_paths():
    cell = vrest.from_dict(exchanging.in_a_bath())
    assert cell.settable["ecs.potassium.D"].si == 0.25
    faster = cell.replace({"ecs.potassium.D": "1 1/s", "ecs.glia.B": "0"})
    assert faster.settable["ecs.potassium.D"].si == 1.0
    assert faster.settable["ecs.glia.B"].si == 0.0
    again = vrest.from_yaml(faster.to_yaml(), "again.yaml")
    assert again.settable["ecs.potassium.D"].si == 1.0
    run = vrest.simulate(cell, {"until": "20 s", "events": [{"from": "5 s", "to": "10 s", "set": {"ecs.glia.B": "0 mM"}}]})
    during = np.interp(7.0, run.time, run.exchanges["ecs"]["glia"]["K"])
    assert during < 0 < -during
    assert run.certificate.mass_error < 1e-12


def test_a_number_called_amount_can_be_set_by_a_protocol():
    way = {
        "kind": "exchange",
        "ion": "K",
        "counter_ion": "Cl",
        "rate": "(c_in - amount)/(10 s)",
        "parameters": {"amount": "4 mM"},
    }
    cell = vrest.from_dict(exchanging.neuron({"buffer": way}))
    run = vrest.simulate(cell, {"until": "20 s", "events": [{"at": "10 s", "set": {"ecs.buffer.amount": "8 mM"}}]})
    assert 5.5 < run.c["ecs"]["K"][-1] < 8


def test_donnan_takes_exchanges_away_and_says_so():
    result = vrest.donnan(vrest.from_dict(exchanging.in_a_bath()))
    assert set(result.away) == {"plasma.pump", "ecs.potassium", "ecs.sodium", "ecs.glia"}
    assert result.point.inside["store"] == pytest.approx({"K": 10.0, "Cl": 10.0})
    assert result.kept["store"] == ("K", "Cl")


def test_a_cell_is_copied_with_its_exchanges():
    import copy

    cell = vrest.from_dict(exchanging.in_a_bath())
    assert copy.deepcopy(cell).settable.keys() == cell.settable.keys()
    assert [m.partner for m in cell.compartments["ecs"].mechanisms.values()] == ["bath", "bath", "store"]
    assert cell.compartments["store"].store
    assert not cell.compartments["ecs"].store


def test_the_answer_says_what_a_reservoir_received():
    run = vrest.simulate(exchanging.dish(), until="7 s", rtol=1e-10)
    for ion in ("K", "Cl"):
        assert run.ledger["well"][ion] == pytest.approx(VOLUME * (START - expected(7.0)), rel=1e-8, abs=0)
    run = vrest.simulate(exchanging.dish("D*(c_in - 4 mM)", None), until="7 s", rtol=1e-10)
    assert run.to_dict()["received_mol"]["reservoir.store.leak"]["K"] == pytest.approx(
        VOLUME * (START - expected(7.0)), rel=1e-8, abs=0
    )


def test_a_protocol_stops_all_exchanges_with_one_word():
    cell = vrest.from_dict(exchanging.in_a_bath())
    run = vrest.simulate(cell, {"until": "60 s", "events": [{"from": "20 s", "to": "40 s", "multiply": {"exchanges": 0}}]})
    stopped = (run.time > 20) & (run.time < 40)
    assert stopped.any()
    for group in run.exchanges["ecs"].values():
        for flux in group.values():
            assert np.all(flux[stopped] == 0)
    assert np.all(np.diff(run.c["store"]["K"][stopped]) == 0)


def test_tune_finds_the_strength_of_an_exchange():
    """Uptake into a reservoir against diffusion from the bath: the strength at which the space holds what it holds."""
    uptake = {"kind": "exchange", "ion": "K", "counter_ion": "Cl", "rate": "k*c_in", "parameters": {"k": "0.05 1/s"}}
    ways = {"potassium": exchanging.DIFFUSION | {"ion": "K"}, "sodium": exchanging.DIFFUSION | {"ion": "Na"}, "uptake": uptake}
    cell = vrest.from_dict(exchanging.neuron(ways, {"bath": exchanging.BATH}))
    steady = vrest.steady_state(cell)
    held = {f"{space}.{ion}": f"{c!r} mM" for space, ions in steady.point.inside.items() for ion, c in ions.items()}
    other = cell.replace(held | {"ecs.uptake.active": "0.3"})
    tuned = vrest.tune(other, ["ecs.uptake.active"], hold={"V": f"{1e3 * steady.point.V_m['plasma']!r} mV"})
    assert tuned.si["ecs.uptake.active"] == pytest.approx(1.0, rel=1e-6)
    with pytest.raises(vrest.InputError, match=r"ecs\.uptake\.active"):
        vrest.tune(cell, ["ecs.uptake.activ"])


def test_an_exchange_that_only_brings_leaves_no_steady_state_and_says_so():
    cell = vrest.from_dict(
        exchanging.neuron(
            {"feed": {"kind": "exchange", "ion": "Na", "counter_ion": "Cl", "rate": "-k", "parameters": {"k": "0.1 mM/s"}}}
        )
    )
    with pytest.raises(vrest.NoAnswerError, match=r"rises without bound, because 'ecs.feed' brings it in"):
        vrest.steady_state(cell)


def test_branches_follow_the_steady_state_along_a_number_of_an_exchange():
    uptake = {"kind": "exchange", "ion": "K", "counter_ion": "Cl", "rate": "k*c_in", "parameters": {"k": "0.05 1/s"}}
    cell = vrest.from_dict(
        exchanging.neuron(
            {"potassium": exchanging.DIFFUSION | {"ion": "K"}, "sodium": exchanging.DIFFUSION | {"ion": "Na"}, "uptake": uptake},
            {"bath": exchanging.BATH},
        )
    )
    found = vrest.branches(cell, over="ecs.uptake.k", span="0.01:0.2 1/s:log", of="steady")
    assert len(found.branches) == 1
    branch = found.branches[0]
    for k, V in list(zip(branch.values, branch.V["plasma"], strict=True))[::10]:
        steady = vrest.steady_state(cell.replace({"ecs.uptake.k": f"{float(k)!r} 1/s"}))
        assert steady.point.inside["ecs"]["K"] == pytest.approx(4 * D / (D + k), rel=1e-6)
        assert pytest.approx(steady.point.V_m["plasma"], abs=1e-8) == V


def test_what_a_store_keeps_is_not_said_to_stay_at_a_membrane_that_it_passes():
    result = vrest.donnan(vrest.from_dict(exchanging.in_a_bath()))
    assert result.kept["store"] == ("K", "Cl")
    assert result.stays == {"plasma": ()}
    assert "stays" not in result.text(long=True).partition("Not said")[0]


def test_an_exchange_without_a_rate_is_named_wherever_it_matters():
    way = {"kind": "exchange", "ion": "K", "counter_ion": "Cl", "rate": "D*c_in/(c_in - c_in)", "parameters": {"D": "0.1 mM/s"}}
    cell = vrest.from_dict(exchanging.neuron({"odd": way}))
    answer = vrest.rest(cell).to_dict()
    assert answer["exchanges"]["ecs"]["odd"]["flux_mol_per_s"] == {"K": None, "Cl": None}
    assert answer["drift_mM_per_min"]["ecs"]["K"] is None
    assert "no finite value" in answer["refused"]["exchanges.ecs.odd.flux_mol_per_s"]
    assert "no finite rate" in answer["refused"]["drift_mM_per_min.ecs.K"]
    assert "nan" not in str(vrest.rest(cell))
    for ask in (vrest.steady_state, lambda cell: vrest.simulate(cell, {"until": "1 s"})):
        with pytest.raises(vrest.NoAnswerError, match=r"'ecs\.odd' has no finite rate at the described concentrations"):
            ask(cell)
