"""Questions asked as a user of Python would: by name, with lists and arrays, with quantities; and what is said of the rest."""

from pathlib import Path

import numpy as np
import pytest

import vrest
from foreign_units import units
from vrest.description.library import CELLS

NAME = "textbook-neuron"
FREE = "membrane.Na_leak.permeability"
WHOLE = "mammalian-neuron"
ASKED = {
    "rest": vrest.rest,
    "steady_state": vrest.steady_state,
    "explain": vrest.explain,
    "donnan": vrest.donnan,
    "iv": vrest.iv,
    "rest_over": lambda cell: vrest.rest_over(cell, "outside.K", ["4 mM"]),
    "branches": lambda cell: vrest.branches(cell, "outside.K", ("4 mM", "5 mM"), of="rest"),
    "prepare": lambda cell: vrest.prepare(cell).rest(),
    "tune": lambda cell: vrest.tune(cell, "plasma.pump.max_current"),
    "simulate": lambda cell: vrest.simulate(cell, until="1 s"),
}


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_every_question_takes_the_name_of_a_cell(ask):
    assert ask(WHOLE).certificate.converged


@pytest.mark.parametrize("path", [CELLS / f"{NAME}.yaml", str(CELLS / f"{NAME}.yaml")], ids=["Path", "str"])
def test_a_cell_may_be_a_path(path):
    assert vrest.rest(path).V_m == vrest.rest(vrest.load(NAME)).V_m == vrest.rest(NAME).V_m


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
@pytest.mark.parametrize("other", [5, None, ["squid-axon"], {"cell": "x"}, b"squid-axon", np.ones(2)], ids=repr)
def test_what_is_no_cell_is_named(ask, other):
    with pytest.raises(vrest.InputError, match="neither a cell nor the name of one") as caught:
        ask(other)
    assert "a name of vrest.library_names(), or a file" in caught.value.problems[0].expected


def test_a_mistyped_name_has_its_nearest():
    with pytest.raises(vrest.InputError, match=r"did you mean squid-axon\?"):
        vrest.rest("squid-axn")


def test_questions_are_called_as_on_the_command_line_and_by_their_older_names():
    assert vrest.steady is vrest.steady_state
    assert vrest.explain is vrest.explain_cell
    assert vrest.Prepared.steady is vrest.Prepared.steady_state


# -- protocols --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def neuron():
    return vrest.load(WHOLE)


def test_a_protocol_by_name_by_path_as_written_and_as_checked_is_the_same(neuron):
    folder = Path(vrest.description.library.PROTOCOLS)
    ways = [
        "pump-block",
        folder / "pump-block.yaml",
        vrest.load_protocol("pump-block"),
        vrest.load_protocol("pump-block", neuron),
    ]
    ends = [vrest.simulate(neuron, one, until="12 min").V["plasma"][-1] for one in ways]
    assert ends == [ends[0]] * 4


def test_a_protocol_without_a_cell_says_what_it_is_and_waits_for_one(neuron):
    written = vrest.load_protocol("pump-block")
    assert (written.name, written.title) == ("pump-block", "The pumps stop and come back")
    assert repr(written) == "<WrittenProtocol pump-block: The pumps stop and come back>"
    assert written.on(neuron) == vrest.load_protocol("pump-block", neuron) == vrest.load_protocol("pump-block", WHOLE)


@pytest.mark.parametrize("until", ["90 s", 90, 90.0, np.float64(90), 1.5 * units.min], ids=repr)
def test_how_long_is_a_text_a_quantity_or_seconds_and_goes_before_the_protocol(neuron, until):
    assert vrest.simulate(neuron, until=until).time[-1] == 90
    assert vrest.simulate(neuron, {"until": "1 h"}, until=until).time[-1] == 90
    assert vrest.simulate(neuron, "pump-block", until=until).time[-1] == 90
    assert vrest.prepare(neuron).simulate("pump-block", until=until).time[-1] == 90


@pytest.mark.parametrize("other", [5, ["pump-block"], np.ones(2), b"pump-block"], ids=repr)
def test_what_is_no_protocol_is_named(neuron, other):
    with pytest.raises(vrest.InputError, match="this is no protocol"):
        vrest.simulate(neuron, other)
    with pytest.raises(vrest.InputError, match="neither a protocol nor the name of one"):
        vrest.load_protocol(other)


