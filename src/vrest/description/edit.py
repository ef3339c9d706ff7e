"""A description changed, as a new one: other numbers, without some mechanisms, as text; and words that stand for several paths."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Sequence
from collections.abc import Mapping as MappingType
from dataclasses import replace
from numbers import Real
from typing import TYPE_CHECKING, Any

from ..domains import bounded
from ..errors import InputError, Problem, advice, nearest
from .measure import brief
from .nodes import Keys, Mapping, Node, Scalar, Source, find, from_python, to_python, with_node, without_node

if TYPE_CHECKING:
    from .cell import Cell, Mechanism, Value

_NUMBER_ZERO = re.compile(r"\s*[+-]?0+(?:\.0*)?(?:[eE][+-]?[0-9]+)?\s*\Z")

# -- settings ---------------------------------------------------------------------------------------------------------


def replaced(cell: Cell, settings: MappingType[str, Any], option: str = "set") -> Cell:
    """The cell with some of its numbers replaced; see `Cell.replace`. On the command line they were given by an option."""
    problems: list[Problem] = []
    root, texts = cell.root, list(cell.overrides)
    for path, wanted in checked(settings).items():
        keys, node = keys_of(cell, path), from_python(wanted)
        if keys is None:
            problems.append(no_path(cell, path))
        elif lacks_unit(wanted, cell.settable.get(path)):
            problems.append(_plain(path, wanted, cell.settable[path].unit))
        elif not isinstance(node, Scalar):
            problems.append(Problem("a setting is one value", path=path, found=node.words, expected='such as "5 mM"'))
        else:
            root = with_node(root, keys, _in_place_of(find(root, keys), path, _with_unit(cell, keys, path, node), option))
            texts.append((path, node.text))
    return cell.build(root, tuple(texts), tuple(problems))


def lacks_unit(wanted: Any, value: Value | None) -> bool:
    """Whether something is a plain number where a number has a unit; zero needs none, and what is not finite is wrong with one too."""
    plain = isinstance(wanted, Real) and not isinstance(wanted, bool) and 0 < abs(float(wanted)) < math.inf
    return plain and value is not None and bool(value.unit) and not (value.row is not None and value.row.relative)


def _plain(path: str, wanted: Any, unit: str) -> Problem:
    """A plain number where one with its unit stands, which Python alone can hand in."""
    unit = "K" if unit == "degC" and wanted > 100 else unit
    place, message = f"{brief(path)} = {wanted!r}", f"'{brief(path)}': the unit is missing"
    suggestion = f'"{wanted:g} {unit}"'
    return Problem(message, file=place, path=path, found=f"{wanted!r}", expected=with_unit(wanted, unit), suggestion=suggestion)


def with_unit(number: Any, unit: str) -> str:
    """The forms in which a number with a unit is handed in from Python.

    >>> with_unit(20, "mM")
    '"20 mM", (20, "mM") or a pint quantity'
    """
    return f'"{number:g} {unit}", ({number:g}, "{unit}") or a pint quantity'


def checked(settings: Any) -> MappingType[str, Any]:
    """Settings, or the form that they have.

    Raises:
        InputError: they are no mapping.
    """
    if isinstance(settings, MappingType):
        return {path: bounded(value) for path, value in settings.items()}
    raise InputError(Problem("settings are values by path", found=repr(settings), expected='such as {"outside.K": "8 mM"}'))


def _with_unit(cell: Cell, keys: Keys, path: str, new: Scalar) -> Scalar:
    """A setting; a bare zero in place of a number that the user named takes its unit, as that number's dimension is only known by it."""
    named = "parameters" in keys and path in cell.settable
    zero = named and new.given is None and _NUMBER_ZERO.match(new.text)
    return replace(new, text=f"{new.text} {cell.settable[path].unit}".strip()) if zero else new


def _in_place_of(old: Node | None, path: str, new: Scalar, option: str) -> Node:
    """A setting where a value stood: what was said of the old value goes, a valence declared with it stays."""
    place = advice(f"{brief(path)} = {brief(new.text)}", f"--{option} {brief(path)}={brief(new.text)}")
    scalar = Scalar(new.text, new.given, source=Source(place))
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
    places = [one.valence.keys for space in cell.compartments.values() for one in space.impermeants.values()]
    return [(*keys[:-1], "amount") for keys in places if keys is not None]


