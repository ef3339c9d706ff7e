"""Volume and area of the shapes a compartment may have."""

from __future__ import annotations

import math
from collections.abc import Mapping


def sphere(sizes: Mapping[str, float], words: Mapping[str, str]) -> tuple[float, float]:
    d = sizes["diameter"]
    return math.pi * d**3 / 6, math.pi * d**2


def cylinder(sizes: Mapping[str, float], words: Mapping[str, str]) -> tuple[float, float]:
    """Closed by two discs, unless its ends are open."""
    d, length = sizes["diameter"], sizes["length"]
    discs = 0.0 if words.get("ends") == "open" else math.pi * d**2 / 2
    return math.pi * d**2 * length / 4, math.pi * d * length + discs


def box(sizes: Mapping[str, float], words: Mapping[str, str]) -> tuple[float, float]:
    a, b, c = sizes["length"], sizes["width"], sizes["height"]
    return a * b * c, 2 * (a * b + b * c + c * a)


SHAPES = {"sphere": sphere, "cylinder": cylinder, "box": box}
