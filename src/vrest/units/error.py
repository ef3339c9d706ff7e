"""The one error of the units: a text, number or object that is no quantity, or not the quantity that is expected."""

from __future__ import annotations

from ..errors import InputError, Problem


class UnitError(InputError):
    """A value or unit cannot be understood, or is of the wrong dimension. It holds exactly one `problem`."""

    @property
    def problem(self) -> Problem:
        """The problem, for a caller that adds a place to it: `InputError(error.problem.at(file=..., line=...))`."""
        return self.problems[0]
