"""Cells of fungi, bacteria and plants: their rests against numbers worked out by other means, and the numbers of pumps of organelles."""

import csv
import math
import tomllib
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq

import vrest

F, R = 96485.33212331001, 8.314462618153241
CELLS = ["e-coli", "lysosome", "neurospora", "plant-cell"]
DATA = Path(vrest.__file__).parent / "data"
BIBLIOGRAPHY = tomllib.loads((DATA / "bibliography.toml").read_text(encoding="utf-8"))


def rest(name, **settings):
    return vrest.rest(vrest.load(name).replace({path.replace("__", "."): value for path, value in settings.items()}))


def mV(result):
    return 1e3 * result.V_m["plasma"]


def density(result, word):
    return result.mechanisms["plasma"][word].current_density


@pytest.mark.parametrize("name", CELLS)
def test_every_number_says_how_it_is_known_and_from_where(name):
    numbers = {path: value for path, value in vrest.load(name).settable.items() if value.note != "default"}
    assert not [path for path, value in numbers.items() if value.certainty is None]
    assert not [path for path, value in numbers.items() if not value.source and not value.note]
    assert not [path for path, value in numbers.items() if value.certainty == "measured" and not value.source]
    assert not [path for path, value in numbers.items() if value.certainty == "derived" and not value.note]
    assert {value.source for value in numbers.values() if value.source} <= set(BIBLIOGRAPHY)


@pytest.mark.parametrize("name", CELLS)
def test_it_rests_within_its_band_certified_and_stable(name):
    result, band = rest(name), vrest.load(name).band
    (V,) = result.V_m.values()
    assert band.low.si <= V <= band.high.si
    assert result.certificate.converged
    assert result.certificate.dissipation_violations == ()
    assert any(root.stable is True for root in result.roots)


def test_the_energy_of_a_bacterium_closes():
    energy = rest("e-coli").energy
    given = energy.atp_power + energy.drive_power
    assert given - energy.work_on_ions - energy.dissipated_in_pumps == pytest.approx(0, abs=1e-12 * abs(energy.drive_power))


# -- a fungus ---------------------------------------------------------------------------------------------------------


def two_states(V, dG=-52e3, part=1.0):
    """The pump of the hypha [A/m^2], from the printed equations."""
    T = 296.15
    reversal = dG / F - R * T / F * math.log(10 ** (5.8 - 7.2))
    k_io, k_oi = 1e4 * math.exp(F * V / (2 * R * T)), 0.05 * math.exp(-F * V / (2 * R * T))
    back = math.exp(F * reversal / (R * T)) * 1e4 / 0.05
    return part * 0.2 * (k_io - k_oi * back) / (k_io + k_oi + 1 + back)


def test_the_pump_holds_the_potential_of_a_hypha():
    result = rest("neurospora")
    expected = brentq(lambda V: two_states(V) + (V + 0.025), -0.4, 0.1, xtol=1e-14)
    assert mV(result) == pytest.approx(1e3 * expected, abs=1e-6)
    assert mV(result) == pytest.approx(-218.5, abs=0.05)
    assert density(result, "pump") == pytest.approx(0.1935, abs=5e-5)
    assert mV(result) < -2 * 91  # far beyond E_K


def test_less_pump_and_no_pump():
    assert mV(rest("neurospora", plasma__pump__max_current="0.02 A/m^2")) == pytest.approx(-45, abs=0.1)
    assert mV(rest("neurospora", plasma__pump__max_current=0)) == pytest.approx(-25, abs=1e-6)


def test_the_pump_alone_comes_to_its_reversal_potential():
    result = rest("neurospora", plasma__leak__conductance="1e-12 S/m^2")
    assert mV(result) == pytest.approx(-456.7, abs=0.05)
    assert result.mechanisms["plasma"]["pump"].affinity == pytest.approx(0.0, abs=1.0)


def test_atp_hardly_matters_above_35_kJ_per_mol():
    weak = {kJ: mV(rest("neurospora", inside__atp__delta_G=f"-{kJ} kJ/mol")) for kJ in (52, 45, 40, 35, 25, 20)}
    assert weak[45] - weak[52] < 0.5
    assert weak[40] - weak[52] < 3
    assert 10 < weak[35] - weak[52] < 14
    assert weak[25] - weak[52] > 70
    assert weak[20] > weak[25] > weak[35]


