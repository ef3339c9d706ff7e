"""Every named protocol on every cell of the library, and stories whose numbers are those of the run."""

import re
from dataclasses import replace

import numpy as np
import pytest

import cells
import vrest
from effort import slow_unless
from in_few_lines import short
from vrest.description.library import load_protocol, protocol_from, protocol_names
from vrest.questions.simulate.protocol_notes import water_notes
from vrest.questions.simulate.story import duration, story

CELLS = [*vrest.library_names()]
SENSELESS = re.compile(
    r"has no (pumps|cotransporters|leaks|baths|others)( of \w+)?$|only ratios of permeabilities|not described|balancing"
    r"|in no compartment that has a potential|is not a path of"
)

STOPPED = {"atp-depletion", "donnan", "pump-block", "raised-potassium", "spreading-depolarisation"}
TRAINS = {
    "dijkstra2016-excitable": STOPPED,
    "hubel-dahlem2014": STOPPED,
    "kalia2021-excitable": STOPPED | {"chloride-loading"},
    "saetra2020-excitable": STOPPED,
    "squid-axon-calcium": {"raised-potassium"},
    "squid-axon-excitable": {"raised-potassium"},
    "wei2014": STOPPED | {"anoxia"},
}
"""Protocols in which a cell fires hundreds or thousands of times, for which a test has no time: only their beginning is run."""
BEGINNING = 0.5
"""How long after its first event such a protocol is run [s]."""

UNANSWERED = re.compile(r"^(no steady state|the integration cannot)")


def attempted(cell, protocol):
    """The run, or why there is none."""
    try:
        return run(cell, protocol)
    except vrest.VrestError as error:
        return error


def run(cell, name):
    protocol = load_protocol(name, cell)
    return vrest.simulate(cell, begun(protocol) if name in TRAINS.get(cell.name, ()) else protocol)


def begun(protocol):
    """The beginning of a protocol."""
    firsts = [one.at for one in protocol.settings if one.at > 0] + [one.begin for one in protocol.ramps]
    return replace(protocol, until=min(firsts, default=0.0) + BEGINNING)


@pytest.mark.parametrize("name", slow_unless(lambda name: name in ("mammalian-neuron", "red-cell", "squid-axon"), CELLS))
def test_every_named_protocol_runs_or_says_why_not(name):
    cell = vrest.load(name)
    for protocol in protocol_names():
        result = attempted(cell, protocol)
        if isinstance(result, vrest.VrestError):
            pattern = SENSELESS if isinstance(result, vrest.InputError) else UNANSWERED
            assert all(pattern.search(problem.message) for problem in result.problems), (protocol, str(result))
            continue
        told = story(result)
        assert told[0].startswith(f"{cell.name} starts with V")
        assert len(told) == 1 + len(
            {h.time for h in result.happenings if h.kind == "step" and 0 < h.time < result.time[-1]} | {result.time[-1]}
        )
        for membrane, V in result.V.items():
            assert f"{1e3 * V[-1] + 0.0:.2f} mV".replace("-0.00 mV", "0.00 mV") in told[-1], (protocol, membrane)
        assert duration(float(result.time[-1])) in short(result).split("\n\n")[0].replace("\n", " ")


@pytest.fixture(scope="module")
def blocked():
    return run(vrest.load("mammalian-neuron"), "pump-block")


def test_a_story_has_a_paragraph_for_the_start_and_one_for_each_stretch(blocked):
    told = story(blocked)
    assert len(told) == 4
    assert told[0] == f"mammalian-neuron starts with V = {1e3 * blocked.V['plasma'][0]:.2f} mV."
    assert told[1].startswith("From the start to 10 min: V ")
    assert told[2].startswith("At 10 min: plasma.pump.max_current x 0. V moves by +")
    assert told[3].startswith("At 40 min: plasma.pump.max_current back. V moves by -")


def test_the_numbers_of_a_story_are_those_of_the_run(blocked):
    V, time = 1e3 * blocked.V["plasma"], blocked.time
    off, back = np.flatnonzero(time == 600.0), np.flatnonzero(time == 2400.0)
    words = story(blocked)[2]
    at_once, later = (float(x) for x in re.findall(r"by ([+-][\d.]+) mV", words))
    assert at_once + later == pytest.approx(V[back[0]] - V[off[0]], abs=0.011)
    quick = np.interp(601.0, time, V) - V[off[0]]
    assert at_once == pytest.approx(quick, abs=0.3)
    assert f"to {V[back[0]]:.2f} mV" in words
    ions = re.findall(r"(\w+) (?:rises|falls) from ([\d.]+) to ([\d.]+) mM", words)
    assert [ion for ion, _, _ in ions] == ["K", "Na", "Cl"]
    for ion, first, last in ions:
        c = blocked.c["inside"][ion]
        assert float(first) == pytest.approx(c[off[0]], rel=1e-3)
        assert float(last) == pytest.approx(c[back[0]], rel=1e-3)


