"""Everything that `excite` asks for, measured on one preparation in the order in which one answer needs the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..rest.blocks import MembraneBlock
from ..rest.gated import GatedBlock
from ..rest.zero_current import RestSolver, RestState
from .after import ANODE, Accommodation, Refractory, Spike, accommodation, anode_break, refractory, spike
from .repetitive import Hopf, Repetitive, hopf_points, repetitive
from .setup import leads_to_ground
from .stimulated import Preparation, Stimulus
from .strength import Strength, row_of, strengths
from .threshold import Bracket, Firing, current_threshold, firing

TOUCH = 1e-4
"""Displacement [V] from an unstable rest, which the cell then leaves."""
AGAINST = 0.1
"""How far below rest [V] an outward current may bring the membrane, as its conductance at rest has it, before a break is sought no further."""

Told = Callable[[str, float], None]


@dataclass
class Measured:
    """What was found; None where something does not exist, or was not reached.

    Attributes:
        row:  durations of currents [s]; base: of pulses in pairs, and of the spike's stimulus
        fold: the current [A] at which the rest disappears, where that is the rheobase
        thresholds_alone: whether nothing is asked of what comes after thresholds
        spontaneous: rate of firing without a stimulus [1/s]
    """

    prep: Preparation
    rest: RestState
    row: tuple[float, ...]
    base: float
    firing: Firing | None = None
    spontaneous: float | None = None
    strength: Strength | None = None
    hopf: tuple[Hopf, ...] = ()
    fold: float | None = None
    repetitive: Repetitive | None = None
    spike: Spike | None = None
    refractory: Refractory | None = None
    anode: Bracket | None = None
    accommodation: Accommodation | None = None
    thresholds_alone: bool = False

    @property
    def fires_by_itself(self) -> bool:
        return self.spontaneous is not None


def measured(
    prep: Preparation,
    rest: RestState,
    above: float,
    durations: Sequence[float] | None,
    rest_solver: RestSolver,
    told: Told,
    thresholds_alone: bool = False,
) -> Measured:
    """All of it, or thresholds alone: of the displacement and of currents, rheobase and chronaxie."""
    usual = row_of(prep.capacitance / prep.conductance)
    found = Measured(prep, rest, tuple(durations or usual), usual[2], thresholds_alone=thresholds_alone)
    told("threshold", 0.0)
    if rest.stable is False:
        _by_itself(found, above)
    else:
        found.firing = firing(prep, above)
    points = _hopf(prep, rest_solver, told)
    found.hopf = tuple(one for one in points if one.frequency)
    if found.firing is not None:
        _stimulated(found, [one.current for one in points if not one.frequency and not one.stable], told)
    return found


def _by_itself(found: Measured, above: float) -> None:
    """Whether and how often a cell fires whose rest is unstable: pushed a little, it leaves."""
    run = found.prep.respond(Stimulus(shock=TOUCH), above, spikes=12, closely=True)
    times = run.spikes(above)
    if times.size >= 3:
        found.spontaneous = float(1.0 / np.diff(times[1:]).mean())


def _hopf(prep: Preparation, solver: RestSolver, told: Told) -> tuple[Hopf, ...]:
    """Hopf points of the current, where all of it passes one membrane outside of loops."""
    stimulated = prep.stimulated
    name = stimulated.membrane
    told("Hopf points", 0.05)
    block = next((one for one in solver.blocks if isinstance(one, MembraneBlock) and one.name == name), None)
    if block is None or not leads_to_ground(stimulated.cell, stimulated.electrode, name):
        return ()
    gated = GatedBlock(solver.circuit, block, tuple(solver.numbers))
    numbers: Any = {key: value for key, value in prep.numbers.items() if key in solver.numbers}
    return hopf_points(gated, prep.V, numbers, stimulated.way)


def _stimulated(found: Measured, folds: Sequence[float], told: Told) -> None:
    prep, firing = found.prep, found.firing
    assert firing is not None
    told("strength and duration", 0.1)
    found.strength = strengths(prep, firing, found.row, folds[0] if folds else None)
    if found.strength.rheobase is not None and folds and found.strength.rheobase.high == folds[0]:
        found.fold = folds[0]
    if not found.thresholds_alone:
        _after(found, told)


def _after(found: Measured, told: Told) -> None:
    """What comes after thresholds: the spike, what follows it, and firing that goes on."""
    prep, firing, strength = found.prep, found.firing, found.strength
    assert firing is not None
    assert strength is not None
    at_base = strengths_at(found)
    if at_base is not None:
        told("spike", 0.3)
        found.spike = spike(prep, at_base.value, found.base)
        told("refractory periods", 0.35)
        found.refractory = refractory(prep, firing, at_base.value, found.base, found.spike)
    rheobase = strength.rheobase
    if rheobase is None:
        return
    told("anode break", 0.4)
    found.anode = anode_break(
        prep, firing, ANODE * found.base / 5, rheobase.value, prep.stimulated.way * AGAINST * prep.conductance
    )
    if strength.chronaxie is not None:
        told("accommodation", 0.45)
        found.accommodation = accommodation(prep, firing, rheobase.value, strength.chronaxie)
    told("repetitive firing", 0.5)
    found.repetitive = repetitive(prep, firing, rheobase.value, found.hopf, _steps(told))


def strengths_at(found: Measured) -> Bracket | None:
    """The threshold of the pulse that the spike follows."""
    assert found.firing is not None
    assert found.strength is not None
    known = dict(zip(found.strength.durations, found.strength.brackets, strict=True))
    if known.get(found.base) is not None:
        return known[found.base]
    guess = found.prep.stimulated.way * found.prep.capacitance * found.firing.shock.value / found.base
    return current_threshold(found.prep, found.firing, found.base, guess)


def _steps(told: Told) -> Callable[[], None]:
    """Tells how far repetitive firing is."""
    done = iter(range(1, 1000))
    return lambda: told("repetitive firing", min(0.99, 0.5 + 0.04 * next(done)))
