"""The numbers of the textbook from described cells, each recomputed by hand where it is not printed in PHYSICS 2."""

from __future__ import annotations

import numpy as np
import pytest

import cells
import vrest
from cells import INSIDE, OUTSIDE, leaks, pump
from cells import ghk as leak

PUMP = {"kind": "na_k_atpase", "law": "balancing"}


def cell(mechanisms, inside=None, outside=None, temperature="310 K", **membrane):
    spaces = {"outside": cells.bath(outside), "inside": cells.sphere(inside)}
    return vrest.from_dict(cells.described(spaces, {"m": cells.membrane(mechanisms) | membrane}, temperature=temperature))


def rest(*args, **kwargs):
    return vrest.rest(cell(*args, **kwargs)).to_dict()


@pytest.fixture(scope="module")
def leaky():
    return rest(leaks("K", "Na", "Cl"))


@pytest.fixture(scope="module")
def pumped():
    return rest(leaks("K", "Na", "Cl") | {"pump": PUMP})


# -- potentials -------------------------------------------------------------------------------------------------------


def test_three_leaks_rest_at_the_ghk_voltage(leaky):
    assert leaky["V_mV"]["m"] == pytest.approx(-67.294, abs=5e-4)
    assert leaky["explain"]["m"]["ghk_mV"] == pytest.approx(leaky["V_mV"]["m"], abs=1e-9)


def test_without_chloride_it_rests_a_millivolt_lower(leaky):
    assert leaky["without"]["m"]["Cl_leak"] == pytest.approx(-68.535, abs=5e-4)


def test_without_potassium_it_rests_at_minus_42_millivolts(leaky):
    assert leaky["without"]["m"]["K_leak"] == pytest.approx(-42.194, abs=5e-4)


def test_the_chord_conductance_mean_is_five_millivolts_off(leaky):
    assert leaky["explain"]["m"]["chord_mV"] == pytest.approx(-72.625, abs=5e-4)


def test_nernst_potentials_are_those_of_the_textbook(leaky):
    assert {ion: entry["E_mV"] for ion, entry in leaky["ions"]["m"].items()} == pytest.approx(
        {"K": -89.016, "Na": 66.566, "Cl": -64.057}, abs=5e-4
    )


def test_a_divalent_ion_shifts_the_potential_by_a_tenth_of_a_millivolt():
    answer = rest(
        leaks("K", "Na", "Cl") | {"Ca": leak("Ca", "1e-10 m/s")},
        inside=INSIDE | {"Ca": "1e-4 mM"},
        outside=OUTSIDE | {"Ca": "1.2 mM"},
    )
    assert answer["V_mV"]["m"] == pytest.approx(-67.216, abs=5e-4)
    assert answer["explain"]["m"]["ghk_mV"] == pytest.approx(answer["V_mV"]["m"], abs=1e-9)


def test_a_pump_that_balances_sodium_hyperpolarises_to_minus_70_880(pumped):
    assert pumped["V_mV"]["m"] == pytest.approx(-70.880, abs=5e-4)
    assert pumped["mechanisms"]["m"]["pump"]["current_uA_per_cm2"] == pytest.approx(0.5293, abs=5e-5)


def test_its_own_current_is_the_electrogenic_part(pumped, leaky):
    explain = pumped["explain"]["m"]
    assert explain["electrogenic_mV"] == pytest.approx(-70.880 + 67.294, abs=1e-3)
    assert explain["electrogenic_mV"] == pytest.approx(pumped["V_mV"]["m"] - leaky["V_mV"]["m"], abs=1e-9)
    assert explain["with_pump_mV"] == pumped["V_mV"]["m"]


def test_the_mullins_noda_potential_is_beside_it(pumped):
    noda = pumped["explain"]["m"]["mullins_noda_mV"]
    assert noda == pytest.approx(-73.773, abs=5e-4)
    assert -68.535 - noda == pytest.approx(5.24, abs=5e-3)
    assert -67.294 - noda == pytest.approx(6.48, abs=5e-3)


def test_a_cell_in_which_only_potassium_leaks_is_that_of_mullins_and_noda_when_all_is_balanced():
    """P chosen so that a 3:2 pump balances sodium and potassium at once: the rest is the Mullins-Noda potential itself."""
    answer = rest(leaks("K", "Na") | {"pump": PUMP})
    V = answer["explain"]["m"]["mullins_noda_mV"]
    assert answer["V_mV"]["m"] == pytest.approx(-73.773, abs=5e-4)
    assert answer["V_mV"]["m"] == pytest.approx(V, abs=1e-9)
    assert answer["drift_mM_per_min"]["inside"] == pytest.approx({"K": 0, "Na": 0, "Cl": 0}, abs=1e-12)


