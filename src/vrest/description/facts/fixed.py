"""Ions of a compartment whose concentrations are held, and the ions that come and go with them."""

from __future__ import annotations

from collections.abc import Mapping

from ..cell import CELL
from ..data import ion_table
from ..measure import brief
from ..read import Section


def fixed_of(space: Section, valences: Mapping[str, float]) -> dict[str, str | None]:
    """Ions that are held, with the counter-ion of each; those that cannot be are left out, with a problem reported."""
    held = space["fixed"]
    if not held or not _may_hold(space, held):
        return {}
    return {ion: one["counter_ion"] for ion, one in held.items() if _listed(space, ion, held) and _fits(one, space, valences)}


def _may_hold(space: Section, held: Mapping[str, Section]) -> bool:
    """Whether something of the compartment can change and something can be held."""
    if space["role"] != CELL:
        message = f"'{space.name}' is a {space['role']}: what it holds is kept already"
        space.wrong("fixed", message, path=space.name, found="fixed", expected="role: cell, or no `fixed`")
        return False
    if set(space["ions"]) <= set(held):
        message = f"every ion of '{space.name}' is held, so nothing of it changes"
        space.wrong("fixed", message, path=space.path_of("fixed"), expected="role: held, or an ion that is free")
        return False
    return True


def _listed(space: Section, ion: str, held: Mapping[str, Section]) -> bool:
    if ion in space["ions"]:
        return True
    message, place = f"'{space.name}' does not list {brief(ion)}, which it would hold", space.at("fixed").key(ion)
    space.report(place, message, path=space.path_of("fixed"), found=ion, among=[one for one in space["ions"] if one not in held])
    return False


def _fits(one: Section, space: Section, valences: Mapping[str, float]) -> bool:
    """Whether a counter-ion, if there is one, is an ion of the compartment that is not held itself and has a charge."""
    counter = one["counter_ion"]
    free = [ion for ion in space["ions"] if ion not in space["fixed"] and _valence(ion, valences)]
    if counter is None or counter in free:
        return True
    what = "is held itself" if counter in space["fixed"] else "is no charged ion that the compartment lists"
    one.wrong("counter_ion", f"the counter-ion of {one.name} in '{space.name}' {what}", among=free)
    return False


def _valence(ion: str, valences: Mapping[str, float]) -> float:
    known = ion_table().get(ion)
    return valences.get(ion, known.valence if known else 1)
