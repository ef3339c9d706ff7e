"""What a membrane lets pass of water and bears of pressure: `water`, `wall`, `area_policy`."""

from __future__ import annotations

from dataclasses import replace

from .cell import BATH, NO_WATER, Compartment, Value, Water
from .check import Checker
from .nodes import Keys, Mapping, Node, Scalar
from .tables import MEMBRANE_TABLE, RELAXING_TABLE, WALL_TABLE, WATER_TABLE

ROW = {parameter.name: parameter for parameter in MEMBRANE_TABLE}
WATER_EXAMPLE = (
    "none | instantaneous | {permeability: 1.5e-4 m/s} | {L_p: 1e-13 m/(s Pa)} | {relax_to: a formula, time_constant: 250 ms}"
)


def read_water(check: Checker, name: str, entry: Mapping, inner: Compartment, outer: Compartment) -> Water:
    """The water of a membrane; problems go to the checker."""
    keys = ("membranes", name)
    policy = check.word(entry.get("area_policy"), ROW["area_policy"])
    if policy == "shape" and inner.shape is None:
        check.report(
            entry.entries["area_policy"],
            f"the area of '{name}' can follow the shape of '{inner.name}' only if it has one",
            found="no shape",
            expected="shape: {sphere: {diameter: 20 um}}",
        )
    elastic, turgor = _wall(check, name, entry.get("wall"), keys)
    node = entry.get("water")
    if isinstance(node, Mapping) and any(row.name in node.entries for row in RELAXING_TABLE):
        from .relaxing import read_relaxing

        _described_volumes(check, name, node, inner, outer)
        water = read_relaxing(check, name, node, inner, outer)
        if elastic is not None:
            _no_wall(check, entry, "water: {relax_to: ...}")
        return replace(water, area_follows_shape=policy == "shape")
    rule, L_p, P_f = _rule(check, name, entry.get("water"), keys)
    if rule == NO_WATER:
        if elastic is not None:
            check.report(
                entry.entries["wall"],
                f"a wall on '{name}' bears a pressure only where water crosses",
                found="water: none",
                expected=WATER_EXAMPLE,
            )
        return Water(area_follows_shape=policy == "shape")
    _described_volumes(check, name, entry.entries["water"], inner, outer)
    if rule == "instantaneous" and outer.role != BATH:
        check.report(
            entry.entries["water"],
            f"water that follows at once needs a bath on the outer side of '{name}', whose osmolarity is given",
            found=f"'{outer.name}' is a {outer.role}",
            expected="{permeability: 1.5e-4 m/s}",
        )
    if rule == "instantaneous" and elastic is not None:
        _no_wall(check, entry, "water: instantaneous")
    return Water(rule, L_p, P_f, elastic, turgor, policy == "shape")


def _described_volumes(check: Checker, name: str, node: Node, inner: Compartment, outer: Compartment) -> None:
    for side in (inner, outer):
        if side.role != BATH and side.volume is None:
            check.report(
                node,
                f"water can cross '{name}' only between described volumes",
                found=f"'{side.name}' has none",
                expected="a shape or volume",
            )


def _no_wall(check: Checker, entry: Mapping, found: str) -> None:
    check.report(entry.entries["wall"], "behind a wall water needs a permeability", found=found, expected="{L_p: 1e-13 m/(s Pa)}")


def _rule(check: Checker, name: str, node: Node | None, keys: Keys) -> tuple[str, Value | None, Value | None]:
    if node is None or (isinstance(node, Scalar) and node.text == NO_WATER):
        return NO_WATER, None, None
    if isinstance(node, Scalar) and node.text == "instantaneous":
        return "instantaneous", None, None
    if not isinstance(node, Mapping):
        check.report(node, f"'water' of '{name}' says how water crosses", found=node.words, expected=WATER_EXAMPLE)
        return NO_WATER, None, None
    check.keys(node, [WATER_TABLE], f"'water' of '{name}'")
    P_f, L_p = (
        check.optional_quantity(node, row, (*keys, "water", row.name), f"{name}.water.{row.name}")
        if row.name in node.entries
        else None
        for row in WATER_TABLE
    )
    if len({"permeability", "L_p"} & set(node.entries)) != 1:
        check.report(
            node, f"'water' of '{name}' has one permeability", found=", ".join(node.entries) or "none", expected=WATER_EXAMPLE
        )
    return "flow", L_p, P_f


def _wall(check: Checker, name: str, node: Node | None, keys: Keys) -> tuple[Value | None, Value | None]:
    if node is None or (isinstance(node, Scalar) and node.text == "none"):
        return None, None
    section = check.section(node, f"'wall' of '{name}'", "{elastic_modulus: 10 MPa}")
    if section is None:
        return None, None
    check.keys(section, [WALL_TABLE], f"'wall' of '{name}'")
    elastic, turgor = (
        check.optional_quantity(section, row, (*keys, "wall", row.name), f"{name}.wall.{row.name}") for row in WALL_TABLE
    )
    return elastic, turgor
