"""The checker: walks nodes against parameter tables, turns text into SI values, and collects every problem with its place."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

from ..domains import TEMPERATURE, Domain
from ..errors import InputError, Problem, nearest, shorten
from ..mechanisms.parameter import Basis, Parameter, Type
from ..units import DIMENSIONLESS, Quantity, UnitError, dimension_of, format_quantity, from_unit, quantity_from, to_unit
from .cell import Value
from .nodes import Keys, Mapping, Node, Scalar
from .nodes import Sequence as NodeSequence
from .tables import ANNOTATION, CERTAINTIES

_NUMBER = re.compile(r"\s*[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,63}\Z")


class Checker:
    """Collects problems and the settable values; `close` raises what was collected."""

    def __init__(self, faults: Iterable[Problem] = ()) -> None:
        self.problems: list[Problem] = list(faults)
        self.settable: dict[str, Value] = {}
        self.broken: set[str] = set()  # compartments and membranes whose numbers are not all known

    def close(self) -> None:
        """Raise what was collected, in the order of the file; what has no place in it stands last."""
        if self.problems:
            raise InputError(*sorted(dict.fromkeys(self.problems), key=_place))

    def report(self, node: Node, message: str, **fields: Any) -> None:
        self.problems.append(node.problem(message, **fields))

    # -- structure ------------------------------------------------------------------------------------------------

    def section(self, node: Node | None, what: str, example: str = "") -> Mapping | None:
        """The node as a mapping, or a problem."""
        if isinstance(node, Mapping):
            return node
        if node is not None:
            self.report(node, f"{what} is a mapping of keys to values", found=node.words, expected=example or "keys with values")
        return None

    def keys(self, node: Mapping, tables: Iterable[Sequence[Parameter]], what: str, hints: dict[str, str] | None = None) -> None:
        """Unknown and missing keys of one mapping."""
        known = {p.name: p for table in tables for p in table}
        for key in node.entries:
            if key not in known:
                hint = (hints or {}).get(key)
                self.report(
                    node.key(key),
                    f"{what} has no key '{brief(key)}'" + (f": {hint}" if hint else ""),
                    found=key,
                    expected=_listing(known),
                    suggestion=nearest(key, [name for name in known if name not in node.entries]),
                )
        for name, parameter in known.items():
            if parameter.required and name not in node.entries:
                example = f"{name}: {parameter.example}" if parameter.example else f"{name}: ..."
                self.report(node, f"{what} lacks '{name}' ({parameter.meaning})", path=name, expected=example)

    def name(self, node: Node, text: str, what: str) -> bool:
        """Whether a word can name a compartment, membrane, mechanism or ion."""
        if NAME.match(text):
            return True
        expected = "a letter, then letters, digits, _ + or -; at most 64 of them"
        self.report(node, f"'{brief(text)}' cannot name {what}", found=text, expected=expected)
        return False

    # -- scalars --------------------------------------------------------------------------------------------------

    def word(self, node: Node | None, parameter: Parameter) -> str:
        """One of the allowed words; the default where the key is absent, the likely one where it is wrong."""
        default = str(parameter.default or "")
        if node is None:
            return default
        if isinstance(node, Scalar) and (node.text in parameter.choices or not parameter.choices):
            return node.text
        meant = nearest(node.words, parameter.choices)
        message = f"'{parameter.name}' is one of a few words"
        self.report(node, message, found=node.words, expected=" | ".join(parameter.choices), suggestion=meant)
        return meant or default

    def text(self, node: Node | None, what: str, limit: int = 4000) -> str | None:
        if node is None:
            return None
        if isinstance(node, Scalar) and len(node.text) <= limit:
            return node.text
        self.report(node, f"'{what}' is a text of at most {limit} characters", found=node.words)
        return None

    def line(self, node: Node | None, what: str, limit: int = 200) -> str | None:
        """A text on one line, without control characters."""
        text = self.text(node, what, limit)
        if text is None or (text.isprintable() and text.strip()):
            return text
        assert node is not None
        self.report(node, f"'{what}' is a name on one line", found=text or "nothing", expected="letters, digits, - and spaces")
        return None

    def flag(self, node: Node | None, what: str) -> bool:
        if node is None:
            return False
        if isinstance(node, Scalar) and node.text.lower() in ("true", "yes"):
            return True
        if not (isinstance(node, Scalar) and node.text.lower() in ("false", "no")):
            self.report(node, f"'{what}' is true or false", found=node.words, expected="true | false")
        return False

    def names(self, node: Node | None, count: int, what: str, example: str) -> list[Scalar] | None:
        """A list of exactly `count` words."""
        if node is None:
            return None
        if isinstance(node, NodeSequence) and len(node.items) == count:
            words = [item for item in node.items if isinstance(item, Scalar)]
            if len(words) == count:
                return words
        self.report(node, f"'{what}' is a list of {count} values", found=node.words, expected=example)
        return None

    # -- numbers --------------------------------------------------------------------------------------------------

    def optional_quantity(self, node: Mapping, parameter: Parameter, keys: Keys, path: str | None) -> Value | None:
        """The value of a key that may be absent; its default (settable too) where there is one."""
        entry = node.get(parameter.name)
        if entry is not None:
            return self.quantity(entry, parameter, keys, path)
        if isinstance(parameter.default, int | float):
            value = Value(float(parameter.default), parameter.unit, keys=keys, note="default", row=parameter)
            if path is not None:
                self.settable[path] = value
            return value
        return None

    def quantity(self, node: Node, parameter: Parameter, keys: Keys, path: str | None) -> Value | None:
        """One number: `5 mM`, or `{value: 5 mM, range: ..., source: ...}`; recorded as settable where it has a `path`."""
        annotation = self._annotation(node, path or parameter.name)
        scalar = annotation.get("value") if isinstance(annotation, Mapping) else node
        if not isinstance(scalar, Scalar):
            if scalar is not None:
                unit = " with its unit" if parameter.unit else ""
                message = f"'{path or parameter.name}' is one number{unit}"
                self.report(scalar, message, path=path, found=scalar.words, expected=_example(parameter))
            return None
        measured = self.number(scalar, parameter, path)
        if measured is None:
            return None
        quantity, basis = measured
        more = self._annotations(annotation, parameter, quantity.value) if isinstance(annotation, Mapping) else {}
        value = Value(
            quantity.value, unit_of(quantity.text), quantity.text, keys=keys, basis=basis, node=scalar, row=parameter, **more
        )
        if path is not None:
            self.settable[path] = value
        return value

    def number(self, node: Scalar, parameter: Parameter, path: str | None = None) -> tuple[Quantity, Basis | None] | None:
        """SI number of a scalar and what it is counted per; a problem where it does not fit the parameter."""
        try:
            quantity, basis = self._measure(node, parameter)
        except UnitError as error:
            self.problems += [self._placed(problem, node, parameter, path) for problem in error.problems]
            return None
        if not self.inside(node, quantity, parameter.domain, parameter.name, path):
            return None
        return quantity, basis

    def _measure(self, node: Scalar, parameter: Parameter) -> tuple[Quantity, Basis | None]:
        given = node.text if node.given is None else node.given
        if parameter.extensive or parameter.alternatives:
            return self._with_basis(given, parameter)
        return quantity_from(given, parameter.unit or "1"), None

    def _with_basis(self, given: Any, parameter: Parameter) -> tuple[Quantity, Basis | None]:
        units = (parameter.unit, *parameter.alternatives, *_per_cell(parameter))
        try:
            quantity = quantity_from(given)
        except UnitError:
            quantity = quantity_from(given, None if parameter.relative else units)  # fails alike, but says what is expected
        bases: dict[Any, Basis | None] = dict(parameter.bases()) if parameter.extensive else {parameter.dimension: Basis.AREA}
        if not parameter.extensive:
            bases |= {dimension_of(unit): Basis.CELL for unit in parameter.alternatives}
        if quantity.value == 0 and quantity.dimension == DIMENSIONLESS:
            return quantity, None
        if quantity.dimension not in bases:
            quantity_from(given, units)  # raises, with the words of a wrong dimension or a missing unit
        return quantity, bases[quantity.dimension]

    def _placed(self, problem: Problem, node: Node, parameter: Parameter, path: str | None) -> Problem:
        """A problem of the units at its place, with the path in front so that it speaks for itself."""
        name = path or parameter.name
        message, expected, suggestion = f"'{name}': {problem.message}", problem.expected, problem.suggestion
        if parameter.name == "conductance" and problem.message == "the unit is missing":
            message = f"'{name}' needs a unit; ratios are given as permeabilities (`kind: ghk`), which is another law"
            suggestion = None
        if parameter.per_product:
            expected, suggestion = parameter.example, None
        return node.problem(message, path=name, found=problem.found or "nothing", expected=expected, suggestion=suggestion)

    def inside(self, node: Node, quantity: Quantity, domain: Domain, name: str, path: str | None = None) -> bool:
        if domain.admits(quantity.value):
            return True
        self.report(
            node,
            f"'{path or name}' is out of range",
            path=path or name,
            found=quantity.text or f"{quantity.value:g}",
            expected=domain.words,
            suggestion=_meant(quantity, domain),
        )
        return False

    def more_than_zero(self, value: Value | None, path: str, why: str) -> None:
        """A concentration of zero where a logarithm or a quotient needs more is a problem where it was written."""
        if value is not None and value.si == 0 and value.node is not None:
            self.report(
                value.node,
                f"'{path}' needs more than zero: {why}",
                path=path,
                found=value.text or "0",
                expected="a positive concentration such as 1e-6 mM",
            )

    # -- annotations ----------------------------------------------------------------------------------------------

    def _annotation(self, node: Node, name: str) -> Node:
        if isinstance(node, Mapping):
            self.keys(node, [ANNOTATION], f"the value of '{name}'")
        return node

    def _annotations(self, node: Mapping, parameter: Parameter, si: float) -> dict[str, Any]:
        found: dict[str, Any] = {key: self.text(node.get(key), key) for key in ("source", "note") if key in node.entries}
        if "certainty" in node.entries:
            found["certainty"] = self.word(node.get("certainty"), Parameter("certainty", type=Type.WORD, choices=CERTAINTIES))
        ends = self.names(node.get("range"), 2, "range", "[120 mM, 150 mM]")
        if ends:
            measured = [self.number(end, parameter) for end in ends]
            if measured[0] and measured[1]:
                low, high = measured[0][0].value, measured[1][0].value
                if not low <= si <= high:
                    self.report(
                        node.key("range"),
                        "the value lies outside its own range",
                        found=f"{ends[0].text} .. {ends[1].text}",
                        path=parameter.name,
                    )
                found["range"] = (low, high)
        return found


def unit_of(text: str) -> str:
    """The unit in the text of a quantity; empty for a plain number."""
    number = _NUMBER.match(text)
    return text[number.end() :].strip() if number else ""


def _place(problem: Problem) -> tuple[float, float]:
    return (problem.line or math.inf, problem.column or math.inf)


def _per_cell(parameter: Parameter) -> tuple[str, ...]:
    """The unit of an extensive parameter per whole cell, where it has a word of its own."""
    dimension = parameter.dimension * dimension_of("m^2")
    return (dimension.symbol,) if parameter.extensive and dimension.name else ()


def _meant(quantity: Quantity, domain: Domain) -> str | None:
    """What a number outside its domain was probably meant to be."""
    number = quantity.value
    if domain is TEMPERATURE:
        celsius = to_unit(number, "degC")
        if 0 <= number <= 100 and domain.admits(from_unit(number, "degC")):
            return f"{number:g} degC"
        return f"{celsius:g} K" if domain.admits(celsius) else None
    if domain.high == 1.0 and 1 < number <= 100:
        return f"{number / 100:g}"
    if domain.high == 0 and number > 0:
        return f"-{quantity.text.strip().lstrip('+')}"
    return quantity.text.strip().lstrip("+-") if number < 0 and domain.low == 0 and domain.high > 1 else None


def in_bench_units(value: Value) -> str:
    """A value as it was written, or in the unit of its parameter where vrest supplied it."""
    return value.text or format_quantity(value.si, value.unit or "1")


def _example(parameter: Parameter) -> str:
    return parameter.example or (f"a number in {parameter.unit}" if parameter.unit else "a number")


def brief(text: str) -> str:
    """A name that came from outside, short enough for a message."""
    return shorten(text)


def _listing(known: Iterable[str]) -> str:
    names = sorted(known)
    return ", ".join(names) if len(names) <= 14 else ", ".join(names[:14]) + ", ..."
