"""The muscle fibre with its gates against the table of its states, and the attack of periodic paralysis."""

import csv
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

import vrest

STATES = Path(__file__).with_name("muscle-states.csv")
WITHOUT_CL = {"plasma.Cl.conductance": "0 mS/cm^2"}


@lru_cache
def fibre():
    return vrest.prepare("wallinga1999")


def states(leak: float, K_out: float) -> list[tuple[float, bool]]:
    """Potentials without net current [mV] and whether the gates let them be."""
    changed = WITHOUT_CL | {"plasma.Na_leak.conductance": f"{leak!r} mS/cm^2", "outside.K": f"{K_out!r} mM"}
    return [(root["V_mV"]["plasma"], root["stable"]) for root in fibre().rest(changed).to_dict()["roots"]]


def test_rest_and_its_currents():
    rest = fibre().rest().to_dict()
    assert rest["V_mV"]["plasma"] == pytest.approx(-85.45, abs=0.01)
    currents = {name: one["current_uA_per_cm2"] for name, one in rest["mechanisms"]["plasma"].items()}
    assert currents["Kir"] == pytest.approx(4.116, abs=1e-3)
    assert currents["Cl"] == pytest.approx(-4.450, abs=3e-3)
    assert currents["pump"] == pytest.approx(0.490, abs=1e-3)
    assert currents["Na"] == pytest.approx(-0.158, abs=1e-3)


@pytest.mark.slow
def test_every_state_of_the_table():
    """The table calls a state stable where the current's steady slope is positive, as it is at every second one from the first; with
    their own times m and h leave the depolarised one, which is stable in the table."""
    with STATES.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 79
    for row in rows:
        found = states(float(row["Na_leak_mS_per_cm2"]), float(row["K_out_mM"]))
        at = int(np.argmin([abs(V - float(row["V_mV"])) for V, _ in found]))
        V, stable = found[at]
        assert pytest.approx(float(row["V_mV"]), abs=0.02) == V, row
        assert (row["stable(+)/unstable(-)"] == "+") == (at % 2 == 0), row
        assert stable is (at % 2 == 0 and not -59 < V < -52), row


@pytest.mark.parametrize(("leak", "K_out"), [(0.02, (0.9, 6.1)), (0.025, (1.2, 5.4))])
def test_the_span_of_potassium_with_a_polarised_state(leak, K_out):
    low, high = K_out
    polarised = [V < -70 for K in (low - 0.06, low, high, high + 0.1) for V, _ in states(leak, K)[:1]]
    assert polarised[1:] == [True, True, False]
    assert polarised[0] is (leak == 0.02)  # there the polarised state ends at 0.83 mM, which the table's steps do not show


def test_an_attack_outlasts_the_potassium_that_brought_it():
    """Without the polarised state at 2 mM the fibre depolarises; at 4 mM again it stays in the other of two stable states."""
    run = vrest.simulate("periodic-paralysis", "hypokalaemia", at=["0 min", "69 min", "3 h"])
    assert 1e3 * run.V["plasma"] == pytest.approx([-81.34, -52.90, -53.27], abs=0.01)
    stable = [root["V_mV"]["plasma"] for root in vrest.rest("periodic-paralysis").to_dict()["roots"] if root["stable"]]
    assert stable == pytest.approx([-81.336, -53.266], abs=2e-3)
    assert run.gates["plasma"]["Na"]["S"][-1] < 0.13
    low = vrest.rest(vrest.load("periodic-paralysis").replace({"outside.K": "2 mM"}))
    assert 1e3 * low.roots[0].V_m["plasma"] == pytest.approx(-52.90, abs=0.01)
    healthy = vrest.load("periodic-paralysis").replace({"plasma.Na_leak.conductance": "0"})
    run = vrest.simulate(healthy, "hypokalaemia", at=["0 min", "69 min", "3 h"])
    assert 1e3 * run.V["plasma"] == pytest.approx([-98.57, -116.83, -98.57], abs=0.02)


def test_slow_gates_alone_keep_the_depolarised_state_that_all_gates_leave():
    leaky = WITHOUT_CL | {"plasma.Na_leak.conductance": "0.032 mS/cm^2"}
    fast, slow = fibre().rest(leaky).roots, vrest.rest("periodic-paralysis").roots
    assert [1e3 * one.V_m["plasma"] for one in fast] == pytest.approx([1e3 * one.V_m["plasma"] for one in slow], abs=1e-6)
    assert (fast[2].stable, slow[2].stable) == (False, True)
