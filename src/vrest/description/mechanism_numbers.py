"""The numbers of a mechanism: those of its law, those that the user names, and the temperature coefficient."""

from __future__ import annotations

from dataclasses import replace

from ..errors import nearest
from ..mechanisms.formula_language import FUNCTIONS
from ..mechanisms.parameter import Parameter, Type
from ..units import Dimension, UnitError, parse_quantity, quantity_from
from .cell import Value
from .check import brief
from .mechanism_draft import Draft
from .mechanism_formulas import names_of
from .nodes import Mapping, Node, Scalar
from .tables import Q10_TABLE
from .user_formulas import read_named_numbers

RESERVED = ("V", "T", "t", "E", "c_in", "c_out", "R", "F", "active", *FUNCTIONS)
MOST_FACTORS = 20


def read_parameter(draft: Draft, parameter: Parameter) -> None:
    if parameter.type is Type.QUANTITIES:
        _quantities(draft, parameter)
        return
    if parameter.type is Type.FORMULA:
        return
    node = draft.entry.get(parameter.name)
    if isinstance(node, Scalar) and node.text in parameter.choices:
        draft.form = node.text
        return
    if parameter.per_product and node is not None:
        row = _per_product(draft, parameter, node)
        if row is None:
            return
        parameter = row
    value = draft.check.optional_quantity(draft.entry, parameter, (*draft.keys, parameter.name), f"{draft.path}.{parameter.name}")
    if value is not None:
        draft.numbers[parameter.name] = value
        if parameter.extensive:
            _count_by(draft, value)


def _count_by(draft: Draft, value: Value) -> None:
    if value.basis is not None:
        draft.basis = value.basis


def _per_product(draft: Draft, parameter: Parameter, node: Node) -> Parameter | None:
    """A mass-action rate is divided by the product of the concentrations taken up (all |n|), or by the signed powers as printed."""
    physical, signed = sum(abs(n) for n in draft.species.values()), sum(draft.species.values())
    if physical != int(physical) or signed != int(signed) or physical > MOST_FACTORS:
        draft.check.report(
            draft.entry.key("stoichiometry"),
            f"mass action of '{draft.name}' multiplies {physical:g} concentrations; no unit can be written for its rate",
            path=f"{draft.path}.stoichiometry",
            found=f"{physical:g}",
            expected=f"a whole number, at most {MOST_FACTORS}; or law: affinity",
        )
        return None
    units = [_over(int(order)) for order in dict.fromkeys((physical, signed))]
    rows = [replace(parameter, unit=unit, example=f"1e-9 {unit}") for unit in units]
    written = _dimension(node.get("value") if isinstance(node, Mapping) else node)
    chosen = next((row for row in rows if written in row.bases()), None)
    draft.form = "signed" if chosen is not None and chosen is not rows[0] else ""
    return chosen or replace(rows[0], example=" or ".join(f"1e-9 {unit}" for unit in units))


def _quantities(draft: Draft, parameter: Parameter) -> None:
    section = draft.check.section(draft.entry.get(parameter.name), f"'{parameter.name}' of '{draft.name}'", parameter.example)
    if section is not None and not section.entries:
        draft.check.report(
            section, f"'{parameter.name}' of '{draft.name}' names no ion", found="nothing", expected=parameter.example
        )
    for ion, node in section or ():
        row = replace(parameter, name=ion, type=Type.QUANTITY, example="")
        path = f"{parameter.name}.{ion}"
        value = draft.check.quantity(node, row, (*draft.keys, parameter.name, ion), f"{draft.path}.{path}")
        if value is not None:
            draft.numbers[path] = value
        moved = _species_names(draft)
        if moved is not None and ion not in moved:
            assert section is not None
            draft.check.report(
                section.key(ion),
                f"'{draft.name}' does not move {brief(ion)}",
                path=f"{draft.path}.{parameter.name}",
                found=ion,
                expected=", ".join(moved),
                suggestion=nearest(ion, moved),
            )


def _species_names(draft: Draft) -> list[str] | None:
    if draft.kind.species == "fixed":
        return list(draft.kind.stoichiometry)
    node = draft.entry.get("stoichiometry")
    return list(node.entries) if draft.kind.species == "stoichiometry" and isinstance(node, Mapping) else None


def check_one_of(draft: Draft) -> None:
    for group in draft.law.one_of:
        given = [name for name in group if name in draft.entry.entries]
        if len(given) != 1:
            place = draft.entry.key(given[1]) if given else draft.entry
            draft.check.report(
                place,
                f"mechanism '{draft.name}' needs exactly one of {' or '.join(group)}",
                path=f"{draft.path}.{group[0]}",
                found=" and ".join(given) or "none",
                expected=" or ".join(group),
            )


def read_user_parameters(draft: Draft) -> None:
    taken = {*RESERVED, *draft.numbers, *(p.name for p in draft.law.parameters), *names_of(draft)}
    node, keys = draft.entry.get("parameters"), (*draft.keys, "parameters")
    draft.numbers |= read_named_numbers(draft.check, node, f"'{draft.name}'", keys, draft.path, taken, ("V_half", "-40 mV"))


def read_q10(draft: Draft) -> None:
    node = draft.entry.get("q10")
    section = draft.check.section(node, f"'q10' of '{draft.name}'", "{ratio: 3, reference: 20 degC}")
    if section is None:
        return
    draft.check.keys(section, [Q10_TABLE], f"'q10' of '{draft.name}'")
    for row in Q10_TABLE:
        value = draft.check.optional_quantity(section, row, (*draft.keys, "q10", row.name), f"{draft.path}.q10.{row.name}")
        if value is not None:
            draft.numbers[f"q10.{row.name}"] = value


def _over(order: int) -> str:
    """The unit of cycles per area and time over a product of so many concentrations; a unit has powers up to 4."""
    powers = [4] * (abs(order) // 4) + [abs(order) % 4] * bool(order % 4)
    factors = " ".join("mM" if n == 1 else f"mM^{n}" for n in powers)
    if order < 0:
        return f"mol {factors}/(m^2 s)"
    return f"mol/(m^2 s {factors})" if factors else "mol/(m^2 s)"


def _dimension(scalar: Node | None) -> Dimension | None:
    if not isinstance(scalar, Scalar):
        return None
    try:
        return (parse_quantity(scalar.text) if scalar.given is None else quantity_from(scalar.given)).dimension
    except UnitError:
        return None
