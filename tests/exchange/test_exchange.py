"""Exchanges: closed forms, conserved amounts, steady states against roots and long integrations, and what the answers say of them."""

import json

import numpy as np
import pytest
from scipy.optimize import brentq

import vrest
from vrest.constants import F
from vrest.engines.integrator import Cvodes
from vrest.system.dynamics import Dynamics
from vrest.system.whole import WholeCell

BATH = {"role": "bath", "ions": {"K": "4 mM", "Na": "125 mM", "Cl": "123 mM"}, "impermeant": {"valence": -1, "amount": "neutral"}}
DIFFUSION = {"kind": "exchange", "counter_ion": "Cl", "with": "bath", "rate": "D*(c_in - c_out)", "parameters": {"D": "0.25 1/s"}}
GLIA = {
    "kind": "exchange",
    "ion": "K",
    "counter_ion": "Cl",
    "with": "store",
    "rate": "k*(K_in*(B - K_out)/K_h - K_out)",
    "parameters": {"k": "0.05 1/s", "B": "50 mM", "K_h": "10 mM"},
}
MECHANISMS = {
    "K_leak": {"kind": "ghk", "ion": "K", "permeability": "1e-9 m/s"},
    "Na_leak": {"kind": "ghk", "ion": "Na", "permeability": "4e-11 m/s"},
    "Cl_leak": {"kind": "ghk", "ion": "Cl", "permeability": "4e-10 m/s"},
    "pump": {"kind": "na_k_atpase", "law": "saturating", "max_current": "0.02 A/m^2", "K_Na": "10 mM", "K_K": "1.5 mM"},
}


def neuron(exchanges=None, more=None, ecs=None, membrane=None):
    """A neuron in a finite space around it; `exchanges` of that space, `more` compartments."""
    around = {
        "volume": "0.72 pL",
        "ions": {"K": "4 mM", "Na": "125 mM", "Cl": "123 mM"},
        "impermeant": {"valence": -1, "amount": "neutral"},
    }
    around |= {"mechanisms": exchanges} if exchanges else {}
    return {
        "cell": "neuron",
        "temperature": "310 K",
        "compartments": {
            **(more or {}),
            "ecs": around | (ecs or {}),
            "inside": {
                "volume": "2.16 pL",
                "ions": {"K": "130 mM", "Na": "15 mM", "Cl": "10 mM"},
                "impermeant": {"valence": -1, "amount": "neutral"},
            },
        },
        "membranes": {
            "plasma": {
                "between": ["inside", "ecs"],
                "capacitance": "1 uF/cm^2",
                "area": "922 um^2",
                "mechanisms": MECHANISMS,
                **(membrane or {}),
            }
        },
    }


def in_a_bath(**numbers):
    """The neuron whose space exchanges K and Na with a bath and K with a store."""
    potassium = DIFFUSION | {"ion": "K"}
    sodium = DIFFUSION | {"ion": "Na"}
    more = {"bath": BATH, "store": {"volume": "1 pL", "ions": {"K": "10 mM", "Cl": "10 mM"}}}
    return neuron({"potassium": potassium, "sodium": sodium, "glia": GLIA}, more, **numbers)


D, VOLUME, START, BATH_K = 0.25, 1e-15, 20.0, 4.0


def dish(rate="D*(c_in - c_out)", partner="well", **more):
    """A neuron, and apart from it a store that exchanges K with a well that nothing else touches."""
    way = {"kind": "exchange", "ion": "K", "counter_ion": "Cl", "rate": rate, "parameters": {"D": f"{D} 1/s"}} | more
    way |= {"with": partner} if partner else {}
    spaces = {"well": BATH} if partner else {}
    spaces["store"] = {"volume": "1 pL", "ions": {"K": f"{START} mM", "Cl": f"{START} mM"}, "mechanisms": {"leak": way}}
    return vrest.from_dict(neuron(more=spaces))


def expected(t):
    return BATH_K + (START - BATH_K) * np.exp(-D * t)