# -- values one by one ------------------------------------------------------------------------------------------------

LISTS = {
    "texts": ["2 mM", "4 mM"],
    "tuple of texts": ("2 mM", "4 mM"),
    "other units": ["2 mM", "4000 uM"],
    "numbers": [2, 4],
    "floats": (2.0, 4.0),
    "range": range(2, 5, 2),
    "array": np.array([2.0, 4.0]),
    "whole numbers": np.array([2, 4]),
    "array of texts": np.array(["2 mM", "4 mM"]),
    "quantities": [2 * units.mM, 4 * units.mol / units.m**3],
    "array with a unit": [2, 4] * units.mM,
    "mixed": ["2 mM", 4, 4 * units.mM][:2],
}


@pytest.mark.parametrize("values", LISTS.values(), ids=LISTS)
def test_values_of_a_sweep_may_be_listed(values):
    result = vrest.rest_over(NAME, "outside.K", values)
    expected = [vrest.rest(vrest.load(NAME).replace({"outside.K": text})).V_m["membrane"] for text in ("2 mM", "4 mM")]
    assert (result.unit, result.values.tolist()) == ("mM", [2.0, 4.0])
    np.testing.assert_allclose(result.V["membrane"], expected, rtol=1e-12)


def test_plain_numbers_are_in_SI_whatever_the_description_is_written_in():
    kelvin = vrest.rest_over(NAME, "temperature", [300.0, 310.0])
    assert (kelvin.unit, kelvin.values.tolist()) == ("K", [300.0, 310.0])
    celsius = vrest.rest_over(NAME, "temperature", units.Quantity([26.85, 36.85], "degC"))
    assert celsius.unit == "degC"
    np.testing.assert_allclose(celsius.V["membrane"], kelvin.V["membrane"], rtol=1e-12)
    relative = vrest.rest_over(NAME, FREE, [0.04, 0.05])
    assert relative.values.tolist() == [0.04, 0.05]


def test_a_list_is_gone_through_in_its_order():
    result = vrest.rest_over(NAME, "outside.K", [8, 2, 8])
    assert result.values.tolist() == [8.0, 2.0, 8.0]
    assert result.V["membrane"][0] == result.V["membrane"][2] > result.V["membrane"][1]


@pytest.mark.parametrize(
    "values",
    [5, None, {"a": 1}, {2.0, 4.0}, [], np.array([]), [np.nan], [np.inf], [True, False], np.ones((2, 2)), [1j], [None], [[1, 2]],
     5 * units.mM],
    ids=repr,
)  # fmt: skip
def test_what_are_no_values_gets_the_form(values):
    with pytest.raises(vrest.InputError) as caught:
        vrest.rest_over(NAME, "outside.K", values)
    assert 'values such as ["2 mM", "4 mM"]' in caught.value.problems[0].expected


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["2 mM", "4 mV"], "the values have different dimensions"),
        (["2 mV", "4 mV"], "2.0 mV is a potential, not a concentration"),
        ([1, 2] * units.mV, "1.0 mV is a potential, not a concentration"),
        (["much"], "the value does not begin with a number"),
        ([-1, -2], "'outside.K' is out of range"),
        ("5", "a span has a start and a stop"),
    ],
)
def test_values_that_do_not_fit_are_named(values, words):
    with pytest.raises(vrest.InputError, match=words):
        vrest.rest_over(NAME, "outside.K", values)


def test_a_curve_is_followed_between_two_ends():
    ways = ["2:8 mM", ("2 mM", "8 mM"), [2, 8], [2, 8] * units.mM]
    curves = [vrest.branches(NAME, "outside.K", ends, of="rest").branches[0] for ends in ways]
    assert all(curve.values.tolist() == curves[0].values.tolist() for curve in curves)
    for wrong in ([2, 4, 8], [2], [2, 2]):
        with pytest.raises(vrest.InputError, match="a curve is followed from one value to another"):
            vrest.branches(NAME, "outside.K", wrong, of="rest")


