"""The short form of one membrane, expanded to the general form: compartments `inside` and `outside`, membrane `membrane`."""

from __future__ import annotations

from .check import Checker
from .nodes import Mapping, Node, Scalar, Sequence, mapping
from .tables import CELL_TABLE, COMPARTMENT_TABLE, MEMBRANE_TABLE, SHORT_ION_TABLE

GENERAL_KEYS = ("compartments", "membranes")
INSIDE_KEYS = ("impermeant", "impermeants", "shape", "volume", "water_fraction", "atp")
MEMBRANE_KEYS = ("capacitance", "area", "area_policy", "water", "thickness")
SHORT_TABLE = (
    *(p for p in CELL_TABLE if p.name not in GENERAL_KEYS),
    *(p for p in COMPARTMENT_TABLE if p.name in INSIDE_KEYS),
    *(p for p in MEMBRANE_TABLE if p.name in MEMBRANE_KEYS),
    *(p.__class__(**{**p.__dict__, "required": False}) for p in MEMBRANE_TABLE if p.name == "mechanisms"),
)


def is_short(root: Mapping) -> bool:
    return "ions" in root.entries and not any(key in root.entries for key in GENERAL_KEYS)


def expand(root: Mapping, check: Checker) -> Mapping:
    """The general form of a short description; every node keeps the place where it was written."""
    check.keys(root, [SHORT_TABLE], "the short form of a cell")
    ions = check.section(root.get("ions"), "'ions'", "K: {inside: 140 mM, outside: 5 mM, permeability: 1}") or mapping({}, root)
    inner, outer, ways, own = {}, {}, {}, {}
    for ion, node in ions:
        entry = check.section(node, f"ion '{ion}' of the short form", "{inside: 140 mM, outside: 5 mM, permeability: 1}")
        if entry is None:
            continue
        check.keys(entry, [SHORT_ION_TABLE], f"ion '{ion}' of the short form")
        inner.update(_moved(entry, "inside", ion))
        outer.update(_moved(entry, "outside", ion))
        own.update({ion: mapping({"valence": entry.entries["valence"]}, entry)} if "valence" in entry.entries else {})
        way = _way(entry, ion, check)
        if way is not None:
            ways[f"{ion}_leak"] = way
    return _assembled(root, inner, outer, ways, own)


def _moved(entry: Mapping, side: str, ion: str) -> dict[str, Node]:
    return {ion: entry.entries[side]} if side in entry.entries else {}


def _way(entry: Mapping, ion: str, check: Checker) -> Mapping | None:
    """`<ion>_leak`: GHK for a permeability, ohmic for a conductance, nothing for an ion that only stands there."""
    if "conductance" in entry.entries and "permeability" in entry.entries:
        check.report(entry.key("conductance"), f"ion '{ion}' has a permeability and a conductance", expected="one of the two")
    for key, kind in (("permeability", "ghk"), ("conductance", "ohmic")):
        if key in entry.entries:
            return mapping({"kind": Scalar(kind), "ion": Scalar(ion), key: entry.entries[key]}, entry)
    return None


def _assembled(root: Mapping, inner: dict, outer: dict, ways: dict, own: dict) -> Mapping:
    extra = root.get("mechanisms")
    mechanisms = {**ways, **(extra.entries if isinstance(extra, Mapping) else {})}
    inside = {key: root.entries[key] for key in INSIDE_KEYS if key in root.entries}
    membrane = {key: root.entries[key] for key in MEMBRANE_KEYS if key in root.entries}
    place = root.get("ions") or root
    entries = {key: node for key, node in root if key not in (*INSIDE_KEYS, *MEMBRANE_KEYS, "ions", "mechanisms")}
    entries["compartments"] = mapping(
        {
            "outside": mapping({"role": Scalar("bath"), "ions": mapping(outer, place)}, place),
            "inside": mapping({"ions": mapping(inner, place), **inside}, place),
        },
        place,
    )
    between = Sequence((Scalar("inside"), Scalar("outside")))
    entries["membranes"] = mapping(
        {"membrane": mapping({"between": between, **membrane, "mechanisms": mapping(mechanisms, extra or place)}, place)}, place
    )
    if own:
        entries["ions"] = mapping(own, place)
    return mapping(entries, root)
