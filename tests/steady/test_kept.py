"""What no rate changes is kept: states whose rate is zero or whose sum is, and formulas that move nothing."""

import math

import pytest

import cells
import vrest
from vrest.constants import F, R


def with_states(**states: dict) -> dict:
    """A pump-leak cell with states of its inside."""
    described = cells.pump_leak()
    described["compartments"]["inside"]["states"] = states
    return described


def gated_leak(states: dict, factor: str, **parameters: str) -> dict:
    """The cell with states of its K leak."""
    described = cells.pump_leak()
    described["membranes"]["plasma"]["mechanisms"]["K_leak"] |= {"states": states, "factor": factor, "parameters": parameters}
    return described


def at_rest(described: dict) -> vrest.SteadyResult:
    return vrest.steady_state(vrest.from_dict(described))


def test_a_state_whose_rate_is_zero_stays_as_described():
    found = at_rest(with_states(x={"rate": "0", "start": "0.5"}, y={"rate": "(x - y)/(10 s)", "start": "0.1"}))
    assert found.point.states["inside.x"] == 0.5
    assert found.point.states["inside.y"] == pytest.approx(0.5, rel=1e-12)
    assert found.point.V_m["plasma"] == pytest.approx(at_rest(cells.pump_leak()).point.V_m["plasma"], abs=1e-12)
    assert found.point.stable is True


def test_a_site_that_binds_sodium_shares_what_there_is_of_it():
    site = {"rate": "bound/(2 s) - site*Na_in/(30 mM)/(1 s)", "start": "3 mM"}
    bound = {"rate": "site*Na_in/(30 mM)/(1 s) - bound/(2 s)", "start": "1 mM", "holds": {"Na": 1}}
    found = at_rest(with_states(site=site, bound=bound)).point
    left = 4.0 / (1.0 + found.inside["inside"]["Na"] / 15.0)
    assert found.states["inside.site [mM]"] == pytest.approx(left, rel=1e-9)
    assert found.states["inside.bound [mM]"] == pytest.approx(4.0 - left, rel=1e-9)


def test_states_of_a_channel_that_feed_one_another_keep_their_sum_at_rest_and_come_to_their_balance():
    states = {"o": {"rate": "a*c - b*o", "start": "0.25"}, "c": {"rate": "b*o - a*c", "start": "0.75"}}
    channel = gated_leak(states, "o", a="2 1/s", b="1 1/s")
    assert vrest.rest(vrest.from_dict(channel)).to_dict()["V_mV"]["plasma"] == pytest.approx(
        vrest.rest(vrest.from_dict(gated_leak({}, "0.25"))).to_dict()["V_mV"]["plasma"], abs=1e-9
    )
    found = at_rest(channel).point
    assert found.states == pytest.approx({"plasma.K_leak.o": 2 / 3, "plasma.K_leak.c": 1 / 3}, rel=1e-9)
    assert found.V_m["plasma"] == pytest.approx(at_rest(gated_leak({}, "2/3")).point.V_m["plasma"], abs=1e-9)


def test_a_state_of_a_channel_that_its_parameters_hold_still_is_where_it_starts():
    held = gated_leak({"s": {"rate": "k*(1 - s)", "start": "0.5"}}, "s", k="0 1/s")
    found = at_rest(held).point
    assert found.states["plasma.K_leak.s"] == 0.5
    assert found.V_m["plasma"] == pytest.approx(at_rest(gated_leak({}, "0.5")).point.V_m["plasma"], abs=1e-9)
    held["membranes"]["plasma"]["mechanisms"]["K_leak"]["states"]["s"] |= {"start": "steady", "unit": "1"}
    with pytest.raises(vrest.InputError, match="does not answer to it"):
        vrest.from_dict(held)


@pytest.mark.parametrize("copies", ["0", "3"])
def test_chloride_stays_where_the_formula_that_moves_it_is_zero(copies):
    way = {"kind": "formula", "stoichiometry": {"Cl": 1}, "rate": "copies*P*(Cl_in - Cl_out*exp(V*F/(R*T)))"}
    way |= {"parameters": {"copies": copies, "P": "1e-9 m/s"}}
    alone = cells.leaks("K", "Na") | {"pump": cells.pump()}
    found = at_rest(cells.pump_leak(mechanisms=alone | {"Cl_way": way})).point
    V, c = found.V_m["plasma"], found.inside["inside"]["Cl"]
    assert c == pytest.approx(10.0 if copies == "0" else 110.0 * math.exp(V * F / (R * 310.0)), rel=1e-8)
    if copies == "0":
        assert pytest.approx(at_rest(cells.pump_leak(mechanisms=alone)).point.V_m["plasma"], abs=1e-12) == V


def test_a_scheme_with_a_state_that_nothing_leads_out_of_says_which():
    described = cells.pump_leak()
    transitions = {"C -> O": "1/(1 s)", "O -> C": "1/(1 s)", "O -> B": "k*2", "B -> O": "k"}
    leak = described["membranes"]["plasma"]["mechanisms"]["K_leak"]
    leak |= {"scheme": {"transitions": transitions, "open": {"O": 1}}, "parameters": {"k": "0 1/s"}}
    with pytest.raises(vrest.InputError, match="state 'B' of the scheme of 'K_leak' is never left"):
        vrest.from_dict(described)


def test_what_is_shared_follows_the_volume_that_is_set():
    site = {"rate": "(bound - 2*site)/(1 s)", "start": "3 mM"}
    described = with_states(site=site, bound={"rate": "(2*site - bound)/(1 s)", "start": "0 mM", "holds": {"Na": 1}})
    problem = vrest.prepare(vrest.from_dict(described))
    for diameter in ("20 um", "30 um"):
        found = problem.steady_state({"inside.shape.sphere.diameter": diameter}).point.states
        assert found["inside.bound [mM]"] == pytest.approx(2.0, rel=1e-9)
