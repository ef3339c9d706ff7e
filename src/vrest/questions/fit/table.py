"""Measured data as a table: columns `QUANTITY [UNIT]`, and lines `# WORD: VALUE` that say how they were measured. Every cell knows its place."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...description.nodes import Scalar, Source
from ...description.source import read_file
from ...errors import InputError, Problem, advice, nearest

ABOUT = ("membrane", "electrode", "pipette", "junction", "corrected", "protocol")
"""What may be said of the data."""
MARKS = "\t;,"
"""What parts the cells of a line, the first of these that the heading has."""
EXPECTED = "a heading such as outside.K [mM], V [mV], sd [mV], and a line for each measurement"


@dataclass(frozen=True)
class Column:
    """A heading and the cells below it; a missing cell has no text."""

    heading: Scalar
    cells: Sequence[Scalar]

    @property
    def numbers(self) -> np.ndarray:
        """The numbers of the column.

        Raises:
            InputError: one of them is text, a gap, or not finite; the first such row is named.
        """
        found = np.array([_number(cell) for cell in self.cells])
        wrong = np.flatnonzero(~np.isfinite(found))
        if wrong.size:
            row, more = int(wrong[0]), f", nor are {wrong.size - 1} more" if wrong.size > 1 else ""
            message = f"row {row + 1} of column '{self.heading.text}' is no number{more}"
            expected = "a finite number in every row, with a point for decimals"
            raise InputError(self.cells[row].problem(message, found=self.cells[row].words, expected=expected))
        return found


@dataclass(frozen=True)
class Table:
    """Columns, and what is said of them by the words of `ABOUT`; `name` is the file's, if it is one."""

    columns: Sequence[Column]
    about: Mapping[str, Scalar] = field(default_factory=dict)
    name: str | None = None

    @property
    def place(self) -> Scalar:
        """Where the headings begin."""
        return self.columns[0].heading


def place_of(cell: Scalar) -> dict[str, Any]:
    """Where a cell stands, as a problem holds it."""
    place = cell.problem("")
    return {"file": place.file, "line": place.line, "column": place.column, "excerpt": place.excerpt}


def table_of(data: Any, about: Mapping[str, Any] | None = None) -> Table:
    """A file (CSV, also with semicolons or tabulators), a DataFrame, or columns by their headings.

    Raises:
        InputError: it is no table; the place of what is wrong.
    """
    said = {word: Scalar(str(value)) for word, value in (about or {}).items()}
    for word in said:
        _must_be_known(Scalar(word))
    if isinstance(data, str | os.PathLike):
        return _of_text(read_file(os.fspath(data), ("table", "CSV")), said)
    if hasattr(data, "items"):
        return _of_columns(data, said)
    expected = 'a file, a DataFrame, or columns such as {"V [mV]": [-70, -60]}'
    raise InputError(Problem("this is no table of data", found=repr(data), expected=expected))


def _of_columns(data: Any, said: Mapping[str, Scalar]) -> Table:
    columns = tuple(Column(Scalar(str(head)), [_given(one) for one in values]) for head, values in data.items())
    if len({len(column.cells) for column in columns}) != 1 or not columns[0].cells:
        raise InputError(
            Problem("the columns are not equally long", path="data", expected="as many values in each, one at least")
        )
    return Table(columns, said)


def _given(value: Any) -> Scalar:
    missing = value is None or (isinstance(value, float) and math.isnan(value))
    return Scalar("" if missing else str(value))


def _number(cell: Scalar) -> float:
    try:
        return float(cell.text)
    except ValueError:
        return math.nan


def _of_text(source: Source, said: Mapping[str, Scalar]) -> Table:
    lines = [(number, line) for number, line in enumerate(source.text.splitlines(), 1) if line.strip()]
    rows = [(number, line) for number, line in lines if not line.lstrip().startswith("#")]
    about = {word: value for number, line in lines if (number, line) not in rows for word, value in _said(source, number, line)}
    if len(rows) < 2:
        found = "a heading alone" if rows else "nothing"
        raise InputError(Problem("the file holds no data", file=source.name, found=found, expected=EXPECTED))
    mark = next((one for one in MARKS if one in rows[0][1]), ",")
    heads, *cells = [list(_cells(source, number, line, mark)) for number, line in rows]
    _must_be_as_many(heads, cells)
    columns = tuple(Column(head, [row[k] for row in cells]) for k, head in enumerate(heads))
    return Table(columns, {**about, **said}, source.name)


def _cells(source: Source, number: int, line: str, mark: str) -> Iterator[Scalar]:
    """The cells of a line, each with its column."""
    begin = 0
    for part in line.split(mark):
        text = part.strip().strip('"')
        column = begin + len(part) - len(part.lstrip()) + 1
        yield Scalar(text, source=source, line=number, column=min(column, max(len(line), 1)))
        begin += len(part) + 1


def _must_be_as_many(heads: Sequence[Scalar], rows: Sequence[Sequence[Scalar]]) -> None:
    """Every row has a cell for each heading.

    Raises:
        InputError: the first row that has not; where it ends, or what is too many.
    """
    for k, row in enumerate(rows, 1):
        if len(row) != len(heads):
            cell = row[min(len(row) - 1, len(heads))]
            message = f"row {k} has {len(row)} cells under {len(heads)} headings"
            raise InputError(cell.problem(message, found=cell.words, expected="a cell for each heading"))


def _said(source: Source, number: int, line: str) -> Iterator[tuple[str, Scalar]]:
    """What a line `# WORD: VALUE` says; other comments say nothing."""
    written, colon, value = line.partition(":")
    word = written.replace("#", " ").strip()
    if colon and len(word.split()) == 1 and nearest(word, ABOUT):
        _must_be_known(Scalar(word.casefold(), source=source, line=number, column=line.index(word) + 1))
        column = len(written) + 2 + len(value) - len(value.lstrip())
        yield word.casefold(), Scalar(value.strip(), source=source, line=number, column=column)


def _must_be_known(cell: Scalar) -> None:
    if cell.text not in ABOUT:
        message, near = f"nothing is said of data by '{cell.text}'", nearest(cell.text, ABOUT)
        wanted = advice(", ".join(ABOUT), ", ".join(f"# {one}: ..." for one in ABOUT))
        raise InputError(cell.problem(message, found=cell.words, expected=wanted, suggestion=near))
