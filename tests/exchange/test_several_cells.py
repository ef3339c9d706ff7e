"""Two cells around one space that exchanges with a bath and a store."""

import numpy as np
import pytest

import exchanging
import vrest


@pytest.fixture(scope="module")
def pair():
    description = exchanging.in_a_bath()
    description["compartments"]["astrocyte"] = {
        "volume": "1 pL",
        "ions": {"K": "110 mM", "Na": "15 mM", "Cl": "15 mM"},
        "impermeant": {"valence": -1, "amount": "neutral"},
    }
    description["membranes"]["end_foot"] = {
        **description["membranes"]["plasma"],
        "between": ["astrocyte", "ecs"],
        "area": "500 um^2",
    }
    return vrest.from_dict(description)


def test_a_run_that_starts_steady_stays_there(pair):
    steady = vrest.steady_state(pair).point
    run = vrest.simulate(pair, {"until": "10 min", "start": "steady"})
    for name, V in run.V.items():
        np.testing.assert_allclose(V, steady.V_m[name], atol=1e-8)
    for space, ions in steady.inside.items():
        for ion, c in ions.items():
            np.testing.assert_allclose(run.c[space][ion], c, rtol=1e-7)


@pytest.mark.slow
def test_pipettes_and_a_clamp_in_both_keep_the_books(pair):
    events = [
        {"from": "10 s", "to": "40 s", "dialyse": "astrocyte", "solution": {"K": "100 mM"}},
        {"from": "20 s", "to": "30 s", "dialyse": "ecs", "solution": {"K": "6 mM"}},
        {"from": "15 s", "to": "50 s", "voltage": "-60 mV", "into": "astrocyte", "carrier": "K"},
        {"from": "25 s", "to": "35 s", "current": "5 pA", "into": "inside", "carrier": "Na"},
        {"from": "30 s", "to": "45 s", "multiply": {"exchanges": 0}},
    ]
    run, other = (vrest.simulate(pair, {"until": "60 s", "events": events}, engine=engine) for engine in ("cvodes", "scipy"))
    assert run.certificate.mass_error < 1e-12
    assert run.certificate.charge_error < 1e-9
    clamped = (run.time > 15) & (run.time < 50)
    np.testing.assert_allclose(run.V["end_foot"][clamped], -0.06, atol=1e-12)
    for name, V in run.V.items():
        assert V[-1] == pytest.approx(other.V[name][-1], abs=1e-7)
