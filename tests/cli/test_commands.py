"""Every command in every form: one answer on stdout, nothing else, and exit code 0."""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

import vrest
from answers import from_json, rows_of_a_whole_table, run
from effort import slow_unless
from vrest.cli.arguments import build_parser, parse
from vrest.cli.commands import COMMANDS as ABOUT_CELLS
from vrest.cli.commands import QUANTITIES
from vrest.cli.without_cell import CALCULATORS
from vrest.cli.without_cell import COMMANDS as OTHERS

ROWS = {**ABOUT_CELLS, **OTHERS}
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

COMMANDS = {
    "rest": ["rest", "squid-axon"],
    "rest of ratios": ["rest", "textbook-neuron"],
    "rest of a loop": ["rest", "proximal-tubule"],
    "rest of a file": ["rest", str(EXAMPLES / "pump-leak-cell.yaml")],
    "rest --set": ["rest", "squid-axon", "--set", "outside.K=20 mM", "--set", "plasma.pump.max_current=0"],
    "rest --over": ["rest", "squid-axon", "--over", "outside.K=1:100mM:log:5"],
    "iv": ["iv", "squid-axon"],
    "iv --range": ["iv", "squid-axon", "--range=-120:40 mV:lin:9"],
    "check": ["check", "squid-axon"],
    "cite": ["cite", "squid-axon"],
    "library": ["library"],
    "nernst": ["nernst", "K", "--in", "140 mM", "--out", "5 mM"],
    "nernst of an unknown ion": ["nernst", "X", "--valence", "-2", "--in", "1 mM", "--out", "2 mM", "--temperature", "20 degC"],
    "ghk": ["ghk", "K:1:140 mM:5 mM", "Na:0.04:12 mM:145 mM", "Cl:0.45:10 mM:110 mM"],
    "donnan": ["donnan", "--out", "K=150 mM", "--out", "Cl=150 mM", "--fixed", "100 mM", "--valence", "-1"],
    "debye": ["debye", "K=150 mM", "Cl=150 mM"],
    "atp": ["atp", "--ATP", "2.59 mM", "--ADP", "0.73 mM", "--Pi", "2.72 mM"],
    "pmf": ["pmf", "--voltage", "-140 mV", "--pH-in", "7.6", "--pH-out", "7.0"],
    "junction": ["junction", "--first", "Na=150 mM", "--first", "Cl=150 mM", "--second", "K=150 mM", "--second", "Cl=150 mM"],
}


@pytest.mark.parametrize("name", list(COMMANDS))
def test_a_command_answers_in_words(capsys, name):
    code, out, err = run(capsys, *COMMANDS[name])
    assert (code, err) == (0, "")
    assert len(out) > 20
    assert out.endswith("\n")
    assert "nan" not in out.lower().split()


@pytest.mark.parametrize("name", list(COMMANDS))
def test_a_command_answers_as_one_json_object(capsys, name):
    code, out, err = run(capsys, *COMMANDS[name], "--json")
    assert (code, err) == (0, "")
    assert isinstance(from_json(out), dict)


@pytest.mark.parametrize("name", list(COMMANDS))
def test_a_command_answers_as_a_table_with_headings(capsys, name):
    code, out, err = run(capsys, *COMMANDS[name], "--csv")
    assert (code, err) == (0, "")
    assert rows_of_a_whole_table(out)


# -- rows --------------------------------------------------------------------------------------------------------------

LAWS = {
    "nernst": vrest.nernst_potential,
    "ghk": vrest.ghk_voltage,
    "debye": vrest.debye_length,
    "atp": vrest.atp_free_energy,
    "pmf": vrest.proton_motive_force,
    "junction": vrest.henderson_potential,
}


@pytest.mark.parametrize("command", CALCULATORS, ids=lambda one: one.word)
def test_the_options_of_a_calculator_are_arguments_of_its_law_with_its_domains(command):
    law = LAWS[command.word]
    taken = {argument.how["dest"] for argument in command.arguments if argument.how.get("dest") in QUANTITIES}
    assert taken
    assert taken <= set(inspect.signature(law).parameters)
    assert taken <= set(law.domains)


def test_every_command_has_a_function_and_a_word_of_its_own():
    words = [command.word for commands in ROWS.values() for command in commands]
    assert len(set(words)) == len(words) == len(parsers()) - 1
    for module, commands in ROWS.items():
        for command in commands:
            assert callable(getattr(importlib.import_module(f"vrest.cli.{module}"), command.word))


def test_an_answer_without_a_figure_says_so(capsys, tmp_path):
    code, out, err = run(capsys, *COMMANDS["donnan"], "--plot", str(tmp_path / "x.png"))
    assert (code, out) == (2, "")
    assert err.startswith("vrest: this answer has no figure")


# -- numbers ----------------------------------------------------------------------------------------------------------

VALUES = {
    "nernst": ("E_mV", -89.016),
    "ghk": ("V_mV", -67.294),
    "donnan": ("V_mV", -8.7474),
    "debye": ("debye_length_nm", 0.779),
    "pmf": ("pmf_mV", -140 - 61.51 * 0.6),
}


@pytest.mark.parametrize("name", list(VALUES))
def test_a_calculator_gives_the_number_of_the_textbook(capsys, name):
    key, value = VALUES[name]
    _, out, _ = run(capsys, *COMMANDS[name], "--json")
    assert json.loads(out)[key] == pytest.approx(value, abs=5e-3 if name == "pmf" else 5e-4)


