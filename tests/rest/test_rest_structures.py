"""Cells of every shape: epithelia, nested spaces, two cells around one space, held cells; balances recomputed by hand from the laws."""

from __future__ import annotations

import numpy as np
import pytest

import cells
import vrest
from cells import ghk

IONS, BATH = cells.INSIDE, cells.OUTSIDE


def ohmic(g, E, ion=None):
    return {"kind": "ohmic", "conductance": g, "reversal": E} | ({"ion": ion} if ion else {})


def membrane(inner, outer, mechanisms, **more):
    return {"between": [inner, outer], "mechanisms": mechanisms} | more


def described(compartments, membranes, temperature="310 K"):
    return vrest.from_dict(cells.described(compartments, membranes, temperature=temperature))


def rest(*args, **kwargs):
    return vrest.rest(described(*args, **kwargs))


# -- an epithelium ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tubule():
    return vrest.rest(vrest.load("proximal-tubule"))


def tubule_currents(result):
    """Currents of the library's proximal tubule [A], from the public laws and the numbers of its file alone."""
    cell, V, T = vrest.load("proximal-tubule"), result.V_m, 310.15
    p = {path: value.si for path, value in cell.settable.items()}
    c = {name: {ion: value.si for ion, value in space.ions.items()} for name, space in cell.compartments.items()}
    vT = vrest.thermal_voltage(T)
    sides = {"apical": ("cell", "lumen"), "basolateral": ("cell", "blood"), "paracellular": ("lumen", "blood")}

    def E(m, ion, z=1):
        inner, outer = sides[m]
        return vrest.nernst_potential(z, c[inner][ion], c[outer][ion], T)

    def leak(m, ion, P, z=1):
        inner, outer = sides[m]
        return vrest.ghk_current_density(V[m], P, z, c[inner][ion], c[outer][ion], T)

    def cotransport(m, rate, stoichiometry):
        F = vrest.capacitor_charge(1.0, 1.0) / vrest.moles_of_charge(1.0)
        affinity = sum(n * z * (V[m] - E(m, ion, z)) / vT for ion, (n, z) in stoichiometry.items())
        return F * rate * affinity * sum(n * z for n, z in stoichiometry.values())

    Na, K = c["cell"]["Na"], c["blood"]["K"]
    pump = p["basolateral.pump.max_current"]
    pump *= (Na / (Na + p["basolateral.pump.K_Na"])) ** 3 * (K / (K + p["basolateral.pump.K_K"])) ** 2
    whole = p["paracellular.junctions.permeability"]
    density = {
        "apical": leak("apical", "Na", p["apical.Na_entry.permeability"])
        + cotransport("apical", p["apical.NHE_net.rate"], {"Na": (1, 1), "HCO3": (1, -1)})
        + p["apical.K_leak.conductance"] * (V["apical"] - E("apical", "K")),
        "basolateral": p["basolateral.K_leak.conductance"] * (V["basolateral"] - E("basolateral", "K"))
        + cotransport("basolateral", p["basolateral.NBC.rate"], {"Na": (1, 1), "HCO3": (3, -1)})
        + pump,
        "paracellular": sum(
            leak("paracellular", ion, whole * r, z) for ion, r, z in (("Na", 1, 1), ("K", 1, 1), ("Cl", 0.6, -1))
        ),
    }
    return {m: i * p[f"{m}.area"] for m, i in density.items()}


def test_kirchhoffs_law_holds_in_the_tubule_by_hand(tubule):
    i = tubule_currents(tubule)
    gross = sum(abs(current) for current in i.values())
    assert gross > 0
    assert abs(i["apical"] + i["basolateral"]) < 1e-9 * gross  # nothing is left in the cell
    assert abs(i["paracellular"] - i["apical"]) < 1e-9 * gross  # nor in the lumen


def test_the_currents_of_the_tubule_are_those_of_the_laws(tubule):
    reported = {m: sum(state.current for state in group.values()) for m, group in tubule.mechanisms.items()}
    assert reported == pytest.approx(tubule_currents(tubule), rel=1e-6, abs=0)


def test_the_potentials_around_a_loop_add_up(tubule):
    V, phi = tubule.V_m, tubule.potential
    assert V["apical"] + V["paracellular"] == pytest.approx(V["basolateral"], abs=1e-15)
    assert phi["cell"] - phi["lumen"] == pytest.approx(V["apical"], abs=1e-15)
    assert phi["blood"] == 0.0