# -- closed forms ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["cvodes", "scipy"])
def test_bath_diffusion_relaxes_exponentially_with_its_rate(engine):
    run = vrest.simulate(dish(), until="30 s", engine=engine)
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
    whole = WholeCell(dish(rate, partner))
    dynamics = Dynamics(whole)
    numbers = {**whole.numbers, "time": 0.0}
    x = [0.0] * len(whole.layout.nodes) + whole.described()
    z = np.array([float(v) for v in dynamics.reduced(x)])
    integrator = Cvodes(dynamics.rates, dynamics.size, dynamics.names, (), rtol=1e-10)
    piece = integrator.run(z, np.maximum(np.abs(z), 1e-17), numbers, 0.0, 7.0, {})
    assert piece.failure is None
    for ion in ("K", "Cl"):
        counted = piece.states[len(dynamics.kept) + dynamics.ledger.index((place, ion)), -1]
        assert counted == pytest.approx(VOLUME * (START - expected(7.0)), rel=1e-8)
    before, after = dynamics.totals(z, numbers), dynamics.totals(piece.states[:, -1], numbers)
    for ion, total in before.items():
        assert after[ion] == pytest.approx(total, rel=1e-14)


def test_a_rate_for_the_whole_compartment_is_that_per_volume_times_its_water():
    per_volume, whole = dish("D*c_in"), dish("D*c_in*(1 pL)")
    a, b = (vrest.rest(cell).exchanges["store"]["leak"].fluxes for cell in (per_volume, whole))
    assert a["K"] == pytest.approx(D * START * VOLUME, rel=1e-14)
    assert a == pytest.approx(b, rel=1e-14)


def test_factor_and_q10_multiply_the_rate():
    plain, scaled = dish(), dish(factor="min(c_in/(40 mM), 1)", q10={"ratio": "3", "reference": "300 K"})
    a, b = (vrest.rest(cell).exchanges["store"]["leak"].fluxes["K"] for cell in (plain, scaled))
    assert b == pytest.approx(a * (START / 40) * 3, rel=1e-13)


@pytest.mark.parametrize(("counter", "ratio"), [("Cl", 1.0), ("Na", -1.0), ("Ca", -0.5)])
def test_the_counter_ion_leaves_no_charge_moved(counter, ratio):
    spaces = {"store": {"volume": "1 pL", "ions": {"K": "20 mM", counter: "10 mM"}}}
    way = {"kind": "exchange", "ion": "K", "counter_ion": counter, "rate": "D*c_in", "parameters": {"D": "0.01 1/s"}}
    spaces["store"]["mechanisms"] = {"leak": way}
    fluxes = vrest.rest(vrest.from_dict(neuron(more=spaces))).exchanges["store"]["leak"].fluxes
    assert fluxes[counter] / fluxes["K"] == ratio


def test_the_time_stands_in_a_rate():
    run = vrest.simulate(dish("D*c_in*t/(1 s)", None), until="4 s")
    np.testing.assert_allclose(run.c["store"]["K"], START * np.exp(-D * run.time**2 / 2), rtol=1e-6)


# -- a finite buffer ------------------------------------------------------------------------------------------------


def test_a_finite_buffer_conserves_what_it_exchanges():
    spaces = {"store": {"volume": "1 pL", "ions": {"K": "10 mM", "Cl": "10 mM"}}}
    cell = vrest.from_dict(neuron({"glia": GLIA}, spaces))
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
    spaces["a"]["mechanisms"] = {"glia": GLIA | {"with": "b"}}
    steady = vrest.steady_state(vrest.from_dict(neuron(more=spaces)))
    total = 30 + 0.5 * 2
    root = brentq(lambda c: c * (50 - (total - c) / 0.5) / 10 - (total - c) / 0.5, 1e-9, total, xtol=1e-14)
    assert steady.point.inside["a"]["K"] == pytest.approx(root, rel=1e-12)
    assert steady.point.inside["b"]["K"] == pytest.approx((total - root) / 0.5, rel=1e-12)
    assert steady.point.inside["b"]["Cl"] == pytest.approx((total - root) / 0.5, rel=1e-12)


# -- whole cells ----------------------------------------------------------------------------------------------------


