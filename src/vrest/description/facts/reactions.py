"""Reactions: what they use and make is listed, and no charge is created."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ...mechanisms.parameter import ACTIVE
from ...mechanisms.reaction import FAST
from ..cell import Compartment
from ..measure import brief
from ..read import Section

if TYPE_CHECKING:
    from ..equilibrium import Equilibrium
    from .mechanisms import Way

CLOSED = 1e-6
"""Units of pK by which reactions in a circle may miss each other."""
EXAMPLE = "such as {CO2: -1, H: 1, HCO3: 1}"


def check_reaction(way: Way, counts: Mapping[str, float], valences: Mapping[str, float]) -> None:
    """Whole counts, something used and something made, no charge left over; a problem where it is not so."""
    section = way.section
    odd = next((ion for ion, n in counts.items() if n != int(n)), None)
    if odd is not None:
        message = f"a turnover of reaction '{way.name}' uses and makes whole numbers"
        section.wrong("stoichiometry", message, found=f"{brief(odd)}: {counts[odd]:g}", expected=EXAMPLE)
    elif not (min(counts.values(), default=0) < 0 < max(counts.values(), default=0)):
        message = f"reaction '{way.name}' uses something, counted negative, and makes something, counted positive"
        section.wrong("stoichiometry", message, found=_said(counts) or "nothing", expected=EXAMPLE)
    elif charge := sum(n * valences[ion] for ion, n in counts.items()):
        message = f"reaction '{way.name}' creates charge: a turnover makes {charge:+g} of it"
        section.wrong("stoichiometry", message, found=_said(counts), expected=f"a balance of charge, {EXAMPLE}")
    if section["rate"] == FAST:
        _without_a_rate(section, way.name)


def _without_a_rate(section: Section, name: str) -> None:
    """A reaction that is at equilibrium at all times has nothing that a factor could multiply."""
    section.values.pop(ACTIVE)
    section.reader.settable.pop(section.path_of(ACTIVE), None)
    for key in [key for key in ("factor", "q10", ACTIVE) if key in section]:
        message = f"'{key}' multiplies a rate, and reaction '{name}' has none: it is at equilibrium at all times"
        section.wrong(key, message, expected=f"no `{key}`, or a rate such as 0.2 1/s")


def check_equilibrium(section: Section, space: Compartment) -> None:
    """Reactions at equilibrium follow from no other ones, and what they change is free to change."""
    from ..equilibrium import Equilibrium

    one = Equilibrium(space)
    for name, reaction in one.reactions.items():
        _check_free(section["mechanisms"][name], space, reaction.species)
    for name, counts, parts in one.left:
        way = section["mechanisms"][name]
        if any(counts.values()):
            message = (
                f"all that reaction '{name}' at equilibrium uses and makes is {_what_stays(space, counts)} of '{space.name}'"
            )
            way.wrong("rate", message, expected="a solute in it that neither holds, or a rate such as 0.2 1/s")
        else:
            _tell_what_follows(way, one, parts)


def _check_free(way: Section, space: Compartment, species: Iterable[str]) -> None:
    """What is held does not come and go with a counter-ion that reacts at equilibrium as well."""
    reacting = {ion for one in space.at_equilibrium.values() for ion in one.species}
    for ion in [ion for ion in species if space.fixed.get(ion) in reacting]:
        counter = space.fixed[ion]
        message = f"{brief(ion)} of '{space.name}' comes and goes with {counter} where it is held, and both react at equilibrium"
        way.wrong("rate", message, expected="a rate such as 0.2 1/s, or a counter-ion that does not react")


def _what_stays(space: Compartment, counts: Mapping[str, float]) -> str:
    """What keeps a reaction from having a solute that follows from the others."""
    ions = [ion for ion, n in counts.items() if n]
    words = {"held by `fixed`": space.fixed, "bound by buffers": space.buffers}
    return " or ".join(word for word, those in words.items() if any(ion in those for ion in ions))


def _tell_what_follows(way: Section, one: Equilibrium, parts: Mapping[str, float]) -> None:
    """A reaction that follows from others, whether its constant agrees with theirs or not."""
    numbers = {
        f"{one.space}.{word}.{key}": value.si for word, each in one.reactions.items() for key, value in each.parameters.items()
    }
    others, off = " and ".join(f"'{name}'" for name, n in parts.items() if n and name != way.name), one.beyond(parts, numbers)
    also = f", and its constant is {off:+.3g} pK units from what they make of it" if abs(off) > CLOSED else ""
    message = f"reaction '{way.name}' at equilibrium follows from {others}{also}"
    way.wrong("rate", message, expected=f"no '{way.name}', or a rate such as 0.2 1/s")


def _said(counts: Mapping[str, float]) -> str:
    return ", ".join(f"{brief(ion)}: {n:+g}" for ion, n in counts.items())
