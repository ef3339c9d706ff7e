"""Markov schemes against gates that they must equal, against matrix exponentials, and in what they conserve."""

import numpy as np
import pytest

import cells
import gated
import vrest

CHAIN = {
    "transitions": {"C3 -> C2": "3*a", "C2 -> C1": "2*a", "C1 -> O": "a", "O -> C1": "3*b", "C1 -> C2": "2*b", "C2 -> C3": "b"},
    "open": {"O": 1},
}


def chain(**more) -> dict:
    """Three equal particles as a scheme of four states."""
    alpha, beta = gated.RATES["n"]
    return {"scheme": CHAIN, "let": {"a": alpha, "b": beta}} | more


def with_potassium(**channel) -> vrest.Cell:
    return gated.axon(gated.channels(K=cells.ohmic("36 mS/cm^2", "K", reversal="-77 mV", **channel)))


def test_a_chain_is_three_particles():
    scheme = with_potassium(**chain())
    particles = with_potassium(gates={"n": {"power": 3, **dict(zip(("alpha", "beta"), gated.RATES["n"], strict=True))}})
    a, b = vrest.rest(scheme), vrest.rest(particles)
    assert a.V_m["m"] == pytest.approx(b.V_m["m"], abs=1e-12)
    assert a.gates["m"]["K"]["O"] == pytest.approx(b.gates["m"]["K"]["n"] ** 3, rel=1e-12)
    event = {"from": "0 s", "to": "0.5 ms", "into": "inside", "current": "20 uA"}
    protocol = {"protocol": "p", "until": "15 ms", "events": [event]}
    courses = [vrest.simulate(one, protocol, every="0.1 ms").V["m"] for one in (scheme, particles)]
    assert 1e3 * courses[0] == pytest.approx(1e3 * courses[1], abs=2e-3)


def test_parts_add_up_to_one():
    event = {"from": "0 s", "to": "5 ms", "into": "inside", "voltage": "20 mV"}
    found = vrest.simulate(with_potassium(**chain()), {"protocol": "p", "until": "20 ms", "events": [event]})
    parts = np.array(list(found.gates["m"]["K"].values()))
    assert np.abs(parts.sum(axis=0) - 1).max() < 1e-15
    assert parts.min() > -1e-9


def test_relaxation_in_a_clamp_is_the_matrix_exponential():
    """A ring of three states with rates that break detailed balance, held at 0 mV."""
    rates = {("A", "B"): 1.0, ("B", "C"): 2.0, ("C", "A"): 0.5, ("B", "A"): 0.3, ("C", "B"): 0.2, ("A", "C"): 0.1}
    scheme = {
        "transitions": {f"{a} -> {b}": f"{k} 1/ms*exp(V/(30 mV))" for (a, b), k in rates.items()},
        "open": {"C": 1, "B": 0.5},
    }
    cell = with_potassium(scheme=scheme)
    start, V = "-60 mV", 0.0
    event = {"from": "0 s", "to": "4 ms", "into": "inside", "voltage": f"{V} mV"}
    found = vrest.simulate(cell, {"protocol": "p", "start": start, "until": "4 ms", "events": [event]}, at=["1 ms", "3 ms"])
    Q = np.zeros((3, 3))
    for (a, b), k in rates.items():
        Q["ABC".index(b), "ABC".index(a)] += k
        Q["ABC".index(a), "ABC".index(a)] -= k
    values, vectors = np.linalg.eig(Q)
    settled = np.real(vectors[:, np.argmin(np.abs(values))])
    assert [found.gates["m"]["K"][name][0] for name in "ABC"] == pytest.approx(settled / settled.sum(), abs=1e-7)


def test_bad_schemes():
    with pytest.raises(vrest.InputError) as caught:
        with_potassium(scheme={"transitions": {"C -> O": "1 1/ms"}, "open": {"O": 1}})
    assert "never left" in str(caught.value)
    with pytest.raises(vrest.InputError) as caught:
        with_potassium(scheme=gated.two_states() | {"open": {"P": 1}})
    assert "no state of the scheme" in str(caught.value)
    with pytest.raises(vrest.InputError) as caught:
        with_potassium(scheme={"transitions": {"C = O": "1 1/ms"}, "open": {"O": 1}})
    assert "no transition" in str(caught.value)
