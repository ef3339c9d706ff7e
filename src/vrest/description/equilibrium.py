"""Reactions of one compartment that are held at equilibrium: what they keep, and what is free of it.

Each reaction lets one solute, which it makes, follow from the others: c_k = K_k prod c_j^a. The others are kept, each with what the
made ones hold of it: T_j = c_j + what its buffer binds + sum a_kj c_k. Free concentrations are where

.. math:: \\sum_s c_s + \\sum_j b_j - \\sum_j T_j u_j,\\quad c_s = e^{\\ln K_s + a_s \\cdot u}

is least (b_j has what is bound as its slope), u the logarithms of those that are kept. This is convex, so there is one such composition,
and Newton's steps cut to ln(1 + d)/d of themselves, d what a step changes a logarithm at most, come there from anywhere: its third
derivatives are no more than its second ones.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..maths import absolute, eliminated, exp, frozen, is_symbol, log, log1p, maximum, minimum, repeated, where
from ..mechanisms.reaction import equilibrium_constant
from .binding import bound_at
from .cell import Compartment, Mechanism

LEAST = 1e-20
"""Concentration [mol/m^3] that stands for none: it has a logarithm."""
STEPS, TRACED = 400, 40
"""Newton's cut steps: with numbers at most, and as many in a graph."""
NEAR = 1e-6
"""What a step changes a logarithm by at most, from which two whole ones come as close as numbers are."""
SAME = 1e-9
"""Difference of logarithms of two constants that is rounding."""
FARTHEST = 300.0
"""Logarithm of a concentration beyond which it is of no account."""
APART = 1e-4
"""Part by which what is free is varied to see how much of it is bound."""
LN_10 = math.log(10.0)


