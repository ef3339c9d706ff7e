"""What `vrest fit` answers."""

from __future__ import annotations

import argparse
from typing import Any

from ..errors import InputError, Problem
from .answers import pair, read_cell
from .output import wrote


def fit(arguments: argparse.Namespace) -> Any:
    """Numbers of a cell from data; the description with them is written where that is wanted."""
    from ..questions.fit.fit import fit as question
    from ..views.files import text

    result = question(read_cell(arguments), arguments.data, _free(arguments.free), ignore=arguments.ignore, seed=arguments.seed)
    if arguments.output:
        text(arguments.output, result.fitted.to_yaml())
        wrote(arguments.output)
    return result


def _free(texts: list[str]) -> dict[str, str | None]:
    """Paths with their bounds, where these are given; one that is named twice is an error."""
    found: dict[str, str | None] = {}
    for text in texts:
        path, bounds = pair(text, "--free") if "=" in text else (text.strip(), None)
        if path in found:
            raise InputError(Problem(f"--free names {path} twice", path=path, found=text, expected="each path once"))
        found[path] = bounds
    return found
