"""A description goes out as YAML and comes back the same: text kept, settings put in where the old values stood."""

import copy
import pickle
from pathlib import Path

import pytest

import vrest
from vrest.description.derive import Derivation

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted([*(ROOT / "examples").glob("*.yaml"), *(ROOT / "src" / "vrest" / "library").glob("*.yaml")])

ANNOTATED = """\
# kept: a comment at the top
cell: mine
temperature: 37 degC    # body
compartments:
  outside:
    role: bath
    ions:
      K: {value: 5 mM, source: someone, certainty: measured}   # serum
      Na: 145 mM
      X:
        value: 2 mM
        valence: -2
        note: "made up"
  inside:
    volume: 2 pL
    ions: {K: 140 mM, Na: 12 mM, X: 70 mM}
membranes:
  plasma:
    between: [inside, outside]
    capacitance: 20 pF
    mechanisms:
      K_leak: {kind: ghk, ion: K, permeability: 1e-8 m/s}
      pump:
        kind: na_k_atpase
        law: saturating
        max_current: 0.05 A/m^2
        K_Na: 10 mM
        K_K: 1.5 mM     # the last line of the pump
    area: 1000 um^2
"""


def same(cell, other):
    assert Derivation(cell).numbers() == Derivation(other).numbers()
    assert cell == other


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_goes_out_as_it_came_in(path):
    cell = vrest.load(path)
    assert cell.to_yaml() == path.read_text(encoding="utf-8")
    same(cell, vrest.from_yaml(cell.to_yaml()))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_cell_through_a_dict_is_the_same_cell(path):
    cell = vrest.load(path)
    again = vrest.from_dict(cell.to_dict())
    same(cell, again)
    same(cell, vrest.from_yaml(again.to_yaml()))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_setting_is_spliced_into_the_text_and_reads_back(path):
    cell = vrest.load(path)
    settings = {p: value.text for p, value in cell.settable.items() if value.text}
    changed = cell.replace(settings)
    assert Derivation(changed).numbers() == Derivation(cell).numbers()
    same(changed, vrest.from_yaml(changed.to_yaml()))


def test_comments_units_and_layout_stay_around_a_setting():
    changed = vrest.from_yaml(ANNOTATED).replace({"inside.K": "150 mM", "temperature": "300 K"})
    expected = ANNOTATED.replace("37 degC ", "300 K ").replace("K: 140 mM", "K: 150 mM")
    assert changed.to_yaml() == expected


def test_a_setting_takes_the_place_of_the_value_and_of_what_was_said_about_it():
    changed = vrest.from_yaml(ANNOTATED).replace({"outside.K": "8 mM"})
    assert changed.to_yaml() == ANNOTATED.replace("{value: 5 mM, source: someone, certainty: measured}", "8 mM")
    assert changed.settable["outside.K"].source is None
    same(changed, vrest.from_yaml(changed.to_yaml()))


def test_a_valence_that_was_declared_with_a_value_survives_a_setting():
    changed = vrest.from_yaml(ANNOTATED).replace({"outside.X": "3 mM"})
    assert changed.valences["X"] == -2
    assert "{value: 3 mM, valence: -2}" in changed.to_yaml()
    assert "made up" not in changed.to_yaml()
    same(changed, vrest.from_yaml(changed.to_yaml()))


def test_a_default_that_was_set_becomes_an_entry_of_its_section():
    changed = vrest.from_yaml(ANNOTATED).replace({"plasma.pump.n_Na": 2, "inside.water_fraction": 0.7})
    expected = ANNOTATED.replace("# the last line of the pump\n", "# the last line of the pump\n        n_Na: 2\n")
    expected = expected.replace("X: 70 mM}\n", "X: 70 mM}\n    water_fraction: 0.7\n")
    assert changed.to_yaml() == expected
    same(changed, vrest.from_yaml(changed.to_yaml()))


