"""Paths: which there are, what they change, and that a path never creates anything."""

from pathlib import Path

import numpy as np
import pytest

import vrest
from vrest.description.derive import Derivation

ROOT = Path(__file__).resolve().parents[2]
CELL = vrest.from_yaml("""
cell: many paths
temperature: 310 K
compartments:
  outside: {role: bath, ions: {K: 5 mM, Na: 145 mM, Cl: 110 mM, H: 40 nM}}
  inside:
    shape: {sphere: {diameter: 20 um}}
    water_fraction: 0.7
    ions: {K: 140 mM, Na: 12 mM, Cl: 10 mM, H: 60 nM}
    impermeants: {A: {valence: -1, amount: neutral}, B: {valence: -2, amount: 5 mM}}
    atp: {delta_G: -50 kJ/mol}
membranes:
  plasma:
    between: [inside, outside]
    capacitance: 1 uF/cm^2
    mechanisms:
      K_leak: {kind: ghk, ion: K, permeability: 1e-8 m/s, q10: {ratio: 3, reference: 20 degC}}
      shared: {kind: ghk_shared, permeability: 1e-10 m/s, ratios: {K: 1, Na: 0.9}}
      gated:
        kind: ohmic
        ion: K
        conductance: 1 mS/cm^2
        factor: 1/(1 + exp((V - V_half)/k))
        parameters: {V_half: -40 mV, k: {value: 8 mV, source: me}}
      pump: {kind: na_k_atpase, law: saturating, max_current: 0.05 A/m^2, K_Na: 10 mM, K_K: 1.5 mM}
      proton: {kind: h_atpase, law: saturating, max_rate: 1e-9 mol/(m^2 s), K_m: {H: 1e-4 mM}}
""")

PATHS = {
    "temperature": ("300 K", 300.0),
    "outside.K": ("8 mM", 8.0),
    "inside.water_fraction": ("0.5", 0.5),
    "inside.shape.sphere.diameter": ("10 um", 1e-5),
    "inside.impermeants.A.valence": ("-1.5", -1.5),
    "inside.impermeants.B.amount": ("6 mM", 6.0),
    "inside.atp.delta_G": ("-55 kJ/mol", -55e3),
    "plasma.capacitance": ("2 uF/cm^2", 0.02),
    "plasma.thickness": ("7 nm", 7e-9),
    "plasma.K_leak.permeability": ("0", 0.0),
    "plasma.K_leak.q10.ratio": ("2", 2.0),
    "plasma.K_leak.q10.reference": ("37 degC", 310.15),
    "plasma.shared.ratios.Na": ("0.5", 0.5),
    "plasma.gated.conductance": ("2 mS/cm^2", 20.0),
    "plasma.gated.V_half": ("-50 mV", -0.05),
    "plasma.gated.k": ("9 mV", 0.009),
    "plasma.pump.max_current": ("0", 0.0),
    "plasma.pump.n_Na": ("1", 1.0),
    "plasma.proton.K_m.H": ("1 uM", 1e-3),
    "plasma.proton.atp": ("2", 2.0),
}


@pytest.mark.parametrize(("path", "text", "value"), [(p, *pair) for p, pair in PATHS.items()], ids=list(PATHS))
def test_a_path_changes_its_number_and_no_other(path, text, value):
    changed = CELL.replace({path: text})
    assert changed.settable[path].si == pytest.approx(value, rel=1e-15)
    others = {p: v.si for p, v in CELL.settable.items() if p != path}
    assert {p: v.si for p, v in changed.settable.items() if p != path} == others
    assert CELL.settable[path].si != pytest.approx(value, rel=1e-6, abs=0)


def test_every_path_of_the_list_can_be_set_to_its_own_value():
    texts = {path: value.text or value.si for path, value in CELL.settable.items() if value.text or value.unit == ""}
    assert Derivation(CELL.replace(texts)).numbers() == Derivation(CELL).numbers()