def test_a_poisoned_hypha_comes_to_its_leak_with_C_over_g():
    step = {"at": "1 s", "set": {"plasma.pump.max_current": 0}}
    run = vrest.simulate(vrest.load("neurospora"), {"until": "2 s", "events": [step]}, at=["1.01 s", "1.1 s"])
    V = run.to_dict()["V_mV"]["plasma"]
    assert V[0] + 25 == pytest.approx((-218.52 + 25) / math.e, abs=0.05)
    assert V[1] == pytest.approx(-25, abs=0.05)


# -- a bacterium ------------------------------------------------------------------------------------------------------


def force(L_a=2.16e-7):
    """The proton-motive force [V] in closed form."""
    T = 310.15
    L_r, dG_r, dG_a, n = 8.4e-9, -215e3, -47e3, 10 / 3
    b = 8 * F * L_r * (-dG_r) / (R * T) - n * F * L_a * dG_a / (R * T)
    a = 64 * F**2 * L_r / (R * T) + n**2 * F**2 * L_a / (R * T) + 0.016
    return -b / a


def test_the_force_of_a_bacterium_is_the_balance_of_its_protons():
    answer = rest("e-coli").to_dict()
    assert answer["pmf"]["plasma"]["mV"] == pytest.approx(1e3 * force(), abs=1e-6)
    assert answer["pmf"]["plasma"]["mV"] == pytest.approx(-170.11, abs=5e-3)
    assert answer["V_mV"]["plasma"] == pytest.approx(-133.19, abs=5e-3)
    per_area = {word: one.turnover / 5e-12 for word, one in rest("e-coli").mechanisms["plasma"].items() if one.turnover}
    assert per_area["respiration"] == pytest.approx(2.726e-7, rel=2e-4)
    assert -per_area["synthase"] == pytest.approx(6.458e-7, rel=2e-4)
    assert -per_area["synthase"] / per_area["respiration"] == pytest.approx(2.37, abs=5e-3)


def test_without_a_synthase_respiration_comes_near_to_its_stall():
    result = rest("e-coli", plasma__synthase__rate=0)
    assert result.to_dict()["pmf"]["plasma"]["mV"] == pytest.approx(-276.3, abs=0.05)
    assert result.to_dict()["pmf"]["plasma"]["mV"] > -215e6 / (8 * F)


def test_atp_is_made_and_counted_and_respiration_is_the_drive():
    answer = rest("e-coli").to_dict()
    synthase = answer["mechanisms"]["plasma"]["synthase"]
    assert answer["atp_mol_per_s"] == synthase["atp_mol_per_s"] == pytest.approx(-6.458e-7 * 5e-12, rel=2e-4)
    assert answer["energy"]["atp_W"] == pytest.approx(47e3 * answer["atp_mol_per_s"])
    assert answer["energy"]["drive_W"] == pytest.approx(215e3 * 2.726e-7 * 5e-12, rel=2e-4)


def test_a_strictly_bound_chain_would_sit_at_its_limit():
    """With turnover that is bound only at its stall: within 1 mV of the limit of -278.5 mV, with and without a synthase."""
    pump = {"kind": "primary_pump", "law": "reversible", "stoichiometry": {"H": 8}, "max_rate": "1e-4 mol/(m^2 s)"}
    ways = {
        "respiration": pump | {"drive": {"delta_G": "-215 kJ/mol"}},
        "synthase": {"kind": "atp_synthase", "law": "affinity", "coupling": 10 / 3, "rate": "2.16e-7 mol/(m^2 s)"},
        "leak": {"kind": "ohmic", "ion": "H", "conductance": "0.016 S/m^2"},
    }
    spaces = {
        "outside": {"role": "bath", "ions": {"H": "1e-4 mM"}},
        "inside": {"role": "held", "ions": {"H": "2.5118864315e-5 mM"}, "atp": {"delta_G": "-47 kJ/mol"}},
    }
    membrane = {"between": ["inside", "outside"], "mechanisms": ways}
    cell = vrest.from_dict({"cell": "c", "temperature": "310.15 K", "compartments": spaces, "membranes": {"plasma": membrane}})
    limit = -215e6 / (8 * F)
    for settings in ({}, {"plasma.synthase.rate": 0}):
        assert vrest.rest(cell.replace(settings)).to_dict()["pmf"]["plasma"]["mV"] == pytest.approx(limit, abs=1)


# -- a plant ----------------------------------------------------------------------------------------------------------


def test_a_plant_cell_rests_beyond_E_K_by_its_pump():
    result = rest("plant-cell")
    assert mV(result) == pytest.approx(-146.927, abs=0.1)
    currents = {word: 1e3 * density(result, word) for word in ("pump", "symport", "Cl", "K_in", "K_out")}
    published = {"pump": 226.27, "symport": -139.41, "Cl": -49.31, "K_in": -36.21, "K_out": -1.35}
    assert currents == pytest.approx(published, rel=0.01)
    assert result.instantaneous_conductance["plasma"] == pytest.approx(2.729, rel=0.01)


