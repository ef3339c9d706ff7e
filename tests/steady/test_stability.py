"""Whether a deviation dies away is told by each eigenvalue's own error, not by the fastest rate of the cell."""

import numpy as np
import pytest

import vrest
from vrest.questions.steady.stability import Spectrum
from vrest.results.base import Unknown

SLOW_BESIDE_FAST = {
    "cell": "osmometer",
    "temperature": "300 K",
    "compartments": {
        "outside": {"role": "bath", "ions": {"Na": "437 mM", "K": "20 mM", "Cl": "457 mM"}},
        "inside": {
            "volume": "100 pL",
            "ions": {"Na": "50 mM", "K": "300 mM", "Cl": "100 mM"},
            "impermeant": {"valence": -1, "amount": "neutral"},
        },
    },
    "membranes": {
        "m": {
            "between": ["inside", "outside"],
            "area": "10000 um^2",
            "capacitance": "1e-3 uF/cm^2",
            "water": "instantaneous",
            "mechanisms": {
                "Na": {"kind": "ohmic", "ion": "Na", "conductance": "0.1 S/m^2"},
                "K": {"kind": "ohmic", "ion": "K", "conductance": "0.9090909090909092 S/m^2"},
                "Cl": {"kind": "ohmic", "ion": "Cl", "conductance": "0.1 S/m^2"},
                "pump": {"kind": "na_k_atpase", "law": "constant", "max_current": "0.03360759972236619 A/m^2"},
            },
        }
    },
}
"""Rates from 1.7e11 to 7e-7 per second."""
CALCIUM = {
    "cell": "calcium",
    "temperature": "310 K",
    "compartments": {
        "outside": {
            "role": "bath",
            "ions": {"K": "5 mM", "Na": "145 mM", "Cl": "140 mM", "Ca": "1.5 mM"},
            "impermeant": {"valence": -1, "amount": "neutral"},
        },
        "inside": {
            "volume": "2 pL",
            "ions": {"K": "140 mM", "Na": "12 mM", "Cl": "10 mM", "Ca": "1e-4 mM"},
            "impermeant": {"valence": -1, "amount": "neutral"},
            "atp": {"delta_G": "-55 kJ/mol"},
        },
    },
    "membranes": {
        "plasma": {
            "between": ["inside", "outside"],
            "area": "1000 um^2",
            "capacitance": "1 uF/cm^2",
            "mechanisms": {
                "K_leak": {"kind": "ghk", "ion": "K", "permeability": "1e-8 m/s"},
                "Na_leak": {"kind": "ghk", "ion": "Na", "permeability": "4e-10 m/s"},
                "Cl_leak": {"kind": "ghk", "ion": "Cl", "permeability": "4.5e-9 m/s"},
                "pump": {
                    "kind": "na_k_atpase",
                    "law": "saturating",
                    "max_current": "0.05 A/m^2",
                    "K_Na": "10 mM",
                    "K_K": "1.5 mM",
                },
                "Ca_leak": {"kind": "ghk", "ion": "Ca", "permeability": "1e-13 m/s"},
                "PMCA": {
                    "kind": "primary_pump",
                    "law": "reversible",
                    "stoichiometry": {"Ca": 1},
                    "atp": 2,
                    "max_current": "1e-3 A/m^2",
                },
            },
        }
    },
}
"""Calcium relaxes at 5e13 per second to 1e-16 mM, everything else within minutes."""


@pytest.fixture(scope="module")
def calcium():
    return vrest.steady_state(vrest.from_dict(CALCIUM))


def test_a_slow_eigenvalue_beside_fast_ones_is_that_of_the_exact_jacobian_and_stable():
    """The Jacobian with 80 digits has -1.749e11, -1.00909e5 and -7.0264e-7 per second."""
    found = vrest.steady_state(vrest.from_dict(SLOW_BESIDE_FAST))
    assert found.point.V_m["m"] == pytest.approx(-6.952924e-3, abs=1e-8)
    assert found.point.stable is True
    assert found.decay_rates == pytest.approx([-7.0264e-7, -1.009091e5, -1.748992e11], rel=1e-6)


def test_all_deviations_that_fall_make_a_stable_state(calcium):
    assert max(calcium.decay_rates) < 0
    assert calcium.point.stable is True


def test_a_state_to_which_an_ion_falls_at_once_is_reached_and_no_exhaustion_is_told(calcium):
    assert not any("exhausted" in note for note in calcium.notes)
    assert any(note.startswith("From the described composition the cell goes") for note in calcium.notes)
    run = vrest.simulate(vrest.from_dict(CALCIUM), until="30 h")
    assert run.V["plasma"][-1] == pytest.approx(calcium.point.V_m["plasma"], abs=1e-6)


@pytest.mark.parametrize(
    ("values", "errors", "stable"),
    [([-1e-9, -1e6], [1e-10, 1e-3], True), ([-1e-9, -1e6], [1e-8, 1e-3], None), ([1e-9, -1e6], [1e-10, 1e-3], False)],
)
def test_a_sign_within_the_error_of_its_eigenvalue_is_open(values, errors, stable):
    assert Spectrum(np.array(values), np.array(errors)).stable is stable


def test_an_open_sign_is_null_with_its_sentence(monkeypatch):
    monkeypatch.setattr(Spectrum, "stable", property(lambda spectrum: None))
    found = vrest.steady_state(vrest.from_dict(CALCIUM))
    assert isinstance(found.point.stable, Unknown)
    answer = found.to_dict()
    assert answer["stable"] is None
    assert "cannot be told" in answer["refused"]["stable"]
    assert "cannot be told" in str(found)
