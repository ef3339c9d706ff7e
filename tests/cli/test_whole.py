"""The commands about a cell left to itself: every form, exit codes, files, errors, interruption."""

from __future__ import annotations

import csv
import io
import json
import signal

import pytest

import vrest
from answers import from_json, pointless, rows_of_a_whole_table, run, unexplained

NEURON = "mammalian-neuron"
PROTOCOL = """protocol: mine
until: 20 min
events:
  - {from: 5 min, to: 10 min, set: {outside.K: 12 mM}}
"""
NEUTRAL = ["--set", "inside.impermeant.amount=neutral"]
TUNED = ["--free", "plasma.pump.max_current", "--free", "plasma.Na_leak.permeability", "--free", "plasma.KCC2.rate"]
COMMANDS = {
    "steady": ["steady", NEURON],
    "steady of an epithelium": ["steady", "proximal-tubule"],
    "donnan of a cell": ["donnan", NEURON],
    "donnan of concentrations": ["donnan", "--out", "K=150 mM", "--out", "Cl=150 mM", "--fixed", "100 mM", "--valence", "-1"],
    "explain": ["explain", NEURON],
    "explain of ratios": ["explain", "textbook-neuron"],
    "simulate by name": ["simulate", NEURON, "pump-block"],
    "simulate for a while": ["simulate", NEURON, "--until", "10 min"],
    "simulate from zero": ["simulate", NEURON, "--until", "1 s", "--start", "0 mV"],
    "simulate with scipy": ["simulate", NEURON, "--until", "10 min", "--engine", "scipy"],
    "scenario": ["scenario"],
    "tune": ["tune", NEURON, *TUNED[:4]],
    "tune impermeants": ["tune", NEURON, *TUNED, "--free", "inside.impermeant.amount", "--voltage", "plasma=-65 mV"],
    "branches": ["branches", NEURON, "--over", "plasma.pump.max_current=0.1:1 A/m^2:log"],
    "branches of rest": ["branches", NEURON, "--over", "outside.K=1:20 mM:log", "--of", "rest"],
}


def answered(capsys, *words):
    code, out, err = run(capsys, *words, "--json")
    assert (code, err) == (0, ""), err

    return from_json(out)


def refused(capsys, *words, code=2):
    found, out, _ = run(capsys, *words, "--json")
    assert found == code
    return json.loads(out)["error"]


@pytest.mark.parametrize("name", list(COMMANDS))
def test_a_command_answers_in_words(capsys, name):
    code, out, err = run(capsys, *COMMANDS[name])
    assert (code, err) == (0, "")
    assert out.endswith("\n")
    assert "nan" not in out.lower().split()
    assert "np.float" not in out


@pytest.mark.parametrize("name", list(COMMANDS))
def test_a_command_answers_as_one_json_object(capsys, name):
    assert isinstance(answered(capsys, *COMMANDS[name]), dict)


@pytest.mark.parametrize("name", list(COMMANDS))
def test_a_command_answers_as_a_table_with_headings(capsys, name):
    code, out, err = run(capsys, *COMMANDS[name], "--csv")
    assert (code, err) == (0, "")
    assert rows_of_a_whole_table(out)


@pytest.mark.parametrize("name", ["steady", "donnan of a cell", "explain", "simulate by name", "branches"])
def test_a_command_draws_its_answer(capsys, tmp_path, name):
    pytest.importorskip("matplotlib")
    code, _, err = run(capsys, *COMMANDS[name], "--plot", str(tmp_path / "answer.svg"))
    assert (code, err) == (0, f"vrest: wrote {tmp_path / 'answer.svg'}\n")
    assert (tmp_path / "answer.svg").read_text().startswith("<?xml")


# -- contents ---------------------------------------------------------------------------------------------------------

STEADY = (
    "V_mV potential_mV inside_mM volume_pL stable eigenvalues_per_s slowest_time_constant_s atp_mol_per_s other_states mechanisms"
)


