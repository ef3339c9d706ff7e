"""Which numbers and which quantities are asked for."""

from __future__ import annotations

from collections.abc import Sequence

from ...description.cell import Cell
from ...description.edit import no_path
from ...errors import InputError, Problem, nearest

REST, SIMULATE = "rest", "simulate"
PERCENT = 0.01


def listed(names: str | Sequence[str] | None) -> list[str] | None:
    return None if names is None else [names] if isinstance(names, str) else [str(name) for name in names]


def numbers_of(cell: Cell, to: str | Sequence[str] | None) -> list[str]:
    """Paths of the numbers that are asked for.

    Raises:
        InputError: there is no such number, or none is asked for.
    """
    wanted = list(cell.settable) if to is None else listed(to) or []
    if missing := [no_path(cell, path) for path in wanted if path not in cell.settable]:
        raise InputError(*missing)
    if not wanted:
        raise InputError(Problem("no number is asked for", path="to", found="none", expected="such as outside.K"))
    return list(dict.fromkeys(wanted))


def chosen(known: Sequence[str], outputs: Sequence[str] | None) -> list[str]:
    """The outputs that are wanted, of those that there are.

    Raises:
        InputError: there is no such output.
    """
    wanted = list(dict.fromkeys(known if outputs is None else outputs))
    for name in wanted:
        if name not in known:
            expected, suggestion = ", ".join(known), nearest(name, known)
            raise InputError(
                Problem("there is no such output", path="outputs", found=name, expected=expected, suggestion=suggestion)
            )
    if not wanted:
        raise InputError(Problem("no output is wanted", path="outputs", found="none", expected="such as V_mV"))
    return wanted
