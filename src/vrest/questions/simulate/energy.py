"""The energy of a time course: powers and stored free energy along it, what the protocol added, and the first law, held to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...constants import R
from ...engines.integrator import Piece
from ...errors import NoAnswerError, Problem
from ...results.energy import EnergyCourse
from ...results.simulation import Happening
from ...system.clamps import Motion
from ...system.energy import EnergyFlow, Powers
from .account import Account
from .energy_reasons import reasons
from .engines import SUMMED
from .intervals import Interval
from .leg import Leg
from .pump_course import beyond_its_atp, reversals, violations

POINTWISE_LIMIT = 1e-11
"""Of the sum of all magnitudes of powers at a moment: rounding."""
INTEGRAL_FACTOR, INTEGRAL_FLOOR = 100.0, 1e-6
"""Integrated powers agree with the change of stored energy to this many relative tolerances, or to this part if that is more, of all
that was stored or turned over. Measured over the library and its scenarios: 5 relative tolerances, 1e-7 where an ion is exhausted."""
EACH = ("heat", "thermal", "given", "cycles", "left", "other", "other_thermal")
SHOWN = ("atp", "work", "pumps", "paths", "water", "electrodes", "into_baths", "exchanged", "stored")


class EnergyAccount:
    """Keeps the energy of one run. The first law enters the certificate through `book`."""

    def __init__(self, flow: EnergyFlow, book: Account, rtol: float) -> None:
        self.flow, self.book, self.rtol = flow, book, rtol
        self.arrays: dict[str, list[np.ndarray]] = {name: [] for name in (*SHOWN, "stored_J", "protocol_J", "budget")}
        self.each: dict[str, dict[tuple[str, str], list[np.ndarray]]] = {name: {} for name in EACH}
        self.totals = np.zeros(len(SUMMED) + 1)
        self.turned_over, self.largest, self.error = 0.0, 0.0, 0.0
        self.jumped, self.unit = 0.0, 1e-9
        self.at_begin: float | None = None

    def is_bounded(self, stretch: Interval) -> bool:
        """Whether powers have a value all along a stretch: no bath is without an ion that it lists."""
        length = stretch.end - stretch.begin
        end = stretch.numbers | {name: stretch.numbers[name] + slope * length for name, slope in stretch.slopes.items()}
        return self.flow.free_energy.is_bounded(stretch.numbers, end)

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
        sums = np.full((self.totals.size, *shape), np.nan) if piece.sums is None else piece.sums
        driven = self.totals[-1] + sums[-1]
        with np.errstate(all="ignore"):
            m = leg.dynamics.motion(list(x), numbers)
            found = self.flow.of(m)
            self._pointwise(found)
            self._each(m, shape)
            stored = self._stored(x, numbers, shape)
            self._integrated(sums, stored, driven)
        shown = {name: getattr(found, name) for name in SHOWN}
        shown |= {"stored_J": stored, "protocol_J": self.jumped + driven, "budget": numbers.get("metabolism.budget")}
        for name, value in shown.items():
            self.arrays[name].append(_full(value, shape))
        self.totals = self.totals + sums[:, -1]

    def _stored(self, x: Sequence[Any], numbers: Mapping[str, Any], shape: tuple[int, ...]) -> np.ndarray:
        parts = [np.abs(part) for part in self.flow.free_energy.parts(list(x), numbers)]
        self.largest = float(np.maximum(self.largest, np.max(_full(sum(parts), shape))))
        return _full(self.flow.free_energy.stored(list(x), numbers) if self.flow.free_energy.why_none is None else None, shape)

    def _each(self, m: Motion, shape: tuple[int, ...]) -> None:
        """Heat of every mechanism; turnover, power from ATP and what a cycle leaves of it, of every driven one."""
        for name, group in m.flows.items():
            for word, flows in group.items():
                moved = sum((np.abs(flux) for flux in flows.fluxes.values()), 0.0)
                values = {"heat": self.flow.heat(name, word, m), "thermal": R * m.state["temperature"] * moved}
                if (name, word) in self.flow.driven:
                    values |= {"cycles": flows.cycles, "left": self.flow.left_over(name, word, m)}
                    values |= {"given": self.flow.power_from_atp(name, word, m)}
                for key, value in values.items():
                    self.each[key].setdefault((name, word), []).append(_full(value, shape))

        others = {(name, "water"): pair for name, pair in self.flow.relaxing(m).items()} | self.flow.exchanging(m)
        for place, (heat, thermal) in others.items():
            for key, value in (("other", heat), ("other_thermal", thermal)):
                self.each[key].setdefault(place, []).append(_full(value, shape))

    def _pointwise(self, found: Powers) -> None:
        """Powers by membrane against the rate of stored energy by compartment, and pumps by flux against pumps by turnover."""
        pairs = {}
        if found.atp is not None and found.pumps is not None:
            pairs["pumps"] = found.atp - found.work - found.pumps
        if self.closes and found.stored is not None:
            pairs["cell"] = found.balance - found.stored
        for place, error in pairs.items():
            parts = np.abs(np.asarray(error, dtype=float)) / np.maximum(found.gross, 1e-300)
            worst = float(np.max(parts[np.isfinite(parts)], initial=0.0))
            self.book.note("first_law_fraction", place, worst)
            if worst > POINTWISE_LIMIT:
                raise NoAnswerError(
                    Problem(f"the first law is broken: {worst:.2g} of the power at a moment is not accounted for ({place})")
                )

    def _integrated(self, sums: np.ndarray, stored: np.ndarray, driven: np.ndarray) -> None:
        self.turned_over += float(np.sum(np.abs(sums[2:, -1])))
        if self.closes and self.at_begin is not None:
            gone = stored - self.at_begin - self.jumped - driven - self.totals[0] - sums[0]
            self.error = float(np.maximum(self.error, np.max(np.abs(gone))))

    @property
    def closes(self) -> bool:
        """Whether the balance of powers is known, and what is stored."""
        return "balance" not in self.flow.why and self.flow.free_energy.why_none is None

    # -- the answer -----------------------------------------------------------------------------------------------

    def course(self, time: np.ndarray, exhausted: bool = False) -> EnergyCourse:
        """The energy of the whole run, of which `time` [s] are the points.

        Where an amount or volume is `exhausted`, its potential grows without bound, and with it the error of what is summed up: then the
        difference is said in the certificate, and is no failure.

        Raises:
            NoAnswerError: integrated power and change of stored energy differ.
        """
        if self.closes:
            self._close(exhausted)
        arrays: dict[str, Any] = {name: np.concatenate(parts) for name, parts in self.arrays.items()}
        each = {key: {place: np.concatenate(parts) for place, parts in group.items()} for key, group in self.each.items()}
        budget = arrays.pop("budget")
        found = EnergyCourse(
            **arrays,
            efficiency=_part(arrays["work"], arrays["atp"]),
            budget=budget,
            heat=_nested(each["heat"]),
            turnover=_nested(each["cycles"]),
            left_over=_nested(each["left"]),
            pump_efficiency=_nested({key: _part(given - each["heat"][key], given) for key, given in each["given"].items()}),
            total=self._totals(),
            happenings=tuple(sorted(_happenings(time, each), key=lambda one: one.time)),
            violations=_violations(time, each),
        )
        return replace(found, why=reasons(found, self.flow, self.flow.whole.cell.metabolism))

    def _close(self, exhausted: bool) -> None:
        fraction = self.error / float(np.maximum(self.largest + self.turned_over, 1e-300))
        limit = max(INTEGRAL_FACTOR * self.rtol, INTEGRAL_FLOOR)
        if np.isfinite(fraction):
            self.book.note("first_law_integral_fraction", "cell", fraction)
        if fraction > limit and not exhausted:
            raise NoAnswerError(
                Problem(
                    "the first law is broken: of the energy that was stored or turned over, a part is not accounted for",
                    found=f"{fraction:.2g}",
                    expected=f"at most {limit:.2g} at this rtol; a smaller rtol, or --engine scipy",
                )
            )

    def _totals(self) -> dict[str, float | None]:
        """Energies of the whole run [J]; what the pumps turned to heat is the rest of what ATP gave."""
        why = self.flow.why
        found = {
            name: None if name in why or not np.isfinite(x) else x for name, x in zip(SUMMED, self.totals.tolist(), strict=False)
        }
        atp, work = found["atp"], found["work"]
        pumps = None if atp is None or work is None else atp - work
        del found["balance"]
        protocol = self.jumped + float(self.totals[-1])
        return found | {"pumps": pumps, "protocol": protocol if np.isfinite(protocol) else None}


Places = dict[tuple[str, str], np.ndarray]


def _happenings(time: np.ndarray, each: Mapping[str, Places]) -> Iterator[Happening]:
    for (name, word), cycles in each["cycles"].items():
        where, left = f"{name}.{word}", each["left"][name, word]
        yield from reversals(time, where, cycles)
        if violations(time, where, each["heat"][name, word], each["thermal"][name, word]):
            yield from beyond_its_atp(time, where, cycles, left)


def _violations(time: np.ndarray, each: Mapping[str, Places]) -> tuple[str, ...]:
    groups = (("heat", "thermal"), ("other", "other_thermal"))
    rows = [(place, heat, each[size][place]) for key, size in groups for place, heat in each[key].items()]
    return tuple(said for (name, word), heat, thermal in rows for said in violations(time, f"{name}.{word}", heat, thermal))


def _part(value: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """A part of what is positive; nan elsewhere."""
    return np.divide(value, whole, out=np.full(value.shape, np.nan), where=np.nan_to_num(whole) > 0)


def _nested(places: Places) -> dict[str, dict[str, np.ndarray]]:
    found: dict[str, dict[str, np.ndarray]] = {}
    for (name, word), values in places.items():
        found.setdefault(name, {})[word] = values
    return found


def _full(value: Any, shape: tuple[int, ...]) -> np.ndarray:
    """A value at every point; nan where it is not known or infinite."""
    if value is None:
        return np.full(shape, np.nan)
    found = np.broadcast_to(np.asarray(value, dtype=float), shape)
    return np.where(np.isfinite(found), found, np.nan)
