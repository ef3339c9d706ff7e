"""A charged outer face shifts all gates of its membrane: against the sheet's table, and a potential and a course found by SciPy alone."""

import numpy as np
import pytest
from scipy.constants import epsilon_0, physical_constants
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

import gated
import vrest

F, R = (physical_constants[name][0] for name in ("Faraday constant", "molar gas constant"))
CHANGES = (0.9, 0.6, 0.3, 2.4, 5.0)
# charge [C/m^2], K [1/M]: potential at 1.2 mM, then shifts at CHANGES [mV] (screening alone, and with binding)
BLOOD = {
    (-0.05, 0): (-49.83, -0.30, -0.61, -0.93, 1.10, 3.11),
    (-0.09, 0): (-73.24, -0.63, -1.31, -2.04, 2.19, 5.74),
    (-0.09, 10): (-53.24, -2.17, -5.10, -9.68, 5.53, 11.76),
    (-0.16, 0): (-96.57, -1.12, -2.38, -3.82, 3.59, 8.78),
    (-0.16, 10): (-62.64, -2.59, -6.17, -12.04, 6.43, 13.49),
}
FIFTH_OF_SEA_WATER = {(-0.09, 0): -2.97, (-0.09, 1): -7.04, (-0.16, 0): -3.97, (-0.16, 1): -9.97, (-0.16, 3): -10.88}
SEA = {"Na": "440 mM", "Mg": "50 mM", "Ca": "44 mM"}
PLASMA = {"Na": "145 mM", "Mg": "0.6 mM", "Ca": "1.2 mM", "Cl": "148.6 mM"}


def described(bath: dict = SEA, density: float = -0.16, K: float = 1, reference: dict | None = None, **more) -> dict:
    """The axon of Hodgkin and Huxley with a charged face."""
    cell = gated.axon(**more).to_dict()
    cell["compartments"]["outside"]["ions"] = dict(bath)
    reference = {"Ca": bath["Ca"]} if reference is None else reference
    cell["membranes"]["m"]["surface_charge"] = {"density": f"{density} C/m^2", "K_Ca": f"{K} 1/M", "reference": reference}
    return cell


def axon(*arguments, **more) -> vrest.Cell:
    return vrest.from_dict(described(*arguments, **more))


def in_mV(cell: vrest.Cell) -> tuple[float, float]:
    """Potential of the face and shift of the gates."""
    found = vrest.rest(cell).to_dict()["surface"]["m"]
    return found["surface_potential_mV"], found["gate_shift_mV"]


@pytest.mark.parametrize(("surface", "expected"), BLOOD.items())
def test_blood(surface, expected):
    cell = axon(PLASMA, *surface, temperature="37 degC")
    potential, shift = in_mV(cell)
    assert shift == 0
    shifts = [in_mV(cell.replace({"outside.Ca": f"{Ca} mM"}))[1] for Ca in CHANGES]
    assert [potential, *shifts] == pytest.approx(expected, abs=0.0051)


@pytest.mark.parametrize(("surface", "expected"), FIFTH_OF_SEA_WATER.items())
def test_a_fifth_of_the_calcium_of_sea_water(surface, expected):
    assert in_mV(axon(SEA, *surface).replace({"outside.Ca": "8.8 mM"}))[1] == pytest.approx(expected, abs=0.0051)


def face(Ca: float, Na=440.0, Mg=50.0, density=-0.16, K=1e-3, T=279.45) -> float:
    """The potential of the face [V]: Grahame and Langmuir by a bracketing search."""
    t = T - 273.15
    eps = epsilon_0 * (87.740 - 0.40008 * t + 9.398e-4 * t**2 - 1.410e-6 * t**3)
    z, c = np.array([1, 2, 2, -1]), np.array([Na, Mg, Ca, Na + 2 * (Mg + Ca)])

    def lacking(phi):
        screened = -np.sqrt(2 * eps * R * T * np.sum(c * np.expm1(-z * F * phi / (R * T))))
        return screened - density / (1 + K * Ca * np.exp(-2 * F * phi / (R * T)))

    return brentq(lacking, -0.4, -1e-4, xtol=1e-15)


def test_it_is_a_voltage_shift_and_adds_to_one():
    shift = face(20.0) - face(44.0)
    low = axon().replace({"outside.Ca": "20 mM"})
    assert in_mV(low) == pytest.approx((1e3 * face(20.0), 1e3 * shift), abs=1e-9)
    own = gated.channels()
    spelled = {name: own[name] | {"voltage_shift": f"{shift!r} V"} for name in ("Na", "K")}
    assert vrest.rest(low).V_m["m"] == pytest.approx(vrest.rest(gated.axon(own | spelled)).V_m["m"], abs=1e-11)
    back = described()
    for name in ("Na", "K"):
        back["membranes"]["m"]["mechanisms"][name]["voltage_shift"] = f"{-shift!r} V"
    both = vrest.from_dict(back).replace({"outside.Ca": "20 mM"})
    assert vrest.rest(both).V_m["m"] == pytest.approx(vrest.rest(gated.axon()).V_m["m"], abs=1e-11)


