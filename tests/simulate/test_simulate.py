"""Time courses: clamps, ramps, trains, conditions, interruption, conservation and energy; each checked against another account."""

import json
import signal
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

import cells
import vrest
from vrest.constants import AVOGADRO, F, R
from vrest.engines.integrator import Cvodes
from vrest.engines.settings import Settings

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "pump-leak-cell.yaml"
OFF = {"plasma.pump.max_current": "0"}
BLOCK = {"until": "60 min", "events": [{"from": "10 min", "to": "30 min", "set": OFF}]}


@pytest.fixture(scope="module")
def cell():
    return vrest.load(EXAMPLE)


def free(area_policy="fixed", water=None, impermeant=True, **more):
    """The example with a free volume."""
    outside = {"impermeant": cells.neutral()} if impermeant else {}
    water = water or {"permeability": "1e-4 m/s"}
    return vrest.from_dict(cells.pump_leak(outside=outside, area_policy=area_policy, water=water, **more))


def worst(run, name):
    return max(run.certificate.residuals[name].values())


# -- the story of charging --------------------------------------------------------------------------------------------


def test_a_membrane_for_potassium_only_charges_until_E_K():
    run = vrest.simulate(cells.potassium_only(), {"start": "described", "until": "0.5 s"}, points=2000)
    E = run.E["membrane"]["K"][-1]
    V = run.V["membrane"]
    assert 1e3 * V[0] == pytest.approx(0, abs=1e-9)
    first = run.time[np.argmax(np.abs(V - E) < 1e-3)]
    assert first == pytest.approx(0.061, abs=5e-4)
    late = (run.time > 0.1) & (run.time < 0.2)
    tau = -1 / np.polyfit(run.time[late], np.log(np.abs(V[late] - V[-1])), 1)[0]
    assert tau == pytest.approx(0.0160, abs=2e-4)
    moved = (run.c["inside" if "inside" in run.c else next(iter(run.c))]["K"][[0, -1]]) * next(iter(run.volume.values()))[0]
    assert (moved[0] - moved[1]) * AVOGADRO == pytest.approx(6.98e6, rel=2e-3)
    assert 1 - moved[1] / moved[0] == pytest.approx(1.98e-5, rel=5e-3)


def test_the_time_constant_is_the_slowest_eigenvalue():
    result = vrest.steady_state(cells.potassium_only())
    assert result.slowest_time_constant == pytest.approx(0.0160, abs=1e-4)


# -- conservation -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rtol", [1e-2, 1e-3, 1e-4, 1e-8])
@pytest.mark.parametrize("name", ["astrocyte", "dijkstra2016", "proximal-tubule"])
def test_a_leaky_cell_loses_nothing_either(name, rtol):
    """Where rates are a million times faster than the steps, rounding in the integrator's linear systems is what loses ions."""
    cell = vrest.load(name)
    run = vrest.simulate(cell, vrest.load_protocol("atp-depletion", cell), rtol=rtol)
    assert worst(run, "species_fraction") < 1e-12
    assert worst(run, "charge_fraction_of_70_mV") < 1e-9


@pytest.mark.parametrize(("engine", "near"), [("cvodes", 4e-12), ("scipy", 5e-14)])
def test_the_finest_tolerance_is_fine_from_the_first_moment_on(engine, near):
    """A membrane of 10 ms comes to -54 mV by exp(-t/10 ms); with states to 1e-10 at best it would be missed five times as far."""
    leak = {"kind": "ohmic", "conductance": "1 S/m^2", "reversal": "-54 mV"}
    membrane = {"between": ["inside", "outside"], "area": "1000 um^2", "capacitance": "1 uF/cm^2", "mechanisms": {"leak": leak}}
    cell = vrest.from_dict(cells.described({"outside": {"role": "bath"}, "inside": {"role": "held"}}, {"m": membrane}))
    protocol = {"protocol": "p", "until": "50 ms", "start": "-20 mV"}
    run = vrest.simulate(cell, protocol, rtol=1e-12, engine=engine, at=[1e-7, 1e-5, 1e-3, 0.03])
    assert np.abs(run.V["m"] - (-0.054 + 0.034 * np.exp(-run.time / 0.01))).max() < near


