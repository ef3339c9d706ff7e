"""Exchanges: closed forms, conserved amounts, steady states against roots and long integrations, and what the answers say of them."""

import numpy as np
import pytest
from scipy.optimize import brentq

import cells
import exchanging
import vrest
from vrest.constants import F
from vrest.engines.integrator import Cvodes
from vrest.engines.settings import Settings
from vrest.results.base import Unknown, known
from vrest.system.cell import CellSystem
from vrest.system.clamps import Dynamics

D, VOLUME, START, BATH_K = 0.25, 1e-15, 20.0, 4.0


def expected(t):
    return BATH_K + (START - BATH_K) * np.exp(-D * t)


# -- closed forms ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["cvodes", "scipy"])
def test_bath_diffusion_relaxes_exponentially_with_its_rate(engine):
    run = vrest.simulate(exchanging.dish(), until="30 s", engine=engine)
    np.testing.assert_allclose(run.c["store"]["K"], expected(run.time), rtol=1e-6)
    np.testing.assert_allclose(run.c["store"]["Cl"], expected(run.time), rtol=1e-6)
    np.testing.assert_allclose(
        run.exchanges["store"]["leak"]["K"],
        D * VOLUME * (expected(run.time) - BATH_K),
        rtol=1e-6,
        atol=1e-6 * D * VOLUME * START,
    )
    assert run.certificate.mass_error < 1e-12


@pytest.mark.parametrize(("partner", "place"), [("well", "well"), (None, "reservoir.store.leak")])
def test_the_ledger_holds_what_was_exchanged(partner, place):
    rate = "D*(c_in - c_out)" if partner else f"D*(c_in - {BATH_K} mM)"
    whole = CellSystem(exchanging.dish(rate, partner))
    dynamics = Dynamics(whole)
    numbers = whole.with_description(whole.numbers)
    z = np.array([float(v) for v in dynamics.reduced(whole.states.initial(numbers))])
    integrator = Cvodes(dynamics.rates, dynamics.size, dynamics.names, settings=Settings(rtol=1e-10))
    piece = integrator.run(z, np.maximum(np.abs(z), 1e-17), numbers, 0.0, 7.0, {})
    assert piece.failure is None
    for ion in ("K", "Cl"):
        counted = dynamics.counted(piece.states[:, -1])
        assert counted[place, ion] == pytest.approx(VOLUME * (START - expected(7.0)), rel=1e-8, abs=0)
    before, after = dynamics.totals(z, numbers), dynamics.totals(piece.states[:, -1], numbers)
    for ion, total in before.items():
        assert after[ion] == pytest.approx(total, rel=1e-14, abs=0)


def test_a_rate_for_the_whole_compartment_is_that_per_volume_times_its_water():
    per_volume, whole = exchanging.dish("D*c_in"), exchanging.dish("D*c_in*(1 pL)")
    a, b = (vrest.rest(cell).exchanges["store"]["leak"].fluxes for cell in (per_volume, whole))
    assert a["K"] == pytest.approx(D * START * VOLUME, rel=1e-14, abs=0)
    assert a == pytest.approx(b, rel=1e-14, abs=0)


def test_factor_and_q10_multiply_the_rate():
    plain, scaled = exchanging.dish(), exchanging.dish(factor="min(c_in/(40 mM), 1)", q10={"ratio": "3", "reference": "300 K"})
    a, b = (vrest.rest(cell).exchanges["store"]["leak"].fluxes["K"] for cell in (plain, scaled))
    assert b == pytest.approx(a * (START / 40) * 3, rel=1e-13, abs=0)


@pytest.mark.parametrize(("counter", "ratio"), [("Cl", 1.0), ("Na", -1.0), ("Ca", -0.5)])
def test_the_counter_ion_leaves_no_charge_moved(counter, ratio):
    spaces = {"store": {"volume": "1 pL", "ions": {"K": "20 mM", counter: "10 mM"}}}
    way = {"kind": "exchange", "ion": "K", "counter_ion": counter, "rate": "D*c_in", "parameters": {"D": "0.01 1/s"}}
    spaces["store"]["mechanisms"] = {"leak": way}
    fluxes = vrest.rest(vrest.from_dict(exchanging.neuron(more=spaces))).exchanges["store"]["leak"].fluxes
    assert fluxes[counter] / fluxes["K"] == ratio


def test_the_time_stands_in_a_rate():
    run = vrest.simulate(exchanging.dish("D*c_in*t/(1 s)", None), until="4 s")
    np.testing.assert_allclose(run.c["store"]["K"], START * np.exp(-D * run.time**2 / 2), rtol=1e-6)


# -- a finite buffer ------------------------------------------------------------------------------------------------


