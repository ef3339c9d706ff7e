"""Calcium at a charged surface, by screening and by binding, and what the shift of all gates does to the axon of Hodgkin and Huxley."""

import casadi
import numpy as np
import pytest

import gated
import vrest
from effort import slow_unless
from vrest.laws.double_layer import (
    binding_surface_potential,
    binding_surface_residual,
    grahame_potential,
)

CONCENTRATIONS = (0.9, 0.6, 0.3, 2.4, 5.0)
TABLE = {
    (-0.05, 0): (-49.83, -0.30, -0.61, -0.93, 1.10, 3.11),
    (-0.09, 0): (-73.24, -0.63, -1.31, -2.04, 2.19, 5.74),
    (-0.09, 10): (-53.24, -2.17, -5.10, -9.68, 5.53, 11.76),
    (-0.16, 0): (-96.57, -1.12, -2.38, -3.82, 3.59, 8.78),
    (-0.16, 10): (-62.64, -2.59, -6.17, -12.04, 6.43, 13.49),
}
SEA_WATER = {(-0.09, 0): -2.97, (-0.09, 1): -7.04, (-0.16, 0): -3.97, (-0.16, 1): -9.97, (-0.16, 3): -10.88}


def phi_mV(sigma: float, K_per_M: float, Ca: float, NaCl: float = 145.0, Mg: float = 0.6, T: float = 310.15) -> float:
    """Potential of a surface that binds calcium [mV], in a neutral bath."""
    ions = [2, 2, 1, -1], [Ca, Mg, NaCl, NaCl + 2 * (Mg + Ca)]
    return 1e3 * binding_surface_potential(sigma, [1e-3 * K_per_M, 0, 0, 0], *ions, T)


@pytest.mark.parametrize(("surface", "expected"), TABLE.items())
def test_blood(surface, expected):
    reference = phi_mV(*surface, 1.2)
    found = [reference, *(phi_mV(*surface, Ca) - reference for Ca in CONCENTRATIONS)]
    assert found == pytest.approx(expected, abs=0.0051)


@pytest.mark.parametrize(("surface", "expected"), SEA_WATER.items())
def test_sea_water_with_a_fifth_of_its_calcium(surface, expected):
    """Screening alone is too little for the 10 to 15 mV that were measured."""
    bath = {"NaCl": 440.0, "Mg": 50.0, "T": 279.45}
    assert phi_mV(*surface, 8.8, **bath) - phi_mV(*surface, 44.0, **bath) == pytest.approx(expected, abs=0.0051)


def test_without_binding_it_is_grahames_potential():
    ions = [2, 1, -1], [np.array([1.2, 0.3]), 145.0, 147.0]
    found = binding_surface_potential(-0.09, [0, 0, 0], *ions, 310.0)
    np.testing.assert_allclose(found, grahame_potential(-0.09, *ions, 310.0), rtol=1e-12)


def test_it_is_the_root_of_its_residual():
    sigma, ions = np.array([-0.3, -0.09, -1e-4, 0.0]), ([0.01, 0, 0], [2, 1, -1], [1.2, 145.0, 147.4], 310.0)
    phi = binding_surface_potential(sigma, *ions)
    np.testing.assert_allclose(binding_surface_residual(phi, sigma, *ions), 0, atol=1e-14)
    assert phi[-1] == 0


@pytest.mark.parametrize(("sigma", "K"), [(-1e-6, 0.0), (-1e-3, 100.0), (-0.16, 0.01), (-1.0, 0.0), (-1.0, 30.0)])
@pytest.mark.parametrize("c", [1e-3, 1.2, 100.0])
def test_symbols_come_to_the_same_root(sigma, K, c):
    """Their steps are counted, not looked at."""
    ions = [K, 0, 0], [2, 1, -1], [c, 145.0, 145.0 + 2 * c], 310.0
    symbol = casadi.SX.sym("sigma")
    found = casadi.Function("phi", [symbol], [binding_surface_potential(symbol, *ions)])(sigma)
    residual = binding_surface_residual(float(found), sigma, *ions)
    assert abs(residual) <= 1e-11 * abs(sigma)
    assert float(found) == pytest.approx(binding_surface_potential(sigma, *ions), rel=1e-11)


# -- the gates --------------------------------------------------------------------------------------------------------

AXON = {
    6: (-62.246, True),
    0: (-64.996, True),
    -2: (-65.791, True),
    -5: (-66.761, True),
    -7: (-67.188, False),
    -15: (-66.088, False),
}
THRESHOLDS = {6: 20.113, 0: 13.275, -2: 10.868, -5: 7.069}
SPIKES = {-5: 0, -7: 10, -15: 16}


def shifted(shift: int) -> vrest.Cell:
    """The axon whose gates all see less of V by a shift [mV]."""
    channels = gated.channels()
    return gated.axon(channels | {name: channels[name] | {"voltage_shift": f"{shift} mV"} for name in ("Na", "K")})


@pytest.mark.parametrize(("shift", "expected"), AXON.items())
def test_low_calcium_does_not_depolarise(shift, expected):
    """The rest even falls by 2 mV; the gates move, until the rest is left for firing."""
    rest = vrest.rest(shifted(shift))
    assert (1e3 * rest.V_m["m"], rest.roots[0].stable) == (pytest.approx(expected[0], abs=2e-3), expected[1])


@pytest.mark.parametrize(("shift", "expected"), slow_unless(lambda shift, _: shift == 0, THRESHOLDS.items()))
def test_low_calcium_makes_excitable(shift, expected):
    found = vrest.excite(shifted(shift), durations=["0.5 ms"]).to_dict()["strength_duration"]
    assert found[0]["current_uA_per_cm2"] == pytest.approx(expected, rel=2e-3)


@pytest.mark.parametrize(("shift", "expected"), SPIKES.items())
def test_still_lower_calcium_makes_it_fire_by_itself(shift, expected):
    run = vrest.simulate(shifted(shift), {"start": "-65 mV", "until": "200 ms"})
    count = run.spikes["m"].count if run.spikes else 0
    assert count == pytest.approx(expected, abs=1)
