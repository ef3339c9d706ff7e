"""Every answer in all its forms: JSON, rows, CSV, DataFrame, Dataset and the command line say the same."""

from __future__ import annotations

import csv
import io
import json
import re
from functools import cache

import numpy as np
import pytest

import vrest
from answers import pointless, take_away, unexplained
from vrest.cli.main import main
from vrest.errors import MissingExtraError
from vrest.results.registry import VARIABLES
from vrest.views import show

NEURON, TUBULE, GLIA = "mammalian-neuron", "proximal-tubule", "kalia2021"
FREE = ("plasma.pump.max_current", "plasma.Na_leak.permeability")
K = ("outside.K", "2:8 mM:log:3")
BLOCK = {"until": "20 min", "events": [{"at": "5 min", "set": {"plasma.pump.max_current": "0"}}]}


def never():
    """A run that can be stopped is cut into pieces; the command line's always is."""
    return False


ANSWERS = {
    "rest": (lambda: vrest.rest(vrest.load(NEURON)), ["rest", NEURON]),
    "rest of ratios": (lambda: vrest.rest(vrest.load("textbook-neuron")), ["rest", "textbook-neuron"]),
    "rest of a loop": (lambda: vrest.rest(vrest.load(TUBULE)), ["rest", TUBULE]),
    "over": (lambda: vrest.rest_over(vrest.load(NEURON), *K), ["rest", NEURON, "--over", "=".join(K)]),
    "iv": (lambda: vrest.iv(vrest.load(NEURON)), ["iv", NEURON]),
    "iv of ratios": (lambda: vrest.iv(vrest.load("textbook-neuron")), ["iv", "textbook-neuron"]),
    "steady": (lambda: vrest.steady_state(vrest.load(GLIA)), ["steady", GLIA]),
    "steady of a loop": (lambda: vrest.steady_state(vrest.load(TUBULE)), ["steady", TUBULE]),
    "donnan": (lambda: vrest.donnan(vrest.load("ventricular-myocyte")), ["donnan", "ventricular-myocyte"]),
    "explain": (lambda: vrest.explain_cell(vrest.load(NEURON)), ["explain", NEURON]),
    "explain of ratios": (lambda: vrest.explain_cell(vrest.load("textbook-neuron")), ["explain", "textbook-neuron"]),
    "branches": (
        lambda: vrest.branches(vrest.load(NEURON), "outside.K", "2:8 mM:log"),
        ["branches", NEURON, "--over", "outside.K=2:8 mM:log"],
    ),
    "tune": (lambda: vrest.tune(vrest.load(NEURON), FREE), ["tune", NEURON, "--free", FREE[0], "--free", FREE[1]]),
    "simulate": (
        lambda: vrest.simulate(vrest.load(NEURON), vrest.load_protocol("pump-block", vrest.load(NEURON)), stop=never),
        ["simulate", NEURON, "pump-block"],
    ),
    "simulate without ATP": (
        lambda: vrest.simulate(vrest.load("kay2017"), until="10 min", stop=never),
        ["simulate", "kay2017", "--until", "10 min"],
    ),
}  # fmt: skip
WITHOUT_A_REASON = ("refused", "with")  # null says something there: an exchange with a reservoir


@cache
def answer(name):
    return ANSWERS[name][0]()


every = pytest.mark.parametrize("name", list(ANSWERS))