def test_what_is_lost_at_once_is_the_electrogenic_part(blocked):
    at_once = float(re.search(r"by \+([\d.]+) mV within", story(blocked)[2])[1])
    assert at_once == pytest.approx(-1e3 * vrest.explain_cell(vrest.load("mammalian-neuron")).effect["plasma"].at_once, abs=0.1)


def test_what_hardly_changes_is_not_told():
    cell = vrest.load("mammalian-neuron")
    told = story(vrest.simulate(cell, {"start": "steady", "until": "10 min"}))
    assert told[1] == "From the start to 10 min: V stays at -65.48 mV."


def test_several_membranes_are_told_apart():
    told = story(run(vrest.load("proximal-tubule"), "pump-block"))
    assert all(f"V of {name}" in told[2] for name in ("apical", "basolateral", "paracellular"))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (0.0123, "12.3 ms"), (1, "1 s"), (90, "90 s"), (600, "10 min"), (7200, "2 h"), (864000, "10 d")],
)
def test_times_for_people(seconds, words):
    assert duration(seconds) == words


# -- the textbook's own stories ---------------------------------------------------------------------------------------


def test_a_membrane_that_only_potassium_crosses_charges_itself_within_61_ms():
    result = vrest.simulate(cells.potassium_only(), {"start": "0 mV", "until": "1 s"}, points=2000)
    V, E = 1e3 * result.V["membrane"], -89.0156
    reached = float(result.time[np.flatnonzero(V < E + 1)[0]])
    assert 1e3 * reached == pytest.approx(61, abs=1)
    assert V[-1] == pytest.approx(E, abs=0.01)
    late = (result.time > 0.08) & (result.time < 0.12)
    tau = -1 / np.polyfit(result.time[late], np.log(V[late] - V[-1]), 1)[0]
    assert 1e3 * tau == pytest.approx(16.0, abs=0.2)
    moved = (result.c["inside"]["K"][0] - result.c["inside"]["K"][-1]) * result.volume["inside"][0]
    assert moved * 6.02214076e23 == pytest.approx(6.98e6, rel=2e-3)
    assert moved / (140 * result.volume["inside"][0]) == pytest.approx(1.98e-5, rel=3e-3)


def test_k_charging_comes_to_e_k_in_a_cell_that_has_more_than_a_leak_of_potassium():
    cell = vrest.load("mammalian-neuron")
    result = run(cell, "k-charging")
    assert result.V["plasma"][0] == pytest.approx(0.0, abs=1e-4)
    assert result.V["plasma"][-1] == pytest.approx(result.E["plasma"]["K"][-1], abs=1e-4)
    assert not np.any(result.flux["plasma"]["KCC2"]["Cl"][result.time > 0])


def test_the_run_down_ends_in_the_donnan_equilibrium():
    cell = vrest.load("squid-axon")
    result = run(cell, "donnan")
    assert result.ended == "steady"
    assert result.V["plasma"][-1] == pytest.approx(vrest.donnan(cell).point.V_m["plasma"], abs=1e-6)


# -- water ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["hypo-osmotic", "hyper-osmotic"])
def test_a_fixed_volume_that_does_not_answer_to_osmolarity_is_noted(name):
    cell = vrest.load("mammalian-neuron")
    (note,) = water_notes(cell, load_protocol(name, cell))
    assert note.startswith("The osmolarity of 'outside' changes, but the volume of 'inside' is fixed (water: none)")


def test_a_little_potassium_is_no_osmotic_matter():
    cell = vrest.load("mammalian-neuron")
    assert water_notes(cell, load_protocol("raised-potassium", cell)) == ()
    assert water_notes(cell, load_protocol("pump-block", cell)) == ()
    exchanged = {"until": "1 min", "events": [{"at": "1 s", "set": {"outside.Na": "52 mM", "outside.K": "103 mM"}}]}
    assert water_notes(cell, protocol_from(exchanged, cell)) == ()


def test_settings_and_ramps_count_too():
    cell = vrest.load("mammalian-neuron")
    for event in ({"at": "1 s", "set": {"outside.Na": "100 mM"}}, {"from": "1 s", "to": "9 s", "ramp": {"outside.Na": "100 mM"}}):
        assert len(water_notes(cell, protocol_from({"until": "1 min", "events": [event]}, cell))) == 1


def test_a_cell_with_water_answers_by_its_volume():
    cell = vrest.load("kay2017")
    protocol = replace(load_protocol("hypo-osmotic", cell), start="steady")
    assert water_notes(cell, protocol) == ()
    result = vrest.simulate(cell, protocol)
    (w,) = result.volume.values()
    assert w[np.flatnonzero(result.time <= 3600)[-1]] / w[0] > 1.15
    assert any("the volume grows by" in paragraph for paragraph in story(result))
