"""The whole cell as functions of its state: rates by floats, arrays and symbols, potentials from charges, concentrations."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import vrest
from vrest.constants import F
from vrest.description.cell import CELL
from vrest.engines.symbolic import Compiled
from vrest.system.cell import CellSystem
from vrest.system.states import AMOUNT, CHARGE, Key
from whole_cells import (
    VALENCES,
    derivative,
    drawn,
    potentials_of,
    seeds,
    size_of_rates,
    sizes_of,
    state_of,
    whole_of,
)

few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LIBRARY = [name for name in vrest.library_names() if name != "textbook-neuron"]


# -- one text for every kind of number --------------------------------------------------------------------------------


@few
@given(seed=seeds)
def test_rates_of_arrays_are_those_of_floats(seed):
    whole = whole_of(seed)
    states = np.array([state_of(whole, seed + k) for k in range(4)])
    together = whole.derivative(list(states.T), whole.numbers)
    together = np.array([np.broadcast_to(rate, 4) for rate in together]).T
    for x, found in zip(states, together, strict=True):
        assert np.all(np.abs(found - derivative(whole, x)) <= 1e-13 * size_of_rates(whole, x))


@few
@given(seed=seeds)
def test_rates_of_symbols_are_those_of_floats(seed):
    whole = whole_of(seed)
    compiled = Compiled(whole.derivative, whole.states.size, whole.names)
    for k in range(3):
        x = state_of(whole, seed + k)
        found = compiled(x, compiled.values(whole.numbers))[0]
        assert np.all(np.abs(found - derivative(whole, x)) <= 1e-12 * size_of_rates(whole, x))


@few
@given(seed=seeds)
def test_the_jacobian_is_that_of_differences(seed):
    whole = whole_of(seed)
    compiled = Compiled(whole.derivative, whole.states.size, whole.names)
    x = state_of(whole, seed)
    sizes, gross = sizes_of(whole, x), np.maximum(size_of_rates(whole, x), 1e-30)
    exact = compiled(x, compiled.values(whole.numbers))[1] * sizes[None, :] / gross[:, None]
    steps = 1e-3 * np.eye(x.size) * sizes
    ends = [[derivative(whole, x + part * step) for part in (-1, -0.5, 0.5, 1)] for step in steps]
    # Richardson: an error of the fourth order in the step
    found = np.array([(8 * (c - b) - (d - a)) / 6e-3 for a, b, c, d in ends]).T / gross[:, None]
    assert np.abs(exact - found).max() <= 1e-6 * max(1.0, np.abs(exact).max())


@pytest.mark.parametrize("name", LIBRARY)
def test_in_the_library_too_symbols_and_differences_agree(name):
    whole = CellSystem(vrest.load(name))
    compiled = Compiled(whole.derivative, whole.states.size, whole.names)
    x = state_of(whole, 1)
    found, J = compiled(x, compiled.values(whole.numbers))
    sizes = sizes_of(whole, x)
    # between the points of a table slopes have kinks, and the rates of a mitochondrion bend most
    part = 1e-6 if "tables:" in whole.cell.to_yaml() or name == "mitochondrion" else 1e-4
    steps = part * np.eye(x.size) * sizes
    differences = np.array([(derivative(whole, x + step) - derivative(whole, x - step)) / (2 * part) for step in steps]).T
    exact = J * sizes
    scale = np.maximum(np.abs(exact).max(axis=1), 1e-300)
    assert np.all(np.abs(found - derivative(whole, x)) <= 1e-11 * size_of_rates(whole, x))
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
    V = whole.membrane_potentials(found, whole.numbers)
    back = {node: float(whole.membrane_charge(node, V, state)) for node in wanted}
    assert back == pytest.approx(whole.charges(x), rel=1e-12, abs=1e-24)


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
    found, gross = derivative(whole, x), size_of_rates(whole, x)
    index = whole.states.index
    for node in whole.nodes:
        space = whole.cell.compartments[node]
        if space.role == CELL:
            k = index[Key(CHARGE, node)]
            carried = F * sum(VALENCES[ion] * found[index[Key(AMOUNT, node, ion)]] for ion in space.ions)
            assert abs(found[k] - carried) <= 1e-12 * gross[k]


@few
@given(seed=seeds)
def test_concentrations_times_volumes_are_the_amounts(seed):
    whole = whole_of(seed)
    x = state_of(whole, seed)
    state = whole.at(list(x), whole.numbers)
    for _, space, ion in whole.states.keys(AMOUNT):
        held = float(state[f"{space}.{ion}"] * state[f"{space}.volume"])
        assert held == pytest.approx(whole.amount(x, space, ion), rel=1e-14, abs=0)


@few
@given(seed=seeds)
def test_the_described_state_is_the_description(seed):
    whole = whole_of(seed)
    state = whole.at(list(whole.states.initial(whole.numbers)), whole.numbers)
    for _, space, ion in whole.states.keys(AMOUNT):
        held = whole.cell.compartments[space]
        at_once = any(m.inner == space for m in whole.instantaneous.values())
        if not at_once:
            assert float(state[f"{space}.{ion}"]) == pytest.approx(held.ions[ion].si, rel=1e-13)


@pytest.mark.parametrize("permeability", ["1e-8 m/s", "1e-18 m^3/s"])
def test_a_capacitance_per_area_is_not_called_missing_where_the_area_is(permeability):
    text = f"""
cell: held
temperature: 310 K
compartments: {{outside: {{role: bath, ions: {{K: 5 mM}}}}, inside: {{role: held, ions: {{K: 140 mM}}}}}}
membranes:
  m:
    between: [inside, outside]
    capacitance: 1 uF/cm^2
    mechanisms: {{K: {{kind: ghk, ion: K, permeability: {permeability}}}}}
"""
    with pytest.raises(vrest.InputError) as caught:
        vrest.steady(vrest.from_yaml(text))
    assert [problem.message for problem in caught.value.problems] == ["the area of membrane 'm' is not described"]
