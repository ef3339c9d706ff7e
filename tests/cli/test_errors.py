"""What is at fault: the exit code, the sentence, and the eight keys of the JSON."""

from __future__ import annotations

import importlib
import io
import json
import sys

import pytest

from answers import run

KEYS = {"message", "file", "line", "column", "path", "found", "expected", "suggestion"}
NERNST = ["nernst", "K", "--in", "140 mM", "--out", "5 mM"]


# words of the command: (exit code, what the sentence says, suggestion)
CASES = {
    "no such cell": (["rest", "squid-axn"], 2, "neither a cell of the library nor a file", "squid-axon"),
    "no such file": (["rest", "here/squid-axon.yaml"], 2, "there is no such file", "squid-axon"),
    "no such command": (["rst", "squid-axon"], 2, "no such command", "rest"),
    "no such option": (["rest", "squid-axon", "--jsn"], 2, "'--jsn' means nothing to `vrest rest`", "--json"),
    "no such option before a command": (["--jsn"], 2, "'--jsn' means nothing to `vrest`", None),
    "an option of another command": (["rest", "squid-axon", "--range", "1:2 mV"], 2, "'--range' means nothing", None),
    "a word too many": (["rest", "squid-axon", "red-cell"], 2, "'red-cell' means nothing", None),
    "no cell": (["rest"], 2, "the following arguments are required: CELL", None),
    "an option without its value": (["rest", "squid-axon", "--set"], 2, "expected one argument", None),
    "an abbreviated option": (["rest", "squid-axon", "--js"], 2, "'--js' means nothing", "--json"),
    "a setting without a value": (["rest", "squid-axon", "--set", "outside.K"], 2, "--set takes PATH=VALUE", None),
    "a setting with an empty value": (["rest", "squid-axon", "--set", "outside.K="], 2, "--set takes PATH=VALUE", None),
    "a setting with an empty path": (["rest", "squid-axon", "--set", "=5 mM"], 2, "--set takes PATH=VALUE", None),
    "an empty setting": (["rest", "squid-axon", "--set", ""], 2, "--set takes PATH=VALUE", None),
    "a setting of no path": (["rest", "squid-axon", "--set", "outside.Kal=5 mM"], 2, "is not a path of squid-axon", None),
    "a setting of a wrong unit": (["rest", "squid-axon", "--set", "outside.K=5 mV"], 2, "outside.K", None),
    "a setting out of its domain": (["rest", "squid-axon", "--set", "temperature=37 K"], 2, "temperature", None),
    "the beginning of an option": ([*NERNST, "--temp", "37 degC"], 2, "'--temp' means nothing", "--temperature"),
    "a path set twice": (
        ["rest", "squid-axon", "--set", "outside.K=5 mM", "--set", "outside.K=6 mM"],
        2,
        "--set sets outside.K already",
        None,
    ),
    "a path set and varied": (
        ["rest", "squid-axon", "--set", "outside.K=5 mM", "--over", "outside.K=1:10 mM"],
        2,
        "--over varies outside.K already",
        None,
    ),
    "over without a span": (["rest", "squid-axon", "--over", "outside.K"], 2, "--over takes PATH=VALUE", None),
    "over an empty span": (["rest", "squid-axon", "--over", "outside.K=5:5 mM"], 2, "the span is empty", None),
    "over a span without a unit": (["rest", "squid-axon", "--over", "outside.K=1:5"], 2, "the unit is missing", "1 mM"),
    "over no path": (["rest", "squid-axon", "--over", "outside.Kal=1:5 mM"], 2, "is not a path", None),
    "a range of a wrong unit": (["iv", "squid-axon", "--range", "1:5 mM"], 2, "mM", None),
    "two forms": (["rest", "squid-axon", "--csv"], 2, "two forms of one answer", None),
    "two forms of a calculator": ([*NERNST, "--csv"], 2, "two forms of one answer", None),
    "nothing conducts": (
        [
            *("rest", "textbook-neuron", "--set", "membrane.K_leak.permeability=0", "--set", "membrane.Na_leak.permeability=0"),
            *("--set", "membrane.Cl_leak.permeability=0"),
        ],
        2,
        "nothing conducts",
        None,
    ),
    "no such cell to show": (["library", "show", "squidaxon"], 2, "the library has no such cell", "squid-axon"),
    "show without a name": (["library", "show"], 2, "needs the name of a cell", None),
    "list with a name": (["library", "list", "squid-axon"], 2, "takes no name", None),
    "an unknown ion": (["nernst", "k", "--in", "1 mM", "--out", "2 mM"], 2, "not in the table of ions", "K"),
    "a concentration of zero": (["nernst", "K", "--in", "0 mM", "--out", "2 mM"], 2, "--in is out of range", None),
    "a concentration without unit": (["nernst", "K", "--in", "140", "--out", "2 mM"], 2, "unit", None),
    "a temperature in degrees": ([*NERNST, "--temperature", "37 K"], 2, "--temperature is out of range", "37 degC"),
    "a valence of zero": ([*NERNST, "--valence", "0"], 2, "--valence is out of range", None),
    "an ion without its numbers": (["ghk", "K:1:140 mM"], 2, "ION:P:IN:OUT", None),
    "no permeability": (["ghk", "K:0:140 mM:5 mM"], 2, "every permeability is zero", None),
    "an empty side": (["ghk", "K:1:140 mM:0 mM"], 2, "no permeant ion", None),
    "an ion twice": (["debye", "K=1 mM", "K=2 mM"], 2, "names K twice", None),
    "a solution of nothing": (["debye", "K=0 mM"], 2, "screens nothing", None),
    "no such shell": (["completion", "fish"], 2, "no such choice for shell", None),
}  # fmt: skip


