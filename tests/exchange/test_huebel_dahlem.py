"""The glial buffer of Huebel and Dahlem (2014) as an exchange with a finite store, against their equations integrated on their own.

d(dk)/dt = -k1 dk - k2 K_e (B0 + dk), k2 = k1/(1 + exp((15 - K_e)/1.09)), with dk = -(what the buffer holds); the gates of the neuron
at their steady state.
"""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import cells
import vrest
from vrest.constants import F, R

K1, B0 = 5e-5, 500.0  # 1/s, mM
BUFFER = {
    "kind": "exchange",
    "ion": "K",
    "counter_ion": "Na",
    "with": "glia",
    "rate": "k1/(1 + exp((K_half - K_in)/K_slope))*K_in*(B0 - K_out)/c0 - k1*K_out",
    "parameters": {"k1": "5e-5 1/s", "B0": "500 mM", "K_half": "15 mM", "K_slope": "1.09 mM", "c0": "1 mM"},
}
ALPHA_N, BETA_N = "0.1*bernoulli(-(V + 34 mV)/(10 mV))", "0.125*exp(-(V + 44 mV)/(80 mV))"
ALPHA_M, BETA_M = "bernoulli(-(V + 30 mV)/(10 mV))", "4*exp(-(V + 55 mV)/(18 mV))"
N = f"({ALPHA_N}/({ALPHA_N} + {BETA_N}))"
M = f"({ALPHA_M}/({ALPHA_M} + {BETA_M}))"
H = f"(1 - 1/(1 + exp(-6.5*({N} - 0.35))))"
SHEET = {"V": -67.196, "K_i": 129.254, "Na_i": 25.231, "Cl_i": 9.896, "K_e": 4.003}  # after 2000 s


def model(K_e=4.0):
    """Their neuron, with the charge that the listed ions leave over on impermeants."""
    outside = {"volume": "0.72 pL", "ions": {"K": f"{K_e} mM", "Na": "125.30555 mM", "Cl": "123.2716 mM"}}
    inside = {"volume": "2.16 pL", "ions": {"K": "129.25764 mM", "Na": "25.231485 mM", "Cl": "9.900239 mM"}}
    neutral = {"impermeant": cells.neutral()}
    path = lambda ion, g, **more: cells.ohmic(f"{g} mS/cm^2", ion, **more)  # noqa: E731
    pump = {"Na_half": "25 mM", "Na_slope": "3 mM", "K_half": "5.5 mM", "K_slope": "1 mM"}
    ways = {
        "K_leak": path("K", 0.05),
        "Na_leak": path("Na", 0.0175),
        "Cl_leak": path("Cl", 0.02),
        "K_gated": path("K", 40, factor=f"{N}**4"),
        "Na_gated": path("Na", 100, factor=f"{M}**3*{H}"),
        "pump": cells.pump("6.8 uA/cm^2", "sigmoid", **pump),
    }
    spaces = {
        "ecs": outside | neutral | {"mechanisms": {"buffer": BUFFER}},
        "glia": {"volume": "0.72 pL", "ions": {"K": "0 mM", "Na": "500 mM"}} | neutral,
        "inside": inside | neutral,
    }
    plasma = cells.membrane(ways, "inside", "ecs", area="922 um^2")
    return vrest.from_dict(cells.described(spaces, {"plasma": plasma}, temperature=f"{26.64e-3 * F / R} K"))


def rate_of_dk(dk, K_e):
    return -K1 * dk - K1 / (1 + np.exp((15 - K_e) / 1.09)) * K_e * (B0 + dk)


@pytest.mark.parametrize("K_e", [4.0, 12.0, 30.0, 60.0])
def test_the_buffer_follows_the_published_equation_from_any_potassium(K_e):
    """Fed with the outer potassium of the run, the published equation gives the content of the buffer."""
    run = vrest.simulate(model(K_e), until="400 s", rtol=1e-10, points=2000)
    outer = lambda t: np.interp(t, run.time, run.c["ecs"]["K"])  # noqa: E731
    own = solve_ivp(
        lambda t, y: [rate_of_dk(y[0], outer(t))],
        (0, 400),
        [0.0],
        t_eval=[50, 100, 200, 400],
        rtol=1e-9,
        atol=1e-12,
        max_step=0.5,
    )
    bound = [np.interp(t, run.time, run.c["glia"]["K"]) for t in own.t]
    np.testing.assert_allclose(bound, -own.y[0], rtol=2e-5)
    assert run.certificate.mass_error < 1e-12


def test_a_buffer_beside_a_store_is_the_published_equation():
    """Without a neuron between: K_e = K_e(0) + dk exactly, as one equation."""
    description = {"cell": "buffer", "temperature": "310 K", **model().to_dict()}
    ecs = {"volume": "0.72 pL", "ions": {"K": "40 mM", "Na": "10 mM", "Cl": "50 mM"}, "mechanisms": {"buffer": BUFFER}}
    description["compartments"] = {**description["compartments"], "dish": ecs}
    del description["compartments"]["ecs"]["mechanisms"]
    run = vrest.simulate(vrest.from_dict(description), until="2000 s", rtol=1e-10)
    own = solve_ivp(
        lambda t, y: [rate_of_dk(y[0], 40 + y[0])], (0, 2000), [0.0], t_eval=run.time, rtol=1e-11, atol=1e-13, method="LSODA"
    )
    np.testing.assert_allclose(run.c["dish"]["K"], 40 + own.y[0], rtol=1e-7)
    np.testing.assert_allclose(run.c["glia"]["K"], -own.y[0], rtol=1e-6, atol=1e-9)


def test_the_neuron_rests_where_the_published_one_does():
    run = vrest.simulate(model(), until="2000 s")
    assert 1e3 * run.V["plasma"][-1] == pytest.approx(SHEET["V"], abs=0.1)
    found = {"K_i": run.c["inside"]["K"], "Na_i": run.c["inside"]["Na"], "Cl_i": run.c["inside"]["Cl"], "K_e": run.c["ecs"]["K"]}
    for name, c in found.items():
        assert c[-1] == pytest.approx(SHEET[name], rel=2e-3)


def test_its_steady_state_balances_the_buffer():
    steady = vrest.steady_state(model())
    K_e, bound = steady.point.inside["ecs"]["K"], steady.point.inside["glia"]["K"]
    assert abs(rate_of_dk(-bound, K_e)) < 1e-9 * K1 * bound
    assert steady.point.stable
