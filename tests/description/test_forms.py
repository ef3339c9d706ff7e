"""What a description says: forms, roles, impermeants, shapes, normalisation, values with their origin, ions of one's own."""

import math

import pytest

import cells
import vrest
from vrest.constants import F
from vrest.description.derive import Derivation
from vrest.mechanisms.parameter import Basis

BATH, INSIDE, LEAKS = cells.bath(), {"ions": cells.INSIDE}, cells.leaks("K", "Na")


def cell(inside=None, outside=None, membrane=None, mechanisms=None, **more):
    plasma = {"between": ["inside", "outside"], "mechanisms": mechanisms or LEAKS, **(membrane or {})}
    spaces = {"outside": {**BATH, **(outside or {})}, "inside": {**INSIDE, **(inside or {})}}
    return vrest.from_dict(cells.described(spaces, {"plasma": plasma}, **more))


def refused(*words, **parts):
    with pytest.raises(vrest.InputError) as caught:
        cell(**parts)
    for word in words:
        assert word in str(caught.value)
    return caught.value.problems


# -- the short form ---------------------------------------------------------------------------------------------------


def test_the_short_form_is_the_general_form_written_short():
    ions = {
        "K": {"inside": "140 mM", "outside": "5 mM", "permeability": "1e-8 m/s"},
        "Cl": {"inside": "10 mM", "outside": "110 mM"},
    }
    pump = cells.pump("0.01 A/m^2", "constant")
    ions["Na"] = {"inside": "12 mM", "outside": "145 mM", "conductance": "0.01 mS/cm^2"}
    extra = {
        "shape": {"sphere": {"diameter": "20 um"}},
        "impermeant": {"valence": -1, "amount": "neutral"},
        "capacitance": "20 pF",
    }
    short = vrest.from_dict({"cell": "c", "temperature": "310 K", "ions": ions, "mechanisms": {"pump": pump}, **extra})
    inside = {
        "ions": {ion: entry["inside"] for ion, entry in ions.items()},
        "shape": extra["shape"],
        "impermeant": extra["impermeant"],
    }
    outside = {"role": "bath", "ions": {ion: entry["outside"] for ion, entry in ions.items()}}
    ways = {"K_leak": LEAKS["K_leak"], "Na_leak": {"kind": "ohmic", "ion": "Na", "conductance": "0.01 mS/cm^2"}, "pump": pump}
    membrane = {"between": ["inside", "outside"], "capacitance": "20 pF", "mechanisms": ways}
    assert short == vrest.from_dict(cells.described({"outside": outside, "inside": inside}, {"membrane": membrane}))


def test_an_ion_of_the_short_form_without_a_path_only_stands_there():
    ions = {"K": {"inside": "140 mM", "outside": "5 mM", "permeability": 1}, "Na": {"inside": "12 mM", "outside": "145 mM"}}
    short = vrest.from_dict({"cell": "c", "temperature": "310 K", "ions": ions})
    assert list(short.membranes["membrane"].mechanisms) == ["K_leak"]
    assert short.membranes["membrane"].relative


# -- roles ------------------------------------------------------------------------------------------------------------


def test_a_held_cell_with_given_reversal_potentials_needs_no_ions():
    ways = {
        "K": {"kind": "ohmic", "ion": "K", "conductance": "0.36 mS/cm^2", "reversal": "-77 mV"},
        "leak": {"kind": "ohmic", "conductance": "0.3 mS/cm^2", "reversal": "-54.4 mV"},
    }
    spaces = {"outside": {"role": "bath"}, "inside": {"role": "held"}}
    membranes = {"m": {"between": ["inside", "outside"], "capacitance": "1 uF/cm^2", "mechanisms": ways}}
    hh = vrest.from_dict(cells.described(spaces, membranes, temperature="6.3 degC"))
    expected = (0.36 * -77 + 0.3 * -54.4) / 0.66
    assert 1e3 * vrest.rest(hh).V_m["m"] == pytest.approx(expected, rel=1e-9)


def test_a_current_without_carrier_needs_held_concentrations():
    ways = {**LEAKS, "i": {"kind": "current", "value": "0.1 uA/cm^2"}}
    assert cell(inside={"role": "held"}, mechanisms=ways).membranes["plasma"].mechanisms["i"].species == {}
    refused("names no carrier", "those of 'inside' are not", mechanisms=ways)