def test_steady_has_the_keys_of_its_contract(capsys):
    answer = answered(capsys, *COMMANDS["steady"])
    assert set(answer) >= {*STEADY.split(), "notes", "refused", "certificate"}
    assert set(answer["inside_mM"]["inside"]) == {"K", "Na", "Cl"}
    assert answer["stable"] is True
    assert answer["slowest_time_constant_s"] == pytest.approx(-1 / max(answer["eigenvalues_per_s"]))
    keys = {"converged", "residuals", "charge_error", "mass_error", "dissipation_violations", "search", "method", "vrest_version"}
    assert set(answer["certificate"]) >= keys


@pytest.mark.parametrize(
    "name", ["steady", "donnan of a cell", "explain", "explain of ratios", "tune", "branches", "branches of rest"]
)
def test_every_null_has_a_sentence(capsys, name):
    answer = answered(capsys, *COMMANDS[name])
    assert answer["certificate"]["converged"]
    assert unexplained(answer) == []
    assert pointless(answer) == []


def test_the_json_is_that_of_python(capsys):
    cell = vrest.load(NEURON)
    for name, result in (
        ("steady", vrest.steady_state(cell)),
        ("donnan of a cell", vrest.donnan(cell)),
        ("explain", vrest.explain_cell(cell)),
    ):
        assert answered(capsys, *COMMANDS[name]) == json.loads(json.dumps(result.to_dict()))


def test_a_simulation_tells_its_story_and_what_water_does(capsys):
    answer = answered(capsys, "simulate", NEURON, "hypo-osmotic")
    assert len(answer["story"]) == 4
    assert any("the volume of 'inside' is fixed" in note for note in answer["notes"])
    assert answer["ended"] == "end"


def test_set_reaches_the_question(capsys):
    off = answered(capsys, "steady", NEURON, "--set", "plasma.pump.max_current=0")
    assert off["V_mV"]["plasma"] == pytest.approx(answered(capsys, "explain", NEURON)["pumps_off"]["V_mV"]["plasma"], abs=1e-6)
    assert off["atp_mol_per_s"] == 0


# -- simulate ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def protocol(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(PROTOCOL)
    return str(file)


def test_a_protocol_of_ones_own(capsys, protocol):
    answer = answered(capsys, "simulate", NEURON, protocol)
    assert (answer["protocol"], answer["time_s"][-1]) == ("mine", 1200.0)
    assert [h["time_s"] for h in answer["happenings"] if h["kind"] == "step"] == [300.0, 600.0, 1200.0]


def test_until_ends_a_protocol_before_its_end(capsys, protocol):
    assert answered(capsys, "simulate", NEURON, protocol, "--until", "7 min")["time_s"][-1] == 420.0
    answer = answered(capsys, "simulate", NEURON, "donnan", "--until", "1 h")
    assert (answer["ended"], answer["time_s"][-1]) == ("end", 3600.0)


def test_start_stands_before_that_of_the_protocol(capsys, protocol):
    assert answered(capsys, "simulate", NEURON, protocol, "--start", "-20 mV")["V_mV"]["plasma"][0] == pytest.approx(
        -20, abs=1e-6
    )
    assert answered(capsys, "simulate", NEURON, "k-charging", "--start", "described", *NEUTRAL)["V_mV"]["plasma"][
        0
    ] == pytest.approx(0, abs=1e-6)
    charged = answered(capsys, "simulate", NEURON, protocol, "--start", "described")
    assert charged["V_mV"]["plasma"][0] == pytest.approx(-65.482893, abs=1e-5)


def test_two_engines_agree(capsys, protocol):
    first, second = (answered(capsys, "simulate", NEURON, protocol, "--engine", engine) for engine in ("cvodes", "scipy"))
    assert first["final"]["V_mV"]["plasma"] == pytest.approx(second["final"]["V_mV"]["plasma"], abs=1e-4)
    assert "Radau" in second["certificate"]["method"]


def test_the_time_course_is_written_as_csv(capsys, tmp_path, protocol):
    file = tmp_path / "course.csv"
    code, _, err = run(capsys, "simulate", NEURON, protocol, "--output", str(file))
    assert (code, err) == (0, f"vrest: wrote {file}\n")
    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    assert float(rows[-1]["time_s"]) == 1200.0
    assert -100 < float(rows[-1]["V_plasma_mV"]) < -50


