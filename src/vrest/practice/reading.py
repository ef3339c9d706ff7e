"""From the YAML of an exercise to the exercise: every problem with its line and column, all at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from ..description import nodes
from ..description.nodes import Node, Scalar
from ..description.source import Source, parse_yaml, read_file
from ..errors import InputError, Problem
from ..mechanisms.formula_language import Formula, FormulaError
from ..units import Dimension, UnitError, dimension_of, parse_quantity, unit_text
from . import formulas
from .model import (
    DIRECTIONS,
    KINDS,
    LEVELS,
    PLACEHOLDER,
    Always,
    Amount,
    Direction,
    Exercise,
    Number,
    Option,
    Order,
    Rule,
    Slip,
    Solve,
    Step,
    Words,
)
from .parts import Parts
from .words import languages

ASKS = ("rest", "steady", "donnan")
NEEDED = ("exercise", "version", "level", "kind", "topic", "text", "answer", "steps", "slips")
KEYS = (*NEEDED, "title", "cell", "quantities", "options", "items", "unit", "tolerance", "range", "finds")
OF_KIND = {
    "numeric": ("unit", "tolerance"),
    "choice": ("options",),
    "order": ("items", "unit", "tolerance"),
    "predict": ("unit", "tolerance"),
}
MOST_VALUES = 10_000
_NAME = re.compile(r"[A-Za-z]\w*")
_IDENTIFIER = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TAKEN = re.compile(r"(?P<path>[\w.]+) *\[(?P<unit>[^\]]+)\]")


def read_exercise(path: str | Path) -> Exercise:
    """The exercise of a file, or of standard input for `-`.

    Raises:
        InputError: with every problem, each at its line and column.
    """
    return exercise_of(read_file(path))


def exercise_of(source: Source) -> Exercise:
    """The exercise of a text.

    Raises:
        InputError: with every problem, each at its line and column.
    """
    if not source.text.strip():
        raise InputError(Problem("the exercise is empty", file=source.name, expected=", ".join(NEEDED)))
    root = parse_yaml(source)
    reader = _Reader(root)
    found = reader.exercise()
    if reader.problems or found is None:
        raise InputError(*reader.problems)
    return found


class _Reader(Parts):
    """One exercise: what was read so far, and what is wrong with it."""

    def __init__(self, root: nodes.Mapping) -> None:
        super().__init__(root)
        self.names: dict[str, Dimension] = {}
        self.units: dict[str, str] = {}

    # -- parts of every kind ----------------------------------------------------------------------------------------------

    def words(self, node: Node | None, what: str, allow: bool = False) -> Words:
        """A text in one or more languages; where names in braces are allowed they must be known."""
        read = self.mapping(node, what, languages())
        if not read.entries:
            raise self.refuse(read, f"{what} is empty", expected=", ".join(languages()))
        for language, entry in read:
            self._check_names(entry, self.text(entry, f"{what} in {language}"), self.units if allow else {})
        return {language: self.text(entry, what) for language, entry in read}

    def _check_names(self, node: Node, text: str, known: Collection[str]) -> None:
        """Names in braces are those of quantities."""
        for name in (name for name in PLACEHOLDER.findall(text) if name not in known):
            expected = ", ".join(known) or "no names in braces"
            self.refuse(node, f"{{{name}}} is no quantity of this exercise", found=name, expected=expected)

    def formula(self, node: Node | None, what: str, expected: str = "", condition: bool = False) -> Formula:
        text = self.text(node, what)
        assert node is not None
        try:
            return formulas.read(text, self.names, dimension_of(expected) if expected else None, condition)
        except FormulaError as error:
            raise self.refuse_as(node, error.problem, error.offset) from None

    def unit(self, node: Node | None, what: str) -> str:
        text = self.text(node, what)
        try:
            dimension_of(text)
        except UnitError as error:
            assert node is not None
            raise self.refuse_as(node, error.problem) from None
        return text

    def quantity(self, node: Node | None, what: str, unit: str) -> float:
        """A value in SI; a bare number is in the unit."""
        text = self.text(node, what)
        assert node is not None
        try:
            return parse_quantity(text if unit_text(text) else f"{text} {unit}", unit).value
        except UnitError as error:
            raise self.refuse_as(node, error.problem) from None

    def new_name(self, node: Node, name: str, unit: str) -> None:
        """A name that formulas and texts may use from here on."""
        if not _NAME.fullmatch(name) or name in (*formulas.CONSTANTS, "R", "F", "and", "or", "not"):
            raise self.refuse(node, "a name is letters, digits and _, and none of R, F, N_A, e, pi", found=name)
        if name in self.names:
            raise self.refuse(node, f"{name} stands twice", found=name)
        self.names[name] = dimension_of(unit)
        self.units[name] = unit

    # -- the exercise -----------------------------------------------------------------------------------------------------

    def exercise(self) -> Exercise | None:
        found: dict[str, Any] = {}
        with self.part():
            self.mapping(self.root, "an exercise", KEYS, NEEDED)
            self._collect(found, name=self._identifier, version=lambda: self.whole("version", 1), level=self._level)
            self._collect(
                found, kind=lambda: self.one_of("kind", KINDS), topic=lambda: self.text(self.root.get("topic"), "topic")
            )
            self._collect(found, quantities=self._quantities, solves=self._solves)
            if "kind" in found:
                self.mapping(self.root, f"an exercise of kind {found['kind']}", needed=OF_KIND[found["kind"]])
                self._of_kind(found)
        return Exercise(**found) if not self.problems else None

    def _collect(self, found: dict[str, Any], **parts: Callable[[], Any]) -> None:
        for name, read in parts.items():
            with self.part():
                found[name] = read()

    def _identifier(self) -> str:
        name = self.text(self.root.get("exercise"), "exercise")
        if not _IDENTIFIER.fullmatch(name) or len(name) > 60:
            node = self.root.get("exercise")
            assert node is not None
            raise self.refuse(node, "the name of an exercise is small letters and digits, joined by -", found=name)
        return name

    def _level(self) -> int:
        return int(self.one_of("level", [str(level) for level in LEVELS]))

    def _quantities(self) -> dict[str, Amount]:
        node = self.root.get("quantities")
        found: dict[str, Amount] = {}
        for name, entry in self.mapping(node, "quantities") if node else ():
            with self.part():
                amount = self._fixed(entry) if isinstance(entry, Scalar) else self._drawn(entry, name)
                assert isinstance(node, nodes.Mapping)
                self.new_name(node.key(name), name, amount.unit)
                found[name] = amount
        return found

    def _fixed(self, node: Scalar) -> Amount:
        try:
            parse_quantity(node.text)
        except UnitError as error:
            raise self.refuse_as(node, error.problem) from None
        unit = unit_text(node.text)
        return Amount(Decimal(node.text.removesuffix(unit).strip()), Decimal(1), 1, unit or "1")

    def _drawn(self, node: Node, name: str) -> Amount:
        keys = ("from", "to", "step", "unit")
        read = self.mapping(node, name, keys, keys)
        unit = self.unit(read.get("unit"), "unit")
        first, last, step = (self._decimal(read.get(key), key) for key in keys[:3])
        if step <= 0 or last < first or (last - first) % step:
            raise self.refuse(node, f"{name} does not go from its first value to its last in whole steps above zero")
        count = int((last - first) / step) + 1
        if count > MOST_VALUES:
            raise self.refuse(node, f"{name} has {count} values; at most {MOST_VALUES} are drawn from")
        return Amount(first, step, count, unit)

    def _decimal(self, node: Node | None, what: str) -> Decimal:
        text = self.text(node, what)
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("nan")
        if not number.is_finite() or abs(number.adjusted()) > 30:
            assert node is not None
            raise self.refuse(node, f"{what} is a decimal number; the unit stands in unit:", found=text)
        return number

    def _solves(self) -> tuple[Solve, ...]:
        node = self.root.get("cell")
        listed = node.items if isinstance(node, nodes.Sequence) else [node] if node else []
        found = []
        for entry in listed:
            with self.part():
                found.append(self._solve(entry))
        return tuple(found)

    def _solve(self, node: Node) -> Solve:
        read = self.mapping(node, "cell", ("like", "set", "ask", "take"), ("like", "take"))
        ask = self.text(read.get("ask"), "ask") if "ask" in read.entries else "rest"
        if ask not in ASKS:
            raise self.unknown(read.key("ask"), f"nothing is asked by {ask}", ask, ASKS)
        settings = self.mapping(read.get("set"), "set") if "set" in read.entries else nodes.Mapping()
        numbers = {path: self.formula(entry, path) for path, entry in settings}
        taken = {}
        take = self.mapping(read.get("take"), "take")
        for name, entry in take:
            taken[name] = self._taken(entry, name)
            self.new_name(take.key(name), name, taken[name][1])
        return Solve(self.text(read.get("like"), "like"), numbers, ask, taken, node)

    def _taken(self, node: Node, name: str) -> tuple[tuple[str, ...], str]:
        match = _TAKEN.fullmatch(self.text(node, name))
        if match is None:
            raise self.refuse(node, f"{name} is a key of the answer with its unit", found=node.words, expected="V_mV.plasma [mV]")
        unit = match["unit"]
        try:
            dimension_of(unit)
        except UnitError as error:
            raise self.refuse(node, error.problem.message, found=unit) from None
        return tuple(match["path"].split(".")), unit

    # -- what depends on the kind -----------------------------------------------------------------------------------------

    def _of_kind(self, found: dict[str, Any]) -> None:
        kind = found["kind"]
        found |= {"unit": "1", "absolute": 0.0, "relative": 0.0, "title": {}, "options": {}}
        self._collect(found, text=lambda: self.words(self.root.get("text"), "text", allow=True))
        if "title" in self.root.entries:
            self._collect(found, title=lambda: self.words(self.root.get("title"), "title"))
        if kind != "choice" or "unit" in self.root.entries:
            self._collect(found, unit=lambda: self.unit(self.root.get("unit"), "unit"))
        self._tolerance(found, kind)
        self._collect(found, limits=lambda: self._limits(found["unit"]), options=lambda: self._options(kind))
        rule = self._rules(kind, found)
        self._collect(found, answer=lambda: rule(self.root.get("answer"), "answer"))
        self._collect(found, steps=lambda: self._steps(found["unit"]))
        self._collect(found, slips=lambda: self._slips(rule))
        self._collect(found, finds=lambda: self._finds(found.get("slips", ())))

    def _tolerance(self, found: dict[str, Any], kind: str) -> None:
        if kind == "choice":
            return
        with self.part():
            read = self.mapping(self.root.get("tolerance"), "tolerance", ("absolute", "relative"))
            for key, unit in (("absolute", found["unit"]), ("relative", "1")):
                found[key] = self.quantity(read.get(key), key, unit) if key in read.entries else 0.0
            absolute, relative = found["absolute"], found["relative"]
            if min(absolute, relative) < 0 or relative >= 0.5 or absolute == relative == 0:
                expected = "{absolute: 0.5 mV, relative: 0.01}"
                self.refuse(read, "a tolerance is above zero, a relative one below 0.5", expected=expected)

    def _limits(self, unit: str) -> tuple[float, float]:
        node = self.root.get("range")
        if node is None:
            return -float("inf"), float("inf")
        read = self.mapping(node, "range", ("from", "to"), ("from", "to"))
        return self.quantity(read.get("from"), "from", unit), self.quantity(read.get("to"), "to", unit)

    def _options(self, kind: str) -> dict[str, Words]:
        key = {"choice": "options", "order": "items"}.get(kind, "")
        for other in {"options", "items"} & self.root.entries.keys() - {key}:
            self.refuse(self.root.key(other), f"an exercise of kind {kind} has no {other}")
        return self._named_words(key) if key else {}

    def _named_words(self, key: str) -> dict[str, Words]:
        read = self.mapping(self.root.get(key), key)
        if len(read.entries) < 2:
            raise self.refuse(read, f"{key} are at least two")
        for name in (name for name, _ in read if not re.fullmatch(r"[\w+-]+", name)):
            self.refuse(read.key(name), "a name is one word", found=name)
        return {name: self.words(entry, name, allow=True) for name, entry in read}

    def _rules(self, kind: str, found: Mapping[str, Any]) -> Callable[[Node | None, str], Rule]:
        """How an answer of this kind is read, and what stands for it in a slip."""
        unit, names = found["unit"], list(found.get("options", ()))
        return {
            "numeric": lambda node, what: Number(self.formula(node, what, unit)),
            "predict": lambda node, what: self._direction(node, what, unit, found["absolute"]),
            "choice": lambda node, what: self._option(node, what, names),
            "order": lambda node, what: self._order(node, what, names, unit, found["absolute"]),
        }[kind]

    def _direction(self, node: Node | None, what: str, unit: str, least: float) -> Rule:
        if isinstance(node, Scalar) and node.text in DIRECTIONS:
            return Always(node.text)
        return Direction(self.formula(node, what, unit), least)

    def _option(self, node: Node | None, what: str, names: list[str]) -> Rule:
        if isinstance(node, Scalar) and what != "answer":
            if node.text not in names:
                self.unknown(node, "there is no such option", node.text, names)
            return Always(node.text)
        read = self.mapping(node, what, names)
        return Option({name: self.formula(entry, name, condition=True) for name, entry in read})

    def _order(self, node: Node | None, what: str, names: list[str], unit: str, apart: float) -> Rule:
        if isinstance(node, nodes.Sequence) and what != "answer":
            listed = [self.text(item, what) for item in node.items]
            if sorted(listed) != sorted(names):
                self.refuse(node, "an order names each item once", found=", ".join(listed), expected=", ".join(names))
            return Always(" ".join(listed))
        read = self.mapping(node, what, names, names)
        return Order({name: self.formula(entry, name, unit) for name, entry in read}, apart)

    def _steps(self, unit: str) -> tuple[Step, ...]:
        node = self.root.get("steps")
        if not isinstance(node, nodes.Sequence) or not node.items:
            raise self.refuse(node or self.root, "steps are a list", expected="- {show: {en: ...}, formula: ...}")
        found = []
        for entry in node.items:
            with self.part():
                found.append(self._step(entry, unit))
        return tuple(found)

    def _step(self, node: Node, unit: str) -> Step:
        read = self.mapping(node, "a step", ("show", "formula", "unit", "name"), ("show", "formula"))
        own = self.unit(read.get("unit"), "unit") if "unit" in read.entries else unit
        step = Step(self.words(read.get("show"), "show", allow=True), self.formula(read.get("formula"), "formula", own), own)
        if "name" not in read.entries:
            return step
        name = self.text(read.get("name"), "name")
        self.new_name(read.entries["name"], name, own)
        return replace(step, name=name)

    def _slips(self, rule: Callable[[Node | None, str], Rule]) -> tuple[Slip, ...]:
        found, listed = [], self.root.get("steps")
        steps = len(listed.items) if isinstance(listed, nodes.Sequence) else 1
        read = self.mapping(self.root.get("slips"), "slips")
        for name, entry in read:
            with self.part():
                found.append(self._slip(read.key(name), name, entry, rule, steps))
        return tuple(found)

    def _slip(self, key: Node, name: str, node: Node, rule: Callable[[Node | None, str], Rule], steps: int) -> Slip:
        if not re.fullmatch(r"[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*", name):
            self.refuse(key, "the name of a slip is letters and digits, joined by - _ or .", found=name)
        read = self.mapping(node, f"the slip {name}", ("formula", "step", "text", "ask"), ("formula", "step", "text"))
        step = self.text(read.get("step"), "step")
        if not step.isdecimal() or not 1 <= int(step) <= steps:
            raise self.refuse(read.key("step"), "there is no such step", found=step, expected=f"1 to {steps}")
        text = self.words(read.get("text"), "text", allow=True)
        ask = self.words(read.get("ask"), "ask", allow=True) if "ask" in read.entries else {}
        return Slip(name, rule(read.get("formula"), "formula"), int(step), text, ask)

    def _finds(self, slips: Collection[Slip]) -> tuple[str, ...]:
        node = self.root.get("finds")
        if node is None:
            return ()
        if not isinstance(node, nodes.Sequence):
            raise self.refuse(node, "finds is a list of slips", found=node.words)
        names = [slip.name for slip in slips]
        for item in (item for item in node.items if item.words not in names):
            self.unknown(item, f"there is no slip {item.words}", item.words, names)
        return tuple(item.words for item in node.items)
