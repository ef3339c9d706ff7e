"""`donnan` of described cells: the law, what stays, what has no equilibrium, and the words of each."""

import copy

import numpy as np
import pytest

import cells
import vrest
from vrest.constants import F, R
from vrest.laws.donnan import donnan_concentrations, donnan_potential, donnan_pressure
from vrest.questions.steady.certificate import certified, residuals
from vrest.questions.steady.steady_state import SteadySolver
from vrest.system.states import CHARGE, Key

T = 310.0


def gel(diameter="20 um", **membrane):
    """150 mM KCl outside, 100 mM of z = -1 inside: the example of the textbook."""
    inside = cells.sphere({"K": "200 mM", "Cl": "100 mM"}, diameter, impermeant={"valence": -1, "amount": "100 mM"})
    return cells.in_a_bath(
        cells.leaks(K="1e-8 m/s", Cl="1e-8 m/s"), inside, cells.bath({"K": "150 mM", "Cl": "150 mM"}), **membrane
    )


def solved(description):
    return vrest.donnan(vrest.from_dict(description))


def words(description):
    with pytest.raises(vrest.NoAnswerError) as caught:
        solved(description)
    (problem,) = caught.value.problems
    return problem


# -- one compartment of fixed volume ----------------------------------------------------------------------------------


def test_the_example_of_the_textbook():
    result = solved(gel())
    assert 1e3 * result.point.V_m["m"] == pytest.approx(-8.7474, abs=5e-5)
    assert result.point.inside["inside"]["K"] == pytest.approx(208.114, abs=5e-4)
    assert result.point.inside["inside"]["Cl"] == pytest.approx(108.114, abs=5e-4)
    assert result.point.V_m["m"] == pytest.approx(-(R * T / F) * np.arcsinh(100 / 300), rel=1e-5)
    assert result.certificate.converged


@pytest.mark.parametrize(("diameter", "least", "most"), [("1 um", 4e-4, 5e-4), ("20 um", 2.2e-5, 2.4e-5), ("1 mm", 4e-7, 5e-7)])
def test_the_charge_on_the_capacitor_moves_v_by_what_it_takes_from_the_ions(diameter, least, most):
    V = donnan_potential([1, -1], [150.0, 150.0], -1, 100.0, T)
    assert least < 1e3 * (solved(gel(diameter)).point.V_m["m"] - V) < most


def test_calcium_takes_its_part():
    described = gel("1 mm")
    described["compartments"]["outside"]["ions"] = {"K": "150 mM", "Cl": "154 mM", "Ca": "2 mM"}
    described["compartments"]["inside"]["ions"]["Ca"] = "1 mM"
    described["compartments"]["inside"]["impermeant"]["amount"] = "neutral"
    described["membranes"]["m"]["mechanisms"]["Ca_leak"] = {"kind": "ghk", "ion": "Ca", "permeability": "1e-11 m/s"}
    result = solved(described)
    law = donnan_concentrations([1, -1, 2], [150.0, 154.0, 2.0], -1, 102.0, T)
    assert [result.point.inside["inside"][ion] for ion in ("K", "Cl", "Ca")] == pytest.approx(list(law), rel=1e-6)
    assert result.ratio["m"]["Ca"] == pytest.approx(result.ratio["m"]["K"] ** 2, rel=1e-9)


@pytest.mark.parametrize("z_X", [-3, -0.7, 0.4, 2])
@pytest.mark.parametrize("bath", [10.0, 300.0])
def test_any_valence_and_bath_agree_with_the_law(z_X, bath):
    described = gel("1 mm")
    described["compartments"]["outside"]["ions"] = dict.fromkeys(("K", "Cl"), f"{bath} mM")
    described["compartments"]["inside"]["ions"] = {"K": f"{50 - min(z_X, 0) * 60} mM", "Cl": f"{50 + max(z_X, 0) * 60} mM"}
    described["compartments"]["inside"]["impermeant"] = {"valence": z_X, "amount": "60 mM"}
    result = solved(described)
    assert result.point.V_m["m"] == pytest.approx(donnan_potential([1, -1], [bath, bath], z_X, 60.0, T), rel=1e-4)
    assert result.pressure["m"] == pytest.approx(donnan_pressure([1, -1], [bath, bath], z_X, 60.0, T), rel=1e-3)


