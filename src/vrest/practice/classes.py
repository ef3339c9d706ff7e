"""A class: exercises drawn for each student, the answers of all as one CSV, and the slips counted. A student is a code, never a name."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..description.source import decode
from ..errors import InputError, Problem, VrestError
from ..views import files
from .answering import Verdict, answer
from .drawing import SEEDS, Drawn, draw
from .library import exercise, exercise_names
from .model import Exercise

RIGHT, UNKNOWN, ASK = "right", "unknown", "ask"
MOST_STUDENTS, MOST_ROWS = 2000, 100_000
NO_CODE = "a student is a code of letters, digits, . _ and -, and no name"
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_COMMANDS = ("=", "+", "-", "@")
_NUMBER = re.compile(r"[+-]?[0-9.,]")


# -- who gets which numbers --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Assigned:
    """An exercise with the numbers that one student gets; without a student, one of several draws."""

    student: str
    drawn: Drawn

    @property
    def name(self) -> str:
        return f"{self.drawn.exercise.name} {self.student or self.drawn.seed}"


def seed_of(seed: int, student: str) -> int:
    """The seed of a student: the first twelve hexadecimal digits of SHA-256 of the text `SEED:STUDENT`, as a whole number."""
    return int(hashlib.sha256(f"{seed}:{student}".encode()).hexdigest()[:12], 16) % SEEDS


def assign(exercises: Sequence[Exercise], students: Sequence[str] = (), seed: int = 1, draws: int = 1) -> list[Assigned]:
    """A set: every exercise for every student, or without students so many draws of each, from the seed on."""
    if not students:
        return [Assigned("", draw(one, seed + k)) for one in exercises for k in range(draws)]
    return [Assigned(student, draw(one, seed_of(seed, student))) for student in students for one in exercises]


def read_students(path: str | Path) -> list[str]:
    """Codes of students, a line each; of a CSV the first column, a heading `student` is passed over.

    Raises:
        InputError: with every line that holds no code, or one that stood before.
    """
    found: dict[str, int] = {}
    problems = []
    for number, code in _codes(_text_of(path)):
        fault = fault_of(code, found)
        problems += [Problem(fault, file=str(path), line=number, column=1, found=code, expected="such as s017")] if fault else []
        found.setdefault(code, number)
    if not 0 < len(found) <= MOST_STUDENTS:
        message = f"more than {MOST_STUDENTS} students" if found else "no student stands in the file"
        problems.append(Problem(message, file=str(path), expected="a code in each line"))
    if problems:
        raise InputError(*problems)
    return list(found)


def _codes(text: str) -> list[tuple[int, str]]:
    """What stands first in each line, with the number of the line; without a heading."""
    first = [(number, re.split(r"[,;\t]", line)[0].strip().strip('"')) for number, line in enumerate(text.splitlines(), 1)]
    codes = [(number, code) for number, code in first if code]
    return codes[1:] if codes and codes[0][1].lower() == "student" else codes


def fault_of(code: str, before: Mapping[str, int]) -> str:
    """What is wrong with a code; nothing where it is right."""
    if code in before:
        return f"{code} stands twice; it stood first in line {before[code]}"
    return "" if _CODE.fullmatch(code) else NO_CODE


def _text_of(path: str | Path) -> str:
    try:
        with open(path, "rb") as handle:
            data = handle.read(20_000_001)
    except (OSError, ValueError) as error:
        reason = str(getattr(error, "strerror", None) or error).lower()
        raise InputError(Problem(f"cannot be read: {reason}", file=str(path)[:200])) from None
    if len(data) > 20_000_000:
        raise InputError(Problem("the file is larger than 20 MB", file=str(path)))
    return "".join(decode(part, str(path)) for part in _in_parts(data))


def _in_parts(data: bytes) -> Iterable[bytes]:
    """Pieces that end with lines, each small enough to be decoded with its checks."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield data
        return
    piece = b""
    for line in data.splitlines(keepends=True):
        if len(piece) + len(line) > 200_000 and piece:
            yield piece
            piece = b""
        piece += line
    yield piece


# -- the answers of a class --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One answer of one student, as the class CSV holds it; `slip` is `right`, a slip, `ask` or `unknown`, empty where it was not judged."""

    student: str
    exercise: str
    version: int
    seed: int
    answer: str
    unit: str = ""
    slip: str = ""
    time: str = ""


COLUMNS = tuple(field.name for field in fields(Row))


def row_of(student: str, drawn: Drawn, text: str, verdict: Verdict) -> Row:
    """The row of an answer that was judged."""
    if not _CODE.fullmatch(student):
        raise InputError(Problem(NO_CODE, path="student", found=student))
    return row_now(student, drawn.exercise, drawn.seed, text, verdict.name)


def row_now(student: str, one: Exercise, seed: int, text: str, verdict: str) -> Row:
    """The row of an answer that is given now."""
    return Row(student, one.name, one.version, seed, text, "", verdict, datetime.now(UTC).isoformat(timespec="seconds"))


