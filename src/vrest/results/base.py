"""What all answers share: how their fields stand in JSON, rows and datasets, why something cannot be said, and the certificate."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from importlib import import_module
from typing import Any, ClassVar, Literal, TypeGuard, TypeVar

import numpy as np

from ..errors import shorten
from ..units import to_unit
from .registry import VARIABLES, Variable

Step = tuple[str, str | int]  # the name of what is run over, and which of them
LAST = ("story", "notes", "refused", "certificate")  # keys that end every answer


# -- what cannot be said ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Unknown:
    """Stands where a number would be that cannot be said, with the sentence why; false, as nothing is."""

    sentence: str

    def __bool__(self) -> Literal[False]:
        return False

    def each(self, names: Iterable[str]) -> dict[str, Maybe]:
        """Instead of a number for each name; the sentence is said once for all of them."""
        return _AllUnknown(self, names)


Maybe = float | Unknown | None
"""A number, or why there is none; None where a number has no place."""


class _AllUnknown(dict[str, Maybe]):
    def __init__(self, why: Unknown, names: Iterable[str]) -> None:
        super().__init__(dict.fromkeys(names, why))
        self.why = why


def known(value: Maybe) -> TypeGuard[float]:
    """Whether there is a number."""
    return value is not None and not isinstance(value, Unknown)


# -- how a field stands in an answer ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Says:
    """What a field of an answer is.

    Attributes:
        attribute: its name in Python
        key:       its name in JSON; empty where its parts stand beside the other keys
        variable:  the quantity of the registry that it holds, which gives the unit
        over:      what its levels run over, outermost first; None: what the registry says and nothing around has run over yet
        optional:  left out where it is None
    """

    attribute: str
    key: str
    variable: Variable | None = None
    over: tuple[str, ...] | None = None
    optional: bool = False

    @property
    def unit(self) -> str:
        return "1" if self.variable is None else self.variable.unit

    def dims(self, around: Iterable[str]) -> tuple[str, ...]:
        """What the levels of the value run over, where some things have been run over around it."""
        if self.over is not None:
            return self.over
        passed = set(around)
        return () if self.variable is None else tuple(dim for dim in self.variable.dims if dim not in passed)


def says(variable: str | None = None, **more: Any) -> dict[str, Any]:
    """Metadata of a dataclass field: the variable that it holds, or a `key` of its own; `over`, `optional` as in `Says`."""
    return {"says": (variable, more)}


LEFT_OUT: dict[str, Any] = {"says": None}
"""Metadata of a dataclass field that is no part of the JSON."""

Getter = TypeVar("Getter", bound=Callable[..., Any])


def derived(variable: str | None = None, **more: Any) -> Callable[[Getter], Getter]:
    """Marks the function of a property as part of the answer; arguments as of `says`."""

    def mark(function: Getter) -> Getter:
        function.says = (variable, more)  # type: ignore[attr-defined]
        return function

    return mark


def said_by(record: Any) -> tuple[Says, ...]:
    """What a class of answers, or of their parts, says: its fields, then its derived properties, then what ends every answer."""
    return _said_by(record)


@functools.cache
def _said_by(record: Any) -> tuple[Says, ...]:
    entries = [(one.name, one.metadata.get("says", (None, {}))) for one in fields(record)]
    for base in reversed(record.__mro__):
        entries += [(name, found) for name, value in vars(base).items() if (found := _mark(value))]
    found = [_says(name, *entry) for name, entry in entries if entry is not None]
    return tuple(sorted(found, key=lambda one: LAST.index(one.key) if one.key in LAST else -1))


def _mark(value: Any) -> Any:
    return getattr(value.fget, "says", None) if isinstance(value, property) else None


def _says(attribute: str, variable: str | None, more: Mapping[str, Any]) -> Says:
    entry = None if variable is None else VARIABLES[variable]
    return Says(attribute, **{"key": variable or attribute, "variable": entry} | dict(more))


# -- JSON ---------------------------------------------------------------------------------------------------------


def is_part(value: Any) -> bool:
    """Whether a value is a part of an answer with fields of its own."""
    return is_dataclass(value) and not isinstance(value, Unknown | type)


def to_json(value: Any, unit: str = "1") -> Any:
    """Mappings, lists, words, and numbers in a unit; None for what is not finite or cannot be said. Nothing of NumPy is left."""
    if isinstance(value, Mapping):
        return {str(name): to_json(inner, unit) for name, inner in value.items()}
    if is_part(value):
        return _record(value)
    if isinstance(value, list | tuple):
        return [to_json(inner, unit) for inner in value]
    if isinstance(value, np.ndarray):
        return _listed(value, unit)
    return _plain(value, unit)


def _record(part: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    blank = getattr(part, "null_where_nothing_is_known", False)
    for one, value in _said(part):
        form: Any = None if blank and _is_blank(value) else to_json(value, one.unit)
        found |= {one.key: form} if one.key else form
    return found


def _said(part: Any) -> Iterator[tuple[Says, Any]]:
    """Every value of a part with what it is; one without a key may be a mapping of variables to their values."""
    for one in said_by(type(part)):
        value = getattr(part, one.attribute)
        if not one.key and isinstance(value, Mapping):
            yield from ((Says(name, name, VARIABLES[name]), inner) for name, inner in value.items())
        elif value is not None or not one.optional:
            yield one, value


def _is_blank(value: Any) -> bool:
    return isinstance(value, np.ndarray) and not np.isfinite(value).any()


def _plain(value: Any, unit: str) -> Any:
    if value is None or isinstance(value, Unknown):
        return None
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer) and unit == "1":
        return int(value)
    number = float(to_unit(float(value), unit))
    return number if math.isfinite(number) else None


def _listed(values: np.ndarray, unit: str) -> list[Any]:
    if values.dtype.kind != "f":
        return values.tolist()
    numbers = np.asarray(to_unit(values, unit))
    return numbers.tolist() if np.all(np.isfinite(numbers)) else [x if math.isfinite(x) else None for x in numbers.tolist()]


def bench(value: Maybe, unit: str) -> float | None:
    """An SI value in a bench unit; None where it is absent or not finite."""
    return _plain(value, unit)


# -- every single value with its place ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Leaf:
    """One number, word or array of an answer.

    Attributes:
        says:  what it is
        path:  keys and names that lead to it in the JSON
        keys:  the keys alone
        place: what was run over on the way, with the names; `dims` are left for the axes of an array
        value: in SI
    """

    says: Says
    path: tuple[str, ...]
    keys: tuple[str, ...]
    place: tuple[Step, ...]
    dims: tuple[str, ...]
    value: Any

    @property
    def name(self) -> str:
        """The variable, or the key where there is none."""
        return self.says.variable.name if self.says.variable is not None else self.says.key

    @property
    def shown(self) -> Any:
        """As in the JSON."""
        return to_json(self.value, self.says.unit)


def leaves(part: Any) -> Iterator[Leaf]:
    """Every value of an answer, or of a part of one, in the order of the JSON."""
    yield from _of_record(part, Leaf(Says("", ""), (), (), (), (), part))


def _of_record(part: Any, above: Leaf) -> Iterator[Leaf]:
    axis = getattr(part, "axis", ())
    for one, value in _said(part):
        steps = (one.key,) if one.key else ()
        dims = (*one.dims(dim for dim, _ in above.place), *axis)
        yield from _within(Leaf(one, (*above.path, *steps), (*above.keys, *steps), above.place, dims, value))


def _within(leaf: Leaf) -> Iterator[Leaf]:
    value = leaf.value
    if isinstance(value, _AllUnknown):
        yield leaf
        yield from (_below(leaf, name, None) for name in value)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _within(_below(leaf, str(name), inner))
    elif isinstance(value, list | tuple):
        for k, inner in enumerate(value):
            yield from _within(_below(leaf, k, inner))
    elif is_part(value):
        yield from _of_record(value, leaf)
    else:
        yield leaf


def _below(leaf: Leaf, label: str | int, value: Any) -> Leaf:
    """One level further in: a name of a mapping or a number of a list."""
    place = (*leaf.place, (leaf.dims[0] if leaf.dims else "", label))
    return Leaf(leaf.says, (*leaf.path, str(label)), leaf.keys, place, leaf.dims[1:], value)


def reasons(answer: Any) -> dict[str, str]:
    """{path: sentence} of everything in an answer that cannot be said; once where several numbers of one part lack the same."""
    found: dict[tuple[int, tuple[str, ...]], tuple[tuple[str, ...], str]] = {}
    for leaf in list(leaves(answer)):  # all of them kept, so that no two share an identity
        if isinstance(leaf.value, Unknown):
            key = (id(leaf.value), leaf.path[:-1])
            found[key] = (leaf.path if key not in found else leaf.path[:-1], leaf.value.sentence)
        elif isinstance(leaf.value, _AllUnknown):
            found[id(leaf.value), leaf.path] = (leaf.path, leaf.value.why.sentence)
    return {".".join(path): sentence for path, sentence in found.values()}


# -- how it looks in Python -----------------------------------------------------------------------------------------

LINE, FEW = 200, 4


class Brief:
    """Shows itself in Python as a dataclass does, but in one line: of arrays and of longer collections only how much they hold."""

    def __repr__(self) -> str:
        held = ", ".join(f"{one.name}={_brief(getattr(self, one.name))}" for one in fields(self) if one.repr)  # type: ignore[arg-type]
        return f"{type(self).__name__}({shorten(held, LINE)})"


def _brief(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, np.ndarray):
        return f"<{value.size} values>"
    if isinstance(value, Mapping | list | tuple) and len(value) > FEW:
        return f"<{len(value)} entries>"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name!r}: {_brief(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_brief, value)) + "]"
    return repr(value)


class Displayed:
    """Shows itself in Python: in one line as itself, as text where it is printed, as HTML in a notebook."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {shown(self).headline}>"

    def __str__(self) -> str:
        return shown(self).text()

    def _repr_html_(self) -> str:
        return shown(self).html()


