"""What `vrest sweep`, `vrest uncertain` and `vrest sensitivity` answer, and where they write."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from time import monotonic
from typing import Any

from ..errors import InputError, Problem, taken
from ..units import to_unit
from .answers import pair, read_cell
from .output import Plain, progress, wrote

ENDINGS = (".csv", ".nc", ".zarr", ".parquet")
RARELY = 0.2
"""Seconds between two lines of progress."""


def sweep(arguments: argparse.Namespace) -> Any:
    """One question for many rows."""
    from ..questions.sweep.sweep import Posed, Work

    cell, file = read_cell(arguments), _file(arguments)
    store = file if file is not None and file.suffix == ".zarr" else None
    work = Work(
        threads=arguments.threads,
        output=store,
        resume=arguments.resume,
        force=arguments.force and store is not None,
        allow_other_machine=arguments.allow_other_machine,
        progress=Meter().told,
        scheduler=arguments.scheduler,
    )
    posed = Posed.of(
        cell,
        _over(arguments),
        arguments.ask,
        _outputs(arguments),
        arguments.protocol,
        _timing(arguments),
        _rows(arguments),
        device=arguments.device,
    )
    if arguments.dry_run:
        return _needs(posed, work)
    result = posed.run(work)
    if file is not None and store is None:
        _write(result, file)
    if file is not None:
        wrote(str(file))
        _write_failed(result, file)
    return result


def uncertain(arguments: argparse.Namespace) -> Any:
    """What ranges make of an answer."""
    from ..questions.uncertain.uncertain import uncertain as question

    over = _axes(arguments)
    how = {name: getattr(arguments, name) for name in ("ask", "n", "seed", "shapley", "threads")}
    return question(read_cell(arguments), over, outputs=_outputs(arguments), progress=Meter().told, **how)


def sensitivity(arguments: argparse.Namespace) -> Any:
    """How a state, or a course, moves with each number."""
    from ..questions.sensitivity.sensitivity import sensitivity as question

    to = _words(arguments.to)
    return question(
        read_cell(arguments), arguments.ask, _outputs(arguments), to=to, protocol=arguments.protocol, **_timing(arguments)
    )


class Meter:
    """How many rows are done, how fast, and how long the others will take."""

    def __init__(self) -> None:
        self.begin, self.first, self.last = monotonic(), -1, 0.0

    def told(self, done: int, rows: int) -> None:
        from ..results.words import duration

        now = monotonic()
        if self.first < 0:  # a store that is gone on with holds rows already
            self.begin, self.first = now, done
        if done < rows and now - self.last < RARELY:
            return
        self.last = now
        rate = (done - self.first) / max(now - self.begin, 1e-9)
        left = f", {rate:,.3g} rows/s, {duration((rows - done) / rate)} left" if done < rows and rate else ""
        progress(f"{done:,} of {rows:,} rows{left}".ljust(70), done >= rows)


def _over(arguments: argparse.Namespace) -> Any:
    """The axes, or the table."""
    if arguments.table is not None and arguments.over:
        raise InputError(Problem("--table and --over exclude each other", found="both", expected="one of the two"))
    if arguments.table is not None:
        return arguments.table
    return _axes(arguments)


def _axes(arguments: argparse.Namespace) -> dict[str, str] | None:
    return dict(pair(text, "--over") for text in arguments.over) or None


def _outputs(arguments: argparse.Namespace) -> list[str] | None:
    return _words(arguments.outputs)


def _words(text: str | None) -> list[str] | None:
    return None if text is None else [word.strip() for word in text.split(",") if word.strip()]


def _timing(arguments: argparse.Namespace) -> dict[str, Any]:
    return {name: getattr(arguments, name) for name in ("until", "at", "every", "rtol")}


def _rows(arguments: argparse.Namespace) -> dict[str, Any]:
    return {name: getattr(arguments, name) for name in ("paired", "sample", "n", "seed", "ignore")}


def _file(arguments: argparse.Namespace) -> Path | None:
    """The file to write.

    Raises:
        InputError: its ending says no form, it is there already, or cannot be gone on with.
    """
    if arguments.output is None:
        if arguments.resume or arguments.force:
            found = "--resume" if arguments.resume else "--force"
            raise InputError(Problem("without -o there is nothing to resume or replace", found=found, expected="-o FILE"))
        return None
    file = Path(arguments.output)
    if file.suffix not in ENDINGS:
        raise InputError(
            Problem("rows are written as .csv, .nc, .zarr or .parquet", path="-o", found=str(file), expected=" | ".join(ENDINGS))
        )
    if file.suffix != ".zarr":
        _free(file, arguments)
    return file


def _free(file: Path, arguments: argparse.Namespace) -> None:
    from ..views.files import is_stream

    if arguments.resume:
        raise InputError(
            Problem(
                "a store is gone on with, other files are not", path="-o", found=str(file), expected="a name that ends in .zarr"
            )
        )
    if os.path.lexists(file) and not arguments.force and not is_stream(file):
        raise taken(file)


def _write(result: Any, file: Path) -> None:
    from ..views import files, show

    if file.suffix == ".csv":
        files.text(file, show(result).csv())
    elif file.suffix == ".nc":
        files.netcdf(result, file)
    else:
        files.parquet(show(result).frame(), file)


def _write_failed(result: Any, file: Path) -> None:
    """List the rows without an answer beside the file, as a store does itself, and say where."""
    from ..views.document import as_csv
    from ..views.files import text
    from ..views.tables.sweep import failed_grid

    listed = file.with_suffix(".failed.csv")
    if file.suffix != ".zarr" and result.failed:
        text(listed, as_csv(*failed_grid(result)))
    elif file.suffix != ".zarr":
        listed.unlink(missing_ok=True)
    if listed.exists():
        wrote(str(listed), ", the rows without an answer")


def _needs(posed: Any, work: Any) -> Plain:
    """What a sweep would need."""
    from ..results.words import duration

    need = posed.estimate(work)
    values = {
        "rows": need.rows,
        "dims": dict(zip(posed.plan.dims, posed.plan.shape, strict=True)),
        "outputs": list(posed.asked.layout.outputs),
        "bytes": need.bytes,
        "memory_bytes": need.memory,
        "seconds": need.seconds,
        "threads": need.threads,
    }
    at_work = f"one core, {need.threads} at work" if need.device == "cpu" else "the GPU"
    words = [
        f"{need.rows:,} rows of {', '.join(axis.path for axis in posed.plan.axes)}",
        f"about {duration(need.seconds)} ({to_unit(need.row_seconds, 'ms'):.3g} ms a row on {at_work})",
        f"{_size(need.bytes)} of numbers before they are packed, {_size(need.memory)} of them in memory at a time",
    ]
    return Plain(values, "\n".join(words) + "\n")


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{count:.3g} {unit}"
        count /= 1000
    return ""
