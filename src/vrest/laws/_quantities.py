"""Laws and pint: the units that the docstring of a law states, quantities brought into them, and the answer as a quantity."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import InputError, Problem
from ..units import Dimension, dimension_of, expected_words, in_si

_SECTION = re.compile(r"^([A-Z]\w+(?:, [A-Z]\w+)*)(?: \([^)]*\))?:", re.MULTILINE)
_ENTRY = re.compile(r"^    (\w+(?:, \w+)*):", re.MULTILINE)
_AS = re.compile(r"\s*as `(\w+)`")
_UNIT = re.compile(r"\[([^],]+)\]")
_PER_POWER = re.compile(r"(.+) per \((.+)\)\^sum ?(\||used )?(\w+)\|?")
COUNTED: dict[str | None, Callable[[float], float]] = {None: lambda n: n, "|": abs, "used ": lambda n: max(-n, 0)}
"""What of a stoichiometric number a power counts: `sum n`, `sum |n|`, `sum used n`."""
PLAIN, ANY = "-", "any unit"
"""Words for a plain number, and for what may be in any unit because only ratios matter."""


@dataclass(frozen=True)
class Stated:
    """The units of each argument of a law, and of its answer; where there are several, those at one place belong together."""

    arguments: Mapping[str, tuple[str, ...]]
    answer: tuple[str, ...]


@functools.cache
def stated_units(law: Callable) -> Stated:
    """The units in which a law takes its arguments and answers, read from its docstring, the one place where they stand."""
    text = _docstring(law)
    sections = {word: body for heads, body in _split(_SECTION, text) for word in heads.split(", ")}
    arguments, returns = sections.get("Arguments", ""), sections.get("Returns", "")
    entries = dict(_other(law, arguments).arguments)
    for names, body in _split(_ENTRY, arguments):
        entries |= dict.fromkeys(names.split(", "), tuple(_UNIT.findall(body)))
    answer = tuple(_UNIT.findall(returns)) or _other(law, returns).answer
    return Stated({name: entries.get(name, ()) for name in inspect.signature(law).parameters}, answer)


def _docstring(law: Callable) -> str:
    """The docstring of a law; of its source where Python runs without docstrings (`python -OO`).

    Raises:
        InputError: there is no source either.
    """
    text = inspect.getdoc(law)
    if text:
        return text
    import ast
    import textwrap

    try:
        source = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(law)))).body[0]
    except (OSError, TypeError):
        message = f"{law.__name__}: its units stand in its docstring, which this Python leaves out"
        raise InputError(Problem(message, expected="numbers in SI, or Python without -OO")) from None
    return (ast.get_docstring(source) if isinstance(source, ast.FunctionDef) else None) or ""


def _other(law: Callable, section: str) -> Stated:
    """What the law states to which a section refers: `as ...`."""
    named = _AS.match(section)
    return stated_units(inspect.unwrap(law).__globals__[named[1]]) if named else Stated({}, ())


def _split(heading: re.Pattern, text: str) -> Iterator[tuple[str, str]]:
    """What stands under each heading."""
    parts = heading.split(text)
    return zip(parts[1::2], parts[2::2], strict=True)


def in_units(law: Callable, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """The answer of a law to pint quantities, as a quantity; plain numbers among the arguments are in the units of the law.

    Raises:
        InputError: a quantity of another dimension, a text, or plain numbers that leave open which of two units is meant.
    """
    given = inspect.signature(law).bind(*args, **kwargs).arguments
    call = _Call(law, given, stated_units(law))
    plain = {name: call.plain(name) for name in given}
    place = call.place(plain)
    answer = law(**plain)
    if call.quantity is None:
        return answer
    unit = call.stated.answer[min(place, len(call.stated.answer) - 1)]
    return call.quantity(answer, "" if unit == PLAIN else unit)


class _Call:
    """A law called with quantities: what was given, and what of each dimension was seen in each argument."""

    def __init__(self, law: Callable, given: Mapping[str, Any], stated: Stated) -> None:
        self.name, self.given, self.stated = law.__name__, given, stated
        self.seen: dict[str, dict[Dimension, str]] = {name: {} for name in given}
        self.quantity: Any = None

    def plain(self, name: str) -> Any:
        """An argument in SI, without units."""
        return self._in_si(self.given[name], name)

    def _in_si(self, value: Any, name: str) -> Any:
        if isinstance(value, list | tuple):
            return [self._in_si(one, name) for one in value]
        if getattr(value, "dtype", None) == "O":
            import numpy as np

            return np.array(self._in_si(value.tolist(), name), dtype=float)
        if isinstance(value, str):
            expected = f"a number in {self._units(name)}, or a pint quantity"
            raise InputError(Problem(f"{self.name}: {name} is a text", path=name, found=value, expected=expected))
        if not hasattr(value, "to_base_units"):
            return value
        self.quantity = type(value)
        number, dimension = in_si(value)
        self.seen[name][dimension] = str(value)
        return number

    def place(self, plain: Mapping[str, Any]) -> int:
        """Which of the units that are stated side by side is meant: 0 where there is one.

        Raises:
            InputError: a quantity fits none of them, two arguments disagree, or nothing says which is meant.
        """
        fits = {name: self._fitting(name, plain) for name in self.given}
        told = [fits[name] for name in self._several() if self.seen[name]]
        if not told:
            if len(self.stated.answer) > 1:
                raise InputError(self._open("needs its unit here"))
            return 0
        places = set.intersection(*told)
        if not places:
            raise InputError(self._open("have units that do not belong together"))
        return min(places)

    def _several(self) -> list[str]:
        """Arguments of which more than one unit is stated."""
        return [name for name in self.given if len(self.stated.arguments[name]) > 1]

    def _fitting(self, name: str, plain: Mapping[str, Any]) -> set[int]:
        """Which of the units that are stated for an argument are of the dimension of its quantities."""
        seen, known = self.seen[name], [_dimension(unit, plain) for unit in self.stated.arguments[name]]
        one = len(seen) <= 1
        fits = {k for k, dimension in enumerate(known) if one and (dimension is None or seen.keys() <= {dimension})}
        if not fits:
            raise InputError(self._other_dimension(name, known))
        return fits

    def _units(self, name: str) -> str:
        return " or ".join(map(_read, self.stated.arguments[name]))

    def _other_dimension(self, name: str, known: list[Dimension | None]) -> Problem:
        seen, units = self.seen[name], self.stated.arguments[name]
        found = next((text for dimension, text in seen.items() if dimension not in known), ", ".join(seen.values()))
        expected = " or ".join(unit if _PER_POWER.match(unit) else expected_words(_read(unit)) for unit in units if unit != ANY)
        message = f"{self.name}: {name} has the wrong dimension"
        return Problem(message, path=name, found=found, expected=expected or "quantities of one dimension")

    def _open(self, why: str) -> Problem:
        several = self._several()
        expected = "; ".join(f"{name} in {self._units(name)}" for name in several)
        return Problem(f"{self.name}: {', '.join(several)} {why}", path=several[0], expected=expected)


def _read(unit: str) -> str:
    return "1" if unit == PLAIN else unit


def _dimension(unit: str, plain: Mapping[str, Any]) -> Dimension | None:
    """Of a unit as it is stated, None where it may be any; one `per (mol/m^3)^sum n` depends on the numbers of the ions."""
    powered = _PER_POWER.match(unit)
    if powered is None:
        return None if unit == ANY else dimension_of(_read(unit))
    base, inner, which, name = powered.groups()
    counts = plain[name] if hasattr(plain[name], "__len__") else [plain[name]] * len(plain["c_in"])
    power = sum(COUNTED[which](n) for n in counts)
    return dimension_of(base) / dimension_of(inner) ** power
