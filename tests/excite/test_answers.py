"""What `excite` answers: its JSON, its notes, what cannot be said, along a number; on the command line and drawn."""

import json

import pytest

import cells
import excited
import gated
import vrest
from vrest.cli.main import main

KEYS = {
    *(
        "membrane",
        "rest_mV",
        "stable",
        "threshold_shock_mV",
        "threshold_mV",
        "strength_duration",
        "rheobase_uA_per_cm2",
        "chronaxie_ms",
    ),
    *("repetitive", "spike", "anode_break", "availability", "graded", "over", "cell", "notes", "refused", "certificate"),
}


@pytest.fixture(scope="module")
def answer():
    return vrest.excite("squid-axon-excitable")


@pytest.fixture(scope="module")
def found(answer):
    return answer.to_dict()


def test_every_key_is_there(found):
    assert set(found) >= KEYS
    assert set(found["strength_duration"][0]) == {"duration_ms", "current_uA_per_cm2", "current_pA"}
    assert set(found["repetitive"]) >= {"onset_uA_per_cm2", "block_uA_per_cm2"}
    assert set(found["spike"]) >= {"peak_mV", "time_to_peak_ms", "width_ms", "lowest_mV"}
    assert set(found["anode_break"]) >= {"current_uA_per_cm2"}
    assert found["over"] == []
    json.dumps(found, allow_nan=False)


def test_the_library_cell_has_the_numbers_of_the_sheet(found):
    assert found["rest_mV"] == pytest.approx(-64.9964, abs=1e-4)
    assert found["threshold_shock_mV"] == pytest.approx(6.505, rel=1e-3)
    assert found["threshold_mV"] == pytest.approx(found["rest_mV"] + found["threshold_shock_mV"])
    thresholds = {one["duration_ms"]: one["current_uA_per_cm2"] for one in found["strength_duration"]}
    assert [thresholds[d] for d in (0.1, 0.5, 1, 10)] == pytest.approx([65.13, 13.275, 6.919, 2.240], rel=1e-3)
    assert found["rheobase_uA_per_cm2"] == pytest.approx(2.2403, rel=1e-3)
    assert 6.2 < found["repetitive"]["onset_uA_per_cm2"] < 6.3
    assert -3 < found["anode_break"]["current_uA_per_cm2"] < -2
    assert found["availability"] == {
        "Na": pytest.approx({"m": 0.05296, "h": 0.59599}, abs=6e-6),
        "K": pytest.approx({"n": 0.31773}, abs=6e-6),
    }
    assert found["graded"] is False


def test_hopf_points_are_where_rinzel_found_them(found):
    """At 9.8 and 154 uA/cm^2 (Rinzel 1978); firing begins below the first, so it is subcritical, and the second is the block."""
    first, second = found["repetitive"]["hopf"]
    assert first["current_uA_per_cm2"] == pytest.approx(9.78, abs=0.01)
    assert second["current_uA_per_cm2"] == pytest.approx(154.5, abs=0.1)
    assert found["repetitive"]["block_uA_per_cm2"] == second["current_uA_per_cm2"]
    assert any("subcritical" in note for note in found["notes"])


def test_hopf_points_of_morris_and_lecar():
    """At 93.86 and 212 uA/cm^2 (Rinzel and Ermentrout 1998)."""
    assert [1e6 * one.current for one in excited.points(excited.morris_lecar())] == pytest.approx([93.86, 212.02], abs=0.01)


def test_the_chronaxie_takes_twice_the_rheobase(found):
    again = vrest.excite("squid-axon-excitable", durations=[1e-3 * found["chronaxie_ms"]]).to_dict()
    assert again["strength_duration"][0]["current_uA_per_cm2"] == pytest.approx(2 * found["rheobase_uA_per_cm2"], rel=1e-3)
    assert again["refused"]["laws.lapicque"] == "a law takes thresholds of at least three durations"


def test_rates_rise_with_the_current(found):
    rates = [one["frequency_Hz"] for one in found["frequency_current"]]
    assert rates == sorted(rates)
    assert 45 < rates[0] < 55


