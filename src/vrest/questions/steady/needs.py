"""What the description of a cell leaves open for a question that it is not asked yet: a note."""

from __future__ import annotations

from ...description.cell import Cell
from ...errors import NoAnswerError, VrestError


def notes(cell: Cell) -> tuple[str, ...]:
    """Sentences on what a steady state or a time course of a cell would be refused for."""
    from .start import not_neutral
    from .steady_state import SteadySolver

    try:
        problems = not_neutral(SteadySolver(cell).at().posed)
    except NoAnswerError as error:
        return (f"No time course begins at rest: {_said(error)}",)
    except VrestError as error:
        return (f"A steady state or a time course cannot be asked for: {_said(error)}",)
    return tuple(f"A time course cannot begin: {problem.message}." for problem in problems)


def _said(error: VrestError) -> str:
    return "; ".join(problem.message for problem in error.problems) + "."
