"""Reactions at equilibrium beside states that hold what they change, beside concentrations that are held, and in water that follows at once."""

import math
from types import SimpleNamespace

import casadi
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

import cells
import in_node
import vrest
from in_node import needs_node
from vrest.constants import F, R
from vrest.description.equilibrium import Equilibrium, Osmotic
from vrest.description.library import protocol_of

K_CO2 = 10**-3.1
"""pK 6.1, in mM."""
CO2 = {"kind": "reaction", "stoichiometry": {"CO2": -1, "H": 1, "HCO3": 1}, "pK": "6.1", "rate": "fast"}
ACID = cells.INSIDE | {"CO2": "1.2 mM", "HCO3": "12 mM", "H": "pH 7.1"}
BATH = cells.OUTSIDE | {"CO2": "1.2 mM", "HCO3": "24 mM", "H": "pH 7.4"}
BUFFER = {"H": {"capacity": "20 mM"}}
STEP = {"at": "10 s", "set": {"outside.CO2": "5 mM", "outside.Na": "120 mM", "outside.Cl": "85 mM"}}
FAST, NEAR = {}, {"rate": "2e5 1/s"}
SWELLS = {"permeability": "1e-5 m/s"}


def beside(reaction: dict, inside: dict, water: str | dict = "none", P=("1e-4 m/s", "1e-10 m/s"), **ions: str) -> vrest.Cell:
    """A pump-leak cell with carbon dioxide and bicarbonate; `inside` is what holds some of it."""
    leaks = {f"{ion}_leak": cells.ghk(ion, one) for ion, one in zip(("CO2", "HCO3"), P, strict=True)}
    space = {"ions": ACID | ions, "mechanisms": {"co2": CO2 | reaction}} | inside
    ways = cells.leaks() | leaks | {"pump": cells.pump()}
    return vrest.from_dict(cells.pump_leak(inside=space, outside={"ions": dict(BATH)}, mechanisms=ways, water=water))


def holding(ion: str, rate: str, start: str) -> dict:
    """A state that takes some of an ion, beside a buffer of protons."""
    return {"states": {"b": {"rate": rate, "start": start, "holds": {ion: 1}}}, "buffer": BUFFER}


HELD = {
    "a state takes what is made": holding("HCO3", "(HCO3_in - 5*b)/(20 s)", "1 mM"),
    "a state lets go of what follows": holding("CO2", "(CO2_in - b)/(20 s)", "8 mM"),
    "a state takes what is made of what is held": {
        **holding("CO2", "(CO2_in - b)/(20 s)", "8 mM"),
        "fixed": {"HCO3": {"counter_ion": "Cl"}},
    },
    "bicarbonate is held": {"fixed": ["HCO3"], "buffer": BUFFER},
    "bicarbonate comes with chloride": {"fixed": {"HCO3": {"counter_ion": "Cl"}}, "buffer": BUFFER},
    "protons come with potassium": {"fixed": {"H": {"counter_ion": "K"}}},
    "both are held": {"fixed": ["HCO3", "CO2"]},
    "chloride comes with bicarbonate": {"fixed": {"Cl": {"counter_ion": "HCO3"}}, "buffer": BUFFER},
}


@pytest.mark.parametrize("name", HELD)
@pytest.mark.parametrize("water", ["none", pytest.param(SWELLS, marks=pytest.mark.slow)], ids=["still", "swells"])
def test_a_run_is_that_of_a_reaction_a_million_times_faster(name, water):
    at, protocol = ["9 s", "15 s", "60 s"], {"protocol": "p", "until": "1 min", "events": [STEP]}
    found, near = (vrest.simulate(beside(one, HELD[name], water), protocol, at=at, rtol=1e-9) for one in (FAST, NEAR))
    for ion in ("CO2", "HCO3", "H", "K", "Cl"):
        assert found.c["inside"][ion] == pytest.approx(near.c["inside"][ion], rel=1e-6), ion
    assert found.potential["inside"] == pytest.approx(near.potential["inside"], abs=1e-8)
    for place in ("stat.inside", "reaction.inside.co2"):
        assert found.ledger.get(place, {}) == pytest.approx(near.ledger.get(place, {}), rel=1e-6, abs=1e-20)
    certificate = found.certificate
    assert certificate.mass_error < 1e-12
    assert certificate.charge_error < 1e-9
    assert max(certificate.residuals["first_law_fraction"].values()) < 1e-9
    assert not certificate.dissipation_violations
    assert found.exchanges["inside"]["co2"]["H"][1:] == pytest.approx(
        near.exchanges["inside"]["co2"]["H"][1:], rel=1e-3, abs=1e-20
    )


