"""How the state in which a course begins moves with the written numbers.

It is z = g(u, w), where u are the potentials at rest, or the unknowns of the steady state, in which the course begins. There F(u, w) = 0, so
that with the written numbers w

    dz/dw = dg/dw - dg/du (dF/du)^-1 dF/dw

(implicit function theorem); F and g are traced once, through all that follows from the written numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ...description.protocol import Protocol
from ...engines.newton import refined
from ...engines.symbolic import Buffered
from ...errors import NotFoundError, Problem
from ...system.clamps import Dynamics
from ...system.states import CHARGE, Key
from ..steady.row_start import charged_of
from ..steady.solver import Posed
from ..steady.start import Resting, potentials_at
from ..steady.steady_state import Finder, SteadySolver
from .beginning import beginning

SAME = 1e-6
"""Part of the largest of its kind by which the traced state may differ from the one that a course begins with."""
NONE = np.zeros(0)


class FirstState:
    """The reduced states in which courses of one structure begin under one protocol, with how they move.

    Arguments:
        solver:   the structure
        protocol: says where they begin
        paths:    the written numbers
        dynamics: of the first stretch
    """

    def __init__(self, solver: SteadySolver, protocol: Protocol, paths: Sequence[str], dynamics: Dynamics) -> None:
        self.solver, self.protocol, self.paths, self.dynamics = solver, protocol, list(paths), dynamics
        self.whole, self.derivation = solver.problem.moving, solver.problem.moving.derivation
        self._traced: tuple[object, Buffered] = None, Buffered(lambda x, _: list(x), 1, ())

    def __call__(self, values: np.ndarray, rest: Resting | None = None) -> tuple[np.ndarray, np.ndarray]:
        """The state, and how it moves with each number (states, numbers).

        Arguments:
            values: of the written numbers [SI]; rest: potentials at rest, where they are known there
        Raises:
            VrestError: there is no such state, or nothing in it has a derivative.
        """
        numbers = self.derivation.numbers(self._written(values))
        finder = self.solver.at(numbers, rest)
        begun = beginning(finder, self.protocol)
        x = self.whole.with_gates(begun.x, {**numbers, **begun.kept})
        z, u = np.array(self.dynamics.reduced(x.tolist()), dtype=float), self._unknowns(finder)
        y, J = self._outputs(finder, tuple(begun.kept), u.size)(np.concatenate([u, values]), NONE)
        n, size = u.size, np.abs(z).max(initial=0.0)
        moved = refined(J[:n, :n], -J[:n, n:]) if n else np.zeros((0, values.size))
        slopes = None if moved is None else J[n:, :n] @ moved + J[n:, n:]
        if slopes is None or not np.isfinite(slopes).all() or np.abs(y[n:] - z).max(initial=0.0) > SAME * size:
            message = "how the state in which the course begins moves with these numbers is not known"
            raise NotFoundError(Problem(message, path="start", expected="a state that is not at a fold"))
        return z, slopes

    def _written(self, values: Sequence[Any] | np.ndarray) -> dict[str, Any]:
        return {**self.derivation.written, **dict(zip(self.paths, values, strict=True))}

    def _unknowns(self, finder: Finder) -> np.ndarray:
        """What is found where the course begins: unknowns of the steady state, or of the blocks of a rest."""
        if self.protocol.start == "steady":
            return np.array(finder.chosen.y)
        if self.protocol.start == "described" or finder.rest.why_none is not None:
            return NONE
        V = finder.whole.membrane_potentials(finder.rest.potentials[0], finder.numbers)
        return np.array([x for block in self.solver.rest.blocks for x in block.unknown(V, finder.numbers)])

    def _outputs(self, finder: Finder, kept: tuple[str, ...], unknowns: int) -> Buffered:
        """What vanishes, then the state, of unknowns and written numbers; traced anew where something else is absent or kept."""
        posed = finder.posed
        key = posed.L.tobytes(), (*posed.dependent,), (*posed.absent,), kept, unknowns
        if self._traced[0] != key:

            def outputs(z: Sequence[Any], _: Mapping[str, Any]) -> list[Any]:
                u, numbers = list(z[:unknowns]), self.derivation.numbers(self._written(z[unknowns:]))
                held = {**numbers, **{name: numbers[f"{name.rpartition('.')[0]}.volume"] for name in kept}}
                x = self.whole.settled(self._state(posed, u, held), held)
                return [*self._equations(posed, u, numbers), *self.dynamics.reduced(x)]

            self._traced = key, Buffered(outputs, unknowns + len(self.paths), ())
        return self._traced[1]

    def _equations(self, posed: Posed, u: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """What vanishes, one for each unknown."""
        if self.protocol.start == "steady":
            found = posed.problem.outputs(u, numbers, L=posed.L, dependent=posed.dependent, absent=posed.absent)
            return found[: len(u)]
        return [net for block, own in self._parts(u) for net in block.net(own, numbers)]

    def _state(self, posed: Posed, u: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """The state, gates apart; as `beginning` has it."""
        still = posed.whole
        if self.protocol.start == "steady":
            return posed.problem.state(u, numbers)
        x: list[Any] = [row.initial(numbers) for row in still.states.rows]
        if self.protocol.start == "described":
            for node in still.charged:
                x[still.states.index[Key(CHARGE, node)]] = still.net_charge(node, x, numbers)
            return x
        potentials = dict.fromkeys(still.cell.compartments, 0.0)
        if u:
            V = {name: one for block, own in self._parts(u) for name, one in block.voltages(own, numbers).items()}
            potentials = potentials_at(self.solver.rest, V, numbers)
        if self.protocol.start == "potential":
            potentials |= dict.fromkeys(still.nodes, self.protocol.start_potential or 0.0)
        voltages = still.membrane_potentials(potentials, numbers)
        return still.at_potentials(charged_of(posed, potentials, x, numbers), voltages, numbers)

    def _parts(self, u: Sequence[Any]) -> Iterator[tuple[Any, Sequence[Any]]]:
        """Every block of a rest with its own unknowns."""
        first = 0
        for block in self.solver.rest.blocks if len(u) else ():
            yield block, u[first : first + block.unknowns]
            first += block.unknowns
