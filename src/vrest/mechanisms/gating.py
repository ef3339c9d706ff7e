"""What a channel has of its own: gates that open and close it (Hodgkin and Huxley 1952), or a Markov scheme of its states.

Values are parts of all channels, between 0 and 1. Where a state of the cell holds them they are taken from there; everywhere else they
stand at their steady values at the membrane potential, so that one text serves a time course, a rest and a scan of potentials.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..maths import where
from .kind import Site

if TYPE_CHECKING:
    from .formula_language import Formula


@dataclass(frozen=True)
class Gate:
    """One sort of gating particle: a part x of them is open, and x to a power multiplies every flow.

    By rates, dx/dt = q (alpha (1 - x) - beta x); by a steady value and a time constant, dx/dt = q (steady - x)/time_constant; by a
    steady value alone it is there at once. q is the gate's own Q10 factor.
    """

    name: str
    power: float = 1.0
    alpha: Formula | None = None
    beta: Formula | None = None
    steady: Formula | None = None
    time_constant: Formula | None = None

    @property
    def at_once(self) -> bool:
        """Whether it follows without delay, so that it is no state."""
        return self.alpha is None and self.time_constant is None

    @property
    def formulas(self) -> dict[str, Formula]:
        """All that it is described by."""
        keys = ("alpha", "beta", "steady", "time_constant")
        return {key: one for key in keys if (one := getattr(self, key)) is not None}

    def settled(self, site: Site) -> Any:
        """Its steady value at a site."""
        if self.steady is not None:
            return site.value_of(self.steady)
        alpha, beta = self._rates(site)
        return alpha / (alpha + beta)

    def rate(self, site: Site, x: Any) -> Any:
        """dx/dt [1/s] at a site."""
        return (self.settled(site) - x) / self.time_constant_at(site)

    def time_constant_at(self, site: Site) -> Any:
        """The time in which it comes by 1/e closer to its steady value [s]."""
        if self.time_constant is not None:
            tau = site.value_of(self.time_constant)
        else:
            alpha, beta = self._rates(site)
            tau = 1 / (alpha + beta)
        return tau / site.q10(f"{self.name}.")

    def _rates(self, site: Site) -> tuple[Any, Any]:
        assert self.alpha is not None
        assert self.beta is not None
        return site.value_of(self.alpha), site.value_of(self.beta)


@dataclass(frozen=True)
class Scheme:
    """States of a channel and the rates [1/s] between them; the parts that are in each add to one.

    The first state follows from the others, so that their sum is one to the digit. `open` says how much of its conductance a channel
    has in a state.
    """

    states: tuple[str, ...]
    transitions: tuple[tuple[str, str, Formula], ...]
    open: Mapping[str, float]

    @property
    def moving(self) -> tuple[str, ...]:
        """The states that are rows of the cell's state."""
        return self.states[1:]

    def settled(self, site: Site) -> dict[str, Any]:
        """The stationary distribution at a site, by elimination of states without a subtraction.

        Grassmann, Taksar and Heyman, Operations Research 33:1107 (1985).
        """
        q = [[0.0] * len(self.states) for _ in self.states]
        place = {name: k for k, name in enumerate(self.states)}
        for source, target, formula in self.transitions:
            q[place[source]][place[target]] = q[place[source]][place[target]] + site.value_of(formula)
        for k in reversed(range(1, len(self.states))):
            leaving = sum(q[k][:k])
            for i in range(k):
                q[i][k] = q[i][k] / leaving
                for j in range(k):
                    q[i][j] = q[i][j] + q[i][k] * q[k][j]
        parts: list[Any] = [1.0]
        for k in range(1, len(self.states)):
            parts.append(sum(parts[i] * q[i][k] for i in range(k)))
        whole = sum(parts)
        return {name: part / whole for name, part in zip(self.states, parts, strict=True)}

    def rates(self, site: Site) -> dict[str, Any]:
        """Rate of each part [1/s] at a site whose numbers hold them; what leaves one state enters another."""
        found: dict[str, Any] = dict.fromkeys(self.states, 0.0)
        q = site.q10("scheme.")
        for source, target, formula in self.transitions:
            moved = q * site.value_of(formula) * site.p[source]
            found[source] = found[source] - moved
            found[target] = found[target] + moved
        return {name: found[name] for name in self.moving}