def test_a_second_bath_is_clamped_or_open():
    spaces = {"outside": BATH, "inside": INSIDE, "blood": {"role": "bath", "ions": BATH["ions"], "clamped": "-10 mV"}}
    plasma = {"between": ["inside", "outside"], "area": "1 um^2", "mechanisms": LEAKS}
    basal = {"between": ["inside", "blood"], "area": "1 um^2", "mechanisms": LEAKS}
    description = cells.described(spaces, {"apical": plasma, "basal": basal})
    clamped = vrest.rest(vrest.from_dict(description))
    assert clamped.potential["blood"] == pytest.approx(-0.010)
    spaces["blood"] = {"role": "bath", "ions": BATH["ions"], "open": "true"}
    opened = vrest.rest(vrest.from_dict(description))
    assert opened.potential["blood"] == pytest.approx(0.0, abs=1e-12)
    assert opened.V_m["apical"] == pytest.approx(opened.V_m["basal"], abs=1e-12)


def test_a_membrane_between_two_clamped_baths_needs_neither_area_nor_absolute_numbers():
    baths = {"a": BATH, "b": {**BATH, "clamped": "-20 mV"}}
    ways = {"K_leak": {"kind": "ghk", "ion": "K", "permeability": "1"}}
    found = vrest.from_dict(cells.described(baths, {"m": {"between": ["b", "a"], "mechanisms": ways}}))
    assert vrest.rest(found).V_m["m"] == pytest.approx(-0.020)


# -- impermeants ------------------------------------------------------------------------------------------------------

SPHERE = {"shape": {"sphere": {"diameter": "20 um"}}}
VOLUME, AREA = math.pi * 20e-6**3 / 6, math.pi * 20e-6**2


def charge(found, name="inside"):
    space = found.compartments[name]
    listed = sum(found.valences[ion] * value.si for ion, value in space.ions.items())
    return listed + sum(x.valence.si * x.concentration.si for x in space.impermeants.values())


def test_neutral_makes_the_described_composition_exactly_neutral():
    found = cell(inside={"impermeant": {"valence": "-1.3", "amount": "neutral"}})
    assert found.compartments["inside"].impermeants["X"].concentration.si == pytest.approx(142 / 1.3)
    assert charge(found) == pytest.approx(0, abs=1e-12)


def test_several_impermeants_of_which_one_follows_from_the_charge():
    impermeants = {"A": {"valence": -2, "amount": "30 mM"}, "B": {"valence": -1, "amount": "neutral"}}
    found = cell(inside={"impermeants": impermeants})
    assert found.compartments["inside"].impermeants["B"].concentration.si == pytest.approx(142 - 60)
    assert list(found.compartments["inside"].impermeants) == ["A", "B"]


def test_two_amounts_from_the_charge_are_refused():
    impermeants = {"A": {"valence": -2, "amount": "neutral"}, "B": {"valence": -1, "amount": "neutral"}}
    refused("two impermeants of 'inside' are both found from the charge; only one can be", inside={"impermeants": impermeants})


@pytest.mark.parametrize("between", [["inside", "outside"], ["outside", "inside"]])
def test_carries_is_neutral_plus_the_charge_of_the_capacitor(between):
    x = {"valence": -1, "amount": {"carries": "-65.5 mV"}}
    found = cell(
        inside={**SPHERE, "impermeant": x}, membrane={"capacitance": "1 uF/cm^2", "between": between, "area": f"{AREA} m^2"}
    )
    sign = 1 if between[0] == "inside" else -1
    assert charge(found) == pytest.approx(sign * 0.01 * AREA * -0.0655 / (F * VOLUME), rel=1e-9)


def test_carries_needs_capacitance_area_and_volume():
    x = {"impermeant": {"valence": -1, "amount": {"carries": "-65.5 mV"}}}
    refused("not described: the volume, the membrane's capacitance and area", inside=x)


def test_an_amount_may_be_a_concentration_or_moles():
    by_concentration = cell(inside={**SPHERE, "impermeant": {"valence": -1, "amount": "142 mM"}})
    moles = f"{142 * VOLUME * 1e15!r} fmol"
    by_amount = cell(inside={**SPHERE, "impermeant": {"valence": -1, "amount": moles}})
    for found in (by_concentration, by_amount):
        assert found.compartments["inside"].impermeants["X"].concentration.si == pytest.approx(142, rel=1e-12)
    refused("an amount of impermeants needs the volume of 'inside'", inside={"impermeant": {"valence": -1, "amount": "1 fmol"}})