def no_path(cell: Cell, path: Any) -> Problem:
    text = path if isinstance(path, str) else repr(path)
    known = [*cell.settable, *(".".join(keys[1:]) for keys in _rules(cell))]
    message = f"'{brief(text)}' is not a path of {brief(cell.name)}; a path never creates anything"
    suggestion, shaped = nearest_path(text, known), _shaped(cell, text)
    if shaped is not None:
        message = f"'{text}' follows from the shape of '{shaped}'; set the sizes of the shape"
        suggestion = next((one for one in known if one.startswith(f"{shaped}.shape.")), suggestion)
    expected = f"one of the paths {advice('in `cell.settable`', 'that `vrest check` lists')}"
    return Problem(message, path=text[:200], found=text, expected=expected, suggestion=suggestion)


def _shaped(cell: Cell, path: str) -> str | None:
    """The compartment whose shape gives the volume or area that a path names."""
    place, _, last = path.rpartition(".")
    name = {"volume": place, "area": getattr(cell.membranes.get(place), "inner", "")}.get(last, "")
    return name if name in cell.compartments and cell.compartments[name].surface is not None else None


def nearest_path(text: str, known: Sequence[str]) -> str | None:
    """The nearest path: one whose last word is near and whose other words are right comes first, then the first number of a mechanism
    that has no such one, the nearest spelling, and the same word in another place."""
    place, _, last = text.rpartition(".")
    here = {path.rpartition(".")[2]: path for path in known if path.rpartition(".")[0] == place}
    near = nearest(last, here)
    if near:
        return here[near]
    if here and "." in place:
        return next(iter(here.values()))
    elsewhere = (path for path in known if place and path.rpartition(".")[2] == last)
    return nearest(text, known) or next(elsewhere, None)


# -- without some mechanisms ------------------------------------------------------------------------------------------


def without(cell: Cell, away: Callable[[Mechanism], bool]) -> tuple[Cell | None, list[str]]:
    """The cell without the mechanisms for which `away` holds, and their names (`membrane.mechanism`, `compartment.exchange`).

    None in place of the cell where nothing would be left in some membrane that had some.
    """
    gone, root = [path for path, one in cell.ways.items() if away(one)], cell.root
    places = [path.split(".")[0] for path in cell.ways if path not in gone]
    if not {name for name, membrane in cell.membranes.items() if membrane.mechanisms} <= set(places):
        return None, gone
    for path in gone:
        place, word = path.split(".")
        section = "membranes" if place in cell.membranes else "compartments"
        root = without_node(root, (section, place, "mechanisms", word))
    return cell.build(root, cell.overrides, stores=[name for name, space in cell.compartments.items() if space.store]), gone


# -- words for several paths ------------------------------------------------------------------------------------------


def is_pump(mechanism: Mechanism) -> bool:
    return mechanism.pump


def _scaling(belongs: Callable[[Mechanism, str], bool]) -> Callable[[Cell, str], list[str]]:
    """The paths that scale the flows of all mechanisms of one sort."""
    return lambda cell, ion: [f"{path}.{key}" for path, one in cell.ways.items() if belongs(one, ion) for key in one.scales]


def _in_baths(cell: Cell, ion: str) -> list[str]:
    return [f"{space.name}.{ion}" for space in cell.compartments.values() if space.is_bath and ion in space.ions]


_GROUPS: dict[tuple[str, bool], Callable[[Cell, str], list[str]]] = {
    ("pumps", False): _scaling(lambda one, ion: one.pump),
    ("cotransporters", False): _scaling(lambda one, ion: one.law.coupled),
    ("exchanges", False): _scaling(lambda one, ion: one.kind.in_compartment),
    ("leaks", False): _scaling(lambda one, ion: one.law.paths is not None),
    ("leaks", True): _scaling(lambda one, ion: one.law.paths is not None and ion in one.species),
    ("others", True): _scaling(
        lambda one, ion: not one.kind.in_compartment and (one.law.paths is None or set(one.species) != {ion})
    ),
    ("baths", True): _in_baths,
}
"""The words for several paths, alone or with an ion."""


def group_of(cell: Cell, word: str) -> list[str] | None:
    """The paths of a group; None where the word names no group.

    `pumps` scales every pump, `leaks` every path by which an ion passes by itself, `leaks.K` those of one ion, `others.K` every
    mechanism that is no path of this ion alone, `cotransporters` every coupled transporter, `exchanges` every exchange of a
    compartment; `baths.K` is an ion's concentration in every bath.
    """
    name, _, ion = word.partition(".")
    paths = _GROUPS.get((name, bool(ion)))
    return None if paths is None or word in cell.settable else paths(cell, ion)


