"""What is seen of a run, part after part: points where it bends and at wanted times, and the laws at all points of a kind at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...results.energy import EnergyCourse
from ...system.cell import CellSystem
from .account import Account
from .energy import EnergyAccount
from .interruption import Stop
from .observe import Drawn, Seen, kind, observe
from .points import joined, moving, together
from .trace import Trace


class Looked:
    """What is seen of a run so far.

    Arguments:
        electrodes: compartments that have one
        wanted:     times [s] that have a point, or None
        most:       points up to which bends are followed; 0: not at all
    """

    def __init__(
        self,
        whole: CellSystem,
        trace: Trace,
        energy: EnergyAccount,
        electrodes: Sequence[str],
        wanted: np.ndarray | None,
        most: int,
    ) -> None:
        self.whole, self.trace, self.energy, self.electrodes = whole, trace, energy, electrodes
        self.wanted, self.most, self.drawn = wanted, most, Drawn(whole)
        self.times: list[np.ndarray] = []
        self.shown: list[Any] = []
        self.powers: list[Any] = []

    def look(self, stop: Stop) -> None:
        """Look at what came since the last time; until `stop` says so, closer where it bends."""
        if not (fresh := self.trace.points):
            return
        if self.most:
            self.drawn.meet(fresh)
            self.trace.fit(self.drawn, self.most, stop)
        if self.wanted is not None:
            self.trace.hold(self.wanted, stop)
        points = self.trace.points
        kinds, order = together(points, kind(self.whole))
        moved = [moving(one) for one in kinds]
        self.shown.append(joined([observe(self.whole, one, self.electrodes) for one in moved], order))
        self.powers.append(joined([self.energy.powers(one) for one in moved], order))
        self.times.append(np.concatenate([one.time for one in points]))
        self.trace.settle()

    def seen(self, exhausted: bool = False, aside: bool = False) -> tuple[Seen, EnergyCourse]:
        """What a result shows, and the energy.

        Arguments:
            exhausted: whether the run ends where an amount is exhausted
            aside:     for a look in between, of which the account of the run knows nothing
        """
        time, every = np.concatenate(self.times), slice(None)
        energy = self.energy.aside(Account(self.whole)) if aside else self.energy
        course = energy.course(time, joined(self.powers, every), self.trace.sums(), exhausted or aside)
        return Seen(time, **joined(self.shown, every)), course
