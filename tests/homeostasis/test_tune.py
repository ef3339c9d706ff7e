"""`tune` finds the numbers from which a steady composition was made; what cannot be found is said."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cells
import vrest

IONS, BATH = ("K", "Na", "Cl"), {"K": "4 mM", "Na": "145 mM", "Cl": "120 mM"}
PATHS = ("m.K_leak.permeability", "m.Na_leak.permeability", "m.Cl_leak.permeability", "m.pump.max_current")


def described(P=("1e-8 m/s", "3e-10 m/s", "3e-9 m/s"), i="0.05 A/m^2", z=-0.85, c=("140 mM", "14 mM", "5 mM"), **membrane):
    ways = cells.leaks(**dict(zip(IONS, P, strict=True))) | {"pump": cells.pump(i)}
    inside = cells.sphere(dict(zip(IONS, c, strict=True)), impermeant=cells.neutral(z))
    return cells.in_a_bath(ways, inside, cells.bath(BATH), **membrane)


def at_its_steady_state(description):
    """The same cell, described at the state that its numbers hold."""
    cell = vrest.from_dict(description)
    steady = vrest.steady_state(cell)
    inside = description["compartments"]["inside"]
    (amount,) = (x.concentration.si for x in cell.compartments["inside"].impermeants.values())
    inside["ions"] = {ion: f"{c!r} mM" for ion, c in steady.point.inside["inside"].items()}
    inside["impermeant"] = {**inside["impermeant"], "amount": f"{amount!r} mM"}
    return vrest.from_dict(description), steady.point


log_P = st.floats(-10.5, -7.5)
chosen = st.lists(st.sampled_from(PATHS), min_size=2, max_size=2, unique=True)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.tuples(log_P, log_P, log_P), st.floats(-3, -0.5), st.floats(-2, -0.4), chosen, st.floats(0.1, 10))
def test_the_numbers_that_made_a_composition_are_found_again(P, i, z, paths, factor):
    cell, point = at_its_steady_state(described([f"{10**p!r} m/s" for p in P], f"{10**i!r} A/m^2", z))
    made = {path: cell.settable[path].si for path in paths}
    unit = {path: "A/m^2" if "pump" in path else "m/s" for path in paths}
    start = cell.replace({path: f"{factor * made[path]!r} {unit[path]}" for path in paths})
    if PATHS[2] in paths:  # Cl- without a transporter is at equilibrium: any permeability does
        with pytest.raises(vrest.InputError, match="moves nothing"):
            vrest.tune(start, paths)
        return
    result = vrest.tune(start, paths)
    assert result.V_m["m"] == pytest.approx(point.V_m["m"], abs=1e-8)
    assert result.si == pytest.approx(made, rel=1e-6, abs=0)
    assert result.steady.stable
    assert result.certificate.converged
    for ion, c in result.steady.inside["inside"].items():
        assert c == pytest.approx(point.inside["inside"][ion], rel=1e-6)


def test_cl_that_is_passive_cannot_be_tuned():
    cell, _ = at_its_steady_state(described())
    with pytest.raises(vrest.InputError) as caught:
        vrest.tune(cell, ["m.Na_leak.permeability", "m.Cl_leak.permeability"])
    assert "'m.Cl_leak.permeability' moves nothing at " in caught.value.problems[0].message
    assert "what passes there is at equilibrium, so any value does" in caught.value.problems[0].message


@pytest.mark.parametrize("name", ["mammalian-neuron", "astrocyte"])
def test_cells_of_the_library_keep_their_described_composition_after_tuning(name):
    cell = vrest.load(name)
    pump = next(path for path in cell.settable if path.startswith("plasma.pump.max"))
    leak = next(p for p in cell.settable if p.startswith("plasma.Na_leak.") and p.endswith(("permeability", "conductance")))
    result = vrest.tune(cell, [pump, leak])
    steady = vrest.steady_state(result.tuned)
    for ion, value in cell.compartments["inside"].ions.items():
        assert steady.point.inside["inside"][ion] == pytest.approx(value.si, rel=1e-3)
    assert steady.point.stable
    assert steady.point.V_m == result.V_m


def test_a_held_potential_takes_one_more_number():
    cell = vrest.load("mammalian-neuron")
    free = ["plasma.pump.max_current", "plasma.Na_leak.permeability", "plasma.Cl_leak.permeability"]
    result = vrest.tune(cell, free, hold={"V": "-66 mV"})
    assert 1e3 * result.V_m["plasma"] == pytest.approx(-66.0, abs=5e-3)
    assert result.certificate.residuals["net_flux_fraction"].keys() == {"inside.K", "inside.Na", "inside.Cl"}


# -- what cannot be ---------------------------------------------------------------------------------------------------


def wrong(error, free, hold=None, description=None):
    with pytest.raises(error) as caught:
        vrest.tune(vrest.from_dict(described() if description is None else description), free, hold)
    return caught.value.problems


def test_more_numbers_than_balances():
    (problem,) = wrong(vrest.InputError, list(PATHS))
    assert problem.message == (
        "4 numbers and the potential for 3 balances (inside.K, inside.Na, inside.Cl): 2 of them can be chosen freely "
        "(only 3 of the numbers are fixed by the balances at one potential)"
    )
    assert problem.expected == 'at most 2 paths, or hold={"V": ...}'
    (problem,) = wrong(vrest.InputError, list(PATHS), {"V": "-70 mV"})
    assert "1 of them can be chosen freely" in problem.message
    assert problem.expected == "at most 3 paths"


def test_two_numbers_that_do_the_same():
    twice = described()
    twice["membranes"]["m"]["mechanisms"]["K_more"] = {"kind": "ghk", "ion": "K", "permeability": "1e-9 m/s"}
    (problem,) = wrong(vrest.InputError, ["m.K_leak.permeability", "m.K_more.permeability"], description=twice)
    assert problem.message.startswith("m.K_leak.permeability and m.K_more.permeability do the same to the balances")


def test_balances_that_contradict_each_other():
    (problem,) = wrong(vrest.NoAnswerError, ["m.K_leak.permeability", "m.Na_leak.permeability"], {"V": "-60 mV"})
    assert problem.message.startswith(
        "no values of m.K_leak.permeability, m.Na_leak.permeability balance the described composition at -60 mV: what is left of inside.Cl"
    )
    (problem,) = wrong(vrest.NoAnswerError, ["m.K_leak.permeability"])
    assert "balance the described composition: what is left of" in problem.message


def test_numbers_that_would_move_what_is_left_are_named():
    (problem,) = wrong(vrest.NoAnswerError, ["m.K_leak.permeability", "m.Na_leak.permeability"], {"V": "-60 mV"})
    assert problem.expected == "one more number that moves it: m.Cl_leak.permeability, or a potential that is left free"


def test_a_negative_number_is_no_answer():
    moved = described(c=("140 mM", "14 mM", "4.9 mM"))
    del moved["membranes"]["m"]["mechanisms"]["Cl_leak"]
    (problem,) = wrong(vrest.NoAnswerError, ["m.K_leak.permeability", "m.Na_leak.permeability"], {"V": "-120 mV"}, moved)
    assert problem.message == "the balances can be met at -120 mV only with a negative m.K_leak.permeability"


def test_water_that_flows_is_said_at_once():
    (problem,) = wrong(vrest.NoAnswerError, PATHS[1:3], description=described(water="instantaneous"))
    assert problem.message.startswith("water flows through 'm', whatever these numbers are: the described osmolarities are ")


def test_paths_that_are_none():
    first, second = wrong(vrest.InputError, ["outside.Ka", "m.pump.max_currnt"])
    assert (first.message, first.suggestion) == ("'outside.Ka' is no path of the cell", "outside.K")
    assert (second.message, second.suggestion) == ("'m.pump.max_currnt' is no path of the cell", "m.pump.max_current")
    assert second.expected == "a number of the description, such as a permeability or the amount of an impermeant"
    assert wrong(vrest.InputError, [])[0].message == "nothing is free to be tuned"
    assert wrong(vrest.InputError, [PATHS[0], PATHS[0]])[0].message == "a path is named twice"


@pytest.mark.parametrize(
    ("hold", "word"),
    [({"K": "140 mM"}, "'K' is neither a membrane nor a path"), ({"V": "70"}, "unit is missing"), ({"V": "x"}, "number")],
)
def test_what_is_held_must_be_a_potential_or_a_path(hold, word):
    assert word in wrong(vrest.InputError, list(PATHS[:2]), hold)[0].message


def test_the_answer_as_json_and_as_a_description(tmp_path):
    cell = vrest.load("mammalian-neuron")
    result = vrest.tune(cell, ["plasma.pump.max_current", "plasma.Na_leak.permeability"])
    answer = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert answer["values_si"]["plasma.pump.max_current"] == pytest.approx(0.042877, rel=1e-5)
    assert answer["before"]["plasma.pump.max_current"] == "0.042877 A/m^2"
    (tmp_path / "tuned.yaml").write_text(result.tuned.to_yaml())
    again = vrest.load(str(tmp_path / "tuned.yaml"))
    assert vrest.rest(again).V_m == pytest.approx(vrest.rest(result.tuned).V_m, abs=1e-12)
