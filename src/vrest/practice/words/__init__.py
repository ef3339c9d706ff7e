"""What practice says, a file a language: `en.toml` and its sisters hold the same keys."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path

FOLDER = Path(__file__).parent
FIRST = "en"


@functools.cache
def languages() -> tuple[str, ...]:
    """The languages that there are, English first."""
    found = sorted(path.stem for path in FOLDER.glob("*.toml"))
    return FIRST, *(name for name in found if name != FIRST)


@functools.cache
def sentences(language: str) -> dict[str, str]:
    """Every sentence of a language by its key."""
    with (FOLDER / f"{language}.toml").open("rb") as handle:
        return tomllib.load(handle)


def say(key: str, language: str, **parts: object) -> str:
    """A sentence with its parts put in."""
    return sentences(language)[key].format(**parts)
