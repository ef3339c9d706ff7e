"""The reference of the file format is generated, complete, and its examples are read by the checker itself."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

import vrest
from vrest.description import kinds, protocol, tables
from vrest.description.nodes import Scalar
from vrest.description.read import Reader
from vrest.description.reference import SECTIONS, json_schema, markdown
from vrest.mechanisms.parameter import Type
from vrest.mechanisms.registry import built_in

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted([*(ROOT / "examples").glob("*.yaml"), *(ROOT / "src" / "vrest" / "library").glob("*.yaml")])
ROWS = [(title, row) for title, _, table in SECTIONS for row in table]
ROWS += [(f"{kind.name} {law.name}", row) for kind in built_in().values() for law in kind.laws.values() for row in law.parameters]
SCHEMA = json_schema()


def test_the_page_holds_every_key_kind_law_equation_and_citation():
    page = markdown()
    for _, row in ROWS:
        assert f"| `{row.name}` |" in page
    for kind in built_in().values():
        assert f"### `kind: {kind.name}`" in page
        for law in kind.laws.values():
            assert f"`{law.equation}`" in page
        for ion, n in kind.stoichiometry.items():
            assert f"{ion}: {n:+d}" in page
        for key in kind.citations:
            assert f"`{key}`" in page


def test_every_table_of_the_format_is_in_the_reference():
    shown = {id(row) for _, _, table in SECTIONS for row in table}
    for module in (kinds, protocol, tables):
        for name, table in vars(module).items():
            assert not name.endswith("_TABLE") or {id(row) for row in table} <= shown, name
    assert {id(row) for table in tables.SHAPE_TABLES.values() for row in table} <= shown


def test_every_key_has_a_meaning_and_an_example():
    assert [(where, row.name) for where, row in ROWS if not (row.meaning and row.example)] == []


def test_every_example_of_a_number_is_read():
    read = 0
    for where, row in ROWS:
        if row.type is not Type.QUANTITY or row.per_product or row.example in row.choices or where.startswith("A value"):
            continue
        reader = Reader()
        assert reader.number(Scalar(row.example), row) is not None, (where, row.name, reader.problems)
        read += 1
    assert read > 200


def test_the_tables_of_the_page_are_whole():
    tables, last = [[]], 0
    for number, line in enumerate(markdown().splitlines()):
        if line.startswith("| "):
            tables += [[]] if number > last + 1 else []
            tables[-1].append(len(line.replace("\\|", "").split("|")))
            last = number
    assert all(len(set(widths)) == 1 for widths in tables[1:])
    assert {widths[0] for widths in tables[1:]} == {8, 9}  # with typical values, and without


def test_laws_that_kinds_share_stand_once():
    page = markdown()
    assert page.count("`law: mass_action`") == 1
    assert page.count("are those of [`cotransport`](#kind-cotransport)") == 9
    assert page.count("are those of [`primary_pump`](#kind-primary_pump)") == 3
    assert page.count("are those of [`v_atpase`](#kind-v_atpase)") == 1


# -- the schema -------------------------------------------------------------------------------------------------------


def fits(value, schema):
    """Whether a value conforms, for the words of JSON schema that the reference uses."""
    if "$ref" in schema:
        return fits(value, SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")])
    if "anyOf" in schema and not any(fits(value, part) for part in schema["anyOf"]):
        return False
    if ("const" in schema and value != schema["const"]) or ("enum" in schema and value not in schema["enum"]):
        return False
    kinds = {"object": dict, "array": list, "string": str, "number": (int, float)}
    wanted = schema.get("type", list(kinds))
    if not isinstance(value, tuple(kinds[kind] for kind in ([wanted] if isinstance(wanted, str) else wanted))):
        return False
    if isinstance(value, dict):
        return _fits_mapping(value, schema)
    if isinstance(value, list):
        within = schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value))
        return within and all(fits(item, schema.get("items", {})) for item in value)
    return True


def _fits_mapping(value, schema):
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", {})
    if any(name not in value for name in schema.get("required", [])) or len(value) < schema.get("minProperties", 0):
        return False
    return all(
        fits(entry, properties[key]) if key in properties else others is not False and fits(entry, others)
        for key, entry in value.items()
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_conforms_to_the_schema(path):
    assert fits(YAML(typ="safe").load(path), SCHEMA)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("capacitance", "capacitence"),
        ("kind: ghk", "kind: gkh"),
        ("law: saturating", "law: saturated"),
        ("temperature: 310 K", "title: x"),
        ("role: bath", "role: bth"),
        ("[inside, outside]", "[inside]"),
        ("ion: K, ", ""),
        ("sphere", "cube"),
    ],
)
def test_the_schema_refuses_slips(old, new):
    text = (ROOT / "examples" / "pump-leak-cell.yaml").read_text(encoding="utf-8")
    assert old in text
    assert not fits(YAML(typ="safe").load(text.replace(old, new, 1)), SCHEMA)


def test_every_definition_that_is_referred_to_exists():
    def references(value):
        if isinstance(value, dict):
            yield from [value["$ref"]] if "$ref" in value else []
            value = list(value.values())
        for entry in value if isinstance(value, list) else ():
            yield from references(entry)

    assert {name.removeprefix("#/$defs/") for name in references(SCHEMA)} <= set(SCHEMA["$defs"])


def test_a_cell_of_python_conforms_in_its_general_form():
    assert fits(vrest.load("textbook-neuron").to_dict(), SCHEMA)
