"""Words that stand for several paths of a cell: `pumps`, `leaks`, `leaks.K`, `others.K`, `cotransporters`, `exchanges`, `baths.K`."""

from __future__ import annotations

from .cell import BATH, Cell, Mechanism

WORDS = ("pumps", "leaks", "cotransporters", "others", "exchanges", "baths")
OF_AN_ION = ("leaks", "others", "baths")
ONLY_OF_AN_ION = ("others", "baths")


def group_of(cell: Cell, word: str) -> list[str] | None:
    """The paths of a group; None where the word names no group.

    `pumps` scales every pump, `leaks` every path by which an ion passes by itself, `leaks.K` those of one ion, `others.K` every
    mechanism that is no path of this ion alone, `cotransporters` every coupled transporter, `exchanges` every exchange of a
    compartment; `baths.K` is an ion's concentration in every bath.
    """
    name, _, ion = word.partition(".")
    if name not in WORDS or word in cell.settable or (ion and name not in OF_AN_ION) or (not ion and name in ONLY_OF_AN_ION):
        return None
    if name == "baths":
        return [f"{space.name}.{ion}" for space in cell.compartments.values() if space.role == BATH and ion in space.ions]
    if name == "exchanges":
        groups = cell.exchanges.items()
        return [f"{space}.{word_}.{number}" for space, group in groups for word_, one in group.items() for number in one.scales]
    found = []
    for membrane_name, membrane in cell.membranes.items():
        for word_, mechanism in membrane.mechanisms.items():
            if _belongs(mechanism, name, ion):
                found += [f"{membrane_name}.{word_}.{number}" for number in mechanism.scales]
    return found


def _belongs(mechanism: Mechanism, name: str, ion: str) -> bool:
    if name == "pumps":
        return mechanism.pump
    if name == "cotransporters":
        return mechanism.law.coupled
    own = mechanism.law.paths is not None
    if name == "others":
        return not (own and set(mechanism.species) == {ion})
    return own and (not ion or ion in mechanism.species)