def as_csv(rows: Iterable[Row], headed: bool = True) -> str:
    """The class CSV. A cell that a spreadsheet would take for a command begins with an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    if headed:
        writer.writerow(COLUMNS)
    writer.writerows([_harmless(str(cell)) for cell in asdict(row).values()] for row in rows)
    return buffer.getvalue()


def _harmless(cell: str) -> str:
    is_command = cell.startswith(_COMMANDS) and not _NUMBER.match(cell[:2]) and cell not in ("+", "-")
    return f"'{cell}" if is_command or cell.startswith("'") else cell


def append(path: str | Path, row: Row) -> None:
    """Add a row to a class CSV, which is begun where it is not there."""
    new = not os.path.exists(path) or not os.path.getsize(path)
    files.append(path, as_csv([row], headed=new))


def read_class(path: str | Path) -> list[Row]:
    """The rows of a class CSV.

    Raises:
        InputError: at the first line that cannot be read.
    """
    lines = csv.reader(io.StringIO(_text_of(path), newline=""))
    heading = [cell.strip() for cell in next(lines, [])]
    if tuple(heading) != COLUMNS:
        problem = Problem("these are not the columns of a class CSV", file=str(path), line=1, column=1, found=",".join(heading))
        raise InputError(problem.at(expected=",".join(COLUMNS)))
    try:
        rows = [_row(cells) for cells in lines if any(map(str.strip, cells))]
    except (ValueError, csv.Error) as error:
        raise InputError(Problem(str(error), file=str(path), line=lines.line_num, column=1)) from None
    if len(rows) > MOST_ROWS:
        raise InputError(Problem(f"more than {MOST_ROWS} rows", file=str(path)))
    return rows


def _row(cells: Sequence[str]) -> Row:
    if len(cells) != len(COLUMNS):
        raise ValueError(f"the line has {len(cells)} cells, not {len(COLUMNS)}")
    clean = [cell.removeprefix("'").strip() for cell in cells]
    student, name, version, seed = clean[:4]
    if not _CODE.fullmatch(student):
        raise ValueError(NO_CODE)
    if not (version.isdecimal() and seed.isdecimal()):
        raise ValueError("version and seed are whole numbers")
    return Row(student, name, int(version), int(seed), *clean[4:])


# -- judged and counted ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tally:
    """One exercise in a class: how many answers were right, which slips how often, how many came from no known slip."""

    exercise: str
    answers: int
    right: int
    slips: Mapping[str, int]
    unknown: int
    students: int


@dataclass(frozen=True)
class Class:
    """The answers of a class, judged, with what could not be."""

    rows: tuple[Row, ...]
    tallies: tuple[Tally, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "answers": len(self.rows),
            "students": len({row.student for row in self.rows}),
            "exercises": [{**asdict(tally), "slips": dict(tally.slips)} for tally in self.tallies],
            "notes": list(self.notes),
        }


def judged(rows: Sequence[Row], language: str = "en", own: Mapping[str, Exercise] | None = None) -> Class:
    """Every answer compared anew with its draw, from exercise, version and seed; a slip that a student named among several stays.

    Arguments:
        own: exercises that do not come with vrest, by their names
    """
    known: dict[tuple[str, int], Drawn] = {}
    found: list[Row] = []
    mine = own or {}
    strange = Counter(row.exercise for row in rows if row.exercise not in {*mine, *exercise_names()})
    notes = dict.fromkeys(
        f"{name}: it does not come with vrest; its file is named behind the CSV ({n} answers)" for name, n in strange.items()
    )
    for row in (row for row in rows if row.exercise not in strange):
        try:
            found.append(replace(row, slip=_slip(row, _drawn(row, known, mine), language)))
        except VrestError as error:
            notes[f"{row.student}, {row.exercise}: {error.problems[0].message}"] = None
    return Class(tuple(found), tuple(tallies(found)), tuple(notes))


def _drawn(row: Row, known: dict[tuple[str, int], Drawn], own: Mapping[str, Exercise]) -> Drawn:
    key = (row.exercise, row.seed)
    if key not in known:
        known[key] = draw(own.get(row.exercise) or exercise(row.exercise), row.seed)
    version = known[key].exercise.version
    if version != row.version:
        raise InputError(f"version {row.version} was asked, and version {version} is here: its numbers are others")
    return known[key]


def _slip(row: Row, drawn: Drawn, language: str) -> str:
    verdict = answer(drawn, f"{row.answer} {row.unit}".strip(), language)
    meant = [one.slip.name for one in verdict.slips]
    return row.slip if verdict.name == ASK and row.slip in meant else verdict.name


def tallies(rows: Sequence[Row]) -> list[Tally]:
    """Rows that were judged, counted by exercise."""
    names = sorted({row.exercise for row in rows})
    return [_tally(name, [row for row in rows if row.exercise == name]) for name in names]


def _tally(name: str, own: Sequence[Row]) -> Tally:
    counts = Counter(row.slip for row in own)
    right, unknown = counts.pop(RIGHT, 0), counts.pop(UNKNOWN, 0)
    return Tally(name, len(own), right, dict(counts.most_common()), unknown, len({row.student for row in own}))