def test_permeabilities_do_not_matter():
    slow = gel()
    slow["membranes"]["m"]["mechanisms"]["K_leak"] = {"kind": "ohmic", "ion": "K", "conductance": "1e-3 S/m^2"}
    assert solved(slow).point.V_m["m"] == pytest.approx(solved(gel()).point.V_m["m"], rel=1e-9)


def test_at_equilibrium_no_mechanism_has_a_share_in_a_current():
    steady = vrest.steady_state(vrest.from_dict(gel()))
    assert steady.donnan
    assert {state.share for state in steady.mechanisms["m"].values()} == {0.0}


def test_an_ion_without_a_path_of_its_own_keeps_its_amount():
    described = gel()
    del described["membranes"]["m"]["mechanisms"]["K_leak"]
    result = solved(described)
    assert result.kept == {"inside": ("K",)}
    assert result.point.inside["inside"]["K"] == pytest.approx(200.0, rel=1e-12)
    assert result.point.inside["inside"]["Cl"] == pytest.approx(100.0, rel=1e-4)
    assert result.notes == ("Without a passive path of their own, these keep their amounts in 'inside': K.",)
    assert [line.split() for line in str(result).split("\n") if line.startswith("K  ")][-1] == ["K", "1.3333", "stays"]


# -- what does not work in this question ------------------------------------------------------------------------------


def test_pumps_cotransport_and_given_currents_are_taken_away_and_named():
    described = gel()
    ways = described["membranes"]["m"]["mechanisms"]
    ways["KCC2"] = {"kind": "kcc2", "law": "affinity", "rate": "1e-8 mol/(m^2 s)"}
    ways["given"] = {"kind": "current", "value": "1 uA/cm^2", "carries": {"K": 1}}
    ways["pump"] = {
        "kind": "primary_pump",
        "law": "constant",
        "stoichiometry": {"K": -1},
        "max_current": "0.01 A/m^2",
    }
    result = solved(described)
    assert sorted(result.away) == ["m.KCC2", "m.given", "m.pump"]
    assert result.notes[0].startswith("Taken away for this question: ")
    assert result.point.V_m["m"] == pytest.approx(solved(gel()).point.V_m["m"], rel=1e-9)


def test_nothing_that_passes_is_no_equilibrium():
    described = gel()
    described["membranes"]["m"]["mechanisms"] = {"KCC2": {"kind": "kcc2", "law": "affinity", "rate": "1e-8 mol/(m^2 s)"}}
    assert (
        words(described).message
        == "no ion has a passive path of its own through some membrane, so nothing comes to equilibrium there"
    )


def test_baths_that_differ_have_no_donnan_equilibrium_between_them():
    described = gel()
    described["compartments"]["lumen"] = {"role": "bath", "clamped": "0 mV", "ions": {"K": "50 mM", "Cl": "50 mM"}}
    membrane = described["membranes"]["m"]
    described["membranes"] = {
        name: {**copy.deepcopy(membrane), "between": ["inside", bath], "area": "1000 um^2"}
        for name, bath in (("m", "outside"), ("n", "lumen"))
    }
    assert "the baths are not at equilibrium with each other" in words(described).message


# -- water ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("water", ["instantaneous", {"permeability": "1e-4 m/s"}])
def test_a_free_volume_that_nothing_holds_has_no_finite_equilibrium(water):
    problem = words(gel(water=water))
    assert problem.message.startswith("there is no finite Donnan equilibrium: 'inside' swells without bound")
    assert problem.expected == "water: none, an impermeant in the bath, or a wall"


@pytest.mark.parametrize("water", ["instantaneous", {"permeability": "1e-4 m/s"}])
def test_an_impermeant_outside_makes_a_free_volume_finite(water):
    described = gel(water=water)
    described["compartments"]["outside"]["impermeant"] = {"valence": 0, "amount": "100 mM"}
    result = solved(described)
    inside, w = (
        result.point.inside["inside"],
        result.point.volume["inside"] / vrest.from_dict(described).compartments["inside"].volume.si,
    )
    assert inside["K"] * inside["Cl"] == pytest.approx(150.0**2, rel=1e-8)
    assert inside["K"] + inside["Cl"] + 100 / w == pytest.approx(400.0, rel=1e-8)
    assert inside["K"] - inside["Cl"] - 100 / w == pytest.approx(0.0, abs=2e-3)
    assert result.pressure == {}
    assert "kPa" not in str(result)