@pytest.mark.parametrize(("path", "factor", "V"), [("Cl.conductance", 0, -163.61), ("K_in.conductance", 0, -182.9),
                                                   ("symport.conductance", 0, -249.4), ("pump.rate", 0, -39.86),
                                                   ("pump.rate", 0.5, -49.71), ("pump.rate", 2, -219.3)])  # fmt: skip
def test_a_plant_cell_without_or_with_more_of_one_of_its_ways(path, factor, V):
    cell = vrest.load("plant-cell")
    value = cell.settable[f"plasma.{path}"]
    result = vrest.rest(cell.replace({f"plasma.{path}": f"{value.si * factor!r} {'S/m^2' if 'cond' in path else 'mol/(m^2 s)'}"}))
    assert mV(result) == pytest.approx(V, abs=0.15)
    if factor == 0 and path == "pump.rate":
        assert mV(result) > -100  # never beyond E_K without the pump


def test_the_pump_of_the_plant_stalls_at_its_reversal_potential():
    cell = vrest.load("plant-cell")
    sides = [cell.compartments[side].ions["H"].si for side in ("inside", "outside")]
    stall = vrest.pump_stall_potential(cell.compartments["inside"].delta_G.si, [1], [1], [sides[0]], [sides[1]], 293.0)
    assert 1e3 * stall == pytest.approx(-400, abs=0.05)


def test_a_pulse_makes_an_action_potential_of_a_second_or_two():
    """0.01 A/m^2 for 1 s: a peak of about +5 mV, some 1.7 s above half height."""
    current = f"{0.01e12 * math.pi * 40e-6**2!r} pA"
    events = [{"from": "1 s", "to": "2 s", "into": "inside", "current": current}]
    run = vrest.simulate(vrest.load("plant-cell"), {"until": "40 s", "events": events}, every="10 ms")
    V = np.array(run.to_dict()["V_mV"]["plasma"])
    assert V.max() == pytest.approx(5, abs=2)
    half = 0.5 * (V.max() - 146.9)
    assert 0.01 * np.count_nonzero(half < V) == pytest.approx(1.7, abs=0.2)
    assert V[-1] == pytest.approx(-146.9, abs=1)


# -- organelles -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "pmf", "dpH"), [(1, 518.2, 8.25), (2, 259.1, 3.87), (3, 172.7, 2.41), (4, 129.6, 1.68)])
def test_how_acid_a_vacuole_can_become_with_so_many_protons_per_atp(n, pmf, dpH):
    """-50 kJ/mol, 298.15 K, the vacuole 30 mV above a cytosol of pH 7.5."""
    H = [10 ** -(7.5 - dpH) * 1e3, 10**-7.5 * 1e3]
    stall = vrest.pump_stall_potential(-50e3, [1], [-n], [H[0]], [H[1]], 298.15)
    assert 1e3 * stall == pytest.approx(30, abs=0.3)
    assert 1e3 * vrest.proton_motive_force(stall, 7.5 - dpH, 7.5, 298.15) == pytest.approx(pmf, abs=0.1)


def test_what_pyrophosphate_can_pay_for():
    assert 1e3 * vrest.pump_stall_potential(-20e3, [1], [-1], [1.0], [1.0], 298.15) == pytest.approx(207.3, abs=0.05)


@pytest.mark.parametrize(("dpH", "V", "ratio"), [(2, 0.03, 57.6), (2, 0.0, 10.0), (1.5, 0.02, 18.1)])
def test_nitrate_that_an_exchanger_holds_in_a_vacuole(dpH, V, ratio):
    """Two nitrate in for one H+ out, at its equilibrium."""
    NO3 = brentq(
        lambda x: vrest.ion_work(V, [-1, 1], [-2, 1], [x, 10**dpH], [1.0, 1.0], 298.15), 1e-3, 1e6, xtol=1e-12, rtol=1e-12
    )
    assert pytest.approx(ratio, rel=2e-3) == NO3


def test_a_yeast_pump_is_never_at_its_stall():
    """One H+ per ATP of -50 kJ/mol: a force of -518 mV; at pH 7.0 in 4.5 V may reach -370 mV. 0.1 mM K+ would be 34 mM inside at -150 mV."""
    stall = vrest.pump_stall_potential(-50e3, [1], [1], [1e-4], [10**-1.5], 298.15)
    assert 1e3 * stall == pytest.approx(-370, abs=1)
    assert 1e3 * vrest.proton_motive_force(stall, 7.0, 4.5, 298.15) == pytest.approx(-518, abs=0.5)
    assert 0.1 * vrest.concentration_ratio(-0.15, 1, 298.15) == pytest.approx(34, abs=0.5)


