"""The short form of one membrane, expanded to the general form: compartments `inside` and `outside`, membrane `membrane`."""

from __future__ import annotations

from dataclasses import replace

from ..errors import nearest
from ..mechanisms.parameter import Table, named, needed
from .measure import brief
from .nodes import Mapping, Node, Scalar, Sequence, mapping
from .read import Reader
from .tables import CELL_TABLE, COMPARTMENT_TABLE, MEMBRANE_TABLE, SHORT_ION_TABLE

GENERAL_KEYS = ("compartments", "membranes")
INSIDE_KEYS = ("impermeant", "impermeants", "shape", "volume", "water_fraction", "atp")
MEMBRANE_KEYS = ("capacitance", "area", "area_policy", "water", "wall", "thickness")
SHORT_TABLE = Table(
    (
        *(row for row in CELL_TABLE if row.name not in (*GENERAL_KEYS, "ions")),
        needed(named("ions", "both sides of each ion, and its permeability or conductance", SHORT_ION_TABLE, "K")),
        *(row for row in COMPARTMENT_TABLE if row.name in INSIDE_KEYS),
        *(row for row in MEMBRANE_TABLE if row.name in MEMBRANE_KEYS),
        replace(MEMBRANE_TABLE["mechanisms"], required=False, example="{pump: {kind: na_k_atpase, ...}}"),
    ),
    title="the short form of a cell",
)


def is_short(root: Mapping) -> bool:
    """Whether a description with `ions` has nothing that is, or was meant to be, a key of the general form."""
    keys = [*GENERAL_KEYS, *(p.name for p in SHORT_TABLE)]
    return not any(nearest(key, keys) in GENERAL_KEYS for key in root.entries)


def expand(root: Mapping, reader: Reader) -> Mapping:
    """The general form of a short description; every node keeps the place where it was written."""
    reader.keys(root, SHORT_TABLE, SHORT_TABLE.title)
    ions = _part(root, "ions", reader, root)
    inner: dict[str, Node] = {}
    outer: dict[str, Node] = {}
    ways: dict[str, Node] = {}
    own: dict[str, Node] = {}
    for ion, node in ions:
        words = SHORT_ION_TABLE.title.format(name=brief(ion))
        entry = reader.mapping(node, words, SHORT_ION_TABLE.example)
        if entry is None:
            continue
        reader.keys(entry, SHORT_ION_TABLE, words)
        inner[ion], outer[ion] = (entry.entries.get(side, Scalar("1 mM")) for side in ("inside", "outside"))
        own.update({ion: mapping({"valence": entry.entries["valence"]}, entry)} if "valence" in entry.entries else {})
        way = _way(entry, ion)
        if way is not None:
            ways[f"{ion}_leak"] = way
    extra = _part(root, "mechanisms", reader, ions)
    for word in extra.entries:
        if word in ways:
            message = f"'{brief(word)}' stands for the permeability or conductance of an ion already"
            reader.report(extra.key(word), message, found=word, expected="another name")
    return _assembled(root, ions, extra, (inner, outer, ways, own))


def _part(root: Mapping, key: str, reader: Reader, place: Mapping) -> Mapping:
    """A section of the short form; an empty one where there is none."""
    node = root.get(key)
    found = None if node is None else reader.mapping(node, f"'{key}'", SHORT_TABLE[key].example[1:-1])
    return mapping({}, place) if found is None else found


def _way(entry: Mapping, ion: str) -> Mapping | None:
    """`<ion>_leak`: GHK for a permeability, ohmic for a conductance, nothing for an ion that only stands there."""
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
