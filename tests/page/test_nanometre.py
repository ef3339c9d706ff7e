"""The tab "The nanometre": its numbers, as Node computes them from the emitted laws, are those of `vrest rest --json`."""

import json
import math

import numpy as np
import pytest

import in_node
import vrest
from effort import slow_unless
from in_node import needs_node
from vrest.engines.javascript import module, sources
from vrest.laws.double_layer import debye_length, diffuse_layer_potential, grahame_potential
from vrest.units import to_unit

SCRIPT = """
import { readFileSync } from 'node:fs';
import { Engine } from './engine.mjs';
const engine = new Engine(await import('./cell.mjs'));
const jobs = JSON.parse(readFileSync(0));
console.log(JSON.stringify(jobs.map((settings) => {
  const { p } = engine.numbers(settings);
  const { V } = engine.rest(p).chosen;
  return Object.fromEntries(engine.membranes.map((name, k) => [name, engine.charged(k, V[name], p)]));
})));
"""
OFTEN = ("mammalian-neuron", "squid-axon-calcium", "textbook-neuron")
UNITS = {"mV": 1e3, "nm": 1e9}


def charged(cell, *settings):
    """What Node says of each membrane's charge at some settings, in SI."""
    return json.loads(
        in_node.run(
            {**sources(), "cell.mjs": module(cell), "ask.mjs": SCRIPT}, json.dumps([dict(one) for one in settings or ({},)])
        )
    )


def said(answer, name, membrane):
    """The same from the JSON of a rest, by the same keys, in the units that stand in these."""
    found = {key: value for key, value in answer["charge"][name].items() if not isinstance(value, dict)}
    for key in ("fraction_of", "diffuse_drop_mV"):
        found |= {f"{key}.{of}": value for of, value in answer["charge"][name][key].items()}
    found |= {f"debye_length_nm.{side}": answer["debye_length_nm"][side] for side in membrane.ends}
    return found | answer.get("surface", {}).get(name, {})


@needs_node
@pytest.mark.parametrize("name", slow_unless(lambda name: name in OFTEN, vrest.library_names()))
def test_numbers_are_those_of_the_command_line(name):
    cell = vrest.load(name)
    answer = vrest.rest(cell).to_dict()
    (found,) = charged(cell)
    for one, membrane in cell.membranes.items():
        expected = {key: value for key, value in said(answer, one, membrane).items() if value is not None}
        shown = {key: found[one][key] * UNITS.get(key.split(".")[0].rpartition("_")[2], 1.0) for key in expected}
        assert shown == pytest.approx(expected, rel=1e-9, abs=1e-12)


@needs_node
def test_they_follow_what_is_set():
    cell = vrest.load("mammalian-neuron")
    settings = {"outside.Na": 30.0, "plasma.thickness": 5e-9, "plasma.capacitance": 0.02}
    texts = {"outside.Na": "30 mM", "plasma.thickness": "5 nm", "plasma.capacitance": "2 uF/cm^2"}
    (salt,) = charged(cell, settings)
    answer = vrest.rest(cell.replace(texts)).to_dict()
    for key in ("surface_C_per_m2", "electric_pressure_Pa", "moved_ions", "field_V_per_m"):
        assert salt["plasma"][key] == pytest.approx(answer["charge"]["plasma"][key], rel=1e-9)
    assert salt["plasma"]["debye_length_nm.outside"] == pytest.approx(1e-9 * answer["debye_length_nm"]["outside"], rel=1e-12)


@needs_node
def test_no_layer_is_known_where_water_is_not_liquid():
    cell = vrest.load("squid-axon-excitable")
    (ice,) = charged(cell, {"temperature": 260.0})
    assert ice["plasma"]["debye_length_nm.outside"] is None
    cold = vrest.rest(cell.replace({"temperature": "260 K"})).to_dict()
    assert cold["charge"]["plasma"]["diffuse_drop_mV"] == {"inside": None, "outside": None}
    assert "freezing" in cold["refused"]["charge.plasma.diffuse_drop_mV.inside"]


@needs_node
def test_the_profile_falls_the_same_way_all_along_by_what_the_layers_take():
    """V from the outer solution to the inner one: a layer, the membrane, a layer."""
    cell = vrest.load("mammalian-neuron")
    (found,) = charged(cell)
    V, one = vrest.rest(cell).V_m["plasma"], found["plasma"]
    outer, inner = np.array(one["outer"]), np.array(one["inner"])
    assert outer[0] == pytest.approx(-one["diffuse_drop_mV.outside"], rel=1e-12)
    assert inner[0] == pytest.approx(one["diffuse_drop_mV.inside"], rel=1e-12)
    assert (np.diff([*outer[::-1], *(V + inner)]) < 0).all()
    assert outer[4] / outer[0] == pytest.approx(math.exp(-1), rel=1e-4)
    z, c = [1, 1, -1], [3.0, 152.0, 135.0]
    assert 1e3 * grahame_potential(one["surface_C_per_m2"], z, c, 310.0) == pytest.approx(
        1e3 * one["diffuse_drop_mV.outside"], rel=3e-3
    )
    assert to_unit(debye_length(z, c, 310.0), "nm") == pytest.approx(1e9 * one["debye_length_nm.outside"], rel=1e-12)


@needs_node
def test_a_charged_face_pulls_the_outer_solution_to_its_potential():
    cell = vrest.load("squid-axon-calcium")
    (found,) = charged(cell)
    one, T = found["plasma"], vrest.rest(cell).temperature
    face = one["surface_potential_mV"] - one["diffuse_drop_mV.outside"]
    depth = one["debye_length_nm.outside"]
    assert one["outer"][0] == pytest.approx(face, rel=1e-12)
    assert one["outer"][6] == pytest.approx(diffuse_layer_potential(2 * depth, face, depth, T), rel=1e-12)
