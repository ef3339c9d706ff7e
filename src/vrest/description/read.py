"""The one reader: from nodes and tables of keys to typed values in SI, with every problem at its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from ..errors import InputError, Problem, advice, nearest
from ..mechanisms.parameter import Parameter, Table, Type
from ..units import unit_text
from . import measure
from .cell import Value
from .measure import ANNOTATION, MEASURED, Measured, brief
from .nodes import Keys, Mapping, Node, Scalar, Sequence, mapping, present

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,63}\Z")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What neither a terminal nor an XML file takes for text."""
SORTS = ("cell", "protocol", "channel")
"""What a file is, by the key that names it."""
LONGEST = {Type.TEXT: 4000, Type.NAME: 200, Type.KEYS: 200, Type.WORD: 80, Type.ION: 64}


@dataclass(eq=False)
class Section:
    """A section as it was read: the typed value of each key, None where there is none or it could not be read.

    Attributes:
        table:      the keys it may have
        keys, path: where it stands in the tree, and in paths
        owner:      how its parts call it in messages
        parent:     the section it stands in
        sound:      whether no problem was found in it so far
    """

    reader: Reader
    node: Mapping
    table: Table
    keys: Keys = ()
    path: str = ""
    owner: str = ""
    parent: Section | None = None
    values: dict[str, Any] = field(default_factory=dict)
    sound: bool = True

    def __getitem__(self, key: str) -> Any:
        return self.values.get(key)

    def __contains__(self, key: str) -> bool:
        """Whether a key was written."""
        return key in self.node.entries

    @property
    def name(self) -> str:
        return self.keys[-1] if self.keys else ""

    @property
    def written(self) -> str:
        """The keys that were written, for a message."""
        return ", ".join(self.node.entries)

    def at(self, key: str) -> Node:
        """Where the value of a key stands; the section itself where there is none."""
        return self.node.entries.get(key, self.node)

    def key(self, key: str) -> Node:
        """Where a key stands."""
        return self.node.key(key)

    def is_empty(self, key: str) -> bool:
        """Whether a mapping without entries was written."""
        return isinstance(node := self.node.get(key), Mapping) and not node.entries

    def path_of(self, *keys: str) -> str:
        return ".".join(key for key in (self.path, *keys) if key)

    def called(self, key: str) -> str:
        """How messages call what stands behind a key."""
        return f"'{key}' of {self.owner}" if self.owner else f"'{key}'"

    def si(self, key: str) -> float | None:
        """A number [SI], where there is one."""
        value = self.values.get(key)
        return value.si if isinstance(value, Value) else None

    def report(self, node: Node, message: str, **fields: Any) -> None:
        """A problem found in this section, which makes it and all that holds it unsound."""
        self.reader.report(node, message, **{"path": self.path or None, **fields})
        here: Section | None = self
        while here is not None:
            here.sound, here = False, here.parent

    def wrong(self, key: str, message: str, **fields: Any) -> None:
        """What stands behind a key is not as it must be, or nothing does: at its place, with its path, and as it was written."""
        found = self.at(key).words if key in self else f"no {key}"
        self.report(self.at(key), message, **{"path": self.path_of(key), "found": found, **fields})

    def refers(self, key: str, known: Iterable[str], message: str) -> bool:
        """Whether the word behind a key, if there is one, names something that is known."""
        if self[key] is None or self[key] in known:
            return True
        self.wrong(key, message, among=known)
        return False


