"""The words that `kind:` understands: built in, registered in Python, or offered by an installed package (looked up when unknown)."""

from __future__ import annotations

import functools

from ..errors import InputError, shorten
from .kind import Kind

ENTRY_POINTS = "vrest.mechanisms"
HOMES = {
    "passive": ("ghk", "ghk_shared", "ohmic", "current"),
    "pumps": ("na_k_atpase",),
    "primary_pumps": ("primary_pump", "h_atpase", "v_atpase", "h_ppase", "atp_synthase", "serca", "pmca"),
    "cotransport": ("cotransport", "kcc2", "kcc1", "nkcc1", "nkcc2", "ncc", "ncx", "nhe", "ae", "nbc"),
    "mitochondrial": ("adp_atp_exchange", "uniporter"),
    "user_formula": ("formula", "exchange"),
    "reaction": ("reaction",),
}
"""Modules of the kinds that come with vrest, with their words; each is loaded when one of its words is asked for."""
HOME = {name: module for module, names in HOMES.items() for name in names}
IN_COMPARTMENT = ("exchange", "reaction")
"""Those of them that stand in a compartment."""
REGISTERED: dict[str, Kind] = {}


@functools.cache
def _kinds_of(module: str) -> dict[str, Kind]:
    from importlib import import_module

    return {kind.name: kind for kind in import_module(f"{__package__}.{module}").KINDS}


def built_in() -> dict[str, Kind]:
    """Every kind that comes with vrest, by its name."""
    return {name: kind for module in HOMES for name, kind in _kinds_of(module).items()}


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
    own = _kinds_of(HOME[name])[name] if name in HOME else None
    return own or REGISTERED.get(name) or _foreign(name)


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
    own = [name for name in HOME if (name in IN_COMPARTMENT) == in_compartment]
    return (*own, *(name for name, kind in REGISTERED.items() if kind.in_compartment == in_compartment))