def test_a_wall_bears_what_is_left():
    result = solved(gel(water={"permeability": "1e-4 m/s"}, wall={"elastic_modulus": "10 MPa"}))
    w0 = vrest.from_dict(gel()).compartments["inside"].volume.si
    assert result.pressure["m"] == pytest.approx(1e7 * (result.point.volume["inside"] / w0 - 1), rel=1e-6)
    assert "The wall at 'm' bears" in str(result)


def test_a_fixed_volume_says_what_a_rigid_wall_would_bear():
    result = solved(gel())
    assert result.pressure["m"] == pytest.approx(donnan_pressure([1, -1], [150.0, 150.0], -1, 100.0, T), rel=1e-5)
    assert "A rigid wall at 'm' would bear 299.6 kPa." in str(result)


# -- several compartments ---------------------------------------------------------------------------------------------


def test_an_organelle_comes_to_equilibrium_with_the_bath_through_the_cytosol():
    described = gel()
    described["compartments"]["lumen"] = {
        "shape": {"sphere": {"diameter": "5 um"}},
        "ions": {"K": "150 mM", "Cl": "120 mM"},
        "impermeant": {"valence": -1, "amount": "30 mM"},
    }
    ways = described["membranes"]["m"]["mechanisms"]
    described["membranes"]["n"] = {"between": ["lumen", "inside"], "capacitance": "1 uF/cm^2", "mechanisms": copy.deepcopy(ways)}
    result = solved(described)
    lumen = result.point.potential["lumen"]
    assert lumen == pytest.approx(donnan_potential([1, -1], [150.0, 150.0], -1, 30.0, T), rel=1e-3)
    assert result.point.V_m["n"] == pytest.approx(lumen - result.point.potential["inside"], rel=1e-9)
    assert result.point.inside["lumen"]["K"] == pytest.approx(150 * np.exp(-F * lumen / (R * T)), rel=1e-8)


NOT_ALONE = {
    "textbook-neuron": "only ratios",
    "hubel-dahlem2014": "glia keep on taking up potassium",
    "lysosome": "nothing passes by itself",
    "saetra2020-excitable": "nothing passes by itself",
    "squid-axon-ph": "no CO2 outside",
}
"""Cells of the library that come to no Donnan equilibrium, and why."""
FIXED = [
    name
    for name in vrest.library_names()
    if name not in NOT_ALONE
    and all(m.water.rule == "none" for m in vrest.load(name).membranes.values())
    and any(space.role == "cell" for space in vrest.load(name).compartments.values())
]
FREE = [name for name in vrest.library_names() if any(m.water.rule != "none" for m in vrest.load(name).membranes.values())]


@pytest.mark.parametrize("name", FIXED)
def test_in_every_cell_of_the_library_what_passes_comes_to_its_nernst_potential(name):
    cell = vrest.load(name)
    result = vrest.donnan(cell)
    kept = {ion for ions in result.kept.values() for ion in ions}
    for membrane, ratios in result.ratio.items():
        V = result.point.V_m[membrane] * F / (R * cell.temperature.si)
        for ion, ratio in ratios.items():
            if ion not in kept and ratio:
                assert np.log(ratio) == pytest.approx(-cell.valences[ion] * V, abs=1e-8)


@pytest.mark.parametrize("name", FREE)
def test_cells_of_the_library_whose_volume_is_free_swell_or_are_held(name):
    try:
        said = vrest.donnan(vrest.load(name)).certificate.converged
    except vrest.NoAnswerError as error:
        said = error.problems[0].message.startswith("there is no finite Donnan equilibrium: ")
    assert said


def test_an_open_bath_is_at_the_potential_of_the_other_where_both_hold_the_same():
    result = vrest.donnan(vrest.load("proximal-tubule"))
    assert result.point.V_m["paracellular"] == pytest.approx(0.0, abs=1e-12)
    assert result.point.V_m["apical"] == pytest.approx(result.point.V_m["basolateral"], abs=1e-12)
    assert result.certificate.residuals["net_current_fraction"]["lumen"] < 1e-9


