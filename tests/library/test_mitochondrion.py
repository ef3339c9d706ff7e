"""The mitochondrion of a heart cell at work: its potential against that of an independent integration, and what an uncoupler does."""

from functools import lru_cache

import numpy as np
import pytest

import vrest


def at_work(work: float) -> dict[str, float]:
    """V [mV], and what stands at it: metabolites [mM] by their names."""
    cell = vrest.load("mitochondrion").replace({"inner.metabolism.X_AtC": f"{work} mM/s"})
    answer = vrest.steady_state(cell).to_dict()
    states = {key.split(".")[-1].removesuffix(" [mM]"): value for key, value in answer["states"].items()}
    return states | {"V": answer["V_mV"]["inner"]}


CYTOSOL, MATRIX = 0.6601 * 0.8425, 0.2882 * 0.9 * 0.7238
"""Litres of water per litre of cell."""
ADENINE = (7.6 - MATRIX * 10) / (CYTOSOL + 0.2882 * 0.1 * 0.7238)
"""ATP and ADP of the cytosol [mM]."""


@pytest.mark.parametrize(("work", "V"), [(0.4, -177.563), (0.5, -176.219), (0.6, -175.022), (1.0, -171.156)])
def test_the_potential_falls_with_the_work_of_the_cell(work, V):
    assert at_work(work)["V"] == pytest.approx(V, abs=0.02)


@pytest.mark.parametrize(("work", "ADP", "Pi", "NADH"), [(0.4, 93.0, 0.752, 0.741), (1.2, 112.0, 2.346, 0.567)])
def test_metabolites_from_little_work_to_much(work, ADP, Pi, NADH):
    """ADP [uM] and Pi [mM] of the cytosol, the reduced part of NAD."""
    found = at_work(work)
    assert 1e3 * (ADENINE - found["ATP_c"]) == pytest.approx(ADP, rel=2e-3)
    assert found["NADH"] / 2.97 == pytest.approx(NADH, abs=1e-3)
    held = vrest.load("mitochondrion").settable["inner.metabolism.phosphate"].si
    rest = held - found["ATP_c"] - found["CrP"] - MATRIX / CYTOSOL * (found["ATP_x"] + found["Pi_x"])
    assert rest == pytest.approx(Pi, rel=2e-3)


@pytest.mark.parametrize(("path", "value", "V"), [("leak.X_H", "1e5 1/s", -116.7), ("metabolism.X_F", "0", -186.3),
                                                  ("metabolism.X_C1", "10 1/(M s)", -159.1)])  # fmt: skip
def test_five_seconds_after_a_blow(path, value, V):
    """A leak a hundredfold, no synthase, a thousandth of complex I."""
    cell = vrest.load("mitochondrion").replace({f"inner.{path}": value})
    run = vrest.simulate(cell, {"start": "-175 mV", "until": "5 s"}, rtol=1e-10)
    assert 1e3 * run.V["inner"][-1] == pytest.approx(V, abs=0.1)


@lru_cache
def course():
    return vrest.simulate("mitochondrion", "uncoupler")


@pytest.mark.parametrize("protocol", ["uncoupler", {"until": "10 s"}, {"until": "10 min"}], ids=["uncoupler", "10 s", "10 min"])
def test_its_energy_is_accounted_for_although_gross_fluxes_are_large(protocol):
    """At the standard tolerance, 1e-8: complexes go both ways many times as fast as on the whole, and the rest of Newton's iteration with
    them, which is no part of what is stored."""
    residuals = vrest.simulate("mitochondrion", protocol).to_dict()["certificate"]["residuals"]
    assert residuals["first_law_integral_fraction"]["cell"] < 1.5e-7


def test_an_uncoupler_takes_a_third_of_the_potential_and_it_comes_back():
    run = course()
    V = np.interp([4.9, 9.99, 30.0], run.time, 1e3 * run.V["inner"])
    assert list(V) == pytest.approx([-176.2, -117.2, -176.2], abs=0.1)


def test_the_synthase_then_spends_atp():
    """Of the matrix: it has less of it than when the leak was as ever, and the cytosol's falls."""
    run = course()
    for name in ("ATP_x", "ATP_c"):
        before, during = np.interp([4.9, 9.99], run.time, run.states[f"inner.metabolism.{name} [mM]"])
        assert during < before


def test_phosphocreatine_is_at_equilibrium_with_free_atp():
    """By hand: binding polynomials at pH 7.2, 1 mM of Mg2+ and 140 mM of K+, and the constant of the enzyme, 3.5e8 1/M."""
    found = at_work(0.5)
    ATP, CrP = found["ATP_c"], found["CrP"]
    H, Mg, K = 10**-7.2, 1e-3, 0.14
    P_T = 1 + 10**6.33 * H + 10**3.88 * Mg + 10**1.02 * K
    P_D = 1 + 10**6.26 * H + 10**3.0 * Mg + 10**0.89 * K
    forward = 3.5e8 * P_T / P_D * H * (ADENINE - ATP) / P_D * CrP
    assert forward == pytest.approx(ATP / P_T * (40 / CYTOSOL - CrP), rel=1e-6)
