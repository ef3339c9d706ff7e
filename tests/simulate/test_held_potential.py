"""A voltage clamp holds the potential, whatever shares its capacitance or changes its area."""

import numpy as np
import pytest

import cells
from vrest import from_dict, load, simulate

BATH = "{role: bath, ions: {K: 5 mM, Na: 145 mM, Cl: 110 mM}, impermeant: {valence: -1, amount: neutral}}"
LEAKS = """
      K_leak: {kind: ghk, ion: K, permeability: 1e-8 m/s}
      Na_leak: {kind: ghk, ion: Na, permeability: 4e-10 m/s}
      Cl_leak: {kind: ghk, ion: Cl, permeability: 4.5e-9 m/s}
"""
INSIDE = "{K: 140 mM, Na: 12 mM, Cl: 10 mM}"
WITH_ORGANELLE = f"""
cell: with-organelle
temperature: 310 K
compartments:
  outside: {BATH}
  cytosol: {{volume: 1 pL, ions: {INSIDE}, impermeant: {{valence: -1, amount: neutral}}}}
  store: {{volume: 0.1 pL, ions: {{K: 60 mM, Na: 12 mM, Cl: 10 mM}}, impermeant: {{valence: -1, amount: neutral}}}}
membranes:
  plasma:
    between: [cytosol, outside]
    capacitance: 1 uF/cm^2
    area: 500 um^2
    mechanisms: {LEAKS}
  inner:
    between: [store, cytosol]
    capacitance: 1 uF/cm^2
    area: 300 um^2
    mechanisms:
      K_leak: {{kind: ghk, ion: K, permeability: 1e-9 m/s}}
      Cl_leak: {{kind: ghk, ion: Cl, permeability: 1e-9 m/s}}
"""
SWELLING = f"""
cell: swelling
temperature: 310 K
compartments:
  outside: {BATH}
  cytosol:
    shape: {{sphere: {{diameter: 12 um}}}}
    ions: {INSIDE}
    impermeant: {{valence: -1, amount: neutral}}
membranes:
  plasma:
    between: [cytosol, outside]
    capacitance: 1 uF/cm^2
    area_policy: shape
    water: WATER
    mechanisms: {LEAKS}
"""


def held(text, tmp_path, *events):
    path = tmp_path / "cell.yaml"
    path.write_text(text)
    return simulate(load(path), {"until": "31 min", "events": list(events)})


def clamp(into="cytosol", voltage="-20 mV"):
    return {"from": "1 min", "to": "30 min", "voltage": voltage, "into": into, "carrier": "K"}


def during(run, values):
    return np.asarray(values)[(run.time > 60.0) & (run.time < 1800.0)]


def test_beside_an_organelle(tmp_path):
    run = held(WITH_ORGANELLE, tmp_path, clamp())
    assert during(run, run.V["plasma"]) == pytest.approx(-0.020, abs=1e-9)
    organelle = during(run, run.V["inner"])
    assert organelle.max() - organelle.min() > 1e-3  # it lives on while the cell around it is held


def test_in_the_organelle_and_in_both(tmp_path):
    run = held(WITH_ORGANELLE, tmp_path, clamp("store"))
    assert during(run, run.potential["store"]) == pytest.approx(-0.020, abs=1e-9)
    run = held(WITH_ORGANELLE, tmp_path, clamp(), clamp("store", "10 mV"))
    assert during(run, run.potential["store"]) == pytest.approx(0.010, abs=1e-9)
    assert during(run, run.V["inner"]) == pytest.approx(0.030, abs=1e-9)


@pytest.mark.parametrize("water", ["{permeability: 2e-5 m/s}", "instantaneous"])
def test_while_the_area_grows_with_the_volume(tmp_path, water):
    text = SWELLING.replace("WATER", water)
    run = held(
        text, tmp_path, clamp(), {"from": "10 min", "to": "20 min", "set": {"outside.Na": "108 mM", "outside.Cl": "75 mM"}}
    )
    assert during(run, run.V["plasma"]) == pytest.approx(-0.020, abs=1e-8)
    volume = during(run, run.volume["cytosol"])
    assert volume.max() / volume.min() > 1.2
    assert run.certificate.converged


@pytest.mark.parametrize("engine", ["cvodes", "scipy"])
def test_both_engines_hold_it(tmp_path, engine):
    pytest.importorskip("scipy")
    path = tmp_path / "cell.yaml"
    path.write_text(WITH_ORGANELLE)
    run = simulate(load(path), {"until": "31 min", "events": [clamp()]}, engine=engine)
    assert during(run, run.V["plasma"]) == pytest.approx(-0.020, abs=1e-9)


def test_a_bath_whose_potential_is_ramped_does_not_move_what_is_held():
    spaces = {"outside": cells.bath(), "lumen": cells.bath(clamped="0 mV"), "inside": cells.sphere(impermeant=cells.neutral())}
    membranes = {
        "basal": cells.membrane(cells.leaks(), area="1000 um^2"),
        "apical": cells.membrane(cells.leaks(K="1e-9 m/s"), outer="lumen", area="800 um^2"),
    }
    events = [
        {"from": "1 s", "to": "5 s", "voltage": "-60 mV", "into": "inside", "carrier": "K"},
        {"from": "2 s", "to": "4 s", "ramp": {"lumen.clamped": "30 mV"}},
    ]
    run = simulate(from_dict(cells.described(spaces, membranes)), {"until": "6 s", "events": events})
    held = run.potential["inside"][(run.time > 1) & (run.time < 5)]
    np.testing.assert_allclose(held, -0.06, atol=1e-7)
