"""States of one's own: of a mechanism, against the gate that they spell out; of a compartment; and what formulas name elsewhere."""

import numpy as np
import pytest

import cells
import gated
import vrest

PULSE = {"protocol": "p", "until": "12 ms", "events": [{"from": "0 s", "to": "0.5 ms", "into": "inside", "current": "20 uA"}]}


def spelled_out(name: str) -> dict:
    alpha, beta = gated.RATES[name]
    return {"rate": f"({alpha})*(1 - {name}) - ({beta})*{name}", "start": "steady", "unit": "1"}


def axon_of_states() -> vrest.Cell:
    sodium = cells.ohmic("120 mS/cm^2", "Na", reversal="50 mV", factor="max(m, 0)**3*max(h, 0)")
    potassium = cells.ohmic("36 mS/cm^2", "K", reversal="-77 mV", factor="n**4", states={"n": spelled_out("n")})
    return gated.axon(gated.channels(Na=sodium | {"states": {g: spelled_out(g) for g in "mh"}}, K=potassium))


def test_a_gate_spelled_out_is_the_gate():
    own, gates = vrest.rest(axon_of_states()), vrest.rest(gated.axon())
    assert own.V_m["m"] == pytest.approx(gates.V_m["m"], abs=1e-12)
    assert own.states["m.K.n"] == pytest.approx(gates.gates["m"]["K"]["n"], rel=1e-12)
    assert own.roots[0].stable is True
    courses = [vrest.simulate(one, PULSE, every="0.1 ms").V["m"] for one in (axon_of_states(), gated.axon())]
    assert 1e3 * courses[0] == pytest.approx(1e3 * courses[1], abs=2e-3)
    a, b = (vrest.steady_state(one) for one in (axon_of_states(), gated.axon()))
    assert sorted(e.real for e in a.eigenvalues) == pytest.approx(sorted(e.real for e in b.eigenvalues), rel=1e-6)


def with_memory(**state) -> vrest.Cell:
    """A potassium conductance that follows a state of its own."""
    potassium = cells.ohmic("0.3 mS/cm^2", "K", factor="x/(1 mM)", states={"x": {"start": "2 mM"} | state})
    return vrest.from_dict(cells.in_a_bath({"K": potassium, "Na": cells.ohmic("0.02 mS/cm^2", "Na")}, capacitance="1 uF/cm^2"))


def test_a_rate_that_is_not_linear():
    """At rest such a state stands at its start; the steady state finds where it is steady."""
    cell = with_memory(rate="(1 mM)*(1 - (x/(1 mM))**3)/(10 s)")
    assert vrest.rest(cell).states == {"m.K.x [mM]": 2.0}
    with pytest.raises(vrest.InputError, match="not known at once"):
        with_memory(rate="(1 mM)*(1 - (x/(1 mM))**3)/(10 s)", start="steady", unit="mM")
    held = with_memory(rate="(1 mM)*(1 - (x/(1 mM))**3)/(10 s)").to_dict()
    held["compartments"]["inside"]["role"] = "held"
    found = vrest.steady_state(vrest.from_dict(held))
    assert found.point.states["m.K.x [mM]"] == pytest.approx(1.0, rel=1e-9)
    assert pytest.approx(max(e.real for e in found.eigenvalues), rel=1e-3) == -0.3


def test_a_state_of_a_compartment():
    """A follower of outside K that opens a conductance: at rest as described, in time by its rate."""
    cell = cells.in_a_bath({"K": cells.ohmic("0.3 mS/cm^2", "K", factor="inside.s"), "Na": cells.ohmic("0.02 mS/cm^2", "Na")})
    cell["compartments"]["inside"] |= {"role": "held", "states": {"s": {"rate": "(2 - s)/(50 ms)", "start": 1}}}
    cell["membranes"]["m"]["capacitance"] = "1 uF/cm^2"
    cell = vrest.from_dict(cell)
    assert vrest.rest(cell).states == {"inside.s": 1.0}
    course = vrest.simulate(cell, {"protocol": "p", "until": "0.2 s"}, at=["0.1 s"])
    assert course.states["inside.s"][0] == pytest.approx(2 - np.exp(-2), rel=1e-7)
    assert vrest.steady_state(cell).point.states["inside.s"] == pytest.approx(2.0, rel=1e-10)


def test_formulas_name_what_is_elsewhere():
    cell = cells.in_a_bath(
        {"K": cells.ohmic("0.3 mS/cm^2", "K", factor="inside.K/(140 mM)*w_in/inside.water*outside.Na/(145 mM)")}
    )
    cell["membranes"]["m"]["mechanisms"]["Na"] = cells.ohmic("0.02 mS/cm^2", "Na")
    plain = cells.in_a_bath({"K": cells.ohmic("0.3 mS/cm^2", "K"), "Na": cells.ohmic("0.02 mS/cm^2", "Na")})
    assert vrest.rest(vrest.from_dict(cell)).V_m["m"] == pytest.approx(vrest.rest(vrest.from_dict(plain)).V_m["m"], abs=1e-12)
    cell["membranes"]["m"]["mechanisms"]["Na"]["factor"] = "outside.Kk/(1 mM)"
    with pytest.raises(vrest.InputError, match=r"outside has no Kk") as caught:
        vrest.from_dict(cell)
    assert caught.value.problems[0].suggestion == "outside.K"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"start": "1 mM"}, "lacks 'rate'"),
        ({"rate": "(1 mM - x)/(1 s)"}, "lacks 'start'"),
        ({"rate": "(1 mM - x)/(1 s)", "start": "steady"}, "unit of 'x' is not known"),
        ({"rate": "(1 mM - x)", "start": "1 mM"}, "wrong dimension"),
        ({"rate": "(1 mM - x)/(1 s)", "start": "1 mV", "unit": "mM"}, "no quantity in mM"),
    ],
)
def test_bad_states(state, words):
    with pytest.raises(vrest.InputError) as caught:
        vrest.from_dict(
            cells.in_a_bath(
                {"K": cells.ohmic("0.3 mS/cm^2", "K", factor="x/(1 mM)", states={"x": state})}, capacitance="1 uF/cm^2"
            )
        )
    assert words in str(caught.value)
