"""What there is to say of how a time course moves with numbers: which move it most, when, and what is left of that at the end."""

from __future__ import annotations

import numpy as np

from ...results.sensitivity import CourseQuantity, CourseSensitivityResult
from ...results.words import duration
from ..document import TEXT, Block, Column, Document, Heading, Part, sentences, table
from ..numbers import aligned, significant
from . import parts
from .sensitivity import FEW, LISTED, NAMED, called, signed


def grid(result: CourseSensitivityResult) -> parts.Grid:
    """A line for each quantity, each number and each time."""
    head = ["quantity", "unit", "path", "time_s", "value", "per_percent"]
    rows = [
        {
            "quantity": one.column,
            "unit": one.unit,
            "path": path,
            "time_s": float(time),
            "value": float(value),
            "per_percent": float(change),
        }
        for one in result.quantities
        for path, changes in one.by.items()
        for time, value, change in zip(result.time, one.values, changes, strict=True)
    ]
    return head, rows


def largest(result: CourseSensitivityResult, changes: np.ndarray) -> tuple[float, float]:
    """The largest change by a number, and when [s]."""
    k = int(np.abs(changes).argmax())
    return float(changes[k]), float(result.time[k])


def _about(result: CourseSensitivityResult) -> list[Block]:
    one = result.first
    named = called(result, one)
    first, last = aligned([float(one.values[0]), float(one.values[-1])], 4)
    said = [
        f"1 % more {path} moves {named} by up to {signed(change, one.unit)} ({duration(time)})."
        for path, changes in one.moving[:NAMED]
        for change, time in [largest(result, changes)]
    ]
    return [
        Heading(f"{named}: {first} to {last} {one.unit} in {duration(float(result.time[-1]))}", 1),
        *sentences(
            [
                f"How the course of {result.cell} ({result.protocol}) moves with its numbers:",
                *(said or [f"No number moves {named}."]),
            ]
        ),
    ]


def _numbers(result: CourseSensitivityResult) -> list[Block]:
    one = result.first
    shown = one.moving[:LISTED]
    most = [largest(result, changes) for _, changes in shown]
    rows = zip(
        [path for path, _ in shown],
        aligned([change for change, _ in most], 3),
        [duration(time) for _, time in most],
        aligned([float(changes[-1]) for _, changes in shown], 3),
        strict=True,
    )
    heads = ["number", f"1 % more: {one.unit} at most", "at", "at the end"]
    left = len(one.by) - len(shown)
    more = (
        [f"{left} more numbers move it less, or not at all; the CSV and the JSON hold all, at every time."]
        if left > 0 and shown
        else []
    )
    return [*table(f"What moves {called(result, one)}", heads, rows), *sentences(more)]


def _others(result: CourseSensitivityResult) -> list[Block]:
    rows = [
        (called(result, one), f"{significant(float(one.values[-1]), 4)} {one.unit}", _most(result, one))
        for one in result.quantities[1:]
        if one.moving
    ]
    return table("What else moves: at most, by 1 % more", ["", "at the end", Column("mostly by", TEXT)], rows)


def _most(result: CourseSensitivityResult, one: CourseQuantity) -> str:
    return ", ".join(f"{path} {signed(largest(result, changes)[0], one.unit)}" for path, changes in one.moving[:FEW])


EVIDENCE = {
    "course_fraction": "Followed with its sensitivities the course is that of `simulate` to {} of its largest values",
    "tangent_fraction": "and with all numbers moved at once it goes where they say, to {} of the largest",
}


def _evidence(result: CourseSensitivityResult) -> str:
    return parts.residual_words(result.certificate, EVIDENCE) + "."


DOCUMENT: Document = (Part(_about), Part(_numbers), Part(_others), *parts.ending(_evidence))
