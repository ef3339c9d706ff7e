"""Current-voltage curves: signs, roots, zeros, and forms for cells given per area, as a whole or as ratios."""

from __future__ import annotations

import numpy as np
import pytest

import cells
import vrest

K, NA, CL = cells.ghk("K"), cells.ghk("Na"), cells.ghk("Cl", "1e-8 m/s")
PUMP = cells.pump("0.01 A/m^2", "constant")


def cell(mechanisms, shape=True):
    inside = cells.sphere() if shape else {"ions": cells.INSIDE}
    membrane = {"between": ["inside", "outside"], "mechanisms": mechanisms}
    return vrest.from_dict(cells.described({"outside": cells.bath(), "inside": inside}, {"m": membrane}))


def curve(mechanisms, V=None, **more):
    return vrest.iv(cell(mechanisms, **more), V).membranes["m"]


@pytest.mark.parametrize(("mechanism", "ion"), [(K, "K"), (CL, "Cl"), (NA, "Na")])
def test_the_current_of_one_ion_is_zero_at_its_nernst_potential(mechanism, ion):
    one = curve({"x": mechanism})
    ((V, stable),) = one.roots
    assert pytest.approx(one.E[ion], abs=1e-14) == V
    assert stable
    at = curve({"x": mechanism}, np.array([V - 1e-3, V, V + 1e-3])).total
    assert at[0] < 0 < at[2]
    assert abs(at[1]) < 1e-12 * at[2]


def test_outward_current_is_positive_and_a_leak_is_outward_above_its_reversal():
    one = curve({"K": K, "Cl": CL})
    for word, ion in (("K", "K"), ("Cl", "Cl")):
        above = one.E[ion] + 1e-6 < one.V
        assert np.all(one.currents[word][above] > 0)
        assert np.all(one.currents[word][one.E[ion] - 1e-6 > one.V] < 0)


def test_a_pump_that_moves_one_charge_out_is_outward_at_every_potential():
    one = curve({"K": K, "pump": PUMP})
    assert one.density(one.currents["pump"]) == pytest.approx(0.01, rel=1e-12)


def test_the_total_is_the_sum_of_the_mechanisms():
    one = curve({"K": K, "Cl": CL, "Na": NA})
    assert one.total == pytest.approx(sum(one.currents.values()), rel=1e-12, abs=1e-30)


def test_the_currents_are_those_of_the_law():
    V = np.linspace(-0.12, 0.06, 19)
    one = curve({"K": K}, V)
    assert one.density(one.total) == pytest.approx(vrest.ghk_current_density(V, 1e-8, 1, 140.0, 5.0, 310.0), rel=1e-12)


def test_the_roots_are_those_of_rest():
    muscle = vrest.load("mammalian-muscle").replace({"outside.K": "1.8 mM", "plasma.Cl_leak.permeability": "0"})
    roots = vrest.iv(muscle).membranes["plasma"].roots
    assert roots == tuple((root.V_m["plasma"], root.stable) for root in vrest.rest(muscle).roots)
    assert [stable for _, stable in roots] == [True, False, True]


def test_the_default_range_holds_the_roots_and_the_reversal_potentials():
    one = curve({"K": K, "Na": NA})
    inside = [*one.E.values(), *(V for V, _ in one.roots)]
    assert one.V[0] < min(inside) - 0.05
    assert one.V[-1] > max(one.E["K"], one.E["Na"]) + 0.05
    assert one.V.size == 401


def test_ratios_give_relative_currents_only():
    answer = vrest.iv(vrest.load("textbook-neuron"), np.array([-0.1, 0.0])).to_dict()["membranes"]["membrane"]
    assert answer["total_pA"] is answer["total_uA_per_cm2"] is None
    assert answer["current_relative"]["K_leak"][0] < 0 < answer["current_relative"]["K_leak"][1]
    assert answer["total_relative"] == pytest.approx(np.sum(list(answer["current_relative"].values()), axis=0).tolist())


def test_without_an_area_there_are_densities_only():
    answer = vrest.iv(cell({"K": K}, shape=False), np.array([-0.1, 0.0])).to_dict()
    one = answer["membranes"]["m"]
    assert one["total_pA"] is None
    assert one["total_uA_per_cm2"][0] < 0
    assert "area" in answer["refused"]["membranes.m.total_pA"]


def test_a_pump_alone_has_a_curve_and_a_note_that_it_has_no_rest():
    answer = vrest.iv(cell({"pump": PUMP}))
    assert answer.membranes["m"].roots == ()
    assert any("no resting potential" in note for note in answer.notes)


def test_a_loop_says_that_its_membranes_are_not_at_rest_one_by_one():
    answer = vrest.iv(vrest.load("proximal-tubule"))
    assert set(answer.membranes) == {"apical", "basolateral", "paracellular"}
    assert any("form a loop" in note for note in answer.notes)


@pytest.mark.parametrize("V", [[], [np.nan], [0.0, np.inf], [[0.0]], 0.0])
def test_potentials_that_are_no_finite_numbers_are_refused(V):
    with pytest.raises(vrest.InputError, match="V is a list of membrane potentials"):
        vrest.iv(cell({"K": K}), np.array(V, dtype=float))


def test_a_formula_that_overflows_on_the_grid_has_no_answer():
    broken = K | {"factor": "1/(V + 50 mV)*(1 mV)*where(V > -50 mV, 1, -1)"}
    with pytest.raises(vrest.NoAnswerError, match=r"factor of 'm.x' is not a finite number at V = -50 mV"):
        vrest.iv(cell({"K": K, "x": broken}), np.array([-0.05]))


def test_nothing_that_conducts_is_the_input_at_fault():
    with pytest.raises(vrest.InputError, match="nothing conducts"):
        vrest.iv(cell({"K": K | {"permeability": "0 m/s"}}))


def test_what_is_not_said_of_relative_currents_is_a_reason():
    refused = vrest.iv(vrest.load("squid-axon")).refused
    why = "currents as multiples of each other are given only where pA and uA/cm^2 cannot be"
    assert [refused[f"membranes.plasma.{key}_relative"] for key in ("current", "total")] == [why, why]