@pytest.mark.parametrize("ending", ["nc", "zarr"])
def test_the_time_course_is_written_for_xarray(capsys, tmp_path, protocol, ending):
    xarray = pytest.importorskip("xarray")
    place = tmp_path / f"course.{ending}"
    code, _, err = run(capsys, "simulate", NEURON, protocol, "--output", str(place))
    assert (code, err) == (0, f"vrest: wrote {place}\n")
    how = {} if ending == "nc" else {"engine": "zarr", "consolidated": False}
    with xarray.open_dataset(place, **how) as data:
        assert float(data.time[-1]) == 1200.0


@pytest.mark.parametrize(
    ("words", "message", "found"),
    [
        (["--output", "a.txt", "--until", "1 s"], "the time course is written as .nc, .zarr or .csv", "a.txt"),
        ([], "`vrest simulate` needs a protocol or --until", "neither"),
        (["pump-blok"], "this is neither a named protocol nor a file", "pump-blok"),
        (["--until", "5"], "'until': the unit is missing", "5"),
        (["--until", "1 s", "--start", "soon"], "'start': the value does not begin with a number", "soon"),
        (["--until", "1 s", "--engine", "euler"], "no such choice for engine", "euler"),
        (["chloride-loading"], "squid-axon has no cotransporters", "cotransporters"),
    ],
)
def test_what_is_wrong_with_a_simulation(capsys, words, message, found):
    (problem,) = refused(capsys, "simulate", "squid-axon", *words)
    assert (problem["message"], problem["found"]) == (message, found)


def test_a_mistake_in_a_protocol_has_its_place(capsys, tmp_path):
    file = tmp_path / "wrong.yaml"
    file.write_text(PROTOCOL.replace("outside.K:", "outside.Kalium:"))
    (problem,) = refused(capsys, "simulate", NEURON, str(file))
    assert (problem["file"], problem["line"], problem["suggestion"]) == (str(file), 4, "outside.K")


def test_a_place_that_cannot_be_written(capsys):
    (problem,) = refused(capsys, "simulate", NEURON, "--until", "1 s", "--output", "/nowhere/course.csv")
    assert problem["message"] == "cannot write the file: no such file or directory"


def press_ctrl_c(monkeypatch, times=1):
    """Ctrl-C, really sent, while the first piece of the run is told."""
    from vrest.cli.answers import _Watch

    def pressed(self, time, end):
        for _ in range(times):
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(_Watch, "progress", pressed)


def test_ctrl_c_keeps_what_is_done(capsys, monkeypatch, tmp_path):
    press_ctrl_c(monkeypatch)
    code, out, err = run(capsys, "simulate", NEURON, "pump-block", "--json", "--output", str(tmp_path / "part.csv"))
    answer = json.loads(out)
    assert code == 130
    assert answer["ended"] == "interrupted"
    assert answer["time_s"][-1] == 600  # the pump is blocked then
    wrote = f"vrest: wrote {tmp_path / 'part.csv'} so far; --resume goes on with the run\n"
    assert err == f"{wrote}vrest: interrupted before the answer was complete\n"
    assert len((tmp_path / "part.csv").read_text().splitlines()) == len(answer["time_s"]) + 1


def test_a_second_ctrl_c_ends_at_once(capsys, monkeypatch):
    press_ctrl_c(monkeypatch, times=2)
    assert run(capsys, "simulate", NEURON, "pump-block") == (130, "", "vrest: interrupted before the answer was complete\n")


def test_ctrl_c_means_what_it_meant_before_once_a_command_is_over(capsys):
    before = signal.getsignal(signal.SIGINT)
    run(capsys, *COMMANDS["simulate for a while"])
    assert signal.getsignal(signal.SIGINT) is before


# -- no answer, wrong input -------------------------------------------------------------------------------------------


