"""The words of protocol errors: what was found, what is expected, the nearest name."""

from pathlib import Path

import pytest

import vrest

CELL = vrest.load(Path(__file__).resolve().parents[2] / "examples" / "pump-leak-cell.yaml")


def words(*events, **rest):
    with pytest.raises(vrest.InputError) as caught:
        vrest.protocol_from({"until": "10 min", "events": list(events), **rest}, CELL)
    return str(caught.value)


CASES = {
    "unknown path": (
        {"at": "1 min", "set": {"plasma.pomp.max_current": "0"}},
        "is not a path of pump-leak-cell",
        "plasma.pump.max_current",
    ),
    "state path": ({"at": "1 min", "set": {"inside.K": "100 mM"}}, "K in 'inside' cannot be set alone", "counter_ion: Cl"),
    "path of another cell": ({"at": "1 min", "set": {"serum.K": "5 mM"}}, "is not a path of pump-leak-cell", "outside.K?"),
    "group misspelt": ({"at": "1 min", "multiply": {"pump": 0}}, "'pump' is not a path of pump-leak-cell", "pumps?"),
    "fixed impermeant": ({"at": "1 min", "set": {"inside.impermeant.valence": "-2"}}, "a protocol cannot set it", ""),
    "wrong unit": ({"at": "1 min", "set": {"outside.K": "8 mV"}}, "8 mV", "mM"),
    "times out of order": (
        {"from": "5 min", "to": "2 min", "set": {"outside.K": "8 mM"}},
        "'to' lies before 'from'",
        "a later time",
    ),
    "after the end": ({"at": "20 min", "set": {"outside.K": "8 mM"}}, "after the end of the protocol", "at most 600 s"),
    "no time": ({"set": {"outside.K": "8 mM"}}, "this event has no time", "at: 10 min"),
    "two actions": (
        {"at": "1 min", "set": {"outside.K": "8 mM"}, "voltage": "0 mV"},
        "an event does one thing",
        "set and voltage",
    ),
    "nothing": ({"at": "1 min"}, "an event does one thing", "nothing"),
    "no carrier": (
        {"from": "1 min", "to": "2 min", "voltage": "0 mV", "into": "inside"},
        "say which ion carries it",
        "carrier: K",
    ),
    "carrier not listed": (
        {"from": "1 min", "to": "2 min", "current": "1 pA", "into": "inside", "carrier": "Ca"},
        "does not list the carrier",
        "K, Na, Cl",
    ),
    "electrode nowhere": ({"from": "1 min", "voltage": "0 mV", "into": "insid", "carrier": "K"}, "in no compartment", "inside"),
    "electrode in the bath": (
        {"from": "1 min", "voltage": "0 mV", "into": "outside", "carrier": "K"},
        "in no compartment",
        "inside",
    ),
    "ramp without end": ({"at": "1 min", "ramp": {"outside.K": "8 mM"}}, "a ramp lasts", "from: 10 min, to: 20 min"),
    "pulse longer than period": (
        {"from": "1 s", "every": "1 s", "for": "2 s", "times": 3, "set": {"outside.K": "8 mM"}},
        "a pulse is shorter than the period",
        "less than `every`",
    ),
    "too many pulses": (
        {"from": "1 s", "every": "1 ms", "for": "0.1 ms", "times": 20000, "set": {"outside.K": "8 mM"}},
        "at most 10000 pulses",
        "",
    ),
    "a part of a pulse": (
        {"from": "1 s", "every": "1 s", "for": "0.1 s", "times": 2.5, "current": "1 pA", "carrier": "K"},
        "the number of pulses is a whole number",
        "2",
    ),
    "train without a number": (
        {"from": "1 s", "every": "1 s", "for": "0.1 s", "voltage": "0 mV", "carrier": "K"},
        "a train has `from`, `every`, `for` and `times`",
        "from, every, for",
    ),
    "train with an end": (
        {"from": "1 s", "to": "1 min", "every": "1 s", "for": "0.1 s", "set": {"outside.K": "8 mM"}},
        "a train has `from`, `every`, `for` and `times`",
        "from, to, every, for",
    ),
    "train of ramps": (
        {"from": "1 s", "to": "2 s", "every": "3 s", "times": 2, "ramp": {"outside.K": "8 mM"}},
        "a ramp lasts",
        "from: 10 min, to: 20 min",
    ),
    "at and to": ({"at": "1 s", "to": "2 s", "set": {"outside.K": "8 mM"}}, "these times do not fit together", "at, to"),
    "at and from": (
        {"at": "1 s", "from": "2 s", "to": "3 s", "current": "1 pA", "carrier": "K"},
        "these times do not fit together",
        "at, from, to",
    ),
    "a setting without an end": ({"from": "1 s", "set": {"outside.K": "8 mM"}}, "this event has no end", "from and to"),
    "an electrode without a time": ({"voltage": "0 mV", "carrier": "K"}, "an electrode has a time", "from: 1 min, to: 2 min"),
    "negative factor": ({"at": "1 min", "multiply": {"plasma.pump.max_current": -1}}, "-1", ""),
    "a list of values": ({"at": "1 min", "set": {"outside.K": ["8 mM"]}}, "a setting is one value", 'such as "5 mM"'),
    "a list of factors": ({"at": "1 min", "multiply": {"pumps": [1]}}, "a setting is one value", "a list of 1"),
    "another basis": (
        {"at": "1 min", "set": {"plasma.pump.max_current": "5 pA"}},
        "is counted otherwise in the description",
        "a value like 0.05 A/m^2",
    ),
    "a solution of no pipette": (
        {"at": "1 min", "set": {"outside.K": "8 mM"}, "solution": "140 mM"},
        "'solution' is a mapping of keys to values",
        "{K: 140 mM, Na: 10 mM}",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_an_event_that_does_not_fit_is_explained(name):
    event, found, expected = CASES[name]
    text = words(event)
    assert found in text
    assert expected in text


GATED = """
cell: gated
temperature: 310 K
compartments:
  outside: {role: bath, ions: {K: 5 mM}, impermeant: {valence: -1, amount: neutral}}
  inside: {role: held, ions: {K: 140 mM}}
membranes:
  plasma:
    between: [inside, outside]
    mechanisms:
      K: {kind: ohmic, ion: K, conductance: 1 mS/cm^2, factor: open + 0*V/(1 mV), parameters: {open: 0.5}}
"""


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("outside.K", "0 mM", "'outside.K' needs more than zero: it stands in the Nernst potential of 'K'"),
        (
            "outside.impermeant.valence",
            "1",
            "the impermeant of 'outside' would need a negative amount: all else carries +5 mM of charge, its valence is +1",
        ),
        ("plasma.K.open", "-1", "'factor' of 'K' is negative at -200 mV (-1); no flow is multiplied by less than zero"),
    ],
)
def test_what_contradicts_the_rest_of_the_cell_is_said_in_its_words_at_the_place_of_the_protocol(tmp_path, path, value, message):
    file = tmp_path / "protocol.yaml"
    line = f"  - {{at: 0 s, set: {{{path}: {value}}}}}"
    file.write_text(f"protocol: a\nuntil: 1 s\nevents:\n{line}\n")
    with pytest.raises(vrest.InputError) as caught:
        vrest.load_protocol(str(file), vrest.from_yaml(GATED))
    (problem,) = caught.value.problems
    assert problem.message == message
    assert (problem.file, problem.line, problem.column) == (str(file), 4, line.index(f": {value}") + 3)


