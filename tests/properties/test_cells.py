"""What holds for every cell: order does not matter, sides mirror, an ion in balance is silent, areas scale, extremes stay finite."""

import json
import math

import pytest
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st

import cells
import vrest

VALENCES = {"K": 1, "Na": 1, "Cl": -1, "Ca": 2}
few = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
concentration = st.floats(-1, 2.5).map(lambda x: 10.0**x)
permeability = st.floats(-11, -7).map(lambda x: 10.0**x)
monovalent = st.fixed_dictionaries({ion: st.tuples(concentration, concentration, permeability) for ion in ("K", "Na", "Cl")})
all_ions = st.fixed_dictionaries({ion: st.tuples(concentration, concentration, permeability) for ion in VALENCES})
temperature = st.floats(270, 320)
PUMP = cells.pump("0.01 A/m^2")


def description(ions, T=310.0, pumps=(), names=("inside", "outside"), area=1000.0):
    leaks = cells.leaks(**{ion: f"{P!r} m/s" for ion, (_, _, P) in ions.items()})
    spaces = {
        "outside": cells.bath({ion: f"{b!r} mM" for ion, (_, b, _) in ions.items()}),
        "inside": {"ions": {ion: f"{a!r} mM" for ion, (a, _, _) in ions.items()}, "volume": "2 pL"},
    }
    membrane = cells.membrane(leaks | dict(pumps), *names, area=f"{area!r} um^2")
    return cells.described(spaces, {"m": membrane}, temperature=f"{T!r} K")


def rest(*args, **kwargs):
    return vrest.rest(vrest.from_dict(description(*args, **kwargs)))


def V(*args, **kwargs):
    return rest(*args, **kwargs).V_m["m"]


def E(ion, ions, T=310.0):
    a, b, _ = ions[ion]
    return vrest.nernst_potential(VALENCES[ion], a, b, T)


@few
@given(ions=all_ions, order=st.permutations(list(VALENCES)), T=temperature)
def test_the_order_of_ions_and_mechanisms_changes_nothing(ions, order, T):
    pumps = {"pump": PUMP, "ncx": {"kind": "ncx", "law": "affinity", "rate": "1e-10 mol/(m^2 s)"}}
    turned = dict(reversed(pumps.items()))
    assert V(ions, T, pumps) == pytest.approx(V({ion: ions[ion] for ion in order}, T, turned), abs=1e-12)


@few
@given(ions=all_ions, T=temperature)
def test_exchanging_the_sides_of_a_membrane_turns_the_sign_of_the_potential(ions, T):
    counts = {"Na": 3, "K": -2}
    number = {"law": "constant", "max_current": "0.001 A/m^2"}
    pump = {"p": {"kind": "primary_pump", "stoichiometry": counts, **number}}
    mirrored = {"p": {"kind": "primary_pump", "stoichiometry": {ion: -n for ion, n in counts.items()}, **number}}
    ncx = {"x": {"kind": "ncx", "law": "mass_action", "rate": "1e-18 mol/(m^2 s mM^4)"}}
    straight, turned = V(ions, T, pump | ncx), V(ions, T, mirrored | _mirrored(ncx), names=("outside", "inside"))
    assert turned == pytest.approx(-straight, abs=1e-10)


def _mirrored(ncx):
    return {"x": {**ncx["x"], "kind": "cotransport", "stoichiometry": {"Na": -3, "Ca": 1}}}


@few
@given(ions=monovalent, z_ion=st.sampled_from(["Ca", "H", "HCO3"]), P=permeability)
def test_an_ion_in_balance_at_the_resting_potential_does_not_move_it(ions, z_ion, P):
    before = V(ions)
    z = {"Ca": 2, "H": 1, "HCO3": -1}[z_ion]
    outer = 1.0
    added = {**ions, z_ion: (outer * math.exp(-z * before / vrest.thermal_voltage(310.0)), outer, P)}
    assert V(added) == pytest.approx(before, abs=1e-9)


@few
@given(ions=monovalent, T=temperature)
def test_a_passive_cell_rests_between_its_extreme_reversal_potentials(ions, T):
    reversals = [E(ion, ions, T) for ion in ions]
    found = rest(ions, T)
    assert len(found.roots) == 1
    assert min(reversals) - 1e-12 <= found.V_m["m"] <= max(reversals) + 1e-12
    assert found.V_m["m"] == pytest.approx(_closed_form(ions, T), abs=1e-11)


