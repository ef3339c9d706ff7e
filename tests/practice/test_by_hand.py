"""Answers of exercises against the textbook's equations, written here with NumPy and nothing of vrest."""

import numpy as np
import pytest

from vrest import practice

R, F, N_A = 8.31446261815324, 96485.33212331001, 6.02214076e23


BY_HAND = {
    "nernst-chloride": lambda q: -1e3 * R * (q["T"] + 273.15) / F * np.log(q["Cl_out"] / q["Cl_in"]),
    "nernst-calcium": lambda q: 1e3 * R * (q["T"] + 273.15) / (2 * F) * np.log(q["Ca_out"] * 1e6 / q["Ca_in"]),
    "nernst-inverse": lambda q: q["K_in"] * np.exp(q["V"] * 1e-3 * F / (R * 310)),
    "driving-force": lambda q: q["V"] - 1e3 * R * (q["T"] + 273.15) / F * np.log(q["Na_out"] / q["Na_in"]),
    "donnan-potential": lambda q: -1e3 * R * (q["T"] + 273.15) / F * np.arcsinh(q["c_X"] / (2 * q["c"])),
    "donnan-potassium": lambda q: np.roots([1, -q["c_X"], -(q["c"] ** 2)]).max(),
    "donnan-pressure": lambda q: R * (q["T"] + 273.15) * (np.hypot(q["c_X"], 2 * q["c"]) + q["c_X"] - 2 * q["c"]) / 1e3,
    "ghk-voltage": lambda q: (
        1e3
        * R
        * 310
        / F
        * np.log(
            (q["K_out"] + q["P_Na"] * q["Na_out"] + q["P_Cl"] * q["Cl_in"])
            / (q["K_in"] + q["P_Na"] * q["Na_in"] + q["P_Cl"] * q["Cl_out"])
        )
    ),
    "no-potassium-leak": lambda q: (
        1e3 * R * 310 / F * np.log((145 * q["P_Na"] + 0.45 * q["Cl_in"]) / (12 * q["P_Na"] + 0.45 * 110))
    ),
    "chord-potential": lambda q: np.average([q["E_K"], q["E_Na"]], weights=[q["g_K"], q["g_Na"]]),
    "pump-current": lambda q: q["r"] * 1e6 * F / N_A * 1e12,
    "atp-of-leak": lambda q: q["i"] * 1e-12 / (3 * F) * 1e18,
    "pump-work": lambda q: (
        (
            3 * (R * 310 * np.log(q["Na_out"] / q["Na_in"]) - F * q["V"] * 1e-3)
            - 2 * (R * 310 * np.log(q["K_out"] / q["K_in"]) - F * q["V"] * 1e-3)
        )
        / 1e3
    ),
    "atp-free-energy": lambda q: -30.5 + R * 310 * np.log(q["ADP"] * q["Pi"] / q["ATP"] * 1e-3) / 1e3,
    "charge-of-cell": lambda q: 0.01 * np.pi * (q["d"] * 1e-6) ** 2 * abs(q["V"]) * 1e-3 * 1e12,
    "ions-moved": lambda q: (
        q["K"] * np.pi / 6 * (q["d"] * 1e-6) ** 3 * F / (0.01 * np.pi * (q["d"] * 1e-6) ** 2 * abs(q["V"]) * 1e-3)
    ),
    "membrane-field": lambda q: abs(q["V"]) / q["d"],
    "debye-divalent": lambda q: 0.5 * np.dot([q["s"], q["m"], q["s"] + 2 * q["m"]], [1, 4, 1]),
    "time-constant": lambda q: q["R_in"] * q["C"] * 1e-3,
    "time-to-reach": lambda q: -q["tau"] * np.log1p(-q["f"]),
    "hypokalaemia": lambda q: 1e3 * R * 310.15 / F * np.log(q["K_2"] / q["K_1"]),
    "pmf-mitochondrion": lambda q: q["V"] - 1e3 * R * 310 * np.log(10) / F * (q["pH_in"] - q["pH_out"]),
    "atp-synthase-protons": lambda q: q["G"] * 1e6 / (F * abs(q["p"])),
    "lysosome-potential": lambda q: 1e3 * R * 310 / F * np.log(10 ** -q["pH_out"] / 10 ** -q["pH_in"]),
    "plant-uptake": lambda q: q["c"] * 1e-3 * np.exp(-q["V"] * 1e-3 * F / (R * 293)),
    "mullins-noda": lambda q: (
        1e3 * R * 310 / F * np.log((1.5 * q["K_out"] + q["P"] * q["Na_out"]) / (1.5 * q["K_in"] + q["P"] * q["Na_in"]))
    ),
}


@pytest.mark.parametrize("name", list(BY_HAND))
def test_an_answer_is_that_of_the_textbooks_equation(name):
    for seed in (1, 2, 3):
        drawn = practice.draw(practice.exercise(name), seed)
        numbers = {key: float(text) for key, text in drawn.written.items()}
        assert drawn.value == pytest.approx(BY_HAND[name](numbers), rel=1e-9), name
