"""From nodes to a cell: reads each section with the checker, collects every problem, and raises them together."""

from __future__ import annotations

import re
from collections.abc import Collection
from collections.abc import Mapping as MappingType
from dataclasses import replace
from typing import Any

from ..errors import Problem, nearest
from .build_compartments import build_compartments, own_valences
from .build_membranes import build_membranes
from .cell import Band, Cell, Compartment, Membrane, Metabolism
from .check import Checker, brief, in_bench_units
from .graph import check_graph
from .impermeants import read_impermeants
from .ions import ion_table
from .nodes import Keys, Mapping, Node, Scalar, Source, find, from_python, with_node
from .short_form import expand, is_short
from .tables import BAND_TABLE, CELL_TABLE

_SHORTEST = tuple(replace(row, required=False) if row.name in ("compartments", "membranes") else row for row in CELL_TABLE)
TEXTS = ("title", "about", "organism")
_NUMBER_ZERO = re.compile(r"\s*[+-]?0+(?:\.0*)?(?:[eE][+-]?[0-9]+)?\s*\Z")
HINTS = dict.fromkeys(("pump", "mechanisms"), "mechanisms stand under a membrane")


def build_cell(
    root: Mapping, overrides: tuple[tuple[str, str], ...] = (), faults: tuple[Problem, ...] = (), stores: Collection[str] = ()
) -> Cell:
    """The cell that a tree of nodes describes.

    Arguments:
        root:      the tree
        overrides: paths and texts of the settings that are already in it
        faults:    problems that were found on the way here
        stores:    compartments that are stores even if no exchange touches them (the cell's exchanges were taken away)
    Raises:
        InputError: with every problem found, each at its place, in the order of the file.
    """
    check = Checker((*root.faults, *faults))
    if is_short(root):
        root = expand(root, check)
    elif {"ions", "compartments", "membranes"} & set(root.entries):
        check.keys(root, [CELL_TABLE], "a cell", HINTS)
    else:
        check.keys(root, [_SHORTEST], "a cell", HINTS)
        message = "a cell lists its `ions` (the short form, one membrane), or its `compartments` and `membranes`"
        check.report(
            root, message, path="ions", found=root.words, expected="ions: {K: {inside: 140 mM, outside: 5 mM, permeability: 1}}"
        )
    name = check.line(root.get("cell"), "cell") or "cell"
    texts = {key: check.text(root.get(key), key) for key in TEXTS}
    temperature = check.optional_quantity(root, _row("temperature"), ("temperature",), "temperature")
    own = own_valences(root, check)
    compartments = build_compartments(check, root, own, stores)
    valences = {ion: own[ion] if ion in own else ion_table()[ion].valence for c in compartments.values() for ion in c.ions}
    compartments = _with_exchanges(check, root, compartments, valences)
    membranes = build_membranes(check, root, compartments, valences)
    valences |= _moved(membranes, own, valences)
    finish = read_impermeants(check, root, compartments, membranes, valences)
    check_graph(check, root, compartments, membranes)
    band = _band(root, check, membranes)
    compartments = finish()
    metabolism = _metabolism(check, root, compartments)
    if not check.problems and any(membrane.water.target is not None for membrane in membranes.values()):
        from .relaxing import check_relaxing

        check_relaxing(check, root, compartments, membranes)
    check.close()
    assert temperature is not None
    return Cell(
        name,
        temperature,
        compartments,
        membranes,
        valences,
        check.settable,
        title=texts["title"],
        about=texts["about"],
        organism=texts["organism"],
        band=band,
        metabolism=metabolism,
        root=root,
        overrides=overrides,
    )


def _with_exchanges(
    check: Checker, root: Mapping, compartments: dict[str, Compartment], valences: dict[str, int]
) -> dict[str, Compartment]:
    """The compartments with their exchanges, read where there are some."""
    section = root.get("compartments")
    nodes = section.entries.values() if isinstance(section, Mapping) else ()
    if not any(isinstance(node, Mapping) and "mechanisms" in node.entries for node in nodes):
        return compartments
    from .build_exchanges import with_exchanges

    return with_exchanges(check, root, compartments, valences)


def _metabolism(check: Checker, root: Mapping, compartments: dict[str, Compartment]) -> Metabolism | None:
    """The stated budget; its reader is loaded where there is one."""
    if "metabolism" not in root.entries:
        return None
    from .build_metabolism import build_metabolism

    return build_metabolism(check, root, compartments)


def _row(name: str):
    return next(p for p in CELL_TABLE if p.name == name)


def _moved(membranes: MappingType[str, Membrane], own: dict[str, int], listed: dict[str, int]) -> dict[str, int]:
    """Valences of the ions that a mechanism moves although no compartment lists them (all that it joins are held)."""
    ions = {ion for membrane in membranes.values() for m in membrane.mechanisms.values() for ion in m.species} - set(listed)
    return {ion: own[ion] if ion in own else ion_table()[ion].valence for ion in sorted(ions)}


