"""Times are what their decimals say: steps that touch in the file touch in the run, and what begins too late is said."""

import numpy as np
import pytest

from vrest import load, load_protocol, simulate
from vrest.description.library import protocol_from

CELL = "mammalian-neuron"


def electrodes(**event):
    cell = load(CELL)
    return protocol_from({"until": "1 s", "events": [event]}, cell).electrodes


@pytest.mark.parametrize(("begin", "length"), [("0.1 s", "200 ms"), ("0.7 s", "0.1 s"), ("100 ms", "0.2 s")])
def test_a_length_ends_where_its_decimal_says(begin, length):
    (one,) = electrodes(**{"from": begin, "for": length, "into": "inside", "carrier": "K", "current": "1 pA"})
    written = {"0.1 s": "0.3 s", "0.7 s": "0.8 s", "100 ms": "0.3 s"}[begin]
    (same,) = electrodes(**{"from": begin, "to": written, "into": "inside", "carrier": "K", "current": "1 pA"})
    assert one.end == same.end


def test_pulses_begin_at_multiples_of_the_written_period():
    train = electrodes(
        **{"from": "0.1 s", "every": "0.1 s", "for": "50 ms", "times": "8", "into": "inside", "carrier": "K", "current": "1 pA"}
    )
    assert [pulse.begin for pulse in train] == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
    assert [pulse.end for pulse in train] == [0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85]


def test_two_clamp_steps_that_touch_are_one_boundary():
    cell = load(CELL)
    steps = [
        {"from": "0.1 s", "for": "0.2 s", "into": "inside", "carrier": "K", "voltage": "-60 mV"},
        {"from": "0.3 s", "for": "0.2 s", "into": "inside", "carrier": "K", "voltage": "-50 mV"},
    ]
    run = simulate(cell, {"until": "0.5 s", "events": steps})
    assert len({h.time for h in run.happenings if h.kind == "step"} & {0.3, 0.30000000000000004}) == 1


def test_a_path_is_back_only_where_nothing_else_holds_it():
    stop = {"multiply": {"pumps": "0"}}
    events = [{"from": "1 s", "for": "2 s", **stop}, {"from": "3 s", "to": "5 s", **stop}, {"from": "4 s", "to": "6 s", **stop}]
    run = simulate(load(CELL), {"until": "10 s", "events": events})
    assert [h.time for h in run.happenings if "back" in h.what] == [6.0]


@pytest.mark.parametrize("late", ["10 s", "9.9 s"])
def test_what_begins_at_the_end_is_said_not_to_be_carried_out(late):
    run = simulate(load(CELL), {"until": "10 s", "events": [{"at": late, "set": {"outside.K": "10 mM"}}]})
    said = [note for note in run.notes if "not carried out: outside.K at 10 s" in note]
    assert len(said) == (late == "10 s")


def test_scenarios_carry_out_all_their_events():
    cell = load(CELL)
    run = simulate(cell, load_protocol("pump-block", cell))
    assert not [note for note in run.notes if "not carried out" in note]


def test_a_step_has_a_point_on_each_side_at_its_time():
    times = [0.0448, 0.109, 0.195]
    steps = [{"at": f"{time} s", "set": {"plasma.K_leak.permeability": f"{k}e-9 m/s"}} for k, time in enumerate(times, 1)]
    run = simulate(load(CELL), {"until": "0.264 s", "events": steps})
    gaps = np.diff(run.time)
    assert np.all(gaps >= 0)
    assert run.time[np.flatnonzero(gaps == 0)].tolist() == times
