"""What a protocol sets at one time is tried as one: the state between two lines of one event never exists."""

import pytest

from vrest import InputError, load
from vrest.description.library import protocol_from

BATH = """
cell: own
temperature: 37 degC
compartments:
  plasma:
    role: bath
    ions: {K: 4.5 mM, Na: 145 mM, Cl: 105 mM, HCO3: 24 mM}
    impermeant: {valence: -1, amount: neutral}
  cell:
    volume: 0.09 pL
    ions: {K: 135 mM, Na: 10 mM, Cl: 75 mM, HCO3: 16 mM}
    impermeant: {valence: -1, amount: neutral}
membranes:
  m:
    between: [cell, plasma]
    area: 137 um^2
    capacitance: 1 uF/cm^2
    mechanisms:
      K_leak: {kind: ghk, ion: K, permeability: 2e-12 m/s}
      Na_leak: {kind: ghk, ion: Na, permeability: 1.5e-12 m/s}
      Cl_leak: {kind: ghk, ion: Cl, permeability: 1e-10 m/s}
      pump: {kind: na_k_atpase, law: saturating, max_current: 1e-3 A/m^2, K_Na: 3 mM, K_K: 0.6 mM}
"""
LESS_SODIUM, LESS_CHLORIDE = {"plasma.Na": "116 mM"}, {"plasma.Cl": "84 mM"}
DURING = {"from": "10 min", "to": "30 min"}


@pytest.fixture(scope="module")
def cell(tmp_path_factory):
    path = tmp_path_factory.mktemp("own") / "cell.yaml"
    path.write_text(BATH)
    return load(path)


@pytest.mark.parametrize(
    "events",
    [
        [{**DURING, "set": LESS_SODIUM | LESS_CHLORIDE}],
        [{**DURING, "set": LESS_CHLORIDE | LESS_SODIUM}],
        [{**DURING, "set": LESS_SODIUM}, {**DURING, "set": LESS_CHLORIDE}],
        [{**DURING, "ramp": LESS_SODIUM | LESS_CHLORIDE}],
    ],
)
def test_two_ions_of_a_bath_change_at_once(cell, events):
    protocol = protocol_from({"until": "1 h", "events": events}, cell)
    assert {one.path for one in (*protocol.settings, *protocol.ramps)} == {"plasma.Na", "plasma.Cl"}


def test_one_of_them_alone_is_refused_where_it_stands(cell):
    with pytest.raises(InputError, match="would need a negative amount") as caught:
        protocol_from({"until": "1 h", "events": [{**DURING, "set": LESS_SODIUM}]}, cell)
    assert len(caught.value.problems) == 1


def test_at_different_times_each_is_tried_as_it_is(cell):
    events = [{**DURING, "set": LESS_SODIUM}, {"from": "20 min", "to": "30 min", "set": LESS_CHLORIDE}]
    with pytest.raises(InputError, match="would need a negative amount"):
        protocol_from({"until": "1 h", "events": events}, cell)
