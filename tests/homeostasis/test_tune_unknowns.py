"""`tune` with impermeants, charge and water among its balances, with several compartments, and with numbers that scale nothing."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cells
import vrest

IONS, BATH = ("K", "Na", "Cl"), {"K": "4 mM", "Na": "145 mM", "Cl": "120 mM"}
AMOUNT, VALENCE = "inside.impermeant.amount", "inside.impermeant.valence"
FREE = ("m.K_leak.permeability", "m.Na_leak.permeability", "m.pump.max_current")
UNIT = dict.fromkeys(FREE, "m/s") | {FREE[2]: "A/m^2", AMOUNT: "mM", VALENCE: ""}


def described(
    P=("1e-8 m/s", "3e-10 m/s", "3e-9 m/s"), i="0.05 A/m^2", impermeant=None, water="none", c=("140 mM", "14 mM", "5 mM")
):
    ways = cells.leaks(**dict(zip(IONS, P, strict=True))) | {"pump": cells.pump(i)}
    inside = {"volume": "4 pL", "ions": dict(zip(IONS, c, strict=True)), "impermeant": impermeant or cells.neutral(-0.85)}
    return cells.in_a_bath(ways, inside, cells.bath(BATH), area="1200 um^2", water=water)


def at_its_steady_state(description):
    """The same cell described at the state that its numbers hold, volume and impermeants too."""
    cell = vrest.from_dict(description)
    point = vrest.steady_state(cell).point
    settings = {f"{space}.{ion}": f"{c!r} mM" for space, ions in point.inside.items() for ion, c in ions.items()}
    for name, space in cell.compartments.items():
        for impermeant in space.impermeants.values():
            grown = space.volume.si / point.volume[name]
            settings[f"{name}.impermeant.amount"] = f"{impermeant.concentration.si * grown!r} mM"
            settings[f"{name}.volume"] = f"{1e15 * point.volume[name]!r} pL"
    return cell.replace(settings), point


def kept(result, point):
    """The tuned cell holds the concentrations, to 1e-9, at the potentials."""
    assert result.certificate.converged
    assert result.V_m == pytest.approx(point.V_m, abs=1e-9)
    for space, ions in point.inside.items():
        assert result.steady.inside[space] == pytest.approx(ions, rel=1e-9)


# -- the numbers that made a composition ------------------------------------------------------------------------------


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.tuples(st.floats(-8.5, -7.5), st.floats(-10.5, -9.0), st.floats(-9.5, -8)),
    st.floats(-2, -0.7),
    st.floats(-2, -0.6),
    st.sampled_from([(FREE[0], FREE[1]), (FREE[0], FREE[2]), (FREE[1], FREE[2])]),
    st.sampled_from(["none", "instantaneous", {"permeability": "1e-4 m/s"}]),
    st.floats(0.3, 3),
)
def test_impermeants_that_made_a_composition_are_found_again(P, i, z, paths, water, factor):
    made_of = described([f"{10**p!r} m/s" for p in P], f"{10**i!r} A/m^2", {"valence": z, "amount": "neutral"}, water)
    cell, point = at_its_steady_state(made_of)
    free = [*paths, AMOUNT] if water == "none" else [*paths, AMOUNT, VALENCE]
    made = {path: cell.settable[path].si for path in free}
    start = cell.replace({path: f"{factor * made[path]!r} {UNIT[path]}" for path in paths} | {AMOUNT: "neutral"})
    if VALENCE in free:
        start = start.replace({VALENCE: "-1"})
    result = vrest.tune(start, free)
    assert result.si == pytest.approx(made, rel=1e-6, abs=0)
    assert result.before[AMOUNT] == "neutral"
    kept(result, point)


@pytest.mark.parametrize("water", ["instantaneous", {"L_p": "1e-13 m/(s Pa)"}])
def test_with_free_volume_and_a_neutral_amount_the_valence_is_the_unknown_of_the_osmotic_balance(water):
    cell = vrest.from_dict(described(water=water))
    result = vrest.tune(cell, [FREE[0], FREE[1], VALENCE])
    outside, ions = 4 + 145 + 120, 140 + 14 + 5
    assert result.si[VALENCE] == pytest.approx(-(140 + 14 - 5) / (outside - ions), rel=1e-12)
    assert result.steady.volume["inside"] == pytest.approx(4e-15, rel=1e-4, abs=0)
    assert "net_water_fraction" in result.certificate.residuals
    assert "charge_fraction_of_70_mV" not in result.certificate.residuals


def test_amount_and_valence_are_the_unknowns_of_charge_and_osmolarity():
    cell = vrest.from_dict(described(water="instantaneous"))
    result = vrest.tune(cell, [*FREE[:2], AMOUNT, VALENCE])
    assert result.si[AMOUNT] == pytest.approx(110.0, rel=1e-12)
    carried = 1e-2 * 1200e-12 * result.V_m["m"] / (96485.33212 * 4e-15)
    assert result.si[AMOUNT] * result.si[VALENCE] == pytest.approx(-149.0 + carried, rel=1e-12)
    assert result.steady.inside["inside"] == pytest.approx({"K": 140.0, "Na": 14.0, "Cl": 5.0}, rel=1e-12)
    assert result.steady.volume["inside"] == pytest.approx(4e-15, rel=1e-12, abs=0)
    assert result.notes[0].startswith("The steady state of the tuned cell is the described composition, within ")


def test_one_of_several_impermeants_takes_up_the_rest():
    listed = described()
    inside = listed["compartments"]["inside"]
    del inside["impermeant"]
    inside["impermeants"] = {"A": {"valence": -2, "amount": "30 mM"}, "B": {"valence": -1, "amount": "400 fmol"}}
    inside["ions"] = {"K": "140 mM", "Na": "14 mM", "Cl": "5 mM"}
    inside["impermeants"]["B"]["amount"] = "356 fmol"  # 89 mM
    result = vrest.tune(vrest.from_dict(listed), [*FREE[:2], "inside.impermeants.B.amount"])
    assert result.values["inside.impermeants.B.amount"].endswith(" fmol")
    assert result.si["inside.impermeants.B.amount"] == pytest.approx(356e-15, rel=1e-3, abs=0)
    assert result.steady.inside["inside"]["K"] == pytest.approx(140.0, rel=1e-12)


def test_the_potential_whose_charge_is_carried_can_be_free():
    cell = vrest.from_dict(described(impermeant={"valence": -1, "amount": {"carries": "-20 mV"}}))
    result = vrest.tune(cell, [*FREE[:2], "inside.impermeant.amount.carries"])
    assert result.si["inside.impermeant.amount.carries"] == pytest.approx(result.V_m["m"], abs=1e-12)
    assert result.steady.inside["inside"] == pytest.approx({"K": 140.0, "Na": 14.0, "Cl": 5.0}, rel=1e-9)
    assert vrest.tune(cell, [*FREE[:2], AMOUNT]).before[AMOUNT] == "carries -20 mV"


# -- numbers that scale nothing ---------------------------------------------------------------------------------------


def nonlinear():
    """A cell with a gate and shared channels, at its steady state."""
    made = described(P=("2e-9 m/s", "1e-12 m/s", "3e-9 m/s"))
    made["membranes"]["m"]["mechanisms"] |= {
        "gated": {
            "kind": "ohmic",
            "ion": "K",
            "conductance": "0.5 S/m^2",
            "factor": "1/(1 + exp((V_half - V)/slope))",
            "parameters": {"V_half": "-50 mV", "slope": "9 mV"},
        },
        "shared": {"kind": "ghk_shared", "permeability": "4e-10 m/s", "ratios": {"Na": 1, "K": 0.8}},
    }
    return at_its_steady_state(made)


@pytest.mark.parametrize(
    ("path", "start"),
    [
        ("m.pump.K_Na", "14 mM"),
        ("m.gated.V_half", "-42 mV"),
        ("m.gated.slope", "12 mV"),
        ("m.shared.ratios.K", "0.3"),
        ("m.shared.ratios.K", "0"),
        ("outside.K", "5 mM"),
        ("outside.Na", "120 mM"),
        ("inside.Na", "20 mM"),
        ("temperature", "300 K"),
    ],
)
def test_any_number_that_moves_a_balance_can_be_found_again(path, start):
    cell, point = nonlinear()
    made = cell.settable[path].si
    more = [AMOUNT] if path.startswith("inside.") else []
    beside = FREE[2] if path == "outside.Na" else FREE[1]
    result = vrest.tune(cell.replace({path: start} | dict.fromkeys(more, "neutral")), [beside, path, *more])
    assert result.si[path] == pytest.approx(made, rel=1e-6)
    kept(result, point)


def test_a_diameter_whose_membrane_holds_a_whole_cells_pump_can_be_found_again():
    """The area follows the diameter, and the leaks follow the area."""
    ways = cells.leaks(**dict(zip(IONS, ("1e-8 m/s", "3e-10 m/s", "3e-9 m/s"), strict=True))) | {"pump": cells.pump("60 pA")}
    inside = cells.sphere({"K": "140 mM", "Na": "14 mM", "Cl": "5 mM"}, impermeant=cells.neutral(-0.85))
    point = vrest.steady_state(vrest.from_dict(cells.in_a_bath(ways, inside, cells.bath(BATH)))).point
    inside |= {"ions": {ion: f"{c!r} mM" for ion, c in point.inside["inside"].items()}}
    inside |= cells.sphere(inside["ions"], "15 um")
    cell = vrest.from_dict(cells.in_a_bath(ways, inside, cells.bath(BATH))).replace({FREE[0]: "5e-8 m/s"})
    result = vrest.tune(cell, [FREE[0], "inside.shape.sphere.diameter", AMOUNT])
    assert result.si["inside.shape.sphere.diameter"] == pytest.approx(20e-6, rel=1e-6)
    assert result.si[FREE[0]] == pytest.approx(1e-8, rel=1e-6)
    kept(result, point)


def test_potentials_at_which_a_formula_says_nothing_are_passed_over_in_the_scan():
    made = described()
    made["membranes"]["m"]["mechanisms"]["K_leak"]["factor"] = "sqrt((V + 150 mV)/(100 mV))"
    cell, point = at_its_steady_state(made)
    with pytest.raises(vrest.NoAnswerError, match="a flux has no finite value at -160 mV"):
        vrest.tune(cell, [FREE[0]], {"V": "-160 mV"})
    result = vrest.tune(cell.replace({FREE[1]: "1e-9 m/s"}), [FREE[0], FREE[1], AMOUNT])
    assert result.si[FREE[1]] == pytest.approx(3e-10, rel=1e-6)
    kept(result, point)


def test_what_leaks_in_can_be_put_down_to_a_path_or_to_the_bath():
    cell, _ = nonlinear()
    with pytest.raises(vrest.InputError, match="outside.Na and m.Na_leak.permeability do the same to the balances"):
        vrest.tune(cell, ["outside.Na", FREE[1]])


def test_an_area_that_scales_all_fluxes_alike_cannot_be_found():
    cell, _ = nonlinear()
    with pytest.raises(vrest.InputError, match="'m.area' moves nothing at "):
        vrest.tune(cell, [FREE[1], "m.area"])


def test_cl_inside_that_nobody_measured_is_found_where_it_is_passive():
    cell, point = at_its_steady_state(described())
    result = vrest.tune(cell.replace({"inside.Cl": "20 mM", AMOUNT: "neutral"}), ["inside.Cl", FREE[2], AMOUNT])
    assert result.si["inside.Cl"] == pytest.approx(point.inside["inside"]["Cl"], rel=1e-9)
    kept(result, point)


# -- several compartments ---------------------------------------------------------------------------------------------


def organelle(water="none"):
    """A vesicle in a cell: two nodes, six balances (or eight, where water crosses both membranes), at the steady state."""
    made = described(water=water)
    made["compartments"]["vesicle"] = {
        "volume": "0.2 pL",
        "ions": {"K": "100 mM", "Na": "5 mM", "Cl": "20 mM"},
        "impermeant": {"valence": -1.5, "amount": "neutral"},
    }
    leaks = {f"{ion}_leak": {"kind": "ghk", "ion": ion, "permeability": P} for ion, P in (("K", "1e-9 m/s"), ("Na", "2e-10 m/s"))}
    leaks["Cl_leak"] = {"kind": "ghk", "ion": "Cl", "permeability": "5e-10 m/s"}
    pump = {"kind": "primary_pump", "law": "saturating", "stoichiometry": {"Na": 1}, "max_rate": "1e-8 mol/(m^2 s)"}
    made["membranes"]["inner"] = {
        "between": ["vesicle", "inside"],
        "capacitance": "1 uF/cm^2",
        "area": "300 um^2",
        "water": water,
        "mechanisms": {**leaks, "pump": {**pump, "K_m": {"Na": "10 mM"}}},
    }
    return at_its_steady_state(made)


def test_two_compartments_are_tuned_together():
    cell, point = organelle()
    free = ["m.pump.max_current", "m.Na_leak.permeability", "inner.pump.max_rate", AMOUNT, "vesicle.impermeant.amount"]
    made = {path: cell.settable[path].si for path in free}
    start = {"m.pump.max_current": "0.2 A/m^2", "m.Na_leak.permeability": "1e-9 m/s", "inner.pump.max_rate": "3e-8 mol/(m^2 s)"}
    result = vrest.tune(cell.replace(start | {AMOUNT: "neutral", "vesicle.impermeant.amount": "neutral"}), free)
    assert result.si == pytest.approx(made, rel=1e-6, abs=0)
    kept(result, point)
    assert result.certificate.residuals["charge_fraction_of_70_mV"].keys() == {"inside", "vesicle"}


def test_two_compartments_that_swell_are_tuned_together():
    cell, point = organelle({"permeability": "1e-5 m/s"})
    numbers = ("impermeant.amount", "impermeant.valence")
    free = ["m.pump.max_current", "inner.pump.max_rate", *(f"{space}.{n}" for space in ("inside", "vesicle") for n in numbers)]
    made = {path: cell.settable[path].si for path in free}
    start = cell.replace({AMOUNT: "neutral", "vesicle.impermeant.amount": "neutral", "m.pump.max_current": "0.1 A/m^2"})
    result = vrest.tune(start.replace({VALENCE: "-1", "vesicle.impermeant.valence": "-1"}), free)
    assert result.si == pytest.approx(made, rel=1e-6, abs=0)
    kept(result, point)
    assert result.certificate.residuals["net_water_fraction"].keys() == {"inside", "vesicle"}


def test_potentials_are_held_by_membrane():
    cell, point = organelle()
    hold = {name: f"{1e3 * V!r} mV" for name, V in point.V_m.items()}
    free = ["m.pump.max_current", "m.Na_leak.permeability", "inner.pump.max_rate"]
    result = vrest.tune(cell.replace({"inner.pump.max_rate": "3e-8 mol/(m^2 s)"}), free, hold)
    assert result.si == pytest.approx({path: cell.settable[path].si for path in free}, rel=1e-6, abs=0)
    assert result.held == hold


def test_an_epithelium_is_tuned_with_one_potential_held_and_the_lumen_free():
    cell = vrest.load("proximal-tubule")
    free = ["basolateral.pump.max_current", "apical.Na_entry.permeability", "apical.NHE_net.rate", "cell.impermeant.amount"]
    result = vrest.tune(cell, [*free, "cell.impermeant.valence"], {"basolateral": "-72 mV"})
    assert 1e3 * result.V_m["basolateral"] == pytest.approx(-72.0, abs=1e-6)
    assert result.certificate.residuals["net_current_fraction"].keys() == {"lumen"}
    assert result.steady.inside["cell"] == pytest.approx({"K": 113.0, "Na": 17.5, "Cl": 18.0, "HCO3": 18.0}, rel=1e-9)


# -- what is held -----------------------------------------------------------------------------------------------------


def test_concentrations_that_are_held_replace_the_described_ones():
    cell = vrest.from_dict(described())
    by_hold = vrest.tune(cell, [*FREE[:2], AMOUNT], {"inside.K": "150 mM"})
    by_hand = vrest.tune(cell.replace({"inside.K": "150 mM"}), [*FREE[:2], AMOUNT])
    assert by_hold.si == by_hand.si
    assert by_hold.steady.inside["inside"]["K"] == pytest.approx(150.0, rel=1e-12)


def wrong(error, free, hold=None, cell=None):
    with pytest.raises(error) as caught:
        vrest.tune(cell or vrest.from_dict(described()), free, hold)
    (problem,) = caught.value.problems
    return problem


# -- words ------------------------------------------------------------------------------------------------------------


def test_a_valence_that_nothing_depends_on():
    problem = wrong(vrest.InputError, [*FREE[:2], VALENCE])
    assert problem.message.startswith(f"'{VALENCE}' moves nothing at ")
    assert problem.message.endswith(" mV: the amount follows from the charge, and no water crosses, so any value does")


def test_amount_and_valence_are_too_many_where_no_water_crosses():
    problem = wrong(vrest.InputError, [*FREE[:2], AMOUNT, VALENCE])
    assert problem.message == (
        "4 numbers and the potential for 4 balances (inside.K, inside.Na, inside.Cl, the charge of 'inside'): "
        "1 of them can be chosen freely (only 3 of the numbers are fixed by the balances at one potential)"
    )
    problem = wrong(vrest.InputError, [AMOUNT, VALENCE])
    assert (
        problem.message == f"{AMOUNT} and {VALENCE} do the same to the balances, so they can be chosen freely against each other"
    )


def test_a_number_that_no_balance_knows_of():
    for path in ("m.thickness", "inside.water_fraction"):  # the second cannot rise above one
        problem = wrong(vrest.InputError, [FREE[0], path])
        assert problem.message.endswith("no balance of the described composition depends on it")


def test_an_amount_that_would_have_to_be_negative():
    cell = vrest.from_dict(described(impermeant={"valence": 1, "amount": "neutral"}, c=("140 mM", "14 mM", "160 mM")))
    problem = wrong(vrest.NoAnswerError, [*FREE[:2], "inside.Cl", AMOUNT], {"V": "-70 mV"}, cell)
    assert problem.message == f"the balances can be met at -70 mV only with a negative {AMOUNT}"


def test_water_that_no_number_keeps():
    problem = wrong(vrest.NoAnswerError, FREE[:2], cell=vrest.from_dict(described(water="instantaneous")))
    assert problem.message.startswith("water flows through 'm', whatever these numbers are: ")
    assert problem.expected == "osmolarities that balance (free inside.impermeant.valence), or water: none"


def test_a_valence_that_is_a_formula_is_no_number_to_free():
    formula = described(
        impermeant={"valence": "-1 - 0.5/(1 + exp(7 - pH))", "amount": "neutral"}, water={"permeability": "1e-4 m/s"}
    )
    for space in formula["compartments"].values():
        space["ions"]["H"] = "pH 7.2"
    problem = wrong(vrest.NoAnswerError, FREE[:2], cell=vrest.from_dict(formula))
    assert problem.expected == "osmolarities that balance, or water: none"


def test_an_amount_alone_cannot_meet_charge_and_osmolarity():
    cell = vrest.from_dict(described(impermeant={"valence": -1, "amount": "149 mM"}, water="instantaneous"))
    problem = wrong(vrest.NoAnswerError, [FREE[0], FREE[1], AMOUNT], cell=cell)
    assert problem.message.startswith(
        f"no values of {FREE[0]}, {FREE[1]}, {AMOUNT} balance the described composition: what is left of the "
    )
    assert problem.message.endswith(" of its osmolarity")


def test_potentials_that_cannot_be_held_together():
    cell = vrest.load("proximal-tubule")
    hold = {"apical": "-70 mV", "basolateral": "-73 mV", "paracellular": "-1 mV"}
    problem = wrong(vrest.InputError, ["apical.NHE_net.rate"], hold, cell)
    assert problem.message == "these potentials cannot be held together: apical -70 mV, basolateral -73 mV, paracellular -1 mV"


def test_a_potential_without_its_membrane():
    problem = wrong(vrest.InputError, ["apical.NHE_net.rate"], {"V": "-70 mV"}, vrest.load("proximal-tubule"))
    assert problem.message == "the potential of which membrane is held?"
    assert problem.expected == 'hold={"apical": "-70 mV"}, or a path such as hold={"inside.K": "140 mM"}'
    problem = wrong(vrest.InputError, ["apical.NHE_net.rate"], {"apicall": "-70 mV"}, vrest.load("proximal-tubule"))
    assert (problem.message, problem.suggestion) == ("'apicall' is neither a membrane nor a path", "apical")


def test_a_path_that_is_held_and_free():
    assert wrong(vrest.InputError, ["outside.K"], {"outside.K": "4 mM"}).message == "'outside.K' is held and free at once"


def test_several_numbers_too_many_in_an_epithelium():
    free = ["basolateral.pump.max_current", "apical.Na_entry.permeability", "apical.NHE_net.rate"]
    problem = wrong(vrest.InputError, free, cell=vrest.load("proximal-tubule"))
    assert problem.message.startswith(
        "3 numbers and 2 potentials for 4 balances (cell.K, cell.Na, cell.HCO3, the current into 'lumen'): 1 of them can be chosen freely"
    )
    assert problem.expected == 'at most 2 paths, or hold={"apical": ...}'
