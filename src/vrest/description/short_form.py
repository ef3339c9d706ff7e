"""The short form of one membrane, expanded to the general form: compartments `inside` and `outside`, membrane `membrane`."""

from __future__ import annotations

from dataclasses import replace

from ..errors import nearest
from ..mechanisms.parameter import Table, named, needed
from .measure import brief
from .nodes import Keys, Mapping, Node, Scalar, Sequence, mapping, present
from .read import Reader
from .tables import CELL_TABLE, COMPARTMENT_TABLE, MEMBRANE_TABLE, SHORT_ION_TABLE

GENERAL_KEYS = ("compartments", "membranes")
INSIDE_KEYS = ("fixed", "buffer", "impermeant", "impermeants", "shape", "volume", "water_fraction", "atp")
MEMBRANE_KEYS = ("capacitance", "area", "area_policy", "water", "wall", "thickness")
TOP_KEYS = tuple(row.name for row in CELL_TABLE if row.name not in (*GENERAL_KEYS, "ions"))
SHORT_TABLE = Table(
    (
        *(CELL_TABLE[name] for name in TOP_KEYS),
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
    extra = _part(root, "mechanisms", reader, ions)
    listed = present({ion: _ion(ion, node, reader) for ion, node in ions})
    outside: dict[str, Node] = {"role": Scalar("bath"), "ions": _side(listed, "outside", ions)}
    inside: dict[str, Node] = {"ions": _side(listed, "inside", ions), **_picked(root, INSIDE_KEYS)}
    membrane: dict[str, Node] = {
        "between": Sequence((Scalar("inside"), Scalar("outside"))),
        **_picked(root, MEMBRANE_KEYS),
        "mechanisms": mapping({**_leaks(listed, extra, reader), **extra.entries}, extra if extra.entries else ions, extra.keys),
    }
    found: dict[str, Node] = {
        **_picked(root, TOP_KEYS),
        "compartments": mapping({"outside": mapping(outside, ions), "inside": mapping(inside, ions, root.keys)}, ions),
        "membranes": mapping({"membrane": mapping(membrane, ions, root.keys)}, ions),
    }
    own: dict[str, Node] = {
        ion: mapping(valence, entry) for ion, entry in listed.items() if (valence := _picked(entry, ("valence",)))
    }
    return mapping(found | ({"ions": mapping(own, ions, ions.keys)} if own else {}), root, root.keys)


def _ion(ion: str, node: Node, reader: Reader) -> Mapping | None:
    """What is written of an ion, if that is a mapping."""
    words = SHORT_ION_TABLE.title.format(name=brief(ion))
    entry = reader.mapping(node, words, SHORT_ION_TABLE.example)
    if entry is not None:
        reader.keys(entry, SHORT_ION_TABLE, words)
    return None if entry is None else _as_meant(entry)


def _as_meant(entry: Mapping) -> Mapping:
    """An ion with the keys that were meant by unknown ones, which are reported, so that what is behind them is read all the same."""
    known = [row.name for row in SHORT_ION_TABLE]
    slips = [key for key in entry.entries if key not in known]
    if not slips:
        return entry
    from .wrong_keys import meant

    right = {key: meant(key, [name for name in known if name not in entry.entries]) for key in slips}
    return mapping({right.get(key) or key: node for key, node in entry}, entry, entry.keys)


def _side(listed: dict[str, Mapping], side: str, place: Mapping) -> Mapping:
    """The concentrations of the ions on one side; 1 mM stands for one that is missing, which is reported."""
    return mapping({ion: entry.entries.get(side, Scalar("1 mM")) for ion, entry in listed.items()}, place, place.keys)


def _picked(node: Mapping, keys: Keys) -> dict[str, Node]:
    return {key: node.entries[key] for key in keys if key in node.entries}


def _part(root: Mapping, key: str, reader: Reader, place: Mapping) -> Mapping:
    """A section of the short form; an empty one where there is none."""
    node = root.get(key)
    found = None if node is None else reader.mapping(node, f"'{key}'", SHORT_TABLE[key].example[1:-1])
    return mapping({}, place) if found is None else found


def _leaks(listed: dict[str, Mapping], extra: Mapping, reader: Reader) -> dict[str, Node]:
    """The paths of single ions, by names that no other mechanism has."""
    ways = {f"{ion}_leak": _way(entry, ion) for ion, entry in listed.items()}
    found: dict[str, Node] = {**present(ways)}
    for word in found:
        if word in extra.entries:
            message = f"'{brief(word)}' stands for the permeability or conductance of an ion already"
            reader.report(extra.key(word), message, found=word, expected="another name")
    return found


def _way(entry: Mapping, ion: str) -> Mapping | None:
    """`<ion>_leak`: GHK for a permeability, ohmic for a conductance, nothing for an ion that only stands there."""
    for key, kind in (("permeability", "ghk"), ("conductance", "ohmic")):
        if key in entry.entries:
            return mapping({"kind": Scalar(kind), "ion": Scalar(ion), key: entry.entries[key]}, entry)
    return None
