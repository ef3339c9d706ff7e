"""Numbers of every sort at every entrance for numbers; those beyond what a float holds are errors in words, and none of Python's own."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import vrest

CELL = vrest.load("mammalian-neuron")
PATH, SECOND = "outside.K", {"until": "1 s"}


def events(*events):
    return vrest.simulate(CELL, {**SECOND, "events": list(events)})


ENTRANCES = {
    "replace": lambda x: CELL.replace({PATH: x}),
    "replace with a unit": lambda x: CELL.replace({PATH: (x, "mM")}),
    "prepared": lambda x: vrest.prepare(CELL).rest({PATH: x}),
    "rest over": lambda x: vrest.rest_over(CELL, PATH, [x]),
    "branches": lambda x: vrest.branches(CELL, PATH, ["1 mM", x]),
    "iv": lambda x: vrest.iv(CELL, V=(x, 1)),
    "tune": lambda x: vrest.tune(CELL, ["plasma.pump.max_current"], hold={"V": x}),
    "tune a path": lambda x: vrest.tune(CELL, ["plasma.pump.max_current"], hold={PATH: x}),
    "until": lambda x: vrest.simulate(CELL, until=x),
    "at": lambda x: vrest.simulate(CELL, SECOND, at=[x]),
    "every": lambda x: vrest.simulate(CELL, SECOND, every=x),
    "rtol": lambda x: vrest.simulate(CELL, SECOND, rtol=x),
    "points": lambda x: vrest.simulate(CELL, SECOND, points=x),
    "max_steps": lambda x: vrest.simulate(CELL, SECOND, max_steps=x),
    "set": lambda x: events({"at": "0 s", "set": {PATH: x}}),
    "multiply": lambda x: events({"at": "0 s", "multiply": {"pumps": x}}),
    "ramp": lambda x: events({"from": "0 s", "to": "1 s", "ramp": {PATH: x}}),
    "shock": lambda x: events({"at": "0 s", "shock": x, "into": "inside"}),
    "durations": lambda x: vrest.excite(CELL, durations=[x]),
    "a description": lambda x: vrest.from_dict({**CELL.to_dict(), "temperature": x}),
    "a law": lambda x: vrest.laws.nernst_potential(1, x, 1.0, 310.0),
    "a law of ions": lambda x: vrest.laws.ghk_voltage([1e-8], [1], [[x]], [[5.0]], 310.0),
}


@pytest.mark.parametrize("number", [10**400, -(10**5000), Fraction(10**400)], ids=["an int", "a longer one", "a fraction"])
@pytest.mark.parametrize("entrance", ENTRANCES.values(), ids=ENTRANCES)
def test_a_number_beyond_a_float_is_an_error_in_words(entrance, number):
    with pytest.raises(vrest.InputError) as caught:
        entrance(number)
    assert "Error" not in str(caught.value)


@pytest.mark.parametrize("value", [10**400, float("nan"), float("inf")], ids=["an int", "nan", "inf"])
def test_what_is_not_finite_is_not_asked_for_its_unit(value):
    with pytest.raises(vrest.InputError, match="must be a finite number"):
        CELL.replace({PATH: value})


@pytest.mark.parametrize("wrong", ["many", 1.5, float("nan"), 1j, None, 0])
def test_a_number_of_steps_is_a_whole_number(wrong):
    with pytest.raises(vrest.InputError, match="max_steps cannot be this"):
        vrest.simulate(CELL, SECOND, max_steps=wrong)


@pytest.mark.parametrize("eight", [Decimal("8"), Fraction(8), np.float32(8), np.array(8.0)], ids=lambda one: type(one).__name__)
def test_a_number_of_any_sort_is_handed_in_as_a_plain_one(eight):
    with pytest.raises(vrest.InputError, match="the unit is missing"):
        CELL.replace({PATH: eight})
    as_eight = vrest.prepare(CELL).rest({PATH: 8.0}).V_m
    assert vrest.prepare(CELL).rest({PATH: eight}).V_m == as_eight
    assert vrest.rest(CELL.replace({PATH: (eight, "mM")})).V_m == as_eight