def shown(answer: Any) -> Any:
    """An answer, or a described cell, as people see it. Views stand above all that they show, so they are found by their name."""
    return import_module("vrest.views").show(answer)


# -- the evidence -------------------------------------------------------------------------------------------------

NOTHING_MOVED = "concentrations are held, so nothing moved that could be lost"
NO_WAY = "each state on a curve is certified by itself: there is no way there on which something could be lost"


@dataclass(frozen=True, repr=False)
class Certificate(Displayed):
    """Evidence for an answer.

    Attributes:
        converged:  every residual is within what rounding allows
        residuals:  {name_unit: {place: x}}, recomputed by other means than the solver's
        method:     how the answer was found
        search:     what was searched: range and resolution
        charge_error, mass_error: relative; unknown where nothing moved
        dissipation_violations: mechanisms that dissipate negatively (membrane.mechanism)
        assumptions: what the answer takes for granted
    """

    converged: bool
    residuals: dict[str, dict[str, float]]
    method: str
    search: dict[str, Any] = field(default_factory=dict)
    charge_error: Maybe = Unknown(NOTHING_MOVED)
    mass_error: Maybe = Unknown(NOTHING_MOVED)
    dissipation_violations: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()

    @property
    @derived()
    def vrest_version(self) -> str:
        from .. import __version__

        return __version__


