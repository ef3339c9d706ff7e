"""The parts of a cell whose potentials are found by themselves: one membrane, or membranes that share loops.

A block with one unknown potential is scanned over all of them; one with several is solved from a grid of starts.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...engines.symbolic import Buffered
from ...errors import Problem
from ...system.circuit import Circuit, Loop
from ...units import to_unit

LOOP_STARTS = (-0.09, -0.06, -0.03, 0.0, 0.03)
MOST_STARTS = 125

Numbers = Mapping[str, float]


class MembraneBlock:
    """One membrane outside of loops: it carries no net current by itself, whatever its neighbours do. x is its potential [V]."""

    unknowns = 1

    def __init__(self, circuit: Circuit, name: str, names: Sequence[str]) -> None:
        self.circuit, self.name, self.members, self._names = circuit, name, [name], names
        self.system = circuit.membranes[name]
        self.owners = [(name, word) for word in self.system.membrane.mechanisms]
        self.separable = not any(m.law.basis_free for m in self.system.mechanisms.values())

    @functools.cached_property
    def compiled(self) -> Buffered:
        """Current of every mechanism as a function of x."""
        return Buffered(lambda x, p: list(self.system.currents(x[0], p).values()), 1, self._names)

    def voltages(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> dict[str, Any]:
        """Membrane potentials [V] at x."""
        return {self.name: x[0]}

    def jump(self, x: float) -> str:
        """What is said where the net current steps over zero."""
        at = f"{to_unit(x, 'mV'):.3f} mV"
        return f"The net current of membrane '{self.name}' jumps across zero at {at} and is not zero there; that is not counted."

    def no_root(self, low: float, high: float, total: np.ndarray, rejected: bool) -> Problem:
        """Why a scan found nothing."""
        span, subject = _span(low, high), f"the net current of membrane '{self.name}'"
        if not np.all(np.isfinite(total)):
            return Problem(
                f"{subject} is not a finite number everywhere {span}; a formula divides by zero or overflows", path=self.name
            )
        if rejected:
            return Problem(
                f"{subject} jumps across zero {span} without being zero anywhere; a formula is discontinuous there",
                path=self.name,
            )
        way = "outward" if total[len(total) // 2] > 0 else "inward"
        return Problem(
            f"membrane '{self.name}' has no resting potential {span}: its net current is {way} everywhere there, "
            "so no leak balances its pumps",
            path=self.name,
            expected="a conductance that can carry the current back",
        )


class LoopBlock:
    """Membranes that share loops. x are potentials of compartments [V]; with one of them the block is scanned as a membrane is."""

    def __init__(self, loop: Loop, names: Sequence[str]) -> None:
        self.loop, self.members, self._names = loop, loop.names, names
        self.name, self.unknowns = ", ".join(loop.names), len(loop.unknown)
        self.owners: list[tuple[str, str]] = []
        self.separable = False

    @functools.cached_property
    def compiled(self) -> Buffered:
        """Of one unknown: the currents out of its compartment; of more: the net current out of each."""
        return Buffered(self.loop.terms if self.unknowns == 1 else self.loop.residuals, self.unknowns, self._names)

    def voltages(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> dict[str, Any]:
        """Membrane potentials [V] at x."""
        return self.loop.voltages(x, numbers)

    def starts(self, near: Mapping[str, float] | None, few: int) -> list[np.ndarray]:
        """Where Newton starts: a grid for up to three unknown potentials, scattered points for more; with `near`, potentials of
        compartments [V], these first and then a few of the others."""
        every = grid_of_starts(self.unknowns)
        return every if near is None else [np.array(self.loop.start(near)), *every[:: max(1, len(every) // few)]]

    def jump(self, x: float) -> str:
        """What is said where the net current steps over zero."""
        at = f"{to_unit(x, 'mV'):.3f} mV"
        return (
            f"The net current of '{self.loop.unknown[0]}' jumps across zero at {at} and is not zero there; that is not counted."
        )

    def no_root(self, low: float, high: float, total: np.ndarray, rejected: bool) -> Problem:
        """Why a scan found nothing."""
        return Problem(
            f"no potential of '{self.loop.unknown[0]}' {_span(low, high)} leaves the loop of membranes {self.name} without net current",
            path=self.members[0],
            expected="leaks that can balance the pumps",
        )

    def not_found(self, starts: int) -> Problem:
        """What is said where Newton settled nowhere."""
        return Problem(
            f"no potentials without net current were found for the loop of membranes {self.name}, by Newton's method from {starts} starts",
            path=self.members[0],
            expected="leaks that can balance the pumps",
        )


Block = MembraneBlock | LoopBlock


def blocks_of(circuit: Circuit, names: Sequence[str]) -> list[Block]:
    """Every block of a circuit: membranes outside of loops, scanned loops, then those with several unknown potentials (or none)."""
    trees: list[Block] = [MembraneBlock(circuit, name, names) for name in circuit.tree]
    loops = [LoopBlock(loop, names) for loop in circuit.loops]
    return [*trees, *sorted(loops, key=lambda loop: loop.unknowns != 1)]


def grid_of_starts(unknowns: int) -> list[np.ndarray]:
    """Potentials [V] from which several unknown ones are sought."""
    if len(LOOP_STARTS) ** unknowns <= MOST_STARTS:
        return [np.array(start) for start in itertools.product(LOOP_STARTS, repeat=unknowns)]
    return list(np.random.default_rng(0).uniform(LOOP_STARTS[0], LOOP_STARTS[-1], (MOST_STARTS, unknowns)))


def _span(low: float, high: float) -> str:
    return f"between {to_unit(low, 'mV'):.0f} and {to_unit(high, 'mV'):.0f} mV"