def test_the_amount_of_an_impermeant_is_a_path_whether_it_is_a_rule_or_a_number():
    changed = CELL.replace({"inside.impermeants.A.amount": "132 mM"})
    assert changed.compartments["inside"].impermeants["A"].concentration.si == 132
    assert CELL.compartments["inside"].impermeants["A"].concentration.si == pytest.approx(132 + 60e-6, abs=1e-9)


def test_amounts_that_follow_are_found_again_after_a_setting():
    changed = CELL.replace({"inside.K": "150 mM"})
    assert changed.compartments["inside"].impermeants["A"].concentration.si == pytest.approx(142 + 60e-6, abs=1e-9)


def test_a_shape_changes_volume_and_area_together():
    changed = CELL.replace({"inside.shape.sphere.diameter": "10 um"})
    assert changed.compartments["inside"].volume.si == pytest.approx(CELL.compartments["inside"].volume.si / 8, rel=1e-12, abs=0)
    assert changed.membranes["plasma"].area.si == pytest.approx(CELL.membranes["plasma"].area.si / 4, rel=1e-12, abs=0)


@pytest.mark.parametrize("value", [8, 8.0, "8 mM", np.float64(8), np.int64(8)], ids=repr)
def test_numbers_without_unit_are_refused_where_a_unit_is_needed(value):
    if isinstance(value, str):
        assert CELL.replace({"outside.K": value}).settable["outside.K"].si == 8
        return
    with pytest.raises(vrest.InputError) as caught:
        CELL.replace({"outside.K": value})
    assert caught.value.problems[0].message == "'outside.K': the unit is missing"


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("outside.Kx", "outside.K"),
        ("outsid.K", "outside.K"),
        ("plasma.pump.max_curent", "plasma.pump.max_current"),
        ("plasma.K_leak.permeabilty", "plasma.K_leak.permeability"),
        ("inside.shape.sphere.radius", "inside.shape.sphere.diameter"),
        ("Temperature", "temperature"),
        ("inside.volume", "inside.shape.sphere.diameter"),
        ("plasma.area", "inside.shape.sphere.diameter"),
        ("inside.impermeant.amount", "inside.impermeants.B.amount"),
        ("nonsense", None),
        ("", None),
        ("plasma.K_leak", None),
        ("plasma.Ca_leak.permeability", "plasma.K_leak.permeability"),
    ],
)
def test_a_path_that_is_not_there_creates_nothing_and_names_the_nearest(path, meant):
    with pytest.raises(vrest.InputError) as caught:
        CELL.replace({path: "1 mM"})
    (problem,) = caught.value.problems
    assert problem.found == path
    assert problem.suggestion == meant or (meant is None and problem.suggestion in (None, *CELL.settable))


def test_a_size_that_follows_from_the_shape_says_so():
    with pytest.raises(vrest.InputError, match="'plasma.area' follows from the shape of 'inside'; set the sizes of the shape"):
        CELL.replace({"plasma.area": "1 um^2"})


def test_all_wrong_settings_are_reported_at_once():
    with pytest.raises(vrest.InputError) as caught:
        CELL.replace({"outside.K": "8,5 mM", "nowhere.K": "1 mM", "temperature": "37 K", "inside.Na": [1, 2]})
    paths = {problem.path for problem in caught.value.problems}
    assert paths == {"outside.K", "nowhere.K", "temperature", "inside.Na"}


def test_a_setting_that_does_not_fit_says_where_it_came_from():
    with pytest.raises(vrest.InputError) as caught:
        CELL.replace({"outside.K": "8,5 mM"})
    (problem,) = caught.value.problems
    assert problem.file == "outside.K = 8,5 mM"
    assert problem.suggestion == "8.5 mM"


def test_a_cell_is_never_changed():
    before = Derivation(CELL).numbers()
    CELL.replace({"outside.K": "8 mM"})
    assert Derivation(CELL).numbers() == before
    with pytest.raises(AttributeError):
        CELL.name = "other"


@pytest.mark.parametrize("name", vrest.library_names())
def test_every_path_of_the_library_can_be_set(name):
    cell = vrest.load(name)
    texts = {path: value.text for path, value in cell.settable.items() if value.text}
    assert Derivation(cell.replace(texts)).numbers() == Derivation(cell).numbers()
