"""What `rest` says besides numbers: conductances by their names, paths between baths, membranes that break or carry nothing."""

import pytest

import cells
import vrest
from vrest.results.base import Unknown, known


@pytest.fixture(scope="module")
def two():
    return vrest.from_dict(cells.with_a_silent_store())


def test_a_membrane_without_conductance_leaves_the_others_their_answers(two):
    found = vrest.rest(two)
    alone = cells.with_a_silent_store()
    del alone["compartments"]["store"], alone["membranes"]["inner"]
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
    described = cells.with_a_silent_store()
    described["compartments"]["inside"]["impermeant"] = cells.neutral(-6)
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


# -- potentials beyond all reversal potentials ------------------------------------------------------------------------


def strong(cell):
    return [note for note in vrest.rest(cell).notes if "the reversal potentials of all its ions" in note]


def test_a_pump_too_strong_for_the_leaks_is_named_where_v_lies_beyond_every_reversal_potential():
    cell = vrest.from_dict(cells.plant(pump_current="1 A/m^2"))
    found = vrest.rest(cell)
    lowest = min(ion.E for ion in found.ions["pm"].values())
    assert found.V_m["pm"] < lowest
    (note,) = strong(cell)
    assert note.startswith(
        f"V of 'pm' lies below the reversal potentials of all its ions ({1e3 * lowest:.3f} mV is the nearest): AHA2 "
    )


def test_no_pump_is_called_strong_where_v_lies_between_reversal_potentials():
    for name in ("squid-axon", "mammalian-neuron", "proximal-tubule", "textbook-neuron"):
        assert not strong(vrest.load(name))


def test_an_inward_pump_takes_v_above_all_reversal_potentials():
    ways = {"K": cells.ghk("K", "1e-9 m/s"), "pump": {"kind": "primary_pump", "law": "constant", "stoichiometry": {"K": -1}}}
    ways["pump"]["max_current"] = "1e-3 A/m^2"
    (note,) = strong(cells.cell_of(ways, cells.sphere({"K": "5 mM"}), cells.bath({"K": "5 mM"})))
    assert note.startswith("V of 'm' lies above the reversal potentials of all its ions")


# -- numbers that hardly any cell has, and bands ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("capacitance", "said"),
    [("10 pF/cm^2", "1e-05"), ("30 uF/cm^2", "30"), ("300 pF", "23.9"), ("1 uF/cm^2", None), ("0.1 uF/cm^2", None)],
)
def test_a_capacitance_that_no_membrane_has_is_remarked(capacitance, said):
    cell = vrest.from_dict(cells.pump_leak(capacitance=capacitance))
    for notes in (vrest.rest(cell).notes, vrest.steady_state(cell).notes):
        found = [note for note in notes if note.startswith("The capacitance of 'plasma' is described as ")]
        assert [note.split()[7] for note in found] == ([] if said is None else [said])


def test_a_capacitance_with_a_range_of_its_own_has_been_thought_of():
    assert not any("capacitance" in note for note in vrest.rest("proximal-tubule").notes)


@pytest.mark.parametrize(
    ("certainty", "word"),
    [
        ({}, "Expected: "),
        ({"certainty": "measured"}, "Measured: "),
        ({"certainty": "set"}, "Expected: "),
        ({"certainty": "recalled"}, "Expected (recalled, not looked up): "),
        ({"certainty": "teaching"}, "Expected (chosen for teaching): "),
    ],
)
def test_a_band_is_called_measured_only_where_it_is(certainty, word):
    cell = vrest.from_dict({**cells.pump_leak(), "band": {"low": "-90 mV", "high": "-60 mV", **certainty}})
    assert cell.band.certainty == certainty.get("certainty")
    assert f"{word}-90 to -60 mV; the computed potential lies inside this band." in vrest.rest(cell).notes
