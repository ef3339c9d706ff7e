"""The energy of a time course: powers and stored free energy along it, what the protocol added, and the first law, held to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..engines.integrator import Piece
from ..engines.symbolic import Sums
from ..errors import NoAnswerError, Problem
from ..results.energy import EnergyCourse
from ..system.dynamics import Dynamics
from ..system.powers import EnergyFlow, Powers
from ..system.whole import WholeCell
from .kept import Book
from .pieces import Leg

POINTWISE_LIMIT = 1e-11
"""Of the sum of all magnitudes of powers at a moment: rounding."""
INTEGRAL_FACTOR, INTEGRAL_FLOOR = 1e9, 1e-9
"""The integrated power agrees with the change of stored energy to this many relative tolerances, of all that was stored or turned over."""
SUMMED = ("balance", "atp", "work", "paths", "water", "electrodes", "into_baths")
SHOWN = ("atp", "work", "pumps", "paths", "water", "electrodes", "into_baths", "stored")
NOT_FINITE = "an ion is absent somewhere at some time, where its chemical potential has no value"


class EnergyBook:
    """Keeps the energy of one run. The first law enters the certificate through `book`."""

    def __init__(self, whole: WholeCell, book: Book, rtol: float) -> None:
        self.whole, self.book, self.rtol = whole, book, rtol
        self.flow = EnergyFlow(whole)
        self.arrays: dict[str, list[np.ndarray]] = {name: [] for name in (*SHOWN, "stored_J", "protocol_J")}
        self.totals = np.zeros(len(SUMMED) + 1)
        self.turned_over, self.largest, self.error = 0.0, 0.0, 0.0
        self.jumped, self.unit = 0.0, 1e-9
        self.at_begin: float | None = None

    def sums(self, dynamics: Dynamics, ramped: Sequence[str]) -> Sums:
        """What an integrator sums up along the run."""

        def rates(z: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
            found = self.flow.powers(dynamics, dynamics.full(z, numbers), numbers)
            return [_or_zero(getattr(found, name)) for name in SUMMED]

        def level(z: Sequence[Any], numbers: Mapping[str, Any]) -> Any:
            return self.flow.free_energy.stored(dynamics.full(z, numbers), numbers)

        return Sums(rates, level, dynamics.size, dynamics.names, ramped)

    # -- along the run --------------------------------------------------------------------------------------------

    def jump(self, before: np.ndarray, old: Mapping[str, Any], after: np.ndarray, new: Mapping[str, Any]) -> None:
        """What a step of the protocol adds to the stored energy: other numbers, and the charge that a clamp puts on at once."""
        level = self.flow.free_energy
        with np.errstate(all="ignore"):
            first, then = (float(level.stored(list(x), numbers)) for x, numbers in ((before, old), (after, new)))
            size = sum(abs(float(part)) for part in level.parts(list(after), new))
        self.unit = size if 0 < size < np.inf else self.unit
        if self.at_begin is None:
            self.at_begin = first
        self.jumped += then - first
        self.turned_over += abs(then - first)

    def keep(self, leg: Leg, piece: Piece, x: Sequence[Any], numbers: Mapping[str, Any]) -> None:
        """Powers and stored energy at the points of a piece.

        Raises:
            NoAnswerError: the first law is broken.
        """
        shape = piece.times.shape
        with np.errstate(all="ignore"):
            found = self.flow.powers(leg.dynamics, list(x), numbers)
            parts = [np.abs(part) for part in self.flow.free_energy.parts(list(x), numbers)]
            stored = _full(self.flow.free_energy.stored(list(x), numbers), shape)
            self.largest = max(self.largest, float(np.max(_full(sum(parts), shape))))
            self._pointwise(found)
            assert piece.sums is not None
            driven = self.totals[-1] + piece.sums[-1]
            for name in SHOWN:
                self.arrays[name].append(_full(getattr(found, name), shape))
            self.arrays["stored_J"].append(stored if self.flow.free_energy.why_none is None else np.full(shape, np.nan))
            self.arrays["protocol_J"].append(self.jumped + driven)
            self._integrated(piece.sums, stored, driven)
            self.totals = self.totals + piece.sums[:, -1]

    def _pointwise(self, found: Powers) -> None:
        """Powers by membrane against the rate of stored energy by compartment, and pumps by flux against pumps by turnover."""
        pairs = {}
        if found.atp is not None and found.pumps is not None:
            pairs["pumps"] = found.atp - found.work - found.pumps
        if self.closes and found.stored is not None:
            pairs["cell"] = found.balance - found.stored
        for place, error in pairs.items():
            parts = np.abs(np.asarray(error, dtype=float)) / np.maximum(found.gross, 1e-300)
            known = parts[np.isfinite(parts)]
            worst = float(np.max(known, initial=0.0))
            self.book.note("first_law_fraction", place, worst)
            if worst > POINTWISE_LIMIT:
                raise NoAnswerError(
                    Problem(f"the first law is broken: {worst:.2g} of the power at a moment is not accounted for ({place})")
                )

    def _integrated(self, sums: np.ndarray, stored: np.ndarray, driven: np.ndarray) -> None:
        self.turned_over += float(np.sum(np.abs(sums[2:, -1])))
        if not self.integrates or self.at_begin is None:
            return
        gone = stored - self.at_begin - self.jumped - driven - self.totals[0] - sums[0]
        self.error = max(self.error, float(np.max(np.abs(gone))))

    @property
    def closes(self) -> bool:
        """Whether every power but that from ATP is known."""
        return "balance" not in self.flow.why

    @property
    def integrates(self) -> bool:
        return self.closes and self.flow.free_energy.why_none is None

    # -- the answer -----------------------------------------------------------------------------------------------

    def course(self) -> EnergyCourse:
        """The energy of the whole run.

        Raises:
            NoAnswerError: integrated power and change of stored energy differ.
        """
        refused = self._refused()
        if self.integrates:
            fraction = self.error / max(self.largest + self.turned_over, 1e-300)
            if np.isfinite(fraction):
                self.book.note("first_law_integral_fraction", "cell", fraction)
            else:
                refused["certificate.residuals.first_law_integral_fraction"] = NOT_FINITE
            limit = max(INTEGRAL_FACTOR * self.rtol, INTEGRAL_FLOOR)
            if fraction > limit:
                raise NoAnswerError(
                    Problem(
                        f"the first law is broken: {fraction:.2g} of the energy that was stored or turned over is not accounted for",
                        found=f"{fraction:.2g}",
                        expected=f"at most {limit:.2g} at this rtol; a smaller rtol, or --engine scipy",
                    )
                )
        arrays = {name: np.concatenate(parts) for name, parts in self.arrays.items()}
        return EnergyCourse(**arrays, total=self._totals(), refused=refused)

    def _totals(self) -> dict[str, float | None]:
        """Energies of the whole run [J]; what the pumps turned to heat is the rest of what ATP gave."""
        why = self.flow.why
        found = dict(zip(SUMMED, self.totals.tolist(), strict=False))
        known = {name: None if name in why else found[name] for name in SUMMED[1:]}
        atp, work = known["atp"], known["work"]
        return known | {
            "pumps": None if atp is None or work is None else atp - work,
            "protocol": self.jumped + float(self.totals[-1]),
        }

    def _refused(self) -> dict[str, str]:
        return {}


def _or_zero(value: Any) -> Any:
    return 0.0 if value is None else value


def _full(value: Any, shape: tuple[int, ...]) -> np.ndarray:
    return np.full(shape, np.nan) if value is None else np.broadcast_to(np.asarray(value, dtype=float), shape).copy()
