"""What binds ions of a compartment: of which ions, and how it is said."""

from __future__ import annotations

from ...results.words import PROTON
from ..cell import CELL, Buffer
from ..measure import brief
from ..read import Section


def buffers_of(space: Section) -> dict[str, Buffer]:
    """The buffers of a compartment by ion; those that cannot be are left out, with a problem reported."""
    given = space["buffer"]
    if space["role"] != CELL:
        message = f"'{space.name}' is a {space['role']}: what it holds is kept, so nothing is bound or set free"
        space.wrong("buffer", message, path=space.name, found="buffer", expected="role: cell, or no `buffer`")
        return {}
    return {ion: Buffer(**one.values) for ion, one in given.items() if _listed(space, one) and _is_said(space, one)}


def _listed(space: Section, one: Section) -> bool:
    """Whether the ion is listed, and not held besides."""
    place, ion = space.at("buffer").key(one.name), one.name
    if ion not in space["ions"]:
        message = f"'{space.name}' does not list {brief(ion)}, which its buffer would bind"
        space.report(place, message, path=space.path_of("buffer"), found=ion, among=list(space["ions"]))
        return False
    if ion in space["fixed"]:
        message = f"{brief(ion)} of '{space.name}' is held by `fixed`, so a buffer changes nothing"
        space.report(place, message, path=space.path_of("buffer"), found=ion, expected="one of the two")
        return False
    return True


def _is_said(space: Section, one: Section) -> bool:
    """Whether what binds is said in one of the two ways, and wholly."""
    if not one.sound:
        return False
    if "capacity" in one and one.name != PROTON:
        message = f"a capacity is per unit of pH, so it buffers H; {brief(one.name)} binds to sites"
        one.wrong("capacity", message, expected="{total: 50 uM, K_d: 1 uM}")
    there = space["ions"][one.name]
    if "capacity" in one and there is not None and there.si == 0:
        message = f"'{space.name}' holds no free {brief(one.name)}, so its buffer has no pH"
        space.report(space.at("ions").key(one.name), message, found=there.text, expected="a pH, such as pH 7.2")
        return False
    odd = "at" if "total" in one else "K_d"
    if odd in one:
        belongs = "a capacity" if odd == "at" else "sites (`total`)"
        one.wrong(odd, f"'{odd}' belongs to {belongs}", expected="{capacity: 40 mM, at: pH 7.2} or {total: 50 uM, K_d: 1 uM}")
    if "total" in one and "K_d" not in one:
        one.wrong(
            "K_d", f"the buffer of {brief(one.name)} lacks 'K_d', at which half of its sites are taken", expected="K_d: 1 uM"
        )
    return one.sound
