"""What holds just before a step and what just after it are two points, and the story and the moments tell a jump at its cause."""

import numpy as np
import pytest

import vrest
from vrest.results.simulation import sides
from vrest.views.tables.simulation import moments

CELL = {
    "cell": "pumping-cell",
    "temperature": "37 degC",
    "compartments": {
        "outside": {
            "role": "bath",
            "ions": {"K": "4 mM", "Na": "145 mM", "Cl": "110 mM"},
            "impermeant": {"valence": 0, "amount": "10 mM"},
        },
        "inside": {
            "shape": {"sphere": {"diameter": "20 um"}},
            "ions": {"K": "140 mM", "Na": "12 mM", "Cl": "8 mM"},
            "impermeant": {"valence": -1, "amount": "neutral"},
        },
    },
    "membranes": {
        "plasma": {
            "between": ["inside", "outside"],
            "capacitance": "1 uF/cm^2",
            "mechanisms": {
                "K_leak": {"kind": "ghk", "ion": "K", "permeability": "1.0e-8 m/s"},
                "Na_leak": {"kind": "ghk", "ion": "Na", "permeability": "3.0e-10 m/s"},
                "Cl_leak": {"kind": "ghk", "ion": "Cl", "permeability": "4.0e-9 m/s"},
            },
        }
    },
}
CLAMP = {"voltage": "-60 mV", "into": "inside", "carrier": "K"}


def swelling():
    """The cell in a bath of its own osmolarity, which its water follows."""
    membrane, spaces = CELL["membranes"]["plasma"], CELL["compartments"]
    outside = {**spaces["outside"], "impermeant": {"valence": 0, "amount": "45 mM"}}
    wet = {"compartments": {**spaces, "outside": outside}, "membranes": {"plasma": {**membrane, "water": "instantaneous"}}}
    return vrest.from_dict(CELL | wet)


CELL_FIXED = vrest.from_dict(CELL)
JUMPS = {
    "clamp": (CELL_FIXED, {"from": "2 s", "to": "4 s", **CLAMP}, "voltage clamp of 'inside' at -60 mV", "V jumps by +{V:.2f} mV"),
    "capacitance": (CELL_FIXED, {"at": "2 s", "set": {"plasma.capacitance": "2 uF/cm^2"}}, "plasma.capacitance", "V jumps by"),
    "pipette": (
        CELL_FIXED,
        {"from": "2 s", "to": "4 s", "dialyse": "inside", "solution": {"K": "100 mM", "Na": "20 mM"}},
        "pipette in 'inside' with 100 mM K, 20 mM Na",
        "At once K falls from 139.9 to 100 mM; Na rises from",
    ),
    "water at once": (
        swelling(),
        {"at": "2 s", "set": {"outside.impermeant.amount": "100 mM"}},
        "outside.impermeant.amount = 100 mM",
        "At once K rises from",
    ),
}


def jumping(word):
    cell, event, *_ = JUMPS[word]
    return vrest.simulate(cell, {"until": "10 s", "events": [event]})


@pytest.mark.parametrize("word", JUMPS)
def test_a_jump_is_told_at_its_cause(word):
    _, _, cause, told = JUMPS[word]
    run = jumping(word)
    before, after = sides(run.time, 2.0)
    jump = 1e3 * (run.V["plasma"][after] - run.V["plasma"][before])
    assert after == before + 1
    assert run.story[2].startswith(f"At 2 s: {cause}")
    assert told.format(V=jump) in run.story[2]


@pytest.mark.parametrize("word", JUMPS)
def test_what_comes_before_a_step_tells_nothing_of_it(word):
    quiet = jumping(word).story[1]
    assert quiet.startswith("From the start to 2 s: V ")
    assert not any(word in quiet for word in ("jumps", "rises", "falls", "at once"))


@pytest.mark.parametrize("word", JUMPS)
def test_moments_have_both_sides_of_a_jump(word):
    run = jumping(word)
    before, after = sides(run.time, 2.0)
    assert (before, "2 s, step") in moments(run)
    assert (after, "2 s, after it") in moments(run)


def test_a_step_without_a_jump_has_one_moment_and_its_time_is_said():
    run = vrest.simulate(CELL_FIXED, {"until": "10 s", "events": [{"at": "2 s", "set": {"outside.K": "8 mM"}}]})
    assert [words for _, words in moments(run)] == ["start", "2 s, step", "10 s, end"]
    assert "at once" not in run.story[2]
    assert "V moves by +" in run.story[2]
    assert "mV within " in run.story[2]


def test_a_clamp_at_the_very_begin_jumps_from_rest():
    run = vrest.simulate(CELL_FIXED, {"until": "10 s", "events": [{"from": "0 s", "to": "4 s", **CLAMP}]})
    V = 1e3 * run.V["plasma"]
    rest = 1e3 * vrest.rest(CELL_FIXED).V_m["plasma"]
    assert run.time[:3].tolist()[:2] == [0.0, 0.0]
    assert V[:2].tolist() == pytest.approx([rest, -60.0], abs=1e-6)
    assert run.story[0].endswith(f"V = {rest:.2f} mV.")
    assert run.story[1].startswith(f"At the start: voltage clamp of 'inside' at -60 mV. V jumps by {-60 - rest:+.2f} mV at once")


def test_a_clamp_that_follows_another_is_told_as_one_step():
    events = [{"from": "1 s", "to": "2 s", **CLAMP}, {"from": "2 s", "to": "3 s", **CLAMP, "voltage": "-40 mV"}]
    run = vrest.simulate(CELL_FIXED, {"until": "4 s", "events": events})
    assert run.story[3].startswith("At 2 s: voltage clamp of 'inside' at -40 mV. V jumps by +20.00 mV at once, to -40.00 mV")
    assert [h.what for h in run.happenings if h.time == 3.0] == ["voltage clamp of 'inside' ends"]


def test_a_collapse_that_no_event_starts_is_told_with_its_time():
    """A current comes up by itself in the middle of a stretch."""
    leak = {
        "kind": "formula",
        "stoichiometry": {"K": 1},
        "rate": "j/(1 + exp(-(t - 600 s)/(5 s)))",
        "parameters": {"j": "1e-7 mol/(m^2 s)"},
    }
    membrane = CELL["membranes"]["plasma"]
    cell = vrest.from_dict(
        {**CELL, "membranes": {"plasma": {**membrane, "mechanisms": {**membrane["mechanisms"], "late": leak}}}}
    )
    run = vrest.simulate(cell, {"until": "20 min"})
    assert "(most steeply at 10" in run.story[1] or "(most steeply at 9.9" in run.story[1]


def test_a_slow_course_has_no_steepest_moment():
    assert "steeply" not in " ".join(vrest.simulate(CELL_FIXED, {"until": "1 h"}).story)


def test_sides_of_a_time_between_points_are_the_one_before():
    assert sides(np.array([0.0, 1.0, 1.0, 2.0]), 1.0) == (1, 2)
    assert sides(np.array([0.0, 1.0, 1.0, 2.0]), 1.5) == (2, 2)
    assert sides(np.array([0.0, 1.0, 1.0, 2.0]), 2.0) == (3, 3)