def test_potentials_of_a_curve_are_volts_quantities_texts_or_a_span():
    ways = [[-0.1, 0.0], np.array([-0.1, 0.0]), [-100, 0] * units.mV, ["-100 mV", "0 mV"], "-100:0 mV:lin:2"]
    for V in ways:
        np.testing.assert_allclose(vrest.iv(NAME, V).membranes["membrane"].V, [-0.1, 0.0], rtol=1e-14)
    with pytest.raises(vrest.InputError, match="V is a list of membrane potentials"):
        vrest.iv(NAME, ["5 mM"])
    with pytest.raises(vrest.InputError):
        vrest.iv(NAME, 0.5)


# -- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ask",
    [
        lambda cell: cell.replace({"outside.K": 20}),
        lambda cell: cell.replace({"outside.k": "20 mM"}),
        lambda cell: vrest.rest("squid"),
        lambda cell: vrest.rest_over(cell, "outside.k", [1]),
        lambda cell: vrest.rest_over(cell, "outside.K", ["1 mV"]),
        lambda cell: vrest.tune(cell, "plasma.pump.max_current", hold={"V_m": "-70 mV"}),
        lambda cell: vrest.simulate(cell, {"until": "1 h", "events": [{"at": "1 min", "set": {"plasma.x": "1"}}]}),
        vrest.simulate,
    ],
)
def test_errors_of_python_do_not_speak_of_the_command_line(neuron, ask):
    with pytest.raises(vrest.InputError) as caught:
        ask(neuron)
    assert "--" not in str(caught.value)
    assert "`vrest" not in str(caught.value)


def test_a_setting_says_which_it_was(neuron):
    with pytest.raises(vrest.InputError, match=r"^outside.K = 20: 'outside.K': the unit is missing"):
        neuron.replace({"outside.K": 20})


@pytest.mark.parametrize(
    ("path", "number", "unit"), [("outside.K", 20, "mM"), ("temperature", 300, "K"), ("temperature", 30, "degC")]
)
def test_a_plain_number_where_a_unit_is_needed_gets_the_forms_of_python(neuron, path, number, unit):
    with pytest.raises(vrest.InputError) as caught:
        neuron.replace({"temperature": "37 degC"}).replace({path: number})
    (problem,) = caught.value.problems
    assert problem.expected == f'"{number} {unit}", ({number}, "{unit}") or a pint quantity'
    assert problem.suggestion == f'"{number} {unit}"'
    with pytest.raises(vrest.InputError, match=r'expected "-65 mV", \(-65, "mV"\) or a pint quantity'):
        vrest.tune(neuron, "plasma.pump.max_current", hold={"V": -0.07})


def test_a_number_and_its_unit_are_one_value_wherever_a_text_is(neuron):
    text, pair = {"outside.K": "20 mM"}, {"outside.K": (20, "mM")}
    assert neuron.replace(pair) == neuron.replace(text)
    prepared = vrest.prepare(neuron)
    assert prepared.rest(pair).V_m == prepared.rest(text).V_m
    assert vrest.rest_over(neuron, "outside.K", [(2.5, "mM"), "4 mM"]).values.tolist() == [2.5, 4.0]
    free = ["plasma.pump.max_current", "plasma.Na_leak.permeability"]
    for V in ((-70, "mV"), "-70 mV"):
        with pytest.raises(vrest.NoAnswerError, match="balance the described composition at -70 mV"):
            vrest.tune(neuron, free, hold={"V": V})
    potassium = {"inside": (140, "mM"), "outside": "5 mM", "permeability": 1}
    described = vrest.from_dict({"cell": "k", "temperature": (310, "K"), "ions": {"K": potassium}})
    assert described.settable["inside.K"].text == "140 mM"


@pytest.mark.parametrize("other", [5, "outside.K", ["outside.K"]], ids=repr)
def test_settings_that_are_no_mapping_get_the_form(neuron, other):
    for ask in (neuron.replace, vrest.prepare(neuron).rest, vrest.prepare(neuron).steady_state):
        with pytest.raises(vrest.InputError, match="settings are values by path"):
            ask(other)


def test_what_is_free_is_one_path_or_several(neuron):
    one = vrest.tune(neuron, "plasma.pump.max_current")
    assert one.values == vrest.tune(neuron, ["plasma.pump.max_current"]).values
    with pytest.raises(vrest.InputError, match="what is free is given by its path"):
        vrest.tune(neuron, 5)