def hodgkin_huxley(t: float, y: np.ndarray) -> list[float]:
    """The axon by hand [mV, ms] while Ca falls from 44 to 8.8 mM between 5 and 45 ms."""
    V, m, h, n = y
    Ca = 44.0 + (8.8 - 44.0) * np.clip((t - 5.0) / 40.0, 0, 1)
    v = V - 1e3 * (face(Ca) - face(44.0))
    alpha = 0.1 * (v + 40) / -np.expm1(-(v + 40) / 10), 0.07 * np.exp(-(v + 65) / 20), 0.01 * (v + 55) / -np.expm1(-(v + 55) / 10)
    beta = 4 * np.exp(-(v + 65) / 18), 1 / (1 + np.exp(-(v + 35) / 10)), 0.125 * np.exp(-(v + 65) / 80)
    current = 120 * m**3 * h * (V - 50) + 36 * n**4 * (V + 77) + 0.3 * (V + 54.387)
    return [-current, *(a * (1 - x) - b * x for a, b, x in zip(alpha, beta, (m, h, n), strict=True))]


def test_calcium_that_falls_in_time():
    ramp = {"from": "5 ms", "to": "45 ms", "ramp": {"outside.Ca": "8.8 mM"}}
    at = [5, 15, 25, 35, 45, 60]
    found = vrest.simulate(axon(), {"protocol": "p", "until": "60 ms", "events": [ramp]}, at=[f"{t} ms" for t in at])
    rest = vrest.rest(axon())
    gates = rest.gates["m"]
    start = [1e3 * rest.V_m["m"], gates["Na"]["m"], gates["Na"]["h"], gates["K"]["n"]]
    own = solve_ivp(hodgkin_huxley, (0, 60), start, "LSODA", at, rtol=1e-9, atol=1e-11, max_step=1.0)
    assert own.y[0][-2] < -66.5  # it does not depolarise
    np.testing.assert_allclose(1e3 * found.V["m"], own.y[0], atol=2e-3)


@pytest.mark.slow
def test_the_threshold_falls_until_the_axon_fires_by_itself():
    prepared = vrest.prepare(axon())
    current = {}
    for Ca in ("44 mM", "20 mM"):
        found = vrest.excite(axon().replace({"outside.Ca": Ca}), durations=["0.5 ms"]).to_dict()
        current[Ca] = found["strength_duration"][0]["current_uA_per_cm2"]
    assert current["44 mM"] == pytest.approx(13.275, rel=2e-3)
    assert 6 < current["20 mM"] < 7.069  # a shift of -5 mV needs 7.069
    assert prepared.rest({"outside.Ca": 8.8}).roots[0].stable is False
    (hopf,) = vrest.branches(axon(), "outside.Ca", "8:44 mM").special
    assert hopf.kind == "Hopf"
    assert -7 < 1e3 * (face(hopf.value) - face(44.0)) < -5  # by the sheet it is stable at -5 mV, and not at -7


def test_what_is_said():
    cell = axon().replace({"outside.Ca": "20 mM"})
    words = "mV more negative than in its reference solution: gates see V as if it were"
    for result in (vrest.rest(cell), vrest.steady_state(cell), vrest.explain(cell)):
        assert any(words in note for note in result.notes)
    assert any("as in its reference solution, so gates see V" in note for note in vrest.rest(axon()).notes)
    silent = described()
    for way in silent["membranes"]["m"]["mechanisms"].values():
        way.pop("gates", None)
    assert any("no gate or scheme is there" in note for note in vrest.rest(vrest.from_dict(silent)).notes)
    assert vrest.rest(gated.axon()).to_dict()["surface"] == {}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"density": "0.16 C/m^2"}, "is out of range"),
        ({"density": "-0.16"}, "the unit is missing"),
        ({"K_Ca": "1 mM"}, "is a concentration, not an inverse concentration"),
        ({"K_Ba": "1 1/M"}, "does not list Ba"),
        ({"K_ca": "1 1/M"}, "has no key 'K_ca'"),
        ({"reference": {"Cb": "44 mM"}}, "names Cb, which is no charged ion"),
        ({"reference": {}}, "names no ion"),
        ({"reference": "44 mM"}, "is a mapping of keys to values"),
        ({"reference": {"Na": "0 mM", "Mg": "0 mM", "Ca": "0 mM"}}, "its reference solution outside holds no cation"),
    ],
)
def test_bad_surfaces(change, words):
    cell = described()
    cell["membranes"]["m"]["surface_charge"] |= change
    with pytest.raises(vrest.InputError) as caught:
        vrest.from_dict(cell)
    assert words in str(caught.value)
    assert len(caught.value.problems) == 1


def test_a_face_is_screened_by_water():
    with pytest.raises(vrest.InputError, match="screened by a solution in water"):
        axon(temperature="260 K")
