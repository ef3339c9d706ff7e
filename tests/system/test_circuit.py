"""The cell as a circuit: what is found by itself, what together, and the functions of one membrane."""

from __future__ import annotations

import numpy as np
import pytest

import cells
import vrest
from vrest.description.derive import Derivation
from vrest.engines.symbolic import Buffered
from vrest.mechanisms.parameter import ACTIVE
from vrest.system.circuit import Circuit, Extent

G = {"kind": "ohmic", "conductance": "1 S/m^2", "reversal": "-60 mV"}


def described(spaces, edges, **more):
    """A cell of held spaces and baths: names to roles, membranes as `name: (inner, outer)`."""
    compartments = {name: role if isinstance(role, dict) else {"role": role} for name, role in spaces.items()}
    membranes = {
        name: {"between": [a, b], "area": "100 um^2", "mechanisms": {"g": G}} | more.get(name, {})
        for name, (a, b) in edges.items()
    }
    return vrest.from_dict(cells.described(compartments, membranes))


def circuit(*args, **kwargs):
    return Circuit(described(*args, **kwargs))


def numbers_of(circuit):
    return Derivation(circuit.cell).numbers()


# -- trees and loops --------------------------------------------------------------------------------------------------


def test_a_chain_of_spaces_has_no_loops():
    chain = circuit({"out": "bath", "a": "held", "b": "held"}, {"m": ("a", "out"), "n": ("b", "a")})
    assert (chain.tree, chain.loops) == (["m", "n"], [])


def test_two_membranes_between_the_same_two_spaces_are_a_loop():
    (loop,) = circuit({"out": "bath", "a": "held"}, {"m": ("a", "out"), "n": ("a", "out")}).loops
    assert loop.names == ["m", "n"]
    assert loop.unknown == ["a"]


def test_two_baths_that_are_given_are_one_node():
    spaces = {"out": "bath", "far": {"role": "bath", "clamped": "10 mV"}, "a": "held"}
    both = circuit(spaces, {"m": ("a", "out"), "n": ("a", "far")})
    (loop,) = both.loops
    assert loop.unknown == ["a"]
    assert loop.voltages([-0.05], numbers_of(both)) == pytest.approx({"m": -0.05, "n": -0.06})


def test_the_potential_of_a_clamped_bath_is_a_number_that_may_change():
    spaces = {"out": "bath", "far": {"role": "bath", "clamped": "10 mV"}, "a": "held"}
    both = circuit(spaces, {"m": ("a", "out"), "n": ("a", "far")})
    elsewhere = {**numbers_of(both), "far.clamped": 0.03}
    assert both.fixed_potentials(elsewhere) == {"out": 0.0, "far": 0.03}
    assert both.loops[0].voltages([-0.05], elsewhere) == pytest.approx({"m": -0.05, "n": -0.08})


def test_an_open_bath_is_a_node_of_its_own():
    spaces = {"out": "bath", "far": {"role": "bath", "open": "true"}, "a": "held"}
    chain = circuit(spaces, {"m": ("a", "out"), "n": ("a", "far")})
    assert (chain.tree, chain.loops) == (["m", "n"], [])


def test_a_floating_loop_is_solved_against_its_nearest_compartment():
    spaces = {"out": "bath", "a": "held", "b": "held", "c": "held"}
    both = circuit(spaces, {"m": ("a", "out"), "p": ("b", "a"), "q": ("c", "a"), "r": ("c", "b")})
    (loop,) = both.loops
    assert both.tree == ["m"]
    assert (loop.anchor, sorted(loop.unknown)) == ("a", ["b", "c"])
    rest = vrest.rest(both.cell)
    assert rest.V_m["m"] == pytest.approx(-0.06, abs=1e-12)
    assert rest.certificate.converged
    V = rest.V_m
    assert V["r"] + V["p"] == pytest.approx(V["q"], abs=1e-15)


def test_separate_loops_are_separate_groups():
    spaces = {"out": "bath", "a": "held", "b": "held", "c": "held", "d": "held"}
    edges = {"m": ("a", "out"), "p": ("b", "a"), "q": ("b", "a"), "r": ("c", "b"), "s": ("d", "c"), "t": ("d", "c")}
    groups = circuit(spaces, edges)
    assert sorted(loop.names for loop in groups.loops) == [["p", "q"], ["s", "t"]]
    assert vrest.rest(groups.cell).V_m == pytest.approx(dict.fromkeys(edges, -0.06), abs=1e-12)