def numbers(value):
    """All floats of a JSON."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return {number for inner in value for number in numbers(inner)}
    return {value} if isinstance(value, float) else set()


def types(value):
    yield type(value)
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from types(inner)


@every
def test_json_is_made_of_plain_values(name):
    found = answer(name).to_dict()
    assert set(types(found)) <= {dict, list, str, int, float, bool, type(None)}
    assert json.loads(json.dumps(found, allow_nan=False)) == found


@every
def test_every_null_has_a_sentence_and_every_sentence_a_null(name):
    found = answer(name).to_dict()
    assert unexplained(found, WITHOUT_A_REASON) == []
    assert all(reason.startswith("certificate.residuals.") for reason in pointless(found, WITHOUT_A_REASON))


@every
def test_the_command_line_gives_the_json_and_the_csv_of_python(name, capsys):
    assert main([*ANSWERS[name][1], "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == answer(name).to_dict()
    assert main([*ANSWERS[name][1], "--csv"]) == 0
    assert capsys.readouterr().out.splitlines() == show(answer(name)).csv().splitlines()


@every
def test_the_command_line_gives_the_text_of_python(name, capsys):
    """The same but for where the rest of it is, which is said in the words of who asks."""
    assert main(ANSWERS[name][1]) == 0
    in_python = str(answer(name)).replace(".text(long=True). Figure: .plot(FILE).", "--long. Figure: --plot FILE.")
    assert capsys.readouterr().out == f"{in_python}\n"


@every
def test_every_number_of_the_csv_is_in_the_json(name):
    text = show(answer(name)).csv()
    assert text.count("\r\n") == text.count("\n")
    known = numbers(answer(name).to_dict())
    found = {float(cell) for row in list(csv.reader(io.StringIO(text)))[1:] for cell in row if "." in cell and is_number(cell)}
    assert found
    assert found <= known


def is_number(cell):
    try:
        return np.isfinite(float(cell))
    except ValueError:
        return False


@every
def test_a_dataframe_holds_the_csv(name):
    pandas = pytest.importorskip("pandas")
    frame = answer(name).to_dataframe()
    head, *rows = csv.reader(io.StringIO(show(answer(name)).csv()))
    assert list(frame.columns) == head
    for (_, found), row in zip(frame.iterrows(), rows, strict=True):
        for value, cell in zip(found, row, strict=True):
            if is_number(cell):
                assert float(value) == float(cell)
            else:
                assert cell == ("" if pandas.isna(value) else str(value))


def agree(value, array):
    """Mappings run over the first dimension, a list over the last, null is nan."""
    if isinstance(value, dict):
        for label, inner in value.items():
            agree(inner, array.sel({array.dims[0]: label}))
    elif isinstance(value, list):
        np.testing.assert_array_equal(array.values[: len(value)], np.array(value, dtype=float))
    else:
        np.testing.assert_array_equal(array.values, np.nan if value is None else value)


@every
def test_a_dataset_holds_the_json(name):
    pytest.importorskip("xarray")
    found, data = answer(name).to_dict(), answer(name).to_xarray()
    own = [key for key in found if key in data.variables]
    for key in own:
        agree(found[key], data[key])
    assert own or name.startswith(("iv", "over", "branches", "explain", "tune"))
    for variable in data.data_vars.values():
        assert set(variable.attrs) == {"units", "long_name"}
    assert data.attrs["cell"] == found["cell"]


def test_parts_stand_in_the_dataset_by_their_places():
    pytest.importorskip("xarray")
    found, data = answer("rest of a loop").to_dict(), answer("rest of a loop").to_xarray()
    for membrane, ions in found["ions"].items():
        for ion, state in ions.items():
            place = data.sel(membrane=membrane, ion=ion)
            assert (place["E_mV"], place["ions_inside_mM"]) == (state["E_mV"], state["inside_mM"])
    for membrane, group in found["mechanisms"].items():
        for word, state in group.items():
            place = data.sel(membrane=membrane, mechanism=word)
            assert place["current_pA"] == state["current_pA"]
            agree(state["flux_mol_per_s"], place["flux_mol_per_s"])
    assert np.isnan(data["current_pA"].sel(membrane="apical", mechanism="pump"))


def test_curves_stand_in_the_dataset_along_what_they_run_over():
    pytest.importorskip("xarray")
    over, data = answer("over").to_dict(), answer("over").to_xarray()
    assert data["value"].values.tolist() == [point["value"] for point in over["points"]]
    assert data["value"].attrs == {"units": "mM", "long_name": "outside.K"}
    for k, point in enumerate(over["points"]):
        agree(point["V_mV"], data["V_mV"][k])
        agree(point["E_mV"], data["E_mV"][k])
    curve = answer("iv").to_dict()["membranes"]["plasma"]
    data = answer("iv").to_xarray().sel(membrane="plasma")
    agree(curve["current_pA"], data["current_pA"])
    agree(curve["V_mV"], data["V_mV"])
    assert np.isnan(data["total_relative"]).all()
    states, data = answer("branches").to_dict(), answer("branches").to_xarray()
    agree(states["branches"][0]["inside_mM"], data["branches_inside_mM" if "branches_inside_mM" in data else "inside_mM"][0])


def test_gates_and_own_states_stand_in_the_dataset_by_their_names_in_the_json():
    pytest.importorskip("xarray")
    cell = vrest.load("hubel-dahlem2014")
    for ask in (vrest.rest, vrest.steady):
        found, data = ask(cell).to_dict(), ask(cell).to_xarray()
        for state, value in found["states"].items():
            assert data["states"].sel(own_state=state) == value
        for mechanism, gates in found["gates"]["plasma"].items():
            agree(gates, data["gates"].sel(membrane="plasma", mechanism=mechanism))
    run = vrest.simulate(cell, until="2 ms")
    agree(run.to_dict()["states"], run.to_xarray()["states"])


def test_the_names_of_a_dataset_do_not_depend_on_the_cell():
    pytest.importorskip("xarray")
    loop, ratios = (set(answer(f"rest of {kind}").to_xarray().data_vars) for kind in ("a loop", "ratios"))
    assert ratios <= loop | {"mechanisms_efficiency"}
    assert {"V_mV", "inside_mM"} & loop == {"V_mV"}
    assert {name for name in loop if name in VARIABLES} >= {"E_mV", "current_pA", "drift_mM_per_min", "atp_W"}


def test_a_time_course_tells_its_story_in_python_too():
    run = vrest.simulate(vrest.load(NEURON), vrest.load_protocol("hypo-osmotic", vrest.load(NEURON)))
    assert len(run.story) == 4
    assert run.story == tuple(run.to_dict()["story"])
    assert any("the volume of 'inside' is fixed" in note for note in run.notes)
    assert vrest.simulate(vrest.load(NEURON), until="1 min").story[0].startswith("mammalian-neuron starts with V = -65.48 mV")


@every
def test_an_answer_is_named_in_one_short_line(name):
    said = repr(answer(name))
    assert said.startswith(f"<{type(answer(name)).__name__} of {answer(name).cell}: ")
    assert "\n" not in said
    assert len(said) < 160


@every
def test_a_notebook_shows_what_is_printed(name):
    html, text = re.sub("</?a[^>]*>", "", answer(name)._repr_html_()), answer(name).text(long=True)
    assert text.split("\n")[0] in html.replace("&#x27;", "'").replace("&gt;", ">")
    assert html.count("<table>") >= 1


def test_a_cell_is_named_shown_and_listed():
    cell = vrest.load("squid-axon")
    assert repr(cell) == "<Cell squid-axon: 2 compartments, 1 membrane>"
    assert "plasma.pump.max_current" in str(cell)
    html = cell._repr_html_()
    assert "<td>0.0129 A/m^2</td>" in html
    assert "Giant axon of the squid" in html


@pytest.mark.parametrize(("form", "library"), [("to_xarray", "xarray"), ("to_dataframe", "pandas")])
def test_without_its_library_a_form_is_one_sentence(monkeypatch, form, library):
    take_away(monkeypatch, library)
    with pytest.raises(MissingExtraError, match=rf"{form} needs the extra 'xarray'.*pip install '\.\[xarray\]'"):
        getattr(answer("rest"), form)()
