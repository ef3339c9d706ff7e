"""Words that stand for several paths of a cell: `pumps`, `leaks`, `leaks.K`, `cotransporters`."""

from __future__ import annotations

from .cell import Cell, Mechanism
from .variants import is_own_path

WORDS = ("pumps", "leaks", "cotransporters")


def group_of(cell: Cell, word: str) -> list[str] | None:
    """The paths of the numbers that scale a group of mechanisms; None where the word names no group.

    `pumps` scales every pump, `leaks` every path by which an ion passes by itself, `leaks.K` those of one ion, `cotransporters`
    every coupled transporter.
    """
    name, _, ion = word.partition(".")
    if name not in WORDS or word in cell.settable or (ion and name != "leaks"):
        return None
    found = []
    for membrane_name, membrane in cell.membranes.items():
        for word_, mechanism in membrane.mechanisms.items():
            if _belongs(mechanism, name, ion):
                found += [
                    f"{membrane_name}.{word_}.{p.name}"
                    for p in mechanism.law.parameters
                    if p.extensive and p.name in mechanism.parameters
                ]
    return found


def _belongs(mechanism: Mechanism, name: str, ion: str) -> bool:
    if name == "pumps":
        return mechanism.kind.pump
    if name == "cotransporters":
        return "affinity" in mechanism.kind.laws
    own = is_own_path(mechanism) or mechanism.kind.name == "ohmic"
    return own and (not ion or ion in mechanism.species)