def test_json_is_unrounded(capsys):
    _, out, _ = run(capsys, *COMMANDS["nernst"], "--json")
    assert len(re.search(r'"E_mV": -(89\.[0-9]+)', out)[1]) > 14


def test_the_text_of_a_calculator_names_the_unit_of_every_number(capsys):
    _, out, _ = run(capsys, *COMMANDS["nernst"])
    assert out == "E_K = -89.016 mV  (z = +1, 140 mM inside, 5 mM outside, 310 K)\n"


def test_the_json_of_rest_over_is_that_of_python(capsys):
    _, out, _ = run(capsys, *COMMANDS["rest --over"], "--json")
    expected = vrest.rest_over(vrest.load("squid-axon"), "outside.K", "1:100mM:log:5").to_dict()
    assert json.loads(out) == json.loads(json.dumps(expected))


def test_a_range_is_taken_as_written(capsys):
    for words in (["--range=-120:40 mV:5"], ["--range", "-120:40mV:5"], ["--range", "-0.12:0.04 V:5"]):
        _, out, _ = run(capsys, "iv", "squid-axon", *words, "--json")
        assert json.loads(out)["membranes"]["plasma"]["V_mV"] == pytest.approx([-120, -80, -40, 0, 40])


def test_a_negative_value_needs_no_space_before_its_unit(capsys):
    outs = {run(capsys, "pmf", "--voltage", voltage, "--pH-in", "7.6", "--pH-out", "7.0")[1] for voltage in ("-140 mV", "-140mV")}
    assert len(outs) == 1


def test_a_shown_cell_is_the_file_itself(capsys, tmp_path):
    code, out, _ = run(capsys, "library", "show", "squid-axon")
    assert code == 0
    file = tmp_path / "again.yaml"
    file.write_text(out, encoding="utf-8")
    assert run(capsys, "rest", str(file), "--json")[1] == run(capsys, "rest", "squid-axon", "--json")[1]


def test_check_lists_every_path_with_its_value(capsys):
    _, out, _ = run(capsys, "check", "squid-axon", "--json")
    answer = json.loads(out)
    assert answer["valid"] is True
    assert set(answer["paths"]) == set(vrest.load("squid-axon").settable)


# -- plots ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
@pytest.mark.parametrize("name", ["rest", "iv", "rest --over"])
def test_a_plot_is_written_beside_the_answer(capsys, tmp_path, name, ending):
    pytest.importorskip("matplotlib")
    file = tmp_path / f"out.{ending}"
    code, out, err = run(capsys, *COMMANDS[name], "--json", "--plot", str(file))
    assert code == 0
    assert json.loads(out)
    assert err == f"vrest: wrote {file}\n"
    assert file.stat().st_size > 1000


# -- help -------------------------------------------------------------------------------------------------------------


def parsers():
    parser = build_parser()
    found = {"vrest": parser}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            found |= {f"vrest {name}": sub for name, sub in action.choices.items()}
    return found


def examples():
    return [
        line.strip() for parser in parsers().values() for line in parser.epilog.splitlines() if line.strip().startswith("vrest ")
    ]


def test_every_command_has_an_example():
    assert all("vrest " in parser.epilog for parser in parsers().values())
    assert len(examples()) >= len(parsers())


LONG = ("vrest excite", "vrest page")


@pytest.mark.parametrize("line", slow_unless(lambda line: not line.startswith(LONG), sorted(set(examples()))))
def test_an_example_of_the_help_runs(capsys, line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(EXAMPLES / "potentials.csv", tmp_path)
    if line.startswith("vrest app"):
        pytest.importorskip("uvicorn", reason="the extra `app` is not installed")
        monkeypatch.setattr("vrest.app.server.serve", print)
    code, out, err = run(capsys, *shlex.split(line)[1:])
    assert (code, err) == (0, "")
    assert out


@pytest.mark.parametrize("name", list(parsers()))
def test_help_is_printed_and_names_every_option(capsys, name):
    code, out, err = run(capsys, *name.split()[1:], "--help")
    assert (code, err) == (0, "")
    for action in parsers()[name]._actions:
        assert all(option in out for option in action.option_strings)
        assert action.help or isinstance(action, argparse._SubParsersAction), action


@pytest.mark.parametrize("name", list(parsers()))
def test_an_option_that_takes_a_quantity_shows_a_unit_somewhere(name):
    parser = parsers()[name]
    text = parser.format_help()
    quantities = [a for a in parser._actions if a.metavar in ("C", "T", "V", "G", "SPAN", "PATH=SPAN", "PATH=VALUE", "ION=C")]
    if quantities:
        assert re.search(r"\b(mM|mV|K|degC|kJ/mol)\b", text)


def test_no_words_at_all_print_the_help(capsys):
    code, out, _ = run(capsys)
    assert code == 0
    assert out.startswith("usage: vrest")


def test_the_version_is_printed(capsys):
    assert run(capsys, "--version") == (0, f"vrest {vrest.__version__}\n", "")


def test_parsing_help_answers_nothing_to_run(capsys):
    assert parse(["rest", "--help"]) is None
    assert "usage: vrest rest" in capsys.readouterr().out


# -- completion -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_a_completion_script_knows_commands_and_cells(capsys, shell):
    code, out, err = run(capsys, "completion", shell)
    assert (code, err) == (0, "")
    assert all(word in out for word in ("rest", "nernst", "squid-axon", "json"))


def test_the_bash_script_is_one_that_bash_reads(capsys, tmp_path):
    script = tmp_path / "vrest.bash"
    script.write_text(run(capsys, "completion", "bash")[1])
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0
