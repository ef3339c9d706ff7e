"""What `rest` says besides numbers: conductances by their names, paths between baths, membranes that break or carry nothing."""

import pytest

import vrest
from vrest.results.base import Unknown, known

TWO = {
    "cell": "two",
    "temperature": "37 degC",
    "compartments": {
        "bath": {"role": "bath", "ions": {"K": "5 mM", "Na": "140 mM", "Cl": "145 mM"}},
        "inside": {
            "volume": "1 pL",
            "ions": {"K": "140 mM", "Na": "5 mM", "Cl": "10 mM"},
            "impermeant": {"valence": -1, "amount": "neutral"},
        },
        "store": {"volume": "0.1 pL", "ions": {"K": "100 mM"}, "impermeant": {"valence": -1, "amount": "neutral"}},
    },
    "membranes": {
        "pm": {
            "between": ["inside", "bath"],
            "area": "500 um^2",
            "capacitance": "1 uF/cm^2",
            "mechanisms": {
                "K": {"kind": "ghk", "ion": "K", "permeability": "1e-8 m/s"},
                "Na": {"kind": "ohmic", "ion": "Na", "conductance": "0.1 S/m^2"},
            },
        },
        "inner": {
            "between": ["store", "inside"],
            "area": "100 um^2",
            "capacitance": "1 uF/cm^2",
            "mechanisms": {"K": {"kind": "ghk", "ion": "K", "permeability": "0 m/s"}},
        },
    },
}


@pytest.fixture(scope="module")
def two():
    return vrest.from_dict(TWO)


def test_a_membrane_without_conductance_leaves_the_others_their_answers(two):
    found = vrest.rest(two)
    alone = {**TWO, "compartments": {k: v for k, v in TWO["compartments"].items() if k != "store"}}
    alone["membranes"] = {"pm": TWO["membranes"]["pm"]}
    assert found.V_m == pytest.approx({"pm": vrest.rest(vrest.from_dict(alone)).V_m["pm"]})
    answer = found.to_dict()
    assert answer["V_mV"]["inner"] is None
    assert "carries zero current at every potential" in answer["refused"]["V_mV.inner"]
    assert answer["potential_mV"]["store"] is None
    assert any("membrane 'inner'" in note and note.endswith("the other membranes are answered.") for note in found.notes)


def test_iv_and_explain_of_such_a_cell_answer_too(two):
    curves = vrest.iv(two)
    assert curves.membranes["pm"].roots[0][0] == pytest.approx(vrest.rest(two).V_m["pm"])
    assert curves.membranes["inner"].roots == ()
    assert vrest.explain_cell(two).held.point.V_m == vrest.rest(two).V_m


def test_a_single_membrane_without_conductance_is_still_an_error(two):
    with pytest.raises(vrest.InputError, match="zero conductance|nothing conducts"):
        vrest.rest(two.replace({"pm.K.permeability": "0", "pm.Na.conductance": "0"}))


def test_a_chord_conductance_is_the_current_over_the_driving_force():
    result = vrest.rest(vrest.load("squid-axon"))
    state, ion = result.mechanisms["plasma"]["K_leak"], result.ions["plasma"]["K"]
    g = result.to_dict()["chord_conductance_S_per_m2"]["plasma"]
    assert g["K_leak"] == pytest.approx(state.current_density / ion.driving_force)
    assert g["pump"] is None
    average = sum(g[f"{name}_leak"] * result.ions["plasma"][name].E for name in ("K", "Na", "Cl"))
    leaks = sum(g[f"{name}_leak"] for name in ("K", "Na", "Cl"))
    pump = result.mechanisms["plasma"]["pump"].current_density
    assert (average - pump) / leaks == pytest.approx(result.V_m["plasma"])  # an identity, which slopes at E are not
    assert "Conductance of each path (chord)" in result.text(long=True)


def test_an_ohmic_path_has_its_conductance_as_chord(two):
    assert vrest.rest(two).chord_conductance["pm"]["Na"] == pytest.approx(0.1)


def test_a_path_between_two_baths_is_no_membrane_of_a_cell():
    result = vrest.rest(vrest.load("proximal-tubule"))
    assert isinstance(result.explain["paracellular"].ghk, Unknown)
    assert not any(known(V) for V in result.without["paracellular"].values())
    text = " ".join(result.text(long=True).split("Membrane paracellular")[1].split())
    assert "diffusion (junction) potential" in text
    assert not any(word in text.split("This membrane")[0] for word in ("GHK", "Mullins-Noda", "pumps", "taken away", "Parallel"))


def test_a_field_that_breaks_a_membrane_is_remarked():
    strong = vrest.from_dict(
        {
            "cell": "strong",
            "temperature": "310 K",
            "capacitance": "1 uF/cm^2",
            "ions": {"K": {"inside": "1000 mM", "outside": "1e-9 mM", "permeability": "1e-8 m/s"}},
        }
    )
    assert any(
        note.startswith("A membrane would break at this potential: 'membrane' would stand 738 mV")
        for note in vrest.rest(strong).notes
    )
    assert not any("break" in note for note in vrest.rest(vrest.load("squid-axon")).notes)


def test_a_concentration_beyond_solubility_is_remarked():
    salty = vrest.load("textbook-neuron").replace({"outside.K": "140 M"})
    assert any(note.startswith("K in 'outside' is described with 140 M") for note in vrest.rest(salty).notes)


def test_a_debye_length_counts_small_ions_alone():
    """Haemoglobin with its six charges is no point ion: 0.60 nm came of counting it as one, 0.78 nm is that of the small ions."""
    protein = {"valence": -6, "amount": "neutral"}
    described = {
        **TWO,
        "compartments": {**TWO["compartments"], "inside": {**TWO["compartments"]["inside"], "impermeant": protein}},
    }
    with_protein = vrest.rest(vrest.from_dict(described)).debye_length["inside"]
    small = vrest.debye_length([1, 1, -1], [140.0, 5.0, 10.0], 310.15)
    assert with_protein == pytest.approx(float(small))


def test_the_charge_held_apart_may_be_many_times_the_trace_of_an_ion():
    text = " ".join(vrest.rest(vrest.load("photoreceptor")).text(long=True).split())
    assert "times the amount of the Ca2+ inside" in text
    assert "% of the Ca2+ inside" not in text


def test_a_force_is_a_force():
    text = str(vrest.rest(vrest.load("squid-axon")))
    assert "net outward force" in text
    assert "wants" not in text
