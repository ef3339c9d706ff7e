"""Where the drawing of a cell puts compartments and membranes."""

import json

import pytest

import in_node
import vrest
from in_node import needs_node
from vrest.page.join import STATIC

SCRIPT = """
import { readFileSync } from 'node:fs';
import { layoutOf } from './cell_layout.mjs';
console.log(JSON.stringify(JSON.parse(readFileSync(0)).map((one) => layoutOf(...one))));
"""
ORGANELLES = [
    ["outside", "cytosol", "vesicle", "nucleus"],
    ["outside"],
    [("plasma", "cytosol", "outside"), ("vesicular", "vesicle", "cytosol"), ("envelope", "nucleus", "cytosol")],
]
TWICE = [["outside", "cell"], ["outside"], [("one", "cell", "outside"), ("pores", "cell", "outside")]]
THRICE = [["outside", "cell"], ["outside"], [(name, "cell", "outside") for name in ("one", "two", "three")]]
CIRCLE = [["a", "b"], [], [("there", "a", "b"), ("back", "b", "a")]]


def of(name):
    cell = vrest.load(name)
    baths = [one.name for one in cell.compartments.values() if one.is_bath]
    return [list(cell.compartments), baths, [(one.name, *one.ends) for one in cell.membranes.values()]]


def layout(names, baths, membranes, narrow=False):
    walls = [{"name": name, "inside": inner, "outside": outer, "label": 90} for name, inner, outer in membranes]
    text = (STATIC / "cell_layout.mjs").read_text(encoding="utf-8")
    (found,) = json.loads(in_node.run({"cell_layout.mjs": text, "ask.mjs": SCRIPT}, json.dumps([[names, baths, walls, narrow]])))
    return found, {one["name"]: one for one in found["spaces"]}, {one["name"]: one for one in found["walls"]}


def holds(outer, inner):
    return all(
        outer[at] <= inner[at] and inner[at] + inner[size] <= outer[at] + outer[size]
        for at, size in (("x", "width"), ("y", "height"))
    )


def apart(a, b):
    return any(
        one[at] + one[size] <= other[at] for one, other in ((a, b), (b, a)) for at, size in (("x", "width"), ("y", "height"))
    )


@needs_node
@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize(
    "what", [ORGANELLES, TWICE, THRICE, CIRCLE, of("proximal-tubule"), of("kalia2021"), of("saetra2020-excitable")]
)
def test_every_compartment_and_membrane_stands_once_and_within_the_drawing(what, narrow):
    found, spaces, walls = layout(*what, narrow)
    assert set(spaces) == set(what[0])
    assert len(found["spaces"]) == len(what[0])
    assert sorted(walls) == sorted(name for name, *_ in what[2])
    assert len(found["walls"]) == len(what[2])
    for one in found["spaces"]:
        assert holds({"x": 0, "y": 0, **{key: found[key] for key in ("width", "height")}}, one), one
    boxes = [one for one in found["spaces"] if not one["band"]]
    for k, one in enumerate(boxes):
        assert all(apart(one, other) or holds(one, other) or holds(other, one) for other in boxes[k + 1 :])


@needs_node
def test_organelles_lie_in_the_cell_and_the_cell_in_its_bath():
    _, spaces, walls = layout(*ORGANELLES)
    assert spaces["outside"]["band"]
    assert holds(spaces["outside"], spaces["cytosol"])
    assert holds(spaces["cytosol"], spaces["vesicle"])
    assert holds(spaces["cytosol"], spaces["nucleus"])
    assert apart(spaces["vesicle"], spaces["nucleus"])
    assert walls["plasma"]["y"] == spaces["cytosol"]["y"]


@needs_node
def test_an_epithelial_cell_stands_on_the_border_of_its_two_baths():
    _, spaces, walls = layout(*of("proximal-tubule"))
    border = spaces["blood"]["x"]
    assert spaces["lumen"]["x"] + spaces["lumen"]["width"] == border
    assert spaces["cell"]["x"] + spaces["cell"]["width"] / 2 == border
    assert walls["apical"]["x"] < border < walls["basolateral"]["x"]
    assert walls["paracellular"]["x"] == border


@needs_node
def test_neuron_and_astrocyte_lie_in_the_space_between_them():
    _, spaces, _ = layout(*of("kalia2021"))
    assert spaces["space"]["band"]
    assert holds(spaces["space"], spaces["neuron"])
    assert holds(spaces["space"], spaces["astrocyte"])


@needs_node
@pytest.mark.parametrize("what", [THRICE, CIRCLE, of("saetra2020-excitable")])
def test_what_neither_encloses_nor_borders_is_drawn_as_boxes_and_lines(what):
    found, _, walls = layout(*what)
    assert found["linked"]
    assert len({(one["x"], one["y"]) for one in walls.values()}) == len(walls)


WAYS = """
import { rowsOf } from './membrane.mjs';
const ways = (count) => Array.from({ length: count }, (_, k) => k);
console.log(JSON.stringify([[0, 3], [3, 3], [4, 3], [7, 5], [7, 3]].map(([count, places]) => rowsOf(ways(count), places))));
"""


@needs_node
def test_every_way_across_is_drawn_in_rows_that_a_narrow_picture_has_room_for():
    modules = {path.name: path.read_text(encoding="utf-8") for path in STATIC.glob("*.mjs")}
    found = json.loads(in_node.run(modules | {"ask.mjs": WAYS}))
    assert found == [[[]], [[0, 1, 2]], [[0, 1], [2, 3]], [[0, 1, 2, 3], [4, 5, 6]], [[0, 1, 2], [3, 4], [5, 6]]]
