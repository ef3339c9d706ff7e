"""The words that `kind:` understands: built in, registered in Python, or offered by an installed package (looked up when unknown)."""

from __future__ import annotations

import functools

from ..errors import InputError, shorten
from . import cotransport, exchange, passive, pumps, user_formula
from .kind import Kind

ENTRY_POINTS = "vrest.mechanisms"

MODULES = (passive, pumps, cotransport, user_formula, exchange)
BUILT_IN: dict[str, Kind] = {kind.name: kind for module in MODULES for kind in module.KINDS}
REGISTERED: dict[str, Kind] = {}


def register_kind(kind: Kind) -> None:
    """Make a kind of one's own known to this process, under its name.

    Raises:
        InputError: the name is taken by another kind.
    """
    known = find_kind(kind.name)
    if known is not None and known is not kind:
        raise InputError(f"there is a kind '{kind.name}' already; another one needs another name")
    REGISTERED[kind.name] = kind


def find_kind(name: str) -> Kind | None:
    """The kind of that name: built in, registered, or offered by an installed package under the entry point group `vrest.mechanisms`.

    Raises:
        InputError: a package offers the kind, but it cannot be loaded, or is something else.
    """
    return BUILT_IN.get(name) or REGISTERED.get(name) or _foreign(name)


@functools.cache
def _foreign(name: str) -> Kind | None:
    from importlib.metadata import entry_points

    for entry in entry_points(group=ENTRY_POINTS, name=name):
        try:
            kind = entry.load()
        except Exception as error:
            raise InputError(f"the kind '{name}' of {entry.value} cannot be loaded: {shorten(repr(error), 200)}") from error
        if isinstance(kind, Kind) and kind.name == name:
            return kind
        raise InputError(f"{entry.value} offers the kind '{name}', but it is no `Kind` of that name")
    return None


def known_kinds(in_compartment: bool = False) -> tuple[str, ...]:
    """Names of the built-in and registered kinds of a membrane, or of a compartment."""
    return tuple(name for name, kind in {**BUILT_IN, **REGISTERED}.items() if kind.in_compartment == in_compartment)
