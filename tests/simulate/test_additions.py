"""What a protocol sets inside a cell is added, or taken away, with a counter-ion: nothing appears, and no charge moves."""

import numpy as np
import pytest

import vrest
from vrest.errors import InputError, NoAnswerError
from vrest.results.simulation import sides

NEURON = vrest.load("mammalian-neuron")


def with_events(*events, until="10 min"):
    return vrest.simulate(NEURON, {"until": until, "events": list(events)})


SALT = {"at": "2 min", "set": {"inside.Na": "30 mM"}, "counter_ion": "Cl"}


def test_a_concentration_is_set_and_its_counter_ion_follows():
    run = with_events(SALT)
    before, after = sides(run.time, 120.0)
    c, w = run.c["inside"], run.volume["inside"][after]
    assert c["Na"][after] == pytest.approx(30.0, rel=1e-12)
    assert c["Cl"][after] - c["Cl"][before] == pytest.approx(30.0 - c["Na"][before], rel=1e-9)
    assert c["K"][after] == pytest.approx(c["K"][before], rel=1e-12)
    assert run.V["plasma"][after] == pytest.approx(run.V["plasma"][before], abs=1e-9)
    added = run.ledger["added.inside"]
    assert added["Na"] == pytest.approx(-(30.0 - c["Na"][before]) * w, rel=1e-9)
    assert added["Na"] == pytest.approx(added["Cl"], rel=1e-9)
    assert run.certificate.mass_error < 1e-12
    assert "At 2 min: inside.Na = 30 mM with Cl." in run.story[2]
    assert "At once Na rises from 10 to 30 mM" in run.story[2]


def test_what_is_added_costs_energy_and_the_first_law_holds():
    run = with_events(SALT)
    before, after = sides(run.time, 120.0)
    gained = run.energy.stored_J[after] - run.energy.stored_J[before]
    assert run.energy.protocol_J[after] - run.energy.protocol_J[before] == pytest.approx(gained, rel=1e-9)
    assert run.certificate.residuals["first_law_integral_fraction"]["cell"] < 1e-6


def test_salt_that_is_added_and_taken_again_leaves_the_cell_as_it_was():
    back = {"at": "2.000001 min", "set": {"inside.Na": "10 mM"}, "counter_ion": "Cl"}
    run, quiet = with_events(SALT, back), vrest.simulate(NEURON, {"until": "10 min"})
    for ion, c in quiet.c["inside"].items():
        assert run.c["inside"][ion][-1] == pytest.approx(c[-1], rel=1e-4)


def test_an_addition_at_the_very_begin_and_under_a_clamp():
    clamp = {"from": "1 min", "to": "3 min", "voltage": "-60 mV", "into": "inside", "carrier": "K"}
    run = with_events(clamp, {**SALT, "at": "0 s"}, SALT)
    assert run.c["inside"]["Na"][:2] == pytest.approx([10.0, 30.0])
    held = (run.time > 60) & (run.time < 180)
    assert np.abs(run.V["plasma"][held] + 0.06).max() < 1e-9
    assert run.certificate.mass_error < 1e-12


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({"at": "1 min", "set": {"inside.Na": "30 mM"}}, "Na in 'inside' cannot be set alone"),
        ({**SALT, "counter_ion": "Na"}, "cannot balance a charge"),
        ({**SALT, "counter_ion": "Ca"}, "does not list the counter-ion"),
        ({**SALT, "for": "1 min"}, "set at a moment"),
        ({"at": "1 min", "set": {"outside.K": "8 mM"}, "counter_ion": "Cl"}, "nothing is added"),
        ({"at": "1 min", "multiply": {"inside.K": "0.5"}}, "part of the cell's state"),
    ],
)
def test_what_cannot_be_added_is_said(event, words):
    with pytest.raises(InputError, match=words):
        with_events(event)


def test_more_than_there_is_cannot_be_taken():
    with pytest.raises(NoAnswerError, match=r"adds \+90 mM of charge, and there is less Na"):
        with_events({"at": "1 min", "set": {"inside.K": "235 mM"}, "counter_ion": "Na"})


def test_where_water_follows_at_once_no_concentration_can_be_set():
    cell = vrest.from_dict(swelling_at_once())
    with pytest.raises(InputError, match="its water follows the bath at once"):
        vrest.simulate(cell, {"until": "10 min", "events": [SALT]})


def swelling_at_once():
    leaks = {ion: {"kind": "ghk", "ion": ion, "permeability": "1e-9 m/s"} for ion in ("K", "Na", "Cl")}
    inside = {
        "volume": "2 pL",
        "ions": {"K": "140 mM", "Na": "10 mM", "Cl": "7 mM"},
        "impermeant": {"valence": -1, "amount": "neutral"},
    }
    membrane = {
        "between": ["inside", "outside"],
        "capacitance": "1 uF/cm^2",
        "area": "1000 um^2",
        "water": "instantaneous",
        "mechanisms": leaks,
    }
    return {
        "cell": "swelling",
        "temperature": "310 K",
        "compartments": {"outside": {"role": "bath", "ions": {"K": "4 mM", "Na": "146 mM", "Cl": "150 mM"}}, "inside": inside},
        "membranes": {"plasma": membrane},
    }
