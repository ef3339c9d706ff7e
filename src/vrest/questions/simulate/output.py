"""The file of a time course: written as the run goes on, whole in the end, and what an interrupted run is resumed from beside it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from glob import escape
from pathlib import Path
from shutil import rmtree
from time import monotonic
from typing import Any

from ...description.cell import Cell
from ...description.protocol import Protocol
from ...errors import InputError, Problem, advice, shorten, taken
from ...results.base import shown
from ...results.simulation import SimulationResult
from .journal import Identity, Journal, Recorded

BESIDE = ".resume"
"""How the name of the file goes on from which an interrupted run is resumed."""
ENDINGS = (".nc", ".zarr", ".csv")
LONG = 60
"""Letters of an option that stand for themselves."""
OFTEN, SHARE = 1.0, 0.1
"""The file is written on once in so many seconds at most, and so that it takes at most this part of the run's time."""


class Output:
    """Where a run is written to.

    Arguments:
        path:     .csv, .nc or .zarr
        identity: what the run is of
        resume:   go on with an interrupted run where there is one
        force:    put it in place of what is there
    Raises:
        InputError: the name's ending is none of them, the file is there, or belongs to another run.
    """

    def __init__(self, path: str | os.PathLike[str], identity: Identity, *, resume: bool = False, force: bool = False) -> None:
        self.path = Path(path)
        if self.path.suffix not in ENDINGS:
            message = "the time course is written as .nc, .zarr or .csv"
            where = advice("output", "--output")
            raise InputError(Problem(message, path=where, found=str(path), expected=" | ".join(ENDINGS)))
        self.journal = None if _is_stream(self.path) else _journal(self.path, identity, resume, force)
        self.rows, self.next = 0, 0.0

    def integrator(self, integrator: Any) -> Any:
        """An integrator whose answers are kept for a resumed run."""
        return integrator if self.journal is None else Recorded(integrator, self.journal)

    @property
    def wanted(self) -> bool:
        """Whether it is time to write on: not while what was computed already is read again, which the file holds."""
        return self.journal is not None and not self.journal.reading and monotonic() >= self.next

    def go_on(self, result: SimulationResult) -> None:
        """Write what there is so far."""
        begin = monotonic()
        shown(result).write_on(self.path, self.rows)
        self.rows = result.time.size
        self.next = monotonic() + max(OFTEN, (monotonic() - begin) / SHARE)

    def stop(self) -> None:
        """The run was interrupted: it is resumed from what is recorded by now."""
        if self.journal is not None:
            self.journal.stop()

    def finish(self, result: SimulationResult) -> None:
        """Write the answer. A run that was interrupted before it came to where it was interrupted before leaves the file as it is."""
        if result.ended != "interrupted" or self.journal is None:
            shown(result).write(self.path)
            self.failed()
        elif not self.journal.reading:
            shown(result).write_on(self.path, self.rows)

    def close(self) -> None:
        """Nothing more is written; an interrupted run may be resumed."""
        if self.journal is not None:
            self.journal.close()

    def failed(self) -> None:
        """There is nothing to resume; where no answer exists, the file keeps what was written of the way there."""
        if self.journal is not None:
            self.journal.remove()


def identity(cell: Cell, written: Mapping[str, float], protocol: Protocol, options: Mapping[str, Any]) -> dict[str, str]:
    """What a run is of, in words and numbers that tell it from others."""
    from importlib.metadata import version

    from ... import __version__

    return {
        "cell": f"{cell.name} {few_letters(cell.to_dict(), sorted(written.items()))}",
        "protocol": f"{protocol.name} {few_letters(vars(protocol))}",
        **{
            name: shorten(value, 60) + (f" {few_letters(str(value))}" if len(str(value)) > 60 else "")
            for name, value in options.items()
        },
        "version of vrest": __version__,
        **{f"version of {name}": version(name) for name in ("casadi", "numpy")},
    }


def _brief(words: str) -> str:
    return words if len(words) <= LONG else f"{shorten(words, LONG)} {few_letters(words)}"


def few_letters(*values: Any) -> str:
    """A few letters that differ where the values do."""
    return hashlib.sha256(json.dumps(values, default=repr).encode()).hexdigest()[:12]


def _is_stream(path: Path) -> bool:
    """Whether it is a pipe or a device, into which the answer is written when it is there."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _journal(path: Path, identity: Identity, resume: bool, force: bool) -> Journal:
    """The journal of a new run or of the interrupted one."""
    beside = path.with_name(path.name + BESIDE)
    if resume and force:
        message = "to resume a run and to begin it anew are two things"
        raise InputError(Problem(message, found="both", expected=f"{_option('resume')} or {_option('force')}"))
    if resume and beside.exists():
        journal = _the_same(Journal.found(beside), path, identity)
        _tidy(path)
        return journal
    if not force:
        _refuse_what_is_there(path, beside, resume)
    return _begun(path, beside, identity)


def _tidy(path: Path) -> None:
    """Take away what a run that was killed while it wrote has left half written."""
    for part in path.parent.glob(f".{escape(path.name[:100])}.*.part"):
        if part.is_dir():
            rmtree(part, ignore_errors=True)
        else:
            part.unlink(missing_ok=True)


def _begun(path: Path, beside: Path, identity: Identity) -> Journal:
    """A new journal beside a file."""
    try:
        return Journal.begun(beside, identity)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(Problem(f"cannot write the file: {reason}", file=str(path))) from None


def _refuse_what_is_there(path: Path, beside: Path, resume: bool) -> None:
    if beside.exists():
        message = "a run that was interrupted is written here"
        expected = f"{_option('resume')} to go on with it, {_option('force')} to begin anew, or another name"
    elif path.exists() and resume:
        message = "the run is complete, so there is nothing to resume"
        expected = f"{_option('force')} to compute it again"
    elif path.exists():
        raise taken(path)
    else:
        return
    raise InputError(Problem(message, file=str(path), expected=expected))


def _the_same(journal: Journal, path: Path, identity: Identity) -> Journal:
    """The journal, where it is one of this run.

    Raises:
        InputError: it is one of another cell, protocol, option or version.
    """
    differing = [name for name in {**identity, **journal.identity} if identity.get(name) != journal.identity.get(name)]
    if not differing:
        return journal
    journal.close()
    raise InputError(*(_another(name, path, identity, journal.identity) for name in differing))


def _another(name: str, path: Path, now: Identity, then: Identity) -> Problem:
    expected = f"{then.get(name, 'none')}, as it was begun, or {_option('force')} to begin anew"
    return Problem(f"the interrupted run has another {name}", file=str(path), found=now.get(name, "none"), expected=expected)


def _option(name: str) -> str:
    return advice(f"{name}=True", f"--{name}")


def writing(
    output: str | os.PathLike[str] | None, resume: bool, force: bool, made: Callable[[], dict[str, str]]
) -> Output | None:
    """Where a run is written to, if it is; `made` tells what it is of."""
    if output is None:
        if resume or force:
            found = "resume" if resume else "force"
            raise InputError(Problem("without an output there is nothing to resume or replace", found=_option(found)))
        return None
    return Output(output, made(), resume=resume, force=force)