def test_the_bound_of_the_electrogenic_part_is_never_passed():
    for ratio in ("1e-10 m/s", "1e-9 m/s", "1e-8 m/s", "1e-7 m/s"):
        answer = rest({"K": leak("K"), "Na": leak("Na", ratio), "pump": PUMP})
        assert 0 > answer["explain"]["m"]["electrogenic_mV"] > -10.83 - 1e-3


# -- one ion alone ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [{"kind": "ghk", "permeability": "1e-8 m/s"}, {"kind": "ohmic", "conductance": "1 S/m^2"}])
@pytest.mark.parametrize("c", [(140.0, 5.0), (137.13, 3.71), (0.3, 477.7), (12.345, 12.346), (100.0, 100.0)])
def test_a_membrane_permeable_to_one_ion_rests_at_its_nernst_potential(kind, c):
    inside, outside = (f"{value!r} mM" for value in c)
    answer = rest({"K": kind | {"ion": "K"}}, inside={"K": inside}, outside={"K": outside})
    E = 1e3 * vrest.nernst_potential(1, *c, 310.0)
    assert answer["V_mV"]["m"] == pytest.approx(E, abs=1e-9)
    assert answer["roots"][0]["stable"]
    assert answer["certificate"]["converged"]
    assert answer["certificate"]["dissipation_violations"] == []


@pytest.mark.parametrize("seed", range(8))
def test_whatever_the_concentrations_one_path_always_has_a_rest(seed):
    rng = np.random.default_rng(seed)
    for _ in range(4):
        a, b = (10 ** rng.uniform(-3, 3, 2)).tolist()
        answer = rest({"K": leak("K", f"{float(10 ** rng.uniform(-12, -4))!r} m/s")}, {"K": f"{a!r} mM"}, {"K": f"{b!r} mM"})
        assert answer["V_mV"]["m"] == pytest.approx(1e3 * vrest.nernst_potential(1, a, b, 310.0), abs=1e-8)
        assert answer["certificate"]["dissipation_violations"] == []


def test_two_paths_of_one_ion_rest_at_its_nernst_potential_without_a_false_violation():
    answer = rest({"a": leak("K", "1.3e-8 m/s"), "b": {"kind": "ohmic", "ion": "K", "conductance": "0.77 S/m^2"}})
    assert answer["V_mV"]["m"] == pytest.approx(-89.016, abs=5e-4)
    assert answer["certificate"]["converged"]
    assert answer["certificate"]["dissipation_violations"] == []


# -- charge and field -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def held_at_minus_70():
    clamp = {"clamp": {"kind": "ohmic", "ion": "K", "conductance": "1 S/m^2", "reversal": "-70 mV"}}
    return rest(clamp, inside={"K": "150 mM", "Cl": "150 mM"}, outside={"K": "150 mM", "Cl": "150 mM"})


def test_a_sphere_of_20_um_holds_apart_one_potassium_ion_in_70000(held_at_minus_70):
    charge = held_at_minus_70["charge"]["m"]
    assert held_at_minus_70["V_mV"]["m"] == pytest.approx(-70.0, abs=1e-9)
    assert charge["moved_C"] == pytest.approx(8.796e-13, rel=1e-4, abs=0)
    assert charge["moved_mol"] == pytest.approx(9.117e-18, rel=1e-4, abs=0)
    assert charge["fraction_of"]["K"] == pytest.approx(1.451e-5, rel=1e-3)
    assert charge["moved_ions"] == pytest.approx(5.490e6, rel=1e-4)
    assert charge["surface_C_per_m2"] == pytest.approx(7e-4, rel=1e-9)
    assert charge["field_V_per_m"] == pytest.approx(1.75e7, rel=1e-9)
    assert charge["electric_pressure_Pa"] == pytest.approx(6125.0, rel=1e-9)
    assert charge["diffuse_drop_mV"] == pytest.approx({"inside": 0.8296, "outside": 0.8296}, abs=1e-4)


def test_at_140_millimolar_it_is_a_little_more():
    clamp = {"clamp": {"kind": "ohmic", "ion": "K", "conductance": "1 S/m^2", "reversal": "-70 mV"}}
    assert rest(clamp)["charge"]["m"]["fraction_of"]["K"] == pytest.approx(1.555e-5, rel=1e-3)


