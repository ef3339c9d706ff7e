"""Concentrations that are held while their counter-charge is booked: a steady state needs that charge still, and within what a cell carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...constants import F
from ...errors import Problem
from ...units import to_unit

if TYPE_CHECKING:
    from .solver import Posed
    from .steady_state import Finder

MOST_BOOKED = 50.0
"""Charge [mol/m^3] beyond which nothing that stays in a cell carries it: its buffers bind 20 to 40 mM of protons per unit of pH."""

Booked = tuple[str, str, float]
"""Compartment, ion, and the charge that is booked for it [mol/m^3]."""


def booked(posed: Posed, y: np.ndarray) -> list[Booked]:
    """The charge that is booked at a point of unknowns, the largest first."""
    whole, z = posed.whole, posed.whole.cell.valences
    if not whole.stats.all:
        return []
    counted = {(one.space, one.ion) for one in whole.stats.all if whole.stats.books(one)}
    given = whole.given(list(posed.state(y)), posed.numbers)
    found = [(space, ion, float(-z[ion] * n / w)) for space, ion, n, w in given if (space, ion) in counted]
    return sorted(found, key=lambda one: -abs(one[2]))


def beyond_buffers(posed: Posed, y: np.ndarray) -> Booked | None:
    """The charge that is booked beyond what a cell carries."""
    found = booked(posed, y)
    return found[0] if found and abs(found[0][2]) > MOST_BOOKED else None


def never_still(finder: Finder, y: np.ndarray) -> Problem | None:
    """Why there is no steady state, where booked charge goes on to grow."""
    one = beyond_buffers(finder.posed, y)
    return None if one is None else _problem(finder, one, "no steady state exists", "grows without bound")


def too_late(finder: Finder, one: Booked) -> Problem:
    """Why a steady state is none of a cell, where so much charge is booked before it is still."""
    much = f"comes to {to_unit(one[2], 'mM'):+.3g} mM before it stands still"
    return _problem(finder, one, "no plausible steady state", f"{much} (a cell's buffers carry some {MOST_BOOKED:.0f} mM)")


def _problem(finder: Finder, one: Booked, what: str, course: str) -> Problem:
    space, ion, _ = one
    return Problem(
        f"{what}: {ion} of '{space}' is held while {_currents(finder, space, ion)}, and the charge that is booked for it {course}",
        path=f"{space}.{ion}",
        expected=f"what balances that current, or fixed: {{{ion}: {{counter_ion: ...}}}}",
    )


def _currents(finder: Finder, space: str, ion: str) -> str:
    """What carries an ion at rest as described, in words, by each membrane around a compartment."""
    posed, whole = finder.posed, finder.whole
    V = whole.membrane_potentials(finder.rest.potentials[0], finder.numbers)
    state = whole.at(list(posed.initial), finder.numbers)
    flows, found = whole.flows(V, state), []
    for membrane in finder.cell.around(space):
        for word, one in flows[membrane.name].items():
            if ion in one.fluxes:
                current = F * finder.cell.valences[ion] * float(one.fluxes[ion])
                found.append(f"{membrane.name}.{word} carries a current of {to_unit(current, 'pA'):.3g} pA of it at rest")
    exchanged = zip(whole.exchanges, whole.exchanged(flows, state), strict=True)
    found += [f"'{e.space}.{e.name}' exchanges it" for e, one in exchanged if ion in one.fluxes and space in (e.space, e.place)]
    return " and ".join(found)