@pytest.mark.parametrize("rtol", [1e-3, 1e-4, 1e-6, 1e-8, 1e-10])
@pytest.mark.parametrize("policy", ["fixed", "shape"])
def test_nothing_is_lost_at_any_tolerance(rtol, policy):
    run = vrest.simulate(free(policy), BLOCK, rtol=rtol)
    assert worst(run, "species_fraction") < 1e-12
    assert worst(run, "charge_fraction_of_70_mV") < 1e-9


@pytest.mark.parametrize("until", ["1e4 s", "1e7 s"])
def test_nothing_is_lost_in_a_long_time(cell, until):
    run = vrest.simulate(cell, until=until)
    assert worst(run, "species_fraction") < 1e-12


def test_the_amounts_say_the_same_as_the_certificate(cell):
    """Charge from concentrations against C A V, by hand."""
    run = vrest.simulate(cell, BLOCK)
    volume = run.volume["inside"]
    charge = F * volume * (run.c["inside"]["K"] + run.c["inside"]["Na"] - run.c["inside"]["Cl"] - 142.0)
    capacitor = 0.01 * np.pi * 4e-10 * run.V["plasma"]
    assert np.abs(charge - capacitor).max() < 1e-9 * 0.01 * np.pi * 4e-10 * 0.07 + 100 * 2.2e-16 * F * 162 * volume[0]


# -- energy -----------------------------------------------------------------------------------------------------------


def integral(time, power):
    return float(np.sum(0.5 * np.diff(time) * (power[1:] + power[:-1])))


def test_a_folded_membrane_follows_the_shape_from_its_own_area():
    """Three times the surface of its shape, whose currents at the begin are those of rest."""
    cell = free("shape", area="3770 um^2")
    run, rest = vrest.simulate(cell, {"until": "2 h", "events": [{"at": "0 s", "multiply": {"pumps": 0}}]}), vrest.rest(cell)
    leak = rest.mechanisms["plasma"]["K_leak"]
    before = vrest.simulate(cell, {"until": "1 ms"})
    assert before.current["plasma"]["K_leak"][0] == pytest.approx(leak.current, rel=1e-3, abs=0)
    P, w, c, V = 1e-8, run.volume["inside"], run.c["inside"]["K"], run.V["plasma"]
    x = V * F / (R * 310)
    area = run.current["plasma"]["K_leak"] / (P * F * x * (c - 5 * np.exp(-x)) / -np.expm1(-x))
    assert w[-1] > 1.05 * w[0]
    np.testing.assert_allclose(area, 3770e-12 * (w / w[0]) ** (2 / 3), rtol=1e-9)


@pytest.mark.parametrize("policy", ["none", "fixed", "shape"])
def test_the_first_law_holds_over_a_pump_block(cell, policy):
    """ATP = work + dissipation in the pump; work = dissipation in leaks, water and stretched membrane + what is stored."""
    one = cell.replace({}) if policy == "none" else free(policy)
    run = vrest.simulate(one, BLOCK, points=3000, rtol=1e-10)
    T, bath = 310.0, {"K": 5.0, "Na": 145.0, "Cl": 110.0}
    c, w, V = run.c["inside"], run.volume["inside"], run.V["plasma"]
    X0 = (142.0 if policy == "none" else 142.0 / 1.1) * w[0]
    osmolarity = sum(bath.values()) + (0 if policy == "none" else 40)
    area = np.pi * 4e-10 * (w / w[0]) ** (2 / 3 if policy == "shape" else 0)
    stored = R * T * sum(c[i] * w * (np.log(c[i] / bath[i]) - 1) for i in bath)
    stored = stored + R * T * (X0 * (np.log(X0 / w) - 1) + osmolarity * w) + 0.5 * 0.01 * area * V**2
    work = sum(
        -j * (R * T * np.log(c[i] / bath[i]) + z * F * V)
        for i, z in (("K", 1), ("Na", 1), ("Cl", -1))
        for j in [run.flux["plasma"]["pump"].get(i, np.zeros_like(V))]
    )
    leaks = sum(run.dissipated["plasma"][f"{i}_leak"] for i in bath)
    water = 0.0
    if policy != "none":
        inside = sum(c.values()) + X0 / w
        water = integral(w, R * T * (inside - osmolarity))
    stretch = integral(area, 0.5 * 0.01 * V**2)
    left = integral(run.time, work) - integral(run.time, leaks) - water - stretch
    scale = integral(run.time, np.abs(work)) + integral(run.time, leaks)
    assert abs(left - (stored[-1] - stored[0])) < 2e-5 * scale
    if policy != "none":
        power = 50e3 * run.atp
        np.testing.assert_allclose(power, work + run.dissipated["plasma"]["pump"], rtol=1e-9, atol=1e-12 * power.max())