def test_what_does_not_exist_is_exit_1(capsys):
    (problem,) = refused(capsys, "steady", "kay2017", "--set", "membrane.pump.max_current=0", code=2)
    assert problem["suggestion"]
    pump = next(p for p in vrest.load("kay2017").settable if ".pump." in p and "max" in p or p.endswith("pump.rate"))
    (problem,) = refused(capsys, "steady", "kay2017", "--set", f"{pump}=0", code=1)
    assert "no steady state exists" in problem["message"]
    (problem,) = refused(capsys, "donnan", "kay2017", code=1)
    assert "no finite Donnan equilibrium" in problem["message"]
    (problem,) = refused(capsys, "tune", NEURON, "--set", "inside.Cl=10 mM", "--free", "plasma.pump.max_current", code=1)
    assert "balance the described composition" in problem["message"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["donnan"], "`vrest donnan` needs a CELL, or --out, --fixed and --valence"),
        (["donnan", NEURON, "--fixed", "1 mM"], "a CELL and concentrations are two questions"),
        (["donnan", "--out", "K=1 mM"], "`vrest donnan` needs a CELL, or --out, --fixed and --valence"),
        (["scenario", "pump-blok"], "there is no such scenario"),
        (["scenario", "pump-block", "--csv"], "one scenario is a file; it has no CSV form"),
        (["tune", NEURON, "--free", "outside.Kalium"], "'outside.Kalium' is no path of the cell"),
        (["tune", NEURON, "--free", "outside.K", "--voltage", "-70"], "the unit is missing"),
        (["tune", NEURON, "--free", "outside.K", *["--voltage", "plasma=-70 mV"] * 2], "--voltage holds plasma already"),
        (["branches", NEURON, "--over", "outside.K"], "--over takes PATH=VALUE"),
        (["branches", NEURON, "--over", "outside.K=1:2 mM", "--set", "outside.K=3 mM"], "--over varies outside.K already"),
    ],
)
def test_what_is_asked_wrongly_is_exit_2(capsys, words, message):
    csv_too = "--csv" in words
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert err.startswith(f"vrest: {message}\n")
    if not csv_too:
        assert refused(capsys, *words)[0]["message"] == message


def test_ratios_alone_are_said_to_be_too_little(capsys):
    for command in (
        ["steady", "textbook-neuron"],
        ["donnan", "textbook-neuron"],
        ["simulate", "textbook-neuron", "--until", "1 s"],
    ):
        first, *_ = refused(capsys, *command)
        assert first["message"] == "membrane 'membrane' has only ratios of permeabilities; amounts that change need absolute ones"


# -- scenario, tune, completion, help ---------------------------------------------------------------------------------


def test_a_scenario_is_shown_as_the_file_it_is(capsys, tmp_path):
    _, out, _ = run(capsys, "scenario", "pump-block")
    (tmp_path / "block.yaml").write_text(out)
    first, second = (answered(capsys, "simulate", NEURON, p) for p in ("pump-block", str(tmp_path / "block.yaml")))
    assert first == second
    assert answered(capsys, "scenario", "pump-block")["yaml"] == out


def test_all_scenarios_have_titles(capsys):
    scenarios = answered(capsys, "scenario")["scenarios"]
    assert {"pump-block", "donnan", "k-charging"} <= {s["protocol"] for s in scenarios}
    assert all(s["title"] for s in scenarios)


def test_the_tuned_description_is_written_and_loads(capsys, tmp_path):
    file = tmp_path / "tuned.yaml"
    code, _, err = run(capsys, *COMMANDS["tune"], "--output", str(file))
    assert (code, err) == (0, f"vrest: wrote {file}\n")
    steady = answered(capsys, "steady", str(file))
    assert steady["inside_mM"]["inside"]["Na"] == pytest.approx(10.0, rel=1e-3)


def test_numbers_are_shown_short_and_given_whole(capsys):
    _, out, _ = run(capsys, *COMMANDS["tune"])
    assert "0.042877 A/m^2" in out
    assert len(answered(capsys, *COMMANDS["tune"])["values"]["plasma.pump.max_current"]) > 15


def test_completion_knows_cells_and_scenarios(capsys):
    for shell in ("bash", "zsh"):
        _, out, _ = run(capsys, "completion", shell)
        assert "pump-block" in out
        assert "squid-axon" in out
        assert "steady" in out
