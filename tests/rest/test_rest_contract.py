"""The JSON of `rest`, `iv` and `rest --over`: every key, no NaN, and a sentence for every null, for cells of every kind."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import cells
import vrest
from answers import pointless, unexplained

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
BATH, INSIDE, SPHERE = cells.bath(), {"ions": cells.INSIDE}, {"shape": {"sphere": {"diameter": "20 um"}}}
K, PUMP = cells.ghk("K"), cells.pump("0.005 A/m^2", "constant")


def one(mechanisms, inside=INSIDE, outside=BATH, temperature="310 K", **membrane):
    entry = {"between": ["inside", "outside"], "mechanisms": mechanisms} | membrane
    compartments = {"outside": outside, "inside": inside}
    return vrest.from_dict(cells.described(compartments, {"m": entry}, temperature=temperature))


def made():
    """Cells chosen so that each thing that can be absent is absent somewhere."""
    area = {"capacitance": "1 uF/cm^2"}
    some = INSIDE["ions"]
    return {
        "no capacitance": one({"K": K}, SPHERE | INSIDE),
        "no area": one({"K": K, "pump": PUMP}, **area),
        "whole-cell capacitance without area": one({"K": K}, capacitance="20 pF"),
        "whole cell": one({"K": {"kind": "ohmic", "ion": "K", "conductance": "10 nS"}}, capacitance="20 pF"),
        "whole cell with a volume": one(
            {"K": {"kind": "ohmic", "ion": "K", "conductance": "10 nS"}}, INSIDE | {"volume": "1 pL"}
        ),
        "nothing described but a conductance": one(
            {"g": {"kind": "ohmic", "conductance": "1 S/m^2", "reversal": "-54 mV"}}, {"role": "held"}, {"role": "bath"}
        ),
        "a current without carrier": one(
            {"K": K, "i": {"kind": "current", "value": "1 uA/cm^2"}}, SPHERE | INSIDE | {"role": "held"}, **area
        ),
        "pump without ATP": one({"K": K, "pump": PUMP}, SPHERE | INSIDE, **area),
        "pump with ATP": one({"K": K, "pump": PUMP}, SPHERE | INSIDE | {"atp": {"delta_G": "-50 kJ/mol"}}, **area),
        "pump of rate zero": one({"K": K, "pump": PUMP | {"max_current": "0 A/m^2"}}, SPHERE | INSIDE, **area),
        "an ion missing inside": one(
            {"K": K}, SPHERE | {"ions": some | {"Ca": "0 mM"}}, BATH | {"ions": BATH["ions"] | {"Ca": "1 mM"}}
        ),
        "an ion entering a cell without it": one(
            {"K": K, "Na": {"kind": "ghk", "ion": "Na", "permeability": "1e-9 m/s"}},
            SPHERE | {"ions": some | {"Na": "0 mM"}},
            **area,
        ),
        "colder than ice": one({"K": K}, SPHERE | INSIDE, temperature="260 K", **area),
        "electroneutral transport": one(
            {"K": K, "kcc": {"kind": "kcc2", "law": "mass_action", "rate": "1e-12 mol/(m^2 s)/mM^2"}}, SPHERE | INSIDE, **area
        ),
        "a formula": one(
            {"K": K, "f": {"kind": "formula", "stoichiometry": {"Na": 1}, "rate": "-1e-8 mol / 1 m^2 / 1 s"}},
            SPHERE | INSIDE,
            **area,
        ),
        "two stable states": vrest.load("mammalian-muscle").replace({"outside.K": "1.8 mM", "plasma.Cl_leak.permeability": "0"}),
    }


MADE = made()


def all_cells():
    cells = {name: vrest.load(name) for name in vrest.library_names()}
    cells |= {path.stem + " (example)": vrest.load(path) for path in EXAMPLES.glob("*.yaml")}
    return cells | MADE


CELLS = all_cells()


@pytest.fixture(scope="module", params=list(CELLS))
def case(request):
    cell = CELLS[request.param]
    return cell, vrest.rest(cell).to_dict()


# -- the checker ------------------------------------------------------------------------------------------------------


def test_the_checker_finds_an_unexplained_null():
    assert unexplained({"a": {"b": None}, "refused": {}}) == ["a.b"]
    assert unexplained({"a": {"b": [None]}, "refused": {"a.b": "why"}}) == []
    assert unexplained({"ab": None, "refused": {"a": "why"}}) == ["ab"]
    assert pointless({"a": 1, "refused": {"a": "why"}}) == ["a"]


# -- rest -------------------------------------------------------------------------------------------------------------

TOP = {
    *("cell", "temperature_K", "V_mV", "potential_mV", "roots", "ions", "mechanisms", "explain", "without"),
    *("slope_conductance_S_per_m2", "time_constant_ms", "drift_mM_per_min", "neutrality_mM", "atp_mol_per_s", "stored_W"),
    *("charge", "debye_length_nm", "notes", "refused", "certificate"),
}
CERTIFICATE = {
    "converged",
    "residuals",
    "charge_error",
    "mass_error",
    "dissipation_violations",
    "search",
    "method",
    "vrest_version",
}


def test_every_key_of_the_contract_is_there(case):
    cell, answer = case
    membranes, spaces = set(cell.membranes), set(cell.compartments)
    inner = {name for name, space in cell.compartments.items() if space.role != "bath"}
    assert set(answer) >= TOP
    for key in ("V_mV", "ions", "mechanisms", "explain", "without", "slope_conductance_S_per_m2", "time_constant_ms", "charge"):
        assert set(answer[key]) == membranes, key
    for key in ("potential_mV", "neutrality_mM", "debye_length_nm"):
        assert set(answer[key]) == spaces, key
    assert set(answer["drift_mM_per_min"]) == inner
    assert set(answer["certificate"]) >= CERTIFICATE
    assert all(set(root) >= {"V_mV", "stable"} for root in answer["roots"])


def test_every_key_of_a_membrane_is_there(case):
    cell, answer = case
    for name, membrane in cell.membranes.items():
        assert set(answer["mechanisms"][name]) == set(answer["without"][name]) == set(membrane.mechanisms)
        for state in answer["mechanisms"][name].values():
            assert set(state) >= {"current_uA_per_cm2", "current_pA", "flux_mol_per_s", "dissipation_W"}
        for entry in answer["ions"][name].values():
            assert set(entry) >= {"E_mV", "driving_force_mV", "inside_mM", "outside_mM"}
        assert set(answer["explain"][name]) >= {"ghk_mV", "chord_mV", "mullins_noda_mV", "with_pump_mV", "electrogenic_mV"}
        assert set(answer["charge"][name]) >= {
            *("moved_C", "moved_mol", "moved_ions", "fraction_of", "surface_C_per_m2", "field_V_per_m"),
            *("electric_pressure_Pa", "diffuse_drop_mV"),
        }


def test_every_null_has_a_sentence(case):
    assert unexplained(case[1]) == []


def test_every_sentence_points_at_a_null(case):
    assert pointless(case[1]) == []


def test_every_sentence_is_one(case):
    for path, sentence in case[1]["refused"].items():
        assert len(sentence) > 15, path
        assert not sentence.endswith("."), path


def test_the_answer_is_json_without_nan(case):
    _, answer = case
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer


def test_the_answer_is_certified(case):
    certificate = case[1]["certificate"]
    assert certificate["converged"] is True
    assert certificate["vrest_version"] == vrest.__version__
    assert max(certificate["residuals"]["net_current_fraction"].values()) <= 1e-9
    assert certificate["search"]["resolution_mV"] == 0.25


def test_the_potential_is_one_of_the_roots(case):
    _, answer = case
    assert answer["V_mV"] in [root["V_mV"] for root in answer["roots"]]
    stable = [root["V_mV"] for root in answer["roots"] if root["stable"]]
    assert not stable or answer["V_mV"] in stable


# -- iv and over ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(CELLS))
def test_a_curve_has_a_sentence_for_every_null(name):
    answer = vrest.iv(CELLS[name], np.linspace(-0.1, 0.05, 7)).to_dict()
    assert unexplained(answer) == []
    assert pointless(answer) == []
    json.dumps(answer, allow_nan=False)
    assert set(answer) == {"cell", "temperature_K", "membranes", "notes", "refused", "certificate"}
    assert answer["certificate"]["converged"] is True


@pytest.mark.parametrize("span", ["1:20 mM:log:4", "0:20 mM:3"])
@pytest.mark.parametrize("name", ["pump with ATP", "no area", "two stable states", "squid-axon", "proximal-tubule"])
def test_an_answer_over_a_span_has_a_sentence_for_every_null(name, span):
    cell = CELLS[name]
    path = next(p for p in cell.settable if p in ("outside.K", "blood.K"))
    if span.startswith("0") and name in ("two stable states", "proximal-tubule"):
        pytest.skip("its formulas divide by a concentration of zero")
    answer = vrest.rest_over(cell, path, span).to_dict()
    assert unexplained(answer) == []
    assert pointless(answer) == []
    json.dumps(answer, allow_nan=False)
