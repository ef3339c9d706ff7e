"""What may be asked of a time course: at which times, how exactly, in how many steps; and what electrodes give."""

import numpy as np
import pytest

import vrest
from vrest.engines.integrator import TOO_MANY, Cvodes, Piece
from vrest.engines.lanes.one import One
from vrest.engines.radau import Radau
from vrest.errors import InputError, NoAnswerError
from vrest.views import show
from vrest.views.tables.simulation import moments

NEURON = vrest.load("mammalian-neuron")
CLAMP = {"from": "60 s", "to": "100 s", "voltage": "-20 mV", "into": "inside", "carrier": "K"}
CLAMPED = {"until": "200 s", "events": [CLAMP]}


@pytest.fixture(scope="module")
def clamped():
    return vrest.simulate(NEURON, CLAMPED)


# -- times --------------------------------------------------------------------------------------------------------


def test_a_course_at_wanted_times_has_these_alone():
    run = vrest.simulate(NEURON, CLAMPED, at=["61.5 s", 100, "0.1 s"], every="50 s")
    assert run.time.tolist() == [0, 0.1, 50, 61.5, 100, 150, 200]
    assert len(run.to_dict()["V_mV"]["plasma"]) == run.time.size
    assert len(show(run).csv().splitlines()) == run.time.size + 1
    assert run.to_xarray()["time"].values.tolist() == run.time.tolist()


def test_wanted_times_are_integrated_to_and_not_interpolated(clamped):
    run = vrest.simulate(NEURON, CLAMPED, at=[0.37, 33.3, 100.004, 111.1, 171.7])
    fine = vrest.simulate(NEURON, {**CLAMPED, "until": "171.7 s"}, rtol=1e-10)
    assert run.V["plasma"][-1] == pytest.approx(fine.V["plasma"][-1], abs=1e-9)
    assert run.c["inside"]["K"][-1] == pytest.approx(fine.c["inside"]["K"][-1], rel=1e-7)
    lines = np.interp(run.time, clamped.time, clamped.V["plasma"])
    assert run.V["plasma"] == pytest.approx(lines, abs=1.1e-4)


@pytest.mark.parametrize("engine", ["cvodes", "lanes", "scipy"])
def test_many_wanted_times_are_seen_in_one_more_run_of_each_piece(engine, monkeypatch):
    kind, runs = {"cvodes": Cvodes, "lanes": One, "scipy": Radau}[engine], []
    follow = kind.run
    monkeypatch.setattr(kind, "run", lambda self, *given: runs.append(self) or follow(self, *given))
    few = vrest.simulate(NEURON, CLAMPED, at=["33.3 s", "111 s"], engine=engine)
    alone = len(runs)
    many = vrest.simulate(NEURON, CLAMPED, at=["33.3 s", "111 s"], every="0.5 s", engine=engine)
    assert many.time.size == 402
    assert len(runs) - alone < alone + 3
    places = np.isin(many.time, few.time)
    assert many.V["plasma"][places] == pytest.approx(few.V["plasma"], abs=2e-9)
    assert many.c["inside"]["K"][places] == pytest.approx(few.c["inside"]["K"], rel=1e-8)
    assert many.energy.protocol_J[places] == pytest.approx(few.energy.protocol_J, rel=1e-6)


@pytest.mark.parametrize("every", [None, "0.5 s"])
def test_a_time_just_after_a_piece_begins_is_found_too(every):
    waits = {"until": {"crosses": "0 mV", "within": "20 s"}, "events": [{"at": "10 s", "multiply": {"pumps": 0}}]}
    run = vrest.simulate(NEURON, waits, at=["10.0500001 s", "12 s"], every=every)
    assert {10.0500001, 12.0} <= set(run.time.tolist())
    assert not any("wanted times" in note for note in run.notes)


def test_a_wanted_time_at_a_step_is_just_after_it():
    assert vrest.simulate(NEURON, CLAMPED, at="60 s").V["plasma"].tolist() == pytest.approx([-0.02], abs=1e-9)


def test_words_and_story_are_those_of_the_whole_course(clamped):
    run = vrest.simulate(NEURON, CLAMPED, at="111 s")
    assert run.story == clamped.story
    assert "At the times asked for" in show(run).text()
    assert "111 s" in [words.replace("1.85 min", "111 s") for _, words in moments(run.whole)]
    assert run.final.V == clamped.final.V
    assert run.at(150.0)["V"]["plasma"] == pytest.approx(clamped.at(150.0)["V"]["plasma"], abs=1e-6)


def test_multiples_are_exact_decimals():
    assert vrest.simulate(NEURON, {"until": "1 s"}, every="0.1 s").time.tolist() == [
        0,
        0.1,
        0.2,
        0.3,
        0.4,
        0.5,
        0.6,
        0.7,
        0.8,
        0.9,
        1.0,
    ]