def test_what_comes_after_a_spike(found):
    refractory, spike = found["refractory"], found["spike"]
    assert spike["time_to_peak_ms"] < refractory["absolute_ms"] < refractory["relative_ms"]
    assert found["safety_factor"] == pytest.approx((spike["peak_mV"] - found["rest_mV"]) / found["threshold_shock_mV"])
    assert 5 < found["accommodation"]["rise_ms"] < 20


def test_brackets_are_run_again_and_certified(found):
    assert found["certificate"]["converged"] is True
    runs = found["certificate"]["search"]["certified_runs"]
    assert list(runs) == ["shock", "0.1 ms", "0.5 ms", "50 ms", "rheobase"]
    for one in runs.values():
        low, high = one["peak_mV"]
        assert low < 0 < high
        weaker, stronger = one["shock_mV"] if "shock_mV" in one else one["current_pA"]
        assert stronger / weaker == pytest.approx(1, abs=4e-4)


def test_a_prepared_cell_answers_as_the_changed_one():
    prepared = vrest.prepare("squid-axon-excitable")
    settings, durations = {"outside.K": "60 mM"}, ["1 ms"]
    other = vrest.excite(prepared.cell.replace(settings), durations=durations).to_dict()
    mine = prepared.excite(settings, durations=durations).to_dict()
    assert mine["rest_mV"] == pytest.approx(other["rest_mV"])
    assert mine["threshold_shock_mV"] is other["threshold_shock_mV"] is None


# -- what does not exist --------------------------------------------------------------------------------------------------


def test_a_passive_cell_is_graded():
    found = vrest.excite("mammalian-neuron").to_dict()
    assert found["graded"] is True
    assert found["threshold_shock_mV"] is found["chronaxie_ms"] is found["repetitive"]["onset_uA_per_cm2"] is None
    assert {one["current_uA_per_cm2"] for one in found["strength_duration"]} == {None}
    for path in ("threshold_shock_mV", "rheobase_uA_per_cm2", "spike", "anode_break.current_uA_per_cm2"):
        assert "graded" in found["refused"][path]
    assert found["availability"] == {}
    assert found["certificate"]["converged"] is True


def test_a_cell_per_area_has_no_current_in_all():
    found = vrest.excite(excited.per_area(), durations=["0.5 ms"]).to_dict()
    (one,) = found["strength_duration"]
    assert one["current_uA_per_cm2"] == pytest.approx(13.275, rel=1e-3)
    assert one["current_pA"] is None
    assert "per area only" in found["refused"]["strength_duration.0.current_pA"]


# -- along a number -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def along():
    return vrest.excite("squid-axon-excitable", {"outside.K": ["10 mM", "30 mM", "60 mM"]}, durations=["1 ms"])


@pytest.mark.slow
def test_hyperkalaemia_excites_and_then_paralyses(along):
    found = along.to_dict()["over"]
    assert [one["value"] for one in found] == [10, 30, 60]
    assert [one["threshold_shock_mV"] is None for one in found] == [False, False, True]
    assert found[0]["rheobase_uA_per_cm2"] > 3
    assert found[1]["threshold_shock_mV"] == 0
    assert found[2]["graded"] is True
    assert found[2]["rest_mV"] > -40


@pytest.mark.slow
def test_every_value_has_the_same_keys(along):
    first, second, _ = along.to_dict()["over"]
    assert set(first) == set(second) >= {"value", "threshold_mV", "strength_duration", "availability", "spike"}


@pytest.mark.slow
def test_along_a_number_in_every_form(along, tmp_path):
    text = along.text()
    assert len(text.splitlines()) <= 25
    assert "fires by itself" in text
    assert "graded" in text
    columns, rows = vrest.results.base.shown(along).grid()
    assert [row["value"] for row in rows if row["row"] == "value"] == [10, 30, 60]
    assert {"spike.peak_mV", "availability.Na.h"} <= set(columns)
    data = along.to_xarray()
    assert data.over_rest_mV.dims == ("value",)
    assert data.value.values.tolist() == [10, 30, 60]
    assert data.value.units == "mM"
    along.plot(str(tmp_path / "along.png"))


