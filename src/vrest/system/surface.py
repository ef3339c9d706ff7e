"""The charge on the outer face of a membrane: its potential against the solution, and how far that moves gates.

A gate lies in the membrane, and sees the field there. A more negative outer face makes that field as if the inside were less
negative, while the potential between the two solutions, which drives ions, stays. So gates see V less the potential of the face,
counted from a reference solution in which they are as they are written. Both solutions are neutral: there are as many monovalent
anions as balance all other ions, whatever is listed of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any

from ..description.cell import Cell, Membrane, SurfaceCharge
from ..laws.double_layer import binding_surface_potential
from ..maths import maximum

ANION = -1
Numbers = Mapping[str, Any]


class Surface:
    """The charged outer face of one membrane. `numbers` everywhere is a mapping of paths to floats, arrays or symbols.

    Each ion that it binds stands by itself, what only screens with all of its valence.
    """

    def __init__(self, cell: Cell, membrane: Membrane) -> None:
        charge, path = membrane.surface, f"{membrane.name}.surface_charge"
        assert charge is not None
        groups = _groups(cell, membrane.outer, charge)
        known = {f"{membrane.outer}.{ion}": f"{path}.reference.{ion}" for ion in charge.reference}
        self._z = [z for z, _ in groups]
        self._binding = [f"{path}.K_{ion}" if ion else "" for _, ion in groups]
        self._outside = list(groups.values())
        self._reference = [[known.get(one, one) for one in paths] for paths in self._outside]
        self._charge = ["temperature", f"{path}.density"]
        self._paths = list(chain(self._charge, filter(None, self._binding), *self._outside, *self._reference))
        self._last: tuple[list[Any], Any] = ([], None)

    def potential(self, numbers: Numbers) -> Any:
        """Potential of the face against the solution outside [V]."""
        return self._in(self._outside, numbers)

    def shift(self, numbers: Numbers) -> Any:
        """What gates see less of V [V]: the potential of the face against that in the reference solution. The last one is kept."""
        seen = [numbers[path] for path in self._paths]
        known, shift = self._last
        if known and all(a is b for a, b in zip(seen, known, strict=True)):
            return shift
        shift = self.potential(numbers) - self._in(self._reference, numbers)
        self._last = seen, shift
        return shift

    def _in(self, solution: list[list[str]], numbers: Numbers) -> Any:
        K = [numbers[path] if path else 0.0 for path in self._binding]
        c = [sum(numbers[path] for path in paths) for paths in solution]
        anions = maximum(sum(z * one for z, one in zip(self._z, c, strict=True)), 0.0)
        temperature, density = (numbers[path] for path in self._charge)
        return binding_surface_potential(density, [*K, 0.0], [*self._z, ANION], [*c, anions], temperature)


def _groups(cell: Cell, outer: str, charge: SurfaceCharge) -> dict[tuple[float, str], list[str]]:
    """Paths of the outer concentrations by valence, and by ion where it binds; monovalent anions follow from the others."""
    groups: dict[tuple[float, str], list[str]] = {}
    for ion in cell.compartments[outer].ions:
        z = cell.valences[ion]
        if z not in (0, ANION):
            groups.setdefault((z, ion if ion in charge.binding else ""), []).append(f"{outer}.{ion}")
    return groups
