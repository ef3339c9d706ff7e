"""What comes with vrest as tables: ions with their charges, and publications by key."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..units import from_unit

if TYPE_CHECKING:
    from .cell import Cell

DATA = Path(__file__).parents[1] / "data"
BIBLIOGRAPHIES = ("bibliography.toml", "laws_bibliography.toml")


def _rows(name: str) -> dict[str, dict[str, Any]]:
    import tomllib

    with (DATA / name).open("rb") as handle:
        return tomllib.load(handle)


@dataclass(frozen=True)
class Ion:
    """An ion: symbol, valence, name, limiting equivalent conductivity [S m^2/mol of charge] where known, and its source."""

    symbol: str
    valence: int
    name: str
    conductivity: float | None = None
    source: str | None = None


@functools.cache
def ion_table() -> dict[str, Ion]:
    """Every ion of `data/ions.toml` by symbol: those that a file need not declare."""
    found = {}
    for symbol, row in _rows("ions.toml").items():
        conductivity = from_unit(row["conductivity"], "S cm^2/mol") if "conductivity" in row else None
        found[symbol] = Ion(symbol, row["valence"], row["name"], conductivity, row.get("source"))
    return found


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
        place = " ".join(filter(None, (self.journal, self.volume))) + _said(":{}", self.pages)
        year, title, doi = _said("({})", self.year), _said("{}.", self.title), _said("doi:{}", self.doi)
        return " ".join(
            filter(None, (", ".join(self.authors), year, title, place, self.publisher, doi, self.note and f"({self.note})"))
        )


def _said(form: str, value: object) -> str:
    """A part of a reference, where it is known."""
    return form.format(value) if value else ""


@functools.cache
def bibliography() -> dict[str, Reference]:
    """Every publication by key."""
    found = {}
    for name in BIBLIOGRAPHIES:
        for key, row in _rows(name).items():
            known = {field: row[field] for field in Reference.__dataclass_fields__ if field in row}
            known |= {field: str(known[field]) for field in ("volume", "pages") if field in known}
            found[key] = Reference(key, **{**known, "authors": tuple(row.get("authors", ()))})
    return found


def references(cell: Cell) -> list[Reference]:
    """The publications that a cell's numbers, mechanisms and band rest on; a key of the user's own stands by itself."""
    known = bibliography()
    return [known.get(key, Reference(key)) for key in cell.sources]
