"""What a table of data means for a cell: what was measured, where, and which numbers of the description each row had.

`V` beside numbers of the description is a resting potential; `V` and `I` are a current-voltage curve; `time` beside concentrations
`<compartment>.<ion>` is a time course from the described state. `sd` is the standard deviation of what stands in the column before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...description.cell import CELL, Cell
from ...description.edit import no_path
from ...description.library import protocol_of
from ...description.nodes import Scalar
from ...description.protocol import Protocol
from ...errors import InputError, Problem, nearest
from ...units import dimension_of, from_unit
from ..sweep.axes import check_unit, is_per_same, unit_of
from ..sweep.tables import HEADING
from .junction import Correction, correction_of
from .table import Column, Table, place_of

POTENTIAL, CURRENT, TIME, SPREAD = "V", "I", "time", "sd"
DENSITY = "uA/cm^2"
WORDS = {POTENTIAL: ("mV",), CURRENT: ("pA", DENSITY), TIME: ("s",)}
"""What may be measured besides numbers of the description, with units that it may have."""
REST, CURVE, COURSE = "rest", "iv", "simulate"
"""The question that answers what was measured."""
ALONG = {CURVE: POTENTIAL, COURSE: TIME}


@dataclass(frozen=True)
class Series:
    """What was measured [SI]: `V`, `I` or a path; its unit, the values, and their standard deviations where these are known."""

    quantity: str
    unit: str
    values: np.ndarray
    sd: np.ndarray | None = None


@dataclass(frozen=True)
class Data:
    """Data of one cell.

    Attributes:
        question: that answers them: `REST`, `CURVE` or `COURSE`
        membrane: across which V and I were measured
        settings: {path: numbers of the rows [SI]}; units: of these paths, and of what the data go along
        along:    V [V] of a curve, times [s] of a course
        series:   what was measured
        correction: what was taken off potentials for the liquid junction
        protocol: what was done to the cell along a course; None where it was left to itself
    """

    question: str
    membrane: str
    settings: Mapping[str, np.ndarray]
    units: Mapping[str, str]
    along: np.ndarray | None
    series: tuple[Series, ...]
    correction: Correction
    name: str = "the data"
    protocol: Protocol | None = None

    @property
    def points(self) -> int:
        return sum(one.values.size for one in self.series)

    @property
    def x(self) -> tuple[str, np.ndarray] | None:
        """What the data are drawn over [SI]: the potential, the time, or the number of the description that varies first."""
        if self.along is not None:
            return (POTENTIAL if self.question == CURVE else TIME), self.along
        return next(((path, values) for path, values in self.settings.items() if np.ptp(values) > 0), None)


@dataclass(frozen=True)
class _Read:
    """A column as it was read: the word or path, its unit, its numbers [SI] and where it stands."""

    word: str
    unit: str
    values: np.ndarray
    heading: Scalar


def data_of(cell: Cell, table: Table, ignore: Sequence[str] = ()) -> Data:
    """What a table means.

    Raises:
        InputError: with all that is wrong in it.
    """
    membrane, columns = _membrane(cell, table), _columns(cell, table, ignore)
    _must_be_once(columns)
    found = {one.word: one for one in columns if one.word != SPREAD}
    question = COURSE if TIME in found else CURVE if CURRENT in found else REST
    measured = _measured(cell, question, found, table)
    correction = correction_of(cell, membrane, table.about) if POTENTIAL in found else Correction()
    series = tuple(_series(columns, found[word], correction) for word in measured)
    along = _along(question, found, correction, table)
    settings = {word: one for word, one in found.items() if word not in (*measured, ALONG.get(question))}
    _must_be_settings(question, settings)
    units = {word: one.unit for word, one in found.items()}
    numbers = {word: one.values for word, one in settings.items()}
    protocol = _protocol(cell, question, along, table)
    return Data(question, membrane, numbers, units, along, series, correction, table.name or "the data", protocol)


def _membrane(cell: Cell, table: Table) -> str:
    """The membrane that was measured.

    Raises:
        InputError: there are several, and none is named, or one that is not there.
    """
    said, names = table.about.get("membrane"), list(cell.membranes)
    if said is None and len(names) == 1:
        return names[0]
    if said is not None and said.text in names:
        return said.text
    message = "the cell has no such membrane" if said is not None else "across which membrane the data were measured is not said"
    expected = f"# membrane: {' | '.join(names)}"
    if said is None:
        raise InputError(table.place.problem(message, expected=expected))
    raise InputError(said.problem(message, found=said.words, expected=expected, suggestion=nearest(said.text, names)))


def _columns(cell: Cell, table: Table, ignore: Sequence[str]) -> list[_Read]:
    """Every column that is not left out; all problems at once."""
    found: list[_Read] = []
    problems = _not_there(table, ignore)
    for column in (one for one in table.columns if one.heading.text not in ignore):
        try:
            found.append(_column(cell, column, found))
        except InputError as error:
            problems += [_at(column, one) for one in error.problems]
    if problems:
        raise InputError(*problems)
    return found


def _not_there(table: Table, ignore: Sequence[str]) -> list[Problem]:
    """What is said of columns to leave out that are not there."""
    heads = [column.heading.text for column in table.columns]
    message, missing = "the data have no such column to leave out", [one for one in ignore if one not in heads]
    return [table.place.problem(message, found=one, expected=", ".join(heads)) for one in missing]


def _at(column: Column, problem: Problem) -> Problem:
    """A problem at the place of its heading, where it has none of its own."""
    return problem if problem.line else problem.at(**place_of(column.heading))


def _column(cell: Cell, column: Column, before: Sequence[_Read]) -> _Read:
    parts = HEADING.match(column.heading.text)
    word, unit = (parts[1], parts[2] or "") if parts else (column.heading.text, "")
    if word == SPREAD:
        return _spread(column, unit, before)
    if word in WORDS:
        _must_be_unit(word, unit)
    elif word in cell.settable:
        unit = unit or unit_of(cell, word)
        _must_be_per_same(cell, word, unit)
    else:
        raise InputError(_no_column(cell, word))
    return _Read(word, unit, np.asarray(from_unit(column.numbers, unit), dtype=float), column.heading)


def _must_be_unit(word: str, unit: str) -> None:
    if not unit or dimension_of(unit) not in map(dimension_of, WORDS[word]):
        expected = " or ".join(f"{word} [{one}]" for one in WORDS[word])
        message = f"'{unit}' is no unit of '{word}'" if unit else f"the unit of '{word}' is missing"
        raise InputError(Problem(message, found=unit or word, expected=expected))


def _must_be_per_same(cell: Cell, path: str, unit: str) -> None:
    check_unit(cell, path, unit)
    if not is_per_same(cell, path, unit):
        message = f"'{path}' is counted per something else in the description"
        raise InputError(Problem(message, found=unit, expected=unit_of(cell, path)))


def _no_column(cell: Cell, word: str) -> Problem:
    """What is said of a heading that means nothing."""
    known = [*WORDS, SPREAD, *cell.settable]
    problem = no_path(cell, word)
    near = nearest(word, known) or problem.suggestion
    return replace(
        problem,
        message=f"'{word}' is nothing that is measured, and no path of {cell.name}",
        expected=f"{', '.join([*WORDS, SPREAD])} or a path, each with its unit in brackets",
        suggestion=near,
    )


def _spread(column: Column, unit: str, before: Sequence[_Read]) -> _Read:
    """Standard deviations of the column before.

    Raises:
        InputError: there is none, the unit is not its own, or one of them is not above zero.
    """
    if not before:
        raise InputError(Problem("sd stands behind the column that it belongs to", expected="V [mV], sd [mV]"))
    own = before[-1].unit
    if dimension_of(unit or own) != dimension_of(own):
        raise InputError(Problem(f"the unit of sd is not that of '{before[-1].word}'", found=unit, expected=own))
    numbers = column.numbers
    for k in np.flatnonzero(numbers <= 0)[:1]:
        cell = column.cells[int(k)]
        message = f"row {k + 1} has a standard deviation that is not above zero"
        raise InputError(
            cell.problem(message, found=cell.words, expected="a positive number, or no column sd: then it is estimated")
        )
    unit = unit or own
    scale = abs(from_unit(1.0, unit) - from_unit(0.0, unit))
    return _Read(SPREAD, unit, numbers * scale, column.heading)


def _must_be_once(columns: Sequence[_Read]) -> None:
    words = [one.word for one in columns]
    for one in columns:
        if one.word != SPREAD and words.count(one.word) > 1:
            raise InputError(one.heading.problem(f"two columns are '{one.word}'", found=one.heading.text, expected="each once"))


def _measured(cell: Cell, question: str, found: Mapping[str, _Read], table: Table) -> list[str]:
    """What was measured, of what the columns are.

    Raises:
        InputError: nothing.
    """
    can_be = {REST: {POTENTIAL}, CURVE: {CURRENT}, COURSE: {POTENTIAL, *_inside(cell)}}[question]
    measured = [word for word in found if word in can_be]
    if not measured:
        expected = {REST: "V [mV]", COURSE: "a column such as inside.Na [mM], or V [mV]"}.get(question, "I [pA]")
        there = ", ".join(column.heading.text for column in table.columns)
        raise InputError(table.place.problem("no column holds what was measured", found=there, expected=expected))
    return measured


def _inside(cell: Cell) -> list[str]:
    """Concentrations that move along a time course."""
    return [f"{space.name}.{ion}" for space in cell.compartments.values() if space.role == CELL for ion in space.ions]


def _series(columns: Sequence[_Read], one: _Read, correction: Correction) -> Series:
    after = columns[columns.index(one) + 1] if one is not columns[-1] else None
    sd = after.values if after is not None and after.word == SPREAD else None
    taken = correction.value if one.word == POTENTIAL else 0.0
    return Series(one.word, one.unit, one.values - taken, sd)


def _along(question: str, found: Mapping[str, _Read], correction: Correction, table: Table) -> np.ndarray | None:
    """The potentials of a curve, the times of a course.

    Raises:
        InputError: they are missing, or times do not rise.
    """
    word = ALONG.get(question)
    if word is None:
        return None
    if word not in found:
        expected = f"{word} [{WORDS[word][0]}]"
        raise InputError(table.place.problem(f"a column is missing: '{word}'", found=", ".join(found), expected=expected))
    column = found[word]
    if word == POTENTIAL:
        return column.values - correction.value
    if np.any(column.values < 0) or np.any(np.diff(column.values) <= 0):
        raise InputError(
            column.heading.problem("times rise from row to row, from zero", expected="each later than the one before")
        )
    return column.values


def _protocol(cell: Cell, question: str, times: np.ndarray | None, table: Table) -> Protocol | None:
    """What was done to the cell while a course was measured; it goes on to the last of the times.

    Raises:
        InputError: there is no such protocol, it ends too early, or nothing was measured over time.
    """
    if (said := table.about.get("protocol")) is None:
        return None
    if question != COURSE or times is None:
        message, expected = "a protocol belongs to what was measured over time", f"a column {TIME} [s]"
        raise InputError(said.problem(message, found=said.words, expected=expected))
    try:
        protocol = protocol_of(said.text, cell, None)
    except InputError as error:
        place = place_of(said)
        raise InputError(*(one if one.line else one.at(**place) for one in error.problems)) from None
    if times[-1] > protocol.until:
        expected = f"times up to {protocol.until:g} s, the end of the protocol"
        raise InputError(said.problem("the data go on when the protocol has ended", found=f"{times[-1]:g} s", expected=expected))
    return replace(protocol, until=float(times[-1]), steady=False, crosses=None)


def _must_be_settings(question: str, settings: Mapping[str, _Read]) -> None:
    """Whether numbers may differ from row to row: in a time course they stay."""
    for one in settings.values() if question == COURSE else ():
        expected = "concentrations of compartments of the cell, or V; what stays is said of the cell itself"
        raise InputError(one.heading.problem(f"'{one.word}' does not change in the time course", expected=expected))
