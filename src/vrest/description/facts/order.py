"""Formulas that name one another: what stands behind `let`, gates and states, each after what it needs, no circles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from ...mechanisms.formula_language import Formula
from ...mechanisms.gating import Gate
from ..nodes import Node
from ..read import Section
from .formulas import formula_at, named_in
from .own_states import is_linear, must_settle

if TYPE_CHECKING:
    from .mechanisms import Way


def read_lets(way: Way) -> None:
    """Formulas behind names, and tables that they read off or that are over them, each after those it names."""
    tables = way.section["tables"] or {}
    waiting = {**{name: one.at("of") for name, one in tables.items()}, **way.section["let"]}
    for name, node in in_turn(waiting):
        if name in tables:
            read_table(way, name, tables[name])
        elif (formula := formula_at(way, "let", None, node=node, called=f"let.{name}")) is not None:
            way.let[name], way.own[name] = formula, formula.dimension
    if waiting:
        names = sorted(waiting, key=lambda name: name in tables)
        _circle(way.section, "tables" if names[0] in tables else "let", names)


def read_table(way: Way, name: str, section: Section) -> None:
    """A table, for the formulas that read off it."""
    from .tables import table_of

    if (table := table_of(way, name, section)) is not None:
        way.tables[name] = table


def lets_of(section: Section) -> Iterator[tuple[str, Node]]:
    """What stands behind `let` of a compartment, each after those it names; a circle is told."""
    waiting = dict(section["let"])
    yield from in_turn(waiting)
    if waiting:
        _circle(section, "let", list(waiting))


def in_turn(waiting: dict[str, Node]) -> Iterator[tuple[str, Node]]:
    """Formulas by name, each taken out after those it names; what stands in a circle is left."""
    while ready := [name for name, node in waiting.items() if not named_in(node, waiting)]:
        for name in ready:
            yield name, waiting.pop(name)


def _circle(section: Section, key: str, names: list[str]) -> None:
    message = f"formulas of '{section.name}' name one another in a circle: {', '.join(sorted(names))}"
    section.report(section.at(key).key(names[0]), message, path=section.path, found=names[0], expected="no circle")


def in_order(way: Way, gates: Mapping[str, Gate], rates: Mapping[str, Formula], temperature: float) -> tuple[list[str], set[str]]:
    """Gates and states, each after those that its steady value names; and the states that stand at their start meanwhile, since where
    they are steady is not known at once."""
    needs = {name: _needs(way, gate.formulas.values()) for name, gate in gates.items()}
    needs |= {name: _needs(way, [rate]) - {name} for name, rate in rates.items()}
    standing = {name for name, rate in rates.items() if not is_linear(way, name, rate, temperature)}
    order: list[str] = []
    while left := [name for name in needs if name not in order]:
        ready = [name for name in left if name in standing or not needs[name] & set(left)]
        circling = [] if ready else [name for name in left if name in rates and name in _behind(needs, name, left)]
        standing |= set(circling)
        if not (ready or circling):
            _circle(way.section, "gates", left)
            break
        order += ready or circling
    for name in standing:
        must_settle(way, name)
    return order, standing


def _behind(needs: Mapping[str, set[str]], name: str, among: Iterable[str]) -> set[str]:
    """What a formula needs, and what that needs in turn, among some names."""
    found: set[str] = set()
    waiting = set(needs[name])
    while waiting := (waiting & set(among)) - found:
        found |= waiting
        waiting = set().union(*(needs[one] for one in waiting))
    return found


def _needs(way: Way, formulas: Iterable[Formula]) -> set[str]:
    """The names that formulas need, those behind `let` too."""
    found: set[str] = set()
    waiting = [name for formula in formulas for name in formula.names]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += way.let[name].names if name in way.let else ()
    return found