@dataclass(frozen=True)
class OwnState:
    """A state of the user's own, with its rate [unit of the state per second].

    One that `settles` has a rate that is linear in it, so that its steady value is known at once; another one stands at its start where
    time does not count. One of a compartment that `holds` ions, so many each, is a concentration in which these are bound.
    """

    name: str
    rate: Formula
    settles: bool
    unit: str = ""
    holds: Mapping[str, float] = field(default_factory=dict)

    @property
    def formulas(self) -> dict[str, Formula]:
        """All that it is described by."""
        return {"rate": self.rate}

    def settled(self, site: Site) -> Any:
        """Where its rate vanishes, or its start, where its rate does not answer to it too."""
        if not self.settles:
            return site.p[f"{self.name}.start"]
        zero, one = (site.with_numbers({self.name: value}).value_of(self.rate) for value in (0.0, 1.0))
        still = zero == one
        return where(still, site.p.get(f"{self.name}.start", 0.0), zero / where(still, 1.0, zero - one))

    def rate_at(self, site: Site) -> Any:
        """Its rate at a site that holds it."""
        return site.value_of(self.rate)


@dataclass(frozen=True)
class Gating:
    """The gates of a mechanism and its own states, each after those that its steady value names, and its scheme; `shift` [V] is what
    gates see less of the potential, beside what a charged surface makes of it."""

    gates: tuple[Gate, ...] = ()
    scheme: Scheme | None = None
    shift: Formula | None = None
    states: tuple[OwnState, ...] = ()
    order: tuple[str, ...] = ()

    @property
    def moving(self) -> tuple[str, ...]:
        """Names of what has a rate and settles at once where time does not count: rows of the cell's state."""
        gates = (gate.name for gate in self.gates if not gate.at_once)
        scheme = () if self.scheme is None else self.scheme.moving
        return (*gates, *scheme, *(one.name for one in self.states if one.settles))

    @property
    def standing(self) -> tuple[str, ...]:
        """Names of what has a rate and does not settle: rows of every state."""
        return tuple(one.name for one in self.states if not one.settles)

    @property
    def names(self) -> tuple[str, ...]:
        """Every gate and every state of the scheme."""
        return (*(gate.name for gate in self.gates), *(() if self.scheme is None else self.scheme.states))

    @property
    def parts(self) -> dict[str, Gate | OwnState]:
        """Gates and states by name."""
        return {one.name: one for one in self.gates} | {one.name: one for one in self.states}

    @property
    def formulas(self) -> dict[str, Formula]:
        """Every formula, by what it says: `m.alpha`, `C -> O`."""
        found = {f"{name}.{key}": one for name, part in self.parts.items() for key, one in part.formulas.items()}
        if self.scheme is not None:
            found |= {f"{source} -> {target}": one for source, target, one in self.scheme.transitions}
        return found if self.shift is None else found | {"voltage_shift": self.shift}

    def fill(self, site: Site, held: Mapping[str, Any]) -> None:
        """Put the value of every gate and state among a site's numbers: those that are held, the others at their steady values."""
        own: dict[str, Any] = site.p  # type: ignore[assignment]
        own |= held
        seen, parts = self._seen(site), self.parts
        for name in self.order:
            if name not in held:
                part = parts[name]
                own[name] = part.settled(site if isinstance(part, OwnState) else seen)
        if self.scheme is not None:
            own |= self._occupied(seen, held)

    def _occupied(self, seen: Site, held: Mapping[str, Any]) -> dict[str, Any]:
        assert self.scheme is not None
        if not all(name in held for name in self.scheme.moving):
            return self.scheme.settled(seen)
        return {self.scheme.states[0]: 1.0 - sum(held[name] for name in self.scheme.moving)}

    def rates(self, site: Site) -> dict[str, Any]:
        """Rate of everything that moves [1/s], at a site that holds its values."""
        seen = self._seen(site)
        found = {gate.name: gate.rate(seen, site.p[gate.name]) for gate in self.gates if not gate.at_once}
        found |= {one.name: one.rate_at(site) for one in self.states}
        return found if self.scheme is None else found | self.scheme.rates(seen)

    def time_constants(self, site: Site) -> dict[str, Any]:
        """Time constants of the gates that move [s]. A scheme has as many as it has states, and none of its own for each."""
        seen = self._seen(site)
        return {gate.name: gate.time_constant_at(seen) for gate in self.gates if not gate.at_once}

    def opened(self, p: Mapping[str, Any]) -> Any:
        """What multiplies every flow: the open part of all channels."""
        part: Any = 1.0
        for gate in self.gates:
            part = part * (p[gate.name] if gate.power == 1 else p[gate.name] ** _exponent(gate.power))
        if self.scheme is not None:
            part = part * sum(weight * p[name] for name, weight in self.scheme.open.items())
        return part

    def _seen(self, site: Site) -> Site:
        own = None if self.shift is None else site.value_of(self.shift)
        shifts = [one for one in (own, site.shift) if one is not None]
        return replace(site, V=site.V - sum(shifts), known={}) if shifts else site


def _exponent(power: float) -> float:
    """A whole power as such, which keeps symbols simple."""
    return int(power) if power == int(power) else power