@pytest.mark.parametrize("name", list(CASES))
def test_a_fault_is_told_as_json_on_stdout_and_in_words_on_stderr(capsys, name):
    words, expected, sentence, suggestion = CASES[name]
    code, out, err = run(capsys, *words, "--json")
    assert code == expected
    problems = json.loads(out)["error"]
    assert problems
    assert all(set(problem) == KEYS for problem in problems)
    assert any(sentence in problem["message"] for problem in problems), problems
    if suggestion is not None:
        assert problems[0]["suggestion"] == suggestion
    assert err.startswith("vrest: ")
    assert "Traceback" not in err


@pytest.mark.parametrize("name", [name for name in CASES if "two forms" not in name])
def test_without_json_nothing_is_on_stdout(capsys, name):
    words, expected, sentence, _ = CASES[name]
    code, out, err = run(capsys, *words)
    assert (code, out) == (expected, "")
    assert sentence in err
    assert len(err) < 1500


def test_every_setting_at_fault_is_told_at_once(capsys):
    code, out, _ = run(capsys, "rest", "squid-axon", "--set", "outside.K=5 mV", "--set", "nowhere.Na=1 mM", "--json")
    assert code == 2
    assert len(json.loads(out)["error"]) >= 2


def test_a_pump_alone_exits_with_one(capsys):
    settings = [part for ion in ("K", "Na", "Cl") for part in ("--set", f"plasma.{ion}_leak.permeability=0")]
    code, out, err = run(capsys, "rest", "squid-axon", *settings, "--json")
    assert code == 1
    (problem,) = json.loads(out)["error"]
    assert "no leak balances its pumps" in problem["message"]
    assert problem["path"] == "plasma"
    assert "no resting potential" in err


# -- files ------------------------------------------------------------------------------------------------------------


def test_a_fault_in_a_file_has_file_line_and_column(capsys, tmp_path):
    file = tmp_path / "cell.yaml"
    file.write_text("cell: x\ntemperature: 310 K\nions:\n  K: {inside: 140, outside: 5 mM, permeability: 1}\n")
    code, out, err = run(capsys, "rest", str(file), "--json")
    assert code == 2
    problem = json.loads(out)["error"][0]
    assert (problem["file"], problem["line"]) == (str(file), 4)
    assert problem["column"] > 1
    assert f"{file}:4:" in err
    assert "^" in err


@pytest.mark.parametrize(
    "name",
    [
        "a\0b",
        "x" * 5000,
        "./" + "y" * 300 + ".yaml",
        "caf\N{LATIN SMALL LETTER E WITH ACUTE}",
        "\udcff\udcfe",
        "a\nb",
        "\x1b[31mred",
        " ",
        "",
    ],
)
def test_a_name_of_any_characters_is_no_such_file(capsys, name):
    code, out, err = run(capsys, "rest", name, "--json")
    assert code == 2
    problem = json.loads(out)["error"][0]
    assert set(problem) == KEYS
    assert all(c.isprintable() or c == "\n" for c in err)
    assert len(err) < 1000