def test_a_loop_says_how_it_was_searched(tubule):
    answer = tubule.to_dict()["certificate"]
    assert answer["search"]["loop_starts"] == {"apical, basolateral, paracellular": 25}
    assert answer["method"] == "Newton from several starts in loops"
    assert set(answer["residuals"]["net_current_fraction"]) == {"cell", "lumen"}


# -- two baths --------------------------------------------------------------------------------------------------------

SLAB = {
    "left": membrane("cell", "first", {"g": ohmic("2 S/m^2", "-80 mV")}, area="100 um^2"),
    "right": membrane("cell", "second", {"g": ohmic("1 S/m^2", "-50 mV")}, area="100 um^2"),
}


def slab(second):
    return rest({"first": {"role": "bath"}, "second": {"role": "bath"} | second, "cell": {"role": "held"}}, SLAB)


def test_between_two_clamped_baths_the_cell_takes_the_mean_weighted_by_conductance():
    result = slab({"clamped": "30 mV"})
    assert result.potential["second"] == 0.030
    assert result.potential["cell"] == pytest.approx((2 * -0.080 + 1 * (0.030 - 0.050)) / 3, abs=1e-15)
    assert result.V_m["right"] == pytest.approx(result.potential["cell"] - 0.030, abs=1e-15)


def test_short_circuited_baths_pass_a_current_through_the_cell():
    result = slab({"clamped": "0 mV"})
    i = {name: state["g"].current for name, state in result.mechanisms.items()}
    assert i["left"] == pytest.approx(-i["right"], rel=1e-12, abs=0)
    assert i["left"] == pytest.approx(2 * 1e-10 * (-0.070 + 0.080), rel=1e-9, abs=0)


def test_an_open_bath_takes_the_potential_at_which_no_current_enters_it():
    result = slab({"open": "true"})
    assert result.V_m == pytest.approx({"left": -0.080, "right": -0.050}, abs=1e-12)
    assert result.potential["second"] == pytest.approx(-0.030, abs=1e-12)


def test_a_membrane_between_two_baths_that_are_given_has_their_difference():
    compartments = {"a": {"role": "bath"}, "b": {"role": "bath", "clamped": "25 mV"}}
    result = rest(compartments, {"m": membrane("b", "a", {"g": ohmic("1 S/m^2", "0 mV")}, area="1 um^2")})
    assert result.V_m["m"] == 0.025
    assert result.certificate.converged


# -- spaces in spaces -------------------------------------------------------------------------------------------------


def test_a_vacuole_rests_by_itself_inside_a_resting_cell():
    result = rest(
        {
            "outside": {"role": "bath", "ions": BATH},
            "cytosol": {"volume": "2 pL", "ions": IONS},
            "vacuole": {"volume": "1 pL", "ions": {"K": "70 mM", "Na": "40 mM", "Cl": "60 mM"}},
        },
        {
            "plasma": membrane("cytosol", "outside", {"K": ghk("K", "1e-8 m/s"), "Na": ghk("Na", "4e-10 m/s")}, area="1000 um^2"),
            "tonoplast": membrane(
                "vacuole", "cytosol", {"K": ghk("K", "1e-8 m/s"), "Cl": ghk("Cl", "2e-9 m/s")}, area="300 um^2"
            ),
        },
    )
    plasma = vrest.ghk_voltage([1, 0.04], [1, 1], [140.0, 12.0], [5.0, 145.0], 310.0)
    tonoplast = vrest.ghk_voltage([1, 0.2], [1, -1], [70.0, 60.0], [140.0, 10.0], 310.0)
    assert result.V_m == pytest.approx({"plasma": plasma, "tonoplast": tonoplast}, abs=1e-12)
    assert result.potential["vacuole"] == pytest.approx(plasma + tonoplast, abs=1e-12)
    for ion in ("K", "Na"):
        net = sum(result.drift[space][ion] * v for space, v in (("cytosol", 2e-15), ("vacuole", 1e-15)))
        assert net == pytest.approx(-result.mechanisms["plasma"][ion].fluxes[ion], rel=1e-9, abs=0)