# -- notes --------------------------------------------------------------------------------------------------------


class Aside(str):
    """A note that warns of nothing: short answers leave it out."""


# -- the answer itself --------------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Result(Displayed):
    """Base of the answers.

    Attributes:
        cell:        its name
        certificate: the evidence
        notes:       what should be known besides
        refused:     {path in the JSON: sentence} for what cannot be said
    """

    cell: str
    certificate: Certificate = field(kw_only=True)
    notes: tuple[str, ...] = field(default=(), kw_only=True)
    refused: dict[str, str] = field(default_factory=dict, kw_only=True)

    axes: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "refused", self.refused | reasons(self))

    def to_dict(self) -> dict[str, Any]:
        """The answer as the JSON of the contract: bench units in the keys, None for what cannot be said."""
        return to_json(self)

    def to_xarray(self) -> Any:
        """The numbers of the answer as an xarray.Dataset with units, over membranes, ions, time ... (needs the extra `xarray`)."""
        return shown(self).dataset()

    def arranged(self, data: Any) -> Any:
        """A dataset of the answer's numbers, as it is handed out."""
        return data

    def to_dataframe(self) -> Any:
        """The rows of the CSV as a pandas.DataFrame (needs the extra `xarray`)."""
        return shown(self).frame()

    def text(self, *, long: bool = False) -> str:
        """The answer as tables and sentences of at most 80 characters a line: in short, as `print` shows it, or whole where `long`."""
        return shown(self).text(long=long)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.cell}: {shown(self).headline}>"

    def plot(self, path: str | None = None, **options: Any) -> Any:
        """Draw the answer with matplotlib; write it to `path` (PNG, SVG, PDF) where one is given. Returns the figure."""
        return shown(self).figure(path, **options)
