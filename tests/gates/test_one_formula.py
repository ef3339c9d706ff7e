"""A held cell whose current is one formula with states: its parts cancel within it, and what it is near zero is measured by V."""

import math

import pytest

import vrest

CELL = {
    "cell": "one-formula",
    "temperature": "310 K",
    "compartments": {
        "outside": {"role": "bath", "ions": {"K": "4 mM"}},
        "inside": {"role": "held", "volume": "1 pL", "ions": {"K": "140 mM"}},
    },
    "membranes": {
        "plasma": {
            "between": ["inside", "outside"],
            "capacitance": "10 pF",
            "mechanisms": {
                "all": {
                    "kind": "formula",
                    "stoichiometry": {"K": 1},
                    "rate": "g/F*(V - E_K) - x*(1 - x)*k",
                    "parameters": {"g": "1 nS", "k": "1e-18 mol/s"},
                    "states": {"x": {"rate": "(K_out/(8 mM) - x*x*2)/(1 s)", "start": {"value": "0.3"}}},
                }
            },
        }
    },
}


def test_the_steady_state_of_one_formula_is_found_and_certified():
    """x = 1/2, and V where g (V - E_K) = F k/4."""
    steady = vrest.steady_state(vrest.from_dict(CELL)).to_dict()
    E_K = 8.314462618 * 310 / 96485.33212 * math.log(4 / 140)
    V = E_K + 96485.33212 * 0.25e-18 / 1e-9
    assert steady["V_mV"]["plasma"] == pytest.approx(1e3 * V, abs=1e-6)
    assert steady["states"]["plasma.all.x"] == pytest.approx(0.5, rel=1e-9)
    assert steady["certificate"]["converged"]
