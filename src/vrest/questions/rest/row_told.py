"""What follows from the resting potentials of rows: Nernst potentials of the ions, and the ATP that all mechanisms spend."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ...engines.graph import Graph
from ...engines.lanes.mapped import mapped
from ...laws.nernst import nernst_potential
from ...system.circuit import Extent
from .row_numbers import traced_rows

if TYPE_CHECKING:
    from .rows import RestRows, RowsFound

Function = Callable[[list[Any], Mapping[str, Any]], list[Any]]
"""What is told, of the potentials of membranes [V] and all numbers."""
E, ATP = "E_mV", "atp_mol_per_s"
OUTPUTS = frozenset((E, ATP))
"""What can be told."""


class Told:
    """What rows of one structure tell besides their potentials.

    Arguments:
        rows:   what finds the potentials
        wanted: those of `OUTPUTS` that are told
    """

    def __init__(self, rows: RestRows, wanted: Collection[str]) -> None:
        self.rows, self.membranes = rows, rows.potentials
        self.systems = {name: rows.solver.circuit.membranes[name] for name in self.membranes}
        self.charged = self._charged() if E in wanted else []
        self._nernst = self._kernel(self._potentials) if self.charged else None
        self._atp = self._kernel(self._spent) if ATP in wanted and self._spends else None

    def __call__(self, found: RowsFound, columns: Mapping[str, np.ndarray], threads: int) -> RowsFound:
        """The same rows with what is wanted."""
        given = [
            *(np.asarray(columns[path], dtype=float) for path in self.rows.paths),
            *(found.V[name] for name in self.membranes),
        ]
        size = found.settled.size
        if self._nernst is not None:
            found = replace(found, E=dict(zip(self.charged, self._nernst(given, size, threads), strict=True)))
        return found if self._atp is None else replace(found, atp=self._atp(given, size, threads)[0])

    def _charged(self) -> list[tuple[str, str]]:
        """Membranes and ions that have a Nernst potential."""
        cell, numbers = self.rows.cell, self.rows.solver.numbers
        both = {name: system.concentrations(numbers) for name, system in self.systems.items()}
        listed = [(name, ion) for name, system in self.systems.items() for ion in cell.ions_of(system.membrane)]
        return [(name, ion) for name, ion in listed if cell.valences[ion] and all(c.get(ion) for c in both[name])]

    def _kernel(self, function: Function) -> Any:
        graph, size = Graph(), len(self.membranes)
        told, _ = traced_rows(graph, self.rows.solver.derivation, self.rows.paths, size, function)
        return mapped(graph, told, len(self.rows.paths), size)

    def _potentials(self, _: list[Any], numbers: Mapping[str, Any]) -> list[Any]:
        found = []
        for name, ion in self.charged:
            inside, outside = (c[ion] for c in self.systems[name].concentrations(numbers))
            found.append(nernst_potential(self.rows.cell.valences[ion], inside, outside, numbers["temperature"]))
        return found

    def _spent(self, V: list[Any], numbers: Mapping[str, Any]) -> list[Any]:
        flows = (system.flows(v, numbers) for v, system in zip(V, self.systems.values(), strict=True))
        return [sum((one.atp for group in flows for one in group.values() if one.atp is not None), 0.0)]

    @property
    def _spends(self) -> bool:
        """Whether what is spent is known as a whole: not of ratios, nor where what spends is known per area alone."""
        extents = [system.extent for system in self.systems.values()]
        flows = (system.flows(0.0, self.rows.solver.numbers) for system in self.systems.values())
        spend = [any(one.atp is not None for one in group.values()) for group in flows]
        return Extent.RELATIVE not in extents and all(
            extent is Extent.WHOLE for extent, spends in zip(extents, spend, strict=True) if spends
        )