def test_the_threshold_of_the_synthase_of_chloroplasts():
    """n = 14/3 H+: it stalls where the force is 94.7 mV, 442 mV for an ATP; positive with the lumen positive and acid."""
    free_energy = -0.442 * F
    stall = vrest.pump_stall_potential(free_energy, [1], [-14 / 3], [1.0], [1.0], 298.15)
    assert 1e3 * stall == pytest.approx(94.7, abs=0.05)


# -- a lysosome -------------------------------------------------------------------------------------------------------

AVOGADRO = 6.02214076e23
NO_CLC = {"membrane.ClC_7.carriers": 0}
CL_PATH = {"membrane.Cl_leak.P": "1.2e-7 m/s"}


def acidified(settings, *times):
    """pH and V [mV] of the lumen at times [s], from the described composition; and what it holds in the end."""
    cell = vrest.load("lysosome").replace(settings)
    run = vrest.simulate(cell, {"until": "2000 s", "start": "described"}, at=[f"{time} s" for time in times]).to_dict()
    return run["pH"]["lumen"], run["V_mV"]["membrane"], {ion: c[-1] for ion, c in run["inside_mM"]["lumen"].items()}


def test_a_lysosome_becomes_acid_with_its_exchanger():
    pH, V, inside = acidified({}, 60, 300, 2000)
    assert pH == pytest.approx([6.447, 5.528, 4.622], abs=5e-3)
    assert V[-1] == pytest.approx(1.82, abs=0.1)
    assert (inside["K"], inside["Cl"]) == pytest.approx((135.1, 215.5), rel=0.01)


@pytest.mark.parametrize(("settings", "pH", "mV"), [(NO_CLC | CL_PATH, 5.075, 51.4), (NO_CLC, 4.866, 29.8)])
def test_without_a_partner_the_potential_stops_the_pump(settings, pH, mV):
    found, V, _ = acidified(settings, 2000)
    assert found[-1] == pytest.approx(pH, abs=5e-3)
    assert V[-1] == pytest.approx(mV, abs=0.1)


def test_a_chloride_leak_short_circuits_the_exchanger():
    found, _, _ = acidified(CL_PATH, 2000)
    assert found[-1] == pytest.approx(7.20, abs=5e-3)


def test_the_steady_state_of_a_lysosome_is_where_it_goes():
    answer = vrest.steady_state(vrest.load("lysosome")).to_dict()
    assert answer["pH"]["lumen"] == pytest.approx(4.62, abs=5e-3)
    assert answer["V_mV"]["membrane"] == pytest.approx(1.79, abs=0.05)
    assert answer["certificate"]["converged"]
    assert answer["certificate"]["dissipation_violations"] == []


def table_of_a_lysosome():
    with (Path(__file__).parent / "lysosome-vatpase.csv").open(encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    pH = [float(word.removeprefix("pH")) for word in head[1:]]
    return pH, {float(row[0]): [float(x) for x in row[1:]] for row in rows}


@pytest.mark.parametrize("V", [-100, 0, 120, 140, 260])
def test_the_table_of_a_lysosome_is_that_of_its_pump(V):
    """V is that between the surfaces, 50 mV above the one between the bulks."""
    pH, flux = table_of_a_lysosome()
    rate = vrest.load("lysosome").membranes["membrane"].mechanisms["pump"].rate
    for one, expected in zip(pH, flux[V], strict=True):
        given = {"V": V / 1e3 - 0.05, "pH_in": one, "pumps": 300.0, "surface": 0.05}
        assert rate.evaluate(given) * AVOGADRO / 300 == pytest.approx(expected, abs=1e-9)


def test_the_table_falls_with_potential_and_acid_between_its_points_too():
    rate = vrest.load("lysosome").membranes["membrane"].mechanisms["pump"].rate
    V, pH = np.linspace(-0.1, 0.26, 400), np.linspace(4.0, 7.2, 200)
    given = {"pumps": 300.0, "surface": 0.0}
    grid = np.array([rate.evaluate(given | {"V": V, "pH_in": np.full(V.shape, one)}) for one in pH])
    size = np.abs(grid).max()
    assert np.diff(grid, axis=1).max() < 1e-9 * size
    assert np.diff(grid, axis=0).min() > -1e-9 * size
