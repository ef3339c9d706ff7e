"""A train of pulses is told once: its first pulse, how often it repeats, and its last one."""

from dataclasses import replace

import numpy as np
import pytest

import vrest
from vrest.results.trains import trains

CELL = "mammalian-neuron"


def train(times, until="60 s", **more):
    pulses = {
        "from": "5 s",
        "every": "2 s",
        "for": "500 ms",
        "times": str(times),
        "current": "100 pA",
        "into": "inside",
        "carrier": "K",
    }
    return {"protocol": "train", "until": until, "events": [pulses | more]}


@pytest.fixture(scope="module")
def result():
    return vrest.simulate(CELL, train(20))


def test_the_story_of_a_train_tells_the_first_pulse_and_the_last(result):
    begins = [paragraph.split(":")[0] for paragraph in result.story]
    assert begins[1:] == [
        "From the start to 5 s",
        "At 5 s",
        "At 5.5 s",
        "Then the same 18 times more, every 2 s; the last time",
        "At 43 s",
        "At 43.5 s",
    ]


def test_a_short_answer_holds_the_whole_story_of_a_train(result):
    text = str(result)
    assert "more)" not in text
    assert "every 2 s" in text


def test_what_happened_and_the_moments_are_folded_too(result):
    whole = result.text(long=True)
    assert whole.count("current into 'inside': 100 pA\n") == 2
    assert "the same 18 times more, every 2 s" in whole
    assert "\n7 s, step" not in whole
    assert "72 moments between these are in the CSV." in whole
    assert len(whole.splitlines()) < 80


def test_pulses_that_differ_are_all_told():
    other = {"from": "6 s", "every": "3 s", "for": "100 ms", "times": "3", "current": "50 pA", "into": "inside", "carrier": "K"}
    protocol = {"protocol": "three", "until": "20 s", "events": [other]}
    assert len(vrest.simulate(CELL, protocol).story) == 8


@pytest.mark.parametrize(
    ("times", "what", "found"),
    [
        ([0, 1, 2, 3, 4], "aaaaa", [(0, 1, 5)]),
        ([0, 1, 2, 3.5, 4], "aaaaa", []),
        ([0, 1, 3, 4, 6, 7, 9, 10], "abababab", [(0, 2, 4)]),
        ([0, 1, 3, 4, 6, 7], "ababab", []),
        ([0, 1, 2, 3, 4, 10, 11, 12, 13], "xaaaabbbb", [(1, 1, 4), (5, 1, 4)]),
        ([], "", []),
    ],
)
def test_what_repeats_is_found_with_its_period(times, what, found):
    assert [(one.first, one.size, one.count) for one in trains(times, what)] == found


def test_many_pulses_are_found_at_once():
    times = (np.arange(20_000) // 2 * 0.1 + np.arange(20_000) % 2 * 0.002).tolist()
    (one,) = trains(times, ["on", "off"] * 10_000)
    assert (one.size, one.count) == (2, 10_000)
    assert one.words == "the same 9998 times more, every 100 ms"


def test_one_stretch_that_is_not_told_is_one():
    sizes = [f"{10 + k} pA" for k in range(20)]
    events = [
        {"from": f"{k} s", "to": f"{k + 0.5} s", "current": size, "into": "inside", "carrier": "K"}
        for k, size in enumerate(sizes, 1)
    ]
    story = vrest.simulate(CELL, {"protocol": "steps", "until": "25 s", "events": events}).story
    assert "2 stretches between are not told." in story
    assert len(story) == 41


def test_an_efficiency_above_one_is_said_to_be_of_a_law_that_knows_no_atp():
    clamp = {"from": "5 s", "to": "20 s", "voltage": "-220 mV", "into": "inside", "carrier": "K"}
    result = vrest.simulate(CELL, {"protocol": "clamp", "until": "60 s", "events": [clamp]})
    assert np.nanmax(result.energy.efficiency) > 1.03
    said = " ".join(result.text(long=True).split())
    assert "Above 100 % pumps put more into ions than their ATP gives" in said
    assert "plasma.pump from 5 s" in said
    at_rest = vrest.simulate(CELL, until="60 s")
    assert "Above 100 %" not in at_rest.text(long=True)


def test_what_stays_is_at_its_extreme_from_its_begin():
    clamp = {"from": "5 s", "to": "20 s", "voltage": "-220 mV", "into": "inside", "carrier": "K"}
    text = vrest.simulate(CELL, {"protocol": "clamp", "until": "60 s", "events": [clamp]}).text(long=True)
    (line,) = [line for line in text.splitlines() if line.startswith("V mV ")]
    assert line.split() == ["V", "mV", "-220.00", "5", "s", "-65.48", "start"]


# -- the figure -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def figure(result):
    pytest.importorskip("matplotlib")
    return result.plot()


def words_of(figure):
    return [text.get_text() for text in figure.texts]


def boxes(figure):
    return [axes.get_position() for axes in figure.axes]


def test_the_key_of_the_figure_numbers_the_first_pulse_and_the_last(figure):
    (key,) = [words for words in words_of(figure) if words.startswith("1  at")]
    assert key.splitlines() == [
        "1  at 5 s: current into 'inside': 100 pA",
        "2  at 5.5 s: current into 'inside' ends; then the same 18 times more, every 2 s, and at last:",
        "3  at 43 s: current into 'inside': 100 pA",
        "4  at 43.5 s: current into 'inside' ends",
    ]


def test_what_is_enlarged_stands_to_the_right_of_its_panel(figure):
    grey = [axes.get_position() for axes in figure.axes if axes.get_facecolor()[:3] != (1.0, 1.0, 1.0)]
    white = [axes.get_position() for axes in figure.axes if axes.get_facecolor()[:3] == (1.0, 1.0, 1.0)]
    assert len(grey) == len(white)
    for right in grey:
        assert sum(left.x1 < right.x0 and left.y0 == right.y0 and right.x0 - left.x1 < 0.2 for left in white) == 1


def test_columns_end_at_one_height(figure):
    ends = [min(box.y0 for box in boxes(figure) if box.x0 == left) for left in {box.x0 for box in boxes(figure)}]
    assert np.ptp(ends) < 1e-9


def test_a_nernst_potential_that_would_squeeze_the_others_is_left_out_and_named(result):
    pytest.importorskip("matplotlib")
    far = np.linspace(2.7, 2.0, result.time.size)
    E = {name: ions | {"H": far} for name, ions in result.E.items()}
    drawn = replace(result, E=E).plot()
    titles = [text.get_text() for axes in drawn.axes for text in axes.texts]
    assert "Nernst potentials (mV), without E(H), which goes to 2,700 mV" in titles
    assert "E(H)" not in titles
    assert "E(Na)" in titles
