"""Which cells of the library keep themselves: left alone for ever they stay as described; and what the others lack."""

from __future__ import annotations

import json

import pytest

import vrest
from published import MODELS
from vrest.cli.main import main

KEEP_THEMSELVES = [
    "astrocyte",
    "beta-cell",
    "endothelium",
    "frog-muscle",
    "mammalian-muscle",
    "mammalian-neuron",
    "photoreceptor",
    "proximal-tubule",
    "red-cell",
    "smooth-muscle",
    "t-lymphocyte",
    "xenopus-oocyte",
]

# the ion that drifts away, where to, and what the cell's text says is missing
DO_NOT = {
    "hepatocyte": ("Cl", 40.22, "a further K+ path"),
    "squid-axon": ("Na", 118.2, "what takes up Cl-"),
    "ventricular-myocyte": ("Na", 3.342, "the Na+ and Ca2+ that enter with each beat"),
}
ONLY_RATIOS = ["textbook-neuron"]


def test_every_cell_either_keeps_itself_or_has_a_reason():
    assert sorted([*KEEP_THEMSELVES, *DO_NOT, *ONLY_RATIOS]) == sorted(set(vrest.library_names()) - set(MODELS))


@pytest.fixture(scope="module", params=KEEP_THEMSELVES)
def kept(request):
    cell = vrest.load(request.param)
    return cell, vrest.steady_state(cell)


def test_what_is_described_is_the_steady_state(kept):
    cell, steady = kept
    for space, ions in steady.point.inside.items():
        for ion, c in ions.items():
            assert c == pytest.approx(cell.compartments[space].ions[ion].si, rel=1e-7), (space, ion)


def test_it_is_stable_certified_and_where_the_cell_goes_from_its_description(kept):
    _, steady = kept
    assert steady.point.stable
    assert steady.certificate.converged
    assert not any("does not come here" in note for note in steady.notes)
    assert "The described concentrations are what the described mechanisms hold." in steady.notes


def test_the_potential_of_rest_is_the_potential_for_ever(kept):
    cell, steady = kept
    assert steady.point.V_m == pytest.approx(vrest.rest(cell).V_m, abs=1e-8)


def test_no_ion_drifts(kept):
    """The numbers have eight digits, and the gross fluxes of the astrocyte are 700 mM/min."""
    cell, _ = kept
    for drifts in vrest.rest(cell).to_dict()["drift_mM_per_min"].values():
        assert all(abs(drift) < 1e-5 for drift in (drifts or {}).values()), drifts


def test_its_text_and_the_notes_of_its_numbers_say_so(kept):
    cell, _ = kept
    assert "keeps the described concentrations" in cell.about
    tuned = {path: value for path, value in cell.settable.items() if value.note and value.note.startswith("tuned: ")}
    assert len(tuned) >= 3
    assert all(value.certainty == "derived" for value in tuned.values())


def test_the_command_line_says_the_same(capsys):
    assert main(["steady", "mammalian-neuron", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["inside_mM"]["inside"] == pytest.approx({"K": 145.0, "Na": 10.0, "Cl": 7.0}, rel=1e-7)
    assert answer["V_mV"]["plasma"] == pytest.approx(-65.482893, abs=1e-5)


@pytest.mark.parametrize("name", DO_NOT)
def test_a_cell_that_does_not_keep_itself_goes_elsewhere_and_says_what_is_missing(name):
    ion, where, missing = DO_NOT[name]
    cell = vrest.load(name)
    steady = vrest.steady_state(cell)
    assert steady.point.inside["inside"][ion] == pytest.approx(where, rel=1e-3)
    assert abs(where / cell.compartments["inside"].ions[ion].si - 1) > 0.05
    assert "not keep itself" in cell.about
    assert missing in cell.about


@pytest.mark.parametrize("name", ONLY_RATIOS)
def test_a_cell_of_ratios_says_that_it_cannot(name):
    with pytest.raises(vrest.InputError, match="only ratios"):
        vrest.steady_state(vrest.load(name))
    assert "does not keep itself" in vrest.load(name).about


# -- what is said to be missing, put in -------------------------------------------------------------------------------


def test_the_liver_cell_would_keep_itself_with_a_sixth_more_potassium_permeability():
    cell = vrest.load("hepatocyte")
    free = ["plasma.K_leak.permeability", "plasma.pump.max_current", "inside.impermeant.amount"]
    result = vrest.tune(cell, free)
    assert result.si["plasma.K_leak.permeability"] / 7.6e-10 == pytest.approx(7 / 6, abs=0.01)
    assert 1e3 * result.V_m["plasma"] == pytest.approx(-32.97, abs=0.01)


def test_the_exchanger_of_the_heart_cell_returns_five_times_the_calcium_that_leaks_in():
    mechanisms = vrest.rest(vrest.load("ventricular-myocyte")).to_dict()["mechanisms"]["plasma"]
    ratio = mechanisms["NCX"]["flux_mol_per_s"]["Ca"] / mechanisms["Ca_background"]["flux_mol_per_s"]["Ca"]
    assert ratio == pytest.approx(-4.91, abs=0.01)


def test_the_leak_of_the_axon_is_twice_what_its_pump_returns():
    mechanisms = vrest.rest(vrest.load("squid-axon")).to_dict()["mechanisms"]["plasma"]
    ratio = mechanisms["Na_leak"]["flux_mol_per_s"]["Na"] / mechanisms["pump"]["flux_mol_per_s"]["Na"]
    assert ratio == pytest.approx(-2.32, abs=0.01)