def test_an_amount_that_would_charge_the_membrane_absurdly_prints_the_potential():
    inside = {**SPHERE, "impermeant": {"valence": -1, "amount": "141 mM"}}
    (problem,) = refused(inside=inside, membrane={"capacitance": "1 uF/cm^2"})
    implied = F * 1.0 * VOLUME / (0.01 * AREA)
    assert problem.found == f"{implied:.4g} V"
    assert f"with +1 mM of charge, which would put {implied:.4g} V across its membrane" in problem.message


def test_a_small_charge_by_an_amount_is_no_slip():
    amount = 142 + 0.07 * 0.01 * AREA / (F * VOLUME)
    inside = {**SPHERE, "impermeant": {"valence": -1, "amount": f"{amount!r} mM"}}
    found = cell(inside=inside, membrane={"capacitance": "1 uF/cm^2"})
    assert charge(found) * F * VOLUME / (0.01 * AREA) == pytest.approx(-0.07, rel=1e-6)


def test_a_negative_amount_says_which_sign_would_do():
    (problem,) = refused(inside={"impermeant": {"valence": 1, "amount": "neutral"}})
    assert problem.message == (
        "the impermeant of 'inside' would need a negative amount: all else carries +142 mM of charge, its valence is +1"
    )
    assert problem.found == "-142 mM"
    assert problem.expected == "a negative valence, or other concentrations"


def test_an_uncharged_impermeant_balances_nothing():
    refused("has valence 0, so no amount of it balances a charge", inside={"impermeant": {"valence": 0, "amount": "neutral"}})
    found = cell(inside={"impermeant": {"valence": 0, "amount": "20 mM"}})
    assert charge(found) == 142


def test_a_bath_may_hold_impermeants():
    found = cell(outside={"impermeant": {"valence": -1, "amount": "neutral"}})
    assert found.compartments["outside"].impermeants["X"].concentration.si == 40


# -- volumes and shapes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "volume", "area"),
    [
        ({"sphere": {"diameter": "20 um"}}, VOLUME, AREA),
        ({"cylinder": {"diameter": "10 um", "length": "1 mm"}}, math.pi * 25e-12 * 1e-3, math.pi * (1e-5 * 1e-3 + 2 * 25e-12)),
        ({"cylinder": {"diameter": "10 um", "length": "1 mm", "ends": "open"}}, math.pi * 25e-12 * 1e-3, math.pi * 1e-5 * 1e-3),
        ({"box": {"length": "1 um", "width": "2 um", "height": "3 um"}}, 6e-18, 22e-12),
    ],
)
def test_a_shape_gives_volume_and_area(shape, volume, area):
    found = cell(inside={"shape": shape})
    assert found.compartments["inside"].volume.si == pytest.approx(volume, rel=1e-14, abs=0)
    assert found.membranes["plasma"].area.si == pytest.approx(area, rel=1e-14, abs=0)


def test_the_volume_is_water():
    found = cell(inside={"volume": "2 pL", "water_fraction": "0.7"})
    assert found.compartments["inside"].volume.si == pytest.approx(1.4e-15, rel=1e-12, abs=0)
    assert Derivation(found).numbers()["inside.volume"] == pytest.approx(1.4e-15, rel=1e-12, abs=0)


def test_a_remainder_is_the_whole_less_the_other_compartments():
    spaces = {
        "outside": BATH,
        "inside": {**INSIDE, "volume": "4 pL"},
        "cleft": {**INSIDE, "volume": {"remainder_of": "4.6 pL"}, "water_fraction": "0.5"},
    }
    membranes = {
        "a": {"between": ["inside", "cleft"], "mechanisms": LEAKS},
        "b": {"between": ["cleft", "outside"], "mechanisms": LEAKS},
    }
    description = cells.described(spaces, membranes)
    found = vrest.from_dict(description)
    assert found.compartments["cleft"].volume.si == pytest.approx(0.3e-15, rel=1e-12, abs=0)
    assert found.replace({"cleft.volume.remainder_of": "5 pL"}).compartments["cleft"].volume.si == pytest.approx(
        0.5e-15, rel=1e-12, abs=0
    )
    with pytest.raises(vrest.InputError, match="nothing remains for the volume of 'cleft'"):
        found.replace({"cleft.volume.remainder_of": "3 pL"})