class Reader:
    """Reads sections by their tables; collects the settable values and every problem, and raises these at the end."""

    def __init__(self, faults: Iterable[Problem] = (), file: str | None = None) -> None:
        self.problems: list[Problem] = list(faults)
        self.file = file
        self.settable: dict[str, Value] = {}

    def must_be(self, what: str, root: Mapping) -> None:
        """A file of another sort, which names itself by its own key, is refused in one sentence.

        Raises:
            InputError: one of a cell, a protocol and a channel stands for another.
        """
        other = next((word for word in SORTS if word in root.entries), what)
        if what in root.entries or other == what:
            return
        asked = advice("vrest.simulate(cell, protocol)", "vrest simulate CELL PROTOCOL")
        if "channel" in (what, other):
            asked = "a mechanism with `like: na-hodgkin-huxley`"
        raise InputError(root.problem(f"this is a {other}, not a {what}", found=other, expected=f"{what}: ...; as in {asked}"))

    def close(self) -> None:
        """Raise what was collected, in the order of the file; what stands in another one, then what has no place, is last."""
        if self.problems:
            raise InputError(*sorted(dict.fromkeys(self.problems), key=self._order))

    def _order(self, problem: Problem) -> tuple[bool, bool, float, float]:
        return problem.line is None, problem.file != self.file, problem.line or 0, problem.column or 0

    def report(self, node: Node, message: str, among: Iterable[str] = (), **fields: Any) -> None:
        """A problem at a place; one of the names `among` which there is none such is expected, and the nearest suggested."""
        if among:
            fields = {"expected": ", ".join(among), "suggestion": nearest(fields["found"], among), **fields}
        self.problems.append(node.problem(message, **fields))

    # -- sections -----------------------------------------------------------------------------------------------------

    def top(self, node: Mapping, table: Table) -> Section:
        """A whole description."""
        return self._filled(Section(self, node, table), table.title)

    def mapping(self, node: Node, words: str, example: str) -> Mapping | None:
        """A node as a mapping; None with a problem where it is none."""
        if isinstance(node, Mapping):
            return node
        expected = example or "keys with values"
        self.report(node, f"{words} is a mapping of keys to values", found=node.words, expected=expected)
        return None

    def section(
        self, node: Node, table: Table, words: str, place: Section, more: Keys = (), owner: str = "", in_path: bool = True
    ) -> Section | None:
        """A section that stands under the keys `more` of another, by its table; None with a problem where it is no section."""
        entry = self.mapping(node, words, table.example)
        chosen = table if entry is None or table.choose is None else table.choose(self, entry, more[-1])
        if entry is None or chosen is None:
            return None
        path = place.path_of(*(more if in_path else more[1:]))
        found = Section(self, entry, chosen, (*place.keys, *more), path, owner, place)
        return self._filled(found, chosen.title.format(name=brief(found.name)) or words)

    def _filled(self, found: Section, words: str) -> Section:
        before = len(self.problems)
        self.keys(found.node, found.table, words)
        for row in found.table:
            node = found.node.get(row.name)
            found.values[row.name] = self._absent(found, row) if node is None else READ[row.type](self, found, row, node)
        found.sound = len(self.problems) == before
        return found

    def keys(self, node: Mapping, table: Table, what: str) -> None:
        """Unknown and missing keys, and keys that do not go together; what is said of them is loaded where there are some."""
        if not (_complete(node, table) and _together(node, table)):
            from .wrong_keys import tell

            tell(self, node, table, what)

    def _absent(self, section: Section, row: Parameter) -> Any:
        """What a key that was not written stands for."""
        if isinstance(row.default, int | float):
            keys, path = (*section.keys, row.name), section.path_of(row.name)
            return self._recorded(section, path, Value(float(row.default), row.unit, keys=keys, note="default", row=row))
        return EMPTY.get(row.type, row.default)

    def _section(self, section: Section, row: Parameter, node: Node) -> Any:
        """A section, or the word or number that may stand in its place."""
        if measure.is_choice(row, node):
            return node.words
        if row.unit and not (isinstance(node, Mapping) and "value" not in node.entries):
            return self._quantity(section, row, node)
        if row.otherwise and not isinstance(node, Mapping):
            self.report(node, row.otherwise.format(owner=section.owner), found=node.words, expected=row.of[-1].example)
            return None
        owner = f"the {row.name} of {section.owner}" if section.owner else f"'{row.name}'"
        return self.section(node, measure.fitting(row, node), section.called(row.name), section, (row.name,), owner)

    def _one_of(self, section: Section, row: Parameter, node: Node) -> Section | None:
        """The one section of a mapping; which of the tables it has is said by its key."""
        entry = self.mapping(node, section.called(row.name), row.example)
        if entry is None:
            return None
        forms = {table.noun: table for table in row.of}
        match list(entry):
            case [(form, node)] if form in forms:
                words = f"the {form} of {section.owner}"
                return self.section(node, forms[form], words, section, (row.name, form), words)
        wrong = next((form for form in entry.entries if form not in forms), "")
        self.report(
            entry.key(wrong),
            row.otherwise.format(owner=section.owner),
            found=", ".join(entry.entries) or "nothing",
            expected=" | ".join(table.example for table in row.of),
            suggestion=nearest(wrong, forms),
        )
        return None

    def _named(self, section: Section, row: Parameter, node: Node) -> dict[str, Section]:
        """Sections by their names."""
        table, found = row.of[0], {}
        if row.otherwise and section.is_empty(row.name):
            message = row.otherwise.format(owner=section.owner)
            self.report(node, message, path=section.path_of(row.name), found="nothing", expected=row.example[1:-1])
        for name, entry in self._entries(section, row, node):
            self.name(node.key(name), name, _noun(table))
            words, owner = f"{table.noun} '{brief(name)}'", f"'{brief(name)}'"
            found[name] = self.section(entry, table, words, section, (row.name, name), owner, row.in_path)
        return present(found)

    def _listed(self, section: Section, row: Parameter, node: Node) -> dict[str, Section]:
        """Sections by their names; a bare list of names stands for sections without keys."""
        if isinstance(node, Mapping) and node.entries:
            return self._named(section, row, node)
        items = node.items if isinstance(node, Sequence) else ()
        names = {item.text: item for item in items if isinstance(item, Scalar)}
        if not items or len(names) < len(items):
            self.report(node, row.otherwise.format(owner=section.owner), found=node.words, expected=row.example)
        entries: dict[str, Node] = {name: mapping({}, item) for name, item in names.items()}
        return self._named(section, row, mapping(entries, node, names)) if names else {}

    def _list(self, section: Section, row: Parameter, node: Node) -> list[Section]:
        if not isinstance(node, Sequence):
            self.report(node, f"'{row.name}' is a list", found=node.words, expected=row.example)
            return []
        places = [(f"{row.name}[{k}]",) for k in range(len(node.items))]
        parts = (self.section(one, row.of[0], _noun(row.of[0]), section, at) for one, at in zip(node.items, places, strict=True))
        return [part for part in parts if part is not None]

    def _paths(self, section: Section, row: Parameter, node: Node) -> Mapping:
        return self.mapping(node, section.called(row.name), row.example) or Mapping()

    def name(self, node: Node, text: str, what: str) -> bool:
        """Whether a word can name a compartment, membrane, mechanism or ion."""
        if NAME.match(text):
            return True
        expected = "a letter, then letters, digits, _ + or -; at most 64 of them"
        self.report(node, f"'{brief(text)}' cannot name {what}", found=text, expected=expected)
        return False

    # -- words --------------------------------------------------------------------------------------------------------

    def _word(self, section: Section, row: Parameter, node: Node) -> str | None:
        """One of the allowed words; where it is none of them, the one that was likely meant."""
        if not row.choices:
            return self._text(section, row, node)
        if measure.is_choice(row, node):
            return node.words
        meant, expected = nearest(node.words, row.choices), " | ".join(row.choices)
        self.report(node, f"'{row.name}' is one of a few words", found=node.words, expected=expected, suggestion=meant)
        return meant or str(row.default or "")

    def _text(self, section: Section, row: Parameter, node: Node) -> str | None:
        limit = LONGEST[row.type]
        if isinstance(node, Scalar) and len(node.text) <= limit:
            if (sign := CONTROL.search(node.text)) is not None:
                message = f"'{row.name}' holds a control character, U+{ord(sign[0]):04X}, which is no text"
                self.report(node, message, found=node.words, expected="letters, digits and signs")
                return None
            return node.text
        self.report(node, f"'{row.name}' is a text of at most {limit} characters", found=node.words)
        return None

    def _line(self, section: Section, row: Parameter, node: Node) -> str | None:
        """A text on one line, without control characters."""
        text = self._text(section, row, node)
        if text is None or (text.isprintable() and text.strip()):
            return text
        message = f"'{row.name}' is a name on one line"
        self.report(node, message, found=text or "nothing", expected="letters, digits, - and spaces")
        return None

    def _flag(self, section: Section, row: Parameter, node: Node) -> bool:
        word = node.text.lower() if isinstance(node, Scalar) else ""
        if word not in ("true", "yes", "false", "no"):
            self.report(node, f"'{row.name}' is true or false", found=node.words, expected="true | false")
        return word in ("true", "yes")

    def _names(self, section: Section, row: Parameter, node: Node) -> list[Scalar] | None:
        """A list of exactly two words."""
        items = node.items if isinstance(node, Sequence) else ()
        words = [item for item in items if isinstance(item, Scalar)]
        if len(words) == len(items) == 2:
            return words
        self.report(node, f"'{row.name}' is a list of 2 values", found=node.words, expected=row.otherwise or row.example)
        return None

    def _words(self, section: Section, row: Parameter, node: Node) -> tuple[str, ...]:
        """A word, or a list of them."""
        items = node.items if isinstance(node, Sequence) else (node,)
        return tuple(word for item in items if (word := self._text(section, row, item)))

    # -- numbers ------------------------------------------------------------------------------------------------------

    def _quantity(self, section: Section, row: Parameter, node: Node) -> Value | str | None:
        """A number, or one of the words that may stand in its place."""
        if measure.is_choice(row, node):
            return node.words
        return self._value(section, row, node, (*section.keys, row.name), section.path_of(row.name))

    def _quantities(self, section: Section, row: Parameter, node: Node) -> dict[str, Value | None]:
        """Numbers by name (of an ion)."""
        place, found = section.path_of(row.name) if row.in_path else section.path, {}
        for name, entry in self._entries(section, row, node):
            keys = (*section.keys, row.name, name)
            found[name] = self._value(section, measure.entry_row(row, name), entry, keys, f"{place}.{name}" if place else name)
        return found

    def _numbers(self, section: Section, row: Parameter, node: Node) -> dict[str, Value]:
        """Numbers by names of the user's own, each in the unit in which it is written."""
        return present({name: self._own(section, row, name, entry) for name, entry in self._entries(section, row, node)})

    def _in_own_unit(self, section: Section, row: Parameter, node: Node) -> Value | str | None:
        """A number in the unit in which it is written, or a word that may stand in its place."""
        if measure.is_choice(row, node):
            return node.words
        one = Parameter(row.name, measure.written_unit(node), example=row.example)
        return self._value(section, one, node, (*section.keys, row.name), section.path_of(row.name))

    def _expression(self, section: Section, row: Parameter, node: Node) -> Value | str | Node | None:
        """A number; a formula is left as it stands until it is known what it may name."""
        return self._quantity(section, row, node) if isinstance(node, Mapping) or measure.is_quantity(node) else node

    def _own(self, section: Section, row: Parameter, name: str, node: Node) -> Value | None:
        if not (name.isidentifier() and name.isascii() and len(name) <= 64):
            from .wrong_keys import refuse_name

            refuse_name(section, row, name)
            return None
        unit = measure.written_unit(node)
        one = Parameter(name, unit, example=f"a number in {unit}" if unit else measure.first_of(row)[1])
        return self._value(section, one, node, (*section.keys, row.name, name), section.path_of(name))

    def _counts(self, section: Section, row: Parameter, node: Node) -> dict[str, float]:
        """Plain numbers by ion; 1 stands for one that has a problem."""
        return {name: self._count(section, row, name, entry) for name, entry in self._entries(section, row, node)}

    def _count(self, section: Section, row: Parameter, name: str, node: Node) -> float:
        path = section.path_of(row.name, brief(name))
        if not isinstance(node, Scalar):
            message = f"'{row.name}' holds a plain number for each ion"
            self.report(node, message, path=path, found=node.words, expected=row.example)
            return 1.0
        measured = self.number(measure.in_decimals(node), measure.entry_row(row, name), path)
        return 1.0 if measured is None else measured[0].value

    def _entries(self, section: Section, row: Parameter, node: Node) -> Iterable[tuple[str, Node]]:
        example = row.example[1:-1] if row.type is Type.NAMED else row.example
        return self.mapping(node, section.called(row.name), example) or ()

    def _value(self, section: Section, row: Parameter, node: Node, keys: Keys, path: str) -> Value | None:
        """One number: `5 mM`, or `{value: 5 mM, range: ..., source: ...}`, with all that is said of it."""
        if isinstance(node, Mapping):
            self.keys(node, ANNOTATION, f"the value of '{path}'")
        scalar = measure.bare(node)
        if scalar is not None and not isinstance(scalar, Scalar):
            message = f"'{path}' is one number" + (" with its unit" if row.unit else "")
            self.report(scalar, message, path=path, found=scalar.words, expected=measure.example_of(row))
        measured = self.number(scalar, row, path, section.table) if isinstance(scalar, Scalar) else None
        if measured is None:
            return None
        quantity, basis = measured
        unit, said = unit_text(quantity.text), self._said(node, row, quantity.value) if isinstance(node, Mapping) else {}
        value = Value(quantity.value, unit, quantity.text, keys=keys, basis=basis, node=scalar, row=row, **said)
        return self._recorded(section, path, value)

    def _recorded(self, section: Section, path: str, value: Value) -> Value:
        if section.table.settable:
            self.settable[path] = value
        return value

    def _said(self, node: Mapping, row: Parameter, si: float) -> dict[str, Any]:
        """What an annotation says of a number: its source, how it is known, its range."""
        found: dict[str, Any] = {}
        aside = Section(self, node, ANNOTATION)
        for key in ("source", "note", "certainty", "range"):
            if (entry := node.get(key)) is not None:
                found[key] = READ[MEASURED[key].type](self, aside, MEASURED[key], entry)
        if "range" in found:
            found["range"] = self._range(node.key("range"), found["range"] or (), row, si)
        return found

    def _range(self, place: Node, ends: Iterable[Scalar], row: Parameter, si: float) -> tuple[float, float] | None:
        """The lowest and the highest plausible value, with the value between them."""
        measured = [self.number(end, row) for end in ends]
        if not measured or None in measured:
            return None
        low, high = (one[0] for one in measured if one is not None)
        if not low.value <= si <= high.value:
            written = f"{low.text} .. {high.text}"
            self.report(place, "the value lies outside its own range", found=written, path=row.name)
        return low.value, high.value

    def number(self, node: Scalar, row: Parameter, path: str = "", table: Table | None = None) -> Measured | None:
        """SI number of a scalar and what it is counted per; a problem where it does not fit the row, which may fit another of its table."""
        try:
            return measure.number(node, row, path or row.name)
        except InputError as error:
            self.problems += [measure.meant_for(node, row, table, problem) for problem in error.problems]
            return None


