"""The first law of time courses: cells of every structure under every kind of protocol, closed forms, and what happens if it is broken."""

import json

import numpy as np
import pytest

import cells
import vrest
from effort import slow_unless
from vrest.constants import F, R
from vrest.errors import NoAnswerError
from vrest.system.free_energy import FreeEnergy

LEAKS, BATH = cells.leaks(), cells.bath()
INSIDE = cells.pump_leak()["compartments"]["inside"]


def cell(compartments=None, membranes=None, **plasma):
    """A pump and leaks, with anything else."""
    described = cells.pump_leak(**plasma)
    described["compartments"] |= compartments or {}
    described["membranes"] |= membranes or {}
    return vrest.from_dict(described)


def of_kind(name):
    """One of the cells that the first law is tried on, by name."""
    water = {"permeability": "1e-4 m/s"}
    if name == "fixed":
        return cell()
    if name == "swelling":
        return cell(water=water, area_policy="shape")
    if name == "relaxing":
        return cell(water={"relax_to": "osm_in/osm_out", "time_constant": "5 s"}, area_policy="shape")
    if name == "at once":
        return cell(water="instantaneous", area_policy="shape")
    if name == "walled":
        return cell(water={"L_p": "1e-13 m/(s Pa)"}, wall={"elastic_modulus": "1 MPa", "turgor": "0.1 MPa"})
    if name == "between baths":
        blood = {"role": "bath", "ions": {"K": "4 mM", "Na": "100 mM", "Cl": "80 mM"}, "clamped": "-5 mV"}
        other = {"between": ["inside", "blood"], "capacitance": "1 uF/cm^2", "mechanisms": LEAKS, "water": water}
        return cell({"blood": blood}, {"basal": other | {"area": "1000 um^2"}}, water=water, area="1256 um^2")
    if name == "open bath":
        lumen = {"role": "bath", "ions": {"K": "4 mM", "Na": "100 mM", "Cl": "80 mM"}, "open": True}
        other = {"between": ["inside", "lumen"], "capacitance": "1 uF/cm^2", "mechanisms": LEAKS, "area": "1000 um^2"}
        return cell({"lumen": lumen}, {"apical": other}, area="1256 um^2")
    if name == "closed":
        return cell(
            {"outside": {**BATH, "role": "cell", "volume": "1 pL", "impermeant": {"valence": -1, "amount": "neutral"}}},
            water=water,
        )
    assert name == "nested"
    inner = {
        "volume": "0.5 pL",
        "ions": {"K": "100 mM", "Na": "40 mM", "Cl": "90 mM"},
        "impermeant": {"valence": -1, "amount": "neutral"},
    }
    other = {
        "between": ["vacuole", "inside"],
        "capacitance": "1 uF/cm^2",
        "mechanisms": LEAKS,
        "water": water,
        "area": "300 um^2",
    }
    return cell({"vacuole": inner}, {"tonoplast": other}, water=water, area="1256 um^2")


KINDS = ("fixed", "swelling", "relaxing", "at once", "walled", "between baths", "open bath", "closed", "nested")
OFF = {"until": "40 min", "events": [{"from": "10 min", "to": "20 min", "multiply": {"pumps": 0}}]}
PROTOCOLS = {
    "pump off and on": OFF,
    "a bath's step": {"until": "20 min", "events": [{"from": "5 min", "to": "10 min", "set": {"outside.K": "15 mM"}}]},
    "a bath's ramp": {"until": "20 min", "events": [{"from": "5 min", "to": "10 min", "ramp": {"outside.K": "15 mM"}}]},
    "warmer": {"until": "20 min", "events": [{"from": "5 min", "to": "10 min", "ramp": {"temperature": "315 K"}}]},
    "current": {
        "until": "3 min",
        "events": [{"from": "1 s", "to": "2 min", "current": "10 pA", "into": "inside", "carrier": "K"}],
    },
    "voltage": {
        "until": "3 min",
        "events": [{"from": "1 s", "to": "2 min", "voltage": "-20 mV", "into": "inside", "carrier": "Na"}],
    },
    "dialysis with another solution": {
        "until": "5 min",
        "events": [{"from": "1 min", "to": "2 min", "dialyse": "inside", "solution": {"K": "120 mM", "Cl": "20 mM"}}],
    },
    "dialysis": {"until": "5 min", "events": [{"from": "1 s", "to": "2 min", "dialyse": "inside"}]},
}


def first_law(run):
    """The two residuals: at every moment, and summed up over the run."""
    found = run.certificate.residuals
    return max(found["first_law_fraction"].values()), found["first_law_integral_fraction"]["cell"]


