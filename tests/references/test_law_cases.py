"""Published and computed reference values of single laws, each at the tolerance of its sheet in data/."""

import numpy as np
import pytest

from reference_rows import rows, sheet
from vrest.constants import AVOGADRO, ZERO_CELSIUS, F
from vrest.laws.atp import atp_free_energy, resting_atp_rate
from vrest.laws.capacitor import concentration_of_charge
from vrest.laws.donnan import donnan_concentrations, donnan_potential, donnan_pressure
from vrest.laws.double_layer import debye_length, water_permittivity
from vrest.laws.ghk import ghk_current_density, ghk_voltage
from vrest.laws.junction import henderson_potential
from vrest.laws.nernst import nernst_potential
from vrest.laws.pumps import ion_work


def name(row):
    return str(row.get("case") or row.get("cell") or row.get("state"))


@pytest.mark.parametrize("row", rows("nernst-textbook"), ids=name)
def test_nernst_potentials_of_classical_preparations(row):
    E = nernst_potential(row["z"], row["c_in_mM"], row["c_out_mM"], row["T_degC"] + ZERO_CELSIUS)
    assert pytest.approx(row["E_mV"], abs=0.01) == 1000 * E


@pytest.mark.parametrize(
    ("column", "z", "c_out", "c_in"),
    [
        ("I_over_P_K_4_140", 1, 4.0, 140.0),
        ("I_over_P_Na_145_12", 1, 145.0, 12.0),
        ("I_over_P_Cl_120_7", -1, 120.0, 7.0),
        ("I_over_P_Ca_1p5_1e-4", 2, 1.5, 1e-4),
        ("I_over_P_K_100_100", 1, 100.0, 100.0),
    ],
)
def test_ghk_current_of_five_ions(column, z, c_out, c_in):
    table = rows("ghk-flux")
    V = np.array([row["V_mV"] for row in table]) / 1000
    expected = np.array([row[column] for row in table])
    np.testing.assert_allclose(ghk_current_density(V, 1.0, z, c_in, c_out, 310.15), expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("row", rows("donnan"), ids=name)
def test_donnan_ratio_potential_and_pressure(row):
    T = row["T_degC"] + ZERO_CELSIUS
    bath = ([1, -1], [row["salt_out_mM"]] * 2, row["z_X"], row["X_mM"], T)
    inside = donnan_concentrations(*bath)
    assert inside == pytest.approx([row["cation_in_mM"], row["anion_in_mM"]], rel=0.001)
    assert inside[0] / row["salt_out_mM"] == pytest.approx(row["ratio_r=cation_in/out"], rel=0.001)
    assert 1000 * donnan_potential(*bath) == pytest.approx(row["E_in_minus_out_mV"], rel=0.001)
    assert donnan_pressure(*bath) / 1000 == pytest.approx(row["pressure_kPa_ideal"], rel=0.001)


@pytest.mark.parametrize("row", rows("debye-length"), ids=lambda row: f"{row['T_degC']:g} degC, {row['ionic_strength_mM']:g} mM")
def test_debye_length(row):
    T, c = row["T_degC"] + ZERO_CELSIUS, row["ionic_strength_mM"]
    assert 1e9 * debye_length([1, -1], [c, c], T) == pytest.approx(row["Debye_length_nm"], rel=0.005)
    assert 1e9 * debye_length([1, -1], [c, c], T, row["eps_r"]) == pytest.approx(row["Debye_length_nm"], rel=2e-5)
    assert water_permittivity(T) == pytest.approx(row["eps_r"], rel=0.001)


@pytest.mark.parametrize("row", rows("debye-length", "capacitance_charge.csv"), ids=name)
def test_charge_separation_as_a_mean_concentration(row):
    dimensions = 2 if "cylinder" in row["case"] else 3
    charge = row["C_uF_cm2"] * 0.01 * row["dV_mV"] / 1000
    per_area = concentration_of_charge(charge, row["radius_m"] / dimensions)
    assert 1000 * per_area == pytest.approx(float(row["mean_concentration_change"].split()[0]), rel=1e-4)
    assert charge / F * AVOGADRO == pytest.approx(float(row["surface_charge"].split()[0]), rel=2e-5)


@pytest.mark.parametrize("row", rows("atp-energy"), ids=lambda row: f"{row['cell']} {row['T_degC']:g} degC")
def test_free_energy_of_atp_in_cells(row):
    delta_G = atp_free_energy(
        row["ATP_mM"], row["ADP_mM"], row["Pi_mM"], row["T_degC"] + ZERO_CELSIUS, 1000 * row["dG0prime_kJ_mol"]
    )
    assert delta_G / 1000 == pytest.approx(row["dG_hydrolysis_kJ_mol"], abs=0.2)


@pytest.mark.parametrize("row", rows("atp-energy", "nak_cycle_work.csv"), ids=name)
def test_work_of_one_sodium_pump_cycle(row):
    V_m, T = row["Vm_mV"] / 1000, row["T_degC"] + ZERO_CELSIUS
    work = ion_work(V_m, [1, 1], [3, -2], [row["Na_i"], row["K_i"]], [row["Na_o"], row["K_o"]], T)
    assert work / 1000 == pytest.approx(row["work_per_3Na2K_cycle_kJ_mol"], abs=0.2)
    assert work / 1000 == pytest.approx(row["work_per_3Na2K_cycle_kJ_mol"], abs=6e-4)


def test_resting_atp_of_a_neuron_by_its_input_resistance():
    expected = sheet("atp-energy")["expected"]["attwell_laughlin_neuron"]
    V_m, E_Na, E_K = (expected[key] / 1000 for key in ("V_mV", "V_Na_mV", "V_K_mV"))
    molecules = AVOGADRO * resting_atp_rate(V_m, expected["R_in_MOhm"] * 1e6, E_Na, E_K)
    assert molecules == pytest.approx(float(expected["ATP_per_s_computed"]), rel=0.01)
    assert molecules == pytest.approx(expected["ATP_per_s_published"], rel=0.02)


@pytest.mark.parametrize("row", rows("hodgkin-katz1949"), ids=name)
def test_ghk_voltage_of_the_squid_axon_in_three_states(row):
    ions = ("K", "Na", "Cl")
    V = ghk_voltage(
        [row[f"P_{ion}"] for ion in ions],
        [1, 1, -1],
        [row[f"{ion}_i_mM"] for ion in ions],
        [row[f"{ion}_o_mM"] for ion in ions],
        row["T_degC"] + ZERO_CELSIUS,
    )
    assert pytest.approx(row["Vm_GHK_mV_computed"], abs=0.05) == 1000 * V
    assert pytest.approx(row["Vm_published_mV"], abs=1.5) == 1000 * V


@pytest.mark.parametrize("case", sheet("liquid-junction")["sets"], ids=lambda case: case["case"])
def test_liquid_junction_potentials(case):
    ions = case["ions"]
    columns = ([ion[key] for ion in ions] for key in ("z", "lambda_equivalent_S_cm2_per_eq", "c_side0_mM", "c_sideL_mM"))
    E = 1000 * henderson_potential(*columns, case["T_C"] + ZERO_CELSIUS)
    assert pytest.approx(case["expected_LJP_mV"], abs=case["tolerance_mV"]) == E
    assert pytest.approx(case["henderson_mV"], abs=0.02) == E
