"""Reactions between what a compartment holds: mass action, equilibrium, conservation, the second law."""

import math

import numpy as np
import pytest

import cells
import vrest
from vrest.constants import R
from vrest.mechanisms.kind import Site
from vrest.mechanisms.registry import find_kind

CO2 = {"kind": "reaction", "stoichiometry": {"CO2": -1, "H": 1, "HCO3": 1}, "pK": "6.1", "rate": "0.2 1/s"}
ACID = cells.INSIDE | {"CO2": "1.2 mM", "HCO3": "12 mM", "H": "pH 7.1"}
BATH = cells.OUTSIDE | {"CO2": "1.2 mM", "HCO3": "24 mM", "H": "pH 7.4"}


def reacting(reaction: dict | None = None, open_to: tuple[str, ...] = ("CO2", "HCO3"), **ions: str) -> dict:
    """A pump-leak cell in which carbon dioxide is hydrated."""
    P = {"CO2": "1e-4 m/s", "HCO3": "1e-10 m/s"}
    ways = cells.leaks() | {f"{ion}_leak": cells.ghk(ion, P[ion]) for ion in open_to} | {"pump": cells.pump()}
    inside = {"ions": ACID | ions, "mechanisms": {"co2": reaction or CO2}}
    return cells.pump_leak(inside=inside, outside={"ions": dict(BATH)}, mechanisms=ways)


def quotient(c: dict, k: int = -1) -> float:
    return c["H"][k] * c["HCO3"][k] / c["CO2"][k]


def test_the_rate_is_mass_action():
    found = vrest.rest(vrest.from_dict(reacting()))
    c, K, w = (1.2, 10**-4.1, 12.0), 10**-3.1, math.pi * 20e-6**3 / 6
    expected = 0.2 * (c[0] - c[1] * c[2] / K) * w
    one = found.exchanges["inside"]["co2"]
    assert one.fluxes["CO2"] == pytest.approx(expected, rel=1e-9)
    assert one.fluxes["H"] == one.fluxes["HCO3"] == pytest.approx(-expected, rel=1e-9)
    affinity = R * 310.0 * math.log(K * c[0] / (c[1] * c[2]))
    assert one.dissipation == pytest.approx(expected * affinity, rel=1e-9)
    assert found.to_dict()["exchanges"]["inside"]["co2"]["dissipation_W"] == pytest.approx(one.dissipation)


@pytest.mark.parametrize("pH", ["pH 6.5", "pH 7.4"])
def test_alone_it_comes_to_equilibrium_and_keeps_carbon_and_charge(pH):
    """Nothing else moves H, HCO3 and CO2: the quotient ends at K, from both sides."""
    cell = vrest.from_dict(reacting(open_to=(), H=pH))
    found = vrest.simulate(cell, until="2 min")
    c = found.c["inside"]
    assert quotient(c) == pytest.approx(10**-3.1, rel=1e-7)
    carbon = c["CO2"] + c["HCO3"]
    assert carbon == pytest.approx(np.full_like(carbon, 13.2), rel=1e-12)
    protons = c["H"] + c["CO2"]
    assert protons == pytest.approx(np.full_like(protons, protons[0]), rel=1e-12)
    assert found.certificate.charge_error < 1e-9
    assert found.certificate.mass_error < 1e-12
    assert not found.certificate.dissipation_violations
    assert max(found.certificate.residuals["first_law_fraction"].values()) < 1e-9
    received = found.ledger["reaction.inside.co2"]
    assert received["CO2"] == pytest.approx(-received["HCO3"], rel=1e-12)


def test_a_steady_state_has_a_reaction_that_makes_what_leaves():
    found = vrest.steady_state(vrest.from_dict(reacting()))
    made = -found.exchanges["inside"]["co2"].fluxes["HCO3"]
    assert made == pytest.approx(found.mechanisms["plasma"]["HCO3_leak"].fluxes["HCO3"], rel=1e-6, abs=1e-24)
    assert found.exchanges["inside"]["co2"].dissipation >= 0