def test_two_electrodes_at_once():
    one = {"from": "1 min", "to": "3 min", "voltage": "0 mV", "into": "inside", "carrier": "K"}
    two = {"from": "2 min", "to": "4 min", "current": "1 pA", "into": "inside", "carrier": "K"}
    assert "two electrodes act on 'inside' at the same time" in words(one, two)


def test_two_pipettes_at_once():
    one, two = {"from": "1 min", "to": "3 min", "dialyse": "inside"}, {"from": "2 min", "dialyse": "inside"}
    assert "two electrodes act on 'inside' at the same time" in words(one, two)


def test_a_train_and_a_step_at_once():
    train = {"from": "1 s", "every": "1 s", "for": "0.5 s", "times": 10, "current": "1 pA", "carrier": "K"}
    step = {"from": "4.2 s", "to": "4.6 s", "current": "1 pA", "carrier": "K"}
    assert "two electrodes act on 'inside' at the same time" in words(train, step)


def test_a_train_and_a_step_between_its_pulses():
    train = {"from": "1 s", "every": "1 s", "for": "0.5 s", "times": 10, "current": "1 pA", "carrier": "K"}
    step = {"from": "4.6 s", "to": "4.8 s", "current": "1 pA", "carrier": "K"}
    assert len(vrest.protocol_from({"until": "1 min", "events": [train, step]}, CELL).electrodes) == 11


def test_two_ramps_of_one_path_at_once():
    one = {"from": "1 min", "to": "3 min", "ramp": {"outside.K": "8 mM"}}
    two = {"from": "2 min", "to": "4 min", "ramp": {"outside.K": "12 mM"}}
    assert "two ramps of 'outside.K' at the same time" in words(one, two)


def test_several_faults_are_told_at_once():
    text = words({"at": "1 min", "set": {"outside.KK": "8 mM"}}, {"at": "20 min", "set": {"outside.K": "8 mM"}})
    assert "outside.KK" in text
    assert "after the end" in text


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ({"crosses": "-40 mV"}, "needs a latest time"),
        ({"steady": "1 h", "crosses": "-40 mV"}, "needs exactly one of steady or crosses"),
        ({"crosses": "-40 mV", "within": "1 h", "membrane": "plasmo"}, "there is no such membrane"),
        ("-3 min", "-3 min"),
    ],
)
def test_an_end_that_does_not_fit_is_explained(until, said):
    assert said in words(until=until)


def test_an_unknown_engine():
    with pytest.raises(vrest.InputError, match="there is no such engine"):
        vrest.simulate(CELL, until="1 s", engine="euler")


def test_an_unknown_start():
    assert "start" in words(start="slowly")


def test_a_path_that_is_several_numbers_cannot_be_ramped():
    ramp = {"from": "1 min", "to": "2 min", "ramp": {"plasma.capacitance": "2 uF/cm^2"}}
    with pytest.raises(vrest.InputError, match="cannot be ramped: 2 numbers of the cell follow from it"):
        vrest.simulate(CELL, {"until": "3 min", "events": [ramp]})