def test_a_finite_buffer_conserves_what_it_exchanges():
    spaces = {"store": {"volume": "1 pL", "ions": {"K": "10 mM", "Cl": "10 mM"}}}
    cell = vrest.from_dict(exchanging.neuron({"glia": exchanging.GLIA}, spaces))
    run = vrest.simulate(cell, until="1000 s")
    volumes = {"ecs": 0.72, "store": 1.0, "inside": 2.16}
    for ion in ("K", "Cl"):
        total = sum(volumes[name] * ions[ion] for name, ions in run.c.items() if ion in ions)
        np.testing.assert_allclose(total, total[0], rtol=1e-13)
    store = run.c["store"]["K"] - run.c["store"]["Cl"]
    assert np.abs(store).max() < 1e-12 * 10
    assert run.certificate.mass_error < 1e-12
    assert run.certificate.charge_error < 1e-9


def test_its_steady_state_is_the_root_of_its_formula():
    spaces = {
        "a": {"volume": "1 pL", "ions": {"K": "30 mM", "Cl": "30 mM"}},
        "b": {"volume": "0.5 pL", "ions": {"K": "2 mM", "Cl": "2 mM"}},
    }
    spaces["a"]["mechanisms"] = {"glia": exchanging.GLIA | {"with": "b"}}
    steady = vrest.steady_state(vrest.from_dict(exchanging.neuron(more=spaces)))
    total = 30 + 0.5 * 2
    root = brentq(lambda c: c * (50 - (total - c) / 0.5) / 10 - (total - c) / 0.5, 1e-9, total, xtol=1e-14)
    assert steady.point.inside["a"]["K"] == pytest.approx(root, rel=1e-12)
    assert steady.point.inside["b"]["K"] == pytest.approx((total - root) / 0.5, rel=1e-12)
    assert steady.point.inside["b"]["Cl"] == pytest.approx((total - root) / 0.5, rel=1e-12)


# -- whole cells ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_a_steady_state_is_where_a_long_integration_ends(seed):
    cell = exchanging.described(seed)
    steady = vrest.steady_state(cell)
    assert steady.point.stable
    until = max(1e5, 60 * steady.slowest_time_constant)
    run = vrest.simulate(cell, {"until": f"{until:.0f} s", "start": "described"}, rtol=1e-10)
    assert run.V["plasma"][-1] == pytest.approx(steady.point.V_m["plasma"], abs=1e-8)
    for space, ions in steady.point.inside.items():
        for ion, c in ions.items():
            assert run.c[space][ion][-1] == pytest.approx(c, rel=1e-6)
    assert run.certificate.mass_error < 1e-12
    assert run.certificate.charge_error < 1e-9


def test_with_a_bath_around_it_the_space_holds_the_bath_s_composition():
    steady = vrest.steady_state(vrest.from_dict(exchanging.in_a_bath()))
    ecs = steady.point.inside["ecs"]
    assert ecs["K"] == pytest.approx(4.0, rel=1e-9)
    assert ecs["Na"] == pytest.approx(125.0, rel=1e-9)
    on_the_membrane = (
        1e-2 * 922e-12 * steady.point.V_m["plasma"] / F
    )  # its outer side holds the opposite of the inner one's charge
    assert ecs["Cl"] == pytest.approx(123.0 + on_the_membrane / 0.72e-15, rel=1e-9)
    store = steady.point.inside["store"]["K"]
    assert store == pytest.approx(4 * 50 / (10 + 4), rel=1e-9)


def test_an_exchange_with_a_node_keeps_its_charge():
    bath = {"role": "bath", "ions": {"K": "4 mM", "Na": "145 mM", "Cl": "123 mM"}}
    spaces = {"outside": bath, "inside": {"volume": "2 pL", "ions": {"K": "140 mM", "Na": "10 mM", "Cl": "8 mM"}}}
    spaces["inside"] |= {"impermeant": {"valence": -1, "amount": "neutral"}}
    spaces["inside"]["mechanisms"] = {
        "uptake": {
            "kind": "exchange",
            "ion": "K",
            "counter_ion": "Cl",
            "rate": "k*(K_in - 120 mM)",
            "parameters": {"k": "1e-3 1/s"},
        },
        "swap": {"kind": "exchange", "ion": "Na", "counter_ion": "K", "with": "outside", "rate": "1e-4*c_in/(1 s)"},
    }
    membrane = cells.membrane(cells.leaks("K", Na="1e-10 m/s"), area="700 um^2")
    cell = vrest.from_dict(cells.described(spaces, {"plasma": membrane}))
    steady = vrest.steady_state(cell)
    run = vrest.simulate(cell, until="1e6 s", rtol=1e-10)
    assert run.certificate.charge_error < 1e-9
    assert run.certificate.mass_error < 1e-12
    assert run.V["plasma"][-1] == pytest.approx(steady.point.V_m["plasma"], abs=1e-8)


def test_the_drift_at_rest_counts_the_exchange():
    cell = vrest.from_dict(exchanging.in_a_bath())
    with_exchange = vrest.rest(cell)
    without = vrest.rest(vrest.from_dict(exchanging.neuron()))
    flux = sum(one.fluxes.get("K", 0.0) for one in with_exchange.exchanges["ecs"].values())
    change = with_exchange.drift["ecs"]["K"] - without.drift["ecs"]["K"]
    assert change == pytest.approx(-flux / 0.72e-15, rel=1e-9)
    assert with_exchange.drift["store"]["K"] == pytest.approx(
        with_exchange.exchanges["ecs"]["glia"].fluxes["K"] / 1e-15, rel=1e-12
    )
    assert with_exchange.V_m == pytest.approx(without.V_m, abs=1e-14)


