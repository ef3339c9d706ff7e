"""How answers and descriptions look in Python: one line as themselves, the same text everywhere, HTML in a notebook, plain numbers."""

import dataclasses
import sys
import types

import numpy as np
import pytest

import vrest

NEURON = "mammalian-neuron"
ASKED = {
    "rest": lambda: vrest.rest(NEURON),
    "steady": lambda: vrest.steady(NEURON),
    "explain": lambda: vrest.explain(NEURON),
    "donnan": lambda: vrest.donnan(NEURON),
    "iv": lambda: vrest.iv(NEURON),
    "rest_over": lambda: vrest.rest_over(NEURON, "outside.K", [2, 4, 8]),
    "branches": lambda: vrest.branches(NEURON, "outside.K", (3, 4), of="rest"),
    "tune": lambda: vrest.tune(NEURON, "plasma.pump.max_current"),
    "simulate": lambda: vrest.simulate(NEURON, "pump-block", until="15 min"),
}


@pytest.fixture(scope="module")
def answers():
    return {name: ask() for name, ask in ASKED.items()}


@pytest.fixture(scope="module")
def shown(answers):
    """Every public object that a user gets in hand."""
    return [
        *answers.values(),
        *(answer.certificate for answer in answers.values()),
        vrest.load(NEURON),
        vrest.load_protocol("pump-block"),
        vrest.load_protocol("pump-block", NEURON),
        vrest.prepare(NEURON),
    ]


def parts_of(value, path="", seen=None):
    """Every value in an answer with the way to it; properties too."""
    seen = set() if seen is None else seen
    if id(value) in seen:
        return
    seen.add(id(value))
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from parts_of(key, f"{path} key", seen)
            yield from parts_of(inner, f"{path}[{key!r}]", seen)
    elif isinstance(value, list | tuple):
        for k, inner in enumerate(value):
            yield from parts_of(inner, f"{path}[{k}]", seen)
    elif dataclasses.is_dataclass(value) and not isinstance(value, vrest.Cell):
        names = [one.name for one in dataclasses.fields(value)]
        names += [name for name in dir(type(value)) if isinstance(getattr(type(value), name), property)]
        for name in names:
            yield from parts_of(getattr(value, name), f"{path}.{name}", seen)


@pytest.mark.parametrize("name", ASKED)
def test_no_answer_holds_or_shows_a_number_of_numpy(answers, name):
    answer = answers[name]
    assert [path for path, value in parts_of(answer) if isinstance(value, np.generic)] == []
    for form in (repr(answer), str(answer), repr(answer.to_dict()), answer._repr_html_()):
        assert "np." not in form
        assert "array(" not in form


@pytest.mark.parametrize("name", ASKED)
def test_every_part_of_an_answer_is_short(answers, name):
    for path, value in parts_of(answers[name]):
        if dataclasses.is_dataclass(value) and not isinstance(value, vrest.Unknown):
            assert len(repr(value)) < 260, path
            assert "\n" not in repr(value), path


def test_every_public_object_is_one_line_with_its_name_a_text_and_html(shown):
    for one in shown:
        assert repr(one).startswith(f"<{type(one).__name__} ")
        assert "\n" not in repr(one)
        assert len(repr(one)) < 200
        assert str(one).strip()
        html = one._repr_html_()
        assert html.startswith('<div class="vrest">')
        assert "<h2>" in html


def test_the_one_line_says_what_it_is():
    cell = vrest.load(NEURON)
    assert repr(vrest.prepare(NEURON)) == "<Prepared mammalian-neuron: 2 compartments, 1 membrane>"
    assert repr(vrest.load_protocol("pump-block", cell)) == "<Protocol pump-block: 1 event, 6 h>"
    assert repr(vrest.rest(NEURON).certificate).startswith("<Certificate Certified: ")
    assert repr(cell.temperature) == "Value(310 K)"
    pump = cell.membranes["plasma"].mechanisms["pump"]
    assert repr(pump).startswith("Mechanism(name='pump', kind=Kind('na_k_atpase'), law=Law('")


def test_a_protocol_lists_its_first_events_and_how_many_more():
    train = {
        "until": "1 h",
        "events": [
            {"from": "1 min", "every": "1 min", "for": "10 s", "times": 30, "into": "inside", "current": "10 pA", "carrier": "K"}
        ],
    }
    text = str(vrest.protocol_from(train, NEURON))
    assert text.count("current 10 pA") == 20
    assert "... and 10 more." in text


def test_a_part_keeps_what_short_collections_hold_and_counts_long_ones(answers):
    point = answers["steady"].point
    assert repr(point).startswith("SteadyPoint(V_m={'plasma': -0.0654")
    branch = answers["branches"].branches[0]
    assert repr(branch).startswith(f"Branch(values=<{branch.values.size} values>, V=")


@pytest.fixture
def in_a_notebook(monkeypatch):
    """What programs take for a notebook: get_ipython of a kernel; every side display fails."""

    class ZMQInteractiveShell:
        pass

    def display(*_, **__):
        raise AssertionError("a text was displayed beside")

    shells = types.ModuleType("IPython.display")
    shells.display = display
    monkeypatch.setitem(sys.modules, "IPython.display", shells)
    monkeypatch.setattr("builtins.get_ipython", ZMQInteractiveShell, raising=False)
    monkeypatch.setenv("JUPYTER_COLUMNS", "200")


def test_the_text_is_the_same_in_a_notebook(answers, request):
    texts = {name: str(answer) for name, answer in answers.items()}
    request.getfixturevalue("in_a_notebook")
    for name, answer in answers.items():
        assert str(answer) == f"{answer}" == texts[name] != ""


@pytest.mark.parametrize(
    "variables", [{"COLUMNS": "200"}, {"FORCE_COLOR": "1"}, {"TERM": "dumb"}, {"NO_COLOR": "1"}, {"TTY_COMPATIBLE": "1"}]
)
def test_the_text_is_the_same_whatever_the_terminal_is(answers, monkeypatch, variables):
    before = str(answers["rest"])
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert str(answers["rest"]) == before
