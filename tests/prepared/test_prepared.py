"""A prepared cell answers as a description with other numbers would: to the digit, with the same certificates and the same words."""

import json

import numpy as np
import pint
import pytest

import vrest

CELLS = ["mammalian-neuron", "red-cell", "kalia2021", "proximal-tubule"]
SETTINGS = [
    {"outside.K": "6 mM"},
    {"temperature": "25 degC"},
    {"outside.K": "6 mM", "plasma.pump.max_current": "0.1 A/m^2", "inside.K": "130 mM"},
    {"inside.volume": "3 pL"},
    {"plasma.capacitance": "2 uF/cm^2", "inside.atp.ATP": "2 mM"},
]


def same(one, other):
    assert json.dumps(one.to_dict()) == json.dumps(other.to_dict())


@pytest.fixture(scope="module")
def neuron():
    return vrest.prepare(vrest.load("mammalian-neuron"))


@pytest.mark.parametrize("settings", SETTINGS, ids=", ".join)
def test_rest_and_steady_state_are_those_of_the_replaced_cell(neuron, settings):
    cell = neuron.cell.replace(settings)
    same(neuron.rest(settings), vrest.rest(cell))
    same(neuron.steady_state(settings), vrest.steady_state(cell))


def test_a_time_course_is_that_of_the_replaced_cell(neuron):
    settings = {"outside.K": "6 mM", "plasma.pump.max_current": "0.2 A/m^2"}
    protocol = vrest.load_protocol("pump-block", neuron.cell)
    same(neuron.simulate(protocol, settings), vrest.simulate(neuron.cell.replace(settings), protocol))
    same(neuron.simulate(None, settings, until="10 s"), vrest.simulate(neuron.cell.replace(settings), until="10 s"))


@pytest.mark.parametrize("name", CELLS)
def test_without_settings_it_answers_as_the_cell_itself(name):
    cell = vrest.load(name)
    prepared = vrest.prepare(cell)
    same(prepared.rest(), vrest.rest(cell))
    same(prepared.steady_state(), vrest.steady_state(cell))


def test_answers_do_not_depend_on_what_was_asked_before(neuron):
    first = neuron.rest({"outside.K": "4 mM"})
    neuron.rest({"outside.K": "40 mM", "temperature": "290 K"})
    same(neuron.rest({"outside.K": "4 mM"}), first)


def test_plain_numbers_are_in_si(neuron):
    for number in (6, 6.0, np.float64(6.0), np.float32(6.0), pint.Quantity(6.0, "mmol/l")):
        same(neuron.rest({"outside.K": number}), neuron.rest({"outside.K": "6 mM"}))
    same(neuron.rest({"plasma.K_leak.permeability": 2e-8}), neuron.rest({"plasma.K_leak.permeability": "2e-8 m/s"}))


@pytest.mark.parametrize(
    "settings",
    [
        {"plasma.pump.max_current": "0"},
        {"plasma.Na_leak.permeability": 0.0},
        {"plasma.capacitance": "20 pF"},
        {"inside.impermeant.amount": "200 mM"},
    ],
    ids=", ".join,
)
def test_a_setting_that_changes_more_than_a_number_is_read_anew(neuron, settings):
    texts = {path: value if isinstance(value, str) else "0" for path, value in settings.items()}
    assert outcome(lambda: neuron.rest(settings)) == outcome(lambda: vrest.rest(neuron.cell.replace(texts)))


def outcome(ask):
    """An answer as text, or the words of its refusal."""
    try:
        return json.dumps(ask().to_dict())
    except vrest.VrestError as error:
        return str(error)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"outside.Kk": "8 mM"}, "is not a path of mammalian-neuron"),
        ({"outside.K": "8"}, "the unit is missing"),
        ({"outside.K": "8 mV"}, "outside.K"),
        ({"outside.K": -1.0}, "out of range"),
        ({"outside.K": float("nan")}, "outside.K"),
        ({"temperature": 37.0}, "degC"),
        ({"outside.K": None}, "outside.K"),
        ({"inside.impermeant.valence": "1"}, "would need a negative amount"),
        ({5: "8 mM"}, "is not a path"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_named_as_replace_names_it(neuron, settings, words):
    with pytest.raises(vrest.InputError, match=words):
        neuron.rest(settings)
    with pytest.raises(vrest.InputError, match=words):
        neuron.steady_state(settings)


def test_a_cell_of_ratios_is_prepared_for_rest():
    prepared = vrest.prepare(vrest.load("textbook-neuron"))
    for K in ("3 mM", "8 mM", "120 mM"):
        same(prepared.rest({"outside.K": K}), vrest.rest(prepared.cell.replace({"outside.K": K})))


def test_a_cell_whose_volume_follows_a_formula_is_prepared():
    prepared = vrest.prepare("wei2014")
    for settings in ({}, {"plasma.K_leak.conductance": "0.1 mS/cm^2"}):
        same(prepared.rest(settings), vrest.rest(prepared.cell.replace(settings)))
    with pytest.raises(vrest.InputError, match="gives no volume"):
        prepared.rest({"space.K": 100.0})


def test_nothing_of_the_description_is_read_to_learn_a_number(neuron, monkeypatch):
    neuron.rest({"outside.K": "5 mM"})
    monkeypatch.setattr(type(neuron.cell), "replace", lambda *_: pytest.fail("a cell was rebuilt"))
    assert neuron.rest({"outside.K": "6 mM"}).V_m["plasma"] != neuron.rest({"outside.K": 7.0}).V_m["plasma"]
    vrest.rest_over(neuron.cell, "outside.K", "2:20 mM:log:5")


def test_without_is_what_is_left_when_a_mechanism_is_off(neuron):
    found = neuron.rest()
    for word, V in found.without["plasma"].items():
        path = next(f"plasma.{word}.{scale}" for scale in neuron.cell.membranes["plasma"].mechanisms[word].scales)
        assert pytest.approx(neuron.rest({path: "0"}).V_m["plasma"], abs=1e-12) == V
