"""The states in which time courses of many rows begin: as `beginning` has that of one, in arrays with a value for each row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...description.derive import LARGEST_IMPLIED
from ...description.protocol import Protocol
from ...system.cell import CellSystem
from ...system.states import CHARGE, Key
from ..rest.rows import RowsFound
from ..steady.row_start import charged_of
from ..steady.rows import SteadyRowsFound
from ..steady.solver import Posed
from ..steady.start import carrying
from .beginning import JUMPS

Arrays = list[np.ndarray]


def begun(
    posed: Posed, protocol: Protocol, at: RowsFound | SteadyRowsFound, numbers: Mapping[str, Any], size: int
) -> tuple[Arrays, np.ndarray]:
    """The first state of so many rows, row of the state by row, and whether each is one that lanes may follow.

    Arguments:
        at: the rest, or the steady state, of the rows
    """
    if isinstance(at, SteadyRowsFound):
        x, fits = posed.problem.state(at.unknowns, numbers), np.array(True)
    else:
        x, fits, numbers = _at_rest(posed, protocol, at.V, numbers)
    return [np.broadcast_to(np.asarray(v, dtype=float), size) for v in posed.problem.moving.settled(x, numbers)], fits


def _at_rest(
    posed: Posed, protocol: Protocol, V: Mapping[str, np.ndarray], numbers: Mapping[str, Any]
) -> tuple[list[Any], np.ndarray, Mapping[str, Any]]:
    """The described state at rest, at a potential or as described; whether it fits; and the numbers that hold there."""
    still = posed.whole
    x: list[Any] = [row.initial(numbers) for row in still.states.rows]
    fits, numbers = _neutral(posed, x, numbers), {**numbers, **_kept(still, x, numbers)}
    if protocol.start == "described":
        for node in still.charged:
            x[still.states.index[Key(CHARGE, node)]] = still.net_charge(node, x, numbers)
        return x, fits, numbers
    potentials = still.circuit.potentials(V, numbers)
    if protocol.start == "potential":
        potentials = potentials | dict.fromkeys(still.nodes, protocol.start_potential or 0.0)
    voltages = still.membrane_potentials(potentials, numbers)
    return still.at_potentials(charged_of(posed, potentials, x, numbers), voltages, numbers), fits, numbers


def _neutral(posed: Posed, x: list[Any], numbers: Mapping[str, Any]) -> Any:
    """Whether compartments carry no more charge than membranes hold at potentials that a cell bears."""
    state, fits = posed.whole.at(x, numbers), np.array(True)
    for node in carrying(posed):
        most = LARGEST_IMPLIED * posed.whole.capacitance_around(node, state)
        fits = fits & (np.abs(posed.whole.net_charge(node, x, numbers)) <= most)
    return fits


def _kept(whole: CellSystem, x: list[Any], numbers: Mapping[str, Any]) -> dict[str, Any]:
    """As `beginning` has it: waters for the moment before those that follow osmolarity at once do; the described ones where these jump."""
    waters = whole.volumes(x, numbers)
    described = {space: numbers[f"{space}.volume"] for space in whole.instantaneous}
    return {
        f"{space}.kept_water": np.where(np.abs(waters[space] / w - 1) > JUMPS, w, waters[space]) for space, w in described.items()
    }
