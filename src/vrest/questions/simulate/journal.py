"""What an interrupted run is resumed from: everything its integrator has answered, in order, in a file that is only added to.

A resumed run does again all that it did before, and the integrator's answers are read instead of computed: so its ledgers, totals and
rows are those of a run that nothing interrupted, to the digit. A record that was being written when the machine stopped is known by
its checksum, and dropped.
"""

from __future__ import annotations

import json
import os
import struct
import tempfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from ...engines.integrator import Piece
from ...engines.ramps import Change
from ...errors import InputError, Problem, advice

SIZES = struct.Struct("<II")
"""Before every record: how long it is, and its checksum."""
Identity = Mapping[str, str]
"""What a run is of, by what is said of it: the cell, the protocol, each option, versions."""


class Journal:
    """The records of one run; those that are there already are read first, what follows is written behind them."""

    def __init__(self, path: Path, file: BinaryIO, identity: Identity) -> None:
        self.path, self.file, self.identity = path, file, identity
        self.reading, self.writing = True, True

    @classmethod
    def begun(cls, path: Path, identity: Identity) -> Journal:
        """A new one, which is there as soon as it says what it is of."""
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name[:100]}.", suffix=".part", delete=False) as part:
            part.write(_record(json.dumps(dict(identity)).encode()))
        os.replace(part.name, path)
        journal = cls.found(path)
        journal.reading = False
        return journal

    @classmethod
    def found(cls, path: Path) -> Journal:
        """The one of an interrupted run.

        Raises:
            InputError: the file is something else, or another run is at it.
        """
        file = path.open("r+b")
        try:
            _lock(file, path)
            return cls(path, file, _identity(file, path))
        except InputError:
            file.close()
            raise

    def piece(self, place: tuple[float, ...], compute: Callable[[], Piece]) -> Piece:
        """The integrator's answer at a place: as it was recorded, or computed and recorded."""
        if self.reading:
            end = self.file.tell()
            if (record := _read(self.file)) is not None:
                return self._known(place, record)
            self.reading = False
            self.file.seek(end)
            self.file.truncate()
        piece = compute()
        if self.writing:
            self.file.write(_record(_written(place, piece)))
            self.file.flush()
        return piece

    def _known(self, place: tuple[float, ...], record: bytes) -> Piece:
        found, piece = _piece(record)
        if found != place:
            message = "the record of the interrupted run does not lead to where this run is"
            anew = advice("force=True", "--force")
            raise InputError(
                Problem(message, file=str(self.path), expected=f"the machine it was begun on, or {anew} to begin anew")
            )
        return piece

    def stop(self) -> None:
        """Write no more: what follows is not the run's own, but what is shown of it at an interruption."""
        self.writing = False

    def close(self) -> None:
        """Leave it to a resumed run."""
        self.file.close()

    def remove(self) -> None:
        """The run is over."""
        self.close()
        self.path.unlink(missing_ok=True)


class Recorded(NamedTuple):
    """An integrator whose answers a journal keeps."""

    integrator: Any
    journal: Journal

    @property
    def sums(self) -> Any:
        """What it sums up along the way."""
        return self.integrator.sums

    def at(self, grid: np.ndarray) -> Recorded:
        """The same, by which a piece is seen at other parts of it."""
        return Recorded(self.integrator.at(grid), self.journal)

    def run(
        self,
        x: np.ndarray,
        scale: np.ndarray,
        numbers: Mapping[str, float],
        begin: float,
        length: float,
        changes: Mapping[str, Change] | None = None,
        unit: float = 1.0,
    ) -> Piece:
        """As of the integrator."""
        place = (begin, length, float(np.sum(x / scale)))
        return self.journal.piece(place, lambda: self.integrator.run(x, scale, numbers, begin, length, changes, unit))


def _lock(file: BinaryIO, path: Path) -> None:
    """Keep other runs away from a file, where the system can."""
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        message = "another run is writing this"
        raise InputError(Problem(message, file=str(path), expected="another name, or the other run ended")) from None


def _identity(file: BinaryIO, path: Path) -> Identity:
    """What the first record says that the run is of."""
    try:
        return json.loads(_read(file) or b"")
    except ValueError:
        message = "this is no record of an interrupted run"
        raise InputError(Problem(message, file=str(path), expected="another name, or the file removed")) from None


# -- records ------------------------------------------------------------------------------------------------------------


def _record(content: bytes) -> bytes:
    return SIZES.pack(len(content), zlib.crc32(content)) + content


def _read(file: BinaryIO) -> bytes | None:
    """The next record; None where there is none, or only a part of one."""
    head = file.read(SIZES.size)
    if len(head) < SIZES.size:
        return None
    size, checksum = SIZES.unpack(head)
    content = file.read(size)
    return content if len(content) == size and zlib.crc32(content) == checksum else None


def _written(place: tuple[float, ...], piece: Piece) -> bytes:
    extra = {name: array for name in ("sums", "hidden", "watched") if (array := getattr(piece, name)) is not None}
    arrays = [piece.times, piece.states, *extra.values()]
    head = {
        "extra": list(extra),
        "place": place,
        "shapes": [array.shape for array in arrays],
        "failure": piece.failure,
        "stopped": piece.stopped,
    }
    return json.dumps(head).encode() + b"\n" + b"".join(np.ascontiguousarray(array, "<f8").tobytes() for array in arrays)


def _piece(record: bytes) -> tuple[tuple[float, ...], Piece]:
    """Where an answer belongs, and the answer."""
    words, _, content = record.partition(b"\n")
    head = json.loads(words)
    values, arrays, begin = np.frombuffer(content, "<f8").astype(float), [], 0
    for shape in head["shapes"]:
        arrays.append(values[begin : begin + int(np.prod(shape))].reshape(shape))
        begin += arrays[-1].size
    times, states, *rest = arrays
    extra = dict(zip(head["extra"], rest, strict=True))
    return tuple(head["place"]), Piece(times, states, head["failure"], head["stopped"], **extra)