@pytest.mark.parametrize("flipped", [False, True])
def test_which_side_is_called_inner_changes_signs_only(flipped):
    edges = {"m": ("a", "out"), "n": ("a", "out")} | ({"n": ("out", "a")} if flipped else {})
    rest = vrest.rest(described({"out": "bath", "a": "held"}, edges))
    assert rest.V_m["n"] == pytest.approx(-rest.V_m["m"] if flipped else rest.V_m["m"], abs=1e-15)
    assert rest.V_m["m"] == pytest.approx(0.0 if flipped else -0.06, abs=1e-12)


def test_potentials_run_outward_from_the_reference():
    chain = circuit({"out": "bath", "a": "held", "b": "held"}, {"m": ("a", "out"), "n": ("a", "b")})
    assert chain.potentials({"m": -0.07, "n": 0.01}, numbers_of(chain)) == pytest.approx({"out": 0.0, "a": -0.07, "b": -0.08})


# -- one membrane -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", vrest.library_names())
def test_the_compiled_currents_are_those_of_the_laws(name):
    cell = vrest.load(name)
    numbers = Derivation(cell).numbers()
    for system in Circuit(cell).membranes.values():
        compiled = Buffered(lambda x, p, s=system: list(s.currents(x[0], p).values()), 1, tuple(numbers))
        V = np.linspace(-0.1503, 0.0997, 26)  # no rate of a paper jumps there
        traced, slopes = compiled.on_grid(V, compiled.values(numbers))
        plain = np.array([[float(i) for i in system.currents(v, numbers).values()] for v in V.tolist()]).T
        assert traced == pytest.approx(plain, rel=1e-10, abs=1e-12 * np.abs(plain).max())
        h = 1e-6
        up, down = (
            np.array([[float(i) for i in system.currents(v + s * h, numbers).values()] for v in V.tolist()]).T for s in (1, -1)
        )
        assert slopes == pytest.approx((up - down) / (2 * h), rel=1e-4, abs=1e-6 * np.abs(slopes).max())


@pytest.mark.parametrize("name", vrest.library_names())
def test_arrays_give_what_floats_give(name):
    cell = vrest.load(name)
    numbers = Derivation(cell).numbers()
    V = np.linspace(-0.12, 0.05, 7)
    for system in Circuit(cell).membranes.values():
        for word, i in system.currents(V, numbers).items():
            alone = [float(system.currents(v, numbers)[word]) for v in V.tolist()]
            assert np.broadcast_to(i, V.shape) == pytest.approx(alone, rel=1e-12, abs=1e-25)


def test_a_mechanism_that_is_taken_away_carries_nothing():
    cell = vrest.load("squid-axon")
    system, numbers = Circuit(cell).membranes["plasma"], Derivation(cell).numbers()
    numbers[f"plasma.pump.{ACTIVE}"] = 0.0
    flows = system.flows(-0.06, numbers)["pump"]
    assert flows.current(cell.valences) == 0
    assert flows.atp == flows.cycles == 0


def test_what_flows_are_counted_per_is_decided_by_what_is_described():
    extents = {
        Extent.RELATIVE: vrest.load("textbook-neuron"),
        Extent.WHOLE: vrest.load("squid-axon"),
        Extent.AREA: vrest.from_dict(
            {
                "cell": "c",
                "temperature": "310 K",
                "ions": {"K": {"inside": "140 mM", "outside": "5 mM", "permeability": "1e-8 m/s"}},
            }
        ),
    }
    for extent, cell in extents.items():
        (system,) = Circuit(cell).membranes.values()
        assert system.extent is extent


def test_every_number_of_the_description_has_its_path():
    cell = vrest.load("squid-axon")
    numbers = Derivation(cell).numbers()
    shared = {path: value.si for path, value in cell.settable.items() if path in numbers}
    assert shared == {path: numbers[path] for path in shared}
    assert {"outside.K", "inside.Na", "temperature", "plasma.K_leak.permeability"} <= set(shared)


def test_conserved_charge_every_compartment_loses_what_its_membranes_carry():
    cell = vrest.load("proximal-tubule")
    system = Circuit(cell)
    (loop,) = system.loops
    numbers = Derivation(cell).numbers()
    x = [-0.06, -0.002]
    V = loop.voltages(x, numbers)
    current = {name: sum(float(i) for i in system.membranes[name].currents(v, numbers).values()) for name, v in V.items()}
    by_end = dict(zip(loop.unknown, (float(f) for f in loop.residuals(x, numbers)), strict=True))
    assert by_end["cell"] == pytest.approx(current["apical"] + current["basolateral"], rel=1e-12, abs=0)
    assert by_end["lumen"] == pytest.approx(current["paracellular"] - current["apical"], rel=1e-12, abs=0)
