"""A volume that a protocol sets inside a cell: water is added or taken away, all that is dissolved stays, and so does the charge."""

import numpy as np
import pytest

import vrest
from cells import in_a_bath, leaks, neutral, pump, sphere, with_bicarbonate
from vrest.constants import WATER_MOLAR_VOLUME
from vrest.errors import InputError, NoAnswerError
from vrest.results.simulation import sides

FLOW = {"water": {"permeability": "1e-5 m/s"}}
POUR = {"at": "2 min", "set": {"inside.volume": "5 pL"}}


def cell(inside=None, **more):
    space = sphere(impermeant=neutral(-1.1)) | (inside or {})
    return vrest.from_dict(in_a_bath(leaks() | {"pump": pump()}, space, **(FLOW | more)))


def run(described, *events, until="4 min", **options):
    return vrest.simulate(described, {"protocol": "p", "until": until, "events": list(events)}, **options)


def test_water_is_added_and_nothing_else():
    course = run(cell(), POUR)
    before, after = sides(course.time, 120.0)
    assert course.volume["inside"][after] == pytest.approx(5e-15, rel=1e-12)
    for c in course.c["inside"].values():
        diluted = c[before] * course.water["inside"][before] / course.water["inside"][after]
        assert c[after] == pytest.approx(diluted, rel=1e-12)
    assert course.V["m"][after] == pytest.approx(course.V["m"][before], abs=1e-12)
    added = course.water["inside"][after] - course.water["inside"][before]
    assert course.ledger["added.inside"] == {"water": pytest.approx(-added / WATER_MOLAR_VOLUME, rel=1e-9)}
    assert course.certificate.mass_error < 1e-12
    assert course.certificate.residuals["first_law_integral_fraction"]["cell"] < 1e-6
    assert "inside.volume = 5 pL" in " ".join(course.story)
    assert "At once" in " ".join(course.story)


def test_added_water_leaves_again():
    course, quiet = run(cell(), POUR, until="3 h"), run(cell(), until="3 h")
    assert course.volume["inside"][-1] == pytest.approx(quiet.volume["inside"][-1], rel=1e-6)
    assert course.V["m"][-1] == pytest.approx(quiet.V["m"][-1], abs=1e-7)


def test_the_charge_stays_on_a_membrane_that_grows():
    course = run(cell(area_policy="shape"), POUR)
    before, after = sides(course.time, 120.0)
    grown = (course.volume["inside"][after] / course.volume["inside"][before]) ** (2 / 3)
    assert course.V["m"][after] == pytest.approx(course.V["m"][before] / grown, rel=1e-9)


def test_solids_keep_their_volume():
    course = run(cell({"water_fraction": 0.7}), POUR)
    _, after = sides(course.time, 120.0)
    solids = 0.3 * 4.18879e-15
    assert course.water["inside"][after] == pytest.approx(5e-15 - solids, rel=1e-6)
    with pytest.raises(NoAnswerError, match="its solids take more"):
        run(cell({"water_fraction": 0.7}), {"at": "2 min", "set": {"inside.volume": "1 pL"}})


def test_a_wall_bears_what_is_poured_in():
    course = run(cell(wall={"elastic_modulus": "0.1 MPa"}), POUR)
    before, after = sides(course.time, 120.0)
    grown = (course.water["inside"][after] - course.water["inside"][before]) / 4.1887902e-15
    assert course.pressure["m"][after] - course.pressure["m"][before] == pytest.approx(1e5 * grown, rel=1e-6)


def test_ions_come_to_their_concentrations_in_the_new_volume():
    course = run(cell(), {"at": "2 min", "set": {"inside.volume": "5 pL", "inside.Na": "20 mM"}, "counter_ion": "Cl"})
    _, after = sides(course.time, 120.0)
    assert course.c["inside"]["Na"][after] == pytest.approx(20.0, rel=1e-12)
    assert course.volume["inside"][after] == pytest.approx(5e-15, rel=1e-12)


def test_what_is_held_follows_the_water_that_is_added():
    described = vrest.from_dict(with_bicarbonate(["HCO3"], **FLOW))
    course = run(described, POUR)
    assert course.c["inside"]["HCO3"] == pytest.approx(np.full(course.time.size, 15.0), rel=1e-12)
    amount = course.c["inside"]["HCO3"] * course.water["inside"]
    received = sum(place.get("HCO3", 0.0) for place in course.ledger.values())
    assert amount[-1] - amount[0] + received == pytest.approx(0.0, abs=1e-12 * amount[0])


def test_two_integrators_agree():
    one, other = run(cell(), POUR), run(cell(), POUR, engine="scipy")
    assert one.V["m"][-1] == pytest.approx(other.V["m"][-1], abs=1e-9)
    assert one.volume["inside"][-1] == pytest.approx(other.volume["inside"][-1], rel=1e-8)


@pytest.mark.parametrize(
    ("described", "event", "words"),
    [
        (cell(water="none"), POUR, r"it is rigid \(water: none\), so no water enters or leaves"),
        (cell(water="instantaneous"), POUR, "its water follows osmolarity at once through 'm'"),
        (cell(), {**POUR, "set": {"inside.volume": "0 pL"}}, "out of range"),
        (cell(), {**POUR, "set": {"inside.volume": "5 mM"}}, "inside.volume"),
        (cell(), {"from": "1 min", "to": "2 min", "set": {"inside.volume": "5 pL"}}, "is set at a moment"),
        (cell(), {**POUR, "counter_ion": "Cl"}, "nothing is added whose charge it could balance"),
        (cell(), {"from": "1 min", "to": "2 min", "ramp": {"inside.volume": "5 pL"}}, "is not a path of c"),
        (cell(), {**POUR, "set": {"outside.volume": "5 pL"}}, "is not a path of c"),
    ],
)
def test_what_cannot_be_poured(described, event, words):
    with pytest.raises(InputError, match=words):
        run(described, event)


def test_what_others_leave_is_not_set():
    spaces = {"outside": {"role": "bath", "ions": {"K": "5 mM", "Cl": "5 mM"}}}
    spaces["ecs"] = {"ions": {"K": "5 mM", "Cl": "5 mM"}, "volume": {"remainder_of": "10 pL"}}
    spaces["inside"] = sphere({"K": "140 mM", "Cl": "10 mM"}, impermeant=neutral())
    way = {"capacitance": "1 uF/cm^2", **FLOW, "mechanisms": leaks("K")}
    membranes = {"m": way | {"between": ["inside", "ecs"]}, "n": way | {"between": ["ecs", "outside"], "area": "100 um^2"}}
    described = vrest.from_dict({"cell": "c", "temperature": "310 K", "compartments": spaces, "membranes": membranes})
    with pytest.raises(InputError, match="it is what the other compartments leave"):
        run(described, {"at": "1 min", "set": {"ecs.volume": "5 pL"}})
