"""Concentrations that are held (`fixed: [HCO3]`): what keeps them moves no net charge, and its ledger says what it gave."""

import numpy as np
import pytest

import vrest
from cells import with_bicarbonate
from differential import Case
from vrest.errors import InputError, NoAnswerError
from vrest.units import to_unit

BOOKED, WITH_NA, FOR_CL = ["HCO3"], {"HCO3": {"counter_ion": "Na"}}, {"HCO3": {"counter_ion": "Cl"}}
ALL = [BOOKED, WITH_NA, FOR_CL]
NAMES = ["booked", "with Na", "for Cl"]
WATERS = [{}, {"water": "instantaneous", "area_policy": "shape"}, {"water": {"permeability": "1e-5 m/s"}}]


def held(fixed, **more) -> vrest.Cell:
    return vrest.from_dict(with_bicarbonate(fixed, **more))


# -- over time --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("water", WATERS, ids=["no water", "at once", "flow"])
@pytest.mark.parametrize("fixed", ALL, ids=NAMES)
def test_a_course_is_that_of_an_independent_integrator(fixed, water):
    less_salt = {"at": "200 s", "set": {"outside.Na": "120 mM", "outside.HCO3": "12 mM"}}
    current = {"from": "300 s", "to": "400 s", "current": "5 pA", "into": "inside", "carrier": "K"}
    protocol = {"protocol": "p", "start": "rest", "until": "900 s", "events": [less_salt, current]}
    verdict = Case(with_bicarbonate(fixed, **water), protocol).verdict()
    assert (verdict.ending, verdict.words) == ("compared", "end")


@pytest.mark.parametrize("water", WATERS, ids=["no water", "at once", "flow"])
@pytest.mark.parametrize("fixed", ALL, ids=NAMES)
def test_the_ledger_counts_what_was_given(fixed, water):
    run = vrest.simulate(held(fixed, **water), until="30 min")
    assert run.c["inside"]["HCO3"] == pytest.approx(np.full(run.time.size, 15.0), rel=1e-12)
    for ion, c in run.c["inside"].items():
        amount = c * run.water["inside"]
        received = sum(place.get(ion, 0.0) for place in run.ledger.values())
        assert amount[-1] - amount[0] + received == pytest.approx(0.0, abs=1e-12 * amount.max())
    given = run.ledger["stat.inside"]
    assert given["HCO3"] < 0
    if fixed is not BOOKED:
        counter = fixed["HCO3"]["counter_ion"]
        assert given[counter] == pytest.approx(given["HCO3"] * (1 if counter == "Na" else -1), rel=1e-12)
    assert run.certificate.mass_error < 1e-12
    assert run.certificate.residuals["first_law_integral_fraction"]["cell"] < 1e-6


def test_what_holds_an_ion_moves_no_charge_at_once():
    """With the ion's own path taken away nothing is given, and the course is that of a cell that merely lists it."""
    still = {"plasma.HCO3_leak.permeability": "0 m/s"}
    one, other = (vrest.simulate(held(fixed).replace(still), until="10 min") for fixed in (BOOKED, None))
    assert one.V["plasma"][-1] == pytest.approx(other.V["plasma"][-1], abs=1e-10)
    assert one.ledger["stat.inside"]["HCO3"] == pytest.approx(0.0, abs=1e-28)


def test_booked_charge_is_told_in_the_notes_and_counter_ions_aside():
    run = vrest.simulate(held(BOOKED), until="30 min")
    said = next(note for note in run.notes if note.startswith("To hold HCO3 of 'inside'"))
    amount = -run.ledger["stat.inside"]["HCO3"]
    c = to_unit(amount / run.water["inside"][-1], "mM")
    assert f"({c:.3g} mM of its water) were given; +{c:.3g} mM of charge are booked on what is not listed" in said
    assert "usual buffers would change their pH by 0.6" in said
    run = vrest.simulate(held(WITH_NA), until="30 min")
    assert any(note.endswith("were given, together with Na.") for note in run.notes)


def test_a_run_until_nothing_changes_waits_for_the_booked_charge():
    cell = held(BOOKED).replace({"inside.HCO3": "2.2 mM"})
    run = vrest.simulate(cell, {"protocol": "p", "until": {"steady": "1000 h"}})
    assert run.ended == "steady"
    assert run.V["plasma"][-1] == pytest.approx(vrest.steady_state(cell).point.V_m["plasma"], abs=1e-7)


# -- at steady state --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fixed", [WITH_NA, FOR_CL], ids=NAMES[1:])
@pytest.mark.parametrize("water", WATERS, ids=["no water", "at once", "flow"])
def test_with_a_counter_ion_a_steady_state_is_where_the_course_ends(fixed, water):
    cell = held(fixed, **water)
    steady, run = vrest.steady_state(cell), vrest.simulate(cell, until="20 h")
    assert steady.point.stable
    assert steady.point.inside["inside"]["HCO3"] == 15.0
    assert run.V["plasma"][-1] == pytest.approx(steady.point.V_m["plasma"], abs=1e-7)
    for ion, c in steady.point.inside["inside"].items():
        assert run.c["inside"][ion][-1] == pytest.approx(c, rel=1e-6)
    assert run.water["inside"][-1] == pytest.approx(steady.point.water["inside"], rel=1e-6)


def test_eigenvalues_are_those_of_the_course():
    """A small deviation goes back as the slowest eigenvalue says."""
    cell = held(WITH_NA)
    rate = vrest.steady_state(cell).eigenvalues[0].real
    end = vrest.steady_state(cell).point.inside["inside"]["K"]
    run = vrest.simulate(cell, {"protocol": "p", "until": "2 h"}, at=["1 h", "1.2 h"])
    away = np.log(np.abs(run.c["inside"]["K"] - end))
    assert (away[1] - away[0]) / 720.0 == pytest.approx(rate, rel=1e-3)


