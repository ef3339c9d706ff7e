"""The metabolic budget that a description states: ATP or oxygen per time, of the whole cell or per volume of its water."""

from __future__ import annotations

from ..mechanisms.parameter import Basis
from .cell import BATH, Compartment, Metabolism
from .check import Checker
from .nodes import Mapping
from .tables import METABOLISM_TABLE

EXAMPLE = "{atp: 2e-15 mol/s}"


def build_metabolism(check: Checker, root: Mapping, compartments: dict[str, Compartment]) -> Metabolism | None:
    """The budget, or None where none is stated; problems go to the checker."""
    node = check.section(root.get("metabolism"), "'metabolism'", EXAMPLE)
    if node is None:
        return None
    before = len(check.problems)
    check.keys(node, [METABOLISM_TABLE], "'metabolism'")
    given = {
        row.name: check.optional_quantity(node, row, ("metabolism", row.name), f"metabolism.{row.name}")
        for row in METABOLISM_TABLE
        if row.name in node.entries
    }
    if len(check.problems) > before:
        return None
    if ("atp" in given) == ("oxygen" in given) or ("oxygen" in given) != ("atp_per_oxygen" in given):
        check.report(
            node,
            "'metabolism' states the ATP that the cell makes, or its oxygen and the ATP made from each O2",
            found=", ".join(node.entries) or "nothing",
            expected=f"{EXAMPLE} | {{oxygen: 4e-16 mol/s, atp_per_oxygen: 5}}",
        )
        return None
    rate = given.get("atp") or given.get("oxygen")
    assert rate is not None
    budget = rate.si if rate.basis is Basis.CELL else _of_volume(check, node, rate.si, compartments)
    if budget is None:
        return None
    ratio = given.get("atp_per_oxygen")
    return Metabolism(budget * (1.0 if ratio is None else ratio.si))


def _of_volume(check: Checker, node: Mapping, density: float, compartments: dict[str, Compartment]) -> float | None:
    """A rate per volume of water, times the described water of all that is no bath."""
    inside = [space for space in compartments.values() if space.role != BATH]
    without = next((space for space in inside if space.volume is None), None)
    if without is not None and not check.broken:
        check.report(
            node,
            f"a budget per volume needs volumes; that of '{without.name}' is not described",
            expected=f"a shape or a volume, or the rate of the whole cell, {EXAMPLE}",
        )
    return None if without is not None else density * sum(space.volume.si for space in inside if space.volume is not None)
