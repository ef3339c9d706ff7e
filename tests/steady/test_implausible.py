"""States that no cell can have, cells whose contents are held, and traces that nothing buffers."""

import pytest

import cells
import vrest
from vrest.results.base import Unknown


def test_what_accumulates_without_a_way_out_is_named_and_nothing_is_certified():
    with pytest.raises(vrest.NoAnswerError) as error:
        vrest.steady_state(vrest.from_dict(cells.plant()))
    problem = error.value.problems[0]
    assert problem.message.startswith("no plausible steady state: NO3 accumulates in 'cytosol' because nothing lets it out")
    assert problem.expected == "a state with at most 5 M of an ion and 10 MPa on a wall"


def test_explain_says_the_same_in_its_column():
    found = vrest.explain_cell(vrest.from_dict(cells.plant()))
    assert isinstance(found.steady, Unknown)
    assert found.refused["steady"].startswith("no plausible steady state: NO3 accumulates in 'cytosol'")


def test_with_a_way_out_the_state_is_answered():
    found = vrest.steady_state(vrest.from_dict(cells.plant("1e-10 m/s")))
    assert found.point.inside["cytosol"]["NO3"] < 100
    assert 0.3e6 < found.point.pressure["pm"] < 2e6


def test_branches_hold_no_state_beyond_the_bounds():
    found = vrest.branches(vrest.from_dict(cells.plant("1e-10 m/s")), "pm.anion.permeability", "1e-20:1e-10 m/s:log")
    assert max(branch.c["cytosol"]["NO3"].max() for branch in found.branches) <= 5e3
    assert any(note.startswith("Curves end where the states are no cell's any more") for note in found.notes)
    with pytest.raises(vrest.NoAnswerError, match="NO3 accumulates in 'cytosol'"):
        vrest.branches(vrest.from_dict(cells.plant()), "soil.K", "0.5:2 mM")


def test_a_dialysed_cell_is_answered_with_its_potential():
    cell = vrest.from_dict(cells.dialysed())
    expected = (1.0 * 26.7266 * -3.332205 + 0.1 * 26.7266 * 3.332205) / 1.1  # conductances as weights of E(K) and E(Na)
    assert 1e3 * vrest.steady_state(cell).point.V_m["pm"] == pytest.approx(expected, abs=1e-2)
    (branch,) = vrest.branches(cell, "bath.K", "1:10 mM").branches
    assert branch.stable.all()
    assert branch.V["pm"][-1] > branch.V["pm"][0]
    assert not vrest.steady_state(cell).point.gap


OTHER_OSMOLARITY = {"ions": {"K": "100 mM", "Cl": "100 mM"}, "outside": {"K": "150 mM", "Cl": "150 mM"}}


def test_a_dialysed_cell_is_in_no_wall_and_its_concentrations_are_no_mechanism_s():
    cell = vrest.from_dict(cells.dialysed(**OTHER_OSMOLARITY, K=cells.ohmic("1 nS", "K"), pump=cells.pump("5 pA", "constant")))
    steady = vrest.steady_state(cell)
    assert steady.point.gap == {}
    assert steady.point.stability == "stable"
    assert "What 'inside' contains is held (role: held), not kept by mechanisms." in steady.notes
    assert steady.to_dict()["refused"]["pressure_MPa.pm"].startswith("what 'inside' contains is held, and its volume with it")
    for answer in (steady, vrest.explain_cell(cell), vrest.rest(cell)):
        assert not any("wall" in note or "mechanisms hold" in note for note in answer.notes)
    explained = vrest.explain_cell(cell)
    assert any(
        note.endswith("at once, by their own current, and nothing by gradients, which are held without them.")
        for note in explained.notes
    )
    (differ,) = [note for note in vrest.rest(cell).notes if "osmolarities differ" in note]
    assert differ.endswith("what 'inside' contains is held, and its volume with it.")


def test_a_trace_that_nothing_buffers_and_that_moves_far_is_noted():
    found = vrest.steady_state(vrest.from_dict(cells.plant("1e-10 m/s")))
    c = found.point.inside["cytosol"]["H"]
    noted = any(note.startswith("Free H of 'cytosol' moves far (pH 7.22 to") for note in found.notes)
    assert noted == (c < 6e-6 or c > 6e-4)
    assert noted
    run = vrest.simulate(vrest.from_dict(cells.plant("1e-10 m/s")), {"until": "1 h"})
    assert any(note.startswith("Free H of 'cytosol' moves far") for note in run.notes)


def test_no_trace_is_noted_where_it_stays():
    assert not any("moves far" in note for note in vrest.steady_state(vrest.load("beta-cell")).notes)


def test_an_ion_whose_leak_is_too_weak_is_not_said_to_have_none():
    out = {"kind": "formula", "stoichiometry": {"H": 1}, "rate": "1e-9 mol/(m^2 s)"}
    ways = cells.leaks() | {"pump": cells.pump(), "H_leak": cells.ghk("H", "1e-8 m/s"), "respiration": out}
    inside, outside = cells.INSIDE | {"H": "6e-5 mM"}, cells.bath(cells.OUTSIDE | {"H": "4e-5 mM"})
    cell = cells.cell_of(ways, cells.sphere(inside, impermeant=cells.neutral()), outside)
    with pytest.raises(
        vrest.NoAnswerError, match="because what moves it .H_leak and respiration. returns less of it than it takes"
    ):
        vrest.steady_state(cell)


def test_a_fixed_ion_is_no_mechanism_s():
    inside = cells.sphere(impermeant=cells.neutral(), fixed=["K"])
    cell = cells.cell_of({"K_leak": cells.ghk("K")}, inside)
    notes = vrest.steady_state(cell).notes
    assert "K of 'inside' is held (fixed), not kept by mechanisms." in notes
    assert "The described concentrations are what the described mechanisms hold elsewhere." in notes
