"""All that there is to see of a membrane's charge and of the layers beside it, for the page.

`numbers` everywhere is a mapping of paths to floats, arrays or symbols. Keys are those of `vrest rest --json`, values are SI.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ..laws.capacitor import surface_charge_density
from ..laws.double_layer import LIQUID, diffuse_layer_potential
from ..maths import both, divide, where
from .circuit import MembraneSystem, contents_of, debye_length_of, held_apart, layer_drop

Numbers = Mapping[str, Any]
DEPTHS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
"""Distances from a face in Debye lengths at which a profile is said."""


def seen_at(system: MembraneSystem, V: Any, numbers: Numbers) -> dict[str, Any]:
    """All that there is to say of a membrane's charge at a potential V [V] as far as it is described, each number by its own key."""
    cell, membrane = system.cell, system.membrane
    found = held_apart(membrane, V, numbers)
    if "moved_mol" in found:
        contents = contents_of(cell, system.inner, numbers)
        found |= {f"fraction_of.{ion}": divide(found["moved_mol"], n) for ion, n in contents.items() if cell.valences[ion]}
    liquid = both(numbers["temperature"] >= LIQUID.low, numbers["temperature"] <= LIQUID.high)
    for side in (system.inner, system.outer):
        found[f"debye_length_nm.{side.name}"] = where(liquid, debye_length_of(cell, side, numbers), math.inf)
        if (density := found.get("surface_C_per_m2")) is not None:
            found[f"diffuse_drop_mV.{side.name}"] = where(liquid, layer_drop(cell, side, numbers, density), math.inf)
    if system.surface is not None:
        found |= {"surface_potential_mV": system.surface.potential(numbers), "gate_shift_mV": system.surface.shift(numbers)}
    return found


def profiles(system: MembraneSystem, V: Any, numbers: Numbers) -> list[list[Any]]:
    """Potential of the outer and of the inner solution against their bulks [V], at `DEPTHS` from the membrane's faces.

    It falls the same way all along: in the solutions by their layers' part of V, and outside by what a charged face adds.
    """
    C_m = numbers.get(f"{system.membrane.name}.specific_capacitance")
    if C_m is None:
        return [[0.0] * len(DEPTHS)] * 2
    density, T, found = surface_charge_density(C_m, V), numbers["temperature"], []
    own = 0.0 if system.surface is None else system.surface.potential(numbers)
    for side, charge, more in ((system.outer, density, own), (system.inner, -density, 0.0)):
        face, depth = layer_drop(system.cell, side, numbers, charge) + more, debye_length_of(system.cell, side, numbers)
        found.append([diffuse_layer_potential(x * depth, face, depth, T) for x in DEPTHS])
    return found
