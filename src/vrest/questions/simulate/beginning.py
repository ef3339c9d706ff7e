"""The state in which a time course begins, as `start` says, and what is at once because of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ...description.protocol import Protocol
from ...errors import InputError
from ...results.simulation import Happening
from ...system.states import CHARGE, Key
from ..steady.solver import Posed
from ..steady.start import charged, not_neutral, start_state

if TYPE_CHECKING:
    from ..steady.steady_state import Finder


JUMPS = 1e-3
"""Part of a described volume by which water that follows at once changes it before the course begins with the described one."""


@dataclass(frozen=True)
class Beginning:
    """The first state, gates apart.

    Attributes:
        x:       the state
        shifts:  what was added for the charge of the membranes, by compartment: ion and moles
        kept:    numbers that hold at the very begin alone: described waters [m^3], where they follow osmolarity at once from there
    """

    x: np.ndarray
    shifts: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    kept: Mapping[str, float] = field(default_factory=dict)

    @property
    def happenings(self) -> list[Happening]:
        """What is at once because of it."""
        spaces = [path.rpartition(".")[0] for path in self.kept]
        return [Happening(0.0, f"the water of '{space}' follows osmolarity at once") for space in spaces]


def beginning(finder: Finder, protocol: Protocol) -> Beginning:
    """The first state of a course.

    Raises:
        InputError: a compartment is far from neutral.
        NoAnswerError: it begins at a steady state, and there is none.
    """
    posed, numbers = finder.posed, finder.numbers
    if protocol.start == "steady":
        root = finder.chosen
        return Beginning(start_state(posed, finder.whole.circuit.potentials(posed.voltages(root.y), numbers), root.x))
    if unbalanced := not_neutral(posed):
        raise InputError(*unbalanced)
    kept = _kept(finder)
    if protocol.start == "described":
        x = np.array(posed.initial)
        for node in finder.whole.charged:
            x[posed.states.index[Key(CHARGE, node)]] = float(finder.whole.net_charge(node, list(x), numbers))
        return Beginning(x, kept=kept)
    potentials, contents, shifts = finder.rest.potentials[0], finder.start, finder.shifts
    if protocol.start == "potential":
        potentials = potentials | dict.fromkeys(finder.whole.nodes, protocol.start_potential or 0.0)
    if kept:
        posed = Posed(posed.problem, {**numbers, **kept})
    if kept or protocol.start == "potential":
        contents, shifts = charged(posed, potentials)
    return Beginning(start_state(posed, potentials, contents), shifts, kept)


def _kept(finder: Finder) -> dict[str, float]:
    """The described waters of compartments that jump from them at once, for the moment before they do."""
    waters = finder.whole.volumes(list(finder.posed.initial), finder.numbers)
    described = {space: finder.numbers[f"{space}.volume"] for space in finder.whole.instantaneous}
    return {f"{space}.kept_water": w for space, w in described.items() if abs(waters[space] / w - 1) > JUMPS}