# -- normalisation ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("way", "basis", "value"),
    [
        ({"kind": "ghk", "ion": "K", "permeability": "1e-8 m/s"}, Basis.AREA, 1e-8),
        ({"kind": "ghk", "ion": "K", "permeability": "1e-20 m^3/s"}, Basis.CELL, 1e-20),
        ({"kind": "ghk", "ion": "K", "permeability": "0.2 1/s"}, Basis.VOLUME, 0.2),
        ({"kind": "ghk", "ion": "K", "permeability": "0.5"}, Basis.RELATIVE, 0.5),
        ({"kind": "ghk", "ion": "K", "permeability": "0"}, None, 0.0),
        ({"kind": "ohmic", "ion": "K", "conductance": "0.3 mS/cm^2"}, Basis.AREA, 3.0),
        ({"kind": "ohmic", "ion": "K", "conductance": "5 nS"}, Basis.CELL, 5e-9),
        ({"kind": "ohmic", "ion": "K", "conductance": "0"}, None, 0.0),
        ({"kind": "current", "ion": "K", "value": "3 pA"}, Basis.CELL, 3e-12),
        ({"kind": "current", "ion": "K", "value": "3 uA/cm^2"}, Basis.AREA, 0.03),
        ({"kind": "na_k_atpase", "law": "constant", "max_rate": "0.1 mM/s"}, Basis.VOLUME, 0.1),
        ({"kind": "na_k_atpase", "law": "constant", "max_rate": "1e-7 mol/m^2/s"}, Basis.AREA, 1e-7),
        (cells.pump("20 pA", "constant"), Basis.CELL, 2e-11),
    ],
)
def test_the_dimension_says_what_a_number_is_counted_per(way, basis, value):
    found = cell(inside={"volume": "2 pL"}, mechanisms={"way": way})
    mechanism = found.membranes["plasma"].mechanisms["way"]
    assert mechanism.basis is basis
    assert next(iter(mechanism.parameters.values())).si == value


def test_per_area_per_cell_and_per_volume_describe_the_same_cell():
    area, volume = 1e-9, 2e-15

    def ways(K, Na):
        return {"K": {**LEAKS["K_leak"], "permeability": K}, "Na": {**LEAKS["Na_leak"], "permeability": Na}}

    per_area = ways("1e-8 m/s", "4e-10 m/s")
    per_cell = ways(f"{1e-8 * area!r} m^3/s", f"{4e-10 * area!r} m^3/s")
    per_volume = ways(f"{1e-8 * area / volume!r} 1/s", f"{4e-10 * area / volume!r} 1/s")
    mixed = {"K": per_cell["K"], "Na": per_volume["Na"]}
    expected = vrest.rest(cell(mechanisms=per_area)).V_m["plasma"]
    for ways_of, membrane in (
        (per_cell, {}),
        (per_volume, {}),
        (mixed, {}),
        ({**per_area, "Na": per_volume["Na"]}, {"area": "1000 um^2"}),
    ):
        found = vrest.rest(cell(inside={"volume": "2 pL"}, membrane=membrane, mechanisms=ways_of))
        assert found.V_m["plasma"] == pytest.approx(expected, abs=1e-12)


def test_an_area_is_needed_only_where_per_area_mixes_with_others():
    mixed = {**LEAKS, "g": {"kind": "ohmic", "ion": "K", "conductance": "5 nS"}}
    refused("given per area and per whole cell; to add them its area is needed", mechanisms=mixed)
    both = {"g": mixed["g"], "p": {"kind": "na_k_atpase", "law": "constant", "max_rate": "0.1 mM/s"}}
    assert cell(inside={"volume": "2 pL"}, mechanisms=both).membranes["plasma"].area is None
    refused("given per volume, but the volume of 'inside' is not described", mechanisms=both)


def test_capacitance_is_per_area_or_of_the_whole_membrane():
    whole = Derivation(cell(membrane={"capacitance": "20 pF"})).numbers()
    assert (whole["plasma.total_capacitance"], whole.get("plasma.specific_capacitance")) == (2e-11, None)
    per_area = Derivation(cell(membrane={"capacitance": "1 uF/cm^2", "area": "1000 um^2"})).numbers()
    assert per_area["plasma.total_capacitance"] == pytest.approx(1e-11, rel=1e-12, abs=0)
    assert per_area["plasma.specific_capacitance"] == 0.01


