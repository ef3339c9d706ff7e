"""Cells as JavaScript: what is printed is what the graph says, and what Node answers is what vrest answers."""

import json
from pathlib import Path

import casadi as ca
import numpy as np
import pytest

import cells
import in_node
import vrest
from drawn import Drawing
from effort import slow_unless
from in_node import needs_node
from vrest import maths
from vrest.description.library import protocol_of
from vrest.engines.graph import Graph, evaluate, slopes, traced
from vrest.engines.javascript import emitted, module, sources
from vrest.engines.javascript.bernoulli import Bernoulli, functions
from vrest.engines.javascript.printer import MATH, function

LEW = vrest.load(Path(__file__).resolve().parents[1] / "chemistry" / "lew.yaml")
EXPRESSIONS = [
    lambda x: x[0] - (x[1] - x[0]) - -3 * x[1],
    lambda x: x[0] / (x[1] / x[0]) / x[1],
    lambda x: -((x[0] + x[1]) * -x[0]) + 1 / (x[0] * x[1]),
    lambda x: ca.if_else(ca.logic_or(x[0] < 1, ca.logic_not(x[1] == 2)), ca.if_else(x[0] > x[1], 1e-300, x[0]), -x[1]) * 2,
    lambda x: ca.if_else(ca.logic_and(x[0] <= x[1], x[0] != 3), 5, 7) - x[0],
    lambda x: ca.exp(x[0]) + ca.expm1(x[1]) * ca.log(x[0]) - ca.log1p(x[1]) / ca.sqrt(x[0]),
    lambda x: ca.fmin(x[0], 2.5) ** 1.3 + ca.fmax(x[0], x[1]) ** x[1] - ca.fabs(x[0] - x[1]) * ca.sign(x[0] - x[1]),
    lambda x: ca.sin(x[0]) * ca.cosh(x[1]) - ca.tanh(x[0]) / ca.asinh(x[1]) + ca.cos(x[0]) * ca.sinh(x[1]),
    lambda x: sum((ca.sin(k * x[0] + x[1]) for k in range(1, 40)), ca.SX(0)),
]
POINTS = [[0.3, 0.7], [2.9, 2.0], [3.0, 4.1]]


@needs_node
def test_what_is_printed_is_what_the_graph_says():
    """Every operation, signs and brackets, choices within choices, sums too long for a line."""
    graph = Graph()
    outputs = traced(graph, lambda x: [one(x) for one in EXPRESSIONS], {"x": 2})
    printed = (
        f"{MATH}\nconst f = {function(graph, ['x'], [outputs])};\nconsole.log(JSON.stringify({POINTS}.map((x) => f(x)[0])));"
    )
    for x, found in zip(POINTS, json.loads(in_node.run({"ask.mjs": printed})), strict=True):
        assert np.allclose(found, evaluate(graph, outputs, {"x": x}), rtol=1e-15, atol=0)


def test_a_choice_is_one():
    graph = Graph()
    outputs = traced(graph, lambda x: [ca.if_else(x[0] < x[1], x[0], 2)], {"x": 2})
    assert function(graph, ["x"], [outputs]) == "(x) => {\nreturn [[x[0]<x[1] ? x[0] : 2]];\n}"


@needs_node
def test_the_bernoulli_function_is_one_operation_with_the_slope_of_python():
    """However its argument is written; next to zero, at the border of its series and far out."""
    graph = Graph()
    outputs = Bernoulli(graph).folded(
        traced(graph, lambda x: [*maths.bernoulli_pair(x[0]), maths.bernoulli(-3 * x[0])], {"x": 1})
    )
    assert {graph.name(a) for a in graph.needed(outputs)} == {"in", "const", "mul", "neg", "bernoulli"}
    (x,) = graph.inputs("x", 1)
    found = slopes(graph, outputs, [x])
    points = [[x] for x in (0.0, 1e-12, -1e-12, 0.3, -0.999, 1.0, -1.0, 1.001, 7.0, -40.0, 800.0, -800.0)]
    printed = function(graph, ["x"], [outputs, [found[k, 0] for k in range(3)]])
    asked = f"{MATH}\n{functions()}const f = {printed};\nconsole.log(JSON.stringify({points}.map(f)));"
    for (x,), (values, rates) in zip(points, json.loads(in_node.run({"ask.mjs": asked})), strict=True):
        wanted = [maths.bernoulli(one) for one in (x, -x, -3 * x)]
        turned = [maths.bernoulli_derivative(x), -maths.bernoulli_derivative(-x), -3 * maths.bernoulli_derivative(-3 * x)]
        assert np.allclose(values, wanted, rtol=4e-15, atol=1e-300), x
        assert np.allclose(rates, turned, rtol=4e-14, atol=1e-300), x