def _band(root: Mapping, check: Checker, membranes: MappingType[str, Membrane]) -> Band | None:
    node = check.section(root.get("band"), "'band'", "{low: -75 mV, high: -60 mV}")
    if node is None:
        return None
    check.keys(node, [BAND_TABLE], "the band")
    low, high = (check.optional_quantity(node, row, ("band", row.name), None) for row in BAND_TABLE[:2])
    check.word(node.get("certainty"), next(row for row in BAND_TABLE if row.name == "certainty"))
    source, note, membrane = (check.text(node.get(key), key) for key in ("source", "note", "membrane"))
    if membrane is not None and membrane not in membranes and not check.broken:
        check.report(
            node.entries["membrane"],
            "the band belongs to a membrane that does not exist",
            found=membrane,
            expected=", ".join(membranes),
            suggestion=nearest(membrane, membranes),
        )
    if low is None or high is None:
        return None
    if low.si > high.si:
        message = "the band's low end lies above its high end"
        check.report(node, message, found=f"{low.text} .. {high.text}", expected="low: the more negative potential")
    return Band(low, high, source, note, membrane)


# -- settings -----------------------------------------------------------------------------------------------------


def replaced(cell: Cell, settings: MappingType[str, Any]) -> Cell:
    """The cell with some of its numbers replaced; see `Cell.replace`."""
    problems: list[Problem] = []
    root, texts = cell.root, list(cell.overrides)
    for path, wanted in settings.items():
        keys, node = keys_of(cell, path), from_python(wanted)
        if keys is None:
            problems.append(_no_path(cell, path))
        elif not isinstance(node, Scalar):
            problems.append(Problem("a setting is one value", path=path, found=node.words, expected='such as "5 mM"'))
        else:
            root = with_node(root, keys, _in_place_of(find(root, keys), path, _with_unit(cell, keys, path, node)))
            texts.append((path, node.text))
    return build_cell(root, tuple(texts), tuple(problems))


def _with_unit(cell: Cell, keys: Keys, path: str, new: Scalar) -> Scalar:
    """A setting; a bare zero in place of a number that the user named takes its unit, as that number's dimension is only known by it."""
    named = "parameters" in keys and path in cell.settable
    zero = named and new.given is None and _NUMBER_ZERO.match(new.text)
    return replace(new, text=f"{new.text} {cell.settable[path].unit}".strip()) if zero else new


def _in_place_of(old: Node | None, path: str, new: Scalar) -> Node:
    """A setting where a value stood: what was said of the old value goes, a valence declared with it stays."""
    scalar = Scalar(new.text, new.given, source=Source(f"--set {brief(path)}={brief(new.text)}"))
    valence = old.get("valence") if isinstance(old, Mapping) else None
    return scalar if valence is None else Mapping({"value": scalar, "valence": valence}, source=scalar.source)


def keys_of(cell: Cell, path: str) -> Keys | None:
    """Where the value of a path stands in the tree; None where the cell has no such path."""
    value = cell.settable.get(path) if isinstance(path, str) else None
    if value is not None:
        return value.keys
    return next((keys for keys in _rules(cell) if ".".join(keys[1:]) == path), None)


def _rules(cell: Cell) -> list[Keys]:
    """The amounts of impermeants, which are settable also where a word or a rule stands in place of a number."""
    found: list[Keys] = []
    for name, space in cell.compartments.items():
        for impermeant in space.impermeants:
            for keys in (("impermeant",), ("impermeants", impermeant)):
                place = ("compartments", name, *keys, "amount")
                found += [place] if find(cell.root, place) is not None else []
    return found


def _no_path(cell: Cell, path: Any) -> Problem:
    text = path if isinstance(path, str) else repr(path)
    place, _, last = text.rpartition(".")
    message = f"'{brief(text)}' is not a path of {brief(cell.name)}; a path never creates anything"
    derived = (last == "volume" and place in cell.compartments) or (last == "area" and place in cell.membranes)
    space = cell.compartments.get(place) or cell.compartments.get(getattr(cell.membranes.get(place), "inner", ""))
    if derived and space is not None and space.surface is not None:
        message = f"'{text}' follows from the shape of '{space.name}'; set the sizes of the shape"
    known = [*cell.settable, *(".".join(keys[1:]) for keys in _rules(cell))]
    sizes = next((p for p in known if space is not None and p.startswith(f"{space.name}.shape.")), None) if derived else None
    return Problem(
        message,
        path=text[:200],
        found=text,
        expected="one of the paths that `vrest check` lists",
        suggestion=sizes or _nearest_path(text, known),
    )


def _nearest_path(text: str, known: list[str]) -> str | None:
    """The nearest path; one whose last word is near and whose other words are right comes first."""
    place, _, last = text.rpartition(".")
    here = {path.rpartition(".")[2]: path for path in known if path.rpartition(".")[0] == place}
    near = nearest(last, here)
    return here[near] if near else nearest(text, known)


__all__ = ["build_cell", "in_bench_units", "keys_of", "replaced"]
