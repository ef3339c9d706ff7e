"""The short form of one membrane, expanded to the general form: compartments `inside` and `outside`, membrane `membrane`."""

from __future__ import annotations

from dataclasses import replace

from ..errors import nearest
from ..mechanisms.parameter import Parameter, Type
from .check import Checker, brief
from .nodes import Mapping, Node, Scalar, Sequence, mapping
from .tables import CELL_TABLE, COMPARTMENT_TABLE, MEMBRANE_TABLE, SHORT_ION_TABLE

GENERAL_KEYS = ("compartments", "membranes")
INSIDE_KEYS = ("impermeant", "impermeants", "shape", "volume", "water_fraction", "atp")
MEMBRANE_KEYS = ("capacitance", "area", "area_policy", "water", "wall", "thickness")
SHORT_TABLE = (
    *(p for p in CELL_TABLE if p.name not in (*GENERAL_KEYS, "ions")),
    Parameter(
        "ions",
        meaning="both sides of each ion, and its permeability or conductance",
        type=Type.SECTION,
        example="{K: {inside: 140 mM, outside: 5 mM, permeability: 1}}",
    ),
    *(p for p in COMPARTMENT_TABLE if p.name in INSIDE_KEYS),
    *(p for p in MEMBRANE_TABLE if p.name in MEMBRANE_KEYS),
    *(replace(p, required=False) for p in MEMBRANE_TABLE if p.name == "mechanisms"),
)


def is_short(root: Mapping) -> bool:
    """Whether a description has `ions` and nothing that is, or was meant to be, a key of the general form."""
    keys = [*GENERAL_KEYS, *(p.name for p in SHORT_TABLE)]
    return "ions" in root.entries and not any(nearest(key, keys) in GENERAL_KEYS for key in root.entries)


def expand(root: Mapping, check: Checker) -> Mapping:
    """The general form of a short description; every node keeps the place where it was written."""
    check.keys(root, [SHORT_TABLE], "the short form of a cell")
    ions = check.section(root.get("ions"), "'ions'", "K: {inside: 140 mM, outside: 5 mM, permeability: 1}") or mapping({}, root)
    inner: dict[str, Node] = {}
    outer: dict[str, Node] = {}
    ways: dict[str, Node] = {}
    own: dict[str, Node] = {}
    for ion, node in ions:
        entry = check.section(node, f"ion '{brief(ion)}' of the short form", "{inside: 140 mM, outside: 5 mM, permeability: 1}")
        if entry is None:
            continue
        check.keys(entry, [SHORT_ION_TABLE], f"ion '{brief(ion)}' of the short form")
        inner[ion], outer[ion] = (entry.entries.get(side, Scalar("1 mM")) for side in ("inside", "outside"))
        own.update({ion: mapping({"valence": entry.entries["valence"]}, entry)} if "valence" in entry.entries else {})
        way = _way(entry, ion, check)
        if way is not None:
            ways[f"{ion}_leak"] = way
    extra = check.section(root.get("mechanisms"), "'mechanisms'", "pump: {kind: na_k_atpase, ...}") or mapping({}, ions)
    for word in extra.entries:
        if word in ways:
            message = f"'{brief(word)}' stands for the permeability or conductance of an ion already"
            check.report(extra.key(word), message, found=word, expected="another name")
    return _assembled(root, ions, extra, (inner, outer, ways, own))


def _way(entry: Mapping, ion: str, check: Checker) -> Mapping | None:
    """`<ion>_leak`: GHK for a permeability, ohmic for a conductance, nothing for an ion that only stands there."""
    if "conductance" in entry.entries and "permeability" in entry.entries:
        message = f"ion '{brief(ion)}' has a permeability and a conductance"
        check.report(entry.key("conductance"), message, found="both", expected="one of the two")
    for key, kind in (("permeability", "ghk"), ("conductance", "ohmic")):
        if key in entry.entries:
            return mapping({"kind": Scalar(kind), "ion": Scalar(ion), key: entry.entries[key]}, entry)
    return None


def _assembled(root: Mapping, place: Mapping, extra: Mapping, parts: tuple[dict, dict, dict, dict]) -> Mapping:
    inner, outer, ways, own = parts
    inside = {key: root.entries[key] for key in INSIDE_KEYS if key in root.entries}
    membrane = {key: root.entries[key] for key in MEMBRANE_KEYS if key in root.entries}
    entries = {
        p.name: root.entries[p.name] for p in CELL_TABLE if p.name in root.entries and p.name not in (*GENERAL_KEYS, "ions")
    }
    listed = place.keys
    entries["compartments"] = mapping(
        {
            "outside": mapping({"role": Scalar("bath"), "ions": mapping(outer, place, listed)}, place),
            "inside": mapping({"ions": mapping(inner, place, listed), **inside}, place, root.keys),
        },
        place,
    )
    between = Sequence((Scalar("inside"), Scalar("outside")))
    mechanisms = mapping({**ways, **extra.entries}, extra if extra.entries else place, extra.keys)
    entries["membranes"] = mapping(
        {"membrane": mapping({"between": between, **membrane, "mechanisms": mechanisms}, place, root.keys)}, place
    )
    if own:
        entries["ions"] = mapping(own, place, listed)
    return mapping(entries, root, root.keys)