def test_negative_dissipation_is_named_with_its_time():
    """A pump that ATP cannot pay for: 30 kJ/mol where a cycle needs more."""
    run = vrest.simulate(free().replace({"inside.atp.delta_G": "-30 kJ/mol"}), {"until": "10 min"})
    assert [text.split(" from ")[0] for text in run.certificate.dissipation_violations] == ["plasma.pump"]


# -- clamps -----------------------------------------------------------------------------------------------------------


def test_a_current_changes_the_potential_and_its_carrier(cell):
    event = {"from": "1 s", "to": "2 s", "current": "10 pA", "into": "inside", "carrier": "K"}
    run = vrest.simulate(cell, {"until": "3 s", "events": [event]})
    assert run.at(1.99)["V"]["plasma"] > run.at(0.99)["V"]["plasma"] + 1e-3
    assert worst(run, "species_fraction") < 1e-12


def test_a_train_of_currents_gives_every_pulse(cell):
    train = {"from": "1 s", "every": "1 s", "for": "100 ms", "times": 5, "current": "10 pA", "into": "inside", "carrier": "K"}
    run = vrest.simulate(cell, {"until": "10 s", "events": [train]})
    assert run.ledger["electrode.inside"]["K"] == pytest.approx(-5 * 10e-12 * 0.1 / F, rel=1e-7, abs=0)
    pulses = [h.time for h in run.happenings if h.what == "current into 'inside': 10 pA"]
    assert pulses == pytest.approx([1, 2, 3, 4, 5])


def test_a_voltage_clamp_holds_and_its_charge_is_in_the_ledger(cell):
    event = {"from": "1 s", "to": "20 s", "voltage": "-40 mV", "into": "inside", "carrier": "K"}
    run = vrest.simulate(cell, {"until": "30 s", "events": [event]})
    held = (run.time > 1) & (run.time < 20)
    np.testing.assert_allclose(run.V["plasma"][held], -0.04, atol=1e-12)
    assert worst(run, "species_fraction") < 1e-12
    assert worst(run, "charge_fraction_of_70_mV") < 1e-9
    assert run.V["plasma"][-1] < -0.06


def test_a_pipette_holds_the_concentrations(cell):
    run = vrest.simulate(cell, {"until": "10 min", "events": [{"from": "0 s", "dialyse": "inside"}, {"at": "1 min", "set": OFF}]})
    for ion in ("K", "Na", "Cl"):
        np.testing.assert_allclose(run.c["inside"][ion], run.c["inside"][ion][0], rtol=1e-10)
    assert 1e3 * run.V["plasma"][-1] == pytest.approx(vrest.rest(cell.replace(OFF)).to_dict()["V_mV"]["plasma"], abs=0.01)


# -- ramps, trains, factors -------------------------------------------------------------------------------------------


def test_a_ramp_is_a_straight_line_and_stays(cell):
    ramp = {"from": "1 min", "to": "3 min", "ramp": {"outside.K": "15 mM"}}
    run = vrest.simulate(cell, {"until": "5 min", "events": [ramp]})
    E = lambda t, K: 310 * R / F * np.log(K / np.interp(t, run.time, run.c["inside"]["K"]))  # noqa: E731
    for t, K in ((30, 5), (120, 10), (150, 12.5), (240, 15)):
        assert np.interp(t, run.time, run.E["plasma"]["K"]) == pytest.approx(E(t, K), abs=3e-4)


def test_two_ramps_follow_each_other(cell):
    events = [
        {"from": "1 min", "to": "2 min", "ramp": {"outside.K": "15 mM"}},
        {"from": "2 min", "to": "3 min", "ramp": {"outside.K": "5 mM"}},
    ]
    run = vrest.simulate(cell, {"until": "4 min", "events": events})
    E = 310 * R / F * np.log(10 / np.interp(150, run.time, run.c["inside"]["K"]))
    assert np.interp(150, run.time, run.E["plasma"]["K"]) == pytest.approx(E, abs=3e-4)


def test_a_train_of_pulses_has_its_pulses(cell):
    train = {"from": "1 s", "every": "1 s", "for": "200 ms", "times": 5, "set": {"outside.K": "10 mM"}}
    run = vrest.simulate(cell, {"until": "8 s", "events": [train]}, points=20)
    starts = [h.time for h in run.happenings if h.what == "outside.K = 10 mM"]
    assert starts == [1, 2, 3, 4, 5]
    assert sum(h.what == "outside.K back" for h in run.happenings) == 5


