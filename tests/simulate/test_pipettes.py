"""A pipette that dialyses a cell: what it holds, what it brings, what is left when it goes; and the ledger of a run."""

from pathlib import Path

import numpy as np
import pytest

import vrest
from vrest.constants import F

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "pump-leak-cell.yaml"
SOLUTION = {"K": "120 mM", "Na": "5 mM", "Cl": "20 mM"}


@pytest.fixture(scope="module")
def cell():
    return vrest.load(EXAMPLE)


def dialysed(**more):
    return {"from": "1 min", "to": "10 min", "dialyse": "inside", **more}


@pytest.fixture(scope="module")
def run(cell):
    return vrest.simulate(cell, {"until": "20 min", "events": [dialysed(solution=SOLUTION)]})


def during(run, values):
    return values[(run.time > 60) & (run.time < 600)]


def volume(cell):
    return cell.compartments["inside"].volume.si


def test_a_solution_is_there_at_once_and_stays_while_the_pipette_does(run):
    for ion, text in SOLUTION.items():
        np.testing.assert_allclose(during(run, run.c["inside"][ion]), float(text.split()[0]), rtol=1e-12)
    assert run.c["inside"]["Na"][-1] > 6


def test_a_dialysed_cell_comes_to_the_rest_of_its_solution(cell, run):
    held = vrest.rest(cell.replace({f"inside.{ion}": c for ion, c in SOLUTION.items()}))
    assert during(run, run.V["plasma"])[-1] == pytest.approx(held.V_m["plasma"], abs=1e-8)


def test_ions_that_a_solution_does_not_name_stay_as_they_are(cell):
    run = vrest.simulate(cell, {"until": "11 min", "events": [dialysed(solution={"K": "120 mM"})]})
    before = run.c["inside"]["Cl"][np.searchsorted(run.time, 60.0)]
    np.testing.assert_allclose(during(run, run.c["inside"]["Cl"]), before, rtol=1e-10)


def test_what_the_pipette_brought_and_the_bath_took_adds_up(cell, run):
    for ion in SOLUTION:
        held = [float(run.c["inside"][ion][k]) * volume(cell) for k in (0, -1)]
        received = sum(ions.get(ion, 0.0) for ions in run.ledger.values())
        assert held[1] + received == pytest.approx(held[0], rel=1e-11, abs=0)
    assert run.ledger["electrode.inside"]["Na"] > 6e-3 * volume(cell)
    assert run.to_dict()["received_mol"]["outside"]["K"] == run.ledger["outside"]["K"]


def test_the_impermeants_of_the_pipette_stay_when_it_goes(cell, run):
    """Ions and impermeants carry the charge of the membrane before, during and after; the impermeants changed with the solution."""
    charge = sum(z * float(run.c["inside"][ion][-1]) for ion, z in (("K", 1), ("Na", 1), ("Cl", -1))) * volume(cell)
    carried = 1e-2 * cell.membranes["plasma"].area.si * run.V["plasma"][-1] / F
    fixed = (charge - carried) / volume(cell)
    assert fixed == pytest.approx(105.0, abs=0.01)
    assert run.certificate.residuals["charge_fraction_of_70_mV"]["inside"] < 1e-9


def test_both_engines_agree_on_a_dialysed_cell(cell, run):
    other = vrest.simulate(cell, {"until": "20 min", "events": [dialysed(solution=SOLUTION)]}, engine="scipy")
    assert other.V["plasma"][-1] == pytest.approx(run.V["plasma"][-1], abs=1e-8)


def test_the_volume_of_a_dialysed_cell_stays(cell):
    description = cell.to_dict()
    description["membranes"]["plasma"]["water"] = {"permeability": "1e-4 m/s"}
    run = vrest.simulate(
        vrest.from_dict(description), {"until": "20 min", "start": "described", "events": [dialysed(solution=SOLUTION)]}
    )
    held = during(run, run.volume["inside"])
    np.testing.assert_allclose(held, held[0], rtol=1e-12)
    assert abs(run.volume["inside"][-1] / held[0] - 1) > 1e-3


def test_a_voltage_clamped_and_dialysed_cell_keeps_its_books(cell):
    clamp = {"from": "2 min", "to": "4 min", "voltage": "-20 mV", "into": "inside", "carrier": "K"}
    run = vrest.simulate(cell, {"until": "20 min", "events": [dialysed(solution=SOLUTION), clamp]})
    np.testing.assert_allclose(run.V["plasma"][(run.time > 120) & (run.time < 240)], -0.02, atol=1e-12)
    assert max(run.certificate.residuals["species_fraction"].values()) < 1e-12


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (dialysed(solution={"Kk": "120 mM"}), ("'inside' does not list Kk", "K, Na, Cl")),
        (dialysed(solution={"K": "120 mV"}), ("120 mV", "mM")),
        (dialysed(solution={"K": "-1 mM"}), ("-1 mM",)),
        (dialysed(solution={"K": ["1 mM"]}), ("'events[0].solution.K' is one number with its unit",)),
        (dialysed(solution="K"), ("'solution'", "{K: 140 mM, Na: 10 mM}")),
        (dialysed(solution={"K": "1 mM", "Cl": "20 mM"}), ("-7 mM of charge", "change the sign")),
        (
            {"from": "1 min", "voltage": "0 mV", "into": "inside", "carrier": "K", "solution": {"K": "1 mM"}},
            ("a solution belongs to a pipette that dialyses", "found voltage"),
        ),
    ],
)
def test_the_words_on_a_solution_that_cannot_be(cell, event, said):
    with pytest.raises(vrest.InputError) as caught:
        vrest.protocol_from({"until": "20 min", "events": [event]}, cell)
    assert all(words in str(caught.value) for words in said), str(caught.value)


def test_no_pipette_holds_what_follows_the_bath_at_once():
    with pytest.raises(vrest.InputError, match="its water follows the bath at once through 'plasma'"):
        vrest.protocol_from({"until": "20 min", "events": [dialysed()]}, vrest.load("kay2017"))