def test_a_divalent_ion_counts_twice_in_the_fraction():
    clamp = {"clamp": {"kind": "ohmic", "ion": "K", "conductance": "1 S/m^2", "reversal": "-70 mV"}}
    fractions = rest(clamp, inside=INSIDE | {"Ca": "10 mM"}, outside=OUTSIDE | {"Ca": "1 mM"})["charge"]["m"]["fraction_of"]
    assert fractions["Ca"] == pytest.approx(0.5 * fractions["Cl"], rel=1e-12)


def test_the_debye_length_of_150_millimolar_salt_is_0_779_nm():
    clamp = {"clamp": {"kind": "ohmic", "ion": "K", "conductance": "1 S/m^2", "reversal": "-70 mV"}}
    salt = {"K": "150 mM", "Cl": "150 mM"}
    answer = rest(clamp, inside=salt, outside=salt, temperature="37 degC")
    assert answer["debye_length_nm"] == pytest.approx({"inside": 0.779, "outside": 0.779}, abs=5e-4)


def test_impermeant_charges_shorten_the_debye_length():
    bare = cell(leaks("K"))
    filled = vrest.from_dict(bare.to_dict() | {"compartments": _with_impermeant(bare)})
    short, long = (vrest.rest(c).to_dict()["debye_length_nm"]["inside"] for c in (filled, bare))
    assert short < long


def _with_impermeant(bare):
    compartments = bare.to_dict()["compartments"]
    return compartments | {"inside": compartments["inside"] | {"impermeant": {"valence": "-1", "amount": "neutral"}}}


# -- slope and time ---------------------------------------------------------------------------------------------------


def test_the_time_constant_of_a_potassium_membrane_at_its_equilibrium_is_16_ms():
    answer = rest(leaks("K"))
    assert answer["time_constant_ms"]["m"] == pytest.approx(16.0, abs=0.05)


def test_the_slope_conductance_is_that_of_the_current_curve():
    result = vrest.rest(cell(leaks("K", "Na", "Cl")))
    h, V = 1e-6, result.V_m["m"]
    total = vrest.iv(cell(leaks("K", "Na", "Cl")), np.array([V - h, V + h])).membranes["m"]
    slope = np.diff(total.density(total.total))[0] / (2 * h)
    assert result.slope_conductance["m"] == pytest.approx(slope, rel=1e-6)
    assert result.time_constant["m"] == pytest.approx(0.01 / slope, rel=1e-6)


# -- several states ---------------------------------------------------------------------------------------------------


def muscle(K_out):
    rectifier = {
        "kind": "ghk",
        "ion": "K",
        "permeability": "2e-8 m/s",
        "factor": "1/(1 + exp((V - E_K - 10 mV)/(6 mV)))",
    }
    return cell(
        {"Kir": rectifier, "K_leak": leak("K", "8e-11 m/s"), "Na_leak": leak("Na", "3e-11 m/s")},
        outside=OUTSIDE | {"K": f"{K_out} mM"},
    )


def brute_force(K_out, resolution=1e-6):
    """Roots of the same net current, with numpy and nothing of vrest, on a grid of 0.001 mV."""
    k, e, N = 1.380649e-23, 1.602176634e-19, 6.02214076e23
    F, vT = N * e, k * 310.0 / e
    V = np.arange(-0.15, 0.08, resolution) + 3e-7

    def ghk(P, c_in, c_out):
        u = V / vT
        return P * F * u * (c_in - c_out * np.exp(-u)) / (1 - np.exp(-u))

    factor = 1 / (1 + np.exp((V - vT * np.log(K_out / 140) - 0.01) / 0.006))
    i = 2e-8 * factor * ghk(1, 140, K_out) + ghk(8e-11, 140, K_out) + ghk(3e-11, 12, 145)
    places = np.flatnonzero(np.sign(i[:-1]) != np.sign(i[1:]))
    return [(1e3 * (V[p] - i[p] * resolution / (i[p + 1] - i[p])), bool(i[p + 1] > i[p])) for p in places]


@pytest.mark.parametrize("K_out", [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 8.0])
def test_every_state_of_a_rectifying_fibre_is_that_of_a_brute_force_scan(K_out):
    roots = vrest.rest(muscle(K_out)).to_dict()["roots"]
    assert [root["V_mV"]["m"] for root in roots] == pytest.approx([V for V, _ in brute_force(K_out)], abs=1e-3)
    assert [root["stable"] for root in roots] == [stable for _, stable in brute_force(K_out)]