@pytest.fixture(scope="module")
def pair():
    def wall(inner, outer, K, Na, area):
        return membrane(inner, outer, {"K": ghk("K", K), "Na": ghk("Na", Na)}, area=area, capacitance="1 uF/cm^2")

    return rest(
        {
            "outside": {"role": "bath", "ions": BATH},
            "space": {"volume": {"remainder_of": "4.6 pL"}, "ions": {"K": "8 mM", "Na": "140 mM", "Cl": "115 mM"}},
            "one": {"volume": "2 pL", "ions": IONS},
            "other": {"volume": "1.8 pL", "ions": {"K": "120 mM", "Na": "30 mM", "Cl": "12 mM"}},
        },
        {
            "one_free": wall("one", "outside", "1e-8 m/s", "5e-10 m/s", "500 um^2"),
            "one_cleft": wall("one", "space", "3e-8 m/s", "5e-10 m/s", "300 um^2"),
            "other_free": wall("other", "outside", "5e-9 m/s", "2e-9 m/s", "400 um^2"),
            "other_cleft": wall("other", "space", "1e-8 m/s", "9e-10 m/s", "300 um^2"),
        },
    )


def test_two_cells_around_one_closed_space_rest_together(pair):
    V, phi = pair.V_m, pair.potential
    assert V["one_free"] - V["one_cleft"] == pytest.approx(phi["space"], abs=1e-15)
    assert V["other_free"] - V["other_cleft"] == pytest.approx(phi["space"], abs=1e-15)
    assert phi["space"] != 0


def test_no_charge_is_left_in_the_cells_or_in_the_space(pair):
    i = {name: sum(state.current for state in group.values()) for name, group in pair.mechanisms.items()}
    gross = sum(abs(state.current) for group in pair.mechanisms.values() for state in group.values())
    assert abs(i["one_free"] + i["one_cleft"]) < 1e-12 * gross
    assert abs(i["other_free"] + i["other_cleft"]) < 1e-12 * gross
    assert abs(i["one_cleft"] + i["other_cleft"]) < 1e-12 * gross
    assert abs(i["one_cleft"]) > 1e-6 * gross  # each membrane by itself does carry current


def test_the_closed_space_has_the_volume_that_is_left_over(pair):
    K = sum(pair.mechanisms[m]["K"].fluxes["K"] for m in ("one_cleft", "other_cleft"))
    assert pair.drift["space"]["K"] == pytest.approx(K / 0.8e-15, rel=1e-12)


def test_four_unknown_potentials_are_started_from_scattered_points():
    compartments = {"outside": {"role": "bath"}} | {f"c{k}": {"role": "held"} for k in range(4)}
    ring = ["outside", "c0", "c1", "c2", "c3", "outside"]
    membranes = {
        f"m{k}": membrane(a, b, {"g": ohmic(f"{k + 1} S/m^2", f"{10 * k} mV")}, area="1 um^2")
        for k, (a, b) in enumerate(zip(ring[:-1], ring[1:], strict=True))
    }
    result = rest(compartments, membranes)
    current = sum(0.01 * k for k in range(5)) / sum(1 / (k + 1) for k in range(5)) * -1e-12
    assert [state["g"].current for state in result.mechanisms.values()] == pytest.approx([current] * 5, rel=1e-9, abs=0)
    assert result.certificate.search["loop_starts"] == {"m0, m1, m2, m3, m4": 125}


def test_a_loop_in_which_nothing_conducts_around_a_compartment_is_the_input_at_fault():
    compartments = {"outside": {"role": "bath"}, "far": {"role": "bath", "clamped": "0 mV"}, "cell": {"role": "held"}}
    membranes = {
        "a": membrane("cell", "outside", {"g": ohmic("0 S/m^2", "-80 mV")}, area="1 um^2"),
        "b": membrane("cell", "far", {"g": ohmic("0 S/m^2", "-50 mV")}, area="1 um^2"),
    }
    with pytest.raises(vrest.InputError, match="nothing conducts: no membrane of compartment 'cell'"):
        rest(compartments, membranes)


