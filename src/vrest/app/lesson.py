"""A class while it runs: who has joined, what each answered, the counts of all; in memory alone unless a record is asked for."""

from __future__ import annotations

import os
import secrets
from collections import defaultdict
from dataclasses import replace
from typing import Any

from ..errors import InputError
from ..practice.classes import MOST_ROWS, Row, Tally, append, as_csv, fault_of, read_class, row_now, seed_of, tallies
from ..practice.model import Exercise
from ..practice.sets import ClassSet
from ..views import files

MOST_JOINED = 500
"""Students where the set lists none."""
MOST_TRIES = 20
"""Answers of one student to one exercise."""
SHOWN_AFTER = 3
"""Wrong answers after which the worked solution is shown."""
Verdict = dict[str, Any]


class Lesson:
    """The state of a class.

    Arguments:
        given:  what is asked of whom
        record: a CSV to which every answer is added, and from which a class goes on that was broken off
    Raises:
        InputError: the record is there and is no CSV of a class.
    """

    def __init__(self, given: ClassSet, record: str | None = None) -> None:
        self.set, self.record = given, record
        self.key = secrets.token_urlsafe(18)
        self.fault = ""
        self.rows: list[Row] = []
        self.sessions: dict[str, str] = {}
        self.verdicts: dict[tuple[str, str], Verdict] = {}
        self._places: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        if record is not None and os.path.exists(record) and os.path.getsize(record):
            for row in read_class(record):
                self._keep(row)

    # -- who is there ------------------------------------------------------------------------------------------------------

    @property
    def students(self) -> list[str]:
        """Codes of all that may be there, or that have been."""
        return list(dict.fromkeys([*self.set.students, *self.sessions.values(), *(student for student, _ in self._places)]))

    def join(self, code: str) -> str:
        """A session for a code, which nobody else has meanwhile; empty where there is none to be had."""
        known = code in self.set.students if self.set.students else not fault_of(code, {})
        full = not self.set.students and len(self.students) >= MOST_JOINED and code not in self.students
        if not known or full or code in self.sessions.values():
            return ""
        session = secrets.token_urlsafe(18)
        self.sessions[session] = code
        return session

    def free(self, code: str) -> None:
        """Let a code be joined with again: its student has lost the session."""
        self.sessions = {session: student for session, student in self.sessions.items() if student != code}

    # -- what was answered -------------------------------------------------------------------------------------------------

    def seed(self, student: str) -> int:
        return seed_of(self.set.seed, student)

    def answers(self, student: str, name: str) -> list[Row]:
        """What a student has answered to an exercise."""
        return [self.rows[k] for k in self._places.get((student, name), ())]

    def is_done(self, student: str, name: str) -> bool:
        return any(row.slip == "right" for row in self.answers(student, name))

    def is_open(self, student: str, name: str) -> bool:
        """Whether one more answer is taken."""
        tries = len(self.answers(student, name))
        return not self.is_done(student, name) and tries < MOST_TRIES and len(self.rows) < MOST_ROWS

    def shows_solution(self, student: str, name: str) -> bool:
        return self.is_done(student, name) or len(self.answers(student, name)) >= SHOWN_AFTER

    def note(self, student: str, exercise: Exercise, text: str, verdict: Verdict) -> None:
        """Keep an answer that was judged."""
        row = row_now(student, exercise, self.seed(student), text, verdict["verdict"])
        self._keep(row)
        self.verdicts[student, exercise.name] = verdict
        self._write(lambda path: append(path, row))

    def settle(self, student: str, name: str, verdict: Verdict) -> None:
        """Put the slip that a student named among several in the place of the question."""
        place = self._places[student, name][-1]
        self.rows[place] = replace(self.rows[place], slip=verdict["verdict"])
        self.verdicts[student, name] = verdict
        self._write(lambda path: files.text(path, self.csv()))

    def tallies(self) -> list[Tally]:
        return tallies(self.rows)

    def csv(self) -> str:
        return as_csv(self.rows)

    def _keep(self, row: Row) -> None:
        self._places[row.student, row.exercise].append(len(self.rows))
        self.rows.append(row)

    def _write(self, how: Any) -> None:
        """Write to the record, where there is one; what goes wrong there is told to the teacher and loses no answer here."""
        if self.record is None:
            return
        try:
            how(self.record)
            self.fault = ""
        except InputError as error:
            self.fault = error.problems[0].message
