"""Volume and area of the shapes a compartment may have."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from .. import maths


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


def area_at_volume(form: str, sizes: Mapping[str, float], words: Mapping[str, str], volume: Any) -> Any:
    """Area [m^2] of a shape whose volume [m^3] has changed: a sphere and a box keep their form, a cylinder its length.

    `volume` may be a float, an array or a symbol.
    """
    if form == "cylinder":
        length = sizes["length"]
        discs = 0.0 if words.get("ends") == "open" else 2 * volume / length
        return 2 * maths.sqrt(math.pi * length * volume) + discs
    described_volume, described_area = SHAPES[form](sizes, words)
    return described_area * (volume / described_volume) ** (2 / 3)


def area_slope_at_volume(form: str, sizes: Mapping[str, float], words: Mapping[str, str], volume: Any) -> Any:
    """How `area_at_volume` changes with the volume [1/m]."""
    if form == "cylinder":
        length = sizes["length"]
        return maths.sqrt(math.pi * length / volume) + (0.0 if words.get("ends") == "open" else 2 / length)
    return 2 / 3 * area_at_volume(form, sizes, words, volume) / volume
