"""Tables whose rows are cells: a DataFrame, a CSV or a Parquet file; columns `PATH [UNIT]`."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...description.cell import Cell
from ...description.edit import no_path
from ...errors import InputError, Problem, advice, needed
from .axes import Axis, check_unit, named, unit_of

HEADING = re.compile(r"\s*([^\[\]]+?)\s*(?:\[\s*([^\[\]]*?)\s*\])?\s*\Z")
ENDINGS = (".csv", ".parquet")
MARKS = "\t;"
AT_ONCE = 32768
"""Numbers that are copied, and then looked at, while they are in the cache."""


def is_table(over: Any) -> bool:
    """Whether something is a DataFrame, or the name of a file."""
    return isinstance(over, str | os.PathLike) or (hasattr(over, "columns") and hasattr(over, "iloc"))


def table_of(cell: Cell, over: Any, ignore: Sequence[str] = (), own: bool = False) -> tuple[Axis, ...]:
    """The columns of a table that are numbers of a cell; `own`: copied, so that they stay whatever becomes of a DataFrame.

    Raises:
        InputError: with all that is wrong: columns that are no path, text or gaps (with the row), two columns for one number.
        MissingExtraError: what reads the file is not installed.
    """
    file = os.fspath(over) if isinstance(over, str | os.PathLike) else None
    frame = over if file is None else _read(file)
    _must_differ([str(name) for name in frame.columns if name not in ignore], file)
    axes, problems = _columns(cell, frame, ignore, file, own)
    paths = [axis.path for axis in axes]
    twice = sorted({path for path in paths if paths.count(path) > 1})
    problems += [Problem(f"two columns are of one number, '{path}'", file=file, path=path) for path in twice]
    if problems:
        raise InputError(*problems)
    if not axes or not axes[0].values.size:
        raise InputError(Problem("the table has no rows for this cell", file=file, expected="columns such as outside.K [mM]"))
    return tuple(axes)


def _columns(cell: Cell, frame: Any, ignore: Sequence[str], file: str | None, own: bool) -> tuple[list[Axis], list[Problem]]:
    """Every column that is not left out as an axis, and what is wrong with the others."""
    axes, problems = [], [_not_there(name, frame) for name in ignore if name not in frame.columns]
    headings = [one for one in frame.columns if one not in ignore]
    rooms = np.empty((len(headings), len(frame))) if own else [None] * len(headings)
    for heading, room in zip(headings, rooms, strict=True):
        try:
            axes.append(_column(cell, str(heading), frame[heading], file, room))
        except InputError as error:
            problems += [named(problem, str(heading)).at(file=file) for problem in error.problems]
    return axes, problems


def _not_there(name: str, frame: Any) -> Problem:
    return Problem("the table has no such column to leave out", found=str(name), expected=", ".join(map(str, frame.columns)))


def _read(file: str) -> Any:
    ending = os.path.splitext(file)[1].lower()
    if ending not in ENDINGS:
        raise InputError(
            Problem("a table is read from CSV or Parquet", file=file, found=ending or "no ending", expected=" or ".join(ENDINGS))
        )
    with needed("population", "reading tables"):
        import pandas
    try:
        if ending == ".csv":
            return _of_text(file)
        with needed("parquet", "reading Parquet"):
            return pandas.read_parquet(file)
    except OSError as error:
        raise InputError(Problem(f"cannot read the table: {(error.strerror or str(error)).lower()}", file=file)) from None
    except (ValueError, RuntimeError) as error:  # what pandas and pyarrow say of files that are none
        raise InputError(
            Problem(f"this is no table: {str(error).strip()}", file=file, expected="a heading, and a line for each cell")
        ) from None


def _of_text(file: str) -> Any:
    """A CSV file as a frame with the headings as they are written.

    Raises:
        ValueError: it is none; also where numbers stand under no heading.
    """
    import pandas

    before, mark = _before_heading(file)
    how = {"skipinitialspace": True, "skiprows": before, "sep": mark}
    with warnings.catch_warnings():
        warnings.simplefilter("error", pandas.errors.ParserWarning)
        try:
            frame = pandas.read_csv(file, index_col=False, **how)  # a first column is no label of rows
        except pandas.errors.ParserWarning:
            raise ValueError("its rows have more fields than its heading") from None
    heads = pandas.read_csv(file, header=None, nrows=1, dtype=str, **how).iloc[0].tolist()
    frame.columns = [name if pandas.isna(head) else head.rstrip() for name, head in zip(frame.columns, heads, strict=True)]
    return frame


def _before_heading(file: str) -> tuple[int, str]:
    """How many lines stand before the heading, comments and empty ones, and what parts the cells of a line: a comma where the heading has
    no tabulator and no semicolon."""
    with open(file, encoding="utf-8-sig", errors="replace") as text:
        for number, line in enumerate(text):
            if line.strip() and not line.lstrip().startswith("#"):
                return number, next((mark for mark in MARKS if mark in line), ",")
    return 0, ","


def _must_differ(headings: Sequence[str], file: str | None) -> None:
    """No two columns may have one heading.

    Raises:
        InputError: two do.
    """
    twice = sorted({name for name in headings if headings.count(name) > 1})
    if twice:
        raise InputError(Problem("two columns have one heading", file=file, found=", ".join(twice), expected="each number once"))


def _column(cell: Cell, heading: str, values: Any, file: str | None, own: np.ndarray | None) -> Axis:
    """One column as an axis."""
    parts = HEADING.match(heading)
    path, said = (parts[1], parts[2]) if parts else (heading, None)
    if path not in cell.settable:
        problem = no_path(cell, path)
        how = advice(f"ignore=[{heading!r}]", f"--ignore '{heading}'")
        raise InputError(replace(problem, expected=f"{problem.expected}; {how} leaves a column out"))
    unit = said or unit_of(cell, path)
    check_unit(cell, path, unit)
    return Axis(path, unit, _numbers(heading, values, file, own))


def _numbers(heading: str, values: Any, file: str | None, own: np.ndarray | None) -> np.ndarray:
    """The numbers of a column; in an array of their own, if one is there.

    Raises:
        InputError: one of them is text, a gap, or not finite; the first such row is named.
    """
    with needed("population", "reading tables"):
        import pandas
    if values.dtype == float:
        numbers = values.to_numpy()
    elif values.dtype.kind in "bcmM":  # true and false, complex numbers, dates: pandas would make numbers of them
        numbers = np.full(len(values), np.nan)
    else:
        numbers = pandas.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    if not (np.all(np.isfinite(numbers)) if own is None else _copied(numbers, own)):
        wrong = np.flatnonzero(~np.isfinite(numbers))
        row = int(wrong[0])
        found = values.iloc[row]
        said = "nothing" if pandas.isna(found) else str(found)
        line = _line(file, row) if file is not None and file.lower().endswith(".csv") else None
        message = f"row {row + 1} of column '{heading}' is no number" + (
            f", nor are {wrong.size - 1} more" if wrong.size > 1 else ""
        )
        raise InputError(Problem(message, file=file, line=line, found=said, expected="a finite number in every row"))
    return numbers if own is None else own


def _copied(numbers: np.ndarray, own: np.ndarray) -> bool:
    """Copy numbers; whether all of them are finite."""
    finite = True
    for begin in range(0, numbers.size, AT_ONCE):
        there = own[begin : begin + AT_ONCE]
        there[:] = numbers[begin : begin + AT_ONCE]
        finite = finite and bool(np.all(np.isfinite(there)))
    return finite


def _line(file: str, row: int) -> int:
    """The line of a CSV file that holds a row; empty lines hold none, nor do those before the heading."""
    before, _ = _before_heading(file)
    with open(file, encoding="utf-8") as text:
        return [number for number, line in enumerate(text, 1) if line.strip() and number > before][row + 1]