def test_an_equilibrium_constant_is_a_plain_number_in_molar_or_has_its_unit():
    ways = [
        CO2,
        {key: value for key, value in CO2.items() if key != "pK"} | {"equilibrium": f"{10**-6.1!r}"},
        {key: value for key, value in CO2.items() if key != "pK"} | {"equilibrium": f"{10**-0.1!r} uM"},
    ]
    fluxes = [vrest.rest(vrest.from_dict(reacting(way))).exchanges["inside"]["co2"].fluxes["CO2"] for way in ways]
    assert fluxes[1] == pytest.approx(fluxes[0], rel=1e-12)
    assert fluxes[2] == pytest.approx(fluxes[0], rel=1e-12)


def test_two_solutes_react_at_a_rate_per_concentration():
    back = {"kind": "reaction", "stoichiometry": {"H": -1, "HCO3": -1, "CO2": 1}, "pK": "-6.1", "rate": "1 1/(mM s)"}
    found = vrest.rest(vrest.from_dict(reacting(back)))
    w = math.pi * 20e-6**3 / 6
    expected = (10**-4.1 * 12.0 - 1.2 * 10**-3.1) * w
    assert found.exchanges["inside"]["co2"].fluxes["H"] == pytest.approx(expected, rel=1e-9)


def test_numbers_of_a_reaction_are_set_by_path():
    cell = vrest.from_dict(reacting())
    assert vrest.rest(cell.replace({"inside.co2.active": "0"})).exchanges["inside"]["co2"].fluxes["CO2"] == 0.0
    twice = vrest.prepare(cell).rest({"inside.co2.rate": 0.4}).exchanges["inside"]["co2"].fluxes["CO2"]
    assert twice == pytest.approx(2 * vrest.rest(cell).exchanges["inside"]["co2"].fluxes["CO2"])


def test_the_rate_runs_down_its_affinity():
    law, draw, form = find_kind("reaction").laws[""], np.random.default_rng(3), {"CO2": 1.0, "H": -1.0, "HCO3": -1.0}
    for _ in range(200):
        c = dict(zip(form, 10 ** draw.uniform(-6, 3, 3), strict=True))
        site = Site(None, 310.0, 0.0, {}, c, {}, {"rate": 1.0, "pK": draw.uniform(-3, 9)}, form)
        assert law.flows(site).cycles * law.affinity(site) >= 0


WRONG = {
    "creates charge": ({"stoichiometry": {"CO2": -1, "HCO3": 1}}, "creates charge: a turnover makes -1"),
    "uses nothing": ({"stoichiometry": {"H": 1, "HCO3": 1}}, "uses something, counted negative"),
    "half of one": ({"stoichiometry": {"CO2": -0.5, "H": 0.5, "HCO3": 0.5}}, "whole numbers"),
    "is not listed": ({"stoichiometry": {"CO2": -1, "NH4": 1, "HCO3": 1}}, "does not list"),
    "is unknown": ({"stoichiometry": {"CO2": -1, "H": 1, "HCO4": 1}}, "names an unknown ion 'HCO4'"),
    "two constants": ({"equilibrium": "1e-6"}, "needs exactly one of"),
    "a rate of another order": ({"rate": "0.2 1/(mM s)"}, "not a rate"),
    "a negative rate": ({"rate": "-0.2 1/s"}, "out of range"),
    "no rate": ({"rate": None}, "lacks 'rate'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_no_reaction_is(name):
    keys, words = WRONG[name]
    way = {key: value for key, value in (CO2 | keys).items() if value is not None}
    with pytest.raises(vrest.InputError) as caught:
        vrest.from_dict(reacting(way))
    assert words in str(caught.value)


def test_a_reaction_stands_in_a_compartment():
    cell = reacting()
    cell["membranes"]["plasma"]["mechanisms"]["co2"] = CO2
    with pytest.raises(vrest.InputError) as caught:
        vrest.from_dict(cell)
    assert "stands under `mechanisms` of the compartment" in str(caught.value)