class Equilibrium:
    """The reactions of a compartment that are held at equilibrium, at numbers of the whole cell by path: floats, arrays or symbols.

    Attributes:
        reactions: by name; species: what they use and make
        made:      {solute that follows: {solute that is kept: its count in it}}
        mixed:     {solute that follows: {reaction: its part in making one of it}}
        paths:     those of the concentrations of its species, and of counter-ions of these
        kept:      the other solutes; bound: those of them that are buffered
        fixed:     those of them whose concentrations are held; sought: the others
        left:      what is left of reactions that follow from the others, or that make and use nothing but what is buffered
    """

    def __init__(self, compartment: Compartment) -> None:
        self.compartment, self.space, self.reactions = compartment, compartment.name, compartment.at_equilibrium
        self.species = tuple(dict.fromkeys(ion for one in self.reactions.values() for ion in one.species))
        stays = {*compartment.buffers, *compartment.fixed}
        followed, self.left = _reduced([_row(name, self) for name in self.reactions], stays)
        self.made = {ion: _of_the_others(ion, counts) for ion, (_, counts, _) in followed.items()}
        self.mixed = {ion: parts for ion, (_, _, parts) in followed.items()}

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(f"{self.space}.{ion}" for ion in dict.fromkeys((*self.species, *self._counters.values())))

    @property
    def _counters(self) -> dict[str, str]:
        return {ion: counter for ion in self.fixed if (counter := self.compartment.fixed[ion]) is not None}

    @functools.cached_property
    def kept(self) -> tuple[str, ...]:
        return tuple(ion for ion in self.species if ion not in self.made)

    @functools.cached_property
    def bound(self) -> tuple[str, ...]:
        return tuple(ion for ion in self.kept if ion in self.compartment.buffers)

    @functools.cached_property
    def fixed(self) -> tuple[str, ...]:
        return tuple(ion for ion in self.kept if ion in self.compartment.fixed)

    @functools.cached_property
    def sought(self) -> tuple[str, ...]:
        return tuple(ion for ion in self.kept if ion not in self.fixed)

    # -- what is kept -----------------------------------------------------------------------------------------------

    def gathered(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What there is of each solute that is kept, with what the made ones hold of it, of amounts or concentrations by solute."""
        return {j: _sum([(1.0, values[j]), *((a.get(j, 0.0), values[k]) for k, a in self.made.items())]) for j in self.kept}

    def undone(self, entering: Mapping[str, Any]) -> dict[str, Any]:
        """Turnovers of the reactions that take up at once all that comes of what is made, whatever of it stays [as entering]."""
        return self._mixed({k: -entering.get(k, 0.0) for k in self.made})

    def _mixed(self, made: Mapping[str, Any]) -> dict[str, Any]:
        return {name: _sum([(parts[name], made[k]) for k, parts in self.mixed.items()]) for name in self.reactions}

    # -- what is free -----------------------------------------------------------------------------------------------

    def free(self, totals: Mapping[str, Any], start: Mapping[str, Any], numbers: Mapping[str, Any]) -> dict[str, Any]:
        """Free concentrations [mol/m^3] at what is kept (`gathered`, with what is bound), sought from a start by solute. What is held has
        that of the numbers."""
        return self._cleared(self._found(totals, start, numbers)[1], totals, numbers)

    def _cleared(self, c: dict[str, Any], totals: Mapping[str, Any], numbers: Mapping[str, Any]) -> dict[str, Any]:
        """Concentrations with none of what there is none of, and of what is held what the numbers say."""
        for j in [j for j in self.sought if self._is_sum(j)]:
            there = maximum(totals[j], 0.0)
            part = there / (there + LEAST)
            c |= {ion: value * part for ion, value in c.items() if ion == j or self.made.get(ion, {}).get(j)}
        return c | {ion: numbers[f"{self.space}.{ion}"] for ion in self.fixed}

    def in_water(self, amounts: Mapping[str, Any], osmotic: Osmotic, numbers: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        """The water [m^3] that holds such amounts [mol] by solute as taken apart at the osmolarity outside, sought from that of the numbers;
        and what is free there [mol/m^3] by solute."""
        there, start = self.gathered(amounts), numbers[f"{self.space}.volume"]
        whole = [maximum(there[j], 0.0) + LEAST * start if self._is_sum(j) else there[j] for j in self.sought]
        search = _InWater(self, whole, self._fixed_logs(numbers), self.constants(numbers), numbers, osmotic)
        *logs, ln_w = search.found([*(log(maximum(numbers[f"{self.space}.{j}"], LEAST)) for j in self.sought), log(start)])
        w = exp(ln_w)
        return w, self._cleared(search.concentrations(logs), {j: n / w for j, n in there.items()}, numbers)

    def water_rate(self, rates: Mapping[str, Any], gained: Any, osmotic: Osmotic, numbers: Mapping[str, Any]) -> Any:
        """How water follows [m^3/s] while solutes enter, and the other ones are `gained` [mol/s], at numbers that hold a state."""
        c, w = {ion: numbers[f"{self.space}.{ion}"] for ion in self.species}, numbers[f"{self.space}.volume"]
        search = _InWater(self, [], self._fixed_logs(numbers), self.constants(numbers), numbers, osmotic)
        there, come, entering = (self.gathered(one) for one in (c, search.come(), rates))
        matrix = search.beside_water(c, [there[j] + come[j] for j in self.sought], osmotic.outside - search.drawn(c))
        *_, rate = eliminated(matrix, [*(entering[j] / w for j in self.sought), -gained / w])
        return rate * w

    def settled(self, numbers: Mapping[str, Any]) -> dict[str, Any]:
        """Free concentrations [mol/m^3] by path to which those of the numbers come at once."""
        return {f"{self.space}.{ion}": c for ion, c in self.free(*self._listed(numbers), numbers).items()}

    def countered(self, numbers: Mapping[str, Any], settled: Mapping[str, Any], valences: Mapping[str, float]) -> dict[str, Any]:
        """Concentrations of counter-ions [mol/m^3] by path, as these come or go with what was given of what is held."""
        found: dict[str, Any] = {}
        for ion, counter in self._counters.items():
            path, given = f"{self.space}.{counter}", self.apart(ion, settled) - self.apart(ion, numbers)
            found[path] = found.get(path, numbers[path]) - valences[ion] / valences[counter] * given
        return found

    def apart(self, ion: str, numbers: Mapping[str, Any]) -> Any:
        """What there is of a solute that is kept with all that is made of it taken apart [mol/m^3], at numbers that hold a state."""
        return self.gathered({one: numbers[f"{self.space}.{one}"] for one in self.species})[ion]

    def made_of(self, ion: str, c: Mapping[str, Any]) -> Any:
        """How much of a solute that is kept there is in what is made of it, at concentrations, or amounts, by path."""
        return _sum([(a.get(ion, 0.0), c[f"{self.space}.{k}"]) for k, a in self.made.items()])

    def turnovers(self, numbers: Mapping[str, Any], entering: Mapping[str, Any]) -> dict[str, Any]:
        """Turnovers of the reactions that keep the equilibrium while solutes enter [mol/s], less what water that comes dilutes of them."""
        search, c = self._found(*self._listed(numbers), numbers)
        gathered = self.gathered(entering)
        changes = eliminated(search.slopes(c), [gathered[j] for j in self.sought])
        rises = self.powers(dict.fromkeys(self.fixed, 0.0) | dict(zip(self.sought, changes, strict=True)))
        return self._mixed({k: c[k] * rise - entering[k] for k, rise in rises.items()})

    def _listed(self, numbers: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """What is kept of the concentrations that numbers hold, and these by solute."""
        c = {ion: numbers[f"{self.space}.{ion}"] for ion in self.species}
        totals = self.gathered(c)
        return totals | {j: totals[j] + self.held(j, c[j], numbers)[0] for j in self.bound}, c

    def _found(
        self, totals: Mapping[str, Any], start: Mapping[str, Any], numbers: Mapping[str, Any]
    ) -> tuple[_Search, dict[str, Any]]:
        """What is free where something of all is left, and the search that found it."""
        whole = [maximum(totals[j], 0.0) + LEAST if self._is_sum(j) else totals[j] for j in self.sought]
        search = _Search(self, whole, self._fixed_logs(numbers), self.constants(numbers), numbers)
        return search, search.concentrations(search.found([log(maximum(start[j], LEAST)) for j in self.sought]))

    def _fixed_logs(self, numbers: Mapping[str, Any]) -> dict[str, Any]:
        return {j: log(maximum(numbers[f"{self.space}.{j}"], LEAST)) for j in self.fixed}

    def _is_sum(self, j: str) -> bool:
        """Whether what is kept of a solute cannot be negative: there may be none of it, and of all that is made of it."""
        return not self.signed(j) and (j not in self.bound or self.compartment.buffers[j].holds_some)

    def signed(self, j: str) -> bool:
        """Whether what is kept of a solute is a difference, which may be negative."""
        return any(a.get(j, 0.0) < 0 for a in self.made.values())

    def held(self, j: str, c: Any, numbers: Mapping[str, Any]) -> tuple[Any, Any]:
        """What is bound of a solute [mol/m^3], and what more per e-fold of what is free, from both sides."""
        there, more, less = (
            bound_at(numbers, self.compartment, j, c * part) for part in (1.0, math.exp(APART), math.exp(-APART))
        )
        return there, (more - less) / (2 * APART)

    # -- constants --------------------------------------------------------------------------------------------------

    def constants(self, numbers: Mapping[str, Any]) -> dict[str, Any]:
        """Logarithms of the constants of what is made, over what it is made of."""
        each = {name: log(self._constant(name, one, numbers)) for name, one in self.reactions.items()}
        return {k: _sum([(part, each[name]) for name, part in parts.items()]) for k, parts in self.mixed.items()}

    def agrees(self, other: Equilibrium, ion: str, numbers: Mapping[str, float]) -> bool:
        """Whether another compartment makes a solute by the same reactions with the same constant."""
        same = other.made.get(ion) == self.made[ion]
        return same and abs(other.constants(numbers)[ion] - self.constants(numbers)[ion]) < SAME

    def beyond(self, parts: Mapping[str, float], numbers: Mapping[str, float]) -> float:
        """The constant of reactions that together change nothing, as its pK: zero where they agree."""
        each = [(n, log(self._constant(name, self.reactions[name], numbers))) for name, n in parts.items()]
        return -float(_sum(each)) / LN_10

    def _constant(self, name: str, one: Mechanism, numbers: Mapping[str, Any]) -> Any:
        own = {key: numbers[f"{self.space}.{name}.{key}"] for key in one.parameters}
        return equilibrium_constant(own, one.form, [-n for n in one.species.values()])

    def powers(self, logs: Mapping[str, Any]) -> dict[str, Any]:
        """Logarithms of what is made by those of what is kept, without constants."""
        return {k: _sum([(n, logs[j]) for j, n in a.items()]) for k, a in self.made.items()}

    def beside(self, ion: str, c: Mapping[str, Any], numbers: Mapping[str, Any]) -> Any:
        """The concentration of what is made beside those of what it is made of [mol/m^3]."""
        logs = [(n, log(maximum(c[j], LEAST))) for j, n in self.made[ion].items()]
        return exp(self.constants(numbers)[ion] + _sum(logs))


@dataclass(frozen=True)
class Osmotic:
    """What draws water that follows at once: other solutes inside [mol], and the osmolarity [mol/m^3] that all of them meet, both as they
    count for osmolarity, with the `coefficient` of what is counted here. Solutes that are held come with so much of a counter-ion, `shares`;
    with the water so much goes of counter-ions that react [mol/m^3], `with_water`."""

    alone: Any
    outside: Any
    coefficient: Any
    shares: Mapping[str, float]
    with_water: Mapping[str, Any]


@dataclass(frozen=True)
class _Search:
    """The search for what is free of each solute that is kept, at what there is of these as a `whole`, at logarithms of what is `fixed`, and
    of constants."""

    one: Equilibrium
    whole: Sequence[Any]
    fixed: Mapping[str, Any]
    constants: Mapping[str, Any]
    numbers: Mapping[str, Any]

    def found(self, u: list[Any]) -> list[Any]:
        """Logarithms of what is free, from a start; in a graph only the last steps, which come there from beside it, carry derivatives."""
        if any(is_symbol(value) for value in (*self._given(), *u)):
            return self._finished([frozen(value) for value in repeated(lambda v: self._cut(v)[0], u, TRACED)])
        for _ in range(STEPS):
            u, d = self._cut(u)
            if not _anywhere(d > NEAR):
                break
        return self._finished(u)

    def _given(self) -> list[Any]:
        return [*self.whole, *self.fixed.values(), *self.constants.values()]

    def concentrations(self, u: Sequence[Any]) -> dict[str, Any]:
        logs = {**self.fixed, **dict(zip(self.one.sought, u, strict=True))}
        made = {k: self.constants[k] + power for k, power in self.one.powers(logs).items()}
        return {ion: exp(maximum(-FARTHEST, minimum(FARTHEST, value))) for ion, value in (logs | made).items()}

    def slopes(self, c: Mapping[str, Any]) -> list[list[Any]]:
        """How what is kept answers to logarithms of what is free of it [mol/m^3]."""
        one = self.one
        counts = {**{j: {j: 1.0} for j in one.kept}, **one.made}
        H = [[_sum([(n.get(i, 0.0) * n.get(j, 0.0), c[s]) for s, n in counts.items()]) for j in one.sought] for i in one.sought]
        for j in one.bound:
            k = one.sought.index(j)
            H[k][k] = H[k][k] + one.held(j, c[j], self.numbers)[1]
        return H

    def _step(self, u: Sequence[Any]) -> tuple[list[Any], Any]:
        """Newton's step, and what it changes a logarithm by at most."""
        c = self.concentrations(u)
        there = self.one.gathered(c)
        there |= {j: there[j] + self.one.held(j, c[j], self.numbers)[0] for j in self.one.bound}
        left = [total - there[j] for j, total in zip(self.one.sought, self.whole, strict=True)]
        step = eliminated(self.slopes(c), left)
        return step, self._longest(step)

    def _longest(self, step: Sequence[Any]) -> Any:
        """What a step changes a logarithm by at most."""
        logs = dict.fromkeys(self.one.fixed, 0.0) | dict(zip(self.one.sought, step, strict=False))
        return functools.reduce(maximum, map(absolute, (*step, *self.one.powers(logs).values())), 0.0)

    def _cut(self, u: Sequence[Any]) -> tuple[list[Any], Any]:
        step, d = self._step(u)
        part = log1p(d) / (d + LEAST)
        return [a + part * b for a, b in zip(u, step, strict=True)], d

    def _finished(self, u: list[Any]) -> list[Any]:
        """Two whole steps; no number where they are not short."""
        first, d = self._step(u)
        u = [a + b for a, b in zip(u, first, strict=True)]
        second, _ = self._step(u)
        return [where(d < 10 * NEAR, a + b, math.nan) for a, b in zip(u, second, strict=True)]


@dataclass(frozen=True)
class _InWater(_Search):
    """The same with the logarithm of the water [m^3] as a last unknown, and what there is of each solute as an amount [mol].

    Water is least where the free energy is largest: more of it dilutes, and a difference of osmolarities falls with it, so again there is
    one such state.
    """

    osmotic: Osmotic

    def _given(self) -> list[Any]:
        return [*super()._given(), self.osmotic.alone, self.osmotic.outside, self.osmotic.coefficient]

    def come(self) -> dict[str, Any]:
        """What goes of each solute with the water [mol/m^3]."""
        return {ion: self.osmotic.with_water.get(ion, 0.0) for ion in self.one.species}

    def counted(self) -> dict[str, float]:
        """How a mole of each solute counts for osmolarity, with the counter-ions that went or came for it."""
        one, shares = self.one, self.osmotic.shares
        own = {j: 1.0 - shares.get(j, 0.0) for j in one.kept}
        return own | {k: 1.0 - sum(shares.get(j, 0.0) * n for j, n in a.items()) for k, a in one.made.items()}

    def drawn(self, c: Mapping[str, Any]) -> Any:
        """Osmolarity of what reacts [mol/m^3]."""
        return self.osmotic.coefficient * _sum([(n, c[ion]) for ion, n in self.counted().items()])

    def beside_water(self, c: Mapping[str, Any], there: Sequence[Any], alone: Any) -> list[list[Any]]:
        """How totals and osmolarity [mol/m^3] answer to logarithms of what is free, and of the water."""
        one, counted = self.one, self.counted()
        rises = {j: [(counted[j], c[j]), *((counted[k] * a.get(j, 0.0), c[k]) for k, a in one.made.items())] for j in one.sought}
        rows = [[*row, total] for row, total in zip(self.slopes(c), there, strict=True)]
        return [*rows, [*(self.osmotic.coefficient * _sum(rises[j]) for j in one.sought), -alone]]

    def _step(self, u: Sequence[Any]) -> tuple[list[Any], Any]:
        *logs, water = u
        c, per = self.concentrations(logs), exp(-water)
        there, come = self.one.gathered(c), self.one.gathered(self.come())
        whole, alone = [amount * per for amount in self.whole], self.osmotic.alone * per
        left = [total - come[j] - there[j] for j, total in zip(self.one.sought, whole, strict=True)]
        step = eliminated(self.beside_water(c, whole, alone), [*left, self.osmotic.outside - alone - self.drawn(c)])
        return step, self._longest(step)


def _sum(terms: Sequence[tuple[float, Any]]) -> Any:
    """The sum of numbers, each so many times."""
    found = [value if n == 1.0 else n * value for n, value in terms if n]
    return functools.reduce(operator.add, found) if found else 0.0


def equilibria_of(spaces: Iterable[Compartment]) -> Iterator[Equilibrium]:
    """The equilibrium of each compartment that has one."""
    for space in spaces:
        if space.at_equilibrium:
            yield Equilibrium(space)


_Row = tuple[str, dict[str, float], dict[str, float]]
"""A reaction: its name, its counts, and which of the described reactions it is put together from."""


def _row(name: str, one: Equilibrium) -> _Row:
    species = one.reactions[name].species
    return name, {ion: -species.get(ion, 0.0) for ion in one.species}, {other: float(name == other) for other in one.reactions}


def _reduced(rows: list[_Row], buffered: Collection[str]) -> tuple[dict[str, _Row], list[_Row]]:
    """Let one solute follow from each reaction, by elimination: the reaction that makes one of each, and what is left of the others."""
    followed: dict[str, _Row] = {}
    while picks := [pick for row in rows for pick in _picks(row, buffered)]:
        _, ion, (name, counts, parts) = min(picks, key=lambda pick: pick[0])
        picked = (name, _times(1 / counts[ion], counts), _times(1 / counts[ion], parts))
        rows = [_without(ion, row, picked) for row in rows if row[0] != name]
        followed = {other: _without(ion, row, picked) for other, row in followed.items()} | {ion: picked}
    return followed, rows


def _of_the_others(ion: str, counts: Mapping[str, float]) -> dict[str, float]:
    """What one of a solute is made of, by the reaction that makes it."""
    return {j: -n for j, n in counts.items() if n and j != ion}


def _times(n: float, row: Mapping[str, float]) -> dict[str, float]:
    return {key: n * value for key, value in row.items()}


def _without(ion: str, row: _Row, other: _Row) -> _Row:
    """A reaction with so much of another taken off that a solute is in it no more."""
    name, counts, parts = row
    return name, _less(counts, counts[ion], other[1]), _less(parts, counts[ion], other[2])


def _picks(row: _Row, buffered: Collection[str]) -> list[tuple[tuple[int, int], str, _Row]]:
    """The solutes that may follow from a reaction, the best first by number: one that alone is made of all the others."""
    counts = {ion: n for ion, n in row[1].items() if n}
    free = [ion for ion in counts if ion not in buffered]
    beside = {ion: sum(n * counts[ion] > 0 for n in counts.values()) for ion in free}
    return [((beside[ion], k), ion, row) for k, ion in enumerate(free)]


def _less(row: Mapping[str, float], times: float, other: Mapping[str, float]) -> dict[str, float]:
    """A row less a multiple of another; what only rounding leaves is nothing."""
    found = {key: value - times * other[key] for key, value in row.items()}
    return {key: 0.0 if abs(value) < 1e-12 else value for key, value in found.items()}


def _anywhere(condition: Any) -> bool:
    """Whether a condition holds somewhere, of floats or arrays."""
    return condition if isinstance(condition, bool) else bool(condition.any())
