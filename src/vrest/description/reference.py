"""The reference of the file format, generated from the tables that check it: as a page, and as a JSON schema for editors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..mechanisms.kind import Kind, Law
from ..mechanisms.parameter import Parameter, Table, Type
from ..mechanisms.registry import built_in
from . import channels, kinds, protocol, tables
from .kind_reference import Row, as_yaml, example_of, moved_by, notes_on, row_of, rows_of, with_the_same_laws
from .measure import ANNOTATION
from .short_form import SHORT_TABLE
from .source import DEPTH_LIMIT, NODE_LIMIT, SIZE_LIMIT

SCHEMA = "https://json-schema.org/draft/2020-12/schema"

SECTIONS: tuple[tuple[str, str, Table], ...] = (
    ("A cell", "The top of the general form.", tables.CELL_TABLE),
    ("The short form", "One membrane: `ions` holds both sides and the permeabilities. It has these keys.", SHORT_TABLE),
    ("An ion of the short form", "`ions: {K: {...}}`", tables.SHORT_ION_TABLE),
    ("A compartment", "`compartments: {inside: {...}}`", tables.COMPARTMENT_TABLE),
    ("An ion that is held", "`fixed: {HCO3: {...}}`; `fixed: [HCO3]` names it alone.", tables.FIXED_TABLE),
    (
        "A buffer",
        "`buffer: {H: {...}}` by the ion that it binds; of H by its capacity, of others by what there is and K_d.",
        tables.BUFFER_TABLE,
    ),
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
    (
        "A charged face",
        "`surface_charge: {...}`: monovalent anions of both solutions are as many as balance the other ions.",
        tables.SURFACE_TABLE,
    ),
    ("A mechanism", "`mechanisms: {K_leak: {...}}`: keys of every kind; each kind adds its own.", kinds.MECHANISM_TABLE),
    ("A gate", "`gates: {m: {...}}`: `alpha` and `beta`, `steady` and `time_constant`, or `steady` alone.", kinds.GATE_TABLE),
    ("A scheme", "`scheme: {...}`: states of a channel and the rates between them.", kinds.SCHEME_TABLE),
    (
        "A channel",
        "A file of its own, which holds the keys of a mechanism as well. A mechanism that says `like: NAME` (of the library) or `like: FILE` (a "
        "path from the folder of the cell's file) takes from it what it does not say itself; of `parameters`, `let`, `ratios`, `q10`, `gates`, "
        "`states` and `scheme` only what it names. A gate, a state or a scheme that says its rates takes nothing from the channel's.",
        channels.CHANNEL_TABLE,
    ),
    ("A state of one's own", "`states: {x: {...}}` of a mechanism or a compartment; formulas name it.", kinds.STATE_TABLE),
    ("A table", "`tables: {n: {...}}` of a mechanism; formulas read it off, as `n(pH_in, V)`.", kinds.TABLE_TABLE),
    ("Temperature dependence", "`q10: {...}`", kinds.Q10_TABLE),
    ("An ion of your own", "`ions: {X: {...}}` at the top of the general form.", tables.ION_TABLE),
    ("The measured band", "`band: {...}`", tables.BAND_TABLE),
    ("A metabolic budget", "`metabolism: {...}`: `atp`, or `oxygen` and `atp_per_oxygen`.", tables.METABOLISM_TABLE),
    ("A value with its origin", "In place of any number: `{value: 140 mM, source: hodgkin1949}`", ANNOTATION),
    ("A protocol", "What is done to a cell over time: a file of its own.", protocol.PROTOCOL_TABLE),
    ("The end of a protocol that waits for something", "`until: {...}`: one condition.", protocol.UNTIL_TABLE),
    ("An event", "`events: [{...}]`: one of the actions, and its times.", protocol.EVENT_TABLE),
)


def markdown() -> str:
    """Every key with its unit, domain, default, meaning and example; every kind with its laws."""
    limits = (
        f"A file holds at most {SIZE_LIMIT // 1000} kB, {NODE_LIMIT} values and {DEPTH_LIMIT} levels, one document, and no anchors, "
        "aliases, tags or merge keys. Each key stands once. A key without a default that is not marked optional is required."
    )
    parts = ["## Every key", "", limits, ""]
    for title, where, table in SECTIONS:
        parts += [f"### {title}", "", where, "", *_table(table), ""]
    parts += ["## Every kind of mechanism", "", PER, ""]
    before: list[Kind] = []
    for kind in built_in().values():
        parts += _kind(kind, before)
        before.append(kind)
    return "\n".join(parts)


PER = (
    "A number that says how large a flow is may be given per area, for the whole cell (times m^2), or per inner volume (divided by m): "
    "its unit says which. Those that may are marked *extensive*. What an exchange moves has no area: its rate is per volume or in all."
)


HEADS = {
    "key": "key",
    "unit": "unit",
    "allowed": "what is allowed",
    "default": "default",
    "typical": "typical",
    "meaning": "meaning",
    "example": "example",
}
CODE = ("key", "example")


def _table(table: Iterable[Parameter]) -> list[str]:
    """A table in Markdown; without typical values it has no column for them."""
    rows = [row_of(row) for row in table]
    columns = [name for name in HEADS if name != "typical" or any(row.typical for row in rows)]
    lines = [[HEADS[name] for name in columns], ["---"] * len(columns), *([_cell(row, name) for name in columns] for row in rows)]
    return ["| " + " | ".join(line) + " |" for line in lines]


def _cell(row: Row, name: str) -> str:
    words = getattr(row, name).replace("|", "\\|")
    return f"`{words}`" if words and name in CODE else words


def _kind(kind: Kind, before: Sequence[Kind]) -> list[str]:
    parts = [f"### `kind: {kind.name}`", "", _sentence(kind.meaning), ""]
    parts += ["Stands under `mechanisms` of a compartment, not of a membrane.", ""] if kind.in_compartment else []
    like = with_the_same_laws(kind, before)
    laws = "" if like == kind.name else f" Its laws and their keys are those of [`{like}`](#kind-{like})."
    parts += [moved_by(kind) + _sources(kind.citations) + laws, ""]
    for law in kind.laws.values() if not laws else ():
        parts += _law(kind, law)
    return parts


def _law(kind: Kind, law: Law) -> list[str]:
    head = f"`law: {law.name}`" if law.name else "Law"
    notes = f" ({'; '.join(notes_on(law))})" if notes_on(law) else ""
    text = f"{head}: {law.meaning}, `{law.equation}`{notes}." + _sources(law.citations)
    rows = rows_of(kind, law)
    written = ["```yaml", *as_yaml("pump" if kind.pump else kind.name, example_of(kind, law)), "```"]
    return [text, "", *(_table(rows) if rows else ["No parameters."]), "", *written, ""]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _sources(keys: Sequence[str]) -> str:
    return f" Sources: {', '.join(f'`{key}`' for key in keys)}." if keys else ""


# -- JSON schema --------------------------------------------------------------------------------------------------


def json_schema() -> dict[str, Any]:
    """A JSON schema (draft 2020-12) of a description, for editors. The reader knows more: units, domains, what fits together."""
    return {
        "$schema": SCHEMA,
        "title": "A cell of vrest",
        "anyOf": [_object(tables.CELL_TABLE), _object(SHORT_TABLE)],
        "$defs": {
            "quantity": {"type": ["string", "number"], "maxLength": 200},
            "annotated": _object(ANNOTATION),
            **{row.name: {**_value(row), "description": row.meaning} for row in SHARED},
        },
    }


SHARED = [row for row in kinds.MECHANISM_TABLE if row.name not in ("kind", "law")]
"""Keys that every kind of mechanism may have; they stand once."""


def _section(table: Table) -> dict[str, Any]:
    """The object of a section; of a mechanism that of any law of a kind that stands there."""
    if table.choose is None:
        return _object(table)
    within = [kind for kind in built_in().values() if kind.in_compartment == (table is kinds.EXCHANGE_TABLE)]
    like = [] if table is kinds.EXCHANGE_TABLE else [{"type": "object", "required": [kinds.LIKE.name]}]
    return {"anyOf": [*like, *(_mechanism(kind, law) for kind in within for law in kind.laws.values())]}


def _object(table: Iterable[Parameter]) -> dict[str, Any]:
    rows = {row.name: row for row in table}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name, row in rows.items() if row.required],
        "properties": {name: {**_value(row), "description": row.meaning} for name, row in rows.items()},
    }


_NUMBER: dict[str, Any] = {"anyOf": [{"$ref": "#/$defs/quantity"}, {"$ref": "#/$defs/annotated"}]}
_TEXT = {"type": ["string", "number"]}


def _value(row: Parameter) -> dict[str, Any]:
    """What may stand behind a key."""
    if row.type in (Type.SECTION, Type.ONE_OF, Type.NAMED, Type.LISTED):
        return _sections(row)
    if row.type in (Type.QUANTITIES, Type.COUNTS, Type.NUMBERS, Type.FORMULAS):
        least = {"minProperties": 1} if row.required or row.type is Type.COUNTS else {}
        return {"type": "object", **least, "additionalProperties": dict(_NUMBER)}
    known = {
        Type.QUANTITY: _NUMBER,
        Type.EXPRESSION: _NUMBER,
        Type.OWN_UNIT: _NUMBER,
        Type.NAMES: {"type": "array", "minItems": 2, "maxItems": 2, "items": _TEXT},
        Type.GRID: {"type": "array"},
        Type.KEYS: {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]},
        Type.FLAG: {"enum": ["true", "false", "yes", "no", True, False]},
    }
    return dict(known.get(row.type, {"enum": list(row.choices)} if row.choices else _TEXT))


def _sections(row: Parameter) -> dict[str, Any]:
    """A section, exactly one of several, or sections by name; a word or a number may stand in place of one."""
    if row.type in (Type.NAMED, Type.LISTED):
        by_name = {"type": "object", "minProperties": 1, "additionalProperties": _section(row.of[0])}
        names = {"type": "array", "minItems": 1, "items": {"type": "string"}}
        return by_name if row.type is Type.NAMED else {"anyOf": [names, by_name]}
    if row.type is Type.ONE_OF:
        forms = {table.noun: _section(table) for table in row.of}
        one = {"minProperties": 1, "maxProperties": 1, "additionalProperties": False}
        return {"type": "object", **one, "properties": forms}
    others = [{"enum": list(row.choices)}] if row.choices else []
    others += list(_NUMBER["anyOf"]) if row.unit else []
    forms_of = [_section(table) for table in row.of]
    return {"anyOf": [*others, *forms_of]} if others or len(forms_of) > 1 else forms_of[0]


def _mechanism(kind: Kind, law: Law) -> dict[str, Any]:
    """The object of one law of a kind."""
    rows = [row for row in kinds.MECHANISM_TABLE if law.name or row.name != "law"]
    found = _object([*rows, *kinds.SPECIES_TABLES[kind.species], *law.parameters])
    found["properties"] |= {row.name: {"$ref": f"#/$defs/{row.name}"} for row in SHARED}
    found["properties"]["kind"]["const"] = kind.name
    if law.name:
        found["properties"]["law"]["const"] = law.name
        found["required"] += ["law"] if kind.default_law is None else []
    return found