def groups_of(cell: Cell) -> list[str]:
    """The words that stand for several paths of a cell."""
    ions = sorted({ion for space in cell.compartments.values() for ion in space.ions})
    words = [f"{name}.{ion}" if of_ion else name for (name, of_ion) in _GROUPS for ion in (ions if of_ion else [""])]
    return [word for word in words if group_of(cell, word)]


# -- text -------------------------------------------------------------------------------------------------------------


def to_yaml(cell: Cell) -> str:
    """The description of a cell as YAML that loads to the same cell. Text that was read keeps its comments, units and layout."""
    source: Source = cell.root.source
    if not source.text:
        return dump(to_python(cell.root))
    if not cell.overrides:
        return source.text
    return _spliced(cell, source) or dump(to_python(cell.root))


def _spliced(cell: Cell, source: Source) -> str | None:
    """The source text with each setting in place of the value it replaced; None where a setting has no place in it."""
    from .source import parse_yaml

    tree = parse_yaml(source)
    original = cell.build(tree)
    edits: dict[tuple[int, int], str] = {}
    for keys in dict.fromkeys(_written_at(original, path) for path, _ in cell.overrides):
        edit = None if keys is None else _edit(tree, original.root, keys, find(cell.root, keys))
        if edit is None:
            return None
        start, end, text = edit
        edits[start, end] = edits.get((start, end), "") + text if start == end else text
    out = source.text
    for (start, end), text in sorted(edits.items(), reverse=True):
        out = out[:start] + text + out[end:]
    return out


def _written_at(cell: Cell, path: str) -> Keys | None:
    """The keys at which a setting is written: those of its value, or of the first section on the way that the tree lacks."""
    keys = keys_of(cell, path)
    if keys is None:
        return None
    inner = next((k for k in range(3, len(keys)) if find(cell.root, keys[:k]) is None), len(keys))
    return keys[:inner]


def _edit(tree: Mapping, root: Mapping, keys: Keys, new: Node | None) -> tuple[int, int, str] | None:
    """Where the text changes, and to what: in place of the old value, or as a new entry of the section that it belongs to."""
    old = find(root, keys)
    if new is None:
        return None
    if old is not None:
        return None if old.start is None or old.last is None else (old.start, old.last, _flow(new))
    parent = find(root, keys[:-1])
    if parent is not None and parent.start is None and not tree.get("compartments"):
        parent = tree  # the short form holds what belongs to its compartment and membrane at the top
    return _entry(parent, keys[-1], _flow(new)) if isinstance(parent, Mapping) else None


def _entry(parent: Mapping, key: str, text: str) -> tuple[int, int, str] | None:
    """A new last entry of a mapping that was read from text."""
    last = next(reversed(parent.entries.values()), None)
    first = next(iter(parent.keys.values()), None)
    if parent.start is None or last is None or first is None or last.last is None or first.column is None:
        return None
    if parent.source.text[parent.start : parent.start + 1] == "{":
        return last.last, last.last, f", {key}: {text}"
    end = parent.source.text.find("\n", last.last)
    end = len(parent.source.text) if end < 0 else end
    return end, end, f"\n{' ' * (first.column - 1)}{key}: {text}"


def _flow(node: Node) -> str:
    """A value on one line."""
    if isinstance(node, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(value)}" for key, value in node) + "}"
    return to_python(node)


def dump(value: Any) -> str:
    """Plain YAML of nested dicts and lists of text."""
    from ruamel.yaml import YAML

    yaml = YAML(typ="rt", pure=True)
    yaml.width = 120
    stream = io.StringIO()
    yaml.dump(_quoted(value), stream)
    return stream.getvalue()


def _quoted(value: Any) -> Any:
    """The same with quotes around every text that YAML could take for something else."""
    from ruamel.yaml.scalarstring import PlainScalarString, SingleQuotedScalarString

    if isinstance(value, dict):
        return {key: _quoted(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_quoted(entry) for entry in value]
    plain = value and value[0].isalnum() and not any(part in value for part in (": ", " #", "\n"))
    return PlainScalarString(value) if plain else SingleQuotedScalarString(value)
