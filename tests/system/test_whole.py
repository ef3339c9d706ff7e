"""The whole cell as functions of its state: the order of the state, rates by floats, arrays and symbols, potentials from charges."""

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import vrest
from vrest.constants import F
from vrest.description.cell import CELL
from vrest.engines.symbolic import Compiled
from vrest.system.cell import CellSystem

sys.path.insert(0, str(Path(__file__).parent))
from whole_cells import VALENCES, drawn, potentials_of, seeds, size_of_rates, sizes_of, state_of, whole_of  # noqa: E402

few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LIBRARY = [name for name in vrest.library_names() if name != "textbook-neuron"]


def rates(whole, x):
    return np.array([float(r) for r in whole.rates(list(x), whole.numbers)])


# -- the order of the state -------------------------------------------------------------------------------------------


def test_the_state_holds_charges_then_amounts_then_volumes_in_the_order_of_the_description():
    spaces = {
        "out": {"role": "bath", "ions": {"K": "5 mM", "Cl": "5 mM"}},
        "b": {"shape": {"sphere": {"diameter": "10 um"}}, "ions": {"Cl": "4 mM", "K": "9 mM"}, "impermeant": ANY},
        "a": {"shape": {"sphere": {"diameter": "5 um"}}, "ions": {"K": "9 mM"}, "impermeant": ANY},
    }
    membranes = {
        "m": {"between": ["b", "out"], "mechanisms": LEAK, "capacitance": "1 uF/cm^2", "water": {"permeability": "1e-5 m/s"}},
        "n": {"between": ["a", "b"], "mechanisms": LEAK, "capacitance": "1 uF/cm^2", "water": {"permeability": "1e-5 m/s"}},
    }
    layout = CellSystem(described(spaces, membranes)).layout
    assert layout.nodes == ("b", "a")
    assert layout.amounts == (("b", "Cl"), ("b", "K"), ("a", "K"))
    assert set(layout.volumes) == {"a", "b"}
    assert list(layout.index) == [("Q", "b"), ("Q", "a"), *layout.amounts, *(("w", space) for space in layout.volumes)]
    assert list(layout.index.values()) == list(range(layout.size)) == list(range(7))


ANY = {"valence": -1, "amount": "neutral"}
LEAK = {"K_leak": {"kind": "ghk", "ion": "K", "permeability": "1e-9 m/s"}}


def described(spaces, membranes):
    return vrest.from_dict({"cell": "c", "temperature": "310 K", "compartments": spaces, "membranes": membranes})


@few
@given(seed=seeds)
def test_the_parts_of_the_state_lie_side_by_side(seed):
    layout = whole_of(seed).layout
    places = np.arange(layout.size)
    assert np.concatenate([places[part] for part in (layout.charges, layout.contents, layout.waters)]).tolist() == places.tolist()
    assert len(places[layout.contents]) == len(layout.amounts)
    assert len(places[layout.waters]) == len(layout.volumes)


def test_baths_keep_what_they_hold_and_an_open_one_has_a_potential():
    layout = CellSystem(vrest.load("proximal-tubule")).layout
    assert layout.nodes == ("lumen", "cell")
    assert {space for space, _ in layout.amounts} == {"cell"}
    assert layout.volumes == ()


def test_water_that_follows_at_once_is_no_state():
    cell = vrest.load("kay2017")
    assert cell.membranes["plasma"].water.rule in ("flow", "instantaneous")
    assert len(CellSystem(cell).layout.volumes) == (cell.membranes["plasma"].water.rule == "flow")


# -- one text for every kind of number --------------------------------------------------------------------------------


@few
@given(seed=seeds)
def test_rates_of_arrays_are_those_of_floats(seed):
    whole = whole_of(seed)
    states = np.array([state_of(whole, seed + k) for k in range(4)])
    together = whole.rates(list(states.T), whole.numbers)
    together = np.array([np.broadcast_to(rate, 4) for rate in together]).T
    for x, found in zip(states, together, strict=True):
        assert np.all(np.abs(found - rates(whole, x)) <= 1e-13 * size_of_rates(whole, x))


@few
@given(seed=seeds)
def test_rates_of_symbols_are_those_of_floats(seed):
    whole = whole_of(seed)
    compiled = Compiled(whole.rates, whole.layout.size, whole.names)
    for k in range(3):
        x = state_of(whole, seed + k)
        found = compiled(x, compiled.values(whole.numbers))[0]
        assert np.all(np.abs(found - rates(whole, x)) <= 1e-12 * size_of_rates(whole, x))


@few
@given(seed=seeds)
def test_the_jacobian_is_that_of_differences(seed):
    whole = whole_of(seed)
    compiled = Compiled(whole.rates, whole.layout.size, whole.names)
    x = state_of(whole, seed)
    sizes, gross = sizes_of(whole, x), np.maximum(size_of_rates(whole, x), 1e-30)
    exact = compiled(x, compiled.values(whole.numbers))[1] * sizes[None, :] / gross[:, None]
    steps = 1e-3 * np.eye(x.size) * sizes
    ends = [[rates(whole, x + part * step) for part in (-1, -0.5, 0.5, 1)] for step in steps]
    # Richardson: an error of the fourth order in the step
    found = np.array([(8 * (c - b) - (d - a)) / 6e-3 for a, b, c, d in ends]).T / gross[:, None]
    assert np.abs(exact - found).max() <= 1e-6 * max(1.0, np.abs(exact).max())


