"""An osmotic coefficient as a formula of what its compartment holds: the same volumes as solved by hand, and what is refused."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

import vrest
from vrest.constants import WATER_MOLAR_VOLUME

HAEMOGLOBIN = "Hb*(1 + 0.0645*Hb/(1 mM) + 0.0258*Hb**2/(1 mM**2))"
"""Osmolarity of haemoglobin (Lew)."""
ALL = "K_in + Cl_in"
COEFFICIENT = f"({ALL} + {HAEMOGLOBIN})/({ALL} + Hb)"
BAG = """
cell: bag
temperature: 310 K
compartments:
  outside: {{role: bath, ions: {{Na: 150 mM, Cl: 150 mM}}}}
  bag:
    volume: 90 fL
    ions: {{K: 130 mM, Cl: 116 mM}}
    impermeants: {{Hb: {{valence: -2, amount: neutral}}}}
    osmotic_coefficient: {coefficient}
membranes:
  skin: {{between: [bag, outside], capacitance: 1 uF/cm^2, area: 135 um^2, water: {water}, mechanisms: {{}}}}
"""
PERMEABILITY = 1e-5


def bag(coefficient: str = f'"{COEFFICIENT}"', water: str = "{permeability: 1e-5 m/s}") -> vrest.Cell:
    return vrest.from_yaml(BAG.format(coefficient=coefficient, water=water))


def by_hand(w: float, n_salt: float = 246.0, n_Hb: float = 7.0) -> float:
    """Osmolarity [mM] of salt and haemoglobin, amounts as concentrations in the described volume, in w times that volume."""
    h = n_Hb / w
    return n_salt / w + h * (1 + 0.0645 * h + 0.0258 * h**2)


def test_the_volume_is_where_osmolarities_are_equal():
    found, w = vrest.steady_state(bag()), brentq(lambda w: by_hand(w) - 300.0, 0.5, 2.0, xtol=1e-15)
    assert found.to_dict()["volume_pL"]["bag"] == pytest.approx(0.09 * w, rel=1e-12)
    assert found.to_dict()["osmolarity_mM"]["bag"] == pytest.approx(300.0, rel=1e-12)
    assert vrest.rest(vrest.from_dict(bag_that_conducts())).osmolarity["bag"] == pytest.approx(by_hand(1.0), rel=1e-12)


def bag_that_conducts() -> dict:
    described = bag().to_dict()
    described["membranes"]["skin"]["mechanisms"] = {"Cl": {"kind": "ghk", "ion": "Cl", "permeability": "1e-8 m/s"}}
    return described


def test_the_course_of_the_volume_is_that_of_its_equation():
    protocol = {"until": "20 min", "events": [{"at": "5 min", "set": {"outside.Na": "100 mM", "outside.Cl": "100 mM"}}]}
    run = vrest.simulate(bag(), protocol, rtol=1e-10)
    rate = PERMEABILITY * 135e-12 * WATER_MOLAR_VOLUME / 90e-18  # of the part of the described volume, per mM

    def leg(start, begin, end, outside):
        times = run.time[(run.time >= begin) & (run.time <= end)]
        return solve_ivp(
            lambda t, w: rate * (by_hand(w) - outside), (begin, end), [start], rtol=1e-12, atol=1e-14, dense_output=True
        ).sol(times)[0]

    first = leg(1.0, 0.0, 300.0, 300.0)
    second = leg(first[-1], 300.0, 1200.0, 200.0)
    w = run.volume["bag"] / 90e-18
    assert w[run.time < 300] == pytest.approx(first[: np.sum(run.time < 300)], rel=1e-7)
    assert w[-1] == pytest.approx(second[-1], rel=1e-7)
    assert run.certificate.converged


def test_a_formula_by_path_is_the_one_by_name_and_a_constant_one_the_number():
    by_path = COEFFICIENT.replace("Hb", "bag.Hb").replace("K_in", "bag.K").replace("Cl_in", "bag.Cl")
    one, other = (vrest.steady_state(bag(f'"{text}"')).to_dict()["volume_pL"]["bag"] for text in (COEFFICIENT, by_path))
    assert one == other
    plain, said = (vrest.steady_state(bag(text)).to_dict()["volume_pL"]["bag"] for text in ("0.93", '"0.9 + 0.03"'))
    assert plain == pytest.approx(said, rel=1e-13)


def test_it_follows_numbers_that_are_set_and_branches():
    w = brentq(lambda w: by_hand(w, n_salt=266.0, n_Hb=7.0) - 300.0, 0.5, 2.0, xtol=1e-15)
    found = vrest.steady_state(bag().replace({"bag.K": "140 mM", "bag.Cl": "126 mM"}))
    assert found.to_dict()["volume_pL"]["bag"] == pytest.approx(0.09 * w, rel=1e-12)
    (branch,) = vrest.branches(bag(), "outside.Na", "120:180 mM").branches
    for c, V in zip(branch.values, branch.volume["bag"], strict=True):
        w = brentq(lambda w, c=c: by_hand(w) - 150.0 - c, 0.5, 2.0, xtol=1e-15)
        assert pytest.approx(w, rel=1e-8) == V / 90e-18


def test_a_closed_space_whose_coefficient_changes_is_followed_without_an_account_of_energy():
    space = {"volume": {"remainder_of": "3 pL"}, "ions": {"K": "5 mM", "Na": "145 mM", "Cl": "150 mM"}}
    described = {
        "cell": "closed",
        "temperature": "310 K",
        "compartments": {
            "space": space | {"osmotic_coefficient": "0.9 + Na_in/(1500 mM)"},
            "inside": {
                "volume": "1 pL",
                "ions": {"K": "140 mM", "Na": "10 mM", "Cl": "15 mM"},
                "impermeant": {"valence": "-1.2", "amount": "neutral"},
            },
        },
        "membranes": {
            "plasma": {
                "between": ["inside", "space"],
                "capacitance": "1 uF/cm^2",
                "area": "600 um^2",
                "water": {"permeability": "1e-5 m/s"},
                "mechanisms": {
                    "K": {"kind": "ghk", "ion": "K", "permeability": "1e-8 m/s"},
                    "Cl": {"kind": "ghk", "ion": "Cl", "permeability": "1e-8 m/s"},
                },
            }
        },
    }
    run = vrest.simulate(vrest.from_dict(described), {"until": "30 min"})
    assert run.volume["space"] + run.volume["inside"] == pytest.approx(3e-15, rel=1e-14)
    assert "an osmotic coefficient other than 1" in run.refused["energy.stored_J"]
    c, V = ({ion: run.c[name][ion][-1] for ion in run.c[name]} for name in ("space", "inside")), run.volume
    outer, inner = c
    fixed = (140 + 10 - 15) / 1.2 * 1e-15 / V["inside"][-1]
    inward = sum(inner.values()) + fixed - (0.9 + outer["Na"] / 1500) * sum(outer.values())
    assert abs(inward) < 0.05


def test_a_protocol_may_set_a_coefficient_and_then_no_stored_energy_is_said():
    protocol = {"until": "90 min", "events": [{"from": "30 min", "to": "60 min", "set": {"bag.osmotic_coefficient": 1.05}}]}
    run, alone = vrest.simulate(bag("1"), protocol), vrest.simulate(bag("1"), {"until": "90 min"})
    w = dict(zip(run.time.tolist(), run.volume["bag"] / 90e-18, strict=True))
    assert [w[60.0 * t] for t in (30, 60, 90)] == pytest.approx([253 / 300, 1.05 * 253 / 300, 253 / 300], rel=1e-6)
    assert "'bag' has an osmotic coefficient other than 1" in run.refused["energy.stored_J"]
    assert "energy.stored_J" not in alone.refused
    assert alone.certificate.residuals["first_law_integral_fraction"]["cell"] < 1e-6


def test_a_prepared_cell_at_another_coefficient_says_what_the_cell_itself_would():
    prepared, until = vrest.prepare(bag("1")), {"until": "10 min"}
    for value in (1.0, 1.05, 1.0):
        settings = {"bag.osmotic_coefficient": value}
        ours, theirs = prepared.simulate(until, settings), vrest.simulate(bag("1").replace(settings), until)
        assert ours.refused == theirs.refused
        assert ours.volume["bag"][-1] == theirs.volume["bag"][-1]


WRONG = {
    "another name": ('"1 + Hbb/(1 mM)"', "the name Hbb is not known here", "Hb"),
    "a dimension": ('"Hb"', "has the wrong dimension: its value is concentration", None),
    "not positive": ('"1 - Hb/(1 mM)"', "'osmotic_coefficient' of 'bag' is -6 as described", None),
    "no potential": ('"1 + V/(1 mV)"', "the name V is not known here", None),
    "a list": ("[1, 2]", "'osmotic_coefficient' of 'bag' is a formula", None),
    "a number out of range": ("-1", "'bag.osmotic_coefficient' is out of range", "1"),
}


@pytest.mark.parametrize(("text", "message", "suggestion"), WRONG.values(), ids=WRONG)
def test_what_is_no_coefficient_is_an_error_at_its_place(text, message, suggestion):
    with pytest.raises(vrest.InputError) as caught:
        bag(text)
    (problem,) = caught.value.problems
    assert message in problem.message
    assert (problem.line, problem.suggestion) == (10, suggestion)


def test_water_that_follows_at_once_needs_a_number():
    with pytest.raises(vrest.InputError, match="water that follows at once needs osmotic coefficients that are numbers"):
        bag(water="instantaneous")
