"""The reference of the file format, generated from the tables that check it: as a page, and as a JSON schema for editors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..mechanisms.kind import Kind, Law
from ..mechanisms.parameter import Parameter, Type
from ..mechanisms.registry import BUILT_IN
from . import tables
from .read_yaml import DEPTH_LIMIT, NODE_LIMIT, SIZE_LIMIT
from .short_form import SHORT_TABLE

Table = Sequence[Parameter]
SCHEMA = "https://json-schema.org/draft/2020-12/schema"

SECTIONS: tuple[tuple[str, str, Table], ...] = (
    ("A cell", "The top of the general form.", tables.CELL_TABLE),
    ("The short form", "One membrane: `ions` holds both sides and the permeabilities. It has these keys.", SHORT_TABLE),
    ("An ion of the short form", "`ions: {K: {...}}`", tables.SHORT_ION_TABLE),
    ("A compartment", "`compartments: {inside: {...}}`", tables.COMPARTMENT_TABLE),
    ("An impermeant", "`impermeant: {...}`, or several by name under `impermeants`.", tables.IMPERMEANT_TABLE),
    ("The charge that a composition carries", "`amount: {carries: -65.5 mV}`", tables.CARRIES_TABLE),
    ("A volume that remains", "`volume: {remainder_of: 4.6 pL}`", tables.REMAINDER_TABLE),
    ("Free energy of ATP", "`atp: {...}`: `delta_G`, or `ATP`, `ADP` and `Pi`.", tables.ATP_TABLE),
    *((f"A {form}", f"`shape: {{{form}: {{...}}}}`", table) for form, table in tables.SHAPE_TABLES.items()),
    ("A membrane", "`membranes: {plasma: {...}}`", tables.MEMBRANE_TABLE),
    ("Water", "`water: {permeability: 1.5e-4 m/s}`: one of the two.", tables.WATER_TABLE),
    (
        "A volume that relaxes",
        "`water: {relax_to: 1.1 - 0.1*osm_out/osm_in, time_constant: 1 s}`. The formula may name the osmolarities `osm_in` and `osm_out`, the "
        "described volumes `w0` (inner) and `w0_out`, concentrations such as `K_in` and `K_out`, `T`, `t` and its parameters.",
        tables.RELAXING_TABLE,
    ),
    ("A wall", "`wall: {elastic_modulus: 10 MPa}`; water needs a permeability then.", tables.WALL_TABLE),
    ("A mechanism", "`mechanisms: {K_leak: {...}}`: keys of every kind; each kind adds its own.", tables.MECHANISM_TABLE),
    ("Temperature dependence", "`q10: {...}`", tables.Q10_TABLE),
    ("An ion of your own", "`ions: {X: {...}}` at the top of the general form.", tables.ION_TABLE),
    ("The measured band", "`band: {...}`", tables.BAND_TABLE),
    ("A metabolic budget", "`metabolism: {...}`: `atp`, or `oxygen` and `atp_per_oxygen`.", tables.METABOLISM_TABLE),
    ("A value with its origin", "In place of any number: `{value: 140 mM, source: hodgkin1949}`", tables.ANNOTATION),
)

SPECIES = {
    "ion": "one ion, named by `ion`",
    "ion or carries": "one ion, named by `ion`, or several with their shares, `carries: {Na: 0.4, K: 0.6}`",
    "ion and counter_ion": "one ion, `ion`, and as much of another, `counter_ion`, as leaves no charge moved",
    "ratios": "each ion of `ratios`",
    "stoichiometry": "each ion of `stoichiometry`, counted outward: `{Na: 3, Ca: -1}`",
}


def markdown() -> str:
    """Every key with its unit, domain, default, meaning and example; every kind with its laws."""
    limits = f"A file holds at most {SIZE_LIMIT // 1000} kB, {NODE_LIMIT} values and {DEPTH_LIMIT} levels, one document, and no anchors, "
    parts = [
        "## Every key",
        "",
        limits
        + "aliases, tags or merge keys. Each key stands once. A key without a default that is not marked optional is required.",
        "",
    ]
    for title, where, table in SECTIONS:
        parts += [f"### {title}", "", where, "", *_table(table), ""]
    parts += ["## Every kind of mechanism", "", _per(), ""]
    for kind in BUILT_IN.values():
        parts += _kind(kind)
    return "\n".join(parts)


def _per() -> str:
    return (
        "A number that says how large a flow is may be given per area, for the whole cell (times m^2), or per inner volume (divided by m): "
        "its unit says which. Those that may are marked *extensive*. What an exchange moves has no area: its rate is per volume or in all."
    )


def _table(table: Iterable[Parameter]) -> list[str]:
    rows = ["| key | unit | what is allowed | default | meaning | example |", "| --- | --- | --- | --- | --- | --- |"]
    return rows + [_row(row) for row in table]


def _row(row: Parameter) -> str:
    cells = (f"`{row.name}`", _unit(row), _allowed(row), _default(row), _meaning(row), f"`{row.example}`" if row.example else "")
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _unit(row: Parameter) -> str:
    if row.type not in (Type.QUANTITY, Type.QUANTITIES, Type.FORMULA):
        return ""
    units = [row.unit, *row.alternatives] if row.unit else []
    units += ["mol/s"] if row.of_volume else []
    over = " over concentrations" if row.per_product else ""
    return " or ".join(f"`{unit}`" for unit in units) + over


def _allowed(row: Parameter) -> str:
    words = " or ".join(f"`{word}`" for word in row.choices)
    if row.type in (Type.QUANTITY, Type.QUANTITIES):
        number = row.domain.words + (", for each ion" if row.type is Type.QUANTITIES else "")
        return f"{number}, or {words}" if words else number
    return words or {
        Type.TEXT: "text",
        Type.NAMES: "a list of two",
        Type.FLAG: "`true` or `false`",
        Type.COUNTS: "numbers by ion",
        Type.SECTION: "a section",
        Type.ION: "an ion",
        Type.WORD: "a word",
        Type.FORMULA: "a formula",
    }.get(row.type, "")


def _default(row: Parameter) -> str:
    if isinstance(row.default, int | float):
        from ..units import format_quantity

        return f"`{format_quantity(float(row.default), row.unit or '1')}`"
    return f"`{row.default}`" if row.default is not None else ("" if row.required else "optional")


def _meaning(row: Parameter) -> str:
    marks = [word for word, is_so in (("extensive", row.extensive), ("a bare number is a ratio", row.relative)) if is_so]
    return row.meaning + (f" (*{', '.join(marks)}*)" if marks else "")


def _kind(kind: Kind) -> list[str]:
    parts = [f"### `kind: {kind.name}`", "", _sentence(kind.meaning), ""]
    parts += ["Stands under `mechanisms` of a compartment, not of a membrane.", ""] if kind.in_compartment else []
    moved = kind.stoichiometry and "per cycle " + ", ".join(f"{ion}: {n:+d}" for ion, n in kind.stoichiometry.items())
    parts += [f"Moves {moved or SPECIES[kind.species]}." + _sources(kind.citations), ""]
    for law in kind.laws.values():
        parts += _law(kind, law)
    return parts


def _law(kind: Kind, law: Law) -> list[str]:
    head = f"`law: {law.name}`" if law.name else "Law"
    notes = [f"exactly one of {' and '.join(f'`{name}`' for name in group)}" for group in law.one_of]
    notes += ["needs `atp` in a compartment at the membrane"] if law.needs_atp else []
    notes += ["only for a rest"] if law.rest_only else []
    notes += ["never dissipates negatively"] if law.thermodynamic else []
    text = (
        f"{head}: {law.meaning}, `{law.equation}`" + (f" ({'; '.join(notes)})" if notes else "") + "." + _sources(law.citations)
    )
    table = [*tables.SPECIES_TABLES[kind.species], *law.parameters]
    names = list(dict.fromkeys(row.name for row in table))
    rows = [next(row for row in reversed(table) if row.name == name) for name in names]
    return [text, "", *(_table(rows) if rows else ["No parameters."]), ""]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _sources(keys: Sequence[str]) -> str:
    return f" Sources: {', '.join(f'`{key}`' for key in keys)}." if keys else ""


# -- JSON schema --------------------------------------------------------------------------------------------------


def json_schema() -> dict[str, Any]:
    """A JSON schema (draft 2020-12) of a description, for editors. The checker knows more: units, domains, what fits together."""
    general, short = _object(tables.CELL_TABLE, _GENERAL), _object(SHORT_TABLE, {**_SHORT, **_water()})
    return {
        "$schema": SCHEMA,
        "title": "A cell of vrest",
        "anyOf": [general, short],
        "$defs": {
            "quantity": {"type": ["string", "number"], "maxLength": 200},
            "annotated": _object(tables.ANNOTATION, {}),
            "compartment": _object(tables.COMPARTMENT_TABLE, {**_COMPARTMENT, "mechanisms": _by_name("exchange")}),
            "impermeant": _object(tables.IMPERMEANT_TABLE, {"amount": _amount()}),
            "atp": _object(tables.ATP_TABLE, {}),
            "shape": _shape(),
            "membrane": _object(tables.MEMBRANE_TABLE, {**_water(), "mechanisms": _by_name("mechanism")}),
            "mechanism": {"anyOf": _kinds(in_compartment=False)},
            "exchange": {"anyOf": _kinds(in_compartment=True)},
            "ion": _object(tables.ION_TABLE, {}),
            "short_ion": _object(tables.SHORT_ION_TABLE, {}),
            "band": _object(tables.BAND_TABLE, {}),
            "metabolism": _object(tables.METABOLISM_TABLE, {}),
        },
    }


def _by_name(definition: str) -> dict[str, Any]:
    return {"type": "object", "minProperties": 1, "additionalProperties": {"$ref": f"#/$defs/{definition}"}}


def _ref(definition: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{definition}"}


_GENERAL = {
    "ions": _by_name("ion"),
    "compartments": _by_name("compartment"),
    "membranes": _by_name("membrane"),
    "band": _ref("band"),
    "metabolism": _ref("metabolism"),
}
_INSIDE = {
    "impermeant": _ref("impermeant"),
    "impermeants": _by_name("impermeant"),
    "atp": _ref("atp"),
    "shape": _ref("shape"),
    "volume": {"anyOf": [_ref("quantity"), _ref("annotated"), {"type": "object", "required": ["remainder_of"]}]},
}
_NUMBER = {"anyOf": [_ref("quantity"), _ref("annotated")]}
_COMPARTMENT = {**_INSIDE, "ions": {"type": "object", "additionalProperties": _NUMBER}}
_SHORT = {
    **_INSIDE,
    "band": _ref("band"),
    "metabolism": _ref("metabolism"),
    "mechanisms": _by_name("mechanism"),
    "ions": _by_name("short_ion"),
}


def _object(table: Iterable[Parameter], special: Mapping[str, Any]) -> dict[str, Any]:
    rows = {row.name: row for row in table}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name, row in rows.items() if row.required],
        "properties": {name: {**special.get(name, _value(row)), "description": row.meaning} for name, row in rows.items()},
    }


def _value(row: Parameter) -> dict[str, Any]:
    if row.type is Type.QUANTITY:
        return dict(_NUMBER)
    if row.type in (Type.QUANTITIES, Type.COUNTS):
        return {"type": "object", "minProperties": 1, "additionalProperties": dict(_NUMBER)}
    if row.type is Type.NAMES:
        return {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": ["string", "number"]}}
    if row.type is Type.FLAG:
        return {"enum": ["true", "false", "yes", "no", True, False]}
    if row.type is Type.SECTION:
        return {"type": "object"}
    return {"enum": list(row.choices)} if row.choices else {"type": ["string", "number"]}


def _amount() -> dict[str, Any]:
    return {"anyOf": [_ref("quantity"), _ref("annotated"), _object(tables.CARRIES_TABLE, {})]}


def _water() -> dict[str, Any]:
    """`water` and `wall` of a membrane: a word, or numbers."""
    rows = {row.name: row for row in tables.MEMBRANE_TABLE}
    sections = {"water": tables.WATER_TABLE, "wall": tables.WALL_TABLE}
    found = {name: {"anyOf": [{"enum": list(rows[name].choices)}, _object(table, {})]} for name, table in sections.items()}
    parameters = {"type": "object", "additionalProperties": dict(_NUMBER)}
    found["water"]["anyOf"].append(_object(tables.RELAXING_TABLE, {"parameters": parameters}))
    return found


def _shape() -> dict[str, Any]:
    forms = {form: _object(table, {}) for form, table in tables.SHAPE_TABLES.items()}
    return {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": False, "properties": forms}


def _kinds(in_compartment: bool) -> list[dict[str, Any]]:
    kinds = [kind for kind in BUILT_IN.values() if kind.in_compartment == in_compartment]
    return [_mechanism(kind, law) for kind in kinds for law in kind.laws.values()]


def _mechanism(kind: Kind, law: Law) -> dict[str, Any]:
    special: dict[str, Any] = {"kind": {"const": kind.name}, "q10": _object(tables.Q10_TABLE, {})}
    special["parameters"] = {"type": "object", "additionalProperties": dict(_NUMBER)}
    if law.name:
        special["law"] = {"const": law.name}
    rows = [row for row in tables.MECHANISM_TABLE if law.name or row.name != "law"]
    found = _object([*rows, *tables.SPECIES_TABLES[kind.species], *law.parameters], special)
    if law.name and kind.default_law is None:
        found["required"].append("law")
    return found


__all__ = ["SECTIONS", "json_schema", "markdown"]