READ: dict[Type, Callable[[Reader, Section, Parameter, Any], Any]] = {
    Type.QUANTITY: Reader._quantity,
    Type.QUANTITIES: Reader._quantities,
    Type.NUMBERS: Reader._numbers,
    Type.OWN_UNIT: Reader._in_own_unit,
    Type.COUNTS: Reader._counts,
    Type.ION: Reader._text,
    Type.WORD: Reader._word,
    Type.TEXT: Reader._text,
    Type.NAME: Reader._line,
    Type.FORMULA: lambda reader, section, row, node: node,
    Type.GRID: lambda reader, section, row, node: node,
    Type.EXPRESSION: Reader._expression,
    Type.FORMULAS: lambda reader, section, row, node: {name: one for name, one in reader._entries(section, row, node)},  # noqa: C416
    Type.NAMES: Reader._names,
    Type.KEYS: Reader._words,
    Type.FLAG: Reader._flag,
    Type.SECTION: Reader._section,
    Type.ONE_OF: Reader._one_of,
    Type.NAMED: Reader._named,
    Type.LISTED: Reader._listed,
    Type.LIST: Reader._list,
    Type.PATHS: Reader._paths,
}
EMPTY: dict[Type, Any] = {
    Type.QUANTITIES: {},
    Type.NUMBERS: {},
    Type.FORMULAS: {},
    Type.COUNTS: {},
    Type.NAMED: {},
    Type.LISTED: {},
    **dict.fromkeys((Type.LIST, Type.KEYS), ()),
    Type.FLAG: False,
    Type.PATHS: Mapping(),
}


def _complete(node: Mapping, table: Table) -> bool:
    """Whether all keys are those of a table, and all are there that it needs."""
    known = {row.name for row in table}
    return known.issuperset(node.entries) and all(row.name in node.entries for row in table if row.required)


def _together(node: Mapping, table: Table) -> bool:
    """Whether of keys that say the same in several ways one stands, or none where that is allowed."""
    count = {group: sum(name in node.entries for name in group) for group in (*table.one_of, *table.apart)}
    return all(count[group] == 1 for group in table.one_of) and all(count[group] <= 1 for group in table.apart)


def _noun(table: Table) -> str:
    """`a membrane`, `an ion`."""
    return ("an " if table.noun[0] in "aeiou" else "a ") + table.noun