# -- values, ions of one's own, parameters ----------------------------------------------------------------------------


def test_a_value_carries_where_it_is_from():
    K = {"value": "140 mM", "range": ["120 mM", "150 mM"], "source": "whoever1999", "certainty": "measured", "note": "n = 12"}
    value = cell(inside={"ions": {**INSIDE["ions"], "K": K}}).settable["inside.K"]
    assert (value.si, value.range, value.source, value.certainty, value.note) == (
        140,
        (120, 150),
        "whoever1999",
        "measured",
        "n = 12",
    )
    assert value.text == "140 mM"


def test_a_source_that_no_bibliography_holds_is_fine_in_a_file_of_ones_own():
    ions = {"K": {"inside": {"value": "140 mM", "source": "my notebook"}, "outside": "5 mM", "permeability": 1}}
    assert "my notebook" in vrest.from_dict({"cell": "c", "temperature": "310 K", "ions": ions}).sources


@pytest.mark.parametrize("place", ["at the top", "in place"])
def test_an_ion_of_ones_own_has_the_valence_it_is_given(place):
    declared = {"ions": {"Mal": {"valence": -2}}} if place == "at the top" else {}
    outer = "1 mM" if declared else {"value": "1 mM", "valence": -2}
    ways = {"m": {"kind": "ghk", "ion": "Mal", "permeability": "1e-8 m/s"}}
    spaces = {"inside": {"ions": {**INSIDE["ions"], "Mal": "20 mM"}}, "outside": {"ions": {**BATH["ions"], "Mal": outer}}}
    found = cell(**spaces, mechanisms=ways, **declared)
    assert found.valences["Mal"] == -2
    expected = vrest.nernst_potential(z=-2, c_in=20.0, c_out=1.0, T=310.0)
    assert vrest.rest(found).V_m["plasma"] == pytest.approx(expected, abs=1e-12)


def test_parameters_of_a_formula_have_the_dimension_they_are_written_in():
    way = {"kind": "ohmic", "ion": "K", "conductance": "1 mS/cm^2", "factor": "1/(1 + exp((V - V_half)/k)) * (K_out/K_ref)"}
    way["parameters"] = {"V_half": "-40mV", "k": {"value": "8 mV", "range": ["5 mV", "10 mV"]}, "K_ref": "5 mM"}
    found = cell(mechanisms={**LEAKS, "g": way})
    assert {word: found.settable[f"plasma.g.{word}"].si for word in ("V_half", "k", "K_ref")} == {
        "V_half": -0.04,
        "k": 0.008,
        "K_ref": 5,
    }
    assert found.replace({"plasma.g.V_half": "-50 mV"}).settable["plasma.g.V_half"].si == -0.05
    with pytest.raises(
        vrest.InputError, match=r"'factor' of 'g': potential \(V\) and concentration \(mol/m\^3\) cannot be subtracted"
    ):
        found.replace({"plasma.g.V_half": "5 mM"})


def test_free_energy_of_atp_follows_from_concentrations_and_from_ph_and_magnesium():
    plain = cell(inside={"atp": {"ATP": "3 mM", "ADP": "0.05 mM", "Pi": "2 mM"}}).compartments["inside"].delta_G.si
    assert plain == pytest.approx(-30500 + 8.314462618 * 310 * math.log(0.05e-3 * 2e-3 / 3e-3))
    fuller = {"ATP": "3 mM", "ADP": "0.05 mM", "Pi": "2 mM", "pH": "7.2", "Mg": "0.8 mM"}
    assert -66e3 < cell(inside={"atp": fuller}).compartments["inside"].delta_G.si < -55e3
    refused("either delta_G or ATP, ADP and Pi", inside={"atp": {"delta_G": "-50 kJ/mol", "ATP": "3 mM"}})
    refused("or by pH and Mg together", inside={"atp": {**fuller, "standard": "-30 kJ/mol"}})


def test_a_band_names_its_membrane():
    assert cell(band={"low": "-75 mV", "high": "-60 mV", "membrane": "plasma"}).band.membrane == "plasma"
    (problem,) = refused(band={"low": "-75 mV", "high": "-60 mV", "membrane": "plsma"})
    assert problem.suggestion == "plasma"
    refused("low end lies above its high end", band={"low": "-60 mV", "high": "-75 mV"})