def test_multiply_is_a_factor_of_the_described_value(cell):
    half = vrest.simulate(cell, {"until": "5 min", "events": [{"at": "1 min", "multiply": {"plasma.pump.max_current": 0.5}}]})
    same = vrest.simulate(
        cell, {"until": "5 min", "events": [{"at": "1 min", "set": {"plasma.pump.max_current": "0.025 A/m^2"}}]}
    )
    assert half.V["plasma"][-1] == pytest.approx(same.V["plasma"][-1], abs=1e-12)


def test_a_bath_is_made_hypertonic_by_an_impermeant():
    """More of the bath's impermeant solute: the cell shrinks at once, as its water follows."""
    described = vrest.load("dusterwald2018")
    run = vrest.simulate(described, {"until": "20 s", "events": [{"at": "1 s", "set": {"outside.impermeant.amount": "79.5 mM"}}]})
    assert run.volume["inside"][-1] / run.volume["inside"][0] == pytest.approx(297 / 347, rel=0.02)


# -- starts -----------------------------------------------------------------------------------------------------------


def test_start_at_rest_puts_the_charge_on_the_ion_that_answers_most(cell):
    run = vrest.simulate(cell, until="1 s")
    assert 1e3 * run.V["plasma"][0] == pytest.approx(-70.538724, abs=1e-5)
    ((ion, amount),) = run.shifts.values()
    assert ion == "K"
    assert amount == pytest.approx(0.01 * np.pi * 4e-10 * -0.070538724 / F, rel=1e-6, abs=0)


@pytest.mark.parametrize(("start", "V"), [("described", 0.0), ("steady", -73.007682), ("-55 mV", -55.0)])
def test_other_starts(cell, start, V):
    run = vrest.simulate(cell, {"start": start, "until": "1 ms"})
    assert 1e3 * run.V["plasma"][0] == pytest.approx(V, abs=1e-5)


def test_a_start_without_rest_is_said():
    strong = vrest.load(EXAMPLE).replace({"plasma.pump.max_current": "500 A/m^2"})
    run = vrest.simulate(strong, until="1 ms")
    assert any("No rest exists" in note for note in run.notes)


# -- conditions -------------------------------------------------------------------------------------------------------


def test_until_steady_waits_for_the_last_event(cell):
    run = vrest.simulate(cell, {"until": {"steady": "100 h"}, "events": [{"at": "2 h", "set": OFF}]})
    assert run.ended == "steady"
    assert run.time[-1] > 7200
    assert 1e3 * run.V["plasma"][-1] == pytest.approx(-9.958782, abs=1e-4)


def test_a_crossing_is_located_to_a_nanovolt(cell):
    protocol = {"until": {"crosses": "-40 mV", "within": "10 h"}, "events": [{"at": "1 min", "set": OFF}]}
    run = vrest.simulate(cell, protocol)
    assert run.ended == "crossed"
    assert abs(run.V["plasma"][-1] + 0.04) <= 1e-9


def test_a_crossing_by_a_clamp_is_seen(cell):
    event = {"from": "1 s", "to": "2 s", "voltage": "0 mV", "into": "inside", "carrier": "K"}
    run = vrest.simulate(cell, {"until": {"crosses": "-40 mV", "within": "5 s"}, "events": [event]})
    assert run.ended == "crossed"
    assert run.happenings[-1].time == pytest.approx(1.0)


def test_what_could_have_been_missed_is_said(cell):
    run = vrest.simulate(cell, {"until": {"crosses": "0 mV", "within": "1 min"}})
    assert run.ended == "end"
    assert any("would have been missed" in note and " s apart" in note for note in run.notes)


def test_an_interruption_keeps_what_is_done(cell):
    seen = []
    run = vrest.simulate(
        cell, {"until": "1 h", "events": [pulsed(20)]}, progress=lambda t, end: seen.append(t), stop=lambda: len(seen) >= 4
    )
    assert run.ended == "interrupted"
    assert run.time[-1] == seen[-1] == 121.0


def pulsed(times):
    return {"from": "1 min", "for": "1 s", "every": "1 min", "times": str(times), "set": {"outside.K": "6 mM"}}


