"""What cannot be said stands in the place of the number, and its sentence in `refused` by the path in the JSON."""

from __future__ import annotations

import copy
import pickle
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from vrest.results.base import LEFT_OUT, Certificate, Maybe, Result, Unknown, derived, known, leaves, reasons, says, to_json


@dataclass(frozen=True)
class Part:
    E: Maybe = field(metadata=says("E_mV"))
    driving_force: Maybe = field(metadata=says("driving_force_mV"))
    c: Maybe = field(default=None, metadata=says("outside_mM", optional=True))


@dataclass(frozen=True)
class Course:
    V: np.ndarray = field(metadata=says("V_mV"))

    axis = ("time",)


@dataclass(frozen=True)
class Blank(Course):
    null_where_nothing_is_known = True


@dataclass(frozen=True, repr=False)
class Answer(Result):
    V: dict[str, Maybe] = field(metadata=says("V_mV"))
    ions: dict[str, dict[str, Part]] = field(metadata=says(over=("membrane", "ion")))
    secret: int = field(default=3, metadata=LEFT_OUT)

    @property
    @derived("time_constant_s")
    def tau(self) -> Maybe:
        return Unknown("no capacitance")


EVIDENCE = Certificate(True, {}, "by hand", charge_error=0.0, mass_error=0.0)


def answer(V=-0.07, part=None, **more):
    return Answer("c", {"m": V}, {"m": {"K": part or Part(-0.09, 0.02)}}, certificate=EVIDENCE, **more)


def test_an_unknown_is_false_and_no_number():
    assert not Unknown("why")
    assert not known(Unknown("why"))
    assert not known(None)
    assert known(0.0)
    with pytest.raises(TypeError):
        Unknown("why") * 1e3
    assert pickle.loads(pickle.dumps(Unknown("why"))) == copy.deepcopy(Unknown("why")) == Unknown("why")


def test_it_is_null_in_the_json_and_its_sentence_is_in_refused():
    one = answer(Unknown("nothing conducts"))
    assert one.refused == {"V_mV.m": "nothing conducts", "time_constant_s": "no capacitance"}
    assert one.to_dict() == {
        "cell": "c",
        "V_mV": {"m": None},
        "ions": {"m": {"K": {"E_mV": -90.0, "driving_force_mV": 20.0}}},
        "time_constant_s": None,
        "notes": [],
        "refused": one.refused,
        "certificate": to_json(EVIDENCE),
    }


def test_one_that_stands_twice_in_a_part_is_said_once_for_the_part():
    why = Unknown("no K outside")
    assert "ions.m.K" in answer(part=Part(why, why)).refused
    apart = answer(part=Part(Unknown("no K outside"), Unknown("no K outside"))).refused
    assert {"ions.m.K.E_mV", "ions.m.K.driving_force_mV"} < set(apart)


@pytest.mark.parametrize("names", [[], ["a"], ["a", "b"]])
def test_a_mapping_of_which_nothing_is_known_is_said_once(names):
    one = replace(answer(), V=Unknown("why").each(names))
    assert one.refused["V_mV"] == "why"
    assert one.to_dict()["V_mV"] == dict.fromkeys(names)
    assert not [path for path in one.refused if path.startswith("V_mV.")]


def test_what_was_refused_before_stays():
    assert replace(answer(), refused={"a": "b"}).refused == {"a": "b", "time_constant_s": "no capacitance"}


def test_what_has_no_place_is_left_out_where_it_may_be():
    assert "outside_mM" not in to_json(Part(0.0, 0.0))
    assert to_json(Part(0.0, 0.0, 4.0))["outside_mM"] == 4.0
    assert to_json(Part(0.0, 0.0, Unknown("why")))["outside_mM"] is None


def test_a_part_that_is_unknown_is_null():
    assert to_json({"a": Unknown("why")}) == {"a": None}
    assert reasons(Certificate(True, {}, "m")) == {
        "charge_error": "concentrations are held, so nothing moved that could be lost",
        "mass_error": "concentrations are held, so nothing moved that could be lost",
    }


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (np.float64(0.5), 0.5),
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (float("nan"), None),
        (np.inf, None),
        ((np.int64(1), [np.bool_(False)]), [1, [False]]),
        (np.array([1.0, np.nan]), [1.0, None]),
        (np.array([True, False]), [True, False]),
        ({1: np.float64(2.0)}, {"1": 2.0}),
        ("words", "words"),
        (None, None),
    ],
)
def test_json_holds_plain_numbers_only(value, shown):
    found = to_json(value)
    assert found == shown
    assert type(found) is type(shown)


def test_numbers_are_in_the_unit_of_their_variable():
    (leaf,) = leaves(Course(np.array([-0.07, 0.0])))
    assert leaf.shown == [-70.0, 0.0]
    assert leaf.dims == ("membrane", "time")
    assert to_json(-0.07, "mV") == -70.0


def test_an_array_of_which_nothing_is_known_is_null_where_its_part_says_so():
    nothing = np.full(3, np.nan)
    assert to_json(Course(nothing)) == {"V_mV": [None] * 3}
    assert to_json(Blank(nothing)) == {"V_mV": None}
