"""What mechanisms cannot change: the stoichiometry of fluxes, conserved totals, and the rates that keep them."""

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import vrest
from vrest.system.cell import CellSystem
from vrest.system.conservation import combined, conserved, stoichiometry, water_stoichiometry

sys.path.insert(0, str(Path(__file__).parent))
from whole_cells import seeds, size_of_rates, state_of, whole_of  # noqa: E402

few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def totals_of(whole):
    return conserved(combined(stoichiometry(whole), water_stoichiometry(whole)))


@few
@given(seed=seeds)
def test_no_rate_changes_a_conserved_total(seed):
    whole = whole_of(seed)
    L, _ = totals_of(whole)
    x, contents = state_of(whole, seed), slice(len(whole.layout.nodes), None)
    rates = np.array([float(r) for r in whole.rates(list(x), whole.numbers)])[contents]
    assert np.all(np.abs(L @ rates) <= 1e-13 * (np.abs(L) @ size_of_rates(whole, x)[contents]))


@few
@given(seed=seeds)
def test_totals_are_as_many_as_fluxes_leave_and_each_holds_one_amount_of_its_own(seed):
    whole = whole_of(seed)
    N = combined(stoichiometry(whole), water_stoichiometry(whole))
    L, dependent = conserved(N)
    assert np.abs(L @ N).max(initial=0.0) < 1e-12
    assert L.shape == (N.shape[0] - np.linalg.matrix_rank(N), N.shape[0])
    assert np.linalg.matrix_rank(L) == L.shape[0] if L.size else True
    assert L[:, dependent].tolist() == np.eye(len(dependent)).tolist()


@few
@given(seed=seeds)
def test_every_change_of_amounts_is_a_sum_of_the_columns(seed):
    whole = whole_of(seed)
    N = stoichiometry(whole)
    x = state_of(whole, seed)
    amounts = whole.layout.contents
    rates = np.array([float(r) for r in whole.rates(list(x), whole.numbers)])[amounts]
    gross = size_of_rates(whole, x)[amounts]
    if not N.size:
        assert np.all(rates == 0)
        return
    left = rates - N @ np.linalg.lstsq(N, rates, rcond=None)[0]
    assert np.all(np.abs(left) <= 1e-9 * gross.max(initial=0.0))


@pytest.mark.parametrize("name", [name for name in vrest.library_names() if name != "textbook-neuron"])
def test_in_the_library_no_rate_changes_a_conserved_total(name):
    whole = CellSystem(vrest.load(name))
    L, _ = totals_of(whole)
    x, contents = state_of(whole, 5), slice(len(whole.layout.nodes), None)
    rates = np.array([float(r) for r in whole.rates(list(x), whole.numbers)])[contents]
    assert np.all(np.abs(L @ rates) <= 1e-12 * (np.abs(L) @ np.abs(rates)) + 1e-30)


# -- by hand ----------------------------------------------------------------------------------------------------------


def cell(mechanisms, outside="bath", **more):
    ions = {"K": "100 mM", "Na": "20 mM", "Cl": "30 mM"}
    space = {"ions": ions, "impermeant": {"valence": -1, "amount": "neutral"}}
    spaces = {
        "bath": {"role": "bath", "ions": ions},
        "inside": {**space, "shape": {"sphere": {"diameter": "10 um"}}},
    }
    membranes = {"m": {"between": ["inside", outside], "capacitance": "1 uF/cm^2", "mechanisms": mechanisms, **more}}
    if outside == "cleft":
        spaces["cleft"] = {**space, "volume": "1 pL"}
        membranes["wall"] = {
            "between": ["cleft", "bath"],
            "area": "100 um^2",
            "capacitance": "1 uF/cm^2",
            "mechanisms": leaks("Cl"),
        }
    description = {"cell": "c", "temperature": "310 K", "compartments": spaces, "membranes": membranes}
    return CellSystem(vrest.from_dict(description))


def leaks(*ions, P="1e-9 m/s"):
    return {f"{ion}_leak": {"kind": "ghk", "ion": ion, "permeability": P} for ion in ions}


PUMP = {"pump": {"kind": "na_k_atpase", "law": "saturating", "max_current": "0.01 A/m^2", "K_Na": "10 mM", "K_K": "1 mM"}}


def test_a_leak_of_each_ion_keeps_nothing():
    L, dependent = totals_of(cell(leaks("K", "Na", "Cl")))
    assert (L.shape, dependent) == ((0, 3), [])


def test_an_ion_without_a_path_is_a_total_of_its_own():
    L, dependent = totals_of(cell(leaks("K", "Na")))
    assert L.tolist() == [[0.0, 0.0, 1.0]]
    assert dependent == [2]


def test_a_pump_alone_keeps_two_of_sodium_and_three_of_potassium():
    N = stoichiometry(cell(PUMP))
    assert N.ravel().tolist() == [2.0, -3.0, 0.0]
    L, _ = totals_of(cell(PUMP))
    assert np.abs(L @ N).max() == 0
    assert L.shape == (2, 3)


def test_coupled_transport_and_a_leak_of_one_of_its_ions_keep_nothing_of_either():
    kcc2 = {"kcc2": {"kind": "kcc2", "law": "affinity", "rate": "1e-9 mol/(m^2 s)"}}
    assert totals_of(cell({**kcc2, **leaks("Cl")}))[0].tolist() == [[0.0, 1.0, 0.0]]
    L, _ = totals_of(cell(kcc2))
    assert sorted(map(sorted, np.abs(L).tolist())) == [[0.0, 0.0, 1.0], [0.0, 1.0, 1.0]]


def test_a_closed_cleft_shares_its_totals_with_the_cell_in_it():
    whole = cell(leaks("K", "Na", "Cl"), outside="cleft")
    L, _ = totals_of(whole)
    shared = {tuple(whole.layout.amounts[k] for k in np.flatnonzero(row)) for row in L}
    assert shared == {(("inside", "K"), ("cleft", "K")), (("inside", "Na"), ("cleft", "Na"))}


def test_a_path_that_is_shut_carries_nothing_for_good():
    whole = cell({**leaks("K"), **leaks("Na", P="0 m/s")})
    assert stoichiometry(whole).shape == (3, 1)
    assert totals_of(whole)[0].tolist() == [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]


def test_a_shared_channel_moves_its_ions_one_by_one_and_a_ratio_of_zero_none():
    shared = {"g": {"kind": "ghk_shared", "permeability": "1e-9 m/s", "ratios": {"K": 1, "Na": 0.1, "Cl": 0}}}
    assert stoichiometry(cell(shared)).tolist() == [[-1.0, 0.0], [0.0, -1.0], [0.0, 0.0]]


def test_water_between_two_compartments_keeps_their_sum():
    flow = {"water": {"permeability": "1e-5 m/s"}, "area": "100 um^2"}
    whole = cell(leaks("K"), outside="cleft", **flow)
    assert whole.layout.volumes == ("inside", "cleft")
    assert water_stoichiometry(whole).ravel().tolist() == [1.0, -1.0]
    L, _ = totals_of(whole)
    assert np.array([0.0] * 6 + [1.0, 1.0]).tolist() in L.tolist()


def test_water_to_a_bath_keeps_nothing():
    whole = cell(leaks("K"), water={"permeability": "1e-5 m/s"})
    assert water_stoichiometry(whole).tolist() == [[1.0]]
    assert all(row[-1] == 0 for row in totals_of(whole)[0])
