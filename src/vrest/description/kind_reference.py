"""The reference of the kinds of mechanisms: what each is, its laws, their parameters, and an example; for a terminal and for a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import InputError, Problem, advice, nearest
from ..mechanisms.kind import Kind, Law
from ..mechanisms.parameter import Parameter, Type
from ..mechanisms.registry import REGISTERED, built_in, find_kind
from . import kinds


@dataclass(frozen=True)
class Row:
    """A key in words: what the tables of a reference say of it."""

    key: str
    unit: str
    allowed: str
    default: str
    typical: str
    meaning: str
    example: str


def every_kind() -> dict[str, Kind]:
    """The kinds that come with vrest and those registered in this process."""
    return built_in() | REGISTERED


def kind_of(name: str) -> Kind:
    """The kind of that name.

    Raises:
        InputError: there is none.
    """
    kind = find_kind(name)
    if kind is None:
        expected = advice("a kind of mechanism, such as ghk", "a kind that `vrest kinds` lists")
        raise InputError(Problem("there is no such kind", found=name, expected=expected, suggestion=nearest(name, every_kind())))
    return kind


def with_the_same_laws(kind: Kind, among: Iterable[Kind]) -> str:
    """The first of some kinds that has the very laws of this one."""
    return next((other.name for other in among if other.laws is kind.laws), kind.name)


# -- in words -----------------------------------------------------------------------------------------------------


def row_of(row: Parameter) -> Row:
    """What there is to say of a key."""
    return Row(row.name, _unit(row), _allowed(row), _default(row), row.typical, _meaning(row), row.example)


def _unit(row: Parameter) -> str:
    units = [row.unit, *row.alternatives] if row.unit else []
    units += ["mol/s"] if row.of_volume else []
    over = " over concentrations" if row.per_product else ""
    return " or ".join(f"`{unit}`" for unit in units) + over


def _allowed(row: Parameter) -> str:
    choices = " or ".join(f"`{word}`" for word in row.choices)
    if row.type is Type.QUANTITIES:
        return f"{row.domain.words}, for each ion"
    if row.type is Type.QUANTITY or (row.unit and row.type is Type.SECTION):
        return ", or ".join(filter(None, (row.domain.words, choices)))
    return choices or row.type.value


def _default(row: Parameter) -> str:
    if isinstance(row.default, int | float):
        from ..units import format_quantity

        return f"`{format_quantity(float(row.default), row.unit or '1')}`"
    return f"`{row.default}`" if row.default is not None else ("" if row.required else "optional")


def _meaning(row: Parameter) -> str:
    marks = [word for word, is_so in (("extensive", row.extensive), ("a bare number is a ratio", row.relative)) if is_so]
    return row.meaning + (f" (*{', '.join(marks)}*)" if marks else "")


def moved_by(kind: Kind) -> str:
    """Which ions it moves."""
    moved = kind.stoichiometry and "per cycle " + ", ".join(f"{ion}: {n:+d}" for ion, n in kind.stoichiometry.items())
    return f"Moves {moved or kinds.SPECIES_TABLES[kind.species].title}."


def notes_on(law: Law) -> list[str]:
    """What a law needs and what it can, in words."""
    said = {
        "needs `atp` in a compartment at the membrane": law.needs_atp,
        "only for a rest": law.rest_only,
        "never dissipates negatively": law.thermodynamic and not law.has_reversal,
        "never dissipates negatively, unless a reversal potential is stated": law.thermodynamic and law.has_reversal,
    }
    notes = [f"exactly one of {' and '.join(f'`{name}`' for name in group)}" for group in law.one_of]
    return notes + [note for note, holds in said.items() if holds]


def rows_of(kind: Kind, law: Law) -> list[Parameter]:
    """The keys that a kind and its law add to those of every mechanism."""
    return list({row.name: row for row in (*kinds.SPECIES_TABLES[kind.species], *law.parameters)}.values())


# -- an example ---------------------------------------------------------------------------------------------------


def example_of(kind: Kind, law: Law) -> dict[str, str]:
    """A mechanism as it may be written: what is needed, and the first of keys of which one is."""
    chosen = [row for row in rows_of(kind, law) if row.required or row.name in _first_of(kind, law)]
    head = {"kind": kind.name} | ({"law": law.name} if law.name else {})
    return head | {row.name: kinds.example_for(kind, row) for row in chosen} | dict(kind.example)


def _first_of(kind: Kind, law: Law) -> set[str]:
    table = kinds.SPECIES_TABLES[kind.species]
    return {group[-1] if "max_current" in group else group[0] for group in (*law.one_of, *table.apart)}


def as_yaml(name: str, keys: Mapping[str, str]) -> Iterator[str]:
    """A mechanism with a line for each key."""
    yield f"{name}:"
    for key, value in keys.items():
        yield f"  {key}: {value}"


# -- as data ------------------------------------------------------------------------------------------------------


def in_short(kind: Kind) -> dict[str, Any]:
    """A kind in a list of them."""
    place = "compartment" if kind.in_compartment else "membrane"
    return {"kind": kind.name, "meaning": kind.meaning, "in": place, "laws": [law for law in kind.laws if law]}


def facts_of(kind: Kind) -> dict[str, Any]:
    """Everything that the reference says of a kind."""
    laws = [_facts_of_law(kind, law) for law in kind.laws.values()]
    return in_short(kind) | {
        "stoichiometry": dict(kind.stoichiometry),
        "moves": moved_by(kind),
        "sources": list(kind.citations),
        "laws": laws,
    }


def _facts_of_law(kind: Kind, law: Law) -> dict[str, Any]:
    return {
        "law": law.name,
        "meaning": law.meaning,
        "equation": law.equation,
        "notes": [_plain(note) for note in notes_on(law)],
        "sources": list(law.citations),
        "parameters": [_facts_of_key(row) for row in rows_of(kind, law)],
        "example": example_of(kind, law),
    }


def _facts_of_key(row: Parameter) -> dict[str, Any]:
    said = row_of(row)
    return {
        "name": row.name,
        "required": row.required,
        "unit": row.unit,
        "units": _plain(said.unit),
        "allowed": _plain(said.allowed),
        "default": row.default,
        "typical": row.typical,
        "meaning": row.meaning,
        "example": row.example,
    }


def _plain(words: str) -> str:
    return words.replace("`", "").replace("*", "")
