"""Impermeant solutes: their amounts from what was written, once, after all settings and before anything is solved."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field, replace

from ..constants import F
from ..units import to_unit
from .cell import CELL, Compartment, Impermeant, Membrane, Value
from .check import Checker, brief
from .nodes import Mapping, Node, Scalar
from .tables import CARRIES_TABLE, IMPERMEANT_TABLE

VALENCE, AMOUNT = IMPERMEANT_TABLE
LARGEST_IMPLIED = 0.3
ONLY = "X"


@dataclass
class _Listed:
    """The impermeants of one compartment as they were read: amounts that are numbers, and those found from the charge."""

    space: Compartment
    names: list[str] = field(default_factory=list)
    known: dict[str, Impermeant] = field(default_factory=dict)
    pending: list[_Pending] = field(default_factory=list)
    place: Node | None = None


@dataclass
class _Pending:
    """An impermeant whose amount follows from the charge of the others: `neutral`, or of a potential [V]."""

    name: str
    path: str
    node: Node
    valence: Value
    carries: Value | None = None


def read_impermeants(
    check: Checker,
    root: Mapping,
    compartments: MappingType[str, Compartment],
    membranes: MappingType[str, Membrane],
    valences: MappingType[str, int],
) -> Callable[[], dict[str, Compartment]]:
    """Read every impermeant; the function returned finds the amounts that follow from charge. Problems go to the checker."""
    section = root.get("compartments")
    nodes = section.entries if isinstance(section, Mapping) else {}
    found = {name: _read(check, nodes[name], space) for name, space in compartments.items()}

    def finish() -> dict[str, Compartment]:
        return {
            name: compartments[name] if listed is None else _filled(check, listed, membranes, valences)
            for name, listed in found.items()
        }

    return finish


def _read(check: Checker, node: Node, space: Compartment) -> _Listed | None:
    """What a compartment says of its impermeants; None where it says nothing, or nothing that can be counted on."""
    assert isinstance(node, Mapping)
    before = len(check.problems)
    entries = _entries(check, node, space.name)
    listed = _Listed(space, [name for name, _, _ in entries])
    for name, keys, entry in entries:
        _read_one(check, listed, name, keys, entry)
    if len(listed.pending) > 1:
        check.report(
            listed.pending[1].node,
            f"two impermeants of '{space.name}' are both found from the charge; only one can be",
            found=" and ".join(pending.name for pending in listed.pending[:2]),
            expected="a number for the others, such as amount: 20 mM",
        )
    return listed if entries and len(check.problems) == before else None


def _read_one(check: Checker, listed: _Listed, name: str, keys: tuple[str, ...], entry: Mapping) -> None:
    space = listed.space
    check.keys(entry, [IMPERMEANT_TABLE], _called(name, space))
    path, place = ".".join((space.name, *keys)), ("compartments", space.name, *keys)
    valence = check.optional_quantity(entry, VALENCE, (*place, "valence"), f"{path}.valence")
    amount = entry.get("amount")
    if valence is None or amount is None:
        return
    listed.place = amount
    if isinstance(amount, Scalar) and amount.text == "neutral":
        listed.pending.append(_Pending(name, path, amount, valence))
    elif isinstance(amount, Mapping) and "value" not in amount.entries:
        check.keys(amount, [CARRIES_TABLE], f"the amount of impermeant '{name}'")
        potential = check.optional_quantity(amount, CARRIES_TABLE[0], (*place, "amount", "carries"), f"{path}.amount.carries")
        if potential is not None:
            listed.pending.append(_Pending(name, path, amount, valence, potential))
    else:
        value = check.quantity(amount, AMOUNT, (*place, "amount"), f"{path}.amount")
        concentration = None if value is None else _concentration(check, amount, space, value)
        if concentration is not None:
            listed.known[name] = Impermeant(name, valence, concentration, "given")


def _filled(
    check: Checker, listed: _Listed, membranes: MappingType[str, Membrane], valences: MappingType[str, int]
) -> Compartment:
    space, known = listed.space, dict(listed.known)
    around = [m for m in membranes.values() if space.name in (m.inner, m.outer)]
    if space.name in check.broken or any(m.name in check.broken for m in around):
        return space
    charge = sum(valences[ion] * c.si for ion, c in space.ions.items())
    charge += sum(x.valence.si * x.concentration.si for x in known.values())
    for pending in listed.pending:
        concentration = _from_charge(check, space, pending, charge, around)
        if concentration is not None:
            rule = "neutral" if pending.carries is None else "carries"
            known[pending.name] = Impermeant(pending.name, pending.valence, concentration, rule)
    if not listed.pending and space.role == CELL and listed.place is not None:
        _check_implied(check, listed.place, space, around, charge)
    return replace(space, impermeants={name: known[name] for name in listed.names if name in known})


def _entries(check: Checker, node: Mapping, space: str) -> list[tuple[str, tuple[str, ...], Mapping]]:
    """(name, keys below the compartment, node) of each impermeant."""
    if "impermeant" in node.entries and "impermeants" in node.entries:
        message = f"'{space}' has `impermeant` and `impermeants`"
        check.report(node.key("impermeants"), message, found="impermeants", expected="one of the two")
    found: list[tuple[str, tuple[str, ...], Mapping]] = []
    single = check.section(node.get("impermeant"), f"'impermeant' of '{space}'", "{valence: -1, amount: neutral}")
    if single is not None:
        found.append((ONLY, ("impermeant",), single))
    several = check.section(node.get("impermeants"), f"'impermeants' of '{space}'", "A: {valence: -1, amount: neutral}")
    for name, inner in several or ():
        assert several is not None
        entry = check.section(inner, f"impermeant '{brief(name)}'", "{valence: -1, amount: neutral}")
        if entry is not None and check.name(several.key(name), name, "an impermeant"):
            found.append((name, ("impermeants", name), entry))
    return found


def _called(name: str, space: Compartment) -> str:
    return f"the impermeant of '{space.name}'" if name == ONLY else f"impermeant '{name}' of '{space.name}'"


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


def _from_charge(check: Checker, space: Compartment, pending: _Pending, charge: float, around: list[Membrane]) -> Value | None:
    """The concentration that makes the described composition neutral, or carry the charge of a potential."""
    name, valence = pending.name, pending.valence.si
    if valence == 0:
        check.report(
            pending.node,
            f"{_called(name, space)} has valence 0, so no amount of it balances a charge",
            path=f"{pending.path}.amount",
            found="valence 0",
            expected="another valence, or a number for the amount",
        )
        return None
    wanted = 0.0 if pending.carries is None else _carried(check, space, pending, around)
    if wanted is None:
        return None
    concentration = (wanted - charge) / valence
    if concentration < 0:
        check.report(
            pending.node,
            f"{_called(name, space)} would need a negative amount: all else carries {charge:+.6g} mM of charge, its valence is {valence:+g}",
            path=f"{pending.path}.amount",
            found=f"{concentration:.6g} mM",
            expected=f"a {'positive' if charge < wanted else 'negative'} valence, or other concentrations",
        )
        return None
    return Value(concentration, "mol/m^3", note="from the charge of the listed ions")


def _carried(check: Checker, space: Compartment, pending: _Pending, around: list[Membrane]) -> float | None:
    """Charge density [mol/m^3] that the described composition carries at the stated potential."""
    assert pending.carries is not None
    capacitance = around[0].total_capacitance if len(around) == 1 else None
    if capacitance is None or space.volume is None:
        lacking = ["the volume"] if space.volume is None else []
        lacking += [f"one membrane (there are {len(around)})"] if len(around) != 1 else []
        lacking += ["the membrane's capacitance and area"] if len(around) == 1 and capacitance is None else []
        check.report(
            pending.node,
            f"the charge that '{space.name}' carries is C A V/F over its volume; not described: {', '.join(lacking)}",
            path=f"{pending.path}.amount.carries",
            found=pending.carries.text,
            expected="capacitance, area and volume (or shape) of a compartment with one membrane",
        )
        return None
    sign = 1.0 if around[0].inner == space.name else -1.0
    return sign * capacitance * pending.carries.si / (F * space.volume.si)


def _check_implied(check: Checker, node: Node, space: Compartment, around: list[Membrane], charge: float) -> None:
    """A stated amount that would charge the membranes beyond anything a cell bears is a slip."""
    capacitances = [m.total_capacitance for m in around]
    known = [c for c in capacitances if c is not None]
    if space.volume is None or not around or len(known) < len(around):
        return
    sign = 1.0 if around[0].inner == space.name else -1.0
    implied = sign * F * charge * space.volume.si / sum(known)
    if abs(implied) > LARGEST_IMPLIED:
        volt = f"{implied:.4g} V" if abs(implied) >= 1 else f"{to_unit(implied, 'mV'):.4g} mV"
        check.report(
            node,
            f"this amount of impermeants leaves '{space.name}' with {charge:+.6g} mM of charge, which would put {volt} across its membrane",
            path=f"{space.name}.impermeant.amount",
            found=volt,
            expected="at most 300 mV: amount: neutral, or {carries: -65 mV}",
        )
