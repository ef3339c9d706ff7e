"""The kinds of mechanisms for people: all of them, or one with its laws, parameters and an example to copy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..document import TEXT, Block, Column, Heading, Lines, as_text, sentences, table
from .parts import Grid

WRITTEN = ("Each number may be given per area, for the whole cell, or per inner volume where it says so: docs/file-format.md.",)


def kinds_text(kinds: Iterable[Mapping[str, Any]]) -> str:
    """All kinds: what each is, and its laws."""
    rows = [(one["kind"], _sentence(one["meaning"]), ", ".join(one["laws"])) for one in kinds]
    heads: list[Column | str] = ["kind", Column("what it is", TEXT), Column("laws", TEXT)]
    more = sentences(["`vrest kinds KIND` explains one of them, with its parameters and an example to copy."], apart=True)
    return as_text([*table("", heads, rows), *more])


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def kind_text(facts: Mapping[str, Any]) -> str:
    """One kind with its laws."""
    blocks: list[Block] = [Heading(f"{facts['kind']}: {facts['meaning']}", 1), *sentences([_about(facts)])]
    for law in facts["laws"]:
        blocks += _law(law, "pump" if "ATP" in facts["meaning"] else facts["kind"])
    return as_text(blocks)


def _about(facts: Mapping[str, Any]) -> str:
    sources = f" Sources: {', '.join(facts['sources'])}." if facts["sources"] else ""
    return f"Stands under `mechanisms` of a {facts['in']}. {facts['moves']}{sources}"


def _law(law: Mapping[str, Any], name: str) -> list[Block]:
    from ...description.kind_reference import as_yaml

    notes = f" It needs or can: {'; '.join(law['notes'])}." if law["notes"] else ""
    rows = [(one["name"], one["units"], _needed(one), one["typical"], one["meaning"]) for one in law["parameters"]]
    heads: list[Column | str] = [
        "",
        Column("unit", TEXT),
        Column("default", TEXT),
        Column("typical", TEXT),
        Column("meaning", TEXT),
    ]
    return [
        Heading(f"law: {law['law']}" if law["law"] else "Its law"),
        *sentences([f"{_sentence(law['meaning'])}.{notes}"]),
        Lines((f"  {law['equation']}", "", *(f"  {line}" for line in as_yaml(name, law["example"])))),
        *table("", heads, rows),
    ]


def _needed(key: Mapping[str, Any]) -> str:
    if key["default"] is not None:
        return str(key["default"])
    return "needed" if key["required"] else "optional"


def kinds_grid(kinds: Iterable[Mapping[str, Any]]) -> Grid:
    """One row for each kind."""
    return ("kind", "meaning", "in", "laws"), ({**one, "laws": " ".join(one["laws"])} for one in kinds)


def kind_grid(facts: Mapping[str, Any]) -> Grid:
    """One row for each parameter of each law."""
    columns = ("kind", "law", "equation", "name", "required", "unit", "allowed", "default", "typical", "meaning", "example")
    return columns, _rows(facts)


def _rows(facts: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for law in facts["laws"]:
        same = {"kind": facts["kind"], "law": law["law"], "equation": law["equation"]}
        yield from (one | same for one in law["parameters"] or [{}])