def test_a_loop_with_pumps_alone_has_no_answer_and_says_what_was_tried():
    compartments = {"outside": {"role": "bath"}, "far": {"role": "bath", "clamped": "0 mV"}, "cell": {"role": "held"}}
    current = {"kind": "current", "value": "1 A/m^2"}
    membranes = {
        "a": membrane("cell", "outside", {"i": current}, area="1 um^2"),
        "b": membrane("cell", "far", {"i": current}, area="1 um^2"),
    }
    with pytest.raises(
        vrest.NoAnswerError, match="no potential of 'cell' between -2000 and 150 mV leaves the loop of membranes a, b without"
    ):
        rest(compartments, membranes)


# -- ways to give numbers ---------------------------------------------------------------------------------------------


def test_a_held_cell_with_given_reversals_needs_no_ions():
    result = rest(
        {"outside": {"role": "bath"}, "inside": {"role": "held"}},
        {
            "m": membrane(
                "inside",
                "outside",
                {
                    "Na": ohmic("120 mS/cm^2", "50 mV") | {"factor": "1/(1 + exp(-(V + 20 mV)/(5 mV)))**3"},
                    "K": ohmic("36 mS/cm^2", "-77 mV") | {"factor": "1/(1 + exp(-(V + 35 mV)/(8 mV)))**4"},
                    "leak": ohmic("0.3 mS/cm^2", "-54.4 mV"),
                },
                capacitance="1 uF/cm^2",
            )
        },
        temperature="6.3 degC",
    ).to_dict()
    assert -77 < result["V_mV"]["m"] < -50
    assert result["ions"]["m"] == {}
    assert result["drift_mM_per_min"] == {"inside": {}}
    assert "held" in result["refused"]["drift_mM_per_min.inside"]
    assert result["mechanisms"]["m"]["leak"]["current_uA_per_cm2"] == pytest.approx(300 * (1e-3 * result["V_mV"]["m"] + 0.0544))
    assert result["mechanisms"]["m"]["leak"]["current_pA"] is None
    assert "area" in result["refused"]["mechanisms.m.leak.current_pA"]
    assert result["time_constant_ms"]["m"] is not None


WHOLE = {
    "K": {"kind": "ohmic", "ion": "K", "conductance": "10 nS"},
    "Na": {"kind": "ohmic", "ion": "Na", "conductance": "1 nS"},
}


def test_whole_cell_numbers_give_whole_cell_answers():
    result = rest(
        {"outside": {"role": "bath", "ions": BATH}, "inside": {"role": "held", "ions": IONS}},
        {"m": membrane("inside", "outside", WHOLE, capacitance="20 pF")},
    ).to_dict()
    E = {ion: entry["E_mV"] for ion, entry in result["ions"]["m"].items()}
    V = (10 * E["K"] + E["Na"]) / 11
    assert result["V_mV"]["m"] == pytest.approx(V, abs=1e-9)
    assert result["mechanisms"]["m"]["K"]["current_pA"] == pytest.approx(10 * (V - E["K"]), rel=1e-9)
    assert result["time_constant_ms"]["m"] == pytest.approx(20 / 11, rel=1e-9)
    assert result["slope_conductance_S_per_m2"]["m"] is None
    assert result["mechanisms"]["m"]["K"]["current_uA_per_cm2"] is None
    assert result["charge"]["m"]["moved_C"] == pytest.approx(20e-12 * abs(V) * 1e-3, rel=1e-9, abs=0)


def test_numbers_per_volume_are_those_per_area_times_the_ratio():
    compartments = {
        "outside": {"role": "bath", "ions": BATH},
        "inside": {"shape": {"sphere": {"diameter": "20 um"}}, "ions": IONS},
    }
    rate = 0.01 / 96485.33212 / (20e-6 / 6)  # A/m^2 to mol/(m^3 s): the surface of a sphere over its volume is 6/d
    leak = {"K": ghk("K", "1e-8 m/s"), "Na": ghk("Na", "4e-10 m/s")}

    def pumped(**maximum):
        pump = {"kind": "na_k_atpase", "law": "constant"} | maximum
        return rest(compartments, {"m": membrane("inside", "outside", leak | {"pump": pump})}).to_dict()

    by_area, by_volume = pumped(max_current="0.01 A/m^2"), pumped(max_rate=f"{rate!r} mol/(m^3 s)")
    assert by_volume["V_mV"]["m"] == pytest.approx(by_area["V_mV"]["m"], abs=1e-7)
    assert by_volume["atp_mol_per_s"] == pytest.approx(by_area["atp_mol_per_s"], rel=1e-8, abs=0)