def test_baths_that_are_not_at_equilibrium_with_each_other_have_none():
    with pytest.raises(vrest.NoAnswerError) as caught:
        vrest.donnan(vrest.load("proximal-tubule").replace({"lumen.K": "8 mM"}))
    assert caught.value.problems[0].message.startswith("there is no Donnan equilibrium: the baths are not at equilibrium")


def beside(**junction):
    """The gel's cell, with an open bath beside its own."""
    description = gel()
    description["compartments"]["far"] = {"role": "bath", "open": "true", "ions": {"K": "150 mM", "Cl": "150 mM"}}
    path = junction or {"kind": "ghk_shared", "permeability": "1e-7 m/s", "ratios": {"K": 1, "Cl": 1}}
    description["membranes"]["p"] = {
        "between": ["far", "outside"],
        "area": "1000 um^2",
        "capacitance": "1 uF/cm^2",
        "mechanisms": {"junction": path},
    }
    return vrest.from_dict(description)


@pytest.mark.parametrize("far", ["150 mM", "20 mM"])
@pytest.mark.parametrize("microvolts", [1e-3, 1.0, 1e3])
def test_an_open_bath_whose_currents_do_not_balance_is_not_certified(far, microvolts):
    finder = SteadySolver(beside().replace({"far.K": far, "far.Cl": far})).at()
    posed = finder.posed
    y, settled = posed.newton(finder.way.y)
    assert settled
    assert certified(posed, y) is not None
    y[posed.states.index[Key(CHARGE, "far")]] += 1e-6 * microvolts * F / (R * T)
    assert all(fraction < 1e-9 for fraction in residuals(posed, y)["net_flux_fraction"].values())
    assert certified(posed, y) is None


def test_an_error_of_a_bath_s_potential_shows_as_its_part_of_rt_over_f():
    finder = SteadySolver(beside(kind="ohmic", ion="K", conductance="1 S/m^2")).at()
    y, _ = finder.posed.newton(finder.way.y)
    y[finder.posed.states.index[Key(CHARGE, "far")]] += 1e-4
    assert residuals(finder.posed, y)["net_current_fraction"]["far"] == pytest.approx(1e-4, rel=1e-6)


def test_ratios_of_permeabilities_do_not_suffice_for_a_volume_that_is_not_described():
    with pytest.raises(vrest.InputError) as caught:
        vrest.donnan(vrest.load("textbook-neuron"))
    assert "only ratios of permeabilities" in caught.value.problems[0].message


# -- several membranes, and what is held ------------------------------------------------------------------------------


def test_an_ion_stays_at_the_membranes_that_have_no_path_for_it_and_nowhere_else():
    result = vrest.donnan(vrest.load("proximal-tubule"))
    assert result.kept == {"cell": ("Cl", "HCO3")}
    assert result.stays == {"apical": ("Cl", "HCO3"), "basolateral": ("Cl", "HCO3"), "paracellular": ()}
    assert result.to_dict()["stays"]["paracellular"] == []
    assert str(result).count("stays") == 4


def test_between_two_baths_no_wall_bears_anything():
    tubule = vrest.load("proximal-tubule").to_dict()
    for side in ("apical", "basolateral"):
        tubule["membranes"][side].pop("water")
    result = vrest.donnan(vrest.from_dict(tubule))
    assert set(result.pressure) == {"apical", "basolateral"}
    assert "'paracellular'" not in str(result)


def test_a_cell_whose_concentrations_are_held_comes_to_no_equilibrium():
    held = gel()
    held["compartments"]["inside"]["role"] = "held"
    problem = words(held)
    assert (
        problem.message
        == "the concentrations of 'inside' are held, so there is no equilibrium to come to: what flows is replaced"
    )
    assert problem.expected == "a compartment without `role: held`, whose amounts may change"


def test_where_explain_leaves_carriers_at_work_donnan_says_that_it_does_not():
    plant = cells.plant("1e-10 m/s")
    notes = vrest.donnan(vrest.from_dict(plant)).notes
    assert any(note.startswith("`explain` leaves pm.NRT at work when it takes the pumps away") for note in notes)
    assert not any("`explain`" in note for note in vrest.donnan(vrest.from_dict(cells.pump_leak())).notes)
