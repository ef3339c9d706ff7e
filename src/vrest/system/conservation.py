"""What the mechanisms of a cell cannot change: conserved totals, from the stoichiometry alone."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from ..description.cell import Mechanism
from .cell import CellSystem
from .exchange import Exchange


def stoichiometry(whole: CellSystem, still: Collection[Exchange] = ()) -> np.ndarray:
    """Change of each amount (rows, in the order of the layout) by each independent flux (columns), exchanges that stand `still` left out.

    Ions that a mechanism moves independently of each other (shared channels) have a column each; coupled ones share one.
    """
    place = {key: k for k, key in enumerate(whole.layout.amounts)}
    columns = []
    for name, system in whole.circuit.membranes.items():
        membrane = whole.cell.membranes[name]
        for mechanism in system.mechanisms.values():
            if _is_off(mechanism):
                continue
            numbers = {key: value.si for key, value in mechanism.parameters.items()}
            for group in mechanism.law.moves(mechanism.species, whole.cell.valences, numbers):
                column = np.zeros(len(place))
                for ion, n in group.items():
                    for key, sign in (((membrane.inner, ion), -1.0), ((membrane.outer, ion), 1.0)):
                        if key in place:
                            column[place[key]] += sign * n
                columns.append(column)
    for exchange in (one for one in whole.exchanges if one not in still):
        column = np.zeros(len(place))
        for ion, n in exchange.mechanism.species.items():
            for key, sign in (((exchange.space, ion), -1.0), ((exchange.place, ion), 1.0)):
                if key in place:
                    column[place[key]] += sign * n
        columns.append(column)
    return np.array(columns).T if columns else np.zeros((len(place), 0))


def water_stoichiometry(whole: CellSystem) -> np.ndarray:
    """Change of each volume of the layout (rows) by the water through each membrane (columns)."""
    volumes = whole.layout.volumes
    columns = []
    for membrane in whole.cell.membranes.values():
        if membrane.water.moves:
            columns.append([float(name == membrane.inner) - float(name == membrane.outer) for name in volumes])
    return np.array(columns).T.reshape(len(volumes), len(columns))


def combined(amounts: np.ndarray, volumes: np.ndarray) -> np.ndarray:
    """Both as one block-diagonal matrix."""
    rows, columns = amounts.shape
    both = np.zeros((rows + volumes.shape[0], columns + volumes.shape[1]))
    both[:rows, :columns], both[rows:, columns:] = amounts, volumes
    return both


def _is_off(mechanism: Mechanism) -> bool:
    """Whether the mechanism carries nothing at any state: the number that scales it is zero."""
    scales = [mechanism.parameters[name].si for name in mechanism.scales]
    return bool(scales) and all(scale == 0 for scale in scales)


def conserved(N: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Totals that no flux changes, and which amounts follow from the others through them.

    Returns:
        L: (totals, amounts) with L @ N = 0, in echelon form: each total holds one amount that no other total holds
        dependent: for each total the position of that amount
    """
    amounts = N.shape[0]
    rows = np.hstack([N, np.eye(amounts)])
    fluxes, pivot_row = N.shape[1], 0
    for column in range(fluxes):
        if pivot_row == amounts:
            break
        best = pivot_row + int(np.argmax(np.abs(rows[pivot_row:, column])))
        if abs(rows[best, column]) < 1e-12:
            continue
        rows[[pivot_row, best]] = rows[[best, pivot_row]]
        rows[pivot_row] /= rows[pivot_row, column]
        others = [k for k in range(amounts) if k != pivot_row]
        rows[others] -= np.outer(rows[others, column], rows[pivot_row])
        pivot_row += 1
    return _echelon(rows[pivot_row:, fluxes:])


def _echelon(L: np.ndarray) -> tuple[np.ndarray, list[int]]:
    L = L.copy()
    dependent: list[int] = []
    for k in range(L.shape[0]):
        column = int(np.argmax(np.abs(L[k])))
        L[k] /= L[k, column]
        for j in range(L.shape[0]):
            if j != k:
                L[j] -= L[j, column] * L[k]
        dependent.append(column)
    L[np.abs(L) < 1e-12] = 0.0
    return L, dependent
