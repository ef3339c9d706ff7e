"""A volume that is what others leave: also while they change, whether they take water from it or from elsewhere."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import vrest
from vrest.constants import WATER_MOLAR_VOLUME

SPACE = """
cell: space-and-bag
temperature: 310 K
ions: {urea: {valence: 0}}
compartments:
  blood: {role: bath, ions: {Na: 150 mM, Cl: 150 mM, urea: 20 mM}}
  space: {volume: {remainder_of: 3 pL}, ions: {Na: 150 mM, Cl: 150 mM, urea: 1 mM}}
  bag: {volume: 2 pL, water_fraction: 0.8, ions: {K: 150 mM, Cl: 150 mM}}
membranes:
  wall:
    between: [space, blood]
    capacitance: 1 uF/cm^2
    area: 600 um^2
    mechanisms:
      urea: {kind: ghk, ion: urea, permeability: 2e-8 m/s}
      Cl: {kind: ghk, ion: Cl, permeability: 1e-9 m/s}
  skin: {between: [bag, OUTER], capacitance: 1 uF/cm^2, area: 500 um^2, water: {permeability: 2e-5 m/s}, mechanisms: {}}
"""
SALT = {"start": "described", "until": "20 min", "events": [{"at": "0 s", "set": {"blood.urea": "80 mM"}}]}


def test_a_bag_that_takes_water_from_elsewhere_leaves_less_of_the_space():
    """What diffuses through the wall meets the volume that is left, as in two equations of its own."""
    run = vrest.simulate(vrest.from_yaml(SPACE.replace("OUTER", "blood")), SALT, rtol=1e-10)
    assert run.volume["space"] + run.volume["bag"] == pytest.approx(np.full(run.time.size, 3e-15), rel=1e-14)
    in_bag = 300.0 * 1.6e-15

    def rates(t, y):
        w, n = y
        water = 2e-5 * 500e-12 * WATER_MOLAR_VOLUME * (in_bag / w - 380.0)
        left = 1e-15 - (w - 1.6e-15)
        return [water, -2e-8 * 600e-12 * (n / left - 80.0)]

    how = {"method": "LSODA", "rtol": 1e-11, "atol": [1e-28, 1e-26], "dense_output": True}
    w, n = solve_ivp(rates, (0.0, 1200.0), [1.6e-15, 1e-15], **how).sol(run.time)
    assert run.water["bag"] == pytest.approx(w, rel=1e-7)
    assert run.volume["space"] == pytest.approx(2.6e-15 - w, rel=1e-7)
    assert run.c["space"]["urea"] == pytest.approx(n / (2.6e-15 - w), rel=1e-6)
    assert run.volume["space"][-1] > 1.2 * run.volume["space"][0]
    assert max(run.certificate.residuals["species_fraction"].values()) <= 1e-12
    assert "the volume of 'space' is what others leave" in run.refused["energy.stored_J"]


def test_a_bag_that_takes_it_from_the_space_leaves_as_much_less():
    cell = vrest.from_yaml(SPACE.replace("OUTER", "space"))
    run = vrest.simulate(cell, SALT)
    assert run.volume["space"] + run.volume["bag"] == pytest.approx(np.full(run.time.size, 3e-15), rel=1e-14)
    assert run.volume["space"][-1] > 1.05 * run.volume["space"][0]
    point = vrest.steady_state(cell).point
    assert sum(point.volume.values()) == pytest.approx(3e-15, rel=1e-12)


def test_a_steady_state_has_the_volume_that_is_left():
    cell = vrest.from_yaml(SPACE.replace("OUTER", "blood"))
    point = vrest.steady_state(cell).point
    w = 300.0 * 1.6 / 320.0
    assert point.volume["bag"] == pytest.approx(1e-15 * (w + 0.4), rel=1e-10)
    assert point.volume["space"] == pytest.approx(1e-15 * (2.6 - w), rel=1e-10)
    assert point.inside["space"]["Na"] == pytest.approx(150.0 / (2.6 - w), rel=1e-9)
    (branch,) = vrest.branches(cell, "blood.urea", "10:60 mM").branches
    assert branch.volume["space"] + branch.volume["bag"] == pytest.approx(np.full(branch.values.size, 3e-15), rel=1e-12)
    found = vrest.steady_state(cell.replace({"space.volume.remainder_of": "4 pL"})).point
    assert found.volume["space"] == pytest.approx(1e-15 * (3.6 - w), rel=1e-10)


def test_a_space_of_which_nothing_is_left_ends_the_run():
    cell = vrest.from_yaml(SPACE.replace("OUTER", "blood"))
    event = {"at": "0 s", "set": {"blood.Na": "20 mM", "blood.Cl": "20 mM"}}
    run = vrest.simulate(cell, {"until": "3 h", "events": [event]})
    assert run.ended == "exhausted"
    assert run.volume["space"][-1] > 0
    assert run.time[-1] < 3600