def described(seed):
    """A neuron in a bath with numbers drawn at random; the first as it stands."""
    cell = vrest.from_dict(in_a_bath(membrane={"water": {"permeability": "1e-5 m/s"}} if seed == 3 else None))
    if seed == 0:
        return cell
    draw = np.random.default_rng(seed)
    size = lambda path, decades: f"{cell.settable[path].si * 10 ** draw.uniform(-decades, decades)!r}"  # noqa: E731
    return cell.replace(
        {
            "ecs.potassium.D": size("ecs.potassium.D", 2) + " 1/s",
            "ecs.sodium.D": size("ecs.sodium.D", 2) + " 1/s",
            "ecs.glia.k": size("ecs.glia.k", 1) + " 1/s",
            "store.K": f"{(c := draw.uniform(1, 40))!r} mM",
            "store.Cl": f"{c!r} mM",
            "bath.K": f"{draw.uniform(2, 8)!r} mM",
            "plasma.pump.max_current": size("plasma.pump.max_current", 0.3) + " A/m^2",
        }
    )


@pytest.mark.parametrize("seed", range(5))
def test_a_steady_state_is_where_a_long_integration_ends(seed):
    cell = described(seed)
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
    steady = vrest.steady_state(vrest.from_dict(in_a_bath()))
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
    ways = {
        "K_leak": {"kind": "ghk", "ion": "K", "permeability": "1e-8 m/s"},
        "Na_leak": {"kind": "ghk", "ion": "Na", "permeability": "1e-10 m/s"},
    }
    membrane = {"between": ["inside", "outside"], "capacitance": "1 uF/cm^2", "area": "700 um^2", "mechanisms": ways}
    cell = vrest.from_dict({"cell": "node", "temperature": "310 K", "compartments": spaces, "membranes": {"plasma": membrane}})
    steady = vrest.steady_state(cell)
    run = vrest.simulate(cell, until="1e6 s", rtol=1e-10)
    assert run.certificate.charge_error < 1e-9
    assert run.certificate.mass_error < 1e-12
    assert run.V["plasma"][-1] == pytest.approx(steady.point.V_m["plasma"], abs=1e-8)


def test_the_drift_at_rest_counts_the_exchange():
    cell = vrest.from_dict(in_a_bath())
    with_exchange = vrest.rest(cell)
    without = vrest.rest(vrest.from_dict(neuron()))
    flux = sum(one.fluxes.get("K", 0.0) for one in with_exchange.exchanges["ecs"].values())
    change = with_exchange.drift["ecs"]["K"] - without.drift["ecs"]["K"]
    assert change == pytest.approx(-flux / 0.72e-15, rel=1e-9)
    assert with_exchange.drift["store"]["K"] == pytest.approx(
        with_exchange.exchanges["ecs"]["glia"].fluxes["K"] / 1e-15, rel=1e-12
    )
    assert with_exchange.V_m == without.V_m


def test_what_exchanges_take_from_gradients_is_no_longer_stored():
    cell = vrest.from_dict(in_a_bath())
    steady = vrest.steady_state(cell)
    assert abs(steady.energy.stored) < 1e-9 * steady.energy.work_on_ions
    with_reservoir = vrest.from_dict(
        neuron({"loss": {**GLIA, "rate": "k*(K_in - B)"} | {"with": "bath"}}, {"bath": {"role": "bath"}})
    )
    rest = vrest.rest(with_reservoir)
    assert rest.energy.stored is None
    assert "reservoir" in rest.refused["stored_W"]


def test_an_exchange_that_drains_leaves_no_steady_state_and_says_so():
    spaces = {"store": {"volume": "1 pL", "ions": {"K": "20 mM", "Cl": "20 mM"}}}
    way = {"kind": "exchange", "ion": "K", "counter_ion": "Cl", "rate": "k", "parameters": {"k": "0.01 mM/s"}}
    spaces["store"]["mechanisms"] = {"drain": way}
    cell = vrest.from_dict(neuron(more=spaces))
    with pytest.raises(vrest.NoAnswerError, match=r"of 'store' is exhausted after .* s, because 'store.drain' takes it away"):
        vrest.steady_state(cell)
    run = vrest.simulate(cell, until="1 h")
    assert run.ended == "exhausted"
    assert run.time[-1] == pytest.approx(2000, rel=1e-4)


