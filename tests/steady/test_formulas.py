"""Steady states that the user's own rates hold."""

from __future__ import annotations

import pytest

import cells
import vrest

IONS = {"K": "128 mM", "Na": "25 mM", "Cl": "10 mM"}


def space(volume, ions):
    return {"volume": volume, "ions": ions, "impermeant": cells.neutral()}


def neuron_and_glia():
    """A neuron, a glial cell and what is between them; the glia takes K and Cl up at a rate that knows K outside alone."""
    sigmoid = {"law": "sigmoid", "Na_half": "25 mM", "Na_slope": "3 mM", "K_half": "5.5 mM", "K_slope": "1 mM"}
    neuron = {
        "Na_leak": cells.ohmic("0.2 nS", "Na"),
        "K_leak": cells.ohmic("0.5 nS", "K"),
        "Cl_leak": cells.ohmic("0.5 nS", "Cl"),
        "pump": {"kind": "na_k_atpase", "max_current": "62 pA", **sigmoid},
    }
    uptake = {
        "kind": "formula",
        "stoichiometry": {"K": 1, "Cl": 1},
        "rate": "release - uptake/(1 + exp((5.5 mM - K_out)/(2.5 mM)))",
        "parameters": {"release": "6.2e-4 fmol/ms", "uptake": "1.75e-3 fmol/ms"},
    }
    spaces = {
        "ecs": space("0.72 pL", {"K": "4.5 mM", "Na": "126 mM", "Cl": "124 mM"}),
        "neuron": space("2.16 pL", IONS),
        "glia": space("2.16 pL", IONS),
    }
    membranes = {
        "plasma": cells.membrane(neuron, "neuron", "ecs", capacitance="10 pF"),
        "glial": cells.membrane({"K": cells.ohmic("1 pS", "K"), "uptake": uptake}, "glia", "ecs", capacitance="10 pF"),
    }
    return vrest.from_dict(cells.described(spaces, membranes))


def test_a_rate_that_does_not_know_its_own_ion_holds_a_state():
    state = vrest.steady_state(neuron_and_glia())
    assert 1e3 * state.point.V_m["plasma"] == pytest.approx(-64.39, abs=0.01)
    run = vrest.simulate(neuron_and_glia(), until="6 h")
    assert run.V["plasma"][-1] == pytest.approx(state.point.V_m["plasma"], abs=1e-6)
    assert run.V["glial"][-1] == pytest.approx(state.point.V_m["glial"], abs=1e-5)


def test_where_a_formula_pumps_it_is_no_donnan_equilibrium():
    uphill = {"kind": "formula", "stoichiometry": {"Na": 1}, "rate": "a*Na_in", "parameters": {"a": "1e-9 m/s"}}
    pumping = cells.cell_of(cells.leaks() | {"out": uphill}, cells.sphere(impermeant=cells.neutral()), name="plasma")
    assert not vrest.steady_state(pumping).donnan
    passive = cells.cell_of(cells.leaks(), cells.sphere(impermeant=cells.neutral()), name="plasma")
    assert vrest.steady_state(passive).donnan
    off = pumping.replace({"plasma.out.active": "0"})
    assert vrest.steady_state(off).donnan


def test_rest_names_a_path_that_carries_an_ion_uphill():
    leak = cells.ohmic("1 nS", reversal="0 mV", carries={"Na": 0.4, "K": 0.6})
    ways = {"K": cells.ohmic("0.5 nS", "K"), "leak": leak}
    one = cells.cell_of(ways, cells.sphere(impermeant=cells.neutral()), name="plasma")
    (note,) = [note for note in vrest.rest(one).notes if "no passive path can" in note]
    assert note.startswith("'plasma.leak' carries K in against ")
    assert "`kind: ghk_shared`" in note
    shared = cells.cell_of(cells.leaks(), cells.sphere(impermeant=cells.neutral()), name="plasma")
    assert not [note for note in vrest.rest(shared).notes if "no passive path can" in note]
