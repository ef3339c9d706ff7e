"""Descriptions for people: what a cell holds, what it rests on, what the library and the protocols have."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ...results.base import bench
from ...units import to_unit
from ..document import TEXT, Block, Column, Document, Heading, Part, sentences, table
from .parts import Grid


def _cell(cell: Any) -> list[Block]:
    """What a cell is made of, and every path that `replace` understands with its value."""
    about = [words for words in (cell.title, cell.about) if words]
    rows = [(path, value.in_bench_units, _origin(value)) for path, value in cell.settable.items()]
    return [
        Heading(f"{cell.name}: {counts(cell)}", 1),
        *sentences(about),
        *table("Numbers", ["path", Column("value", TEXT), Column("", TEXT)], rows),
    ]


CELL: Document = (Part(_cell),)


def cell_text(cell: Any) -> str:
    """A description that is in order, and every path that `--set` understands with its value."""
    lines = [f"{cell.name}: the description is in order ({counts(cell)}).", *([cell.title] if cell.title else []), ""]
    width = max((len(path) for path in cell.settable), default=0)
    for path, value in cell.settable.items():
        origin = _origin(value)
        lines.append(f"  {path:<{width}}  {value.in_bench_units}" + (f"  [{origin}]" if origin else ""))
    like = [(path, one) for path, one in cell.ways.items() if one.like]
    lines += ["", "Channels:"] if like else []
    lines += [f"  {path:<{width}}  {one.like}" + (f"  [{', '.join(one.sources)}]" if one.sources else "") for path, one in like]
    return "\n".join(lines)


def counts(cell: Any) -> str:
    numbers = {"compartment": len(cell.compartments), "membrane": len(cell.membranes)}
    return ", ".join(f"{number} {word}{'s' * (number != 1)}" for word, number in numbers.items())


def _origin(value: Any) -> str:
    parts = (value.certainty, value.source, "default" if value.note == "default" else None)
    return ", ".join(part for part in parts if part)


def cell_grid(cell: Any) -> Grid:
    """One row for each path."""
    rows = (
        {"path": path, "value": v.in_bench_units, "value_SI": v.si, "certainty": v.certainty, "source": v.source, "note": v.note}
        for path, v in cell.settable.items()
    )
    return ("path", "value", "value_SI", "certainty", "source", "note"), rows


def cite_text(cell: Any, references: Sequence[Any]) -> str:
    """The publications, one paragraph each."""
    if not references:
        return f"{cell.name} names no sources."
    lines = [f"{cell.name} rests on:"]
    for reference in references:
        text = reference.text or "(a source that the bibliography of vrest does not hold)"
        lines.append(textwrap.fill(f"[{reference.key}] {text}", 100, initial_indent="  ", subsequent_indent="      "))
    recalled = sum(value.certainty == "recalled" for value in cell.settable.values())
    if recalled:
        lines.append(
            f"{recalled} of its {len(cell.settable)} numbers are recalled from the literature and should be checked against the papers."
        )
    return "\n".join(lines)


def cite_grid(references: Iterable[Any]) -> Grid:
    """One row for each publication."""
    columns = ("key", "authors", "year", "title", "journal", "volume", "pages", "doi")
    return columns, ({**vars(reference), "authors": "; ".join(reference.authors)} for reference in references)


def library_text(cells: Sequence[Any]) -> str:
    """Names, titles and the bands in which potentials are expected."""
    width = max(len(cell.name) for cell in cells)
    lines = [f"{cell.name:<{width}}  {_band(cell):>16}  {cell.title or ''}".rstrip() for cell in cells]
    return "\n".join([f"{'cell':<{width}}  {'expected':>16}", *lines])


def _band(cell: Any) -> str:
    if cell.band is None:
        return ""
    return f"{to_unit(cell.band.low.si, 'mV'):.0f} .. {to_unit(cell.band.high.si, 'mV'):.0f} mV"


def library_dict(cells: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """What the library says of each cell."""
    for one in cells:
        band = None if one.band is None else [bench(one.band.low.si, "mV"), bench(one.band.high.si, "mV")]
        yield {"cell": one.name, "title": one.title, "organism": one.organism, "band_mV": band}


def library_grid(cells: Iterable[Any]) -> Grid:
    """One row for each cell."""
    ends = ("band_low_mV", "band_high_mV")
    rows = (one | dict(zip(ends, one["band_mV"] or (), strict=False)) for one in library_dict(cells))
    return ("cell", "title", "organism", *ends), rows


def scenarios_text(titles: Mapping[str, str]) -> str:
    """The named protocols."""
    width = max(len(name) for name in titles)
    lines = [f"{name:<{width}}  {title}" for name, title in titles.items()]
    return "\n".join([*lines, "", "vrest simulate CELL NAME runs one."])


def scenarios_grid(titles: Mapping[str, str]) -> Grid:
    """One row for each named protocol."""
    return ("protocol", "title"), ({"protocol": name, "title": title} for name, title in titles.items())