@pytest.mark.parametrize("path", ["ecs.potassium.D", "ecs.glia.k"])
def test_an_exchange_that_stands_still_conserves_what_it_would_move(path):
    cell = vrest.from_dict(in_a_bath()).replace({path: "0"})
    steady = vrest.steady_state(cell)
    run = vrest.simulate(cell, {"until": "2e5 s", "start": "described"}, rtol=1e-10)
    assert run.V["plasma"][-1] == pytest.approx(steady.point.V_m["plasma"], abs=1e-8)
    assert run.c["store"]["K"][-1] == pytest.approx(steady.point.inside["store"]["K"], rel=1e-6)


# -- the answers ----------------------------------------------------------------------------------------------------


def test_the_json_holds_every_exchange():
    cell = vrest.from_dict(in_a_bath())
    rest, steady = vrest.rest(cell).to_dict(), vrest.steady_state(cell).to_dict()
    run = vrest.simulate(cell, until="10 s").to_dict()
    for answer in (rest, steady, run):
        json.dumps(answer, allow_nan=False)
        assert set(answer["exchanges"]) == {"ecs"}
        assert set(answer["exchanges"]["ecs"]) == {"potassium", "sodium", "glia"}
        assert set(answer["exchanges"]["ecs"]["sodium"]["flux_mol_per_s"]) == {"Na", "Cl"}
    assert rest["exchanges"]["ecs"]["glia"]["with"] == "store"
    assert len(run["exchanges"]["ecs"]["glia"]["flux_mol_per_s"]["K"]) == len(run["time_s"])


@pytest.mark.parametrize("question", [vrest.rest, vrest.steady_state], ids=["rest", "steady"])
def test_a_compartment_that_no_membrane_touches_has_no_potential(question):
    answer = question(vrest.from_dict(in_a_bath())).to_dict()
    assert {name for name, V in answer["potential_mV"].items() if V is None} == {"bath", "store"}
    assert answer["refused"]["potential_mV.store"] == "no membrane touches 'store', so it stays neutral and has no potential"
    assert answer["potential_mV"]["ecs"] == 0.0


@pytest.mark.parametrize("name", ["textbook-neuron", "pump-leak-cell"])
def test_a_cell_without_exchanges_says_so(name):
    from pathlib import Path

    cell = vrest.load(Path(__file__).resolve().parents[2] / "examples" / f"{name}.yaml")
    assert vrest.rest(cell).to_dict()["exchanges"] == {}


def test_tables_and_columns_name_the_exchanges():
    cell = vrest.from_dict(in_a_bath())
    run = vrest.simulate(cell, until="10 s")
    for answer in (vrest.rest(cell), vrest.steady_state(cell), run):
        words = str(answer)
        assert "(positive out of the compartment)" in words
        assert "ecs.glia" in words
    np.testing.assert_array_equal(run.columns()["J_K_glia_ecs_mol_per_s"], run.exchanges["ecs"]["glia"]["K"])


@pytest.mark.parametrize("view", ["rest", "steady"])
def test_the_csv_has_a_row_for_each_ion_of_an_exchange(view):
    from importlib import import_module

    cell = vrest.from_dict(in_a_bath())
    answer = vrest.rest(cell) if view == "rest" else vrest.steady_state(cell)
    rows = [
        row
        for row in import_module(f"vrest.views.{view}").csv(answer).splitlines()
        if ",exchange,glia," in row or ",glia,exchange," in row
    ]
    assert len(rows) == 2


def test_its_numbers_are_paths():
    cell = vrest.from_dict(in_a_bath())
    assert cell.settable["ecs.potassium.D"].si == 0.25
    faster = cell.replace({"ecs.potassium.D": "1 1/s", "ecs.glia.B": "0"})
    assert faster.settable["ecs.potassium.D"].si == 1.0
    assert faster.settable["ecs.glia.B"].si == 0.0
    again = vrest.from_yaml(faster.to_yaml(), "again.yaml")
    assert again.settable["ecs.potassium.D"].si == 1.0
    run = vrest.simulate(cell, {"until": "20 s", "events": [{"from": "5 s", "to": "10 s", "set": {"ecs.glia.B": "0 mM"}}]})
    during = np.interp(7.0, run.time, run.exchanges["ecs"]["glia"]["K"])
    assert during < 0 < -during
    assert run.certificate.mass_error < 1e-12


