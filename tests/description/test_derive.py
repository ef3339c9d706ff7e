"""Numbers follow from the written ones: as from a description that holds them, for floats, arrays and symbols alike."""

import casadi as ca
import numpy as np
import pytest

import cells
import vrest
from vrest.description.derive import Derivation
from vrest.units import quantity_from

CELLS = ["red-cell", "kalia2021", "mammalian-neuron", "squid-axon", "proximal-tubule", "textbook-neuron", "saetra2020"]
PART = 0.99


def numbers_of(cell):
    return Derivation(cell).numbers()


def scaled(cell, path):
    """The cell with one number changed a little, written in SI."""
    unit = quantity_from(cell.settable[path].text).dimension.symbol if cell.settable[path].text else ""
    return cell.replace({path: f"{PART * cell.settable[path].si!r} {unit}"})


def settable(cell):
    return [path for path, value in cell.settable.items() if value.si and (value.text or not value.unit)]


@pytest.mark.parametrize("name", CELLS)
def test_a_changed_number_gives_the_numbers_of_the_description_that_holds_it(name):
    cell = vrest.load(name)
    derivation = Derivation(cell)
    tried = 0
    for path in settable(cell):
        try:
            changed = scaled(cell, path)
        except vrest.InputError:
            continue  # the rest of the description does not allow it
        tried += 1
        assert derivation.numbers({**derivation.written, path: changed.settable[path].si}) == numbers_of(changed), path
    assert tried > 0.6 * len(cell.settable)


@pytest.mark.parametrize("name", CELLS)
def test_arrays_give_the_numbers_of_each_of_their_values(name):
    cell = vrest.load(name)
    derivation = Derivation(cell)
    both = {path: np.array([value, PART * value]) for path, value in derivation.written.items()}
    found = derivation.numbers(both)
    for k, part in enumerate((1.0, PART)):
        for path, value in derivation.numbers({path: part * value for path, value in derivation.written.items()}).items():
            assert np.broadcast_to(found[path], 2)[k] == pytest.approx(value, rel=1e-13), path


@pytest.mark.parametrize("name", CELLS)
def test_symbols_give_the_slopes_that_differences_have(name):
    cell = vrest.load(name)
    derivation = Derivation(cell)
    paths = list(derivation.written)
    symbols = ca.SX.sym("w", len(paths))
    traced = derivation.numbers({path: symbols[k] for k, path in enumerate(paths)})
    outputs = ca.vertcat(*[ca.SX(value) for value in traced.values()])
    w = np.array([derivation.written[path] for path in paths])
    slopes = np.array(ca.Function("f", [symbols], [ca.jacobian(outputs, symbols)])(w))
    for k, path in enumerate(paths):
        step = 1e-6 * (abs(w[k]) or 1.0)
        up, down = (derivation.numbers({**derivation.written, path: w[k] + side * step}) for side in (1, -1))
        differences = np.array([(float(up[name]) - float(down[name])) / (2 * step) for name in traced])
        assert slopes[:, k] == pytest.approx(differences, rel=1e-5, abs=1e-9 * max(1e-300, float(np.abs(differences).max()))), (
            path
        )


def test_what_is_fixed_once_stays_when_a_later_value_changes():
    derivation = Derivation(vrest.load("mammalian-neuron"))
    fixed = derivation.described()
    later = derivation.numbers({**derivation.written, "inside.K": 100.0}, fixed)
    assert later["inside.K"] == 100.0
    assert {path: later[path] for path in fixed} == fixed
    assert derivation.numbers({**derivation.written, "inside.K": 100.0})["inside.X.amount"] != fixed["inside.X.amount"]


@pytest.mark.parametrize("amount", ["neutral", {"carries": "-65 mV"}, "142.002 mM"])
def test_an_amount_can_be_given_in_place_of_what_the_description_says(amount):
    cell = vrest.from_dict(cells.in_a_bath(cells.leaks(), cells.sphere(impermeant={"valence": -1, "amount": amount})))
    derivation, key = Derivation(cell), f"inside.{next(iter(cell.compartments['inside'].impermeants))}"
    numbers = derivation.numbers(None, derivation.described(None, {f"{key}.concentration": 142.001}))
    assert numbers == numbers_of(cell.replace({"inside.impermeant.amount": "142.001 mM"}))
    assert numbers != numbers_of(cell)