def test_times_after_the_end_of_a_run_that_stops_are_said():
    crossing = {"until": {"crosses": "-60 mV", "within": "1 h"}, "events": [{"at": "10 s", "multiply": {"pumps": 0}}]}
    run = vrest.simulate(NEURON, crossing, every="10 s")
    assert run.time[-1] <= run.whole.time[-1]
    assert any("wanted times" in note for note in run.notes)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"at": "300 s"}, "at cannot be this"),
        ({"at": "3 mV"}, "expected"),
        ({"every": "0 s"}, "every cannot be this"),
        ({"every": "1 us"}, "every cannot be this"),
        ({"rtol": 0.0}, "rtol cannot be this"),
        ({"rtol": 2.0}, "rtol cannot be this"),
        ({"max_steps": 0}, "max_steps cannot be this"),
        ({"points": 1}, "points cannot be this"),
    ],
)
def test_what_cannot_be_asked_is_said(asked, words):
    with pytest.raises(InputError, match=words):
        vrest.simulate(NEURON, CLAMPED, **asked)


# -- datasets -----------------------------------------------------------------------------------------------------


def test_a_dataset_has_times_that_differ_and_both_sides_of_steps(clamped):
    data = clamped.to_xarray()
    assert data.indexes["time"].is_unique
    assert data.indexes["time"].is_monotonic_increasing
    before, after = data.V_plasma[data.side == -1], data.V_plasma[data.side == 1]
    assert before.values == pytest.approx([-65.4829, -20.0], abs=1e-3)
    assert after.values == pytest.approx([-20.0, -20.0], abs=1e-6)
    assert float(data.V_plasma.sel(time=60.0)) == pytest.approx(-20.0)
    assert float(data.V_plasma.interp(time=59.999)) == pytest.approx(-65.4829, abs=1e-3)
    assert data.V_plasma.attrs["units"] == "mV"


def test_a_step_at_the_very_begin_has_two_times_too():
    event = {"from": "0 s", "to": "1 s", "voltage": "-20 mV", "into": "inside", "carrier": "K"}
    data = vrest.simulate(NEURON, {"until": "2 s", "events": [event]}).to_xarray()
    assert data.indexes["time"].is_unique
    assert float(data.V_plasma.interp(time=0.0)) == pytest.approx(-20.0, abs=1e-6)


# -- electrodes ---------------------------------------------------------------------------------------------------


def test_a_clamps_current_is_what_all_paths_carry(clamped):
    held = (clamped.time > 60) & (clamped.time < 100)
    through = sum(clamped.current["plasma"].values())
    assert clamped.electrode["inside"][held] == pytest.approx(through[held], rel=1e-9)
    assert not clamped.electrode["inside"][(clamped.time < 60) | (clamped.time > 100)].any()


def test_an_injected_current_is_the_electrodes():
    event = {"from": "1 s", "to": "2 s", "current": "10 pA", "into": "inside", "carrier": "K"}
    run = vrest.simulate(NEURON, {"until": "3 s", "events": [event]})
    inside = (run.time > 1) & (run.time < 2)
    assert run.electrode["inside"][inside] == pytest.approx(1e-11)
    area = NEURON.membranes["plasma"].area.si
    assert run.electrode_density["inside"][inside] == pytest.approx(1e-11 / area)


def test_electrode_currents_are_in_every_form(clamped):
    found = clamped.to_dict()
    assert max(found["electrode_pA"]["inside"]) == pytest.approx(185.0, abs=0.1)
    assert max(found["electrode_uA_per_cm2"]["inside"]) == pytest.approx(9.25, abs=0.01)
    assert {"I_electrode_inside_pA", "i_electrode_inside_uA_per_cm2"} <= set(clamped.columns())
    assert "electrode pA" in show(clamped).text(long=True)
    assert "Its electrode gives +185 pA at first and +183 pA at the end." in " ".join(clamped.story)
    assert "electrode_pA" in clamped.to_xarray()
    assert vrest.simulate(NEURON, {"until": "1 s"}).to_dict()["electrode_pA"] == {}


# -- steps --------------------------------------------------------------------------------------------------------


def test_steps_that_bring_progress_go_on(clamped, monkeypatch):
    """An integrator that says after 7 s of the cell's time that it took too many steps is asked again from there."""
    whole = Cvodes.run

    def run(self, x, scale, numbers, begin, length, *more):
        if length > 7.0:
            return Piece(np.zeros(0), np.zeros((x.size, 0)), TOO_MANY, 7.0)
        return whole(self, x, scale, numbers, begin, length, *more)

    monkeypatch.setattr(Cvodes, "run", run)
    found = vrest.simulate(NEURON, CLAMPED)
    assert found.ended == "end"
    assert found.certificate.search["pieces"] >= 200 / 7
    assert found.V["plasma"][-1] == pytest.approx(clamped.V["plasma"][-1], abs=1e-8)


def test_no_progress_ends_with_advice_that_can_be_followed():
    with pytest.raises(NoAnswerError, match="too many steps") as error:
        vrest.simulate(NEURON, CLAMPED, max_steps=1)
    assert "rtol or max_steps" in str(error.value)
