"""Ventricular myocytes against the numbers of their reference sheet: the action potential of Luo and Rudy (1991), the rests of ten
Tusscher and Panfilov (2006) over potassium and I_K1."""

import numpy as np
import pytest

import vrest


def fired(current: float, until: str):
    """The course after a stimulus of 0.5 ms that begins at 10 ms [uA/cm^2]."""
    pulse = {"from": "10 ms", "to": "10.5 ms", "into": "inside", "current": f"{current!r} uA"}
    return vrest.simulate("luo-rudy1991", {"start": "steady", "until": until, "events": [pulse]})


def test_luo_and_rudys_rest():
    rest = vrest.rest("luo-rudy1991").to_dict()
    assert rest["V_mV"]["plasma"] == pytest.approx(-84.535, abs=0.1)
    currents = {name: one["current_uA_per_cm2"] for name, one in rest["mechanisms"]["plasma"].items()}
    assert currents["I_K1"] == pytest.approx(1.030, rel=0.01)
    assert currents["I_b"] == pytest.approx(-0.967, rel=0.01)
    steady = vrest.steady_state("luo-rudy1991")
    assert steady.point.stable
    assert steady.point.states["plasma.I_si.Ca_i [mM]"] == pytest.approx(1.78336e-4, rel=1e-4)


def test_luo_and_rudys_action_potential():
    run = fired(80.0, "600 ms")
    V, t = 1e3 * run.V["plasma"], 1e3 * run.time
    assert V.max() == pytest.approx(42.29, abs=0.1)
    moving = np.diff(t) > 0
    slopes = np.where(moving, np.diff(V) / np.where(moving, np.diff(t), 1.0), 0.0)
    assert slopes.max() == pytest.approx(408, rel=0.01)
    above = t[V.max() - 0.9 * (V.max() - V[0]) < V]
    assert above[-1] - above[0] == pytest.approx(367.3, rel=0.01)


@pytest.mark.parametrize(("current", "fires"), [(53.73 * 0.99, False), (53.73 * 1.01, True)])
def test_luo_and_rudys_threshold(current, fires):
    assert bool(fired(current, "60 ms").V["plasma"].max() > 0) is fires


def rest_of_ventricle(changed: dict[str, str]) -> list[tuple[float, bool]]:
    found = vrest.rest(vrest.load("ventricular-myocyte").replace(changed)).to_dict()["roots"]
    return [(root["V_mV"]["plasma"], root["stable"]) for root in found]


WINDOWS = "the steady currents of I_Na, I_Kr and I_Ks, whose formulas the sheet does not give; they count above -70 mV"
OVER_K = {"1": [-120.32, -90.77, -46.17], "2": [-107.63], "3": [-99.04], "4": [-92.48], "5.4": [-85.247], "7": [-78.76]}
OVER_K |= {"10": [-69.61], "20": [-51.47]}
LESS_K1 = {"0.5": -83.72, "0.2": -79.12, "0.1": -73.44, "0.05": -65.41, "0.02": -58.82}
MISSED = {"at 1 mM, root 3": WINDOWS, "0.05 of I_K1": WINDOWS, "0.02 of I_K1": WINDOWS}
"""What is further off than 0.1 mV, and the term that is missing."""


def test_the_ventricle_over_potassium_and_with_less_inward_rectifier():
    missed = set()
    for K_out, expected in OVER_K.items():
        found = rest_of_ventricle({"outside.K": f"{K_out} mM"})
        assert [stable for _, stable in found] == [True, False, True][: len(expected)]
        missed |= {f"at {K_out} mM, root {k}" for k, (V, _) in enumerate(found, start=1) if abs(V - expected[k - 1]) > 0.1}
    for part, V in LESS_K1.items():
        ((found, stable),) = rest_of_ventricle({"plasma.I_K1.conductance": f"{54.05 * float(part)!r} S/m^2"})
        assert stable
        missed |= {f"{part} of I_K1"} if abs(found - V) > 0.1 else set()
    assert missed == set(MISSED)


def test_the_ventricles_slope():
    found = vrest.rest("ventricular-myocyte")
    assert found.slope_conductance["plasma"] == pytest.approx(1.95, rel=5e-3)  # S/m^2: 0.195 nS/pF at 1 uF/cm^2
