"""Resting states of cells whose formulas are 0/0, have poles, or move no charge."""

from __future__ import annotations

import math

import numpy as np
import pytest

import cells
import vrest

ALPHA_M = "0.1/(1 mV)*(V + 40 mV)/(1 - exp(-(V + 40 mV)/(10 mV)))"
ALPHA_N = "0.01/(1 mV)*(V + 55 mV)/(1 - exp(-(V + 55 mV)/(10 mV)))"
H = "(0.07*exp(-(V + 65 mV)/(20 mV)))/(0.07*exp(-(V + 65 mV)/(20 mV)) + 1/(1 + exp(-(V + 35 mV)/(10 mV))))"
AXON = {
    "Na": cells.ohmic(
        "120 mS/cm^2", "Na", reversal="50 mV", factor=f"(({ALPHA_M})/(({ALPHA_M}) + 4*exp(-(V + 65 mV)/(18 mV))))^3*{H}"
    ),
    "K": cells.ohmic(
        "36 mS/cm^2", "K", reversal="-77 mV", factor=f"(({ALPHA_N})/(({ALPHA_N}) + 0.125*exp(-(V + 65 mV)/(80 mV))))^4"
    ),
    "L": cells.ohmic("0.3 mS/cm^2", reversal="-54.387 mV"),
}


def held(mechanisms):
    spaces = {"outside": cells.bath(), "inside": cells.sphere(role="held")}
    return vrest.from_dict(cells.described(spaces, {"m": cells.membrane(mechanisms)}))


def current(v, g_K=36.0):
    """Hodgkin and Huxley's steady current at v [mV], by expm1 [uA/cm^2]."""
    am, an = (k * d / -math.expm1(-d / 10) if d else 10 * k for k, d in ((0.1, v + 40), (0.01, v + 55)))
    bm, bn, ah = 4 * math.exp(-(v + 65) / 18), 0.125 * math.exp(-(v + 65) / 80), 0.07 * math.exp(-(v + 65) / 20)
    m, n, h = am / (am + bm), an / (an + bn), ah / (ah + 1 / (1 + math.exp(-(v + 35) / 10)))
    return 120 * m**3 * h * (v - 50) + g_K * n**4 * (v + 77) + 0.3 * (v + 54.387)


@pytest.mark.parametrize("g_K", [36.0, 11.65, 12.0])
def test_rates_as_textbooks_write_them_have_one_rest_and_no_state_at_their_limits(g_K):
    result = vrest.rest(held(AXON).replace({"m.K.conductance": f"{g_K} mS/cm^2"}))
    (root,) = result.roots
    V = 1e3 * root.V_m["m"]
    assert abs(current(V, g_K)) < 1e-9
    signs = np.sign([current(v, g_K) for v in np.arange(-100.0003, 50, 0.01)])
    assert np.count_nonzero(np.diff(signs)) == 1


@pytest.mark.parametrize("V", [-40.0, -55.0])
def test_the_current_at_the_limits_of_the_rates(V):
    V_near = np.array([V - 1e-6, V, V + 1e-6]) * 1e-3
    one = vrest.iv(held(AXON), V_near).membranes["m"]
    found = one.density(one.total) * 100
    np.testing.assert_allclose(found, [current(1e3 * v) for v in V_near], rtol=1e-9)


def test_a_clamp_at_the_limit_of_a_rate_carries_the_current_there():
    protocol = {"until": "30 ms", "events": [{"from": "10 ms", "to": "20 ms", "voltage": "-40 mV", "into": "inside"}]}
    run = vrest.simulate(held(AXON), protocol)
    inside = (run.time > 0.0101) & (run.time < 0.0199)
    np.testing.assert_allclose(run.V["m"][inside], -0.04, atol=1e-9)
    assert np.all(np.isfinite(run.current["m"]["Na"]))


POLE = {"kind": "formula", "stoichiometry": {"K": 1}, "rate": "a/(V + 55 mV)", "parameters": {"a": "1e-10 V mol/m^2/s"}}


def test_a_change_of_sign_at_a_pole_is_no_root_and_is_named():
    leak = cells.ohmic("0.3 mS/cm^2", reversal="-45 mV")
    result = vrest.rest(held({"x": POLE, "L": leak}))
    for root in result.roots:
        V = root.V_m["m"]
        assert abs(96485.33212 * 1e-10 / (V + 0.055) + 3.0 * (V + 0.045)) < 1e-9
    assert len(result.roots) == 2
    assert any("The rate of 'm.x' is not a finite number at V = -55 mV" in note for note in result.notes)


def test_where_only_a_pole_changes_the_sign_there_is_no_rest():
    with pytest.raises(vrest.NoAnswerError, match=r"the rate of 'm\.x' is not a finite number at V = -55 mV"):
        vrest.rest(held({"x": POLE}))


def test_a_formula_that_divides_by_zero_at_every_potential_is_named():
    broken = cells.ghk("K", factor="K_out/(K_out - 5 mM)")
    with pytest.raises(vrest.NoAnswerError, match=r"the factor of 'm\.x' is not a finite number at any potential"):
        vrest.rest(held({"x": broken, "Na": cells.ghk("Na")}))


@pytest.mark.slow
def test_a_run_into_a_pole_names_its_formula():
    drawn = POLE | {"parameters": {"a": "1e-9 V mol/m^2/s"}}
    with pytest.raises(vrest.NoAnswerError, match=r"the rate of 'm\.x' is not a finite number at V = -5"):
        vrest.simulate(
            held({"x": drawn, "L": cells.ohmic("0.3 mS/cm^2", reversal="-54 mV")}), {"until": "1 s", "start": "-40 mV"}
        )


def test_a_cycle_that_moves_no_charge_conducts_nothing_whatever_rounding_leaves():
    neutral = {
        "kind": "formula",
        "stoichiometry": {"K": 1, "Na": -0.2, "Cl": 0.8},
        "rate": "a",
        "parameters": {"a": "1e-9 mol/m^2/s"},
    }
    with pytest.raises(vrest.InputError, match="nothing conducts"):
        vrest.rest(held({"x": neutral}))


def test_where_nothing_pumps_no_pump_is_blamed():
    alone = vrest.from_dict(
        {"cell": "a", "temperature": "310 K", "ions": {"K": {"inside": "140 mM", "outside": "0 mM", "permeability": "1"}}}
    )
    with pytest.raises(vrest.NoAnswerError, match="nothing carries a current back"):
        vrest.rest(alone)