def _closed_form(ions, T):
    """The textbook's equation for monovalent ions."""
    above = sum(P * (b if VALENCES[ion] > 0 else a) for ion, (a, b, P) in ions.items())
    below = sum(P * (a if VALENCES[ion] > 0 else b) for ion, (a, b, P) in ions.items())
    return vrest.thermal_voltage(T) * math.log(above / below)


@few
@given(ions=all_ions, ion=st.sampled_from(list(VALENCES)), factor=st.floats(1.5, 1000))
def test_more_permeability_pulls_the_potential_towards_the_ion(ions, ion, factor):
    before = V(ions)
    a, b, P = ions[ion]
    after, goal = V({**ions, ion: (a, b, P * factor)}), E(ion, ions)
    assert abs(after - goal) <= abs(before - goal) + 1e-11
    assert (after - before) * (goal - before) >= -1e-15


@few
@given(ions=monovalent, factor=st.floats(1e-3, 1e3))
def test_currents_and_costs_scale_with_the_area_and_the_potential_does_not(ions, factor):
    small, large = rest(ions, pumps={"pump": PUMP}), rest(ions, pumps={"pump": PUMP}, area=1000.0 * factor)
    assert large.V_m["m"] == pytest.approx(small.V_m["m"], abs=1e-10)
    assert large.atp == pytest.approx(factor * small.atp, rel=1e-9)
    for name, state in small.mechanisms["m"].items():
        other = large.mechanisms["m"][name]
        scale = max(abs(s.current) for s in small.mechanisms["m"].values())
        assert other.current == pytest.approx(factor * state.current, abs=1e-7 * factor * scale)


@few
@given(ions=monovalent, ratio=st.floats(1e-6, 1e6))
def test_only_ratios_of_permeabilities_matter_to_a_passive_cell(ions, ratio):
    scaled = {ion: (a, b, P * ratio) for ion, (a, b, P) in ions.items()}
    assert V(scaled) == pytest.approx(V(ions), abs=1e-11)


extreme = st.floats(-9, 4).map(lambda x: 10.0**x)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    ions=st.fixed_dictionaries({ion: st.tuples(extreme, extreme, st.floats(-13, -5).map(lambda x: 10.0**x)) for ion in VALENCES}),
    T=st.floats(250, 400),
)
def test_the_answer_is_finite_and_certified_over_all_concentrations_and_temperatures(ions, T):
    pumps = {"pump": PUMP, "kcc2": {"kind": "kcc2", "law": "affinity", "rate": "1e-9 mol/(m^2 s)"}}
    try:
        found = rest(ions, T, pumps=pumps)
    except vrest.NoAnswerError as error:  # leaks too small to carry the pump's current back at any potential
        if "no leak balances its pumps" not in str(error):
            raise
        return
    assert found.certificate.converged
    assert not found.certificate.dissipation_violations or found.certificate.dissipation_violations == ("m.pump",)
    json.dumps(found.to_dict(), allow_nan=False)


@few
@given(ions=monovalent, P=permeability)
def test_taking_a_mechanism_away_is_setting_its_number_to_zero(ions, P):
    assume(all(E(ion, ions) != 0 for ion in ions))
    found = vrest.from_dict(description(ions, pumps={"pump": PUMP}))
    try:
        without = vrest.rest(found).to_dict()["without"]["m"]["pump"]
    except vrest.NoAnswerError:  # leaks too small to carry the pump's current back at any potential
        reject()
    off = vrest.rest(found.replace({"m.pump.max_current": 0})).to_dict()["V_mV"]["m"]
    assert without == pytest.approx(off, abs=1e-8)


@few
@given(ions=monovalent)
def test_two_compartments_in_a_row_rest_as_each_would_alone(ions):
    inner = {ion: (b, a, P) for ion, (a, b, P) in ions.items()}
    chain = description(ions)
    chain["compartments"]["core"] = {"ions": {ion: f"{b!r} mM" for ion, (_, b, _) in ions.items()}, "volume": "1 pL"}
    chain["membranes"]["n"] = {**description(inner)["membranes"]["m"], "between": ["core", "inside"]}
    both = vrest.rest(vrest.from_dict(chain))
    assert both.V_m["m"] == pytest.approx(V(ions), abs=1e-12)
    assert both.V_m["n"] == pytest.approx(V(inner), abs=1e-12)
    assert both.potential["core"] == pytest.approx(both.V_m["m"] + both.V_m["n"], abs=1e-15)