def test_ratios_give_potentials_and_refuse_the_rest():
    result = vrest.rest(vrest.load("textbook-neuron")).to_dict()
    (name,) = result["V_mV"]
    assert result["V_mV"][name] == pytest.approx(-67.294, abs=5e-4)
    assert result["atp_mol_per_s"] is None
    assert all(state["current_pA"] is None for state in result["mechanisms"][name].values())
    assert result["without"][name]["K_leak"] == pytest.approx(-42.194, abs=5e-4)
    assert "absolute permeability" in result["refused"][f"time_constant_ms.{name}"]


def test_a_multiple_of_every_permeability_leaves_the_potential():
    cell = vrest.load("squid-axon")
    paths = {p: v for p, v in cell.settable.items() if p.endswith((".permeability", ".max_current"))}
    scaled = cell.replace({p: f"{3 * v.si!r} {'m/s' if p.endswith('y') else 'A/m^2'}" for p, v in paths.items()})
    assert vrest.rest(scaled).V_m == pytest.approx(vrest.rest(cell).V_m, abs=1e-12)


# -- loops with one unknown potential ---------------------------------------------------------------------------------


def divided(parts, K="5 mM"):
    """A cell whose mechanisms are shared out over membranes to one bath; all of them in one membrane is the same cell."""
    ions = {"K": "140 mM", "Na": "10 mM"}
    compartments = {"outside": {"role": "bath", "ions": {"K": K, "Na": "145 mM"}}, "cell": {"role": "held", "ions": ions}}
    membranes = {f"m{k}": membrane("cell", "outside", part, area="100 um^2") for k, part in enumerate(parts)}
    return rest(compartments, membranes)


KIR = {"kind": "ohmic", "ion": "K", "conductance": "1 S/m^2", "factor": "1/(1 + exp((V - E_K - 10 mV)/(2 mV)))"}
KEEN = {"kind": "ohmic", "conductance": "3 S/m^2", "reversal": "-95 mV", "factor": "exp(-((V + 47.2 mV)/(1 mV))**2)"}
LEAKS = {ion: {"kind": "ghk", "ion": ion, "permeability": "1e-10 m/s"} for ion in ("K", "Na")}


@pytest.mark.parametrize("K", ["1 mM", "3 mM", "5 mM", "9 mM", "20 mM"])
def test_a_membrane_that_is_divided_into_a_loop_keeps_every_root(K):
    whole = divided([{**LEAKS, "Kir": KIR, "keen": KEEN}], K)
    for parts in ([LEAKS, {"Kir": KIR, "keen": KEEN}], [{"Kir": KIR}, LEAKS, {"keen": KEEN}]):
        loop = divided(parts, K)
        assert [root.V_m["m0"] for root in loop.roots] == pytest.approx([root.V_m["m0"] for root in whole.roots], abs=1e-12)
        assert [root.stable for root in loop.roots] == [root.stable for root in whole.roots]
        assert len({tuple(root.V_m.values()) for root in loop.roots}) == len(loop.roots)


def test_some_of_those_are_close_and_five_starts_would_not_find_them():
    roots = [root.V_m["m0"] for root in divided([{**LEAKS}, {"Kir": KIR, "keen": KEEN}], "5 mM").roots]
    assert len(roots) == 5
    assert min(np.diff(roots)) < 0.005


def test_a_loop_with_one_unknown_says_over_which_range_it_was_scanned():
    evidence = divided([LEAKS, {"Kir": KIR}]).to_dict()["certificate"]
    low, high = evidence["search"]["range_mV"]["m0, m1"]
    assert low < -230
    assert high > 200
    assert evidence["search"]["loop_starts"] == {}
    assert evidence["method"] == "sign scan with derivative signs, then bracketed Newton"


def test_a_loop_whose_net_current_vanishes_over_a_range_has_no_rest():
    deaf = {
        "g": {"kind": "ohmic", "conductance": "1 S/m^2", "reversal": "-60 mV", "factor": "max(0, abs(V + 60 mV)/(10 mV) - 1)"}
    }
    with pytest.raises(vrest.NoAnswerError, match="'m0, m1' carries no net current at any potential from -70.0 to -50.0 mV"):
        divided([deaf, deaf])
