"""States that no cell can have, cells whose contents are held, and traces that nothing buffers."""

import pytest

import vrest
from vrest.results.base import Unknown

PLANT = {
    "cell": "plant",
    "temperature": "22 degC",
    "compartments": {
        "soil": {"role": "bath", "ions": {"K": "1 mM", "NO3": "0.5 mM", "H": "1 uM"}},
        "cytosol": {
            "shape": {"sphere": {"diameter": "30 um"}},
            "ions": {"K": "100 mM", "NO3": "5 mM", "H": "60 nM"},
            "impermeant": {"valence": -0.5, "amount": "neutral"},
            "atp": {"delta_G": "-50 kJ/mol"},
        },
    },
    "membranes": {
        "pm": {
            "between": ["cytosol", "soil"],
            "capacitance": "1 uF/cm^2",
            "water": {"permeability": "1e-5 m/s"},
            "wall": {"elastic_modulus": "5 MPa", "turgor": "0.4 MPa"},
            "mechanisms": {
                "K": {"kind": "ghk", "ion": "K", "permeability": "1e-8 m/s"},
                "Hl": {"kind": "ghk", "ion": "H", "permeability": "1e-6 m/s"},
                "AHA2": {"kind": "h_atpase", "law": "reversible", "max_current": "0.01 A/m^2"},
                "NRT": {
                    "kind": "cotransport",
                    "stoichiometry": {"H": -2, "NO3": -1},
                    "law": "affinity",
                    "rate": "1e-10 mol/(m^2 s)",
                },
            },
        }
    },
}
"""Nitrate is taken up with protons, and nothing lets it out."""
DIALYSED = {
    "cell": "dialysed",
    "temperature": "37 degC",
    "compartments": {
        "bath": {"role": "bath", "ions": {"K": "5 mM", "Na": "140 mM"}},
        "inside": {"role": "held", "ions": {"K": "140 mM", "Na": "5 mM"}},
    },
    "membranes": {
        "pm": {
            "between": ["inside", "bath"],
            "capacitance": "20 pF",
            "mechanisms": {
                "K": {"kind": "ohmic", "ion": "K", "conductance": "1 nS"},
                "Na": {"kind": "ohmic", "ion": "Na", "conductance": "0.1 nS"},
            },
        }
    },
}


def open_to(permeability):
    """The plant cell with a way out for nitrate."""
    way = {"kind": "ghk", "ion": "NO3", "permeability": permeability}
    membrane = PLANT["membranes"]["pm"]
    return vrest.from_dict({**PLANT, "membranes": {"pm": {**membrane, "mechanisms": {**membrane["mechanisms"], "anion": way}}}})


def test_what_accumulates_without_a_way_out_is_named_and_nothing_is_certified():
    with pytest.raises(vrest.NoAnswerError) as error:
        vrest.steady_state(vrest.from_dict(PLANT))
    problem = error.value.problems[0]
    assert problem.message.startswith("no plausible steady state: NO3 accumulates in 'cytosol' because nothing lets it out")
    assert problem.expected == "a state with at most 5 M of an ion and 10 MPa on a wall"


def test_explain_says_the_same_in_its_column():
    found = vrest.explain_cell(vrest.from_dict(PLANT))
    assert isinstance(found.steady, Unknown)
    assert found.refused["steady"].startswith("no plausible steady state: NO3 accumulates in 'cytosol'")


def test_with_a_way_out_the_state_is_answered():
    found = vrest.steady_state(open_to("1e-10 m/s"))
    assert found.point.inside["cytosol"]["NO3"] < 100
    assert 0.3e6 < found.point.pressure["pm"] < 2e6


def test_branches_hold_no_state_beyond_the_bounds():
    found = vrest.branches(open_to("1e-10 m/s"), "pm.anion.permeability", "1e-20:1e-10 m/s:log")
    assert max(branch.c["cytosol"]["NO3"].max() for branch in found.branches) <= 5e3
    assert any(note.startswith("Curves end where the states are no cell's any more") for note in found.notes)
    with pytest.raises(vrest.NoAnswerError, match="NO3 accumulates in 'cytosol'"):
        vrest.branches(vrest.from_dict(PLANT), "soil.K", "0.5:2 mM")


def test_a_dialysed_cell_is_answered_with_its_potential():
    cell = vrest.from_dict(DIALYSED)
    expected = (1.0 * 26.7266 * -3.332205 + 0.1 * 26.7266 * 3.332205) / 1.1  # conductances as weights of E(K) and E(Na)
    assert 1e3 * vrest.steady_state(cell).point.V_m["pm"] == pytest.approx(expected, abs=1e-2)
    (branch,) = vrest.branches(cell, "bath.K", "1:10 mM").branches
    assert branch.stable.all()
    assert branch.V["pm"][-1] > branch.V["pm"][0]
    assert not vrest.steady_state(cell).point.gap


def test_a_trace_that_nothing_buffers_and_that_moves_far_is_noted():
    found = vrest.steady_state(open_to("1e-10 m/s"))
    c = found.point.inside["cytosol"]["H"]
    noted = any(note.startswith("Free H of 'cytosol' moves far (pH 7.22 to") for note in found.notes)
    assert noted == (c < 6e-6 or c > 6e-4)
    assert noted
    run = vrest.simulate(open_to("1e-10 m/s"), {"until": "1 h"})
    assert any(note.startswith("Free H of 'cytosol' moves far") for note in run.notes)


def test_no_trace_is_noted_where_it_stays():
    assert not any("moves far" in note for note in vrest.steady_state(vrest.load("beta-cell")).notes)
