"""Where water follows osmolarity at once, a course begins with the described volumes and jumps from there."""

import numpy as np
import pytest

import vrest
from cells import in_a_bath, leaks, neutral, pump, sphere, with_bicarbonate
from differential import Case
from vrest.views.tables.simulation import moments

WHOLE = np.pi / 6 * 20e-6**3


def described(**more):
    space = sphere(impermeant={"valence": "-1.1", "amount": "neutral"})
    return in_a_bath(leaks() | {"pump": pump()}, space, water="instantaneous", **more)


def begun(start, **more):
    return vrest.simulate(vrest.from_dict(described(**more)), {"protocol": "p", "until": "10 min", "start": start})


@pytest.mark.parametrize("start", ["described", "rest", "-50 mV"])
def test_the_first_row_is_the_described_cell_and_the_second_the_swollen_one(start):
    run = begun(start)
    assert list(run.time[:2]) == [0.0, 0.0]
    assert run.volume["inside"][0] == pytest.approx(WHOLE, rel=1e-12)
    assert run.c["inside"]["Na"][0] == pytest.approx(12.0, rel=1e-12)
    assert run.osmolarity["inside"][1] == pytest.approx(260.0, rel=1e-12)
    grown = run.volume["inside"][1] / WHOLE
    assert grown == pytest.approx(291.090909 / 260.0, rel=1e-4)
    assert run.c["inside"]["Na"][1] == pytest.approx(12.0 / grown, rel=1e-12)
    assert run.V["m"][1] == pytest.approx(run.V["m"][0], abs=1e-12)
    assert run.certificate.residuals["first_law_integral_fraction"]["cell"] < 1e-6


def test_the_first_row_is_the_answer_of_rest():
    rest = vrest.rest(vrest.from_dict(described(area_policy="shape")))
    assert begun("rest", area_policy="shape").V["m"][0] == pytest.approx(rest.V_m["m"], abs=1e-12)


def test_the_charge_stays_on_a_membrane_that_grows_at_once():
    run = begun("-50 mV", area_policy="shape")
    grown = (run.volume["inside"][1] / run.volume["inside"][0]) ** (2 / 3)
    assert run.V["m"][0] == pytest.approx(-0.05, abs=1e-12)
    assert run.V["m"][1] == pytest.approx(-0.05 / grown, rel=1e-9)


def test_the_jump_is_named():
    run = begun("described")
    assert run.happenings[0].what == "the water of 'inside' follows osmolarity at once"
    assert run.story[1].startswith("At the start: the water of 'inside' follows osmolarity at once.")
    assert "At once K falls from 140 to 125 mM" in run.story[1]
    assert "the volume grows by 12.0%" in run.story[1]
    assert len(moments(run)) >= 2


def test_a_steady_start_and_a_balanced_cell_begin_without_a_jump():
    assert begun("steady").time[1] > 0
    balanced = vrest.from_dict(with_bicarbonate(water="instantaneous"))
    assert vrest.simulate(balanced, until="1 min").time[1] > 0


@pytest.mark.parametrize("policy", ["fixed", "shape"])
@pytest.mark.parametrize("start", ["described", "rest", "-50 mV"])
def test_the_course_from_there_is_that_of_an_independent_integrator(start, policy):
    protocol = {"protocol": "p", "start": start, "until": "300 s", "events": []}
    verdict = Case(described(area_policy=policy), protocol).verdict()
    assert (verdict.ending, verdict.words) == ("compared", "end")


def test_what_is_held_is_given_as_water_comes():
    space = sphere({"K": "140 mM", "Na": "12 mM", "Cl": "10 mM"}, impermeant=neutral(-1.1), fixed=["Cl"])
    run = vrest.simulate(vrest.from_dict(in_a_bath(leaks("K", "Na"), space, water="instantaneous")), until="1 s")
    amount = run.c["inside"]["Cl"] * run.water["inside"]
    assert amount[1] - amount[0] > 0.1 * amount[0]
    assert run.ledger["stat.inside"]["Cl"] == pytest.approx(amount[0] - amount[-1], rel=1e-9)
