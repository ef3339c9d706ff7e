"""The example cells load as they are and give the numbers that stand beside them, on the command line and from Python."""

import json
import re
from pathlib import Path

import pytest

import vrest
from vrest.cli.main import main
from vrest.units import to_unit

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
EXPECTED = json.loads((EXAMPLES / "expected.json").read_text(encoding="utf-8"))


REPLACED = {
    "rest": {},
    "steady": {},
    "rest with Cl permeability 0": {"membrane.Cl_leak.permeability": "0"},
    "steady with plasma.pump.max_current = 0.2 A/m^2": {"plasma.pump.max_current": "0.2 A/m^2"},
    "steady with plasma.pump.max_current = 0 A/m^2 (Donnan, volume fixed)": {"plasma.pump.max_current": "0 A/m^2"},
}


def cases(question: str):
    return [
        pytest.param(cell, numbers, REPLACED[title], id=f"{cell}: {title}")
        for cell, titles in EXPECTED.items()
        for title, numbers in titles.items()
        if title.startswith(question)
    ]


def by_command(capsys, question, cell, replaced):
    options = [part for path, value in replaced.items() for part in ("--set", f"{path}={value}")]
    code = main([question, str(EXAMPLES / f"{cell}.yaml"), "--json", *options])
    assert code == 0
    return json.loads(capsys.readouterr().out)


def by_python(question, cell, replaced):
    ask = getattr(vrest, question)
    return ask(vrest.load(EXAMPLES / f"{cell}.yaml").replace(replaced)).to_dict()


def check_rest(answer, numbers):
    (membrane,) = answer["V_mV"]
    near = {"abs": numbers["tolerance_mV"], "rel": 0}
    assert answer["V_mV"][membrane] == pytest.approx(numbers["V_mV"], **near)
    for ion, potential in numbers.get("E_mV", {}).items():
        assert answer["ions"][membrane][ion]["E_mV"] == pytest.approx(potential, **near)
    for name, potential in numbers.get("explain", {}).items():
        assert answer["explain"][membrane][name] == pytest.approx(potential, **near)
    if "pump_current_A_per_m2" in numbers:
        pump = answer["mechanisms"][membrane]["pump"]
        assert pump["current_uA_per_cm2"] == pytest.approx(100 * numbers["pump_current_A_per_m2"], rel=1e-5)
    if "atp_mol_per_s" in numbers:
        assert answer["atp_mol_per_s"] == pytest.approx(numbers["atp_mol_per_s"], rel=1e-6)
    assert answer["certificate"]["converged"] is True


def check_steady(answer, numbers):
    near = {"abs": numbers["tolerance_mV"], "rel": 0}
    (potential,) = answer["V_mV"].values()
    assert potential == pytest.approx(numbers["V_mV"], **near)
    for ion, concentration in numbers["inside_mM"].items():
        assert answer["inside_mM"]["inside"][ion] == pytest.approx(concentration, abs=2e-6 * 100)
    assert answer["stable"] is numbers.get("stable", True)
    assert answer["certificate"]["converged"] is True


@pytest.mark.parametrize(("cell", "numbers", "replaced"), cases("rest"))
def test_rest_on_the_command_line(capsys, cell, numbers, replaced):
    check_rest(by_command(capsys, "rest", cell, replaced), numbers)


@pytest.mark.parametrize(("cell", "numbers", "replaced"), cases("rest"))
def test_rest_from_python(cell, numbers, replaced):
    check_rest(by_python("rest", cell, replaced), numbers)


@pytest.mark.parametrize(("cell", "numbers", "replaced"), cases("steady"))
def test_steady_on_the_command_line(capsys, cell, numbers, replaced):
    check_steady(by_command(capsys, "steady", cell, replaced), numbers)


@pytest.mark.parametrize(("cell", "numbers", "replaced"), cases("steady"))
def test_steady_from_python(cell, numbers, replaced):
    check_steady(by_python("steady_state", cell, replaced), numbers)


@pytest.mark.parametrize(("cell", "numbers", "replaced"), cases("steady"))
def test_steady_by_integration(cell, numbers, replaced):
    """A long time course and the root agree to 1e-6 mV."""
    described = vrest.load(EXAMPLES / f"{cell}.yaml").replace(replaced)
    steady = vrest.steady_state(described)
    run = vrest.simulate(described, {"until": f"{60 * steady.slowest_time_constant} s", "start": "described"}, rtol=1e-10)
    assert run.V["plasma"][-1] == pytest.approx(steady.point.V_m["plasma"], abs=1e-9, rel=0)
    assert to_unit(run.V["plasma"][-1], "mV") == pytest.approx(numbers["V_mV"], abs=numbers["tolerance_mV"], rel=0)
    for ion, concentration in numbers["inside_mM"].items():
        assert run.c["inside"][ion][-1] == pytest.approx(concentration, rel=1e-6)


def test_currents_are_refused_where_only_permeability_ratios_are_given(capsys):
    assert EXPECTED["textbook-neuron"]["currents"] == "refused: only permeability ratios are given"
    answer = by_command(capsys, "rest", "textbook-neuron", {})
    for numbers in answer["mechanisms"]["membrane"].values():
        assert numbers["current_uA_per_cm2"] is None
        assert numbers["current_pA"] is None
    assert answer["atp_mol_per_s"] is None
    refusals = [sentence for path, sentence in answer["refused"].items() if "current" in path or path.startswith("mechanisms")]
    assert refusals
    assert all(re.search("absolute permeabilit", sentence) for sentence in refusals)


def test_the_json_of_both_ways_is_the_same(capsys):
    assert by_command(capsys, "rest", "pump-leak-cell", {}) == json.loads(json.dumps(by_python("rest", "pump-leak-cell", {})))
