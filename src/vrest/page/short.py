"""What a page knows of a cell, said shortly: `opened` of numbers.mjs makes the whole of it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .contents import LARGEST, SPAN

PLAIN = {
    "unit": "",
    "zero": 0.0,
    "log": True,
    "least": 0.0,
    "most": LARGEST,
    "above": False,
    "source": None,
    "certainty": None,
    "note": None,
}
"""What goes without saying of a number."""
OWN = ("path", "si", "low", "high", "span")
"""What numbers of a cell hardly share."""


def short(found: Mapping[str, Any]) -> dict[str, Any]:
    """The same with what many numbers have in common once, among `kinds`, and numbers of groups by their place."""
    numbers = found["numbers"]
    common = [{key: value for key, value in row.items() if key not in OWN and PLAIN.get(key, ...) != value} for row in numbers]
    kinds = [one for k, one in enumerate(common) if one not in common[:k]]
    rows = [[kinds.index(one), row["span"], *_ends(row)] for row, one in zip(numbers, common, strict=True)]
    places = {row["path"]: k for k, row in enumerate(numbers)}
    groups = [group | {"paths": [places[path] for path in group["paths"]]} for group in found["groups"]]
    membranes = [
        one
        | {"doors": list(map(_held, one["doors"])), "mechanisms": {name: _held(way) for name, way in one["mechanisms"].items()}}
        for one in found["membranes"]
    ]
    return {**found, "membranes": membranes, "numbers": rows, "kinds": kinds, "groups": groups}


def _held(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What holds of a mechanism; what does not goes without saying."""
    return {key: value for key, value in facts.items() if value is not False and value != ""}


def _ends(row: Mapping[str, Any]) -> list[float]:
    """The ends of a slider, where these are not a tenth and ten times of its number."""
    ends = [row["low"], row["high"]]
    return [] if ends == [row["si"] / SPAN, min(row["si"] * SPAN, row["most"])] else ends
