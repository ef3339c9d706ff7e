"""Time courses of random cells against an independent integrator. The whole bar: `tests/simulate/differential.py`."""

from collections import Counter

import pytest

import vrest
from differential import case_of
from drawn import Drawing


@pytest.mark.parametrize(
    ("first", "count"), [(3, 1), *(pytest.param(first, 10, marks=pytest.mark.slow) for first in (1000, 2000))]
)
def test_time_courses_are_those_of_an_independent_integrator(first, count):
    endings = Counter()
    for seed in range(first, first + count):
        verdict = case_of(seed).verdict()
        assert verdict.ending != "disagrees", f"seed {seed}: {verdict.words}"
        endings[verdict.ending] += 1
    assert endings["compared"] > 0.6 * count


def test_a_wrong_law_disagrees(monkeypatch):
    monkeypatch.setattr("independent.F", 1.0001 * 96485.33212331001)
    assert case_of(3).verdict().ending == "disagrees"


def test_what_is_drawn_has_what_is_to_be_compared():
    seen = Counter()
    for seed in range(400):
        drawing = Drawing(seed)
        membranes = drawing.cell["membranes"].values()
        seen.update({"organelle", "core", "ecs", "neighbour", "lumen"} & set(drawing.cell["compartments"]))
        seen.update(key for m in membranes for key in ("wall", "area_policy", "water") if key in m)
        seen.update(way.get("law", way["kind"]) for m in membranes for way in m["mechanisms"].values())
        seen.update(key for event in drawing.protocol["events"] for key in event)
        seen.update(list(drawing.protocol["until"]) if isinstance(drawing.protocol["until"], dict) else ())
    wanted = "organelle core ecs neighbour lumen wall area_policy water reversible mass_action affinity ghk ohmic formula"
    wanted += " voltage current dialyse solution ramp set multiply times crosses steady"
    assert [word for word in wanted.split() if seen[word] < 8] == []


def test_the_same_seed_draws_the_same():
    assert Drawing(5).cell == Drawing(5).cell
    assert Drawing(5).protocol != Drawing(6).protocol
    assert vrest.from_dict(Drawing(5).cell).name == "drawn"
