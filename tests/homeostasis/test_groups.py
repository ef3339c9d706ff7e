"""Words that stand for several paths."""

import pytest

import vrest
from vrest.description.edit import group_of
from vrest.description.library import load_protocol


def paths(name, word):
    return group_of(vrest.load(name), word)


def test_pumps_are_all_that_spend_atp():
    assert paths("mammalian-neuron", "pumps") == ["plasma.pump.max_current"]
    assert paths("ventricular-myocyte", "pumps") == ["plasma.Ca_pump.max_rate", "plasma.pump.active"]
    assert paths("dijkstra2016", "pumps") == ["plasma.pump.active"]
    assert paths("textbook-neuron", "pumps") == []


def test_a_formula_that_spends_atp_is_a_pump_and_another_is_none():
    assert paths("kalia2021", "pumps") == ["neuronal.pump.active", "glial.pump.active"]
    assert paths("dusterwald2018", "pumps") == ["plasma.pump.max_current"]


def test_a_formula_is_scaled_by_its_number_active():
    cell = vrest.load("kalia2021")
    whole, half = (vrest.rest(cell.replace({"glial.pump.active": part})).mechanisms["glial"]["pump"] for part in ("1", "0.5"))
    V = vrest.rest(cell.replace({"glial.pump.active": "0"}))
    assert V.mechanisms["glial"]["pump"].current == 0
    assert 0 < half.current < 0.7 * whole.current


def test_leaks_are_what_an_ion_passes_by_itself():
    assert paths("mammalian-neuron", "leaks") == [f"plasma.{ion}_leak.permeability" for ion in ("K", "Na", "Cl")]
    assert paths("mammalian-neuron", "leaks.K") == ["plasma.K_leak.permeability"]
    assert paths("mammalian-muscle", "leaks.K") == ["plasma.Kir.conductance", "plasma.K_leak.permeability"]
    assert paths("mammalian-neuron", "leaks.Ca") == []


def test_cotransporters_are_coupled_and_spend_no_atp():
    assert paths("mammalian-neuron", "cotransporters") == ["plasma.KCC2.rate"]
    assert paths("photoreceptor", "cotransporters") == ["plasma.NCKX.rate"]
    assert paths("squid-axon", "cotransporters") == []


def test_others_are_all_but_the_paths_of_an_ion_alone():
    left = {"plasma.Na_leak.permeability", "plasma.Cl_leak.permeability", "plasma.KCC2.rate", "plasma.pump.max_current"}
    assert set(paths("mammalian-neuron", "others.K")) == left
    assert "plasma.pump.active" in paths("dijkstra2016", "others.K")
    assert "paracellular.junctions.permeability" in paths("proximal-tubule", "others.K")
    assert "paracellular.junctions.permeability" in paths("proximal-tubule", "leaks.K")


def test_baths_are_the_concentrations_of_an_ion_in_every_bath():
    assert paths("mammalian-neuron", "baths.K") == ["outside.K"]
    assert paths("proximal-tubule", "baths.K") == ["lumen.K", "blood.K"]
    assert paths("mammalian-neuron", "baths.Li") == []


@pytest.mark.parametrize(
    "word", ["outside.K", "pumps.K", "cotransporters.K", "others", "baths", "plasma.pump.max_current", "leak"]
)
def test_any_other_word_is_no_group(word):
    assert paths("mammalian-neuron", word) is None


def test_a_group_without_members_is_said_with_its_place():
    cell = vrest.load("squid-axon")
    with pytest.raises(vrest.InputError) as caught:
        vrest.simulate(cell, {"until": "1 s", "events": [{"at": "0 s", "multiply": {"cotransporters": 0}}]})
    assert caught.value.problems[0].message == "squid-axon has no cotransporters"


def test_a_formula_that_spends_atp_stops_with_the_pumps():
    cell = vrest.load("dijkstra2016")
    run = vrest.simulate(cell, {"until": "1 min", "events": [{"at": "30 s", "multiply": {"pumps": 0}}]})
    assert run.atp[run.time < 30].all()
    assert not run.atp[run.time > 30].any()


def test_a_formula_is_multiplied_by_its_rate():
    cell = vrest.load("dijkstra2016")
    half = vrest.simulate(
        cell, {"until": "1 s", "start": "-65 mV", "events": [{"at": "0 s", "multiply": {"plasma.pump.active": 0.5}}]}
    )
    whole = vrest.simulate(cell, {"until": "1 s", "start": "-65 mV"})
    before, after = half.atp[half.time == 0]  # the two sides of the step
    assert before == whole.atp[0]
    assert after == pytest.approx(0.5 * before, rel=1e-12, abs=0)


def test_k_alone_charges_a_membrane_whose_pump_is_a_formula():
    cell = vrest.load("dijkstra2016")
    run = vrest.simulate(cell, load_protocol("k-charging", cell))
    assert run.V["plasma"][-1] == pytest.approx(run.E["plasma"]["K"][-1], abs=1e-6)