def test_a_number_called_amount_can_be_set_by_a_protocol():
    way = {
        "kind": "exchange",
        "ion": "K",
        "counter_ion": "Cl",
        "rate": "(c_in - amount)/(10 s)",
        "parameters": {"amount": "4 mM"},
    }
    cell = vrest.from_dict(neuron({"buffer": way}))
    run = vrest.simulate(cell, {"until": "20 s", "events": [{"at": "10 s", "set": {"ecs.buffer.amount": "8 mM"}}]})
    assert 5.5 < run.c["ecs"]["K"][-1] < 8


def test_donnan_takes_exchanges_away_and_says_so():
    result = vrest.donnan(vrest.from_dict(in_a_bath()))
    assert set(result.away) == {"plasma.pump", "ecs.potassium", "ecs.sodium", "ecs.glia"}
    assert result.point.inside["store"] == pytest.approx({"K": 10.0, "Cl": 10.0})
    assert result.kept["store"] == ("K", "Cl")


def test_a_cell_is_copied_with_its_exchanges():
    import copy

    cell = vrest.from_dict(in_a_bath())
    assert copy.deepcopy(cell).settable.keys() == cell.settable.keys()
    assert [m.partner for m in cell.compartments["ecs"].mechanisms.values()] == ["bath", "bath", "store"]
    assert cell.compartments["store"].store
    assert not cell.compartments["ecs"].store


def test_the_answer_says_what_a_reservoir_received():
    run = vrest.simulate(dish(), until="7 s", rtol=1e-10)
    for ion in ("K", "Cl"):
        assert run.ledger["well"][ion] == pytest.approx(VOLUME * (START - expected(7.0)), rel=1e-8)
    run = vrest.simulate(dish("D*(c_in - 4 mM)", None), until="7 s", rtol=1e-10)
    assert run.to_dict()["received_mol"]["reservoir.store.leak"]["K"] == pytest.approx(VOLUME * (START - expected(7.0)), rel=1e-8)


def test_a_protocol_stops_all_exchanges_with_one_word():
    cell = vrest.from_dict(in_a_bath())
    run = vrest.simulate(cell, {"until": "60 s", "events": [{"from": "20 s", "to": "40 s", "multiply": {"exchanges": 0}}]})
    stopped = (run.time > 20) & (run.time < 40)
    assert stopped.any()
    for group in run.exchanges["ecs"].values():
        for flux in group.values():
            assert np.all(flux[stopped] == 0)
    assert np.all(np.diff(run.c["store"]["K"][stopped]) == 0)


def test_tune_finds_the_strength_of_an_exchange():
    """Uptake into a reservoir against diffusion from the bath: the strength at which the space holds what it holds."""
    uptake = {"kind": "exchange", "ion": "K", "counter_ion": "Cl", "rate": "k*c_in", "parameters": {"k": "0.05 1/s"}}
    ways = {"potassium": DIFFUSION | {"ion": "K"}, "sodium": DIFFUSION | {"ion": "Na"}, "uptake": uptake}
    cell = vrest.from_dict(neuron(ways, {"bath": BATH}))
    steady = vrest.steady_state(cell)
    held = {f"{space}.{ion}": f"{c!r} mM" for space, ions in steady.point.inside.items() for ion, c in ions.items()}
    other = cell.replace(held | {"ecs.uptake.active": "0.3"})
    tuned = vrest.tune(other, ["ecs.uptake.active"], hold={"V": f"{1e3 * steady.point.V_m['plasma']!r} mV"})
    assert tuned.si["ecs.uptake.active"] == pytest.approx(1.0, rel=1e-6)
    with pytest.raises(vrest.InputError, match=r"ecs\.uptake\.active"):
        vrest.tune(cell, ["ecs.uptake.activ"])
