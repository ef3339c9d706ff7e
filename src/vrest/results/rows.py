"""The answers of many rows as arrays, each with its status."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from .layout import Layout

STATUS = ("settled", "settled_by_one_cell", "no_state", "not_found", "bad_input")
SETTLED, SETTLED_BY_ONE_CELL, NO_STATE, NOT_FOUND, BAD_INPUT = range(len(STATUS))
UNSETTLED = -1
MEANT = {
    "settled": "settled many at a time",
    "settled_by_one_cell": "settled one by one",
    "no_state": "without a state",
    "not_found": "where none was found",
    "bad_input": "with numbers that a description refuses",
}


@dataclass
class Rows:
    """Arrays with one entry a row.

    Attributes:
        values:   {output: its numbers in the unit of the JSON}; nan where there is no answer
        status:   a place in `STATUS`, or `UNSETTLED`
        residual: the largest residual of the certificate that is a fraction
        why:      {row: the sentence that says why it has no answer}
    """

    values: dict[str, np.ndarray]
    status: np.ndarray
    residual: np.ndarray
    why: dict[int, str] = field(default_factory=dict)

    @classmethod
    def empty(cls, layout: Layout, size: int) -> Rows:
        """So many rows that nobody has answered yet."""
        values = {name: np.full((size, *one.shape), np.nan) for name, one in layout.outputs.items()}
        return cls(values, np.full(size, UNSETTLED, dtype=np.int8), np.full(size, np.nan))

    def part(self, places: slice) -> Rows:
        """Some of the rows, in the very same arrays; their sentences are their own."""
        return Rows({name: values[places] for name, values in self.values.items()}, self.status[places], self.residual[places])

    def put(self, places: slice | np.ndarray, other: Rows) -> None:
        """The answers of some rows in their places."""
        numbers = np.arange(self.status.size)[places]
        for name, values in other.values.items():
            self.values[name][places] = values
        self.status[places], self.residual[places] = other.status, other.residual
        self.why |= {int(numbers[row]): sentence for row, sentence in other.why.items()}


def summed(parts: Iterable[tuple[np.ndarray, np.ndarray]]) -> tuple[dict[str, int], float]:
    """How many rows have each status, and the largest residual of all; from parts of both arrays."""
    counts, largest = np.zeros(len(STATUS), dtype=int), 0.0
    for status, residual in parts:
        counts += [np.count_nonzero(status == k) for k in range(len(STATUS))]
        largest = float(np.fmax.reduce(residual, axis=None, initial=largest))
    return dict(zip(STATUS, counts.tolist(), strict=True)), largest


def failed_head(units: Mapping[str, str]) -> list[str]:
    """The head of a table of rows without an answer; units by path."""
    return ["row", *(f"{path} [{unit or '1'}]" for path, unit in units.items()), "status", "why"]


def failed_lines(begin: int, numbers: Sequence[np.ndarray], status: np.ndarray, why: Mapping[int, str]) -> Iterator[list[str]]:
    """A line for each row without an answer: its number, what it holds, its status and why; rows are counted from `begin`."""
    for row, sentence in sorted(why.items()):
        yield [str(begin + row), *(repr(float(column[row])) for column in numbers), STATUS[status[row]], sentence]
