"""How a whole cell answers to small deviations: eigenvalues of its dynamics where nothing that is conserved changes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...constants import F, R
from ...description.cell import CELL
from ...engines.symbolic import Compiled
from ...system.cell import CellSystem
from .solver import SteadyProblem


class Dynamics:
    """The rates of the state and their Jacobian, compiled once for a structure."""

    def __init__(self, problem: SteadyProblem) -> None:
        self.problem, self.whole, self.layout = problem, problem.whole, problem.layout
        self.compiled = Compiled(self.whole.rates, self.layout.size, self.whole.names)

    def constraints(self) -> np.ndarray:
        """Rows that annihilate every rate: conserved totals of amounts, and each compartment's charge against its ions."""
        rows = [np.concatenate([np.zeros(len(self.layout.nodes)), total]) for total in self.problem.L]
        for node in self.layout.nodes:
            if self.whole.cell.compartments[node].role != CELL:
                continue
            row = np.zeros(self.layout.size)
            row[self.layout.index["Q", node]] = 1.0
            for ion in self.whole.cell.compartments[node].ions:
                row[self.layout.index[node, ion]] = -F * self.whole.cell.valences[ion]
            rows.append(row)
        return np.array(rows).reshape(len(rows), self.layout.size)

    def eigenvalues(self, x: np.ndarray, numbers: Mapping[str, float]) -> tuple[np.ndarray, int]:
        """Eigenvalues [1/s] on the manifold of conserved totals, slowest first, and the number of totals that were removed."""
        scale = scales(self.whole, x, numbers)
        jacobian = self.compiled(x, self.compiled.values(numbers))[1] * scale[None, :] / scale[:, None]
        rows = self.constraints() * scale[None, :]
        tangent = _null_space(rows)
        values = np.linalg.eigvals(tangent.T @ jacobian @ tangent) if tangent.shape[1] else np.zeros(0)
        return values[np.argsort(-values.real)], rows.shape[0]


def scales(whole: CellSystem, x: np.ndarray, numbers: Mapping[str, float]) -> np.ndarray:
    """Sizes that make the state O(1): the charge of RT/F on each node's capacitance, each amount and volume itself."""
    unit, nodes = R * numbers["temperature"] / F, whole.layout.nodes
    membranes = whole.cell.membranes.items()
    around = [sum(whole.capacitance(name, numbers) for name, m in membranes if node in (m.inner, m.outer)) for node in nodes]
    rest = np.maximum(np.abs(np.asarray(x[len(nodes) :], dtype=float)), 1e-30)
    return np.array([*(C * unit for C in around), *rest])


def is_stable(eigenvalues: np.ndarray) -> bool:
    """Whether every deviation decays; a zero within rounding of the fastest rate counts as not decaying."""
    if eigenvalues.size == 0:
        return True
    return bool(eigenvalues.real.max() < -1e-15 * np.abs(eigenvalues).max())


def _null_space(rows: np.ndarray) -> np.ndarray:
    """Orthonormal columns that every row annihilates."""
    size = rows.shape[1]
    if rows.shape[0] == 0:
        return np.eye(size)
    scaled = rows / np.abs(rows).max(axis=1)[:, None]
    _, singular, right = np.linalg.svd(scaled)
    rank = int(np.sum(singular > 1e-12 * singular[0]))
    return right[rank:].T
