"""Firing that goes on under a steady current: where the steady potential loses and regains its stability, and what runs show.

A Hopf point of the current is where two swinging deviations of the steady potential neither grow nor decay. Where firing begins before
it, rest and firing exist side by side (Rinzel 1978).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from ..rest.gated import Deviations, GatedBlock
from .stimulated import ROUGH, Preparation
from .threshold import Bracket, Firing, confirmed, narrowed, step

SCAN, REACH = 1e-3, 0.15
"""Steps of the potential [V] at which stability is looked at, and how far from rest."""
HOPF_WIDTH = 1e-10
LONG, PIECES, LATE = 5.0, 60.0, 0.6
"""How much longer than a response a run of repetitive firing is, unless that takes more pieces than this, and after which part of it firing
counts as going on."""
WIDTH = 1e-3
"""Relative width of the brackets of currents between which firing begins and ends."""
TRIED = 9
SAMPLES, BELOW = 12, 0.98
"""Currents at which the rate is taken, up to a little below the last that fires."""
SWING = 1e-3
"""By how much the potential still swings [V] where it is not at rest."""
BEYOND = 2.0
"""How far beyond the last Hopf point firing is looked for, in times its current."""
BESIDE = 0.03
"""How far beside a Hopf point runs confirm it, as a part of its current."""
AS_IT_IS, CONCENTRATIONS_HELD = "as it is", "concentrations held"
"""With what runs beside a Hopf point confirm it."""
MOST = 100.0
"""Times the rheobase up to which firing is followed."""


@dataclass(frozen=True)
class Hopf:
    """A steady current [A] at which the steady potential [V] changes its stability, and how fast deviations swing there [1/s]; none at a
    fold, where two steady potentials meet. `stable`: whether it is stable beyond."""

    current: float
    V: float
    frequency: float
    stable: bool


@dataclass(frozen=True)
class Rate:
    """Firing at a steady current [A]: how often [1/s], and up to which potential [V]."""

    current: float
    frequency: float
    peak: float


@dataclass(frozen=True)
class Repetitive:
    """Currents [A] from and up to which firing goes on, Hopf points of the current, with what runs beside the upper one agree (None: none
    do), and how the rate follows the current."""

    onset: Bracket | None
    end: Bracket | None
    hopf: tuple[Hopf, ...]
    confirmed: str | None
    rates: tuple[Rate, ...] = field(default=())

    @property
    def block(self) -> float | None:
        """The current [A] beyond which nothing fires or swings: the Hopf point at which the steady potential is stable again or, where
        firing goes on beside that, its end."""
        if not self.hopf or not self.hopf[-1].stable:
            return None
        return self.end.low if self.goes_on and self.end is not None else self.hopf[-1].current

    @property
    def goes_on(self) -> bool:
        """Whether firing goes on beside a depolarised potential that is stable again."""
        return bool(self.rates and self.hopf and abs(self.rates[-1].current) > abs(self.hopf[-1].current))


Limits = tuple[Bracket, Bracket | None]
"""Between which currents firing begins, and between which it ends: None where it goes on at the largest that was tried."""


class Steadily:
    """Runs under steady currents from rest."""

    def __init__(self, prep: Preparation, firing: Firing) -> None:
        self.prep, self.firing, self.level = prep, firing, firing.level
        self.length = min(LONG * prep.most, max(prep.most, PIECES * prep.piece))
        self.fires = functools.lru_cache(maxsize=256)(self._fires)

    def held(self) -> Steadily:
        """The same with concentrations held."""
        return Steadily(replace(self.prep, stimulated=self.prep.stimulated.held()), self.firing)

    def roughly(self) -> Steadily:
        """The same at less accuracy: where it is worth looking."""
        return Steadily(replace(self.prep, rtol=ROUGH), self.firing)

    @property
    def late(self) -> float:
        """The time [s] after which firing counts as going on."""
        return LATE * self.length

    def _fires(self, current: float) -> bool:
        """Whether firing goes on: the run ends when it is known."""
        run = self.prep.respond(step(current, self.length), self.level, spikes=2, since=self.late)
        return bool(run.spikes(self.level, self.late).size >= 2)

    def is_silent(self, current: float) -> bool:
        """Whether no firing goes on."""
        return not self.fires(current)

    def swings(self, current: float) -> bool:
        """Whether the potential still swings at the end."""
        run = self.prep.respond(step(current, self.length))
        late = run.V[run.t > self.late]
        return late.size > 0 and float(np.ptp(late)) > SWING

    def rate(self, current: float) -> Rate | None:
        """How often it fires; None where firing does not go on."""
        run = self.prep.respond(step(current, self.length))
        late = run.spikes(self.level, self.late)
        if late.size < 2:
            return None
        return Rate(current, float(1.0 / np.diff(late).mean()), float(run.V[run.t > self.late].max()))


def repetitive(
    prep: Preparation, firing: Firing, rheobase: float, hopf: tuple[Hopf, ...], progress: Callable[[], None]
) -> Repetitive:
    """Firing under steady currents, from the rheobase [A] on."""
    runs = Steadily(prep, firing)
    tried = [0.9 * rheobase, *_tried(rheobase, hopf)]
    limits = _confirmed(runs, _limits(runs.roughly(), tried, progress), tried[-1]) or _limits(runs, tried, progress)
    if limits is None:
        return Repetitive(None, None, hopf, _swings_end(runs, hopf))
    onset, end = limits
    upper = BELOW * (end.low if end is not None else tried[-1])
    rates = [runs.rate(i) for i in np.geomspace(onset.high, upper, SAMPLES).tolist()]
    return Repetitive(onset, end, hopf, _swings_end(runs, hopf), tuple(one for one in rates if one is not None))


def _limits(runs: Steadily, tried: list[float], progress: Callable[[], None]) -> Limits | None:
    """Where firing begins and ends, among currents that are tried; nothing where none fires."""
    firing = (k for k in range(1, len(tried)) if runs.fires(tried[k]))
    if (first := next(firing, None)) is None:
        return None
    last = next(k for k in reversed(range(first, len(tried))) if runs.fires(tried[k]))
    progress()
    onset = narrowed(runs.fires, tried[first - 1], tried[first], WIDTH)
    progress()
    end = None if last + 1 == len(tried) else narrowed(runs.is_silent, tried[last], tried[last + 1], WIDTH)
    progress()
    return onset, end


def _confirmed(runs: Steadily, found: Limits | None, largest: float) -> Limits | None:
    """The same by accurate runs, beside what less accurate ones found; nothing where these are far off."""
    if found is None:
        return None
    onset = confirmed(runs.fires, found[0])
    if found[1] is None:
        return (onset, None) if onset is not None and runs.fires(largest) else None
    end = confirmed(runs.is_silent, found[1])
    return (onset, end) if onset is not None and end is not None else None


def _tried(rheobase: float, hopf: tuple[Hopf, ...]) -> list[float]:
    """Currents at which firing is looked for: from the rheobase to beyond the last Hopf point, and just beyond the first."""
    way = 1.0 if rheobase > 0 else -1.0
    most = max([BEYOND * abs(one.current) for one in hopf], default=MOST * abs(rheobase))
    found = set(np.geomspace(1.02 * abs(rheobase), max(most, 2 * abs(rheobase)), TRIED).tolist())
    found |= {1.02 * abs(one.current) for one in hopf[:1]}
    return [way * one for one in sorted(found)]


def _swings_end(runs: Steadily, hopf: tuple[Hopf, ...]) -> str | None:
    """In which runs the potential goes on swinging just below the upper Hopf point, and not just above it: those of the cell, or with
    concentrations held, as the point is found."""
    if not hopf or not hopf[-1].stable:
        return None
    below, above = ((1 + side * BESIDE) * hopf[-1].current for side in (-1, 1))
    for word, runs_of in ((AS_IT_IS, lambda: runs), (CONCENTRATIONS_HELD, runs.held)):
        those = runs_of()
        if those.swings(below) and not those.swings(above):
            return word
    return None


def hopf_points(block: GatedBlock, V: float, numbers: dict[str, float], way: int) -> tuple[Hopf, ...]:
    """Hopf points of the current, and folds, from rest [V] upward, concentrations held, by the potential to which a current brings the membrane."""
    grid = np.arange(V, V + REACH, SCAN)
    stable = [_stable(block.at([float(x)], numbers)) for x in grid]
    places = [k for k in range(len(grid) - 1) if stable[k] != stable[k + 1]]
    return tuple(_hopf(block, float(grid[k]), float(grid[k + 1]), numbers, way) for k in places)


def _stable(found: Deviations) -> bool:
    assert found.spectrum is not None
    return bool(found.spectrum.values[0].real < 0)


def _hopf(block: GatedBlock, low: float, high: float, numbers: dict[str, float], way: int) -> Hopf:
    """The point between two potentials at which a deviation, or two that swing, neither grow nor decay."""
    was = _stable(block.at([low], numbers))
    while high - low > HOPF_WIDTH:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if _stable(block.at([middle], numbers)) == was else (low, middle)
    there = block.at([high], numbers)
    assert there.spectrum is not None
    first = there.spectrum.values[0]
    membrane = block.block.members[0]
    current = sum(block.circuit.membranes[membrane].currents(high, numbers).values())
    return Hopf(way * float(current), high, abs(first.imag) / (2 * np.pi), not was)
