"""What no cell reaches is said with its time."""

import pytest

from cells import bath, in_a_bath, leaks, neutral, sphere
from vrest import from_dict, load, load_protocol, simulate


def test_a_run_beyond_what_a_membrane_bears_says_so():
    brought = {"from": "1 s", "to": "2 s", "current": "20 nA", "into": "inside", "carrier": "K"}
    run = simulate("photoreceptor", {"until": "3 s", "events": [brought]})
    (said,) = [note for note in run.notes if "a membrane breaks there" in note]
    assert said.startswith("V of 'plasma' goes beyond 1 V from 1.0")
    assert f"{run.V['plasma'].max():.4g} V" in said


def test_a_run_into_less_than_one_free_ion_says_so():
    cell = load("photoreceptor")
    notes = simulate(cell, load_protocol("leaks-removed", cell)).notes
    assert any("less than one free ion of Ca" in note for note in notes)


@pytest.mark.parametrize("scenario", ["pump-block", "raised-potassium"])
def test_an_ordinary_run_says_nothing_of_the_kind(scenario):
    cell = load("mammalian-neuron")
    notes = simulate(cell, load_protocol(scenario, cell)).notes
    assert not any("breaks" in note or "free ion" in note or "more than water holds" in note for note in notes)


@pytest.mark.parametrize(("part", "bursts"), [(0.56, False), (0.5, True)])
def test_a_red_cell_in_a_bath_too_dilute_is_said_to_burst(part, bursts):
    """A sphere of its 135 um^2 holds 147.5 fL."""
    less = (1 - part) * 309.1 / 2
    bath = {"outside.Na": f"{145.5 - less} mM", "outside.Cl": f"{147.4 - less} mM"}
    run = simulate("red-cell", {"until": "1 min", "events": [{"at": "1 s", "set": bath}]})
    notes = [note for note in run.notes if "burst" in note]
    assert bool(notes) == bursts == (float(run.volume["inside"].max()) > 147.5e-18)
    if bursts:
        assert "'inside' is larger than a sphere of its membrane, whose 135 um^2 enclose 147.5 fL" in notes[0]


def test_a_trace_of_protons_that_turns_over_fast_is_kept():
    """Ten free protons whose pump and leak move a million times as many a second: rounding is of those, and no loss."""
    law = {"kind": "ghk", "ion": "H", "permeability": "1e-6 m/s"}
    cell = from_dict(
        {
            "cell": "trace",
            "temperature": "298.15 K",
            "compartments": {
                "soil": {"role": "bath", "ions": {"K": "1 mM", "Cl": "1.2 mM", "Ca": "0.1 mM", "H": "1e-3 mM"}},
                "cytosol": {
                    "shape": {"cylinder": {"diameter": "30 um", "length": "100 um"}},
                    "ions": {"K": "100 mM", "Cl": "10 mM", "Ca": "100 nM", "H": "5e-5 mM"},
                    "impermeants": {
                        "sugar": {"valence": 0, "amount": "100 mM"},
                        "anions": {"valence": -1, "amount": "neutral"},
                    },
                    "atp": {"delta_G": "-50 kJ/mol"},
                },
            },
            "membranes": {
                "plasma": {
                    "between": ["cytosol", "soil"],
                    "capacitance": "1 uF/cm^2",
                    "water": {"L_p": "1e-13 m/(s Pa)"},
                    "wall": {"elastic_modulus": "5 MPa", "turgor": "0.6 MPa"},
                    "mechanisms": {
                        "K": {**law, "ion": "K", "permeability": "2e-9 m/s"},
                        "Cl": {**law, "ion": "Cl", "permeability": "2e-11 m/s"},
                        "H": law,
                        "H_Cl": {
                            "kind": "cotransport",
                            "law": "affinity",
                            "stoichiometry": {"H": -2, "Cl": -1},
                            "rate": "1e-10 mol/(m^2 s)",
                        },
                        "pump": {"kind": "h_atpase", "law": "reversible", "max_current": "0.02 A/m^2"},
                    },
                }
            },
        }
    )
    drought = {"soil.K": "151 mM", "soil.Cl": "151.2 mM"}
    run = simulate(cell, {"until": "2 h", "start": "steady", "events": [{"from": "10 min", "to": "60 min", "set": drought}]})
    assert run.certificate.converged
    assert run.certificate.mass_error < 1e-12


def test_a_trace_of_less_than_one_ion_is_named():
    """In a vesicle of 65 aL at 1 nM there are a twenty-fifth of an ion, in a cell thousands."""

    def said(diameter):
        inside = sphere({"K": "100 mM", "Na": "10 mM", "Cl": "10 mM", "Ca": "1 nM"}, diameter, impermeant=neutral())
        outside = bath({"K": "5 mM", "Na": "145 mM", "Cl": "150 mM", "Ca": "1 uM"})
        cell = from_dict(in_a_bath(leaks(K="1e-8 m/s", Ca="1e-12 m/s"), inside, outside))
        return [note for note in simulate(cell, until="1 ms").notes if "free ion" in note]

    (note,) = said("0.5 um")
    assert note.startswith(
        "From the start 'inside' holds less than one free ion of Ca: 0.039 on average, give or take 0.2 at any moment."
    )
    assert "it fluctuates by 2.2 units of pCa" in note
    assert not said("20 um")


def test_a_start_at_a_potential_is_said_to_be_one():
    run = simulate("mammalian-neuron", {"until": "1 s", "start": "-40 mV"})
    (said,) = [note for note in run.notes if "the charge on its membrane" in note]
    assert said.startswith("To start at -40 mV ")
    (said,) = [note for note in simulate("squid-axon", until="1 s").notes if "the charge on its membrane" in note]
    assert said.startswith("To start at rest ")
