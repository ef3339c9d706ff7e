"""Impermeant solutes: their amounts from what was written, once, after all settings and before anything is solved."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from dataclasses import replace

from ..constants import F
from .cell import CELL, Compartment, Impermeant, Membrane, Value
from .check import Checker
from .nodes import Mapping, Node, Scalar
from .tables import CARRIES_TABLE, IMPERMEANT_TABLE

VALENCE, AMOUNT = IMPERMEANT_TABLE
LARGEST_IMPLIED = 0.3


def add_impermeants(
    check: Checker,
    root: Mapping,
    compartments: MappingType[str, Compartment],
    membranes: MappingType[str, Membrane],
    valences: MappingType[str, int],
) -> dict[str, Compartment]:
    """The compartments with their impermeants; problems go to the checker."""
    section = root.get("compartments")
    assert isinstance(section, Mapping)
    return {name: _filled(check, section.entries[name], space, membranes, valences) for name, space in compartments.items()}


def _filled(
    check: Checker, node: Node, space: Compartment, membranes: MappingType[str, Membrane], valences: MappingType[str, int]
) -> Compartment:
    assert isinstance(node, Mapping)
    entries = _entries(check, node, space.name)
    if not entries:
        return space
    around = [m for m in membranes.values() if space.name in (m.inner, m.outer)]
    known: dict[str, Impermeant] = {}
    pending: list[tuple[str, Mapping, Value, Node]] = []
    for name, keys, entry in entries:
        check.keys(entry, [IMPERMEANT_TABLE], f"impermeant '{name}'")
        path = ".".join((space.name, *keys))
        place = ("compartments", space.name, *keys)
        valence = check.optional_quantity(entry, VALENCE, (*place, "valence"), f"{path}.valence")
        amount = entry.get("amount")
        if valence is None or amount is None:
            continue
        if _is_rule(amount):
            pending.append((name, entry, valence, amount))
            continue
        value = check.quantity(amount, AMOUNT, (*place, "amount"), f"{path}.amount")
        concentration = None if value is None else _concentration(check, amount, space, value)
        if concentration is not None:
            known[name] = Impermeant(name, valence, concentration, "given")
    if len(pending) > 1:
        check.report(
            pending[1][1],
            f"two impermeants of '{space.name}' are both found from the charge; only one can be",
            expected="a number for the others",
        )
        return space
    charge = sum(valences[ion] * c.si for ion, c in space.ions.items()) + sum(
        x.valence.si * x.concentration.si for x in known.values()
    )
    for name, entry, valence, amount in pending:
        concentration = _from_charge(check, name, entry, space, valence, amount, charge, around)
        if concentration is not None:
            known[name] = Impermeant(name, valence, concentration, "neutral" if isinstance(amount, Scalar) else "carries")
    filled = replace(space, impermeants={name: known[name] for name, _, _ in entries if name in known})
    if not pending and space.role == CELL:
        _check_implied(check, entries[0][2], filled, around, charge)
    return filled


def _entries(check: Checker, node: Mapping, space: str) -> list[tuple[str, tuple[str, ...], Mapping]]:
    """(name, keys below the compartment, node) of each impermeant."""
    if "impermeant" in node.entries and "impermeants" in node.entries:
        check.report(node.key("impermeants"), f"'{space}' has `impermeant` and `impermeants`", expected="one of the two")
    found = []
    single = check.section(node.get("impermeant"), f"'impermeant' of '{space}'", "{valence: -1, amount: neutral}")
    if single is not None:
        found.append(("X", ("impermeant",), single))
    several = check.section(node.get("impermeants"), f"'impermeants' of '{space}'", "A: {valence: -1, amount: neutral}")
    for name, inner in several or ():
        entry = check.section(inner, f"impermeant '{name}'", "{valence: -1, amount: neutral}")
        if entry is not None and check.name(entry, name, "an impermeant"):
            found.append((name, ("impermeants", name), entry))
    return found


def _is_rule(amount: Node) -> bool:
    return (isinstance(amount, Scalar) and amount.text == "neutral") or (
        isinstance(amount, Mapping) and "value" not in amount.entries
    )


def _concentration(check: Checker, node: Node, space: Compartment, value: Value) -> Value | None:
    """A concentration as given, or an amount over the volume."""
    if value.basis is None or value.basis.name == "AREA":
        return Value(value.si, "mol/m^3")
    if space.volume is None:
        check.report(
            node,
            f"an amount of impermeants needs the volume of '{space.name}'",
            found=value.text,
            expected="a concentration, or a shape or volume",
        )
        return None
    return Value(value.si / space.volume.si, "mol/m^3")


def _from_charge(
    check: Checker,
    name: str,
    entry: Mapping,
    space: Compartment,
    valence: Value,
    amount: Node,
    charge: float,
    around: list[Membrane],
) -> Value | None:
    """The concentration that makes the described composition neutral, or carry the charge of a potential."""
    wanted = 0.0
    if isinstance(amount, Mapping):
        density = _carried(check, space, amount, around)
        if density is None:
            return None
        wanted = density
    if valence.si == 0:
        check.report(
            entry,
            f"impermeant '{name}' has valence 0, so no amount of it balances a charge",
            found="valence 0",
            expected="another valence, or a number for the amount",
        )
        return None
    concentration = (wanted - charge) / valence.si
    if concentration < 0:
        check.report(
            entry,
            f"impermeant '{name}' of '{space.name}' would need a negative amount: the listed ions carry {charge:+.6g} mM of charge, and its valence is {valence.si:+g}",
            path=f"{space.name}.impermeant.amount",
            found=f"{concentration:.6g} mM",
            expected="ions or a valence of the opposite sign",
        )
        return None
    return Value(concentration, "mol/m^3", note="from the charge of the listed ions")


def _carried(check: Checker, space: Compartment, amount: Mapping, around: list[Membrane]) -> float | None:
    """Charge density [mol/m^3] that the described composition carries at the stated potential."""
    check.keys(amount, [CARRIES_TABLE], f"the amount of impermeants in '{space.name}'")
    potential = check.optional_quantity(
        amount,
        CARRIES_TABLE[0],
        ("compartments", space.name, "impermeant", "amount", "carries"),
        f"{space.name}.impermeant.amount.carries",
    )
    if potential is None:
        return None
    capacitance = around[0].total_capacitance if len(around) == 1 else None
    if capacitance is None or space.volume is None:
        check.report(
            amount,
            f"the charge that '{space.name}' carries follows from one membrane's capacitance and area and from the volume; not all are described",
            found=f"{len(around)} membranes",
            expected="capacitance, area and volume (or shape), one membrane",
        )
        return None
    sign = 1.0 if around[0].inner == space.name else -1.0
    return sign * capacitance * potential.si / (F * space.volume.si)


def _check_implied(check: Checker, node: Node, space: Compartment, around: list[Membrane], charge: float) -> None:
    """A stated amount that would charge the membranes beyond anything a cell bears is a slip."""
    capacitances = [m.total_capacitance for m in around]
    known = [c for c in capacitances if c is not None]
    if space.volume is None or not around or len(known) < len(around):
        return
    sign = 1.0 if around[0].inner == space.name else -1.0
    implied = sign * F * charge * space.volume.si / sum(known)
    if abs(implied) > LARGEST_IMPLIED:
        check.report(
            node,
            f"this amount of impermeants leaves '{space.name}' with {charge:+.6g} mM of charge, which would put {implied:.4g} V across its membrane",
            path=f"{space.name}.impermeant.amount",
            found=f"{implied:.4g} V",
            expected="at most 0.3 V: amount: neutral, or {carries: -65 mV}",
        )
