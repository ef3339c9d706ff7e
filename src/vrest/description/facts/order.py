"""Formulas of a mechanism that name one another: what stands behind `let`, gates and states, each after what it needs, no circles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from ...mechanisms.formula_language import Formula
from ...mechanisms.formula_words import FormulaError, tokens
from ...mechanisms.gating import Gate
from ..nodes import Node, Scalar
from .formulas import formula_at
from .own_states import is_linear, must_settle

if TYPE_CHECKING:
    from .mechanisms import Way


def read_lets(way: Way) -> None:
    """Formulas behind names, each after those it names."""
    waiting = dict(way.section["let"])
    while waiting:
        ready = [name for name, node in waiting.items() if not _named_in(node, waiting)]
        if not ready:
            _circle(way, "let", list(waiting))
            return
        for name in ready:
            formula = formula_at(way, "let", None, node=waiting.pop(name), called=f"let.{name}")
            if formula is not None:
                way.let[name], way.own[name] = formula, formula.dimension


def _named_in(node: Node, names: Collection[str]) -> set[str]:
    """Which names stand in a formula that is not read yet."""
    try:
        words = tokens(node.text) if isinstance(node, Scalar) else []
    except FormulaError:
        return set()
    return {word.text for word in words if word.kind == "name"} & set(names)


def _circle(way: Way, key: str, names: list[str]) -> None:
    message = f"formulas of '{way.name}' name one another in a circle: {', '.join(sorted(names))}"
    way.section.report(way.section.at(key).key(names[0]), message, path=way.section.path, found=names[0], expected="no circle")


def in_order(way: Way, gates: Mapping[str, Gate], rates: Mapping[str, Formula]) -> tuple[list[str], set[str]]:
    """Gates and states, each after those that its steady value names; and the states that stand at their start meanwhile, since where
    they are steady is not known at once."""
    needs = {name: _needs(way, gate.formulas.values()) for name, gate in gates.items()}
    needs |= {name: _needs(way, [rate]) - {name} for name, rate in rates.items()}
    standing = {name for name, rate in rates.items() if not is_linear(way, name, rate)}
    order: list[str] = []
    while left := [name for name in needs if name not in order]:
        ready = [name for name in left if name in standing or not needs[name] & set(left)]
        circling = [name for name in left if name in rates][:1]
        standing |= set() if ready else set(circling)
        if not (ready or circling):
            _circle(way, "gates", left)
            break
        order += ready or circling
    for name in standing:
        must_settle(way, name)
    return order, standing


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
