"""States that solve every equation and that no cell could have: more of an ion than water holds, or more than a wall bears."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...errors import Problem
from ...results.base import Maybe, known
from ...units import to_unit
from ..state.balance import MOST_SOLUBLE
from .booking import beyond_buffers, too_late
from .certificate import Root
from .why_none import has_own_path

if TYPE_CHECKING:
    from .steady_state import Finder

MOST_BORNE = 1e7
"""Pressure on a wall [Pa]: cells of plants bear one tenth of it, and the strongest walls known (appressoria of fungi) 8 MPa."""
Contents = Mapping[str, Mapping[str, float]]
BOUNDS = "5 M of an ion and 10 MPa on a wall"


@dataclass(frozen=True)
class Excess:
    """An ion of a compartment, with its concentration [mol/m^3]."""

    space: str
    ion: str
    c: float


def is_plausible(inside: Contents, pressure: Mapping[str, Maybe]) -> bool:
    """Whether no concentration [mol/m^3] and no pressure on a wall [Pa] is beyond the bounds."""
    return not _excesses(inside) and not any(known(p) and abs(p) > MOST_BORNE for p in pressure.values())


def _excesses(inside: Contents) -> list[Excess]:
    return [Excess(space, ion, c) for space, ions in inside.items() for ion, c in ions.items() if c > MOST_SOLUBLE]


def why_implausible(finder: Finder, beyond: Sequence[Root]) -> Problem:
    """Which ion accumulates where, and why, in the state beyond the bounds that the cell comes to, or in the first one."""
    if (charge := beyond_buffers(finder.posed, beyond[0].y)) is not None:
        return too_late(finder, charge)
    return Problem(
        f"no plausible steady state: {accumulating(finder, beyond[0])}",
        path=finder.cell.name,
        expected=f"a state with at most {BOUNDS}",
    )


def accumulating(finder: Finder, root: Root) -> str:
    """What accumulates in a state beyond the bounds, and why.

    An ion with a path of its own only follows the potential, so one without comes first.
    """
    point = finder.point(root)
    found = _excesses(point.inside) or [Excess(space, ion, c) for space, ions in point.inside.items() for ion, c in ions.items()]
    most = max(found, key=lambda one: (not has_own_path(finder, one.space, one.ion), one.c))
    walls = [
        f"the wall at '{name}' would bear {_MPa(p)}" for name, p in point.pressure.items() if known(p) and abs(p) > MOST_BORNE
    ]
    where = " and ".join([f"it would come to {to_unit(most.c, 'M'):.3g} M", *walls])
    return f"{most.ion} accumulates in '{most.space}' because {_because(finder, most)} ({where})"


def _MPa(pressure: float) -> str:
    return f"{to_unit(pressure, 'MPa'):.3g} MPa"


def _because(finder: Finder, one: Excess) -> str:
    """Why an ion accumulates: it has no way out, or what brings it in outdoes its way out."""
    if not has_own_path(finder, one.space, one.ion):
        return "nothing lets it out"
    around = finder.whole.incidence.around(one.space, one.ion)
    bringing = " and ".join(dict.fromkeys(carrier.mechanism.name for carrier in around if not carrier.mechanism.own_path))
    return f"{bringing or 'what moves it'} {'bring' if ' and ' in bringing else 'brings'} in more than leaves below that"


def note_on(beyond: Sequence[Root]) -> list[str]:
    """A sentence on states that are not offered."""
    if not beyond:
        return []
    counted = "1 further state that solves" if len(beyond) == 1 else f"{len(beyond)} further states that solve"
    return [f"Not listed: {counted} the equations beyond what a cell can have ({BOUNDS})."]