@contextmanager
def ctrl_c(monkeypatch, piece):
    """Ctrl-C, really sent, in the integration of a piece, to a hand that only remembers it; a list of what it heard."""
    heard, calls, real = [], [], Cvodes.run
    before = signal.signal(signal.SIGINT, lambda *_: heard.append(True))

    def run(self, *arguments):
        calls.append(True)
        if len(calls) == piece:
            signal.raise_signal(signal.SIGINT)
        return real(self, *arguments)

    monkeypatch.setattr(Cvodes, "run", run)
    try:
        yield heard
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(("piece", "end"), [(1, 0.0), (2, 60.0), (4, 120.0)])
def test_ctrl_c_within_a_piece_keeps_the_pieces_before(cell, monkeypatch, piece, end):
    with ctrl_c(monkeypatch, piece) as heard:
        run = vrest.simulate(cell, {"until": "1 h", "events": [pulsed(20)]}, stop=lambda: bool(heard))
    assert (run.ended, run.time[-1]) == ("interrupted", end)
    json.dumps(run.to_dict(), allow_nan=False)


def test_ctrl_c_that_nobody_asked_for_is_pythons_own(cell, monkeypatch):
    with ctrl_c(monkeypatch, 2):
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with pytest.raises(KeyboardInterrupt):
            vrest.simulate(cell, {"until": "1 h", "events": [pulsed(20)]})


def test_the_integrator_itself_can_be_interrupted():
    oscillator = Cvodes(
        lambda x, p: [1e6 * x[1], 1e6 * ((1 - x[0] ** 2) * x[1] - x[0])],
        2,
        ["time"],
        settings=Settings(points=20_000, max_steps=10_000_000),
    )

    def alarm(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, alarm)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        with pytest.raises(KeyboardInterrupt):
            oscillator.run(np.array([2.0, 0.0]), np.ones(2), {"time": 0.0}, 0.0, 1e3)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


# -- exhaustion -------------------------------------------------------------------------------------------------------


def constant_pump():
    ways = cells.leaks() | {"pump": cells.pump(law="constant")}
    return cells.cell_of(ways, cells.sphere(impermeant=cells.neutral()), name="plasma")


@pytest.mark.parametrize("engine", ["cvodes", pytest.param("scipy", marks=pytest.mark.slow)])
def test_a_pump_that_cannot_slow_exhausts_sodium_at_a_time(engine):
    run = vrest.simulate(constant_pump(), until="1 h", engine=engine)
    assert run.ended == "exhausted"
    assert run.happenings[-1].what.startswith("Na of 'inside' is exhausted: pump cannot slow")
    assert run.happenings[-1].time == pytest.approx(run.time[-1])
    assert 25 < run.time[-1] < 35
    assert all(np.all(c > -1e-5) for c in run.c["inside"].values())


# -- engines ----------------------------------------------------------------------------------------------------------


def test_a_step_of_any_number_that_takes_the_potential_across_a_value_ends_the_run():
    """Twice the capacitance halves the potential at once; nothing else would take it there."""
    cell = vrest.load("mammalian-neuron")
    doubled = {"at": "0.01 s", "multiply": {"plasma.capacitance": "2"}}
    run = vrest.simulate(cell, {"until": {"crosses": "-50 mV", "within": "1 s"}, "events": [doubled]})
    assert (run.ended, run.time[-1]) == ("crossed", 0.01)
    assert "V of 'plasma' is stepped across -50 mV" in [one.what for one in run.happenings]


def test_both_integrators_agree(cell):
    one, other = (vrest.simulate(cell, BLOCK, engine=engine, rtol=1e-9) for engine in ("cvodes", "scipy"))
    np.testing.assert_allclose(one.V["plasma"], other.V["plasma"], atol=1e-8)
    for ion in ("K", "Na", "Cl"):
        np.testing.assert_allclose(one.c["inside"][ion], other.c["inside"][ion], rtol=1e-7)


def test_the_first_point_is_the_start(cell):
    run = vrest.simulate(cell, BLOCK)
    assert run.time[0] == 0
    assert sorted(set(run.time[np.flatnonzero(np.diff(run.time) == 0)])) == [600, 1800]


def test_another_engine_without_scipy_names_the_extra(cell, monkeypatch):
    monkeypatch.setattr("vrest.questions.simulate.engines.find_spec", lambda name: None)
    with pytest.raises(vrest.MissingExtraError, match='engine="scipy" needs the extra') as caught:
        vrest.simulate(cell, BLOCK, engine="scipy")
    assert caught.value.exit_code == 2