def test_booked_charge_stands_still_where_the_ion_is_at_its_nernst_potential():
    cell = held(BOOKED).replace({"inside.HCO3": "2.2 mM"})
    steady = vrest.steady_state(cell)
    assert steady.point.V_m["plasma"] == pytest.approx(vrest.nernst_potential(-1, 2.2, 24.0, 310.0), abs=1e-9)
    assert any("of charge are booked on what is not listed" in note for note in steady.notes)


def test_a_steady_state_that_books_too_much_names_the_current():
    with pytest.raises(NoAnswerError) as refused:
        vrest.steady_state(held(BOOKED))
    (problem,) = refused.value.problems
    current = vrest.rest(held(BOOKED)).mechanisms["plasma"]["HCO3_leak"].current
    assert f"plasma.HCO3_leak carries a current of {to_unit(current, 'pA'):.3g} pA of it at rest" in problem.message
    assert "before it stands still (a cell's buffers carry some 50 mM)" in problem.message


def test_charge_that_is_booked_for_ever_names_the_current():
    described = with_bicarbonate(BOOKED)
    given = {"kind": "current", "value": "0.001 A/m^2", "carries": {"HCO3": 1}}
    described["membranes"]["plasma"]["mechanisms"]["HCO3_leak"] = given
    with pytest.raises(NoAnswerError, match=r"plasma.HCO3_leak carries a current of 1.26 pA .* grows without bound"):
        vrest.steady_state(vrest.from_dict(described))


# -- at rest, and other questions -------------------------------------------------------------------------------------


def test_at_rest_what_is_held_does_not_drift_and_its_counter_ion_does():
    free, with_Na = vrest.rest(held(None)), vrest.rest(held(WITH_NA))
    drift = with_Na.drift["inside"]
    assert with_Na.V_m == free.V_m
    assert drift["HCO3"] == 0.0
    assert drift["Na"] == pytest.approx(free.drift["inside"]["Na"] - free.drift["inside"]["HCO3"], rel=1e-12)
    assert drift["K"] == free.drift["inside"]["K"]
    rate = abs(to_unit(free.drift["inside"]["HCO3"], "mM/min"))
    said = f"HCO3 in 'inside' is held: {rate:.3g} mM/min of it are given together with {rate:.3g} mM/min of Na."
    assert said in with_Na.notes
    assert f"+{rate:.3g} mM/min of charge are booked" in " ".join(vrest.rest(held(BOOKED)).notes)


def test_there_is_no_donnan_equilibrium_where_something_is_given_for_ever():
    with pytest.raises(NoAnswerError, match="what holds HCO3 of 'inside' makes good for ever what flows"):
        vrest.donnan(held(WITH_NA))


# -- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fixed", "words"),
    [
        (["HCOO"], "does not list HCOO"),
        (["K", "Na", "Cl", "HCO3"], "every ion of 'inside' is held"),
        ({"HCO3": {"counter_ion": "Ca"}}, "is no charged ion that the compartment lists"),
        ({"HCO3": {"counter_ion": "Na"}, "Na": {}}, "is held itself"),
        ({"HCO3": {"counter": "Na"}}, "has no key 'counter'"),
        ("HCO3", "'fixed' of 'inside' lists ions"),
        ([], "lists ions, each once"),
        (["HCO3", "HCO3"], "lists ions, each once"),
        ([["HCO3"]], "lists ions, each once"),
    ],
)
def test_what_cannot_be_held(fixed, words):
    with pytest.raises(InputError) as refused:
        held(fixed)
    assert words in str(refused.value)


def test_a_bath_holds_everything_already():
    described = with_bicarbonate()
    described["compartments"]["outside"]["fixed"] = ["K"]
    with pytest.raises(InputError, match="'outside' is a bath: what it holds is kept already"):
        vrest.from_dict(described)


@pytest.mark.parametrize(
    "event",
    [
        {"at": "1 min", "set": {"inside.HCO3": "20 mM"}, "counter_ion": "K"},
        {"at": "1 min", "set": {"inside.K": "130 mM"}, "counter_ion": "HCO3"},
        {"from": "1 min", "to": "2 min", "voltage": "-60 mV", "into": "inside", "carrier": "HCO3"},
        {"from": "1 min", "to": "2 min", "dialyse": "inside"},
    ],
)
def test_no_protocol_changes_what_is_held(event):
    with pytest.raises(InputError, match="HCO3 of 'inside' is held by its description"):
        vrest.simulate(held(WITH_NA), {"protocol": "p", "until": "5 min", "events": [event]})


def test_what_is_held_cannot_make_up_the_whole_osmolarity():
    cell = held(BOOKED, water="instantaneous").replace({"inside.HCO3": "300 mM", "inside.K": "420 mM"})
    with pytest.raises(InputError, match="what is held in 'inside' makes up the osmolarity of 'outside' alone"):
        vrest.steady_state(cell)


def test_the_short_form_holds_too():
    ions = {
        "K": {"inside": "140 mM", "outside": "5 mM", "permeability": "1e-8 m/s"},
        "Cl": {"inside": "10 mM", "outside": "5 mM"},
    }
    cell = vrest.from_dict({"cell": "k", "temperature": "310 K", "fixed": ["Cl"], "ions": ions})
    assert cell.compartments["inside"].fixed == {"Cl": None}
    assert "fixed" in cell.to_yaml()