HOSTILE = {
    "cell": "</script><script>alert(1)//",
    "title": "\u2028 ${process.exit(3)} `",
    "temperature": "310 K",
    "compartments": {
        "outside": {"role": "bath", "ions": {"K": "5 mM", "Na": "145 mM"}},
        "constructor": {
            "shape": {"sphere": {"diameter": "20 um"}},
            "ions": {"K": "140 mM", "Na": "12 mM"},
            "impermeant": {"valence": -1, "amount": "neutral"},
        },
    },
    "membranes": {
        "toString": {
            "between": ["constructor", "outside"],
            "capacitance": "1 uF/cm^2",
            "mechanisms": {
                "return": {"kind": "ghk", "ion": "K", "permeability": "1e-8 m/s"},
                "delete": {"kind": "ghk", "ion": "Na", "permeability": "1e-10 m/s"},
            },
        }
    },
}


@needs_node
def test_names_are_texts_and_nothing_else():
    cell = vrest.from_dict(HOSTILE)
    text = module(cell)
    assert "</" not in text
    assert "\u2028" not in text
    (found,) = in_node.answers(cell, [{"ask": "rest", "settings": {}, "V": {"toString": -0.05}}])
    assert found["chosen"]["V"]["toString"] == pytest.approx(vrest.rest(cell).V_m["toString"], abs=1e-12)


@needs_node
def test_an_unknown_path_is_named():
    (found,) = in_node.answers(vrest.load("textbook-neuron"), [{"ask": "steady", "settings": {"outside.Q": 1.0}}])
    assert found["error"] == 'Error: no number of the cell is called "outside.Q"'


@needs_node
def test_ratios_have_no_course():
    """The sentence is the one that vrest says."""
    (found,) = in_node.answers(vrest.load("textbook-neuron"), [{"ask": "steady", "settings": {}}])
    assert "has only ratios of permeabilities" in found["error"]


def test_what_solves_names_no_cell():
    assert "engine.mjs" in sources()
    every = "\n".join(sources().values())
    assert "plasma" not in every
    assert "fetch(" not in every
    assert "eval(" not in every


# -- rest, steady state and courses beside vrest ------------------------------------------------------------------------

OFTEN = ("kay2017", "proximal-tubule", "squid-axon-excitable", "textbook-neuron")
MOVING = [name for name in vrest.library_names() if name != "textbook-neuron"]


@needs_node
@pytest.mark.parametrize("name", slow_unless(lambda name: name in OFTEN, vrest.library_names()))
def test_rest_at_drawn_numbers_is_that_of_vrest(name):
    """Currents to 1e-12 of the largest, V to 1e-9 mV and what 1e-12 of the largest current makes of it, and the same root."""
    found = in_node.compare_rest(vrest.load(name), 50 if name in OFTEN else 80)
    assert not found.disagree, str(found)
    assert found.refused < found.draws / 2


@needs_node
@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [name for name in MOVING if name != "mitochondrion"]
)  # it refuses these at the default tolerance
def test_courses_at_drawn_numbers_are_those_of_vrest(name):
    """V to 1e-4 mV; events within 50 ms to 1e-4 ms."""
    found = in_node.compare_courses(vrest.load(name), 1)
    assert not found.disagree, str(found)
    assert found.ill_posed + found.refused < found.draws


NONE_THERE = "squid-axon-ph"
"""It holds no CO2 and no ammonia, and stays so; `vrest.steady_state` follows what is exhausted and answers that no state is found."""


@needs_node
@pytest.mark.parametrize("name", slow_unless(lambda name: name == "proximal-tubule", MOVING))
def test_the_steady_state_is_that_of_vrest(name):
    cell = vrest.load(name)
    (found,) = in_node.answers(cell, [{"ask": "steady", "settings": {}}])
    if name == NONE_THERE:
        assert [found["seen"][f"inside.{ion}"] for ion in ("CO2", "HCO3", "NH3", "NH4")] == [0, 0, 0, 0]
        return
    point = vrest.steady_state(cell).point
    assert found["stable"] == point.stable
    assert found["V"] == pytest.approx(dict(point.V_m), abs=1e-12)
    held = {
        f"{space}.{ion}": c
        for space, ions in point.inside.items()
        for ion, c in ions.items()
        if f"{space}.{ion}" in found["seen"]
    }
    assert {path: found["seen"][path] for path in held} == pytest.approx(held, rel=1e-9)


EVERY = [
    {"from": "1 s", "to": "4 s", "voltage": "-20 mV", "into": "inside", "carrier": "K"},
    {"from": "5 s", "to": "9 s", "dialyse": "inside", "solution": {"K": "120 mM", "Na": "20 mM"}},
    {"at": "10 s", "set": {"inside.Na": "30 mM"}, "counter_ion": "Cl"},
    {"at": "11 s", "set": {"temperature": "300 K"}},
    {"from": "12 s", "to": "16 s", "scale": "log", "ramp": {"outside.K": "12 mM"}},
    {"at": "13 s", "shock": "10 mV", "into": "inside", "carrier": "K"},
    {"from": "14 s", "to": "18 s", "current": "20 pA", "into": "inside", "carrier": "Cl"},
    {"at": "17 s", "set": {"outside.K": "6 mM"}},
]