STEADY = ["protons come with potassium"]
STEADY += [
    pytest.param(name, marks=pytest.mark.slow) for name in ("a state takes what is made", "a state lets go of what follows")
]


@pytest.mark.parametrize("name", STEADY)
def test_a_steady_state_is_that_of_a_reaction_a_million_times_faster(name):
    found, near = (vrest.steady_state(beside(one, HELD[name])) for one in (FAST, NEAR))
    assert found.point.inside["inside"] == pytest.approx(near.point.inside["inside"], rel=1e-7)
    assert found.point.stable is True
    slowest = [min(abs(e.real) for e in one.eigenvalues) for one in (found, near)]
    assert slowest[0] == pytest.approx(slowest[1], rel=1e-3)
    assert found.certificate.mass_error < 1e-12


def test_what_a_state_takes_in_a_closed_cell_is_an_integration_by_hand():
    """CO2 - x, HCO3 + x less what is held, protons that a capacity binds but for x; at each time a root in the pH."""
    cell = beside(FAST, HELD["a state takes what is made"], P=("0 m/s", "0 m/s"))
    found = vrest.simulate(cell, until="40 s", at=["5 s", "40 s"], rtol=1e-10)

    def free(b: float) -> tuple[float, float]:
        def made(pH: float) -> float:
            return 10 ** (3 - pH) - 10**-4.1 + 20.0 * (7.1 - pH)

        def excess(pH: float) -> float:
            return 10 ** (3 - pH) * (12.0 + made(pH) - (b - 1.0)) - K_CO2 * (1.2 - made(pH))

        pH = brentq(excess, 6.0, 9.0, xtol=1e-15)
        return pH, 12.0 + made(pH) - (b - 1.0)

    run = solve_ivp(
        lambda t, b: [(free(b[0])[1] - 5 * b[0]) / 20.0], (0, 40), [1.0], "LSODA", [5.0, 40.0], rtol=1e-11, atol=1e-13
    )
    expected = [free(b) for b in run.y[0]]
    assert found.pH["inside"] == pytest.approx([pH for pH, _ in expected], abs=1e-9)
    assert found.c["inside"]["HCO3"] == pytest.approx([c for _, c in expected], rel=1e-8)


def test_where_protons_are_held_carbon_is_balanced_by_hand():
    """In a steady state as much carbon leaves as bicarbonate as enters as gas, at a bicarbonate that pH and gas say."""
    found = vrest.steady_state(beside(FAST, HELD["protons come with potassium"]))
    c, u = found.point.inside["inside"], F * found.point.V_m["plasma"] / (R * 310.0)

    def leaving(HCO3: float) -> float:
        salt = 1e-10 * -u * (HCO3 - 24.0 * math.exp(u)) / (1 - math.exp(u))
        return 1e-4 * (c["H"] * HCO3 / K_CO2 - 1.2) + salt

    assert c["H"] == pytest.approx(10**-4.1, rel=1e-12)
    assert c["HCO3"] == pytest.approx(brentq(leaving, 1.0, 30.0, xtol=1e-14), rel=1e-10)