def total(run, *names):
    return sum(run.energy.total[name] for name in names)


def gained(run):
    return run.energy.stored_J[-1] - run.energy.stored_J[0]


SENSELESS = {"closed": "bath", "at once": "dialysis"}  # there is no bath; no pipette holds what water follows at once
CASES = [(kind, protocol) for kind in KINDS for protocol in PROTOCOLS if SENSELESS.get(kind, "none") not in protocol]


OFTEN = {case for k, case in enumerate(CASES) if k % 3 == 0}
"""Of every kind and of every protocol several."""


@pytest.mark.parametrize(("kind", "protocol"), slow_unless(lambda *case: case in OFTEN, CASES))
def test_the_first_law_holds_at_every_moment_and_over_the_run(kind, protocol):
    run = vrest.simulate(of_kind(kind), PROTOCOLS[protocol])
    at_once, over_all = first_law(run)
    assert at_once < 1e-14
    assert over_all < 5e-8
    spent = total(run, "work", "electrodes", "protocol") - total(run, "paths", "water", "into_baths")
    assert spent == pytest.approx(gained(run), abs=1e-6 * max(abs(run.energy.stored_J).max(), total(run, "paths")))


@pytest.mark.parametrize("kind", slow_unless(lambda kind: kind == "swelling", ["swelling", "between baths", "nested"]))
def test_another_integrator_sums_up_the_same_energies(kind):
    runs = [vrest.simulate(of_kind(kind), OFF, engine=engine) for engine in ("cvodes", "scipy")]
    assert first_law(runs[1])[1] < 1e-8
    sizes = max(abs(x) for x in runs[0].energy.total.values())
    for name, value in runs[0].energy.total.items():
        assert value == pytest.approx(runs[1].energy.total[name], abs=1e-6 * sizes)


@pytest.mark.parametrize(("rtol", "most"), [(1e-4, 2e-4), (1e-6, 2e-6), (1e-8, 5e-8), (1e-10, 5e-9)])
@pytest.mark.parametrize("kind", ["fixed", "swelling"])
def test_the_summed_energies_get_better_with_the_tolerance(kind, rtol, most):
    at_once, over_all = first_law(vrest.simulate(of_kind(kind), OFF, rtol=rtol))
    assert at_once < 1e-14
    assert over_all < most


def test_stored_power_is_the_slope_of_the_stored_energy():
    run = vrest.simulate(
        of_kind("swelling"), {"until": "40 min", "events": [{"at": "1 s", "multiply": {"pumps": 0}}]}, points=4000
    )
    late = run.time > 60
    slope = np.gradient(run.energy.stored_J[late], run.time[late])[2:-2]
    np.testing.assert_allclose(slope, run.energy.stored[late][2:-2], atol=1e-4 * np.abs(slope).max())


# -- closed forms -----------------------------------------------------------------------------------------------------


def stored_by_hand(run, k, bath, X=0.0):
    """Ions against the bath, and the charged membrane, at a point of a run of the 20 um sphere [J]."""
    w, T = run.volume["inside"][k], run.temperature
    ions = sum(R * T * w * (c[k] * np.log(c[k] / bath[i]) - c[k] + bath[i]) for i, c in run.c["inside"].items())
    return ions + 0.5 * 0.01 * np.pi * 4e-10 * run.V["plasma"][k] ** 2


