"""The checker: walks nodes against parameter tables, turns text into SI values, and collects every problem with its place."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

from ..domains import TEMPERATURE, Domain
from ..errors import InputError, Problem, nearest
from ..mechanisms.parameter import Basis, Parameter, Type
from ..units import DIMENSIONLESS, Quantity, UnitError, dimension_of, format_quantity, parse_quantity, quantity_from
from .cell import Value
from .nodes import Keys, Mapping, Node, Scalar
from .nodes import Sequence as NodeSequence
from .tables import ANNOTATION, CERTAINTIES

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,63}\Z")


class Checker:
    """Collects problems and the settable values; `close` raises what was collected."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.settable: dict[str, Value] = {}

    def close(self) -> None:
        if self.problems:
            raise InputError(*self.problems)

    def report(self, node: Node, message: str, **fields: Any) -> None:
        self.problems.append(node.problem(message, **fields))

    # -- structure ------------------------------------------------------------------------------------------------

    def section(self, node: Node | None, what: str, example: str = "") -> Mapping | None:
        """The node as a mapping, or a problem."""
        if isinstance(node, Mapping):
            return node
        if node is not None:
            self.report(node, f"{what} is a mapping", found=node.words, expected=example or "keys with values")
        return None

    def keys(self, node: Mapping, tables: Iterable[Sequence[Parameter]], what: str, hints: dict[str, str] | None = None) -> None:
        """Unknown and missing keys of one mapping."""
        known = {p.name: p for table in tables for p in table}
        for key in node.entries:
            if key not in known:
                hint = (hints or {}).get(key)
                self.report(
                    node.key(key),
                    f"{what} has no key '{_brief(key)}'" + (f": {hint}" if hint else ""),
                    found=key,
                    expected=_listing(known),
                    suggestion=nearest(key, known),
                )
        for name, parameter in known.items():
            if parameter.required and name not in node.entries:
                example = f"{name}: {parameter.example}" if parameter.example else f"{name}: ..."
                self.report(node, f"{what} lacks '{name}' ({parameter.meaning})", path=name, expected=example)

    def name(self, node: Node, text: str, what: str) -> bool:
        """Whether a word can name a compartment, membrane, mechanism or ion."""
        if NAME.match(text):
            return True
        self.report(node, f"this cannot name {what}", found=text, expected="a letter, then letters, digits, _ + or -")
        return False

    # -- scalars --------------------------------------------------------------------------------------------------

    def word(self, node: Node | None, parameter: Parameter) -> str:
        """One of the allowed words; the default where the key is absent or wrong."""
        default = str(parameter.default or "")
        if node is None:
            return default
        if isinstance(node, Scalar) and (node.text in parameter.choices or not parameter.choices):
            return node.text
        self.report(
            node,
            f"'{parameter.name}' does not understand this",
            found=node.words,
            expected=" | ".join(parameter.choices),
            suggestion=nearest(node.words, parameter.choices),
        )
        return default

    def text(self, node: Node | None, what: str, limit: int = 4000) -> str | None:
        if node is None:
            return None
        if isinstance(node, Scalar) and len(node.text) <= limit:
            return node.text
        self.report(node, f"'{what}' is a text of at most {limit} characters", found=node.words)
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
        self.report(node, f"'{what}' is a list of {count}", found=node.words, expected=example)
        return None

    # -- numbers --------------------------------------------------------------------------------------------------

    def optional_quantity(self, node: Mapping, parameter: Parameter, keys: Keys, path: str) -> Value | None:
        """The value of a key that may be absent; its default (settable too) where there is one."""
        entry = node.get(parameter.name)
        if entry is not None:
            return self.quantity(entry, parameter, keys, path)
        if isinstance(parameter.default, int | float):
            value = Value(float(parameter.default), parameter.unit, keys=keys, note="default")
            self.settable[path] = value
            return value
        return None

    def quantity(self, node: Node, parameter: Parameter, keys: Keys, path: str) -> Value | None:
        """One number: `5 mM`, or `{value: 5 mM, range: ..., source: ...}`; recorded as settable under `path`."""
        annotation = self._annotation(node, parameter)
        scalar = annotation.get("value") if isinstance(annotation, Mapping) else node
        if not isinstance(scalar, Scalar):
            if scalar is not None:
                self.report(
                    scalar, f"'{parameter.name}' is one number with its unit", found=scalar.words, expected=_example(parameter)
                )
            return None
        measured = self.number(scalar, parameter, path)
        if measured is None:
            return None
        quantity, basis = measured
        more = self._annotations(annotation, parameter, quantity.value) if isinstance(annotation, Mapping) else {}
        unit = quantity.text.partition(" ")[2]
        value = Value(quantity.value, unit, quantity.text, keys=keys, basis=basis, node=scalar, **more)
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
        quantity = parse_quantity(given) if isinstance(given, str) else quantity_from(given)
        bases: dict[Any, Basis | None] = dict(parameter.bases()) if parameter.extensive else {parameter.dimension: Basis.AREA}
        if not parameter.extensive:
            bases |= {dimension_of(unit): Basis.CELL for unit in parameter.alternatives}
        if quantity.value == 0 and quantity.dimension == DIMENSIONLESS:
            return quantity, None
        if quantity.dimension not in bases:
            quantity_from(given, parameter.unit)  # raises, with the words of a wrong dimension or a missing unit
        return quantity, bases[quantity.dimension]

    def _placed(self, problem: Problem, node: Node, parameter: Parameter, path: str | None) -> Problem:
        place = node.problem("")
        if parameter.name == "conductance" and "unit" in problem.message and node.words.replace(".", "", 1).isdigit():
            problem = Problem(
                "a conductance needs a unit; ratios are given as permeabilities (`kind: ghk`), which is another law",
                found=problem.found,
                expected=_example(parameter),
            )
        return problem.at(
            file=place.file, line=place.line, column=place.column, excerpt=place.excerpt, path=path or parameter.name
        )

    def inside(self, node: Node, quantity: Quantity, domain: Domain, name: str, path: str | None = None) -> bool:
        if domain.admits(quantity.value):
            return True
        suggestion = None
        if domain is TEMPERATURE and -40 <= quantity.value <= 100:
            suggestion = f"{quantity.value:g} degC"
        elif domain.high == 1.0 and 1 < quantity.value <= 100:
            suggestion = f"{quantity.value / 100:g}"
        self.report(
            node,
            f"'{name}' is out of range",
            path=path or name,
            found=quantity.text or f"{quantity.value:g}",
            expected=domain.words,
            suggestion=suggestion,
        )
        return False

    # -- annotations ----------------------------------------------------------------------------------------------

    def _annotation(self, node: Node, parameter: Parameter) -> Node:
        if isinstance(node, Mapping):
            self.keys(node, [ANNOTATION], f"the value of '{parameter.name}'")
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
                if not low <= si <= high or not math.isfinite(si):
                    self.report(
                        node.key("range"),
                        "the value lies outside its own range",
                        found=f"{ends[0].text} .. {ends[1].text}",
                        path=parameter.name,
                    )
                found["range"] = (low, high)
        return found


def in_bench_units(value: Value) -> str:
    """A value as it was written, or in the unit of its parameter where vrest supplied it."""
    return value.text or format_quantity(value.si, value.unit or "1")


def _example(parameter: Parameter) -> str:
    return parameter.example or (f"a number in {parameter.unit}" if parameter.unit else "a number")


def _brief(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


def _listing(known: Iterable[str]) -> str:
    names = sorted(known)
    return ", ".join(names) if len(names) <= 14 else ", ".join(names[:14]) + ", ..."
