"""The bibliography: publications by key, and those that a cell rests on."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .cell import Cell

DATA = Path(__file__).parents[1] / "data"
FILES = ("bibliography.toml", "laws_bibliography.toml")


@dataclass(frozen=True)
class Reference:
    """One publication; what is not known for sure is absent."""

    key: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    title: str | None = None
    journal: str | None = None
    volume: str | None = None
    pages: str | None = None
    doi: str | None = None
    publisher: str | None = None
    note: str | None = None

    def to_dict(self) -> dict[str, Any]:
        return {**self.__dict__, "authors": list(self.authors)}

    @property
    def text(self) -> str:
        """The reference in one line."""
        place = " ".join(part for part in (self.journal, self.volume) if part) + (f":{self.pages}" if self.pages else "")
        parts = [
            ", ".join(self.authors),
            f"({self.year})" if self.year else "",
            f"{self.title}." if self.title else "",
            place,
            self.publisher or "",
        ]
        return " ".join(part for part in parts if part).strip() + (f" doi:{self.doi}" if self.doi else "")


@functools.cache
def bibliography() -> dict[str, Reference]:
    """Every publication by key."""
    import tomllib

    found = {}
    for name in FILES:
        with (DATA / name).open("rb") as handle:
            for key, row in tomllib.load(handle).items():
                known = {field: row[field] for field in Reference.__dataclass_fields__ if field in row}
                known |= {field: str(known[field]) for field in ("volume", "pages") if field in known}
                found[key] = Reference(key, **{**known, "authors": tuple(row.get("authors", ()))})
    return found


def references(cell: Cell) -> list[Reference]:
    """The publications that a cell's numbers, mechanisms and band rest on; a key of the user's own stands by itself."""
    known = bibliography()
    return [known.get(key, Reference(key)) for key in cell.sources]