def test_a_described_composition_comes_to_equilibrium_around_what_is_held():
    """At pH 7.1 a tenth of all carbon is gas; what protons the reaction gave went, and as much potassium came back, or went with them."""
    found = vrest.rest(beside(FAST, HELD["protons come with potassium"], HCO3="20 mM"))
    inside = {ion: found.ions["plasma"][ion].c_in for ion in ("CO2", "HCO3", "K")}
    assert inside["CO2"] == pytest.approx(21.2 / 11, rel=1e-12)
    assert inside["HCO3"] == pytest.approx(21.2 * 10 / 11, rel=1e-12)
    assert inside["K"] == pytest.approx(140.0 - (21.2 / 11 - 1.2), rel=1e-10)
    assert found.neutrality["inside"] == pytest.approx(0.0, abs=1e-9)
    note = next(note for note in found.notes if "not described at the equilibrium" in note)
    assert "while H is held" in note
    assert "K 140 mM -> 139.3 mM" in note


def test_branches_go_along_what_is_held():
    cell = beside(FAST, HELD["protons come with potassium"], SWELLS)
    (branch,) = vrest.branches(cell, "outside.CO2", "1:5 mM").branches
    for k in (0, len(branch.values) // 2, -1):
        alone = vrest.steady_state(cell.replace({"outside.CO2": f"{float(branch.values[k])!r} mM"}))
        assert branch.V["plasma"][k] == pytest.approx(alone.point.V_m["plasma"], abs=1e-9)


# -- in water that follows at once ---------------------------------------------------------------------------------------

SUGAR = {"impermeants": {"X": cells.neutral(-1.1), "sugar": {"valence": 0, "amount": "60 mM"}}}
AT_ONCE = {
    "alone": {},
    "protons come with potassium": {"fixed": {"H": {"counter_ion": "K"}}},
    "chloride comes with bicarbonate": {"fixed": {"Cl": {"counter_ion": "HCO3"}}},
    "bicarbonate is held": {"fixed": ["HCO3"]},
}


def at_once(reaction: dict, inside: dict) -> vrest.Cell:
    leaks = {"CO2_leak": cells.ghk("CO2", "1e-4 m/s"), "HCO3_leak": cells.ghk("HCO3", "1e-10 m/s")}
    ways = cells.leaks() | leaks | {"pump": cells.pump()}
    space = cells.sphere(ACID, atp={"delta_G": "-50 kJ/mol"}, mechanisms={"co2": CO2 | reaction}) | SUGAR | inside
    return vrest.from_dict(cells.in_a_bath(ways, space, cells.bath(BATH), "plasma", water="instantaneous"))


@pytest.mark.parametrize("name", AT_ONCE)
def test_in_water_that_follows_a_run_is_that_of_a_reaction_a_million_times_faster(name):
    at, protocol = ["9 s", "15 s", "60 s"], {"protocol": "p", "until": "1 min", "events": [STEP]}
    found, near = (vrest.simulate(at_once(one, AT_ONCE[name]), protocol, at=at, rtol=1e-9) for one in (FAST, NEAR))
    for ion in ("CO2", "HCO3", "H", "K", "Cl"):
        assert found.c["inside"][ion] == pytest.approx(near.c["inside"][ion], rel=1e-5), ion
    assert found.water["inside"] == pytest.approx(near.water["inside"], rel=1e-6)
    assert found.osmolarity["inside"] == pytest.approx([285.20003981] + 2 * [239.00003981], rel=1e-10)
    certificate = found.certificate
    assert certificate.mass_error < 1e-12
    assert certificate.charge_error < 1e-9
    assert max(certificate.residuals["first_law_fraction"].values()) < 1e-9


def test_in_water_that_follows_a_steady_state_is_that_of_a_reaction_a_million_times_faster():
    found, near = (vrest.steady_state(at_once(one, AT_ONCE["protons come with potassium"])) for one in (FAST, NEAR))
    assert found.point.inside["inside"] == pytest.approx(near.point.inside["inside"], rel=1e-7)
    assert found.point.volume["inside"] == pytest.approx(near.point.volume["inside"], rel=1e-8)
    assert found.point.stable is True


REACTIONS = {"co2": ({"CO2": -1.0, "H": 1.0, "HCO3": 1.0}, 6.1), "pair": ({"A": -2.0, "B": 1.0}, -3.0)}


def paired() -> tuple[Equilibrium, dict[str, float]]:
    ways = {
        word: SimpleNamespace(species={ion: -n for ion, n in counts.items()}, parameters=("pK",), form="")
        for word, (counts, _) in REACTIONS.items()
    }
    one = Equilibrium(SimpleNamespace(name="i", at_equilibrium=ways, buffers={}, fixed={}))
    return one, {f"i.{word}.pK": pK for word, (_, pK) in REACTIONS.items()}


def test_water_is_where_the_osmolarity_is_that_outside_whatever_reacts():
    """Twenty compositions against two nested roots, of floats and in a graph; pairs come apart as they are diluted."""
    one, numbers = paired()
    names, draw = [*(f"i.{ion}" for ion in one.species), "i.volume"], np.random.default_rng(3)
    n, given = casadi.SX.sym("n", 5), casadi.SX.sym("g", 6)
    w, c = one.in_water(
        {ion: n[k] for k, ion in enumerate(one.species)},
        Osmotic(40e-15, 300.0, 0.95, {}, {}),
        numbers | {name: given[k] for k, name in enumerate(names)},
    )
    graph = casadi.Function("water", [n, given], [w, casadi.vertcat(*c.values())])
    for _ in range(20):
        described = [10 ** draw.uniform(-5, 1.5) for _ in one.species]
        amounts = dict(zip(one.species, (c * 10 ** draw.uniform(-17, -14) for c in described), strict=True))
        start = numbers | dict(zip(names, [*described, 1e-15], strict=True))
        water, free = one.in_water(amounts, Osmotic(40e-15, 300.0, 0.95, {}, {}), start)

        def excess(ln_w: float, amounts=amounts, start=start) -> float:
            totals = {j: there * math.exp(-ln_w) for j, there in one.gathered(amounts).items()}
            return 40e-15 * math.exp(-ln_w) + 0.95 * sum(one.free(totals, described_in(start), start).values()) - 300.0

        def described_in(start: dict) -> dict[str, float]:
            return {ion: start[f"i.{ion}"] for ion in one.species}

        assert math.log(water) == pytest.approx(brentq(excess, -50.0, -10.0, xtol=1e-13), abs=1e-11)
        assert 40e-15 / water + 0.95 * sum(free.values()) == pytest.approx(300.0, rel=1e-13)
        in_graph = graph(list(amounts.values()), [start[name] for name in names])
        assert float(in_graph[0]) == pytest.approx(water, rel=1e-12)
        assert np.array(in_graph[1]).ravel() == pytest.approx(list(free.values()), rel=1e-9)


# -- elsewhere ----------------------------------------------------------------------------------------------------------


@needs_node
@pytest.mark.parametrize("name", ["a state takes what is made", "bicarbonate comes with chloride", "water"])
def test_in_javascript_it_goes_the_same_way(name):
    cell = at_once(FAST, AT_ONCE["protons come with potassium"]) if name == "water" else beside(FAST, HELD[name])
    protocol, at = protocol_of({"protocol": "p", "until": "60 s", "events": [STEP]}, cell, None), [5.0, 15.0, 60.0]
    (course,) = in_node.answers(cell, [{"ask": "simulate", "settings": {}, "protocol": protocol, "options": {"at": at}}])
    for ion, c in vrest.simulate(cell, protocol, rtol=1e-10, at=at).c["inside"].items():
        assert [point["seen"][f"inside.{ion}"] for point in course["points"]] == pytest.approx(list(c), rel=1e-7), ion


WRONG = {
    "a counter-ion that reacts too": ({"fixed": {"H": {"counter_ion": "HCO3"}}}, "H of 'inside' comes and goes with HCO3"),
    "nothing is left to follow": (
        {"fixed": ["CO2", "HCO3"], "buffer": BUFFER},
        "is held by `fixed` or bound by buffers of 'inside'",
    ),
    "all of it is held": ({"fixed": ["CO2", "HCO3", "H"]}, "is held by `fixed` of 'inside'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_is_said(name):
    inside, words = WRONG[name]
    with pytest.raises(vrest.InputError) as caught:
        beside(FAST, inside)
    assert words in str(caught.value)