@needs_node
@pytest.mark.parametrize("start", slow_unless(lambda start: start == "-50 mV", ["rest", "described", "steady", "-50 mV"]))
def test_all_that_a_protocol_may_do_goes_as_in_vrest(start):
    cell = vrest.load("mammalian-neuron")
    protocol = protocol_of({"protocol": "all", "start": start, "until": "20 s", "events": EVERY}, cell, None)
    at = [0.37 + 0.5 * k for k in range(39)]
    course = vrest.simulate(cell, protocol, rtol=1e-10, at=at)
    (found,) = in_node.answers(cell, [{"ask": "simulate", "settings": {}, "protocol": protocol, "options": {"at": at}}])
    assert [point["t"] for point in found["points"]] == at
    assert max(abs(point["V"]["plasma"] - V) for point, V in zip(found["points"], course.V["plasma"], strict=True)) < 1e-7
    for ion, c in course.c["inside"].items():
        assert [point["seen"][f"inside.{ion}"] for point in found["points"]] == pytest.approx(list(c), rel=1e-7), ion


@needs_node
@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 4, 6, 9, 11, 14, 15])
def test_random_cells_under_random_protocols_go_as_in_vrest(seed):
    """Organelles, shared spaces, neighbours, walls; clamps, trains of currents and pipettes."""
    one = Drawing(seed)
    cell = vrest.from_dict(one.cell)
    protocol = protocol_of(one.protocol, cell, None)
    at = [protocol.until * (k + 0.5) / 40 for k in range(40)]
    course = vrest.simulate(cell, protocol, rtol=1e-10, at=at)
    (found,) = in_node.answers(cell, [{"ask": "simulate", "settings": {}, "protocol": protocol, "options": {"at": at}}])
    assert found["ended"] == course.ended == "end"
    for name, V in course.V.items():
        assert max(abs(point["V"][name] - v) for point, v in zip(found["points"], V, strict=True)) < 1e-7, name


@needs_node
def test_a_course_ends_where_a_level_is_crossed():
    cell = vrest.load("squid-axon-excitable")
    events = [{"at": "1 ms", "shock": "20 mV", "into": "inside"}]
    protocol = protocol_of({"protocol": "a", "until": {"crosses": "0 mV", "within": "20 ms"}, "events": events}, cell, None)
    (found,) = in_node.answers(cell, [{"ask": "simulate", "settings": {}, "protocol": protocol, "options": {}}])
    assert found["ended"] == "stopped"
    (crossing,) = found["crossings"]
    assert crossing["rising"]
    assert found["points"][-1]["t"] == crossing["t"]
    assert abs(found["points"][-1]["V"]["plasma"]) < 1e-10
    assert crossing["t"] == pytest.approx(vrest.simulate(cell, protocol, rtol=1e-10).time[-1], abs=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("name", vrest.library_names())
def test_a_module_is_not_larger_than_a_page_may_be(name):
    one = emitted(vrest.load(name))
    assert len(one.text.encode()) < 30 * one.operations + 20_000
    assert len(one.text.encode()) < 150_000


def _cell_with_pores() -> vrest.Cell:
    described = cells.pump_leak(water={"permeability": "1e-5 m/s"})
    described["membranes"]["plasma"]["area"] = "1000 um^2"
    pores = {"between": ["inside", "outside"], "area": "100 um^2", "water": {"permeability": "3e-5 m/s"}, "mechanisms": {}}
    described["membranes"]["pores"] = pores
    return vrest.from_dict(described)


@needs_node
@pytest.mark.parametrize("cell", [LEW, _cell_with_pores()], ids=["titrated", "water alone"])
def test_cells_of_titrated_impermeants_and_of_membranes_for_water_alone_are_answered_as_by_vrest(cell):
    asked = [{"ask": "rest", "settings": {}, "V": dict.fromkeys(cell.membranes, 0.0)}, {"ask": "steady", "settings": {}}]
    rest, steady = in_node.answers(cell, asked)
    assert rest["chosen"]["V"] == pytest.approx(dict(vrest.rest(cell).V_m), abs=1e-12)
    point = vrest.steady_state(cell).point
    assert steady["V"] == pytest.approx(dict(point.V_m), abs=1e-9)
    for space, ions in point.inside.items():
        assert [steady["seen"][f"{space}.{ion}"] for ion in ions] == pytest.approx(list(ions.values()), rel=1e-8)
