"""What the textbook's formulas make of a membrane, as functions of its potential and the numbers: the laws that vrest's own answer takes.

A formula that does not apply at some numbers gives no finite value there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ...laws.ghk import ghk_voltage, ghk_voltage_residual
from ...laws.ohmic import chord_voltage
from ...laws.pumps import mullins_noda_potential
from ...maths import where
from ...mechanisms.kind import PassivePath
from ...system.circuit import MembraneSystem

Numbers = Mapping[str, Any]
NODA = ("K", "Na")
"""The ions of the Mullins-Noda equation."""


class Theories:
    """The formulas for one membrane, whose paths are as they stand at V."""

    def __init__(self, system: MembraneSystem, V: Any, numbers: Numbers) -> None:
        self.system, self.numbers, self.T = system, numbers, numbers["temperature"]
        valences = system.cell.valences
        self.paths = [path for path in system.passive_paths(V, numbers) if path.ion is None or valences[path.ion]]
        self.field = [path for path in self.paths if path.permeability is not None and path.ion is not None]
        self.P = [path.permeability for path in self.field]
        self.z = [valences[path.ion] for path in self.field if path.ion is not None]
        self.c_in, self.c_out = ([numbers[f"{end}.{path.ion}"] for path in self.field] for end in system.membrane.ends)

    @property
    def monovalent(self) -> bool:
        """Whether the GHK voltage has a closed form."""
        return all(abs(z) == 1 for z in self.z)

    def ghk(self) -> Any:
        """The GHK voltage; 0 in place of one that has no closed form (`residual`)."""
        if not self.field:
            return math.inf
        sides = [sum(P * one for P, one in zip(self.P, c, strict=True)) for c in (self.c_in, self.c_out)]
        voltage = ghk_voltage(self.P, self.z, self.c_in, self.c_out, self.T) if self.monovalent else 0.0
        return where(sides[0] * sides[1] > 0, voltage, math.inf)

    def residual(self, U: Any) -> Any:
        """The current of the constant-field paths at another potential, which vanishes at the GHK voltage."""
        return ghk_voltage_residual(U, self.P, self.z, self.c_in, self.c_out, self.T)

    def chord(self) -> Any:
        """The mean of the reversal potentials, each path a straight line."""
        if not self.paths:
            return math.inf
        lines = [(self._open(path), *self.system.straight(path, self.numbers)) for path in self.paths]
        return chord_voltage([where(on, g, 0.0) for on, g, _ in lines], [where(on, E, 0.0) for on, _, E in lines])

    @staticmethod
    def _open(path: PassivePath) -> Any:
        return (path.permeability if path.conductance is None else path.conductance) != 0

    def noda(self) -> Any:
        """The Mullins-Noda potential."""
        P_K, P_Na = (sum(path.permeability for path in self.field if path.ion == ion) for ion in NODA)
        c = [self.numbers.get(f"{end}.{ion}", 0.0) for ion in NODA for end in self.system.membrane.ends]
        voltage = mullins_noda_potential(P_K, P_Na, c[0], c[1], c[2], c[3], self.T)
        return where(math.prod(c) * P_K * P_Na > 0, voltage, math.inf)

    def reversals(self) -> list[Any]:
        """Reversal potentials that are stated, of conducting paths."""
        return [where(self._open(path), path.reversal, math.inf) for path in self.paths if path.reversal is not None]
