"""Answers out: text for people, JSON, CSV, plots."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from typing import Any

from ..errors import InputError, Problem
from ..results.base import Result


def answer(result: Result, arguments: argparse.Namespace) -> None:
    """Write the plot first (it can fail), then exactly one form of the answer on stdout."""
    from ..results.base import shown

    view = shown(result) if arguments.plot or arguments.csv or not arguments.json else None
    if arguments.plot:
        assert view is not None
        view.figure(arguments.plot)
        print(f"vrest: wrote {arguments.plot}", file=sys.stderr)
    if arguments.json:
        write_json(result.to_dict())
    elif arguments.csv:
        assert view is not None
        sys.stdout.write(view.csv())
    else:
        assert view is not None
        print(view.text(width=terminal_width(), colour=sys.stdout.isatty()))


def write_json(value: Any) -> None:
    """One object on stdout; a number that JSON cannot hold would be a defect."""
    print(json.dumps(value, indent=2, allow_nan=False))


def terminal_width() -> int | None:
    """Columns of the terminal; None where the output is no terminal."""
    if not sys.stdout.isatty():
        return None
    import shutil

    return shutil.get_terminal_size((100, 24)).columns


def show_values(values: dict[str, Any], arguments: argparse.Namespace, text: str) -> None:
    """The answer of a calculator: a flat mapping as JSON or CSV, or its sentence."""
    if arguments.json:
        write_json(values)
    elif arguments.csv:
        flat = {key: value for key, value in _flat(values) if not isinstance(value, list)}
        print(",".join(flat))
        print(",".join("" if value is None else _field(value) for value in flat.values()))
    else:
        print(text)


def _flat(values: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for key, value in values.items():
        pairs += _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(prefix + key, value)]
    return pairs


def _field(value: Any) -> str:
    text = repr(value) if isinstance(value, float) else str(value)
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n') else text


def progress(done: int, total: int) -> None:
    """A counter on stderr, where a person looks on."""
    if sys.stderr is not None and sys.stderr.isatty():
        end = "\n" if done == total else ""
        print(f"\rvrest: {done} of {total}", end=end, file=sys.stderr, flush=True)


def one_form(arguments: argparse.Namespace) -> None:
    if arguments.json and arguments.csv:
        raise InputError(Problem("--json and --csv are two forms of one answer", found="both", expected="one of the two"))


def write_atomically(path: str, text: str) -> None:
    """Write a text file whole or not at all.

    Raises:
        InputError: it cannot be written there.
    """
    folder, name = os.path.split(os.path.abspath(path))
    part = os.path.join(folder, f".{name[:100]}.{os.getpid()}.part")
    try:
        with open(part, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(part, path)
    except OSError as error:
        raise InputError(Problem(f"cannot write the file: {(error.strerror or str(error)).lower()}", file=path)) from None
    finally:
        with contextlib.suppress(OSError):
            os.unlink(part)
    print(f"vrest: wrote {path}", file=sys.stderr)
