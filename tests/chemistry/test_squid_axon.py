"""The squid axon in CO2 and in ammonia: against an integration of its own that conserves protons, and what it teaches."""

import functools
import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import vrest
from vrest.constants import F, R

T, V, RHO, BETA = 295.15, -0.057, 8000.0, 26.0
AT = (30.0, 120.0, 300.0, 1799.0, 2400.0)
CASES = {
    "CO2": {"CO2": 1.509, "HCO3": 1.509 * 10 ** (7.7 - 6.18)},
    "NH4": {"NH3": 10 / (1 + 10 ** (9.5 - 7.7)), "NH4": 10 - 10 / (1 + 10 ** (9.5 - 7.7))},
}
# pH at some of these times as models of the paper's kind have it, which count no protons that HCO3- or NH3 take up as the pH moves
WITHOUT_THEM = {"CO2": {30.0: 6.9752, 120.0: 6.9556, 1799.0: 6.9419, 2400.0: 7.2928}, "NH4": {300.0: 7.6077, 1799.0: 7.2773}}


@functools.cache
def clamped(case: str) -> np.ndarray:
    """pH of the axon at -57 mV at the times above."""
    ions = {f"outside.{ion}": f"{c!r} mM" for ion, c in CASES[case].items()}
    held = {"from": "0 s", "to": "2400 s", "voltage": "-57 mV", "into": "inside", "carrier": "K"}
    gas = {"from": "1e-6 s", "to": "1800 s", "set": ions}
    found = vrest.simulate(
        "squid-axon-ph", {"protocol": case, "until": "2400 s", "events": [held, gas]}, at=[f"{t} s" for t in AT]
    )
    assert found.certificate.mass_error < 1e-12
    assert found.certificate.charge_error < 1e-9
    assert found.certificate.dissipation_violations == ()
    return found.pH["inside"]


def through(P: float, z: int, c_in: float, c_out: float) -> float:
    u = z * F * V / (R * T)
    return P * u * (c_out - c_in * math.exp(u)) / (math.exp(u) - 1)


def slopes(t: float, y: np.ndarray, outside: tuple[float, float], case: str) -> list[float]:
    """H+ and all of the acid and its base, at equilibrium: dissociation gives the protons that bases do not take up themselves."""
    H, total = y
    K = 10 ** (3 - (6.18 if case == "CO2" else 9.5))
    acid = total * H / (H + K)
    gas, ion = (acid, total - acid) if case == "CO2" else (total - acid, acid)
    J_gas = 6e-5 * (outside[0] - gas)
    J_ion = through(5e-9, -1, ion, outside[1]) if case == "CO2" else through(1e-7, 1, ion, outside[1])
    J_acid, J_base = (J_gas, J_ion) if case == "CO2" else (J_ion, J_gas)
    a = H / (H + K)
    released = RHO * ((1 - a) * J_acid - a * J_base)
    power = math.log(10) * H / BETA
    return [power * released / (1 + power * total * K / (H + K) ** 2), RHO * (J_gas + J_ion)]


def integrated(case: str) -> list[float]:
    outside, y, found = tuple(CASES[case].values()), [10 ** (3 - 7.32), 0.0], []
    for span, bath, at in (((0, 1800), outside, AT[:4]), ((1800, 2400), (0.0, 0.0), AT[4:])):
        run = solve_ivp(slopes, span, y, "BDF", sorted({*at, span[1]}), args=(bath, case), rtol=1e-9, atol=1e-13)
        found += [3 - math.log10(H) for H in run.y[0][: len(at)]]
        y = run.y[:, -1]
    return found


@pytest.mark.parametrize("case", CASES)
def test_the_pH_is_that_of_an_integration_of_its_own(case):
    assert clamped(case) == pytest.approx(integrated(case), abs=3e-4)


@pytest.mark.parametrize("case", CASES)
def test_models_that_leave_a_term_out_are_near(case):
    for time, pH in WITHOUT_THEM[case].items():
        assert clamped(case)[AT.index(time)] == pytest.approx(pH, rel=0.01)
    acid = clamped("CO2")[AT.index(1799.0)] - WITHOUT_THEM["CO2"][1799.0]
    assert acid == pytest.approx(0.0096, abs=5e-4)


def test_co2_acidifies_and_bicarbonate_alone_does_not():
    both = vrest.simulate("squid-axon-ph", "co2-step").pH["inside"]
    assert both.min() == pytest.approx(6.95, abs=0.01)
    alone = {"at": "1 s", "set": {"outside.HCO3": "49.95 mM"}}
    change = vrest.simulate("squid-axon-ph", {"protocol": "p", "until": "5 min", "events": [alone]}).pH["inside"] - 7.32
    assert np.abs(change).max() < 0.03


def test_ammonia_makes_alkaline_then_acid_and_leaves_an_acid_load():
    found = vrest.simulate("squid-axon-ph", "ammonium-prepulse")
    pH, time = found.pH["inside"], found.time
    peak = int(np.argmax(pH))
    assert pH[peak] == pytest.approx(7.6, abs=0.03)
    assert time[peak] < 600
    assert pH[np.searchsorted(time, 1799)] < pH[peak] - 0.1
    assert pH[-1] < 7.0
    assert found.certificate.mass_error < 1e-12