@pytest.mark.parametrize("name", LIBRARY)
def test_in_the_library_too_symbols_and_differences_agree(name):
    whole = CellSystem(vrest.load(name))
    compiled = Compiled(whole.rates, whole.layout.size, whole.names)
    x = state_of(whole, 1)
    found, J = compiled(x, compiled.values(whole.numbers))
    sizes = sizes_of(whole, x)
    steps = 1e-4 * np.eye(x.size) * sizes
    differences = np.array([(rates(whole, x + step) - rates(whole, x - step)) / 2e-4 for step in steps]).T
    exact = J * sizes
    scale = np.maximum(np.abs(exact).max(axis=1), 1e-300)
    assert np.all(np.abs(found - rates(whole, x)) <= 1e-11 * size_of_rates(whole, x))
    assert (np.abs(exact - differences) / scale[:, None]).max() < 1e-6


# -- charge -----------------------------------------------------------------------------------------------------------


@few
@given(seed=seeds)
def test_potentials_come_back_from_the_charges_that_they_hold(seed):
    whole = whole_of(seed)
    x, wanted = state_of(whole, seed), potentials_of(whole, seed)
    state = whole.at(list(x), whole.numbers)
    found = whole.potentials(list(x), state)
    assert {node: float(V) for node, V in found.items()} == pytest.approx(wanted, abs=1e-13)
    V = whole.membrane_potentials(found)
    back = [float(whole.membrane_charge(node, V, state)) for node in whole.layout.nodes]
    assert back == pytest.approx(x[whole.layout.charges].tolist(), rel=1e-12, abs=1e-24)


def test_the_drawn_cells_are_of_every_shape():
    shapes = {shape_of(k) for k in range(200)}
    assert {count for count, _, _ in shapes} == {1, 2, 3}
    assert {loops for _, loops, _ in shapes} == {False, True}
    assert {nested for _, _, nested in shapes} == {False, True}


def shape_of(seed):
    """How many compartments, whether membranes close a loop, whether one lies within another."""
    entry = drawn(seed)
    ends = [membrane["between"] for membrane in entry["membranes"].values()]
    inside = [name for name, space in entry["compartments"].items() if space.get("role") != "bath"]
    grounded = {name for name, space in entry["compartments"].items() if space.get("role") == "bath" and "open" not in space}
    return len(inside), len(ends) > len(entry["compartments"]) - len(grounded), any(outer in inside for _, outer in ends)


@few
@given(seed=seeds)
def test_a_compartment_s_charge_changes_as_that_of_its_ions(seed):
    whole = whole_of(seed)
    x = state_of(whole, seed)
    found, gross = rates(whole, x), size_of_rates(whole, x)
    for node in whole.layout.nodes:
        space = whole.cell.compartments[node]
        if space.role == CELL:
            k = whole.layout.index["Q", node]
            carried = F * sum(VALENCES[ion] * found[whole.layout.index[node, ion]] for ion in space.ions)
            assert abs(found[k] - carried) <= 1e-12 * gross[k]


@few
@given(seed=seeds)
def test_what_one_compartment_loses_its_neighbours_receive(seed):
    whole = whole_of(seed)
    x = state_of(whole, seed)
    state = whole.at(list(x), whole.numbers)
    flows = whole.flows(whole.membrane_potentials(whole.potentials(list(x), state)), state)
    crossings = whole.crossings(flows, whole.exchanged(state))
    for ion in VALENCES:
        parts = [float(flux) for (_, one), flux in crossings.items() if one == ion]
        assert abs(sum(parts)) <= 1e-14 * sum(map(abs, parts))


@few
@given(seed=seeds)
def test_concentrations_times_volumes_are_the_amounts(seed):
    whole = whole_of(seed)
    x = state_of(whole, seed)
    state = whole.at(list(x), whole.numbers)
    for space, ion in whole.layout.amounts:
        amount = x[whole.layout.index[space, ion]]
        assert float(state[f"{space}.{ion}"] * state[f"{space}.volume"]) == pytest.approx(amount, rel=1e-14, abs=0)


@few
@given(seed=seeds)
def test_the_described_state_is_the_description(seed):
    whole = whole_of(seed)
    x = np.concatenate([np.zeros(len(whole.layout.nodes)), whole.described()])
    state = whole.at(list(x), whole.numbers)
    for space, ion in whole.layout.amounts:
        held = whole.cell.compartments[space]
        at_once = any(m.inner == space for m in whole.instantaneous.values())
        if not at_once:
            assert float(state[f"{space}.{ion}"]) == pytest.approx(held.ions[ion].si, rel=1e-13)