def test_what_exchanges_take_from_gradients_is_no_longer_stored():
    cell = vrest.from_dict(exchanging.in_a_bath())
    steady = vrest.steady_state(cell)
    assert abs(steady.energy.stored) < 1e-9 * steady.energy.work_on_ions
    with_reservoir = vrest.from_dict(
        exchanging.neuron({"loss": {**exchanging.GLIA, "rate": "k*(K_in - B)"} | {"with": "bath"}}, {"bath": {"role": "bath"}})
    )
    rest = vrest.rest(with_reservoir)
    assert not known(rest.energy.stored)
    assert "reservoir" in rest.refused["stored_W"]


def test_an_exchange_that_drains_leaves_no_steady_state_and_says_so():
    spaces = {"store": {"volume": "1 pL", "ions": {"K": "20 mM", "Cl": "20 mM"}}}
    way = {"kind": "exchange", "ion": "K", "counter_ion": "Cl", "rate": "k", "parameters": {"k": "0.01 mM/s"}}
    spaces["store"]["mechanisms"] = {"drain": way}
    cell = vrest.from_dict(exchanging.neuron(more=spaces))
    with pytest.raises(vrest.NoAnswerError, match=r"of 'store' is exhausted after .*, because 'store.drain' takes it away"):
        vrest.steady_state(cell)
    run = vrest.simulate(cell, until="1 h")
    assert run.ended == "exhausted"
    assert run.time[-1] == pytest.approx(2000, rel=1e-4)


@pytest.mark.parametrize("path", ["ecs.potassium.D", "ecs.glia.k"])
def test_an_exchange_that_stands_still_conserves_what_it_would_move(path):
    cell = vrest.from_dict(exchanging.in_a_bath()).replace({path: "0"})
    steady = vrest.steady_state(cell)
    run = vrest.simulate(cell, {"until": "2e5 s", "start": "described"}, rtol=1e-10)
    assert run.V["plasma"][-1] == pytest.approx(steady.point.V_m["plasma"], abs=1e-8)
    assert run.c["store"]["K"][-1] == pytest.approx(steady.point.inside["store"]["K"], rel=1e-6)


def test_a_closed_space_outside_bears_the_charge_that_the_cell_lends_at_rest():
    """So that the whole stays neutral, and leads where the description leads."""
    cell = vrest.from_dict(exchanging.neuron({}))
    ends = [vrest.simulate(cell, {"until": "2e5 s", "start": start}).V["plasma"][-1] for start in ("described", "rest")]
    assert ends[0] == pytest.approx(ends[1], abs=1e-9)
    assert ends[0] == pytest.approx(vrest.steady_state(cell).point.V_m["plasma"], abs=1e-8)


def test_a_state_beside_many_others_is_not_said_to_be_where_the_cell_goes():
    """Nothing moves K below 4 mM, so its total there is whatever it was, and no root stands out."""
    way = {
        "kind": "exchange",
        "ion": "K",
        "counter_ion": "Cl",
        "rate": "D*max(c_in - 4 mM, 0 mM)",
        "parameters": {"D": "0.1 1/s"},
    }
    described = {"ions": {"K": "2 mM", "Na": "126 mM", "Cl": "122 mM"}}
    cell = vrest.from_dict(exchanging.neuron({"loss": way}, ecs=described))
    steady = vrest.steady_state(cell)
    run = vrest.simulate(cell, {"until": "1e5 s", "start": "described"})
    assert isinstance(steady.point.stable, Unknown)
    comes = f"From its description the cell does not come here: it comes to rest at {1e3 * run.V['plasma'][-1]:.3f} mV"
    there = abs(run.V["plasma"][-1] - steady.point.V_m["plasma"]) < 1e-5
    assert any(note.startswith("From the described composition") for note in steady.notes) == there
    assert any(note.startswith(comes) for note in steady.notes) != there


def test_a_rate_that_changes_with_time_is_taken_at_its_begin_and_that_is_said():
    way = {
        "kind": "exchange",
        "ion": "K",
        "counter_ion": "Cl",
        "rate": "D*(c_in - 4 mM)*exp(-t/(5 s))",
        "parameters": {"D": "0.1 1/s"},
    }
    steady = vrest.steady_state(vrest.from_dict(exchanging.neuron({"loss": way})))
    assert "The time stands in ecs.loss; this is the steady state with t = 0." in steady.notes


def test_what_grows_beyond_any_solution_is_noted():
    way = {"kind": "exchange", "ion": "K", "counter_ion": "Cl", "rate": "-D*c_in", "parameters": {"D": "0.1 1/s"}}
    run = vrest.simulate(vrest.from_dict(exchanging.neuron({"gain": way})), {"until": "200 s", "start": "described"})
    assert any(note.startswith("K in 'ecs' reaches 1.31e+06 M, more than water holds") for note in run.notes)
