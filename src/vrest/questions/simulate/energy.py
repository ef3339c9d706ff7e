"""The energy of a time course: powers and stored free energy along it, what the protocol added, and the first law, held to."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...constants import R
from ...errors import NotFoundError, Problem, advice
from ...results.energy import EnergyCourse
from ...results.simulation import Happening
from ...system.clamps import Motion
from ...system.energy import EnergyFlow, Powers
from .account import Account
from .energy_reasons import reasons
from .intervals import Interval
from .points import Moving, full
from .pump_course import beyond_its_drive, reversals, violations

POINTWISE_LIMIT = 1e-11
"""Of the sum of all magnitudes of powers at a moment: rounding."""
INTEGRAL_FACTOR, INTEGRAL_FLOOR = 100.0, 1e-6
"""Integrated powers agree with the change of stored energy to this many relative tolerances, or to this part if that is more, of all
that was stored or turned over. Measured over the library and its scenarios: 7 relative tolerances, 1e-7 where an ion is exhausted."""
LEAST_LEFT = 1e-8
"""What is left of an ion at the end of a ramp is known to the rounding of time over this part: 2e-8, well below what the first law is
held to."""
EACH = ("heat", "thermal", "given", "cycles", "left", "other", "other_thermal")
SHOWN = ("atp", "drive", "work", "pumps", "paths", "water", "electrodes", "into_baths", "exchanged", "stored")
Places = dict[tuple[str, str], np.ndarray]
"""Arrays by membrane and mechanism, or compartment and exchange."""


@dataclass(frozen=True)
class Summed:
    """Integrals of powers along a run: one piece after the other.

    Attributes:
        names:  of the powers; the rate of what a ramp changes comes behind them
        begins: places of the first points of stretches, where the protocol steps
        pieces: how many points each piece has
        sums:   integrals since the begin of each piece (count, points); None where they could not be summed up
    """

    names: tuple[str, ...]
    begins: np.ndarray
    pieces: list[int]
    sums: list[np.ndarray | None]

    @property
    def count(self) -> int:
        """How many sums there are."""
        return len(self.names) + 1

    @functools.cached_property
    def ends(self) -> np.ndarray:
        """Integrals over each piece (pieces, count)."""
        return np.array([np.full(self.count, np.nan) if one is None else one[:, -1] for one in self.sums])

    @property
    def totals(self) -> np.ndarray:
        """Over the whole run."""
        return np.cumsum(self.ends, axis=0)[-1]

    @property
    def turned_over(self) -> float:
        """The sum of all magnitudes, without those of the balance and of what drives pumps, whose parts are among the others."""
        kept = [k for k, name in enumerate((*self.names, "protocol")) if name not in ("balance", "atp", "drive")]
        return float(np.sum(np.abs(self.ends[:, kept])))

    def running(self) -> np.ndarray:
        """From the begin of the run to every point (count, points)."""
        before = np.vstack([np.zeros(self.count), np.cumsum(self.ends, axis=0)[:-1]])
        inside = [
            np.full((self.count, size), np.nan) if one is None else one for one, size in zip(self.sums, self.pieces, strict=True)
        ]
        return np.concatenate(inside, axis=1) + np.repeat(before, self.pieces, axis=0).T


class EnergyAccount:
    """The energy of one run. The first law enters the certificate through `book`; `why_none` says why no stored energy can be defined."""

    def __init__(self, flow: EnergyFlow, book: Account, rtol: float, why_none: str | None) -> None:
        self.flow, self.book, self.rtol, self.why_none = flow, book, rtol, why_none

    def aside(self, book: Account) -> EnergyAccount:
        """The same with another book."""
        return EnergyAccount(self.flow, book, self.rtol, self.why_none)

    def left(self, stretch: Interval) -> float:
        """What a stretch leaves of the bath's ion that it takes most of: the chemical potential falls with its logarithm."""
        return self.flow.free_energy.kept(stretch.numbers, stretch.ends)

    def is_bounded(self, stretch: Interval) -> bool:
        """Whether powers have a value all along a stretch: no bath is without an ion that it lists, or comes so near to it that rounding
        of time shows."""
        return self.left(stretch) >= LEAST_LEFT

    # -- at points ------------------------------------------------------------------------------------------------

    def powers(self, points: Moving) -> dict[str, Any]:
        """Powers and stored energy at points: `shown` arrays by name, and `each` by key and place.

        Raises:
            NotFoundError: the first law is broken at a point.
        """
        shape = points.time.shape
        with np.errstate(all="ignore"):
            found = self.flow.of(points.motion)
            self._pointwise(found)
            parts = self.flow.free_energy.parts(points.x, points.numbers)
            shown = {name: getattr(found, name) for name in SHOWN} | ({"stored": None} if self.why_none else {})
            shown |= {"budget": points.numbers.get("metabolism.budget"), "level": sum(parts, 0.0)}
            shown |= {"magnitude": sum((np.abs(part) for part in parts), 0.0)}
            each = self._each(points.motion, shape)
        return {"shown": {name: full(value, shape) for name, value in shown.items()}, "each": each}

    def _each(self, m: Motion, shape: tuple[int, ...]) -> dict[str, Places]:
        """Heat of every mechanism; turnover, power from its drive and what a cycle leaves of it, of every driven one."""
        found: dict[str, Places] = {key: {} for key in EACH}
        for name, group in m.flows.items():
            for word, flows in group.items():
                moved = sum((np.abs(flux) for flux in flows.fluxes.values()), 0.0)
                values = {"heat": self.flow.heat(name, word, m), "thermal": R * m.state["temperature"] * moved}
                if (name, word) in self.flow.driven:
                    values |= {"cycles": flows.cycles, "left": self.flow.left_over(name, word, m)}
                    values |= {"given": self.flow.power_given(name, word, m)}
                for key, value in values.items():
                    found[key][name, word] = full(value, shape)
        others = {(name, "water"): pair for name, pair in self.flow.relaxing(m).items()} | self.flow.exchanging(m)
        for place, (heat, thermal) in others.items():
            found["other"][place], found["other_thermal"][place] = full(heat, shape), full(thermal, shape)
        return found

    def _pointwise(self, found: Powers) -> None:
        """Powers by membrane against the rate of stored energy by compartment, and pumps by flux against pumps by turnover."""
        pairs = {}
        if found.atp is not None and found.pumps is not None:
            pairs["pumps"] = found.atp + found.drive - found.work - found.pumps
        if self.closes:
            pairs["cell"] = found.balance - found.stored
        for place, error in pairs.items():
            parts = np.abs(np.asarray(error, dtype=float)) / np.maximum(found.gross, 1e-300)
            worst = float(np.max(parts[np.isfinite(parts)], initial=0.0))
            self.book.note("first_law_fraction", place, worst)
            if worst > POINTWISE_LIMIT:
                raise NotFoundError(
                    Problem(f"the first law is broken: {worst:.2g} of the power at a moment is not accounted for ({place})")
                )

    @property
    def closes(self) -> bool:
        """Whether the balance of powers is known, and what is stored."""
        return "balance" not in self.flow.why and self.why_none is None

    # -- the answer -----------------------------------------------------------------------------------------------

    def course(self, time: np.ndarray, found: Mapping[str, Any], summed: Summed, exhausted: bool = False) -> EnergyCourse:
        """The energy of the whole run, of which `time` [s] are the points and `found` the powers there.

        Where an amount or volume is `exhausted`, its potential grows without bound, and with it the error of what is summed up: then the
        difference is said in the certificate, and is no failure.

        Raises:
            NotFoundError: integrated power and change of stored energy differ.
        """
        arrays, each = dict(found["shown"]), found["each"]
        level, magnitude, budget = arrays.pop("level"), arrays.pop("magnitude"), arrays.pop("budget")
        jumps = level[summed.begins] - np.append(level[0], level[summed.begins[1:] - 1])
        running, jumped = summed.running(), np.cumsum(jumps)
        protocol = np.repeat(jumped, np.diff(summed.begins, append=time.size)) + running[-1]
        if self.closes:
            gone = level - level[0] - protocol - running[0]
            moved = np.sum(np.abs(jumps)) + summed.turned_over
            self._close(float(np.max(np.abs(gone))), float(np.max(magnitude) + moved), exhausted)
        course = EnergyCourse(
            **arrays,
            stored_J=level if self.why_none is None else np.full(time.shape, np.nan),
            protocol_J=full(protocol, time.shape),
            efficiency=_part(arrays["work"], arrays["atp"] + arrays["drive"]),
            budget=budget,
            heat=_nested(each["heat"]),
            turnover=_nested(each["cycles"]),
            left_over=_nested(each["left"]),
            pump_efficiency=_nested({key: _part(given - each["heat"][key], given) for key, given in each["given"].items()}),
            total=self._totals(summed, float(jumped[-1])),
            happenings=tuple(sorted(_happenings(time, each, self.flow.splitting), key=lambda one: one.time)),
            violations=_violations(time, each),
        )
        return replace(course, why=reasons(course, self.flow, self.why_none))

    def _close(self, error: float, size: float, exhausted: bool) -> None:
        fraction = error / float(np.maximum(size, 1e-300))
        limit = max(INTEGRAL_FACTOR * self.rtol, INTEGRAL_FLOOR)
        if np.isfinite(fraction):
            self.book.note("first_law_integral_fraction", "cell", fraction)
        if fraction > limit and not exhausted:
            raise NotFoundError(
                Problem(
                    "the first law is broken: of the energy that was stored or turned over, a part is not accounted for",
                    found=f"{fraction:.2g}",
                    expected=f"at most {limit:.2g} at this rtol; a smaller rtol, or "
                    + advice('engine="scipy"', "--engine scipy"),
                )
            )

    def _totals(self, summed: Summed, jumped: float) -> dict[str, float | None]:
        """Energies of the whole run [J]; what the pumps turned to heat is the rest of what drove them."""
        why, totals = self.flow.why, summed.totals
        found: dict[str, float | None] = {"drive": 0.0}
        for name, x in zip(summed.names, totals.tolist(), strict=False):
            found[name] = None if name in why or not np.isfinite(x) else x
        atp, drive, work = (found[name] for name in ("atp", "drive", "work"))
        pumps = None if atp is None or drive is None or work is None else atp + drive - work
        del found["balance"]
        protocol = jumped + float(totals[-1])
        return found | {"pumps": pumps, "protocol": protocol if np.isfinite(protocol) else None}


def none_stored(flow: EnergyFlow, stretches: Iterable[Interval]) -> str | None:
    """A sentence where no stored energy can be defined at all that a protocol sets."""
    met = {tuple(one.values()): one for stretch in stretches for one in (stretch.numbers, stretch.ends)}
    return next(filter(None, map(flow.free_energy.why_none, met.values())), None)


def _happenings(time: np.ndarray, each: Mapping[str, Places], splitting: Collection[tuple[str, str]]) -> Iterator[Happening]:
    for (name, word), cycles in each["cycles"].items():
        where, left, splits_atp = f"{name}.{word}", each["left"][name, word], (name, word) in splitting
        yield from reversals(time, where, cycles, splits_atp)
        if violations(time, where, each["heat"][name, word], each["thermal"][name, word]):
            yield from beyond_its_drive(time, where, cycles, left, splits_atp)


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