def test_stored_energy_is_that_of_the_ions_and_of_the_membrane():
    run = vrest.simulate(of_kind("fixed"), OFF)
    bath = {"K": 5.0, "Na": 145.0, "Cl": 110.0}
    for k in (0, run.time.size // 2, -1):
        assert run.energy.stored_J[k] == pytest.approx(stored_by_hand(run, k, bath), rel=1e-12, abs=0)


def test_charging_a_membrane_through_its_own_k_path_heats_as_much_as_it_stores():
    """A battery E_K that charges a capacitor: E_K Q is given, half of it is heat; the gradient is worth 2e-5 of itself less."""
    inside = {
        "shape": {"sphere": {"diameter": "20 um"}},
        "ions": {"K": "140 mM"},
        "impermeant": {"valence": -1, "amount": "neutral"},
    }
    only = cell({"outside": {"role": "bath", "ions": {"K": "5 mM"}}, "inside": inside}, mechanisms={"K_leak": LEAKS["K_leak"]})
    run = vrest.simulate(only, {"until": "2 s", "start": "described"}, rtol=1e-10)
    C, E_K = 0.01 * np.pi * 4e-10, R * 310.0 / F * np.log(5 / 140)
    assert run.V["plasma"][0] == pytest.approx(0.0, abs=1e-9)
    assert total(run, "paths") == pytest.approx(0.5 * C * E_K**2, rel=1e-4, abs=0)
    assert -gained(run) == pytest.approx(total(run, "paths"), rel=1e-6, abs=0)
    assert (total(run, "atp"), total(run, "work"), total(run, "protocol")) == (0.0, 0.0, 0.0)


def test_a_donnan_relaxation_turns_the_drop_of_its_free_energy_into_heat():
    inside = {
        "shape": {"sphere": {"diameter": "20 um"}},
        "ions": {"K": "300 mM", "Cl": "200 mM"},
        "impermeant": {"valence": -1, "amount": "100 mM"},
    }
    leaks = {word: LEAKS[word] for word in ("K_leak", "Cl_leak")}
    one = cell({"outside": {"role": "bath", "ions": {"K": "150 mM", "Cl": "150 mM"}}, "inside": inside}, mechanisms=leaks)
    run = vrest.simulate(one, {"until": {"steady": "100 h"}, "start": "described"}, rtol=1e-10)
    assert run.c["inside"]["K"][-1] == pytest.approx(208.114, abs=0.01)
    bath = {"K": 150.0, "Cl": 150.0}
    drop = stored_by_hand(run, 0, bath) - stored_by_hand(run, -1, bath)
    assert total(run, "paths") == pytest.approx(drop, rel=1e-7, abs=0)
    assert np.all(np.diff(run.energy.stored_J) < 1e-9 * drop)


def test_a_pump_block_of_a_library_cell_runs_on_what_is_stored():
    neuron = vrest.load("mammalian-neuron")
    run = vrest.simulate(neuron, {"until": "40 min", "events": [{"at": "0 s", "multiply": {"pumps": 0}}]})
    assert run.energy.total["atp"] == 0.0
    assert total(run, "paths") == pytest.approx(-gained(run), rel=1e-6, abs=0)
    assert np.all(run.energy.paths >= 0)


def test_what_a_clamp_puts_on_at_once_is_the_protocols_work_and_what_it_gives_later_its_electrodes():
    event = {"from": "1 s", "to": "2 min", "voltage": "-20 mV", "into": "inside", "carrier": "Na"}
    run = vrest.simulate(of_kind("fixed"), {"until": "2 min", "events": [event]})
    before, after = (int(np.searchsorted(run.time, 1.0, side=side)) for side in ("left", "right"))
    jump = run.energy.stored_J[after - 1] - run.energy.stored_J[before]
    assert run.energy.protocol_J[-1] == pytest.approx(jump, rel=1e-9, abs=0)
    assert np.all(run.energy.electrodes[:before] == 0)
    assert run.energy.total["electrodes"] != 0


# -- what cannot be said, and what may not be -------------------------------------------------------------------------


def test_a_broken_balance_of_powers_is_an_error(monkeypatch):
    real = FreeEnergy.rate
    monkeypatch.setattr(FreeEnergy, "rate", lambda self, m: 1.0001 * real(self, m))
    with pytest.raises(NoAnswerError, match="the first law is broken: .* of the power at a moment"):
        vrest.simulate(of_kind("fixed"), OFF)


def test_stored_energy_that_is_not_what_was_summed_up_is_an_error(monkeypatch):
    real = FreeEnergy.parts
    monkeypatch.setattr(FreeEnergy, "parts", lambda self, x, numbers: [1.01 * part for part in real(self, x, numbers)])
    with pytest.raises(NoAnswerError, match="the first law is broken: of the energy that was stored or turned over"):
        vrest.simulate(of_kind("fixed"), OFF)


def test_a_bath_without_an_ion_leaves_powers_unsaid_and_the_run_whole():
    run = vrest.simulate(
        of_kind("fixed"), {"until": "5 min", "events": [{"from": "1 min", "to": "2 min", "ramp": {"outside.K": "0 mM"}}]}
    )
    answer = run.to_dict()
    json.dumps(answer, allow_nan=False)
    assert run.ended == "end"
    assert answer["energy"]["total"]["dissipated_in_paths_J"] is None
    assert "an ion is absent" in answer["refused"]["energy.stored_J"]
    assert np.isfinite(run.energy.stored_J[run.time < 60]).all()


def test_a_ramp_too_steep_to_be_summed_up_costs_no_answer():
    ramp = {"from": "1 min", "to": "2 min", "ramp": {"outside.K": "1e-20 mM"}}
    run = vrest.simulate(of_kind("fixed"), {"until": "5 min", "events": [ramp]})
    assert run.ended == "end"
    assert run.energy.total["paths"] is None
    assert "could not be summed up" in run.refused["energy.total.dissipated_in_paths_J"]


@pytest.mark.parametrize("left", ["0.1 mM", "1e-3 mM", "1e-6 mM"])
def test_a_ramp_that_takes_nearly_all_of_an_ion_is_summed_up(left):
    run = vrest.simulate(
        of_kind("fixed"), {"until": "5 min", "events": [{"from": "1 min", "to": "2 min", "ramp": {"outside.K": left}}]}
    )
    assert run.energy.total["paths"] > 0
    assert first_law(run)[1] < 5e-7


def test_an_ion_that_is_absent_at_first_is_summed_up_all_the_same():
    inside, bath = ({**space, "ions": {**space["ions"], "Ca": c}} for space, c in ((INSIDE, "0 mM"), (BATH, "1 mM")))
    leaks = {**LEAKS, "Ca_leak": {"kind": "ghk", "ion": "Ca", "permeability": "1e-12 m/s"}}
    run = vrest.simulate(cell({"inside": inside, "outside": bath}, mechanisms=leaks), {"until": "5 min"})
    assert first_law(run)[1] < 1e-8
    assert np.isnan(run.energy.paths[0])
    assert np.isfinite(run.energy.paths[1:]).all()


def test_without_an_ideal_solution_no_stored_energy_is_defined():
    inside, bath = ({**space, "osmotic_coefficient": 0.9} for space in (INSIDE, BATH))
    run = vrest.simulate(cell({"inside": inside, "outside": bath}, water={"permeability": "1e-4 m/s"}), {"until": "5 min"})
    answer = run.to_dict()
    assert answer["energy"]["stored_J"] is None
    assert "an osmotic coefficient other than 1" in answer["refused"]["energy.stored_J"]
    assert "cannot be closed" in answer["refused"]["certificate.residuals.first_law_fraction.cell"]
    assert answer["certificate"]["residuals"]["first_law_fraction"].keys() == {"pumps"}


STORE = {"volume": "1 pL", "ions": {"K": "100 mM", "Cl": "100 mM"}}
ENGINES = ("cvodes", "scipy")
WAYS = {
    "a reservoir": {"rate": "D*c_in"},
    "the bath": {"rate": "D*(c_in - c_out)", "with": "outside"},
    "a store": {"rate": "D*(c_in - c_out)", "with": "store"},
}


@pytest.mark.parametrize(
    ("to", "engine"), slow_unless(lambda to, engine: engine == "cvodes", [(to, engine) for to in WAYS for engine in ENGINES])
)
def test_the_first_law_holds_with_an_exchange_too(to, engine):
    exchange = {"kind": "exchange", "ion": "K", "counter_ion": "Cl", "parameters": {"D": "1e-3 1/s"}, **WAYS[to]}
    spaces = {"inside": {**INSIDE, "mechanisms": {"way": exchange}}} | ({"store": STORE} if to == "a store" else {})
    run = vrest.simulate(cell(spaces), {"until": "5 min"}, engine=engine)
    at_once, over_all = first_law(run)
    assert at_once < 1e-14
    assert over_all < 5e-8
    spent = total(run, "work", "electrodes", "protocol") - total(run, "paths", "water", "into_baths", "exchanged")
    assert spent == pytest.approx(gained(run), abs=1e-6 * abs(run.energy.stored_J).max(), rel=0)
    assert abs(total(run, "exchanged")) > 0.01 * abs(gained(run))


def test_an_exchange_that_leads_uphill_is_named():
    """K and Cl together are at 140 and 10 mM inside, at 100 mM each in the store: what leads them out of the cell does work on them."""
    exchange = {"kind": "exchange", "ion": "K", "counter_ion": "Cl", "parameters": {"D": "1e-3 1/s"}, **WAYS["a store"]}
    run = vrest.simulate(cell({"inside": {**INSIDE, "mechanisms": {"way": exchange}}, "store": STORE}), {"until": "5 min"})
    assert [said.split(" s to")[0] for said in run.certificate.dissipation_violations] == ["inside.way from 0"]
    assert run.to_dict()["energy"]["exchanged_W"][0] < 0


def test_exchanges_that_cancel_round_as_what_they_are_each():
    to = {"kind": "exchange", "ion": "K", "counter_ion": "Na"}
    rates = {"takes": "3 mM/s", "gives": "-1 mM/s", "gives_more": "-2 mM/s"}
    described = cells.pump_leak()
    del described["membranes"]["plasma"]["mechanisms"]["pump"]
    described["compartments"]["inside"]["mechanisms"] = {name: to | {"rate": rate} for name, rate in rates.items()}
    found = vrest.simulate(vrest.from_dict(described), {"until": "1000 h"}).certificate.residuals
    assert found["first_law_fraction"]["cell"] < 1e-14
