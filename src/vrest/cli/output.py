"""Answers out: a figure first, then exactly one form on stdout; notes on stderr."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from ..errors import InputError, Problem


@dataclass(frozen=True)
class Plain:
    """An answer of a few values: for JSON, in words, as columns and rows, as a figure; without a grid the values are one row."""

    values: dict[str, Any]
    words: str
    grid: Callable[[], Any] | None = None
    draw: Callable[[str], Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        return self.values

    def text(self, **_: Any) -> str:
        return self.words

    def csv(self) -> str:
        from ..views.document import as_csv

        if self.grid is not None:
            return as_csv(*self.grid())
        flat = {key: value for key, value in _flat(self.values) if not isinstance(value, list)}
        return as_csv(list(flat), [flat])

    def figure(self, path: str) -> None:
        if self.draw is not None:
            self.draw(path)
            return
        raise InputError(Problem("this answer has no figure", path="--plot", found=path, expected="the answer without --plot"))


def _flat(values: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def one_form(arguments: argparse.Namespace) -> None:
    """Refuse two forms of one answer."""
    given = [f"--{form}" for form in ("json", "csv", "long") if getattr(arguments, form, False)]
    if len(given) > 1:
        message = f"{' and '.join(given[:2])} are two forms of one answer"
        raise InputError(Problem(message, found="both", expected="one of the two"))


def keep_inputs(arguments: argparse.Namespace) -> None:
    """Refuse an output that is a file which the command reads, or another output of it."""
    given = {name: getattr(arguments, name, None) for name in ("cell", "protocol", "data", "plot", "output")}
    named = [(name, path) for name, path in given.items() if isinstance(path, str) and path != "-"]
    for (other, before), (name, path) in combinations(named, 2):
        if name in ("plot", "output") and _same_file(path, before):
            what = f"is the {other} that is read" if other in ("cell", "protocol", "data") else f"is the file of --{other}"
            raise InputError(Problem(f"the file of --{name} {what}", path=f"--{name}", found=path, expected="another file"))


def _same_file(a: str, b: str) -> bool:
    try:
        return os.path.samefile(a, b)
    except (OSError, ValueError):
        return os.path.abspath(a) == os.path.abspath(b)


def write(answer: Any, arguments: argparse.Namespace) -> None:
    """Write the plot first (it can fail), then exactly one form of the answer on stdout; nothing where there is no answer."""
    if answer is None:
        return
    if getattr(arguments, "plot", None):
        _shown(answer).figure(arguments.plot)
        wrote(arguments.plot)
    if arguments.json:
        write_json(answer.to_dict())
    elif arguments.csv:
        sys.stdout.write(_shown(answer).csv())
    else:
        how = {"long": getattr(arguments, "long", False), "width": _terminal_width(), "colour": sys.stdout.isatty()}
        text = _shown(answer).text(**how)
        sys.stdout.write(text if text.endswith("\n") else text + "\n")


def _shown(answer: Any) -> Any:
    if isinstance(answer, Plain):
        return answer
    from ..views import show

    return show(answer)


def write_json(value: Any) -> None:
    """One object on stdout; a number that JSON cannot hold would be a defect."""
    import json

    print(json.dumps(value, indent=2, allow_nan=False))


def _terminal_width() -> int | None:
    """Columns of the terminal; None where the output is no terminal."""
    if not sys.stdout.isatty():
        return None
    import shutil

    return shutil.get_terminal_size((100, 24)).columns


def wrote(path: str, more: str = "") -> None:
    """Say that a file was written."""
    print(f"vrest: wrote {path}{more}", file=sys.stderr)


def progress(words: str, last: bool) -> None:
    """A line on stderr that the next one overwrites, where a person looks on."""
    if sys.stderr is not None and sys.stderr.isatty():
        print(f"\rvrest: {words}", end="\n" if last else "", file=sys.stderr, flush=True)