def test_at_low_potassium_it_has_a_stable_an_unstable_and_a_stable_state():
    counts = {K_out: len(brute_force(K_out)) for K_out in (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 8.0)}
    assert set(counts.values()) == {1, 3}
    several = [K_out for K_out, count in counts.items() if count == 3]
    answer = vrest.rest(muscle(several[0])).to_dict()
    assert [root["stable"] for root in answer["roots"]] == [True, False, True]
    assert answer["V_mV"]["m"] == min(root["V_mV"]["m"] for root in answer["roots"])
    assert any(note.startswith("3 states carry no net current") for note in answer["notes"])


def test_a_step_in_a_formula_that_no_current_balances_is_said_beside_the_real_state():
    gate = {"kind": "ohmic", "ion": "Na", "conductance": "20 S/m^2", "factor": "where(V > -50 mV, 1, 0)"}
    answer = rest({"K_leak": leak("K"), "Na_gate": gate})
    assert answer["V_mV"]["m"] == pytest.approx(-89.016, abs=5e-4)
    assert len(answer["roots"]) == 2
    assert any("jumps across zero at -50.000 mV" in note for note in answer["notes"])


def test_a_step_that_leaves_no_state_but_the_step_has_no_answer():
    steps = {
        "out": {"kind": "current", "ion": "K", "value": "1 uA/cm^2", "factor": "where(V > -60.01 mV, 1, 0)"},
        "in": {"kind": "current", "ion": "Na", "value": "-1 uA/cm^2", "factor": "where(V > -60.01 mV, 0, 1)"},
    }
    with pytest.raises(vrest.NoAnswerError, match="jumps across zero") as caught:
        rest(steps)
    assert caught.value.exit_code == 1


def test_a_membrane_closed_below_a_threshold_has_no_single_rest():
    gate = {"kind": "ohmic", "ion": "Na", "conductance": "20 S/m^2", "factor": "where(V > -50 mV, 1, 0)"}
    with pytest.raises(vrest.NoAnswerError, match="carries no net current at any potential from -83.4 to -50.[0-9] mV"):
        rest({"gate": gate})


# -- existence --------------------------------------------------------------------------------------------------------


def test_a_pump_alone_has_no_rest():
    with pytest.raises(vrest.NoAnswerError, match="no leak balances its pumps") as caught:
        rest({"pump": pump("0.01 A/m^2", "constant")})
    assert caught.value.exit_code == 1
    assert "outward everywhere" in str(caught.value)


def test_a_membrane_that_does_not_conduct_is_the_input_at_fault():
    with pytest.raises(vrest.InputError, match="nothing conducts") as caught:
        rest({"K_leak": leak("K", "0 m/s")})
    assert caught.value.exit_code == 2
    assert caught.value.problems[0].path == "m"


def test_a_strong_pump_widens_the_search():
    answer = rest({"K_leak": leak("K", "5e-9 m/s"), "Na_leak": leak("Na", "1e-12 m/s"), "pump": pump(law="constant")})
    assert answer["V_mV"]["m"] < -300
    low, high = answer["certificate"]["search"]["range_mV"]["m"]
    assert low < answer["V_mV"]["m"] < high
    assert answer["certificate"]["converged"]


def test_a_pump_stronger_than_two_volts_has_no_answer():
    with pytest.raises(vrest.NoAnswerError, match="no resting potential between -2"):
        rest({"K_leak": leak("K", "1e-10 m/s"), "pump": pump("50 A/m^2", "constant")})


def test_a_formula_that_is_nowhere_a_number_has_no_answer():
    broken = {"kind": "ohmic", "ion": "K", "conductance": "1 S/m^2", "factor": "sqrt(0 - 1 - abs(V/(1 mV)))"}
    with pytest.raises(vrest.NoAnswerError, match="not a finite number"):
        rest({"broken": broken})


def test_an_energy_that_is_not_described_is_refused_with_the_key_that_gives_it(pumped):
    assert "atp: {delta_G" in pumped["refused"]["mechanisms.m.pump.dissipation_W"]
    assert pumped["mechanisms"]["m"]["pump"]["dissipation_W"] is None
    assert pumped["atp_mol_per_s"] == pytest.approx(0.5293e-2 / 96485.33 * 1.25663706e-9, rel=1e-4, abs=0)