def test_a_directory_is_no_description(capsys, tmp_path):
    code, _, err = run(capsys, "rest", str(tmp_path))
    assert code == 2
    assert "this is a directory" in err


def test_a_description_is_read_from_stdin(capsys, monkeypatch):
    run(capsys, "library", "show", "squid-axon")
    text = "cell: x\ntemperature: 310 K\nions:\n  K: {inside: 140 mM, outside: 5 mM, permeability: 1}\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))
    code, out, _ = run(capsys, "rest", "-", "--json")
    assert code == 0
    assert json.loads(out)["V_mV"]["membrane"] == pytest.approx(-89.016, abs=5e-4)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"just words", b"[" * 5000, b"a: &x 1\nb: *x\n", b"\x00"])
def test_stdin_that_is_no_description_is_at_fault(capsys, monkeypatch, data):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
    code, out, err = run(capsys, "rest", "-", "--json")
    assert code == 2
    assert json.loads(out)["error"][0]["message"]
    assert "Traceback" not in err


# -- plots ------------------------------------------------------------------------------------------------------------


def test_a_plot_that_cannot_be_written_is_at_fault_before_anything_is_answered(capsys, tmp_path):
    pytest.importorskip("matplotlib")
    code, out, err = run(capsys, "rest", "squid-axon", "--plot", str(tmp_path / "no" / "such" / "place.png"))
    assert (code, out) == (2, "")
    assert "place.png" in err or "no such file" in err.lower()


@pytest.mark.parametrize("name", ["out.bmpx", "out", "out."])
def test_a_plot_of_an_unknown_ending_is_at_fault(capsys, tmp_path, name):
    pytest.importorskip("matplotlib")
    code, out, err = run(capsys, "rest", "squid-axon", "--plot", str(tmp_path / name))
    assert (code, out) == (2, "")
    assert "Traceback" not in err


def test_a_missing_extra_is_one_sentence_with_the_command_that_adds_it(capsys, monkeypatch, tmp_path):
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for name in [name for name in sys.modules if name.startswith("vrest.views.")]:
        monkeypatch.delitem(sys.modules, name)
    code, out, err = run(capsys, "rest", "squid-axon", "--plot", str(tmp_path / "x.png"), "--json")
    assert code == 2
    assert "pip install '.[plot]'" in json.loads(out)["error"][0]["message"]
    assert "pip install '.[plot]'" in err


def test_a_server_needs_its_extra(capsys, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("vrest.app")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    code, out, err = run(capsys, "app")
    assert (code, out) == (2, "")
    assert "pip install '.[app]'" in err


# -- defects ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def broken(monkeypatch, tmp_path):
    def fail(cell):
        raise RuntimeError("a surprise \udcff")

    monkeypatch.setattr(importlib.import_module("vrest.questions.rest.rest"), "rest", fail)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_defect_exits_with_three_and_a_report_but_no_traceback(capsys, broken, form):
    code, out, err = run(capsys, "rest", "squid-axon", "--set", "outside.K=9 mM", *form)
    assert code == 3
    if form:
        (problem,) = json.loads(out)["error"]
        assert problem["message"] in err
    else:
        assert out == ""
    assert err.count("\n") == 1
    assert "this is a defect of vrest (RuntimeError), not of your input" in err
    (report,) = broken.glob("vrest-report-*.txt")
    assert str(report) in err
    text = report.read_text(encoding="utf-8")
    assert "outside.K=9 mM" in text
    assert "Traceback" in text
    assert "a surprise" in text


def test_a_defect_whose_report_cannot_be_written_still_says_what_it_was(capsys, broken, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(broken / "gone"))
    code, _, err = run(capsys, "rest", "squid-axon")
    assert code == 3
    assert "no report could be written" in err
    assert "a surprise" in err


@pytest.mark.parametrize("command", ["rest", "branches"])
def test_a_value_of_a_span_that_does_not_fit_is_told_of_the_span(capsys, command):
    code, _, err = run(capsys, command, "squid-axon", "--over", "outside.K=2:10 mV")
    assert code == 2
    assert err.startswith("vrest: --over outside.K=2.0 mV: 'outside.K': 2.0 mV is a potential, not a concentration")
