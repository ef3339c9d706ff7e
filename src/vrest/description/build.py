"""From nodes to a cell: reads each section with the checker, collects every problem, and raises them together."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from typing import Any

from ..errors import InputError, Problem, nearest
from ..mechanisms.parameter import Parameter, Type
from .build_compartments import build_compartments
from .build_membranes import build_membranes
from .cell import Band, Cell, Value
from .check import Checker, in_bench_units
from .graph import check_graph
from .impermeants import add_impermeants
from .ions import ion_table
from .nodes import Keys, Mapping, Node, Scalar, Source, find, from_python, with_node
from .short_form import expand, is_short
from .tables import BAND_TABLE, CELL_TABLE

ION_TABLE = (Parameter("valence", "", meaning="charge number, signed", example="-2"),)


def build_cell(root: Mapping, overrides: tuple[tuple[str, str], ...] = ()) -> Cell:
    """The cell that a tree of nodes describes.

    Raises:
        InputError: with every problem found, each at its place.
    """
    check = Checker()
    if is_short(root):
        root = expand(root, check)
    check.keys(
        root,
        [CELL_TABLE],
        "a cell",
        {"pump": "mechanisms stand under a membrane", "mechanisms": "mechanisms stand under a membrane"},
    )
    name = check.text(root.get("cell"), "cell", 200) or "cell"
    temperature = _temperature(root, check)
    own = _own_valences(root, check)
    compartments = build_compartments(check, root, own)
    valences = {ion: own[ion] if ion in own else ion_table()[ion].valence for c in compartments.values() for ion in c.ions}
    membranes = build_membranes(check, root, compartments, valences, own)
    check.close()
    assert temperature is not None
    compartments = add_impermeants(check, root, compartments, membranes, valences)
    check_graph(check, root, compartments, membranes)
    band = _band(root, check)
    check.close()
    texts = {key: check.text(root.get(key), key) for key in ("title", "about", "organism")}
    check.close()
    return Cell(
        name, temperature, compartments, membranes, valences, check.settable, band=band, root=root, overrides=overrides, **texts
    )


def _temperature(root: Mapping, check: Checker) -> Value | None:
    parameter = next(p for p in CELL_TABLE if p.name == "temperature")
    return check.optional_quantity(root, parameter, ("temperature",), "temperature")


def _own_valences(root: Mapping, check: Checker) -> dict[str, int]:
    """Valences of the ions that the description declares itself."""
    section = check.section(root.get("ions"), "'ions'", "X: {valence: -2}")
    found: dict[str, int] = {}
    for ion, node in section or ():
        entry = check.section(node, f"ion '{ion}'", "{valence: -2}")
        if entry is None or not check.name(entry, ion, "an ion"):
            continue
        check.keys(entry, [ION_TABLE], f"ion '{ion}'")
        valence = declared_valence(check, ion, entry.get("valence"))
        if valence is not None:
            found[ion] = valence
    return found


def declared_valence(check: Checker, ion: str, node: Node | None) -> int | None:
    """A whole valence other than zero that does not contradict the table of ions."""
    if node is None:
        return None
    measured = check.number(node, ION_TABLE[0]) if isinstance(node, Scalar) else None
    value = measured[0].value if measured else None
    known = ion_table().get(ion)
    if value is None or value != int(value) or value == 0 or abs(value) > 100:
        check.report(
            node, f"the valence of ion '{ion}' is a whole number other than zero", found=node.words, expected="such as -2"
        )
    elif known is not None and known.valence != value:
        check.report(
            node,
            f"ion '{ion}' has valence {known.valence:+d}; another ion needs another name",
            found=node.words,
            expected=f"{known.valence}",
        )
    else:
        return int(value)
    return None


def _band(root: Mapping, check: Checker) -> Band | None:
    node = check.section(root.get("band"), "'band'", "{low: -75 mV, high: -60 mV}")
    if node is None:
        return None
    check.keys(node, [BAND_TABLE], "the band")
    settable = dict(check.settable)
    low, high = (check.optional_quantity(node, p, ("band", p.name), f"band.{p.name}") for p in BAND_TABLE[:2])
    check.settable.clear()
    check.settable.update(settable)
    if low is None or high is None:
        return None
    if low.si > high.si:
        check.report(node, "the band's low end lies above its high end", found=f"{low.text} .. {high.text}")
    return Band(low, high, *(check.text(node.get(key), key) for key in ("source", "note", "membrane")))


def replaced(cell: Cell, settings: MappingType[str, Any]) -> Cell:
    """The cell with some of its numbers replaced; see `Cell.replace`."""
    problems: list[Problem] = []
    root = cell.root
    for path, wanted in settings.items():
        keys = _settable_keys(cell, path, problems)
        if keys is None:
            continue
        node = _setting(path, wanted)
        root = with_node(root, keys, node)
    if problems:
        raise InputError(*problems)
    texts = tuple((path, node.text) for path, node in ((p, _setting(p, w)) for p, w in settings.items()))
    return build_cell(root, (*cell.overrides, *texts))


def _setting(path: str, wanted: Any) -> Scalar:
    node = from_python(wanted)
    if not isinstance(node, Scalar):
        raise InputError(Problem("a setting is one value", path=path, found=node.words, expected='such as "5 mM"'))
    return Scalar(node.text, node.given, source=Source(f"--set {path}={node.text}"))


def _settable_keys(cell: Cell, path: str, problems: list[Problem]) -> Keys | None:
    value = cell.settable.get(path)
    if value is not None and value.keys is not None:
        return value.keys
    word = find_word(cell, path)
    if word is not None:
        return word
    message = f"'{path[:80]}' is not a path of {cell.name}; a path never creates anything"
    if path.rpartition(".")[2] == "volume" and path.rpartition(".")[0] in cell.compartments:
        message = f"'{path}' follows from the shape; set the shape's sizes"
    elif path.rpartition(".")[2] == "area" and path.rpartition(".")[0] in cell.membranes:
        message = f"'{path}' follows from the shape; set the shape's sizes"
    problems.append(
        Problem(
            message,
            path=path[:200],
            found=path,
            expected="one of the paths that `vrest check` lists",
            suggestion=nearest(path, cell.settable),
        )
    )
    return None


def find_word(cell: Cell, path: str) -> Keys | None:
    """Keys of the few paths that hold a word instead of a number: an impermeant's amount."""
    for name in cell.compartments:
        for keys in (
            ("compartments", name, "impermeant", "amount"),
            ("compartments", name, "impermeants", path.split(".")[-2] if "." in path else "", "amount"),
        ):
            if path == ".".join(keys[1:]) and isinstance(find(cell.root, keys), Scalar):
                return keys
    return None


__all__ = ["build_cell", "declared_valence", "in_bench_units", "replaced"]
