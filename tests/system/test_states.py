"""The rows of a state: what a described cell has, what masks and keys say of them, and that a name says nothing."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import cells
import vrest
from vrest.system.cell import CellSystem
from vrest.system.states import AMOUNT, CHARGE, VOLUME, Key, State, States
from whole_cells import seeds, whole_of

few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

ANY, LEAK = cells.neutral(), cells.leaks(K="1e-9 m/s")
WATER = {"permeability": "1e-5 m/s"}


def described(spaces, membranes):
    return vrest.from_dict(cells.described(spaces, membranes))


# -- rows of a described cell -----------------------------------------------------------------------------------------


def nested():
    """One cell within another in a bath; water through both membranes."""
    spaces = {
        "out": {"role": "bath", "ions": {"K": "5 mM", "Cl": "5 mM"}},
        "b": {"shape": {"sphere": {"diameter": "10 um"}}, "ions": {"Cl": "4 mM", "K": "9 mM"}, "impermeant": ANY},
        "a": {"shape": {"sphere": {"diameter": "5 um"}}, "ions": {"K": "9 mM"}, "impermeant": ANY},
    }
    membranes = {
        "m": {"between": ["b", "out"], "mechanisms": LEAK, "capacitance": "1 uF/cm^2", "water": WATER},
        "n": {"between": ["a", "b"], "mechanisms": LEAK, "capacitance": "1 uF/cm^2", "water": WATER},
    }
    return CellSystem(described(spaces, membranes))


def test_a_cell_has_a_charge_its_ions_and_its_water_for_rows_and_a_bath_has_none():
    states = nested().states
    assert set(states.index) == {
        *(Key(CHARGE, place) for place in "ab"),
        *(Key(AMOUNT, "b", ion) for ion in ("Cl", "K")),
        Key(AMOUNT, "a", "K"),
        *(Key(VOLUME, place) for place in "ab"),
    }
    assert states.size == 7


@few
@given(seed=seeds)
def test_charges_follow_from_a_balance_and_all_else_is_positive_and_conserved(seed):
    states = whole_of(seed).states
    charges = states.are(CHARGE)
    assert np.array_equal(states.balanced, charges)
    assert np.array_equal(states.positive, ~charges)
    assert np.array_equal(states.conserved, ~charges)


@few
@given(seed=seeds)
def test_every_row_is_of_one_kind_and_is_found_by_its_key(seed):
    states = whole_of(seed).states
    assert np.array_equal(sum(states.are(kind).astype(int) for kind in (CHARGE, AMOUNT, VOLUME)), np.ones(states.size))
    assert [row.key for row in states.rows] == list(states.index)
    for kind in (CHARGE, AMOUNT, VOLUME):
        assert [states.index[key] for key in states.keys(kind)] == np.flatnonzero(states.are(kind)).tolist()
        assert states.places(kind) == [key.place for key in states.keys(kind)]
        assert all(key.kind == kind and bool(key.name) == (kind == AMOUNT) for key in states.keys(kind))


def test_baths_keep_what_they_hold_and_an_open_one_has_a_potential():
    states = CellSystem(vrest.load("proximal-tubule")).states
    assert set(states.places(CHARGE)) == {"lumen", "cell"}
    assert set(states.places(AMOUNT)) == {"cell"}
    assert states.keys(VOLUME) == [Key(VOLUME, "cell")]


def test_water_that_follows_at_once_is_no_row():
    flowing, at_once = (nested().cell.to_dict() for _ in range(2))
    at_once["membranes"]["m"]["water"] = "instantaneous"
    del at_once["membranes"]["n"]["water"]
    assert set(CellSystem(vrest.from_dict(flowing)).states.places(VOLUME)) == {"a", "b"}
    assert CellSystem(vrest.from_dict(at_once)).states.places(VOLUME) == []


def test_rows_begin_as_described():
    whole = nested()
    x = dict(zip(whole.states.index, whole.states.initial(whole.numbers), strict=True))
    for key, value in x.items():
        space = whole.cell.compartments[key.place]
        described = {CHARGE: 0.0, VOLUME: space.volume.si}.get(key.kind)
        assert value == (space.ions[key.name].si * space.volume.si if described is None else described)


def test_rows_begin_at_the_numbers_that_are_given():
    whole = nested()
    twice = {**whole.numbers, "a.K": 2 * whole.numbers["a.K"]}
    ratio = whole.states.initial(twice)[whole.states.positive] / whole.states.initial(whole.numbers)[whole.states.positive]
    keys = [key for key in whole.states.index if key.kind != CHARGE]
    assert dict(zip(keys, ratio, strict=True)) == {key: 2.0 if key == Key(AMOUNT, "a", "K") else 1.0 for key in keys}


# -- rows of any kind -------------------------------------------------------------------------------------------------


def test_a_further_kind_of_row_answers_for_itself():
    """A gate between 0 and 1, beside a charge: neither is conserved, and only the charge follows from a balance."""
    gate = State(Key("gate", "plasma", "m"), lambda n: n["m"], positive=False, conserved=False)
    charge = State(Key(CHARGE, "inside"), lambda n: 0.0, positive=False, conserved=False, balanced=True)
    states = States([gate, charge, State(Key(AMOUNT, "inside", "K"), lambda n: n["K"])])
    assert states.keys("gate") == [gate.key]
    assert states.are("gate").tolist() == [True, False, False]
    assert states.balanced.tolist() == [False, True, False]
    assert states.positive.tolist() == states.conserved.tolist() == [False, False, True]
    assert states.initial({"m": 0.3, "K": 2.0}).tolist() == [0.3, 0.0, 2.0]
    assert states.keys(VOLUME) == []


def test_values_by_key_stand_in_the_order_of_the_rows():
    states = nested().states
    values = {key: k for k, key in enumerate(states.index)}
    assert states.ordered(dict(reversed(values.items()))) == list(range(states.size))


# -- names ------------------------------------------------------------------------------------------------------------

PLAIN = {"out": "bath", "outer": "one", "inner": "two", "beside": "three"}
NAMES = [
    {"out": "Q", "outer": "w", "inner": "K", "beside": "charge"},
    {"out": "w", "outer": "Q", "inner": "Cl", "beside": "amount"},
    {"out": "volume", "outer": "amount", "inner": "charge", "beside": "Na"},
    {"out": "K", "outer": "volume", "inner": "Q", "beside": "w"},
]


def called(names):
    """A cell with another one inside, a cell beside them, all in one bath; water flows, and the inner one exchanges."""
    spaces = {names["out"]: cells.bath()}
    for name, diameter in (("outer", "20 um"), ("inner", "8 um"), ("beside", "12 um")):
        spaces[names[name]] = cells.sphere(diameter=diameter, impermeant=ANY)
    way = {"kind": "exchange", "ion": "K", "counter_ion": "Cl", "rate": "D*(c_in - c_out)", "parameters": {"D": "1e-4 1/s"}}
    spaces[names["inner"]]["mechanisms"] = {"drift": {**way, "with": names["beside"]}}
    ways, ends = cells.leaks() | {"pump": cells.pump()}, {"m": ("outer", "out"), "n": ("inner", "outer"), "p": ("beside", "out")}
    membranes = {
        name: cells.membrane(ways, names[a], names[b], water=WATER, area_policy="shape") for name, (a, b) in ends.items()
    }
    return described(spaces, membranes)


def leaves(tree, path=()):
    """Every number of an answer with the keys that lead to it."""
    if isinstance(tree, dict):
        return [leaf for key, value in tree.items() for leaf in leaves(value, (*path, key))]
    if isinstance(tree, list | tuple):
        return [leaf for k, value in enumerate(tree) for leaf in leaves(value, (*path, k))]
    return [(path, tree)] if isinstance(tree, int | float) else []


def under(names, found):
    """The numbers of the plain cell, by the keys that they have in one of other names."""
    other = {PLAIN[role]: name for role, name in names.items()}
    renamed = lambda key: other.get(key, key) if "." not in str(key) else ".".join(other.get(p, p) for p in key.split("."))  # noqa: E731
    return [(tuple(renamed(key) for key in path), value) for path, value in found]


QUESTIONS = {
    "rest": vrest.rest,
    "steady": vrest.steady_state,
    "simulate": lambda cell: vrest.simulate(cell, {"until": "600 s", "events": [{"at": "60 s", "multiply": {"pumps": 0}}]}),
}


@pytest.fixture(scope="module")
def plain():
    return {question: leaves(ask(called(PLAIN)).to_dict()) for question, ask in QUESTIONS.items()}


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("names", NAMES, ids=lambda names: " ".join(names.values()))
def test_what_a_compartment_is_called_changes_no_digit(plain, names, question):
    found = leaves(QUESTIONS[question](called(names)).to_dict())
    assert len(found) > 100
    assert found == under(names, plain[question])


@pytest.mark.parametrize("name", ["Q", "w", "K", "charge", "amount", "volume"])
def test_a_clamped_cell_of_any_name_runs_as_one_of_another(name):
    def run(inside):
        cell = called({**PLAIN, "beside": inside})
        event = {"from": "10 s", "to": "20 s", "voltage": "-40 mV", "into": inside, "carrier": "K"}
        dialysis = {"from": "30 s", "to": "40 s", "dialyse": inside, "solution": {"K": "120 mM"}}
        return vrest.simulate(cell, {"until": "60 s", "events": [event, dialysis]})

    expected, found = run("three"), run(name)
    assert found.V["p"].tolist() == expected.V["p"].tolist()
    assert found.ledger[f"electrode.{name}"] == expected.ledger["electrode.three"]
    assert found.c[name]["K"].tolist() == expected.c["three"]["K"].tolist()