def test_a_default_is_set_in_a_mapping_on_one_line():
    text = "cell: a\ntemperature: 310 K\nions: {K: {inside: 140 mM, outside: 5 mM, permeability: 1e-8 m/s}, Na: {inside: 9 mM, outside: 90 mM}}\n"
    text += "mechanisms: {p: {kind: na_k_atpase, law: saturating, max_current: 1 mA/m^2, K_Na: 9 mM, K_K: 1 mM}}\n"
    changed = vrest.from_yaml(text).replace({"membrane.p.n_K": 1, "membrane.thickness": "5 nm"})
    assert "K_K: 1 mM, n_K: 1}" in changed.to_yaml()
    assert changed.to_yaml().endswith("\nthickness: 5 nm\n")
    same(changed, vrest.from_yaml(changed.to_yaml()))


def test_the_last_of_several_settings_of_a_path_is_written():
    cell = vrest.from_yaml(ANNOTATED).replace({"outside.K": "8 mM"}).replace({"outside.K": "9 mM"})
    assert cell.to_yaml().count("9 mM") == 1
    same(cell, vrest.from_yaml(cell.to_yaml()))


def test_the_short_form_stays_short():
    text = (ROOT / "examples" / "textbook-neuron.yaml").read_text(encoding="utf-8")
    changed = vrest.from_yaml(text).replace({"membrane.Cl_leak.permeability": 0, "outside.K": "8 mM"})
    assert changed.to_yaml() == text.replace("permeability: 0.45", "permeability: 0").replace("outside: 5 mM", "outside: 8 mM")


def test_a_rule_for_an_amount_can_be_replaced_by_a_number_and_back():
    text = (ROOT / "examples" / "pump-leak-cell.yaml").read_text(encoding="utf-8")
    cell = vrest.from_yaml(text).replace({"inside.impermeant.amount": "142 mM"})
    assert cell.to_yaml() == text.replace("amount: neutral", "amount: 142 mM")
    assert cell.compartments["inside"].impermeants["X"].rule == "given"
    assert cell.replace({"inside.impermeant.amount": "neutral"}).to_yaml() == text


def test_a_cell_made_in_python_is_written_as_yaml():
    ions = {"K": {"inside": "140 mM", "outside": "5 mM", "permeability": 1}, "X": {"inside": "5 mM", "outside": 0, "valence": -3}}
    cell = vrest.describe(
        "mine", "310 K", ions=ions, shape={"sphere": {"diameter": "20 um"}}, about="two: words # and 'quotes'\nlines"
    )
    again = vrest.from_yaml(cell.to_yaml())
    same(cell, again)
    assert again.valences["X"] == -3
    assert again.about == cell.about


def test_windows_line_ends_and_a_byte_order_mark_are_understood(tmp_path):
    path = tmp_path / "cell.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + ANNOTATED.replace("\n", "\r\n").encode())
    changed = vrest.load(path).replace({"inside.K": "150 mM", "plasma.pump.n_Na": 2})
    same(changed, vrest.from_yaml(changed.to_yaml()))
    same(changed, vrest.from_yaml(ANNOTATED).replace({"inside.K": "150 mM", "plasma.pump.n_Na": 2}))


def test_a_cell_can_be_copied_and_pickled():
    cell = vrest.from_yaml(ANNOTATED).replace({"inside.K": "150 mM"})
    for twin in (copy.deepcopy(cell), pickle.loads(pickle.dumps(cell))):
        same(cell, twin)
        assert twin.to_yaml() == cell.to_yaml()


def test_quantities_of_pint_are_understood():
    from foreign_units import units

    ions = {"K": {"inside": 140 * units.millimolar, "outside": units.Quantity("5 mM"), "permeability": 1e-8 * units("m/s")}}
    cell = vrest.from_dict(
        {"cell": "a", "temperature": units.Quantity(310.0, "kelvin"), "ions": ions, "capacitance": "1 uF/cm^2"}
    )
    assert cell.compartments["inside"].ions["K"].si == 140
    changed = cell.replace({"outside.K": units.Quantity(8, "mmol/L"), "membrane.capacitance": units.Quantity(2, "uF/cm**2")})
    assert changed.compartments["outside"].ions["K"].si == pytest.approx(8, rel=1e-14)
    assert changed.membranes["membrane"].capacitance.si == pytest.approx(0.02, rel=1e-14)
    assert Derivation(vrest.from_yaml(changed.to_yaml())).numbers() == Derivation(changed).numbers()
