"""The parts of a cell whose potentials are found by themselves: one membrane, or membranes that share loops.

A block with one unknown potential is scanned over all of them; one with several is solved from a grid of starts.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from ...description.cell import Cell, Mechanism
from ...engines.roots import Root, all_roots, sign_changes
from ...engines.symbolic import Buffered
from ...errors import InputError, NoAnswerError, Problem
from ...system.circuit import Circuit, Loop, MembraneSystem
from ...units import to_unit

RESOLUTION = 0.00025
PROBES = 65
WIDEST = 2.0
WIDENING = 0.05
FINITE = "a formula that is finite at every potential"
DIVIDES = "it divides by zero or overflows"
KEEPS = "`beyond: hold` keeps the value at the edge"
LOOP_STARTS = (-0.09, -0.06, -0.03, 0.0, 0.03)
MOST_STARTS = 125
BESIDE = 1e-9
"""How far beside a supposed root currents are looked at [V]."""
GROWN = 100.0
"""Times its value beside it beyond which a current does not come to a root, but to a pole."""
ROUNDING = 1e-14
NOISE = 1e-12  # where a scan still sees more than noise in a sum that cancels

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

    def net(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """What vanishes at rest: the net current, at floats or symbols."""
        return [sum(self.system.currents(x[0], numbers).values(), 0.0)]

    def unknown(self, V: Mapping[str, float], numbers: Numbers) -> list[float]:
        """x at potentials of membranes [V]."""
        return [V[self.name]]

    def jump(self, x: float) -> str:
        """What is said where the net current steps over zero."""
        at = f"{to_unit(x, 'mV'):.3f} mV"
        return f"The net current of membrane '{self.name}' jumps across zero at {at} and is not zero there; that is not counted."

    def no_root(self, low: float, high: float, total: np.ndarray, rejected: bool) -> Problem:
        """Why a scan found nothing."""
        span, subject = _span(low, high), f"the net current of membrane '{self.name}'"
        if rejected:
            return Problem(
                f"{subject} jumps across zero {span} without being zero anywhere; a formula is discontinuous there",
                path=self.name,
            )
        way = "outward" if total[len(total) // 2] > 0 else "inward"
        pumps = any(m.pump or m.law.given for m in self.system.mechanisms.values())
        why = "no leak balances its pumps" if pumps else "nothing carries a current back"
        return Problem(
            f"membrane '{self.name}' has no resting potential {span}: its net current is {way} everywhere there, so {why}",
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

    def net(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """What vanishes at rest: the net current out of each compartment, at floats or symbols."""
        return self.loop.residuals(x, numbers)

    def unknown(self, V: Mapping[str, float], numbers: Numbers) -> list[float]:
        """x at potentials of membranes [V]."""
        return self.loop.start(self.loop.circuit.potentials(V, numbers))

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


# -- formulas that divide by zero ---------------------------------------------------------------------------------------


def pole_of(block: MembraneBlock, V: float, numbers: Mapping[str, float]) -> str | None:
    """The mechanism whose current is infinite at a potential, or grows towards it without bound; None where there is none."""
    p = block.compiled.values(numbers)
    here, *beside = (np.abs(block.compiled(V + side, p)[0]) for side in (0.0, -BESIDE, BESIDE))
    grown = ~np.isfinite(here) | (here > GROWN * np.maximum(*beside))
    return next((word for (_, word), one in zip(block.owners, grown, strict=True) if one), None)


def poles_of(block: MembraneBlock, numbers: Mapping[str, float], V: np.ndarray) -> list[float]:
    """Potentials [V] at which something that a formula divides by changes its sign between those given."""
    system, found = block.system, list[float]()
    for k, seen in enumerate(system.divisors(V, numbers)):

        def divisor(x: np.ndarray, k: int = k) -> np.ndarray:
            return np.broadcast_to(np.asarray(system.divisors(x, numbers)[k], dtype=float), x.shape)

        sign = np.sign(np.broadcast_to(seen, V.shape))
        if np.any(sign != sign[0]):
            found += sign_changes(divisor, V)
    return found


def infinite(system: MembraneSystem, word: str, V: float, numbers: Numbers, where: str = "") -> str:
    """What is said of a mechanism that has no finite current at a potential."""
    there = where or f"at V = {to_unit(V, 'mV'):.6g} mV"
    return f"{formula_of(system, word)} is not a finite number {there}: {because(system, word, V, numbers)}"


def because(system: MembraneSystem, word: str, V: float, numbers: Numbers) -> str:
    """Why a formula has no finite value: a table ends, or the formula itself has none."""
    tables = system.mechanisms[word].ending
    if not tables:
        return DIVIDES
    from ...mechanisms.formula_tables import ended, readings

    with readings() as seen, suppress(InputError):  # a law may refuse what is not finite
        system.currents(V, numbers)
    end = ended([one for one in seen if one.table in tables])
    return DIVIDES if end is None else f"its table '{end.table.name}' {end.words}; {KEEPS}"


def first_infinite(owners: Sequence[tuple[str, str]], V: np.ndarray, currents: np.ndarray) -> tuple[str, float, bool] | None:
    """A mechanism whose current (mechanisms, potentials) is not finite, the first potential of those [V], and whether it is so at all."""
    for (_, word), row in zip(owners, ~np.isfinite(currents), strict=True):
        if np.any(row):
            return word, float(V[int(np.argmax(row))]), bool(np.all(row))
    return None


def formula_of(system: MembraneSystem, word: str) -> str:
    """What makes the current of a mechanism infinite: its factor, its rate, or its law."""
    mechanism: Mechanism = system.mechanisms[word]
    place = f"'{system.membrane.name}.{word}'"
    if mechanism.factor is not None:
        return f"the factor of {place}"
    return f"the rate of {place}" if mechanism.rate is not None else f"the current of {place}"


# -- currents over the unknown potential ------------------------------------------------------------------------------


class Terms:
    """Currents of mechanisms over one potential, and their sum; `active` says which of them count."""

    def __init__(self, compiled: Buffered, numbers: Numbers) -> None:
        self.compiled, self.numbers, self.p = compiled, numbers, compiled.values(numbers)
        self.active: np.ndarray | None = None
        self._known: dict[tuple[float, float, int], tuple[np.ndarray, np.ndarray]] = {}
        self._poles: dict[tuple[float, float], list[float]] = {}

    def only(self, active: np.ndarray) -> Terms:
        """The same currents, of which only some count."""
        terms = object.__new__(Terms)
        terms.compiled, terms.numbers, terms.p, terms._known = self.compiled, self.numbers, self.p, self._known
        terms._poles = self._poles
        terms.active = active
        return terms

    def poles(self, block: Block, low: float, high: float) -> list[float]:
        """Potentials of a range at which a formula of a membrane may have a pole [V]."""
        if isinstance(block, LoopBlock):
            return []
        if (low, high) not in self._poles:
            self._poles[low, high] = poles_of(block, self.numbers, np.arange(low, high, RESOLUTION))
        return self._poles[low, high]

    def each(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Currents of those that count and their slopes, (mechanisms, points)."""
        key = (float(x[0]), float(x[-1]), x.size)
        if key not in self._known:
            self._known[key] = self.compiled.on_grid(x, self.p)
        y, slope = self._known[key]
        return (y, slope) if self.active is None else (y[self.active], slope[self.active])

    def grid(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Net current and its slope at many points."""
        y, slope = self.each(x)
        return net(y, NOISE), net(slope, NOISE)

    def point(self, x: float) -> tuple[float, float]:
        """Net current and its slope at one point."""
        y, slope = self.compiled(x, self.p)
        slope = slope[:, 0]
        if self.active is not None:
            y, slope = y[self.active], slope[self.active]
        return net_of_few(y.tolist()), net_of_few(slope.tolist())


def net(terms: np.ndarray, least: float = ROUNDING) -> np.ndarray:
    """The sum over mechanisms; zero where the terms cancel to rounding, whose noise would look like countless roots."""
    total = terms.sum(axis=0)
    return np.where(np.abs(total) <= least * np.abs(terms).sum(axis=0), 0.0, total)


def net_of_few(terms: list[float]) -> float:
    """As `net` at one point, for a handful of plain floats."""
    total = sum(terms)
    return 0.0 if abs(total) <= ROUNDING * sum(map(abs, terms)) else total


# -- seeking roots along a block's one unknown ------------------------------------------------------------------------


def widened(terms: Terms, low: float, high: float) -> tuple[float, float]:
    """The range, further out while the net current does not change sign in it [V]."""
    while low > -WIDEST and terms.point(low)[0] > 0:
        low -= WIDENING
    while high < WIDEST and terms.point(high)[0] < 0:
        high += WIDENING
    return low, high


def sought(block: Block, terms: Terms, low: float, high: float) -> tuple[np.ndarray, list[Root]]:
    """Currents at a few potentials of a range, and uncertified roots in it.

    Raises:
        InputError: nothing conducts there.
    """
    probe = terms.each(np.linspace(low, high, PROBES))[0]
    if isinstance(block, MembraneBlock):
        _must_conduct(block, probe)
    gross = np.abs(probe).sum(axis=0)
    scale = float(np.max(gross[np.isfinite(gross)], initial=0.0))
    poles = terms.poles(block, low, high)
    return probe, all_roots(terms.grid, terms.point, low, high, RESOLUTION, scale, poles)


def sought_without(block: MembraneBlock, terms: Terms, whole: tuple[float, float]) -> list[Root]:
    """Uncertified roots of some of the currents over the range of all of them, or wider; none where they have no rest."""
    try:
        _, found = sought(block, terms, *widened(terms, *whole))
        must_not_vanish(block, found)
    except (InputError, NoAnswerError):
        return []
    return [root for root in found if math.isfinite(root.x)]


def _must_conduct(block: MembraneBlock, probe: np.ndarray) -> None:
    if not np.any(probe):
        words = f"every mechanism of membrane '{block.name}' carries zero current at every potential"
        raise InputError(nothing_conducts(words, block.name))


def must_be_finite(block: MembraneBlock, V: np.ndarray, currents: np.ndarray, numbers: Numbers) -> str | None:
    """What is said of a current that is not finite somewhere.

    Raises:
        NoAnswerError: it is finite nowhere.
    """
    found = first_infinite(block.owners, V, currents)
    if found is None:
        return None
    word, at, everywhere = found
    if everywhere:
        never = infinite(block.system, word, at, numbers, "at any potential")
        raise NoAnswerError(Problem(never, path=f"{block.name}.{word}", expected=FINITE))
    return infinite(block.system, word, at, numbers)


def without_root(block: Block, poles: Sequence[str], low: float, high: float, probe: np.ndarray, rejected: bool) -> Problem:
    if not poles:
        return block.no_root(low, high, probe.sum(axis=0), rejected)
    message = f"{' and '.join(poles)}; beside it no potential is without net current"
    return Problem(message, path=block.members[0], expected=FINITE)


def nothing_conducts(words: str, path: str) -> Problem:
    return Problem(
        f"nothing conducts: {words}, so its potential is not defined",
        path=path,
        found="zero conductance",
        expected="at least one path that conducts",
    )


def nothing_crosses(cell: Cell) -> NoAnswerError:
    """What is said of a cell that no current enters."""
    message = f"no current crosses any membrane of {cell.name}, so none decides a potential"
    return NoAnswerError(Problem(message, path=cell.name, expected="a mechanism that conducts"))


def must_not_vanish(block: Block, found: list[Root]) -> None:
    for root in found:
        if root.plateau > 0.5 * RESOLUTION:
            low, high = (to_unit(root.x + side * 0.5 * root.plateau, "mV") for side in (-1, 1))
            raise NoAnswerError(
                Problem(
                    f"membrane '{block.name}' carries no net current at any potential from {low:.1f} to {high:.1f} mV; none of them is its rest",
                    path=block.name,
                    expected="a path that conducts there",
                )
            )


def passed_over(block: Block, poles: Iterable[str], gap: str | None) -> list[str]:
    """What a scan does not count or does not search, in sentences."""
    said = [f"{words}: what changes its sign there is not counted." for words in poles]
    if gap is not None:
        said.append(f"{gap}; there the net current of membrane '{block.name}' was not searched.")
    return [f"{words[0].upper()}{words[1:]}" for words in said]
