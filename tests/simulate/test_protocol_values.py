"""The values of a protocol are read once, in SI, by what the description says of their paths."""

from dataclasses import replace

import pytest

import vrest

CELL = vrest.from_yaml("""
cell: values
temperature: 310 K
compartments:
  outside: {role: bath, ions: {K: 5 mM, Na: 145 mM}}
  inside: {shape: {sphere: {diameter: 20 um}}, ions: {K: 140 mM, Na: 12 mM}, impermeant: {valence: -1, amount: neutral}}
membranes:
  plasma:
    between: [inside, outside]
    capacitance: 1 uF/cm^2
    mechanisms:
      K_leak: {kind: ghk, ion: K, permeability: 1e-8 m/s}
      pump: {kind: na_k_atpase, law: saturating, max_current: 0.05 A/m^2, K_Na: 10 mM, K_K: 1.5 mM}
""")


def not_built(*arguments, **more):
    raise AssertionError("the cell was built anew")


@pytest.mark.parametrize(
    ("path", "value", "si"),
    [
        ("outside.K", "12 mM", 12.0),
        ("temperature", "37 degC", 310.15),
        ("plasma.K_leak.permeability", "2 um/s", 2e-6),
        ("plasma.pump.max_current", "0", 0.0),
        ("plasma.pump.max_current", "2 uA/cm^2", 0.02),
        ("plasma.pump.K_Na", "20 mM", 20.0),
        ("plasma.capacitance", "2 uF/cm^2", 0.02),
    ],
)
def test_a_value_is_read_without_building_the_cell_anew(path, value, si):
    cell = replace(CELL, build=not_built)
    events = [{"at": "1 s", "set": {path: value}}, {"from": "2 s", "to": "3 s", "ramp": {path: value}}]
    protocol = vrest.protocol_from({"until": "4 s", "events": events}, cell)
    assert [(one.text, one.si) for one in protocol.settings] == [(value, pytest.approx(si, rel=1e-15))]
    assert [(one.text, one.si) for one in protocol.ramps] == [(value, pytest.approx(si, rel=1e-15))]


def test_a_bare_zero_of_a_number_that_the_user_named_has_its_unit():
    cell = vrest.load("kalia2021")
    path = next(path for path, value in cell.settable.items() if value.keys and "parameters" in value.keys and value.unit)
    protocol = vrest.protocol_from({"until": "1 s", "events": [{"at": "0 s", "set": {path: 0}}]}, cell)
    assert protocol.settings[0].si == 0.0


def test_a_factor_has_no_value_of_its_own():
    event = {"from": "1 s", "every": "1 s", "for": "0.5 s", "times": 3, "multiply": {"pumps": 0.5}}
    settings = vrest.protocol_from({"until": "9 s", "events": [event]}, CELL).settings
    assert [(one.at, one.until, one.factor, one.text, one.si) for one in settings] == [
        (at, at + 0.5, 0.5, None, None) for at in (1.0, 2.0, 3.0)
    ]


@pytest.mark.parametrize(
    ("path", "factor", "found", "expected"),
    [
        ("plasma.capacitance", "0", "0 uF/cm^2", "a positive number"),
        ("temperature", "10", "3100 K", "an absolute temperature from 250 to 400 K"),
        ("plasma.pump.K_Na", "0", "0 mM", "a positive number"),
    ],
)
def test_what_a_factor_makes_of_a_value_is_in_its_range(path, factor, found, expected):
    event = {"from": "1 s", "to": "2 s", "multiply": {path: factor}}
    with pytest.raises(vrest.InputError, match=f"'{path}' is out of range") as caught:
        vrest.protocol_from({"until": "9 s", "events": [event]}, CELL)
    (problem,) = caught.value.problems
    assert (problem.found, problem.expected) == (found, expected)
