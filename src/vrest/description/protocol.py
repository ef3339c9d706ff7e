"""What is done to a cell over time: settings, ramps, pulses, clamps, and when to stop; by name, from a file, or from a dict."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import InputError, Problem, nearest
from .cell import Cell
from .nodes import Mapping, Source, from_python
from .read_yaml import parse_yaml, read_file

PROTOCOLS = Path(__file__).parents[1] / "library" / "protocols"


@dataclass(frozen=True)
class Setting:
    """From `at` [s] on a path has a value (text), or its described value times a factor; at `until` it goes back."""

    at: float
    path: str
    text: str | None = None
    factor: float | None = None
    until: float | None = None


@dataclass(frozen=True)
class Ramp:
    """Between two times [s] a path goes linearly to a value."""

    begin: float
    end: float
    path: str
    text: str


@dataclass(frozen=True)
class Electrode:
    """Between two times [s] an electrode injects a current [A] or holds a potential [V], or a pipette dialyses.

    `solution` is what a pipette brings [mol/m^3]; empty where it holds what is there.
    """

    begin: float
    end: float
    kind: str
    into: str
    value: float = 0.0
    carrier: str | None = None
    solution: MappingType[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Protocol:
    """A checked protocol; times in s. `steady` and `crosses` are conditions to stop at before `until`."""

    name: str
    until: float
    start: str = "rest"
    start_potential: float | None = None
    settings: tuple[Setting, ...] = ()
    ramps: tuple[Ramp, ...] = ()
    electrodes: tuple[Electrode, ...] = ()
    steady: bool = False
    crosses: float | None = None
    membrane: str | None = None
    title: str | None = None
    about: str | None = None
    breaks: tuple[float, ...] = field(default=())


def protocol_names() -> list[str]:
    """The named protocols that come with vrest."""
    return sorted(path.stem for path in PROTOCOLS.glob("*.yaml"))


def load_protocol(name_or_path: str, cell: Cell) -> Protocol:
    """A named protocol, or one from a file, checked against a cell."""
    named = PROTOCOLS / f"{name_or_path}.yaml"
    if "/" not in name_or_path and len(name_or_path) < 100 and "\0" not in name_or_path and named.is_file():
        return build_protocol(parse_yaml(Source(f"{name_or_path}.yaml", read_file(named).text)), cell)
    if name_or_path != "-" and not Path(name_or_path[:4000].replace("\0", "")).exists():
        names = protocol_names()
        raise InputError(
            Problem(
                "this is neither a named protocol nor a file",
                found=name_or_path,
                expected=", ".join(names),
                suggestion=nearest(name_or_path[:80], names),
            )
        )
    return build_protocol(parse_yaml(read_file(name_or_path)), cell)


def protocol_from(description: MappingType[str, Any], cell: Cell) -> Protocol:
    """A protocol from nested dicts in the shape of the file."""
    node = from_python({"protocol": "protocol", **description})
    assert isinstance(node, Mapping)
    return build_protocol(node, cell)


def build_protocol(root: Mapping, cell: Cell) -> Protocol:
    """The protocol that a tree of nodes describes.

    Raises:
        InputError: with every problem found.
    """
    from .read_protocol import Reader

    return Reader(cell).read(root)
