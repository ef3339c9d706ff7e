"""The pieces that a protocol cuts time into: which numbers hold in each, which change, what is clamped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..description.cell import BATH, Cell
from ..description.protocol import Electrode, Protocol, Ramp
from ..errors import InputError, Problem
from ..system.dynamics import Clamps
from ..system.whole import WholeCell, whole_numbers

FIXED = (".amount", ".concentration", ".described_volume")


@dataclass(frozen=True)
class Stretch:
    """A stretch of time without a discontinuity: numbers at its begin, slopes [1/s] of those that a ramp changes, clamps."""

    begin: float
    end: float
    numbers: dict[str, float]
    slopes: dict[str, float]
    clamps: Clamps
    voltages: dict[str, float]
    news: tuple[str, ...] = ()
    solutions: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


class Course:
    """Cuts a protocol into stretches for one cell. `ramped` are the numbers that some ramp changes."""

    def __init__(self, cell: Cell, whole: WholeCell, protocol: Protocol) -> None:
        self.cell, self.whole, self.protocol = cell, whole, protocol
        self._baths = [name for name, space in cell.compartments.items() if space.role == BATH]
        self._known: dict[tuple[tuple[str, str], ...], dict[str, float]] = {}
        self.ramped = tuple(sorted({self._number_of(ramp) for ramp in protocol.ramps}))

    def _number_of(self, ramp: Ramp) -> str:
        """The one number that a ramped path is; a path that several numbers follow from cannot be ramped."""
        before, after = self._numbers({}), self._numbers({ramp.path: ramp.text})
        changed = [name for name in before if before[name] != after[name]]
        if len(changed) > 1:
            raise InputError(
                Problem(
                    f"'{ramp.path}' cannot be ramped: {len(changed)} numbers of the cell follow from it",
                    path=ramp.path,
                    found=", ".join(changed[:4]),
                    expected="a path that is one number",
                )
            )
        return changed[0] if changed else ramp.path

    def _numbers(self, settings: Mapping[str, str]) -> dict[str, float]:
        """The numbers of the cell with settings; what belongs to the state or was fixed by the description stays as described."""
        key = tuple(sorted(settings.items()))
        if key not in self._known:
            numbers = dict(self.whole.numbers)
            if settings:
                changed = whole_numbers(self.cell.replace(dict(settings)))
                baths = tuple(f"{s}." for s in self._baths if any(path.startswith(f"{s}.impermeant") for path in settings))
                numbers |= {
                    name: value
                    for name, value in changed.items()
                    if not name.endswith(FIXED) or (name.endswith(".concentration") and name.startswith(baths or "\0"))
                }
            self._known[key] = numbers
        return self._known[key]

    def stretches(self) -> list[Stretch]:
        """The stretches in order, from 0 to the end."""
        p = self.protocol
        cuts = {0.0, p.until}
        cuts |= {t for s in p.settings for t in (s.at, s.until) if t is not None}
        cuts |= {t for r in p.ramps for t in (r.begin, r.end)} | {t for e in p.electrodes for t in (e.begin, e.end)}
        times = sorted(t for t in cuts if 0 <= t <= p.until)
        return [self._stretch(a, b) for a, b in zip(times, times[1:], strict=False) if b > a]

    def _stretch(self, begin: float, end: float) -> Stretch:
        settings, factors = self._settings(begin)
        numbers = dict(self._numbers(settings))
        slopes: dict[str, float] = {}
        for ramp in sorted(self.protocol.ramps, key=lambda r: r.begin):
            name = self._number_of(ramp)
            target = self._numbers({**settings, ramp.path: ramp.text})[name]
            if ramp.begin <= begin < ramp.end:
                slopes[name] = (target - numbers[name]) / (ramp.end - ramp.begin)
                numbers[name] += slopes[name] * (begin - ramp.begin)
            elif begin >= ramp.end and not any(s.path == ramp.path and ramp.end <= s.at <= begin for s in self.protocol.settings):
                numbers[name] = target
        for path, factor in factors.items():
            scaled = self._numbers({**settings, path: f"{self.cell.settable[path].si * factor!r} {_si_unit(self.cell, path)}"})
            numbers |= {name: value for name, value in scaled.items() if value != self._numbers(settings)[name]}
        electrodes = [e for e in self.protocol.electrodes if e.begin <= begin < e.end]
        return Stretch(
            begin,
            end,
            numbers,
            slopes,
            _clamps(electrodes, numbers),
            {e.into: e.value for e in electrodes if e.kind == "voltage"},
            self._news(begin),
            {e.into: e.solution for e in electrodes if e.solution and e.begin == begin},
        )

    def _settings(self, time: float) -> tuple[dict[str, str], dict[str, float]]:
        """Settings and factors in force just after a time, later ones over earlier."""
        settings: dict[str, str] = {}
        factors: dict[str, float] = {}
        for one in sorted(self.protocol.settings, key=lambda s: s.at):
            if one.at <= time and (one.until is None or time < one.until):
                if one.text is not None:
                    settings[one.path] = one.text
                    factors.pop(one.path, None)
                elif one.factor is not None:
                    factors[one.path] = one.factor
        return settings, factors

    def _news(self, time: float) -> tuple[str, ...]:
        """What begins or ends at a time, in words."""
        p, news = self.protocol, []
        news += [f"{s.path} = {s.text}" if s.text is not None else f"{s.path} x {s.factor:g}" for s in p.settings if s.at == time]
        news += [f"{s.path} back" for s in p.settings if s.until == time]
        news += [f"{r.path} ramps to {r.text}" for r in p.ramps if r.begin == time]
        news += [f"{e.kind} in '{e.into}'" for e in p.electrodes if e.begin == time]
        news += [f"{e.kind} in '{e.into}' ends" for e in p.electrodes if e.end == time]
        return tuple(news[:12])


def _clamps(electrodes: list[Electrode], numbers: dict[str, float]) -> Clamps:
    currents = {e.into: e.carrier or "" for e in electrodes if e.kind == "current"}
    numbers |= {f"electrode.{e.into}.current": e.value for e in electrodes if e.kind == "current"}
    voltages = {e.into: e.carrier or "" for e in electrodes if e.kind == "voltage"}
    return Clamps(currents, voltages, frozenset(e.into for e in electrodes if e.kind == "dialyse"))


def _si_unit(cell: Cell, path: str) -> str:
    """A unit text of SI for the dimension of a path's value."""
    from ..units import quantity_from

    value = cell.settable[path]
    dimension = quantity_from(value.text).dimension if value.text else None
    return "" if dimension is None else dimension.symbol
