"""What was practised, in one local file: written whole or not at all, and set aside where it cannot be read."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import InputError, Problem
from ..views.files import whole
from .model import Exercise

VERSION = 1
VARIABLE = "VREST_PRACTICE"
CANNOT = "progress cannot be kept"


def progress_file() -> Path:
    """Where progress is kept: the environment's VREST_PRACTICE, or `practice.json` where this system keeps data of programs."""
    if given := os.environ.get(VARIABLE):
        return Path(given)
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return base / "vrest" / "practice.json"


@dataclass
class Record:
    """One exercise: how often it was tried, how often rightly, and the slips."""

    tried: int = 0
    right: int = 0
    slips: dict[str, int] = field(default_factory=dict)
    last: str = ""


@dataclass
class Progress:
    """All that was practised; `said` is a sentence where the file could not be read and was set aside."""

    path: Path
    records: dict[str, Record] = field(default_factory=dict)
    said: str = ""

    @classmethod
    def read(cls, path: Path | None = None) -> Progress:
        """What the file holds; nothing where there is none. One that is broken keeps its content under another name."""
        place = path or progress_file()
        try:
            return cls(place, _records(json.loads(place.read_text(encoding="utf-8"))))
        except FileNotFoundError:
            return cls(place)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return cls(place, said=_set_aside(place))

    def note(self, exercise: Exercise, right: bool, slip: str | None) -> Record:
        """Count one answer, and write."""
        record = self.records.setdefault(exercise.name, Record())
        record.tried += 1
        record.right += right
        if slip is not None:
            record.slips[slip] = record.slips.get(slip, 0) + 1
        record.last = datetime.now(UTC).isoformat(timespec="seconds")
        self.write()
        return record

    def write(self) -> None:
        """Write the file whole or not at all.

        Raises:
            InputError: it cannot be written.
        """
        content = {"version": VERSION, "exercises": {name: vars(record) for name, record in sorted(self.records.items())}}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(Problem(f"{CANNOT}: {(error.strerror or str(error)).lower()}", file=str(self.path))) from None
        with whole(self.path, CANNOT) as part:
            part.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")

    def next_seed(self, exercise: Exercise) -> int:
        """A seed that was not used yet where every try took the next one."""
        record = self.records.get(exercise.name)
        return (record.tried if record else 0) + 1

    def next_of(self, exercises: Iterable[Exercise]) -> tuple[Exercise, bool]:
        """Of the exercises that were not answered rightly yet the least tried, of all where there is none; whether all were."""
        listed = list(exercises)
        records = {one.name: self.records.get(one.name, Record()) for one in listed}
        new = [one for one in listed if not records[one.name].right]
        return min(new or listed, key=lambda one: records[one.name].tried), not new


def _records(content: Any) -> dict[str, Record]:
    if content["version"] != VERSION:
        raise ValueError("another version")
    found = {}
    for name, entry in content["exercises"].items():
        record = Record(
            int(entry["tried"]), int(entry["right"]), {str(k): int(n) for k, n in entry["slips"].items()}, str(entry["last"])
        )
        found[str(name)] = record
    return found


def _set_aside(path: Path) -> str:
    """Keep what cannot be read under a name of its own; the sentence that says so."""
    for k in range(1, 1000):
        aside = path.with_name(f"{path.name}.broken-{k}")
        if not aside.exists():
            os.replace(path, aside)
            return f"{path} could not be read; it was set aside as {aside.name}, and progress begins anew"
    raise InputError(Problem("progress cannot be read, and many broken files lie beside it", file=str(path)))