# -- forms --------------------------------------------------------------------------------------------------------------


def test_a_short_answer_fits_a_terminal(answer):
    short = answer.text()
    assert len(short.splitlines()) <= 25
    assert short.startswith("Threshold -58.49 mV, 6.505 mV above rest")
    for words in (
        "rheobase",
        "chronaxie",
        "refractory",
        "anode break",
        "Certified: 10 certified runs beside 5 thresholds agree.",
    ):
        assert words in short


def test_a_whole_answer_holds_the_tables(answer):
    whole = answer.text(long=True)
    for words in ("Thresholds of currents", "Lapicque", "Weiss", "Hopf points of the current", "Firing under steady currents"):
        assert words in whole


def test_the_figure_has_a_panel_for_each_curve(answer):
    spike, gates, strength, rates = answer.plot().axes
    assert spike.get_ylabel() == "V (mV)"
    assert {text.get_text() for text in gates.texts} == {"m", "h", "n"}
    assert strength.get_xscale() == "log"
    assert rates.get_ylabel() == "rate (Hz)"


def test_a_graded_answer_says_so_and_has_no_figure():
    found = vrest.excite("mammalian-neuron")
    assert found.text().startswith("No threshold: the response is graded")
    with pytest.raises(vrest.InputError, match="no spike"):
        found.plot()


def test_on_the_command_line(capsys):
    assert main(["excite", "mammalian-neuron", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["graded"] is True
    assert main(["excite", "mammalian-neuron", "--csv"]) == 0
    head, first, *_ = capsys.readouterr().out.splitlines()
    assert head.startswith("row,cell,temperature_K,membrane,electrode,rest_mV")
    assert first.startswith("cell,mammalian-neuron,310")


# -- bad input ------------------------------------------------------------------------------------------------------------


def problem(capsys, *words: str) -> dict:
    assert main(["excite", *words, "--json"]) == 2
    (one,) = json.loads(capsys.readouterr().out)["error"]
    return one


def test_an_electrode_in_no_compartment(capsys):
    found = problem(capsys, "squid-axon-excitable", "--electrode", "insid")
    assert (found["path"], found["found"], found["expected"], found["suggestion"]) == ("--electrode", "insid", "inside", "inside")
    found = problem(capsys, "squid-axon-excitable", "--electrode", "outside")
    assert found["message"] == "the electrode is in no compartment that has a potential of its own"


def test_a_level_that_is_no_potential(capsys):
    found = problem(capsys, "squid-axon-excitable", "--spike-above", "3 mM")
    assert (found["path"], found["found"]) == ("--spike-above", "3 mM")


def test_a_duration_that_is_none(capsys):
    assert problem(capsys, "squid-axon-excitable", "--duration", "3 mV")["path"] == "--duration"
    found = problem(capsys, "squid-axon-excitable", "--duration", "0 ms")
    assert (found["message"], found["found"]) == ("a stimulus lasts longer than zero", "0 s")


def test_a_path_that_is_not_there(capsys):
    found = problem(capsys, "squid-axon-excitable", "--over", "outside.L=1:10 mM")
    assert found["suggestion"] == "outside.K"


def test_ratios_say_nothing_of_currents():
    with pytest.raises(vrest.InputError, match="only ratios of permeabilities"):
        vrest.excite("textbook-neuron")


def test_one_number_is_varied():
    with pytest.raises(vrest.InputError, match="one path with its values"):
        vrest.excite("squid-axon-excitable", {"outside.K": "1:10 mM", "outside.Na": "1:10 mM"})


def test_a_cell_that_nothing_rests():
    lone = cells.in_a_bath({"pump": cells.pump()}, cells.sphere(atp={"delta_G": "-50 kJ/mol"}, impermeant=cells.neutral()))
    with pytest.raises(vrest.NoAnswerError):
        vrest.excite(vrest.from_dict(lone))


def test_the_axon_of_the_tests_is_that_of_the_library():
    assert vrest.rest(gated.axon()).V_m["m"] == pytest.approx(vrest.rest("squid-axon-excitable").V_m["plasma"], abs=1e-9)
