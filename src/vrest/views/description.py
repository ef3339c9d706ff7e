"""Descriptions for people: what a cell holds, what it rests on, what the library has."""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from ..units import to_unit


def check_text(cell: Any) -> str:
    """A description that is in order, and every path that `--set` understands with its value."""
    spaces, membranes = _counted(len(cell.compartments), "compartment"), _counted(len(cell.membranes), "membrane")
    lines = [f"{cell.name}: the description is in order ({spaces}, {membranes})."]
    if cell.title:
        lines.append(cell.title)
    lines.append("")
    width = max((len(path) for path in cell.settable), default=0)
    for path, value in cell.settable.items():
        lines.append(f"  {path:<{width}}  {written(value)}{_origin(value)}")
    return "\n".join(lines)


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'s' * (number != 1)}"


def written(value: Any) -> str:
    """A value as it stands in the file, or the default that holds."""
    from ..description.check import in_bench_units

    return in_bench_units(value)


def _origin(value: Any) -> str:
    parts = [part for part in (value.certainty, value.source) if part]
    if value.note == "default":
        parts.append("default")
    return f"  [{', '.join(parts)}]" if parts else ""


def check_csv(cell: Any) -> str:
    rows = [(path, written(v), v.si, v.certainty or "", v.source or "", v.note or "") for path, v in cell.settable.items()]
    return _csv(("path", "value", "value_SI", "certainty", "source", "note"), rows)


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


def cite_csv(references: Iterable[Any]) -> str:
    rows = [
        (r.key, "; ".join(r.authors), r.year or "", r.title or "", r.journal or "", r.volume or "", r.pages or "", r.doi or "")
        for r in references
    ]
    return _csv(("key", "authors", "year", "title", "journal", "volume", "pages", "doi"), rows)


def library_text(cells: Sequence[Any]) -> str:
    """Names, titles and measured bands."""
    width = max(len(cell.name) for cell in cells)
    lines = [f"{cell.name:<{width}}  {_band(cell):>16}  {cell.title or ''}".rstrip() for cell in cells]
    return "\n".join([f"{'cell':<{width}}  {'measured':>16}", *lines, ""])


def _band(cell: Any) -> str:
    if cell.band is None:
        return ""
    return f"{to_unit(cell.band.low.si, 'mV'):.0f} .. {to_unit(cell.band.high.si, 'mV'):.0f} mV"


def library_csv(cells: Iterable[Any]) -> str:
    rows = [
        (
            c.name,
            c.title or "",
            c.organism or "",
            *((to_unit(c.band.low.si, "mV"), to_unit(c.band.high.si, "mV")) if c.band else ("", "")),
        )
        for c in cells
    ]
    return _csv(("cell", "title", "organism", "band_low_mV", "band_high_mV"), rows)


def _csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()
